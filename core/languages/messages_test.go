package languages

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"stresstester/core/problem"
)

func TestDiagnostics(t *testing.T) {
	t.Parallel()
	type diagnostics = []problem.Diagnostic
	own := func(line, column int, severity, message string) problem.Diagnostic {
		return problem.Diagnostic{Path: "/home/me/sol", Line: line, Column: column, Severity: severity, Message: message}
	}
	tests := []struct {
		name, id, source string
		output           string
		want             diagnostics
	}{
		{"an error, a warning and a note of GCC", "cpp", "sol.cpp", `sol.cpp: In function ‘int main()’:
sol.cpp:5:2: error: ‘y’ was not declared in this scope
    5 |  y=1;
      |  ^
sol.cpp:6:15: warning: unused variable ‘u’ [-Wunused-variable]
sol.cpp:3:1: note: declared here
sol.cpp:9:10: fatal error: no.h: No such file or directory
compilation terminated.
`, diagnostics{
			own(5, 2, "error", "‘y’ was not declared in this scope"),
			own(6, 15, "warning", "unused variable ‘u’ [-Wunused-variable]"),
			own(3, 1, "note", "declared here"),
			own(9, 10, "error", "no.h: No such file or directory"),
		}},
		{"an error inside the standard library is shown where the source led there", "cpp", "sol.cpp", `In file included from /usr/include/c++/14/bits/stl_algobase.h:71,
                 from /usr/include/c++/14/algorithm:60,
                 from sol.cpp:1:
/usr/include/c++/14/bits/predefined_ops.h: In instantiation of ‘constexpr bool f()’:
/usr/include/c++/14/bits/stl_algo.h:1777:14:   required from ‘constexpr void std::__insertion_sort()’
 1777 |           if (__comp(__i, __first))
sol.cpp:4:11:   required from here
    4 |  std::sort(v.begin(),v.end());
      |  ~~~~~~~~~^~~~~~~~~~~~~~~~~~~
/usr/include/c++/14/bits/predefined_ops.h:45:23: error: no match for ‘operator<’
   45 |       { return *__it1 < *__it2; }
/usr/include/c++/14/bits/stl_iterator.h:1180:5: note: candidate: ‘template<class T>’
/usr/include/c++/14/bits/predefined_ops.h:45:23: error: no match for ‘operator<’
`, diagnostics{own(4, 11, "error", "no match for ‘operator<’ (in predefined_ops.h:45)")}},
		{"an error inside a header with no more than its inclusion to go by", "cpp", "sol.cpp", `In file included from sol.cpp:2:
/usr/include/x.h:4:1: error: bad
`, diagnostics{own(2, 0, "error", "bad (in x.h:4)")}},
		{"a header that nobody led to", "cpp", "sol.cpp", "/usr/include/x.h:4:1: error: bad\n", diagnostics{own(0, 0, "error", "bad (in x.h:4)")}},
		{"an include of the user's", "cpp", "sol.cpp", "In file included from sol.cpp:1:\nlib/tree.h:7:3: error: bad\n",
			diagnostics{{Path: "/home/me/lib/tree.h", Line: 7, Column: 3, Severity: "error", Message: "bad"}}},
		{"a function that is nowhere", "cpp", "sol.cpp", "/usr/bin/ld: /tmp/cczNup10.o: in function `main':\n/w/build/sol.cpp:3:(.text.startup+0x1): undefined reference to `f()'\ncollect2: error: ld returned 1 exit status\n",
			diagnostics{own(3, 0, "error", "undefined reference to `f()'")}},
		{"no main", "cpp", "sol.cpp", "/usr/bin/ld: /usr/lib/Scrt1.o: in function `_start':\n(.text+0x17): undefined reference to `main'\ncollect2: error: ld returned 1 exit status\n",
			diagnostics{own(0, 0, "error", "undefined reference to `main'")}},
		{"a name that looks like an option", "cpp", "-o.cpp", "./-o.cpp:1:1: error: bad\n", diagnostics{own(1, 1, "error", "bad")}},
		{"a syntax error of Python", "python", "sol.py", "  File \"sol.py\", line 2\n    for i in range(n)\n                     ^\nSyntaxError: expected ':'\n",
			diagnostics{own(2, 0, "error", "SyntaxError: expected ':'")}},
		{"an indentation error as py_compile says it", "python", "sol.py", "Sorry: IndentationError: unexpected indent (sol.py, line 3)\n",
			diagnostics{own(3, 0, "error", "IndentationError: unexpected indent")}},
		{"a warning of Python", "python", "sol.py", "sol.py:3: SyntaxWarning: invalid escape sequence '\\d'\n  x = '\\d'\n",
			diagnostics{own(3, 0, "warning", "SyntaxWarning: invalid escape sequence '\\d'")}},
		{"an error of javac", "java", "Main.java", "Main.java:5: error: cannot find symbol\n        foo(n);\n        ^\n  symbol:   method foo(int)\n  location: class Main\nMain.java:7: error: ';' expected\n        n++\n           ^\n2 errors\n",
			diagnostics{own(5, 9, "error", "cannot find symbol: symbol: method foo(int)"), own(7, 12, "error", "';' expected")}},
		{"a warning of javac", "java", "Main.java", "Main.java:3: warning: [removal] finalize() in Object has been deprecated\n    void f() {\n         ^\n1 warning\n",
			diagnostics{own(3, 10, "warning", "[removal] finalize() in Object has been deprecated")}},
		{"an error of Rust", "rust", "sol.rs", "error[E0425]: cannot find value `m` in this scope\n --> sol.rs:3:20\n  |\n3 |     m\n\nerror: aborting due to 1 previous error\n",
			diagnostics{own(3, 20, "error", "cannot find value `m` in this scope")}},
		{"an error of Go", "go", "main.go", "./main.go:7:14: undefined: m\n", diagnostics{own(7, 14, "error", "undefined: m")}},
		{"an error of Haskell", "haskell", "sol.hs", "\nsol.hs:4:12: error: [GHC-83865]\n    • Couldn't match type ‘Int’ with ‘[Char]’\n      Expected: String\n  |\n4 |   putStrLn n\n",
			diagnostics{own(4, 12, "error", "• Couldn't match type ‘Int’ with ‘[Char]’ Expected: String")}},
		{"OCaml counts columns from 0", "ocaml", "sol.ml", "File \"sol.ml\", line 3, characters 16-17:\n3 |   print_endline n\n                    ^\nError: This has type int\n       but string was expected\n",
			diagnostics{own(3, 17, "error", "This has type int but string was expected")}},
		{"an error of C#", "csharp", "sol.cs", "sol.cs(7,17): error CS0029: Cannot implicitly convert type `string' to `int'\nCompilation failed: 1 error(s), 0 warnings\n",
			diagnostics{own(7, 17, "error", "CS0029: Cannot implicitly convert type `string' to `int'")}},
		{"an error of Pascal", "pascal", "sol.pas", "sol.pas(7,11) Error: Identifier not found \"m\"\nsol.pas(9) Fatal: There were 1 errors\n",
			diagnostics{own(7, 11, "error", "Identifier not found \"m\"")}},
		{"an error of Fortran", "fortran", "sol.f90", "sol.f90:5:12:\n\n    5 |   print *, m\n      |            1\nError: Symbol 'm' at (1) has no IMPLICIT type\n",
			diagnostics{own(5, 12, "error", "Symbol 'm' at (1) has no IMPLICIT type")}},
		{"an error of PHP", "php", "sol.php", "PHP Parse error:  syntax error, unexpected token \"{\" in sol.php on line 3\nErrors parsing sol.php\n",
			diagnostics{own(3, 0, "error", "syntax error, unexpected token \"{\"")}},
		{"a number that is none", "cpp", "sol.cpp", "sol.cpp:99999999999999999999:1: error: bad\n", diagnostics{own(0, 1, "error", "bad")}},
		{"nothing of interest", "cpp", "sol.cpp", "collect2: error: ld returned 1 exit status\n", nil},
		{"nothing", "cpp", "sol.cpp", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := &problem.Program{Path: "/home/me/sol", Recipe: problem.Recipe{SourceName: tt.source}, Includes: []problem.File{{Name: "lib/tree.h"}}}
			got := language(t, tt.id).Diagnostics([]byte(tt.output), p)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDiagnosticsNameTheUsersDocuments(t *testing.T) {
	t.Parallel()
	l := language(t, "java")
	p := &problem.Program{Name: "sol.java", Path: "untitled:Untitled-1", Source: []byte("public class Main {}")}
	got := l.Diagnostics([]byte("Main.java:1: error: bad\n"), p)
	if len(got) != 1 || got[0].Path != "untitled:Untitled-1" {
		t.Errorf("got %+v", got)
	}
	p = &problem.Program{Name: "a.cpp", Path: `C:\contest\a.cpp`, Includes: []problem.File{{Name: "b.h"}}}
	got = language(t, "cpp").Diagnostics([]byte("b.h:1:2: error: bad\n"), p)
	if len(got) != 1 || got[0].Path != `C:\contest\b.h` {
		t.Errorf("got %+v", got)
	}
}

func TestDiagnosticsAreBounded(t *testing.T) {
	t.Parallel()
	var output strings.Builder
	for i := range 3 * maxDiagnostics {
		output.WriteString("a.cpp:" + strings.Repeat("1", 1+i%5) + ":" + strings.Repeat("2", 1+i%3) + ": error: bad " + strings.Repeat("x", i%700) + "\n")
	}
	got := language(t, "cpp").Diagnostics([]byte(output.String()), &problem.Program{Name: "a.cpp"})
	if len(got) != maxDiagnostics {
		t.Errorf("%d diagnostics", len(got))
	}
}

func TestCrashLine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, id, source string
		stderr           string
		want             int // 0: none
	}{
		{"the innermost frame of Python that is the user's", "python", "sol.py",
			"Traceback (most recent call last):\n  File \"/w/1/sol.py\", line 9, in <module>\n    main()\n  File \"/w/1/sol.py\", line 5, in main\n    f()\n  File \"/usr/lib/python3.13/heapq.py\", line 3, in f\nIndexError: bad\n", 5},
		{"the last of chained exceptions", "python", "sol.py",
			"Traceback (most recent call last):\n  File \"/w/sol.py\", line 2, in <module>\nKeyError\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"/w/sol.py\", line 4, in <module>\nValueError\n", 4},
		{"another file of the user's is not the source", "python", "sol.py", "  File \"/w/util.py\", line 3, in f\n", 0},
		{"a file with the same ending", "python", "sol.py", "  File \"/w/mysol.py\", line 3, in f\n", 0},
		{"Java", "java", "Main.java", "Exception in thread \"main\" java.lang.ArrayIndexOutOfBoundsException: Index 5\n\tat java.base/java.util.Arrays.f(Arrays.java:99)\n\tat contest.Main.pick(Main.java:7)\n\tat contest.Main.main(Main.java:13)\n", 7},
		{"an assertion of C++", "cpp", "sol.cpp", "main: sol.cpp:7: int main(): Assertion `n < 5' failed.\n", 7},
		{"an assertion of the standard library is in no line of the user's", "cpp", "sol.cpp", "/usr/include/c++/14/bits/stl_vector.h:1130: f(): Assertion '__n < this->size()' failed.\n", 0},
		{"undefined behaviour", "cpp", "sol.cpp", "sol.cpp:3:21: runtime error: signed integer overflow\n", 3},
		{"the frame of an address sanitizer that is the user's", "cpp", "sol.cpp", "==41==ERROR: AddressSanitizer\n    #0 0x7f in memcpy (/usr/lib/libasan.so+0x1)\n    #1 0x55 in f(int) /w/build/sol.cpp:4:2\n    #2 0x55 in main /w/build/sol.cpp:9\n", 4},
		{"Go", "go", "main.go", "panic: bad\n\ngoroutine 1 [running]:\nmain.pick(...)\n\t./main.go:6\nmain.main()\n\t./main.go:12 +0x9b\n", 6},
		{"Rust", "rust", "sol.rs", "\nthread 'main' panicked at sol.rs:2:5:\nindex out of bounds\n", 2},
		{"JavaScript", "javascript", "sol.js", "/w/out/sol.js:4\n  x\n  ^\n\nTypeError: bad\n    at pick (/w/out/sol.js:4:20)\n    at Object.<anonymous> (/w/out/sol.js:8:13)\n", 4},
		{"a module of JavaScript", "javascript", "sol.mjs", "TypeError: bad\n    at pick (file:///w/out/sol.mjs:4:20)\n", 4},
		{"Perl", "perl", "sol.pl", "Illegal division by zero at /w/sol.pl line 6, <STDIN> line 1.\n", 6},
		{"Lua cuts long paths", "lua", "sol.lua", "lua5.4: ...lder/out/sol.lua:2: attempt to index a nil value\nstack traceback:\n", 2},
		{"PHP", "php", "sol.php", "PHP Fatal error:  Uncaught DivisionByZeroError: Division by zero in /w/sol.php:3\nStack trace:\n#0 {main}\n  thrown in /w/sol.php on line 3\n", 3},
		{"a crash without a word", "cpp", "sol.cpp", "Segmentation fault\n", 0},
		{"nothing", "python", "sol.py", "", 0},
		{"a line 0", "python", "sol.py", "  File \"sol.py\", line 0\n", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := &problem.Program{Path: "/home/me/x", Recipe: problem.Recipe{SourceName: tt.source}, Includes: []problem.File{{Name: "util.py"}}}
			line, ok := language(t, tt.id).CrashLine([]byte(tt.stderr), p)
			if line != tt.want || ok != (tt.want > 0) {
				t.Errorf("line %d (%v), want %d", line, ok, tt.want)
			}
		})
	}
}

func TestCrash(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, id, source, stderr string
		want                     problem.Location
	}{
		{"Python, with the calls that led there", "python", "sol.py",
			"Traceback (most recent call last):\n  File \"/w/1/sol.py\", line 9, in <module>\n    main()\n    ~~~~^^\n  File \"/w/1/sol.py\", line 5, in main\n    f()\nIndexError: list index out of range\n",
			problem.Location{Line: 5, Note: "IndexError: list index out of range", Stack: []problem.Frame{{Function: "main", Line: 5}, {Function: "<module>", Line: 9}}}},
		{"the last of chained exceptions", "python", "sol.py",
			"Traceback (most recent call last):\n  File \"/w/sol.py\", line 2, in <module>\nKeyError: 3\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"/w/sol.py\", line 4, in <module>\nValueError: bad\n",
			problem.Location{Line: 4, Note: "ValueError: bad", Stack: []problem.Frame{{Function: "<module>", Line: 4}}}},
		{"Java", "java", "Main.java",
			"Exception in thread \"main\" java.lang.ArrayIndexOutOfBoundsException: Index 5\n\tat java.base/java.util.Arrays.f(Arrays.java:99)\n\tat contest.Main.pick(Main.java:7)\n\tat contest.Main.main(Main.java:13)\n",
			problem.Location{Line: 7, Note: "java.lang.ArrayIndexOutOfBoundsException: Index 5",
				Stack: []problem.Frame{{Function: "contest.Main.pick", Line: 7}, {Function: "contest.Main.main", Line: 13}}}},
		{"Go", "go", "main.go", "panic: runtime error: index out of range [5]\n\ngoroutine 1 [running]:\nmain.main()\n\t./main.go:12 +0x9b\n",
			problem.Location{Line: 12, Note: "runtime error: index out of range [5]", Stack: []problem.Frame{{Function: "main", Line: 12}}}},
		{"Rust", "rust", "sol.rs", "\nthread 'main' panicked at sol.rs:2:5:\nindex out of bounds: the len is 3\n",
			problem.Location{Line: 2, Note: "index out of bounds: the len is 3", Stack: []problem.Frame{{Line: 2}}}},
		{"Ruby", "ruby", "sol.rb", "/w/sol.rb:2:in 'Integer#/': divided by 0 (ZeroDivisionError)\n\tfrom /w/sol.rb:2:in 'Object#pick'\n",
			problem.Location{Line: 2, Note: "divided by 0 (ZeroDivisionError)",
				Stack: []problem.Frame{{Function: "Integer#/", Line: 2}, {Function: "Object#pick", Line: 2}}}},
		{"Perl", "perl", "sol.pl", "Illegal division by zero at /w/sol.pl line 6, <STDIN> line 1.\n",
			problem.Location{Line: 6, Note: "Illegal division by zero", Stack: []problem.Frame{{Line: 6}}}},
		{"Lua", "lua", "sol.lua", "lua5.4: /w/sol.lua:2: attempt to index a nil value\nstack traceback:\n",
			problem.Location{Line: 2, Note: "attempt to index a nil value", Stack: []problem.Frame{{Line: 2}}}},
		{"PHP", "php", "sol.php", "PHP Fatal error:  Uncaught DivisionByZeroError: Division by zero in /w/sol.php:3\nStack trace:\n#0 {main}\n  thrown in /w/sol.php on line 3\n",
			problem.Location{Line: 3, Note: "DivisionByZeroError: Division by zero", Stack: []problem.Frame{{Line: 3}}}},
		{"JavaScript", "javascript", "sol.js", "/w/out/sol.js:4\n  x\n  ^\n\nTypeError: bad\n    at pick (/w/out/sol.js:4:20)\n    at Object.<anonymous> (/w/out/sol.js:8:13)\n",
			problem.Location{Line: 4, Note: "TypeError: bad", Stack: []problem.Frame{{Function: "pick", Line: 4}, {Function: "Object.<anonymous>", Line: 8}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := &problem.Program{Name: c.source, Path: "/home/me/x", Recipe: problem.Recipe{SourceName: c.source}}
			got := language(t, c.id).Crash([]byte(c.stderr), p)
			c.want.File, c.want.TokenIndex = c.source, -1
			if diff := cmp.Diff(&c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzDiagnostics(f *testing.F) {
	f.Add("a.cpp:1:2: error: x\nIn file included from a.cpp:1:\n/usr/x.h:1:1: error: y\n", "a.cpp")
	f.Add("  File \"a.py\", line 2\n    x\nSyntaxError: bad\n", "a.py")
	f.Add("error: x\n --> a.rs:1:1\nFile \"a.ml\", line 1, characters 0-1:\nError: y\n", "a.rs")
	f.Fuzz(func(t *testing.T, output, name string) {
		p := &problem.Program{Name: name, Path: "path/" + name}
		for _, l := range Default().All() {
			for _, d := range l.Diagnostics([]byte(output), p) {
				if d.Line < 0 || d.Column < 0 || d.Message == "" || d.Path != p.Path {
					t.Errorf("%s: %+v", l.ID, d)
				}
				if d.Severity != severityError && d.Severity != severityWarning && d.Severity != severityNote {
					t.Errorf("%s: severity %q", l.ID, d.Severity)
				}
			}
		}
	})
}

func FuzzCrashLine(f *testing.F) {
	f.Add("  File \"a.py\", line 2\n\tat A.b(A.java:1)\n a at a line 3", "a")
	f.Fuzz(func(t *testing.T, stderr, name string) {
		p := &problem.Program{Name: name, Path: "path"}
		for _, l := range Default().All() {
			if line, ok := l.CrashLine([]byte(stderr), p); ok != (line > 0) {
				t.Errorf("%s: line %d, %v", l.ID, line, ok)
			}
		}
	})
}
