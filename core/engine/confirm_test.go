package engine

import (
	"math"
	"strings"
	"testing"

	"stresstester/core/problem"
)

// killed is how a program looks that somebody else ended.
var killed = Outcome{Signal: "SIGKILL", ExitCode: 137}

// killing is f, but for the calls of which when says that they are killed.
func killing(f function, when func(c invocation) bool) function {
	return func(c invocation) (string, Outcome) {
		if when(c) {
			return "", killed
		}
		return f(c)
	}
}

func TestAProgramThatIsKilledFromOutsideIsNoFailure(t *testing.T) {
	t.Parallel()
	at := func(run int) func(invocation) bool { return func(c invocation) bool { return c.run == run } }
	for _, role := range []problem.Role{problem.Generator, problem.Brute, problem.Tested} {
		t.Run("as "+string(role), func(t *testing.T) {
			t.Parallel()
			l := simpleLab(doubled)
			l.programs[role] = killing(l.programs[role], at(20))
			r := mustRun(t, l, newJob(l, options(50)))
			if r.Verdict != problem.OK || r.Tests != 50 {
				t.Errorf("got %s after %d tests: %s", r.Verdict, r.Tests, r.Message)
			}
			if len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0], "killed by something else") {
				t.Errorf("the warnings are %q", r.Warnings)
			}
		})
	}
}

func TestAProgramThatIsKilledWhileItsFailureIsConfirmedIsNotFlaky(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]int{"in the first repetition": 9, "in the second one": 10} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := simpleLab(killing(wrongIf(func(n int) bool { return n == 8 }), func(c invocation) bool { return c.run == run }))
			o := options(50)
			o.Jobs = 1
			r := mustRun(t, l, newJob(l, o))
			if r.Verdict != problem.WA || r.TestNumber != 8 || r.Flaky {
				t.Errorf("got %s on test %d (flaky: %v): %s", r.Verdict, r.TestNumber, r.Flaky, r.Message)
			}
		})
	}
}

func TestAProgramThatKillsItselfFails(t *testing.T) {
	t.Parallel()
	l := simpleLab(killing(doubled, func(c invocation) bool { return c.stdin == "6\n" }))
	r := mustRun(t, l, newJob(l, options(50)))
	if r.Verdict != problem.RE || r.TestNumber != 6 || r.Flaky {
		t.Errorf("got %s on test %d (flaky: %v): %s", r.Verdict, r.TestNumber, r.Flaky, r.Message)
	}
}

func TestATestWhoseGeneratorWasDisturbedIsMadeAllTheSame(t *testing.T) {
	t.Parallel()
	l := simpleLab(wrongIf(func(n int) bool { return n == 5 }))
	l.programs[problem.Generator] = killing(echoSeed, func(c invocation) bool { return c.run == 5 })
	o := options(50)
	o.Jobs = 1
	r := mustRun(t, l, newJob(l, o))
	if r.Verdict != problem.WA || r.TestNumber != 5 {
		t.Errorf("got %s on test %d: %s", r.Verdict, r.TestNumber, r.Message)
	}
}

func TestFindingsThatCannotCountAreForgotten(t *testing.T) {
	t.Parallel()
	c := newCollector(3)
	for number := 100_000; number > 0; number-- {
		f := &finding{trial: trial{number: number}, input: []byte{byte(number % 2)}}
		f.verdict = problem.WA
		c.add(f)
		if len(c.findings) > 3 {
			t.Fatalf("%d findings are kept", len(c.findings))
		}
	}
	failures, fatal := c.final()
	if len(failures) != 2 || fatal != nil || failures[0].number != 1 || failures[1].number != 2 || c.horizon.Load() != math.MaxInt64 {
		t.Errorf("kept are %v and %v up to %d", failures, fatal, c.horizon.Load())
	}
}
