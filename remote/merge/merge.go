// Package merge joins two descendants of one text, line by line, or of one set of
// settings, key by key.
//
// It would rather ask than guess. A line of the common ancestor separates two
// changes only where every best way of matching the ancestor with either side
// keeps it at the same place: where the texts leave it open which of several equal
// lines was meant, both sides' changes to that stretch are a conflict. So a merge
// is never clean that another reader of the same texts would call a conflict, at
// the price of a few conflicts more.
//
// The package knows nothing of files, rooms and servers. Start reading at Texts.
package merge

import "bytes"

// Result is what became of two texts.
type Result struct {
	parts []part
}

// part is a stretch of the result: text that is settled, or a conflict.
type part struct {
	settled  []byte
	conflict *Conflict
}

// Conflict is a stretch that both sides changed, each in its own way. Any of the
// three may be empty.
type Conflict struct {
	Base, Mine, Theirs []byte
	// MineLine and TheirsLine are the line, counted from 0, at which the stretch
	// begins in the text of that side.
	MineLine, TheirsLine int
}

// Texts merges mine and theirs, which both come from base. Lines keep their ends
// as they are: a last line without one differs from the same line with one, as
// does one that ends in CR LF. The result shares memory with the arguments.
func Texts(base, mine, theirs []byte) Result {
	switch {
	case bytes.Equal(mine, theirs), bytes.Equal(base, theirs):
		return settled(mine)
	case bytes.Equal(base, mine):
		return settled(theirs)
	}
	t := newTriple(base, mine, theirs)
	return t.merge()
}

func settled(text []byte) Result {
	if len(text) == 0 {
		return Result{}
	}
	return Result{parts: []part{{settled: text}}}
}

// Clean reports whether nothing has to be decided.
func (r Result) Clean() bool {
	for _, p := range r.parts {
		if p.conflict != nil {
			return false
		}
	}
	return true
}

// Conflicts are the stretches to be decided, from top to bottom.
func (r Result) Conflicts() []Conflict {
	var list []Conflict
	for _, p := range r.parts {
		if p.conflict != nil {
			list = append(list, *p.conflict)
		}
	}
	return list
}

// Text is the merged text; of every conflict it has mine's lines.
func (r Result) Text() []byte {
	return r.join(func(c *Conflict) [][]byte { return [][]byte{c.Mine} })
}

// Theirs is the merged text with theirs' lines in every conflict.
func (r Result) Theirs() []byte {
	return r.join(func(c *Conflict) [][]byte { return [][]byte{c.Theirs} })
}

// Both is the merged text with mine's lines and then theirs' in every conflict.
func (r Result) Both() []byte {
	return r.join(func(c *Conflict) [][]byte { return [][]byte{c.Mine, c.Theirs} })
}

// Labels are the names of the three texts in markers.
type Labels struct{ Mine, Base, Theirs string }

// Marked is the merged text in which every conflict stands between markers, in
// the way that editors know from git's diff3 style.
func (r Result) Marked(l Labels) []byte {
	return r.join(func(c *Conflict) [][]byte {
		end := lineEnd(c.Mine, c.Theirs, c.Base)
		return [][]byte{
			marker("<<<<<<<", l.Mine, end), c.Mine,
			marker("|||||||", l.Base, end), c.Base,
			marker("=======", "", end), c.Theirs,
			marker(">>>>>>>", l.Theirs, end),
		}
	})
}

// HasMarkers reports whether a text still has a conflict's first and last marker
// at the beginning of lines.
func HasMarkers(text []byte) bool {
	open := false
	for line := range bytes.Lines(text) {
		switch {
		case bytes.HasPrefix(line, []byte("<<<<<<< ")):
			open = true
		case open && bytes.HasPrefix(line, []byte(">>>>>>> ")):
			return true
		}
	}
	return false
}

func marker(sign, label, end string) []byte {
	if label != "" {
		sign += " " + label
	}
	return []byte(sign + end)
}

// lineEnd is the end that the first line of the texts has.
func lineEnd(texts ...[]byte) string {
	for _, text := range texts {
		if at := bytes.IndexByte(text, '\n'); at >= 0 {
			if at > 0 && text[at-1] == '\r' {
				return "\r\n"
			}
			return "\n"
		}
	}
	return "\n"
}

// join puts the parts together. Where one ends without a line's end and another
// follows, it gets one, so that no two lines become one.
func (r Result) join(choose func(*Conflict) [][]byte) []byte {
	var out []byte
	add := func(text []byte, end string) {
		if len(text) == 0 {
			return
		}
		if len(out) > 0 && out[len(out)-1] != '\n' {
			out = append(out, end...)
		}
		out = append(out, text...)
	}
	for _, p := range r.parts {
		if p.conflict == nil {
			add(p.settled, "\n")
			continue
		}
		end := lineEnd(p.conflict.Mine, p.conflict.Theirs, p.conflict.Base)
		for _, text := range choose(p.conflict) {
			add(text, end)
		}
	}
	return out
}
