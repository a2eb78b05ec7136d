package main

import (
	"bytes"
	"context"
	"math/rand/v2"

	"stresstester/core/shrink"
	"stresstester/core/shrink/internal/bugs"
	"stresstester/core/spec"
)

// way is one way to come from a failing input to a small one.
type way struct {
	name string
	// shrink returns the small input and the number of oracle runs; nil where
	// the way cannot be gone.
	shrink func(ctx context.Context, s start) ([]byte, int)
}

// start is one failing input of one bug.
type start struct {
	bug    *bugs.Bug
	number int
	input  []byte
	// samples are other inputs of the same generator, as a run has seen them
	// before the first failure.
	samples [][]byte
	// spec is nil where the shape has none.
	spec *spec.Spec
}

// The ways, by their names in the tables.
const (
	withSpec     = "with a spec"
	withSamples  = "no spec"
	alone        = "no spec, one input"
	tokenDdmin   = "token ddmin"
	reseeding    = "2,000 new seeds"
	budget       = 1000 // oracle runs of the product's ways, as in a run
	ddminBudget  = 20_000
	reseedTests  = 2000
	starts       = 10
	startSize    = 20
	sampleSize   = 12
	samplesKept  = 40
	benchmarkKey = 99 // second half of every seed
)

func ways() []way {
	return []way{
		{withSpec, func(ctx context.Context, s start) ([]byte, int) {
			if s.spec == nil {
				return nil, 0
			}
			r := s.spec.Shrink(ctx, s.input, s.oracle(), shrink.Options{MaxRuns: budget})
			return r.Input, r.Runs
		}},
		{withSamples, func(ctx context.Context, s start) ([]byte, int) {
			r := shrink.Text(ctx, s.input, s.oracle(), shrink.Options{MaxRuns: budget, Samples: s.samples})
			return r.Input, r.Runs
		}},
		{alone, func(ctx context.Context, s start) ([]byte, int) {
			r := shrink.Text(ctx, s.input, s.oracle(), shrink.Options{MaxRuns: budget})
			return r.Input, r.Runs
		}},
		{tokenDdmin, func(ctx context.Context, s start) ([]byte, int) { return ddmin(ctx, s.input, s.oracle(), ddminBudget) }},
		{reseeding, reseed},
	}
}

func (s start) oracle() shrink.Oracle { return s.bug.Oracle(s.input) }

// startsOf makes the bug's starting inputs; the same ones every time.
func startsOf(b *bugs.Bug, n int) ([]start, error) {
	parsed, err := specOf(b)
	if err != nil {
		return nil, err
	}
	all := make([]start, n)
	for i := range all {
		r := rand.New(rand.NewPCG(uint64(i), benchmarkKey))
		input, err := b.Failing(r, startSize)
		if err != nil {
			return nil, err
		}
		all[i] = start{bug: b, number: i, input: input, samples: b.Shape.Samples(r, samplesKept, sampleSize), spec: parsed}
	}
	return all, nil
}

// specOf is the spec of the bug's shape; nil where that has none.
func specOf(b *bugs.Bug) (*spec.Spec, error) {
	if b.Shape.Spec == "" {
		return nil, nil
	}
	s, errs := spec.Parse(b.Shape.Name+".spec", []byte(b.Shape.Spec))
	return s, errs.Err()
}

// reseed keeps the smallest failing input among many that the start's own
// generator makes.
func reseed(ctx context.Context, s start) ([]byte, int) {
	r := rand.New(rand.NewPCG(uint64(s.number), benchmarkKey+1))
	best, oracle := s.input, s.oracle()
	for range reseedTests {
		input := s.bug.Shape.Random(r, startSize+r.IntN(startSize/2+1))
		if oracle(ctx, [][]byte{input})[0] && s.bug.Shape.Size(input) < s.bug.Shape.Size(best) {
			best = input
		}
	}
	return best, reseedTests
}

// ddmin is Zeller's and Hildebrandt's algorithm on tokens, which keep their lines;
// it knows nothing of the format.
func ddmin(ctx context.Context, input []byte, oracle shrink.Oracle, runs int) ([]byte, int) {
	tokens := tokensOf(input)
	used, known := 0, map[string]bool{}
	fails := func(kept []token) bool {
		text := joined(kept)
		answer, ok := known[string(text)]
		if !ok && used < runs {
			used++
			answer = oracle(ctx, [][]byte{text})[0]
			known[string(text)] = answer
		}
		return answer
	}
	for parts := 2; len(tokens) >= 2 && used < runs; {
		reduced := false
		cut := func(i int) int { return len(tokens) * i / parts }
		for i := range parts {
			if part := tokens[cut(i):cut(i+1)]; len(part) < len(tokens) && fails(part) {
				tokens, parts, reduced = part, 2, true
				break
			}
		}
		for i := 0; !reduced && i < parts; i++ {
			rest := append(append([]token(nil), tokens[:cut(i)]...), tokens[cut(i+1):]...)
			if len(rest) < len(tokens) && fails(rest) {
				tokens, parts, reduced = rest, max(parts-1, 2), true
			}
		}
		if !reduced {
			if parts == len(tokens) {
				break
			}
			parts = min(2*parts, len(tokens))
		}
	}
	return joined(tokens), used
}

// token is a word of the input and the line on which it stands.
type token struct {
	word []byte
	line int
}

func tokensOf(input []byte) []token {
	var all []token
	for i, line := range bytes.Split(input, []byte("\n")) {
		for _, w := range bytes.Fields(line) {
			all = append(all, token{w, i})
		}
	}
	return all
}

func joined(tokens []token) []byte {
	var b bytes.Buffer
	for i, t := range tokens {
		switch {
		case i == 0:
		case t.line == tokens[i-1].line:
			b.WriteByte(' ')
		default:
			b.WriteByte('\n')
		}
		b.Write(t.word)
	}
	b.WriteByte('\n')
	return b.Bytes()
}
