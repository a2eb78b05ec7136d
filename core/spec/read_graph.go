package spec

import "fmt"

// forest is a union-find structure that also knows on which side of a
// two-colouring each vertex lies.
type forest struct {
	parent []int32
	side   []bool // differs from the parent's side
}

func (f *forest) reset(n int) {
	if cap(f.parent) < n {
		f.parent, f.side = make([]int32, n), make([]bool, n)
	}
	f.parent, f.side = f.parent[:n], f.side[:n]
	for i := range f.parent {
		f.parent[i], f.side[i] = int32(i), false
	}
}

// find returns the vertex's root and whether its side differs from the root's.
func (f *forest) find(v int32) (root int32, differs bool) {
	root = v
	for f.parent[root] != root {
		differs = differs != f.side[root]
		root = f.parent[root]
	}
	for side := differs; f.parent[v] != root && v != root; {
		next, own := f.parent[v], f.side[v]
		f.parent[v], f.side[v] = root, side
		v, side = next, side != own
	}
	return root, differs
}

// join adds an edge between different sides. It reports whether the two were
// apart, and, where they were together, whether they lie on different sides.
func (f *forest) join(a, b int32) (apart, differ bool) {
	ra, sa := f.find(a)
	rb, sb := f.find(b)
	if ra == rb {
		return false, sa != sb
	}
	f.parent[ra], f.side[ra] = rb, sa == sb
	return true, true
}

// graphChecker judges edges.
type graphChecker struct {
	forest forest
	seen   pairSet
	rows   rowSet
}

// tree demands n-1 edges without a cycle, which is a tree.
func (r *reader) tree(f *field, v *value) bool {
	t, list, width := f.typ, v.list(), f.typ.width()
	n := len(list)/width + 1
	r.graph.forest.reset(n)
	for k := 0; k < len(list); k += width {
		a, b := int32(list[k]-t.base), int32(list[k+1]-t.base)
		if apart, _ := r.graph.forest.join(a, b); !apart {
			return r.failAt(f, v, k, "", "the edge %d %d closes a cycle, so `%s` is no tree", list[k], list[k+1], f.name)
		}
	}
	return true
}

// parents demands a rooted tree.
func (r *reader) parents(f *field, v *value) bool {
	t, list := f.typ, v.list()
	n, first := len(list), t.base
	if !t.hasRoot {
		n, first = n+1, t.base+1
	}
	r.graph.forest.reset(n)
	root := -1
	for k, p := range list {
		child := first + int64(k)
		switch {
		case t.hasRoot && p == t.root:
			if root >= 0 {
				return r.failAt(f, v, k, "root", "`%s` has a second root: vertex %d, after vertex %d", f.name, child, first+int64(root))
			}
			root = k
			continue
		case t.ordered && p >= child:
			return r.failAt(f, v, k, "ordered", "the parent of vertex %d is %d, and it should be smaller", child, p)
		}
		if apart, _ := r.graph.forest.join(int32(child-t.base), int32(p-t.base)); !apart {
			return r.failAt(f, v, k, "", "the parent %d of vertex %d closes a cycle, so `%s` is no tree", p, child, f.name)
		}
	}
	if t.hasRoot && root < 0 {
		return r.failAt(f, v, 0, "root", "`%s` has no root: no entry is %d", f.name, t.root)
	}
	return true
}

// vertices is the number of vertices and, for a two-sided graph, by how much the
// right side's numbers are shifted.
func (v *env) vertices(t *typ) (n, shift int64) {
	n = v.number(t.args[0])
	other := int64(0)
	if len(t.args) == 3 {
		other, shift = v.number(t.args[1]), n
	}
	if n < 0 || other < 0 {
		return v.fail("the number of vertices is %d", min(n, other)), 0
	}
	return saturatedAdd(n, other), shift
}

// maxVertices bounds the memory that judging a graph takes.
const maxVertices = 1 << 27

func (r *reader) graphOf(f *field, v *value) bool {
	t := f.typ
	n, shift := r.vertices(t)
	switch {
	case r.trouble != "":
		return r.failArithmetic(f)
	case !t.connected && !t.acyclic && !t.bipartite && !t.simple && !t.loopless:
		return true
	case n > maxVertices:
		r.env.fail("there would be %d vertices", n)
		return r.failArithmetic(f)
	}
	if !r.edges(f, v, n, shift) {
		return false
	}
	if t.acyclic && t.directed && !r.acyclic(f, v, n) {
		return false
	}
	if t.strong {
		return r.strong(f, v, n)
	}
	return !t.connected || r.connected(f, v, n, shift)
}

// edges judges the edges one by one, in their order.
func (r *reader) edges(f *field, v *value, n, shift int64) bool {
	t, list, width := f.typ, v.list(), f.typ.width()
	r.graph.forest.reset(int(n))
	if t.simple {
		r.graph.seen.reset(len(list) / width)
	}
	for k := 0; k < len(list); k += width {
		a, b := list[k]-t.base, list[k+1]-t.base+shift
		switch {
		case a == b && (t.simple || t.loopless):
			return r.failAt(f, v, k, t.first("simple", "loopless"), "the edge %d %d is a loop, and `%s` should have none", list[k], list[k+1], f.name)
		case a == b && t.acyclic:
			return r.failAt(f, v, k, "acyclic", "the edge %d %d is a loop, so `%s` is not acyclic", list[k], list[k+1], f.name)
		case t.simple && !r.graph.seen.add(t.pair(a, b)):
			return r.failAt(f, v, k, "simple", "the edge %d %d occurs again, and `%s` should be simple", list[k], list[k+1], f.name)
		}
		apart, differ := r.graph.forest.join(int32(a), int32(b))
		switch {
		case t.bipartite && !differ:
			return r.failAt(f, v, k, "bipartite", "the edge %d %d closes a cycle of odd length, so `%s` is not bipartite", list[k], list[k+1], f.name)
		case t.acyclic && !t.directed && !apart:
			return r.failAt(f, v, k, "acyclic", "the edge %d %d closes a cycle, so `%s` is not acyclic", list[k], list[k+1], f.name)
		}
	}
	return true
}

// first is the first of the modifiers that the type has.
func (t *typ) first(names ...string) string {
	for _, name := range names {
		if _, ok := t.spans[name]; ok {
			return name
		}
	}
	return ""
}

// pair makes one number of an edge; without directions both ends are alike.
func (t *typ) pair(a, b int64) uint64 {
	if !t.directed && a > b {
		a, b = b, a
	}
	return uint64(a)<<32 | uint64(b)
}

func (r *reader) connected(f *field, v *value, n, shift int64) bool {
	if n == 0 {
		return true
	}
	root, _ := r.graph.forest.find(0)
	for i := int32(1); int64(i) < n; i++ {
		if other, _ := r.graph.forest.find(i); other != root {
			vertex := fmt.Sprintf("vertex %d", int64(i)+f.typ.base)
			if shift > 0 && int64(i) >= shift {
				vertex = fmt.Sprintf("vertex %d of the right side", int64(i)-shift+f.typ.base)
			}
			return r.failAt(f, v, 0, f.typ.first("connected", "strong"), "`%s` should be connected, and no path leads from vertex %d to %s", f.name, f.typ.base, vertex)
		}
	}
	return true
}

// adjacency lists the edges by their first vertex.
type adjacency struct {
	start []int32
	to    []int32
}

// newAdjacency takes the first edges of a list of rows, with their directions or
// against them.
func newAdjacency(list []int64, width, edges int, base, n int64, reversed bool) adjacency {
	from, to := 0, 1
	if reversed {
		from, to = 1, 0
	}
	a := adjacency{start: make([]int32, n+1), to: make([]int32, edges)}
	for k := range edges {
		a.start[list[k*width+from]-base+1]++
	}
	for i := int64(1); i <= n; i++ {
		a.start[i] += a.start[i-1]
	}
	next := append([]int32(nil), a.start...)
	for k := range edges {
		u := list[k*width+from] - base
		a.to[next[u]] = int32(list[k*width+to] - base)
		next[u]++
	}
	return a
}

// reached counts the vertices that can be reached from the first, and returns
// one that cannot.
func (a adjacency) reached() (missing int) {
	n := len(a.start) - 1
	seen := make([]bool, n)
	stack := []int32{0}
	seen[0] = true
	for len(stack) > 0 {
		u := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, w := range a.to[a.start[u]:a.start[u+1]] {
			if !seen[w] {
				seen[w] = true
				stack = append(stack, w)
			}
		}
	}
	for i, ok := range seen {
		if !ok {
			return i
		}
	}
	return -1
}

// ordered reports whether the edges admit an order of the vertices.
func (a adjacency) acyclic() bool {
	n := len(a.start) - 1
	indegree := make([]int32, n)
	for _, w := range a.to {
		indegree[w]++
	}
	var queue []int32
	for v, d := range indegree {
		if d == 0 {
			queue = append(queue, int32(v))
		}
	}
	for i := 0; i < len(queue); i++ {
		u := queue[i]
		for _, w := range a.to[a.start[u]:a.start[u+1]] {
			if indegree[w]--; indegree[w] == 0 {
				queue = append(queue, w)
			}
		}
	}
	return len(queue) == n
}

// acyclic demands that there is no directed cycle, and blames the first edge
// that closes one, found by binary search.
func (r *reader) acyclic(f *field, v *value, n int64) bool {
	t, list, width := f.typ, v.list(), f.typ.width()
	ok := func(edges int) bool { return newAdjacency(list, width, edges, t.base, n, false).acyclic() }
	edges := len(list) / width
	if ok(edges) {
		return true
	}
	good, bad := 0, edges
	for bad-good > 1 {
		if mid := (good + bad) / 2; ok(mid) {
			good = mid
		} else {
			bad = mid
		}
	}
	k := good * width
	return r.failAt(f, v, k, "acyclic", "the edge %d %d closes a cycle, so `%s` is not acyclic", list[k], list[k+1], f.name)
}

func (r *reader) strong(f *field, v *value, n int64) bool {
	if n == 0 {
		return true
	}
	t, list, width := f.typ, v.list(), f.typ.width()
	for _, reversed := range []bool{false, true} {
		missing := newAdjacency(list, width, len(list)/width, t.base, n, reversed).reached()
		if missing < 0 {
			continue
		}
		from, to := t.base, int64(missing)+t.base
		if reversed {
			from, to = to, from
		}
		return r.failAt(f, v, 0, "strong", "`%s` should be strongly connected, and no path leads from vertex %d to vertex %d", f.name, from, to)
	}
	return true
}

// pairSet is a set of vertex pairs: open addressing, much faster than a map.
type pairSet struct {
	slots []uint64 // the pair plus one; 0 is free
	used  int
}

func (s *pairSet) reset(n int) {
	size := 16
	for size < 2*n {
		size *= 2
	}
	if len(s.slots) == size {
		clear(s.slots)
	} else {
		s.slots = make([]uint64, size)
	}
	s.used = 0
}

// add reports whether the pair is new.
func (s *pairSet) add(pair uint64) bool {
	mask := uint64(len(s.slots) - 1)
	for i := mix(pair) & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case 0:
			s.slots[i] = pair + 1
			s.used++
			if 2*s.used > len(s.slots) {
				s.grow()
			}
			return true
		case pair + 1:
			return false
		}
	}
}

func (s *pairSet) grow() {
	old := s.slots
	s.slots, s.used = make([]uint64, 2*len(old)), 0
	for _, slot := range old {
		if slot != 0 {
			s.add(slot - 1)
		}
	}
}

// rowSet is a set of rows of a list, told apart by their contents.
type rowSet struct {
	slots []int32 // the row's number plus one; 0 is free
	list  []int64
	width int
}

// reset empties the set for the rows of a list, which may be filled meanwhile.
func (s *rowSet) reset(list []int64, width int) {
	size := 16
	for size < 2*len(list)/width {
		size *= 2
	}
	if len(s.slots) == size {
		clear(s.slots)
	} else {
		s.slots = make([]int32, size)
	}
	s.list, s.width = list, width
}

// add adds the i-th row and reports whether its contents are new.
func (s *rowSet) add(i int) bool {
	row := s.list[i*s.width : (i+1)*s.width]
	hash := uint64(0)
	for _, n := range row {
		hash = mix(hash ^ uint64(n)*0x9e3779b97f4a7c15)
	}
	mask := uint64(len(s.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		other := int(s.slots[at]) - 1
		if other < 0 {
			s.slots[at] = int32(i + 1)
			return true
		}
		if compareRows(row, s.list[other*s.width:(other+1)*s.width]) == 0 {
			return false
		}
	}
}

// mix spreads the bits of a number.
func mix(x uint64) uint64 {
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	return x ^ x>>32
}
