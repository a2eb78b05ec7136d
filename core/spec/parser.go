package spec

import (
	"fmt"
	"strings"
)

// maxDepth bounds the nesting of blocks and of expressions, so that hostile
// texts cannot exhaust the stack.
const maxDepth = 100

// Parse reads a spec. The spec is never nil and serves an editor even where
// there are mistakes; with any mistake, Generate and its neighbours refuse to
// work. The name is used in messages only.
func Parse(name string, src []byte) (*Spec, Errors) {
	tokens, errs := lex(src)
	p := &parser{errors: errs}
	for _, t := range tokens {
		if t.kind != tokenComment {
			p.tokens = append(p.tokens, t)
		}
	}
	body := p.block(nil, nil, 0)
	s := &Spec{Name: name, source: src, body: body}
	s.tokens = mergeComments(p.tokens, tokens)
	c := &checker{spec: s, errors: p.errors, faulty: len(p.errors) > 0}
	c.run()
	s.errors = c.errors.sorted()
	return s, s.errors
}

// mergeComments puts the comments back among the tokens, whose classes the
// parser has set.
func mergeComments(parsed, all []token) []token {
	merged := make([]token, 0, len(all))
	next := 0
	for _, t := range all {
		if t.kind == tokenComment {
			merged = append(merged, t)
			continue
		}
		merged = append(merged, parsed[next])
		next++
	}
	return merged
}

// parser turns tokens into the tree. After a mistake it goes on with the next
// line.
type parser struct {
	tokens []token
	at     int
	errors Errors
	depth  int
	// broken says that the current line has a mistake and nothing more is to be
	// said of it.
	broken bool
}

func (p *parser) peek() *token { return p.ahead(0) }

func (p *parser) ahead(n int) *token {
	return &p.tokens[min(p.at+n, len(p.tokens)-1)]
}

func (p *parser) take() *token {
	t := p.peek()
	if p.at < len(p.tokens)-1 {
		p.at++
	}
	return t
}

// takeAs takes the token and gives it a class.
func (p *parser) takeAs(class TokenClass) *token {
	t := p.take()
	t.class = class
	return t
}

func (p *parser) accept(symbol string) bool {
	if p.peek().is(symbol) {
		p.take()
		return true
	}
	return false
}

// isWord reports whether the next token is this keyword and not a field's name.
func (p *parser) isWord(name string) bool {
	t := p.peek()
	return t.kind == tokenName && t.text == name && !p.beginsField()
}

// beginsField reports whether a name list and a colon follow: `a:` or `a, b:`.
func (p *parser) beginsField() bool {
	for n := 0; p.ahead(n).kind == tokenName; n += 2 {
		switch next := p.ahead(n + 1); {
		case next.is(":"):
			return true
		case !next.is(","):
			return false
		}
	}
	return false
}

func (p *parser) fail(span Span, message string, fixes ...Fix) {
	if !p.broken {
		p.errors = append(p.errors, Error{Span: span, Message: message, Fixes: fixes})
	}
	p.broken = true
}

// expect takes the symbol or says what is missing.
func (p *parser) expect(symbol, why string) {
	if p.accept(symbol) {
		return
	}
	t := p.peek()
	at := Span{Start: p.lastEnd(), End: p.lastEnd()}
	p.fail(t.span, fmt.Sprintf("expected `%s` %s, not %s", symbol, why, describe(t)),
		Fix{Title: fmt.Sprintf("insert `%s`", symbol), Span: at, Text: symbol})
}

func (p *parser) lastEnd() Pos {
	if p.at == 0 {
		return Pos{Line: 1, Column: 1}
	}
	return p.tokens[p.at-1].span.End
}

func describe(t *token) string {
	switch t.kind {
	case tokenEnd:
		return "the end of the spec"
	case tokenNewline:
		return "the end of the line"
	case tokenString:
		return fmt.Sprintf("the text %q", t.text)
	case tokenNumber:
		return fmt.Sprintf("the number %s", t.text)
	}
	return fmt.Sprintf("`%s`", t.text)
}

func (p *parser) endsLine() bool {
	t := p.peek()
	return t.kind == tokenNewline || t.kind == tokenEnd || t.is("}")
}

// finishLine demands the end of the line and, after a mistake, skips to it.
func (p *parser) finishLine() {
	if !p.broken && !p.endsLine() {
		p.fail(p.peek().span, fmt.Sprintf("expected the end of the line, not %s", describe(p.peek())))
	}
	for p.broken && !p.endsLine() {
		if p.take().is("{") {
			// The block of a faulty head is skipped whole.
			p.skipBlock()
		}
	}
	p.broken = false
}

func (p *parser) skipBlock() {
	for open := 1; open > 0 && p.peek().kind != tokenEnd; {
		switch t := p.take(); {
		case t.is("{"):
			open++
		case t.is("}"):
			open--
		}
	}
}

// block reads statements up to the closing brace, which it leaves, or the end.
func (p *parser) block(parent *block, owner statement, depth int) *block {
	b := &block{parent: parent, owner: owner, depth: depth, span: p.peek().span, names: map[string]*symbol{}}
	for {
		t := p.peek()
		switch {
		case t.kind == tokenEnd:
			b.span.End = t.span.End
			return b
		case t.kind == tokenNewline:
			p.take()
			continue
		case t.is("}"):
			if parent != nil {
				b.span.End = t.span.End
				return b
			}
			p.fail(t.span, "this `}` closes nothing; remove it", Fix{Title: "remove `}`", Span: t.span})
			p.take()
			p.broken = false
			continue
		}
		if s := p.statement(b); s != nil {
			b.stmts = append(b.stmts, s)
		}
	}
}

func (p *parser) statement(b *block) statement {
	switch {
	case p.isWord("repeat"):
		return p.repeat(b)
	case p.isWord("where"):
		s := p.where(b)
		p.finishLine()
		return s
	case p.isWord("let"):
		return p.let(b)
	case p.peek().is("|"):
		return p.union(b)
	}
	return p.line(b)
}

func (p *parser) line(b *block) statement {
	s := &lineStmt{span: p.peek().span}
	for !p.endsLine() && !p.broken && !p.isWord("where") {
		p.item(b, s)
	}
	s.span.End = p.lastEnd()
	if p.isWord("where") && !p.broken {
		// A condition at the end of a line is a statement of its own.
		b.stmts = append(b.stmts, s)
		w := p.where(b)
		p.finishLine()
		return w
	}
	p.finishLine()
	if len(s.items) == 0 {
		return nil
	}
	return s
}

// item reads a fixed text or one field for each name of a list.
func (p *parser) item(b *block, s *lineStmt) {
	t := p.peek()
	switch {
	case t.kind == tokenString:
		p.take()
		s.items = append(s.items, item{span: t.span, literal: t.text})
	case p.beginsField():
		names := []*token{p.declare()}
		for p.accept(",") {
			names = append(names, p.declare())
		}
		p.take() // the colon
		typ := p.typ()
		for _, name := range names {
			f := &field{symbol: &symbol{name: name.text, span: name.span, kind: symbolField, block: b}, typ: typ}
			f.field = f
			s.items = append(s.items, item{span: Span{Start: name.span.Start, End: p.lastEnd()}, field: f})
		}
	default:
		p.strayItem(t)
	}
}

func (p *parser) declare() *token {
	t := p.takeAs(ClassVariable)
	t.declares = true
	return t
}

// strayItem explains what cannot stand where a field is expected.
func (p *parser) strayItem(t *token) {
	switch {
	case t.kind == tokenWrong:
		p.broken = true // said already
		p.take()
	case t.kind == tokenNumber && p.barFollows():
		p.fail(t.span, "write each alternative on a line of its own that begins with `|`: `| "+t.text+" …`")
	case t.kind == tokenNumber:
		p.fail(t.span, fmt.Sprintf("a number that is part of the input is written in quotation marks: \"%s\"", t.text),
			Fix{Title: "put it in quotation marks", Span: t.span, Text: `"` + t.text + `"`})
	case t.kind == tokenName && findType(t.text) != nil:
		t.class = ClassType
		name := "x"
		if p.ahead(1).kind == tokenName {
			name = p.ahead(1).text
		}
		p.fail(t.span, fmt.Sprintf("a field begins with its name: `%s: %s …`", name, t.text))
	case t.kind == tokenName && isModifier(t.text):
		p.fail(t.span, fmt.Sprintf("`%s` belongs behind a type, on the line of the field it describes: `%s`", t.text, findWord(modifiers, t.text).example))
	case t.kind == tokenName:
		if near := nearest(t.text, []string{"repeat", "where", "let"}); near != "" {
			p.fail(t.span, fmt.Sprintf("`%s` is not known here; did you mean `%s`?", t.text, near), Fix{Title: "write `" + near + "`", Span: t.span, Text: near})
			return
		}
		end := Span{Start: t.span.End, End: t.span.End}
		if behind := p.ahead(1); behind.kind == tokenName && findType(behind.text) != nil {
			p.fail(t.span, fmt.Sprintf("a colon parts a field's name from its type: `%s: %s …`", t.text, behind.text), Fix{Title: "put a colon there", Span: end, Text: ":"})
			return
		}
		if sign := p.ahead(1); (sign.is("=") || sign.is("==")) && p.ahead(2).kind == tokenName && findType(p.ahead(2).text) != nil {
			p.fail(sign.span, fmt.Sprintf("a colon parts a field's name from its type: `%s: %s …`", t.text, p.ahead(2).text), Fix{Title: "write a colon", Span: sign.span, Text: ":"})
			return
		}
		p.fail(t.span, fmt.Sprintf("`%s` has no type; write `%s: int 1..10` for a number, or put a fixed text in quotation marks", t.text, t.text),
			Fix{Title: "make it a number", Span: end, Text: ": int 1..10"}, Fix{Title: "make it a fixed text", Span: t.span, Text: `"` + t.text + `"`})
	case t.is("{"):
		p.fail(t.span, "a block needs a head: write `repeat COUNT {`")
	case t.is("|"):
		p.fail(t.span, "`|` begins an alternative at the beginning of a line only; put it on a line of its own")
	default:
		p.fail(t.span, fmt.Sprintf("expected a field such as `n: int 1..10`, not %s", describe(t)))
	}
}

// barFollows reports whether there is a `|` on the rest of the line.
func (p *parser) barFollows() bool {
	for n := 0; ; n++ {
		switch t := p.ahead(n); {
		case t.is("|"):
			return true
		case t.kind == tokenNewline || t.kind == tokenEnd:
			return false
		}
	}
}

func (p *parser) repeat(b *block) statement {
	s := &repeatStmt{span: p.peek().span}
	p.takeAs(ClassKeyword)
	if p.peek().is("{") || p.endsLine() {
		p.fail(p.peek().span, "`repeat` needs a count: `repeat n {`, or `repeat 1..5 {` where the input does not tell it")
		p.finishLine()
		return nil
	}
	r := p.rng()
	if r.lo == r.hi {
		s.count = r.lo
	} else {
		s.limit = r
	}
	if p.isWord("as") {
		p.takeAs(ClassKeyword)
		if p.peek().kind == tokenName {
			name := p.declare()
			s.index = &symbol{name: name.text, span: name.span, kind: symbolIndex}
		} else {
			p.fail(p.peek().span, "`as` needs a name for the repetition's number: `repeat n as i {`")
		}
	}
	if !p.broken {
		p.expect("{", "before the lines to repeat")
	}
	if p.broken {
		p.finishLine()
		return nil
	}
	s.body = p.braces(b, s, s.span)
	s.span.End = p.lastEnd()
	p.finishLine()
	return s
}

// braces reads a block whose opening brace has been taken, with the closing one.
func (p *parser) braces(b *block, owner statement, head Span) *block {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.fail(head, fmt.Sprintf("blocks are nested more than %d deep", maxDepth))
		p.skipBlock()
		return &block{parent: b, owner: owner, depth: b.depth + 1, names: map[string]*symbol{}}
	}
	body := p.block(b, owner, b.depth+1)
	if !p.accept("}") {
		p.fail(head, "this block is never closed; add `}` behind its last line", Fix{Title: "close the block", Span: Span{Start: p.lastEnd(), End: p.lastEnd()}, Text: "\n}"})
	}
	return body
}

func (p *parser) where(b *block) statement {
	s := &whereStmt{span: p.peek().span}
	p.takeAs(ClassKeyword)
	for {
		e := p.expr()
		if p.broken {
			break
		}
		s.conditions = append(s.conditions, &condition{expr: e, block: b})
		if !p.accept(",") {
			break
		}
	}
	s.span.End = p.lastEnd()
	return s
}

func (p *parser) let(b *block) statement {
	s := &letStmt{span: p.peek().span}
	p.takeAs(ClassKeyword)
	if p.peek().kind != tokenName {
		p.fail(p.peek().span, "`let` needs a name: `let N = 2*10^5`")
		p.finishLine()
		return nil
	}
	name := p.declare()
	s.name = &symbol{name: name.text, span: name.span, kind: symbolLet, block: b}
	if !p.peek().is("==") {
		p.fail(p.peek().span, fmt.Sprintf("`let` needs a value: `let %s = 2*10^5`", name.text))
	} else {
		p.take()
		s.value = p.sum()
		s.name.value = s.value
	}
	s.span.End = p.lastEnd()
	failed := p.broken
	p.finishLine()
	if failed {
		return nil
	}
	return s
}

// union reads neighbouring lines that begin with `|`.
func (p *parser) union(b *block) statement {
	s := &unionStmt{span: p.peek().span}
	for p.peek().is("|") {
		if a := p.alternative(b, s); a != nil {
			s.alts = append(s.alts, a)
		}
		s.span.End = p.lastEnd()
		for mark := p.at; ; {
			if p.peek().kind == tokenNewline {
				p.take()
				continue
			}
			if !p.peek().is("|") {
				p.at = mark
			}
			break
		}
	}
	if len(s.alts) == 0 {
		return nil
	}
	return s
}

func (p *parser) alternative(b *block, s *unionStmt) *alternative {
	a := &alternative{span: p.peek().span}
	p.take()
	body := &block{parent: b, owner: s, depth: b.depth + 1, span: p.peek().span, names: map[string]*symbol{}}
	a.body = body
	line := &lineStmt{span: p.peek().span}
	if !p.tag(a, line) {
		p.finishLine()
		return nil
	}
	for !p.endsLine() && !p.broken && !p.isWord("where") && !p.peek().is("{") {
		p.item(body, line)
	}
	line.span.End = p.lastEnd()
	body.stmts = append(body.stmts, line)
	if p.isWord("where") && !p.broken {
		body.stmts = append(body.stmts, p.where(body))
	}
	if p.peek().is("{") && !p.broken {
		p.take()
		rest := p.braces(b, s, a.span)
		p.adopt(body, rest)
	}
	a.span.End = p.lastEnd()
	body.span.End = p.lastEnd()
	p.finishLine()
	return a
}

// adopt moves the statements of an alternative's braces into its block.
func (p *parser) adopt(body, rest *block) {
	for _, s := range rest.stmts {
		switch s := s.(type) {
		case *lineStmt:
			for _, it := range s.items {
				if it.field != nil {
					it.field.block = body
				}
			}
		case *repeatStmt:
			s.body.parent = body
		case *unionStmt:
			for _, a := range s.alts {
				a.body.parent = body
			}
		case *whereStmt:
			for _, c := range s.conditions {
				c.block = body
			}
		case *letStmt:
			s.name.block = body
		}
		body.stmts = append(body.stmts, s)
	}
}

// tag reads the fixed text that tells an alternative from the others.
func (p *parser) tag(a *alternative, line *lineStmt) bool {
	t := p.peek()
	text := t.text
	switch {
	case t.kind == tokenString && strings.TrimSpace(t.text) != "":
		p.take()
	case t.kind == tokenNumber:
		p.take()
	case t.is("-") && p.ahead(1).kind == tokenNumber:
		p.take()
		text = "-" + p.take().text
	default:
		p.fail(t.span, fmt.Sprintf("an alternative begins with the text that tells it from the others, such as `| 1 l: int 1..n` or `| \"add\" x: int 1..n`, not with %s", describe(t)))
		return false
	}
	a.tag = text
	line.items = append(line.items, item{span: Span{Start: t.span.Start, End: p.lastEnd()}, literal: text})
	return true
}
