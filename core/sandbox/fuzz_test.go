package sandbox

import (
	"bytes"
	"io"
	"testing"

	"stresstester/core/problem"
	"stresstester/core/wire"
)

// recording is a driver's stream from memory: it says what it was made with, and
// listens to nothing.
type recording struct {
	io.Reader
	run chan struct{} // closed when a run was asked for
}

func (r recording) Write(p []byte) (int, error) {
	if len(p) > 4 && wire.Kind(p[4]) == wire.KindRun {
		close(r.run)
	}
	return len(p), nil
}

func (recording) Close() error { return nil }

// after is a reader that begins when something has happened.
type after struct {
	io.Reader
	event <-chan struct{}
}

func (a after) Read(p []byte) (int, error) {
	<-a.event
	return a.Reader.Read(p)
}

// FuzzSession feeds a session with a run under way anything at all. Whatever
// comes, the run ends, and nothing panics or stays behind.
func FuzzSession(f *testing.F) {
	frame := func(kind wire.Kind, v any) []byte {
		b, err := encode(kind, v)
		if err != nil {
			f.Fatal(err)
		}
		return b
	}
	finished := frame(wire.KindFinished, wire.Finished{ID: 1, Result: problem.Result{Verdict: problem.WA}})
	f.Add([]byte(nil))
	f.Add(finished)
	f.Add(finished[:len(finished)-1])
	f.Add(append(frame(wire.KindProgress, wire.Progress{ID: 1}), finished...))
	f.Add(append(frame(wire.KindFound, wire.Found{ID: 1}), frame(wire.KindFinished, wire.Finished{ID: 2})...))
	f.Add(frame(wire.KindCompiled, wire.Compiled{ID: 1, Compilation: problem.Compilation{Output: problem.Text{0xff}}}))
	f.Add(frame(wire.KindHello, wire.Hello{}))
	f.Add(frame(wire.KindPong, wire.ID{}))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 'e'})
	f.Add([]byte{0, 0, 0, 3, 'w', '{', '}'})
	hello := frame(wire.KindHello, wire.Hello{Version: wire.Version})
	f.Fuzz(func(t *testing.T, data []byte) {
		run := make(chan struct{})
		s, err := Open(t.Context(), recording{
			Reader: io.MultiReader(bytes.NewReader(hello), after{bytes.NewReader(data), run}),
			run:    run,
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Run(t.Context(), job(1), Observer{
			Progress: func(problem.Progress) {},
			Compiled: func(problem.Compilation) {},
			Found:    func(problem.Failure) {},
			Warning:  func(string) {},
		})
		if err != nil {
			wantUnavailable(t, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
