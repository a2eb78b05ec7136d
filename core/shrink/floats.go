package shrink

import (
	"bytes"
	"math"
	"strconv"
)

// decimals makes numbers with a point simpler: zero or one, then whole, then with
// fewer digits; first whole columns, then every number alone.
func (t *texter) decimals() {
	for leaf := range t.form.leaves {
		if t.form.leaves[leaf].kind != float {
			continue
		}
		tokens := t.form.floats(t.doc(), leaf)
		t.simplify(leaf, tokens)
		if len(tokens) == 1 {
			continue
		}
		for _, i := range tokens {
			t.simplify(leaf, []int{i})
		}
	}
}

// floats are the tokens of the leaf.
func (f *form) floats(d *document, leaf int) []int {
	var tokens []int
	for t := range d.cells {
		if int(d.cells[t].leaf) == leaf {
			tokens = append(tokens, t)
		}
	}
	return tokens
}

// simplify tries simpler values for the tokens, the simplest first.
func (t *texter) simplify(leaf int, tokens []int) {
	least := t.form.leaves[leaf].decimals
	d := t.doc()
	t.First(func(yield func([]byte) bool) {
		target := 0.0
		if least > 0 {
			target = 1
		}
		set := func(change func(word []byte) []byte) bool {
			e := newEdit(d.page)
			for _, i := range tokens {
				e.reword(i, change(d.word(i)))
			}
			return yield(e.render())
		}
		if !set(func([]byte) []byte { return strconv.AppendFloat(nil, target, 'f', -1, 64) }) {
			return
		}
		for digits := range 4 {
			if !set(func(word []byte) []byte { return rounded(word, digits, least) }) {
				return
			}
		}
	})
}

// rounded is the number with fewer digits after the point, towards zero but not
// below least in class: what was positive stays so.
func rounded(word []byte, digits int, least float64) []byte {
	v, err := strconv.ParseFloat(string(word), 64)
	if err != nil {
		return word
	}
	scale := math.Pow10(digits)
	w := math.Trunc(v*scale) / scale
	if least > 0 && w <= 0 {
		w = 1 / scale
	}
	text := strconv.AppendFloat(nil, w, 'f', digits, 64)
	if bytes.Equal(text, []byte("-0")) {
		return []byte("0")
	}
	if len(text) >= len(word) {
		return word
	}
	return text
}
