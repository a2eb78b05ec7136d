package spec

// record is one pass through a block: a value for each of the block's slots.
type record struct {
	vals []value
	// start and end are where a repetition lies in the text it was read from.
	start, end int32
}

// value is what one slot holds. Which parts are used depends on what the slot
// belongs to:
//
//	int, float    num; floats are scaled by 10^digits. Arrays: list
//	string        text. Arrays and grids: text of all together, list of their ends
//	perm, parents list
//	tree, graph   list of rows: both ends of an edge, then its weights
//	interval      list of rows: left and right end
//	point         list of rows: the coordinates
//	repeat        recs, one a repetition
//	union         num is the chosen alternative, recs its only record
//	let, as       num
//
// Arrays of two and more dimensions keep the innermost one's size in num.
type value struct {
	num  int64
	more *more
	// pos is where the value begins in the text it was read from.
	pos int32
}

type more struct {
	list []int64
	text []byte
	recs []*record
}

// arena hands out slices that live until the next reset, so that making and
// reading many small inputs does not burden the garbage collector.
type arena[T any] struct {
	chunks [][]T
	chunk  int
	used   int
}

const arenaChunk = 512

// take returns n zeroed elements.
func (a *arena[T]) take(n int) []T {
	for a.chunk < len(a.chunks) {
		if c := a.chunks[a.chunk]; len(c)-a.used >= n {
			piece := c[a.used : a.used+n : a.used+n]
			a.used += n
			clear(piece)
			return piece
		}
		a.chunk++
		a.used = 0
	}
	size := arenaChunk << min(len(a.chunks), 8)
	a.chunks = append(a.chunks, make([]T, max(size, n)))
	a.used = n
	return a.chunks[a.chunk][:n:n]
}

func (a *arena[T]) reset() { a.chunk, a.used = 0, 0 }

func (a *arena[T]) size() int {
	total := 0
	for _, c := range a.chunks {
		total += len(c)
	}
	return total
}

// store is the memory of one generated or read input.
type store struct {
	values  arena[value]
	records arena[record]
	mores   arena[more]
	numbers arena[int64]
	bytes   arena[byte]
	rows    arena[*record]
}

func (s *store) record(b *block) *record {
	r := &s.records.take(1)[0]
	r.vals = s.values.take(b.slots)
	return r
}

// list makes the value hold n zeroed numbers and returns them.
func (s *store) list(v *value, n int) []int64 {
	m := s.more(v)
	m.list = s.numbers.take(n)
	return m.list
}

func (s *store) more(v *value) *more {
	if v.more == nil {
		v.more = &s.mores.take(1)[0]
	}
	return v.more
}

// text makes the value hold n zeroed bytes and returns them.
func (s *store) text(v *value, n int) []byte {
	m := s.more(v)
	m.text = s.bytes.take(n)
	return m.text
}

func (s *store) reset() {
	s.values.reset()
	s.records.reset()
	s.mores.reset()
	s.numbers.reset()
	s.bytes.reset()
	s.rows.reset()
}

// heavy reports whether the store has grown too large to be kept for later.
func (s *store) heavy() bool {
	return s.values.size()*24+s.numbers.size()*8+s.bytes.size()+s.records.size()*32 > 64<<20
}

func (v *value) list() []int64 {
	if v.more == nil {
		return nil
	}
	return v.more.list
}

func (v *value) text() []byte {
	if v.more == nil {
		return nil
	}
	return v.more.text
}

func (v *value) recs() []*record {
	if v.more == nil {
		return nil
	}
	return v.more.recs
}

// piece is the i-th text of an array of texts or the i-th row of a grid.
func (v *value) piece(i int) []byte {
	start := int64(0)
	if i > 0 {
		start = v.more.list[i-1]
	}
	return v.more.text[start:v.more.list[i]]
}

// clone copies a record with everything below it.
func (r *record) clone() *record {
	c := &record{vals: make([]value, len(r.vals))}
	for i := range r.vals {
		from, to := &r.vals[i], &c.vals[i]
		to.num, to.pos = from.num, from.pos
		if from.more == nil {
			continue
		}
		to.more = &more{list: append([]int64(nil), from.more.list...), text: append([]byte(nil), from.more.text...)}
		if from.more.recs != nil {
			to.more.recs = make([]*record, len(from.more.recs))
			for j, rec := range from.more.recs {
				to.more.recs[j] = rec.clone()
			}
		}
	}
	return c
}

// width is the number of numbers that belong together in a value's list.
func (t *typ) width() int {
	switch t.kind {
	case kindTree, kindGraph:
		return 2 + len(t.weights)
	case kindInterval:
		return 2
	case kindPoint:
		return max(2, len(t.ranges))
	}
	return 1
}

// scalar reports whether a value is a single number in value.num.
func (t *typ) scalar() bool {
	return (t.kind == kindInt || t.kind == kindFloat) && len(t.dims) == 0
}

// scalarText reports whether a value is a single text.
func (t *typ) scalarText() bool { return t.kind == kindString && len(t.dims) == 0 }

// texts reports whether a value is several texts.
func (t *typ) texts() bool { return t.kind == kindGrid || t.kind == kindString && len(t.dims) > 0 }

// block reports whether a value stands on lines of its own.
func (t *typ) ownLines() bool {
	switch t.kind {
	case kindGrid, kindTree, kindGraph:
		return true
	case kindInterval, kindPoint:
		return len(t.dims) > 0 && t.perLine != layoutInline
	case kindPerm, kindParents:
		return t.perLine == layoutLines
	}
	return t.perLine == layoutLines || len(t.dims) > 1 && t.perLine != layoutInline
}

// coordinate is the range of the i-th coordinate of a point.
func (t *typ) coordinate(i int) *rangeExpr { return t.ranges[min(i, len(t.ranges)-1)] }
