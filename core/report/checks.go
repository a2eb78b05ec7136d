package report

import (
	"bufio"
	"io"
)

// Check is one line of a health check.
type Check struct {
	Name   string
	OK     bool
	Detail string
	Remedy string
}

// Checks writes the lines of a health check. It returns the first error of w.
func Checks(w io.Writer, s Style, checks []Check) error {
	p := &printer{w: bufio.NewWriter(w), style: s}
	widest := 0
	for _, c := range checks {
		widest = max(widest, displayWidth(c.Name))
	}
	for _, c := range checks {
		mark, color := "ok    ", good
		if !c.OK {
			mark, color = "FAILED", bad
		}
		rest := padded("", 0, len(mark)+widest+4)
		p.wrapped(lead{mark + "  " + padded(c.Name, displayWidth(c.Name), widest) + "  ", color}, rest, plain(c.Detail), "")
		if c.Remedy != "" {
			p.wrapped(lead{text: rest}, rest, plain(c.Remedy), yellow)
		}
	}
	return p.w.Flush()
}
