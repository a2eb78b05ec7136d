// Command document writes the figures that tests noted into docs/benchmarks.md, between
// its marks:
//
//	go run ./remote/figures/document -from FILE -write docs/benchmarks.md
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"stresstester/remote/figures"
)

func main() {
	from := flag.String("from", "", "the file of notes")
	write := flag.String("write", "docs/benchmarks.md", "the document")
	flag.Parse()
	if err := run(*from, *write); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(from, write string) error {
	notes, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	section, err := table(notes)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	text, err := os.ReadFile(write)
	if err != nil {
		return err
	}
	text, err = replace(text, section)
	if err != nil {
		return fmt.Errorf("%s: %w", write, err)
	}
	return os.WriteFile(write, text, 0o644) //nolint:gosec // a document for everybody
}

// table is the section of the document.
func table(notes []byte) (string, error) {
	var all []figures.Figure
	for line := range bytes.Lines(notes) {
		var f figures.Figure
		if err := json.Unmarshal(line, &f); err != nil {
			return "", fmt.Errorf("a note that cannot be read: %w", err)
		}
		if !slices.Contains(figures.Areas, f.Area) {
			return "", fmt.Errorf("%q is no area", f.Area)
		}
		all = slices.DeleteFunc(all, func(o figures.Figure) bool { return o.What == f.What })
		all = append(all, f)
	}
	slices.SortStableFunc(all, func(a, b figures.Figure) int { return strings.Compare(a.What, b.What) })
	cell := strings.NewReplacer("|", "\\|", "\n", " ")
	var out strings.Builder
	for _, area := range figures.Areas {
		first := true
		for _, f := range all {
			if f.Area != area {
				continue
			}
			if first {
				fmt.Fprintf(&out, "\n### %s\n\n| What | Tried | Result | Test |\n| --- | --- | --- | --- |\n", area)
				first = false
			}
			name, _, _ := strings.Cut(f.Test, "/")
			fmt.Fprintf(&out, "| %s | %s | %s | `%s` |\n", cell.Replace(f.What), cell.Replace(f.Tried), cell.Replace(f.Result), name)
		}
	}
	return out.String(), nil
}

const begin, end = "<!-- figures: begin -->", "<!-- figures: end -->"

// replace puts the section between the document's marks.
func replace(text []byte, section string) ([]byte, error) {
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return nil, fmt.Errorf("the marks %s and %s are missing", begin, end)
	}
	return []byte(before + begin + "\n" + section + end + after), nil
}
