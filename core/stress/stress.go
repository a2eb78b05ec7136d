// Package stress carries out one stress test from end to end: it takes the
// snapshot of a room, has the sandbox run it, reads compiler messages, finds the
// line of a crash and saves counterexamples. The command line and the language
// server both go through Execute.
//
// It must not know of Docker, terminals or editors.
package stress

import (
	"context"
	"errors"
	"slices"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
)

// Sandbox runs jobs. *sandbox.Warm and *sandbox.Session are sandboxes.
type Sandbox interface {
	Run(ctx context.Context, job problem.Job, obs sandbox.Observer) (problem.Result, error)
}

// Execute runs the room with the options o, which are complete: the room's own
// are not added. A set-up that is wrong (a missing role, a source that cannot be
// read, a failed compilation) is a Result, not an error; an error means that the
// sandbox failed, and wraps sandbox.ErrUnavailable when there is none. A result
// that comes with an error holds what was found before; its verdict is OK when
// that is nothing.
//
// When ctx ends, what was found so far is the result, and its state is
// problem.Stopped.
func Execute(ctx context.Context, sb Sandbox, r *room.Room, files room.Files, o problem.Options, obs sandbox.Observer) (problem.Result, error) {
	return run(ctx, sb, r, files, o, nil, obs)
}

// Reduce runs one given input instead of generated ones and makes it smaller
// when it fails, unless o.NoShrink is set. No generator is needed.
func Reduce(ctx context.Context, sb Sandbox, r *room.Room, files room.Files, o problem.Options, input problem.Test, obs sandbox.Observer) (problem.Result, error) {
	return run(ctx, sb, r, files, o, &input, obs)
}

func run(ctx context.Context, sb Sandbox, r *room.Room, files room.Files, o problem.Options, only *problem.Test, obs sandbox.Observer) (problem.Result, error) {
	job, warnings, err := r.Snapshot(files, o)
	if err != nil {
		if result, ok := SetupResult(err, o); ok {
			return result, nil
		}
		return problem.Result{}, err
	}
	if only != nil {
		restrict(&job, only)
	}
	if missing := missingRoles(r, &job); len(missing) > 0 {
		return missingResult(r, missing, o), nil
	}
	e := &execution{room: r, job: &job, obs: obs}
	for _, text := range slices.Concat(r.Warnings, warnings, savedOnly(&job)) {
		e.warn(text)
	}
	result, err := sb.Run(ctx, job, e.observer())
	if err != nil {
		return e.rescued(ctx, err)
	}
	return e.finish(result), nil
}

// restrict makes the job one about the given input. The saved tests are not run, but
// tell what the format is. So does the generator, where the input is made smaller and no
// spec says it.
func restrict(job *problem.Job, only *problem.Test) {
	job.Only = only
	for _, saved := range job.Saved {
		job.Samples = append(job.Samples, saved.Input)
	}
	job.Saved = nil
	if _, told := job.Program(problem.Spec); told || job.Options.NoShrink {
		job.Programs = slices.DeleteFunc(job.Programs, func(p problem.Program) bool { return p.Role == problem.Generator })
	}
}

// missingRoles are the roles without which the job cannot be run. Saved tests
// alone are enough to do without a generator.
func missingRoles(r *room.Room, job *problem.Job) []problem.Role {
	if job.Only != nil || len(job.Saved) > 0 {
		return r.MissingJudge()
	}
	return r.Missing()
}

func savedOnly(job *problem.Job) []string {
	_, generator := job.Program(problem.Generator)
	_, spec := job.Program(problem.Spec)
	if generator || spec || job.Only != nil {
		return nil
	}
	return []string{"there is no generator and no spec: only the saved tests are run"}
}

// execution is a run under way.
type execution struct {
	room     *room.Room
	job      *problem.Job
	obs      sandbox.Observer
	warnings []string

	compilations []problem.Compilation
	// failures are the newest ones told, by test number: what is left when the
	// sandbox dies.
	failures []problem.Failure
	progress problem.Progress
}

func (e *execution) warn(text string) {
	e.warnings = append(e.warnings, text)
	if e.obs.Warning != nil {
		e.obs.Warning(text)
	}
}

// observer passes everything on, completed with what the sandbox cannot know.
func (e *execution) observer() sandbox.Observer {
	return sandbox.Observer{
		Progress: func(p problem.Progress) {
			e.progress = p
			if e.obs.Progress != nil {
				e.obs.Progress(p)
			}
		},
		Compiled: func(c problem.Compilation) {
			e.diagnose(&c)
			e.compilations = append(e.compilations, c)
			if e.obs.Compiled != nil {
				e.obs.Compiled(c)
			}
		},
		Found: func(f problem.Failure) {
			e.locate(problem.Tested, f.Verdict, f.Counterexample, &f.Location)
			e.remember(f)
			if e.obs.Found != nil {
				e.obs.Found(f)
			}
		},
		Warning: e.obs.Warning,
	}
}

func (e *execution) remember(f problem.Failure) {
	at, known := slices.BinarySearchFunc(e.failures, f, func(a, b problem.Failure) int { return a.TestNumber - b.TestNumber })
	if known {
		e.failures[at] = f
		return
	}
	e.failures = slices.Insert(e.failures, at, f)
}

// diagnose reads the compiler's output.
func (e *execution) diagnose(c *problem.Compilation) {
	p, ok := e.job.Program(c.Role)
	if !ok || len(c.Output) == 0 || c.Diagnostics != nil {
		return
	}
	if language, ok := e.room.Languages.ByID(p.Recipe.Language); ok {
		c.Diagnostics = language.Diagnostics(c.Output, p)
	}
}

// locate finds the line of a crash in what the program printed on standard
// error, where the engine found none.
func (e *execution) locate(role problem.Role, v problem.Verdict, c *problem.Counterexample, to **problem.Location) {
	if *to != nil || c == nil || len(c.Stderr) == 0 || v == problem.WA || v == problem.PE {
		return
	}
	p, ok := e.job.Program(role)
	if !ok {
		return
	}
	language, ok := e.room.Languages.ByID(p.Recipe.Language)
	if !ok {
		return
	}
	*to = language.Crash(c.Stderr, p)
}

// finish completes the sandbox's result and saves what it found.
func (e *execution) finish(result problem.Result) problem.Result {
	for i := range result.Compilations {
		e.diagnose(&result.Compilations[i])
	}
	// They were told in the order in which they ended, which is different every time.
	slices.SortStableFunc(result.Compilations, func(a, b problem.Compilation) int {
		return slices.Index(problem.Roles(), a.Role) - slices.Index(problem.Roles(), b.Role)
	})
	for i := range result.Failures {
		f := &result.Failures[i]
		e.locate(result.Role, f.Verdict, f.Counterexample, &f.Location)
	}
	e.locate(result.Role, result.Verdict, result.Counterexample, &result.Location)
	if result.Verdict.SetupFailure() {
		result.Message = e.explainSetup(&result)
		if len(result.Failures) > 0 {
			result.Failures[0].Message = result.Message
		}
	}
	e.save(&result)
	result.Event = "result"
	result.Warnings = unique(slices.Concat(e.warnings, result.Warnings))
	if result.Failures == nil {
		result.Failures = []problem.Failure{}
	}
	return result
}

// rescued is what is left when the sandbox failed: what was told before.
func (e *execution) rescued(ctx context.Context, err error) (problem.Result, error) {
	result := newResult(e.job.Options, problem.OK)
	result.Tests, result.Seconds, result.TestsPerSecond = e.progress.Tests, e.progress.Seconds, e.progress.TestsPerSecond
	result.Compilations = e.compilations
	result.Message = err.Error()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		result.State, result.Message = problem.Stopped, "stopped before anything was found"
		err = nil
	}
	if len(e.failures) > 0 {
		f := e.failures[0]
		result.Failures = e.failures
		result.Verdict, result.Role = f.Verdict, problem.Tested
		result.TestNumber, result.TestSeed, result.TestName, result.Flaky = f.TestNumber, f.TestSeed, f.TestName, f.Flaky
		result.Counterexample, result.Location, result.Message = f.Counterexample, f.Location, f.Message
	}
	return e.finish(result), err
}

func unique(texts []string) []string {
	out := []string{}
	for _, text := range texts {
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}
