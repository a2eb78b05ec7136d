package client

import (
	"context"
	"math/rand/v2"
	"time"
)

// The longest pause between two tries of a request, and what a server that asks for
// more patience gets.
const (
	maxPause = 10 * time.Second
	maxAfter = time.Minute
)

// backoff makes pauses that grow and differ, so that clients that failed together
// do not come back together.
type backoff struct {
	first, next time.Duration
}

// wait pauses, for at least the given time, and reports whether there is time left.
// Where the context ends earlier it does not wait for that.
func (b *backoff) wait(ctx context.Context, atLeast time.Duration) bool {
	if b.next == 0 {
		b.next = b.first
		if b.next == 0 {
			b.next = 250 * time.Millisecond
		}
	}
	pause := b.next/2 + rand.N(b.next)
	b.next = min(2*b.next, maxPause)
	if atLeast > maxAfter {
		return false
	}
	if atLeast > 0 {
		pause = atLeast + rand.N(atLeast/4+time.Millisecond)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < pause {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
