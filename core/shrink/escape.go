package shrink

import "slices"

// The passes of this file leave a place from which no single step leads on: they
// delete two things at once, or delete one and make up for it in another.

// fewThings is the size up to which any two things are tried.
const fewThings = 8

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
		gone := make([]bool, n)
		at := 0
		for g, group := range groups {
			if at < len(kept) && kept[at] == g {
				at++
				continue
			}
			for _, i := range group {
				gone[i] = true
			}
		}
		return render(without(gone))
	})
	return len(kept) < len(groups)
}

// brackets deletes brackets of words with their partners.
func (t *texter) brackets() {
	t.eachDim(func(d *document, x *dim) {
		if len(x.axes) == 0 || x.axes[0].kind != letterAxis {
			return
		}
		if pairs := partners(d.word(x.axes[0].token)); len(pairs) > 0 {
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

// pump makes up for deleted things by greater numbers: with all numbers as great
// as any that was seen, or with a permutation turned round, fewer of them may do.
// It is for failures that need great sums or much disorder.
func (t *texter) pump() {
	t.eachDim(func(d *document, x *dim) {
		if x.size < 2 {
			return
		}
		render := t.deletion(d, x)
		for _, raise := range []func(*document) []byte{t.form.highest, t.form.lowest, t.form.reversed} {
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

// highest sets the columns of great numbers to the greatest seen, or is nil if
// there are none.
func (f *form) highest(d *document) []byte {
	return f.extreme(d, func(l *leaf) int64 { return l.high })
}

// lowest sets the columns of great negative numbers to the least seen, or is nil.
func (f *form) lowest(d *document) []byte {
	return f.extreme(d, func(l *leaf) int64 { return l.low })
}

func (f *form) extreme(d *document, of func(*leaf) int64) []byte {
	e, changed := newEdit(d.page), false
	for leaf, tokens := range f.numbers(d) {
		l := &f.leaves[leaf]
		if v := of(l); l.label == noVariable && hasGreat(d, tokens, v) {
			for _, t := range tokens {
				e.put(t, v)
			}
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return e.render()
}

// hasGreat reports whether one of the tokens is great and has the sign of v.
func hasGreat(d *document, tokens []int, v int64) bool {
	return slices.ContainsFunc(tokens, func(t int) bool {
		return v > 0 && d.value(t) >= great || v < 0 && d.value(t) <= -great
	})
}

// reversed makes permutations fall from the greatest to the least; it is nil if
// there are none.
func (f *form) reversed(d *document) []byte {
	e, changed := newEdit(d.page), false
	for leaf, tokens := range f.numbers(d) {
		l := &f.leaves[leaf]
		if !l.permutation {
			continue
		}
		sizes := map[int32]int32{}
		for _, t := range tokens {
			sizes[d.cells[t].list]++
		}
		for _, t := range tokens {
			c := &d.cells[t]
			e.put(t, l.target()+int64(sizes[c.list]-1-c.index))
			changed = true
		}
	}
	if !changed {
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

// merge replaces two neighbours, elements or lines of the same form, by their sum.
func (t *texter) merge() {
	t.eachDim(func(d *document, x *dim) {
		if len(x.axes) != 1 || x.size < 2 || t.form.isGraph(d, x) {
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
	e := newEdit(d.page)
	if !t.add(e, d, x.axes[0].tokens(d, i), x.axes[0].tokens(d, j)) {
		return nil
	}
	return t.form.plan(d).keep(x, except(x.size, i)).renderOn(e)
}

// add adds the numbers of some tokens to those of others, as far as greater ones
// were seen, and reports whether there were any.
func (t *texter) add(e *edit, d *document, from, to []int) bool {
	if len(from) != len(to) {
		return false
	}
	changed := false
	for k := range from {
		if d.cells[from[k]].leaf != d.cells[to[k]].leaf {
			return false
		}
		l := &t.form.leaves[d.cells[from[k]].leaf]
		sum := d.value(from[k]) + d.value(to[k])
		if l.changeable() && l.label == noVariable && sum >= l.low {
			e.put(to[k], min(sum, l.high))
			changed = true
		}
	}
	return changed
}

// transfer moves as much as possible from one number of a column to the next.
func (t *texter) transfer() {
	for leaf := range t.form.leaves {
		l := &t.form.leaves[leaf]
		if !l.changeable() || l.label != noVariable {
			continue
		}
		for k := 0; !t.Over(); k++ {
			d := t.doc()
			tokens := slices.DeleteFunc(t.form.numbers(d)[leaf], func(i int) bool { return d.value(i) <= l.target() })
			if k+1 >= len(tokens) {
				break
			}
			from, to := d.value(tokens[k]), d.value(tokens[k+1])
			if moved := min(from-l.target(), l.high-to); moved > 0 {
				e := newEdit(d.page)
				e.put(tokens[k], from-moved)
				e.put(tokens[k+1], to+moved)
				t.Try(e.render())
			}
		}
	}
}

// order sorts lists.
func (t *texter) order() {
	for leaf := range t.form.leaves {
		lists := map[int32][]int{}
		d := t.doc()
		var numbers []int32
		for _, i := range t.form.numbers(d)[leaf] {
			n := d.cells[i].list
			if lists[n] == nil {
				numbers = append(numbers, n)
			}
			lists[n] = append(lists[n], i)
		}
		for _, n := range numbers {
			d := t.doc()
			e := newEdit(d.page)
			for k, i := range d.byValue(lists[n]) {
				e.put(lists[n][k], d.value(i))
			}
			t.Try(e.render())
		}
	}
}
