package server

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.lsp.dev/protocol"

	"stresstester/core/problem"
	"stresstester/lsp/document"
	"stresstester/lsp/runs"
)

// diagnosticSource is the source of all our diagnostics.
const diagnosticSource = "stresstester"

// How much of an input or output a diagnostic's message shows.
const (
	shownLines = 8
	shownRunes = 400
)

// reporter turns what is known of a run into marks. Positions are those of the
// texts that the run works on.
type reporter struct {
	s      *Server
	run    *runs.Run
	status runs.Status
	texts  map[string]*document.Snapshot // by path
	marks  []mark
}

// report is everything to be shown of the run as it stands.
func (s *Server) report(run *runs.Run) []mark {
	r := &reporter{s: s, run: run, status: run.Status(), texts: map[string]*document.Snapshot{}}
	compilations := r.status.Compilations
	if result := r.status.Result; result != nil {
		compilations = result.Compilations
	}
	for _, c := range compilations {
		r.compilation(c)
	}
	for i, f := range r.status.Failures() {
		r.failure(i, f)
	}
	if result := r.status.Result; result != nil {
		r.setup(result)
		r.warnings(result)
	}
	return r.marks
}

// text is a file as the run read it.
func (r *reporter) text(path string) *document.Snapshot {
	if s, ok := r.texts[path]; ok {
		return s
	}
	data, err := r.run.Request().Files.ReadFile(path)
	if err != nil {
		data = nil
	}
	s := document.Detached(r.s.uriOf(path), data, r.s.encoding())
	r.texts[path] = s
	return s
}

// path is the file of a role; the tested one where the role has none.
func (r *reporter) path(role problem.Role) string {
	room := r.run.Request().Room
	if path, ok := room.Roles[role]; ok {
		return path
	}
	return room.Tested
}

// add puts a mark on a line and column that count from 1; 0 is unknown.
func (r *reporter) add(path string, line, column int, m mark) {
	m.uri = r.s.uriOf(path)
	m.at = r.text(path).Place(line, column)
	r.marks = append(r.marks, m)
}

// compilation marks a compiler's messages. Notes belong to the message before.
func (r *reporter) compilation(c problem.Compilation) {
	before := len(r.marks)
	for _, d := range c.Diagnostics {
		path := d.Path
		if path == "" {
			path = r.path(c.Role)
		}
		m := mark{word: true, code: string(problem.CE), text: d.Message, failure: -1}
		switch d.Severity {
		case "error":
			m.severity = protocol.DiagnosticSeverityError
		case "warning":
			m.severity = protocol.DiagnosticSeverityWarning
		default:
			if len(r.marks) > before {
				last := &r.marks[len(r.marks)-1]
				last.related = append(last.related, related{r.s.uriOf(path), r.text(path).Place(d.Line, d.Column), d.Message})
				continue
			}
			m.severity = protocol.DiagnosticSeverityInformation
		}
		r.add(path, d.Line, d.Column, m)
	}
	if c.OK || r.hasError(before) {
		return
	}
	text := c.Role.Title() + " does not compile"
	if c.Message != "" {
		text += ": " + c.Message
	}
	if len(c.Output) > 0 {
		text += "\n" + cut(c.Output.String())
	}
	r.add(r.path(c.Role), 1, 0, mark{severity: protocol.DiagnosticSeverityError, code: string(problem.CE), text: text, failure: -1})
}

func (r *reporter) hasError(from int) bool {
	for _, m := range r.marks[from:] {
		if m.severity == protocol.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

// failure marks a failing test, or a test at which the set-up failed.
func (r *reporter) failure(i int, f problem.Failure) {
	role := problem.Tested
	if result := r.status.Result; result != nil && result.Role != "" && !f.Verdict.Divergence() {
		role = result.Role
	}
	if result := r.status.Result; i == 0 && result != nil && result.Verdict == f.Verdict {
		f.Message = result.Message // It has the remedy as well.
	}
	path, line := r.place(r.path(role), f.Location)
	r.add(path, line, 0, mark{
		severity: protocol.DiagnosticSeverityError,
		code:     string(f.Verdict),
		text:     failureText(f),
		related:  slices.Concat(r.documents(i, f), r.places(path, f.Location), r.callers(path, f.Location)),
		failure:  i,
	})
}

// documents leads to the counterexample.
func (r *reporter) documents(i int, f problem.Failure) []related {
	if f.Counterexample == nil || r.status.Result == nil {
		return nil // It may still be made smaller, and is saved at the end.
	}
	input, err := r.s.cases.file(r.run, i, partInput)
	if err != nil {
		return nil
	}
	return []related{{uri: r.s.uriOf(input), text: "the counterexample's input"}}
}

// place is where to show a failure of the program in path: at its location, which
// may be in a file that the program includes, or else where the program begins to
// work.
func (r *reporter) place(path string, location *problem.Location) (string, int) {
	if location == nil || location.Line <= 0 {
		return path, entryLine(r.text(path))
	}
	name := filepath.Base(filepath.FromSlash(location.File))
	if location.File == "" || name == filepath.Base(path) {
		return path, location.Line
	}
	for read := range r.run.Request().Files.Read() {
		if filepath.Base(read) == name {
			return read, location.Line
		}
	}
	return path, entryLine(r.text(path))
}

// places are other lines that have to do with a failure in the file at path.
func (r *reporter) places(path string, location *problem.Location) []related {
	if location == nil {
		return nil
	}
	var places []related
	for _, place := range location.Related {
		file, line := r.place(path, &problem.Location{File: place.File, Line: place.Line})
		places = append(places, related{r.s.uriOf(file), r.text(file).Place(line, place.Column), place.Message})
	}
	return places
}

// mostCallers is how many callers are named; a recursion has any number.
const mostCallers = 8

// callers are the places from which the place of a failure was reached.
func (r *reporter) callers(path string, location *problem.Location) []related {
	if location == nil || len(location.Stack) < 2 {
		return nil
	}
	var callers []related
	for i, frame := range location.Stack[1:] {
		if len(callers) == mostCallers {
			break
		}
		if again := i > 0 && frame == location.Stack[i]; frame.Line > 0 && !again {
			callers = append(callers, related{r.s.uriOf(path), r.text(path).Place(frame.Line, 0), "called from " + frame.Function})
		}
	}
	return callers
}

// setup marks a result that blames the set-up and tells of no test.
func (r *reporter) setup(result *problem.Result) {
	if !result.Verdict.SetupFailure() || len(runs.FailuresOf(result)) > 0 || r.compileFailed(result) {
		return
	}
	m := mark{severity: protocol.DiagnosticSeverityError, code: string(result.Verdict), text: result.Message, failure: -1}
	if _, found := r.run.Request().Room.Roles[result.Role]; !found {
		m.create = string(result.Role)
	}
	path := r.path(result.Role)
	r.add(path, entryLine(r.text(path)), 0, m)
}

func (r *reporter) compileFailed(result *problem.Result) bool {
	for _, c := range result.Compilations {
		if !c.OK {
			return true
		}
	}
	return false
}

// warnings are about the run as a whole and stand where the tested program does.
func (r *reporter) warnings(result *problem.Result) {
	path := r.path(problem.Tested)
	for _, text := range result.Warnings {
		r.add(path, 1, 0, mark{severity: protocol.DiagnosticSeverityInformation, code: "WARNING", text: text, failure: -1})
	}
}

// failureText is a failure's message: a sentence, then the texts.
func failureText(f problem.Failure) string {
	var b strings.Builder
	b.WriteString(f.Message)
	if f.Location != nil && f.Location.Note != "" {
		fmt.Fprintf(&b, "\nnote: %s", f.Location.Note)
	}
	c := f.Counterexample
	if c == nil {
		return b.String()
	}
	section := func(title string, text problem.Text) {
		switch shown := cut(text.String()); {
		case strings.Contains(shown, "\n"):
			fmt.Fprintf(&b, "\n%s:\n%s", title, shown)
		case shown != "":
			fmt.Fprintf(&b, "\n%s: %s", title, shown)
		default:
			fmt.Fprintf(&b, "\n%s: (empty)", title)
		}
	}
	section("input", c.Input)
	if c.Case != nil {
		fmt.Fprintf(&b, "\n%s", c.Case)
	}
	if f.Verdict == problem.WA || f.Verdict == problem.PE {
		section("expected", c.Expected)
		section("actual", c.Actual)
	}
	if len(c.Stderr) > 0 && f.Verdict != problem.WA && !strings.Contains(f.Message, "It said: ") {
		section("stderr", c.Stderr)
	}
	return b.String()
}

// cut shortens a text to what a message can show. The end of it goes, and is
// counted.
func cut(text string) string {
	text = strings.ToValidUTF8(strings.TrimRight(text, " \t\r\n"), "�")
	lines := strings.Split(text, "\n")
	left, runes := 0, 0
	for i, line := range lines {
		if i == shownLines {
			left = len(lines) - i
			lines = lines[:i]
			break
		}
		n := utf8.RuneCountInString(line)
		if runes += n; runes > shownRunes {
			keep := []rune(line)[:n-(runes-shownRunes)]
			left = len(lines) - i - 1
			lines = append(lines[:i:i], string(keep)+"…")
			break
		}
	}
	out := strings.Join(lines, "\n")
	switch left {
	case 0:
	case 1:
		out += "\n… 1 more line"
	default:
		out += fmt.Sprintf("\n… %d more lines", left)
	}
	return out
}

// The beginning of a program's work, in any of the languages: a definition of
// solve, or else of main.
var entries = []*regexp.Regexp{
	regexp.MustCompile(`^[ \t]*\w[\w:<>&*\[\],\t ]*[ \t*&>]solve[ \t]*\((?:[^;]*$|[^;]*\)[^;]*\{)`),
	regexp.MustCompile(`^[ \t]*\w[\w:<>&*\[\],\t ]*[ \t*&>]main[ \t]*\((?:[^;]*$|[^;]*\)[^;]*\{)`),
	regexp.MustCompile(`^if[ \t]+__name__[ \t]*==`),
}

// entryLine is the line, counted from 1, at which the program begins to work; 1
// where that cannot be told.
func entryLine(s *document.Snapshot) int {
	for _, entry := range entries {
		for i := range s.Lines() {
			if entry.Match(s.Line(i)) {
				return i + 1
			}
		}
	}
	return 1
}
