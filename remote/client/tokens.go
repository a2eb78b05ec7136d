package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// FixedToken is a token that does not change, such as a personal access token.
type FixedToken string

// ErrTokenRefused is returned when the server does not take a fixed token.
var ErrTokenRefused = errors.New("the server does not take the token in STRESSTESTER_TOKEN; make another on its page of devices and tokens")

// Token implements TokenSource.
func (t FixedToken) Token(_ context.Context, refused string) (string, error) {
	if refused == string(t) {
		return "", ErrTokenRefused
	}
	return string(t), nil
}

// Signed is the tokens of somebody who has signed in. Processes that share a Vault
// share the tokens: one refreshes, the others take what it got.
type Signed struct {
	Server string
	Vault  *Vault
	// OAuth refreshes.
	OAuth *OAuth

	mu    sync.Mutex
	known Credentials
}

// early is how long before its end a token is refreshed.
const early = 30 * time.Second

// Token implements TokenSource.
func (s *Signed) Token(ctx context.Context, refused string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if good(s.known, refused) {
		return s.known.Access, nil
	}
	err := s.underLock(ctx, func() error {
		c, err := s.Vault.Load(s.Server)
		if err != nil {
			s.known = Credentials{}
			return err
		}
		if !good(c, refused) { // otherwise another process was faster
			if c, err = s.refresh(ctx, c); err != nil {
				s.known = Credentials{}
				return err
			}
		}
		s.known = c
		return nil
	})
	return s.known.Access, err
}

// underLock keeps other processes from refreshing at this server; one that hangs holds
// up nobody at another.
func (s *Signed) underLock(ctx context.Context, do func() error) error {
	name := sha256.Sum256([]byte(s.Server))
	return underLock(ctx.Done(), s.Vault.Dir, "refresh-"+hex.EncodeToString(name[:8]), do)
}

func good(c Credentials, refused string) bool {
	return c.Access != "" && c.Access != refused && time.Until(c.Expires) > early
}

// refreshTries is how often a refresh is tried while others wait. A server that
// rotates tokens knows the old one for half a minute after an answer was lost.
const refreshTries = 4

// refresh gets new credentials and keeps them before anybody uses them.
func (s *Signed) refresh(ctx context.Context, c Credentials) (Credentials, error) {
	pauses := backoff{first: 100 * time.Millisecond}
	for try := 1; ; try++ {
		next, err := s.OAuth.Refresh(ctx, c.Refresh)
		if err == nil {
			return next, s.Vault.Save(s.Server, next)
		}
		var refusal *oauth2.RetrieveError
		if errors.As(err, &refusal) && refusal.ErrorCode == "invalid_grant" {
			return c, fmt.Errorf("the sign-in to %s has ended: %w: stresstester login %s", s.Server, ErrSignedOut, s.Server)
		}
		if try >= refreshTries || !pauses.wait(ctx, 0) {
			return c, unreachable(s.Server, err)
		}
	}
}
