package report

import (
	"encoding/json"
	"io"
	"sync"

	"stresstester/core/problem"
)

// JSON writes one object a line, each with its "event": status, progress,
// compiled, found, warning, and at the end result or error. It is safe for
// concurrent use. The first error of the writer is kept for Err.
type JSON struct {
	mu  sync.Mutex
	enc *json.Encoder
	err error
}

// NewJSON writes to w.
func NewJSON(w io.Writer) *JSON {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &JSON{enc: enc}
}

func (j *JSON) write(v any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.enc.Encode(v); err != nil && j.err == nil {
		j.err = err
	}
}

// Err is the first error of the writer.
func (j *JSON) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

type textEvent struct {
	Event string `json:"event"`
	Text  string `json:"text"`
}

// Status tells of something that takes time before the run begins.
func (j *JSON) Status(text string) { j.write(textEvent{"status", text}) }

// Warning tells of something about the set-up.
func (j *JSON) Warning(text string) { j.write(textEvent{"warning", text}) }

// Progress tells where the run stands.
func (j *JSON) Progress(p problem.Progress) {
	j.write(struct {
		Event string `json:"event"`
		problem.Progress
	}{"progress", p})
}

// Compiled tells of a program that was built or was not.
func (j *JSON) Compiled(c problem.Compilation) {
	j.write(struct {
		Event string `json:"event"`
		problem.Compilation
	}{"compiled", c})
}

// Found tells of a failure, and again when its input was made smaller.
func (j *JSON) Found(f problem.Failure) {
	j.write(struct {
		Event string `json:"event"`
		problem.Failure
	}{"found", f})
}

// Result is the last line of a run.
func (j *JSON) Result(r problem.Result) {
	r.Event = "result"
	if r.Failures == nil {
		r.Failures = []problem.Failure{}
	}
	if r.Warnings == nil {
		r.Warnings = []string{}
	}
	j.write(r)
}

// Error is the last line where there was no run: a wrong use, a wrong
// configuration, no sandbox. exitStatus is the command's.
func (j *JSON) Error(err error, exitStatus int) {
	j.write(struct {
		Event      string `json:"event"`
		Message    string `json:"message"`
		ExitStatus int    `json:"exit_status"`
	}{"error", err.Error(), exitStatus})
}
