package lab

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"stresstester/testing_env/driver/forkserver"
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

	// area, if there is one, can hold the content in the file's place: see
	// forkserver.Request.Express. It does so with held bytes, if that is not -1; the
	// file may be behind then.
	area   *os.File
	lent   []byte // the area as this process sees it
	held   int
	behind bool
	most   int // the most that the area held since it was trimmed
}

// addArea gives the buffer an area.
func (m *memory) addArea() error {
	area, err := forkserver.NewArea()
	if err != nil {
		return err
	}
	m.lent, err = unix.Mmap(int(area.Fd()), 0, forkserver.AreaSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		area.Close()
		return fmt.Errorf("mapping an area: %w", err)
	}
	m.area = area
	return nil
}

// openArea opens the area for a server, which may only read it unless write is set.
func (m *memory) openArea(write bool) (*os.File, error) {
	flags := unix.O_RDONLY
	if write {
		flags = unix.O_RDWR
	}
	fd, err := unix.Open("/proc/self/fd/"+strconv.Itoa(int(m.area.Fd())), flags|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("opening an area: %w", err)
	}
	return os.NewFile(uintptr(fd), "area"), nil
}

// hold notes that the area holds the content, and that the file does not.
func (m *memory) hold(n int) {
	m.held, m.behind, m.fresh, m.empty = n, true, false, false
	m.most = max(m.most, n)
}

// drop notes that the content is in the file alone.
func (m *memory) drop() { m.held, m.behind = -1, false }

// carry brings the content into the area, and reports whether it fits.
func (m *memory) carry() (bool, error) {
	if m.held >= 0 || m.area == nil {
		return m.area != nil, nil
	}
	size, err := m.length()
	if err != nil || size > int64(len(m.lent)) {
		return false, err
	}
	data, err := m.bytes(int(size))
	if err != nil {
		return false, err
	}
	m.held = copy(m.lent, data)
	m.most = max(m.most, m.held)
	return true, nil
}

// file brings the content into the file.
func (m *memory) file() error {
	if !m.behind {
		return nil
	}
	held := m.held
	if err := m.clear(); err != nil {
		return err
	}
	if err := m.write(m.lent[:held]); err != nil {
		return err
	}
	m.held = held
	return nil
}

// newMemory makes a buffer of root's that the group gid has a share in: with the
// group's right to write, its programs may open their output again through
// /proc/self/fd, but not leave modes and times on it for the next run.
func newMemory(name string, gid int, mode uint32) (*memory, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("making buffer %s: %w", name, err)
	}
	m := &memory{fd: fd, path: "/proc/self/fd/" + strconv.Itoa(fd), empty: true, held: -1}
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
	if flags&unix.O_ACCMODE != unix.O_WRONLY {
		if err := m.file(); err != nil {
			return -1, err
		}
	}
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
	m.drop()
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
func (m *memory) written() {
	m.fresh, m.empty = false, false
	m.drop()
}

// set replaces the content.
func (m *memory) set(data []byte) error {
	if m.area != nil && len(data) <= len(m.lent) {
		m.hold(copy(m.lent, data))
		return nil
	}
	// What is known to be there and no longer is overwritten as a whole.
	if !m.fresh || m.size > len(data) {
		if err := m.clear(); err != nil {
			return err
		}
	}
	m.drop()
	if err := m.write(data); err != nil {
		return err
	}
	m.data = append(m.data[:0], data...)
	m.fresh, m.size = true, len(data)
	return nil
}

// write fills the file from its beginning.
func (m *memory) write(data []byte) error {
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
	return nil
}

// bytes is the content, at most limit bytes of it.
func (m *memory) bytes(limit int) ([]byte, error) {
	if m.held >= 0 {
		return m.lent[:min(m.held, limit)], nil
	}
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
	if m.held >= 0 {
		return int64(m.held), nil
	}
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
	const worth = 256 << 10
	if m.most > worth {
		m.drop()
		m.most = 0
		// What cannot be given back stays, as it would otherwise.
		_ = unix.Fallocate(int(m.area.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 0, int64(len(m.lent)))
	}
}

func (m *memory) close() { unix.Close(m.fd) }
