// Package bugs holds programs with a planted bug each, beside a correct one, as
// Go functions: what the tests and the benchmark of the shrinker work on.
//
// The programs read like C++ ones: nothing warns them of an input that has
// another format than they expect. A number that is missing reads as 0, so the
// shrinker gets no help from them in keeping inputs valid; whether it did is
// judged afterwards by Shape.Valid, which no shrinker sees.
package bugs

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"stresstester/core/compare"
	"stresstester/core/problem"
)

// Bug is one wrong program.
type Bug struct {
	// Name is short and unique.
	Name string
	// Mistake says in half a sentence what is wrong.
	Mistake string
	Shape   *Shape
	// Reference is right, Tested is not.
	Reference, Tested Program
	// Smallest is the number of tokens of the smallest failing input known, and
	// Example such an input.
	Smallest int
	Example  string
}

// Shape is a format of inputs.
type Shape struct {
	Name string
	// Letters says that digits are letters in this format: each counts.
	Letters bool
	// Spec describes the format in the spec language; empty where that cannot.
	Spec string
	// Generate makes a random valid input; size is the number of elements it
	// may have, give or take, limit the absolute value of its free numbers.
	Generate func(r *rand.Rand, size, limit int) []byte
	// Valid judges an input strictly.
	Valid func(in *Reader) bool
}

// Program reads an input and writes an answer. A panic is a crash.
type Program func(in *Reader, out *Writer)

// Outcome is the answer, or how the program ended instead.
func (p Program) Outcome(input []byte) (answer string, crashed bool) {
	out := &Writer{}
	defer func() {
		if e := recover(); e != nil {
			answer, crashed = fmt.Sprint(e), true
		}
	}()
	p(NewReader(input), out)
	return out.String(), false
}

// verdict is what a judge would say: "", "WA", "RE", or "invalid" when the
// reference does not end well; for a wrong answer, of which class it is.
func (b *Bug) verdict(input []byte) (string, compare.Class) {
	want, crashed := b.Reference.Outcome(input)
	if crashed {
		return "invalid", compare.Class{}
	}
	switch got, crashed := b.Tested.Outcome(input); {
	case crashed:
		return "RE", compare.Class{}
	case got != want:
		return "WA", compare.ClassOf(problem.Comparison{}, []byte(want), []byte(got))
	}
	return "", compare.Class{}
}

// Fails reports whether the bug shows on the input.
func (b *Bug) Fails(input []byte) bool {
	v, _ := b.verdict(input)
	return v == "WA" || v == "RE"
}

// Oracle tells which candidates fail as the given input does.
func (b *Bug) Oracle(input []byte) func(context.Context, [][]byte) []bool {
	verdict, class := b.verdict(input)
	return func(_ context.Context, candidates [][]byte) []bool {
		fails := make([]bool, len(candidates))
		for i, c := range candidates {
			v, k := b.verdict(c)
			fails[i] = v == verdict && k.Alike(class)
		}
		return fails
	}
}

// IsValid reports whether the input keeps the shape's format to the last token.
func (s *Shape) IsValid(input []byte) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	in := NewReader(input)
	return s.Valid(in) && in.AtEnd() && !in.Failed()
}

// Random is a random input as a typical generator makes it: sizes and value
// ranges are mixed.
func (s *Shape) Random(r *rand.Rand, size int) []byte {
	limits := []int{3, 10, 100, 1_000_000_000}
	return s.Generate(r, size, limits[r.IntN(len(limits))])
}

// Failing is a random failing input of at least the given size, or a smaller one
// where those are rare.
func (b *Bug) Failing(r *rand.Rand, size int) ([]byte, error) {
	for try := range 200_000 {
		input := b.Shape.Random(r, size+r.IntN(size/2+1))
		if b.Shape.Size(input) >= size*(200_000-try)/200_000 && b.Fails(input) {
			return input, nil
		}
	}
	return nil, fmt.Errorf("no failing input of size %d found for %s", size, b.Name)
}

// Samples are small random inputs, failing or not.
func (s *Shape) Samples(r *rand.Rand, n, size int) [][]byte {
	samples := make([][]byte, n)
	for i := range samples {
		samples[i] = s.Random(r, size)
	}
	return samples
}

// All are the bugs that the shrinkers were made with, in the order in which the
// benchmark shows them.
func All() []*Bug {
	var all []*Bug
	for _, group := range [][]*Bug{arrays(), queries(), graphs(), texts(), others()} {
		all = append(all, group...)
	}
	return complete(all)
}

// complete adds what is known of the bugs.
func complete(all []*Bug) []*Bug {
	for _, b := range all {
		b.Example = smallest[b.Name]
		b.Smallest = b.Shape.Size([]byte(b.Example))
	}
	return all
}

// Size is what the benchmark compares: the number of tokens, where a word counts
// as many as it has letters.
func (s *Shape) Size(input []byte) int {
	n := 0
	for _, token := range bytes.Fields(input) {
		if _, err := strconv.ParseFloat(string(token), 64); err == nil && !s.Letters {
			n++
		} else {
			n += len(token)
		}
	}
	return n
}

// Enumeration is what going through the smallest inputs of a bug's spec, in the
// order of their measure, has shown.
type Enumeration struct {
	// Inputs of a Measure up to Measure were all looked at.
	Inputs, Measure int
	// Size is that of the smallest that fails, math.MaxInt if none does, Least
	// that of the smallest of all.
	Size, Least int
}

// How says in a few words how Smallest is known.
func (b *Bug) How() string {
	e, ok := enumerations[b.Name]
	switch {
	case ok && e.Size <= b.Smallest && e.Least == b.Smallest:
		return "no input is smaller"
	case ok && e.Size <= b.Smallest:
		return "enumerated"
	}
	return "best of all searches"
}
