package shrink

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// recorder is an oracle that remembers what it was asked.
type recorder struct {
	fails func(string) bool
	asked []string
	most  int
}

func (r *recorder) oracle(_ context.Context, candidates [][]byte) []bool {
	answers := make([]bool, len(candidates))
	for i, c := range candidates {
		r.asked = append(r.asked, string(c))
		answers[i] = r.fails(string(c))
	}
	r.most = max(r.most, len(candidates))
	return answers
}

func TestSearchRunsNoCandidateTwiceAndNoneThatIsNotSmaller(t *testing.T) {
	t.Parallel()
	r := &recorder{fails: func(c string) bool { return strings.Contains(c, "7") }}
	s := NewSearch(t.Context(), []byte("3 7 9"), r.oracle, Options{})
	for _, c := range []string{"3 9", "3 7 9", "3 7 9 9", "8 7 9", "3 9", "7 9", "7 9", "9", "7"} {
		s.Try([]byte(c))
	}
	s.Try(nil)
	if want := []string{"3 9", "7 9", "9", "7"}; !slices.Equal(r.asked, want) {
		t.Errorf("asked %q, want %q", r.asked, want)
	}
	if got := string(s.Best()); got != "7" {
		t.Errorf("best is %q", got)
	}
	if s.Runs() != 4 {
		t.Errorf("%d runs, want 4", s.Runs())
	}
}

func TestSearchAsksValidBeforeTheOracle(t *testing.T) {
	t.Parallel()
	r := &recorder{fails: func(string) bool { return true }}
	s := NewSearch(t.Context(), []byte("5 5"), r.oracle, Options{Valid: func(c []byte) bool { return string(c) != "4" }})
	if s.Try([]byte("4")) || len(r.asked) != 0 {
		t.Error("a candidate that is not valid was run or taken")
	}
	if !s.Try([]byte("5")) {
		t.Error("a valid candidate that fails was refused")
	}
}

func TestFirstTakesTheFirstInOrderWhateverIsRunBesideIt(t *testing.T) {
	t.Parallel()
	for width := 1; width <= 6; width++ {
		r := &recorder{fails: func(c string) bool { return c == "30" || c == "40" }}
		s := NewSearch(t.Context(), []byte("50 50"), r.oracle, Options{Width: width})
		at := s.First(slices.Values([][]byte{[]byte("10"), nil, []byte("20"), []byte("30"), []byte("40"), []byte("41")}))
		if at != 3 || string(s.Best()) != "30" {
			t.Errorf("width %d: took number %d, %q", width, at, s.Best())
		}
		if r.most > width {
			t.Errorf("width %d: %d candidates at a time", width, r.most)
		}
	}
}

func TestWidthDoesNotChangeTheResult(t *testing.T) {
	t.Parallel()
	input := []byte("14\n9 4 7 1 8 2 6 3 5 11 13 12 10 14\n")
	// Fails if 7 stands before 6 and the sum is at least 40.
	fails := func(c string) bool {
		var n, sum int
		seven, ok := false, false
		for i, f := range strings.Fields(c) {
			if fmt.Sscan(f, &n); i > 0 {
				sum += n
				seven = seven || n == 7
				ok = ok || seven && n == 6
			}
		}
		return ok && sum >= 40
	}
	var want Result
	for _, budget := range []int{5, 17, 40, 500} {
		for width := 1; width <= 9; width++ {
			r := &recorder{fails: fails}
			got := Text(t.Context(), input, r.oracle, Options{Width: width, MaxRuns: budget})
			if width == 1 {
				want = got
			}
			if !bytes.Equal(got.Input, want.Input) || got.Proved != want.Proved {
				t.Errorf("budget %d: width %d gives %q (%s), width 1 %q (%s)",
					budget, width, got.Input, got.Proved, want.Input, want.Proved)
			}
			if got.Runs != len(r.asked) {
				t.Errorf("budget %d, width %d: says %d runs, made %d", budget, width, got.Runs, len(r.asked))
			}
			if asked := slices.Sorted(slices.Values(r.asked)); len(slices.Compact(asked)) != len(r.asked) {
				t.Errorf("budget %d, width %d: a candidate was run twice", budget, width)
			}
		}
		if want.Runs > budget {
			t.Errorf("%d runs with a budget of %d", want.Runs, budget)
		}
	}
}

func TestBudgetEndsTheSearchAndIsSaid(t *testing.T) {
	t.Parallel()
	r := &recorder{fails: func(c string) bool { return len(strings.Fields(c)) > 30 }}
	input := []byte("60\n" + strings.Repeat("5 ", 60) + "\n")
	result := Text(t.Context(), input, r.oracle, Options{MaxRuns: 3})
	if result.Runs != 3 || !strings.Contains(result.Proved, "budget of 3 runs") {
		t.Errorf("%d runs: %s", result.Runs, result.Proved)
	}
}

func TestDeadlineEndsTheSearchAndIsSaid(t *testing.T) {
	t.Parallel()
	waiting := func(ctx context.Context, candidates [][]byte) []bool {
		<-ctx.Done() // the deadline passes while this candidate runs
		return slices.Repeat([]bool{true}, len(candidates))
	}
	input := []byte("3\n5 5 5\n")
	result := Text(t.Context(), input, waiting, Options{Deadline: time.Millisecond})
	if !bytes.Equal(result.Input, input) {
		t.Errorf("an answer that came too late was believed: %q", result.Input)
	}
	if !strings.Contains(result.Proved, "time limit of 1ms") {
		t.Error(result.Proved)
	}
}

func TestCancellationEndsTheSearchAtOnceWithTheBestSoFar(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	oracle := func(_ context.Context, candidates [][]byte) []bool {
		if calls++; calls == 3 {
			cancel()
		}
		return slices.Repeat([]bool{true}, len(candidates))
	}
	var seen [][]byte
	result := Text(ctx, []byte("9\n5 5 5 5 5 5 5 5 5\n"), oracle, Options{
		Improved: func(input []byte, _ int) { seen = append(seen, bytes.Clone(input)) },
	})
	if calls != 3 {
		t.Errorf("the oracle was asked %d times, want 3", calls)
	}
	if len(seen) != 2 || !bytes.Equal(seen[1], result.Input) {
		t.Errorf("improved to %q, result %q", seen, result.Input)
	}
	if !strings.Contains(result.Proved, "stopped") {
		t.Error(result.Proved)
	}
}

func TestMissingAnswersCountAsNo(t *testing.T) {
	t.Parallel()
	none := func(context.Context, [][]byte) []bool { return nil }
	input := []byte("2\n1 2\n")
	if result := Text(t.Context(), input, none, Options{Width: 4}); !bytes.Equal(result.Input, input) {
		t.Errorf("got %q", result.Input)
	}
}

func TestImprovedIsToldEverSmallerInputs(t *testing.T) {
	t.Parallel()
	r := &recorder{fails: func(c string) bool { return strings.Count(c, "7") >= 2 }}
	last, runs := []byte("8\n17 7 70 3 7 2 1 77\n"), 0
	result := Text(t.Context(), last, r.oracle, Options{Width: 3, Improved: func(input []byte, n int) {
		if !Smaller(input, last) || n < runs {
			t.Errorf("%q after %d runs follows %q after %d", input, n, last, runs)
		}
		last, runs = bytes.Clone(input), n
	}})
	if !bytes.Equal(last, result.Input) {
		t.Errorf("told %q last, result %q", last, result.Input)
	}
}

func TestKeepFindsTheFewThatMatterAmongMany(t *testing.T) {
	t.Parallel()
	for _, needed := range [][]int{{}, {0}, {999}, {500}, {3, 998}, {100, 101, 900}} {
		fails := func(kept []int) bool {
			return !slices.ContainsFunc(needed, func(n int) bool { return !slices.Contains(kept, n) })
		}
		render := func(kept []int) []byte { return []byte(strings.Trim(fmt.Sprint(kept), "[]")) }
		r := &recorder{fails: func(c string) bool {
			var kept []int
			for _, f := range strings.Fields(c) {
				var n int
				fmt.Sscan(f, &n)
				kept = append(kept, n)
			}
			return fails(kept)
		}}
		s := NewSearch(t.Context(), render(span(0, 1000)), r.oracle, Options{})
		if kept := s.Keep(1000, render); !slices.Equal(kept, needed) {
			t.Errorf("kept %v, want %v", kept, needed)
		}
		if limit := 12 + 25*len(needed); s.Runs() > limit {
			t.Errorf("%v: %d runs, want at most %d", needed, s.Runs(), limit)
		}
	}
}

func TestLowerFindsThresholds(t *testing.T) {
	t.Parallel()
	const high = 1_000_000_000
	for _, threshold := range []uint64{0, 1, 2, 3, 17, 1000, 65_536, 999_999_998, 999_999_999, high} {
		for _, width := range []int{1, 4} {
			r := &recorder{fails: func(c string) bool {
				var n uint64
				fmt.Sscan(c, &n)
				return n >= threshold
			}}
			render := func(v uint64) []byte { return fmt.Append(nil, v) }
			s := NewSearch(t.Context(), render(high), r.oracle, Options{Width: width})
			if got := s.Lower(0, high, render); got != threshold || string(s.Best()) != string(render(threshold)) {
				t.Errorf("threshold %d: got %d, best %s", threshold, got, s.Best())
			}
			if width == 1 && s.Runs() > 45 {
				t.Errorf("threshold %d: %d runs", threshold, s.Runs())
			}
		}
	}
}
