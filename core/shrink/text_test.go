package shrink_test

import (
	"bytes"
	"context"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"

	"stresstester/core/shrink"
	"stresstester/core/shrink/internal/bugs"
)

// TestTextFindsTheSmallestInputsKnown is the short form of the benchmark: three
// starts of every bug, with and without samples.
func TestTextFindsTheSmallestInputsKnown(t *testing.T) {
	t.Parallel()
	const starts = 3
	for _, samples := range []int{0, 20} {
		smallest, total := 0, 0
		for _, b := range bugs.All() {
			for seed := range uint64(starts) {
				r := rand.New(rand.NewPCG(seed, 5))
				input := failing(t, b, r)
				result := shrink.Text(t.Context(), input, b.Oracle(input), shrink.Options{
					MaxRuns: 1000,
					Samples: b.Shape.Samples(r, samples, 12),
				})
				checkResult(t, b, input, result)
				valid := b.Shape.IsValid(result.Input)
				if samples > 0 && !valid {
					// Without a validator the format is a guess; a wrong one counts as a miss.
					t.Logf("%s, start %d: not valid:\n%sfrom\n%s", b.Name, seed, result.Input, input)
				}
				if total++; valid && b.Shape.Size(result.Input) <= b.Smallest {
					smallest++
				}
			}
		}
		t.Logf("with %d samples: %d of %d", samples, smallest, total)
		if 100*smallest < 90*total || samples > 0 && 100*smallest < 95*total {
			t.Errorf("with %d samples the smallest input was found only %d times of %d", samples, smallest, total)
		}
	}
}

// failing is a failing input of the benchmark's size.
func failing(t *testing.T, b *bugs.Bug, r *rand.Rand) []byte {
	t.Helper()
	input, err := b.Failing(r, 20)
	if err != nil {
		t.Fatal(err)
	}
	return input
}

// checkResult checks what always holds.
func checkResult(t *testing.T, b *bugs.Bug, input []byte, result shrink.Result) {
	t.Helper()
	switch {
	case !b.Oracle(input)(t.Context(), [][]byte{result.Input})[0]:
		t.Errorf("%s: the result does not fail as the input does:\n%s", b.Name, result.Input)
	case !bytes.Equal(result.Input, input) && !shrink.Smaller(result.Input, input):
		t.Errorf("%s: the result is not smaller:\n%s", b.Name, result.Input)
	case !strings.HasSuffix(result.Proved, "."):
		t.Errorf("%s: %q is no sentence", b.Name, result.Proved)
	}
}

func TestTextWithAValidatorKeepsToWhatIsValid(t *testing.T) {
	t.Parallel()
	for _, b := range bugs.All() {
		r := rand.New(rand.NewPCG(8, 8))
		input := failing(t, b, r)
		result := shrink.Text(t.Context(), input, b.Oracle(input), shrink.Options{Valid: b.Shape.IsValid, Width: 4})
		checkResult(t, b, input, result)
		if !b.Shape.IsValid(result.Input) {
			t.Errorf("%s: not valid:\n%s", b.Name, result.Input)
		}
	}
}

func TestTextGivesTheSameResultForEveryWidth(t *testing.T) {
	t.Parallel()
	for _, b := range bugs.All() {
		r := rand.New(rand.NewPCG(9, 9))
		input := failing(t, b, r)
		one := shrink.Text(t.Context(), input, b.Oracle(input), shrink.Options{MaxRuns: 60})
		for _, width := range []int{2, 8} {
			more := shrink.Text(t.Context(), input, b.Oracle(input), shrink.Options{MaxRuns: 60, Width: width})
			if !bytes.Equal(one.Input, more.Input) || one.Proved != more.Proved {
				t.Errorf("%s: width %d gives\n%s(%s), width 1\n%s(%s)", b.Name, width, more.Input, more.Proved, one.Input, one.Proved)
			}
		}
	}
}

func TestTextCanBeStoppedAtEveryRun(t *testing.T) {
	t.Parallel()
	for _, b := range bugs.All() {
		r := rand.New(rand.NewPCG(10, 10))
		input := failing(t, b, r)
		for _, stop := range []int{1, 2, 5, 13} {
			ctx, cancel := context.WithCancel(t.Context())
			runs, oracle := 0, b.Oracle(input)
			result := shrink.Text(ctx, input, func(ctx context.Context, candidates [][]byte) []bool {
				if runs++; runs == stop {
					cancel()
				}
				if runs > stop {
					t.Errorf("%s: the oracle is asked after the end", b.Name)
				}
				return oracle(ctx, candidates)
			}, shrink.Options{})
			cancel()
			checkResult(t, b, input, result)
		}
	}
}

// Without a format there is still deletion of lines and tokens.
func TestTextShrinksWhatHasNoFormat(t *testing.T) {
	t.Parallel()
	const input = "70 a 3\nb\n1 1 1 1 x\nc 2 2\n\nz\n\n\nu\nq q q needle q q q q\n44 0.5 -7 w\n"
	result := shrink.Text(t.Context(), []byte(input), func(_ context.Context, candidates [][]byte) []bool {
		fails := make([]bool, len(candidates))
		for i, c := range candidates {
			fails[i] = bytes.Contains(c, []byte("needle"))
		}
		return fails
	}, shrink.Options{})
	if got := strings.TrimSpace(string(result.Input)); got != "needle" {
		t.Errorf("got %q (%s)", result.Input, result.Proved)
	}
}

func TestTextOfNothing(t *testing.T) {
	t.Parallel()
	for _, input := range []string{"", " ", "\n\n"} {
		result := shrink.Text(t.Context(), []byte(input), func(_ context.Context, candidates [][]byte) []bool {
			return make([]bool, len(candidates))
		}, shrink.Options{})
		if string(result.Input) != input {
			t.Errorf("%q became %q", input, result.Input)
		}
	}
}

// FuzzText shrinks any text with an oracle that answers by a hash: nothing makes
// sense, and still nothing may break.
func FuzzText(f *testing.F) {
	shrink.HurrySearches()
	r := rand.New(rand.NewPCG(11, 11))
	for _, b := range bugs.All() {
		f.Add(b.Shape.Random(r, 8), b.Shape.Random(r, 6), uint64(3), uint8(1))
	}
	for _, s := range []string{"", "1", "-9 9\n", "3\n1e5 2.5 -0.1\n", "2 2\n..\n#.\n", "1000000000000\n1\n", "((()))[]\n", "99999999999999999999 1\n", "\xff\x00 \n"} {
		f.Add([]byte(s), []byte("2\n1 1\n"), uint64(2), uint8(4))
	}
	f.Fuzz(func(t *testing.T, input, sample []byte, modulus uint64, width uint8) {
		if len(input)+len(sample) > 1000 {
			t.Skip("long inputs are slow to fuzz")
		}
		accepted := map[string]bool{string(input): true}
		result := shrink.Text(t.Context(), input, func(_ context.Context, candidates [][]byte) []bool {
			answers := make([]bool, len(candidates))
			for i, c := range candidates {
				h := fnv.New64a()
				h.Write(c)
				if answers[i] = h.Sum64()%(modulus%5+1) == 0; answers[i] {
					accepted[string(c)] = true
				}
			}
			return answers
		}, shrink.Options{MaxRuns: 200, Width: int(width % 9), Samples: [][]byte{sample}})
		if !accepted[string(result.Input)] {
			t.Fatalf("%q was never accepted", result.Input)
		}
		if !bytes.Equal(result.Input, input) && !shrink.Smaller(result.Input, input) {
			t.Fatalf("%q is not smaller than %q", result.Input, input)
		}
	})
}
