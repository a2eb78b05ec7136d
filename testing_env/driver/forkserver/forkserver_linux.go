package forkserver

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Mode is a way to make a run out of a stopped program.
type Mode uint32

// The modes, the slower one first.
const (
	// Fork copies the server's address space for each run.
	Fork Mode = 1
	// Snapshot runs in the server's address space and restores it afterwards.
	Snapshot Mode = 2
	// Warm leaves it to a process of the program's runtime to make one run after the
	// other; see WarmServer.
	Warm Mode = 3
)

// String is the mode's name for messages.
func (m Mode) String() string {
	switch m {
	case Fork:
		return "fork server"
	case Snapshot:
		return "snapshot"
	case Warm:
		return "warm process"
	}
	return fmt.Sprintf("mode %d", uint32(m))
}

// Stop is the point at which a program is stopped.
type Stop uint32

const (
	// BeforeConstructors stops any dynamically linked program.
	BeforeConstructors Stop = 1
	// AtLink stops an interpreter when it reads MagicLink; what it reads are the
	// run's arguments. Python makes a Config of this kind.
	AtLink Stop = 2
)

// Process is a launched server as its launcher knows it.
type Process interface {
	// Pid is the process's id, as this process sees it.
	Pid() int
	// Kill ends the process, and what it has left running, and collects it. It may
	// be called more than once.
	Kill()
}

// File is a descriptor that a server holds for its runs.
type File struct {
	*os.File
	// Truncate empties the file before every run that gets it. Every file is
	// rewound in any case.
	Truncate bool
	// Area, if not nil, is what NewArea made, opened for reading where the file can
	// only be read: see Request.Express.
	Area *os.File
}

// AreaSize is the size of an area in bytes.
const AreaSize = areaSize

// NewArea makes memory that a server's runs can read or write in the place of a file,
// for requests that are express. It is sealed against resizing, so that it can be
// mapped without fear.
func NewArea() (*os.File, error) {
	fd, err := unix.MemfdCreate("stresstester-area", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	// The mode is for where others can list this process' descriptors (gVisor).
	if err = errors.Join(unix.Fchmod(fd, 0o600), unix.Ftruncate(fd, AreaSize)); err == nil {
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("making an area: %w", err)
	}
	return os.NewFile(uintptr(fd), "area"), nil
}

// Config says what is served and how. Argv, Shim and Launch are needed.
type Config struct {
	// Mode is the fastest mode to try; zero means Snapshot.
	Mode Mode
	// Stop is where to stop; zero means BeforeConstructors.
	Stop Stop
	// Shim is the path of the shim's shared object.
	Shim string
	// Argv is the command to launch. Argv[0] is a path.
	Argv []string
	// Env is the environment of the launch, and of runs that bring none.
	Env []string
	// Files are the descriptors that runs may use, at most MaxFiles.
	Files []File
	// Launch starts argv with env and exactly the given descriptors, counted
	// from 0. It chooses user, limits and working directory; limits that a
	// Request sets can only be lowered. The stack's limit must be right from the
	// launch on, because the kernel lays out the address space for it.
	Launch func(argv, env []string, files []*os.File) (Process, error)
	// Pin keeps the server and its runs on the processor CPU. A driver on the
	// same processor answers several times faster.
	Pin bool
	CPU int
	// OwnUID says that nothing else runs under the server's user id, so that all
	// of that user's processes can be killed at once.
	OwnUID bool
	// Retain is how much of a program's zeroed memory stays mapped between runs,
	// in bytes; zero means 32 MiB.
	Retain int64
	// StartTime limits a launch; zero means five seconds.
	StartTime time.Duration

	// Of an interpreter's server: the Argv of a plain run, and how many of its
	// words are the interpreter's own.
	runArgv []string
	skip    int
}

// MaxFiles and MaxFDs bound Config.Files and Request.Files.
const (
	MaxFiles = 16
	MaxFDs   = 8
)

// MagicLink is the path whose reading stops an interpreter (see AtLink).
const MagicLink = "/proc/stresstester/run"

// Limits are set on a run's process; zero leaves what the launch has set. No run
// leaves a core file.
type Limits struct {
	CPUSeconds   uint64
	FileSize     uint64 // bytes; a longer output ends the run with SIGXFSZ
	AddressSpace uint64 // bytes
	Stack        uint64 // bytes
	Processes    uint64 // of the user, the server included
	OpenFiles    uint64
}

// Watch holds the limits that are enforced while a run lasts. A zero field is no
// limit, but for Wall.
type Watch struct {
	// CPU limits the processor time. Waiting for a busy machine does not count.
	CPU time.Duration
	// Idle limits the time in which the program neither runs nor wants to.
	Idle time.Duration
	// Wall limits the elapsed time; zero means one minute.
	Wall time.Duration
	// Memory limits the resident set, in bytes. It is meant to stop a program
	// before the machine suffers; Outcome.MaxRSS is more exact.
	Memory int64
}

// Broke tells for which reason a run was killed.
type Broke uint8

// The reasons; a run that ended by itself has BrokeNothing.
const (
	BrokeNothing Broke = iota
	BrokeCPU
	BrokeIdle
	BrokeWall
	BrokeMemory
	Stopped // Request.Stop said so
)

// Request is one run. The zero value of Args and Env means the Config's.
type Request struct {
	Args []string
	Env  []string
	// Files[i] is the index in Config.Files of the program's descriptor i; -1
	// leaves it closed.
	Files  []int
	Limits Limits
	Watch  Watch
	// Express says that what the run reads lies in the areas of its files, in the
	// lengths given by Area, and that what it writes is to go there, as many bytes as
	// given by Area at most. Where that does not do the run fails with ErrNeedsFiles.
	Express bool
	Area    [MaxFDs]uint32
	// Stop, if not nil, is asked now and then; when it reports true the run is
	// killed.
	Stop func() bool
}

// Outcome is a run that has ended.
type Outcome struct {
	// Status is how the program's process ended.
	Status syscall.WaitStatus
	// User and System are the processor time of the process and of those
	// children it has waited for.
	User, System time.Duration
	Wall         time.Duration
	// MaxRSS is the peak resident set in bytes. In snapshots, memory kept from
	// earlier runs is not counted unless this run changed it.
	MaxRSS int64
	Broke  Broke
	// Leftovers is the number of processes that outlived the program and were
	// killed.
	Leftovers int
	// Resident says that the run's process stays and makes the next run: so the run
	// has opened no file, started no process, and left nothing to clean up.
	Resident bool
	// Written tells how much an express run has written to each of its descriptors.
	Written [MaxFDs]uint32
	// Fallback, if not empty, says why the next runs are made by a slower mode,
	// for good. This run is valid.
	Fallback string
}

// Unusable means that a run has no result and the program should be executed
// afresh. It is not the program's verdict, although the program may have caused it.
type Unusable struct {
	Reason string
	// Permanent says that further runs are pointless.
	Permanent bool
	// Died says that the server's process was there no more. The program may have
	// killed it, or the kernel for want of memory.
	Died bool
}

// Error describes the reason.
func (u *Unusable) Error() string { return "fork server: " + u.Reason }

// ErrNeedsFiles says that there was no run, because it was to be express: its program
// needs files, or writes more than there is room for. It can be run again without.
var ErrNeedsFiles = errors.New("fork server: the run needs its files")

// Stats are a server's counters, for benchmarks and logs.
type Stats struct {
	Mode     Mode
	Runs     uint64
	Launches uint64
	// Scans and Audits count how often the page tables and the mappings had to be
	// read.
	Scans, Audits uint64
	// Faults, Hot and Restored are of the last run: page faults, pages compared
	// and pages that had changed.
	Faults, Hot, Restored uint64
	// Pages is the size of the snapshot.
	Pages uint64
}

const (
	defaultRetain    = 32 << 20
	defaultStartTime = 5 * time.Second
)

// Server serves one program. It is used by one goroutine at a time.
type Server struct {
	cfg  Config
	mode Mode
	dead string // why it was given up for good
	note string // why mode is not the one asked for

	link     *link // nil between processes
	runs     uint64
	launches uint64
	scans    uint64
	audits   uint64

	// The last block of arguments, which is passed on only when it changes.
	block, previous []byte
	argc, envc      int
	version         uint32
}

// New launches a server. Where the fastest mode is not possible it takes the next
// one; Mode and Note tell. An *Unusable means that there is none.
func New(cfg Config) (*Server, error) {
	if len(cfg.Argv) == 0 || cfg.Shim == "" || cfg.Launch == nil {
		return nil, errors.New("fork server: no program, shim or launcher given")
	}
	if len(cfg.Files) > MaxFiles {
		return nil, fmt.Errorf("fork server: %d files are more than %d", len(cfg.Files), MaxFiles)
	}
	if cfg.Mode == 0 {
		cfg.Mode = Snapshot
	}
	if cfg.runArgv == nil {
		cfg.runArgv = cfg.Argv
	}
	if cfg.Stop == 0 {
		cfg.Stop = BeforeConstructors
	}
	if cfg.Retain == 0 {
		cfg.Retain = defaultRetain
	}
	if cfg.StartTime == 0 {
		cfg.StartTime = defaultStartTime
	}
	s := &Server{cfg: cfg, mode: cfg.Mode}
	if err := s.launch(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Mode is the mode in use.
func (s *Server) Mode() Mode { return s.mode }

// Note says why Mode is not the mode asked for; it is empty otherwise.
func (s *Server) Note() string { return s.note }

// Stats are the counters so far.
func (s *Server) Stats() Stats {
	st := Stats{Mode: s.mode, Runs: s.runs, Launches: s.launches, Scans: s.scans, Audits: s.audits}
	if s.link != nil {
		a := s.link.answer
		st.Faults, st.Hot, st.Restored, st.Pages = a.faults, a.hot, a.restored, a.pages
	}
	return st
}

// launch starts a process in the server's mode, or in the next slower one.
func (s *Server) launch() error {
	for {
		s.launches++
		l, err := connect(&s.cfg, s.mode)
		if err == nil {
			s.link, s.previous = l, s.previous[:0]
			return nil
		}
		var u *Unusable
		if !errors.As(err, &u) {
			s.dead = err.Error()
			return fmt.Errorf("fork server: launching %s: %w", s.cfg.Argv[0], err)
		}
		if u = s.stepDown(u.Reason); u.Permanent {
			return u
		}
	}
}

// stepDown drops the process and goes over to the next slower mode, if there is one.
func (s *Server) stepDown(reason string) *Unusable {
	s.drop()
	s.note = reason
	if s.mode == Fork {
		s.dead = reason
		return &Unusable{Reason: reason, Permanent: true}
	}
	s.mode = Fork
	return &Unusable{Reason: reason}
}

func (s *Server) drop() {
	if s.link != nil {
		s.link.close()
		s.link = nil
	}
}

// Close ends the server's process. It may be called more than once.
func (s *Server) Close() {
	s.drop()
	if s.dead == "" {
		s.dead = "it is closed"
	}
}

// Run runs the program once and waits for its end. An *Unusable tells the caller to
// run it by other means; any other error is about the request itself.
func (s *Server) Run(r *Request) (Outcome, error) {
	if s.dead != "" {
		return Outcome{}, &Unusable{Reason: s.dead, Permanent: true}
	}
	if s.link == nil {
		if err := s.launch(); err != nil {
			return Outcome{}, err
		}
	}
	if err := s.put(r); err != nil {
		return Outcome{}, err
	}
	s.runs++
	began := time.Now()
	s.link.submit()
	broke, trouble := s.link.watch(r, began)
	wall := time.Since(began)
	s.link.typical += (wall - s.link.typical) / 8
	if trouble != "" {
		u := s.stepDown(trouble)
		u.Died = trouble == serverDied
		return Outcome{}, u
	}
	return s.result(broke, wall)
}

func (s *Server) result(broke Broke, wall time.Duration) (Outcome, error) {
	c := s.link.answer
	s.scans += c.scans
	s.audits += c.audits
	if c.step != stepNone {
		if c.step == stepAreas && s.link.request.express != 0 {
			return Outcome{}, ErrNeedsFiles
		}
		return Outcome{}, s.link.stepError()
	}
	out := Outcome{
		Status:    syscall.WaitStatus(c.status),
		User:      microseconds(c.userUS),
		System:    microseconds(c.systemUS),
		Wall:      wall,
		MaxRSS:    int64(c.maxRSS),
		Broke:     broke,
		Leftovers: int(c.leftovers),
		Resident:  c.resident != 0,
	}
	if s.link.request.express != 0 {
		for i, n := range c.written {
			out.Written[i] = min(n, s.link.request.areaBytes[i], AreaSize)
		}
	}
	if c.fallback != 0 {
		out.Fallback = s.link.reason()
		_ = s.stepDown(out.Fallback) // this run is valid
	}
	return out, nil
}

func microseconds(n uint64) time.Duration { return time.Duration(n) * time.Microsecond }

// put writes the request into the shared page.
func (s *Server) put(r *Request) error {
	if err := s.putArguments(r); err != nil {
		return err
	}
	c := s.link.request
	if len(r.Files) > MaxFDs {
		return fmt.Errorf("fork server: %d descriptors are more than %d", len(r.Files), MaxFDs)
	}
	for i := range c.fdFile {
		c.fdFile[i], c.fdAction[i] = -1, 0
		if i >= len(r.Files) || r.Files[i] < 0 {
			continue
		}
		if r.Files[i] >= len(s.cfg.Files) {
			return fmt.Errorf("fork server: there is no file %d", r.Files[i])
		}
		c.fdFile[i], c.fdAction[i] = int8(r.Files[i]), actionRewind
		if s.cfg.Files[r.Files[i]].Truncate {
			c.fdAction[i] |= actionTruncate
		}
	}
	c.express, c.areaBytes = 0, r.Area
	if r.Express {
		c.express = 1
	}
	l := &r.Limits
	for i, v := range [...]uint64{l.CPUSeconds, l.FileSize, l.AddressSpace, l.Stack, l.Processes, l.OpenFiles} {
		if v == 0 {
			v = noLimit
		}
		c.limits[i] = v
	}
	return nil
}

// putArguments passes the arguments on if they are not those of the last run.
func (s *Server) putArguments(r *Request) error {
	args, env := r.Args, r.Env
	if args == nil {
		args = s.cfg.runArgv
	}
	args = args[min(s.cfg.skip, len(args)):]
	if env == nil {
		env = s.cfg.Env
	}
	if len(args) == 0 {
		return errors.New("fork server: a program needs a name")
	}
	b := s.block[:0]
	for _, list := range [...][]string{args, env} {
		for _, text := range list {
			if strings.IndexByte(text, 0) >= 0 {
				return errors.New("fork server: an argument contains a zero byte")
			}
			b = append(append(b, text...), 0)
		}
	}
	s.block = b
	if len(b) > argsSize {
		return &Unusable{Reason: "the arguments are too long"}
	}
	if bytes.Equal(b, s.previous) && len(args) == s.argc && len(env) == s.envc {
		return nil
	}
	s.previous, s.block = b, s.previous
	s.argc, s.envc = len(args), len(env)
	s.version++
	s.link.setArguments(b, len(args), len(env), s.version)
	return nil
}
