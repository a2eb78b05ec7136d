package room

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Files reads the user's files. Paths are absolute.
type Files interface {
	// ReadFile returns the file's bytes. A file that is not there is an error
	// that wraps fs.ErrNotExist.
	ReadFile(name string) ([]byte, error)
	// ReadDir lists the base names of the folder's regular files, in any order.
	ReadDir(dir string) ([]string, error)
}

// MaxSource is the largest source or include that is taken, in bytes.
const MaxSource = 16 << 20

// MaxFile is the largest file that Disk reads at all, in bytes.
const MaxFile = 64 << 20

// ErrNotRegular is wrapped when something is a folder, a pipe or a device.
var ErrNotRegular = errors.New("not a regular file")

// TooLargeError is a file beyond a limit.
type TooLargeError struct{ Size, Limit int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("it has %.1f MiB, and at most %d MiB are taken", float64(e.Size)/(1<<20), e.Limit>>20)
}

// Disk reads files from the disk. It follows symbolic links and never waits on a
// pipe.
type Disk struct{}

// ReadFile implements Files for files of at most MaxFile bytes.
func (Disk) ReadFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("reading %s: %w", name, ErrNotRegular)
	}
	if info.Size() > MaxFile {
		return nil, &TooLargeError{info.Size(), MaxFile}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxFile {
		return nil, &TooLargeError{int64(len(data)), MaxFile}
	}
	return data, nil
}

// ReadDir implements Files.
func (Disk) ReadDir(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() || e.Type()&os.ModeSymlink != 0 && leadsToFile(dir, e) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func leadsToFile(dir string, e os.DirEntry) bool {
	info, err := os.Stat(dir + string(os.PathSeparator) + e.Name())
	return err == nil && info.Mode().IsRegular()
}
