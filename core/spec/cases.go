package spec

import (
	"slices"
	"strings"
)

// Case is one test case of an input that holds several.
type Case struct {
	// Index counts from 0.
	Index int
	// Start and End are offsets in the input: the case's own lines, without the
	// line that tells how many there are.
	Start, End int
	// Line is the number of its first line, counted from 1.
	Line int
	// Input is an input of its own with this case only; nil where the spec does
	// not allow a single case.
	Input []byte
}

// caseWords are names by which statements call the number of test cases.
var caseWords = []string{"t", "tt", "tc", "tests", "test_cases", "testcases", "cases", "ntests", "ncases", "num_tests", "num_cases"}

// Cases splits an input with several test cases. It reports false for a spec
// without test cases and for an input that does not follow the spec.
//
// The test cases are the last block of the spec that is repeated, if a field of
// its own counts it (or nothing does), and if it looks like a test case rather
// than a query or a row: the count has a usual name such as t, or the block has
// several lines, or it has a size of its own.
func (s *Spec) Cases(input []byte) ([]Case, bool) {
	if len(s.errors) > 0 {
		return nil, false
	}
	repeat := s.caseBlock()
	if repeat == nil {
		return nil, false
	}
	r := newReader(s, input)
	defer r.release()
	tree := r.read()
	if r.violation != nil {
		return nil, false
	}
	recs := tree.vals[repeat.slot].recs()
	cases := make([]Case, len(recs))
	line, counted := 1, 0
	for i, rec := range recs {
		for ; counted < int(rec.start); counted++ {
			if input[counted] == '\n' {
				line++
			}
		}
		cases[i] = Case{Index: i, Start: int(rec.start), End: int(rec.end), Line: line, Input: s.single(tree, repeat, rec)}
	}
	return cases, true
}

// single prints the input with one of its cases.
func (s *Spec) single(tree *record, repeat *repeatStmt, rec *record) []byte {
	one := &record{vals: slices.Clone(tree.vals)}
	one.vals[repeat.slot].more = &more{recs: []*record{rec}}
	if repeat.count != nil {
		one.vals[repeat.count.sym.slot].num = 1
	}
	input := s.print(nil, one)
	if s.Validate(input) != nil {
		return nil
	}
	return input
}

// caseBlock finds the block of test cases, or nil.
func (s *Spec) caseBlock() *repeatStmt {
	var last *repeatStmt
	for _, st := range s.body.stmts {
		switch st := st.(type) {
		case *repeatStmt:
			if last != nil {
				return nil
			}
			last = st
		case *lineStmt:
			if last != nil && !onlyLiterals(st) {
				return nil
			}
		case *unionStmt:
			return nil
		}
	}
	if last == nil || last.count != nil && !s.countsOnly(last) || !last.looksLikeCase() {
		return nil
	}
	return last
}

func onlyLiterals(s *lineStmt) bool {
	for _, it := range s.items {
		if it.field != nil {
			return false
		}
	}
	return true
}

// countsOnly reports whether the count is a field of the input that decides
// nothing but the number of repetitions.
func (s *Spec) countsOnly(repeat *repeatStmt) bool {
	if repeat.count.op != opName || repeat.count.sym.kind != symbolField {
		return false
	}
	counter := repeat.count.sym
	for _, f := range s.fields {
		if slices.Contains(f.typ.symbols(), counter) {
			return false
		}
	}
	return counter.block == s.body
}

func (s *repeatStmt) looksLikeCase() bool {
	if s.count != nil && slices.Contains(caseWords, strings.ToLower(s.count.name)) {
		return true
	}
	lines := 0
	for _, st := range s.body.stmts {
		switch st := st.(type) {
		case *lineStmt:
			lines++
			for _, it := range st.items {
				if it.field != nil && (it.field.sizes || it.field.typ.ownLines()) {
					return true
				}
			}
		case *repeatStmt:
			return true
		case *unionStmt:
			return false
		}
	}
	return lines > 1
}
