package spec

import (
	"fmt"
	"sort"
	"strings"
)

// Pos is a place in a text. Line and Column count from 1, Column and Offset in
// bytes; Offset counts from 0.
type Pos struct {
	Offset int
	Line   int
	Column int
}

// Span is a piece of a text: from Start up to, but without, End.
type Span struct {
	Start Pos
	End   Pos
}

// Contains reports whether the offset lies in the span or at its end, where an
// editor's cursor stands after typing a word.
func (s Span) Contains(offset int) bool {
	return s.Start.Offset <= offset && offset <= s.End.Offset
}

// to is the span from s to the end of other.
func (s Span) to(other Span) Span { return Span{Start: s.Start, End: other.End} }

// Fix is a change of the spec's text that would mend an error.
type Fix struct {
	// Title is shown to people: "declare `m` above".
	Title string
	// Span is replaced by Text. An empty span is an insertion.
	Span Span
	Text string
}

// Error is one mistake in a spec.
type Error struct {
	Span Span
	// Message says what is wrong and how to mend it.
	Message string
	// Fixes are changes that mend it, the likeliest first; often empty.
	Fixes []Fix
}

// Error is "line:column: message".
func (e Error) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Span.Start.Line, e.Span.Start.Column, e.Message)
}

// Errors are a spec's mistakes in the order of the text. It is empty, not an
// error, where there is none; use Err where an error value is wanted.
type Errors []Error

// Err is nil where there is no mistake.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// Error is one mistake a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted puts the mistakes in the order of the text and keeps one a place: what
// follows from an earlier mistake at the same place only confuses.
func (e Errors) sorted() Errors {
	sort.SliceStable(e, func(i, j int) bool { return e[i].Span.Start.Offset < e[j].Span.Start.Offset })
	kept := e[:0]
	for i, one := range e {
		if i > 0 && one.Span.Start == kept[len(kept)-1].Span.Start {
			continue
		}
		kept = append(kept, one)
	}
	return kept
}

// position finds the line and column of an offset in a text.
func position(text []byte, offset int) Pos {
	offset = min(offset, len(text))
	line, start := 1, 0
	for i := 0; i < offset; i++ {
		if text[i] == '\n' {
			line++
			start = i + 1
		}
	}
	return Pos{Offset: offset, Line: line, Column: offset - start + 1}
}
