package shrink

import (
	"math"
	"slices"
)

// fewWords is up to how many different words each is tried to be another one, and
// shortWords how many of the shortest ones there are to choose from.
const (
	fewWords   = 8
	shortWords = 3
)

// rename replaces a word everywhere by one of one letter: by one that stands for it
// alone, or by one that others have already.
func (t *texter) rename() {
	for _, group := range t.alphabets() {
		for k := 0; !t.Over(); k++ {
			words := t.distinctWords(group)
			if len(words) > fewWords || k >= len(words) {
				break
			}
			t.renameWord(group, words[k])
		}
	}
}

// distinctWords are the words of the alphabet with several letters whose length nothing
// tells, in order of appearance.
func (t *texter) distinctWords(a alphabet) []string {
	var words []string
	d := t.doc()
	d.eachWord(a, func(i int) {
		w := t.form.schema.words[int(d.cells[i].leaf)]
		word := string(d.word(i))
		if w != nil && w.by.variable == noVariable && len(word) > 1 && !slices.Contains(words, word) {
			words = append(words, word)
		}
	})
	return words
}

func (t *texter) renameWord(a alphabet, word string) {
	t.First(func(yield func([]byte) bool) {
		d := t.doc()
		for _, letter := range a.letters[:min(shortWords, len(a.letters))] {
			e := newEdit(d.page)
			d.eachWord(a, func(i int) {
				if string(d.word(i)) == word {
					e.reword(i, []byte{letter})
				}
			})
			if !yield(e.render()) {
				return
			}
		}
	})
}

// digits keeps only the last digits of large numbers, the same for all of them: what goes
// wrong with carries and remainders does so with few digits.
func (t *texter) digits() {
	for _, group := range t.form.withAll(t.form.comparable()) {
		d := t.doc()
		columns := t.form.numbers(d)
		var tokens []int
		longest := 0
		for _, leaf := range group {
			for _, i := range columns[leaf] {
				tokens = append(tokens, i)
				longest = max(longest, len(d.word(i)))
			}
		}
		if longest <= len("100") {
			continue
		}
		t.Lower(1, uint64(longest), func(kept uint64) []byte {
			e := newEdit(d.page)
			for _, i := range tokens {
				e.put(i, max(d.value(i)%int64(math.Pow10(int(min(kept, 18)))), t.form.leaves[d.cells[i].leaf].floor))
			}
			return e.render()
		})
	}
}
