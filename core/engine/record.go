package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"stresstester/core/problem"
	"stresstester/core/shrink"
)

// Recorder is what a Slot may also be: it runs a generator with given random
// choices and tells which ones it made; see testing_env/trace/record.py.
type Recorder interface {
	// Record runs the call with the request and returns the answer, which is nil
	// where the program's language has no recorder.
	Record(ctx context.Context, call *Call, request []byte, out *Outcome) ([]byte, error)
}

// Bounds of recording: a generator that draws more, or prints more, is left to the
// shrinking of texts.
const (
	recordedDraws   = 20_000
	recordedBytes   = 256 << 10
	recordedSeconds = 2  // of processor time, for one sequence of choices
	recorderFactor  = 20 // of the generator's time limit, for a batch
)

type recordRequest struct {
	Tapes   [][]uint64 `json:"tapes"`
	Seconds float64    `json:"seconds"`
	Draws   int        `json:"draws"`
	Bytes   int        `json:"bytes"`
}

type recordAnswer struct {
	Output string   `json:"output"` // a character for each byte
	Status int      `json:"status"`
	Draws  [][]*int `json:"draws"`
}

// recording is a generator whose choices can be shrunk.
type recording struct {
	worker   *worker
	recorder Recorder
	trial    trial
}

// record has the finding's generator make its input once more, under the recorder.
// The note says why that is of no use, if it is not; it is empty where nothing was
// to be expected.
func (r *run) record(ctx context.Context, f *finding) (rec *recording, made shrink.Made, note string) {
	p, ok := r.job.Program(problem.Generator)
	recorder, can := r.slots[0].(Recorder)
	if !ok || !can || f.saved != nil || len(p.Recipe.Record) == 0 || len(f.input) > recordedBytes {
		return nil, made, ""
	}
	rec = &recording{worker: r.newWorker(r.slots[0]), recorder: recorder, trial: f.trial}
	all := rec.run(ctx, [][]uint64{nil})
	switch {
	case len(all) == 0 || !bytes.Equal(all[0].Input, f.input):
		return nil, made, "the generator's random choices could not be replayed (it draws from elsewhere too, such as numpy, the system or the clock), so the text was shrunk without them"
	case len(all[0].Choices) == 0:
		return nil, made, "the generator's random choices were not seen (they do not come from Python's random module), so the text was shrunk without them"
	}
	return rec, all[0], ""
}

// run has the generator make an input of each sequence of choices; nil means its
// own. It returns nothing when that is not possible.
func (rec *recording) run(ctx context.Context, tapes [][]uint64) []shrink.Made {
	request, err := json.Marshal(recordRequest{Tapes: tapes, Seconds: recordedSeconds, Draws: recordedDraws, Bytes: recordedBytes})
	if err != nil {
		return nil
	}
	w := rec.worker
	if err := w.seedGenerator(rec.trial); err != nil {
		return nil
	}
	call := w.generate
	call.Stdout = Null
	call.Limits.Time = max(call.Limits.Time, time.Second) * recorderFactor
	var answer []byte
	w.lab.Shared(func() { answer, err = rec.recorder.Record(ctx, &call, request, &w.outcome) })
	if err != nil {
		return nil
	}
	made := make([]shrink.Made, 0, len(tapes))
	for line := range bytes.Lines(answer) {
		var a recordAnswer
		if json.Unmarshal(line, &a) != nil {
			return made
		}
		made = append(made, a.made())
	}
	return made
}

func (a *recordAnswer) made() shrink.Made {
	if a.Status != 0 || a.Output == "" {
		return shrink.Made{}
	}
	m := shrink.Made{Input: make([]byte, 0, len(a.Output))}
	for _, c := range a.Output {
		m.Input = append(m.Input, byte(c))
	}
	for _, d := range a.Draws {
		if len(d) != 4 || d[0] == nil || d[1] == nil || d[2] == nil || *d[0] < 0 {
			return shrink.Made{}
		}
		c := shrink.Choice{Value: uint64(*d[0]), Bound: uint64(*d[1]), Site: *d[2]}
		if d[3] != nil {
			c.Number, c.Numeric = int64(*d[3]), true
		}
		m.Choices = append(m.Choices, c)
	}
	return m
}
