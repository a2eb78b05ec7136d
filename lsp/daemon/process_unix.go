//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// Supported tells whether this system can have a daemon.
const Supported = true

// detach lets a process outlive the editor that caused its start: closing a
// terminal or interrupting a job must not reach it.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func tryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// ownedPrivately is an error for a folder that others own or can enter.
func ownedPrivately(info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case ok && int(stat.Uid) != os.Getuid():
		return fmt.Errorf("belongs to user %d", stat.Uid)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("can be entered by others (mode %o); make it private with chmod 700", info.Mode().Perm())
	}
	return nil
}

func checkUser(uid int) error {
	if uid != os.Getuid() {
		return fmt.Errorf("the other end belongs to user %d", uid)
	}
	return nil
}
