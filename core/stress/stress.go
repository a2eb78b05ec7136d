// Package stress carries out one stress test from end to end: it takes the
// snapshot of a room, has the sandbox run it, reads compiler messages, finds the
// line of a crash and saves counterexamples. The command line and the language
// server both go through Execute.
//
// It must not know of Docker, terminals or editors.
package stress

import (
	"context"
	"errors"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
)

// Sandbox runs jobs. *sandbox.Warm and *sandbox.Session are sandboxes.
type Sandbox interface {
	Run(ctx context.Context, job problem.Job, obs sandbox.Observer) (problem.Result, error)
}

// Execute runs the room with the options o, which are complete: the room's own
// are not added. A set-up that is wrong (a missing role, a source that cannot be
// read, a failed compilation) is a Result, not an error; an error means that the
// sandbox failed, and wraps sandbox.ErrUnavailable when there is none. A result
// that comes with an error holds what was found before.
//
// When ctx ends, what was found so far is the result, and its state is
// problem.Stopped.
func Execute(ctx context.Context, sb Sandbox, r *room.Room, files room.Files, o problem.Options, obs sandbox.Observer) (problem.Result, error) {
	return problem.Result{}, errors.New("executing is being written")
}

// Reduce runs one given input instead of generated ones and makes it smaller
// when it fails, unless o.NoShrink is set. No generator is needed.
func Reduce(ctx context.Context, sb Sandbox, r *room.Room, files room.Files, o problem.Options, input problem.Test, obs sandbox.Observer) (problem.Result, error) {
	return problem.Result{}, errors.New("reducing is being written")
}
