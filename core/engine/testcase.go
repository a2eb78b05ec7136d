package engine

import (
	"bytes"
	"context"
	"slices"
	"time"

	"stresstester/core/compare"
	"stresstester/core/problem"
	"stresstester/core/spec"
)

// mostCases is the number of test cases above which it is not tried which of them
// failed: each costs a run.
const mostCases = 40

// Bounds of the search: all of it, and the number of cases where each may cost a time
// limit.
const (
	caseDeadline     = 5 * time.Second
	mostLimitedCases = 4
)

// findCase finds out which test case of the finding's input failed, where it has
// several and the set-up allows to tell.
func (w *worker) findCase(ctx context.Context, f *finding) {
	if f.flaky || w.has[problem.Interactor] || !w.has[problem.Brute] {
		return
	}
	cases := w.cases(f.input)
	if len(cases) < 2 || len(cases) > mostCases || f.limited() && len(cases) > mostLimitedCases {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, caseDeadline)
	defer cancel()
	var number int
	if f.verdict == problem.WA && !w.has[problem.Checker] {
		number = w.wrongCase(ctx, f, cases)
	} else {
		number = slices.IndexFunc(cases, func(c spec.Case) bool { return w.failsAlone(ctx, f, c.Input) })
	}
	if number < 0 || ctx.Err() != nil {
		return
	}
	c := cases[number]
	f.testCase = &problem.Case{Number: number + 1, Of: len(cases), Line: c.Line,
		Lines: bytes.Count(bytes.TrimRight(f.input[c.Start:c.End], "\n"), []byte("\n")) + 1,
		Alone: w.failsAlone(ctx, f, c.Input)}
}

// cases are the test cases of an input, by the spec or by one that is guessed from
// the first inputs.
func (w *worker) cases(input []byte) []spec.Case {
	s := w.spec
	if s == nil {
		w.watch.mu.Lock()
		samples := append(slices.Clone(w.watch.samples), input)
		w.watch.mu.Unlock()
		text, err := spec.Infer(samples)
		if err != nil {
			return nil
		}
		var mistakes spec.Errors
		if s, mistakes = spec.Parse("inferred.spec", []byte(text)); len(mistakes) > 0 {
			return nil
		}
	}
	cases, ok := s.Cases(input)
	if !ok || slices.ContainsFunc(cases, func(c spec.Case) bool { return c.Input == nil }) {
		return nil
	}
	return cases
}

// wrongCase is the number of the case whose answer has the first wrong token; -1
// where the reference's answers to the single cases do not make up its answer to all:
// then they are no test cases.
func (w *worker) wrongCase(ctx context.Context, f *finding, cases []spec.Case) int {
	d, differs := compare.First(w.job.Options.Compare, f.expected, f.actual)
	if !differs {
		return -1
	}
	expected := bytes.Fields(f.expected)
	index, number := tokensBefore(f.expected, d.Expected), -1
	for i, c := range cases {
		if err := w.slot.Set(Input, c.Input); err != nil {
			return -1
		}
		if j, err := w.findAnswer(ctx, trial{number: f.number, seed: f.seed}, true); err != nil || j.verdict != problem.OK {
			return -1
		}
		answer, err := w.slot.Bytes(Answer)
		if err != nil {
			return -1
		}
		tokens := bytes.Fields(answer)
		if len(tokens) == 0 || len(tokens) > len(expected) || !slices.EqualFunc(tokens, expected[:len(tokens)], bytes.Equal) {
			return -1
		}
		expected = expected[len(tokens):]
		if done := len(bytes.Fields(f.expected)) - len(expected); number < 0 && index < done {
			number = i
		}
	}
	if len(expected) > 0 {
		return -1
	}
	return number
}

// tokensBefore counts the tokens before a place in the text.
func tokensBefore(text []byte, p problem.Position) int {
	n := 0
	for line := range bytes.Lines(text) {
		if p.Line--; p.Line == 0 {
			return n + len(bytes.Fields(line[:min(p.Column-1, len(line))]))
		}
		n += len(bytes.Fields(line))
	}
	return n
}

// failsAlone reports whether the tested program fails in the same way on the input of
// a single case.
func (w *worker) failsAlone(ctx context.Context, f *finding, input []byte) bool {
	return ctx.Err() == nil && w.stillFails(ctx, f, w.signatureOf(f.judgement, f.stderr, f.expected, f.actual), input)
}
