package lab

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// workFolder makes the folder below Places.Work that is called name. The container
// has a file system of a fixed size mounted there for every slot and compiler that
// it expects, so that none can fill another's; further ones share the rest.
func (h *House) workFolder(name string) (string, error) {
	dir := filepath.Join(h.places.Work, name)
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return dir, fmt.Errorf("making a working folder: %w", err)
	}
	return dir, os.Chmod(dir, 0o711)
}

// removeContents deletes everything below dir, which was writable by a hostile
// program that does not run any more. Nothing is followed, and it does not matter
// how deep folders lie in each other, what they are called, and which modes they
// have. The folder belongs to root afterwards.
func removeContents(dir string) error {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("opening %s: %w", dir, err)
	}
	top := os.NewFile(uintptr(fd), dir)
	defer top.Close()
	r := remover{top: top, kept: map[string]bool{}}
	return r.empty(top)
}

// remover empties a folder by moving the folders in it up, one level at a time, so
// that it never holds more than two descriptors and never needs a path.
type remover struct {
	top   *os.File
	moved int             // folders moved up so far, to name them
	kept  map[string]bool // file systems of their own at the top
}

// empty removes what lies in f, which is the top or lies directly in it. Root owns f
// first: in a sticky folder only an owner may remove what is another's.
func (r *remover) empty(f *os.File) error {
	if err := f.Chown(0, -1); err != nil {
		return err
	}
	for {
		// From the start, because removing while reading may skip entries.
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		names, err := f.Readdirnames(4096)
		if len(names) == 0 {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		removed := 0
		for _, name := range names {
			if f == r.top && r.kept[name] {
				continue
			}
			removed++
			if err := r.remove(f, name); err != nil {
				return fmt.Errorf("removing %q: %w", name, err)
			}
		}
		if removed == 0 {
			return nil
		}
	}
}

// remove removes one entry of f. A folder that is not empty is moved up, or emptied
// where it already lies at the top.
func (r *remover) remove(f *os.File, name string) error {
	err := unix.Unlinkat(int(f.Fd()), name, 0)
	if !errors.Is(err, unix.EISDIR) && !errors.Is(err, unix.EPERM) {
		return err
	}
	err = unix.Unlinkat(int(f.Fd()), name, unix.AT_REMOVEDIR)
	if !errors.Is(err, unix.ENOTEMPTY) && !errors.Is(err, unix.EEXIST) && !errors.Is(err, unix.EBUSY) {
		return err
	}
	if f != r.top {
		return r.lift(f, name)
	}
	if errors.Is(err, unix.EBUSY) {
		r.kept[name] = true
		return removeContents(filepath.Join(f.Name(), name))
	}
	fd, err := unix.Openat(int(f.Fd()), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	dir := os.NewFile(uintptr(fd), name)
	defer dir.Close()
	if err := r.empty(dir); err != nil {
		return err
	}
	return unix.Unlinkat(int(f.Fd()), name, unix.AT_REMOVEDIR)
}

// lift moves a folder to the top, under a name that is free there.
func (r *remover) lift(from *os.File, name string) error {
	for {
		r.moved++
		err := unix.Renameat2(int(from.Fd()), name, int(r.top.Fd()), strconv.Itoa(r.moved), unix.RENAME_NOREPLACE)
		if !errors.Is(err, unix.EEXIST) {
			return err
		}
	}
}

// discard empties a working folder that is not needed any more. What cannot be
// removed now is tried again before the folder is used.
func (h *House) discard(dir string) {
	if err := removeContents(dir); err != nil {
		fmt.Fprintln(os.Stderr, "driver: cleaning a working folder:", err)
	}
}
