package document

import (
	"bytes"
	"sort"
)

// Snapshot is one document at one version. It never changes, and nobody may
// change its bytes.
type Snapshot struct {
	uri      string
	language string
	version  int32
	text     []byte
	starts   []int // the offset of each line
	encoding Encoding
}

// URI is the document's identity, in canonical form.
func (s *Snapshot) URI() string { return s.uri }

// Path is the file's path; empty for a document that is not a file.
func (s *Snapshot) Path() string { return PathOf(s.uri) }

// Language is the editor's language id, such as "cpp".
func (s *Snapshot) Language() string { return s.language }

// Version is the editor's number of this text.
func (s *Snapshot) Version() int32 { return s.version }

// Text is the whole text.
func (s *Snapshot) Text() []byte { return s.text }

// Lines is the number of lines; an empty text has one.
func (s *Snapshot) Lines() int { return len(s.starts) }

// Line is the text of a line without its end, or nothing where there is none.
func (s *Snapshot) Line(line int) []byte {
	if line < 0 || line >= len(s.starts) {
		return nil
	}
	return s.text[s.starts[line]:s.lineEnd(line)]
}

// lineEnd is the offset behind a line's last character.
func (s *Snapshot) lineEnd(line int) int {
	if line+1 == len(s.starts) {
		return len(s.text)
	}
	end := s.starts[line+1]
	if s.text[end-1] == '\n' {
		end--
	}
	if end > s.starts[line] && s.text[end-1] == '\r' {
		end--
	}
	return end
}

// Offset is the position's place in Text. One outside the text is taken to the
// nearest place inside: behind a line's end to its end, behind the last line to
// the text's end.
func (s *Snapshot) Offset(p Position) int {
	switch {
	case p.Line < 0:
		return 0
	case p.Line >= len(s.starts):
		return len(s.text)
	}
	return s.starts[p.Line] + s.encoding.bytes(s.Line(p.Line), p.Character)
}

// Position is the place in Text as the client counts it.
func (s *Snapshot) Position(offset int) Position {
	offset = min(max(offset, 0), len(s.text))
	line := sort.SearchInts(s.starts, offset+1) - 1
	end := min(offset, s.lineEnd(line)) // not between "\r" and "\n"
	return Position{line, s.encoding.units(s.text[s.starts[line]:end])}
}

// Place is the position of a compiler's or an interpreter's line and column,
// which count from 1 and in bytes. Column 0, unknown, is the line's first
// character that is not white space.
func (s *Snapshot) Place(line, column int) Position {
	line = min(max(line-1, 0), len(s.starts)-1)
	text := s.Line(line)
	at := column - 1
	if column <= 0 || at > len(text) {
		at = len(text) - len(bytes.TrimLeft(text, " \t"))
	}
	return Position{line, s.encoding.units(text[:at])}
}

// Word is the range of the word at p, or of the one character there. At a line's
// beginning, or before white space, it is the rest of the line.
func (s *Snapshot) Word(p Position) Range {
	start := s.Offset(p)
	line := min(max(p.Line, 0), len(s.starts)-1)
	end := max(start, s.lineEnd(line))
	rest := bytes.TrimRight(s.text[start:end], " \t")
	n := len(rest)
	if p.Character > 0 {
		n = 0
		for n < len(rest) && wordByte(rest[n]) {
			n++
		}
		if n == 0 {
			n = s.encoding.bytes(rest, 1)
		}
	}
	return Range{s.Position(start), s.Position(start + n)}
}

// RestOfLine is the range from p to the last character of its line that is not
// white space.
func (s *Snapshot) RestOfLine(p Position) Range {
	start := s.Offset(p)
	line := min(max(p.Line, 0), len(s.starts)-1)
	rest := bytes.TrimRight(s.text[start:max(start, s.lineEnd(line))], " \t")
	return Range{s.Position(start), s.Position(start + len(rest))}
}

func wordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}
