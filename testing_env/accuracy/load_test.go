package accuracy

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/core/sandbox/docker"
	"stresstester/testing_env/arena"
)

// burnerEnv makes this test's binary burn processor time until its standard input
// ends.
const burnerEnv = "STRESSTESTER_ACCURACY_BURNER"

func TestMain(m *testing.M) {
	if os.Getenv(burnerEnv) != "" {
		go func() {
			for n := 0; ; n++ {
			}
		}()
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// burners keep every processor busy until the test's end, also if that is sudden:
// then their input ends.
func burners(t *testing.T) []*exec.Cmd {
	t.Helper()
	var all []*exec.Cmd
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for range runtime.NumCPU() {
		burner := exec.Command(self)
		burner.Env = append(os.Environ(), burnerEnv+"=1")
		in, err := burner.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := burner.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, burner)
		t.Cleanup(func() {
			_ = in.Close()
			_ = burner.Wait()
		})
	}
	return all
}

// TestOthersGetOnBesideARun has as many programs as processors that want one all the
// time, beside thousands of tests a second. They get some of it, however many others there
// are on the machine; alone with the run they get a third.
func TestOthersGetOnBesideARun(t *testing.T) {
	a := arena.Open(t, docker.Options{})
	j := problem.Job{
		Programs: []problem.Program{program(t, problem.Tested, "done.c"), program(t, problem.Brute, "done.c"), program(t, problem.Generator, "generator.c")},
		Options:  problem.Options{Tests: 1, Seed: 1, NoShrink: true, NoExplain: true, NoSave: true},
	}
	a.Run(t, j) // what is compiled is compiled
	others := burners(t)
	before, began := used(t, others), time.Now()
	j.Options.Tests, j.Options.Duration = 0, 4*time.Second
	r := a.Run(t, j)
	share := float64(used(t, others)-before) / float64(time.Since(began)) / float64(runtime.NumCPU())
	t.Logf("others had %.0f %% of the processors beside %.0f tests a second", 100*share, r.TestsPerSecond)
	if r.Verdict != problem.OK || share < 0.01 {
		t.Errorf("%s; others had %.1f %% of the processors beside %d tests", r.Verdict, 100*share, r.Tests)
	}
}

// used is the processor time of processes so far.
func used(t *testing.T, processes []*exec.Cmd) time.Duration {
	t.Helper()
	const tick = 10 * time.Millisecond // of /proc, see proc(5)
	var sum time.Duration
	for _, p := range processes {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		for _, field := range fields[11:13] {
			n, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			sum += time.Duration(n) * tick
		}
	}
	return sum
}

// TestABusyMachineMakesNoTimeLimitExceeded runs programs that need a third of their
// limit, twice as many at a time as there are processors, on which as many others
// want to run. By the clock on the wall they take about as long as the limit.
func TestABusyMachineMakesNoTimeLimitExceeded(t *testing.T) {
	tests := 150
	if *long {
		tests = 10_000
	}
	for _, strategy := range []string{"exec", "snapshot"} {
		t.Run(strategy, func(t *testing.T) {
			a := arena.Open(t, docker.Options{})
			j := problem.Job{
				Programs: []problem.Program{program(t, problem.Tested, "burn.cpp"), program(t, problem.Brute, "done.c"),
					program(t, problem.Generator, "generator.c")},
				Options: problem.Options{Tests: 1, Seed: 1, Jobs: 2 * runtime.NumCPU(), NoShrink: true, NoExplain: true, NoSave: true,
					Strategy: strategy, Limits: map[problem.Role]problem.Limits{problem.Tested: {Time: 30 * time.Millisecond}}},
			}
			a.Run(t, j) // what is compiled is compiled
			burners(t)
			const part = 1000 // a run of the arena must not take too long
			var took time.Duration
			for done := 0; done < tests; done += part {
				j.Options.Tests, j.Options.Seed = min(part, tests-done), uint64(1+done)
				began := time.Now()
				r := a.Run(t, j)
				took += time.Since(began)
				if r.Verdict != problem.OK {
					t.Fatalf("%s after %d tests: %s", r.Verdict, done+r.Tests, r.Message)
				}
			}
			each := took * time.Duration(j.Options.Jobs) / time.Duration(tests)
			t.Logf("%d runs of 10 ms with a limit of 30 ms, none too long; each test took %v", tests, each.Round(time.Millisecond))
		})
	}
}
