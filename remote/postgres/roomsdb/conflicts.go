package roomsdb

import (
	"context"

	"github.com/jackc/pgx/v5"

	"stresstester/core/problem"
	"stresstester/remote/api"
)

// A conflict c with its side f, as scanConflict reads it: without content, and with
// it while the conflict is open.
const (
	conflictLight = conflictHead + `null::bytea` + conflictTail
	conflictFull  = conflictHead + `b.bytes` + conflictTail + ` left join app.blobs b on b.room_id = f.room_id and b.hash = f.hash and c.resolved_rev = 0`

	conflictHead = `select c.id::text, c.room_id::text, c.slot, c.rev, c.base_rev, c.head_rev, coalesce(cu.id::text, ''),
		coalesce(nullif(cu.display_name, ''), cu.username, ''), c.device, c.created_at, c.resolved_rev, ` + headColumns + `, `
	conflictTail = `, f.slot, f.side
	from app.conflicts c
	join app.file_revisions f on f.room_id = c.room_id and f.rev = c.side_rev
	left join auth.users u on u.id = f.author
	left join auth.users cu on cu.id = c.user_id`
)

func scanConflict(row pgx.Row) (api.Conflict, error) {
	var c api.Conflict
	var r fileRow
	targets := []any{&c.ID, &c.Room, &c.Slot, &c.Rev, &c.BaseRev, &c.HeadRev, &c.User, &c.Name, &c.Device, &c.Created, &c.ResolvedRev}
	targets = append(append(targets, r.targets()...), &r.file.Slot, &r.file.Side)
	err := row.Scan(targets...)
	c.Side = r.finish()
	return c, err
}

// NewConflict is the side of a conflict that is to be kept.
type NewConflict struct {
	ID            string
	Slot          api.Slot
	Base, Head    api.Revision
	Name          string
	Hash, Content []byte // no hash: the side deletes the file
	MaxOpen       int
	MaxBytes      int64
}

// StoreConflict keeps a side as a revision that is not the head. If the actor's device has
// an open conflict for the slot, its side is replaced: stored is then false. The
// answer has no content.
func (s *Store) StoreConflict(ctx context.Context, a Actor, room string, allow Allow, n NewConflict) (answer api.Conflict, stored, replayed bool, err error) {
	var kept struct {
		Conflict api.Conflict
		Stored   bool
	}
	replayed, err = s.change(ctx, a, room, allow, &kept, func(c *change) error {
		var id string
		var baseRev, headRev int64
		err := c.tx.QueryRow(ctx, `select id::text, base_rev, head_rev from app.conflicts
			where room_id = $1 and (id = $5 or slot = $2 and user_id = $3 and device = $4 and resolved_rev = 0)
			order by id = $5 desc limit 1`, room, string(n.Slot), a.User, a.Device, n.ID).Scan(&id, &baseRev, &headRev)
		if err != nil && !isNone(err) {
			return wrap("looking for the conflict", err)
		}
		kept.Stored = isNone(err)
		if err := c.storeSide(n, id, kept.Stored); err != nil {
			return err
		}
		if kept.Stored {
			id = n.ID
		}
		kept.Conflict, err = scanConflict(c.tx.QueryRow(ctx, conflictLight+` where c.room_id = $1 and c.id = $2`, room, id))
		return wrap("reading the conflict", err)
	})
	return kept.Conflict, kept.Stored, replayed, err
}

func (c *change) storeSide(n NewConflict, id string, fresh bool) error {
	var open int
	var bytes, sides int64
	err := c.tx.QueryRow(c.ctx, `select open_conflicts, bytes,
			(select coalesce(sum(v.size), 0) from app.conflicts o join app.file_revisions v on v.room_id = o.room_id and v.rev = o.side_rev
				where o.room_id = r.id and o.resolved_rev = 0)
		from app.rooms r where id = $1`, c.room).Scan(&open, &bytes, &sides)
	if err != nil {
		return wrap("counting the conflicts", err)
	}
	switch {
	case fresh && open >= n.MaxOpen:
		return TooMany("open_conflicts", n.MaxOpen)
	case bytes+sides+int64(len(n.Content)) > n.MaxBytes:
		return Full("room_bytes", n.MaxBytes)
	}
	if !fresh {
		var resolved api.Revision
		if err := c.tx.QueryRow(c.ctx, `select resolved_rev from app.conflicts where room_id = $1 and id = $2`, c.room, id).Scan(&resolved); err != nil {
			return wrap("reading the conflict", err)
		}
		if resolved != 0 {
			return ErrResolved
		}
	}
	added := 0
	if fresh {
		added = 1
	}
	if err := c.bump(`, open_conflicts = open_conflicts + $2`, added); err != nil {
		return err
	}
	if n.Hash != nil {
		if err := c.exec("storing a content", `insert into app.blobs (room_id, hash, bytes) values ($1, $2, $3) on conflict do nothing`, c.room, n.Hash, n.Content); err != nil {
			return err
		}
	}
	if err := c.exec("storing the side of a conflict", `
		insert into app.file_revisions (room_id, rev, slot, name, deleted, hash, size, author, device, created_at, parent, merge_parent, side)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, true)`,
		c.room, c.access.Rev, string(n.Slot), n.Name, n.Hash == nil, n.Hash, len(n.Content), c.actor.User, c.actor.Device, c.at, n.Base); err != nil {
		return err
	}
	if fresh {
		return c.exec("storing a conflict", `
			insert into app.conflicts (id, room_id, slot, rev, base_rev, head_rev, side_rev, user_id, device)
			values ($1, $2, $3, $4, $5, $6, $4, $7, $8)`,
			n.ID, c.room, string(n.Slot), c.access.Rev, n.Base, n.Head, c.actor.User, c.actor.Device)
	}
	return c.exec("replacing the side of a conflict", `
		update app.conflicts set rev = $3, side_rev = $3, base_rev = $4, head_rev = $5 where room_id = $1 and id = $2`,
		c.room, id, c.access.Rev, n.Base, n.Head)
}

// Conflict reads a conflict with its side, base and head; contents included.
func (s *Store) Conflict(ctx context.Context, a Actor, room, id string) (api.ConflictDetail, Access, error) {
	var d api.ConflictDetail
	var acc Access
	err := s.snapshot(ctx, a, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(b *batch) {
		access(b, a, room, &acc)
		b.row(conflictHead+`b.bytes`+conflictTail+` left join app.blobs b on b.room_id = f.room_id and b.hash = f.hash where c.room_id = $1 and c.id = $2`,
			[]any{room, id}, func(row pgx.Row) (err error) {
				d.Conflict, err = scanConflict(row)
				return err
			})
		b.rows(`select `+headColumns+`, b.bytes, f.slot, f.side
			from app.conflicts c join app.file_revisions f on f.room_id = c.room_id and f.rev = c.base_rev
			left join auth.users u on u.id = f.author
			left join app.blobs b on b.room_id = f.room_id and b.hash = f.hash
			where c.room_id = $1 and c.id = $2 and f.slot = c.slot`, []any{room, id}, func(row pgx.Row) (err error) {
			d.Base, err = scanRevision(row)
			return err
		})
		b.rows(`select `+headColumns+`, b.bytes, f.slot, false
			from app.conflicts c join app.room_files f on f.room_id = c.room_id and f.slot = c.slot
			left join auth.users u on u.id = f.author
			left join app.blobs b on b.room_id = f.room_id and b.hash = f.hash
			where c.room_id = $1 and c.id = $2`, []any{room, id}, func(row pgx.Row) (err error) {
			d.Head, err = scanRevision(row)
			return err
		})
	})
	return d, acc, wrap("reading a conflict", err)
}

// Conflicts lists the conflicts of a room, newest change first, without contents.
func (s *Store) Conflicts(ctx context.Context, a Actor, room string, resolved bool, after Cursor, limit int) ([]api.Conflict, Access, error) {
	conflicts := []api.Conflict{}
	var acc Access
	err := s.read(ctx, a, func(b *batch) {
		access(b, a, room, &acc)
		b.rows(conflictLight+` where c.room_id = $1 and ($2 or c.resolved_rev = 0) and ($3 = 0 or c.rev < $3) order by c.rev desc limit $4`,
			[]any{room, resolved, after.Rev, limit}, func(row pgx.Row) error {
				c, err := scanConflict(row)
				conflicts = append(conflicts, c)
				return err
			})
	})
	return conflicts, acc, wrap("listing conflicts", err)
}

// Resolve says what becomes of a conflict.
type Resolve struct {
	Base api.Revision // the head's
	Keep api.Keep
	// Name, Hash and Content are the new head for api.KeepContent.
	Name     string
	Hash     []byte
	Content  []byte
	MaxSlots func(api.Slot) int
	MaxBytes int64
}

// ResolveConflict ends a conflict: it drops the side, or writes the head and notes that
// it took the side in.
func (s *Store) ResolveConflict(ctx context.Context, a Actor, room, id string, allow Allow, r Resolve) (answer api.Resolution, replayed bool, err error) {
	replayed, err = s.change(ctx, a, room, allow, &answer, func(c *change) error {
		conflict, err := scanConflict(c.tx.QueryRow(ctx, conflictFull+` where c.room_id = $1 and c.id = $2`, room, id))
		if err != nil {
			return wrap("reading the conflict", err)
		}
		if conflict.ResolvedRev != 0 {
			return ErrResolved
		}
		var head api.Revision
		err = c.tx.QueryRow(ctx, `select rev from app.room_files where room_id = $1 and slot = $2`, room, string(conflict.Slot)).Scan(&head)
		if err != nil && !isNone(err) {
			return wrap("reading the head", err)
		}
		if head != r.Base {
			return ErrMismatch
		}
		if r.Keep == api.KeepHead {
			err = c.dropSide(id)
		} else {
			err = c.takeSide(conflict, r)
		}
		if err != nil {
			return err
		}
		return c.resolution(id, conflict.Slot, &answer)
	})
	return answer, replayed, err
}

func (c *change) dropSide(id string) error {
	if err := c.bump(`, open_conflicts = open_conflicts - 1`); err != nil {
		return err
	}
	return c.exec("resolving a conflict", `update app.conflicts set resolved_rev = $3, rev = $3 where room_id = $1 and id = $2`, c.room, id, c.access.Rev)
}

func (c *change) takeSide(conflict api.Conflict, r Resolve) error {
	p := Put{Slot: conflict.Slot, Base: r.Base, Name: r.Name, Hash: r.Hash, Content: r.Content,
		MergeParent: conflict.Side.Rev, MaxSlots: r.MaxSlots(conflict.Slot), MaxBytes: r.MaxBytes}
	if r.Keep == api.KeepSide {
		p.Name, p.Hash, p.Content = conflict.Side.Name, nil, nil
		if !conflict.Side.Deleted {
			p.Content = value(conflict.Side.Content)
			p.Hash = HashOf(p.Content)
		}
	}
	keyless := c.actor
	keyless.Key = nil // the whole change is remembered, not its part
	outcome, _, err := scanPut(c.tx.QueryRow(c.ctx, putQuery, p.args(keyless, c.room)...))
	if err != nil {
		return wrap("writing the resolution", err)
	}
	return p.error(outcome)
}

func (c *change) resolution(id string, slot api.Slot, answer *api.Resolution) (err error) {
	if answer.Conflict, err = scanConflict(c.tx.QueryRow(c.ctx, conflictLight+` where c.room_id = $1 and c.id = $2`, c.room, id)); err != nil {
		return wrap("reading the conflict", err)
	}
	answer.Head, err = scanFile(c.tx.QueryRow(c.ctx, headQuery, c.room, string(slot)), slot)
	if isNone(err) {
		return nil
	}
	if answer.Head != nil {
		answer.Head.Content = (*problem.Text)(nil)
	}
	return wrap("reading the head", err)
}
