package rpc

import (
	"context"
	"sync"

	"go.lsp.dev/jsonrpc2"
)

// Mux maps methods to their handlers. It is filled before the connection runs and
// not changed afterwards.
type Mux struct{ methods map[string]method }

type method struct {
	call    bool // answered; otherwise a notification
	ordered bool // a call that releases the read loop itself
	serve   func(ctx context.Context, params []byte, release func()) (any, error)
}

// Call registers a handler that runs beside later messages.
func Call[P, R any](m *Mux, name string, handle func(context.Context, *P) (R, error)) {
	m.add(name, method{call: true, serve: func(ctx context.Context, params []byte, _ func()) (any, error) {
		var p P
		if err := decodeParams(params, &p); err != nil {
			return nil, err
		}
		return handle(ctx, &p)
	}})
}

// OrderedCall registers a handler that later messages wait for until it calls
// release, or returns. What it reads before that is exactly what the messages
// before the call left behind. It must not call the editor before release.
func OrderedCall[P, R any](m *Mux, name string, handle func(ctx context.Context, p *P, release func()) (R, error)) {
	m.add(name, method{call: true, ordered: true, serve: func(ctx context.Context, params []byte, release func()) (any, error) {
		var p P
		if err := decodeParams(params, &p); err != nil {
			return nil, err
		}
		return handle(ctx, &p, release)
	}})
}

// Notification registers a handler that later messages wait for. Its error is
// logged. It must not wait for anything, the editor's answer least of all.
func Notification[P any](m *Mux, name string, handle func(context.Context, *P) error) {
	m.add(name, method{serve: func(ctx context.Context, params []byte, _ func()) (any, error) {
		var p P
		if err := decodeParams(params, &p); err != nil {
			return nil, err
		}
		return nil, handle(ctx, &p)
	}})
}

func (m *Mux) add(name string, h method) {
	if m.methods == nil {
		m.methods = make(map[string]method)
	}
	if _, dup := m.methods[name]; dup {
		panic("rpc: two handlers for " + name)
	}
	m.methods[name] = h
}

// cancellations finds the running call of an id.
type cancellations struct {
	mu      sync.Mutex
	running map[jsonrpc2.ID]*cancellation
}

type cancellation struct{ cancel context.CancelFunc }

// start derives the call's context; done must be called at its end.
func (c *cancellations) start(ctx context.Context, id jsonrpc2.ID) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancel(ctx)
	entry := &cancellation{cancel}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == nil {
		c.running = make(map[jsonrpc2.ID]*cancellation)
	}
	c.running[id] = entry
	return ctx, func() {
		cancel()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.running[id] == entry { // A client may have used the id twice.
			delete(c.running, id)
		}
	}
}

// cancel cancels the call of that id; it does nothing when there is none, which
// is the usual race between a cancellation and the answer.
func (c *cancellations) cancel(id jsonrpc2.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if entry, ok := c.running[id]; ok {
		entry.cancel()
	}
}

// inlineKey marks the context of a handler that the read loop waits for.
type inlineKey struct{}

// inline tells whether the read loop still waits for the handler, and keeps what
// is to be done once the call is answered.
type inline struct {
	once     sync.Once
	released chan struct{}

	mu       sync.Mutex
	answered bool
	after    []func()
}

func newInline() *inline { return &inline{released: make(chan struct{})} }

// release lets the read loop go on. It may be called more than once.
func (i *inline) release() { i.once.Do(func() { close(i.released) }) }

// AfterAnswer calls f when the answer to the call that ctx belongs to is on its
// way, so that whatever f sends arrives behind it. Elsewhere f is called at once.
func AfterAnswer(ctx context.Context, f func()) {
	i, ok := ctx.Value(inlineKey{}).(*inline)
	if !ok || !i.later(f) {
		f()
	}
}

// later keeps f, unless the answer is on its way already.
func (i *inline) later(f func()) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.answered {
		i.after = append(i.after, f)
	}
	return !i.answered
}

// finish calls what AfterAnswer has kept.
func (i *inline) finish() {
	i.mu.Lock()
	i.answered = true
	after := i.after
	i.mu.Unlock()
	for _, f := range after {
		f()
	}
}

// blocksReading reports whether ctx belongs to a handler that the read loop waits
// for, so that waiting for the editor's answer would be waiting for ever.
func blocksReading(ctx context.Context) bool {
	i, ok := ctx.Value(inlineKey{}).(*inline)
	if !ok {
		return false
	}
	select {
	case <-i.released:
		return false
	default:
		return true
	}
}
