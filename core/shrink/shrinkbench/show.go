package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"stresstester/core/shrink/internal/bugs"
)

// showMisses goes one way only and shows the starts from which the smallest size
// known was not reached.
func showMisses(ctx context.Context, w io.Writer, all []*bugs.Bug, name string) error {
	i := slices.IndexFunc(ways(), func(w way) bool { return w.name == name })
	if i < 0 {
		return fmt.Errorf("there is no way %q", name)
	}
	for _, b := range all {
		starts, err := startsOf(b, starts)
		if err != nil {
			return err
		}
		for _, s := range starts {
			input, runs := ways()[i].shrink(ctx, s)
			size := b.Shape.Size(input)
			if input == nil || size == b.Smallest && b.Shape.IsValid(input) {
				continue
			}
			fmt.Fprintf(w, "--- %s, start %d: %d tokens instead of %d after %d runs, valid %v\n%s--->\n%s",
				b.Name, s.number, size, b.Smallest, runs, b.Shape.IsValid(input), s.input, input)
		}
	}
	return nil
}
