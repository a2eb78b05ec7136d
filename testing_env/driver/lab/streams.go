package lab

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// memory is a buffer that programs read from and write to as a file. It has no
// path: who was given no descriptor of it cannot reach it.
type memory struct {
	fd    int
	path  string // for opening it again with an offset of its own
	fresh bool   // data holds the file's content
	data  []byte
	size  int
	// empty tells that the file is known to hold nothing.
	empty bool
}

// newMemory makes a buffer of root's that the group gid has a share in: with the
// group's right to write, its programs may open their output again through
// /proc/self/fd, but not leave modes and times on it for the next run.
func newMemory(name string, gid int, mode uint32) (*memory, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("making buffer %s: %w", name, err)
	}
	m := &memory{fd: fd, path: "/proc/self/fd/" + strconv.Itoa(fd), empty: true}
	if err := unix.Fchmod(fd, mode); err != nil {
		return nil, fmt.Errorf("making buffer %s: %w", name, err)
	}
	return m, m.give(gid)
}

// give lets the group gid write.
func (m *memory) give(gid int) error {
	if err := unix.Fchown(m.fd, 0, gid); err != nil {
		return fmt.Errorf("giving a buffer to group %d: %w", gid, err)
	}
	return nil
}

// open opens the buffer anew; the caller closes the descriptor.
func (m *memory) open(flags int) (int, error) {
	fd, err := unix.Open(m.path, flags|unix.O_CLOEXEC, 0)
	for err == unix.EINTR {
		fd, err = unix.Open(m.path, flags|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return -1, fmt.Errorf("opening a buffer: %w", err)
	}
	return fd, nil
}

// clear empties the buffer for a program to write to.
func (m *memory) clear() error {
	m.fresh = false
	if m.empty {
		m.empty = false
		return nil
	}
	if err := unix.Ftruncate(m.fd, 0); err != nil {
		return fmt.Errorf("emptying a buffer: %w", err)
	}
	return nil
}

// written notes that a program was given the buffer to write.
func (m *memory) written() { m.fresh, m.empty = false, false }

// set replaces the content.
func (m *memory) set(data []byte) error {
	// What is known to be there and no longer is overwritten as a whole.
	if !m.fresh || m.size > len(data) {
		if err := m.clear(); err != nil {
			return err
		}
	}
	m.fresh, m.empty = false, false
	for at := 0; at < len(data); {
		n, err := unix.Pwrite(m.fd, data[at:], int64(at))
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("filling a buffer: %w", err)
		}
		at += n
	}
	m.data = append(m.data[:0], data...)
	m.fresh, m.size = true, len(data)
	return nil
}

// bytes is the content, at most limit bytes of it.
func (m *memory) bytes(limit int) ([]byte, error) {
	if m.fresh {
		return m.data[:min(len(m.data), limit)], nil
	}
	var st unix.Stat_t
	if err := unix.Fstat(m.fd, &st); err != nil {
		return nil, fmt.Errorf("reading a buffer: %w", err)
	}
	m.size = int(st.Size)
	m.empty = m.size == 0
	want := min(m.size, limit)
	if cap(m.data) < want {
		m.data = make([]byte, want, want+want/2)
	}
	m.data = m.data[:want]
	at := 0
	for at < want {
		n, err := unix.Pread(m.fd, m.data[at:], int64(at))
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading a buffer: %w", err)
		}
		if n == 0 {
			break
		}
		at += n
	}
	m.data = m.data[:at]
	m.fresh = want == m.size
	return m.data, nil
}

// length is the content's size in bytes.
func (m *memory) length() (int64, error) {
	if m.fresh {
		return int64(len(m.data)), nil
	}
	var st unix.Stat_t
	if err := unix.Fstat(m.fd, &st); err != nil {
		return 0, fmt.Errorf("measuring a buffer: %w", err)
	}
	return st.Size, nil
}

// trim gives back the memory of an unusually large content.
func (m *memory) trim() {
	const large = 8 << 20
	if cap(m.data) > large {
		m.data, m.fresh = nil, false
	}
}

func (m *memory) close() { unix.Close(m.fd) }
