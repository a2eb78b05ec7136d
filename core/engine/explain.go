package engine

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"stresstester/core/compare"
	"stresstester/core/explain"
	"stresstester/core/problem"
)

// Bounds of an explanation, which includes compilations. A traced program is slower
// by its unbuffered output, a checked one by its checks.
const (
	explainDeadline = time.Minute
	tracedTimes     = 5
	tracedMemory    = 64 << 20
	// sampledTime is how long a program that is too slow is watched at most.
	sampledTime = 2 * time.Second
	// checkedTime is the time for checks that only add to what is known.
	checkedTime = 2 * time.Second
	// floodBytes is how far into an endless output it is looked who prints it.
	floodBytes = 64 << 10
	// mostRelated bounds the lines named beside the one.
	mostRelated = 3
)

// originalNote is added where the program's own build had to be traced, bufferedNote
// where the runtime keeps output back, coarseNote where it cannot be asked at any
// moment.
const (
	originalNote = "found in the optimised program, so the line may be a neighbour of the right one"
	coarseNote   = "or in the loop that begins there: the runtime does not tell it more exactly"
	bufferedNote = "the language's library passes its output on later, so an earlier line may have printed it"
)

// explain looks for the test case that failed and for the line to blame: the one that
// printed the first wrong token, that crashed, or where time or memory went. Not
// finding it is no failure: the finding then has no location.
func (r *run) explain(ctx context.Context, f *finding) {
	p, ok := r.job.Program(problem.Tested)
	if r.job.Options.NoExplain || !ok || !f.verdict.Divergence() {
		return
	}
	r.enter(problem.Explaining)
	ctx, cancel := context.WithTimeout(ctx, explainDeadline)
	defer cancel()
	w := r.newWorker(r.slots[0])
	r.lab.Shared(func() {
		w.findCase(ctx, f)
		tracer, ok := w.slot.(Tracer)
		if !ok {
			return
		}
		e := &explanation{finding: f, worker: w, tracer: tracer, program: p, sources: explain.Sources{p.Recipe.SourceName}}
		for _, file := range p.Includes {
			e.sources = append(e.sources, file.Name)
		}
		f.location = e.named(e.locate(ctx))
		e.prepared.Wait()
	})
}

// buildAhead begins the builds that an explanation of the finding is going to need, so that
// they are made while its input is made small. Nothing is built beside a search that
// measures time or memory. The function that it returns ends what is still being built.
func (r *run) buildAhead(ctx context.Context, f *finding) (end func()) {
	p, ok := r.job.Program(problem.Tested)
	tracer, traces := r.slots[0].(Tracer)
	if r.job.Options.NoExplain || !ok || !traces || !f.verdict.Divergence() || f.limited() {
		return func() {}
	}
	probes := []Probe{Traced, Sanitized}
	if f.flaky {
		probes = []Probe{Memchecked}
	}
	ctx, cancel := context.WithCancel(ctx)
	var building sync.WaitGroup
	building.Go(func() {
		for _, probe := range probes {
			if probe.Of(&p.Recipe).Possible() && ctx.Err() == nil {
				tracer.Prepare(ctx, problem.Tested, probe)
			}
		}
	})
	return func() {
		cancel()
		building.Wait()
	}
}

// explanation is one that is being looked for.
type explanation struct {
	*finding
	worker   *worker
	tracer   Tracer
	program  *problem.Program
	sources  explain.Sources
	prepared sync.WaitGroup
}

// named gives the program's own source the name that its user knows.
func (e *explanation) named(l *problem.Location) *problem.Location {
	if l == nil {
		return nil
	}
	name := func(file *string) {
		if *file == e.program.Recipe.SourceName {
			*file = e.program.Name
		}
	}
	name(&l.File)
	for i := range l.Related {
		name(&l.Related[i].File)
	}
	return l
}

func (e *explanation) locate(ctx context.Context) *problem.Location {
	if e.flaky {
		if l := e.faulty(ctx, Memchecked); l != nil {
			return l
		}
		if l := e.faulty(ctx, Sanitized); l != nil {
			return l
		}
		return e.printedBefore(ctx)
	}
	interactive := e.worker.has[problem.Interactor]
	if !interactive && e.outcome.Limit != IdleLimit {
		e.prepare(ctx, Sanitized)
	}
	switch {
	case interactive:
		return e.conversation(ctx)
	case e.verdict == problem.RE:
		return e.crash(ctx)
	case e.verdict == problem.TLE:
		if e.outcome.Limit == IdleLimit {
			return nil
		}
		return e.checked(ctx, e.sampled(ctx, explain.Sources.Busy))
	case e.verdict == problem.MLE:
		if e.outcome.Limit == NoLimit && e.tells() {
			return nil
		}
		if l := e.traced(ctx, &aim{target: explain.Target{At: -1}}); l != nil {
			return l
		}
		return e.sampled(ctx, explain.Sources.Greedy)
	case e.verdict == problem.OLE:
		return e.traced(ctx, e.flood())
	}
	l := e.printed(ctx, e.wrong())
	if l != nil {
		e.location = e.named(l)
		e.worker.tell(e.finding)
	}
	return e.checked(ctx, l)
}

// prepare builds for a probe while others are under way.
func (e *explanation) prepare(ctx context.Context, probe Probe) {
	if probe.Of(&e.program.Recipe).Possible() {
		e.prepared.Go(func() { e.tracer.Prepare(ctx, problem.Tested, probe) })
	}
}

// aim is what a traced run looks for.
type aim struct {
	target explain.Target
	// difference is nil where no token is known to be wrong.
	difference *problem.Difference
	// note is added to what is found.
	note string
	// whole says that only a line that printed all of the target is wanted.
	whole bool
	// limit, if not 0, bounds the output.
	limit int64
}

// wrong is the output's byte that is wrong; nil where there is none.
func (e *explanation) wrong() *aim {
	d, differs := compare.First(e.worker.job.Options.Compare, e.expected, e.actual)
	if e.worker.has[problem.Checker] {
		return e.rejected(d, differs)
	}
	if !differs {
		return nil
	}
	target, ok := explain.Aim(&d, e.actual)
	if !ok {
		return nil
	}
	return &aim{target: target, difference: &d}
}

// flood is a byte far within an output without end.
func (e *explanation) flood() *aim {
	at := min(len(e.actual), floodBytes) - 1
	if at < 0 {
		return nil
	}
	return &aim{target: explain.Target{At: at, End: at + 1}, limit: int64(at) + 4096,
		note: "this line goes on printing"}
}

// printed is the line that printed what the aim is at.
func (e *explanation) printed(ctx context.Context, a *aim) *problem.Location {
	l := e.traced(ctx, a)
	if l == nil || !a.whole {
		return l
	}
	end := *a
	end.target.At = end.target.End - 1
	if last := e.traced(ctx, &end); last == nil || last.Line != l.Line || last.File != l.File {
		return nil
	}
	return l
}

// flakyTries is how often a flaky program is traced until it prints what it printed.
const flakyTries = 4

// printedBefore is the line of a flaky program that printed the wrong token, if that comes
// out once more.
func (e *explanation) printedBefore(ctx context.Context) *problem.Location {
	if e.verdict != problem.WA || e.worker.has[problem.Interactor] {
		return nil
	}
	for range flakyTries {
		if l := e.printed(ctx, e.wrong()); l != nil {
			note(l, "why it is not the same every time was not found")
			return l
		}
	}
	return nil
}

// traced runs the program built for tracing, and if that is different, as it was.
func (e *explanation) traced(ctx context.Context, a *aim) *problem.Location {
	if a == nil {
		return nil
	}
	for _, probe := range []Probe{Traced, TracedOriginal} {
		l, again := e.try(ctx, a, probe)
		if l != nil || !again || ctx.Err() != nil {
			return l
		}
	}
	return nil
}

// run runs a probe on the finding's input.
func (e *explanation) run(ctx context.Context, probe Probe, at int, limits func(*problem.Limits)) (*explain.Trace, Outcome) {
	w := e.worker
	input := e.input
	if w.has[problem.Interactor] {
		input = answers(e.transcript)
	}
	if err := w.slot.Set(Input, input); err != nil {
		return nil, Outcome{}
	}
	call := w.test
	call.Fresh = true
	limits(&call.Limits)
	w.stage.Store(stageOf[probe])
	trace, err := e.tracer.Trace(ctx, &call, probe, at, &w.outcome)
	if err != nil {
		return nil, Outcome{}
	}
	return trace, w.outcome
}

// stageOf tells people what a probe's run, and the build for it, is for.
var stageOf = map[Probe]string{
	Traced:         "which line it was",
	TracedOriginal: "which line it was",
	Sampled:        "what it is busy with",
	Sanitized:      "with checks of memory and numbers",
	Memchecked:     "whether it uses what was never set",
	Poisoned:       "with other values in memory",
}

// try traces the program once. It reports false when another way of building it
// would not help.
func (e *explanation) try(ctx context.Context, a *aim, probe Probe) (*problem.Location, bool) {
	trace, out := e.run(ctx, probe, a.target.At, func(l *problem.Limits) {
		l.Time *= tracedTimes
		l.Memory += tracedMemory
		if a.limit > 0 {
			l.Output = a.limit
		}
	})
	if trace == nil {
		return nil, false
	}
	output, err := e.worker.slot.Bytes(Output)
	if err != nil {
		return nil, false
	}
	l := e.read(a, trace, output, &out)
	if l == nil {
		return nil, true
	}
	note(l, a.note)
	if probe == TracedOriginal {
		note(l, originalNote)
	}
	if e.program.Recipe.Trace.Buffered && a.target.At >= 0 {
		note(l, bufferedNote)
	}
	return l, true
}

func (e *explanation) read(a *aim, trace *explain.Trace, output []byte, out *Outcome) *problem.Location {
	if a.target.At < 0 {
		if out.Signal != e.outcome.Signal || out.ExitCode != e.outcome.ExitCode {
			return nil
		}
		return e.sources.Crashed(out.Signal, out.ExitCode, trace, e.stderr)
	}
	actual := e.actual
	if e.worker.has[problem.Interactor] {
		actual = questions(e.transcript)
	}
	if !a.target.Agrees(actual, output) {
		return nil
	}
	return e.sources.Printed(a.target, a.difference, trace, output)
}

// note adds a remark to the location's.
func note(l *problem.Location, text string) {
	if text == "" {
		return
	}
	if l.Note != "" {
		l.Note += "; "
	}
	l.Note += text
}

// sampled is the line that the samples of a run tell of.
func (e *explanation) sampled(ctx context.Context, tell func(explain.Sources, *explain.Trace) *problem.Location) *problem.Location {
	trace, _ := e.run(ctx, Sampled, 0, func(l *problem.Limits) { l.Time = min(l.Time, sampledTime) })
	if trace == nil || len(trace.Samples) == 0 {
		return nil
	}
	l := tell(e.sources, trace)
	if l != nil && e.program.Recipe.Trace.Coarse {
		note(l, coarseNote)
	}
	return l
}

// faults are what a checking run tells of in the program's own lines.
func (e *explanation) faults(ctx context.Context, probe Probe) []*problem.Location {
	trace, _ := e.run(ctx, probe, 0, func(l *problem.Limits) { l.Time = max(l.Time, checkedTime) })
	if trace == nil {
		return nil
	}
	var found []*problem.Location
	for i := range trace.Faults {
		if l := e.sources.Faulty(&trace.Faults[i]); l != nil {
			found = append(found, l)
		}
	}
	return found
}

// faulty is the first fault as a location.
func (e *explanation) faulty(ctx context.Context, probe Probe) *problem.Location {
	if found := e.faults(ctx, probe); len(found) > 0 {
		return found[0]
	}
	return nil
}

// checked adds what checks find to the location, or makes a location of it where
// there is none.
func (e *explanation) checked(ctx context.Context, l *problem.Location) *problem.Location {
	found := e.faults(ctx, Sanitized)
	if len(found) == 0 && e.unset(ctx) {
		found = e.faults(ctx, Memchecked)
	}
	if l == nil && len(found) > 0 {
		l, found = found[0], found[1:]
	}
	relate(l, found...)
	return l
}

// unset reports whether the program seems to use what it never set: the compiler
// warns of it, or the output is another one where unset memory has other values. A
// memory check costs a compilation more, and so is made only then.
func (e *explanation) unset(ctx context.Context) bool {
	if e.verdict != problem.WA || !e.program.Recipe.Memcheck.Possible() {
		return false
	}
	for _, c := range e.worker.built {
		if c.Role == problem.Tested && bytes.Contains(c.Output, []byte("uninitialized")) {
			return true
		}
	}
	trace, out := e.run(ctx, Poisoned, 0, func(l *problem.Limits) { l.Time = max(l.Time, checkedTime) })
	if trace == nil {
		return false
	}
	output, err := e.worker.slot.Bytes(Output)
	return err == nil && (out.Crashed() || !bytes.Equal(output, e.actual))
}

// relate adds other places to the location.
func relate(l *problem.Location, others ...*problem.Location) {
	for _, o := range others {
		place := problem.Place{File: o.File, Line: o.Line, Column: o.Column, Message: o.Note}
		if len(l.Related) < mostRelated && !slices.Contains(l.Related, place) {
			l.Related = append(l.Related, place)
		}
	}
}

// crash is the line of a crash. The program itself may crash later than it went
// wrong; checks tell where that was, and what.
func (e *explanation) crash(ctx context.Context) *problem.Location {
	if e.tells() {
		e.listen(ctx)
		return nil
	}
	l := e.traced(ctx, &aim{target: explain.Target{At: -1}})
	found := e.faults(ctx, Sanitized)
	if len(found) == 0 || !e.broken() {
		if l == nil && len(found) > 0 {
			l, found = found[0], found[1:]
		}
		relate(l, found...)
		return l
	}
	last := found[len(found)-1]
	if l != nil && strings.HasPrefix(last.Note, "the stack is full") {
		return l
	}
	for i, o := range slices.Backward(found[:len(found)-1]) {
		// Checks of numbers and of memory may tell of the same; the former come first
		// and know indices.
		if o.Line == last.Line && o.File == last.File {
			last.Note, last.Column = o.Note, o.Column
		} else if i < mostRelated {
			relate(last, o)
		}
	}
	note(last, e.outcome.Signal)
	if l != nil && (l.Line != last.Line || l.File != last.File) {
		relate(last, &problem.Location{File: l.File, Line: l.Line, Column: l.Column, Note: "the crash itself was here"})
	}
	return last
}

// listen takes what a run without optimisation tells on standard error for what the
// program told, where that names lines more exactly and the end is the same.
func (e *explanation) listen(ctx context.Context) {
	if !e.program.Recipe.Trace.Exact {
		return
	}
	trace, out := e.run(ctx, Traced, 0, func(l *problem.Limits) { l.Time *= tracedTimes; l.Memory += tracedMemory })
	if told := e.worker.slot.Stderr(problem.Tested); trace != nil && out.Signal == "" && out.ExitCode == e.outcome.ExitCode && len(told) > 0 {
		e.stderr = bytes.Clone(told)
	}
}

// tells reports whether the program's runtime tells the line of its end on standard
// error, where it is read by others: it does so where it ends the program by itself.
func (e *explanation) tells() bool {
	return len(e.program.Recipe.Trace.Run) > 0 && e.outcome.Signal == ""
}

// broken reports whether the program was killed for a wrong use of memory or
// numbers, rather than by its own decision.
func (e *explanation) broken() bool {
	switch e.outcome.Signal {
	case "", "SIGKILL", "SIGXCPU", "SIGXFSZ", "SIGPIPE", "SIGTERM":
		return false
	case "SIGABRT":
		return !bytes.Contains(e.stderr, []byte("terminate called")) && !bytes.Contains(e.stderr, []byte("Assertion"))
	}
	return true
}
