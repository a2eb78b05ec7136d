package bugs

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

func others() []*Bug {
	return []*Bug{
		{
			Name: "visited between tests", Mistake: "what was visited is not forgotten for the next test", Shape: graphTests,
			Reference: func(in *Reader, out *Writer) { reachable(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { reachable(in, out, false) },
		},
		{
			Name: "all shortest paths", Mistake: "the middle vertex is the innermost loop", Shape: distances,
			Reference: func(in *Reader, out *Writer) { floyd(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { floyd(in, out, false) },
		},
		{
			Name: "merging two arrays", Mistake: "what is left of the second array is forgotten", Shape: twoArrays,
			Reference: func(in *Reader, out *Writer) {
				n, m := in.Size(), in.Size()
				a := append(in.Ints(n), in.Ints(m)...)
				slices.Sort(a)
				out.Say(a)
			},
			Tested: func(in *Reader, out *Writer) {
				n, m := in.Size(), in.Size()
				a, b := in.Ints(n), in.Ints(m)
				var merged []int
				for len(a) > 0 {
					if len(b) > 0 && b[0] < a[0] {
						merged, b = append(merged, b[0]), b[1:]
					} else {
						merged, a = append(merged, a[0]), a[1:]
					}
				}
				out.Say(merged)
			},
		},
		{
			Name: "prefix sums with updates", Mistake: "an update does not change the sums after its place", Shape: updates,
			Reference: func(in *Reader, out *Writer) { sumQueries(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { sumQueries(in, out, false) },
		},
		{
			Name: "farthest points", Mistake: "looks only at neighbours in x", Shape: points,
			Reference: func(in *Reader, out *Writer) { out.Say(farthest(readPoints(in), math.MaxInt)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(farthest(readPoints(in), 2)) },
		},
		{
			Name: "coins", Mistake: "takes the greatest coin that fits", Shape: oneLine,
			Reference: func(in *Reader, out *Writer) {
				n, s := in.Size(), in.Int()
				out.Say(subset(in.Ints(n), s))
			},
			Tested: func(in *Reader, out *Writer) {
				n, s := in.Size(), in.Int()
				a := in.Ints(n)
				slices.Sort(a)
				for _, v := range slices.Backward(a) {
					if v <= s {
						s -= v
					}
				}
				out.Say(s == 0)
			},
		},
		{
			Name: "greatest of each line", Mistake: "the last line is not answered if it begins with a negative number", Shape: untilEnd,
			Reference: func(in *Reader, out *Writer) {
				for !in.AtEnd() && !in.Failed() {
					out.Say(max(in.Int(), in.Int()))
				}
			},
			Tested: func(in *Reader, out *Writer) {
				for !in.AtEnd() && !in.Failed() {
					a, b := in.Int(), in.Int()
					if a >= 0 || !in.AtEnd() {
						out.Say(max(a, b))
					}
				}
			},
		},
		{
			Name: "binary search", Mistake: "returns any place of the number instead of the first", Shape: sortedQueries,
			Reference: func(in *Reader, out *Writer) {
				searches(in, out, func(a []int, x int) int {
					i, _ := slices.BinarySearch(a, x)
					return i
				})
			},
			Tested: func(in *Reader, out *Writer) {
				searches(in, out, func(a []int, x int) int {
					low, high := 0, len(a)
					for low < high {
						middle := (low + high) / 2
						if a[middle] == x {
							return middle
						}
						if a[middle] < x {
							low = middle + 1
						} else {
							high = middle
						}
					}
					return low
				})
			},
		},
		{
			Name: "long addition", Mistake: "the last carry is lost", Shape: bigNumbers,
			Reference: func(in *Reader, out *Writer) { out.Say(addition(in.Word(), in.Word(), true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(addition(in.Word(), in.Word(), false)) },
		},
		{
			Name: "weighted intervals", Mistake: "an interval may not begin where another ends", Shape: jobs,
			Reference: func(in *Reader, out *Writer) { out.Say(bestJobs(in, 0)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(bestJobs(in, 1)) },
		},
		{
			Name: "longest path", Mistake: "goes from the first vertex only", Shape: dag,
			Reference: func(in *Reader, out *Writer) { out.Say(longestPath(in, false)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(longestPath(in, true)) },
		},
		{
			Name: "sum of digits in a grid", Mistake: "does not look at the last row and column together", Shape: digitGrid,
			Reference: func(in *Reader, out *Writer) { out.Say(square(in, 0)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(square(in, 1)) },
		},
		{
			Name: "prefixes", Mistake: "compares neighbours in the given order instead of sorting", Shape: wordList,
			Reference: func(in *Reader, out *Writer) { out.Say(prefixes(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(prefixes(in, false)) },
		},
		{
			Name: "depth of brackets", Mistake: "the depth is measured at closing brackets after going up", Shape: nested,
			Reference: func(in *Reader, out *Writer) { out.Say(depthOf(in.Word())) },
			Tested:    func(in *Reader, out *Writer) { out.Say(strings.Count(strings.Split(in.Word(), ")")[0], "(")) },
		},
		{
			Name: "matching", Mistake: "takes the first free partner and never changes it", Shape: matching,
			Reference: func(in *Reader, out *Writer) { out.Say(matched(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(matched(in, false)) },
		},
		{
			Name: "edges of two colours", Mistake: "compares with the colour of the root instead of the parent", Shape: colouredTree,
			Reference: func(in *Reader, out *Writer) { colourEdges(in, out, false) },
			Tested:    func(in *Reader, out *Writer) { colourEdges(in, out, true) },
		},
		{
			Name: "sorting by swaps", Mistake: "counts the numbers out of place instead of the swaps", Shape: permutationTests,
			Reference: func(in *Reader, out *Writer) { swaps(in, out, false) },
			Tested:    func(in *Reader, out *Writer) { swaps(in, out, true) },
		},
	}
}

func reachable(in *Reader, out *Writer, forget bool) {
	var seen [1001]bool
	for range in.Size() {
		g := readGraph(in)
		if forget {
			clear(seen[:])
		}
		count := 0
		for stack := []int{0}; len(stack) > 0; {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if seen[v] {
				continue
			}
			seen[v] = true
			count++
			stack = append(stack, g[v]...)
		}
		out.Say(count)
	}
}

func floyd(in *Reader, out *Writer, right bool) {
	n := in.Size()
	d := make([][]int, n)
	for i := range d {
		d[i] = in.Ints(n)
	}
	for a := range n {
		for b := range n {
			for c := range n {
				i, k, j := b, a, c
				if !right {
					i, j, k = a, b, c
				}
				d[i][j] = min(d[i][j], d[i][k]+d[k][j])
			}
		}
	}
	for i := range d {
		out.Say(d[i])
	}
}

func sumQueries(in *Reader, out *Writer, right bool) {
	n, q := in.Size(), in.Size()
	sum := make([]int, n+1)
	for i, v := range in.Ints(n) {
		sum[i+1] = sum[i] + v
	}
	for range q {
		kind, a, b := in.Word(), in.Int(), in.Int()
		switch {
		case kind == "?":
			out.Say(sum[b+1] - sum[a])
		case right:
			for i := a + 1; i <= n; i++ {
				sum[i] += b
			}
		default:
			sum[a+1] += b
		}
	}
}

func readPoints(in *Reader) [][2]float64 {
	p := make([][2]float64, in.Size())
	for i := range p {
		for k := range p[i] {
			p[i][k], _ = strconv.ParseFloat(in.Word(), 64)
		}
	}
	slices.SortStableFunc(p, func(a, b [2]float64) int { return slices.Compare(a[:], b[:]) })
	return p
}

func farthest(p [][2]float64, reach int) string {
	best := 0.0
	for i := range p {
		for j := range i {
			if i-j < reach {
				best = max(best, math.Hypot(p[i][0]-p[j][0], p[i][1]-p[j][1]))
			}
		}
	}
	return fmt.Sprintf("%.6f", best)
}

func subset(a []int, s int) bool {
	sums := map[int]bool{0: true}
	for _, v := range a {
		var more []int
		for t := range sums {
			if t+v <= s {
				more = append(more, t+v)
			}
		}
		for _, t := range more {
			sums[t] = true
		}
		if len(sums) > 100_000 {
			panic("out of memory")
		}
	}
	return sums[s]
}

func searches(in *Reader, out *Writer, find func([]int, int) int) {
	n, q := in.Size(), in.Size()
	a := in.Ints(n)
	for range q {
		out.Say(find(a, in.Int()))
	}
}

func addition(a, b string, carryOut bool) string {
	n := max(len(a), len(b))
	a, b = strings.Repeat("0", n-len(a))+a, strings.Repeat("0", n-len(b))+b
	sum, carry := make([]byte, n), byte(0)
	for i := n - 1; i >= 0; i-- {
		d := a[i] - '0' + b[i] - '0' + carry
		sum[i], carry = '0'+d%10, d/10
	}
	if carryOut && carry > 0 {
		return "1" + string(sum)
	}
	return string(sum)
}

func bestJobs(in *Reader, gap int) int {
	a := make([][3]int, in.Size())
	for i := range a {
		l, r := in.Int(), in.Int()
		a[i] = [3]int{r, l, in.Int()}
	}
	slices.SortFunc(a, func(x, y [3]int) int { return slices.Compare(x[:], y[:]) })
	best := make([]int, len(a))
	for i := range a {
		before := 0
		for j := range i {
			if a[j][0]+gap <= a[i][1] {
				before = max(before, best[j])
			}
		}
		best[i] = before + a[i][2]
	}
	return max(0, slices.Max(append(best, 0))) //nolint:makezero // a last candidate, not a length
}

func longestPath(in *Reader, fromFirst bool) int {
	n, m := in.Size(), in.Size()
	g := make(adjacency, n)
	for range m {
		u, v := in.Int()-1, in.Int()-1
		g[u] = append(g[u], v)
	}
	longest, best := make([]int, n), 0
	for u := n - 1; u >= 0; u-- {
		for _, v := range g[u] {
			longest[u] = max(longest[u], longest[v]+1)
		}
		best = max(best, longest[u])
	}
	if fromFirst {
		return longest[0]
	}
	return best
}

// square is the greatest sum of a square of 2 by 2.
func square(in *Reader, short int) int {
	h, w := in.Size(), in.Size()
	g := readGrid(in, h)
	best := 0
	for i := range h - 1 {
		for j := range w - 1 {
			if short > 0 && i == h-2 && j == w-2 {
				continue
			}
			best = max(best, int(g[i][j])+int(g[i+1][j])+int(g[i][j+1])+int(g[i+1][j+1]))
		}
	}
	return best
}

func prefixes(in *Reader, sorted bool) bool {
	words := make([]string, in.Size())
	for i := range words {
		words[i] = in.Word()
	}
	if sorted {
		slices.Sort(words)
	}
	for i := 1; i < len(words); i++ {
		if strings.HasPrefix(words[i], words[i-1]) || !sorted && strings.HasPrefix(words[i-1], words[i]) {
			return true
		}
	}
	return false
}

func depthOf(s string) int {
	depth, deepest := 0, 0
	for _, c := range s {
		if c == '(' {
			depth++
		} else {
			depth--
		}
		deepest = max(deepest, depth)
	}
	return deepest
}

func matched(in *Reader, change bool) int {
	n, m, k := in.Size(), in.Size(), in.Size()
	g := make(adjacency, n)
	for range k {
		u, v := in.Int()-1, in.Int()-1
		g[u] = append(g[u], v%m)
	}
	partner := make([]int, m)
	for i := range partner {
		partner[i] = -1
	}
	var augment func(u int, seen []bool) bool
	augment = func(u int, seen []bool) bool {
		for _, v := range g[u] {
			if seen[v] {
				continue
			}
			seen[v] = true
			if partner[v] < 0 || change && augment(partner[v], seen) {
				partner[v] = u
				return true
			}
		}
		return false
	}
	count := 0
	for u := range n {
		if augment(u, make([]bool, m)) {
			count++
		}
	}
	return count
}

func colourEdges(in *Reader, out *Writer, root bool) {
	n := in.Size()
	colour := in.Ints(n)
	g := readEdges(in, n, n-1)
	count, seen := 0, make([]bool, n)
	var visit func(v, parent int)
	visit = func(v, parent int) {
		in.Step()
		seen[v] = true
		for _, c := range g[v] {
			if seen[c] {
				continue
			}
			with := v
			if root {
				with = 0
			}
			if colour[c] != colour[with] {
				count++
			}
			visit(c, v)
		}
	}
	visit(0, -1)
	out.Say(count)
}

func swaps(in *Reader, out *Writer, wrong bool) {
	for range in.Size() {
		p := in.Ints(in.Size())
		seen, count := make([]bool, len(p)), 0
		for i := range p {
			if wrong && p[i] != i+1 {
				count++
			}
			for v := i; !seen[v]; v = p[v] - 1 {
				seen[v] = true
				if !wrong && p[v]-1 != i {
					count++
				}
			}
		}
		out.Say(count)
	}
}
