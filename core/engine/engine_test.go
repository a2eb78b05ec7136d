package engine

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"stresstester/core/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func options(tests int) problem.Options {
	return problem.Options{Tests: tests, Seed: 1, NoShrink: true}
}

func simpleLab(tested function) *functions {
	return &functions{programs: map[problem.Role]function{
		problem.Generator: echoSeed, problem.Brute: doubled, problem.Tested: tested,
	}}
}

func TestTheFirstCounterexampleDoesNotDependOnTheNumberOfSlots(t *testing.T) {
	t.Parallel()
	for _, jobs := range []int{1, 2, 3, 8} {
		for range 20 {
			o := options(500)
			o.Jobs = jobs
			l := simpleLab(wrongIf(func(n int) bool { return n >= 137 && n%3 == 2 }))
			r := mustRun(t, l, newJob(l, o))
			if r.Verdict != problem.WA || r.TestNumber != 137 || r.Tests != 137 || r.TestSeed != 137 {
				t.Fatalf("%d jobs: got %s at test %d (seed %d) after %d tests, want WA at 137", jobs, r.Verdict, r.TestNumber, r.TestSeed, r.Tests)
			}
			if got := string(r.Counterexample.Input); got != "137\n" {
				t.Fatalf("input %q", got)
			}
		}
	}
}

func TestKeepGoingCollectsTheLowestDistinctFailures(t *testing.T) {
	t.Parallel()
	for _, jobs := range []int{1, 4} {
		o := options(1000)
		o.Jobs, o.KeepGoing = jobs, 3
		l := simpleLab(wrongIf(func(n int) bool { return n%10 == 0 }))
		// Every input appears twice, so that duplicates must not count.
		l.programs[problem.Generator] = func(c invocation) (string, Outcome) { return prints(fmt.Sprintln(seedOf(c) / 2)) }
		r := mustRun(t, l, newJob(l, o))
		var numbers []int
		for _, f := range r.Failures {
			numbers = append(numbers, f.TestNumber)
		}
		if fmt.Sprint(numbers) != "[1 20 40]" {
			t.Errorf("%d jobs: failures at %v, want [1 20 40]", jobs, numbers)
		}
	}
}

func TestASetUpFailureAfterACounterexampleIsAWarning(t *testing.T) {
	t.Parallel()
	o := options(100)
	o.KeepGoing, o.Jobs = 5, 2
	l := simpleLab(wrongIf(func(n int) bool { return n == 10 }))
	l.programs[problem.Brute] = func(c invocation) (string, Outcome) {
		if c.stdin == "12\n" {
			return "", Outcome{ExitCode: 1}
		}
		return doubled(c)
	}
	r := mustRun(t, l, newJob(l, o))
	if r.Verdict != problem.WA || r.TestNumber != 10 || len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "test 12") {
		t.Errorf("got %s at %d, warnings %q", r.Verdict, r.TestNumber, r.Warnings)
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	ends := func(o Outcome) function { return func(invocation) (string, Outcome) { return "", o } }
	tests := []struct {
		name   string
		change func(*functions)
		want   problem.Verdict
		role   problem.Role
		says   string
	}{
		{"a right program passes", func(*functions) {}, problem.OK, "", "no difference found in 50 tests"},
		{"a non-zero exit status is a runtime error", func(l *functions) { l.programs[problem.Tested] = ends(Outcome{ExitCode: 3}) },
			problem.RE, problem.Tested, "exit status 3"},
		{"a signal is a runtime error", func(l *functions) {
			l.programs[problem.Tested] = ends(Outcome{ExitCode: 139, Signal: "SIGSEGV"})
		}, problem.RE, problem.Tested, "SIGSEGV"},
		{"the time limit", func(l *functions) {
			l.programs[problem.Tested] = ends(Outcome{ExitCode: 137, Signal: "SIGKILL", Limit: TimeLimit})
		},
			problem.TLE, problem.Tested, "2s of processor time"},
		{"waiting for ever is a time limit too", func(l *functions) { l.programs[problem.Tested] = ends(Outcome{Limit: IdleLimit}) },
			problem.TLE, problem.Tested, "did nothing"},
		{"the memory limit", func(l *functions) { l.programs[problem.Tested] = ends(Outcome{Limit: MemoryLimit}) },
			problem.MLE, problem.Tested, "256 MiB"},
		{"the output limit", func(l *functions) { l.programs[problem.Tested] = ends(Outcome{Limit: OutputLimit}) },
			problem.OLE, problem.Tested, "64 MiB"},
		{"the brute force crashes", func(l *functions) { l.programs[problem.Brute] = ends(Outcome{ExitCode: 1}) },
			problem.BruteFailed, problem.Brute, "brute force failed"},
		{"the brute force answers in two ways", func(l *functions) {
			l.programs[problem.Brute] = func(c invocation) (string, Outcome) { return prints(fmt.Sprint(c.run)) }
		}, problem.BruteFailed, problem.Brute, "in two ways"},
		{"the generator crashes", func(l *functions) { l.programs[problem.Generator] = ends(Outcome{ExitCode: 2}) },
			problem.GeneratorFailed, problem.Generator, "exit status 2"},
		{"the generator prints nothing", func(l *functions) { l.programs[problem.Generator] = ends(Outcome{}) },
			problem.GeneratorFailed, problem.Generator, "printed nothing"},
		{"the validator rejects", func(l *functions) { l.programs[problem.Validator] = ends(Outcome{ExitCode: 1}) },
			problem.ValidatorRejected, problem.Validator, "rejected"},
		{"Kattis' validators accept by 42", func(l *functions) { l.programs[problem.Validator] = ends(Outcome{ExitCode: 42}) },
			problem.OK, "", ""},
		{"a checker says WA", func(l *functions) { l.programs[problem.Checker] = ends(Outcome{ExitCode: 1}) },
			problem.WA, problem.Tested, "wrong answer"},
		{"a checker says PE", func(l *functions) { l.programs[problem.Checker] = ends(Outcome{ExitCode: 2}) },
			problem.PE, problem.Tested, "presentation error"},
		{"a checker fails", func(l *functions) { l.programs[problem.Checker] = ends(Outcome{ExitCode: 3}) },
			problem.CheckerFailed, problem.Checker, "checker failed"},
		{"Kattis' checkers reject by 43", func(l *functions) { l.programs[problem.Checker] = ends(Outcome{ExitCode: 43}) },
			problem.WA, problem.Tested, ""},
		{"a Python checker that dies of an exception did not say WA", func(l *functions) {
			l.programs[problem.Checker] = ends(Outcome{ExitCode: 1})
			l.stderr = map[problem.Role]string{problem.Checker: "Traceback (most recent call last):\nZeroDivisionError"}
		}, problem.CheckerFailed, problem.Checker, "checker failed"},
		{"a program that does not compile", func(l *functions) {
			l.compile = map[problem.Role]problem.Compilation{problem.Brute: {Role: problem.Brute}}
		}, problem.CE, problem.Brute, "does not compile"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := simpleLab(doubled)
			tt.change(l)
			r := mustRun(t, l, newJob(l, options(50)))
			if r.Verdict != tt.want || r.Role != tt.role || !strings.Contains(r.Message, tt.says) {
				t.Errorf("got %s of %q, %q; want %s of %q, …%q…", r.Verdict, r.Role, r.Message, tt.want, tt.role, tt.says)
			}
		})
	}
}

func TestAMemoryVerdictIsReadFromWhatTheRuntimeSays(t *testing.T) {
	t.Parallel()
	l := simpleLab(func(invocation) (string, Outcome) { return "", Outcome{ExitCode: 134, Signal: "SIGABRT"} })
	l.stderr = map[problem.Role]string{problem.Tested: "terminate called after throwing an instance of 'std::bad_alloc'"}
	job := newJob(l, options(5))
	for i := range job.Programs {
		job.Programs[i].Recipe.OutOfMemory = []string{"std::bad_alloc"}
	}
	if r := mustRun(t, l, job); r.Verdict != problem.MLE {
		t.Errorf("got %s, want MLE", r.Verdict)
	}
}

func TestAFailureThatDoesNotRepeatIsFlaky(t *testing.T) {
	t.Parallel()
	l := simpleLab(func(c invocation) (string, Outcome) {
		if c.run == 7 {
			return prints("0\n")
		}
		return doubled(c)
	})
	o := options(50)
	o.Jobs = 1
	r := mustRun(t, l, newJob(l, o))
	if r.Verdict != problem.WA || !r.Flaky || r.TestNumber != 7 || !strings.Contains(r.Message, `printed "14" and passed`) {
		t.Errorf("got %s, flaky %v, test %d: %s", r.Verdict, r.Flaky, r.TestNumber, r.Message)
	}
}

func TestATimeLimitBrokenOnlyOnABusyMachineIsNoFailure(t *testing.T) {
	t.Parallel()
	l := simpleLab(func(c invocation) (string, Outcome) {
		if c.stdin == "9\n" && !c.fresh {
			return "", Outcome{Limit: TimeLimit}
		}
		return doubled(c)
	})
	if r := mustRun(t, l, newJob(l, options(50))); r.Verdict != problem.OK || r.Tests != 50 {
		t.Errorf("got %s after %d tests", r.Verdict, r.Tests)
	}
}

func TestSavedTestsRunFirstAndTheirAnswersAreTheTruth(t *testing.T) {
	t.Parallel()
	l := simpleLab(doubled)
	job := newJob(l, options(10))
	job.Saved = []problem.Test{
		{Name: "sample-1", Input: []byte("3\n"), Answer: []byte("6\n"), HasAnswer: true},
		{Name: "wa-1", Input: []byte("5\n"), Answer: []byte("11\n"), HasAnswer: true},
	}
	r := mustRun(t, l, job)
	if r.Verdict != problem.WA || r.TestNumber != 2 || r.TestName != "wa-1" || string(r.Counterexample.Expected) != "11\n" {
		t.Errorf("got %s at %d %q", r.Verdict, r.TestNumber, r.TestName)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	l := simpleLab(func(invocation) (string, Outcome) { return prints("same\n") })
	l.programs[problem.Generator] = func(invocation) (string, Outcome) { return prints("1\n") }
	l.programs[problem.Brute] = func(invocation) (string, Outcome) { return prints("same\n") }
	r := mustRun(t, l, newJob(l, options(300)))
	if len(r.Warnings) != 2 || !strings.Contains(r.Warnings[0], "1 different inputs in 300") || !strings.Contains(r.Warnings[1], "same answer") {
		t.Errorf("warnings %q", r.Warnings)
	}
}

func TestAStoppedRunTellsWhatItFound(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	l := simpleLab(func(c invocation) (string, Outcome) {
		if c.stdin == "40\n" {
			cancel()
		}
		return wrongIf(func(n int) bool { return n == 20 })(c)
	})
	o := options(0)
	o.KeepGoing, o.Jobs = 10, 2
	r, err := Run(ctx, newJob(l, o), l, Events{})
	if err != nil || r.State != problem.Stopped || r.Verdict != problem.WA || r.TestNumber != 20 {
		t.Errorf("got %v, %s, %s at %d", err, r.State, r.Verdict, r.TestNumber)
	}
}

func TestShrinkingKeepsTheVerdict(t *testing.T) {
	t.Parallel()
	l := simpleLab(wrongIf(func(n int) bool { return n > 100 }))
	o := options(500)
	o.NoShrink = false
	r := mustRun(t, l, newJob(l, o))
	c := r.Counterexample
	if string(c.Input) != "101\n" || string(c.Expected) != "202\n" || string(c.Actual) != "203\n" || c.Minimality == "" {
		t.Errorf("got %q, expected %q, actual %q, %q", c.Input, c.Expected, c.Actual, c.Minimality)
	}
}

func TestReplayingOneInput(t *testing.T) {
	t.Parallel()
	l := simpleLab(wrongIf(func(n int) bool { return n > 100 }))
	job := newJob(l, problem.Options{Seed: 1})
	job.Only = &problem.Test{Name: "given", Input: []byte("987654\n")}
	if r := mustRun(t, l, job); r.Verdict != problem.WA || string(r.Counterexample.Input) != "101\n" ||
		string(r.Counterexample.OriginalInput) != "987654\n" {
		t.Errorf("got %s, %q", r.Verdict, r.Counterexample.Input)
	}
}

func specJob(l *functions, text string, o problem.Options) *problem.Job {
	job := newJob(l, o)
	job.Programs = append(job.Programs, problem.Program{Role: problem.Spec, Name: "input.spec", Path: "/p/input.spec", Source: []byte(text)})
	return job
}

func TestASpecMakesTheTests(t *testing.T) {
	t.Parallel()
	l := simpleLab(wrongIf(func(n int) bool { return n > 100 }))
	delete(l.programs, problem.Generator)
	o := options(2000)
	o.NoShrink = false
	r := mustRun(t, l, specJob(l, "n: int 50..1000\n", o))
	if r.Verdict != problem.WA || string(r.Counterexample.Input) != "101\n" {
		t.Errorf("got %s, input %q: %s", r.Verdict, r.Counterexample.Input, r.Message)
	}
}

func TestASpecJudgesWhatAGeneratorMakes(t *testing.T) {
	t.Parallel()
	l := simpleLab(doubled)
	r := mustRun(t, l, specJob(l, "n: int 1..9\n", options(100)))
	if r.Verdict != problem.ValidatorRejected || r.TestNumber != 10 || r.Role != problem.Spec || !strings.Contains(r.Message, "1:1") {
		t.Errorf("got %s at %d of %s: %s", r.Verdict, r.TestNumber, r.Role, r.Message)
	}
}

func TestAMistakeInASpecIsACompileError(t *testing.T) {
	t.Parallel()
	l := simpleLab(doubled)
	r := mustRun(t, l, specJob(l, "n: int 1..m\n", options(100)))
	if r.Verdict != problem.CE || r.Role != problem.Spec {
		t.Fatalf("got %s of %s", r.Verdict, r.Role)
	}
	for _, c := range r.Compilations {
		if c.Role == problem.Spec && (c.OK || len(c.Diagnostics) == 0 || c.Diagnostics[0].Line != 1 || c.Diagnostics[0].Path != "/p/input.spec") {
			t.Errorf("compilation %+v", c)
		}
	}
}

func TestARunThatIsStoppedWhileItShrinksReportsTheBestSoFar(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	const first = 987654321
	var smaller atomic.Int64
	l := &functions{programs: map[problem.Role]function{
		problem.Generator: func(invocation) (string, Outcome) { return prints(strconv.Itoa(first) + "\n") },
		problem.Brute:     doubled,
		problem.Tested: func(c invocation) (string, Outcome) {
			n, _ := strconv.Atoi(strings.TrimSpace(c.stdin))
			if n < 1000 {
				return doubled(c)
			}
			if n < first && smaller.Add(1) == 3 {
				stop()
			}
			return prints("wrong\n")
		},
	}}
	o := options(5)
	o.NoShrink, o.NoExplain = false, true
	r, err := Run(ctx, newJob(l, o), l, Events{})
	if err != nil {
		t.Fatal(err)
	}
	if r.State != problem.Stopped || r.Counterexample == nil {
		t.Fatalf("state %s: %s", r.State, r.Message)
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(r.Counterexample.Input)))
	if n < 1000 || n >= first || string(r.Counterexample.Actual) != "wrong\n" {
		t.Errorf("the best so far is %q with %q: %s", r.Counterexample.Input, r.Counterexample.Actual, r.Counterexample.Minimality)
	}
}
