package forkserver

import (
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkRun compares a plain execution, the fork server and the snapshot on the
// programs of testdata/bench, on one processor. Besides the mean it reports the
// tenth percentile, which other work on the machine disturbs less.
func BenchmarkRun(b *testing.B) {
	sources, err := filepath.Glob("testdata/bench/*.c*")
	if err != nil {
		b.Fatal(err)
	}
	for _, source := range sources {
		name := strings.TrimPrefix(source, "testdata/")
		b.Run(filepath.Base(name), func(b *testing.B) {
			exe := program(b, name)
			b.Run("exec", func(b *testing.B) { benchmarkExec(b, exe) })
			for _, mode := range []Mode{Fork, Snapshot} {
				b.Run(strings.ReplaceAll(mode.String(), " ", "-"), func(b *testing.B) { benchmarkServer(b, mode, exe) })
			}
		})
	}
}

const benchInput = "8\n3 -1 4 -1 5 -9 2 6\n"

func benchmarkExec(b *testing.B, exe string) {
	pin(b, 0)
	c := newConsole(b)
	c.write(b, benchInput)
	attr := &os.ProcAttr{Env: []string{}, Files: []*os.File{c.in, c.out, c.err}}
	measure(b, func() {
		for _, f := range []*os.File{c.in, c.out, c.err} {
			if _, err := f.Seek(0, 0); err != nil {
				b.Fatal(err)
			}
		}
		p, err := os.StartProcess(exe, []string{exe}, attr)
		if err != nil {
			b.Fatal(err)
		}
		state, err := p.Wait()
		if err != nil || !state.Success() {
			b.Fatal(state, err)
		}
	})
}

func benchmarkServer(b *testing.B, mode Mode, exe string) {
	pin(b, 0)
	c := newConsole(b)
	c.write(b, benchInput)
	s := serve(b, Config{Mode: mode, Argv: []string{exe}, Pin: true, Files: c.files()})
	r := &Request{Files: stdio, Limits: Limits{FileSize: 64 << 20, CPUSeconds: 10, AddressSpace: 1 << 30}}
	run := func() {
		if o, err := s.Run(r); err != nil || o.Status != 0 {
			b.Fatal(o, err)
		}
	}
	for range 30 {
		run()
	}
	measure(b, run)
	b.Logf("%+v", s.Stats())
}

func measure(b *testing.B, run func()) {
	times := make([]time.Duration, 0, b.N)
	var before, after syscall.Rusage
	runtime.GC()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	b.ResetTimer()
	for range b.N {
		began := time.Now()
		run()
		times = append(times, time.Since(began))
	}
	b.StopTimer()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	b.ReportMetric(float64(times[len(times)/10].Nanoseconds())/1e3, "p10-µs")
}
