package engine

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestGeneratorArgumentsAreDrawnFromTheirRanges(t *testing.T) {
	t.Parallel()
	g, err := ParseGenArgs(`10 [5..100] "a b" x[-3..3]y [1]`)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for seed := uint64(1); seed <= 5000; seed++ {
		args := g.Draw(nil, seed)
		if len(args) != 5 || args[0] != "10" || args[2] != "a b" || args[4] != "[1]" {
			t.Fatalf("seed %d: %q", seed, args)
		}
		n, err := strconv.Atoi(args[1])
		if err != nil || n < 5 || n > 100 {
			t.Fatalf("seed %d: %q is outside 5..100", seed, args[1])
		}
		if seed <= 8 && n > 20 {
			t.Errorf("seed %d: %d is not small", seed, n)
		}
		seen[args[1]] = true
		if again := g.Draw(nil, seed); !slices.Equal(args, again) {
			t.Fatalf("seed %d gave %q and then %q", seed, args, again)
		}
	}
	if len(seen) != 96 {
		t.Errorf("%d of 96 values were drawn", len(seen))
	}
}

func TestTheWidestRange(t *testing.T) {
	t.Parallel()
	g, err := ParseGenArgs("[" + strconv.FormatInt(math.MinInt64, 10) + ".." + strconv.FormatInt(math.MaxInt64, 10) + "]")
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(1000) {
		if _, err := strconv.ParseInt(g.Draw(nil, seed)[0], 10, 64); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBadGeneratorArguments(t *testing.T) {
	t.Parallel()
	for pattern, says := range map[string]string{
		"[5..1]": "empty", "[a..b]": "not a range", `"open`: "not closed", "[1..99999999999999999999]": "not a range", "a\x00": "NUL",
	} {
		if _, err := ParseGenArgs(pattern); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: error %v, want one that says %q", pattern, err, says)
		}
	}
}

func FuzzParseGenArgs(f *testing.F) {
	f.Add("10 [5..100] abc", uint64(1))
	f.Add(`'[1..2]' "[" [-9..-3]`, uint64(99))
	f.Fuzz(func(t *testing.T, pattern string, seed uint64) {
		g, err := ParseGenArgs(pattern)
		if err != nil {
			return
		}
		if a, b := g.Draw(nil, seed), g.Draw(nil, seed); !slices.Equal(a, b) {
			t.Errorf("%q drew %q and then %q", pattern, a, b)
		}
	})
}
