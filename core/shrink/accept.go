package shrink

// accepts reports whether the text follows the schema and has the traits: the
// nearest thing to a validator where there is none.
func (f *form) accepts(text []byte) bool {
	p := readPage(text)
	d, ok := f.schema.read(p)
	return ok && f.endHolds(p) && f.onceHolds(d) && f.unequalHolds(d) && f.limitsHold(d) && f.cellsHold(d) && f.listsHold(d) && f.ordersHold(d) && f.graphsHold(d)
}

func (f *form) cellsHold(d *document) bool {
	for t := range d.cells {
		c, token := &d.cells[t], &d.tokens[t]
		l := &f.leaves[c.leaf]
		switch l.kind {
		case number:
			if !token.integer || token.value < l.floor || !l.squareHolds(c, token.value) || !f.labelHolds(d, t) {
				return false
			}
		case float:
			if _, ok := decimal(d.word(t)); !ok && !token.integer {
				return false
			}
		case text:
			if !l.spelled(d.word(t)) || !f.lengthHolds(d, t) {
				return false
			}
		}
	}
	return true
}

// labelHolds reports whether a label is one of the things there are.
func (f *form) labelHolds(d *document, t int) bool {
	c := &d.cells[t]
	l := &f.leaves[c.leaf]
	if l.label == noVariable {
		return true
	}
	n, ok := c.scope.find(l.label)
	v := d.value(t)
	return ok && v >= l.base && v < d.value(n)+l.base
}

// lengthHolds reports whether a word is as long as its count says.
func (f *form) lengthHolds(d *document, t int) bool {
	w := f.schema.words[int(d.cells[t].leaf)]
	if w == nil || w.by.variable == noVariable {
		return true
	}
	n, ok := d.cells[t].scope.find(w.by.variable)
	return ok && d.value(n) == int64(len(d.word(t)))
}

func (f *form) listsHold(d *document) bool {
	if !f.listed {
		return true
	}
	for i, lists := range f.gather(d) {
		for _, a := range lists {
			if !f.leaves[i].listHolds(a) {
				return false
			}
		}
	}
	return true
}

func (f *form) ordersHold(d *document) bool {
	for _, o := range f.orders {
		if !eachRow([]*document{d}, o.left, o.right, func(_ *document, a, b int64) bool {
			return a < b || a == b && !o.strict
		}) {
			return false
		}
	}
	return true
}

func (f *form) graphsHold(d *document) bool {
	for i := range f.graphs {
		g := &f.graphs[i]
		if g.loops && g.multiple && !g.connected {
			continue
		}
		for _, b := range d.blocks {
			if b.item != g.item {
				continue
			}
			e := g.edgesOf(d, b)
			if !g.loops && e.loops() || !g.multiple && e.multiple() || g.connected && !e.connected() {
				return false
			}
		}
	}
	return true
}
