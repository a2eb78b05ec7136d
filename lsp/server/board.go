package server

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"stresstester/core/problem"
	"stresstester/lsp/document"
	"stresstester/lsp/runs"
)

// mark is something to be said about a place in a document.
type mark struct {
	uri string
	at  document.Position
	// word makes the range a word rather than the rest of the line; end, where
	// it is set, is the range's own.
	word     bool
	end      *document.Position
	severity protocol.DiagnosticSeverity
	// code is the verdict.
	code    string
	text    string
	related []related
	// failure is the index of the run's failure that it tells of, or -1.
	failure int
	// create is the missing role that the remedy creates, if that is the remedy.
	create string
	// fixes are edits of the document that mend it, remedies are commands that do.
	fixes    []fix
	remedies []protocol.Command
}

// fix is an edit that mends something.
type fix struct {
	title string
	edit  protocol.TextEdit
}

// related is another place that has to do with it.
type related struct {
	uri  string
	at   document.Position
	text string
}

// shown is what is shown of a problem's newest run.
type shown struct {
	run   *runs.Run
	marks []mark
	// changed are the names of the files that are no longer what the run read.
	changed []string
}

// board keeps what the editor shows of the runs: one run of each problem, the
// newest. What it shows follows the text while the user types.
type board struct {
	s *Server

	mu        sync.Mutex
	problems  map[string]*shown // by the tested document
	texts     map[string][]mark // by document: what its text alone tells
	rooms     map[string][]mark // by document: what waits for a decision in its room
	published map[string]bool   // documents that have diagnostics in the editor
	// edits are those made to the documents while a run works on their older
	// texts, by run and document.
	edits map[*runs.Run]map[string][]document.Edit
}

func newBoard(s *Server) *board {
	return &board{
		s:         s,
		problems:  map[string]*shown{},
		texts:     map[string][]mark{},
		rooms:     map[string][]mark{},
		published: map[string]bool{},
		edits:     map[*runs.Run]map[string][]document.Edit{},
	}
}

// expect begins to follow the edits that happen while a run goes on. Nothing may
// be edited between it and taking the texts that the run works on.
func (b *board) expect(run *runs.Run) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.edits[run] = map[string][]document.Edit{}
}

// forget ends expect.
func (b *board) forget(run *runs.Run) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.edits, run)
}

// begin makes the run the one that is shown for its document, and takes down what
// was shown of the run before.
func (b *board) begin(run *runs.Run) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if before, ok := b.problems[run.URI()]; ok && newer(before.run, run) {
		return
	}
	b.replace(run.URI(), &shown{run: run})
}

// newer reports whether a was asked for after b. Ids count up.
func newer(a, b *runs.Run) bool {
	x, y := a.ID(), b.ID()
	return len(x) > len(y) || len(x) == len(y) && x > y
}

// show puts up a run's marks, unless a newer run is shown. The marks' positions
// are those of the texts that the run works on.
func (b *board) show(run *runs.Run, marks []mark) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if current, ok := b.problems[run.URI()]; !ok || current.run != run {
		return
	}
	for document, edits := range b.edits[run] {
		for i := range marks {
			marks[i].shift(document, edits)
		}
	}
	next := &shown{run: run, marks: marks}
	next.changed = b.changedSince(run)
	b.replace(run.URI(), next)
}

// read shows what a document's text alone tells, run or not.
func (b *board) read(doc string, marks []mark) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(marks)+len(b.texts[doc]) == 0 {
		return
	}
	b.texts[doc] = marks
	b.publish(doc)
}

// divided shows what of a document waits for a decision in its room.
func (b *board) divided(doc string, marks []mark) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(marks)+len(b.rooms[doc]) == 0 {
		return
	}
	b.rooms[doc] = marks
	b.publish(doc)
}

// replace shows the problem anew, wherever it was and is shown.
func (b *board) replace(tested string, next *shown) {
	touched := map[string]bool{}
	if before, ok := b.problems[tested]; ok {
		for _, m := range before.marks {
			touched[m.uri] = true
		}
	}
	for _, m := range next.marks {
		touched[m.uri] = true
	}
	b.problems[tested] = next
	for document := range touched {
		b.publish(document)
	}
}

// edited moves what is shown in a document along with its text, and marks what
// was found with another text.
func (b *board) edited(document string, edits []document.Edit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(edits) > 0 {
		for run := range b.edits {
			b.edits[run][document] = append(b.edits[run][document], edits...)
		}
	}
	stale := map[string]bool{}
	for i := range b.rooms[document] {
		if b.rooms[document][i].shift(document, edits) {
			stale[document] = true
		}
	}
	for _, p := range b.problems {
		b.move(p, document, edits, stale)
	}
	for d := range stale {
		b.publish(d)
	}
}

// move shifts a problem's marks and collects the documents to publish again.
func (b *board) move(p *shown, document string, edits []document.Edit, stale map[string]bool) {
	for i := range p.marks {
		if m := &p.marks[i]; m.shift(document, edits) {
			stale[m.uri] = true
		}
	}
	if len(p.marks) == 0 {
		return
	}
	if changed := b.changedSince(p.run); !slices.Equal(changed, p.changed) {
		p.changed = changed
		for _, m := range p.marks {
			stale[m.uri] = true
		}
	}
}

// shift moves a mark's places in a document along with its text, and reports
// whether one came to another line.
func (m *mark) shift(doc string, edits []document.Edit) (moved bool) {
	shift := func(uri string, at *document.Position) {
		if uri != doc {
			return
		}
		before := at.Line
		for _, e := range edits {
			*at = e.Shift(*at)
		}
		moved = moved || at.Line != before
	}
	shift(m.uri, &m.at)
	for i := range m.related {
		shift(m.related[i].uri, &m.related[i].at)
	}
	return moved
}

// changedSince names the open files that are no longer what the run read.
func (b *board) changedSince(run *runs.Run) []string {
	files := run.Request().Files
	if files == nil {
		return nil
	}
	view := b.s.docs.View()
	var changed []string
	for path, was := range files.Read() {
		if snapshot, open := view.File(path); open && document.FingerprintOf(snapshot.Text()) != was {
			changed = append(changed, filepath.Base(path))
		}
	}
	slices.Sort(changed)
	return changed
}

// outdated reports whether a document that the run read has changed.
func (b *board) outdated(run *runs.Run) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.changedSince(run)) > 0
}

// marksAt calls yield with the marks whose range, as published, meets the given
// one, and their runs, which are nil for what the text alone tells.
func (b *board) marksAt(document string, at document.Range, yield func(*runs.Run, mark)) {
	snapshot, ok := b.s.text(document)
	if !ok {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	meets := func(m mark) bool {
		r := m.rangeIn(snapshot)
		return m.uri == document && !at.End.Before(r.Start) && !r.End.Before(at.Start)
	}
	for _, m := range slices.Concat(b.texts[document], b.rooms[document]) {
		if meets(m) {
			yield(nil, m)
		}
	}
	for _, p := range b.problems {
		for _, m := range p.marks {
			if meets(m) {
				yield(p.run, m)
			}
		}
	}
}

func (m *mark) rangeIn(s *document.Snapshot) document.Range {
	if m.end != nil {
		return document.Range{Start: m.at, End: *m.end}
	}
	if m.word {
		return s.Word(m.at)
	}
	return s.RestOfLine(m.at)
}

// publish sends a document's diagnostics, all of them, or none where there were
// some before.
func (b *board) publish(doc string) {
	diagnostics := []protocol.Diagnostic{}
	snapshot, ok := b.s.text(doc)
	if !ok {
		snapshot = document.Detached(doc, nil, b.s.encoding())
	}
	for i := range b.texts[doc] {
		diagnostics = append(diagnostics, b.diagnostic(&b.texts[doc][i], &shown{}, snapshot))
	}
	mistaken := len(diagnostics) > 0
	for i := range b.rooms[doc] {
		diagnostics = append(diagnostics, b.diagnostic(&b.rooms[doc][i], &shown{}, snapshot))
	}
	for _, p := range b.problems {
		for i := range p.marks {
			m := &p.marks[i]
			// What is wrong with the text as it is now need not be said twice.
			if m.uri == doc && (!mistaken || m.code != string(problem.CE)) {
				diagnostics = append(diagnostics, b.diagnostic(m, p, snapshot))
			}
		}
	}
	if len(diagnostics) == 0 && !b.published[doc] {
		return
	}
	b.published[doc] = len(diagnostics) > 0
	slices.SortStableFunc(diagnostics, func(x, y protocol.Diagnostic) int {
		return int(x.Range.Start.Line) - int(y.Range.Start.Line)
	})
	u, err := uri.Parse(doc)
	if err != nil {
		return
	}
	params := &protocol.PublishDiagnosticsParams{URI: u, Diagnostics: diagnostics}
	if _, open := b.s.docs.View().Get(doc); open && b.s.client.diagnosticVersions {
		params.Version = protocol.NewOptional(snapshot.Version())
	}
	b.s.client.tellLatest("diagnostics "+doc, protocol.MethodTextDocumentPublishDiagnostics, params)
}

func (b *board) diagnostic(m *mark, p *shown, snapshot *document.Snapshot) protocol.Diagnostic {
	text := m.text
	if len(p.changed) > 0 {
		text = "[outdated: " + strings.Join(p.changed, ", ") + " changed since this run] " + text
	}
	d := protocol.Diagnostic{
		Range:    rangeToProtocol(m.rangeIn(snapshot)),
		Severity: m.severity,
		Code:     protocol.String(m.code),
		Source:   protocol.NewOptional(diagnosticSource),
		Message:  protocol.String(text),
	}
	if !b.s.client.relatedInformation {
		return d
	}
	for _, r := range m.related {
		u, err := uri.Parse(r.uri)
		if err != nil {
			continue
		}
		at := toProtocol(r.at)
		d.RelatedInformation = append(d.RelatedInformation, protocol.DiagnosticRelatedInformation{
			Location: protocol.Location{URI: u, Range: protocol.Range{Start: at, End: at}},
			Message:  r.text,
		})
	}
	return d
}
