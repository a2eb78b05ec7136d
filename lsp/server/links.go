package server

import (
	"context"
	"path/filepath"
	"regexp"
	"strconv"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"stresstester/core/problem"
	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/lsp/runs"
)

// mentionPattern finds what looks like a file, with a line if there is one:
// "sol.cpp:14", "wa-1.in".
var mentionPattern = regexp.MustCompile(`([\w.+-]+\.\w+)(?::(\d+))?(?::\d+)?`)

// documentLinks lead from a document about a failure, such as its report or what
// the program wrote on standard error, to the sources and tests that it mentions.
func (s *Server) documentLinks(_ context.Context, p *documentParams) ([]protocol.DocumentLink, error) {
	links := []protocol.DocumentLink{}
	doc := document.Canonical(p.TextDocument.URI)
	about, ok := s.cases.about(document.PathOf(doc))
	snapshot, known := s.text(doc)
	if !ok || !known {
		return links, nil
	}
	paths := s.pathsOf(about.run)
	text := snapshot.Text()
	for _, m := range mentionPattern.FindAllSubmatchIndex(text, -1) {
		path, mentioned := paths[string(text[m[2]:m[3]])]
		if !mentioned {
			continue
		}
		target := document.URIOf(path)
		if m[4] >= 0 {
			if line, err := strconv.Atoi(string(text[m[4]:m[5]])); err == nil {
				target += "#L" + strconv.Itoa(line)
			}
		}
		u, err := uri.Parse(target)
		if err != nil {
			continue
		}
		links = append(links, protocol.DocumentLink{
			Range:  rangeToProtocol(document.Range{Start: snapshot.Position(m[0]), End: snapshot.Position(m[1])}),
			Target: &u,
		})
	}
	return links, nil
}

// pathsOf are the files that a run read and the tests that it saved, by the names
// by which they are mentioned.
func (s *Server) pathsOf(run *runs.Run) map[string]string {
	paths := map[string]string{}
	request := run.Request()
	if request.Files == nil || request.Room == nil {
		return paths
	}
	for path := range request.Files.Read() {
		paths[filepath.Base(path)] = path
	}
	for _, f := range run.Status().Failures() {
		if f.Counterexample == nil {
			continue
		}
		if name, ok := savedAs(request.Room, f.Counterexample.SavedAs); ok {
			path := request.Room.Store().InputPath(name)
			paths[filepath.Base(path)] = path
		}
	}
	return paths
}

// caseMarks mark the first difference in an output that is open: in the actual
// one as the mistake, in the expected one as what should be there.
func (s *Server) caseMarks(snapshot *document.Snapshot) []mark {
	about, ok := s.cases.about(snapshot.Path())
	if !ok {
		return nil
	}
	f, err := failureOf(about.run, about.failure)
	if err != nil || f.Counterexample.Difference == nil || !f.Verdict.Divergence() {
		return nil
	}
	d := f.Counterexample.Difference
	m := mark{uri: snapshot.URI(), word: true, severity: protocol.DiagnosticSeverityError, code: string(f.Verdict), failure: -1}
	var at problem.Position
	token := d.ActualToken
	switch about.part {
	case partActual:
		at, m.text = d.Actual, d.Message
	case partExpected:
		at, token, m.severity = d.Expected, d.ExpectedToken, protocol.DiagnosticSeverityInformation
		m.text = "the program printed something else here: " + d.Message
	default:
		return nil
	}
	m.at = snapshot.Place(at.Line, max(at.Column, 1))
	if token != "" {
		end := snapshot.Offset(m.at) + len(token)
		m.end = ptr(snapshot.Position(end))
	}
	return []mark{m}
}

// testOffers is what can be done with a saved test, in its files.
func (s *Server) testOffers(path string) []protocol.Command {
	r, name, ok := s.roomOfTest(path)
	if !ok {
		return nil
	}
	tested := s.uriOf(r.Tested)
	return []protocol.Command{
		lensCommand("▶ Run "+filepath.Base(r.Tested)+" on this test", command.Run, command.RunParams{URI: tested, Test: name}),
		lensCommand("Make it smaller", command.Shrink, command.ShrinkParams{URI: tested, Test: name}),
		lensCommand("Delete", command.DeleteTest, command.DeleteTestParams{URI: tested, Test: name}),
	}
}
