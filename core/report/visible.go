package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// spaces tells which ordinary white space of a line is drawn.
type spaces uint8

const (
	spacesPlain    spaces = iota // none: a tab is a few spaces
	spacesTrailing               // at the line's end, and tabs everywhere
	spacesAll                    // all
)

const tabWidth = 4

// cell is a piece of a line that is never torn apart, such as "\xff".
type cell struct {
	text   string
	width  int
	offset int // of the byte in the line that it shows
}

// cells makes a line fit for a terminal: control characters, invisible ones and
// bytes that are not UTF-8 become escapes, which cannot move the cursor or be
// overlooked.
func cells(line string, show spaces) []cell {
	out := make([]cell, 0, len(line))
	trailing := len(strings.TrimRight(line, " \t\r"))
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		drawn := show == spacesAll || show == spacesTrailing && i >= trailing
		text := string(r)
		switch {
		case r == utf8.RuneError && size == 1:
			text = fmt.Sprintf(`\x%02x`, line[i])
		case r == ' ' && drawn:
			text = "·"
		case r == '\t' && show != spacesPlain:
			text = "→"
		case r == '\t':
			text = strings.Repeat(" ", tabWidth)
		case r == '\r':
			text = `\r`
		case r < ' ' || r == 0x7f:
			text = fmt.Sprintf(`\x%02x`, r)
		case r != ' ' && (!unicode.IsGraphic(r) || unicode.IsSpace(r)):
			text = fmt.Sprintf(`\u%04x`, r)
		}
		out = append(out, cell{text, displayWidth(text), i})
		i += size
	}
	return out
}

// displayWidth is the number of terminal columns, for text without control
// characters.
func displayWidth(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.Is(wide, r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide are the characters that take two columns: East Asian scripts, full-width
// forms and the common emoji blocks of Unicode's EastAsianWidth.txt.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1},
		{Lo: 0x2e80, Hi: 0x303e, Stride: 1},
		{Lo: 0x3041, Hi: 0xa4cf, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1},
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1},
		{Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1},
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1},
		{Lo: 0x1f900, Hi: 0x1f9ff, Stride: 1},
		{Lo: 0x20000, Hi: 0x3fffd, Stride: 1},
	},
}

func cellsWidth(line []cell) int {
	n := 0
	for _, c := range line {
		n += c.width
	}
	return n
}

func join(line []cell) string {
	var b strings.Builder
	for _, c := range line {
		b.WriteString(c.text)
	}
	return b.String()
}

// inline makes a text visible on one line, such as a file's name.
func inline(text string) string { return join(cells(text, spacesPlain)) }

// plain makes a text of several lines visible, for sentences and short blocks.
func plain(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = join(cells(line, spacesPlain))
	}
	return strings.Join(lines, "\n")
}
