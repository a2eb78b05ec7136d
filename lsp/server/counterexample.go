package server

import (
	"strings"

	"stresstester/core/problem"
	"stresstester/lsp/runs"
)

// testKind is what saved tests of a verdict are called: "wa", as the run itself
// calls them.
func testKind(v problem.Verdict) string {
	if !v.Divergence() {
		return "test"
	}
	return strings.ToLower(string(v))
}

// answerOf is the answer that a counterexample's input should have, where the
// run knows one: what a brute force said.
func answerOf(run *runs.Run, f problem.Failure) (answer []byte, known bool) {
	r := run.Request().Room
	if r.Roles[problem.Brute] == "" || r.Roles[problem.Interactor] != "" || !f.Verdict.Divergence() {
		return nil, false
	}
	expected := f.Counterexample.Expected
	return expected, len(expected) > 0 || f.Verdict == problem.WA
}
