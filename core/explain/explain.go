// Package explain finds the source line that printed the first wrong token, and the
// one where a program crashed.
//
// The failing test is run once more in a way that logs which calls wrote one byte of
// the output; testing_env/trace has the programs that write such logs, and this
// package reads them. It runs nothing itself, and it believes nothing: logs and
// executables were in the hands of the tested program. Start reading at Aim and
// Locate.
package explain

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"stresstester/core/problem"
)

// Call is one call of a stack: the line it was made from.
type Call struct {
	// File is as the compiler wrote it, or the name of the program's own source.
	File     string
	Function string
	// Line and Column count from 1; 0 means unknown.
	Line, Column int
}

// Write is one call that wrote the bytes from Start up to End of the output. Stack
// has the innermost call first.
type Write struct {
	Start, End int64
	Stack      []Call
}

// Crash is how a program was about to end: by a signal (its number) or by a call of
// exit with a status other than 0.
type Crash struct {
	Signal, Status int
	Stack          []Call
}

// Trace is what a traced run told. Crash is nil where none was seen.
type Trace struct {
	Writes  []Write
	Crash   *Crash
	Samples []Sample
	Faults  []Fault
}

// Target is the byte of an output that has to be explained.
type Target struct {
	// At is the byte's offset, and End the end of its token: up to there, a traced
	// run's output must be the same.
	At, End int
	// Ended tells that the output ended too early; At is its last visible byte.
	Ended bool
}

// Aim is the target that the first difference of the outputs gives. It is false
// where nothing was printed that could be explained.
func Aim(d *problem.Difference, actual []byte) (Target, bool) {
	start := offset(actual, d.Actual)
	if d.ActualToken == "" {
		last := len(bytes.TrimRight(actual[:start], " \t\r\n\v\f")) - 1
		return Target{At: last, End: len(actual), Ended: true}, last >= 0
	}
	// The token may have been put together by several writes: the first byte that
	// differs tells which one was wrong.
	same := 0
	for same < len(d.ExpectedToken) && same < len(d.ActualToken)-1 && d.ExpectedToken[same] == d.ActualToken[same] {
		same++
	}
	if d.ExpectedToken == "" {
		same = 0
	}
	t := Target{At: start + same, End: start + len(d.ActualToken)}
	if t.End > len(actual) || string(actual[start:t.End]) != d.ActualToken {
		// A token that was shortened or made readable for the message.
		t.At, t.End = start, min(start+1, len(actual))
	}
	return t, t.At < len(actual)
}

// offset is the place in the text as an offset in bytes.
func offset(text []byte, p problem.Position) int {
	at := 0
	for line := 1; line < p.Line; line++ {
		next := bytes.IndexByte(text[at:], '\n')
		if next < 0 {
			return len(text)
		}
		at += next + 1
	}
	return max(0, min(at+p.Column-1, len(text)))
}

// Agrees reports whether a traced run printed the same as the run that failed, as
// far as the target is concerned.
func (t Target) Agrees(actual, traced []byte) bool {
	if t.Ended {
		return bytes.Equal(actual, traced)
	}
	return len(traced) >= t.End && bytes.Equal(actual[:t.End], traced[:t.End])
}

// Sources are the names of the tested program's own files: the source first, then
// its includes.
type Sources []string

// Printed is the location of what printed the target, or nil if the trace does not
// tell. The difference may be nil. Output is what the traced run printed.
func (s Sources) Printed(t Target, d *problem.Difference, trace *Trace, output []byte) *problem.Location {
	for i := range trace.Writes {
		w := &trace.Writes[i]
		if w.Start > int64(t.At) || w.End <= int64(t.At) || w.End > int64(len(output)) {
			continue
		}
		l := s.locate(w.Stack)
		if l == nil {
			return nil
		}
		l.TokenIndex = -1
		if d != nil {
			l.TokenIndex, l.ExpectedToken, l.ActualToken = d.TokenIndex, d.ExpectedToken, d.ActualToken
		}
		l.Note = printedNote(t, output[w.Start:w.End])
		return l
	}
	return nil
}

// fewTokens is how many tokens one statement usually prints.
const fewTokens = 12

// printedNote says where the line that printed the token is not the one that got it
// wrong.
func printedNote(t Target, written []byte) string {
	var notes []string
	lines, tokens := bytes.Count(bytes.TrimRight(written, "\n"), []byte("\n"))+1, len(bytes.Fields(written))
	if lines > 1 || tokens > fewTokens {
		notes = append(notes, fmt.Sprintf("this line printed %s at once, which the program had put together before", amount(lines, tokens)))
	}
	if t.Ended {
		notes = append(notes, "the output ends too early; this line printed the last of it")
	}
	return strings.Join(notes, "; ")
}

func amount(lines, tokens int) string {
	if lines > 1 {
		return fmt.Sprintf("%d lines", lines)
	}
	return fmt.Sprintf("%d tokens", tokens)
}

// Crashed is the location of the crash by the signal, or by the exit status where
// that is empty; nil if the trace does not tell of the same one. Stderr is what the program printed there.
func (s Sources) Crashed(signal string, status int, trace *Trace, stderr []byte) *problem.Location {
	c := trace.Crash
	number, known := signals[signal]
	if c == nil || c.Signal != number || (signal != "" && !known) || (signal == "" && c.Status != status) {
		return nil
	}
	l := s.locate(c.Stack)
	if l == nil {
		return nil
	}
	l.TokenIndex = -1
	l.Note = crashNote(signal, status, len(c.Stack), stderr)
	return l
}

// signals are those that a trace can tell of, with their numbers on Linux.
var signals = map[string]int{"SIGILL": 4, "SIGTRAP": 5, "SIGABRT": 6, "SIGBUS": 7, "SIGFPE": 8, "SIGSEGV": 11, "SIGSYS": 31}

// deepStack is the number of calls at which a log's stack was cut: only endless
// recursion has so many.
const deepStack = 60

func crashNote(signal string, status, calls int, stderr []byte) string {
	if name, what := exception(stderr); name != "" && signal == "SIGABRT" {
		if what != "" {
			return fmt.Sprintf("uncaught exception %s: %s", name, what)
		}
		return "uncaught exception " + name
	}
	switch signal {
	case "":
		return fmt.Sprintf("ended here with exit status %d", status)
	case "SIGFPE":
		return "SIGFPE: a division by zero, or a quotient that does not fit"
	case "SIGSEGV", "SIGBUS":
		if calls >= deepStack {
			return signal + ": the stack is full; does the recursion end?"
		}
		return signal + ": an access to memory that the program does not have"
	case "SIGABRT":
		if text := assertion(stderr); text != "" {
			return "assertion failed: " + text
		}
		return "SIGABRT: the program or one of its libraries gave up"
	}
	return "killed by " + signal
}

// exception finds what the C++ library says about an uncaught exception.
func exception(stderr []byte) (name, what string) {
	_, rest, found := strings.Cut(string(stderr), "terminate called after throwing an instance of '")
	if !found {
		return "", ""
	}
	name, rest, _ = strings.Cut(rest, "'\n")
	if text, found := strings.CutPrefix(rest, "  what():  "); found {
		what, _, _ = strings.Cut(text, "\n")
	}
	return shorten(name), shorten(what)
}

// assertion is the condition that the C library says was false.
func assertion(stderr []byte) string {
	_, rest, _ := strings.Cut(string(stderr), ": Assertion `")
	text, _, found := strings.Cut(rest, "' failed.")
	if !found {
		return ""
	}
	return shorten(text)
}

func shorten(text string) string {
	const most = 200
	text = strings.ToValidUTF8(text, "\ufffd")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// stackShown is how many calls of a stack a location has at most.
const stackShown = 64

// locate picks the innermost call in the source itself, or in an include where
// there is none, and keeps the calls of that file.
func (s Sources) locate(stack []Call) *problem.Location {
	for _, own := range s {
		l := &problem.Location{File: own, Stack: []problem.Frame{}}
		for _, c := range stack {
			if c.Line <= 0 || !sameFile(c.File, own) {
				continue
			}
			if l.Line == 0 {
				l.Line, l.Column = c.Line, c.Column
			}
			if len(l.Stack) < stackShown {
				l.Stack = append(l.Stack, problem.Frame{Function: shorten(c.Function), Line: c.Line})
			}
		}
		if l.Line > 0 {
			return l
		}
	}
	return nil
}

// sameFile reports whether a name for a file means the program's own file of that
// name. Compilers are given names relative to their working folder; some tools put
// that folder in front.
func sameFile(file, own string) bool {
	file, own = path.Clean(file), path.Clean(own)
	if file == own {
		return true
	}
	for _, system := range []string{"/usr/", "/lib/", "/opt/", "../"} {
		if strings.HasPrefix(file, system) {
			return false
		}
	}
	return strings.HasPrefix(file, "/") && strings.HasSuffix(file, "/"+own)
}
