package web

import (
	"bytes"
	"html/template"
	"strings"

	"stresstester/remote/merge"
)

// A Row is a line of a side-by-side difference. Numbers count from 1; 0 means that the
// side has no such line.
type Row struct {
	Left, Right             string
	LeftNumber, RightNumber int
	Changed                 bool
	Gap                     int // equal lines that are left out here; the row has nothing else
}

// context is how many equal lines are shown around a change.
const diffContext = 3

// sideBySide sets two texts beside each other, line by line. Long stretches of equal lines
// are left out if fold is set.
func sideBySide(from, to []byte, fold bool) []Row {
	var rows []Row
	line := func(text string) string { return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r") }
	left, right := 1, 1
	equal := func(text []byte) {
		for _, l := range lines(text) {
			rows = append(rows, Row{Left: line(l), Right: line(l), LeftNumber: left, RightNumber: right})
			left, right = left+1, right+1
		}
	}
	at := 0
	for _, h := range merge.Hunks(from, to) {
		equal(from[at:h.From])
		old, made := lines(from[h.From:h.To]), lines(h.Text)
		for i := range max(len(old), len(made)) {
			r := Row{Changed: true}
			if i < len(old) {
				r.Left, r.LeftNumber, left = line(old[i]), left, left+1
			}
			if i < len(made) {
				r.Right, r.RightNumber, right = line(made[i]), right, right+1
			}
			rows = append(rows, r)
		}
		at = h.To
	}
	equal(from[at:])
	if fold {
		return folded(rows)
	}
	return rows
}

// both is a text with what either version has: where both changed the same lines of
// base, those of both follow each other.
//
// One of the two may be the base as far as anybody knows: what a machine had before is
// not always in the room's history. What they differ in was then done by both, lest
// the proposal leave out all of that version.
func both(base, head, side []byte) []byte {
	if bytes.Equal(base, head) || bytes.Equal(base, side) {
		base = nil
		at := 0
		for _, h := range merge.Hunks(head, side) {
			base = append(base, head[at:h.From]...)
			at = h.To
		}
		base = append(base, head[at:]...)
	}
	return merge.Texts(base, head, side).Both()
}

func lines(text []byte) []string {
	if len(text) == 0 {
		return nil
	}
	all := strings.SplitAfter(string(text), "\n")
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}

func folded(rows []Row) []Row {
	keep := make([]bool, len(rows))
	for i, r := range rows {
		if r.Changed {
			for j := max(0, i-diffContext); j <= min(len(rows)-1, i+diffContext); j++ {
				keep[j] = true
			}
		}
	}
	var out []Row
	gap := 0
	for i, r := range rows {
		if !keep[i] {
			gap++
			continue
		}
		if gap > 0 {
			out, gap = append(out, Row{Gap: gap}), 0
		}
		out = append(out, r)
	}
	if gap > 0 && len(out) > 0 {
		out = append(out, Row{Gap: gap})
	}
	return out
}

// keywords of the languages people write most; a word that is none in one of them is
// coloured there, too, which harms nobody.
var keywords = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(`auto bool break case catch char class const constexpr continue def default del do double elif else
		enum except false float for from fn func if impl import in include int let long long mut new not null nullptr or
		package pass private public pub raise range return self short signed sizeof static struct switch template this throw
		true True False None try type typename typedef unsigned use using var virtual void where while with yield and lambda namespace`) {
		set[w] = true
	}
	return set
}()

// highlight colours a source line by line: comments, strings, numbers, keywords. hash says
// that # begins a comment. It knows no language well and gets none wrong badly.
func highlight(source string, hash bool) []template.HTML {
	var out []template.HTML
	block := false // within /* … */
	for _, l := range strings.Split(strings.TrimSuffix(source, "\n"), "\n") {
		var b strings.Builder
		mark := func(class, text string) {
			b.WriteString(`<span class="` + class + `">` + template.HTMLEscapeString(text) + `</span>`)
		}
		for i := 0; i < len(l); {
			rest := l[i:]
			switch c := l[i]; {
			case block:
				end := strings.Index(rest, "*/")
				if end < 0 {
					mark("com", rest)
					i = len(l)
				} else {
					mark("com", rest[:end+2])
					i, block = i+end+2, false
				}
			case strings.HasPrefix(rest, "/*") && !hash:
				block = true
			case strings.HasPrefix(rest, "//") && !hash, c == '#' && hash:
				mark("com", rest)
				i = len(l)
			case c == '"' || c == '\'':
				j := i + 1
				for j < len(l) && l[j] != c {
					if l[j] == '\\' {
						j++
					}
					j++
				}
				j = min(j+1, len(l))
				mark("str", l[i:j])
				i = j
			case c >= '0' && c <= '9':
				j := i
				for j < len(l) && (wordByte(l[j]) || l[j] == '.') {
					j++
				}
				mark("num", l[i:j])
				i = j
			case wordByte(c):
				j := i
				for j < len(l) && wordByte(l[j]) {
					j++
				}
				if word := l[i:j]; keywords[word] {
					mark("key", word)
				} else {
					b.WriteString(template.HTMLEscapeString(word))
				}
				i = j
			default:
				j := i + 1
				for j < len(l) && !wordByte(l[j]) && !strings.ContainsRune("\"'/#", rune(l[j])) {
					j++
				}
				b.WriteString(template.HTMLEscapeString(l[i:j]))
				i = j
			}
		}
		out = append(out, template.HTML(b.String())) //nolint:gosec // every piece was escaped above
	}
	return out
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
