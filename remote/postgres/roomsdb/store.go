// Package roomsdb has the queries on the schema app: rooms and what is in them. It
// stores and finds; who may do what is decided in remote/rooms, which gives every
// change an [Allow] to ask. Row-level security holds beneath all of it: every
// query runs in a transaction that names the acting user.
//
// Start reading at [Store]. Reads that many clients make go through a reader that
// sends several of them to Postgres at once (reader.go).
package roomsdb

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"stresstester/remote/api"
	"stresstester/remote/postgres"
)

// What a change can fail with besides the database's errors.
var (
	// ErrNotFound: there is no such thing, or the actor cannot see it.
	ErrNotFound = errors.New("not found")
	// ErrMismatch: it is not at the revision that the change is based on.
	ErrMismatch = errors.New("changed since")
	// ErrKeyReused: the idempotency key was used for another request.
	ErrKeyReused = errors.New("idempotency key used for another request")
	// ErrTaken: the ID belongs to something else.
	ErrTaken = errors.New("already taken")
	// ErrTooMany: a limit on the number of something is reached.
	ErrTooMany = errors.New("too many")
	// ErrRoomFull: the limit on the room's bytes is reached.
	ErrRoomFull = errors.New("room is full")
	// ErrLastOwner: the room would be left without an owner.
	ErrLastOwner = errors.New("last owner")
	// ErrResolved: the conflict is resolved already.
	ErrResolved = errors.New("already resolved")
)

// A LimitError is ErrTooMany or ErrRoomFull with the limit that is reached, by its name
// in api.Limits.
type LimitError struct {
	Limit   string
	Allowed int64
	kind    error
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%v: %s is %d", e.kind, e.Limit, e.Allowed)
}

// Unwrap lets errors.Is find the kind.
func (e *LimitError) Unwrap() error { return e.kind }

// TooMany is the error of a limit on a number.
func TooMany(limit string, allowed int) error { return &LimitError{limit, int64(allowed), ErrTooMany} }

// Full is the error of a limit on bytes.
func Full(limit string, allowed int64) *LimitError { return &LimitError{limit, allowed, ErrRoomFull} }

// Actor is who acts, and with which request.
type Actor struct {
	User uuid.UUID // uuid.Nil for nobody
	// Device is the client's name of its device, for the history.
	Device string
	// Key is the request's idempotency key, nil if it has none; Request is what the
	// request was, hashed.
	Key     *api.IdempotencyKey
	Request []byte
	// Link is the hash of a share link's token; nil if there is none.
	Link []byte
}

// Access is what a user has to do with a room.
type Access struct {
	Role    api.Role // empty for strangers, and for holders of a link
	Link    bool     // seen by a share link
	Deleted bool
	Rev     api.Revision
	MetaRev api.Revision
}

// Allow decides on what was found; its error ends the change.
type Allow func(Access) error

// Store runs the queries.
type Store struct {
	db     *postgres.DB
	reader *reader
}

// New is a store on db. Close it before db.
func New(db *postgres.DB) *Store { return &Store{db: db, reader: newReader(db)} }

// Close waits for reads that are under way.
func (s *Store) Close() { s.reader.close() }

const setActor = `select set_config('app.user_id', $1, true), set_config('app.share_link', $2, true)`

func (a Actor) settings() []any { return []any{a.User.String(), hex.EncodeToString(a.Link)} }

// tx runs fn as the actor.
func (s *Store) tx(ctx context.Context, a Actor, options pgx.TxOptions, fn func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.db.Pool(), options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, setActor, a.settings()...); err != nil {
			return fmt.Errorf("setting the acting user: %w", err)
		}
		return fn(tx)
	})
}

func wrap(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%s: %w", doing, ErrNotFound)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Unavailable reports whether err means that the database could not be asked, or not in
// time, so that the same request may succeed later.
func Unavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code[:2] {
		case "08", "53", "57", "58": // connection, resources, intervention, system
			return true
		case "40": // serialization, deadlock
			return true
		}
		return pg.Code == "55P03" // waited too long for a lock
	}
	var connect *pgconn.ConnectError
	return errors.As(err, &connect) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) || errors.Is(err, errConnection) || isNetwork(err)
}

const accessQuery = `
	select coalesce(m.role, ''), r.deleted_at is not null, r.rev, r.meta_rev
	from app.rooms r left join app.room_members m on m.room_id = r.id and m.user_id = $2
	where r.id = $1`

func scanAccess(row pgx.Row, a Actor) (Access, error) {
	var acc Access
	err := row.Scan(&acc.Role, &acc.Deleted, &acc.Rev, &acc.MetaRev)
	acc.Link = a.Link != nil && acc.Role == ""
	return acc, err
}

// Access tells what the actor has to do with a room; [ErrNotFound] for a stranger.
func (s *Store) Access(ctx context.Context, a Actor, room string) (Access, error) {
	var acc Access
	err := s.reader.read(ctx, a, func(b *batch) {
		b.row(accessQuery, []any{room, a.User}, func(row pgx.Row) (err error) {
			acc, err = scanAccess(row, a)
			return err
		})
	})
	return acc, wrap("finding the room", err)
}

// A change is a transaction that holds the lock on its room's row, so that changes of
// one room happen one after the other and their revisions have no gaps.
type change struct {
	tx     pgx.Tx
	ctx    context.Context //nolint:containedctx // lives no longer than the transaction
	actor  Actor
	room   string
	access Access
	at     time.Time
}

// change runs fn if allow agrees. If the actor's key was used for the same request,
// fn does not run, and the answer it gave then is read into answer. Otherwise what fn
// left in answer is remembered.
func (s *Store) change(ctx context.Context, a Actor, room string, allow Allow, answer any, fn func(*change) error) (replayed bool, err error) {
	err = s.tx(ctx, a, pgx.TxOptions{}, func(tx pgx.Tx) error {
		acc, err := scanAccess(tx.QueryRow(ctx, accessQuery, room, a.User), a)
		if err != nil {
			return wrap("finding the room", err)
		}
		if err := allow(acc); err != nil {
			return err
		}
		c := &change{tx: tx, ctx: ctx, actor: a, room: room, access: acc}
		if err := c.lock(); err != nil {
			return err
		}
		if err := allow(c.access); err != nil {
			return err
		}
		if replayed, err = recall(ctx, tx, a, answer); replayed || err != nil {
			return err
		}
		if err := fn(c); err != nil {
			return err
		}
		return remember(ctx, tx, a, room, answer)
	})
	return replayed, err
}

// lock waits for other changes of the room and reads again what they may have changed.
func (c *change) lock() error {
	if err := c.exec("locking the room", `select app.lock_room($1)`, c.room); err != nil {
		return err
	}
	acc, err := scanAccess(c.tx.QueryRow(c.ctx, accessQuery, c.room, c.actor.User), c.actor)
	if err != nil {
		return wrap("finding the room", err)
	}
	c.access = acc
	return wrap("reading the clock", c.tx.QueryRow(c.ctx, `select clock_timestamp()`).Scan(&c.at))
}

// bump raises the room's revision; set is more to set, with arguments from $2 on.
func (c *change) bump(set string, args ...any) error {
	err := c.tx.QueryRow(c.ctx, `update app.rooms set rev = rev + 1, updated_at = clock_timestamp()`+set+` where id = $1 returning rev`,
		append([]any{c.room}, args...)...).Scan(&c.access.Rev)
	return wrap("raising the room's revision", err)
}

func (c *change) exec(doing, sql string, args ...any) error {
	_, err := c.tx.Exec(c.ctx, sql, args...)
	return wrap(doing, err)
}

// audit notes what is done; detail may be nil.
func (c *change) audit(action string, detail any) error {
	var text []byte
	if detail != nil {
		var err error
		if text, err = json.Marshal(detail); err != nil {
			return err
		}
	}
	return c.exec("noting what is done", `insert into app.audit (room_id, user_id, device, action, detail) values ($1, $2, $3, $4, $5)`,
		c.room, c.actor.User, c.actor.Device, action, text)
}

// recall reads the answer to an earlier request with the same key.
func recall(ctx context.Context, tx pgx.Tx, a Actor, answer any) (bool, error) {
	if a.Key == nil {
		return false, nil
	}
	var request, body []byte
	err := tx.QueryRow(ctx, `select request, body from app.mutations where user_id = $1 and device = $2 and n = $3`,
		a.User, a.Key.Device, a.Key.N).Scan(&request, &body)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, wrap("looking up the idempotency key", err)
	}
	if string(request) != string(a.Request) || body == nil {
		return false, ErrKeyReused
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return false, fmt.Errorf("reading an earlier answer: %w", err)
	}
	return true, nil
}

func remember(ctx context.Context, tx pgx.Tx, a Actor, room string, answer any) error {
	if a.Key == nil {
		return nil
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("writing down the answer: %w", err)
	}
	_, err = tx.Exec(ctx, `insert into app.mutations (user_id, device, n, request, room_id, status, body) values ($1, $2, $3, $4, $5, 200, $6)`,
		a.User, a.Key.Device, a.Key.N, a.Request, room, body)
	if isDuplicate(err) {
		return ErrKeyReused // at this moment, in another room
	}
	return wrap("remembering the idempotency key", err)
}

func isDuplicate(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505"
}

// Tidy forgets what is kept for a limited time only, and tells how many rows that were.
// Any number of processes may try at once; one does it.
func (s *Store) Tidy(ctx context.Context, l api.Limits) (rows int64, err error) {
	err = s.tx(ctx, Actor{}, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local statement_timeout = '60s'`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select app.tidy($1, $2, $3, $4)`, l.RevisionDays, l.RevisionCount, l.TombstoneDays, l.IdempotencyDays).Scan(&rows)
	})
	return rows, wrap("tidying the rooms", err)
}
