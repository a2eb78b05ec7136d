package shrink

import (
	"bytes"
	"slices"
)

// letters makes words plainer: all one letter, then as few and as early letters
// of the alphabet as possible, the same in all words.
func (t *texter) letters() {
	for _, group := range t.alphabets() {
		if t.Over() {
			return
		}
		a := group.letters
		t.rewrite(group, func(word []byte) []byte { return bytes.Repeat(a[:1], len(word)) })
		t.renameLetters(group)
		t.mergeLetters(group)
		t.lowerLetters(group)
	}
}

// alphabet is the letters that the words of some leaves may have.
type alphabet struct {
	leaves  []int
	letters []byte
}

// alphabets are those of all leaves of words; words with common letters have one
// alphabet, because they may be compared with one another.
func (t *texter) alphabets() []alphabet {
	var all []alphabet
	for i := range t.form.leaves {
		l := &t.form.leaves[i]
		if l.kind != text || l.fixed || l.cells == 0 {
			continue
		}
		letters := l.alphabet()
		at := slices.IndexFunc(all, func(a alphabet) bool { return bytes.ContainsAny(a.letters, string(letters)) })
		if at < 0 {
			all = append(all, alphabet{[]int{i}, letters})
			continue
		}
		a := &all[at]
		a.leaves = append(a.leaves, i)
		a.letters = append(a.letters, letters...)
		slices.Sort(a.letters)
		a.letters = slices.Compact(a.letters)
	}
	for i := range all {
		t.leaveMarks(&all[i])
	}
	return all
}

// leaveMarks takes out of a common alphabet what only some of the words have and is
// neither a letter nor a digit: a word is no pattern.
func (t *texter) leaveMarks(a *alphabet) {
	plain := slices.DeleteFunc(slices.Clone(a.letters), func(c byte) bool {
		return !isLetterOrDigit(c) && slices.ContainsFunc(a.leaves, func(leaf int) bool { return !t.form.leaves[leaf].letters[c] })
	})
	if len(plain) > 0 {
		a.letters = plain
	}
}

func isLetterOrDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// alphabet is the letters that the leaf's words may have: those seen, and those
// before them for words of plain letters or digits.
func (l *leaf) alphabet() []byte {
	var seen []byte
	for c, ok := range l.letters {
		if ok {
			seen = append(seen, byte(c))
		}
	}
	first, last := seen[0], seen[len(seen)-1]
	for _, class := range []string{"az", "AZ", "09"} {
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

// words visits the tokens of the alphabet's leaves.
func (d *document) eachWord(a alphabet, visit func(token int)) {
	for i := range d.cells {
		if slices.Contains(a.leaves, int(d.cells[i].leaf)) {
			visit(i)
		}
	}
}

// rewrite tries to change all words of the alphabet.
func (t *texter) rewrite(a alphabet, change func([]byte) []byte) bool {
	d := t.doc()
	e := newEdit(d.page)
	possible := true
	d.eachWord(a, func(i int) {
		word := change(d.word(i))
		for _, c := range word {
			possible = possible && (bytes.IndexByte(a.letters, c) >= 0 || bytes.IndexByte(d.word(i), c) >= 0)
		}
		e.reword(i, word)
	})
	return possible && t.Try(e.render())
}

// used are the letters in use, in order of appearance.
func (t *texter) used(a alphabet) []byte {
	var used []byte
	d := t.doc()
	d.eachWord(a, func(i int) {
		for _, c := range d.word(i) {
			if bytes.IndexByte(used, c) < 0 {
				used = append(used, c)
			}
		}
	})
	return used
}

// renameLetters renames the letters to the alphabet's first ones, in the order in
// which they appear or else in their own order.
func (t *texter) renameLetters(a alphabet) {
	used := slices.DeleteFunc(t.used(a), func(c byte) bool { return bytes.IndexByte(a.letters, c) < 0 })
	sorted := slices.Sorted(slices.Values(used))
	for _, from := range [][]byte{used, sorted} {
		if t.rewrite(a, func(word []byte) []byte {
			renamed := make([]byte, len(word))
			for i, c := range word {
				if at := bytes.IndexByte(from, c); at >= 0 {
					renamed[i] = a.letters[at]
				} else {
					renamed[i] = c
				}
			}
			return renamed
		}) {
			return
		}
	}
}

// mergeLetters replaces one letter by the first or the next lower one in use.
func (t *texter) mergeLetters(a alphabet) {
	used := slices.Sorted(slices.Values(t.used(a)))
	for i := len(used) - 1; i > 0 && !t.Over(); i-- {
		for _, to := range []byte{used[0], used[i-1]} {
			if t.rewrite(a, func(word []byte) []byte {
				return bytes.ReplaceAll(word, used[i:i+1], []byte{to})
			}) {
				break
			}
		}
	}
}

// lowerLetters makes single letters, or whole parts of words, the first of the
// alphabet.
func (t *texter) lowerLetters(a alphabet) {
	d := t.doc()
	type place struct{ token, at int }
	var places []place
	d.eachWord(a, func(i int) {
		for at, c := range d.word(i) {
			if c != a.letters[0] {
				places = append(places, place{i, at})
			}
		}
	})
	t.Keep(len(places), func(kept []int) []byte {
		e := newEdit(d.page)
		at := 0
		for k, p := range places {
			if at < len(kept) && kept[at] == k {
				at++
				continue
			}
			if e.what[p.token] != reworded {
				e.reword(p.token, bytes.Clone(d.word(p.token)))
			}
			e.word(p.token)[p.at] = a.letters[0]
		}
		return e.render()
	})
}
