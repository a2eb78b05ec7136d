// Package engine is the stress test itself: it takes programs that can be run
// somewhere, makes tests, judges the tested program on each of them, confirms
// and reduces what it finds, and says what came of it.
//
// It knows nothing of processes, containers or editors: whatever runs programs is
// a Lab. The same seeds, sources and limits give the same first counterexample
// whatever the number of slots. Start reading at Run.
package engine

import (
	"context"
	"time"

	"stresstester/core/problem"
)

// Stream is one of a slot's buffers, which programs read from and write to.
type Stream uint8

// The streams of a slot.
const (
	Null   Stream = iota // nothing to read, and what is written is lost
	Seed                 // the line a generator may read its seed from
	Input                // the test
	Answer               // what the brute force printed
	Output               // what the tested program printed
	Remark               // what a checker, validator or interactor printed
)

// Limit is a limit that a run broke.
type Limit uint8

// The limits. IdleLimit is broken by a program that waits for something that
// never comes.
const (
	NoLimit Limit = iota
	TimeLimit
	IdleLimit
	MemoryLimit
	OutputLimit
)

// Call is one run of one program.
type Call struct {
	Role problem.Role
	// Args follow the recipe's own arguments.
	Args []string
	// SeedText is given to the program in its environment, if not empty.
	SeedText      string
	Stdin, Stdout Stream
	// Files are opened for the program; their paths follow Args. Answer and
	// Input are read-only, Remark can be written.
	Files  []Stream
	Limits problem.Limits
	// Fresh asks for a newly started process instead of a faster strategy.
	Fresh bool
}

// Outcome is how a run ended. A program that crashes is an outcome, not an error.
type Outcome struct {
	ExitCode int
	Signal   string // such as "SIGSEGV", or empty
	Limit    Limit
	CPU      time.Duration
	Wall     time.Duration
	Memory   int64 // peak resident set in bytes
}

// Crashed reports whether the program ended in another way than by exit status 0.
func (o *Outcome) Crashed() bool { return o.ExitCode != 0 || o.Signal != "" }

// Dialogue is how an interactive run ended.
type Dialogue struct {
	Tested, Interactor Outcome
	// TestedFirst tells that the tested program ended before the interactor.
	TestedFirst bool
	// Transcript is set where recording was asked for.
	Transcript []byte
}

// Slot runs programs one after the other. It is used by one goroutine at a time.
//
// An error from any method means that the sandbox is broken, never that a
// program misbehaved.
type Slot interface {
	// Attach is called once by a goroutine that is going to use the slot for the
	// rest of its life, and may tie it to a processor.
	Attach()
	// Run runs one program; the outcome is written to out. It returns ctx's
	// error when it was cancelled.
	Run(ctx context.Context, call *Call, out *Outcome) error
	// Converse runs the tested program and the interactor, each reading what the
	// other prints.
	Converse(ctx context.Context, tested, interactor *Call, record bool, out *Dialogue) error
	// Bytes is a stream's content. It is valid until the stream is written again.
	Bytes(s Stream) ([]byte, error)
	// Set replaces a stream's content.
	Set(s Stream, data []byte) error
	// Stderr is what the role's last run printed to standard error, cut to a
	// few dozen KiB. It is valid until the next call.
	Stderr(role problem.Role) []byte
}

// Lab builds programs and offers slots to run them in.
type Lab interface {
	// Build builds all programs and tells of each as it is done. A program that
	// does not compile is told of, and is not an error.
	Build(ctx context.Context, programs []problem.Program, built func(problem.Compilation)) error
	// Slots are available once everything was built.
	Slots(n int) ([]Slot, error)
	// Shared runs f at the same time as other shared work; Exclusive runs f
	// while nothing else runs in the whole sandbox, so that time and memory are
	// measured undisturbed.
	Shared(f func())
	Exclusive(f func())
	// Strategy tells how the role's program is run, and why.
	Strategy(role problem.Role) string
}

// Events receives what happens during a run. Its functions are called from
// several goroutines, one at a time.
type Events struct {
	Progress func(problem.Progress)
	Compiled func(problem.Compilation)
	Found    func(problem.Failure)
	Warning  func(string)
}
