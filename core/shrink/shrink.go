// Package shrink makes a failing input small.
//
// Text needs nothing but the input and an oracle that tells whether a candidate
// still fails in the same way: it recognises the format (counts, test cases,
// matrices, graphs, trees, queries, strings) from the input itself and deletes
// and lowers only what keeps that format. Search is the machinery beneath: cache,
// budget, batches and the adaptive searches that other shrinkers, such as the
// spec language's, build their passes on.
//
// The package must not know what a program is or how it is run, and it imports
// the standard library only, because it works inside the sandbox's driver. Start
// reading at Text and, to write a shrinker of your own, at Search.
package shrink

import (
	"context"
	"time"
)

// Oracle runs the candidates, in parallel where it can, and tells for each
// whether it still fails with the same signature as the input that is being
// shrunk: same verdict, same signal, and so on. On an input that is not valid it
// says false; where no validator exists, the reference's clean exit stands in.
//
// It must be deterministic, must not keep or change the candidates, and must
// return soon once ctx is done: answers that come after that are ignored. A
// missing answer counts as false.
type Oracle func(ctx context.Context, candidates [][]byte) []bool

// Options bound and guide a search. The zero value is ready to use.
type Options struct {
	// MaxRuns limits the number of candidates whose outcome the search makes
	// use of; 0 means 500. Speculation (see Width) comes on top of it: the
	// limit counts what a search one candidate at a time would have run, so
	// that the result does not depend on the number of processors.
	MaxRuns int
	// Deadline ends the search after that long; 0 means never. Only a search
	// that the deadline (or ctx) ends can have a result that varies.
	Deadline time.Duration
	// Width is the number of candidates given to the oracle at a time; 0 means
	// 1. It changes how fast the result comes, not the result.
	Width int
	// Valid is asked before the oracle and should be cheap; nil means that
	// every candidate goes to the oracle.
	Valid func(input []byte) bool
	// Samples are other inputs of the same format, such as tests that were
	// generated before; they need not fail. They are never run: they tell what
	// is format and what is chance (does this number always equal that count?
	// can a value be zero? is the graph always connected?). Ten to twenty small
	// ones are enough. Samples that do not fit the input are left out.
	Samples [][]byte
	// Improved is called with every smaller failing input as soon as it is
	// found, and with the number of runs so far. It must not keep input.
	Improved func(input []byte, runs int)
}

const defaultMaxRuns = 500

func (o Options) maxRuns() int {
	if o.MaxRuns <= 0 {
		return defaultMaxRuns
	}
	return o.MaxRuns
}

func (o Options) width() int { return max(1, o.Width) }

// Result is what a search ended with.
type Result struct {
	// Input is the smallest failing input found; at worst the original.
	Input []byte
	// Runs counts the candidates that the oracle was given, speculation
	// included.
	Runs int
	// Proved is a truthful sentence about what holds of Input at the end, such
	// as "No single element can be removed", or why the search ended early.
	Proved string
}
