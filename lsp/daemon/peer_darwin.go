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
	var peer *unix.Xucred
	var failed error
	err = raw.Control(func(fd uintptr) { peer, failed = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED) })
	if err == nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("looking who is at the other end: %w", err)
	}
	return checkUser(int(peer.Uid))
}
