package forkserver

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkRun compares a plain execution, the fork server and the snapshot on the
// programs of testdata/bench, by turns and on one processor. It reports tenth
// percentiles in microseconds, which other work on the machine disturbs less than
// means, and how many times faster than exec the two are.
//
//	go test -bench Run ./testing_env/driver/forkserver
func BenchmarkRun(b *testing.B) {
	sources, err := filepath.Glob("testdata/bench/*")
	if err != nil {
		b.Fatal(err)
	}
	for _, source := range sources {
		b.Run(filepath.Base(source), func(b *testing.B) {
			cfg := Config{Shim: shimPath(b), Pin: true}
			if filepath.Ext(source) == ".py" {
				cfg.Argv = []string{interpreters(b)[0], source}
			} else {
				cfg.Argv = []string{program(b, "bench/"+filepath.Base(source))}
			}
			compareModes(b, cfg)
		})
	}
}

func compareModes(b *testing.B, cfg Config) {
	pin(b, 0)
	c := newConsole(b)
	c.write(b, "8\n3 -1 4 -1 5 -9 2 6\n")
	cfg.Files = c.files()
	exec := sample{run: execution(b, c, cfg.Argv), each: 3}
	fork := sample{run: serving(b, Fork, cfg), each: 10}
	snapshot := sample{run: serving(b, Snapshot, cfg), each: 50}
	all := []*sample{&exec, &fork, &snapshot}
	for range b.N {
		for _, s := range all {
			s.take()
		}
	}
	for i, name := range []string{"exec-µs", "fork-µs", "snapshot-µs"} {
		b.ReportMetric(all[i].percentile(), name)
	}
	b.ReportMetric(exec.percentile()/fork.percentile(), "fork-x")
	b.ReportMetric(exec.percentile()/snapshot.percentile(), "snapshot-x")
	b.ReportMetric(0, "ns/op") // of all three together: of no interest
}

// sample is a way to run a program and how long that took.
type sample struct {
	run   func()
	each  int
	times []time.Duration
}

func (s *sample) take() {
	for range s.each {
		began := time.Now()
		s.run()
		s.times = append(s.times, time.Since(began))
	}
}

// percentile is the tenth, in microseconds.
func (s *sample) percentile() float64 {
	slices.Sort(s.times)
	return float64(s.times[len(s.times)/10].Nanoseconds()) / 1e3
}

func execution(b *testing.B, c *console, argv []string) func() {
	attr := &os.ProcAttr{Env: []string{}, Files: []*os.File{c.in, c.out, c.err}}
	return func() {
		for _, f := range attr.Files {
			if _, err := f.Seek(0, 0); err != nil {
				b.Fatal(err)
			}
		}
		p, err := os.StartProcess(argv[0], argv, attr)
		if err != nil {
			b.Fatal(err)
		}
		if state, err := p.Wait(); err != nil || !state.Success() {
			b.Fatal(state, err)
		}
	}
}

func serving(b *testing.B, mode Mode, cfg Config) func() {
	if interpreted, err := Python(cfg); err == nil {
		cfg = interpreted
	}
	cfg.Mode = mode
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
	return run
}
