package bugs

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// The shapes of the bugs that are held out.

const lowercase = "abcdefghijklmnopqrstuvwxyz"

var maze = &Shape{
	Name: "maze with a start and an end",
	Spec: "h: int 1..100  w: int 2..100\ng: grid(h, w) \".#\" once \"ST\"\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		h, w := in(r, 1, max(1, size/3)), in(r, 2, max(2, size/3))
		cells := []byte(word(r, h*w, "..#"))
		s := r.IntN(h * w)
		e := (s + in(r, 1, h*w-1)) % (h * w)
		cells[s], cells[e] = 'S', 'T'
		t.line(h, w)
		for i := range h {
			t.line(string(cells[i*w : (i+1)*w]))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		h, w := in.Size(), in.Size()
		all := ""
		for range h {
			s := in.Word()
			if len(s) != w {
				return false
			}
			all += s
		}
		return h >= 1 && w >= 2 && spelled(all, ".#ST") && strings.Count(all, "S") == 1 && strings.Count(all, "T") == 1
	},
}

var successors = &Shape{
	Name: "one successor each",
	Spec: "n: int 1..1000\nf: int[n] 1..n\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n := in(r, 1, size)
		t.line(n)
		t.list(numbers(r, n, 1, n))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		return n >= 1 && between(1, n, in.Ints(n)...)
	},
}

var guests = &Shape{
	Name: "commands with names",
	Spec: "q: int 1..1000\nrepeat q {\n  | \"in\" a: string(1..10) lower\n  | \"out\" b: string(1..10) lower\n  | \"ask\"\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		q := in(r, 1, size)
		t.line(q)
		for range q {
			name := word(r, in(r, 1, 3), lowercase[:min(26, max(2, limit))])
			switch r.IntN(4) {
			case 0, 1:
				t.line("in", name)
			case 2:
				t.line("out", name)
			case 3:
				t.line("ask")
			}
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		q := in.Size()
		for range q {
			switch in.Word() {
			case "in", "out":
				if s := in.Word(); s == "" || len(s) > 10 || !spelled(s, lowercase) {
					return false
				}
			case "ask":
			default:
				return false
			}
		}
		return q >= 1
	},
}

var rowQueries = &Shape{
	Name: "matrix with queries of rows",
	Spec: "n, m: int 1..100  q: int 1..1000\na: int[n][m] -10^9..10^9\nrepeat q {\n  row: int 1..n  l: int 1..m  r: int l..m\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, m, q := in(r, 1, max(1, size/4)), in(r, 1, max(1, size/4)), in(r, 1, max(1, size/4))
		t.line(n, m, q)
		for range n {
			t.list(numbers(r, m, -limit, limit))
		}
		for range q {
			a, b := in(r, 1, m), in(r, 1, m)
			t.line(in(r, 1, n), min(a, b), max(a, b))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m, q := in.Size(), in.Size(), in.Size()
		ok := n >= 1 && m >= 1 && q >= 1 && between(-billion, billion, in.Ints(n*m)...)
		for range q {
			row, l, r := in.Int(), in.Int(), in.Int()
			ok = ok && between(1, n, row) && 1 <= l && l <= r && r <= m
		}
		return ok
	},
}

var streets = &Shape{
	Name: "directed graph with start and end",
	Spec: "n: int 1..1000  m: int 0..1000  s, t: int 1..n\ne: graph(n, m) directed\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n, m := in(r, 1, max(1, size/2)), in(r, 0, size)
		t.line(n, m, in(r, 1, n), in(r, 1, n))
		for range m {
			t.line(in(r, 1, n), in(r, 1, n))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		return n >= 1 && between(1, n, in.Ints(2*m+2)...)
	},
}

var polygon = &Shape{
	Name: "points in the plane",
	Spec: "n: int 3..1000\np: point[n] -10^4..10^4\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 3, max(3, size/2))
		limit = min(limit, 10_000)
		t.line(n)
		for range n {
			t.line(in(r, -limit, limit), in(r, -limit, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		return n >= 3 && between(-10_000, 10_000, in.Ints(2*n)...)
	},
}

var untilZero = &Shape{
	Name: "numbers up to a zero",
	Spec: "repeat 1..1000 {\n  x: int 1..10^9\n}\n\"0\"\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		for range in(r, 1, size) {
			t.line(in(r, 1, limit))
		}
		t.line(0)
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		for n := 0; ; n++ {
			v := in.Int()
			if v == 0 && !in.Failed() {
				return n >= 1
			}
			if !between(1, billion, v) {
				return false
			}
		}
	},
}

var twoMatrices = &Shape{
	Name: "two matrices",
	Spec: "n, m, k: int 1..30\na: int[n][m] -1000..1000\nb: int[m][k] -1000..1000\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, m, k := in(r, 1, max(1, size/4)), in(r, 1, max(1, size/4)), in(r, 1, max(1, size/4))
		limit = min(limit, 1000)
		t.line(n, m, k)
		for range n {
			t.list(numbers(r, m, -limit, limit))
		}
		for range m {
			t.list(numbers(r, k, -limit, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m, k := in.Size(), in.Size(), in.Size()
		return n >= 1 && m >= 1 && k >= 1 && between(-1000, 1000, in.Ints(n*m+m*k)...)
	},
}

var wordAndNumber = &Shape{
	Name: "word and number",
	Spec: "s: string(1..1000) lower\nk: int 0..1000\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		t.line(word(r, in(r, 1, 2*size), lowercase[:min(26, limit)]))
		t.line(in(r, 0, min(limit, 1000)))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		s := in.Word()
		return s != "" && spelled(s, lowercase) && between(0, 1000, in.Int())
	},
}

var treeUpdates = &Shape{
	Name: "tree with values and updates",
	Spec: "n, q: int 1..1000\na: int[n] 0..10^9\ne: tree(n)\nrepeat q {\n  | \"add\" v: int 1..n  x: int 1..10^9\n  | \"sum\" u: int 1..n\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, q := in(r, 1, max(1, size/2)), in(r, 1, max(1, size/2))
		t.line(n, q)
		t.list(numbers(r, n, 0, limit))
		writeTree(&t, r, n, 0)
		for range q {
			if r.IntN(2) == 0 {
				t.line("add", in(r, 1, n), in(r, 1, limit))
			} else {
				t.line("sum", in(r, 1, n))
			}
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, q := in.Size(), in.Size()
		if n < 1 || q < 1 || !between(0, billion, in.Ints(n)...) || !validTree(in, n, 0) {
			return false
		}
		for range q {
			switch in.Word() {
			case "add":
				if !between(1, n, in.Int()) || !between(1, billion, in.Int()) {
					return false
				}
			case "sum":
				if !between(1, n, in.Int()) {
					return false
				}
			default:
				return false
			}
		}
		return true
	},
}

var flips = &Shape{
	Name: "test cases of binary words", Letters: true,
	Spec: "t: int 1..100\nrepeat t {\n  n: int 1..1000  k: int 0..n\n  s: string(n) \"01\"\n}\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		cases := in(r, 1, 4)
		t.line(cases)
		for range cases {
			n := in(r, 1, max(1, size/2))
			t.line(n, in(r, 0, min(n, 4)))
			t.line(word(r, n, "01"))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		t := in.Size()
		for range t {
			n, k, s := in.Size(), in.Int(), in.Word()
			if n < 1 || !between(0, n, k) || len(s) != n || !spelled(s, "01") {
				return false
			}
		}
		return t >= 1
	},
}

var matches = &Shape{
	Name: "results of matches",
	Spec: "n: int 2..100  m: int 1..1000\nrepeat m {\n  u, v: int 1..n  g, h: int 0..20\n  where u != v\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, m := in(r, 2, max(2, size/3)), in(r, 1, max(1, size/3))
		t.line(n, m)
		for range m {
			u := in(r, 1, n)
			v := (u+in(r, 0, n-2))%n + 1
			t.line(u, v, in(r, 0, min(limit, 20)), in(r, 0, min(limit, 20)))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		ok := n >= 2 && m >= 1
		for range m {
			u, v := in.Int(), in.Int()
			ok = ok && between(1, n, u, v) && u != v && between(0, 20, in.Int(), in.Int())
		}
		return ok
	},
}

var largeNumbers = &Shape{
	Name: "array of large numbers",
	Spec: "n: int 1..1000\na: int[n] 1..10^18\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, size)
		a := make([]int, n)
		// Neighbours of a large number, as careful testers make them.
		base := in(r, 1, 1_000_000_000_000_000_000-2*limit)
		for i := range a {
			a[i] = base + r.IntN(2*limit)
		}
		t.line(n)
		t.list(a)
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		return n >= 1 && between(1, 1_000_000_000_000_000_000, in.Ints(n)...)
	},
}

var twoPermutations = &Shape{
	Name: "two permutations",
	Spec: "n: int 1..1000\np: perm(n)\nq: perm(n)\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n := in(r, 1, size)
		t.line(n)
		for range 2 {
			p := r.Perm(n)
			for i := range p {
				p[i]++
			}
			t.list(p)
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		p, q := in.Ints(n), in.Ints(n)
		slices.Sort(p)
		slices.Sort(q)
		for i := range n {
			if p[i] != i+1 || q[i] != i+1 {
				return false
			}
		}
		return n >= 1
	},
}

var shelters = &Shape{
	Name: "places on a line, increasing",
	Spec: "n: int 2..1000  c: int 2..n\nx: int[n] 1..10^9 increasing lines\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 2, max(2, size))
		a := numbers(r, n, 1, max(limit, 2*size+4))
		slices.Sort(a)
		a = slices.Compact(a)
		for len(a) < 2 {
			a = append(a, a[len(a)-1]+1)
		}
		t.line(len(a), in(r, 2, len(a)))
		for _, x := range a {
			t.line(x)
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, c := in.Size(), in.Int()
		ok := n >= 2 && between(2, n, c)
		last := 0
		for range n {
			x := in.Int()
			ok = ok && x > last && x <= billion
			last = x
		}
		return ok
	},
}

var words = &Shape{
	Name: "test cases of words",
	Spec: "t: int 1..100\nrepeat t {\n  n: int 1..100\n  w: string[n](1..20) lower\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		cases := in(r, 1, max(1, size/5))
		t.line(cases)
		for range cases {
			n := in(r, 1, 5)
			t.line(n)
			all := make([]string, n)
			for i := range all {
				all[i] = word(r, in(r, 1, 4), lowercase[:min(26, max(2, limit))])
			}
			t.line(strings.Join(all, " "))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		t := in.Size()
		for range t {
			n := in.Size()
			for range n {
				if s := in.Word(); s == "" || len(s) > 20 || !spelled(s, lowercase) {
					return false
				}
			}
			if n < 1 {
				return false
			}
		}
		return t >= 1
	},
}
