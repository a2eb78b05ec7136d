package compare

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"stresstester/core/problem"
)

// isSpace is C's isspace in the C locale.
func isSpace(c byte) bool { return c == ' ' || c-'\t' < 5 }

// skipSpace returns the offset of the first byte at or after i that is not white
// space.
func skipSpace(text []byte, i int) int {
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	return i
}

// skipToken returns the offset of the first white space at or after i.
func skipToken(text []byte, i int) int {
	for i < len(text) && !isSpace(text[i]) {
		i++
	}
	return i
}

// trimRight cuts white space at the end.
func trimRight(text []byte) []byte {
	n := len(text)
	for n > 0 && isSpace(text[n-1]) {
		n--
	}
	return text[:n]
}

// commonPrefix is the number of leading bytes that a and b share. It takes eight
// bytes at a time: long outputs that differ late, or only in white space at the
// end, are the usual case.
func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		x := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:])
		if x != 0 {
			return i + bits.TrailingZeros64(x)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// countTokens counts the words in text.
func countTokens(text []byte) int {
	n := 0
	for i := skipSpace(text, 0); i < len(text); i = skipSpace(text, skipToken(text, i)) {
		n++
	}
	return n
}

// position is the line and column of the offset.
func position(text []byte, offset int) problem.Position {
	before := text[:offset]
	return problem.Position{
		Line:   1 + bytes.Count(before, []byte{'\n'}),
		Column: offset - bytes.LastIndexByte(before, '\n'),
	}
}
