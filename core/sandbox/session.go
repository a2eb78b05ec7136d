package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"stresstester/core/problem"
	"stresstester/core/wire"
)

// Bounds on the driver's patience and ours. They are generous: each is there so
// that nothing hangs, not to catch a slow machine.
const (
	// handshakeTime is how long the driver may take to say hello.
	handshakeTime = 30 * time.Second
	// stopTime is how long a run may take to finish once it was told to stop.
	stopTime = 10 * time.Second
	// silenceTime is how long the driver may be silent during a run before it is
	// pinged, and again how long it has to answer.
	silenceTime = 20 * time.Second
)

// pendingEvents is how many events of one run wait for its observer before the
// session's reader waits too. Progress is dropped rather than waited for.
const pendingEvents = 64

// Session is one conversation with one driver. It is safe for concurrent use:
// runs share the stream, told apart by their ids.
//
// Once anything is wrong with the stream the session is over for good: every run
// under way fails at once, and Done is closed.
type Session struct {
	stream io.ReadWriteCloser
	hello  wire.Hello
	out    chan []byte // encoded frames for the writer
	greet  chan wire.Hello
	times  times

	mu   sync.Mutex
	runs map[uint64]*run
	last uint64 // the newest run's id

	heard   atomic.Int64 // when the last byte came, in nanoseconds since started
	waiting atomic.Bool  // the reader waits for an observer, so silence means nothing
	started time.Time

	fail sync.Once
	err  error // why it ended; read only after done
	done chan struct{}
	loop sync.WaitGroup

	closed error // what closing the stream came to; read only after loop
}

// times are the bounds in force; tests shorten them.
type times struct{ handshake, stop, silence time.Duration }

// run is one run's place in the session.
type run struct {
	events chan event
	gone   chan struct{} // closed when Run has returned
}

// event is one frame of a run, decoded: exactly one field is set.
type event struct {
	progress *problem.Progress
	compiled *problem.Compilation
	found    *problem.Failure
	warning  *string
	finished *wire.Finished
}

// Open shakes hands with the driver behind the stream, which the session owns
// from now on: it is closed when that fails. Ctx bounds the handshake only.
func Open(ctx context.Context, stream io.ReadWriteCloser) (*Session, error) {
	return open(ctx, stream, times{handshake: handshakeTime, stop: stopTime, silence: silenceTime})
}

func open(ctx context.Context, stream io.ReadWriteCloser, t times) (*Session, error) {
	s := &Session{
		stream:  stream,
		times:   t,
		out:     make(chan []byte),
		greet:   make(chan wire.Hello, 1),
		runs:    make(map[uint64]*run),
		started: time.Now(),
		done:    make(chan struct{}),
	}
	s.loop.Add(2)
	go s.read()
	go s.write()
	if err := s.shakeHands(ctx); err != nil {
		s.end(err)
		s.loop.Wait()
		return nil, err
	}
	return s, nil
}

// shakeHands sends and awaits Hello.
func (s *Session) shakeHands(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.times.handshake)
	defer cancel()
	hello, err := encode(wire.KindHello, wire.Hello{Version: wire.Version})
	if err != nil {
		return err
	}
	if err := s.send(ctx, hello); err != nil {
		return s.noHandshake(err)
	}
	select {
	case s.hello = <-s.greet:
	case <-s.done:
		return s.noHandshake(s.err)
	case <-ctx.Done():
		return s.noHandshake(context.Cause(ctx))
	}
	if s.hello.Version != wire.Version {
		return &UnavailableError{
			What:   fmt.Sprintf("the sandbox's driver speaks version %d of the protocol and this program version %d", s.hello.Version, wire.Version),
			Remedy: "they were built from different sources; reinstall Stress Tester, or run `make build`",
		}
	}
	return nil
}

// noHandshake words the failure of a handshake.
func (s *Session) noHandshake(cause error) error {
	if errors.Is(cause, context.Canceled) {
		return fmt.Errorf("starting the sandbox: %w", cause)
	}
	what := "the sandbox's driver did not start"
	switch {
	case errors.Is(cause, context.DeadlineExceeded):
		what = "the sandbox's driver did not answer in time"
	case cause != nil:
		what += " (" + oneLine(reason(cause)) + ")"
	}
	return &UnavailableError{What: what, Remedy: "run `stresstester doctor` to see what is wrong", Cause: cause}
}

// Hello is what the driver said of itself.
func (s *Session) Hello() wire.Hello { return s.hello }

// Done is closed when the session is over.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err says why the session ended; nil while it has not.
func (s *Session) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// errClosed is a session's end by Close.
var errClosed = &UnavailableError{What: "the sandbox was closed", Remedy: "start the run again"}

// Close ends the session and its sandbox, and waits until both are gone. Runs
// under way fail. The error tells that the sandbox could not be removed. It may
// be called any number of times.
func (s *Session) Close() error {
	s.end(errClosed)
	s.loop.Wait()
	return s.closed
}

// end ends the session for the given reason; the first reason stays. It does not
// wait: a sandbox may take its time to go.
func (s *Session) end(reason error) {
	s.fail.Do(func() {
		s.err = reason
		close(s.done)
		// The reader is still counted here, because it leaves through end only.
		s.loop.Go(func() { s.closed = s.stream.Close() })
	})
}

// send hands one encoded frame to the writer.
func (s *Session) send(ctx context.Context, frame []byte) error {
	select {
	case s.out <- frame:
		return nil
	case <-s.done:
		return s.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// write is the writer's goroutine. A driver that does not read blocks only this.
func (s *Session) write() {
	defer s.loop.Done()
	for {
		select {
		case frame := <-s.out:
			if _, err := s.stream.Write(frame); err != nil {
				// The reader usually knows better why: it has the driver's last
				// words. It is given a moment to say so.
				s.endLater(broken(err))
				return
			}
		case <-s.done:
			return
		}
	}
}

// endLater ends the session unless the reader does so first.
func (s *Session) endLater(reason error) {
	grace := time.NewTimer(min(s.times.stop, time.Second))
	defer grace.Stop()
	select {
	case <-s.done:
	case <-grace.C:
		s.end(reason)
	}
}

// read is the reader's goroutine.
func (s *Session) read() {
	defer s.loop.Done()
	frames := wire.NewReader(listener{s})
	for {
		frame, err := frames.Next()
		if err == nil {
			err = s.dispatch(frame)
		}
		if err != nil {
			s.end(broken(err))
			return
		}
	}
}

// listener notes when bytes come.
type listener struct{ s *Session }

func (l listener) Read(p []byte) (int, error) {
	n, err := l.s.stream.Read(p)
	l.s.heard.Store(int64(time.Since(l.s.started)))
	return n, err
}

// broken words the end of the stream.
func broken(cause error) error {
	if errors.Is(cause, wire.ErrMalformed) {
		return &UnavailableError{
			What:   "the sandbox's driver sent something that is not part of the protocol (" + oneLine(cause.Error()) + ")",
			Remedy: "please report this; a new sandbox is started for the next run",
			Cause:  cause,
		}
	}
	what := "the sandbox died"
	if why := reason(cause); why != "" {
		what += " (" + oneLine(why) + ")"
	}
	return &UnavailableError{
		What:   what,
		Remedy: "run it again; if it dies every time, lower --jobs or the memory limits, or run `stresstester doctor`",
		Cause:  cause,
	}
}

// reason is what a stream's error has to say, if anything. A launcher's stream
// may end in an error that tells how the sandbox ended.
func reason(err error) string {
	for _, bare := range []error{nil, io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe} {
		if errors.Is(err, bare) {
			return ""
		}
	}
	return err.Error()
}

// dispatch gives one frame to whom it concerns. An error ends the session.
func (s *Session) dispatch(f wire.Frame) error {
	switch f.Kind {
	case wire.KindHello:
		return s.greeted(f)
	case wire.KindPong:
		return f.Decode(new(wire.ID))
	case wire.KindProgress:
		var v wire.Progress
		return s.deliver(f, &v, &v.ID, event{progress: &v.Progress})
	case wire.KindCompiled:
		var v wire.Compiled
		return s.deliver(f, &v, &v.ID, event{compiled: &v.Compilation})
	case wire.KindFound:
		var v wire.Found
		return s.deliver(f, &v, &v.ID, event{found: &v.Failure})
	case wire.KindWarning:
		var v wire.Warning
		return s.deliver(f, &v, &v.ID, event{warning: &v.Text})
	case wire.KindFinished:
		var v wire.Finished
		return s.deliver(f, &v, &v.ID, event{finished: &v})
	default:
		return fmt.Errorf("%w: kind %q is not for the host", wire.ErrMalformed, string(f.Kind))
	}
}

// greeted takes the driver's only Hello.
func (s *Session) greeted(f wire.Frame) error {
	var hello wire.Hello
	if err := f.Decode(&hello); err != nil {
		return err
	}
	select {
	case s.greet <- hello:
		return nil
	default:
		return fmt.Errorf("%w: a second hello", wire.ErrMalformed)
	}
}

// deliver decodes the frame into v, which id and ev point into, and hands ev to
// its run.
func (s *Session) deliver(f wire.Frame, v any, id *uint64, ev event) error {
	if err := f.Decode(v); err != nil {
		return err
	}
	s.mu.Lock()
	r, last := s.runs[*id], s.last
	s.mu.Unlock()
	if r == nil {
		if *id == 0 || *id > last {
			return fmt.Errorf("%w: kind %q for run %d, which was never started", wire.ErrMalformed, string(f.Kind), *id)
		}
		return nil // late news of a run that is over
	}
	if ev.progress != nil {
		select {
		case r.events <- ev:
		default: // the next one says more
		}
		return nil
	}
	s.waiting.Store(true)
	select {
	case r.events <- ev:
	case <-r.gone:
	case <-s.done:
	}
	s.heard.Store(int64(time.Since(s.started)))
	s.waiting.Store(false)
	return nil
}

// Run runs the job to its end and returns the result, which is also the way a
// failing set-up is reported.
//
// When ctx ends, the driver is told to stop, and what it found until then is
// returned with state Stopped and without an error. A driver that does not finish
// in time is ended together with the session. When the sandbox dies in the
// middle, or says that it failed, the error wraps ErrUnavailable and says what to
// do.
func (s *Session) Run(ctx context.Context, job problem.Job, obs Observer) (problem.Result, error) {
	if ctx.Err() != nil {
		return problem.Result{}, fmt.Errorf("starting the run: %w", context.Cause(ctx))
	}
	id, r := s.enter()
	defer s.leave(id, r)
	frame, err := encode(wire.KindRun, wire.Run{ID: id, Job: job})
	if err != nil {
		return problem.Result{}, fmt.Errorf("starting the run: %w", err)
	}
	if err := s.send(ctx, frame); err != nil {
		return problem.Result{}, fmt.Errorf("starting the run: %w", err)
	}
	finished, err := s.follow(ctx, id, r, obs)
	if err != nil {
		return problem.Result{}, err
	}
	if finished.Error != "" {
		return finished.Result, &UnavailableError{
			What:   "the sandbox failed (" + oneLine(finished.Error) + ")",
			Remedy: "run it again; `stresstester doctor` tells more",
		}
	}
	return finished.Result, nil
}

// enter registers a run under a fresh id.
func (s *Session) enter() (uint64, *run) {
	r := &run{events: make(chan event, pendingEvents), gone: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.runs[s.last] = r
	return s.last, r
}

func (s *Session) leave(id uint64, r *run) {
	close(r.gone)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.runs, id)
}

// follow delivers a run's events until it is over.
func (s *Session) follow(ctx context.Context, id uint64, r *run, obs Observer) (*wire.Finished, error) {
	cancelled := ctx.Done()
	var stop stopping
	defer stop.release()
	watch := time.NewTicker(s.times.silence / 2)
	defer watch.Stop()
	began, pinged := time.Now(), false
	for {
		select {
		case ev := <-r.events:
			if ev.tell(obs) {
				return ev.finished, nil
			}
		case <-cancelled:
			cancelled = nil
			stop.begin(context.WithoutCancel(ctx), s, id)
		case <-stop.late:
			s.end(&UnavailableError{
				What:   fmt.Sprintf("the sandbox did not stop within %v and was ended", s.times.stop),
				Remedy: "a new one is started for the next run",
				Cause:  context.Cause(ctx),
			})
		case <-watch.C:
			pinged = s.checkAlive(began, pinged)
		case <-s.done:
			return r.rest(obs, s.err)
		}
	}
}

// rest delivers what came before the session ended: the result may be among it.
func (r *run) rest(obs Observer, end error) (*wire.Finished, error) {
	for {
		select {
		case ev := <-r.events:
			if ev.tell(obs) {
				return ev.finished, nil
			}
		default:
			return nil, fmt.Errorf("the run was cut short: %w", end)
		}
	}
}

// stopping is the end of a run's patience after it was cancelled. Its zero value
// is a run that was not.
type stopping struct {
	timer  *time.Timer
	late   <-chan time.Time
	cancel context.CancelFunc
	sent   chan struct{} // closed when the driver was told, or could not be
}

// begin tells the driver to stop and starts the clock. It does not wait for the
// driver, which may have stopped reading.
func (st *stopping) begin(ctx context.Context, s *Session, id uint64) {
	st.timer = time.NewTimer(s.times.stop)
	st.late = st.timer.C
	st.sent = make(chan struct{})
	ctx, st.cancel = context.WithCancel(ctx)
	go func() {
		defer close(st.sent)
		if frame, err := encode(wire.KindStop, wire.ID{ID: id}); err == nil {
			_ = s.send(ctx, frame) // a failure has ended the session
		}
	}()
}

// release gives everything back.
func (st *stopping) release() {
	if st.timer == nil {
		return
	}
	st.timer.Stop()
	st.cancel()
	<-st.sent
}

// checkAlive looks whether the driver has been silent for too long since the
// given moment, and returns whether it has been asked to say something. A driver
// that is well sends progress several times a second; a frozen container (docker
// pause, a stuck engine) sends nothing and would be waited for without end.
func (s *Session) checkAlive(since time.Time, pinged bool) bool {
	if s.waiting.Load() {
		return false
	}
	last := max(time.Duration(s.heard.Load()), since.Sub(s.started))
	silent := time.Since(s.started) - last
	if silent < s.times.silence {
		return false
	}
	if pinged {
		if silent >= 2*s.times.silence {
			s.end(&UnavailableError{
				What:   fmt.Sprintf("the sandbox has not said anything for %v", silent.Round(time.Second)),
				Remedy: "run it again; a new sandbox is started, and `stresstester doctor` tells whether the engine is well",
			})
		}
		return true
	}
	if frame, err := encode(wire.KindPing, wire.ID{}); err == nil {
		select {
		case s.out <- frame:
		default: // the writer is stuck, which is silence as well
		}
	}
	return true
}

// tell tells the observer and reports whether the run is over.
func (ev event) tell(obs Observer) bool {
	switch {
	case ev.progress != nil && obs.Progress != nil:
		obs.Progress(*ev.progress)
	case ev.compiled != nil && obs.Compiled != nil:
		obs.Compiled(*ev.compiled)
	case ev.found != nil && obs.Found != nil:
		obs.Found(*ev.found)
	case ev.warning != nil && obs.Warning != nil:
		obs.Warning(*ev.warning)
	}
	return ev.finished != nil
}

// encode makes a frame. It happens in the caller's goroutine, so that a job too
// large to send is that caller's error and not the session's.
func encode(kind wire.Kind, v any) ([]byte, error) {
	var buf bytes.Buffer
	if err := wire.NewWriter(&buf).Send(kind, v); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
