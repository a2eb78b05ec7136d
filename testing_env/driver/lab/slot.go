package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"stresstester/core/engine"
	"stresstester/core/problem"
	"stresstester/testing_env/driver/process"
)

// stderrShown is how much of a program's standard error is kept.
const stderrShown = 64 << 10

// slot runs programs one after the other (an interactive pair at a time).
type slot struct {
	house   *House
	number  int
	cpu     int
	streams [engine.Remark + 1]*memory
	nothing memory // has an area only, which is never written: what can be read from Null
	seats   map[problem.Role]*seat
	// bound are the programs of the job that uses the slot.
	bound map[problem.Role]*program

	ctx     context.Context //nolint:containedctx // for the length of one Run, so that stopped needs no closure
	stopped func() bool
	fds     []int
	exit    process.Exit
	audited []byte // a fast run's output, to compare with exec's
	others  courtesy
}

// seat is where one role's program runs in a slot.
type seat struct {
	house   *House
	role    problem.Role
	uid     int
	folder  string
	spawner *process.Spawner
	pinned  bool
	stderr  *memory
	// clean is the folder when it was last known to be empty.
	clean   unix.Stat_t
	request process.Request
	args    []string
	env     []string

	home, tmpdir        string // entries of the environment
	seedText, seedEntry string
	// server runs the program faster; nil until there is one, or for good.
	server *server
}

func newSlot(h *House, number, cpu int) (*slot, error) {
	s := &slot{house: h, number: number, cpu: cpu, seats: map[problem.Role]*seat{}, others: newCourtesy()}
	s.stopped = func() bool { return s.ctx.Err() != nil }
	writers := map[engine.Stream]problem.Role{engine.Input: problem.Generator, engine.Answer: problem.Brute,
		engine.Output: problem.Tested}
	names := [...]string{"null", "seed", "input", "answer", "output", "remark"}
	for st := engine.Seed; st <= engine.Remark; st++ {
		gid, mode := 0, uint32(0o444)
		if role, ok := writers[st]; ok {
			gid, mode = groupOf(role), 0o664
		}
		if st == engine.Remark {
			// Several roles write it, one after the other; each can only reach it
			// through the descriptor it was given.
			mode = 0o666
		}
		if h.gvisor {
			gid, mode = closed(st)
		}
		m, err := newMemory(names[st], gid, mode)
		if err == nil {
			err = m.addArea()
		}
		if err != nil {
			return nil, err
		}
		s.streams[st] = m
	}
	if err := s.nothing.addArea(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *slot) uid(role problem.Role) int {
	return s.house.firstUID + compilers + s.number*uidsPerSlot + roleNumber(role)
}

// bind readies the slot for a job's programs.
func (s *slot) bind(programs map[problem.Role]*program) error {
	s.bound = programs
	for role, p := range programs {
		if err := s.seatFor(role, !p.recipe.Threads); err != nil {
			return err
		}
	}
	writer := problem.Tested
	if _, interactive := programs[problem.Interactor]; interactive {
		writer = problem.Interactor
	}
	if s.house.gvisor {
		return s.closeOutput(writer == problem.Interactor)
	}
	return s.streams[engine.Output].give(groupOf(writer))
}

// seatFor makes the role's seat on first use, and readies its spawner.
func (s *slot) seatFor(role problem.Role, pinned bool) error {
	t := s.seats[role]
	if t == nil {
		var err error
		if t, err = s.newSeat(role); err != nil {
			return err
		}
		s.seats[role] = t
	}
	if t.spawner != nil && t.pinned == pinned {
		return nil
	}
	return t.launch(s, pinned)
}

func (s *slot) newSeat(role problem.Role) (*seat, error) {
	t := &seat{house: s.house, role: role, uid: s.uid(role)}
	own, err := s.house.workFolder(strconv.Itoa(s.number))
	if err != nil {
		return nil, err
	}
	t.folder = filepath.Join(own, string(role))
	t.home, t.tmpdir = "HOME="+t.folder, "TMPDIR="+t.folder
	if err := os.Mkdir(t.folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("making a working folder: %w", err)
	}
	if err := os.Chown(t.folder, t.uid, -1); err != nil {
		return nil, fmt.Errorf("making a working folder: %w", err)
	}
	if err := t.sweepFolder(); err != nil {
		return nil, err
	}
	gid, mode := groupOf(role), uint32(0o664)
	if s.house.gvisor {
		gid, mode = 0, 0o600
	}
	if t.stderr, err = newMemory("stderr", gid, mode); err != nil {
		return nil, err
	}
	return t, t.stderr.addArea()
}

// launch starts the seat's spawner, anew if there was one.
func (t *seat) launch(s *slot, pinned bool) error {
	if t.spawner != nil {
		t.spawner.Close()
		t.spawner = nil
	}
	cpu := -1
	if pinned {
		cpu = s.cpu
	}
	spawner, err := s.house.spawners.Start(cpu)
	if err != nil {
		return err
	}
	t.spawner, t.pinned = spawner, pinned
	return nil
}

// Attach implements engine.Slot.
func (s *slot) Attach() { process.Pin(s.cpu) }

// Bytes implements engine.Slot.
func (s *slot) Bytes(st engine.Stream) ([]byte, error) {
	if st == engine.Null {
		return nil, nil
	}
	return s.streams[st].bytes(1 << 30)
}

// Set implements engine.Slot.
func (s *slot) Set(st engine.Stream, data []byte) error { return s.streams[st].set(data) }

// Stderr implements engine.Slot.
func (s *slot) Stderr(role problem.Role) []byte {
	t := s.seats[role]
	if t == nil {
		return nil
	}
	data, err := t.stderr.bytes(stderrShown)
	if err != nil {
		return nil
	}
	return data
}

// Run implements engine.Slot.
func (s *slot) Run(ctx context.Context, call *engine.Call, out *engine.Outcome) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t, p := s.seats[call.Role], s.bound[call.Role]
	if t == nil || p == nil {
		return fmt.Errorf("there is no program for %s", call.Role)
	}
	s.ctx = ctx
	if call.Role == problem.Tested { // once a test
		s.others.giveWay()
	}
	done, err := s.runFast(t, p, call, out)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch {
	case err != nil:
		return err
	case !done:
		return s.runExec(t, p, call, out)
	case p.audit():
		return s.compareWithExec(t, p, call, out)
	}
	return nil
}

// runExec runs the call in a fresh process.
func (s *slot) runExec(t *seat, p *program, call *engine.Call, out *engine.Outcome) error {
	fds, err := s.openAll(t, call)
	if err != nil {
		return err
	}
	t.prepare(p, call, fds)
	err = s.launch(t)
	closeAll(fds)
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if err != nil {
		return err
	}
	return s.outcome(t, p, call, &s.exit, out)
}

// launch runs the seat's request to its end.
func (s *slot) launch(t *seat) error {
	err := s.start(t, &s.exit)
	var refused *process.StartError
	if errors.As(err, &refused) && refused.Refused() {
		return t.refuse(refused, &s.exit)
	}
	return err
}

// roomTime is how long a program may wait for room among the sandbox's processes.
const roomTime = 5 * time.Second

// mostSpawners is how many spawners may die over one run.
const mostSpawners = 3

// start runs the seat's request: again where it could not start for a reason that
// passes, and with a new spawner if the old one has died, as it may when the
// container's memory runs out.
func (s *slot) start(t *seat, exit *process.Exit) error {
	began, died := time.Now(), 0
	for {
		err := t.spawner.Run(&t.request, s.stopped, exit)
		var failed *process.StartError
		switch {
		case errors.Is(err, process.ErrGone) && died < mostSpawners:
			died++
			if err := t.relaunch(s); err != nil {
				return err
			}
			startOver(t.request.FDs)
		case errors.As(err, &failed) && failed.Passing() && time.Since(began) < roomTime && !s.stopped():
			if failed.Err == syscall.EAGAIN {
				// Something of the user's own may be what is in the way.
				s.house.sweepNow(uint32(t.uid))
			}
			time.Sleep(5 * time.Millisecond)
		default:
			return err
		}
	}
}

// startOver makes a run's descriptors as they were before it: it may have read and
// written before its spawner died. What is not a buffer has nothing to be undone.
func startOver(fds []int) {
	for _, fd := range fds {
		if _, err := unix.Seek(fd, 0, unix.SEEK_SET); err == nil {
			_ = unix.Ftruncate(fd, 0) // which fails where it is open for reading only
		}
	}
}

// relaunch starts a new spawner for one that has died. What it ran may have outlived
// it, and must not disturb what comes.
func (t *seat) relaunch(s *slot) error {
	t.stopServer()
	if err := t.launch(s, t.pinned); err != nil {
		return err
	}
	return s.house.evict(t.uid)
}

// refuse makes the end of a run of a program that the kernel would not execute: a
// compiler can make a file that is none, or one that is too large to be loaded.
func (t *seat) refuse(e *process.StartError, exit *process.Exit) error {
	const notExecutable = 127 // as shells say it
	*exit = process.Exit{Status: notExecutable << 8, EndedAt: process.Monotonic()}
	return t.stderr.set(fmt.Appendf(nil, "the program cannot be executed: %v\n", e.Err))
}

// remark adds to what the program has said on its standard error.
func (t *seat) remark(text string) error {
	said, err := t.stderr.bytes(stderrShown)
	if err != nil {
		return err
	}
	return t.stderr.set(append(slices.Clone(said), text...))
}

// openAll opens the call's descriptors: 0, 1, 2 and its files.
func (s *slot) openAll(t *seat, call *engine.Call) ([]int, error) {
	s.fds = s.fds[:0]
	add := func(fd int, err error) error {
		if err == nil {
			s.fds = append(s.fds, fd)
		}
		return err
	}
	err := add(s.openStream(call.Stdin, unix.O_RDONLY))
	if err == nil {
		err = add(s.openWritten(call.Stdout))
	}
	if err == nil {
		err = t.stderr.clear()
	}
	if err == nil {
		err = add(t.stderr.open(unix.O_WRONLY | unix.O_APPEND))
	}
	for _, st := range call.Files {
		if err == nil {
			err = add(s.openStream(st, fileMode(call.Role, st)))
		}
	}
	if err != nil {
		closeAll(s.fds)
		return nil, err
	}
	return s.fds, nil
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

// fileMode is how a file argument is opened: an interactor writes its notes for
// the checker into the output file.
func fileMode(role problem.Role, st engine.Stream) int {
	if role == problem.Interactor && st == engine.Output {
		return unix.O_RDWR
	}
	return unix.O_RDONLY
}

func (s *slot) openStream(st engine.Stream, flags int) (int, error) {
	if st == engine.Null {
		return unix.Open("/dev/null", flags|unix.O_CLOEXEC, 0)
	}
	fd, err := s.streams[st].open(flags)
	if flags != unix.O_RDONLY {
		s.streams[st].written()
	}
	return fd, err
}

func (s *slot) openWritten(st engine.Stream) (int, error) {
	if st == engine.Null {
		return unix.Open("/dev/null", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	}
	if err := s.streams[st].clear(); err != nil {
		return -1, err
	}
	return s.streams[st].open(unix.O_WRONLY)
}

// prepare fills the seat's request.
func (t *seat) prepare(p *program, call *engine.Call, fds []int) {
	t.args, t.env = t.arguments(t.args[:0], p, call), t.environment(t.env[:0], p, call)
	limits := call.Limits
	t.request = process.Request{
		UID: uint32(t.uid), GID: uint32(groupOf(t.role)),
		Folder: t.folder, Path: p.run[0], Args: t.args, Env: t.env, FDs: fds,
		Rlimits: process.Rlimits{
			AddressSpace: p.addressSpace(limits), FileSize: uint64(limits.Output), Processes: p.processes(),
			Stack: stackLimit(limits), Files: 256, CPUSeconds: uint64(limits.Time/time.Second) + 2,
		},
		Watch: process.Watch{CPU: limits.Time, Idle: limits.Time + time.Second,
			Wall: 10*limits.Time + 30*time.Second, Memory: limits.Memory + p.recipe.MemoryOverhead},
	}
	t.house.watch(&t.request.Watch)
	if t.server != nil && t.server.child != nil {
		t.request.Watch.Aside = t.server.child.Pid()
	}
}

// arguments appends the program's command line to dst.
func (t *seat) arguments(dst []string, p *program, call *engine.Call) []string {
	dst = append(append(dst, p.run...), call.Args...)
	for i := range call.Files {
		dst = append(dst, filePaths[i])
	}
	return dst
}

// environment appends the program's environment to dst.
func (t *seat) environment(dst []string, p *program, call *engine.Call) []string {
	dst = append(append(dst, p.env...), t.home, t.tmpdir)
	if call.SeedText != "" {
		if call.SeedText != t.seedText {
			t.seedText, t.seedEntry = call.SeedText, "STRESSTESTER_SEED="+call.SeedText
		}
		dst = append(dst, t.seedEntry)
	}
	return dst
}

// stackLimit lets the stack use nearly all of the memory, as judges do, but so
// that an endless recursion ends in SIGSEGV before it looks like a lack of memory.
func stackLimit(l problem.Limits) uint64 {
	const rest, least = 12 << 20, 8 << 20
	return uint64(max(l.Memory-rest, least))
}

var filePaths = [...]string{"/proc/self/fd/3", "/proc/self/fd/4", "/proc/self/fd/5"}

// outcome translates how a program ended, and cleans up after it.
func (s *slot) outcome(t *seat, p *program, call *engine.Call, exit *process.Exit, out *engine.Outcome) error {
	*out = engine.Outcome{CPU: exit.CPU(), Wall: exit.Wall, Memory: exit.MaxRSS}
	if exit.Status.Signaled() {
		out.Signal = unix.SignalName(exit.Status.Signal())
		out.ExitCode = 128 + int(exit.Status.Signal())
	} else {
		out.ExitCode = exit.Status.ExitStatus()
	}
	out.Limit = brokenLimit(p, call, exit)
	if exit.Broke == process.BrokeProcesses {
		if err := t.remark("the sandbox killed it: it had too many processes or threads\n"); err != nil {
			return err
		}
	}
	if out.Limit == engine.NoLimit && exit.Status.Signal() == syscall.SIGKILL && s.house.pressure.mayHaveKilled() {
		// The kernel chose this one; whether it deserved it, a run on its own will tell.
		out.Limit = engine.MemoryLimit
	}
	if out.Limit == engine.NoLimit {
		flooded, err := s.flooded(call)
		if err != nil {
			return err
		}
		if flooded || exit.Status.Signal() == syscall.SIGXFSZ {
			out.Limit = engine.OutputLimit
		}
	}
	if out.Limit == engine.IdleLimit {
		// A server's descriptors may hold a lock that an earlier run took, and that
		// this one waited for. What confirms it shall not.
		s.stopServers()
	}
	return t.tidy()
}

func brokenLimit(p *program, call *engine.Call, exit *process.Exit) engine.Limit {
	switch exit.Broke {
	case process.BrokeCPU, process.BrokeWall:
		return engine.TimeLimit
	case process.BrokeIdle:
		return engine.IdleLimit
	case process.BrokeMemory, process.BrokeShort:
		return engine.MemoryLimit
	case process.BrokeNothing, process.BrokeProcesses:
	}
	switch {
	case exit.MaxRSS > call.Limits.Memory+p.recipe.MemoryOverhead:
		return engine.MemoryLimit
	case exit.CPU() > call.Limits.Time || exit.Status.Signal() == syscall.SIGXCPU:
		return engine.TimeLimit
	}
	return engine.NoLimit
}

// flooded reports whether the program wrote as much as it may, in case it
// survived that.
func (s *slot) flooded(call *engine.Call) (bool, error) {
	if call.Stdout == engine.Null {
		return false, nil
	}
	size, err := s.streams[call.Stdout].length()
	return size >= call.Limits.Output, err
}

// tidy empties the working folder if the program left anything there or changed
// its mode.
func (t *seat) tidy() error {
	var st unix.Stat_t
	if err := unix.Lstat(t.folder, &st); err != nil {
		return fmt.Errorf("looking at a working folder: %w", err)
	}
	// On tmpfs a folder's size tells how many entries it has, so that what was
	// made within one tick of the clock is noticed too.
	if st.Ctim == t.clean.Ctim && st.Size == t.clean.Size {
		return nil
	}
	return t.sweepFolder()
}

func (t *seat) sweepFolder() error {
	if err := t.empty(); err != nil {
		return fmt.Errorf("cleaning a working folder: %w", err)
	}
	return nil
}

// empty makes the folder as it was in the beginning.
func (t *seat) empty() error {
	if err := removeContents(t.folder); err != nil {
		return err
	}
	// It is root's now, and so can be changed without CAP_FOWNER. Times are notes,
	// too, that one run could leave for the next.
	epoch := time.Unix(0, 0)
	if err := errors.Join(os.Chmod(t.folder, 0o700), os.Chtimes(t.folder, epoch, epoch), os.Chown(t.folder, t.uid, -1)); err != nil {
		return err
	}
	return unix.Lstat(t.folder, &t.clean)
}

func (s *slot) stopServers() {
	for _, t := range s.seats {
		t.stopServer()
	}
}

// release readies the slot for another job.
func (s *slot) release() {
	s.stopServers()
	s.bound = nil
	for _, m := range s.streams {
		if m != nil {
			m.trim()
		}
	}
	for _, t := range s.seats {
		t.stderr.trim()
	}
}
