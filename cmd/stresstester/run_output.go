package main

import (
	"bytes"
	"fmt"
	"slices"

	"stresstester/core/problem"
	"stresstester/core/report"
	"stresstester/core/room"
	"stresstester/core/sandbox"
)

// runOutput tells what happens in a run: as text, with a live line on standard
// error, or as JSON on standard output.
type runOutput struct {
	app  *app
	json *report.JSON // nil for text
	live *report.Live // nil for JSON
}

func (a *app) newRunOutput(f format) *runOutput {
	if f == formatJSON {
		events := report.NewJSON(a.out)
		a.events = events
		return &runOutput{app: a, json: events}
	}
	return &runOutput{app: a, live: report.NewLive(a.err, a.liveTerminal(), a.errStyle)}
}

func (o *runOutput) observer(options problem.Options) sandbox.Observer {
	if o.json != nil {
		return sandbox.Observer{Progress: o.json.Progress, Compiled: o.json.Compiled, Found: o.json.Found, Warning: o.json.Warning}
	}
	seen := map[int]bool{}
	found := func(f problem.Failure) {
		if seen[f.TestNumber] {
			return // told before, now with a smaller input
		}
		seen[f.TestNumber] = true
		o.live.Found(f, options.KeepGoing <= 1)
	}
	warning := o.live.Warning
	if !o.app.liveTerminal() {
		warning = nil // the report has them
	}
	return sandbox.Observer{Progress: o.live.Progress, Compiled: o.live.Compiled, Found: found, Warning: warning}
}

// watch tells what the sandbox does until it is ready, until stop is called.
func (o *runOutput) watch(warm *sandbox.Warm) (stop func()) {
	tell := o.status()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			state, changed := warm.Watch()
			if state.Phase == sandbox.Starting {
				tell(state.Text)
			}
			select {
			case <-changed:
			case <-done:
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (o *runOutput) status() func(string) {
	if o.json != nil {
		return o.json.Status
	}
	return o.live.Status
}

// stopping acknowledges the first signal.
func (o *runOutput) stopping() {
	const text = "stopping; once more to stop at once"
	if o.json != nil {
		o.json.Status(text)
		return
	}
	o.live.Note(text)
}

// outcome is what the end of a run needs to know beyond its result.
type outcome struct {
	room        *room.Room // nil when it could not be opened
	options     problem.Options
	replay      replay
	interrupted bool
}

// end tells the result and returns the error that carries the exit status. err
// is that of the sandbox; the result then holds what was found before.
func (o *runOutput) end(result problem.Result, end outcome, err error) error {
	var warned []string
	if o.live != nil {
		warned = o.live.End()
	}
	switch {
	case err != nil && !result.Verdict.Divergence():
		return err
	case err != nil:
		result.Warnings = append(result.Warnings, fmt.Sprintf("the run ended before its time: %v", err))
	}
	if err := o.tell(result, end, warned); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if end.interrupted {
		return exit(exitInterrupted)
	}
	return exit(statusOfResult(result))
}

func (o *runOutput) tell(result problem.Result, end outcome, warned []string) error {
	if o.json != nil {
		o.json.Result(result)
		return o.json.Err()
	}
	if o.app.outTerminal {
		// They stand above the report on the same terminal.
		result.Warnings = slices.DeleteFunc(slices.Clone(result.Warnings), func(w string) bool { return slices.Contains(warned, w) })
	}
	context := report.Context{Compare: end.options.Compare}
	if end.room != nil {
		context.SourceLine = sourceLine(end.room)
		context.Replay = end.replay.commands
	}
	return report.Text(o.app.out, o.app.style(), result, context)
}

// lineOf is a line, counted from 1, of a file.
func lineOf(path string, line int) (string, bool) {
	data, err := room.Disk{}.ReadFile(path)
	if err != nil {
		return "", false
	}
	all := bytes.Split(data, []byte("\n"))
	if line < 1 || line > len(all) {
		return "", false
	}
	return string(all[line-1]), true
}
