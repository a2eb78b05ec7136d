// Package process runs programs inside the sandbox: each with a user id, limits
// and descriptors of its own, watched while it runs, and swept away with
// everything it started.
//
// It talks to testing_env/spawn, one such process per Spawner. It must not know
// what a test is. Start reading at Spawner.Run.
package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// These mirror testing_env/spawn/spawn.c.
const (
	protocol     = 2
	magic        = 0x53545350
	maxFDs       = 20
	maxBlob      = 128 << 10
	requestBytes = 8*4 + 6*8 + 2*4
	replyBytes   = 4*4 + 5*8 + 2*4
	flagPDeath   = 1
	flagSweep    = 2
)

// stepExec is the last one of enum step.
const stepExec = 7

// The states of struct control.
const (
	stateIdle    = 0
	stateRunning = 1
	stateKilling = 2
)

type control struct {
	state atomic.Int32
	pid   atomic.Int32
}

// Spawner starts one program at a time. It is used by one goroutine at a time,
// but for Kill.
type Spawner struct {
	cmd     *exec.Cmd
	id      uint32 // real user id while it sweeps, which no other process has
	free    func()
	sock    int
	page    []byte
	control *control

	message []byte
	rights  []byte
	reply   [replyBytes]byte
}

// Spawners starts spawners. It is safe for concurrent use.
type Spawners struct {
	path string

	mu   sync.Mutex
	used map[uint32]bool
}

// NewSpawners starts none yet. Path is that of the spawn program.
func NewSpawners(path string) *Spawners {
	return &Spawners{path: path, used: map[uint32]bool{}}
}

// Spawners need user ids of their own, too, to sweep with. Programs have higher ones.
const (
	firstSpawnerID = 10_000
	lastSpawnerID  = 19_999
)

// take returns an id that no other spawner has, and what gives it back.
func (f *Spawners) take() (id uint32, free func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := uint32(firstSpawnerID); id <= lastSpawnerID; id++ {
		if !f.used[id] {
			f.used[id] = true
			return id, func() {
				f.mu.Lock()
				defer f.mu.Unlock()
				delete(f.used, id)
			}, nil
		}
	}
	return 0, nil, errors.New("starting the spawner: there are too many")
}

// Start starts a spawner. With a processor number of 0 or more, all that it starts
// is kept on that processor.
func (f *Spawners) Start(cpu int) (*Spawner, error) {
	id, free, err := f.take()
	if err != nil {
		return nil, err
	}
	s, err := newSpawner(f.path, cpu)
	if err != nil {
		free()
		return nil, err
	}
	s.id, s.free = id, free
	return s, nil
}

func newSpawner(path string, cpu int) (*Spawner, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("starting the spawner: %w", err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "spawner")
	defer theirs.Close()
	s := &Spawner{sock: pair[0], rights: make([]byte, unix.CmsgSpace(maxFDs*4))}
	if err := s.start(path, theirs); err != nil {
		unix.Close(pair[0])
		return nil, fmt.Errorf("starting the spawner: %w", err)
	}
	if cpu >= 0 {
		var set unix.CPUSet
		set.Set(cpu)
		// Pinning is for speed only; a container may be refused that processor.
		_ = unix.SchedSetaffinity(s.cmd.Process.Pid, &set)
	}
	return s, nil
}

func (s *Spawner) start(path string, theirs *os.File) error {
	fd, err := unix.MemfdCreate("control", unix.MFD_CLOEXEC)
	if err != nil {
		return err
	}
	page := os.NewFile(uintptr(fd), "control")
	defer page.Close()
	// Where others can list this process' descriptors (gVisor), the mode is what keeps
	// them from opening it.
	if err := errors.Join(page.Chmod(0o600), page.Truncate(4096)); err != nil {
		return err
	}
	s.page, err = unix.Mmap(fd, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	s.control = (*control)(unsafe.Pointer(&s.page[0]))
	//nolint:noctx // it lives until Close
	s.cmd = exec.Command(path)
	s.cmd.Env = []string{}
	s.cmd.ExtraFiles = []*os.File{theirs, page}
	return s.cmd.Start()
}

// Close ends the spawner and what it runs.
func (s *Spawner) Close() {
	s.Kill()
	unix.Close(s.sock)
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = unix.Munmap(s.page)
	s.free()
}

// Rlimits are the kernel's own limits on a program; they are set wide and only
// catch what the watch cannot. Processes counts threads, too, and is watched as well,
// for kernels that do not enforce it.
type Rlimits struct {
	AddressSpace uint64
	FileSize     uint64
	Processes    uint64
	Stack        uint64
	Files        uint64
	CPUSeconds   uint64
}

// Request is a program to run.
type Request struct {
	UID, GID uint32
	Folder   string // working folder
	Path     string // executable
	Args     []string
	Env      []string
	// FDs become descriptors 0, 1, 2, ….
	FDs []int
	// Handover closes FDs once the program has them, as pipes need, or when it
	// could not be started.
	Handover bool
	Rlimits  Rlimits
	Watch    Watch
}

// Exit is how a program ended.
type Exit struct {
	Status syscall.WaitStatus
	User   time.Duration
	System time.Duration
	Wall   time.Duration
	MaxRSS int64 // bytes
	// EndedAt is the monotonic clock when it ended, or when it was killed for a
	// limit that it broke.
	EndedAt   time.Duration
	Leftovers int   // processes that outlived it and were killed
	Broke     Broke // the limit for which the watch killed it
}

// CPU is the processor time the program used.
func (e *Exit) CPU() time.Duration { return e.User + e.System }

// StartError says that a program could not be started.
type StartError struct {
	Path string
	Step int
	Err  syscall.Errno
}

func (e *StartError) Error() string {
	return fmt.Sprintf("starting %s: %v (step %d)", e.Path, e.Err, e.Step)
}

func (e *StartError) Unwrap() error { return e.Err }

// Refused reports whether it was the program itself that the kernel would not
// execute, rather than the sandbox that could not start anything.
func (e *StartError) Refused() bool { return e.Step == stepExec && !e.Passing() }

// Passing reports whether the obstacle goes away by itself: there was no room for
// one more process, or somebody had not quite closed the program's file.
func (e *StartError) Passing() bool { return e.Err == syscall.EAGAIN || e.Err == syscall.ETXTBSY }

// ErrGone is wrapped by errors that mean that the spawner itself has died, which
// only memory exhaustion should bring about.
var ErrGone = errors.New("the sandbox's spawner is gone")

// Run runs the program to its end. When stop reports true the program is killed
// and Run returns soon. An error means that the program was not run.
func (s *Spawner) Run(req *Request, stop func() bool, exit *Exit) error {
	err := s.send(req)
	if req.Handover {
		closeAll(req.FDs)
	}
	if err != nil {
		return err
	}
	broke, killed, err := s.watch(req, stop)
	if err != nil {
		return err
	}
	if err := s.receive(req, broke, exit); err != nil {
		return err
	}
	if broke != BrokeNothing {
		// Whoever ended after that may have ended of it.
		exit.EndedAt = killed
	}
	return nil
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

// Sweep kills everything that runs under the user id, and does not wait for it. The
// spawner must not be running anything.
func (s *Spawner) Sweep(uid uint32) error {
	req := Request{UID: uid, GID: uid, Folder: "/", Path: "/", Args: []string{"sweep"}}
	if err := s.order(&req, flagSweep); err != nil {
		return err
	}
	var exit Exit
	return s.receive(&req, BrokeNothing, &exit)
}

func (s *Spawner) send(req *Request) error { return s.order(req, flagPDeath) }

func (s *Spawner) order(req *Request, flags uint32) error {
	m := s.message[:0]
	m = binary.NativeEndian.AppendUint32(m, magic)
	m = binary.NativeEndian.AppendUint32(m, protocol)
	m = binary.NativeEndian.AppendUint32(m, req.UID)
	m = binary.NativeEndian.AppendUint32(m, req.GID)
	m = binary.NativeEndian.AppendUint32(m, uint32(len(req.FDs)))
	m = binary.NativeEndian.AppendUint32(m, flags)
	m = binary.NativeEndian.AppendUint32(m, uint32(len(req.Args)))
	m = binary.NativeEndian.AppendUint32(m, uint32(len(req.Env)))
	l := &req.Rlimits
	for _, v := range [...]uint64{l.AddressSpace, l.FileSize, l.Processes, l.Stack, l.Files, l.CPUSeconds} {
		m = binary.NativeEndian.AppendUint64(m, v)
	}
	m = binary.NativeEndian.AppendUint32(m, 0) // the blob's length, below
	m = binary.NativeEndian.AppendUint32(m, s.id)
	m = appendString(m, req.Folder)
	m = appendString(m, req.Path)
	for _, a := range req.Args {
		m = appendString(m, a)
	}
	for _, e := range req.Env {
		m = appendString(m, e)
	}
	s.message = m
	blob := len(m) - requestBytes
	if blob > maxBlob || len(req.FDs) > maxFDs {
		return &StartError{Path: req.Path, Err: syscall.E2BIG}
	}
	binary.NativeEndian.PutUint32(m[requestBytes-8:], uint32(blob))
	for {
		err := unix.Sendmsg(s.sock, m, s.encodeRights(req.FDs), nil, unix.MSG_NOSIGNAL)
		if err == nil {
			return nil
		}
		if err != unix.EINTR {
			return fmt.Errorf("%w: %w", ErrGone, err)
		}
	}
}

func appendString(m []byte, text string) []byte { return append(append(m, text...), 0) }

// encodeRights is unix.UnixRights without its allocation.
func (s *Spawner) encodeRights(fds []int) []byte {
	if len(fds) == 0 {
		return nil
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&s.rights[0]))
	h.Level, h.Type = unix.SOL_SOCKET, unix.SCM_RIGHTS
	h.SetLen(unix.CmsgLen(len(fds) * 4))
	data := s.rights[unix.CmsgLen(0):]
	for i, fd := range fds {
		binary.NativeEndian.PutUint32(data[i*4:], uint32(fd))
	}
	return s.rights[:unix.CmsgSpace(len(fds)*4)]
}

func (s *Spawner) receive(req *Request, broke Broke, exit *Exit) error {
	n, err := unix.Read(s.sock, s.reply[:])
	for err == unix.EINTR {
		n, err = unix.Read(s.sock, s.reply[:])
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	if n != replyBytes || binary.NativeEndian.Uint32(s.reply[:]) != magic {
		return fmt.Errorf("%w: it answered with %d bytes", ErrGone, n)
	}
	u32 := func(at int) uint32 { return binary.NativeEndian.Uint32(s.reply[at:]) }
	u64 := func(at int) uint64 { return binary.NativeEndian.Uint64(s.reply[at:]) }
	if errno := int32(u32(4)); errno != 0 {
		return &StartError{Path: req.Path, Step: int(u32(8)), Err: syscall.Errno(errno)}
	}
	*exit = Exit{
		Status:    syscall.WaitStatus(u32(12)),
		User:      time.Duration(u64(16)) * time.Microsecond,
		System:    time.Duration(u64(24)) * time.Microsecond,
		Wall:      time.Duration(u64(32)),
		MaxRSS:    int64(u64(40)) << 10,
		EndedAt:   time.Duration(u64(48)),
		Leftovers: int(u32(56)),
		Broke:     broke,
	}
	return nil
}

// Kill kills the program that runs now, if one does. It may be called from any
// goroutine and never hits a process id that was given to something else.
func (s *Spawner) Kill() {
	if !s.control.state.CompareAndSwap(stateRunning, stateKilling) {
		return
	}
	if pid := int(s.control.pid.Load()); pid > 1 {
		_ = unix.Kill(pid, unix.SIGKILL)
	}
	s.control.state.Store(stateRunning)
}

// Pin keeps the calling goroutine on its thread and the thread on the processor:
// waking a thread on another processor costs far more than the system call.
func Pin(cpu int) {
	runtime.LockOSThread()
	if cpu < 0 {
		return
	}
	var set unix.CPUSet
	set.Set(cpu)
	_ = unix.SchedSetaffinity(0, &set)
}
