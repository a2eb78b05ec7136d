package forkserver

import (
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"stresstester/testing_env/driver/procfs"
)

const (
	// interval is how often a longer run is looked at. The first look comes later where
	// runs as long as that usually end well: up to latestLook.
	interval   = 10 * time.Millisecond
	latestLook = 30 * time.Millisecond
	// grace is how long a server may take to answer after its run was killed, or
	// how long it may be about a run whose process nobody can see.
	grace = 2 * time.Second

	defaultWall = time.Minute

	serverDied = "its server died"
)

// watch waits for the run's end and kills it when it breaks a limit. Trouble, if
// not empty, says why the server cannot be used any more.
func (l *link) watch(r *Request, began time.Time) (broke Broke, trouble string) {
	answered, before, bell := &l.answer.answered, l.number-1, &l.run.bell
	// Programs can write to the bell; it is only what is waited for.
	heard := atomic.LoadUint32(bell)
	l.seen = look{reader: l.seen.reader}
	first := l.until(r, min(max(2*l.typical, interval), latestLook))
	for wait := first; atomic.LoadUint32(answered) == before && wait > 0; {
		futexWait(bell, heard, wait)
		heard = atomic.LoadUint32(bell)
		if atomic.LoadUint32(answered) == before { // most runs have ended, and ask for no time
			wait = first - time.Since(began)
		}
	}
	last := began
	var killedAt time.Time
	for {
		heard = atomic.LoadUint32(bell)
		if got := atomic.LoadUint32(answered); got == l.number {
			return broke, ""
		} else if got != before {
			return broke, "its server talks nonsense"
		}
		now := time.Now()
		switch {
		case broke == BrokeNothing:
			l.seen.update(l.child(), microseconds(l.answer.spentUserUS+l.answer.spentSystemUS), now.Sub(last))
			if broke = l.exceeded(r, now.Sub(began)); broke != BrokeNothing {
				killedAt = now
			}
		case now.Sub(killedAt) > grace:
			return broke, "its server does not answer"
		}
		last = now
		if broke != BrokeNothing {
			l.kill()
		}
		// The server's death wakes nobody. It may have answered before it died.
		if !alive(l.pid) && atomic.LoadUint32(answered) == before {
			return broke, serverDied
		}
		futexWait(bell, heard, l.patience(r, broke))
	}
}

// patience is how long to wait before the next look.
func (l *link) patience(r *Request, broke Broke) time.Duration {
	if broke != BrokeNothing {
		return interval
	}
	return l.until(r, interval)
}

// until is how long to wait before the next look: d, or less where the processor time
// could run out earlier.
func (l *link) until(r *Request, d time.Duration) time.Duration {
	if r.Watch.CPU > 0 {
		left := (r.Watch.CPU - l.seen.cpu) / time.Duration(l.parallel)
		d = min(d, max(left, time.Millisecond/2))
	}
	return d
}

func (l *link) exceeded(r *Request, elapsed time.Duration) Broke {
	w := &r.Watch
	wall := w.Wall
	if wall == 0 {
		wall = defaultWall
	}
	switch {
	case r.Stop != nil && r.Stop():
		return Stopped
	case w.Memory > 0 && l.seen.resident-l.slack > w.Memory:
		return BrokeMemory
	case w.CPU > 0 && l.seen.cpu >= w.CPU:
		return BrokeCPU
	case w.Idle > 0 && l.seen.idle >= w.Idle:
		return BrokeIdle
	case elapsed >= wall:
		return BrokeWall
	}
	return BrokeNothing
}

// child is the run's process as the shared page tells it, or 0.
func (l *link) child() int { return int(int32(atomic.LoadUint32(&l.run.child))) }

// kill kills the run's process. The number comes from memory that a hostile program
// could have written to, so it must belong to a child of the server.
func (l *link) kill() {
	pid := l.child()
	if pid <= 1 || pid == l.pid {
		return
	}
	fd, err := unix.PidfdOpen(pid, 0)
	if err == nil {
		defer unix.Close(fd)
	}
	if parentOf(pid) != l.pid {
		return
	}
	if err == nil {
		_ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0)
		return
	}
	// Without pidfd the number could pass to another process between the look
	// and the signal; the server, its parent, has not collected it yet.
	_ = unix.Kill(pid, unix.SIGKILL)
}

// look is what is known of a running program.
type look struct {
	cpu, idle time.Duration
	resident  int64
	reader    *procfs.Reader // made when it is needed, and kept from run to run
}

// update looks at the process after step has passed since the last look. Spent is
// the processor time that it had used before this run.
func (l *look) update(pid int, spent, step time.Duration) {
	if pid <= 1 {
		return
	}
	if l.reader == nil {
		l.reader = new(procfs.Reader)
	}
	before := l.cpu
	if cpu, ok := procfs.Time(pid); ok {
		l.cpu = max(cpu-spent, 0)
	}
	st, ok := l.reader.Stat(pid)
	if !ok {
		return
	}
	l.resident = st.Resident
	// Idle is who used next to nothing and is not waiting for a processor: a
	// program that the machine's load keeps from running is runnable.
	if st.State != 'R' && st.State != 'D' && l.cpu-before < step/10 {
		l.idle += step
	}
}

func parentOf(pid int) int {
	var r procfs.Reader
	st, ok := r.Stat(pid)
	if !ok {
		return -1
	}
	return st.Parent
}

// alive reports whether the process exists and has not ended.
func alive(pid int) bool {
	var r procfs.Reader
	st, ok := r.Stat(pid)
	return ok && !st.Ended()
}
