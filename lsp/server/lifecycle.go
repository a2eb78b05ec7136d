package server

import (
	"context"
	"fmt"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/lsp/process"
	"stresstester/lsp/runs"
)

// parentPoll is how often it is looked whether the editor's process is alive.
const parentPoll = 2 * time.Second

func (s *Server) initialize(_ context.Context, p *protocol.InitializeParams, _ func()) (*protocol.InitializeResult, error) {
	if !s.phase.CompareAndSwap(int32(uninitialized), int32(initialized)) {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "initialize was sent before")
	}
	s.client.abilities = readAbilities(p)
	if s.client.utf8Positions {
		s.docs.SetEncoding(document.UTF8)
	}
	s.log.Info("an editor connected", zap.String("editor", p.ClientInfo.Name), zap.Any("abilities", s.client.abilities))
	s.runs.SetEditor(p.ClientInfo.Name)
	s.editor = p.ClientInfo.Name
	s.folders.change(nil, workspaceFolders(p))
	if starter, ok := s.deps.Sandbox.(interface{ Start() }); ok {
		starter.Start()
	}
	if p.ProcessID != nil {
		s.watchParent(int(*p.ProcessID))
	}
	capabilities := s.capabilities()
	s.later = s.offerSpecLanguage(&capabilities)
	return &protocol.InitializeResult{
		Capabilities: capabilities,
		ServerInfo:   protocol.ServerInfo{Name: "stresstester", Version: version(s.deps.Version)},
	}, nil
}

func version(v string) protocol.Optional[string] {
	if v == "" {
		return protocol.Optional[string]{}
	}
	return protocol.NewOptional(v)
}

func (s *Server) capabilities() protocol.ServerCapabilities {
	encoding := protocol.PositionEncodingKindUTF16
	if s.client.utf8Positions {
		encoding = protocol.PositionEncodingKindUTF8
	}
	return protocol.ServerCapabilities{
		PositionEncoding: encoding,
		TextDocumentSync: &protocol.TextDocumentSyncOptions{
			OpenClose: ptr(true),
			Change:    ptr(protocol.TextDocumentSyncKindIncremental),
			Save:      protocol.Boolean(true),
		},
		HoverProvider:    protocol.Boolean(true),
		CodeLensProvider: &protocol.CodeLensOptions{},
		CodeActionProvider: &protocol.CodeActionOptions{
			CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix},
		},
		ExecuteCommandProvider: protocol.ExecuteCommandOptions{
			WorkDoneProgressOptions: protocol.WorkDoneProgressOptions{WorkDoneProgress: ptr(true)},
			Commands:                command.Names(),
		},
		Workspace: &protocol.WorkspaceOptions{WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{
			Supported: ptr(true), ChangeNotifications: protocol.Boolean(true),
		}},
		DocumentLinkProvider: &protocol.DocumentLinkOptions{},
		Experimental:         protocol.LSPAny(fmt.Sprintf(`{"stresstester":{"protocol":%q}}`, command.Fingerprint())),
	}
}

// initialized begins what may not precede the answer to initialize: the sandbox's
// standing is told, files that come and go, on which code lenses depend, are
// watched by the client if it can, and so on.
func (s *Server) initialized(context.Context, *struct{}) error {
	s.watchSandbox()
	s.joinCompanion()
	s.joinRooms()
	if s.deps.Notice != "" {
		s.client.logMessage(protocol.MessageTypeWarning, s.deps.Notice)
	}
	if s.client.watchFiles {
		s.later = append(s.later, fileWatchers())
	}
	if len(s.later) == 0 {
		return nil
	}
	s.conn.Go("registering features", func(ctx context.Context) { s.client.register(ctx, s.later) })
	return nil
}

func (s *Server) shutdown(context.Context, *struct{}, func()) (any, error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	s.phase.Store(int32(shutDown))
	s.runs.Stop(func(*runs.Run) bool { return true })
	return nil, nil
}

func (s *Server) exit(context.Context, *struct{}) error {
	if s.at(shutDown) {
		s.phase.Store(int32(left))
	} else {
		s.phase.Store(int32(leftEarly))
	}
	s.conn.Close()
	return nil
}

// watchParent ends the connection when the editor's process is gone without a
// word. A process that cannot be seen to begin with, as from inside a container,
// is not watched.
func (s *Server) watchParent(pid int) {
	if pid <= 0 || !process.Alive(pid) {
		return
	}
	s.conn.Go("watching the editor's process", func(ctx context.Context) {
		tick := time.NewTicker(parentPoll)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if !process.Alive(pid) {
					s.log.Info("the editor's process is gone", zap.Int("pid", pid))
					s.conn.Close()
					return
				}
			}
		}
	})
}

func ptr[T any](v T) *T { return &v }
