// Package authdb has the queries on the schema auth: users, devices and the secrets
// that let them in. It stores and finds; what the rows mean is decided in
// remote/auth. Methods take the current time from the caller where a rule depends on
// it, so that such rules can be tested without waiting.
package authdb

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"stresstester/remote/postgres"
)

// ErrNotFound means that no row matched, or that it is expired or revoked.
var ErrNotFound = errors.New("not found")

// ErrTaken means that a name which must be unique is used already.
var ErrTaken = errors.New("already taken")

// A Store runs the queries.
type Store struct {
	db *postgres.DB
}

// New is a store on db.
func New(db *postgres.DB) *Store { return &Store{db: db} }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.Ping(ctx) }

// Hash is how a secret with at least 128 random bits is stored.
func Hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

func wrap(doing string, err error) error {
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%s: %w", doing, ErrNotFound)
	case errors.As(err, &pg) && pg.Code == "23505":
		return fmt.Errorf("%s: %w", doing, ErrTaken)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// DeviceKind is how a device came to be let in.
type DeviceKind string

// The kinds of devices.
const (
	Browser DeviceKind = "browser" // signed in on the web pages
	Client  DeviceKind = "client"  // logged in by OAuth: an editor, the command line
	Token   DeviceKind = "token"   // stands for one personal access token
)

// A Bearer is whom a token or session lets in.
type Bearer struct {
	User       uuid.UUID
	Username   string
	Device     uuid.UUID
	DeviceName string
	Kind       DeviceKind
	Scopes     []string // nil for a web session, which may do what its user may
	Expires    time.Time
	// Authenticated is when a password or upstream account was last shown; sessions only.
	Authenticated time.Time
	// Administrator tells that the user looks after the server; sessions only.
	Administrator bool
}

// BearerByAccessToken finds whom an OAuth access token lets in.
func (s *Store) BearerByAccessToken(ctx context.Context, hash []byte, now time.Time) (Bearer, error) {
	return s.bearer(ctx, "looking up an access token", `
		select u.id, u.username, d.id, d.name, d.kind, t.scopes, t.expires_at, f.authenticated_at, false
		from auth.access_tokens t
		join auth.token_families f on f.id = t.family_id
		join auth.users u on u.id = t.user_id
		join auth.devices d on d.id = t.device_id
		where t.hash = $1 and t.expires_at > $2 and f.revoked_at is null
			and u.disabled_at is null and d.revoked_at is null`, hash, now)
}

// BearerByPersonalToken finds whom a personal access token lets in.
func (s *Store) BearerByPersonalToken(ctx context.Context, hash []byte, now time.Time) (Bearer, error) {
	return s.bearer(ctx, "looking up a personal access token", `
		select u.id, u.username, d.id, d.name, d.kind, t.scopes, t.expires_at, t.created_at, false
		from auth.personal_tokens t
		join auth.users u on u.id = t.user_id
		join auth.devices d on d.id = t.device_id
		where t.hash = $1 and t.expires_at > $2
			and u.disabled_at is null and d.revoked_at is null`, hash, now)
}

// BearerBySession finds whom a browser's session lets in.
func (s *Store) BearerBySession(ctx context.Context, hash []byte, now time.Time) (Bearer, error) {
	return s.bearer(ctx, "looking up a session", `
		select u.id, u.username, d.id, d.name, d.kind, null::text[], t.expires_at, t.authenticated_at,
			exists (select from auth.administrators a where a.user_id = u.id)
		from auth.sessions t
		join auth.users u on u.id = t.user_id
		join auth.devices d on d.id = t.device_id
		where t.hash = $1 and t.expires_at > $2
			and u.disabled_at is null and d.revoked_at is null`, hash, now)
}

// SignedOut tells which of the devices let nobody in any more: revoked, or their user is disabled or gone. That
// a token has merely expired does not count.
func (s *Store) SignedOut(ctx context.Context, devices []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := s.db.Pool().Query(ctx, `
		select asked from unnest($1::uuid[]) asked where not exists (
			select from auth.devices d join auth.users u on u.id = d.user_id
			where d.id = asked and d.revoked_at is null and u.disabled_at is null
				and not exists (select from auth.token_families f where f.device_id = d.id and f.revoked_at is not null))`, devices)
	if err != nil {
		return nil, wrap("looking for devices that were signed out", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return out, wrap("looking for devices that were signed out", err)
}

func (s *Store) bearer(ctx context.Context, doing, query string, args ...any) (Bearer, error) {
	var b Bearer
	err := s.db.Pool().QueryRow(ctx, query, args...).Scan(
		&b.User, &b.Username, &b.Device, &b.DeviceName, &b.Kind, &b.Scopes, &b.Expires, &b.Authenticated, &b.Administrator)
	return b, wrap(doing, err)
}

// A User is one account.
type User struct {
	ID           uuid.UUID
	Username     string
	DisplayName  string
	Email        string
	PasswordHash string // empty: signs in elsewhere only
	Created      time.Time
	Disabled     bool
}

const userColumns = `id, username, display_name, coalesce(email, ''), coalesce(password_hash, ''), created_at, disabled_at is not null`

func scanUser(row pgx.Row) (User, error) {
	var u User
	err := row.Scan(&u.ID, &u.Username, &u.DisplayName, &u.Email, &u.PasswordHash, &u.Created, &u.Disabled)
	return u, err
}

// CreateUser adds an account. It fails with [ErrTaken] if the name is used.
func (s *Store) CreateUser(ctx context.Context, u User) error {
	_, err := s.db.Pool().Exec(ctx, `
		insert into auth.users (id, username, display_name, email, password_hash, password_changed_at)
		values ($1, $2, $3, nullif($4, ''), nullif($5, ''), case when $5 = '' then null else now() end)`,
		u.ID, u.Username, u.DisplayName, u.Email, u.PasswordHash)
	return wrap("creating an account", err)
}

// UserByID finds an account.
func (s *Store) UserByID(ctx context.Context, id uuid.UUID) (User, error) {
	u, err := scanUser(s.db.Pool().QueryRow(ctx, `select `+userColumns+` from auth.users where id = $1`, id))
	return u, wrap("looking up an account", err)
}

// UserByName finds an account by its user name, without regard to case.
func (s *Store) UserByName(ctx context.Context, name string) (User, error) {
	u, err := scanUser(s.db.Pool().QueryRow(ctx, `select `+userColumns+` from auth.users where lower(username) = lower($1)`, name))
	return u, wrap("looking up an account", err)
}

// A Device is one browser, client or personal access token of a user.
type Device struct {
	ID        uuid.UUID
	User      uuid.UUID
	Kind      DeviceKind
	Name      string
	ClientID  string
	IP        string
	UserAgent string
	Created   time.Time
	LastSeen  time.Time
}

func insertDevice(ctx context.Context, tx pgx.Tx, d Device) error {
	_, err := tx.Exec(ctx, `
		insert into auth.devices (id, user_id, kind, name, client_id, last_ip, user_agent)
		values ($1, $2, $3, $4, nullif($5, ''), $6, $7)`,
		d.ID, d.User, d.Kind, d.Name, d.ClientID, d.IP, d.UserAgent)
	return err
}

// A PersonalToken is a token that a user made for a program to act as them.
type PersonalToken struct {
	ID       uuid.UUID
	Name     string
	Scopes   []string
	Created  time.Time
	Expires  time.Time
	LastUsed time.Time // zero: never
	Device   uuid.UUID
}

// CreatePersonalToken adds a token with the device that stands for it.
func (s *Store) CreatePersonalToken(ctx context.Context, d Device, t PersonalToken, hash []byte) error {
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		if err := insertDevice(ctx, tx, d); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			insert into auth.personal_tokens (id, hash, user_id, device_id, name, scopes, expires_at)
			values ($1, $2, $3, $4, $5, $6, $7)`,
			t.ID, hash, d.User, d.ID, t.Name, t.Scopes, t.Expires)
		return err
	})
	return wrap("creating a personal access token", err)
}
