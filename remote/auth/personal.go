package auth

import (
	"context"
	"time"

	"github.com/google/uuid"

	"stresstester/remote/postgres/authdb"
)

// CreatePersonalToken makes a token with which a program acts as user until expires.
// The token is returned this once and cannot be shown again.
func CreatePersonalToken(ctx context.Context, store *authdb.Store, user uuid.UUID, name string, scopes []Scope, expires time.Time) (token string, created authdb.PersonalToken, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", authdb.PersonalToken{}, err
	}
	device, err := uuid.NewV7()
	if err != nil {
		return "", authdb.PersonalToken{}, err
	}
	texts := make([]string, len(scopes))
	for i, s := range scopes {
		texts[i] = string(s)
	}
	token = PersonalTokenPrefix + newSecret()
	created = authdb.PersonalToken{ID: id, Device: device, Name: name, Scopes: texts, Created: time.Now(), Expires: expires}
	err = store.CreatePersonalToken(ctx, authdb.Device{ID: device, User: user, Kind: authdb.Token, Name: name}, created, authdb.Hash(token))
	return token, created, err
}
