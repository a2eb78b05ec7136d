package spec

import (
	"testing"
)

func TestCasesSplitAnInput(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "t: int 1..5  k: int 0..9\nrepeat t {\n n: int 0..4\n a: int[n] 1..9\n}\nwhere sum(n) <= 9")
	input := "3 7\n2\n5 6\n0\n\n1\n9\n"
	cases, ok := s.Cases([]byte(input))
	if !ok || len(cases) != 3 {
		t.Fatalf("got %v %v", cases, ok)
	}
	want := []struct{ own, whole string }{{"2\n5 6\n", "1 7\n2\n5 6\n"}, {"0\n\n", "1 7\n0\n\n"}, {"1\n9\n", "1 7\n1\n9\n"}}
	lines := []int{2, 4, 6}
	for i, c := range cases {
		if got := input[c.Start:c.End]; c.Index != i || got != want[i].own || string(c.Input) != want[i].whole || c.Line != lines[i] {
			t.Errorf("case %d: %q, %q, line %d", i, got, c.Input, c.Line)
		}
	}
}

func TestWhatCountsAsATestCase(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, spec, input string
		cases             int // -1: none
	}{
		{"a count called t", "t: int 1..5\nrepeat t { a, b: int 1..9 }", "2\n1 2\n3 4\n", 2},
		{"rows of a table", "n: int 1..5\nrepeat n { a, b: int 1..9 }", "2\n1 2\n3 4\n", -1},
		{"blocks of several lines under another name", "m: int 1..5\nrepeat m {\n a: int 1..9\n b: int 1..9\n}", "1\n2\n3\n", 1},
		{"queries", "q: int 1..5\nrepeat q {\n | 1 a: int 1..9\n | 2\n}", "1\n2\n", -1},
		{"a count that is used again", "n: int 1..5\na: int[n] 1..9\nrepeat n {\n k: int 1..9\n b: int[k] 1..2\n}", "1\n2\n1\n1\n", -1},
		{"cases until a zero", "repeat 1..9 {\n n: int 1..9\n a: int[n] 1..9\n}\n\"0\"", "1\n2\n2\n3 4\n0\n", 2},
		{"no repetition at all", "n: int 1..5", "1\n", -1},
		{"an input that does not follow the spec", "t: int 1..5\nrepeat t { a: int 1..9 }", "2\n1\n", -1},
		{"a spec that does not allow one case", "t: int 2..5\nrepeat t { a: int 1..9 }", "2\n1\n1\n", 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := mustParse(t, test.spec)
			cases, ok := s.Cases([]byte(test.input))
			if got := len(cases); ok != (test.cases >= 0) || ok && got != test.cases {
				t.Errorf("got %d cases, %v", got, ok)
			}
			for _, c := range cases {
				if c.Input != nil && s.Validate(c.Input) != nil {
					t.Errorf("case %d is not valid alone: %q", c.Index, c.Input)
				}
			}
		})
	}
}
