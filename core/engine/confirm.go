package engine

import (
	"context"
	"fmt"
	"strings"

	"stresstester/core/compare"
	"stresstester/core/problem"
)

// confirm runs a test that did not pass again, from freshly started processes,
// before anybody hears of it. It returns nil when the test passes after all
// because only the machine's load had made it fail, and marks a finding as flaky
// when the same input does not fail every time.
func (w *worker) confirm(ctx context.Context, f *finding) (*finding, error) {
	w.state.Store(problem.Confirming)
	defer w.state.CompareAndSwap(problem.Confirming, problem.Running)
	var confirmed *finding
	var err error
	if f.limited() || f.killed() {
		w.lab.Exclusive(func() { confirmed, err = w.confirmLimit(ctx, f) })
		if err == nil && confirmed == nil && f.killed() {
			w.warn("a program was killed by something else than the sandbox, and the test passed when it was repeated; is the machine short of memory?")
		}
	} else {
		w.lab.Shared(func() { confirmed, err = w.confirmTwice(ctx, f) })
	}
	return confirmed, err
}

// limited reports whether time or memory decided the verdict, which other work
// on the machine can disturb.
func (f *finding) limited() bool {
	return f.verdict == problem.TLE || f.verdict == problem.MLE || f.outcome.Limit != NoLimit
}

// killed reports whether SIGKILL ended the program, which nothing in the sandbox
// sends without a reason: the kernel may have, for want of memory, or somebody who
// administers the machine. Programs that do it themselves do it again.
func (f *finding) killed() bool { return f.outcome.Limit == NoLimit && f.outcome.Signal == "SIGKILL" }

// killsBelieved is how many times in a row a program has to be killed until it is
// believed that this is its own doing.
const killsBelieved = 3

// repeat is again, and again while that is disturbed.
func (w *worker) repeat(ctx context.Context, f *finding) (*finding, error) {
	for kills := 1; ; kills++ {
		g, err := w.again(ctx, f)
		if err != nil || !g.killed() || kills == killsBelieved {
			return g, err
		}
	}
}

// again judges the finding's input once more. A generator's failure is judged by
// running the generator again.
func (w *worker) again(ctx context.Context, f *finding) (*finding, error) {
	var j judgement
	var err error
	if f.verdict == problem.GeneratorFailed {
		if j, err = w.inputOf(ctx, f.trial); err == nil && j.verdict == problem.OK {
			// It was disturbed; the test is yet to be made.
			j, err = w.judge(ctx, f.trial, true)
		}
	} else if err = w.slot.Set(Input, f.input); err == nil {
		j, err = w.judge(ctx, f.trial, true)
	}
	if err != nil {
		return nil, err
	}
	return w.finding(f.trial, j)
}

func (f *finding) sameAs(g *finding) bool {
	return f.verdict == g.verdict && f.outcome.Signal == g.outcome.Signal && f.fault == g.fault
}

// confirmLimit repeats a run that broke a limit, or was killed, while nothing else
// runs. That second run is the one that counts.
func (w *worker) confirmLimit(ctx context.Context, f *finding) (*finding, error) {
	second, err := w.repeat(ctx, f)
	if err != nil || second.verdict == problem.OK {
		return nil, err
	}
	if second.sameAs(f) || second.limited() || second.killed() {
		return second, nil
	}
	return w.confirmTwice(ctx, second)
}

func (w *worker) confirmTwice(ctx context.Context, f *finding) (*finding, error) {
	if f.verdict == problem.GeneratorFailed || f.verdict == problem.ValidatorRejected || f.fault == problem.Spec {
		return f, nil
	}
	for range 2 {
		g, err := w.repeat(ctx, f)
		if err != nil {
			return nil, err
		}
		if inconsistent := w.bruteDisagrees(f, g); inconsistent != nil {
			return inconsistent, nil
		}
		if !g.sameAs(f) {
			f.flaky = true
			f.note = flakyNote(g)
			return f, nil
		}
		f.transcript = g.transcript
		if w.job.Options.FreshExec {
			continue
		}
		// What a fresh process did is what the user will see.
		f.actual, f.stderr, f.outcome = g.actual, g.stderr, g.outcome
	}
	return f, nil
}

// bruteDisagrees returns a finding that blames the brute force when it answered
// the same input in two ways.
func (w *worker) bruteDisagrees(f, g *finding) *finding {
	judgedAlone := w.has[problem.Checker] || w.has[problem.Interactor]
	if !w.has[problem.Brute] || judgedAlone || (f.saved != nil && f.saved.HasAnswer) ||
		f.verdict.SetupFailure() || g.verdict.SetupFailure() {
		return nil
	}
	if compare.Equal(w.job.Options.Compare, f.expected, g.expected) {
		return nil
	}
	blame := *f
	blame.judgement = judgement{verdict: problem.BruteFailed, fault: problem.Brute,
		comment: fmt.Sprintf("it answered the same input in two ways, %s and then %s; a brute force must always give the same answer",
			quoted(f.expected), quoted(g.expected))}
	return &blame
}

func flakyNote(g *finding) string {
	if g.verdict == problem.OK {
		return fmt.Sprintf("a second run of the same input printed %s and passed: the program is not deterministic "+
			"(uninitialised memory, random numbers or time?)", quoted(g.actual))
	}
	return fmt.Sprintf("a second run of the same input ended in %s and printed %s: the program is not deterministic "+
		"(uninitialised memory, random numbers or time?)", g.verdict, quoted(g.actual))
}

// quoted shows the start of an output within a sentence.
func quoted(text []byte) string {
	s := strings.TrimSpace(string(cut(text, 60)))
	if s == "" {
		return "nothing"
	}
	return fmt.Sprintf("%q", s)
}
