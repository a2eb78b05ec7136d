package spec

import (
	"fmt"
	"math"
	"slices"
)

// innerNames collects the names of inner blocks that an aggregate mentions.
type innerNames struct {
	from    *block
	deepest *block
	refused bool
}

// quantity checks an expression that must be a number.
func (c *checker) quantity(e *expr, what string) {
	c.expr(e)
	if e.typ != typeNumber && e.typ != typeNone {
		c.fail(e.span, fmt.Sprintf("%s is a number, and this is %s", what, c.kindOf(e)))
		e.typ = typeNone
	}
}

// number checks an expression that must be a whole number.
func (c *checker) number(e *expr, what string) {
	c.quantity(e, what)
	if e.typ == typeNumber && e.scale > 0 {
		c.fail(e.span, fmt.Sprintf("%s is a whole number", what))
	}
}

// truth checks an expression that must be a condition.
func (c *checker) truth(e *expr) {
	c.expr(e)
	if e.typ == typeTruth || e.typ == typeNone {
		return
	}
	message := fmt.Sprintf("a condition is needed here, such as `%s <= 10`, and this is %s", c.text(e.span), c.kindOf(e))
	c.fail(e.span, message)
}

func (c *checker) kindOf(e *expr) string {
	switch e.typ {
	case typeNumber:
		return "a number"
	case typeTruth:
		return "a condition"
	case typeText:
		return "a text"
	case typeNumbers:
		return fmt.Sprintf("an array; use an element such as `%s[1]`, or sum, min, max or len", c.text(e.span))
	case typeTexts:
		return "an array of texts"
	}
	if e.sym != nil && e.sym.field != nil && e.sym.field.typ.word != nil {
		return fmt.Sprintf("of type `%s`", e.sym.field.typ.word.name)
	}
	return "something else"
}

// expr resolves the names of an expression and finds its type. A faulty
// expression has typeNone, about which nothing more is said.
func (c *checker) expr(e *expr) {
	switch e.op {
	case opNumber, opText:
		return
	case opName:
		c.name(e)
	case opIndex:
		c.index(e)
	case opCall:
		c.call(e)
	case opNegate:
		c.arithmetic(e)
	case opAdd, opSubtract, opMultiply, opDivide, opModulo, opPower:
		c.arithmetic(e)
	case opAnd, opOr, opNot:
		e.typ = typeTruth
		for _, a := range e.args {
			c.truth(a)
		}
	default:
		c.comparison(e)
	}
}

func (c *checker) name(e *expr) {
	c.resolve(e)
	if e.sym == nil {
		e.typ = typeNone
		return
	}
	e.typ, e.scale = typeNumber, 0
	if e.sym.field == nil {
		if e.sym.value != nil {
			e.scale = e.sym.value.scale
		}
		return
	}
	t := e.sym.field.typ
	switch {
	case t.word == nil:
		e.typ = typeNone
	case t.scalar():
		e.scale = t.digits
	case t.scalarText():
		e.typ = typeText
	case t.texts():
		e.typ = typeTexts
	case t.width() == 1:
		e.typ, e.scale = typeNumbers, t.digits
	default:
		e.typ = typeOther
	}
}

// resolve finds what a name stands for: a bound name, a name of this block or
// one around it, and within an aggregate one of an inner block.
func (c *checker) resolve(e *expr) {
	for i := len(c.locals) - 1; i >= 0; i-- {
		if c.locals[i].name == e.name {
			c.use(e, c.locals[i])
			return
		}
	}
	for b := c.scope; b != nil; b = b.parent {
		if s := b.names[e.name]; s != nil {
			c.use(e, s)
			return
		}
	}
	found := innerSymbols(c.scope, e.name, nil)
	switch {
	case len(found) == 0:
		c.unknown(e)
	case c.inner == nil:
		c.fail(e.span, fmt.Sprintf("`%s` is declared inside the block on line %d and has a value for each of its repetitions; out here use sum(%s), min(%s) or max(%s)",
			e.name, found[0].block.span.Start.Line, e.name, e.name, e.name))
	case len(found) > 1:
		c.fail(e.span, fmt.Sprintf("`%s` is declared in several inner blocks, on lines %d and %d; give one of them another name", e.name, found[0].span.Start.Line, found[1].span.Start.Line))
	default:
		c.use(e, found[0])
		c.inner.add(c, e, found[0].block)
	}
}

func (c *checker) use(e *expr, s *symbol) {
	e.sym = s
	for _, u := range s.uses {
		if u == e.span {
			return
		}
	}
	s.uses = append(s.uses, e.span)
}

// innerSymbols finds a name in the blocks below.
func innerSymbols(b *block, name string, found []*symbol) []*symbol {
	look := func(inner *block) {
		if s := inner.names[name]; s != nil {
			found = append(found, s)
		}
		found = innerSymbols(inner, name, found)
	}
	for _, s := range b.stmts {
		switch s := s.(type) {
		case *repeatStmt:
			look(s.body)
		case *unionStmt:
			for _, a := range s.alts {
				look(a.body)
			}
		}
	}
	return found
}

// add notes that an aggregate mentions a name of the block b.
func (n *innerNames) add(c *checker, e *expr, b *block) {
	switch {
	case n.deepest == nil || n.deepest.within(b):
		if n.deepest == nil || b.depth > n.deepest.depth {
			n.deepest = b
		}
	case b.within(n.deepest):
		n.deepest = b
	default:
		if !n.refused {
			c.fail(e.span, fmt.Sprintf("`%s` belongs to another block than the names before it; only names that are repeated together can be combined", e.name))
		}
		n.refused = true
	}
}

// within reports whether b lies in outer or is it.
func (b *block) within(outer *block) bool {
	for ; b != nil; b = b.parent {
		if b == outer {
			return true
		}
	}
	return false
}

// chain is the way from the scope down to the deepest block mentioned.
func (n *innerNames) chain() []hop {
	var hops []hop
	for b := n.deepest; b != nil && b != n.from; b = b.parent {
		h := hop{alt: -1, body: b}
		switch owner := b.owner.(type) {
		case *repeatStmt:
			h.slot = owner.slot
		case *unionStmt:
			h.slot = owner.slot
			for i, a := range owner.alts {
				if a.body == b {
					h.alt = i
				}
			}
		}
		hops = append([]hop{h}, hops...)
	}
	return hops
}

func (c *checker) unknown(e *expr) {
	e.typ = typeNone
	if c.faulty && c.mentioned(e.name) {
		return
	}
	var known []string
	for b := c.scope; b != nil; b = b.parent {
		for name := range b.names {
			known = append(known, name)
		}
	}
	slices.Sort(known)
	line := lineStart(c.spec.source, e.span.Start)
	declare := Fix{Title: fmt.Sprintf("declare `%s` above", e.name), Span: Span{Start: line, End: line},
		Text: indentation(c.spec.source, line) + e.name + ": int 1..10\n"}
	if later := c.declaredLater(e.name); later != nil {
		c.fail(e.span, fmt.Sprintf("`%s` is used before it is declared on line %d; move the declaration up, or write `%s: int …` here, above this line", e.name, later.Start.Line, e.name))
		return
	}
	if near := nearest(e.name, known); near != "" {
		c.fail(e.span, fmt.Sprintf("`%s` is not declared; did you mean `%s`? Otherwise declare it above: `%s: int 1..10`", e.name, near, e.name),
			Fix{Title: "write `" + near + "`", Span: e.span, Text: near}, declare)
		return
	}
	c.fail(e.span, fmt.Sprintf("`%s` is used before it is declared; declare it above or write `%s: int …` here, for example `%s: int 1..10`", e.name, e.name, e.name), declare)
}

// mentioned reports whether the name seems to be declared on some line.
func (c *checker) mentioned(name string) bool {
	for i, t := range c.spec.tokens {
		if t.kind == tokenName && t.text == name && (t.declares || i+1 < len(c.spec.tokens) && c.spec.tokens[i+1].is(":")) {
			return true
		}
	}
	return false
}

func (c *checker) declaredLater(name string) *Span {
	for i := range c.spec.tokens {
		if t := &c.spec.tokens[i]; t.declares && t.text == name {
			return &t.span
		}
	}
	return nil
}

func lineStart(src []byte, p Pos) Pos {
	for p.Offset > 0 && src[p.Offset-1] != '\n' {
		p.Offset--
	}
	p.Column = 1
	return p
}

func indentation(src []byte, p Pos) string {
	end := p.Offset
	for end < len(src) && (src[end] == ' ' || src[end] == '\t') {
		end++
	}
	return string(src[p.Offset:end])
}

func (c *checker) index(e *expr) {
	base, at := e.args[0], e.args[1]
	c.expr(base)
	c.number(at, "an index")
	e.typ = typeNone
	if base.typ == typeNone {
		return
	}
	if base.op != opName && base.op != opIndex {
		c.fail(base.span, "only a name can have an index")
		return
	}
	dims := 0
	if base.op == opName && base.sym.field != nil {
		dims = len(base.sym.field.typ.dims)
	}
	switch {
	case base.typ == typeText:
		e.typ = typeText
	case base.typ == typeTexts && dims <= 1:
		e.typ = typeText
	case base.typ == typeNumbers && base.op == opIndex:
		e.typ, e.scale = typeNumber, base.scale
	case base.typ == typeNumbers && dims == 2:
		e.typ, e.scale = typeNumbers, base.scale
	case base.typ == typeNumbers && dims <= 1:
		e.typ, e.scale = typeNumber, base.scale
	default:
		c.fail(base.span, fmt.Sprintf("`%s` has no elements that an index could name", c.text(base.span)))
	}
}

func (c *checker) arithmetic(e *expr) {
	e.typ = typeNumber
	for _, a := range e.args {
		c.quantity(a, "an operand")
		if a.typ == typeNone {
			e.typ = typeNone
		}
	}
	if e.typ == typeNone {
		return
	}
	switch e.op {
	case opNegate:
		e.scale = e.args[0].scale
	case opAdd, opSubtract:
		c.align(e.args)
		e.scale = e.args[0].scale
	case opMultiply:
		e.scale = e.args[0].scale + e.args[1].scale
	default:
		for _, a := range e.args {
			if a.scale > 0 {
				c.fail(a.span, "division, remainder and power are defined for whole numbers only")
			}
		}
	}
	if e.scale > 18 {
		c.fail(e.span, "the product has more decimals than fit in 64 bits")
		return
	}
	if trouble := fold(e); trouble != "" {
		c.fail(e.span, trouble)
		e.typ = typeNone
	}
}

func (c *checker) comparison(e *expr) {
	e.typ = typeTruth
	for _, a := range e.args {
		c.expr(a)
	}
	a, b := e.args[0], e.args[1]
	switch {
	case a.typ == typeNone || b.typ == typeNone:
		e.typ = typeNone
	case a.typ == typeNumber && b.typ == typeNumber:
		c.align(e.args)
	case a.typ == typeText && b.typ == typeText:
	case a.typ == typeNumber || b.typ == typeNumber:
		other := a
		if a.typ == typeNumber {
			other = b
		}
		c.fail(other.span, fmt.Sprintf("this is compared with a number, and it is %s", c.kindOf(other)))
	default:
		c.fail(e.span, fmt.Sprintf("these cannot be compared: the left side is %s", c.kindOf(a)))
	}
}

// align brings numbers to the same number of decimals.
func (c *checker) align(args []*expr) {
	scale := 0
	for _, a := range args {
		scale = max(scale, a.scale)
	}
	for i := range args {
		args[i] = c.rescale(args[i], scale)
	}
}

// rescale makes an expression yield its number with more decimals.
func (c *checker) rescale(e *expr, scale int) *expr {
	if e.typ != typeNumber || e.scale == scale {
		return e
	}
	factor := int64(math.Pow10(scale - e.scale))
	scaled := &expr{op: opMultiply, span: e.span, typ: typeNumber, scale: scale,
		args: []*expr{e, {op: opNumber, num: factor, span: e.span, typ: typeNumber, scale: scale - e.scale}}}
	if trouble := fold(scaled); trouble != "" {
		c.fail(e.span, "the number does not fit in 64 bits with that many decimals")
	}
	return scaled
}

// fold replaces constant arithmetic by its result. It returns what goes wrong
// in computing it, or "".
func fold(e *expr) string {
	for _, a := range e.args {
		if a.op != opNumber {
			return ""
		}
	}
	var v env
	n := v.number(e)
	if v.trouble == "" {
		*e = expr{op: opNumber, span: e.span, num: n, scale: e.scale, typ: typeNumber}
	}
	return v.trouble
}

// constant is the value of an expression that depends on nothing, or nil.
func constant(e *expr) *int64 {
	switch {
	case e.op == opNumber && e.typ == typeNumber:
		return &e.num
	case e.op == opName && e.sym != nil && e.sym.kind == symbolLet && e.sym.value != nil:
		return constant(e.sym.value)
	}
	return nil
}

func (c *checker) call(e *expr) {
	e.typ = typeNumber
	w := findWord(functions, e.name)
	if w == nil {
		e.typ = typeNone
		return
	}
	if quantified := e.name == "all" || e.name == "any"; quantified != (e.bound != nil) {
		c.fail(e.span, fmt.Sprintf("`%s` is written `%s`", e.name, w.form))
		e.typ = typeNone
		return
	}
	switch e.name {
	case "all", "any":
		c.quantifier(e)
	case "sum", "min", "max", "count":
		c.aggregate(e)
	case "abs", "gcd":
		c.plainCall(e)
	case "len":
		c.length(e)
	case "distinct":
		c.distinct(e)
	case "unique":
		e.typ = typeNone
		c.fail(e.span, "`unique(…)` is a condition of its own: `where unique(u, v)`")
	}
}

func (c *checker) arity(e *expr, n int) bool {
	if len(e.args) == n {
		return true
	}
	e.typ = typeNone
	c.fail(e.span, fmt.Sprintf("`%s` is written `%s`", e.name, findWord(functions, e.name).form))
	return false
}

func (c *checker) quantifier(e *expr) {
	if !c.arity(e, 1) {
		return
	}
	e.typ = typeTruth
	c.number(e.bound.lo, "a bound")
	if e.bound.hi != e.bound.lo {
		c.number(e.bound.hi, "a bound")
	}
	e.sym.slot = len(c.locals)
	e.sym.order = -1
	c.spec.bound = append(c.spec.bound, e.sym)
	c.locals = append(c.locals, e.sym)
	c.spec.locals = max(c.spec.locals, len(c.locals))
	c.truth(e.args[0])
	c.locals = c.locals[:len(c.locals)-1]
}

func (c *checker) plainCall(e *expr) {
	n := 1
	if e.name == "gcd" {
		n = 2
	}
	if !c.arity(e, n) {
		return
	}
	for _, a := range e.args {
		c.quantity(a, "an argument")
		if a.scale > 0 && e.name == "gcd" {
			c.fail(a.span, "gcd takes whole numbers")
		}
		if a.typ == typeNone {
			e.typ = typeNone
		}
	}
	e.scale = e.args[0].scale
	fold(e)
}

func (c *checker) length(e *expr) {
	if !c.arity(e, 1) {
		return
	}
	a := e.args[0]
	c.expr(a)
	switch {
	case a.typ == typeNone:
		e.typ = typeNone
	case a.typ == typeNumber || a.typ == typeTruth || a.op != opName && a.typ != typeText:
		c.fail(a.span, fmt.Sprintf("len takes the name of a text or an array, and this is %s", c.kindOf(a)))
		e.typ = typeNone
	case a.sym != nil && a.sym.field != nil && len(a.sym.field.typ.dims) > 2:
		c.fail(a.span, "len is not defined for three dimensions")
	}
}

func (c *checker) distinct(e *expr) {
	e.typ = typeTruth
	for _, a := range e.args {
		c.expr(a)
		if a.typ == typeNone {
			e.typ = typeNone
		}
	}
	switch {
	case e.typ == typeNone:
	case len(e.args) == 1 && e.args[0].typ == typeNumbers && e.args[0].op == opName:
	case len(e.args) < 2:
		c.fail(e.span, "`distinct` takes an array of numbers or several values: `distinct(a, b, c)`")
	default:
		for _, a := range e.args {
			if a.typ != e.args[0].typ || a.typ != typeNumber && a.typ != typeText {
				c.fail(a.span, fmt.Sprintf("`distinct` compares numbers or texts, all of one kind; this is %s", c.kindOf(a)))
				return
			}
		}
		c.align(e.args)
	}
}

// aggregate checks sum, min, max and count. With one argument they run over the
// elements of an array and over the repetitions of inner blocks.
func (c *checker) aggregate(e *expr) {
	if len(e.args) > 1 && (e.name == "min" || e.name == "max") {
		for _, a := range e.args {
			c.quantity(a, "an argument")
			if a.typ == typeNone {
				e.typ = typeNone
			}
		}
		if e.typ != typeNone {
			c.align(e.args)
			e.scale = e.args[0].scale
			fold(e)
		}
		return
	}
	wanted := 1
	if e.name == "count" {
		wanted = 2
	}
	if !c.arity(e, wanted) {
		return
	}
	// An aggregate within another runs over an array only; the outer one runs
	// over the repetitions.
	outer, arg := c.inner, e.args[0]
	if outer == nil {
		c.inner = &innerNames{from: c.scope}
	}
	c.expr(arg)
	refused := c.inner.refused
	if outer == nil {
		e.chain = c.inner.chain()
	}
	c.inner = outer
	switch {
	case arg.typ == typeNone || refused:
		e.typ = typeNone
	case arg.typ == typeNumber && len(e.chain) > 0:
	case arg.typ == typeNumbers && arg.op == opName:
	case e.name == "count" && (arg.typ == typeText || arg.typ == typeTexts && arg.op == opName):
	case arg.typ == typeNumber:
		c.fail(arg.span, fmt.Sprintf("`%s` is a single number here; `%s` runs over an array or over the repetitions of an inner block", c.text(arg.span), e.name))
		e.typ = typeNone
	default:
		c.fail(arg.span, fmt.Sprintf("`%s` runs over numbers, and this is %s", e.name, c.kindOf(arg)))
		e.typ = typeNone
	}
	if e.typ == typeNone {
		return
	}
	if e.name == "count" {
		c.counted(e)
		return
	}
	e.scale = arg.scale
}

// counted checks the second argument of count.
func (c *checker) counted(e *expr) {
	arg, value := e.args[0], e.args[1]
	c.expr(value)
	text := arg.typ == typeText || arg.typ == typeTexts
	switch {
	case value.typ == typeNone:
		e.typ = typeNone
	case text && (value.typ != typeText || value.op == opText && len(value.text) != 1):
		c.fail(value.span, "count looks for a single character in quotation marks here: `count(s, \"a\")`")
	case !text && value.typ != typeNumber:
		c.fail(value.span, "count looks for a number here: `count(a, 0)`")
	case !text && value.scale > arg.scale:
		c.fail(value.span, "the number has more decimals than the elements")
	case !text:
		e.args[1] = c.rescale(value, arg.scale)
	}
}
