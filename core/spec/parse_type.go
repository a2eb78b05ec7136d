package spec

import "fmt"

// typ reads what follows a field's colon. It never returns nil; a type without a
// word is faulty and has been reported.
func (p *parser) typ() *typ {
	t := &typ{span: p.peek().span, base: 1, spans: map[string]Span{}}
	if !p.typeWord(t) {
		return t
	}
	p.dimensions(t)
	p.arguments(t)
	if p.peek().is("[") && !p.broken {
		p.fail(p.peek().span, fmt.Sprintf("the number of elements stands right behind the word: `%s[n]%s`", t.word.name, argsForm(t.word)))
	}
	for !p.broken && p.typePart(t) {
	}
	t.faulty = p.broken
	t.span.End = p.lastEnd()
	return t
}

func argsForm(w *typeWord) string {
	if w.argNames == "" {
		return ""
	}
	return "(" + w.argNames + ")"
}

func (p *parser) typeWord(t *typ) bool {
	w := p.peek()
	if w.kind != tokenName {
		p.fail(w.span, fmt.Sprintf("expected a type such as `int 1..10` behind the colon, not %s", describe(w)))
		return false
	}
	t.word = findType(w.text)
	if t.word == nil {
		if near := typeFor(w.text); near != "" {
			p.fail(w.span, fmt.Sprintf("there is no type `%s`; did you mean `%s`?", w.text, near), Fix{Title: "write `" + near + "`", Span: w.span, Text: near})
		} else {
			p.fail(w.span, fmt.Sprintf("there is no type `%s`; the types are int, float, string, char, grid, perm, tree, parents, graph, interval and point", w.text))
		}
		return false
	}
	p.takeAs(ClassType)
	t.kind = t.word.kind
	if w.text == "char" {
		one := &expr{op: opNumber, num: 1, span: w.span, typ: typeNumber}
		t.length = &rangeExpr{span: w.span, lo: one, hi: one}
	}
	return true
}

// typeFor guesses the type from other languages' words.
func typeFor(name string) string {
	switch name {
	case "integer", "long", "i32", "i64", "number", "num", "array", "vector", "list", "bool", "matrix":
		return "int"
	case "double", "real", "decimal":
		return "float"
	case "str", "text", "word", "token":
		return "string"
	case "permutation":
		return "perm"
	case "edges", "edge":
		return "graph"
	case "segment", "range":
		return "interval"
	}
	return nearest(name, typeNames())
}

func (p *parser) dimensions(t *typ) {
	for p.peek().is("[") && !p.broken {
		open := p.take()
		if !t.word.array {
			p.fail(open.span, fmt.Sprintf("there are no arrays of `%s`; write a `repeat` block instead", t.word.name))
			return
		}
		t.dims = append(t.dims, p.sum())
		if !p.broken {
			p.expect("]", "behind the number of elements")
		}
	}
}

func (p *parser) arguments(t *typ) {
	if p.broken {
		return
	}
	wants := t.word.args
	if !p.peek().is("(") {
		if wants[1] > 0 {
			p.fail(p.peek().span, fmt.Sprintf("`%s` needs `(%s)`: `%s`", t.word.name, t.word.argNames, t.word.example))
		}
		return
	}
	open := p.peek()
	if wants[1] == 0 {
		if t.word.array {
			// `int(n)` is a range in parentheses for the parser; say what was meant.
			p.fail(open.span, fmt.Sprintf("`%s` takes no parentheses: an array is `%s[n]`, a range is `%s`", t.word.name, t.word.name, t.word.form))
		}
		return
	}
	p.take()
	for !p.broken {
		if t.kind == kindString {
			t.length = p.rng()
		} else {
			t.args = append(t.args, p.sum())
		}
		if !p.accept(",") {
			break
		}
	}
	if !p.broken {
		p.expect(")", "behind the arguments")
	}
	if n := len(t.args); !p.broken && t.kind != kindString && (n < wants[0] || n > wants[1]) {
		p.fail(open.span, fmt.Sprintf("`%s` takes (%s), not %s: `%s`", t.word.name, t.word.argNames, plural(n, "argument"), t.word.example))
	}
}

// typePart reads a range, an alphabet or a modifier, and reports whether there
// was one.
func (p *parser) typePart(t *typ) bool {
	next := p.peek()
	switch {
	case p.endsLine() || p.beginsField() || next.is("{"):
		return false
	case next.kind == tokenString:
		if t.takesAlphabet() {
			p.take()
			p.addCharacters(t, next)
			return true
		}
		return false // a fixed text on the same line
	case next.kind == tokenName && findAlphabet(next.text) != nil && t.takesAlphabet():
		p.takeAs(ClassAlphabet)
		t.add([]byte(findAlphabet(next.text).characters))
		return true
	case next.kind == tokenName && isModifier(next.text) && !p.operatorFollows(1):
		return p.modifier(t)
	case next.kind == tokenName && next.text == "where":
		return false
	case t.takesRange() && len(t.ranges) == 0 && p.beginsExpr():
		p.ranges(t)
		return !p.broken
	}
	p.strayPart(t, next)
	return false
}

func (t *typ) takesRange() bool {
	switch t.kind {
	case kindInt, kindFloat, kindInterval, kindPoint:
		return true
	}
	return false
}

func (t *typ) takesAlphabet() bool { return t.kind == kindString || t.kind == kindGrid }

// operatorFollows reports whether the token after n others makes a name part of
// an expression or range.
func (p *parser) operatorFollows(n int) bool {
	t := p.ahead(n)
	if t.kind != tokenSymbol {
		return false
	}
	switch t.text {
	case "..", "+", "*", "/", "%", "^":
		return true
	}
	return false
}

func (p *parser) beginsExpr() bool {
	t := p.peek()
	return t.kind == tokenNumber || t.kind == tokenName || t.is("-") || t.is("(")
}

// ranges reads LOW..HIGH, joined by `|`, or by `,` for coordinates.
func (p *parser) ranges(t *typ) {
	t.ranges = append(t.ranges, p.rng())
	for !p.broken {
		switch {
		case p.peek().is("|") && (t.kind == kindInt || t.kind == kindFloat):
			p.take()
		case p.peek().is(",") && t.kind == kindPoint:
			p.take()
		default:
			return
		}
		t.ranges = append(t.ranges, p.rng())
	}
}

// rng reads LOW..HIGH or a single value.
func (p *parser) rng() *rangeExpr {
	r := &rangeExpr{span: p.peek().span}
	if p.peek().is("..") {
		p.fail(p.peek().span, "the range has no lower end; write `1..100`, for example")
	}
	r.lo = p.sum()
	r.hi = r.lo
	if !p.broken && p.accept("..") {
		if next := p.peek(); p.endsLine() || next.kind == tokenName && isModifier(next.text) && !p.declared(next.text) {
			p.fail(next.span, "the range has no upper end; write `1..100`, for example")
			return r
		}
		r.hi = p.sum()
	}
	r.span.End = p.lastEnd()
	return r
}

// declared reports whether a name was declared on the lines read so far.
func (p *parser) declared(name string) bool {
	for _, t := range p.tokens[:p.at] {
		if t.declares && t.text == name {
			return true
		}
	}
	return false
}

func (p *parser) strayPart(t *typ, next *token) {
	switch {
	case next.kind == tokenWrong:
		p.broken = true
		p.take()
	case next.kind == tokenName:
		names := append([]string{}, t.word.modifiers...)
		if t.takesAlphabet() {
			names = append(names, alphabetNames()...)
		}
		if near := nearest(next.text, names); near != "" {
			p.fail(next.span, fmt.Sprintf("`%s` is not known behind `%s`; did you mean `%s`?", next.text, t.word.name, near), Fix{Title: "write `" + near + "`", Span: next.span, Text: near})
			return
		}
		if t.takesAlphabet() {
			p.fail(next.span, fmt.Sprintf("`%s` is not known behind `%s`; letters that it may have are written in quotation marks: `\"%s\"`, or as a class: `lower`", next.text, t.word.name, next.text),
				Fix{Title: "put the letters in quotation marks", Span: next.span, Text: `"` + next.text + `"`})
			return
		}
		p.fail(next.span, fmt.Sprintf("`%s` is not known behind `%s`; if it is a field, give it a type: `%s: int 1..10`", next.text, t.word.name, next.text))
	case next.is("["):
		p.fail(next.span, fmt.Sprintf("the number of elements stands right behind the word: `%s[n]`", t.word.name))
	case next.is(","):
		p.fail(next.span, "fields on one line are not parted by commas; remove it", Fix{Title: "remove the comma", Span: next.span})
	case next.is("<="), next.is("<"), next.is(">="), next.is(">"):
		p.fail(next.span, fmt.Sprintf("bounds are written as a range, low to high: `%s 1..10`; comparisons stand in a `where`", t.word.name))
	default:
		p.fail(next.span, fmt.Sprintf("%s cannot follow here", describe(next)))
	}
}

// add adds characters to the alphabet, each once.
func (t *typ) add(characters []byte) {
	for _, c := range characters {
		if !t.member[c] {
			t.member[c] = true
			t.alphabet = append(t.alphabet, c)
		}
	}
}

// addCharacters reads an alphabet in quotation marks: single characters and
// ranges such as a-z. A "-" at either end, or escaped, is itself.
func (p *parser) addCharacters(t *typ, s *token) {
	if s.text == "" {
		p.fail(s.span, "an alphabet needs at least one character")
		return
	}
	for i := 0; i < len(s.text); i++ {
		c := s.text[i]
		if c < ' ' || c > '~' {
			p.fail(s.span, "an alphabet holds visible ASCII characters and the space")
			return
		}
		if i+2 < len(s.text) && s.text[i+1] == '-' && !s.escaped[i+1] {
			last := s.text[i+2]
			if last < c {
				p.fail(s.span, fmt.Sprintf("the range %c-%c is empty; write %c-%c, or `\\-` for the character itself", c, last, last, c))
				return
			}
			for ; c < last; c++ {
				t.add([]byte{c})
			}
			t.add([]byte{last})
			i += 2
			continue
		}
		t.add([]byte{c})
	}
}

// modifier reads one modifier with its argument.
func (p *parser) modifier(t *typ) bool {
	w := p.peek()
	if !t.word.allows(w.text) {
		p.wrongModifier(t, w)
		return false
	}
	p.takeAs(ClassModifier)
	if _, again := t.spans[w.text]; again && w.text != "weight" {
		p.fail(w.span, fmt.Sprintf("`%s` is written twice; remove one", w.text), Fix{Title: "remove it", Span: w.span})
		return false
	}
	t.spans[w.text] = w.span
	switch w.text {
	case "digits":
		p.digits(t)
	case "once":
		p.once(t)
	case "from":
		t.base = p.integer("from 0")
	case "root":
		t.root, t.hasRoot = p.integer("root 0"), true
	case "weight":
		if p.endsLine() || !p.beginsExpr() {
			p.fail(p.peek().span, "`weight` needs a range: `weight 1..100`")
			return false
		}
		t.weights = append(t.weights, p.rng())
	default:
		p.flag(t, w)
	}
	return !p.broken
}

func (p *parser) wrongModifier(t *typ, w *token) {
	var fits []string
	for i := range types {
		if types[i].allows(w.text) && types[i].name != "char" {
			fits = append(fits, "`"+types[i].name+"`")
		}
	}
	p.fail(w.span, fmt.Sprintf("`%s` does not apply to `%s`; it describes %s", w.text, t.word.name, list(fits, "and")))
}

// flag sets a modifier that has no argument.
func (p *parser) flag(t *typ, w *token) {
	for i, name := range orderWords {
		if w.text == name {
			if t.order != unordered {
				p.fail(w.span, fmt.Sprintf("the elements are `%s` already; keep one of the two", t.order))
			}
			t.order = sorted + ordering(i)
			return
		}
	}
	flags := map[string]*bool{
		"distinct": &t.distinct, "unique": &t.unique, "connected": &t.connected, "simple": &t.simple, "loopless": &t.loopless,
		"directed": &t.directed, "acyclic": &t.acyclic, "bipartite": &t.bipartite, "ordered": &t.ordered, "strict": &t.strict,
		"disjoint": &t.disjoint, "strong": &t.strong,
	}
	switch w.text {
	case "lines":
		t.perLine = layoutLines
	case "inline":
		t.perLine = layoutInline
	default:
		*flags[w.text] = true
	}
	if t.strong {
		t.directed, t.connected = true, true
	}
}

func (p *parser) digits(t *typ) {
	low := p.integer("digits 3")
	high := low
	t.minDigits = 0
	if !p.broken && p.accept("..") {
		high = p.integer("digits 1..3")
		t.minDigits = int(low)
	}
	if !p.broken && (low < 0 || high > 12 || low > high) {
		p.fail(t.spans["digits"], "`digits` takes a number from 0 to 12, or a range of such numbers")
		return
	}
	t.digits = int(high)
}

func (p *parser) once(t *typ) {
	s := p.peek()
	if s.kind != tokenString || s.text == "" {
		p.fail(s.span, "`once` needs the characters in quotation marks: `once \"ST\"`")
		return
	}
	p.take()
	for i := range len(s.text) {
		for _, earlier := range t.once {
			if earlier == s.text[i] {
				p.fail(s.span, fmt.Sprintf("%q occurs twice in `once`; each of its characters occurs exactly once", s.text[i]))
				return
			}
		}
		if s.text[i] <= ' ' || s.text[i] > '~' {
			p.fail(s.span, "`once` takes visible ASCII characters")
			return
		}
		t.once = append(t.once, s.text[i])
	}
}

// integer reads a whole number with an optional sign.
func (p *parser) integer(example string) int64 {
	negative := p.accept("-")
	t := p.peek()
	if t.kind != tokenNumber {
		p.fail(t.span, fmt.Sprintf("expected a whole number, as in `%s`, not %s", example, describe(t)))
		return 0
	}
	p.take()
	num, scale, ok := parseNumber(t.text)
	if !ok || scale != 0 || num > 1e9 {
		p.fail(t.span, fmt.Sprintf("expected a small whole number, as in `%s`, not %s", example, t.text))
		return 0
	}
	if negative {
		return -num
	}
	return num
}
