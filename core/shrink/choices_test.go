package shrink_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"stresstester/core/shrink"
)

// drawing is a generator in Go: pick draws a number below bound at a site, and
// between one from low to high, both of which are what recorded Python sees.
type drawing struct {
	given   []uint64
	random  *rand.Rand
	choices []shrink.Choice
}

func (d *drawing) pick(site int, bound int) int {
	v := 0
	switch {
	case d.random != nil:
		v = d.random.IntN(bound)
	case len(d.choices) < len(d.given):
		v = int(min(d.given[len(d.choices)], uint64(bound-1)))
	}
	d.choices = append(d.choices, shrink.Choice{Value: uint64(v), Bound: uint64(bound), Site: site, Number: int64(v), Numeric: true})
	return v
}

func (d *drawing) between(site, low, high int) int {
	v := low + d.pick(site, high-low+1)
	d.choices[len(d.choices)-1].Number = int64(v)
	return v
}

// recorded is a generator with a bug to find, and the smallest failing input that
// it can make.
type recorded struct {
	name     string
	generate func(d *drawing) string
	fails    func(input string) bool
	smallest string
}

func fieldsOf(input string) []int {
	var all []int
	for _, f := range strings.Fields(input) {
		n := 0
		fmt.Sscan(f, &n)
		all = append(all, n)
	}
	return all
}

func arrayText(d *drawing) string {
	n := d.between(0, 1, 12)
	a := make([]int, n)
	for i := range a {
		a[i] = d.between(1, 0, 100)
	}
	return fmt.Sprintln(n) + strings.Trim(fmt.Sprintln(a), "[]\n") + "\n"
}

var recordings = []recorded{
	{"two equal neighbours", arrayText, func(in string) bool {
		a := fieldsOf(in)[1:]
		return len(a) != len(slices.Compact(slices.Clone(a)))
	}, "2\n0 0\n"},
	{"an element above 60", arrayText, func(in string) bool { return slices.Max(fieldsOf(in)[1:]) > 60 }, "1\n61\n"},
	{"a tree with a vertex of degree three", func(d *drawing) string {
		n := d.between(0, 2, 12)
		out := fmt.Sprintln(n)
		for v := 2; v <= n; v++ {
			out += fmt.Sprintln(d.between(1, 1, v-1), v)
		}
		return out
	}, func(in string) bool {
		degree := map[int]int{}
		for _, v := range fieldsOf(in)[1:] {
			degree[v]++
		}
		for _, k := range degree {
			if k >= 3 {
				return true
			}
		}
		return false
	}, "4\n1 2\n1 3\n1 4\n"},
	{"a test case of three elements with a greater one in the middle", func(d *drawing) string {
		t := d.between(0, 1, 5)
		out := fmt.Sprintln(t)
		for range t {
			n := d.between(1, 1, 8)
			out += fmt.Sprint(n)
			for range n {
				out += fmt.Sprint(" ", d.between(2, 0, 9))
			}
			out += "\n"
		}
		return out
	}, func(in string) bool {
		for _, line := range strings.Split(strings.TrimSpace(in), "\n")[1:] {
			if a := fieldsOf(line); a[0] > 2 && a[2] > 4 {
				return true
			}
		}
		return false
	}, "1\n3 0 5 0\n"},
	{"no count at all", func(d *drawing) string {
		out := ""
		for range 6 {
			out += fmt.Sprintln(d.between(0, 0, 1000))
		}
		return out
	}, func(in string) bool { return fieldsOf(in)[5] >= 77 }, "0\n0\n0\n0\n0\n77\n"},
}

func TestChoicesFindTheSmallestInputOfAGenerator(t *testing.T) {
	t.Parallel()
	for _, g := range recordings {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			made := map[string]bool{}
			generate := func(_ context.Context, tapes [][]uint64) []shrink.Made {
				all := make([]shrink.Made, len(tapes))
				for i, tape := range tapes {
					d := &drawing{given: tape}
					all[i].Input = []byte(g.generate(d))
					all[i].Choices = d.choices
					made[string(all[i].Input)] = true
				}
				return all
			}
			oracle := func(_ context.Context, candidates [][]byte) []bool {
				answers := make([]bool, len(candidates))
				for i, c := range candidates {
					if !made[string(c)] {
						t.Errorf("the generator cannot make\n%s", c)
					}
					answers[i] = g.fails(string(c))
				}
				return answers
			}
			for start := range uint64(10) {
				d, input := &drawing{}, ""
				for seed := start * 1000; ; seed++ {
					d = &drawing{random: rand.New(rand.NewPCG(seed, 4))}
					if input = g.generate(d); len(input) > 14 && g.fails(input) {
						break
					}
				}
				for _, width := range []int{1, 4} {
					got := shrink.Choices(t.Context(), []byte(input), d.choices, generate, oracle, shrink.Options{Width: width})
					if string(got.Input) != g.smallest {
						t.Errorf("start %d, width %d: after %d runs\n%sinstead of\n%s", start, width, got.Runs, got.Input, g.smallest)
					}
				}
			}
		})
	}
}

func TestChoicesOutlastAGeneratorThatDies(t *testing.T) {
	t.Parallel()
	d := &drawing{random: rand.New(rand.NewPCG(1, 1))}
	input := arrayText(d)
	for _, left := range []int{0, 1, 3} {
		got := shrink.ChoicesAndText(t.Context(), []byte(input), d.choices, func(_ context.Context, tapes [][]uint64) []shrink.Made {
			n := min(left, len(tapes))
			left -= n
			return make([]shrink.Made, n)
		}, func(_ context.Context, candidates [][]byte) []bool { return make([]bool, len(candidates)) }, shrink.Options{})
		if string(got.Input) != input {
			t.Errorf("%q became %q", input, got.Input)
		}
	}
}
