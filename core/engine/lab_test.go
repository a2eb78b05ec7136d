package engine

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stresstester/core/problem"
)

// function is a program written in Go: it gets what a program would get and
// returns what it prints and how it ends.
type function func(call invocation) (stdout string, out Outcome)

type invocation struct {
	stdin string
	args  []string
	files []string
	seed  string
	fresh bool
	// run counts this program's runs in the whole lab, from 1.
	run int
}

func prints(s string) (string, Outcome) { return s, Outcome{} }

// functions is a lab whose programs are Go functions. It runs them on as many
// slots as the job asks for, in an order that the scheduler shuffles.
type functions struct {
	programs map[problem.Role]function
	stderr   map[problem.Role]string
	broken   error // what Build says
	compile  map[problem.Role]problem.Compilation
	runs     sync.Map // problem.Role to *atomic.Int64
	quiet    sync.RWMutex
}

func (l *functions) Build(_ context.Context, programs []problem.Program, built func(problem.Compilation)) error {
	for _, p := range programs {
		c, ok := l.compile[p.Role]
		if !ok {
			c = problem.Compilation{Role: p.Role, OK: true}
		}
		built(c)
	}
	return l.broken
}

func (l *functions) Slots(n int) ([]Slot, error) {
	slots := make([]Slot, max(n, 1))
	for i := range slots {
		slots[i] = &memorySlot{lab: l}
	}
	return slots, nil
}

func (l *functions) Shared(f func()) {
	l.quiet.RLock()
	defer l.quiet.RUnlock()
	f()
}

func (l *functions) Exclusive(f func()) {
	l.quiet.Lock()
	defer l.quiet.Unlock()
	f()
}

func (l *functions) Strategy(problem.Role) string { return "function" }

func (l *functions) count(role problem.Role) int {
	n, _ := l.runs.LoadOrStore(role, &atomic.Int64{})
	return int(n.(*atomic.Int64).Add(1))
}

type memorySlot struct {
	lab     *functions
	streams [Remark + 1]string
}

func (s *memorySlot) Attach() {}

func (s *memorySlot) Run(ctx context.Context, call *Call, out *Outcome) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	program := s.lab.programs[call.Role]
	if program == nil {
		return errors.New("no program for " + string(call.Role))
	}
	var files []string
	for _, f := range call.Files {
		files = append(files, s.streams[f])
	}
	runtime.Gosched()
	stdout, o := program(invocation{stdin: s.streams[call.Stdin], args: call.Args, files: files, seed: call.SeedText,
		fresh: call.Fresh, run: s.lab.count(call.Role)})
	if call.Stdout != Null {
		s.streams[call.Stdout] = stdout
	}
	*out = o
	return nil
}

func (s *memorySlot) Converse(context.Context, *Call, *Call, bool, *Dialogue) error {
	return errors.New("functions do not converse")
}

func (s *memorySlot) Bytes(st Stream) ([]byte, error) { return []byte(s.streams[st]), nil }

func (s *memorySlot) Set(st Stream, data []byte) error {
	s.streams[st] = string(data)
	return nil
}

func (s *memorySlot) Stderr(role problem.Role) []byte { return []byte(s.lab.stderr[role]) }

// newJob has a program of every role that the lab has.
func newJob(l *functions, o problem.Options) *problem.Job {
	job := &problem.Job{Options: o}
	for _, role := range problem.Roles() {
		if l.programs[role] != nil {
			job.Programs = append(job.Programs, problem.Program{Role: role, Name: string(role)})
		}
	}
	return job
}

func mustRun(t *testing.T, l *functions, job *problem.Job) problem.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := Run(ctx, job, l, Events{})
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	return r
}

// seedOf is what a generator sees as its seed.
func seedOf(c invocation) int {
	n, _ := strconv.Atoi(c.args[len(c.args)-1])
	return n
}

func echoSeed(c invocation) (string, Outcome) { return prints(c.args[len(c.args)-1] + "\n") }

func doubled(c invocation) (string, Outcome) {
	n, _ := strconv.Atoi(strings.TrimSpace(c.stdin))
	return prints(strconv.Itoa(2*n) + "\n")
}

// wrongFrom doubles, but is wrong for every input that bad accepts.
func wrongIf(bad func(n int) bool) function {
	return func(c invocation) (string, Outcome) {
		n, _ := strconv.Atoi(strings.TrimSpace(c.stdin))
		if bad(n) {
			return prints(strconv.Itoa(2*n+1) + "\n")
		}
		return doubled(c)
	}
}
