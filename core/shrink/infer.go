package shrink

import (
	"bytes"
	"maps"
	"slices"
)

// infer finds the simplest schema that the page and the samples follow. It
// always finds one: at worst "some lines".
//
// It searches all schemas from the cheapest up. What a schema costs is about what
// it takes to write it down, so a count that explains many tokens is worth more
// than a list of unrelated numbers, and a coincidence rarely pays.
func infer(p *page, samples []*page) *schema {
	pages := append([]*page{p}, samples...)
	at := handiest(pages)
	f := &finder{page: pages[at], samples: slices.Delete(slices.Clone(pages), at, at+1)}
	f.search(costLimit)
	if f.best == nil || f.cost > costDear {
		// What nothing counts may still be the simpler explanation.
		closed, limit := f.best, costLimit
		if closed != nil {
			limit = f.cost - 1
		}
		f.open, f.best = true, nil
		if f.search(limit); f.best == nil {
			f.best, f.open = closed, false
		}
	}
	if f.best == nil {
		return &schema{items: []item{{kind: rest}}, leaves: looseLeaves, open: true}
	}
	f.best.open = f.open
	if len(samples) == 0 {
		f.best.untie(p)
	}
	f.best.settle(pages)
	return f.best
}

// search finds the cheapest schema up to the limit: the cheap ones first, so that
// the dear ones, which are many, need not be tried.
func (f *finder) search(limit int) {
	f.work = searchWork + workPerToken*len(f.page.tokens)
	if f.open {
		f.work /= 4 // what nothing counts is hardly ever right
	}
	for f.limit = min(60, limit); f.best == nil && f.work > 0; f.limit = min(f.limit+20, limit) {
		f.block(at{}, nil, func(items []item, a at) {
			if a.line == len(f.page.lines) && len(items) > 0 {
				f.complete(items, a)
			}
		})
		if f.limit == limit {
			return
		}
	}
}

// searchWork and workPerToken bound the tokens and lines looked at in one search,
// to a few tenths of a second for small pages. Only fuzzing changes searchWork: its
// instrumented code would stand still.
var searchWork = 80_000_000

const workPerToken = 2_000

// stepWork is what one step of the search costs beside, for each variable that it
// looks at.
const stepWork = 30

// handySize is the number of tokens up to which a page is quickly searched.
const handySize = 1000

// handiest is the page on which schemas are searched; the others only confirm
// them: the first if it is not long, else the longest that is not.
func handiest(pages []*page) int {
	best := 0
	for i, p := range pages {
		n, m := len(p.tokens), len(pages[best].tokens)
		if m > handySize && n < m || n <= handySize && n > m {
			best = i
		}
		if len(pages[0].tokens) <= handySize {
			return 0
		}
	}
	return best
}

// Costs, in tenths of a scalar field.
const (
	costLine      = 10
	costScalar    = 10
	costRun       = 20
	costRepeat    = 10
	costOffset    = 11 // n-1 lines rather than n
	costRunOffset = 14 // n-1 or n+1 tokens rather than n
	costStride    = 5
	costFreeRun   = 50
	costTagged    = 30
	costTag       = 8
	costFree      = 75
	costSquare    = 40  // n times n lines
	costUnseen    = 40  // a body that is repeated no times here
	costLength    = 8   // each length that nothing tells
	costForever   = 105 // a repeat without a count
	costRest      = 120
	costLimit     = 260
	costDear      = 120 // from here on, another explanation is looked for
	costUnused    = 2   // a header's number that counts nothing
	costOrder     = 1
	costChance    = 12
	costMixed     = 25 // a column of numbers and words
	maxScalars    = 8
	maxDepth      = 2
	maxBlockItems = 12
)

// at is how far the page was read and what that cost.
type at struct {
	line, cost int
	// variables is the number of variables so far. Their values, at the first
	// time through every repeat, and how many things they count are the finder's.
	variables int
	// visible are the variables that can count what follows, around those that
	// count the repeats around it.
	visible, around []int
	depth           int // of repeats around it
}

type finder struct {
	page    *page
	samples []*page
	// open allows what nothing counts: repeats up to the end, and any lines.
	open   bool
	limit  int
	work   int
	values []int64
	used   []int
	best   *schema
	cost   int
}

// block tries all ways to go on after items, and tells done of every way there
// is to stop.
func (f *finder) block(a at, items []item, done func([]item, at)) {
	if a.depth == 0 && !f.suitsSamples(items) {
		return
	}
	done(items, a)
	if a.line == len(f.page.lines) || len(items) == maxBlockItems || f.tired(a, costLine) {
		return
	}
	f.repeats(a, func(it item, a at) {
		f.block(a, append(slices.Clip(items), it), done)
	})
	f.line(a, func(fields []field, a at) {
		a.line++
		a.cost += costLine
		f.block(a, append(slices.Clip(items), item{kind: fixedLine, fields: fields}), done)
	})
	if a.depth == 0 && f.open {
		left := len(f.page.lines) - a.line
		a.line, a.cost = len(f.page.lines), a.cost+costRest+10*min(left, 6)
		f.block(a, append(slices.Clip(items), item{kind: rest}), done)
	}
}

// tired reports whether it is not worth going on, at a place from which every way
// costs at least so much more.
func (f *finder) tired(a at, more int) bool {
	f.work -= stepWork * (1 + len(a.visible))
	cost := a.cost + more
	return f.work <= 0 || cost > f.limit || f.best != nil && cost >= f.cost
}

// suitsSamples reports whether the samples, or the first of them, begin with the
// items.
func (f *finder) suitsSamples(items []item) bool {
	for _, p := range f.samples[:min(len(f.samples), 4)] {
		r := &reader{page: p, values: make([]int64, len(f.values)+1), learning: true}
		_, ok := r.match(cloneItems(items), 0)
		if f.work -= r.work; !ok {
			return false
		}
	}
	return true
}

// line tries all ways to read the line at which a stands.
func (f *finder) line(a at, done func([]field, at)) {
	l := f.page.lines[a.line]
	f.fields(a, l, int(l.first), nil, done)
}

func (f *finder) fields(a at, l line, token int, fields []field, done func([]field, at)) {
	more := costLine
	if token < int(l.end) {
		more += costScalar
	}
	if f.tired(a, more) {
		return
	}
	if token == int(l.end) {
		done(fields, a)
	}
	f.runs(a, l, token, fields, done)
	if token == int(l.end) || countScalars(fields) == maxScalars {
		return
	}
	scalar := field{variable: noVariable}
	if t := f.page.tokens[token]; t.integer {
		scalar.variable = a.variables
		f.values = append(f.values[:a.variables], t.value)
		f.used = append(f.used[:a.variables], 0)
		a.visible = append(slices.Clip(a.visible), a.variables)
		a.variables++
	}
	a.cost += costScalar
	f.fields(a, l, token+1, append(slices.Clip(fields), scalar), done)
}

func countScalars(fields []field) int {
	n := 0
	for _, f := range fields {
		if !f.run {
			n++
		}
	}
	return n
}

// runs tries all counted runs that begin at the token.
func (f *finder) runs(a at, l line, token int, fields []field, done func([]field, at)) {
	left := int(l.end) - token
	if n := len(fields); left == 0 && n > 0 && fields[n-1].run {
		return
	}
	for _, v := range a.visible {
		for _, by := range []length{{v, 0, 1}, {v, -1, 1}, {v, 1, 1}, {v, 0, 2}, {v, 0, 3}} {
			n := by.of(f.values)
			if n < f.least(a) || n > left || n == 0 && left > 0 {
				continue
			}
			next := a
			next.cost += costOfRun(by, n, left == n) + f.order(a, v)
			f.use(v, 1)
			f.fields(next, l, token+n, append(slices.Clip(fields), field{run: true, variable: noVariable, by: by}), done)
			f.use(v, -1)
		}
	}
	if left >= 2 && f.open {
		a.cost += costFreeRun
		free := field{run: true, variable: noVariable, by: length{variable: noVariable}}
		f.fields(a, l, int(l.end), append(slices.Clip(fields), free), done)
	}
}

// costOfRun is more where chance may have made the length: a run of one or two
// is often no run, and little follows a run on its line.
func costOfRun(by length, n int, last bool) int {
	cost := costRun
	if by.offset != 0 {
		cost += costRunOffset
	}
	if by.stride > 1 {
		cost += costStride
	}
	if n /= by.stride; n <= 2 {
		cost += 7 - 3*n
	}
	if !last {
		cost += 4
	}
	return cost
}

// least is the least number of times that is worth considering: without samples,
// and outside of repeats, nothing could tell that a single thing is counted.
func (f *finder) least(a at) int {
	if a.depth == 0 && len(f.samples) == 0 {
		return 2
	}
	return 0
}

// order makes the variables that count nothing yet be used in their order.
func (f *finder) order(a at, v int) int {
	for _, u := range a.visible {
		if u < v && f.used[u] == 0 {
			return costOrder
		}
	}
	return 0
}

func (f *finder) use(v, n int) { f.used[v] += n }

// repeats tries all repeats that begin at the line.
func (f *finder) repeats(a at, done func(item, at)) {
	for _, v := range a.visible {
		for _, offset := range []int{0, -1} {
			by := length{variable: v, offset: offset, stride: 1}
			if n := by.of(f.values); n >= f.least(a) && n <= len(f.page.lines)-a.line {
				next := a
				next.cost += costRepeat - offset*costOffset + f.order(a, v)
				if slices.Contains(a.around, v) {
					next.cost += costSquare
				}
				f.use(v, 1)
				f.bodies(next, by, n, done)
				f.use(v, -1)
			}
		}
	}
	if a.depth == 0 && f.open {
		a.cost += costForever
		f.bodies(a, length{variable: noVariable}, -1, done)
	}
}

// bodies tries all bodies of a repeat of n times; -1 means up to the end.
func (f *finder) bodies(a at, by length, n int, done func(item, at)) {
	if n == 0 {
		// What is repeated cannot be seen here; other places tell (see settle).
		a.cost += costUnseen
		done(item{kind: repeat, by: by, body: []item{{kind: freeLine}}}, a)
		return
	}
	f.oneLine(a, by, n, done)
	if a.depth == maxDepth {
		return
	}
	start := a
	a.around = append(slices.Clip(a.around), by.variable)
	a.depth++
	f.block(a, nil, func(body []item, b at) {
		b.around, b.depth = start.around, start.depth
		if len(body) > 1 || len(body) == 1 && body[0].kind == repeat {
			f.again(start, b, by, n, body, done)
		}
	})
}

// oneLine tries all bodies of one line.
func (f *finder) oneLine(a at, by length, n int, done func(item, at)) {
	start := a
	a.depth++
	f.line(a, func(fields []field, b at) {
		b.depth = start.depth
		b.line++
		b.cost += costLine + f.coincidence(start, fields) + f.mixture(start.line, n, fields)
		f.again(start, b, by, n, []item{{kind: fixedLine, fields: fields}}, done)
	})
	if n == 1 && len(f.samples) == 0 {
		return
	}
	end := start.line + n
	if n < 0 {
		end = len(f.page.lines)
	}
	if widths := f.widths(start.line, end); widths != nil {
		b := start
		b.line, b.cost = start.line+1, b.cost+costTagged+costTag*len(widths)
		f.again(start, b, by, n, []item{{kind: taggedLine, widths: widths}}, done)
	}
	if n > 0 {
		b := start
		b.line, b.cost = start.line+1, b.cost+costFree
		f.again(start, b, by, n, []item{{kind: freeLine}}, done)
	}
}

// coincidence is what a row costs more whose short run is as long as a number above
// it by chance: u v w is no row of three because there are three queries. With samples
// chance is no matter.
func (f *finder) coincidence(a at, fields []field) int {
	if len(f.samples) > 0 || len(a.visible) == 1 {
		return 0
	}
	cost := 0
	for _, fl := range fields {
		if !fl.run || fl.by.variable == noVariable || fl.by.variable >= a.variables {
			continue
		}
		if n := fl.by.of(f.values) / fl.by.stride; n <= chanceRow {
			cost += costChance + costScalar*(chanceRow-n)/2
		} else if fl.by.offset != 0 {
			cost += costChance
		}
	}
	return cost
}

// mixture is what repeated lines cost more of which one column has numbers and words.
func (f *finder) mixture(first, n int, fields []field) int {
	if len(f.samples) > 0 || n < 2 || first+n > len(f.page.lines) || countScalars(fields) != len(fields) {
		return 0
	}
	cost := 0
	for column := range fields {
		numbers := 0
		for _, l := range f.page.lines[first : first+n] {
			if column < l.len() && isDigits(f.page.word(int(l.first)+column)) {
				numbers++
			}
		}
		if numbers > 0 && numbers < n {
			cost += costMixed
		}
	}
	return cost
}

// isDigits reports whether a word is a number, written in any way.
func isDigits(word []byte) bool {
	other := func(c byte) bool { return (c < '0' || c > '9') && c != '-' && c != '.' }
	return !slices.ContainsFunc(word, other) && bytes.ContainsAny(word, "0123456789")
}

// chanceRow is the length up to which rows of equal lengths are rather columns.
const chanceRow = 3

// widths are the numbers of tokens by first token, if the first token tells it.
func (f *finder) widths(first, end int) map[string]int {
	widths := map[string]int{}
	different, wordsOnly, numbersOnly := false, true, true
	for _, l := range f.page.lines[first:end] {
		f.work--
		if l.len() == 0 {
			return nil
		}
		tag := string(f.page.word(int(l.first)))
		wordsOnly = wordsOnly && !f.page.tokens[l.first].integer
		numbersOnly = numbersOnly && f.page.tokens[l.first].integer
		w, ok := widths[tag]
		if ok && w != l.len() || len(widths) > tagLimit {
			return nil
		}
		widths[tag] = l.len()
		different = different || l.len() != f.page.lines[first].len()
	}
	if len(f.samples) > 0 {
		return widths // the samples tell the rest
	}
	most := (end - first) / 2
	if wordsOnly {
		most = end - first - 1 // names of commands
	}
	if !different || len(widths) > most || !wordsOnly && !numbersOnly {
		return nil
	}
	return widths
}

// again reads the body, which was found between start and b, the other n-1 times.
func (f *finder) again(start, b at, by length, n int, body []item, done func(item, at)) {
	it := item{kind: repeat, by: by, body: body}
	if f.tired(b, 0) || n*countLines(body) > len(f.page.lines)+f.page.blank-start.line {
		return
	}
	r := &reader{page: f.page, values: slices.Clone(f.values[:b.variables])}
	if n < 0 {
		it.by.variable = noVariable
	}
	// The repeat's own count was read before its body.
	next, ok := r.item(&it, start.line)
	f.work -= r.work
	if ok {
		b.line, b.visible = next, start.visible
		if n < 0 {
			n = next - start.line // at most so many times
		}
		b.cost += costLength * countFree(body) * max(0, n-1)
		done(it, b)
	}
}

// countLines is the least number of lines that the body takes.
func countLines(body []item) int {
	n := 0
	for _, it := range body {
		if it.kind != repeat {
			n++
		}
	}
	return n
}

// countFree counts the lengths in the body that nothing tells.
func countFree(body []item) int {
	n := 0
	for _, it := range body {
		if it.kind == freeLine {
			n++
		}
		for _, f := range it.fields {
			if f.run && f.by.variable == noVariable {
				n++
			}
		}
	}
	return n
}

// complete considers a schema that explains the whole page.
func (f *finder) complete(items []item, a at) {
	for _, v := range a.visible {
		if f.used[v] == 0 {
			a.cost += costUnused
		}
	}
	if f.tired(a, 0) {
		return
	}
	s := &schema{items: cloneItems(items), variables: a.variables}
	before := countTags(items)
	for _, sample := range f.samples {
		r := &reader{page: sample, values: make([]int64, s.variables), learning: true}
		end, ok := r.match(s.items, 0)
		f.work -= r.work
		if !ok || end != len(sample.lines) {
			return
		}
	}
	a.cost += costTag * (countTags(s.items) - before)
	if !f.tired(a, 0) && tagsTell(s.items) {
		f.best, f.cost = s, a.cost
	}
}

// countTags counts the tags of all tagged lines.
func countTags(items []item) int {
	n := 0
	for _, it := range items {
		n += len(it.widths) + countTags(it.body)
	}
	return n
}

// tagsTell reports whether all tagged lines have tags of different widths.
func tagsTell(items []item) bool {
	for _, it := range items {
		widths := slices.Sorted(maps.Values(it.widths))
		if it.kind == taggedLine && widths[0] == widths[len(widths)-1] || !tagsTell(it.body) {
			return false
		}
	}
	return true
}

func cloneItems(items []item) []item {
	items = slices.Clone(items)
	for i := range items {
		items[i].fields = slices.Clone(items[i].fields)
		items[i].body = cloneItems(items[i].body)
		items[i].widths = maps.Clone(items[i].widths)
	}
	return items
}
