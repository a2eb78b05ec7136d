package spec

// graphMaker holds the memory for making trees and graphs.
type graphMaker struct {
	seen   pairSet
	rows   rowSet
	labels []int32
	parent []int32
	pairs  []edge
	all    []edge
}

// edge joins two vertices, counted from 0.
type edge struct{ a, b int32 }

// light reports whether the memory is small enough to be kept.
func (m *graphMaker) light() bool {
	return len(m.seen.slots)*8+len(m.rows.slots)*4+(cap(m.pairs)+cap(m.all))*8+cap(m.parent)*4 < 64<<20
}

// The shapes of trees.
const (
	treeRandom      = iota // each vertex below any earlier one
	treePath               // a line
	treeStar               // all below the first
	treeCaterpillar        // a line with leaves
	treeDeep               // each vertex below one of the last three
	treeBinary             // as a heap
	treeBroom              // a line with a star at its end
	treeTwoStars
	treeUniform // every labelled tree alike
	treeShapes
)

// shapeTree draws the parents of vertices 1 to n-1, each before its child, in
// one of the shapes.
func (g *generator) shapeTree(n int) []int32 {
	m := &g.graph
	if cap(m.parent) < n {
		m.parent = make([]int32, n)
	}
	m.parent = m.parent[:n]
	if n == 0 {
		return m.parent
	}
	m.parent[0] = -1
	shape := g.rng.pick(5, 2, 2, 2, 3, 2, 2, 1, 3)
	if shape == treeUniform {
		g.uniformTree(m.parent)
		return m.parent
	}
	spine := 1 + g.rng.intn(n)
	for i := 1; i < n; i++ {
		m.parent[i] = int32(g.treeParent(shape, i, spine))
	}
	return m.parent
}

func (g *generator) treeParent(shape, i, spine int) int {
	switch shape {
	case treePath:
		return i - 1
	case treeStar:
		return 0
	case treeCaterpillar:
		if i < spine {
			return i - 1
		}
		return g.rng.intn(spine)
	case treeDeep:
		return i - 1 - g.rng.intn(min(3, i))
	case treeBinary:
		return (i - 1) / 2
	case treeBroom:
		return min(i-1, spine-1)
	case treeTwoStars:
		if i == 1 {
			return 0
		}
		return g.rng.intn(2)
	}
	return g.rng.intn(i)
}

// uniformTree draws a labelled tree uniformly, by the random walk of Aldous and
// Broder on the complete graph: only first visits count.
func (g *generator) uniformTree(parent []int32) {
	at := 0
	for i := 1; i < len(parent); i++ {
		// The walk has seen i vertices; it moves among them until it meets a new
		// one, whose name does not matter yet.
		if g.rng.intn(len(parent)) < i {
			at = g.rng.intn(i)
		}
		parent[i] = int32(at)
		at = i
	}
}

// relabel draws the vertices' numbers: mostly shuffled, sometimes in order.
func (g *generator) relabel(n int) []int32 {
	m := &g.graph
	if cap(m.labels) < n {
		m.labels = make([]int32, n)
	}
	m.labels = m.labels[:n]
	for i := range m.labels {
		m.labels[i] = int32(i)
	}
	if !g.rng.oneIn(4) {
		shuffle(&g.rng, m.labels)
	}
	return m.labels
}

// tree fills the rows of a tree's edges.
func (g *generator) tree(f *field, list []int64) {
	t, width := f.typ, f.typ.width()
	n := len(list)/width + 1
	parent := g.shapeTree(n)
	m := &g.graph
	m.pairs = m.pairs[:0]
	for i := 1; i < n; i++ {
		m.pairs = append(m.pairs, edge{parent[i], int32(i)})
	}
	g.writeEdges(t, list, g.relabel(n), 0)
}

// writeEdges writes the edges with the vertices' new numbers, often in random
// order and direction, and draws the weights.
func (g *generator) writeEdges(t *typ, list []int64, labels []int32, shift int32) {
	m, width := &g.graph, t.width()
	tidy := g.rng.oneIn(4)
	if !tidy {
		shuffle(&g.rng, m.pairs)
	}
	for k, e := range m.pairs {
		a, b := e.a, e.b
		if labels != nil {
			a, b = labels[a], labels[b]
		}
		if shift == 0 && !t.directed && (tidy && a > b || !tidy && g.rng.oneIn(2)) {
			a, b = b, a
		}
		list[k*width] = int64(a) + t.base
		list[k*width+1] = int64(b-shift) + t.base
	}
	for c := 2; c < width; c++ {
		b := g.allowed[c][0]
		st := g.newStyle(b)
		for k := c; k < len(list); k += width {
			list[k] = g.draw(&st, b)
		}
	}
}

// parents fills the list of a rooted tree's parents.
func (g *generator) parents(t *typ, list []int64) {
	n := len(list)
	if !t.hasRoot {
		n++
	}
	parent := g.shapeTree(n)
	labels := g.relabel(n)
	if t.ordered {
		// A child's number must exceed its parent's, as the shapes have it.
		for i := range labels {
			labels[i] = int32(i)
		}
	}
	if !t.hasRoot && !t.ordered && n > 0 {
		// The root is the first vertex.
		for i, label := range labels {
			if label == 0 {
				labels[0], labels[i] = 0, labels[0]
				break
			}
		}
	}
	first := n - len(list)
	for i := range n {
		place := int(labels[i]) - first
		switch {
		case place < 0:
		case i == 0:
			list[place] = t.root
		default:
			list[place] = int64(labels[parent[i]]) + t.base
		}
	}
}

// makeGraph fills the rows of a graph's edges.
func (g *generator) makeGraph(f *field, list []int64) *failure {
	t := f.typ
	edges := len(list) / t.width()
	n, shift := g.vertices(t)
	if g.trouble != "" || n > maxVertices {
		return g.impossible(f, "there are too many vertices")
	}
	least, most := t.leastEdges(n), t.mostEdges(n)
	if len(t.args) == 3 {
		least, most = t.leastEdgesTwoSided(shift, n-shift), t.mostEdgesTwoSided(shift, n-shift)
	}
	if int64(edges) < least || int64(edges) > most || n == 0 && edges > 0 {
		return g.impossible(f, "with %d vertices it cannot have %d edges", n, edges)
	}
	if g.room -= n; g.room < 0 {
		return g.tooLarge(f.span)
	}
	m := &g.graph
	m.pairs = m.pairs[:0]
	m.seen.reset(edges)
	d := graphDraft{generator: g, t: t, n: int(n), edges: edges}
	if len(t.args) == 3 {
		d.left = int(shift)
	}
	if t.bipartite && d.left == 0 && len(t.args) == 2 {
		d.chooseSides()
	}
	if edges > 0 {
		d.draw()
	}
	if len(t.args) == 3 {
		g.writeEdges(t, list, nil, int32(shift))
		return nil
	}
	g.writeEdges(t, list, g.relabel(int(n)), 0)
	return nil
}

// graphDraft is a graph while its edges are drawn. Vertices are counted from 0;
// in a bipartite one the first `left` are the left side. In an acyclic directed
// one every edge leads from a lower to a higher place in order.
type graphDraft struct {
	*generator
	t     *typ
	n     int
	edges int
	left  int
	order []int32 // the places of the vertices of an acyclic bipartite graph
}

// chooseSides splits the vertices so that the edges find room.
func (d *graphDraft) chooseSides() {
	per := int64(1)
	if d.t.directed && !d.t.acyclic {
		per = 2
	}
	fits := func(left int) bool {
		switch {
		case d.t.connected && d.n > 1 && (left == 0 || left == d.n):
			return false
		case d.t.simple:
			return per*int64(left)*int64(d.n-left) >= int64(d.edges)
		}
		return d.edges == 0 || left > 0 && left < d.n
	}
	for range 8 {
		if d.left = d.rng.intn(d.n + 1); fits(d.left) {
			return
		}
	}
	d.left = d.n / 2
}

// draw draws the edges: first those that the type demands, then others.
func (d *graphDraft) draw() {
	switch {
	case d.t.strong:
		d.cycle()
	case d.t.connected && d.t.bipartite:
		d.spanSides()
	case d.t.connected:
		for i, p := range d.shapeTree(d.n) {
			if i > 0 {
				d.add(p, int32(i))
			}
		}
	case d.t.acyclic && !d.t.directed:
		d.wood()
		return
	}
	d.fill()
}

// add adds an edge unless the type forbids it.
func (d *graphDraft) add(a, b int32) {
	t := d.t
	if a == b && (t.simple || t.loopless || t.acyclic || t.bipartite) {
		return
	}
	if t.directed && t.acyclic {
		if d.place(a) > d.place(b) {
			a, b = b, a
		}
	} else if t.directed && !t.strong && d.rng.oneIn(2) {
		a, b = b, a
	}
	if t.bipartite && len(t.args) == 3 && a > b {
		a, b = b, a
	}
	if t.simple && !d.graph.seen.add(t.pair(int64(a), int64(b))) {
		return
	}
	d.graph.pairs = append(d.graph.pairs, edge{a, b})
}

// place is a vertex's place in the order that keeps a directed graph acyclic.
func (d *graphDraft) place(v int32) int32 {
	if !d.t.bipartite {
		return v
	}
	if d.order == nil {
		d.order = make([]int32, d.n)
		for i := range d.order {
			d.order[i] = int32(i)
		}
		shuffle(&d.rng, d.order)
	}
	return d.order[v]
}

// cycle makes a graph strongly connected: a cycle through all vertices.
func (d *graphDraft) cycle() {
	if d.n == 1 {
		return
	}
	for i := range d.n {
		next := (i + 1) % d.n
		d.graph.pairs = append(d.graph.pairs, edge{int32(i), int32(next)})
		if d.t.simple {
			d.graph.seen.add(d.t.pair(int64(i), int64(next)))
		}
	}
}

// spanSides connects a bipartite graph: each vertex to an earlier one of the
// other side.
func (d *graphDraft) spanSides() {
	if d.n < 2 {
		return
	}
	lefts, rights := 1, 1 // those connected so far
	d.add(0, int32(d.left))
	star := d.rng.oneIn(3)
	for lefts < d.left || rights < d.n-d.left {
		fromLeft := lefts < d.left && (rights == d.n-d.left || d.rng.oneIn(2))
		if fromLeft {
			d.add(int32(lefts), int32(d.left+d.anchor(rights, star)))
			lefts++
		} else {
			d.add(int32(d.anchor(lefts, star)), int32(d.left+rights))
			rights++
		}
	}
}

func (d *graphDraft) anchor(n int, star bool) int {
	if star {
		return 0
	}
	return d.rng.intn(n)
}

// wood draws a forest: a tree of which edges are left out.
func (d *graphDraft) wood() {
	if d.t.bipartite && len(d.t.args) == 3 {
		d.spanSides()
	} else {
		for i, p := range d.shapeTree(d.n) {
			if i > 0 {
				d.add(p, int32(i))
			}
		}
	}
	if !d.rng.oneIn(3) {
		shuffle(&d.rng, d.graph.pairs)
	}
	d.graph.pairs = d.graph.pairs[:d.edges]
}

// fill adds edges until there are enough.
func (d *graphDraft) fill() {
	missing := d.edges - len(d.graph.pairs)
	if missing <= 0 {
		return
	}
	if d.t.simple && d.dense() {
		d.fillDense()
		return
	}
	crowd := d.crowd()
	for tries := 0; len(d.graph.pairs) < d.edges; tries++ {
		if tries > 4*d.edges+64 {
			crowd = d.n
		}
		a, b := d.pair(crowd, tries)
		d.add(a, b)
	}
}

// dense reports whether drawing at random would often hit edges that exist.
func (d *graphDraft) dense() bool {
	most := d.t.mostEdges(int64(d.n))
	if d.t.bipartite {
		most = int64(d.left) * int64(d.n-d.left)
		if d.t.directed && !d.t.acyclic {
			most *= 2
		}
	}
	return int64(d.edges) > most/3
}

// crowd is the number of vertices among which edges are drawn first: all, or so
// few that they are nearly complete.
func (d *graphDraft) crowd() int {
	if d.t.bipartite || !d.t.simple || !d.rng.oneIn(3) {
		return d.n
	}
	k := 2
	for k < d.n && k*(k-1)/2 < d.edges+d.edges/4+1 {
		k++
	}
	return k
}

// pair draws two vertices: any, or near each other.
func (d *graphDraft) pair(crowd, tries int) (a, b int32) {
	if d.t.bipartite {
		return int32(d.rng.intn(d.left)), int32(d.left + d.rng.intn(d.n-d.left))
	}
	a = int32(d.rng.intn(crowd))
	if tries%3 == 0 && crowd == d.n && tries < d.edges {
		return a, int32((int(a) + 1 + d.rng.intn(3)) % d.n)
	}
	return a, int32(d.rng.intn(crowd))
}

// fillDense lists all possible edges and takes some of them.
func (d *graphDraft) fillDense() {
	all := d.graph.all[:0]
	both := d.t.directed && !d.t.acyclic
	from, to := d.n, d.n
	if d.t.bipartite {
		from = d.left
	}
	for a := range from {
		first := a + 1
		if d.t.bipartite {
			first = d.left
		}
		for b := first; b < to; b++ {
			all = append(all, edge{int32(a), int32(b)})
			if both {
				all = append(all, edge{int32(b), int32(a)})
			}
		}
	}
	d.graph.all = all
	if !d.rng.oneIn(4) {
		shuffle(&d.rng, all)
	}
	for _, e := range all {
		if len(d.graph.pairs) == d.edges {
			return
		}
		d.addExact(e)
	}
}

// addExact adds an edge in its given direction.
func (d *graphDraft) addExact(e edge) {
	if d.t.directed && d.t.acyclic && d.place(e.a) > d.place(e.b) {
		e.a, e.b = e.b, e.a
	}
	if d.graph.seen.add(d.t.pair(int64(e.a), int64(e.b))) {
		d.graph.pairs = append(d.graph.pairs, e)
	}
}
