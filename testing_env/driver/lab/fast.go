package lab

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"stresstester/core/engine"
	"stresstester/core/problem"
	"stresstester/testing_env/driver/forkserver"
	"stresstester/testing_env/driver/process"
)

// serverSpace is the address space a server may take up beside its program's.
const serverSpace = 16 << 30

// How many of a program's first fast runs, and which of the later ones, are made
// again by exec and compared.
const (
	auditedFirst = 20
	auditedEvery = 500
)

// longRun is from what mean processor time on it is asked whether a strategy gains
// anything over a fresh process, after enough runs, and time, that a slow start does not
// count.
const (
	longRun     = 20 * time.Millisecond
	weighedRuns = 2
	weighedTime = 6 * longRun
)

// strategy is how a program is run: by the fastest means that is still trusted. It
// is shared by all slots, so that what one learns the others need not.
type strategy struct {
	runs   atomic.Int64 // fast runs, in all slots
	deaths atomic.Int64 // of its servers, in all slots

	mu     sync.Mutex
	mode   forkserver.Mode // 0 for exec
	reason string
	// The audited runs, and what they took by the strategy and by exec.
	weighed     int
	fast, fresh time.Duration
}

func (h *House) newStrategy(p *problem.Program, run []string, folder string, o problem.Options) *strategy {
	s := &strategy{mode: forkserver.Snapshot, reason: "every run starts from a snapshot"}
	switch {
	case o.FreshExec || o.Strategy == "exec":
		s.giveUp("as asked")
	case h.gvisor:
		s.giveUp("gVisor's kernel lets others reach into the process that would make its runs")
	case len(p.Recipe.Warm) > 0 && o.Strategy != "fork":
		s.mode, s.reason = forkserver.Warm, "its runtime stays, and loads it anew for every run"
	case p.Recipe.Threads && !strings.HasPrefix(run[0], folder):
		s.giveUp("its runtime starts threads")
	case !strings.HasPrefix(run[0], folder) && !isInterpreted(run) && forkserver.Suitable(run[0]) != nil:
		s.giveUp("its interpreter cannot be stopped and resumed")
	case !exists(h.places.Shim):
		s.giveUp("the image has no shim")
	case o.Strategy == "fork":
		s.mode, s.reason = forkserver.Fork, "as asked"
	}
	return s
}

// isInterpreted reports whether forkserver can start the interpreter once for all runs.
func isInterpreted(run []string) bool {
	_, err := forkserver.Interpreted(forkserver.Config{Argv: run})
	return err == nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// giveUp makes exec the program's strategy for good.
func (s *strategy) giveUp(reason string) { s.stepDown(0, reason) }

// stepDown goes over to a slower mode.
func (s *strategy) stepDown(mode forkserver.Mode, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if mode < s.mode {
		s.mode, s.reason = mode, reason
	}
}

func (s *strategy) current() forkserver.Mode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode
}

// String is the mode with its reason.
func (s *strategy) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := "exec"
	if s.mode != 0 {
		name = s.mode.String()
	}
	return name + ": " + s.reason
}

// weigh takes note of the processor time of the same run by the strategy and by exec (on
// a busy machine elapsed time tells nothing), and drops the strategy where runs are so
// long that it gains next to nothing: its audits, which run the first tests twice, would
// cost more.
func (s *strategy) weigh(fast, fresh time.Duration) {
	s.mu.Lock()
	s.weighed++
	s.fast, s.fresh = s.fast+fast, s.fresh+fresh
	pointless := s.weighed >= weighedRuns && s.fast > max(time.Duration(s.weighed)*longRun, weighedTime) && s.fresh < s.fast+s.fast/10
	s.mu.Unlock()
	if pointless {
		s.giveUp("its runs take so long that starting a process does not matter")
	}
}

// forgives takes note of a server's death and reports whether a new one is worth its
// start: a program that ends its servers will go on doing so, but the kernel kills one
// now and then for want of memory.
func (s *strategy) forgives() bool {
	const free, runsForOne = 3, 5000
	return s.deaths.Add(1) <= free+s.runs.Load()/runsForOne
}

// runner makes runs faster than fresh processes do.
type runner interface {
	Run(r *forkserver.Request) (forkserver.Outcome, error)
	Mode() forkserver.Mode
	Note() string
	Close()
}

// server is a seat's fork server, or warm process, for one program.
type server struct {
	runner
	seat     *seat
	launcher *process.Spawner
	child    *process.Child // the server's process
	files    []*os.File
	request  forkserver.Request
	args     []string
	env      []string
	// express says that its runs may read and write areas in the place of files.
	express bool
}

// startServer launches a server for the call's program in its seat. The files it
// holds are those of the call.
func (s *slot) startServer(t *seat, p *program, call *engine.Call) (*server, error) {
	launcher, err := s.house.spawners.Start(s.cpu)
	if err != nil {
		return nil, err
	}
	v := &server{seat: t, launcher: launcher}
	cfg := forkserver.Config{
		Mode: p.strategy.current(), Shim: s.house.places.Shim, Argv: p.run, Env: v.environment(t, p, call),
		Pin: true, CPU: s.cpu, OwnUID: true,
		Launch: func(argv, env []string, files []*os.File) (forkserver.Process, error) {
			var err error
			v.child, err = t.launchServer(launcher, p, call, argv, env, files)
			return v.child, err
		},
	}
	cfg.Files, err = s.serverFiles(t, call)
	v.express = true
	for _, f := range cfg.Files {
		v.files = append(v.files, f.File)
		if f.Area != nil {
			v.files = append(v.files, f.Area)
		}
		v.express = v.express && f.Area != nil
	}
	if err == nil {
		v.runner, err = newRunner(cfg, p)
	}
	if err != nil {
		v.close()
		return nil, err
	}
	v.express = v.express && v.Mode() == forkserver.Snapshot
	for i := range cfg.Files {
		v.request.Files = append(v.request.Files, i)
	}
	v.request.Stop = func() bool { return s.stopped() || s.crowded(t, p) }
	return v, nil
}

// newRunner launches the program in the config's mode.
func newRunner(cfg forkserver.Config, p *program) (runner, error) {
	if cfg.Mode == forkserver.Warm {
		cfg.Argv = p.warm
		w, err := forkserver.NewWarm(cfg)
		if err != nil {
			return nil, err
		}
		return w, nil
	}
	var err error
	if isInterpreted(p.run) {
		if cfg, err = forkserver.Interpreted(cfg); err != nil {
			return nil, err
		}
	}
	f, err := forkserver.New(cfg)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// crowded reports whether a program has made processes of its own, or runs while the
// sandbox is short of memory. Such runs are better watched in fresh processes.
func (s *slot) crowded(t *seat, p *program) bool {
	const serverAndRun = 2
	if s.house.pressure.short() {
		return true
	}
	if s.house.census.Count(uint32(t.uid)) <= serverAndRun {
		return false
	}
	p.strategy.giveUp("it starts processes of its own")
	return true
}

// launchServer starts the server's process as the seat's user. What is limited per
// run is not limited here.
func (t *seat) launchServer(launcher *process.Spawner, p *program, call *engine.Call, argv, env []string, files []*os.File) (*process.Child, error) {
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd())
	}
	return launcher.Launch(&process.Request{
		UID: uint32(t.uid), GID: uint32(groupOf(t.role)), Folder: t.folder, Path: argv[0], Args: argv, Env: env, FDs: fds,
		Rlimits: process.Rlimits{
			AddressSpace: math.MaxUint64, FileSize: uint64(call.Limits.Output), Processes: p.processes(),
			Stack: stackLimit(call.Limits), Files: 256, CPUSeconds: math.MaxUint64,
		},
	})
}

// serverFiles opens the call's streams for a server, which rewinds and empties
// them itself.
func (s *slot) serverFiles(t *seat, call *engine.Call) ([]forkserver.File, error) {
	var files []forkserver.File
	add := func(name string, fd int, err error, area *memory, write bool) error {
		if err != nil {
			return err
		}
		f := forkserver.File{File: os.NewFile(uintptr(fd), name), Truncate: write && area != nil}
		if area != nil {
			f.Area, err = area.openArea(write)
		}
		files = append(files, f)
		return err
	}
	fd, err := s.openStream(call.Stdin, unix.O_RDONLY)
	if err = add("stdin", fd, err, s.read(call.Stdin), false); err != nil {
		return files, err
	}
	fd, err = s.openStream(call.Stdout, unix.O_WRONLY)
	if err = add("stdout", fd, err, s.streams[call.Stdout], true); err != nil {
		return files, err
	}
	fd, err = t.stderr.open(unix.O_WRONLY | unix.O_APPEND)
	if err = add("stderr", fd, err, t.stderr, true); err != nil {
		return files, err
	}
	for _, st := range call.Files {
		mode := fileMode(call.Role, st)
		area := s.read(st)
		if mode != unix.O_RDONLY {
			area = nil
		}
		fd, err = s.openStream(st, mode)
		if err = add("file", fd, err, area, false); err != nil {
			return files, err
		}
	}
	return files, nil
}

// read is the buffer that a program reads from.
func (s *slot) read(st engine.Stream) *memory {
	if st == engine.Null {
		return &s.nothing
	}
	return s.streams[st]
}

// supply brings what the call's program reads to where it looks for it: into the areas,
// if it all fits, or else into the files.
func (s *slot) supply(v *server, call *engine.Call) error {
	v.request.Express = v.express
	for i := -1; i < len(call.Files) && v.request.Express; i++ {
		st, fd := call.Stdin, 0
		if i >= 0 {
			st, fd = call.Files[i], firstFile+i
		}
		m := s.read(st)
		fits, err := m.carry()
		if err != nil {
			return err
		}
		v.request.Express = fits
		if fits {
			v.request.Area[fd] = uint32(m.held)
		}
	}
	if v.request.Express {
		most := uint32(min(call.Limits.Output, forkserver.AreaSize))
		v.request.Area[1], v.request.Area[2] = most, most
		return nil
	}
	return s.supplyFiles(call)
}

// firstFile is the descriptor of a call's first file.
const firstFile = 3

func (s *slot) supplyFiles(call *engine.Call) error {
	err := s.read(call.Stdin).file()
	for _, st := range call.Files {
		err = errors.Join(err, s.read(st).file())
	}
	return err
}

// serve makes the run.
func (s *slot) serve(v *server, call *engine.Call) (forkserver.Outcome, error) {
	if err := s.supply(v, call); err != nil {
		return forkserver.Outcome{}, err
	}
	outcome, err := v.Run(&v.request)
	if errors.Is(err, forkserver.ErrNeedsFiles) {
		v.express, v.request.Express = false, false
		if err := s.supplyFiles(call); err != nil {
			return forkserver.Outcome{}, err
		}
		outcome, err = v.Run(&v.request)
	}
	s.touched(v, call, &outcome)
	return outcome, err
}

func (v *server) environment(t *seat, p *program, call *engine.Call) []string {
	v.env = t.environment(v.env[:0], p, call)
	return v.env
}

func (v *server) close() {
	if v.runner != nil {
		v.runner.Close()
	}
	for _, f := range v.files {
		f.Close()
	}
	v.launcher.Close()
	if v.child != nil && v.child.Lost() {
		// Nothing else runs in this seat, and what comes must not be disturbed.
		if err := v.seat.house.evict(v.seat.uid); err != nil {
			fmt.Fprintln(os.Stderr, "driver: stopping a server:", err)
		}
	}
}

// runFast runs the call by the program's strategy. It reports false when the
// result must come from exec instead: always for what did not end well, because
// verdicts on crashes, time and memory are exec's.
func (s *slot) runFast(t *seat, p *program, call *engine.Call, out *engine.Outcome) (bool, error) {
	mode := p.strategy.current()
	if mode == 0 || call.Fresh {
		return false, nil
	}
	if t.server == nil {
		v, err := s.startServer(t, p, call)
		if err != nil {
			return false, p.distrust(err)
		}
		t.server = v
		if t.server.Mode() < mode {
			p.strategy.stepDown(t.server.Mode(), t.server.Note())
		}
	}
	v := t.server
	v.args = t.arguments(v.args[:0], p, call)
	if v.Mode() == forkserver.Warm {
		v.args = v.args[len(p.run):] // the command is the process's own
	}
	v.request.Args, v.request.Env = v.args, v.environment(t, p, call)
	s.setLimits(&v.request, p, call)
	outcome, err := s.serve(v, call)
	if err != nil {
		t.stopServer()
		return false, p.distrust(err)
	}
	if outcome.Fallback != "" {
		p.strategy.stepDown(v.Mode(), outcome.Fallback)
	}
	*out = engine.Outcome{CPU: outcome.User + outcome.System, Wall: outcome.Wall, Memory: outcome.MaxRSS}
	good := outcome.Status.Exited() && outcome.Status.ExitStatus() == 0 && outcome.Broke == forkserver.BrokeNothing &&
		out.CPU <= trusted(v.Mode(), call.Limits.Time) && out.Memory <= call.Limits.Memory+p.recipe.MemoryOverhead
	if !good {
		return false, t.tidy()
	}
	if flooded, err := s.flooded(call); err != nil || flooded {
		return false, err
	}
	if outcome.Resident {
		return true, nil
	}
	return true, t.tidy()
}

// trusted is how much processor time a run of that mode may take for its word to be
// taken: what is compiled and loaded already makes a warm process quicker than the
// fresh one that decides about time.
func trusted(mode forkserver.Mode, limit time.Duration) time.Duration {
	const start = 100 * time.Millisecond
	if mode != forkserver.Warm {
		return limit
	}
	return max(limit-start, 0) / 2
}

func (s *slot) setLimits(r *forkserver.Request, p *program, call *engine.Call) {
	l := call.Limits
	r.Limits = forkserver.Limits{CPUSeconds: uint64(l.Time/time.Second) + 2, FileSize: uint64(l.Output), Processes: p.processes(),
		AddressSpace: max(p.addressSpace(l), p.addressSpace(l)+serverSpace)}
	r.Watch = forkserver.Watch{CPU: l.Time, Idle: l.Time + time.Second, Wall: 10*l.Time + 30*time.Second,
		Memory: l.Memory + p.recipe.MemoryOverhead}
}

// touched notes where what the program has written is.
func (s *slot) touched(v *server, call *engine.Call, outcome *forkserver.Outcome) {
	for fd, m := range [...]*memory{1: s.streams[call.Stdout], 2: v.seat.stderr} {
		switch {
		case m == nil:
		case v.request.Express:
			m.hold(int(outcome.Written[fd]))
		default:
			m.written()
		}
	}
}

// distrust takes note of why a fast run had no result, for which exec makes up. Any
// other error is the sandbox's.
func (p *program) distrust(err error) error {
	var unusable *forkserver.Unusable
	switch {
	case errors.Is(err, process.ErrGone):
		// The server's spawner has died; the next run may have another one.
		return nil
	case !errors.As(err, &unusable):
		return err
	case unusable.Died && p.strategy.forgives():
	case unusable.Permanent:
		p.strategy.giveUp(unusable.Reason)
	default:
		p.strategy.stepDown(forkserver.Fork, unusable.Reason)
	}
	return nil
}

// audit reports whether this fast run is one that exec must repeat.
func (p *program) audit() bool {
	n := p.strategy.runs.Add(1)
	return n <= auditedFirst || n%auditedEvery == 0
}

// compareWithExec repeats a fast run by exec, whose result counts, and drops the
// strategy when the two differ.
func (s *slot) compareWithExec(t *seat, p *program, call *engine.Call, out *engine.Outcome) error {
	var fast []byte
	if call.Stdout != engine.Null {
		data, err := s.streams[call.Stdout].bytes(1 << 30)
		if err != nil {
			return err
		}
		s.audited = append(s.audited[:0], data...)
		fast = s.audited
	}
	took := out.CPU
	if err := s.runExec(t, p, call, out); err != nil {
		return err
	}
	p.strategy.weigh(took, out.CPU)
	if out.Limit != engine.NoLimit || out.Crashed() {
		p.strategy.giveUp("a fresh process failed where a faster run did not")
		return nil
	}
	if call.Stdout == engine.Null {
		return nil
	}
	fresh, err := s.streams[call.Stdout].bytes(1 << 30)
	if err == nil && !bytes.Equal(fast, fresh) {
		p.strategy.giveUp("a fresh process printed something else for the same input")
	}
	return err
}

func (t *seat) stopServer() {
	if t.server != nil {
		t.server.close()
		t.server = nil
	}
}

// shimPath is where the image keeps the shim beside the spawn program.
func shimPath(spawn string) string { return filepath.Join(filepath.Dir(spawn), "shim.so") }

var _ fmt.Stringer = (*strategy)(nil)
