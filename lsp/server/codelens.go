package server

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"stresstester/core/problem"
	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/lsp/runs"
)

// codeLens offers what can be done with a document, on its first line.
func (s *Server) codeLens(_ context.Context, p *documentParams) ([]protocol.CodeLens, error) {
	lenses := []protocol.CodeLens{}
	for _, c := range s.offers(document.Canonical(p.TextDocument.URI)) {
		lenses = append(lenses, protocol.CodeLens{Command: c})
	}
	return lenses, nil
}

// offers are the commands that a document's lenses show.
func (s *Server) offers(uri string) []protocol.Command {
	snapshot, ok := s.text(uri)
	if !ok || s.client.CodeLens == "off" || document.PathOf(uri) == "" {
		return nil
	}
	if offers := s.mergeOffers(document.PathOf(uri)); offers != nil {
		return offers
	}
	if isSpec(uri) {
		return s.specOffers(uri)
	}
	if offers := s.testOffers(document.PathOf(uri)); offers != nil {
		return offers
	}
	files := document.NewOverlay(s.docs.View(), s.disk)
	at, err := s.locate(files, uri)
	if err != nil {
		return nil // not a program, or a mistake that a run will tell of
	}
	if s.client.CodeLens != "always" && !s.looksLikeAProblem(at, snapshot) {
		return nil
	}
	return s.lensCommands(at)
}

// looksLikeAProblem keeps lenses out of files that have nothing to do with stress
// tests: there is a helper, a configuration or a saved test, or at least a
// program that begins somewhere.
func (s *Server) looksLikeAProblem(at place, snapshot *document.Snapshot) bool {
	if len(at.room.Roles) > 1 || at.room.ConfigPath != "" || entryLine(snapshot) > 1 {
		return true
	}
	names, err := at.room.Store().Names(s.disk)
	return err == nil && len(names) > 0
}

func (s *Server) lensCommands(at place) []protocol.Command {
	tested := s.uriOf(at.room.Tested)
	last, ran := s.runs.Last(tested, nil)
	var commands []protocol.Command
	missing := at.room.Missing()
	switch {
	case ran && !last.Status().State().Final():
		commands = append(commands, lensCommand("■ Stop stress test", command.Stop, command.StopParams{Run: last.ID()}),
			lensCommand(progressText(s.runInfo(last)), command.Stats, command.StatsParams{Run: last.ID()}))
		return append(commands, s.testedLens(at)...)
	case len(missing) == 0:
		commands = append(commands, lensCommand("▶ Run stress test", command.Run, command.RunParams{URI: tested}))
	default:
		commands = append(commands, lensCommand("+ Create "+roleList(missing), command.CreateFiles,
			command.CreateFilesParams{URI: tested, Roles: missing}))
	}
	if ran {
		commands = append(commands, s.resultLenses(last)...)
	}
	if len(missing) == 0 {
		commands = append(commands, s.watchLens(tested))
	}
	return append(commands, s.testedLens(at)...)
}

func (s *Server) watchLens(tested string) protocol.Command {
	if options, on := s.watches.get(tested); on {
		return lensCommand("◉ Runs at every save", command.Watch, command.WatchParams{URI: tested, On: ptr(false), Options: options})
	}
	return lensCommand("○ Run at every save", command.Watch, command.WatchParams{URI: tested, On: ptr(true)})
}

// resultLenses tell what came of the last run.
func (s *Server) resultLenses(run *runs.Run) []protocol.Command {
	status := run.Status()
	result, outdated := status.Result, s.board.outdated(run)
	stats := command.StatsParams{Run: run.ID()}
	switch {
	case result == nil:
		return []protocol.Command{lensCommand("⚠ No sandbox", command.Doctor, command.DoctorParams{})}
	case result.Verdict == problem.OK:
		title := fmt.Sprintf("✓ %d tests, no difference", result.Tests)
		if outdated {
			title += " (outdated)"
		}
		return []protocol.Command{lensCommand(title, command.Stats, stats)}
	}
	var commands []protocol.Command
	for i, f := range status.Failures() {
		if f.Counterexample == nil {
			continue
		}
		title := fmt.Sprintf("✗ %s: open counterexample", f.Verdict)
		if i > 0 {
			title = fmt.Sprintf("%s: open number %d", f.Verdict, i+1)
		}
		if outdated {
			title += " (outdated)"
		}
		commands = append(commands, lensCommand(title, command.OpenCounterexample,
			command.OpenCounterexampleParams{URI: run.URI(), Run: run.ID(), Failure: i}))
		if i == 0 && hasOutputs(f) {
			commands = append(commands, lensCommand("difference", command.OpenDifference,
				command.FailureParams{URI: run.URI(), Run: run.ID(), Failure: i}))
		}
	}
	if len(commands) == 0 {
		commands = append(commands, lensCommand("✗ "+string(result.Verdict), command.Stats, stats))
	}
	return commands
}

// hasOutputs reports whether there are two outputs to compare.
func hasOutputs(f problem.Failure) bool {
	return f.Verdict == problem.WA || f.Verdict == problem.PE
}

// testedLens leads from a helper to the program that it helps to test.
func (s *Server) testedLens(at place) []protocol.Command {
	if at.role == problem.Tested {
		return nil
	}
	return []protocol.Command{lensCommand(fmt.Sprintf("%s of %s", strings.TrimPrefix(at.role.Title(), "the "), shortName(s.uriOf(at.room.Tested))),
		command.Room, command.RoomParams{URI: s.uriOf(at.room.Tested)})}
}

// lensCommand is a command with its parameters.
func lensCommand(title, name string, params any) protocol.Command {
	data, err := json.Marshal(params)
	if err != nil {
		data = []byte("{}")
	}
	return protocol.Command{Title: title, Command: name, Arguments: []protocol.LSPAny{protocol.LSPAny(data)}}
}

// roleList is "brute force and generator".
func roleList(roles []problem.Role) string {
	var names []string
	for _, role := range roles {
		names = append(names, strings.TrimPrefix(role.Title(), "the "))
	}
	slices.Sort(names)
	return strings.Join(names, " and ")
}
