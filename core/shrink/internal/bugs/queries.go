package bugs

import (
	"math"
	"slices"
)

func queries() []*Bug {
	return []*Bug{
		{
			Name: "range maximum", Mistake: "the maximum starts at 0", Shape: rangeQueries,
			Reference: func(in *Reader, out *Writer) {
				answer(in, out, func(a []int, l, r int) int { return slices.Max(a[l-1 : r]) })
			},
			Tested: func(in *Reader, out *Writer) {
				answer(in, out, func(a []int, l, r int) int { return max(0, slices.Max(a[l-1:r])) })
			},
		},
		{
			Name: "range sum", Mistake: "leaves out the last element when r is n", Shape: rangeQueries,
			Reference: func(in *Reader, out *Writer) { answer(in, out, rangeSum) },
			Tested: func(in *Reader, out *Writer) {
				answer(in, out, func(a []int, l, r int) int {
					if r == len(a) {
						r--
					}
					return rangeSum(a, l, r)
				})
			},
		},
		{
			Name: "equal ends", Mistake: "an empty range for l = r in the middle", Shape: rangeQueries,
			Reference: func(in *Reader, out *Writer) {
				answer(in, out, func(a []int, l, r int) int { return distinct(a[l-1 : r]) })
			},
			Tested: func(in *Reader, out *Writer) {
				answer(in, out, func(a []int, l, r int) int {
					if l == r && l > 1 && r < len(a) {
						return 0
					}
					return distinct(a[l-1 : r])
				})
			},
		},
		{
			Name: "multiset", Mistake: "erasing a value erases all its copies", Shape: commands,
			Reference: func(in *Reader, out *Writer) { multiset(in, out, 1) },
			Tested:    func(in *Reader, out *Writer) { multiset(in, out, math.MaxInt) },
		},
		{
			Name: "queue of commands", Mistake: "the minimum is not found again after it was taken", Shape: commands,
			Reference: func(in *Reader, out *Writer) { minimumOf(in, out, false) },
			Tested:    func(in *Reader, out *Writer) { minimumOf(in, out, true) },
		},
		{
			Name: "knapsack", Mistake: "goes upwards, so an item is taken many times", Shape: knapsack,
			Reference: func(in *Reader, out *Writer) { out.Say(pack(in, false)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(pack(in, true)) },
		},
		{
			Name: "knapsack by value", Mistake: "takes the most valuable item that fits first", Shape: knapsack,
			Reference: func(in *Reader, out *Writer) { out.Say(pack(in, false)) },
			Tested: func(in *Reader, out *Writer) {
				n, c := in.Size(), in.Int()
				items := make([][2]int, n)
				for i := range items {
					items[i] = [2]int{in.Int(), in.Int()}
				}
				slices.SortStableFunc(items, func(a, b [2]int) int { return b[1] - a[1] })
				sum := 0
				for _, it := range items {
					if it[0] <= c {
						c -= it[0]
						sum += it[1]
					}
				}
				out.Say(sum)
			},
		},
		{
			Name: "union of intervals", Mistake: "intervals that touch are not merged", Shape: intervals,
			Reference: func(in *Reader, out *Writer) {
				merge(in, out, func(end, start int) bool { return start <= end })
			},
			Tested: func(in *Reader, out *Writer) {
				merge(in, out, func(end, start int) bool { return start < end })
			},
		},
		{
			Name: "most disjoint intervals", Mistake: "sorts by the start", Shape: intervals,
			Reference: func(in *Reader, out *Writer) { schedule(in, out, 1) },
			Tested:    func(in *Reader, out *Writer) { schedule(in, out, 0) },
		},
		{
			Name: "common elements", Mistake: "counts a number twice that is twice in a list", Shape: sets,
			Reference: func(in *Reader, out *Writer) { common(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { common(in, out, false) },
		},
		{
			Name: "longest list", Mistake: "a list after a longer one is not compared", Shape: sets,
			Reference: func(in *Reader, out *Writer) {
				best, at := 0, 0
				for i := range in.Size() {
					if s := total(in.Ints(in.Size())); s > best {
						best, at = s, i+1
					}
				}
				out.Say(at, best)
			},
			Tested: func(in *Reader, out *Writer) {
				best, at, last := 0, 0, 0
				for i := range in.Size() {
					s := total(in.Ints(in.Size()))
					if s > last {
						best, at = s, i+1
					}
					last = s
				}
				out.Say(at, best)
			},
		},
	}
}

func answer(in *Reader, out *Writer, f func(a []int, l, r int) int) {
	n, q := in.Size(), in.Size()
	a := in.Ints(n)
	for range q {
		l, r := in.Int(), in.Int()
		out.Say(f(a, l, r))
	}
}

func rangeSum(a []int, l, r int) int {
	sum := 0
	for i := l; i <= r; i++ {
		sum += a[i-1]
	}
	return sum
}

func total(a []int) int { return rangeSum(a, 1, len(a)) }

func distinct(a []int) int {
	a = slices.Clone(a)
	slices.Sort(a)
	return len(slices.Compact(a))
}

// multiset knows: 1 x insert, 2 x erase at most the given number, 3 size.
func multiset(in *Reader, out *Writer, erased int) {
	have, size := map[int]int{}, 0
	for range in.Size() {
		switch in.Int() {
		case 1:
			have[in.Int()]++
			size++
		case 2:
			x := in.Int()
			n := min(have[x], erased)
			have[x] -= n
			size -= n
		case 3:
			out.Say(size)
		}
	}
}

// minimumOf knows: 1 x insert, 2 x replace the minimum by x, 3 print it.
func minimumOf(in *Reader, out *Writer, stale bool) {
	var a []int
	least := math.MaxInt
	for range in.Size() {
		switch in.Int() {
		case 1:
			a = append(a, in.Int())
			least = min(least, a[len(a)-1])
		case 2:
			x := in.Int()
			if len(a) == 0 {
				continue
			}
			a[slices.Index(a, slices.Min(a))] = x
			if stale {
				least = min(least, x)
			} else {
				least = slices.Min(a)
			}
		case 3:
			out.Say(len(a) > 0 && least > 0, least)
		}
	}
}

func pack(in *Reader, again bool) int {
	n, c := in.Size(), in.Size()
	best := make([]int, c+1)
	for range n {
		w, v := in.Int(), in.Int()
		if again {
			for i := w; i <= c; i++ {
				best[i] = max(best[i], best[i-w]+v)
			}
			continue
		}
		for i := c; i >= w; i-- {
			best[i] = max(best[i], best[i-w]+v)
		}
	}
	return best[c]
}

func readIntervals(in *Reader, by int) [][2]int {
	a := make([][2]int, in.Size())
	for i := range a {
		a[i] = [2]int{in.Int(), in.Int()}
	}
	slices.SortStableFunc(a, func(x, y [2]int) int {
		if x[by] != y[by] {
			return x[by] - y[by]
		}
		return x[1-by] - y[1-by]
	})
	return a
}

func merge(in *Reader, out *Writer, joins func(end, start int) bool) {
	parts, end := 0, math.MinInt
	for _, it := range readIntervals(in, 0) {
		if !joins(end, it[0]) {
			parts++
		}
		end = max(end, it[1])
	}
	out.Say(parts)
}

func schedule(in *Reader, out *Writer, by int) {
	taken, end := 0, math.MinInt
	for _, it := range readIntervals(in, by) {
		if it[0] > end {
			taken++
			end = it[1]
		}
	}
	out.Say(taken)
}

func common(in *Reader, out *Writer, once bool) {
	n := in.Size()
	seen := map[int]int{}
	for range n {
		list := in.Ints(in.Size())
		if once {
			slices.Sort(list)
			list = slices.Compact(list)
		}
		for _, x := range list {
			seen[x]++
		}
	}
	shared := 0
	for _, k := range seen {
		if k >= n {
			shared++
		}
	}
	out.Say(shared)
}
