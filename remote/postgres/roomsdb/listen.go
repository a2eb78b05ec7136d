package roomsdb

import (
	"context"
	"fmt"
	"time"

	"stresstester/remote/api"
)

// Channel is the one channel on which the server's processes tell each other what changed.
const Channel = "stresstester_rooms"

// MaxNotice is the longest text of a notice, in bytes: Postgres takes less than 8000.
const MaxNotice = 7900

// Notify sends notices to all processes, this one included.
func (s *Store) Notify(ctx context.Context, notices []string) error {
	_, err := s.db.Pool().Exec(ctx, `select pg_notify($1, n) from unnest($2::text[]) n`, Channel, notices)
	return wrap("telling the other servers", err)
}

// Listen hears notices on a connection of its own until ctx ends or the connection
// fails. connected is called once it hears: what was sent before is lost.
func (s *Store) Listen(ctx context.Context, connected func(), hear func(notice string)) error {
	conn, err := s.db.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, `listen `+Channel); err != nil {
		return fmt.Errorf("listening to the other servers: %w", err)
	}
	connected()
	for {
		// A connection that died without a word is found out by asking.
		wait, cancel := context.WithTimeout(ctx, 15*time.Second)
		n, err := conn.WaitForNotification(wait)
		cancel()
		switch {
		case err == nil:
			hear(n.Payload)
		case ctx.Err() != nil:
			return ctx.Err()
		case wait.Err() == nil:
			return fmt.Errorf("listening to the other servers: %w", err)
		default:
			ask, cancel := context.WithTimeout(ctx, 5*time.Second)
			_, err := conn.Exec(ask, `select 1`)
			cancel()
			if err != nil {
				return fmt.Errorf("listening to the other servers: %w", err)
			}
		}
	}
}

// Changes tells which of the given rooms are beyond the given revisions, whoever's they are.
func (s *Store) Changes(ctx context.Context, known map[string]api.Revision) (map[string]api.Revision, error) {
	rooms := make([]string, 0, len(known))
	revs := make([]api.Revision, 0, len(known))
	for room, rev := range known {
		rooms = append(rooms, room)
		revs = append(revs, rev)
	}
	rows, err := s.db.Pool().Query(ctx, `select room::text, rev from app.changes($1::uuid[], $2)`, rooms, revs)
	if err != nil {
		return nil, wrap("asking what changed", err)
	}
	defer rows.Close()
	changed := map[string]api.Revision{}
	for rows.Next() {
		var room string
		var rev api.Revision
		if err := rows.Scan(&room, &rev); err != nil {
			return nil, wrap("asking what changed", err)
		}
		changed[room] = rev
	}
	return changed, wrap("asking what changed", rows.Err())
}
