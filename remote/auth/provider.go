package auth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"stresstester/remote/postgres/authdb"
)

// Paths of the authorization server. Clients learn them from the discovery document.
const (
	AuthorizePath = "/authorize"
	TokenPath     = "/oauth/token"
	RevokePath    = "/revoke"
	UserinfoPath  = "/userinfo"
	KeysPath      = "/keys"
	DeviceCode    = "/device_authorization"
	DevicePage    = "/device" // where people enter the code
	ConsentPage   = "/consent"
)

// A Provider is the OAuth 2.1 authorization server: authorization code with PKCE, device
// flow, refresh, revocation; nothing else. Built on zitadel's library, whose routes
// are reached only through what is registered here.
type Provider struct {
	op       *op.Provider
	storage  *storage
	accounts *Accounts
	issuer   string
}

// NewProvider is the authorization server at issuer, a URL without a path.
func NewProvider(issuer string, store *authdb.Store, tokens, keys Sealer, authenticator *Authenticator, accounts *Accounts) (*Provider, error) {
	s := &storage{
		store: store, auth: authenticator, now: time.Now,
		keys: &keyRing{store: store, sealer: keys, now: time.Now},
	}
	options := []op.Option{op.WithCrypto(tokens), op.WithCORSOptions(nil)}
	if strings.HasPrefix(issuer, "http://") {
		options = append(options, op.WithAllowInsecure())
	}
	p, err := op.NewProvider(&op.Config{
		CodeMethodS256:        true,
		GrantTypeRefreshToken: true,
		SupportedScopes:       supportedScopes(),
		SupportedClaims:       []string{"sub", "aud", "exp", "iat", "iss", "auth_time", "nonce", "at_hash", "c_hash", "azp", "name", "preferred_username"},
		DeviceAuthorization: op.DeviceAuthorizationConfig{
			Lifetime: deviceCodeLifetime, PollInterval: pollInterval, UserFormPath: DevicePage, UserCode: op.UserCodeBase20,
		},
	}, s, op.StaticIssuer(issuer), options...)
	if err != nil {
		return nil, err
	}
	return &Provider{op: p, storage: s, accounts: accounts, issuer: issuer}, nil
}

func supportedScopes() []string {
	scopes := []string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeOfflineAccess}
	for s := range ScopeText {
		scopes = append(scopes, string(s))
	}
	slices.Sort(scopes)
	return scopes
}

// Register adds the authorization server's routes to mux.
func (p *Provider) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", p.discovery)
	mux.Handle("GET "+KeysPath, p.op)
	mux.Handle("GET "+UserinfoPath, p.op)
	mux.HandleFunc("GET "+AuthorizePath, p.authorize)
	mux.HandleFunc("POST "+TokenPath, p.token)
	mux.HandleFunc("POST "+RevokePath, p.limited)
	mux.HandleFunc("POST "+DeviceCode, p.limited)
}

// discovery describes what there is, which is less than the library can.
func (p *Provider) discovery(w http.ResponseWriter, r *http.Request) {
	d := op.CreateDiscoveryConfig(op.ContextWithIssuer(r.Context(), p.issuer), p.op, p.storage)
	d.ResponseTypesSupported = []string{string(oidc.ResponseTypeCode)}
	d.ResponseModesSupported = []string{string(oidc.ResponseModeQuery)}
	d.GrantTypesSupported = client{}.GrantTypes()
	d.TokenEndpointAuthMethodsSupported = []oidc.AuthMethod{oidc.AuthMethodNone}
	d.RevocationEndpointAuthMethodsSupported = []oidc.AuthMethod{oidc.AuthMethodNone}
	d.TokenEndpointAuthSigningAlgValuesSupported = nil
	d.RevocationEndpointAuthSigningAlgValuesSupported = nil
	d.IntrospectionEndpoint, d.EndSessionEndpoint = "", ""
	d.IntrospectionEndpointAuthMethodsSupported, d.IntrospectionEndpointAuthSigningAlgValuesSupported = nil, nil
	d.RequestObjectSigningAlgValuesSupported = nil
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "max-age=300")
	if err := json.NewEncoder(w).Encode(d); err != nil {
		return // the client is gone
	}
}

// authorize looks at what the library would answer with bare text, and lets it do the rest.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	refuse := func(reason string) {
		http.Redirect(w, r, "/error?"+url.Values{"reason": {reason}}.Encode(), http.StatusFound)
	}
	if q.Get("client_id") != ClientID {
		refuse("client")
		return
	}
	if err := op.ValidateAuthReqRedirectURI(client{}, q.Get("redirect_uri"), oidc.ResponseTypeCode); err != nil {
		refuse("redirect")
		return
	}
	p.op.ServeHTTP(w, r.WithContext(withDeviceName(r.Context(), q.Get("device_name"))))
}

func withDeviceName(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, deviceNameKey{}, truncate(strings.Join(strings.Fields(name), " "), 60))
}

func oauthError(w http.ResponseWriter, status int, code, description string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": description})
}

// limited passes on what does not exceed the limit, is small, and keeps its secrets out of the URL.
func (p *Provider) limited(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery != "" {
		oauthError(w, http.StatusBadRequest, "invalid_request", "parameters belong into the body")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "the body is not a form, or too large")
		return
	}
	var tooMany *TooManyError
	err := p.accounts.limit(r.Context(), "requests for tokens", "token:"+OriginOf(r.Context()).IP, p.accounts.limits.TokenPerIP)
	if errors.As(err, &tooMany) {
		w.Header().Set("Retry-After", "5")
		oauthError(w, http.StatusTooManyRequests, "slow_down", tooMany.Error())
		return
	}
	if err != nil {
		w.Header().Set("Retry-After", "5")
		oauthError(w, http.StatusServiceUnavailable, "temporarily_unavailable", "the database does not answer")
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	ctx := withDeviceName(r.Context(), r.PostForm.Get("device_name"))
	p.op.ServeHTTP(w, r.WithContext(context.WithValue(ctx, grantKey{}, new(grant))))
}

// token refuses the grants that the library has and we do not.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "the body is not a form, or too large")
		return
	}
	if grant := r.PostForm.Get("grant_type"); !slices.Contains(client{}.GrantTypes(), oidc.GrantType(grant)) {
		oauthError(w, http.StatusBadRequest, "unsupported_grant_type", "the grant type must be authorization_code, refresh_token or urn:ietf:params:oauth:grant-type:device_code")
		return
	}
	p.limited(w, r)
}

// --- what the pages do

// Authorization finds a request that awaits the user's consent.
func (p *Provider) Authorization(ctx context.Context, id string) (authdb.Authorization, error) {
	a, err := p.storage.store.Authorization(ctx, id, p.storage.now())
	if err == nil && a.Decided {
		err = authdb.ErrNotFound
	}
	return a, err
}

// NeedsSignIn reports whether the user must show a credential again before allowing a.
func NeedsSignIn(a authdb.Authorization, who Principal, now time.Time) bool {
	if slices.Contains(a.Prompt, oidc.PromptLogin) && who.Authenticated.Before(a.Created) {
		return true
	}
	return a.MaxAge != nil && *a.MaxAge > 0 && now.Sub(who.Authenticated) > time.Duration(*a.MaxAge)*time.Second
}

// Allow answers the client's request with a code, in the browser of the user who allowed it.
func (p *Provider) Allow(w http.ResponseWriter, r *http.Request, id string, who Principal, deviceName string) error {
	ctx := withDeviceName(r.Context(), deviceName)
	if err := p.storage.store.AllowAuthorization(ctx, id, who.User, deviceNameFrom(ctx), who.Authenticated, p.storage.now()); err != nil {
		return err
	}
	request, err := p.storage.AuthRequestByID(ctx, id)
	if err != nil {
		return err
	}
	op.AuthResponse(request, p.op, w, r)
	return nil
}

// Refuse answers the client's request with access_denied.
func (p *Provider) Refuse(w http.ResponseWriter, r *http.Request, id string) error {
	a, err := p.Authorization(r.Context(), id)
	if err != nil {
		return err
	}
	if err := p.storage.store.DropAuthorization(r.Context(), id); err != nil {
		return err
	}
	op.AuthRequestError(w, r, &authRequest{a}, oidc.ErrAccessDenied().WithDescription("the user refused"), p.op)
	return nil
}

// NormalUserCode is a device's code as it is stored, from what somebody typed.
func NormalUserCode(typed string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(typed) {
		if strings.ContainsRune(op.CharSetBase20, r) {
			if b.Len() == 4 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// DeviceLogin finds the login that awaits the code somebody typed. Guesses are limited by
// address and by user. Errors: [authdb.ErrNotFound], [TooManyError].
func (p *Provider) DeviceLogin(ctx context.Context, userCode string, user uuid.UUID, from Origin) (authdb.DeviceCode, error) {
	for _, key := range []string{"usercode:" + from.IP, "usercode:" + user.String()} {
		if err := p.accounts.limit(ctx, "codes", key, p.accounts.limits.UserCodePerIP); err != nil {
			return authdb.DeviceCode{}, err
		}
	}
	return p.storage.store.DeviceCodeByUserCode(ctx, NormalUserCode(userCode), p.storage.now())
}

// DecideDevice allows or refuses the login that awaits a code.
func (p *Provider) DecideDevice(ctx context.Context, userCode string, allow bool, who Principal, deviceName string) error {
	for _, key := range []string{"decide:" + OriginOf(ctx).IP, "decide:" + who.User.String()} {
		if err := p.accounts.limit(ctx, "codes", key, p.accounts.limits.UserCodePerIP); err != nil {
			return err
		}
	}
	name := deviceNameFrom(withDeviceName(ctx, deviceName))
	return p.storage.store.DecideDeviceCode(ctx, NormalUserCode(userCode), allow, who.User, name, who.Authenticated, p.storage.now())
}
