package lsptest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"

	"stresstester/core/problem"
	"stresstester/lsp/command"
)

// Patience is how long something expected may take. It is met by failures only.
const Patience = time.Minute

// Outcome is how an expectation stands.
type Outcome int

// The outcomes. What is Unmet may still be met; what is Unmeetable never will.
const (
	Unmet Outcome = iota
	Met
	Unmeetable
)

// Expectation is something that the editor should be told.
type Expectation struct {
	// What describes it for a failure's message.
	What string
	// Check looks at what was told so far.
	Check func(State) Outcome
}

// Await waits until all expectations are met together.
func (e *Editor) Await(expectations ...Expectation) State {
	e.t.Helper()
	timeout := time.After(Patience)
	for {
		e.mu.Lock()
		state, changed := e.state.clone(), e.changed
		e.mu.Unlock()
		unmet := e.unmet(state, expectations)
		if unmet == "" {
			return state
		}
		select {
		case <-changed:
		case <-e.served:
			// What it sent last may still be on its way.
			if now := e.State(); e.unmet(now, expectations) == "" {
				return now
			}
			e.t.Fatalf("the server has ended (%v) before: %s\n%s", e.serveErr, unmet, state)
		case <-timeout:
			e.t.Fatalf("waited in vain for: %s\n%s", unmet, state)
		}
	}
}

func (e *Editor) unmet(state State, expectations []Expectation) string {
	for _, x := range expectations {
		switch x.Check(state) {
		case Met:
		case Unmeetable:
			e.t.Fatalf("cannot happen any more: %s\n%s", x.What, state)
		case Unmet:
			return x.What
		}
	}
	return ""
}

// String shows a state in a failure's message.
func (s State) String() string {
	var b strings.Builder
	for uri, diagnostics := range s.Diagnostics {
		for _, d := range diagnostics {
			fmt.Fprintf(&b, "  %s:%d:%d %v %s\n", uri, d.Range.Start.Line+1, d.Range.Start.Character+1, d.Code, strings.ReplaceAll(text(d), "\n", "\n      "))
		}
	}
	for _, r := range s.Runs {
		if r.State.Final() {
			fmt.Fprintf(&b, "  run %s: %s %s %s %s\n", r.Run, r.State, r.Verdict, r.Message, r.Error)
		}
	}
	for what, texts := range map[string][]string{"message": s.Messages, "shown": s.Shown, "asked": s.Questions} {
		for _, t := range texts {
			fmt.Fprintf(&b, "  %s: %s\n", what, t)
		}
	}
	return "the editor knows:\n" + b.String()
}

func text(d protocol.Diagnostic) string {
	s, _ := d.Message.(protocol.String)
	return string(s)
}

// CodeOf is a diagnostic's code.
func CodeOf(d protocol.Diagnostic) string {
	s, _ := d.Code.(protocol.String)
	return string(s)
}

// RunEnds is met when the run has ended with the verdict. It needs a client that
// asked for stresstester/run.
func RunEnds(run string, verdict problem.Verdict) Expectation {
	return RunSays(run, fmt.Sprintf("ends with %s", verdict), func(n command.RunNotification) Outcome {
		switch {
		case !n.State.Final():
			return Unmet
		case n.Verdict == verdict:
			return Met
		}
		return Unmeetable
	})
}

// RunReaches is met when the run is in the state, and can no longer be met when
// it has ended in another.
func RunReaches(run string, state problem.State) Expectation {
	return RunSays(run, fmt.Sprintf("is %s", state), func(n command.RunNotification) Outcome {
		switch {
		case n.State == state:
			return Met
		case n.State.Final():
			return Unmeetable
		}
		return Unmet
	})
}

// RunSays looks at the notifications of one run, the oldest first, until one is
// not Unmet.
func RunSays(run, what string, check func(command.RunNotification) Outcome) Expectation {
	return Expectation{What: "run " + run + " " + what, Check: func(s State) Outcome {
		for _, n := range s.Runs {
			if n.Run == run {
				if o := check(n); o != Unmet {
					return o
				}
			}
		}
		return Unmet
	}}
}

// Diagnoses is met when the document has a diagnostic of that code whose message
// matches, on the line, which counts from 1; line 0 is any.
func Diagnoses(uri string, line int, code, pattern string) Expectation {
	re := regexp.MustCompile("(?s)" + pattern)
	return Expectation{What: fmt.Sprintf("%s:%d %s %s", uri, line, code, pattern), Check: func(s State) Outcome {
		for _, d := range s.Diagnostics[uri] {
			if CodeOf(d) == code && re.MatchString(text(d)) && (line == 0 || int(d.Range.Start.Line)+1 == line) {
				return Met
			}
		}
		return Unmet
	}}
}

// NoDiagnostics is met when the document, which had some, has none.
func NoDiagnostics(uri string) Expectation {
	return Expectation{What: "no diagnostics in " + uri, Check: func(s State) Outcome {
		if len(s.Diagnostics[uri]) == 0 && s.Published[uri] > 0 {
			return Met
		}
		return Unmet
	}}
}

// Says is met when one of the texts matches.
func Says(what, pattern string, texts func(State) []string) Expectation {
	re := regexp.MustCompile("(?s)" + pattern)
	return Expectation{What: what + " " + pattern, Check: func(s State) Outcome {
		if slices.ContainsFunc(texts(s), re.MatchString) {
			return Met
		}
		return Unmet
	}}
}

// Shows is met when the editor was asked to show a document that matches.
func Shows(pattern string) Expectation {
	return Says("shown document", pattern, func(s State) []string { return s.Shown })
}

// Tells is met when the user was shown a message that matches.
func Tells(pattern string) Expectation {
	return Says("message", pattern, func(s State) []string { return s.Messages })
}

// Asks is met when the user was asked something that matches.
func Asks(pattern string) Expectation {
	return Says("question", pattern, func(s State) []string { return s.Questions })
}

// ProgressEnds is met when the progress of the token has ended, or of any token
// when it is empty.
func ProgressEnds(token string) Expectation {
	return Expectation{What: "end of progress " + token, Check: func(s State) Outcome {
		for t, values := range s.Progress {
			if (token == "" || t == token) && len(values) > 0 && values[len(values)-1].Kind == "end" {
				return Met
			}
		}
		return Unmet
	}}
}
