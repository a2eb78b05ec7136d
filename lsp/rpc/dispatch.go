package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// readAll is the read loop. It returns why it ended, never nil.
func (c *Conn) readAll() error {
	frames := newFrameReader(c.in)
	for {
		body, err := frames.next()
		if err != nil {
			return err
		}
		c.dispatch(body)
	}
}

// dispatch handles one message. The body is valid until it returns.
func (c *Conn) dispatch(body []byte) {
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("[")) {
		c.batch(body)
		return
	}
	msg, err := jsonrpc2.DecodeMessage(body)
	if err != nil {
		c.refuse(body, err, c.reply)
		return
	}
	if response, ok := msg.(*jsonrpc2.Response); ok {
		if !c.questions.answered(response) {
			c.log.Debug("ignored an answer that nobody waits for", zap.Stringer("id", id(response.ID())))
		}
		return
	}
	c.request(msg, c.reply)
}

// batch handles an array of messages. What has to be answered is answered by one
// array, once the last of them is done.
func (c *Conn) batch(body []byte) {
	members, err := jsonrpc2.ParseRequests(body)
	if err == nil && len(members) == 0 {
		err = jsonrpc2.ErrInvalidRequest
	}
	if err != nil {
		c.refuse(body, err, c.reply)
		return
	}
	answers := &batchAnswers{send: c.reply, open: 1}
	for _, m := range members {
		_, call := m.Msg.(*jsonrpc2.Call)
		switch {
		case m.Err != nil:
			answers.expect()
			c.refuse(body, m.Err, answers.add)
		case call:
			answers.expect()
			c.request(m.Msg, answers.add)
		default:
			c.request(m.Msg, nil)
		}
	}
	answers.close()
}

// batchAnswers collects the answers of one batch.
type batchAnswers struct {
	send func([]byte)

	mu   sync.Mutex
	open int // answers to come, and one for the batch itself
	all  [][]byte
}

func (b *batchAnswers) expect() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open++
}

func (b *batchAnswers) add(answer []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, answer)
	b.doneLocked()
}

func (b *batchAnswers) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.doneLocked()
}

func (b *batchAnswers) doneLocked() {
	if b.open--; b.open == 0 && len(b.all) > 0 {
		b.send(append(append([]byte("["), bytes.Join(b.all, []byte(","))...), ']'))
	}
}

// reply sends an answer. That the editor is gone is noticed elsewhere.
func (c *Conn) reply(body []byte) { _ = c.send("", body) }

// refuse answers what is not a message. The messages around it are as good as
// ever, because its frame was whole.
func (c *Conn) refuse(body []byte, err error, reply func([]byte)) {
	c.log.Warn("refused a malformed message", zap.Error(err), zap.ByteString("start", excerpt(body)))
	reply(jsonrpc2.AppendResponse(nil, jsonrpc2.ID{}, nil, malformed(err)))
}

// request handles a call or notification.
func (c *Conn) request(msg jsonrpc2.Message, reply func([]byte)) {
	switch m := msg.(type) {
	case *jsonrpc2.Call:
		c.call(m, reply)
	case *jsonrpc2.Notification:
		c.notification(m)
	}
}

// call starts a call's handler and returns when the read loop may go on.
func (c *Conn) call(m *jsonrpc2.Call, reply func([]byte)) {
	h, ok := c.mux.methods[m.Method()]
	if !ok {
		reply(response(m.ID(), nil, jsonrpc2.Errorf(jsonrpc2.MethodNotFound, "method %q is not known", m.Method())))
		return
	}
	name, params := strings.Clone(m.Method()), bytes.Clone(m.Params())
	ctx, done := c.calls.start(c.ctx, m.ID())
	mark := newInline()
	ctx = context.WithValue(ctx, inlineKey{}, mark)
	if !h.ordered {
		mark.release()
	}
	started := c.start(func() {
		defer done()
		defer mark.release()
		result, err := c.serve(ctx, h, name, params, mark.release)
		reply(response(m.ID(), result, err))
		mark.finish()
	})
	if !started {
		done()
		return
	}
	<-mark.released
}

// response encodes an answer.
func response(id jsonrpc2.ID, result []byte, err error) []byte {
	return jsonrpc2.AppendResponse(nil, id, result, err)
}

// notification runs a notification's handler. Whatever goes wrong is logged:
// there is nobody to tell.
func (c *Conn) notification(m *jsonrpc2.Notification) {
	if m.Method() == protocol.MethodCancelRequest {
		id, err := cancelledID(m.Params())
		if err != nil {
			c.log.Warn("ignored a cancellation", zap.Error(err))
			return
		}
		c.calls.cancel(id)
		return
	}
	h, ok := c.mux.methods[m.Method()]
	if !ok || h.call {
		c.log.Debug("ignored a notification", zap.String("method", m.Method()))
		return
	}
	mark := newInline()
	defer mark.finish()
	ctx := context.WithValue(c.ctx, inlineKey{}, mark)
	if _, err := c.serve(ctx, h, m.Method(), m.Params(), func() {}); err != nil {
		c.log.Warn("handling a notification failed", zap.String("method", m.Method()), zap.Error(err))
	}
}

// serve runs a handler, encodes its result and turns its panic into an error.
func (c *Conn) serve(ctx context.Context, h method, name string, params []byte, release func()) (result []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			c.log.Error("a handler panicked", zap.String("method", name), zap.Any("panic", r), zap.ByteString("stack", debug.Stack()))
			err = jsonrpc2.Errorf(jsonrpc2.InternalError, "internal error in %s: %v; the log has the details", name, r)
		}
	}()
	value, err := h.serve(ctx, params, release)
	if err != nil {
		return nil, coded(ctx, err)
	}
	if !h.call {
		return nil, nil
	}
	result, err = encode(value)
	if err != nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.InternalError, "encoding the answer to %s: %v", name, err)
	}
	return result, nil
}

// cancelledID reads the parameters of $/cancelRequest.
func cancelledID(params []byte) (jsonrpc2.ID, error) {
	var p struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return jsonrpc2.ID{}, fmt.Errorf("reading the id: %w", err)
	}
	if bytes.HasPrefix(p.ID, []byte(`"`)) {
		var s string
		if err := json.Unmarshal(p.ID, &s); err != nil {
			return jsonrpc2.ID{}, fmt.Errorf("reading the id: %w", err)
		}
		return jsonrpc2.NewStringID(s), nil
	}
	n, err := strconv.ParseInt(string(p.ID), 10, 64)
	if err != nil {
		return jsonrpc2.ID{}, fmt.Errorf("%q is not an id", excerpt(p.ID))
	}
	return jsonrpc2.NewNumberID(n), nil
}

// id formats a request's id for the log.
type id jsonrpc2.ID

func (i id) String() string { return fmt.Sprintf("%q", jsonrpc2.ID(i)) }
