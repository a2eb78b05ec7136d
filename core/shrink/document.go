package shrink

// document is a page read with a schema: which count governs what, and what every
// token is.
type document struct {
	schema *schema
	page   *page
	cells  []cell
	// lineOf is the line of every token.
	lineOf []int
	// dims are in the order of their counters, then those without a counter.
	dims []*dim
	// counted are the dims by their counter.
	counted map[int]*dim
	// blocks are the repeats, outer ones before inner ones.
	blocks []*block
}

// cell is what the schema says of a token.
type cell struct {
	leaf int
	// list numbers the list that the cell belongs to: cells with the same leaf
	// and list are one column of numbers, such as an array.
	list int
	// index is the cell's place in its list.
	index int
	scope *scope
	// block is the innermost repeat around the cell and unit its turn there;
	// nil outside of all repeats.
	block *block
	unit  int
}

// scope knows which token each variable was read from, seen from some place.
type scope struct {
	outer           *scope
	variable, token int
}

func (s *scope) find(variable int) (token int, ok bool) {
	for ; s != nil; s = s.outer {
		if s.variable == variable {
			return s.token, true
		}
	}
	return 0, false
}

// dim is a count with everything that it counts: an array's length, a matrix's
// width, the number of vertices. To delete its i-th is to delete the i-th unit of
// every axis and to lower the counter.
type dim struct {
	counter int // the token; -1 when the number is written nowhere
	size    int
	axes    []*axis
}

// axis is one thing that a dim counts: lines, tokens, or the letters of a token.
type axis struct {
	kind axisKind
	// offset is the number of units minus the dim's size.
	offset int
	// units are ranges of lines or of tokens; letters have none.
	units [][2]int
	token int // of letters
	block *block
}

type axisKind int

const (
	lineAxis axisKind = iota
	tokenAxis
	letterAxis
)

// block is one repeat as it occurs in the text.
type block struct {
	item  *item
	outer *block
	axis  *axis
	dim   *dim
	scope *scope // in front of the repeat
}

// read reads the page, or reports false where it does not follow the schema.
func (s *schema) read(p *page) (*document, bool) {
	d := &document{
		schema: s, page: p,
		cells:   make([]cell, len(p.tokens)),
		lineOf:  make([]int, len(p.tokens)),
		counted: map[int]*dim{},
	}
	for i, l := range p.lines {
		for t := l.first; t < l.end; t++ {
			d.lineOf[t] = i
		}
	}
	b := &builder{document: d}
	r := &reader{page: p, values: make([]int64, s.variables), visitor: b}
	end, ok := r.match(s.items, 0)
	if !ok || end != len(p.lines) {
		return nil, false
	}
	return d, true
}

// builder makes a document from what a reader visits.
type builder struct {
	*document
	scope  *scope
	frames []*frame
	lists  int
	top    frame // outside of all repeats
}

// frame is a repeat under way.
type frame struct {
	block *block
	scope *scope
	start int
	unit  int
	lists map[int]*list // by leaf
	words map[int]*dim  // by leaf: the width that the words of a list share
}

type list struct{ number, length int }

func (b *builder) frame() *frame {
	if n := len(b.frames); n > 0 {
		return b.frames[n-1]
	}
	return &b.top
}

func (b *builder) enter(it *item) {
	x := &axis{kind: lineAxis}
	bl := &block{item: it, outer: b.frame().block, axis: x, scope: b.scope}
	x.block = bl
	bl.dim = b.attach(x, it.by)
	b.blocks = append(b.blocks, bl)
	b.frames = append(b.frames, &frame{block: bl, scope: b.scope, start: -1, unit: -1})
}

func (b *builder) unit(line int) {
	f := b.frame()
	f.close(line)
	f.start = line
	f.unit++
	b.scope = f.scope
}

func (b *builder) leave(line int) {
	f := b.frame()
	f.close(line)
	b.scope = f.scope
	b.frames = b.frames[:len(b.frames)-1]
	f.block.dim.measure(f.block.axis, f.block.item.by)
}

func (f *frame) close(line int) {
	if f.start >= 0 {
		f.block.axis.units = append(f.block.axis.units, [2]int{f.start, line})
	}
}

// attach adds the axis to the dim of its length, or to a new one.
func (b *builder) attach(x *axis, by length) *dim {
	x.offset = by.offset
	if by.variable != noVariable {
		if token, ok := b.scope.find(by.variable); ok {
			return b.attachTo(x, token)
		}
	}
	x.offset = 0
	return b.free(x)
}

// free makes a dim without a counter.
func (b *builder) free(x *axis) *dim {
	d := &dim{counter: -1, axes: []*axis{x}}
	b.dims = append(b.dims, d)
	return d
}

func (b *builder) attachTo(x *axis, token int) *dim {
	d := b.count(token)
	d.axes = append(d.axes, x)
	return d
}

// count is the dim of the counter.
func (b *builder) count(token int) *dim {
	d, ok := b.counted[token]
	if !ok {
		d = &dim{counter: token, size: int(b.page.tokens[token].value)}
		b.counted[token] = d
		b.dims = append(b.dims, d)
	}
	return d
}

// measure sets the size of a dim without a counter.
func (d *dim) measure(x *axis, _ length) {
	if d.counter < 0 {
		d.size = len(x.units)
	}
}

func (b *builder) cell(token, leaf int) {
	f := b.frame()
	if f.lists == nil {
		f.lists = map[int]*list{}
	}
	l := f.lists[leaf]
	if l == nil {
		l = &list{number: b.lists}
		b.lists++
		f.lists[leaf] = l
	}
	b.cells[token] = cell{leaf: leaf, list: l.number, index: l.length, scope: b.scope, block: f.block, unit: f.unit}
	l.length++
}

func (b *builder) scalar(f *field, token int) {
	b.cell(token, f.leaf)
	b.letters(f.leaf, token)
	if f.variable != noVariable {
		b.scope = &scope{outer: b.scope, variable: f.variable, token: token}
		if b.schema.bounds[f.variable] {
			b.count(token)
		}
	}
}

func (b *builder) run(f *field, first, end int) {
	stride := max(1, f.by.stride)
	x := &axis{kind: tokenAxis}
	number := b.lists
	b.lists += stride
	for t := first; t < end; t++ {
		i := t - first
		b.cells[t] = cell{
			leaf: f.leaf + i%stride, list: number + i%stride, index: i / stride,
			scope: b.scope, block: b.frame().block, unit: b.frame().unit,
		}
		if i%stride == 0 {
			x.units = append(x.units, [2]int{t, t + stride})
		}
		b.letters(f.leaf+i%stride, t)
	}
	d := b.attach(x, f.by)
	d.measure(x, f.by)
}

func (b *builder) loose(it *item, first, end int) {
	leaf, last := it.leaf, it.leaf+looseLeaves-1
	if it.kind == taggedLine {
		tag := string(b.page.tokens[first].text)
		leaf, last = it.tags[tag], it.tags[tag]+it.widths[tag]-1
	}
	for t := first; t < end; t++ {
		b.cell(t, min(leaf+t-first, last))
		b.letters(min(leaf+t-first, last), t)
	}
}

// letters makes a word's letters things that are counted.
func (b *builder) letters(leaf, token int) {
	if b.schema.words == nil || b.schema.words[leaf] == nil {
		return
	}
	w := b.schema.words[leaf]
	x := &axis{kind: letterAxis, token: token}
	if w.by.variable != noVariable {
		b.attach(x, w.by)
		return
	}
	f := b.frame()
	if w.shared && f.words[leaf] != nil {
		f.words[leaf].axes = append(f.words[leaf].axes, x)
		return
	}
	d := b.free(x)
	d.size = len(b.page.tokens[token].text)
	if f.words == nil {
		f.words = map[int]*dim{}
	}
	f.words[leaf] = d
}
