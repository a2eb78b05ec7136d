package spec

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
)

// Infer guesses a spec from sample inputs of one problem, for a person to edit.
// The guess follows the samples' structure (counts and what they count, rows,
// matrices, grids, trees, graphs, queries, test cases) and widens the ranges it
// sees to round ones. Every sample is valid in it. The error says that no format
// was found that fits all samples.
func Infer(samples [][]byte) (string, error) {
	all := make([]*sample, 0, len(samples))
	for _, text := range samples {
		if s := newSample(text); len(s.lines) > 0 {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return "", errors.New("there is no sample input to guess a spec from")
	}
	streams := make([]*stream, len(all))
	for i, s := range all {
		streams[i] = &stream{sample: s}
	}
	work := maxWork
	find := search{work: &work, top: true}
	find.accept = func(forms []*form) bool { return runsToEnd(forms, all) }
	// Cheap sequences first: few samples need more than a handful of forms.
	for _, bound := range []float64{4, 6, 8, 11, 15} {
		if find.best = bound; find.found == nil {
			find.extend(nil, streams, 0)
		}
	}
	if find.found == nil {
		return "", errors.New("no format was found that fits all samples; write the spec by hand, or leave out samples of another format")
	}
	text := writeSpec(find.found, all)
	s, errs := Parse("inferred.spec", []byte(text))
	if len(errs) > 0 {
		return "", errors.New("no format was found that fits all samples: " + errs[0].Message)
	}
	for _, one := range samples {
		if v := s.Validate(one); v != nil && len(bytes.TrimSpace(one)) > 0 {
			return "", errors.New("no format was found that fits all samples: " + v.Message)
		}
	}
	return text, nil
}

// maxWork bounds the search, in words read and forms tried: a fraction of a
// second.
const maxWork = 2_000_000

// known are numbers of fields that were read, by the fields' numbers.
type known struct {
	set    uint64
	values [maxInferred]int64
}

// maxInferred is the number of fields that a guess can have, but for those of
// queries.
const maxInferred = 48

func (k *known) get(field int) (int64, bool) {
	if field < 0 || field >= maxInferred || k.set&(1<<field) == 0 {
		return 0, false
	}
	return k.values[field], true
}

func (k *known) put(field int, n int64) {
	k.set |= 1 << field
	k.values[field] = n
}

func (k *known) forget(field int) { k.set &^= 1 << field }

// sample is an input cut into lines of words. Lines at the end without words are
// left out.
type sample struct{ lines [][]string }

func newSample(text []byte) *sample {
	s := &sample{}
	for _, line := range bytes.Split(bytes.TrimRight(text, " \t\r\n"), []byte("\n")) {
		var words []string
		for _, w := range bytes.Fields(line) {
			words = append(words, string(w))
		}
		s.lines = append(s.lines, words)
	}
	if len(s.lines) == 1 && len(s.lines[0]) == 0 {
		s.lines = nil
	}
	return s
}

// stream is a place in a sample with the numbers read before it.
type stream struct {
	*sample
	at      int
	numbers known
	seen    *observations
}

func (s *stream) clone() *stream {
	c := *s
	return &c
}

func (s *stream) line() []string {
	if s.at < len(s.lines) {
		return s.lines[s.at]
	}
	return nil
}

func (s *stream) ended() bool { return s.at >= len(s.lines) }

// amount is a number of things that a field tells: its value plus more.
type amount struct {
	field int
	more  int64
}

func (a amount) in(s *stream) (int64, bool) {
	n, ok := s.numbers.get(a.field)
	return n + a.more, ok && n+a.more >= 0
}

// search looks for the cheapest sequence of forms that reads all samples. A
// form's cost stands for how much it says: a repetition that explains many lines
// beats many forms of one line each.
type search struct {
	accept func(forms []*form) bool
	work   *int // how much more work may be done
	top    bool
	fields int // the number of fields given out by the searches around
	best   float64
	found  []*form
}

// extend tries every form that can follow.
func (s *search) extend(forms []*form, streams []*stream, cost float64) {
	if cost >= s.best || *s.work <= 0 {
		return
	}
	ended := 0
	for _, st := range streams {
		if st.ended() {
			ended++
		}
	}
	if (len(forms) > 0 && !s.top || ended == len(streams)) && s.accept(forms) {
		s.best, s.found = cost, slices.Clone(forms)
	}
	if ended == len(streams) || len(forms) > 12 {
		return
	}
	for _, f := range s.proposals(forms, streams) {
		next := make([]*stream, len(streams))
		ok := true
		for i, st := range streams {
			next[i] = st.clone()
			*s.work -= 10
			if ok = f.run(next[i]) && f.lastField() < maxInferred; !ok {
				break
			}
			*s.work -= 10 * (next[i].at - st.at)
		}
		if ok {
			s.extend(append(slices.Clip(forms), f), next, cost+f.cost)
		}
	}
}

// runsToEnd reports whether the forms read every sample to its end.
func runsToEnd(forms []*form, all []*sample) bool {
	for _, one := range all {
		st := &stream{sample: one}
		if !runAll(forms, st) || !st.ended() {
			return false
		}
	}
	return true
}

func runAll(forms []*form, st *stream) bool {
	for _, f := range forms {
		if !f.run(st) {
			return false
		}
	}
	return true
}

// lastField is one more than the greatest field number in use.
func (s *search) nextField(forms []*form) int {
	next := s.fields
	for _, f := range forms {
		next = max(next, f.lastField()+1)
	}
	return next
}

// proposals lists forms that could read what follows in the first stream; whether
// they do so in all is seen by running them.
func (s *search) proposals(forms []*form, streams []*stream) []*form {
	p := proposer{streams: streams, next: s.nextField(forms)}
	p.amounts()
	p.rows()
	p.blocks()
	if s.top && len(forms) == 1 && forms[0].kind == formRow {
		p.cases(s)
	}
	slices.SortStableFunc(p.forms, func(a, b *form) int {
		switch {
		case a.cost < b.cost:
			return -1
		case a.cost > b.cost:
			return 1
		}
		return 0
	})
	return p.forms
}

// proposer collects forms.
type proposer struct {
	streams []*stream
	next    int // the next free field number
	forms   []*form
	// lengths are amounts that are known at this place, the plainest first; plain
	// are the fields among them, also those that agree with an earlier one.
	lengths []amount
	plain   []amount
}

func (p *proposer) propose(f *form) { p.forms = append(p.forms, f) }

// amounts finds the fields whose values could count something. Of several that
// agree in all samples the first is taken.
func (p *proposer) amounts() {
	for _, more := range []int64{0, -1, 1} {
		for field := range p.next {
			a := amount{field, more}
			ok := true
			for _, st := range p.streams {
				n, known := a.in(st)
				ok = ok && known && n <= 1<<20
			}
			if ok && more == 0 {
				p.plain = append(p.plain, a)
			}
			if ok && !p.knows(a) {
				p.lengths = append(p.lengths, a)
			}
		}
	}
}

// knows reports whether another amount says the same: one of the same kind, or,
// for n+1, any.
func (p *proposer) knows(a amount) bool {
	for _, b := range p.lengths {
		if (a.more > 0 || a.more == b.more) && p.agree(a, b) {
			return true
		}
	}
	return false
}

// agree reports whether two amounts are equal in all samples.
func (p *proposer) agree(a, b amount) bool {
	for _, st := range p.streams {
		m, _ := a.in(st)
		n, _ := b.in(st)
		if m != n {
			return false
		}
	}
	return true
}

// matching lists the amounts that equal f in every stream.
func (p *proposer) matching(f func(st *stream) int) []amount {
	var found []amount
	for _, a := range p.lengths {
		ok := true
		for _, st := range p.streams {
			n, known := a.in(st)
			ok = ok && known && n == int64(f(st))
		}
		if ok {
			found = append(found, a)
		}
	}
	return found
}

// chance is what is added to a form's cost because its match may be by chance:
// small numbers are often equal.
func (p *proposer) chance(a amount) float64 {
	most := int64(0)
	for _, st := range p.streams {
		n, _ := a.in(st)
		most = max(most, n)
	}
	cost := 0.0
	if a.more != 0 {
		cost = 0.8
	}
	switch {
	case most <= 1:
		return cost + 1.2
	case most == 2:
		return cost + 0.5
	}
	return cost
}

func (p *proposer) arity(st *stream) int { return len(st.line()) }

// rows proposes forms of one line.
func (p *proposer) rows() {
	for i, a := range p.matching(p.arity) {
		if i > 0 && a.more != 0 {
			break // the plain amount will do
		}
		p.propose(&form{kind: formRow, cost: 1.2 + p.chance(a), columns: []column{{field: p.next, list: true, length: a}}})
	}
	arity := p.arity(p.streams[0])
	same := true
	for _, st := range p.streams {
		same = same && p.arity(st) == arity
	}
	if same {
		p.plainRow(arity)
	}
	// A count at the beginning of its own line.
	for lead := 1; lead <= min(2, arity); lead++ {
		if n, err := strconv.Atoi(p.streams[0].line()[lead-1]); err != nil || n != arity-lead {
			continue
		}
		f := &form{kind: formRow, cost: 1.2 + 0.6*float64(lead)}
		for i := range lead {
			f.columns = append(f.columns, column{field: p.next + i})
		}
		f.columns = append(f.columns, column{field: p.next + lead, list: true, length: amount{p.next + lead - 1, 0}})
		if same && arity < 3+lead {
			f.cost++
		}
		p.propose(f)
	}
}

func (p *proposer) plainRow(arity int) {
	if arity > 0 && arity <= 8 {
		f := &form{kind: formRow, cost: 1 + 0.5*float64(arity)}
		for i := range arity {
			f.columns = append(f.columns, column{field: p.next + i})
		}
		p.propose(f)
	}
	if arity >= 4 {
		p.propose(&form{kind: formRow, cost: 3.2, columns: []column{{field: p.next, list: true, constant: arity}}})
	}
	if arity == 0 {
		p.propose(&form{kind: formBlank, cost: 1})
	}
	if arity == 1 {
		for _, a := range p.matching(func(st *stream) int { return len(st.line()[0]) }) {
			p.propose(&form{kind: formRow, cost: 1.2 + p.chance(a), columns: []column{{field: p.next, text: true, length: a}}})
		}
	}
}

// blocks proposes forms of several lines, counted by an amount.
func (p *proposer) blocks() {
	for _, a := range p.lengths {
		lines, ok := p.linesOf(a)
		if !ok {
			continue
		}
		extra := 0.0
		if a.more != 0 {
			extra = 0.4
		}
		p.block(a, lines, extra)
	}
}

// linesOf are the lines that a block would have in each stream.
func (p *proposer) linesOf(a amount) (lines [][][]string, ok bool) {
	most := int64(0)
	for _, st := range p.streams {
		n, _ := a.in(st)
		if int64(len(st.lines)-st.at) < n {
			return nil, false
		}
		lines = append(lines, st.lines[st.at:st.at+int(n)])
		most = max(most, n)
	}
	// A block of one line is better read as a line.
	return lines, most > 1
}

func (p *proposer) block(a amount, lines [][][]string, extra float64) {
	arity, same := -1, true
	for _, rows := range lines {
		for _, row := range rows {
			same = same && (arity < 0 || len(row) == arity)
			arity = len(row)
		}
	}
	f := func(kind formKind, cost float64) *form {
		return &form{kind: kind, count: a, cost: cost + extra, columns: []column{{field: p.next}}}
	}
	if same && arity == 1 {
		p.propose(f(formColumn, 1.4))
	}
	for _, w := range p.plain {
		// Two counts that agree by chance are likelier rows and columns than one.
		square := 0.0
		if w.field == a.field {
			square = 0.05
		}
		if same && arity == 1 {
			grid := f(formGrid, 1.1+square+p.chance(w)/2)
			grid.columns[0].length = w
			p.propose(grid)
		}
		matrix := f(formMatrix, 1.3+square+1.6*p.chance(w))
		matrix.columns[0].length = w
		p.propose(matrix)
	}
	if same && (arity == 2 || arity == 3) {
		p.graphs(a, arity, extra)
	}
	p.tables(a, arity, same, extra)
}

// graphs proposes trees and graphs with an optional weight.
func (p *proposer) graphs(a amount, arity int, extra float64) {
	if a.more == -1 {
		p.propose(&form{kind: formTree, count: a, length: amount{a.field, 0}, cost: 0.9 + extra, columns: []column{{field: p.next}}, weights: arity - 2})
		return
	}
	if a.more != 0 {
		return
	}
	for _, m := range p.plain {
		for _, n := range p.plain {
			if n.field == m.field || !p.agree(m, a) {
				continue
			}
			cost := 1.2 + extra
			if n.field != m.field-1 {
				cost += 0.3 // n and m stand together, n first
			}
			p.propose(&form{kind: formGraph, count: m, length: n, cost: cost, columns: []column{{field: p.next}}, weights: arity - 2})
		}
	}
}

// tables proposes repeated rows: plain ones, ones with a count of their own, and
// queries told apart by their first word.
func (p *proposer) tables(a amount, arity int, same bool, extra float64) {
	for _, b := range p.plain {
		// Of counts that agree by chance, the last one counts rows.
		if a.more == 0 && b.field > a.field && p.agree(a, b) {
			a = b
		}
	}
	if same && arity > 1 && arity <= 8 {
		f := &form{kind: formTable, count: a, cost: 1.3 + 0.5*float64(arity) + extra}
		for i := range arity {
			f.columns = append(f.columns, column{field: p.next + i})
		}
		p.propose(f)
	}
	if !same {
		p.propose(&form{kind: formTable, count: a, cost: 2.6 + extra, columns: []column{{field: p.next},
			{field: p.next + 1, list: true, length: amount{p.next, 0}}}})
	}
	p.propose(&form{kind: formQueries, count: a, cost: 3.4 + extra, columns: []column{{field: p.next}}})
}

// cases proposes test cases: a body found by a search of its own on the first
// case of each sample, which must read all cases to the end.
func (p *proposer) cases(outer *search) {
	for _, a := range p.lengths {
		if a.more != 0 {
			continue
		}
		f := &form{kind: formCases, count: a, columns: []column{{field: p.next}}}
		inner := search{work: outer.work, fields: p.next, best: outer.best}
		inner.accept = func(body []*form) bool {
			f.body = body
			for _, st := range p.streams {
				end := st.clone()
				*outer.work -= len(st.lines)
				if !f.run(end) || !end.ended() {
					return false
				}
			}
			return true
		}
		first := make([]*stream, len(p.streams))
		for i, st := range p.streams {
			first[i] = st.clone()
			first[i].numbers.forget(a.field) // nothing within a case counts by it
		}
		inner.extend(nil, first, 0)
		if f.body = inner.found; f.body != nil {
			f.cost = 1 + inner.best
			p.propose(f)
		}
	}
}
