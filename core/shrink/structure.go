package shrink

import (
	"cmp"
	"slices"
)

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

// span is low, low+1, … up to high-1.
func span(low, high int) []int {
	all := make([]int, 0, high-low)
	for i := low; i < high; i++ {
		all = append(all, i)
	}
	return all
}

// hasCases reports whether the dim counts blocks that have counts of their own or
// several lines.
func (x *dim) hasCases() bool {
	for _, a := range x.axes {
		if a.kind != lineAxis || a.block == nil {
			return false
		}
		if body := a.block.item.body; len(body) == 1 && body[0].kind != repeat && !ownCount(body[0]) {
			return false
		}
	}
	return len(x.axes) == 1 && x.axes[0].block != nil
}

func ownCount(it item) bool {
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
		if t.form.verticesOf(d, x) != nil || x.hasParents(d, t.form) {
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
	if x.counter < 0 {
		return ways
	}
	var own, single bool
	for _, c := range d.cells {
		l := &f.leaves[c.leaf]
		if l.label == noVariable || l.permutation {
			continue
		}
		if token, ok := c.scope.find(l.label); ok && token == x.counter {
			own = own || f.ownList(c.leaf, l.label)
			single = single || l.single
		}
	}
	if own {
		ways = append(ways, way{follow: true})
	}
	if single {
		ways = append(ways, way{lower: true})
	}
	return ways
}

// eachDim visits the dims, those that govern most first. The document is read
// anew after every change, so dims are found again by their rank.
func (t *texter) eachDim(visit func(*document, *dim)) {
	n := len(t.doc().dims)
	for i := range n {
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
			first, last := a.units[0][0], a.units[len(a.units)-1][1]-1
			if last >= first {
				sum += (d.page.lines[last].end - d.page.lines[first].first) / len(a.units)
			}
		default:
			sum += a.units[0][1] - a.units[0][0]
		}
	}
	return sum
}

// same finds the dim again after other things were deleted.
func (d *document) same(x *dim) *dim {
	if x == nil {
		return nil
	}
	for _, y := range d.dims {
		if y.counter == x.counter && len(y.axes) == len(x.axes) {
			return y
		}
	}
	return nil
}
