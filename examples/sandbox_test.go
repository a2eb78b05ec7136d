package examples_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
	"stresstester/core/stress"
	"stresstester/testing_env/arena"
)

// openSandbox opens a real sandbox, or skips the test where there is none.
func openSandbox(t *testing.T) *sandbox.Warm {
	t.Helper()
	return arena.Open(t, docker.Options{}).Warm()
}

// openRoom opens a copy of the example, in which counterexamples may be saved.
func openRoom(t *testing.T, name, tested string) *room.Room {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS(name)); err != nil {
		t.Fatal(err)
	}
	r, err := room.Open(room.Disk{}, filepath.Join(dir, tested), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPlantedBugsAreFound(t *testing.T) {
	sb := openSandbox(t)
	each(t, func(t *testing.T, name string, e expected) {
		r := openRoom(t, name, e.Tested)
		o := r.Options
		o.Tests = e.FoundWithin
		if e.Verdict != problem.TLE { // every run of which costs the time limit
			o.ShrinkTime = 5 * time.Minute
		}
		result, err := stress.Execute(t.Context(), sb, r, room.Disk{}, o, sandbox.Observer{Warning: warn(t)})
		if err != nil {
			t.Fatal(err)
		}
		checkFound(t, r, e, result)
	})
}

func checkFound(t *testing.T, r *room.Room, e expected, result problem.Result) {
	t.Helper()
	if result.Verdict != e.Verdict || result.Role != e.Role || result.Flaky {
		t.Fatalf("verdict %s of %q, flaky %v, expected %s of %q: %s", result.Verdict, result.Role, result.Flaky, e.Verdict, e.Role, result.Message)
	}
	c := result.Counterexample
	if c == nil {
		t.Fatal("no counterexample")
	}
	tokens := len(strings.Fields(c.Input.String()))
	t.Logf("test %d, %d tokens after %d runs of the shrinker (smallest known: %d): %q",
		result.TestNumber, tokens, c.OracleRuns, e.Smallest.Tokens, c.Input)
	// Every run of what never ends costs the whole time limit, and the time for
	// reducing it is short.
	if tokens > e.Smallest.Tokens && e.Verdict != problem.TLE {
		t.Errorf("the counterexample has %d tokens, one with %d is known", tokens, e.Smallest.Tokens)
	}
	if data, err := os.ReadFile(filepath.Join(r.Dir, c.SavedAs)); err != nil || string(data) != c.Input.String() {
		t.Errorf("the counterexample is not saved as %q: %v", c.SavedAs, err)
	}
	checkLocation(t, e, result.Location)
	checkReport(t, r, e, result)
}

func checkLocation(t *testing.T, e expected, got *problem.Location) {
	t.Helper()
	switch {
	case got == nil:
		t.Errorf("no location, expected a line from %d to %d", e.Location.From, e.Location.To)
	case got.Line < e.Location.From || got.Line > e.Location.To:
		t.Errorf("location %+v, expected a line from %d to %d", *got, e.Location.From, e.Location.To)
	}
}

func TestSmallestInputsTellTheSolutionsApart(t *testing.T) {
	sb := openSandbox(t)
	each(t, func(t *testing.T, name string, e expected) {
		for tested, want := range map[string]problem.Verdict{e.Tested: e.Verdict, e.Corrected: problem.OK} {
			r := openRoom(t, name, tested)
			o := r.Options
			o.NoShrink, o.NoExplain = true, true
			result, err := stress.Reduce(t.Context(), sb, r, room.Disk{}, o, problem.Test{Name: "smallest", Input: e.Smallest.Input}, sandbox.Observer{})
			if err != nil {
				t.Fatal(err)
			}
			if result.Verdict != want {
				t.Errorf("%s: verdict %s, expected %s: %s", tested, result.Verdict, want, result.Message)
			}
		}
	})
}

// budget keeps the corrected solutions in slow languages from taking the tests'
// time: a Java machine starts a few dozen times a second at best.
var budget = flag.Duration("budget", 20*time.Second, "time for the tests of one corrected solution; 0 means until all are done")

// fewest is the number of tests below which a run says too little.
const fewest = 20

func TestCorrectedSolutionsPass(t *testing.T) {
	sb := openSandbox(t)
	tests := 10_000
	if testing.Short() {
		tests = 1_000
	}
	each(t, func(t *testing.T, name string, e expected) {
		r := openRoom(t, name, e.Corrected)
		o := r.Options
		o.Tests, o.Duration = tests, *budget
		result, err := stress.Execute(t.Context(), sb, r, room.Disk{}, o, sandbox.Observer{Warning: warn(t)})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d tests, %.0f tests/s", result.Tests, result.TestsPerSecond)
		if result.Verdict != problem.OK {
			t.Errorf("verdict %s after %d tests: %s\n%+v", result.Verdict, result.Tests, result.Message, result.Counterexample)
		}
		if result.Tests < tests && (*budget == 0 || result.Tests < fewest) {
			t.Errorf("only %d of %d tests were run", result.Tests, tests)
		}
	})
}

// warn fails the test on a warning: the examples give no reason for any.
func warn(t *testing.T) func(string) {
	return func(text string) { t.Errorf("warning: %s", text) }
}
