package shrink

import (
	"math"
	"slices"
)

// findLabels finds the leaves whose values are numbers of vertices or positions:
// those that some count bounds, and not by chance.
func (f *form) findLabels(docs []*document) {
	for _, d := range docs {
		for token := range d.counted {
			f.leaves[d.cells[token].leaf].counts = true // also letters
		}
	}
	candidates := f.findBounds(docs)
	bounds := make([]bool, f.variables)
	// Columns first: what bounds them is the number of something for sure, and bounds
	// single numbers, too.
	for _, single := range []bool{false, true} {
		for i := range f.leaves {
			if l := &f.leaves[i]; l.changeable() && l.low >= 0 && l.single == single {
				f.findLabel(docs, i, candidates)
			}
		}
		for i := range f.leaves {
			if l := &f.leaves[i]; l.label != noVariable && !l.single {
				candidates[l.label] = naming
			}
		}
	}
	if len(docs) < manyPages {
		f.agreeOnBase()
		f.pairLabels(docs)
	}
	for i := range f.leaves {
		if v := f.leaves[i].label; v != noVariable {
			bounds[v] = true
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

// agreeOnBase takes lists of numbers for plain numbers if they would count things
// from 0 where pairs of labels on lines count them from 1.
func (f *form) agreeOnBase() {
	fromOne := false
	f.eachPair(func(a, b int, _ bool) {
		left, right := &f.leaves[a], &f.leaves[b]
		fromOne = fromOne || left.label != noVariable && left.base == 1 && right.label == left.label && right.base == 1
	})
	for i := range f.leaves {
		if l := &f.leaves[i]; fromOne && l.base == 0 {
			l.label = noVariable
		}
	}
}

// rarely is how near its bound a column of labels comes at least, if it stands beside
// another one.
const rarely = 0.25

// pairLabels makes labels of a column that few lines leave far from its bound, if the
// column beside it has that bound: the left ends of ranges, one of the ends of edges.
// Further right on a line only ranges are such pairs.
func (f *form) pairLabels(docs []*document) {
	f.eachPair(func(a, b int, first bool) {
		if !first && !eachRow(docs, a, b, func(_ *document, x, y int64) bool { return x <= y }) {
			return
		}
		if f.leaves[a].label == noVariable {
			a, b = b, a
		}
		known, l := &f.leaves[a], &f.leaves[b]
		if known.label == noVariable || l.label != noVariable {
			return
		}
		if offset, repeated := f.repeatedBy(a, known.label); repeated && offset == 0 {
			known.label = noVariable // one column alone is a coordinate
			return
		}
		if mean, places := f.near(docs, b, known.label, known.base); places > 0 && mean >= rarely {
			l.label, l.base = known.label, known.base
		}
	})
}

// eachPair visits the neighbouring columns of numbers of repeated lines, by their
// leaves, and says which are the first two.
func (f *form) eachPair(visit func(a, b int, first bool)) {
	walkItems(f.items, func(it *item) {
		if it.kind != repeat {
			return
		}
		for i := range it.body {
			for _, columns := range it.body[i].columns() {
				numbers := slices.DeleteFunc(slices.Clone(columns), func(leaf int) bool { return !f.leaves[leaf].changeable() })
				for k := 1; k < len(numbers); k++ {
					visit(numbers[k-1], numbers[k], k == 1)
				}
			}
		}
	})
}

// bound says what a variable may bound.
type bound int

const (
	notBound bound = iota
	sizeLike       // counts nothing in the text, but has the size of a count
	counting
	naming // bounds columns of labels
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
			if tight == 0 {
				continue
			}
			tight += f.preference(docs, i, v, b, base)
			if tight > best {
				best, l.label, l.base = tight, v, base
			}
		}
	}
}

// preference is how much more, or less, likely it is that the variable bounds the leaf
// than its tightness says.
func (f *form) preference(docs []*document, leaf, variable int, b bound, base int64) float64 {
	offset, repeated := f.repeatedBy(leaf, variable)
	few := len(docs) < manyPages
	single := f.leaves[leaf].single
	switch {
	case repeated && offset < 0:
		return 0.2 // n-1 lines about n things are a tree
	case few && repeated:
		// Coordinates of n points are not labels because they are small.
		if mean, _ := f.near(docs, leaf, variable, base); base == 1 && mean == 1 {
			return -0.9
		}
		return math.Inf(-1)
	case repeated:
		return -0.2 // rather not the number of the lines it stands on
	case few && f.inCases(leaf, variable):
		return math.Inf(-1) // nor the number of test cases
	case few && b == sizeLike && !single && f.onSameLine(leaf, variable):
		return math.Inf(-1) // a number that is less than the one before it
	}
	likely := 0.0
	if few && single && b == naming {
		likely += 0.5 // a start or an end is one of the things that lines speak of
	}
	if b >= counting {
		likely += 0.1
	}
	if _, places := f.near(docs, leaf, variable, base); few && !single {
		likely += 0.1 * float64(min(places-1, 3)) // not by chance in every test case
	}
	return likely
}

// inCases reports whether the leaf is part of test cases that the variable counts.
func (f *form) inCases(leaf, variable int) bool {
	found := false
	walkItems(f.items, func(it *item) {
		if it.kind != repeat || it.by.variable != variable || len(it.body) < 2 && it.body[0].kind != repeat && !it.body[0].hasOwnCount() {
			return
		}
		walkItems(it.body, func(inner *item) {
			for _, fl := range inner.fields {
				found = found || leaf >= fl.leaf && leaf < fl.leaf+max(1, fl.by.stride)
			}
		})
	})
	return found
}

// onSameLine reports whether the variable stands on the leaf's line.
func (f *form) onSameLine(leaf, variable int) bool {
	found := false
	walkItems(f.items, func(it *item) {
		var has, names bool
		for _, fl := range it.fields {
			has = has || !fl.run && fl.leaf == leaf
			names = names || fl.variable == variable
		}
		found = found || has && names
	})
	return found
}

// tightness is 0 when the variable does not bound the leaf's values, or only by
// chance, else how near the values come to it, up to 1.
func (f *form) tightness(docs []*document, leaf, variable int, base int64) float64 {
	mean, places := f.near(docs, leaf, variable, base)
	switch {
	case places == 0:
	case f.leaves[leaf].single:
		return max(mean, 0.01) // k of "n k": better safe than sorry
	case places >= 5 && mean >= 0.4, mean >= 0.6:
		return mean
	}
	return 0
}

// near is how near the leaf's greatest values come to the variable's, in the mean of
// all its places; there are none where it does not bound them.
func (f *form) near(docs []*document, leaf, variable int, base int64) (mean float64, places int) {
	if f.leaves[leaf].low < base {
		return 0, 0
	}
	sum := 0.0
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
			return 0, 0
		}
		for _, r := range nearest {
			sum += r
			places++
		}
	}
	return sum / float64(max(1, places)), places
}

// repeatedBy reports whether the leaf stands on a line that the variable repeats, and
// how many more lines than the variable says there are.
func (f *form) repeatedBy(leaf, variable int) (offset int, found bool) {
	walkItems(f.items, func(it *item) {
		if it.kind != repeat || it.by.variable != variable {
			return
		}
		for i := range it.body {
			for _, columns := range it.body[i].columns() {
				if slices.Contains(columns, leaf) {
					offset, found = it.by.offset, true
				}
			}
		}
	})
	return offset, found
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
	if l, r := &f.leaves[left], &f.leaves[right]; len(docs) < manyPages && (l.high < r.low || (l.label == noVariable) != (r.label == noVariable)) {
		return // numbers of another kind, which are less wherever they stand
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
	if strict && f.leaves[left].label != noVariable && len(docs) < manyPages {
		// Of two in order every other pair is left, but all that are equal.
		strict = 2*f.differByChance(docs, left, right) < even
	}
	f.orders = append(f.orders, order{left: left, right: right, strict: strict})
}

// differByChance is the logarithm of the chance that two columns of labels of the same
// things are never equal on a line.
func (f *form) differByChance(docs []*document, left, right int) float64 {
	chance := 0.0
	if f.leaves[left].label != f.leaves[right].label {
		return 0
	}
	for _, d := range docs {
		for t := range d.cells {
			if int(d.cells[t].leaf) != right {
				continue
			}
			if token, ok := d.cells[t].scope.find(f.leaves[right].label); ok {
				chance += math.Log(1 - 1/float64(max(2, d.value(token))))
			}
		}
	}
	return chance
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
