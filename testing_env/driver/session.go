package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"runtime/metrics"
	"sync"

	"golang.org/x/sys/unix"

	"stresstester/core/engine"
	"stresstester/core/problem"
	"stresstester/core/wire"
	"stresstester/testing_env/driver/lab"
)

// session is the conversation with the host.
type session struct {
	house *lab.House
	in    *wire.Reader
	out   *wire.Writer

	mu   sync.Mutex
	jobs map[uint64]context.CancelFunc
	wg   sync.WaitGroup
}

func newSession(house *lab.House, in io.Reader, out io.Writer) *session {
	return &session{house: house, in: wire.NewReader(in), out: wire.NewWriter(out), jobs: map[uint64]context.CancelFunc{}}
}

// serve answers frames until the host goes away.
func (s *session) serve() error {
	if err := s.greet(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer s.wg.Wait()
	defer cancel()
	for {
		f, err := s.in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = s.handle(ctx, f)
		}
		if err != nil {
			return fmt.Errorf("reading from the host: %w", err)
		}
	}
}

func (s *session) greet() error {
	var info unix.Sysinfo_t
	memory := int64(0)
	if err := unix.Sysinfo(&info); err == nil {
		memory = int64(info.Totalram) * int64(info.Unit)
	}
	hello := wire.Hello{Version: wire.Version, Build: buildID(), CPUs: s.house.CPUs(), Memory: memory, Notes: s.house.Notes()}
	if err := s.out.Send(wire.KindHello, hello); err != nil {
		return err
	}
	f, err := s.in.Next()
	if err != nil {
		return fmt.Errorf("waiting for the host's hello: %w", err)
	}
	var theirs wire.Hello
	if f.Kind != wire.KindHello {
		return fmt.Errorf("%w: expected hello, got %q", wire.ErrMalformed, string(f.Kind))
	}
	if err := f.Decode(&theirs); err != nil {
		return err
	}
	if theirs.Version != wire.Version {
		return fmt.Errorf("the host speaks version %d of the protocol, this driver version %d", theirs.Version, wire.Version)
	}
	return nil
}

func (s *session) handle(ctx context.Context, f wire.Frame) error {
	switch f.Kind {
	case wire.KindRun:
		var r wire.Run
		if err := f.Decode(&r); err != nil {
			return err
		}
		return s.begin(ctx, &r)
	case wire.KindStop:
		var id wire.ID
		if err := f.Decode(&id); err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if cancel := s.jobs[id.ID]; cancel != nil {
			cancel()
		}
		return nil
	case wire.KindPing:
		var id wire.ID
		if err := f.Decode(&id); err != nil {
			return err
		}
		return s.out.Send(wire.KindPong, id)
	case wire.KindHello, wire.KindPong, wire.KindProgress, wire.KindCompiled, wire.KindFound, wire.KindWarning, wire.KindFinished:
	}
	return fmt.Errorf("%w: unexpected kind %q", wire.ErrMalformed, string(f.Kind))
}

func (s *session) begin(ctx context.Context, r *wire.Run) error {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.jobs[r.ID] != nil {
		cancel()
		return fmt.Errorf("%w: run %d is already under way", wire.ErrMalformed, r.ID)
	}
	s.jobs[r.ID] = cancel
	s.wg.Go(func() {
		defer cancel()
		s.finish(r.ID, s.work(ctx, r))
		giveBack()
	})
	return nil
}

// giveBack returns memory to the system that an unusually large job has needed: all
// of it counts against what the sandbox has.
func giveBack() {
	const usual = 128 << 20
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"}}
	metrics.Read(sample)
	var held uint64
	for _, s := range sample {
		held += s.Value.Uint64()
	}
	if held > usual {
		debug.FreeOSMemory()
	}
}

// finish tells the result. A host that is gone cannot be told, and ends the
// session by itself.
func (s *session) finish(id uint64, end wire.Finished) {
	s.mu.Lock()
	delete(s.jobs, id)
	s.mu.Unlock()
	end.ID = id
	if err := s.out.Send(wire.KindFinished, end); err != nil {
		_ = s.out.Send(wire.KindFinished, wire.Finished{ID: id, Error: err.Error()})
	}
}

// work carries out one job. A bug in here must not end the other jobs.
func (s *session) work(ctx context.Context, r *wire.Run) (end wire.Finished) {
	defer func() {
		if p := recover(); p != nil {
			end = wire.Finished{Error: fmt.Sprintf("the driver failed: %v\n%s", p, debug.Stack())}
		}
	}()
	l := s.house.Open(&r.Job)
	defer l.Close()
	result, err := engine.Run(ctx, &r.Job, l, s.events(r.ID))
	if err != nil {
		return wire.Finished{Error: err.Error()}
	}
	return wire.Finished{Result: result}
}

// events passes on what happens. A frame that cannot be sent is not missed: the
// session is at its end.
func (s *session) events(id uint64) engine.Events {
	return engine.Events{
		Progress: func(p problem.Progress) { _ = s.out.Send(wire.KindProgress, wire.Progress{ID: id, Progress: p}) },
		Compiled: func(c problem.Compilation) { _ = s.out.Send(wire.KindCompiled, wire.Compiled{ID: id, Compilation: c}) },
		Found:    func(f problem.Failure) { _ = s.out.Send(wire.KindFound, wire.Found{ID: id, Failure: f}) },
		Warning:  func(w string) { _ = s.out.Send(wire.KindWarning, wire.Warning{ID: id, Text: w}) },
	}
}
