package spec

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestMistakes reads testdata/mistakes.txt: after "== name" a faulty spec, then
// "--" and the messages. Run with -update to write the messages anew.
func TestMistakes(t *testing.T) {
	t.Parallel()
	const file = "testdata/mistakes.txt"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rewritten strings.Builder
	for _, section := range strings.Split("\n"+string(data), "\n== ")[1:] {
		name, rest, _ := strings.Cut(section, "\n")
		src, want, _ := strings.Cut(rest+"\n", "--\n")
		src, want = strings.TrimRight(src, "\n")+"\n", strings.TrimRight(want, "\n")
		s, errs := Parse("test.spec", []byte(src))
		got := ""
		if len(errs) > 0 {
			got = errs.Error()
		}
		rewritten.WriteString("== " + name + "\n" + src + "--\n" + got + "\n")
		if *update {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if len(errs) == 0 {
				t.Error("the mistake is not noticed")
			}
			if got != want {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
			if _, err := s.Generate(nil, 1, 1); err == nil {
				t.Error("a faulty spec generates")
			}
			if s.Validate(nil) == nil {
				t.Error("a faulty spec finds an input valid")
			}
			for _, e := range errs {
				for _, f := range e.Fixes {
					checkFix(t, src, e, f)
				}
			}
		})
	}
	if *update {
		if err := os.WriteFile(file, []byte(rewritten.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// checkFix applies a fix and demands that the mistake is gone.
func checkFix(t *testing.T, src string, e Error, f Fix) {
	t.Helper()
	fixed := src[:f.Span.Start.Offset] + f.Text + src[f.Span.End.Offset:]
	_, errs := Parse("test.spec", []byte(fixed))
	for _, left := range errs {
		if left.Message == e.Message {
			t.Errorf("the fix %q leaves the mistake %q:\n%s", f.Title, e.Message, fixed)
		}
	}
}
