package spec

import (
	"slices"
	"sort"
)

// scalar draws one number. Conditions that it decides narrow its range first.
func (g *generator) scalar(f *field, v *value) *failure {
	t := f.typ
	if len(t.ranges) > 1 {
		return g.scalarOfMany(f, v)
	}
	b := g.rangeOf(t.ranges[0])
	if g.trouble != "" || b.lo > b.hi {
		return g.impossible(f, "the range %s is empty", g.spec.source[t.ranges[0].span.Start.Offset:t.ranges[0].span.End.Offset])
	}
	b, fail := g.narrow(f, v, b)
	if fail != nil {
		return fail
	}
	for range 40 {
		v.num = g.drawNumber(f, b)
		if fail = g.decided(f); fail == nil {
			return g.differ(f, v, b)
		}
	}
	return fail
}

// scalarOfMany draws from a union of ranges, to which conditions are applied
// afterwards only.
func (g *generator) scalarOfMany(f *field, v *value) *failure {
	g.allowed = g.columns(f.typ, g.allowed)
	a := g.allowed[0].nonempty()
	if g.trouble != "" || len(a) == 0 {
		return g.impossible(f, "its ranges are empty")
	}
	var fail *failure
	for range 40 {
		b := a[g.rng.intn(len(a))]
		v.num = g.drawNumber(f, b)
		fail = g.decided(f)
		if fail == nil && f.unique != nil && g.taken(f, v.num) {
			fail = g.impossible(f, "there are not enough different values")
		}
		if fail == nil {
			return nil
		}
	}
	return fail
}

func (g *generator) drawNumber(f *field, b bound) int64 {
	if f.sizes {
		return g.drawSize(f, b)
	}
	st := &g.styles[f.number]
	if st.kind == styleNone || g.bend > 0 {
		*st = g.styleFor(f.typ, b)
	} else if g.rng.oneIn(8) {
		return g.rng.within(b)
	}
	return g.draw(st, b)
}

// decided judges the conditions that the field decides and that did not narrow
// its range.
func (g *generator) decided(f *field) *failure {
	for _, c := range f.bounds {
		if !c.monotone && (!g.truth(c.expr) || g.trouble != "") {
			return g.unmet(c)
		}
	}
	return nil
}

// narrow shrinks a range to what the conditions and totals leave of it.
func (g *generator) narrow(f *field, v *value, b bound) (bound, *failure) {
	for _, c := range f.bounds {
		if !c.monotone {
			continue
		}
		b = squeeze(b, func(n int64) bool {
			v.num = n
			ok := g.truth(c.expr) && g.trouble == ""
			g.trouble = ""
			return ok
		})
		if b.lo > b.hi {
			return b, g.unmet(c)
		}
	}
	for _, t := range f.totals {
		rest := g.rest(t)
		for _, low := range []bool{true, false} {
			b = squeeze(b, func(n int64) bool {
				v.num = n
				term := g.number(t.term)
				ok := g.trouble == "" && (low && rest.lo <= term || !low && term <= rest.hi)
				g.trouble = ""
				return ok
			})
			if b.lo > b.hi {
				return b, g.unmet(t.condition)
			}
		}
	}
	return b, nil
}

// squeeze finds the part of a range in which a monotone condition holds.
func squeeze(b bound, ok func(int64) bool) bound {
	low, high := ok(b.lo), ok(b.hi)
	switch {
	case low && high:
		return b
	case !low && !high:
		return bound{1, 0}
	}
	in, out := b.lo, b.hi
	if high {
		in, out = b.hi, b.lo
	}
	for {
		mid := in + (out-in)/2
		if span := uint64(out) - uint64(in); in < out && span > 1<<63-1 || in > out && -span > 1<<63-1 {
			mid = in/2 + out/2
		}
		if mid == in {
			break
		}
		if ok(mid) {
			in = mid
		} else {
			out = mid
		}
	}
	if high {
		return bound{in, b.hi}
	}
	return bound{b.lo, in}
}

// taken reports whether an earlier repetition has this number already.
func (g *generator) taken(f *field, n int64) bool {
	_, again := g.seen[f.unique.number].numbers[n]
	return again
}

// differ moves a number that must be unique to one that is free.
func (g *generator) differ(f *field, v *value, b bound) *failure {
	if f.unique == nil {
		return nil
	}
	for try := 0; g.taken(f, v.num) || g.decided(f) != nil; try++ {
		switch {
		case try < 8:
			v.num = g.drawNumber(f, b)
		case try < 30:
			v.num = g.rng.within(b)
		case try > 30+len(g.seen[f.unique.number].numbers)+blockTries:
			return g.impossible(f, "there are not enough different values")
		case v.num == b.hi:
			v.num = b.lo
		default:
			v.num++
		}
	}
	return nil
}

// array fills an array of numbers.
func (g *generator) array(f *field, list []int64) *failure {
	t := f.typ
	if len(list) == 0 {
		return g.sumsOfNothing(f)
	}
	if len(t.ranges) > 1 {
		return g.arrayOfMany(f, list)
	}
	b := g.allowed[0][0]
	if t.distinct || t.order == increasing || t.order == decreasing {
		if !g.distinctNumbers(list, b) {
			return g.impossible(f, "its range holds %d numbers, and %d different ones are needed", b.hi-b.lo+1, len(list))
		}
		g.arrange(t, list)
		return nil
	}
	g.fill(f, list, b)
	if fail := g.boundSum(f, list, b); fail != nil {
		return fail
	}
	g.arrange(t, list)
	return nil
}

// fill fills an array in one of several styles.
func (g *generator) fill(f *field, list []int64, b bound) {
	st := g.styleFor(f.typ, b)
	if kept := &g.styles[f.number]; f.block.parent != nil {
		// Within a repeat, half of the arrays share a style.
		if kept.kind == styleNone {
			*kept = st
		}
		if g.rng.oneIn(2) {
			st = *kept
		}
	}
	g.drawAll(&st, list, b)
	if f.typ.order == unordered {
		g.pattern(list)
	}
}

// pattern now and then gives an array an order that random ones do not have.
func (g *generator) pattern(list []int64) {
	switch g.rng.intn(14) {
	case 0:
		slices.Sort(list)
	case 1:
		slices.Sort(list)
		slices.Reverse(list)
	case 2: // blocks of equal elements
		for i := 1; i < len(list); i++ {
			if !g.rng.oneIn(3) {
				list[i] = list[i-1]
			}
		}
	case 3: // a palindrome
		for i := range len(list) / 2 {
			list[len(list)-1-i] = list[i]
		}
	}
}

// arrange puts the elements into the demanded order.
func (g *generator) arrange(t *typ, list []int64) {
	if t.order == unordered {
		return
	}
	slices.Sort(list)
	if t.order == descending || t.order == decreasing {
		slices.Reverse(list)
	}
}

func (g *generator) arrayOfMany(f *field, list []int64) *failure {
	a := g.allowed[0].nonempty()
	styles := make([]style, len(a))
	for i, b := range a {
		styles[i] = g.styleFor(f.typ, b)
	}
	favoured := g.rng.intn(len(a))
	seen := map[int64]bool{}
	different := f.typ.distinct || f.typ.order == increasing || f.typ.order == decreasing
	for i := range list {
		for try := 0; ; try++ {
			j := favoured
			if g.rng.oneIn(2) || try > 4 {
				j = g.rng.intn(len(a))
			}
			if list[i] = g.draw(&styles[j], a[j]); try > 8 {
				list[i] = g.rng.within(a[j])
			}
			if !different || !seen[list[i]] {
				break
			}
			if try > 200 {
				return g.impossible(f, "there are not enough different values")
			}
		}
		if different {
			seen[list[i]] = true
		}
	}
	g.arrange(f.typ, list)
	return nil
}

// distinctNumbers draws pairwise different numbers, and reports whether there
// are enough.
func (g *generator) distinctNumbers(list []int64, b bound) bool {
	n := uint64(len(list))
	width := uint64(b.hi) - uint64(b.lo) + 1
	if width != 0 && width < n {
		return false
	}
	b = g.window(b, n)
	if width = uint64(b.hi) - uint64(b.lo) + 1; width != 0 && width <= 4*n {
		pool := g.store.numbers.take(int(width))
		for i := range pool {
			pool[i] = b.lo + int64(i)
		}
		for i := range list {
			j := i + g.rng.intn(len(pool)-i)
			pool[i], pool[j] = pool[j], pool[i]
			list[i] = pool[i]
		}
		return true
	}
	g.graph.seen.reset(len(list))
	for i := range list {
		for {
			list[i] = g.rng.within(b)
			if g.graph.seen.add(uint64(list[i]) - uint64(b.lo)) {
				break
			}
		}
	}
	return true
}

// window narrows a range to one that still holds n numbers: just so many, a few
// more, or all.
func (g *generator) window(b bound, n uint64) bound {
	width := uint64(b.hi) - uint64(b.lo) + 1
	wanted := width
	switch g.rng.intn(4) {
	case 0:
		wanted = n
	case 1:
		wanted = n + n/2 + 1
	case 2:
		wanted = 4*n + 8
	}
	if wanted == 0 || width != 0 && wanted >= width {
		return b
	}
	anchor := min(max(b.lo, -int64(wanted/2)), b.hi)
	if uint64(b.hi)-uint64(anchor)+1 < wanted {
		anchor = int64(uint64(b.hi) - wanted + 1)
	}
	return bound{anchor, int64(uint64(anchor) + wanted - 1)}
}

// sumsOfNothing judges the bounds on the sum of an empty array.
func (g *generator) sumsOfNothing(f *field) *failure {
	_, fail := g.sumRange(f)
	if fail != nil {
		return fail
	}
	for _, s := range f.sums {
		if !g.truth(s.condition.expr) || g.trouble != "" {
			return g.unmet(s.condition)
		}
	}
	return nil
}

// sumRange is what all bounds on an array's sum leave.
func (g *generator) sumRange(f *field) (bound, *failure) {
	b := bound{lowest, highest}
	for _, s := range f.sums {
		if s.least != nil {
			b.lo = max(b.lo, g.number(s.least))
		}
		if s.most != nil {
			b.hi = min(b.hi, g.number(s.most))
		}
		if g.trouble != "" || b.lo > b.hi {
			return b, g.unmet(s.condition)
		}
	}
	for _, t := range f.totals {
		rest := g.rest(t)
		b = bound{max(b.lo, rest.lo), min(b.hi, rest.hi)}
		if b.lo > b.hi {
			return b, g.unmet(t.condition)
		}
	}
	return b, nil
}

// boundSum changes an array so that its sum keeps its bounds.
func (g *generator) boundSum(f *field, list []int64, b bound) *failure {
	if len(f.sums) == 0 && len(f.totals) == 0 {
		return nil
	}
	want, fail := g.sumRange(f)
	if fail != nil {
		return fail
	}
	var sum int64
	for _, n := range list {
		sum = saturatedAdd(sum, n)
	}
	if want.lo <= sum && sum <= want.hi {
		return nil
	}
	n := int64(len(list))
	want.lo = max(want.lo, saturatedMultiply(n, b.lo))
	want.hi = min(want.hi, saturatedMultiply(n, b.hi))
	if want.lo > want.hi {
		if len(f.sums) > 0 {
			return g.unmet(f.sums[0].condition)
		}
		return g.unmet(f.totals[0].condition)
	}
	g.distribute(list, b, g.rng.within(want))
	return nil
}

// distribute fills an array with numbers of a range that add up to the target,
// which is possible.
func (g *generator) distribute(list []int64, b bound, target int64) {
	even := g.rng.oneIn(2)
	for i := range list {
		left := int64(len(list) - i - 1)
		one := bound{
			max(b.lo, saturatedAdd(target, saturatedNegate(saturatedMultiply(left, b.hi)))),
			min(b.hi, saturatedAdd(target, saturatedNegate(saturatedMultiply(left, b.lo)))),
		}
		if even {
			// Stay near the average of what is left.
			average := target / (left + 1)
			spread := max(1, average/2)
			one.lo, one.hi = max(one.lo, min(one.hi, average-spread)), min(one.hi, max(one.lo, average+spread))
		}
		list[i] = g.rng.within(one)
		target -= list[i]
	}
	shuffle(&g.rng, list)
}

// intervals fills rows `l r`.
func (g *generator) intervals(f *field, list []int64) *failure {
	t, b := f.typ, g.allowed[0][0]
	if len(list) == 0 {
		return nil
	}
	if t.strict && b.lo == b.hi {
		return g.impossible(f, "its range holds a single number, and the ends should differ")
	}
	switch {
	case t.disjoint:
		if !g.disjoint(t, list, b) {
			return g.impossible(f, "its range is too small for so many disjoint intervals")
		}
	case t.distinct || t.order == increasing || t.order == decreasing:
		if !g.distinctRows(t, list) {
			return g.impossible(f, "there are not enough different intervals")
		}
	default:
		st := g.newStyle(b)
		for k := 0; k < len(list); k += 2 {
			g.interval(&st, t, list[k:k+2], b)
		}
	}
	g.arrangeRows(t, list)
	return nil
}

// interval draws one interval: of any length, short, or the whole range.
func (g *generator) interval(st *style, t *typ, row []int64, b bound) {
	a := g.draw(st, b)
	c := g.draw(st, b)
	switch g.rng.intn(6) {
	case 0:
		c = a
	case 1:
		c = min(b.hi, saturatedAdd(a, int64(g.rng.intn(3))))
	case 2:
		if g.rng.oneIn(3) {
			a, c = b.lo, b.hi
		}
	}
	if t.strict && a == c {
		if a == b.hi {
			a--
		} else {
			c++
		}
	}
	row[0], row[1] = min(a, c), max(a, c)
}

// disjoint draws intervals that share no point, and reports whether there is
// room.
func (g *generator) disjoint(t *typ, list []int64, b bound) bool {
	k := len(list) / 2
	least := uint64(1)
	if t.strict {
		least = 2
	}
	width := uint64(b.hi) - uint64(b.lo) + 1
	extra := (least - 1) * uint64(k)
	if width != 0 && width < uint64(k)+extra {
		return false
	}
	lefts := g.store.numbers.take(k)
	g.distinctNumbers(lefts, bound{b.lo, int64(uint64(b.hi) - extra)})
	slices.Sort(lefts)
	tight := g.rng.oneIn(3)
	for i, left := range lefts {
		lo := int64(uint64(left) + (least-1)*uint64(i))
		last := b.hi
		if i+1 < k {
			last = int64(uint64(lefts[i+1])+(least-1)*uint64(i+1)) - 1
		}
		list[2*i], list[2*i+1] = lo, g.rng.within(bound{lo + int64(least) - 1, last})
		if tight {
			list[2*i+1] = last
		}
	}
	if t.order == unordered {
		shuffleRows(&g.rng, list, 2)
	}
	return true
}

func shuffleRows(r *rng, list []int64, width int) {
	for i := len(list)/width - 1; i > 0; i-- {
		j := r.intn(i + 1)
		for c := range width {
			list[i*width+c], list[j*width+c] = list[j*width+c], list[i*width+c]
		}
	}
}

// rowsOf sorts rows of numbers.
type rowsOf struct {
	list  []int64
	width int
}

func (r rowsOf) Len() int { return len(r.list) / r.width }
func (r rowsOf) Less(i, j int) bool {
	return compareRows(r.list[i*r.width:(i+1)*r.width], r.list[j*r.width:(j+1)*r.width]) < 0
}
func (r rowsOf) Swap(i, j int) {
	for c := range r.width {
		r.list[i*r.width+c], r.list[j*r.width+c] = r.list[j*r.width+c], r.list[i*r.width+c]
	}
}

func (g *generator) arrangeRows(t *typ, list []int64) {
	switch t.order {
	case sorted, increasing:
		sort.Sort(rowsOf{list, t.width()})
	case descending, decreasing:
		sort.Sort(sort.Reverse(rowsOf{list, t.width()}))
	}
}

// points fills rows of coordinates.
func (g *generator) points(f *field, list []int64) *failure {
	t, width := f.typ, f.typ.width()
	if t.distinct || t.order == increasing || t.order == decreasing {
		if !g.distinctRows(t, list) {
			return g.impossible(f, "there are not enough different points")
		}
		g.arrangeRows(t, list)
		return nil
	}
	for c := range width {
		st := g.newStyle(g.allowed[c][0])
		for k := c; k < len(list); k += width {
			list[k] = g.draw(&st, g.allowed[c][0])
		}
	}
	if g.rng.oneIn(8) { // on a diagonal
		for k := 0; k < len(list); k += width {
			for c := 1; c < width; c++ {
				list[k+c] = min(max(list[k], g.allowed[c][0].lo), g.allowed[c][0].hi)
			}
		}
	}
	g.arrangeRows(t, list)
	return nil
}

// distinctRows draws pairwise different intervals or points, and reports whether
// there are enough.
func (g *generator) distinctRows(t *typ, list []int64) bool {
	width := t.width()
	columns := make([]bound, width)
	for c := range columns {
		columns[c] = g.allowed[c][0]
	}
	rows := len(list) / width
	if !g.rng.oneIn(3) {
		columns = g.crowd(columns, rows)
	}
	if g.rejectRows(t, list, columns) {
		return true
	}
	for c := range columns {
		columns[c] = g.allowed[c][0]
	}
	return g.rejectRows(t, list, columns) || g.chooseRows(t, list, columns)
}

// crowd narrows the coordinates' ranges so that points lie close together.
func (g *generator) crowd(columns []bound, rows int) []bound {
	side := uint64(2)
	for side*side < 3*uint64(rows) {
		side++
	}
	crowded := make([]bound, len(columns))
	for c, b := range columns {
		crowded[c] = b
		if uint64(b.hi)-uint64(b.lo) > side {
			lo := min(max(b.lo, -int64(side/2)), b.hi-int64(side))
			crowded[c] = bound{lo, lo + int64(side)}
		}
	}
	return crowded
}

// rejectRows draws rows until they differ; it gives up after many tries.
func (g *generator) rejectRows(t *typ, list []int64, columns []bound) bool {
	width := t.width()
	g.graph.rows.reset(list, width)
	tries := 20*len(list) + 100
	for k := 0; k < len(list); k += width {
		for g.drawRow(t, list[k:k+width], columns); !g.graph.rows.add(k / width); g.drawRow(t, list[k:k+width], columns) {
			if tries--; tries < 0 {
				return false
			}
		}
	}
	return true
}

// drawRow draws an interval or a point.
func (g *generator) drawRow(t *typ, row []int64, columns []bound) {
	for {
		for c := range row {
			row[c] = g.rng.within(columns[c])
		}
		if t.kind != kindInterval {
			return
		}
		row[0], row[1] = min(row[0], row[1]), max(row[0], row[1])
		if !t.strict || row[0] != row[1] {
			return
		}
	}
}

// chooseRows lists all rows of a small range and takes some of them.
func (g *generator) chooseRows(t *typ, list []int64, columns []bound) bool {
	width := t.width()
	domain := int64(1)
	for _, b := range columns {
		domain = saturatedMultiply(domain, saturatedAdd(saturatedAdd(b.hi, saturatedNegate(b.lo)), 1))
	}
	if domain > int64(64*len(list)+4096) {
		return false
	}
	var all []int64
	row := make([]int64, width)
	for i := range domain {
		rest := i
		for c, b := range columns {
			size := b.hi - b.lo + 1
			row[c] = b.lo + rest%size
			rest /= size
		}
		if t.kind != kindInterval || row[0] < row[1] || row[0] == row[1] && !t.strict {
			all = append(all, row...)
		}
	}
	if len(all) < len(list) {
		return false
	}
	shuffleRows(&g.rng, all, width)
	copy(list, all)
	return true
}

// permutation fills a permutation: identical, reversed, nearly sorted, rotated
// or random.
func (g *generator) permutation(t *typ, list []int64) {
	for i := range list {
		list[i] = t.base + int64(i)
	}
	n := len(list)
	if n < 2 {
		return
	}
	switch g.rng.pick(1, 1, 2, 1, 8) {
	case 1:
		slices.Reverse(list)
	case 2:
		for range 1 + g.rng.intn(3) {
			i, j := g.rng.intn(n), g.rng.intn(n)
			list[i], list[j] = list[j], list[i]
		}
	case 3:
		k := g.rng.intn(n)
		slices.Reverse(list[:k])
		slices.Reverse(list[k:])
		slices.Reverse(list)
	case 4:
		shuffle(&g.rng, list)
	}
}
