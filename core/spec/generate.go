package spec

import (
	"errors"
	"fmt"
	"math"
	"sync"
)

// Generate appends one input to dst. It is a pure function of the spec, the seed
// and the size. The error names the condition that could not be met; for a spec
// with mistakes it is the mistakes.
func (s *Spec) Generate(dst []byte, seed uint64, size Size) ([]byte, error) {
	if err := s.errors.Err(); err != nil {
		return dst, err
	}
	g := newGenerator(s, seed, size)
	defer g.release()
	rec, err := g.run()
	if err != nil {
		return dst, err
	}
	return s.print(dst, rec), nil
}

// Limits of one generated input, so that a spec with a constant size of a
// thousand million is refused instead of filling the memory.
const (
	maxNumbers = 1 << 25
	maxTries   = 4000
	// blockTries bounds how often one pass through a block goes back.
	blockTries = 120
)

// generator makes the values of one input.
type generator struct {
	env
	spec  *Spec
	rng   rng
	size  int64
	store store
	// bend counts how often the current block has gone back; sizes are bent a
	// little each time, so that a condition that does not hold at this size gets
	// another chance.
	bend  int
	tries int
	// room is how many more numbers and characters may be made.
	room int64
	// styles are the fields' ways to draw values, kept over a repeat.
	styles []style
	// favoured is a union's preferred alternative, or -1.
	favoured []int
	totals   []runningTotal
	seen     []seenValues
	allowed  []allowed
	graph    graphMaker
}

// runningTotal is the state of a bound on a sum over a repeat.
type runningTotal struct {
	bound
	used int64
	left int64 // repetitions after the current one
	fair bool  // share the sum evenly
}

// failure says why a value could not be made.
type failure struct {
	message string
	span    Span
	symbols []*symbol
	inner   []int // statements of block
	block   *block
}

var generators = sync.Pool{New: func() any { return &generator{} }}

func newGenerator(s *Spec, seed uint64, size Size) *generator {
	g := generators.Get().(*generator)
	if g.spec != s {
		g.spec, g.env = s, newEnv(s)
		g.styles = make([]style, len(s.fields))
		g.favoured = make([]int, s.unions)
		g.totals = make([]runningTotal, len(s.totals))
		g.seen = make([]seenValues, len(s.uniques))
	}
	clear(g.styles)
	for i := range g.favoured {
		g.favoured[i] = -1
	}
	g.rng, g.size = newRNG(seed, size), int64(max(size, 0))
	g.bend, g.tries, g.room, g.trouble, g.steps = 0, 0, maxNumbers, "", maxSteps
	return g
}

func (g *generator) release() {
	g.store.reset()
	if !g.store.heavy() && g.graph.light() {
		generators.Put(g)
	}
}

func (g *generator) run() (*record, error) {
	rec := g.store.record(g.spec.body)
	if fail := g.block(g.spec.body, rec); fail != nil {
		p := fail.span.Start
		return nil, fmt.Errorf("generating an input of %s: line %d: %s", g.spec.title(), p.Line, fail.message)
	}
	return rec, nil
}

func (s *Spec) title() string {
	if s.Name == "" {
		return "the spec"
	}
	return s.Name
}

// errNoRoom would make no sense as a failure that is tried again.
var errNoRoom = errors.New("the input would be too large")

func (g *generator) block(b *block, rec *record) *failure {
	g.frames[b.depth] = rec
	outer, tries := g.bend, 0
	for i := 0; i < len(b.stmts); {
		fail := g.statement(b.stmts[i], rec)
		if fail == nil {
			i++
			continue
		}
		back := fail.retreat(b, tries)
		if back < 0 || tries >= blockTries || g.tries >= maxTries || back > i {
			g.bend = outer
			return fail
		}
		tries++
		g.tries++
		g.bend = outer + tries
		i = back
	}
	g.bend = outer
	return nil
}

// retreat finds the first statement of the block that could make a difference;
// -1 where there is none. After some tries it also goes back to what the sizes
// and ranges of the fields at fault depend on.
func (f *failure) retreat(b *block, tries int) int {
	first := math.MaxInt
	if f.block == b {
		for _, i := range f.inner {
			first = min(first, i)
		}
	}
	var seen map[*symbol]bool
	var consider func(s *symbol, deep bool)
	consider = func(s *symbol, deep bool) {
		if s.block == b && s.stmt >= 0 {
			first = min(first, s.stmt)
		}
		if !deep || s.field == nil || seen[s] {
			return
		}
		seen[s] = true
		for _, below := range s.field.typ.symbols() {
			consider(below, true)
		}
	}
	deep := tries >= 6 || f.block != b
	if deep {
		seen = map[*symbol]bool{}
	}
	for _, s := range f.symbols {
		consider(s, deep)
	}
	for _, i := range f.inner {
		// How often a block is repeated may be what is wrong.
		if repeat, ok := f.block.stmts[i].(*repeatStmt); ok && deep && repeat.count != nil {
			for _, s := range symbolsOf(repeat.count) {
				consider(s, true)
			}
		}
	}
	if first == math.MaxInt {
		return -1
	}
	return first
}

// symbols are all names that the type's expressions mention.
func (t *typ) symbols() []*symbol {
	var all []*symbol
	for _, list := range [][]*expr{t.dims, t.args} {
		for _, e := range list {
			all = append(all, symbolsOf(e)...)
		}
	}
	ranges := append(append([]*rangeExpr{}, t.ranges...), t.weights...)
	if t.length != nil {
		ranges = append(ranges, t.length)
	}
	for _, r := range ranges {
		all = append(append(all, symbolsOf(r.lo)...), symbolsOf(r.hi)...)
	}
	return all
}

func (g *generator) statement(s statement, rec *record) *failure {
	switch s := s.(type) {
	case *lineStmt:
		for i := range s.items {
			if f := s.items[i].field; f != nil {
				if fail := g.field(f, &rec.vals[f.slot]); fail != nil {
					return fail
				}
			}
		}
	case *repeatStmt:
		return g.repeat(s, rec)
	case *unionStmt:
		return g.union(s, rec)
	case *whereStmt:
		for _, c := range s.conditions {
			if !g.truth(c.expr) || g.trouble != "" {
				return g.unmet(c)
			}
		}
	}
	return nil
}

// unmet makes a failure of a condition.
func (g *generator) unmet(c *condition) *failure {
	g.trouble = ""
	message := fmt.Sprintf("no values were found for which `%s` holds; widen the ranges or loosen the condition", c.text)
	if c.implied {
		message = fmt.Sprintf("no values were found with which this is possible: %s; change the ranges", c.text)
	}
	return &failure{message: message, span: c.expr.span, symbols: c.symbols, inner: c.inner, block: c.block}
}

// impossible makes a failure of a field.
func (g *generator) impossible(f *field, format string, args ...any) *failure {
	reason := fmt.Sprintf(format, args...)
	if g.trouble != "" {
		reason = g.trouble
	}
	g.trouble = ""
	return &failure{message: fmt.Sprintf("no value is possible for `%s`: %s", f.name, reason), span: f.span,
		symbols: f.typ.symbols(), block: f.block}
}

func (g *generator) repeat(s *repeatStmt, rec *record) *failure {
	count, fail := g.repetitions(s)
	if fail != nil {
		return fail
	}
	for _, f := range s.styled {
		g.styles[f.number] = style{}
	}
	for _, u := range s.choices {
		g.favoured[u.number] = g.rng.intn(2*len(u.alts)) - len(u.alts)
	}
	for _, u := range s.uniques {
		clear(g.seen[u.number].numbers)
		clear(g.seen[u.number].texts)
	}
	if fail := g.beginTotals(s); fail != nil {
		return fail
	}
	recs := g.store.rows.take(int(count))
	for i := range recs {
		if g.room -= 8; g.room < 0 {
			return g.tooLarge(s.span)
		}
		one := g.store.record(s.body)
		recs[i] = one
		if s.index != nil {
			one.vals[s.index.slot].num = int64(i + 1)
		}
		for _, t := range s.totals {
			g.totals[t.number].left = count - int64(i) - 1
		}
		if fail := g.repetition(s, one); fail != nil {
			return fail
		}
		g.countTotals(s)
	}
	g.store.more(&rec.vals[s.slot]).recs = recs
	return nil
}

func (g *generator) tooLarge(at Span) *failure {
	return &failure{message: errNoRoom.Error() + "; write smaller constants", span: at}
}

func (g *generator) repetitions(s *repeatStmt) (int64, *failure) {
	var count int64
	if s.limit != nil {
		b := g.rangeOf(s.limit)
		b.lo = max(b.lo, 0)
		if g.trouble == "" && b.lo <= b.hi {
			count = g.drawSize(nil, b)
		} else {
			count = -1
		}
	} else {
		count = g.number(s.count)
	}
	if g.trouble != "" || count < 0 {
		fail := &failure{message: fmt.Sprintf("the number of repetitions cannot be %d", count), span: s.span, block: s.body.parent}
		if g.trouble != "" {
			fail.message = "the number of repetitions cannot be computed: " + g.trouble
		}
		if s.count != nil {
			fail.symbols = symbolsOf(s.count)
		}
		g.trouble = ""
		return 0, fail
	}
	if count > g.room/8 {
		return 0, g.tooLarge(s.span)
	}
	return count, nil
}

// repetition makes one pass through the body whose values differ from earlier
// ones where they must.
func (g *generator) repetition(s *repeatStmt, one *record) *failure {
	for try := 0; ; try++ {
		if fail := g.block(s.body, one); fail != nil {
			return fail
		}
		clash := (*uniqueness)(nil)
		for i, u := range s.uniques {
			if !g.seen[u.number].add(u, one) {
				clash = u
				for _, earlier := range s.uniques[:i] {
					g.seen[earlier.number].remove(earlier, one)
				}
				break
			}
		}
		if clash == nil {
			return nil
		}
		if try > 40 {
			// The shared style may have too few values to offer.
			for _, f := range s.styled {
				g.styles[f.number] = style{kind: styleUniform}
			}
		}
		if try > 300 {
			fail := &failure{message: fmt.Sprintf("there are not enough different values for `%s`; widen the ranges or lower the count", clash.text), span: clash.fields[0].span, block: s.body.parent}
			if s.count != nil {
				fail.symbols = symbolsOf(s.count)
			}
			for _, f := range clash.fields {
				fail.symbols = append(fail.symbols, f.typ.symbols()...)
			}
			return fail
		}
	}
}

func (g *generator) beginTotals(s *repeatStmt) *failure {
	for _, t := range s.totals {
		run := runningTotal{bound: bound{lowest, highest}, fair: !g.rng.oneIn(3)}
		if t.least != nil {
			run.lo = g.number(t.least)
		}
		if t.most != nil {
			run.hi = g.number(t.most)
		}
		if g.trouble != "" {
			return g.unmet(t.condition)
		}
		g.totals[t.number] = run
	}
	return nil
}

func (g *generator) countTotals(s *repeatStmt) {
	for _, t := range s.totals {
		run := &g.totals[t.number]
		if t.term.typ == typeNumbers {
			for _, n := range g.value(t.term.sym).list() {
				run.used = saturatedAdd(run.used, n)
			}
			continue
		}
		run.used = saturatedAdd(run.used, g.number(t.term))
	}
}

// rest is what the current repetition may add to a total so that the following
// ones can still keep it.
func (g *generator) rest(t *total) bound {
	run := &g.totals[t.number]
	lo, hi := limits(t.term)
	if t.term.typ == typeNumbers {
		lo, hi = t.field.typ.sumLimits()
	}
	b := bound{lowest, highest}
	if run.hi != highest {
		b.hi = saturatedAdd(run.hi, saturatedNegate(saturatedAdd(run.used, saturatedMultiply(run.left, lo))))
		if lo == lowest && run.left > 0 {
			b.hi = highest
		}
		if share := saturatedAdd(run.hi, saturatedNegate(run.used)); run.fair && share >= 0 && run.left > 0 {
			b.hi = min(b.hi, max(2*(share/(run.left+1)), lo, 0))
		}
	}
	if run.lo != lowest {
		b.lo = saturatedAdd(run.lo, saturatedNegate(saturatedAdd(run.used, saturatedMultiply(run.left, hi))))
		if hi == highest && run.left > 0 {
			b.lo = lowest
		}
	}
	if b.lo > b.hi && run.fair {
		b.hi = b.lo
	}
	return b
}

func (g *generator) union(s *unionStmt, rec *record) *failure {
	v := &rec.vals[s.slot]
	var fail *failure
	for range 2 + 2*len(s.alts) {
		chosen := g.rng.intn(len(s.alts))
		if favoured := g.favoured[s.number]; favoured >= 0 && !g.rng.oneIn(4) && fail == nil {
			chosen = favoured
		}
		one := g.store.record(s.alts[chosen].body)
		v.num = int64(chosen)
		row := g.store.rows.take(1)
		row[0] = one
		g.store.more(v).recs = row
		if fail = g.block(s.alts[chosen].body, one); fail == nil {
			return nil
		}
	}
	return fail
}

// field makes one field's value.
func (g *generator) field(f *field, v *value) *failure {
	t := f.typ
	switch {
	case t.scalar():
		return g.scalar(f, v)
	case t.scalarText():
		return g.word(f, v)
	case t.texts():
		return g.texts(f, v)
	}
	rows := g.rows(t, g.room)
	v.num = g.innermost(t)
	g.allowed = g.columns(t, g.allowed)
	if g.trouble != "" {
		return g.impossible(f, "")
	}
	width := int64(t.width())
	if g.room -= rows * width; g.room < 0 {
		return g.tooLarge(f.span)
	}
	for _, a := range g.allowed {
		if rows > 0 && a.empty() {
			return g.impossible(f, "its range is empty")
		}
	}
	list := g.store.list(v, int(rows*width))
	switch t.kind {
	case kindInt, kindFloat:
		return g.array(f, list)
	case kindPerm:
		g.permutation(t, list)
	case kindTree:
		g.tree(f, list)
	case kindParents:
		g.parents(t, list)
	case kindGraph:
		return g.makeGraph(f, list)
	case kindInterval:
		return g.intervals(f, list)
	case kindPoint:
		return g.points(f, list)
	}
	return nil
}

// empty reports whether there is no number to choose.
func (a allowed) empty() bool {
	for _, b := range a {
		if b.lo <= b.hi {
			return false
		}
	}
	return true
}

// nonempty keeps the bounds that hold numbers.
func (a allowed) nonempty() allowed {
	kept := a[:0]
	for _, b := range a {
		if b.lo <= b.hi {
			kept = append(kept, b)
		}
	}
	return kept
}
