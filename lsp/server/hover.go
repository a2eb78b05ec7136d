package server

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.lsp.dev/protocol"

	"stresstester/core/problem"
	"stresstester/lsp/document"
)

// How much of the outputs a hover shows.
const (
	hoverRows  = 16
	hoverWidth = 60
)

// positionParams name a place in a document.
type positionParams struct {
	TextDocument textDocument      `json:"textDocument"`
	Position     protocol.Position `json:"position"`
}

// hover shows a failing test on its diagnostic: input, expected and actual. In a
// spec it explains the words, and where a program begins, how its runs went.
func (s *Server) hover(_ context.Context, p *positionParams) (*protocol.Hover, error) {
	at := fromProtocol(p.Position)
	for _, m := range s.marksIn(document.Canonical(p.TextDocument.URI), document.Range{Start: at, End: at}) {
		if m.failure < 0 {
			continue
		}
		f, err := failureOf(m.run, m.failure)
		if err != nil {
			continue
		}
		content := &protocol.MarkupContent{Kind: protocol.MarkupKindPlainText, Value: failureText(f)}
		if s.client.markdownHover {
			content = &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: failureMarkdown(f)}
		}
		return &protocol.Hover{Contents: content}, nil
	}
	if h := s.specHover(p); h != nil {
		return h, nil
	}
	return s.roleHover(p), nil
}

// roleHover tells on a program's first line, and on the one where it begins to
// work, what its part in a stress test is, how its runs are started in the sandbox,
// and why so; nil elsewhere.
func (s *Server) roleHover(p *positionParams) *protocol.Hover {
	doc, line := document.Canonical(p.TextDocument.URI), int(p.Position.Line)
	snapshot, ok := s.text(doc)
	if !ok || document.PathOf(doc) == "" || isSpec(doc) || (line != 0 && line != entryLine(snapshot)-1) {
		return nil
	}
	at, err := s.locate(document.NewOverlay(s.docs.View(), s.disk), doc)
	if err != nil || !s.looksLikeAProblem(at, snapshot) {
		return nil
	}
	tested := s.uriOf(at.room.Tested)
	run, ran := s.runs.Last(tested, nil)
	if !ran {
		return nil
	}
	result := run.Status().Result
	if result == nil || result.Strategies[at.role] == "" {
		return nil
	}
	way, why, _ := strings.Cut(result.Strategies[at.role], ": ")
	role := strings.TrimPrefix(at.role.Title(), "the ")
	if at.role != problem.Tested {
		role += " of " + shortName(tested)
	}
	text := fmt.Sprintf("%s; %d tests, %.0f tests/s\n\nRuns are started by: **%s**", escapeMarkdown(role), result.Tests, result.TestsPerSecond, escapeMarkdown(way))
	if why != "" {
		text += " (" + escapeMarkdown(why) + ")"
	}
	if !s.client.markdownHover {
		text = strings.NewReplacer("**", "", `\`, "").Replace(text)
	}
	return &protocol.Hover{Contents: s.markup(text)}
}

// failureMarkdown is a failing test as Markdown: the input as it is, the outputs
// line by line beside each other.
func failureMarkdown(f problem.Failure) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** %s\n\n", f.Verdict, escapeMarkdown(f.Message))
	c := f.Counterexample
	if c.Case != nil {
		fmt.Fprintf(&b, "%s\n\n", escapeMarkdown(c.Case.String()))
	}
	fmt.Fprintf(&b, "Input:\n\n%s\n\n", fenced(cut(c.Input.String())))
	if f.Verdict == problem.WA || f.Verdict == problem.PE {
		b.WriteString(outputTable(c))
	}
	if len(c.Stderr) > 0 {
		fmt.Fprintf(&b, "Standard error:\n\n%s\n\n", fenced(cut(c.Stderr.String())))
	}
	if c.Minimality != "" {
		fmt.Fprintf(&b, "%s\n", escapeMarkdown(c.Minimality))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// outputTable puts the two outputs beside each other, with the first line that
// differs in bold.
func outputTable(c *problem.Counterexample) string {
	expected, actual := lines(c.Expected), lines(c.Actual)
	var b strings.Builder
	b.WriteString("| | expected | actual |\n|-:|:-|:-|\n")
	rows, marked := max(len(expected), len(actual)), false
	for i := range rows {
		if i == hoverRows {
			fmt.Fprintf(&b, "| | … %d more | |\n", rows-i)
			break
		}
		left, right := cell(expected, i), cell(actual, i)
		if left != right && !marked {
			left, right, marked = bold(left), bold(right), true
		}
		fmt.Fprintf(&b, "| %d | %s | %s |\n", i+1, left, right)
	}
	b.WriteString("\n")
	return b.String()
}

func lines(text problem.Text) []string {
	s := strings.TrimRight(strings.ToValidUTF8(text.String(), "�"), "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func cell(lines []string, i int) string {
	if i >= len(lines) {
		return ""
	}
	line := strings.TrimRight(lines[i], "\r")
	if utf8.RuneCountInString(line) > hoverWidth {
		line = string([]rune(line)[:hoverWidth]) + "…"
	}
	return escapeMarkdown(line)
}

func bold(s string) string {
	if strings.TrimSpace(s) == "" {
		return "*(nothing)*"
	}
	return "**" + s + "**"
}

// fenced puts text into a code block whose fence is not in the text.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + text + "\n" + fence
}

var markdownEscaper = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "|", `\|`, "<", `\<`, ">", `\>`, "[", `\[`, "]", `\]`, "#", `\#`, "~", `\~`, "&", `\&`, "$", `\$`,
)

func escapeMarkdown(s string) string { return markdownEscaper.Replace(s) }
