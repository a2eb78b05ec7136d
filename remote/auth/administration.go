package auth

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"stresstester/remote/postgres/authdb"
)

// ResetLifetime is how long a link for a new password works.
const ResetLifetime = 24 * time.Hour

// ErrReset means that a link for a new password was used, has ended or never was one.
var ErrReset = errors.New("this link does not work any more: it was used, has ended, or a newer one was made")

// SetDisabled keeps an account out, as by says who looks after the server, or lets it in again.
func (a *Accounts) SetDisabled(ctx context.Context, by Principal, user uuid.UUID, disabled bool, from Origin) error {
	if user == by.User {
		return &InputError{"you cannot disable your own account"}
	}
	if err := a.store.SetDisabled(ctx, user, disabled, a.now()); err != nil {
		return err
	}
	a.auth.Forget()
	action := "account enabled"
	if disabled {
		action = "account disabled"
	}
	return a.Record(ctx, authdb.Event{User: user, Action: action, IP: from.IP, Detail: map[string]string{"by": by.Username}})
}

// NewReset makes the secret of a link by which a user sets a new password. It works once,
// for [ResetLifetime], and ends those made before. by is who made it.
func (a *Accounts) NewReset(ctx context.Context, by string, user uuid.UUID, from Origin) (secret string, u authdb.User, err error) {
	if u, err = a.store.UserByID(ctx, user); err != nil {
		return "", u, err
	}
	secret = newSecret()
	if err := a.store.CreateReset(ctx, user, authdb.Hash(secret), a.now().Add(ResetLifetime)); err != nil {
		return "", u, err
	}
	return secret, u, a.Record(ctx, authdb.Event{User: user, Action: "link for a new password made", IP: from.IP, Detail: map[string]string{"by": by}})
}

// ResetUser tells whose password a link's secret sets. Errors: [ErrReset], [TooManyError].
func (a *Accounts) ResetUser(ctx context.Context, secret string, from Origin) (authdb.User, error) {
	if err := a.limit(ctx, "attempts from your address", "reset:"+from.IP, a.limits.SignInPerIP); err != nil {
		return authdb.User{}, err
	}
	u, err := a.store.UserByReset(ctx, authdb.Hash(secret), a.now())
	if errors.Is(err, authdb.ErrNotFound) {
		err = ErrReset
	}
	return u, err
}

// Reset sets a password by a link's secret and signs the user out everywhere. Errors:
// [ErrReset], [ErrPassword], [TooManyError].
func (a *Accounts) Reset(ctx context.Context, secret, password string, from Origin) error {
	u, err := a.ResetUser(ctx, secret, from)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, u.Username); err != nil {
		return err
	}
	hash, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := a.store.UseReset(ctx, authdb.Hash(secret), hash, a.now()); err != nil {
		if errors.Is(err, authdb.ErrNotFound) {
			err = ErrReset
		}
		return err
	}
	if _, err := a.store.RevokeOthers(ctx, u.ID, uuid.Nil, "the password was set by a link", a.now()); err != nil {
		return err
	}
	a.auth.Forget()
	return a.Record(ctx, authdb.Event{User: u.ID, Action: "password set by a link", IP: from.IP})
}
