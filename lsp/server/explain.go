package server

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"go.lsp.dev/protocol"

	"stresstester/core/problem"
	"stresstester/core/report"
	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/lsp/runs"
)

// reportWidth is the number of columns of a report that is shown as a document.
const reportWidth = 100

// OpenDifference implements command.Handlers.
func (c *commands) OpenDifference(ctx context.Context, p command.FailureParams) (command.OpenDifferenceResult, error) {
	var result command.OpenDifferenceResult
	run, err := c.failed(p.URI, p.Run)
	if err != nil {
		return result, err
	}
	return c.s.openDifference(ctx, run, p.Failure)
}

func (s *Server) openDifference(ctx context.Context, run *runs.Run, failure int) (command.OpenDifferenceResult, error) {
	var result command.OpenDifferenceResult
	f, err := failureOf(run, failure)
	if err != nil {
		return result, err
	}
	documents, err := s.documentsOf(run, failure)
	if err != nil {
		return result, err
	}
	result = command.OpenDifferenceResult{
		Title: fmt.Sprintf("%s: expected ↔ actual (%s)", shortName(run.URI()), f.Verdict),
		Input: documents[partInput], Expected: documents[partExpected], Actual: documents[partActual],
	}
	if s.client.Diff {
		s.client.tellJSON("", command.NotifyDiff, command.DiffNotification{
			Title: result.Title, Run: run.ID(), Failure: failure,
			Input: result.Input, Expected: result.Expected, Actual: result.Actual,
		})
		result.Shown = true
		return result, nil
	}
	text, err := s.reportOf(run, f)
	if err != nil {
		return result, err
	}
	result.Document, result.Shown, err = s.showText(ctx, run, failure, "difference.txt", text)
	return result, err
}

// documentsOf are the documents of a failure's parts.
func (s *Server) documentsOf(run *runs.Run, failure int) (map[string]string, error) {
	documents := map[string]string{}
	for _, part := range []string{partInput, partExpected, partActual} {
		path, err := s.cases.file(run, failure, part)
		if err != nil {
			return nil, err
		}
		documents[part] = s.uriOf(path)
	}
	return documents, nil
}

// showText shows a text about a failure as a document, or tells where it is.
func (s *Server) showText(ctx context.Context, run *runs.Run, failure int, name, text string) (uri string, shown bool, err error) {
	path, err := s.cases.write(run, failure, name, text)
	if err != nil {
		return "", false, err
	}
	uri = s.uriOf(path)
	if shown = s.client.show(ctx, uri); !shown {
		s.client.message(protocol.MessageTypeInfo, fmt.Sprintf("The %s is in %s", strings.TrimSuffix(name, ".txt"), path))
	}
	return uri, shown, nil
}

// reportOf is the command line's report of one failure, in plain text.
func (s *Server) reportOf(run *runs.Run, f problem.Failure) (string, error) {
	request := run.Request()
	result := problem.Result{Verdict: f.Verdict, Message: f.Message, Flaky: f.Flaky, Failures: []problem.Failure{f}}
	var b strings.Builder
	err := report.Text(&b, report.Style{Width: reportWidth}, result, report.Context{
		Compare: request.Options.Compare,
		SourceLine: func(file string, line int) (string, bool) {
			for path := range request.Files.Read() {
				if filepath.Base(path) != filepath.Base(filepath.FromSlash(file)) {
					continue
				}
				data, err := request.Files.ReadFile(path)
				if err != nil {
					return "", false
				}
				text := document.Detached("", data, document.UTF8).Line(line - 1)
				return string(text), text != nil
			}
			return "", false
		},
	})
	return b.String(), err
}

// Explain implements command.Handlers.
func (c *commands) Explain(ctx context.Context, p command.FailureParams) (command.ExplainResult, error) {
	var result command.ExplainResult
	run, err := c.failed(p.URI, p.Run)
	if err != nil {
		return result, err
	}
	f, err := failureOf(run, p.Failure)
	if err != nil {
		return result, err
	}
	if result.Text, err = c.s.reportOf(run, f); err != nil {
		return result, err
	}
	if f.Location == nil && f.Verdict.Divergence() && run.Request().Options.NoExplain {
		result.Text += "\nThe run did not look for the line at fault; one that does was started.\n"
		result.Run, err = c.s.again(run, func(r *runs.Request) {
			r.Input = &problem.Test{Name: "counterexample of run " + run.ID(), Input: f.Counterexample.Input}
			r.Options.NoExplain, r.Options.NoShrink, r.Options.NoSave = false, true, true
		})
		if err != nil {
			return result, err
		}
	}
	result.Document, result.Shown, err = c.s.showText(ctx, run, p.Failure, "explanation.txt", result.Text)
	return result, err
}
