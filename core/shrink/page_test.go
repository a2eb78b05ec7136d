package shrink

import (
	"bytes"
	"testing"
)

func TestEditsKeepTheLayout(t *testing.T) {
	t.Parallel()
	const text = "2  3\r\n\n a\tbc \n-7 1e9\n\n"
	for name, c := range map[string]struct {
		change func(*edit)
		want   string
	}{
		"nothing":               {func(*edit) {}, text},
		"a token in the middle": {func(e *edit) { e.drop(1) }, "2\r\n\n a\tbc \n-7 1e9\n\n"},
		"the first of a line":   {func(e *edit) { e.drop(2) }, "2  3\r\n\nbc \n-7 1e9\n\n"},
		"all of a line":         {func(e *edit) { e.drop(2); e.drop(3) }, "2  3\r\n\n \n-7 1e9\n\n"},
		"a line":                {func(e *edit) { e.dropUnit(lineAxis, [2]int{2, 3}) }, "2  3\r\n\n-7 1e9\n\n"},
		"the last line":         {func(e *edit) { e.dropUnit(lineAxis, [2]int{3, 4}) }, "2  3\r\n\n a\tbc\n\n"},
		"a number":              {func(e *edit) { e.put(0, -15) }, "-15  3\r\n\n a\tbc \n-7 1e9\n\n"},
		"a word":                {func(e *edit) { e.reword(3, []byte("x")) }, "2  3\r\n\n a\tx \n-7 1e9\n\n"},
		"a word without letters": {
			func(e *edit) { e.reword(3, nil); e.put(3, 4) }, "2  3\r\n\n a \n-7 1e9\n\n",
		},
	} {
		e := newEdit(readPage([]byte(text)))
		c.change(e)
		if got := string(e.render()); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func FuzzAnEditOfNothingChangesNothing(f *testing.F) {
	for _, s := range []string{"", "\n", "1", " 1 \n\n 2", "a\r\nb\r\n", "\x00\xff \v\f"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p := readPage(text)
		if len(p.tokens) == 0 {
			return // nothing to shrink
		}
		if got := newEdit(p).render(); !bytes.Equal(got, text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}
