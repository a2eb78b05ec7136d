package spec

import (
	"fmt"
	"slices"
	"strings"
)

// checker resolves names, gives expressions their types and finds what the
// grammar alone cannot: fields without bounds, modifiers that contradict each
// other, names used too early.
type checker struct {
	spec   *Spec
	errors Errors
	// faulty says that the parser found mistakes: a name may then be missing only
	// because its line could not be read.
	faulty bool
	// scope is the block that is being checked, stmt the index of its statement.
	scope  *block
	stmt   int
	locals []*symbol
	// inner allows names of inner blocks, and collects the way to them.
	inner *innerNames
	done  map[*typ]bool
}

func (c *checker) run() {
	c.done = map[*typ]bool{}
	c.block(c.spec.body)
	if len(c.errors) == 0 {
		c.plan()
	}
}

func (c *checker) fail(span Span, message string, fixes ...Fix) {
	c.errors = append(c.errors, Error{Span: span, Message: message, Fixes: fixes})
}

func (c *checker) block(b *block) {
	outer, outerStmt := c.scope, c.stmt
	c.scope = b
	c.spec.depth = max(c.spec.depth, b.depth+1)
	for i, s := range b.stmts {
		c.stmt = i
		switch s := s.(type) {
		case *lineStmt:
			c.line(s)
		case *repeatStmt:
			c.repeat(s, b.stmts[i+1:])
		case *unionStmt:
			c.union(s)
		case *whereStmt:
			c.where(s)
		case *letStmt:
			c.let(s)
		}
	}
	c.scope, c.stmt = outer, outerStmt
}

// declare gives a name its place.
func (c *checker) declare(s *symbol) {
	for b := c.scope; b != nil; b = b.parent {
		if earlier := b.names[s.name]; earlier != nil {
			c.fail(s.span, fmt.Sprintf("`%s` is declared already, on line %d; choose another name", s.name, earlier.span.Start.Line))
			return
		}
	}
	s.block, s.stmt, s.order = c.scope, c.stmt, len(c.spec.symbols)
	s.slot = c.scope.slots
	c.scope.slots++
	c.scope.names[s.name] = s
	c.spec.symbols = append(c.spec.symbols, s)
}

func (c *checker) line(s *lineStmt) {
	for i, it := range s.items {
		if it.field == nil {
			if strings.ContainsAny(it.literal, "\n\r") {
				c.fail(it.span, "a fixed text cannot hold a line break")
			}
			continue
		}
		f := it.field
		c.typ(f)
		f.lo, f.hi = f.typ.limits()
		c.declare(f.symbol)
		f.number = len(c.spec.fields)
		c.spec.fields = append(c.spec.fields, f)
		if f.typ.word == nil {
			continue
		}
		if f.typ.ownLines() && len(s.items) > 1 {
			c.fail(it.span, fmt.Sprintf("`%s` takes lines of its own; put it on a separate line", f.name))
		}
		if f.typ.kind == kindString {
			c.textOnLine(f, i < len(s.items)-1, it.span)
		}
	}
}

// textOnLine demands that a text's end can be found in the input.
func (c *checker) textOnLine(f *field, followed bool, span Span) {
	if f.typ.length == nil || !followed && len(f.typ.dims) == 0 {
		return
	}
	spaces := f.typ.member[' ']
	if spaces && (followed || len(f.typ.dims) > 0 && f.typ.perLine != layoutLines) {
		c.fail(span, fmt.Sprintf("`%s` may hold spaces, so nothing can follow it on its line", f.name))
		return
	}
	if lo, _ := limits(f.typ.length.lo); len(c.errors) == 0 && f.typ.length.lo != f.typ.length.hi && lo <= 0 && f.typ.perLine != layoutLines {
		c.fail(f.typ.length.span, fmt.Sprintf("`%s` may be empty, and then its end could not be told from what follows; let its length begin at 1", f.name))
	}
}

func (c *checker) repeat(s *repeatStmt, following []statement) {
	if s.count != nil {
		c.number(s.count, "a count")
	} else {
		c.number(s.limit.lo, "a count")
		c.number(s.limit.hi, "a count")
		c.endOf(s, following)
	}
	s.slot = c.scope.slots
	c.scope.slots++
	if s.index != nil {
		outer, outerStmt := c.scope, c.stmt
		c.scope, c.stmt = s.body, -1
		c.declare(s.index)
		c.scope, c.stmt = outer, outerStmt
	}
	c.block(s.body)
	s.share(s.body)
	if s.limit != nil {
		c.beginningOf(s)
	}
}

// share lists what keeps its style while the block is repeated.
func (s *repeatStmt) share(b *block) {
	for _, inner := range b.stmts {
		switch inner := inner.(type) {
		case *lineStmt:
			for _, it := range inner.items {
				if it.field != nil {
					s.styled = append(s.styled, it.field)
				}
			}
		case *unionStmt:
			s.choices = append(s.choices, inner)
			for _, a := range inner.alts {
				s.share(a.body)
			}
		}
	}
}

// endOf finds what ends a repetition whose count the input does not tell.
func (c *checker) endOf(s *repeatStmt, following []statement) {
	for _, next := range following {
		switch next := next.(type) {
		case *whereStmt, *letStmt:
			continue
		case *lineStmt:
			if next.items[0].field == nil && strings.TrimSpace(next.items[0].literal) != "" {
				s.next = next.items[0].literal
				return
			}
		}
		break
	}
	if len(following) == 0 && c.scope.parent == nil || onlyConditions(following) && c.scope.parent == nil {
		return
	}
	c.fail(s.limit.span, "the input does not tell how often this is repeated, so the block must be the last, or be followed by a line that begins with a fixed text; write `repeat n {` with an `n` declared above otherwise")
}

// beginningOf demands that a repetition without a count can be told from what
// follows the last one by its first word.
func (c *checker) beginningOf(s *repeatStmt) {
	end, _, _ := strings.Cut(s.next, " ")
	clash := func(at Span) {
		c.fail(at, fmt.Sprintf("a repetition may begin with %q, which also ends the block; exclude it from the range", end))
	}
	for _, first := range s.body.stmts {
		switch first := first.(type) {
		case *letStmt, *whereStmt:
			continue
		case *lineStmt:
			it := first.items[0]
			word, _, _ := strings.Cut(it.literal, " ")
			switch {
			case it.field == nil && word != "" && word == end:
				clash(it.span)
				return
			case it.field == nil && word != "":
				return
			case it.field != nil && it.field.typ.word != nil && it.field.typ.scalar():
				if n, scale, ok := parseNumber(strings.TrimPrefix(end, "-")); ok && isNumber(end) && it.field.mayBe(n, scale, strings.HasPrefix(end, "-")) {
					clash(it.span)
				}
				return
			}
		case *unionStmt:
			for _, a := range first.alts {
				if word, _, _ := strings.Cut(a.tag, " "); word == end {
					clash(a.span)
				}
			}
			return
		}
		break
	}
	c.fail(s.limit.span, "each repetition must begin with a number or a fixed text, so that it can be told how often it is repeated; write `repeat n {` with an `n` declared above otherwise")
}

func isNumber(word string) bool {
	digits := strings.TrimPrefix(word, "-")
	for i := range len(digits) {
		if !isDigit(digits[i]) && digits[i] != '.' {
			return false
		}
	}
	return digits != "" && isDigit(digits[0])
}

// mayBe reports whether a number with decimals could be the field's value.
func (f *field) mayBe(n int64, scale int, negative bool) bool {
	if scale > f.typ.digits {
		return false
	}
	for ; scale < f.typ.digits; scale++ {
		n = saturatedMultiply(n, 10)
	}
	if negative {
		n = -n
	}
	return f.lo <= n && n <= f.hi
}

func onlyConditions(stmts []statement) bool {
	for _, s := range stmts {
		switch s.(type) {
		case *whereStmt, *letStmt:
		default:
			return false
		}
	}
	return true
}

func (c *checker) union(s *unionStmt) {
	s.slot = c.scope.slots
	c.scope.slots++
	s.number = c.spec.unions
	c.spec.unions++
	tags := map[string]bool{}
	for _, a := range s.alts {
		if tags[a.tag] {
			c.fail(a.span, fmt.Sprintf("another alternative begins with %q already; the first text must tell them apart", a.tag))
		}
		tags[a.tag] = true
		c.block(a.body)
	}
}

func (c *checker) let(s *letStmt) {
	c.number(s.value, "a value")
	s.name.lo, s.name.hi = limits(s.value)
	c.declare(s.name)
}

func (c *checker) where(s *whereStmt) {
	var kept []*condition
	for _, whole := range s.conditions {
		for _, e := range conjuncts(whole.expr) {
			if e.op == opCall && e.name == "unique" {
				c.uniqueCondition(e)
				continue
			}
			c.truth(e)
			c.possible(e)
			kept = append(kept, &condition{expr: e, block: c.scope, text: c.text(e.span)})
		}
	}
	s.conditions = kept
}

// possible refuses a condition that depends on nothing and does not hold.
func (c *checker) possible(e *expr) {
	if len(c.errors) > 0 || e.typ != typeTruth {
		return
	}
	depends := false
	visit(e, func(e *expr) { depends = depends || e.sym != nil && e.sym.kind != symbolLet })
	if depends {
		return
	}
	v := env{steps: maxSteps}
	if !v.truth(e) || v.trouble != "" {
		c.fail(e.span, fmt.Sprintf("`%s` never holds, whatever the input", c.text(e.span)))
	}
}

// conjuncts splits `a and b` into conditions that can be blamed one by one.
func conjuncts(e *expr) []*expr {
	if e.op == opAnd {
		return append(conjuncts(e.args[0]), conjuncts(e.args[1])...)
	}
	return []*expr{e}
}

func (c *checker) text(span Span) string {
	return strings.Join(strings.Fields(string(c.spec.source[span.Start.Offset:span.End.Offset])), " ")
}

func (c *checker) uniqueCondition(e *expr) {
	repeat, ok := c.scope.owner.(*repeatStmt)
	if !ok || len(e.args) == 0 {
		c.fail(e.span, "`unique(a, b, …)` compares the repetitions of a `repeat`; write it inside one, with fields of the same block")
		return
	}
	u := &uniqueness{repeat: repeat, text: c.text(e.span), number: len(c.spec.uniques)}
	for _, a := range e.args {
		if a.op != opName {
			c.fail(a.span, "`unique` takes names of fields of this block")
			return
		}
		c.resolve(a)
		if a.sym == nil {
			return
		}
		if a.sym.block != c.scope || a.sym.field == nil {
			c.fail(a.span, fmt.Sprintf("`%s` is no field of this block; `unique` takes names of fields of this block", a.name))
			return
		}
		u.fields = append(u.fields, a.sym.field)
	}
	c.spec.uniques = append(c.spec.uniques, u)
	repeat.uniques = append(repeat.uniques, u)
}

// typ checks what follows a field's colon. Fields of one name list share it.
func (c *checker) typ(f *field) {
	t := f.typ
	if t.word == nil {
		return
	}
	if !c.done[t] {
		c.done[t] = true
		for _, d := range t.dims {
			c.number(d, "a number of elements")
		}
		for _, a := range t.args {
			c.number(a, "an argument")
		}
		if t.length != nil {
			c.rangeOf(t.length, 0, "a length")
		}
		for _, w := range t.weights {
			c.rangeOf(w, 0, "a weight")
		}
		c.parts(f)
		c.combination(f)
	}
	if t.unique {
		c.uniqueField(f)
	}
}

func (c *checker) uniqueField(f *field) {
	repeat, ok := c.scope.owner.(*repeatStmt)
	if !ok {
		remedy := ""
		if len(f.typ.dims) > 0 {
			remedy = "; the elements of an array are compared by `distinct`"
		}
		c.fail(f.typ.spans["unique"], "`unique` compares the repetitions of a `repeat`, and there is none around this line"+remedy)
		return
	}
	u := &uniqueness{repeat: repeat, fields: []*field{f}, text: f.name + " unique", number: len(c.spec.uniques)}
	f.unique = u
	c.spec.uniques = append(c.spec.uniques, u)
	repeat.uniques = append(repeat.uniques, u)
}

// parts demands a range, an alphabet or digits where the type needs them.
func (c *checker) parts(f *field) {
	t := f.typ
	if t.faulty {
		return
	}
	end := Span{Start: t.span.End, End: t.span.End}
	example := func(tail string) string {
		return fmt.Sprintf("`%s: %s%s`", f.name, c.text(t.span), tail)
	}
	if t.takesRange() && len(t.ranges) == 0 {
		c.fail(f.span, fmt.Sprintf("`%s` has no bounds; write them behind the type: %s", f.name, example(" 1..100")),
			Fix{Title: "add bounds", Span: end, Text: " 1..100"})
		return
	}
	if t.takesAlphabet() && len(t.alphabet) == 0 && len(t.once) == 0 {
		c.fail(f.span, fmt.Sprintf("`%s` has no alphabet; write its characters in quotation marks, or a class such as lower: %s", f.name, example(" lower")),
			Fix{Title: "add an alphabet", Span: end, Text: " lower"})
	}
	if len(t.alphabet) == 1 && t.member[' '] {
		c.fail(f.span, "a text of nothing but spaces cannot be told from the end of its line; add another character to the alphabet")
	}
	if t.kind == kindFloat && t.spans["digits"] == (Span{}) {
		c.fail(f.span, fmt.Sprintf("say how many digits may follow the decimal point of `%s`: %s", f.name, example(" digits 6")),
			Fix{Title: "add `digits 6`", Span: end, Text: " digits 6"})
		return
	}
	for _, r := range t.ranges {
		c.rangeOf(r, t.digits, "a bound")
	}
	for _, ch := range t.once {
		t.member[ch] = true
	}
	t.plain = slices.DeleteFunc(slices.Clone(t.alphabet), func(c byte) bool { return slices.Contains(t.once, c) })
}

// rangeOf checks a range; scale is the number of decimals its ends may have.
func (c *checker) rangeOf(r *rangeExpr, scale int, what string) {
	single := r.lo == r.hi
	c.quantity(r.lo, what)
	if !single {
		c.quantity(r.hi, what)
	}
	for _, e := range []**expr{&r.lo, &r.hi} {
		switch {
		case (*e).typ != typeNumber:
			return
		case (*e).scale > scale && scale == 0:
			c.fail((*e).span, fmt.Sprintf("%s is a whole number here; for decimals use `float`", what))
			return
		case (*e).scale > scale:
			c.fail((*e).span, fmt.Sprintf("the bound has more digits than the %d allowed by `digits`", scale))
			return
		}
		*e = c.rescale(*e, scale)
	}
	if single {
		r.hi = r.lo
	}
	if lo, hi := constant(r.lo), constant(r.hi); lo != nil && hi != nil && *lo > *hi {
		message := fmt.Sprintf("the range %s is empty: its low end is above its high end", c.text(r.span))
		c.fail(r.span, message)
	}
}

// combination finds modifiers that make no sense together.
func (c *checker) combination(f *field) {
	t := f.typ
	at := func(name string) Span { return t.spans[name] }
	scalar := len(t.dims) == 0
	switch {
	case t.distinct && scalar:
		c.fail(at("distinct"), fmt.Sprintf("`distinct` compares the elements of an array, and `%s` is a single one; `unique` compares the repetitions of a block", f.name))
	case t.order != unordered && len(t.dims) != 1:
		c.fail(at(t.order.String()), fmt.Sprintf("`%s` needs an array: `%s[n]`", t.order, t.word.name))
	case t.perLine != layoutUsual && scalar && t.kind != kindPerm && t.kind != kindParents:
		c.fail(t.span, "`lines` and `inline` lay out an array; this is a single value")
	case t.disjoint && scalar:
		c.fail(at("disjoint"), "`disjoint` compares the intervals of an array: `interval[n]`")
	case t.strong && t.acyclic:
		c.fail(at("acyclic"), "a strongly connected graph has cycles; keep `strong` or `acyclic`")
	case t.strong && t.bipartite:
		c.fail(at("bipartite"), "`strong` and `bipartite` are not supported together; keep one and express the other with a checker or validator of your own")
	case t.hasRoot && t.root >= t.base:
		c.fail(at("root"), fmt.Sprintf("`root %d` could be a vertex's number; use one below %d", t.root, t.base))
	case len(t.args) == 3 && t.kind == kindGraph && (t.directed || t.loopless):
		c.fail(t.span, "in `graph(A, B, M)` every edge leads from the left to the right side: remove `directed`, `strong` and `loopless`")
	case len(t.dims) > 0 && len(t.once) > 0 && t.word.name == "char":
		c.fail(at("once"), "`once` describes a string or a grid; with single characters use `string(n)`")
	case len(t.dims) > 3:
		c.fail(t.span, "arrays have at most three dimensions")
	}
	if t.kind == kindGraph && len(t.args) == 3 {
		t.bipartite = true
	}
}
