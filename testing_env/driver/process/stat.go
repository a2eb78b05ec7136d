package process

import (
	"bytes"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// stat is what /proc/PID/stat tells of a process (see proc(5)).
type stat struct {
	state    byte
	parent   int
	start    uint64 // tells a process from a later one with the same number
	resident int64  // bytes
	threads  int
	// own is the processor time of the process, and inherited that of the
	// children it has waited for. Both come in steps of a tick.
	own, inherited time.Duration
}

// tick is the unit of times in /proc, which is the same on every kernel for x86-64
// and aarch64 (USER_HZ).
const tick = 10 * time.Millisecond

var pageSize = int64(unix.Getpagesize())

// statReader reads stat files without making garbage.
type statReader struct {
	path   []byte
	buffer [1024]byte
}

// read reports false when there is no such process any more.
func (r *statReader) read(pid int) (stat, bool) {
	text, ok := r.file(pid, "/stat")
	if !ok {
		return stat{}, false
	}
	return parseStat(text)
}

// user is the real user id of a process, from a file that tells it whatever the
// process does to be overlooked.
func (r *statReader) user(pid int) (uint32, bool) {
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
func (r *statReader) file(pid int, name string) ([]byte, bool) {
	r.path = append(strconv.AppendInt(append(r.path[:0], "/proc/"...), int64(pid), 10), name...)
	fd, err := unix.Open(string(r.path), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, false
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, r.buffer[:])
	return r.buffer[:max(n, 0)], err == nil && n > 0
}

// parseStat reads the fields after the command's name, which stands in parentheses
// and may itself hold any byte.
func parseStat(text []byte) (stat, bool) {
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
	var s stat
	for i := range fields {
		rest = bytes.TrimLeft(rest, " ")
		end := bytes.IndexByte(rest, ' ')
		if end <= 0 || end > longestFieldBytes {
			return stat{}, false
		}
		if i == stateField {
			s.state = rest[0]
		}
		numbers[i] = digits(rest[:end])
		rest = rest[end:]
	}
	s.parent, s.start = int(numbers[parentField]), numbers[startField]
	s.threads = int(numbers[threadsField])
	s.resident = int64(numbers[residentField]) * pageSize
	s.own = time.Duration(numbers[userTimeField]+numbers[systemTimeField]) * tick
	s.inherited = time.Duration(numbers[childUserField]+numbers[childSystemField]) * tick
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
