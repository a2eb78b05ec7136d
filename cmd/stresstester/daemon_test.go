//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"stresstester/core/problem"
	"stresstester/lsp/command"
	"stresstester/lsp/lsptest"
)

// newDesk has a problem whose runs find nothing.
func newDesk(t *testing.T) *lsptest.Desk {
	t.Helper()
	d := lsptest.NewDesk(t, t.TempDir()) // TestMain put the program into PATH.
	d.Files(map[string]string{
		"sol.py":   "print(input())\n",
		"brute.py": "print(input())\n",
		"gen.py":   "import sys\nprint(sys.argv[-1])\n",
	})
	return d
}

func TestEditorsShareOneSandboxAndOneListOfRuns(t *testing.T) {
	t.Parallel()
	if reason := noSandbox(); reason != "" {
		t.Skip(reason)
	}
	d := newDesk(t)
	code, _ := d.Editor("Code")
	vim, _ := d.Editor("Vim")
	s := d.Daemon()
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
	if got := d.Containers(s.PID); len(got) != 1 {
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
	d.Until("the idle daemon has ended, and its container", func() bool { return d.Daemon() == nil && len(d.Containers(s.PID)) == 0 })
}

func TestAKilledForwarderTakesItsRunsAlong(t *testing.T) {
	t.Parallel()
	if reason := noSandbox(); reason != "" {
		t.Skip(reason)
	}
	d := newDesk(t)
	_, _ = d.Editor("Code") // keeps the daemon from being idle
	vim, forwarder := d.Editor("Vim")
	vim.Open("sol.py")
	vim.Await(lsptest.RunReaches(vim.Run("sol.py", `{"tests":0}`), problem.Running))
	if err := forwarder.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = vim.Ended()
	d.Until("one editor is left and no run", func() bool {
		s := d.Daemon()
		return s != nil && s.Editors == 1 && strings.HasPrefix(s.Info["runs"], "0 ")
	})
}

func TestAKilledDaemonLeavesNothingBehindAndIsReplaced(t *testing.T) {
	t.Parallel()
	if reason := noSandbox(); reason != "" {
		t.Skip(reason)
	}
	d := newDesk(t)
	vim, _ := d.Editor("Vim")
	vim.Open("sol.py")
	vim.Await(lsptest.RunReaches(vim.Run("sol.py", `{"tests":0}`), problem.Running))
	before := d.Daemon()
	if before == nil || len(d.Containers(before.PID)) != 1 {
		t.Fatalf("the daemon is %+v", before)
	}
	if err := syscall.Kill(before.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := vim.Ended(); !errors.As(err, &exit) || exit.ExitCode() != exitUnavailable {
		t.Errorf("the editor's server ended with %v", err)
	}
	d.Until("the container went with the daemon", func() bool { return len(d.Containers(before.PID)) == 0 })
	again, _ := d.Editor("Vim")
	after := d.Daemon()
	if after == nil || after.PID == before.PID || after.Editors != 1 {
		t.Errorf("after the daemon's death the daemon is %+v", after)
	}
	if err := again.Shutdown(); err != nil {
		t.Error(err)
	}
}

func TestAnUpgradeReplacesTheDaemonAndLeavesNobodyAlone(t *testing.T) {
	t.Parallel()
	if reason := noSandbox(); reason != "" {
		t.Skip(reason)
	}
	before, after := builtAs(t, "v1.0.0"), builtAs(t, "v1.1.0")
	d := newDesk(t)
	d.Program = before
	code, _ := d.Editor("Code")
	code.Open("sol.py")
	run := code.Run("sol.py", `{"tests":0}`)
	code.Await(lsptest.RunReaches(run, problem.Running))
	old := d.Daemon()
	if old == nil || old.Build.Version != "v1.0.0" {
		t.Fatalf("the daemon is %+v", old)
	}

	// The first editor that starts after the upgrade brings the new daemon along.
	d.Program = after
	vim, _ := d.Editor("Vim")
	vim.Open("sol.py")
	vim.Await(lsptest.RunEnds(vim.Run("sol.py", `{"tests":50}`), problem.OK))
	young := d.Daemon()
	if young == nil || young.Build.Version != "v1.1.0" || young.PID == old.PID || young.Editors != 1 {
		t.Fatalf("after the upgrade the daemon is %+v", young)
	}
	// The one that was there keeps its daemon, its run and its sandbox until it leaves.
	if stats := string(code.MustExecute(command.Stats, fmt.Sprintf(`{"run":%q}`, run))); !strings.Contains(stats, `"state":"running"`) {
		t.Errorf("Code's run is %s", stats)
	}
	if err := code.Shutdown(); err != nil {
		t.Error(err)
	}
	d.Until("the old daemon and its container are gone", func() bool {
		return errors.Is(syscall.Kill(old.PID, 0), syscall.ESRCH) && len(d.Containers(old.PID)) == 0
	})
	// Restarted, it reconnects to the new one, even by the old program.
	d.Program = before
	again, _ := d.Editor("Code")
	if now := d.Daemon(); now == nil || now.PID != young.PID || now.Editors != 2 {
		t.Errorf("after the restart the daemon is %+v", now)
	}
	again.Open("sol.py")
	again.Await(lsptest.RunEnds(again.Run("sol.py", `{"tests":50}`), problem.OK))
}

// builtAs builds the program as a version of its own, younger than those built
// before.
func builtAs(t *testing.T, version string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "stresstester-"+version)
	out, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w -X main.version="+version, "-o", program, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("building %s: %v\n%s", version, err, out)
	}
	return program
}
