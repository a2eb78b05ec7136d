package runs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"

	"go.uber.org/zap"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
	"stresstester/core/stress"
	"stresstester/lsp/document"
)

// Event says what has changed in a run.
type Event int

// The events of a run, each told once it can be seen in the run's Status.
const (
	Started    Event = iota // it has begun
	Progressed              // counters moved or the state changed
	Compiled                // a program was built, or was not
	Found                   // a failure is confirmed, or was made smaller
	Warned                  // there is one more warning
	Ended                   // nothing more follows
)

// Request is what a run works on.
type Request struct {
	Room *room.Room
	// Files are the texts as they were when the run was asked for.
	Files *document.Overlay
	// Options are complete.
	Options problem.Options
	// Input, when set, is run instead of generated inputs.
	Input *problem.Test
	// Trigger says what started the run, where that was no command.
	Trigger string
}

// Run is one stress test. Its methods may be used concurrently.
type Run struct {
	number  int
	manager *Manager

	// ctx ends when the run is stopped; it is a child of the session's.
	ctx  context.Context //nolint:containedctx // a run outlives the request that started it
	stop context.CancelFunc
	done chan struct{}

	mu      sync.Mutex
	uri     string
	request Request
	status  Status
}

// Status is a run's standing at one moment.
type Status struct {
	Progress problem.Progress
	// Compilations are the programs built so far.
	Compilations []problem.Compilation
	// Failure is the newest failure, while the run goes on.
	Failure  *problem.Failure
	Warnings []string
	// Result is set at the end, unless Err is.
	Result *problem.Result
	// Err is why there was no sandbox to run in.
	Err error
}

func newRun(m *Manager, number int, uri string) *Run {
	r := &Run{number: number, uri: uri, manager: m, done: make(chan struct{})}
	r.ctx, r.stop = context.WithCancel(m.ctx)
	r.status.Progress.State = problem.Compiling
	return r
}

// ID names the run among those of all sessions.
func (r *Run) ID() string { return strconv.Itoa(r.number) }

// URI is the tested document; before Start, the one that was asked for.
func (r *Run) URI() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.uri
}

// Done is closed when nothing more follows and every listener was told.
func (r *Run) Done() <-chan struct{} { return r.done }

// Stop ends the run soon; what was found is kept. It does not wait, and may be
// called at any time.
func (r *Run) Stop() { r.stop() }

// Request is what the run works on; empty before Start.
func (r *Run) Request() Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.request
}

// Editor is whose session the run belongs to; empty where it does not tell.
func (r *Run) Editor() string {
	r.manager.mu.Lock()
	defer r.manager.mu.Unlock()
	return r.manager.editor
}

// Trigger says what started the run, where that was no command.
func (r *Run) Trigger() string { return r.Request().Trigger }

// Status is the run's standing.
func (r *Run) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.status
	s.Compilations = slices.Clone(s.Compilations)
	s.Warnings = slices.Clone(s.Warnings)
	return s
}

// State is where the run stands.
func (s Status) State() problem.State {
	switch {
	case s.Err != nil:
		return problem.Failed
	case s.Result != nil:
		return s.Result.State
	}
	return s.Progress.State
}

// Verdict is the verdict so far; empty while nothing was found.
func (s Status) Verdict() problem.Verdict {
	switch {
	case s.Result != nil:
		return s.Result.Verdict
	case s.Failure != nil:
		return s.Failure.Verdict
	}
	return ""
}

// Failures are the failing tests known so far.
func (s Status) Failures() []problem.Failure {
	switch {
	case s.Result != nil:
		return FailuresOf(s.Result)
	case s.Failure != nil:
		return []problem.Failure{*s.Failure}
	}
	return nil
}

// FailuresOf are a result's failing tests: those collected, or else the one that
// the result itself tells of.
func FailuresOf(r *problem.Result) []problem.Failure {
	if len(r.Failures) > 0 || !r.Verdict.Divergence() && r.Counterexample == nil {
		return r.Failures
	}
	return []problem.Failure{{
		Verdict: r.Verdict, TestNumber: r.TestNumber, TestSeed: r.TestSeed, TestName: r.TestName,
		Flaky: r.Flaky, Counterexample: r.Counterexample, Location: r.Location, Message: r.Message,
	}}
}

// ended reports whether nothing more follows.
func (r *Run) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// Discard forgets a run that could not be started.
func (r *Run) Discard() {
	r.stop()
	r.manager.remove(r)
	close(r.done)
}

// Start begins the run of the tested document; it is called once. The document's
// run that is under way, if there is one, is stopped.
func (r *Run) Start(uri string, request Request) {
	r.mu.Lock()
	r.uri, r.request = uri, request
	r.mu.Unlock()
	r.manager.replace(r)
	if !r.manager.begin() {
		r.Discard()
		return
	}
	go func() {
		defer r.manager.active.Done()
		defer close(r.done)
		defer r.stop()
		r.tell(Started)
		r.end(r.execute(request))
		r.tell(Ended)
	}()
}

// execute does the work. A panic in it is this run's failure and nobody else's.
func (r *Run) execute(request Request) (result problem.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.manager.log.Error("a run panicked", zap.Int("run", r.number), zap.Any("panic", p), zap.ByteString("stack", debug.Stack()))
			err = fmt.Errorf("internal error: %v; the log has the details", p)
		}
	}()
	if request.Input != nil {
		return stress.Reduce(r.ctx, r.manager.sandbox, request.Room, request.Files, request.Options, *request.Input, r.observer())
	}
	return stress.Execute(r.ctx, r.manager.sandbox, request.Room, request.Files, request.Options, r.observer())
}

func (r *Run) observer() sandbox.Observer {
	return sandbox.Observer{
		Progress: func(p problem.Progress) { r.change(Progressed, func(s *Status) { s.Progress = p }) },
		Compiled: func(c problem.Compilation) {
			r.change(Compiled, func(s *Status) { s.Compilations = append(s.Compilations, c) })
		},
		Found:   func(f problem.Failure) { r.change(Found, func(s *Status) { s.Failure = &f }) },
		Warning: func(text string) { r.change(Warned, func(s *Status) { s.Warnings = append(s.Warnings, text) }) },
	}
}

func (r *Run) end(result problem.Result, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	stopped := errors.Is(err, context.Canceled) && r.ctx.Err() != nil
	if err != nil && !stopped {
		r.status.Err = err
	}
	if err == nil || stopped || len(FailuresOf(&result)) > 0 {
		if stopped {
			result.State = problem.Stopped
		}
		r.status.Result = &result
	}
}

func (r *Run) change(e Event, apply func(*Status)) {
	r.mu.Lock()
	apply(&r.status)
	r.mu.Unlock()
	r.tell(e)
}

func (r *Run) tell(e Event) {
	if r.manager.listen != nil {
		r.manager.listen(r, e)
	}
}
