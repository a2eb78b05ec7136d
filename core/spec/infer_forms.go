package spec

import (
	"slices"
	"strconv"
	"strings"
)

// formKind is a piece of a format that Infer knows.
type formKind uint8

const (
	formRow     formKind = iota // one line
	formBlank                   // an empty line
	formColumn                  // lines of one word each
	formMatrix                  // lines of as many numbers as an amount tells
	formGrid                    // lines of one word of the same length
	formTree                    // n-1 edges
	formGraph                   // m edges of n vertices
	formTable                   // lines alike
	formQueries                 // lines told apart by their first word
	formCases                   // several lines, repeated
)

// form is a piece of a format. It reads lines of a stream and notes the numbers
// that later pieces may count by.
type form struct {
	kind    formKind
	cost    float64
	count   amount // of lines or repetitions
	length  amount // the number of vertices
	columns []column
	weights int
	body    []*form
}

// column is a field of a line.
type column struct {
	field int
	// list is a list of numbers of the given length, text a word of it.
	list, text bool
	length     amount
	constant   int // the length of a list where it is always the same
}

// observations are what the fields held in all samples.
type observations struct {
	fields map[int]*observation
	// alternatives are the words by which queries are told apart, by the form's
	// field, with the numbers of words that follow them.
	alternatives map[int][]alternativeSeen
}

type alternativeSeen struct {
	tag   string
	arity int
}

type observation struct {
	words []string
	// contexts are the numbers known where each word stood.
	contexts []*known
	// groups are the lists, rows of grids or edges that belong together.
	groups []groupSeen
}

type groupSeen struct {
	words   []string
	context *known
}

func (o *observations) add(field int, context *known, words ...string) {
	one := o.fields[field]
	if one == nil {
		one = &observation{}
		o.fields[field] = one
	}
	for _, w := range words {
		one.words = append(one.words, w)
		one.contexts = append(one.contexts, context)
	}
	one.groups = append(one.groups, groupSeen{words, context})
}

// queryField is the field number of the i-th word of a kind of query: they are
// kept apart from all others.
func queryField(form, alternative, i int) int { return 1000 + form*400 + alternative*20 + i }

func (f *form) lastField() int {
	last := -1
	for _, c := range f.columns {
		last = max(last, c.field)
	}
	for _, inner := range f.body {
		last = max(last, inner.lastField())
	}
	return last
}

// run reads what the form stands for, and reports whether it is there.
func (f *form) run(st *stream) bool {
	switch f.kind {
	case formRow:
		return f.row(st)
	case formBlank:
		if st.ended() || len(st.line()) > 0 {
			return false
		}
		st.at++
		return true
	}
	count, ok := f.count.in(st)
	if !ok || f.kind != formCases && int64(len(st.lines)-st.at) < count {
		return false
	}
	switch f.kind {
	case formCases:
		return f.cases(st, int(count))
	case formTable:
		for range count {
			if !f.row(st) {
				return false
			}
		}
		return true
	case formQueries:
		return f.queries(st, int(count))
	}
	return f.block(st, int(count))
}

// row reads one line.
func (f *form) row(st *stream) bool {
	if st.ended() {
		return false
	}
	words := st.line()
	for _, c := range f.columns {
		switch {
		case c.list:
			n := int64(c.constant)
			if n == 0 {
				var ok bool
				if n, ok = c.length.in(st); !ok {
					return false
				}
			}
			if int64(len(words)) < n || !numeric(words[:n]) {
				return false
			}
			st.observe(c.field, words[:n]...)
			words = words[n:]
		case len(words) == 0:
			return false
		case c.text:
			if n, ok := c.length.in(st); !ok || n != int64(len(words[0])) || !textual(words[0]) {
				return false
			}
			st.observe(c.field, words[0])
			words = words[1:]
		default:
			st.observe(c.field, words[0])
			if n, err := strconv.ParseInt(words[0], 10, 64); err == nil {
				st.numbers.put(c.field, n)
			} else {
				st.numbers.forget(c.field)
			}
			words = words[1:]
		}
	}
	st.at++
	return len(words) == 0
}

func (s *stream) observe(field int, words ...string) {
	if s.seen == nil {
		return
	}
	context := s.numbers
	s.seen.add(field, &context, words...)
}

// numeric reports whether all words are numbers of the same kind.
func numeric(words []string) bool {
	for _, w := range words {
		if !isPlainNumber(w) {
			return false
		}
	}
	return true
}

// isPlainNumber reports whether a word is a number as the validator wants it.
func isPlainNumber(w string) bool {
	digits := strings.TrimPrefix(w, "-")
	whole, fraction, dotted := strings.Cut(digits, ".")
	if whole == "" || dotted && fraction == "" || len(whole) > 1 && whole[0] == '0' || w == "-0" || len(whole)+len(fraction) > 18 {
		return false
	}
	for _, c := range []byte(whole + fraction) {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// textual reports whether a word is likelier a text than a number.
func textual(w string) bool {
	return !isPlainNumber(w) || len(w) >= 3 && strings.Trim(w, "01") == ""
}

func (f *form) cases(st *stream, count int) bool {
	for range count {
		before := st.at
		if st.ended() || !runAll(f.body, st) || st.at == before {
			return false
		}
	}
	return true
}

// block reads lines that are one value together.
func (f *form) block(st *stream, count int) bool {
	rows := st.lines[st.at : st.at+count]
	st.at += count
	field := f.columns[0].field
	words := slices.Concat(rows...)
	switch f.kind {
	case formColumn:
		numbers := 0
		for _, row := range rows {
			if len(row) != 1 {
				return false
			}
			if numeric(row) {
				numbers++
			}
		}
		if numbers > 0 && numbers < count {
			return false // numbers and texts take turns: something else
		}
	case formMatrix, formGrid:
		if !f.rectangle(st, rows) {
			return false
		}
	default:
		if !f.edges(st, rows) {
			return false
		}
	}
	st.observe(field, words...)
	return true
}

func (f *form) rectangle(st *stream, rows [][]string) bool {
	width, ok := f.columns[0].length.in(st)
	if !ok {
		return false
	}
	for _, row := range rows {
		if f.kind == formMatrix && (int64(len(row)) != width || !numeric(row)) {
			return false
		}
		if f.kind == formGrid && (len(row) != 1 || int64(len(row[0])) != width || !textual(row[0]) && width < 2) {
			return false
		}
	}
	return true
}

// edges reports whether the rows are edges of a tree, or of a graph that has no
// loops.
func (f *form) edges(st *stream, rows [][]string) bool {
	n, ok := f.length.in(st)
	if !ok || n < 1 || n > 1<<20 {
		return false
	}
	var joined forest
	if f.kind == formTree {
		joined.reset(int(n)) // there is a line for each vertex but one
	}
	for _, row := range rows {
		if len(row) != 2+f.weights || !numeric(row) {
			return false
		}
		a, errA := strconv.Atoi(row[0])
		b, errB := strconv.Atoi(row[1])
		if errA != nil || errB != nil || a < 1 || b < 1 || int64(a) > n || int64(b) > n || a == b {
			return false
		}
		if f.kind != formTree {
			continue
		}
		if apart, _ := joined.join(int32(a-1), int32(b-1)); !apart {
			return false
		}
	}
	return true
}

// queries reads lines whose first word tells how many follow.
func (f *form) queries(st *stream, count int) bool {
	arity := map[string]int{}
	differ := false
	for _, row := range st.lines[st.at : st.at+count] {
		if len(row) == 0 || len(row[0]) > 12 || isPlainNumber(row[0]) && len(row[0]) > 1 {
			return false
		}
		if known, ok := arity[row[0]]; ok && known != len(row) {
			return false
		}
		arity[row[0]] = len(row)
		differ = differ || len(row) != len(st.lines[st.at]) || !isPlainNumber(row[0])
	}
	if len(arity) > 8 || !differ && len(arity) > 1 {
		return false
	}
	if st.seen != nil {
		f.observeQueries(st, st.lines[st.at:st.at+count])
	}
	st.at += count
	return true
}

func (f *form) observeQueries(st *stream, rows [][]string) {
	form := f.columns[0].field
	for _, row := range rows {
		one := alternativeSeen{row[0], len(row) - 1}
		known := st.seen.alternatives[form]
		i := slices.Index(known, one)
		if i < 0 {
			i = len(known)
			st.seen.alternatives[form] = append(known, one)
		}
		for j, w := range row[1:] {
			st.observe(queryField(form, i, j), w)
		}
	}
}
