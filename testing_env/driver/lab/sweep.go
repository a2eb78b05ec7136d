package lab

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"stresstester/testing_env/driver/process"
)

// sweeper kills all processes of a user. It has a spawner of its own, because those
// that run programs may be waiting for the very processes that are to be killed.
type sweeper struct {
	spawners *process.Spawners

	mu      sync.Mutex
	spawner *process.Spawner
}

func (w *sweeper) sweep(uid uint32) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	for range 2 {
		if w.spawner == nil {
			if w.spawner, err = w.spawners.Start(-1); err != nil {
				return err
			}
		}
		if err = w.spawner.Sweep(uid); !errors.Is(err, process.ErrGone) {
			return err
		}
		w.spawner.Close()
		w.spawner = nil
	}
	return err
}

// evictTime bounds how long processes may take to end that were killed.
const evictTime = 10 * time.Second

// evict ends everything that runs under the user id, and waits for it. It is for
// processes whose spawner has died: they outlive it, and this process, the
// container's first, is then their parent.
func (h *House) evict(uid int) error {
	for began := time.Now(); time.Since(began) < evictTime; {
		if err := h.sweeper.sweep(uint32(uid)); err != nil {
			return fmt.Errorf("ending what runs as user %d: %w", uid, err)
		}
		left := h.census.Processes(uint32(uid))
		if len(left) == 0 {
			return nil
		}
		for _, pid := range left {
			// Who is another process's child is collected by that one.
			_, _ = unix.Wait4(pid, nil, unix.WNOHANG, nil)
		}
		time.Sleep(time.Millisecond)
	}
	return fmt.Errorf("processes of user %d do not end", uid)
}

// sweepNow is evict without waiting, for watches.
func (h *House) sweepNow(uid uint32) {
	if err := h.sweeper.sweep(uid); err != nil {
		fmt.Fprintln(os.Stderr, "driver: sweeping:", err)
	}
}

// watch adds what all watches have in common.
func (h *House) watch(w *process.Watch) {
	w.Census, w.Short, w.Sweep = h.census, h.pressure.short, h.sweepNow
}
