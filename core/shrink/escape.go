package shrink

import "slices"

// The passes of this file leave a place from which no single step leads on: they
// delete two things at once, or delete one and make up for it in another.

// twos deletes two things of a dim at once: neighbours, brackets that belong
// together, and any two where there are few.
func (t *texter) twos() {
	t.eachDim(func(d *document, x *dim) {
		if x.size < 2 {
			return
		}
		render := t.deletion(d, x)
		t.First(func(yield func([]byte) bool) {
			for _, two := range twosOf(d, x) {
				kept := make([]int, 0, x.size)
				for i := range x.size {
					if i != two[0] && i != two[1] {
						kept = append(kept, i)
					}
				}
				if !yield(render(kept)) {
					return
				}
			}
		})
	})
}

// fewThings is the size up to which any two things are tried.
const fewThings = 8

func twosOf(d *document, x *dim) [][2]int {
	twos := brackets(d, x)
	for i := 1; i < x.size; i++ {
		twos = append(twos, [2]int{i - 1, i})
	}
	if x.size <= fewThings {
		for i := range x.size {
			for j := i + 2; j < x.size; j++ {
				twos = append(twos, [2]int{i, j})
			}
		}
	}
	return twos
}

// brackets are the places of brackets that belong together, each kind alone.
func brackets(d *document, x *dim) [][2]int {
	if x.axes == nil || x.axes[0].kind != letterAxis {
		return nil
	}
	var twos [][2]int
	open := map[byte][]int{}
	closing := map[byte]byte{')': '(', ']': '[', '}': '{', '>': '<'}
	for i, c := range d.page.tokens[x.axes[0].token].text {
		if o, ok := closing[c]; !ok {
			open[c] = append(open[c], i)
		} else if n := len(open[o]); n > 0 {
			twos = append(twos, [2]int{open[o][n-1], i})
			open[o] = open[o][:n-1]
		}
	}
	return twos
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
// as any that was seen, fewer of them may do. It is for failures that need great
// numbers, such as overflows.
func (t *texter) pump() {
	t.eachDim(func(d *document, x *dim) {
		if x.size < 2 || !t.hasGreat(d) {
			return
		}
		render := t.deletion(d, x)
		for _, lowest := range []bool{false, true} {
			raised := t.raised(d, lowest)
			if raised == nil {
				continue
			}
			for n := x.size - 1; n >= 1; n /= 2 {
				// Shortened first, raised then: both are done on documents.
				short := render(span(0, n))
				if short == nil || !t.Try(t.raise(short, lowest)) {
					break
				}
			}
		}
	})
}

// great is what no small example needs by chance.
const great = 10_000

func (t *texter) hasGreat(d *document) bool {
	for _, tokens := range t.numbers(d) {
		for _, i := range tokens {
			if v := d.page.tokens[i].value; v >= great || v <= -great {
				return true
			}
		}
	}
	return false
}

// raise sets all great columns of the text to their greatest, or lowest, value.
func (t *texter) raise(text []byte, lowest bool) []byte {
	d, ok := t.form.schema.read(readPage(text))
	if !ok {
		return nil
	}
	return t.raised(d, lowest)
}

func (t *texter) raised(d *document, lowest bool) []byte {
	e := newEdit(d.page)
	for leaf, tokens := range t.numbers(d) {
		l := &t.form.leaves[leaf]
		v := l.high
		if lowest {
			v = l.low
		}
		if l.label != noVariable || v < great && v > -great || lowest && v > 0 {
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

// together deletes the same places of two dims that are equally long, such as two
// words.
func (t *texter) together() {
	n := len(t.doc().dims)
	for i := range n {
		for j := i + 1; j < n && !t.Over(); j++ {
			d := t.doc()
			if j >= len(d.dims) {
				return
			}
			if x, y := d.dims[i], d.dims[j]; x.size == y.size && x.size > 1 && x.counter < 0 && y.counter < 0 {
				t.Keep(x.size, func(kept []int) []byte {
					return t.form.plan(d).keep(x, kept).keep(y, kept).render()
				})
			}
		}
	}
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
