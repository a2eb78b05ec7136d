package compare_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/compare"
	"stresstester/core/problem"
)

func mode(t testing.TB, s string) problem.Comparison {
	t.Helper()
	c, err := problem.ParseComparison(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEqual(t *testing.T) {
	t.Parallel()
	const huge = "123456789012345678901234567890"
	tests := []struct {
		name             string
		modes            string // separated by spaces
		expected, actual string
		want             bool
	}{
		{"the same bytes are equal", "tokens lines exact float caseless", "1 2\n", "1 2\n", true},
		{"two empty outputs are equal", "tokens lines exact float caseless", "", "", true},
		{"an output differs from none", "tokens lines exact float caseless", "1", "", false},
		{"tokens ignore all white space", "tokens float caseless", " 1\t2\v\f\r\n3", "1 2 3\n\n", true},
		{"white space alone is no token", "tokens lines float caseless", "", " \r\n\n", true},
		{"tokens are not joined", "tokens float caseless", "1 2", "12", false},
		{"a token may be the start of the other", "tokens float caseless", "12", "1", false},
		{"the order of tokens matters", "tokens", "1 2", "2 1", false},
		{"a token may be missing", "tokens float caseless", "1 2 3", "1 2", false},
		{"a token may be too many", "tokens float caseless", "1 2", "1 2 3", false},
		{"case matters", "tokens lines exact float", "YES", "Yes", false},
		{"case does not matter", "caseless", "YES no", "Yes NO", true},
		{"caseless keeps @ and ` apart", "caseless", "@[", "`{", false},
		{"caseless leaves other letters alone", "caseless", "é", "É", false},
		{"caseless does not take all broken bytes for equal", "caseless", "\xff", "\xfe", false},
		{"broken bytes are bytes", "tokens lines float", "\xff\x00 \xc3", "\xff\x00 \xc3\n", true},
		{"a no-break space is no white space", "tokens lines float caseless", "a\u00a0b", "a b", false},

		{"lines ignore white space at their end", "lines", "a b\nc\n", "a b \t\r\nc", true},
		{"lines ignore empty lines at the end", "lines", "a\n", "a\n\n \n", true},
		{"lines keep white space within", "lines", "a b", "a  b", false},
		{"lines keep white space at their start", "lines", "a", " a", false},
		{"lines keep empty lines between", "lines", "a\nb", "a\n\nb", false},
		{"lines keep empty lines at the start", "lines", "a", "\na", false},
		{"lines see where a line ends", "lines", "a b\nc", "a\nb c", false},

		{"exact sees a missing newline", "exact", "a\n", "a", false},
		{"exact sees CR", "exact", "a\n", "a\r\n", false},

		{"an absolute error is allowed", "float=1e-6", "0.5", "0.5000009", true},
		{"an absolute error is too large", "float=1e-6", "0.5", "0.500002", false},
		{"an error of exactly epsilon is allowed", "float=1e-6", "0.1", "0.100001", true},
		{"a relative error is allowed", "float=1e-6", "1000000.5", "1000001", true},
		{"a relative error is too large", "float=1e-6", "1000000.5", "1000003.5", false},
		{"the relative error is against the expected number", "float=0.5", "20.0", "10.0", true},
		{"so that the other way round it may be too large", "float=0.5", "10.0", "20.0", false},
		{"integers have no error", "float=1e-2", "1000000", "1000001", false},
		{"an integer may be printed as a real", "float", "5", "5.0000001", true},
		{"a real may be printed as an integer", "float", "5.0000001", "5", true},
		{"zeros are equal whatever their sign", "float", "-0 0 -0.00", "0 -0 0", true},
		{"leading zeros of integers are kept", "float", "007", "7", false},
		{"all decimal syntax is read", "float", "+.5 5. 1e3 1E-3 -2.50e+1", "0.5 5.0 1000.0 .001 -25.0", true},
		{"half a number is a word", "float", "1e 1e+ . - 1.2.3", "1.0e 1.e+ .. -- 1.20.3", false},
		{"hexadecimal is a word", "float", "0x1p1", "2.0", false},
		{"underscores make a word", "float", "1_0.0", "10.0", false},
		{"large integers against reals", "float", huge, huge + ".0", true},
		{"too large for a double is a word", "float", "1e999", "1e998", false},
		{"too large for a double is not inf", "float", "1e999", "inf", false},
		{"too small for a double is zero", "float", "1e-999", "0", true},
		{"nan equals nan in any spelling", "float", "nan NaN -nan", "-nan nan NAN", true},
		{"nan is no number", "float", "nan", "0.0", false},
		{"a number is not nan", "float", "0.0", "nan", false},
		{"inf equals inf in any spelling", "float", "inf -Infinity +inf", "Infinity -inf INF", true},
		{"the sign of inf matters", "float", "inf", "-inf", false},
		{"inf is no number", "float", "inf", "1e308", false},
		{"a number is not inf", "float", "1e308", "inf", false},
		{"nan is not inf", "float", "nan", "inf", false},
		{"words are compared as tokens in mode float", "float", "YES 1.0", "YES 1", true},
		{"different words differ in mode float", "float", "YES", "NO", false},
		{"the largest doubles do not overflow", "float", "1.7e308", "-1.7e308", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, m := range strings.Fields(tt.modes) {
				c := mode(t, m)
				if got := compare.Equal(c, []byte(tt.expected), []byte(tt.actual)); got != tt.want {
					t.Errorf("Equal(%s, %q, %q) = %v", m, tt.expected, tt.actual, got)
				}
				if _, differ := compare.First(c, []byte(tt.expected), []byte(tt.actual)); differ == tt.want {
					t.Errorf("First(%s, %q, %q) disagrees with Equal", m, tt.expected, tt.actual)
				}
			}
		})
	}
}

func TestZeroComparisonMeansTokens(t *testing.T) {
	t.Parallel()
	if !compare.Equal(problem.Comparison{}, []byte("1 2\n"), []byte("1\n2")) {
		t.Error("white space mattered")
	}
	if compare.Equal(problem.Comparison{}, []byte("YES"), []byte("yes")) {
		t.Error("case did not matter")
	}
}

func TestZeroEpsilonMeansTheDefault(t *testing.T) {
	t.Parallel()
	c := problem.Comparison{Mode: problem.CompareFloat}
	if !compare.Equal(c, []byte("0.5"), []byte("0.5000005")) {
		t.Error("an error below 1e-6 was not allowed")
	}
	d, _ := compare.First(c, []byte("0.5"), []byte("0.75"))
	if want := "token 1: expected 0.5, got 0.75, an error of 0.25 where 1e-06 is allowed"; d.Message != want {
		t.Errorf("message %q, want %q", d.Message, want)
	}
}

func TestFirst(t *testing.T) {
	t.Parallel()
	at := func(line, column int) problem.Position { return problem.Position{Line: line, Column: column} }
	tests := []struct {
		name             string
		mode             string
		expected, actual string
		want             problem.Difference
	}{
		{
			"a token differs", "tokens", "1 2\n5\n", "1 2 4\n",
			problem.Difference{
				TokenIndex: 2, Expected: at(2, 1), Actual: at(1, 5), ExpectedToken: "5", ActualToken: "4",
				Message: "token 3: expected 5, got 4",
			},
		},
		{
			"the output ends early", "tokens", "1 2 3\n", "1 2 \n\n",
			problem.Difference{
				TokenIndex: 2, Expected: at(1, 5), Actual: at(1, 4), ExpectedToken: "3",
				Message: "the output ends after 2 tokens, 3 were expected",
			},
		},
		{
			"the output is empty", "tokens", "7\n", "\n",
			problem.Difference{
				TokenIndex: 0, Expected: at(1, 1), Actual: at(1, 1), ExpectedToken: "7",
				Message: "the output is empty, 1 token was expected",
			},
		},
		{
			"one token too many", "tokens", "1", "1\n2",
			problem.Difference{
				TokenIndex: 1, Expected: at(1, 2), Actual: at(2, 1), ActualToken: "2",
				Message: "1 more token than expected: 2",
			},
		},
		{
			"several tokens too many", "tokens", "", "1 2 3",
			problem.Difference{
				TokenIndex: 0, Expected: at(1, 1), Actual: at(1, 1), ActualToken: "1",
				Message: "3 more tokens than expected, the first is 1",
			},
		},
		{
			"tokens that part within", "tokens", "x abcde", "x abzde",
			problem.Difference{
				TokenIndex: 1, Expected: at(1, 3), Actual: at(1, 3), ExpectedToken: "abcde", ActualToken: "abzde",
				Message: "token 2: expected abcde, got abzde",
			},
		},
		{
			"bytes that are no text", "tokens", "a\xff", "a\xfe\x00",
			problem.Difference{
				TokenIndex: 0, Expected: at(1, 1), Actual: at(1, 1), ExpectedToken: `a\xff`, ActualToken: "a\\xfe\x00",
				Message: `token 1: expected "a\xff", got "a\xfe\x00"`,
			},
		},
		{
			"characters that cannot be seen", "tokens", "1", "\ufeff1",
			problem.Difference{
				TokenIndex: 0, Expected: at(1, 1), Actual: at(1, 1), ExpectedToken: "1", ActualToken: "\ufeff1",
				Message: `token 1: expected 1, got "\ufeff1"`,
			},
		},
		{
			"a huge token is cut around the difference", "tokens",
			strings.Repeat("a", 5000) + "b" + strings.Repeat("c", 5000), strings.Repeat("a", 5000) + "x" + strings.Repeat("c", 5000),
			problem.Difference{
				TokenIndex: 0, Expected: at(1, 1), Actual: at(1, 1),
				ExpectedToken: "…" + strings.Repeat("a", 512) + "b" + strings.Repeat("c", 511) + "…",
				ActualToken:   "…" + strings.Repeat("a", 512) + "x" + strings.Repeat("c", 511) + "…",
				Message: "token 1: expected …" + strings.Repeat("a", 40) + "b" + strings.Repeat("c", 39) +
					"…, got …" + strings.Repeat("a", 40) + "x" + strings.Repeat("c", 39) + "… (byte 5001)",
			},
		},
		{
			"a cut does not go through a character", "tokens",
			strings.Repeat("é", 100), strings.Repeat("é", 100) + "x",
			problem.Difference{
				TokenIndex: 0, Expected: at(1, 1), Actual: at(1, 1),
				ExpectedToken: strings.Repeat("é", 100),
				ActualToken:   strings.Repeat("é", 100) + "x",
				Message:       "token 1: expected …" + strings.Repeat("é", 40) + ", got …" + strings.Repeat("é", 40) + "x (byte 201)",
			},
		},
		{
			"a number is off", "float=1e-6", "ok 2.0", "ok 2.5",
			problem.Difference{
				TokenIndex: 1, Expected: at(1, 4), Actual: at(1, 4), ExpectedToken: "2.0", ActualToken: "2.5",
				Message: "token 2: expected 2.0, got 2.5, an error of 0.25 where 1e-06 is allowed",
			},
		},
		{
			"numbers before the difference are within the error", "float=1e-6", "1.0 2.0", "1.0000001 nan",
			problem.Difference{
				TokenIndex: 1, Expected: at(1, 5), Actual: at(1, 11), ExpectedToken: "2.0", ActualToken: "nan",
				Message: "token 2: expected 2.0, got nan",
			},
		},
		{
			"integers that differ have no error", "float=1e-6", "3", "4",
			problem.Difference{
				TokenIndex: 0, Expected: at(1, 1), Actual: at(1, 1), ExpectedToken: "3", ActualToken: "4",
				Message: "token 1: expected 3, got 4",
			},
		},
		{
			"words differ in more than case", "caseless", "yes\nNo\n", "YES\nNope\n",
			problem.Difference{
				TokenIndex: 1, Expected: at(2, 1), Actual: at(2, 1), ExpectedToken: "No", ActualToken: "Nope",
				Message: "token 2: expected No, got Nope",
			},
		},

		{
			"a line differs", "lines", "a\nb c\n", "a \nb d\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(2, 3), Actual: at(2, 3), ExpectedToken: "b c", ActualToken: "b d",
				Message: `line 2, column 3: expected "b c", got "b d"`,
			},
		},
		{
			"white space within a line differs", "lines", "b c", "b  c",
			problem.Difference{
				TokenIndex: -1, Expected: at(1, 3), Actual: at(1, 3), ExpectedToken: "b c", ActualToken: "b  c",
				Message: `line 1, column 3: only the white space differs: expected "b c", got "b  c"`,
			},
		},
		{
			"an empty line is missing", "lines", "a\n\nb\n", "a\nb\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(2, 1), Actual: at(2, 1), ExpectedToken: "", ActualToken: "b",
				Message: `line 2, column 1: expected "", got "b"`,
			},
		},
		{
			"lines are missing", "lines", "a\nb\nc\n", "a\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(2, 1), Actual: at(1, 2), ExpectedToken: "b",
				Message: "the output ends after 1 line, 3 were expected",
			},
		},
		{
			"all lines are missing", "lines", "a\nb\n", "",
			problem.Difference{
				TokenIndex: -1, Expected: at(1, 1), Actual: at(1, 1), ExpectedToken: "a",
				Message: "the output is empty, 2 lines were expected",
			},
		},
		{
			"a line too many", "lines", "a\n", "a\nb\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(1, 2), Actual: at(2, 1), ActualToken: "b",
				Message: `1 more line than expected: "b"`,
			},
		},

		{
			"the newline at the end is missing", "exact", "a\n", "a",
			problem.Difference{
				TokenIndex: -1, Expected: at(1, 2), Actual: at(1, 2), ExpectedToken: "a\n", ActualToken: "a",
				Message: "the newline at the end is missing",
			},
		},
		{
			"a newline too many at the end", "exact", "a", "a\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(1, 2), Actual: at(1, 2), ExpectedToken: "a", ActualToken: "a\n",
				Message: "one newline too many at the end",
			},
		},
		{
			"a space too many at the end of a line", "exact", "a\nb\n", "a \nb\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(1, 2), Actual: at(1, 2), ExpectedToken: "a\n", ActualToken: "a \n",
				Message: `line 1, column 2: white space at the end of the line that is not expected: "a "`,
			},
		},
		{
			"a space is missing at the end of a line", "exact", "a \nb\n", "a\nb\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(1, 2), Actual: at(1, 2), ExpectedToken: "a \n", ActualToken: "a\n",
				Message: `line 1, column 2: white space at the end of the line is missing: expected "a "`,
			},
		},
		{
			"a Windows newline", "exact", "a\nb\n", "a\r\nb\r\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(1, 2), Actual: at(1, 2), ExpectedToken: "a\n", ActualToken: "a\r\n",
				Message: "line 1, column 2: expected a newline, got a Windows newline (CR LF)",
			},
		},
		{
			"a line goes on", "exact", "a\nb\n", "a",
			problem.Difference{
				TokenIndex: -1, Expected: at(1, 2), Actual: at(1, 2), ExpectedToken: "a\n", ActualToken: "a",
				Message: "line 1, column 2: expected a newline, got the end of the output",
			},
		},
		{
			"the output ends at a line's start", "exact", "a\nb\n", "a\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(2, 1), Actual: at(2, 1), ExpectedToken: "b\n", ActualToken: "",
				Message: `line 2, column 1: the output ends, expected "b"`,
			},
		},
		{
			"the output goes on", "exact", "a\n", "a\nb\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(2, 1), Actual: at(2, 1), ExpectedToken: "", ActualToken: "b\n",
				Message: `line 2, column 1: the output should end, got "b"`,
			},
		},
		{
			"a byte differs", "exact", "abc\n", "abd\n",
			problem.Difference{
				TokenIndex: -1, Expected: at(1, 3), Actual: at(1, 3), ExpectedToken: "abc\n", ActualToken: "abd\n",
				Message: `line 1, column 3: expected "abc", got "abd"`,
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, differ := compare.First(mode(t, tt.mode), []byte(tt.expected), []byte(tt.actual))
			if !differ {
				t.Fatal("no difference found")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("difference (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEqualDoesNotAllocate(t *testing.T) {
	c := mode(t, "float=1e-6")
	tests := []struct{ name, expected, actual string }{
		{"tokens with other white space", "1 2 3\n4", "1 2 3 \n4\n"},
		{"numbers", "0.123456789012 nan", "0.123456789013 NaN"},
		{"a number of the full length of a double", "0." + strings.Repeat("1", 28), "0." + strings.Repeat("1", 27)},
	}
	for _, tt := range tests {
		expected, actual := []byte(tt.expected), []byte(tt.actual)
		for _, m := range []string{"tokens", "lines", "exact", "float", "caseless"} {
			c.Mode = problem.CompareMode(m)
			if n := testing.AllocsPerRun(100, func() { compare.Equal(c, expected, actual) }); n != 0 {
				t.Errorf("%s, mode %s: %v allocations", tt.name, m, n)
			}
		}
	}
}
