// Package companion takes problems from the browser extension Competitive
// Companion: a click there, and the problem's samples and limits are here.
//
// Listener answers the extension and knows the protocol; Router hands a problem to
// the editor that was used last. What an editor makes of it is not this package's
// business. Start reading at Listen.
package companion

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of what is taken for a problem.
const (
	mostTests    = 1000
	longestName  = 500
	mostSeconds  = 3600
	mostMegabyte = 1 << 20
)

// Problem is one problem as a judge states it.
type Problem struct {
	Name string
	// Group is the judge and the contest: "Codeforces - Round 900".
	Group string
	URL   string
	// TimeMS is the time limit in milliseconds, MemoryMB the memory limit in
	// mebibytes; 0 means unknown.
	TimeMS, MemoryMB int
	Interactive      bool
	// InputFile and OutputFile are names where the judge wants files instead of
	// standard input and output.
	InputFile, OutputFile string
	Tests                 []Test
	// Batch is the contest that it came with; a Size of 1 means that it came
	// alone.
	Batch Batch
}

// Test is a sample.
type Test struct{ Input, Output string }

// Batch is a number of problems that were sent together.
type Batch struct {
	ID   string
	Size int
	// Index is the problem's place in the order of arrival, from 0. It is found
	// out by the Listener.
	Index int
}

// message is the extension's JSON. Keys that are not listed are of no use here.
type message struct {
	Name        *string  `json:"name"`
	Group       string   `json:"group"`
	URL         string   `json:"url"`
	Interactive bool     `json:"interactive"`
	MemoryLimit float64  `json:"memoryLimit"`
	TimeLimit   float64  `json:"timeLimit"`
	Tests       []sample `json:"tests"`
	Input       channel  `json:"input"`
	Output      channel  `json:"output"`
	Batch       struct {
		ID   string `json:"id"`
		Size int    `json:"size"`
	} `json:"batch"`
}

type sample struct {
	Input  string `json:"input"`
	Output string `json:"output"`
}

type channel struct {
	Type     string `json:"type"`
	FileName string `json:"fileName"`
}

// Parse reads what the extension sends. The error says what is wrong with it.
func Parse(data []byte) (Problem, error) {
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return Problem{}, fmt.Errorf("reading a problem: %w", err)
	}
	p := Problem{
		Group: oneLine(m.Group), URL: oneLine(m.URL), Interactive: m.Interactive,
		TimeMS: limit(m.TimeLimit, mostSeconds*1000), MemoryMB: limit(m.MemoryLimit, mostMegabyte),
		Batch: Batch{ID: m.Batch.ID, Size: max(1, m.Batch.Size)},
	}
	switch {
	case m.Name == nil:
		return Problem{}, errors.New("reading a problem: it has no name; is this Competitive Companion?")
	case len(m.Tests) > mostTests:
		return Problem{}, fmt.Errorf("reading a problem: %d tests are more than %d", len(m.Tests), mostTests)
	case len(p.Batch.ID) > longestName:
		return Problem{}, errors.New("reading a problem: the batch's id is too long")
	}
	p.Name = oneLine(*m.Name)
	if p.Name == "" {
		p.Name = "problem"
	}
	if m.Input.Type == "file" {
		p.InputFile = oneLine(m.Input.FileName)
	}
	if m.Output.Type == "file" {
		p.OutputFile = oneLine(m.Output.FileName)
	}
	for _, t := range m.Tests {
		p.Tests = append(p.Tests, Test(t))
	}
	return p, nil
}

// limit is a limit that makes sense, or 0.
func limit(n float64, most int) int {
	if n >= 1 && n <= float64(most) {
		return int(n)
	}
	return 0
}

// oneLine makes a text from outside fit for a line of a comment or a message.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError || 0x80 <= r && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, text)), " ")
	for len(text) > longestName {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}
