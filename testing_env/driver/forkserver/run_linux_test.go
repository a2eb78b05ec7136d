package forkserver

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestLimitsEndARun(t *testing.T) {
	t.Parallel()
	hostile, memory := program(t, "hostile.c"), program(t, "memory.c")
	var asked atomic.Int64
	tests := []struct {
		name    string
		argv    []string
		input   string
		request Request
		broke   Broke
		signal  syscall.Signal
	}{
		{"processor time", []string{hostile, "loop"}, "", Request{Watch: Watch{CPU: 30 * time.Millisecond}}, BrokeCPU, unix.SIGKILL},
		{"processor time of threads", []string{hostile, "threads"}, "", Request{Watch: Watch{CPU: 30 * time.Millisecond}}, BrokeCPU, unix.SIGKILL},
		{"the kernel's limit of it", []string{hostile, "loop"}, "", Request{Limits: Limits{CPUSeconds: 1}}, BrokeNothing, unix.SIGXCPU},
		{"idleness", []string{hostile, "sleep"}, "", Request{Watch: Watch{Idle: 50 * time.Millisecond}}, BrokeIdle, unix.SIGKILL},
		{"elapsed time", []string{hostile, "sleep"}, "", Request{Watch: Watch{Wall: 50 * time.Millisecond}}, BrokeWall, unix.SIGKILL},
		{"stopped programs too", []string{hostile, "stop-itself"}, "", Request{Watch: Watch{Wall: 50 * time.Millisecond}}, BrokeWall, unix.SIGKILL},
		{"resident memory", []string{memory}, "slowly 250", Request{Watch: Watch{Memory: 60 << 20}}, BrokeMemory, unix.SIGKILL},
		{"the caller", []string{hostile, "loop"}, "", Request{Stop: func() bool { return asked.Add(1) > 2 }}, Stopped, unix.SIGKILL},
		{"output", []string{program(t, "odd/largeoutput.c")}, "3", Request{Limits: Limits{FileSize: 1000}}, BrokeNothing, unix.SIGXFSZ},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			modes(t, func(t *testing.T, mode Mode) {
				c := newConsole(t)
				s := serve(t, Config{Mode: mode, Argv: tt.argv, Files: c.files()})
				for range 2 {
					got, o := c.run(t, s, tt.request, tt.input)
					if o.Broke != tt.broke || !o.Status.Signaled() || o.Status.Signal() != tt.signal {
						t.Errorf("%+v, want broke %d and %v", o, tt.broke, tt.signal)
					}
					if tt.signal == unix.SIGXFSZ && len(got.Out) != 1000 {
						t.Errorf("%d bytes of output", len(got.Out))
					}
				}
				// The server itself has taken no harm.
				if s.Stats().Launches != 1 {
					t.Errorf("%+v", s.Stats())
				}
			})
		})
	}
}

func TestAddressSpaceIsLimitedAsInAPlainRun(t *testing.T) {
	t.Parallel()
	exe := program(t, "memory.c")
	modes(t, func(t *testing.T, mode Mode) {
		c := newConsole(t)
		s := serve(t, Config{Mode: mode, Argv: []string{exe}, Files: c.files()})
		// 256 MiB of it are the program's global array.
		r := Request{Limits: Limits{AddressSpace: 400 << 20}}
		for range 3 {
			if _, o := c.run(t, s, r, "reserve 100"); o.Status != 0 {
				t.Errorf("100 MiB: %+v", o)
			}
			if _, o := c.run(t, s, r, "reserve 300"); o.Status != 3<<8 {
				t.Errorf("300 MiB: %+v", o)
			}
		}
	})
}

func TestLimitsBeyondTheLaunchesAreRefused(t *testing.T) {
	t.Parallel()
	exe := program(t, "memory.c")
	c := newConsole(t)
	cfg := Config{Mode: Snapshot, Argv: []string{exe}, Files: c.files()}
	if os.Getuid() == 0 {
		// Root may raise any limit.
		if err := os.Chmod(workshop.dir, 0o755); err != nil {
			t.Fatal(err)
		}
		cfg.Launch = launchAs(61240)
	}
	s := serve(t, cfg)
	_, err := s.Run(&Request{Files: stdio, Limits: Limits{OpenFiles: 1 << 40}})
	var u *Unusable
	if !errors.As(err, &u) || u.Permanent || !strings.Contains(u.Reason, "limits") {
		t.Errorf("got %v", err)
	}
}

// TestPeakMemoryIsThatOfAPlainRun varies the memory from run to run, so that what is
// kept from one run must not be counted in the next.
func TestPeakMemoryIsThatOfAPlainRun(t *testing.T) {
	t.Parallel()
	exe := program(t, "memory.c")
	inputs := []string{"none 0", "global 20", "none 0", "block 20", "heap 15", "global 60", "stack 5", "none 0", "heap 3", "global 1", "block 40", "stack 1"}
	want := map[string]int64{}
	c := newConsole(t)
	for _, input := range inputs {
		kib, err := strconv.ParseInt(strings.TrimSpace(c.plain(t, []string{exe}, nil, input).Out), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		want[input] = kib << 10
	}
	modes(t, func(t *testing.T, mode Mode) {
		c := newConsole(t)
		s := serve(t, Config{Mode: mode, Argv: []string{exe}, Files: c.files()})
		for round := range 4 {
			for _, input := range inputs {
				_, o := c.run(t, s, Request{}, input)
				const tolerance = 1200 << 10
				if d := o.MaxRSS - want[input]; d > tolerance || d < -tolerance {
					t.Errorf("round %d, %s: %d KiB, want %d KiB", round, input, o.MaxRSS>>10, want[input]>>10)
				}
			}
		}
	})
}

func TestProcessorTimeIsTold(t *testing.T) {
	t.Parallel()
	exe := program(t, "memory.c")
	modes(t, func(t *testing.T, mode Mode) {
		c := newConsole(t)
		s := serve(t, Config{Mode: mode, Argv: []string{exe}, Files: c.files()})
		for _, ms := range []int{40, 5, 20} {
			_, o := c.run(t, s, Request{}, fmt.Sprintf("burn %d", ms))
			want := time.Duration(ms) * time.Millisecond
			if got := o.User + o.System; got < want || got > want+10*time.Millisecond {
				t.Errorf("%v, want %v", got, want)
			}
		}
	})
}

func TestArgumentsAndEnvironmentMayChangeWithEachRun(t *testing.T) {
	t.Parallel()
	exe := program(t, "odd/environment.c")
	modes(t, func(t *testing.T, mode Mode) {
		c := newConsole(t)
		s := serve(t, Config{Mode: mode, Argv: []string{exe, "of", "the", "launch"}, Env: []string{"A=1", "B=2"}, Files: c.files()})
		random := rand.New(rand.NewPCG(1, 2))
		text := func(most int) string { return strings.Repeat("abc=", 1+random.IntN(most))[random.IntN(4):] }
		for run := range 200 {
			args, env := []string{exe}, []string{}
			for range random.IntN(5) {
				args = append(args, text(30))
			}
			for range random.IntN(5) {
				env = append(env, "V"+text(20))
			}
			if run%7 == 0 {
				args, env = nil, nil
			}
			got, _ := c.run(t, s, Request{Args: args, Env: env}, "")
			if args == nil {
				args, env = []string{exe, "of", "the", "launch"}, []string{"A=1", "B=2"}
			}
			want := "[" + strings.Join(args, "][") + "]1\n"
			for _, e := range env {
				want += "<" + e + ">"
			}
			want += "\nunset 4096\n"
			if got.Out != want {
				t.Fatalf("run %d\ngot  %q\nwant %q", run, got.Out, want)
			}
			if len(env) > 0 && got.Status.ExitStatus() != len(args) {
				t.Fatalf("run %d: status %#x", run, int(got.Status))
			}
		}
	})
}

func TestArgumentsThatDoNotFitAreRefusedForThatRunOnly(t *testing.T) {
	t.Parallel()
	exe := program(t, "odd/stdio.c")
	modes(t, func(t *testing.T, mode Mode) {
		c := newConsole(t)
		s := serve(t, Config{Mode: mode, Argv: []string{exe}, Files: c.files()})
		for _, size := range []int{5000, 20000, 50000} {
			_, err := s.Run(&Request{Args: []string{exe, strings.Repeat("x", size)}, Files: stdio})
			var u *Unusable
			if !errors.As(err, &u) || u.Permanent || u.Reason != "the arguments are too long" {
				t.Errorf("%d bytes: %v", size, err)
			}
			if got, _ := c.run(t, s, Request{}, "2 3 4"); got.Out != "7 1\n" {
				t.Errorf("afterwards: %v", got)
			}
		}
		if _, err := s.Run(&Request{Args: []string{exe, "a\x00b"}, Files: stdio}); err == nil {
			t.Error("a zero byte was accepted")
		}
		if _, err := s.Run(&Request{Files: []int{0, 7}}); err == nil {
			t.Error("an unknown file was accepted")
		}
	})
}

func TestFilesBeyondTheThreeAreThere(t *testing.T) {
	t.Parallel()
	exe := program(t, "odd/descriptors.c")
	modes(t, func(t *testing.T, mode Mode) {
		c := newConsole(t)
		s := serve(t, Config{Mode: mode, Argv: []string{exe}, Files: c.files()})
		for _, tt := range []struct {
			files []int
			want  string
		}{
			{[]int{0, 1, 2}, "0:0 1:0 2:0 \n"},
			{[]int{0, 1, 2, 0, 0}, "0:0 1:0 2:0 3:0 4:0 \n"},
			{[]int{0, 1, 2, -1, 0}, "0:0 1:0 2:0 4:0 \n"},
			{[]int{-1, 1}, "1:0 \n"},
		} {
			if got, _ := c.run(t, s, Request{Files: tt.files}, ""); got.Out != tt.want {
				t.Errorf("%v: %q, want %q", tt.files, got.Out, tt.want)
			}
		}
	})
}

func TestADeadServerIsReplacedBySlowerOnes(t *testing.T) {
	t.Parallel()
	exe := program(t, "odd/stdio.c")
	c := newConsole(t)
	s := serve(t, Config{Mode: Snapshot, Argv: []string{exe}, Files: c.files()})
	var reasons []string
	for range 12 {
		c.write(t, "2 3 4")
		o, err := s.Run(&Request{Files: stdio})
		var u *Unusable
		switch {
		case errors.As(err, &u):
			reasons = append(reasons, u.Reason)
			if u.Permanent {
				if len(reasons) < 2 {
					t.Errorf("given up after %q", reasons)
				}
				return
			}
		case err != nil:
			t.Fatal(err)
		case o.Status != 0 || content(t, c.out) != "7 1\n":
			t.Errorf("%+v %q", o, content(t, c.out))
		default:
			s.link.process.Kill()
		}
	}
	t.Errorf("not given up: %q", reasons)
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	exe := program(t, "odd/stdio.c")
	for _, mode := range []Mode{Fork, Snapshot} {
		c := newConsole(t)
		s := serve(t, Config{Mode: mode, Argv: []string{exe}, Files: c.files()})
		pid := s.link.pid
		s.Close()
		s.Close()
		if alive(pid) {
			t.Error("the server still runs")
		}
		var u *Unusable
		if _, err := s.Run(&Request{}); !errors.As(err, &u) || !u.Permanent {
			t.Errorf("a run after Close: %v", err)
		}
	}
}

// TestServersEndWithTheirDriver starts a driver that is killed.
func TestServersEndWithTheirDriver(t *testing.T) {
	exe := program(t, "odd/stdio.c")
	shim := shimPath(t)
	if os.Getenv("FORKSERVER_DRIVER") != "" {
		return
	}
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestHelperDriver$", "-test.v")
	cmd.Env = append(os.Environ(), "FORKSERVER_SHIM="+shim, "FORKSERVER_PROGRAM="+exe)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := 0
	for scanner := bufio.NewScanner(out); pid == 0 && scanner.Scan(); {
		if text, ok := strings.CutPrefix(scanner.Text(), "server "); ok {
			pid, _ = strconv.Atoi(text)
		}
	}
	if pid == 0 || !alive(pid) {
		t.Fatal("the driver has started no server")
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for deadline := time.Now().Add(10 * time.Second); alive(pid); {
		if time.Now().After(deadline) {
			t.Fatal("the server outlives its driver")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// TestHelperDriver is the driver of TestServersEndWithTheirDriver.
func TestHelperDriver(t *testing.T) {
	shim, exe := os.Getenv("FORKSERVER_SHIM"), os.Getenv("FORKSERVER_PROGRAM")
	if shim == "" {
		t.Skip("not a test")
	}
	s, err := New(Config{Shim: shim, Argv: []string{exe}, Launch: LaunchLocal})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\nserver %d\n", s.link.pid)
	select {}
}

// TestALowLimitOnFilesAtTheLaunchIsNoDanger checks that the server, which keeps its
// state in a file, is not ended by a limit that was meant for its program's output.
func TestALowLimitOnFilesAtTheLaunchIsNoDanger(t *testing.T) {
	t.Parallel()
	exe, shim := program(t, "odd/stdio.c"), shimPath(t)
	for _, tt := range []struct {
		blocks string // of 512 bytes
		mode   Mode
	}{{"hard 1000", Fork}, {"soft 1", Snapshot}, {"hard 1000000", Snapshot}} {
		c := newConsole(t)
		kind, blocks, _ := strings.Cut(tt.blocks, " ")
		launch := func(argv, env []string, files []*os.File) (Process, error) {
			// The shell must not be served itself.
			preload := env[slices.IndexFunc(env, func(e string) bool { return strings.HasPrefix(e, "LD_PRELOAD=") })]
			rest := slices.DeleteFunc(slices.Clone(env), func(e string) bool { return e == preload })
			script := "ulimit -" + map[string]string{"hard": "", "soft": "S"}[kind] + "f " + blocks + "; export " + preload + "; exec " + argv[0]
			return LaunchLocal([]string{"/bin/sh", "-c", script}, rest, files)
		}
		s, err := New(Config{Shim: shim, Argv: []string{exe}, Files: c.files(), Launch: launch})
		if err != nil {
			t.Fatalf("%s: %v", tt.blocks, err)
		}
		t.Cleanup(s.Close)
		if s.Mode() != tt.mode {
			t.Errorf("%s: mode is %v: %s", tt.blocks, s.Mode(), s.Note())
		}
		for range 3 {
			if got, _ := c.run(t, s, Request{Limits: Limits{FileSize: 1 << 18}}, "2 3 4"); got.Out != "7 1\n" {
				t.Errorf("%s: %v", tt.blocks, got)
			}
		}
	}
}

// TestRandomnessUsedBeforeTheStopIsNotRepeated has a library ask for random numbers
// before main: the C library may then keep a store of them in memory.
func TestRandomnessUsedBeforeTheStopIsNotRepeated(t *testing.T) {
	t.Parallel()
	needCompiler(t)
	dir := t.TempDir()
	compile := func(out, source string, flags ...string) string {
		cmd := exec.Command("gcc", append([]string{"-x", "c", "-", "-x", "none", "-o", dir + "/" + out}, flags...)...)
		cmd.Stdin = strings.NewReader("#include <stdio.h>\n#include <sys/random.h>\n" + source)
		if message, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v %.500s", err, message)
		}
		return dir + "/" + out
	}
	library := compile("libearly.so", `__attribute__((constructor)) static void early(void)
		{ long n; for (int i = 0; i < 10; i++) if (getrandom(&n, sizeof n, 0) < 0) return; }`, "-shared", "-fPIC")
	exe := compile("late", `int main(void) { long n; return getrandom(&n, sizeof n, 0) < 0 || printf("%ld\n", n) < 0; }`,
		"-Wl,--no-as-needed", library, "-Wl,-rpath,"+dir)
	modes(t, func(t *testing.T, mode Mode) {
		c := newConsole(t)
		s := serve(t, Config{Mode: mode, Argv: []string{exe}, Files: c.files()})
		seen := map[string]bool{}
		for range 20 {
			got, _ := c.run(t, s, Request{}, "")
			seen[got.Out] = true
		}
		if len(seen) != 20 {
			t.Errorf("%d different numbers in 20 runs", len(seen))
		}
	})
}

// TestThousandsOfRunsStayRight varies the input's size, so that memory is touched now
// here, now there.
func TestThousandsOfRunsStayRight(t *testing.T) {
	t.Parallel()
	exe := program(t, "odd/sum.cpp")
	modes(t, func(t *testing.T, mode Mode) {
		runs := map[Mode]int{Fork: 200, Snapshot: 5000}[mode]
		c := newConsole(t)
		s := serve(t, Config{Mode: mode, Argv: []string{exe}, Files: c.files()})
		random := rand.New(rand.NewPCG(3, 4))
		var input strings.Builder
		for run := range runs {
			n := random.IntN(20)
			if run%50 == 0 {
				n = random.IntN(20000)
			}
			input.Reset()
			fmt.Fprintln(&input, n)
			sum, seen := 0, map[int]bool{}
			for range n {
				x := random.IntN(2*n+1) - n
				sum += x
				seen[x] = true
				fmt.Fprint(&input, x, " ")
			}
			got, _ := c.run(t, s, Request{}, input.String())
			if want := fmt.Sprintf("%d 1 %d\n", sum, len(seen)); got.Out != want || got.Status != 0 {
				t.Fatalf("run %d: %v, want %q", run, got, want)
			}
		}
		t.Logf("%+v", s.Stats())
	})
}
