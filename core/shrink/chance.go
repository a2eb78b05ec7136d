package shrink

import (
	"bytes"
	"math"
)

// What all pages have in common may be part of the format, or chance. The traits
// of this file are kept when chance would hardly have made them: when it would in
// less than one of a hundred formats without the trait.
const unlikely = -4.6 // the logarithm of one in a hundred

// mostNeeded is the greatest least count that a problem can be expected to have: an
// edge needs two ends and a polygon three corners. A generator that begins with more
// was made so that inputs are not too small to show anything.
const mostNeeded = 3

// findFloors finds the least values that are larger than 1: no polygon has fewer
// than three corners.
func (f *form) findFloors(docs []*document) {
	if len(docs) > manyPages {
		docs = docs[1:] // the failing input is larger than the others
	}
	least := make([]map[int64]int, len(f.leaves)) // by leaf: how many pages have what least value
	for _, d := range docs {
		low := map[int32]int64{}
		for t := range d.cells {
			leaf := d.cells[t].leaf
			if v, ok := low[leaf]; d.tokens[t].integer && (!ok || d.value(t) < v) {
				low[leaf] = d.value(t)
			}
		}
		for leaf, v := range low {
			if least[leaf] == nil {
				least[leaf] = map[int64]int{}
			}
			least[leaf][v]++
		}
	}
	for i := range f.leaves {
		l := &f.leaves[i]
		if l.kind != number || l.fixed || l.low < 2 || l.counts && l.low > mostNeeded {
			continue
		}
		highest, pages := l.low, 0
		for v, n := range least[i] {
			highest, pages = max(highest, v), pages+n
		}
		// If each value up to the highest were as likely as the others, or if the
		// value below were as likely as the least one.
		even := float64(pages) * math.Log(float64(highest-l.low+1)/float64(highest))
		beside := -float64(least[i][l.low]) * math.Ln2
		if l.counts && even < unlikely || beside < unlikely {
			l.floor = l.low
		}
	}
}

// findOnce finds the letters that every grid has exactly once, such as its start
// and its end.
func (f *form) findOnce(docs []*document) {
	for i := range f.leaves {
		l := &f.leaves[i]
		if l.kind != text || l.fixed {
			continue
		}
		distinct := 0
		for _, seen := range l.letters {
			if seen {
				distinct++
			}
		}
		if distinct > mostMarks {
			continue
		}
		chance := 0.0
		once := l.letters
		several := false
		for _, d := range docs {
			for _, g := range f.grids(d, i) {
				var count [256]int
				total := 0
				for _, t := range g {
					for _, c := range d.word(t) {
						count[c]++
						total++
					}
				}
				several = several || len(g) > 1
				mean := float64(total) / float64(distinct)
				marks := 0
				for c := range once {
					if once[c] = once[c] && count[c] == 1; once[c] {
						marks++
					}
				}
				if marks != 2 || !equallyLong(docs, i) {
					marks = 1 // A start and an end are two; many are chance.
				}
				chance += float64(marks) * min(math.Log(mean)-mean, math.Log(0.4))
			}
		}
		if several && chance < unlikely {
			l.once = once
			l.marked = bytes.Contains(boolBytes(once[:]), []byte{1})
		}
	}
}

// mostMarks is the number of different letters up to which a word is taken for the
// row of a grid of marks.
const mostMarks = 8

func boolBytes(flags []bool) []byte {
	out := make([]byte, len(flags))
	for i, f := range flags {
		if f {
			out[i] = 1
		}
	}
	return out
}

// grids are the tokens of the leaf's words, list by list.
func (f *form) grids(d *document, leaf int) map[int32][]int {
	lists := map[int32][]int{}
	for t := range d.cells {
		if c := &d.cells[t]; int(c.leaf) == leaf {
			lists[c.list] = append(lists[c.list], t)
		}
	}
	return lists
}

// onceHolds reports whether every grid has its marks exactly once.
func (f *form) onceHolds(d *document) bool {
	for i := range f.leaves {
		l := &f.leaves[i]
		if !l.marked {
			continue
		}
		for _, g := range f.grids(d, i) {
			var count [256]int
			for _, t := range g {
				for _, c := range d.word(t) {
					count[c]++
				}
			}
			for c, once := range l.once {
				if once && count[c] != 1 {
					return false
				}
			}
		}
	}
	return true
}

// manyPages is how many pages make a common last line more than chance where
// something tells how many lines there are.
const manyPages = 5

// findEnd finds a last line that only ends the input: zeros, as no other line is.
func (f *form) findEnd(pages []*page) {
	if len(pages) < manyPages && !f.open {
		return
	}
	end := pages[0].lastLine()
	for _, word := range bytes.Fields(end) {
		if !bytes.Equal(word, []byte("0")) && !bytes.Equal(word, []byte("-1")) {
			return
		}
	}
	f.end = end
	for _, p := range pages {
		if len(p.lines) < 2 || !f.endHolds(p) {
			f.end = nil
			return
		}
	}
}

// lastLine is the text of the last line that is not empty.
func (p *page) lastLine() []byte {
	if len(p.lines) == 0 {
		return nil
	}
	return p.lineText(len(p.lines) - 1)
}

func (p *page) lineText(i int) []byte {
	l := p.lines[i]
	if l.first == l.end {
		return nil
	}
	first, last := p.tokens[l.first], p.tokens[l.end-1]
	return p.text[first.start:last.end]
}

// endHolds reports whether the page ends with the line that ends inputs, and has
// it nowhere else.
func (f *form) endHolds(p *page) bool {
	if f.end == nil {
		return true
	}
	for i := range p.lines {
		if bytes.Equal(p.lineText(i), f.end) != (i == len(p.lines)-1) {
			return false
		}
	}
	return len(p.lines) > 0
}

// findUnequal notes columns of labels of the same things that are never equal on
// a line: a team does not play against itself.
func (f *form) findUnequal(docs []*document, left, right int) {
	a, b := &f.leaves[left], &f.leaves[right]
	if a.label == noVariable || a.label != b.label {
		return
	}
	if eachRow(docs, left, right, func(d *document, x, y int64) bool { return x != y }) && f.differByChance(docs, left, right) < unlikely {
		f.unequal = append(f.unequal, order{left: left, right: right})
	}
}

func (f *form) unequalHolds(d *document) bool {
	for _, o := range f.unequal {
		if !eachRow([]*document{d}, o.left, o.right, func(_ *document, a, b int64) bool { return a != b }) {
			return false
		}
	}
	return true
}

// limit says that the leaf's values never exceed the variable's value, or are always
// below it, though it counts nothing: places on a circle of that length.
type limit struct {
	leaf, variable int
	strict         bool
}

// findLimits finds the limits. If the variable were a number like the others, it would be
// the greatest of m and itself in one of m+1 pages.
func (f *form) findLimits(docs []*document) {
	bounds := f.findBounds(docs)
	for i := range f.leaves {
		l := &f.leaves[i]
		if !l.changeable() || l.label != noVariable || l.single {
			continue
		}
		for v, b := range bounds {
			if b == counting {
				continue
			}
			if strict, chance := f.limited(docs, i, v); chance < unlikely {
				f.limits = append(f.limits, limit{leaf: i, variable: v, strict: strict})
			}
		}
	}
}

// limited is the logarithm of the chance that the variable's value is the greatest in
// every page; 0 where it is not.
func (f *form) limited(docs []*document, leaf, variable int) (strict bool, chance float64) {
	strict = true
	values := map[[2]int]int{} // by document and token of the variable
	for n, d := range docs {
		for t := range d.cells {
			if int(d.cells[t].leaf) != leaf {
				continue
			}
			token, ok := d.cells[t].scope.find(variable)
			if !ok || !d.tokens[token].integer || d.value(t) > d.value(token) || f.leaves[d.cells[token].leaf].counts {
				return false, 0
			}
			strict = strict && d.value(t) < d.value(token)
			values[[2]int{n, token}]++
		}
	}
	for _, m := range values {
		chance -= math.Log(float64(m + 1))
	}
	return strict, chance
}

func (f *form) limitsHold(d *document) bool {
	for _, l := range f.limits {
		if !eachCell([]*document{d}, l.leaf, func(d *document, t int) bool {
			token, ok := d.cells[t].scope.find(l.variable)
			return ok && (d.value(t) < d.value(token) || !l.strict && d.value(t) == d.value(token))
		}) {
			return false
		}
	}
	return true
}
