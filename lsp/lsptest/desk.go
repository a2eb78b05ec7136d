//go:build unix

package lsptest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stresstester/lsp/daemon"
)

// deskPatience is how long a Desk waits for what does not come.
const deskPatience = 60 * time.Second

// Desk is a user's machine as the real programs see it: a problem's folder, a
// runtime folder, editors that come and go, and the daemon that they share.
type Desk struct {
	// Program is the program that editors start; empty means stresstester in PATH.
	Program string
	// Dir is the problem's folder.
	Dir string
	// Env is the programs' environment.
	Env []string
	t   testing.TB
}

// NewDesk makes one for the problem in dir. It is cleared when the test ends: the
// daemon is stopped, and must be gone soon. env is added to the environment.
func NewDesk(t testing.TB, dir string, env ...string) *Desk {
	t.Helper()
	// The name of a test's own folder is too long for a socket's path.
	runtime, err := os.MkdirTemp("", "st")
	if err != nil {
		t.Fatal(err)
	}
	d := &Desk{t: t, Dir: dir, Env: append(append(os.Environ(),
		"XDG_RUNTIME_DIR="+runtime, "STRESSTESTER_DAEMON_IDLE=2s", "STRESSTESTER_COMPANION=off"), env...)}
	t.Cleanup(func() {
		_ = d.Command("daemon", "stop").Run()
		d.Until("the daemon is gone", func() bool { return d.Daemon() == nil })
		_ = os.RemoveAll(runtime)
	})
	return d
}

// Files writes the problem's files.
func (d *Desk) Files(files map[string]string) {
	d.t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(d.Dir, name), []byte(text), 0o644); err != nil {
			d.t.Fatal(err)
		}
	}
}

// Command is the program with arguments, in the problem's folder.
func (d *Desk) Command(args ...string) *exec.Cmd {
	program := d.Program
	if program == "" {
		program = "stresstester"
	}
	// What cleans up runs when the test's own context has ended.
	cmd := exec.CommandContext(context.WithoutCancel(d.t.Context()), program, args...) //nolint:gosec // the test's own program
	cmd.Env, cmd.Dir = d.Env, d.Dir
	return cmd
}

// Daemon is how the daemon stands; nil when there is none.
func (d *Desk) Daemon() *daemon.Status {
	d.t.Helper()
	out, err := d.Command("daemon", "status", "--format", "json").Output()
	if err != nil {
		return nil
	}
	var s daemon.Status
	if err := json.Unmarshal(out, &s); err != nil {
		d.t.Fatal(err)
	}
	return &s
}

// Until waits until the condition is met.
func (d *Desk) Until(what string, met func() bool) {
	d.t.Helper()
	for deadline := time.Now().Add(deskPatience); !met(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.t.Fatalf("it never came to this: %s; the daemon is %+v", what, d.Daemon())
		}
	}
}

// Editor starts an editor, and returns the process of its language server, too.
func (d *Desk) Editor(name string) (*Editor, *os.Process) {
	d.t.Helper()
	cmd := d.Command("lsp")
	to, err := cmd.StdinPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	from, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, os.Stderr
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	e := Attach(d.t, d.Dir, from, to, func() error {
		err := cmd.Wait()
		_ = write.Close()
		return err
	}, Options{Name: name, InitializationOptions: `{"prompts":false}`})
	e.Initialize()
	return e, cmd.Process
}

// Containers are the sandboxes whose owner is that process.
func (d *Desk) Containers(pid int) []string {
	d.t.Helper()
	out, err := exec.CommandContext(d.t.Context(), "docker", "ps", "-aq", "--filter", fmt.Sprintf("label=stresstester.owner.pid=%d", pid)).Output()
	if err != nil {
		d.t.Fatal(err)
	}
	return strings.Fields(string(out))
}
