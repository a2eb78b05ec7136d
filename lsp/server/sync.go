package server

import (
	"context"

	"go.lsp.dev/protocol"

	"stresstester/lsp/document"
)

// The parameters of text synchronization are declared here rather than taken from
// the library: its types cannot tell a change without a range from one whose range
// is null, and take the latter for an insertion at the beginning.

type textDocument struct {
	URI        string `json:"uri"`
	LanguageID string `json:"languageId"`
	Version    int32  `json:"version"`
	Text       string `json:"text"`
}

type didOpenParams struct {
	TextDocument textDocument `json:"textDocument"`
}

type didChangeParams struct {
	TextDocument   textDocument    `json:"textDocument"`
	ContentChanges []contentChange `json:"contentChanges"`
}

type contentChange struct {
	Range *protocol.Range `json:"range"`
	Text  string          `json:"text"`
}

type documentParams struct {
	TextDocument textDocument `json:"textDocument"`
}

func (s *Server) didOpen(_ context.Context, p *didOpenParams) error {
	s.texts.Lock()
	defer s.texts.Unlock()
	d := p.TextDocument
	snapshot := s.docs.Open(document.Canonical(d.URI), d.LanguageID, d.Version, d.Text)
	s.attention.noteDocument(snapshot.URI())
	s.board.edited(snapshot.URI(), nil)
	s.board.read(snapshot.URI(), s.checkText(snapshot))
	s.roomSaved(snapshot.Path())
	return nil
}

func (s *Server) didChange(_ context.Context, p *didChangeParams) error {
	changes := make([]document.Change, len(p.ContentChanges))
	for i, c := range p.ContentChanges {
		changes[i].Text = c.Text
		if c.Range != nil {
			changes[i].Range = &document.Range{Start: fromProtocol(c.Range.Start), End: fromProtocol(c.Range.End)}
		}
	}
	s.texts.Lock()
	defer s.texts.Unlock()
	uri := document.Canonical(p.TextDocument.URI)
	snapshot, edits, err := s.docs.Change(uri, p.TextDocument.Version, changes)
	if err != nil {
		return err
	}
	s.attention.noteDocument(uri)
	s.board.edited(uri, edits)
	s.board.read(uri, s.checkText(snapshot))
	return nil
}

func (s *Server) didClose(_ context.Context, p *documentParams) error {
	s.texts.Lock()
	defer s.texts.Unlock()
	uri := document.Canonical(p.TextDocument.URI)
	s.docs.Close(uri)
	s.board.edited(uri, nil)
	s.board.read(uri, nil)
	s.offered.close(document.PathOf(uri))
	s.roomSaved(document.PathOf(uri))
	return nil
}

func (s *Server) didSave(_ context.Context, p *documentParams) error {
	s.attention.note()
	uri := document.Canonical(p.TextDocument.URI)
	if snapshot, open := s.docs.View().Get(uri); open {
		s.offered.save(snapshot.Path(), snapshot.Text())
		s.roomSaved(snapshot.Path())
	}
	s.saved(uri)
	return nil
}

// didChangeWatchedFiles is told when a file that may play a role came or went.
func (s *Server) didChangeWatchedFiles(context.Context, *struct{}) error {
	s.client.refreshLenses()
	return nil
}

func fromProtocol(p protocol.Position) document.Position {
	return document.Position{Line: int(p.Line), Character: int(p.Character)}
}

func toProtocol(p document.Position) protocol.Position {
	return protocol.Position{Line: uint32(p.Line), Character: uint32(p.Character)}
}

func rangeToProtocol(r document.Range) protocol.Range {
	return protocol.Range{Start: toProtocol(r.Start), End: toProtocol(r.End)}
}
