package document

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// modelLines splits a text by the protocol's three line ends, the slow and
// obvious way. Ends stay with their lines.
func modelLines(text string) []string {
	var lines []string
	for {
		i := strings.IndexAny(text, "\r\n")
		if i < 0 {
			return append(lines, text)
		}
		n := 1
		if strings.HasPrefix(text[i:], "\r\n") {
			n = 2
		}
		lines = append(lines, text[:i+n])
		text = text[i+n:]
	}
}

// modelOffset finds a position by counting characters one by one.
func modelOffset(text string, p Position, e Encoding) int {
	lines := modelLines(text)
	if p.Line >= len(lines) {
		return len(text)
	}
	offset := 0
	for _, line := range lines[:p.Line] {
		offset += len(line)
	}
	left := p.Character
	for _, r := range strings.TrimRight(lines[p.Line], "\r\n") {
		size := utf8.RuneLen(r)
		units := len(utf16.Encode([]rune{r}))
		if e == UTF8 {
			units = size
		}
		if left -= units; left < 0 {
			break
		}
		offset += size
	}
	return offset
}

func modelChange(text string, c Change, e Encoding) string {
	if c.Range == nil {
		return c.Text
	}
	from, to := modelOffset(text, c.Range.Start, e), modelOffset(text, c.Range.End, e)
	if from > to {
		from, to = to, from
	}
	return text[:from] + c.Text + text[to:]
}

const doc = "file:///p/sol.cpp"

func opened(text string, e Encoding) *Store {
	s := NewStore(e)
	s.Open(doc, "cpp", 1, text)
	return s
}

func at(line, character int) Position { return Position{line, character} }

func replace(from, to Position, text string) Change {
	return Change{Range: &Range{from, to}, Text: text}
}

func TestChange(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text     string
		changes  []Change
		encoding Encoding
		want     string
	}{
		"an insertion":                             {text: "ab\ncd", changes: []Change{replace(at(1, 1), at(1, 1), "X")}, want: "ab\ncXd"},
		"a deletion across lines":                  {text: "ab\ncd\nef", changes: []Change{replace(at(0, 1), at(2, 1), "")}, want: "af"},
		"the whole document":                       {text: "ab", changes: []Change{{Text: "new"}}, want: "new"},
		"changes that build on each other":         {text: "", changes: []Change{replace(at(0, 0), at(0, 0), "a\nb"), replace(at(1, 0), at(1, 1), "c")}, want: "a\nc"},
		"no changes at all":                        {text: "ab", want: "ab"},
		"a line with CRLF ends in front of it":     {text: "ab\r\ncd", changes: []Change{replace(at(0, 9), at(0, 9), "X")}, want: "abX\r\ncd"},
		"a lone CR ends a line":                    {text: "ab\rcd", changes: []Change{replace(at(1, 0), at(1, 0), "X")}, want: "ab\rXcd"},
		"a CR joins the LF behind it":              {text: "a\nb", changes: []Change{replace(at(0, 1), at(0, 1), "\r"), replace(at(1, 0), at(1, 0), "X")}, want: "a\r\nXb"},
		"a CRLF is split":                          {text: "a\r\nb", changes: []Change{replace(at(0, 1), at(1, 0), "\r"), replace(at(0, 2), at(0, 2), "\n"), replace(at(2, 0), at(2, 0), "X")}, want: "a\n\rXb"},
		"a column behind the line's end":           {text: "ab\ncd", changes: []Change{replace(at(0, 99), at(1, 99), "!")}, want: "ab!"},
		"a line behind the text's end":             {text: "ab\ncd", changes: []Change{replace(at(99, 7), at(100, 0), "!")}, want: "ab\ncd!"},
		"a range the wrong way round":              {text: "abcd", changes: []Change{replace(at(0, 3), at(0, 1), "-")}, want: "a-d"},
		"characters of two UTF-16 units":           {text: "😀b", changes: []Change{replace(at(0, 2), at(0, 3), "c")}, want: "😀c"},
		"a position in the middle of a surrogate":  {text: "😀b", changes: []Change{replace(at(0, 1), at(0, 2), "c")}, want: "cb"},
		"characters of two bytes in UTF-16":        {text: "жb", changes: []Change{replace(at(0, 1), at(0, 2), "c")}, want: "жc"},
		"characters of two bytes in UTF-8":         {text: "жb", changes: []Change{replace(at(0, 2), at(0, 3), "c")}, encoding: UTF8, want: "жc"},
		"a position in the middle of a UTF-8 byte": {text: "жb", changes: []Change{replace(at(0, 1), at(0, 2), "c")}, encoding: UTF8, want: "cb"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := opened(tt.text, tt.encoding)
			before, _ := s.View().Get(doc)
			if tt.changes == nil {
				tt.changes = []Change{}
			}
			got, _, err := s.Change(doc, 2, tt.changes)
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Text()) != tt.want || got.Version() != 2 {
				t.Errorf("got %q version %d, want %q", got.Text(), got.Version(), tt.want)
			}
			if string(before.Text()) != tt.text || before.Version() != 1 {
				t.Errorf("the snapshot before became %q version %d", before.Text(), before.Version())
			}
		})
	}
}

func TestChangeOfADocumentThatIsNotOpenIsAnError(t *testing.T) {
	t.Parallel()
	if _, _, err := NewStore(UTF16).Change(doc, 2, nil); err == nil {
		t.Error("no error")
	}
}

func TestEditShiftsMarks(t *testing.T) {
	t.Parallel()
	const text = "one\ntwo\nthree\n"
	tests := map[string]struct {
		change Change
		mark   Position
		want   Position
	}{
		"a line above is inserted":            {replace(at(0, 0), at(0, 0), "zero\n"), at(1, 1), at(2, 1)},
		"a line above is removed":             {replace(at(0, 0), at(1, 0), ""), at(1, 1), at(0, 1)},
		"a line below is inserted":            {replace(at(2, 0), at(2, 0), "x\n"), at(1, 1), at(1, 1)},
		"Enter is pressed in front of it":     {replace(at(1, 0), at(1, 0), "\n"), at(1, 0), at(2, 0)},
		"Enter is pressed behind it":          {replace(at(1, 3), at(1, 3), "\n"), at(1, 0), at(1, 0)},
		"text before it on its line grows":    {replace(at(1, 0), at(1, 0), "  "), at(1, 1), at(1, 3)},
		"its line is joined to the one above": {replace(at(0, 3), at(1, 0), " "), at(1, 1), at(0, 5)},
		"it is inside what is replaced":       {replace(at(0, 1), at(2, 2), "-"), at(1, 1), at(0, 1)},
		"a whole new text has a line above":   {Change{Text: "one\nNEW\ntwo\nthree\n"}, at(1, 1), at(2, 1)},
		"a whole new text changes elsewhere":  {Change{Text: "ONE!\ntwo\nthree\n"}, at(1, 1), at(1, 1)},
		"a whole new text is shorter":         {Change{Text: "two\nthree\n"}, at(1, 1), at(0, 1)},
		"a whole new text is the same":        {Change{Text: text}, at(1, 1), at(1, 1)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, edits, err := opened(text, UTF16).Change(doc, 2, []Change{tt.change})
			if err != nil {
				t.Fatal(err)
			}
			got := tt.mark
			for _, e := range edits {
				got = e.Shift(got)
			}
			if got != tt.want {
				t.Errorf("got %v after %+v, want %v", got, edits, tt.want)
			}
		})
	}
}

func TestPlacesOfCompilers(t *testing.T) {
	t.Parallel()
	s := Detached(doc, []byte("int main() {\n\tж = x;\n}\n"), UTF16)
	tests := map[string]struct {
		line, column int
		want         Position
		word         Range
	}{
		"a column in bytes":               {2, 7, at(1, 5), Range{at(1, 5), at(1, 6)}},
		"an unknown column":               {2, 0, at(1, 1), Range{at(1, 1), at(1, 2)}},
		"a column at a line's beginning":  {1, 1, at(0, 0), Range{at(0, 0), at(0, 12)}},
		"a column behind the line's end":  {3, 9, at(2, 0), Range{at(2, 0), at(2, 1)}},
		"a line behind the text's end":    {9, 1, at(3, 0), Range{at(3, 0), at(3, 0)}},
		"an unknown line":                 {0, 0, at(0, 0), Range{at(0, 0), at(0, 12)}},
		"a column of a punctuation mark":  {1, 9, at(0, 8), Range{at(0, 8), at(0, 9)}},
		"a column of a word in the midst": {1, 5, at(0, 4), Range{at(0, 4), at(0, 8)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := s.Place(tt.line, tt.column)
			if got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if word := s.Word(got); word != tt.word {
				t.Errorf("the word there is %v, want %v", word, tt.word)
			}
		})
	}
}

func TestURIs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ uri, canonical, path string }{
		"a file":                       {"file:///tmp/a.cpp", "file:///tmp/a.cpp", "/tmp/a.cpp"},
		"a file with a space":          {"file:///tmp/my%20file.cpp", "file:///tmp/my%20file.cpp", "/tmp/my file.cpp"},
		"a file that is not escaped":   {"file:///tmp/my file.cpp", "file:///tmp/my%20file.cpp", "/tmp/my file.cpp"},
		"a letter that is not ASCII":   {"file:///tmp/ж.cpp", "file:///tmp/%D0%B6.cpp", "/tmp/ж.cpp"},
		"escapes that are not needed":  {"file:///tmp/%61.cpp", "file:///tmp/a.cpp", "/tmp/a.cpp"},
		"dots in the path":             {"file:///tmp/x/../a.cpp", "file:///tmp/x/../a.cpp", "/tmp/a.cpp"},
		"a document never saved":       {"untitled:Untitled-1", "untitled:Untitled-1", ""},
		"a notebook's cell":            {"vscode-notebook-cell:/x/a.ipynb#W0", "vscode-notebook-cell:/x/a.ipynb#W0", ""},
		"nothing":                      {"", "", ""},
		"what is no URI":               {"::::", "file:///%3A%3A%3A%3A", ""},
		"a file of a remote workspace": {"vscode-remote://ssh/tmp/a.cpp", "vscode-remote://ssh/tmp/a.cpp", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := Canonical(tt.uri); got != tt.canonical {
				t.Errorf("canonical form %q, want %q", got, tt.canonical)
			}
			if got := PathOf(tt.uri); got != tt.path {
				t.Errorf("path %q, want %q", got, tt.path)
			}
		})
	}
}

// disk is some files in memory, under the paths of the machine it stands for.
type disk map[string]string

func (d disk) ReadFile(name string) ([]byte, error) {
	text, ok := d[name]
	if !ok {
		return nil, fmt.Errorf("reading %s: %w", name, fs.ErrNotExist)
	}
	return []byte(text), nil
}

func (d disk) ReadDir(dir string) ([]string, error) {
	var names []string
	for path := range d {
		if filepath.Dir(path) == dir {
			names = append(names, filepath.Base(path))
		}
	}
	if names == nil {
		return nil, fmt.Errorf("reading %s: %w", dir, fs.ErrNotExist)
	}
	return names, nil
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	s := NewStore(UTF16)
	s.Open("file:///p/sol.cpp", "cpp", 1, "unsaved")
	s.Open("file:///p/new.py", "python", 1, "never saved")
	s.Open("file:///other/x.py", "python", 1, "elsewhere")
	s.Open("untitled:Untitled-1", "cpp", 1, "nowhere")
	o := NewOverlay(s.View(), disk{"/p/sol.cpp": "saved", "/p/gen.py": "gen"})
	s.Open("file:///p/sol.cpp", "cpp", 2, "typed after the run began")

	for path, want := range map[string]string{"/p/sol.cpp": "unsaved", "/p/new.py": "never saved", "/p/gen.py": "gen"} {
		if got, err := o.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v, want %q", path, got, err, want)
		}
	}
	if _, err := o.ReadFile("/p/absent.py"); err == nil {
		t.Error("a file that is nowhere was read")
	}
	for dir, want := range map[string][]string{"/p": {"gen.py", "new.py", "sol.cpp"}, "/other": {"x.py"}} {
		got, err := o.ReadDir(dir)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s has %v, %v, want %v", dir, got, err, want)
		}
	}
	if _, err := o.ReadDir("/absent"); err == nil {
		t.Error("a folder that is nowhere was read")
	}
	want := map[string]Fingerprint{
		"/p/sol.cpp": FingerprintOf([]byte("unsaved")),
		"/p/new.py":  FingerprintOf([]byte("never saved")),
		"/p/gen.py":  FingerprintOf([]byte("gen")),
	}
	if diff := cmp.Diff(want, o.Read(), cmp.AllowUnexported(Fingerprint{})); diff != "" {
		t.Errorf("what was read (-want +got):\n%s", diff)
	}
}

func TestCloseUncoversTheDisk(t *testing.T) {
	t.Parallel()
	s := opened("unsaved", UTF16)
	s.Close(doc)
	got, err := NewOverlay(s.View(), disk{"/p/sol.cpp": "saved"}).ReadFile("/p/sol.cpp")
	if err != nil || string(got) != "saved" {
		t.Errorf("got %q, %v", got, err)
	}
}

// FuzzChange compares a store with the naive model after random changes made of
// the text's own pieces.
func FuzzChange(f *testing.F) {
	f.Add("ab\r\ncd\rж😀\n", "x\ny", uint64(1), false)
	f.Add("", "\r\n", uint64(2), true)
	f.Add("\r\r\n\n", "\n\r", uint64(3), false)
	f.Fuzz(func(t *testing.T, text, piece string, seed uint64, inBytes bool) {
		if !utf8.ValidString(text) || !utf8.ValidString(piece) || len(text)+len(piece) > 1000 {
			t.Skip() // JSON has no other strings; the model is slow.
		}
		encoding := UTF16
		if inBytes {
			encoding = UTF8
		}
		rng := rand.New(rand.NewPCG(seed, 0))
		store := opened(text, encoding)
		model := text
		mark := func() Position { return at(rng.IntN(6), rng.IntN(8)) }
		for range 8 {
			change := Change{Text: strings.Repeat(piece, rng.IntN(2))}
			if rng.IntN(5) > 0 {
				change.Range = &Range{mark(), mark()}
			} else {
				change.Text += model
			}
			got, edits, err := store.Change(doc, 1, []Change{change})
			if err != nil {
				t.Fatal(err)
			}
			before := model
			model = modelChange(model, change, encoding)
			if string(got.Text()) != model {
				t.Fatalf("%q with %+v became %q, want %q", before, change, got.Text(), model)
			}
			if want := len(modelLines(model)); got.Lines() != want {
				t.Fatalf("%q has %d lines, want %d (starts %v)", model, got.Lines(), want, got.starts)
			}
			for i, line := range modelLines(model) {
				if want := strings.TrimRight(line, "\r\n"); string(got.Line(i)) != want {
					t.Fatalf("line %d of %q is %q, want %q", i, model, got.Line(i), want)
				}
			}
			for range 4 {
				p := mark()
				offset := got.Offset(p)
				if want := modelOffset(model, p, encoding); offset != want {
					t.Fatalf("%v in %q is at %d, want %d", p, model, offset, want)
				}
				if back := got.Offset(got.Position(offset)); back != offset {
					t.Fatalf("offset %d of %q came back as %d", offset, model, back)
				}
			}
			// What is behind the last edit keeps its place counted from the end.
			end := Detached(doc, []byte(before), encoding)
			p := end.Position(len(before))
			for _, e := range edits {
				p = e.Shift(p)
			}
			if p != got.Position(len(model)) {
				t.Fatalf("the end of %q moved to %v by %+v, want %v", before, p, edits, got.Position(len(model)))
			}
		}
	})
}

func BenchmarkChange(b *testing.B) {
	line := "    for (int i = 0; i < n; i++) cin >> a[i];\n"
	text := strings.Repeat(line, 1<<20/len(line))
	for _, bench := range []struct {
		name   string
		change Change
	}{
		{"a key at the beginning", replace(at(0, 0), at(0, 0), "x")},
		{"a key in the middle", replace(at(10000, 5), at(10000, 5), "x")},
		{"a line in the middle", replace(at(10000, 0), at(10000, 0), "x\n")},
		{"the whole text", Change{Text: strings.Replace(text, "cin", "std::cin", 1)}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s, _ := opened(text, UTF16).View().Get(doc)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				s.apply([]Change{bench.change})
			}
		})
	}
}
