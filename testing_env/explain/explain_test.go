package explain_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"stresstester/core/languages"
	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
)

// imageVariable names the sandbox image for tests that need one.
const imageVariable = "STRESSTESTER_IMAGE"

// enough is the share of programs whose line must be found exactly, in percent.
const enough = 95

// TestLinesAreFound runs every program in testdata. Each says in comments what it
// is given and what would be right, and marks the line to be found.
func TestLinesAreFound(t *testing.T) {
	warm := openSandbox(t)
	names, err := filepath.Glob("testdata/*.*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no programs: %v", err)
	}
	var mu sync.Mutex
	right, seen := 0, 0
	t.Run("programs", func(t *testing.T) {
		for _, name := range names {
			t.Run(filepath.Base(name), func(t *testing.T) {
				t.Parallel()
				s := readSample(t, name)
				l := s.explain(t, warm)
				mu.Lock()
				defer mu.Unlock()
				seen++
				if s.judge(t, l) {
					right++
				}
			})
		}
	})
	if seen == 0 {
		t.Fatal("no program failed as it should")
	}
	t.Logf("%d of %d lines are exactly right: %.1f %%", right, seen, 100*float64(right)/float64(seen))
	if 100*right < enough*seen {
		t.Errorf("less than %d %% of the lines are right", enough)
	}
}

func openSandbox(t *testing.T) *sandbox.Warm {
	t.Helper()
	image := os.Getenv(imageVariable)
	if image == "" {
		t.Skipf("%s is not set: make test sets it to the sandbox's image", imageVariable)
	}
	launcher, err := docker.New(docker.Options{Image: image})
	if err != nil {
		t.Fatal(err)
	}
	warm := sandbox.NewWarm(launcher, nil)
	t.Cleanup(func() {
		if err := warm.Close(); err != nil {
			t.Error(err)
		}
		if err := launcher.Close(); err != nil {
			t.Error(err)
		}
	})
	return warm
}

// sample is a program of testdata.
type sample struct {
	name          string
	source        []byte
	input, answer string
	note          string // what the note must contain; empty: there must be none
	verdict       problem.Verdict
	line          int
}

func readSample(t *testing.T, name string) sample {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s := sample{name: filepath.Base(name), source: source, verdict: problem.WA}
	for i, line := range strings.Split(string(source), "\n") {
		if strings.Contains(line, "WRONG") {
			s.line = i + 1
		}
		key, value, _ := strings.Cut(strings.TrimLeft(line, "#/ "), ": ")
		text := strings.ReplaceAll(value, `\n`, "\n") + "\n"
		switch key {
		case "input":
			s.input = text
		case "expect":
			s.answer = text
		case "note":
			s.note = value
		case "verdict":
			s.verdict = problem.Verdict(value)
		}
	}
	if s.line == 0 || s.answer == "" {
		t.Fatalf("%s lacks a marked line or what is expected", name)
	}
	return s
}

// program is the source in a role, with its language's recipe.
func program(t *testing.T, role problem.Role, name string, source []byte) problem.Program {
	t.Helper()
	p := problem.Program{Role: role, Name: name, Path: "/" + name, Source: source}
	l, ok := languages.Default().ForSource(name, source)
	if !ok {
		t.Fatalf("%s is in no known language", name)
	}
	recipe, err := l.Recipe(&p)
	if err != nil {
		t.Fatal(err)
	}
	p.Recipe = recipe
	return p
}

// explain runs the program on its one test.
func (s *sample) explain(t *testing.T, warm *sandbox.Warm) *problem.Location {
	t.Helper()
	job := problem.Job{
		Programs: []problem.Program{
			program(t, problem.Tested, s.name, s.source),
			program(t, problem.Brute, "brute.sh", []byte("cat\n")),
		},
		Options: problem.Options{Jobs: 1, NoShrink: true},
		Only:    &problem.Test{Name: "only", Input: []byte(s.input), Answer: []byte(s.answer), HasAnswer: true},
	}
	result, err := warm.Run(t.Context(), job, sandbox.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	if result.Verdict != s.verdict {
		for _, c := range result.Compilations {
			t.Logf("%s: %s%s", c.Role, c.Output, c.Message)
		}
		t.Fatalf("verdict %s, expected %s: %s", result.Verdict, s.verdict, result.Message)
	}
	return result.Location
}

// judge reports whether the location is the right one. A wrong one without a note,
// which says so, would lead people astray.
func (s *sample) judge(t *testing.T, l *problem.Location) bool {
	t.Helper()
	if l == nil {
		t.Logf("%s: no location, expected line %d", s.name, s.line)
		return false
	}
	told := fmt.Sprintf("%s:%d:%d %v, note %q", l.File, l.Line, l.Column, l.Stack, l.Note)
	if l.File != s.name || l.Line != s.line {
		t.Logf("%s, expected line %d", told, s.line)
		if l.Note == "" {
			t.Errorf("%s: a wrong line without a note", s.name)
		}
		return false
	}
	if !strings.Contains(l.Note, s.note) || (s.note == "" && l.Note != "") {
		t.Errorf("%s: expected a note with %q", told, s.note)
	}
	if len(l.Stack) == 0 || l.Stack[0].Line != l.Line {
		t.Errorf("%s: the stack does not begin with the line", told)
	}
	return true
}
