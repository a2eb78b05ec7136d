package shrink

import "bytes"

// page is a text cut into lines and tokens, with all its white space, so that a
// text that was changed still looks like the original.
type page struct {
	tokens []token
	lines  []line
}

type token struct {
	// space is the white space between the line's beginning, or the token
	// before, and this token.
	space, text []byte
	// value is the number that the token is, where integer says so.
	value   int64
	integer bool
}

// line is the tokens [first, end) and what follows them up to the next line.
type line struct {
	first, end int
	tail       []byte
}

func (l line) len() int { return l.end - l.first }

// readPage cuts the text. Empty lines at the end belong to the tail of the last
// line.
func readPage(text []byte) *page {
	p := &page{}
	body := bytes.TrimRight(text, " \t\r\n\v\f")
	for at := 0; at < len(body); {
		end := len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		p.readLine(body[at:end])
		at = end
	}
	if n := len(p.lines); n > 0 {
		p.lines[n-1].tail = append(p.lines[n-1].tail, text[len(body):]...)
	}
	return p
}

func (p *page) readLine(text []byte) {
	l := line{first: len(p.tokens)}
	at := 0
	for {
		start := at
		for at < len(text) && isSpace(text[at]) {
			at++
		}
		if at == len(text) {
			l.tail = bytes.Clone(text[start:])
			break
		}
		word := at
		for at < len(text) && !isSpace(text[at]) {
			at++
		}
		t := token{space: text[start:word], text: text[word:at]}
		t.value, t.integer = integer(t.text)
		p.tokens = append(p.tokens, t)
	}
	l.end = len(p.tokens)
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
	page      *page
	dropLine  map[int]bool
	dropToken map[int]bool
	text      map[int][]byte
}

func newEdit(p *page) *edit {
	return &edit{page: p, dropLine: map[int]bool{}, dropToken: map[int]bool{}, text: map[int][]byte{}}
}

// render is the text with the edit applied. A line that loses all its tokens
// stays as an empty line, for programs that read line by line.
func (e *edit) render() []byte {
	var out bytes.Buffer
	last := len(e.page.lines) - 1
	for i, l := range e.page.lines {
		if e.dropLine[i] {
			continue
		}
		first := true
		for t := l.first; t < l.end; t++ {
			if e.dropToken[t] {
				continue
			}
			if space := e.page.tokens[t].space; !first || t == l.first {
				out.Write(space)
			}
			first = false
			if text, ok := e.text[t]; ok {
				out.Write(text)
			} else {
				out.Write(e.page.tokens[t].text)
			}
		}
		if i != last {
			out.Write(l.tail)
		}
	}
	return e.finish(out.Bytes())
}

// finish gives the text the end that the page has.
func (e *edit) finish(text []byte) []byte {
	if n := len(e.page.lines); n > 0 {
		text = bytes.TrimRight(text, " \t\r\n\v\f")
		return append(text, e.page.lines[n-1].tail...)
	}
	return text
}
