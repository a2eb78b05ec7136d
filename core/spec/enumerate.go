package spec

import (
	"bytes"
	"math"
	"slices"
)

// Enumerate yields every input of the spec whose Measure is at most limit, in
// order of Measure, until yield returns false. The edges of trees and graphs come
// in one order only, and without directions the smaller end first; otherwise
// nothing is left out. The slice that yield gets is reused.
func (s *Spec) Enumerate(limit int, yield func(input []byte) bool) {
	s.enumerate(limit, math.MaxInt, yield)
}

// enumerate is Enumerate, with a bound on the number of choices that are looked
// at. It reports whether it came to its end.
func (s *Spec) enumerate(limit, choices int, yield func(input []byte) bool) bool {
	if len(s.errors) > 0 {
		return false
	}
	e := enumerator{spec: s, env: newEnv(s), judge: newReader(s, nil), choices: choices}
	defer e.judge.release()
	var out []byte
	for level := 0; level <= limit && !e.stopped; level++ {
		e.cut = false
		rec := newRecord(s.body)
		e.block(chain{s.body, rec, nil}, 0, int64(level), func(rest int64) {
			if rest > 0 {
				return
			}
			out = s.print(out[:0], rec)
			e.stopped = !yield(out)
		})
		if !e.cut {
			break // no input is larger
		}
	}
	return !e.stopped
}

// Measure is the total of an input's counts and values: how far each number is
// from the value in its range nearest to zero, each character from the first of
// its alphabet, each permutation from the sorted one. It is -1 for an input that
// does not follow the spec.
func (s *Spec) Measure(input []byte) int {
	if len(s.errors) > 0 {
		return -1
	}
	r := newReader(s, input)
	defer r.release()
	rec := r.read()
	if r.violation != nil {
		return -1
	}
	m := meter{env: newEnv(s)}
	m.block(s.body, rec)
	return asLimit(m.total)
}

func newRecord(b *block) *record { return &record{vals: make([]value, b.slots)} }

// meter adds up the cost of the parts of an input.
type meter struct {
	env
	allowed []allowed
	total   int64
}

func (m *meter) add(cost int64) { m.total = saturatedAdd(m.total, cost) }

func (m *meter) block(b *block, rec *record) {
	m.frames[b.depth] = rec
	for _, s := range b.stmts {
		switch s := s.(type) {
		case *lineStmt:
			for _, it := range s.items {
				if it.field != nil {
					m.field(it.field, &rec.vals[it.field.slot])
				}
			}
		case *repeatStmt:
			recs := rec.vals[s.slot].recs()
			if s.limit != nil {
				m.add(int64(len(recs)) - max(0, m.number(s.limit.lo)))
			}
			for _, one := range recs {
				m.block(s.body, one)
			}
		case *unionStmt:
			v := &rec.vals[s.slot]
			m.add(v.num)
			m.block(s.alts[v.num].body, v.recs()[0])
		}
	}
}

func (m *meter) field(f *field, v *value) {
	t := f.typ
	switch {
	case t.takesAlphabet():
		for _, c := range v.text() {
			m.add(t.characterCost(c))
		}
		if t.kind == kindString {
			pieces := max(1, int64(len(v.list())))
			least := max(0, m.number(t.length.lo)) * pieces
			m.add(int64(len(v.text())) - least)
		}
	case t.kind == kindPerm:
		m.add(inversions(v.list()))
	default:
		m.allowed = m.columns(t, m.allowed)
		if t.scalar() {
			m.add(t.numberCost(m.allowed[0], v.num))
		}
		for i, n := range v.list() {
			m.add(t.numberCost(m.allowed[i%t.width()], n))
		}
	}
}

// numberCost is a number's distance from the one in its range nearest to zero.
// A decimal's is that of its digits, plus the number of its decimals.
func (t *typ) numberCost(a allowed, n int64) int64 {
	if t.hasRoot {
		if n == t.root {
			return 0
		}
		a = a[:1] // the vertices alone
	}
	anchor, ok := a.nearest(0)
	if !ok {
		return 0
	}
	distance := n - anchor
	if distance < 0 {
		distance = -distance
	}
	decimals := t.digits
	for ; decimals > 0 && distance%10 == 0; decimals-- {
		distance /= 10
	}
	if distance == 0 {
		return 0
	}
	return saturatedAdd(distance, int64(decimals))
}

// characterCost is a character's place in the alphabet.
func (t *typ) characterCost(c byte) int64 { return int64(max(0, bytes.IndexByte(t.alphabet, c))) }

func inversions(list []int64) int64 {
	total := int64(0)
	for i, a := range list {
		for _, b := range list[i+1:] {
			if a > b {
				total++
			}
		}
	}
	return total
}

// enumerator lists inputs by choosing value after value, each within what is left
// of the level's total. What follows a choice is a continuation, called once for
// each way to choose.
type enumerator struct {
	env
	spec  *Spec
	judge *reader
	// cut says that a choice was left out because it costs too much.
	cut     bool
	stopped bool
	choices int // how many more may be looked at
}

// chain is a record with the ones around it.
type chain struct {
	block *block
	rec   *record
	outer *chain
}

// enter makes names mean the values of the chain's records, which the choices
// tried meanwhile may have changed.
func (e *enumerator) enter(c chain) {
	for at := &c; at != nil; at = at.outer {
		e.frames[at.block.depth] = at.rec
	}
	e.judge.frames = e.frames
}

func (e *enumerator) block(c chain, stmt int, rest int64, next func(rest int64)) {
	if e.stopped {
		return
	}
	if stmt == len(c.block.stmts) {
		next(rest)
		return
	}
	e.enter(c)
	after := func(rest int64) { e.block(c, stmt+1, rest, next) }
	switch s := c.block.stmts[stmt].(type) {
	case *lineStmt:
		e.items(c, s, 0, rest, after)
	case *repeatStmt:
		e.repeat(c, s, rest, after)
	case *unionStmt:
		e.union(c, s, rest, after)
	case *whereStmt:
		for _, cond := range s.conditions {
			holds := e.truth(cond.expr) && e.trouble == ""
			e.trouble = ""
			if !holds {
				return
			}
		}
		after(rest)
	default:
		after(rest)
	}
}

func (e *enumerator) items(c chain, s *lineStmt, i int, rest int64, next func(rest int64)) {
	for i < len(s.items) && s.items[i].field == nil {
		i++
	}
	if i == len(s.items) {
		next(rest)
		return
	}
	e.enter(c)
	f := s.items[i].field
	e.field(c, f, rest, func(rest int64) { e.items(c, s, i+1, rest, next) })
}

// affordable reports whether a cost can be paid, and notes it where not.
func (e *enumerator) affordable(cost, rest int64) bool {
	if e.choices--; e.choices < 0 {
		e.stopped = true
	}
	if cost > rest {
		e.cut = true
	}
	return cost <= rest && !e.stopped
}

func (e *enumerator) repeat(c chain, s *repeatStmt, rest int64, next func(rest int64)) {
	v := &c.rec.vals[s.slot]
	var lo, hi int64
	if s.count != nil {
		lo = e.number(s.count)
		hi = lo
	} else {
		lo, hi = max(0, e.number(s.limit.lo)), e.number(s.limit.hi)
	}
	if e.trouble != "" || lo < 0 {
		e.trouble = ""
		return
	}
	for count := lo; count <= hi && e.affordable(count-lo, rest); count++ {
		if count > maxGrowth {
			e.cut = true
			return
		}
		recs := make([]*record, count)
		v.more = &more{recs: recs}
		e.repetitions(c, s, recs, 0, rest-(count-lo), func(rest int64) {
			v.more = &more{recs: recs}
			next(rest)
		})
	}
}

func (e *enumerator) repetitions(c chain, s *repeatStmt, recs []*record, i int, rest int64, next func(rest int64)) {
	if i == len(recs) {
		next(rest)
		return
	}
	one := newRecord(s.body)
	if s.index != nil {
		one.vals[s.index.slot].num = int64(i + 1)
	}
	recs[i] = one
	e.block(chain{s.body, one, &c}, 0, rest, func(rest int64) {
		for _, u := range s.uniques {
			key := u.appendKey(nil, one)
			for _, earlier := range recs[:i] {
				if bytes.Equal(key, u.appendKey(nil, earlier)) {
					return
				}
			}
		}
		e.repetitions(c, s, recs, i+1, rest, next)
		recs[i] = one
	})
}

func (e *enumerator) union(c chain, s *unionStmt, rest int64, next func(rest int64)) {
	v := &c.rec.vals[s.slot]
	for i, a := range s.alts {
		if !e.affordable(int64(i), rest) {
			return
		}
		one := newRecord(a.body)
		set := func() { v.num, v.more = int64(i), &more{recs: []*record{one}} }
		set()
		e.block(chain{a.body, one, &c}, 0, rest-int64(i), func(rest int64) {
			set()
			next(rest)
		})
	}
}

func (e *enumerator) field(c chain, f *field, rest int64, next func(rest int64)) {
	t, v := f.typ, &c.rec.vals[f.slot]
	switch {
	case t.scalar():
		a := e.evaluate(t.ranges, nil)
		if e.trouble != "" {
			e.trouble = ""
			return
		}
		e.number1(t, a, rest, func(n, rest int64) {
			v.num = n
			next(rest)
		})
	case t.takesAlphabet():
		e.texts(c, f, v, rest, next)
	default:
		e.numbers(c, f, v, rest, next)
	}
}

// number1 tries every number of a set, the cheapest first.
func (e *enumerator) number1(t *typ, a allowed, rest int64, try func(n, rest int64)) {
	anchor, ok := a.nearest(0)
	if !ok {
		return
	}
	if t.hasRoot && a.contains(t.root) {
		try(t.root, rest)
		a = a[:1] // the vertices alone
		if anchor, ok = a.nearest(0); !ok {
			return
		}
	}
	lo, hi := anchor, anchor
	for _, b := range a {
		if b.lo <= b.hi {
			lo, hi = min(lo, b.lo), max(hi, b.hi)
		}
	}
	for decimals := 0; decimals <= t.digits; decimals++ {
		e.numberAt(t, a, anchor, bound{lo, hi}, decimals, rest, try)
	}
}

// numberAt tries the numbers of a set whose distance from the anchor has exactly
// so many decimals.
func (e *enumerator) numberAt(t *typ, a allowed, anchor int64, span bound, decimals int, rest int64, try func(n, rest int64)) {
	step := pow10(t.digits - decimals)
	for m := int64(0); !e.stopped; m++ {
		if decimals > 0 && m%10 == 0 {
			continue
		}
		distance := saturatedMultiply(m, step)
		above, below := saturatedAdd(anchor, distance), saturatedAdd(anchor, -distance)
		if above > span.hi && below < span.lo || !e.affordable(m+int64(decimals), rest) {
			return
		}
		if a.contains(above) {
			try(above, rest-m-int64(decimals))
		}
		if m > 0 && a.contains(below) {
			try(below, rest-m-int64(decimals))
		}
	}
}

func pow10(digits int) int64 {
	n := int64(1)
	for range digits {
		n *= 10
	}
	return n
}

// texts tries every text of a field, character by character.
func (e *enumerator) texts(c chain, f *field, v *value, rest int64, next func(rest int64)) {
	t := f.typ
	count := int64(1)
	var length bound
	if t.kind == kindGrid {
		n := e.number(t.args[1])
		length = bound{n, n}
	} else {
		length = e.rangeOf(t.length)
	}
	if !t.scalarText() {
		count = e.rows(t, maxGrowth)
	}
	columns := e.innermost(t)
	if e.trouble != "" || length.hi < 0 {
		e.trouble = ""
		return
	}
	length.lo = max(0, length.lo)
	letters := append([]byte(nil), t.alphabet...)
	for _, o := range t.once {
		if !bytes.Contains(letters, []byte{o}) {
			letters = append(letters, o)
		}
	}
	pieces := make([][]byte, count)
	e.pieces(t, letters, pieces, 0, length, rest, func(rest int64) {
		if t.scalarText() {
			v.more = &more{text: pieces[0]}
			if t.onceViolated(pieces[0]) == 0 {
				next(rest)
			}
			return
		}
		v.setPieces(pieces)
		v.num = columns
		e.enter(c)
		if e.judge.textStructure(f, v) {
			next(rest)
		}
		e.judge.violation = nil
	})
}

func (e *enumerator) pieces(t *typ, letters []byte, pieces [][]byte, i int, length bound, rest int64, next func(rest int64)) {
	if i == len(pieces) {
		next(rest)
		return
	}
	for n := length.lo; n <= length.hi && e.affordable(n-length.lo, rest); n++ {
		if n > maxGrowth {
			e.cut = true
			return
		}
		text := make([]byte, n)
		e.characters(t, letters, text, 0, rest-(n-length.lo), func(rest int64) {
			pieces[i] = text
			e.pieces(t, letters, pieces, i+1, length, rest, next)
		})
	}
}

func (e *enumerator) characters(t *typ, letters, text []byte, i int, rest int64, next func(rest int64)) {
	if i == len(text) {
		next(rest)
		return
	}
	for _, ch := range letters {
		if cost := t.characterCost(ch); e.affordable(cost, rest) {
			text[i] = ch
			e.characters(t, letters, text, i+1, rest-cost, next)
		}
	}
}

// numbers tries every list of numbers that a field can hold.
func (e *enumerator) numbers(c chain, f *field, v *value, rest int64, next func(rest int64)) {
	t := f.typ
	rows := e.rows(t, maxGrowth)
	columns, num := e.columns(t, nil), e.innermost(t)
	if e.trouble != "" {
		e.trouble = ""
		return
	}
	list := make([]int64, rows*int64(t.width()))
	done := func(rest int64) {
		v.more, v.num = &more{list: list}, num
		e.enter(c)
		e.judge.allowed = columns
		ok := e.judge.structure(f, v)
		e.judge.violation, e.judge.trouble = nil, ""
		if ok {
			next(rest)
		}
	}
	if t.kind == kindPerm {
		e.permutation(t, list, 0, rest, done)
		return
	}
	e.list(t, columns, list, 0, rest, done)
}

// permutation chooses the place-th element among those left; the d-th smallest
// of them costs d inversions.
func (e *enumerator) permutation(t *typ, list []int64, place int, rest int64, next func(rest int64)) {
	if place == len(list) {
		next(rest)
		return
	}
	cost := int64(0)
	for n := t.base; n < t.base+int64(len(list)); n++ {
		if slices.Contains(list[:place], n) {
			continue
		}
		if !e.affordable(cost, rest) {
			return
		}
		list[place] = n
		e.permutation(t, list, place+1, rest-cost, next)
		cost++
	}
}

// list chooses the k-th number and what follows.
func (e *enumerator) list(t *typ, columns []allowed, list []int64, k int, rest int64, next func(rest int64)) {
	width := t.width()
	if k > 0 && k%width == 0 && !t.rowFits(list[:k]) {
		return
	}
	if k == len(list) {
		next(rest)
		return
	}
	e.number1(t, columns[k%width], rest, func(n, rest int64) {
		list[k] = n
		e.list(t, columns, list, k+1, rest, next)
	})
}

// rowFits reports whether the last row may follow the ones before. It refuses
// early what the structure would refuse in the end, and all orders of edges but
// one.
func (t *typ) rowFits(list []int64) bool {
	width := t.width()
	row := list[len(list)-width:]
	if t.kind == kindTree || t.kind == kindGraph {
		return t.edgeFits(list, row)
	}
	if t.kind == kindInterval && row[0] > row[1] {
		return false
	}
	if len(list) == width {
		return true
	}
	if t.distinct && width == 1 && slices.Contains(list[:len(list)-1], row[0]) {
		return false
	}
	return t.order.holds(compareRows(list[len(list)-2*width:len(list)-width], row))
}

func (t *typ) edgeFits(list, row []int64) bool {
	width, twoSided := t.width(), len(t.args) == 3
	loopless := t.kind == kindTree || t.simple || t.loopless || t.acyclic
	switch {
	case twoSided:
	case !t.directed && row[0] > row[1] || loopless && row[0] == row[1]:
		return false
	case (t.kind == kindTree || t.acyclic && !t.directed) && t.closesCycle(list):
		return false
	}
	if len(list) == width {
		return true
	}
	before := list[len(list)-2*width : len(list)-width]
	if t.kind == kindTree || t.simple {
		return compareRows(before[:2], row[:2]) < 0
	}
	return compareRows(before, row) <= 0
}

// closesCycle reports whether the last edge joins what the others have joined.
func (t *typ) closesCycle(list []int64) bool {
	width := t.width()
	last := list[len(list)-width:]
	reached := []int64{last[0]}
	for i := 0; i < len(reached); i++ {
		for k := 0; k < len(list)-width; k += width {
			a, b := list[k], list[k+1]
			if b == reached[i] {
				a, b = b, a
			}
			if a == reached[i] && !slices.Contains(reached, b) {
				reached = append(reached, b)
			}
		}
	}
	return slices.Contains(reached, last[1])
}
