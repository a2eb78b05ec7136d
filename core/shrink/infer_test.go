package shrink

import (
	"math/rand/v2"
	"strings"
	"testing"

	"stresstester/core/shrink/internal/bugs"
)

func TestInferRecognisesFormats(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ input, want string }{
		"an array with its length":           {"4\n7 7 9 2\n", "v0; run v0"},
		"everything on one line":             {"4 7 7 9 2\n", "v0 run v0"},
		"one number a line":                  {"4\n7\n7\n9\n2\n", "v0; repeat v0 { v1 }"},
		"two arrays and a number":            {"4 11\n7 7 9 2\n1 1 1 5\n", "v0 v1; run v0; run v0"},
		"arrays of different lengths":        {"4 3\n7 7 9 2\n1 1 5\n", "v0 v1; run v0; run v1"},
		"queries after an array":             {"4 5\n7 7 9 2\n1 2\n2 3\n4 4\n1 4\n2 2\n", "v0 v1; run v0; repeat v1 { v2 v3 }"},
		"a tree":                             {"5\n1 2\n3 2\n4 2\n5 4\n", "v0; repeat v0-1 { v1 v2 }"},
		"a weighted graph":                   {"4 5\n1 2 7\n2 3 9\n4 4 1\n1 4 2\n2 2 6\n", "v0 v1; repeat v1 { v2 v3 v4 }"},
		"test cases":                         {"3\n2\n7 7\n1\n4\n5\n9 9 9 9 9\n", "v0; repeat v0 { v1; run v1 }"},
		"test cases of graphs":               {"2\n3 1\n1 2\n4 3\n1 2\n3 4\n1 4\n", "v0; repeat v0 { v1 v2; repeat v2 { v3 v4 } }"},
		"a first test case without edges":    {"3\n3 0\n4 3\n1 2\n3 4\n1 4\n2 1\n2 1\n", "v0; repeat v0 { v1 v2; repeat v2 { word word } }"},
		"a matrix":                           {"2 3\n1 2 3\n4 5 6\n", "v0 v1; repeat v0 { run v1 }"},
		"a square matrix":                    {"3\n1 2 3\n4 5 6\n7 8 9\n", "v0; repeat v0 { run v0 }"},
		"a grid":                             {"3 2\n..\n#.\n##\n", "v0 v1; repeat v0 { word }"},
		"lists with their own lengths":       {"3\n2 7 7\n1 4\n3 1 1 1\n", "v0; repeat v0 { v1 run v1 }"},
		"pairs on one line":                  {"3\n1 9 2 8 3 7\n", "v0; run v0*2"},
		"one less than a count":              {"5\n1 1 2 3\n9 9 9 9 9\n", "v0; run v0-1; run v0"},
		"commands with different numbers":    {"6\n1 5\n2\n1 7\n3 1 4\n2\n3 5 5\n", "v0; repeat v0 { tagged map[1:2 2:1 3:3] }"},
		"lines up to the end":                {"71 9\n62 8\n53 7\n99 54\n80 33\n21 40\n", "repeat * { v0 v1 }"},
		"an empty array":                     {"2\n0\n\n3\n1 2 3\n", "v0; repeat v0 { v1; run v1 }"},
		"an empty array at the end":          {"2\n3\n1 2 3\n0\n\n", "v0; repeat v0 { v1; run v1 }"},
		"windows line ends":                  {"4\r\n7 7 9 2\r\n", "v0; run v0"},
		"lines without order":                {"70 a 3\nb\n1 1 1 1 x\nc 2 2\n\nz\n\n\nu\n\nu v\nq q q q q q q q\n", "rest"},
		"a length before a word of letters":  {"5\nabcab\n", "v0; word"},
		"weighted edges and three queries":   {"6 3\n2 4 2\n4 6 3\n2 3 3\n5 2 3\n1 3 1\n5 1\n6 4\n6 5\n", "v0 v1; repeat v0-1 { v2 v3 v4 }; repeat v1 { v5 v6 }"},
		"as many edges as vertices":          {"5 5\n1 2\n3 4\n5 1\n2 4\n3 1\n", "v0 v1; repeat v1 { v2 v3 }"},
		"three queries of three numbers":     {"5 7 3\n3 5 5\n4 1 4\n2 5 5\n", "v0 v1 v2; repeat v2 { v3 v4 v5 }"},
		"lists, the first of which is short": {"5\n1 1\n1 1\n3 2 2 1\n5 3 2 1 3 2\n3 1 2 3\n", "v0; repeat v0 { v1 run v1 }"},
		"names of commands":                  {"3\nadd 5 1\nsum 4\nadd 1 2\n", "v0; repeat v0 { tagged map[add:3 sum:2] }"},
		"digits that are not numbers at all": {"3 4\n0010\n1111\n0000\n", "v0 v1; repeat v0 { word }"},
	} {
		if got := infer(readPage([]byte(c.input)), nil).String(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestSamplesDecideWhatOneInputLeavesOpen(t *testing.T) {
	t.Parallel()
	read := func(s string) *page { return readPage([]byte(s)) }
	const input = "2 2\n1 2\n2 1\n"
	for name, c := range map[string]struct {
		samples []string
		want    string
	}{
		"a graph":             {[]string{"4 1\n3 4\n", "3 4\n1 2\n1 3\n2 3\n1 1\n"}, "v0 v1; repeat v1 { v2 v3 }"},
		"a matrix":            {[]string{"1 3\n3 4 7\n", "3 1\n4\n5\n6\n"}, "v0 v1; repeat v0 { run v1 }"},
		"pairs":               {[]string{"1 3\n3 4\n", "3 1\n4 4\n5 5\n6 6\n"}, "v0 v1; repeat v0 { v2 v3 }"},
		"samples that differ": {[]string{"hello\n"}, infer(read(input), nil).String()},
	} {
		var samples []*page
		for _, s := range c.samples {
			samples = append(samples, read(s))
		}
		if got := learnForm(read(input), samples).schema.String(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestTheFormAcceptsWhatItWasLearntFrom(t *testing.T) {
	t.Parallel()
	seen := map[*bugs.Shape]bool{}
	for _, b := range bugs.All() {
		shape := b.Shape
		if seen[shape] {
			continue
		}
		seen[shape] = true
		t.Run(shape.Name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(20) {
				r := rand.New(rand.NewPCG(seed, 3))
				input := shape.Random(r, 1+r.IntN(20))
				texts := append([][]byte{input}, shape.Samples(r, r.IntN(20), 1+r.IntN(15))...)
				var pages []*page
				for _, s := range texts {
					pages = append(pages, readPage(s))
				}
				form := learnForm(pages[0], pages[1:])
				if form.opaque() {
					t.Logf("not recognised, with %d samples:\n%s", len(pages)-1, input)
				}
				if !form.accepts(input) {
					t.Fatalf("the input does not follow its own form %s:\n%s", form.schema, input)
				}
				for _, s := range texts[1:] {
					if form.learntFrom == len(pages) && !form.accepts(s) {
						t.Fatalf("a sample does not follow the form %s:\n%s", form.schema, s)
					}
				}
			}
		})
	}
}

func FuzzLearnForm(f *testing.F) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, b := range bugs.All() {
		f.Add(b.Shape.Random(r, 8), b.Shape.Random(r, 8))
	}
	f.Add([]byte(strings.Repeat("1 1\n", 40)), []byte("0\n0\n"))
	f.Fuzz(func(t *testing.T, input, sample []byte) {
		if len(input)+len(sample) > 2000 {
			t.Skip("long inputs are slow to fuzz")
		}
		p := readPage(input)
		if len(p.tokens) == 0 {
			return
		}
		if form := learnForm(p, []*page{readPage(sample)}); !form.accepts(input) {
			t.Fatalf("%q does not follow its own form %s", input, form.schema)
		}
	})
}
