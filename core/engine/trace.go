package engine

import (
	"context"

	"stresstester/core/explain"
	"stresstester/core/problem"
)

// Probe is a way to run the tested program in which it tells more than its outcome.
type Probe uint8

// The probes. Traced tells which call wrote a byte and where the program crashed, and
// Sampled where it spends its time and takes its memory; both build the program anew
// where that makes the answer more exact. TracedOriginal is Traced with the program as it
// was tested. Poisoned only puts other values into memory that was never set. Sanitized
// and Memchecked tell of wrong uses of memory and numbers.
const (
	Traced Probe = iota
	TracedOriginal
	Sampled
	Poisoned
	Sanitized
	Memchecked
)

// Of is how the recipe carries out the probe.
func (p Probe) Of(r *problem.Recipe) *problem.Probe {
	switch p {
	case Sanitized:
		return &r.Sanitize
	case Memchecked:
		return &r.Memcheck
	default:
		return &r.Trace
	}
}

// Tracer is what a Slot may also be.
type Tracer interface {
	// Trace runs the call, with all that the probe needs added to its limits of
	// memory. Traced logs what wrote the byte of standard output at the offset at.
	// The trace is nil where the language or the image has no such probe.
	Trace(ctx context.Context, call *Call, probe Probe, at int, out *Outcome) (*explain.Trace, error)
	// Prepare builds what the probe needs ahead of Trace, which may be called
	// meanwhile for other probes. It may fail: Trace tells.
	Prepare(ctx context.Context, role problem.Role, probe Probe)
}
