package server

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/remote/merge"
	"stresstester/remote/share"
	remotesync "stresstester/remote/sync"
)

// Rooms are the shared rooms of the user, and the editors that have their files
// open: remotesync.Editors. Sessions that share a process share one.
type Rooms struct {
	*share.Service

	mu      sync.Mutex
	editors map[*Server]bool
}

var (
	_ remotesync.Editors   = (*Rooms)(nil)
	_ remotesync.OpenFiles = (*Rooms)(nil)
)

// NewRooms lets the service's rooms find the editors.
func NewRooms(service *share.Service) *Rooms {
	r := &Rooms{Service: service, editors: map[*Server]bool{}}
	service.Syncer.Editors = r
	service.Syncer.Changed = func(string) { r.each((*Server).roomsChanged) }
	return r
}

func (r *Rooms) join(s *Server) (leave func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.editors[s] = true
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.editors, s)
	}
}

func (r *Rooms) each(do func(*Server)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.editors {
		do(s)
	}
}

// Offer implements remotesync.Editors.
func (r *Rooms) Offer(path string, seen, want []byte) (open bool) {
	r.each(func(s *Server) { open = s.offered.offer(s, path, seen, want) || open })
	return open
}

// Ancestor implements remotesync.Editors.
func (r *Rooms) Ancestor(path string, text []byte) (ancestor []byte, ok bool) {
	r.each(func(s *Server) {
		if a, found := s.offered.ancestor(s, path, text); found {
			ancestor, ok = a, true
		}
	})
	return ancestor, ok
}

// Recorded implements remotesync.Editors.
func (r *Rooms) Recorded(path string, text []byte) {
	r.each(func(s *Server) { s.offered.recorded(s, path, text) })
}

// Open implements remotesync.OpenFiles.
func (r *Rooms) Open(dir string) (path string, ok bool) {
	r.each(func(s *Server) {
		for snapshot := range s.docs.View().All {
			if p := snapshot.Path(); strings.HasPrefix(p, dir+string(filepath.Separator)) {
				path, ok = p, true
			}
		}
	})
	return path, ok
}

// offered is what rooms offered to the documents of one editor.
type offered struct {
	mu sync.Mutex
	// taken are the offers that unsaved documents were made from, by path.
	taken map[string][]byte
	// saved are the texts that were saved last, with the offer that each was made
	// from.
	saved map[string]savedText
	// told are the offers that the user was told about, because they did not fit.
	told map[string][]byte
	// turn is held while a document is changed.
	turn sync.Mutex
}

type savedText struct{ text, from []byte }

// offer hands an offer to the document of that path, if it is open.
func (o *offered) offer(s *Server, path string, seen, want []byte) bool {
	if _, open := s.docs.View().File(path); !open {
		return false
	}
	s.conn.Go("taking what came from a room into a document", func(ctx context.Context) {
		o.turn.Lock()
		defer o.turn.Unlock()
		o.take(ctx, s, path, seen, want)
	})
	return true
}

// take merges an offer into a document.
func (o *offered) take(ctx context.Context, s *Server, path string, seen, want []byte) {
	snapshot, open := s.docs.View().File(path)
	if !open {
		return
	}
	from, ok := o.from(path)
	if !ok {
		from = seen
	}
	merged := merge.Texts(from, snapshot.Text(), want)
	switch {
	case !merged.Clean():
		o.tell(s, path, want)
		return
	case bytes.Equal(merged.Text(), snapshot.Text()):
		o.keep(path, want)
		if bytes.Equal(want, snapshot.Text()) && !bytes.Equal(want, seen) {
			s.askToSave(snapshot)
		}
		return
	case !s.client.editDocuments:
		o.tell(s, path, want)
		return
	}
	clean := bytes.Equal(from, snapshot.Text())
	after, ok := s.applyText(ctx, snapshot, merged.Text())
	if !ok {
		return // with the next offer, which comes within a minute
	}
	o.keep(path, want)
	if clean {
		s.askToSave(after)
	}
}

func (o *offered) from(path string) ([]byte, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	text, ok := o.taken[path]
	return text, ok
}

func (o *offered) keep(path string, text []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.taken == nil {
		o.taken = map[string][]byte{}
	}
	o.taken[path] = text
}

// tell says once that an offer waits for the document to be saved.
func (o *offered) tell(s *Server, path string, want []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if bytes.Equal(o.told[path], want) {
		return
	}
	if o.told == nil {
		o.told = map[string][]byte{}
	}
	o.told[path] = want
	text := filepath.Base(path) + " was changed by somebody else where you are changing it. Save it, and both texts are shown to decide."
	if !s.client.editDocuments {
		text = filepath.Base(path) + " was changed in its room. This editor cannot be told so; close the file, and open it again."
	}
	s.client.message(protocol.MessageTypeInfo, text)
}

// save remembers what a document was made from when it was saved.
func (o *offered) save(path string, text []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	from, ok := o.taken[path]
	if !ok {
		return
	}
	if o.saved == nil {
		o.saved = map[string]savedText{}
	}
	o.saved[path] = savedText{text, from}
}

// close forgets a document.
func (o *offered) close(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.taken, path)
	delete(o.told, path)
}

func (o *offered) ancestor(s *Server, path string, text []byte) ([]byte, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if saved, ok := o.saved[path]; ok && bytes.Equal(saved.text, text) {
		return saved.from, true
	}
	from, ok := o.taken[path]
	snapshot, open := s.docs.View().File(path)
	return from, ok && open && bytes.Equal(snapshot.Text(), text)
}

func (o *offered) recorded(s *Server, path string, text []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if saved, ok := o.saved[path]; ok && bytes.Equal(saved.text, text) {
		delete(o.saved, path)
		if bytes.Equal(o.taken[path], saved.from) {
			delete(o.taken, path)
		}
		return
	}
	if snapshot, open := s.docs.View().File(path); open && bytes.Equal(snapshot.Text(), text) {
		delete(o.taken, path)
	}
}

// changeTime is how long a client may take to tell of a change that it made.
const changeTime = 3 * time.Second

// applyText makes a document another text, unless it has been edited since, and
// returns it as it is then.
func (s *Server) applyText(ctx context.Context, snapshot *document.Snapshot, text []byte) (after *document.Snapshot, ok bool) {
	u, err := uri.Parse(snapshot.URI())
	if err != nil {
		return nil, false
	}
	params := &protocol.ApplyWorkspaceEditParams{
		Label: ptr("Change from the room"),
		Edit: protocol.WorkspaceEdit{DocumentChanges: []protocol.DocumentChange{&protocol.TextDocumentEdit{
			TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{
				TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: u}, Version: ptr(snapshot.Version()),
			},
			Edits: editsBetween(snapshot, text),
		}}},
	}
	var result protocol.ApplyWorkspaceEditResult
	if err := s.client.ask(ctx, protocol.MethodWorkspaceApplyEdit, params, &result); err != nil || !result.Applied {
		s.log.Info("the client did not apply a change from a room", zap.String("document", snapshot.URI()), zap.Error(err))
		return nil, false
	}
	// What was applied is known once the client has told it like any other change.
	return s.told(ctx, snapshot, text)
}

// told waits until a document has the text. Somebody who types at the same time
// makes it another one, which is as good once some time has passed.
func (s *Server) told(ctx context.Context, before *document.Snapshot, text []byte) (*document.Snapshot, bool) {
	ctx, cancel := context.WithTimeout(ctx, changeTime)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		now, open := s.docs.View().Get(before.URI())
		if !open || bytes.Equal(now.Text(), text) {
			return now, open
		}
		select {
		case <-ctx.Done():
			return now, now.Version() != before.Version()
		case <-tick.C:
		}
	}
}

// editsBetween are the edits that make a document the text, each of some lines, so
// that cursors and marks elsewhere stay where they are.
func editsBetween(s *document.Snapshot, text []byte) []protocol.TextDocumentEditElement {
	var edits []protocol.TextDocumentEditElement
	for _, h := range merge.Hunks(s.Text(), text) {
		edits = append(edits, &protocol.TextEdit{
			Range:   rangeToProtocol(document.Range{Start: s.Position(h.From), End: s.Position(h.To)}),
			NewText: string(h.Text),
		})
	}
	return edits
}

// askToSave asks the client to save a document that had no changes of the user's.
func (s *Server) askToSave(snapshot *document.Snapshot) {
	if s.client.Rooms {
		s.client.tellJSON("save "+snapshot.URI(), command.NotifySave, command.SaveNotification{URI: snapshot.URI(), Version: snapshot.Version()})
	}
}
