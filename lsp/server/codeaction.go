package server

import (
	"context"
	"fmt"
	"slices"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"stresstester/core/problem"
	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/lsp/runs"
)

type codeActionParams struct {
	TextDocument textDocument   `json:"textDocument"`
	Range        protocol.Range `json:"range"`
	Context      struct {
		Only []protocol.CodeActionKind `json:"only"`
	} `json:"context"`
}

// codeAction offers what can be done about our diagnostics in the range. To a client
// that shows no code lenses it offers what they would, too, wherever the cursor is.
func (s *Server) codeAction(_ context.Context, p *codeActionParams) ([]protocol.CommandOrCodeAction, error) {
	actions := []protocol.CommandOrCodeAction{}
	if !wanted(p.Context.Only) {
		return actions, nil
	}
	at := document.Range{Start: fromProtocol(p.Range.Start), End: fromProtocol(p.Range.End)}
	doc := document.Canonical(p.TextDocument.URI)
	var commands []protocol.Command
	for _, found := range s.marksIn(doc, at) {
		actions = append(actions, s.edits(found.mark)...)
		commands = append(commands, s.remedies(found)...)
	}
	if !s.client.codeLens {
		commands = append(commands, s.offers(doc)...)
	}
	for _, c := range commands {
		if s.client.codeActionLiterals {
			actions = append(actions, &protocol.CodeAction{Title: c.Title, Kind: ptr(protocol.CodeActionKindQuickFix), Command: c})
		} else {
			actions = append(actions, &c)
		}
	}
	return actions, nil
}

// wanted reports whether quick fixes are among the kinds asked for.
func wanted(only []protocol.CodeActionKind) bool {
	for _, kind := range only {
		if kind == protocol.CodeActionKindQuickFix || kind == protocol.CodeActionKindEmpty {
			return true
		}
	}
	return len(only) == 0
}

// edits are the changes of the text that mend a mark, for clients that take such.
func (s *Server) edits(m mark) []protocol.CommandOrCodeAction {
	u, err := uri.Parse(m.uri)
	if err != nil || !s.client.codeActionLiterals {
		return nil
	}
	var actions []protocol.CommandOrCodeAction
	for _, f := range m.fixes {
		actions = append(actions, &protocol.CodeAction{
			Title: f.title, Kind: ptr(protocol.CodeActionKindQuickFix),
			Edit: &protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{u: {f.edit}}},
		})
	}
	return actions
}

// foundMark is a mark with its run, or without one.
type foundMark struct {
	run *runs.Run
	mark
}

func (s *Server) marksIn(doc string, at document.Range) []foundMark {
	var found []foundMark
	s.board.marksAt(doc, at, func(run *runs.Run, m mark) { found = append(found, foundMark{run, m}) })
	return found
}

func (s *Server) remedies(m foundMark) []protocol.Command {
	if m.run == nil {
		return m.remedies
	}
	uri, run := m.run.URI(), m.run.ID()
	if m.create != "" {
		role := problem.Role(m.create)
		return []protocol.Command{lensCommand("Create "+roleList([]problem.Role{role}), command.CreateFiles,
			command.CreateFilesParams{URI: uri, Roles: []problem.Role{role}})}
	}
	if m.failure < 0 {
		return nil
	}
	f, err := failureOf(m.run, m.failure)
	if err != nil {
		return nil
	}
	commands := []protocol.Command{
		lensCommand("Open counterexample", command.OpenCounterexample, command.OpenCounterexampleParams{URI: uri, Run: run, Failure: m.failure}),
		lensCommand("Explain", command.Explain, command.FailureParams{URI: uri, Run: run, Failure: m.failure}),
		lensCommand("Run this test again", command.Run, command.RunParams{URI: uri, Run: run, Failure: m.failure}),
	}
	if hasOutputs(f) {
		commands = slices.Insert(commands, 1, lensCommand("Open the difference", command.OpenDifference, command.FailureParams{URI: uri, Run: run, Failure: m.failure}))
	}
	if f.Verdict.Divergence() {
		commands = append(commands, lensCommand("Make the counterexample smaller", command.Shrink,
			command.ShrinkParams{URI: uri, Run: run, Failure: m.failure}))
	}
	if name, ok := s.savedName(m.run, f); ok {
		return append(commands, lensCommand(fmt.Sprintf("Delete test %s", name), command.DeleteTest, command.DeleteTestParams{URI: uri, Test: name}))
	}
	return append(commands, lensCommand("Save as test", command.SaveTest, command.SaveTestParams{URI: uri, Run: run, Failure: m.failure}))
}

// savedName is the saved test that a counterexample is, if it is still there.
func (s *Server) savedName(run *runs.Run, f problem.Failure) (string, bool) {
	r := run.Request().Room
	name, ok := savedAs(r, f.Counterexample.SavedAs)
	if !ok {
		return "", false
	}
	_, err := s.disk.ReadFile(r.Store().InputPath(name))
	return name, err == nil
}
