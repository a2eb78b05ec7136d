package spec

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"stresstester/core/shrink"
)

// constructs are what the language promises, one by one, each with an input that
// breaks just this and the place of the breach.
var constructs = []struct {
	name, spec, broken, at string
}{
	{"integers with bounds", "n: int 2..9", "10\n", "1:1"},
	{"expressions as bounds", "n: int 1..2*10^5\nx: int n-1..2*n", "5\n3\n", "2:1"},
	{"numbers such as 1e9", "n: int 1..1e9", "1000000001\n", "1:1"},
	{"joined ranges", "x: int -1 | 5..9", "3\n", "1:1"},
	{"floats with digits", "x: float 0..1 digits 3", "0.1234\n", "1:1"},
	{"strings over an alphabet", "s: string(3) \"ab\"", "abc\n", "1:3"},
	{"character classes", "s: string(1..5) lower digit", "ab_\n", "1:3"},
	{"arrays", "n: int 0..6\na: int[n] 1..9", "2\n1 0\n", "2:3"},
	{"arrays with a line each", "n: int 1..6\na: int[n] 1..9 lines", "2\n1\n10\n", "3:1"},
	{"matrices", "n, m: int 1..3\na: int[n][m] 0..5", "1 2\n0 6\n", "2:3"},
	{"grids", "h, w: int 1..4\ng: grid(h, w) \".#\"", "1 2\n.x\n", "2:2"},
	{"grids with marks", "h, w: int 2..3\ng: grid(h, w) \".#\" once \"ST\"", "2 2\nS.\n.S\n", "3:2"},
	{"permutations", "n: int 1..6\np: perm(n)", "3\n1 3 1\n", "2:5"},
	{"permutations from 0", "n: int 1..6\np: perm(n) from 0", "2\n0 2\n", "2:3"},
	{"distinct elements", "n: int 1..6\na: int[n] 0..20 distinct", "3\n1 2 1\n", "2:5"},
	{"sorted elements", "n: int 1..6\na: int[n] 0..9 sorted", "3\n1 2 1\n", "2:5"},
	{"increasing elements", "n: int 1..6\na: int[n] 0..20 increasing", "2\n1 1\n", "2:3"},
	{"values unique among the repetitions", "t: int 1..4\nrepeat t {\n  x: int 1..9 unique\n}", "2\n5\n5\n", "3:1"},
	{"trees", "n: int 1..6\ne: tree(n)", "3\n1 2\n2 1\n", "3:1"},
	{"rooted parents", "n: int 2..6\np: parents(n)", "3\n3 2\n", "2:3"},
	{"parents before their children", "n: int 2..6\np: parents(n) ordered", "3\n1 3\n", "2:3"},
	{"parents with a marked root", "n: int 1..6\np: parents(n) root 0", "2\n2 1\n", "2:3"},
	{"graphs", "n: int 1..5  m: int 0..5\ne: graph(n, m)", "2 1\n1 3\n", "2:3"},
	{"connected graphs", "n: int 1..5  m: int 0..8\ne: graph(n, m) connected", "3 1\n1 2\n", "2:1"},
	{"simple graphs", "n: int 1..5  m: int 0..8\ne: graph(n, m) simple", "2 2\n1 2\n2 1\n", "3:1"},
	{"directed graphs", "n: int 1..4  m: int 0..5\ne: graph(n, m) directed simple", "2 2\n1 2\n1 2\n", "3:1"},
	{"acyclic graphs", "n: int 1..4  m: int 0..5\ne: graph(n, m) directed acyclic", "2 2\n1 2\n2 1\n", "3:1"},
	{"strongly connected graphs", "n: int 1..4  m: int 0..8\ne: graph(n, m) directed strong", "2 1\n1 2\n", "2:1"},
	{"bipartite graphs", "n: int 1..5  m: int 0..5\ne: graph(n, m) bipartite simple", "3 3\n1 2\n2 3\n3 1\n", "4:1"},
	{"graphs of two sides", "a, b: int 1..4  m: int 0..4\ne: graph(a, b, m) simple", "1 2 1\n2 1\n", "2:1"},
	{"weighted edges", "n: int 1..5\ne: tree(n) weight 1..9", "2\n1 2 10\n", "2:5"},
	{"intervals", "n: int 1..4\ni: interval[n] 0..20", "1\n5 3\n", "2:3"},
	{"disjoint intervals", "n: int 1..3\ni: interval[n] 0..30 disjoint", "2\n0 5\n5 7\n", "3:1"},
	{"points", "n: int 1..5\np: point[n] -5..5, 0..9", "1\n0 -1\n", "2:3"},
	{"alternatives", "q: int 1..5\nrepeat q {\n  | 1 x: int 1..5\n  | \"ask\"\n}", "2\n1 3\n2\n", "3:1"},
	{"repetitions with a count", "t: int 1..4\nrepeat t {\n  x, y: int 0..9\n}", "1\n3 10\n", "2:3"},
	{"repetitions to the end", "repeat 1..4 {\n  x: int 1..9\n}\n\"0\"", "3\n", "2:1"},
	{"a line of the statement's own", "n: int 1..5  k: int 1..n\n\"go\"", "2 1\nstop\n", "2:1"},
	{"conditions on sums", "n: int 1..5\na: int[n] 0..50\nwhere sum(a) <= 60", "2\n40 30\n", "2:4"},
	{"conditions that compare", "a, b: int 1..20\nwhere a < b", "5 5\n", "1:3"},
	{"conditions on counts", "n: int 1..6\na: int[n] 0..3\nwhere count(a, 0) >= 1", "2\n1 2\n", "2:1"},
	{"conditions for all", "n: int 1..4\na: int[n] 0..50\nwhere all(i in 2..n, a[i] >= a[i-1])", "2\n3 1\n", "2:1"},
	{"test cases with a total", "t: int 1..5\nrepeat t {\n  n: int 1..8\n  a: int[n] 0..9\n}\nwhere sum(n) <= 10", "2\n8\n0 0 0 0 0 0 0 0\n3\n0 0 0\n", "4:1"},
}

func TestEveryConstructGeneratesValidatesEnumeratesAndShrinks(t *testing.T) {
	t.Parallel()
	for _, c := range constructs {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := mustParse(t, c.spec)
			different := map[string]bool{}
			for seed := uint64(1); seed <= 60; seed++ {
				input := mustGenerate(t, s, seed, Size(1+seed/6))
				if v := s.Validate(input); v != nil {
					t.Fatalf("generated, but %v:\n%s", v, input)
				}
				different[string(input)] = true
			}
			if len(different) < 3 {
				t.Errorf("only %d different inputs are generated", len(different))
			}
			v := s.Validate([]byte(c.broken))
			if v == nil {
				t.Fatalf("this should not be valid:\n%s", c.broken)
			}
			if positionText(v) != c.at {
				t.Errorf("the breach is reported at %s, not %s: %s", positionText(v), c.at, v.Message)
			}
			listed, last := map[string]bool{}, -1
			s.Enumerate(6, func(input []byte) bool {
				if v := s.Validate(input); v != nil {
					t.Fatalf("enumerated, but %v:\n%s", v, input)
				}
				if listed[string(input)] {
					t.Fatalf("enumerated twice:\n%s", input)
				}
				m := s.Measure(input)
				if m < last {
					t.Fatalf("a measure of %d after one of %d:\n%s", m, last, input)
				}
				listed[string(input)], last = true, m
				return len(listed) < 300
			})
			if len(listed) == 0 {
				t.Error("nothing is enumerated")
			}
			least := fewestTokens(s)
			start := mustGenerate(t, s, 7, 9)
			got := s.Shrink(t.Context(), start, func(_ context.Context, candidates [][]byte) []bool {
				answers := make([]bool, len(candidates))
				for i, c := range candidates {
					if v := s.Validate(c); v != nil {
						t.Errorf("a candidate is not valid: %v\n%s", v, c)
					}
					answers[i] = true
				}
				return answers
			}, shrink.Options{MaxRuns: 2000})
			if n := len(bytes.Fields(got.Input)); n > least {
				t.Errorf("%d tokens are left where %d are possible:\n%s", n, least, got.Input)
			}
		})
	}
}

func positionText(v *Violation) string { return fmt.Sprintf("%d:%d", v.Line, v.Column) }
