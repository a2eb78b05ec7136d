package store

import (
	"cmp"
	"slices"
	"strings"
)

// sortNames puts samples first and the rest in natural order.
func sortNames(names []string) {
	slices.SortFunc(names, func(a, b string) int {
		if sa, sb := isSample(a), isSample(b); sa != sb {
			if sa {
				return -1
			}
			return 1
		}
		return naturalCompare(a, b)
	})
}

func isSample(name string) bool {
	return strings.HasPrefix(strings.ToLower(name), "sample")
}

// naturalCompare orders digits by the number they write and everything else by
// its bytes. It is a total order: names that differ in leading zeros only are
// ordered by their bytes.
func naturalCompare(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		if isDigit(x[0]) && isDigit(y[0]) {
			var m, n string
			m, x = cutDigits(x)
			n, y = cutDigits(y)
			if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n)); c != 0 {
				return c
			}
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// cutDigits splits off the leading number, without its leading zeros.
func cutDigits(s string) (digits, rest string) {
	end := 0
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	return strings.TrimLeft(s[:end], "0"), s[end:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
