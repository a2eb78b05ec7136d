package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/lsp/lsptest"
)

// edit starts an editor that runs a stress test without end.
func edit(t *testing.T, d *lsptest.Desk) (*lsptest.Editor, *os.Process) {
	t.Helper()
	e, server := d.Editor("chaos")
	e.Open("sol.py")
	e.Await(lsptest.RunReaches(e.Run("sol.py", `{"tests":0}`), problem.Running))
	return e, server
}

// upset does one of the things that happen around an editor.
func upset(t *testing.T, e *lsptest.Editor, server *os.Process, pid, how int) string {
	t.Helper()
	switch how {
	case 0:
		_ = server.Kill()
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
	binary, dir, temporary := setUp(t)
	d := lsptest.NewDesk(t, dir, "TMPDIR="+temporary, "STRESSTESTER_DAEMON_IDLE=1s")
	d.Program = binary
	var daemons []int
	for range max(*runs/2, 5) {
		e, server := edit(t, d)
		status := d.Daemon()
		if status == nil {
			t.Fatal("an editor has a run, but there is no daemon")
		}
		pid := status.PID
		daemons = append(daemons, pid)
		time.Sleep(rand.N(200 * time.Millisecond))
		how := upset(t, e, server, pid, rand.IntN(5))
		// A daemon outlives its editors for a while; not so its container when it dies.
		if strings.HasSuffix(how, "of the daemon") {
			waitFor(t, "the container goes after "+how, func() bool {
				left := container(t, pid)
				return left == "" || state(t, left) == "created"
			})
		}
	}
	waitFor(t, "the idle daemon ends", func() bool { return d.Daemon() == nil })
	waitFor(t, "nothing of any daemon is left", func() bool { return containersOf(t, daemons) == 0 })
	if left, _ := filepath.Glob(filepath.Join(d.Dir, "*")); len(left) != 3 {
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
