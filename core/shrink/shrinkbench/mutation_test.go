package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"stresstester/core/shrink/internal/bugs"
	"stresstester/core/spec"
)

// TestMutationsAreJudgedAsByIndependentValidators changes single tokens of valid
// inputs. The spec's validator and the shape's own, which was written by hand and
// knows nothing of specs, must agree about every one, but where the latter is lax;
// and a token that is nonsense is what the breach is reported at.
func TestMutationsAreJudgedAsByIndependentValidators(t *testing.T) {
	t.Parallel()
	eachSpec(t, func(t *testing.T, shape *bugs.Shape, s *spec.Spec) {
		r := rand.New(rand.NewPCG(5, 6))
		broken := 0
		for range 60 {
			input := shape.Random(r, 10)
			tokens := tokensOf(input)
			for i := range tokens {
				for _, word := range mutations(r, tokens, i) {
					changed := slices.Clone(tokens)
					changed[i].word = []byte(word)
					text := joined(changed)
					v := s.Validate(text)
					if valid := shape.IsValid(text); valid != (v == nil) && !(valid && laxity(v.Message)) {
						t.Fatalf("independent validator: %v, spec: %v\n%s", valid, v, text)
					}
					if v != nil {
						broken++
					}
				}
				changed := slices.Clone(tokens)
				changed[i].word = []byte("~!")
				text := joined(changed)
				v := s.Validate(text)
				if v == nil {
					t.Fatalf("nonsense is valid:\n%s", text)
				}
				if line, column := placeOf(changed, i); v.Line != line || v.Column < column || v.Column > column+1 {
					t.Fatalf("nonsense at %d:%d is reported at %d:%d (%s):\n%s", line, column, v.Line, v.Column, v.Message, text)
				}
			}
		}
		if broken == 0 {
			t.Error("no mutation breaks anything")
		}
	})
}

// laxity reports whether the breach is one that validators who read tokens do not
// see: they know neither lines nor spellings, and not every upper bound of a count.
func laxity(message string) bool {
	for _, part := range []string{"needless zeros", "outside 1..1000", "outside 0..1000", "outside 1..100", "should end here", "stands where", "ends where", "the input should end"} {
		if strings.Contains(message, part) {
			return true
		}
	}
	return false
}

// mutations are other words for a token: near numbers, extreme ones, and another
// token of the input.
func mutations(r *rand.Rand, tokens []token, i int) []string {
	words := []string{string(tokens[r.IntN(len(tokens))].word)}
	if n, err := strconv.Atoi(string(tokens[i].word)); err == nil {
		return append(words, fmt.Sprint(n-1), fmt.Sprint(n+1), "0", "-1", "2000000001")
	}
	return append(words, string(bytes.ToUpper(tokens[i].word)), string(tokens[i].word)+"a", string(tokens[i].word[1:])+"b")
}

// placeOf is where the i-th token of the joined tokens stands, counted from 1.
func placeOf(tokens []token, i int) (line, column int) {
	line, column = 1, 1
	for k := 1; k <= i; k++ {
		if tokens[k].line != tokens[k-1].line {
			line, column = line+1, 1
			continue
		}
		column += len(tokens[k-1].word) + 1
	}
	return line, column
}
