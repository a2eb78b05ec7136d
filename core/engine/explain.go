package engine

import (
	"context"
	"time"

	"stresstester/core/compare"
	"stresstester/core/explain"
	"stresstester/core/problem"
)

// Tracer is what a Slot may also be: it runs the tested program in a way that tells
// which of its lines printed a byte, and where it crashed.
type Tracer interface {
	// Trace runs the call and logs what wrote the byte of its standard output at the
	// offset at. The program is built anew for it where that makes the answer more
	// exact, unless original is set. The trace is nil where the program's language
	// cannot be traced.
	Trace(ctx context.Context, call *Call, at int, original bool, out *Outcome) (*explain.Trace, error)
}

// Bounds of an explanation, which includes a compilation. A traced program is slower
// by its unbuffered output.
const (
	explainDeadline = time.Minute
	tracedTimes     = 5
	tracedMemory    = 64 << 20
)

// originalNote is added where the program's own build had to be traced.
const originalNote = "found in the optimised program, so the line may be a neighbour of the right one"

// explain looks for the line that printed the first wrong token, or that crashed.
// Not finding it is no failure: the finding then has no location.
func (r *run) explain(ctx context.Context, f *finding) {
	tracer, ok := r.slots[0].(Tracer)
	if !ok || r.job.Options.NoExplain || f.flaky || r.has[problem.Interactor] {
		return
	}
	e := r.explanation(f)
	if e == nil {
		return
	}
	r.enter(problem.Explaining)
	ctx, cancel := context.WithTimeout(ctx, explainDeadline)
	defer cancel()
	w := r.newWorker(r.slots[0])
	r.lab.Shared(func() {
		for _, original := range []bool{false, true} {
			var found bool
			if f.location, found = e.try(ctx, w, tracer, original); f.location != nil || !found || ctx.Err() != nil {
				return
			}
		}
	})
}

// explanation is one that is being looked for.
type explanation struct {
	*finding
	sources    explain.Sources
	difference *problem.Difference // nil for a crash
	target     explain.Target
}

// explanation says what is to be looked for in the finding; nil is nothing.
func (r *run) explanation(f *finding) *explanation {
	p, ok := r.job.Program(problem.Tested)
	if !ok {
		return nil
	}
	e := &explanation{finding: f, sources: explain.Sources{p.Recipe.SourceName}}
	for _, file := range p.Includes {
		e.sources = append(e.sources, file.Name)
	}
	switch f.verdict {
	case problem.RE:
		if len(p.Recipe.Trace.Run) > 0 {
			// Such runtimes have told the line on standard error.
			return nil
		}
		e.target.At = -1
		return e
	case problem.WA, problem.PE:
	default:
		return nil
	}
	if r.has[problem.Checker] {
		// Where several answers are right, the first difference need not be wrong.
		return nil
	}
	d, differs := compare.First(r.job.Options.Compare, f.expected, f.actual)
	if !differs {
		return nil
	}
	e.difference = &d
	e.target, ok = explain.Aim(&d, f.actual)
	if !ok {
		return nil
	}
	return e
}

// try traces the program once. It reports false when another way of building it
// would not help.
func (e *explanation) try(ctx context.Context, w *worker, tracer Tracer, original bool) (*problem.Location, bool) {
	if err := w.slot.Set(Input, e.input); err != nil {
		return nil, false
	}
	call := w.test
	call.Fresh = true
	call.Limits.Time *= tracedTimes
	call.Limits.Memory += tracedMemory
	out := &w.outcome
	trace, err := tracer.Trace(ctx, &call, e.target.At, original, out)
	if err != nil || trace == nil {
		return nil, false
	}
	output, err := w.slot.Bytes(Output)
	if err != nil {
		return nil, false
	}
	l := e.read(trace, output, out)
	if l == nil {
		return nil, true
	}
	p, _ := w.job.Program(problem.Tested)
	if l.File == p.Recipe.SourceName {
		l.File = p.Name
	}
	if original {
		if l.Note != "" {
			l.Note += "; "
		}
		l.Note += originalNote
	}
	return l, true
}

func (e *explanation) read(trace *explain.Trace, output []byte, out *Outcome) *problem.Location {
	if e.difference == nil {
		if out.Signal != e.outcome.Signal || out.ExitCode != e.outcome.ExitCode {
			return nil
		}
		return e.sources.Crashed(out.Signal, out.ExitCode, trace, e.stderr)
	}
	if !e.target.Agrees(e.actual, output) {
		return nil
	}
	return e.sources.Printed(e.target, e.difference, trace, output)
}
