package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"stresstester/core/problem"
	"stresstester/testing_env/driver/process"
)

// Limits of one compilation. It is as untrusted as what it makes.
const (
	compileTime   = time.Minute
	compileMemory = 3 << 30
	compileFile   = 512 << 20
	// What a compiler makes may be so large in all.
	artifactBytes = 256 << 20
	artifactFiles = 4000
	compilerText  = 64 << 10
)

// compile builds the program into folder, or takes it from the cache.
func (h *House) compile(ctx context.Context, p *problem.Program, folder string) (problem.Compilation, error) {
	began := time.Now()
	c := problem.Compilation{Role: p.Role}
	if err := checkNames(p); err != nil {
		c.Message = err.Error()
		return c, nil
	}
	if len(p.Recipe.Compile) == 0 {
		c.OK = true
		return c, h.storeSources(p, folder)
	}
	key := cacheKey(p)
	// One compilation of the same source at a time: the second finds the first's.
	defer h.cache.lock(key)()
	if output, ok := h.cache.load(key, folder, groupOf(p.Role)); ok {
		c.OK, c.Cached, c.Output = true, true, output
		c.Seconds = time.Since(began).Seconds()
		return c, nil
	}
	uid := 0
	select {
	case uid = <-h.compilers:
	case <-ctx.Done():
		return c, ctx.Err()
	}
	defer func() { h.compilers <- uid }()
	err := h.compileAs(ctx, uid, p, key, folder, &c)
	c.Seconds = time.Since(began).Seconds()
	return c, err
}

func (h *House) compileAs(ctx context.Context, uid int, p *problem.Program, key, folder string, c *problem.Compilation) error {
	b, err := h.attempt(ctx, uid, p)
	if errors.Is(err, process.ErrGone) || (err == nil && h.starved(b.exit)) {
		// Whoever used up the memory, it is not known to be this compiler.
		h.quiet.Lock()
		if err = h.evict(uid); err == nil {
			b, err = h.attempt(ctx, uid, p)
		}
		h.quiet.Unlock()
	}
	defer h.discard(filepath.Dir(b.dir))
	var start *process.StartError
	switch {
	case errors.Is(err, syscall.ENOSPC):
		c.Message = "the sandbox's disk is full"
		return nil
	case errors.As(err, &start):
		c.Message = err.Error()
		return nil
	case err != nil:
		return fmt.Errorf("compiling %s: %w", p.Name, err)
	}
	c.Output = b.output
	if c.Message = compilerFailure(p, b.exit); c.Message != "" || b.exit.Status.ExitStatus() != 0 {
		return nil
	}
	if err := copyTree(filepath.Join(b.dir, "out"), folder, groupOf(p.Role)); err != nil {
		c.Message = fmt.Sprintf("what the compiler made could not be stored: %v", err)
		return nil
	}
	c.OK = true
	h.cache.store(key, folder, b.output)
	return nil
}

// build is a compilation that has ended.
type build struct {
	dir    string
	exit   *process.Exit
	output []byte
}

// attempt compiles once.
func (h *House) attempt(ctx context.Context, uid int, p *problem.Program) (build, error) {
	dir, err := h.buildFolder(uid, p)
	if err != nil {
		return build{dir: dir}, fmt.Errorf("preparing a compilation: %w", err)
	}
	exit, output, err := h.runCompiler(ctx, uid, dir, p)
	return build{dir, exit, output}, err
}

// starved reports whether a compiler ended for want of memory in the sandbox.
func (h *House) starved(exit *process.Exit) bool {
	return exit.Broke == process.BrokeShort || (exit.Broke == process.BrokeNothing && exit.Status != 0 && h.pressure.mayHaveKilled())
}

// compilerFailure says how the compiler itself ended badly; empty when it ended
// with an exit status, which is its own word about the source.
func compilerFailure(p *problem.Program, exit *process.Exit) string {
	switch {
	case exit.Broke == process.BrokeShort:
		return "the sandbox has too little memory left for the compiler"
	case exit.Broke == process.BrokeMemory || exit.MaxRSS > compileMemory:
		return fmt.Sprintf("the compiler needed more than %d MiB of memory", compileMemory>>20)
	case exit.Broke == process.BrokeProcesses:
		return "the compiler started too many processes"
	case exit.Broke != process.BrokeNothing || exit.Status.Signal() == syscall.SIGXCPU:
		return fmt.Sprintf("the compiler needed more than %v", compileLimit(p))
	case exit.Status.Signaled():
		return "the compiler was killed by " + unix.SignalName(exit.Status.Signal())
	}
	return ""
}

func compileLimit(p *problem.Program) time.Duration {
	if p.Recipe.CompileTime > 0 {
		return p.Recipe.CompileTime
	}
	return compileTime
}

// checkNames refuses names that would leave the build folder. The host never
// sends such names; this side does not rely on that.
func checkNames(p *problem.Program) error {
	names := []string{p.Recipe.SourceName}
	for _, f := range p.Includes {
		names = append(names, f.Name)
	}
	for _, name := range names {
		if name == "" || !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) == "." ||
			strings.ContainsRune(name, 0) || name == "out" || strings.HasPrefix(name, "out/") {
			return fmt.Errorf("the file name %q cannot be used inside the sandbox", name)
		}
	}
	return nil
}

// buildFolder lays the sources out for the compiler.
func (h *House) buildFolder(uid int, p *problem.Program) (string, error) {
	own, err := h.workFolder(fmt.Sprintf("compiler-%d", uid-h.firstUID))
	dir := filepath.Join(own, "build")
	if err == nil {
		err = removeContents(own)
	}
	if err == nil {
		err = os.Mkdir(dir, 0o700)
	}
	if err != nil {
		return dir, err
	}
	if err := writeSources(dir, p, 0); err != nil {
		return dir, err
	}
	out := filepath.Join(dir, "out")
	return dir, errors.Join(os.Mkdir(out, 0o700), os.Chown(out, uid, -1), os.Chown(dir, uid, -1))
}

// storeSources makes the sources themselves the program.
func (h *House) storeSources(p *problem.Program, folder string) error {
	if err := writeSources(folder, p, groupOf(p.Role)); err != nil {
		return fmt.Errorf("storing %s: %w", p.Name, err)
	}
	return nil
}

func writeSources(dir string, p *problem.Program, gid int) error {
	write := func(name string, data []byte) error {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(full, data, 0o644); err != nil {
			return err
		}
		return os.Chown(full, 0, gid)
	}
	for _, f := range p.Includes {
		if err := write(f.Name, f.Data); err != nil {
			return err
		}
	}
	return write(p.Recipe.SourceName, p.Source)
}

func (h *House) runCompiler(ctx context.Context, uid int, dir string, p *problem.Program) (*process.Exit, []byte, error) {
	spawner, err := h.spawners.Start(-1)
	if err != nil {
		return nil, nil, err
	}
	defer spawner.Close()
	command, err := lookUp(p.Recipe.Compile[0])
	if err != nil {
		return nil, nil, &process.StartError{Path: p.Recipe.Compile[0], Err: syscall.ENOENT}
	}
	text, err := newMemory("compiler", uid, 0o660)
	if err != nil {
		return nil, nil, err
	}
	defer text.close()
	null, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	defer unix.Close(null)
	said, err := text.open(unix.O_WRONLY | unix.O_APPEND)
	if err != nil {
		return nil, nil, err
	}
	defer unix.Close(said)
	var exit process.Exit
	args := append([]string{command}, p.Recipe.Compile[1:]...)
	env := append(append([]string{}, baseEnv...), "HOME="+dir, "TMPDIR="+dir)
	limit := compileLimit(p)
	request := process.Request{
		UID: uint32(uid), GID: uint32(uid), Folder: dir, Path: command, Args: args,
		Env: append(env, p.Recipe.Env...), FDs: []int{null, said, said},
		Rlimits: process.Rlimits{AddressSpace: 1 << 62, FileSize: compileFile, Processes: 512, Stack: 256 << 20, Files: 1024,
			CPUSeconds: uint64(limit/time.Second) + 2},
		Watch: process.Watch{CPU: limit, Wall: 4 * limit, Memory: compileMemory},
	}
	h.watch(&request.Watch)
	err = spawner.Run(&request, func() bool { return ctx.Err() != nil }, &exit)
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if err != nil {
		return nil, nil, err
	}
	output, err := text.bytes(compilerText)
	return &exit, append([]byte(nil), output...), err
}

// copyTree copies what a hostile compiler may have made. No link is followed: each
// name is opened relative to its folder and must be a folder or a plain file.
func copyTree(from, to string, gid int) error {
	fd, err := unix.Open(from, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	budget := &copyBudget{bytes: artifactBytes, files: artifactFiles}
	return copyFolder(os.NewFile(uintptr(fd), from), to, gid, budget)
}

type copyBudget struct {
	bytes int64
	files int
}

func copyFolder(dir *os.File, to string, gid int, b *copyBudget) error {
	defer dir.Close()
	for {
		names, err := dir.Readdirnames(256)
		for _, name := range names {
			if err := copyEntry(dir, name, filepath.Join(to, name), gid, b); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func copyEntry(dir *os.File, name, to string, gid int, b *copyBudget) error {
	if b.files--; b.files < 0 {
		return fmt.Errorf("it is more than %d files", artifactFiles)
	}
	// O_NONBLOCK so that a FIFO does not hang us.
	fd, err := unix.Openat(int(dir.Fd()), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("%q: %w", name, err)
	}
	f := os.NewFile(uintptr(fd), name)
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	switch {
	case st.IsDir():
		if err := os.Mkdir(to, 0o750); err != nil {
			f.Close()
			return err
		}
		if err := os.Chown(to, 0, gid); err != nil {
			f.Close()
			return err
		}
		return copyFolder(f, to, gid, b)
	case st.Mode().IsRegular():
		defer f.Close()
		return copyFile(f, st, to, gid, b)
	default:
		f.Close()
		return fmt.Errorf("%q is neither a file nor a folder", name)
	}
}

func copyFile(f *os.File, st os.FileInfo, to string, gid int, b *copyBudget) error {
	if b.bytes -= st.Size(); b.bytes < 0 {
		return fmt.Errorf("it is larger than %d MiB", artifactBytes>>20)
	}
	mode := os.FileMode(0o640)
	if st.Mode()&0o100 != 0 {
		mode = 0o750
	}
	// A process that is forked while the file is open for writing has it open, too,
	// until it executes something, and by then somebody may want to execute the file.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.LimitReader(f, st.Size()))
	// Closed before anything is started: a file that is open for writing cannot
	// be executed.
	err = errors.Join(err, out.Close())
	return errors.Join(err, os.Chown(to, 0, gid))
}
