package languages

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stresstester/core/problem"
)

// Severities of a problem.Diagnostic, and one of our own for rules that only tell
// which line of the user's led to the messages that follow.
const (
	severityError   = "error"
	severityWarning = "warning"
	severityNote    = "note"
	severityContext = "context"
)

// maxDiagnostics bounds the messages of one compilation.
const maxDiagnostics = 500

// messageRule finds messages in a compiler's output. Groups are -1 where the
// pattern has none of the name.
type messageRule struct {
	pattern                               *regexp.Regexp
	file, line, column, severity, message int
	// caret is what stands before a "^" that marks the column; detail is added to
	// the message.
	caret, detail int
	// fixed is the severity of a rule without that group.
	fixed string
	// firstColumn is what the tool calls the first column: 0 or 1.
	firstColumn int
}

// crashRule finds source lines in what a crashed program printed.
type crashRule struct {
	pattern              *regexp.Regexp
	file, line, function int  // function is -1 where it is not told
	last                 bool // the last match counts rather than the first
}

// exceptionRule finds what went wrong in what a crashed program printed.
type exceptionRule struct {
	pattern *regexp.Regexp
	text    int
	last    bool
}

// Diagnostics reads a compiler's or interpreter's messages about the program.
// They are in the output's order, and each is there once. Messages about files
// that are not the user's, such as a header of the standard library, are shown
// where the user's source led there.
func (l *Language) Diagnostics(output []byte, p *problem.Program) []problem.Diagnostic {
	l = l.forSource(p.Source)
	files := l.filesOf(p)
	var list []problem.Diagnostic
	var context problem.Diagnostic
	seen := map[problem.Diagnostic]bool{}
	for _, m := range l.messages(output) {
		d, isContext := m.diagnostic(files, context)
		if isContext {
			context = d
			continue
		}
		if d.Message == "" || seen[d] {
			continue
		}
		seen[d] = true
		if list = append(list, d); len(list) == maxDiagnostics {
			break
		}
	}
	return list
}

// message is one match of a rule.
type message struct {
	rule  *messageRule
	start int
	end   int
	text  func(group int) string
}

// messages are the matches of all rules in the output's order. Of two that
// overlap, the one that begins first counts, and then the rule that is first.
func (l *Language) messages(output []byte) []message {
	var all []message
	for i := range l.messageRules {
		rule := &l.messageRules[i]
		for _, at := range rule.pattern.FindAllSubmatchIndex(output, maxMatches) {
			all = append(all, message{rule, at[0], at[1], func(group int) string {
				if group < 0 || at[2*group] < 0 {
					return ""
				}
				return string(output[at[2*group]:at[2*group+1]])
			}})
		}
	}
	slices.SortStableFunc(all, func(a, b message) int { return cmp.Compare(a.start, b.start) })
	end := 0
	return slices.DeleteFunc(all, func(m message) bool {
		if m.start < end {
			return true
		}
		end = m.end
		return false
	})
}

// diagnostic says what a match means. The empty diagnostic means nothing.
func (m message) diagnostic(files sources, context problem.Diagnostic) (d problem.Diagnostic, isContext bool) {
	d = problem.Diagnostic{
		Line:     number(m.text(m.rule.line)),
		Column:   m.column(),
		Severity: m.severity(),
		Message:  oneLine(m.text(m.rule.message)),
	}
	if detail := oneLine(m.text(m.rule.detail)); detail != "" {
		d.Message += ": " + detail
	}
	file := m.text(m.rule.file)
	place, own := files.find(file)
	if m.rule.file < 0 {
		place, own = files.own, true
	}
	d.Path = place
	switch {
	case d.Severity == severityContext:
		if !own {
			return context, true
		}
		return d, true
	case own:
		return d, false
	case d.Severity == severityNote:
		return problem.Diagnostic{}, false
	}
	// What went wrong is in somebody else's file; how we came there is not.
	d.Message = fmt.Sprintf("%s (in %s:%d)", d.Message, path.Base(file), d.Line)
	d.Path, d.Line, d.Column = context.Path, context.Line, context.Column
	if d.Path == "" {
		d.Path = files.own
	}
	return d, false
}

// column is the match's column, counted from 1; 0 where it has none.
func (m message) column() int {
	if text := m.text(m.rule.column); text != "" {
		return number(text) + 1 - m.rule.firstColumn
	}
	if caret := m.text(m.rule.caret); caret != "" {
		return len(caret) + 1
	}
	return 0
}

func (m message) severity() string {
	word := strings.ToLower(m.text(m.rule.severity))
	switch {
	case m.rule.severity < 0:
		return m.rule.fixed
	case strings.Contains(word, "warn"):
		return severityWarning
	case strings.Contains(word, "note"), strings.Contains(word, "hint"), strings.Contains(word, "info"), strings.Contains(word, "help"):
		return severityNote
	}
	return severityError
}

// mostFrames bounds the calls of a stack.
const mostFrames = 64

// outermost is what Python calls the code outside of all functions, where a stack
// ends and another one may begin.
const outermost = "<module>"

// Crash finds the place in p's own source at which it crashed, by what it printed on
// standard error: the line, the calls that led there as far as they are told, and what
// went wrong as Note. It is nil where no line is told.
func (l *Language) Crash(stderr []byte, p *problem.Program) *problem.Location {
	l = l.forSource(p.Source)
	files := l.filesOf(p)
	for i := range l.crashRules {
		frames := l.crashRules[i].frames(stderr, files)
		if len(frames) == 0 {
			continue
		}
		location := &problem.Location{File: p.Name, Line: frames[0].Line, TokenIndex: -1, Stack: frames[:1], Note: l.exception(stderr)}
		if l.crashRules[i].function >= 0 {
			location.Stack = frames
		}
		return location
	}
	return nil
}

// CrashLine is the line of Crash.
func (l *Language) CrashLine(stderr []byte, p *problem.Program) (line int, ok bool) {
	location := l.Crash(stderr, p)
	if location == nil {
		return 0, false
	}
	return location.Line, true
}

// frames are the rule's matches in the program's own source, the innermost call
// first.
func (r *crashRule) frames(stderr []byte, files sources) []problem.Frame {
	var frames []problem.Frame
	for _, m := range r.pattern.FindAllSubmatch(stderr, -1) {
		n := number(string(m[r.line]))
		if place, own := files.find(string(m[r.file])); !own || place != files.own || n == 0 {
			continue
		}
		f := problem.Frame{Line: n}
		if r.function >= 0 {
			f.Function = oneLine(strings.ToValidUTF8(string(m[r.function]), "\ufffd"))
		}
		frames = append(frames, f)
	}
	if r.last {
		slices.Reverse(frames)
	}
	if end := slices.IndexFunc(frames, func(f problem.Frame) bool { return f.Function == outermost }); end >= 0 {
		frames = frames[:end+1]
	}
	return frames[:min(len(frames), mostFrames)]
}

// exception is what the program said went wrong; empty where it did not.
func (l *Language) exception(stderr []byte) string {
	const most = 300
	for _, r := range l.exceptionRules {
		all := r.pattern.FindAllSubmatch(stderr, maxMatches)
		if len(all) == 0 {
			continue
		}
		m := all[0]
		if r.last {
			m = all[len(all)-1]
		}
		text := []rune(oneLine(strings.ToValidUTF8(string(m[r.text]), "\ufffd")))
		if len(text) > most {
			text = append(text[:most], '…')
		}
		return string(text)
	}
	return ""
}

// sources are the user's files of a program, by their names in the sandbox.
type sources struct {
	own    string            // the path of the program's own source
	byName map[string]string // to paths
}

func (l *Language) filesOf(p *problem.Program) sources {
	name := p.Recipe.SourceName
	if name == "" {
		name, _ = l.names(p)
	}
	s := sources{own: p.Path, byName: map[string]string{}}
	folder := p.Path[:strings.LastIndexAny(p.Path, `/\`)+1]
	for _, f := range p.Includes {
		s.byName[path.Clean(f.Name)] = folder + f.Name
	}
	s.byName[name] = p.Path
	return s
}

// systemFolders hold files of the image.
var systemFolders = []string{"/usr/", "/lib/", "/opt/", "/etc/"}

// find is the path of the file that a tool calls so. Tools may print a name as
// they were given it or with folders of the sandbox in front.
func (s sources) find(file string) (place string, own bool) {
	for _, system := range systemFolders {
		if strings.HasPrefix(file, system) {
			return "", false
		}
	}
	for name := path.Clean(file); name != ""; {
		if place, ok := s.byName[name]; ok {
			return place, true
		}
		_, rest, ok := strings.Cut(name, "/")
		if !ok {
			break
		}
		name = rest
	}
	return "", false
}

// number is a line or column; 0 where it is none.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1<<30 {
		return 0
	}
	return n
}

// oneLine joins a message's lines.
func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}
