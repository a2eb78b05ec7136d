package lab

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"stresstester/core/engine"
	"stresstester/core/explain"
	"stresstester/core/problem"
)

const (
	// logBytes is how much of a trace's log is read.
	logBytes = 4 << 20
	// samplePeriod is the time between two samples, in microseconds.
	samplePeriod = 4000
	// A program with checks needs several times its memory, and memory for the checks.
	checkedTimes  = 2
	checkedMemory = 256 << 20
)

// traced is the tested program built for probes, once they were needed.
type traced struct {
	source *problem.Program

	mu     sync.Mutex
	builds map[engine.Probe]*tracedBuild
}

// tracedBuild is one of the builds. Its folder is empty where it failed.
type tracedBuild struct {
	mu     sync.Mutex
	tried  bool
	folder string
}

// Trace implements engine.Tracer.
func (s *slot) Trace(ctx context.Context, call *engine.Call, probe engine.Probe, at int, out *engine.Outcome) (*explain.Trace, error) {
	t, p := s.seats[call.Role], s.bound[call.Role]
	if t == nil || p == nil {
		return nil, fmt.Errorf("there is no program for %s", call.Role)
	}
	p, err := s.house.forProbe(ctx, p, call.Limits, probe)
	if p == nil || err != nil {
		return nil, err
	}
	s.ctx = ctx
	if probe == engine.Sanitized || probe == engine.Memchecked {
		checked := *call
		checked.Limits.Memory = checkedTimes*checked.Limits.Memory + checkedMemory
		if err := s.runTraced(t, p, &checked, "", nil, out); err != nil {
			return nil, err
		}
		return &explain.Trace{Faults: explain.ReadFaults(s.Stderr(call.Role))}, nil
	}
	return s.trace(t, p, call, probe, at, out)
}

// trace runs a program that writes a log.
func (s *slot) trace(t *seat, p *program, call *engine.Call, probe engine.Probe, at int, out *engine.Outcome) (*explain.Trace, error) {
	log, err := newMemory("trace", groupOf(t.role), 0o664)
	if err != nil {
		return nil, err
	}
	defer log.close()
	order := fmt.Sprint(at)
	if probe == engine.Sampled {
		order = fmt.Sprintf("0:%d", samplePeriod)
	} else if probe == engine.Poisoned {
		order = "0:-1"
	}
	if err := s.runTraced(t, p, call, order, log, out); err != nil {
		return nil, err
	}
	lines, err := log.bytes(logBytes)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(p.run[0], p.folder) {
		return explain.ParseLog(lines, p.recipe.SourceName, nil), nil
	}
	trace, err := explain.ReadNative(lines, p.recipe.SourceName, p.run[0])
	if err != nil {
		// A program without debugging information, by the user's flags or because its
		// language's runtime knows lines by itself.
		return explain.ParseLog(lines, p.recipe.SourceName, nil), nil
	}
	return trace, nil
}

// Prepare implements engine.Tracer.
func (s *slot) Prepare(ctx context.Context, role problem.Role, probe engine.Probe) {
	if p := s.bound[role]; p != nil && len(probe.Of(p.recipe).Compile) > 0 {
		_, _ = s.house.buildProbe(ctx, p, probe)
	}
}

// forProbe is the program as it is run for the probe. It is nil where there is no
// such way: where only the original exists, that is it already.
func (h *House) forProbe(ctx context.Context, p *program, limits problem.Limits, probe engine.Probe) (*program, error) {
	source, folder := *p.traced.source, p.folder
	how := probe.Of(&source.Recipe)
	if !how.Possible() {
		return nil, nil
	}
	original := probe == engine.TracedOriginal
	if len(how.Compile) > 0 && !original {
		var err error
		if folder, err = h.buildProbe(ctx, p, probe); err != nil || folder == "" {
			return nil, err
		}
	} else if len(how.Compile) == 0 && original {
		return nil, nil
	}
	if len(how.Run) > 0 {
		source.Recipe.Run = how.Run
	}
	source.Recipe.Env = slices.Concat(source.Recipe.Env, how.Env)
	if probe == engine.Poisoned {
		source.Recipe.Env = append(source.Recipe.Env, "MALLOC_PERTURB_=165")
	}
	// Checks reserve any amount of addresses.
	source.Recipe.Threads = source.Recipe.Threads || probe == engine.Sanitized || probe == engine.Memchecked
	ready, err := newProgram(&source, folder, limits)
	if err != nil {
		// The image lacks the command: nothing that a run could end by.
		return nil, nil //nolint:nilerr // said above
	}
	return ready, nil
}

// buildProbe builds the program with the probe's flags. The folder is empty where
// that fails.
func (h *House) buildProbe(ctx context.Context, p *program, probe engine.Probe) (string, error) {
	if probe == engine.Sampled || probe == engine.Poisoned {
		probe = engine.Traced // One build serves them all.
	}
	b := p.traced.build(probe)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tried {
		return b.folder, nil
	}
	source := *p.traced.source
	source.Recipe.Compile = probe.Of(&source.Recipe).Compile
	folder, err := h.programFolder(source.Role)
	if err != nil {
		return "", err
	}
	c, err := h.compile(ctx, &source, folder)
	if err != nil || !c.OK {
		_ = os.RemoveAll(folder)
		b.tried = err == nil
		return "", err
	}
	b.tried, b.folder = true, folder
	return folder, nil
}

func (t *traced) build(probe engine.Probe) *tracedBuild {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.builds == nil {
		t.builds = map[engine.Probe]*tracedBuild{}
	}
	if t.builds[probe] == nil {
		t.builds[probe] = &tracedBuild{}
	}
	return t.builds[probe]
}

// removeTraced deletes what buildProbe made.
func (p *program) removeTraced() {
	for _, b := range p.traced.builds {
		if b.folder != "" {
			_ = os.RemoveAll(b.folder)
		}
	}
}

// runTraced is runExec, with one descriptor more where there is a log, and with the
// order for it.
func (s *slot) runTraced(t *seat, p *program, call *engine.Call, order string, log *memory, out *engine.Outcome) error {
	fds, err := s.openAll(t, call)
	if err != nil {
		return err
	}
	if log != nil {
		var fd int
		if fd, err = log.open(unix.O_WRONLY | unix.O_APPEND); err == nil {
			fds = append(fds, fd)
		}
	}
	if err == nil {
		t.prepare(p, call, fds)
		if log != nil {
			t.request.Env = append(t.request.Env, fmt.Sprintf("STRESSTESTER_TRACE=%d:%s", len(fds)-1, order))
		}
		err = s.launch(t)
	}
	for _, fd := range fds {
		unix.Close(fd)
	}
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if err != nil {
		return err
	}
	return s.outcome(t, p, call, &s.exit, out)
}
