package rpc

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds waiting in tests: it is met only by a failure.
const patience = 10 * time.Second

// peer is the editor's end of a connection, as raw frames.
type peer struct {
	t       *testing.T
	w       io.WriteCloser
	replies chan message
	result  chan error // of Run
	closed  chan struct{}
}

type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// connect runs a connection with the mux and returns both ends. The test ends
// with the connection.
func connect(t *testing.T, fill func(*Conn, *Mux)) (*Conn, *peer) {
	t.Helper()
	serverIn, w := io.Pipe()
	r, serverOut := io.Pipe()
	c := New(context.Background(), serverIn, serverOut, zaptest.NewLogger(t))
	mux := &Mux{}
	fill(c, mux)
	p := &peer{t: t, w: w, replies: make(chan message, 10000), result: make(chan error, 1), closed: make(chan struct{})}
	go func() { p.result <- c.Run(mux) }()
	go p.read(r)
	t.Cleanup(func() {
		_ = w.Close()
		select {
		case <-p.closed:
		case <-time.After(patience):
			t.Error("the connection did not end")
		}
		_ = r.Close()
	})
	return c, p
}

func (p *peer) read(r io.Reader) {
	defer close(p.closed)
	defer close(p.replies)
	frames := &frameReader{r: bufio.NewReader(r)}
	for {
		body, err := frames.next()
		if err != nil {
			return
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			var batch []message
			if err := json.Unmarshal(body, &batch); err != nil {
				p.t.Errorf("the server sent %q: %v", body, err)
				return
			}
			for _, m := range batch {
				p.replies <- m
			}
			continue
		}
		p.replies <- m
	}
}

func (p *peer) send(format string, args ...any) {
	p.t.Helper()
	body := fmt.Sprintf(format, args...)
	if _, err := p.w.Write(appendFrame(nil, []byte(body))); err != nil {
		p.t.Fatalf("sending %.80s: %v", body, err)
	}
}

// next waits for the server's next message.
func (p *peer) next() message {
	p.t.Helper()
	select {
	case m, ok := <-p.replies:
		if !ok {
			p.t.Fatal("the connection ended")
		}
		return m
	case <-time.After(patience):
		p.t.Fatal("the server sent nothing")
	}
	panic("unreachable")
}

func (p *peer) wantResult(id, result string) {
	p.t.Helper()
	if m := p.next(); string(m.ID) != id || m.Error != nil || string(m.Result) != result {
		p.t.Fatalf("got %+v, want the answer to %s to be %s", m, id, result)
	}
}

func (p *peer) wantError(id string, code int, part string) {
	p.t.Helper()
	m := p.next()
	if string(m.ID) != id || m.Error == nil || m.Error.Code != code || !strings.Contains(m.Error.Message, part) {
		p.t.Fatalf("got %+v %+v, want error %d with %q for %s", m, m.Error, code, part, id)
	}
}

type number struct {
	N int `json:"n"`
}

// echo is a call that shows that the connection is alive.
func echo(m *Mux) {
	Call(m, "echo", func(_ context.Context, p *number) (int, error) { return p.N, nil })
}

func TestNotificationsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	const edits = 5000
	var seen []int
	_, p := connect(t, func(_ *Conn, m *Mux) {
		Notification(m, "edit", func(_ context.Context, p *number) error { seen = append(seen, p.N); return nil })
		echo(m)
		OrderedCall(m, "edits", func(context.Context, *struct{}, func()) (int, error) { return len(seen), nil })
	})
	for i := range edits {
		p.send(`{"jsonrpc":"2.0","method":"edit","params":{"n":%d}}`, i)
		if i%10 == 0 { // Calls in between hand the reading over to other goroutines.
			p.send(`{"jsonrpc":"2.0","id":"e%d","method":"echo","params":{"n":1}}`, i)
		}
	}
	p.send(`{"jsonrpc":"2.0","id":1,"method":"edits"}`)
	for m := p.next(); string(m.ID) != "1"; m = p.next() {
		if m.Error != nil {
			t.Fatal(m.Error)
		}
	}
	if len(seen) != edits {
		t.Fatalf("saw %d edits, want %d", len(seen), edits)
	}
	for i, n := range seen {
		if i != n {
			t.Fatalf("edit %d came at place %d", n, i)
		}
	}
}

func TestOrderedCallSeesWhatCameBeforeItOnly(t *testing.T) {
	t.Parallel()
	buffer := 0
	release := make(chan struct{})
	_, p := connect(t, func(_ *Conn, m *Mux) {
		Notification(m, "edit", func(_ context.Context, p *number) error { buffer = p.N; return nil })
		Notification(m, "go on", func(context.Context, *struct{}) error { close(release); return nil })
		OrderedCall(m, "run", func(_ context.Context, _ *struct{}, leave func()) (int, error) {
			snapshot := buffer
			leave()
			<-release
			return snapshot, nil
		})
	})
	p.send(`{"jsonrpc":"2.0","method":"edit","params":{"n":1}}`)
	p.send(`{"jsonrpc":"2.0","id":1,"method":"run"}`)
	p.send(`{"jsonrpc":"2.0","method":"edit","params":{"n":2}}`)
	p.send(`{"jsonrpc":"2.0","method":"go on"}`)
	p.wantResult("1", "1")
}

func TestCallsRunBesideEachOther(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	_, p := connect(t, func(_ *Conn, m *Mux) {
		Call(m, "job", func(context.Context, *struct{}) (any, error) { <-release; return "done", nil })
		Call(m, "shutdown", func(context.Context, *struct{}) (any, error) { return nil, nil })
	})
	p.send(`{"jsonrpc":"2.0","id":1,"method":"job"}`)
	p.send(`{"jsonrpc":"2.0","id":2,"method":"shutdown","params":{}}`)
	p.wantResult("2", "null")
	close(release)
	p.wantResult("1", `"done"`)
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ id, cancel string }{
		"a numeric id":                     {"7", "7"},
		"a number beyond 32 bits":          {"9007199254740993", "9007199254740993"},
		"a textual id":                     {`"seven"`, `"seven"`},
		"a textual id that needs escaping": {`"a\"b"`, `"a\u0022b"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, p := connect(t, func(_ *Conn, m *Mux) {
				Call(m, "wait", func(ctx context.Context, _ *struct{}) (any, error) {
					<-ctx.Done()
					return nil, fmt.Errorf("waiting: %w", ctx.Err())
				})
			})
			p.send(`{"jsonrpc":"2.0","id":%s,"method":"wait"}`, tt.id)
			p.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":%s}}`, tt.cancel)
			m := p.next()
			if m.Error == nil || m.Error.Code != -32800 {
				t.Fatalf("got %+v, want error -32800", m)
			}
			var got, want any
			if json.Unmarshal(m.ID, &got) != nil || json.Unmarshal([]byte(tt.id), &want) != nil || got != want {
				t.Fatalf("answered %s, want %s", m.ID, tt.id)
			}
		})
	}
}

func TestConnectionSurvives(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		send  string
		id    string // the answer's id; empty when there must be no answer
		code  int
		error string
	}{
		"an unknown notification":                 {send: `{"jsonrpc":"2.0","method":"$/foo"}`},
		"an unknown method":                       {send: `{"jsonrpc":"2.0","id":3,"method":"foo"}`, id: "3", code: -32601, error: "foo"},
		"parameters of the wrong type":            {send: `{"jsonrpc":"2.0","id":3,"method":"echo","params":{"n":"x"}}`, id: "3", code: -32602, error: "invalid params"},
		"a notification with wrong parameters":    {send: `{"jsonrpc":"2.0","method":"notify","params":[1]}`},
		"a notification whose handler fails":      {send: `{"jsonrpc":"2.0","method":"notify","params":{"n":1}}`},
		"a notification whose handler panics":     {send: `{"jsonrpc":"2.0","method":"notify","params":{"n":2}}`},
		"a panic in a call":                       {send: `{"jsonrpc":"2.0","id":3,"method":"panic"}`, id: "3", code: -32603, error: "boom"},
		"a panic in a call before its release":    {send: `{"jsonrpc":"2.0","id":3,"method":"panic in order"}`, id: "3", code: -32603, error: "boom"},
		"an error for people":                     {send: `{"jsonrpc":"2.0","id":3,"method":"fail"}`, id: "3", code: -32803, error: "install docker"},
		"a call to what is a notification":        {send: `{"jsonrpc":"2.0","id":3,"method":"notify"}`, id: "3", code: 0},
		"a notification of what is a call":        {send: `{"jsonrpc":"2.0","method":"panic"}`},
		"a cancellation without parameters":       {send: `{"jsonrpc":"2.0","method":"$/cancelRequest"}`},
		"a cancellation of null":                  {send: `{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":null}}`},
		"a cancellation of a fraction":            {send: `{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1.5}}`},
		"a cancellation of nothing that runs":     {send: `{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":99}}`},
		"an answer that nobody waits for":         {send: `{"jsonrpc":"2.0","id":99,"result":null}`},
		"a body that is not JSON":                 {send: `{"jsonrpc":`, id: "null", code: -32700},
		"an empty body":                           {send: ``, id: "null", code: -32700},
		"a body that is JSON but not a message":   {send: `{"hello":1}`, id: "null", code: -32600},
		"an empty batch":                          {send: `[]`, id: "null", code: -32600},
		"a batch with a member that is no object": {send: `[1]`, id: "null", code: -32700},
		"a batch":                         {send: `[{"jsonrpc":"2.0","method":"notify"},{"jsonrpc":"2.0","id":3,"method":"foo"}]`, id: "3", code: -32601},
		"a method that is not text":       {send: `{"jsonrpc":"2.0","id":3,"method":5}`, id: "null", code: -32600},
		"another version of the protocol": {send: `{"jsonrpc":"1.0","id":3,"method":"echo"}`, id: "null", code: -32600},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, p := connect(t, func(_ *Conn, m *Mux) {
				echo(m)
				Notification(m, "notify", func(_ context.Context, p *number) error {
					switch p.N {
					case 1:
						return errors.New("no such document")
					case 2:
						panic("boom")
					}
					return nil
				})
				Call(m, "panic", func(context.Context, *struct{}) (any, error) { panic("boom") })
				OrderedCall(m, "panic in order", func(context.Context, *struct{}, func()) (any, error) { panic("boom") })
				Call(m, "fail", func(context.Context, *struct{}) (any, error) { return nil, errors.New("install docker") })
			})
			p.send("%s", tt.send)
			switch {
			case tt.id != "" && tt.code != 0:
				p.wantError(tt.id, tt.code, tt.error)
			case tt.id != "" && tt.error == "":
				p.next()
			}
			p.send(`{"jsonrpc":"2.0","id":1,"method":"echo","params":{"n":5}}`)
			p.wantResult("1", "5")
		})
	}
}

func TestEndOfInputCancelsWhatRuns(t *testing.T) {
	t.Parallel()
	started := make(chan struct{}, 3)
	wait := func(ctx context.Context) error {
		started <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	c, p := connect(t, func(_ *Conn, m *Mux) {
		Call(m, "job", func(ctx context.Context, _ *struct{}) (any, error) { return nil, wait(ctx) })
	})
	c.Go("background", func(ctx context.Context) { _ = wait(ctx) })
	asked := make(chan error, 1)
	go func() { asked <- c.Call(context.Background(), "window/showMessageRequest", nil, nil) }()
	p.next() // the question
	p.send(`{"jsonrpc":"2.0","id":1,"method":"job"}`)
	<-started
	<-started
	_ = p.w.Close()
	if err := <-p.result; err != nil {
		t.Errorf("Run returned %v", err)
	}
	if err := <-asked; err == nil {
		t.Error("a question that was never answered succeeded")
	}
}

func TestInputThatEndsInTheMiddleOfAFrameIsAnError(t *testing.T) {
	t.Parallel()
	_, p := connect(t, func(*Conn, *Mux) {})
	_, _ = io.WriteString(p.w, "Content-Length: 100\r\n\r\n{")
	_ = p.w.Close()
	if err := <-p.result; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Run returned %v", err)
	}
}

func TestCloseAnswersWhatIsRunningAndEndsRun(t *testing.T) {
	t.Parallel()
	_, p := connect(t, func(c *Conn, m *Mux) {
		Call(m, "job", func(ctx context.Context, _ *struct{}) (any, error) { <-ctx.Done(); return nil, ctx.Err() })
		Notification(m, "exit", func(context.Context, *struct{}) error { c.Close(); return nil })
	})
	p.send(`{"jsonrpc":"2.0","id":1,"method":"job"}`)
	p.send(`{"jsonrpc":"2.0","method":"exit"}`)
	p.wantError("1", -32800, "")
	if err := <-p.result; err != nil {
		t.Errorf("Run returned %v", err)
	}
}

func TestAskingTheEditor(t *testing.T) {
	t.Parallel()
	inline := make(chan error, 1)
	_, p := connect(t, func(c *Conn, m *Mux) {
		Call(m, "ask", func(ctx context.Context, _ *struct{}) (string, error) {
			var answer string
			err := c.Call(ctx, "question", &number{N: 1}, &answer)
			return answer, err
		})
		Notification(m, "ask inline", func(ctx context.Context, _ *struct{}) error {
			inline <- c.Call(ctx, "question", nil, nil)
			return nil
		})
	})
	t.Run("works from a call", func(t *testing.T) {
		p.send(`{"jsonrpc":"2.0","id":1,"method":"ask"}`)
		q := p.next()
		if q.Method != "question" || string(q.Params) != `{"n":1}` {
			t.Fatalf("got %+v", q)
		}
		p.send(`{"jsonrpc":"2.0","id":%s,"result":"yes"}`, q.ID)
		p.wantResult("1", `"yes"`)
	})
	t.Run("is withdrawn when the call is cancelled", func(t *testing.T) {
		p.send(`{"jsonrpc":"2.0","id":2,"method":"ask"}`)
		q := p.next()
		p.send(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}}`)
		if m := p.next(); m.Method != protocol.MethodCancelRequest || string(m.Params) != fmt.Sprintf(`{"id":%s}`, q.ID) {
			t.Fatalf("got %+v, want the question withdrawn", m)
		}
		p.wantError("2", -32800, "")
	})
	t.Run("fails at once where it could only hang", func(t *testing.T) {
		p.send(`{"jsonrpc":"2.0","method":"ask inline"}`)
		select {
		case err := <-inline:
			if !errors.Is(err, ErrWouldBlock) {
				t.Errorf("got %v", err)
			}
		case <-time.After(patience):
			t.Error("it hangs")
		}
	})
}

func TestWhatComesAfterTheAnswerComesBehindIt(t *testing.T) {
	t.Parallel()
	var c *Conn
	c, p := connect(t, func(c *Conn, m *Mux) {
		Call(m, "start", func(ctx context.Context, p *number) (int, error) {
			AfterAnswer(ctx, func() { _ = c.Notify("began", p) })
			return p.N, nil
		})
	})
	for i := range 500 {
		p.send(`{"jsonrpc":"2.0","id":1,"method":"start","params":{"n":%d}}`, i)
		p.wantResult("1", strconv.Itoa(i))
		if m := p.next(); m.Method != "began" {
			t.Fatalf("got %+v", m)
		}
	}
	called := false
	AfterAnswer(c.Context(), func() { called = true })
	if !called {
		t.Error("outside of a call nothing was done")
	}
}

// gate is a writer that passes one write for each token.
type gate struct {
	io.WriteCloser
	pass chan struct{}
}

func (g gate) Write(p []byte) (int, error) {
	<-g.pass
	return g.WriteCloser.Write(p)
}

func TestAnEditorThatDoesNotReadBlocksNothing(t *testing.T) {
	t.Parallel()
	serverIn, w := io.Pipe()
	r, serverOut := io.Pipe()
	out := gate{serverOut, make(chan struct{})}
	c := New(context.Background(), serverIn, out, zaptest.NewLogger(t))
	var handled sync.WaitGroup
	handled.Add(1000)
	mux := &Mux{}
	Notification(mux, "edit", func(_ context.Context, p *number) error {
		defer handled.Done()
		if err := c.NotifyLatest("progress", "progress", p); err != nil {
			return err
		}
		return c.Notify("log", &struct{}{})
	})
	result := make(chan error, 1)
	go func() { result <- c.Run(mux) }()
	p := &peer{t: t, w: w, replies: make(chan message, 10000), closed: make(chan struct{})}
	for i := range 1000 {
		p.send(`{"jsonrpc":"2.0","method":"edit","params":{"n":%d}}`, i)
	}
	handled.Wait() // although nothing was written
	go p.read(r)
	close(out.pass)
	_ = w.Close()
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	<-p.closed
	var progress []string
	logs := 0
	for m := range p.replies {
		if m.Method == "progress" {
			progress = append(progress, string(m.Params))
		} else {
			logs++
		}
	}
	// The first may have been on its way out when the second came.
	if len(progress) > 2 || progress[len(progress)-1] != `{"n":999}` {
		t.Errorf("progress arrived as %v, want only the newest", progress)
	}
	if logs != 1000 {
		t.Errorf("%d other messages arrived, want 1000", logs)
	}
}

func TestAFailedWriteEndsTheConnection(t *testing.T) {
	t.Parallel()
	serverIn, w := io.Pipe()
	r, serverOut := io.Pipe()
	c := New(context.Background(), serverIn, serverOut, zaptest.NewLogger(t))
	result := make(chan error, 1)
	go func() { result <- c.Run(&Mux{}) }()
	_ = r.Close()
	_ = c.Notify("hello", nil)
	select {
	case err := <-result:
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("Run returned %v", err)
		}
	case <-time.After(patience):
		t.Error("the connection lives on")
	}
	_ = w.Close()
}

func FuzzFraming(f *testing.F) {
	f.Add([]byte("Content-Length: 2\r\n\r\n{}"))
	f.Add([]byte("content-length:17\nContent-Type: x\n\n{\"jsonrpc\":\"2.0\"}"))
	f.Add([]byte("Content-Length: 99999999999999999999\r\n\r\n"))
	f.Add([]byte("Content-Length: -1\r\n\r\n"))
	f.Add(appendFrame(nil, []byte(`{"jsonrpc":"2.0","id":1,"method":"echo","params":{"n":1}}`)))
	f.Add(appendFrame(appendFrame(nil, []byte(`[{"jsonrpc":"2.0","id":"a","method":"echo"},{}]`)), []byte(`{`)))
	f.Add(appendFrame(nil, []byte(`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":""}}`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Whatever arrives: no panic, no hang, and every frame of ours is whole.
		r, serverOut := io.Pipe()
		c := New(context.Background(), io.NopCloser(strings.NewReader(string(data))), serverOut, zap.NewNop())
		mux := &Mux{}
		echo(mux)
		result := make(chan error, 1)
		go func() { result <- c.Run(mux) }()
		p := &peer{t: t, replies: make(chan message, len(data)+1), closed: make(chan struct{})}
		go p.read(r)
		<-result
		<-p.closed
	})
}

func FuzzFrameRoundTrip(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0"}`), []byte("[]"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		r := newFrameReader(strings.NewReader(string(appendFrame(appendFrame(nil, a), b))))
		for _, want := range [][]byte{a, b} {
			if got, err := r.next(); err != nil || string(got) != string(want) {
				t.Fatalf("got %q, %v, want %q", got, err, want)
			}
		}
		if _, err := r.next(); !errors.Is(err, io.EOF) {
			t.Fatalf("at the end: %v", err)
		}
	})
}

func BenchmarkCall(b *testing.B) {
	serverIn, w := io.Pipe()
	r, serverOut := io.Pipe()
	c := New(context.Background(), serverIn, serverOut, zap.NewNop())
	mux := &Mux{}
	echo(mux)
	go func() { _ = c.Run(mux) }()
	frames := newFrameReader(r)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, _ = w.Write(appendFrame(nil, []byte(`{"jsonrpc":"2.0","id":`+strconv.Itoa(i)+`,"method":"echo","params":{"n":5}}`)))
		if _, err := frames.next(); err != nil {
			b.Fatal(err)
		}
	}
	_ = w.Close()
	<-c.Context().Done()
	_, _ = io.Copy(io.Discard, r)
}
