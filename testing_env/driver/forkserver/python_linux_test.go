package forkserver

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// interpreters finds the Pythons to test with, as executables rather than scripts
// that choose one.
func interpreters(tb testing.TB) []string {
	tb.Helper()
	shimPath(tb)
	var found []string
	for _, name := range []string{"python3", "pypy3"} {
		out, err := exec.Command(name, "-c", "import sys; print(sys.executable)").Output()
		if err == nil {
			found = append(found, strings.TrimSpace(string(out)))
		}
	}
	if len(found) == 0 {
		tb.Skip("there is no Python")
	}
	return found
}

// TestPythonScriptsBehaveAsExecuted is TestOddProgramsBehaveAsExecuted for Python.
func TestPythonScriptsBehaveAsExecuted(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/python/*.py")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts")
	}
	for _, interpreter := range interpreters(t) {
		for _, script := range scripts {
			switch name := filepath.Base(script); {
			case name == "statistics.py" || name == "destructors.py":
				continue // not a script; not served
			case name == "interrupt.py" && strings.Contains(interpreter, "pypy"):
				continue // has other words for it
			}
			t.Run(filepath.Base(interpreter)+"/"+filepath.Base(script), func(t *testing.T) {
				t.Parallel()
				pythonBehaves(t, interpreter, script)
			})
		}
	}
}

func pythonBehaves(t *testing.T, interpreter, script string) {
	path, err := filepath.Abs(script)
	if err != nil {
		t.Fatal(err)
	}
	inputs := [2]string{"5\n1 2 3 4 5\n", "3\n10 -20 30\n"}
	argv := []string{interpreter, path, "first", "zweites Ä"}
	env := []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "PYTHONHASHSEED=0", "A=b", "PYTHONDONTWRITEBYTECODE=1"}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	varies := strings.Contains(string(text), "\n# varies\n")
	c := newConsole(t)
	var want [2]result
	for i, input := range inputs {
		want[i] = c.plain(t, argv, env, input)
	}
	modes(t, func(t *testing.T, mode Mode) {
		c := newConsole(t)
		cfg, err := Python(Config{Mode: mode, Argv: argv, Env: env, Files: c.files()})
		if err != nil {
			t.Fatal(err)
		}
		s := serve(t, cfg)
		seen := map[string]bool{}
		const runs = 12
		for run := range runs {
			got, o := c.run(t, s, Request{}, inputs[run%2])
			if o.Fallback != "" {
				t.Fatalf("fell back: %s", o.Fallback)
			}
			if varies {
				seen[got.Out] = true
			} else if got != want[run%2] {
				t.Fatalf("run %d differs from a plain one\n== got %v== want %v", run, got, want[run%2])
			}
		}
		if varies && len(seen) != runs {
			t.Errorf("%d different outputs in %d runs", len(seen), runs)
		}
		t.Logf("%+v", s.Stats())
	})
}

func TestPythonScriptsWithDestructorsAreNotServed(t *testing.T) {
	t.Parallel()
	for _, interpreter := range interpreters(t) {
		cfg, err := Python(Config{Shim: shimPath(t), Argv: []string{interpreter, "testdata/python/destructors.py"}, Launch: LaunchLocal})
		if err != nil {
			t.Fatal(err)
		}
		var u *Unusable
		if _, err := New(cfg); !errors.As(err, &u) || !u.Permanent {
			t.Errorf("got %v", err)
		}
	}
}

func TestPythonScriptIsFoundInTheCommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		argv   string
		script int // 0: none
	}{
		{"python3 main.py", 1},
		{"/usr/bin/python3.13 -O -X dev -W ignore main.py 1 2", 6},
		{"pypy3 -u main.py -c", 2},
		{"python -Xdev main.py", 2},
		{"python3 -c print(1)", 0},
		{"python3 -m module", 0},
		{"python3 -Om module", 0},
		{"python3 -", 0},
		{"python3", 0},
		{"python3-config main.py", 0},
		{"ruby main.py", 0},
	}
	for _, tt := range tests {
		got, err := pythonScript(strings.Fields(tt.argv))
		if got != tt.script || (err == nil) != (tt.script > 0) {
			t.Errorf("%s: %d, %v", tt.argv, got, err)
		}
	}
}
