package bugs

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestEveryGeneratorMakesValidInputsAndEveryBugShows(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, b := range slices.Concat(All(), HeldOut(), Unseen(), Fresh(), Late()) {
		if names[b.Name] {
			t.Errorf("two bugs are called %q", b.Name)
		}
		names[b.Name] = true
		t.Run(b.Name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			for range 200 {
				input := b.Shape.Random(r, 12)
				if !b.Shape.IsValid(input) {
					t.Fatalf("the generator of %s made an input that is not valid:\n%s", b.Shape.Name, input)
				}
				if verdict, _ := b.verdict(input); verdict == "invalid" {
					t.Fatalf("the reference fails on\n%s", input)
				}
			}
			failing := 0
			for range 1000 {
				if b.Fails(b.Shape.Random(r, 20)) {
					failing++
				}
			}
			if failing == 0 {
				t.Errorf("no test of 1000 fails")
			}
			t.Logf("%4d of 1000 fail", failing)
		})
	}
}

func TestEverySmallestInputKnownIsValidAndFails(t *testing.T) {
	t.Parallel()
	for _, b := range slices.Concat(All(), HeldOut(), Unseen(), Fresh(), Late()) {
		if input := []byte(b.Example); !b.Shape.IsValid(input) || !b.Fails(input) {
			t.Errorf("%s: %q is not valid or does not fail", b.Name, input)
		}
	}
	if n := len(All()) + len(HeldOut()) + len(Unseen()) + len(Fresh()) + len(Late()); len(smallest) != n {
		t.Errorf("%d smallest inputs for %d bugs", len(smallest), n)
	}
}
