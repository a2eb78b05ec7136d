package spec

import "slices"

// The passes of this file take out two things at once, for failures that no single
// one can leave.

// brackets takes out brackets of texts with their partners.
func (sh *shrinker) brackets() {
	sh.eachFamily(func(fam family) bool { return fam.text != nil && fam.size > 1 }, func(base *record, fam family) {
		groups := partners(sh.textOf(base, fam))
		if len(groups) == 0 {
			return
		}
		sh.search.Keep(len(groups), func(kept []int) []byte {
			gone := make([]bool, fam.size)
			at := 0
			for g, group := range groups {
				if at < len(kept) && kept[at] == g {
					at++
					continue
				}
				gone[group[0]], gone[group[1]] = true, true
			}
			return sh.without(base, fam, slices.DeleteFunc(outside(0, 0, fam.size), func(i int) bool { return gone[i] }))
		})
	})
}

// textOf is the family's text.
func (sh *shrinker) textOf(base *record, fam family) []byte {
	v := newEnv(sh.spec)
	rec := fam.find(base, &v)
	if rec == nil {
		return nil
	}
	val := &rec.vals[fam.text.slot]
	if fam.text.typ.scalarText() {
		return val.text()
	}
	return val.piece(fam.piece)
}

// partners are the places of brackets that belong together, each kind alone.
func partners(text []byte) (pairs [][2]int) {
	closing := map[byte]byte{')': '(', ']': '[', '}': '{', '>': '<'}
	open := map[byte][]int{}
	for i, c := range text {
		o, closes := closing[c]
		if !closes {
			open[c] = append(open[c], i)
		} else if n := len(open[o]); n > 0 {
			pairs = append(pairs, [2]int{open[o][n-1], i})
			open[o] = open[o][:n-1]
		}
	}
	return pairs
}

// inStep takes the same places out of two texts that no count ties to one
// another, counted from the front and then from the back.
func (sh *shrinker) inStep() {
	texts := func() []family {
		return slices.DeleteFunc(sh.families(sh.best()), func(fam family) bool { return fam.text == nil || fam.size < 2 })
	}
	n := min(len(texts()), fewThings)
	for i := range n {
		for j := i + 1; j < n; j++ {
			for _, back := range []bool{false, true} {
				all := texts()
				if j >= len(all) || sh.search.Over() {
					return
				}
				sh.takeBoth(all[i], all[j], back)
			}
		}
	}
}

func (sh *shrinker) takeBoth(x, y family, back bool) {
	base, n := sh.best(), min(x.size, y.size)
	if back && x.size == y.size {
		return
	}
	aligned := func(kept []int, size int) []int {
		if !back {
			return append(slices.Clone(kept), outside(0, n, size)...)
		}
		places := outside(size-n, size, size)
		for _, k := range kept {
			places = append(places, k+size-n)
		}
		return places
	}
	sh.search.Keep(n, func(kept []int) []byte {
		return sh.candidate(base, func(tree *record) bool {
			return sh.reduce(tree, y, aligned(kept, y.size)) && sh.reduce(tree, x, aligned(kept, x.size))
		})
	})
}

// Bounds of pairs: the families it looks at, and the candidates it makes.
const (
	fewThings = 8
	mostPairs = 150
)

// pairs takes out two things at once: of two texts whose lengths must agree, or a
// row and a column, or two things that belong together.
func (sh *shrinker) pairs() {
	base := sh.best()
	var small []family
	for _, fam := range sh.families(base) {
		if fam.size > 0 && fam.size <= fewThings {
			small = append(small, fam)
		}
	}
	left := mostPairs
	sh.search.First(func(yield func([]byte) bool) {
		try := func(x family, i int, y family, j int) bool {
			left--
			return left >= 0 && yield(sh.candidate(base, func(tree *record) bool {
				return sh.reduce(tree, y, outside(j, j+1, y.size)) && sh.reduce(tree, x, outside(i, i+1, x.size))
			}))
		}
		for a, x := range small {
			for _, y := range small[a+1:] {
				for i := x.size - 1; i >= 0; i-- {
					for j := y.size - 1; j >= 0; j-- {
						if (x.text == nil) == (y.text == nil) && !try(x, i, y, j) {
							return
						}
					}
				}
			}
		}
		for _, x := range small {
			for i := range x.size {
				for j := i + 2; j < x.size; j++ {
					kept := slices.DeleteFunc(outside(j, j+1, x.size), func(k int) bool { return k == i })
					if left--; left < 0 || !yield(sh.without(base, x, kept)) {
						return
					}
				}
			}
		}
	})
}
