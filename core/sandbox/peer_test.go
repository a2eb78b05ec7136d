package sandbox

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"stresstester/core/problem"
	"stresstester/core/wire"
)

// peer is a driver's end of the wire, for tests to script: it reads and writes
// the frames that a real driver would.
type peer struct {
	t    *testing.T
	conn net.Conn
	in   *wire.Reader
	out  *wire.Writer
}

// newPeer returns a driver and the host's end of its stream.
func newPeer(t *testing.T) (*peer, io.ReadWriteCloser) {
	t.Helper()
	host, driver := net.Pipe()
	t.Cleanup(func() { _ = driver.Close() })
	return &peer{t: t, conn: driver, in: wire.NewReader(driver), out: wire.NewWriter(driver)}, host
}

// opened returns a session with a scripted driver that has said hello.
func opened(t *testing.T) (*Session, *peer) {
	t.Helper()
	p, host := newPeer(t)
	go p.hello()
	s, err := Open(t.Context(), host)
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, p
}

// hello shakes hands as a driver does.
func (p *peer) hello() {
	p.expect(wire.KindHello, new(wire.Hello))
	p.send(wire.KindHello, wire.Hello{Version: wire.Version, Build: "test", CPUs: 2, Memory: 1 << 30})
}

// expect reads one frame, which must be of that kind, into v.
func (p *peer) expect(kind wire.Kind, v any) {
	p.t.Helper()
	frame, err := p.in.Next()
	if err != nil {
		p.t.Errorf("the driver wanted kind %q and got: %v", kind, err)
		return
	}
	if frame.Kind != kind {
		p.t.Errorf("the driver wanted kind %q and got %q %s", kind, frame.Kind, frame.Payload)
		return
	}
	if err := frame.Decode(v); err != nil {
		p.t.Error(err)
	}
}

// run reads the start of a run and returns its id.
func (p *peer) run() wire.Run {
	p.t.Helper()
	var run wire.Run
	p.expect(wire.KindRun, &run)
	return run
}

func (p *peer) send(kind wire.Kind, v any) {
	p.t.Helper()
	if err := p.out.Send(kind, v); err != nil {
		p.t.Errorf("the driver could not send kind %q: %v", kind, err)
	}
}

// finish ends a run well after that many tests.
func (p *peer) finish(id uint64, tests int) {
	p.t.Helper()
	p.send(wire.KindFinished, wire.Finished{ID: id, Result: problem.Result{
		Event: "result", Verdict: problem.OK, Tests: tests, State: problem.Done,
	}})
}

// die ends the driver's stream.
func (p *peer) die() { _ = p.conn.Close() }

// job is a job told apart by its first seed.
func job(seed uint64) problem.Job {
	return problem.Job{Options: problem.Options{Seed: seed}}
}

// outcome is what a Run returned.
type outcome struct {
	result problem.Result
	err    error
}

// started begins a Run in the background.
func started(ctx context.Context, r interface {
	Run(context.Context, problem.Job, Observer) (problem.Result, error)
}, job problem.Job, obs Observer) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		result, err := r.Run(ctx, job, obs)
		done <- outcome{result, err}
	}()
	return done
}

// wantUnavailable checks that an error is one for people about the sandbox.
func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	var u *UnavailableError
	if !errors.Is(err, ErrUnavailable) || !errors.As(err, &u) {
		t.Fatalf("the error does not wrap ErrUnavailable: %v", err)
	}
	if u.Remedy == "" {
		t.Fatalf("the error has no remedy: %v", err)
	}
}
