// Package sandboxtest is the suite that every sandbox.Launcher passes: its
// sandboxes start, run jobs, stop when told, fail loudly and go away, whatever
// happens to them or to their client; and programs in them reach nothing.
//
// The programs of its jobs are shell scripts, so that it needs no compiler.
package sandboxtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
)

// Target is a launcher under test, with the view on it from outside.
type Target struct {
	Launcher sandbox.Launcher
	// Kill kills the sandboxes of this launcher from outside, as an out-of-memory
	// killer or an administrator would.
	Kill func(t *testing.T)
	// Left lists the sandboxes of this launcher that still exist.
	Left func(t *testing.T) []string
	// Child is a process that launches a sandbox which Left sees, opens a session,
	// prints a line and then waits without end.
	Child func(t *testing.T) *exec.Cmd
}

// patience is how long the suite waits for what must happen. Nothing waits that
// long unless it is broken.
const patience = 60 * time.Second

// Run runs the suite. It asks for a new target for each of its tests.
func Run(t *testing.T, target func(t *testing.T) Target) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, target Target)
	}{
		{"a session opens and closes", opens},
		{"a run that finds nothing ends well", findsNothing},
		{"a run that finds something tells at once and in the end", findsSomething},
		{"runs at the same time do not disturb each other", manyRuns},
		{"an input of a megabyte comes through", largeInput},
		{"a run that is cancelled returns what it has", cancelled},
		{"a session whose sandbox is killed fails with a remedy", killed},
		{"a warm sandbox that is killed is replaced in the middle of a run", recovers},
		{"a start that is cancelled leaves nothing behind", abandoned},
		{"a client that is killed leaves nothing behind", clientKilled},
		{"programs reach nothing outside", confined},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := target(t)
			t.Cleanup(func() { wantNone(t, target) })
			c.test(t, target)
		})
	}
}

func opens(t *testing.T, target Target) {
	s := open(t, target)
	hello := s.Hello()
	if hello.CPUs < 1 || hello.Memory < 64<<20 {
		t.Errorf("the driver says it has %d processors and %d bytes of memory", hello.CPUs, hello.Memory)
	}
	if left := target.Left(t); len(left) != 1 {
		t.Errorf("one session has the sandboxes %q", left)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	}
}

func findsNothing(t *testing.T, target Target) {
	s := open(t, target)
	result, err := s.Run(deadline(t), Job("cat", 5), sandbox.Observer{})
	if err != nil || result.Verdict != problem.OK || result.Tests != 5 {
		t.Errorf("run: %+v, %v", result, err)
	}
}

func findsSomething(t *testing.T, target Target) {
	s := open(t, target)
	var found []problem.Failure
	result, err := s.Run(deadline(t), Job(`read n; if [ "$n" -ge 3 ]; then echo wrong; else echo "$n"; fi`, 10), sandbox.Observer{
		Found: func(f problem.Failure) { found = append(found, f) },
	})
	if err != nil || result.Verdict != problem.WA || result.TestNumber != 3 {
		t.Fatalf("run: %+v, %v", result, err)
	}
	if c := result.Counterexample; c == nil || strings.TrimSpace(c.Actual.String()) != "wrong" {
		t.Errorf("counterexample %+v", c)
	}
	if len(found) == 0 || found[0].Verdict != problem.WA {
		t.Errorf("the observer was told of %+v", found)
	}
}

func manyRuns(t *testing.T, target Target) {
	s := open(t, target)
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			tested := fmt.Sprintf(`read n; if [ "$n" -eq %d ]; then echo wrong; else echo "$n"; fi`, i+2)
			result, err := s.Run(deadline(t), Job(tested, 10), sandbox.Observer{})
			if err != nil || result.TestNumber != i+2 {
				t.Errorf("run %d: %+v, %v", i, result, err)
			}
		})
	}
	group.Wait()
}

func largeInput(t *testing.T, target Target) {
	s := open(t, target)
	job := Job("cat >/dev/null; echo wrong", 1)
	source := "head -c 1000000 /dev/zero | tr '\\0' 7"
	for i := range job.Programs {
		if job.Programs[i].Role == problem.Generator {
			job.Programs[i].Source = []byte(source)
		}
	}
	result, err := s.Run(deadline(t), job, sandbox.Observer{})
	if err != nil || result.Counterexample == nil {
		t.Fatalf("run: %+v, %v", result.Verdict, err)
	}
	if n := len(result.Counterexample.OriginalInput) + len(result.Counterexample.Input); n < 1_000_000 {
		t.Errorf("the input came with %d bytes", n)
	}
}

func cancelled(t *testing.T, target Target) {
	s := open(t, target)
	ctx, cancel := context.WithCancel(deadline(t))
	result, err := s.Run(ctx, Job("cat", 0), sandbox.Observer{Progress: func(p problem.Progress) {
		if p.Tests > 0 {
			cancel()
		}
	}})
	if err != nil || result.State != problem.Stopped || result.Tests == 0 {
		t.Fatalf("run: %+v, %v", result, err)
	}
	if result, err := s.Run(deadline(t), Job("cat", 2), sandbox.Observer{}); err != nil || result.Tests != 2 {
		t.Errorf("the next run on the session: %+v, %v", result, err)
	}
}

func killed(t *testing.T, target Target) {
	s := open(t, target)
	var once sync.Once
	_, err := s.Run(deadline(t), Job("cat", 0), sandbox.Observer{Progress: func(problem.Progress) {
		once.Do(func() { target.Kill(t) })
	}})
	var u *sandbox.UnavailableError
	if !errors.Is(err, sandbox.ErrUnavailable) || !errors.As(err, &u) || u.Remedy == "" {
		t.Fatalf("the run ended with: %v", err)
	}
	t.Logf("the user reads: %v", err)
	select {
	case <-s.Done():
	case <-time.After(patience):
		t.Error("the session goes on")
	}
	if s := open(t, target); s.Err() != nil {
		t.Errorf("a new session: %v", s.Err())
	}
}

func recovers(t *testing.T, target Target) {
	w := sandbox.NewWarm(target.Launcher, nil)
	defer func() {
		if err := w.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	}()
	w.Start()
	var once sync.Once
	var warnings []string
	result, err := w.Run(deadline(t), Job("cat", 200), sandbox.Observer{
		Progress: func(p problem.Progress) {
			if p.Tests > 0 {
				once.Do(func() { target.Kill(t) })
			}
		},
		Warning: func(text string) { warnings = append(warnings, text) },
	})
	if err != nil || result.Verdict != problem.OK || result.Tests != 200 {
		t.Errorf("run: %+v, %v", result, err)
	}
	if len(warnings) == 0 {
		t.Error("the user was not told")
	}
	if state := w.State(); state.Phase != sandbox.Ready {
		t.Errorf("state %+v", state)
	}
}

func abandoned(t *testing.T, target Target) {
	// Cancelled at every stage: each is announced, or else the start is over.
	for stage := range 3 {
		ctx, cancel := context.WithCancel(deadline(t))
		announced := 0
		stream, err := target.Launcher.Launch(ctx, func(string) {
			if announced == stage {
				cancel()
			}
			announced++
		})
		cancel()
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("stage %d: %v", stage, err)
			}
			continue
		}
		if err := stream.Close(); err != nil {
			t.Errorf("stage %d: closing: %v", stage, err)
		}
	}
}

func clientKilled(t *testing.T, target Target) {
	child := target.Child(t)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ready, readErr := bufio.NewReader(out).ReadString('\n')
	left := target.Left(t)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	if readErr != nil {
		t.Fatalf("the child did not get ready: %q, %v", ready, readErr)
	}
	if len(left) != 1 {
		t.Errorf("the child had the sandboxes %q", left)
	}
	// That nothing is left is checked at the end of every test.
}

// probes are scripts that print "ok" where a wall stands. They use the shell's
// own commands only, and run as a program under test does.
var probes = map[string]string{
	"there is no network":               `n=0; while read -r line; do case $line in *lo:*) ;; *:*) n=$((n+1));; esac; done </proc/net/dev; [ $n = 0 ] && echo ok || echo "$n devices"`,
	"the root file system is read-only": `while read -r _ at _ how _; do if [ "$at" = / ]; then r=$how; fi; done </proc/mounts; case $r in ro|ro,*) echo ok;; *) echo "mounted $r";; esac`,
	"nothing can be written elsewhere":  `for d in / /etc /usr /var /run /cache /run/stresstester /dev /tmp /var/tmp /dev/shm; do if ( : >$d/probe ) 2>/dev/null; then echo "wrote below $d"; exit; fi; done; echo ok`,
	"the driver's folder is closed":     `if ls /run/stresstester >/dev/null 2>&1 || ls /cache/* >/dev/null 2>&1; then echo open; else echo ok; fi`,
	"rights cannot be gained":           `while read -r k v; do case $k in NoNewPrivs:) n=$v;; esac; done </proc/self/status; [ "$n" = 1 ] && echo ok || echo "NoNewPrivs is $n"`,
	"programs have no capabilities":     `while read -r k v; do case $k in CapEff:) n=$v;; esac; done </proc/self/status; [ "$n" = 0000000000000000 ] && echo ok || echo "capabilities $n"`,
	"the container's own are few":       `while read -r k v; do case $k in CapBnd:) n=$v;; esac; done </proc/self/status; [ "$n" = 00000000000000e3 ] && echo ok || echo "capabilities $n"`,
	"programs are not root":             `while read -r k v _; do case $k in Uid:) n=$v;; esac; done </proc/self/status; [ "$n" -ge 1000 ] && echo ok || echo "user $n"`,
	"there is a seccomp filter":         `while read -r k v; do case $k in Seccomp:) n=$v;; esac; done </proc/self/status; [ "$n" = 2 ] && echo ok || echo "mode $n"`,
	"no folder of the host is mounted":  `while read -r d at t _; do case $t in ext*|xfs|btrfs) case $at in /cache|/etc/hosts|/etc/hostname|/etc/resolv.conf) ;; *) echo "$d at $at"; exit;; esac;; esac; done </proc/mounts; echo ok`,
}

func confined(t *testing.T, target Target) {
	s := open(t, target)
	for name, probe := range probes {
		t.Run(name, func(t *testing.T) {
			job := Job("read n; "+probe, 1)
			job.Options.NoShrink, job.Options.NoExplain = true, true
			for i := range job.Programs {
				if job.Programs[i].Role == problem.Brute {
					job.Programs[i].Source = []byte("read n; echo ok")
				}
			}
			result, err := s.Run(deadline(t), job, sandbox.Observer{})
			if err != nil {
				t.Fatal(err)
			}
			if result.Verdict != problem.OK {
				t.Errorf("%s: %s", result.Verdict, describe(result))
			}
		})
	}
}

// describe says what a probe printed.
func describe(r problem.Result) string {
	if c := r.Counterexample; c != nil {
		return strings.TrimSpace(c.Actual.String() + c.Stderr.String())
	}
	return r.Message
}

// Job is a job of three shell scripts: the generator prints the seed, the brute
// force prints its input, and tested is the program under test.
func Job(tested string, tests int) problem.Job {
	script := func(role problem.Role, source string) problem.Program {
		name := string(role) + ".sh"
		return problem.Program{
			Role: role, Name: name, Path: "/" + name, Source: []byte(source),
			Recipe: problem.Recipe{Language: "sh", SourceName: name, Run: []string{"/bin/sh", "{dir}/" + name}},
		}
	}
	return problem.Job{
		Programs: []problem.Program{
			script(problem.Tested, tested),
			script(problem.Brute, "cat"),
			script(problem.Generator, `echo "$1"`),
		},
		Options: problem.Options{Tests: tests, Seed: 1, Jobs: 1, NoShrink: true, NoExplain: true},
	}
}

// open launches a sandbox and opens a session, which ends with the test.
func open(t *testing.T, target Target) *sandbox.Session {
	t.Helper()
	stream, err := target.Launcher.Launch(deadline(t), func(string) {})
	if err != nil {
		t.Fatalf("launching: %v", err)
	}
	s, err := sandbox.Open(deadline(t), stream)
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// deadline is a context that ends when the suite's patience does.
func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(context.Background(), patience, errors.New("the suite waited in vain"))
	t.Cleanup(cancel)
	return ctx
}

// wantNone waits until no sandbox is left.
func wantNone(t *testing.T, target Target) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for {
		left := target.Left(t)
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Errorf("left behind: %q", left)
			return
		}
	}
}
