package shrink

// The passes of this file are for what no format was recognised in: they delete
// lines and tokens, alone or with a number lowered that may count them.

// plainLines deletes lines.
func (t *texter) plainLines() {
	if !t.form.opaque() {
		return
	}
	for _, counter := range t.likelyCounters() {
		d := t.doc()
		if counter >= len(d.tokens) {
			return
		}
		t.Keep(len(d.lines), func(kept []int) []byte {
			e := newEdit(d.page)
			for _, i := range gaps(len(d.lines), kept) {
				e.dropUnit(lineAxis, [2]int{i, i + 1})
			}
			return lowered(e, counter, len(d.lines)-len(kept))
		})
	}
}

// plainTokens deletes tokens.
func (t *texter) plainTokens() {
	if !t.form.opaque() {
		return
	}
	for _, counter := range t.likelyCounters() {
		d := t.doc()
		if counter >= len(d.tokens) {
			return
		}
		t.Keep(len(d.tokens), func(kept []int) []byte {
			e := newEdit(d.page)
			for _, i := range gaps(len(d.tokens), kept) {
				e.drop(i)
			}
			return lowered(e, counter, len(d.tokens)-len(kept))
		})
	}
}

// likelyCounters are the tokens that may count what follows: none, and the
// numbers at the beginning.
func (t *texter) likelyCounters() []int {
	counters := []int{-1}
	for i, token := range t.doc().tokens {
		if i == 8 || len(counters) == 4 {
			break
		}
		if token.integer && token.value > 0 {
			counters = append(counters, i)
		}
	}
	return counters
}

// lowered is the edit's text with the counter lowered by n, or nil if it cannot be.
func lowered(e *edit, counter, n int) []byte {
	if counter >= 0 {
		v := e.number(counter) - int64(n)
		if v < 0 || e.what[counter] == dropped {
			return nil
		}
		e.put(counter, v)
	}
	return e.render()
}

// gaps are the numbers below n that are not kept.
func gaps(n int, kept []int) []int {
	var gone []int
	at := 0
	for i := range n {
		if at < len(kept) && kept[at] == i {
			at++
			continue
		}
		gone = append(gone, i)
	}
	return gone
}
