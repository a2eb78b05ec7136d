package docker

import (
	"os"
	"strconv"
	"sync"
)

// owner is a process, so described that it cannot be taken for another one: an
// engine may serve several hosts (a forwarded socket), a host may have several
// worlds of processes (WSL, development containers), and process ids are used
// again.
type owner struct {
	host  string // which world of processes, and since which boot; empty if unknown
	pid   int
	start string // when the process began, in the system's own terms
}

// self is this process.
var self = sync.OnceValue(func() owner {
	pid := os.Getpid()
	return owner{host: hostID(), pid: pid, start: processStart(pid)}
})

// labels describe the owner on a container. There are none where the owner could
// not be told from another: its containers are then never reaped by others.
func (o owner) labels() map[string]string {
	if o.host == "" || o.start == "" {
		return nil
	}
	return map[string]string{
		LabelOwnerHost:  o.host,
		LabelOwnerPid:   strconv.Itoa(o.pid),
		LabelOwnerStart: o.start,
	}
}

// dead reports whether the labels name a process of this host that is certainly
// no more.
func dead(labels map[string]string) bool {
	host, start := labels[LabelOwnerHost], labels[LabelOwnerStart]
	pid, err := strconv.Atoi(labels[LabelOwnerPid])
	if err != nil || pid <= 0 || host == "" || start == "" || host != self().host {
		return false
	}
	return gone(pid, start)
}
