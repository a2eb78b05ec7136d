package spec

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func addCorpus(f *testing.F, add func(src []byte)) {
	f.Helper()
	files, _ := filepath.Glob("testdata/corpus/*.spec")
	for _, file := range append(files, "testdata/mistakes.txt") {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		add(src)
	}
}

// FuzzParse demands that no text breaks the parser, and that what a sound spec
// generates is valid and can be read back.
func FuzzParse(f *testing.F) {
	addCorpus(f, func(src []byte) { f.Add(src, uint64(1)) })
	f.Fuzz(func(t *testing.T, src []byte, seed uint64) {
		s, errs := Parse("fuzz.spec", src)
		for _, e := range errs {
			if e.Message == "" || e.Span.Start.Offset > len(src) || e.Span.End.Offset > len(src) {
				t.Fatalf("odd mistake %+v", e)
			}
		}
		if len(errs) > 0 {
			return
		}
		for size := range Size(4) {
			g := newGenerator(s, seed, size)
			g.room, g.steps = 3000, 30000
			rec, err := g.run()
			if err != nil {
				g.release()
				continue
			}
			input := s.print(nil, rec)
			r := newReader(s, input)
			back := r.read()
			if r.violation != nil {
				t.Fatalf("%v\nspec:\n%s\ninput:\n%s", r.violation, src, input)
			}
			if again := s.print(nil, back); !bytes.Equal(again, input) {
				t.Fatalf("read back as\n%s\ninstead of\n%s\nspec:\n%s", again, input, src)
			}
			r.release()
			g.release()
		}
	})
}

// FuzzValidate demands that no input breaks the validator, that positions lie in
// the input, and that a valid input stays valid when it is written plainly.
func FuzzValidate(f *testing.F) {
	specs := corpus(f)
	var names []string
	for name := range specs {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		for test := 1; test < 4; test++ {
			f.Add(uint8(i), mustGenerate(f, specs[name], uint64(test), Size(test*2)))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, input []byte) {
		s := specs[names[int(which)%len(names)]]
		r := newReader(s, input)
		defer r.release()
		rec := r.read()
		if v := r.violation; v != nil {
			if v.Message == "" || v.Offset < 0 || v.Offset+v.Length > len(input) || position(input, v.Offset) != (Pos{v.Offset, v.Line, v.Column}) {
				t.Fatalf("odd violation %+v", v)
			}
			return
		}
		if v := s.Validate(s.print(nil, rec)); v != nil {
			t.Fatalf("written plainly it is invalid: %v\n%q", v, input)
		}
	})
}

// FuzzInfer demands that a guess is a sound spec in which the samples are valid.
func FuzzInfer(f *testing.F) {
	for _, s := range corpus(f) {
		for seed := uint64(1); seed < 3; seed++ {
			f.Add(mustGenerate(f, s, seed, 5), mustGenerate(f, s, seed+10, 5))
		}
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		samples := [][]byte{first, second}
		guess, err := Infer(samples)
		if err != nil {
			return
		}
		s := mustParse(t, guess)
		for _, one := range samples {
			if v := s.Validate(one); v != nil && len(bytes.TrimSpace(one)) > 0 {
				t.Fatalf("%v\n%s", v, guess)
			}
		}
	})
}
