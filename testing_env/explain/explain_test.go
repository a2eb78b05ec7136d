package explain_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"stresstester/core/languages"
	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
	"stresstester/testing_env/arena"
)

// enough is the share of programs whose line must be found exactly, in percent.
const enough = 95

// flakyRuns is how often a program that fails by chance is run until it has passed
// and failed on the same input.
const flakyRuns = 40

var update = flag.Bool("update", false, "write the table into docs/explanation.md")

// TestLinesAreFound runs every program in testdata. Each says in comments what it
// is given and what would be right, and marks the line to be found.
func TestLinesAreFound(t *testing.T) {
	sb := openSandbox(t)
	names, err := filepath.Glob("testdata/*.*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no programs: %v", err)
	}
	everything := strings.Contains(os.Getenv(arena.ImageEnv), ":"+languages.ImageFull+"-")
	var mu sync.Mutex
	scores := table{}
	t.Run("programs", func(t *testing.T) {
		for _, name := range names {
			t.Run(filepath.Base(name), func(t *testing.T) {
				t.Parallel()
				s := readSample(t, name)
				if s.language().Image == languages.ImageFull && !everything {
					t.Skipf("%s is in the image with all languages: make test-full", s.language().Name)
				}
				l, ok := s.explain(t, sb)
				if !ok {
					return
				}
				found := s.judge(t, l)
				mu.Lock()
				defer mu.Unlock()
				scores.add(s, found)
			})
		}
	})
	right, seen := scores.total()
	if seen == 0 {
		t.Fatal("no program failed as it should")
	}
	t.Logf("%d of %d lines are exactly right: %.1f %%", right, seen, 100*float64(right)/float64(seen))
	if 100*right < enough*seen {
		t.Errorf("less than %d %% of the lines are right", enough)
	}
	if !t.Failed() && (seen == len(names) || !everything) {
		scores.check(t, everything)
	}
}

func openSandbox(t *testing.T) *sandbox.Warm {
	t.Helper()
	return arena.Open(t, docker.Options{}).Warm()
}

// sample is a program of testdata.
type sample struct {
	name          string
	source        []byte
	input, answer string
	note          string // what the note must contain; empty: there must be none
	also          string // what another named line must say
	verdict       problem.Verdict
	flaky         bool
	line          int
	alsoLine      int
	judges        []problem.Program
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
		if strings.Contains(line, "ALSO") {
			s.alsoLine = i + 1
		}
		key, value, _ := strings.Cut(strings.TrimLeft(line, "#/{!(*-% "), ": ")
		value = strings.TrimSuffix(strings.TrimSuffix(value, " *)"), " }")
		text := strings.ReplaceAll(value, `\n`, "\n") + "\n"
		switch key {
		case "input":
			s.input = text
		case "expect":
			s.answer = text
		case "note":
			s.note = value
		case "also":
			s.also = value
		case "verdict":
			s.verdict = problem.Verdict(value)
		case "flaky":
			s.flaky = true
		case string(problem.Checker), string(problem.Interactor):
			s.judges = append(s.judges, program(t, problem.Role(key), key+".sh", []byte(value+"\n")))
		}
	}
	if s.line == 0 || s.answer == "" {
		t.Fatalf("%s lacks a marked line or what is expected", name)
	}
	return s
}

func (s *sample) language() *languages.Language {
	l, _ := languages.Default().ForSource(s.name, s.source)
	return l
}

// kind is what the table calls this kind of failure.
func (s *sample) kind() string {
	switch {
	case s.flaky:
		return "not the same every time"
	case len(s.judges) > 0:
		return "judged by a checker or an interactor"
	case s.verdict == problem.RE:
		return "crash"
	case s.verdict == problem.TLE:
		return "too slow"
	case s.verdict == problem.MLE:
		return "too much memory"
	case s.verdict == problem.OLE:
		return "too much output"
	}
	return "wrong output"
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

// explain runs the program on its one test. It reports false when the program did not
// fail as it should.
func (s *sample) explain(t *testing.T, warm *sandbox.Warm) (*problem.Location, bool) {
	t.Helper()
	tested := program(t, problem.Tested, s.name, s.source)
	limit := problem.DefaultLimits(problem.Tested).Time
	if s.verdict == problem.TLE {
		// They never end, however long they are waited for; a Java machine starts within.
		limit /= 2
	}
	job := problem.Job{
		Programs: append([]problem.Program{tested, program(t, problem.Brute, "brute.sh", []byte("cat\n"))}, s.judges...),
		Options: problem.Options{Jobs: 1, NoShrink: true, Limits: map[problem.Role]problem.Limits{
			problem.Tested: {Time: limit, Memory: 128 << 20, Output: 4 << 20}}},
		Only: &problem.Test{Name: "only", Input: []byte(s.input), Answer: []byte(s.answer), HasAnswer: true},
	}
	for range flakyRuns {
		result, err := warm.Run(t.Context(), job, sandbox.Observer{})
		if err != nil {
			t.Fatal(err)
		}
		if s.flaky && !result.Flaky {
			continue
		}
		if result.Verdict != s.verdict {
			for _, c := range result.Compilations {
				t.Logf("%s: %s%s", c.Role, c.Output, c.Message)
			}
			t.Errorf("verdict %s, expected %s: %s", result.Verdict, s.verdict, result.Message)
			return nil, false
		}
		if result.Location == nil {
			// As core/stress does.
			return s.language().Crash(result.Counterexample.Stderr, &tested), true
		}
		return result.Location, true
	}
	t.Errorf("not once in %d runs was it flaky", flakyRuns)
	return nil, false
}

// score is how well a line was found.
type score int

const (
	exact score = iota
	none
	near // another line, and a note that says why
)

// judge reports how right the location is. A wrong one without a note, which says so,
// would lead people astray.
func (s *sample) judge(t *testing.T, l *problem.Location) score {
	t.Helper()
	if l == nil {
		t.Logf("%s: no location, expected line %d", s.name, s.line)
		return none
	}
	told := fmt.Sprintf("%s:%d:%d %v, note %q, related %+v", l.File, l.Line, l.Column, l.Stack, l.Note, l.Related)
	if l.File != s.name || l.Line != s.line {
		t.Logf("%s, expected line %d", told, s.line)
		if l.Note == "" {
			t.Errorf("%s: a wrong line without a note", s.name)
		}
		return near
	}
	if !strings.Contains(l.Note, s.note) || (s.note == "" && l.Note != "") {
		t.Errorf("%s: expected a note with %q", told, s.note)
	}
	if len(l.Stack) == 0 || l.Stack[0].Line != l.Line {
		t.Errorf("%s: the stack does not begin with the line", told)
	}
	if s.also != "" && !slices.ContainsFunc(l.Related, func(p problem.Place) bool {
		return (s.alsoLine == 0 || p.Line == s.alsoLine) && strings.Contains(p.Message, s.also)
	}) {
		t.Errorf("%s: expected another line that says %q", told, s.also)
	}
	return exact
}

// table counts scores by language and kind.
type table map[string]map[string]*[3]int

func (c table) add(s sample, found score) {
	language := s.language().Name
	if c[language] == nil {
		c[language] = map[string]*[3]int{}
	}
	if c[language][s.kind()] == nil {
		c[language][s.kind()] = &[3]int{}
	}
	c[language][s.kind()][found]++
}

func (c table) total() (right, seen int) {
	for _, kinds := range c {
		for _, n := range kinds {
			right += n[exact]
			seen += n[exact] + n[none] + n[near]
		}
	}
	return right, seen
}

// write is the table as Markdown.
func (c table) write() string {
	var b strings.Builder
	b.WriteString("| language | kind | programs | exactly right | another line, said so | no line |\n| --- | --- | --: | --: | --: | --: |\n")
	var all [3]int
	for _, language := range slices.Sorted(maps.Keys(c)) {
		for _, kind := range slices.Sorted(maps.Keys(c[language])) {
			n := c[language][kind]
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d |\n", language, kind, n[exact]+n[none]+n[near], n[exact], n[near], n[none])
			for i := range all {
				all[i] += n[i]
			}
		}
	}
	sum := all[exact] + all[none] + all[near]
	fmt.Fprintf(&b, "| all | | %d | %d (%.1f %%) | %d | %d |\n", sum, all[exact], 100*float64(all[exact])/float64(sum), all[near], all[none])
	return b.String()
}

// Marks around the table in the documentation.
const (
	documentation = "../../docs/explanation.md"
	tableBegins   = "<!-- measured by go test ./testing_env/explain -update -->\n\n"
	tableEnds     = "\n<!-- end -->"
)

// tolerated is how many lines fewer than the documentation says may be found: what a
// program spends its time on depends on the machine a little.
const tolerated = 2

// check compares the table with the one in the documentation, as a whole if it has
// every language.
func (c table) check(t *testing.T, everything bool) {
	t.Helper()
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := bytes.Cut(text, []byte(tableBegins))
	documented, after, ended := bytes.Cut(rest, []byte(tableEnds))
	if !found || !ended {
		t.Fatalf("%s has no place for the table", documentation)
	}
	if *update && everything {
		text := slices.Concat(before, []byte(tableBegins), []byte(c.write()), []byte(tableEnds), after)
		if err := os.WriteFile(documentation, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	right, seen := c.total()
	var all, told int
	_, last, _ := bytes.Cut(documented, []byte("| all | |"))
	if _, err := fmt.Sscanf(string(last), "%d | %d", &all, &told); everything && (err != nil || all != seen || told > right+tolerated) {
		t.Errorf("%s tells of %d right lines of %d programs, but they are %d of %d; -update writes the table", documentation, told, all, right, seen)
	}
	for language, kinds := range c {
		for kind, n := range kinds {
			row := fmt.Sprintf("| %s | %s | %d |", language, kind, n[exact]+n[none]+n[near])
			if !bytes.Contains(documented, []byte(row)) {
				t.Errorf("%s lacks a row of the table, %q; -update writes it", documentation, row)
			}
		}
	}
}
