package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/problem"
	"stresstester/core/wire"
)

func TestOpenReportsWhatTheDriverIs(t *testing.T) {
	t.Parallel()
	s, _ := opened(t)
	want := wire.Hello{Version: wire.Version, Build: "test", CPUs: 2, Memory: 1 << 30}
	if diff := cmp.Diff(want, s.Hello()); diff != "" {
		t.Errorf("hello (-want +got):\n%s", diff)
	}
	if err := s.Err(); err != nil {
		t.Errorf("a live session has an error: %v", err)
	}
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		driver func(p *peer)
		want   string
	}{
		"when the driver speaks another version": {func(p *peer) {
			p.expect(wire.KindHello, new(wire.Hello))
			p.send(wire.KindHello, wire.Hello{Version: wire.Version + 1})
		}, "version 2 of the protocol"},
		"when the driver ends at once": {func(p *peer) {
			p.die()
		}, "did not start"},
		"when the driver prints something else": {func(p *peer) {
			p.expect(wire.KindHello, new(wire.Hello))
			_, _ = p.conn.Write([]byte("/bin/sh: driver: not found\n"))
		}, "not part of the protocol"},
		"when the driver begins with another frame": {func(p *peer) {
			p.expect(wire.KindHello, new(wire.Hello))
			p.send(wire.KindFinished, wire.Finished{ID: 1})
		}, "never started"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, host := newPeer(t)
			go c.driver(p)
			_, err := Open(t.Context(), host)
			wantUnavailable(t, err)
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not contain %q", err, c.want)
			}
			if _, err := host.Write([]byte{0}); !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("the stream was left open: %v", err)
			}
		})
	}
}

func TestOpenGivesUpOnADriverThatIsSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, host := newPeer(t)
		_, err := Open(t.Context(), host)
		wantUnavailable(t, err)
		if want := "did not answer in time"; !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not contain %q", err, want)
		}
	})
}

func TestOpenThatIsCancelledIsNotTheSandboxesFault(t *testing.T) {
	t.Parallel()
	p, host := newPeer(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		p.expect(wire.KindHello, new(wire.Hello))
		cancel()
	}()
	_, err := Open(ctx, host)
	if !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnavailable) {
		t.Errorf("error %v, want a cancelled one only", err)
	}
}

func TestRunTellsItsObserverEverythingInOrder(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	var got []string
	note := func(format string, a ...any) { got = append(got, fmt.Sprintf(format, a...)) }
	done := started(t.Context(), s, job(7), Observer{
		Progress: func(g problem.Progress) { note("progress %d", g.Tests) },
		Compiled: func(c problem.Compilation) { note("compiled %s", c.Role) },
		Found:    func(f problem.Failure) { note("found %s", f.Verdict) },
		Warning:  func(w string) { note("warning %s", w) },
	})
	run := p.run()
	if run.Job.Options.Seed != 7 {
		t.Errorf("the job came with seed %d", run.Job.Options.Seed)
	}
	p.send(wire.KindCompiled, wire.Compiled{ID: run.ID, Compilation: problem.Compilation{Role: problem.Brute, OK: true}})
	p.send(wire.KindProgress, wire.Progress{ID: run.ID, Progress: problem.Progress{Tests: 5}})
	p.send(wire.KindWarning, wire.Warning{ID: run.ID, Text: "the generator repeats itself"})
	p.send(wire.KindFound, wire.Found{ID: run.ID, Failure: problem.Failure{Verdict: problem.WA}})
	p.finish(run.ID, 9)
	o := <-done
	if o.err != nil || o.result.Tests != 9 {
		t.Errorf("run: %+v, %v", o.result, o.err)
	}
	want := []string{"compiled brute", "progress 5", "warning the generator repeats itself", "found WA"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestRunNeedsNoObserver(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	done := started(t.Context(), s, job(1), Observer{})
	id := p.run().ID
	p.send(wire.KindProgress, wire.Progress{ID: id})
	p.send(wire.KindCompiled, wire.Compiled{ID: id})
	p.send(wire.KindFound, wire.Found{ID: id})
	p.send(wire.KindWarning, wire.Warning{ID: id})
	p.finish(id, 1)
	if o := <-done; o.err != nil {
		t.Error(o.err)
	}
}

func TestRunsShareTheStreamAndAreToldApart(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	const many = 50
	go func() {
		// Every run is answered only when all have begun, the newest first.
		var runs []wire.Run
		for range many {
			runs = append(runs, p.run())
		}
		for i := len(runs) - 1; i >= 0; i-- {
			p.send(wire.KindProgress, wire.Progress{ID: runs[i].ID, Progress: problem.Progress{Seed: runs[i].Job.Options.Seed}})
			p.finish(runs[i].ID, int(runs[i].Job.Options.Seed))
		}
	}()
	var group sync.WaitGroup
	for seed := range uint64(many) {
		group.Go(func() {
			result, err := s.Run(t.Context(), job(seed), Observer{Progress: func(g problem.Progress) {
				if g.Seed != seed {
					t.Errorf("run %d was told of run %d", seed, g.Seed)
				}
			}})
			if err != nil || result.Tests != int(seed) {
				t.Errorf("run %d: %d, %v", seed, result.Tests, err)
			}
		})
	}
	group.Wait()
}

func TestRunThatIsCancelledReturnsWhatWasFound(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := started(ctx, s, job(1), Observer{})
	id := p.run().ID
	cancel()
	var stop wire.ID
	p.expect(wire.KindStop, &stop)
	if stop.ID != id {
		t.Errorf("stop for run %d, want %d", stop.ID, id)
	}
	p.send(wire.KindFinished, wire.Finished{ID: id, Result: problem.Result{Verdict: problem.WA, State: problem.Stopped}})
	o := <-done
	if o.err != nil || o.result.Verdict != problem.WA || o.result.State != problem.Stopped {
		t.Errorf("run: %+v, %v", o.result, o.err)
	}
	if s.Err() != nil {
		t.Errorf("the session ended with its run: %v", s.Err())
	}
}

func TestRunThatIsCancelledBeforeItBeginsIsNeverSent(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Run(ctx, job(1), Observer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	done := started(t.Context(), s, job(2), Observer{})
	if run := p.run(); run.Job.Options.Seed != 2 {
		t.Errorf("the driver got run %d", run.Job.Options.Seed)
	} else {
		p.finish(run.ID, 1)
	}
	<-done
}

func TestRunWhoseDriverDoesNotStopEndsTheSession(t *testing.T) {
	t.Parallel()
	for name, reads := range map[string]bool{"and goes on reading": true, "and has stopped reading": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, p := opened(t)
				ctx, cancel := context.WithCancel(t.Context())
				done := started(ctx, s, job(1), Observer{})
				other := started(t.Context(), s, job(2), Observer{})
				p.run()
				p.run()
				cancel()
				if reads {
					p.expect(wire.KindStop, new(wire.ID))
				}
				o := <-done
				wantUnavailable(t, o.err)
				if !errors.Is(o.err, context.Canceled) {
					t.Errorf("error %v does not tell that it was cancelled", o.err)
				}
				o = <-other
				wantUnavailable(t, o.err)
				if errors.Is(o.err, ErrUnavailable) && s.Err() == nil {
					t.Error("the session goes on")
				}
			})
		})
	}
}

func TestRunFailsAtOnceWhenTheStreamEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(p *peer)
		want string
	}{
		"cleanly":                      {(*peer).die, "the sandbox died"},
		"in the middle of a frame":     {func(p *peer) { _, _ = p.conn.Write([]byte{0, 0, 1, 0, 'e', '{'}); p.die() }, "the sandbox died"},
		"with a frame that is no JSON": {func(p *peer) { _, _ = p.conn.Write([]byte{0, 0, 0, 2, 'e', '!'}) }, "not part of the protocol"},
		"with an empty frame":          {func(p *peer) { _, _ = p.conn.Write([]byte{0, 0, 0, 0, 'e'}) }, "not part of the protocol"},
		"with a frame too long":        {func(p *peer) { _, _ = p.conn.Write([]byte{255, 0, 0, 0, 'e'}) }, "not part of the protocol"},
		"with an unknown kind":         {func(p *peer) { p.send('?', wire.ID{}) }, "not for the host"},
		"with a kind for the driver":   {func(p *peer) { p.send(wire.KindRun, wire.Run{}) }, "not for the host"},
		"with a second hello":          {func(p *peer) { p.send(wire.KindHello, wire.Hello{}); p.send(wire.KindHello, wire.Hello{}) }, "second hello"},
		"with news of no run":          {func(p *peer) { p.send(wire.KindProgress, wire.Progress{ID: 99}) }, "never started"},
		"with news of run zero":        {func(p *peer) { p.send(wire.KindFinished, wire.Finished{}) }, "never started"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p := opened(t)
			done := started(t.Context(), s, job(1), Observer{})
			p.run()
			go c.end(p)
			o := <-done
			wantUnavailable(t, o.err)
			for _, want := range []string{c.want, "cut short"} {
				if !strings.Contains(o.err.Error(), want) {
					t.Errorf("error %q does not contain %q", o.err, want)
				}
			}
			<-s.Done()
			if _, err := s.Run(t.Context(), job(2), Observer{}); err == nil {
				t.Error("a run began on a session that is over")
			}
		})
	}
}

// lastWords is a stream whose end tells why, as a container's does.
type lastWords struct {
	io.ReadWriteCloser
	end error
}

func (l lastWords) Read(p []byte) (int, error) {
	n, err := l.ReadWriteCloser.Read(p)
	if errors.Is(err, io.EOF) {
		err = l.end
	}
	return n, err
}

func TestRunReportsTheStreamsLastWords(t *testing.T) {
	t.Parallel()
	p, host := newPeer(t)
	go p.hello()
	s, err := Open(t.Context(), lastWords{host, errors.New("status 137:\n  out of memory")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	done := started(t.Context(), s, job(1), Observer{})
	p.run()
	p.die()
	o := <-done
	wantUnavailable(t, o.err)
	if want := "(status 137: out of memory)"; !strings.Contains(o.err.Error(), want) {
		t.Errorf("error %q does not contain %q", o.err, want)
	}
}

func TestRunThatFinishedIsGoodEvenIfTheStreamEndsAtOnce(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	release := make(chan struct{})
	done := started(t.Context(), s, job(1), Observer{Warning: func(string) { <-release }})
	id := p.run().ID
	p.send(wire.KindWarning, wire.Warning{ID: id})
	p.finish(id, 3)
	p.die()
	<-s.Done()
	close(release)
	if o := <-done; o.err != nil || o.result.Tests != 3 {
		t.Errorf("run: %+v, %v", o.result, o.err)
	}
}

func TestRunReportsThatTheSandboxFailed(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	done := started(t.Context(), s, job(1), Observer{})
	id := p.run().ID
	p.send(wire.KindFinished, wire.Finished{ID: id, Result: problem.Result{Tests: 4}, Error: "no space left on /w"})
	o := <-done
	wantUnavailable(t, o.err)
	if !strings.Contains(o.err.Error(), "no space left on /w") || o.result.Tests != 4 {
		t.Errorf("run: %+v, %v", o.result, o.err)
	}
	if s.Err() != nil {
		t.Errorf("the session ended: %v", s.Err())
	}
}

func TestRunIgnoresLateNewsOfAnEarlierRun(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	first := started(t.Context(), s, job(1), Observer{})
	id := p.run().ID
	p.finish(id, 1)
	<-first
	p.send(wire.KindProgress, wire.Progress{ID: id})
	p.finish(id, 2)
	second := started(t.Context(), s, job(2), Observer{})
	p.finish(p.run().ID, 3)
	if o := <-second; o.err != nil || o.result.Tests != 3 {
		t.Errorf("run: %+v, %v", o.result, o.err)
	}
}

func TestRunDropsProgressRatherThanWait(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	release := make(chan struct{})
	heard := 0
	done := started(t.Context(), s, job(1), Observer{Progress: func(problem.Progress) { <-release; heard++ }})
	id := p.run().ID
	for range 10 * pendingEvents {
		p.send(wire.KindProgress, wire.Progress{ID: id})
	}
	close(release)
	p.finish(id, 1)
	if o := <-done; o.err != nil {
		t.Fatal(o.err)
	}
	if heard == 0 || heard > 2*pendingEvents {
		t.Errorf("%d of %d came", heard, 10*pendingEvents)
	}
}

func TestRunDoesNotLoseEventsOfASlowObserver(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	const many = 5 * pendingEvents
	release := make(chan struct{})
	heard := 0
	done := started(t.Context(), s, job(1), Observer{Warning: func(string) { <-release; heard++ }})
	id := p.run().ID
	go func() {
		for range many {
			p.send(wire.KindWarning, wire.Warning{ID: id})
		}
		p.finish(id, 1)
	}()
	close(release)
	if o := <-done; o.err != nil || heard != many {
		t.Errorf("%d of %d warnings came: %v", heard, many, o.err)
	}
}

func TestRunOnADriverThatFallsSilentEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := opened(t)
		time.Sleep(time.Hour) // a long rest before the run is not silence
		done := started(t.Context(), s, job(1), Observer{})
		p.run()
		began := time.Now()
		p.expect(wire.KindPing, new(wire.ID))
		o := <-done
		wantUnavailable(t, o.err)
		if took := time.Since(began); took < 2*silenceTime || took > 3*silenceTime {
			t.Errorf("it took %v", took)
		}
	})
}

func TestRunOnADriverThatAnswersPingsGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, p := opened(t)
		done := started(t.Context(), s, job(1), Observer{})
		id := p.run().ID
		for range 20 {
			var ping wire.ID
			p.expect(wire.KindPing, &ping)
			p.send(wire.KindPong, ping)
		}
		p.finish(id, 1)
		if o := <-done; o.err != nil {
			t.Error(o.err)
		}
	})
}

func TestRunThatCannotBeSentIsItsOwnFault(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	odd := problem.Job{Options: problem.Options{Compare: problem.Comparison{Epsilon: math.NaN()}}}
	if _, err := s.Run(t.Context(), odd, Observer{}); err == nil || errors.Is(err, ErrUnavailable) {
		t.Errorf("error %v", err)
	}
	done := started(t.Context(), s, job(1), Observer{})
	p.finish(p.run().ID, 1)
	if o := <-done; o.err != nil {
		t.Errorf("the session did not survive: %v", o.err)
	}
}

func TestCloseEndsRunsAndMayBeRepeated(t *testing.T) {
	t.Parallel()
	s, p := opened(t)
	done := started(t.Context(), s, job(1), Observer{})
	p.run()
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() { _ = s.Close() })
	}
	group.Wait()
	o := <-done
	wantUnavailable(t, o.err)
	if want := "was closed"; !strings.Contains(o.err.Error(), want) {
		t.Errorf("error %q does not contain %q", o.err, want)
	}
}
