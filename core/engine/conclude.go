package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stresstester/core/compare"
	"stresstester/core/problem"
)

// conclude reduces and explains what was found, and writes the result.
func (r *run) conclude(ctx context.Context) (problem.Result, error) {
	failures, fatal := r.found.final()
	for _, f := range failures {
		r.tell(f)
	}
	for _, f := range failures {
		if ctx.Err() != nil {
			break
		}
		before, flaky := len(f.input), f.flaky
		ready := r.buildAhead(ctx, f)
		r.reduce(ctx, f)
		r.explain(ctx, f)
		ready()
		if len(f.input) != before || f.flaky != flaky || f.location != nil {
			r.tell(f)
		}
	}
	r.warnAboutTests()
	result := r.result()
	switch {
	case len(failures) > 0:
		r.fillFailures(&result, failures)
		if fatal != nil {
			r.warn("the run ended at %s: %s", fatal.name(), r.describe(fatal))
		}
	case fatal != nil:
		r.fillFatal(&result, fatal)
	default:
		result.Verdict = problem.OK
		result.Message = r.nothingFound(result.Tests)
	}
	if ctx.Err() != nil {
		result.State = problem.Stopped
	}
	result.Warnings = append([]string{}, r.warnings...)
	return result, nil
}

func (r *run) tell(f *finding) {
	r.eventMu.Lock()
	defer r.eventMu.Unlock()
	if r.events.Found != nil {
		r.events.Found(r.failure(f))
	}
}

func (r *run) nothingFound(tests int) string {
	if r.job.Only != nil {
		return "the tested program passes on this input"
	}
	if tests == 1 {
		return "no difference found in 1 test"
	}
	return fmt.Sprintf("no difference found in %d tests", tests)
}

// result is the part that every result has in common.
func (r *run) result() problem.Result {
	res := problem.Result{Event: "result", Seed: r.job.Options.Seed, Tests: int(r.completed.Load()),
		Seconds: time.Since(r.began).Seconds(), State: problem.Done, Compilations: r.built,
		Failures: []problem.Failure{}, Strategies: map[problem.Role]string{}}
	if s := r.loopTime.Seconds(); s > 0 {
		res.TestsPerSecond = float64(res.Tests) / s
	}
	for role := range r.has {
		if role != problem.Spec && r.slots != nil {
			res.Strategies[role] = r.lab.Strategy(role)
		}
	}
	return res
}

func (r *run) fillFailures(res *problem.Result, failures []*finding) {
	for _, f := range failures {
		res.Failures = append(res.Failures, r.failure(f))
	}
	first := res.Failures[0]
	last := failures[len(failures)-1]
	if int(r.completed.Load()) >= last.number && len(failures) >= r.found.want {
		// What other slots had begun beyond the last failure does not count, so
		// that the number does not depend on how many slots there are.
		res.Tests = last.number
	}
	res.Verdict, res.TestNumber, res.TestSeed, res.TestName = first.Verdict, first.TestNumber, first.TestSeed, first.TestName
	res.Flaky, res.Counterexample, res.Location, res.Message = first.Flaky, first.Counterexample, first.Location, first.Message
	res.Role = problem.Tested
}

func (r *run) fillFatal(res *problem.Result, f *finding) {
	failure := r.failure(f)
	res.Verdict, res.Role, res.State = f.verdict, f.fault, problem.Failed
	res.TestNumber, res.TestSeed, res.TestName = failure.TestNumber, failure.TestSeed, failure.TestName
	res.Counterexample, res.Message = failure.Counterexample, failure.Message
	res.Failures = append(res.Failures, failure)
}

func (r *run) failure(f *finding) problem.Failure {
	c := &problem.Counterexample{
		Input: nonNil(f.input), Expected: nonNil(f.expected), Actual: nonNil(f.actual), Stderr: nonNil(f.stderr),
		OriginalInput: nonNil(f.original), OracleRuns: f.oracleRuns, Minimality: f.minimality,
		ExitCode: f.outcome.ExitCode, Signal: f.outcome.Signal, Comment: f.comment, Transcript: f.transcript, Case: f.testCase,
		TimeMS: float64(f.outcome.CPU) / float64(time.Millisecond), MemoryKB: f.outcome.Memory >> 10,
	}
	if f.original == nil {
		c.OriginalInput = c.Input
	}
	if f.verdict == problem.WA && !r.has[problem.Checker] && !r.has[problem.Interactor] {
		if d, differs := compare.First(r.job.Options.Compare, f.expected, f.actual); differs {
			c.Difference = &d
		}
	}
	out := problem.Failure{Verdict: f.verdict, TestNumber: f.number, TestSeed: f.seed, Flaky: f.flaky, Counterexample: c, Location: f.location}
	if f.saved != nil {
		out.TestName, out.TestSeed = f.saved.Name, 0
	}
	out.Message = fmt.Sprintf("%s on %s", r.describeWith(f, c.Difference), f.name())
	if f.flaky {
		out.Message += "; " + f.note
	}
	return out
}

func nonNil(b []byte) problem.Text {
	if b == nil {
		return problem.Text{}
	}
	return b
}

func (r *run) describe(f *finding) string { return r.describeWith(f, nil) }

// describeWith is the finding in half a sentence.
func (r *run) describeWith(f *finding, d *problem.Difference) string {
	limits := r.job.Options.LimitsOf(f.fault)
	switch f.verdict {
	case problem.WA, problem.PE:
		text := "wrong answer"
		if f.verdict == problem.PE {
			text = "presentation error"
		}
		if d != nil {
			text += " (" + d.Message + ")"
		} else if f.comment != "" {
			text += " (" + f.comment + ")"
		}
		return text
	case problem.BruteFailed, problem.GeneratorFailed, problem.CheckerFailed:
		return f.fault.Title() + " failed: " + r.ending(f, limits)
	case problem.ValidatorRejected:
		if f.comment != "" {
			return f.fault.Title() + " rejected the input: " + f.comment
		}
		return "the validator rejected the input without saying why"
	case problem.RE, problem.TLE, problem.MLE, problem.OLE:
		return r.ending(f, limits)
	default:
		return string(f.verdict)
	}
}

// ending says how a program ended that should not have ended so.
func (r *run) ending(f *finding, limits problem.Limits) string {
	o := f.outcome
	switch {
	case o.Limit == IdleLimit:
		text := fmt.Sprintf("it did nothing for %v", (o.Wall - o.CPU).Round(100*time.Millisecond))
		if f.comment != "" {
			text += "; " + f.comment
		}
		return text
	case o.Limit == TimeLimit:
		return fmt.Sprintf("time limit exceeded (%v of processor time)", limits.Time)
	case o.Limit == MemoryLimit || f.verdict == problem.MLE:
		return fmt.Sprintf("memory limit exceeded (%d MiB)", limits.Memory>>20)
	case o.Limit == OutputLimit:
		return fmt.Sprintf("output limit exceeded (%d MiB)", limits.Output>>20)
	case f.comment != "":
		return f.comment
	case o.Signal != "":
		return "killed by " + o.Signal
	case o.ExitCode != 0:
		return fmt.Sprintf("runtime error: exit status %d", o.ExitCode)
	}
	return "it failed"
}

func (r *run) compileFailed(c problem.Compilation) problem.Result {
	res := r.result()
	res.Verdict, res.Role, res.State = problem.CE, c.Role, problem.Failed
	res.Message = c.Role.Title() + " does not compile"
	if p, ok := r.job.Program(c.Role); ok {
		res.Message = fmt.Sprintf("%s (%s) does not compile", c.Role.Title(), p.Name)
	}
	if c.Message != "" {
		res.Message += ": " + c.Message
	}
	res.Warnings = append([]string{}, r.warnings...)
	return res
}

// broken is the result of a job that cannot be run as it is.
func (r *run) broken(message string) problem.Result {
	res := r.result()
	res.Verdict, res.State, res.Message, res.Warnings = problem.GeneratorFailed, problem.Failed, message, []string{}
	res.Role = problem.Generator
	if r.has[problem.Generator] || r.has[problem.Spec] {
		res.Verdict, res.Role = problem.BruteFailed, problem.Brute
	}
	return res
}

// ended is the result of a run that was stopped before its first test.
func (r *run) ended(ctx context.Context, err error) (problem.Result, error) {
	if ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
		return problem.Result{}, fmt.Errorf("building the programs: %w", err)
	}
	res := r.result()
	res.Verdict, res.State, res.Warnings = problem.OK, problem.Stopped, []string{}
	res.Message = "stopped while compiling"
	return res, nil
}

// warnAboutTests says when the tests were less telling than they look.
func (r *run) warnAboutTests() {
	o := &r.watch
	o.mu.Lock()
	defer o.mu.Unlock()
	maker := problem.Generator
	if !r.has[problem.Generator] {
		maker = problem.Spec
	}
	if n := len(o.inputs); o.generated >= repeatsWarned && n*fewestDistinct <= o.generated {
		r.warn("%s made only %d different inputs in %d tests: does it use its seed? It gets one as last argument, "+
			"as a line on standard input and in STRESSTESTER_SEED", maker.Title(), n, o.generated)
	}
	if o.answers >= answersToWarn && !o.different {
		r.warn("the brute force gave the same answer to all of the first %d tests: do the tests cover every case?", o.answers)
	}
}
