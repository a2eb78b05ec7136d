package shrink

import (
	"math"
	"slices"
)

// graph is a repeated line that holds the two ends of an edge, a range, or just a
// pair of labels of the same things.
type graph struct {
	item        *item
	left, right int // leaves
	variable    int // the number of vertices
	base        int64
	// edges says that the lines are edges for sure, ranges that they are ranges
	// of positions.
	edges, ranges bool
	// loops and multiple say that there may be edges from a vertex to itself and
	// equal edges.
	loops, multiple bool
	connected, tree bool
}

// findGraph notes that the repeated line holds labels of the same things.
func (f *form) findGraph(docs []*document, it *item) {
	var ends []int
	for _, fl := range it.body[0].fields {
		if !fl.run && f.leaves[fl.leaf].label != noVariable {
			ends = append(ends, fl.leaf)
		}
	}
	if len(ends) > 2 && len(docs) < manyPages && f.leaves[ends[2]].label == f.leaves[ends[0]].label {
		return // three labels of the same things are no edge
	}
	if len(ends) < 2 || f.leaves[ends[0]].label != f.leaves[ends[1]].label {
		return
	}
	g := graph{item: it, left: ends[0], right: ends[1], variable: f.leaves[ends[0]].label}
	g.base = min(f.leaves[g.left].base, f.leaves[g.right].base)
	for _, leaf := range ends[:2] {
		if f.leaves[leaf].base != g.base && f.tightness(docs, leaf, g.variable, g.base) == 0 {
			return // counted from 0 and from 1: no labels of the same things
		}
	}
	f.leaves[g.left].base, f.leaves[g.right].base = g.base, g.base
	g.observe(f, docs)
	f.graphs = append(f.graphs, g)
}

// observe finds what all of the graphs have in common.
func (g *graph) observe(f *form, docs []*document) {
	g.connected, g.tree = true, true
	large, rows, positions, chance, simple := false, 0, false, 0.0, 0.0
	for _, d := range docs {
		for _, b := range d.blocks {
			if b.item != g.item {
				continue
			}
			e := g.edgesOf(d, b)
			rows += len(e.ends)
			large = large || e.n >= 3 && len(e.ends) > 0
			g.loops = g.loops || e.loops()
			g.multiple = g.multiple || e.multiple()
			connected := e.connected()
			g.connected = g.connected && connected
			g.tree = g.tree && connected && len(e.ends) == e.n-1
			chance += e.connectedByChance()
			simple += e.simpleByChance()
			positions = positions || e.vertices.hasElements()
		}
	}
	// Many edges connect a graph whether or not the problem says so.
	g.tree = g.tree && large
	joined := g.connected && large
	g.connected = g.tree || joined && chance < even
	if rows < 3 {
		g.loops, g.multiple = true, true
	}
	ordered := slices.ContainsFunc(f.orders, func(o order) bool { return o.left == g.left && o.right == g.right })
	// An edge from a vertex to itself has no order.
	g.ranges = ordered && !g.tree && (positions || g.loops)
	g.edges = !g.ranges && (joined || !g.loops && !g.multiple && simple < even)
	if !g.edges {
		g.loops, g.multiple, g.connected = true, true, false
	}
}

// hasElements reports whether the dim counts elements of an array or letters.
func (x *dim) hasElements() bool {
	return x != nil && slices.ContainsFunc(x.axes, func(a *axis) bool { return a.kind != lineAxis })
}

// edges are those of one graph; vertices count from 0.
type edges struct {
	n        int
	vertices *dim
	ends     [][2]int
	units    []int // of the repeat
}

func (g *graph) edgesOf(d *document, b *block) edges {
	var e edges
	if token, ok := b.scope.find(g.variable); ok {
		e.n, e.vertices = int(d.value(token)), d.counted[token]
	}
	left := -1
	first, end := b.axis.tokenRange(d)
	for t := first; t < end; t++ {
		c := &d.cells[t]
		if c.block != b {
			continue
		}
		switch int(c.leaf) {
		case g.left:
			left = t
		case g.right:
			e.ends = append(e.ends, [2]int{int(d.value(left) - g.base), int(d.value(t) - g.base)})
			e.units = append(e.units, int(c.unit))
		}
	}
	return e
}

// tokenRange is the range of tokens from the first unit to the last, of lines.
func (a *axis) tokenRange(d *document) (first, end int) {
	if len(a.units) == 0 {
		return 0, 0
	}
	return int(d.lines[a.units[0][0]].first), int(d.lines[a.units[len(a.units)-1][1]-1].end)
}

func (e edges) loops() bool {
	return slices.ContainsFunc(e.ends, func(v [2]int) bool { return v[0] == v[1] })
}

func (e edges) multiple() bool {
	keys := make([]uint64, len(e.ends))
	for i, v := range e.ends {
		keys[i] = edgeKey(v[0], v[1])
	}
	slices.Sort(keys)
	return len(slices.Compact(keys)) < len(e.ends)
}

// edgeKey is the same for both directions of an edge.
func edgeKey(a, b int) uint64 { return uint64(min(a, b))<<32 | uint64(uint32(max(a, b))) }

// even is the logarithm of one half: what chance makes so often says nothing.
const even = -math.Ln2

// connectedByChance is about the logarithm of the chance that so many edges connect so
// many vertices: that none of them is left without an edge.
func (e edges) connectedByChance() float64 {
	if e.n < 2 {
		return 0
	}
	return -float64(e.n) * math.Pow(1-2/float64(e.n), float64(len(e.ends)))
}

// simpleByChance is about the logarithm of the chance that so many pairs of vertices
// have neither loops nor equal ones among them.
func (e edges) simpleByChance() float64 {
	n, m := float64(max(2, e.n)), float64(len(e.ends))
	return m*math.Log(1-1/n) + m*(m-1)/2*math.Log(1-2/(n*n))
}

func (e edges) connected() bool {
	if len(e.ends) < e.n-1 {
		return false
	}
	root := span(0, e.n)
	find := func(v int) int {
		for root[v] != v {
			root[v] = root[root[v]]
			v = root[v]
		}
		return v
	}
	parts := e.n
	for _, v := range e.ends {
		if v[0] < 0 || v[1] < 0 || v[0] >= e.n || v[1] >= e.n {
			return false
		}
		if a, b := find(v[0]), find(v[1]); a != b {
			root[a] = b
			parts--
		}
	}
	return parts <= 1
}
