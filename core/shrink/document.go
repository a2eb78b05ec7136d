package shrink

// document is a page read with a schema: which count governs what, and what every
// token is.
type document struct {
	*page
	schema *schema
	cells  []cell
	// dims are in the order in which they are first met.
	dims []*dim
	// counted are the dims by their counter.
	counted map[int]*dim
	// blocks are the repeats, outer ones before inner ones.
	blocks []*block
}

// cell is what the schema says of a token.
type cell struct {
	scope *scope
	// block is the innermost repeat around the cell and unit its turn there;
	// nil outside of all repeats.
	block *block
	unit  int32
	leaf  int32
	// list numbers the list that the cell belongs to: cells with the same leaf
	// and list are one column of numbers, such as an array. index is the cell's
	// place in its list.
	list, index int32
	line        int32
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

// tokens are the tokens of the axis's i-th unit.
func (a *axis) tokens(d *document, i int) []int {
	if i >= len(a.units) {
		return nil
	}
	first, end := a.units[i][0], a.units[i][1]
	if a.kind == lineAxis && first < end {
		first, end = int(d.lines[first].first), int(d.lines[end-1].end)
	}
	return span(first, end)
}

// block is one repeat as it occurs in the text.
type block struct {
	item  *item
	axis  *axis
	dim   *dim
	scope *scope // in front of the repeat
}

// same finds a dim of an earlier document again after other things were deleted.
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

// read reads the page, or reports false where it does not follow the schema.
func (s *schema) read(p *page) (*document, bool) {
	d := &document{schema: s, page: p, cells: make([]cell, len(p.tokens)), counted: map[int]*dim{}}
	b := &builder{document: d}
	r := &reader{page: p, values: make([]int64, s.variables), visitor: b}
	if end, ok := r.match(s.items, 0); !ok || end != len(p.lines) {
		return nil, false
	}
	for i, l := range p.lines {
		for t := l.first; t < l.end; t++ {
			d.cells[t].line = int32(i)
		}
	}
	return d, true
}

// builder makes a document from what a reader visits.
type builder struct {
	*document
	scope  *scope
	frames []*frame
	lists  int32
	top    frame // outside of all repeats
}

// frame is a repeat under way.
type frame struct {
	block *block
	scope *scope
	start int
	turn  int32
	lists []list
	words map[int]*dim // by leaf: the width that the words of a list share
}

// list is a column of the frame under way.
type list struct{ leaf, number, length int32 }

func (b *builder) frame() *frame {
	if n := len(b.frames); n > 0 {
		return b.frames[n-1]
	}
	return &b.top
}

func (b *builder) enter(it *item) {
	x := &axis{kind: lineAxis}
	x.block = &block{item: it, axis: x, scope: b.scope}
	x.block.dim = b.attach(x, it.by)
	b.blocks = append(b.blocks, x.block)
	b.frames = append(b.frames, &frame{block: x.block, scope: b.scope, start: -1, turn: -1})
}

func (b *builder) unit(line int) {
	f := b.frame()
	f.close(line)
	f.start = line
	f.turn++
	b.scope = f.scope
}

func (b *builder) leave(line int) {
	f := b.frame()
	f.close(line)
	b.scope = f.scope
	b.frames = b.frames[:len(b.frames)-1]
	f.block.dim.measure(f.block.axis)
}

func (f *frame) close(line int) {
	if f.start >= 0 {
		f.block.axis.units = append(f.block.axis.units, [2]int{f.start, line})
	}
}

// attach adds the axis to the dim of its length, or to a new one without a
// counter.
func (b *builder) attach(x *axis, by length) *dim {
	if by.variable != noVariable {
		if token, ok := b.scope.find(by.variable); ok {
			x.offset = by.offset
			d := b.count(token)
			d.axes = append(d.axes, x)
			return d
		}
	}
	d := &dim{counter: -1, axes: []*axis{x}}
	b.dims = append(b.dims, d)
	return d
}

// count is the dim of the counter.
func (b *builder) count(token int) *dim {
	d, ok := b.counted[token]
	if !ok {
		d = &dim{counter: token, size: int(max(0, b.value(token)))}
		b.counted[token] = d
		b.dims = append(b.dims, d)
	}
	return d
}

// measure sets the size of a dim without a counter.
func (d *dim) measure(x *axis) {
	if d.counter < 0 {
		d.size = len(x.units)
	}
}

// cell notes a token as the next of its leaf's list in the frame.
func (b *builder) cell(token, leaf int) {
	f := b.frame()
	l := f.list(int32(leaf), &b.lists)
	b.cells[token] = cell{leaf: l.leaf, list: l.number, index: l.length, scope: b.scope, block: f.block, unit: f.turn}
	l.length++
}

func (f *frame) list(leaf int32, lists *int32) *list {
	for i := range f.lists {
		if f.lists[i].leaf == leaf {
			return &f.lists[i]
		}
	}
	f.lists = append(f.lists, list{leaf: leaf, number: *lists})
	*lists++
	return &f.lists[len(f.lists)-1]
}

func (b *builder) scalar(f *field, token int) {
	b.cell(token, f.leaf)
	b.letters(f.leaf, token)
	if f.variable == noVariable {
		return
	}
	if b.schema.scoped == nil || b.schema.scoped[f.variable] {
		b.scope = &scope{outer: b.scope, variable: f.variable, token: token}
	}
	if b.schema.bounds != nil && b.schema.bounds[f.variable] && b.tokens[token].integer {
		b.count(token)
	}
}

func (b *builder) run(f *field, first, end int) {
	stride := max(1, f.by.stride)
	x := &axis{kind: tokenAxis, units: make([][2]int, 0, (end-first)/stride)}
	number, at := b.lists, b.frame()
	b.lists += int32(stride)
	for t := first; t < end; t++ {
		i := t - first
		b.cells[t] = cell{
			leaf: int32(f.leaf + i%stride), list: number + int32(i%stride), index: int32(i / stride),
			scope: b.scope, block: at.block, unit: at.turn,
		}
		if i%stride == 0 {
			x.units = append(x.units, [2]int{t, t + stride})
		}
		b.letters(f.leaf+i%stride, t)
	}
	b.attach(x, f.by).measure(x)
}

func (b *builder) loose(it *item, first, end int) {
	leaf, last := it.leaf, it.leaf+looseLeaves-1
	if it.kind == taggedLine {
		tag := string(b.word(first))
		leaf, last = it.tags[tag], it.tags[tag]+it.widths[tag]-1
	}
	for t := first; t < end; t++ {
		b.cell(t, min(leaf+t-first, last))
		b.letters(min(leaf+t-first, last), t)
	}
}

// letters makes a word's letters things that are counted.
func (b *builder) letters(leaf, token int) {
	w := b.schema.words[leaf]
	if w == nil {
		return
	}
	x := &axis{kind: letterAxis, token: token}
	f := b.frame()
	if shared := f.words[leaf]; w.shared && shared != nil {
		shared.axes = append(shared.axes, x)
		return
	}
	d := b.attach(x, w.by)
	if d.counter < 0 {
		d.size = len(b.word(token))
	}
	if f.words == nil {
		f.words = map[int]*dim{}
	}
	f.words[leaf] = d
}
