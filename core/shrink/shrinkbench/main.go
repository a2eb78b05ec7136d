// Command shrinkbench measures the shrinkers on the planted bugs: how often they
// reach the smallest input known, and in how many runs, against two baselines.
// Everything starts from committed seeds, so the numbers are the same everywhere.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"

	"stresstester/core/shrink/internal/bugs"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "shrinkbench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	only := flag.String("only", "", "measure the bugs whose names match this `pattern`")
	show := flag.String("show", "", "go one `way` and show every start that misses the smallest size")
	prove := flag.Bool("prove", false, "enumerate small inputs instead, and print what is known of the smallest")
	budget := flag.Int("inputs", 300_000, "with -prove: how many inputs of each spec are looked at")
	image := flag.String("sandbox", "", "measure the wall time of real programs in this sandbox `image` instead")
	write := flag.String("write", "", "write the tables into this Markdown `file`, between its marks")
	flag.Parse()
	name, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	if *image != "" {
		all, err := timeInSandbox(ctx, os.Stdout, *image)
		if err != nil || *write == "" {
			return err
		}
		return rewrite(*write, "wall time", wallTable(all))
	}
	sets := []set{{"the bugs the shrinkers were made with", matching(name, bugs.All()), nil},
		{"the bugs held out at first", matching(name, bugs.HeldOut()), nil}, {"the bugs written at the end", matching(name, bugs.Unseen()), nil},
		{"the bugs written after that", matching(name, bugs.Fresh()), nil}, {"the bugs written last", matching(name, bugs.Late()), nil}}
	for i := range sets {
		s := &sets[i]
		switch {
		case *prove:
			if err := enumerate(ctx, os.Stdout, s.bugs, *budget); err != nil {
				return err
			}
			continue
		case *show != "":
			if err := showMisses(ctx, os.Stdout, s.bugs, *show); err != nil {
				return err
			}
			continue
		}
		if s.rows, err = measure(ctx, s.bugs, ways(), starts); err != nil {
			return err
		}
		s.summary(os.Stdout)
	}
	if *write != "" {
		return rewrite(*write, "measured", tables(sets))
	}
	return nil
}

func matching(name *regexp.Regexp, all []*bugs.Bug) []*bugs.Bug {
	var found []*bugs.Bug
	for _, b := range all {
		if name.MatchString(b.Name) {
			found = append(found, b)
		}
	}
	return found
}
