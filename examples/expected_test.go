// Package examples_test runs the problems in this folder, each a folder of its
// own, through the tool as its users do.
package examples_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stresstester/core/problem"
	"stresstester/core/room"
)

// expected is what an example's expected.json says.
type expected struct {
	// Kinds are what the example is an example of, such as "graph".
	Kinds []string `json:"kinds"`
	// Tested is the solution with the bug, Corrected the one without.
	Tested    string `json:"tested"`
	Corrected string `json:"corrected"`
	// Verdict and Role, the program at fault, are how a run of Tested ends.
	Verdict problem.Verdict `json:"verdict"`
	Role    problem.Role    `json:"role"`
	// FoundWithin is the number of tests that are enough with the default seed.
	FoundWithin int `json:"found_within"`
	// Bug is the line of Tested at which a teacher would point, with a part of its
	// text.
	Bug struct {
		Line int    `json:"line"`
		Text string `json:"text"`
	} `json:"bug"`
	// Location is the range of lines of Tested in which the first wrong token is
	// printed, or the program crashes or is stopped. Where a checker or an interactor
	// judges it is the one that printed what was judged.
	Location struct {
		From int `json:"from"`
		To   int `json:"to"`
	} `json:"location"`
	// Smallest is the smallest failing input known.
	Smallest struct {
		Tokens int          `json:"tokens"`
		Input  problem.Text `json:"input"`
	} `json:"smallest"`
}

// each runs the test for every example.
func each(t *testing.T, test func(t *testing.T, name string, e expected)) {
	t.Helper()
	files, err := filepath.Glob("*/expected.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d examples found, at least 10 are wanted: %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Dir(file)
		t.Run(name, func(t *testing.T) {
			e, err := readExpected(file)
			if err != nil {
				t.Fatal(err)
			}
			test(t, name, e)
		})
	}
}

func readExpected(file string) (expected, error) {
	f, err := os.Open(file)
	if err != nil {
		return expected{}, err
	}
	defer f.Close()
	var e expected
	decoder := json.NewDecoder(f)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		return expected{}, fmt.Errorf("reading %s: %w", file, err)
	}
	return e, nil
}

func TestExamplesAreListed(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		if _, err := os.Stat(filepath.Join(entry.Name(), "expected.json")); err != nil {
			t.Errorf("%s: %v", entry.Name(), err)
		}
		if !strings.Contains(string(list), "]("+entry.Name()+"/README.md)") {
			t.Errorf("README.md does not list %s", entry.Name())
		}
	}
}

func TestExamplesSayWhereTheirBugIs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, name string, e expected) {
		source, err := os.ReadFile(filepath.Join(name, e.Tested))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(source), "\n")
		if e.Bug.Line < 1 || e.Bug.Line > len(lines) || !strings.Contains(lines[e.Bug.Line-1], e.Bug.Text) {
			t.Errorf("line %d of %s does not hold %q", e.Bug.Line, e.Tested, e.Bug.Text)
		}
		readme, err := os.ReadFile(filepath.Join(name, "README.md"))
		if err != nil {
			t.Fatal(err)
		}
		_, hidden, _ := strings.Cut(string(readme), "<details>")
		if want := fmt.Sprintf("line %d ", e.Bug.Line); !strings.Contains(strings.ToLower(strings.NewReplacer("\n", " ", ")", " ").Replace(hidden)), want) {
			t.Errorf("the hidden part of README.md does not speak of %s", want)
		}
		if got := len(strings.Fields(e.Smallest.Input.String())); got != e.Smallest.Tokens {
			t.Errorf("the smallest input has %d tokens, not %d", got, e.Smallest.Tokens)
		}
	})
}

func TestRolesOfExamplesAreDiscovered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, name string, e expected) {
		for _, file := range []string{e.Tested, e.Corrected} {
			r, err := room.Open(room.Disk{}, filepath.Join(name, file), nil)
			if err != nil {
				t.Fatal(err)
			}
			if missing := r.Missing(); len(missing) > 0 {
				t.Errorf("%s lacks %v", file, missing)
			}
			if len(r.Warnings) > 0 {
				t.Errorf("%s: %v", file, r.Warnings)
			}
			for _, kind := range e.Kinds {
				role := problem.Role(kind)
				if kind == "interactive" {
					role = problem.Interactor
				}
				if role == problem.Checker || role == problem.Validator || role == problem.Interactor {
					if r.Roles[role] == "" {
						t.Errorf("%s: the %s is not found", file, role)
					}
				}
			}
		}
	})
}
