package merge

import (
	"bytes"
	"slices"
)

// lines is a text cut into lines, each a number that equal lines share.
type lines struct {
	text []byte
	ids  []int32
	// starts are the offsets of the lines, and the text's length.
	starts []int
}

func (l *lines) bytes(from, to int) []byte { return l.text[l.starts[from]:l.starts[to]] }

// vocabulary gives equal lines equal numbers.
type vocabulary map[string]int32

func (v vocabulary) lines(text []byte) lines {
	l := lines{text: text, starts: []int{0}}
	for at := 0; at < len(text); {
		end := len(text)
		if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		id, known := v[string(text[at:end])]
		if !known {
			id = int32(len(v))
			v[string(text[at:end])] = id
		}
		l.ids = append(l.ids, id)
		l.starts = append(l.starts, end)
		at = end
	}
	return l
}

// triple is three texts to be merged.
type triple struct{ base, mine, theirs lines }

func newTriple(base, mine, theirs []byte) *triple {
	v := vocabulary{}
	return &triple{v.lines(base), v.lines(mine), v.lines(theirs)}
}

// merge cuts the texts at the ancestor's lines that both sides certainly kept, and
// decides each stretch between two of them by itself.
func (t *triple) merge() Result {
	inMine, inTheirs := certain(t.base.ids, t.mine.ids), certain(t.base.ids, t.theirs.ids)
	var r builder
	var at place
	for i := range t.base.ids {
		if inMine[i] < 0 || inTheirs[i] < 0 {
			continue
		}
		next := place{i, inMine[i], inTheirs[i]}
		t.stretch(&r, at, next)
		r.settle(t.base.bytes(i, i+1))
		at = place{i + 1, inMine[i] + 1, inTheirs[i] + 1}
	}
	t.stretch(&r, at, place{len(t.base.ids), len(t.mine.ids), len(t.theirs.ids)})
	return r.Result
}

// place is a line's number in each of the three.
type place struct{ base, mine, theirs int }

// stretch decides what lies between two kept lines.
func (t *triple) stretch(r *builder, from, to place) {
	base := t.base.ids[from.base:to.base]
	mine, theirs := t.mine.ids[from.mine:to.mine], t.theirs.ids[from.theirs:to.theirs]
	switch {
	case slices.Equal(base, theirs), slices.Equal(mine, theirs):
		r.settle(t.mine.bytes(from.mine, to.mine))
		return
	case slices.Equal(base, mine):
		r.settle(t.theirs.bytes(from.theirs, to.theirs))
		return
	}
	// What all three begin and end with need not be looked at by anybody.
	head := 0
	for least := min(len(base), len(mine), len(theirs)); head < least && base[head] == mine[head] && base[head] == theirs[head]; head++ {
	}
	tail := 0
	for least := min(len(base), len(mine), len(theirs)) - head; tail < least; tail++ {
		id := base[len(base)-1-tail]
		if mine[len(mine)-1-tail] != id || theirs[len(theirs)-1-tail] != id {
			break
		}
	}
	r.settle(t.base.bytes(from.base, from.base+head))
	r.conflict(Conflict{
		Base:       t.base.bytes(from.base+head, to.base-tail),
		Mine:       t.mine.bytes(from.mine+head, to.mine-tail),
		Theirs:     t.theirs.bytes(from.theirs+head, to.theirs-tail),
		MineLine:   from.mine + head,
		TheirsLine: from.theirs + head,
	})
	r.settle(t.base.bytes(to.base-tail, to.base))
}

// builder puts a result together.
type builder struct{ Result }

func (b *builder) settle(text []byte) {
	if len(text) == 0 {
		return
	}
	if n := len(b.parts); n > 0 && b.parts[n-1].conflict == nil {
		b.parts[n-1].settled = append(b.parts[n-1].settled, text...)
		return
	}
	b.parts = append(b.parts, part{settled: bytes.Clone(text)})
}

func (b *builder) conflict(c Conflict) { b.parts = append(b.parts, part{conflict: &c}) }
