package shrink

import (
	"cmp"
	"slices"
)

// span is low, low+1, … up to high-1.
func span(low, high int) []int {
	all := make([]int, 0, max(0, high-low))
	for i := low; i < high; i++ {
		all = append(all, i)
	}
	return all
}

// except is 0, 1, … up to n-1 without the given numbers.
func except(n int, without ...int) []int {
	return slices.DeleteFunc(span(0, n), func(i int) bool { return slices.Contains(without, i) })
}

// without is 0, 1, … up to n-1 without those for which gone is set.
func without(gone []bool) []int {
	return slices.DeleteFunc(span(0, len(gone)), func(i int) bool { return gone[i] })
}

// eachDim visits the dims, those that govern most first. The document is read
// anew after every change, so dims are found again by their rank.
func (t *texter) eachDim(visit func(*document, *dim)) {
	for i := range len(t.doc().dims) {
		d := t.doc()
		if t.Over() || i >= len(d.dims) {
			return
		}
		order := slices.Clone(d.dims)
		slices.SortStableFunc(order, func(a, b *dim) int { return cmp.Compare(b.weight(d), a.weight(d)) })
		if x := order[i]; x.size > 0 {
			visit(d, x)
		}
	}
}

// weight is about the number of tokens that one thing of the dim has.
func (x *dim) weight(d *document) int {
	sum := 0
	for _, a := range x.axes {
		switch {
		case a.kind == letterAxis:
			sum++
		case len(a.units) == 0:
		case a.kind == lineAxis:
			first, end := a.tokenRange(d)
			sum += (end - first) / len(a.units)
		default:
			sum += a.units[0][1] - a.units[0][0]
		}
	}
	return sum
}

// cases finds the test case that fails, and those before it that it needs.
//
// What a program prints for a test case does not depend on later ones, so the
// shortest failing list of first cases ends in the case that fails.
func (t *texter) cases() {
	for i := range t.doc().dims {
		d := t.doc()
		if i >= len(d.dims) || t.Over() {
			return
		}
		if x := d.dims[i]; x.hasCases() && x.size > 1 {
			t.shortenCases(d, x)
		}
	}
}

func (t *texter) shortenCases(d *document, x *dim) {
	low, high := 1, x.size
	for low < high && !t.Over() {
		if middle := (low + high) / 2; t.Try(t.form.plan(d).keep(x, span(0, middle)).render()) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	last := high - 1
	if last == 0 || t.Try(t.form.plan(d).keep(x, []int{last}).render()) {
		return
	}
	t.Keep(last, func(kept []int) []byte {
		return t.form.plan(d).keep(x, append(slices.Clip(kept), last)).render()
	})
}

// hasCases reports whether the dim counts blocks that have counts of their own or
// several lines.
func (x *dim) hasCases() bool {
	if len(x.axes) != 1 || x.axes[0].block == nil {
		return false
	}
	body := x.axes[0].block.item.body
	return len(body) > 1 || body[0].kind == repeat || body[0].hasOwnCount()
}

// hasOwnCount reports whether a line tells the length of a run on it.
func (it *item) hasOwnCount() bool {
	own := map[int]bool{}
	for _, f := range it.fields {
		if f.run && own[f.by.variable] {
			return true
		}
		if f.variable != noVariable {
			own[f.variable] = true
		}
	}
	return false
}

// elements deletes what is counted, with the counts: elements, lines, rows,
// columns, letters.
func (t *texter) elements() {
	t.eachDim(func(d *document, x *dim) {
		if t.form.isGraph(d, x) || t.form.hasParents(d, x) {
			return
		}
		for _, way := range t.form.ways(d, x) {
			if x != nil {
				t.Keep(x.size, func(kept []int) []byte {
					p := t.form.plan(d).keep(x, kept)
					p.way = way
					return p.render()
				})
			}
			d = t.doc()
			x = d.same(x)
		}
	})
}

// ways are the ways in which it makes sense to treat labels when things of the
// dim are deleted.
func (f *form) ways(d *document, x *dim) []way {
	ways := []way{{}}
	var own, single bool
	for leaf := range f.leaves {
		l := &f.leaves[leaf]
		if l.permutation || !f.namesThingsOf(d, leaf, x) {
			continue
		}
		own = own || f.ownList(leaf, l.label)
		single = single || l.single
	}
	if own {
		ways = append(ways, way{follow: true})
	}
	if single {
		ways = append(ways, way{lower: true})
	}
	return ways
}

// namesThingsOf reports whether cells of the leaf are labels of the dim's things.
func (f *form) namesThingsOf(d *document, leaf int, x *dim) bool {
	label := f.leaves[leaf].label
	if x.counter < 0 || label == noVariable {
		return false
	}
	return !eachCell([]*document{d}, leaf, func(d *document, t int) bool {
		token, ok := d.cells[t].scope.find(label)
		return !ok || token != x.counter
	})
}

// deletion renders the document without some things of the dim, in the way that
// suits it.
func (t *texter) deletion(d *document, x *dim) func(kept []int) []byte {
	switch {
	case t.form.isGraph(d, x):
		return t.contraction(d, x, true)
	case t.form.hasParents(d, x):
		return t.regrafting(d, x)
	}
	return func(kept []int) []byte { return t.form.plan(d).keep(x, kept).render() }
}
