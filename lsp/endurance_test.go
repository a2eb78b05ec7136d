package lsp_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/lsp"
	"stresstester/lsp/command"
	"stresstester/lsp/lsptest"
)

// enduranceVariable asks for the long form of TestMemoryStaysFlat.
const enduranceVariable = "STRESSTESTER_ENDURANCE"

// TestMemoryStaysFlat lets a server carry out one run after the other, each with a
// counterexample of its own that is opened, and looks at what is left of them. With
// STRESSTESTER_ENDURANCE set it is 1,000 runs in the real sandbox.
func TestMemoryStaysFlat(t *testing.T) {
	input := strings.Repeat("1 2 3\n", 10_000)
	deps := lsp.Deps{Sandbox: lsptest.Scripted(func(_ context.Context, _ problem.Job, obs sandbox.Observer) (problem.Result, error) {
		for i := range 20 {
			obs.Progress(problem.Progress{State: problem.Running, Tests: i, TestsPerSecond: 5000})
		}
		c := problem.Counterexample{Input: problem.Text(input), Expected: problem.Text(input), Actual: problem.Text(input + "4\n")}
		f := problem.Failure{Verdict: problem.WA, TestNumber: 7, Counterexample: &c, Message: "wrong answer"}
		return problem.Result{Verdict: problem.WA, State: problem.Done, TestNumber: 7, Failures: []problem.Failure{f}, Counterexample: &c}, nil
	})}
	runs, warm := 1000, 200
	if os.Getenv(enduranceVariable) != "" {
		deps.Sandbox = lsptest.Real(t)
	} else if testing.Short() {
		runs, warm = 400, 200
	}
	dir := folder(t)
	e := lsptest.Start(t, dir, deps, lsptest.Options{InitializationOptions: `{"prompts":false}`})
	e.OpenText("sol.py", "print(sum(map(int, input().split())) % 40)\n")
	var before, after uint64
	var verdict problem.Verdict
	for i := range runs {
		if i == warm {
			before = heap()
		}
		run := e.Run("sol.py", fmt.Sprintf(`{"seed":%d,"tests":20,"no_save":true,"no_shrink":true,"no_explain":true}`, i+1))
		e.Await(lsptest.RunSays(run, "has ended", func(n command.RunNotification) lsptest.Outcome {
			if !n.State.Final() {
				return lsptest.Unmet
			}
			verdict = n.Verdict
			return lsptest.Met
		}))
		if verdict == problem.WA {
			e.MustExecute(command.OpenCounterexample, fmt.Sprintf(`{"run":%q,"part":"actual"}`, run))
		}
		e.Forget()
	}
	after = heap()
	t.Logf("after %d runs the heap has %.1f MiB, after %d runs %.1f MiB", warm, mebibytes(before), runs, mebibytes(after))
	if after > before+before/4+8<<20 {
		t.Errorf("the heap has grown from %.1f MiB to %.1f MiB", mebibytes(before), mebibytes(after))
	}
}

func mebibytes(n uint64) float64 { return float64(n) / (1 << 20) }

// heap is what is in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // What finalizers let go goes with the second one.
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
