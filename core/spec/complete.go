package spec

import (
	"slices"
	"strings"
)

// Completion is a word that could stand at a place.
type Completion struct {
	// Label is the word; Insert is what is written, with placeholders as editors
	// know them: ${1:n}.
	Label, Insert string
	Class         TokenClass
	// Detail is how the word is used, Text explains it in Markdown.
	Detail, Text string
	// Span is what Insert replaces: the part of the word typed so far.
	Span Span
}

// Complete lists the words that could stand at an offset, the likeliest first.
func (s *Spec) Complete(offset int) []Completion {
	c := completer{spec: s, offset: offset}
	c.look()
	switch {
	case c.inComment:
	case c.afterColon:
		c.types()
	case c.atStart:
		c.statements()
	case c.inExpression:
		c.names()
		c.functions()
	default:
		c.tail()
	}
	return c.list
}

// completer looks at the line up to the offset.
type completer struct {
	spec   *Spec
	offset int
	list   []Completion
	span   Span
	// before are the line's tokens that end before the word at the offset.
	before       []token
	inComment    bool
	afterColon   bool
	atStart      bool
	inExpression bool
	field        *typeWord // the type of the field the offset lies in
}

func (c *completer) look() {
	at := position(c.spec.source, c.offset)
	c.span = Span{Start: at, End: at}
	for _, t := range c.spec.tokens {
		switch {
		case t.kind == tokenComment && t.span.Start.Offset < c.offset && c.offset <= t.span.End.Offset:
			c.inComment = true
		case t.kind == tokenString && t.span.Start.Offset < c.offset && c.offset < t.span.End.Offset:
			c.inComment = true
		case t.kind == tokenName && t.span.Contains(c.offset) && t.span.Start.Offset < c.offset:
			c.span = t.span
		case t.span.End.Offset > c.offset || t.kind == tokenEnd:
		case t.kind == tokenNewline:
			c.before = nil
		default:
			c.before = append(c.before, t)
		}
	}
	c.judge()
}

// judge finds what kind of word is wanted.
func (c *completer) judge() {
	c.atStart = len(c.before) == 0
	if c.atStart {
		return
	}
	last := c.before[len(c.before)-1]
	switch {
	case last.is("{"):
		c.atStart = true
		return
	case last.is(":"):
		c.afterColon = true
		return
	}
	open := 0
	for _, t := range c.before {
		switch {
		case t.is("(") || t.is("["):
			open++
		case t.is(")") || t.is("]"):
			open--
		case t.is(":"):
			c.field = nil
		case t.class == ClassType:
			c.field = findType(t.text)
		case t.class == ClassKeyword && (t.text == "where" || t.text == "let" || t.text == "repeat"):
			c.field = nil
			c.inExpression = true
		}
	}
	c.inExpression = c.inExpression || open > 0 || wantsOperand(last)
}

// wantsOperand reports whether a number or name must follow the token.
func wantsOperand(t token) bool {
	if t.kind == tokenSymbol {
		switch t.text {
		case "..", "+", "-", "*", "/", "%", "^", "<", "<=", ">", ">=", "==", "!=", "(", "[", ",":
			return true
		}
	}
	return t.class == ClassModifier && (t.text == "weight" || t.text == "digits") ||
		t.class == ClassKeyword && (t.text == "and" || t.text == "or" || t.text == "not" || t.text == "in")
}

func (c *completer) add(w *word, class TokenClass, insert string) {
	c.list = append(c.list, Completion{Label: w.name, Insert: insert, Class: class, Detail: w.form, Text: w.markdown(), Span: c.span})
}

// snippets are what types and keywords insert; other words insert themselves.
var snippets = map[string]string{
	"int": "int ${1:1}..${2:10}", "float": "float ${1:0}..${2:1} digits ${3:6}", "string": "string(${1:n}) ${2:lower}",
	"char": "char ${1:lower}", "grid": "grid(${1:n}, ${2:m}) \"${3:.#}\"", "perm": "perm(${1:n})", "tree": "tree(${1:n})",
	"parents": "parents(${1:n})", "graph": "graph(${1:n}, ${2:m}) ${3:simple}", "interval": "interval ${1:1}..${2:n}",
	"point": "point ${1:-10}..${2:10}", "repeat": "repeat ${1:t} {\n  $0\n}", "where": "where ", "let": "let ${1:N} = ${2:100}",
	"digits": "digits ${1:6}", "once": "once \"${1:ST}\"", "from": "from ${1:0}", "weight": "weight ${1:1}..${2:10}", "root": "root ${1:0}",
	"sum": "sum(${1:n})", "min": "min(${1})", "max": "max(${1})", "len": "len(${1})", "count": "count(${1}, ${2})", "abs": "abs(${1})",
	"gcd": "gcd(${1}, ${2})", "distinct(": "distinct(${1}, ${2})", "unique(": "unique(${1}, ${2})",
	"all": "all(${1:i} in 1..${2:n}, ${3})", "any": "any(${1:i} in 1..${2:n}, ${3})",
}

func snippet(name string) string {
	if s, ok := snippets[name]; ok {
		return s
	}
	return name
}

func (c *completer) types() {
	for i := range types {
		c.add(&types[i].word, ClassType, snippet(types[i].name))
	}
}

func (c *completer) statements() {
	for _, name := range []string{"repeat", "where", "let"} {
		c.add(findWord(keywords, name), ClassKeyword, snippet(name))
	}
}

// tail lists what can follow a type that is complete.
func (c *completer) tail() {
	if c.field == nil {
		return
	}
	used := map[string]bool{}
	for _, t := range c.before {
		used[t.text] = used[t.text] || t.class == ClassModifier && t.text != "weight"
	}
	if c.field.kind == kindString || c.field.kind == kindGrid {
		for i := range alphabets {
			c.add(&alphabets[i].word, ClassAlphabet, alphabets[i].name)
		}
	}
	for i := range modifiers {
		if name := modifiers[i].name; c.field.allows(name) && !used[name] {
			c.add(&modifiers[i], ClassModifier, snippet(name))
		}
	}
	if last := c.before[len(c.before)-1]; last.class == ClassType || last.is("]") {
		c.names()
	}
}

// names lists the names that are known at the offset, the nearest first; within
// an aggregate also those of inner blocks.
func (c *completer) names() {
	b := c.spec.body.around(c.offset)
	inner, own := c.inAggregate(), c.ownNames()
	for i := len(c.spec.symbols) - 1; i >= 0; i-- {
		sym := c.spec.symbols[i]
		visible := b.within(sym.block) || inner && sym.block.within(b)
		if sym.span.End.Offset > c.offset || !visible || sym.span == c.span || slices.Contains(own, sym.span) {
			continue
		}
		detail := ""
		if sym.field != nil {
			detail = c.spec.sourceOf(sym.field.typ.span)
		}
		c.list = append(c.list, Completion{Label: sym.name, Insert: sym.name, Class: ClassVariable, Detail: detail, Text: c.spec.describe(sym), Span: c.span})
	}
}

// ownNames are the names that the field around the offset declares, which its own
// type cannot use.
func (c *completer) ownNames() []Span {
	var own []Span
	for i, t := range c.before {
		switch {
		case t.declares && (i == 0 || !c.before[i-1].is(",")):
			own = []Span{t.span}
		case t.declares:
			own = append(own, t.span)
		case t.class == ClassKeyword:
			return nil
		}
	}
	return own
}

// inAggregate reports whether the offset lies in the parentheses of sum, min, max
// or count.
func (c *completer) inAggregate() bool {
	var calls []string
	for i, t := range c.before {
		switch {
		case t.is("("):
			name := ""
			if i > 0 {
				name = c.before[i-1].text
			}
			calls = append(calls, name)
		case t.is(")") && len(calls) > 0:
			calls = calls[:len(calls)-1]
		}
	}
	return slices.ContainsFunc(calls, func(name string) bool {
		return name == "sum" || name == "min" || name == "max" || name == "count"
	})
}

func (c *completer) functions() {
	for i := range functions {
		name := functions[i].name
		insert := snippet(name + "(")
		if insert == name+"(" {
			insert = snippet(name)
		}
		c.add(&functions[i], ClassFunction, insert)
	}
	if slices.ContainsFunc(c.before, func(t token) bool { return t.text == "where" }) {
		for _, name := range strings.Fields("and or not") {
			c.add(findWord(keywords, name), ClassKeyword, name+" ")
		}
	}
}

// around is the innermost block that holds an offset.
func (b *block) around(offset int) *block {
	inside := func(inner *block) bool { return inner.span.Contains(offset) }
	for _, st := range b.stmts {
		switch st := st.(type) {
		case *repeatStmt:
			if inside(st.body) {
				return st.body.around(offset)
			}
		case *unionStmt:
			for _, a := range st.alts {
				if inside(a.body) {
					return a.body.around(offset)
				}
			}
		}
	}
	return b
}
