// Package server is the language server: it answers one editor.
//
// A Server holds one connection's state and starts nothing by itself; what it is
// told and asked arrives through the handlers that register lists. Runs are
// lsp/runs' business, open texts lsp/document's, and how messages travel lsp/rpc's.
// One file holds one group of methods. Start reading at Serve.
package server

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"stresstester/core/room"
	"stresstester/core/stress"
	"stresstester/lsp/command"
	"stresstester/lsp/companion"
	"stresstester/lsp/document"
	"stresstester/lsp/rpc"
	"stresstester/lsp/runs"
)

// Deps are what the server needs from its surroundings.
type Deps struct {
	// Sandbox runs the tests. When it has a method Start, as *sandbox.Warm has, it
	// is started as soon as an editor connects; when it has Watch, its state is
	// shown. It may be shared by many connections and is not closed.
	Sandbox stress.Sandbox
	// Doctor checks the installation; its result is encoded as JSON. Nil means
	// that there is nothing to check.
	Doctor func(context.Context) (any, error)
	// Runs is what sessions that share a process have in common; nil means that
	// there is one session.
	Runs *runs.Registry
	// Shared tells that this process serves all of the user's editors.
	Shared bool
	// Scratch is the folder for temporary files; empty means the system's.
	Scratch string
	// Companion hands problems from the browser to the editor; nil means that there
	// are none.
	Companion *companion.Router
	// CompanionStatus is a sentence about where problems are waited for; nil means
	// that there is nothing to say.
	CompanionStatus func() string
	// Rooms are the user's shared rooms; nil means that there are none.
	Rooms *Rooms
	// Notice is told to the user once the editor has connected; empty means
	// nothing.
	Notice string
	// Version is told to the editor; empty means unknown.
	Version string
	// Log receives what went wrong and what went on. It must not write to the
	// stream that the editor reads. Nil means silence.
	Log *zap.Logger
}

// ErrNoShutdown is returned when the editor said exit without shutdown, for which
// the protocol wants exit status 1.
var ErrNoShutdown = errors.New("the editor left without shutting down")

// phase is where the connection stands in its life.
type phase int32

const (
	uninitialized phase = iota
	initialized
	shutDown
	left // exit was said after shutdown
	leftEarly
)

// Server serves one editor.
type Server struct {
	deps  Deps
	log   *zap.Logger
	disk  room.Files
	phase atomic.Int32

	// texts is held while a text and what is shown in it change together.
	texts sync.Mutex

	conn      *rpc.Conn
	client    *client
	docs      *document.Store
	runs      *runs.Manager
	board     *board
	progress  *progress
	cases     *cases
	prompts   prompts
	watches   watches
	lenses    lensClock
	attention attention
	offered   offered
	shown     roomsShown
	editor    string     // what the editor calls itself, after initialize
	taking    sync.Mutex // held while files are made of a problem from the browser
	folders   folders

	// later are the features that the client is told of after initialize.
	later []registration
}

// Serve talks to the editor at the other end of in and out until it leaves, ctx
// ends or the editor's process dies, and closes both. Nothing that it started is
// left when it returns.
func Serve(ctx context.Context, in io.ReadCloser, out io.WriteCloser, deps Deps) error {
	if deps.Log == nil {
		deps.Log = zap.NewNop()
	}
	s := &Server{
		deps: deps,
		log:  deps.Log,
		disk: room.Disk{},
		conn: rpc.New(ctx, in, out, deps.Log.Named("rpc")),
		docs: document.NewStore(document.UTF16),
	}
	s.client = &client{conn: s.conn, log: s.log}
	s.runs = runs.NewManager(s.conn.Context(), deps.Runs, deps.Sandbox, s.log.Named("runs"), s.runChanged) //nolint:contextcheck // the connection's context is made from ctx
	s.board = newBoard(s)
	s.progress = newProgress(s)
	s.cases = newCases(deps.Scratch)
	mux := &rpc.Mux{}
	s.register(mux)

	err := s.conn.Run(mux) //nolint:contextcheck // as above
	s.runs.Close()
	s.cases.close()
	if err == nil && s.at(leftEarly) {
		return ErrNoShutdown
	}
	return err
}

func (s *Server) at(p phase) bool { return phase(s.phase.Load()) == p }

// register lists the methods that the server knows.
func (s *Server) register(mux *rpc.Mux) {
	rpc.OrderedCall(mux, protocol.MethodInitialize, s.initialize)
	rpc.OrderedCall(mux, protocol.MethodShutdown, s.shutdown)
	rpc.Notification(mux, protocol.MethodExit, s.exit)
	notification(s, mux, protocol.MethodInitialized, s.initialized)

	notification(s, mux, protocol.MethodTextDocumentDidOpen, s.didOpen)
	notification(s, mux, protocol.MethodTextDocumentDidChange, s.didChange)
	notification(s, mux, protocol.MethodTextDocumentDidClose, s.didClose)
	notification(s, mux, protocol.MethodTextDocumentDidSave, s.didSave)
	notification(s, mux, protocol.MethodWorkspaceDidChangeWatchedFiles, s.didChangeWatchedFiles)
	notification(s, mux, protocol.MethodWorkspaceDidChangeWorkspaceFolders, s.didChangeFolders)
	notification(s, mux, protocol.MethodWorkspaceDidChangeConfiguration, ignore)
	notification(s, mux, protocol.MethodSetTrace, ignore)

	rpc.OrderedCall(mux, protocol.MethodWorkspaceExecuteCommand, s.executeCommand)
	notification(s, mux, command.NotifyFocus, s.focus)
	notification(s, mux, protocol.MethodWindowWorkDoneProgressCancel, s.cancelProgress)

	call(s, mux, protocol.MethodTextDocumentCodeLens, s.codeLens)
	call(s, mux, protocol.MethodTextDocumentCodeAction, s.codeAction)
	call(s, mux, protocol.MethodTextDocumentHover, s.hover)

	call(s, mux, protocol.MethodTextDocumentDocumentLink, s.documentLinks)

	call(s, mux, protocol.MethodTextDocumentSemanticTokensFull, s.semanticTokens)
	call(s, mux, protocol.MethodTextDocumentCompletion, s.completion)
	call(s, mux, protocol.MethodTextDocumentDefinition, s.definition)
	call(s, mux, protocol.MethodTextDocumentReferences, s.references)
	call(s, mux, protocol.MethodTextDocumentDocumentHighlight, s.highlight)
	call(s, mux, protocol.MethodTextDocumentPrepareRename, s.prepareRename)
	call(s, mux, protocol.MethodTextDocumentRename, s.rename)
	call(s, mux, protocol.MethodTextDocumentFormatting, s.formatting)
	call(s, mux, protocol.MethodTextDocumentDocumentSymbol, s.symbols)
}

func ignore(context.Context, *struct{}) error { return nil }

// ready is an error outside the time between initialize and shutdown.
func (s *Server) ready() error {
	switch phase(s.phase.Load()) {
	case uninitialized:
		return jsonrpc2.Errorf(jsonrpc2.ServerNotInitialized, "the server is not initialized")
	case initialized:
		return nil
	default:
		return jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "the server is shut down")
	}
}

func call[P, R any](s *Server, mux *rpc.Mux, name string, handle func(context.Context, *P) (R, error)) {
	rpc.Call(mux, name, func(ctx context.Context, p *P) (R, error) {
		if err := s.ready(); err != nil {
			var none R
			return none, err
		}
		return handle(ctx, p)
	})
}

func notification[P any](s *Server, mux *rpc.Mux, name string, handle func(context.Context, *P) error) {
	rpc.Notification(mux, name, func(ctx context.Context, p *P) error {
		if err := s.ready(); err != nil {
			return err
		}
		return handle(ctx, p)
	})
}
