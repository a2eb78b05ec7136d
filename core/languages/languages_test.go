package languages

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/problem"
)

// language is one of the default table.
func language(t testing.TB, id string) *Language {
	t.Helper()
	l, ok := Default().ByID(id)
	if !ok {
		t.Fatalf("there is no language %s", id)
	}
	return l
}

func TestForFileGoesByTheExtension(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, want string }{
		{"a plain name", "sol.cpp", "cpp"},
		{"a path", "/home/me/x.d/sol.py", "python"},
		{"several dots", "a.b.c.java", "java"},
		{"another of its extensions", "sol.cc", "cpp"},
		{"capital letters", "SOL.CPP", "cpp"},
		{"a capital C", "sol.C", "c"},
		{"a variant's own extension", "sol.pypy", "pypy"},
		{"no extension", "Makefile", ""},
		{"an unknown one", "sol.txt", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if l, ok := Default().ForFile(tt.file); ok {
				got = l.ID
			}
			if got != tt.want {
				t.Errorf("ForFile(%q) = %q, want %q", tt.file, got, tt.want)
			}
		})
	}
}

func TestForSourceHeedsAShebangLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, source, want string }{
		{"none", "a.py", "print(1)", "python"},
		{"pypy3", "a.py", "#!pypy3\n", "pypy"},
		{"by env", "a.py", "#!/usr/bin/env pypy3\nprint(1)", "pypy"},
		{"by env with options", "a.py", "#!/usr/bin/env -S pypy3 -O\r\n", "pypy"},
		{"by its path, with a version", "a.py", "#! /usr/bin/pypy3.10", "pypy"},
		{"python3", "a.py", "#!/usr/bin/env python3\n", "python"},
		{"not in the first line", "a.py", "\n#!pypy3\n", "python"},
		{"another language's", "a.py", "#!/usr/bin/luajit\n", "python"},
		{"only in a comment", "a.py", "# pypy3\n", "python"},
		{"LuaJIT", "a.lua", "#!/usr/bin/luajit\n", "luajit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, ok := Default().ForSource(tt.file, []byte(tt.source))
			if !ok || l.ID != tt.want {
				t.Errorf("got %v, want %s", l, tt.want)
			}
		})
	}
}

func TestRecipe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, id string
		program  problem.Program
		source   string
		compile  string // the last arguments, joined
		run      string
	}{
		{"C++ keeps its name", "cpp", problem.Program{Name: "sol.cpp"}, "sol.cpp", "-o out/main sol.cpp", "{dir}/main"},
		{"a name that looks like an option", "cpp", problem.Program{Name: "-o.cpp"}, "-o.cpp", "-o out/main ./-o.cpp", "{dir}/main"},
		{"a name that looks like a file of options", "c", problem.Program{Name: "@a.c"}, "@a.c", "./@a.c -lm", "{dir}/main"},
		{"a name with spaces and letters beyond ASCII", "python", problem.Program{Name: "meine Lösung.py"}, "meine Lösung.py", "py_compile meine Lösung.py", "python3 {dir}/meine Lösung.py"},
		{"a path is no part of the name", "python", problem.Program{Name: `C:\contest\a.py`}, "a.py", "py_compile a.py", "python3 {dir}/a.py"},
		{"a name that a placeholder would change", "python", problem.Program{Name: "{dir}.py"}, "main.py", "py_compile main.py", "python3 {dir}/main.py"},
		{"a new document without a name", "cpp", problem.Program{Name: "Untitled-1"}, "Untitled-1.cpp", "out/main Untitled-1.cpp", "{dir}/main"},
		{"nothing but an extension", "cpp", problem.Program{Name: ".cpp"}, "main.cpp", "out/main main.cpp", "{dir}/main"},
		{"no name at all", "cpp", problem.Program{}, "main.cpp", "out/main main.cpp", "{dir}/main"},
		{"two dots", "cpp", problem.Program{Name: ".."}, "main.cpp", "out/main main.cpp", "{dir}/main"},
		{"an extension in capital letters", "cpp", problem.Program{Name: "SOL.CPP"}, "SOL.cpp", "out/main SOL.cpp", "{dir}/main"},
		{"PyPy by shebang", "python", problem.Program{Name: "a.py", Source: []byte("#!pypy3")}, "a.py", "pypy3 -I -m py_compile a.py", "pypy3 {dir}/a.py"},
		{"Java is named after its class", "java", problem.Program{Name: "sol.java", Source: []byte("public class Main { public static void main(String[] a) {} }")},
			"Main.java", "-d out Main.java", "-cp {dir} Main"},
		{"Java in a package", "java", problem.Program{Name: "sol.java", Source: []byte("package a; class B { public static void main(String[] a) {} }")},
			"B.java", "-d out B.java", "-cp {dir} a.B"},
		{"Go has one name", "go", problem.Program{Name: "x_test.go"}, "main.go", "go-build main.go out/main", "{dir}/main"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := language(t, tt.id).Recipe(&tt.program)
			if err != nil {
				t.Fatal(err)
			}
			if r.SourceName != tt.source {
				t.Errorf("source %q, want %q", r.SourceName, tt.source)
			}
			if got := strings.Join(r.Compile, " "); !strings.HasSuffix(got, tt.compile) {
				t.Errorf("compile %q should end in %q", got, tt.compile)
			}
			if got := strings.Join(r.Run, " "); !strings.HasSuffix(got, tt.run) {
				t.Errorf("run %q should end in %q", got, tt.run)
			}
		})
	}
}

func TestRecipeOfCPlusPlusIsThatOfAContest(t *testing.T) {
	t.Parallel()
	r, err := language(t, "cpp").Recipe(&problem.Program{Name: "a.cpp"})
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"-std=gnu++20", "-O2", "-DONLINE_JUDGE"} {
		if !slices.Contains(r.Compile, flag) {
			t.Errorf("%s is missing in %q", flag, r.Compile)
		}
	}
	for _, flag := range r.Compile {
		if strings.HasPrefix(flag, "-march") || flag == "-static" || flag == flagsPlaceholder {
			t.Errorf("%s does not belong in %q", flag, r.Compile)
		}
	}
	if r.Language != "cpp" || r.Threads || !slices.Contains(r.OutOfMemory, "std::bad_alloc") {
		t.Errorf("recipe %+v", r)
	}
}

func TestEveryRecipeIsComplete(t *testing.T) {
	t.Parallel()
	for _, l := range Default().All() {
		r, err := l.Recipe(&problem.Program{Name: "a" + l.Extensions[0]})
		if err != nil {
			t.Fatal(err)
		}
		for _, arg := range append(slices.Clone(r.Compile), r.Run...) {
			for _, left := range []string{"{source}", "{std}", "{flags}", "{class}", "{main_class}", "{name}"} {
				if strings.Contains(arg, left) {
					t.Errorf("%s: %q is not filled in %q", l.ID, left, arg)
				}
			}
		}
		if r.SourceName == "" || len(r.Run) == 0 || len(r.Compile) == 0 {
			t.Errorf("%s: recipe %+v", l.ID, r)
		}
	}
}

func TestRecipesDoNotShareMemory(t *testing.T) {
	t.Parallel()
	l := language(t, "python")
	a, _ := l.Recipe(&problem.Program{Name: "a.py"})
	a.Env[0], a.OutOfMemory[0] = "changed", "changed"
	b, _ := l.Recipe(&problem.Program{Name: "a.py"})
	if b.Env[0] == "changed" || b.OutOfMemory[0] == "changed" {
		t.Error("a change of one recipe reached another")
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	tests := []struct{ id, output, want string }{
		{"cpp", "g++ (Debian 14.2.0-19) 14.2.0\nCopyright", "14.2.0"},
		{"python", "Python 3.13.5\n", "3.13.5"},
		{"pypy", "Python 3.11.11 (7.3.19+dfsg-2, Mar 02 2025)\n[PyPy 7.3.19 with GCC 14.2.0]\n", "7.3.19"},
		{"java", "openjdk version \"21.0.8\" 2025-07-15\n", "21.0.8"},
		{"fortran", "GNU Fortran (Debian 14.2.0-19) 14.2.0\nCopyright (C) 2024\n", "14.2.0"},
	}
	for _, tt := range tests {
		if got, ok := language(t, tt.id).Version([]byte(tt.output)); !ok || got != tt.want {
			t.Errorf("%s: version %q, want %q", tt.id, got, tt.want)
		}
	}
	if _, ok := language(t, "cpp").Version([]byte("sh: g++: not found")); ok {
		t.Error("a version was found where there is none")
	}
}

func TestLocalIncludes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, id, source string
		want             []string
	}{
		{"quotes and spaces", "cpp", "#include \"testlib.h\"\n #  include \"lib/tree.hpp\"\n#include <vector>\n#include \"testlib.h\"\n", []string{"testlib.h", "lib/tree.hpp"}},
		{"angle brackets that may be the user's", "cpp", "#include <atcoder/all>\n#include <algorithm>\n#include <testlib.h>\n", []string{"atcoder/all", "testlib.h"}},
		{"only at the start of a line", "c", "char *s = \"#include \\\"x.h\\\"\"; // #include \"y.h\"\n", nil},
		{"modules of Python", "python", "import util\nimport os, heapq as h, pkg.mod\n    from helper import f\n",
			[]string{"util.py", "util/__init__.py", "os.py", "os/__init__.py", "heapq.py", "heapq/__init__.py", "pkg/mod.py", "pkg/mod/__init__.py",
				"helper.py", "helper/__init__.py", "helper/f.py", "helper/f/__init__.py"}},
		{"relative imports of Python", "python", "from . import a\nfrom .b import (c,\n  d as e)\n",
			[]string{"a.py", "a/__init__.py", "b.py", "b/__init__.py", "b/c.py", "b/c/__init__.py", "b/d.py", "b/d/__init__.py"}},
		{"a parent folder", "cpp", "#include \"../lib/./x.h\"\n", []string{"../lib/x.h"}},
		{"JavaScript", "javascript", "const a = require('./a');\nimport b from \"./b.mjs\";\nconst fs = require('fs');\n", []string{"a", "a.js", "a.cjs", "a.json", "b.mjs"}},
		{"modules of Rust", "rust", "mod graph;\npub mod tree;\nmod inline { }\n", []string{"graph.rs", "graph/mod.rs", "tree.rs", "tree/mod.rs"}},
		{"units of Pascal", "pascal", "uses\n  math, sysutils;\n{$I fast.inc}\n", []string{"fast.inc", "math.pas", "math.pp", "sysutils.pas", "sysutils.pp"}},
		{"modules of Haskell", "haskell", "import qualified Data.Map as M\nimport Util\n", []string{"Data/Map.hs", "Util.hs"}},
		{"Ruby", "ruby", "require 'set'\nrequire_relative 'lib/a'\n", []string{"lib/a", "lib/a.rb"}},
		{"Bash", "bash", ". ./a.sh\nsource \"$(dirname \"$0\")/lib/b.sh\"\n", []string{"a.sh", "lib/b.sh"}},
		{"a language without includes", "java", "import java.util.*;\n", nil},
		{"nothing", "cpp", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := language(t, tt.id).LocalIncludes([]byte(tt.source))
			if tt.id == "pascal" {
				slices.Sort(got)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzLocalIncludes(f *testing.F) {
	f.Add("#include \"a\"\nimport a, b as c\nfrom . import (d,\n e)\nrequire('./x')")
	f.Fuzz(func(t *testing.T, source string) {
		for _, l := range Default().All() {
			for _, name := range l.LocalIncludes([]byte(source)) {
				if name == "" || name == "." {
					t.Errorf("%s: name %q", l.ID, name)
				}
			}
		}
	})
}
