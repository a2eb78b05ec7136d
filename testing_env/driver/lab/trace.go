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

// logBytes is how much of a trace's log is read.
const logBytes = 1 << 20

// traced is the tested program built to be traced, once it was needed.
type traced struct {
	source *problem.Program

	mu     sync.Mutex
	tried  bool
	folder string
}

// Trace implements engine.Tracer.
func (s *slot) Trace(ctx context.Context, call *engine.Call, at int, original bool, out *engine.Outcome) (*explain.Trace, error) {
	t, p := s.seats[call.Role], s.bound[call.Role]
	if t == nil || p == nil {
		return nil, fmt.Errorf("there is no program for %s", call.Role)
	}
	if !p.recipe.Trace.Possible() {
		return nil, nil
	}
	p, err := s.house.forTracing(ctx, p, call.Limits, original)
	if p == nil || err != nil {
		return nil, err
	}
	log, err := newMemory("trace", groupOf(t.role), 0o664)
	if err != nil {
		return nil, err
	}
	defer log.close()
	s.ctx = ctx
	if err := s.runTraced(t, p, call, log, at, out); err != nil {
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
		// A program without debugging information, by the user's flags.
		return &explain.Trace{}, nil
	}
	return trace, nil
}

// forTracing is the program as it is run to be traced. It is nil where there is none:
// where only the original exists, that is it already.
func (h *House) forTracing(ctx context.Context, p *program, limits problem.Limits, original bool) (*program, error) {
	source, folder := *p.traced.source, p.folder
	how := source.Recipe.Trace
	if len(how.Compile) > 0 && !original {
		var err error
		if folder, err = h.buildTraced(ctx, p); err != nil || folder == "" {
			return nil, err
		}
	} else if len(how.Compile) == 0 && original {
		return nil, nil
	}
	if len(how.Run) > 0 {
		source.Recipe.Run = how.Run
	}
	source.Recipe.Env = slices.Concat(source.Recipe.Env, how.Env)
	ready, err := newProgram(&source, folder, limits)
	if err != nil {
		// The image lacks the command: nothing that a run could end by.
		return nil, nil //nolint:nilerr // said above
	}
	return ready, nil
}

// buildTraced builds the program with the flags that keep its lines apart. The
// folder is empty where that fails.
func (h *House) buildTraced(ctx context.Context, p *program) (string, error) {
	b := &p.traced
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tried {
		return b.folder, nil
	}
	source := *b.source
	source.Recipe.Compile = source.Recipe.Trace.Compile
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

// removeTraced deletes what buildTraced made.
func (p *program) removeTraced() {
	if p.traced.folder != "" {
		_ = os.RemoveAll(p.traced.folder)
	}
}

// runTraced is runExec with one descriptor more, the log.
func (s *slot) runTraced(t *seat, p *program, call *engine.Call, log *memory, at int, out *engine.Outcome) error {
	fds, err := s.openAll(t, call)
	if err != nil {
		return err
	}
	fd, err := log.open(unix.O_WRONLY | unix.O_APPEND)
	if err == nil {
		fds = append(fds, fd)
		t.prepare(p, call, fds)
		t.request.Env = append(t.request.Env, fmt.Sprintf("STRESSTESTER_TRACE=%d:%d", len(fds)-1, at))
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
