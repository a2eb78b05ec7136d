package document

import (
	"bytes"
	"fmt"
	"maps"
	"sort"
	"sync"
)

// Store is the documents that are open. Its methods may be used concurrently;
// their order is the order of the calls.
type Store struct {
	mu       sync.Mutex
	encoding Encoding
	view     *View // replaced at each change, never changed
}

// NewStore is a store without documents. Positions are counted by the encoding.
func NewStore(encoding Encoding) *Store {
	return &Store{encoding: encoding, view: &View{}}
}

// View is all open documents at one moment. It never changes.
type View struct {
	byURI  map[string]*Snapshot
	byPath map[string]*Snapshot // by pathKey
}

// View is the documents as they are now.
func (s *Store) View() *View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view
}

// SetEncoding changes how positions of documents opened from now on are counted.
func (s *Store) SetEncoding(e Encoding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.encoding = e
}

// Open takes a document's text. A document that is already open is replaced.
func (s *Store) Open(uri, language string, version int32, text string) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshot := newSnapshot(uri, language, version, []byte(text), s.encoding)
	s.replace(uri, snapshot)
	return snapshot
}

// Close forgets a document. It is then what the disk says.
func (s *Store) Close(uri string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replace(uri, nil)
}

// Change applies changes in their order and returns the new snapshot and what
// was edited, for whatever has to move along.
func (s *Store) Change(uri string, version int32, changes []Change) (*Snapshot, []Edit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.view.byURI[uri]
	if !ok {
		return nil, nil, fmt.Errorf("changing %s: it is not open", uri)
	}
	changed, edits := old.apply(changes)
	snapshot := *changed // which is old itself when nothing changed
	snapshot.version = version
	s.replace(uri, &snapshot)
	return &snapshot, edits, nil
}

// replace puts a snapshot into a copy of the view; nil removes the document.
func (s *Store) replace(uri string, snapshot *Snapshot) {
	view := &View{maps.Clone(s.view.byURI), maps.Clone(s.view.byPath)}
	if view.byURI == nil {
		view.byURI, view.byPath = map[string]*Snapshot{}, map[string]*Snapshot{}
	}
	key := pathKey(PathOf(uri))
	if snapshot == nil {
		delete(view.byURI, uri)
		delete(view.byPath, key)
	} else {
		view.byURI[uri] = snapshot
		if key != "" {
			view.byPath[key] = snapshot
		}
	}
	s.view = view
}

// Get is the document of that URI, if it is open.
func (v *View) Get(uri string) (*Snapshot, bool) {
	s, ok := v.byURI[uri]
	return s, ok
}

// File is the document of that path, if it is open.
func (v *View) File(path string) (*Snapshot, bool) {
	s, ok := v.byPath[pathKey(path)]
	return s, ok
}

// All calls yield with every document until it returns false.
func (v *View) All(yield func(*Snapshot) bool) {
	for _, s := range v.byURI {
		if !yield(s) {
			return
		}
	}
}

// Detached is a snapshot of a text that is not open, so that positions in files
// on the disk can be counted the same way.
func Detached(uri string, text []byte, encoding Encoding) *Snapshot {
	return newSnapshot(uri, "", 0, text, encoding)
}

func newSnapshot(uri, language string, version int32, text []byte, encoding Encoding) *Snapshot {
	return &Snapshot{
		uri: uri, language: language, version: version, text: text, encoding: encoding,
		starts: appendStarts([]int{0}, text, 1, len(text)),
	}
}

// Change is one change of a document.
type Change struct {
	// Range is what is replaced; nil means the whole document.
	Range *Range
	Text  string
}

// Edit is a change after it was made: the text from Start to OldEnd became the
// text from Start to NewEnd. OldEnd is a position of the text before.
type Edit struct{ Start, OldEnd, NewEnd Position }

// Shift moves a position of the text before the edit to where it is after it. A
// position inside the edited text goes to its beginning; one at the edit's end
// moves with the text behind it.
func (e Edit) Shift(p Position) Position {
	switch {
	case p.Before(e.Start):
		return p
	case p.Before(e.OldEnd):
		return e.Start
	case p.Line == e.OldEnd.Line:
		return Position{e.NewEnd.Line, e.NewEnd.Character + p.Character - e.OldEnd.Character}
	}
	return Position{p.Line + e.NewEnd.Line - e.OldEnd.Line, p.Character}
}

// apply is the snapshot after the changes. The version stays.
func (s *Snapshot) apply(changes []Change) (*Snapshot, []Edit) {
	edits := make([]Edit, 0, len(changes))
	for _, c := range changes {
		var e Edit
		s, e = s.replace(c)
		edits = append(edits, e)
	}
	return s, edits
}

// replace is the snapshot after one change.
func (s *Snapshot) replace(c Change) (*Snapshot, Edit) {
	from, to, text := s.edited(c)
	next := *s
	next.text = make([]byte, 0, len(s.text)-(to-from)+len(text))
	next.text = append(append(append(next.text, s.text[:from]...), text...), s.text[to:]...)
	next.starts = s.shiftedStarts(from, to, len(text), next.text)
	return &next, Edit{
		Start:  s.Position(from),
		OldEnd: s.Position(to),
		NewEnd: next.Position(from + len(text)),
	}
}

// edited is the part of the text that a change replaces, and by what.
func (s *Snapshot) edited(c Change) (from, to int, text string) {
	if c.Range == nil {
		// Most of a document that is sent as a whole is what it was, and what is
		// marked there should stay where it is.
		return s.narrow(c.Text)
	}
	from, to = s.Offset(c.Range.Start), s.Offset(c.Range.End)
	if from > to { // ill-formed; other servers take it the right way round, too
		from, to = to, from
	}
	return from, to, c.Text
}

// narrow finds the lines in which a whole new text differs from the old one.
func (s *Snapshot) narrow(text string) (from, to int, changed string) {
	old := s.text
	prefix := 0
	for n := min(len(old), len(text)); prefix < n && old[prefix] == text[prefix]; prefix++ {
	}
	prefix = bytes.LastIndexByte(old[:prefix], '\n') + 1
	suffix := 0
	for n := min(len(old), len(text)) - prefix; suffix < n && old[len(old)-1-suffix] == text[len(text)-1-suffix]; suffix++ {
	}
	from, to, end := prefix, len(old)-suffix, len(text)-suffix
	beginsLine := (to == from || old[to-1] == '\n') && (end == from || text[end-1] == '\n')
	if !beginsLine {
		cut := bytes.IndexByte(old[to:], '\n') + 1
		if cut == 0 {
			cut = suffix
		}
		to, end = to+cut, end+cut
	}
	return from, to, text[from:end]
}

// shiftedStarts are the lines' beginnings after old[from:to] became n bytes in
// text. Whether a line begins at an offset depends on the bytes on both sides of
// it; where both are as before, so is the line.
func (s *Snapshot) shiftedStarts(from, to, n int, text []byte) []int {
	before := max(1, sort.SearchInts(s.starts, from)) // those in front of from
	after := max(1, sort.SearchInts(s.starts, to+1))  // those behind to
	starts := make([]int, 0, len(s.starts)+16)
	starts = append(starts, s.starts[:before]...)
	starts = appendStarts(starts, text, max(from, 1), from+n)
	delta := n - (to - from)
	for _, at := range s.starts[after:] {
		starts = append(starts, at+delta)
	}
	return starts
}
