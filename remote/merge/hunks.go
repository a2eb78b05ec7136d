package merge

// Hunk is a part of a text that is to be replaced: the bytes from From to To.
type Hunk struct {
	From, To int
	Text     []byte
}

// Hunks are the replacements, of whole lines and from top to bottom, that make one
// text another.
func Hunks(from, to []byte) []Hunk {
	v := vocabulary{}
	a, b := v.lines(from), v.lines(to)
	var hunks []Hunk
	add := func(a0, a1, b0, b1 int) {
		// The matched lines are those that must be; around them others may be equal, too.
		for a0 < a1 && b0 < b1 && a.ids[a0] == b.ids[b0] {
			a0, b0 = a0+1, b0+1
		}
		for a0 < a1 && b0 < b1 && a.ids[a1-1] == b.ids[b1-1] {
			a1, b1 = a1-1, b1-1
		}
		if a0 < a1 || b0 < b1 {
			hunks = append(hunks, Hunk{a.starts[a0], a.starts[a1], b.bytes(b0, b1)})
		}
	}
	i, j := 0, 0
	for at, line := range certain(a.ids, b.ids) {
		if line < 0 {
			continue
		}
		add(i, at, j, line)
		i, j = at+1, line+1
	}
	add(i, len(a.ids), j, len(b.ids))
	return hunks
}
