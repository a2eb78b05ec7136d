package spec

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// tokenKind tells tokens apart. Words are told apart by the parser: no word of
// the language is reserved but where it would be ambiguous.
type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenNewline
	tokenName
	tokenNumber
	tokenString
	tokenComment
	tokenSymbol
	tokenWrong // reported by the lexer already
)

// token is one word of a spec's text.
type token struct {
	kind tokenKind
	span Span
	// text is the token as written; a symbol's is its plain spelling ("<=" for
	// "≤"), a string's its contents with escapes resolved.
	text string
	// plain tells, for each byte of a string, whether it was escaped: an escaped
	// "-" never makes a range in an alphabet.
	escaped []bool
	class   TokenClass
	// declares marks a name where it is declared.
	declares bool
}

func (t token) is(symbol string) bool { return t.kind == tokenSymbol && t.text == symbol }

// lexer cuts a text into tokens. It never stops at a mistake.
type lexer struct {
	src    []byte
	at     Pos
	tokens []token
	errors Errors
}

// symbols, the longest first, with their plain spelling.
var symbols = []struct{ written, plain string }{
	{"...", ".."}, {"…", ".."}, {"..", ".."},
	{"<=", "<="}, {">=", ">="}, {"==", "=="}, {"!=", "!="}, {"**", "^"}, {"&&", "and"}, {"||", "or"},
	{"≤", "<="}, {"≥", ">="}, {"≠", "!="}, {"−", "-"}, {"–", "-"}, {"×", "*"}, {"·", "*"}, {"⋅", "*"},
	{"<", "<"}, {">", ">"}, {"=", "=="}, {"+", "+"}, {"-", "-"}, {"*", "*"}, {"/", "/"}, {"%", "%"}, {"^", "^"},
	{"(", "("}, {")", ")"}, {"[", "["}, {"]", "]"}, {"{", "{"}, {"}", "}"}, {":", ":"}, {",", ","}, {"|", "|"},
	{"!", "not"},
}

func lex(src []byte) ([]token, Errors) {
	l := &lexer{src: src, at: Pos{Line: 1, Column: 1}}
	for l.at.Offset < len(l.src) {
		l.next()
	}
	l.emit(tokenEnd, l.at, "")
	return l.tokens, l.errors
}

func (l *lexer) next() {
	start, c := l.at, l.src[l.at.Offset]
	switch {
	case c == '\n':
		l.advance(1)
		l.emit(tokenNewline, start, "\n")
	case c == ' ' || c == '\t' || c == '\r':
		l.advance(1)
	case l.at.Offset == 0 && strings.HasPrefix(string(l.src[:min(3, len(l.src))]), "\ufeff"):
		l.advance(3) // the mark that some editors put at the beginning
	case c == '\\' && l.continuation():
	case c == '#' || c == '/' && l.peek(1) == '/':
		l.comment()
	case isLetter(c):
		l.advance(l.run(isWordByte))
		l.emit(tokenName, start, string(l.src[start.Offset:l.at.Offset]))
	case isDigit(c):
		l.number()
	case c == '"' || c == '\'':
		l.quoted(c)
	default:
		l.symbol()
	}
}

// continuation skips a backslash at the end of a line together with the break.
func (l *lexer) continuation() bool {
	n := 1
	for c := l.peek(n); c == ' ' || c == '\t' || c == '\r'; c = l.peek(n) {
		n++
	}
	if l.peek(n) != '\n' {
		return false
	}
	l.advance(n + 1)
	return true
}

func (l *lexer) comment() {
	start := l.at
	l.advance(l.run(func(c byte) bool { return c != '\n' }))
	l.emit(tokenComment, start, string(l.src[start.Offset:l.at.Offset]))
}

// number reads digits with an optional fraction and exponent; underscores part
// digits. The dots of a range are left alone: "1..5" is three tokens.
func (l *lexer) number() {
	start := l.at
	digits := func(c byte) bool { return isDigit(c) || c == '_' }
	l.advance(l.run(digits))
	if l.peek(0) == '.' && isDigit(l.peek(1)) {
		l.advance(1)
		l.advance(l.run(digits))
	}
	if c := l.peek(0); c == 'e' || c == 'E' {
		switch sign := l.peek(1); {
		case isDigit(sign):
			l.advance(2)
			l.advance(l.run(digits))
		case (sign == '+' || sign == '-') && isDigit(l.peek(2)):
			l.advance(3)
			l.advance(l.run(digits))
		}
	}
	text := string(l.src[start.Offset:l.at.Offset])
	if isLetter(l.peek(0)) {
		name := l.at
		l.advance(l.run(isWordByte))
		word := string(l.src[name.Offset:l.at.Offset])
		l.fail(start, fmt.Sprintf("`%s%s` is neither a number nor a name; a product is written `%s*%s`", text, word, text, word),
			Fix{Title: fmt.Sprintf("write `%s*%s`", text, word), Text: text + "*" + word})
		l.emit(tokenWrong, start, text+word)
		return
	}
	l.emit(tokenNumber, start, text)
}

// quoted reads a string. Both quotation marks are understood, the other one may
// then stand inside; a backslash takes the next character as it is.
func (l *lexer) quoted(mark byte) {
	start := l.at
	l.advance(1)
	var text strings.Builder
	var escaped []bool
	for {
		c := l.peek(0)
		if c == 0 && l.at.Offset >= len(l.src) || c == '\n' {
			l.fail(start, fmt.Sprintf("the text that begins here has no closing %c; end it on the same line", mark),
				Fix{Title: "close the text", Text: string(l.src[start.Offset:l.at.Offset]) + string(mark)})
			break
		}
		l.advance(1)
		if c == mark {
			break
		}
		slash := c == '\\' && l.peek(0) != '\n' && l.at.Offset < len(l.src)
		if slash {
			c = unescape(l.peek(0))
			l.advance(1)
		}
		text.WriteByte(c)
		escaped = append(escaped, slash)
	}
	l.emit(tokenString, start, text.String())
	l.tokens[len(l.tokens)-1].escaped = escaped
}

func unescape(c byte) byte {
	switch c {
	case 't':
		return '\t'
	case 's':
		return ' '
	}
	return c
}

func (l *lexer) symbol() {
	start := l.at
	rest := l.src[l.at.Offset:]
	for _, s := range symbols {
		if strings.HasPrefix(string(rest[:min(len(rest), 4)]), s.written) {
			l.advance(len(s.written))
			if isLetter(s.plain[0]) {
				l.emit(tokenName, start, s.plain)
			} else {
				l.emit(tokenSymbol, start, s.plain)
			}
			return
		}
	}
	r, width := utf8.DecodeRune(rest)
	l.advance(width)
	l.fail(start, fmt.Sprintf("%q has no meaning here; put it in quotation marks if it is part of the input", r))
	l.emit(tokenWrong, start, string(rest[:width]))
}

// run counts the bytes from here on that satisfy keep.
func (l *lexer) run(keep func(byte) bool) int {
	n := 0
	for l.at.Offset+n < len(l.src) && keep(l.src[l.at.Offset+n]) {
		n++
	}
	return n
}

func (l *lexer) peek(n int) byte {
	if l.at.Offset+n < len(l.src) {
		return l.src[l.at.Offset+n]
	}
	return 0
}

func (l *lexer) advance(n int) {
	for range n {
		if l.src[l.at.Offset] == '\n' {
			l.at.Line++
			l.at.Column = 0
		}
		l.at.Offset++
		l.at.Column++
	}
}

func (l *lexer) emit(kind tokenKind, start Pos, text string) {
	l.tokens = append(l.tokens, token{kind: kind, span: Span{Start: start, End: l.at}, text: text, class: defaultClass(kind)})
}

func (l *lexer) fail(start Pos, message string, fixes ...Fix) {
	span := Span{Start: start, End: l.at}
	for i := range fixes {
		fixes[i].Span = span
	}
	l.errors = append(l.errors, Error{Span: span, Message: message, Fixes: fixes})
}

func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isLetter(c byte) bool   { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }
func isWordByte(c byte) bool { return isLetter(c) || isDigit(c) }
