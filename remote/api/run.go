package api

import (
	"encoding/json"
	"time"
)

// RunHead is the little that lists of rooms tell of a run.
type RunHead struct {
	ID      string    `json:"id" format:"uuid"`
	Verdict string    `json:"verdict"`
	Tests   int64     `json:"tests"`
	Created time.Time `json:"created"`
}

// NewRun is the request of POST /v1/rooms/{room}/runs: a run that was made on the
// user's machine is recorded. Runs are never changed. The answer is 201 with Run; 200
// if the room has a run with that ID, which is then the answer.
type NewRun struct {
	ID string `json:"id" format:"uuid" doc:"A UUID of version 7 made by the client."`
	// RoomRev is the room's revision that was run; 0 if files were not synced.
	RoomRev Revision `json:"room_rev" minimum:"0"`
	// Verdict is one of core/problem's: OK, WA, RE, …
	Verdict string  `json:"verdict" minLength:"1" maxLength:"40"`
	Tests   int64   `json:"tests" minimum:"0"`
	Seconds float64 `json:"seconds" minimum:"0"`
	// Seed is the run's first seed.
	Seed    uint64    `json:"seed"`
	Started time.Time `json:"started"`
	// Report is the last line of stresstester run --format json (problem.Result), or
	// less: at most Limits.ReportBytes.
	Report json.RawMessage `json:"report,omitempty"`
}

// Run is a recorded run. Lists and syncs leave the report out.
type Run struct {
	NewRun
	Rev      Revision  `json:"rev"`
	User     string    `json:"user,omitempty"`
	UserName string    `json:"user_name,omitempty"`
	Device   string    `json:"device,omitempty"`
	Created  time.Time `json:"created"`
}

// RunList is the answer of GET /v1/rooms/{room}/runs, newest first.
type RunList struct {
	Runs []Run `json:"runs" nullable:"false"`
	Page
}

// NewCounterexample is the request of POST /v1/rooms/{room}/counterexamples. The
// answer is 201 with Counterexample; 200 if the room has one with that ID, or of that
// run and seed, which is then the answer (also if it was deleted since).
type NewCounterexample struct {
	ID string `json:"id" format:"uuid" doc:"A UUID of version 7 made by the client."`
	// Run is the run that found it; empty if none was recorded.
	Run     string   `json:"run,omitempty" format:"uuid"`
	RoomRev Revision `json:"room_rev" minimum:"0"`
	Verdict string   `json:"verdict" minLength:"1" maxLength:"40"`
	// Seed is the failing test's own seed; 0 for a saved test.
	Seed uint64 `json:"seed"`
	// Message is one sentence for people.
	Message string `json:"message" maxLength:"2000"`
	// Failure is a problem.Failure: input, outputs, location. At most Limits.ReportBytes.
	Failure json.RawMessage `json:"failure"`
}

// Counterexample is a stored failing test. Lists leave the failure out, syncs have it.
type Counterexample struct {
	NewCounterexample
	Rev      Revision  `json:"rev"`
	User     string    `json:"user,omitempty"`
	UserName string    `json:"user_name,omitempty"`
	Device   string    `json:"device,omitempty"`
	Created  time.Time `json:"created"`
	// Deleted says that it was deleted; its failure is gone.
	Deleted bool `json:"deleted,omitempty"`
}

// CounterexampleList is the answer of GET /v1/rooms/{room}/counterexamples, newest
// first.
type CounterexampleList struct {
	Counterexamples []Counterexample `json:"counterexamples" nullable:"false"`
	Page
}
