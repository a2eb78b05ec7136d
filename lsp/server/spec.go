package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"go.lsp.dev/protocol"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/spec"
	"stresstester/lsp/command"
	"stresstester/lsp/document"
)

// The codes of diagnostics about texts that are not programs.
const (
	codeSpec   = "SPEC"
	codeConfig = "CONFIG"
)

// Bounds of stresstester.spec.preview.
const (
	defaultSamples = 5
	maxSamples     = 100
)

func isSpec(uri string) bool { return strings.HasSuffix(uri, ".spec") }

// checkText finds what is to be said about a text by itself: a spec, a
// configuration, or an output of a failing test.
func (s *Server) checkText(snapshot *document.Snapshot) []mark {
	switch {
	case isSpec(snapshot.URI()):
		return specMarks(snapshot)
	case filepath.Base(snapshot.Path()) == room.ConfigName:
		return configMarks(snapshot)
	}
	return s.caseMarks(snapshot)
}

func specMarks(s *document.Snapshot) []mark {
	_, mistakes := spec.Parse(shortName(s.URI()), s.Text())
	var marks []mark
	for _, e := range mistakes {
		m := mark{uri: s.URI(), severity: protocol.DiagnosticSeverityError, code: codeSpec, text: e.Message, failure: -1}
		span := spanIn(s, e.Span)
		m.at = span.Start
		if span.Start == span.End {
			m.word = true
		} else {
			m.end = &span.End
		}
		for _, f := range e.Fixes {
			m.fixes = append(m.fixes, fix{f.Title, protocol.TextEdit{Range: rangeToProtocol(spanIn(s, f.Span)), NewText: f.Text}})
		}
		marks = append(marks, m)
	}
	return marks
}

func spanIn(s *document.Snapshot, span spec.Span) document.Range {
	return document.Range{Start: s.Position(span.Start.Offset), End: s.Position(span.End.Offset)}
}

func configMarks(s *document.Snapshot) []mark {
	var marks []mark
	for _, err := range unjoin(room.CheckConfig(s.Path(), s.Text())) {
		m := mark{uri: s.URI(), severity: protocol.DiagnosticSeverityError, code: codeConfig, text: err.Error(), word: true, failure: -1}
		var mistake *room.ConfigError
		if errors.As(err, &mistake) {
			m.text, m.at = mistake.Message, s.Place(mistake.Line, mistake.Column)
		}
		marks = append(marks, m)
	}
	return marks
}

// unjoin lists the errors that errors.Join has put together.
func unjoin(err error) []error {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &joined):
		return joined.Unwrap()
	}
	return []error{err}
}

// specOffers are a look at what a spec makes, and the run of its problem.
func (s *Server) specOffers(uri string) []protocol.Command {
	offers := []protocol.Command{lensCommand("Preview samples", command.SpecPreview,
		command.SpecPreviewParams{URI: uri, Show: true})}
	at, err := s.locate(document.NewOverlay(s.docs.View(), s.disk), uri)
	if err != nil || at.role == problem.Tested {
		return offers
	}
	return append(offers, s.lensCommands(at)...)
}

// SpecPreview implements command.Handlers.
func (c *commands) SpecPreview(ctx context.Context, p command.SpecPreviewParams) (command.SpecPreviewResult, error) {
	result := command.SpecPreviewResult{Samples: []command.Sample{}, Mistakes: []command.SpecMistake{}}
	count, seed := p.Count, p.Seed
	if count == 0 {
		count = defaultSamples
	}
	if count < 0 || count > maxSamples {
		return result, fmt.Errorf(`%w: "count": %d is not between 1 and %d`, command.ErrParams, count, maxSamples)
	}
	if seed == 0 {
		seed = 1
	}
	text, err := c.read(document.Canonical(p.URI))
	if err != nil {
		return result, err
	}
	parsed, mistakes := spec.Parse(shortName(p.URI), text)
	for _, e := range mistakes {
		result.Mistakes = append(result.Mistakes, command.SpecMistake{Line: e.Span.Start.Line, Column: e.Span.Start.Column, Message: e.Message})
	}
	if len(mistakes) > 0 {
		return result, nil
	}
	for i := range uint64(count) {
		if ctx.Err() != nil {
			return result, ctx.Err()
		}
		input, err := parsed.Generate(nil, seed+i, spec.SizeFor(seed+i))
		if err != nil {
			return result, fmt.Errorf("making the sample of seed %d: %w", seed+i, err)
		}
		result.Samples = append(result.Samples, command.Sample{Seed: seed + i, Input: input})
	}
	if p.Show {
		result.Document, err = c.s.showSamples(ctx, shortName(p.URI), result.Samples)
	}
	return result, err
}

// read is a document as it was when the command was given.
func (c *commands) read(uri string) ([]byte, error) {
	if snapshot, ok := c.view.Get(uri); ok {
		return snapshot.Text(), nil
	}
	path := document.PathOf(uri)
	if path == "" {
		return nil, fmt.Errorf("%s is not open and not a file", shortName(uri))
	}
	return c.s.disk.ReadFile(path)
}

// showSamples shows samples in one document.
func (s *Server) showSamples(ctx context.Context, name string, samples []command.Sample) (uri string, err error) {
	var b strings.Builder
	for _, sample := range samples {
		fmt.Fprintf(&b, "-- seed %d --\n%s", sample.Seed, sample.Input)
		if !strings.HasSuffix(sample.Input.String(), "\n") {
			b.WriteByte('\n')
		}
	}
	path, err := s.cases.samples(strings.TrimSuffix(name, ".spec"), b.String())
	if err != nil {
		return "", err
	}
	uri = s.uriOf(path)
	if !s.client.show(ctx, uri) {
		s.client.message(protocol.MessageTypeInfo, "The samples are in "+path)
	}
	return uri, nil
}
