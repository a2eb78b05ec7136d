// Package auth decides who acts. A request carries a bearer token (an OAuth access
// token or a personal access token) or the cookie of a web session; [Authenticator]
// turns it into a [Principal], which everything behind it reads with
// [FromContext]. What a principal may do to a room is decided by the rooms' own
// package.
//
// The rest of the package: accounts and passwords (accounts.go), the OAuth 2.1
// authorization server and its storage (provider.go, storage.go), sign-in at other
// providers (upstream.go). Tests get users and tokens from the package authtest.
package auth

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"stresstester/remote/postgres/authdb"
)

// A Scope is something a token may be good for. Web sessions have all.
type Scope string

// The scopes that clients may ask for and personal access tokens may have.
const (
	ScopeRoomsRead  Scope = "rooms:read"  // see rooms, files, history
	ScopeRoomsWrite Scope = "rooms:write" // change them, share them; includes reading
	ScopeAccount    Scope = "account"     // see the profile and the devices
)

// A Principal is who acts in a request, and through what.
type Principal struct {
	User       uuid.UUID
	Username   string
	Device     uuid.UUID // the login, browser or personal token they act through
	DeviceName string
	Kind       authdb.DeviceKind
	// Authenticated is when the user last showed a credential.
	Authenticated time.Time
	// Administrator tells that the user looks after the server and is at a browser.
	Administrator bool
	scopes        []string
}

// Has reports whether the principal's token is good for scope.
func (p Principal) Has(scope Scope) bool {
	if p.Kind == authdb.Browser {
		return true
	}
	if scope == ScopeRoomsRead && slices.Contains(p.scopes, string(ScopeRoomsWrite)) {
		return true
	}
	return slices.Contains(p.scopes, string(scope))
}

// Scopes lists what the token is good for; nil for a web session.
func (p Principal) Scopes() []string { return slices.Clone(p.scopes) }

type (
	principalKey struct{}
	originKey    struct{}
)

// WithOrigin is ctx of a request that comes from o.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf tells where a request comes from; the server's outermost handler has set it.
func OriginOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// WithPrincipal is ctx with p acting in it.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// FromContext tells who acts; false means that nobody was recognised.
func FromContext(ctx context.Context) (Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(Principal)
	return p, ok
}
