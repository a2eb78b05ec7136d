package docker

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// hostID names the boot, between which process ids mean different things.
func hostID() string {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return ""
	}
	return id
}

// processStart is when the process began; empty if there is no such process.
func processStart(pid int) string {
	p, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d.%06d", p.Proc.P_starttime.Sec, p.Proc.P_starttime.Usec)
}

// gone reports whether the process that began then is certainly no more.
func gone(pid int, start string) bool {
	if err := unix.Kill(pid, 0); errors.Is(err, unix.ESRCH) {
		return true
	}
	now := processStart(pid)
	return now != "" && now != start
}
