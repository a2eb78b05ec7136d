package shrink

import (
	"context"
	"slices"
	"testing"
)

// What a single input seems to tell is format or chance.
func TestASingleInputIsNotTakenAtItsWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, input, candidate string
		accepted               bool
	}{
		{"many edges connect a graph without being asked to", "5 9\n1 2\n1 3\n1 4\n1 5\n2 3\n2 4\n2 5\n3 4\n3 5\n", "5 2\n1 2\n3 4\n", true},
		{"few edges do not", "6 6\n1 2\n2 3\n3 4\n4 5\n5 6\n6 1\n", "6 2\n1 2\n3 4\n", false},
		{"coordinates of seven points are no labels", "7\n1 3\n2 5\n1 4\n2 3\n1 2\n3 5\n2 4\n", "2\n1 5\n2 3\n", true},
		{"times of a clock keep their form", "2\n18:05 09:30\n23:10 07:45\n", "1\n1:0 0:0\n", false},
		{"and may be others", "2\n18:05 09:30\n23:10 07:45\n", "1\n10:00 00:00\n", true},
		{"a start and an end stay in their maze", "4 5\n..S..\n.#.#.\n.#...\n...T.\n", "1 2\n..\n", false},
		{"a start is one of the vertices", "9 4 1 9\n1 5\n5 9\n2 3\n8 9\n", "3 1 1 4\n1 3\n", false},
		{"numbers of nine digits are no words of nine lines", "9\n" + nineDigits, "1\n7\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := learnForm(readPage([]byte(c.input)), nil)
			if !f.accepts([]byte(c.input)) {
				t.Fatalf("%s: the input itself is not accepted", f.schema)
			}
			if got := f.accepts([]byte(c.candidate)); got != c.accepted {
				t.Errorf("%s: %q is accepted: %v", f.schema, c.candidate, got)
			}
		})
	}
}

const nineDigits = "829078366\n461745625\n365548891\n750685898\n559318685\n784330211\n966939374\n369580234\n703632095\n"

// reduced is what an input becomes while it fails.
func reduced(t *testing.T, input string, fails func(string) bool) string {
	t.Helper()
	r := Text(t.Context(), []byte(input), func(_ context.Context, candidates [][]byte) []bool {
		var answers []bool
		for _, c := range candidates {
			answers = append(answers, fails(string(c)))
		}
		return answers
	}, Options{})
	return string(r.Input)
}

func TestWordsAndNumbersBecomeShortInOneStep(t *testing.T) {
	t.Parallel()
	// Two words must differ, whatever they are.
	got := reduced(t, "2\nxyz\nabca\n", func(s string) bool {
		p := readPage([]byte(s))
		return len(p.tokens) == 3 && string(p.word(1)) != string(p.word(2))
	})
	if !slices.Contains([]string{"2\na\nb\n", "2\nb\na\n"}, got) {
		t.Errorf("different words became %q", got)
	}
	// A number must end in 7; there is none between that bisection would look at.
	got = reduced(t, "997\n", func(s string) bool {
		p := readPage([]byte(s))
		return len(p.tokens) == 1 && p.tokens[0].integer && p.value(0)%10 == 7
	})
	if got != "7\n" {
		t.Errorf("a number that ends in 7 became %q", got)
	}
}
