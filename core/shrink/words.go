package shrink

import (
	"bytes"
	"slices"
)

// letters makes words plainer: all one letter, then as few and as early letters
// of the alphabet as possible, the same in all words.
func (t *texter) letters() {
	for leaf := range t.form.leaves {
		l := &t.form.leaves[leaf]
		if l.kind != text || l.fixed || t.Over() {
			continue
		}
		alphabet := l.alphabet()
		t.rewrite(leaf, func(word []byte) []byte { return bytes.Repeat(alphabet[:1], len(word)) })
		t.renameLetters(leaf, alphabet)
		t.mergeLetters(leaf)
		t.lowerLetters(leaf, alphabet)
	}
}

// alphabet is the letters that the leaf's words may have: those seen, and those
// between for words of plain letters or digits.
func (l *leaf) alphabet() []byte {
	var seen []byte
	for c, ok := range l.letters {
		if ok {
			seen = append(seen, byte(c))
		}
	}
	for _, class := range []string{"az", "AZ", "09"} {
		first, last := seen[0], seen[len(seen)-1]
		if len(seen) >= 3 && first >= class[0] && last <= class[1] {
			seen = nil
			for c := class[0]; c <= last; c++ {
				seen = append(seen, c)
			}
			break
		}
	}
	return seen
}

// rewrite tries to change all words of the leaf.
func (t *texter) rewrite(leaf int, change func([]byte) []byte) bool {
	d := t.doc()
	e := newEdit(d.page)
	for i := range d.cells {
		if d.cells[i].leaf == leaf {
			e.text[i] = change(d.page.tokens[i].text)
		}
	}
	return len(e.text) > 0 && t.Try(e.render())
}

// used are the letters in the words of the leaf, in order of appearance.
func (t *texter) used(leaf int) []byte {
	var used []byte
	d := t.doc()
	for i := range d.cells {
		if d.cells[i].leaf != leaf {
			continue
		}
		for _, c := range d.page.tokens[i].text {
			if bytes.IndexByte(used, c) < 0 {
				used = append(used, c)
			}
		}
	}
	return used
}

// renameLetters renames the letters to the alphabet's first ones, in the order in
// which they appear or else in their own order.
func (t *texter) renameLetters(leaf int, alphabet []byte) {
	used := t.used(leaf)
	sorted := slices.Sorted(slices.Values(used))
	for _, from := range [][]byte{used, sorted} {
		if t.rewrite(leaf, func(word []byte) []byte {
			return bytes.Map(func(r rune) rune {
				return rune(alphabet[bytes.IndexByte(from, byte(r))])
			}, word)
		}) {
			return
		}
	}
}

// mergeLetters replaces one letter by another everywhere.
func (t *texter) mergeLetters(leaf int) {
	used := slices.Sorted(slices.Values(t.used(leaf)))
	for _, from := range slices.Backward(used) {
		for _, to := range used {
			if to >= from || t.Over() {
				break
			}
			if t.rewrite(leaf, func(word []byte) []byte {
				return bytes.ReplaceAll(word, []byte{from}, []byte{to})
			}) {
				break
			}
		}
	}
}

// lowerLetters makes single letters, or whole parts of words, the first of the
// alphabet.
func (t *texter) lowerLetters(leaf int, alphabet []byte) {
	d := t.doc()
	type place struct{ token, at int }
	var places []place
	for i := range d.cells {
		if d.cells[i].leaf != leaf {
			continue
		}
		for at, c := range d.page.tokens[i].text {
			if c != alphabet[0] {
				places = append(places, place{i, at})
			}
		}
	}
	t.Keep(len(places), func(kept []int) []byte {
		e := newEdit(d.page)
		for k, p := range places {
			if slices.Contains(kept, k) {
				continue
			}
			if e.text[p.token] == nil {
				e.text[p.token] = bytes.Clone(d.page.tokens[p.token].text)
			}
			e.text[p.token][p.at] = alphabet[0]
		}
		return e.render()
	})
}
