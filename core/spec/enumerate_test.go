package spec

import (
	"slices"
	"strings"
	"testing"
)

func TestEnumerateOrdersInputsBySize(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "n: int 1..2\na: int[n] -1..1")
	var got []string
	s.Enumerate(100, func(input []byte) bool {
		got = append(got, strings.ReplaceAll(strings.TrimSpace(string(input)), "\n", ":"))
		return true
	})
	want := []string{"1:0", "1:1", "1:-1", "2:0 0", "2:0 1", "2:0 -1", "2:1 0", "2:-1 0", "2:1 1", "2:1 -1", "2:-1 1", "2:-1 -1"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestEnumerateStopsWhenItIsTold(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "n: int 1..1000000\na: int[n] -1e9..1e9")
	n := 0
	s.Enumerate(1000, func([]byte) bool { n++; return n < 500 })
	if n != 500 {
		t.Errorf("got %d inputs", n)
	}
}

// TestEnumerateKnowsAllStructures compares with numbers from the literature.
func TestEnumerateKnowsAllStructures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, spec string
		want       int
	}{
		{"binary strings of up to three", "s: string(0..3) \"01\"", 15},
		{"arrays of bits", "n: int 1..3\na: int[n] 0..1", 14},
		{"sorted arrays", "a: int[3] 1..4 sorted", 20},
		{"rising arrays", "a: int[3] 1..5 increasing", 10},
		{"distinct arrays", "a: int[3] 1..4 distinct", 24},
		{"permutations", "p: perm(4)", 24},
		{"labelled trees", "e: tree(5)", 125},
		{"rooted trees with root 1", "p: parents(5)", 125},
		{"rooted trees with any root", "p: parents(4) root 0", 64},
		{"recursive trees", "p: parents(5) ordered", 24},
		{"graphs", "m: int 0..6\ne: graph(4, m) simple", 64},
		{"connected graphs", "m: int 0..6\ne: graph(4, m) simple connected", 38},
		{"forests", "m: int 0..3\ne: graph(4, m) acyclic", 38},
		{"bipartite graphs", "m: int 0..6\ne: graph(4, m) simple bipartite", 41},
		{"acyclic directed graphs", "m: int 0..3\ne: graph(3, m) simple directed acyclic", 25},
		{"strongly connected graphs", "m: int 0..6\ne: graph(3, m) simple strong", 18},
		{"two-sided graphs", "m: int 0..4\ne: graph(2, 2, m) simple", 16},
		{"multigraphs with loops", "e: graph(2, 2)", 6},
		{"intervals", "q: interval 1..4", 10},
		{"strict intervals", "q: interval 1..4 strict", 6},
		{"ordered pairs of disjoint intervals", "v: interval[2] 1..3 disjoint", 10},
		{"sets of points", "p: point[2] 0..1 increasing", 6},
		{"decimals", "x: float 0..1 digits 1", 11},
		{"grids with one start", "g: grid(2, 2) \".#\" once \"S\"", 32},
		{"alternatives", "repeat 2 {\n | 1 x: int 1..2\n | 2\n}", 9},
		{"uncounted repetitions", "repeat 0..2 { x: int 1..2 }", 7},
		{"conditions", "l, r: int 1..4\nwhere l < r", 6},
		{"unique numbers", "repeat 2 { x: int 1..3 unique }", 6},
		{"numbers in two ranges", "x: int -1 | 3..4", 3},
		{"texts that differ", "w: string[2](1) \"abc\" distinct", 6},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := mustParse(t, test.spec)
			seen := map[string]bool{}
			last := 0
			s.Enumerate(10000, func(input []byte) bool {
				if v := s.Validate(input); v != nil {
					t.Fatalf("%v\n%s", v, input)
				}
				if seen[string(input)] {
					t.Errorf("%q comes twice", input)
				}
				seen[string(input)] = true
				m := s.Measure(input)
				if m < last {
					t.Errorf("%q has measure %d and comes after %d", input, m, last)
				}
				last = m
				return true
			})
			if len(seen) != test.want {
				t.Errorf("got %d inputs, want %d", len(seen), test.want)
			}
			changed := 0
			for input := range seen {
				changed += checkChanges(t, s, input, seen)
			}
			if changed == 0 {
				t.Error("nothing was changed")
			}
		})
	}
}

func TestEnumerateLeavesOutNothingSmall(t *testing.T) {
	t.Parallel()
	for name, s := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known := map[string]bool{}
			limit := -1
			for level := 0; level < 60; level++ {
				n := len(known)
				all := s.enumerate(level, 400000, func(input []byte) bool {
					known[string(input)] = true
					return len(known) < 20000
				})
				if !all {
					break
				}
				limit = level
				if len(known) > 5000 || level > 40 && len(known) == n {
					break
				}
			}
			checked := 0
			for seed := uint64(1); seed < 400; seed++ {
				input := mustGenerate(t, s, seed, Size(seed%3))
				if m := s.Measure(input); m >= 0 && m <= limit && !hasEdges(s) {
					checked++
					if !known[string(input)] {
						t.Errorf("measure %d is left out:\n%s", m, input)
					}
				}
			}
			t.Logf("limit %d, %d inputs, %d checked", limit, len(known), checked)
		})
	}
}

func hasEdges(s *Spec) bool {
	for _, f := range s.fields {
		if f.typ.kind == kindTree || f.typ.kind == kindGraph {
			return true
		}
	}
	return false
}

// checkChanges changes every word of an input in several ways. The result is
// valid exactly if it is among all inputs of the spec.
func checkChanges(t *testing.T, s *Spec, input string, all map[string]bool) int {
	t.Helper()
	n := 0
	for start := 0; start < len(input); start++ {
		if isSpace(input[start]) || start > 0 && !isSpace(input[start-1]) {
			continue
		}
		end := start
		for end < len(input) && !isSpace(input[end]) {
			end++
		}
		for _, word := range []string{"-1", "0", "1", "2", "3", "4", "5", "0.5", "a", "ab", "01", ".S", "S.", ""} {
			changed := input[:start] + word + input[end:]
			n++
			valid := s.Validate([]byte(changed)) == nil
			plain := changed
			if valid {
				plain = plainForm(s, changed)
			}
			if valid != all[plain] {
				t.Errorf("%q, made from %q, is valid: %v", changed, input, valid)
			}
		}
	}
	return n
}

// plainForm writes a valid input as the enumerator does: no needless white space,
// edges in order.
func plainForm(s *Spec, input string) string {
	r := newReader(s, []byte(input))
	defer r.release()
	rec := r.read()
	for _, f := range s.fields {
		if f.typ.kind == kindTree || f.typ.kind == kindGraph {
			v := &rec.vals[f.slot]
			v.more.list = f.typ.tidied(v.more.list, false, true, true)
		}
	}
	return string(s.print(nil, rec))
}
