package compare

import (
	"bytes"
	"fmt"

	"stresstester/core/problem"
)

// firstByte is First for CompareExact.
func firstByte(expected, actual []byte) (problem.Difference, bool) {
	if bytes.Equal(expected, actual) {
		return problem.Difference{}, false
	}
	offset := commonPrefix(expected, actual)
	start := bytes.LastIndexByte(expected[:offset], '\n') + 1
	eLine := wholeLine(expected, start)
	aLine := wholeLine(actual, start)
	at := offset - start
	d := problem.Difference{
		TokenIndex:    -1,
		Expected:      position(expected, offset),
		Actual:        position(actual, offset),
		ExpectedToken: field(eLine, at),
		ActualToken:   field(aLine, at),
	}
	where := fmt.Sprintf("line %d, column %d: ", d.Expected.Line, d.Expected.Column)
	switch {
	case offset == len(actual) && string(expected[offset:]) == "\n":
		d.Message = "the newline at the end is missing"
	case offset == len(expected) && string(actual[offset:]) == "\n":
		d.Message = "one newline too many at the end"
	default:
		d.Message = where + byteContrast(eLine, aLine, at)
	}
	return d, true
}

// wholeLine is the line at start with its line feed, if it has one.
func wholeLine(text []byte, start int) []byte {
	return text[start:min(lineEnd(text, start)+1, len(text))]
}

// byteContrast says how two lines differ, first at byte at.
func byteContrast(expected, actual []byte, at int) string {
	eEnd, aEnd := lineBreak(expected), lineBreak(actual)
	eText, aText := expected[:len(expected)-len(eEnd)], actual[:len(actual)-len(aEnd)]
	if bytes.Equal(eText, aText) {
		return "expected " + breakName(eEnd) + ", got " + breakName(aEnd)
	}
	switch {
	case bytes.Equal(trimRight(aText), eText):
		return "white space at the end of the line that is not expected: " + quote(aText, at)
	case bytes.Equal(trimRight(eText), aText):
		return "white space at the end of the line is missing: expected " + quote(eText, at)
	case len(actual) == 0:
		return "the output ends, expected " + quote(eText, at)
	case len(expected) == 0:
		return "the output should end, got " + quote(aText, at)
	}
	return lineContrast(eText, aText, at)
}

// lineBreak is what ends the line: CR LF, LF or nothing.
func lineBreak(line []byte) []byte {
	text := bytes.TrimSuffix(line, []byte("\n"))
	if len(text) < len(line) {
		text = bytes.TrimSuffix(text, []byte("\r"))
	}
	return line[len(text):]
}

func breakName(end []byte) string {
	switch len(end) {
	case 0:
		return "the end of the output"
	case 1:
		return "a newline"
	default:
		return "a Windows newline (CR LF)"
	}
}
