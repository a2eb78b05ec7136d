package merge

import (
	"math/rand/v2"
	"testing"
)

// TestCertainIsWhatEveryLongestSubsequenceKeeps compares with the definition, by
// dynamic programming over all of them.
func TestCertainIsWhatEveryLongestSubsequenceKeeps(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		letters := int32(1 + r.IntN(5))
		a, b := make([]int32, r.IntN(14)), make([]int32, r.IntN(14))
		for i := range a {
			a[i] = r.Int32N(letters)
		}
		for i := range b {
			b[i] = r.Int32N(letters)
		}
		got, want := certain(a, b), byDefinition(a, b)
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("a %v\nb %v\ngot  %v\nwant %v", a, b, got, want)
			}
		}
	}
}

func byDefinition(a, b []int32) []int {
	n, m := len(a), len(b)
	table := func(equal func(i, j int) bool) [][]int {
		t := make([][]int, n+1)
		for i := range t {
			t[i] = make([]int, m+1)
			for j := range t[i] {
				switch {
				case i == 0 || j == 0:
				case equal(i-1, j-1):
					t[i][j] = t[i-1][j-1] + 1
				default:
					t[i][j] = max(t[i-1][j], t[i][j-1])
				}
			}
		}
		return t
	}
	before := table(func(i, j int) bool { return a[i] == b[j] })
	after := table(func(i, j int) bool { return a[n-1-i] == b[m-1-j] })
	best := before[n][m]
	kept := make([]int, n)
	for i := range a {
		kept[i] = -1
		ways := 0
		for j := range b {
			if a[i] == b[j] && before[i][j]+1+after[n-1-i][m-1-j] == best {
				kept[i] = j
				ways++
			}
		}
		for j := 0; j <= m; j++ {
			if before[i][j]+after[n-1-i][m-j] == best {
				ways++ // one without the line
			}
		}
		if ways != 1 {
			kept[i] = -1
		}
	}
	return kept
}
