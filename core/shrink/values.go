package shrink

import (
	"bytes"
	"math"
	mathbits "math/bits"
	"slices"
	"strconv"
)

// target is the value that a number of the leaf should best have.
func (l *leaf) target() int64 {
	if l.label != noVariable {
		return l.base
	}
	if l.floor == math.MinInt64 {
		return 0
	}
	return l.floor
}

// changeable reports whether the leaf's tokens are numbers that count nothing.
func (l *leaf) changeable() bool {
	return l.kind == number && !l.counts && !l.fixed && l.cells > 0
}

// numbers are the tokens of the document that are numbers to be lowered, by leaf.
func (t *texter) numbers(d *document) [][]int {
	all := make([][]int, len(t.form.leaves))
	for i := range d.cells {
		if leaf := d.cells[i].leaf; t.form.leaves[leaf].changeable() {
			all[leaf] = append(all[leaf], i)
		}
	}
	return all
}

// put sets a number.
func (e *edit) put(token int, value int64) {
	e.text[token] = strconv.AppendInt(nil, value, 10)
}

// smallest sets the tokens, all of one leaf, to the simplest values that the leaf
// may have: the least, or 1, 2, 3, … where they must differ.
func (t *texter) smallest(e *edit, d *document, tokens []int) {
	for _, i := range tokens {
		l := &t.form.leaves[d.cells[i].leaf]
		v := l.target()
		if l.permutation || l.distinct {
			v += int64(d.cells[i].index)
		}
		e.put(i, v)
	}
}

// least sets whole columns of numbers to their least value: all at once, then one
// after the other.
func (t *texter) least() {
	d := t.doc()
	columns := slices.DeleteFunc(t.numbers(d), func(c []int) bool { return len(c) == 0 })
	all := newEdit(d.page)
	for _, c := range columns {
		t.smallest(all, d, c)
	}
	if len(columns) == 0 || t.Try(all.render()) || len(columns) == 1 {
		return
	}
	t.Keep(len(columns), func(kept []int) []byte {
		e := newEdit(d.page)
		for i, c := range columns {
			if !slices.Contains(kept, i) {
				t.smallest(e, d, c)
			}
		}
		return e.render()
	})
}

// ranks keeps only the order of a column's values: 7 -3 7 900 becomes 1 -1 1 2.
// Columns that are compared with one another are ranked together.
func (t *texter) ranks() {
	for _, group := range t.comparable() {
		d := t.doc()
		columns := t.numbers(d)
		var tokens []int
		for _, leaf := range group {
			tokens = append(tokens, columns[leaf]...)
		}
		if len(tokens) == 0 {
			continue
		}
		t.First(func(yield func([]byte) bool) {
			ranks := t.ranked(d, tokens, 0)
			ok := yield(ranks) && yield(t.ranked(d, tokens, -1))
			if ok && !bytes.Equal(ranks, t.Best()) {
				// 1 2 0 becomes 2 3 1 where sums matter.
				yield(t.ranked(d, tokens, 1))
			}
		})
	}
}

// scale divides numbers by a power of two, which keeps their proportions: all
// numbers, then the columns that are compared with one another.
func (t *texter) scale() {
	groups := t.comparable()
	if len(groups) > 1 {
		var all []int
		for _, g := range groups {
			all = append(all, g...)
		}
		groups = append([][]int{all}, groups...)
	}
	for _, group := range groups {
		d := t.doc()
		columns := t.numbers(d)
		bits := 0
		var tokens []int
		for _, leaf := range group {
			for _, i := range columns[leaf] {
				tokens = append(tokens, i)
				bits = max(bits, mathbits.Len64(magnitude(d.page.tokens[i].text)))
			}
		}
		if bits > 3 {
			t.Lower(1, uint64(bits), func(left uint64) []byte { return t.scaled(d, tokens, bits-int(left)) })
		}
	}
}

// scaled divides the tokens' values by 2 to the power of shift.
func (t *texter) scaled(d *document, tokens []int, shift int) []byte {
	e := newEdit(d.page)
	for _, i := range tokens {
		v := d.page.tokens[i].value / (1 << shift)
		e.put(i, max(v, t.form.leaves[d.cells[i].leaf].floor))
	}
	return e.render()
}

// comparable groups the leaves that are columns of the same kind of number.
func (t *texter) comparable() [][]int {
	group := make([]int, len(t.form.leaves))
	for i := range group {
		group[i] = i
	}
	for _, o := range t.form.orders {
		for i, g := range group {
			if g == group[o.right] {
				group[i] = group[o.left]
			}
		}
	}
	var groups [][]int
	for g := range group {
		var leaves []int
		for i := range group {
			if group[i] == g && t.form.leaves[i].changeable() && t.form.leaves[i].label == noVariable {
				leaves = append(leaves, i)
			}
		}
		if len(leaves) > 0 {
			groups = append(groups, leaves)
		}
	}
	return groups
}

// ranked replaces the tokens' values by their ranks, moved up by some number; -1
// only moves them down together.
func (t *texter) ranked(d *document, tokens []int, up int) []byte {
	target := int64(math.MinInt64)
	signed := false
	values := make([]int64, 0, len(tokens))
	for _, i := range tokens {
		l := &t.form.leaves[d.cells[i].leaf]
		target = max(target, l.target())
		signed = signed || l.floor == math.MinInt64
		values = append(values, d.page.tokens[i].value)
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	if signed && sorted[0] < 0 && !slices.Contains(sorted, 0) && sorted[len(sorted)-1] > 0 {
		// Zero keeps its place between the signs.
		at, _ := slices.BinarySearch(sorted, 0)
		sorted = slices.Insert(sorted, at, 0)
	}
	zero := 0
	if signed && sorted[0] < 0 {
		zero, _ = slices.BinarySearch(sorted, 0)
	}
	e := newEdit(d.page)
	for k, i := range tokens {
		if up >= 0 {
			rank, _ := slices.BinarySearch(sorted, values[k])
			e.put(i, target+int64(rank-zero+up))
		} else {
			e.put(i, target+values[k]-sorted[0])
		}
	}
	return e.render()
}

// blocks sets parts of a column to the least value.
func (t *texter) blocks() {
	for leaf := range t.form.leaves {
		d := t.doc()
		tokens := t.numbers(d)[leaf]
		tokens = slices.DeleteFunc(tokens, func(i int) bool { return d.page.tokens[i].value == t.form.leaves[leaf].target() })
		if len(tokens) < 4 || t.form.leaves[leaf].permutation {
			continue
		}
		t.Keep(len(tokens), func(kept []int) []byte {
			e := newEdit(d.page)
			for k, i := range tokens {
				if !slices.Contains(kept, k) {
					e.put(i, t.form.leaves[leaf].target())
				}
			}
			return e.render()
		})
	}
}

// equals lowers numbers of a column that are equal together.
func (t *texter) equals() {
	for leaf := range t.form.leaves {
		for k := 0; ; k++ {
			d := t.doc()
			byValue := map[int64][]int{}
			for _, i := range t.numbers(d)[leaf] {
				v := d.page.tokens[i].value
				byValue[v] = append(byValue[v], i)
			}
			var values []int64
			for v, tokens := range byValue {
				if len(tokens) > 1 && v != t.form.leaves[leaf].target() {
					values = append(values, v)
				}
			}
			slices.Sort(values)
			if k >= len(values) || t.Over() {
				break
			}
			t.lower(d, byValue[values[k]])
		}
	}
}

// singles lowers every number alone.
func (t *texter) singles() {
	for leaf := range t.form.leaves {
		if t.form.leaves[leaf].permutation {
			continue
		}
		for k := 0; !t.Over(); k++ {
			d := t.doc()
			tokens := t.numbers(d)[leaf]
			if k >= len(tokens) {
				break
			}
			t.lower(d, tokens[k:k+1])
		}
	}
}

// lower brings the tokens, which have the same value and leaf, nearer to their
// target.
func (t *texter) lower(d *document, tokens []int) {
	l := &t.form.leaves[d.cells[tokens[0]].leaf]
	value, target := d.page.tokens[tokens[0]].value, l.target()
	set := func(v int64) []byte {
		e := newEdit(d.page)
		for _, i := range tokens {
			e.put(i, v)
		}
		return e.render()
	}
	sign := int64(1)
	if value < target {
		if t.Try(set(-value)) {
			value = -value
		} else {
			sign = -1
		}
	}
	low, high := uint64(sign*target), uint64(sign*value)
	if sign < 0 {
		low, high = uint64(-target), uint64(-value)
	}
	t.Lower(low, high, func(v uint64) []byte { return set(sign * int64(v)) })
}
