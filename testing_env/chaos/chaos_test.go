// Package chaos kills clients and containers in the middle of runs, at random, and
// then looks for anything left behind: containers, processes, files.
package chaos

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var runs = flag.Int("runs", 12, "how many runs to disturb")

// mark names our containers' clients: it is in the environment of every client,
// and its folder holds all of their files.
func setUp(t *testing.T) (binary, problemDir, temporary string) {
	t.Helper()
	if os.Getenv("STRESSTESTER_IMAGE") == "" {
		t.Skip("STRESSTESTER_IMAGE names no image; run make test")
	}
	dir := t.TempDir()
	binary = filepath.Join(dir, "stresstester")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "stresstester/cmd/stresstester")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	problemDir, temporary = filepath.Join(dir, "problem"), filepath.Join(dir, "tmp")
	for _, d := range []string{problemDir, temporary} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"sol.py":   "print(int(input()) * 2)\n",
		"brute.py": "print(int(input()) * 2)\n",
		"gen.py":   "import sys\nprint(int(sys.argv[-1]))\n",
	} {
		if err := os.WriteFile(filepath.Join(problemDir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return binary, problemDir, temporary
}

// client is a run under way; its first progress line tells that the sandbox works.
type client struct {
	cmd     *exec.Cmd
	working chan struct{}
	output  bytes.Buffer
}

func start(t *testing.T, binary, dir, temporary string) *client {
	t.Helper()
	c := &client{cmd: exec.Command(binary, "run", "--format", "json", "--tests", "0", "--time", "30s", "--no-save", "sol.py"),
		working: make(chan struct{})}
	c.cmd.Dir = dir
	c.cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.cmd.Stderr = &c.output
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		line := make([]byte, 1)
		if _, err := out.Read(line); err == nil {
			close(c.working)
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	return c
}

// container is the name of the client's container, or empty.
func container(t *testing.T, pid int) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "docker", "ps", "-a", "--format", "{{.Names}}",
		"--filter", fmt.Sprintf("name=^stresstester-%d-", pid)).Output()
	if err != nil {
		t.Fatalf("asking the engine: %v", err)
	}
	return strings.TrimSpace(string(out))
}

const killed = "kill -9 of the client"

// state is a container's state in the engine's words; empty when it is gone.
func state(t *testing.T, name string) string {
	t.Helper()
	out, _ := exec.CommandContext(t.Context(), "docker", "inspect", "--format", "{{.State.Status}}", name).Output()
	return strings.TrimSpace(string(out))
}

// containersOf counts the containers of these clients.
func containersOf(t *testing.T, clients []int) int {
	t.Helper()
	n := 0
	for _, pid := range clients {
		if container(t, pid) != "" {
			n++
		}
	}
	return n
}

// runToTheEnd is a client that nobody disturbs.
func runToTheEnd(t *testing.T, binary, dir, temporary string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "run", "--tests", "20", "--no-save", "sol.py")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("an undisturbed run: %v\n%s", err, out)
	}
}

// disturb does one of the things that happen to processes.
func disturb(t *testing.T, c *client, how int) string {
	t.Helper()
	switch how {
	case 0:
		_ = c.cmd.Process.Kill()
		return killed
	case 1:
		_ = c.cmd.Process.Signal(syscall.SIGTERM)
		return "SIGTERM of the client"
	case 2:
		_ = c.cmd.Process.Signal(syscall.SIGINT)
		return "SIGINT of the client"
	default:
		if name := container(t, c.cmd.Process.Pid); name != "" {
			_ = exec.CommandContext(t.Context(), "docker", "kill", name).Run()
		}
		// The client starts the run again in a new container, once; then it is
		// told to stop.
		_ = c.cmd.Process.Signal(syscall.SIGTERM)
		return "docker kill of the container"
	}
}

// waitFor waits until the condition holds.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute still not so: %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	binary, dir, temporary := setUp(t)
	before, _ := os.ReadDir(dir)
	var clients []int
	for i := range *runs {
		c := start(t, binary, dir, temporary)
		clients = append(clients, c.cmd.Process.Pid)
		if rand.IntN(3) > 0 {
			select {
			case <-c.working:
			case <-time.After(time.Minute):
				t.Fatalf("run %d did not start:\n%s", i, c.output.String())
			}
		}
		// Anywhere in a run's life, its beginning included.
		time.Sleep(rand.N(300 * time.Millisecond))
		how := disturb(t, c, rand.IntN(4))
		ended := make(chan error, 1)
		go func() { ended <- c.cmd.Wait() }()
		select {
		case err := <-ended:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatalf("run %d, %s: %v", i, how, err)
			}
		case <-time.After(time.Minute):
			_ = c.cmd.Process.Kill()
			t.Fatalf("run %d, %s: the client hangs:\n%s", i, how, c.output.String())
		}
		waitFor(t, "the container goes after "+how, func() bool {
			left := container(t, c.cmd.Process.Pid)
			// A client that dies between creating a container and starting it can
			// do nothing more; the next one removes what never ran.
			return left == "" || how == killed && state(t, left) == "created"
		})
	}
	runToTheEnd(t, binary, dir, temporary)
	waitFor(t, "nothing of any client is left", func() bool { return containersOf(t, clients) == 0 })
	left, _ := os.ReadDir(temporary)
	for _, f := range left {
		t.Errorf("left in the temporary folder: %s", f.Name())
	}
	after, _ := os.ReadDir(dir)
	if len(after) != len(before) {
		t.Errorf("the problem's folder had %d entries and has %d", len(before), len(after))
	}
}
