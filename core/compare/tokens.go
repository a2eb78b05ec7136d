package compare

import (
	"bytes"
	"fmt"

	"stresstester/core/problem"
)

// rule says when two tokens are equal.
type rule problem.Comparison

// equal reports whether the two tokens are equal.
func (r rule) equal(expected, actual []byte) bool {
	if bytes.Equal(expected, actual) {
		return true
	}
	switch r.Mode {
	case problem.CompareCaseless:
		return equalFold(expected, actual)
	case problem.CompareFloat:
		return equalNumbers(expected, actual, r.Epsilon)
	default:
		return false
	}
}

// equalFold compares with ASCII letters in one case. bytes.EqualFold will not do:
// it takes all bytes that are not UTF-8 for equal.
func equalFold(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c-'A' < 26 {
		return c + 'a' - 'A'
	}
	return c
}

// differingTokens returns the offsets of the first pair of tokens that differ;
// an offset is its output's length where that output has no more tokens.
func (r rule) differingTokens(expected, actual []byte) (e, a int, differ bool) {
	e = commonPrefix(expected, actual)
	for e > 0 && !isSpace(expected[e-1]) {
		e-- // to the start of the token in which they part
	}
	a = e
	for {
		e, a = skipSpace(expected, e), skipSpace(actual, a)
		if e == len(expected) || a == len(actual) {
			return e, a, e < len(expected) || a < len(actual)
		}
		eEnd, aEnd := skipToken(expected, e), skipToken(actual, a)
		if !r.equal(expected[e:eEnd], actual[a:aEnd]) {
			return e, a, true
		}
		e, a = eEnd, aEnd
	}
}

// first is First for the modes that know tokens.
func (r rule) first(expected, actual []byte) (problem.Difference, bool) {
	e, a, differ := r.differingTokens(expected, actual)
	if !differ {
		return problem.Difference{}, false
	}
	eToken := expected[e:skipToken(expected, e)]
	aToken := actual[a:skipToken(actual, a)]
	at := commonPrefix(eToken, aToken)
	d := problem.Difference{
		TokenIndex:    countTokens(expected[:e]),
		Expected:      tokenPosition(expected, e),
		Actual:        tokenPosition(actual, a),
		ExpectedToken: field(eToken, at),
		ActualToken:   field(aToken, at),
	}
	switch {
	case len(aToken) == 0:
		d.Message = endsEarly("token", d.TokenIndex, d.TokenIndex+countTokens(expected[e:]))
	case len(eToken) == 0:
		d.Message = goesOn("token", countTokens(actual[a:]), show(aToken, 0))
	default:
		d.Message = fmt.Sprintf("token %d: %s", d.TokenIndex+1, r.contrast(eToken, aToken, at))
	}
	return d, true
}

// tokenPosition is the token's position, or that of the output's last byte but
// white space where there is no token left.
func tokenPosition(text []byte, offset int) problem.Position {
	if offset == len(text) {
		offset = len(trimRight(text))
	}
	return position(text, offset)
}

// contrast says how the two tokens differ, first at byte at.
func (r rule) contrast(expected, actual []byte, at int) string {
	s := contrast(expected, actual, at)
	if r.Mode != problem.CompareFloat {
		return s
	}
	if err, ok := numberError(expected, actual); ok {
		s += fmt.Sprintf(", an error of %.3g where %g is allowed", err, r.Epsilon)
	}
	return s
}
