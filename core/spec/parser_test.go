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

func TestWordsAreNamesWhereTheyCannotBeMistaken(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"modifiers":           "weight: int 1..9\nfrom: int weight..10\na: int[from] 1..weight + from distinct",
		"functions":           "sum, min: int 1..9\na: int[sum] 1..min\nwhere sum(a) >= sum, min(sum, min) > 0",
		"keywords":            "repeat: int 1..3\nwhere: int 1..3\nlet: int 1..repeat",
		"types":               "int, string: int 1..3\ngraph: graph(int, string) loopless directed\nwhere int > 1",
		"alphabets":           "lower: string(1..3) lower\nupper: string(1..3) upper",
		"windows line ends":   "n: int 1..9\r\na: int[n] 1..9\r\n",
		"a byte order mark":   "\ufeffn: int 1..9\n",
		"signs of statements": "n: int 1…9\na, b: int −5..5\nwhere 1 ≤ n ≤ 9, a ≠ b, 2·n ≥ 2",
		"python's words":      "n: int 1..2**4\nwhere n >= 2 && n != 5 || !(n > 3)",
		"long lines":          "a: int 1..9 \\\n  b: int 1..9",
		"both quotes":         "'\"'  s: string(3) 'ab'",
	} {
		s := mustParse(t, src)
		for seed := range uint64(20) {
			if v := s.Validate(mustGenerate(t, s, seed, 3)); v != nil {
				t.Errorf("%s: %v", name, v)
			}
		}
	}
}
