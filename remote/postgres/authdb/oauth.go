package authdb

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ErrReplayed means that something which works once came a second time. Whatever had
// been issued for it is revoked by now.
var ErrReplayed = errors.New("used before")

// An Authorization is a client's request to act for a user, from the redirect to the
// exchange of its code.
type Authorization struct {
	ID            string
	ClientID      string
	RedirectURI   string
	State         string
	Nonce         string
	Scopes        []string
	Challenge     string // S256
	Prompt        []string
	MaxAge        *int64 // seconds since the user last showed a credential
	DeviceName    string
	User          uuid.UUID // zero until allowed
	Authenticated time.Time
	Decided       bool
	Created       time.Time
	Expires       time.Time
}

const authorizationColumns = `id, client_id, redirect_uri, state, nonce, scopes, challenge, prompt, max_age, device_name,
	coalesce(user_id, '00000000-0000-0000-0000-000000000000'), coalesce(authenticated_at, created_at), decided, created_at, expires_at`

func scanAuthorization(row pgx.Row) (Authorization, error) {
	var a Authorization
	err := row.Scan(&a.ID, &a.ClientID, &a.RedirectURI, &a.State, &a.Nonce, &a.Scopes, &a.Challenge, &a.Prompt, &a.MaxAge,
		&a.DeviceName, &a.User, &a.Authenticated, &a.Decided, &a.Created, &a.Expires)
	return a, err
}

// CreateAuthorization stores a request that awaits the user.
func (s *Store) CreateAuthorization(ctx context.Context, a Authorization) error {
	if a.Prompt == nil {
		a.Prompt = []string{}
	}
	_, err := s.db.Pool().Exec(ctx, `
		insert into auth.authorizations (id, client_id, redirect_uri, state, nonce, scopes, challenge, prompt, max_age, device_name, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		a.ID, a.ClientID, a.RedirectURI, a.State, a.Nonce, a.Scopes, a.Challenge, a.Prompt, a.MaxAge, a.DeviceName, a.Expires)
	return wrap("storing an authorization request", err)
}

// Authorization finds a request that awaits the user or its code's exchange.
func (s *Store) Authorization(ctx context.Context, id string, now time.Time) (Authorization, error) {
	a, err := scanAuthorization(s.db.Pool().QueryRow(ctx, `
		select `+authorizationColumns+` from auth.authorizations where id = $1 and expires_at > $2 and used_at is null`, id, now))
	return a, wrap("looking up an authorization request", err)
}

// AllowAuthorization records that user allowed it; only the first decision counts.
func (s *Store) AllowAuthorization(ctx context.Context, id string, user uuid.UUID, deviceName string, authenticated, now time.Time) error {
	var got string
	err := s.db.Pool().QueryRow(ctx, `
		update auth.authorizations set user_id = $2, device_name = $3, authenticated_at = $4, decided = true
		where id = $1 and expires_at > $5 and not decided returning id`, id, user, deviceName, authenticated, now).Scan(&got)
	return wrap("allowing an authorization request", err)
}

// DropAuthorization forgets a request that the user refused.
func (s *Store) DropAuthorization(ctx context.Context, id string) error {
	_, err := s.db.Pool().Exec(ctx, `delete from auth.authorizations where id = $1 and not decided`, id)
	return wrap("dropping an authorization request", err)
}

// SaveCode stores the code that a request is exchanged by, until expires.
func (s *Store) SaveCode(ctx context.Context, id string, hash []byte, expires time.Time) error {
	var got string
	err := s.db.Pool().QueryRow(ctx, `
		update auth.authorizations set code_hash = $2, code_expires_at = $3
		where id = $1 and decided and code_hash is null returning id`, id, hash, expires).Scan(&got)
	return wrap("storing an authorization code", err)
}

// UseCode finds the request of a code and uses the code up. A second use revokes what the
// first was given, also if that is being issued at this moment, and fails with [ErrReplayed].
func (s *Store) UseCode(ctx context.Context, hash []byte, now time.Time) (a Authorization, err error) {
	replayed := false
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		a, err = scanAuthorization(tx.QueryRow(ctx, `
			update auth.authorizations set used_at = $2
			where code_hash = $1 and used_at is null and code_expires_at > $2 returning `+authorizationColumns, hash, now))
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		var family *uuid.UUID
		err := tx.QueryRow(ctx, `
			update auth.authorizations set replayed_at = coalesce(replayed_at, $2)
			where code_hash = $1 and used_at is not null returning family_id`, hash, now).Scan(&family)
		if err != nil {
			return err
		}
		replayed = true
		if family == nil {
			return nil // issuing sees replayed_at
		}
		return revokeFamily(ctx, tx, *family, "an authorization code was used twice", now)
	})
	if err == nil && replayed {
		err = ErrReplayed
	}
	return a, wrap("using an authorization code", err)
}

// A Family is what all tokens of one login have in common.
type Family struct {
	ID            uuid.UUID
	User          uuid.UUID
	Device        uuid.UUID
	ClientID      string
	Scopes        []string
	Authenticated time.Time
	Created       time.Time
	Expires       time.Time // absolute
}

// Tokens are the hashes and ends of what is issued together. Refresh may be nil.
type Tokens struct {
	Access         []byte
	AccessScopes   []string
	AccessExpires  time.Time
	Refresh        []byte
	RefreshExpires time.Time
}

// IssueFirst stores a login: its device, its family and the first tokens. authorization
// names the request whose code is exchanged, or is empty. It fails with [ErrReplayed] if the
// code came a second time meanwhile.
func (s *Store) IssueFirst(ctx context.Context, authorization string, d Device, f Family, t Tokens) error {
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		if authorization != "" {
			var replayed bool
			err := tx.QueryRow(ctx, `select replayed_at is not null from auth.authorizations where id = $1 for update`, authorization).Scan(&replayed)
			if err != nil {
				return err
			}
			if replayed {
				return ErrReplayed
			}
		}
		if err := insertDevice(ctx, tx, d); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			insert into auth.token_families (id, user_id, device_id, client_id, scopes, authenticated_at, expires_at)
			values ($1, $2, $3, $4, $5, $6, $7)`,
			f.ID, f.User, f.Device, f.ClientID, f.Scopes, f.Authenticated, f.Expires); err != nil {
			return err
		}
		if authorization != "" {
			if _, err := tx.Exec(ctx, `update auth.authorizations set family_id = $2 where id = $1`, authorization, f.ID); err != nil {
				return err
			}
		}
		return insertTokens(ctx, tx, f, t)
	})
	return wrap("issuing tokens", err)
}

func insertTokens(ctx context.Context, tx pgx.Tx, f Family, t Tokens) error {
	if _, err := tx.Exec(ctx, `
		insert into auth.access_tokens (hash, family_id, user_id, device_id, scopes, expires_at) values ($1, $2, $3, $4, $5, $6)`,
		t.Access, f.ID, f.User, f.Device, t.AccessScopes, t.AccessExpires); err != nil {
		return err
	}
	if t.Refresh == nil {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into auth.refresh_tokens (hash, family_id, expires_at) values ($1, $2, $3)`, t.Refresh, f.ID, t.RefreshExpires)
	return err
}

const familyColumns = `f.id, f.user_id, f.device_id, f.client_id, f.scopes, f.authenticated_at, f.created_at, f.expires_at`

func scanFamily(row pgx.Row, more ...any) (Family, error) {
	var f Family
	err := row.Scan(append([]any{&f.ID, &f.User, &f.Device, &f.ClientID, &f.Scopes, &f.Authenticated, &f.Created, &f.Expires}, more...)...)
	return f, err
}

// FamilyByRefreshToken finds the login that a refresh token belongs to, used or not.
func (s *Store) FamilyByRefreshToken(ctx context.Context, hash []byte) (Family, error) {
	f, err := scanFamily(s.db.Pool().QueryRow(ctx, `
		select `+familyColumns+` from auth.refresh_tokens t join auth.token_families f on f.id = t.family_id where t.hash = $1`, hash))
	return f, wrap("looking up a refresh token", err)
}

// Rotate exchanges a refresh token for new tokens.
//
// A token works once. Within grace after that it works again if nobody has used its
// successor, which covers an answer lost on its way: the successor then counts as
// superseded. Any other second use, and any use of a superseded token, means that two
// parties hold the tokens: the family is revoked and [ErrReplayed] returned.
func (s *Store) Rotate(ctx context.Context, hash []byte, client string, t Tokens, grace time.Duration, now time.Time) (Family, error) {
	var f Family
	replayed := false
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		var rotated *time.Time
		var successor []byte
		var superseded bool
		var err error
		// The family's lock puts all exchanges of one login in an order.
		f, err = scanFamily(tx.QueryRow(ctx, `
			select `+familyColumns+` from auth.refresh_tokens t
			join auth.token_families f on f.id = t.family_id
			join auth.users u on u.id = f.user_id
			join auth.devices d on d.id = f.device_id
			where t.hash = $1 and f.client_id = $2 and f.revoked_at is null and f.expires_at > $3 and t.expires_at > $3
				and u.disabled_at is null and d.revoked_at is null
			for update of f`, hash, client, now))
		if err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select rotated_at, replaced_by, superseded from auth.refresh_tokens where hash = $1`, hash).
			Scan(&rotated, &successor, &superseded); err != nil {
			return err
		}
		if rotated != nil && !superseded && now.Sub(*rotated) <= grace {
			unused, err := tx.Exec(ctx, `update auth.refresh_tokens set superseded = true where hash = $1 and rotated_at is null`, successor)
			if err != nil {
				return err
			}
			replayed = unused.RowsAffected() == 0
		} else {
			replayed = rotated != nil || superseded
		}
		if replayed {
			return revokeFamily(ctx, tx, f.ID, "a refresh token was used twice", now)
		}
		if t.RefreshExpires.After(f.Expires) {
			t.RefreshExpires = f.Expires
		}
		if err := insertTokens(ctx, tx, f, t); err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `
			update auth.refresh_tokens set rotated_at = coalesce(rotated_at, $2), replaced_by = $3 where hash = $1`, hash, now, t.Refresh); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update auth.devices set last_seen_at = $2 where id = $1`, f.Device, now)
		return err
	})
	if err == nil && replayed {
		err = ErrReplayed
	}
	return f, wrap("exchanging a refresh token", err)
}

// revokeFamily ends all tokens of a login, and its device with them.
func revokeFamily(ctx context.Context, tx pgx.Tx, family uuid.UUID, reason string, now time.Time) error {
	var device uuid.UUID
	err := tx.QueryRow(ctx, `
		update auth.token_families set revoked_at = coalesce(revoked_at, $2), revoked_reason = coalesce(revoked_reason, $3)
		where id = $1 returning device_id`, family, now, reason).Scan(&device)
	if err != nil {
		return err
	}
	return revokeDevice(ctx, tx, device, reason, now)
}

func revokeDevice(ctx context.Context, tx pgx.Tx, device uuid.UUID, reason string, now time.Time) error {
	for _, statement := range []string{
		`update auth.devices set revoked_at = coalesce(revoked_at, $2), revoked_reason = coalesce(revoked_reason, $3) where id = $1`,
		`update auth.token_families set revoked_at = coalesce(revoked_at, $2), revoked_reason = coalesce(revoked_reason, $3) where device_id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, device, now, reason); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		`delete from auth.access_tokens where device_id = $1`,
		`delete from auth.sessions where device_id = $1`,
		`delete from auth.personal_tokens where device_id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, device); err != nil {
			return err
		}
	}
	return nil
}

// RevokeFamily ends a login as its client asked. A family of another client is not found.
func (s *Store) RevokeFamily(ctx context.Context, family uuid.UUID, client string, now time.Time) error {
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		var id uuid.UUID
		if err := tx.QueryRow(ctx, `select id from auth.token_families where id = $1 and client_id = $2 for update`, family, client).Scan(&id); err != nil {
			return err
		}
		return revokeFamily(ctx, tx, family, "logged out", now)
	})
	return wrap("revoking tokens", err)
}

// FamilyByAccessToken finds the login that an access token belongs to.
func (s *Store) FamilyByAccessToken(ctx context.Context, hash []byte) (Family, error) {
	f, err := scanFamily(s.db.Pool().QueryRow(ctx, `
		select `+familyColumns+` from auth.access_tokens t join auth.token_families f on f.id = t.family_id where t.hash = $1`, hash))
	return f, wrap("looking up an access token", err)
}

// A DeviceCode is a login on a machine without a browser, which a user allows elsewhere.
type DeviceCode struct {
	UserCode      string
	ClientID      string
	Scopes        []string
	DeviceName    string
	RequestedIP   string
	State         string // pending, approved, denied, consumed
	User          uuid.UUID
	Authenticated time.Time
	Expires       time.Time
	Interval      int // seconds between polls
}

const deviceCodeColumns = `user_code, client_id, scopes, device_name, requested_ip, state,
	coalesce(user_id, '00000000-0000-0000-0000-000000000000'), coalesce(authenticated_at, created_at), expires_at, interval_seconds`

func scanDeviceCode(row pgx.Row, more ...any) (DeviceCode, error) {
	var d DeviceCode
	err := row.Scan(append([]any{&d.UserCode, &d.ClientID, &d.Scopes, &d.DeviceName, &d.RequestedIP, &d.State, &d.User, &d.Authenticated, &d.Expires, &d.Interval}, more...)...)
	return d, err
}

// CreateDeviceCode stores a login that awaits its user. It fails with [ErrTaken] if the user code is in use.
func (s *Store) CreateDeviceCode(ctx context.Context, hash []byte, d DeviceCode) error {
	_, err := s.db.Pool().Exec(ctx, `
		insert into auth.device_codes (hash, user_code, client_id, scopes, device_name, requested_ip, interval_seconds, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		hash, d.UserCode, d.ClientID, d.Scopes, d.DeviceName, d.RequestedIP, d.Interval, d.Expires)
	return wrap("storing a device code", err)
}

// ErrTooFast means that a client polls more often than it was told.
var ErrTooFast = errors.New("polled too fast")

// PollDeviceCode tells how a login stands. An approved one is consumed by this call:
// exactly one caller sees it approved. Polling sooner than the interval fails with
// [ErrTooFast] and makes the interval five seconds longer.
func (s *Store) PollDeviceCode(ctx context.Context, hash []byte, client string, now time.Time) (d DeviceCode, err error) {
	fast := false
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		d, err = scanDeviceCode(tx.QueryRow(ctx, `
			update auth.device_codes set state = 'consumed'
			where hash = $1 and client_id = $2 and state = 'approved' and expires_at > $3 returning `+deviceCodeColumns, hash, client, now))
		if err == nil {
			d.State = "approved"
			return nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		var last *time.Time
		d, err = scanDeviceCode(tx.QueryRow(ctx, `
			select `+deviceCodeColumns+`, last_poll_at from auth.device_codes where hash = $1 and client_id = $2 for update`, hash, client), &last)
		if err != nil {
			return err
		}
		if d.State == "approved" && now.Before(d.Expires) {
			// It was approved between the two statements; the next poll takes it.
			d.State = "pending"
		}
		// A second of slack for the network's jitter.
		fast = last != nil && now.Sub(*last) < time.Duration(d.Interval)*time.Second-time.Second
		if fast {
			d.Interval += 5
		}
		_, err = tx.Exec(ctx, `update auth.device_codes set last_poll_at = $2, interval_seconds = $3 where hash = $1`, hash, now, d.Interval)
		return err
	})
	if err == nil && fast && d.State == "pending" {
		err = ErrTooFast
	}
	return d, wrap("polling for a device code", err)
}

// DeviceCodeByUserCode finds a login that awaits its user.
func (s *Store) DeviceCodeByUserCode(ctx context.Context, userCode string, now time.Time) (DeviceCode, error) {
	d, err := scanDeviceCode(s.db.Pool().QueryRow(ctx, `
		select `+deviceCodeColumns+` from auth.device_codes where user_code = $1 and state = 'pending' and expires_at > $2`, userCode, now))
	return d, wrap("looking up a code", err)
}

// DecideDeviceCode records the user's decision; only the first counts.
func (s *Store) DecideDeviceCode(ctx context.Context, userCode string, allow bool, user uuid.UUID, deviceName string, authenticated, now time.Time) error {
	state := "denied"
	if allow {
		state = "approved"
	}
	var got string
	err := s.db.Pool().QueryRow(ctx, `
		update auth.device_codes set state = $2, user_id = $3, device_name = $4, authenticated_at = $5
		where user_code = $1 and state = 'pending' and expires_at > $6 returning user_code`,
		userCode, state, user, deviceName, authenticated, now).Scan(&got)
	return wrap("deciding on a code", err)
}

// A SigningKey is a key pair of the authorization server; Sealed is encrypted.
type SigningKey struct {
	ID             string
	Algorithm      string
	Sealed         []byte
	SignsUntil     time.Time
	PublishedUntil time.Time
}

// SigningKeys lists the keys that are published, the newest first.
func (s *Store) SigningKeys(ctx context.Context, now time.Time) ([]SigningKey, error) {
	rows, err := s.db.Pool().Query(ctx, `
		select id, algorithm, sealed, signs_until, published_until from auth.signing_keys
		where published_until > $1 order by signs_until desc, id`, now)
	if err != nil {
		return nil, wrap("reading the signing keys", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SigningKey])
	return keys, wrap("reading the signing keys", err)
}

// AddSigningKey adds a key unless another process has just added one that signs beyond
// needed; it returns whether the key was added.
func (s *Store) AddSigningKey(ctx context.Context, k SigningKey, needed time.Time) (added bool, err error) {
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		// One number for all processes: the name of this lock.
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(7280041)`); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			insert into auth.signing_keys (id, algorithm, sealed, signs_until, published_until)
			select $1, $2, $3, $4, $5 where not exists (select from auth.signing_keys where signs_until > $6)`,
			k.ID, k.Algorithm, k.Sealed, k.SignsUntil, k.PublishedUntil, needed)
		added = err == nil && tag.RowsAffected() == 1
		return err
	})
	return added, wrap("adding a signing key", err)
}

// Sweep deletes what is past its use, and returns how many rows.
func (s *Store) Sweep(ctx context.Context, now time.Time) (int64, error) {
	var n int64
	for _, statement := range []string{
		`delete from auth.access_tokens where expires_at < $1`,
		`delete from auth.sessions where expires_at < $1`,
		// Used codes stay a day, to recognise a replay.
		`delete from auth.authorizations where expires_at < $1::timestamptz - interval '1 day'`,
		`delete from auth.device_codes where expires_at < $1::timestamptz - interval '1 hour'`,
		`delete from auth.personal_tokens where expires_at < $1::timestamptz - interval '30 days'`,
		`delete from auth.token_families where expires_at < $1::timestamptz or revoked_at < $1::timestamptz - interval '30 days'`,
		`delete from auth.devices where revoked_at < $1::timestamptz - interval '90 days'`,
		`delete from auth.signing_keys where published_until < $1::timestamptz - interval '1 day'`,
		`delete from auth.rate_limits where updated_at < $1::timestamptz - interval '1 day'`,
	} {
		tag, err := s.db.Pool().Exec(ctx, statement, now)
		if err != nil {
			return n, wrap("sweeping", err)
		}
		n += tag.RowsAffected()
	}
	return n, nil
}
