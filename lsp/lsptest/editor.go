// Package lsptest is an editor for tests: it speaks real LSP over pipes to the
// real server, remembers what the server told it, and waits for what is expected
// rather than for time to pass.
//
// Editor is the fake editor and Expectation what can be awaited; RunScenario plays
// a whole story from one txtar file. The package is for tests only.
package lsptest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"stresstester/lsp"
	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/lsp/rpc"
)

// Full are the abilities of an editor that can do everything.
const Full = `{
	"window": {"workDoneProgress": true, "showDocument": {"support": true}, "showMessage": {}},
	"workspace": {
		"applyEdit": true,
		"workspaceEdit": {"documentChanges": true, "resourceOperations": ["create"]},
		"codeLens": {"refreshSupport": true},
		"didChangeWatchedFiles": {"dynamicRegistration": true}
	},
	"textDocument": {
		"publishDiagnostics": {"relatedInformation": true, "versionSupport": true},
		"hover": {"contentFormat": ["markdown", "plaintext"]},
		"completion": {"completionItem": {"snippetSupport": true}},
		"codeLens": {},
		"formatting": {"dynamicRegistration": true},
		"rename": {"dynamicRegistration": true},
		"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
	},
	"experimental": {"stresstester": {"run": true, "status": true}}
}`

// Plain are the abilities of an editor that has but diagnostics and commands.
const Plain = `{}`

// Options are what an Editor can be given. The zero value is an editor that can
// do everything.
type Options struct {
	// Name is what the editor calls itself; empty means lsptest.
	Name string
	// Capabilities are the client's capabilities in JSON; empty means Full.
	Capabilities string
	// InitializationOptions in JSON.
	InitializationOptions string
	// ProcessID is the editor's process; 0 means that it does not tell.
	ProcessID int
	// Choose is what the user answers to a question, by the titles offered. Nil
	// means that the user does not answer until the question is withdrawn.
	Choose func(message string, titles []string) string
	// Log receives the server's log; nil means silence.
	Log *zap.Logger
}

// Editor is a fake editor. Its methods fail the test when something goes wrong.
type Editor struct {
	// Legend are the server's types of semantic tokens.
	Legend []string

	t    testing.TB
	dir  string
	conn *rpc.Conn
	w    io.WriteCloser
	opts Options

	names map[string]string // documents outside dir that a story has named

	served   chan struct{} // closed when the server has returned
	serveErr error         // after served

	mu      sync.Mutex
	state   State
	buffers map[string]*buffer // by URI
	changed chan struct{}      // closed at the next change of state
}

type buffer struct {
	text    string
	version int
}

// Start connects a fake editor, whose files are in dir, to a server with deps, and
// initializes it. The test ends it.
func Start(t testing.TB, dir string, deps lsp.Deps, opts Options) *Editor {
	t.Helper()
	e := Connect(t, dir, deps, opts)
	e.Initialize()
	return e
}

// Connect is Start without initializing.
func Connect(t testing.TB, dir string, deps lsp.Deps, opts Options) *Editor {
	t.Helper()
	toServer, fromEditor := io.Pipe()
	toEditor, fromServer := io.Pipe()
	if deps.Log == nil {
		deps.Log = opts.Log
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return Attach(t, dir, toEditor, fromEditor, func() error { return lsp.Serve(ctx, toServer, fromServer, deps) }, opts)
}

// Attach connects a fake editor to a server that is somewhere else, such as in a
// process: from is what it writes, to what it reads. serve returns when it has
// ended, and is called once.
func Attach(t testing.TB, dir string, from io.ReadCloser, to io.WriteCloser, serve func() error, opts Options) *Editor {
	t.Helper()
	e := &Editor{
		t: t, dir: dir, opts: opts,
		w:       to,
		served:  make(chan struct{}),
		state:   newState(),
		buffers: map[string]*buffer{},
		names:   map[string]string{},
		changed: make(chan struct{}),
	}
	go func() {
		defer close(e.served)
		e.serveErr = serve()
	}()
	e.conn = rpc.New(context.Background(), from, e.w, zap.NewNop())
	listened := make(chan struct{})
	go func() {
		defer close(listened)
		_ = e.conn.Run(e.mux())
	}()
	t.Cleanup(func() {
		e.conn.Close()
		<-listened
		select {
		case <-e.served:
		case <-time.After(Patience):
			t.Error("the server did not end with its editor")
		}
	})
	return e
}

// Initialize opens the conversation and returns the server's capabilities.
func (e *Editor) Initialize() protocol.ServerCapabilities {
	e.t.Helper()
	capabilities := e.opts.Capabilities
	if capabilities == "" {
		capabilities = Full
	}
	options, pid := "null", "null"
	if e.opts.InitializationOptions != "" {
		options = e.opts.InitializationOptions
	}
	if e.opts.ProcessID != 0 {
		pid = fmt.Sprint(e.opts.ProcessID)
	}
	params := fmt.Sprintf(`{"processId":%s,"rootUri":%q,"clientInfo":{"name":%q},"capabilities":%s,"initializationOptions":%s}`,
		pid, document.URIOf(e.dir), cmp.Or(e.opts.Name, "lsptest"), capabilities, options)
	var result protocol.InitializeResult
	if err := e.call(protocol.MethodInitialize, rpc.Raw(params), &result); err != nil {
		e.t.Fatal(err)
	}
	e.Notify(protocol.MethodInitialized, rpc.Raw("{}"))
	if tokens, ok := result.Capabilities.SemanticTokensProvider.(*protocol.SemanticTokensOptions); ok {
		e.Legend = tokens.Legend.TokenTypes
	}
	return result.Capabilities
}

// call asks the server. Nothing in these tests takes longer than Patience.
func (e *Editor) call(method string, params, result any) error {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	return e.conn.Call(ctx, method, params, result)
}

// Call asks the server with parameters in JSON and decodes its answer.
func (e *Editor) Call(method, params string, result any) {
	e.t.Helper()
	if err := e.call(method, rpc.Raw(params), result); err != nil {
		e.t.Fatal(err)
	}
}

// Ask asks the server with parameters that need not be right. What is not even
// JSON is not sent.
func (e *Editor) Ask(method, params string) error {
	if !json.Valid([]byte(params)) {
		return nil
	}
	return e.call(method, rpc.Raw(params), nil)
}

// Notify tells the server something.
func (e *Editor) Notify(method string, params any) {
	e.t.Helper()
	if err := e.conn.Notify(method, params); err != nil {
		e.t.Fatal(err)
	}
}

// Frame sends a body, whatever it is, in a proper frame.
func (e *Editor) Frame(body string) {
	e.t.Helper()
	if err := e.conn.SendRaw([]byte(body)); err != nil {
		e.t.Fatal(err)
	}
}

// URI is the document of a file of the test; a name with a scheme is a URI
// already.
func (e *Editor) URI(name string) string {
	if uri, ok := e.names[name]; ok {
		return uri
	}
	if strings.Contains(name, ":") {
		return name
	}
	return document.URIOf(e.Path(name))
}

// Path is the absolute path of a file of the test.
func (e *Editor) Path(name string) string { return filepath.Join(e.dir, filepath.FromSlash(name)) }

// Open opens a file as it is on the disk.
func (e *Editor) Open(name string) {
	e.t.Helper()
	text, err := os.ReadFile(e.Path(name))
	if err != nil {
		e.t.Fatal(err)
	}
	e.OpenText(name, string(text))
}

// OpenText opens a document with a text of its own, saved or not.
func (e *Editor) OpenText(name, text string) {
	e.t.Helper()
	uri := e.URI(name)
	e.mu.Lock()
	e.buffers[uri] = &buffer{text, 1}
	e.mu.Unlock()
	e.Notify(protocol.MethodTextDocumentDidOpen, raw(map[string]any{"textDocument": map[string]any{
		"uri": uri, "languageId": strings.TrimPrefix(filepath.Ext(name), "."), "version": 1, "text": text,
	}}))
}

// Text is the text of an open document.
func (e *Editor) Text(name string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if b, ok := e.buffers[e.URI(name)]; ok {
		return b.text
	}
	return ""
}

// Replace types over the first match of a regular expression in an open document.
func (e *Editor) Replace(name, pattern, with string) {
	e.t.Helper()
	uri := e.URI(name)
	e.mu.Lock()
	b, ok := e.buffers[uri]
	if !ok {
		e.mu.Unlock()
		e.t.Fatalf("%s is not open", name)
	}
	at := regexp.MustCompile("(?m)" + pattern).FindStringIndex(b.text)
	e.mu.Unlock()
	if at == nil {
		e.t.Fatalf("%s has no %s", name, pattern)
	}
	e.change(name, at[0], at[1], with)
}

// change replaces a part of an open document.
func (e *Editor) change(name string, from, to int, with string) {
	e.t.Helper()
	uri := e.URI(name)
	e.mu.Lock()
	b := e.buffers[uri]
	change := map[string]any{"range": rangeOf(b.text, from, to), "text": with}
	b.text = b.text[:from] + with + b.text[to:]
	b.version++
	version := b.version
	e.mu.Unlock()
	e.Notify(protocol.MethodTextDocumentDidChange, raw(map[string]any{
		"textDocument": map[string]any{"uri": uri, "version": version}, "contentChanges": []any{change},
	}))
}

// Save writes an open document to the disk.
func (e *Editor) Save(name string) {
	e.t.Helper()
	if err := os.WriteFile(e.Path(name), []byte(e.Text(name)), 0o644); err != nil {
		e.t.Fatal(err)
	}
	e.Notify(protocol.MethodTextDocumentDidSave, raw(map[string]any{"textDocument": map[string]any{"uri": e.URI(name)}}))
}

// Close closes a document.
func (e *Editor) Close(name string) {
	e.t.Helper()
	e.mu.Lock()
	delete(e.buffers, e.URI(name))
	e.mu.Unlock()
	e.Notify(protocol.MethodTextDocumentDidClose, raw(map[string]any{"textDocument": map[string]any{"uri": e.URI(name)}}))
}

// rangeOf is a range of the text as the protocol counts it by default.
func rangeOf(text string, from, to int) any {
	position := func(offset int) any {
		before := text[:offset]
		line := strings.Count(before, "\n")
		before = before[strings.LastIndexByte(before, '\n')+1:]
		return map[string]int{"line": line, "character": len(utf16.Encode([]rune(before)))}
	}
	return map[string]any{"start": position(from), "end": position(to)}
}

// Execute executes a command with one argument in JSON.
func (e *Editor) Execute(name, argument string) (json.RawMessage, error) {
	var result rpc.Raw
	params := fmt.Sprintf(`{"command":%q,"arguments":[%s]}`, name, argument)
	err := e.call(protocol.MethodWorkspaceExecuteCommand, rpc.Raw(params), &result)
	return json.RawMessage(result), err
}

// MustExecute is Execute where no error is expected.
func (e *Editor) MustExecute(name, argument string) json.RawMessage {
	e.t.Helper()
	result, err := e.Execute(name, argument)
	if err != nil {
		e.t.Fatal(err)
	}
	return result
}

// Run starts a stress test with options in JSON and returns its id.
func (e *Editor) Run(name, options string) string {
	e.t.Helper()
	if options == "" {
		options = "{}"
	}
	var result command.RunResult
	if err := json.Unmarshal(e.MustExecute(command.Run, fmt.Sprintf(`{"uri":%q,"options":%s}`, e.URI(name), options)), &result); err != nil {
		e.t.Fatal(err)
	}
	return result.Run
}

// Shutdown ends the conversation as the protocol wants it and returns what Serve
// returned.
func (e *Editor) Shutdown() error {
	e.t.Helper()
	if err := e.call(protocol.MethodShutdown, nil, nil); err != nil {
		e.t.Fatal(err)
	}
	return e.Exit()
}

// Exit says exit and returns what Serve returned.
func (e *Editor) Exit() error {
	e.t.Helper()
	e.Notify(protocol.MethodExit, nil)
	return e.Ended()
}

// HangUp closes the server's input without a word and returns what Serve returned.
func (e *Editor) HangUp() error {
	e.t.Helper()
	_ = e.w.Close()
	return e.Ended()
}

// Ended waits for the server to end and returns what Serve returned.
func (e *Editor) Ended() error {
	e.t.Helper()
	select {
	case <-e.served:
		return e.serveErr
	case <-time.After(Patience):
		return errors.New("the server did not end")
	}
}

func raw(v any) rpc.Raw {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
