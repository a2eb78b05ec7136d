package shrink

import (
	"bytes"
	"math"
	"math/bits"
)

// Smaller is the order in which inputs are shrunk. It compares, in this order:
// the number of tokens; the number of bytes in them; the sum of the absolute
// values of the integers; the tokens' bytes from left to right, so that what
// matters least (a sorted list, a before b) still has one smallest form; the
// number of bytes of white space; the bytes.
func Smaller(a, b []byte) bool {
	return measure(a).smaller(measure(b))
}

// size is what Smaller compares, computed once.
type size struct {
	text           []byte
	tokens, length int
	// high and low are the 128-bit sum of the absolute values.
	high, low uint64
}

func measure(text []byte) size {
	m := size{text: text}
	for i := 0; i < len(text); {
		if isSpace(text[i]) {
			i++
			continue
		}
		start := i
		for i < len(text) && !isSpace(text[i]) {
			i++
		}
		m.tokens++
		m.length += i - start
		var carry uint64
		m.low, carry = bits.Add64(m.low, magnitude(text[start:i]), 0)
		m.high += carry
	}
	return m
}

func (a size) smaller(b size) bool {
	switch {
	case a.tokens != b.tokens:
		return a.tokens < b.tokens
	case a.length != b.length:
		return a.length < b.length
	case a.high != b.high:
		return a.high < b.high
	case a.low != b.low:
		return a.low < b.low
	}
	if c := compareTokens(a.text, b.text); c != 0 {
		return c < 0
	}
	if len(a.text) != len(b.text) {
		return len(a.text) < len(b.text)
	}
	return bytes.Compare(a.text, b.text) < 0
}

// compareTokens compares token by token, a shorter token before a longer one, so
// that 9 comes before 10.
func compareTokens(a, b []byte) int {
	for {
		var s, t []byte
		s, a = cutToken(a)
		t, b = cutToken(b)
		switch {
		case len(s) != len(t):
			return len(s) - len(t)
		case len(s) == 0:
			return 0
		}
		if c := bytes.Compare(s, t); c != 0 {
			return c
		}
	}
}

// cutToken is the first token of text and what follows it.
func cutToken(text []byte) (token, rest []byte) {
	i := 0
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	start := i
	for i < len(text) && !isSpace(text[i]) {
		i++
	}
	return text[start:i], text[i:]
}

// magnitude is the absolute value of an integer token; 0 for other tokens, the
// greatest number for an integer that does not fit.
func magnitude(token []byte) uint64 {
	if len(token) > 1 && (token[0] == '-' || token[0] == '+') {
		token = token[1:]
	}
	var v uint64
	for _, c := range token {
		if c < '0' || c > '9' {
			return 0
		}
		high, low := bits.Mul64(v, 10)
		sum, carry := bits.Add64(low, uint64(c-'0'), 0)
		if high != 0 || carry != 0 {
			return math.MaxUint64
		}
		v = sum
	}
	return v
}

// isSpace knows the white space that scanf and cin skip.
func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\v' || c == '\f'
}
