// Command testdriver is the smallest driver that the launcher's conformance suite
// can talk to, so that the suite runs in any image that has a shell. It speaks
// core/wire, and runs a job's generator, brute force and tested program one after
// the other without limits: nothing but the suite may use it.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"stresstester/core/problem"
	"stresstester/core/wire"
)

// user is whom programs run as: somebody who owns nothing.
const user = 60_000

func main() {
	fmt.Fprintln(os.Stderr, "the test driver is here")
	d := &driver{out: wire.NewWriter(os.Stdout), stop: make(map[uint64]context.CancelFunc)}
	if err := d.serve(wire.NewReader(os.Stdin)); !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, "the test driver failed:", err)
		os.Exit(1)
	}
}

type driver struct {
	out *wire.Writer

	mu   sync.Mutex
	stop map[uint64]context.CancelFunc
}

// serve answers frames until the input ends, with io.EOF, or is wrong.
func (d *driver) serve(in *wire.Reader) error {
	memory, _ := strconv.ParseInt(os.Getenv("STRESSTESTER_MEMORY"), 10, 64)
	err := d.out.Send(wire.KindHello, wire.Hello{Version: wire.Version, Build: "test", CPUs: runtime.NumCPU(), Memory: memory})
	for err == nil {
		var f wire.Frame
		if f, err = in.Next(); err == nil {
			err = d.answer(f)
		}
	}
	return err
}

func (d *driver) answer(f wire.Frame) error {
	var id wire.ID
	switch f.Kind {
	case wire.KindHello:
		return f.Decode(new(wire.Hello))
	case wire.KindPing:
		if err := f.Decode(&id); err != nil {
			return err
		}
		return d.out.Send(wire.KindPong, id)
	case wire.KindStop:
		if err := f.Decode(&id); err != nil {
			return err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if stop := d.stop[id.ID]; stop != nil {
			stop()
		}
		return nil
	case wire.KindRun:
		var run wire.Run
		if err := f.Decode(&run); err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(context.Background())
		d.mu.Lock()
		d.stop[run.ID] = cancel
		d.mu.Unlock()
		go d.run(ctx, run)
		return nil
	default:
		return fmt.Errorf("kind %q is not for the driver", string(f.Kind))
	}
}

// run runs a job and reports what came of it.
func (d *driver) run(ctx context.Context, run wire.Run) {
	finished := wire.Finished{ID: run.ID}
	result, err := d.test(ctx, run)
	if err != nil {
		finished.Error = err.Error()
	}
	finished.Result = result
	if err := d.out.Send(wire.KindFinished, finished); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// test runs tests until one fails, all have passed or the run is stopped.
func (d *driver) test(ctx context.Context, run wire.Run) (problem.Result, error) {
	result := problem.Result{Event: "result", Verdict: problem.OK, State: problem.Done, Seed: run.Job.Options.Seed}
	dir, err := os.MkdirTemp("/w", "run-")
	if err != nil {
		return result, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		return result, err
	}
	for _, p := range run.Job.Programs {
		if err := os.WriteFile(filepath.Join(dir, p.Recipe.SourceName), p.Source, 0o644); err != nil {
			return result, err
		}
	}
	var told time.Time
	for options := run.Job.Options; options.Tests == 0 || result.Tests < options.Tests; {
		seed := options.Seed + uint64(result.Tests)
		failure, err := one(ctx, &run.Job, dir, seed)
		if ctx.Err() != nil {
			result.State = problem.Stopped
			return result, nil
		}
		if err != nil {
			return result, err
		}
		result.Tests++
		if time.Since(told) > 100*time.Millisecond {
			told = time.Now()
			p := problem.Progress{State: problem.Running, Tests: result.Tests, Seed: seed}
			if err := d.out.Send(wire.KindProgress, wire.Progress{ID: run.ID, Progress: p}); err != nil {
				return result, err
			}
		}
		if failure != nil {
			failure.TestNumber = result.Tests
			result.Verdict, result.TestNumber, result.Counterexample = failure.Verdict, result.Tests, failure.Counterexample
			return result, d.out.Send(wire.KindFound, wire.Found{ID: run.ID, Failure: *failure})
		}
	}
	return result, nil
}

// one runs one test.
func one(ctx context.Context, job *problem.Job, dir string, seed uint64) (*problem.Failure, error) {
	input, err := output(ctx, job, problem.Generator, dir, nil, strconv.FormatUint(seed, 10))
	if err != nil {
		return nil, err
	}
	expected, err := output(ctx, job, problem.Brute, dir, input)
	if err != nil {
		return nil, err
	}
	actual, err := output(ctx, job, problem.Tested, dir, input)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(bytes.TrimSpace(expected), bytes.TrimSpace(actual)) {
		return nil, nil
	}
	return &problem.Failure{Verdict: problem.WA, TestSeed: seed, Counterexample: &problem.Counterexample{
		Input: input, Expected: expected, Actual: actual,
	}}, nil
}

// output runs one program.
func output(ctx context.Context, job *problem.Job, role problem.Role, dir string, input []byte, args ...string) ([]byte, error) {
	p, ok := job.Program(role)
	if !ok {
		return nil, fmt.Errorf("there is no %s", role)
	}
	argv := append([]string(nil), p.Recipe.Run...)
	for i := range argv {
		argv[i] = strings.ReplaceAll(argv[i], "{dir}", dir)
	}
	argv = append(argv, args...)
	command := exec.CommandContext(ctx, argv[0], argv[1:]...)
	command.Dir = dir
	command.Stdin = bytes.NewReader(input)
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", role, err)
	}
	return out, nil
}
