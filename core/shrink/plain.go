package shrink

// The passes of this file are for what no format was recognised in: they delete
// lines and tokens, alone or with a number lowered that may count them.

// plainLines deletes lines.
func (t *texter) plainLines() {
	t.plainUnits(func(d *document) int { return len(d.lines) }, func(e *edit, i int) { e.dropUnit(lineAxis, [2]int{i, i + 1}) })
}

// plainTokens deletes tokens.
func (t *texter) plainTokens() {
	t.plainUnits(func(d *document) int { return len(d.tokens) }, (*edit).drop)
}

// plainUnits deletes units, of which a document has so many, alone or with a number
// that may count them.
func (t *texter) plainUnits(count func(*document) int, drop func(*edit, int)) {
	if !t.form.opaque() {
		return
	}
	for _, counter := range t.likelyCounters() {
		d := t.doc()
		if counter >= len(d.tokens) {
			return
		}
		n := count(d)
		t.Keep(n, func(kept []int) []byte {
			e := newEdit(d.page)
			for _, i := range gaps(n, kept) {
				drop(e, i)
			}
			return lowered(e, counter, n-len(kept))
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
