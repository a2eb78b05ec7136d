package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Lengths of a password, in characters.
const (
	MinPassword = 8
	MaxPassword = 128
)

// ErrPassword means that a password cannot be taken; the text says why.
var ErrPassword = errors.New("that password cannot be used")

// The cost of argon2id: OWASP's minimum. One hash takes some 30 ms and 19 MiB.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
)

// A Hasher hashes passwords, a bounded number at a time: each takes memory and a
// processor, and sign-in is open to everybody.
type Hasher struct {
	slots chan struct{}
	// dummy is compared with when there is no such user, so that it takes as long.
	dummy string
}

// NewHasher is a hasher that uses at most n processors; 0 means all.
func NewHasher(n int) *Hasher {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	h := &Hasher{slots: make(chan struct{}, n)}
	h.dummy = encode(newSecret(), randomSalt())
	return h
}

func randomSalt() []byte {
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	return salt
}

func encode(password string, salt []byte) string {
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// CheckPassword says why a new password cannot be used, or nothing.
func CheckPassword(password, username string) error {
	n := utf8.RuneCountInString(norm.NFC.String(password))
	switch {
	case !utf8.ValidString(password):
		return fmt.Errorf("%w: it is not text", ErrPassword)
	case n < MinPassword:
		return fmt.Errorf("%w: it needs at least %d characters", ErrPassword, MinPassword)
	case n > MaxPassword:
		return fmt.Errorf("%w: it may have at most %d characters", ErrPassword, MaxPassword)
	case username != "" && strings.Contains(strings.ToLower(password), strings.ToLower(username)):
		return fmt.Errorf("%w: it contains the user name", ErrPassword)
	case common[strings.ToLower(password)]:
		return fmt.Errorf("%w: it is one of the first that anybody would try", ErrPassword)
	}
	return nil
}

// common are passwords that lead every list of leaked ones and are long enough to be taken.
var common = func() map[string]bool {
	set := map[string]bool{}
	for _, p := range strings.Fields(`password password1 password12 password123 12345678 123456789 1234567890 123123123
		qwertyuiop qwerty123 qwerty1234 1q2w3e4r 1q2w3e4r5t 1qaz2wsx zaq12wsx asdfghjkl abcd1234 abc12345 a1b2c3d4
		iloveyou sunshine princess football baseball superman trustno1 passw0rd p@ssw0rd letmein123 welcome1 welcome123
		11111111 00000000 88888888 87654321 987654321 competitive codeforces leetcode123 changeme changeme123 administrator`) {
		set[p] = true
	}
	return set
}()

// Hash makes what is stored of a password.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
		return encode(norm.NFC.String(password), randomSalt()), nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Verify reports whether password is the one of hash. An empty hash stands for a user who
// does not exist or has no password: it takes as long as any other and is never right.
func (h *Hasher) Verify(ctx context.Context, password, hash string) (bool, error) {
	exists := hash != ""
	if !exists {
		hash = h.dummy
	}
	var version, memory, time, threads int
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errors.New("the stored password hash is of an unknown kind")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &threads); err != nil || version != argon2.Version {
		return false, errors.New("the stored password hash is of an unknown kind")
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) == 0 {
		return false, errors.New("the stored password hash is damaged")
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	got := argon2.IDKey([]byte(norm.NFC.String(password)), salt, uint32(time), uint32(memory), uint8(threads), uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && exists, nil
}
