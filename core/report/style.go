// Package report tells people and programs what came of a run: a readable text
// with the counterexample, a live line while the run goes on, and one JSON object
// a line.
//
// It must not know how runs are made, where the files are or what a command line
// is: what it needs beyond the result is in Context. Start reading at Text.
package report

import "strings"

// Style is how text may be laid out.
type Style struct {
	// Color allows terminal colours.
	Color bool
	// Width is the number of columns. Where it is unknown, 0, columns are laid out
	// for 80 and paragraphs are not broken: their reader may be a program.
	Width int
}

const (
	defaultWidth = 80
	leastWidth   = 40
	mostWidth    = 160 // a wider text is harder to read, not easier
)

func (s Style) width() int {
	if s.Width <= 0 {
		return defaultWidth
	}
	return min(max(s.Width, leastWidth), mostWidth)
}

// paint is a colour: the parameters of the terminal's "select graphic rendition".
type paint string

const (
	red    paint = "31"
	green  paint = "32"
	yellow paint = "33"
	cyan   paint = "36"
	dim    paint = "2"
	bold   paint = "1"
	bad    paint = "1;31"
	good   paint = "1;32"
	odd    paint = "1;33"
	marked paint = "7"
)

func (s Style) paint(p paint, text string) string {
	if !s.Color || text == "" || p == "" {
		return text
	}
	return "\x1b[" + string(p) + "m" + text + "\x1b[0m"
}

// ColorWanted decides about colours by the conventions of no-color.org and
// bixense.com/clicolors: NO_COLOR turns them off, CLICOLOR_FORCE on, and
// otherwise a terminal that is not dumb has them.
func ColorWanted(terminal bool, getenv func(string) string) bool {
	if getenv("NO_COLOR") != "" {
		return false
	}
	if force := getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	return terminal && !strings.EqualFold(getenv("TERM"), "dumb")
}
