package forkserver

import (
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"
	"time"
)

// BenchmarkRun compares a plain execution, the fork server and the snapshot on the
// programs of testdata/bench, on one processor. Besides the mean it reports the
// tenth percentile, which other work on the machine disturbs less.
func BenchmarkRun(b *testing.B) {
	sources, err := filepath.Glob("testdata/bench/*")
	if err != nil {
		b.Fatal(err)
	}
	for _, source := range sources {
		name := strings.TrimPrefix(source, "testdata/")
		b.Run(filepath.Base(name), func(b *testing.B) {
			cfg := Config{Shim: shimPath(b)}
			if filepath.Ext(name) == ".py" {
				cfg.Argv = []string{interpreters(b)[0], source}
			} else {
				cfg.Argv = []string{program(b, name)}
			}
			b.Run("exec", func(b *testing.B) { benchmarkExec(b, cfg.Argv) })
			for _, mode := range []Mode{Fork, Snapshot} {
				b.Run(strings.ReplaceAll(mode.String(), " ", "-"), func(b *testing.B) { benchmarkServer(b, mode, cfg) })
			}
		})
	}
}

const benchInput = "8\n3 -1 4 -1 5 -9 2 6\n"

func benchmarkExec(b *testing.B, argv []string) {
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
		p, err := os.StartProcess(argv[0], argv, attr)
		if err != nil {
			b.Fatal(err)
		}
		state, err := p.Wait()
		if err != nil || !state.Success() {
			b.Fatal(state, err)
		}
	})
}

func benchmarkServer(b *testing.B, mode Mode, cfg Config) {
	pin(b, 0)
	c := newConsole(b)
	c.write(b, benchInput)
	if interpreted, err := Python(cfg); err == nil {
		cfg = interpreted
	}
	cfg.Mode, cfg.Pin, cfg.Files = mode, true, c.files()
	s := serve(b, cfg)
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
	runtime.GC()
	b.ResetTimer()
	for range b.N {
		began := time.Now()
		run()
		times = append(times, time.Since(began))
	}
	b.StopTimer()
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	b.ReportMetric(float64(times[len(times)/10].Nanoseconds())/1e3, "p10-µs")
}
