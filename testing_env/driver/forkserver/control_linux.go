package forkserver

import (
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// These mirror testing_env/shim/protocol.h; a test compiles that and compares.
const (
	magic       = 0x52545353
	version     = 1
	controlSize = 0x8000
	argsOffset  = 0x1000
	argsSize    = 0x7000

	envControl = "STRESSTESTER_SHIM"
	envRoom    = "STRESSTESTER_ROOM"

	flagOwnUID = 1

	stateLaunched   = 0
	stateLoaded     = 1
	stateReady      = 2
	stateUnsuitable = 3

	actionRewind   = 1
	actionTruncate = 2

	stepNone  = 0
	stepArgs  = 1
	stepClone = 2
	stepGroup = 3
	stepLimit = 4
	stepFiles = 5

	limitCount = 6
	noLimit    = ^uint64(0)

	idle = 0
)

// control is struct shim_control.
type control struct {
	magic, version, mode, stop uint32
	flags, cpu, files, retain  uint32
	state, server, go_, busy   uint32
	reason                     [208]byte

	argsVersion, argsBytes, argc, envc uint32
	fdFile                             [MaxFDs]int8
	fdAction                           [MaxFDs]uint8
	limits                             [limitCount]uint64
	_                                  [512 - 336]byte

	child                                uint32
	status                               int32
	step                                 uint32
	error                                int32
	fallback, stragglers                 uint32
	userUS, systemUS, maxRSS, faults     uint64
	hot, restored, scans, audits, mapped uint64
}

// See futex(2); the last two are parts of a robust mutex's value.
const (
	futexOpWait  = 0
	futexOpWake  = 1
	futexWaiters = 0x80000000
	futexTIDMask = 0x3fffffff
)

// link is a server's process and the memory shared with it. What is read from there
// may be anything: it decides about this program's own runs and nothing else.
type link struct {
	process  Process
	pid      int
	memory   []byte
	control  *control
	snapshot bool
	parallel int64 // processors that a run can use at once
	slack    int64 // resident bytes of a run that are not the program's
	seen     look
}

// newControl makes the shared page of a server. It is sealed, so that nobody can
// shrink it under the driver's feet.
func newControl() (fd int, memory []byte, err error) {
	fd, err = unix.MemfdCreate("stresstester-control", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return -1, nil, err
	}
	if err = unix.Ftruncate(fd, controlSize); err == nil {
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
	}
	if err == nil {
		memory, err = unix.Mmap(fd, 0, controlSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	}
	if err != nil {
		unix.Close(fd)
		return -1, nil, err
	}
	return fd, memory, nil
}

func (l *link) close() {
	l.process.Kill()
	_ = unix.Munmap(l.memory)
	l.control, l.memory = nil, nil
}

func (l *link) reason() string {
	// A copy first: what a hostile program writes meanwhile must not matter.
	text := l.control.reason
	end := strings.IndexByte(string(text[:]), 0)
	if end < 0 {
		end = len(text)
	}
	return strings.ToValidUTF8(string(text[:end]), "?")
}

func (l *link) setArguments(block []byte, argc, envc int, version uint32) {
	c := l.control
	copy(l.memory[argsOffset:], block)
	c.argsVersion, c.argsBytes = version, uint32(len(block))
	c.argc, c.envc = uint32(argc), uint32(envc)
}

// submit hands the request over to the server.
func (l *link) submit() {
	atomic.StoreUint32(&l.control.busy, l.held())
	atomic.AddUint32(&l.control.go_, 1)
	futexWake(&l.control.go_)
}

// held is the value of busy while the server works.
func (l *link) held() uint32 { return uint32(l.pid)&futexTIDMask | futexWaiters }

func (l *link) stepError() error {
	errno := syscall.Errno(l.control.error)
	switch l.control.step {
	case stepArgs:
		return &Unusable{Reason: "the arguments are too long"}
	case stepClone:
		return &Unusable{Reason: "no process could be started: " + errno.Error()}
	case stepLimit:
		return &Unusable{Reason: "the limits cannot be set: " + errno.Error()}
	}
	return &Unusable{Reason: "a run failed at step " + strconv.Itoa(int(l.control.step)) + ": " + errno.Error()}
}

func futexWake(word *uint32) {
	syscall.RawSyscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexOpWake, 1)
}

// futexWait waits until woken, or until word is not value. A raw wait keeps the
// scheduler out of it, which halves the time of a short run; but it must be short,
// because the garbage collector has to wait for it.
func futexWait(word *uint32, value uint32, timeout time.Duration, raw bool) {
	t := unix.NsecToTimespec(int64(timeout))
	if raw {
		syscall.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexOpWait,
			uintptr(value), uintptr(unsafe.Pointer(&t)), 0, 0)
		return
	}
	syscall.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexOpWait,
		uintptr(value), uintptr(unsafe.Pointer(&t)), 0, 0)
}
