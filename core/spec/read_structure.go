package spec

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// structure judges what a list of numbers must be as a whole. Each number lies
// in its range already.
func (r *reader) structure(f *field, v *value) bool {
	t := f.typ
	switch t.kind {
	case kindPerm:
		return r.different(f, v)
	case kindTree:
		return r.tree(f, v)
	case kindParents:
		return r.parents(f, v)
	case kindGraph:
		return r.graphOf(f, v)
	case kindInterval:
		if !r.intervals(f, v) {
			return false
		}
	}
	return (t.order == unordered || r.ordered(f, v)) && (!t.distinct || r.different(f, v)) && (!t.disjoint || r.disjoint(f, v))
}

// failAt reports a violation at the k-th number of a value.
func (r *reader) failAt(f *field, v *value, k int, modifier, format string, args ...any) bool {
	offset := int(v.pos)
	for ; k > 0; k-- {
		for offset < len(r.in) && !isSpace(r.in[offset]) {
			offset++
		}
		for offset < len(r.in) && isSpace(r.in[offset]) {
			offset++
		}
	}
	length := 0
	for offset+length < len(r.in) && !isSpace(r.in[offset+length]) {
		length++
	}
	at, ok := f.typ.spans[modifier]
	if !ok {
		at = f.typ.span
	}
	return r.fail(offset, length, f.name, at, format, args...)
}

// different demands pairwise different rows.
func (r *reader) different(f *field, v *value) bool {
	t, list, width := f.typ, v.list(), f.typ.width()
	again := -1
	if width == 1 && r.narrow(list) {
		again = r.firstRepeated(list)
	} else {
		r.graph.rows.reset(list, width)
		for k := 0; k < len(list) && again < 0; k += width {
			if !r.graph.rows.add(k / width) {
				again = k
			}
		}
	}
	if again < 0 {
		return true
	}
	what := fmt.Sprintf("the elements of `%s` should be distinct", f.name)
	if t.kind == kindPerm {
		what = fmt.Sprintf("`%s` should be a permutation", f.name)
	}
	return r.failAt(f, v, again, "distinct", "%s, and %s occurs again", what, r.rowText(t, list[again:again+width]))
}

// narrow reports whether the elements' range is so small that a table of all its
// numbers is cheap.
func (r *reader) narrow(list []int64) bool {
	b := r.allowed[0]
	return len(b) == 1 && b[0].hi-b[0].lo >= 0 && b[0].hi-b[0].lo < int64(8*len(list)+64)
}

// firstRepeated is the index of the first element that occurred before, or -1.
func (r *reader) firstRepeated(list []int64) int {
	b := r.allowed[0][0]
	seen := make([]bool, b.hi-b.lo+1)
	for i, n := range list {
		if seen[n-b.lo] {
			return i
		}
		seen[n-b.lo] = true
	}
	return -1
}

func rowKey(key []byte, row []int64) []byte {
	for _, n := range row {
		key = binary.LittleEndian.AppendUint64(key, uint64(n))
	}
	return key
}

func (r *reader) rowText(t *typ, row []int64) string {
	words := make([]string, len(row))
	for i, n := range row {
		words[i] = r.numberText(t, n)
	}
	return strings.Join(words, " ")
}

// holds reports whether two neighbours are in order.
func (o ordering) holds(compared int) bool {
	switch o {
	case sorted:
		return compared <= 0
	case increasing:
		return compared < 0
	case descending:
		return compared >= 0
	case decreasing:
		return compared > 0
	}
	return true
}

func compareRows(a, b []int64) int {
	for i := range a {
		switch {
		case a[i] < b[i]:
			return -1
		case a[i] > b[i]:
			return 1
		}
	}
	return 0
}

func (r *reader) ordered(f *field, v *value) bool {
	list, width := v.list(), f.typ.width()
	for k := width; k < len(list); k += width {
		before, here := list[k-width:k], list[k:k+width]
		if !f.typ.order.holds(compareRows(before, here)) {
			return r.failAt(f, v, k, f.typ.order.String(), "`%s` should be %s, and %s follows %s", f.name, f.typ.order, r.rowText(f.typ, here), r.rowText(f.typ, before))
		}
	}
	return true
}

func (r *reader) intervals(f *field, v *value) bool {
	list := v.list()
	for k := 0; k < len(list); k += 2 {
		if list[k] > list[k+1] {
			return r.failAt(f, v, k+1, "", "the right end %d of `%s` is less than the left end %d", list[k+1], f.name+f.typ.element(v, int64(k)), list[k])
		}
		if f.typ.strict && list[k] == list[k+1] {
			return r.failAt(f, v, k+1, "strict", "the ends of `%s` should differ, and both are %d", f.name+f.typ.element(v, int64(k)), list[k])
		}
	}
	return true
}

// disjoint demands that no two intervals share a point.
func (r *reader) disjoint(f *field, v *value) bool {
	list := v.list()
	var seen intervalSet
	for k := 0; k < len(list); k += 2 {
		if other, ok := seen.add(list[k], list[k+1]); !ok {
			return r.failAt(f, v, k, "disjoint", "the intervals of `%s` should be disjoint, and %d %d meets %d %d", f.name, list[k], list[k+1], other.lo, other.hi)
		}
	}
	return true
}

// intervalSet holds disjoint intervals; it answers by binary search while they
// come in order and otherwise by keeping them sorted in runs.
type intervalSet struct{ runs [][]bound }

// add adds an interval unless it meets one of the set, which it returns.
func (s *intervalSet) add(lo, hi int64) (bound, bool) {
	for _, run := range s.runs {
		if i := firstEnding(run, lo); i < len(run) && run[i].lo <= hi {
			return run[i], false
		}
	}
	s.runs = append(s.runs, []bound{{lo, hi}})
	for n := len(s.runs); n > 1 && len(s.runs[n-1]) >= len(s.runs[n-2]); n-- {
		s.runs[n-2] = mergeBounds(s.runs[n-2], s.runs[n-1])
		s.runs = s.runs[:n-1]
	}
	return bound{}, true
}

// firstEnding is the index of the first interval of a sorted run that ends at lo
// or later.
func firstEnding(run []bound, lo int64) int {
	a, b := 0, len(run)
	for a < b {
		if mid := (a + b) / 2; run[mid].hi < lo {
			a = mid + 1
		} else {
			b = mid
		}
	}
	return a
}

func mergeBounds(a, b []bound) []bound {
	merged := make([]bound, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].lo < b[0].lo {
			merged, a = append(merged, a[0]), a[1:]
		} else {
			merged, b = append(merged, b[0]), b[1:]
		}
	}
	return append(append(merged, a...), b...)
}

// textStructure judges an array of texts or a grid as a whole.
func (r *reader) textStructure(f *field, v *value) bool {
	t := f.typ
	if c := t.onceViolated(v.text()); c != 0 && t.kind == kindGrid {
		at, length := int(v.pos), 0
		if bytes.Count(v.text(), []byte{c}) > 1 {
			// The second one is one too many.
			first := at + bytes.IndexByte(r.in[at:], c)
			at, length = first+1+bytes.IndexByte(r.in[first+1:], c), 1
		}
		return r.fail(at, length, f.name, t.spans["once"], "`%s` has %d of the character %q, and there should be exactly one", f.name, bytes.Count(v.text(), []byte{c}), c)
	}
	seen := map[string]bool{}
	for i := range v.list() {
		piece := v.piece(i)
		if c := t.onceViolated(piece); c != 0 && t.kind == kindString {
			return r.failAt(f, v, i, "once", "`%s[%d]` has %d of the character %q, and there should be exactly one", f.name, i+1, bytes.Count(piece, []byte{c}), c)
		}
		if i > 0 && !t.order.holds(bytes.Compare(v.piece(i-1), piece)) {
			return r.failAt(f, v, i, t.order.String(), "`%s` should be %s, and %q follows %q", f.name, t.order, piece, v.piece(i-1))
		}
		if !t.distinct {
			continue
		}
		if seen[string(piece)] {
			return r.failAt(f, v, i, "distinct", "the elements of `%s` should be distinct, and %q occurs again", f.name, piece)
		}
		seen[string(piece)] = true
	}
	return true
}

// condition judges one condition of a where.
func (r *reader) condition(c *condition) bool {
	if r.truth(c.expr) && r.trouble == "" {
		return true
	}
	trouble := r.trouble
	r.trouble = ""
	offset, length, name := r.culprit(c)
	if trouble != "" {
		return r.fail(offset, length, name, c.expr.span, "`%s` cannot be computed: %s", c.text, trouble)
	}
	return r.fail(offset, length, name, c.expr.span, "`%s` does not hold%s", c.text, r.explain(c))
}

// explain tells the values of what a condition compares.
func (r *reader) explain(c *condition) string {
	var parts []string
	told := map[string]bool{}
	tell := func(name string, n int64, t *typ) {
		if !told[name] {
			told[name] = true
			parts = append(parts, fmt.Sprintf("%s = %s", name, r.numberText(t, n)))
		}
	}
	var walk func(e *expr)
	walk = func(e *expr) {
		switch {
		case e.op == opName && e.typ == typeNumber && e.sym.kind == symbolField:
			tell(e.name, r.number(e), e.sym.field.typ)
		case e.op == opName && e.typ == typeNumber && e.sym.kind != symbolLocal:
			tell(e.name, r.number(e), &typ{})
		case e.op == opCall && e.typ == typeNumber && e.sym == nil && (e.name != "min" && e.name != "max" || len(e.args) == 1):
			tell(r.sourceText(e.span), r.number(e), &typ{kind: kindFloat, digits: e.scale})
		case e.bound == nil:
			for _, a := range e.args {
				walk(a)
			}
		}
	}
	walk(c.expr)
	r.trouble = ""
	if len(parts) == 0 || len(parts) > 6 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// culprit finds the place in the input to blame for a condition: where a sum
// leaves its bound, or else the last value the condition depends on.
func (r *reader) culprit(c *condition) (offset, length int, name string) {
	if sum, _, most := sides(c.expr); sum != nil && most != nil {
		if limit := r.number(most); r.trouble == "" {
			if f, v, k := r.overflow(sum, limit); f != nil {
				r.failAt(f, v, k, "", "")
				found := r.violation
				r.violation = nil
				return found.Offset, found.Length, f.name
			}
		}
		r.trouble = ""
	}
	best := -1
	for _, s := range c.symbols {
		if v := r.value(s); s.field != nil && int(v.pos) >= best {
			best, name = int(v.pos), s.name
		}
	}
	for _, i := range c.inner {
		if v := r.innerValue(c.block, i); v != nil && int(v.pos) >= best {
			best, name = int(v.pos), ""
		}
	}
	if best < 0 {
		return r.at, 0, ""
	}
	kept := r.at
	r.at = best
	length = r.tokenEnd() - best
	r.at = kept
	return best, length, name
}

func (r *reader) innerValue(b *block, stmt int) *value {
	switch s := b.stmts[stmt].(type) {
	case *repeatStmt:
		return &r.frames[b.depth].vals[s.slot]
	case *unionStmt:
		return &r.frames[b.depth].vals[s.slot]
	}
	return nil
}

// overflow finds the value at which a sum first exceeds its limit.
func (r *reader) overflow(sum *expr, limit int64) (*field, *value, int) {
	arg := sum.args[0]
	var last *symbol
	for _, s := range symbolsOf(arg) {
		if last == nil || s.order > last.order {
			last = s
		}
	}
	if last == nil || last.field == nil {
		return nil, nil, 0
	}
	var total int64
	var found *value
	element := 0
	var descend func(chain []hop)
	descend = func(chain []hop) {
		if len(chain) > 0 {
			depth := chain[0].body.depth
			kept := r.frames[depth]
			for _, rec := range r.frames[depth-1].vals[chain[0].slot].recs() {
				if v := &r.frames[depth-1].vals[chain[0].slot]; found == nil && (chain[0].alt < 0 || v.num == int64(chain[0].alt)) {
					r.frames[depth] = rec
					descend(chain[1:])
				}
			}
			r.frames[depth] = kept
			return
		}
		terms := []int64{}
		if arg.typ == typeNumbers {
			terms = r.value(arg.sym).list()
		} else {
			terms = append(terms, r.number(arg))
		}
		for k, n := range terms {
			if total = saturatedAdd(total, n); total > limit && found == nil {
				found, element = r.value(last), k
			}
		}
	}
	descend(sum.chain)
	if found == nil {
		return nil, nil, 0
	}
	return last.field, found, element
}

// seenValues are the values of a uniqueness in the repetitions so far.
type seenValues struct {
	numbers map[int64]struct{}
	texts   map[string]struct{}
	key     []byte
}

// add notes a repetition's values and reports whether they are new.
func (s *seenValues) add(u *uniqueness, rec *record) bool {
	if t := u.fields[0].typ; len(u.fields) == 1 && t.scalar() {
		n := rec.vals[u.fields[0].slot].num
		if _, again := s.numbers[n]; again {
			return false
		}
		if s.numbers == nil {
			s.numbers = map[int64]struct{}{}
		}
		s.numbers[n] = struct{}{}
		return true
	}
	s.key = u.appendKey(s.key[:0], rec)
	if _, again := s.texts[string(s.key)]; again {
		return false
	}
	if s.texts == nil {
		s.texts = map[string]struct{}{}
	}
	s.texts[string(s.key)] = struct{}{}
	return true
}

// remove forgets a repetition's values.
func (s *seenValues) remove(u *uniqueness, rec *record) {
	if len(u.fields) == 1 && u.fields[0].typ.scalar() {
		delete(s.numbers, rec.vals[u.fields[0].slot].num)
		return
	}
	delete(s.texts, string(u.appendKey(nil, rec)))
}

func (u *uniqueness) appendKey(key []byte, rec *record) []byte {
	for _, f := range u.fields {
		v := &rec.vals[f.slot]
		key = binary.LittleEndian.AppendUint64(key, uint64(v.num))
		key = binary.LittleEndian.AppendUint32(key, uint32(len(v.list())))
		key = rowKey(key, v.list())
		key = binary.LittleEndian.AppendUint32(key, uint32(len(v.text())))
		key = append(key, v.text()...)
	}
	return key
}

func (r *reader) failUnique(u *uniqueness, rec *record) bool {
	last := u.fields[len(u.fields)-1]
	v := &rec.vals[last.slot]
	var shown []string
	for _, f := range u.fields {
		shown = append(shown, strings.TrimSpace(string(printValue(nil, f.typ, &rec.vals[f.slot]))))
	}
	values := strings.Join(shown, " ")
	if len(values) > 60 {
		values = values[:60] + "…"
	}
	names := make([]string, len(u.fields))
	for i, f := range u.fields {
		names[i] = "`" + f.name + "`"
	}
	return r.failAt(last, v, 0, "unique", "%s should differ between the repetitions, and %q occurs again", list(names, "and"), values)
}

// asLimit brings a 64-bit number into the range of int.
func asLimit(n int64) int { return int(min(n, math.MaxInt)) }
