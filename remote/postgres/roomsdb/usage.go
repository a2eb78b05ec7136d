package roomsdb

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Usage is what a user takes of the server. Sizes are in bytes.
type Usage struct {
	// Rooms that the user made, and those of others that they are a member of.
	Rooms, DeletedRooms, OtherRooms int64
	// Stored is everything kept in the rooms that the user made, Current the newest
	// contents in those that are not deleted.
	Stored, Current       int64
	Runs, Counterexamples int64
	Devices, Tokens       int64
}

// Usage counts what the actor takes.
func (s *Store) Usage(ctx context.Context, a Actor) (u Usage, err error) {
	err = s.tx(ctx, a, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select rooms, deleted_rooms, other_rooms, stored, current, runs, counterexamples, devices, tokens from app.usage()`).
			Scan(&u.Rooms, &u.DeletedRooms, &u.OtherRooms, &u.Stored, &u.Current, &u.Runs, &u.Counterexamples, &u.Devices, &u.Tokens)
	})
	return u, wrap("counting what is used", err)
}

// StoredWith is how many bytes are kept of all rooms of whoever made this one; 0 where
// nobody did, or the actor is no member. Without a room it is about the actor.
func (s *Store) StoredWith(ctx context.Context, a Actor, room string) (bytes int64, err error) {
	if room == "" {
		u, err := s.Usage(ctx, a)
		return u.Stored, err
	}
	err = s.tx(ctx, a, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select coalesce(app.stored_with($1), 0)`, room).Scan(&bytes)
	})
	return bytes, wrap("counting what is kept", err)
}

// Totals are the whole server's. Sizes are in bytes.
type Totals struct {
	Users, Active                    int64 // Active: seen within 30 days
	Rooms, DeletedRooms, Revisions   int64
	Runs, Counterexamples, Conflicts int64
	Devices, Tokens                  int64
	Current                          int64 // newest contents
	Contents, Database               int64 // on the disk: all contents and reports; everything
}

// Heavy is a user whose rooms hold much.
type Heavy struct {
	Name         string
	Rooms, Bytes int64
}

// Totals counts the whole server's, and names the users whose rooms hold most.
func (s *Store) Totals(ctx context.Context, most int) (t Totals, heavy []Heavy, err error) {
	row := s.db.Pool().QueryRow(ctx, `select users, active, rooms, deleted_rooms, revisions, current, runs, counterexamples, open_conflicts, devices, tokens,
		contents_size, database_size from app.totals()`)
	if err := row.Scan(&t.Users, &t.Active, &t.Rooms, &t.DeletedRooms, &t.Revisions, &t.Current, &t.Runs, &t.Counterexamples, &t.Conflicts, &t.Devices, &t.Tokens,
		&t.Contents, &t.Database); err != nil {
		return t, nil, wrap("counting everything", err)
	}
	rows, err := s.db.Pool().Query(ctx, `select name, rooms, bytes from app.largest($1)`, most)
	if err != nil {
		return t, nil, wrap("looking who keeps most", err)
	}
	heavy, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Heavy])
	return t, heavy, wrap("looking who keeps most", err)
}
