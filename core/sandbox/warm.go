package sandbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"stresstester/core/problem"
)

// Phase is where a warm sandbox stands.
type Phase string

// The phases of a warm sandbox.
const (
	Idle     Phase = "idle"     // none is running; the next run starts one
	Starting Phase = "starting" // one is being started
	Ready    Phase = "ready"    // one is running and has nothing to do
	Busy     Phase = "busy"     // one is running and has runs
	Broken   Phase = "broken"   // the last start failed; the next run tries again
	Closed   Phase = "closed"
)

// State is a warm sandbox's standing, for status displays.
type State struct {
	Phase Phase `json:"phase"`
	// Text is one sentence for people, with the remedy where something is wrong.
	Text string `json:"text"`
	// Since is when the phase began.
	Since time.Time `json:"since"`
	// Err is why the phase is Broken; nil otherwise.
	Err error `json:"-"`
}

// youngest is the age that a sandbox must have reached for its death to be an
// accident: a younger one is not replaced before the next run asks for it, so
// that one that cannot live is not started over and over.
const youngest = 10 * time.Second

// Warm keeps one sandbox ready, so that a run begins at once. It is safe for
// concurrent use. All runs share the one sandbox, and all that wait for it share
// its start, which goes on when they give up waiting: the next run wants it too.
//
// A sandbox that dies is replaced, in the background when Start was called. A run
// that was under way is then run once more from its beginning if nothing had been
// found: runs are deterministic, so nothing is lost but time. Otherwise, or when
// that second sandbox dies too, it fails with the reason.
type Warm struct {
	launcher Launcher
	log      *zap.Logger
	idle     time.Duration
	youngest time.Duration

	// ctx is the warm sandbox's life; Close ends it.
	ctx    context.Context //nolint:containedctx // its life is that of the Warm
	cancel context.CancelFunc
	group  sync.WaitGroup

	mu      sync.Mutex
	keep    bool // Start was called: be ready at all times
	session *Session
	born    time.Time
	launch  *launch
	runs    int
	quiet   *time.Timer // closes the session when nothing has run for long
	state   State
	changed chan struct{} // closed at the next change of state
}

// launch is one start under way.
type launch struct {
	done    chan struct{}
	session *Session // after done
	err     error    // after done
}

// Option is a setting of a Warm.
type Option func(*Warm)

// IdleTimeout closes the sandbox when nothing has run for d, to give its memory
// back; the next run starts one again. Zero, the default, means never.
func IdleTimeout(d time.Duration) Option { return func(w *Warm) { w.idle = d } }

// NewWarm keeps sandboxes of the launcher. Nothing is started before Start or
// Run. A nil log is allowed.
func NewWarm(l Launcher, log *zap.Logger, options ...Option) *Warm {
	if log == nil {
		log = zap.NewNop()
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &Warm{
		launcher: l,
		log:      log,
		youngest: youngest,
		ctx:      ctx,
		cancel:   cancel,
		state:    State{Phase: Idle, Text: "the sandbox starts with the first run", Since: time.Now()},
		changed:  make(chan struct{}),
	}
	for _, option := range options {
		option(w)
	}
	return w
}

// Start starts a sandbox in the background, unless there is one, and keeps one
// ready from now on. It does not wait.
func (w *Warm) Start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keep = true
	w.ensure()
}

// State is the standing now.
func (w *Warm) State() State {
	state, _ := w.Watch()
	return state
}

// Watch returns the standing and a channel that is closed when it changes.
func (w *Warm) Watch() (State, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state, w.changed
}

// Close ends the sandbox and everything under way, and waits for it. It may be
// called any number of times.
func (w *Warm) Close() error {
	w.cancel()
	w.mu.Lock()
	session := w.session
	w.session = nil
	w.rest()
	w.become(Closed, "the sandbox is closed", nil)
	w.mu.Unlock()
	var err error
	if session != nil {
		err = session.Close()
	}
	w.group.Wait()
	return err
}

// Run runs the job as Session.Run does, on the sandbox that is ready, and starts
// one when there is none.
func (w *Warm) Run(ctx context.Context, job problem.Job, obs Observer) (problem.Result, error) {
	result, again, err := w.try(ctx, job, obs)
	if !again {
		return result, err
	}
	w.log.Warn("starting a run again on a new sandbox", zap.Error(err))
	if obs.Warning != nil {
		obs.Warning("the sandbox died during the run, which starts again on a new one: " + text(err))
	}
	result, _, err = w.try(ctx, job, obs)
	return result, err
}

// try runs the job once, and says whether a failure is worth another sandbox.
func (w *Warm) try(ctx context.Context, job problem.Job, obs Observer) (_ problem.Result, again bool, _ error) {
	session, err := w.acquire(ctx)
	if err != nil {
		return problem.Result{}, false, err
	}
	defer w.release()
	found := false
	tell := obs.Found
	obs.Found = func(f problem.Failure) {
		found = true
		if tell != nil {
			tell(f)
		}
	}
	result, err := session.Run(ctx, job, obs)
	died := err != nil && session.Err() != nil
	return result, died && !found && ctx.Err() == nil && w.ctx.Err() == nil, err
}

// acquire returns a session for one run, which calls release after it. A session
// that was just started is handed over even if it has died since: the run then
// says so, where trying again here might never end.
func (w *Warm) acquire(ctx context.Context) (*Session, error) {
	session, pending := w.take()
	if session != nil {
		return session, nil
	}
	select {
	case <-pending.done:
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the sandbox: %w", context.Cause(ctx))
	}
	if pending.err != nil {
		return nil, pending.err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.use()
	return pending.session, nil
}

// take returns the live session, counted as used, or the start to wait for.
func (w *Warm) take() (*Session, *launch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.session == nil || w.session.Err() != nil {
		return nil, w.ensure()
	}
	w.use()
	return w.session, nil
}

// use counts one more run.
func (w *Warm) use() {
	w.runs++
	w.rest()
	w.ready()
}

func (w *Warm) release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs--
	w.ready()
}

// ready sets the phase of a live session and, when it has nothing to do, the
// clock that ends it. It is called with the lock held, as are those below.
func (w *Warm) ready() {
	if w.session == nil || w.session.Err() != nil {
		return
	}
	switch {
	case w.runs == 1:
		w.become(Busy, "the sandbox is working on a run", nil)
	case w.runs > 1:
		w.become(Busy, fmt.Sprintf("the sandbox is working on %d runs", w.runs), nil)
	default:
		w.become(Ready, "the sandbox is ready", nil)
		if w.idle > 0 {
			session := w.session
			w.rest()
			w.quiet = time.AfterFunc(w.idle, func() { w.retire(session) })
		}
	}
}

// rest stops the idle clock.
func (w *Warm) rest() {
	if w.quiet != nil {
		w.quiet.Stop()
		w.quiet = nil
	}
}

// retire ends the session unless it is in use again.
func (w *Warm) retire(session *Session) {
	w.mu.Lock()
	if w.session != session || w.runs > 0 || w.ctx.Err() != nil {
		w.mu.Unlock()
		return
	}
	w.session = nil
	w.become(Idle, "the sandbox was stopped because nothing ran; the next run starts it", nil)
	w.group.Add(1)
	w.mu.Unlock()
	defer w.group.Done()
	if err := session.Close(); err != nil {
		w.log.Warn("the idle sandbox could not be removed", zap.Error(err))
	}
}

// ensure returns the start under way, and begins one if there is none and no live
// session. It returns nil when there is a live session.
func (w *Warm) ensure() *launch {
	if w.session != nil && w.session.Err() == nil {
		return nil
	}
	if w.launch != nil {
		return w.launch
	}
	l := &launch{done: make(chan struct{})}
	if w.ctx.Err() != nil {
		l.err = errClosed
		close(l.done)
		return l
	}
	w.launch = l
	w.become(Starting, "the sandbox is starting", nil)
	w.group.Go(func() { w.run(l) })
	return l
}

// run starts a session, hands it to those who wait, and stays until it dies.
func (w *Warm) run(l *launch) {
	began := time.Now()
	l.session, l.err = w.open()
	w.begin(l, time.Since(began))
	close(l.done)
	if l.session != nil {
		<-l.session.Done()
		w.buried(l.session)
	}
}

// begin takes what a start came to.
func (w *Warm) begin(l *launch, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.launch = nil
	switch {
	case l.err != nil && w.ctx.Err() == nil:
		w.log.Warn("the sandbox could not be started", zap.Error(l.err), zap.NamedError("cause", cause(l.err)))
		w.become(Broken, text(l.err), l.err)
	case l.err != nil:
		l.err = errClosed
	case w.ctx.Err() != nil:
		// Closed a moment ago, and so is the session, by the one who sees it die.
		l.session.end(errClosed)
	default:
		w.log.Info("the sandbox is ready", zap.Duration("took", took), zap.String("driver", l.session.Hello().Build))
		w.session, w.born = l.session, time.Now()
		w.ready()
	}
}

// open launches a sandbox and shakes hands with it.
func (w *Warm) open() (*Session, error) {
	status := func(text string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.state.Phase == Starting {
			w.become(Starting, text, nil)
		}
	}
	stream, err := w.launcher.Launch(w.ctx, status)
	if err != nil {
		return nil, err
	}
	return Open(w.ctx, stream)
}

// buried replaces a session that died.
func (w *Warm) buried(session *Session) {
	if err := session.Close(); err != nil {
		w.log.Warn("the sandbox that died could not be removed", zap.Error(err))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.session != session {
		return // retired or closed: meant to be
	}
	w.log.Warn("the sandbox died", zap.Error(session.Err()), zap.NamedError("cause", cause(session.Err())))
	w.session = nil
	w.rest()
	if w.keep && time.Since(w.born) >= w.youngest {
		w.ensure()
		return
	}
	if w.launch == nil {
		w.become(Broken, text(session.Err()), session.Err())
	}
}

// become sets the state and tells those who watch.
func (w *Warm) become(phase Phase, text string, err error) {
	if w.state.Phase == Closed {
		return
	}
	since := w.state.Since
	if w.state.Phase != phase {
		since = time.Now()
	} else if w.state.Text == text {
		return
	}
	w.state = State{Phase: phase, Text: text, Since: since, Err: err}
	close(w.changed)
	w.changed = make(chan struct{})
}

// text is an error in words for a status line: what is wrong and the remedy,
// without the layers around it.
func text(err error) string {
	var u *UnavailableError
	if errors.As(err, &u) {
		return u.Error()
	}
	return err.Error()
}

// cause is the technical error behind one for people, for logs.
func cause(err error) error {
	var u *UnavailableError
	if errors.As(err, &u) {
		return u.Cause
	}
	return nil
}
