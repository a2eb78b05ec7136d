package forkserver

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestOrdinaryRunsShareAProcess runs a program that tells its thread's id: what leaves
// no trace stays in one process, and what does not gets others, with the same results.
func TestOrdinaryRunsShareAProcess(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		inputs []string
		// processes is how many there should be in all; 0 for any number.
		processes int
		status    map[string]string
	}{
		{name: "only reading and writing", inputs: repeat("x", 100), processes: 1},
		{name: "another exit status ends a process", inputs: []string{"x", "x", "status", "x", "x"}, processes: 2,
			status: map[string]string{"status": "exit 5"}},
		{name: "a crash ends a process", inputs: []string{"x", "x", "crash", "x", "x"}, processes: 3,
			status: map[string]string{"crash": "signal segmentation fault"}},
		{name: "opening a file once", inputs: []string{"x", "x", "file", "x", "x"}, processes: 4},
		{name: "a signal's handler", inputs: []string{"x", "signal", "x", "x"}, processes: 4},
		{name: "asking for the process's number", inputs: []string{"pid", "x", "pid"}, processes: 3},
		{name: "asking for the processor time", inputs: []string{"burn", "clock", "clock"}, processes: 3},
		{name: "a process of its own", inputs: []string{"x", "fork", "x"}, processes: 3},
		{name: "closing the output", inputs: []string{"x", "close", "x"}, processes: 3},
		{name: "the server's descriptors cannot be written to", inputs: []string{"x", "descriptors", "x"}, processes: 1},
		{name: "much processor time", inputs: repeat("burn", 5)},
		{name: "the shim's own exit status", inputs: []string{"pretend", "pretend", "x"}, processes: 3,
			status: map[string]string{"pretend": "exit 126"}},
	}
	path := program(t, "resident.c")
	express := []bool{false, true}
	for i := range 2 * len(tests) {
		tt, express := tests[i/2], express[i%2]
		name := tt.name
		if express {
			name += ", by areas"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t)
			if express {
				c.addAreas(t)
			}
			s := serve(t, Config{Mode: Snapshot, Argv: []string{path}, Files: c.files()})
			processes := map[string]bool{}
			for i, input := range tt.inputs {
				got, o := c.run(t, s, Request{Limits: Limits{CPUSeconds: 20, FileSize: 64 << 20}}, input)
				want := tt.status[input]
				if want == "" {
					want = "exit 0"
				}
				if is := describe(o.Status); is != want {
					t.Fatalf("run %d (%s) ended with %s, want %s", i, input, is, want)
				}
				if input == "pretend" || input == "crash" {
					continue // what it printed was still in its buffer
				}
				if quiet := input == "x" || input == "burn" || input == "descriptors"; o.Resident && !quiet {
					t.Errorf("run %d (%s) left something behind, but its process is said to stay", i, input)
				}
				id, rest, _ := strings.Cut(got.Out, " ")
				processes[id] = true
				if rest != "1 1 "+input+"\n" {
					t.Fatalf("run %d (%s) printed %q: something was left of another run", i, input, got.Out)
				}
				if input == "burn" && o.User+o.System > 2*time.Second {
					t.Errorf("run %d used %v, says the server: those of other runs too?", i, o.User+o.System)
				}
			}
			if tt.processes > 0 && len(processes)+unseen(tt.inputs) != tt.processes {
				t.Errorf("%d processes (and %d unseen), want %d in all", len(processes), unseen(tt.inputs), tt.processes)
			}
			if last := tt.inputs[len(tt.inputs)-1]; tt.processes == 1 && last == "x" {
				if _, o := c.run(t, s, Request{Limits: Limits{CPUSeconds: 20, FileSize: 64 << 20}}, last); !o.Resident {
					t.Error("the process that made all runs is not said to stay")
				}
			}
			if st := s.Stats(); st.Launches != 1 || st.Mode != Snapshot {
				t.Errorf("%+v", st)
			}
		})
	}
}

// unseen counts the runs that say nothing and have a process of their own at least
// at their end.
func unseen(inputs []string) int {
	n := 0
	for _, input := range inputs {
		if input == "pretend" {
			n++
		}
	}
	return n
}

func repeat(s string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = s
	}
	return list
}

func describe(status interface {
	Exited() bool
	ExitStatus() int
	Signal() unix.Signal
}) string {
	if status.Exited() {
		return fmt.Sprintf("exit %d", status.ExitStatus())
	}
	return "signal " + status.Signal().String()
}

func TestLimitsOfLaterRunsHold(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	s := serve(t, Config{Mode: Snapshot, Argv: []string{program(t, "resident.c")}, Files: c.files()})
	if _, o := c.run(t, s, Request{Limits: Limits{FileSize: 64 << 20}}, "x"); o.Status != 0 {
		t.Fatalf("%+v", o)
	}
	_, o := c.run(t, s, Request{Limits: Limits{FileSize: 3}}, "x")
	if !o.Status.Signaled() || o.Status.Signal() != unix.SIGXFSZ {
		t.Errorf("a lower limit of the output was not applied: %+v", o)
	}
	if _, o := c.run(t, s, Request{Limits: Limits{FileSize: 64 << 20}}, "x"); o.Status != 0 {
		t.Errorf("a higher limit of the output was not applied: %+v", o)
	}
	for range 3 {
		_, o = c.run(t, s, Request{Watch: Watch{CPU: 20 * time.Millisecond}}, "burn")
		if o.Broke != BrokeCPU {
			t.Errorf("the limit of processor time was not applied: %+v", o)
		}
	}
}
