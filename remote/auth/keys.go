package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"

	"stresstester/remote/postgres/authdb"
)

// A signing key signs for keyLifetime. Its successor is published keyLead earlier, so
// that clients know it when it is first used, and its public half stays published for
// keyLinger after, so that what it signed can be verified.
const (
	keyLifetime = 90 * 24 * time.Hour
	keyLead     = 24 * time.Hour
	keyLinger   = 7 * 24 * time.Hour
	// keyCache is how long a process uses what it read. Shorter than keyLead by far.
	keyCache = time.Minute
)

// keyRing holds the signing keys, which all server processes share through the database.
type keyRing struct {
	store  *authdb.Store
	sealer Sealer
	now    func() time.Time

	mu   sync.Mutex
	keys []keyPair // newest first
	read time.Time
}

type keyPair struct {
	id         string
	private    *ecdsa.PrivateKey
	signsUntil time.Time
}

// The library's views of a key.
type (
	signingKey struct{ keyPair }
	publicKey  struct{ keyPair }
)

func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (k signingKey) Key() any                                    { return k.private }
func (k signingKey) ID() string                                  { return k.id }
func (k publicKey) Algorithm() jose.SignatureAlgorithm           { return jose.ES256 }
func (k publicKey) Key() any                                     { return &k.private.PublicKey }
func (k publicKey) ID() string                                   { return k.id }
func (k publicKey) Use() string                                  { return "sig" }

// all gives the published keys, and makes a new one when the newest will end soon.
func (r *keyRing) all(ctx context.Context) ([]keyPair, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if len(r.keys) > 0 && now.Sub(r.read) < keyCache {
		return r.keys, nil
	}
	stored, err := r.store.SigningKeys(ctx, now)
	if err != nil {
		return nil, err
	}
	if len(stored) == 0 || stored[0].SignsUntil.Before(now.Add(keyLead)) {
		if err := r.add(ctx, now); err != nil {
			return nil, err
		}
		if stored, err = r.store.SigningKeys(ctx, now); err != nil {
			return nil, err
		}
	}
	keys := make([]keyPair, 0, len(stored))
	for _, s := range stored {
		der, err := r.sealer.OpenBytes(s.Sealed)
		if err != nil {
			return nil, fmt.Errorf("reading signing key %s: %w (was OAUTH_SECRET_KEY changed? delete the rows of auth.signing_keys to start anew)", s.ID, err)
		}
		parsed, err := x509.ParsePKCS8PrivateKey(der)
		if err != nil {
			return nil, fmt.Errorf("reading signing key %s: %w", s.ID, err)
		}
		private, ok := parsed.(*ecdsa.PrivateKey)
		if !ok {
			return nil, fmt.Errorf("signing key %s is of an unknown kind", s.ID)
		}
		keys = append(keys, keyPair{s.ID, private, s.SignsUntil})
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no signing key")
	}
	r.keys, r.read = keys, now
	return keys, nil
}

func (r *keyRing) add(ctx context.Context, now time.Time) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("making a signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("making a signing key: %w", err)
	}
	var id [8]byte
	rand.Read(id[:])
	until := now.Add(keyLifetime)
	_, err = r.store.AddSigningKey(ctx, authdb.SigningKey{
		ID: hex.EncodeToString(id[:]), Algorithm: string(jose.ES256), Sealed: r.sealer.SealBytes(der),
		SignsUntil: until, PublishedUntil: until.Add(keyLinger),
	}, now.Add(keyLead))
	return err
}

// current is the key to sign with: the oldest that is not at its end, for by then everybody knows it.
func (r *keyRing) current(ctx context.Context) (op.SigningKey, error) {
	keys, err := r.all(ctx)
	if err != nil {
		return nil, err
	}
	now := r.now()
	chosen := keys[0]
	for _, k := range keys {
		if k.signsUntil.After(now) {
			chosen = k // the list runs from new to old
		}
	}
	return signingKey{chosen}, nil
}

func (r *keyRing) public(ctx context.Context) ([]op.Key, error) {
	keys, err := r.all(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]op.Key, len(keys))
	for i, k := range keys {
		list[i] = publicKey{k}
	}
	return list, nil
}
