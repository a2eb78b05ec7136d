package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"stresstester/core/problem"
	"stresstester/core/spec"
)

// run is one stress test under way.
type run struct {
	job     *problem.Job
	lab     Lab
	events  Events
	has     map[problem.Role]bool
	recipes map[problem.Role]*problem.Recipe
	genArgs GenArgs
	spec    *spec.Spec

	slots     []Slot
	next      atomic.Int64 // the next test's number
	completed atomic.Int64
	newest    atomic.Uint64 // the newest test's seed
	state     atomic.Value  // problem.State
	stage     atomic.Value  // string: what the state is about
	slowest   atomic.Int64  // the most processor time of a test that passed, in nanoseconds
	found     *collector
	watch     observer

	eventMu   sync.Mutex
	warnings  []string
	built     []problem.Compilation
	began     time.Time
	loopBegan time.Time
	loopTime  time.Duration
}

// Run carries out the job. It returns an error only when the sandbox is broken;
// everything that programs do is in the result. When ctx is cancelled the result
// says what was found so far, with state Stopped.
func Run(ctx context.Context, job *problem.Job, lab Lab, events Events) (problem.Result, error) {
	r := &run{job: job, lab: lab, events: events, began: time.Now(),
		has: map[problem.Role]bool{}, recipes: map[problem.Role]*problem.Recipe{}}
	r.found = newCollector(job.Options.KeepGoing)
	for i := range job.Programs {
		p := &job.Programs[i]
		r.has[p.Role] = true
		r.recipes[p.Role] = &p.Recipe
	}
	if message := r.prepare(); message != "" {
		return r.broken(message), nil
	}
	stopReports := r.report()
	result, err := r.stages(ctx)
	stopReports()
	return result, err
}

// prepare checks what can be checked without running anything, and returns what
// is wrong.
func (r *run) prepare() string {
	if !r.has[problem.Tested] {
		return "there is no program to test"
	}
	if !r.has[problem.Brute] && !r.has[problem.Checker] && !r.has[problem.Interactor] {
		return "there is nothing to compare with: add a brute force, a checker or an interactor"
	}
	if r.job.Only == nil && !r.has[problem.Generator] && !r.has[problem.Spec] && len(r.job.Saved) == 0 {
		return "there is nothing that makes tests: add a generator or a spec, or save a test"
	}
	args, err := ParseGenArgs(r.job.Options.GenArgs)
	if err != nil {
		return err.Error()
	}
	r.genArgs = args
	return ""
}

func (r *run) stages(ctx context.Context) (problem.Result, error) {
	r.enter(problem.Compiling)
	if err := r.build(ctx); err != nil {
		return r.ended(ctx, err)
	}
	for _, c := range r.built {
		if !c.OK && r.job.Only != nil && c.Role == problem.Generator {
			r.warn("the generator does not compile, so that it tells nothing of the input's format")
			delete(r.has, c.Role)
		} else if !c.OK {
			return r.compileFailed(c), nil
		}
	}
	slots, err := r.lab.Slots(r.job.Options.Jobs)
	if err != nil {
		return problem.Result{}, fmt.Errorf("preparing slots: %w", err)
	}
	r.slots = slots
	loopCtx, cancel := ctx, context.CancelFunc(func() {})
	if d := r.job.Options.Duration; d > 0 {
		loopCtx, cancel = context.WithTimeout(ctx, d)
	}
	defer cancel()
	r.enter(problem.Running)
	err = r.timed(func() error { return r.loop(loopCtx) })
	if err != nil && loopCtx.Err() == nil {
		return problem.Result{}, err
	}
	return r.conclude(ctx)
}

// timed measures what the tests per second are computed from.
func (r *run) timed(f func() error) error {
	began := time.Now()
	r.eventMu.Lock()
	r.loopBegan = began
	r.eventMu.Unlock()
	err := f()
	r.eventMu.Lock()
	r.loopTime = time.Since(began)
	r.eventMu.Unlock()
	return err
}

func (r *run) build(ctx context.Context) error {
	built := func(c problem.Compilation) {
		r.eventMu.Lock()
		defer r.eventMu.Unlock()
		r.built = append(r.built, c)
		if r.events.Compiled != nil {
			r.events.Compiled(c)
		}
	}
	var programs []problem.Program
	for i := range r.job.Programs {
		if p := &r.job.Programs[i]; p.Role == problem.Spec {
			built(r.compileSpec(p))
		} else {
			programs = append(programs, *p)
		}
	}
	return r.lab.Build(ctx, programs, built)
}

// loop runs tests on all slots until there are no more, enough was found, or ctx
// ends it.
func (r *run) loop(ctx context.Context) error {
	r.next.Store(1)
	workers := make([]error, len(r.slots))
	// A sandbox that breaks in one slot ends the run in all of them.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for i, slot := range r.slots {
		wg.Go(func() {
			slot.Attach()
			if err := r.newWorker(slot).work(ctx); err != nil {
				workers[i] = err
				cancel()
			}
		})
	}
	wg.Wait()
	for _, err := range workers {
		if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
	return ctx.Err()
}

// trialAt is the test with that number; false when there are no more.
func (r *run) trialAt(number int) (trial, bool) {
	if r.job.Only != nil {
		return trial{number: 1, saved: r.job.Only}, number == 1
	}
	if number <= len(r.job.Saved) {
		return trial{number: number, saved: &r.job.Saved[number-1]}, true
	}
	if !r.has[problem.Generator] && r.spec == nil {
		return trial{}, false
	}
	index := number - len(r.job.Saved) - 1
	if n := r.job.Options.Tests; n > 0 && index >= n {
		return trial{}, false
	}
	return trial{number: number, seed: r.job.Options.Seed + uint64(index)}, true
}

func (w *worker) work(ctx context.Context) error {
	for ctx.Err() == nil {
		number := int(w.next.Add(1) - 1)
		t, more := w.trialAt(number)
		if !more || !w.found.needs(number) {
			return nil
		}
		var f *finding
		var err error
		w.lab.Shared(func() { f, err = w.runTrial(ctx, t) })
		if err == nil && f != nil {
			f, err = w.confirm(ctx, f)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.name(), err)
		}
		w.completed.Add(1)
		if f != nil {
			w.found.add(f)
		}
	}
	return ctx.Err()
}

// runTrial runs one test; nil means that it passed.
func (w *worker) runTrial(ctx context.Context, t trial) (*finding, error) {
	if t.saved == nil {
		w.newest.Store(t.seed)
	}
	j, err := w.inputOf(ctx, t)
	if err == nil && j.verdict == problem.OK {
		j, err = w.judge(ctx, t, false)
	}
	if err != nil {
		return nil, err
	}
	if err := w.observe(t, j); err != nil {
		return nil, err
	}
	if j.verdict == problem.OK {
		for took, most := int64(j.outcome.CPU), w.slowest.Load(); took > most && !w.slowest.CompareAndSwap(most, took); {
			most = w.slowest.Load()
		}
		return nil, nil
	}
	return w.finding(t, j)
}

// inputOf makes the trial's input from the generator or the spec.
func (w *worker) inputOf(ctx context.Context, t trial) (judgement, error) {
	if t.saved == nil && w.generates() {
		return w.specInput(t)
	}
	return w.makeInput(ctx, t)
}

// observe lets the observer see the test's input and answer while it still
// wants to.
func (w *worker) observe(t trial, j judgement) error {
	if t.saved != nil || j.verdict == problem.GeneratorFailed || w.watch.settled() {
		return nil
	}
	input, err := w.slot.Bytes(Input)
	if err != nil {
		return err
	}
	w.watch.input(input)
	if !w.has[problem.Brute] || j.verdict.SetupFailure() {
		return nil
	}
	answer, err := w.slot.Bytes(Answer)
	if err != nil {
		return err
	}
	w.watch.reply(answer)
	return nil
}

// outputKept is how much of an output a finding keeps, in bytes: enough for any
// difference that a person can use, and a flood of output stays where it is.
const outputKept = 8 << 20

// finding copies everything about the test that just ran out of the slot.
func (w *worker) finding(t trial, j judgement) (*finding, error) {
	f := &finding{trial: t, judgement: j}
	for stream, to := range map[Stream]*[]byte{Input: &f.input, Answer: &f.expected, Output: &f.actual} {
		data, err := w.slot.Bytes(stream)
		if err != nil {
			return nil, err
		}
		*to = append([]byte(nil), data...)
	}
	f.expected, f.actual = f.expected[:min(len(f.expected), outputKept)], f.actual[:min(len(f.actual), outputKept)]
	if j.verdict == problem.GeneratorFailed {
		f.expected, f.actual = nil, nil
	}
	role := j.fault
	if j.verdict.Divergence() {
		role = problem.Tested
	}
	f.stderr = append([]byte(nil), w.slot.Stderr(role)...)
	if w.has[problem.Interactor] && j.verdict.Divergence() {
		f.transcript = append([]byte(nil), w.dialogue.Transcript...)
	}
	return f, nil
}

// enter moves the run to a state.
func (r *run) enter(s problem.State) {
	r.state.Store(s)
	r.stage.Store("")
	r.eventMu.Lock()
	defer r.eventMu.Unlock()
	r.progress()
}

// progress tells where the run stands; eventMu is held.
func (r *run) progress() {
	if r.events.Progress == nil {
		return
	}
	p := problem.Progress{Tests: int(r.completed.Load()), Seconds: time.Since(r.began).Seconds(),
		Seed: r.newest.Load(), Failures: int(r.found.count.Load())}
	p.State, _ = r.state.Load().(problem.State)
	p.Message, _ = r.stage.Load().(string)
	if n := r.job.Options.Tests; n > 0 {
		p.Total = n + len(r.job.Saved)
	}
	if r.job.Only != nil {
		p.Total = 1
	}
	spent := r.loopTime
	if spent == 0 && !r.loopBegan.IsZero() {
		spent = time.Since(r.loopBegan)
	}
	if spent > 0 {
		p.TestsPerSecond = float64(p.Tests) / spent.Seconds()
	}
	r.events.Progress(p)
}

// report sends progress ten times a second until the returned function is called.
func (r *run) report() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(100 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				r.eventMu.Lock()
				r.progress()
				r.eventMu.Unlock()
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (r *run) warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	r.eventMu.Lock()
	defer r.eventMu.Unlock()
	for _, w := range r.warnings {
		if w == text {
			return
		}
	}
	r.warnings = append(r.warnings, text)
	if r.events.Warning != nil {
		r.events.Warning(text)
	}
}
