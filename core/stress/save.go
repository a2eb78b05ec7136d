package stress

import (
	"fmt"
	"slices"
	"strings"

	"stresstester/core/problem"
)

// save keeps every counterexample as a test, unless the user forbade it, and
// notes its name. Not being able to is a warning: the report has it all.
func (e *execution) save(result *problem.Result) {
	if e.job.Options.NoSave {
		return
	}
	for i := range result.Failures {
		f := &result.Failures[i]
		if !f.Verdict.Divergence() || f.Counterexample == nil {
			continue
		}
		// The engine's result and its first failure may share what they point
		// to, and so may its observers: change a copy.
		c := *f.Counterexample
		c.SavedAs = e.saveOne(f)
		f.Counterexample = &c
		if f.TestNumber == result.TestNumber {
			result.Counterexample = &c
		}
	}
}

func (e *execution) saveOne(f *problem.Failure) (savedAs string) {
	c, tests := f.Counterexample, e.room.Store()
	name, err := tests.Save(strings.ToLower(string(f.Verdict)), c.Input, c.Expected, e.knowsAnswer(f))
	if err != nil {
		e.warn(fmt.Sprintf("the counterexample could not be saved: %v", err))
		return ""
	}
	return tests.RelativePath(name)
}

// knowsAnswer reports whether what was expected is worth keeping: an answer of
// the brute force, rather than the nothing that stands where only a checker or
// interactor judges.
func (e *execution) knowsAnswer(f *problem.Failure) bool {
	if _, interactive := e.job.Program(problem.Interactor); interactive {
		return false
	}
	if i := slices.IndexFunc(e.job.Saved, func(t problem.Test) bool { return t.Name == f.TestName }); i >= 0 && e.job.Saved[i].HasAnswer {
		return string(e.job.Saved[i].Input) == string(f.Counterexample.Input) || len(f.Counterexample.Expected) > 0
	}
	_, brute := e.job.Program(problem.Brute)
	return brute && (len(f.Counterexample.Expected) > 0 || f.Verdict == problem.WA)
}
