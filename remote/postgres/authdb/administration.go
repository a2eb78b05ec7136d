package authdb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// A Listed user is an account as those see it who look after the server.
type Listed struct {
	User
	Administrator bool
	Devices       int       // where they are signed in
	LastSeen      time.Time // zero: never signed in, or signed out everywhere
}

// Users lists accounts by name, those after a name ("" for all) that contain text. It
// returns at most limit.
func (s *Store) Users(ctx context.Context, text, after string, limit int) ([]Listed, error) {
	rows, err := s.db.Pool().Query(ctx, `
		select `+userColumns+`, exists (select from auth.administrators a where a.user_id = u.id), d.n, coalesce(d.seen, 'epoch')
		from auth.users u
		cross join lateral (select count(*) as n, max(last_seen_at) as seen from auth.devices where user_id = u.id and revoked_at is null) d
		where lower(username) > lower($2) and ($1 = '' or strpos(lower(username), lower($1)) > 0 or strpos(lower(display_name), lower($1)) > 0)
		order by lower(username) limit $3`, text, after, limit)
	if err != nil {
		return nil, wrap("listing users", err)
	}
	users, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Listed, error) {
		var u Listed
		err := row.Scan(&u.ID, &u.Username, &u.DisplayName, &u.Email, &u.PasswordHash, &u.Created, &u.Disabled, &u.Administrator, &u.Devices, &u.LastSeen)
		if u.LastSeen.Unix() == 0 {
			u.LastSeen = time.Time{}
		}
		return u, err
	})
	return users, wrap("listing users", err)
}

// SetDisabled keeps an account out, or lets it in again. Who is kept out is signed out
// everywhere.
func (s *Store) SetDisabled(ctx context.Context, user uuid.UUID, disabled bool, now time.Time) error {
	tag, err := s.db.Pool().Exec(ctx, `update auth.users set disabled_at = case when $2 then coalesce(disabled_at, $3) end where id = $1`, user, disabled, now)
	if err == nil && tag.RowsAffected() == 0 {
		err = pgx.ErrNoRows
	}
	if err == nil && disabled {
		_, err = s.RevokeOthers(ctx, user, uuid.Nil, "the account was disabled", now)
	}
	return wrap("disabling an account", err)
}

// CreateReset stores the hash of a link by which user sets a new password; earlier ones
// end.
func (s *Store) CreateReset(ctx context.Context, user uuid.UUID, hash []byte, expires time.Time) error {
	_, err := s.db.Pool().Exec(ctx, `
		insert into auth.password_resets (user_id, hash, expires_at) values ($1, $2, $3)
		on conflict (user_id) do update set hash = excluded.hash, expires_at = excluded.expires_at, created_at = now()`, user, hash, expires)
	return wrap("making a link for a new password", err)
}

// UserByReset finds whose password a link sets.
func (s *Store) UserByReset(ctx context.Context, hash []byte, now time.Time) (User, error) {
	u, err := scanUser(s.db.Pool().QueryRow(ctx, `
		select `+userColumns+` from auth.users where disabled_at is null and id = (select user_id from auth.password_resets where hash = $1 and expires_at > $2)`, hash, now))
	return u, wrap("looking up a link for a new password", err)
}

// UseReset sets a password by a link, which then is used up. [ErrNotFound] if it was
// used or has ended.
func (s *Store) UseReset(ctx context.Context, hash []byte, password string, now time.Time) error {
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		var user uuid.UUID
		if err := tx.QueryRow(ctx, `delete from auth.password_resets where hash = $1 and expires_at > $2 returning user_id`, hash, now).Scan(&user); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update auth.users set password_hash = $2, password_changed_at = now() where id = $1`, user, password)
		return err
	})
	return wrap("setting a new password", err)
}

// A Recorded event is one of the whole server.
type Recorded struct {
	Event
	ID       int64
	Username string // empty: nobody in particular, or the account is gone
}

// AllEvents lists what happened on the server, the newest first: those before an ID (0
// for all), of the user called username if it is not empty. It returns at most limit.
func (s *Store) AllEvents(ctx context.Context, username string, before int64, limit int) ([]Recorded, error) {
	rows, err := s.db.Pool().Query(ctx, `
		select e.id, e.at, coalesce(e.user_id, '00000000-0000-0000-0000-000000000000'), coalesce(u.username, ''), e.action, e.ip, e.detail
		from auth.audit_log e left join auth.users u on u.id = e.user_id
		where ($2 = 0 or e.id < $2) and ($1 = '' or e.user_id = (select id from auth.users where lower(username) = lower($1)))
		order by e.id desc limit $3`, username, before, limit)
	if err != nil {
		return nil, wrap("listing events", err)
	}
	events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Recorded, error) {
		var r Recorded
		var detail []byte
		err := row.Scan(&r.ID, &r.At, &r.User, &r.Username, &r.Action, &r.IP, &detail)
		if err == nil {
			err = json.Unmarshal(detail, &r.Detail)
		}
		return r, err
	})
	return events, wrap("listing events", err)
}
