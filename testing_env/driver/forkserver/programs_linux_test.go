package forkserver

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// workshop holds what the tests compile. FORKSERVER_PROGRAMS names a folder of
// programs compiled elsewhere, for machines without compilers.
var workshop struct {
	dir      string
	missing  string // why nothing can be compiled
	mu       sync.Mutex
	programs map[string]func() (string, error)
}

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	workshop.dir = os.Getenv("FORKSERVER_PROGRAMS")
	if workshop.dir == "" {
		dir, err := os.MkdirTemp("", "forkserver")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		workshop.dir = dir
	}
	workshop.programs = map[string]func() (string, error){}
	for _, tool := range []string{"gcc", "g++"} {
		if _, err := exec.LookPath(tool); err != nil {
			workshop.missing = tool + " is not installed"
		}
	}
	return m.Run()
}

// shimPath compiles the shim, warnings being errors, and returns its path.
func shimPath(tb testing.TB) string {
	tb.Helper()
	return build(tb, "shim", func(out string) *exec.Cmd {
		sources, err := filepath.Glob("../../shim/*.c")
		if err != nil || len(sources) == 0 {
			tb.Fatal("the shim's sources are not there")
		}
		args := []string{"-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-o", out}
		return exec.Command("gcc", append(args, sources...)...)
	})
}

// program compiles testdata/NAME and returns the executable's path. A line
// "// flags: …" in the source adds flags.
func program(tb testing.TB, name string) string {
	tb.Helper()
	source := filepath.Join("testdata", name)
	return build(tb, name, func(out string) *exec.Cmd {
		compiler := "gcc"
		if strings.HasSuffix(name, ".cpp") {
			compiler = "g++"
		}
		args := []string{"-O1", "-w", "-fno-stack-protector", "-o", out, source}
		args = append(args, strings.Fields(note(tb, name, "flags:"))...)
		return exec.Command(compiler, args...)
	})
}

// note returns the rest of the source's comment line that begins with key.
func note(tb testing.TB, name, key string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "// "+key); ok {
			return strings.TrimSpace(rest) + " "
		}
	}
	return ""
}

// build runs a compiler once for each name.
func build(tb testing.TB, name string, command func(out string) *exec.Cmd) string {
	tb.Helper()
	workshop.mu.Lock()
	once, ok := workshop.programs[name]
	if !ok {
		out := filepath.Join(workshop.dir, strings.ReplaceAll(name, "/", "-")+".out")
		once = sync.OnceValues(func() (string, error) {
			if _, err := os.Stat(out); err == nil {
				return out, nil
			}
			if workshop.missing != "" {
				return "", nil
			}
			if message, err := command(out).CombinedOutput(); err != nil {
				return "", fmt.Errorf("compiling %s: %w\n%s", name, err, message)
			}
			return out, nil
		})
		workshop.programs[name] = once
	}
	workshop.mu.Unlock()
	path, err := once()
	if err != nil {
		tb.Fatal(err)
	}
	if path == "" {
		tb.Skip(workshop.missing)
	}
	return path
}

// needCompiler skips the test where it could not compile programs of its own.
func needCompiler(tb testing.TB) {
	tb.Helper()
	if workshop.missing != "" {
		tb.Skip(workshop.missing)
	}
}

// console is a program's three files.
type console struct {
	in, out, err *os.File
	// areas, if there are any, are tried first: see Request.Express.
	areas [3]*area
	// inFiles counts the runs that had to do without them.
	inFiles int
}

type area struct {
	file, server *os.File
	data         []byte
}

// addAreas gives all of the console's files areas.
func (c *console) addAreas(tb testing.TB) {
	tb.Helper()
	for i := range c.areas {
		c.areas[i] = newArea(tb, i > 0)
	}
}

func newArea(tb testing.TB, write bool) *area {
	tb.Helper()
	f, err := NewArea()
	if err != nil {
		tb.Fatal(err)
	}
	data, err := unix.Mmap(int(f.Fd()), 0, AreaSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		tb.Fatal(err)
	}
	flags := os.O_RDONLY
	if write {
		flags = os.O_RDWR
	}
	server, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), flags, 0)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		f.Close()
		server.Close()
		_ = unix.Munmap(data)
	})
	return &area{f, server, data}
}

func newConsole(tb testing.TB) *console {
	tb.Helper()
	c := &console{in: memoryFile(tb), out: memoryFile(tb), err: memoryFile(tb)}
	tb.Cleanup(func() {
		c.in.Close()
		c.out.Close()
		c.err.Close()
	})
	return c
}

func memoryFile(tb testing.TB) *os.File {
	tb.Helper()
	fd, err := unix.MemfdCreate("test", unix.MFD_CLOEXEC)
	if err != nil {
		tb.Fatal(err)
	}
	return os.NewFile(uintptr(fd), "memory")
}

func (c *console) files() []File {
	files := []File{{File: c.in}, {File: c.out, Truncate: true}, {File: c.err, Truncate: true}}
	for i, a := range c.areas {
		if a != nil {
			files[i].Area = a.server
		}
	}
	return files
}

func (c *console) write(tb testing.TB, input string) {
	tb.Helper()
	if err := c.in.Truncate(0); err != nil {
		tb.Fatal(err)
	}
	if _, err := c.in.WriteAt([]byte(input), 0); err != nil {
		tb.Fatal(err)
	}
}

func content(tb testing.TB, f *os.File) string {
	tb.Helper()
	st, err := f.Stat()
	if err != nil {
		tb.Fatal(err)
	}
	b := make([]byte, st.Size())
	if _, err := f.ReadAt(b, 0); err != nil && len(b) > 0 {
		tb.Fatal(err)
	}
	return string(b)
}

// result is what a test compares.
type result struct {
	Status   syscall.WaitStatus
	Out, Err string
}

func (r result) String() string {
	return fmt.Sprintf("status %#x\n-- stdout\n%s-- stderr\n%s", int(r.Status), clip(r.Out), clip(r.Err))
}

func clip(s string) string {
	if len(s) > 2000 {
		return s[:2000] + "…\n"
	}
	return s
}

var stdio = []int{0, 1, 2}

// run makes one run and fails the test if there is no outcome.
func (c *console) run(tb testing.TB, s *Server, r Request, input string) (result, Outcome) {
	tb.Helper()
	c.write(tb, input)
	if r.Files == nil {
		r.Files = stdio
	}
	if c.areas[0] != nil {
		if got, o, ok := c.runExpress(tb, s, r, input); ok {
			return got, o
		}
	}
	o, err := s.Run(&r)
	if err != nil {
		tb.Fatalf("run failed: %v", err)
	}
	return result{o.Status, content(tb, c.out), content(tb, c.err)}, o
}

// runExpress makes a run that reads and writes areas, unless it needs files.
func (c *console) runExpress(tb testing.TB, s *Server, r Request, input string) (result, Outcome, bool) {
	tb.Helper()
	most := uint32(AreaSize)
	if n := r.Limits.FileSize; n > 0 && n < AreaSize {
		most = uint32(n)
	}
	r.Express = true
	r.Area = [MaxFDs]uint32{uint32(copy(c.areas[0].data, input)), most, most}
	o, err := s.Run(&r)
	if errors.Is(err, ErrNeedsFiles) {
		c.inFiles++
		return result{}, Outcome{}, false
	}
	if err != nil {
		tb.Fatalf("run failed: %v", err)
	}
	written := func(i int) string { return string(c.areas[i].data[:o.Written[i]]) }
	return result{o.Status, written(1), written(2)}, o, true
}

// plain executes the program afresh, the slow way.
func (c *console) plain(tb testing.TB, argv, env []string, input string) result {
	tb.Helper()
	c.write(tb, input)
	var out, errs bytes.Buffer
	for _, f := range []*os.File{c.out, c.err} {
		if err := f.Truncate(0); err != nil {
			tb.Fatal(err)
		}
	}
	for _, f := range []*os.File{c.in, c.out, c.err} {
		if _, err := f.Seek(0, 0); err != nil {
			tb.Fatal(err)
		}
		// The program before may have set flags that are shared with it.
		if _, err := unix.FcntlInt(f.Fd(), unix.F_SETFL, 0); err != nil {
			tb.Fatal(err)
		}
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.in, c.out, c.err
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	_ = cmd.Run()
	out.WriteString(content(tb, c.out))
	errs.WriteString(content(tb, c.err))
	return result{cmd.ProcessState.Sys().(syscall.WaitStatus) &^ 0x80, out.String(), errs.String()}
}

// modes runs a test in both modes.
func modes(t *testing.T, test func(t *testing.T, mode Mode)) {
	for _, mode := range []Mode{Fork, Snapshot} {
		t.Run(strings.ReplaceAll(mode.String(), " ", "-"), func(t *testing.T) {
			t.Parallel()
			test(t, mode)
		})
	}
}

// serve launches a server for the executable and insists on the mode.
func serve(tb testing.TB, cfg Config) *Server {
	tb.Helper()
	mode := cfg.Mode
	if cfg.Shim == "" {
		cfg.Shim = shimPath(tb)
	}
	if cfg.Launch == nil {
		cfg.Launch = LaunchLocal
	}
	s, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	if s.Mode() != mode {
		tb.Fatalf("mode is %v: %s", s.Mode(), s.Note())
	}
	return s
}

// pin keeps the calling goroutine on one processor until the test ends.
func pin(tb testing.TB, cpu int) {
	tb.Helper()
	runtime.LockOSThread()
	var before, set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		tb.Fatal(err)
	}
	set.Set(cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = unix.SchedSetaffinity(0, &before)
		runtime.UnlockOSThread()
	})
}
