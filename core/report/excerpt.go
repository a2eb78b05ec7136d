package report

import (
	"fmt"
	"strings"
)

// row is a line of an excerpt.
type row struct {
	number int // of the line, from 1; 0 for a note
	text   []cell
	note   string
	// from and to are the marked bytes of the line; from < 0 means none, and
	// to == from a place at the end.
	from, to int
}

// lines cuts a text into its lines. A last line without a newline is told apart.
func lines(text string) (all []string, complete bool) {
	if text == "" {
		return nil, true
	}
	complete = strings.HasSuffix(text, "\n")
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n"), complete
}

// excerpt keeps at most limit lines: those around the line focus (from 1), or
// head and tail when it is 0, with notes where lines are left out.
func excerpt(all []string, limit, focus int, show spaces) []row {
	keep := func(n int) bool { return true }
	if len(all) > limit {
		keep = keeper(len(all), limit, focus)
	}
	var rows []row
	skipped := 0
	note := func() {
		if skipped > 0 {
			rows = append(rows, row{note: fmt.Sprintf("… %s …", count(skipped, "line")), from: -1})
		}
		skipped = 0
	}
	for i, line := range all {
		if !keep(i + 1) {
			skipped++
			continue
		}
		note()
		rows = append(rows, row{number: i + 1, text: cells(line, show), from: -1})
	}
	note()
	return rows
}

// keeper decides which of total lines an excerpt of limit lines keeps.
func keeper(total, limit, focus int) func(n int) bool {
	if focus == 0 {
		head := (limit + 1) / 2
		tail := limit - head
		return func(n int) bool { return n <= head || n > total-tail }
	}
	const start = 2 // of the text: it tells what the text is about
	before := (limit - start) * 2 / 3
	first := max(1, min(focus-before, total-(limit-start)+1))
	return func(n int) bool { return n <= start || first <= n && n < first+limit-start }
}

// fit cuts a line to width columns around the byte at focus, or in the middle
// when focus is negative. It never cuts what it marks.
func fit(line []cell, width, focus int) []cell {
	if cellsWidth(line) <= width {
		return line
	}
	gap := cell{text: "…", width: 1, offset: -1}
	if focus < 0 {
		head := takeWidth(line, (width-1+1)/2, false)
		tail := takeWidth(line, width-1-cellsWidth(head), true)
		return append(append(append([]cell(nil), head...), gap), tail...)
	}
	at := 0
	for at < len(line) && line[at].offset < focus {
		at++
	}
	before := takeWidth(line[:at], (width-2)/3, true)
	from := at - len(before)
	var out []cell
	if from > 0 {
		out = append(out, gap)
	}
	rest := takeWidth(line[from:], width-2, false)
	out = append(out, rest...)
	if from+len(rest) < len(line) {
		out = append(out, gap)
	}
	return out
}

// takeWidth takes the cells at the start or end that fit into width columns.
func takeWidth(line []cell, width int, fromEnd bool) []cell {
	n, used := 0, 0
	for n < len(line) {
		c := line[n]
		if fromEnd {
			c = line[len(line)-1-n]
		}
		if used+c.width > width {
			break
		}
		used += c.width
		n++
	}
	if fromEnd {
		return line[len(line)-n:]
	}
	return line[:n]
}

// count is a number with its noun: "1 line", "2 lines".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// size is a number of bytes for people.
func size(n int) string {
	switch {
	case n < 1<<10:
		return count(n, "byte")
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
