package forkserver

import (
	"bytes"
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
	magic         = 0x52545353
	version       = 3
	requestOffset = 0x0000
	answerOffset  = 0x1000
	runOffset     = 0x2000
	argsOffset    = 0x3000
	argsSize      = 0x7000
	controlSize   = 0xa000
	areaSize      = 4 << 20

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
	stepAreas = 7

	limitCount = 6
	noLimit    = ^uint64(0)
)

// request is struct shim_request: what the driver says.
type request struct {
	magic, version, mode, stop         uint32
	flags, cpu, files, retain          uint32
	go_                                uint32
	argsVersion, argsBytes, argc, envc uint32
	fdFile                             [MaxFDs]int8
	fdAction                           [MaxFDs]uint8
	express                            uint32
	limits                             [limitCount]uint64
	areaBytes                          [MaxFDs]uint32
	areas                              uint32
}

// answer is struct shim_answer: what the server says. A program under test cannot
// write to it.
type answer struct {
	state, server, answered          uint32
	status                           int32
	step                             uint32
	error                            int32
	fallback, leftovers              uint32
	userUS, systemUS, maxRSS, faults uint64
	hot, restored, scans, audits     uint64
	spentUserUS, spentSystemUS       uint64
	spentFaults, resident            uint64
	written                          [MaxFDs]uint32
	pages                            uint64
	reason                           [208]byte
}

// run is struct shim_run. A program under test may have written anything there.
type run struct {
	child, step uint32
	error       int32
	bell        uint32
}

// See futex(2).
const (
	futexOpWait = 0
	futexOpWake = 1
)

// link is a server's process and the memory shared with it.
type link struct {
	process Process
	pid     int
	memory  []byte
	request *request
	answer  *answer
	run     *run
	number  uint32 // of the newest request

	typical time.Duration // the mean length of runs, lately

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
	// The run first: a program can arrange to outlive its parent.
	l.kill()
	l.process.Kill()
	_ = unix.Munmap(l.memory)
	l.request, l.answer, l.run, l.memory = nil, nil, nil, nil
}

func (l *link) reason() string {
	text := l.answer.reason[:]
	if end := bytes.IndexByte(text, 0); end >= 0 {
		text = text[:end]
	}
	return strings.ToValidUTF8(string(text), "?")
}

func (l *link) setArguments(block []byte, argc, envc int, version uint32) {
	c := l.request
	copy(l.memory[argsOffset:], block)
	c.argsVersion, c.argsBytes = version, uint32(len(block))
	c.argc, c.envc = uint32(argc), uint32(envc)
}

// submit hands the request over to the server.
func (l *link) submit() {
	l.number++
	atomic.StoreUint32(&l.request.go_, l.number)
	futexWake(&l.request.go_)
}

func (l *link) stepError() error {
	errno := syscall.Errno(l.answer.error)
	switch l.answer.step {
	case stepArgs:
		return &Unusable{Reason: "the arguments are too long"}
	case stepClone:
		return &Unusable{Reason: "no process could be started: " + errno.Error()}
	case stepLimit:
		return &Unusable{Reason: "the limits cannot be set: " + errno.Error()}
	}
	return &Unusable{Reason: "a run failed at step " + strconv.Itoa(int(l.answer.step)) + ": " + errno.Error()}
}

func futexWake(word *uint32) {
	syscall.RawSyscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexOpWake, 1)
}

// futexWait waits until woken, or until word is not value, but at most for timeout. The
// scheduler is kept out of it: told of a wait, it looks every few microseconds for other
// work for the processor, which costs a twentieth of a run of ten milliseconds. So the
// wait must be short, because the garbage collector has to wait for it, and the
// scheduler's own signals end it early.
func futexWait(word *uint32, value uint32, timeout time.Duration) {
	t := unix.NsecToTimespec(int64(timeout))
	syscall.RawSyscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexOpWait,
		uintptr(value), uintptr(unsafe.Pointer(&t)), 0, 0)
}
