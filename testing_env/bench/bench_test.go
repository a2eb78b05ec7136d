// Package bench measures the stress loop on real programs in the real sandbox,
// against the shell loop that everybody writes, in the same run: times of
// different days and machines say nothing, ratios do.
//
// It needs STRESSTESTER_IMAGE, an engine and its command-line client; `make
// bench` sees to that, and writes docs/benchmarks.md.
package bench

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
	"stresstester/core/stress"
	"stresstester/testing_env/arena"
)

var (
	write  = flag.String("write", "", "write the results to this Markdown file, and a plot beside it")
	rounds = flag.Int("rounds", 3, "how often every way is measured; the median counts")
)

// round is how long each way runs in each round.
const round = 3 * time.Second

func image(b *testing.B) string {
	b.Helper()
	name := os.Getenv("STRESSTESTER_IMAGE")
	if name == "" {
		b.Skip("STRESSTESTER_IMAGE names no image; run make bench")
	}
	return name
}

func warm(b *testing.B) *sandbox.Warm {
	b.Helper()
	return arena.Open(b, docker.Options{}).Warm()
}

func execute(b *testing.B, sb stress.Sandbox, tested string, o problem.Options) problem.Result {
	b.Helper()
	r, err := room.Open(room.Disk{}, tested, nil)
	if err != nil {
		b.Fatal(err)
	}
	result, err := stress.Execute(b.Context(), sb, r, room.Disk{}, o, sandbox.Observer{})
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// way is one way to run the tests.
type way struct {
	name     string
	strategy string
	jobs     int
}

// ways are the product's; the shell loop comes before them.
func ways() []way {
	return []way{{"chosen, 1 slot", "", 1}, {"exec", "exec", 0}, {"fork server", "fork", 0}, {"chosen", "", 0}}
}

const shellLoop = "shell loop"

// stressRound is the product's tests per second.
func stressRound(b *testing.B, sb stress.Sandbox, tested string, w way) (float64, problem.Result) {
	b.Helper()
	o := room.Defaults()
	o.Tests, o.Duration, o.Jobs, o.NoSave, o.Strategy = 0, round, w.jobs, true, w.strategy
	r := execute(b, sb, tested, o)
	if r.Verdict != problem.OK {
		b.Fatalf("the programs should agree: %s %s", r.Verdict, r.Message)
	}
	return r.TestsPerSecond, r
}

// shellRound is the shell loop's tests per second, with its files in memory, in a
// container of the same image, on the same programs compiled in the same way.
func shellRound(b *testing.B, s scene) float64 {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), round+2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "docker", "run", "--rm", "-i", "--network", "none", "--tmpfs", "/t:exec,size=256m",
		"--entrypoint", "/bin/bash", image(b))
	cmd.Stdin = strings.NewReader(s.shell(b))
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("the shell loop failed: %v\n%s", err, out)
	}
	_, rate, _ := strings.Cut(string(out), "RATE ")
	fields := strings.Fields(rate)
	if len(fields) != 2 {
		b.Fatalf("the shell loop said %q", out)
	}
	tests, _ := strconv.ParseFloat(fields[0], 64)
	nanoseconds, _ := strconv.ParseFloat(fields[1], 64)
	return tests / (nanoseconds / 1e9)
}

func median(values []float64) float64 {
	values = slices.Clone(values)
	slices.Sort(values)
	return values[len(values)/2]
}

// BenchmarkTestsPerSecond runs all ways in turns, for every scene.
func BenchmarkTestsPerSecond(b *testing.B) {
	sb := warm(b)
	for _, s := range scenes() {
		b.Run(s.name, func(b *testing.B) {
			tested := s.layOut(b)
			stressRound(b, sb, tested, way{strategy: "exec"}) // compiles
			rates := map[string][]float64{}
			var chosen problem.Result
			for range *rounds {
				rates[shellLoop] = append(rates[shellLoop], shellRound(b, s))
				for _, w := range ways() {
					rate, r := stressRound(b, sb, tested, w)
					rates[w.name] = append(rates[w.name], rate)
					chosen = r
				}
			}
			shell := median(rates[shellLoop])
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(shell, "shell-tests/s")
			b.ReportMetric(median(rates["chosen"]), "tests/s")
			b.ReportMetric(median(rates["chosen"])/shell, "ratio")
			b.ReportMetric(median(rates["chosen"])/median(rates["chosen, 1 slot"]), "scaling")
			results.add(s.name, rates, chosen.Strategies)
		})
	}
}

// BenchmarkWarmStart is the time from asking for a run to its first verdict, in a
// sandbox that is already warm: with sources that were never seen, and with
// sources that were.
func BenchmarkWarmStart(b *testing.B) {
	sb := warm(b)
	tested := scenes()[0].layOut(b)
	o := room.Defaults()
	o.Tests, o.NoSave = 1, true
	execute(b, sb, tested, o)
	text, err := os.ReadFile(tested)
	if err != nil {
		b.Fatal(err)
	}
	var changed, same []float64
	for i := range 11 {
		edited := append([]byte("// version "+strconv.Itoa(i)+" of "+time.Now().String()+"\n"), text...)
		if err := os.WriteFile(tested, edited, 0o600); err != nil {
			b.Fatal(err)
		}
		for _, into := range []*[]float64{&changed, &same} {
			began := time.Now()
			if r := execute(b, sb, tested, o); r.Tests != 1 {
				b.Fatalf("%s: %s", r.Verdict, r.Message)
			}
			*into = append(*into, float64(time.Since(began))/float64(time.Millisecond))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(changed), "changed-ms")
	b.ReportMetric(median(same), "unchanged-ms")
	results.changed, results.unchanged = median(changed), median(same)
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if *write != "" && code == 0 && len(results.scenes) > 0 {
		if err := results.write(*write, runtime.NumCPU()); err != nil {
			println("writing the results:", err.Error())
			code = 1
		}
	}
	os.Exit(code)
}
