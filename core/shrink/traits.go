package shrink

import (
	"bytes"
	"math"
	"slices"
	"strconv"
)

// form is all that is known of a format: its schema, and the traits that the
// input and all samples have and that candidates therefore keep.
type form struct {
	*schema
	leaves []leaf
	// orders are pairs of leaves on a line of which the first never exceeds the
	// second.
	orders []order
	graphs []graphTrait
}

// leaf is what is known of one column of tokens.
type leaf struct {
	kind kind
	// counts says that the leaf's values are counts.
	counts bool
	// fixed says that the values must not be changed: tags.
	fixed bool
	// floor is the least value allowed; high the greatest one seen.
	floor, low, high int64
	// label is the variable whose values bound those of the leaf, noVariable if
	// none does; base is the least label, 0 or 1.
	label int
	base  int64
	// single says that there is only one such cell in its place.
	single bool
	// The next ones hold of every list of the leaf.
	permutation, distinct, rising, falling, parents bool
	// balanced says that all words are balanced brackets; noZero that longer
	// ones of digits do not begin with 0.
	balanced, noZero bool
	// diagonal is the value of all cells on the diagonal of the square matrices
	// that the leaf's lists are the rows of; off is the floor of the others.
	square, hasDiagonal bool
	diagonal, off       int64
	// letters are the bytes seen in words.
	letters [256]bool
	cells   int
}

type kind int

const (
	number kind = iota
	float
	text
)

type order struct {
	left, right int
	strict      bool
}

// graphTrait says that a repeated line holds an edge.
type graphTrait struct {
	item        *item
	left, right int // leaves
	variable    int // the number of vertices
	base        int64
	loops       bool // may have edges from a vertex to itself
	multiple    bool // may have equal edges
	connected   bool
	tree        bool
	// ranges says that the lines are not edges but ranges of positions.
	ranges bool
	// edges says that the lines are edges for sure, not just pairs of labels.
	edges bool
}

// learnForm infers the form of the page; samples that do not fit are left out.
func learnForm(p *page, samples []*page) *form {
	s := infer(p, samples)
	if len(samples) > 0 && s.opaque() {
		s, samples = infer(p, nil), nil
	}
	return observe(s, append([]*page{p}, samples...))
}

// opaque reports that part of the schema is unknown.
func (s *schema) opaque() bool {
	return slices.ContainsFunc(s.items, func(it item) bool { return it.kind == rest })
}

// observe finds the traits.
func observe(s *schema, pages []*page) *form {
	f := &form{schema: s, leaves: make([]leaf, s.leaves)}
	docs := f.read(pages)
	f.kinds(docs)
	f.words(docs)
	docs = f.read(pages) // again, as words have letters now
	f.labels(docs)
	docs = f.read(pages) // and once more, as vertices are counted now
	f.lists(docs)
	f.matrices(docs)
	f.pairs(docs)
	return f
}

func (f *form) read(pages []*page) []*document {
	var docs []*document
	for _, p := range pages {
		if d, ok := f.schema.read(p); ok {
			docs = append(docs, d)
		}
	}
	return docs
}

// kinds finds what the leaves' tokens are.
func (f *form) kinds(docs []*document) {
	for i := range f.leaves {
		f.leaves[i] = leaf{label: noVariable, low: math.MaxInt64, high: math.MinInt64, single: true}
	}
	for _, d := range docs {
		for t := range d.cells {
			f.leaves[d.cells[t].leaf].see(d, t)
		}
		for token := range d.counted {
			f.leaves[d.cells[token].leaf].counts = true
		}
	}
	for i := range f.leaves {
		f.leaves[i].floor = floorOf(f.leaves[i].low)
	}
	f.markTags(f.items)
}

func (l *leaf) see(d *document, t int) {
	token := d.page.tokens[t]
	l.cells++
	l.single = l.single && d.cells[t].index == 0
	switch {
	case token.integer:
		l.low, l.high = min(l.low, token.value), max(l.high, token.value)
	case isFloat(token.text):
		l.kind = max(l.kind, float)
	default:
		l.kind = text
	}
	for _, c := range token.text {
		l.letters[c] = true
	}
}

// isFloat reports whether the token is a number with a point or an exponent.
func isFloat(token []byte) bool {
	if !bytes.ContainsAny(token, ".eE") {
		return false
	}
	v, err := strconv.ParseFloat(string(token), 64)
	return err == nil && !math.IsInf(v, 0) && !math.IsNaN(v)
}

// floorOf keeps the class of the least value: positive, not negative, or any.
func floorOf(low int64) int64 {
	if low < 0 {
		return math.MinInt64
	}
	return min(low, 1)
}

func (f *form) markTags(items []item) {
	for i := range items {
		for _, leaf := range items[i].tags {
			f.leaves[leaf].fixed = true
		}
		f.markTags(items[i].body)
	}
}

// words finds the words and what counts their letters.
func (f *form) words(docs []*document) {
	f.schema.words = map[int]*word{}
	for i := range f.leaves {
		l := &f.leaves[i]
		if l.counts || l.fixed || l.cells == 0 || l.kind == float {
			continue
		}
		by, found := f.wordLength(docs, i)
		switch {
		case l.kind == text:
			f.wordTraits(docs, i)
			f.schema.words[i] = &word{by: by, shared: !found && f.equallyLong(docs, i)}
		case found && l.low >= 0 && l.high >= 1000:
			// Digits that are as many as a count says are a word.
			l.kind = text
			f.schema.words[i] = &word{by: by}
		}
	}
}

// wordTraits finds what holds of every word of the leaf.
func (f *form) wordTraits(docs []*document, leaf int) {
	l := &f.leaves[leaf]
	longest := 0
	l.balanced = f.eachCell(docs, leaf, func(d *document, t int) bool {
		longest = max(longest, len(d.page.tokens[t].text))
		return isBalanced(d.page.tokens[t].text)
	}) && longest >= 6
	l.noZero = f.eachCell(docs, leaf, func(d *document, t int) bool { return startsAsNumber(d.page.tokens[t].text) })
}

// isBalanced reports whether the word is brackets that match.
func isBalanced(word []byte) bool {
	var stack []byte
	for _, c := range word {
		switch o := opening(c); {
		case o == 0 && bytes.IndexByte([]byte("([{<"), c) < 0:
			return false
		case o == 0:
			stack = append(stack, c)
		case len(stack) == 0 || stack[len(stack)-1] != o:
			return false
		default:
			stack = stack[:len(stack)-1]
		}
	}
	return len(stack) == 0
}

// startsAsNumber reports whether the word is made of digits and does not begin
// with 0, or is 0.
func startsAsNumber(word []byte) bool {
	for _, c := range word {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(word) == 1 || word[0] != '0'
}

// matrices finds square matrices and what is on their diagonals.
func (f *form) matrices(docs []*document) {
	walkItems(f.items, func(it *item) {
		if it.kind != repeat || it.by.variable == noVariable || len(it.body) != 1 || len(it.body[0].fields) != 1 {
			return
		}
		if fl := it.body[0].fields[0]; fl.run && fl.by == it.by {
			f.matrix(docs, fl.leaf)
		}
	})
}

func (f *form) matrix(docs []*document, leaf int) {
	l := &f.leaves[leaf]
	if l.kind != number {
		return
	}
	l.square, l.hasDiagonal = true, true
	first, low := true, int64(math.MaxInt64)
	f.eachCell(docs, leaf, func(d *document, t int) bool {
		v := d.page.tokens[t].value
		switch {
		case d.cells[t].index != d.cells[t].unit:
			low = min(low, v)
		case first:
			l.diagonal, first = v, false
		case v != l.diagonal:
			l.hasDiagonal = false
		}
		return true
	})
	l.off = floorOf(low)
}

// wordLength is the variable that equals the length of all of the leaf's words.
func (f *form) wordLength(docs []*document, leaf int) (length, bool) {
	for v := range f.variables {
		if f.eachCell(docs, leaf, func(d *document, t int) bool {
			token, ok := d.cells[t].scope.find(v)
			return ok && d.page.tokens[token].integer && d.page.tokens[token].value == int64(len(d.page.tokens[t].text))
		}) {
			return length{variable: v, stride: 1}, true
		}
	}
	return length{variable: noVariable, stride: 1}, false
}

func (f *form) equallyLong(docs []*document, leaf int) bool {
	type place struct {
		doc  *document
		list int
	}
	lengths, several := map[place]int{}, false
	return f.eachCell(docs, leaf, func(d *document, t int) bool {
		p, n := place{d, d.cells[t].list}, len(d.page.tokens[t].text)
		m, ok := lengths[p]
		lengths[p] = n
		several = several || ok
		return !ok || m == n
	}) && several
}

func (f *form) eachCell(docs []*document, leaf int, holds func(*document, int) bool) bool {
	for _, d := range docs {
		for t := range d.cells {
			if d.cells[t].leaf == leaf && !holds(d, t) {
				return false
			}
		}
	}
	return true
}

// bounds are the variables that may be the number of something: true for those
// that count something in the text, false for others of a likely size.
func (f *form) bounds(docs []*document) map[int]bool {
	counts := map[int]bool{}
	for _, d := range docs {
		for t := range d.cells {
			for s := d.cells[t].scope; s != nil; s = s.outer {
				if d.counted[s.token] != nil {
					counts[s.variable] = true
				} else if !counts[s.variable] {
					counts[s.variable] = false
				}
			}
		}
	}
	for _, d := range docs {
		for t := range d.cells {
			for s := d.cells[t].scope; s != nil; s = s.outer {
				if n := d.page.tokens[s.token]; !counts[s.variable] && (!n.integer || n.value > int64(4*len(d.cells)+16)) {
					delete(counts, s.variable)
				}
			}
		}
	}
	return counts
}

// labels finds the leaves whose values are numbers of vertices or positions.
func (f *form) labels(docs []*document) {
	bounds := f.bounds(docs)
	f.schema.bounds = map[int]bool{}
	for i := range f.leaves {
		l := &f.leaves[i]
		if l.kind != number || l.counts || l.fixed || l.cells == 0 || l.low < 0 {
			continue
		}
		best := 0.0
		for v := range f.variables {
			counts, ok := bounds[v]
			if !ok || !counts && l.single {
				continue
			}
			for _, base := range []int64{1, 0} {
				if base == 0 && l.low > 0 {
					continue
				}
				tight := f.tightness(docs, i, v, base)
				switch {
				case tight > 0 && counts && !f.repeatedBy(i, v):
					tight += 0.1
				case tight > 0 && f.repeatedBy(i, v):
					tight -= 0.2 // the number of the lines it stands on
				}
				if tight > best {
					best, l.label, l.base = tight, v, base
				}
			}
		}
		if l.label != noVariable {
			f.schema.bounds[l.label] = true
		}
	}
	f.markBounds(docs)
}

// repeatedBy reports whether the leaf stands on a line that the variable repeats.
func (f *form) repeatedBy(leaf, variable int) bool {
	found := false
	walkItems(f.items, func(it *item) {
		if it.kind != repeat || it.by.variable != variable {
			return
		}
		for i := range it.body {
			for _, columns := range it.body[i].columns() {
				found = found || slices.Contains(columns, leaf)
			}
		}
	})
	return found
}

// markBounds makes the variables that bound labels counts.
func (f *form) markBounds(docs []*document) {
	for _, d := range docs {
		for t := range d.cells {
			for s := d.cells[t].scope; s != nil; s = s.outer {
				if f.schema.bounds[s.variable] {
					f.leaves[d.cells[s.token].leaf].counts = true
				}
			}
		}
	}
}

// tightness is 0 when the variable does not bound the leaf's values, or only by
// chance, else how near the values come to it, up to 1.
func (f *form) tightness(docs []*document, leaf, variable int, base int64) float64 {
	l := f.leaves[leaf]
	if l.low < base {
		return 0
	}
	type place struct {
		doc   *document
		token int
	}
	greatest := map[place]float64{}
	ok := f.eachCell(docs, leaf, func(d *document, t int) bool {
		token, found := d.cells[t].scope.find(variable)
		if !found {
			return false
		}
		n, v := d.page.tokens[token].value, d.page.tokens[t].value-base+1
		p := place{d, token}
		greatest[p] = max(greatest[p], float64(v)/float64(max(1, n)))
		return v <= n
	})
	if !ok {
		return 0
	}
	sum := 0.0
	for _, r := range greatest {
		sum += r
	}
	mean := sum / float64(len(greatest))
	switch {
	case l.single:
		return max(mean, 0.01) // k of "n k": better safe than sorry
	case len(greatest) >= 5 && mean >= 0.4, mean >= 0.6:
		return mean
	}
	return 0
}

// lists finds what holds of every list of a leaf.
func (f *form) lists(docs []*document) {
	gathered := make([][][]int64, len(f.leaves))
	for _, d := range docs {
		for leaf, lists := range f.gather(d) {
			gathered[leaf] = append(gathered[leaf], lists...)
		}
	}
	for i := range f.leaves {
		l := &f.leaves[i]
		if l.kind != number || l.counts || l.fixed || len(gathered[i]) == 0 {
			continue
		}
		l.observe(gathered[i])
		if v := f.parentRun(i); l.parents && v != noVariable {
			l.label, l.base = v, 1
		} else {
			l.parents = false
		}
	}
}

// gather are the values by leaf and list.
func (f *form) gather(d *document) [][][]int64 {
	all := make([][][]int64, len(f.leaves))
	number := map[int]int{}
	for t := range d.cells {
		c := d.cells[t]
		at, ok := number[c.list]
		if !ok {
			at = len(all[c.leaf])
			number[c.list] = at
			all[c.leaf] = append(all[c.leaf], nil)
		}
		all[c.leaf][at] = append(all[c.leaf][at], d.page.tokens[t].value)
	}
	return all
}

// observe sets what holds of all the lists and would hardly hold by chance.
func (l *leaf) observe(lists [][]int64) {
	all := func(holds func([]int64) bool) bool {
		return !slices.ContainsFunc(lists, func(a []int64) bool { return !holds(a) })
	}
	longest, pairs, chance := 0, 0.0, 0.0
	for _, a := range lists {
		k := len(a)
		longest = max(longest, k)
		pairs += float64(k*(k-1)) / 2
		lg, _ := math.Lgamma(float64(k + 1))
		chance += lg
	}
	width := float64(l.high) - float64(l.low) + 1
	l.permutation = longest >= 3 && all(isPermutation)
	l.distinct = pairs/width >= 3 && all(isDistinct)
	l.rising = chance >= 5 && all(slices.IsSorted)
	l.falling = chance >= 5 && !l.rising && all(func(a []int64) bool {
		return slices.IsSortedFunc(a, func(x, y int64) int { return compare(y, x) })
	})
	l.parents = !l.permutation && longest >= 3 && all(isParents)
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func isPermutation(a []int64) bool {
	if len(a) == 0 {
		return true
	}
	base := slices.Min(a)
	return (base == 0 || base == 1) && slices.Max(a) == base+int64(len(a))-1 && isDistinct(a)
}

func isDistinct(a []int64) bool {
	seen := make(map[int64]bool, len(a))
	for _, v := range a {
		if seen[v] {
			return false
		}
		seen[v] = true
	}
	return true
}

// isParents reports whether a can be the parents of the vertices 2, 3, ….
func isParents(a []int64) bool {
	for i, v := range a {
		if v < 1 || v > int64(i+1) {
			return false
		}
	}
	return true
}

// parentRun is the variable than which the leaf's run has one element less.
func (f *form) parentRun(leaf int) int {
	found := noVariable
	walkItems(f.items, func(it *item) {
		for _, fl := range it.fields {
			if fl.run && fl.leaf == leaf && fl.by.offset == -1 {
				found = fl.by.variable
			}
		}
	})
	return found
}

func walkItems(items []item, visit func(*item)) {
	for i := range items {
		visit(&items[i])
		walkItems(items[i].body, visit)
	}
}

// pairs finds the relations between the columns of a line.
func (f *form) pairs(docs []*document) {
	f.pairItems(docs, f.items, false)
}

func (f *form) pairItems(docs []*document, items []item, repeated bool) {
	for i := range items {
		it := &items[i]
		if it.kind == repeat {
			f.pairItems(docs, it.body, true)
			if len(it.body) == 1 && it.body[0].kind == fixedLine {
				f.graph(docs, it)
			}
			continue
		}
		for _, columns := range it.columns() {
			for a := range columns {
				for b := a + 1; b < len(columns); b++ {
					f.order(docs, columns[a], columns[b], repeated)
				}
			}
		}
	}
}

// columns are the leaves that stand beside one another on lines of the item.
func (it *item) columns() [][]int {
	var all [][]int
	switch it.kind {
	case fixedLine:
		var leaves []int
		for _, fl := range it.fields {
			if !fl.run {
				leaves = append(leaves, fl.leaf)
			}
		}
		all = append(all, leaves)
	case taggedLine:
		for tag, first := range it.tags {
			var leaves []int
			for i := 1; i < it.widths[tag]; i++ {
				leaves = append(leaves, first+i)
			}
			all = append(all, leaves)
		}
	}
	return all
}

// order notes that the left leaf never exceeds the right one.
func (f *form) order(docs []*document, left, right int, repeated bool) {
	if !f.plainNumber(left) || !f.plainNumber(right) {
		return
	}
	rows, equal := 0, 0
	if !eachRow(docs, left, right, func(a, b int64) bool {
		rows++
		if a == b {
			equal++
		}
		return a <= b
	}) {
		return
	}
	if repeated && rows < 4 || rows == equal {
		return
	}
	f.orders = append(f.orders, order{left: left, right: right, strict: equal == 0 && (rows >= 8 || f.leaves[left].label == noVariable)})
}

func (f *form) plainNumber(leaf int) bool {
	l := f.leaves[leaf]
	return l.kind == number && !l.counts && !l.fixed && l.cells > 0
}

// eachRow goes through the lines that have both leaves.
func eachRow(docs []*document, left, right int, holds func(a, b int64) bool) bool {
	for _, d := range docs {
		last := -1
		for t := range d.cells {
			switch d.cells[t].leaf {
			case left:
				last = t
			case right:
				if last >= 0 && d.lineOf[last] == d.lineOf[t] && !holds(d.page.tokens[last].value, d.page.tokens[t].value) {
					return false
				}
			}
		}
	}
	return true
}

// graph notes that the repeated line is an edge, or a range of positions.
func (f *form) graph(docs []*document, it *item) {
	var ends []int
	for _, fl := range it.body[0].fields {
		if !fl.run && f.leaves[fl.leaf].label != noVariable {
			ends = append(ends, fl.leaf)
		}
	}
	if len(ends) < 2 || f.leaves[ends[0]].label != f.leaves[ends[1]].label {
		return
	}
	g := graphTrait{
		item: it, left: ends[0], right: ends[1],
		variable: f.leaves[ends[0]].label,
		base:     min(f.leaves[ends[0]].base, f.leaves[ends[1]].base),
	}
	for _, leaf := range ends[:2] {
		if f.leaves[leaf].base != g.base && f.tightness(docs, leaf, g.variable, g.base) == 0 {
			return // counted from 0 and from 1: no labels of the same things
		}
	}
	f.leaves[ends[0]].base, f.leaves[ends[1]].base = g.base, g.base
	g.observe(f, docs)
	f.graphs = append(f.graphs, g)
}

func (g *graphTrait) observe(f *form, docs []*document) {
	g.connected, g.tree = true, true
	large, rows, positions := false, 0, false
	for _, d := range docs {
		for _, b := range d.blocks {
			if b.item != g.item {
				continue
			}
			e := g.edgesOf(d, b)
			rows += len(e.ends)
			large = large || e.n >= 3 && len(e.ends) > 0
			g.loops = g.loops || e.loops()
			g.multiple = g.multiple || e.multiple()
			connected := e.connected()
			g.connected = g.connected && connected
			g.tree = g.tree && connected && len(e.ends) == e.n-1
			positions = positions || e.counter != nil && slices.ContainsFunc(e.counter.axes, func(x *axis) bool { return x.kind != lineAxis })
		}
	}
	if !large {
		g.connected, g.tree = false, false
	}
	if rows < 3 {
		g.loops, g.multiple = true, true
	}
	ordered := slices.ContainsFunc(f.orders, func(o order) bool { return o.left == g.left && o.right == g.right })
	g.ranges = ordered && positions && !g.tree
	g.edges = !g.ranges && (g.tree || g.connected || !g.loops && !g.multiple)
	if !g.edges {
		g.loops, g.multiple, g.connected = true, true, false
	}
}

// edges are the edges of one graph; vertices count from 0.
type edges struct {
	n       int
	counter *dim
	ends    [][2]int
	tokens  [][2]int
	units   []int
}

func (g *graphTrait) edgesOf(d *document, b *block) edges {
	var e edges
	if token, ok := b.scope.find(g.variable); ok {
		e.n, e.counter = int(d.page.tokens[token].value), d.counted[token]
	}
	left := -1
	for t := range d.cells {
		c := d.cells[t]
		if c.block != b {
			continue
		}
		switch c.leaf {
		case g.left:
			left = t
		case g.right:
			e.ends = append(e.ends, [2]int{int(d.page.tokens[left].value - g.base), int(d.page.tokens[t].value - g.base)})
			e.tokens = append(e.tokens, [2]int{left, t})
			e.units = append(e.units, c.unit)
		}
	}
	return e
}

func (e edges) loops() bool {
	return slices.ContainsFunc(e.ends, func(v [2]int) bool { return v[0] == v[1] })
}

func (e edges) multiple() bool {
	seen := map[[2]int]bool{}
	for _, v := range e.ends {
		key := [2]int{min(v[0], v[1]), max(v[0], v[1])}
		if seen[key] {
			return true
		}
		seen[key] = true
	}
	return false
}

func (e edges) connected() bool {
	if len(e.ends) < e.n-1 {
		return false
	}
	root := make([]int, e.n)
	for i := range root {
		root[i] = i
	}
	find := func(v int) int {
		for root[v] != v {
			root[v] = root[root[v]]
			v = root[v]
		}
		return v
	}
	parts := e.n
	for _, v := range e.ends {
		if a, b := find(v[0]), find(v[1]); a != b {
			root[a] = b
			parts--
		}
	}
	return parts <= 1
}

// accepts reports whether the text follows the schema and has the traits.
func (f *form) accepts(text []byte) bool {
	d, ok := f.schema.read(readPage(text))
	return ok && f.holds(d)
}

func (f *form) holds(d *document) bool {
	return f.cellsHold(d) && f.listsHold(d) && f.ordersHold(d) && f.graphsHold(d)
}

func (f *form) cellsHold(d *document) bool {
	for t := range d.cells {
		c, token := d.cells[t], d.page.tokens[t]
		l := &f.leaves[c.leaf]
		switch l.kind {
		case number:
			if !token.integer || token.value < l.floor || !f.labelHolds(d, t) || !l.squareHolds(c, token.value) {
				return false
			}
		case float:
			if !token.integer && !isFloat(token.text) {
				return false
			}
		case text:
			if l.balanced && !isBalanced(token.text) || l.noZero && !startsAsNumber(token.text) {
				return false
			}
			if w := f.schema.words[c.leaf]; w != nil && w.by.variable != noVariable {
				n, ok := c.scope.find(w.by.variable)
				if !ok || d.page.tokens[n].value != int64(len(token.text)) {
					return false
				}
			}
		}
	}
	return true
}

// squareHolds reports whether the value suits its place in a square matrix.
func (l *leaf) squareHolds(c cell, v int64) bool {
	if !l.square || !l.hasDiagonal {
		return true
	}
	if c.index == c.unit {
		return v == l.diagonal
	}
	return v >= l.off
}

func (f *form) labelHolds(d *document, t int) bool {
	c := d.cells[t]
	l := &f.leaves[c.leaf]
	if l.label == noVariable {
		return true
	}
	n, ok := c.scope.find(l.label)
	v := d.page.tokens[t].value
	return ok && v >= l.base && v < d.page.tokens[n].value+l.base
}

func (f *form) listsHold(d *document) bool {
	wanted := slices.ContainsFunc(f.leaves, func(l leaf) bool {
		return l.permutation || l.distinct || l.rising || l.falling || l.parents
	})
	if !wanted {
		return true
	}
	for i, lists := range f.gather(d) {
		for _, a := range lists {
			if !f.leaves[i].listHolds(a) {
				return false
			}
		}
	}
	return true
}

func (l *leaf) listHolds(a []int64) bool {
	switch {
	case l.permutation && (!isPermutation(a) || len(a) > 0 && slices.Min(a) != max(l.floor, 0)):
	case l.distinct && !isDistinct(a):
	case l.rising && !slices.IsSorted(a):
	case l.falling && !slices.IsSortedFunc(a, func(x, y int64) int { return compare(y, x) }):
	case l.parents && !isParents(a):
	default:
		return true
	}
	return false
}

func (f *form) ordersHold(d *document) bool {
	for _, o := range f.orders {
		if !eachRow([]*document{d}, o.left, o.right, func(a, b int64) bool { return a < b || a == b && !o.strict }) {
			return false
		}
	}
	return true
}

func (f *form) graphsHold(d *document) bool {
	for i := range f.graphs {
		g := &f.graphs[i]
		if g.loops && g.multiple && !g.connected {
			continue
		}
		for _, b := range d.blocks {
			if b.item != g.item {
				continue
			}
			e := g.edgesOf(d, b)
			if !g.loops && e.loops() || !g.multiple && e.multiple() || g.connected && !e.connected() {
				return false
			}
		}
	}
	return true
}
