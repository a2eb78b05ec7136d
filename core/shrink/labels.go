package shrink

import "slices"

// findLabels finds the leaves whose values are numbers of vertices or positions:
// those that some count bounds, and not by chance.
func (f *form) findLabels(docs []*document) {
	candidates := f.findBounds(docs)
	bounds := make([]bool, f.variables)
	for i := range f.leaves {
		if l := &f.leaves[i]; l.changeable() && l.low >= 0 {
			f.findLabel(docs, i, candidates)
			if l.label != noVariable {
				bounds[l.label] = true
			}
		}
	}
	f.schema.bounds = bounds
	for _, d := range docs {
		for t := range d.cells {
			for s := d.cells[t].scope; s != nil; s = s.outer {
				if bounds[s.variable] {
					f.leaves[d.cells[s.token].leaf].counts = true
				}
			}
		}
	}
}

// bound says what a variable may bound.
type bound int

const (
	notBound bound = iota
	sizeLike       // counts nothing in the text, but has the size of a count
	counting
)

// findBounds are the variables that may be the number of something.
func (f *form) findBounds(docs []*document) []bound {
	bounds := make([]bound, f.variables)
	for i := range bounds {
		bounds[i] = sizeLike
	}
	for _, d := range docs {
		limit := int64(4*len(d.cells) + 16)
		for t := range d.cells {
			// Every scope is some cell's own, so its head is enough.
			s := d.cells[t].scope
			if s == nil {
				continue
			}
			switch n := d.tokens[s.token]; {
			case d.counted[s.token] != nil:
				bounds[s.variable] = counting
			case bounds[s.variable] != counting && (!n.integer || n.value > limit):
				bounds[s.variable] = notBound
			}
		}
	}
	return bounds
}

// findLabel finds the variable that bounds the leaf most tightly.
func (f *form) findLabel(docs []*document, i int, bounds []bound) {
	l := &f.leaves[i]
	best := 0.0
	for v, b := range bounds {
		if b == notBound || b == sizeLike && l.single {
			continue
		}
		for _, base := range []int64{1, 0} {
			if base == 0 && l.low > 0 {
				continue
			}
			tight := f.tightness(docs, i, v, base)
			switch {
			case tight > 0 && f.repeatedBy(i, v):
				tight -= 0.2 // rather not the number of the lines it stands on
			case tight > 0 && b == counting:
				tight += 0.1
			}
			if tight > best {
				best, l.label, l.base = tight, v, base
			}
		}
	}
}

// tightness is 0 when the variable does not bound the leaf's values, or only by
// chance, else how near the values come to it, up to 1.
func (f *form) tightness(docs []*document, leaf, variable int, base int64) float64 {
	l := &f.leaves[leaf]
	if l.low < base {
		return 0
	}
	sum, places := 0.0, 0
	for _, d := range docs {
		nearest := map[int]float64{}
		if !eachCell([]*document{d}, leaf, func(d *document, t int) bool {
			token, found := d.cells[t].scope.find(variable)
			if !found {
				return false
			}
			n, v := d.value(token), d.value(t)-base+1
			nearest[token] = max(nearest[token], float64(v)/float64(max(1, n)))
			return v <= n
		}) {
			return 0
		}
		for _, r := range nearest {
			sum += r
			places++
		}
	}
	if places == 0 {
		return 0
	}
	switch mean := sum / float64(places); {
	case l.single:
		return max(mean, 0.01) // k of "n k": better safe than sorry
	case places >= 5 && mean >= 0.4, mean >= 0.6:
		return mean
	}
	return 0
}

// repeatedBy reports whether the leaf stands on a line that the variable repeats.
func (f *form) repeatedBy(leaf, variable int) bool {
	found := false
	walkItems(f.items, func(it *item) {
		if it.kind != repeat || it.by.variable != variable {
			return
		}
		for i := range it.body {
			for _, columns := range it.body[i].columns() {
				found = found || slices.Contains(columns, leaf)
			}
		}
	})
	return found
}

// order is a pair of leaves on a line of which the left never exceeds, or is
// always below, the right one.
type order struct {
	left, right int
	strict      bool
}

// findPairs finds the relations between the columns of a line.
func (f *form) findPairs(docs []*document) {
	f.pairItems(docs, f.items, false)
}

func (f *form) pairItems(docs []*document, items []item, repeated bool) {
	for i := range items {
		it := &items[i]
		if it.kind == repeat {
			f.pairItems(docs, it.body, true)
			if len(it.body) == 1 && it.body[0].kind == fixedLine {
				f.findGraph(docs, it)
			}
			continue
		}
		for _, columns := range it.columns() {
			for a := range columns {
				for b := a + 1; b < len(columns); b++ {
					f.findOrder(docs, columns[a], columns[b], repeated)
					f.findUnequal(docs, columns[a], columns[b])
				}
			}
		}
	}
}

// findOrder notes that the left leaf never exceeds the right one.
func (f *form) findOrder(docs []*document, left, right int, repeated bool) {
	if !f.leaves[left].changeable() || !f.leaves[right].changeable() {
		return
	}
	rows, equal := 0, 0
	if !eachRow(docs, left, right, func(_ *document, a, b int64) bool {
		rows++
		if a == b {
			equal++
		}
		return a <= b
	}) {
		return
	}
	if repeated && rows < 4 || rows == equal {
		return
	}
	// Labels of few things are often equal by chance, other numbers are not.
	strict := equal == 0 && (rows >= 8 || f.leaves[left].label == noVariable)
	f.orders = append(f.orders, order{left: left, right: right, strict: strict})
}

// eachRow reports whether something holds of all lines that have both leaves.
func eachRow(docs []*document, left, right int, holds func(d *document, a, b int64) bool) bool {
	for _, d := range docs {
		last := -1
		for t := range d.cells {
			switch int(d.cells[t].leaf) {
			case left:
				last = t
			case right:
				if last >= 0 && d.cells[last].line == d.cells[t].line && !holds(d, d.value(last), d.value(t)) {
					return false
				}
			}
		}
	}
	return true
}
