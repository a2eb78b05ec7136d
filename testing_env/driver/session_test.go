package main

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"stresstester/core/problem"
	"stresstester/core/wire"
	"stresstester/testing_env/driver/lab"
)

// host is the other end of a session.
type host struct {
	r     *wire.Reader
	w     *wire.Writer
	close func() error
	ended chan error
}

func connect(t *testing.T) *host {
	t.Helper()
	dir := t.TempDir()
	house, err := lab.NewHouse(lab.Places{Spawn: filepath.Join(dir, "spawn"), Work: filepath.Join(dir, "w"),
		Programs: filepath.Join(dir, "run", "programs"), Cache: filepath.Join(dir, "cache")})
	if err != nil {
		t.Fatal(err)
	}
	fromHost, toDriver := io.Pipe()
	fromDriver, toHost := io.Pipe()
	h := &host{r: wire.NewReader(fromDriver), w: wire.NewWriter(toDriver), close: toDriver.Close, ended: make(chan error, 1)}
	go func() {
		h.ended <- newSession(house, fromHost, toHost).serve()
		toHost.Close()
	}()
	var hello wire.Hello
	h.expect(t, wire.KindHello, &hello)
	if hello.Version != wire.Version || hello.CPUs < 1 {
		t.Fatalf("the driver's hello is %+v", hello)
	}
	return h
}

func (h *host) expect(t *testing.T, kind wire.Kind, v any) {
	t.Helper()
	for {
		f, err := h.r.Next()
		if err != nil {
			t.Fatalf("waiting for %q: %v", string(kind), err)
		}
		if f.Kind == wire.KindProgress && kind != wire.KindProgress {
			continue
		}
		if f.Kind != kind {
			t.Fatalf("got %q %s, want %q", string(f.Kind), f.Payload, string(kind))
		}
		if err := f.Decode(v); err != nil {
			t.Fatal(err)
		}
		return
	}
}

func (h *host) send(t *testing.T, kind wire.Kind, v any) {
	t.Helper()
	if err := h.w.Send(kind, v); err != nil {
		t.Fatal(err)
	}
}

func TestASessionEndsWithItsHost(t *testing.T) {
	t.Parallel()
	h := connect(t)
	h.send(t, wire.KindHello, wire.Hello{Version: wire.Version})
	h.send(t, wire.KindPing, wire.ID{ID: 5})
	var pong wire.ID
	h.expect(t, wire.KindPong, &pong)
	if pong.ID != 5 {
		t.Errorf("the pong is %d", pong.ID)
	}
	h.send(t, wire.KindStop, wire.ID{ID: 99}) // of no run: nothing happens
	h.close()
	if err := <-h.ended; err != nil {
		t.Errorf("the session ended with %v", err)
	}
}

func TestAHostOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	h := connect(t)
	h.send(t, wire.KindHello, wire.Hello{Version: wire.Version + 1})
	if err := <-h.ended; err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("the session ended with %v", err)
	}
}

func TestMalformedFramesEndTheSession(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(*wire.Writer) error{
		"a kind that only drivers send": func(w *wire.Writer) error { return w.Send(wire.KindPong, wire.ID{}) },
		"an unknown kind":               func(w *wire.Writer) error { return w.Send('?', 1) },
		"a payload of another type":     func(w *wire.Writer) error { return w.Send(wire.KindRun, "x") },
	} {
		h := connect(t)
		h.send(t, wire.KindHello, wire.Hello{Version: wire.Version})
		if err := send(h.w); err != nil {
			t.Fatal(err)
		}
		if err := <-h.ended; !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: the session ended with %v", name, err)
		}
	}
}

func TestAJobThatCannotRunIsAResult(t *testing.T) {
	t.Parallel()
	h := connect(t)
	h.send(t, wire.KindHello, wire.Hello{Version: wire.Version})
	h.send(t, wire.KindRun, wire.Run{ID: 3, Job: problem.Job{}})
	var end wire.Finished
	h.expect(t, wire.KindFinished, &end)
	if end.ID != 3 || end.Error != "" || end.Result.State != problem.Failed || !strings.Contains(end.Result.Message, "no program to test") {
		t.Errorf("got %+v", end)
	}
	// Its number is free again.
	h.send(t, wire.KindRun, wire.Run{ID: 3, Job: problem.Job{}})
	h.expect(t, wire.KindFinished, &end)
	h.close()
	<-h.ended
}
