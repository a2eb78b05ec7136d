package bugs

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Reader reads tokens as cin does: what cannot be read is 0 or empty, and after
// the first failure nothing can be read.
type Reader struct {
	rest   []byte
	failed bool
	steps  int
}

// NewReader reads input from its beginning.
func NewReader(input []byte) *Reader { return &Reader{rest: input} }

// Word is the next token.
func (r *Reader) Word() string {
	r.rest = bytes.TrimLeft(r.rest, " \t\r\n")
	end := bytes.IndexAny(r.rest, " \t\r\n")
	if end < 0 {
		end = len(r.rest)
	}
	if end == 0 {
		r.failed = true
	}
	if r.failed {
		return ""
	}
	word := string(r.rest[:end])
	r.rest = r.rest[end:]
	return word
}

// Int is the next token as a number.
func (r *Reader) Int() int {
	word := r.Word()
	if r.failed {
		return 0
	}
	n, err := strconv.Atoi(word)
	if err != nil {
		r.failed = true
		return 0
	}
	return n
}

// Size is a number of things to read. A program that reads an absurd one runs
// out of memory.
func (r *Reader) Size() int {
	n := r.Int()
	if n > 1_000_000 {
		panic("out of memory")
	}
	return max(0, n)
}

// Ints reads n numbers.
func (r *Reader) Ints(n int) []int {
	a := make([]int, n)
	for i := range a {
		a[i] = r.Int()
	}
	return a
}

// Step counts the steps of a loop that need not end on an input that is not
// valid. A program that makes too many runs into the time limit.
func (r *Reader) Step() {
	if r.steps++; r.steps > 1_000_000 {
		panic("time limit exceeded")
	}
}

// AtEnd reports that only white space is left.
func (r *Reader) AtEnd() bool { return len(bytes.TrimSpace(r.rest)) == 0 }

// Failed reports that something could not be read.
func (r *Reader) Failed() bool { return r.failed }

// between reports whether all of the numbers are in [low, high].
func between(low, high int, numbers ...int) bool {
	for _, n := range numbers {
		if n < low || n > high {
			return false
		}
	}
	return true
}

// Writer collects an answer.
type Writer struct{ strings.Builder }

// Say writes the values as one line.
func (w *Writer) Say(values ...any) {
	fmt.Fprintln(w, values...)
}

// text joins the lines that an input is made of.
type text struct{ bytes.Buffer }

func (t *text) line(values ...any) { fmt.Fprintln(t, values...) }

func (t *text) list(values []int) {
	for i, v := range values {
		if i > 0 {
			t.WriteByte(' ')
		}
		t.WriteString(strconv.Itoa(v))
	}
	t.WriteByte('\n')
}
