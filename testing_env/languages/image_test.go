package languages_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stresstester/core/languages"
	"stresstester/core/problem"
)

func TestTheImageHoldsNothingThatLendsRights(t *testing.T) {
	t.Parallel()
	s := start(t)
	if found := s.exec(t, "/w", nil, nil, "find", "/", "-xdev", "-perm", "/6000", "-type", "f").stdout; found != "" {
		t.Errorf("set-uid or set-gid files:\n%s", found)
	}
	ran := s.exec(t, "/w", nil, nil, "find", "/", "-xdev", "(", "-type", "f", "-o", "-type", "d", ")", "-perm", "-o+w", "-not", "-perm", "-1000")
	if ran.stdout != "" {
		t.Errorf("everybody can write:\n%s", ran.stdout)
	}
	if found := s.exec(t, "/w", nil, nil, "find", "/var/lib/apt/lists", "-name", "*Packages*").stdout; found != "" {
		t.Errorf("package lists:\n%s", found)
	}
}

func TestTheImageHoldsTheSandboxesOwnPrograms(t *testing.T) {
	t.Parallel()
	s := start(t)
	// A static executable has no interpreter, so it starts without the C library.
	ran := s.exec(t, "/w", nil, nil, "sh", "-c", "ldd /opt/stresstester/spawn; LD_PRELOAD=/opt/stresstester/shim.so true")
	if !strings.Contains(ran.stdout+ran.stderr, "not a dynamic executable") {
		t.Errorf("spawn is missing or not static: %s%s", ran.stdout, ran.stderr)
	}
	if strings.Contains(ran.stderr, "shim.so") {
		t.Errorf("the shim cannot be preloaded: %s", ran.stderr)
	}
}

// The standards are told apart by the macros that they define.
func TestStandardsOfCAndCPlusPlus(t *testing.T) {
	t.Parallel()
	s := start(t)
	versions := map[string]string{
		"gnu++11": "201103", "gnu++14": "201402", "gnu++17": "201703", "gnu++20": "202002", "gnu++23": "202302",
		"gnu99": "199901", "gnu11": "201112", "gnu17": "201710", "gnu23": "202000",
	}
	sources := map[string]string{
		"cpp": "#include <bits/stdc++.h>\nint main() { std::printf(\"%ld\\n\", __cplusplus); }\n",
		"c":   "#include <stdio.h>\nint main(void) { printf(\"%ld\\n\", __STDC_VERSION__); }\n",
	}
	for id, source := range sources {
		base, _ := languages.Default().ByID(id)
		for _, std := range base.Standards {
			t.Run(std, func(t *testing.T) {
				t.Parallel()
				table, err := languages.Default().With(map[string]languages.Override{id: {Std: std}})
				if err != nil {
					t.Fatal(err)
				}
				l, _ := table.ByID(id)
				b := s.build(t, l, problem.Program{Name: "std" + l.Extensions[0], Source: []byte(source)})
				if !b.ok || b.output != "" {
					t.Fatal("it should compile without a word")
				}
				if ran := s.run(t, b, ""); strings.TrimSpace(ran.stdout) != versions[std] {
					t.Errorf("version %q, want %s", ran.stdout, versions[std])
				}
			})
		}
	}
}

// GCC says by -H which headers it reads: "!" marks a precompiled one.
func TestPrecompiledHeadersAreUsed(t *testing.T) {
	t.Parallel()
	s := start(t)
	l, _ := languages.Default().ByID("cpp")
	include := "#include <bits/stdc++.h>\nint main() {}\n"
	type test struct {
		name, std string
		flags     []string
		source    string
		used      bool
	}
	tests := []test{
		{"a comment and macros before", l.Standard, nil, "// me\n#define ll long long\n" + include, true},
		{"flags of the user's", l.Standard, []string{"-DLOCAL", "-Wextra", "-g", "-O3"}, include, true},
		// Used here, they would change what the program means.
		{"a pragma before", l.Standard, nil, "#pragma GCC optimize(\"O3\")\n" + include, false},
		{"a target before", l.Standard, nil, "#pragma GCC target(\"popcnt\")\n" + include, false},
		{"a macro of the library before", l.Standard, nil, "#define _GLIBCXX_DEBUG\n" + include, false},
		{"a sanitizer with macros of its own", l.Standard, []string{"-fsanitize=address"}, include, false},
		{"another optimization", l.Standard, []string{"-O0"}, include, false},
	}
	r, err := l.Recipe(&problem.Program{Name: "a.cpp"})
	if err != nil {
		t.Fatal(err)
	}
	checks := slices.DeleteFunc(slices.Clone(r.Sanitize.Compile), func(arg string) bool {
		return !strings.HasPrefix(arg, "-") || slices.Contains(r.Compile, arg)
	})
	tests = append(tests, test{"the flags of the checks that explain a failure", l.Standard, checks, include, true})
	for _, std := range l.Standards {
		tests = append(tests, test{"the default flags for " + std, std, nil, include, true})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			table, err := languages.Default().With(map[string]languages.Override{"cpp": {Std: tt.std, CompileFlags: append(slices.Clone(tt.flags), "-H")}})
			if err != nil {
				t.Fatal(err)
			}
			l, _ := table.ByID("cpp")
			b := s.build(t, l, problem.Program{Name: "a.cpp", Source: []byte(tt.source)})
			used := ""
			for _, line := range strings.Split(b.output, "\n") {
				if strings.HasPrefix(line, "! ") {
					used = line
				}
			}
			if !b.ok || tt.used != strings.Contains(used, ".gch/"+tt.std+"-") {
				t.Errorf("compiled %v, precompiled header %q", b.ok, used)
			}
		})
	}
}

// What is compiled ahead means the same as what is read anew: a declaration before the
// include keeps GCC from using the precompiled header.
func TestPrecompiledHeadersChangeNoProgram(t *testing.T) {
	t.Parallel()
	s := start(t)
	source := read(t, filepath.Join("testdata", "library.cpp"))
	anew := append([]byte("namespace textual {}\n#line 1\n"), source...)
	for _, std := range []string{"gnu++20", "gnu++23"} {
		table, err := languages.Default().With(map[string]languages.Override{"cpp": {Std: std}})
		if err != nil {
			t.Fatal(err)
		}
		l, _ := table.ByID("cpp")
		t.Run(std, func(t *testing.T) {
			t.Parallel()
			var printed [2]string
			for i, source := range [][]byte{source, anew} {
				b := s.build(t, l, problem.Program{Name: "library.cpp", Source: source})
				if !b.ok {
					t.Fatalf("it should compile:\n%s", b.output)
				}
				ran := s.run(t, b, "")
				if ran.code != 0 {
					t.Fatalf("exit code %d: %s%s", ran.code, ran.stdout, ran.stderr)
				}
				printed[i] = ran.stdout
			}
			if printed[0] != printed[1] || strings.Count(printed[0], "\n") < 30 {
				t.Errorf("precompiled, it prints\n%s\nand compiled with the headers\n%s", printed[0], printed[1])
			}
		})
	}
}

func TestMemoryAndStackAreTheUsers(t *testing.T) {
	t.Parallel()
	s := start(t)
	l, _ := languages.Default().ByID("java")
	b := s.build(t, l, problem.Program{Name: "a.java", Source: []byte(`
class Memory {
    public static void main(String[] args) {
        System.out.println(Runtime.getRuntime().maxMemory() >> 20);
    }
}`)})
	ran := s.run(t, b, "")
	var mb int
	if _, err := fmt.Sscan(ran.stdout, &mb); err != nil || mb < memoryMB*9/10 || mb > memoryMB {
		t.Errorf("Java's heap is %q MiB, want about %d", ran.stdout, memoryMB)
	}
}
