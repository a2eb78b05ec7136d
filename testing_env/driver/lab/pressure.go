package lab

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// pressure knows how much of the container's memory is used, and whether the kernel
// has killed for want of it. Where the engine limits no memory, or hides its control
// groups, it adds up what programs and their files use: nothing else would bound them
// together.
type pressure struct {
	usage, stat, kills string // files of the control group; empty without one
	limit              int64
	count              func() int64 // what is used, where no file tells

	mu     sync.Mutex
	killed int64     // processes that the kernel has killed, as last seen
	rise   time.Time // when that was last seen rising
}

// controlGroups are the places where a container sees its own memory controller:
// that of version 2, and that of version 1.
var controlGroups = []struct{ root, usage, limit, kills string }{
	{"/sys/fs/cgroup", "memory.current", "memory.max", "memory.events"},
	{"/sys/fs/cgroup/memory", "memory.usage_in_bytes", "memory.limit_in_bytes", "memory.oom_control"},
}

// newPressure looks for the control group. Without one, memory is what may be used of
// what count tells; 0 is no limit.
func newPressure(memory int64, count func() int64) *pressure {
	for _, g := range controlGroups {
		for _, dir := range []string{g.root, filepath.Join(g.root, ownGroup(filepath.Base(g.root)))} {
			limit, ok := readNumber(filepath.Join(dir, g.limit))
			// What is larger than any memory is how version 1 says that there is none.
			if !ok || limit > 1<<50 {
				continue
			}
			return &pressure{usage: filepath.Join(dir, g.usage), stat: filepath.Join(dir, "memory.stat"),
				kills: filepath.Join(dir, g.kills), limit: limit}
		}
	}
	return &pressure{limit: memory, count: count}
}

// ownGroup is the path of this process's control group below its hierarchy's root,
// for engines that show the machine's hierarchy. See cgroups(7).
func ownGroup(controller string) string {
	data, _ := os.ReadFile("/proc/self/cgroup")
	for _, line := range strings.Split(string(data), "\n") {
		fields := strings.SplitN(line, ":", 3)
		if len(fields) == 3 && (fields[1] == controller || (fields[0] == "0" && controller == "cgroup")) {
			return fields[2]
		}
	}
	return ""
}

func readNumber(path string) (int64, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(data)), 10, 64)
	return n, err == nil
}

// short reports whether so little memory is left that the kernel may soon choose
// somebody to kill.
func (p *pressure) short() bool {
	if p.limit == 0 {
		return false
	}
	reserve := max(p.limit/16, 64<<20)
	if p.usage == "" {
		return p.count() > p.limit-reserve
	}
	used, ok := readNumber(p.usage)
	if !ok || used < p.limit-reserve {
		return false
	}
	// What only repeats files of the disk is given back when needed.
	return used-p.fileCache() > p.limit-reserve
}

// fileCache is how much memory holds copies of files; a tmpfs does not count.
func (p *pressure) fileCache() int64 {
	data, err := os.ReadFile(p.stat)
	if err != nil {
		return 0
	}
	var sum int64
	for _, line := range strings.Split(string(data), "\n") {
		name, value, _ := strings.Cut(line, " ")
		if name == "inactive_file" || name == "active_file" {
			n, _ := strconv.ParseInt(value, 10, 64)
			sum += n
		}
	}
	return sum
}

// lately is how long after the kernel has killed somebody a program's death by
// SIGKILL is taken for it.
const lately = time.Second

// mayHaveKilled reports whether the kernel has killed a process for want of memory
// just now.
func (p *pressure) mayHaveKilled() bool {
	if p.kills == "" {
		return false
	}
	data, err := os.ReadFile(p.kills)
	if err != nil {
		return false
	}
	_, value, _ := strings.Cut(string(data), "oom_kill ")
	value, _, _ = strings.Cut(value, "\n")
	n, _ := strconv.ParseInt(value, 10, 64)
	p.mu.Lock()
	defer p.mu.Unlock()
	if n > p.killed {
		p.killed, p.rise = n, time.Now()
	}
	return time.Since(p.rise) < lately
}
