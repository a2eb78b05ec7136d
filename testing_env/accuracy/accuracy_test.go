package accuracy

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/core/sandbox/docker"
	"stresstester/testing_env/arena"
)

var long = flag.Bool("long", false, "try every limit and ten thousand runs")

//go:embed programs
var files embed.FS

func program(t *testing.T, role problem.Role, name string) problem.Program {
	return arena.Program(t, role, arena.Source{FS: files, Name: "programs/" + name})
}

// job runs the tested program on the inputs; each must print "done".
func job(t *testing.T, tested, strategy string, limits problem.Limits, inputs ...string) problem.Job {
	j := problem.Job{
		Programs: []problem.Program{program(t, problem.Tested, tested), program(t, problem.Brute, "done.c")},
		Options: problem.Options{Jobs: 1, Seed: 1, KeepGoing: len(inputs), NoShrink: true, NoExplain: true, NoSave: true, Strategy: strategy,
			Limits: map[problem.Role]problem.Limits{problem.Tested: limits}},
	}
	for i, input := range inputs {
		j.Saved = append(j.Saved, problem.Test{Name: fmt.Sprint(i + 1), Input: []byte(input + "\n"), Answer: []byte("done\n"), HasAnswer: true})
	}
	return j
}

// verdicts are those of the job's tests, in their order.
func verdicts(t *testing.T, j problem.Job, r problem.Result) []problem.Verdict {
	t.Helper()
	if !r.Verdict.Divergence() && r.Verdict != problem.OK {
		t.Fatalf("the run ended in %s: %s %+v", r.Verdict, r.Message, r.Compilations)
	}
	all := make([]problem.Verdict, len(j.Saved))
	for i := range all {
		all[i] = problem.OK
	}
	for _, f := range r.Failures {
		all[f.TestNumber-1] = f.Verdict
	}
	return all
}

// timed is a program at the edge of a time limit.
type timed struct {
	program, strategy string
	limits            []time.Duration
}

func timedPrograms() []timed {
	const ms = time.Millisecond
	if !*long {
		// Five percent of less is what an interpreter's start takes longer when other
		// packages' tests run at the same time.
		few := []time.Duration{500 * ms}
		return []timed{{"burn.cpp", "exec", few}, {"burn.cpp", "snapshot", few}, {"burn.py", "snapshot", few}}
	}
	all := []time.Duration{100 * ms, 500 * ms, 1000 * ms, 2000 * ms, 5000 * ms}
	return []timed{
		{"burn.cpp", "exec", all}, {"burn.cpp", "fork", all}, {"burn.cpp", "snapshot", all},
		{"burn.py", "exec", all}, {"burn.py", "snapshot", all},
		// The runtime's own start takes some of its time.
		{"burn.java", "exec", all[2:]},
	}
}

// TestATimeLimitIsKeptToAFewPercent has programs that need 5 % less than the limit,
// 5 % more, and ten times as much.
func TestATimeLimitIsKeptToAFewPercent(t *testing.T) {
	a := arena.Open(t, docker.Options{})
	for _, p := range timedPrograms() {
		for _, limit := range p.limits {
			t.Run(fmt.Sprintf("%s by %s within %v", p.program, p.strategy, limit), func(t *testing.T) {
				input := func(part float64) string { return fmt.Sprint(int64(part * float64(limit.Microseconds()))) }
				j := job(t, p.program, p.strategy, problem.Limits{Time: limit}, input(0.95), input(1.05), input(10))
				r := a.Run(t, j)
				if got, want := fmt.Sprint(verdicts(t, j, r)), "[OK TLE TLE]"; got != want {
					t.Fatalf("95 %%, 105 %% and 1000 %% of the limit give %s instead of %s: %s", got, want, r.Message)
				}
				off := r.Failures[1].Counterexample.TimeMS - float64(limit)/float64(time.Millisecond)
				percent := 100 * off / (float64(limit) / float64(time.Millisecond))
				t.Logf("ended %.2f ms after the limit, %.2f %%", off, percent)
				if math.Abs(percent) > 5 && (*long || math.Abs(off) > 10) {
					t.Errorf("it was ended after %.1f ms of processor time", r.Failures[1].Counterexample.TimeMS)
				}
			})
		}
	}
}

// TestALackOfMemoryIsToldFromACrash has programs that end in several ways, below and
// above their limit.
func TestALackOfMemoryIsToldFromACrash(t *testing.T) {
	a := arena.Open(t, docker.Options{})
	const limit = 64
	for _, p := range []struct {
		program, strategy string
		most              int // MiB that the limit has room for beside the runtime's own
	}{
		{"take.cpp", "exec", 56}, {"take.cpp", "fork", 56}, {"take.cpp", "snapshot", 56},
		{"take.py", "exec", 50}, {"take.py", "snapshot", 50},
		{"take.java", "exec", 36},
	} {
		t.Run(p.program+" by "+p.strategy, func(t *testing.T) {
			inputs := []string{fmt.Sprint(p.most, " well")}
			want := []string{"OK"}
			for _, end := range []string{"crash", "throw", "abort", "exit"} {
				inputs = append(inputs, fmt.Sprint(p.most, " ", end), "0 "+end)
				want = append(want, "RE", "RE")
			}
			inputs = append(inputs, "120 well", "120 crash", "0 well")
			want = append(want, "MLE", "MLE", "OK")
			j := job(t, p.program, p.strategy, problem.Limits{Time: 5 * time.Second, Memory: limit << 20}, inputs...)
			r := a.Run(t, j)
			for i, got := range verdicts(t, j, r) {
				if string(got) != want[i] {
					t.Errorf("%q with %d MiB gives %s instead of %s", inputs[i], limit, got, want[i])
				}
			}
			for _, f := range r.Failures {
				if f.Flaky {
					t.Errorf("test %d is called flaky: %s", f.TestNumber, f.Message)
				}
			}
		})
	}
}

// TestANeighboursMemoryIsNobodysVerdict fills a small sandbox with two jobs that use
// what they may, and one that wants more than it may.
func TestANeighboursMemoryIsNobodysVerdict(t *testing.T) {
	a := arena.Open(t, docker.Options{Memory: 1 << 30})
	large := job(t, "take.cpp", "", problem.Limits{Memory: 700 << 20, Time: 5 * time.Second}, repeated("600 well", 6)...)
	greedy := job(t, "take.cpp", "", problem.Limits{Memory: 300 << 20, Time: 5 * time.Second}, repeated("2000 well", 6)...)
	mine := job(t, "take.cpp", "", problem.Limits{Memory: 256 << 20, Time: 5 * time.Second}, repeated("200 well", 20)...)
	crash := job(t, "take.cpp", "", problem.Limits{Memory: 256 << 20, Time: 5 * time.Second}, repeated("200 crash", 6)...)
	type ended struct {
		what string
		job  problem.Job
		want problem.Verdict
		r    problem.Result
		err  error
	}
	all := []*ended{
		{what: "the large one", job: large, want: problem.OK}, {what: "the greedy one", job: greedy, want: problem.MLE},
		{what: "the one beside them", job: mine, want: problem.OK}, {what: "the one that crashes", job: crash, want: problem.RE},
	}
	done := make(chan struct{})
	for _, e := range all {
		go func() {
			e.r, e.err = a.Try(context.WithoutCancel(t.Context()), e.job)
			done <- struct{}{}
		}()
	}
	for range all {
		<-done
	}
	for _, e := range all {
		if e.err != nil {
			t.Errorf("%s: %v", e.what, e.err)
			continue
		}
		for i, v := range verdicts(t, e.job, e.r) {
			// Inputs that are equal count as one failure.
			if v != e.want && (e.want == problem.OK || i == 0) {
				t.Errorf("%s: test %d gives %s instead of %s: %s", e.what, i+1, v, e.want, e.r.Message)
			}
		}
	}
	if n := a.Launches(); n != 1 {
		t.Errorf("%d sandboxes were needed", n)
	}
}

func repeated(input string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = input + strings.Repeat(" ", i%2)
	}
	return all
}
