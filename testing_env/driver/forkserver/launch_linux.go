package forkserver

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// connect launches a server and waits until it is ready. An *Unusable says that the
// program does not suit the mode.
func connect(cfg *Config, mode Mode) (*link, error) {
	fd, memory, err := newControl()
	if err != nil {
		return nil, err
	}
	shared := os.NewFile(uintptr(fd), "control")
	defer shared.Close()
	l := &link{
		memory:   memory,
		request:  (*request)(unsafe.Pointer(&memory[requestOffset])),
		answer:   (*answer)(unsafe.Pointer(&memory[answerOffset])),
		run:      (*run)(unsafe.Pointer(&memory[runOffset])),
		parallel: int64(runtime.NumCPU()),
		typical:  interval / 2,
	}
	l.describe(cfg, mode)

	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err == nil {
		defer null.Close()
		files := []*os.File{null, null, null, shared}
		for _, f := range cfg.Files {
			files = append(files, f.File)
		}
		var state *os.File
		if state, err = newState(); err == nil {
			defer state.Close()
			files = append(files, state)
			for i, f := range cfg.Files {
				if f.Area != nil {
					files = append(files, f.Area)
					l.request.areas |= 1 << i
				}
			}
			l.process, err = cfg.Launch(cfg.Argv, launchEnv(cfg), files)
		}
	}
	if err != nil {
		_ = unix.Munmap(memory)
		return nil, err
	}
	l.pid = l.process.Pid()
	if reason := l.ready(cfg.StartTime); reason != "" {
		l.close()
		return nil, &Unusable{Reason: reason}
	}
	return l, nil
}

// newState makes the file in which a server keeps what its programs must not
// change. The server could not make it itself where programs may make none.
func newState() (*os.File, error) {
	fd, err := unix.MemfdCreate("stresstester-state", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	return os.NewFile(uintptr(fd), "state"), nil
}

// describe fills in what the server must know before it starts.
func (l *link) describe(cfg *Config, mode Mode) {
	c := l.request
	c.magic, c.version = magic, version
	c.mode, c.stop = uint32(mode), uint32(cfg.Stop)
	c.files = uint32(len(cfg.Files))
	c.retain = uint32(cfg.Retain / int64(os.Getpagesize()))
	if cfg.OwnUID {
		c.flags |= flagOwnUID
	}
	if cfg.Pin {
		c.cpu = uint32(cfg.CPU) + 1
		l.parallel = 1
	}
	if mode == Snapshot {
		l.slack = cfg.Retain + 4<<20
	}
}

// controlFD is the descriptor under which a server finds the shared page; the
// config's files follow, then the file for its state, and the areas.
const controlFD = 3

func launchEnv(cfg *Config) []string {
	env := make([]string, 0, len(cfg.Env)+4)
	size := 0
	for _, list := range [...][]string{cfg.Argv, cfg.Env} {
		for _, text := range list {
			size += len(text) + 1 + 8
		}
	}
	env = append(env, cfg.Env...)
	env = append(env,
		"LD_PRELOAD="+cfg.Shim,
		// Symbols are looked up once instead of in each run.
		"LD_BIND_NOW=1",
		envControl+"="+strconv.Itoa(controlFD))
	if cfg.Stop == BeforeConstructors {
		// A page is lost to alignment; some are for longer arguments and the
		// auxiliary vector.
		const page, slack = 4096, 3 << 10
		pages := (size + slack + page - 1) / page
		env = append(env, envRoom+"="+strings.Repeat("-", (pages+1)*page))
	}
	return env
}

// ready waits until the server says that it is; if not it returns why.
func (l *link) ready(limit time.Duration) string {
	deadline := time.Now().Add(limit)
	for {
		state := atomic.LoadUint32(&l.answer.state)
		switch {
		case state == stateReady && l.answer.server != uint32(l.pid):
			return "its server is not the process that was launched"
		case state == stateReady:
			return ""
		case state == stateUnsuitable:
			return l.reason()
		case !alive(l.pid):
			if atomic.LoadUint32(&l.answer.state) != state {
				continue
			}
			return notStopped(state) + " and ended"
		case time.Now().After(deadline):
			return notStopped(state)
		}
		futexWait(&l.run.bell, 0, time.Millisecond)
	}
}

func notStopped(state uint32) string {
	if state == stateLaunched {
		return "it did not load the shim"
	}
	return "it did not stop"
}

// LaunchLocal launches a server as a child of this process: without a sandbox, for
// tests and benchmarks.
func LaunchLocal(argv, env []string, files []*os.File) (Process, error) {
	//nolint:noctx // it lives until Kill
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = files[0], files[1], files[2]
	cmd.ExtraFiles = files[3:]
	cmd.SysProcAttr = &unix.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &localProcess{cmd: cmd}, nil
}

type localProcess struct {
	cmd  *exec.Cmd
	once sync.Once
}

func (p *localProcess) Pid() int { return p.cmd.Process.Pid }

func (p *localProcess) Kill() {
	p.once.Do(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
}
