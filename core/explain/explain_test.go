package explain_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/compare"
	"stresstester/core/explain"
	"stresstester/core/problem"
)

func TestAim(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, expected, actual string
		want                   explain.Target
		nothing                bool
	}{
		{name: "the only byte of a token", expected: "1 2", actual: "1 3", want: explain.Target{At: 2, End: 3}},
		{name: "the first byte of a token that differs", expected: "10\n125\n", actual: "10\n129\n", want: explain.Target{At: 5, End: 6}},
		{name: "the byte that makes a token too long", expected: "5 7", actual: "57", want: explain.Target{At: 1, End: 2}},
		{name: "the last byte of a token that is too short", expected: "57", actual: "5", want: explain.Target{At: 0, End: 1}},
		{name: "the first token too much", expected: "1", actual: "1\n77\n", want: explain.Target{At: 2, End: 4}},
		{name: "the last byte of an output that ends too early", expected: "1 2", actual: "1 \n", want: explain.Target{At: 0, End: 3, Ended: true}},
		{name: "nothing in an output that is empty", expected: "1", actual: "\n", nothing: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, differs := compare.First(problem.Comparison{}, []byte(c.expected), []byte(c.actual))
			if !differs {
				t.Fatal("the outputs do not differ")
			}
			got, ok := explain.Aim(&d, []byte(c.actual))
			if ok == c.nothing {
				t.Fatalf("Aim: %v", ok)
			}
			if diff := cmp.Diff(c.want, got); ok && diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestATracedRunThatPrintedSomethingElseExplainsNothing(t *testing.T) {
	t.Parallel()
	target := explain.Target{At: 4, End: 5}
	for output, want := range map[string]bool{"1 2 3": true, "1 2 3 4": true, "1 2 4": false, "9 2 3": false, "1 2 ": false, "": false} {
		if got := target.Agrees([]byte("1 2 3\n"), []byte(output)); got != want {
			t.Errorf("output %q agrees: %v", output, got)
		}
	}
}

func TestPrinted(t *testing.T) {
	t.Parallel()
	d := &problem.Difference{TokenIndex: 1, ExpectedToken: "5", ActualToken: "4"}
	sources := explain.Sources{"sol.cpp", "fast.h"}
	for _, c := range []struct {
		name, log, output string
		want              *problem.Location
	}{
		{name: "the innermost line", log: "w 0 2 3:main\nw 2 4 7:show 9:main\n", output: "1 4\n",
			want: &problem.Location{File: "sol.cpp", Line: 7, Stack: []problem.Frame{{Function: "show", Line: 7}, {Function: "main", Line: 9}}}},
		{name: "a line that printed several lines", log: "w 0 6 7:main\n", output: "1 4\n9\n",
			want: &problem.Location{File: "sol.cpp", Line: 7, Stack: []problem.Frame{{Function: "main", Line: 7}},
				Note: "this line printed 2 lines at once, which the program had put together before"}},
		{name: "no write of that byte", log: "w 0 2 3:main\nw 3 4 7:main\n", output: "1 4\n"},
		{name: "a write beyond the output", log: "w 0 99 3:main\n", output: "1 4\n"},
		{name: "no line", log: "w 0 4\n", output: "1 4\n"},
		{name: "no log", output: "1 4\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.want != nil {
				c.want.TokenIndex, c.want.ExpectedToken, c.want.ActualToken = 1, "5", "4"
			}
			trace := explain.ParseLog([]byte(c.log), "sol.cpp", nil)
			got := sources.Printed(explain.Target{At: 2, End: 3}, d, trace, []byte(c.output))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// included answers every address with a call in a header that was made from the
// source.
type included struct{}

func (included) Calls(address uint64) []explain.Call {
	return []explain.Call{{File: "fast.h", Function: "put", Line: 4}, {File: "/usr/include/stdio.h", Line: 8},
		{File: "./sol.cpp", Function: "main", Line: int(address), Column: 2}}
}

func TestTheSourceComesBeforeItsIncludes(t *testing.T) {
	t.Parallel()
	trace := explain.ParseLog([]byte("w 0 1 @1f\n"), "sol.cpp", included{})
	target, d := explain.Target{End: 1}, &problem.Difference{}
	l := explain.Sources{"sol.cpp", "fast.h"}.Printed(target, d, trace, []byte("1\n"))
	if l == nil || l.File != "sol.cpp" || l.Line != 31 || l.Column != 2 || len(l.Stack) != 1 {
		t.Errorf("location %+v", l)
	}
	l = explain.Sources{"other.cpp", "fast.h"}.Printed(target, d, trace, []byte("1\n"))
	if l == nil || l.File != "fast.h" || l.Line != 4 {
		t.Errorf("location %+v", l)
	}
}

func TestCrashed(t *testing.T) {
	t.Parallel()
	sources := explain.Sources{"sol.cpp"}
	for _, c := range []struct {
		name, signal, log, stderr, note string
		status                          int
	}{
		{name: "a signal", signal: "SIGFPE", log: "s 8 5:main\n", note: "SIGFPE: a division by zero, or a quotient that does not fit"},
		{name: "an exception", signal: "SIGABRT", log: "s 6 5:main\n",
			stderr: "terminate called after throwing an instance of 'std::out_of_range'\n  what():  too far\n",
			note:   "uncaught exception std::out_of_range: too far"},
		{name: "an exit", status: 3, log: "e 3 5:main\n", note: "ended here with exit status 3"},
		{name: "another signal", signal: "SIGSEGV", log: "s 8 5:main\n"},
		{name: "another exit", status: 3, log: "e 4 5:main\n"},
		{name: "a signal that no trace sees", signal: "SIGKILL", log: "e 0 5:main\n"},
		{name: "nothing", signal: "SIGSEGV"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			trace := explain.ParseLog([]byte(c.log), "sol.cpp", nil)
			l := sources.Crashed(c.signal, c.status, trace, []byte(c.stderr))
			switch {
			case c.note == "" && l != nil:
				t.Errorf("location %+v", l)
			case c.note != "" && (l == nil || l.Line != 5 || l.Note != c.note):
				t.Errorf("location %+v, expected note %q", l, c.note)
			}
		})
	}
}

func FuzzParseLog(f *testing.F) {
	f.Add([]byte("w 0 4 @1f 3:main\ns 11 @0\ne 3 1:x\n"))
	f.Add([]byte("w 9 1\nw -1 2 :\ns\nw 1 2 99999999999999999999:f @zz\n"))
	f.Fuzz(func(t *testing.T, log []byte) {
		trace := explain.ParseLog(log, "sol.cpp", included{})
		for _, w := range trace.Writes {
			if w.Start < 0 || w.End <= w.Start {
				t.Fatalf("a write from %d to %d", w.Start, w.End)
			}
		}
		explain.Sources{"sol.cpp"}.Printed(explain.Target{At: 1, End: 2}, &problem.Difference{}, trace, []byte("1 2 3"))
	})
}
