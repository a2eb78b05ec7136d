package process

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// post is where a watch stands. A thread that shares its program's processor is
// fastest for short runs; but a program with many processes would keep it from
// looking, so for a long run it moves to any processor that is free.
type post struct {
	moved bool
	saved unix.CPUSet
}

// move lets the thread run everywhere. It may be called again.
func (p *post) move() {
	if p.moved {
		return
	}
	p.moved = true
	runtime.LockOSThread()
	if err := unix.SchedGetaffinity(0, &p.saved); err != nil || p.saved.Count() != 1 {
		p.saved.Zero()
		return
	}
	everywhere := unix.CPUSet{}
	for i := range everywhere {
		everywhere[i] = ^everywhere[i]
	}
	// It only costs time if this fails.
	_ = unix.SchedSetaffinity(0, &everywhere)
}

// undo moves the thread back.
func (p *post) undo() {
	if !p.moved {
		return
	}
	if p.saved.Count() == 1 {
		_ = unix.SchedSetaffinity(0, &p.saved)
	}
	runtime.UnlockOSThread()
}
