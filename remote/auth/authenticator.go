package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"stresstester/remote/postgres/authdb"
)

// CacheTime is how long an answer about a token may be reused, and with that how
// long a revoked token may still work on another server process.
const CacheTime = 3 * time.Second

// SessionCookie is the cookie of a web session. Over https its name has the prefix
// that makes browsers refuse it from a subdomain or without TLS.
const (
	SessionCookie       = "stresstester_session"
	SecureSessionCookie = "__Host-" + SessionCookie
)

// ErrUnknownToken means that a token is malformed, expired, revoked or none of ours.
var ErrUnknownToken = errors.New("the token is not valid (expired, revoked, or of another server)")

// An Authenticator finds out who acts in a request. It remembers answers for [CacheTime].
type Authenticator struct {
	store  *authdb.Store
	sealer Sealer
	now    func() time.Time
	cookie string // the name of the session's cookie

	mu    sync.Mutex
	cache map[[sha256.Size]byte]cached
	used  map[uuid.UUID]string // devices seen since they were last recorded, and from where
}

type cached struct {
	principal Principal
	until     time.Time
}

// cacheSize bounds the memory; beyond it everything is forgotten and asked again.
const cacheSize = 20_000

// NewAuthenticator is one on store; sealer must be the one the provider issues with.
func NewAuthenticator(store *authdb.Store, sealer Sealer) *Authenticator {
	return &Authenticator{store: store, sealer: sealer, now: time.Now, cookie: SessionCookie, cache: map[[sha256.Size]byte]cached{}, used: map[uuid.UUID]string{}}
}

// Bearer finds who acts with a bearer token. The error is [ErrUnknownToken] or the database's.
func (a *Authenticator) Bearer(ctx context.Context, token string) (Principal, error) {
	return a.cached("bearer\x00"+token, func(now time.Time) (authdb.Bearer, error) {
		if strings.HasPrefix(token, PersonalTokenPrefix) {
			return a.store.BearerByPersonalToken(ctx, authdb.Hash(token), now)
		}
		id, err := a.sealer.tokenID(token)
		if err != nil {
			return authdb.Bearer{}, authdb.ErrNotFound
		}
		return a.store.BearerByAccessToken(ctx, authdb.Hash(id), now)
	})
}

// Session finds who acts with the value of a session's cookie.
func (a *Authenticator) Session(ctx context.Context, value string) (Principal, error) {
	return a.cached("session\x00"+value, func(now time.Time) (authdb.Bearer, error) {
		return a.store.BearerBySession(ctx, authdb.Hash(value), now)
	})
}

func (a *Authenticator) cached(key string, ask func(now time.Time) (authdb.Bearer, error)) (Principal, error) {
	hash := sha256.Sum256([]byte(key))
	now := a.now()
	a.mu.Lock()
	hit, ok := a.cache[hash]
	a.mu.Unlock()
	if ok && now.Before(hit.until) {
		return hit.principal, nil
	}
	b, err := ask(now)
	if errors.Is(err, authdb.ErrNotFound) {
		return Principal{}, ErrUnknownToken
	}
	if err != nil {
		return Principal{}, fmt.Errorf("finding out who acts: %w", err)
	}
	p := Principal{User: b.User, Username: b.Username, Device: b.Device, DeviceName: b.DeviceName, Kind: b.Kind, Authenticated: b.Authenticated, Administrator: b.Administrator, scopes: b.Scopes}
	until := now.Add(CacheTime)
	if b.Expires.Before(until) {
		until = b.Expires
	}
	a.mu.Lock()
	if len(a.cache) >= cacheSize {
		clear(a.cache)
	}
	a.cache[hash] = cached{p, until}
	a.mu.Unlock()
	return p, nil
}

// RecordUse writes down, every so often until ctx ends, when devices were last used. It is
// no part of answering a request, and losing it loses nothing.
func (a *Authenticator) RecordUse(ctx context.Context) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		a.mu.Lock()
		used := a.used
		a.used = map[uuid.UUID]string{}
		a.mu.Unlock()
		for device, ip := range used {
			if err := a.store.Seen(ctx, device, ip, a.now()); err != nil {
				if ctx.Err() == nil {
					slog.WarnContext(ctx, "the last use of devices was not recorded", "error", err)
				}
				break
			}
		}
	}
}

func (a *Authenticator) saw(device uuid.UUID, ip string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.used) < cacheSize {
		a.used[device] = ip
	}
}

// Forget drops all remembered answers, so that a revocation made here takes effect here at once.
func (a *Authenticator) Forget() {
	a.mu.Lock()
	clear(a.cache)
	a.mu.Unlock()
}

// Middleware recognises who acts and passes on. A request without credentials passes
// with nobody acting; a bearer token that is not valid is answered with 401, and so is
// a request with both kinds of credentials. A session's cookie that is not valid counts as none.
func (a *Authenticator) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		if header != "" {
			scheme, token, _ := strings.Cut(header, " ")
			token = strings.TrimSpace(token)
			if !strings.EqualFold(scheme, "bearer") || token == "" {
				unauthorized(w, "the Authorization header must be: Bearer TOKEN")
				return
			}
			p, err := a.Bearer(r.Context(), token)
			switch {
			case errors.Is(err, ErrUnknownToken):
				unauthorized(w, ErrUnknownToken.Error())
			case err != nil:
				unavailable(w)
			default:
				a.saw(p.Device, OriginOf(r.Context()).IP)
				next.ServeHTTP(w, r.WithContext(WithPrincipal(r.Context(), p)))
			}
			return
		}
		if value := a.sessionCookie(r); value != "" {
			p, err := a.Session(r.Context(), value)
			switch {
			case err == nil:
				a.saw(p.Device, OriginOf(r.Context()).IP)
				r = r.WithContext(WithPrincipal(r.Context(), p))
			case !errors.Is(err, ErrUnknownToken):
				unavailable(w)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// OnlySecureCookies is for servers behind https: the cookie without the prefix, which another
// site of the domain could set, counts for nothing. Call it before serving.
func (a *Authenticator) OnlySecureCookies() { a.cookie = SecureSessionCookie }

func (a *Authenticator) sessionCookie(r *http.Request) string {
	c, err := r.Cookie(a.cookie)
	if err != nil {
		return ""
	}
	return c.Value
}

func unauthorized(w http.ResponseWriter, detail string) {
	w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	problem(w, http.StatusUnauthorized, "unauthenticated", detail)
}

func unavailable(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	problem(w, http.StatusServiceUnavailable, "unavailable", "the database does not answer; try again in a few seconds")
}

// problem answers with a problem document (RFC 9457) as remote/api has them. detail holds no quotes.
func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"title":%q,"status":%d,"code":%q,"detail":%q}`+"\n", http.StatusText(status), status, code, detail)
}
