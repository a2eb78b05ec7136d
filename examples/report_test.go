package examples_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"stresstester/core/problem"
	"stresstester/core/report"
	"stresstester/core/room"
)

// A screen, in columns and lines. The command line adds to a report what it saved
// the counterexample as, how to replay it, and the summary.
const (
	screenWidth = 100
	screenLines = 40
	addedLines  = 5
)

// documentation shows the report of every example; write-examples.sh makes it.
const documentation = "../docs/examples.md"

// escape is the beginning of a terminal's control sequence.
var escape = regexp.MustCompile("\x1b")

// checkReport holds the report of a counterexample to one screen, on which the line to
// blame is shown, and the documentation to the same line and input.
func checkReport(t *testing.T, r *room.Room, e expected, result problem.Result) {
	t.Helper()
	var b strings.Builder
	err := report.Text(&b, report.Style{Width: screenWidth}, result, report.Context{
		Compare: r.Options.Compare,
		SourceLine: func(file string, line int) (string, bool) {
			data, err := os.ReadFile(filepath.Join(r.Dir, filepath.Base(file)))
			lines := strings.Split(string(data), "\n")
			if err != nil || line < 1 || line > len(lines) {
				return "", false
			}
			return lines[line-1], true
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	if len(lines)+addedLines > screenLines {
		t.Errorf("the report has %d lines, at most %d fit a screen:\n%s", len(lines), screenLines-addedLines, b.String())
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > screenWidth || escape.MatchString(line) {
			t.Errorf("a line of the report has %d columns: %q", n, line)
		}
	}
	if result.Location == nil {
		return // Told before.
	}
	named := fmt.Sprintf("%s:%d", e.Tested, result.Location.Line)
	if !strings.Contains(b.String(), named) || !strings.Contains(b.String(), fmt.Sprintf("%d │", result.Location.Line)) {
		t.Errorf("the report does not show %s:\n%s", named, b.String())
	}
	documented(t, filepath.Base(r.Dir), named)
}

// documented checks that the documentation's section about the example names the line.
func documented(t *testing.T, name, line string) {
	t.Helper()
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## "+name+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	if !found || !strings.Contains(section, line) {
		t.Errorf("%s does not show %s of %s: run examples/write-examples.sh", documentation, line, name)
	}
}
