package shrink

// reader matches a page against items. The visitor is told what is found; it may
// be nil, when only the answer counts.
type reader struct {
	page    *page
	values  []int64 // by variable, as last read
	visitor visitor
	// learning says that tags not seen before may be added to a tagged line.
	learning bool
	// work counts tokens and lines looked at, so that inference can be bounded.
	work int
}

// visitor is told the structure in the order of the text.
type visitor interface {
	// enter and leave enclose one run of a repeat; unit begins its next turn.
	enter(it *item)
	unit(line int)
	leave(line int)
	// scalar, run and loose are tokens: one with a leaf, several with the same
	// leaf or, for a run with stride, leaves in turn, or those of a line without
	// fields.
	scalar(f *field, token int)
	run(f *field, first, end int)
	loose(it *item, first, end int)
}

// match reads the items from the line on, and returns the line after them.
func (r *reader) match(items []item, at int) (int, bool) {
	for i := range items {
		next, ok := r.item(&items[i], at)
		if !ok {
			return at, false
		}
		at = next
	}
	return at, true
}

func (r *reader) item(it *item, at int) (int, bool) {
	r.work++
	switch it.kind {
	case repeat:
		return r.repeat(it, at)
	case rest:
		for ; at < len(r.page.lines); at++ {
			r.loose(it, r.page.lines[at])
		}
		return at, true
	}
	if at >= len(r.page.lines) {
		// Empty lines at the end of a text are not kept as lines.
		end := int32(len(r.page.tokens))
		return at, it.kind == fixedLine && r.fields(it.fields, line{first: end, end: end})
	}
	l := r.page.lines[at]
	switch it.kind {
	case fixedLine:
		return at + 1, r.fields(it.fields, l)
	case taggedLine:
		if !r.tagged(it, l) {
			return at, false
		}
	}
	r.loose(it, l)
	return at + 1, true
}

func (r *reader) tagged(it *item, l line) bool {
	if l.len() == 0 {
		return false
	}
	tag := r.page.word(int(l.first))
	width, ok := it.widths[string(tag)]
	if !ok && r.learning && len(it.widths) < tagLimit {
		it.widths[string(tag)], width = l.len(), l.len()
	}
	return width == l.len()
}

func (r *reader) loose(it *item, l line) {
	r.work += l.len()
	if r.visitor != nil {
		r.visitor.loose(it, int(l.first), int(l.end))
	}
}

func (r *reader) repeat(it *item, at int) (int, bool) {
	turns := -1
	if it.by.variable != noVariable {
		if turns = it.by.of(r.values); turns < 0 || turns > len(r.page.lines)-at {
			return at, false
		}
	}
	if r.visitor != nil {
		r.visitor.enter(it)
	}
	for ; turns > 0 || turns < 0 && at < len(r.page.lines); turns-- {
		if r.visitor != nil {
			r.visitor.unit(at)
		}
		next, ok := r.match(it.body, at)
		if !ok || next == at {
			return at, false
		}
		at = next
	}
	if r.visitor != nil {
		r.visitor.leave(at)
	}
	return at, true
}

func (r *reader) fields(fields []field, l line) bool {
	at, end := int(l.first), int(l.end)
	for i := range fields {
		f := &fields[i]
		r.work++
		if f.run {
			next, ok := r.run(f, at, end)
			if !ok {
				return false
			}
			at = next
			continue
		}
		if at == end {
			return false
		}
		if f.variable != noVariable {
			// What is no number counts nothing.
			r.values[f.variable] = -2
			if t := &r.page.tokens[at]; t.integer {
				r.values[f.variable] = t.value
			}
		}
		if r.visitor != nil {
			r.visitor.scalar(f, at)
		}
		at++
	}
	return at == end
}

func (r *reader) run(f *field, at, end int) (int, bool) {
	if f.by.variable != noVariable {
		n := f.by.of(r.values)
		if n < 0 || n > end-at {
			return at, false
		}
		end = at + n
	}
	r.work += end - at
	if r.visitor != nil {
		r.visitor.run(f, at, end)
	}
	return end, true
}
