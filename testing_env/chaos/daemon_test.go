package chaos

import (
	"encoding/json"
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

	"stresstester/core/problem"
	"stresstester/lsp/daemon"
	"stresstester/lsp/lsptest"
)

// desk is where editors come and go; they share a daemon.
type desk struct {
	binary, dir string
	env         []string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	binary, dir, temporary := setUp(t)
	// The name of a test's own folder is too long for a socket's path.
	runtime, err := os.MkdirTemp("", "st")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{binary: binary, dir: dir, env: append(os.Environ(), "TMPDIR="+temporary, "XDG_RUNTIME_DIR="+runtime,
		"STRESSTESTER_DAEMON_IDLE=1s", "STRESSTESTER_COMPANION=off")}
	t.Cleanup(func() {
		_ = d.command("daemon", "stop").Run()
		_ = os.RemoveAll(runtime)
	})
	return d
}

func (d *desk) command(args ...string) *exec.Cmd {
	cmd := exec.Command(d.binary, args...)
	cmd.Dir, cmd.Env = d.dir, d.env
	return cmd
}

// daemon is the running daemon's process id, or 0.
func (d *desk) daemon() int {
	out, err := d.command("daemon", "status", "--format", "json").Output()
	if err != nil {
		return 0
	}
	var s daemon.Status
	if json.Unmarshal(out, &s) != nil {
		return 0
	}
	return s.PID
}

// edit starts an editor that runs a stress test without end.
func (d *desk) edit(t *testing.T) (*lsptest.Editor, *exec.Cmd) {
	t.Helper()
	cmd := d.command("lsp")
	to, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	from, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, io.Discard
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := lsptest.Attach(t, d.dir, from, to, func() error {
		err := cmd.Wait()
		_ = write.Close()
		return err
	}, lsptest.Options{Name: "chaos", InitializationOptions: `{"prompts":false}`})
	e.Initialize()
	e.Open("sol.py")
	e.Await(lsptest.RunReaches(e.Run("sol.py", `{"tests":0}`), problem.Running))
	return e, cmd
}

// upset does one of the things that happen around an editor.
func (d *desk) upset(t *testing.T, e *lsptest.Editor, server *exec.Cmd, pid, how int) string {
	t.Helper()
	switch how {
	case 0:
		_ = server.Process.Kill()
		_ = e.Ended()
		return "kill -9 of the editor's server"
	case 1:
		_ = e.Exit()
		return "an editor that leaves without a word"
	case 2:
		_ = e.Shutdown()
		return "an editor that closes"
	case 3:
		if name := container(t, pid); name != "" {
			_ = exec.CommandContext(t.Context(), "docker", "kill", name).Run()
		}
		_ = e.Exit()
		return "docker kill of the daemon's container"
	default:
		_ = syscall.Kill(pid, syscall.SIGKILL)
		_ = e.Ended()
		return "kill -9 of the daemon"
	}
}

func TestNothingIsLeftOfEditorsAndDaemons(t *testing.T) {
	d := newDesk(t)
	var daemons []int
	for range max(*runs/2, 5) {
		e, server := d.edit(t)
		pid := d.daemon()
		if pid == 0 {
			t.Fatal("an editor has a run, but there is no daemon")
		}
		daemons = append(daemons, pid)
		time.Sleep(rand.N(200 * time.Millisecond))
		how := d.upset(t, e, server, pid, rand.IntN(5))
		// A daemon outlives its editors for a while; not so its container when it dies.
		if strings.HasSuffix(how, "of the daemon") {
			waitFor(t, "the container goes after "+how, func() bool {
				left := container(t, pid)
				return left == "" || state(t, left) == "created"
			})
		}
	}
	waitFor(t, "the idle daemon ends", func() bool { return d.daemon() == 0 })
	waitFor(t, "nothing of any daemon is left", func() bool { return containersOf(t, daemons) == 0 })
	if left, _ := filepath.Glob(filepath.Join(d.dir, "*")); len(left) != 3 {
		t.Errorf("the problem's folder holds %v", left)
	}
	waitFor(t, "no daemon's process is left", func() bool {
		for _, pid := range daemons {
			command, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
			if err == nil && strings.TrimSpace(string(command)) == "stresstester" {
				return false
			}
		}
		return true
	})
}
