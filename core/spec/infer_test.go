package spec

import (
	"os"
	"strings"
	"testing"
)

// TestInfer reads testdata/infer.txt: after "== name" samples parted by "~~~",
// then "--" and the guessed spec. Run with -update to write the guesses anew.
func TestInfer(t *testing.T) {
	t.Parallel()
	const file = "testdata/infer.txt"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rewritten strings.Builder
	for _, section := range strings.Split("\n"+string(data), "\n== ")[1:] {
		name, rest, _ := strings.Cut(section, "\n")
		inputs, want, _ := strings.Cut(strings.TrimRight(rest, "\n")+"\n", "--\n")
		var samples [][]byte
		for _, one := range strings.Split(inputs, "~~~\n") {
			samples = append(samples, []byte(one))
		}
		got, err := Infer(samples)
		if err != nil {
			got = "error: " + err.Error() + "\n"
		}
		rewritten.WriteString("== " + name + "\n" + inputs + "--\n" + got)
		if !*update && got != want {
			t.Errorf("%s: got:\n%swant:\n%s", name, got, want)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(rewritten.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestInferReadsWhatSpecsGenerate infers specs from generated inputs. A guess is
// valid by construction; the test counts how many are found at all.
func TestInferReadsWhatSpecsGenerate(t *testing.T) {
	t.Parallel()
	for _, src := range inferable {
		s := mustParse(t, src)
		found := 0
		for seed := uint64(1); seed <= 10; seed++ {
			var samples [][]byte
			for i := range uint64(3) {
				samples = append(samples, mustGenerate(t, s, seed*10+i, 8))
			}
			guess, err := Infer(samples)
			if err != nil {
				continue
			}
			found++
			g := mustParse(t, guess)
			for _, one := range samples {
				if v := g.Validate(one); v != nil {
					t.Fatalf("%v\n%s\n%s", v, guess, one)
				}
			}
			mustGenerate(t, g, seed, 5)
		}
		if found < 8 {
			t.Errorf("only %d of 10 are found for\n%s", found, src)
		}
	}
}

var inferable = []string{
	"n: int 1..9\na: int[n] -100..100",
	"n: int 3..9  k: int 1..9\na: int[n] 1..100",
	"t: int 1..5\nrepeat t {\n n: int 1..9\n a: int[n] 1..100\n}",
	"t: int 2..5\nrepeat t {\n n, m: int 1..9\n a: int[n] 1..100\n b: int[m] 1..100\n}",
	"n: int 2..9\ne: tree(n) weight 1..100",
	"n: int 2..9  m: int 0..20\ne: graph(n, m) simple",
	"n, m: int 2..9\ng: grid(n, m) \".#\"",
	"n: int 3..9\np: perm(n)",
	"s: string(5..10) lower",
	"n, q: int 1..9\na: int[n] 1..100\nrepeat q { l: int 1..n  r: int l..n }",
	"q: int 3..9\nrepeat q {\n | 1 x: int 1..9\n | 2 x2: int 1..9 y: int 1..9\n | 3\n}",
	"n: int 1..9\nrepeat n { x, y: int -100..100 }",
	"t: int 1..5\nrepeat t {\n n: int 2..6\n s: string(n) \"ab\"\n}",
	"n, m: int 1..5\na: int[n][m] 0..9",
	"n: int 1..6\nx: float[n] 0..10 digits 3",
}
