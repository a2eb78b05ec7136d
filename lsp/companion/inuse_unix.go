//go:build unix

package companion

import (
	"errors"
	"syscall"
)

// inUse tells a port that somebody has from an address that does not exist.
func inUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
