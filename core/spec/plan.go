package spec

import (
	"fmt"
	"maps"
)

// plan works out, once a spec is known to be sound, what the generator needs:
// which names decide sizes, which conditions narrow the range of which field,
// and which bounds on sums can be distributed constructively.
func (c *checker) plan() { c.planBlock(c.spec.body) }

func (c *checker) planBlock(b *block) {
	for _, s := range b.stmts {
		switch s := s.(type) {
		case *lineStmt:
			for _, it := range s.items {
				if it.field != nil {
					c.planField(b, it.field)
				}
			}
		case *repeatStmt:
			c.planRepeat(b, s)
		case *unionStmt:
			for _, a := range s.alts {
				c.planBlock(a.body)
			}
		case *whereStmt:
			for _, cond := range s.conditions {
				c.planCondition(cond)
			}
		}
	}
}

func (c *checker) planRepeat(b *block, s *repeatStmt) {
	if s.count != nil {
		markSizes(s.count)
		c.imply(b, binaryNumber(opLessEqual, number(0), s.count), fmt.Sprintf("the count %s must not be negative", c.text(s.count.span)))
		for _, u := range s.uniques {
			c.implyRoom(b, s, u)
		}
	}
	c.planBlock(s.body)
}

// implyRoom demands that there are enough values for a unique number.
func (c *checker) implyRoom(b *block, s *repeatStmt, u *uniqueness) {
	t := u.fields[0].typ
	if len(u.fields) != 1 || !t.scalar() || len(t.ranges) != 1 {
		return
	}
	r := t.ranges[0]
	for _, sym := range append(symbolsOf(r.lo), symbolsOf(r.hi)...) {
		if sym.block == s.body {
			return
		}
	}
	size := binaryNumber(opAdd, binaryNumber(opSubtract, r.hi, r.lo), number(1))
	c.imply(b, binaryNumber(opLessEqual, s.count, size), fmt.Sprintf("there must be enough different values for `%s`", u.text))
}

// markSizes notes that the size of the input depends on the expression.
func markSizes(e *expr) {
	for _, s := range symbolsOf(e) {
		s.sizes = true
	}
}

// symbolsOf lists the fields and counters that an expression mentions, also by
// way of let, without those of aggregates' inner blocks.
func symbolsOf(e *expr) []*symbol {
	var found []*symbol
	visit(e, func(e *expr) {
		if e.op == opName && e.sym != nil && e.sym.kind != symbolLocal && e.sym.kind != symbolLet {
			found = append(found, e.sym)
		}
	})
	return found
}

// visit calls f for the expression and all below it, looking through let.
func visit(e *expr, f func(*expr)) {
	f(e)
	if e.op == opName && e.sym != nil && e.sym.kind == symbolLet {
		visit(e.sym.value, f)
	}
	if e.bound != nil {
		visit(e.bound.lo, f)
		if e.bound.hi != e.bound.lo {
			visit(e.bound.hi, f)
		}
	}
	for _, a := range e.args {
		visit(a, f)
	}
}

func number(n int64) *expr { return &expr{op: opNumber, num: n, typ: typeNumber} }

// binaryNumber makes an expression over two operands of the same scale.
func binaryNumber(op opcode, a, b *expr) *expr {
	e := &expr{op: op, span: a.span.to(b.span), args: []*expr{a, b}, typ: typeNumber, scale: max(a.scale, b.scale)}
	switch op {
	case opLess, opLessEqual, opGreater, opGreaterEqual, opEqual, opNotEqual, opAnd, opOr:
		e.typ = typeTruth
	}
	return e
}

// imply adds a condition that follows from a type, for the generator: it
// narrows the range of the name that decides it. Nothing is implied across
// blocks, because an inner block may be repeated no times at all.
func (c *checker) imply(b *block, e *expr, text string) {
	c.narrowBy(&condition{expr: e, block: b, text: text, implied: true})
}

func (c *checker) narrowBy(cond *condition) {
	if c.analyse(cond) && cond.monotone {
		cond.last.field.bounds = append(cond.last.field.bounds, cond)
	}
}

// analyse finds what a condition depends on, and reports whether it is decided
// by a scalar of its own block.
func (c *checker) analyse(cond *condition) bool {
	for _, s := range symbolsOf(cond.expr) {
		if !cond.block.within(s.block) {
			cond.inner = append(cond.inner, cond.block.holding(s.block))
			continue
		}
		cond.symbols = append(cond.symbols, s)
		if cond.last == nil || s.order > cond.last.order {
			cond.last = s
		}
	}
	if len(cond.inner) > 0 || cond.last == nil || cond.last.field == nil || cond.last.block != cond.block {
		return false
	}
	cond.monotone = cond.expr.op != opNotEqual && occurrences(cond.expr, cond.last) == 1 && monotone(cond.expr, cond.last)
	return cond.last.field.typ.scalar()
}

// holding is the index of the statement of b that holds the inner block.
func (b *block) holding(inner *block) int {
	for inner.parent != b {
		inner = inner.parent
	}
	for i, s := range b.stmts {
		if s == inner.owner {
			return i
		}
	}
	return 0
}

func occurrences(e *expr, s *symbol) int {
	n := 0
	for _, found := range symbolsOf(e) {
		if found == s {
			n++
		}
	}
	return n
}

// monotone reports whether a comparison, as a function of the symbol that occurs
// once in it, changes in one direction only (in two for an equality).
func monotone(e *expr, s *symbol) bool {
	switch e.op {
	case opNumber, opName:
		return true
	case opLess, opLessEqual, opGreater, opGreaterEqual, opEqual, opAdd, opSubtract, opMultiply, opNegate, opMaxEdges, opMinEdges:
	case opDivide:
		if occurrences(e.args[1], s) > 0 {
			return false
		}
	case opPower:
		if lo, _ := limits(e.args[0]); lo < 0 || occurrences(e.args[1], s) > 0 {
			return false
		}
	case opCall:
		if e.name != "min" && e.name != "max" || len(e.args) < 2 {
			return occurrences(e, s) == 0
		}
	default:
		return occurrences(e, s) == 0
	}
	for _, a := range e.args {
		if occurrences(a, s) > 0 && !monotone(a, s) {
			return false
		}
	}
	return true
}

// planCondition attaches a written condition to the field that decides it.
func (c *checker) planCondition(cond *condition) {
	scalar := c.analyse(cond)
	switch {
	case cond.expr.op == opCall && cond.expr.name == "distinct" && len(cond.expr.args) == 1:
		c.planDistinct(cond)
	case scalar && cond.monotone && cond.expr.op == opEqual:
		for _, op := range []opcode{opLessEqual, opGreaterEqual} {
			half := *cond
			half.expr = &expr{op: op, span: cond.expr.span, args: cond.expr.args, typ: typeTruth}
			cond.last.field.bounds = append(cond.last.field.bounds, &half)
		}
	case scalar:
		cond.last.field.bounds = append(cond.last.field.bounds, cond)
	case len(cond.inner) > 0:
		c.planTotal(cond)
	case cond.last != nil && cond.last.field != nil && cond.last.block == cond.block:
		c.planSum(cond)
	}
}

// planDistinct treats the condition that an array's elements differ like the
// modifier.
func (c *checker) planDistinct(cond *condition) {
	f := cond.expr.args[0].sym.field
	if f == nil || f.block != cond.block || !f.typ.takesRange() || len(f.typ.dims) != 1 {
		return
	}
	changed := *f.typ
	changed.distinct = true
	changed.spans = maps.Clone(changed.spans)
	changed.spans["distinct"] = cond.expr.span
	f.typ = &changed
	c.implyRoomInArray(cond.block, f)
}

// sides splits a comparison into an aggregate sum and its bounds.
func sides(e *expr) (sum, least, most *expr) {
	if len(e.args) != 2 || e.args[0].typ != typeNumber {
		return nil, nil, nil
	}
	sum, other, op := e.args[0], e.args[1], e.op
	if !isSum(sum) {
		sum, other = other, sum
		mirrored := map[opcode]opcode{opLess: opGreater, opLessEqual: opGreaterEqual, opGreater: opLess, opGreaterEqual: opLessEqual, opEqual: opEqual}
		op = mirrored[op]
	}
	if !isSum(sum) {
		return nil, nil, nil
	}
	switch op {
	case opLess:
		return sum, nil, binaryNumber(opSubtract, other, number(1))
	case opLessEqual:
		return sum, nil, other
	case opGreater:
		return sum, binaryNumber(opAdd, other, number(1)), nil
	case opGreaterEqual:
		return sum, other, nil
	case opEqual:
		return sum, other, other
	}
	return nil, nil, nil
}

func isSum(e *expr) bool { return e.op == opCall && e.name == "sum" }

// planSum recognises a bound on the sum of one array of the same block.
func (c *checker) planSum(cond *condition) {
	sum, least, most := sides(cond.expr)
	if sum == nil || sum.args[0].op != opName || sum.args[0].sym != cond.last || occurrences(cond.expr, cond.last) != 1 {
		return
	}
	f := cond.last.field
	if f.typ.kind != kindInt && f.typ.kind != kindFloat || len(f.typ.ranges) != 1 {
		return
	}
	f.sums = append(f.sums, &sumBound{condition: cond, least: least, most: most})
	if len(f.typ.dims) == 1 {
		lo, hi := f.typ.elementLimits()
		c.implySum(cond, f.typ.dims[0], lo, hi, least, most)
	}
}

// implySum demands a number of summands with which a sum can keep its bounds.
func (c *checker) implySum(cond *condition, count *expr, lo, hi int64, least, most *expr) {
	demand := func(e *expr) {
		e.span = cond.expr.span
		c.narrowBy(&condition{expr: e, block: cond.block, text: cond.text})
	}
	if most != nil && lo > 0 && lo < highest {
		demand(binaryNumber(opLessEqual, binaryNumber(opMultiply, count, number(lo)), most))
	}
	if least != nil && hi > 0 && hi < highest {
		demand(binaryNumber(opLessEqual, least, binaryNumber(opMultiply, count, number(hi))))
	}
}

// planTotal recognises a bound on a sum over a repeat's repetitions.
func (c *checker) planTotal(cond *condition) {
	sum, least, most := sides(cond.expr)
	if sum == nil || len(sum.chain) != 1 || sum.chain[0].alt >= 0 {
		return
	}
	body := sum.chain[0].body
	repeat := body.owner.(*repeatStmt)
	at := cond.block.holding(body)
	for _, bound := range []*expr{least, most} {
		if bound != nil && !knownBefore(bound, cond.block, at) {
			return
		}
	}
	t := &total{condition: cond, repeat: repeat, term: sum.args[0], least: least, most: most, number: len(c.spec.totals)}
	if t.field = decider(t.term, body); t.field == nil {
		return
	}
	if repeat.count != nil {
		lo, hi := limits(t.term)
		c.implySum(cond, repeat.count, lo, hi, least, most)
	}
	c.spec.totals = append(c.spec.totals, t)
	repeat.totals = append(repeat.totals, t)
	t.field.totals = append(t.field.totals, t)
}

// knownBefore reports whether an expression depends only on what is declared
// before the block's statement.
func knownBefore(e *expr, b *block, stmt int) bool {
	for _, s := range symbolsOf(e) {
		if !b.within(s.block) || s.block == b && s.stmt >= stmt {
			return false
		}
	}
	return true
}

// decider is the field of the body whose value, drawn last, decides the term.
func decider(term *expr, body *block) *field {
	var last *symbol
	for _, s := range symbolsOf(term) {
		if s.block == body && (last == nil || s.order > last.order) {
			last = s
		}
	}
	switch {
	case last == nil || last.field == nil || occurrences(term, last) != 1:
		return nil
	case last.field.typ.scalar() && monotone(term, last):
		return last.field
	case term.op == opName && term.typ == typeNumbers && len(last.field.typ.ranges) == 1:
		return last.field
	case term.op == opCall && term.name == "len" && last.field.typ.scalarText():
		return last.field
	}
	return nil
}

// planField marks sizes and adds the conditions that the type implies.
func (c *checker) planField(b *block, f *field) {
	t := f.typ
	for _, d := range t.dims {
		markSizes(d)
		c.imply(b, binaryNumber(opLessEqual, number(0), d), fmt.Sprintf("the number of elements %s must not be negative", c.text(d.span)))
	}
	for _, a := range t.args {
		markSizes(a)
	}
	switch {
	case t.kind == kindString:
		markSizes(t.length.lo)
		markSizes(t.length.hi)
		least := binaryNumber(opLessEqual, number(int64(len(t.once))), t.length.hi)
		c.imply(b, least, fmt.Sprintf("the length of `%s` must be at least %d", f.name, len(t.once)))
		c.implyRange(b, f, t.length)
	case t.scalar() && len(t.ranges) == 1:
		c.implyRange(b, f, t.ranges[0])
	case t.kind == kindInterval && len(t.dims) == 0:
		c.implyRange(b, f, t.ranges[0])
		if t.strict {
			c.imply(b, binaryNumber(opLess, t.ranges[0].lo, t.ranges[0].hi), fmt.Sprintf("`%s` needs two different ends", f.name))
		}
	case t.kind == kindPoint && len(t.dims) == 0:
		for _, r := range t.ranges {
			c.implyRange(b, f, r)
		}
	}
	c.implyRoomInArray(b, f)
	c.implyArguments(b, f)
}

func (c *checker) implyRange(b *block, f *field, r *rangeExpr) {
	if r.lo != r.hi {
		c.imply(b, binaryNumber(opLessEqual, r.lo, r.hi), fmt.Sprintf("the range %s of `%s` must not be empty", c.text(r.span), f.name))
	}
}

// implyRoomInArray demands enough different values, or enough room for disjoint
// intervals.
func (c *checker) implyRoomInArray(b *block, f *field) {
	t := f.typ
	different := t.distinct || t.order == increasing || t.order == decreasing
	if len(t.dims) != 1 || len(t.ranges) != 1 || t.kind == kindPoint || !different && !t.disjoint {
		return
	}
	needed := t.dims[0]
	if t.kind == kindInterval {
		if !t.disjoint {
			return
		}
		if t.strict {
			needed = binaryNumber(opMultiply, number(2), needed)
		}
	}
	r := t.ranges[0]
	size := binaryNumber(opAdd, binaryNumber(opSubtract, r.hi, r.lo), number(1))
	c.imply(b, binaryNumber(opLessEqual, needed, size), fmt.Sprintf("the range %s must hold enough values for `%s`", c.text(r.span), f.name))
}

// implyArguments demands possible sizes of grids, trees and graphs.
func (c *checker) implyArguments(b *block, f *field) {
	t := f.typ
	if len(t.args) == 0 {
		return
	}
	least := int64(0)
	if t.kind == kindTree || t.kind == kindParents {
		least = 1
	}
	for _, a := range t.args {
		c.imply(b, binaryNumber(opLessEqual, number(least), a), fmt.Sprintf("%s must be at least %d for `%s`", c.text(a.span), least, f.name))
	}
	if t.kind != kindGraph {
		return
	}
	last := len(t.args) - 1
	m := t.args[last]
	if m.op == opName && m.sym.field != nil {
		m.sym.edges = true
	}
	edges := func(op opcode) *expr {
		return &expr{op: op, span: m.span, args: t.args[:last], typ: typeNumber, field: f}
	}
	c.imply(b, binaryNumber(opLessEqual, edges(opMinEdges), m), fmt.Sprintf("`%s` needs more edges than %s", f.name, c.text(m.span)))
	c.imply(b, binaryNumber(opLessEqual, m, edges(opMaxEdges)), fmt.Sprintf("`%s` cannot have %s edges", f.name, c.text(m.span)))
}
