package spec

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"stresstester/core/shrink"
)

// Shrink makes a failing input smaller. It works on what the input means: counts
// fall together with what they count, vertices are taken out and the others
// renumbered, and every candidate is valid before the oracle sees it. An input
// that does not follow the spec is left to shrink.Text.
//
//nolint:contextcheck // the Search was given ctx and passes it on.
func (s *Spec) Shrink(ctx context.Context, input []byte, oracle shrink.Oracle, o shrink.Options) shrink.Result {
	if len(s.errors) > 0 || s.Validate(input) != nil {
		return shrink.Text(ctx, input, oracle, o)
	}
	valid := o.Valid
	o.Valid = func(candidate []byte) bool {
		return s.Validate(candidate) == nil && (valid == nil || valid(candidate))
	}
	sh := &shrinker{spec: s, search: shrink.NewSearch(ctx, input, oracle, o), runs: o.MaxRuns}
	sh.plain(input)
	for {
		sh.passes()
		if claim, done := sh.proof(); done {
			return sh.search.Result(claim)
		}
	}
}

// passes repeats all passes until none of them succeeds.
func (sh *shrinker) passes() {
	for !sh.search.Over() {
		before := sh.search.Best()
		sh.structure()
		sh.join()
		sh.alternatives()
		sh.values()
		sh.tidy()
		if bytes.Equal(before, sh.search.Best()) && !sh.several() {
			return
		}
	}
}

// shrinker is one shrinking under way.
type shrinker struct {
	spec   *Spec
	search *shrink.Search
	runs   int // the budget; 0 is the default
	// partial says that the input had more families than were looked at.
	partial bool
	// read is what tree was read from.
	read []byte
	tree *record
}

// plain takes the input without the white space that the spec does not ask for.
func (sh *shrinker) plain(input []byte) {
	if text := sh.spec.print(nil, sh.best()); !bytes.Equal(text, input) {
		sh.search.Try(text)
	}
}

// best is the tree of the smallest failing input so far. It must not be changed.
func (sh *shrinker) best() *record {
	if text := sh.search.Best(); sh.tree == nil || !sameSlice(text, sh.read) {
		r := newReader(sh.spec, text)
		sh.tree = r.read().clone()
		r.release()
		sh.read = text
	}
	return sh.tree
}

// sameSlice reports whether two texts are one and the same memory.
func sameSlice(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// candidate changes a copy of a tree and prints it; nil where the change leads
// to nothing valid.
func (sh *shrinker) candidate(base *record, change func(tree *record) bool) []byte {
	tree := base.clone()
	if !change(tree) || !sh.spec.repair(tree) {
		return nil
	}
	return sh.spec.print(nil, tree)
}

// step leads from a record into one of its repetitions or alternatives.
type step struct{ slot, index int }

// place names a record of a tree by the way to it, so that it is found in copies
// of the tree.
type place struct {
	block *block
	steps []step
}

// find returns the record at the place, and sets the frames of env to the
// records around it. It is nil where the tree no longer has it.
func (p place) find(tree *record, v *env) *record {
	rec := tree
	v.frames[0] = rec
	for depth, s := range p.steps {
		recs := rec.vals[s.slot].recs()
		if s.index >= len(recs) {
			return nil
		}
		rec = recs[s.index]
		v.frames[depth+1] = rec
	}
	return rec
}

// walk calls visit for each record of a tree, the outer ones first, in the order
// of the input.
func (s *Spec) walk(tree *record, visit func(p place, rec *record)) {
	level := []struct {
		place
		rec *record
	}{{place{block: s.body}, tree}}
	for len(level) > 0 {
		one := level[0]
		level = level[1:]
		visit(one.place, one.rec)
		for _, st := range one.block.stmts {
			add := func(b *block, slot, index int, rec *record) {
				steps := append(append([]step(nil), one.steps...), step{slot, index})
				level = append(level, struct {
					place
					rec *record
				}{place{b, steps}, rec})
			}
			switch st := st.(type) {
			case *repeatStmt:
				for i, rec := range one.rec.vals[st.slot].recs() {
					add(st.body, st.slot, i, rec)
				}
			case *unionStmt:
				v := &one.rec.vals[st.slot]
				add(st.alts[v.num].body, st.slot, 0, v.recs()[0])
			}
		}
	}
}

// family is a set of things that can be taken out one by one or together.
type family struct {
	place
	// counter counts them, or
	counter *symbol
	// repeat repeats without a count, or
	repeat *repeatStmt
	// text is a text of any length, its piece-th one.
	text  *field
	piece int
	size  int
}

// families lists what can be taken out of a tree, the outermost first.
func (sh *shrinker) families(tree *record) []family {
	var found []family
	sh.spec.walk(tree, func(p place, rec *record) {
		for _, st := range p.block.stmts {
			switch st := st.(type) {
			case *repeatStmt:
				if st.count == nil {
					found = append(found, family{place: p, repeat: st, size: len(rec.vals[st.slot].recs())})
				}
			case *lineStmt:
				for _, it := range st.items {
					if it.field != nil {
						found = append(found, familiesOf(p, it.field, &rec.vals[it.field.slot])...)
					}
				}
			}
		}
	})
	return found
}

func familiesOf(p place, f *field, v *value) []family {
	t := f.typ
	switch {
	case t.scalar() && f.sizes && v.num > 0 && v.num <= maxVertices:
		return []family{{place: p, counter: f.symbol, size: int(v.num)}}
	case t.kind == kindString && t.length.lo != t.length.hi && t.scalarText():
		return []family{{place: p, text: f, size: len(v.text())}}
	case t.kind == kindString && t.length.lo != t.length.hi:
		var found []family
		for i := range v.list() {
			found = append(found, family{place: p, text: f, piece: i, size: len(v.piece(i))})
		}
		return found
	}
	return nil
}

// without makes the candidate that keeps only some of the family's things.
func (sh *shrinker) without(base *record, fam family, kept []int) []byte {
	return sh.candidate(base, func(tree *record) bool { return sh.reduce(tree, fam, kept) })
}

// reduce keeps only some of the family's things in the tree. It reports false
// where the tree no longer has the family.
func (sh *shrinker) reduce(tree *record, fam family, kept []int) bool {
	v := newEnv(sh.spec)
	rec := fam.find(tree, &v)
	if rec == nil {
		return false
	}
	switch {
	case fam.counter != nil:
		if rec.vals[fam.counter.slot].num != int64(fam.size) {
			return false
		}
		gone := make([]bool, fam.size)
		for i := range gone {
			gone[i] = true
		}
		for _, i := range kept {
			gone[i] = false
		}
		v.remove(fam.counter, rec, gone)
	case fam.repeat != nil:
		m := rec.vals[fam.repeat.slot].more
		if len(m.recs) != fam.size {
			return false
		}
		m.recs = choose(m.recs, kept, 1)
	case fam.text.typ.scalarText():
		m := rec.vals[fam.text.slot].more
		if len(m.text) != fam.size {
			return false
		}
		m.text = choose(m.text, kept, 1)
	default:
		val := &rec.vals[fam.text.slot]
		pieces := val.pieces()
		if fam.piece >= len(pieces) || len(pieces[fam.piece]) != fam.size {
			return false
		}
		pieces[fam.piece] = choose(pieces[fam.piece], kept, 1)
		val.setPieces(pieces)
	}
	return true
}

// Bounds of one pass: the families it looks at (those of an input with thousands
// of test cases have been thinned out by then, or never will be), and the size
// from which a family is first cut coarsely.
const (
	maxFamilies = 1000
	coarseSize  = 32
)

// structure takes out what is not needed: repetitions, elements, characters,
// vertices, edges, each with what counts it. Large families first lose large
// pieces only, so that one of them, of which nothing can go, does not use up the
// budget; then small families go before large ones.
func (sh *shrinker) structure() {
	sh.partial = false
	sh.eachFamily(func(fam family) bool { return fam.size >= coarseSize }, sh.coarse)
	sh.eachFamily(func(fam family) bool { return fam.size > 0 }, func(base *record, fam family) {
		sh.search.Keep(fam.size, func(kept []int) []byte { return sh.without(base, fam, kept) })
		sh.merge(fam)
	})
}

// eachFamily calls reduce once for each family that is wanted, the smallest of
// those that are left first, the outermost of those first.
func (sh *shrinker) eachFamily(wanted func(family) bool, reduce func(base *record, fam family)) {
	done := map[string]bool{}
	var all []family
	var base *record
	for !sh.search.Over() {
		if now := sh.best(); now != base {
			base, all = now, sh.families(now)
			slices.SortStableFunc(all, func(a, b family) int { return a.size - b.size })
		}
		i := slices.IndexFunc(all, func(fam family) bool { return wanted(fam) && !done[fam.key()] })
		if i < 0 || len(done) == maxFamilies {
			sh.partial = sh.partial || i >= 0
			return
		}
		done[all[i].key()] = true
		reduce(base, all[i])
	}
}

// key names the family across changes of the tree, as far as its place does not
// move.
func (fam family) key() string {
	switch {
	case fam.counter != nil:
		return fmt.Sprint(fam.steps, fam.counter.order)
	case fam.repeat != nil:
		return fmt.Sprint(fam.steps, "repeat", fam.repeat.slot)
	}
	return fmt.Sprint(fam.steps, "text", fam.text.order, fam.piece)
}

// same finds the family in another tree.
func (fam family) same(all []family) (family, bool) {
	key := fam.key()
	i := slices.IndexFunc(all, func(other family) bool { return other.key() == key })
	if i < 0 {
		return family{}, false
	}
	return all[i], true
}

// coarse takes out halves, quarters and eighths of a family, as long as it can.
func (sh *shrinker) coarse(base *record, fam family) {
	for found := true; found && fam.size >= coarseSize/2 && !sh.search.Over(); {
		found = sh.search.First(func(yield func([]byte) bool) {
			for parts := 1; parts <= 8; parts *= 2 {
				for i := parts - 1; i >= 0; i-- {
					if !yield(sh.without(base, fam, outside(fam.size*i/parts, fam.size*(i+1)/parts, fam.size))) {
						return
					}
				}
			}
		}) >= 0
		base = sh.best()
		var ok bool
		if fam, ok = fam.same(sh.families(base)); !ok {
			return
		}
	}
}

// maxSeveral bounds how many neighbours are taken out at once where single ones
// cannot be.
const maxSeveral = 8

// several takes out a few things at the end or at the beginning of a family: what
// must stay even, or a multiple of four, cannot lose single ones. It reports
// whether anything was found.
func (sh *shrinker) several() bool {
	before := sh.search.Best()
	sh.eachFamily(func(fam family) bool { return fam.size > 2 }, func(base *record, fam family) {
		sh.search.First(func(yield func([]byte) bool) {
			for k := min(maxSeveral, fam.size-1); k >= 2; k-- {
				if !yield(sh.without(base, fam, outside(fam.size-k, fam.size, fam.size))) ||
					!yield(sh.without(base, fam, outside(0, k, fam.size))) {
					return
				}
			}
		})
	})
	for _, pass := range []func(*shrinker){(*shrinker).brackets, (*shrinker).inStep, (*shrinker).pairs} {
		if bytes.Equal(before, sh.search.Best()) {
			pass(sh)
		}
	}
	return !bytes.Equal(before, sh.search.Best())
}

// outside lists the places below n that do not lie from start to end.
func outside(start, end, n int) []int {
	kept := make([]int, 0, n-(end-start))
	for i := range n {
		if i < start || i >= end {
			kept = append(kept, i)
		}
	}
	return kept
}

// merge takes out one counted thing and adds its numbers to those of a
// neighbour, so that sums stay: a bug that needs a large sum shows with fewer
// elements.
func (sh *shrinker) merge(fam family) {
	for again := true; again && !sh.search.Over(); {
		base := sh.best()
		var ok bool
		if fam, ok = fam.same(sh.families(base)); !ok || fam.counter == nil || fam.size < 2 || fam.size > 64 {
			return
		}
		again = sh.search.First(func(yield func([]byte) bool) {
			for j := range fam.size {
				for _, into := range []int{j - 1, j + 1} {
					if into >= 0 && into < fam.size && !yield(sh.merged(base, fam, j, into)) {
						return
					}
				}
			}
		}) >= 0
	}
}

// join makes one repetition of two neighbours whose arrays and texts are counted
// by the same counter: two short tests become a longer one.
func (sh *shrinker) join() {
	for again := true; again && !sh.search.Over(); {
		base := sh.best()
		again = sh.search.First(func(yield func([]byte) bool) {
			sh.spec.walk(base, func(p place, rec *record) {
				for _, st := range p.block.stmts {
					s, ok := st.(*repeatStmt)
					if !ok || yield == nil {
						continue
					}
					for i := 0; i+1 < min(len(rec.vals[s.slot].recs()), maxSwaps); i++ {
						if !yield(sh.joined(base, p, s, i)) {
							yield = nil
							return
						}
					}
				}
			})
		}) >= 0
	}
}

// joined makes the candidate in which the i-th repetition takes in the next.
func (sh *shrinker) joined(base *record, p place, s *repeatStmt, i int) []byte {
	return sh.candidate(base, func(tree *record) bool {
		v := newEnv(sh.spec)
		rec := p.find(tree, &v)
		if rec == nil || s.count != nil && (s.count.op != opName || s.count.sym.block != p.block) {
			return false
		}
		recs := rec.vals[s.slot].more.recs
		if !joinRecords(s, recs[i], recs[i+1]) {
			return false
		}
		rec.vals[s.slot].more.recs = slices.Delete(recs, i+1, i+2)
		if s.count != nil {
			rec.vals[s.count.sym.slot].num--
		}
		return true
	})
}

// joinRecords appends what the second record counts to the first's, and reports
// whether there was anything.
func joinRecords(s *repeatStmt, to, from *record) bool {
	counters := map[*symbol]bool{}
	for _, f := range s.styled {
		if f.block != s.body {
			continue
		}
		a, b := &to.vals[f.slot], &from.vals[f.slot]
		switch t := f.typ; {
		case len(t.dims) == 1 && t.takesRange() && t.dims[0].op == opName && t.dims[0].sym.block == s.body && a.more != nil:
			a.more.list = append(a.more.list, b.list()...)
			counters[t.dims[0].sym] = true
		case t.scalarText() && t.length.lo == t.length.hi && t.length.lo.op == opName && t.length.lo.sym.block == s.body && a.more != nil:
			a.more.text = append(a.more.text, b.text()...)
			counters[t.length.lo.sym] = true
		}
	}
	for c := range counters {
		to.vals[c.slot].num += from.vals[c.slot].num
	}
	return len(counters) > 0
}

// merged takes the j-th thing out and adds its numbers to another's.
func (sh *shrinker) merged(base *record, fam family, j, into int) []byte {
	return sh.candidate(base, func(tree *record) bool {
		v := newEnv(sh.spec)
		rec := fam.find(tree, &v)
		if rec == nil || !v.addNumbers(fam.block, rec, fam.counter, j, into) {
			return false
		}
		gone := make([]bool, fam.size)
		gone[j] = true
		v.remove(fam.counter, rec, gone)
		return true
	})
}

// addNumbers adds the numbers that belong to the j-th counted thing to those of
// another, and what exceeds the range to the others. It reports whether there
// were any. The frames of env are those around rec.
func (v *env) addNumbers(b *block, rec *record, counter *symbol, j, into int) bool {
	found := false
	for _, st := range b.stmts {
		switch st := st.(type) {
		case *lineStmt:
			for _, it := range st.items {
				f := it.field
				if f == nil || f.typ.kind != kindInt || len(f.typ.dims) != 1 || f.typ.dims[0].op != opName || f.typ.dims[0].sym != counter {
					continue
				}
				list := rec.vals[f.slot].list()
				parts := make([]*int64, len(list))
				for k := range list {
					parts[k] = &list[k]
				}
				found = v.pour(f, parts, j, into) || found
			}
		case *repeatStmt:
			if st.count == nil || st.count.op != opName || st.count.sym != counter {
				continue
			}
			recs := rec.vals[st.slot].recs()
			for _, f := range st.styled {
				if f.block != st.body || f.typ.kind != kindInt || !f.typ.scalar() || f.sizes {
					continue
				}
				parts := make([]*int64, len(recs))
				for k := range recs {
					parts[k] = &recs[k].vals[f.slot].num
				}
				found = v.pour(f, parts, j, into) || found
			}
		}
	}
	return found
}

// pour adds the j-th number to another and, as far as that is full, to the
// following ones. It reports whether there was something to add.
func (v *env) pour(f *field, parts []*int64, j, into int) bool {
	if j >= len(parts) || into >= len(parts) || len(f.typ.ranges) != 1 {
		return false
	}
	for _, s := range f.typ.symbols() {
		if len(f.typ.dims) == 0 && s.block == f.block {
			return false // each repetition has a range of its own
		}
	}
	b := v.rangeOf(f.typ.ranges[0])
	if v.trouble != "" {
		v.trouble = ""
		return false
	}
	rest := *parts[j]
	for k := range parts {
		to := parts[(into+k)%len(parts)]
		if to == parts[j] {
			continue
		}
		sum := min(max(saturatedAdd(*to, rest), b.lo), b.hi)
		rest -= sum - *to
		*to = sum
		if rest == 0 {
			break
		}
	}
	return true
}

// Bounds of the enumeration that proves an input the smallest: candidates that
// are run, and choices that are looked at to find them.
const (
	maxProof   = 300
	maxChoices = 300000
)

// proof proves, where that is cheap, that nothing smaller fails. It is not done
// where a smaller input does, with which the passes go on. The claim says
// truthfully what was ruled out.
func (sh *shrinker) proof() (claim string, done bool) {
	claim = sh.spec.unshrinkable()
	if sh.partial {
		claim = "No smaller input was found, but not everything was tried"
	}
	if sh.search.Over() {
		return claim, true
	}
	smaller, all := sh.smaller()
	if !all {
		return claim, true
	}
	before := sh.search.Best()
	sh.search.First(slices.Values(smaller))
	if !bytes.Equal(before, sh.search.Best()) {
		return "", false
	}
	if len(smaller) == 0 {
		return "No input of the spec with counts and values of no greater total is smaller", true
	}
	return fmt.Sprintf("All %d smaller inputs of the spec with counts and values of no greater total were tried, and none fails", len(smaller)), true
}

// unshrinkable says what no single step can make smaller, of the kinds of things that
// the spec has.
func (s *Spec) unshrinkable() string {
	has := map[string]bool{"number": len(s.fields) == 0}
	for _, f := range s.fields {
		has["element"] = has["element"] || len(f.typ.dims) > 0
		switch f.typ.kind {
		case kindString, kindGrid:
			has["character"] = has["character"] || f.typ.word.name != "char" // which cannot go
		case kindPerm:
			has["element"] = true
		case kindTree, kindParents, kindGraph:
			has["vertex"], has["edge"] = true, has["edge"] || f.typ.kind == kindGraph
			has["number"] = has["number"] || len(f.typ.weights) > 0
		default:
			has["number"] = true
		}
	}
	repeats(s.body, func() { has["repetition"] = true })
	var things []string
	for _, thing := range []string{"repetition", "element", "character", "vertex", "edge"} {
		if has[thing] {
			things = append(things, thing)
		}
	}
	var claims []string
	if n := len(things) - 1; n > 0 {
		claims = append(claims, "no "+strings.Join(things[:n], ", ")+" or "+things[n]+" can be removed")
	} else if n == 0 {
		claims = append(claims, "no "+things[0]+" can be removed")
	}
	if has["number"] {
		claims = append(claims, "no number can be lowered by one or to its least value")
	} else if len(claims) == 0 {
		claims = append(claims, "no single value can be made smaller")
	}
	claim := strings.Join(claims, ", and ")
	return strings.ToUpper(claim[:1]) + claim[1:]
}

// repeats visits every repeat of the block.
func repeats(b *block, visit func()) {
	for _, st := range b.stmts {
		switch st := st.(type) {
		case *repeatStmt:
			visit()
			repeats(st.body, visit)
		case *unionStmt:
			for _, a := range st.alts {
				repeats(a.body, visit)
			}
		}
	}
}

// smaller lists the inputs of the spec that are smaller than the best one and
// whose counts and values have no greater total, if they are few.
func (sh *shrinker) smaller() (list [][]byte, all bool) {
	budget := maxProof
	if sh.runs > 0 {
		budget = min(budget, sh.runs-sh.search.Runs())
	}
	cost := sh.spec.Measure(sh.search.Best())
	if cost < 0 {
		return nil, false
	}
	all = sh.spec.enumerate(cost, maxChoices, func(input []byte) bool {
		if shrink.Smaller(input, sh.search.Best()) {
			list = append(list, bytes.Clone(input))
		}
		return len(list) <= budget
	})
	return list, all
}

// alternatives replaces a query by the simplest one of another kind.
func (sh *shrinker) alternatives() {
	for i := 0; !sh.search.Over(); i++ {
		base := sh.best()
		var places []place
		var unions []*unionStmt
		sh.spec.walk(base, func(p place, _ *record) {
			for _, st := range p.block.stmts {
				if u, ok := st.(*unionStmt); ok {
					places, unions = append(places, p), append(unions, u)
				}
			}
		})
		if i >= len(places) || i >= maxSwaps {
			return
		}
		sh.search.First(func(yield func([]byte) bool) {
			for alt := range unions[i].alts {
				if !yield(sh.switched(base, places[i], unions[i], alt)) {
					return
				}
			}
		})
	}
}

func (sh *shrinker) switched(base *record, p place, u *unionStmt, alt int) []byte {
	return sh.candidate(base, func(tree *record) bool {
		v := newEnv(sh.spec)
		rec := p.find(tree, &v)
		if rec == nil {
			return false
		}
		val := &rec.vals[u.slot]
		val.num = int64(alt)
		val.more = &more{recs: []*record{newRecord(u.alts[alt].body)}}
		return true
	})
}
