package bugs

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// HeldOut are bugs in shapes of their own. They were written after the shrinkers
// and measured once; then the shrinkers learnt from what they missed. The document
// of the benchmark has both results.
func HeldOut() []*Bug {
	return complete([]*Bug{
		{
			Name: "way through a maze", Mistake: "never walks up", Shape: maze,
			Reference: func(in *Reader, out *Writer) { out.Say(throughMaze(in, [][2]int{{0, 1}, {1, 0}, {0, -1}, {-1, 0}})) },
			Tested:    func(in *Reader, out *Writer) { out.Say(throughMaze(in, [][2]int{{0, 1}, {1, 0}, {0, -1}})) },
		},
		{
			Name: "longest cycle", Mistake: "the way into the cycle is counted too", Shape: successors,
			Reference: func(in *Reader, out *Writer) { out.Say(longestCycle(in.Ints(in.Size()), false)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(longestCycle(in.Ints(in.Size()), true)) },
		},
		{
			Name: "guest list", Mistake: "removing a guest who is not there lowers the count", Shape: guests,
			Reference: func(in *Reader, out *Writer) { guestList(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { guestList(in, out, false) },
		},
		{
			Name: "sums of rows", Mistake: "the first column of a query is left out where it is not column 1", Shape: rowQueries,
			Reference: func(in *Reader, out *Writer) { rowSums(in, out, 0) },
			Tested:    func(in *Reader, out *Writer) { rowSums(in, out, 1) },
		},
		{
			Name: "one-way streets", Mistake: "streets are used in both directions", Shape: streets,
			Reference: func(in *Reader, out *Writer) { out.Say(streetDistance(in, false)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(streetDistance(in, true)) },
		},
		{
			Name: "area of a polygon", Mistake: "the edge back to the first point is forgotten", Shape: polygon,
			Reference: func(in *Reader, out *Writer) { out.Say(twiceArea(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(twiceArea(in, false)) },
		},
		{
			Name: "greatest jump", Mistake: "the jump to the last number is not looked at", Shape: untilZero,
			Reference: func(in *Reader, out *Writer) { out.Say(greatestJump(in, 0)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(greatestJump(in, 1)) },
		},
		{
			Name: "product of matrices", Mistake: "sums over the rows of the result instead of the inner length", Shape: twoMatrices,
			Reference: func(in *Reader, out *Writer) { product(in, out, false) },
			Tested:    func(in *Reader, out *Writer) { product(in, out, true) },
		},
		{
			Name: "rotation", Mistake: "crashes where the rotation is longer than the word", Shape: wordAndNumber,
			Reference: func(in *Reader, out *Writer) {
				s, k := in.Word(), in.Int()
				k %= len(s)
				out.Say(s[k:] + s[:k])
			},
			Tested: func(in *Reader, out *Writer) {
				s, k := in.Word(), in.Int()
				out.Say(s[k:] + s[:k])
			},
		},
		{
			Name: "sums below a vertex", Mistake: "a change does not reach the grandparents", Shape: treeUpdates,
			Reference: func(in *Reader, out *Writer) { below(in, out, math.MaxInt) },
			Tested:    func(in *Reader, out *Writer) { below(in, out, 1) },
		},
		{
			Name: "longest run of ones", Mistake: "changes the first zeros instead of the best ones", Shape: flips,
			Reference: func(in *Reader, out *Writer) { onesAfter(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { onesAfter(in, out, false) },
		},
		{
			Name: "league table", Mistake: "a draw gives its point to the first team only", Shape: matches,
			Reference: func(in *Reader, out *Writer) { out.Say(pointsOf(in, 1)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(pointsOf(in, 0)) },
		},
		{
			Name: "different large numbers", Mistake: "compares them as floating point numbers", Shape: largeNumbers,
			Reference: func(in *Reader, out *Writer) { out.Say(distinct(in.Ints(in.Size()))) },
			Tested: func(in *Reader, out *Writer) {
				seen := map[float64]bool{}
				for _, v := range in.Ints(in.Size()) {
					seen[float64(v)] = true
				}
				out.Say(len(seen))
			},
		},
		{
			Name: "composition", Mistake: "applies the permutations in the wrong order", Shape: twoPermutations,
			Reference: func(in *Reader, out *Writer) { composed(in, out, false) },
			Tested:    func(in *Reader, out *Writer) { composed(in, out, true) },
		},
		{
			Name: "stations on a line", Mistake: "takes every k-th place instead of searching for the distance", Shape: shelters,
			Reference: func(in *Reader, out *Writer) {
				n, c := in.Size(), in.Int()
				a := in.Ints(n)
				best := 0
				for d := nextDistance(a, 0); d <= billion && placed(a, d) >= c; d = nextDistance(a, d) {
					best = d
				}
				out.Say(best)
			},
			Tested: func(in *Reader, out *Writer) {
				n, c := in.Size(), in.Int()
				a := in.Ints(n)
				best := math.MaxInt
				for i := 1; i < c; i++ {
					best = min(best, a[i*(n-1)/(c-1)]-a[(i-1)*(n-1)/(c-1)])
				}
				out.Say(best)
			},
		},
		{
			Name: "longest word", Mistake: "takes the last of equally long words instead of the first", Shape: words,
			Reference: func(in *Reader, out *Writer) { longestName(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { longestName(in, out, false) },
		},
	})
}

func throughMaze(in *Reader, steps [][2]int) int {
	h, w := in.Size(), in.Size()
	g := readGrid(in, h)
	distance := map[[2]int]int{}
	var queue [][2]int
	var target [2]int
	for i := range g {
		for j := range g[i] {
			switch g[i][j] {
			case 'S':
				queue = append(queue, [2]int{i, j})
				distance[[2]int{i, j}] = 0
			case 'T':
				target = [2]int{i, j}
			}
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, s := range steps {
			to := [2]int{at[0] + s[0], at[1] + s[1]}
			if to[0] < 0 || to[0] >= h || to[1] < 0 || to[1] >= min(w, len(g[to[0]])) || g[to[0]][to[1]] == '#' {
				continue
			}
			if _, seen := distance[to]; !seen {
				distance[to] = distance[at] + 1
				queue = append(queue, to)
			}
		}
	}
	if d, ok := distance[target]; ok {
		return d
	}
	return -1
}

func longestCycle(next []int, tail bool) int {
	best := 0
	for v := range next {
		seen := map[int]int{}
		at := v
		for {
			if first, ok := seen[at]; ok {
				length := len(seen) - first
				if tail {
					length = len(seen)
				}
				best = max(best, length)
				break
			}
			seen[at] = len(seen)
			at = next[at] - 1
		}
	}
	return best
}

func guestList(in *Reader, out *Writer, right bool) {
	there, count := map[string]bool{}, 0
	for range in.Size() {
		switch in.Word() {
		case "in":
			name := in.Word()
			if !there[name] {
				there[name] = true
				count++
			}
		case "out":
			name := in.Word()
			if there[name] || !right && count > 0 {
				delete(there, name)
				count--
			}
		case "ask":
			out.Say(count)
		}
	}
}

func rowSums(in *Reader, out *Writer, mistake int) {
	n, m, q := in.Size(), in.Size(), in.Size()
	a := make([][]int, n)
	for i := range a {
		a[i] = in.Ints(m)
	}
	for range q {
		row, from, to := in.Int()-1, in.Int()-1, in.Int()
		if from > 0 {
			from += mistake
		}
		sum := 0
		for j := from; j < to; j++ {
			sum += a[row][j]
		}
		out.Say(sum)
	}
}

func streetDistance(in *Reader, both bool) int {
	n, m, s, t := in.Size(), in.Size(), in.Int()-1, in.Int()-1
	g := make(adjacency, n)
	for range m {
		u, v := in.Int()-1, in.Int()-1
		g[u] = append(g[u], v)
		if both {
			g[v] = append(g[v], u)
		}
	}
	distance := map[int]int{s: 0}
	for queue := []int{s}; len(queue) > 0; queue = queue[1:] {
		for _, v := range g[queue[0]] {
			if _, seen := distance[v]; !seen {
				distance[v] = distance[queue[0]] + 1
				queue = append(queue, v)
			}
		}
	}
	if d, ok := distance[t]; ok {
		return d
	}
	return -1
}

func twiceArea(in *Reader, closed bool) int {
	n := in.Size()
	x, y := make([]int, n), make([]int, n)
	for i := range x {
		x[i], y[i] = in.Int(), in.Int()
	}
	sum := 0
	for i := range n {
		j := i + 1
		if j == n {
			if !closed {
				break
			}
			j = 0
		}
		sum += x[i]*y[j] - x[j]*y[i]
	}
	return max(sum, -sum)
}

func greatestJump(in *Reader, short int) int {
	var a []int
	for !in.Failed() {
		v := in.Int()
		if v == 0 {
			break
		}
		a = append(a, v)
	}
	best := 0
	for i := 1; i < len(a)-short; i++ {
		best = max(best, a[i]-a[i-1], a[i-1]-a[i])
	}
	return best
}

func product(in *Reader, out *Writer, wrong bool) {
	n, m, k := in.Size(), in.Size(), in.Size()
	a, b := make([][]int, n), make([][]int, m)
	for i := range a {
		a[i] = in.Ints(m)
	}
	for i := range b {
		b[i] = in.Ints(k)
	}
	inner := m
	if wrong {
		inner = min(n, m)
	}
	for i := range n {
		row := make([]int, k)
		for j := range k {
			for l := range inner {
				row[j] += a[i][l] * b[l][j]
			}
		}
		out.Say(row)
	}
}

func below(in *Reader, out *Writer, reach int) {
	n, q := in.Size(), in.Size()
	value := in.Ints(n)
	g := readEdges(in, n, n-1)
	parent, sum := make([]int, n), slices.Clone(value)
	var visit func(v, p, depth int)
	visit = func(v, p, depth int) {
		if depth > n {
			panic("stack overflow")
		}
		parent[v] = p
		for _, c := range g[v] {
			if c != p {
				visit(c, v, depth+1)
				sum[v] += sum[c]
			}
		}
	}
	visit(0, -1, 0)
	for range q {
		switch in.Word() {
		case "add":
			v, x := in.Int()-1, in.Int()
			for up := 0; v >= 0 && up <= reach; up++ {
				in.Step()
				sum[v] += x
				v = parent[v]
			}
		case "sum":
			out.Say(sum[in.Int()-1])
		}
	}
}

func onesAfter(in *Reader, out *Writer, best bool) {
	for range in.Size() {
		n, k := in.Size(), in.Int()
		s := in.Word()
		if len(s) != n {
			panic("out of bounds")
		}
		longest := 0
		for i := range n {
			zeros := 0
			for j := i; j < n; j++ {
				if s[j] == '0' {
					zeros++
				}
				if zeros > k {
					break
				}
				longest = max(longest, j-i+1)
			}
		}
		if !best {
			changed := strings.Replace(s, "0", "1", k)
			longest = 0
			for part := range strings.SplitSeq(changed, "0") {
				longest = max(longest, len(part))
			}
		}
		out.Say(longest)
	}
}

func pointsOf(in *Reader, second int) []int {
	n, m := in.Size(), in.Size()
	points := make([]int, n)
	for range m {
		u, v, g, h := in.Int()-1, in.Int()-1, in.Int(), in.Int()
		switch {
		case g > h:
			points[u] += 3
		case g < h:
			points[v] += 3
		default:
			points[u]++
			points[v] += second
		}
	}
	return points
}

func composed(in *Reader, out *Writer, swapped bool) {
	n := in.Size()
	p, q := in.Ints(n), in.Ints(n)
	if swapped {
		p, q = q, p
	}
	r := make([]int, n)
	for i := range r {
		r[i] = p[q[i]-1]
	}
	out.Say(r)
}

// placed is how many can stand at least d apart.
func placed(a []int, d int) int {
	count, last := 0, math.MinInt/2
	for _, x := range a {
		if x-last >= d {
			count, last = count+1, x
		}
	}
	return count
}

// nextDistance is the next larger distance between two places.
func nextDistance(a []int, d int) int {
	next := math.MaxInt
	for i := range a {
		for j := range i {
			if x := a[i] - a[j]; x > d {
				next = min(next, x)
			}
		}
	}
	return next
}

// longestName says the longest of the words of each person, the first of those
// that are equally long.
func longestName(in *Reader, out *Writer, first bool) {
	for range in.Size() {
		best := ""
		for range in.Size() {
			if w := in.Word(); len(w) > len(best) || !first && len(w) == len(best) {
				best = w
			}
		}
		out.Say(best, strconv.Itoa(len(best)))
	}
}
