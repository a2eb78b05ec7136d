package report_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/compare"
	"stresstester/core/problem"
	"stresstester/core/report"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// wrongAnswer is a result as the engine makes it.
func wrongAnswer(mode problem.CompareMode, input, expected, actual string) problem.Result {
	c := &problem.Counterexample{
		Input: problem.Text(input), OriginalInput: problem.Text(input),
		Expected: problem.Text(expected), Actual: problem.Text(actual), TimeMS: 1.4, MemoryKB: 3481,
	}
	message := "wrong answer"
	if d, ok := compare.First(problem.Comparison{Mode: mode, Epsilon: 1e-6}, c.Expected, c.Actual); ok {
		c.Difference = &d
		message += " (" + d.Message + ")"
	}
	message += " on test 137 (seed 137)"
	f := problem.Failure{Verdict: problem.WA, TestNumber: 137, TestSeed: 137, Counterexample: c, Message: message}
	return problem.Result{
		Event: "result", Verdict: problem.WA, Tests: 137, Seconds: 0.81, TestsPerSecond: 3120.5, Seed: 1, TestNumber: 137, TestSeed: 137,
		Counterexample: c, Failures: []problem.Failure{f}, Role: problem.Tested, Message: message, State: problem.Done,
	}
}

func failed(v problem.Verdict, message string, c *problem.Counterexample) problem.Result {
	f := problem.Failure{Verdict: v, TestNumber: 3, TestSeed: 3, Counterexample: c, Message: message}
	return problem.Result{Verdict: v, Tests: 3, Seconds: 12.5, TestsPerSecond: 0.24, Seed: 1, TestNumber: 3, TestSeed: 3,
		Counterexample: c, Failures: []problem.Failure{f}, Message: message, State: problem.Done}
}

func numbers(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintln(&b, i)
	}
	return b.String()
}

func TestText(t *testing.T) {
	t.Parallel()
	sources := map[int]string{14: "    cout << a - b << '\\n';", 22: "\tsolve();"}
	for _, c := range []struct {
		name    string
		style   report.Style
		compare problem.CompareMode
		result  func() problem.Result
	}{
		{name: "nothing-found", result: func() problem.Result {
			return problem.Result{Verdict: problem.OK, Tests: 10000, Seconds: 3.21, TestsPerSecond: 3115, Seed: 1, Message: "no difference found in 10000 tests", State: problem.Done}
		}},
		{name: "stopped", result: func() problem.Result {
			return problem.Result{Verdict: problem.OK, Tests: 512, Seconds: 150, TestsPerSecond: 3.4, Seed: 7, Message: "no difference found in 512 tests", State: problem.Stopped}
		}},
		{name: "wrong-answer", result: func() problem.Result {
			r := wrongAnswer(problem.CompareTokens, "2\n5 3\n", "8\nyes\n", "2\nyes\n")
			f := &r.Failures[0]
			f.Counterexample.OriginalInput = problem.Text(strings.Repeat("x", 5000))
			f.Counterexample.OracleRuns = 41
			f.Counterexample.Minimality = "no single token, line or counted group can be removed"
			f.Counterexample.SavedAs = ".stresstester/sol/wa-1.in"
			f.Counterexample.Stderr = problem.Text("debug: a=5 b=3\n")
			f.Location = &problem.Location{File: "sol.cpp", Line: 14, Column: 9, Stack: []problem.Frame{{Function: "solve", Line: 14}, {Function: "main", Line: 22}},
				Note: "signed integer overflow"}
			return r
		}},
		{name: "explained", style: report.Style{Width: 100}, result: func() problem.Result {
			r := wrongAnswer(problem.CompareTokens, "2\n5 3\n1 1\n", "8\n2\n", "8\n4\n")
			f := &r.Failures[0]
			f.Counterexample.Case = &problem.Case{Number: 2, Of: 2, Line: 3, Lines: 1}
			stack := []problem.Frame{{Function: "down", Line: 14}}
			for range 30 {
				stack = append(stack, problem.Frame{Function: "down", Line: 15})
			}
			f.Location = &problem.Location{File: "sol.cpp", Line: 14, Column: 9, Stack: append(stack, problem.Frame{Function: "main", Line: 22}),
				Related: []problem.Place{{File: "sol.cpp", Line: 22, Column: 2, Message: "signed integer overflow: 1 + 2147483647 cannot be represented in type 'int'"}}}
			return r
		}},
		{name: "wrong-answer-in-colour", style: report.Style{Color: true}, result: func() problem.Result {
			return wrongAnswer(problem.CompareTokens, "2\n5 3\n", "8\nyes\n", "2\nyes\n")
		}},
		{name: "wrong-answer-narrow", style: report.Style{Width: 40}, result: func() problem.Result {
			return wrongAnswer(problem.CompareTokens, "2\n5 3\n", "8\nyes\n", "2\nyes\n")
		}},
		{name: "no-terminal", result: func() problem.Result {
			r := wrongAnswer(problem.CompareTokens, "2\n5 3\n", "8\nyes\n", "2\nyes\n")
			r.Warnings = []string{"a long warning " + strings.Repeat("that goes on and on, ", 10) + "and ends"}
			return r
		}},
		{name: "output-ends-too-early", result: func() problem.Result {
			return wrongAnswer(problem.CompareTokens, "3\n", "1\n2\n3\n", "1\n2\n")
		}},
		{name: "nothing-printed", result: func() problem.Result {
			return wrongAnswer(problem.CompareTokens, "3\n", "1\n", "")
		}},
		{name: "long-output", result: func() problem.Result {
			return wrongAnswer(problem.CompareTokens, numbers(1, 300), numbers(1, 300), numbers(1, 210)+"x\n"+numbers(212, 300))
		}},
		{name: "long-lines", result: func() problem.Result {
			line := strings.ReplaceAll(numbers(1, 400), "\n", " ")
			return wrongAnswer(problem.CompareTokens, line+"\n", line+"\n", strings.Replace(line, " 250 ", " 999 ", 1)+"\n")
		}},
		{name: "white-space-matters", compare: problem.CompareExact, result: func() problem.Result {
			return wrongAnswer(problem.CompareExact, "1\n", "a b\nc\td\n", "a b \nc    d")
		}},
		{name: "trailing-line-matters", compare: problem.CompareLines, result: func() problem.Result {
			return wrongAnswer(problem.CompareLines, "1\n", "a  b\n", "a b  \n")
		}},
		{name: "not-utf-8", result: func() problem.Result {
			return wrongAnswer(problem.CompareTokens, "\xff\x00 caf\u00e9\n", "caf\u00e9\n", "caf\xe9 \x1b[31mred\x1b[0m\u200b\r\n")
		}},
		{name: "wide-characters", result: func() problem.Result {
			return wrongAnswer(problem.CompareTokens, "1\n", "日本語 12\n", "日本語 13\n")
		}},
		{name: "flaky", result: func() problem.Result {
			r := wrongAnswer(problem.CompareTokens, "1\n", "1\n", "2\n")
			r.Flaky, r.Failures[0].Flaky = true, true
			r.Message += "; a second run of the same input printed \"1\" and passed: the program is not deterministic (uninitialised memory, random numbers or time?)"
			return r
		}},
		{name: "runtime-error", result: func() problem.Result {
			r := failed(problem.RE, "killed by SIGSEGV on test 3 (seed 3)", &problem.Counterexample{
				Input: problem.Text("5"), Expected: problem.Text("120\n"), Signal: "SIGSEGV", ExitCode: 0, TimeMS: 3, MemoryKB: 2 << 10,
				Stderr: problem.Text(numbers(1, 30)), SavedAs: ".stresstester/sol/re-1.in",
			})
			r.Failures[0].Location = &problem.Location{File: "sol.cpp", Line: 22}
			return r
		}},
		{name: "checker-alone", result: func() problem.Result {
			return failed(problem.WA, "wrong answer on test 3 (seed 3)", &problem.Counterexample{
				Input: problem.Text("5\n"), Actual: problem.Text("1 5\n"), Comment: "the sum is 6, not 5", TimeMS: 1, MemoryKB: 900,
			})
		}},
		{name: "interactive", result: func() problem.Result {
			return failed(problem.WA, "wrong answer (too many queries) on test 3 (seed 3)", &problem.Counterexample{
				Input: problem.Text("5\n"), Transcript: problem.Text("< ? 1\n> no\n< ? 2\n> no\n< ! 3\n"), TimeMS: 1, MemoryKB: 900,
			})
		}},
		{name: "generator-failed", result: func() problem.Result {
			r := failed(problem.GeneratorFailed, "the generator gen.py failed: runtime error: exit status 1 on test 3 (seed 3). It said: ValueError: empty range. "+
				"A generator gets its seed (3 here) as last argument, as a line on standard input and in STRESSTESTER_SEED, prints one test and exits with status 0.",
				&problem.Counterexample{ExitCode: 1, Stderr: problem.Text("Traceback (most recent call last):\n  File \"gen.py\", line 3\nValueError: empty range\n")})
			r.Failures[0].Location = &problem.Location{File: "gen.py", Line: 3}
			return r
		}},
		{name: "compile-error", result: func() problem.Result {
			return problem.Result{Verdict: problem.CE, Role: problem.Brute, Message: "the brute force (slow.cpp) does not compile; line 3: expected ';'", Seconds: 0.4, State: problem.Failed,
				Compilations: []problem.Compilation{
					{Role: problem.Tested, OK: true, Output: problem.Text("sol.cpp:1:1: warning: unused\n")},
					{Role: problem.Brute, Output: problem.Text("slow.cpp:3:5: error: expected ';'\n    3 |     x\n      |     ^\n")},
				}}
		}},
		{name: "several-failures", result: func() problem.Result {
			r := wrongAnswer(problem.CompareTokens, "1\n", "1\n", "2\n")
			second := failed(problem.TLE, "time limit exceeded (2s of processor time) on test 140 (seed 140)", &problem.Counterexample{
				Input: problem.Text("9\n"), Expected: problem.Text("3\n"), TimeMS: 2003, MemoryKB: 4000, SavedAs: ".stresstester/sol/tle-1.in",
			}).Failures[0]
			second.TestNumber, second.TestSeed = 140, 140
			r.Failures = append(r.Failures, second)
			r.Warnings = []string{"the generator made only 3 different inputs in 50 tests: does it use its seed? It gets one as last argument, as a line on standard input and in STRESSTESTER_SEED"}
			return r
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			context := report.Context{
				Compare: problem.Comparison{Mode: c.compare},
				SourceLine: func(file string, line int) (string, bool) {
					text, ok := sources[line]
					return text, ok && file == "sol.cpp"
				},
				Replay: func(f problem.Failure) []string {
					return []string{fmt.Sprintf("stresstester run --tests 1 --seed %d sol.cpp", f.TestSeed)}
				},
			}
			if c.style.Width == 0 && c.name != "no-terminal" {
				c.style.Width = 80
			}
			var out bytes.Buffer
			if err := report.Text(&out, c.style, c.result(), context); err != nil {
				t.Fatal(err)
			}
			golden(t, c.name, out.String())
		})
	}
}

type brokenWriter struct{}

var errBroken = errors.New("no space left on device")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestTextReportsABrokenWriter(t *testing.T) {
	t.Parallel()
	err := report.Text(brokenWriter{}, report.Style{}, problem.Result{Verdict: problem.OK}, report.Context{})
	if !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

func TestColoursFollowTheConventions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		terminal bool
		env      map[string]string
		want     bool
	}{
		{"a terminal", true, nil, true},
		{"no terminal", false, nil, false},
		{"NO_COLOR", true, map[string]string{"NO_COLOR": "1"}, false},
		{"NO_COLOR set to nothing", true, map[string]string{"NO_COLOR": ""}, true},
		{"CLICOLOR_FORCE without a terminal", false, map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{"CLICOLOR_FORCE=0", false, map[string]string{"CLICOLOR_FORCE": "0"}, false},
		{"NO_COLOR and CLICOLOR_FORCE", true, map[string]string{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, false},
		{"a dumb terminal", true, map[string]string{"TERM": "dumb"}, false},
	} {
		if got := report.ColorWanted(c.terminal, func(key string) string { return c.env[key] }); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func FuzzTextNeverWritesWhatMovesTheCursor(f *testing.F) {
	f.Add("1\n2\n", "1\n3", "x", "exact", 80)
	f.Add("\xff\x1b[2J\r\x00", "\u202e\u0085\n\n\n", "日本語 🙂", "lines", 41)
	f.Fuzz(func(t *testing.T, expected, actual, input, mode string, width int) {
		r := wrongAnswer(problem.CompareMode(mode), input, expected, actual)
		r.Failures[0].Counterexample.Stderr = problem.Text(actual)
		var out bytes.Buffer
		if err := report.Text(&out, report.Style{Width: width}, r, report.Context{Compare: problem.Comparison{Mode: problem.CompareMode(mode)}}); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"\x1b", "\r", "\x00", "\u202e", "\u0085", "\xff"} {
			if strings.Contains(out.String(), bad) {
				t.Errorf("%q is in the report of %q and %q:\n%s", bad, expected, actual, out.String())
			}
		}
	})
}
