package hostile

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/core/sandbox/docker"
	"stresstester/testing_env/arena"
)

// onlyEnv names a strategy, to run the suite under that one alone.
const onlyEnv = "STRESSTESTER_HOSTILE_STRATEGY"

// siegeEnv asks for the whole suite, or for a sample of it: with the value "sample" every
// program runs in the first of its roles only.
const siegeEnv = "STRESSTESTER_HOSTILE"

// strategies are the ways to run programs, as problem.Options names them.
var strategies = []string{"exec", "fork", "snapshot"}

// promptly is how long the well-behaved run after an attack may take. It takes
// some 30 ms; what it must not do is wait for anything.
const promptly = 10 * time.Second

// TestHostilePrograms runs every attack under every strategy, beside a neighbour
// whose verdicts must not change, and looks afterwards for what was left behind.
func TestHostilePrograms(t *testing.T) {
	if os.Getenv(siegeEnv) == "" {
		t.Skip(siegeEnv + " is not set: this takes minutes; run make hostile")
	}
	attacks, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	target := arena.Target(t)
	// Side by side, however few processors there are: much of the time attacks wait. Each
	// begins elsewhere, so that not all of them have their fork bomb at the same time.
	var sieges sync.WaitGroup
	defer sieges.Wait()
	for i, strategy := range strategies {
		first := i * len(attacks) / len(strategies)
		if only := os.Getenv(onlyEnv); only != "" && only != strategy {
			continue
		}
		sieges.Go(func() {
			t.Run(strategy, func(t *testing.T) {
				s := newSiege(t, strategy)
				for _, a := range slices.Concat(attacks[first:], attacks[:first]) {
					if a.same(strategy) {
						continue
					}
					roles := a.expect
					if os.Getenv(siegeEnv) == "sample" {
						roles = roles[:1]
					}
					for _, e := range roles {
						t.Run(fmt.Sprintf("%s as %s", a.name, e.part), func(t *testing.T) {
							if a.image == "full" && target != "full" {
								t.Skip("its language is in the image with all languages only: make test-full")
							}
							s.attack(t, a, e)
						})
					}
				}
				s.end(t)
			})
		})
	}
}

// siege is one sandbox under attack.
type siege struct {
	arena     *arena.Arena
	inspector *arena.Inspector
	strategy  string
	before    arena.Findings
}

func newSiege(t *testing.T, strategy string) *siege {
	s := &siege{arena: arena.Open(t, docker.Options{}), strategy: strategy}
	// Every seat of both slots is used once, so that what a seat keeps for good is
	// there before it is counted.
	for _, job := range []problem.Job{s.honest(t), s.judged(t), s.interactive(t)} {
		job.Options.Jobs = 2
		job.Options.Tests = 4
		if r := s.arena.Run(t, job); r.Verdict != problem.OK {
			t.Fatalf("the honest programs fail: %s %s", r.Verdict, report(r))
		}
	}
	s.inspector = s.arena.Inspector(t)
	s.before = s.inspector.Inspect(t)
	if left := s.before.Left(); left != "" {
		t.Fatalf("honest programs leave behind %s", left)
	}
	return s
}

// attack runs one attack in one role.
func (s *siege) attack(t *testing.T, a attack, e expectation) {
	neighbour := s.neighbour(t)
	began := time.Now()
	result := s.arena.Run(t, s.job(t, a, e.part))
	took := time.Since(began)
	neighbour.stop(t)
	if !e.allows(result.Verdict) && !(s.before.GVisor && slices.Contains(a.gvisor, result.Verdict)) {
		t.Errorf("the verdict is %s instead of %s: %s", result.Verdict, e, report(result))
	}
	if n := s.arena.Launches(); n != 1 {
		t.Fatalf("the driver died: there have been %d", n)
	}
	found := s.inspector.Inspect(t)
	if left := found.Left(); left != "" {
		t.Errorf("it left behind %s", left)
	}
	if found.Mounts != s.before.Mounts {
		t.Errorf("there are %d mounts instead of %d", found.Mounts, s.before.Mounts)
	}
	began = time.Now()
	if r := s.arena.Run(t, s.honest(t)); r.Verdict != problem.OK {
		t.Errorf("the honest run afterwards ended in %s: %s", r.Verdict, report(r))
	}
	if d := time.Since(began); d > promptly {
		t.Errorf("the honest run afterwards took %v", d)
	}
	t.Logf("%s after %v, %d runs of the neighbour, honest run in %v, driver %d MiB: %s", result.Verdict, took.Round(time.Millisecond),
		neighbour.runs, time.Since(began).Round(time.Millisecond), found.Resident>>20, result.Message)
}

// end checks what only adds up over many attacks.
func (s *siege) end(t *testing.T) {
	for _, job := range []problem.Job{s.honest(t), s.judged(t), s.interactive(t)} {
		if r := s.arena.Run(t, job); r.Verdict != problem.OK {
			t.Errorf("the honest programs fail in the end: %s %s", r.Verdict, report(r))
		}
	}
	after := s.inspector.Inspect(t)
	t.Logf("before: %d descriptors, %d threads, %d MiB, %d spawners", s.before.Descriptors, s.before.Threads, s.before.Resident>>20, s.before.Spawners)
	t.Logf("after:  %d descriptors, %d threads, %d MiB, %d spawners", after.Descriptors, after.Threads, after.Resident>>20, after.Spawners)
	const more = 8 // for a seat that was not used before
	if after.Descriptors > s.before.Descriptors+more {
		t.Errorf("the driver had %d open descriptors, and now %d", s.before.Descriptors, after.Descriptors)
	}
	if n := s.arena.Launches(); n != 1 {
		t.Errorf("%d sandboxes were needed", n)
	}
}

// report is what a failing test shows of a result.
func report(r problem.Result) string {
	text := r.Message
	if c := r.Counterexample; c != nil {
		text += fmt.Sprintf("\ninput %.200q expected %.200q actual %.200q\nexit %d %s comment %q, %.0f ms, %d KiB\nstderr: %.2000s",
			c.Input, c.Expected, c.Actual, c.ExitCode, c.Signal, c.Comment, c.TimeMS, c.MemoryKB, c.Stderr)
	}
	for _, c := range r.Compilations {
		if !c.OK {
			text += fmt.Sprintf("\n%s: %s\n%.2000s", c.Role, c.Message, c.Output)
		}
	}
	return text + "\n" + strings.Join(r.Warnings, "\n")
}

// honestly is the environment variable by which an attack knows its role.
func honestly(p part) []string { return []string{"HOSTILE_ROLE=" + string(p)} }

// bystander is the honest program of that role.
func bystander(t *testing.T, role problem.Role, name string) problem.Program {
	return arena.Program(t, role, arena.Source{FS: files, Name: "bystanders/" + name, Env: honestly(part(role))})
}

func (s *siege) options() problem.Options {
	return problem.Options{Tests: 3, Jobs: 1, Seed: 1, NoShrink: true, NoExplain: true, NoSave: true, Strategy: s.strategy}
}

// honest is the problem that the attacks are made on: the sum of two numbers.
func (s *siege) honest(t *testing.T) problem.Job {
	return problem.Job{Options: s.options(), Programs: []problem.Program{
		bystander(t, problem.Tested, "sum.c"), bystander(t, problem.Brute, "sum.c"), bystander(t, problem.Generator, "generator.c"),
	}}
}

// judged has a checker and a validator as well.
func (s *siege) judged(t *testing.T) problem.Job {
	job := s.honest(t)
	job.Programs = append(job.Programs, bystander(t, problem.Checker, "checker.c"), bystander(t, problem.Validator, "validator.c"))
	return job
}

// interactive has the numbers asked for in a conversation.
func (s *siege) interactive(t *testing.T) problem.Job {
	return problem.Job{Options: s.options(), Programs: []problem.Program{
		bystander(t, problem.Tested, "talker.c"), bystander(t, problem.Interactor, "interactor.c"),
		bystander(t, problem.Generator, "generator.c"),
	}}
}

// job puts the attack into its role.
func (s *siege) job(t *testing.T, a attack, p part) problem.Job {
	role := problem.Role(p)
	var job problem.Job
	switch p {
	case talker:
		role, job = problem.Tested, s.interactive(t)
	case part(problem.Interactor):
		job = s.interactive(t)
	case part(problem.Checker), part(problem.Validator):
		job = s.judged(t)
	case compiler:
		role, job = problem.Tested, s.honest(t)
	default:
		job = s.honest(t)
	}
	source := arena.Source{FS: files, Name: "programs/" + a.name, Env: honestly(p)}
	if s.before.GVisor {
		source.Env = append(source.Env, "HOSTILE_GVISOR=1")
	}
	if a.compiler {
		source.Recipe = &problem.Recipe{Language: "sh", SourceName: a.name, Compile: []string{"sh", a.name}, Run: []string{"{dir}/main"}}
	}
	program := arena.Program(t, role, source)
	if a.compileTime > 0 {
		program.Recipe.CompileTime = a.compileTime
	}
	for i := range job.Programs {
		if job.Programs[i].Role == role {
			job.Programs[i] = program
		}
	}
	job.Options.Tests = max(job.Options.Tests, a.tests)
	job.Options.Limits = map[problem.Role]problem.Limits{role: a.limits.Or(
		problem.Limits{Time: 300 * time.Millisecond, Memory: 64 << 20, Output: 4 << 20})}
	return job
}

// neighbour runs a job in the same sandbox again and again until it is stopped, with
// pauses: it is to be disturbed, not to keep others from the processors.
type neighbour struct {
	cancel context.CancelFunc
	done   chan struct{}
	runs   int
	wrong  string
}

// neighbourPause is how often the neighbour's job begins.
const neighbourPause = 150 * time.Millisecond

// faultyTest is the first test on which the neighbour's faulty program fails.
const faultyTest = 7

func (s *siege) neighbour(t *testing.T) *neighbour {
	n := &neighbour{done: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	n.cancel = cancel
	job := s.honest(t)
	job.Options.Tests = 10
	job.Programs[0] = bystander(t, problem.Tested, "faulty.c")
	go func() {
		defer close(n.done)
		pause := time.NewTicker(neighbourPause)
		defer pause.Stop()
		for {
			n.wrong = s.neighbourly(job)
			n.runs++
			select {
			case <-pause.C:
			case <-ctx.Done():
			}
			if n.wrong != "" || ctx.Err() != nil {
				return
			}
		}
	}()
	return n
}

// neighbourly runs the neighbour's job and says what is wrong with its result.
func (s *siege) neighbourly(job problem.Job) string {
	r, err := s.arena.Try(context.Background(), job)
	switch {
	case err != nil:
		return err.Error()
	case r.Verdict != problem.WA || r.TestNumber != faultyTest || r.Flaky:
		return fmt.Sprintf("%s on test %d (flaky: %v) instead of WA on test %d: %s", r.Verdict, r.TestNumber, r.Flaky, faultyTest, report(r))
	}
	return ""
}

func (n *neighbour) stop(t *testing.T) {
	t.Helper()
	n.cancel()
	<-n.done
	if n.wrong != "" {
		t.Errorf("a neighbour was disturbed: %s", n.wrong)
	}
}
