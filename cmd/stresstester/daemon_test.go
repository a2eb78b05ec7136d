//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/lsp/command"
	"stresstester/lsp/daemon"
	"stresstester/lsp/lsptest"
)

// daemonPatience is how long these tests wait for what does not come.
const daemonPatience = 60 * time.Second

// desk is a user's machine: a runtime folder, and a daemon that starts when an
// editor needs one.
type desk struct {
	t   *testing.T
	env []string
	dir string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	// t.TempDir's name is too long for a socket's path.
	runtime, err := os.MkdirTemp("", "st")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, dir: t.TempDir(), env: append(os.Environ(),
		"XDG_RUNTIME_DIR="+runtime, "STRESSTESTER_DAEMON_IDLE=2s", "STRESSTESTER_COMPANION=off")}
	t.Cleanup(func() {
		_, _ = d.command("daemon", "stop").Output()
		d.until("the daemon is gone", func() bool { return d.status() == nil })
		_ = os.RemoveAll(runtime)
	})
	for name, text := range map[string]string{
		"sol.py":   "print(input())\n",
		"brute.py": "print(input())\n",
		"gen.py":   "import sys\nprint(sys.argv[-1])\n",
	} {
		if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *desk) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(d.t.Context(), "stresstester", args...) // TestMain put it into PATH.
	if len(args) > 1 && args[1] == "stop" {
		cmd = exec.Command("stresstester", args...)
	}
	cmd.Env, cmd.Dir = d.env, d.dir
	return cmd
}

// status is how the daemon stands; nil when there is none.
func (d *desk) status() *daemon.Status {
	cmd := exec.Command("stresstester", "daemon", "status", "--format", "json")
	cmd.Env = d.env
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	var s daemon.Status
	if err := json.Unmarshal(out, &s); err != nil {
		d.t.Fatal(err)
	}
	return &s
}

func (d *desk) until(what string, met func() bool) {
	d.t.Helper()
	for deadline := time.Now().Add(daemonPatience); !met(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.t.Fatalf("it never came to this: %s; the daemon is %+v", what, d.status())
		}
	}
}

// editor starts an editor with its language server.
func (d *desk) editor(name string) (*lsptest.Editor, *exec.Cmd) {
	d.t.Helper()
	cmd := d.command("lsp")
	to, err := cmd.StdinPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	from, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, os.Stderr
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	e := lsptest.Attach(d.t, d.dir, from, to, func() error {
		err := cmd.Wait()
		_ = write.Close()
		return err
	}, lsptest.Options{Name: name, InitializationOptions: `{"prompts":false}`})
	e.Initialize()
	return e, cmd
}

// containers are the sandboxes whose owner is that process.
func (d *desk) containers(pid int) []string {
	d.t.Helper()
	out, err := exec.CommandContext(d.t.Context(), "docker", "ps", "-aq", "--filter", fmt.Sprintf("label=stresstester.owner.pid=%d", pid)).Output()
	if err != nil {
		d.t.Fatal(err)
	}
	return strings.Fields(string(out))
}

func TestEditorsShareOneSandboxAndOneListOfRuns(t *testing.T) {
	t.Parallel()
	if reason := noSandbox(); reason != "" {
		t.Skip(reason)
	}
	d := newDesk(t)
	code, _ := d.editor("Code")
	vim, _ := d.editor("Vim")
	s := d.status()
	if s == nil || s.Editors != 2 {
		t.Fatalf("the daemon is %+v", s)
	}
	code.Open("sol.py")
	vim.Open("sol.py")
	run := code.Run("sol.py", `{"tests":0}`)
	code.Await(lsptest.RunReaches(run, problem.Running))
	own := vim.Run("sol.py", `{"tests":50}`)
	if own == run {
		t.Errorf("both editors' runs are called %s", run)
	}
	vim.Await(lsptest.RunEnds(own, problem.OK))
	var all command.RunsResult
	if err := json.Unmarshal(vim.MustExecute(command.Runs, "{}"), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Runs) != 2 || all.Runs[0].Editor != "Vim" || all.Runs[1].Editor != "Code" || all.Runs[1].State != problem.Running {
		t.Errorf("Vim sees the runs %+v", all.Runs)
	}
	if got := d.containers(s.PID); len(got) != 1 {
		t.Errorf("the daemon has the containers %v", got)
	}
	// An editor's own "stop all" leaves the other's run alone; by name it does not.
	vim.MustExecute(command.Stop, "{}")
	if stats := string(code.MustExecute(command.Stats, fmt.Sprintf(`{"run":%q}`, run))); !strings.Contains(stats, `"state":"running"`) {
		t.Errorf("Code's run is %s", stats)
	}
	vim.MustExecute(command.Stop, fmt.Sprintf(`{"run":%q}`, run))
	code.Await(lsptest.RunReaches(run, problem.Stopped))
	if err := code.Shutdown(); err != nil {
		t.Errorf("Code's server ended with %v", err)
	}
	var exit *exec.ExitError
	if err := vim.Exit(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("the server of an editor that left early ended with %v", err)
	}
	d.until("the idle daemon has ended, and its container", func() bool { return d.status() == nil && len(d.containers(s.PID)) == 0 })
}

func TestAKilledForwarderTakesItsRunsAlong(t *testing.T) {
	t.Parallel()
	if reason := noSandbox(); reason != "" {
		t.Skip(reason)
	}
	d := newDesk(t)
	_, _ = d.editor("Code") // keeps the daemon from being idle
	vim, forwarder := d.editor("Vim")
	vim.Open("sol.py")
	vim.Await(lsptest.RunReaches(vim.Run("sol.py", `{"tests":0}`), problem.Running))
	if err := forwarder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = vim.Ended()
	d.until("one editor is left and no run", func() bool {
		s := d.status()
		return s != nil && s.Editors == 1 && strings.HasPrefix(s.Info["runs"], "0 ")
	})
}

func TestAKilledDaemonLeavesNothingBehindAndIsReplaced(t *testing.T) {
	t.Parallel()
	if reason := noSandbox(); reason != "" {
		t.Skip(reason)
	}
	d := newDesk(t)
	vim, _ := d.editor("Vim")
	vim.Open("sol.py")
	vim.Await(lsptest.RunReaches(vim.Run("sol.py", `{"tests":0}`), problem.Running))
	before := d.status()
	if before == nil || len(d.containers(before.PID)) != 1 {
		t.Fatalf("the daemon is %+v", before)
	}
	if err := syscall.Kill(before.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := vim.Ended(); !errors.As(err, &exit) || exit.ExitCode() != exitUnavailable {
		t.Errorf("the editor's server ended with %v", err)
	}
	d.until("the container went with the daemon", func() bool { return len(d.containers(before.PID)) == 0 })
	again, _ := d.editor("Vim")
	after := d.status()
	if after == nil || after.PID == before.PID || after.Editors != 1 {
		t.Errorf("after the daemon's death the daemon is %+v", after)
	}
	if err := again.Shutdown(); err != nil {
		t.Error(err)
	}
}
