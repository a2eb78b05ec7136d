package lsp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/lsp"
	"stresstester/lsp/command"
	"stresstester/lsp/lsptest"
)

// percentiles reports the median and the 99th percentile of what was measured.
func percentiles(b *testing.B, name string, all []time.Duration) {
	b.Helper()
	slices.Sort(all)
	at := func(p int) float64 { return float64(all[(len(all)-1)*p/100].Microseconds()) }
	b.ReportMetric(at(50), name+"-p50-µs")
	b.ReportMetric(at(99), name+"-p99-µs")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkDidChange types into a file of 1 MiB while a run sends progress as fast
// as it can, and measures how long it takes until the server has taken the edit:
// one key, and an answer to a request sent behind it.
func BenchmarkDidChange(b *testing.B) {
	busy := func(ctx context.Context, _ problem.Job, obs sandbox.Observer) (problem.Result, error) {
		for i := 0; ctx.Err() == nil; i++ {
			obs.Progress(problem.Progress{State: problem.Running, Tests: i, TestsPerSecond: 5000})
			time.Sleep(time.Millisecond)
		}
		return problem.Result{Verdict: problem.OK, State: problem.Stopped}, nil
	}
	dir := folder(b)
	line := "    total += values[i] * weights[i]  # one of many lines\n"
	e := lsptest.Start(b, dir, lsp.Deps{Sandbox: lsptest.Scripted(busy)}, lsptest.Options{})
	e.OpenText("sol.py", strings.Repeat(line, 1<<20/len(line)))
	e.Await(lsptest.RunReaches(e.Run("sol.py", ""), problem.Running))
	typing(b, e, "sol.py", 9000, 0)
}

// BenchmarkDidChangeBesideTheSandbox types while the real sandbox runs C++ programs
// on all cores as fast as it can, a key every ten milliseconds.
func BenchmarkDidChangeBesideTheSandbox(b *testing.B) {
	dir := b.TempDir()
	for name, text := range map[string]string{
		"sol.cpp":   "#include <bits/stdc++.h>\nint main() { int n; std::cin >> n; std::cout << n; }\n" + strings.Repeat("// one of many lines\n", 300),
		"brute.cpp": "#include <bits/stdc++.h>\nint main() { int n; std::cin >> n; std::cout << n; }\n",
		"gen.cpp":   "#include <bits/stdc++.h>\nint main(int n, char** a) { std::cout << atoi(a[n - 1]) % 100; }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	e := lsptest.Start(b, dir, lsp.Deps{Sandbox: lsptest.Real(b)}, lsptest.Options{InitializationOptions: `{"prompts":false}`})
	e.Open("sol.cpp")
	run := e.Run("sol.cpp", `{"tests":0}`)
	e.Await(lsptest.RunReaches(run, problem.Running))
	typing(b, e, "sol.cpp", 100, 10*time.Millisecond)
	var stats command.StatsResult
	if err := json.Unmarshal(e.MustExecute(command.Stats, fmt.Sprintf(`{"run":%q}`, run)), &stats); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(stats.TestsPerSecond, "tests/s")
	e.MustExecute(command.Stop, "{}")
	e.Await(lsptest.RunReaches(run, problem.Stopped))
}

// typing types at the beginning of a line, and measures how long each key takes until
// the server has taken it.
func typing(b *testing.B, e *lsptest.Editor, name string, line int, pause time.Duration) {
	b.Helper()
	var all []time.Duration
	version := 1
	for b.Loop() {
		version++
		began := time.Now()
		e.Frame(fmt.Sprintf(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":%q,"version":%d},"contentChanges":[{"range":{"start":{"line":%d,"character":4},"end":{"line":%d,"character":4}},"text":"x"}]}}`,
			e.URI(name), version, line, line))
		if _, err := e.Execute(command.Stop, `{"uri":"file:///none"}`); err != nil {
			b.Fatal(err)
		}
		all = append(all, time.Since(began))
		time.Sleep(pause)
	}
	percentiles(b, "edit", all)
}

// BenchmarkFirstFeedback measures, with a real sandbox, the time from the key that
// starts a run to the first thing that the user can see of it.
func BenchmarkFirstFeedback(b *testing.B) {
	e := lsptest.Start(b, folder(b), lsp.Deps{Sandbox: lsptest.Real(b)}, lsptest.Options{InitializationOptions: `{"prompts":false}`})
	e.Open("sol.py")
	e.Await(lsptest.RunEnds(e.Run("sol.py", `{"tests":1}`), problem.OK)) // warm
	var all []time.Duration
	for b.Loop() {
		began := time.Now()
		run := e.Run("sol.py", `{"tests":20}`)
		e.Await(lsptest.RunSays(run, "is seen", func(command.RunNotification) lsptest.Outcome { return lsptest.Met }))
		all = append(all, time.Since(began))
		e.Await(lsptest.RunEnds(run, problem.OK))
		e.Forget()
	}
	percentiles(b, "feedback", all)
}

// BenchmarkFirstVerdict measures, with a real sandbox, the time from the command
// to the confirmed counterexample in the editor's diagnostics.
func BenchmarkFirstVerdict(b *testing.B) {
	for _, kind := range []string{"unchanged", "edited"} {
		b.Run(kind, func(b *testing.B) {
			dir := b.TempDir()
			for name, text := range map[string]string{
				"sol.cpp":   "#include <bits/stdc++.h>\nint main() { int n; std::cin >> n; std::cout << (n == 5 ? 0 : n); }\n",
				"brute.cpp": "#include <bits/stdc++.h>\nint main() { int n; std::cin >> n; std::cout << n; }\n",
				"gen.cpp":   "#include <bits/stdc++.h>\nint main(int n, char** a) { std::cout << atoi(a[n - 1]) % 100; }\n",
			} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					b.Fatal(err)
				}
			}
			e := lsptest.Start(b, dir, lsp.Deps{Sandbox: lsptest.Real(b)}, lsptest.Options{InitializationOptions: `{"prompts":false}`})
			e.Open("sol.cpp")
			options := `{"no_shrink":true,"no_explain":true,"no_save":true}`
			e.Await(lsptest.RunEnds(e.Run("sol.cpp", options), problem.WA)) // warm
			var all []time.Duration
			for i := 0; b.Loop(); i++ {
				if kind == "edited" {
					e.Replace("sol.cpp", `\z`, fmt.Sprintf("// %d\n", time.Now().UnixNano()))
				}
				began := time.Now()
				run := e.Run("sol.cpp", options)
				e.Await(lsptest.RunSays(run, "has found something", func(n command.RunNotification) lsptest.Outcome {
					if n.Verdict == problem.WA {
						return lsptest.Met
					}
					return lsptest.Unmet
				}))
				all = append(all, time.Since(began))
				e.Await(lsptest.RunEnds(run, problem.WA))
			}
			percentiles(b, "verdict", all)
		})
	}
}

// BenchmarkCommand is the cost of a command that has nothing to do.
func BenchmarkCommand(b *testing.B) {
	e := lsptest.Start(b, folder(b), lsp.Deps{Sandbox: lsptest.Scripted(forever)}, lsptest.Options{})
	b.ReportAllocs()
	for b.Loop() {
		var runs command.RunsResult
		if err := json.Unmarshal(e.MustExecute(command.Runs, "{}"), &runs); err != nil {
			b.Fatal(err)
		}
	}
}
