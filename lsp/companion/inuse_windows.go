package companion

import (
	"errors"

	"golang.org/x/sys/windows"
)

// inUse tells a port that somebody has from an address that does not exist.
func inUse(err error) bool { return errors.Is(err, windows.WSAEADDRINUSE) }
