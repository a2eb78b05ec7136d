package shrink

import "slices"

// vertices deletes vertices of graphs and trees with their edges, and gives the
// others new numbers.
//
// A vertex of a connected graph or a tree is not just taken out: what hung on it
// hangs on its neighbour afterwards, so every set of vertices can be deleted.
func (t *texter) vertices() {
	t.eachDim(func(d *document, x *dim) {
		if !t.form.isGraph(d, x) {
			return
		}
		if !t.form.isConnected(d, x) {
			t.Keep(x.size, t.contraction(d, x, false))
			d = t.doc()
			x = d.same(x)
		}
		if x != nil {
			t.Keep(x.size, t.contraction(d, x, true))
		}
	})
}

// parents deletes vertices of trees that are given by the parents of the vertices
// 2, 3, …; the children of a deleted one go to its parent.
func (t *texter) parents() {
	t.eachDim(func(d *document, x *dim) {
		if t.form.hasParents(d, x) {
			t.Keep(x.size, t.regrafting(d, x))
		}
	})
}

// isGraph reports whether the dim counts the vertices of a graph.
func (f *form) isGraph(d *document, x *dim) bool {
	found := false
	f.eachGraph(d, x, func(*graph, *block, edges) { found = true })
	return found
}

// isConnected reports whether all graphs on the dim's vertices are always
// connected.
func (f *form) isConnected(d *document, x *dim) bool {
	connected := true
	f.eachGraph(d, x, func(g *graph, _ *block, _ edges) { connected = connected && g.connected })
	return connected
}

// eachGraph visits the graphs on the dim's vertices.
func (f *form) eachGraph(d *document, x *dim, visit func(*graph, *block, edges)) {
	if x.counter < 0 {
		return
	}
	for i := range f.graphs {
		g := &f.graphs[i]
		if !g.edges {
			continue
		}
		for _, b := range d.blocks {
			if token, ok := b.scope.find(g.variable); b.item == g.item && ok && token == x.counter {
				visit(g, b, g.edgesOf(d, b))
			}
		}
	}
}

// walk is a way through a graph that visits a vertex after the one it was reached
// from, and everything that hangs on a vertex right after it.
type walk struct {
	order  []int
	parent []int // -1 where a component begins
}

// walkGraph walks the graphs on the dim's vertices from vertex 0 on.
func (f *form) walkGraph(d *document, x *dim) walk {
	next := make([][]int, x.size)
	f.eachGraph(d, x, func(_ *graph, _ *block, e edges) {
		for _, v := range e.ends {
			if e.inside(v) {
				next[v[0]] = append(next[v[0]], v[1])
				next[v[1]] = append(next[v[1]], v[0])
			}
		}
	})
	type step struct{ v, from int }
	w := walk{parent: make([]int, x.size)}
	seen := make([]bool, x.size)
	for s := range x.size {
		for stack := []step{{s, -1}}; len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if seen[at.v] {
				continue
			}
			seen[at.v] = true
			w.order, w.parent[at.v] = append(w.order, at.v), at.from
			for _, v := range slices.Backward(next[at.v]) {
				stack = append(stack, step{v, at.v})
			}
		}
	}
	return w
}

// inside reports whether both ends are vertices.
func (e edges) inside(v [2]int) bool {
	return v[0] >= 0 && v[1] >= 0 && v[0] < e.n && v[1] < e.n
}

// heirs says for every vertex who stands for it when only some are kept: its
// nearest ancestor that is kept, else the first that is kept.
func (w walk) heirs(kept []bool) []int {
	heirs := make([]int, len(w.parent))
	first := -1
	for _, v := range w.order {
		switch p := w.parent[v]; {
		case kept[v]:
			heirs[v] = v
			if first < 0 {
				first = v
			}
		case p >= 0:
			heirs[v] = heirs[p]
		default:
			heirs[v] = -1
		}
	}
	for v := range heirs {
		if heirs[v] < 0 {
			heirs[v] = first
		}
	}
	return heirs
}

// contraction keeps the vertices at some places of a walk. The edges of the
// others go to their heirs, or go, too, where contract is not set.
func (t *texter) contraction(d *document, x *dim, contract bool) func(places []int) []byte {
	w := t.form.walkGraph(d, x)
	type drawing struct {
		*graph
		*block
		edges
	}
	var graphs []drawing
	t.form.eachGraph(d, x, func(g *graph, b *block, e edges) { graphs = append(graphs, drawing{g, b, e}) })
	return func(places []int) []byte {
		if len(places) == 0 {
			return nil
		}
		stays := make([]bool, x.size)
		for _, i := range places {
			stays[w.order[i]] = true
		}
		p := t.form.plan(d).keep(x, slices.DeleteFunc(span(0, x.size), func(v int) bool { return !stays[v] }))
		heirs := w.heirs(stays)
		p.heirs[x] = heirs
		for _, g := range graphs {
			units := g.survivors(g.edges, stays, heirs, contract)
			if g.dim == x {
				p.units[g.axis] = units
			} else {
				p.keep(g.dim, units)
			}
		}
		return p.render()
	}
}

// survivors are the edges that are left: without those that a deletion made
// loops, and without doubles where there were none.
func (g *graph) survivors(e edges, stays []bool, heirs []int, contract bool) []int {
	units := []int{}
	seen := map[uint64]bool{}
	for i, v := range e.ends {
		if !e.inside(v) || !contract && (!stays[v[0]] || !stays[v[1]]) {
			continue
		}
		a, b := heirs[v[0]], heirs[v[1]]
		if a == b && v[0] != v[1] {
			continue
		}
		// A contracted tree is a tree: it gets no double edges.
		if key := edgeKey(a, b); !g.multiple && !g.tree {
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		units = append(units, e.units[i])
	}
	return units
}

// regrafting keeps some vertices of a tree that is given by parents.
func (t *texter) regrafting(d *document, x *dim) func(kept []int) []byte {
	w := walk{order: span(0, x.size), parent: make([]int, x.size)}
	w.parent[0] = -1
	for i := range d.cells {
		c := &d.cells[i]
		l := &t.form.leaves[c.leaf]
		if token, ok := c.scope.find(l.label); l.parents && ok && token == x.counter && int(c.index)+1 < x.size {
			w.parent[c.index+1] = int(d.value(i)) - 1
		}
	}
	return func(kept []int) []byte {
		if len(kept) == 0 {
			return nil
		}
		stays := make([]bool, x.size)
		for _, k := range kept {
			stays[k] = true
		}
		p := t.form.plan(d).keep(x, kept)
		p.heirs[x] = w.heirs(stays)
		return p.render()
	}
}

// hasParents reports whether the dim counts the vertices of a tree that is given
// by parents.
func (f *form) hasParents(d *document, x *dim) bool {
	for leaf := range f.leaves {
		if f.leaves[leaf].parents && f.namesThingsOf(d, leaf, x) {
			return true
		}
	}
	return false
}

// series replaces a vertex with two edges by one edge that has the sum of their
// numbers.
func (t *texter) series() {
	t.eachDim(func(d *document, x *dim) {
		t.First(func(yield func([]byte) bool) {
			t.form.eachGraph(d, x, func(_ *graph, b *block, e edges) {
				for v := 0; v < x.size && yield != nil; v++ {
					if b.dim != x && !yield(t.withoutMiddle(d, x, b, e, v)) {
						yield = nil
					}
				}
			})
		})
	})
}

// withoutMiddle replaces the vertex and its two edges, if it has two.
func (t *texter) withoutMiddle(d *document, x *dim, b *block, e edges, v int) []byte {
	var at []int
	for i, ends := range e.ends {
		if ends[0] == v || ends[1] == v {
			at = append(at, i)
		}
	}
	if len(at) != 2 || !e.inside(e.ends[at[0]]) {
		return nil
	}
	drop, stay := at[0], at[1]
	change := newEdit(d.page)
	if !t.add(change, d, b.axis.tokens(d, e.units[drop]), b.axis.tokens(d, e.units[stay])) {
		return nil
	}
	heirs := span(0, x.size)
	heirs[v] = e.ends[drop][0] + e.ends[drop][1] - v
	p := t.form.plan(d).keep(x, except(x.size, v)).keep(b.dim, except(b.dim.size, e.units[drop]))
	p.heirs[x] = heirs
	return p.renderOn(change)
}
