//go:build unix

// Package process asks the system about processes that are not ours.
package process

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Alive reports whether there is a process of that id.
func Alive(pid int) bool {
	err := unix.Kill(pid, 0)
	return err == nil || errors.Is(err, unix.EPERM)
}
