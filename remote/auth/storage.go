package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"stresstester/remote/postgres/authdb"
)

// Lifetimes and intervals of the authorization server.
const (
	AccessLifetime        = 10 * time.Minute
	RefreshIdle           = 30 * 24 * time.Hour
	RefreshAbsolute       = 180 * 24 * time.Hour
	RefreshGrace          = 30 * time.Second
	codeLifetime          = time.Minute
	authorizationLifetime = 15 * time.Minute
	deviceCodeLifetime    = 10 * time.Minute
	pollInterval          = 5 * time.Second
)

// storage is the library's port to Postgres. What the library leaves to its storage is
// decided here: that a code works once, that only S256 will do, when tokens die.
type storage struct {
	store *authdb.Store
	keys  *keyRing
	auth  *Authenticator
	now   func() time.Time
}

var (
	_ op.Storage                    = (*storage)(nil)
	_ op.DeviceAuthorizationStorage = (*storage)(nil)
	_ op.CanSetUserinfoFromRequest  = (*storage)(nil)
)

// --- clients

// ClientID is the one client: the editor's server and the command line, which cannot keep a secret.
const ClientID = "stresstester"

// client is [ClientID] as the library sees it.
type client struct{}

var errUnknownClient = errors.New("there is no such client")

func (client) GetID() string                                                { return ClientID }
func (client) RedirectURIs() []string                                       { return []string{"http://127.0.0.1/callback"} } // on any port: RFC 8252
func (client) PostLogoutRedirectURIs() []string                             { return nil }
func (client) ApplicationType() op.ApplicationType                          { return op.ApplicationTypeNative }
func (client) AuthMethod() oidc.AuthMethod                                  { return oidc.AuthMethodNone }
func (client) ResponseTypes() []oidc.ResponseType                           { return []oidc.ResponseType{oidc.ResponseTypeCode} }
func (client) LoginURL(id string) string                                    { return "/consent?request=" + id }
func (client) AccessTokenType() op.AccessTokenType                          { return op.AccessTokenTypeBearer }
func (client) IDTokenLifetime() time.Duration                               { return AccessLifetime }
func (client) DevMode() bool                                                { return false }
func (client) IDTokenUserinfoClaimsAssertion() bool                         { return false }
func (client) ClockSkew() time.Duration                                     { return 0 }
func (client) IsScopeAllowed(scope string) bool                             { _, ok := ScopeText[Scope(scope)]; return ok }
func (client) RestrictAdditionalIdTokenScopes() func([]string) []string     { return sameScopes } //nolint:staticcheck // the library's name
func (client) RestrictAdditionalAccessTokenScopes() func([]string) []string { return sameScopes }
func (client) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken, oidc.GrantTypeDeviceCode}
}

func sameScopes(scopes []string) []string { return scopes }

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != ClientID {
		return nil, errUnknownClient
	}
	return client{}, nil
}

func (s *storage) AuthorizeClientIDSecret(context.Context, string, string) error {
	return errors.New("no client has a secret")
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errors.New("no client has a key")
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errors.New("not supported")
}

// --- authorization code

// authRequest is an authorization as the library sees it.
type authRequest struct{ authdb.Authorization }

func (a *authRequest) GetID() string                      { return a.ID }
func (a *authRequest) GetACR() string                     { return "" }
func (a *authRequest) GetAMR() []string                   { return nil }
func (a *authRequest) GetAudience() []string              { return []string{a.ClientID} }
func (a *authRequest) GetAuthTime() time.Time             { return a.Authenticated }
func (a *authRequest) GetClientID() string                { return a.ClientID }
func (a *authRequest) GetNonce() string                   { return a.Nonce }
func (a *authRequest) GetRedirectURI() string             { return a.RedirectURI }
func (a *authRequest) GetResponseType() oidc.ResponseType { return oidc.ResponseTypeCode }
func (a *authRequest) GetResponseMode() oidc.ResponseMode { return "" }
func (a *authRequest) GetScopes() []string                { return a.Scopes }
func (a *authRequest) GetState() string                   { return a.State }
func (a *authRequest) Done() bool                         { return a.Decided }
func (a *authRequest) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: a.Challenge, Method: oidc.CodeChallengeMethodS256}
}
func (a *authRequest) GetSubject() string {
	if a.User == uuid.Nil {
		return ""
	}
	return a.User.String()
}

// CreateAuthRequest refuses, before the user sees anything, what would only fail or be weak later.
func (s *storage) CreateAuthRequest(ctx context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	switch {
	case r.CodeChallenge == "":
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge is required (PKCE)")
	case r.CodeChallengeMethod != oidc.CodeChallengeMethodS256:
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge_method must be S256")
	case len(r.CodeChallenge) != 43: // SHA-256 in base64url
		return nil, oidc.ErrInvalidRequest().WithDescription("code_challenge is not of the method S256")
	case r.ResponseMode != "" && r.ResponseMode != oidc.ResponseModeQuery:
		return nil, oidc.ErrInvalidRequest().WithDescription("response_mode must be query")
	case slices.Contains(r.Prompt, oidc.PromptNone):
		return nil, oidc.ErrInteractionRequired().WithDescription("the user is always asked")
	case len(r.State) > 1024 || len(r.Nonce) > 1024:
		return nil, oidc.ErrInvalidRequest().WithDescription("state or nonce is too long")
	}
	now := s.now()
	a := authdb.Authorization{
		ID: newSecret(), ClientID: r.ClientID, RedirectURI: r.RedirectURI, State: r.State, Nonce: r.Nonce, Scopes: r.Scopes,
		Challenge: r.CodeChallenge, Prompt: r.Prompt, DeviceName: deviceNameFrom(ctx), Created: now, Expires: now.Add(authorizationLifetime),
	}
	if r.MaxAge != nil {
		age := int64(*r.MaxAge)
		a.MaxAge = &age
	}
	if err := s.store.CreateAuthorization(ctx, a); err != nil {
		return nil, err
	}
	return &authRequest{a}, nil
}

func (s *storage) AuthRequestByID(ctx context.Context, id string) (op.AuthRequest, error) {
	a, err := s.store.Authorization(ctx, id, s.now())
	if err != nil {
		return nil, err
	}
	return &authRequest{a}, nil
}

// AuthRequestByCode uses the code up, whatever comes after.
func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	a, err := s.store.UseCode(ctx, authdb.Hash(code), s.now())
	if errors.Is(err, authdb.ErrReplayed) {
		s.auth.Forget()
		return nil, errors.Join(err, s.audit(ctx, authdb.Event{Action: "authorization code replayed: tokens revoked"}))
	}
	if err != nil {
		return nil, err
	}
	return &authRequest{a}, nil
}

func (s *storage) SaveAuthCode(ctx context.Context, id, code string) error {
	return s.store.SaveCode(ctx, id, authdb.Hash(code), s.now().Add(codeLifetime))
}

// DeleteAuthRequest keeps the row: it is what recognises a replayed code. It is swept a day later.
func (s *storage) DeleteAuthRequest(context.Context, string) error { return nil }

// --- tokens

func (s *storage) CreateAccessToken(ctx context.Context, request op.TokenRequest) (string, time.Time, error) {
	id, _, expires, err := s.issue(ctx, request, "", false)
	return id, expires, err
}

func (s *storage) CreateAccessAndRefreshTokens(ctx context.Context, request op.TokenRequest, current string) (string, string, time.Time, error) {
	return s.issue(ctx, request, current, true)
}

func (s *storage) issue(ctx context.Context, request op.TokenRequest, current string, withRefresh bool) (access, refresh string, expires time.Time, err error) {
	now := s.now()
	access, expires = newSecret(), now.Add(AccessLifetime)
	t := authdb.Tokens{Access: authdb.Hash(access), AccessScopes: request.GetScopes(), AccessExpires: expires}
	if withRefresh {
		refresh = newSecret()
		t.Refresh, t.RefreshExpires = authdb.Hash(refresh), now.Add(RefreshIdle)
	}
	if current != "" {
		f, err := s.store.Rotate(ctx, authdb.Hash(current), ClientID, t, RefreshGrace, now)
		switch {
		case errors.Is(err, authdb.ErrReplayed):
			s.auth.Forget()
			err = errors.Join(err, s.audit(ctx, authdb.Event{User: f.User, Device: f.Device, Action: "refresh token replayed: device signed out"}))
			return "", "", expires, oidc.ErrInvalidGrant().WithDescription("the refresh token was used before; log in again").WithParent(err)
		case errors.Is(err, authdb.ErrNotFound):
			return "", "", expires, oidc.ErrInvalidGrant().WithDescription("the refresh token is expired or revoked; log in again").WithParent(err)
		}
		return access, refresh, expires, err
	}

	user, err := uuid.Parse(request.GetSubject())
	if err != nil {
		return "", "", expires, oidc.ErrInvalidGrant().WithDescription("nobody has allowed this").WithParent(err)
	}
	familyID, err1 := uuid.NewV7()
	deviceID, err2 := uuid.NewV7()
	if err := errors.Join(err1, err2); err != nil {
		return "", "", expires, err
	}
	from := OriginOf(ctx)
	d := authdb.Device{ID: deviceID, User: user, Kind: authdb.Client, ClientID: ClientID, IP: from.IP, UserAgent: truncate(from.UserAgent, 300)}
	f := authdb.Family{ID: familyID, User: user, Device: deviceID, ClientID: ClientID, Scopes: request.GetScopes(), Expires: now.Add(RefreshAbsolute)}
	if !withRefresh {
		f.Expires = expires
	}
	var authorization, how string
	switch r := request.(type) {
	case *authRequest:
		authorization, how = r.ID, "browser"
		d.Name, f.Authenticated = r.DeviceName, r.Authenticated
	case *op.DeviceAuthorizationState:
		how = "device code"
		d.Name, f.Authenticated = deviceNameFrom(ctx), r.AuthTime
	default:
		return "", "", expires, oidc.ErrUnsupportedGrantType()
	}
	if d.Name == "" {
		d.Name = "Stress Tester"
	}
	err = s.store.IssueFirst(ctx, authorization, d, f, t)
	if errors.Is(err, authdb.ErrReplayed) {
		return "", "", expires, oidc.ErrInvalidGrant().WithDescription("invalid code").WithParent(err)
	}
	if err != nil {
		return "", "", expires, err
	}
	return access, refresh, expires, s.audit(ctx, authdb.Event{User: user, Device: deviceID, Action: "device logged in", Detail: map[string]string{"name": d.Name, "with": how}})
}

// refreshRequest is a login whose tokens are being exchanged.
type refreshRequest struct {
	authdb.Family
	current []string
}

func (r *refreshRequest) GetAMR() []string                 { return nil }
func (r *refreshRequest) GetAudience() []string            { return []string{r.ClientID} }
func (r *refreshRequest) GetAuthTime() time.Time           { return r.Authenticated }
func (r *refreshRequest) GetClientID() string              { return r.ClientID }
func (r *refreshRequest) GetScopes() []string              { return r.current }
func (r *refreshRequest) GetSubject() string               { return r.User.String() }
func (r *refreshRequest) SetCurrentScopes(scopes []string) { r.current = scopes }

// TokenRequestByRefreshToken only finds; whether the token may still be used is decided where it is exchanged, under a lock.
func (s *storage) TokenRequestByRefreshToken(ctx context.Context, token string) (op.RefreshTokenRequest, error) {
	f, err := s.store.FamilyByRefreshToken(ctx, authdb.Hash(token))
	if err != nil {
		return nil, err
	}
	return &refreshRequest{Family: f, current: f.Scopes}, nil
}

const familyPrefix = "family:"

func (s *storage) GetRefreshTokenInfo(ctx context.Context, _, token string) (userID, tokenID string, err error) {
	f, err := s.store.FamilyByRefreshToken(ctx, authdb.Hash(token))
	if errors.Is(err, authdb.ErrNotFound) {
		return "", "", op.ErrInvalidRefreshToken
	}
	if err != nil {
		return "", "", err
	}
	return f.User.String(), familyPrefix + f.ID.String(), nil
}

// RevokeToken ends the whole login that a token belongs to. A token that is not known is as good as revoked.
func (s *storage) RevokeToken(ctx context.Context, token, _, clientID string) *oidc.Error {
	var f authdb.Family
	var err error
	if id, ok := strings.CutPrefix(token, familyPrefix); ok {
		f.ID, err = uuid.Parse(id)
	} else if f, err = s.store.FamilyByAccessToken(ctx, authdb.Hash(token)); errors.Is(err, authdb.ErrNotFound) {
		f, err = s.store.FamilyByRefreshToken(ctx, authdb.Hash(token))
	}
	if err == nil {
		err = s.store.RevokeFamily(ctx, f.ID, clientID, s.now())
		s.auth.Forget()
	}
	if err == nil || errors.Is(err, authdb.ErrNotFound) {
		return nil
	}
	return oidc.ErrServerError().WithParent(err)
}

func (s *storage) TerminateSession(context.Context, string, string) error { return nil }

// --- device flow

// grant carries what the library's device state has no place for from the poll that takes
// a device code to the tokens issued in the same request.
type grant struct{ deviceName string }

type (
	grantKey      struct{}
	deviceNameKey struct{}
)

// deviceNameFrom is the name the client gave its machine, or that its user gave it.
func deviceNameFrom(ctx context.Context) string {
	if g, ok := ctx.Value(grantKey{}).(*grant); ok && g.deviceName != "" {
		return g.deviceName
	}
	name, _ := ctx.Value(deviceNameKey{}).(string)
	return name
}

func (s *storage) StoreDeviceAuthorization(ctx context.Context, clientID, deviceCode, userCode string, expires time.Time, scopes []string) error {
	allowed, err := op.ValidateAuthReqScopes(client{}, slices.Clone(scopes))
	if err != nil {
		return err
	}
	err = s.store.CreateDeviceCode(ctx, authdb.Hash(deviceCode), authdb.DeviceCode{
		UserCode: userCode, ClientID: clientID, Scopes: allowed, DeviceName: deviceNameFrom(ctx),
		RequestedIP: OriginOf(ctx).IP, Expires: expires, Interval: int(pollInterval / time.Second),
	})
	if errors.Is(err, authdb.ErrTaken) {
		return op.ErrDuplicateUserCode
	}
	return err
}

func (s *storage) GetDeviceAuthorizatonState(ctx context.Context, clientID, deviceCode string) (*op.DeviceAuthorizationState, error) {
	d, err := s.store.PollDeviceCode(ctx, authdb.Hash(deviceCode), clientID, s.now())
	if errors.Is(err, authdb.ErrTooFast) {
		// The library has no other way to say slow_down.
		return nil, fmt.Errorf("%w: %w", err, context.DeadlineExceeded)
	}
	if err != nil {
		return nil, err
	}
	if g, ok := ctx.Value(grantKey{}).(*grant); ok {
		g.deviceName = d.DeviceName
	}
	state := &op.DeviceAuthorizationState{
		ClientID: d.ClientID, Scopes: d.Scopes, Expires: d.Expires,
		Done: d.State == "approved", Denied: d.State == "denied" || d.State == "consumed",
	}
	if state.Done {
		state.Subject, state.AuthTime = d.User.String(), d.Authenticated
	}
	return state, nil
}

// --- keys and claims

func (s *storage) SigningKey(ctx context.Context) (op.SigningKey, error) { return s.keys.current(ctx) }
func (s *storage) KeySet(ctx context.Context) ([]op.Key, error)          { return s.keys.public(ctx) }
func (s *storage) Health(ctx context.Context) error                      { return s.store.Ping(ctx) }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

func (s *storage) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	return s.userinfo(ctx, info, r.GetSubject(), scopes)
}

func (s *storage) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, tokenID, subject, _ string) error {
	b, err := s.store.BearerByAccessToken(ctx, authdb.Hash(tokenID), s.now())
	if err != nil {
		return err
	}
	if b.User.String() != subject {
		return ErrUnknownToken
	}
	return s.userinfo(ctx, info, subject, b.Scopes)
}

func (s *storage) userinfo(ctx context.Context, info *oidc.UserInfo, subject string, scopes []string) error {
	id, err := uuid.Parse(subject)
	if err != nil {
		return fmt.Errorf("reading a subject: %w", err)
	}
	info.Subject = subject
	if !slices.Contains(scopes, oidc.ScopeProfile) {
		return nil
	}
	u, err := s.store.UserByID(ctx, id)
	if err != nil {
		return err
	}
	info.PreferredUsername, info.Name = u.Username, u.DisplayName
	return nil
}

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errors.New("not supported")
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *storage) audit(ctx context.Context, e authdb.Event) error {
	e.IP = OriginOf(ctx).IP
	if err := s.store.Audit(ctx, e); err != nil {
		slog.ErrorContext(ctx, "the audit log cannot be written", "error", err)
		return err
	}
	return nil
}
