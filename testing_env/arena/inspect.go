package arena

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

//go:embed inspector.py
var inspector string

// Inspector looks at a sandbox from inside, as root.
type Inspector struct {
	in  io.WriteCloser
	out *bufio.Reader
}

// Process is a process in the sandbox.
type Process struct {
	Pid   int    `json:"pid"`
	UID   int    `json:"uid"`
	Name  string `json:"name"`
	State string `json:"state"`
}

// Findings are what there is in the sandbox.
type Findings struct {
	Strangers   []Process `json:"strangers"` // processes of other users than root
	Zombies     []Process `json:"zombies"`
	Spawners    int       `json:"spawners"`
	Files       []string  `json:"files"`    // in the working folders
	Programs    []string  `json:"programs"` // built programs
	IPC         []string  `json:"ipc"`
	Sockets     []string  `json:"sockets"` // with abstract addresses
	Mounts      int       `json:"mounts"`
	Descriptors int       `json:"descriptors"` // of the driver
	Resident    int64     `json:"resident"`    // of the driver, in bytes
	Threads     int       `json:"threads"`     // of the driver
	Disk        int64     `json:"disk"`        // used below /w, in bytes
	GVisor      bool      `json:"gvisor"`      // the kernel is gVisor's
}

// Left says what programs have left behind, where the sandbox should be as it was;
// it is empty when there is nothing.
func (f *Findings) Left() string {
	var left []string
	note := func(n int, what string, list any) {
		if n > 0 {
			left = append(left, fmt.Sprintf("%d %s: %q", n, what, list))
		}
	}
	note(len(f.Strangers), "processes", fmt.Sprint(f.Strangers))
	note(len(f.Zombies), "zombies", fmt.Sprint(f.Zombies))
	note(len(f.Files), "files", f.Files)
	note(len(f.Programs), "programs", f.Programs)
	note(int(f.Disk), "bytes on the disk of slots and compilers", "")
	note(len(f.IPC), "objects of System V or POSIX message passing", f.IPC)
	note(len(f.Sockets), "sockets", f.Sockets)
	return strings.Join(left, "; ")
}

// Inspector starts an inspector in the container that runs now.
func (a *Arena) Inspector(t testing.TB) *Inspector {
	t.Helper()
	in, out := Inside(t, a.Container(t), inspector)
	return &Inspector{in, out}
}

// Inside runs a Python script in a container, as root, until the test's end, and
// returns its standard input and output.
func Inside(t testing.TB, container, script string) (io.WriteCloser, *bufio.Reader) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "docker", "exec", "--interactive", container, "python3", "-u", "-c", script)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return in, bufio.NewReader(out)
}

// Inspect looks at the sandbox now.
func (i *Inspector) Inspect(t testing.TB) Findings {
	t.Helper()
	var f Findings
	if _, err := io.WriteString(i.in, "\n"); err != nil {
		t.Fatalf("the inspector is gone: %v", err)
	}
	line, err := i.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &f)
	}
	if err != nil {
		t.Fatalf("inspecting the sandbox: %v", err)
	}
	return f
}
