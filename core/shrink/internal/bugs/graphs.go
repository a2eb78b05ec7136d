package bugs

import (
	"math"
	"slices"
)

func graphs() []*Bug {
	return []*Bug{
		{
			Name: "diameter through vertex 1", Mistake: "adds the two deepest branches of the root only", Shape: tree,
			Reference: func(in *Reader, out *Writer) {
				g := readTree(in)
				far := g.farthest(0)
				out.Say(g.distances(far)[g.farthest(far)])
			},
			Tested: func(in *Reader, out *Writer) {
				g := readTree(in)
				var deep []int
				for _, v := range g[0] {
					deep = append(deep, 1+g.depth(in, v, 0))
				}
				slices.Sort(deep)
				deep = append([]int{0, 0}, deep...)
				out.Say(deep[len(deep)-1] + deep[len(deep)-2])
			},
		},
		{
			Name: "independent set by colours", Mistake: "takes the greater colour class", Shape: tree,
			Reference: func(in *Reader, out *Writer) {
				with, without := readTree(in).independent(in, 0, -1)
				out.Say(max(with, without))
			},
			Tested: func(in *Reader, out *Writer) {
				g := readTree(in)
				odd := 0
				for _, d := range g.distances(0) {
					odd += d % 2
				}
				out.Say(max(odd, len(g)-odd))
			},
		},
		{
			Name: "leaves of a tree", Mistake: "vertex 1 never counts as a leaf", Shape: tree,
			Reference: func(in *Reader, out *Writer) { out.Say(leaves(readTree(in), 0)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(leaves(readTree(in), 1)) },
		},
		{
			Name: "centre of a tree", Mistake: "divides the diameter's length down instead of up", Shape: tree,
			Reference: func(in *Reader, out *Writer) {
				g := readTree(in)
				radius := math.MaxInt
				for v := range g {
					radius = min(radius, slices.Max(g.distances(v)))
				}
				out.Say(radius)
			},
			Tested: func(in *Reader, out *Writer) {
				g := readTree(in)
				far := g.farthest(0)
				out.Say(g.distances(far)[g.farthest(far)] / 2)
			},
		},
		{
			Name: "path in a weighted tree", Mistake: "a child of the root counts as below every vertex", Shape: weightedTree,
			Reference: func(in *Reader, out *Writer) { pathSums(in, out, false) },
			Tested:    func(in *Reader, out *Writer) { pathSums(in, out, true) },
		},
		{
			Name: "two colours", Mistake: "looks only at the component of vertex 1", Shape: graph,
			Reference: func(in *Reader, out *Writer) { out.Say(bipartite(readGraph(in), true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(bipartite(readGraph(in), false)) },
		},
		{
			Name: "components", Mistake: "vertices without an edge are not counted", Shape: graph,
			Reference: func(in *Reader, out *Writer) { out.Say(components(readGraph(in), false)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(components(readGraph(in), true)) },
		},
		{
			Name: "triangles", Mistake: "counts only those with an edge to the vertex before", Shape: graph,
			Reference: func(in *Reader, out *Writer) { out.Say(triangles(readGraph(in), false)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(triangles(readGraph(in), true)) },
		},
		{
			Name: "shortest path", Mistake: "a vertex is final when it is first reached", Shape: weightedGraph,
			Reference: func(in *Reader, out *Writer) { out.Say(shortest(readWeighted(in), false)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(shortest(readWeighted(in), true)) },
		},
		{
			Name: "spanning tree", Mistake: "an edge is taken if it reaches a vertex that is new", Shape: weightedGraph,
			Reference: func(in *Reader, out *Writer) { out.Say(spanning(in, true)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(spanning(in, false)) },
		},
		{
			Name: "subtree sums", Mistake: "children are added in the order of their numbers", Shape: parents,
			Reference: func(in *Reader, out *Writer) { subtrees(in, out, false) },
			Tested:    func(in *Reader, out *Writer) { subtrees(in, out, true) },
		},
		{
			Name: "cycles of a permutation", Mistake: "a fixed point is not a cycle", Shape: permutation,
			Reference: func(in *Reader, out *Writer) { out.Say(cycles(in, 1)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(cycles(in, 2)) },
		},
		{
			Name: "inversions", Mistake: "counts only descents of neighbours", Shape: permutation,
			Reference: func(in *Reader, out *Writer) {
				p := in.Ints(in.Size())
				count := 0
				for i := range p {
					for j := range i {
						if p[j] > p[i] {
							count++
						}
					}
				}
				out.Say(count)
			},
			Tested: func(in *Reader, out *Writer) {
				p := in.Ints(in.Size())
				count := 0
				for swapped := true; swapped && count < 3; { // gives up after three swaps
					swapped = false
					for i := 1; i < len(p); i++ {
						if p[i-1] > p[i] {
							p[i-1], p[i] = p[i], p[i-1]
							count++
							swapped = true
						}
					}
				}
				out.Say(count)
			},
		},
	}
}

type adjacency [][]int

func readTree(in *Reader) adjacency {
	n := in.Size()
	return readEdges(in, n, n-1)
}

func readGraph(in *Reader) adjacency {
	n, m := in.Size(), in.Size()
	return readEdges(in, n, m)
}

func readEdges(in *Reader, n, m int) adjacency {
	g := make(adjacency, n)
	for range m {
		u, v := in.Int()-1, in.Int()-1
		g[u] = append(g[u], v)
		g[v] = append(g[v], u)
	}
	return g
}

func (g adjacency) distances(from int) []int {
	d := make([]int, len(g))
	for i := range d {
		d[i] = -1
	}
	d[from] = 0
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		for _, v := range g[queue[0]] {
			if d[v] < 0 {
				d[v] = d[queue[0]] + 1
				queue = append(queue, v)
			}
		}
	}
	return d
}

func (g adjacency) farthest(from int) int {
	d := g.distances(from)
	return slices.Index(d, slices.Max(d))
}

func (g adjacency) depth(in *Reader, v, parent int) int {
	in.Step()
	deepest := 0
	for _, c := range g[v] {
		if c != parent {
			deepest = max(deepest, 1+g.depth(in, c, v))
		}
	}
	return deepest
}

func (g adjacency) independent(in *Reader, v, parent int) (with, without int) {
	in.Step()
	with = 1
	for _, c := range g[v] {
		if c != parent {
			a, b := g.independent(in, c, v)
			with += b
			without += max(a, b)
		}
	}
	return with, without
}

func leaves(g adjacency, first int) int {
	count := 0
	for v := first; v < len(g); v++ {
		if len(g[v]) == 1 {
			count++
		}
	}
	return count
}

func pathSums(in *Reader, out *Writer, wrong bool) {
	n, q := in.Size(), in.Size()
	g, weight := make(adjacency, n), map[[2]int]int{}
	for range n - 1 {
		u, v, w := in.Int()-1, in.Int()-1, in.Int()
		g[u], g[v] = append(g[u], v), append(g[v], u)
		weight[[2]int{u, v}], weight[[2]int{v, u}] = w, w
	}
	parent, down, level := make([]int, n), make([]int, n), make([]int, n)
	parent[0] = -1
	for queue := []int{0}; len(queue) > 0; queue = queue[1:] {
		u := queue[0]
		in.Step()
		for _, v := range g[u] {
			if v != parent[u] {
				parent[v], level[v], down[v] = u, level[u]+1, down[u]+weight[[2]int{u, v}]
				queue = append(queue, v)
			}
		}
	}
	for range q {
		u, v := in.Int()-1, in.Int()-1
		sum := down[u] + down[v]
		for u != v {
			in.Step()
			if level[u] < level[v] {
				u, v = v, u
			}
			if wrong && level[u] == 1 {
				break
			}
			u = parent[u]
		}
		out.Say(sum - 2*down[u])
	}
}

func bipartite(g adjacency, all bool) bool {
	colour := make([]int, len(g))
	for s := range g {
		if colour[s] != 0 || s > 0 && !all {
			continue
		}
		colour[s] = 1
		for queue := []int{s}; len(queue) > 0; queue = queue[1:] {
			for _, v := range g[queue[0]] {
				if colour[v] == colour[queue[0]] {
					return false
				}
				if colour[v] == 0 {
					colour[v] = 3 - colour[queue[0]]
					queue = append(queue, v)
				}
			}
		}
	}
	return true
}

func components(g adjacency, skip bool) int {
	joined := newUnion(len(g))
	count := len(g)
	for u := range g {
		if skip && len(g[u]) == 0 {
			count--
		}
		for _, v := range g[u] {
			if joined.join(u, v) {
				count--
			}
		}
	}
	return count
}

func triangles(g adjacency, wrong bool) int {
	count := 0
	for u := range g {
		for _, v := range g[u] {
			for _, w := range g[v] {
				if u < v && v < w && slices.Contains(g[w], u) && (!wrong || v == u+1 || w == v+1) {
					count++
				}
			}
		}
	}
	return count
}

type arc struct{ to, weight int }

func readWeighted(in *Reader) [][]arc {
	n, m := in.Size(), in.Size()
	g := make([][]arc, n)
	for range m {
		u, v, w := in.Int()-1, in.Int()-1, in.Int()
		g[u], g[v] = append(g[u], arc{v, w}), append(g[v], arc{u, w})
	}
	return g
}

// shortest is Dijkstra's algorithm from the first to the last vertex.
func shortest(g [][]arc, early bool) int {
	distance, done := make([]int, len(g)), make([]bool, len(g))
	for i := range distance {
		distance[i] = math.MaxInt
	}
	distance[0] = 0
	for range g {
		u := -1
		for v := range g {
			if !done[v] && distance[v] < math.MaxInt && (u < 0 || distance[v] < distance[u]) {
				u = v
			}
		}
		if u < 0 {
			break
		}
		done[u] = true
		for _, a := range g[u] {
			if d := distance[u] + a.weight; d < distance[a.to] && (!early || distance[a.to] == math.MaxInt) {
				distance[a.to] = d
			}
		}
	}
	return distance[len(g)-1]
}

func spanning(in *Reader, right bool) int {
	n, m := in.Size(), in.Size()
	edges := make([][3]int, m)
	for i := range edges {
		u, v := in.Int(), in.Int()
		edges[i] = [3]int{in.Int(), u - 1, v - 1}
	}
	slices.SortFunc(edges, func(a, b [3]int) int { return slices.Compare(a[:], b[:]) })
	joined, seen, sum := newUnion(n), make([]bool, n), 0
	for _, e := range edges {
		if right && joined.join(e[1], e[2]) || !right && (!seen[e[1]] || !seen[e[2]]) {
			seen[e[1]], seen[e[2]] = true, true
			sum += e[0]
		}
	}
	return sum
}

func subtrees(in *Reader, out *Writer, ascending bool) {
	n := in.Size()
	parent := append([]int{0, 0}, in.Ints(n-1)...)
	sum := append([]int{0}, in.Ints(n)...)
	for i := 2; i <= n; i++ {
		v := n + 2 - i
		if ascending {
			v = i
		}
		sum[parent[v]] += sum[v]
	}
	for _, s := range sum[1:] {
		out.Say(s)
	}
}

func cycles(in *Reader, least int) int {
	p := in.Ints(in.Size())
	seen, count := make([]bool, len(p)), 0
	for i := range p {
		length := 0
		for v := i; !seen[v]; v = p[v] - 1 {
			seen[v] = true
			length++
		}
		if length >= least {
			count++
		}
	}
	return count
}
