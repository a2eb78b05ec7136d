package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Watch holds the limits that are enforced while a program runs. A zero field is
// no limit.
type Watch struct {
	// CPU limits the processor time. Waiting for a busy machine does not count.
	CPU time.Duration
	// Idle limits the time in which the program neither runs nor wants to.
	Idle time.Duration
	// Wall limits the elapsed time; it only catches what the others cannot.
	Wall time.Duration
	// Memory limits the resident set, in bytes.
	Memory int64
}

// Broke tells which of the watch's limits a program broke.
type Broke uint8

// The limits of a Watch.
const (
	BrokeNothing Broke = iota
	BrokeCPU
	BrokeIdle
	BrokeWall
	BrokeMemory
)

// interval is how often a program is looked at. Most programs end before the
// first look, and cost none.
const interval = 10 * time.Millisecond

// watch waits until the program has ended and kills it when it breaks a limit.
func (s *Spawner) watch(w *Watch, stop func() bool) (Broke, error) {
	var look look
	began := time.Now()
	last := began
	broke, dying := BrokeNothing, false
	for {
		wait := interval
		if w.CPU > 0 && !dying {
			wait = min(wait, max(w.CPU-look.cpu, time.Millisecond/2))
		}
		ended, err := s.wait(wait)
		if err != nil || ended {
			return broke, err
		}
		if dying {
			s.Kill()
			continue
		}
		now := time.Now()
		if stop != nil && stop() {
			dying = true
		} else if s.control.state.Load() == stateRunning {
			look.update(int(s.control.pid.Load()), now.Sub(last))
			broke = look.exceeds(w, now.Sub(began))
			dying = broke != BrokeNothing
		}
		last = now
		if dying {
			s.Kill()
		}
	}
}

// wait waits for the spawner's reply.
func (s *Spawner) wait(d time.Duration) (bool, error) {
	fds := [1]unix.PollFd{{Fd: int32(s.sock), Events: unix.POLLIN}}
	timeout := unix.NsecToTimespec(int64(d))
	n, err := unix.Ppoll(fds[:], &timeout, nil)
	if err == unix.EINTR {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("waiting for a program: %w", err)
	}
	return n > 0, nil
}

// look is what is known of a running program.
type look struct {
	cpu, idle time.Duration
	resident  int64
	buffer    [512]byte
}

func (l *look) exceeds(w *Watch, elapsed time.Duration) Broke {
	switch {
	case w.Memory > 0 && l.resident > w.Memory:
		return BrokeMemory
	case w.CPU > 0 && l.cpu >= w.CPU:
		return BrokeCPU
	case w.Idle > 0 && l.idle >= w.Idle:
		return BrokeIdle
	case w.Wall > 0 && elapsed >= w.Wall:
		return BrokeWall
	}
	return BrokeNothing
}

// update looks at the process after step has passed since the last look.
func (l *look) update(pid int, step time.Duration) {
	if pid <= 1 {
		return
	}
	before := l.cpu
	if cpu, ok := processTime(pid); ok {
		l.cpu = cpu
	}
	state, resident, ok := l.readStat(pid)
	if !ok {
		return
	}
	l.resident = resident
	// Idle is who used next to nothing and is not waiting for a processor: a
	// program that the machine's load keeps from running is runnable.
	if state != 'R' && state != 'D' && l.cpu-before < step/10 {
		l.idle += step
	}
}

// processTime is the processor time of a process and all its threads. The clock's
// number is made of the pid as in <linux/posix-timers.h>.
func processTime(pid int) (time.Duration, bool) {
	const schedClock = 2
	clock := int32(^pid<<3 | schedClock)
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0, false
	}
	return time.Duration(t.Nano()), true
}

// readStat reads state and resident set from /proc/PID/stat (see proc(5)).
func (l *look) readStat(pid int) (state byte, resident int64, ok bool) {
	f, err := os.Open("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0, false
	}
	defer f.Close()
	n, err := f.Read(l.buffer[:])
	if err != nil {
		return 0, 0, false
	}
	// The command's name stands in parentheses and may itself hold any byte.
	end := bytes.LastIndexByte(l.buffer[:n], ')')
	if end < 0 {
		return 0, 0, false
	}
	fields := bytes.Fields(l.buffer[end+1 : n])
	const stateField, residentField = 0, 21
	if len(fields) <= residentField {
		return 0, 0, false
	}
	pages, err := strconv.ParseInt(string(fields[residentField]), 10, 64)
	if err != nil {
		return 0, 0, false
	}
	return fields[stateField][0], pages * int64(os.Getpagesize()), true
}
