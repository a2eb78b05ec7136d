package lsptest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"go.lsp.dev/protocol"

	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/lsp/rpc"
)

// State is what the editor was told so far. A copy that was handed out does not
// change.
type State struct {
	// Rooms is what was told of shared rooms.
	Rooms []command.RoomsNotification
	// Diagnostics are those of each document, as last published.
	Diagnostics map[string][]protocol.Diagnostic
	// Published counts the publications of each document.
	Published map[string]int
	// Versions are the versions that the diagnostics were published for.
	Versions map[string]int32
	// Progress is every message of each token.
	Progress map[string][]Progress
	// Created are the tokens that the server made.
	Created []string
	// Messages were shown to the user; Logged went to the log.
	Messages, Logged []string
	// Questions were put to the user; Withdrawn were taken back.
	Questions []string
	Withdrawn int
	// Shown are the documents that the editor was asked to show.
	Shown []string
	// Registered are the features of which the editor was told after initialize.
	Registered []string
	// Diffs are all stresstester/diff notifications, in JSON.
	Diffs []string
	// Refreshes counts the requests to ask for code lenses again.
	Refreshes int
	// Runs are all stresstester/run notifications, Status all of /status.
	Runs   []command.RunNotification
	Status []command.StatusNotification
	// Ended tells that the connection has ended.
	Ended bool
}

// Progress is one value of $/progress.
type Progress struct {
	Kind        string  `json:"kind"`
	Title       string  `json:"title"`
	Message     string  `json:"message"`
	Cancellable bool    `json:"cancellable"`
	Percentage  *uint32 `json:"percentage"`
}

func newState() State {
	return State{
		Diagnostics: map[string][]protocol.Diagnostic{},
		Published:   map[string]int{},
		Versions:    map[string]int32{},
		Progress:    map[string][]Progress{},
	}
}

func (s State) clone() State {
	s.Diagnostics, s.Published, s.Versions = maps.Clone(s.Diagnostics), maps.Clone(s.Published), maps.Clone(s.Versions)
	s.Progress = maps.Clone(s.Progress)
	s.Created, s.Messages, s.Logged = slices.Clone(s.Created), slices.Clone(s.Messages), slices.Clone(s.Logged)
	s.Questions, s.Shown, s.Registered = slices.Clone(s.Questions), slices.Clone(s.Shown), slices.Clone(s.Registered)
	s.Diffs = slices.Clone(s.Diffs)
	s.Runs, s.Status = slices.Clone(s.Runs), slices.Clone(s.Status)
	return s
}

// State is what the editor was told so far.
func (e *Editor) State() State {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state.clone()
}

// Forget drops what the editor was told, so that a long story needs no memory.
func (e *Editor) Forget() {
	e.update(func(s *State) { *s = newState() })
}

// update changes the state and wakes those who wait for it.
func (e *Editor) update(change func(*State)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(&e.state)
	close(e.changed)
	e.changed = make(chan struct{})
}

// mux is what the editor does when the server tells or asks it something.
func (e *Editor) mux() *rpc.Mux {
	m := &rpc.Mux{}
	on(e, m, protocol.MethodTextDocumentPublishDiagnostics, func(s *State, p *protocol.PublishDiagnosticsParams) {
		uri := p.URI.String()
		s.Diagnostics[uri] = p.Diagnostics
		s.Published[uri]++
		s.Versions[uri], _ = p.Version.Get()
	})
	on(e, m, protocol.MethodProgress, func(s *State, p *protocol.ProgressParams) {
		var value Progress
		if err := json.Unmarshal(p.Value, &value); err != nil {
			e.t.Errorf("progress %s: %v", p.Value, err)
		}
		token := fmt.Sprint(p.Token)
		s.Progress[token] = append(s.Progress[token], value)
	})
	on(e, m, protocol.MethodWindowShowMessage, func(s *State, p *protocol.ShowMessageParams) { s.Messages = append(s.Messages, p.Message) })
	on(e, m, protocol.MethodWindowLogMessage, func(s *State, p *protocol.LogMessageParams) { s.Logged = append(s.Logged, p.Message) })
	onJSON(e, m, command.NotifyRun, func(s *State, n command.RunNotification) { s.Runs = append(s.Runs, n) })
	onJSON(e, m, command.NotifyStatus, func(s *State, n command.StatusNotification) { s.Status = append(s.Status, n) })

	onJSON(e, m, command.NotifyRooms, func(s *State, n command.RoomsNotification) { s.Rooms = append(s.Rooms, n) })
	rpc.Notification(m, command.NotifySave, func(_ context.Context, data *rpc.Raw) error {
		var n command.SaveNotification
		if err := json.Unmarshal(*data, &n); err != nil {
			return err
		}
		return e.saveAsAsked(n)
	})
	on(e, m, command.NotifyDiff, func(s *State, data *rpc.Raw) { s.Diffs = append(s.Diffs, string(*data)) })

	rpc.Call(m, protocol.MethodWindowWorkDoneProgressCreate, func(_ context.Context, p *protocol.WorkDoneProgressCreateParams) (any, error) {
		e.update(func(s *State) { s.Created = append(s.Created, fmt.Sprint(p.Token)) })
		return nil, nil
	})
	rpc.Call(m, protocol.MethodWindowShowDocument, func(_ context.Context, p *protocol.ShowDocumentParams) (*protocol.ShowDocumentResult, error) {
		e.update(func(s *State) { s.Shown = append(s.Shown, p.URI.String()) })
		return &protocol.ShowDocumentResult{Success: true}, nil
	})
	rpc.Call(m, protocol.MethodWorkspaceCodeLensRefresh, func(context.Context, *struct{}) (any, error) {
		e.update(func(s *State) { s.Refreshes++ })
		return nil, nil
	})
	rpc.Call(m, protocol.MethodClientRegisterCapability, func(_ context.Context, p *protocol.RegistrationParams) (any, error) {
		e.update(func(s *State) {
			for _, r := range p.Registrations {
				s.Registered = append(s.Registered, r.Method+" "+string(r.RegisterOptions))
			}
		})
		return nil, nil
	})
	rpc.Call(m, protocol.MethodWindowShowMessageRequest, e.question)
	rpc.Call(m, protocol.MethodWorkspaceApplyEdit, e.applyEdit)
	return m
}

func on[P any](e *Editor, m *rpc.Mux, method string, change func(*State, *P)) {
	rpc.Notification(m, method, func(_ context.Context, p *P) error {
		e.update(func(s *State) { change(s, p) })
		return nil
	})
}

// onJSON is on for our own notifications, which are encoded by encoding/json.
func onJSON[P any](e *Editor, m *rpc.Mux, method string, change func(*State, P)) {
	on(e, m, method, func(s *State, data *rpc.Raw) {
		var p P
		if err := json.Unmarshal(*data, &p); err != nil {
			e.t.Errorf("%s %s: %v", method, *data, err)
		}
		change(s, p)
	})
}

// question lets the user answer.
func (e *Editor) question(ctx context.Context, p *protocol.ShowMessageRequestParams) (any, error) {
	var titles []string
	for _, a := range p.Actions {
		titles = append(titles, a.Title)
	}
	e.update(func(s *State) { s.Questions = append(s.Questions, p.Message) })
	if e.opts.Choose == nil {
		<-ctx.Done()
		e.update(func(s *State) { s.Withdrawn++ })
		return nil, ctx.Err()
	}
	if title := e.opts.Choose(p.Message, titles); title != "" {
		return &protocol.MessageActionItem{Title: title}, nil
	}
	return nil, nil
}

// editOpen changes an open document, if it still has the version that is meant, and
// tells the server so in one notification, as editors do.
func (e *Editor) editOpen(c *protocol.TextDocumentEdit) (applied, open bool) {
	uri := c.TextDocument.URI.String()
	e.mu.Lock()
	b, open := e.buffers[uri]
	if !open || c.TextDocument.Version == nil || int(*c.TextDocument.Version) != b.version {
		e.mu.Unlock()
		return false, open
	}
	var changes []any
	for i := len(c.Edits) - 1; i >= 0; i-- { // from the end, where the places before stay
		edit, ok := c.Edits[i].(*protocol.TextEdit)
		if !ok {
			continue
		}
		before := document.Detached(uri, []byte(b.text), document.UTF16)
		from := before.Offset(document.Position{Line: int(edit.Range.Start.Line), Character: int(edit.Range.Start.Character)})
		to := before.Offset(document.Position{Line: int(edit.Range.End.Line), Character: int(edit.Range.End.Character)})
		changes = append(changes, map[string]any{"range": rangeOf(b.text, from, to), "text": edit.NewText})
		b.text = b.text[:from] + edit.NewText + b.text[to:]
	}
	b.version++
	version := b.version
	e.mu.Unlock()
	e.Notify(protocol.MethodTextDocumentDidChange, raw(map[string]any{
		"textDocument": map[string]any{"uri": uri, "version": version}, "contentChanges": changes,
	}))
	return true, true
}

// saveAsAsked saves a document that still has the version that is meant.
func (e *Editor) saveAsAsked(n command.SaveNotification) error {
	e.mu.Lock()
	b, open := e.buffers[n.URI]
	same := open && b.version == int(n.Version)
	text := ""
	if same {
		text = b.text
	}
	e.mu.Unlock()
	if !same {
		return nil
	}
	if err := os.WriteFile(document.PathOf(n.URI), []byte(text), 0o644); err != nil {
		return err
	}
	// The test may have ended meanwhile, and with it the connection.
	return e.conn.Notify(protocol.MethodTextDocumentDidSave, raw(map[string]any{"textDocument": map[string]any{"uri": n.URI}}))
}

// applyEdit creates files and puts text into them, in buffers that are not saved,
// as editors do.
func (e *Editor) applyEdit(_ context.Context, p *protocol.ApplyWorkspaceEditParams) (*protocol.ApplyWorkspaceEditResult, error) {
	for _, change := range p.Edit.DocumentChanges {
		switch c := change.(type) {
		case *protocol.CreateFile:
			f, err := os.OpenFile(c.URI.FsPath(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
			if err != nil {
				return &protocol.ApplyWorkspaceEditResult{Applied: false}, nil //nolint:nilerr // the answer says it
			}
			_ = f.Close()
		case *protocol.TextDocumentEdit:
			if applied, open := e.editOpen(c); open {
				return &protocol.ApplyWorkspaceEditResult{Applied: applied}, nil
			}
			text := ""
			for _, edit := range c.Edits {
				if insertion, ok := edit.(*protocol.TextEdit); ok {
					text += insertion.NewText
				}
			}
			e.OpenText(c.TextDocument.URI.String(), text)
		}
	}
	return &protocol.ApplyWorkspaceEditResult{Applied: true}, nil
}
