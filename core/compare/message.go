package compare

import (
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// The longest excerpts, in bytes: in a message and in a Difference's token.
const (
	messageBytes = 80
	fieldBytes   = 1 << 10
)

// endsEarly says that the output lacks something.
func endsEarly(unit string, got, want int) string {
	were := "were"
	if want == 1 {
		were = "was"
	}
	if got == 0 {
		return fmt.Sprintf("the output is empty, %s %s expected", count(want, unit), were)
	}
	return fmt.Sprintf("the output ends after %s, %d %s expected", count(got, unit), want, were)
}

// goesOn says that the output has something more, shown is its beginning.
func goesOn(unit string, more int, shown string) string {
	if more == 1 {
		return fmt.Sprintf("1 more %s than expected: %s", unit, shown)
	}
	return fmt.Sprintf("%d more %ss than expected, the first is %s", more, unit, shown)
}

func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// contrast shows two tokens that differ first at byte at.
func contrast(expected, actual []byte, at int) string {
	s := "expected " + show(expected, at) + ", got " + show(actual, at)
	if max(len(expected), len(actual)) > messageBytes {
		s += fmt.Sprintf(" (byte %d)", at+1)
	}
	return s
}

// show is the token as people should see it: as it is where that is plain to
// read, in quotes otherwise.
func show(token []byte, at int) string {
	cut := excerpt(token, at, messageBytes)
	if plain(cut) {
		return string(cut)
	}
	return strconv.Quote(string(cut))
}

// quote shows a line in quotes, so that white space at its end can be seen.
func quote(line []byte, at int) string {
	return strconv.Quote(string(excerpt(line, at, messageBytes)))
}

// field is the token for a Difference: valid UTF-8 with other bytes as \xff.
func field(token []byte, at int) string {
	cut := excerpt(token, at, fieldBytes)
	if utf8.Valid(cut) {
		return string(cut)
	}
	escaped := make([]byte, 0, 2*len(cut))
	for i := 0; i < len(cut); {
		r, size := utf8.DecodeRune(cut[i:])
		if r == utf8.RuneError && size == 1 {
			escaped = fmt.Appendf(escaped, `\x%02x`, cut[i])
		} else {
			escaped = append(escaped, cut[i:i+size]...)
		}
		i += size
	}
	return string(escaped)
}

// plain reports whether the text can be told from what is around it.
func plain(text []byte) bool {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 || !unicode.IsPrint(r) {
			return false
		}
		i += size
	}
	return len(text) > 0
}

// excerpt is about the given number of bytes around byte at, with an ellipsis
// where something is cut. It does not cut through a rune.
func excerpt(text []byte, at, limit int) []byte {
	if len(text) <= limit {
		return text
	}
	from := max(0, min(at-limit/2, len(text)-limit))
	to := from + limit
	from, to = runeStart(text, from), runeStart(text, to)
	cut := make([]byte, 0, limit+2*len("…"))
	if from > 0 {
		cut = append(cut, "…"...)
	}
	cut = append(cut, text[from:to]...)
	if to < len(text) {
		cut = append(cut, "…"...)
	}
	return cut
}

// runeStart moves the offset back to the start of the rune it lies in; bytes that
// are no UTF-8 stay where they are.
func runeStart(text []byte, offset int) int {
	for back := 0; back < utf8.UTFMax && offset-back > 0 && offset < len(text); back++ {
		if utf8.RuneStart(text[offset-back]) {
			return offset - back
		}
	}
	return offset
}
