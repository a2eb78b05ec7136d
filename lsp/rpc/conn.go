package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// grace is how long Run waits, after the connection ended, for handlers and
// background work to return.
const grace = 5 * time.Second

// flushTime is how long Run then waits for the last answers to be written.
const flushTime = time.Second

// ErrClosed is why the connection's context ended when Close was called.
var ErrClosed = errors.New("the connection was closed")

// ErrWouldBlock is returned by Conn.Call inside a handler that the read loop
// waits for: the answer could never be read.
var ErrWouldBlock = errors.New("a handler that runs in order cannot wait for the editor")

// Conn is one connection, seen from one end. Its methods may be used
// concurrently.
type Conn struct {
	log *zap.Logger
	in  io.ReadCloser
	out *queue
	mux *Mux

	// ctx lives as long as the connection and is stored for that reason: it is
	// the parent of every request and of all work done for this editor.
	ctx    context.Context //nolint:containedctx // see above
	cancel context.CancelCauseFunc

	calls     cancellations // the peer's calls that run
	questions questions     // our calls that the peer has not answered

	mu       sync.Mutex // guards the start of work against its end
	draining bool
	work     sync.WaitGroup
}

// New prepares a connection that reads from in and writes to out, and closes
// both at its end. It is cancelled with parent. Messages are handled from Run on.
func New(parent context.Context, in io.ReadCloser, out io.WriteCloser, log *zap.Logger) *Conn {
	c := &Conn{log: log, in: in}
	c.ctx, c.cancel = context.WithCancelCause(parent)
	c.out = newQueue(out, func(err error) { c.cancel(err) })
	return c
}

// Context ends when the connection does, be it that the editor went away, that
// sending failed or that Close was called. Its cause tells which.
func (c *Conn) Context() context.Context { return c.ctx }

// Run handles messages until the connection ends, and returns once handlers and
// background work have returned and their answers are sent. A clean end, by the
// editor or by Close, is nil. It is called once.
func (c *Conn) Run(mux *Mux) error {
	c.mux = mux
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		c.cancel(c.readAll())
	}()
	<-c.ctx.Done()
	c.drain(reading)
	switch err := context.Cause(c.ctx); {
	case errors.Is(err, io.EOF), errors.Is(err, ErrClosed), errors.Is(err, context.Canceled):
		return nil
	default:
		return fmt.Errorf("talking to the editor: %w", err)
	}
}

// drain waits, within bounds, for what still runs and for the answers queued.
func (c *Conn) drain(reading <-chan struct{}) {
	_ = c.in.Close()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.mu.Lock()
		c.draining = true
		c.mu.Unlock()
		c.work.Wait()
	}()
	timeout := time.NewTimer(grace)
	defer timeout.Stop()
	select {
	case <-ended:
	case <-timeout.C:
		c.log.Warn("gave up waiting for requests to end")
	}
	c.out.flush(flushTime)
	select {
	case <-reading:
	case <-time.After(flushTime): // Closing a terminal does not end reading from it.
	}
}

// Close ends the connection. It does not wait; Run does.
func (c *Conn) Close() { c.cancel(ErrClosed) }

// Go runs background work for this connection: it gets the connection's context,
// Run waits for it, and a panic in it is logged. Nothing is started once the
// connection has ended.
func (c *Conn) Go(name string, work func(context.Context)) {
	c.start(func() {
		defer func() {
			if r := recover(); r != nil {
				c.log.Error("background work panicked", zap.String("work", name), zap.Any("panic", r), zap.ByteString("stack", debug.Stack()))
			}
		}()
		work(c.ctx)
	})
}

// start runs f on a goroutine that Run waits for, unless the connection is at its
// end, which it reports.
func (c *Conn) start(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.draining {
		return false
	}
	c.work.Add(1)
	go func() {
		defer c.work.Done()
		f()
	}()
	return true
}

// Notify sends a notification. It does not wait for the editor to read it.
func (c *Conn) Notify(method string, params any) error { return c.NotifyLatest("", method, params) }

// NotifyLatest sends a notification that makes unsent earlier ones of the same
// key pointless, and takes their place in the queue.
func (c *Conn) NotifyLatest(key, method string, params any) error {
	body, err := encodeParams(params)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", method, err)
	}
	if err := c.send(key, jsonrpc2.AppendNotification(nil, method, body)); err != nil {
		return fmt.Errorf("sending %s: %w", method, err)
	}
	return nil
}

// Call asks the editor and waits for its answer. When ctx ends first, the editor
// is told by $/cancelRequest. An answer of null leaves result as it is; result
// may be nil.
func (c *Conn) Call(ctx context.Context, method string, params, result any) error {
	if blocksReading(ctx) {
		return fmt.Errorf("calling %s: %w", method, ErrWouldBlock)
	}
	body, err := encodeParams(params)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", method, err)
	}
	id, answer := c.questions.ask()
	defer c.questions.forget(id)
	if err := c.send("", jsonrpc2.AppendCall(nil, jsonrpc2.NewNumberID(id), method, body)); err != nil {
		return fmt.Errorf("calling %s: %w", method, err)
	}
	select {
	case response := <-answer:
		if err := response.Err(); err != nil {
			return fmt.Errorf("calling %s: %w", method, err)
		}
		if result == nil {
			return nil
		}
		if err := decode(response.Result(), result); err != nil {
			return fmt.Errorf("reading the answer to %s: %w", method, err)
		}
		return nil
	case <-ctx.Done():
		_ = c.Notify(protocol.MethodCancelRequest, &protocol.CancelParams{ID: protocol.Integer(id)})
		return fmt.Errorf("calling %s: %w", method, ctx.Err())
	case <-c.ctx.Done():
		return fmt.Errorf("calling %s: %w", method, context.Cause(c.ctx)) //nolint:contextcheck // the connection's end, not the call's
	}
}

// encodeParams encodes what is sent along; nil is nothing.
func encodeParams(params any) ([]byte, error) {
	if params == nil {
		return nil, nil
	}
	return encode(params)
}

// SendRaw sends a message that is encoded already, whatever it is. Tests use it to
// send what no well-behaved peer would.
func (c *Conn) SendRaw(body []byte) error { return c.send("", body) }

// send queues a message.
func (c *Conn) send(key string, body []byte) error {
	return c.out.put(key, appendFrame(make([]byte, 0, len(body)+32), body))
}

// questions are our calls that wait for an answer.
type questions struct {
	mu      sync.Mutex
	last    int64
	waiting map[int64]chan *jsonrpc2.Response
}

func (q *questions) ask() (id int64, answer <-chan *jsonrpc2.Response) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting == nil {
		q.waiting = make(map[int64]chan *jsonrpc2.Response)
	}
	q.last = q.last%(1<<31-1) + 1 // LSP's integers have 32 bits.
	ch := make(chan *jsonrpc2.Response, 1)
	q.waiting[q.last] = ch
	return q.last, ch
}

func (q *questions) forget(id int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.waiting, id)
}

// answered passes a response on, and reports whether anyone waited for it.
func (q *questions) answered(r *jsonrpc2.Response) bool {
	id, ok := r.ID().Number()
	if !ok {
		return false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	ch, ok := q.waiting[id]
	if ok {
		delete(q.waiting, id)
		ch <- r
	}
	return ok
}
