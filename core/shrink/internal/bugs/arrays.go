package bugs

import (
	"math"
	"slices"
)

func arrays() []*Bug {
	return []*Bug{
		{
			Name: "sum in 32 bits", Mistake: "the sum is kept in an int", Shape: array,
			Reference: func(in *Reader, out *Writer) {
				sum := 0
				for _, v := range in.Ints(in.Size()) {
					sum += v
				}
				out.Say(sum)
			},
			Tested: func(in *Reader, out *Writer) {
				sum := int32(0)
				for _, v := range in.Ints(in.Size()) {
					sum += int32(v)
				}
				out.Say(sum)
			},
		},
		{
			Name: "largest segment sum", Mistake: "wrong when all numbers are negative", Shape: array,
			Reference: func(in *Reader, out *Writer) { out.Say(largestSegment(in.Ints(in.Size()), math.MinInt)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(largestSegment(in.Ints(in.Size()), 0)) },
		},
		{
			Name: "increasing subsequence", Mistake: "equal numbers count as increasing", Shape: array,
			Reference: func(in *Reader, out *Writer) {
				out.Say(increasing(in.Ints(in.Size()), func(a, b int) bool { return a < b }))
			},
			Tested: func(in *Reader, out *Writer) {
				out.Say(increasing(in.Ints(in.Size()), func(a, b int) bool { return a <= b }))
			},
		},
		{
			Name: "no two neighbours", Mistake: "takes the greatest first instead of trying both", Shape: array,
			Reference: func(in *Reader, out *Writer) {
				with, without := 0, 0
				for _, v := range in.Ints(in.Size()) {
					with, without = without+v, max(with, without)
				}
				out.Say(max(with, without))
			},
			Tested: greedyNoNeighbours,
		},
		{
			Name: "distinct numbers", Mistake: "counts only neighbours that differ", Shape: array,
			Reference: func(in *Reader, out *Writer) {
				a := in.Ints(in.Size())
				slices.Sort(a)
				out.Say(len(slices.Compact(a)))
			},
			Tested: func(in *Reader, out *Writer) { out.Say(len(slices.Compact(in.Ints(in.Size())))) },
		},
		{
			Name: "second greatest", Mistake: "a new greatest does not become second", Shape: array,
			Reference: func(in *Reader, out *Writer) {
				a := in.Ints(in.Size())
				slices.Sort(a)
				if a = slices.Compact(a); len(a) < 2 {
					out.Say("none")
					return
				}
				out.Say(a[len(a)-2])
			},
			Tested: func(in *Reader, out *Writer) {
				first, second := math.MinInt, math.MinInt
				for _, v := range in.Ints(in.Size()) {
					if v > first {
						if second == math.MinInt {
							second = first
						}
						first = v
					} else if v > second && v < first {
						second = v
					}
				}
				if second == math.MinInt {
					out.Say("none")
					return
				}
				out.Say(second)
			},
		},
		{
			Name: "greatest sum of k in a row", Mistake: "the last window is not looked at", Shape: choice,
			Reference: func(in *Reader, out *Writer) {
				n, k := in.Size(), in.Int()
				out.Say(window(in.Ints(n), k, n))
			},
			Tested: func(in *Reader, out *Writer) {
				n, k := in.Size(), in.Int()
				out.Say(window(in.Ints(n), k, max(k, n-1)))
			},
		},
		{
			Name: "k-th smallest", Mistake: "sorts as words", Shape: choice,
			Reference: func(in *Reader, out *Writer) {
				n, k := in.Size(), in.Int()
				a := in.Ints(n)
				slices.Sort(a)
				out.Say(a[k-1])
			},
			Tested: func(in *Reader, out *Writer) {
				n, k := in.Size(), in.Int()
				a := make([]string, n)
				for i := range a {
					a[i] = in.Word()
				}
				slices.Sort(a)
				out.Say(a[k-1])
			},
		},
		{
			Name: "state between tests", Mistake: "the sum is not set to 0 for the next test", Shape: tests,
			Reference: func(in *Reader, out *Writer) { sums(in, out, true, func(s int) int { return s }) },
			Tested:    func(in *Reader, out *Writer) { sums(in, out, false, func(s int) int { return s }) },
		},
		{
			Name: "one test overflows", Mistake: "the sum is kept in an int", Shape: tests,
			Reference: func(in *Reader, out *Writer) { sums(in, out, true, func(s int) int { return s }) },
			Tested:    func(in *Reader, out *Writer) { sums(in, out, true, func(s int) int { return int(int32(s)) }) },
		},
		{
			Name: "stops reading", Mistake: "leaves the loop at the answer and reads the rest as the next test", Shape: tests,
			Reference: func(in *Reader, out *Writer) {
				for range in.Size() {
					ok := true
					for _, v := range in.Ints(in.Size()) {
						ok = ok && v%2 == 0
					}
					out.Say(ok)
				}
			},
			Tested: func(in *Reader, out *Writer) {
				for range in.Size() {
					ok := true
					for range in.Size() {
						if in.Int()%2 != 0 {
							ok = false
							break
						}
					}
					out.Say(ok)
				}
			},
		},
		{
			Name: "least common multiple", Mistake: "multiplies in 32 bits", Shape: pair,
			Reference: func(in *Reader, out *Writer) {
				for range in.Size() {
					a, b := in.Int(), in.Int()
					out.Say(a / gcd(a, b) * b)
				}
			},
			Tested: func(in *Reader, out *Writer) {
				for range in.Size() {
					a, b := in.Int(), in.Int()
					out.Say(int32(a/gcd(a, b)) * int32(b))
				}
			},
		},
		{
			Name: "rounding up", Mistake: "a/b+1 also where b divides a", Shape: pair,
			Reference: func(in *Reader, out *Writer) {
				for range in.Size() {
					a, b := in.Int(), in.Int()
					out.Say((a + b - 1) / b)
				}
			},
			Tested: func(in *Reader, out *Writer) {
				for range in.Size() {
					a, b := in.Int(), in.Int()
					out.Say(a/b + 1)
				}
			},
		},
	}
}

func largestSegment(a []int, best int) int {
	sum := 0
	for _, v := range a {
		sum = max(sum, 0) + v
		best = max(best, sum)
	}
	return best
}

func increasing(a []int, before func(a, b int) bool) int {
	length, longest := make([]int, len(a)), 0
	for i := range a {
		length[i] = 1
		for j := range i {
			if before(a[j], a[i]) {
				length[i] = max(length[i], length[j]+1)
			}
		}
		longest = max(longest, length[i])
	}
	return longest
}

func greedyNoNeighbours(in *Reader, out *Writer) {
	a := in.Ints(in.Size())
	used := make([]bool, len(a)+2)
	sum := 0
	for {
		best := -1
		for i, v := range a {
			if v > 0 && !used[i] && !used[i+1] && !used[i+2] && (best < 0 || v > a[best]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		used[best+1] = true
		sum += a[best]
	}
	out.Say(sum)
}

func window(a []int, k, end int) int {
	best := math.MinInt
	for i := k; i <= end; i++ {
		sum := 0
		for _, v := range a[i-k : i] {
			sum += v
		}
		best = max(best, sum)
	}
	return best
}

func sums(in *Reader, out *Writer, reset bool, keep func(int) int) {
	sum := 0
	for range in.Size() {
		if reset {
			sum = 0
		}
		for _, v := range in.Ints(in.Size()) {
			sum = keep(sum + v)
		}
		out.Say(sum)
	}
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
