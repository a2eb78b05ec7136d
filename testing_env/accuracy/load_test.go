package accuracy

import (
	"os"
	"os/exec"
	"runtime"
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
func burners(t *testing.T) {
	t.Helper()
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
		t.Cleanup(func() {
			_ = in.Close()
			_ = burner.Wait()
		})
	}
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
