package shrink

import (
	"bytes"
	"math"
	"strconv"
)

// form is all that is known of a format: its schema, and the traits that the
// input and all samples have and that candidates therefore keep.
type form struct {
	*schema
	leaves []leaf
	// orders are pairs of leaves on a line of which the first never exceeds the
	// second.
	orders []order
	// unequal are pairs of leaves on a line that are never equal.
	unequal []order
	// limits are numbers that stay below another one.
	limits []limit
	graphs []graph
	// end is the text of a last line that only ends the input; nil if none does.
	end []byte
	// listed says that some leaf has a trait of lists.
	listed bool
	// learntFrom is the number of pages that have the form.
	learntFrom int
}

// leaf is what is known of one column of tokens.
type leaf struct {
	kind  kind
	cells int
	// counts says that the leaf's values are counts; fixed that the values must
	// not be changed: tags.
	counts, fixed bool
	// single says that there is only one such cell in its place.
	single bool
	// floor is the least value allowed, low and high are the extremes seen.
	floor, low, high int64
	// decimals is the least of the floats seen.
	decimals float64
	// label is the variable whose values bound those of the leaf, noVariable if
	// none does; base is the least label, 0 or 1.
	label int
	base  int64

	listTraits
	squareTraits
	wordTraits
}

type kind int

const (
	number kind = iota
	float
	text
)

// learnForm infers the form of the page; samples of another form are left out.
func learnForm(p *page, samples []*page) *form {
	s := infer(p, samples)
	if len(samples) > 0 && s.open {
		// Some of the samples may be of another form; without them there may be
		// a stronger schema, which most of them have after all.
		s = infer(p, nil)
	}
	return observe(s, append([]*page{p}, samples...))
}

// observe finds the traits. What is found about words and labels makes more
// things countable, so the pages are read again then.
func observe(s *schema, pages []*page) *form {
	f := &form{schema: s, leaves: make([]leaf, s.leaves)}
	docs := f.read(pages)
	f.kinds(docs)
	f.findWords(docs)
	docs = f.read(pages)
	f.findLabels(docs)
	docs = f.read(pages)
	f.learntFrom = len(docs)
	f.findLists(docs)
	f.findSquares(docs)
	f.findPairs(docs)
	f.findFloors(docs)
	f.findOnce(docs)
	f.findLimits(docs)
	f.findEnd(pages)
	f.findScoped()
	return f
}

func (f *form) read(pages []*page) []*document {
	var docs []*document
	for _, p := range pages {
		if d, ok := f.schema.read(p); ok {
			docs = append(docs, d)
		}
	}
	return docs
}

// kinds finds what the leaves' tokens are.
func (f *form) kinds(docs []*document) {
	for i := range f.leaves {
		f.leaves[i] = leaf{label: noVariable, low: math.MaxInt64, high: math.MinInt64, decimals: math.Inf(1), single: true}
	}
	for _, d := range docs {
		for t := range d.cells {
			f.leaves[d.cells[t].leaf].see(d, t)
		}
		for token := range d.counted {
			f.leaves[d.cells[token].leaf].counts = true
		}
	}
	for i := range f.leaves {
		f.leaves[i].floor = floorOf(f.leaves[i].low)
	}
	walkItems(f.items, func(it *item) {
		for _, leaf := range it.tags {
			f.leaves[leaf].fixed = true
		}
	})
}

func (l *leaf) see(d *document, t int) {
	l.cells++
	l.single = l.single && d.cells[t].index == 0
	if token := d.tokens[t]; token.integer {
		l.low, l.high = min(l.low, token.value), max(l.high, token.value)
		l.decimals = min(l.decimals, float64(token.value))
	} else if v, ok := decimal(d.word(t)); ok {
		l.kind = max(l.kind, float)
		l.decimals = min(l.decimals, v)
	} else {
		l.kind = text
	}
	for _, c := range d.word(t) {
		l.letters[c] = true
	}
}

// decimal is the value of a token that is a number with a point or an exponent.
func decimal(token []byte) (float64, bool) {
	if !bytes.ContainsAny(token, ".eE") {
		return 0, false
	}
	v, err := strconv.ParseFloat(string(token), 64)
	return v, err == nil && !math.IsInf(v, 0) && !math.IsNaN(v)
}

// floorOf keeps the class of the least value: positive, not negative, or any.
func floorOf(low int64) int64 {
	if low < 0 {
		return math.MinInt64
	}
	return min(low, 1)
}

// changeable reports whether the leaf's tokens are numbers that count nothing.
func (l *leaf) changeable() bool {
	return l.kind == number && !l.counts && !l.fixed && l.cells > 0
}

// eachCell reports whether something holds of all cells of the leaf.
func eachCell(docs []*document, leaf int, holds func(*document, int) bool) bool {
	for _, d := range docs {
		for t := range d.cells {
			if int(d.cells[t].leaf) == leaf && !holds(d, t) {
				return false
			}
		}
	}
	return true
}

// findScoped notes which variables candidates must be able to look up.
func (f *form) findScoped() {
	scoped := make([]bool, f.variables)
	note := func(variable int) {
		if variable != noVariable {
			scoped[variable] = true
		}
	}
	walkItems(f.items, func(it *item) {
		if it.kind == repeat {
			note(it.by.variable)
		}
		for _, fl := range it.fields {
			if fl.run {
				note(fl.by.variable)
			}
		}
	})
	for _, w := range f.schema.words {
		note(w.by.variable)
	}
	for i := range f.leaves {
		note(f.leaves[i].label)
	}
	for _, l := range f.limits {
		note(l.variable)
	}
	f.schema.scoped = scoped
}
