package roomsdb

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"stresstester/remote/api"
)

// Head is where a room of the actor's stands.
type Head struct {
	Room    string
	Rev     api.Revision
	Deleted bool
	Updated time.Time
}

// Heads tells where the actor's rooms stand.
func (s *Store) Heads(ctx context.Context, a Actor) ([]Head, error) {
	var heads []Head
	err := s.reader.read(ctx, a, func(b *batch) {
		heads = heads[:0]
		b.rows(`select r.id::text, r.rev, r.deleted_at is not null, r.updated_at
			from app.room_members m join app.rooms r on r.id = m.room_id where m.user_id = $1`, []any{a.User}, func(row pgx.Row) error {
			var h Head
			err := row.Scan(&h.Room, &h.Rev, &h.Deleted, &h.Updated)
			heads = append(heads, h)
			return err
		})
	})
	return heads, wrap("listing where the rooms stand", err)
}

// Bounds of one room's part in a sync. At least one revision is sent, however large.
const maxSyncRevisions = 2000

// ChangesSince reads what changed in a room after since, all in one snapshot. budget is how many
// bytes of content may be sent; sent is how many were.
func (s *Store) ChangesSince(ctx context.Context, a Actor, room string, since api.Revision, budget int) (change api.RoomChange, acc Access, sent int, err error) {
	err = s.tx(ctx, a, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if acc, err = scanAccess(tx.QueryRow(ctx, accessQuery, room, a.User), a); err != nil {
			return err
		}
		if acc.Role == "" || acc.Deleted {
			return nil
		}
		now, err := scanRoom(tx.QueryRow(ctx, `select `+roomColumns+` from app.rooms r left join app.room_members m on m.room_id = r.id and m.user_id = $1 where r.id = $2`, a.User, room))
		if err != nil {
			return err
		}
		change.Room = &now
		if change.Rev, sent, err = upTo(ctx, tx, room, since, now.Rev, budget); err != nil {
			return err
		}
		return collect(ctx, tx, room, since, &change)
	})
	return change, acc, sent, wrap("reading what changed", err)
}

// upTo finds the last revision that fits the budget.
func upTo(ctx context.Context, tx pgx.Tx, room string, since, head api.Revision, budget int) (rev api.Revision, sent int, err error) {
	const perItem = 300 // bytes of JSON around a content
	rows, err := tx.Query(ctx, `
		select rev, sum(size), count(*) from (
			select rev, size from app.room_files where room_id = $1 and rev > $2
			union all
			select c.rev, case when c.resolved_rev = 0 then v.size else 0 end
				from app.conflicts c join app.file_revisions v on v.room_id = c.room_id and v.rev = c.side_rev
				where c.room_id = $1 and c.rev > $2
			union all
			select rev, 0 from app.runs where room_id = $1 and rev > $2
			union all
			select rev, coalesce(length(failure), 0) from app.counterexamples where room_id = $1 and rev > $2
		) items group by rev order by rev limit $3`, room, since, maxSyncRevisions)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var at api.Revision
		var size, count int
		if err := rows.Scan(&at, &size, &count); err != nil {
			return 0, 0, err
		}
		if n > 0 && sent+size+perItem*count > budget {
			return rev, sent, rows.Err()
		}
		sent += size + perItem*count
		rev = at
		n++
	}
	if n == maxSyncRevisions {
		return rev, sent, rows.Err()
	}
	return head, sent, rows.Err()
}

func collect(ctx context.Context, tx pgx.Tx, room string, since api.Revision, change *api.RoomChange) error {
	between := []any{room, since, change.Rev}
	if err := each(ctx, tx, `select `+headColumns+`, b.bytes, f.slot, false
		from app.room_files f left join auth.users u on u.id = f.author
		left join app.blobs b on b.room_id = f.room_id and b.hash = f.hash
		where f.room_id = $1 and f.rev > $2 and f.rev <= $3 order by f.rev`, between, func(row pgx.Row) error {
		f, err := scanRevision(row)
		if err == nil {
			change.Files = append(change.Files, *f)
		}
		return err
	}); err != nil {
		return err
	}
	if err := each(ctx, tx, conflictFull+` where c.room_id = $1 and c.rev > $2 and c.rev <= $3 order by c.rev`, between, func(row pgx.Row) error {
		c, err := scanConflict(row)
		change.Conflicts = append(change.Conflicts, c)
		return err
	}); err != nil {
		return err
	}
	if err := each(ctx, tx, `select `+runColumns+`, null::bytea`+runFrom+` and r.rev > $2 and r.rev <= $3 order by r.rev`, between, func(row pgx.Row) error {
		r, err := scanRun(row)
		change.Runs = append(change.Runs, r)
		return err
	}); err != nil {
		return err
	}
	return each(ctx, tx, `select `+exampleColumns+`, e.failure`+exampleFrom+` and e.rev > $2 and e.rev <= $3 order by e.rev`, between, func(row pgx.Row) error {
		e, err := scanExample(row)
		change.Counterexamples = append(change.Counterexamples, e)
		return err
	})
}

func each(ctx context.Context, tx pgx.Tx, sql string, args []any, scan func(pgx.Row) error) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
