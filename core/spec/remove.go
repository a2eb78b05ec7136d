package spec

import "slices"

// removal takes some of the things that a counter counts out of everything whose
// size follows from the counter: elements at the same places of all arrays,
// characters, rows, repetitions, vertices. Numbers that point into the counter's
// range, such as `l: int 1..n`, are renumbered.
//
// What it leaves may still need repair: other sizes and ranges that depend on the
// counter.
type removal struct {
	env
	counter *symbol
	// gone tells which of the counted things go.
	gone []bool
	// before counts those that go before each place, and in all.
	before []int64
	// later are values of other counters, set when all is done.
	later []assignment
}

type assignment struct {
	to *value
	n  int64
}

// remove takes things out of the record in which the counter lies. The frames of
// env must be those of the record. It reports false where nothing remains to be
// counted that should.
func (v *env) remove(counter *symbol, rec *record, gone []bool) {
	r := removal{env: *v, counter: counter, gone: gone, before: make([]int64, len(gone)+1)}
	for i, g := range gone {
		r.before[i+1] = r.before[i]
		if g {
			r.before[i+1]++
		}
	}
	r.block(counter.block, rec, counter.stmt)
	rec.vals[counter.slot].num -= r.before[len(gone)]
	for _, a := range r.later {
		a.to.num = a.n
	}
}

func (r *removal) block(b *block, rec *record, from int) {
	r.frames[b.depth] = rec
	for _, s := range b.stmts[from:] {
		switch s := s.(type) {
		case *lineStmt:
			for _, it := range s.items {
				if f := it.field; f != nil && f.symbol != r.counter {
					r.field(f, &rec.vals[f.slot])
				}
			}
		case *repeatStmt:
			r.repeat(s, &rec.vals[s.slot])
		case *unionStmt:
			v := &rec.vals[s.slot]
			r.block(s.alts[v.num].body, v.recs()[0], 0)
		}
	}
}

func (r *removal) repeat(s *repeatStmt, v *value) {
	if s.count != nil {
		if kept := r.keptOf(s.count, len(v.recs())); kept != nil {
			v.more.recs = choose(v.more.recs, kept, 1)
		}
	}
	for i, one := range v.recs() {
		if s.index != nil {
			one.vals[s.index.slot].num = int64(i + 1)
		}
		r.block(s.body, one, 0)
	}
}

// keptOf tells which places of a sequence remain whose length is e; nil where it
// does not follow the counter.
func (r *removal) keptOf(e *expr, length int) []int {
	if occurrences(e, r.counter) == 0 {
		return nil
	}
	k, _, ok := r.affine(e, r.counter)
	if !ok || k < 1 || k > int64(length) {
		return nil
	}
	out := make([]bool, length)
	missing := 0
	for i, g := range r.gone {
		for j := int64(i) * k; g && j < int64(i+1)*k; j++ {
			if j < int64(length) {
				out[j] = true
			} else {
				missing++
			}
		}
	}
	for j := length - 1; j >= 0 && missing > 0; j-- {
		if !out[j] {
			out[j] = true
			missing--
		}
	}
	kept := make([]int, 0, length)
	for j, o := range out {
		if !o {
			kept = append(kept, j)
		}
	}
	return kept
}

// choose keeps the rows at these places.
func choose[T any](list []T, kept []int, width int) []T {
	rows := make([]T, 0, len(kept)*width)
	for _, i := range kept {
		rows = append(rows, list[i*width:(i+1)*width]...)
	}
	return rows
}

func (r *removal) field(f *field, v *value) {
	t := f.typ
	switch t.kind {
	case kindInt, kindFloat, kindInterval, kindPoint:
		r.array(t, v)
	case kindString:
		r.text(t, v)
	case kindGrid:
		r.grid(t, v)
	case kindPerm:
		if kept := r.keptOf(t.args[0], len(v.list())); kept != nil {
			v.more.list = choose(v.more.list, kept, 1)
			compressRanks(v.more.list, t.base)
		}
	case kindTree, kindParents, kindGraph:
		r.vertices(f, v)
	}
}

// array removes elements of an array, and renumbers what points into the
// counter's range.
func (r *removal) array(t *typ, v *value) {
	if len(t.dims) > 0 {
		r.rowsOf(t, v)
	}
	for c := range max(1, len(t.ranges)) {
		r.renumber(t, v, c)
	}
}

func (r *removal) rowsOf(t *typ, v *value) {
	width := t.width()
	if len(t.dims) == 1 {
		if kept := r.keptOf(t.dims[0], len(v.list())/width); kept != nil {
			v.more.list = choose(v.more.list, kept, width)
			v.num = int64(len(kept))
		}
		return
	}
	columns := int(v.num)
	if columns == 0 {
		return
	}
	if kept := r.keptOf(t.dims[len(t.dims)-1], columns); kept != nil {
		var rest []int64
		for row := 0; row < len(v.list()); row += columns {
			rest = append(rest, choose(v.list()[row:row+columns], kept, 1)...)
		}
		v.more.list, v.num = rest, int64(len(kept))
		columns = len(kept)
	}
	if columns == 0 || len(t.dims) > 2 {
		return
	}
	if kept := r.keptOf(t.dims[0], len(v.list())/columns); kept != nil {
		v.more.list = choose(v.more.list, kept, columns)
	}
}

// renumber changes numbers of the i-th range that point into what was counted,
// if the range ends at the counter.
func (r *removal) renumber(t *typ, v *value, i int) {
	if i >= len(t.ranges) {
		return
	}
	rng := t.ranges[i]
	base, _ := limits(rng.lo)
	k, _, ok := r.affine(rng.hi, r.counter)
	if !ok || k != 1 || base == lowest {
		return
	}
	if t.scalar() {
		v.num = r.moved(v.num, base)
		return
	}
	list, width := v.list(), t.width()
	for j := range list {
		if t.kind != kindPoint || len(t.ranges) == 1 || j%width == i {
			list[j] = r.moved(list[j], base)
		}
	}
}

// moved is the new number of the thing that had number n, counted from base: its
// own, or that of a neighbour where it is gone.
func (r *removal) moved(n, base int64) int64 {
	i := n - base
	switch {
	case i < 0:
		return n
	case i >= int64(len(r.gone)):
		return n - r.before[len(r.gone)]
	}
	total := int64(len(r.gone)) - r.before[len(r.gone)]
	if place := i - r.before[i]; place < total || total == 0 {
		return base + place
	}
	return base + total - 1
}

func (r *removal) text(t *typ, v *value) {
	switch {
	case t.scalarText():
		if t.length.lo == t.length.hi {
			if kept := r.keptOf(t.length.lo, len(v.text())); kept != nil {
				v.more.text = choose(v.more.text, kept, 1)
			}
		}
		return
	case len(t.dims) != 1:
		return
	}
	pieces := v.pieces()
	if kept := r.keptOf(t.dims[0], len(pieces)); kept != nil {
		pieces = choose(pieces, kept, 1)
	}
	if t.length.lo == t.length.hi {
		for i, p := range pieces {
			if kept := r.keptOf(t.length.lo, len(p)); kept != nil {
				pieces[i] = choose(p, kept, 1)
			}
		}
	}
	v.setPieces(pieces)
}

func (r *removal) grid(t *typ, v *value) {
	pieces := v.pieces()
	if kept := r.keptOf(t.args[0], len(pieces)); kept != nil {
		pieces = choose(pieces, kept, 1)
	}
	for i, p := range pieces {
		if kept := r.keptOf(t.args[1], len(p)); kept != nil {
			pieces[i] = choose(p, kept, 1)
		}
	}
	v.setPieces(pieces)
}

// pieces are the texts of an array of texts or the rows of a grid.
func (v *value) pieces() [][]byte {
	pieces := make([][]byte, len(v.list()))
	for i := range pieces {
		pieces[i] = v.piece(i)
	}
	return pieces
}

func (v *value) setPieces(pieces [][]byte) {
	m := &more{}
	for _, p := range pieces {
		m.text = append(m.text, p...)
		m.list = append(m.list, int64(len(m.text)))
	}
	v.more = m
}

// compressRanks replaces each number by its rank, counted from base.
func compressRanks(list []int64, base int64) {
	ordered := slices.Clone(list)
	slices.Sort(ordered)
	ordered = slices.Compact(ordered)
	for i, n := range list {
		rank, _ := slices.BinarySearch(ordered, n)
		list[i] = base + int64(rank)
	}
}

// vertices removes vertices or edges of a tree or graph.
func (r *removal) vertices(f *field, v *value) {
	t := f.typ
	last := len(t.args) - 1
	count := int(r.number(t.args[0]))
	if r.trouble != "" || count < 0 {
		r.trouble = ""
		return
	}
	if t.kind == kindGraph {
		if occurrences(t.args[0], r.counter) == 0 && (last < 2 || occurrences(t.args[1], r.counter) == 0) {
			if kept := r.keptOf(t.args[last], len(v.list())/t.width()); kept != nil {
				v.more.list = choose(v.more.list, kept, t.width())
			}
			return
		}
	}
	kept := r.keptOf(t.args[0], count)
	switch {
	case t.kind == kindParents && kept != nil:
		v.more.list = keepParents(t, v.list(), kept)
	case len(t.args) == 3:
		right := int(r.number(t.args[1]))
		r.twoSided(t, v, kept, r.keptOf(t.args[1], right), count, right)
	case kept != nil:
		v.more.list = keepVertices(t, v.list(), kept, count)
	}
	if t.kind != kindGraph {
		return
	}
	if m := t.args[last]; m.op == opName && m.sym != r.counter && m.sym.kind == symbolField {
		r.later = append(r.later, assignment{r.value(m.sym), int64(len(v.list()) / t.width())})
	}
}

// twoSided removes vertices of either side with their edges.
func (r *removal) twoSided(t *typ, v *value, left, right []int, lefts, rights int) {
	renumber := func(kept []int, n int) []int64 {
		to := make([]int64, n)
		for i := range to {
			to[i] = int64(i)
			if kept != nil {
				to[i] = -1
			}
		}
		for place, i := range kept {
			to[i] = int64(place)
		}
		return to
	}
	toLeft, toRight := renumber(left, lefts), renumber(right, rights)
	var rows []int64
	for k, list := 0, v.list(); k < len(list); k += t.width() {
		a, b := toLeft[list[k]-t.base], toRight[list[k+1]-t.base]
		if a >= 0 && b >= 0 {
			rows = append(append(rows, a+t.base, b+t.base), list[k+2:k+t.width()]...)
		}
	}
	v.more.list = rows
}

// keepVertices keeps some of the n vertices of a tree or graph. Where it must
// stay connected, a vertex that goes melts into the nearest one that stays;
// otherwise its edges go with it.
func keepVertices(t *typ, list []int64, kept []int, n int) []int64 {
	width := t.width()
	to := make([]int32, n) // the place of what a vertex becomes, or -1
	for i := range to {
		to[i] = -1
	}
	for place, i := range kept {
		to[i] = int32(place)
	}
	stays := slices.Clone(to)
	if t.kind == kindTree || t.connected {
		melt(to, list, width, t.base)
	}
	var rows []int64
	var seen pairSet
	seen.reset(len(list) / width)
	for k := 0; k < len(list); k += width {
		a, b := list[k]-t.base, list[k+1]-t.base
		x, y := to[a], to[b]
		inner := x == y && (stays[a] < 0 || stays[b] < 0)
		if x < 0 || y < 0 || inner || t.simple && !seen.add(t.pair(int64(x), int64(y))) {
			continue
		}
		rows = append(append(rows, int64(x)+t.base, int64(y)+t.base), list[k+2:k+width]...)
	}
	return rows
}

// melt gives each vertex without a place that of the nearest one with a place.
func melt(to []int32, list []int64, width int, base int64) {
	edges := len(list) / width
	out := newAdjacency(list, width, edges, base, int64(len(to)), false)
	in := newAdjacency(list, width, edges, base, int64(len(to)), true)
	var queue []int32
	for i, place := range to {
		if place >= 0 {
			queue = append(queue, int32(i))
		}
	}
	for i := 0; i < len(queue); i++ {
		u := queue[i]
		for _, a := range []adjacency{in, out} {
			for _, w := range a.to[a.start[u]:a.start[u+1]] {
				if to[w] < 0 {
					to[w] = to[u]
					queue = append(queue, w)
				}
			}
		}
	}
}

// keepParents keeps some vertices of a rooted tree. A child whose parent goes
// passes to the nearest ancestor that stays; without one it becomes the root, or
// a child of the first that does.
func keepParents(t *typ, list []int64, kept []int) []int64 {
	first := 0
	if !t.hasRoot {
		first = 1
	}
	n := len(list) + first
	parent := make([]int, n)
	for i := range parent {
		parent[i] = -1
		if i >= first && !(t.hasRoot && list[i-first] == t.root) {
			parent[i] = int(list[i-first] - t.base)
		}
	}
	place := make([]int, n)
	for i := range place {
		place[i] = -1
	}
	for p, i := range kept {
		place[i] = p
	}
	above := make([]int, len(kept)) // the new parents
	root := -1
	for p, i := range kept {
		up := parent[i]
		for steps := 0; up >= 0 && place[up] < 0 && steps <= n; steps++ {
			up = parent[up]
		}
		switch {
		case up >= 0:
			above[p] = place[up]
		case root < 0:
			above[p], root = -1, p
		default:
			above[p] = root
		}
	}
	if !t.hasRoot && root > 0 {
		reroot(above, 0)
	}
	rows := make([]int64, 0, len(kept))
	for p := range kept {
		switch {
		case above[p] >= 0:
			rows = append(rows, int64(above[p])+t.base)
		case t.hasRoot:
			rows = append(rows, t.root)
		}
	}
	return rows
}

// reroot turns the path from v to the root around.
func reroot(parent []int, v int) {
	before := -1
	for v >= 0 {
		before, v, parent[v] = v, parent[v], before
	}
}
