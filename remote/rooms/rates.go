package rooms

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// rates bounds the requests of each user per minute on this process: a bucket that holds a
// minute's worth and fills evenly.
type rates struct {
	perMinute float64 // 0: no bound

	mu      sync.Mutex
	buckets map[uuid.UUID]bucket
}

type bucket struct {
	left float64
	at   time.Time
}

const maxBuckets = 50_000

func newRates(perMinute int) *rates {
	return &rates{perMinute: float64(perMinute), buckets: map[uuid.UUID]bucket{}}
}

// take tells how long the user has to wait; zero if the request may pass.
func (r *rates) take(user uuid.UUID, now time.Time) (wait time.Duration) {
	if r.perMinute <= 0 {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	b, ok := r.buckets[user]
	if !ok {
		if len(r.buckets) >= maxBuckets {
			r.forget(now)
		}
		b = bucket{left: r.perMinute, at: now}
	}
	b.left = min(r.perMinute, b.left+now.Sub(b.at).Minutes()*r.perMinute)
	b.at = now
	if b.left < 1 {
		r.buckets[user] = b
		return time.Duration((1 - b.left) / r.perMinute * float64(time.Minute))
	}
	b.left--
	r.buckets[user] = b
	return 0
}

// forget drops the buckets that are full again.
func (r *rates) forget(now time.Time) {
	for user, b := range r.buckets {
		if now.Sub(b.at) > time.Minute {
			delete(r.buckets, user)
		}
	}
}
