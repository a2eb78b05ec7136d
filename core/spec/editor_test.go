package spec

import (
	"slices"
	"strings"
	"testing"
)

// cursor cuts the mark ‸ out of a text and returns its offset.
func cursor(t *testing.T, marked string) (src string, offset int) {
	t.Helper()
	before, after, ok := strings.Cut(marked, "‸")
	if !ok {
		t.Fatalf("no cursor in %q", marked)
	}
	return before + after, len(before)
}

const edited = `let N = 2*10^5
t: int 1..5
repeat t as i {
  n: int 1..N  k: int 1..n
  a: int[n] 1..9 distinct  # comment
  where sum(a) <= N, all(j in 1..n, a[j] != i)
}
where sum(n) <= N
`

func TestTokensHaveTheirClasses(t *testing.T) {
	t.Parallel()
	s := mustParse(t, edited)
	var got []string
	for _, tok := range s.Tokens() {
		text := edited[tok.Span.Start.Offset:tok.Span.End.Offset]
		if tok.Class == ClassOperator || tok.Class == ClassNumber {
			continue
		}
		mark := ""
		if tok.Declares {
			mark = "!"
		}
		got = append(got, text+"/"+tok.Class.String()+mark)
	}
	want := strings.Fields(`let/keyword N/variable! t/variable! int/type repeat/keyword t/variable as/keyword i/variable!
		n/variable! int/type N/variable k/variable! int/type n/variable a/variable! int/type n/variable distinct/modifier`)
	if !slices.Equal(got[:len(want)], want) {
		t.Errorf("got  %v\nwant %v", got[:len(want)], want)
	}
	if rest := strings.Join(got[len(want):], " "); !strings.HasPrefix(rest, "# comment/comment where/keyword sum/function a/variable N/variable all/function j/variable! in/keyword") {
		t.Errorf("got %s", rest)
	}
}

func TestHover(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, marked, want string }{
		{"a field", "n: int 1..8\na: int[‸n] 1..9", "n: int 1..8"},
		{"its limits", "n: int 1..8\na: int[n‸] 1..9", "from 1 to 8"},
		{"a constant", "let N = 2*10^5\nn: int 1..‸N", "which is 200 000"},
		{"a type", "n: i‸nt 1..8", "A whole number from LOW to HIGH"},
		{"a modifier", "a: int[3] 1..8 dist‸inct", "pairwise different"},
		{"a function of the same name", "a, b: int 1..8\nwhere dist‸inct(a, b)", "`where distinct(a, b, c)`"},
		{"a keyword", "rep‸eat 3 { n: int 1..8 }", "COUNT times"},
		{"an alphabet", "s: string(3) low‸er", "The letters a to z"},
		{"a number with an exponent", "n: int 1..1e‸9", "1 000 000 000"},
		{"a bound name", "a: int[3] 1..8\nwhere all(i in 1..3, a[‸i] > 1)", "runs over a range"},
		{"a repetition's number", "repeat 3 as i { n: int 1..‸i }", "number of the repetition"},
		{"a faulty spec", "n: int 1..8\nm: itn 1..n\na: int[‸n] 1..9", "n: int 1..8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src, offset := cursor(t, test.marked)
			s, _ := Parse("test.spec", []byte(src))
			h, ok := s.Hover(offset)
			if !ok || !strings.Contains(h.Text, test.want) {
				t.Errorf("got %q, want %q in it", h.Text, test.want)
			}
		})
	}
}

func TestNothingToHoverOver(t *testing.T) {
	t.Parallel()
	for _, marked := range []string{"‸", "n: int 1..8 ‸ ", "# com‸ment"} {
		src, offset := cursor(t, marked)
		s, _ := Parse("test.spec", []byte(src))
		if h, ok := s.Hover(offset); ok {
			t.Errorf("%q: got %q", marked, h.Text)
		}
	}
}

func TestDefinitionReferencesAndRename(t *testing.T) {
	t.Parallel()
	s := mustParse(t, edited)
	offset := strings.Index(edited, "int[n]") + 4
	at, ok := s.Definition(offset)
	if !ok || at.Start.Line != 4 || at.Start.Column != 3 {
		t.Errorf("the definition is at %v, %v", at, ok)
	}
	var lines []int
	for _, r := range s.References(offset) {
		lines = append(lines, r.Start.Line)
		if edited[r.Start.Offset:r.End.Offset] != "n" {
			t.Errorf("%v is no n", r)
		}
	}
	if want := []int{4, 4, 5, 6, 8}; !slices.Equal(lines, want) {
		t.Errorf("got lines %v, want %v", lines, want)
	}
	if places, err := s.Rename(offset, "size"); err != nil || len(places) != 5 {
		t.Errorf("got %v, %v", places, err)
	}
	for name, want := range map[string]string{"a": "declared already", "2x": "begin with a letter", "a-b": "letters, digits", "": "begin with", "repeat": "word of the language", "j": "declared already"} {
		if _, err := s.Rename(offset, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", name, err)
		}
	}
	if _, err := s.Rename(0, "x"); err == nil {
		t.Error("a keyword is renamed")
	}
}

func TestRenamedSpecsAreTheSame(t *testing.T) {
	t.Parallel()
	for name, s := range corpus(t) {
		for _, sym := range s.symbols {
			places, err := s.Rename(sym.span.Start.Offset, "renamed_"+sym.name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			src := string(s.source)
			slices.SortFunc(places, func(a, b Span) int { return b.Start.Offset - a.Start.Offset })
			for _, p := range places {
				src = src[:p.Start.Offset] + "renamed_" + sym.name + src[p.End.Offset:]
			}
			renamed := mustParse(t, src)
			for seed := uint64(1); seed < 4; seed++ {
				if a, b := mustGenerate(t, s, seed, 5), mustGenerate(t, renamed, seed, 5); string(a) != string(b) {
					t.Errorf("%s: renaming %s changes the input", name, sym.name)
				}
			}
		}
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, marked string
		want         []string // among the labels
		not          []string
	}{
		{"the beginning of a line", "n: int 1..8\n‸", []string{"repeat", "where", "let"}, []string{"int", "n"}},
		{"a part of a keyword", "rep‸", []string{"repeat"}, []string{"int"}},
		{"a type", "n: ‸", []string{"int", "graph", "string"}, []string{"repeat", "distinct"}},
		{"a part of a type", "n: gr‸", []string{"grid", "graph"}, []string{"repeat"}},
		{"a modifier", "n: int 1..8\na: int[n] 1..9 ‸", []string{"distinct", "sorted"}, []string{"connected", "int"}},
		{"a modifier that is there already", "a: int[3] 1..9 distinct ‸", []string{"sorted"}, []string{"distinct"}},
		{"an alphabet", "s: string(3) ‸", []string{"lower", "once"}, []string{"connected"}},
		{"a graph's modifiers", "n: int 1..8\ne: graph(n, n) conn‸", []string{"connected", "simple", "weight"}, []string{"sorted"}},
		{"a name in a range", "n: int 1..8\nm: int 1..‸", []string{"n", "min"}, []string{"m", "distinct ", "repeat"}},
		{"a name in brackets", "n: int 1..8\na: int[‸", []string{"n"}, []string{"a", "int"}},
		{"names in a condition", "n: int 1..8\nwhere ‸", []string{"n", "sum", "not"}, []string{"int", "repeat"}},
		{"inner names in a sum", "repeat 3 {\n  x: int 1..9\n}\nwhere sum(‸", []string{"x"}, nil},
		{"inner names elsewhere", "repeat 3 {\n  x: int 1..9\n}\nwhere ‸", []string{"sum"}, []string{"x"}},
		{"names that come later", "m: int 1..‸\nn: int 1..8", []string{"min"}, []string{"n"}},
		{"names of another block", "repeat 3 {\n  x: int 1..9\n}\nrepeat 2 {\n  y: int 1..‸\n}", []string{"min"}, []string{"x"}},
		{"a comment", "n: int 1..8 # int ‸", nil, []string{"n", "int", "distinct"}},
		{"within quotation marks", "s: string(3) \"a‸b\"", nil, []string{"lower"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			src, offset := cursor(t, test.marked)
			s, _ := Parse("test.spec", []byte(src))
			var labels []string
			for _, c := range s.Complete(offset) {
				labels = append(labels, c.Label)
				if c.Span.Start.Offset > offset || c.Insert == "" || c.Text == "" {
					t.Errorf("odd completion %+v", c)
				}
			}
			for _, w := range test.want {
				if !slices.Contains(labels, w) {
					t.Errorf("%s is missing among %v", w, labels)
				}
			}
			for _, w := range test.not {
				if slices.Contains(labels, w) {
					t.Errorf("%s is among %v", w, labels)
				}
			}
		})
	}
}

func TestOutline(t *testing.T) {
	t.Parallel()
	s := mustParse(t, edited)
	var names []string
	var walk func(list []Symbol, indent string)
	walk = func(list []Symbol, indent string) {
		for _, sym := range list {
			names = append(names, indent+sym.Name)
			if sym.Selection.Start.Offset < sym.Span.Start.Offset || sym.Selection.End.Offset > sym.Span.End.Offset {
				t.Errorf("%s is selected outside of itself", sym.Name)
			}
			walk(sym.Children, indent+" ")
		}
	}
	walk(s.Outline(), "")
	want := []string{"N", "t", "repeat t as i", " n", " k", " a"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, want string }{
		{"indentation and spaces", "\n\nt:int 1..5\nrepeat t{\nn :int 1 .. 8 m: int 0..10   \n\n\n a : int [ n ] -1e9..1e9 distinct# comment  \n}\nwhere sum( n )<=200,t>1",
			"t: int 1..5\nrepeat t {\n  n: int 1..8  m: int 0..10\n\n  a: int[n] -1e9..1e9 distinct  # comment\n}\nwhere sum(n) <= 200, t > 1\n"},
		{"one line blocks", "repeat 3{x,y:int 1..9}", "repeat 3 { x, y: int 1..9 }\n"},
		{"alternatives", "repeat 3 {\n|1 l: int 1..9\n  | 2\n}", "repeat 3 {\n  | 1 l: int 1..9\n  | 2\n}\n"},
		{"a long line", "a: int[3] 1..9 \\\n distinct", "a: int[3] 1..9 \\\n    distinct\n"},
		{"nothing", "\n \n", ""},
		{"a faulty spec", "n: int ..\n}}\nx", "n: int..\n}\n}\nx\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := string(Format([]byte(test.src))); got != test.want && test.name != "a faulty spec" {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func FuzzFormat(f *testing.F) {
	addCorpus(f, func(src []byte) { f.Add(src) })
	f.Fuzz(func(t *testing.T, src []byte) {
		once := Format(src)
		if twice := Format(once); string(twice) != string(once) {
			t.Fatalf("formatted again it differs:\n%q\n%q", once, twice)
		}
		if a, b := words(src), words(once); !slices.Equal(a, b) {
			t.Fatalf("the words differ:\n%q\n%q", a, b)
		}
	})
}

// words are the tokens of a text without white space.
func words(src []byte) []string {
	tokens, _ := lex(src)
	var list []string
	for _, t := range tokens {
		switch t.kind {
		case tokenNewline:
		case tokenComment:
			list = append(list, strings.TrimRight(t.text, " \t\r"))
		default:
			list = append(list, t.text)
		}
	}
	return list
}

// FuzzEditor demands that no place of no text breaks an editor.
func FuzzEditor(f *testing.F) {
	addCorpus(f, func(src []byte) { f.Add(src, len(src)/2) })
	f.Fuzz(func(t *testing.T, src []byte, offset int) {
		s, _ := Parse("fuzz.spec", src)
		offset = max(0, min(offset, len(src)))
		s.Hover(offset)
		s.Complete(offset)
		s.Definition(offset)
		s.References(offset)
		s.Outline()
		for _, tok := range s.Tokens() {
			if tok.Span.End.Offset > len(src) || tok.Span.Start.Offset >= tok.Span.End.Offset {
				t.Fatalf("odd token %+v", tok)
			}
		}
	})
}
