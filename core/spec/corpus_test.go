package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus reads the specs of testdata/corpus, which between them use everything
// the language has, by name.
func corpus(tb testing.TB) map[string]*Spec {
	tb.Helper()
	files, err := filepath.Glob("testdata/corpus/*.spec")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no corpus: %v", err)
	}
	specs := map[string]*Spec{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		s, errs := Parse(filepath.Base(file), src)
		if err := errs.Err(); err != nil {
			tb.Fatalf("%s: %v", file, err)
		}
		specs[strings.TrimSuffix(filepath.Base(file), ".spec")] = s
	}
	return specs
}

// mustParse parses a spec that is part of a test.
func mustParse(tb testing.TB, src string) *Spec {
	tb.Helper()
	s, errs := Parse("test.spec", []byte(src))
	if err := errs.Err(); err != nil {
		tb.Fatalf("%v\n%s", err, src)
	}
	return s
}

func mustGenerate(tb testing.TB, s *Spec, seed uint64, size Size) []byte {
	tb.Helper()
	input, err := s.Generate(nil, seed, size)
	if err != nil {
		tb.Fatalf("seed %d, size %d: %v", seed, size, err)
	}
	return input
}
