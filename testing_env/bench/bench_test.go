// Package bench measures the stress loop on real programs in the real sandbox,
// against the shell loop that everybody writes, in the same run: times of
// different days and machines say nothing, ratios do.
//
// It needs STRESSTESTER_IMAGE, an engine and its command-line client; `make
// bench` sees to that.
package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
	"stresstester/core/stress"
)

// round is how long each side runs in each round, and rounds how many there are;
// the median counts.
const (
	round  = 3 * time.Second
	rounds = 5
)

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
	launcher, err := docker.New(docker.Options{Image: image(b)})
	if err != nil {
		b.Fatal(err)
	}
	w := sandbox.NewWarm(launcher, zap.NewNop())
	b.Cleanup(func() {
		w.Close()
		launcher.Close()
	})
	return w
}

// folder lays out a problem and returns its tested program.
func folder(b *testing.B, files map[string]string) string {
	b.Helper()
	dir := b.TempDir()
	for name, from := range files {
		data, err := os.ReadFile(filepath.Join("programs", from))
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return filepath.Join(dir, "sol.cpp")
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

// stressRound is the product's tests per second.
func stressRound(b *testing.B, sb stress.Sandbox, tested string, jobs int) float64 {
	o := room.Defaults()
	o.Tests, o.Duration, o.Jobs, o.NoSave = 0, round, jobs, true
	r := execute(b, sb, tested, o)
	if r.Verdict != problem.OK {
		b.Fatalf("the programs should agree: %s %s", r.Verdict, r.Message)
	}
	return r.TestsPerSecond
}

// shellLoop is the loop of every blog post, with its files in memory, and the
// same programs compiled in the same way.
const shellLoop = `set -e
cd /t
for f in *.cpp; do g++ -O2 -std=gnu++20 -o "${f%.cpp}" "$f"; done
[ -e gen ] && gen=./gen || gen='python3 gen.py'
[ -e brute ] && brute=./brute || brute='python3 brute.py'
i=0
end=$(( $(date +%s%N) + ROUND ))
begin=$(date +%s%N)
while [ $(( i % 16 )) -ne 0 ] || [ "$(date +%s%N)" -lt "$end" ]; do
	i=$((i+1))
	$gen $i >in
	$brute <in >a
	./sol <in >b
	diff -w a b >/dev/null || { echo "differ at $i"; exit 1; }
done
echo "RATE $i $(( $(date +%s%N) - begin ))"
`

// shellRound is the shell loop's tests per second, in a container of the same
// image with the same limits on what it may use.
func shellRound(b *testing.B, files map[string]string) float64 {
	b.Helper()
	var script bytes.Buffer
	for name, from := range files {
		data, err := os.ReadFile(filepath.Join("programs", from))
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(&script, "cat >/t/%s <<'END_OF_FILE'\n%s\nEND_OF_FILE\n", name, data)
	}
	fmt.Fprintf(&script, "ROUND=%d\n%s", round.Nanoseconds(), shellLoop)
	ctx, cancel := context.WithTimeout(b.Context(), round+time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "docker", "run", "--rm", "-i", "--network", "none", "--tmpfs", "/t:exec,size=256m",
		"--entrypoint", "/bin/bash", image(b))
	cmd.Stdin = &script
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
	slices.Sort(values)
	return values[len(values)/2]
}

// BenchmarkAgainstShellLoop runs both sides in turns. The shell loop uses one
// processor at a time; the product is measured with one slot and with all.
func BenchmarkAgainstShellLoop(b *testing.B) {
	cases := []struct {
		name  string
		files map[string]string
	}{
		{"three C++ programs", map[string]string{"sol.cpp": "sol.cpp", "brute.cpp": "brute.cpp", "gen.cpp": "gen.cpp"}},
		{"Python generator and brute force", map[string]string{"sol.cpp": "sol.cpp", "brute.py": "brute.py", "gen.py": "gen.py"}},
	}
	for _, c := range cases {
		b.Run(c.name, func(b *testing.B) {
			sb := warm(b)
			tested := folder(b, c.files)
			stressRound(b, sb, tested, 0) // compiles
			var shell, one, all []float64
			for range rounds {
				shell = append(shell, shellRound(b, c.files))
				one = append(one, stressRound(b, sb, tested, 1))
				all = append(all, stressRound(b, sb, tested, 0))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(shell), "shell-tests/s")
			b.ReportMetric(median(one), "one-slot-tests/s")
			b.ReportMetric(median(all), "all-slots-tests/s")
			b.ReportMetric(median(one)/median(shell), "one-slot-ratio")
			b.ReportMetric(median(all)/median(shell), "all-slots-ratio")
		})
	}
}

// BenchmarkWarmStart is the time from asking for a run to its first verdict, in a
// sandbox that is already warm: with sources that were never seen, and with
// sources that were.
func BenchmarkWarmStart(b *testing.B) {
	sb := warm(b)
	tested := folder(b, map[string]string{"sol.cpp": "sol.cpp", "brute.cpp": "brute.cpp", "gen.cpp": "gen.cpp"})
	o := room.Defaults()
	o.Tests, o.NoSave = 1, true
	execute(b, sb, tested, o)
	source, err := os.ReadFile(tested)
	if err != nil {
		b.Fatal(err)
	}
	var cold, same []float64
	for i := range 11 {
		changed := fmt.Appendf(nil, "// version %d of %d\n%s", i, time.Now().UnixNano(), source)
		if err := os.WriteFile(tested, changed, 0o600); err != nil {
			b.Fatal(err)
		}
		for _, into := range []*[]float64{&cold, &same} {
			began := time.Now()
			if r := execute(b, sb, tested, o); r.Tests != 1 {
				b.Fatalf("%s: %s", r.Verdict, r.Message)
			}
			*into = append(*into, float64(time.Since(began))/float64(time.Millisecond))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(cold), "changed-ms")
	b.ReportMetric(median(same), "unchanged-ms")
}
