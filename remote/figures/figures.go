// Package figures brings what tests measured into docs/benchmarks.md, so that the document
// says what was printed. A test calls [Note]; `make test-sync` names a file that collects the notes in the
// variable [Variable], and writes the document from it (remote/figures/document).
package figures

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// Variable names the file that notes are added to. Without it they are only logged.
const Variable = "STRESSTESTER_FIGURES"

// A Figure is one line of the document.
type Figure struct {
	// Area is the line's group: one of [Areas].
	Area string `json:"area"`
	// What was looked at, how it was Tried, and what came of it. What is unique; a later note replaces an
	// earlier one.
	What   string `json:"what"`
	Tried  string `json:"tried"`
	Result string `json:"result"`
	// Test is the test's name.
	Test string `json:"test"`
}

// Areas are the groups of the document, in its order.
var Areas = []string{Kills, Sync, Merge, SignIn, Access}

// The groups.
const (
	Kills  = "Nothing acknowledged is lost"
	Sync   = "Sync, the user's side"
	Merge  = "Merging"
	SignIn = "Signing in and out"
	Access = "Who may do what"
)

// Note logs a figure of a test that has not failed, and adds it to the file that [Variable] names.
func Note(t testing.TB, area, what, tried, result string, args ...any) {
	t.Helper()
	f := Figure{Area: area, What: what, Tried: tried, Result: fmt.Sprintf(result, args...), Test: t.Name()}
	t.Logf("%s; %s: %s", f.What, f.Tried, f.Result)
	path := os.Getenv(Variable)
	if path == "" || t.Failed() {
		return
	}
	line, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
}
