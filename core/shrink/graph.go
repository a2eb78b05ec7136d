package shrink

import "slices"

// vertices deletes vertices of graphs and trees with their edges, and gives the
// others new numbers.
//
// A vertex of a connected graph or a tree is not just taken out: what hung on it
// hangs on its neighbour afterwards, so every set of vertices can be deleted.
func (t *texter) vertices() {
	t.eachDim(func(d *document, x *dim) {
		g := t.form.verticesOf(d, x)
		if g == nil {
			return
		}
		if !g.connected {
			t.deleteVertices(d, x, false)
			d = t.doc()
			if x = d.same(x); x == nil {
				return
			}
		}
		t.deleteVertices(d, x, true)
	})
}

// verticesOf is the graph whose vertices the dim counts, or nil.
func (f *form) verticesOf(d *document, x *dim) *graphTrait {
	if x.counter < 0 {
		return nil
	}
	for i := range f.graphs {
		g := &f.graphs[i]
		if g.ranges || !g.edges {
			continue
		}
		for _, b := range d.blocks {
			if token, ok := b.scope.find(g.variable); b.item == g.item && ok && token == x.counter {
				return g
			}
		}
	}
	return nil
}

func (t *texter) deleteVertices(d *document, x *dim, contract bool) {
	walk := t.form.walkGraph(d, x)
	t.Keep(x.size, func(kept []int) []byte {
		if len(kept) == 0 {
			return nil
		}
		return t.form.withoutVertices(d, x, walk, kept, contract)
	})
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
	f.eachGraph(d, x, func(_ *graphTrait, _ *block, e edges) {
		for _, v := range e.ends {
			if v[0] >= 0 && v[1] >= 0 && v[0] < x.size && v[1] < x.size {
				next[v[0]] = append(next[v[0]], v[1])
				next[v[1]] = append(next[v[1]], v[0])
			}
		}
	})
	w := walk{parent: make([]int, x.size)}
	seen := make([]bool, x.size)
	for s := range x.size {
		type step struct{ v, from int }
		stack := []step{{s, -1}}
		for len(stack) > 0 {
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

func (f *form) eachGraph(d *document, x *dim, visit func(*graphTrait, *block, edges)) {
	for i := range f.graphs {
		g := &f.graphs[i]
		if g.ranges || !g.edges {
			continue
		}
		for _, b := range d.blocks {
			if b.item != g.item {
				continue
			}
			if e := g.edgesOf(d, b); e.counter == x {
				visit(g, b, e)
			}
		}
	}
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

// withoutVertices keeps the vertices at the given places of the walk.
func (f *form) withoutVertices(d *document, x *dim, w walk, places []int, contract bool) []byte {
	stays := make([]bool, x.size)
	var kept []int
	for _, i := range places {
		stays[w.order[i]] = true
		kept = append(kept, w.order[i])
	}
	slices.Sort(kept)
	p := f.plan(d).keep(x, kept)
	heirs := w.heirs(stays)
	p.heirs[x] = heirs
	f.eachGraph(d, x, func(g *graphTrait, b *block, e edges) {
		units := g.survivors(e, stays, heirs, contract)
		if b.dim == x {
			p.units[b.axis] = units
		} else {
			p.keep(b.dim, units)
		}
	})
	return p.render()
}

// survivors are the edges that are left: without those that a deletion made
// loops, and without doubles where there were none.
func (g *graphTrait) survivors(e edges, stays []bool, heirs []int, contract bool) []int {
	units := []int{}
	seen := map[[2]int]bool{}
	for i, v := range e.ends {
		if v[0] < 0 || v[1] < 0 || v[0] >= len(stays) || v[1] >= len(stays) {
			continue
		}
		if !contract && (!stays[v[0]] || !stays[v[1]]) {
			continue
		}
		a, b := heirs[v[0]], heirs[v[1]]
		key := [2]int{min(a, b), max(a, b)}
		if a == b && v[0] != v[1] || !g.multiple && seen[key] {
			continue
		}
		seen[key] = true
		units = append(units, e.units[i])
	}
	return units
}

// parents deletes vertices of a tree that is given by the parents of the vertices
// 2, 3, …; the children of a deleted one go to its parent.
func (t *texter) parents() {
	t.eachDim(func(d *document, x *dim) {
		if !x.hasParents(d, t.form) {
			return
		}
		w := walk{order: span(0, x.size), parent: make([]int, x.size)}
		w.parent[0] = -1
		for i := range d.cells {
			c := d.cells[i]
			if token, ok := c.scope.find(t.form.leaves[c.leaf].label); t.form.leaves[c.leaf].parents && ok && token == x.counter {
				w.parent[c.index+1] = int(d.page.tokens[i].value) - 1
			}
		}
		t.Keep(x.size, func(kept []int) []byte {
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
		})
	})
}

// hasParents reports whether the dim counts the vertices of such a tree.
func (x *dim) hasParents(d *document, f *form) bool {
	if x.counter < 0 {
		return false
	}
	return slices.ContainsFunc(d.cells, func(c cell) bool {
		l := &f.leaves[c.leaf]
		if !l.parents || l.label == noVariable {
			return false
		}
		token, ok := c.scope.find(l.label)
		return ok && token == x.counter
	})
}
