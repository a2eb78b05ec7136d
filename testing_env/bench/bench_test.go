// Package bench measures the stress loop on real programs in the real sandbox,
// against the shell loop that everybody writes, in the same run: times of
// different days and machines say nothing, ratios do.
//
// It needs STRESSTESTER_IMAGE, an engine and its command-line client; `make
// bench` sees to that, and writes docs/benchmarks.md.
package bench

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
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
	rounds = flag.Int("rounds", 2, "how often every way is measured; the median counts")
	only   = flag.String("only", "", "measure these parts only, by their keys, with commas between; empty for all")
)

// round is how long each way runs in each round.
const round = 4 * time.Second

// part skips a benchmark that was not asked for.
func part(b *testing.B, key string) {
	b.Helper()
	if !asked(key) {
		b.Skip("not asked for")
	}
}

// asked reports whether a part with one of these keys is to be measured.
func asked(keys ...string) bool {
	return *only == "" || slices.ContainsFunc(strings.Split(*only, ","), func(k string) bool { return slices.Contains(keys, k) })
}

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
	return runShell(b, image(b), s.shell(b))
}

func median(values []float64) float64 {
	values = slices.Clone(values)
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// BenchmarkTestsPerSecond runs all ways in turns, for every scene.
func BenchmarkTestsPerSecond(b *testing.B) {
	image(b)
	sb := warm(b)
	for _, s := range scenes() {
		b.Run(s.key, func(b *testing.B) {
			part(b, s.key)
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
			results.add(s.key, rates, chosen.Strategies)
		})
	}
}

// BenchmarkWarmStart is the time from asking for a run to its first verdict, in a
// sandbox that is already warm: with sources that were never seen, and with
// sources that were.
func BenchmarkWarmStart(b *testing.B) {
	part(b, "start")
	sb := warm(b)
	tested := scenes()[0].layOut(b)
	o := room.Defaults()
	o.Tests, o.NoSave = 1, true
	execute(b, sb, tested, o)
	text, err := os.ReadFile(tested)
	if err != nil {
		b.Fatal(err)
	}
	var changed, same, compile []float64
	for i := range 11 {
		edited := append([]byte("// version "+strconv.Itoa(i)+" of "+time.Now().String()+"\n"), text...)
		if err := os.WriteFile(tested, edited, 0o600); err != nil {
			b.Fatal(err)
		}
		for _, into := range []*[]float64{&changed, &same} {
			began := time.Now()
			r := execute(b, sb, tested, o)
			if r.Tests != 1 {
				b.Fatalf("%s: %s", r.Verdict, r.Message)
			}
			for _, c := range r.Compilations {
				if c.Role == problem.Tested && !c.Cached {
					compile = append(compile, c.Seconds*1000)
				}
			}
			*into = append(*into, float64(time.Since(began))/float64(time.Millisecond))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(changed), "changed-ms")
	b.ReportMetric(median(same), "unchanged-ms")
	b.ReportMetric(median(compile), "compile-ms")
	results.Values["changed ms"], results.Values["unchanged ms"] = median(changed), median(same)
	results.Values["compile ms"] = median(compile)
}

// BenchmarkShare is how much of the sandbox's time goes into a tested program of so many
// milliseconds, or into it and a brute force that takes as long, in a run of a user's
// usual length: of the processor time of all its processes, and of the elapsed time of
// all processors, which other work on the machine has a share of as well.
func BenchmarkShare(b *testing.B) {
	part(b, "share")
	a := arena.Open(b, docker.Options{})
	for _, s := range append(scenes(), burnBoth("1"), burnBoth("10"), burnBoth("100")) {
		both := strings.HasPrefix(s.key, "both ")
		milliseconds, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(s.key, "both "), "ms"))
		if err != nil {
			continue
		}
		b.Run(s.key, func(b *testing.B) {
			tested := s.layOut(b)
			stressRound(b, a.Warm(), tested, way{strategy: "exec"}) // compiles
			o := room.Defaults()
			o.Tests, o.Duration, o.NoSave = 0, shareRound, true
			var ofUsed, ofElapsed []float64
			for range *rounds {
				began := processorTime(b, a.Container(b))
				r := execute(b, a.Warm(), tested, o)
				used := processorTime(b, a.Container(b)) - began
				if r.Verdict != problem.OK {
					b.Fatalf("the programs should agree: %s %s", r.Verdict, r.Message)
				}
				runs := runsOf(r, problem.Tested)
				if both {
					runs += runsOf(r, problem.Brute)
				}
				programs := time.Duration(runs) * time.Duration(milliseconds) * time.Millisecond
				ofUsed = append(ofUsed, 100*programs.Seconds()/used.Seconds())
				ofElapsed = append(ofElapsed, 100*programs.Seconds()/(float64(r.Tests)/r.TestsPerSecond)/float64(runtime.NumCPU()))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(ofUsed), "percent-of-used")
			b.ReportMetric(median(ofElapsed), "percent-of-elapsed")
			results.Values["share percent of "+s.key] = median(ofUsed)
			results.Values["elapsed percent of "+s.key] = median(ofElapsed)
		})
	}
}

// shareRound is the length of a run of BenchmarkShare.
const shareRound = 12 * time.Second

// auditsUntilWeighed is how many audits tell that a strategy gains nothing for runs of
// 100 ms.
const auditsUntilWeighed = 2

// runsOf is how often a role's program was run, audits included.
func runsOf(r problem.Result, role problem.Role) int {
	if strings.HasPrefix(r.Strategies[role], "exec") {
		return r.Tests + auditsUntilWeighed
	}
	return r.Tests + auditsOf(r.Tests)
}

// processorTime is what all processes of the container have used so far.
func processorTime(b *testing.B, container string) time.Duration {
	b.Helper()
	const script = "cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null || sed -n 's/^usage_usec \\(.*\\)/\\1000/p' /sys/fs/cgroup/cpu.stat"
	out, err := exec.CommandContext(b.Context(), "docker", "exec", container, "sh", "-c", script).Output()
	if err != nil {
		b.Fatalf("asking for the sandbox's processor time: %v", err)
	}
	nanoseconds, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		b.Fatalf("the sandbox's processor time is %q", out)
	}
	return time.Duration(nanoseconds)
}

// auditsOf is how many of a program's runs are made twice: see lab's fast.go.
func auditsOf(tests int) int { return min(tests, 20) + tests/500 }

// BenchmarkFloor measures what cannot be undercut, beside what we take.
func BenchmarkFloor(b *testing.B) {
	part(b, "floor")
	sb := warm(b)
	s := scenes()[0]
	tested := s.layOut(b)
	stressRound(b, sb, tested, way{strategy: "exec"}) // compiles
	var floors [3][]float64
	var ours []float64
	for range *rounds {
		script := "cat >/t/floor.c <<'END_OF_FILE'\n" + string(source(b, "floor.c")) + "\nEND_OF_FILE\ngcc -O2 -static -o /t/floor /t/floor.c && /t/floor\n"
		fields := strings.Fields(inContainer(b, image(b), script, "FLOOR "))
		if len(fields) != len(floors) {
			b.Fatalf("floor.c said %q", fields)
		}
		for i, text := range fields {
			us, err := strconv.ParseFloat(text, 64)
			if err != nil {
				b.Fatal(err)
			}
			floors[i] = append(floors[i], us)
		}
		rate, _ := stressRound(b, sb, tested, way{jobs: 1})
		ours = append(ours, 1e6/rate/3)
	}
	b.ReportMetric(0, "ns/op")
	for i, name := range []string{"call us", "fork us", "hand over us"} {
		b.ReportMetric(median(floors[i]), strings.ReplaceAll(name, " ", "-"))
		results.Values[name] = median(floors[i])
	}
	b.ReportMetric(median(ours), "run-us")
	results.Values["run us"] = median(ours)
}

// exampleRound is how long each way runs on each example.
const exampleRound = 1500 * time.Millisecond

// BenchmarkExamples compares the ways on the examples' right solutions: none that is
// chosen may be slower than one below it.
func BenchmarkExamples(b *testing.B) {
	part(b, "examples")
	sb := warm(b)
	folders, err := filepath.Glob("../../examples/*")
	if err != nil || len(folders) == 0 {
		b.Fatal("there are no examples")
	}
	for _, folder := range folders {
		tested := firstOf(folder, "fixed.*", "Fixed.*")
		if tested == "" || firstOf(folder, "interactor.*") != "" {
			continue // those talk to each other in fresh processes, always
		}
		opened, err := room.Open(room.Disk{}, tested, nil)
		if err != nil {
			b.Fatal(err)
		}
		o := opened.Options // the example's own comparison and limits
		o.Tests, o.NoSave, o.Strategy = 1, true, "exec"
		execute(b, sb, tested, o) // compiles
		rates := map[string][]float64{}
		var chosen problem.Result
		for range *rounds {
			for _, w := range ways()[1:] {
				o.Tests, o.Duration, o.Strategy, o.Jobs = 0, exampleRound, w.strategy, w.jobs
				r := execute(b, sb, tested, o)
				if r.Verdict != problem.OK {
					b.Fatalf("%s: %s %s", folder, r.Verdict, r.Message)
				}
				rates[w.name] = append(rates[w.name], r.TestsPerSecond)
				chosen = r
			}
		}
		results.addExample(filepath.Base(folder), rates, chosen.Strategies)
		fast, best := median(rates["chosen"]), max(median(rates["exec"]), median(rates["fork server"]))
		b.Logf("%s: exec %.0f, fork server %.0f, chosen %.0f: %s", filepath.Base(folder), median(rates["exec"]), median(rates["fork server"]), fast, describe(chosen.Strategies))
		if fast < 0.9*best {
			b.Errorf("%s: what is chosen makes %.0f tests a second, and what is below it %.0f", folder, fast, best)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// firstOf is the folder's first file that matches one of the patterns, or nothing.
func firstOf(folder string, patterns ...string) string {
	for _, p := range patterns {
		if found, _ := filepath.Glob(filepath.Join(folder, p)); len(found) > 0 {
			return found[0]
		}
	}
	return ""
}

func TestMain(m *testing.M) {
	flag.Parse()
	if *write != "" {
		if err := results.load(*write); err != nil {
			println("reading earlier results:", err.Error())
			os.Exit(1)
		}
	}
	code := m.Run()
	if *write != "" && code == 0 {
		if err := results.write(*write, runtime.NumCPU()); err != nil {
			println("writing the results:", err.Error())
			code = 1
		}
	}
	os.Exit(code)
}
