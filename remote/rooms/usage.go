package rooms

import (
	"context"
	"sync"
	"time"

	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

// Usage tells what the actor takes of the server, and what they may.
func (s *Service) Usage(ctx context.Context, actor Actor) (api.Usage, error) {
	if !actor.mayRead {
		return api.Usage{}, forbidden("this token may not read rooms; it lacks the scope rooms:read")
	}
	u, err := s.store.Usage(ctx, actor.db())
	if err != nil {
		return api.Usage{}, s.problemOf(err, "user")
	}
	return api.Usage{Items: []api.UsageItem{
		{Name: "rooms_per_user", Used: u.Rooms, Limit: int64(s.limits.RoomsPerUser)},
		{Name: "user_bytes", Used: u.Stored, Limit: s.limits.UserBytes, Bytes: true},
		{Name: "current_bytes", Used: u.Current, Bytes: true},
		{Name: "deleted_rooms", Used: u.DeletedRooms, Limit: 4 * int64(s.limits.RoomsPerUser)},
		{Name: "other_rooms", Used: u.OtherRooms},
		{Name: "runs", Used: u.Runs},
		{Name: "counterexamples", Used: u.Counterexamples},
		{Name: "devices", Used: u.Devices},
		{Name: "personal_tokens", Used: u.Tokens, Limit: int64(s.personalTokens)},
		{Name: "feeds_per_user", Used: int64(s.feed.open(actor.User)), Limit: int64(s.limits.FeedsPerUser)},
	}, RequestsPerMinute: s.limits.RequestsPerMin}, nil
}

// Limits are what this server takes.
func (s *Service) Limits() api.Limits { return s.limits }

// Totals tells what the whole server holds; for those who look after it. Who may ask is
// up to the caller.
func (s *Service) Totals(ctx context.Context, most int) (roomsdb.Totals, []roomsdb.Heavy, error) {
	return s.store.Totals(ctx, most)
}

// storedFor is how long a count of what is kept counts. What is written meanwhile is
// added to it, by each process for itself: the limit is one of some megabytes' precision.
const storedFor = 30 * time.Second

// stored remembers how many bytes are kept of the rooms of those who made these.
type stored struct {
	mu sync.Mutex
	by map[string]storedBytes
}

type storedBytes struct {
	bytes int64
	at    time.Time
}

const maxStored = 20_000

func (c *stored) get(key string, now time.Time) (int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.by[key]
	return b.bytes, ok && now.Sub(b.at) < storedFor
}

func (c *stored) put(key string, bytes int64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil || len(c.by) >= maxStored {
		c.by = map[string]storedBytes{}
	}
	c.by[key] = storedBytes{bytes, now}
}

func (c *stored) add(key string, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b, ok := c.by[key]; ok {
		b.bytes += int64(bytes)
		c.by[key] = b
	}
}

// full is the error of a limit on bytes if so many more, in this room or a new one of the
// actor's, are too many for whoever made it; a room's maker, not who writes, pays.
func (s *Service) full(ctx context.Context, actor Actor, room string, bytes int) (*roomsdb.LimitError, error) {
	if s.limits.UserBytes <= 0 || bytes == 0 {
		return nil, nil //nolint:nilnil // there is no such limit to reach
	}
	now := time.Now()
	have, ok := s.stored.get(room, now)
	if !ok || room == "" {
		var err error
		if have, err = s.store.StoredWith(ctx, actor.db(), room); err != nil {
			return nil, s.problemOf(err, "room")
		}
		if room != "" {
			s.stored.put(room, have, now)
		}
	}
	if have+int64(bytes) > s.limits.UserBytes {
		return roomsdb.Full("user_bytes", s.limits.UserBytes), nil
	}
	s.stored.add(room, bytes)
	return nil, nil //nolint:nilnil // it fits
}
