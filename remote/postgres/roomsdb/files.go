package roomsdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"stresstester/core/problem"
	"stresstester/remote/api"
)

// The columns of a file but its slot and content: f is a table of files, u the author.
const headColumns = `f.name, f.rev, f.deleted, f.hash, f.size, coalesce(u.id::text, ''), coalesce(nullif(u.display_name, ''), u.username, ''), f.device, f.created_at, f.parent, f.merge_parent`

// fileRow scans headColumns and the content. Everything may be null, for outer joins.
type fileRow struct {
	file                     api.File
	name, device             *string
	rev, parent, mergeParent *int64
	deleted                  *bool
	size                     *int
	created                  *time.Time
	hash, content            []byte
}

func (r *fileRow) targets() []any {
	return []any{&r.name, &r.rev, &r.deleted, &r.hash, &r.size, &r.file.Author, &r.file.AuthorName, &r.device, &r.created, &r.parent, &r.mergeParent, &r.content}
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func (r *fileRow) finish() api.File {
	f := &r.file
	f.Name, f.Device, f.Created = value(r.name), value(r.device), value(r.created)
	f.Rev, f.Parent, f.MergeParent = api.Revision(value(r.rev)), api.Revision(value(r.parent)), api.Revision(value(r.mergeParent))
	f.Deleted, f.Size = value(r.deleted), value(r.size)
	f.Hash = hex.EncodeToString(r.hash)
	if r.content != nil {
		text := problem.Text(r.content)
		f.Content = &text
	}
	return *f
}

// Put is a write to a file.
type Put struct {
	Slot    api.Slot
	Base    api.Revision
	Name    string
	Hash    []byte // nil deletes
	Content []byte
	// MergeParent is the side of a conflict that the write takes in; 0 for none.
	MergeParent api.Revision
	// MaxSlots is how many files of the slot's kind a room may have, MaxBytes how much all may hold.
	MaxSlots int
	MaxBytes int64
}

// HashOf is the hash of a content.
func HashOf(content []byte) []byte {
	sum := sha256.Sum256(content)
	return sum[:]
}

const putQuery = `select outcome, rev from app.put_file($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`

func (p Put) args(a Actor, room string) []any {
	keyDevice, keyN := "", int64(0)
	if a.Key != nil {
		keyDevice, keyN = a.Key.Device, a.Key.N
	}
	kind := string(p.Slot)
	switch k, _ := p.Slot.Kind(); k {
	case api.IncludeKind:
		kind = "include:"
	case api.TestKind:
		kind = "test:"
	case api.RoleKind, api.ConfigKind:
	}
	return []any{room, string(p.Slot), kind, p.Base, p.Name, p.Hash, p.Content, len(p.Content), p.MergeParent, a.Device, keyDevice, keyN, a.Request, p.MaxSlots, p.MaxBytes}
}

func scanPut(row pgx.Row) (outcome string, rev api.Revision, err error) {
	var n *int64
	err = row.Scan(&outcome, &n)
	return outcome, api.Revision(value(n)), err
}

func (p Put) error(outcome string) error {
	switch outcome {
	case "done", "same", "replay":
		return nil
	case "missing":
		return ErrNotFound
	case "mismatch":
		return ErrMismatch
	case "reused":
		return ErrKeyReused
	case "slots":
		limit := "includes_per_room"
		if kind, _ := p.Slot.Kind(); kind == api.TestKind {
			limit = "tests_per_room"
		}
		return TooMany(limit, p.MaxSlots)
	case "room_bytes":
		return Full("room_bytes", p.MaxBytes)
	}
	return fmt.Errorf("put_file answered %q", outcome)
}

// PutFile writes a file if its head is at the revision that the write is based on. It
// returns the revision that has the content, once that is on the database's disk.
// changed is false if it had it before.
func (s *Store) PutFile(ctx context.Context, a Actor, room string, allow Allow, p Put) (rev api.Revision, changed, replayed bool, err error) {
	acc, err := s.Access(ctx, a, room)
	if err != nil {
		return 0, false, false, err
	}
	if err := allow(acc); err != nil {
		return 0, false, false, err
	}
	// The policies see to it that the actor still is an editor when it happens.
	outcome, rev, err := s.put(ctx, a, room, p)
	if isDuplicate(err) {
		err = ErrKeyReused // at this moment, in another room
	}
	if err != nil {
		return 0, false, false, wrap("writing a file", err)
	}
	return rev, outcome == "done", outcome == "replay", p.error(outcome)
}

// put is one round trip. Only the answer to commit says that it happened.
func (s *Store) put(ctx context.Context, a Actor, room string, p Put) (outcome string, rev api.Revision, err error) {
	var b pgx.Batch
	b.Queue(`begin`)
	b.Queue(setActor, a.settings()...)
	b.Queue(putQuery, p.args(a, room)...)
	b.Queue(`commit`)
	results := s.db.Pool().SendBatch(ctx, &b)
	outcome, rev, err = receivePut(results)
	return outcome, rev, errors.Join(err, results.Close())
}

func receivePut(results pgx.BatchResults) (outcome string, rev api.Revision, err error) {
	for range 2 {
		if _, err := results.Exec(); err != nil {
			return "", 0, err
		}
	}
	if outcome, rev, err = scanPut(results.QueryRow()); err != nil {
		return "", 0, err
	}
	tag, err := results.Exec()
	if err == nil && tag.String() != "COMMIT" {
		err = errConnection
	}
	return outcome, rev, err
}

const headQuery = `select ` + headColumns + `, b.bytes
	from app.room_files f left join auth.users u on u.id = f.author
	left join app.blobs b on b.room_id = f.room_id and b.hash = f.hash
	where f.room_id = $1 and f.slot = $2`

const revisionQuery = `select ` + headColumns + `, b.bytes, f.slot, f.side
	from app.file_revisions f left join auth.users u on u.id = f.author
	left join app.blobs b on b.room_id = f.room_id and b.hash = f.hash
	where f.room_id = $1 and f.rev = $2`

// File reads the head of a file with its content; nil if it never existed.
func (s *Store) File(ctx context.Context, a Actor, room string, slot api.Slot) (*api.File, Access, error) {
	var file *api.File
	var acc Access
	err := s.reader.read(ctx, a, func(b *batch) {
		file = nil
		access(b, a, room, &acc)
		b.rows(headQuery, []any{room, string(slot)}, func(row pgx.Row) (err error) {
			file, err = scanFile(row, slot)
			return err
		})
	})
	return file, acc, wrap("reading a file", err)
}

// FileRev reads a head's revision only; 0 if the file never existed.
func (s *Store) FileRev(ctx context.Context, a Actor, room string, slot api.Slot) (rev api.Revision, acc Access, err error) {
	err = s.reader.read(ctx, a, func(b *batch) {
		rev = 0
		access(b, a, room, &acc)
		b.rows(`select rev from app.room_files where room_id = $1 and slot = $2`, []any{room, string(slot)}, func(row pgx.Row) error {
			return row.Scan(&rev)
		})
	})
	return rev, acc, wrap("reading a file's revision", err)
}

func scanFile(row pgx.Row, slot api.Slot) (*api.File, error) {
	r := fileRow{file: api.File{Slot: slot}}
	if err := row.Scan(r.targets()...); err != nil {
		return nil, err
	}
	f := r.finish()
	if !f.Deleted && f.Content == nil {
		return nil, fmt.Errorf("the content of revision %d of %s is missing", f.Rev, slot)
	}
	return &f, nil
}

func scanRevision(row pgx.Row) (*api.File, error) {
	var r fileRow
	if err := row.Scan(append(r.targets(), &r.file.Slot, &r.file.Side)...); err != nil {
		return nil, err
	}
	f := r.finish()
	return &f, nil
}

// Revision reads a revision of a file with its content; nil if that file has none of that number.
func (s *Store) Revision(ctx context.Context, a Actor, room string, slot api.Slot, rev api.Revision) (*api.File, Access, error) {
	var file *api.File
	var acc Access
	err := s.reader.read(ctx, a, func(b *batch) {
		file = nil
		access(b, a, room, &acc)
		b.rows(revisionQuery, []any{room, rev}, func(row pgx.Row) error {
			f, err := scanRevision(row)
			if err == nil && f.Slot == slot {
				file = f
			}
			return err
		})
	})
	return file, acc, wrap("reading a revision", err)
}

// Revisions lists the revisions of a file, or of all files if slot is empty, newest
// first, without contents.
func (s *Store) Revisions(ctx context.Context, a Actor, room string, slot api.Slot, after Cursor, limit int) ([]api.File, Access, error) {
	files := []api.File{}
	var acc Access
	where := `f.room_id = $1 and ($2 = 0 or f.rev < $2)`
	args := []any{room, after.Rev, limit}
	if slot != "" {
		where += ` and f.slot = $4`
		args = append(args, string(slot))
	}
	err := s.read(ctx, a, func(b *batch) {
		access(b, a, room, &acc)
		b.rows(`select `+headColumns+`, null::bytea, f.slot, f.side
			from app.file_revisions f left join auth.users u on u.id = f.author
			where `+where+` order by f.rev desc limit $3`, args, func(row pgx.Row) error {
			f, err := scanRevision(row)
			if err == nil {
				files = append(files, *f)
			}
			return err
		})
	})
	return files, acc, wrap("listing revisions", err)
}
