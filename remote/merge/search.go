package merge

import "math"

// none is no diagonal.
const none = math.MinInt

// search finds the shortest edit scripts between two sequences, all of them at
// once. It follows Myers' O(ND) idea from both ends: on every diagonal, which is
// the difference of the places in a and b, it knows how far each number of edits
// reaches. A step lies on a shortest script if what it costs to reach it, and from
// it the end, is the distance.
type search struct {
	a, b     []int32
	distance int
	// forward[d] and backward[d] are the furthest places in a that d edits reach
	// from that end; index k+d is diagonal k.
	forward, backward [][]int32
}

// run computes the reaches, unless the texts are too far apart.
func (s *search) run() bool {
	f, ok := reaches(len(s.a), len(s.b), func(i, j int) bool { return s.a[i] == s.b[j] })
	if !ok {
		return false
	}
	s.forward, s.distance = f, len(f)-1
	if (len(s.a)+1)*(s.distance+1) > maxWork {
		return false
	}
	n, m := len(s.a), len(s.b)
	s.backward, ok = reaches(n, m, func(i, j int) bool { return s.a[n-1-i] == s.b[m-1-j] })
	return ok
}

// reaches are the furthest places for 0, 1, … edits until both ends are reached.
func reaches(n, m int, equal func(i, j int) bool) ([][]int32, bool) {
	var all [][]int32
	work := 0
	for d := 0; d <= maxDistance; d++ {
		row := make([]int32, 2*d+1)
		for k := -d; k <= d; k += 2 { // for the last row, which stays incomplete
			row[k+d] = -1
			if d >= 2 {
				row[k+d] = int32(at(all[d-2], d-2, k))
			}
		}
		for k := -d; k <= d; k += 2 {
			x := furthest(all, d, k, n, m)
			if x < 0 {
				row[k+d] = -1
				continue
			}
			start := x
			for x < n && x-k < m && equal(x, x-k) {
				x++
			}
			work += x - start + 1
			row[k+d] = int32(x)
			if x == n && x-k == m {
				return append(all, row), true
			}
		}
		if work > maxWork {
			return nil, false
		}
		all = append(all, row)
	}
	return nil, false
}

// furthest is where a d-th edit leads to on diagonal k, before any equal lines, or
// -1 where there is nothing. It is never behind what fewer edits reach.
func furthest(all [][]int32, d, k, n, m int) int {
	if d == 0 {
		return 0
	}
	x := -1
	if down := at(all[d-1], d-1, k+1); down >= 0 && down-k <= m { // a line of b inserted
		x = down
	}
	if right := at(all[d-1], d-1, k-1); right >= 0 && right < n { // a line of a deleted
		x = max(x, right+1)
	}
	if d >= 2 {
		x = max(x, at(all[d-2], d-2, k))
	}
	return x
}

func at(row []int32, d, k int) int {
	if k < -d || k > d {
		return -1
	}
	return int(row[k+d])
}

// certain is, for every line of a, the diagonal on which every shortest script
// keeps it, or none.
func (s *search) certain() []int {
	n, m := len(s.a), len(s.b)
	kept := make([]int, n)
	for i := range kept {
		kept[i] = none
	}
	open := make([]bool, n) // another script deletes it or keeps it elsewhere
	for k := max(-m, -s.distance); k <= min(n, s.distance); k++ {
		if abs(k)+abs(n-m-k) > s.distance {
			continue
		}
		from, to := s.from(k), s.until(k)
		after := s.until(k + 1)
		for x := max(0, k); x < n && x-k <= m; x++ {
			cost, ok := from.cost(x)
			if !ok {
				break
			}
			y := x - k
			if y < m && s.a[x] == s.b[y] {
				if rest, ok := to.cost(x + 1); ok && cost+rest == s.distance {
					open[x] = open[x] || kept[x] != none
					kept[x] = k
				}
			}
			if rest, ok := after.cost(x + 1); ok && cost+1+rest == s.distance {
				open[x] = true
			}
		}
	}
	for x := range kept {
		if open[x] {
			kept[x] = none
		}
	}
	return kept
}

// level tells what the places of one diagonal cost, asked for in ascending order.
type level struct {
	rows [][]int32
	k, d int
	// n is set for costs to the end, which fall as the place ascends.
	n        int
	backward bool
}

// from is what it costs to come to diagonal k's places.
func (s *search) from(k int) *level {
	return &level{rows: s.forward, k: k, d: abs(k)}
}

// until is what it costs to come from diagonal k's places to the end.
func (s *search) until(k int) *level {
	k = len(s.a) - len(s.b) - k
	d := s.distance
	if (d-k)%2 != 0 {
		d--
	}
	return &level{rows: s.backward, k: k, d: d, n: len(s.a), backward: true}
}

// cost is the number of edits, and whether it is within the distance.
func (l *level) cost(x int) (int, bool) {
	if !l.backward {
		for l.d < len(l.rows) && at(l.rows[l.d], l.d, l.k) < x {
			l.d += 2
		}
		return l.d, l.d < len(l.rows)
	}
	if l.d < 0 || l.d < abs(l.k) || at(l.rows[l.d], l.d, l.k) < l.n-x {
		return 0, false
	}
	for l.d-2 >= abs(l.k) && at(l.rows[l.d-2], l.d-2, l.k) >= l.n-x {
		l.d -= 2
	}
	return l.d, true
}

func abs(n int) int { return max(n, -n) }
