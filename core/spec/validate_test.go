package spec

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
)

// breaker visits every value of a valid input and breaks it in several ways,
// each of which must be reported at the value's own place.
type breaker struct {
	*reader
	t     *testing.T
	rng   rng
	input []byte
	count map[string]int
}

func TestEveryBreachIsReportedAtItsPlace(t *testing.T) {
	t.Parallel()
	for name, s := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &breaker{t: t, count: map[string]int{}}
			for test := 1; test <= 120; test++ {
				b.input = mustGenerate(t, s, uint64(test), SizeAt(test*4))
				b.rng = newRNG(uint64(test), 0)
				b.reader = newReader(s, b.input)
				rec := b.read()
				if b.violation != nil {
					t.Fatal(b.violation)
				}
				b.visit(s.body, rec)
				b.appendToLines()
			}
			if b.count["range"]+b.count["garbage"] == 0 {
				t.Errorf("nothing was broken: %v", b.count)
			}
		})
	}
}

func (b *breaker) visit(body *block, rec *record) {
	b.frames[body.depth] = rec
	for _, s := range body.stmts {
		switch s := s.(type) {
		case *lineStmt:
			for _, it := range s.items {
				if it.field != nil {
					b.value(it.field, &rec.vals[it.field.slot])
				}
			}
		case *repeatStmt:
			for _, one := range rec.vals[s.slot].recs() {
				b.visit(s.body, one)
			}
		case *unionStmt:
			v := &rec.vals[s.slot]
			b.visit(s.alts[v.num].body, v.recs()[0])
		}
	}
}

func (b *breaker) value(f *field, v *value) {
	t := f.typ
	elements := len(v.list())
	if t.scalar() || t.scalarText() {
		elements = 1
	}
	if elements == 0 || t.scalarText() && len(v.text()) == 0 {
		return
	}
	k := b.rng.intn(elements)
	start, end := b.token(f, v, k)
	if !t.member[' '] && !t.member['?'] {
		b.expect("garbage", start, end, "?", start)
	}
	if t.takesAlphabet() {
		if !t.member[' '] && t.length != nil {
			_, hi := b.number(t.length.lo), b.number(t.length.hi)
			b.expect("length", start, end, strings.Repeat(string(v.text()[0]), int(hi)+1), start)
		}
		return
	}
	allowed := b.columns(t, nil)[k%t.width()]
	if highest := allowed.highest(); highest < math.MaxInt64 {
		b.expect("range", start, end, string(printNumber(t, highest+1)), start)
	}
	b.missing(start)
	if k > 0 && t.width() == 1 && t.order == unordered && (t.distinct || t.kind == kindPerm) {
		before, beforeEnd := b.token(f, v, b.rng.intn(k))
		b.expect("repeated", start, end, string(b.input[before:beforeEnd]), start)
	}
}

func (a allowed) highest() int64 {
	best := a[0].hi
	for _, b := range a {
		best = max(best, b.hi)
	}
	return best
}

func printNumber(t *typ, n int64) []byte {
	if t.kind == kindFloat {
		return appendDecimal(nil, n, t)
	}
	return appendInt(nil, n)
}

// token finds the k-th token of a value in the input.
func (b *breaker) token(f *field, v *value, k int) (start, end int) {
	b.failAt(f, v, k, "", "")
	found := b.violation
	b.violation = nil
	return found.Offset, found.Offset + found.Length
}

// missing removes the rest of the line.
func (b *breaker) missing(start int) {
	end := start + bytes.IndexByte(b.input[start:], '\n')
	cut := start
	if start > 0 && b.input[start-1] == ' ' {
		cut--
	} else if len(bytes.TrimSpace(b.input[end:])) == 0 {
		return // an empty line at the end is forgiven, and may end a repetition
	}
	b.expect("missing", cut, end, "", cut)
}

func (b *breaker) appendToLines() {
	lines := bytes.Count(b.input, []byte("\n"))
	offset := 0
	for range b.rng.intn(max(1, lines)) {
		offset += bytes.IndexByte(b.input[offset:], '\n') + 1
	}
	end := offset + bytes.IndexByte(b.input[offset:], '\n')
	b.expect("extra", end, end, " ~~", end+1)
}

// expect replaces a piece of the input and demands a violation at the place.
func (b *breaker) expect(kind string, start, end int, text string, at int) {
	b.t.Helper()
	b.count[kind]++
	broken := fmt.Sprintf("%s%s%s", b.input[:start], text, b.input[end:])
	v := b.spec.Validate([]byte(broken))
	if v == nil {
		b.t.Fatalf("%s: %q at offset %d is not noticed:\n%s", kind, text, start, broken)
	}
	if v.Offset != at {
		b.t.Fatalf("%s: %q at offset %d is reported at %d (%v):\n%s", kind, text, at, v.Offset, v, broken)
	}
	if p := position([]byte(broken), v.Offset); p.Line != v.Line || p.Column != v.Column {
		b.t.Fatalf("%s: offset %d is line %d, column %d, and the violation says %d, %d", kind, v.Offset, p.Line, p.Column, v.Line, v.Column)
	}
}

func TestViolations(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spec  string
		input string
		want  string // "" where the input is valid
	}{
		{"a number above its range", "n: int 1..8", "9\n", "1:1: `n` is 9, outside 1..8"},
		{"a range that depends on another field", "n: int 1..8  l: int 1..n", "3 5\n", "1:3: `l` is 5, outside 1..n, which is 1..3 here"},
		{"a number outside several ranges", "x: int -1 | 3..4", "0\n", "1:1: `x` is 0, outside -1 and 3..4"},
		{"a leading zero", "n: int 1..8", "07\n", "1:1: `n` is written \"07\"; numbers have no needless zeros or signs in front"},
		{"minus zero", "n: int -1..8", "-0\n", "1:1: `n` is written \"-0\"; numbers have no needless zeros or signs in front"},
		{"a plus sign", "n: int 1..8", "+7\n", "1:1: `n` is a whole number, and \"+7\" is none"},
		{"a number beyond 64 bits", "n: int 1..8", "99999999999999999999\n", "1:1: `n` is \"99999999999999999999\", which does not fit in 64 bits"},
		{"the largest number of all", "n: int 0..9223372036854775807", "9223372036854775807\n", ""},
		{"a word instead of a number", "n: int 1..8", "abc\n", "1:1: `n` is a whole number, and \"abc\" is none"},
		{"an empty input", "n: int 1..8", "", "1:1: the end of the input stands where `n` is expected"},
		{"a line that ends too early", "n, m: int 1..8", "3\n4\n", "1:2: the end of the line stands where `m` is expected"},
		{"two spaces", "n, m: int 1..8", "3  4\n", "1:3: a space stands where `m` is expected; one space parts what shares a line"},
		{"too much on a line", "n: int 1..8", "3 4\n", "1:3: the line should end here, and \"4\" follows"},
		{"too many lines", "n: int 1..8", "3\n4\n", "2:1: the input should end here, and \"4\" follows"},
		{"space at the ends of lines and of the input", "n: int 1..8\nm: int 1..8", "3 \r\n4\n\n \n", ""},
		{"no line break at the end", "n: int 1..8", "3", ""},
		{"an array that is too short", "n: int 1..8\na: int[n] 1..9", "3\n1 2\n", "2:4: the end of the line stands where `a[3]` is expected"},
		{"an element out of range", "a: int[3] 1..9", "1 20 3\n", "1:3: `a[2]` is 20, outside 1..9"},
		{"an element of a matrix out of range", "a: int[2][2] 1..9", "1 2\n3 0\n", "2:3: `a[2][2]` is 0, outside 1..9"},
		{"a repeated element", "a: int[4] 1..9 distinct", "1 5 3 5\n", "1:7: the elements of `a` should be distinct, and 5 occurs again"},
		{"an element out of order", "a: int[3] 1..9 increasing", "1 3 3\n", "1:5: `a` should be increasing, and 3 follows 3"},
		{"an empty array on a line of its own", "n: int 0..3\na: int[n] 1..9\nm: int 1..2", "0\n\n1\n", ""},
		{"an empty array beside a number", "n: int 0..3  a: int[n] 1..9", "0\n", ""},
		{"too many decimals", "x: float 0..1 digits 2", "0.125\n", "1:1: `x` has 3 digits behind the point, and 2 are allowed"},
		{"too few decimals", "x: float 0..1 digits 2..2", "0.5\n", "1:1: `x` has 1 digit behind the point, and there should be at least 2"},
		{"a decimal out of range", "x: float 0..0.75 digits 2", "0.76\n", "1:1: `x` is 0.76, outside 0..0.75"},
		{"a foreign character", "s: string(3) \"ab\"", "aca\n", "1:2: `s` has the character 'c', which is not in its alphabet"},
		{"a text that is too long", "n: int 1..3\ns: string(n) lower", "2\nabc\n", "2:1: `s` has length 3, and it should be 2"},
		{"a character that should occur once", "g: grid(2, 2) \".\" once \"S\"", "S.\n.S\n", "2:2: `g` has 2 of the character 'S', and there should be exactly one"},
		{"a line of a grid that is too short", "g: grid(2, 3) \".#\"", "...\n..\n", "2:1: `g[2]` has length 2, and it should be 3"},
		{"no permutation", "p: perm(3)", "1 3 3\n", "1:5: `p` should be a permutation, and 3 occurs again"},
		{"a cycle in a tree", "e: tree(4)", "1 2\n2 3\n3 1\n", "3:1: the edge 3 1 closes a cycle, so `e` is no tree"},
		{"an edge to a vertex that does not exist", "n: int 2..3\ne: tree(n)", "2\n1 3\n", "2:3: `e[1]` is 3, outside 1..2"},
		{"a parent that comes later", "p: parents(3) ordered", "1 3\n", "1:3: the parent of vertex 3 is 3, and it should be smaller"},
		{"parents in a circle", "p: parents(4)", "3 2 1\n", "1:3: the parent 2 of vertex 3 closes a cycle, so `p` is no tree"},
		{"two roots", "p: parents(3) root 0", "0 1 0\n", "1:5: `p` has a second root: vertex 3, after vertex 1"},
		{"no root", "p: parents(1) root 0", "1\n", "1:1: the parent 1 of vertex 1 closes a cycle, so `p` is no tree"},
		{"a loop", "e: graph(2, 1) simple", "2 2\n", "1:1: the edge 2 2 is a loop, and `e` should have none"},
		{"a parallel edge, the other way round", "e: graph(3, 2) simple", "1 2\n2 1\n", "2:1: the edge 2 1 occurs again, and `e` should be simple"},
		{"opposite edges of a directed graph", "e: graph(3, 2) simple directed", "1 2\n2 1\n", ""},
		{"a graph in two pieces", "e: graph(4, 3) connected", "1 2\n2 3\n3 1\n", "1:1: `e` should be connected, and no path leads from vertex 1 to vertex 4"},
		{"an odd cycle", "e: graph(3, 3) bipartite", "1 2\n2 3\n3 1\n", "3:1: the edge 3 1 closes a cycle of odd length, so `e` is not bipartite"},
		{"a directed cycle", "e: graph(3, 4) directed acyclic", "1 2\n2 3\n3 1\n1 3\n", "3:1: the edge 3 1 closes a cycle, so `e` is not acyclic"},
		{"a one-way graph that should be strong", "e: graph(3, 3) strong", "1 2\n2 3\n1 3\n", "1:1: `e` should be strongly connected, and no path leads from vertex 2 to vertex 1"},
		{"a weight out of range", "e: graph(2, 1) weight 1..5", "1 2 6\n", "1:5: `e[1]` is 6, outside 1..5"},
		{"an interval the wrong way round", "q: interval 1..9", "5 4\n", "1:3: the right end 4 of `q` is less than the left end 5"},
		{"intervals that meet", "v: interval[3] 1..9 disjoint", "5 6\n1 2\n2 3\n", "3:1: the intervals of `v` should be disjoint, and 2 3 meets 1 2"},
		{"a point twice", "p: point[3] 0..5 distinct", "1 2\n2 1\n1 2\n", "3:1: the elements of `p` should be distinct, and 1 2 occurs again"},
		{"an unknown alternative", "q: int 1..5\nrepeat q {\n  | 1 x: int 1..3\n  | \"add\" y: int 1..3\n}", "2\nadd 1\n2 1\n", "3:1: expected \"1\" or \"add\", not \"2\""},
		{"a fixed text that is missing", "\"begin\"", "end\n", "1:1: expected \"begin\", not \"end\""},
		{"a condition on two numbers", "l, r: int 1..9\nwhere l <= r", "5 2\n", "1:3: `l <= r` does not hold: l = 5, r = 2"},
		{"a sum that is too large", "t: int 1..9\nrepeat t { n: int 1..9 }\nwhere sum(n) <= 10", "3\n5\n4\n3\n", "4:1: `sum(n) <= 10` does not hold: sum(n) = 12"},
		{"a sum of an array that is too large", "a: int[4] 1..9\nwhere sum(a) < 10", "5 4 3 1\n", "1:5: `sum(a) < 10` does not hold: sum(a) = 13"},
		{"an index out of bounds in a condition", "n: int 1..9\na: int[2] 1..9\nwhere a[n] == 1", "3\n1 2\n", "2:1: `a[n] == 1` cannot be computed: a[3] lies outside: there are 2 elements"},
		{"an overflow in a condition", "a, b: int 1..9e18\nwhere a * b < 5", "9000000000000000000 2\n", "1:21: `a * b < 5` cannot be computed: 9000000000000000000 * 2 does not fit in 64 bits"},
		{"a value that should be unique", "repeat 3 { x: int 1..9 unique }", "1\n2\n1\n", "3:1: `x` should differ between the repetitions, and \"1\" occurs again"},
		{"a pair that should be unique", "repeat 3 { x, y: int 1..9 where unique(x, y) }", "1 2\n2 1\n1 2\n", "3:3: `x` and `y` should differ between the repetitions, and \"1 2\" occurs again"},
		{"too many repetitions of an uncounted block", "repeat 0..1 { x: int 1..9 }\n\"0\"", "1\n2\n0\n", "2:1: there are more than 1 repetition"},
		{"too few repetitions of an uncounted block", "repeat 2..3 { x: int 1..9 }", "1\n", "2:1: there should be at least 2 repetitions, and 1 came"},
		{"a negative length", "n: int 0..3\na: int[n-1] 1..2", "0\n\n", "2:1: `a` is impossible here: the number of elements is -1"},
		{"an array far longer than the input", "n: int 1..1e18\na: int[n] 1..2", "1000000000000000000\n1 2 1\n", "2:6: the end of the line stands where `a[4]` is expected"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if v := mustParse(t, test.spec).Validate([]byte(test.input)); v != nil {
				got = v.Error()
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
