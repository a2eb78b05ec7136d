package shrink

import (
	"bytes"
	"cmp"
	"math"
	"math/bits"
	"slices"
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

// numbers are the tokens of the document that are numbers to be lowered, by leaf.
func (f *form) numbers(d *document) [][]int {
	all := make([][]int, len(f.leaves))
	for t := range d.cells {
		c := &d.cells[t]
		if l := &f.leaves[c.leaf]; l.changeable() && (!l.square || c.index != c.unit) {
			all[c.leaf] = append(all[c.leaf], t)
		}
	}
	return all
}

// byValue sorts tokens by their numbers.
func (d *document) byValue(tokens []int) []int {
	sorted := slices.Clone(tokens)
	slices.SortStableFunc(sorted, func(a, b int) int { return cmp.Compare(d.value(a), d.value(b)) })
	return sorted
}

// values are the tokens' different values, from the least to the greatest.
func (d *document) values(tokens []int) []int64 {
	var values []int64
	for _, t := range d.byValue(tokens) {
		values = append(values, d.value(t))
	}
	return slices.Compact(values)
}

// smallest sets the tokens to the simplest values that their leaf may have: the
// least, or 1, 2, 3, … where they must differ.
func (f *form) smallest(e *edit, d *document, tokens []int) {
	for _, t := range tokens {
		c := &d.cells[t]
		l := &f.leaves[c.leaf]
		v := l.target()
		if l.square {
			v = max(v, min(l.off, 1))
		}
		if l.permutation || l.distinct {
			v += int64(c.index)
		}
		e.put(t, v)
	}
}

// least sets whole columns of numbers to their least value: all at once, then one
// after the other.
func (t *texter) least() {
	d := t.doc()
	columns := slices.DeleteFunc(t.form.numbers(d), func(c []int) bool { return len(c) == 0 })
	lower := func(kept []int) []byte {
		e := newEdit(d.page)
		for i, c := range columns {
			if _, stays := slices.BinarySearch(kept, i); !stays {
				t.form.smallest(e, d, c)
			}
		}
		return e.render()
	}
	if len(columns) > 0 && !t.Try(lower(nil)) && len(columns) > 1 {
		t.Keep(len(columns), lower)
	}
}

// ranks keeps only the order of numbers: 7 -3 7 900 becomes 1 -1 1 2. First all
// numbers are ranked together, then those that are compared with one another.
func (t *texter) ranks() {
	for _, group := range t.form.withAll(t.form.comparable()) {
		d := t.doc()
		columns := t.form.numbers(d)
		var tokens []int
		for _, leaf := range group {
			tokens = append(tokens, columns[leaf]...)
		}
		if len(tokens) == 0 || t.Over() {
			continue
		}
		t.First(func(yield func([]byte) bool) {
			ranks := t.form.ranked(d, tokens, 0)
			// 1 2 0 becomes 2 3 1 where sums matter.
			_ = yield(ranks) && yield(t.form.shifted(d, tokens)) &&
				!bytes.Equal(ranks, t.Best()) && yield(t.form.ranked(d, tokens, 1))
		})
	}
}

// comparable groups the leaves that are columns of the same kind of number.
func (f *form) comparable() [][]int {
	group := span(0, len(f.leaves))
	for _, o := range f.orders {
		left, right := group[o.left], group[o.right]
		for i := range group {
			if group[i] == right {
				group[i] = left
			}
		}
	}
	var groups [][]int
	for g := range group {
		var leaves []int
		for i := range group {
			if group[i] == g && f.leaves[i].changeable() && f.leaves[i].label == noVariable {
				leaves = append(leaves, i)
			}
		}
		if len(leaves) > 0 {
			groups = append(groups, leaves)
		}
	}
	return groups
}

// withAll puts one group with everything in front of several groups.
func (f *form) withAll(groups [][]int) [][]int {
	if len(groups) < 2 {
		return groups
	}
	return append([][]int{slices.Concat(groups...)}, groups...)
}

// floorFor is the least value that all of the tokens may have, if there is one.
func (f *form) floorFor(d *document, tokens []int) (floor int64, signed bool) {
	floor = math.MinInt64
	for _, t := range tokens {
		l := &f.leaves[d.cells[t].leaf]
		floor = max(floor, l.target())
		signed = signed || l.floor == math.MinInt64
	}
	return floor, signed
}

// ranked replaces the tokens' values by their ranks, moved up by some number.
func (f *form) ranked(d *document, tokens []int, up int64) []byte {
	floor, signed := f.floorFor(d, tokens)
	values := d.values(tokens)
	zero := 0
	if signed && values[0] < 0 {
		// Zero keeps its place between the signs.
		at, found := slices.BinarySearch(values, 0)
		if !found && at < len(values) {
			values = slices.Insert(values, at, 0)
		}
		zero = at
	}
	e := newEdit(d.page)
	for _, t := range tokens {
		rank, _ := slices.BinarySearch(values, d.value(t))
		e.put(t, floor+int64(rank-zero)+up)
	}
	return e.render()
}

// shifted moves the tokens' values down together.
func (f *form) shifted(d *document, tokens []int) []byte {
	floor, _ := f.floorFor(d, tokens)
	least := d.values(tokens)[0]
	e := newEdit(d.page)
	for _, t := range tokens {
		e.put(t, floor+d.value(t)-least)
	}
	return e.render()
}

// scale divides numbers by a power of two, which keeps their proportions: all
// numbers, then the columns that are compared with one another.
func (t *texter) scale() {
	for _, group := range t.form.withAll(t.form.comparable()) {
		d := t.doc()
		columns := t.form.numbers(d)
		var tokens []int
		width := 0
		for _, leaf := range group {
			for _, i := range columns[leaf] {
				tokens = append(tokens, i)
				width = max(width, bits.Len64(magnitude(d.word(i))))
			}
		}
		if width > 3 {
			t.Lower(1, uint64(width), func(left uint64) []byte { return t.form.scaled(d, tokens, width-int(left)) })
		}
	}
}

// scaled divides the tokens' values by 2 to the power of shift.
func (f *form) scaled(d *document, tokens []int, shift int) []byte {
	e := newEdit(d.page)
	for _, t := range tokens {
		e.put(t, max(d.value(t)/(1<<shift), f.leaves[d.cells[t].leaf].floor))
	}
	return e.render()
}

// blocks sets parts of a column to the least value.
func (t *texter) blocks() {
	for leaf := range t.form.leaves {
		d := t.doc()
		l := &t.form.leaves[leaf]
		tokens := slices.DeleteFunc(t.form.numbers(d)[leaf], func(i int) bool { return d.value(i) == l.target() })
		if len(tokens) < 4 || l.permutation {
			continue
		}
		t.Keep(len(tokens), func(kept []int) []byte {
			e := newEdit(d.page)
			at := 0
			for k, i := range tokens {
				if at < len(kept) && kept[at] == k {
					at++
					continue
				}
				e.put(i, l.target())
			}
			return e.render()
		})
	}
}

// equals lowers numbers of a column that are equal together.
func (t *texter) equals() {
	for leaf := range t.form.leaves {
		for k := 0; !t.Over(); k++ {
			d := t.doc()
			groups := t.repeated(d, leaf)
			if k >= len(groups) {
				break
			}
			t.lower(d, groups[k])
		}
	}
}

// repeated are the leaf's tokens by value, for values that occur several times and
// are not the least.
func (t *texter) repeated(d *document, leaf int) [][]int {
	sorted := d.byValue(t.form.numbers(d)[leaf])
	var groups [][]int
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && d.value(sorted[n]) == d.value(sorted[0]) {
			n++
		}
		if n > 1 && d.value(sorted[0]) != t.form.leaves[leaf].target() {
			groups = append(groups, sorted[:n])
		}
		sorted = sorted[n:]
	}
	return groups
}

// singles lowers every number alone.
func (t *texter) singles() {
	for leaf := range t.form.leaves {
		if t.form.leaves[leaf].permutation {
			continue
		}
		for k := 0; !t.Over(); k++ {
			d := t.doc()
			tokens := t.form.numbers(d)[leaf]
			if k >= len(tokens) {
				break
			}
			t.lower(d, tokens[k:k+1])
		}
	}
}

// inStep lowers two numbers by the same amount, which keeps their difference.
func (t *texter) inStep() {
	numbers := slices.Concat(t.form.numbers(t.doc())...)
	if len(numbers) > fewThings {
		return
	}
	for k, i := range numbers {
		for _, j := range numbers[k+1:] {
			d := t.doc()
			room := min(d.value(i)-t.form.leaves[d.cells[i].leaf].target(), d.value(j)-t.form.leaves[d.cells[j].leaf].target())
			if room <= 0 || t.Over() {
				continue
			}
			t.Lower(0, uint64(room), func(left uint64) []byte {
				e := newEdit(d.page)
				e.put(i, d.value(i)-room+int64(left))
				e.put(j, d.value(j)-room+int64(left))
				return e.render()
			})
		}
	}
}

// lastDigits is the number without all but its last digits, if that is fewer and tries
// well: whether a number is a multiple of another, or ends in some digit, the search for the
// least one that fails does not find.
func lastDigits(value int64, try func(int64) bool) (int64, bool) {
	for _, power := range []int64{10, 100} {
		if left := value % power; value >= 10 && left < value && try(left) {
			return left, true
		}
	}
	return value, false
}

// lower brings the tokens, which have the same value and leaf, nearer to their
// target.
func (t *texter) lower(d *document, tokens []int) {
	value, target := d.value(tokens[0]), t.form.leaves[d.cells[tokens[0]].leaf].target()
	set := func(v int64) []byte {
		e := newEdit(d.page)
		for _, i := range tokens {
			e.put(i, v)
		}
		return e.render()
	}
	if value < target {
		if !t.Try(set(-value)) {
			t.Lower(uint64(-target), uint64(-value), func(v uint64) []byte { return set(-int64(v)) })
			return
		}
		value = -value
	}
	if left, ok := lastDigits(value, func(v int64) bool { return v >= target && t.Try(set(v)) }); ok {
		value = left
	}
	t.Lower(uint64(target), uint64(value), func(v uint64) []byte { return set(int64(v)) })
}
