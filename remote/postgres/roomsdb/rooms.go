package roomsdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"stresstester/remote/api"
)

// The columns of an api.Room: r is app.rooms, m the actor's app.room_members, and the
// one argument is the actor.
const roomColumns = `r.id::text, r.title, r.rev, r.meta_rev, coalesce(m.role, ''), r.settings, r.created_at, r.updated_at, r.deleted_at,
	r.members, r.open_conflicts, r.last_run,
	coalesce((select o.room_id::text from app.room_members o where o.user_id = $1 and o.room_id = r.fork_of), '')`

type roomRow struct {
	room              api.Room
	settings, lastRun []byte
}

func (r *roomRow) targets() []any {
	return []any{&r.room.ID, &r.room.Title, &r.room.Rev, &r.room.MetaRev, &r.room.Role, &r.settings, &r.room.Created, &r.room.Updated, &r.room.Deleted,
		&r.room.Members, &r.room.OpenConflicts, &r.lastRun, &r.room.ForkOf}
}

func (r *roomRow) finish() (api.Room, error) {
	if err := json.Unmarshal(r.settings, &r.room.Settings); err != nil {
		return r.room, fmt.Errorf("reading the room's settings: %w", err)
	}
	if r.lastRun != nil {
		if err := json.Unmarshal(r.lastRun, &r.room.LastRun); err != nil {
			return r.room, fmt.Errorf("reading the room's last run: %w", err)
		}
	}
	return r.room, nil
}

func scanRoom(row pgx.Row) (api.Room, error) {
	var r roomRow
	if err := row.Scan(r.targets()...); err != nil {
		return api.Room{}, err
	}
	return r.finish()
}

// Room reads a room and its heads, tombstones left out; contents come along if
// content is set, those of tests excepted.
func (s *Store) Room(ctx context.Context, a Actor, room string, content bool) (api.RoomDetail, Access, error) {
	var detail api.RoomDetail
	var acc Access
	err := s.reader.read(ctx, a, func(b *batch) {
		detail, acc = api.RoomDetail{Files: []api.File{}}, Access{}
		with := withoutContents
		if content {
			with = withSources
		}
		roomDetail(b, a, room, with, &detail, &acc)
	})
	return detail, acc, wrap("reading the room", err)
}

// AllContents reads a room with the contents of all its heads.
func (s *Store) AllContents(ctx context.Context, a Actor, room string) (api.RoomDetail, Access, error) {
	detail := api.RoomDetail{Files: []api.File{}}
	var acc Access
	err := s.read(ctx, a, func(b *batch) { roomDetail(b, a, room, withAll, &detail, &acc) })
	return detail, acc, wrap("reading the room", err)
}

// What contents come along with a room's files.
type contents int

const (
	withoutContents contents = iota
	withSources              // all but those of tests
	withAll
)

// roomDetail is one query, so that the files are those of the room's revision.
func roomDetail(b *batch, a Actor, room string, with contents, detail *api.RoomDetail, acc *Access) {
	found := false
	blob := `null::bytea`
	join := ``
	if with != withoutContents {
		blob = `b.bytes`
		join = ` left join app.blobs b on b.room_id = f.room_id and b.hash = f.hash`
	}
	if with == withSources {
		join += ` and not f.slot ^@ 'test:'`
	}
	b.rows(`select `+roomColumns+`, f.slot, `+headColumns+`, `+blob+`
		from app.rooms r
		left join app.room_members m on m.room_id = r.id and m.user_id = $1
		left join app.room_files f on f.room_id = r.id and not f.deleted
		left join auth.users u on u.id = f.author`+join+`
		where r.id = $2`, []any{a.User, room}, func(row pgx.Row) error {
		var r roomRow
		var f fileRow
		var slot *string
		if err := row.Scan(append(append(r.targets(), &slot), f.targets()...)...); err != nil {
			return err
		}
		if !found {
			found = true
			var err error
			if detail.Room, err = r.finish(); err != nil {
				return err
			}
			*acc = Access{Role: r.room.Role, Link: a.Link != nil && r.room.Role == "", Deleted: r.room.Deleted != nil, Rev: r.room.Rev, MetaRev: r.room.MetaRev}
		}
		if slot != nil {
			f.file.Slot = api.Slot(*slot)
			detail.Files = append(detail.Files, f.finish())
		}
		return nil
	})
	b.rows(`select 1`, nil, func(pgx.Row) error {
		if !found {
			return pgx.ErrNoRows
		}
		return nil
	})
}

// A Cursor is where a list goes on.
type Cursor struct {
	Time time.Time `json:"t,omitzero"`
	ID   string    `json:"i,omitempty"`
	Rev  int64     `json:"r,omitempty"`
}

// Rooms lists the actor's rooms, newest change first, from after the cursor on: at
// most limit. part is a part of their titles.
func (s *Store) Rooms(ctx context.Context, a Actor, deleted bool, part string, after Cursor, limit int) ([]api.Room, error) {
	rooms := []api.Room{}
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(part) + "%"
	var from *time.Time
	if !after.Time.IsZero() {
		from = &after.Time
	}
	err := s.read(ctx, a, func(b *batch) {
		b.rows(`select `+roomColumns+`
			from app.room_members m join app.rooms r on r.id = m.room_id
			where m.user_id = $1 and (r.deleted_at is not null) = $2 and (not $2 or m.role = 'owner') and r.title ilike $3
				and ($4::timestamptz is null or (r.updated_at, r.id) < ($4, $5::uuid))
			order by r.updated_at desc, r.id desc limit $6`,
			[]any{a.User, deleted, pattern, from, orNil(after.ID), limit}, func(row pgx.Row) error {
				room, err := scanRoom(row)
				rooms = append(rooms, room)
				return err
			})
	})
	return rooms, wrap("listing the rooms", err)
}

func orNil(id string) string {
	if id == "" {
		return "00000000-0000-0000-0000-000000000000"
	}
	return id
}

// NewRoom is a room to be made.
type NewRoom struct {
	ID       string
	Title    string
	Settings []byte // a JSON object
	ForkOf   string
	Files    []NewFile
	// MaxRooms and MaxBytes are limits of the user and of the room.
	MaxRooms int
	MaxBytes int64
}

// NewFile is a file of a new room.
type NewFile struct {
	Slot    api.Slot
	Name    string
	Hash    []byte
	Content []byte
}

// CreateRoom makes a room of the actor's with files. made is false if the actor made a
// room with that ID before, which is then left as it is.
func (s *Store) CreateRoom(ctx context.Context, a Actor, r NewRoom) (made bool, err error) {
	err = s.tx(ctx, a, pgx.TxOptions{}, func(tx pgx.Tx) error {
		made, err = createRoom(ctx, tx, a, r)
		return err
	})
	return made, err
}

func createRoom(ctx context.Context, tx pgx.Tx, a Actor, r NewRoom) (made bool, err error) {
	var outcome string
	var forkOf *string
	if r.ForkOf != "" {
		forkOf = &r.ForkOf
	}
	if err := tx.QueryRow(ctx, `select app.create_room($1, $2, $3, $4, $5)`, r.ID, r.Title, r.Settings, forkOf, r.MaxRooms).Scan(&outcome); err != nil {
		return false, wrap("creating a room", err)
	}
	switch outcome {
	case "done":
	case "yours":
		return false, nil
	case "taken":
		return false, ErrTaken
	default:
		return false, TooMany("rooms_per_user", r.MaxRooms)
	}
	c := &change{tx: tx, ctx: ctx, actor: a, room: r.ID}
	for _, f := range r.Files {
		put := Put{Slot: f.Slot, Name: f.Name, Hash: f.Hash, Content: f.Content, MaxSlots: len(r.Files) + 1, MaxBytes: r.MaxBytes}
		keyless := a
		keyless.Key = nil
		outcome, _, err := scanPut(tx.QueryRow(ctx, putQuery, put.args(keyless, r.ID)...))
		if err != nil {
			return false, wrap("creating a room's files", err)
		}
		if outcome == "mismatch" {
			return false, ErrTaken // two files for one slot
		}
		if outcome != "done" {
			return false, put.error(outcome)
		}
	}
	return true, c.audit("room.create", map[string]string{"title": r.Title, "fork_of": r.ForkOf})
}

// Update is a change of a room's title and settings; nil stays.
type Update struct {
	Title    *string
	Settings []byte
}

// UpdateRoom changes title and settings, unless they were changed after base.
func (s *Store) UpdateRoom(ctx context.Context, a Actor, room string, allow Allow, base api.Revision, u Update) (rev api.Revision, replayed bool, err error) {
	replayed, err = s.change(ctx, a, room, allow, &rev, func(c *change) error {
		if c.access.MetaRev > base || base > c.access.Rev {
			return ErrMismatch
		}
		if err := c.bump(`, meta_rev = rev + 1, title = coalesce($2, title), settings = coalesce($3, settings)`, u.Title, u.Settings); err != nil {
			return err
		}
		rev = c.access.Rev
		return c.audit("room.update", u.Title)
	})
	return rev, replayed, err
}

// DeleteRoom makes the room a tombstone. Doing it twice is doing it once.
func (s *Store) DeleteRoom(ctx context.Context, a Actor, room string, allow Allow) error {
	return s.setDeleted(ctx, a, room, allow, true)
}

// RestoreRoom undoes DeleteRoom.
func (s *Store) RestoreRoom(ctx context.Context, a Actor, room string, allow Allow) error {
	return s.setDeleted(ctx, a, room, allow, false)
}

func (s *Store) setDeleted(ctx context.Context, a Actor, room string, allow Allow, deleted bool) error {
	action := "room.restore"
	if deleted {
		action = "room.delete"
	}
	_, err := s.change(ctx, a, room, allow, &struct{}{}, func(c *change) error {
		if c.access.Deleted == deleted {
			return nil
		}
		if err := c.bump(`, deleted_at = case when $2 then clock_timestamp() end`, deleted); err != nil {
			return err
		}
		return c.audit(action, nil)
	})
	return err
}

// Audit lists what was done to a room, newest first.
func (s *Store) Audit(ctx context.Context, a Actor, room string, after Cursor, limit int) ([]api.AuditEntry, Access, error) {
	entries := []api.AuditEntry{}
	var acc Access
	err := s.read(ctx, a, func(b *batch) {
		access(b, a, room, &acc)
		b.rows(`select l.id, l.at, coalesce(u.id::text, ''), coalesce(nullif(u.display_name, ''), u.username, ''), l.device, l.action, l.detail
			from app.audit l left join auth.users u on u.id = l.user_id
			where l.room_id = $1 and ($2 = 0 or l.id < $2) order by l.id desc limit $3`,
			[]any{room, after.Rev, limit}, func(row pgx.Row) error {
				var e api.AuditEntry
				var detail []byte
				err := row.Scan(&e.ID, &e.At, &e.User, &e.Name, &e.Device, &e.Action, &detail)
				e.Detail = detail
				entries = append(entries, e)
				return err
			})
	})
	return entries, acc, wrap("reading the room's log", err)
}

// access queues the query that every read of a room begins with.
func access(b *batch, a Actor, room string, acc *Access) {
	b.row(accessQuery, []any{room, a.User}, func(row pgx.Row) (err error) {
		*acc, err = scanAccess(row, a)
		return err
	})
}

func isNone(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
