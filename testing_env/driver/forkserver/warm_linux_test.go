package forkserver

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// warmStart is the environment variable by which this test's binary becomes a warm
// process; its value is what that does first.
const warmStart = "FORKSERVER_WARM_START"

// TestHelperWarm is the warm process of the other tests. Each run does what its first
// argument says.
func TestHelperWarm(t *testing.T) {
	start := os.Getenv(warmStart)
	if start == "" {
		t.Skip("not a test")
	}
	requests, answers, _ := strings.Cut(os.Getenv(EnvWarm), ":")
	open := func(number string) *os.File {
		n, err := strconv.Atoi(number)
		if err != nil {
			os.Exit(7)
		}
		return os.NewFile(uintptr(n), "pipe")
	}
	in, out := open(requests), open(answers)
	say := func(text string) { fmt.Fprintln(out, text) }
	switch start {
	case "die":
		os.Exit(0)
	case "sleep":
		time.Sleep(time.Hour)
	default:
		say(start)
	}
	for {
		var header [8]byte
		if _, err := io.ReadFull(in, header[:]); err != nil {
			os.Exit(0)
		}
		block := make([]byte, binary.LittleEndian.Uint32(header[4:]))
		if _, err := io.ReadFull(in, block); err != nil {
			os.Exit(0)
		}
		words := strings.Split(strings.TrimSuffix(string(block), "\x00"), "\x00")
		count := int(binary.LittleEndian.Uint32(header[:]))
		warmRun(words[:count], words[count:], say)
	}
}

func warmRun(args, env []string, say func(string)) {
	switch args[0] {
	case "echo":
		input, _ := io.ReadAll(os.Stdin)
		fmt.Printf("%d %q %q %s", os.Getpid(), args[1:], env, input)
		say("done")
	case "die":
		os.Exit(0)
	case "sleep":
		time.Sleep(time.Hour)
	case "burn":
		for n := 0; ; n++ {
		}
	case "child":
		child := exec.Command("/bin/sleep", args[1])
		if err := child.Start(); err != nil {
			say("failed")
			return
		}
		say("child " + strconv.Itoa(child.Process.Pid))
		_ = child.Wait()
		say("done")
	case "unfinished":
		fmt.Fprint(os.NewFile(4, "answers"), "do")
	default:
		say(strings.Join(args, " "))
	}
}

// warmServer is a server of this test's binary with that start.
func warmServer(t *testing.T, c *console, start string) (*WarmServer, error) {
	t.Helper()
	w, err := NewWarm(Config{
		Argv: []string{os.Args[0], "-test.run", "^TestHelperWarm$"}, Env: append(os.Environ(), warmStart+"="+start),
		Files: c.files(), Launch: LaunchLocal, StartTime: map[bool]time.Duration{true: 300 * time.Millisecond}[start == "sleep"],
	})
	if err == nil {
		t.Cleanup(w.Close)
	}
	return w, err
}

func TestAWarmProcessMakesOneRunAfterTheOther(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	w, err := warmServer(t, c, "ready")
	if err != nil {
		t.Fatal(err)
	}
	pid := w.process.Pid()
	for run := range 50 {
		input := strings.Repeat("x", 100-run)
		c.write(t, input)
		o, err := w.Run(&Request{Args: []string{"echo", "a b", strconv.Itoa(run)}, Env: []string{"E=f"}})
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%d %q %q %s", pid, []string{"a b", strconv.Itoa(run)}, []string{"E=f"}, input); content(t, c.out) != want {
			t.Fatalf("it printed %q instead of %q", content(t, c.out), want)
		}
		if o.Status != 0 || o.Broke != BrokeNothing || o.MaxRSS < 1<<20 || o.Wall <= 0 {
			t.Fatalf("%+v", o)
		}
	}
	if w.Mode() != Warm || w.Note() != "" || w.Stats().Launches != 1 {
		t.Errorf("%v %q %+v", w.Mode(), w.Note(), w.Stats())
	}
}

func TestWhatAWarmProcessSays(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, run string
		request   Request
		// reason is in the error's text; empty means that the run has a result.
		reason string
		// died says that another process may do better, anew that the next run has one.
		died, anew bool
	}{
		{name: "that the run ended well", run: "done"},
		{name: "that another process is needed", run: "renew", anew: true},
		{name: "that the run failed", run: "failed", reason: "end badly", died: true, anew: true},
		{name: "that it is not suited", run: "unsuitable it has a reason", reason: "it has a reason"},
		{name: "nothing that is known", run: "perhaps", reason: serverDied, died: true, anew: true},
		{name: "half a line", run: "unfinished", reason: serverDied, died: true, anew: true},
		{name: "nothing, and ends", run: "die", reason: serverDied, died: true, anew: true},
		{name: "which child makes the run", run: "child 0.05"},
		{name: "that somebody else makes the run", run: "child 1", reason: serverDied, died: true, anew: true},
		{name: "nothing, and takes too long", run: "burn", request: Request{Watch: Watch{CPU: 50 * time.Millisecond}}, reason: "break limits", died: true, anew: true},
		{name: "nothing, and does nothing", run: "sleep", request: Request{Watch: Watch{Idle: 50 * time.Millisecond}}, reason: "break limits", died: true, anew: true},
		{name: "nothing, and its child does nothing", run: "child 1000", request: Request{Watch: Watch{Idle: 50 * time.Millisecond}}, reason: "break limits", died: true, anew: true},
		{name: "that the run ended well, but uses much memory", run: "done", request: Request{Watch: Watch{Memory: 1 << 16}}, reason: "memory limit", died: true, anew: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newConsole(t)
			w, err := warmServer(t, c, "ready")
			if err != nil {
				t.Fatal(err)
			}
			tt.request.Args = strings.Fields(tt.run)
			if tt.run == "child 1" {
				tt.request.Args = []string{"child 1"} // said as it is
			}
			_, err = w.Run(&tt.request)
			var u *Unusable
			switch {
			case tt.reason == "" && err != nil:
				t.Fatal(err)
			case tt.reason != "" && (!errors.As(err, &u) || !strings.Contains(u.Reason, tt.reason) || !u.Permanent || u.Died != tt.died):
				t.Fatalf("got %v: %+v", err, u)
			}
			_, err = w.Run(&Request{Args: []string{"done"}})
			if suited := tt.reason == "" || tt.died; (err == nil) != suited {
				t.Errorf("the next run: %v", err)
			}
			if anew := w.Stats().Launches > 1; anew != tt.anew {
				t.Errorf("there were %d processes", w.Stats().Launches)
			}
		})
	}
}

func TestAWarmProcessThatIsStoppedIsNoFailure(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	w, err := warmServer(t, c, "ready")
	if err != nil {
		t.Fatal(err)
	}
	o, err := w.Run(&Request{Args: []string{"burn"}, Stop: func() bool { return true }})
	if err != nil || o.Broke != Stopped || !o.Status.Signaled() {
		t.Errorf("%+v %v", o, err)
	}
	if _, err := w.Run(&Request{Args: []string{"done"}}); err != nil {
		t.Error(err)
	}
}

func TestAWarmProcessThatIsNeverReady(t *testing.T) {
	t.Parallel()
	for start, reason := range map[string]string{
		"unsuitable it has no main": "it has no main",
		"hello":                     "it ended before it was ready",
		"die":                       "it ended before it was ready",
		"sleep":                     "it does not become ready",
	} {
		c := newConsole(t)
		_, err := warmServer(t, c, start)
		var u *Unusable
		if !errors.As(err, &u) || u.Reason != reason || !u.Permanent {
			t.Errorf("%s: %v", start, err)
		}
	}
	if _, err := NewWarm(Config{}); err == nil {
		t.Error("nothing was launched")
	}
}

func TestArgumentsThatAWarmProcessCannotHave(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	w, err := warmServer(t, c, "ready")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Run(&Request{Args: []string{"a\x00b"}}); err == nil {
		t.Error("a zero byte was accepted")
	}
	var u *Unusable
	if _, err := w.Run(&Request{Args: []string{"done", strings.Repeat("x", 1<<16)}}); !errors.As(err, &u) || u.Reason != "the arguments are too long" {
		t.Errorf("got %v", err)
	}
}

func TestAClosedWarmProcessIsGone(t *testing.T) {
	t.Parallel()
	c := newConsole(t)
	w, err := warmServer(t, c, "ready")
	if err != nil {
		t.Fatal(err)
	}
	pid := w.process.Pid()
	w.Close()
	w.Close()
	var u *Unusable
	if _, err := w.Run(&Request{Args: []string{"done"}}); !errors.As(err, &u) || !u.Permanent || alive(pid) {
		t.Errorf("a run after Close: %v", err)
	}
}
