package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
)

// clock is a clock that stands still until it is moved.
type clock struct{ at time.Time }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

func fixture(terminal bool) (*Live, *clock, *bytes.Buffer) {
	c, out := &clock{time.Unix(1e9, 0)}, &bytes.Buffer{}
	return newLive(out, terminal, func() Style { return Style{Width: 60} }, c.now), c, out
}

func TestATerminalIsDrawnAtMostTenTimesASecond(t *testing.T) {
	t.Parallel()
	l, c, out := fixture(true)
	for n := range 200 { // two seconds
		l.Progress(problem.Progress{State: problem.Running, Tests: n, Total: 1000, Seconds: 0.01 * float64(n)})
		c.advance(10 * time.Millisecond)
	}
	if n := strings.Count(out.String(), "\x1b[K"); n < 15 || n > 21 {
		t.Errorf("drawn %d times in two seconds", n)
	}
	if strings.Contains(out.String(), "\n") {
		t.Error("a new line was begun")
	}
}

func TestTheLiveLineTellsWhereTheRunStands(t *testing.T) {
	t.Parallel()
	l, _, out := fixture(true)
	l.style = func() Style { return Style{Width: 70} }
	l.Progress(problem.Progress{State: problem.Running, Tests: 137, Total: 10000, Seconds: 0.5, TestsPerSecond: 3120.5, Seed: 140, Failures: 1})
	want := "\r\x1b[Krunning  137/10000 tests  3120 tests/s  0.5 s  seed 140  1 failure"
	if got := out.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if line := strings.TrimPrefix(out.String(), "\r\x1b[K"); displayWidth(line) > 69 {
		t.Errorf("%q is wider than the terminal", line)
	}
}

func TestAChangeOfStateIsDrawnAtOnce(t *testing.T) {
	t.Parallel()
	l, _, out := fixture(true)
	for _, s := range []problem.State{problem.Compiling, problem.Running, problem.Running, problem.Shrinking} {
		l.Progress(problem.Progress{State: s})
	}
	if n := strings.Count(out.String(), "\x1b[K"); n != 3 {
		t.Errorf("drawn %d times: %q", n, out)
	}
}

func TestElsewhereALineComesNowAndThenForWhatTakesLong(t *testing.T) {
	t.Parallel()
	l, c, out := fixture(false)
	var at []time.Duration
	for n := range 1000 { // 100 seconds
		before := out.Len()
		l.Progress(problem.Progress{State: problem.Running, Tests: n})
		if out.Len() > before {
			at = append(at, time.Duration(n)*100*time.Millisecond)
		}
		c.advance(100 * time.Millisecond)
	}
	want := []int{1, 2, 4, 8, 16, 32, 62, 92}
	if len(at) != len(want) {
		t.Fatalf("lines at %v", at)
	}
	for i, d := range at {
		if d != time.Duration(want[i])*time.Second {
			t.Errorf("lines at %v, want %v seconds", at, want)
			break
		}
	}
	if strings.ContainsAny(out.String(), "\r\x1b") {
		t.Error("a terminal's control characters were written")
	}
}

func TestAShortRunWritesNothingElsewhere(t *testing.T) {
	t.Parallel()
	l, c, out := fixture(false)
	l.Status("starting the sandbox")
	c.advance(900 * time.Millisecond)
	l.Progress(problem.Progress{State: problem.Running})
	l.End()
	if out.Len() > 0 {
		t.Errorf("written: %q", out)
	}
}

func TestALongCompilationIsToldWhereNothingIsDrawn(t *testing.T) {
	t.Parallel()
	l, _, out := fixture(false)
	l.Compiled(problem.Compilation{Role: problem.Tested, OK: true, Seconds: 0.9})
	l.Compiled(problem.Compilation{Role: problem.Brute, OK: true, Seconds: 2.5})
	l.Compiled(problem.Compilation{Role: problem.Generator, Seconds: 2.5})
	if got := out.String(); got != "compiled the brute force in 2.50 s\n" {
		t.Errorf("written: %q", got)
	}
}

func TestLastingLinesDoNotMixWithTheLiveLine(t *testing.T) {
	t.Parallel()
	l, _, out := fixture(true)
	l.Progress(problem.Progress{State: problem.Running})
	l.Warning("careful")
	l.Warning("careful")
	l.Found(problem.Failure{Verdict: problem.WA, Message: "wrong answer on test 3"}, false)
	l.Found(problem.Failure{Verdict: problem.WA, Message: "the last one"}, true)
	l.Progress(problem.Progress{State: problem.Shrinking})
	warned := l.End()
	l.Progress(problem.Progress{State: problem.Done})
	want := "\r\x1b[Krunning  0 tests  0.0 s" +
		"\r\x1b[Kwarning: careful\n" +
		"WA: wrong answer on test 3\n" +
		"\r\x1b[Kshrinking  0 tests  0.0 s\r\x1b[K"
	if got := out.String(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(warned) != 1 || warned[0] != "careful" {
		t.Errorf("warned %q", warned)
	}
}
