package engine

import (
	"time"

	"stresstester/core/problem"
	"stresstester/core/spec"
)

// compileSpec reads the input specification, which is the one program that runs
// in this process, and tells its mistakes like those of any other program.
func (r *run) compileSpec(p *problem.Program) problem.Compilation {
	began := time.Now()
	parsed, mistakes := spec.Parse(p.Name, p.Source)
	c := problem.Compilation{Role: problem.Spec, OK: len(mistakes) == 0, Seconds: time.Since(began).Seconds()}
	if c.OK {
		r.spec = parsed
		return c
	}
	c.Output = problem.Text(mistakes.Error())
	for _, m := range mistakes {
		c.Diagnostics = append(c.Diagnostics, problem.Diagnostic{Path: p.Path, Line: m.Span.Start.Line,
			Column: m.Span.Start.Column, Severity: "error", Message: m.Message})
	}
	return c
}

// generates reports whether the spec makes the tests. Beside a generator it only
// judges them.
func (r *run) generates() bool { return r.spec != nil && !r.has[problem.Generator] }

// specInput makes the trial's input from the spec. How large it is depends on the
// seed alone, so that the seed replays it.
func (w *worker) specInput(t trial) (judgement, error) {
	input, err := w.spec.Generate(w.made[:0], t.seed, spec.SizeFor(t.seed))
	if err != nil {
		// The spec asks for what does not exist; that is the test's outcome.
		return judgement{verdict: problem.GeneratorFailed, fault: problem.Spec, comment: err.Error()}, w.slot.Set(Input, nil)
	}
	w.made = input
	return judgement{verdict: problem.OK}, w.slot.Set(Input, input)
}

// checkSpec judges an input that the spec did not make itself.
func (w *worker) checkSpec(t trial) (judgement, error) {
	ok := judgement{verdict: problem.OK}
	if w.spec == nil || (w.generates() && t.saved == nil) {
		return ok, nil
	}
	input, err := w.slot.Bytes(Input)
	if err != nil {
		return ok, err
	}
	if v := w.spec.Validate(input); v != nil {
		return judgement{verdict: problem.ValidatorRejected, fault: problem.Spec, comment: v.Error()}, nil
	}
	return ok, nil
}
