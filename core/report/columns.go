package report

import (
	"strconv"
	"strings"

	"stresstester/core/problem"
)

// column is one of two texts shown side by side.
type column struct {
	title string
	rows  []row
	// digits is the width of the line numbers.
	digits int
}

// newColumn prepares a text. at is the first difference in it, its line 0 where
// there is none; token is what to mark there.
func newColumn(title string, text problem.Text, at problem.Position, token string, limit int, show spaces) column {
	all, complete := lines(string(text))
	if at.Line > len(all) {
		// The text ended too early: its end is shown as an empty line.
		all = append(all, "")
		complete = true
	}
	c := column{title: title, rows: excerpt(all, limit, at.Line, show), digits: len(strconv.Itoa(len(all)))}
	for i := range c.rows {
		r := &c.rows[i]
		if r.number == 0 || r.number != at.Line {
			continue
		}
		line := all[at.Line-1]
		if show != spacesPlain {
			r.text = cells(line, spacesAll)
		}
		r.from = min(max(at.Column-1, 0), len(line))
		r.to = min(r.from+len(token), len(line))
	}
	switch {
	case len(all) == 0:
		c.rows = append(c.rows, row{note: "(nothing)", from: -1})
	case !complete && show != spacesPlain:
		c.rows = append(c.rows, row{note: "(no newline at the end)", from: -1})
	}
	return c
}

// sideBySide writes two columns next to each other, or one below the other where
// the terminal is too narrow for that.
func (p *printer) sideBySide(left, right column) {
	const separator = " │ "
	width := (p.style.width() - len(indent) - 3) / 2
	if width < 24 {
		p.block(left)
		p.line("")
		p.block(right)
		return
	}
	l, r := p.columnLines(left, width), p.columnLines(right, width)
	widest := 0
	for _, d := range l {
		widest = max(widest, d.width)
	}
	width = min(width, max(widest, leastWidth/2))
	for i := range max(len(l), len(r)) {
		text := padded("", 0, width)
		if i < len(l) {
			text = padded(l[i].text, l[i].width, width)
		}
		end := ""
		if i < len(r) {
			end = r[i].text
		}
		p.line(strings.TrimRight(indent+text+p.style.paint(dim, separator)+end, " "))
	}
}

// block writes one column on its own.
func (p *printer) block(c column) {
	for _, l := range p.columnLines(c, p.style.width()-len(indent)) {
		p.line(strings.TrimRight(indent+l.text, " "))
	}
}

// drawn is a finished line and its width without colours.
type drawn struct {
	text  string
	width int
}

func padded(text string, have, want int) string {
	return text + strings.Repeat(" ", max(0, want-have))
}

// columnLines draws the column within width: its title, its lines, and below the
// marked one a line that points at the mark.
func (p *printer) columnLines(c column, width int) []drawn {
	out := []drawn{{p.style.paint(bold, c.title), displayWidth(c.title)}}
	gutter := c.digits + 4
	for _, r := range c.rows {
		if r.number == 0 {
			text := strings.Repeat(" ", gutter) + r.note
			out = append(out, drawn{p.style.paint(dim, text), displayWidth(text)})
			continue
		}
		number := strconv.Itoa(r.number)
		number = strings.Repeat(" ", c.digits-len(number)) + number + "  "
		if r.from < 0 {
			text := fit(r.text, width-gutter, -1)
			out = append(out, drawn{"  " + p.style.paint(dim, number) + join(text), gutter + cellsWidth(text)})
			continue
		}
		text := fit(r.text, width-gutter, r.from)
		before, at, after := split(text, r.from, r.to)
		line := p.style.paint(bad, "> ") + p.style.paint(dim, number) + before + p.style.paint(marked, at) + after
		out = append(out, drawn{line, gutter + cellsWidth(text)})
		arrow := strings.Repeat("^", max(1, displayWidth(at)))
		out = append(out, drawn{strings.Repeat(" ", gutter+displayWidth(before)) + p.style.paint(bad, arrow),
			gutter + displayWidth(before) + displayWidth(arrow)})
	}
	return out
}

// split cuts a drawn line at the bytes that are marked.
func split(line []cell, from, to int) (before, at, after string) {
	var b, a, z []cell
	seen := false
	for i, c := range line {
		gapBefore := c.offset < 0 && !seen && i == 0
		switch {
		case gapBefore, c.offset >= 0 && c.offset < from:
			b = append(b, c)
		case c.offset >= 0 && c.offset < to:
			seen = true
			a = append(a, c)
		default:
			z = append(z, c)
		}
	}
	return join(b), join(a), join(z)
}
