package spec

import "math/bits"

// rng is a small and fast source of pseudo-random numbers (SplitMix64). What it
// yields is part of the promise that a seed stands for an input: it must not
// change between versions without need.
type rng struct{ state uint64 }

func newRNG(seed uint64, size Size) rng {
	r := rng{state: seed*0x9e3779b97f4a7c15 + uint64(size)*0xd1342543de82ef95}
	r.next()
	return r
}

func (r *rng) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below draws from 0 to n-1; n is at least 1.
func (r *rng) below(n uint64) uint64 {
	hi, _ := bits.Mul64(r.next(), n)
	return hi
}

// intn draws from 0 to n-1; n is at least 1.
func (r *rng) intn(n int) int { return int(r.below(uint64(n))) }

// within draws from a bound that is not empty.
func (r *rng) within(b bound) int64 {
	width := uint64(b.hi) - uint64(b.lo) + 1
	if width == 0 {
		return int64(r.next())
	}
	return int64(uint64(b.lo) + r.below(width))
}

// oneIn is true once in n draws.
func (r *rng) oneIn(n int) bool { return r.below(uint64(n)) == 0 }

func shuffle[T any](r *rng, list []T) {
	for i := len(list) - 1; i > 0; i-- {
		j := r.intn(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}

// pick chooses an index with the given weights.
func (r *rng) pick(weights ...int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	n := r.intn(total)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return 0
}
