package shrink

import (
	"maps"
	"slices"
)

// settle gives the free lines, and all leaves, their final form, from everything
// that was found on all pages.
func (s *schema) settle(pages []*page) {
	seen := shapes{}
	for _, p := range pages {
		seen.page = p
		r := &reader{page: p, values: make([]int64, s.variables), visitor: &seen}
		r.match(s.items, 0)
	}
	for it, lines := range seen.lines {
		s.shape(it, lines)
	}
	s.number(s.items)
}

// shapes collects the free lines.
type shapes struct {
	page  *page
	lines map[*item][][][]byte // lines of words
}

func (v *shapes) enter(*item)          {}
func (v *shapes) unit(int)             {}
func (v *shapes) leave(int)            {}
func (v *shapes) scalar(*field, int)   {}
func (v *shapes) run(*field, int, int) {}
func (v *shapes) loose(it *item, first, end int) {
	if it.kind != freeLine {
		return
	}
	var words [][]byte
	for t := first; t < end; t++ {
		words = append(words, v.page.word(t))
	}
	if v.lines == nil {
		v.lines = map[*item][][][]byte{}
	}
	v.lines[it] = append(v.lines[it], words)
}

// shape makes a free line fixed or tagged where all its lines are.
func (s *schema) shape(it *item, lines [][][]byte) {
	same, tagged, widths := true, true, map[string]int{}
	for _, l := range lines {
		same = same && len(l) == len(lines[0])
		if len(l) == 0 {
			tagged = false
			continue
		}
		tag := string(l[0])
		w, ok := widths[tag]
		tagged = tagged && (!ok || w == len(l))
		widths[tag] = len(l)
	}
	switch {
	case same && len(lines[0]) <= maxScalars:
		it.kind = fixedLine
		for range lines[0] {
			it.fields = append(it.fields, field{variable: noVariable})
		}
	case tagged && len(widths) <= tagLimit:
		it.kind, it.widths = taggedLine, widths
	}
}

// number gives every leaf its number.
func (s *schema) number(items []item) {
	for i := range items {
		it := &items[i]
		it.leaf = s.leaves
		switch it.kind {
		case fixedLine:
			for j := range it.fields {
				it.fields[j].leaf = s.leaves
				s.leaves += max(1, it.fields[j].by.stride)
			}
		case taggedLine:
			it.tags = map[string]int{}
			for _, tag := range slices.Sorted(maps.Keys(it.widths)) {
				it.tags[tag] = s.leaves
				s.leaves += it.widths[tag]
			}
		case freeLine, rest:
			s.leaves += looseLeaves
		case repeat:
			s.number(it.body)
		}
	}
}
