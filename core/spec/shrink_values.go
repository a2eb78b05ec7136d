package spec

import (
	"math"
	"slices"
)

// numberAt names one number of a tree: an element of a list, or a scalar where
// index is -1.
type numberAt struct {
	place
	field *field
	index int
}

// at finds the number in a tree; nil where the tree no longer has it.
func (n numberAt) at(tree *record, v *env) *int64 {
	rec := n.find(tree, v)
	if rec == nil {
		return nil
	}
	val := &rec.vals[n.field.slot]
	if n.index < 0 {
		return &val.num
	}
	if list := val.list(); n.index < len(list) {
		return &list[n.index]
	}
	return nil
}

// group is the numbers of one field, wherever it occurs, with what they are and
// may be.
type group struct {
	numbers []numberAt
	values  []int64
	least   []int64 // the number in each one's range that is nearest to zero
	allowed []allowed
}

// groups lists the numbers of a tree by their fields. Numbers of vertices come
// in groups of their own, which are only lowered one by one.
func (sh *shrinker) groups(tree *record) []*group {
	byField := make([]*group, len(sh.spec.fields))
	v := newEnv(sh.spec)
	sh.spec.walk(tree, func(p place, rec *record) {
		p.find(tree, &v)
		for _, st := range p.block.stmts {
			line, ok := st.(*lineStmt)
			if !ok {
				continue
			}
			for _, it := range line.items {
				if f := it.field; f != nil && !f.typ.takesAlphabet() && f.typ.kind != kindPerm {
					if byField[f.number] == nil {
						byField[f.number] = &group{}
					}
					byField[f.number].add(p, f, &rec.vals[f.slot], &v)
				}
			}
		}
	})
	var found []*group
	for _, g := range byField {
		if g != nil && len(g.numbers) > 0 {
			found = append(found, g)
		}
	}
	return found
}

func (g *group) add(p place, f *field, val *value, v *env) {
	columns := v.columns(f.typ, nil)
	v.trouble = ""
	one := func(index int, n int64) {
		a := columns[max(index, 0)%f.typ.width()]
		least, ok := a.nearest(0)
		if !ok {
			return
		}
		g.numbers = append(g.numbers, numberAt{p, f, index})
		g.values = append(g.values, n)
		g.least = append(g.least, least)
		g.allowed = append(g.allowed, slices.Clone(a))
	}
	if f.typ.scalar() {
		one(-1, val.num)
		return
	}
	for i, n := range val.list() {
		one(i, n)
	}
}

// assign makes the candidate in which the group has these values.
func (sh *shrinker) assign(base *record, g *group, values []int64) []byte {
	if slices.Equal(values, g.values) {
		return nil
	}
	return sh.candidate(base, func(tree *record) bool {
		v := newEnv(sh.spec)
		for i, n := range g.numbers {
			if values[i] == g.values[i] {
				continue
			}
			to := n.at(tree, &v)
			if to == nil {
				return false
			}
			*to = values[i]
		}
		return true
	})
}

// change makes the candidate in which one number of the group has this value.
func (sh *shrinker) change(base *record, g *group, i int, n int64) []byte {
	if !g.allowed[i].contains(n) {
		return nil
	}
	values := slices.Clone(g.values)
	values[i] = n
	return sh.assign(base, g, values)
}

// values makes numbers and characters small: many at once first, then one by one.
func (sh *shrinker) values() {
	for i := 0; !sh.search.Over(); i++ {
		all := sh.groups(sh.best())
		if i >= len(all) {
			break
		}
		if f := all[i].numbers[0].field; f.typ.kind != kindTree && f.typ.kind != kindGraph && f.typ.kind != kindParents {
			sh.together(i)
		}
	}
	sh.oneByOne()
	sh.redistribute()
	sh.texts()
	sh.permutations()
}

// oneByOne lowers each number as far as it goes.
func (sh *shrinker) oneByOne() {
	var all []*group
	var base *record
	for i, j := 0, 0; !sh.search.Over(); j++ {
		if now := sh.best(); now != base {
			base, all = now, sh.groups(now)
		}
		if i >= len(all) {
			return
		}
		if j >= len(all[i].numbers) {
			i, j = i+1, -1
			continue
		}
		sh.lower(all[i], j)
	}
}

// maxPairs bounds the groups in which pairs are redistributed.
const maxPairs = 8

// redistribute moves value from an earlier number of a group to a later one: what
// must stay is often their sum, and then one of the two can be small.
func (sh *shrinker) redistribute() {
	var all []*group
	var base *record
	for i := 0; !sh.search.Over(); i++ {
		if now := sh.best(); now != base {
			base, all = now, sh.groups(now)
		}
		if i >= len(all) {
			return
		}
		g, from := all[i], base
		if len(g.numbers) > maxPairs {
			continue
		}
		sh.search.First(func(yield func([]byte) bool) {
			for j := range g.numbers {
				for k := j + 1; k < len(g.numbers); k++ {
					if !yield(sh.moved(from, g, j, k)) {
						return
					}
				}
			}
		})
	}
}

// moved makes the candidate in which the j-th number is as small, and the k-th as
// much larger, as their ranges allow.
func (sh *shrinker) moved(base *record, g *group, j, k int) []byte {
	sum := saturatedAdd(g.values[j], g.values[k])
	values := slices.Clone(g.values)
	values[k], _ = g.allowed[k].nearest(saturatedAdd(sum, saturatedNegate(g.least[j])))
	values[j], _ = g.allowed[j].nearest(saturatedAdd(sum, saturatedNegate(values[k])))
	return sh.assign(base, g, values)
}

// together changes a group as a whole: everything to its least value, ranks
// instead of values, everything closer to zero; then as many as possible to their
// least values; then equal ones alike.
func (sh *shrinker) together(i int) {
	again := func() (*record, *group) {
		base := sh.best()
		all := sh.groups(base)
		if i >= len(all) {
			return base, nil
		}
		return base, all[i]
	}
	base, g := again()
	if sh.search.Try(sh.assign(base, g, g.least)) || len(g.numbers) == 1 {
		return
	}
	for _, values := range [][]int64{g.ranks(0), g.ranks(1), g.signedRanks(), g.shifted()} {
		if sh.search.Try(sh.assign(base, g, values)) {
			break
		}
	}
	if base, g = again(); g == nil {
		return
	}
	sh.scale(base, g)
	if base, g = again(); g == nil {
		return
	}
	sh.search.Keep(len(g.numbers), func(kept []int) []byte {
		values := slices.Clone(g.least)
		for _, j := range kept {
			values[j] = g.values[j]
		}
		return sh.assign(base, g, values)
	})
	if _, g = again(); g == nil {
		return
	}
	for _, n := range g.repeatedValues() {
		sh.lowerEqual(again, n)
	}
}

// scale divides all values of a group by the same power of two, as large as
// possible: what matters is often their proportion.
func (sh *shrinker) scale(base *record, g *group) {
	const most = 63
	sh.search.Lower(0, most, func(left uint64) []byte {
		values := slices.Clone(g.values)
		for j, n := range values {
			values[j], _ = g.allowed[j].nearest(n / (1 << (most - left)))
		}
		return sh.assign(base, g, values)
	})
}

// ranks are the values' ranks, from the given number or the least possible on.
func (g *group) ranks(from int64) []int64 {
	values := slices.Clone(g.values)
	compressRanks(values, from)
	for j := range values {
		values[j], _ = g.allowed[j].nearest(values[j])
	}
	return values
}

// signedRanks keep zero and the signs: -5 0 7 9 becomes -1 0 1 2.
func (g *group) signedRanks() []int64 {
	ordered := slices.Clone(g.values)
	slices.Sort(ordered)
	ordered = slices.Compact(ordered)
	zero, found := slices.BinarySearch(ordered, 0)
	values := make([]int64, len(g.values))
	for j, n := range g.values {
		rank, _ := slices.BinarySearch(ordered, n)
		values[j] = int64(rank - zero)
		if !found && n > 0 {
			values[j]++
		}
		values[j], _ = g.allowed[j].nearest(values[j])
	}
	return values
}

// shifted moves all values so that the one closest to its least reaches it.
func (g *group) shifted() []int64 {
	shift := int64(math.MaxInt64)
	for j, n := range g.values {
		if d := saturatedAdd(n, -g.least[j]); magnitude(d) < magnitude(shift) {
			shift = d
		}
	}
	values := slices.Clone(g.values)
	for j := range values {
		values[j], _ = g.allowed[j].nearest(values[j] - shift)
	}
	return values
}

// repeatedValues are the values that occur several times and could be lower, the
// greatest first.
func (g *group) repeatedValues() []int64 {
	count := map[int64]int{}
	for j, n := range g.values {
		if n != g.least[j] {
			count[n]++
		}
	}
	var repeated []int64
	for n, times := range count {
		if times > 1 {
			repeated = append(repeated, n)
		}
	}
	slices.SortFunc(repeated, func(a, b int64) int {
		if a > b {
			return -1
		}
		return 1
	})
	return repeated[:min(len(repeated), 16)]
}

// lowerEqual lowers all numbers of a group that are equal to n, by the same.
func (sh *shrinker) lowerEqual(again func() (*record, *group), n int64) {
	base, g := again()
	if g == nil {
		return
	}
	j := slices.Index(g.values, n)
	if j < 0 {
		return
	}
	least := g.least[j]
	sh.search.Lower(0, distance(n, least), func(d uint64) []byte {
		values := slices.Clone(g.values)
		for k := range values {
			if values[k] == n {
				values[k], _ = g.allowed[k].nearest(towards(least, n, d))
			}
		}
		return sh.assign(base, g, values)
	})
}

func distance(a, b int64) uint64 {
	if a < b {
		return uint64(b) - uint64(a)
	}
	return uint64(a) - uint64(b)
}

// towards is the number at a distance from least, on the side of n.
func towards(least, n int64, d uint64) int64 {
	if n < least {
		return int64(uint64(least) - d)
	}
	return int64(uint64(least) + d)
}

// lower makes one number as small as it can be: its least value, its opposite,
// and what bisection finds in between. Round decimals come first.
func (sh *shrinker) lower(g *group, j int) {
	base, n, least := sh.best(), g.values[j], g.least[j]
	if n == least {
		return
	}
	if n < 0 && n != lowest && sh.search.Try(sh.change(base, g, j, -n)) {
		base, n = sh.best(), -n
		g = sh.refreshed(g)
		if g == nil || g.values[j] != n {
			return
		}
		least = g.least[j]
	}
	t := g.numbers[j].field.typ
	for step := pow10(t.digits); step > 1; step /= 10 {
		if round := n / step * step; round != n && sh.search.Try(sh.change(base, g, j, round)) {
			return // the next round of passes goes on from there
		}
	}
	// The least number that ends in some digits is not what bisection finds.
	for _, power := range []int64{10, 100} {
		if left := n % power; n >= 10 && left < n && left >= least && sh.search.Try(sh.change(base, g, j, left)) {
			return // as above
		}
	}
	sh.search.Lower(0, distance(n, least), func(d uint64) []byte {
		return sh.change(base, g, j, towards(least, n, d))
	})
}

// refreshed finds a group again in the best tree.
func (sh *shrinker) refreshed(g *group) *group {
	for _, other := range sh.groups(sh.best()) {
		if other.numbers[0].field == g.numbers[0].field && len(other.numbers) == len(g.numbers) {
			return other
		}
	}
	return nil
}

// textGroup is all characters of one field, wherever it occurs.
type textGroup struct {
	field  *field
	places []place
	text   []byte // all of them in a row
	ends   []int
}

func (sh *shrinker) textGroups(tree *record) []*textGroup {
	byField := make([]*textGroup, len(sh.spec.fields))
	sh.spec.walk(tree, func(p place, rec *record) {
		for _, st := range p.block.stmts {
			line, ok := st.(*lineStmt)
			if !ok {
				continue
			}
			for _, it := range line.items {
				f := it.field
				if f == nil || !f.typ.takesAlphabet() || len(rec.vals[f.slot].text()) == 0 {
					continue
				}
				if byField[f.number] == nil {
					byField[f.number] = &textGroup{field: f}
				}
				g := byField[f.number]
				g.places = append(g.places, p)
				g.text = append(g.text, rec.vals[f.slot].text()...)
				g.ends = append(g.ends, len(g.text))
			}
		}
	})
	return slices.DeleteFunc(byField, func(g *textGroup) bool { return g == nil })
}

func (sh *shrinker) rewrite(base *record, g *textGroup, text []byte) []byte {
	return sh.candidate(base, func(tree *record) bool {
		v := newEnv(sh.spec)
		start := 0
		for i, p := range g.places {
			rec := p.find(tree, &v)
			if rec == nil {
				return false
			}
			copy(rec.vals[g.field.slot].more.text, text[start:g.ends[i]])
			start = g.ends[i]
		}
		return true
	})
}

// texts replaces characters by earlier ones of the alphabet.
func (sh *shrinker) texts() {
	for i := 0; !sh.search.Over(); i++ {
		base := sh.best()
		all := sh.textGroups(base)
		if i >= len(all) {
			return
		}
		g := all[i]
		letters := g.field.typ.plain
		if len(letters) == 0 {
			continue
		}
		if sh.search.Try(sh.rewrite(base, g, g.renamed(letters))) {
			base = sh.best()
			g = sh.textGroups(base)[i]
		}
		sh.search.Keep(len(g.text), func(kept []int) []byte {
			text := slices.Clone(g.text)
			next := 0
			for j, c := range text {
				if next < len(kept) && kept[next] == j {
					next++
				} else if slices.Contains(letters, c) {
					text[j] = letters[0]
				}
			}
			return sh.rewrite(base, g, text)
		})
		sh.mapLetters(i, letters)
		sh.moveOnce(i)
	}
}

// renamed gives the characters new names in the order in which they first occur.
func (g *textGroup) renamed(letters []byte) []byte {
	names := map[byte]byte{}
	text := slices.Clone(g.text)
	for j, c := range text {
		if !slices.Contains(letters, c) {
			continue
		}
		if _, ok := names[c]; !ok {
			names[c] = letters[len(names)]
		}
		text[j] = names[c]
	}
	return text
}

// mapLetters replaces all occurrences of a character by an earlier one.
func (sh *shrinker) mapLetters(i int, letters []byte) {
	for to := range min(len(letters), 3) {
		for from := to + 1; from < len(letters) && !sh.search.Over(); from++ {
			base := sh.best()
			all := sh.textGroups(base)
			if i >= len(all) || !slices.Contains(all[i].text, letters[from]) {
				continue
			}
			text := slices.Clone(all[i].text)
			for j, c := range text {
				if c == letters[from] {
					text[j] = letters[to]
				}
			}
			sh.search.Try(sh.rewrite(base, all[i], text))
		}
	}
}

// moveOnce moves characters that occur exactly once towards the front.
func (sh *shrinker) moveOnce(i int) {
	for _, c := range sh.onceOf(i) {
		for moved := true; moved && !sh.search.Over(); {
			base := sh.best()
			all := sh.textGroups(base)
			if i >= len(all) {
				return
			}
			g := all[i]
			at := slices.Index(g.text, c)
			moved = at > 0 && sh.search.First(func(yield func([]byte) bool) {
				for to := range at {
					text := slices.Clone(g.text)
					text[to], text[at] = text[at], text[to]
					if !yield(sh.rewrite(base, g, text)) {
						return
					}
				}
			}) >= 0
		}
	}
}

func (sh *shrinker) onceOf(i int) []byte {
	if all := sh.textGroups(sh.best()); i < len(all) {
		return all[i].field.typ.once
	}
	return nil
}

// listAt is a value whose list has an order that can be changed.
type listAt struct {
	place
	field *field
}

func (sh *shrinker) lists(tree *record, fits func(t *typ) bool) []listAt {
	var found []listAt
	sh.spec.walk(tree, func(p place, rec *record) {
		for _, st := range p.block.stmts {
			line, ok := st.(*lineStmt)
			if !ok {
				continue
			}
			for _, it := range line.items {
				if it.field != nil && fits(it.field.typ) && len(rec.vals[it.field.slot].list()) > it.field.typ.width() {
					found = append(found, listAt{p, it.field})
				}
			}
		}
	})
	return found
}

func (sh *shrinker) relist(base *record, l listAt, change func(list []int64) []int64) []byte {
	return sh.candidate(base, func(tree *record) bool {
		v := newEnv(sh.spec)
		rec := l.find(tree, &v)
		if rec == nil {
			return false
		}
		m := rec.vals[l.field.slot].more
		m.list = change(m.list)
		return m.list != nil
	})
}

// permutations sorts what can be sorted: a whole permutation or array, or
// neighbours of it.
func (sh *shrinker) permutations() {
	ordered := func(t *typ) bool {
		return t.kind == kindPerm || (t.kind == kindInt || t.kind == kindFloat) && t.order == unordered && len(t.dims) == 1
	}
	for i := 0; !sh.search.Over(); i++ {
		base := sh.best()
		all := sh.lists(base, ordered)
		if i >= len(all) {
			return
		}
		if sh.search.Try(sh.relist(base, all[i], func(list []int64) []int64 {
			slices.Sort(list)
			return list
		})) {
			continue
		}
		sh.swapNeighbours(i, ordered)
	}
}

// maxSwaps bounds the lists whose neighbours are swapped one pair at a time.
const maxSwaps = 24

func (sh *shrinker) swapNeighbours(i int, fits func(t *typ) bool) {
	for swapped := true; swapped && !sh.search.Over(); {
		base := sh.best()
		all := sh.lists(base, fits)
		if i >= len(all) {
			return
		}
		l := all[i]
		v := newEnv(sh.spec)
		list := l.find(base, &v).vals[l.field.slot].list()
		if len(list) > maxSwaps {
			return
		}
		swapped = sh.search.First(func(yield func([]byte) bool) {
			for j := 0; j+1 < len(list); j++ {
				if list[j] > list[j+1] && !yield(sh.relist(base, l, func(list []int64) []int64 {
					list[j], list[j+1] = list[j+1], list[j]
					return list
				})) {
					return
				}
			}
		}) >= 0
	}
}

// tidy gives trees and graphs a simple form: edges with the smaller end first, in
// order, and vertices numbered as they are met.
func (sh *shrinker) tidy() {
	graphs := func(t *typ) bool { return t.kind == kindTree || t.kind == kindGraph }
	for i := 0; !sh.search.Over(); i++ {
		base := sh.best()
		all := sh.lists(base, graphs)
		if i >= len(all) {
			return
		}
		t := all[i].field.typ
		sh.search.First(func(yield func([]byte) bool) {
			for _, renumber := range []bool{true, false} {
				for _, turn := range []bool{true, false} {
					for _, order := range []bool{true, false} {
						if (renumber || turn || order) && !yield(sh.relist(base, all[i], func(list []int64) []int64 {
							return t.tidied(list, renumber, turn, order)
						})) {
							return
						}
					}
				}
			}
		})
	}
}

// tidied rewrites edges without changing the graph, but for the names of its
// vertices where renumber is set.
func (t *typ) tidied(list []int64, renumber, turn, order bool) []int64 {
	width := t.width()
	list = slices.Clone(list)
	if renumber && len(t.args) < 3 {
		names := map[int64]int64{}
		for k := range list {
			if k%width < 2 {
				if _, ok := names[list[k]]; !ok {
					names[list[k]] = t.base + int64(len(names))
				}
				list[k] = names[list[k]]
			}
		}
	}
	if turn && !t.directed && len(t.args) < 3 {
		for k := 0; k < len(list); k += width {
			list[k], list[k+1] = min(list[k], list[k+1]), max(list[k], list[k+1])
		}
	}
	if order {
		var rows []int64
		for _, row := range sortedChunks(list, width) {
			rows = append(rows, row...)
		}
		list = rows
	}
	return list
}

func sortedChunks(list []int64, width int) [][]int64 {
	rows := slices.Collect(slices.Chunk(list, width))
	slices.SortFunc(rows, compareRows)
	return rows
}
