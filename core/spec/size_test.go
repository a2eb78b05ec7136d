package spec

import "testing"

func TestSizesGrowUpToSeedTenThousandAndAreMixedBeyond(t *testing.T) {
	t.Parallel()
	last := Size(0)
	for seed := uint64(0); seed <= rampEnd; seed++ {
		size := SizeFor(seed)
		if size < last || size < 1 {
			t.Fatalf("size %d at seed %d, after %d", size, seed, last)
		}
		last = size
	}
	if SizeFor(1) != 1 || last != 25 {
		t.Errorf("sizes from %d to %d", SizeFor(1), last)
	}
	for _, first := range []uint64{rampEnd + 1, 59_000, 1_000_000, 1 << 40, 1<<64 - 200} {
		small, large := 0, 0
		for seed := first; seed < first+100; seed++ {
			switch size := SizeFor(seed); {
			case size < 1 || size > 200:
				t.Fatalf("size %d at seed %d", size, seed)
			case size <= 4:
				small++
			case size >= 10:
				large++
			}
		}
		if small < 10 || large < 10 {
			t.Errorf("from seed %d on: %d small and %d large inputs of 100", first, small, large)
		}
	}
}
