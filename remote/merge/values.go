package merge

import (
	"maps"
	"slices"
)

// Values merges two descendants of one set of values, key by key; a key that is
// absent was taken away. Of a key that both changed differently the result has
// mine's, and the key is among the conflicts, which are sorted.
func Values[V any](base, mine, theirs map[string]V, equal func(a, b V) bool) (merged map[string]V, conflicts []string) {
	merged = map[string]V{}
	keys := map[string]bool{}
	for _, set := range []map[string]V{base, mine, theirs} {
		for key := range set {
			keys[key] = true
		}
	}
	same := func(a, b map[string]V, key string) bool {
		x, inA := a[key]
		y, inB := b[key]
		return inA == inB && (!inA || equal(x, y))
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		from := mine
		switch {
		case same(mine, theirs, key), same(base, theirs, key):
		case same(base, mine, key):
			from = theirs
		default:
			conflicts = append(conflicts, key)
		}
		if v, ok := from[key]; ok {
			merged[key] = v
		}
	}
	return merged, conflicts
}
