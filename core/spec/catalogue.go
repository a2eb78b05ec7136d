package spec

import (
	"slices"
	"strings"
)

// TokenClass is what a token is, for highlighting.
type TokenClass uint8

// The classes of tokens.
const (
	ClassKeyword  TokenClass = iota // repeat, where, let, as, and, or, not, in
	ClassType                       // int, string, graph, …
	ClassModifier                   // distinct, connected, weight, …
	ClassVariable                   // names of fields, constants and counters
	ClassFunction                   // sum, min, len, …
	ClassAlphabet                   // lower, digit, …
	ClassNumber
	ClassString
	ClassOperator
	ClassComment
)

// String is the class in one lower-case word.
func (c TokenClass) String() string {
	return [...]string{"keyword", "type", "modifier", "variable", "function", "alphabet", "number", "string", "operator", "comment"}[c]
}

func defaultClass(kind tokenKind) TokenClass {
	switch kind {
	case tokenNumber:
		return ClassNumber
	case tokenString:
		return ClassString
	case tokenComment:
		return ClassComment
	case tokenSymbol:
		return ClassOperator
	}
	return ClassVariable
}

// kind is the kind of thing a field holds.
type kind uint8

const (
	kindInt kind = iota
	kindFloat
	kindString
	kindGrid
	kindPerm
	kindTree
	kindParents
	kindGraph
	kindInterval
	kindPoint
)

// word is an entry of the catalogue: a word of the language with what an editor
// shows about it.
type word struct {
	name string
	// form is how it is written.
	form string
	// about is one or two sentences.
	about string
	// example is a line of a spec.
	example string
}

// typeWord is a word that begins a type.
type typeWord struct {
	word
	kind kind
	// args are the least and greatest number of arguments in parentheses.
	args [2]int
	// argNames name them, for messages.
	argNames string
	// array says that [n] may follow.
	array bool
	// modifiers may follow.
	modifiers []string
}

var orderWords = []string{"sorted", "increasing", "descending", "decreasing"}

func arrayModifiers(more ...string) []string {
	return append(append([]string{"distinct", "unique", "lines", "inline"}, orderWords...), more...)
}

var types = []typeWord{
	{word: word{"int", "int LOW..HIGH", "A whole number from LOW to HIGH, both included. `|` joins ranges: `-1 | 1..n`. With `[n]` behind the word it is an array, with `[n][m]` a matrix of n lines.",
		"a: int[n] -1e9..1e9 distinct"}, kind: kindInt, array: true, modifiers: arrayModifiers()},
	{word: word{"float", "float LOW..HIGH digits D", "A decimal number with at most D digits after the point; `digits D..D` asks for exactly D.",
		"x: float 0..1 digits 6"}, kind: kindFloat, array: true, modifiers: arrayModifiers("digits")},
	{word: word{"string", "string(LENGTH) ALPHABET", "A text of the given length, or of a length in a range, over characters in quotes (`\"abc\"`, `\"a-z\"`) or named classes (`lower digit`).",
		"s: string(1..n) lower"}, kind: kindString, args: [2]int{1, 1}, argNames: "LENGTH", array: true, modifiers: arrayModifiers("once")},
	{word: word{"char", "char ALPHABET", "One character.",
		"c: char \"LR\""}, kind: kindString, array: true, modifiers: arrayModifiers("once")},
	{word: word{"grid", "grid(ROWS, COLUMNS) ALPHABET", "ROWS lines of COLUMNS characters. `once \"ST\"` asks for each of S and T exactly once.",
		"g: grid(n, m) \".#\" once \"ST\""}, kind: kindGrid, args: [2]int{2, 2}, argNames: "ROWS, COLUMNS", modifiers: []string{"once", "unique"}},
	{word: word{"perm", "perm(N)", "A permutation of 1 to N on one line; `from 0` counts from 0.",
		"p: perm(n)"}, kind: kindPerm, args: [2]int{1, 1}, argNames: "N", modifiers: []string{"from", "lines", "unique"}},
	{word: word{"tree", "tree(N)", "A tree of N vertices as N-1 lines `u v`, in any order, either end first. `weight 1..9` adds a number to each line.",
		"e: tree(n) weight 1..9"}, kind: kindTree, args: [2]int{1, 1}, argNames: "N", modifiers: []string{"weight", "from"}},
	{word: word{"parents", "parents(N)", "A rooted tree as one line: the parents of vertices 2 to N, the root is 1. `ordered` asks for parents smaller than their children. `root 0` asks for N numbers, the root's being 0, any vertex being the root.",
		"p: parents(n) ordered"}, kind: kindParents, args: [2]int{1, 1}, argNames: "N", modifiers: []string{"ordered", "root", "from", "lines"}},
	{word: word{"graph", "graph(N, M)", "A graph of N vertices as M lines `u v`. Without modifiers it may have loops, parallel edges and several components. `graph(A, B, M)` has vertices 1 to A on the left and 1 to B on the right of every edge.",
		"e: graph(n, m) connected simple weight 1..9"}, kind: kindGraph, args: [2]int{2, 3}, argNames: "N, M", modifiers: []string{"connected", "simple", "loopless", "directed", "acyclic", "strong", "bipartite", "weight", "from"}},
	{word: word{"interval", "interval LOW..HIGH", "Two whole numbers `l r` with LOW <= l <= r <= HIGH. `strict` asks for l < r; an array of intervals can be `disjoint`.",
		"q: interval 1..n"}, kind: kindInterval, array: true, modifiers: arrayModifiers("strict", "disjoint")},
	{word: word{"point", "point LOW..HIGH, LOW..HIGH", "Coordinates, one range each; a single range means x and y alike.",
		"p: point[n] -100..100 distinct"}, kind: kindPoint, array: true, modifiers: arrayModifiers()},
}

var modifiers = []word{
	{"distinct", "distinct", "The elements of the array are pairwise different.", "a: int[n] 1..100 distinct"},
	{"unique", "unique", "The value differs from those of all other repetitions of the enclosing `repeat`.", "name: string(1..5) lower unique"},
	{"sorted", "sorted", "The elements never fall: each is at least the one before.", "a: int[n] 1..100 sorted"},
	{"increasing", "increasing", "Each element is greater than the one before.", "a: int[n] 1..100 increasing"},
	{"descending", "descending", "The elements never rise: each is at most the one before.", "a: int[n] 1..100 descending"},
	{"decreasing", "decreasing", "Each element is less than the one before.", "a: int[n] 1..100 decreasing"},
	{"lines", "lines", "Each element stands on a line of its own.", "a: int[n] 1..100 lines"},
	{"inline", "inline", "All elements stand on one line.", "p: point[n] 0..9 inline"},
	{"digits", "digits D", "At most D digits after the decimal point; `digits A..B` from A to B digits.", "x: float 0..100 digits 2"},
	{"once", "once \"CHARACTERS\"", "Each of these characters occurs exactly once; they need not be in the alphabet.", "g: grid(n, m) \".#\" once \"ST\""},
	{"from", "from 0", "Numbering begins at 0 (or at another number) instead of 1.", "e: tree(n) from 0"},
	{"weight", "weight LOW..HIGH", "Each edge carries one more number. It may be written several times.", "e: graph(n, m) weight 1..100"},
	{"ordered", "ordered", "Each parent's number is smaller than its child's.", "p: parents(n) ordered"},
	{"root", "root 0", "The list has an entry for every vertex, and the root's is this number.", "p: parents(n) root -1"},
	{"connected", "connected", "Every vertex can be reached from every other; directions are ignored.", "e: graph(n, m) connected"},
	{"simple", "simple", "No loops and no parallel edges.", "e: graph(n, m) simple"},
	{"loopless", "loopless", "No edge joins a vertex with itself.", "e: graph(n, m) loopless"},
	{"directed", "directed", "Edges lead from the first vertex to the second.", "e: graph(n, m) directed"},
	{"acyclic", "acyclic", "There is no cycle: a forest, or, when directed, an acyclic directed graph.", "e: graph(n, m) directed acyclic"},
	{"strong", "strong", "Directed, and every vertex can be reached from every other along the edges.", "e: graph(n, m) directed strong"},
	{"bipartite", "bipartite", "The vertices can be coloured with two colours so that no edge joins equal ones.", "e: graph(n, m) bipartite"},
	{"strict", "strict", "The left end is less than the right end.", "q: interval 1..n strict"},
	{"disjoint", "disjoint", "No two intervals of the array share a point.", "v: interval[k] 1..n disjoint"},
}

var keywords = []word{
	{"repeat", "repeat COUNT { … }", "The block's lines, COUNT times. `repeat n as i` counts the repetitions in i from 1. `repeat 1..5 { … }` has a count that the input does not tell: it ends at the end of the input or before the text that follows.",
		"repeat q { l: int 1..n  r: int l..n }"},
	{"where", "where CONDITION", "A condition on what stands above it: comparisons, joined by `,`, `and`, `or`, `not`, over expressions with sum, min, max, len, count, ….",
		"where sum(n) <= 2*10^5"},
	{"let", "let NAME = EXPRESSION", "A name for a number; it is not part of the input.", "let N = 2*10^5"},
	{"as", "repeat COUNT as NAME", "Names the repetition's number, counted from 1.", "repeat n as i { p: int 1..i }"},
	{"in", "all(NAME in LOW..HIGH, CONDITION)", "The range over which a name runs.", "where all(i in 1..n, a[i] <= b[i])"},
	{"and", "CONDITION and CONDITION", "Both hold.", "where l <= r and r <= n"},
	{"or", "CONDITION or CONDITION", "At least one holds.", "where a == b or a > 5"},
	{"not", "not CONDITION", "The condition does not hold.", "where not (a == b)"},
}

var functions = []word{
	{"sum", "sum(X)", "The sum of an array, or of a field or expression over all repetitions of its block.", "where sum(n) <= 2*10^5"},
	{"min", "min(X) or min(A, B, …)", "The least element of an array or over all repetitions; with several arguments the least of them.", "m: int 0..min(10, n)"},
	{"max", "max(X) or max(A, B, …)", "The greatest element of an array or over all repetitions; with several arguments the greatest of them.", "where max(a) - min(a) <= 5"},
	{"len", "len(X)", "The length of a text or the number of elements of an array.", "where len(s) <= len(t)"},
	{"count", "count(X, VALUE)", "How often the number occurs in an array, or the character in a text or grid.", "where count(g, \"S\") == 1"},
	{"abs", "abs(X)", "The number without its sign.", "where abs(x) + abs(y) <= 10"},
	{"gcd", "gcd(A, B)", "The greatest common divisor.", "where gcd(a, b) == 1"},
	{"distinct", "distinct(A, B, …)", "The values are pairwise different.", "where distinct(a, b, c)"},
	{"unique", "unique(A, B, …)", "The values, taken together, differ from those of all other repetitions.", "where unique(u, v)"},
	{"all", "all(i in LOW..HIGH, CONDITION)", "The condition holds for every i.", "where all(i in 1..n, p[i] != i)"},
	{"any", "any(i in LOW..HIGH, CONDITION)", "The condition holds for at least one i.", "where any(i in 1..n, a[i] == x)"},
}

// alphabetWord is a named class of characters.
type alphabetWord struct {
	word
	characters string
}

var alphabets = []alphabetWord{
	{word{"lower", "lower", "The letters a to z.", "s: string(n) lower"}, "abcdefghijklmnopqrstuvwxyz"},
	{word{"upper", "upper", "The letters A to Z.", "s: string(n) upper"}, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{word{"letter", "letter", "The letters a to z and A to Z.", "s: string(n) letter"}, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{word{"digit", "digit", "The digits 0 to 9.", "s: string(n) digit"}, "0123456789"},
	{word{"alnum", "alnum", "Letters and digits.", "s: string(n) alnum"}, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"},
	{word{"hex", "hex", "The digits 0 to 9 and the letters a to f.", "s: string(n) hex"}, "0123456789abcdef"},
	{word{"printable", "printable", "Every visible ASCII character, without the space.", "s: string(n) printable"}, visible()},
}

// visible is the printable ASCII characters, letters first, so that small
// inputs are readable.
func visible() string {
	var letters, others strings.Builder
	for c := byte('!'); c <= '~'; c++ {
		if 'a' <= c && c <= 'z' {
			letters.WriteByte(c)
		} else {
			others.WriteByte(c)
		}
	}
	return letters.String() + others.String()
}

func findType(name string) *typeWord {
	for i := range types {
		if types[i].name == name {
			return &types[i]
		}
	}
	return nil
}

func findAlphabet(name string) *alphabetWord {
	for i := range alphabets {
		if alphabets[i].name == name {
			return &alphabets[i]
		}
	}
	return nil
}

func findWord(list []word, name string) *word {
	for i := range list {
		if list[i].name == name {
			return &list[i]
		}
	}
	return nil
}

func isModifier(name string) bool { return findWord(modifiers, name) != nil }

// nearest finds the candidate that name was most likely meant to be, or "".
func nearest(name string, candidates []string) string {
	best, bestDistance := "", len(name)/3
	for _, candidate := range candidates {
		if d := editDistance(strings.ToLower(name), strings.ToLower(candidate)); d <= bestDistance && candidate != name {
			if d < bestDistance || best == "" {
				best, bestDistance = candidate, d
			}
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of
// neighbours. Long words are not compared.
func editDistance(a, b string) int {
	if len(a) > 32 || len(b) > 32 {
		return 64
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

func typeNames() []string {
	names := make([]string, 0, len(types))
	for _, t := range types {
		names = append(names, t.name)
	}
	return names
}

func wordNames(list []word) []string {
	names := make([]string, 0, len(list))
	for _, w := range list {
		names = append(names, w.name)
	}
	return names
}

func alphabetNames() []string {
	names := make([]string, 0, len(alphabets))
	for _, a := range alphabets {
		names = append(names, a.name)
	}
	return names
}

// allows reports whether the modifier may follow the type.
func (t *typeWord) allows(modifier string) bool { return slices.Contains(t.modifiers, modifier) }
