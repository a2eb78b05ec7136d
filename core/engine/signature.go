package engine

import (
	"regexp"

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
}

func signatureOf(j judgement, stderr []byte) signature {
	s := signature{verdict: j.verdict, signal: j.outcome.Signal}
	if j.verdict == problem.RE {
		s.exception = exceptionIn(stderr)
	}
	return s
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
