package store

import (
	"cmp"
	"testing"
)

func FuzzNaturalOrderIsATotalOrder(f *testing.F) {
	f.Add("wa-2", "wa-10", "wa-02")
	f.Add("", "a", "a1")
	f.Add("1", "01", "001a")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if naturalCompare(a, b) != -naturalCompare(b, a) {
			t.Errorf("%q and %q are not antisymmetric", a, b)
		}
		if (naturalCompare(a, b) == 0) != (a == b) {
			t.Errorf("%q and %q are wrongly equal or not", a, b)
		}
		if cmp.Compare(naturalCompare(a, b), 0) <= 0 && naturalCompare(b, c) <= 0 && naturalCompare(a, c) > 0 {
			t.Errorf("%q ≤ %q ≤ %q, but the first is not ≤ the last", a, b, c)
		}
	})
}
