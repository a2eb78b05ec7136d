package rooms

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

func FuzzACursorIsOneThatWasGivenOrRefused(f *testing.F) {
	f.Add(formatCursor(roomsdb.Cursor{Rev: 7}))
	f.Add(formatCursor(roomsdb.Cursor{Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), ID: api.NewID()}))
	f.Add("bnVsbA")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCursor(text)
		if err != nil {
			return
		}
		again, err := parseCursor(formatCursor(c))
		if err != nil || again.Rev != c.Rev || again.ID != c.ID || !again.Time.Equal(c.Time) {
			t.Errorf("%q is %+v, which is written as %+v, %v", text, c, again, err)
		}
	})
}

func TestABucketFillsEvenly(t *testing.T) {
	t.Parallel()
	r := newRates(60)
	user, other := uuid.New(), uuid.New()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 60 {
		if wait := r.take(user, at); wait != 0 {
			t.Fatalf("refused within the minute's worth, for %v", wait)
		}
	}
	if wait := r.take(user, at); wait != time.Second {
		t.Errorf("the wait is %v", wait)
	}
	if wait := r.take(other, at); wait != 0 {
		t.Errorf("another user waits %v", wait)
	}
	at = at.Add(time.Second)
	if wait := r.take(user, at); wait != 0 {
		t.Errorf("after the wait: %v", wait)
	}
	if wait := r.take(user, at.Add(-time.Hour)); wait == 0 {
		t.Error("a clock that went back fills the bucket")
	}
}
