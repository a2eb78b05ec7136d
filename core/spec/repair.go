package spec

import (
	"math"
	"slices"
)

// repair makes a changed record fit its spec again as far as that is simple:
// numbers move into their ranges, sequences take their lengths, numbers of edges
// follow the edges, equations are solved for a number. The result still has to be
// validated. It reports false where it knows that nothing valid can come of it.
func (s *Spec) repair(rec *record) bool {
	r := repairer{env: newEnv(s)}
	return r.block(s.body, rec) && r.trouble == ""
}

type repairer struct {
	env
	allowed []allowed
}

// maxGrowth bounds how many elements a repair adds.
const maxGrowth = 1 << 16

func (r *repairer) block(b *block, rec *record) bool {
	r.frames[b.depth] = rec
	for _, s := range b.stmts {
		ok := true
		switch s := s.(type) {
		case *lineStmt:
			for _, it := range s.items {
				if it.field != nil {
					ok = ok && r.field(it.field, &rec.vals[it.field.slot])
				}
			}
		case *repeatStmt:
			ok = r.repeat(s, &rec.vals[s.slot])
		case *unionStmt:
			v := &rec.vals[s.slot]
			ok = r.block(s.alts[v.num].body, v.recs()[0])
		case *whereStmt:
			for _, c := range s.conditions {
				r.solve(c)
			}
		}
		if !ok || r.trouble != "" {
			return false
		}
	}
	return true
}

func (r *repairer) repeat(s *repeatStmt, v *value) bool {
	if s.count != nil {
		count := r.number(s.count)
		if r.trouble != "" || count < 0 || count > int64(len(v.recs())) && len(v.recs()) == 0 || count > int64(len(v.recs())+maxGrowth) {
			return false
		}
		if v.more == nil {
			return true
		}
		if count < int64(len(v.more.recs)) {
			v.more.recs = v.more.recs[:count]
		}
		for int64(len(v.more.recs)) < count {
			v.more.recs = append(v.more.recs, v.more.recs[len(v.more.recs)-1].clone())
		}
	}
	for i, one := range v.recs() {
		if s.index != nil {
			one.vals[s.index.slot].num = int64(i + 1)
		}
		if !r.block(s.body, one) {
			return false
		}
	}
	return true
}

func (r *repairer) field(f *field, v *value) bool {
	t := f.typ
	switch {
	case t.scalar():
		r.allowed = r.columns(t, r.allowed)
		n, ok := r.allowed[0].nearest(v.num)
		v.num = n
		return ok && r.trouble == ""
	case t.scalarText():
		b := r.rangeOf(t.length)
		if r.trouble != "" || b.hi < 0 {
			return false
		}
		if v.more == nil {
			v.more = &more{}
		}
		v.more.text = r.fit(t, v.more.text, b)
		return true
	case t.texts():
		return r.texts(t, v)
	}
	return r.numbers(f, v)
}

// nearest moves a number into the set; false where the set is empty.
func (a allowed) nearest(n int64) (int64, bool) {
	best, found := int64(0), false
	distance := uint64(math.MaxUint64)
	for _, b := range a {
		if b.lo > b.hi {
			continue
		}
		m := min(max(n, b.lo), b.hi)
		d := uint64(m) - uint64(n)
		if m < n {
			d = uint64(n) - uint64(m)
		}
		if !found || d < distance {
			best, found, distance = m, true, d
		}
	}
	return best, found
}

// fit gives a text a possible length.
func (r *repairer) fit(t *typ, text []byte, b bound) []byte {
	if int64(len(text)) > b.hi {
		text = text[:b.hi]
	}
	for int64(len(text)) < b.lo && len(text) < maxGrowth && len(t.alphabet) > 0 {
		text = append(text, t.alphabet[0])
	}
	return text
}

func (r *repairer) texts(t *typ, v *value) bool {
	rows := r.rows(t, maxGrowth+int64(len(v.list())))
	var length bound
	if t.kind == kindGrid {
		n := r.number(t.args[1])
		length = bound{n, n}
	} else {
		length = r.rangeOf(t.length)
	}
	if r.trouble != "" || length.hi < 0 {
		return false
	}
	pieces := v.pieces()
	pieces = pieces[:min(int64(len(pieces)), rows)]
	for int64(len(pieces)) < rows {
		pieces = append(pieces, nil)
	}
	for i, p := range pieces {
		pieces[i] = r.fit(t, slices.Clone(p), length)
	}
	v.setPieces(pieces)
	v.num = r.innermost(t)
	return true
}

// numbers repairs what is a list of numbers.
func (r *repairer) numbers(f *field, v *value) bool {
	t := f.typ
	if v.more == nil {
		v.more = &more{}
	}
	r.allowed = r.columns(t, r.allowed)
	if r.trouble != "" {
		return false
	}
	if (t.kind == kindTree || t.kind == kindGraph || t.kind == kindParents) && !r.vertices(t, v) {
		return false
	}
	width := int64(t.width())
	rows := r.rows(t, maxGrowth+int64(len(v.list())))
	if r.trouble != "" {
		return false
	}
	v.num = r.innermost(t)
	list := v.more.list
	if int64(len(list)) > rows*width {
		list = list[:rows*width]
		if t.kind == kindPerm {
			compressRanks(list, t.base)
		}
	}
	if int64(len(list)) < rows*width && (t.kind == kindTree || t.kind == kindGraph || t.kind == kindParents) {
		return false
	}
	for int64(len(list)) < rows*width {
		list = append(list, r.extra(t, list, int(width)))
	}
	v.more.list = list
	if t.kind == kindPerm {
		return true
	}
	for k := range list {
		n, ok := r.allowed[k%int(width)].nearest(list[k])
		if !ok {
			return false
		}
		list[k] = n
	}
	r.arrange(t, list)
	return true
}

// extra is a number to lengthen a list with.
func (r *repairer) extra(t *typ, list []int64, width int) int64 {
	if t.kind == kindPerm {
		return t.base + int64(len(list))
	}
	n, _ := r.allowed[len(list)%width].nearest(0)
	return n
}

// arrange puts ends of intervals and ordered elements right.
func (r *repairer) arrange(t *typ, list []int64) {
	if t.kind == kindInterval {
		for k := 0; k+1 < len(list); k += 2 {
			list[k], list[k+1] = min(list[k], list[k+1]), max(list[k], list[k+1])
			if t.strict && list[k] == list[k+1] {
				if b := r.allowed[0][0]; list[k+1] < b.hi {
					list[k+1]++
				} else {
					list[k]--
				}
			}
		}
	}
	if t.order != unordered {
		(&generator{}).arrangeRows(t, list)
	}
}

// vertices drops the last vertices where there are too many.
func (r *repairer) vertices(t *typ, v *value) bool {
	if len(t.args) == 3 {
		return true
	}
	n := r.number(t.args[0])
	if r.trouble != "" || n < 0 {
		return false
	}
	most := int64(0)
	width := t.width()
	for k, x := range v.list() {
		if k%width < 2 {
			most = max(most, x-t.base+1)
		}
	}
	if t.kind == kindParents {
		most = int64(len(v.list()))
		if !t.hasRoot {
			most++
		}
	} else if t.kind == kindTree {
		most = max(most, int64(len(v.list())/width)+1)
	}
	if most <= n || most > maxVertices {
		return true
	}
	kept := make([]int, n)
	for i := range kept {
		kept[i] = i
	}
	if t.kind == kindParents {
		if n == 0 {
			return false
		}
		v.more.list = keepParents(t, v.list(), kept)
		return true
	}
	v.more.list = keepVertices(t, v.list(), kept, int(most))
	if m := t.args[len(t.args)-1]; t.kind == kindGraph && m.op == opName && m.sym.kind == symbolField {
		if count := int64(len(v.list()) / width); count < r.value(m.sym).num {
			r.value(m.sym).num = count
		}
	}
	return true
}

// solve makes an equation true by changing a number that it mentions alone on
// one side, or the elements of an array whose sum it bounds.
func (r *repairer) solve(c *condition) {
	defer func() { r.trouble = "" }()
	if r.truth(c.expr) && r.trouble == "" {
		return
	}
	r.trouble = ""
	if c.expr.op == opEqual && c.expr.args[0].typ == typeNumber {
		for i, side := range c.expr.args {
			if side.op == opName && side.sym.kind == symbolField && !side.sym.sizes && occurrences(c.expr, side.sym) == 1 {
				if n := r.number(c.expr.args[1-i]); r.trouble == "" {
					r.value(side.sym).num = n
					return
				}
			}
		}
	}
	r.balance(c)
}

// summand is a number of a sum with the range that it must keep.
type summand struct {
	n *int64
	bound
}

// balance changes the last numbers of a sum until it keeps its bounds.
func (r *repairer) balance(c *condition) {
	sum, least, most := sides(c.expr)
	if sum == nil || sum.args[0].op != opName {
		return
	}
	total, want := r.number(sum), bound{lowest, highest}
	if least != nil {
		want.lo = r.number(least)
	}
	if most != nil {
		want.hi = r.number(most)
	}
	parts := r.summands(sum.args[0].sym, sum.chain, nil)
	for i := len(parts) - 1; i >= 0 && r.trouble == "" && (total < want.lo || total > want.hi); i-- {
		target := want.lo
		if total > want.hi {
			target = want.hi
		}
		p := parts[i]
		moved := min(max(saturatedAdd(*p.n, saturatedAdd(target, -total)), p.lo), p.hi)
		total += moved - *p.n
		*p.n = moved
	}
}

// summands collects the numbers that a name stands for in an aggregate.
func (r *repairer) summands(s *symbol, chain []hop, found []summand) []summand {
	if len(chain) > 0 {
		h := chain[0]
		val := &r.frames[h.body.depth-1].vals[h.slot]
		if h.alt >= 0 && val.num != int64(h.alt) {
			return found
		}
		kept := r.frames[h.body.depth]
		for _, rec := range val.recs() {
			r.frames[h.body.depth] = rec
			found = r.summands(s, chain[1:], found)
		}
		r.frames[h.body.depth] = kept
		return found
	}
	if s.field == nil || s.sizes || len(s.field.typ.ranges) != 1 {
		return found
	}
	b := r.rangeOf(s.field.typ.ranges[0])
	val := r.value(s)
	if s.field.typ.scalar() {
		return append(found, summand{&val.num, b})
	}
	for i := range val.list() {
		found = append(found, summand{&val.list()[i], b})
	}
	return found
}
