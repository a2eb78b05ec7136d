package process

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"stresstester/testing_env/driver/procfs"
)

// Watch holds the limits that are enforced while a program runs. A zero field is
// no limit.
type Watch struct {
	// CPU limits the processor time of the program and of everything its user
	// runs. Waiting for a busy machine does not count.
	CPU time.Duration
	// Idle limits the time in which the program neither runs nor wants to.
	Idle time.Duration
	// Wall limits the elapsed time; it only catches what the others cannot.
	Wall time.Duration
	// Memory limits the resident set of each process, in bytes, and that of all
	// together to crowdMemory times as much.
	Memory int64
	// Census, if not nil, knows the program's other processes. Aside, if not 0, is
	// one that is none of them, though it has the same user.
	Census *Census
	Aside  int
	// Short, if not nil, reports that the sandbox is running out of memory.
	Short func() bool
	// Idling, if not nil, is called while the program has been idle for a while.
	Idling func()
	// Sweep, if not nil, kills everything that runs under the user id. It is for
	// programs that do not end although they were killed.
	Sweep func(uid uint32)
}

// crowdMemory is how many times the memory limit all processes of a program may
// have together. Processes that share memory, as all do after a fork, count it
// each, so the limit itself would be unjust.
const crowdMemory = 4

// crowdProcesses is how many times the limit on processes the watch lets pass. A census
// takes a while, in which a bomb's processes end and others start.
const crowdProcesses = 2

// Broke tells which of the watch's limits a program broke.
type Broke uint8

// The limits of a Watch. BrokeShort is broken by whoever runs while the sandbox is
// short of memory, and BrokeProcesses by who has far more processes and threads than
// its Rlimits say, which only a kernel lets happen that does not enforce them (gVisor's).
const (
	BrokeNothing Broke = iota
	BrokeCPU
	BrokeIdle
	BrokeWall
	BrokeMemory
	BrokeShort
	BrokeProcesses
)

const (
	// interval is how often a program is looked at. Most programs end before the
	// first look, and cost none.
	interval = 10 * time.Millisecond
	// alone is for how long a program that had no other processes is taken to have none
	// still: to count all processes is most of what a look costs.
	alone = 40 * time.Millisecond
	// stalled is how long a program has to be idle before Idling is called.
	stalled = 50 * time.Millisecond
	// stubborn is how long a killed program may take to end before its user is
	// swept: it may be held by another process that traces it.
	stubborn = 100 * time.Millisecond
	// startTime bounds the time until a program has started.
	startTime = 2 * time.Second
	// lost is when a spawner that does not answer is given up.
	lost = 30 * time.Second
)

// watch waits until the program has ended and kills it when it breaks a limit. It
// also returns when it did so, by the monotonic clock.
func (s *Spawner) watch(req *Request, stop func() bool) (Broke, time.Duration, error) {
	v := vigil{spawner: s, uid: req.UID, watch: &req.Watch, processes: req.Rlimits.Processes, stop: stop, began: time.Now()}
	v.last = v.began
	defer v.posted.undo()
	for {
		ended, err := s.wait(v.patience())
		if err != nil || ended {
			return v.broke, v.killed, err
		}
		v.posted.move()
		if err := v.look(time.Now()); err != nil {
			return v.broke, v.killed, err
		}
	}
}

// vigil is the watch over one run.
type vigil struct {
	spawner *Spawner
	uid     uint32
	watch   *Watch
	// processes is how many processes and threads there may be.
	processes uint64
	stop      func() bool

	began, last time.Time
	seen        look
	broke       Broke
	killed      time.Duration // when it was first killed, by the monotonic clock
	dying       time.Time     // the same; zero before that
	swept       time.Time
	posted      post
}

// patience is how long to wait before the next look.
func (v *vigil) patience() time.Duration {
	if v.watch.CPU > 0 && v.dying.IsZero() {
		return min(interval, max(v.watch.CPU-v.seen.cpu, time.Millisecond/2))
	}
	return interval
}

func (v *vigil) look(now time.Time) error {
	running := v.spawner.control.state.Load() == stateRunning
	switch {
	case !v.dying.IsZero():
		return v.insist(now)
	case v.stop != nil && v.stop():
		v.kill(now)
	case running:
		v.seen.update(v, now.Sub(v.last))
		if v.watch.Idling != nil && v.seen.idle >= stalled {
			v.watch.Idling()
		}
		if v.broke = v.exceeded(now.Sub(v.began)); v.broke != BrokeNothing {
			v.kill(now)
		}
	case now.Sub(v.began) > startTime:
		// Something under the same user id keeps it from starting.
		v.kill(now)
	}
	v.last = now
	return nil
}

func (v *vigil) kill(now time.Time) {
	v.dying, v.swept = now, now
	v.killed = Monotonic()
	v.spawner.Kill()
	if v.watch.Census != nil && v.seen.crowd.processes == 0 {
		v.seen.crowd = v.watch.Census.of(v.uid, int(v.spawner.control.pid.Load()), v.watch.Aside)
	}
	if v.seen.crowd.processes > 0 && v.watch.Sweep != nil {
		// The spawner would have to wait for its turn among them.
		v.watch.Sweep(v.uid)
	}
}

// insist kills again what has not ended.
func (v *vigil) insist(now time.Time) error {
	v.spawner.Kill()
	if now.Sub(v.swept) >= stubborn && v.watch.Sweep != nil {
		v.swept = now
		v.watch.Sweep(v.uid)
	}
	if now.Sub(v.dying) > lost {
		return fmt.Errorf("%w: a program that was killed does not end", ErrGone)
	}
	return nil
}

func (v *vigil) exceeded(elapsed time.Duration) Broke {
	w, l := v.watch, &v.seen
	switch {
	case w.Memory > 0 && (max(l.resident, l.crowd.largest) > w.Memory || l.resident+l.crowd.resident > crowdMemory*w.Memory):
		return BrokeMemory
	case v.processes > 0 && uint64(l.threads+l.crowd.threads) > crowdProcesses*v.processes:
		return BrokeProcesses
	case w.CPU > 0 && l.cpu >= w.CPU:
		return BrokeCPU
	case w.Idle > 0 && l.idle >= w.Idle:
		return BrokeIdle
	case w.Wall > 0 && elapsed >= w.Wall:
		return BrokeWall
	case w.Short != nil && w.Short():
		return BrokeShort
	}
	return BrokeNothing
}

// Monotonic is the monotonic clock, which Exit.EndedAt is of.
func Monotonic() time.Duration {
	var t unix.Timespec
	// It cannot fail for a clock that exists.
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano())
}

// wait waits for the spawner's reply. The scheduler is not told, which would then look
// every few microseconds for other work for the processor: a hundredth of what a long run
// uses. So the wait must be short: the garbage collector has to wait for it.
func (s *Spawner) wait(d time.Duration) (bool, error) {
	fd := unix.PollFd{Fd: int32(s.sock), Events: unix.POLLIN}
	timeout := unix.NsecToTimespec(int64(d))
	n, _, err := syscall.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&fd)), 1, uintptr(unsafe.Pointer(&timeout)), 0, 0, 0)
	if err == unix.EINTR {
		return false, nil
	}
	if err != 0 {
		return false, fmt.Errorf("waiting for a program: %w", err)
	}
	return n > 0, nil
}

// look is what is known of a running program.
type look struct {
	cpu, idle time.Duration // of all its processes
	resident  int64         // of the program itself
	threads   int           // of the program itself
	crowd     crowd         // the others

	clock   time.Duration // the program's own processor time
	hidden  time.Duration // that of the others, as far as it was seen growing
	first   bool          // the others have been looked at
	counted time.Time     // when
	reader  procfs.Reader
}

// update looks at the program after step has passed since the last look.
func (l *look) update(v *vigil, step time.Duration) {
	pid := int(v.spawner.control.pid.Load())
	if pid <= 1 {
		return
	}
	before := l.cpu
	if clock, ok := procfs.Time(pid); ok {
		l.clock = clock
	}
	l.count(v, pid)
	l.cpu = l.clock + l.hidden
	s, ok := l.reader.Stat(pid)
	if !ok {
		return
	}
	l.resident, l.threads = s.Resident, s.Threads
	l.idle += idleTime(s.State, &l.crowd, l.cpu-before, step)
}

// count looks at the program's other processes. What they used is what their sum
// has grown by: it sinks when one of them ends whom nobody has waited for.
func (l *look) count(v *vigil, pid int) {
	if v.watch.Census == nil {
		return
	}
	now := time.Now()
	if l.first && l.crowd.processes == 0 && now.Sub(l.counted) < alone {
		return
	}
	l.counted = now
	before := l.crowd.cpu
	l.crowd = v.watch.Census.of(v.uid, pid, v.watch.Aside)
	if l.first && l.crowd.cpu > before {
		l.hidden += l.crowd.cpu - before
	}
	l.first = true
}

// idleTime is how much of a step a program was idle that used so much processor
// time in it. Idle is who used next to nothing and does not wait for a processor: a
// program that the machine's load keeps from running is runnable. Who waits for a
// disk is not idle either; but a program with others may as well be waiting for one
// of them (vfork), and of those only half is believed, because they may take turns
// in looking busy.
func idleTime(state byte, others *crowd, used, step time.Duration) time.Duration {
	switch {
	case state == 'R' || used >= step/10:
		return 0
	case state == 'D' && others.processes == 0:
		return 0
	case others.running:
		return step / 2
	}
	return step
}
