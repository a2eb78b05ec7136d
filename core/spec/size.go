package spec

import (
	"math"
	"math/bits"
)

// Size is a soft upper limit for counts: lengths, numbers of vertices, edges,
// repetitions. It does not limit the values of other numbers, whose ranges are
// mixed at every size. A lower bound in the spec wins over it.
type Size int

// Unlimited lets counts reach the spec's own upper bounds.
const Unlimited Size = math.MaxInt32

// SizeAt is the size for the test of that number, counted from 1: small inputs
// first, then slowly growing ones, among which small ones remain. The thousandth
// test has size 13, the ten thousandth 25.
func SizeAt(test int) Size {
	if test <= 40 {
		return Size(1 + max(test-1, 0)/10)
	}
	root := 1
	for (root+1)*(root+1)*(root+1) <= test-40 {
		root++
	}
	return Size(4 + root)
}

// rampEnd is the seed up to which the size is that of the test of the same number.
const rampEnd = 10_000

// SizeFor is the size of the input that a run makes for a seed. It depends on the
// seed alone, so that a seed stands for the same input wherever it occurs: in a
// long run, in a replay of one test, and whatever the number of slots.
//
// A run usually begins at seed 1; there, and up to seed 10,000, the sizes are those
// of SizeAt. Beyond, the seed says nothing about how long the run has lasted: each
// of them draws one of those sizes, or of larger ones up to those of a test of its
// own number (or the millionth), every order of magnitude of test numbers being
// equally likely. A run that begins at any such seed therefore sees small and
// large inputs from its first tests on.
func SizeFor(seed uint64) Size {
	if seed <= rampEnd {
		return SizeAt(int(seed))
	}
	r := newRNG(seed, 0)
	magnitudes := min(bits.Len64(seed), 20)
	return SizeAt(1 + r.intn(1<<(1+r.intn(magnitudes))))
}

// limit is the size in force: larger or smaller than asked for where a condition
// did not hold.
func (g *generator) limit() int64 {
	switch g.bend % 4 {
	case 1:
		return 2*g.size + 2
	case 2:
		return g.size / 2
	case 3:
		return 4*g.size + 4
	}
	return g.size
}

// sizes is the range from which a count is drawn.
func (g *generator) sizes(b bound) bound {
	limit := g.limit()
	high := max(b.lo, limit)
	if b.lo > limit {
		high = saturatedAdd(b.lo, limit/4)
	}
	return bound{b.lo, min(b.hi, high)}
}

// drawSize draws a count: any size up to the limit, and often the limit itself.
func (g *generator) drawSize(f *field, b bound) int64 {
	if f != nil && f.edges {
		return g.drawEdges(b)
	}
	b = g.sizes(b)
	if g.rng.oneIn(5) {
		return b.hi
	}
	return g.rng.within(b)
}

// drawEdges draws a number of edges; the bound is what the graph allows. Sparse
// and complete graphs are frequent.
func (g *generator) drawEdges(b bound) int64 {
	size := g.limit()
	limit := saturatedMultiply(3, size)
	if size < 12 {
		limit = max(limit, size*(size-1))
	}
	capped := bound{b.lo, min(b.hi, max(b.lo, limit))}
	switch g.rng.pick(4, 2, 2, 3) {
	case 0:
		return g.rng.within(capped)
	case 1:
		return capped.hi
	case 2:
		return capped.lo
	}
	return g.rng.within(bound{capped.lo, min(capped.hi, saturatedAdd(capped.lo, 3))})
}
