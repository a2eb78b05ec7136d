// Package procfs reads what Linux tells of processes, without making garbage. Only what
// the driver asks for is read.
package procfs

import (
	"bytes"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Stat is what /proc/PID/stat tells of a process (see proc(5)).
type Stat struct {
	State    byte // 'R' runs or waits for a processor, 'D' waits for a disk, 'Z' has ended, and so on
	Parent   int
	Start    uint64 // tells a process from a later one with the same number
	Resident int64  // bytes
	Threads  int
	// Own is the processor time of the process, and Inherited that of the
	// children it has waited for. Both come in steps of a tick.
	Own, Inherited time.Duration
}

// Ended reports whether the process has ended, and is there only to be waited for.
func (s *Stat) Ended() bool { return s.State == 'Z' || s.State == 'X' }

// tick is the unit of times in /proc, which is the same on every kernel for x86-64
// and aarch64 (USER_HZ).
const tick = 10 * time.Millisecond

var pageSize = int64(unix.Getpagesize())

// Reader reads the files of processes. It is not safe for concurrent use.
type Reader struct {
	path   []byte
	buffer [1024]byte
}

// Stat reports false when there is no such process any more.
func (r *Reader) Stat(pid int) (Stat, bool) {
	text, ok := r.file(pid, "/stat")
	if !ok {
		return Stat{}, false
	}
	return parse(text)
}

// User is the real user id of a process, from a file that tells it whatever the
// process does to be overlooked. It reports false when there is no such process.
func (r *Reader) User(pid int) (uint32, bool) {
	text, ok := r.file(pid, "/status")
	if !ok {
		return 0, false
	}
	_, text, ok = bytes.Cut(text, []byte("\nUid:\t"))
	if !ok {
		return 0, false
	}
	end := bytes.IndexByte(text, '\t')
	if end < 0 {
		return 0, false
	}
	uid, err := strconv.ParseUint(string(text[:end]), 10, 32)
	return uint32(uid), err == nil
}

// file reads the beginning of /proc/PID/NAME.
func (r *Reader) file(pid int, name string) ([]byte, bool) {
	r.path = append(strconv.AppendInt(append(r.path[:0], "/proc/"...), int64(pid), 10), name...)
	fd, err := unix.Open(string(r.path), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, r.buffer[:])
	return r.buffer[:max(n, 0)], err == nil && n > 0
}

// parse reads the fields after the command's name, which stands in parentheses
// and may itself hold any byte.
func parse(text []byte) (Stat, bool) {
	const (
		stateField = iota
		parentField
		userTimeField     = 11
		systemTimeField   = 12
		childUserField    = 13
		childSystemField  = 14
		threadsField      = 17
		startField        = 19
		residentField     = 21
		fields            = residentField + 1
		longestFieldBytes = 20
	)
	var numbers [fields]uint64
	rest := text[bytes.LastIndexByte(text, ')')+1:]
	var s Stat
	for i := range fields {
		rest = bytes.TrimLeft(rest, " ")
		end := bytes.IndexByte(rest, ' ')
		if end <= 0 || end > longestFieldBytes {
			return Stat{}, false
		}
		if i == stateField {
			s.State = rest[0]
		}
		numbers[i] = digits(rest[:end])
		rest = rest[end:]
	}
	s.Parent, s.Start = int(numbers[parentField]), numbers[startField]
	s.Threads = int(numbers[threadsField])
	s.Resident = int64(numbers[residentField]) * pageSize
	s.Own = time.Duration(numbers[userTimeField]+numbers[systemTimeField]) * tick
	s.Inherited = time.Duration(numbers[childUserField]+numbers[childSystemField]) * tick
	return s, true
}

// digits is the number in text; anything but digits is left out, for the fields
// that may be negative are of no interest here.
func digits(text []byte) uint64 {
	var n uint64
	for _, c := range text {
		if c >= '0' && c <= '9' {
			n = n*10 + uint64(c-'0')
		}
	}
	return n
}

// Time is the processor time of a process and all its threads, to the nanosecond. It
// reports false when there is no such process. The clock's number is made of the pid
// as in <linux/posix-timers.h>.
func Time(pid int) (time.Duration, bool) {
	const schedClock = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedClock), &t); err != nil {
		return 0, false
	}
	return time.Duration(t.Nano()), true
}
