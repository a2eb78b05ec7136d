package authdb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// CreateSession stores a browser's sign-in with the device that stands for it.
func (s *Store) CreateSession(ctx context.Context, d Device, hash []byte, authenticated, expires time.Time) error {
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		if err := insertDevice(ctx, tx, d); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			insert into auth.sessions (hash, user_id, device_id, authenticated_at, expires_at) values ($1, $2, $3, $4, $5)`,
			hash, d.User, d.ID, authenticated, expires)
		return err
	})
	return wrap("storing a session", err)
}

// UserDevice is a device as its user sees it.
type UserDevice struct {
	Device
	Scopes  []string  // of tokens; nil for browsers
	Expires time.Time // when it ends by itself
}

// Devices lists where a user is signed in, the last used first.
func (s *Store) Devices(ctx context.Context, user uuid.UUID, now time.Time) ([]UserDevice, error) {
	rows, err := s.db.Pool().Query(ctx, `
		select d.id, d.user_id, d.kind, d.name, coalesce(d.client_id, ''), d.last_ip, d.user_agent, d.created_at, d.last_seen_at,
			coalesce(f.scopes, p.scopes), coalesce(f.expires_at, p.expires_at, s.expires_at)
		from auth.devices d
		left join auth.token_families f on f.device_id = d.id and f.revoked_at is null
		left join auth.personal_tokens p on p.device_id = d.id
		left join auth.sessions s on s.device_id = d.id
		where d.user_id = $1 and d.revoked_at is null and coalesce(f.expires_at, p.expires_at, s.expires_at) > $2
		order by d.last_seen_at desc, d.id`, user, now)
	if err != nil {
		return nil, wrap("listing devices", err)
	}
	devices, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (UserDevice, error) {
		var d UserDevice
		err := row.Scan(&d.ID, &d.User, &d.Kind, &d.Name, &d.ClientID, &d.IP, &d.UserAgent, &d.Created, &d.LastSeen, &d.Scopes, &d.Expires)
		return d, err
	})
	return devices, wrap("listing devices", err)
}

// RevokeDevice signs a device of user out. Another user's device is not found.
func (s *Store) RevokeDevice(ctx context.Context, user, device uuid.UUID, reason string, now time.Time) error {
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		var id uuid.UUID
		if err := tx.QueryRow(ctx, `select id from auth.devices where id = $1 and user_id = $2 for update`, device, user).Scan(&id); err != nil {
			return err
		}
		return revokeDevice(ctx, tx, device, reason, now)
	})
	return wrap("signing a device out", err)
}

// RevokeOthers signs out every device of user but keep, and returns how many.
func (s *Store) RevokeOthers(ctx context.Context, user, keep uuid.UUID, reason string, now time.Time) (int, error) {
	n := 0
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select id from auth.devices where user_id = $1 and id <> $2 and revoked_at is null for update`, user, keep)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return err
		}
		n = len(ids)
		for _, id := range ids {
			if err := revokeDevice(ctx, tx, id, reason, now); err != nil {
				return err
			}
		}
		return nil
	})
	return n, wrap("signing devices out", err)
}

// Seen records that a device was used, from where.
func (s *Store) Seen(ctx context.Context, device uuid.UUID, ip string, now time.Time) error {
	_, err := s.db.Pool().Exec(ctx, `
		update auth.devices set last_seen_at = $3, last_ip = case when $2 = '' then last_ip else $2 end
		where id = $1 and last_seen_at < $3::timestamptz - interval '1 minute'`, device, ip, now)
	return wrap("recording that a device was used", err)
}

// PersonalTokens lists a user's tokens, the newest first, expired ones too.
func (s *Store) PersonalTokens(ctx context.Context, user uuid.UUID) ([]PersonalToken, error) {
	rows, err := s.db.Pool().Query(ctx, `
		select t.id, t.name, t.scopes, t.created_at, t.expires_at, d.last_seen_at, d.created_at, t.device_id
		from auth.personal_tokens t join auth.devices d on d.id = t.device_id
		where t.user_id = $1 and d.revoked_at is null order by t.id desc`, user)
	if err != nil {
		return nil, wrap("listing personal access tokens", err)
	}
	tokens, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PersonalToken, error) {
		var t PersonalToken
		var made time.Time
		err := row.Scan(&t.ID, &t.Name, &t.Scopes, &t.Created, &t.Expires, &t.LastUsed, &made, &t.Device)
		if t.LastUsed.Equal(made) {
			t.LastUsed = time.Time{}
		}
		return t, err
	})
	return tokens, wrap("listing personal access tokens", err)
}

// An Identity is an account elsewhere that signs in as a user.
type Identity struct {
	Provider string
	Subject  string
	Label    string
	Created  time.Time
}

// UserByIdentity finds whom an account elsewhere signs in as.
func (s *Store) UserByIdentity(ctx context.Context, provider, subject string) (User, error) {
	u, err := scanUser(s.db.Pool().QueryRow(ctx, `
		select `+userColumns+` from auth.users where id = (select user_id from auth.identities where provider = $1 and subject = $2)`, provider, subject))
	return u, wrap("looking up an account", err)
}

// CreateUserWithIdentity adds an account that signs in elsewhere. [ErrTaken] if name or identity is used.
func (s *Store) CreateUserWithIdentity(ctx context.Context, u User, i Identity) error {
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into auth.users (id, username, display_name, email) values ($1, $2, $3, nullif($4, ''))`,
			u.ID, u.Username, u.DisplayName, u.Email); err != nil {
			return err
		}
		return insertIdentity(ctx, tx, u.ID, i)
	})
	return wrap("creating an account", err)
}

func insertIdentity(ctx context.Context, tx pgx.Tx, user uuid.UUID, i Identity) error {
	_, err := tx.Exec(ctx, `insert into auth.identities (provider, subject, user_id, label) values ($1, $2, $3, $4)`, i.Provider, i.Subject, user, i.Label)
	return err
}

// LinkIdentity lets an account elsewhere sign in as user. [ErrTaken] if it signs in as somebody already.
func (s *Store) LinkIdentity(ctx context.Context, user uuid.UUID, i Identity) error {
	return wrap("linking an account", s.db.Tx(ctx, func(tx pgx.Tx) error { return insertIdentity(ctx, tx, user, i) }))
}

// Identities lists the accounts elsewhere that sign in as user.
func (s *Store) Identities(ctx context.Context, user uuid.UUID) ([]Identity, error) {
	rows, err := s.db.Pool().Query(ctx, `select provider, subject, label, created_at from auth.identities where user_id = $1 order by created_at`, user)
	if err != nil {
		return nil, wrap("listing linked accounts", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Identity])
	return list, wrap("listing linked accounts", err)
}

// UnlinkIdentity removes one, unless the user could not sign in any more: then it fails with [ErrNotFound].
func (s *Store) UnlinkIdentity(ctx context.Context, user uuid.UUID, provider, subject string) error {
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		// The user's row orders two removals that would each leave the other's.
		var ways int
		if err := tx.QueryRow(ctx, `select (password_hash is not null)::int from auth.users where id = $1 for update`, user).Scan(&ways); err != nil {
			return err
		}
		var linked int
		if err := tx.QueryRow(ctx, `select count(*) from auth.identities where user_id = $1`, user).Scan(&linked); err != nil {
			return err
		}
		if ways+linked < 2 {
			return pgx.ErrNoRows
		}
		tag, err := tx.Exec(ctx, `delete from auth.identities where user_id = $1 and provider = $2 and subject = $3`, user, provider, subject)
		if err == nil && tag.RowsAffected() == 0 {
			return pgx.ErrNoRows
		}
		return err
	})
	return wrap("unlinking an account", err)
}

// SetPassword replaces the password's hash.
func (s *Store) SetPassword(ctx context.Context, user uuid.UUID, hash string) error {
	_, err := s.db.Pool().Exec(ctx, `update auth.users set password_hash = $2, password_changed_at = now() where id = $1`, user, hash)
	return wrap("changing a password", err)
}

// SetProfile changes what others see of a user.
func (s *Store) SetProfile(ctx context.Context, user uuid.UUID, displayName, email string) error {
	_, err := s.db.Pool().Exec(ctx, `update auth.users set display_name = $2, email = nullif($3, '') where id = $1`, user, displayName, email)
	return wrap("changing a profile", err)
}

// DeleteUser removes an account with everything that refers to it.
func (s *Store) DeleteUser(ctx context.Context, user uuid.UUID) error {
	tag, err := s.db.Pool().Exec(ctx, `delete from auth.users where id = $1`, user)
	if err == nil && tag.RowsAffected() == 0 {
		err = pgx.ErrNoRows
	}
	return wrap("deleting an account", err)
}

// An Event is an entry of the audit log.
type Event struct {
	At     time.Time
	User   uuid.UUID // zero: nobody in particular
	Device uuid.UUID // zero: none
	Action string
	IP     string
	Detail map[string]string
}

// Audit adds an event.
func (s *Store) Audit(ctx context.Context, e Event) error {
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return wrap("recording an event", err)
	}
	if e.Detail == nil {
		detail = []byte("{}")
	}
	_, err = s.db.Pool().Exec(ctx, `
		insert into auth.audit_log (user_id, device_id, action, ip, detail)
		values (nullif($1, '00000000-0000-0000-0000-000000000000'::uuid), nullif($2, '00000000-0000-0000-0000-000000000000'::uuid), $3, $4, $5)`,
		e.User, e.Device, e.Action, e.IP, string(detail))
	return wrap("recording an event", err)
}

// Events lists what happened to a user, the newest first.
func (s *Store) Events(ctx context.Context, user uuid.UUID, limit int) ([]Event, error) {
	rows, err := s.db.Pool().Query(ctx, `
		select at, user_id, coalesce(device_id, '00000000-0000-0000-0000-000000000000'), action, ip, detail
		from auth.audit_log where user_id = $1 order by at desc, id desc limit $2`, user, limit)
	if err != nil {
		return nil, wrap("listing events", err)
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Event])
	return events, wrap("listing events", err)
}

// Take takes one token from the bucket called key, which holds at most burst and fills by
// perSecond. It reports false if there is none, and how long one takes to come.
func (s *Store) Take(ctx context.Context, key string, burst, perSecond float64, now time.Time) (ok bool, wait time.Duration, err error) {
	const filled = `least($2::float8, r.tokens + greatest(extract(epoch from ($4::timestamptz - r.updated_at)), 0) * $3::float8)`
	var left float64
	err = s.db.Pool().QueryRow(ctx, `
		insert into auth.rate_limits as r (key, tokens, updated_at) values ($1, $2::float8 - 1, $4)
		on conflict (key) do update set tokens = `+filled+` - 1, updated_at = $4 where `+filled+` >= 1
		returning tokens`, key, burst, perSecond, now).Scan(&left)
	if err == nil {
		return true, 0, nil
	}
	if errors.Is(err, pgx.ErrNoRows) { // the condition failed, nothing was taken
		err = s.db.Pool().QueryRow(ctx, `select `+filled+` from auth.rate_limits r where key = $1`, key, burst, perSecond, now).Scan(&left)
		wait = time.Duration(max(1-left, 0) / perSecond * float64(time.Second))
	}
	return false, wait, wrap("counting against a limit", err)
}
