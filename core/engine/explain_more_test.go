package engine

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/explain"
	"stresstester/core/problem"
)

// at is a stack with one line of the source.
func at(line int) []explain.Call {
	return []explain.Call{{File: "Main.java", Function: "f", Line: line}}
}

// TestOtherFailuresAreExplained has failures that are told of by something else than
// the write of a byte.
func TestOtherFailuresAreExplained(t *testing.T) {
	t.Parallel()
	ends := func(o Outcome) function { return func(invocation) (string, Outcome) { return "", o } }
	says := func(text string) function { return func(invocation) (string, Outcome) { return prints(text) } }
	busy := &explain.Trace{Samples: []explain.Sample{{Stack: at(8)}, {Stack: at(8)}, {Stack: at(8)}, {Stack: at(8)}, {Stack: at(9)}}}
	overflow := &explain.Trace{Faults: []explain.Fault{{What: "signed integer overflow", Stack: at(3)}}}
	outside := &explain.Trace{Faults: []explain.Fault{{What: "signed integer overflow", Stack: at(3)}, {What: "out of bounds", Stack: at(5), Fatal: true}}}
	for _, c := range []struct {
		name    string
		tested  function
		log     string
		other   map[Probe]*explain.Trace
		verdict problem.Verdict
		line    int
		note    string
		related []int
	}{
		{name: "time", tested: ends(Outcome{Limit: TimeLimit, Signal: "SIGKILL"}), other: map[Probe]*explain.Trace{Sampled: busy, Sanitized: overflow},
			verdict: problem.TLE, line: 8, note: "80 % of its time", related: []int{9, 3}},
		{name: "time that was only waited", tested: ends(Outcome{Limit: IdleLimit, Signal: "SIGKILL"}), other: map[Probe]*explain.Trace{Sampled: busy},
			verdict: problem.TLE},
		{name: "memory", tested: ends(Outcome{Limit: MemoryLimit, Signal: "SIGKILL"}), verdict: problem.MLE, line: 4, note: "2 MiB",
			other: map[Probe]*explain.Trace{Sampled: {Samples: []explain.Sample{{Stack: at(8)}, {Stack: at(4), Grown: 2 << 20}}}}},
		{name: "a wrong number on the way to a wrong token", tested: says("6\n"), log: "w 0 2 7:main\n",
			other: map[Probe]*explain.Trace{Sanitized: overflow}, verdict: problem.WA, line: 7, related: []int{3}},
		{name: "nothing printed, but a wrong number on the way", tested: says("\n"), other: map[Probe]*explain.Trace{Sanitized: overflow},
			verdict: problem.WA, line: 3, note: "signed integer overflow"},
		{name: "the access that made a crash later", tested: ends(Outcome{Signal: "SIGSEGV", ExitCode: 139}), log: "s 11 20:main\n",
			other: map[Probe]*explain.Trace{Sanitized: outside}, verdict: problem.RE, line: 5, note: "out of bounds; SIGSEGV", related: []int{3, 20}},
		{name: "an exit, whatever else there is", tested: ends(Outcome{ExitCode: 3}), log: "e 3 20:main\n",
			other: map[Probe]*explain.Trace{Sanitized: outside}, verdict: problem.RE, line: 20, note: "exit status 3", related: []int{3, 5}},
		{name: "an output without end", tested: func(invocation) (string, Outcome) {
			return strings.Repeat("5\n", 1<<16), Outcome{Limit: OutputLimit, Signal: "SIGXFSZ"}
		}, log: "w 65534 65536 6:main\n", verdict: problem.OLE, line: 6, note: "goes on printing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lab := &traceable{log: func(int, bool) string { return c.log }, other: c.other, functions: &functions{programs: map[problem.Role]function{
				problem.Tested: c.tested, problem.Brute: says("7\n")}}}
			result := explained(t, lab, problem.Test{Name: "only", Input: []byte("5\n")})
			if result.Verdict != c.verdict {
				t.Fatalf("verdict %s", result.Verdict)
			}
			l := result.Location
			if l == nil || c.line == 0 {
				if l != nil || c.line != 0 {
					t.Errorf("location %+v, expected line %d", l, c.line)
				}
				return
			}
			var related []int
			for _, p := range l.Related {
				related = append(related, p.Line)
			}
			if diff := cmp.Diff(c.related, related); diff != "" || l.Line != c.line || !strings.Contains(l.Note, c.note) {
				t.Errorf("location %+v, expected line %d, note %q\n%s", *l, c.line, c.note, diff)
			}
		})
	}
}

func explained(t *testing.T, lab *traceable, only problem.Test, more ...problem.Program) problem.Result {
	t.Helper()
	job := newJob(lab.functions, problem.Options{})
	job.Programs = append(job.Programs, more...)
	job.Only = &only
	job.Options.NoShrink = true
	p, _ := job.Program(problem.Tested)
	p.Name, p.Recipe.SourceName = "sol.java", "Main.java"
	p.Recipe.Sanitize.Env = []string{"X=1"}
	result, err := Run(t.Context(), job, lab, Events{})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestTheTestCaseThatFailsIsFound(t *testing.T) {
	t.Parallel()
	// double answers each of t numbers by its double; a wrong one gives another answer
	// to the number itself, or to the second of two equal ones.
	double := func(wrong func(before []int, n int) bool) function {
		return func(c invocation) (string, Outcome) {
			var count int
			in := strings.NewReader(c.stdin)
			if _, err := fmt.Fscan(in, &count); err != nil {
				return "", Outcome{ExitCode: 1}
			}
			var out strings.Builder
			var before []int
			for range count {
				var size, n int
				if _, err := fmt.Fscan(in, &size, &n); err != nil {
					return "", Outcome{ExitCode: 1}
				}
				answer := 2 * n
				if wrong(before, n) {
					answer = 77
				}
				before = append(before, n)
				fmt.Fprintln(&out, answer)
			}
			return prints(out.String())
		}
	}
	right := double(func([]int, int) bool { return false })
	for _, c := range []struct {
		name   string
		tested function
		want   *problem.Case
	}{
		{name: "a case that fails alone", tested: double(func(_ []int, n int) bool { return n == 5 }),
			want: &problem.Case{Number: 2, Of: 3, Line: 4, Lines: 2, Alone: true}},
		{name: "a case that fails after another", tested: double(func(before []int, n int) bool { return len(before) == 2 && before[0] == n }),
			want: &problem.Case{Number: 3, Of: 3, Line: 6, Lines: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lab := &traceable{log: func(int, bool) string { return "" }, functions: &functions{programs: map[problem.Role]function{
				problem.Tested: c.tested, problem.Brute: right}}}
			result := explained(t, lab, problem.Test{Name: "only", Input: []byte("3\n1\n4\n1\n5\n1\n4\n")},
				problem.Program{Role: problem.Spec, Name: "sol.spec", Source: []byte("t: int 1..5\nrepeat t {\n  size: int 1..3\n  n: int 1..9\n}\n")})
			if result.Verdict != problem.WA {
				t.Fatalf("verdict %s: %s", result.Verdict, result.Message)
			}
			if diff := cmp.Diff(c.want, result.Counterexample.Case); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSidesOfAConversation(t *testing.T) {
	t.Parallel()
	transcript := []byte("> 10\n< ? 5\n> <\n< ! 4\n")
	if got := string(questions(transcript)); got != "? 5\n! 4\n" {
		t.Errorf("questions %q", got)
	}
	if got := string(answers(transcript)); got != "10\n<\n" {
		t.Errorf("answers %q", got)
	}
}

func TestWhatACheckerNamesIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, comment, actual string
		at                    int
		note                  string
		whole                 bool
	}{
		{name: "a number's place", comment: "wrong answer 2nd numbers differ - expected: '4', found: '5'", actual: "1\n5\n", at: 2, note: namedNote},
		{name: "a line's place", comment: "3rd lines differ", actual: "1\n5\n9\n", at: 4, note: namedNote},
		{name: "the token itself", comment: "Expected integer, but \"x7\" found", actual: "1\nx7\n", at: 2, note: namedNote},
		{name: "a token that is there twice", comment: "but \"5\" found", actual: "5 5\n", at: 0, note: wholeNote, whole: true},
		{name: "the end", comment: "Unexpected end of file - int32 expected", actual: "1\n5\n", at: 2, note: endNote},
		{name: "one line", comment: "no", actual: "1 2 3\n", at: 0, note: wholeNote, whole: true},
		{name: "another token than the reference's", comment: "no", actual: "1\n3\n", at: 2, note: checkerNote},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := &finding{judgement: judgement{verdict: problem.WA, comment: c.comment}, actual: []byte(c.actual), expected: []byte("1\n2\n")}
			e := &explanation{finding: f, worker: &worker{run: &run{job: &problem.Job{}, has: map[problem.Role]bool{problem.Checker: true}}}}
			a := e.wrong()
			if a == nil || a.target.At != c.at || a.note != c.note || a.whole != c.whole {
				t.Errorf("aim %+v", a)
			}
		})
	}
}
