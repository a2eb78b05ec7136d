// Package lab runs the engine's calls as real processes in the sandbox: it
// builds programs, keeps slots with their buffers, and launches through
// testing_env/driver/process.
//
// Everything it reads that a program could have written is treated as hostile:
// no path below a folder that a program can write is ever followed by name.
// Start reading at House, which is the whole sandbox, and Lab, which is one job
// in it.
package lab

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"stresstester/core/problem"
	"stresstester/testing_env/driver/process"
)

// Places are the folders and files the sandbox is made of.
type Places struct {
	Spawn string // the spawn program
	Shim  string // the library preloaded into programs; empty means beside Spawn
	// Work is where programs run; Programs is where built programs lie, and
	// must allow execution; Cache keeps built programs across containers.
	Work, Programs, Cache string
	// Memory is what the sandbox may use in all, in bytes, where no control group says
	// so; 0 is no limit.
	Memory int64
}

// User ids. Every slot gives each role an id of its own, so that leftovers can be
// swept by id and no program can touch another's; group ids decide who may read
// a program's files.
const (
	lowestUID   = 20000
	uidsPerSlot = 16
	firstGID    = 20000
	compilers   = 64 // user ids for compilers, below those of the slots
)

// chooseUIDs picks the first of the container's user ids. The kernel counts a
// user's processes across all containers of the machine, so where there are ids
// enough every container takes others; a rootless engine has but 65,536.
func chooseUIDs() int {
	const span = compilers + MaxSlots*uidsPerSlot
	mapped, err := os.ReadFile("/proc/self/uid_map")
	fields := strings.Fields(string(mapped))
	if err != nil || len(fields) != 3 || fields[0] != "0" || fields[2] != "4294967295" {
		return lowestUID
	}
	const low, high = 1 << 20, 1 << 30
	return low + rand.IntN((high-low)/span)*span
}

// MaxSlots bounds the number of tests run at a time, by all jobs together.
const MaxSlots = 256

// House is the sandbox: its processors, slots and cache, shared by all jobs.
type House struct {
	places Places
	cpus   []int
	// firstUID is the first user id that programs may have.
	firstUID int
	// gvisor tells that the kernel is gVisor's; see walls.go.
	gvisor   bool
	cache    *cache
	spawners *process.Spawners
	census   *process.Census
	sweeper  *sweeper
	pressure *pressure

	// quiet is held shared by running tests, and alone by measurements that must
	// not be disturbed.
	quiet sync.RWMutex

	mu        sync.Mutex
	idle      []*slot // slots that no job uses
	slots     int     // slots made so far
	programs  int     // folders made below Places.Programs
	compilers chan int
}

// NewHouse prepares the folders. It must run as root.
func NewHouse(p Places) (*House, error) {
	for dir, mode := range map[string]os.FileMode{p.Work: 0o711, p.Programs: 0o711, p.Cache: 0o700} {
		if err := os.MkdirAll(dir, mode); err != nil {
			return nil, fmt.Errorf("preparing the sandbox: %w", err)
		}
		if err := os.Chmod(dir, mode); err != nil {
			return nil, fmt.Errorf("preparing the sandbox: %w", err)
		}
	}
	// A container begins with empty folders; this is for one that does not.
	for _, dir := range []string{p.Work, p.Programs} {
		if err := removeContents(dir); err != nil {
			return nil, fmt.Errorf("preparing the sandbox: %w", err)
		}
	}
	if p.Shim == "" {
		p.Shim = shimPath(p.Spawn)
	}
	h := &House{places: p, cpus: processors(), gvisor: isGVisor(), compilers: make(chan int, compilers), firstUID: chooseUIDs(),
		spawners: process.NewSpawners(p.Spawn), census: process.NewCensus()}
	h.pressure = newPressure(p.Memory, h.usedMemory)
	h.sweeper = &sweeper{spawners: h.spawners}
	for i := range min(max(2, len(h.cpus)), compilers) {
		h.compilers <- h.firstUID + i
	}
	h.cache = openCache(p.Cache)
	return h, nil
}

// CPUs is the number of processors the sandbox may use.
func (h *House) CPUs() int { return len(h.cpus) }

func processors() []int {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return make([]int, runtime.NumCPU())
	}
	var cpus []int
	for i := range 1024 {
		if set.IsSet(i) {
			cpus = append(cpus, i)
		}
	}
	return cpus
}

// Open prepares a lab for one job. Close it when the job is done.
func (h *House) Open(job *problem.Job) *Lab {
	return &Lab{house: h, job: job, programs: map[problem.Role]*program{}}
}

// takeSlot returns an idle slot or makes one.
func (h *House) takeSlot() (*slot, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.idle); n > 0 {
		// The lowest number first, so that few slots serve all processors.
		best := 0
		for i, s := range h.idle {
			if s.number < h.idle[best].number {
				best = i
			}
		}
		s := h.idle[best]
		h.idle = append(h.idle[:best], h.idle[best+1:]...)
		return s, nil
	}
	if h.slots == MaxSlots {
		return nil, fmt.Errorf("all %d slots are in use", MaxSlots)
	}
	s, err := newSlot(h, h.slots, h.cpus[h.slots%len(h.cpus)])
	if err != nil {
		return nil, err
	}
	h.slots++
	return s, nil
}

func (h *House) returnSlot(s *slot) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.idle = append(h.idle, s)
}

// programFolder makes a new folder for a built program which only root and the
// role's group can read.
func (h *House) programFolder(role problem.Role) (string, error) {
	h.mu.Lock()
	h.programs++
	name := filepath.Join(h.places.Programs, fmt.Sprintf("%d-%s", h.programs, role))
	h.mu.Unlock()
	if err := os.Mkdir(name, 0o750); err != nil {
		return "", fmt.Errorf("storing a program: %w", err)
	}
	return name, os.Chown(name, 0, groupOf(role))
}

func roleNumber(role problem.Role) int {
	for i, r := range problem.Roles() {
		if r == role {
			return i
		}
	}
	return uidsPerSlot - 1
}

func groupOf(role problem.Role) int { return firstGID + roleNumber(role) }
