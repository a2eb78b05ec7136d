//go:build unix

package server

import (
	"errors"

	"golang.org/x/sys/unix"
)

// processAlive reports whether there is a process of that id.
func processAlive(pid int) bool {
	err := unix.Kill(pid, 0)
	return err == nil || errors.Is(err, unix.EPERM)
}
