package daemon

import (
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// sameUser is an error when the process at the other end is another user's.
func sameUser(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return fmt.Errorf("looking who is at the other end: %w", err)
	}
	var peer *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) { peer, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("looking who is at the other end: %w", err)
	}
	return checkUser(int(peer.Uid))
}
