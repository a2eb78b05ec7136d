package process

import (
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"stresstester/testing_env/driver/procfs"
)

// censusAge is how old a census may be. It bounds what counting costs, however
// many programs are watched at a time.
const censusAge = 25 * time.Millisecond

// Census counts all processes of the sandbox by user, so that a program cannot hide
// what it uses in processes that are not its children any more. It is safe for
// concurrent use.
type Census struct {
	mu      sync.Mutex
	taken   time.Time
	members map[uint32][]member
	// known remembers the users of processes that do not change them any more:
	// reading a user costs more than all the rest.
	known  map[int]identity
	round  uint64
	reader procfs.Reader
	names  [16 << 10]byte
}

type member struct {
	pid int
	procfs.Stat
}

type identity struct {
	start   uint64
	uid     uint32
	round   uint64 // of the census that saw it last
	checked uint64 // of the census that read its user
}

// rootChecked is after how many censuses a process of root is looked at again, in
// case it has become another user's, as the spawner's children do.
const rootChecked = 8

// NewCensus makes a census. Nothing is read before it is asked.
func NewCensus() *Census {
	return &Census{members: map[uint32][]member{}, known: map[int]identity{}}
}

// crowd is what the processes of a user have and use, but for one of them.
type crowd struct {
	processes int
	threads   int           // of all of them
	cpu       time.Duration // of those that live, and of those they have waited for
	resident  int64         // sum, in bytes; what two share counts twice
	largest   int64         // resident set of the largest
	running   bool          // one of them runs, or waits for a processor
}

// of is the user's crowd without the process except, and as if aside did not exist.
func (c *Census) of(uid uint32, except, aside int) crowd {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refresh()
	var all crowd
	for i := range c.members[uid] {
		m := &c.members[uid][i]
		if m.pid == except {
			all.cpu += m.Inherited
		}
		if m.pid == except || m.pid == aside {
			continue
		}
		all.processes++
		all.threads += m.Threads
		all.cpu += m.Own + m.Inherited
		all.resident += m.Resident
		all.largest = max(all.largest, m.Resident)
		all.running = all.running || m.State == 'R'
	}
	return all
}

// Count is the number of processes of the user, at most a moment ago.
func (c *Census) Count(uid uint32) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refresh()
	return len(c.members[uid])
}

// Resident is the sum of all resident sets but root's, in bytes, at most a moment ago.
// What processes share counts for each.
func (c *Census) Resident() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refresh()
	var sum int64
	for _, list := range c.members {
		for i := range list {
			sum += list[i].Resident
		}
	}
	return sum
}

// Processes lists the processes of the user as they are now, zombies included.
func (c *Census) Processes(uid uint32) []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.take()
	var pids []int
	for _, m := range c.members[uid] {
		pids = append(pids, m.pid)
	}
	return pids
}

// refresh counts everybody if the last time is too long ago; the lock is held.
func (c *Census) refresh() {
	if time.Since(c.taken) > censusAge {
		c.take()
	}
}

// take counts everybody; the lock is held.
func (c *Census) take() {
	for uid, list := range c.members {
		if len(list) == 0 {
			delete(c.members, uid)
			continue
		}
		c.members[uid] = list[:0]
	}
	c.round++
	c.each(func(pid int) {
		s, ok := c.reader.Stat(pid)
		if !ok {
			return
		}
		if uid, ok := c.user(pid, s.Start); ok && uid != 0 {
			c.members[uid] = append(c.members[uid], member{pid, s})
		}
	})
	for pid, who := range c.known {
		if who.round != c.round {
			delete(c.known, pid)
		}
	}
	c.taken = time.Now()
}

// user is the process's user. Users other than root stay what they are.
func (c *Census) user(pid int, start uint64) (uint32, bool) {
	who, ok := c.known[pid]
	if !ok || who.start != start || (who.uid == 0 && c.round-who.checked >= rootChecked) {
		uid, ok := c.reader.User(pid)
		if !ok {
			return 0, false
		}
		who = identity{start: start, uid: uid, checked: c.round}
	}
	who.round = c.round
	c.known[pid] = who
	return who.uid, true
}

// each calls f with every process id.
func (c *Census) each(f func(pid int)) {
	fd, err := unix.Open("/proc", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	var names []string
	for {
		n, err := unix.ReadDirent(fd, c.names[:])
		if err != nil || n <= 0 {
			return
		}
		_, _, names = unix.ParseDirent(c.names[:n], -1, names[:0])
		for _, name := range names {
			if pid, err := strconv.Atoi(name); err == nil && pid > 1 {
				f(pid)
			}
		}
	}
}
