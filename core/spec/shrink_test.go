package spec

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stresstester/core/shrink"
)

// tokens reads the numbers of an input.
type tokens struct{ rest [][]byte }

func tokensOf(input []byte) *tokens { return &tokens{bytes.Fields(input)} }

func (t *tokens) int() int64 {
	if len(t.rest) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(string(t.rest[0]), 10, 64)
	t.rest = t.rest[1:]
	return n
}

func (t *tokens) ints(n int64) []int64 {
	list := make([]int64, max(n, 0))
	for i := range list {
		list[i] = t.int()
	}
	return list
}

// bug is a wrong program with the spec of its input: it fails on an input where
// fails says so.
type bug struct {
	name  string
	spec  string
	fails func(input []byte) bool
	// smallest is the number of tokens of the smallest failing input, and runs
	// the most that a shrink may take in the middle of ten starts.
	smallest, runs int
}

const (
	arraySpec = "n: int 1..30\na: int[n] -1e9..1e9"
	testsSpec = "t: int 1..5\nrepeat t {\n n: int 1..8\n a: int[n] -1e9..1e9\n}"
	treeSpec  = "n: int 2..20\ne: tree(n)"
	querySpec = "n, q: int 1..12\na: int[n] -1e9..1e9\nrepeat q { l: int 1..n  r: int l..n }"
)

func array(input []byte) []int64 {
	t := tokensOf(input)
	return t.ints(t.int())
}

func sum(list []int64) (total int64) {
	for _, n := range list {
		total += n
	}
	return total
}

func overflows(list []int64) bool { total := sum(list); return total != int64(int32(total)) }

func longestRun(list []int64, fits func(a, b int64) bool) int {
	best := make([]int, len(list))
	longest := 0
	for i := range list {
		best[i] = 1
		for j := range i {
			if fits(list[j], list[i]) {
				best[i] = max(best[i], best[j]+1)
			}
		}
		longest = max(longest, best[i])
	}
	return longest
}

// nonAdjacent is the greatest sum of elements of which no two are neighbours.
func nonAdjacent(list []int64) int64 {
	var with, without int64
	for _, n := range list {
		with, without = without+n, max(with, without)
	}
	return max(with, without)
}

// greedy takes the greatest element that is still possible, again and again.
func greedy(list []int64) (total int64) {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return int(min(max(list[j]-list[i], -1), 1)) })
	taken := make([]bool, len(list)+2)
	for _, i := range order {
		if list[i] > 0 && !taken[i] && !taken[i+2] && !taken[i+1] {
			taken[i+1] = true
			total += list[i]
		}
	}
	return total
}

func neighbours(input []byte) [][]int {
	t := tokensOf(input)
	n := t.int()
	next := make([][]int, n+1)
	for range n - 1 {
		a, b := int(t.int()), int(t.int())
		next[a], next[b] = append(next[a], b), append(next[b], a)
	}
	return next
}

func depths(next [][]int, v, parent int, visit func(v, depth int), depth int) {
	visit(v, depth)
	for _, w := range next[v] {
		if w != parent {
			depths(next, w, v, visit, depth+1)
		}
	}
}

// throughFirst is whether the longest path does not pass vertex 1 as its top.
func diameterMissed(input []byte) bool {
	next := neighbours(input)
	longest := func(v int) (far, depth int) {
		depths(next, v, 0, func(w, d int) {
			if d > depth {
				far, depth = w, d
			}
		}, 0)
		return far, depth
	}
	far, _ := longest(1)
	if far == 0 {
		return false
	}
	_, diameter := longest(far)
	var below []int
	for _, w := range next[1] {
		deepest := 0
		depths(next, w, 1, func(_, d int) { deepest = max(deepest, d+1) }, 0)
		below = append(below, deepest)
	}
	slices.Sort(below)
	slices.Reverse(below)
	return diameter != sumInts(below[:min(2, len(below))])
}

func sumInts(list []int) (total int) {
	for _, n := range list {
		total += n
	}
	return total
}

// coloursDiffer is whether the larger class of a two-colouring is not a largest
// independent set.
func coloursDiffer(input []byte) bool {
	next := neighbours(input)
	var classes [2]int
	depths(next, 1, 0, func(_, d int) { classes[d%2]++ }, 0)
	var set func(v, parent int) (with, without int)
	set = func(v, parent int) (int, int) {
		with, without := 1, 0
		for _, w := range next[v] {
			if w != parent {
				a, b := set(w, v)
				with, without = with+b, without+max(a, b)
			}
		}
		return with, without
	}
	a, b := set(1, 0)
	return max(a, b) != max(classes[0], classes[1])
}

func tests(input []byte, each func(list []int64) bool) bool {
	t := tokensOf(input)
	failed := false
	for range t.int() {
		failed = each(t.ints(t.int())) || failed
	}
	return failed
}

func queries(input []byte, each func(list []int64, l, r int64) bool) bool {
	t := tokensOf(input)
	n, q := t.int(), t.int()
	list := t.ints(n)
	failed := false
	for range q {
		l, r := t.int(), t.int()
		failed = each(list, l, r) || failed
	}
	return failed
}

var bugs = []bug{
	{"the sum overflows", arraySpec, func(in []byte) bool { return overflows(array(in)) }, 4, 170},
	{"all elements are negative", arraySpec, func(in []byte) bool { a := array(in); return slices.Max(a) < 0 }, 2, 20},
	{"equal elements in a rising sequence", arraySpec, func(in []byte) bool {
		a := array(in)
		return longestRun(a, func(x, y int64) bool { return x < y }) != longestRun(a, func(x, y int64) bool { return x <= y })
	}, 3, 60},
	{"greedy choice of elements apart", arraySpec, func(in []byte) bool { a := array(in); return greedy(a) != nonAdjacent(a) }, 4, 200},
	{"state is not reset between tests", testsSpec, func(in []byte) bool {
		best := int64(-1 << 62)
		return tests(in, func(a []int64) bool {
			best = max(best, slices.Max(a))
			return best != slices.Max(a)
		})
	}, 5, 90},
	{"one test overflows", testsSpec, func(in []byte) bool { return tests(in, overflows) }, 5, 200},
	{"the longest path avoids the first vertex", treeSpec, diameterMissed, 11, 120},
	{"two colours instead of an independent set", treeSpec, coloursDiffer, 11, 200},
	{"a maximum that starts at zero", querySpec, func(in []byte) bool {
		return queries(in, func(a []int64, l, r int64) bool { return slices.Max(a[l-1:r]) < 0 })
	}, 5, 40},
	{"a long query that ends at the end", querySpec, func(in []byte) bool {
		return queries(in, func(a []int64, l, r int64) bool { return r == int64(len(a)) && (r-l+1)%4 == 0 })
	}, 8, 60},
	{"a large total over all tests", testsSpec, func(in []byte) bool {
		total := int64(0)
		tests(in, func(a []int64) bool { total += sum(a); return false })
		return total > 2_500_000_000
	}, 5, 300},
}

// starts finds failing inputs among generated ones.
func starts(tb testing.TB, s *Spec, fails func([]byte) bool, n int) [][]byte {
	tb.Helper()
	var found [][]byte
	for seed := uint64(1); len(found) < n; seed++ {
		if input := mustGenerate(tb, s, seed, 30); fails(input) && len(bytes.Fields(input)) > 8 {
			found = append(found, input)
		}
		if seed > 200000 {
			tb.Fatalf("only %d failing inputs among 200000", len(found))
		}
	}
	return found
}

func TestShrinkFindsTheSmallestInput(t *testing.T) {
	t.Parallel()
	for _, b := range bugs {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := mustParse(t, b.spec)
			var sizes, runs []int
			var last shrink.Result
			for _, start := range starts(t, s, b.fails, 10) {
				got := s.Shrink(context.Background(), start, judge(t, s, b.fails), shrink.Options{MaxRuns: 2000, Width: 2})
				if !b.fails(got.Input) || s.Validate(got.Input) != nil {
					t.Fatalf("the result does not fail or is not valid:\n%s", got.Input)
				}
				sizes, runs = append(sizes, len(bytes.Fields(got.Input))), append(runs, got.Runs)
				if n := len(bytes.Fields(got.Input)); n > b.smallest {
					t.Logf("%d tokens are left of\n%s:\n%s", n, start, got.Input)
				}
				last = got
			}
			slices.Sort(runs)
			t.Logf("tokens %v, runs %v, for example %q: %s", sizes, runs, last.Input, last.Proved)
			if worst := slices.Max(sizes); worst > b.smallest {
				t.Errorf("%d tokens are left, and %d are possible", worst, b.smallest)
			}
			if median := runs[len(runs)/2]; median > b.runs {
				t.Errorf("%d runs in the middle, and %d should do", median, b.runs)
			}
		})
	}
}

// judge is an oracle that also demands that it sees valid inputs only.
func judge(tb testing.TB, s *Spec, fails func([]byte) bool) shrink.Oracle {
	return func(_ context.Context, candidates [][]byte) []bool {
		answers := make([]bool, len(candidates))
		for i, c := range candidates {
			if v := s.Validate(c); v != nil {
				tb.Errorf("an invalid candidate is run: %v\n%s", v, c)
			}
			answers[i] = fails(c)
		}
		return answers
	}
}

func TestShrinkReducesWhatEverySpecAllows(t *testing.T) {
	t.Parallel()
	for name, s := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= 4; seed++ {
				start := mustGenerate(t, s, seed, 12)
				always := func([]byte) bool { return true }
				got := s.Shrink(context.Background(), start, judge(t, s, always), shrink.Options{MaxRuns: 3000})
				least := fewestTokens(s)
				if n := len(bytes.Fields(got.Input)); n > least {
					t.Errorf("seed %d: %d tokens are left of\n%s\nand %d are possible:\n%s", seed, n, start, least, got.Input)
				}
			}
		})
	}
}

// fewestTokens is the least number of tokens among small generated inputs.
func fewestTokens(s *Spec) int {
	least := 1 << 30
	for seed := uint64(1); seed < 3000; seed++ {
		if input, err := s.Generate(nil, seed, 1); err == nil {
			least = min(least, len(bytes.Fields(input)))
		}
	}
	return least
}

func TestShrinkKeepsAnInputThatDoesNotFollowTheSpec(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "n: int 1..5")
	input := []byte("7 8 9\n")
	got := s.Shrink(context.Background(), input, func(_ context.Context, c [][]byte) []bool {
		answers := make([]bool, len(c))
		for i := range c {
			answers[i] = strings.Contains(string(c[i]), "8")
		}
		return answers
	}, shrink.Options{})
	if !bytes.Contains(got.Input, []byte("8")) || shrink.Smaller(input, got.Input) {
		t.Errorf("got %q", got.Input)
	}
}

func TestShrinkProvesTheSmallest(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "n: int 1..6\na: int[n] 0..9")
	fails := func(in []byte) bool { return sum(array(in)) >= 4 && len(array(in)) >= 2 }
	start := []byte("5\n9 3 7 1 4\n")
	got := s.Shrink(context.Background(), start, judge(t, s, fails), shrink.Options{MaxRuns: 5000})
	if want := "2\n0 4\n"; string(got.Input) != want {
		t.Errorf("got %q, want %q", got.Input, want)
	}
	if !strings.HasPrefix(got.Proved, "All ") {
		t.Errorf("nothing is proved: %s", got.Proved)
	}
}

// TestShrinkStandsACapriciousOracle takes candidates by chance, so that all
// passes meet all kinds of trees, and demands the same result for any width.
func TestShrinkStandsACapriciousOracle(t *testing.T) {
	t.Parallel()
	for name, s := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= 6; seed++ {
				start := mustGenerate(t, s, seed, 8)
				chance := func(input []byte) bool {
					h := mix(seed)
					for _, c := range input {
						h = mix(h ^ uint64(c))
					}
					return h%3 == 0
				}
				one := s.Shrink(context.Background(), start, judge(t, s, chance), shrink.Options{MaxRuns: 400})
				many := s.Shrink(context.Background(), start, judge(t, s, chance), shrink.Options{MaxRuns: 400, Width: 5})
				if !bytes.Equal(one.Input, many.Input) {
					t.Errorf("seed %d: one at a time:\n%s\nfive at a time:\n%s", seed, one.Input, many.Input)
				}
			}
		})
	}
}

// TestGeneratedInputsFindBugs runs the bugs with the schedule of a stress test.
func TestGeneratedInputsFindBugs(t *testing.T) {
	t.Parallel()
	for _, b := range bugs {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := mustParse(t, b.spec)
			needed := []int{}
			for series := range uint64(9) {
				for test := 1; ; test++ {
					if test > 5000 || b.fails(mustGenerate(t, s, series*1e6+uint64(test), SizeAt(test))) {
						needed = append(needed, test)
						break
					}
				}
			}
			slices.Sort(needed)
			t.Logf("first found by test %v", needed)
			if median := needed[len(needed)/2]; median > 400 {
				t.Errorf("the bug shows at test %d in the middle", median)
			}
		})
	}
}

func TestShrinkMovesWhatMustStayInTheSum(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "a: int[3] 1..9")
	fails := func(in []byte) bool { return sum(tokensOf(in).ints(3)) == 13 }
	got := s.Shrink(context.Background(), []byte("4 6 3\n"), judge(t, s, fails), shrink.Options{})
	if want := "1 3 9\n"; string(got.Input) != want {
		t.Errorf("got %q, want %q", got.Input, want)
	}
}

func TestWhatIsProvedSpeaksOfWhatTheSpecHas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, spec, want string }{
		{"one number", "n: int 1..9\n", "No number can be lowered by one or to its least value"},
		{"an array", "n: int 1..9\na: int[n] 0..9\n", "No element can be removed, and no number can be lowered by one or to its least value"},
		{"a permutation", "p: perm(5)\n", "No element can be removed"},
		{"a word", "s: string(1..9) lower\n", "No character can be removed"},
		{"one character", "c: char lower\n", "No single value can be made smaller"},
		{"a graph in test cases", "t: int 1..3\nrepeat t {\n  n, m: int 1..5\n  e: graph(n, m)\n}\n",
			"No repetition, vertex or edge can be removed, and no number can be lowered by one or to its least value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, mistakes := Parse("a.spec", []byte(c.spec))
			if err := mistakes.Err(); err != nil {
				t.Fatal(err)
			}
			if got := s.unshrinkable(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
