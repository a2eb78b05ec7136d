package engine

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"stresstester/core/problem"
	"stresstester/core/shrink"
)

// Budget of one reduction.
const (
	shrinkRuns     = 1000
	shrinkDeadline = 10 * time.Second
	// A program that runs into a limit costs that limit for every candidate that
	// still fails.
	shrinkLimitDeadline = 4 * time.Second
	// A program that takes slowTimes as long as on any test that passed, and slowTime, is
	// likely to run into its limit, too.
	slowTimes = 20
	slowTime  = 50 * time.Millisecond
	// lastMoment is how long a run that was stopped may take to confirm what it has.
	lastMoment = 2 * time.Second
)

// reduce makes the finding's input smaller, keeping its signature.
func (r *run) reduce(ctx context.Context, f *finding) {
	if r.job.Options.NoShrink || f.flaky || !f.verdict.Divergence() || (f.saved != nil && r.job.Only == nil) {
		return
	}
	r.enter(problem.Shrinking)
	r.gatherSamples(ctx)
	original := f.input
	deadline := shrinkDeadline
	if f.limited() {
		deadline = shrinkLimitDeadline
	}
	if own := r.job.Options.ShrinkTime; own > 0 {
		deadline = own
	}
	for _, limit := range r.shrinkLimits(f) {
		result := r.shrinkInput(ctx, f, limit, shrink.Options{
			MaxRuns:  shrinkRuns,
			Deadline: deadline,
			Width:    len(r.slots),
			Samples:  r.samples(),
			Improved: func(input []byte, runs int) {
				r.stage.Store(bestSoFar(input, runs))
			},
		})
		f.original, f.minimality = original, result.Proved
		f.oracleRuns += result.Runs
		if bytes.Equal(result.Input, original) || r.adopt(ctx, f, result.Input) || ctx.Err() != nil {
			return
		}
	}
	r.doubt(ctx, f)
}

// doubts is how often a finding is confirmed again of which a smaller input does not
// fail every time.
const doubts = 4

// doubt runs the finding's own input more often: one that failed by chance each time until
// now is flaky, and its explanation another one.
func (r *run) doubt(ctx context.Context, f *finding) {
	if f.limited() {
		return
	}
	w := r.newWorker(r.slots[0])
	r.lab.Shared(func() {
		for range doubts {
			if _, err := w.confirmTwice(ctx, f); err != nil || f.flaky {
				return
			}
		}
	})
}

// shrinkLimits are the time limits to search with, one after the other until what was
// found is confirmed with the right one. Programs that run for ever are most of those that
// take too long; they need not be waited for as long for every candidate.
func (r *run) shrinkLimits(f *finding) []time.Duration {
	whole := r.job.Options.LimitsOf(problem.Tested).Time
	short := max(slowTimes*time.Duration(r.slowest.Load()), slowTime)
	if f.outcome.Limit != TimeLimit || r.slowest.Load() == 0 || short > whole/2 {
		return []time.Duration{whole}
	}
	return []time.Duration{short, whole}
}

// sampleDeadline is how long a slow generator may take to make more samples.
const sampleDeadline = time.Second

// gatherSamples has the generator make as many samples of the format as a search makes
// use of, where the run has not seen so many: because the first tests failed, or the
// input was given.
func (r *run) gatherSamples(ctx context.Context) {
	if !r.has[problem.Generator] || r.spec != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sampleDeadline)
	defer cancel()
	w := r.newWorker(r.slots[0])
	seed := r.job.Options.Seed + uint64(r.next.Load())
	for range 2 * samplesKept {
		if ctx.Err() != nil || r.watch.enough() {
			return
		}
		var made bool
		r.lab.Shared(func() { made = w.makeSample(ctx, seed) })
		if !made {
			return
		}
		seed++
	}
}

// makeSample has the generator make one more sample and reports whether it did.
func (w *worker) makeSample(ctx context.Context, seed uint64) bool {
	j, err := w.makeInput(ctx, trial{seed: seed})
	if err != nil || j.verdict != problem.OK {
		return false
	}
	input, err := w.slot.Bytes(Input)
	if err != nil {
		return false
	}
	w.watch.sample(input)
	return true
}

// samples are other inputs of the problem, small ones: those that were generated,
// and those that the job brought along.
func (r *run) samples() [][]byte {
	all := r.watch.samples[:len(r.watch.samples):len(r.watch.samples)]
	for _, saved := range r.job.Saved {
		all = append(all, saved.Input)
	}
	for _, sample := range r.job.Samples {
		all = append(all, sample)
	}
	return slices.DeleteFunc(all, func(input []byte) bool { return len(input) > sampleBytes })
}

// glimpse is how much of the best input so far a line of progress shows.
const glimpse = 40

// bestSoFar tells of the smallest input found so far: how large it is, and what it
// is where a line can show that.
func bestSoFar(input []byte, runs int) string {
	text := fmt.Sprintf("%d bytes after %d runs", len(input), runs)
	if shown := strings.Join(strings.Split(strings.TrimSpace(string(input)), "\n"), " / "); len(shown) <= glimpse {
		text += ": " + shown
	}
	return text
}

// adopt replaces the finding's input by a smaller one, if freshly started
// processes confirm it, and reports whether they did.
func (r *run) adopt(ctx context.Context, f *finding, input []byte) bool {
	if ctx.Err() != nil {
		// Whoever stops the run wants to see the best so far.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), lastMoment)
		defer cancel()
	}
	w := r.newWorker(r.slots[0])
	small := *f
	small.input = input
	small.saved = nil
	var confirmed *finding
	var err error
	r.lab.Exclusive(func() {
		var first *finding
		if first, err = w.again(ctx, &small); err != nil || !first.sameAs(f) {
			return
		}
		if first.limited() {
			confirmed = first
			return
		}
		confirmed, err = w.confirmTwice(ctx, first)
	})
	if err != nil || confirmed == nil || confirmed.flaky || !confirmed.sameAs(f) {
		f.minimality = "A smaller input was found, but it did not fail every time; this is the input as it was generated."
		return false
	}
	f.input, f.expected, f.actual, f.stderr = input, confirmed.expected, confirmed.actual, confirmed.stderr
	f.transcript, f.judgement = confirmed.transcript, confirmed.judgement
	return true
}

func (r *run) shrinkInput(ctx context.Context, f *finding, limit time.Duration, o shrink.Options) shrink.Result {
	workers := make([]*worker, len(r.slots))
	for i, s := range r.slots {
		workers[i] = r.newWorker(s)
		workers[i].test.Limits.Time = limit
	}
	want := workers[0].signatureOf(f.judgement, f.stderr, f.expected, f.actual)
	oracle := func(ctx context.Context, candidates [][]byte) []bool {
		return r.tryAll(ctx, f, want, workers, candidates)
	}
	if r.spec != nil {
		return r.spec.Shrink(ctx, f.input, oracle, o)
	}
	rec, made, note := r.record(ctx, f)
	if rec != nil {
		return shrink.ChoicesAndText(ctx, f.input, made.Choices, rec.run, oracle, o)
	}
	result := shrink.Text(ctx, f.input, oracle, o)
	if note != "" {
		result.Proved += " (Note: " + note + ".)"
	}
	return result
}

// tryAll runs the candidates on all slots and tells which of them still fail in
// the same way.
func (r *run) tryAll(ctx context.Context, f *finding, want signature, workers []*worker, candidates [][]byte) []bool {
	fails := make([]bool, len(candidates))
	var next atomic.Int64
	var wg sync.WaitGroup
	for _, w := range workers[:min(len(workers), len(candidates))] {
		wg.Go(func() {
			w.slot.Attach()
			for {
				i := int(next.Add(1) - 1)
				if i >= len(candidates) || ctx.Err() != nil {
					return
				}
				w.lab.Shared(func() { fails[i] = w.stillFails(ctx, f, want, candidates[i]) })
			}
		})
	}
	wg.Wait()
	return fails
}

// stillFails runs one candidate. A candidate on which the set-up itself fails
// (not valid, or the brute force crashes) is no smaller counterexample.
func (w *worker) stillFails(ctx context.Context, f *finding, want signature, input []byte) bool {
	if err := w.slot.Set(Input, input); err != nil {
		return false
	}
	// A fast run that breaks a limit would be repeated by a fresh one.
	j, err := w.judge(ctx, trial{number: f.number, seed: f.seed}, f.limited())
	if err != nil {
		return false
	}
	if j.verdict != f.verdict {
		return false
	}
	expected, err := w.slot.Bytes(Answer)
	if err != nil {
		return false
	}
	actual, err := w.slot.Bytes(Output)
	if err != nil {
		return false
	}
	return w.signatureOf(j, w.slot.Stderr(problem.Tested), expected, actual).alike(want)
}
