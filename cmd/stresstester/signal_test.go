//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"stresstester/core/problem"
)

// endless starts a run that goes on until it is interrupted, and returns it with
// the lines of its standard output.
func endless(t *testing.T, tested string, args ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	if reason := noSandbox(); reason != "" {
		t.Skip(reason)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"sol.py":   tested,
		"brute.py": "print(input())\n",
		"gen.py":   "import sys\nprint(sys.argv[-1])\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// TestMain put a program of this name into PATH.
	args = append([]string{"run", "--format", "json", "--tests", "0"}, args...)
	cmd := exec.CommandContext(t.Context(), "stresstester", append(args, "sol.py")...)
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	return cmd, lines
}

// until reads lines until one contains the text.
func until(t *testing.T, lines *bufio.Scanner, text string) {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	t.Fatalf("standard output ended without %q: %v", text, lines.Err())
}

// end reads the last line and the exit status.
func end(t *testing.T, cmd *exec.Cmd, lines *bufio.Scanner) (problem.Result, int) {
	t.Helper()
	last := ""
	for lines.Scan() {
		last = lines.Text()
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("the run ended with %v", err)
	}
	var result problem.Result
	if err := json.Unmarshal([]byte(last), &result); err != nil {
		t.Fatalf("the last line is %q: %v", last, err)
	}
	return result, exit.ExitCode()
}

func TestASignalEndsTheRunWithWhatIsKnown(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			cmd, lines := endless(t, "print(input())\n")
			until(t, lines, `"state":"running"`)
			if err := cmd.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
			result, status := end(t, cmd, lines)
			if status != exitInterrupted || result.Verdict != problem.OK || result.State != problem.Stopped {
				t.Errorf("status %d, result %+v", status, result)
			}
		})
	}
}

func TestASignalKeepsTheCounterexampleThatWasFound(t *testing.T) {
	t.Parallel()
	// Only one test fails, so that a second failure is looked for in vain.
	cmd, lines := endless(t, "n = input()\nprint(n if n != '3' else 'no')\n", "--keep-going", "2", "--no-shrink")
	until(t, lines, `"event":"progress","state":"running"`)
	until(t, lines, `"failures":1`)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	result, status := end(t, cmd, lines)
	if status != exitInterrupted || result.Verdict != problem.WA || result.TestSeed != 3 {
		t.Fatalf("status %d, result %+v", status, result)
	}
	if result.Counterexample.SavedAs != ".stresstester/sol/wa-1.in" {
		t.Errorf("saved as %q", result.Counterexample.SavedAs)
	}
	if got, err := os.ReadFile(filepath.Join(cmd.Dir, result.Counterexample.SavedAs)); err != nil || string(got) != "3\n" {
		t.Errorf("the saved input is %q, %v", got, err)
	}
}

func TestASecondSignalEndsTheProgramAtOnce(t *testing.T) {
	t.Parallel()
	signals := make(chan struct{})
	cmd, lines := endless(t, "print(input())\n")
	until(t, lines, `"state":"running"`)
	go func() {
		defer close(signals)
		// The program may be gone before the last of them.
		for cmd.Process.Signal(os.Interrupt) == nil {
		}
	}()
	for lines.Scan() {
	}
	err := cmd.Wait()
	<-signals
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("ended with %v", err)
	}
}
