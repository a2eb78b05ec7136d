package spec

import (
	"bytes"
	"slices"
)

// textStyle is a way to draw characters.
type textStyle struct {
	letters []byte
	all     []byte // every character that may occur more than once
	// rare is a character that stands out among others, or 0.
	rare  byte
	shape int
}

// The shapes of texts.
const (
	textRandom = iota
	textPeriodic
	textPalindrome
	textRuns
	textEqual
	textShapes
)

// newTextStyle chooses some of the characters, often only two, and a shape.
func (g *generator) newTextStyle(t *typ) textStyle {
	letters := t.plain
	st := textStyle{letters: letters, all: letters}
	if n := len(letters); n > 0 {
		kept := []int{1, 2, 3, n}[g.rng.pick(1, 5, 3, 6)]
		if kept < n && g.rng.oneIn(3) {
			letters = append([]byte(nil), letters...)
			shuffle(&g.rng, letters)
		}
		st.letters = letters[:min(kept, n)]
		if len(st.letters) > 1 && g.rng.oneIn(4) {
			st.rare = st.letters[g.rng.intn(len(st.letters))]
		}
	}
	st.shape = g.rng.pick(10, 2, 2, 2, 1)
	return st
}

// letter draws one character.
func (g *generator) letter(st *textStyle) byte {
	c := st.letters[g.rng.intn(len(st.letters))]
	if c == st.rare && !g.rng.oneIn(4) {
		c = st.letters[g.rng.intn(len(st.letters))]
	}
	return c
}

// write fills a text.
func (g *generator) write(st *textStyle, text []byte) {
	if len(text) == 0 {
		return
	}
	for i := range text {
		text[i] = g.letter(st)
	}
	switch st.shape {
	case textPeriodic:
		period := 1 + g.rng.intn(min(4, len(text)))
		for i := period; i < len(text); i++ {
			text[i] = text[i-period]
		}
		if g.rng.oneIn(3) {
			text[g.rng.intn(len(text))] = g.letter(st)
		}
	case textPalindrome:
		for i := range len(text) / 2 {
			text[len(text)-1-i] = text[i]
		}
		if g.rng.oneIn(3) {
			text[g.rng.intn(len(text))] = g.letter(st)
		}
	case textRuns:
		for i := 1; i < len(text); i++ {
			if !g.rng.oneIn(4) {
				text[i] = text[i-1]
			}
		}
	case textEqual:
		for i := range text {
			text[i] = text[0]
		}
	}
}

// placeOnce puts the characters that occur exactly once into places of a text.
func (g *generator) placeOnce(t *typ, text []byte) {
	if len(t.once) == 0 {
		return
	}
	places := make(map[int]bool, len(t.once))
	for _, c := range t.once {
		i := g.rng.intn(len(text))
		for places[i] {
			i = (i + 1) % len(text)
		}
		places[i] = true
		text[i] = c
	}
}

// word makes a single text.
func (g *generator) word(f *field, v *value) *failure {
	t := f.typ
	b := g.rangeOf(t.length)
	b.lo = max(b.lo, int64(len(t.once)))
	for _, total := range f.totals {
		if total.term.op == opCall {
			rest := g.rest(total)
			b = bound{max(b.lo, rest.lo), min(b.hi, rest.hi)}
		}
	}
	if g.trouble != "" || b.lo > b.hi {
		return g.impossible(f, "no length is possible")
	}
	for try := 0; ; try++ {
		length := g.drawSize(nil, b)
		if f.unique != nil && try > 20 {
			length = min(b.hi, max(length, int64(try/10)))
		}
		if g.room -= length; g.room < 0 {
			return g.tooLarge(f.span)
		}
		st := g.newTextStyle(t)
		if try > 20 {
			st.shape, st.letters = textRandom, st.all
		}
		if fail := g.fillText(f, &st, g.store.text(v, int(length))); fail != nil {
			return fail
		}
		if f.unique == nil || try > 200 {
			return nil
		}
		if _, again := g.seen[f.unique.number].texts[string(f.unique.appendKey(nil, g.frames[f.block.depth]))]; !again {
			return nil
		}
	}
}

// fillText writes one text, with what must occur once.
func (g *generator) fillText(f *field, st *textStyle, text []byte) *failure {
	t := f.typ
	if len(st.letters) == 0 && len(text) > len(t.once) || len(text) < len(t.once) {
		return g.impossible(f, "its length is %d, and exactly once occur %q", len(text), t.once)
	}
	if len(st.letters) > 0 {
		g.write(st, text)
	}
	g.placeOnce(t, text)
	g.trimSpaces(t, text)
	return nil
}

// trimSpaces replaces spaces at the ends of a text, which many programs would
// not read back.
func (g *generator) trimSpaces(t *typ, text []byte) {
	if !t.member[' '] || len(text) == 0 {
		return
	}
	for _, i := range []int{0, len(text) - 1} {
		for _, c := range t.alphabet {
			if text[i] == ' ' && c != ' ' {
				text[i] = c
			}
		}
	}
}

// texts makes an array of texts or a grid.
func (g *generator) texts(f *field, v *value) *failure {
	t := f.typ
	rows := g.rows(t, g.room)
	v.num = g.innermost(t)
	var length bound
	if t.kind == kindGrid {
		n := g.number(t.args[1])
		length = bound{n, n}
	} else {
		length = g.rangeOf(t.length)
		length.lo = max(length.lo, int64(len(t.once)))
	}
	if g.trouble != "" || rows > 0 && (length.lo > length.hi || length.hi < 0) {
		return g.impossible(f, "no length is possible")
	}
	if t.kind == kindGrid {
		return g.grid(f, v, int(rows), length.lo)
	}
	pieces, fail := g.pieces(f, int(rows), length)
	if fail != nil {
		return fail
	}
	switch t.order {
	case sorted, increasing:
		slices.SortFunc(pieces, bytes.Compare)
	case descending, decreasing:
		slices.SortFunc(pieces, func(a, b []byte) int { return bytes.Compare(b, a) })
	}
	m := g.store.more(v)
	m.list = g.store.numbers.take(int(rows))
	m.text = nil
	for i, p := range pieces {
		m.text = append(m.text, p...)
		m.list[i] = int64(len(m.text))
	}
	return nil
}

// pieces makes the elements of an array of texts.
func (g *generator) pieces(f *field, rows int, length bound) ([][]byte, *failure) {
	t := f.typ
	different := t.distinct || t.order == increasing || t.order == decreasing
	seen := map[string]bool{}
	st := g.newTextStyle(t)
	pieces := make([][]byte, rows)
	for i := range pieces {
		for try := 0; ; try++ {
			if try > 4 || g.rng.oneIn(6) {
				st = g.newTextStyle(t)
			}
			n := g.drawSize(nil, length)
			if try > 20 {
				st.shape, st.letters = textRandom, st.all
				n = min(length.hi, max(n, int64(try/20)))
			}
			if g.room -= n + 1; g.room < 0 {
				return nil, g.tooLarge(f.span)
			}
			pieces[i] = g.store.bytes.take(int(n))
			if fail := g.fillText(f, &st, pieces[i]); fail != nil {
				return nil, fail
			}
			if !different || !seen[string(pieces[i])] {
				break
			}
			if try > 400 {
				return nil, g.impossible(f, "there are not enough different texts")
			}
		}
		if different {
			seen[string(pieces[i])] = true
		}
	}
	return pieces, nil
}

// grid fills a grid: of one dominant character, of random ones, of lines alike.
func (g *generator) grid(f *field, v *value, rows int, columns int64) *failure {
	t := f.typ
	size := saturatedMultiply(int64(rows), columns)
	if g.room -= size; g.room < 0 {
		return g.tooLarge(f.span)
	}
	text := g.store.text(v, int(size))
	st := g.newTextStyle(t)
	if g.rng.oneIn(3) {
		st.shape = textRandom
	}
	if fail := g.fillText(f, &st, text); fail != nil {
		return fail
	}
	m := g.store.more(v)
	m.list = g.store.numbers.take(rows)
	for i := range m.list {
		m.list[i] = int64(i+1) * columns
	}
	return nil
}
