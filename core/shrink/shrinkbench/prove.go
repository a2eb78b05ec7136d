package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"stresstester/core/shrink/internal/bugs"
)

// enumerate looks at the smallest inputs of each bug's spec, in the order of
// their measure, and tells how small the failing ones can be. Its lines go into
// the table of enumerations.
func enumerate(ctx context.Context, w io.Writer, all []*bugs.Bug, budget int) error {
	for _, b := range all {
		e, err := enumerateOne(ctx, b, budget)
		if err != nil {
			return err
		}
		if input := search(b, budget); input != nil && b.Shape.Size(input) < e.Size {
			e.example = string(input)
		}
		fmt.Fprintf(w, "%q: {Inputs: %d, Measure: %d, Size: %d, Least: %d}, // known %d %q\n", b.Name, e.Inputs, e.Measure, e.Size, e.Least, b.Smallest, e.example)
	}
	return nil
}

// longest is how long one bug's enumeration may take.
const longest = 8 * time.Second

type enumeration struct {
	bugs.Enumeration
	example string
}

func enumerateOne(ctx context.Context, b *bugs.Bug, budget int) (enumeration, error) {
	e := enumeration{Enumeration: bugs.Enumeration{Size: math.MaxInt, Least: math.MaxInt}}
	s, err := specOf(b)
	if s == nil || err != nil {
		return e, err
	}
	level, inputs, all := -1, 0, true
	began := time.Now()
	s.Enumerate(math.MaxInt32, func(input []byte) bool {
		if m := s.Measure(input); m > level {
			// Everything of the level before was looked at.
			e.Measure, e.Inputs = level, inputs
			level = m
		}
		inputs++
		size := b.Shape.Size(input)
		e.Least = min(e.Least, size)
		if size < e.Size && b.Fails(input) {
			e.Size, e.example = size, string(input)
		}
		all = inputs < budget && time.Since(began) < longest && ctx.Err() == nil
		return all
	})
	if all {
		e.Measure, e.Inputs = level, inputs
	}
	return e, ctx.Err()
}

// search keeps the smallest failing one of small random inputs.
func search(b *bugs.Bug, tries int) (best []byte) {
	r := rand.New(rand.NewPCG(7, 7))
	for i := range tries {
		input := b.Shape.Random(r, 2+i%14)
		if (best == nil || b.Shape.Size(input) < b.Shape.Size(best)) && b.Fails(input) {
			best = input
		}
	}
	return best
}
