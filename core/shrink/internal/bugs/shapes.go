package bugs

import (
	"math/rand/v2"
	"strings"
)

const billion = 1_000_000_000

// in is a random number in [low, high].
func in(r *rand.Rand, low, high int) int { return low + r.IntN(high-low+1) }

func numbers(r *rand.Rand, n, low, high int) []int {
	a := make([]int, n)
	for i := range a {
		a[i] = in(r, low, high)
	}
	return a
}

func word(r *rand.Rand, n int, alphabet string) string {
	s := make([]byte, n)
	for i := range s {
		s[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(s)
}

func spelled(s, alphabet string) bool { return strings.Trim(s, alphabet) == "" }

var array = &Shape{
	Name: "array",
	Spec: "n: int 1..100000\na: int[n] -10^9..10^9\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, size)
		t.line(n)
		t.list(numbers(r, n, -limit, limit))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		return n >= 1 && between(-billion, billion, in.Ints(n)...)
	},
}

var tests = &Shape{
	Name: "test cases",
	Spec: "t: int 1..1000\nrepeat t {\n  n: int 1..1000\n  a: int[n] 1..10^9\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		cases := in(r, 1, max(1, size/2))
		t.line(cases)
		for range cases {
			n := in(r, 1, 6)
			t.line(n)
			t.list(numbers(r, n, 1, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		t := in.Size()
		for range t {
			n := in.Size()
			if n < 1 || !between(1, billion, in.Ints(n)...) {
				return false
			}
		}
		return t >= 1
	},
}

var tree = &Shape{
	Name: "tree",
	Spec: "n: int 1..1000\ne: tree(n)\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n := in(r, 2, max(2, size))
		t.line(n)
		writeTree(&t, r, n, 0)
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		return n >= 1 && validTree(in, n, 0)
	},
}

// writeTree writes a random tree's edges, with weights up to limit if that is
// not 0. Half of the trees are deep.
func writeTree(t *text, r *rand.Rand, n, limit int) {
	label := r.Perm(n)
	deep := r.IntN(2) == 0
	for v := 1; v < n; v++ {
		parent := r.IntN(v)
		if deep {
			parent = in(r, max(0, v-3), v-1)
		}
		a, b := label[v]+1, label[parent]+1
		if r.IntN(2) == 0 {
			a, b = b, a
		}
		if limit > 0 {
			t.line(a, b, in(r, 1, limit))
		} else {
			t.line(a, b)
		}
	}
}

func validTree(in *Reader, n, limit int) bool {
	joined := newUnion(n)
	for range n - 1 {
		a, b := in.Int(), in.Int()
		if !between(1, n, a, b) || !joined.join(a-1, b-1) {
			return false
		}
		if limit > 0 && !between(1, limit, in.Int()) {
			return false
		}
	}
	return true
}

var weightedTree = &Shape{
	Name: "weighted tree with queries",
	Spec: "n: int 1..1000  q: int 1..1000\ne: tree(n) weight 1..10^9\nrepeat q {\n  u: int 1..n  v: int 1..n\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, q := in(r, 1, max(1, size/2)), in(r, 1, max(1, size/3))
		t.line(n, q)
		writeTree(&t, r, n, limit)
		for range q {
			t.line(in(r, 1, n), in(r, 1, n))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, q := in.Size(), in.Size()
		return n >= 1 && q >= 1 && validTree(in, n, billion) && between(1, n, in.Ints(2*q)...)
	},
}

var graph = &Shape{
	Name: "graph",
	Spec: "n: int 1..1000  m: int 0..1000\ne: graph(n, m) simple\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		n := in(r, 1, max(1, size/2))
		edges := someEdges(r, n, in(r, 0, size))
		var t text
		t.line(n, len(edges))
		for _, e := range edges {
			t.line(e[0], e[1])
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		return n >= 1 && validEdges(in, n, m, 0)
	},
}

var weightedGraph = &Shape{
	Name: "weighted connected graph",
	Spec: "n: int 1..1000  m: int 0..1000\ne: graph(n, m) connected simple weight 1..10^9\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		n := in(r, 2, max(2, size/2))
		edges := someEdges(r, n, in(r, 0, size))
		joined := newUnion(n)
		for _, e := range edges {
			joined.join(e[0]-1, e[1]-1)
		}
		for v := 1; v < n; v++ {
			if u := r.IntN(v); joined.join(u, v) {
				edges = append(edges, [2]int{u + 1, v + 1})
			}
		}
		var t text
		t.line(n, len(edges))
		for _, e := range edges {
			t.line(e[0], e[1], in(r, 1, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		rest := *in
		joined := newUnion(n)
		parts := n
		for range m {
			u, v := rest.Int(), rest.Int()
			rest.Int()
			if between(1, n, u, v) && joined.join(u-1, v-1) {
				parts--
			}
		}
		return n >= 1 && parts == 1 && validEdges(in, n, m, billion)
	},
}

// someEdges are up to m different edges without loops, in random order.
func someEdges(r *rand.Rand, n, m int) [][2]int {
	var all [][2]int
	for u := 1; u <= n; u++ {
		for v := u + 1; v <= n; v++ {
			if r.IntN(2) == 0 {
				all = append(all, [2]int{u, v})
			} else {
				all = append(all, [2]int{v, u})
			}
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(m, len(all))]
}

func validEdges(in *Reader, n, m, limit int) bool {
	seen := map[[2]int]bool{}
	for range m {
		u, v := in.Int(), in.Int()
		e := [2]int{min(u, v), max(u, v)}
		if !between(1, n, u, v) || u == v || seen[e] {
			return false
		}
		seen[e] = true
		if limit > 0 && !between(1, limit, in.Int()) {
			return false
		}
	}
	return true
}

var rangeQueries = &Shape{
	Name: "array with range queries",
	Spec: "n: int 1..1000  q: int 1..1000\na: int[n] -10^9..10^9\nrepeat q {\n  l: int 1..n  r: int l..n\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, q := in(r, 1, size), in(r, 1, max(1, size/2))
		t.line(n, q)
		t.list(numbers(r, n, -limit, limit))
		for range q {
			a, b := in(r, 1, n), in(r, 1, n)
			t.line(min(a, b), max(a, b))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, q := in.Size(), in.Size()
		ok := n >= 1 && q >= 1 && between(-billion, billion, in.Ints(n)...)
		for range q {
			l, r := in.Int(), in.Int()
			ok = ok && 1 <= l && l <= r && r <= n
		}
		return ok
	},
}

var commands = &Shape{
	Name: "commands",
	Spec: "q: int 1..1000\nrepeat q {\n  | 1 x: int 1..10^9\n  | 2 y: int 1..10^9\n  | 3\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		q := in(r, 1, size)
		t.line(q)
		for range q {
			switch r.IntN(4) {
			case 0, 1:
				t.line(1, in(r, 1, limit))
			case 2:
				t.line(2, in(r, 1, limit))
			case 3:
				t.line(3)
			}
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		q := in.Size()
		for range q {
			switch in.Int() {
			case 1, 2:
				if !between(1, billion, in.Int()) {
					return false
				}
			case 3:
			default:
				return false
			}
		}
		return q >= 1
	},
}

var wordShape = &Shape{
	Name: "string",
	Spec: "n: int 1..1000\ns: string(n) \"abc\"\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, 2*size)
		t.line(n)
		t.line(word(r, n, "abc"[:min(3, max(2, limit/3))]))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, s := in.Size(), in.Word()
		return n >= 1 && len(s) == n && spelled(s, "abc")
	},
}

var brackets = &Shape{
	Name: "strings of brackets",
	Spec: "t: int 1..1000\nrepeat t {\n  s: string(1..1000) \"()[]\"\n}\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		cases := in(r, 1, 5)
		t.line(cases)
		for range cases {
			t.line(word(r, in(r, 1, size), "()[]"))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		t := in.Size()
		for range t {
			if s := in.Word(); s == "" || !spelled(s, "()[]") {
				return false
			}
		}
		return t >= 1
	},
}

var twoStrings = &Shape{
	Name: "two strings",
	Spec: "s: string(1..1000) lower\nt: string(1..1000) lower\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		alphabet := "abcdefghijklmnopqrstuvwxyz"[:min(26, limit)]
		var t text
		t.line(word(r, in(r, 1, size), alphabet))
		t.line(word(r, in(r, 1, size), alphabet))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		s, t := in.Word(), in.Word()
		return s != "" && t != "" && spelled(s+t, "abcdefghijklmnopqrstuvwxyz")
	},
}

var grid = &Shape{
	Name: "grid",
	Spec: "h: int 1..100  w: int 1..100\ng: grid(h, w) \".#\"\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		h, w := in(r, 1, max(1, size/3)), in(r, 1, max(1, size/3))
		t.line(h, w)
		for range h {
			t.line(word(r, w, []string{".#", "..#"}[r.IntN(2)]))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		h, w := in.Size(), in.Size()
		for range h {
			if s := in.Word(); len(s) != w || !spelled(s, ".#") {
				return false
			}
		}
		return h >= 1 && w >= 1
	},
}

var matrix = &Shape{
	Name: "matrix",
	Spec: "n: int 1..100  m: int 1..100\na: int[n][m] -10^9..10^9\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, m := in(r, 1, max(1, size/3)), in(r, 1, max(1, size/3))
		t.line(n, m)
		for range n {
			t.list(numbers(r, m, -limit, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		return n >= 1 && m >= 1 && between(-billion, billion, in.Ints(n*m)...)
	},
}

var permutation = &Shape{
	Name: "permutation",
	Spec: "n: int 1..1000\np: perm(n)\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n := in(r, 1, size)
		t.line(n)
		p := r.Perm(n)
		for i := range p {
			p[i]++
		}
		t.list(p)
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		seen := map[int]bool{}
		for _, v := range in.Ints(n) {
			if !between(1, n, v) || seen[v] {
				return false
			}
			seen[v] = true
		}
		return n >= 1
	},
}

var knapsack = &Shape{
	Name: "knapsack",
	Spec: "n: int 1..100  c: int 1..1000\nrepeat n {\n  w: int 1..1000  v: int 1..10^9\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, c := in(r, 1, max(1, size/2)), in(r, 1, 60)
		t.line(n, c)
		for range n {
			t.line(in(r, 1, 30), in(r, 1, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, c := in.Size(), in.Int()
		ok := n >= 1 && between(1, 1000, c)
		for range n {
			ok = ok && between(1, 1000, in.Int()) && between(1, billion, in.Int())
		}
		return ok
	},
}

var intervals = &Shape{
	Name: "intervals",
	Spec: "n: int 1..1000\nrepeat n {\n  l: int 0..10^9  r: int l..10^9\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, max(1, size/2))
		t.line(n)
		for range n {
			a, b := in(r, 0, limit), in(r, 0, limit)
			t.line(min(a, b), max(a, b))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		ok := n >= 1
		for range n {
			l, r := in.Int(), in.Int()
			ok = ok && 0 <= l && l <= r && r <= billion
		}
		return ok
	},
}

var sets = &Shape{
	Name: "lists with their own lengths",
	Spec: "n: int 1..100\nrepeat n {\n  k: int 1..100  x: int[k] 1..10^9\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, max(1, size/3))
		t.line(n)
		for range n {
			k := in(r, 1, 5)
			t.list(append([]int{k}, numbers(r, k, 1, limit)...))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		ok := n >= 1
		for range n {
			k := in.Size()
			ok = ok && k >= 1 && between(1, billion, in.Ints(k)...)
		}
		return ok
	},
}

var parents = &Shape{
	Name: "parents of a rooted tree",
	Spec: "n: int 2..1000\np: parents(n) ordered\na: int[n] -10^9..10^9\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 2, max(2, size))
		t.line(n)
		p := make([]int, n-1)
		for i := range p {
			p[i] = in(r, 1, i+1)
		}
		t.list(p)
		t.list(numbers(r, n, -limit, limit))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		ok := n >= 2
		for i := 2; i <= n; i++ {
			ok = ok && between(1, i-1, in.Int())
		}
		return ok && between(-billion, billion, in.Ints(n)...)
	},
}

var pair = &Shape{
	Name: "pairs of numbers",
	Spec: "t: int 1..1000\nrepeat t {\n  a: int 1..10^9  b: int 1..10^9\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		cases := in(r, 1, max(1, size/2))
		t.line(cases)
		for range cases {
			t.line(in(r, 1, limit), in(r, 1, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		t := in.Size()
		return t >= 1 && between(1, billion, in.Ints(2*t)...)
	},
}

var choice = &Shape{
	Name: "array with a number",
	Spec: "n: int 1..1000  k: int 1..n\na: int[n] -10^9..10^9\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, size)
		t.line(n, in(r, 1, n))
		t.list(numbers(r, n, -limit, limit))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, k := in.Size(), in.Int()
		return n >= 1 && between(1, n, k) && between(-billion, billion, in.Ints(n)...)
	},
}

// union is a disjoint-set forest.
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) find(v int) int {
	for u[v] != v {
		u[v] = u[u[v]]
		v = u[v]
	}
	return v
}

func (u union) join(a, b int) bool {
	a, b = u.find(a), u.find(b)
	u[a] = b
	return a != b
}
