package shrink

import (
	"bytes"
	"strconv"
)

// page is a text cut into lines and tokens, with all its white space, so that a
// text that was changed still looks like the original.
type page struct {
	text   []byte
	tokens []token
	lines  []line
	// blank is the number of empty lines at the end, which are not among lines.
	blank int
}

// token is text[start:end]; text[space:start] is the white space between it and
// the line's beginning, or the token before.
type token struct {
	space, start, end int32
	// integer says that the token is a number, value which.
	integer bool
	value   int64
}

// line is the tokens [first, end). What follows them up to the next line is
// text[tail:next].
type line struct{ first, end, tail, next int32 }

func (l line) len() int { return int(l.end - l.first) }

// word is the token's text.
func (p *page) word(t int) []byte { return p.text[p.tokens[t].start:p.tokens[t].end] }

// value is the token's number, if it is one.
func (p *page) value(t int) int64 { return p.tokens[t].value }

// readPage cuts the text. Empty lines at the end belong to the tail of the last
// line.
func readPage(text []byte) *page {
	p := &page{text: text}
	body := bytes.TrimRight(text, " \t\r\n\v\f")
	p.tokens = make([]token, 0, countTokens(body))
	p.lines = make([]line, 0, bytes.Count(body, []byte{'\n'})+1)
	for at := 0; at < len(body); {
		end := len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		p.readLine(at, end)
		at = end
	}
	if n := len(p.lines); n > 0 {
		p.lines[n-1].next = int32(len(text))
		p.blank = max(0, bytes.Count(text[len(body):], []byte{'\n'})-1)
	}
	return p
}

func countTokens(text []byte) int {
	n, space := 0, true
	for _, c := range text {
		s := isSpace(c)
		if space && !s {
			n++
		}
		space = s
	}
	return n
}

func (p *page) readLine(at, end int) {
	l := line{first: int32(len(p.tokens)), next: int32(end)}
	for {
		space := at
		for at < end && isSpace(p.text[at]) {
			at++
		}
		if at == end {
			l.tail = int32(space)
			break
		}
		start := at
		for at < end && !isSpace(p.text[at]) {
			at++
		}
		t := token{space: int32(space), start: int32(start), end: int32(at)}
		t.value, t.integer = integer(p.text[start:at])
		p.tokens = append(p.tokens, t)
	}
	l.end = int32(len(p.tokens))
	p.lines = append(p.lines, l)
}

// integer is the value of a token that is written as an integer is: no plus
// sign, no leading zeros, at most 18 digits.
func integer(text []byte) (int64, bool) {
	digits, negative := text, false
	if len(digits) > 1 && digits[0] == '-' {
		digits, negative = digits[1:], true
	}
	if len(digits) == 0 || len(digits) > 18 || (digits[0] == '0' && (len(digits) > 1 || negative)) {
		return 0, false
	}
	var v int64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if negative {
		v = -v
	}
	return v, true
}

// edit is a change of a page: lines and tokens to leave out, tokens to replace.
type edit struct {
	page *page
	// what says what becomes of every token, value is its new number; words are
	// the new texts of those that are no numbers.
	what     []change
	value    []int64
	words    map[int][]byte
	dropLine []bool
}

type change byte

const (
	stays change = iota
	dropped
	numbered
	reworded
)

func newEdit(p *page) *edit {
	return &edit{page: p, what: make([]change, len(p.tokens)), dropLine: make([]bool, len(p.lines))}
}

// drop leaves out a token.
func (e *edit) drop(t int) { e.what[t] = dropped }

// put makes a token a number. A token that was dropped stays so.
func (e *edit) put(t int, value int64) {
	if e.what[t] == dropped {
		return
	}
	if e.value == nil {
		e.value = make([]int64, len(e.what))
	}
	e.what[t], e.value[t] = numbered, value
}

// reword gives a token another text; without any it is dropped.
func (e *edit) reword(t int, text []byte) {
	if len(text) == 0 {
		e.drop(t)
	}
	if e.what[t] == dropped {
		return
	}
	if e.words == nil {
		e.words = map[int][]byte{}
	}
	e.what[t], e.words[t] = reworded, text
}

// word is the token's text after the edit.
func (e *edit) word(t int) []byte {
	if e.what[t] == reworded {
		return e.words[t]
	}
	return e.page.word(t)
}

// number is the token's number after the edit.
func (e *edit) number(t int) int64 {
	if e.what[t] == numbered {
		return e.value[t]
	}
	return e.page.value(t)
}

// render is the text with the edit applied. A line that loses all its tokens
// stays as an empty line, for programs that read line by line; the text's end
// stays as it is.
func (e *edit) render() []byte {
	out := make([]byte, 0, len(e.page.text)+16)
	last := len(e.page.lines) - 1
	for i, l := range e.page.lines {
		if e.dropLine[i] {
			continue
		}
		out = e.renderLine(out, l)
		if i != last {
			out = append(out, e.page.text[l.tail:l.next]...)
		}
	}
	if last < 0 {
		return out
	}
	out = bytes.TrimRight(out, " \t\r\n\v\f")
	return append(out, e.page.text[e.page.lines[last].tail:]...)
}

func (e *edit) renderLine(out []byte, l line) []byte {
	first := true
	for t := l.first; t < l.end; t++ {
		if e.what[t] == dropped {
			continue
		}
		token := e.page.tokens[t]
		if !first || t == l.first {
			out = append(out, e.page.text[token.space:token.start]...)
		}
		first = false
		switch e.what[t] {
		case numbered:
			out = strconv.AppendInt(out, e.value[t], 10)
		case reworded:
			out = append(out, e.words[int(t)]...)
		default:
			out = append(out, e.page.text[token.start:token.end]...)
		}
	}
	return out
}
