package engine

import (
	"slices"
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
