// Package authtest makes users and tokens for tests of what lies behind sign-in.
package authtest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"stresstester/remote/auth"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/authdb"
)

// Secret is the server's secret in tests.
const Secret = "a secret of the tests, forty-two bytes long"

// A User is an account of a test, with a token that may do everything.
type User struct {
	ID     uuid.UUID
	Name   string
	Token  string    // a personal access token
	Device uuid.UUID // the device that stands for it
}

// NewUser makes an account without a password, and a token for it.
func NewUser(t testing.TB, db *postgres.DB, name string) User {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	if err := authdb.New(db).CreateUser(t.Context(), authdb.User{ID: id, Username: name, DisplayName: name}); err != nil {
		t.Fatal(err)
	}
	token, device := NewToken(t, db, id, "a test's token", auth.ScopeRoomsRead, auth.ScopeRoomsWrite, auth.ScopeAccount)
	return User{ID: id, Name: name, Token: token, Device: device}
}

// NewToken makes one more token, which is a device of its own.
func NewToken(t testing.TB, db *postgres.DB, user uuid.UUID, name string, scopes ...auth.Scope) (token string, device uuid.UUID) {
	t.Helper()
	token, made, err := auth.CreatePersonalToken(t.Context(), authdb.New(db), user, name, scopes, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return token, made.Device
}

// NewAuthenticator is the authenticator of one server process on db.
func NewAuthenticator(t testing.TB, db *postgres.DB) *auth.Authenticator {
	t.Helper()
	sealer, err := auth.NewSealer([]byte(Secret), auth.PurposeTokens)
	if err != nil {
		t.Fatal(err)
	}
	return auth.NewAuthenticator(authdb.New(db), sealer)
}
