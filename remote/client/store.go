package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zalando/go-keyring"
)

// Credentials are what a server gave a person at sign-in.
type Credentials struct {
	Access  string    `json:"access_token"`
	Refresh string    `json:"refresh_token"`
	Expires time.Time `json:"expires"`
	// Saved tells which of two is the newer one.
	Saved time.Time `json:"saved"`
}

// ErrSignedOut is wrapped where nobody is signed in to a server.
var ErrSignedOut = errors.New("nobody is signed in")

// ErrNoKeyring is returned where the system has no keyring, or it does not answer.
var ErrNoKeyring = errors.New("this system has no keyring that answers")

// keyringTime is how long a keyring may take; some ask the user and wait for ever.
const keyringTime = 3 * time.Second

// Vault keeps credentials: in the system's keyring or, where there is none, in a file
// that only the user can read.
type Vault struct {
	// Dir is the folder of the file and of the locks, made private.
	Dir string
	// FileOnly leaves the keyring alone.
	FileOnly bool
	// Fallback is told once that the file is used, and why; it may be nil.
	Fallback func(path string, why error)

	told sync.Once
	dead atomic.Bool // the keyring did not answer once
}

// ConfigDir is the folder for credentials and the list of servers.
func ConfigDir(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "stresstester"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("finding the folder for settings: %w", err)
	}
	return filepath.Join(dir, "stresstester"), nil
}

// StateDir is the folder for what this machine knows of rooms.
func StateDir(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "stresstester"), nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return "", fmt.Errorf("finding the folder for rooms: %w", err)
		}
		return filepath.Join(dir, "stresstester", "state"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("finding the folder for rooms: %w", err)
	}
	return filepath.Join(home, ".local", "state", "stresstester"), nil
}

const keyringService = "stresstester"

// keyringDo does something with the keyring, for so long as that may take.
func (v *Vault) keyringDo(do func() error) error {
	if v.FileOnly || v.dead.Load() {
		return ErrNoKeyring
	}
	done := make(chan error, 1)
	go func() { done <- do() }() // which may never end; there is no way to stop it
	timer := time.NewTimer(keyringTime)
	defer timer.Stop()
	select {
	case err := <-done:
		if err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return fmt.Errorf("%w: %w", ErrNoKeyring, err)
		}
		return err
	case <-timer.C:
		v.dead.Store(true)
		return fmt.Errorf("%w within %s", ErrNoKeyring, keyringTime)
	}
}

// Load reads a server's credentials.
func (v *Vault) Load(server string) (Credentials, error) {
	var fromRing string
	ringErr := v.keyringDo(func() (err error) {
		fromRing, err = keyring.Get(keyringService, server)
		return err
	})
	var best Credentials
	found := ringErr == nil && json.Unmarshal([]byte(fromRing), &best) == nil
	all, err := v.readFile()
	if err != nil {
		return best, err
	}
	if c, ok := all[server]; ok && (!found || c.Saved.After(best.Saved)) {
		best, found = c, true
	}
	if !found {
		return best, fmt.Errorf("%s: %w: stresstester login %s", server, ErrSignedOut, server)
	}
	return best, nil
}

// Save keeps a server's credentials.
func (v *Vault) Save(server string, c Credentials) error {
	c.Saved = time.Now()
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encoding the credentials: %w", err)
	}
	ringErr := v.keyringDo(func() error { return keyring.Set(keyringService, server, string(data)) })
	if ringErr == nil {
		return v.changeFile(func(all map[string]Credentials) bool {
			_, there := all[server]
			delete(all, server)
			return there
		})
	}
	v.told.Do(func() {
		if v.Fallback != nil && !v.FileOnly {
			v.Fallback(v.path(), ringErr)
		}
	})
	return v.changeFile(func(all map[string]Credentials) bool { all[server] = c; return true })
}

// Delete forgets a server's credentials.
func (v *Vault) Delete(server string) error {
	if err := v.keyringDo(func() error { return keyring.Delete(keyringService, server) }); err != nil && !errors.Is(err, ErrNoKeyring) && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("taking the credentials out of the keyring: %w", err)
	}
	return v.changeFile(func(all map[string]Credentials) bool {
		_, there := all[server]
		delete(all, server)
		return there
	})
}

func (v *Vault) path() string { return filepath.Join(v.Dir, "credentials.json") }

func (v *Vault) readFile() (map[string]Credentials, error) {
	all := map[string]Credentials{}
	err := readJSON(v.path(), &all)
	return all, err
}

// changeFile changes the file while nobody else does.
func (v *Vault) changeFile(change func(map[string]Credentials) bool) error {
	return underLock(nil, v.Dir, "credentials.json", func() error {
		all, err := v.readFile()
		if err != nil || !change(all) {
			return err
		}
		return writeJSON(v.path(), all)
	})
}

// readJSON reads a file; one that is not there leaves value as it is.
func readJSON(path string, value any) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	if err := json.Unmarshal(data, value); err != nil {
		return fmt.Errorf("%s is damaged (%w); delete it and sign in again", path, err)
	}
	return nil
}

// writeJSON replaces a private file as a whole, for good.
func writeJSON(path string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	_, err = f.Write(append(data, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// lockPause is how long a lock that somebody else has is left alone.
const lockPause = 10 * time.Millisecond

// underLock does something that other processes wait for, and waits for them until
// ended is closed. The folder is made private.
func underLock(ended <-chan struct{}, dir, name string, do func() error) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making %s: %w", dir, err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("making %s private: %w", dir, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "."+name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("locking %s: %w", name, err)
	}
	defer f.Close() // and unlocks
	for {
		locked, err := tryLockFile(f)
		if err != nil {
			return fmt.Errorf("locking %s: %w", name, err)
		}
		if locked {
			return do()
		}
		select {
		case <-ended:
			return fmt.Errorf("waiting for another process that has %s: %w", name, context.Canceled)
		case <-time.After(lockPause):
		}
	}
}
