package shrink

import "bytes"

// wordTraits hold of every word of a leaf.
type wordTraits struct {
	// balanced says that the words are brackets that match, plain that they are
	// digits and longer ones do not begin with 0.
	balanced, plain bool
	// template, if not empty, are words such as 18:05, 2024-02-29: marks at the same
	// places, which are in it, between digits, for which it has 0.
	template string
	// letters are the bytes seen, once those that every grid has exactly once,
	// which is said by marked.
	letters, once [256]bool
	marked        bool
}

// findWords finds the leaves that are words, and what counts their letters.
func (f *form) findWords(docs []*document) {
	f.schema.words = map[int]*word{}
	for i := range f.leaves {
		l := &f.leaves[i]
		if l.counts || l.fixed || l.cells == 0 || l.kind == float {
			continue
		}
		by, found := f.findLength(docs, i)
		switch {
		case l.kind == text:
			if f.findSpelling(docs, i); l.template != "" {
				continue // not one of its letters can go
			}
			f.schema.words[i] = &word{by: by, shared: !found && equallyLong(docs, i)}
		case found && l.low >= 0 && l.high >= 1000 && !f.largeByChance(docs, i, by):
			// Digits that are as many as a count says are a word.
			l.kind = text
			f.schema.words[i] = &word{by: by}
		}
	}
}

// large is the number of digits from which numbers are rather numbers up to a power
// of ten, nearly all of which have as many digits, than words.
const large = 7

// largeByChance reports whether the leaf's large numbers have only by chance as many
// digits as the length says, which counts something else.
func (f *form) largeByChance(docs []*document, leaf int, by length) bool {
	return len(docs) < manyPages && !eachCell(docs, leaf, func(d *document, t int) bool {
		token, ok := d.cells[t].scope.find(by.variable)
		return len(d.word(t)) < large || ok && d.counted[token] == nil
	})
}

// findLength is the variable that equals the length of all of the leaf's words. The
// number of the words is so only where no other one is: a square grid has both.
func (f *form) findLength(docs []*document, leaf int) (length, bool) {
	best, found := length{variable: noVariable, stride: 1}, false
	for v := range f.variables {
		if !eachCell(docs, leaf, func(d *document, t int) bool {
			token, ok := d.cells[t].scope.find(v)
			return ok && d.tokens[token].integer && d.value(token) == int64(len(d.word(t)))
		}) {
			continue
		}
		best.variable, found = v, true
		if _, rows := f.repeatedBy(leaf, v); !rows {
			break
		}
	}
	return best, found
}

// equallyLong reports whether all words of a list are, and there is a list with
// several words.
func equallyLong(docs []*document, leaf int) bool {
	several := false
	for _, d := range docs {
		lengths := map[int32]int{}
		if !eachCell([]*document{d}, leaf, func(d *document, t int) bool {
			list, n := d.cells[t].list, len(d.word(t))
			m, ok := lengths[list]
			lengths[list] = n
			several = several || ok
			return !ok || m == n
		}) {
			return false
		}
	}
	return several
}

// longBalanced is the length from which a word of matching brackets is none by
// chance.
const longBalanced = 6

func (f *form) findSpelling(docs []*document, leaf int) {
	l := &f.leaves[leaf]
	longest := 0
	l.balanced = eachCell(docs, leaf, func(d *document, t int) bool {
		longest = max(longest, len(d.word(t)))
		return isBalanced(d.word(t))
	}) && longest >= longBalanced
	l.plain = eachCell(docs, leaf, func(d *document, t int) bool { return isPlain(d.word(t)) })
	l.template = templateOf(docs, leaf)
}

// templateOf is the template of all of the leaf's words; empty if they have none.
func templateOf(docs []*document, leaf int) string {
	common, marks := "", false
	if !eachCell(docs, leaf, func(d *document, t int) bool {
		template, marked := asTemplate(d.word(t))
		if common == "" {
			common, marks = template, marked
		}
		return template == common
	}) || !marks {
		return ""
	}
	return common
}

// asTemplate is the word with all digits 0, and whether it has other marks between
// them. With letters it is none.
func asTemplate(word []byte) (template string, marked bool) {
	out := bytes.Clone(word)
	for i, c := range out {
		switch digit := '0' <= c && c <= '9'; {
		case digit:
			out[i] = '0'
		case isLetterOrDigit(c), i == 0, i == len(out)-1:
			return "", false
		default:
			marked = true
		}
	}
	return string(out), marked
}

// spelled reports whether the word has its leaf's traits.
func (l *leaf) spelled(word []byte) bool {
	if l.template != "" {
		template, _ := asTemplate(word)
		return template == l.template
	}
	return (!l.balanced || isBalanced(word)) && (!l.plain || isPlain(word))
}

// isPlain reports whether the word is made of digits and does not begin with 0, or
// is 0.
func isPlain(word []byte) bool {
	for _, c := range word {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(word) == 1 || word[0] != '0'
}

// isBalanced reports whether the word is brackets that match.
func isBalanced(word []byte) bool {
	var stack []byte
	for _, c := range word {
		switch o := opening(c); {
		case o == 0 && bytes.IndexByte([]byte("([{<"), c) < 0:
			return false
		case o == 0:
			stack = append(stack, c)
		case len(stack) == 0 || stack[len(stack)-1] != o:
			return false
		default:
			stack = stack[:len(stack)-1]
		}
	}
	return len(stack) == 0
}

// opening is the bracket that c closes, or 0.
func opening(c byte) byte {
	switch c {
	case ')':
		return '('
	case ']':
		return '['
	case '}':
		return '{'
	case '>':
		return '<'
	}
	return 0
}
