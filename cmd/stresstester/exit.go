package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"

	"github.com/spf13/cobra"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
)

// The exit statuses of every command.
const (
	exitOK          = 0   // no divergence found, or the command did its work
	exitDivergence  = 1   // a divergence was found
	exitSetup       = 2   // wrong use, or a wrong set-up
	exitUnavailable = 3   // no sandbox
	exitInterrupted = 130 // by a signal
)

const exitStatusHelp = `EXIT STATUS
  0    no divergence was found
  1    a divergence was found
  2    the set-up is wrong: wrong use, a program does not compile, or the
       generator, brute force, validator or checker failed
  3    the sandbox is not available
  130  interrupted; what was found until then is printed and saved`

// exitError is an error with its exit status. Without a cause it is silent: the
// command has said all there is to say.
type exitError struct {
	status int
	cause  error
}

func (e *exitError) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.cause.Error()
}

func (e *exitError) Unwrap() error { return e.cause }

// exit ends the program with the status and no further word.
func exit(status int) error {
	if status == exitOK {
		return nil
	}
	return &exitError{status: status}
}

// usage is an error about how a command was called.
func usage(cmd *cobra.Command, err error) error {
	return &exitError{exitSetup, fmt.Errorf("%w\nTry %q for help", err, cmd.CommandPath()+" --help")}
}

// statusOf is the exit status of an error.
func statusOf(err error) int {
	var e *exitError
	switch {
	case errors.As(err, &e):
		return e.status
	case errors.Is(err, sandbox.ErrUnavailable):
		return exitUnavailable
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitSetup
	}
}

// statusOfResult is the exit status of a run that ended by itself.
func statusOfResult(r problem.Result) int {
	switch {
	case r.Verdict.Divergence():
		return exitDivergence
	case r.Verdict.SetupFailure():
		return exitSetup
	}
	return exitOK
}

// complain tells of the error that ends the program.
func (a *app) complain(err error, status int) {
	if a.events != nil {
		a.events.Error(err, status)
		return
	}
	fmt.Fprintf(a.err, "stresstester: %v\n", err)
}

// interruption listens for signals: the first one ends a context, the second the
// program at once.
type interruption struct {
	stop    func()
	stopped atomic.Bool
}

// untilInterrupted begins to listen for signals, until stop is called. first is
// called at the first one, from another goroutine.
func untilInterrupted(ctx context.Context, first func()) (context.Context, *interruption) {
	ctx, cancel := context.WithCancel(ctx)
	signals, done := notify(), make(chan struct{})
	i := &interruption{}
	i.stop = func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
	go func() {
		select {
		case <-done:
			return
		case <-signals:
		}
		i.stopped.Store(true)
		first()
		cancel()
		select {
		case <-done:
		case <-signals:
			os.Exit(exitInterrupted)
		}
	}()
	return ctx, i
}
