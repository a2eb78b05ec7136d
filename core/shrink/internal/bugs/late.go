package bugs

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Late are bugs in shapes of their own, such as contests often have, that were written
// when the way from a single input was done with the bugs of all other sets.
func Late() []*Bug {
	return complete([]*Bug{
		{
			Name: "two piles of books", Mistake: "takes the thinner book on top first", Shape: piles,
			Reference: func(in *Reader, out *Writer) { out.Say(booksRead(in, false)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(booksRead(in, true)) },
		},
		{
			Name: "stops of bus routes", Mistake: "counts a stop once for each route", Shape: routes,
			Reference: func(in *Reader, out *Writer) { out.Say(stopsServed(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(stopsServed(in, false)) },
		},
		{
			Name: "painted cells", Mistake: "counts cells twice that were painted twice", Shape: rectangles,
			Reference: func(in *Reader, out *Writer) { out.Say(painted(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(painted(in, false)) },
		},
		{
			Name: "opening hours", Mistake: "does not know that a night has a midnight", Shape: hours,
			Reference: func(in *Reader, out *Writer) { out.Say(minutesOpen(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(minutesOpen(in, false)) },
		},
		{
			Name: "cables between houses", Mistake: "does not notice that not all can be reached", Shape: cables,
			Reference: func(in *Reader, out *Writer) { out.Say(cableLength(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(cableLength(in, false)) },
		},
		{
			Name: "k-th different number", Mistake: "counts equal numbers as different ones", Shape: testsWithK,
			Reference: func(in *Reader, out *Writer) { differentAt(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { differentAt(in, out, false) },
		},
		{
			Name: "almost palindromes", Mistake: "only leaves out a letter on the left", Shape: loneWords,
			Reference: func(in *Reader, out *Writer) { almostPalindromes(in, out, true) },
			Tested:    func(in *Reader, out *Writer) { almostPalindromes(in, out, false) },
		},
		{
			Name: "teleports", Mistake: "takes the way into the cycle for a part of it", Shape: teleports,
			Reference: func(in *Reader, out *Writer) { out.Say(teleported(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(teleported(in, false)) },
		},
		{
			Name: "three sticks", Mistake: "takes flat triangles for triangles", Shape: sticks,
			Reference: func(in *Reader, out *Writer) { out.Say(triangle(in, false)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(triangle(in, true)) },
		},
		{
			Name: "courses and semesters", Mistake: "expects courses in an order in which they can be taken", Shape: courses,
			Reference: func(in *Reader, out *Writer) { out.Say(semesters(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(semesters(in, false)) },
		},
	})
}

func booksRead(in *Reader, greedy bool) int {
	n, m, time := in.Size(), in.Size(), in.Int()
	a, b := in.Ints(n), in.Ints(m)
	if greedy {
		count := 0
		for len(a)+len(b) > 0 {
			from := &a
			if len(a) == 0 || len(b) > 0 && b[0] < a[0] {
				from = &b
			}
			if time -= (*from)[0]; time < 0 {
				break
			}
			*from = (*from)[1:]
			count++
		}
		return count
	}
	best := 0
	spent := 0
	for i := 0; i <= len(a); i++ {
		if i > 0 {
			spent += a[i-1]
		}
		left := time - spent
		if left < 0 {
			break
		}
		j := 0
		for j < len(b) && b[j] <= left {
			left -= b[j]
			j++
		}
		best = max(best, i+j)
	}
	return best
}

func stopsServed(in *Reader, once bool) int {
	in.Int()
	seen := map[int]bool{}
	count := 0
	for range in.Size() {
		for _, s := range in.Ints(in.Size()) {
			if !once || !seen[s] {
				count++
			}
			seen[s] = true
		}
	}
	return count
}

func painted(in *Reader, once bool) int {
	in.Int()
	in.Int()
	seen := map[[2]int]bool{}
	count := 0
	for range in.Size() {
		r1, c1, r2, c2 := in.Int(), in.Int(), in.Int(), in.Int()
		for r := r1; r <= r2; r++ {
			for c := c1; c <= c2; c++ {
				in.Step()
				if !once || !seen[[2]int{r, c}] {
					count++
				}
				seen[[2]int{r, c}] = true
			}
		}
	}
	return count
}

// clockTime is "hh:mm" as minutes; what is none is midnight.
func clockTime(word string) int {
	var h, m int
	if n, err := fmt.Sscanf(word, "%d:%d", &h, &m); n != 2 || err != nil {
		return 0
	}
	return 60*h + m
}

func minutesOpen(in *Reader, night bool) int {
	sum := 0
	for range in.Size() {
		from, to := clockTime(in.Word()), clockTime(in.Word())
		if to < from && night {
			to += 24 * 60
		}
		sum += max(0, to-from)
	}
	return sum
}

func cableLength(in *Reader, check bool) int {
	n, m := in.Size(), in.Size()
	type cable struct{ u, v, w int }
	cables := make([]cable, m)
	for i := range cables {
		cables[i] = cable{in.Int(), in.Int(), in.Int()}
	}
	slices.SortStableFunc(cables, func(a, b cable) int { return a.w - b.w })
	u := newUnion(n + 1)
	sum, parts := 0, n
	for _, c := range cables {
		if between(1, n, c.u, c.v) && u.join(c.u, c.v) {
			sum += c.w
			parts--
		}
	}
	if parts > 1 && check {
		return -1
	}
	return sum
}

func differentAt(in *Reader, out *Writer, different bool) {
	for range in.Size() {
		n, k := in.Size(), in.Int()
		a := in.Ints(n)
		slices.Sort(a)
		if different {
			a = slices.Compact(a)
		}
		if k < 1 || k > len(a) {
			out.Say(-1)
			continue
		}
		out.Say(a[k-1])
	}
}

func isPalindrome(s string) bool {
	for i := range len(s) / 2 {
		if s[i] != s[len(s)-1-i] {
			return false
		}
	}
	return true
}

func almostPalindromes(in *Reader, out *Writer, both bool) {
	for range in.Size() {
		s := in.Word()
		answer := "YES"
		for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
			if s[i] != s[j] {
				if !isPalindrome(s[i+1:j+1]) && !(both && isPalindrome(s[i:j])) {
					answer = "NO"
				}
				break
			}
		}
		out.Say(answer)
	}
}

func teleported(in *Reader, way bool) int {
	n, k := in.Size(), in.Int()
	to := in.Ints(n)
	if n == 0 {
		return 0
	}
	first := map[int]int{}
	var visited []int
	at := 1
	for {
		if f, ok := first[at]; ok {
			if k < len(visited) {
				return visited[max(0, k)]
			}
			if !way {
				return visited[k%len(visited)]
			}
			return visited[f+(k-f)%(len(visited)-f)]
		}
		first[at] = len(visited)
		visited = append(visited, at)
		if !between(1, n, at) {
			panic("index out of range")
		}
		at = to[at-1]
	}
}

func triangle(in *Reader, flat bool) string {
	a := in.Ints(3)
	slices.Sort(a)
	if a[0]+a[1] > a[2] || flat && a[0]+a[1] == a[2] {
		return "YES"
	}
	return "NO"
}

func semesters(in *Reader, anyOrder bool) int {
	n, m := in.Size(), in.Size()
	before := make([][]int, n+1)
	for range m {
		u, v := in.Int(), in.Int()
		if between(1, n, u, v) {
			before[v] = append(before[v], u)
		}
	}
	need := make([]int, n+1)
	rounds := 1
	if anyOrder {
		rounds = n
	}
	most := 0
	for range rounds {
		for v := 1; v <= n; v++ {
			need[v] = 1
			for _, u := range before[v] {
				in.Step()
				need[v] = max(need[v], need[u]+1)
			}
			most = max(most, need[v])
		}
	}
	return most
}

var piles = &Shape{
	Name: "two arrays and a limit",
	Spec: "n, m: int 1..1000  t: int 1..10^9\na: int[n] 1..10^9\nb: int[m] 1..10^9\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, m := in(r, 1, max(1, size/2)), in(r, 1, max(1, size/2))
		t.line(n, m, in(r, 1, min(billion, limit*max(1, (n+m)/2))))
		t.list(numbers(r, n, 1, limit))
		t.list(numbers(r, m, 1, limit))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m, t := in.Size(), in.Size(), in.Int()
		return n >= 1 && m >= 1 && between(1, billion, t) && between(1, billion, in.Ints(n)...) && between(1, billion, in.Ints(m)...)
	},
}

var routes = &Shape{
	Name: "lists of places",
	Spec: "n, m: int 1..1000\nrepeat m {\n  k: int 1..n  s: int[k] 1..n distinct\n}\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n, m := in(r, 1, max(1, size/2)), in(r, 1, max(1, size/4))
		t.line(n, m)
		for range m {
			p := r.Perm(n)[:in(r, 1, min(n, 6))]
			for i := range p {
				p[i]++
			}
			t.list(append([]int{len(p)}, p...))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		ok := n >= 1 && m >= 1
		for range m {
			k := in.Size()
			s := in.Ints(k)
			slices.Sort(s)
			ok = ok && between(1, n, k) && between(1, n, s...) && len(slices.Compact(s)) == k
		}
		return ok
	},
}

var rectangles = &Shape{
	Name: "rectangles on a board",
	Spec: "h, w, q: int 1..1000\nrepeat q {\n  r1, c1: int 1..1000  r2, c2: int 1..1000\n  where r1 <= r2 <= h, c1 <= c2 <= w\n}\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		h, w, q := in(r, 1, 12), in(r, 1, 12), in(r, 1, max(1, size/4))
		t.line(h, w, q)
		for range q {
			r1, c1 := in(r, 1, h), in(r, 1, w)
			t.line(r1, c1, in(r, r1, h), in(r, c1, w))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		h, w, q := in.Int(), in.Int(), in.Size()
		ok := between(1, 1000, h, w, q)
		for range q {
			r1, c1, r2, c2 := in.Int(), in.Int(), in.Int(), in.Int()
			ok = ok && 1 <= r1 && r1 <= r2 && r2 <= h && 1 <= c1 && c1 <= c2 && c2 <= w
		}
		return ok
	},
}

var hours = &Shape{
	Name: "times of a clock",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n := in(r, 1, max(1, size/6))
		t.line(n)
		clock := func() string { return fmt.Sprintf("%02d:%02d", r.IntN(24), r.IntN(60)) }
		for range n {
			t.line(clock(), clock())
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n := in.Size()
		ok := n >= 1
		for range 2 * n {
			word := in.Word()
			ok = ok && len(word) == 5 && word == fmt.Sprintf("%02d:%02d", clockTime(word)/60, clockTime(word)%60) && clockTime(word) < 24*60
		}
		return ok
	},
}

var cables = &Shape{
	Name: "weighted graph",
	Spec: "n, m: int 1..1000\ne: graph(n, m) loopless weight 1..10^9\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n, m := in(r, 2, max(2, size/3)), in(r, 1, max(1, size/3))
		t.line(n, m)
		for range m {
			u, v := in(r, 1, n), in(r, 1, n-1)
			if v >= u {
				v++
			}
			t.line(u, v, in(r, 1, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		ok := n >= 1 && m >= 1
		for range m {
			u, v, w := in.Int(), in.Int(), in.Int()
			ok = ok && between(1, n, u, v) && u != v && between(1, billion, w)
		}
		return ok
	},
}

var testsWithK = &Shape{
	Name: "test cases with a number and an array",
	Spec: "t: int 1..100\nrepeat t {\n  n: int 1..1000  k: int 1..n\n  a: int[n] 0..10^9\n}\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		cases := in(r, 1, 4)
		t.line(cases)
		for range cases {
			n := in(r, 1, max(1, size/3))
			t.line(n, in(r, 1, n))
			t.list(numbers(r, n, 0, limit))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		cases := in.Size()
		ok := cases >= 1
		for range cases {
			n, k := in.Size(), in.Int()
			ok = ok && between(1, n, k) && between(0, billion, in.Ints(n)...)
		}
		return ok
	},
}

var loneWords = &Shape{
	Name: "test cases of one word",
	Spec: "t: int 1..100\nrepeat t {\n  s: string(1..100) lower\n}\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		cases := in(r, 1, 5)
		t.line(cases)
		for range cases {
			t.line(word(r, in(r, 1, max(1, size/3)), "abz"[:in(r, 1, 3)]))
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		cases := in.Size()
		ok := cases >= 1
		for range cases {
			s := in.Word()
			ok = ok && s != "" && strings.Trim(s, lowercase) == ""
		}
		return ok
	},
}

var teleports = &Shape{
	Name: "one successor each, and steps",
	Spec: "n: int 1..1000  k: int 1..10^9\na: int[n] 1..n\n",
	Generate: func(r *rand.Rand, size, limit int) []byte {
		var t text
		n := in(r, 1, size)
		t.line(n, in(r, 1, limit))
		t.list(numbers(r, n, 1, n))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, k := in.Size(), in.Int()
		return n >= 1 && between(1, billion, k) && between(1, n, in.Ints(n)...)
	},
}

var sticks = &Shape{
	Name: "three numbers",
	Spec: "a, b, c: int 1..10^9\n",
	Generate: func(r *rand.Rand, _, limit int) []byte {
		var t text
		t.line(in(r, 1, limit), in(r, 1, limit), in(r, 1, limit))
		return t.Bytes()
	},
	Valid: func(in *Reader) bool { return between(1, billion, in.Ints(3)...) },
}

var courses = &Shape{
	Name: "directed graph without cycles, in any order",
	Spec: "n: int 1..1000  m: int 0..1000\ne: graph(n, m) directed acyclic simple\n",
	Generate: func(r *rand.Rand, size, _ int) []byte {
		var t text
		n := in(r, 1, max(1, size/2))
		m := in(r, 0, min(n*(n-1)/2, size/2))
		p := r.Perm(n)
		t.line(n, m)
		for _, e := range someEdges(r, n, m) {
			u, v := min(e[0], e[1]), max(e[0], e[1])
			t.line(p[u-1]+1, p[v-1]+1)
		}
		return t.Bytes()
	},
	Valid: func(in *Reader) bool {
		n, m := in.Size(), in.Size()
		ok := n >= 1
		seen := map[[2]int]bool{}
		next := make([][]int, n+1)
		for range m {
			u, v := in.Int(), in.Int()
			if !between(1, n, u, v) || seen[[2]int{u, v}] {
				return false
			}
			seen[[2]int{u, v}] = true
			next[u] = append(next[u], v)
		}
		return ok && !hasCycle(next)
	},
}

// hasCycle reports whether a directed graph has a cycle.
func hasCycle(next [][]int) bool {
	state := make([]int, len(next)) // 1 on the way, 2 done
	var visit func(v int) bool
	visit = func(v int) bool {
		if state[v] != 0 {
			return state[v] == 1
		}
		state[v] = 1
		if slices.ContainsFunc(next[v], visit) {
			return true
		}
		state[v] = 2
		return false
	}
	for v := range next {
		if visit(v) {
			return true
		}
	}
	return false
}
