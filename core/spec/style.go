package spec

import "math/bits"

// styleKind is a way to draw values from a range. Wide ranges alone miss most
// bugs: equal and neighbouring values hardly ever occur in them. So each array
// and each field gets a style of its own.
type styleKind uint8

const (
	styleNone styleKind = iota
	styleUniform
	styleNear     // close to zero, or to the end of the range nearest to it
	styleHigh     // close to the upper end
	styleEnds     // close to either end
	styleLog      // any magnitude alike
	stylePair     // two values only
	styleConstant // one value only
)

type style struct {
	kind   styleKind
	radius int64
	a, b   int64
	// step, above 1, makes all values multiples of it: round decimals.
	step int64
}

// styleFor chooses a style for values of a type. Decimals are often round.
func (g *generator) styleFor(t *typ, b bound) style {
	if t.kind != kindFloat || t.digits == 0 {
		return g.newStyle(b)
	}
	step := int64(1)
	for range g.rng.intn(t.digits + 1) {
		step *= 10
	}
	inner := b.inSteps(step)
	if step == 1 || inner.lo > inner.hi {
		return g.newStyle(b)
	}
	st := g.newStyle(inner)
	st.step = step
	return st
}

// inSteps is the range of the multiples of step, divided by it.
func (b bound) inSteps(step int64) bound {
	lo, hi := b.lo/step, b.hi/step
	if b.lo > 0 && b.lo%step != 0 {
		lo++
	}
	if b.hi < 0 && b.hi%step != 0 {
		hi--
	}
	return bound{lo, hi}
}

// newStyle chooses a style for values of a range.
func (g *generator) newStyle(b bound) style {
	st := style{kind: styleUniform}
	if g.bend > 0 {
		// A condition did not hold: plain and small values are likelier to meet it.
		switch g.rng.intn(4) {
		case 0:
			return st
		case 1:
			return style{kind: styleNear, radius: 10}
		}
	}
	if span := uint64(b.hi) - uint64(b.lo); span < 4 {
		st.kind = []styleKind{styleUniform, stylePair, styleConstant}[g.rng.pick(12, 2, 1)]
	} else {
		choice := g.rng.pick(4, 4, 3, 2, 1, 1, 2, 2, 1)
		st.kind = []styleKind{styleUniform, styleNear, styleNear, styleNear, styleHigh, styleEnds, styleLog, stylePair, styleConstant}[choice]
		st.radius = []int64{0, 3, 10, saturatedAdd(saturatedMultiply(2, g.size), 1), 3, 2, 0, 0, 0}[choice]
	}
	wide := style{kind: styleUniform}
	if g.rng.oneIn(2) {
		wide = style{kind: styleNear, radius: 10}
	}
	if st.kind == stylePair || st.kind == styleConstant {
		st.a, st.b = g.draw(&wide, b), g.draw(&wide, b)
	}
	return st
}

// near is the part of a range close to the value in it that is nearest to zero.
func (b bound) near(radius int64) bound {
	anchor := min(max(0, b.lo), b.hi)
	return bound{max(b.lo, saturatedAdd(anchor, -radius)), min(b.hi, saturatedAdd(anchor, radius))}
}

// draw draws one value of the range, which may differ from the one that the
// style was made for.
func (g *generator) draw(st *style, b bound) int64 {
	if st.step > 1 {
		if inner := b.inSteps(st.step); inner.lo <= inner.hi {
			plain := *st
			plain.step = 0
			return g.draw(&plain, inner) * st.step
		}
	}
	switch st.kind {
	case styleNear:
		return g.rng.within(b.near(st.radius))
	case styleHigh:
		return g.rng.within(bound{max(b.lo, saturatedAdd(b.hi, -st.radius)), b.hi})
	case styleEnds:
		if g.rng.oneIn(2) {
			return g.rng.within(bound{b.lo, min(b.hi, saturatedAdd(b.lo, st.radius))})
		}
		return g.rng.within(bound{max(b.lo, saturatedAdd(b.hi, -st.radius)), b.hi})
	case styleLog:
		return g.drawLog(b)
	case stylePair:
		if g.rng.oneIn(2) {
			return min(max(st.a, b.lo), b.hi)
		}
		return min(max(st.b, b.lo), b.hi)
	case styleConstant:
		return min(max(st.a, b.lo), b.hi)
	}
	return g.rng.within(b)
}

// drawLog draws a distance from the value nearest to zero whose number of bits
// is uniform.
func (g *generator) drawLog(b bound) int64 {
	anchor := min(max(0, b.lo), b.hi)
	up, down := uint64(b.hi)-uint64(anchor), uint64(anchor)-uint64(b.lo)
	reach, sign := up, uint64(1)
	if down > 0 && (up == 0 || g.rng.oneIn(2)) {
		reach, sign = down, ^uint64(0)
	}
	size := g.rng.intn(bits.Len64(reach) + 1)
	distance := g.rng.next() & (1<<size - 1)
	return int64(uint64(anchor) + min(distance, reach)*sign)
}

// drawAll fills a list; wide uniform ranges, the bulk of large inputs, take a
// short way.
func (g *generator) drawAll(st *style, list []int64, b bound) {
	if st.step > 1 || st.kind != styleUniform && st.kind != styleNear {
		for i := range list {
			list[i] = g.draw(st, b)
		}
		return
	}
	if st.kind == styleNear {
		b = b.near(st.radius)
	}
	width := uint64(b.hi) - uint64(b.lo) + 1
	if width == 0 {
		for i := range list {
			list[i] = int64(g.rng.next())
		}
		return
	}
	for i := range list {
		list[i] = int64(uint64(b.lo) + g.rng.below(width))
	}
}
