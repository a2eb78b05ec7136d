package spec

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestEveryGeneratedInputIsValid(t *testing.T) {
	t.Parallel()
	for name, s := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for test := 1; test <= 600; test++ {
				seed, size := uint64(test), SizeAt(test)
				if test > 580 {
					size = Unlimited
				}
				input := mustGenerate(t, s, seed, size)
				if v := s.Validate(input); v != nil {
					t.Fatalf("seed %d, size %d: %v\n%s", seed, size, v, input)
				}
			}
		})
	}
}

func TestImpossibleSpecsNameTheirCondition(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, spec, want string }{
		{"a sum out of reach", "n: int 1..3\na: int[n] 5..9\nwhere sum(a) == 2", "no values were found for which `sum(a) == 2` holds"},
		{"two conditions that exclude each other", "a, b: int 1..9\nwhere a < b, b < a", "no values were found for which"},
		{"a range that is always empty", "repeat 2 as i { p: int 1..i-1 }", "no value is possible for `p`: the range 1..i-1 is empty"},
		{"too few values", "a: int[5] 1..3 distinct", "its range holds 3 numbers, and 5 different ones are needed"},
		{"too many edges", "n: int 2..3\ne: graph(n, 4) simple", "`e` cannot have 4 edges"},
		{"too few edges", "e: graph(5, 3) connected", "with 5 vertices it cannot have 3 edges"},
		{"too few texts", "w: string[5](1) \"ab\" distinct", "there are not enough different texts"},
		{"too few unique values", "repeat 4 { x: int 1..3 unique }", "not enough different values"},
		{"an input that is too large", "a: int[10^12] 1..9", "would be"},
		{"a total out of reach", "repeat 5 { x: int 1..9 }\nwhere sum(x) == 50", "`sum(x) == 50`"},
		{"no tree", "n: int 0..0\ne: tree(n)", "must be at least 1"},
		{"characters that do not fit", "s: string(1) \"a\" once \"ST\"", "no length is possible"},
		{"a negative count", "n: int -3..-1\nrepeat n { x: int 1..2 }", "the count n must not be negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := mustParse(t, test.spec)
			for seed := uint64(1); seed < 4; seed++ {
				input, err := s.Generate(nil, seed, 10)
				if err == nil {
					t.Fatalf("it generates\n%s", input)
				}
				if !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

// TestHardConditionsAreMet has conditions that plain chance hardly ever meets.
func TestHardConditionsAreMet(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"a tight total":                   "t: int 1..100\nrepeat t { n: int 1..1000 }\nwhere sum(n) <= 10",
		"an exact total":                  "t: int 1..100\nrepeat t { n: int 1..10 }\nwhere sum(n) == 37",
		"an exact sum":                    "n: int 1..50  s: int 1..10^6\na: int[n] 0..10^5\nwhere sum(a) == s",
		"a product":                       "h, w: int 1..10^9\nwhere h * w <= 10^6",
		"a chain":                         "a, b, c, d: int 1..10^9\nwhere a < b < c < d",
		"an equation":                     "a, b, c: int 1..10^9\nwhere a + b == c",
		"a remainder":                     "n: int 1..10^9\nwhere n % 17 == 5",
		"coprime numbers":                 "a, b: int 2..1000\nwhere gcd(a, b) == 1",
		"no fixed point":                  "n: int 2..20\np: perm(n)\nwhere all(i in 1..n, p[i] != i)",
		"a window":                        "n: int 1..10^5  k: int 1..10^5\nwhere k <= n, n - k <= 3",
		"different texts":                 "s, t: string(3) \"ab\"\nwhere s < t",
		"a sum of products":               "t: int 1..50\nrepeat t { h, w: int 1..1000 }\nwhere sum(h*w) <= 5000",
		"texts with a total length":       "t: int 1..50\nrepeat t { s: string(1..1000) lower }\nwhere sum(len(s)) <= 60",
		"arrays with a total sum":         "t: int 1..20\nrepeat t {\n n: int 1..20\n a: int[n] 1..100\n}\nwhere sum(a) <= 500",
		"a size that follows from others": "n, m: int 1..100\nwhere n + m == 100\na: int[n] 1..9\nb: int[m] 1..9",
		"unique pairs":                    "n: int 2..9  m: int 1..8\nrepeat m { u, v: int 1..n where u < v, unique(u, v) }",
		"a complete graph":                "n: int 1..12\ne: graph(n, n*(n-1)/2) simple",
		"a cycle with a chord":            "n: int 4..30\ne: graph(n, n+1) connected simple",
		"nearly complete and bipartite":   "n: int 2..12  m: int 1..36\ne: graph(n, m) bipartite simple connected\nwhere m >= n*n/4",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustParse(t, src)
			for test := 1; test <= 300; test++ {
				size := SizeAt(test * 5)
				if test > 290 {
					size = Unlimited
				}
				input := mustGenerate(t, s, uint64(test), size)
				if v := s.Validate(input); v != nil {
					t.Fatalf("%v\n%s", v, input)
				}
			}
		})
	}
}

func TestTheSameSeedGivesTheSameInput(t *testing.T) {
	t.Parallel()
	for name, s := range corpus(t) {
		want := make([]string, 50)
		for i := range want {
			want[i] = string(mustGenerate(t, s, uint64(i), 6))
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for i := range want {
					prefix := []byte("before ")
					got, err := s.Generate(prefix, uint64(i), 6)
					if err != nil || string(got) != "before "+want[i] {
						t.Errorf("%s: seed %d gives another input", name, i)
						return
					}
				}
			})
		}
		group.Wait()
	}
}

// TestGeneratedInputsAreKept compares with testdata/generated.txt: a seed that
// somebody noted must not come to mean another input without need. Run with
// -update after a deliberate change.
func TestGeneratedInputsAreKept(t *testing.T) {
	t.Parallel()
	const file = "testdata/generated.txt"
	specs := corpus(t)
	names := slices.Sorted(maps.Keys(specs))
	var got strings.Builder
	for _, name := range names {
		fmt.Fprintf(&got, "== %s\n%s", name, mustGenerate(t, specs[name], 42, 5))
	}
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the inputs differ from %s", file)
	}
}

func TestSizesGrow(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "n: int 1..10^5\na: int[n] 1..9")
	last := Size(0)
	for test := 1; test <= 20000; test++ {
		size := SizeAt(test)
		if size < last {
			t.Fatalf("test %d is smaller than the one before", test)
		}
		last = size
		if n := len(strings.Fields(string(mustGenerate(t, s, uint64(test), size)))) - 1; n < 1 || n > int(size) {
			t.Fatalf("test %d of size %d has %d elements", test, size, n)
		}
	}
	if SizeAt(1) != 1 || SizeAt(1000) != 13 || SizeAt(10000) != 25 {
		t.Errorf("the reference says otherwise: %d %d %d", SizeAt(1), SizeAt(1000), SizeAt(10000))
	}
}

func TestShapesAndValuesVary(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, spec string
		size       Size
		// kinds tells the kinds of an input; each of want must occur in one of fifty.
		kinds func(input []byte) []string
		want  []string
	}{
		{"trees", "n: int 9..9\ne: tree(n)", 9, treeKinds, []string{"path", "star", "deep", "flat", "branching"}},
		{"graphs", "n: int 6..6  m: int 0..15\ne: graph(n, m) simple", 6, func(in []byte) []string {
			switch m := tokensOf(in).ints(2)[1]; {
			case m == 0:
				return []string{"empty"}
			case m == 15:
				return []string{"complete"}
			case m <= 6:
				return []string{"sparse"}
			}
			return []string{"dense"}
		}, []string{"empty", "complete", "sparse", "dense"}},
		{"values", "n: int 8..8\na: int[n] -1e9..1e9", 8, valueKinds, []string{"equal", "small", "large", "negative", "sorted", "repeated", "distinct"}},
		{"texts", "s: string(8..8) lower", 8, func(in []byte) []string {
			distinct := map[byte]bool{}
			for _, c := range bytes.TrimSpace(in) {
				distinct[c] = true
			}
			return []string{fmt.Sprint(min(len(distinct), 4))}
		}, []string{"1", "2", "3", "4"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := mustParse(t, test.spec)
			count := map[string]int{}
			for seed := range uint64(1000) {
				for _, kind := range test.kinds(mustGenerate(t, s, seed, test.size)) {
					count[kind]++
				}
			}
			t.Log(count)
			for _, kind := range test.want {
				if count[kind] < 20 {
					t.Errorf("%s occurs %d times in 1000", kind, count[kind])
				}
			}
		})
	}
}

func treeKinds(input []byte) []string {
	next := neighbours(input)
	most := 0
	for _, n := range next {
		most = max(most, len(n))
	}
	far, depth, diameter := 0, 0, 0
	depths(next, 1, 0, func(v, d int) {
		if d > depth {
			far, depth = v, d
		}
	}, 0)
	depths(next, far, 0, func(_, d int) { diameter = max(diameter, d) }, 0)
	kinds := []string{}
	switch {
	case most == 2:
		kinds = append(kinds, "path")
	case most == len(next)-2:
		kinds = append(kinds, "star")
	case most >= 3 && most <= 4:
		kinds = append(kinds, "branching")
	}
	if diameter >= 6 {
		return append(kinds, "deep")
	}
	return append(kinds, "flat")
}

func valueKinds(input []byte) []string {
	list := array(input)
	var kinds []string
	note := func(name string, is bool) {
		if is {
			kinds = append(kinds, name)
		}
	}
	lo, hi := slices.Min(list), slices.Max(list)
	note("equal", lo == hi)
	note("small", lo >= -10 && hi <= 10)
	note("large", hi > 1e8)
	note("negative", hi < 0)
	note("sorted", slices.IsSorted(list))
	note("repeated", repeated(list) >= 0)
	note("distinct", repeated(list) < 0)
	return kinds
}
