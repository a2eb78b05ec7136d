package shrink

import "slices"

// untie decides which of two equal numbers of a header counts the lines of an only
// input: where these hold pairs of numbers up to that number they are edges, and the
// number of the things comes before the number of the edges.
func (s *schema) untie(p *page) {
	if len(s.items) < 2 || s.items[0].kind != fixedLine {
		return
	}
	header := s.items[0].fields
	if slices.ContainsFunc(header, func(f field) bool { return f.run }) {
		return
	}
	used := map[int]int{}
	walkItems(s.items, func(it *item) {
		if it.kind == repeat {
			used[it.by.variable]++
		}
		for _, fl := range it.fields {
			if fl.run {
				used[fl.by.variable]++
			}
		}
	})
	line := 1
	for i := 1; i < len(s.items); i++ {
		it := &s.items[i]
		if it.kind != repeat {
			line++
			continue
		}
		at := slices.IndexFunc(header, func(f field) bool { return !f.run && f.variable == it.by.variable })
		if at < 0 || it.by.offset != 0 || used[it.by.variable] != 1 || len(it.body) != 1 || it.body[0].kind != fixedLine {
			return // Where the lines after it begin is not known here.
		}
		value := p.value(at)
		for later := at + 1; later < len(header); later++ {
			v := header[later].variable
			if v != noVariable && used[v] == 0 && p.value(later) == value && pairsUpTo(p, line, int(value)) {
				it.by.variable = v
				break
			}
		}
		line += int(value)
	}
}

// pairsUpTo reports whether n lines begin with two numbers from 1 to n, of which the
// greatest is near n.
func pairsUpTo(p *page, first, n int) bool {
	greatest := int64(0)
	for i := first; i < first+n; i++ {
		if i >= len(p.lines) || p.lines[i].len() < 2 {
			return false
		}
		for t := p.lines[i].first; t < p.lines[i].first+2; t++ {
			if v := p.tokens[t]; !v.integer || v.value < 1 || v.value > int64(n) {
				return false
			}
			greatest = max(greatest, p.value(int(t)))
		}
	}
	return 5*greatest >= 3*int64(n)
}
