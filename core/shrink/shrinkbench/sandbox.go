package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"stresstester/core/languages"
	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
	"stresstester/core/shrink/internal/bugs"
)

// programs are some of the bugs once more as real programs, a folder each.
//
//go:embed programs
var programs embed.FS

// timed is the wall time of the shrinking of one bug's starts in the sandbox, in
// milliseconds, and the oracle runs.
type timed struct {
	bug        *bugs.Bug
	spec, text []float64
	specRuns   []int
	textRuns   []int
	specHits   int
	textHits   int
}

// timeInSandbox shrinks the starts of the bugs that are there as real programs.
func timeInSandbox(ctx context.Context, w io.Writer, image string) ([]timed, error) {
	launcher, err := docker.New(docker.Options{Image: image})
	if err != nil {
		return nil, err
	}
	defer launcher.Close() //nolint:errcheck // nothing is lost
	warm := sandbox.NewWarm(launcher, zap.NewNop())
	defer warm.Close() //nolint:errcheck // as above
	folders, err := programs.ReadDir("programs")
	if err != nil {
		return nil, err
	}
	var all []timed
	for _, f := range folders {
		i := slices.IndexFunc(bugs.All(), func(b *bugs.Bug) bool { return b.Name == f.Name() })
		if i < 0 {
			return nil, fmt.Errorf("there is no bug %q for the programs of that name", f.Name())
		}
		t, err := timeBug(ctx, warm, bugs.All()[i])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		fmt.Fprintln(w, t.line())
		all = append(all, t)
	}
	return all, nil
}

func timeBug(ctx context.Context, warm *sandbox.Warm, b *bugs.Bug) (timed, error) {
	t := timed{bug: b}
	all, err := startsOf(b, starts)
	if err != nil {
		return t, err
	}
	for i, s := range append(all[:1:1], all...) {
		if i == 1 {
			t = timed{bug: b} // the first one was for the compiler
		}
		for _, with := range []bool{true, false} {
			ms, c, err := timeStart(ctx, warm, s, with)
			if err != nil {
				return t, err
			}
			hit := 0
			if b.Shape.IsValid(c.Input) && b.Shape.Size(c.Input) <= b.Smallest {
				hit = 1
			}
			if with {
				t.spec, t.specRuns, t.specHits = append(t.spec, ms), append(t.specRuns, c.OracleRuns), t.specHits+hit
			} else {
				t.text, t.textRuns, t.textHits = append(t.text, ms), append(t.textRuns, c.OracleRuns), t.textHits+hit
			}
		}
	}
	return t, nil
}

// timeStart shrinks one start as `stresstester shrink` does, and measures from the
// beginning of the shrinking to the end of the run.
func timeStart(ctx context.Context, warm *sandbox.Warm, s start, withSpec bool) (float64, *problem.Counterexample, error) {
	job := problem.Job{Options: problem.Options{NoExplain: true}, Only: &problem.Test{Name: "start", Input: s.input}}
	for role, name := range map[problem.Role]string{problem.Tested: "sol.cpp", problem.Brute: "brute.cpp"} {
		source, err := programs.ReadFile(path.Join("programs", s.bug.Name, name))
		if err != nil {
			return 0, nil, err
		}
		p := problem.Program{Role: role, Name: name, Path: "/" + name, Source: source}
		language, _ := languages.Default().ForSource(name, source)
		if p.Recipe, err = language.Recipe(&p); err != nil {
			return 0, nil, err
		}
		job.Programs = append(job.Programs, p)
	}
	if withSpec {
		job.Programs = append(job.Programs, problem.Program{Role: problem.Spec, Name: "input.spec", Path: "/input.spec", Source: []byte(s.bug.Shape.Spec)})
	}
	var mu sync.Mutex
	var began time.Time
	result, err := warm.Run(ctx, job, sandbox.Observer{Progress: func(p problem.Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.State == problem.Shrinking && began.IsZero() {
			began = time.Now()
		}
	}})
	ended := time.Now()
	if err != nil {
		return 0, nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	if result.Counterexample == nil || began.IsZero() {
		return 0, nil, fmt.Errorf("start %d does not fail in the sandbox: %s", s.number, result.Message)
	}
	return float64(ended.Sub(began)) / float64(time.Millisecond), result.Counterexample, nil
}

func (t timed) line() string {
	return fmt.Sprintf("| %s | %.0f, %.0f | %d | %d of %d | %.0f, %.0f | %d | %d of %d |", t.bug.Name,
		middle(t.spec), slices.Max(t.spec), median(t.specRuns), t.specHits, len(t.spec),
		middle(t.text), slices.Max(t.text), median(t.textRuns), t.textHits, len(t.text))
}

func middle(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[(len(values)-1)/2]
}

// wallTable is the generated table of wall times.
func wallTable(all []timed) string {
	var b strings.Builder
	b.WriteString("| program | with a spec, ms: median, worst | runs | smallest | one input, ms: median, worst | runs | smallest |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	var spec, text []float64
	for _, t := range all {
		b.WriteString(t.line() + "\n")
		spec, text = append(spec, t.spec...), append(text, t.text...)
	}
	fmt.Fprintf(&b, "| **all** | **%.0f, %.0f** | | | **%.0f, %.0f** | | |\n", middle(spec), slices.Max(spec), middle(text), slices.Max(text))
	return b.String()
}
