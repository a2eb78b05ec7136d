package merge

// What a comparison may cost. Beyond it the texts are first cut at lines that are
// unique in both, and what is too large even then counts as changed throughout.
const (
	// maxDistance is the number of lines inserted and deleted; memory grows with
	// its square.
	maxDistance = 1500
	// maxWork bounds the steps of one comparison, each some nanoseconds.
	maxWork = 24_000_000
)

// certain is, for every line of a, the line of b that it is matched with in every
// longest common subsequence of the two, or -1 where there is none.
func certain(a, b []int32) []int {
	m := make([]int, len(a))
	for i := range m {
		m[i] = -1
	}
	c := comparison{a: a, b: b, match: m}
	if !c.exact(0, len(a), 0, len(b)) {
		c.cut()
	}
	return c.match
}

type comparison struct {
	a, b  []int32
	match []int
}

// exact fills match for one part of the texts, or reports that it is too large.
func (c *comparison) exact(a0, a1, b0, b1 int) bool {
	s := search{a: c.a[a0:a1], b: c.b[b0:b1]}
	if !s.run() {
		return false
	}
	for i, diagonal := range s.certain() {
		if diagonal != none {
			c.match[a0+i] = b0 + i - diagonal
		}
	}
	return true
}

// cut compares the parts between lines that occur once in each text, in the order
// that keeps most of them.
func (c *comparison) cut() {
	a, b := 0, 0
	for _, u := range append(c.unique(), pair{len(c.a), len(c.b)}) {
		if u.a < a || u.b < b {
			continue
		}
		// Too large a part stays without matches.
		_ = c.exact(a, u.a, b, u.b)
		if u.a < len(c.a) {
			c.match[u.a] = u.b
		}
		a, b = u.a+1, u.b+1
	}
}

type pair struct{ a, b int }

// unique is the longest ascending run of lines that occur once in each text.
func (c *comparison) unique() []pair {
	type seen struct{ inA, inB, a, b int }
	count := map[int32]*seen{}
	at := func(id int32) *seen {
		s, ok := count[id]
		if !ok {
			s = &seen{}
			count[id] = s
		}
		return s
	}
	for i, id := range c.a {
		s := at(id)
		s.inA, s.a = s.inA+1, i
	}
	for i, id := range c.b {
		s := at(id)
		s.inB, s.b = s.inB+1, i
	}
	var pairs []pair
	for _, id := range c.a {
		if s := count[id]; s.inA == 1 && s.inB == 1 {
			pairs = append(pairs, pair{s.a, s.b})
		}
	}
	return ascending(pairs)
}

// ascending is the longest subsequence of pairs, which ascend in a, that ascends in
// b, too.
func ascending(pairs []pair) []pair {
	piles := []int{} // the last pair of the best run of each length
	before := make([]int, len(pairs))
	for i, p := range pairs {
		low, high := 0, len(piles)
		for low < high {
			if mid := (low + high) / 2; pairs[piles[mid]].b < p.b {
				low = mid + 1
			} else {
				high = mid
			}
		}
		before[i] = -1
		if low > 0 {
			before[i] = piles[low-1]
		}
		if low == len(piles) {
			piles = append(piles, i)
		} else {
			piles[low] = i
		}
	}
	run := make([]pair, len(piles))
	if len(piles) == 0 {
		return run
	}
	for i, at := len(piles)-1, piles[len(piles)-1]; i >= 0; i-- {
		run[i] = pairs[at]
		at = before[at]
	}
	return run
}
