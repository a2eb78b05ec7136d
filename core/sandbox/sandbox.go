// Package sandbox runs jobs in a sandbox: it is the host's end of core/wire.
//
// A Launcher starts a sandbox and hands back its stream; Session speaks the
// protocol over that stream and carries any number of runs at a time; Warm keeps
// one session ready, starts it in the background and replaces it when it dies.
// Start reading at Warm.Run, which is what the command line and the language
// server use.
//
// The package must not know what kind of sandbox it talks to: containers are
// core/sandbox/docker's business, and sandboxtest is the suite that every
// launcher passes.
//
// A program that crashes or a set-up that is wrong is a problem.Result. An error
// means that there was no sandbox to run in; it wraps ErrUnavailable, and its
// text says what to do.
package sandbox

import (
	"context"
	"errors"
	"io"
	"strings"

	"stresstester/core/problem"
)

// ErrUnavailable is wrapped by every error that means "there is no sandbox to run
// in": the engine is missing, the image is not built, the container died. The
// command line exits with status 3 on it.
var ErrUnavailable = errors.New("the sandbox is not available")

// UnavailableError is an error for people: what is wrong and what to do about it. It
// wraps ErrUnavailable and its cause.
type UnavailableError struct {
	// What is wrong, in a few words: "docker is not running".
	What string
	// Remedy is what the user can do: a command where there is one.
	Remedy string
	// Cause is the technical error, for logs; it may be nil, and it is not part
	// of the text because What already says it in words.
	Cause error
}

// Error is one sentence with the remedy after a colon, or on a line of its own
// where What shows several lines.
func (u *UnavailableError) Error() string {
	switch {
	case u.Remedy == "":
		return u.What
	case strings.Contains(u.What, "\n"):
		return u.What + "\n" + u.Remedy
	}
	return u.What + ": " + u.Remedy
}

// Unwrap makes errors.Is find ErrUnavailable and the cause.
func (u *UnavailableError) Unwrap() []error {
	if u.Cause == nil {
		return []error{ErrUnavailable}
	}
	return []error{ErrUnavailable, u.Cause}
}

// Observer is told what happens in a run while it goes on. Any function may be
// nil. The functions are called one at a time, from the goroutine that called
// Run, and never after Run has returned. One that blocks holds up its own run,
// and in the end the other runs of the same session.
type Observer struct {
	Progress func(problem.Progress)
	Compiled func(problem.Compilation)
	// Found is told of a failure as soon as it is confirmed, and again when it
	// was made smaller.
	Found   func(problem.Failure)
	Warning func(string)
}

// Launcher starts sandboxes.
type Launcher interface {
	// Launch starts one sandbox and returns the stream to its driver. Closing the
	// stream ends the sandbox and unblocks every Read and Write under way. Status
	// is told in words what takes time; it is never nil. Errors wrap
	// ErrUnavailable, and ctx ends the start only, not what was started.
	Launch(ctx context.Context, status func(string)) (io.ReadWriteCloser, error)
}

// Finding is one line of a health check.
type Finding struct {
	// Name is what was looked at, in a word or two: "engine", "image".
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Detail is what was found.
	Detail string `json:"detail"`
	// Remedy is what to do about it; empty when OK.
	Remedy string `json:"remedy,omitempty"`
}

// oneLine makes text from outside fit into a sentence.
func oneLine(s string) string {
	const longest = 400
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}
