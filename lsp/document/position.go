package document

import (
	"bytes"
	"unicode/utf8"
)

// Encoding is how characters of a line are counted in positions.
type Encoding int

// The encodings that can be negotiated. UTF16 is what every client speaks.
const (
	UTF16 Encoding = iota
	UTF8
)

// Position is a place between two characters; both fields count from 0.
type Position struct{ Line, Character int }

// Before reports whether p is in front of q.
func (p Position) Before(q Position) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Character < q.Character
}

// Range is the text from Start up to End.
type Range struct{ Start, End Position }

// units is the length of s as positions count it.
func (e Encoding) units(s []byte) int {
	if e == UTF8 {
		return len(s)
	}
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			n++
			i++
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		n += utf16Len(r)
		i += size
	}
	return n
}

// bytes is the length in bytes of the first units of line. A position inside a
// character is taken to its beginning, one behind the end to the end.
func (e Encoding) bytes(line []byte, units int) int {
	if units <= 0 {
		return 0
	}
	if e == UTF8 {
		n := min(units, len(line))
		for n > 0 && n < len(line) && !utf8.RuneStart(line[n]) {
			n--
		}
		return n
	}
	i := 0
	for i < len(line) {
		r, size := rune(line[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(line[i:])
		}
		if units -= utf16Len(r); units < 0 {
			break
		}
		i += size
	}
	return i
}

func utf16Len(r rune) int {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

// appendStarts appends the offsets from lo to hi, both included, at which a line
// begins; lo is at least 1. The protocol knows three line ends: "\n", "\r\n" and
// "\r".
func appendStarts(starts []int, text []byte, lo, hi int) []int {
	if lo > hi {
		return starts
	}
	if bytes.IndexByte(text[lo-1:hi], '\r') < 0 { // the usual case, at memchr's speed
		for at := lo - 1; ; {
			n := bytes.IndexByte(text[at:hi], '\n')
			if n < 0 {
				return starts
			}
			at += n + 1
			starts = append(starts, at)
		}
	}
	for at := lo; at <= hi; at++ {
		end := text[at-1]
		if end == '\n' || end == '\r' && (at == len(text) || text[at] != '\n') {
			starts = append(starts, at)
		}
	}
	return starts
}
