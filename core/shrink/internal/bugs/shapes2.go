package bugs

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

var graphTests = &Shape{
	Name: "test cases of graphs",
	Spec: "t: int 1..100\nrepeat t {\n  n: int 1..1000  m: int 0..1000\n  e: graph(n, m) simple\n}\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		cases := in(r, 1, 4)
		t.line(cases)
		for range cases {
			n := in(r, 1, max(1, size/4))
			edges := someEdges(r, n, in(r, 0, size/3))
			t.line(n, len(edges))
			for _, e := range edges {
				t.line(e[0], e[1])
			}
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		t := in.Size()
		for range t {
			n, m := in.Size(), in.Size()
			if n < 1 || !validEdges(in, n, m, 0) {
				return false
			}
		}
		return t >= 1
	},
}

var distances = &Shape{
	Name: "matrix of distances",
	Spec: "n: int 1..100\na: int[n][n] 0..10^9\nwhere all(i in 1..n, a[i][i] == 0), all(i in 1..n, all(j in 1..n, i == j or a[i][j] >= 1))\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, max(1, size/3))
		t.line(n)
		for i := range n {
			row := numbers(r, n, 1, limit)
			row[i] = 0
			t.list(row)
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		for i := range n {
			for j := range n {
				if v := in.Int(); i == j && v != 0 || i != j && !between(1, billion, v) {
					return false
				}
			}
		}
		return n >= 1
	},
}

var twoArrays = &Shape{
	Name: "two arrays",
	Spec: "n, m: int 1..1000\na: int[n] 1..10^9 sorted\nb: int[m] 1..10^9 sorted\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, m := in(r, 1, max(1, size/2)), in(r, 1, max(1, size/2))
		t.line(n, m)
		for _, k := range []int{n, m} {
			a := numbers(r, k, 1, limit)
			slices.Sort(a)
			t.list(a)
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		a, b := in.Ints(n), in.Ints(m)
		return n >= 1 && m >= 1 && slices.IsSorted(a) && slices.IsSorted(b) && between(1, billion, a...) && between(1, billion, b...)
	},
}

var updates = &Shape{
	Name: "updates and queries from 0",
	Spec: "n, q: int 1..1000\na: int[n] 0..10^9\nrepeat q {\n  | \"+\" i: int 0..n-1  x: int 0..10^9\n  | \"?\" l: int 0..n-1  r: int l..n-1\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, q := in(r, 1, size), in(r, 1, max(1, size/2))
		t.line(n, q)
		t.list(numbers(r, n, 0, limit))
		for range q {
			if r.IntN(2) == 0 {
				t.line("+", in(r, 0, n-1), in(r, 0, limit))
			} else {
				a, b := in(r, 0, n-1), in(r, 0, n-1)
				t.line("?", min(a, b), max(a, b))
			}
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, q := in.Size(), in.Size()
		ok := n >= 1 && q >= 1 && between(0, billion, in.Ints(n)...)
		for range q {
			switch kind, a, b := in.Word(), in.Int(), in.Int(); kind {
			case "+":
				ok = ok && between(0, n-1, a) && between(0, billion, b)
			case "?":
				ok = ok && 0 <= a && a <= b && b < n
			default:
				return false
			}
		}
		return ok
	},
}

var points = &Shape{
	Name: "points with decimals",
	Spec: "n: int 2..1000\nrepeat n {\n  x, y: float -10^4..10^4 digits 2\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 2, max(2, size/2))
		t.line(n)
		limit = min(limit, 10_000)
		for range n {
			t.line(fmt.Sprintf("%.2f %.2f", float64(in(r, -limit*100, limit*100))/100, float64(in(r, -limit*100, limit*100))/100))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		for range 2 * n {
			v, err := strconv.ParseFloat(in.Word(), 64)
			if err != nil || v < -10_000 || v > 10_000 {
				return false
			}
		}
		return n >= 2
	},
}

var oneLine = &Shape{
	Name: "all on one line",
	Spec: "n: int 1..1000  s: int 1..10^9  a: int[n] 1..10^9\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, size)
		t.list(append([]int{n, in(r, 1, limit)}, numbers(r, n, 1, limit)...))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, s := in.Size(), in.Int()
		return n >= 1 && between(1, billion, s) && between(1, billion, in.Ints(n)...)
	},
}

var untilEnd = &Shape{
	Name: "lines up to the end",
	Spec: "repeat 1..1000 {\n  a, b: int -10^9..10^9\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		for range in(r, 1, max(1, size/2)) {
			t.line(in(r, -limit, limit), in(r, -limit, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		ok := !in.AtEnd()
		for !in.AtEnd() && ok {
			ok = between(-billion, billion, in.Int(), in.Int())
		}
		return ok
	},
}

var sortedQueries = &Shape{
	Name: "sorted array with searches",
	Spec: "n, q: int 1..1000\na: int[n] 1..10^9 sorted\nx: int[q] 1..10^9 lines\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, q := in(r, 1, size), in(r, 1, max(1, size/2))
		t.line(n, q)
		a := numbers(r, n, 1, limit)
		slices.Sort(a)
		t.list(a)
		for range q {
			t.line(in(r, 1, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, q := in.Size(), in.Size()
		a := in.Ints(n)
		return n >= 1 && q >= 1 && slices.IsSorted(a) && between(1, billion, a...) && between(1, billion, in.Ints(q)...)
	},
}

var bigNumbers = &Shape{
	Name: "two long numbers", Letters: true,
	Spec: "a: string(1..1000) digit\nb: string(1..1000) digit\nwhere len(a) == 1 or a[1] != \"0\", len(b) == 1 or b[1] != \"0\"\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		for range 2 {
			n := in(r, 1, size+10)
			t.line(word(r, 1, "123456789") + word(r, n-1, "0123456789"))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		for range 2 {
			if s := in.Word(); s == "" || !spelled(s, "0123456789") || s[0] == '0' && s != "0" {
				return false
			}
		}
		return true
	},
}

var jobs = &Shape{
	Name: "weighted intervals",
	Spec: "n: int 1..1000\nrepeat n {\n  l: int 1..2*10^9-1  r: int l+1..2*10^9  w: int 1..10^9\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, max(1, size/3))
		t.line(n)
		for range n {
			l := in(r, 1, limit)
			t.line(l, l+in(r, 1, limit), in(r, 1, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		ok := n >= 1
		for range n {
			l, r, w := in.Int(), in.Int(), in.Int()
			ok = ok && 1 <= l && l < r && r <= 2*billion && between(1, billion, w)
		}
		return ok
	},
}

var dag = &Shape{
	Name: "directed graph without cycles",
	Spec: "n: int 1..1000  m: int 0..1000\nrepeat m {\n  u: int 1..n-1  v: int u+1..n\n  where unique(u, v)\n}\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		n := in(r, 2, max(2, size/2))
		edges := someEdges(r, n, in(r, 1, size))
		var t text
		t.line(n, len(edges))
		for _, e := range edges {
			t.line(min(e[0], e[1]), max(e[0], e[1]))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		rest := *in
		for range m {
			if u, v := rest.Int(), rest.Int(); u >= v {
				return false
			}
		}
		return n >= 1 && validEdges(in, n, m, 0)
	},
}

var digitGrid = &Shape{
	Name: "grid of digits", Letters: true,
	Spec: "h, w: int 1..100\ng: grid(h, w) digit\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		h, w := in(r, 1, max(1, size/3)), in(r, 1, max(1, size/3))
		t.line(h, w)
		for range h {
			t.line(word(r, w, "0123456789"))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		h, w := in.Size(), in.Size()
		for range h {
			if s := in.Word(); len(s) != w || !spelled(s, "0123456789") {
				return false
			}
		}
		return h >= 1 && w >= 1
	},
}

var wordList = &Shape{
	Name: "list of words",
	Spec: "n: int 1..1000\nw: string[n](1..100) lower lines\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, max(1, size/2))
		t.line(n)
		for range n {
			t.line(word(r, in(r, 1, 6), "abcdefghijklmnopqrstuvwxyz"[:min(26, max(2, limit))]))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		for range n {
			if s := in.Word(); s == "" || !spelled(s, "abcdefghijklmnopqrstuvwxyz") {
				return false
			}
		}
		return n >= 1
	},
}

var nested = &Shape{
	Name: "balanced brackets",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		t.line(nest(r, in(r, 1, max(1, size/2))))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		s := in.Word()
		return s != "" && spelled(s, "()") && balanced(s)
	},
}

func nest(r *rand.Rand, n int) string {
	if n <= 0 {
		return ""
	}
	k := r.IntN(n)
	return "(" + nest(r, k) + ")" + nest(r, n-1-k)
}

var matching = &Shape{
	Name: "pairs between two sides",
	Spec: "n, m: int 1..100  k: int 1..1000\ne: graph(n, m, k) simple\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n, m := in(r, 1, max(1, size/3)), in(r, 1, max(1, size/3))
		seen := map[[2]int]bool{}
		var lines []string
		for range in(r, 1, size) {
			p := [2]int{in(r, 1, n), in(r, 1, m)}
			if !seen[p] {
				seen[p] = true
				lines = append(lines, fmt.Sprintln(p[0], p[1]))
			}
		}
		t.line(n, m, len(lines))
		t.WriteString(strings.Join(lines, ""))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m, k := in.Size(), in.Size(), in.Size()
		seen := map[[2]int]bool{}
		for range k {
			p := [2]int{in.Int(), in.Int()}
			if !between(1, n, p[0]) || !between(1, m, p[1]) || seen[p] {
				return false
			}
			seen[p] = true
		}
		return n >= 1 && m >= 1 && k >= 1
	},
}

var colouredTree = &Shape{
	Name: "tree with colours",
	Spec: "n: int 1..1000\nc: int[n] 1..5\ne: tree(n)\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, max(1, size/2))
		t.line(n)
		t.list(numbers(r, n, 1, min(limit, 5)))
		writeTree(&t, r, n, 0)
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		return n >= 1 && between(1, 5, in.Ints(n)...) && validTree(in, n, 0)
	},
}

var permutationTests = &Shape{
	Name: "test cases of permutations",
	Spec: "t: int 1..100\nrepeat t {\n  n: int 1..1000\n  p: perm(n)\n}\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		cases := in(r, 1, 5)
		t.line(cases)
		for range cases {
			n := in(r, 1, max(1, size/2))
			p := r.Perm(n)
			for i := range p {
				p[i]++
			}
			t.line(n)
			t.list(p)
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		t := in.Size()
		for range t {
			if !permutation.Valid(in) {
				return false
			}
		}
		return t >= 1
	},
}
