package soak

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/core/sandbox/docker"
	"stresstester/testing_env/arena"
)

var (
	total = flag.Int("tests", 6_000, "how many tests to make in all")
	first = flag.Uint64("seed", 1, "the first test's seed")
	pause = flag.Duration("pause", 300*time.Millisecond, "time between two kills; 0 for none")
)

//go:embed programs
var files embed.FS

// mostInRound is how many tests are made between two looks at what grows.
const mostInRound = 30_000

// setUp is a problem whose tested program fails as fate wants it.
type setUp struct {
	name     string
	programs map[problem.Role]string
	share    int // of the tests, in percent
	time     time.Duration
}

var setUps = []setUp{
	{"C++", map[problem.Role]string{problem.Tested: "faulty.cpp", problem.Brute: "brute.cpp", problem.Generator: "generator.cpp"},
		70, 100 * time.Millisecond},
	{"C++ with a checker and a validator", map[problem.Role]string{problem.Tested: "faulty.cpp", problem.Brute: "brute.cpp",
		problem.Generator: "generator.cpp", problem.Checker: "checker.cpp", problem.Validator: "validator.cpp"}, 25, 100 * time.Millisecond},
	{"Python", map[problem.Role]string{problem.Tested: "faulty.py", problem.Brute: "brute.cpp", problem.Generator: "generator.cpp"},
		5, 300 * time.Millisecond},
}

func (s setUp) job(t *testing.T, tests int, seed uint64) problem.Job {
	j := problem.Job{Options: problem.Options{Tests: tests, Seed: seed, KeepGoing: tests, NoShrink: true, NoExplain: true, NoSave: true,
		Limits: map[problem.Role]problem.Limits{problem.Tested: {Time: s.time, Memory: 64 << 20, Output: 1 << 20}}}}
	for _, role := range problem.Roles() {
		if name := s.programs[role]; name != "" {
			j.Programs = append(j.Programs, arena.Program(t, role, arena.Source{FS: files, Name: "programs/" + name}))
		}
	}
	return j
}

func TestAMillionTests(t *testing.T) {
	s := newSoak(t)
	done := 0
	round := min(mostInRound, *total/3)
	for done < *total {
		for _, u := range setUps {
			tests := round * u.share / 100
			s.run(t, u, tests, *first+uint64(done))
			done += tests
		}
		s.failSetUp(t, *first+uint64(done))
		s.stop(t, *first+uint64(done))
		s.look(t, done)
	}
	s.end(t, done)
}

// soak is one sandbox for a long time.
type soak struct {
	arena     *arena.Arena
	inspector *arena.Inspector
	killer    *killer
	before    arena.Findings
	container string

	began             time.Time
	failures, notices int
	resident          []int64 // after every round
}

func newSoak(t *testing.T) *soak {
	s := &soak{arena: arena.Open(t, docker.Options{}), began: time.Now()}
	// What is compiled is compiled, and every seat is taken once.
	for _, u := range setUps {
		if r := s.arena.Run(t, u.job(t, 4, 10)); r.Verdict != problem.OK {
			t.Fatalf("%s: %s %s %+v", u.name, r.Verdict, r.Message, r.Compilations)
		}
	}
	s.container = s.arena.Container(t)
	s.inspector = s.arena.Inspector(t)
	s.before = s.inspector.Inspect(t)
	s.killer = newKiller(t, s.container)
	return s
}

// run makes tests and compares every verdict with what it must be.
func (s *soak) run(t *testing.T, u setUp, tests int, seed uint64) {
	t.Helper()
	s.killer.wait(t, *pause)
	r := s.arena.Run(t, u.job(t, tests, seed))
	s.killer.wait(t, never)
	if r.Tests != tests {
		t.Errorf("%s: %d tests were made of %d: %s %s %q", u.name, r.Tests, tests, r.Verdict, r.Message, r.Warnings)
	}
	got := map[uint64]problem.Failure{}
	for _, f := range r.Failures {
		got[f.TestSeed] = f
	}
	_, checked := u.programs[problem.Checker]
	for n := seed; n < seed+uint64(tests); n++ {
		want := verdict(n, checked)
		f, failed := got[n]
		switch {
		case !failed && want != problem.OK:
			t.Errorf("%s: seed %d passed, but fate says %s", u.name, n, want)
		case failed && (f.Verdict != want || f.Flaky):
			t.Errorf("%s: seed %d got %s (flaky: %v), but fate says %s: %s: %s", u.name, n, f.Verdict, f.Flaky, want, f.Message, seen(f.Counterexample))
		}
	}
	s.failures += len(got)
	s.notices += len(r.Warnings)
}

// seen is what programs read and printed.
func seen(c *problem.Counterexample) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("input %.50q, expected %.50q, actual %.50q", c.Input, c.Expected, c.Actual)
}

// failSetUp has a brute force that crashes.
func (s *soak) failSetUp(t *testing.T, seed uint64) {
	t.Helper()
	const before = 500 // tests at most that pass until then
	want := seed
	for fate(want) != crash {
		want++
	}
	u := setUp{"tired", map[problem.Role]string{problem.Tested: "brute.cpp", problem.Brute: "tired.cpp", problem.Generator: "generator.cpp"},
		0, time.Second}
	j := u.job(t, 2*before, max(seed, want-before))
	if r := s.arena.Run(t, j); r.Verdict != problem.BruteFailed || r.TestSeed != want {
		t.Errorf("a brute force that crashes on seed %d: %s on seed %d: %s: %s", want, r.Verdict, r.TestSeed, r.Message, seen(r.Counterexample))
	}
}

// stop ends a run in the middle.
func (s *soak) stop(t *testing.T, seed uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	j := setUps[0].job(t, 0, seed)
	j.Options.KeepGoing = 1000
	if _, err := s.arena.Try(ctx, j); err != nil && ctx.Err() == nil {
		t.Errorf("a run that was stopped: %v", err)
	}
}

// look looks for what was left behind.
func (s *soak) look(t *testing.T, done int) {
	t.Helper()
	healthy := setUps[1].job(t, 8, 10)
	healthy.Options.FreshExec = true
	if r := s.arena.Run(t, healthy); r.Verdict != problem.OK {
		t.Errorf("after %d tests healthy programs fail: %s %s", done, r.Verdict, r.Message)
	}
	found := s.inspector.Inspect(t)
	// What starts programs and was killed meanwhile is collected, and replaced, when its
	// place is needed: there are never more of them than places.
	found.Zombies = slices.DeleteFunc(found.Zombies, func(p arena.Process) bool { return p.Name == "spawn" && p.UID == 0 })
	if left := found.Left(); left != "" {
		t.Errorf("after %d tests there are %s", done, left)
	}
	const more = 8 // the sweeper's, and those of a seat that was not used before
	if found.Descriptors > s.before.Descriptors+more {
		t.Errorf("the driver had %d open descriptors, and %d after %d tests", s.before.Descriptors, found.Descriptors, done)
	}
	if found.Threads > s.before.Threads+more {
		t.Errorf("the driver had %d threads, and %d after %d tests", s.before.Threads, found.Threads, done)
	}
	if found.Mounts != s.before.Mounts {
		t.Errorf("there were %d mounts, and are %d", s.before.Mounts, found.Mounts)
	}
	s.resident = append(s.resident, found.Resident)
	t.Logf("%d tests in %v: %d failures as expected, %d warnings, driver %d MiB, %d descriptors, %d threads, %d spawners", done,
		time.Since(s.began).Round(time.Second), s.failures, s.notices, found.Resident>>20, found.Descriptors, found.Threads, found.Spawners)
}

func (s *soak) end(t *testing.T, done int) {
	t.Helper()
	kills := s.killer.end(t)
	t.Logf("%d tests and %d kills in %v", done, kills, time.Since(s.began).Round(time.Second))
	if n := s.arena.Launches(); n != 1 {
		t.Errorf("%d sandboxes were needed", n)
	}
	// What grows, grows with the tests: the last third against the middle one.
	if third := len(s.resident) / 3; third > 0 {
		middle, last := highest(s.resident[third:2*third]), highest(s.resident[2*third:])
		// Up to there the driver keeps what it has; with outputs that flood it needs much.
		const usual, slack = 160 << 20, 32 << 20
		if last > max(usual, middle+slack) {
			t.Errorf("the driver's memory grew from %d to %d MiB", middle>>20, last>>20)
		}
	}
	s.arena.Close()
	out, err := exec.CommandContext(t.Context(), "docker", "ps", "--all", "--quiet", "--no-trunc", "--filter", "id="+s.container).Output()
	if err != nil || len(strings.TrimSpace(string(out))) > 0 {
		t.Errorf("the container is still there: %s %v", out, err)
	}
}

func highest(all []int64) int64 {
	most := int64(0)
	for _, n := range all {
		most = max(most, n)
	}
	return most
}

func TestFateIsTheSameInEveryLanguage(t *testing.T) {
	a := arena.Open(t, docker.Options{})
	seen := map[int]bool{}
	for seed := uint64(1); len(seen) < 10; seed++ {
		f := fate(seed)
		if f > garbage || seen[f] {
			continue
		}
		seen[f] = true
		for _, u := range setUps {
			_, checked := u.programs[problem.Checker]
			j := u.job(t, 1, seed)
			if r := a.Run(t, j); r.Verdict != verdict(seed, checked) {
				t.Errorf("%s: seed %d, whose fate is %d, got %s instead of %s: %s", u.name, seed, f, r.Verdict, verdict(seed, checked), fmt.Sprint(r.Message))
			}
		}
	}
}

// TestTheDriversMemoryIsFlat makes all tests in one run, in which nothing fails.
func TestTheDriversMemoryIsFlat(t *testing.T) {
	s := newSoak(t)
	u := setUp{"healthy", map[problem.Role]string{problem.Tested: "brute.cpp", problem.Brute: "brute.cpp", problem.Generator: "generator.cpp"},
		0, time.Second}
	j := u.job(t, *total, *first)
	j.Options.KeepGoing = 1
	type end struct {
		r   problem.Result
		err error
	}
	ended := make(chan end, 1)
	began := time.Now()
	go func() {
		r, err := s.arena.Try(t.Context(), j)
		ended <- end{r, err}
	}()
	var seen []int64
	for look := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case <-look.C:
			seen = append(seen, s.inspector.Inspect(t).Resident)
			continue
		case e := <-ended:
			look.Stop()
			if e.err != nil || e.r.Verdict != problem.OK || e.r.Tests != *total {
				t.Fatalf("%s after %d tests: %s %v", e.r.Verdict, e.r.Tests, e.r.Message, e.err)
			}
			t.Logf("%d tests in %v (%.0f a second)", e.r.Tests, time.Since(began).Round(time.Second), e.r.TestsPerSecond)
		}
		break
	}
	const parts, slack = 10, 16 << 20
	if len(seen) < parts {
		t.Skipf("%d tests are too few to see anything grow", *total)
	}
	var most [parts]int64
	for i, n := range seen {
		most[i*parts/len(seen)] = max(most[i*parts/len(seen)], n)
	}
	for i, n := range most {
		t.Logf("in part %d of %d the driver had up to %.1f MiB", i+1, parts, float64(n)/(1<<20))
	}
	if highest(most[parts/2:]) > highest(most[1:parts/2])+slack {
		t.Errorf("the driver's memory grows: %v", most)
	}
}
