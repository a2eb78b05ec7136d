package lab

import (
	"context"
	"fmt"

	"golang.org/x/sys/unix"

	"stresstester/core/engine"
)

// recordBytes is how much of a recorder's answer is read.
const recordBytes = 64 << 20

// Record implements engine.Recorder.
func (s *slot) Record(ctx context.Context, call *engine.Call, request []byte, out *engine.Outcome) ([]byte, error) {
	t, p := s.seats[call.Role], s.bound[call.Role]
	if t == nil || p == nil {
		return nil, fmt.Errorf("there is no program for %s", call.Role)
	}
	if len(p.recipe.Record) == 0 {
		return nil, nil
	}
	source := *p.traced.source
	source.Recipe.Run = source.Recipe.Record
	p, err := newProgram(&source, p.folder, call.Limits)
	if err != nil {
		return nil, nil // the image lacks the command: nothing can be recorded
	}
	wanted, err := newMemory("request", groupOf(t.role), 0o444)
	if err != nil {
		return nil, err
	}
	defer wanted.close()
	if err := wanted.set(request); err != nil {
		return nil, err
	}
	answer, err := newMemory("answer", groupOf(t.role), 0o664)
	if err != nil {
		return nil, err
	}
	defer answer.close()
	s.ctx = ctx
	if err := s.runRecorded(t, p, call, wanted, answer, out); err != nil {
		return nil, err
	}
	told, err := answer.bytes(recordBytes)
	if err != nil {
		return nil, err
	}
	return append([]byte{}, told...), nil
}

// runRecorded is runExec with two descriptors more.
func (s *slot) runRecorded(t *seat, p *program, call *engine.Call, wanted, answer *memory, out *engine.Outcome) error {
	fds, err := s.openAll(t, call)
	if err != nil {
		return err
	}
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	for _, more := range []struct {
		*memory
		flags int
	}{{wanted, unix.O_RDONLY}, {answer, unix.O_WRONLY | unix.O_APPEND}} {
		fd, err := more.open(more.flags)
		if err != nil {
			return err
		}
		fds = append(fds, fd)
	}
	t.prepare(p, call, fds)
	t.request.Env = append(t.request.Env, fmt.Sprintf("STRESSTESTER_RECORD=%d:%d", len(fds)-2, len(fds)-1))
	err = s.launch(t)
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if err != nil {
		return err
	}
	return s.outcome(t, p, call, &s.exit, out)
}
