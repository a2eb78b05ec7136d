package main

import (
	"context"
	"slices"
	"sync"

	"stresstester/core/shrink/internal/bugs"
)

// measured is what one way made of one bug's starts.
type measured struct {
	// sizes are the final sizes in tokens, runs the oracle runs, one of each a
	// start.
	sizes, runs []int
	// hits counts the starts that ended at the smallest size known with a valid
	// input, invalid those that ended with one that breaks the format.
	hits, invalid int
	// smaller is a valid input that is smaller than the smallest known, if any.
	smaller []byte
}

// row is everything that was measured for one bug.
type row struct {
	bug   *bugs.Bug
	begin []int // the starts' sizes
	ways  map[string]measured
}

// measure goes all ways from all starts of the bugs, on all processors.
func measure(ctx context.Context, all []*bugs.Bug, ways []way, n int) ([]row, error) {
	rows := make([]row, len(all))
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	work := make(chan int)
	for range 2 {
		wg.Go(func() {
			for i := range work {
				rows[i], errs[i] = measureBug(ctx, all[i], ways, n)
			}
		})
	}
	for i := range all {
		work <- i
	}
	close(work)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func measureBug(ctx context.Context, b *bugs.Bug, ways []way, n int) (row, error) {
	starts, err := startsOf(b, n)
	if err != nil {
		return row{}, err
	}
	r := row{bug: b, ways: map[string]measured{}}
	for _, s := range starts {
		r.begin = append(r.begin, b.Shape.Size(s.input))
	}
	for _, w := range ways {
		var m measured
		for _, s := range starts {
			input, runs := w.shrink(ctx, s)
			if input == nil {
				continue
			}
			size, valid := b.Shape.Size(input), b.Shape.IsValid(input)
			m.sizes, m.runs = append(m.sizes, size), append(m.runs, runs)
			switch {
			case !valid:
				m.invalid++
			case size <= b.Smallest:
				m.hits++
			}
			if valid && size < b.Smallest {
				m.smaller = input
			}
		}
		if len(m.sizes) > 0 {
			r.ways[w.name] = m
		}
	}
	return r, nil
}

// total is what the rows of one way come to.
type total struct {
	hits, starts, invalid int
	runs                  []int
	medians               []int // of the final sizes, in hundredths of the smallest known
}

func totalOf(rows []row, way string) total {
	var t total
	for _, r := range rows {
		m, ok := r.ways[way]
		if !ok {
			continue
		}
		t.hits += m.hits
		t.starts += len(m.sizes)
		t.invalid += m.invalid
		t.runs = append(t.runs, m.runs...)
		for _, size := range m.sizes {
			t.medians = append(t.medians, 100*size/max(1, r.bug.Smallest))
		}
	}
	return t
}

// percent is the share of the starts that ended at the smallest size known.
func (t total) percent() float64 { return 100 * float64(t.hits) / float64(max(1, t.starts)) }

func median(values []int) int {
	if len(values) == 0 {
		return 0
	}
	values = slices.Sorted(slices.Values(values))
	return values[(len(values)-1)/2]
}
