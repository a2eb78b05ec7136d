package lab

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"stresstester/core/engine"
	"stresstester/core/problem"
)

// usedMemory adds up what programs and compilers use: their resident sets, the
// driver's own, and what lies in the folders that they and it write, which are memory,
// too.
func (h *House) usedMemory() int64 {
	used := h.census.Resident()
	if data, err := os.ReadFile("/proc/self/statm"); err == nil {
		var size, resident int64
		if n, _ := fmt.Sscan(string(data), &size, &resident); n == 2 {
			used += resident * int64(os.Getpagesize())
		}
	}
	folders := []string{filepath.Dir(h.places.Programs), h.places.Work}
	if entries, err := os.ReadDir(h.places.Work); err == nil {
		for _, e := range entries {
			folders = append(folders, filepath.Join(h.places.Work, e.Name()))
		}
	}
	seen := map[unix.Fsid]bool{}
	for _, folder := range folders {
		var st unix.Statfs_t
		if err := unix.Statfs(folder, &st); err != nil || st.Type != unix.TMPFS_MAGIC || seen[st.Fsid] {
			continue
		}
		if st.Fsid != (unix.Fsid{}) { // gVisor tells none
			seen[st.Fsid] = true
		}
		used += int64(st.Blocks-st.Bfree) * st.Bsize
	}
	return used
}

// gVisor lets everybody list everybody's descriptors in /proc, and open again what they
// belong to. So there the modes of buffers keep programs from what is not theirs, at a
// price: a program cannot open its own output or standard error again by a path, such
// as /dev/stdout. It can read its input and the files that are its arguments.

// closed is the group and the mode of a stream's buffer under gVisor.
func closed(st engine.Stream) (gid int, mode uint32) {
	switch st {
	case engine.Seed, engine.Input:
		return 0, 0o444
	case engine.Answer, engine.Output:
		return groupOf(problem.Checker), 0o440
	case engine.Null, engine.Remark:
	}
	return 0, 0o600
}

// closeOutput lets a checker, or an interactor and a checker, open the output.
func (s *slot) closeOutput(interactive bool) error {
	gid, mode := closed(engine.Output)
	if interactive {
		gid, mode = groupOf(problem.Interactor), 0o664
	}
	m := s.streams[engine.Output]
	if err := unix.Fchmod(m.fd, mode); err != nil {
		return fmt.Errorf("closing a buffer: %w", err)
	}
	return m.give(gid)
}

// Notes say which limits this kernel and engine do not enforce, and what stands in for
// them: whole sentences without a full stop.
func (h *House) Notes() []string {
	var notes []string
	if h.gvisor {
		notes = append(notes, "the kernel is gVisor's, which lets a program have any number of processes: "+
			"the driver counts them a hundred times a second, and kills who has twice as many as allowed")
	}
	if h.pressure.usage == "" {
		note := "no control group tells how much memory the sandbox uses"
		if h.pressure.limit > 0 {
			note += fmt.Sprintf(": the driver adds up what programs use, and ends whatever runs when it nears %d MiB", h.pressure.limit>>20)
		}
		notes = append(notes, note)
	}
	return notes
}

// isGVisor reports whether the kernel is gVisor's. That shows its log to everybody,
// and begins it with its name; Linux keeps its own from a container.
func isGVisor() bool {
	log := make([]byte, 4096)
	n, err := unix.Klogctl(unix.SYSLOG_ACTION_READ_ALL, log)
	return err == nil && bytes.Contains(log[:max(n, 0)], []byte("Starting gVisor"))
}
