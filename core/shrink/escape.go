package shrink

import "slices"

// The passes of this file leave a place from which no single step leads on: they
// delete two things at once, or delete one and make up for it in another.

// twos deletes two things of a dim at once: neighbours, and any two where there
// are few.
func (t *texter) twos() {
	t.eachDim(func(d *document, x *dim) {
		render := t.deletion(d, x)
		if t.keepGroups(x.size, pairsFrom(0, x.size), render) || t.keepGroups(x.size, pairsFrom(1, x.size), render) {
			return
		}
		if x.size > fewThings {
			return
		}
		t.First(func(yield func([]byte) bool) {
			for i := range x.size {
				for j := i + 2; j < x.size; j++ {
					if !yield(render(except(x.size, i, j))) {
						return
					}
				}
			}
		})
	})
}

// fewThings is the size up to which any two things are tried.
const fewThings = 8

// pairsFrom are the pairs of neighbours from the first on.
func pairsFrom(first, n int) [][]int {
	var pairs [][]int
	for i := first; i+1 < n; i += 2 {
		pairs = append(pairs, []int{i, i + 1})
	}
	return pairs
}

// keepGroups deletes whole groups of n things, and reports whether it did.
func (t *texter) keepGroups(n int, groups [][]int, render func(kept []int) []byte) bool {
	kept := t.Keep(len(groups), func(kept []int) []byte {
		stays := make([]bool, n)
		for i := range stays {
			stays[i] = true
		}
		at := 0
		for g, group := range groups {
			if at < len(kept) && kept[at] == g {
				at++
				continue
			}
			for _, i := range group {
				stays[i] = false
			}
		}
		return render(slices.DeleteFunc(span(0, n), func(i int) bool { return !stays[i] }))
	})
	return len(kept) < len(groups)
}

// brackets deletes brackets of words with their partners.
func (t *texter) brackets() {
	t.eachDim(func(d *document, x *dim) {
		if x.axes == nil || x.axes[0].kind != letterAxis {
			return
		}
		if pairs := partners(d.page.tokens[x.axes[0].token].text); len(pairs) > 0 {
			t.keepGroups(x.size, pairs, t.deletion(d, x))
		}
	})
}

// partners are the places of brackets that belong together, each kind of bracket
// alone.
func partners(word []byte) [][]int {
	var pairs [][]int
	open := map[byte][]int{}
	for i, c := range word {
		o := opening(c)
		if o == 0 {
			open[c] = append(open[c], i)
		} else if n := len(open[o]); n > 0 {
			pairs = append(pairs, []int{open[o][n-1], i})
			open[o] = open[o][:n-1]
		}
	}
	return pairs
}

// opening is the bracket that c closes, or 0.
func opening(c byte) byte {
	switch c {
	case ')':
		return '('
	case ']':
		return '['
	case '}':
		return '{'
	case '>':
		return '<'
	}
	return 0
}

// deletion renders the document without some things of the dim, in the way that
// suits it.
func (t *texter) deletion(d *document, x *dim) func(kept []int) []byte {
	if g := t.form.verticesOf(d, x); g != nil {
		w := t.form.walkGraph(d, x)
		return func(kept []int) []byte {
			if len(kept) == 0 {
				return nil
			}
			return t.form.withoutVertices(d, x, w, kept, true)
		}
	}
	return func(kept []int) []byte { return t.form.plan(d).keep(x, kept).render() }
}

// pump makes up for deleted things by greater numbers: with all numbers as great
// as any that was seen, or with a permutation turned round, fewer of them may do.
// It is for failures that need great sums or much disorder.
func (t *texter) pump() {
	t.eachDim(func(d *document, x *dim) {
		if x.size < 2 {
			return
		}
		render := t.deletion(d, x)
		for _, raise := range []func(*document) []byte{t.highest, t.lowest, t.reversed} {
			if raise(d) == nil {
				continue
			}
			for n := x.size - 1; n >= 1; n /= 2 {
				short, ok := t.form.schema.read(readPage(render(span(0, n))))
				if !ok || !t.Try(raise(short)) {
					break
				}
			}
		}
	})
}

// great is what no small example has by chance.
const great = 10_000

// highest sets the columns of great numbers to the greatest seen.
func (t *texter) highest(d *document) []byte {
	return t.extreme(d, func(l *leaf) int64 { return l.high })
}

// lowest sets the columns of great negative numbers to the least seen.
func (t *texter) lowest(d *document) []byte {
	return t.extreme(d, func(l *leaf) int64 { return l.low })
}

func (t *texter) extreme(d *document, of func(*leaf) int64) []byte {
	e := newEdit(d.page)
	for leaf, tokens := range t.numbers(d) {
		l := &t.form.leaves[leaf]
		v := of(l)
		if l.label != noVariable || v < great && v > -great || !t.hasGreat(d, tokens, v) {
			continue
		}
		for _, i := range tokens {
			e.put(i, v)
		}
	}
	if len(e.text) == 0 {
		return nil
	}
	return e.render()
}

// hasGreat reports whether one of the tokens is great and has the sign of v.
func (t *texter) hasGreat(d *document, tokens []int, v int64) bool {
	return slices.ContainsFunc(tokens, func(i int) bool {
		value := d.page.tokens[i].value
		return v > 0 && value >= great || v < 0 && value <= -great
	})
}

// reversed makes permutations fall from the greatest to the least.
func (t *texter) reversed(d *document) []byte {
	e := newEdit(d.page)
	for leaf, tokens := range t.numbers(d) {
		l := &t.form.leaves[leaf]
		if !l.permutation {
			continue
		}
		sizes := map[int]int{}
		for _, i := range tokens {
			sizes[d.cells[i].list]++
		}
		for _, i := range tokens {
			e.put(i, l.target()+int64(sizes[d.cells[i].list]-1-d.cells[i].index))
		}
	}
	if len(e.text) == 0 {
		return nil
	}
	return e.render()
}

// together deletes from two words at once that no count ties to one another: the
// same places from the front, then from the back, and any place of each where
// there are few.
func (t *texter) together() {
	n := len(t.doc().dims)
	for i := range n {
		for j := i + 1; j < n && !t.Over(); j++ {
			d := t.doc()
			if j >= len(d.dims) {
				return
			}
			if x, y := d.dims[i], d.dims[j]; x.counter < 0 && y.counter < 0 && x.size > 1 && y.size > 1 {
				t.deleteFromBoth(d, x, y)
			}
		}
	}
}

func (t *texter) deleteFromBoth(d *document, x, y *dim) {
	n := min(x.size, y.size)
	for _, back := range []bool{false, true} {
		if back && x.size == y.size {
			continue
		}
		kept := t.Keep(n, func(kept []int) []byte {
			a, b := aligned(kept, n, x.size, back), aligned(kept, n, y.size, back)
			return t.form.plan(d).keep(x, a).keep(y, b).render()
		})
		if len(kept) < n {
			return
		}
	}
	if x.size == y.size && n <= fewThings {
		t.oneOfEach(d, x, y)
	}
}

// aligned are the places kept of a word of the given size when those of its first,
// or last, n letters are kept that kept says.
func aligned(kept []int, n, size int, back bool) []int {
	if back {
		places := span(0, size-n)
		for _, k := range kept {
			places = append(places, k+size-n)
		}
		return places
	}
	return append(slices.Clone(kept), span(n, size)...)
}

func (t *texter) oneOfEach(d *document, x, y *dim) {
	t.First(func(yield func([]byte) bool) {
		for a := range x.size {
			for b := range y.size {
				if a != b && !yield(t.form.plan(d).keep(x, except(x.size, a)).keep(y, except(y.size, b)).render()) {
					return
				}
			}
		}
	})
}

// except is 0, 1, … up to n-1 without the given numbers.
func except(n int, without ...int) []int {
	return slices.DeleteFunc(span(0, n), func(i int) bool { return slices.Contains(without, i) })
}

// merge replaces two neighbours, elements or lines of the same form, by their sum.
func (t *texter) merge() {
	t.eachDim(func(d *document, x *dim) {
		if len(x.axes) != 1 || x.size < 2 || t.form.verticesOf(d, x) != nil {
			return
		}
		t.First(func(yield func([]byte) bool) {
			for i := range x.size {
				for _, j := range []int{i - 1, i + 1} {
					if j >= 0 && j < x.size && !yield(t.merged(d, x, i, j)) {
						return
					}
				}
			}
		})
	})
}

// merged deletes the i-th thing and adds its numbers to the j-th.
func (t *texter) merged(d *document, x *dim, i, j int) []byte {
	a, b := x.axes[0].tokens(d, i), x.axes[0].tokens(d, j)
	if len(a) == 0 || len(a) != len(b) {
		return nil
	}
	e := newEdit(d.page)
	for k := range a {
		l := &t.form.leaves[d.cells[a[k]].leaf]
		if d.cells[a[k]].leaf != d.cells[b[k]].leaf {
			return nil
		}
		if !l.changeable() || l.label != noVariable {
			continue
		}
		if sum := d.page.tokens[a[k]].value + d.page.tokens[b[k]].value; sum <= l.high && sum >= l.low {
			e.put(b[k], sum)
		}
	}
	if len(e.text) == 0 {
		return nil
	}
	return t.form.plan(d).keep(x, except(x.size, i)).renderOn(e)
}

// tokens are the tokens of the axis's i-th unit.
func (a *axis) tokens(d *document, i int) []int {
	if i >= len(a.units) {
		return nil
	}
	first, end := a.units[i][0], a.units[i][1]
	if a.kind == lineAxis && first < end {
		first, end = d.page.lines[first].first, d.page.lines[end-1].end
	}
	return span(first, end)
}

// series replaces a vertex with two edges by one edge that has the sum of their
// numbers.
func (t *texter) series() {
	t.eachDim(func(d *document, x *dim) {
		if t.form.verticesOf(d, x) == nil {
			return
		}
		t.First(func(yield func([]byte) bool) {
			t.form.eachGraph(d, x, func(g *graphTrait, b *block, e edges) {
				for v := range x.size {
					if b.dim != x && !yield(t.withoutMiddle(d, x, b, e, v)) {
						return
					}
				}
			})
		})
	})
}

func (t *texter) withoutMiddle(d *document, x *dim, b *block, e edges, v int) []byte {
	var at []int
	for i, ends := range e.ends {
		if ends[0] == v || ends[1] == v {
			at = append(at, i)
		}
	}
	if len(at) != 2 || e.ends[at[0]] == e.ends[at[1]] {
		return nil
	}
	drop, stay := at[0], at[1]
	change := newEdit(d.page)
	one, other := b.axis.tokens(d, e.units[drop]), b.axis.tokens(d, e.units[stay])
	for k := range min(len(one), len(other)) {
		l := &t.form.leaves[d.cells[one[k]].leaf]
		if l.changeable() && l.label == noVariable {
			change.put(other[k], min(l.high, d.page.tokens[one[k]].value+d.page.tokens[other[k]].value))
		}
	}
	if len(change.text) == 0 {
		return nil
	}
	heirs := span(0, x.size)
	heirs[v] = e.ends[drop][0] + e.ends[drop][1] - v
	p := t.form.plan(d).keep(x, except(x.size, v)).keep(b.dim, except(b.dim.size, e.units[drop]))
	p.heirs[x] = heirs
	return p.renderOn(change)
}

// transfer moves as much as possible from one number of a list to its neighbour.
func (t *texter) transfer() {
	for leaf := range t.form.leaves {
		l := &t.form.leaves[leaf]
		if !l.changeable() || l.label != noVariable {
			continue
		}
		for k := 0; !t.Over(); k++ {
			d := t.doc()
			tokens := slices.DeleteFunc(t.numbers(d)[leaf], func(i int) bool { return d.page.tokens[i].value <= l.target() })
			if k+1 >= len(tokens) {
				break
			}
			a, b := tokens[k], tokens[k+1]
			from, to := d.page.tokens[a].value, d.page.tokens[b].value
			moved := min(from-l.target(), l.high-to)
			if moved <= 0 {
				continue
			}
			e := newEdit(d.page)
			e.put(a, from-moved)
			e.put(b, to+moved)
			t.Try(e.render())
		}
	}
}

// order sorts lists, and puts lines in order.
func (t *texter) order() {
	for leaf := range t.form.leaves {
		l := &t.form.leaves[leaf]
		if !l.changeable() {
			continue
		}
		d := t.doc()
		lists := map[int][]int{}
		var numbers []int
		for _, i := range t.numbers(d)[leaf] {
			n := d.cells[i].list
			if lists[n] == nil {
				numbers = append(numbers, n)
			}
			lists[n] = append(lists[n], i)
		}
		for _, n := range numbers {
			d := t.doc()
			var values []int64
			for _, i := range lists[n] {
				values = append(values, d.page.tokens[i].value)
			}
			slices.Sort(values)
			e := newEdit(d.page)
			for k, i := range lists[n] {
				e.put(i, values[k])
			}
			t.Try(e.render())
		}
	}
}
