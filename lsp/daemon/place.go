package daemon

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"stresstester/lsp/process"
)

// lockTime is how long to wait for another process that starts or ends a daemon.
const lockTime = 10 * time.Second

// Place is where a daemon is found: a name in a private folder.
type Place struct {
	// Dir is the folder. It is made when it is not there, and must belong to the
	// user alone.
	Dir string
	// Name tells daemons of different settings apart.
	Name string
}

// FindPlace is the place of the daemon with the given settings: two processes
// that would start different sandboxes must not share one. The folder is
// XDG_RUNTIME_DIR's or, where there is none, the user's cache's.
func FindPlace(getenv func(string) string, settings ...string) (Place, error) {
	sum := sha256.Sum256([]byte(strings.Join(settings, "\x00")))
	p := Place{Name: hex.EncodeToString(sum[:6])}
	if dir := getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		p.Dir = filepath.Join(dir, "stresstester")
		return p, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return p, fmt.Errorf("finding a folder for the daemon's socket: %w; set XDG_RUNTIME_DIR to a private one", err)
	}
	p.Dir = filepath.Join(cache, "stresstester", "daemon")
	return p, nil
}

func (p Place) path(suffix string) string { return filepath.Join(p.Dir, p.Name+suffix) }

func (p Place) socket() string { return p.path(".sock") }

// LogPath is where a daemon that was started in the background writes its log.
func (p Place) LogPath() string { return p.path(".log") }

// make makes the folder, or checks the one that is there.
func (p Place) make() error {
	if err := os.MkdirAll(p.Dir, 0o700); err != nil {
		return fmt.Errorf("making the daemon's folder: %w", err)
	}
	info, err := os.Lstat(p.Dir)
	if err != nil {
		return fmt.Errorf("looking at the daemon's folder: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder; delete it", p.Dir)
	}
	if err := ownedPrivately(info); err != nil {
		return fmt.Errorf("the daemon's folder %s %w", p.Dir, err)
	}
	return nil
}

// dial connects to the daemon, if one listens, and is what it says: run by the
// same user.
func (p Place) dial() (*net.UnixConn, error) {
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: p.socket(), Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err := sameUser(conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// lock keeps others from starting a daemon here until unlock is called.
func (p Place) lock() (unlock func(), err error) {
	f, err := os.OpenFile(p.path(".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the daemon's place: %w", err)
	}
	for deadline := time.Now().Add(lockTime); ; time.Sleep(10 * time.Millisecond) {
		ok, err := tryLock(f)
		switch {
		case err != nil:
			_ = f.Close()
			return nil, fmt.Errorf("locking the daemon's place: %w", err)
		case ok:
			return func() { _ = f.Close() }, nil
		case time.Now().After(deadline):
			_ = f.Close()
			return nil, fmt.Errorf("another process has been starting the daemon for %s", lockTime)
		}
	}
}

// Scratch is a folder for this process's temporary files. Those of processes that
// are gone are removed: whoever is killed cannot clean up.
func (p Place) Scratch() (string, error) {
	if err := p.make(); err != nil {
		return "", err
	}
	root := filepath.Join(p.Dir, "scratch")
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("looking for old files: %w", err)
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && !process.Alive(pid) {
			_ = os.RemoveAll(filepath.Join(root, e.Name()))
		}
	}
	dir := filepath.Join(root, strconv.Itoa(os.Getpid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making a folder for temporary files: %w", err)
	}
	return dir, nil
}
