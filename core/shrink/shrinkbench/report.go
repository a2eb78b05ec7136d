package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"stresstester/core/shrink/internal/bugs"
)

// set is a set of bugs that is reported on its own.
type set struct {
	name string
	bugs []*bugs.Bug
	rows []row
}

// summary prints a line for each way, and one for each bug that a way of the
// product's missed.
func (s set) summary(w io.Writer) {
	fmt.Fprintf(w, "%s: %d\n", s.name, len(s.bugs))
	for _, way := range ways() {
		t := totalOf(s.rows, way.name)
		fmt.Fprintf(w, "  %-20s smallest known %4d/%d = %5.1f %%, invalid %3d, runs median %d, worst %d\n",
			way.name, t.hits, t.starts, t.percent(), t.invalid, median(t.runs), slices.Max(append(t.runs, 0)))
	}
	for _, r := range s.rows {
		for _, way := range ways()[:3] {
			if m, ok := r.ways[way.name]; ok && (m.hits < len(m.sizes) || m.smaller != nil) {
				fmt.Fprintf(w, "    %-28s %-18s %2d of %d, known %d, sizes %v, invalid %d, runs median %d worst %d\n", r.bug.Name, way.name,
					m.hits, len(m.sizes), r.bug.Smallest, slices.Sorted(slices.Values(m.sizes)), m.invalid, median(m.runs), slices.Max(m.runs))
				if m.smaller != nil {
					fmt.Fprintf(w, "      smaller than known: %q\n", m.smaller)
				}
			}
		}
	}
}

// tables are the generated part of the document.
func tables(sets []set) string {
	var b strings.Builder
	for _, s := range sets {
		shapes := map[*bugs.Shape]bool{}
		for _, bug := range s.bugs {
			shapes[bug.Shape] = true
		}
		fmt.Fprintf(&b, "### %s%s\n\n%d bugs in %d shapes, %d starts each.\n\n", strings.ToUpper(s.name[:1]), s.name[1:], len(s.bugs), len(shapes), starts)
		b.WriteString("| way | smallest size known | final size ÷ smallest known: median, worst | oracle runs: median, 9 of 10, worst | not valid |\n| --- | ---: | ---: | ---: | ---: |\n")
		for _, way := range ways() {
			t := totalOf(s.rows, way.name)
			fmt.Fprintf(&b, "| %s | **%.1f %%** (%d of %d) | %s, %s | %d, %d, %d | %d |\n", way.name, t.percent(), t.hits, t.starts,
				ratio(median(t.medians)), ratio(slices.Max(append(t.medians, 0))), median(t.runs), quantile(t.runs, 9, 10), slices.Max(append(t.runs, 0)), t.invalid)
		}
		b.WriteString("\n")
	}
	b.WriteString("### Bug by bug\n\nMedian and worst final size in tokens, then the median of oracle runs; bold where all ten starts reached the smallest size known.\n\n")
	for _, s := range sets {
		fmt.Fprintf(&b, "**%s%s**\n\n| bug | shape | start | known | how |", strings.ToUpper(s.name[:1]), s.name[1:])
		for _, way := range ways() {
			fmt.Fprintf(&b, " %s |", way.name)
		}
		b.WriteString("\n|" + strings.Repeat(" --- |", 5+len(ways())) + "\n")
		for _, r := range s.rows {
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %s |", r.bug.Name, r.bug.Shape.Name, median(r.begin), r.bug.Smallest, r.bug.How())
			for _, way := range ways() {
				b.WriteString(" " + r.ways[way.name].cell() + " |")
			}
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (m measured) cell() string {
	if len(m.sizes) == 0 {
		return "–"
	}
	text := fmt.Sprintf("%d, %d · %d", median(m.sizes), slices.Max(m.sizes), median(m.runs))
	if m.hits == len(m.sizes) {
		text = "**" + text + "**"
	}
	if m.invalid > 0 {
		text += fmt.Sprintf(" (%d not valid)", m.invalid)
	}
	return text
}

// ratio shows hundredths.
func ratio(hundredths int) string { return fmt.Sprintf("%.2f", float64(hundredths)/100) }

func quantile(values []int, n, of int) int {
	if len(values) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(values))[(len(values)-1)*n/of]
}

// rewrite replaces what stands between the marks in a document.
func rewrite(path, mark, text string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the document: %w", err)
	}
	begin, end := []byte("<!-- "+mark+": begin -->\n"), []byte("<!-- "+mark+": end -->")
	from, to := bytes.Index(data, begin), bytes.Index(data, end)
	if from < 0 || to < from {
		return fmt.Errorf("%s has no marks %q", path, mark)
	}
	out := append(append(append([]byte(nil), data[:from+len(begin)]...), "\n"+text...), data[to:]...)
	if err := os.WriteFile(path, out, 0o644); err != nil {
		return fmt.Errorf("writing the document: %w", err)
	}
	return nil
}
