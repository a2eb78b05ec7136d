package lab

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"stresstester/core/engine"
	"stresstester/core/problem"
)

// Lab is the sandbox as one job sees it.
type Lab struct {
	house *House
	job   *problem.Job

	mu       sync.Mutex
	programs map[problem.Role]*program
	slots    []*slot
}

// program is a built program, ready to run.
type program struct {
	recipe *problem.Recipe
	folder string
	run    []string // run[0] is an absolute path
	warm   []string // as run; empty where there is no such way
	env    []string

	strategy *strategy
	traced   traced
}

// Build implements engine.Lab: all programs at a time.
func (l *Lab) Build(ctx context.Context, programs []problem.Program, built func(problem.Compilation)) error {
	var wg sync.WaitGroup
	errs := make([]error, len(programs))
	for i := range programs {
		wg.Go(func() {
			var c problem.Compilation
			c, errs[i] = l.build(ctx, &programs[i])
			if errs[i] == nil {
				built(c)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (l *Lab) build(ctx context.Context, p *problem.Program) (problem.Compilation, error) {
	folder, err := l.house.programFolder(p.Role)
	if err != nil {
		return problem.Compilation{}, err
	}
	c, err := l.house.compile(ctx, p, folder)
	if err != nil || !c.OK {
		_ = os.RemoveAll(folder)
		return c, err
	}
	ready, err := newProgram(p, folder, l.job.Options.LimitsOf(p.Role))
	if err != nil {
		_ = os.RemoveAll(folder)
		c.OK, c.Message = false, err.Error()
		return c, nil
	}
	ready.strategy = l.house.newStrategy(p, ready.run, folder, l.job.Options)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.programs[p.Role] = ready
	return c, nil
}

func newProgram(p *problem.Program, folder string, limits problem.Limits) (*program, error) {
	fill := strings.NewReplacer("{dir}", folder, "{memory_mb}", strconv.FormatInt(max(1, limits.Memory>>20), 10),
		"{stack_mb}", strconv.FormatUint(max(1, stackLimit(limits)>>20), 10))
	ready := &program{recipe: &p.Recipe, folder: folder, traced: traced{source: p}}
	for _, arg := range p.Recipe.Run {
		ready.run = append(ready.run, fill.Replace(arg))
	}
	for _, arg := range p.Recipe.Warm {
		ready.warm = append(ready.warm, fill.Replace(arg))
	}
	if len(ready.run) == 0 {
		return nil, fmt.Errorf("the language %s has no command to run a program", p.Recipe.Language)
	}
	path, err := lookUp(ready.run[0])
	if err != nil {
		return nil, err
	}
	ready.run[0] = path
	if len(ready.warm) > 0 {
		if ready.warm[0], err = lookUp(ready.warm[0]); err != nil {
			return nil, err
		}
	}
	ready.env = append(ready.env, baseEnv...)
	for _, e := range p.Recipe.Env {
		ready.env = append(ready.env, fill.Replace(e))
	}
	return ready, nil
}

var baseEnv = []string{"PATH=" + searchPath, "LANG=C.UTF-8"}

const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// lookUp finds a command in the image.
func lookUp(name string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, dir := range strings.Split(searchPath, ":") {
		path := filepath.Join(dir, name)
		if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not in this sandbox image: build the one with all languages by `stresstester image build --target full`", name)
}

// addressSpace only stops what would otherwise exhaust the container between two
// looks of the watch; runtimes with threads of their own reserve any amount.
func (p *program) addressSpace(l problem.Limits) uint64 {
	if p.recipe.Threads {
		return math.MaxUint64
	}
	// Haskell wants some eight times its heap's limit.
	return uint64(8*(l.Memory+p.recipe.MemoryOverhead)) + 4<<30
}

// processes bounds processes and threads together.
func (p *program) processes() uint64 {
	if p.recipe.Threads {
		return 256
	}
	return 64
}

// Slots implements engine.Lab.
func (l *Lab) Slots(n int) ([]engine.Slot, error) {
	if n <= 0 {
		n = l.house.CPUs()
	}
	n = min(n, 4*l.house.CPUs(), MaxSlots/2)
	slots := make([]engine.Slot, 0, n)
	for range n {
		s, err := l.house.takeSlot()
		if err != nil {
			return nil, err
		}
		l.slots = append(l.slots, s)
		if err := s.bind(l.programs); err != nil {
			return nil, err
		}
		slots = append(slots, s)
	}
	return slots, nil
}

// Shared implements engine.Lab.
func (l *Lab) Shared(f func()) {
	l.house.quiet.RLock()
	defer l.house.quiet.RUnlock()
	f()
}

// Exclusive implements engine.Lab.
func (l *Lab) Exclusive(f func()) {
	l.house.quiet.Lock()
	defer l.house.quiet.Unlock()
	f()
}

// Strategy implements engine.Lab.
func (l *Lab) Strategy(role problem.Role) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.programs[role]; p != nil {
		return p.strategy.String()
	}
	return ""
}

// Close returns the slots and deletes the programs.
func (l *Lab) Close() {
	for _, s := range l.slots {
		s.release()
		l.house.returnSlot(s)
	}
	for _, p := range l.programs {
		_ = os.RemoveAll(p.folder)
		p.removeTraced()
	}
}
