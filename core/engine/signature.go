package engine

import (
	"regexp"

	"stresstester/core/compare"
	"stresstester/core/problem"
)

// signature is in what way a test fails. A smaller input must fail in the same
// way: another mistake may hide behind another one.
type signature struct {
	verdict problem.Verdict
	signal  string
	// exception is the type of what was thrown, for a crash of a runtime that names
	// it; the exit status is the same for all of them.
	exception string
	// output is the kind of the wrong output, where there is a right one to compare with.
	output compare.Class
}

// signatureOf is the signature of a test with these outputs.
func (w *worker) signatureOf(j judgement, stderr, expected, actual []byte) signature {
	s := signature{verdict: j.verdict, signal: j.outcome.Signal}
	switch {
	case j.verdict == problem.RE:
		s.exception = exceptionIn(stderr)
	case j.verdict == problem.WA && !w.has[problem.Checker] && !w.has[problem.Interactor]:
		s.output = compare.ClassOf(w.job.Options.Compare, expected, actual)
	}
	return s
}

// alike reports whether both may be of the same mistake.
func (s signature) alike(o signature) bool {
	return s.verdict == o.verdict && s.signal == o.signal && s.exception == o.exception && s.output.Alike(o.output)
}

// thrown finds the types of exceptions as Python, Java and its kin, C++ and
// JavaScript name them.
var thrown = regexp.MustCompile(`(?m)^(?:Exception in thread "[^"\n]*" |Uncaught )?((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception))\b|instance of '([^'\n]+)'`)

// exceptionIn is the type of the last exception that standard error tells of.
func exceptionIn(stderr []byte) string {
	all := thrown.FindAllSubmatch(stderr, -1)
	if len(all) == 0 {
		return ""
	}
	last := all[len(all)-1]
	return string(last[1]) + string(last[2])
}
