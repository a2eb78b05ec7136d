package bugs

import (
	"math"
	"slices"
	"strings"
)

func texts() []*Bug {
	return []*Bug{
		{
			Name: "palindromes", Mistake: "looks for those of odd length only", Shape: wordShape,
			Reference: func(in *Reader, out *Writer) {
				in.Int()
				out.Say(palindrome(in.Word(), 1))
			},
			Tested: func(in *Reader, out *Writer) {
				in.Int()
				out.Say(palindrome(in.Word(), 2))
			},
		},
		{
			Name: "runs", Mistake: "the last run is not closed", Shape: wordShape,
			Reference: func(in *Reader, out *Writer) {
				in.Int()
				out.Say(longestRun(in.Word() + "$"))
			},
			Tested: func(in *Reader, out *Writer) {
				in.Int()
				out.Say(longestRun(in.Word()))
			},
		},
		{
			Name: "occurrences", Mistake: "occurrences that overlap count once", Shape: wordShape,
			Reference: func(in *Reader, out *Writer) {
				in.Int()
				s, count := in.Word(), 0
				for i := range s {
					if strings.HasPrefix(s[i:], "aba") {
						count++
					}
				}
				out.Say(count)
			},
			Tested: func(in *Reader, out *Writer) {
				in.Int()
				out.Say(strings.Count(in.Word(), "aba"))
			},
		},
		{
			Name: "brackets", Mistake: "counts each kind alone", Shape: brackets,
			Reference: func(in *Reader, out *Writer) {
				for range in.Size() {
					out.Say(balanced(in.Word()))
				}
			},
			Tested: func(in *Reader, out *Writer) {
				for range in.Size() {
					s := in.Word()
					out.Say(balanced(strings.Map(only("()"), s)) && balanced(strings.Map(only("[]"), s)))
				}
			},
		},
		{
			Name: "common subsequence", Mistake: "a match is taken even where leaving it is better", Shape: twoStrings,
			Reference: func(in *Reader, out *Writer) { out.Say(subsequence(in.Word(), in.Word())) },
			Tested: func(in *Reader, out *Writer) {
				s, t := in.Word(), in.Word()
				count := 0
				for i := range s {
					if at := strings.IndexByte(t, s[i]); at >= 0 {
						count++
						t = t[at+1:]
					}
				}
				out.Say(count)
			},
		},
		{
			Name: "anagrams", Mistake: "compares which letters occur, not how often", Shape: twoStrings,
			Reference: func(in *Reader, out *Writer) {
				s, t := []byte(in.Word()), []byte(in.Word())
				slices.Sort(s)
				slices.Sort(t)
				out.Say(string(s) == string(t))
			},
			Tested: func(in *Reader, out *Writer) {
				s, t := in.Word(), in.Word()
				out.Say(len(s) == len(t) && strings.Trim(s, t) == "" && strings.Trim(t, s) == "")
			},
		},
		{
			Name: "way through a grid", Mistake: "walks right and down only", Shape: grid,
			Reference: func(in *Reader, out *Writer) { out.Say(walk(in, []int{0, 1, 0, -1, 0})) },
			Tested:    func(in *Reader, out *Writer) { out.Say(walk(in, []int{0, 1, 0})) },
		},
		{
			Name: "islands", Mistake: "height and width are mixed up", Shape: grid,
			Reference: func(in *Reader, out *Writer) {
				h, w := in.Size(), in.Size()
				islands(in, out, h, h, w)
			},
			Tested: func(in *Reader, out *Writer) {
				h, w := in.Size(), in.Size()
				islands(in, out, h, min(h, w), min(h, w))
			},
		},
		{
			Name: "way of greatest sum", Mistake: "outside of the matrix counts as 0", Shape: matrix,
			Reference: func(in *Reader, out *Writer) { out.Say(bestWay(in, math.MinInt/2)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(bestWay(in, 0)) },
		},
		{
			Name: "greatest column", Mistake: "stops after as many columns as there are rows", Shape: matrix,
			Reference: func(in *Reader, out *Writer) { out.Say(greatestColumn(in, math.MaxInt)) },
			Tested:    func(in *Reader, out *Writer) { out.Say(greatestColumn(in, 0)) },
		},
	}
}

func palindrome(s string, step int) int {
	for n := len(s); n > 1; n-- {
		if step == 2 && n%2 == 0 {
			continue
		}
		for i := 0; i+n <= len(s); i++ {
			ok := true
			for j := range n / 2 {
				ok = ok && s[i+j] == s[i+n-1-j]
			}
			if ok {
				return n
			}
		}
	}
	return min(1, len(s))
}

func longestRun(s string) int {
	longest, start := 0, 0
	for i := 1; i < len(s); i++ {
		if s[i] != s[start] {
			longest = max(longest, i-start)
			start = i
		}
	}
	return longest
}

func only(letters string) func(rune) rune {
	return func(c rune) rune {
		if strings.ContainsRune(letters, c) {
			return c
		}
		return -1
	}
}

func balanced(s string) bool {
	var stack []rune
	for _, c := range s {
		switch {
		case c == '(':
			stack = append(stack, ')')
		case c == '[':
			stack = append(stack, ']')
		case len(stack) == 0 || stack[len(stack)-1] != c:
			return false
		default:
			stack = stack[:len(stack)-1]
		}
	}
	return len(stack) == 0
}

func subsequence(s, t string) int {
	best := make([]int, len(t)+1)
	for i := range s {
		diagonal := 0
		for j := range t {
			diagonal, best[j+1] = best[j+1], max(best[j+1], best[j], diagonal+same(s[i], t[j]))
		}
	}
	return best[len(t)]
}

func same(a, b byte) int {
	if a == b {
		return 1
	}
	return 0
}

func readGrid(in *Reader, h int) []string {
	g := make([]string, h)
	for i := range g {
		g[i] = in.Word()
	}
	return g
}

// walk is the number of steps from one corner to the other, or -1.
func walk(in *Reader, step []int) int {
	h, w := in.Size(), in.Size()
	g := readGrid(in, h)
	steps := map[[2]int]int{}
	if g[0][0] != '.' {
		return -1
	}
	steps[[2]int{}] = 0
	for queue := [][2]int{{}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for k := 1; k < len(step); k++ {
			to := [2]int{at[0] + step[k-1], at[1] + step[k]}
			if _, seen := steps[to]; !seen && between(0, h-1, to[0]) && between(0, w-1, to[1]) && g[to[0]][to[1]] == '.' {
				steps[to] = steps[at] + 1
				queue = append(queue, to)
			}
		}
	}
	if n, ok := steps[[2]int{h - 1, w - 1}]; ok {
		return n
	}
	return -1
}

func islands(in *Reader, out *Writer, rows, h, w int) {
	g := readGrid(in, rows)
	joined, count := newUnion(h*w), 0
	for i := range h {
		for j := range w {
			if g[i][j] != '#' {
				continue
			}
			count++
			if i > 0 && g[i-1][j] == '#' && joined.join(i*w+j, (i-1)*w+j) {
				count--
			}
			if j > 0 && g[i][j-1] == '#' && joined.join(i*w+j, i*w+j-1) {
				count--
			}
		}
	}
	out.Say(count)
}

func bestWay(in *Reader, outside int) int {
	n, m := in.Size(), in.Size()
	best := make([]int, m+1)
	for j := range best {
		best[j] = outside
	}
	for i := range n {
		best[0] = outside
		for j := 1; j <= m; j++ {
			from := max(best[j], best[j-1])
			if i == 0 && j == 1 {
				from = 0
			}
			best[j] = from + in.Int()
		}
	}
	return best[m]
}

func greatestColumn(in *Reader, extra int) int {
	n, m := in.Size(), in.Size()
	sums := make([]int, m)
	for range n {
		for j := range m {
			sums[j] += in.Int()
		}
	}
	if extra == 0 {
		m = min(m, n)
	}
	return slices.Max(sums[:m])
}
