package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"stresstester/remote/postgres/authdb"
)

// An UpstreamConfig is another provider that people may sign in with.
type UpstreamConfig struct {
	Name         string // in URLs and in the database; never changes: lower-case letters and digits
	Label        string // on the button
	Issuer       string // of an OpenID Connect provider; empty for GitHub
	ClientID     string
	ClientSecret string
	Scopes       []string // further scopes; default: openid profile
	// GitHub's addresses, for GitHub Enterprise. Default: github.com.
	GitHubURL    string
	GitHubAPIURL string
}

// An Upstream is a configured provider. OpenID Connect providers are asked for their
// addresses when first used, so that one that is down does not keep the server from starting.
type Upstream struct {
	config   UpstreamConfig
	redirect string
	http     *http.Client

	mu       sync.Mutex
	provider *oidc.Provider
}

// NewUpstream is a provider for the server at issuer.
func NewUpstream(issuer string, config UpstreamConfig) *Upstream {
	if config.GitHubURL == "" {
		config.GitHubURL = "https://github.com"
	}
	if config.GitHubAPIURL == "" {
		config.GitHubAPIURL = "https://api.github.com"
	}
	return &Upstream{
		config: config, redirect: issuer + "/sign-in/with/" + config.Name + "/callback",
		http: &http.Client{Timeout: 10 * time.Second},
	}
}

// Name identifies the provider in URLs.
func (u *Upstream) Name() string { return u.config.Name }

// Label is what the button says.
func (u *Upstream) Label() string { return u.config.Label }

// A Flow is a sign-in at another provider that is under way. It travels, sealed, in a
// cookie of the browser that began it: no other browser can finish it.
type Flow struct {
	Upstream string
	State    string
	Nonce    string
	Verifier string
	Return   string    // where to go afterwards: a path of ours
	Link     uuid.UUID // the signed-in user who wants to link an account; zero: signing in
	Expires  time.Time
}

// Arrival is a proven account elsewhere that nobody here has linked yet. It travels like a [Flow].
type Arrival struct {
	Identity  authdb.Identity
	Name      string // what to suggest as user name
	Full      string // the person's name, or nothing
	Return    string
	Expires   time.Time
	IsArrival bool // tells it from a sealed Flow
}

// Begin makes a flow and the URL to send the browser to.
func (u *Upstream) Begin(ctx context.Context, returnTo string, link uuid.UUID, now time.Time) (Flow, string, error) {
	config, _, err := u.oauth(ctx)
	if err != nil {
		return Flow{}, "", err
	}
	f := Flow{
		Upstream: u.config.Name, State: newSecret(), Nonce: newSecret(), Verifier: oauth2.GenerateVerifier(),
		Return: returnTo, Link: link, Expires: now.Add(10 * time.Minute),
	}
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(f.Verifier)}
	if u.config.Issuer != "" {
		options = append(options, oidc.Nonce(f.Nonce))
	}
	return f, config.AuthCodeURL(f.State, options...), nil
}

func (u *Upstream) oauth(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	config := &oauth2.Config{ClientID: u.config.ClientID, ClientSecret: u.config.ClientSecret, RedirectURL: u.redirect}
	if u.config.Issuer == "" {
		config.Endpoint = oauth2.Endpoint{
			AuthURL: u.config.GitHubURL + "/login/oauth/authorize", TokenURL: u.config.GitHubURL + "/login/oauth/access_token",
			AuthStyle: oauth2.AuthStyleInParams,
		}
		config.Scopes = u.config.Scopes // none: reading the public profile needs none
		return config, nil, nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.provider == nil {
		// The provider keeps the context for fetching keys later, so it must not end with the request.
		keep := oidc.ClientContext(context.WithoutCancel(ctx), u.http)
		p, err := oidc.NewProvider(keep, u.config.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("asking %s for its addresses: %w", u.config.Label, err)
		}
		u.provider = p
	}
	config.Endpoint = u.provider.Endpoint()
	config.Scopes = append([]string{oidc.ScopeOpenID, "profile"}, u.config.Scopes...)
	return config, u.provider, nil
}

// ErrUpstream means that the other provider's answer cannot be used; the text says why.
var ErrUpstream = errors.New("signing in elsewhere did not work")

// Finish exchanges the code that the provider sent the browser back with for the account it stands for.
func (u *Upstream) Finish(ctx context.Context, f Flow, state, code string, now time.Time) (Arrival, error) {
	switch {
	case f.Upstream != u.config.Name || state == "" || f.State != state:
		return Arrival{}, fmt.Errorf("%w: the answer does not belong to a sign-in that this browser began", ErrUpstream)
	case now.After(f.Expires):
		return Arrival{}, fmt.Errorf("%w: it took longer than ten minutes", ErrUpstream)
	case code == "":
		return Arrival{}, fmt.Errorf("%w: %s sent no code", ErrUpstream, u.config.Label)
	}
	config, provider, err := u.oauth(ctx)
	if err != nil {
		return Arrival{}, err
	}
	ctx = oidc.ClientContext(ctx, u.http)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Arrival{}, fmt.Errorf("%w: %s did not accept its own code: %w", ErrUpstream, u.config.Label, err)
	}
	a := Arrival{Return: f.Return, Expires: now.Add(15 * time.Minute), IsArrival: true}
	if provider == nil {
		err = u.github(ctx, token, &a)
	} else {
		err = u.openID(ctx, provider, token, f.Nonce, &a)
	}
	a.Identity.Provider = u.config.Name
	return a, err
}

func (u *Upstream) openID(ctx context.Context, provider *oidc.Provider, token *oauth2.Token, nonce string, a *Arrival) error {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return fmt.Errorf("%w: %s sent no ID token", ErrUpstream, u.config.Label)
	}
	id, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: u.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return fmt.Errorf("%w: the ID token of %s is not valid: %w", ErrUpstream, u.config.Label, err)
	}
	if id.Nonce != nonce {
		return fmt.Errorf("%w: the ID token of %s is for another sign-in", ErrUpstream, u.config.Label)
	}
	var claims struct {
		Name      string `json:"name"`
		Preferred string `json:"preferred_username"`
		Nickname  string `json:"nickname"`
		Email     string `json:"email"`
	}
	if err := id.Claims(&claims); err != nil {
		return fmt.Errorf("%w: reading the claims of %s: %w", ErrUpstream, u.config.Label, err)
	}
	if claims.Preferred == "" && claims.Name == "" {
		// Some providers put the profile only there. A failure costs a suggestion.
		if info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token)); err == nil && info.Subject == id.Subject {
			_ = info.Claims(&claims)
		}
	}
	local, _, _ := strings.Cut(claims.Email, "@")
	a.Identity.Subject = id.Subject
	a.Full = truncate(claims.Name, 80)
	a.Name = suggest(claims.Preferred, claims.Nickname, local, claims.Name)
	a.Identity.Label = truncate(first(claims.Preferred, claims.Email, claims.Name, id.Subject), 80)
	return nil
}

// github asks for the account by its number: names and addresses there can change hands.
func (u *Upstream) github(ctx context.Context, token *oauth2.Token, a *Arrival) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.config.GitHubAPIURL+"/user", nil)
	if err != nil {
		return fmt.Errorf("asking GitHub who signed in: %w", err)
	}
	r.Header.Set("Accept", "application/vnd.github+json")
	token.SetAuthHeader(r)
	response, err := u.http.Do(r)
	if err != nil {
		return fmt.Errorf("asking GitHub who signed in: %w", err)
	}
	defer response.Body.Close()
	var user struct {
		ID    int64  `json:"id"`
		Login string `json:"login"`
		Name  string `json:"name"`
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: GitHub does not say who signed in: %s", ErrUpstream, response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&user); err != nil || user.ID == 0 {
		return fmt.Errorf("%w: GitHub does not say who signed in", ErrUpstream)
	}
	a.Identity.Subject, a.Identity.Label = strconv.FormatInt(user.ID, 10), truncate(user.Login, 80)
	a.Name, a.Full = suggest(user.Login, user.Name), truncate(user.Name, 80)
	return nil
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// suggest makes a user name that can be taken out of the first text that yields one.
func suggest(texts ...string) string {
	for _, t := range texts {
		name := strings.Trim(strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
				return r
			case r == ' ' || r == '.':
				return '-'
			}
			return -1
		}, t), "-_")
		if name = truncate(name, 39); username.MatchString(name) {
			return name
		}
	}
	return ""
}

// Arrive finds the user that an account elsewhere signs in as; [authdb.ErrNotFound] if nobody has linked it.
// Nothing but the provider's own identifier counts: an equal e-mail address proves nothing.
func (a *Accounts) Arrive(ctx context.Context, arrival Arrival) (authdb.User, error) {
	u, err := a.store.UserByIdentity(ctx, arrival.Identity.Provider, arrival.Identity.Subject)
	if err == nil && u.Disabled {
		return u, ErrCredentials
	}
	return u, err
}

// SignUpArrived makes an account for somebody who signs in elsewhere.
func (a *Accounts) SignUpArrived(ctx context.Context, arrival Arrival, name string, from Origin) (authdb.User, error) {
	if !username.MatchString(name) {
		return authdb.User{}, ErrUsername
	}
	if err := a.limit(ctx, "new accounts from your address", "signup:"+from.IP, a.limits.SignUpPerIP); err != nil {
		return authdb.User{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return authdb.User{}, err
	}
	u := authdb.User{ID: id, Username: name, DisplayName: first(arrival.Full, name), Created: a.now()}
	if err := a.store.CreateUserWithIdentity(ctx, u, arrival.Identity); err != nil {
		if errors.Is(err, authdb.ErrTaken) {
			return authdb.User{}, ErrNameTaken
		}
		return authdb.User{}, err
	}
	return u, a.Record(ctx, authdb.Event{User: id, Action: "account created", IP: from.IP, Detail: map[string]string{"with": arrival.Identity.Provider}})
}

// Link lets an account elsewhere sign in as user, who is signed in and asked for it.
func (a *Accounts) Link(ctx context.Context, user uuid.UUID, arrival Arrival, from Origin) error {
	if err := a.store.LinkIdentity(ctx, user, arrival.Identity); err != nil {
		return err
	}
	return a.Record(ctx, authdb.Event{User: user, Action: "account linked", IP: from.IP, Detail: map[string]string{"with": arrival.Identity.Provider}})
}

// Unlink removes a linked account, unless it is the only way to sign in ([authdb.ErrNotFound]).
func (a *Accounts) Unlink(ctx context.Context, user uuid.UUID, provider, subject string, from Origin) error {
	if err := a.store.UnlinkIdentity(ctx, user, provider, subject); err != nil {
		return err
	}
	return a.Record(ctx, authdb.Event{User: user, Action: "account unlinked", IP: from.IP, Detail: map[string]string{"with": provider}})
}
