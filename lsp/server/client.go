package server

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"stresstester/lsp/command"
	"stresstester/lsp/rpc"
)

// answerTime is how long a client may take for an answer that no human gives.
const answerTime = 10 * time.Second

// abilities are what the client said that it can, and wishes.
type abilities struct {
	utf8Positions      bool
	workDoneProgress   bool
	showDocument       bool
	showMessageRequest bool
	applyEdit          bool // including the creation of files
	editDocuments      bool // changes of open documents
	codeLens           bool
	codeLensRefresh    bool
	codeActionLiterals bool
	relatedInformation bool
	diagnosticVersions bool
	markdownHover      bool
	watchFiles         bool
	snippets           bool
	// dynamic are the features of documents that the client can be told of after
	// initialize.
	dynamic map[string]bool

	command.Wishes
}

func readAbilities(p *protocol.InitializeParams) abilities {
	a := abilities{}
	c := p.Capabilities
	if w := c.Window; w != nil {
		a.workDoneProgress = is(w.WorkDoneProgress)
		a.showDocument = w.ShowDocument != nil && w.ShowDocument.Support
		a.showMessageRequest = w.ShowMessage != nil
	}
	if w := c.Workspace; w != nil {
		a.codeLensRefresh = w.CodeLens != nil && is(w.CodeLens.RefreshSupport)
		a.watchFiles = w.DidChangeWatchedFiles != nil && is(w.DidChangeWatchedFiles.DynamicRegistration)
		a.applyEdit = is(w.ApplyEdit) && w.WorkspaceEdit != nil && is(w.WorkspaceEdit.DocumentChanges) &&
			slices.Contains(w.WorkspaceEdit.ResourceOperations, protocol.ResourceOperationKindCreate)
	}
	if d := c.TextDocument; d != nil {
		a.codeLens = d.CodeLens != nil
		if d.PublishDiagnostics != nil {
			a.relatedInformation = is(d.PublishDiagnostics.RelatedInformation)
			a.diagnosticVersions = is(d.PublishDiagnostics.VersionSupport)
		}
		a.markdownHover = d.Hover != nil && slices.Contains(d.Hover.ContentFormat, protocol.MarkupKindMarkdown)
		a.codeActionLiterals = d.CodeAction != nil && len(d.CodeAction.CodeActionLiteralSupport.CodeActionKind.ValueSet) > 0
	}
	if g := c.General; g != nil {
		a.utf8Positions = slices.Contains(g.PositionEncodings, protocol.PositionEncodingKindUTF8)
	}
	a.dynamic, a.snippets = readDocumentAbilities(p)
	a.Wishes = readWishes(p)
	if w := c.Workspace; w != nil {
		a.editDocuments = is(w.ApplyEdit) && w.WorkspaceEdit != nil && is(w.WorkspaceEdit.DocumentChanges)
	}
	a.editDocuments = a.editDocuments || a.Rooms
	return a
}

// readDocumentAbilities goes by JSON because every feature says the same thing in
// a type of its own.
func readDocumentAbilities(p *protocol.InitializeParams) (dynamic map[string]bool, snippets bool) {
	data, err := protocol.Marshal(p.Capabilities.TextDocument)
	if err != nil {
		return nil, false
	}
	var features map[string]struct {
		DynamicRegistration bool `json:"dynamicRegistration"`
		CompletionItem      struct {
			SnippetSupport bool `json:"snippetSupport"`
		} `json:"completionItem"`
	}
	if json.Unmarshal(data, &features) != nil {
		return nil, false
	}
	dynamic = map[string]bool{}
	for name, f := range features {
		dynamic[name] = f.DynamicRegistration
	}
	return dynamic, features["completion"].CompletionItem.SnippetSupport
}

// readWishes never fails: a client that says something else is one without
// wishes.
func readWishes(p *protocol.InitializeParams) command.Wishes {
	var w command.Wishes
	_ = json.Unmarshal(p.InitializationOptions, &w)
	var experimental struct {
		StressTester json.RawMessage `json:"stresstester"`
	}
	if json.Unmarshal(p.Capabilities.Experimental, &experimental) == nil && len(experimental.StressTester) > 0 {
		if string(experimental.StressTester) == "true" {
			w.Run, w.Status = true, true
		} else {
			_ = json.Unmarshal(experimental.StressTester, &w)
		}
	}
	return w
}

// asks reports whether the user wants to be asked things.
func (a *abilities) asks() bool { return a.showMessageRequest && (a.Prompts == nil || *a.Prompts) }

func is(b *bool) bool { return b != nil && *b }

// client is the editor, as far as the server asks and tells it something. The
// abilities are set by initialize, before anything else is handled.
type client struct {
	abilities
	conn *rpc.Conn
	log  *zap.Logger
}

// tell sends a notification; that the editor is gone is noticed elsewhere.
func (c *client) tell(method string, params any) {
	if err := c.conn.Notify(method, params); err != nil {
		c.log.Debug("not sent", zap.String("method", method), zap.Error(err))
	}
}

// tellLatest sends a notification that replaces unsent ones of the same key.
func (c *client) tellLatest(key, method string, params any) {
	if err := c.conn.NotifyLatest(key, method, params); err != nil {
		c.log.Debug("not sent", zap.String("method", method), zap.Error(err))
	}
}

// tellJSON sends a notification of our own, encoded as the command line's JSON.
func (c *client) tellJSON(key, method string, params any) {
	data, err := json.Marshal(params)
	if err != nil {
		c.log.Error("encoding a notification", zap.String("method", method), zap.Error(err))
		return
	}
	c.tellLatest(key, method, rpc.Raw(data))
}

// ask waits for the client's answer to something that no human answers.
func (c *client) ask(ctx context.Context, method string, params, result any) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return c.conn.Call(ctx, method, params, result)
}

// message shows a line to the user.
func (c *client) message(kind protocol.MessageType, text string) {
	c.tell(protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: kind, Message: text})
}

// logMessage writes a line to the editor's log of this server.
func (c *client) logMessage(kind protocol.MessageType, text string) {
	c.tell(protocol.MethodWindowLogMessage, &protocol.LogMessageParams{Type: kind, Message: text})
}

// choose asks the user, and returns the chosen title or nothing.
func (c *client) choose(ctx context.Context, kind protocol.MessageType, text string, titles ...string) string {
	params := &protocol.ShowMessageRequestParams{Type: kind, Message: text}
	for _, title := range titles {
		params.Actions = append(params.Actions, protocol.MessageActionItem{Title: title})
	}
	var chosen protocol.MessageActionItem
	if err := c.conn.Call(ctx, protocol.MethodWindowShowMessageRequest, params, &chosen); err != nil {
		c.log.Debug("the user did not choose", zap.Error(err))
	}
	return chosen.Title
}

// show opens a document in the editor and reports whether it did.
func (c *client) show(ctx context.Context, document string) bool {
	u, err := uri.Parse(document)
	if err != nil || !c.showDocument {
		return false
	}
	var result protocol.ShowDocumentResult
	if err := c.ask(ctx, protocol.MethodWindowShowDocument, &protocol.ShowDocumentParams{URI: u, TakeFocus: ptr(true)}, &result); err != nil {
		c.log.Warn("showing a document", zap.Error(err))
		return false
	}
	return result.Success
}

// refreshLenses asks the client to ask for code lenses again.
func (c *client) refreshLenses() {
	if !c.codeLensRefresh {
		return
	}
	c.conn.Go("refreshing code lenses", func(ctx context.Context) {
		if err := c.ask(ctx, protocol.MethodWorkspaceCodeLensRefresh, nil, nil); err != nil {
			c.log.Debug("refreshing code lenses", zap.Error(err))
		}
	})
}

// fileWatchers asks to be told of files that come and go.
func fileWatchers() registration {
	return registration{protocol.MethodWorkspaceDidChangeWatchedFiles, map[string]any{"watchers": []any{
		map[string]any{"globPattern": "**/*.{c,cc,cpp,cxx,py,java,go,rs,kt,js,ts,spec,in,ans}", "kind": 5},
		map[string]any{"globPattern": "**/stresstester.toml"},
	}}}
}

// register tells the client of features, those of documents for specs alone.
func (c *client) register(ctx context.Context, features []registration) {
	params := &protocol.RegistrationParams{}
	for _, f := range features {
		options := f.options
		if strings.HasPrefix(f.method, "textDocument/") {
			options = maps.Clone(options)
			if options == nil {
				options = map[string]any{}
			}
			options["documentSelector"] = []any{map[string]any{"pattern": specPattern}}
		}
		data, err := json.Marshal(options)
		if err != nil {
			c.log.Error("encoding a registration", zap.String("method", f.method), zap.Error(err))
			continue
		}
		params.Registrations = append(params.Registrations, protocol.Registration{
			ID: "stresstester." + f.method, Method: f.method, RegisterOptions: protocol.LSPAny(data),
		})
	}
	if err := c.ask(ctx, protocol.MethodClientRegisterCapability, params, nil); err != nil {
		c.log.Info("the client does not take features that come later", zap.Error(err))
	}
}
