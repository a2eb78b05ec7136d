// Package compare decides whether two outputs mean the same, and if not, where
// they first differ.
//
// It must not know where the outputs come from. Outputs are bytes: they need not
// be UTF-8, may hold NUL bytes and may lack a final newline. Start reading at
// Equal (asked once a test, thousands of times a second) and First (asked once,
// about the test that failed); both rest on the same search, so that they never
// disagree.
//
// # Modes
//
// White space is what C's isspace says: space, tab, line feed, vertical tab, form
// feed and carriage return. A file with CR LF line ends therefore equals the same
// file with LF in every mode but exact.
//
//   - tokens: the sequences of words between white space are the same.
//   - caseless: the same, and A to Z equal a to z. Letters outside ASCII keep
//     their case, since outputs need not be text.
//   - float: the same, and numbers may differ by an error; see below.
//   - lines: every line is the same once white space at its end is cut; empty
//     lines at the end of the output do not count. White space within a line and
//     empty lines between others do.
//   - exact: every byte is the same.
//
// # Numbers in mode float
//
// Two tokens are equal if they are the same bytes, or if both are decimal numbers
// (such as 12, -0.5, .5, 5., 1e-9) of which at least one has a point or an
// exponent, and
//
//	|actual - expected| <= (epsilon + 1e-15) * max(1, |expected|)
//
// that is, the absolute or the relative error is at most epsilon. As on judges,
// the relative error is measured against the expected number, and 1e-15 makes up
// for the decimal numbers that a double cannot hold.
//
// Two integers are compared as tokens (only "-0" equals "0"), because counts and
// indices have no error however large they are. Numbers too large for a double
// are compared as tokens too.
//
// "nan" equals "nan" and "inf" equals "inf" of the same sign, in any spelling
// that C, Python and Java print ("-nan", "NaN", "Infinity"; the sign of a nan
// means nothing). Neither equals a number: if the reference prints nan, only nan
// is right, and if it does not, nan is wrong.
package compare

import (
	"bytes"

	"stresstester/core/problem"
)

// defaultEpsilon is the error allowed where a Comparison names none.
const defaultEpsilon = 1e-6

// Equal reports whether the two outputs mean the same under c. It
// allocates nothing, but for numbers of more than 32 bytes that are not the same.
// An empty mode is CompareTokens.
func Equal(c problem.Comparison, expected, actual []byte) bool {
	if bytes.Equal(expected, actual) {
		return true
	}
	switch c.Mode {
	case problem.CompareExact:
		return false
	case problem.CompareLines:
		_, _, differ := differingLines(trimRight(expected), trimRight(actual))
		return !differ
	default:
		_, _, differ := tokenRule(c).differingTokens(expected, actual)
		return !differ
	}
}

// First finds the first difference between the two outputs under c. It returns
// false if there is none, which is exactly when Equal returns true.
//
// Tokens in the difference are valid UTF-8: other bytes appear as \xff. They are
// cut around the first differing byte where they are longer than 1 KiB.
func First(c problem.Comparison, expected, actual []byte) (problem.Difference, bool) {
	switch c.Mode {
	case problem.CompareExact:
		return firstByte(expected, actual)
	case problem.CompareLines:
		return firstLine(expected, actual)
	default:
		return tokenRule(c).first(expected, actual)
	}
}

// tokenRule is c with its defaults filled in.
func tokenRule(c problem.Comparison) rule {
	if c.Mode == problem.CompareFloat && !(c.Epsilon > 0) {
		c.Epsilon = defaultEpsilon
	}
	return rule(c)
}
