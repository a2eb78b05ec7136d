package engine

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"stresstester/core/compare"
	"stresstester/core/problem"
)

// trial names one test of the run.
type trial struct {
	number int
	seed   uint64
	saved  *problem.Test // nil for a generated test
}

func (t trial) name() string {
	if t.saved != nil {
		return fmt.Sprintf("test %d (saved test %q)", t.number, t.saved.Name)
	}
	return fmt.Sprintf("test %d (seed %d)", t.number, t.seed)
}

// judgement is what came of one test on one slot. It borrows nothing from the
// slot, and is only filled in as far as the verdict needs.
type judgement struct {
	verdict problem.Verdict
	// fault is the program a set-up verdict blames.
	fault   problem.Role
	outcome Outcome // of the program that decided the verdict
	comment string  // a checker's or validator's words
}

// worker runs tests on one slot.
type worker struct {
	*run
	slot Slot
	args []string
	seed []byte
	made []byte // the newest input that the spec made

	generate, validate, solve, test, check, interact Call
	outcome                                          Outcome
	dialogue                                         Dialogue
}

func (r *run) newWorker(slot Slot) *worker {
	limits := r.job.Options.LimitsOf
	fresh := r.job.Options.FreshExec
	return &worker{
		run:      r,
		slot:     slot,
		generate: Call{Role: problem.Generator, Stdin: Seed, Stdout: Input, Limits: limits(problem.Generator), Fresh: fresh},
		validate: Call{Role: problem.Validator, Stdin: Input, Stdout: Remark, Limits: limits(problem.Validator), Fresh: fresh},
		solve:    Call{Role: problem.Brute, Stdin: Input, Stdout: Answer, Limits: limits(problem.Brute), Fresh: fresh},
		test:     Call{Role: problem.Tested, Stdin: Input, Stdout: Output, Limits: limits(problem.Tested), Fresh: fresh},
		check: Call{Role: problem.Checker, Stdin: Null, Stdout: Remark, Files: []Stream{Input, Output, Answer},
			Limits: limits(problem.Checker), Fresh: fresh},
		interact: Call{Role: problem.Interactor, Files: []Stream{Input, Output, Answer}, Limits: limits(problem.Interactor), Fresh: fresh},
	}
}

// makeInput puts the trial's input into the Input stream. A judgement other than
// OK means that it could not be made.
func (w *worker) makeInput(ctx context.Context, t trial) (judgement, error) {
	if t.saved != nil {
		return judgement{verdict: problem.OK}, w.slot.Set(Input, t.saved.Input)
	}
	if err := w.seedGenerator(t); err != nil {
		return judgement{}, err
	}
	out := &w.outcome
	if err := w.slot.Run(ctx, &w.generate, out); err != nil {
		return judgement{}, err
	}
	if out.Limit != NoLimit || out.Crashed() {
		return judgement{verdict: problem.GeneratorFailed, fault: problem.Generator, outcome: *out}, nil
	}
	input, err := w.slot.Bytes(Input)
	if err != nil {
		return judgement{}, err
	}
	if len(input) == 0 {
		return judgement{verdict: problem.GeneratorFailed, fault: problem.Generator, outcome: *out,
			comment: "it printed nothing"}, nil
	}
	return judgement{verdict: problem.OK}, nil
}

// seedGenerator readies the generator's call for the trial.
func (w *worker) seedGenerator(t trial) error {
	text := strconv.FormatUint(t.seed, 10)
	w.args = append(w.genArgs.Draw(w.args[:0], t.seed), text)
	w.seed = append(append(w.seed[:0], text...), '\n')
	w.generate.Args, w.generate.SeedText = w.args, text
	return w.slot.Set(Seed, w.seed)
}

// judge runs everything but the generator on the input in the Input stream. The
// tested program and the interactor are the last to run, unless there is a
// checker, so that their streams and standard error tell of this test.
func (w *worker) judge(ctx context.Context, t trial, fresh bool) (judgement, error) {
	if j, err := w.checkSpec(t); err != nil || j.verdict != problem.OK {
		return j, err
	}
	if w.has[problem.Validator] {
		if j, err := w.validateInput(ctx, fresh); err != nil || j.verdict != problem.OK {
			return j, err
		}
	}
	if j, err := w.findAnswer(ctx, t, fresh); err != nil || j.verdict != problem.OK {
		return j, err
	}
	return w.tryTested(ctx, fresh)
}

// tryTested runs the tested program and judges it; input and answer are in place.
func (w *worker) tryTested(ctx context.Context, fresh bool) (judgement, error) {
	if w.has[problem.Interactor] {
		return w.converse(ctx, fresh)
	}
	call := w.test
	call.Fresh = call.Fresh || fresh
	out := &w.outcome
	if err := w.slot.Run(ctx, &call, out); err != nil {
		return judgement{}, err
	}
	if v := w.verdictOf(out); v != problem.OK {
		return judgement{verdict: v, fault: problem.Tested, outcome: *out}, nil
	}
	if w.has[problem.Checker] {
		return w.runChecker(ctx, fresh, *out)
	}
	return w.compareOutputs(*out)
}

func (w *worker) compareOutputs(out Outcome) (judgement, error) {
	expected, err := w.slot.Bytes(Answer)
	if err != nil {
		return judgement{}, err
	}
	actual, err := w.slot.Bytes(Output)
	if err != nil {
		return judgement{}, err
	}
	if compare.Equal(w.job.Options.Compare, expected, actual) {
		return judgement{verdict: problem.OK, outcome: out}, nil
	}
	return judgement{verdict: problem.WA, fault: problem.Tested, outcome: out}, nil
}

func (w *worker) validateInput(ctx context.Context, fresh bool) (judgement, error) {
	call := w.validate
	call.Fresh = call.Fresh || fresh
	out := &w.outcome
	if err := w.slot.Run(ctx, &call, out); err != nil {
		return judgement{}, err
	}
	if out.Limit == NoLimit && out.Signal == "" && (out.ExitCode == 0 || out.ExitCode == kattisAccepted) {
		return judgement{verdict: problem.OK}, nil
	}
	comment, err := w.remark(problem.Validator)
	return judgement{verdict: problem.ValidatorRejected, fault: problem.Validator, outcome: *out, comment: comment}, err
}

// findAnswer fills the Answer stream: from the saved test, from the brute force,
// or with nothing where a checker or interactor judges alone.
func (w *worker) findAnswer(ctx context.Context, t trial, fresh bool) (judgement, error) {
	ok := judgement{verdict: problem.OK}
	if t.saved != nil && t.saved.HasAnswer {
		return ok, w.slot.Set(Answer, t.saved.Answer)
	}
	if !w.has[problem.Brute] {
		return ok, w.slot.Set(Answer, nil)
	}
	call := w.solve
	call.Fresh = call.Fresh || fresh
	out := &w.outcome
	if err := w.slot.Run(ctx, &call, out); err != nil {
		return judgement{}, err
	}
	if out.Limit != NoLimit || out.Crashed() {
		return judgement{verdict: problem.BruteFailed, fault: problem.Brute, outcome: *out}, nil
	}
	return ok, nil
}

// verdictOf is the verdict of the tested program's run on its own.
func (w *worker) verdictOf(out *Outcome) problem.Verdict {
	switch out.Limit {
	case TimeLimit, IdleLimit:
		return problem.TLE
	case MemoryLimit:
		return problem.MLE
	case OutputLimit:
		return problem.OLE
	case NoLimit:
	}
	if !out.Crashed() {
		return problem.OK
	}
	stderr := w.slot.Stderr(problem.Tested)
	for _, text := range w.recipes[problem.Tested].OutOfMemory {
		if bytes.Contains(stderr, []byte(text)) {
			return problem.MLE
		}
	}
	return problem.RE
}

// Exit statuses of checkers and interactors: testlib.h's (enum TResult in
// https://github.com/MikeMirzayanov/testlib) and those of the Kattis problem
// package format.
const (
	testlibOK         = 0
	testlibWA         = 1
	testlibPE         = 2
	testlibFail       = 3
	testlibDirt       = 4
	testlibPoints     = 7
	testlibUnexpected = 8
	kattisAccepted    = 42
	kattisWrong       = 43
)

func (w *worker) runChecker(ctx context.Context, fresh bool, tested Outcome) (judgement, error) {
	call := w.check
	call.Fresh = call.Fresh || fresh
	out := &w.outcome
	if err := w.slot.Run(ctx, &call, out); err != nil {
		return judgement{}, err
	}
	return w.checkerVerdict(problem.Checker, out, tested)
}

// checkerVerdict reads how a checker or interactor ended.
func (w *worker) checkerVerdict(role problem.Role, out *Outcome, tested Outcome) (judgement, error) {
	if out.Limit == NoLimit && out.Signal == "" && (out.ExitCode == testlibOK || out.ExitCode == kattisAccepted) {
		return judgement{verdict: problem.OK, outcome: tested}, nil
	}
	comment, err := w.remark(role)
	if err != nil {
		return judgement{}, err
	}
	j := judgement{verdict: problem.CheckerFailed, fault: role, outcome: *out, comment: comment}
	if out.Limit != NoLimit || out.Signal != "" {
		return j, nil
	}
	switch out.ExitCode {
	case testlibWA, kattisWrong, testlibPoints:
		// A script that dies of an exception also exits with 1.
		if !diedOfException(w.slot.Stderr(role)) {
			j.verdict = problem.WA
		}
	case testlibPE, testlibUnexpected, testlibDirt:
		j.verdict = problem.PE
	case testlibFail:
	}
	if j.verdict != problem.CheckerFailed {
		j.fault, j.outcome = problem.Tested, tested
	}
	return j, nil
}

func diedOfException(stderr []byte) bool {
	return bytes.Contains(stderr, []byte("Traceback (most recent call last)")) ||
		bytes.Contains(stderr, []byte("Exception in thread \""))
}

// remark is what a checker or validator had to say, on one of its two outputs.
func (w *worker) remark(role problem.Role) (string, error) {
	text := bytes.TrimSpace(w.slot.Stderr(role))
	if len(text) == 0 && role != problem.Interactor {
		said, err := w.slot.Bytes(Remark)
		if err != nil {
			return "", err
		}
		text = bytes.TrimSpace(said)
	}
	return string(cut(text, 2000)), nil
}

// converse judges an interactive test. The interactor reads the hidden input and
// the answer from files, and may leave notes for a checker in the output file.
func (w *worker) converse(ctx context.Context, fresh bool) (judgement, error) {
	if err := w.slot.Set(Output, nil); err != nil {
		return judgement{}, err
	}
	tested, interactor := w.test, w.interact
	tested.Fresh, interactor.Fresh = true, true
	d := &w.dialogue
	if err := w.slot.Converse(ctx, &tested, &interactor, fresh, d); err != nil {
		return judgement{}, err
	}
	if d.Tested.Limit != NoLimit {
		return judgement{verdict: w.verdictOf(&d.Tested), fault: problem.Tested, outcome: d.Tested,
			comment: idleHint(d)}, nil
	}
	crashed := d.Tested.Crashed() && d.Tested.Signal != "SIGPIPE"
	if crashed && d.TestedFirst {
		return judgement{verdict: w.verdictOf(&d.Tested), fault: problem.Tested, outcome: d.Tested}, nil
	}
	if d.Interactor.Limit == NoLimit && d.Interactor.Signal == "SIGPIPE" {
		// It was telling something to a program that did not listen any more.
		return w.leftEarly(d, crashed), nil
	}
	j, err := w.checkerVerdict(problem.Interactor, &d.Interactor, d.Tested)
	if err != nil || j.verdict != problem.OK {
		return j, err
	}
	if crashed {
		return judgement{verdict: w.verdictOf(&d.Tested), fault: problem.Tested, outcome: d.Tested}, nil
	}
	if w.has[problem.Checker] {
		return w.runChecker(ctx, fresh, d.Tested)
	}
	return j, nil
}

// leftEarly is the verdict of a program that ended, or closed its input, while the
// interactor had more to say.
func (w *worker) leftEarly(d *Dialogue, crashed bool) judgement {
	if crashed {
		return judgement{verdict: w.verdictOf(&d.Tested), fault: problem.Tested, outcome: d.Tested}
	}
	return judgement{verdict: problem.WA, fault: problem.Tested, outcome: d.Tested,
		comment: "the program ended before the interactor had told it everything"}
}

func idleHint(d *Dialogue) string {
	if d.Tested.Limit != IdleLimit {
		return ""
	}
	return fmt.Sprintf("it waited for the interactor for %v: is every query written in full and flushed, and does it stop when it should?",
		d.Tested.Wall.Round(100*time.Millisecond))
}

// cut shortens a text for a message; the note keeps it honest.
func cut(text []byte, limit int) []byte {
	if len(text) <= limit {
		return text
	}
	return append(append([]byte(nil), text[:limit]...), fmt.Sprintf("… (%d more bytes)", len(text)-limit)...)
}
