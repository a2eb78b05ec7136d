package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// PersonalTokenPrefix begins every personal access token, so that a leaked one is
// recognised by scanners and by people.
const PersonalTokenPrefix = "stp_"

// What keys are derived for, with [NewSealer].
const (
	PurposeTokens = "tokens"       // access tokens and authorization codes
	PurposeKeys   = "signing keys" // signing keys in the database
	PurposeFlows  = "flows"        // cookies and forms of the web pages
)

// A Sealer encrypts and authenticates small values with keys derived from the
// server's secret: what the authorization server hands to clients, signing keys in
// the database, cookies of a sign-in that is under way.
type Sealer struct {
	aead cipher.AEAD
	salt []byte // for keyed hashes
}

// NewSealer derives a key for one purpose from the server's secret.
func NewSealer(secret []byte, purpose string) (Sealer, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "stresstester "+purpose, 64)
	if err != nil {
		return Sealer{}, fmt.Errorf("deriving a key: %w", err)
	}
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		return Sealer{}, fmt.Errorf("deriving a key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return Sealer{}, fmt.Errorf("deriving a key: %w", err)
	}
	return Sealer{aead: aead, salt: key[32:]}, nil
}

// SealBytes encrypts data.
func (s Sealer) SealBytes(data []byte) []byte { return s.aead.Seal(nil, nil, data, nil) }

// OpenBytes reverses SealBytes and fails on anything else.
func (s Sealer) OpenBytes(sealed []byte) ([]byte, error) {
	data, err := s.aead.Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, errors.New("not sealed by this server's secret")
	}
	return data, nil
}

// Encrypt seals text into letters fit for a URL. With Decrypt it is the crypto of the
// authorization server's library.
func (s Sealer) Encrypt(text string) (string, error) {
	return base64.RawURLEncoding.EncodeToString(s.SealBytes([]byte(text))), nil
}

// Decrypt reverses Encrypt.
func (s Sealer) Decrypt(sealed string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return "", errors.New("not sealed by this server's secret")
	}
	data, err := s.OpenBytes(raw)
	return string(data), err
}

// tokenID takes the identifier out of an access token, which is the sealed text ID:USER.
func (s Sealer) tokenID(token string) (string, error) {
	text, err := s.Decrypt(token)
	if err != nil {
		return "", err
	}
	id, _, ok := strings.Cut(text, ":")
	if !ok {
		return "", errors.New("not an access token")
	}
	return id, nil
}

// newSecret is 256 random bits, as text.
func newSecret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}
