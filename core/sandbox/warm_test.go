package sandbox

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"stresstester/core/problem"
	"stresstester/core/wire"
)

// launcher starts scripted drivers: the n-th launch is told its number, counted
// from one, and returns its error or runs the driver.
type launcher struct {
	t        *testing.T
	launches atomic.Int32
	fail     func(n int) error
	driver   func(n int, p *peer)
	drivers  sync.WaitGroup
}

func (l *launcher) Launch(ctx context.Context, status func(string)) (io.ReadWriteCloser, error) {
	n := int(l.launches.Add(1))
	status("starting the container")
	if l.fail != nil {
		if err := l.fail(n); err != nil {
			return nil, err
		}
	}
	p, host := newPeer(l.t)
	l.drivers.Go(func() {
		p.hello()
		l.driver(n, p)
	})
	return host, nil
}

// warm returns a warm sandbox that is closed at the end of the test.
func (l *launcher) warm(options ...Option) *Warm {
	w := NewWarm(l, nil, options...)
	l.t.Cleanup(func() {
		_ = w.Close()
		l.drivers.Wait()
	})
	return w
}

// serve answers every run until the stream ends.
func serve(p *peer) {
	for {
		frame, err := p.in.Next()
		if err != nil {
			return
		}
		var run wire.Run
		if err := frame.Decode(&run); err != nil || frame.Kind != wire.KindRun {
			p.t.Errorf("kind %q: %v", frame.Kind, err)
			return
		}
		p.finish(run.ID, int(run.Job.Options.Seed))
	}
}

// serveAlways is a driver that is well.
func serveAlways(_ int, p *peer) { serve(p) }

// waitFor waits until the phase is reached.
func waitFor(t *testing.T, w *Warm, phase Phase) State {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		state, changed := w.Watch()
		if state.Phase == phase {
			return state
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("phase %q was never reached; it is %+v", phase, state)
		}
	}
}

func TestWarmStartsWithTheFirstRunAndIsUsedAgain(t *testing.T) {
	t.Parallel()
	l := &launcher{t: t, driver: serveAlways}
	w := l.warm()
	if state := w.State(); state.Phase != Idle || state.Text == "" || state.Since.IsZero() {
		t.Errorf("state %+v", state)
	}
	for seed := range uint64(3) {
		result, err := w.Run(t.Context(), job(seed), Observer{})
		if err != nil || result.Tests != int(seed) {
			t.Errorf("run: %+v, %v", result, err)
		}
	}
	if n := l.launches.Load(); n != 1 {
		t.Errorf("%d launches", n)
	}
	if state := w.State(); state.Phase != Ready {
		t.Errorf("state %+v", state)
	}
}

func TestWarmStartsInTheBackground(t *testing.T) {
	t.Parallel()
	l := &launcher{t: t, driver: serveAlways}
	w := l.warm()
	w.Start()
	w.Start()
	waitFor(t, w, Ready)
	if _, err := w.Run(t.Context(), job(1), Observer{}); err != nil {
		t.Error(err)
	}
	if n := l.launches.Load(); n != 1 {
		t.Errorf("%d launches", n)
	}
}

func TestWarmRunsShareOneStart(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	l := &launcher{t: t, driver: serveAlways, fail: func(int) error { <-release; return nil }}
	w := l.warm()
	var runs []<-chan outcome
	for seed := range uint64(10) {
		runs = append(runs, started(t.Context(), w, job(seed), Observer{}))
	}
	state := waitFor(t, w, Starting)
	for state.Text != "starting the container" {
		state = waitFor(t, w, Starting)
	}
	close(release)
	for _, run := range runs {
		if o := <-run; o.err != nil {
			t.Error(o.err)
		}
	}
	if n := l.launches.Load(); n != 1 {
		t.Errorf("%d launches", n)
	}
}

func TestWarmRunThatGivesUpWaitingLeavesTheStartToTheNext(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	l := &launcher{t: t, driver: serveAlways, fail: func(int) error { <-release; return nil }}
	w := l.warm()
	ctx, cancel := context.WithCancel(t.Context())
	first := started(ctx, w, job(1), Observer{})
	waitFor(t, w, Starting)
	cancel()
	if o := <-first; !errors.Is(o.err, context.Canceled) || errors.Is(o.err, ErrUnavailable) {
		t.Errorf("error %v", o.err)
	}
	close(release)
	if _, err := w.Run(t.Context(), job(2), Observer{}); err != nil {
		t.Error(err)
	}
	if n := l.launches.Load(); n != 1 {
		t.Errorf("%d launches", n)
	}
}

func TestWarmTriesAgainAfterAFailedStart(t *testing.T) {
	t.Parallel()
	broken := &UnavailableError{What: "docker is not running", Remedy: "start it"}
	l := &launcher{t: t, driver: serveAlways, fail: func(n int) error {
		if n == 1 {
			return broken
		}
		return nil
	}}
	w := l.warm()
	_, err := w.Run(t.Context(), job(1), Observer{})
	wantUnavailable(t, err)
	state := w.State()
	if state.Phase != Broken || state.Text != "docker is not running: start it" || !errors.Is(state.Err, ErrUnavailable) {
		t.Errorf("state %+v", state)
	}
	if _, err := w.Run(t.Context(), job(2), Observer{}); err != nil {
		t.Error(err)
	}
	if state := w.State(); state.Phase != Ready || state.Err != nil {
		t.Errorf("state %+v", state)
	}
}

func TestWarmRunsAgainWhenTheSandboxDiesBeforeAnythingWasFound(t *testing.T) {
	t.Parallel()
	l := &launcher{t: t, driver: func(n int, p *peer) {
		if n == 1 {
			id := p.run().ID
			p.send(wire.KindProgress, wire.Progress{ID: id, Progress: problem.Progress{Tests: 5}})
			p.die()
			return
		}
		serve(p)
	}}
	w := l.warm()
	var warnings []string
	result, err := w.Run(t.Context(), job(8), Observer{Warning: func(s string) { warnings = append(warnings, s) }})
	if err != nil || result.Tests != 8 {
		t.Errorf("run: %+v, %v", result, err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "starts again") {
		t.Errorf("warnings %q", warnings)
	}
	if n := l.launches.Load(); n != 2 {
		t.Errorf("%d launches", n)
	}
}

func TestWarmFailsWhenTheSandboxDies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		driver   func(n int, p *peer)
		launches int32
	}{
		"with something found": {func(_ int, p *peer) {
			id := p.run().ID
			p.send(wire.KindFound, wire.Found{ID: id, Failure: problem.Failure{Verdict: problem.WA}})
			p.die()
		}, 1},
		"twice": {func(_ int, p *peer) {
			p.run()
			p.die()
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &launcher{t: t, driver: c.driver}
			w := l.warm()
			_, err := w.Run(t.Context(), job(1), Observer{})
			wantUnavailable(t, err)
			if n := l.launches.Load(); n != c.launches {
				t.Errorf("%d launches, want %d", n, c.launches)
			}
			if state := waitFor(t, w, Broken); !strings.Contains(state.Text, "the sandbox died") {
				t.Errorf("state %+v", state)
			}
		})
	}
}

func TestWarmReplacesASandboxThatDiesIdle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		age      time.Duration
		launches int32
	}{
		"at once when it had lived":       {youngest, 2},
		"not by itself when it was young": {0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				die := make(chan struct{})
				l := &launcher{t: t, driver: func(n int, p *peer) {
					if n == 1 {
						<-die
						p.die()
						return
					}
					serve(p)
				}}
				w := l.warm()
				w.Start()
				waitFor(t, w, Ready)
				time.Sleep(c.age)
				close(die)
				synctest.Wait()
				if n := l.launches.Load(); n != c.launches {
					t.Errorf("%d launches, want %d", n, c.launches)
				}
				if _, err := w.Run(t.Context(), job(1), Observer{}); err != nil {
					t.Error(err)
				}
				if n := l.launches.Load(); n != 2 {
					t.Errorf("%d launches in the end", n)
				}
			})
		})
	}
}

func TestWarmStopsASandboxThatHasNothingToDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &launcher{t: t, driver: serveAlways}
		w := l.warm(IdleTimeout(time.Minute))
		for range 2 {
			for range 3 {
				if _, err := w.Run(t.Context(), job(1), Observer{}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(59 * time.Second)
			}
			if state := w.State(); state.Phase != Ready {
				t.Fatalf("it was stopped too early: %+v", state)
			}
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if state := w.State(); state.Phase != Idle || time.Since(state.Since) > 2*time.Second {
				t.Fatalf("it was not stopped: %+v", state)
			}
		}
		if n := l.launches.Load(); n != 2 {
			t.Errorf("%d launches", n)
		}
	})
}

func TestWarmDoesNotStopASandboxThatIsBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		finish := make(chan struct{})
		l := &launcher{t: t, driver: func(_ int, p *peer) {
			id := p.run().ID
			for range 60 {
				time.Sleep(time.Second)
				p.send(wire.KindProgress, wire.Progress{ID: id})
			}
			<-finish
			p.finish(id, 1)
			serve(p)
		}}
		w := l.warm(IdleTimeout(10 * time.Second))
		done := started(t.Context(), w, job(1), Observer{})
		time.Sleep(time.Minute)
		if state := w.State(); state.Phase != Busy {
			t.Errorf("state %+v", state)
		}
		close(finish)
		if o := <-done; o.err != nil {
			t.Error(o.err)
		}
	})
}

func TestWarmCloseEndsEverythingAndMayBeRepeated(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	l := &launcher{t: t, driver: func(_ int, p *peer) { p.run(); close(begun) }}
	w := l.warm()
	done := started(t.Context(), w, job(1), Observer{})
	<-begun
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() { _ = w.Close() })
	}
	group.Wait()
	wantUnavailable(t, (<-done).err)
	_, err := w.Run(t.Context(), job(2), Observer{})
	wantUnavailable(t, err)
	w.Start()
	if state := w.State(); state.Phase != Closed {
		t.Errorf("state %+v", state)
	}
	if n := l.launches.Load(); n != 1 {
		t.Errorf("%d launches", n)
	}
}

// stubborn is a launcher whose start ends with its context only.
type stubborn struct{}

func (stubborn) Launch(ctx context.Context, _ func(string)) (io.ReadWriteCloser, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestWarmCloseEndsAStartUnderWay(t *testing.T) {
	t.Parallel()
	w := NewWarm(stubborn{}, nil)
	done := started(t.Context(), w, job(1), Observer{})
	waitFor(t, w, Starting)
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	wantUnavailable(t, (<-done).err)
}

func TestWarmThatWasNeverUsedCloses(t *testing.T) {
	t.Parallel()
	if err := NewWarm(stubborn{}, nil).Close(); err != nil {
		t.Error(err)
	}
}
