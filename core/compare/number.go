package compare

import (
	"math"
	"strconv"
)

// slack is added to the error allowed: two decimals one epsilon apart differ by
// a little more than that once both are rounded to doubles.
const slack = 1e-15

// form is what a token looks like.
type form byte

const (
	word    form = iota // no number, or none that a double can hold
	integer             // a sign and digits
	float               // with a point or an exponent, or nan or inf
)

// equalNumbers reports whether both tokens are numbers within the error. The
// tokens are known to be different bytes.
func equalNumbers(expected, actual []byte, epsilon float64) bool {
	e, a, ok := parseBoth(expected, actual)
	switch {
	case !ok:
		return isZero(expected) && isZero(actual)
	case math.IsNaN(e) || math.IsNaN(a):
		return math.IsNaN(e) && math.IsNaN(a)
	case math.IsInf(e, 0) || math.IsInf(a, 0):
		return e == a
	}
	return math.Abs(a-e) <= (epsilon+slack)*max(1, math.Abs(e))
}

// isZero reports whether the token is an integer zero, as C++ prints 0.0 and -0.0.
func isZero(token []byte) bool {
	return string(token) == "0" || string(token) == "-0"
}

// numberError is the smaller of the absolute and the relative error, where both
// tokens are finite numbers that are compared as such.
func numberError(expected, actual []byte) (float64, bool) {
	e, a, ok := parseBoth(expected, actual)
	err := math.Abs(a-e) / max(1, math.Abs(e))
	return err, ok && !math.IsNaN(err) && !math.IsInf(err, 0)
}

// parseBoth reads two tokens that are to be compared as numbers. It returns false
// where they are to be compared as tokens.
func parseBoth(expected, actual []byte) (e, a float64, ok bool) {
	e, eForm := parse(expected)
	if eForm == word {
		return 0, 0, false
	}
	a, aForm := parse(actual)
	if aForm == word || eForm == integer && aForm == integer {
		return 0, 0, false
	}
	return e, a, true
}

// parse reads a number.
func parse(token []byte) (float64, form) {
	unsigned := token
	if len(token) > 0 && (token[0] == '-' || token[0] == '+') {
		unsigned = token[1:]
	}
	f := formOf(unsigned)
	if f == word {
		return parseName(unsigned, len(unsigned) < len(token) && token[0] == '-')
	}
	// The syntax is known to be right, so that an error means overflow. A string
	// of up to 32 bytes that does not escape lives on the stack.
	v, err := strconv.ParseFloat(string(token), 64)
	if err != nil {
		return 0, word
	}
	return v, f
}

// parseName reads nan and inf.
func parseName(name []byte, negative bool) (float64, form) {
	switch {
	case equalFold(name, []byte("nan")):
		return math.NaN(), float
	case equalFold(name, []byte("inf")), equalFold(name, []byte("infinity")):
		if negative {
			return math.Inf(-1), float
		}
		return math.Inf(1), float
	}
	return 0, word
}

// formOf checks the syntax of a number without its sign: digits with at most one
// point among or around them, then perhaps an exponent. It is stricter than
// strconv, which takes hexadecimal floats and underscores too.
func formOf(s []byte) form {
	i := skipDigits(s, 0)
	digits, f := i, integer
	if i < len(s) && s[i] == '.' {
		f = float
		end := skipDigits(s, i+1)
		digits += end - (i + 1)
		i = end
	}
	if digits == 0 {
		return word
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		f = float
		i++
		if i < len(s) && (s[i] == '-' || s[i] == '+') {
			i++
		}
		end := skipDigits(s, i)
		if end == i {
			return word
		}
		i = end
	}
	if i < len(s) {
		return word
	}
	return f
}

func skipDigits(s []byte, i int) int {
	for i < len(s) && s[i]-'0' < 10 {
		i++
	}
	return i
}
