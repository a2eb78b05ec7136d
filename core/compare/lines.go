package compare

import (
	"bytes"
	"fmt"

	"stresstester/core/problem"
)

// differingLines returns the offsets of the starts of the first pair of lines
// that differ. Both outputs are without white space at their end; an offset is
// its output's length where that output has no more lines.
func differingLines(expected, actual []byte) (e, a int, differ bool) {
	e = bytes.LastIndexByte(expected[:commonPrefix(expected, actual)], '\n') + 1
	a = e
	for e < len(expected) && a < len(actual) {
		eEnd, aEnd := lineEnd(expected, e), lineEnd(actual, a)
		if !bytes.Equal(trimRight(expected[e:eEnd]), trimRight(actual[a:aEnd])) {
			return e, a, true
		}
		e, a = min(eEnd+1, len(expected)), min(aEnd+1, len(actual))
	}
	return e, a, e < len(expected) || a < len(actual)
}

// lineEnd is the offset of the line feed that ends the line at i, or of the
// output's end.
func lineEnd(text []byte, i int) int {
	if n := bytes.IndexByte(text[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(text)
}

// countLines counts the lines of an output without white space at its end.
func countLines(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	return 1 + bytes.Count(text, []byte{'\n'})
}

// firstLine is First for CompareLines.
func firstLine(expected, actual []byte) (problem.Difference, bool) {
	expected, actual = trimRight(expected), trimRight(actual)
	e, a, differ := differingLines(expected, actual)
	if !differ {
		return problem.Difference{}, false
	}
	eLine := trimRight(expected[e:lineEnd(expected, e)])
	aLine := trimRight(actual[a:lineEnd(actual, a)])
	at := commonPrefix(eLine, aLine)
	number := 1 + bytes.Count(expected[:e], []byte{'\n'})
	d := problem.Difference{
		TokenIndex:    -1,
		Expected:      position(expected, e+at),
		Actual:        position(actual, a+at),
		ExpectedToken: field(eLine, at),
		ActualToken:   field(aLine, at),
	}
	switch {
	case a == len(actual):
		d.Message = endsEarly("line", countLines(actual), countLines(expected))
	case e == len(expected):
		d.Message = goesOn("line", countLines(actual)-countLines(expected), quote(aLine, 0))
	default:
		d.Message = fmt.Sprintf("line %d, column %d: %s", number, at+1, lineContrast(eLine, aLine, at))
	}
	return d, true
}

// lineContrast says how two lines without white space at their ends differ, first
// at byte at.
func lineContrast(expected, actual []byte, at int) string {
	if bytes.Equal(withoutSpace(expected), withoutSpace(actual)) {
		return "only the white space differs: expected " + quote(expected, at) + ", got " + quote(actual, at)
	}
	return "expected " + quote(expected, at) + ", got " + quote(actual, at)
}

// withoutSpace is a copy of the line without its white space.
func withoutSpace(line []byte) []byte {
	return bytes.Join(bytes.FieldsFunc(line, func(r rune) bool { return r < 128 && isSpace(byte(r)) }), nil)
}
