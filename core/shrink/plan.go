package shrink

// plan is a deletion of counted things: what is kept of which dims, and what
// becomes of labels that name a deleted thing.
type plan struct {
	*document
	form *form
	kept map[*dim][]int
	// units are kept of an axis where that does not follow from its dim: the
	// edges of a tree.
	units map[*axis][]int
	// heirs say for every thing of a dim which kept thing stands for it; labels
	// follow them.
	heirs map[*dim][]int
	way
}

// way is how labels are treated that may be plain numbers bounded by a count.
type way struct {
	// follow makes labels in the dim's own list follow: the values of an array of
	// n numbers up to n are then taken for references.
	follow bool
	// lower makes single numbers, such as the k of "n k", as much less as things
	// are deleted.
	lower bool
}

func (f *form) plan(d *document) *plan {
	return &plan{document: d, form: f, kept: map[*dim][]int{}, units: map[*axis][]int{}, heirs: map[*dim][]int{}}
}

// keep deletes all of the dim but the given things, which ascend.
func (p *plan) keep(x *dim, kept []int) *plan {
	p.kept[x] = kept
	return p
}

// render is the text of the plan, or nil where it is impossible.
func (p *plan) render() []byte { return p.renderOn(newEdit(p.page)) }

// renderOn is the text of the plan with other changes.
func (p *plan) renderOn(e *edit) []byte {
	for x, kept := range p.kept {
		p.cut(e, x, kept)
	}
	if !p.relabel(e) {
		return nil
	}
	return e.render()
}

func (p *plan) cut(e *edit, x *dim, kept []int) {
	if x.counter >= 0 {
		e.put(x.counter, int64(len(kept)))
	}
	for _, a := range x.axes {
		units, ok := p.units[a]
		if !ok {
			units = a.keptUnits(x.size, kept)
		}
		if a.kind == letterAxis {
			e.keepLetters(a.token, units)
			continue
		}
		at := 0
		for u, r := range a.units {
			if at < len(units) && units[at] == u {
				at++
				continue
			}
			e.dropUnit(a.kind, r)
		}
	}
}

func (e *edit) dropUnit(kind axisKind, unit [2]int) {
	for i := unit[0]; i < unit[1]; i++ {
		if kind == tokenAxis {
			e.drop(i)
			continue
		}
		e.dropLine[i] = true
		for t := e.page.lines[i].first; t < e.page.lines[i].end; t++ {
			e.drop(int(t))
		}
	}
}

// keptUnits are the axis's units that stay when the things of the dim stay. An
// axis of one unit less than its dim has none for the first thing, one of one
// unit more keeps its last.
func (a *axis) keptUnits(size int, kept []int) []int {
	switch {
	case a.offset < 0:
		var units []int
		for _, k := range kept[min(1, len(kept)):] {
			units = append(units, k-1)
		}
		return units
	case a.offset > 0:
		return append(append([]int(nil), kept...), size)
	}
	return kept
}

// keepLetters keeps some letters of a token.
func (e *edit) keepLetters(t int, kept []int) {
	word := e.word(t)
	var left []byte
	for _, k := range kept {
		if k < len(word) {
			left = append(left, word[k])
		}
	}
	e.reword(t, left)
}

// relabel rewrites the labels of the dims that the plan cuts. It reports false
// when that is impossible.
func (p *plan) relabel(e *edit) bool {
	numbers := map[*dim]*renumbering{}
	for x, kept := range p.kept {
		numbers[x] = newRenumbering(x.size, kept, p.heirs[x])
	}
	for t := range p.cells {
		l := &p.form.leaves[p.cells[t].leaf]
		if e.what[t] == dropped || l.label == noVariable || l.kind != number || l.permutation {
			continue
		}
		token, ok := p.cells[t].scope.find(l.label)
		x := p.counted[token]
		if !ok || x == nil || numbers[x] == nil {
			continue
		}
		v, ok := p.newLabel(numbers[x], x, t)
		if !ok {
			return false
		}
		e.put(t, v)
	}
	p.reorder(e)
	p.closeGaps(e)
	return true
}

// newLabel is the value of a label after the cut.
func (p *plan) newLabel(m *renumbering, x *dim, t int) (int64, bool) {
	leaf := int(p.cells[t].leaf)
	l := &p.form.leaves[leaf]
	old := int(p.value(t) - l.base)
	if old < 0 || old >= x.size || m.kept == 0 {
		return 0, false
	}
	switch single := l.single && !p.form.hasVertices(l.label); {
	case single && p.lower:
		return max(0, int64(old-(x.size-m.kept))) + l.base, true
	case single, !p.follow && !l.parents && p.form.ownList(leaf, l.label):
		return min(int64(old), int64(m.kept-1)) + l.base, true
	case p.heirs[x] == nil && p.form.isRight(leaf):
		return int64(m.before[old]) + l.base, true
	}
	return int64(m.after[old]) + l.base, true
}

// reorder repairs pairs whose left label has come to exceed the right one: a
// range whose middle was deleted becomes a single position.
func (p *plan) reorder(e *edit) {
	for _, o := range p.form.orders {
		if p.form.leaves[o.right].label == noVariable || o.strict {
			continue
		}
		last := -1
		for t := range p.cells {
			switch int(p.cells[t].leaf) {
			case o.left:
				last = t
			case o.right:
				if last >= 0 && p.cells[last].line == p.cells[t].line && e.number(last) > e.number(t) {
					e.put(t, e.number(last))
				}
			}
		}
	}
}

// closeGaps makes what is left of permutations permutations again.
func (p *plan) closeGaps(e *edit) {
	lists := map[int32][]int{}
	for t := range p.cells {
		if p.form.leaves[p.cells[t].leaf].permutation && e.what[t] != dropped {
			lists[p.cells[t].list] = append(lists[p.cells[t].list], t)
		}
	}
	for _, tokens := range lists {
		base := max(p.form.leaves[p.cells[tokens[0]].leaf].floor, 0)
		for rank, t := range p.byValue(tokens) {
			e.put(t, base+int64(rank))
		}
	}
}

// ownList reports whether the leaf is a run that the variable counts.
func (f *form) ownList(leaf, variable int) bool {
	own := false
	walkItems(f.items, func(it *item) {
		for _, fl := range it.fields {
			if fl.run && leaf >= fl.leaf && leaf < fl.leaf+max(1, fl.by.stride) && fl.by.variable == variable {
				own = true
			}
		}
	})
	return own
}

// hasVertices reports whether the variable is a number of vertices.
func (f *form) hasVertices(variable int) bool {
	for _, g := range f.graphs {
		if g.variable == variable && !g.ranges {
			return true
		}
	}
	return false
}

// isRight reports whether the leaf is the right one of an ordered pair of labels.
func (f *form) isRight(leaf int) bool {
	for _, o := range f.orders {
		if o.right == leaf && f.leaves[o.left].label == f.leaves[leaf].label {
			return true
		}
	}
	return false
}

// renumbering maps the things of a dim to what is left of them.
type renumbering struct {
	kept int
	// after is the new number of the thing, or of its heir, or of the next one
	// that is kept; before that of the one before.
	after, before []int
}

func newRenumbering(size int, kept, heirs []int) *renumbering {
	m := &renumbering{kept: len(kept), after: make([]int, size), before: make([]int, size)}
	at := 0
	for i := range size {
		m.after[i] = min(at, len(kept)-1)
		if at < len(kept) && kept[at] == i {
			at++
		}
		m.before[i] = max(at-1, 0)
	}
	if heirs != nil {
		number := m.after
		m.after = make([]int, size)
		for i := range m.after {
			m.after[i] = number[heirs[i]]
		}
	}
	return m
}
