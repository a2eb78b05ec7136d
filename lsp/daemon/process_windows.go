package daemon

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
)

// Supported tells whether this system can have a daemon.
const Supported = false

// There is no daemon on Windows: every editor has a server of its own.
var errUnsupported = errors.New("there is no daemon on Windows")

func detach(*exec.Cmd) {}

func tryLock(*os.File) (bool, error) { return false, errUnsupported }

// ownedPrivately leaves it to the user's profile, which is private, to be private.
func ownedPrivately(fs.FileInfo) error { return nil }

func sameUser(*net.UnixConn) error { return errUnsupported }
