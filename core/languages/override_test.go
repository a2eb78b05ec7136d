package languages

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"stresstester/core/problem"
)

func TestWith(t *testing.T) {
	t.Parallel()
	table, err := Default().With(map[string]Override{
		"cpp":    {Std: "c++17", CompileFlags: []string{"-O3", "-DLOCAL"}},
		"python": {Use: "pypy"},
		"java":   {RunFlags: []string{"-XX:+UseParallelGC"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	recipe := func(table *Table, file string) problem.Recipe {
		l, ok := table.ForFile(file)
		if !ok {
			t.Fatalf("no language for %s", file)
		}
		r, err := l.Recipe(&problem.Program{Name: file})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	cpp := recipe(table, "a.cpp").Compile
	if !slices.Contains(cpp, "-std=gnu++17") || slices.Index(cpp, "-O3") < slices.Index(cpp, "-O2") {
		t.Errorf("C++ is compiled by %q", cpp)
	}
	if got := recipe(table, "a.py"); got.Language != "pypy" || got.SourceName != "a.py" {
		t.Errorf("Python is run by %+v", got)
	}
	if got := recipe(table, "a.java").Run; !slices.Contains(got, "-XX:+UseParallelGC") {
		t.Errorf("Java is run by %q", got)
	}
	if got := recipe(Default(), "a.cpp").Compile; slices.Contains(got, "-O3") {
		t.Error("the default table has changed")
	}
	if got := recipe(Default(), "a.py"); got.Language != "python" {
		t.Error("the default table has changed")
	}
	again, err := table.With(nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := recipe(again, "a.py"); got.Language != "pypy" {
		t.Error("settings were lost in a second table")
	}
}

func TestWithRefusesWhatHasNoMeaning(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, id string
		override Override
		key      string
		says     string
	}{
		{"an unknown language", "cobol", Override{}, "", `"cobol" is not known: use one of cpp, c, python`},
		{"an unknown standard", "cpp", Override{Std: "c++98"}, "std", "use one of gnu++11, gnu++14"},
		{"a standard where there is none", "java", Override{Std: "21"}, "std", "no selectable standards"},
		{"another family", "cpp", Override{Use: "pypy"}, "use", "one way only"},
		{"an unknown variant", "python", Override{Use: "jython"}, "use", "use one of python, pypy"},
		{"flags for a compiler that is none", "python", Override{CompileFlags: []string{"-O"}}, "compile_flags", "not compiled with flags"},
		{"flags for running a native program", "cpp", Override{RunFlags: []string{"x"}}, "run_flags", "gen_args"},
		{"an empty flag", "cpp", Override{CompileFlags: []string{" "}}, "compile_flags", "not a flag"},
		{"a flag with a line break", "java", Override{RunFlags: []string{"-Da\nb"}}, "run_flags", "not a flag"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Default().With(map[string]Override{tt.id: tt.override})
			var wrong *OverrideError
			if !errors.As(err, &wrong) {
				t.Fatalf("error %v", err)
			}
			if wrong.Language != tt.id || wrong.Key != tt.key || !strings.Contains(wrong.Error(), tt.says) {
				t.Errorf("error %+v, want key %q and %q", wrong, tt.key, tt.says)
			}
		})
	}
}
