package forkserver

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// attacks are testdata/hostile.c's.
var attacks = []string{
	"kill-parent", "stop-parent", "stop-itself", "kill-group", "loop", "sleep", "threads",
	"trace-me", "trace-parent", "vfork-loop", "brood", "breeding", "no-death-signal", "not-dumpable",
	"seal", "read-only", "hole", "replace",
	"scribble", "scribble-shim", "protect-and-scribble", "map-over", "unmap-shim", "unmap-everything",
	"forge-answer", "wake-driver", "forge-failure", "forge-pid",
}

// TestAttacksHurtTheAttackerOnly lets a program attack its server. Whatever becomes
// of that run, it must end soon, and an honest run afterwards has the right result
// or none.
func TestAttacksHurtTheAttackerOnly(t *testing.T) {
	t.Parallel()
	exe := program(t, "hostile.c")
	victim := exec.Command("sleep", "1000")
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := victim.Process.Signal(syscall.Signal(0)); err != nil {
			t.Errorf("a process that had nothing to do with it was killed: %v", err)
		}
		_ = victim.Process.Kill()
		_ = victim.Wait()
	})
	env := []string{"VICTIM=" + strconv.Itoa(victim.Process.Pid)}
	for _, attack := range attacks {
		t.Run(attack, func(t *testing.T) {
			t.Parallel()
			modes(t, func(t *testing.T, mode Mode) {
				underAttack(t, Config{Mode: mode, Argv: []string{exe, attack}, Env: env})
			})
		})
	}
}

// TestAttacksOnTheWholeUser need user ids of their own.
func TestAttacksOnTheWholeUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root, to use other user ids")
	}
	exe := program(t, "hostile.c")
	if err := os.Chmod(workshop.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for i, attack := range []string{"kill-everybody", "bomb"} {
		for k, mode := range []Mode{Fork, Snapshot} {
			t.Run(attack+"/"+mode.String(), func(t *testing.T) {
				t.Parallel()
				uid := uint32(61230 + 2*i + k)
				underAttack(t, Config{Mode: mode, Argv: []string{exe, attack}, OwnUID: true, Launch: launchAs(uid)})
				// The server alone; what was killed may need a moment to die.
				for deadline := time.Now().Add(5 * time.Second); processesOf(t, uid) > 1; {
					if time.Now().After(deadline) {
						t.Fatalf("%d processes are left", processesOf(t, uid))
					}
					time.Sleep(10 * time.Millisecond)
				}
			})
		}
	}
}

// processesOf counts a user's processes.
func processesOf(t *testing.T, uid uint32) int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, entry := range entries {
		info, err := entry.Info()
		pid, number := strconv.Atoi(entry.Name())
		if err != nil || number != nil || !alive(pid) {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid == uid {
			count++
		}
	}
	return count
}

// launchAs is LaunchLocal under another user id.
func launchAs(uid uint32) func(argv, env []string, files []*os.File) (Process, error) {
	return func(argv, env []string, files []*os.File) (Process, error) {
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Env = env
		cmd.Stdin, cmd.Stdout, cmd.Stderr = files[0], files[1], files[2]
		cmd.ExtraFiles = files[3:]
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		return &localProcess{cmd: cmd}, nil
	}
}

func underAttack(t *testing.T, cfg Config) {
	t.Helper()
	c := newConsole(t)
	cfg.Files = c.files()
	s := serve(t, cfg)
	honest := Request{Args: []string{cfg.Argv[0]}, Files: stdio, Watch: Watch{Wall: 10 * time.Second}}
	check := func(when string) bool {
		o, err := s.Run(&honest)
		var u *Unusable
		if errors.As(err, &u) {
			t.Logf("%s: %v", when, err)
			return !u.Permanent
		}
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		if o.Broke == BrokeNothing && (content(t, c.out) != "1 1\n" || o.Status != 0) {
			t.Errorf("%s: %q, status %#x", when, content(t, c.out), int(o.Status))
		}
		return true
	}
	if !check("before the attack") {
		t.Fatal("not usable")
	}
	began := time.Now()
	r := Request{Files: stdio, Watch: Watch{Wall: time.Second / 2}}
	if cfg.OwnUID {
		r.Limits.Processes = 40
	}
	o, err := s.Run(&r)
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("the attack took %v", took)
	}
	var u *Unusable
	if err != nil && !errors.As(err, &u) {
		t.Fatalf("unexpected error: %v", err)
	}
	t.Logf("attack: %+v %v", o, err)
	for range 5 {
		if !check("after the attack") {
			break
		}
	}
	t.Logf("now %v; %s", s.Mode(), s.Note())
}
