package lab

import (
	"bytes"
	"runtime"
	"strconv"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// courtesy has a slot pause while other programs of the machine wait for a processor. The
// kernel should see to that. But one that hands its processor back and forth many
// thousand times a second, as a slot and its programs do, gets all of it from some
// kernels (seen with 6.18 and control groups): a compiler or another editor's
// server beside it stood still for as long as the stress test ran.
type courtesy struct {
	load    int // descriptor of /proc/loadavg; -1 where there is none
	machine int // processors of the machine
	looked  time.Time
	crowded int // looks in a row at which somebody waited, see courtesyLooks
}

const (
	// courtesyEvery is how often a slot looks whether somebody waits.
	courtesyEvery = 20 * time.Millisecond
	// courtesyPause is how long it then pauses for each who waits for its processor, of
	// whom courtesyMost count: a fifth of a processor is enough to get along with, and
	// where the kernel is fair the others have more anyway.
	courtesyPause = 5 * time.Millisecond
	courtesyMost  = 4
	// courtesyLooks is after how many looks in a row at which one thread more runs than
	// there are processors it does; a look at which it is more than that counts as
	// courtesySure. At most looks another slot is just handing its processor over, and
	// counts twice.
	courtesyLooks = 30
	courtesySure  = 6
	// courtesySettle is how long it waits before a look, for its own program to have gone
	// to sleep, which woke it up.
	courtesySettle = 60 * time.Microsecond
)

func newCourtesy() courtesy {
	fd, err := unix.Open("/proc/loadavg", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		fd = -1
	}
	return courtesy{load: fd, machine: processorsOfTheMachine()}
}

// giveWay pauses if it is time to.
func (c *courtesy) giveWay() {
	if c.load < 0 {
		return
	}
	now := time.Now()
	if now.Sub(c.looked) < courtesyEvery {
		return
	}
	c.looked = now
	settle := unix.NsecToTimespec(int64(courtesySettle))
	_, _, _ = syscall.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&settle)), 0, 0)
	var buffer [64]byte
	n, err := unix.Pread(c.load, buffer[:], 0)
	if err != nil {
		return
	}
	if pause := c.look(buffer[:n]); pause > 0 {
		time.Sleep(pause)
		c.looked = time.Now()
	}
}

// look takes note of what /proc/loadavg says and tells how long to pause.
func (c *courtesy) look(loadavg []byte) time.Duration {
	running, ok := runnable(loadavg)
	if !ok || running <= c.machine {
		c.crowded = 0
		return 0
	}
	if running == c.machine+1 {
		c.crowded++
	} else {
		c.crowded += courtesySure
	}
	if c.crowded < courtesyLooks {
		return 0
	}
	if running == c.machine+1 {
		c.crowded -= courtesyLooks / 2 // it may still be one of ours
	}
	each := (running - 1) / c.machine // who waits for a processor, on average, rounded up
	return time.Duration(min(each, courtesyMost)) * courtesyPause
}

// runnable is the number of threads of the whole machine that run or want to: the first
// half of the fourth field of /proc/loadavg (see proc_loadavg(5)).
func runnable(loadavg []byte) (int, bool) {
	fields := bytes.Fields(loadavg)
	if len(fields) < 4 {
		return 0, false
	}
	number, _, ok := bytes.Cut(fields[3], []byte("/"))
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(string(number))
	return n, err == nil && n >= 0
}

// processorsOfTheMachine counts all that are in use, which may be more than the sandbox's.
func processorsOfTheMachine() int {
	buffer := make([]byte, 4096)
	fd, err := unix.Open("/sys/devices/system/cpu/online", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return runtime.NumCPU()
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, buffer)
	if err != nil {
		return runtime.NumCPU()
	}
	if count, ok := countRanges(bytes.TrimSpace(buffer[:n])); ok {
		return max(count, runtime.NumCPU())
	}
	return runtime.NumCPU()
}

// countRanges counts the numbers of a list such as "0-3,5" (see cpuset(7)).
func countRanges(list []byte) (int, bool) {
	count := 0
	for _, part := range bytes.Split(list, []byte(",")) {
		from, to, isRange := bytes.Cut(part, []byte("-"))
		first, err := strconv.Atoi(string(from))
		if err != nil {
			return 0, false
		}
		last := first
		if isRange {
			if last, err = strconv.Atoi(string(to)); err != nil || last < first {
				return 0, false
			}
		}
		count += last - first + 1
	}
	return count, true
}
