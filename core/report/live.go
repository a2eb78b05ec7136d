package report

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"stresstester/core/problem"
)

// Live tells how a run goes on while it does: on a terminal one line that is
// drawn again at most ten times a second, elsewhere a line now and then for what
// takes longer than a second. It is safe for concurrent use.
type Live struct {
	w        io.Writer
	terminal bool
	style    func() Style
	now      func() time.Time

	mu    sync.Mutex
	began time.Time
	drawn time.Time // when the line was last written
	state problem.State
	shown bool // a line is on the terminal and has to be wiped
	pause time.Duration
	ended bool
	// warned are the warnings that were shown.
	warned []string
}

const (
	redraw    = 100 * time.Millisecond
	firstLine = time.Second
	mostPause = 30 * time.Second
)

// NewLive writes to w. The style is asked for at every line, as terminals change
// their width.
func NewLive(w io.Writer, terminal bool, style func() Style) *Live {
	return newLive(w, terminal, style, time.Now)
}

func newLive(w io.Writer, terminal bool, style func() Style, now func() time.Time) *Live {
	return &Live{w: w, terminal: terminal, style: style, now: now, began: now(), pause: firstLine}
}

// Status tells of something that takes time before the run begins.
func (l *Live) Status(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.show("", plain(text)+" …")
}

// Progress tells where the run stands.
func (l *Live) Progress(p problem.Progress) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.show(p.State, progressText(p))
}

// show writes the line if one is due; a change of state makes one due on a
// terminal.
func (l *Live) show(state problem.State, text string) {
	if l.ended {
		return
	}
	now := l.now()
	if l.terminal {
		if state == l.state && state != "" && now.Sub(l.drawn) < redraw {
			return
		}
		l.state, l.drawn, l.shown = state, now, true
		line := join(fit(cells(text, spacesPlain), l.style().width()-1, -1))
		fmt.Fprint(l.w, "\r\x1b[K", line)
		return
	}
	since := l.began
	if !l.drawn.IsZero() {
		since = l.drawn
	}
	if now.Sub(since) < l.pause {
		return
	}
	if !l.drawn.IsZero() {
		l.pause = min(2*l.pause, mostPause)
	}
	l.drawn = now
	fmt.Fprintln(l.w, text)
}

func progressText(p problem.Progress) string {
	parts := []string{string(p.State)}
	if p.Message != "" {
		parts[0] += " (" + plain(p.Message) + ")"
	}
	if p.State != problem.Compiling {
		tests := count(p.Tests, "test")
		if p.Total > 0 {
			tests = fmt.Sprintf("%d/%s", p.Tests, count(p.Total, "test"))
		}
		parts = append(parts, tests)
		if p.TestsPerSecond > 0 {
			parts = append(parts, rate(p.TestsPerSecond)+" tests/s")
		}
	}
	parts = append(parts, fmt.Sprintf("%.1f s", p.Seconds))
	if p.Seed > 0 {
		parts = append(parts, fmt.Sprintf("seed %d", p.Seed))
	}
	if p.Failures > 0 {
		parts = append(parts, count(p.Failures, "failure"))
	}
	return strings.Join(parts, "  ")
}

// Compiled tells of a program that took long to build, where no line that is
// drawn again shows that something goes on.
func (l *Live) Compiled(c problem.Compilation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.terminal && c.OK && c.Seconds >= firstLine.Seconds() {
		l.above(fmt.Sprintf("compiled %s in %s", c.Role.Title(), seconds(c.Seconds)))
	}
}

// Warning tells of something about the set-up.
func (l *Live) Warning(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.warned {
		if w == text {
			return
		}
	}
	l.warned = append(l.warned, text)
	l.above(l.style().paint(yellow, "warning:") + " " + plain(text))
}

// Note tells of something once, in a line that stays.
func (l *Live) Note(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.above(plain(text))
}

// Found tells of a failure; the one that ends the run is left to the report.
func (l *Live) Found(f problem.Failure, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !last {
		l.above(l.style().paint(colorOf(f.Verdict), string(f.Verdict)) + ": " + plain(f.Message))
	}
}

// above writes a line that stays.
func (l *Live) above(text string) {
	if l.ended {
		return
	}
	l.wipe()
	fmt.Fprintln(l.w, text)
}

func (l *Live) wipe() {
	if l.shown {
		fmt.Fprint(l.w, "\r\x1b[K")
		l.shown = false
	}
}

// End wipes the live line and returns the warnings that were shown. Nothing is
// written afterwards.
func (l *Live) End() (warned []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wipe()
	l.ended = true
	return l.warned
}
