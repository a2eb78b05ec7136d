package shrink

import (
	"cmp"
	"math"
	"slices"
)

// listTraits hold of every list of a leaf.
type listTraits struct {
	permutation, distinct, rising, falling bool
	// parents says that a list is the parents of the vertices 2, 3, … of a tree.
	parents bool
}

// findLists finds what holds of every list of a leaf.
func (f *form) findLists(docs []*document) {
	gathered := make([][][]int64, len(f.leaves))
	for _, d := range docs {
		for leaf, lists := range f.gather(d) {
			gathered[leaf] = append(gathered[leaf], lists...)
		}
	}
	for i := range f.leaves {
		l := &f.leaves[i]
		if !l.changeable() {
			continue
		}
		l.observe(gathered[i])
		if l.permutation && len(docs) < manyPages && !f.isRun(i) && len(slices.MaxFunc(gathered[i], func(a, b []int64) int { return len(a) - len(b) })) < orderedColumn {
			l.permutation = false
		}
		if v := f.parentRun(i); l.parents && v != noVariable {
			l.label, l.base = v, 1
		} else {
			l.parents = false
		}
		f.listed = f.listed || l.listTraits != listTraits{}
	}
}

// gather are the values by leaf and list.
func (f *form) gather(d *document) [][][]int64 {
	all := make([][][]int64, len(f.leaves))
	number := map[int32]int{}
	for t := range d.cells {
		c := &d.cells[t]
		at, ok := number[c.list]
		if !ok {
			at = len(all[c.leaf])
			number[c.list] = at
			all[c.leaf] = append(all[c.leaf], nil)
		}
		all[c.leaf][at] = append(all[c.leaf][at], d.value(t))
	}
	return all
}

// observe sets what holds of all the lists and would hardly hold by chance.
func (l *leaf) observe(lists [][]int64) {
	all := func(holds func([]int64) bool) bool {
		return !slices.ContainsFunc(lists, func(a []int64) bool { return !holds(a) })
	}
	// In how many ways could the lists be ordered, and how many pairs are there
	// that could be equal?
	longest, pairs, orders := 0, 0.0, 0.0
	for _, a := range lists {
		k := len(a)
		longest = max(longest, k)
		pairs += float64(k*(k-1)) / 2
		lg, _ := math.Lgamma(float64(k + 1))
		orders += lg
	}
	width := float64(l.high) - float64(l.low) + 1
	l.permutation = longest >= 3 && all(isPermutation)
	l.distinct = pairs/width >= 3 && all(isDistinct)
	l.rising = orders >= 5 && all(slices.IsSorted)
	l.falling = orders >= 5 && !l.rising && all(isFalling)
	if l.rising || l.falling {
		// Where neighbours often differ by one, equal ones would not be missing by chance.
		l.distinct = l.distinct || -float64(closest(lists))*math.Ln2 < unlikely && all(isDistinct)
	}
	l.parents = !l.permutation && longest >= 3 && all(isParents)
}

// orderedColumn is the length from which a column is no permutation by chance.
const orderedColumn = 6

// isRun reports whether the leaf is a list on a line.
func (f *form) isRun(leaf int) bool {
	found := false
	walkItems(f.items, func(it *item) {
		for _, fl := range it.fields {
			found = found || fl.run && leaf >= fl.leaf && leaf < fl.leaf+max(1, fl.by.stride)
		}
	})
	return found
}

// closest counts the neighbours that differ by one.
func closest(lists [][]int64) int {
	n := 0
	for _, a := range lists {
		for i := 1; i < len(a); i++ {
			if a[i]-a[i-1] == 1 || a[i-1]-a[i] == 1 {
				n++
			}
		}
	}
	return n
}

func isFalling(a []int64) bool {
	return slices.IsSortedFunc(a, func(x, y int64) int { return cmp.Compare(y, x) })
}

func isPermutation(a []int64) bool {
	if len(a) == 0 {
		return true
	}
	base := slices.Min(a)
	return (base == 0 || base == 1) && slices.Max(a) == base+int64(len(a))-1 && isDistinct(a)
}

func isDistinct(a []int64) bool {
	sorted := slices.Clone(a)
	slices.Sort(sorted)
	return len(slices.Compact(sorted)) == len(a)
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

// listHolds reports whether a list has its leaf's traits.
func (l *leaf) listHolds(a []int64) bool {
	switch {
	case l.permutation && (!isPermutation(a) || len(a) > 0 && slices.Min(a) != max(l.floor, 0)):
	case l.distinct && !isDistinct(a):
	case l.rising && !slices.IsSorted(a):
	case l.falling && !isFalling(a):
	case l.parents && !isParents(a):
	default:
		return true
	}
	return false
}

// squareTraits hold of a leaf whose lists are the rows of square matrices.
type squareTraits struct {
	square bool
	// diagonal is the value of all cells on the diagonal; off is the floor of the
	// others.
	diagonal, off int64
}

// findSquares finds square matrices with the same number all along the diagonal,
// such as distances and adjacency.
func (f *form) findSquares(docs []*document) {
	walkItems(f.items, func(it *item) {
		if it.kind != repeat || it.by.variable == noVariable || len(it.body) != 1 || len(it.body[0].fields) != 1 {
			return
		}
		if fl := it.body[0].fields[0]; fl.run && fl.by == it.by && f.leaves[fl.leaf].changeable() {
			f.findSquare(docs, fl.leaf)
		}
	})
}

func (f *form) findSquare(docs []*document, leaf int) {
	l := &f.leaves[leaf]
	rows, low := 0, int64(math.MaxInt64)
	same := eachCell(docs, leaf, func(d *document, t int) bool {
		v := d.value(t)
		if d.cells[t].index != d.cells[t].unit {
			low = min(low, v)
			return true
		}
		if rows++; rows == 1 {
			l.diagonal = v
		}
		return v == l.diagonal
	})
	l.square, l.off = same && rows >= 3, floorOf(low)
}

// squareHolds reports whether the value suits its place in a square matrix.
func (l *leaf) squareHolds(c *cell, v int64) bool {
	switch {
	case !l.square:
		return true
	case c.index == c.unit:
		return v == l.diagonal
	}
	return v >= l.off
}
