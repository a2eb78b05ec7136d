package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"stresstester/core/explain"
	"stresstester/core/problem"
)

// traceable is a lab whose slots are Tracers.
type traceable struct {
	*functions
	// log is what a traced run logs of the byte at the offset.
	log func(at int, original bool) string
	// traced is what a traced run prints, if not what the program prints.
	traced func(original bool) function
	// other are the traces of the other probes.
	other map[Probe]*explain.Trace
}

type tracingSlot struct {
	*memorySlot
	lab *traceable
}

func (l *traceable) Slots(n int) ([]Slot, error) {
	slots, err := l.functions.Slots(n)
	for i, s := range slots {
		slots[i] = &tracingSlot{memorySlot: s.(*memorySlot), lab: l}
	}
	return slots, err
}

func (s *tracingSlot) Trace(ctx context.Context, call *Call, probe Probe, at int, out *Outcome) (*explain.Trace, error) {
	if probe > TracedOriginal {
		return s.lab.other[probe], nil
	}
	original := probe == TracedOriginal
	if err := s.Run(ctx, call, out); err != nil {
		return nil, err
	}
	if s.lab.traced != nil {
		s.streams[Output], *out = s.lab.traced(original)(invocation{stdin: s.streams[Input]})
	}
	return explain.ParseLog([]byte(s.lab.log(at, original)), "Main.java", nil), nil
}

func (s *tracingSlot) Prepare(context.Context, problem.Role, Probe) {}

func TestFailuresAreExplained(t *testing.T) {
	t.Parallel()
	wrong := func(c invocation) (string, Outcome) { return prints("answer " + strings.TrimSpace(c.stdin) + "\n") }
	right := func(c invocation) (string, Outcome) { return prints("answer 7\n") }
	crash := func(invocation) (string, Outcome) { return "", Outcome{Signal: "SIGSEGV", ExitCode: 139} }
	covers := func(at int, _ bool) string { return fmt.Sprintf("w %d %d 12:show 20:main\n", at, at+1) }
	for _, c := range []struct {
		name    string
		tested  function
		log     func(at int, original bool) string
		traced  func(original bool) function
		options problem.Options
		line    int
		note    string
	}{
		{name: "the line that printed the wrong token", tested: wrong, log: covers, line: 12},
		{name: "the line of a crash", tested: crash, line: 4, note: "SIGSEGV",
			log: func(int, bool) string { return "s 11 4:walk 20:main\n" }},
		{name: "another crash than the one that was found", tested: crash,
			log: func(int, bool) string { return "s 6 4:walk 20:main\n" }},
		{name: "a traced run that prints something else", tested: wrong, log: covers,
			traced: func(bool) function { return right }},
		{name: "a build for tracing that prints something else", tested: wrong, log: covers, line: 12, note: originalNote,
			traced: func(original bool) function {
				if original {
					return wrong
				}
				return right
			}},
		{name: "a trace that does not tell", tested: wrong, log: func(int, bool) string { return "" }},
		{name: "no wish to know", tested: wrong, log: covers, options: problem.Options{NoExplain: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lab := &traceable{log: c.log, traced: c.traced, functions: &functions{programs: map[problem.Role]function{
				problem.Tested: c.tested, problem.Brute: right}}}
			job := newJob(lab.functions, c.options)
			job.Only = &problem.Test{Name: "only", Input: []byte("5\n")}
			job.Options.NoShrink = true
			p, _ := job.Program(problem.Tested)
			p.Name, p.Recipe.SourceName = "sol.java", "Main.java"
			result, err := Run(t.Context(), job, lab, Events{})
			if err != nil {
				t.Fatal(err)
			}
			l := result.Location
			switch {
			case c.line == 0 && l != nil:
				t.Errorf("location %+v", l)
			case c.line != 0 && (l == nil || l.Line != c.line || l.File != "sol.java" || !strings.Contains(l.Note, c.note)):
				t.Errorf("location %+v, expected line %d and a note with %q", l, c.line, c.note)
			}
		})
	}
}
