package bugs

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// Fresh are bugs in shapes of their own that were written when the shrinkers were done
// with the bugs of Unseen.
func Fresh() []*Bug {
	return complete([]*Bug{
		{
			Name: "way of a lift", Mistake: "forgets the ways down without anybody", Shape: lift,
			Reference: func(in *Reader, out *Writer) { out.Say(liftWay(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(liftWay(in, false)) },
		},
		{
			Name: "windows of one letter", Mistake: "does not look at the last window", Shape: windows,
			Reference: func(in *Reader, out *Writer) { out.Say(plainWindows(in, 0)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(plainWindows(in, 1)) },
		},
		{
			Name: "how many are not larger", Mistake: "does not count equal ones", Shape: testsWithQueries,
			Reference: func(in *Reader, out *Writer) { notLarger(in, out, 0) },
			Tested:    func(in *Reader, out *Writer) { notLarger(in, out, 1) },
		},
		{
			Name: "robot", Mistake: "runs through the wall on the right", Shape: robots,
			Reference: func(in *Reader, out *Writer) { out.Say(robot(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(robot(in, false)) },
		},
		{
			Name: "ballots", Mistake: "counts who is never first instead of never last", Shape: ballots,
			Reference: func(in *Reader, out *Writer) { out.Say(neverAt(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(neverAt(in, false)) },
		},
		{
			Name: "car park", Mistake: "looks only when a car leaves", Shape: carPark,
			Reference: func(in *Reader, out *Writer) { out.Say(mostCars(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(mostCars(in, false)) },
		},
	})
}

func liftWay(in *Reader, down bool) int {
	n := in.Size()
	in.Int()
	at, way := 1, 0
	for range n {
		from, to := in.Int(), in.Int()
		if from > at || down {
			way += max(from-at, at-from)
		}
		way += max(to-from, from-to)
		at = to
	}
	return way
}

func plainWindows(in *Reader, missing int) int {
	n, k := in.Size(), in.Size()
	s := in.Word()
	count := 0
	for i := 0; i+k <= min(n, len(s))-missing; i++ {
		if strings.Trim(s[i:i+k], s[i:min(i+1, len(s))]) == "" {
			count++
		}
	}
	return count
}

func notLarger(in *Reader, out *Writer, strict int) {
	for range in.Size() {
		n, q := in.Size(), in.Size()
		a := in.Ints(n)
		for range q {
			x, count := in.Int(), 0
			for _, v := range a {
				if v <= x-strict {
					count++
				}
			}
			out.Say(count)
		}
	}
}

func robot(in *Reader, wall bool) string {
	h, w, x, y := in.Int(), in.Int(), in.Int(), in.Int()
	for _, c := range in.Word() {
		switch c {
		case 'U':
			x = max(1, x-1)
		case 'D':
			x = min(h, x+1)
		case 'L':
			y = max(1, y-1)
		case 'R':
			if y < w || !wall {
				y++
			}
		}
	}
	return strconv.Itoa(x) + " " + strconv.Itoa(y)
}

func neverAt(in *Reader, last bool) int {
	n, m := in.Size(), in.Size()
	seen := map[int]bool{}
	for range n {
		p := in.Ints(m)
		if m == 0 {
			continue
		}
		if last {
			seen[p[m-1]] = true
		} else {
			seen[p[0]] = true
		}
	}
	return m - len(seen)
}

func mostCars(in *Reader, always bool) int {
	cars, most := 0, 0
	for range in.Size() {
		what := in.Word()
		in.Int()
		if what == "in" {
			cars++
			if always {
				most = max(most, cars)
			}
			continue
		}
		most = max(most, cars)
		cars--
	}
	return most
}

var lift = &Shape{
	Name: "ways between floors",
	Spec: "n: int 1..1000  f: int 2..1000\nrepeat n {\n  a, b: int 1..f\n  where a != b\n}\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n, f := in(r, 1, max(1, size/2)), in(r, 2, 20)
		t.line(n, f)
		for range n {
			a, b := in(r, 1, f), in(r, 1, f-1)
			if b >= a {
				b++
			}
			t.line(a, b)
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, f := in.Size(), in.Size()
		ok := n >= 1 && f >= 2
		for range n {
			a, b := in.Int(), in.Int()
			ok = ok && between(1, f, a, b) && a != b
		}
		return ok
	},
}

var windows = &Shape{
	Name: "word with a length",
	Spec: "n: int 1..1000  k: int 1..n\ns: string(n) lower\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n := in(r, 1, 2*size)
		t.line(n, in(r, 1, min(n, 3)))
		t.line(word(r, n, "abz"[:in(r, 1, 3)]))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, k := in.Size(), in.Size()
		s := in.Word()
		return n >= 1 && between(1, n, k) && len(s) == n && strings.Trim(s, lowercase) == ""
	},
}

var testsWithQueries = &Shape{
	Name: "test cases with queries",
	Spec: "t: int 1..100\nrepeat t {\n  n, q: int 1..100\n  a: int[n] 1..10^9\n  repeat q {\n    x: int 1..10^9\n  }\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		cases := in(r, 1, 3)
		t.line(cases)
		for range cases {
			n, q := in(r, 1, max(1, size/4)), in(r, 1, max(1, size/4))
			t.line(n, q)
			t.list(numbers(r, n, 1, limit))
			for range q {
				t.line(in(r, 1, limit))
			}
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		cases := in.Size()
		ok := cases >= 1
		for range cases {
			n, q := in.Size(), in.Size()
			ok = ok && n >= 1 && q >= 1 && between(1, billion, in.Ints(n)...) && between(1, billion, in.Ints(q)...)
		}
		return ok
	},
}

var robots = &Shape{
	Name: "steps in a rectangle",
	Spec: "h, w: int 1..100\nx: int 1..h  y: int 1..w\ns: string(1..1000) \"UDLR\"\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		h, w := in(r, 1, 5), in(r, 1, 5)
		t.line(h, w)
		t.line(in(r, 1, h), in(r, 1, w))
		t.line(word(r, in(r, 1, 2*size), "UDLR"))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		h, w, x, y := in.Int(), in.Int(), in.Int(), in.Int()
		s := in.Word()
		return between(1, 100, h, w) && between(1, h, x) && between(1, w, y) && s != "" && strings.Trim(s, "UDLR") == ""
	},
}

var ballots = &Shape{
	Name: "lines of permutations",
	Spec: "n, m: int 1..100\nrepeat n {\n  p: perm(m)\n}\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n, m := in(r, 1, max(1, size/4)), in(r, 1, max(1, size/3))
		t.line(n, m)
		for range n {
			p := r.Perm(m)
			for i := range p {
				p[i]++
			}
			t.list(p)
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		ok := n >= 1 && m >= 1
		for range n {
			seen := map[int]bool{}
			for _, v := range in.Ints(m) {
				ok = ok && between(1, m, v) && !seen[v]
				seen[v] = true
			}
		}
		return ok
	},
}

var carPark = &Shape{
	Name: "log with times",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n := in(r, 1, size)
		t.line(n)
		cars, now := 0, 0
		for range n {
			now += in(r, 1, 9)
			if cars > 0 && r.IntN(2) == 0 {
				cars--
				t.line("out", now)
			} else {
				cars++
				t.line("in", now)
			}
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		cars, before, ok := 0, 0, n >= 1
		for range n {
			what, now := in.Word(), in.Int()
			switch what {
			case "in":
				cars++
			case "out":
				cars--
			default:
				ok = false
			}
			ok = ok && cars >= 0 && now > before
			before = now
		}
		return ok
	},
}
