package engine

import (
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"stresstester/core/compare"
	"stresstester/core/problem"
)

func TestEndlessLoopsAreSearchedWithAShortLimitFirst(t *testing.T) {
	t.Parallel()
	const whole = 2 * time.Second
	for _, c := range []struct {
		name    string
		slowest time.Duration
		limit   Limit
		want    []time.Duration
	}{
		{"tests that passed in a millisecond", time.Millisecond, TimeLimit, []time.Duration{slowTime, whole}},
		{"tests that took ten", 10 * time.Millisecond, TimeLimit, []time.Duration{200 * time.Millisecond, whole}},
		{"tests that came near the limit", time.Second, TimeLimit, []time.Duration{whole}},
		{"no test that passed", 0, TimeLimit, []time.Duration{whole}},
		{"another limit", time.Millisecond, MemoryLimit, []time.Duration{whole}},
		{"a wrong answer", time.Millisecond, NoLimit, []time.Duration{whole}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := &run{job: &problem.Job{Options: problem.Options{Limits: map[problem.Role]problem.Limits{problem.Tested: {Time: whole}}}}}
			r.slowest.Store(int64(c.slowest))
			f := &finding{judgement: judgement{outcome: Outcome{Limit: c.limit}}}
			if got := r.shrinkLimits(f); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestSignaturesTellMistakesApart(t *testing.T) {
	t.Parallel()
	w := &worker{run: &run{job: &problem.Job{}, has: map[problem.Role]bool{}}}
	wrong := func(expected, actual string) signature {
		return w.signatureOf(judgement{verdict: problem.WA}, nil, []byte(expected), []byte(actual))
	}
	number := wrong("1\n", "2\n")
	if !number.alike(wrong("5 6\n", "5 7\n")) {
		t.Error("two wrong numbers are alike")
	}
	if number.alike(wrong("0.5\n", "nan\n")) || number.alike(wrong("1\n", "")) {
		t.Error("a wrong number is neither no number nor nothing at all")
	}
	w.has[problem.Checker] = true
	if wrong("1\n", "2\n").output != (compare.Class{}) {
		t.Error("where a checker judges, nothing is compared")
	}
	crash := w.signatureOf(judgement{verdict: problem.RE}, []byte("IndexError: list index out of range\n"), nil, nil)
	if crash.alike(w.signatureOf(judgement{verdict: problem.RE}, []byte("KeyError: 3\n"), nil, nil)) {
		t.Error("two types of exceptions are not alike")
	}
}

func TestAnInputThatIsShrunkAloneLearnsFromTheGenerator(t *testing.T) {
	t.Parallel()
	// A pair of which the first is always the smaller one: one input could be so by chance.
	pair := func(c invocation) (string, Outcome) {
		n := seedOf(c)
		return prints(strconv.Itoa(n%5) + " " + strconv.Itoa(n%5+1+n%3) + "\n")
	}
	first := func(c invocation) (string, Outcome) { return prints(strings.Fields(c.stdin)[0] + "\n") }
	wrong := func(c invocation) (string, Outcome) { return prints("7777\n") }
	for _, c := range []struct {
		name    string
		compile map[problem.Role]problem.Compilation
		learns  bool
	}{
		{"from one that works", nil, true},
		{"but not from one that does not compile", map[problem.Role]problem.Compilation{problem.Generator: {Role: problem.Generator}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := &functions{programs: map[problem.Role]function{problem.Generator: pair, problem.Brute: first, problem.Tested: wrong}, compile: c.compile}
			job := newJob(l, problem.Options{Seed: 1, Jobs: 2})
			job.Only = &problem.Test{Name: "given", Input: []byte("4 7\n")}
			r := mustRun(t, l, job)
			if r.Verdict != problem.WA || r.Counterexample == nil {
				t.Fatalf("got %+v", r)
			}
			runs, made := l.runs.Load(problem.Generator)
			if made != c.learns {
				t.Errorf("the generator ran: %v", made)
			}
			if want := "0 1\n"; c.learns && (r.Counterexample.Input.String() != want || runs.(*atomic.Int64).Load() > 2*samplesKept) {
				t.Errorf("shrunk to %q, want %q, after %d runs of the generator", r.Counterexample.Input, want, runs.(*atomic.Int64).Load())
			}
			if warned := len(r.Warnings) > 0; warned == c.learns {
				t.Errorf("warnings %q", r.Warnings)
			}
		})
	}
}

func TestAFindingIsDoubtedIfASmallerInputDoesNotFailEveryTime(t *testing.T) {
	t.Parallel()
	var fresh atomic.Int64
	// Wrong in every quick run, and in fresh ones until the smaller input is confirmed.
	sometimes := func(c invocation) (string, Outcome) {
		if c.fresh && fresh.Add(1) > 2 {
			return doubled(c)
		}
		return prints("1\n")
	}
	l := &functions{programs: map[problem.Role]function{problem.Brute: doubled, problem.Tested: sometimes}}
	job := newJob(l, problem.Options{Seed: 1, Jobs: 1})
	job.Only = &problem.Test{Name: "given", Input: []byte("40\n")}
	r := mustRun(t, l, job)
	if r.Verdict != problem.WA || !r.Flaky || r.Counterexample.Input.String() != "40\n" {
		t.Errorf("got %s, flaky %v, %q", r.Verdict, r.Flaky, r.Counterexample.Input)
	}
	if !strings.Contains(r.Counterexample.Minimality, "did not fail every time") || !strings.Contains(r.Message, "not deterministic") {
		t.Errorf("%q and %q do not say so", r.Counterexample.Minimality, r.Message)
	}
}
