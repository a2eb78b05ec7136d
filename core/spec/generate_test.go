package spec

import (
	"testing"
)

func TestEveryGeneratedInputIsValid(t *testing.T) {
	t.Parallel()
	for name, s := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for test := 1; test <= 600; test++ {
				seed, size := uint64(test), SizeAt(test)
				if test > 580 {
					size = Unlimited
				}
				input := mustGenerate(t, s, seed, size)
				if v := s.Validate(input); v != nil {
					t.Fatalf("seed %d, size %d: %v\n%s", seed, size, v, input)
				}
			}
		})
	}
}
