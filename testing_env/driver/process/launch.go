package process

import (
	"fmt"
	"time"
)

// Child is a program that was started to stay, such as a fork server.
type Child struct {
	spawner *Spawner
	request Request
	pid     int
	ended   bool
	lost    bool
}

// nobody is the process id of a child that had ended before it was seen. It is
// larger than any the kernel gives (PID_MAX_LIMIT).
const nobody = 1<<22 + 1

// startWait bounds the time between asking for a program and its start.
const startWait = 10 * time.Second

// Launch starts a program that stays, without watching it. The spawner can run
// nothing else until the child was killed.
func (s *Spawner) Launch(req *Request) (*Child, error) {
	c := &Child{spawner: s, request: *req}
	if err := s.send(&c.request); err != nil {
		return nil, err
	}
	for began := time.Now(); time.Since(began) < startWait; {
		if s.control.state.Load() == stateRunning {
			c.pid = int(s.control.pid.Load())
			return c, nil
		}
		ended, err := s.wait(time.Millisecond / 10)
		if err != nil {
			return nil, err
		}
		if !ended {
			continue
		}
		var exit Exit
		if err := s.receive(&c.request, BrokeNothing, &exit); err != nil {
			return nil, err
		}
		// It has said elsewhere why it could not stay.
		return &Child{spawner: s, pid: nobody, ended: true}, nil
	}
	return nil, fmt.Errorf("starting %s: %w", req.Path, ErrGone)
}

// Pid is the child's process id.
func (c *Child) Pid() int { return c.pid }

// Lost reports, after Kill, that the spawner has died before: what it had started may
// have outlived it, and is nobody's to wait for.
func (c *Child) Lost() bool { return c.lost }

// Kill kills the child and all that runs under its user id, and waits for them.
// It may be called more than once.
func (c *Child) Kill() {
	if c.ended {
		return
	}
	c.ended = true
	for {
		c.spawner.Kill()
		ended, err := c.spawner.wait(interval)
		if err != nil {
			c.lost = true
			return
		}
		if ended {
			var exit Exit
			c.lost = c.spawner.receive(&c.request, BrokeNothing, &exit) != nil
			return
		}
	}
}
