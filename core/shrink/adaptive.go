package shrink

import "math/bits"

// Keep deletes as many as it can of n things. The things are numbered from 0;
// render makes the candidate that has only the kept ones, in ascending order, or
// nil where that is impossible. Keep returns what was kept in the end.
//
// Whole blocks go first: a block's size halves when it cannot be deleted and
// doubles when it can, so a few things that matter among many cost few runs.
// It sweeps once, so passes repeat until none succeeds: when a call deletes
// nothing, and the search is not over, no single thing can be deleted.
func (s *Search) Keep(n int, render func(kept []int) []byte) []int {
	kept := make([]int, n)
	for i := range kept {
		kept[i] = i
	}
	// Later things often depend on earlier ones, so the end goes first.
	at := cut{end: n, size: n}
	for at.end > 0 {
		taken := s.First(func(yield func([]byte) bool) {
			for c := at; c.end > 0 && yield(render(c.without(kept))); {
				c = c.failed()
			}
		})
		if taken < 0 {
			break
		}
		for range taken {
			at = at.failed()
		}
		kept = at.without(kept)
		at = at.succeeded()
	}
	return kept
}

// cut is a block of things that Keep tries to delete: size of them before end.
type cut struct{ end, size int }

func (c cut) without(kept []int) []int {
	rest := make([]int, 0, len(kept)-c.size)
	rest = append(rest, kept[:c.end-c.size]...)
	return append(rest, kept[c.end:]...)
}

// failed is the block to try when c cannot be deleted.
func (c cut) failed() cut {
	if c.size > 1 {
		return cut{c.end, c.size / 2}
	}
	return cut{c.end - 1, 1}
}

// succeeded is the block to try after c was deleted.
func (c cut) succeeded() cut {
	end := c.end - c.size
	return cut{end, min(2*c.size, end)}
}

// Lower finds the smallest value, low at least, for which the rendered candidate
// still fails; high is the value in Best. It tries the two lowest values and the
// next lower one; only if that fails it looks for the order of magnitude and then
// for the value by bisection: the least one where failing is monotone, a local one
// elsewhere. It returns the value that Best has in the end.
func (s *Search) Lower(low, high uint64, render func(value uint64) []byte) uint64 {
	for range 2 {
		if low >= high {
			return high
		}
		if s.Try(render(low)) {
			return low
		}
		low++
	}
	if low >= high || !s.Try(render(high-1)) {
		return high
	}
	high--
	base := low
	for a, b := 0, bits.Len64(high-low); a < b && !s.Over(); {
		k := (a + b) / 2
		switch value := base + 1<<k; {
		case value >= high:
			b = k
		case s.Try(render(value)):
			high, b = value, k
		default:
			low, a = value+1, k+1
		}
	}
	return s.bisect(low, high, render)
}

// bisect is Lower's last step: nothing below low is asked for, high is in Best.
func (s *Search) bisect(low, high uint64, render func(value uint64) []byte) uint64 {
	for low < high && !s.Over() {
		middle := low + (high-low)/2
		if s.options.width() > 1 {
			// The two values one of which will be the next question.
			s.Ahead(render(middle), render(low+(middle-low)/2), render(middle+1+(high-middle-1)/2))
		}
		if s.Try(render(middle)) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return high
}
