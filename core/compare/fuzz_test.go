package compare_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"stresstester/core/compare"
	"stresstester/core/problem"
)

func FuzzCompare(f *testing.F) {
	for _, pair := range [][2]string{
		{"1 2 3\n", "1 2\r\n3"},
		{"", " \n"},
		{"a\n\nb", "a\nb\n"},
		{"0.5 nan -inf 1e999 -0", "5e-1 NaN -Infinity 1e998 0"},
		{"10.0", "20"},
		{"YES\xff\x00", "yes\xfe\x00"},
		{"é…", "É"},
	} {
		f.Add([]byte(pair[0]), []byte(pair[1]), 0.5)
	}
	f.Fuzz(func(t *testing.T, expected, actual []byte, epsilon float64) {
		if !(epsilon > 1e-12 && epsilon <= 0.5) {
			epsilon = 1e-6
		}
		for _, m := range []problem.CompareMode{
			problem.CompareTokens, problem.CompareLines, problem.CompareExact, problem.CompareFloat, problem.CompareCaseless,
		} {
			c := problem.Comparison{Mode: m, Epsilon: epsilon}
			equal := compare.Equal(c, expected, actual)
			checkAgreement(t, c, equal, expected, actual)
			checkSymmetry(t, c, equal, expected, actual)
			if !compare.Equal(c, expected, expected) {
				t.Errorf("%s: an output does not equal itself", c)
			}
			if equal && m == problem.CompareLines && !compare.Equal(problem.Comparison{}, expected, actual) {
				t.Errorf("equal lines have different tokens")
			}
		}
		tokens := compare.Equal(problem.Comparison{}, expected, actual)
		if want := slowTokens(expected, actual); tokens != want {
			t.Errorf("tokens: %v, the plain way says %v", tokens, want)
		}
	})
}

// slowTokens is what tokens means, written down plainly.
func slowTokens(a, b []byte) bool {
	split := func(text []byte) [][]byte {
		return bytes.FieldsFunc(text, func(r rune) bool { return bytes.ContainsRune([]byte(" \t\n\v\f\r"), r) })
	}
	return bytes.Equal(bytes.Join(split(a), []byte{' '}), bytes.Join(split(b), []byte{' '}))
}

func checkAgreement(t *testing.T, c problem.Comparison, equal bool, expected, actual []byte) {
	t.Helper()
	d, differ := compare.First(c, expected, actual)
	if differ == equal {
		t.Errorf("%s: Equal says %v, First says %v", c, equal, !differ)
	}
	if !differ {
		return
	}
	if d.Message == "" || !utf8.ValidString(d.Message) || !utf8.ValidString(d.ExpectedToken+d.ActualToken) {
		t.Errorf("%s: %+v is not fit for people", c, d)
	}
	checkPosition(t, d.Expected, expected)
	checkPosition(t, d.Actual, actual)
}

// checkPosition reports a position that is not within the text or at its end.
func checkPosition(t *testing.T, p problem.Position, text []byte) {
	t.Helper()
	lines := bytes.Split(text, []byte{'\n'})
	if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1])+1 {
		t.Errorf("position %+v is not in %q", p, text)
	}
}

// checkSymmetry reports a verdict that depends on which output is the expected
// one. In mode float that is so by definition, but only where the relative error
// is about epsilon: a number x within e of y has y within e/(1-e) of x.
func checkSymmetry(t *testing.T, c problem.Comparison, equal bool, expected, actual []byte) {
	t.Helper()
	if c.Mode == problem.CompareFloat {
		if !equal {
			return
		}
		c.Epsilon = c.Epsilon/(1-c.Epsilon)*(1+1e-9) + 1e-14
	}
	if compare.Equal(c, actual, expected) != equal {
		t.Errorf("%s: not symmetric", c)
	}
}
