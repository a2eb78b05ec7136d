package spec

import (
	"fmt"
	"slices"
	"strings"
)

// What an editor asks of a spec. All of it works on faulty specs too, as far as
// they can be read, and none of it changes the spec. Places are offsets in bytes.

// Token is a word of the text with its class, for highlighting.
type Token struct {
	Span  Span
	Class TokenClass
	// Declares marks a name where it is declared.
	Declares bool
}

// Tokens lists the words of the text in order.
func (s *Spec) Tokens() []Token {
	var list []Token
	for _, t := range s.tokens {
		if t.kind != tokenNewline && t.kind != tokenEnd && t.kind != tokenWrong {
			list = append(list, Token{Span: t.span, Class: t.class, Declares: t.declares})
		}
	}
	return list
}

// tokenAt is the index of the token at an offset: the one that begins there, or
// the one that ends there, or the one around it; -1 where there is none.
func (s *Spec) tokenAt(offset int) int {
	found := -1
	for i, t := range s.tokens {
		if t.span.Contains(offset) && t.kind != tokenNewline && t.kind != tokenEnd {
			if found < 0 || t.kind == tokenName || t.kind == tokenNumber {
				found = i
			}
		}
	}
	return found
}

// Hover is what an editor shows about a place.
type Hover struct {
	Span Span
	// Text is Markdown.
	Text string
}

// Hover explains the word at an offset.
func (s *Spec) Hover(offset int) (Hover, bool) {
	i := s.tokenAt(offset)
	if i < 0 {
		return Hover{}, false
	}
	t := s.tokens[i]
	if w := s.wordOf(t); w != nil {
		return Hover{t.span, w.markdown()}, true
	}
	switch t.kind {
	case tokenName:
		if sym := s.symbolAt(t.span); sym != nil {
			return Hover{t.span, s.describe(sym)}, true
		}
	case tokenNumber:
		if n, scale, ok := parseNumber(t.text); ok && scale == 0 && strings.ContainsAny(t.text, "eE_.") {
			return Hover{t.span, fmt.Sprintf("`%s` is %s", t.text, grouped(n))}, true
		}
	}
	return Hover{}, false
}

// wordOf is the catalogue's entry for a token.
func (s *Spec) wordOf(t token) *word {
	switch t.class {
	case ClassType:
		if w := findType(t.text); w != nil {
			return &w.word
		}
	case ClassModifier:
		return findWord(modifiers, t.text)
	case ClassKeyword:
		return findWord(keywords, t.text)
	case ClassFunction:
		return findWord(functions, t.text)
	case ClassAlphabet:
		if w := findAlphabet(t.text); w != nil {
			return &w.word
		}
	}
	return nil
}

func (w *word) markdown() string {
	return fmt.Sprintf("```spec\n%s\n```\n%s\n\nExample: `%s`", w.form, w.about, w.example)
}

// grouped writes a number with its digits in groups of three.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + " " + text[i:]
	}
	return text
}

// symbolAt finds the name that is declared or used at a place.
func (s *Spec) symbolAt(at Span) *symbol {
	for _, list := range [][]*symbol{s.symbols, s.bound} {
		for _, sym := range list {
			if sym.span == at || slices.Contains(sym.uses, at) {
				return sym
			}
		}
	}
	return nil
}

// describe explains a name.
func (s *Spec) describe(sym *symbol) string {
	var b strings.Builder
	switch sym.kind {
	case symbolField:
		fmt.Fprintf(&b, "```spec\n%s: %s\n```\n", sym.name, s.sourceOf(sym.field.typ.span))
		if t := sym.field.typ; t.word != nil && t.scalar() && len(t.ranges) > 0 && !t.faulty && len(s.errors) == 0 {
			fmt.Fprintf(&b, "from %s to %s, ", limitText(sym.lo, t), limitText(sym.hi, t))
		}
		if sym.sizes {
			b.WriteString("a count that grows with the tests, ")
		}
	case symbolLet:
		fmt.Fprintf(&b, "```spec\nlet %s = %s\n```\n", sym.name, s.sourceOf(sym.value.span))
		if sym.lo == sym.hi {
			fmt.Fprintf(&b, "which is %s, ", grouped(sym.lo))
		}
	case symbolIndex:
		fmt.Fprintf(&b, "`%s` is the number of the repetition, counted from 1, ", sym.name)
	case symbolLocal:
		fmt.Fprintf(&b, "`%s` runs over a range, ", sym.name)
	}
	fmt.Fprintf(&b, "declared on line %d", sym.span.Start.Line)
	return b.String()
}

func limitText(n int64, t *typ) string {
	switch {
	case n == lowest || n == highest:
		return "any number"
	case t.kind == kindFloat:
		return string(appendDecimal(nil, n, &typ{digits: t.digits}))
	}
	return grouped(n)
}

func (s *Spec) sourceOf(span Span) string {
	return strings.Join(strings.Fields(string(s.source[span.Start.Offset:span.End.Offset])), " ")
}

// Definition is where the name at an offset is declared.
func (s *Spec) Definition(offset int) (Span, bool) {
	sym := s.symbolUnder(offset)
	if sym == nil {
		return Span{}, false
	}
	return sym.span, true
}

func (s *Spec) symbolUnder(offset int) *symbol {
	i := s.tokenAt(offset)
	if i < 0 || s.tokens[i].kind != tokenName {
		return nil
	}
	return s.symbolAt(s.tokens[i].span)
}

// References lists the places of the name at an offset, its declaration first.
func (s *Spec) References(offset int) []Span {
	sym := s.symbolUnder(offset)
	if sym == nil {
		return nil
	}
	uses := slices.Clone(sym.uses)
	slices.SortFunc(uses, func(a, b Span) int { return a.Start.Offset - b.Start.Offset })
	return append([]Span{sym.span}, uses...)
}

// Rename lists the places to change for the name at an offset to become another.
// The error says why it cannot.
func (s *Spec) Rename(offset int, name string) ([]Span, error) {
	sym := s.symbolUnder(offset)
	if sym == nil {
		return nil, fmt.Errorf("there is no name here that could be changed")
	}
	for i := range len(name) {
		if !isWordByte(name[i]) {
			return nil, fmt.Errorf("%q is not a name: names are letters, digits and underscores", name)
		}
	}
	if name == "" || isDigit(name[0]) {
		return nil, fmt.Errorf("%q is not a name: names begin with a letter", name)
	}
	if findWord(keywords, name) != nil {
		return nil, fmt.Errorf("`%s` is a word of the language; choose another name", name)
	}
	for _, list := range [][]*symbol{s.symbols, s.bound} {
		for _, other := range list {
			if other != sym && other.name == name {
				return nil, fmt.Errorf("`%s` is declared already, on line %d; choose another name", name, other.span.Start.Line)
			}
		}
	}
	return s.References(offset), nil
}

// Symbol is an entry of a spec's outline.
type Symbol struct {
	Name   string
	Detail string
	Class  TokenClass
	// Span is the whole of it, Name's own place is Selection.
	Span, Selection Span
	Children        []Symbol
}

// Outline lists fields, constants and blocks, as nested as they are.
func (s *Spec) Outline() []Symbol { return s.outline(s.body) }

func (s *Spec) outline(b *block) []Symbol {
	var list []Symbol
	for _, st := range b.stmts {
		switch st := st.(type) {
		case *lineStmt:
			for _, it := range st.items {
				if f := it.field; f != nil {
					list = append(list, Symbol{Name: f.name, Detail: s.sourceOf(f.typ.span), Class: ClassVariable, Span: it.span, Selection: f.span})
				}
			}
		case *letStmt:
			list = append(list, Symbol{Name: st.name.name, Detail: s.sourceOf(st.value.span), Class: ClassVariable, Span: st.span, Selection: st.name.span})
		case *repeatStmt:
			head := st.span
			head.End = st.body.span.Start
			name := strings.TrimRight(s.sourceOf(head), "{ ")
			list = append(list, Symbol{Name: name, Class: ClassKeyword, Span: st.span, Selection: head, Children: s.outline(st.body)})
		case *unionStmt:
			for _, a := range st.alts {
				list = append(list, Symbol{Name: "| " + a.tag, Class: ClassString, Span: a.span, Selection: a.span, Children: s.outline(a.body)})
			}
		}
	}
	return list
}
