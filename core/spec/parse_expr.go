package spec

import (
	"fmt"
	"math"
	"strings"
)

// expr reads a condition or a number: or, and, not, comparison, sum, product,
// sign, power, primary, from the loosest to the tightest.
func (p *parser) expr() *expr { return p.words("or", opOr, p.conjunction) }

func (p *parser) conjunction() *expr { return p.words("and", opAnd, p.negation) }

func (p *parser) words(name string, op opcode, operand func() *expr) *expr {
	left := operand()
	for !p.broken && p.isWord(name) {
		p.takeAs(ClassKeyword)
		left = combine(op, left, operand())
	}
	return left
}

func (p *parser) negation() *expr {
	if !p.isWord("not") {
		return p.comparison()
	}
	start := p.takeAs(ClassKeyword).span
	e := p.nested(p.negation)
	return &expr{op: opNot, span: start.to(e.span), args: []*expr{e}}
}

var comparisons = map[string]opcode{"<": opLess, "<=": opLessEqual, ">": opGreater, ">=": opGreaterEqual, "==": opEqual, "!=": opNotEqual}

// comparison reads a chain: 1 <= l < r is 1 <= l and l < r.
func (p *parser) comparison() *expr {
	left := p.sum()
	var chain *expr
	for !p.broken {
		op, ok := comparisons[p.peek().text]
		if !ok || p.peek().kind != tokenSymbol {
			break
		}
		p.take()
		right := p.sum()
		link := combine(op, left, right)
		if chain == nil {
			chain = link
		} else {
			chain = combine(opAnd, chain, link)
		}
		left = right
	}
	if chain != nil {
		return chain
	}
	return left
}

func (p *parser) sum() *expr {
	return p.operators(p.product, map[string]opcode{"+": opAdd, "-": opSubtract})
}

func (p *parser) product() *expr {
	return p.operators(p.signed, map[string]opcode{"*": opMultiply, "/": opDivide, "%": opModulo})
}

func (p *parser) operators(operand func() *expr, ops map[string]opcode) *expr {
	left := operand()
	for !p.broken && p.peek().kind == tokenSymbol {
		op, ok := ops[p.peek().text]
		if !ok {
			break
		}
		p.take()
		left = combine(op, left, operand())
	}
	return left
}

func (p *parser) signed() *expr {
	if !p.peek().is("-") {
		return p.power()
	}
	start := p.take().span
	e := p.nested(p.signed)
	return &expr{op: opNegate, span: start.to(e.span), args: []*expr{e}}
}

func (p *parser) power() *expr {
	left := p.primary()
	if p.broken || !p.accept("^") {
		return left
	}
	return combine(opPower, left, p.nested(p.signed))
}

// nested guards recursion.
func (p *parser) nested(read func() *expr) *expr {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.fail(p.peek().span, fmt.Sprintf("the expression is nested more than %d deep", maxDepth))
		return &expr{span: p.peek().span}
	}
	return read()
}

func combine(op opcode, left, right *expr) *expr {
	return &expr{op: op, span: left.span.to(right.span), args: []*expr{left, right}}
}

func (p *parser) primary() *expr {
	t := p.peek()
	switch {
	case t.kind == tokenNumber:
		p.take()
		return p.numberExpr(t)
	case t.kind == tokenString:
		p.take()
		return &expr{op: opText, span: t.span, text: t.text, typ: typeText}
	case t.kind == tokenName && p.ahead(1).is("("):
		return p.call()
	case t.kind == tokenName && !p.beginsField() && !p.keywordHere(t.text):
		p.take()
		e := &expr{op: opName, span: t.span, name: t.text}
		for !p.broken && p.peek().is("[") {
			e = p.index(e)
		}
		return e
	case t.is("("):
		p.take()
		e := p.nested(p.expr)
		if !p.broken {
			p.expect(")", "to match the one before")
		}
		return e
	case t.kind == tokenWrong:
		p.broken = true
		p.take()
		return &expr{span: t.span}
	}
	p.fail(t.span, fmt.Sprintf("expected a number or a name, not %s", describe(t)))
	return &expr{span: t.span}
}

func (p *parser) keywordHere(name string) bool {
	switch name {
	case "and", "or", "not", "where", "as", "in":
		return true
	}
	return false
}

func (p *parser) numberExpr(t *token) *expr {
	num, scale, ok := parseNumber(t.text)
	if !ok {
		p.fail(t.span, fmt.Sprintf("%s does not fit: numbers have 64 bits, up to 9223372036854775807, and at most 12 decimals", t.text))
		return &expr{op: opNumber, span: t.span}
	}
	return &expr{op: opNumber, span: t.span, num: num, scale: scale, typ: typeNumber}
}

func (p *parser) index(array *expr) *expr {
	p.take()
	at := p.nested(p.sum)
	if !p.broken {
		p.expect("]", "behind the index")
	}
	e := &expr{op: opIndex, args: []*expr{array, at}, span: array.span}
	e.span.End = p.lastEnd()
	return e
}

func (p *parser) call() *expr {
	name := p.takeAs(ClassFunction)
	e := &expr{op: opCall, name: name.text, span: name.span}
	if findWord(functions, name.text) == nil {
		p.unknownFunction(name)
	}
	p.take() // the parenthesis
	if p.peek().kind == tokenName && p.ahead(1).kind == tokenName && p.ahead(1).text == "in" {
		local := p.declare()
		p.takeAs(ClassKeyword)
		e.sym = &symbol{name: local.text, span: local.span, kind: symbolLocal}
		e.bound = p.rng()
		if !p.broken {
			p.expect(",", "before the condition")
		}
	}
	for !p.broken && !p.peek().is(")") {
		e.args = append(e.args, p.nested(p.expr))
		if !p.accept(",") {
			break
		}
	}
	if !p.broken {
		p.expect(")", "behind the arguments")
	}
	e.span.End = p.lastEnd()
	return e
}

func (p *parser) unknownFunction(t *token) {
	names := wordNames(functions)
	switch near := nearest(t.text, names); {
	case findType(t.text) != nil:
		p.fail(t.span, fmt.Sprintf("`%s(…)` is a type; a field begins with its name: `x: %s`", t.text, findType(t.text).form))
	case near != "":
		p.fail(t.span, fmt.Sprintf("there is no function `%s`; did you mean `%s`?", t.text, near), Fix{Title: "write `" + near + "`", Span: t.span, Text: near})
	default:
		p.fail(t.span, fmt.Sprintf("there is no function `%s`; a product is written `%s*(…)`, and the functions are %s", t.text, t.text, strings.Join(names, ", ")))
	}
}

// parseNumber reads digits with fraction and exponent into num / 10^scale.
func parseNumber(text string) (num int64, scale int, ok bool) {
	text = strings.ReplaceAll(text, "_", "")
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa = text[:i]
		if _, err := fmt.Sscanf(text[i+1:], "%d", &exponent); err != nil || exponent > 30 || exponent < -30 {
			return 0, 0, false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	fraction = strings.TrimRight(fraction, "0")
	for _, c := range whole + fraction {
		digit := int64(c - '0')
		if num > (math.MaxInt64-digit)/10 {
			return 0, 0, false
		}
		num = num*10 + digit
	}
	scale = len(fraction) - exponent
	for ; scale < 0; scale++ {
		if num > math.MaxInt64/10 {
			return 0, 0, false
		}
		num *= 10
	}
	for scale > 0 && num%10 == 0 {
		num /= 10
		scale--
	}
	return num, scale, scale <= 12
}

// plural writes a count with its noun: "1 argument", "2 arguments".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// list writes words as "a, b and c".
func list(words []string, and string) string {
	switch len(words) {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + and + " " + words[len(words)-1]
}
