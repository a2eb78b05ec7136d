package bugs

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// Unseen are bugs in shapes of their own, written when the work on the shrinkers
// was over. Nothing was changed after their first results were seen.
func Unseen() []*Bug {
	return complete([]*Bug{
		{
			Name: "transfers", Mistake: "sends what is there when it is not enough", Shape: transfers,
			Reference: func(in *Reader, out *Writer) { transfer(in, out, false) },
			Tested:    func(in *Reader, out *Writer) { transfer(in, out, true) },
		},
		{
			Name: "ranking", Mistake: "equal scores stay in the order of the input instead of by name", Shape: scores,
			Reference: func(in *Reader, out *Writer) { ranking(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { ranking(in, out, false) },
		},
		{
			Name: "largest square", Mistake: "does not look at the diagonal neighbour", Shape: bits,
			Reference: func(in *Reader, out *Writer) { out.Say(largestSquare(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(largestSquare(in, false)) },
		},
		{
			Name: "depth below the root", Mistake: "expects parents before their children", Shape: rooted,
			Reference: func(in *Reader, out *Writer) { out.Say(rootedDepth(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(rootedDepth(in, false)) },
		},
		{
			Name: "rounds of relaxing", Mistake: "stops after two rounds", Shape: roads,
			Reference: func(in *Reader, out *Writer) { out.Say(relaxed(in, 1000)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(relaxed(in, 2)) },
		},
		{
			Name: "wildcards", Mistake: "a star matches at least one letter", Shape: wildcard,
			Reference: func(in *Reader, out *Writer) { out.Say(wildcardMatch(in.Word(), in.Word(), 0)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(wildcardMatch(in.Word(), in.Word(), 1)) },
		},
		{
			Name: "watches on a clock", Mistake: "a watch over midnight covers nothing", Shape: clock,
			Reference: func(in *Reader, out *Writer) { out.Say(covered(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(covered(in, false)) },
		},
		{
			Name: "rooks", Mistake: "fields that two rooks reach are subtracted twice", Shape: rooks,
			Reference: func(in *Reader, out *Writer) { out.Say(unattacked(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(unattacked(in, false)) },
		},
		{
			Name: "least product", Mistake: "sorts both arrays alike instead of one the other way round", Shape: pairings,
			Reference: func(in *Reader, out *Writer) { leastProduct(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { leastProduct(in, out, false) },
		},
		{
			Name: "pairs at distance two", Mistake: "vertex 0 is no middle", Shape: treeFromZero,
			Reference: func(in *Reader, out *Writer) { out.Say(distanceTwo(in, 0)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(distanceTwo(in, 1)) },
		},
		{
			Name: "additions to ranges", Mistake: "the range ends one place too early", Shape: rangeAdds,
			Reference: func(in *Reader, out *Writer) { out.Say(afterAdditions(in, 0)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(afterAdditions(in, 1)) },
		},
		{
			Name: "dictionary", Mistake: "a second translation replaces the first", Shape: dictionary,
			Reference: func(in *Reader, out *Writer) { translate(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { translate(in, out, false) },
		},
	})
}

func transfer(in *Reader, out *Writer, partial bool) {
	n, m := in.Size(), in.Size()
	a := in.Ints(n)
	for range m {
		u, v, x := in.Int()-1, in.Int()-1, in.Int()
		if a[u] < x {
			if !partial {
				continue
			}
			x = a[u]
		}
		a[u] -= x
		a[v] += x
	}
	out.Say(a)
}

func ranking(in *Reader, out *Writer, byName bool) {
	type person struct {
		name  string
		score int
	}
	all := make([]person, in.Size())
	for i := range all {
		all[i] = person{in.Word(), in.Int()}
	}
	slices.SortStableFunc(all, func(a, b person) int {
		if a.score != b.score || !byName {
			return b.score - a.score
		}
		return strings.Compare(a.name, b.name)
	})
	for _, p := range all {
		out.Say(p.name)
	}
}

func largestSquare(in *Reader, diagonal bool) int {
	n, m := in.Size(), in.Size()
	best, above := 0, make([]int, m+1)
	for range n {
		row := make([]int, m+1)
		for j := 1; j <= m; j++ {
			if in.Int() == 1 {
				row[j] = min(above[j], row[j-1]) + 1
				if diagonal {
					row[j] = min(row[j], above[j-1]+1)
				}
			}
			best = max(best, row[j])
		}
		above = row
	}
	return best
}

func rootedDepth(in *Reader, right bool) int {
	p := append([]int{0}, in.Ints(in.Size())...)
	deepest := 0
	depth := make([]int, len(p))
	for v := 1; v < len(p); v++ {
		if !right {
			depth[v] = depth[p[v]] + 1
			deepest = max(deepest, depth[v])
			continue
		}
		d := 0
		for at := v; at > 0; at = p[at] {
			if d++; d > len(p) {
				panic("endless loop")
			}
		}
		deepest = max(deepest, d)
	}
	return deepest
}

func relaxed(in *Reader, rounds int) int {
	n, m, s, t := in.Size(), in.Size(), in.Int(), in.Int()
	roads := make([][3]int, m)
	for i := range roads {
		roads[i] = [3]int{in.Int(), in.Int(), in.Int()}
	}
	const far = 1 << 60
	distance := make([]int, n+1)
	for i := range distance {
		distance[i] = far
	}
	distance[s] = 0
	for range min(n, rounds) {
		before := slices.Clone(distance)
		for _, r := range roads {
			distance[r[1]] = min(distance[r[1]], before[r[0]]+r[2])
		}
	}
	if distance[t] >= far {
		return -1
	}
	return distance[t]
}

func wildcardMatch(pattern, s string, least int) bool {
	if pattern == "" {
		return s == ""
	}
	if pattern[0] == '*' {
		for i := least; i <= len(s); i++ {
			if wildcardMatch(pattern[1:], s[i:], least) {
				return true
			}
		}
		return false
	}
	return s != "" && (pattern[0] == '?' || pattern[0] == s[0]) && wildcardMatch(pattern[1:], s[1:], least)
}

func covered(in *Reader, wrap bool) int {
	n, hours := in.Size(), in.Size()
	seen := make([]bool, hours)
	count := 0
	mark := func(from, to int) {
		for h := from; h <= to; h++ {
			if !seen[h] {
				seen[h] = true
				count++
			}
		}
	}
	for range n {
		l, r := in.Int(), in.Int()
		switch {
		case l <= r:
			mark(l, r)
		case wrap:
			mark(l, hours-1)
			mark(0, r)
		}
	}
	return count
}

func unattacked(in *Reader, once bool) int {
	n, k := in.Size(), in.Size()
	rows, columns := map[int]bool{}, map[int]bool{}
	for range k {
		rows[in.Int()], columns[in.Int()] = true, true
	}
	free := n*n - n*(len(rows)+len(columns))
	if once {
		free += len(rows) * len(columns)
	}
	return free
}

func leastProduct(in *Reader, out *Writer, opposite bool) {
	for range in.Size() {
		n := in.Size()
		a, b := in.Ints(n), in.Ints(n)
		slices.Sort(a)
		slices.Sort(b)
		if opposite {
			slices.Reverse(b)
		}
		sum := 0
		for i := range a {
			sum += a[i] * b[i]
		}
		out.Say(sum)
	}
}

func distanceTwo(in *Reader, first int) int {
	n := in.Size()
	degree := make([]int, n)
	for range n - 1 {
		degree[in.Int()]++
		degree[in.Int()]++
	}
	pairs := 0
	for _, d := range degree[min(first, n):] {
		pairs += d * (d - 1) / 2
	}
	return pairs
}

func afterAdditions(in *Reader, early int) []int {
	n, q := in.Size(), in.Size()
	a := make([]int, n+2)
	for range q {
		l, r, x := in.Int(), in.Int(), in.Int()
		a[l] += x
		a[max(l, r+1-early)] -= x
	}
	for i := 1; i <= n; i++ {
		a[i] += a[i-1]
	}
	return a[1 : n+1]
}

func translate(in *Reader, out *Writer, first bool) {
	n, q := in.Size(), in.Size()
	words := map[string]string{}
	for range n {
		from, to := in.Word(), in.Word()
		if _, known := words[from]; !known || !first {
			words[from] = to
		}
	}
	for range q {
		w := in.Word()
		if to, ok := words[w]; ok {
			w = to
		}
		out.Say(w)
	}
}

var transfers = &Shape{
	Name: "accounts and transfers",
	Spec: "n, m: int 1..1000\na: int[n] 0..10^9\nrepeat m {\n  u, v: int 1..n  x: int 1..10^9\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, m := in(r, 1, max(1, size/3)), in(r, 1, max(1, size/3))
		t.line(n, m)
		t.list(numbers(r, n, 0, limit))
		for range m {
			t.line(in(r, 1, n), in(r, 1, n), in(r, 1, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		ok := n >= 1 && m >= 1 && between(0, billion, in.Ints(n)...)
		for range m {
			ok = ok && between(1, n, in.Int(), in.Int()) && between(1, billion, in.Int())
		}
		return ok
	},
}

var scores = &Shape{
	Name: "names and scores",
	Spec: "n: int 1..1000\nrepeat n {\n  name: string(1..10) lower  score: int 0..10^9\n  where unique(name)\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, max(1, size/2))
		seen := map[string]bool{}
		var lines []any
		for len(lines) < n {
			w := word(r, in(r, 1, 5), lowercase)
			if !seen[w] {
				seen[w] = true
				lines = append(lines, w)
			}
		}
		t.line(n)
		for _, w := range lines {
			t.line(w, in(r, 0, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		seen := map[string]bool{}
		for range n {
			w := in.Word()
			if w == "" || len(w) > 10 || !spelled(w, lowercase) || seen[w] || !between(0, billion, in.Int()) {
				return false
			}
			seen[w] = true
		}
		return n >= 1
	},
}

var bits = &Shape{
	Name: "matrix of zeros and ones",
	Spec: "n, m: int 1..100\na: int[n][m] 0..1\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n, m := in(r, 1, max(1, size/3)), in(r, 1, max(1, size/3))
		t.line(n, m)
		for range n {
			row := numbers(r, m, 0, 2)
			for j := range row {
				row[j] = min(row[j], 1)
			}
			t.list(row)
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		return n >= 1 && m >= 1 && between(0, 1, in.Ints(n*m)...)
	},
}

var rooted = &Shape{
	Name: "parents in any order",
	Spec: "n: int 1..1000\np: parents(n) root 0\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n := in(r, 1, size)
		label := r.Perm(n)
		p := make([]int, n)
		for v := 1; v < n; v++ {
			p[label[v]] = label[r.IntN(v)] + 1
		}
		t.line(n)
		t.list(p)
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		p := in.Ints(n)
		roots := 0
		for v := range p {
			if !between(0, n, p[v]) {
				return false
			}
			if p[v] == 0 {
				roots++
			}
			at, steps := v, 0
			for p[at] != 0 {
				if at, steps = p[at]-1, steps+1; steps > n {
					return false
				}
			}
		}
		return n >= 1 && roots == 1
	},
}

var roads = &Shape{
	Name: "weighted directed graph with start and end",
	Spec: "n: int 1..1000  m: int 0..1000  s, t: int 1..n\ne: graph(n, m) directed weight 1..10^6\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, m := in(r, 1, max(1, size/3)), in(r, 0, size)
		t.line(n, m, in(r, 1, n), in(r, 1, n))
		for range m {
			t.line(in(r, 1, n), in(r, 1, n), in(r, 1, min(limit, 1_000_000)))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		ok := n >= 1 && between(1, n, in.Int(), in.Int())
		for range m {
			ok = ok && between(1, n, in.Int(), in.Int()) && between(1, 1_000_000, in.Int())
		}
		return ok
	},
}

var wildcard = &Shape{
	Name: "pattern and word",
	Spec: "p: string(1..20) lower \"?*\"\ns: string(1..20) lower\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		s := word(r, in(r, 1, min(20, size)), "abc")
		p := []byte(s)
		for i := range p {
			switch r.IntN(4) {
			case 0:
				p[i] = '?'
			case 1:
				p[i] = '*'
			}
		}
		if len(p) < 20 && r.IntN(2) == 0 {
			p = slices.Insert(p, r.IntN(len(p)+1), '*')
		}
		t.line(string(p))
		t.line(s)
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		p, s := in.Word(), in.Word()
		return p != "" && s != "" && len(p) <= 20 && len(s) <= 20 && spelled(p, lowercase+"?*") && spelled(s, lowercase)
	},
}

var clock = &Shape{
	Name: "ranges on a circle",
	Spec: "n: int 1..100  h: int 1..1000\nrepeat n {\n  l, r: int 0..h-1\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, h := in(r, 1, max(1, size/2)), in(r, 1, min(1000, 3*limit))
		t.line(n, h)
		for range n {
			t.line(in(r, 0, h-1), in(r, 0, h-1))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, h := in.Size(), in.Int()
		return n >= 1 && between(1, 1000, h) && between(0, h-1, in.Ints(2*n)...)
	},
}

var rooks = &Shape{
	Name: "different fields of a board",
	Spec: "n: int 1..1000  k: int 1..1000\np: point[k] 1..n distinct\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, min(1000, 2*limit))
		seen := map[[2]int]bool{}
		var lines [][2]int
		for range in(r, 1, max(1, size/2)) {
			p := [2]int{in(r, 1, n), in(r, 1, n)}
			if !seen[p] {
				seen[p] = true
				lines = append(lines, p)
			}
		}
		t.line(n, len(lines))
		for _, p := range lines {
			t.line(p[0], p[1])
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, k := in.Int(), in.Size()
		seen := map[[2]int]bool{}
		for range k {
			p := [2]int{in.Int(), in.Int()}
			if !between(1, n, p[0], p[1]) || seen[p] {
				return false
			}
			seen[p] = true
		}
		return between(1, 1000, n) && k >= 1
	},
}

var pairings = &Shape{
	Name: "test cases of two arrays",
	Spec: "t: int 1..100\nrepeat t {\n  n: int 1..1000\n  a: int[n] 0..10^6\n  b: int[n] 0..10^6\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		cases := in(r, 1, max(1, size/6))
		limit = min(limit, 1_000_000)
		t.line(cases)
		for range cases {
			n := in(r, 1, 6)
			t.line(n)
			t.list(numbers(r, n, 0, limit))
			t.list(numbers(r, n, 0, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		t := in.Size()
		for range t {
			n := in.Size()
			if n < 1 || !between(0, 1_000_000, in.Ints(2*n)...) {
				return false
			}
		}
		return t >= 1
	},
}

var treeFromZero = &Shape{
	Name: "tree numbered from 0",
	Spec: "n: int 1..1000\ne: tree(n) from 0\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n := in(r, 1, size)
		label := r.Perm(n)
		t.line(n)
		for v := 1; v < n; v++ {
			t.line(label[r.IntN(v)], label[v])
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		joined := newUnion(n)
		for range n - 1 {
			a, b := in.Int(), in.Int()
			if !between(0, n-1, a, b) || !joined.join(a, b) {
				return false
			}
		}
		return n >= 1
	},
}

var rangeAdds = &Shape{
	Name: "additions to ranges",
	Spec: "n, q: int 1..1000\nrepeat q {\n  l: int 1..n  r: int l..n  x: int -10^6..10^6\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, q := in(r, 1, size), in(r, 1, max(1, size/3))
		limit = min(limit, 1_000_000)
		t.line(n, q)
		for range q {
			a, b := in(r, 1, n), in(r, 1, n)
			t.line(min(a, b), max(a, b), in(r, -limit, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, q := in.Size(), in.Size()
		ok := n >= 1 && q >= 1
		for range q {
			l, r, x := in.Int(), in.Int(), in.Int()
			ok = ok && 1 <= l && l <= r && r <= n && between(-1_000_000, 1_000_000, x)
		}
		return ok
	},
}

var dictionary = &Shape{
	Name: "pairs of words, and words",
	Spec: "n, q: int 1..1000\nrepeat n {\n  a, b: string(1..10) lower\n}\nw: string[q](1..10) lower lines\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, q := in(r, 1, max(1, size/3)), in(r, 1, max(1, size/4))
		letters := lowercase[:min(26, max(2, limit))]
		t.line(n, q)
		for range n {
			t.line(word(r, in(r, 1, 2), letters), word(r, in(r, 1, 4), letters))
		}
		for range q {
			t.line(word(r, in(r, 1, 2), letters))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, q := in.Size(), in.Size()
		for range 2*n + q {
			if w := in.Word(); w == "" || len(w) > 10 || !spelled(w, lowercase) {
				return false
			}
		}
		return n >= 1 && q >= 1
	},
}
