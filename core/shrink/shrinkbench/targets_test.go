package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"stresstester/core/shrink/internal/bugs"
	"stresstester/core/spec"
)

// The least shares of starts that must end at the smallest size known, in percent,
// and the most oracle runs of the start in the middle.
const (
	specTarget = 90
	textTarget = 75
	runsTarget = 60
)

// TestTheTargetsHold is the short form of the benchmark: two starts of each bug.
func TestTheTargetsHold(t *testing.T) {
	t.Parallel()
	for _, s := range []set{{"made with", bugs.All(), nil}, {"held out at first", bugs.HeldOut(), nil}, {"written at the end", bugs.Unseen(), nil}, {"written after that", bugs.Fresh(), nil}, {"written last", bugs.Late(), nil}} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			rows, err := measure(t.Context(), s.bugs, ways()[:2], 2)
			if err != nil {
				t.Fatal(err)
			}
			for way, target := range map[string]float64{withSpec: specTarget, withSamples: textTarget} {
				total := totalOf(rows, way)
				t.Logf("%s: %d of %d, median of %d runs", way, total.hits, total.starts, median(total.runs))
				if total.percent() < target {
					t.Errorf("%s: %.1f %% of the starts end at the smallest size known, not %v %%", way, total.percent(), target)
				}
				if median(total.runs) >= runsTarget {
					t.Errorf("%s: a median of %d runs, not less than %d", way, median(total.runs), runsTarget)
				}
			}
			for _, r := range rows {
				for way, m := range r.ways {
					if m.smaller != nil {
						t.Errorf("%s: %s found %q, which is smaller than the smallest known", r.bug.Name, way, m.smaller)
					}
				}
			}
		})
	}
}

// eachSpec runs a test for every shape that has a spec.
func eachSpec(t *testing.T, test func(t *testing.T, shape *bugs.Shape, s *spec.Spec)) {
	t.Helper()
	seen := map[*bugs.Shape]bool{}
	for _, b := range slices.Concat(bugs.All(), bugs.HeldOut(), bugs.Unseen(), bugs.Fresh(), bugs.Late()) {
		if seen[b.Shape] || b.Shape.Spec == "" {
			continue
		}
		seen[b.Shape] = true
		t.Run(b.Shape.Name, func(t *testing.T) {
			t.Parallel()
			s, err := specOf(b)
			if err != nil {
				t.Fatal(err)
			}
			test(t, b.Shape, s)
		})
	}
}

// TestSpecsAndValidatorsAgree checks the specs of the shapes against their
// independent validators, in both directions.
func TestSpecsAndValidatorsAgree(t *testing.T) {
	t.Parallel()
	eachSpec(t, func(t *testing.T, shape *bugs.Shape, s *spec.Spec) {
		r := rand.New(rand.NewPCG(3, 4))
		for range 100 {
			if input := shape.Random(r, 14); s.Validate(input) != nil {
				t.Fatalf("%v\n%s", s.Validate(input), input)
			}
		}
		for seed := range uint64(100) {
			input, err := s.Generate(nil, seed, spec.Size(seed/8+1))
			if err != nil {
				if shape.Name != "matrix of distances" { // whose triangles no generator meets by chance
					t.Fatalf("the spec judges, but does not generate: %v", err)
				}
				break
			}
			if !shape.IsValid(input) {
				t.Fatalf("the spec makes what is not valid:\n%s", input)
			}
		}
	})
}

func TestDdminFindsTheTokensThatMatter(t *testing.T) {
	t.Parallel()
	got, runs := ddmin(t.Context(), []byte("1 2 3\n4 5 6 7\n8\n"), func(_ context.Context, candidates [][]byte) []bool {
		return []bool{bytes.Contains(candidates[0], []byte("2")) && bytes.Contains(candidates[0], []byte("7"))}
	}, 1000)
	if string(got) != "2\n7\n" || runs > 60 {
		t.Errorf("%q after %d runs", got, runs)
	}
}

func TestTablesShowEveryBug(t *testing.T) {
	t.Parallel()
	sets := []set{{"a set", bugs.All()[:2], nil}}
	rows, err := measure(t.Context(), sets[0].bugs, ways()[:1], 1)
	if err != nil {
		t.Fatal(err)
	}
	sets[0].rows = rows
	text := tables(sets)
	for _, b := range sets[0].bugs {
		if !strings.Contains(text, "| "+b.Name+" |") {
			t.Errorf("%s is missing in\n%s", b.Name, text)
		}
	}
}
