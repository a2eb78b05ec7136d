package soak

import "stresstester/core/problem"

// What may become of a test; these mirror programs/fate.h.
const (
	fates = 4000

	crash, status, endless, flood, wrong, greedy, abort, killed = 0, 1, 2, 3, 4, 5, 6, 7
	garbage                                                     = 9
)

// fate is what becomes of the test with that seed (SplitMix64, so that neighbours
// have nothing in common).
func fate(seed uint64) int {
	z := seed + 0x9e3779b97f4a7c15
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return int((z ^ (z >> 31)) % fates)
}

// verdict is the right one for the test with that seed. A checker tells what is no
// number from what is the wrong one.
func verdict(seed uint64, checked bool) problem.Verdict {
	switch fate(seed) {
	case crash, status, abort, killed:
		return problem.RE
	case endless:
		return problem.TLE
	case flood:
		return problem.OLE
	case greedy:
		return problem.MLE
	case wrong:
		return problem.WA
	case garbage:
		if checked {
			return problem.PE
		}
		return problem.WA
	}
	return problem.OK
}
