// Command shrinkbench runs the shrinker on the planted bugs and prints, for each, how
// often the smallest known input was reached and in how many runs.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"

	"stresstester/core/shrink"
	"stresstester/core/shrink/internal/bugs"
)

func main() {
	only := flag.String("only", "", "")
	starts := flag.Int("starts", 10, "")
	samples := flag.Int("samples", 0, "")
	verbose := flag.Bool("v", false, "")
	search := flag.Int("search", 0, "")
	flag.Parse()
	var allRuns []int
	hits, n, invalid := 0, 0, 0
	for _, b := range bugs.All() {
		if !regexp.MustCompile(*only).MatchString(b.Name) {
			continue
		}
		if *search > 0 {
			best := []byte(nil)
			r := rand.New(rand.NewPCG(7, 7))
			for i := range *search {
				in := b.Shape.Random(r, 2+i%14)
				if b.Fails(in) && (best == nil || b.Shape.Size(in) < b.Shape.Size(best)) {
					best = in
				}
			}
			fmt.Fprintf(os.Stdout, "%-30s %d %q\n", b.Name, b.Shape.Size(best), best)
			continue
		}
		var sizes, runs, begin []int
		bad := 0
		for s := range *starts {
			r := rand.New(rand.NewPCG(uint64(s), 99))
			in, err := b.Failing(r, 20)
			if err != nil {
				panic(err)
			}
			o := shrink.Options{}
			if *samples > 0 {
				o.Samples = b.Shape.Samples(r, *samples, 12)
			}
			res := shrink.Text(context.Background(), in, b.Oracle(in), o)
			begin = append(begin, b.Shape.Size(in))
			sizes = append(sizes, b.Shape.Size(res.Input))
			runs = append(runs, res.Runs)
			if !b.Shape.IsValid(res.Input) {
				bad++
			}
			if *verbose {
				fmt.Fprintf(os.Stdout, "--- %d valid %v %s: %d runs\n%s--->\n%s", s, b.Shape.IsValid(res.Input), res.Proved, res.Runs, in, res.Input)
			}
		}
		allRuns = append(allRuns, runs...)
		h := 0
		for _, s := range sizes {
			if s <= b.Smallest {
				h++
			}
		}
		hits += h
		n += len(sizes)
		invalid += bad
		slices.Sort(sizes)
		slices.Sort(runs)
		slices.Sort(begin)
		fmt.Fprintf(os.Stdout, "%-30s from %3d known %3d hit %2d invalid %d sizes %v runs median %d max %d\n", b.Name, begin[len(begin)/2], b.Smallest, h, bad, sizes, runs[len(runs)/2], runs[len(runs)-1])
	}
	if n > 0 {
		slices.Sort(allRuns)
		fmt.Fprintf(os.Stdout, "hits %d/%d = %.1f%%, invalid %d, median runs %d\n", hits, n, 100*float64(hits)/float64(n), invalid, allRuns[n/2])
	}
}
