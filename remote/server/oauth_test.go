package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"stresstester/remote/auth"
	"stresstester/remote/figures"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(servertest.Main(m)) }

// A site is the server as tests of OAuth see it: two processes on one database, and a
// signed-in user.
type site struct {
	t        *testing.T
	db       postgres.Config
	one, two *servertest.Process
	browser  *servertest.Browser
	provider *oidc.Provider
}

// roomy has limits that a test with one address does not run into.
var roomy = servertest.Env("STRESSTESTER_REQUESTS_PER_MINUTE=-1", "STRESSTESTER_ATTEMPTS_FACTOR=1000")

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, db: postgrestest.Config(t)}
	s.one = servertest.Start(t, s.db, roomy)
	s.two = servertest.Start(t, s.db, roomy, servertest.As(s.one))
	s.browser = servertest.NewBrowser(t, s.one.URL)
	s.browser.SignUp("ada")
	var err error
	if s.provider, err = oidc.NewProvider(t.Context(), s.one.Issuer); err != nil {
		t.Fatal(err)
	}
	return s
}

var scopes = []string{oidc.ScopeOpenID, "profile", oidc.ScopeOfflineAccess, string(auth.ScopeRoomsWrite), string(auth.ScopeAccount)}

// client is an OAuth client of another make than the server's library, on a random loopback port.
func (s *site) client() *oauth2.Config {
	endpoint := s.provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInParams
	return &oauth2.Config{ClientID: auth.ClientID, Endpoint: endpoint, RedirectURL: "http://127.0.0.1:49152/callback", Scopes: scopes}
}

// at is the client talking to one of the processes.
func at(c *oauth2.Config, p *servertest.Process) *oauth2.Config {
	moved := *c
	moved.Endpoint.TokenURL = p.URL + auth.TokenPath
	return &moved
}

// login runs the authorization code flow.
func (s *site) login(c *oauth2.Config) (token *oauth2.Token, code, verifier string) {
	s.t.Helper()
	verifier = oauth2.GenerateVerifier()
	to := s.browser.Allow(c.AuthCodeURL("a state", oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("device_name", "laptop"), oidc.Nonce("a nonce")))
	if to.Query().Get("state") != "a state" {
		s.t.Fatalf("the state came back as %q", to.Query().Get("state"))
	}
	code = to.Query().Get("code")
	token, err := c.Exchange(s.t.Context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		s.t.Fatalf("exchanging the code: %v", err)
	}
	return token, code, verifier
}

// works reports whether an access token lets its holder in at a process.
func works(t *testing.T, p *servertest.Process, token string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		return true
	case http.StatusUnauthorized:
		return false
	}
	t.Fatalf("a request with a token is answered with %s", response.Status)
	return false
}

// stopsWithin waits until a token has stopped to work, for at most the promised five seconds.
func stopsWithin(t *testing.T, p *servertest.Process, token string) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for works(t, p, token) {
		if time.Now().After(deadline) {
			t.Fatalf("the token still works at %s five seconds later", p.URL)
		}
		time.Sleep(50 * time.Millisecond) // between two looks, not for an effect
	}
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	var r *oauth2.RetrieveError
	if !errors.As(err, &r) || r.ErrorCode != code {
		t.Errorf("error %v; want %s", err, code)
	}
}

func TestAClientLogsInThroughTheBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	token, _, _ := s.login(c)
	if !works(t, s.one, token.AccessToken) || !works(t, s.two, token.AccessToken) {
		t.Error("the access token does not work on both processes")
	}
	if left := time.Until(token.Expiry); left > auth.AccessLifetime || left < auth.AccessLifetime-time.Minute {
		t.Errorf("the access token lasts %v", left)
	}
	// An OpenID Connect library of another make verifies the ID token and asks for the profile.
	raw, _ := token.Extra("id_token").(string)
	id, err := s.provider.Verifier(&oidc.Config{ClientID: auth.ClientID}).Verify(t.Context(), raw)
	if err != nil {
		t.Fatalf("verifying the ID token: %v", err)
	}
	if id.Nonce != "a nonce" {
		t.Errorf("the nonce came back as %q", id.Nonce)
	}
	if err := id.VerifyAccessToken(token.AccessToken); err != nil {
		t.Errorf("the ID token does not belong to the access token: %v", err)
	}
	info, err := s.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Name string `json:"preferred_username"`
	}
	if err := info.Claims(&claims); err != nil || claims.Name != "ada" || info.Subject != id.Subject {
		t.Errorf("userinfo %+v %v, %v", claims, info.Subject, err)
	}
	if page := s.browser.Get("/account/devices"); !strings.Contains(page.Body, "laptop") {
		t.Error("the page of devices does not show the device by its name")
	}
	refreshed, err := at(c, s.two).TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil || refreshed.RefreshToken == token.RefreshToken {
		t.Fatalf("refreshing at the other process: %v", err)
	}
}

func TestTheDiscoveryDocumentPromisesOnlyWhatThereIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var d struct {
		Responses  []string `json:"response_types_supported"`
		Grants     []string `json:"grant_types_supported"`
		Challenges []string `json:"code_challenge_methods_supported"`
		Auth       []string `json:"token_endpoint_auth_methods_supported"`
		Introspect string   `json:"introspection_endpoint"`
		Device     string   `json:"device_authorization_endpoint"`
	}
	if err := s.provider.Claims(&d); err != nil {
		t.Fatal(err)
	}
	if len(d.Responses) != 1 || d.Responses[0] != "code" || len(d.Grants) != 3 || len(d.Challenges) != 1 || d.Challenges[0] != "S256" ||
		len(d.Auth) != 1 || d.Auth[0] != "none" || d.Introspect != "" || d.Device == "" {
		t.Errorf("%+v", d)
	}
}

func TestAnAuthorizationRequestIsRefusedEarly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	good := url.Values{
		"client_id": {auth.ClientID}, "redirect_uri": {"http://127.0.0.1:1234/callback"}, "response_type": {"code"}, "scope": {"openid"},
		"state": {"s"}, "code_challenge": {oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier())}, "code_challenge_method": {"S256"},
	}
	for _, test := range []struct {
		name, field, value string
		back               bool // the error goes to the client
	}{
		{"no challenge", "code_challenge", "", true},
		{"the method plain", "code_challenge_method", "plain", true},
		{"no method, which means plain", "code_challenge_method", "", true},
		{"a challenge that is no SHA-256", "code_challenge", "short", true},
		{"a response type with tokens in the URL", "response_type", "token", true},
		{"an ID token in the URL", "response_type", "id_token", true},
		{"an answer as a form", "response_mode", "form_post", true},
		{"no user to ask", "prompt", "none", true},
		{"a client that does not exist", "client_id", "somebody", false},
		{"a redirect to another site", "redirect_uri", "https://evil.example/callback", false},
		{"a redirect to another path", "redirect_uri", "http://127.0.0.1:1234/elsewhere", false},
		{"a redirect to a name that begins like loopback", "redirect_uri", "http://127.0.0.1.evil.example/callback", false},
		{"a redirect with a user name", "redirect_uri", "http://127.0.0.1@evil.example/callback", false},
		{"a scheme of another program", "redirect_uri", "javascript:alert(1)", false},
	} {
		q := url.Values{}
		for k, v := range good {
			q[k] = v
		}
		q.Set(test.field, test.value)
		page := s.browser.Get(auth.AuthorizePath + "?" + q.Encode())
		if page.Field("request") != "" {
			t.Errorf("%s: the user is asked for consent", test.name)
		}
		if test.back {
			// Response types with tokens get their errors in the fragment, as the tokens would be.
			to, err := url.Parse(strings.Replace(page.Location, "#", "?", 1))
			if err != nil || to.Host != "127.0.0.1:1234" || to.Query().Get("error") == "" || to.Query().Get("state") != "s" || to.Query().Get("code") != "" {
				t.Errorf("%s: sent to %q", test.name, page.Location)
			}
		} else if page.Location != "" || page.Status != http.StatusBadRequest || page.URL.Path != "/error" {
			t.Errorf("%s: %d at %v, sent to %q", test.name, page.Status, page.URL, page.Location)
		}
	}
	if page := s.browser.Get(auth.AuthorizePath + "?" + good.Encode()); page.Field("request") == "" {
		t.Errorf("a good request is not shown: %d %s", page.Status, page.Message())
	}
}

func TestTheUserMayRefuseAClient(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	to := s.browser.Refuse(s.client().AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	if to.Query().Get("error") != "access_denied" || to.Query().Get("code") != "" {
		t.Errorf("sent to %v", to)
	}
}

func TestACodeNeedsItsVerifier(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	verifier := oauth2.GenerateVerifier()
	code := s.browser.Allow(c.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier))).Query().Get("code")
	_, err := c.Exchange(t.Context(), code, oauth2.VerifierOption(oauth2.GenerateVerifier()))
	refused(t, err, "invalid_grant")
	_, err = c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	refused(t, err, "invalid_grant") // the failed attempt used the code up
}

func TestTokensOfAReplayedCodeAreRevoked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	token, code, verifier := s.login(c)
	if !works(t, s.two, token.AccessToken) {
		t.Fatal("the token does not work at first")
	}
	_, err := at(c, s.two).Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
	refused(t, err, "invalid_grant")
	stopsWithin(t, s.one, token.AccessToken)
	stopsWithin(t, s.two, token.AccessToken)
	_, err = c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	refused(t, err, "invalid_grant")
}

func TestACodeExchangedManyTimesAtOnceLeavesNoToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	verifier := oauth2.GenerateVerifier()
	code := s.browser.Allow(c.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier))).Query().Get("code")
	var mu sync.Mutex
	var got []*oauth2.Token
	parallel(20, func(i int) {
		p := []*servertest.Process{s.one, s.two}[i%2]
		if token, err := at(c, p).Exchange(context.Background(), code, oauth2.VerifierOption(verifier)); err == nil {
			mu.Lock()
			got = append(got, token)
			mu.Unlock()
		}
	})
	if len(got) > 1 {
		t.Errorf("%d exchanges of one code succeeded", len(got))
	}
	for _, token := range got {
		stopsWithin(t, s.one, token.AccessToken)
		stopsWithin(t, s.two, token.AccessToken)
	}
}

// parallel runs fn n times at once.
func parallel(n int, fn func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}

func TestADeviceCodeIsRedeemedOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	d, err := c.DeviceAuth(t.Context(), oauth2.SetAuthURLParam("device_name", "build server"))
	if err != nil {
		t.Fatal(err)
	}
	if d.Interval != 5 || !strings.HasPrefix(d.VerificationURI, s.one.Issuer) {
		t.Errorf("interval %d, page %s", d.Interval, d.VerificationURI)
	}
	s.browser.AllowDevice(strings.ToLower(strings.ReplaceAll(d.UserCode, "-", " "))) // as people type
	var mu sync.Mutex
	var tokens []string
	errorCodes := map[string]int{}
	parallel(100, func(i int) {
		p := []*servertest.Process{s.one, s.two}[i%2]
		token, code := pollOnce(t, p, d.DeviceCode)
		mu.Lock()
		defer mu.Unlock()
		if token != "" {
			tokens = append(tokens, token)
		} else {
			errorCodes[code]++
		}
	})
	if len(tokens) != 1 {
		t.Fatalf("%d of 100 parallel requests at two processes redeemed the code; the others: %v", len(tokens), errorCodes)
	}
	if !works(t, s.two, tokens[0]) {
		t.Error("the token does not work")
	}
	figures.Note(t, figures.SignIn, "one device code, redeemed by many at once", "100 parallel requests at two processes", "1 got the tokens, the others `access_denied` (%d)", errorCodes["access_denied"])
	if page := s.browser.Get("/account/devices"); !strings.Contains(page.Body, "build server") {
		t.Error("the page of devices does not show the device by its name")
	}
}

// pollOnce asks once for a device code's tokens.
func pollOnce(t *testing.T, p *servertest.Process, deviceCode string) (token, errorCode string) {
	response, err := http.PostForm(p.URL+auth.TokenPath, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {auth.ClientID}, "device_code": {deviceCode},
	})
	if err != nil {
		t.Error(err)
		return "", "no answer"
	}
	defer response.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
		Error string `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Error(err)
	}
	return answer.Token, answer.Error
}

func TestPollingFasterThanToldIsSlowedDown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d, err := s.client().DeviceAuth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"authorization_pending", "slow_down", "slow_down"} {
		if _, got := pollOnce(t, []*servertest.Process{s.one, s.two}[i%2], d.DeviceCode); got != want {
			t.Errorf("poll %d: %s, want %s", i+1, got, want)
		}
	}
	db := postgrestest.Open(t, s.db)
	var interval int
	if err := db.Pool().QueryRow(t.Context(), `select interval_seconds from auth.device_codes`).Scan(&interval); err != nil || interval != 15 {
		t.Errorf("after two polls that were too fast the interval is %d s, %v; want 5 s + 2·5 s", interval, err)
	}
	// The longer interval counts: six seconds later is still too fast, sixteen are not.
	for _, test := range []struct{ later, want string }{{"6 seconds", "slow_down"}, {"21 seconds", "authorization_pending"}} {
		if _, err := db.Pool().Exec(t.Context(), `update auth.device_codes set last_poll_at = last_poll_at - $1::interval`, test.later); err != nil {
			t.Fatal(err)
		}
		if _, got := pollOnce(t, s.one, d.DeviceCode); got != test.want {
			t.Errorf("a poll %s later: %s, want %s", test.later, got, test.want)
		}
	}
	if page := s.browser.Post("/device", "user_code", d.UserCode, "decision", "refuse"); page.Status != http.StatusOK {
		t.Fatalf("refusing: %d", page.Status)
	}
	if _, got := pollOnce(t, s.one, d.DeviceCode); got != "access_denied" {
		t.Errorf("after the refusal: %s", got)
	}
}

func TestUserCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	db := postgrestest.Config(t)
	p := servertest.Start(t, db)
	b := servertest.NewBrowser(t, p.URL)
	b.SignUp("mallory")
	limited := 0
	for range 8 {
		if page := b.Get("/device?user_code=BCDF-GHJK"); page.Status == http.StatusTooManyRequests {
			limited++
		} else if page.Status != http.StatusNotFound {
			t.Errorf("a guess is answered with %d", page.Status)
		}
	}
	if limited != 3 {
		t.Errorf("%d of 8 guesses were refused, want the last 3", limited)
	}
}

func TestARefreshTokenWorksOnceAndForgivesALostAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	first, _, _ := s.login(c)
	refresh := func(p *servertest.Process, token string) (*oauth2.Token, error) {
		return at(c, p).TokenSource(t.Context(), &oauth2.Token{RefreshToken: token}).Token()
	}
	if _, err := refresh(s.one, first.RefreshToken); err != nil {
		t.Fatal(err)
	}
	// The answer was lost: the client asks again, elsewhere.
	second, err := refresh(s.two, first.RefreshToken)
	if err != nil {
		t.Fatalf("asking again within the grace: %v", err)
	}
	third, err := refresh(s.one, second.RefreshToken)
	if err != nil {
		t.Fatalf("using the successor: %v", err)
	}
	if !works(t, s.two, third.AccessToken) {
		t.Error("the token does not work")
	}
	// Now the successor was used, so whoever shows the first one is somebody else.
	_, err = refresh(s.two, first.RefreshToken)
	refused(t, err, "invalid_grant")
	stopsWithin(t, s.one, third.AccessToken)
	stopsWithin(t, s.two, third.AccessToken)
	_, err = refresh(s.one, third.RefreshToken)
	refused(t, err, "invalid_grant")
	if page := s.browser.Get("/account/activity"); !strings.Contains(page.Body, "refresh token replayed") {
		t.Error("the user is not told")
	}
}

func TestARefreshTokenIsNotForgivenForLong(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	first, _, _ := s.login(c)
	second, err := c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: first.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	db := postgrestest.Open(t, s.db)
	if _, err := db.Pool().Exec(t.Context(), `update auth.refresh_tokens set rotated_at = rotated_at - interval '31 seconds' where rotated_at is not null`); err != nil {
		t.Fatal(err)
	}
	_, err = c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: first.RefreshToken}).Token()
	refused(t, err, "invalid_grant")
	stopsWithin(t, s.two, second.AccessToken)
}

func TestASupersededRefreshTokenBetraysASecondHolder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	first, _, _ := s.login(c)
	owner, err := c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: first.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	thief, err := at(c, s.two).TokenSource(t.Context(), &oauth2.Token{RefreshToken: first.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: owner.RefreshToken}).Token()
	refused(t, err, "invalid_grant")
	stopsWithin(t, s.two, thief.AccessToken)
}

func TestRefreshTokensEndAfterTheirTimes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	db := postgrestest.Open(t, s.db)
	for _, statement := range []string{
		`update auth.refresh_tokens set expires_at = now() - interval '1 second'`, // idle
		`update auth.token_families set expires_at = now() - interval '1 second'`, // absolute
		`update auth.users set disabled_at = now()`,
	} {
		token, _, _ := s.login(c)
		if _, err := db.Pool().Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		_, err := c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		refused(t, err, "invalid_grant")
		if strings.Contains(statement, "disabled") {
			stopsWithin(t, s.one, token.AccessToken)
		}
	}
}

func TestOneRefreshTokenIsUsableAtATime(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	token, _, _ := s.login(c)
	db := postgrestest.Open(t, s.db)
	for round := range 5 {
		next, err := at(c, []*servertest.Process{s.one, s.two}[round%2]).TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		token = next
	}
	var live int
	if err := db.Pool().QueryRow(t.Context(), `select count(*) from auth.refresh_tokens where rotated_at is null and not superseded`).Scan(&live); err != nil || live != 1 {
		t.Errorf("%d refresh tokens can be used, %v", live, err)
	}
}

func TestRevokingEndsTheLoginEverywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	for _, which := range []string{"refresh_token", "access_token"} {
		token, _, _ := s.login(c)
		secret := token.RefreshToken
		if which == "access_token" {
			secret = token.AccessToken
		}
		if !works(t, s.two, token.AccessToken) { // now the other process remembers it
			t.Fatal("the token does not work")
		}
		response, err := http.PostForm(s.one.URL+auth.RevokePath, url.Values{"token": {secret}, "token_type_hint": {which}, "client_id": {auth.ClientID}})
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("revoking a %s: %s", which, response.Status)
		}
		if works(t, s.one, token.AccessToken) {
			t.Errorf("after revoking its %s the token still works where it was revoked", which)
		}
		stopsWithin(t, s.two, token.AccessToken)
		_, err = c.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		refused(t, err, "invalid_grant")
	}
	response, err := http.PostForm(s.one.URL+auth.RevokePath, url.Values{"token": {"nobody's"}, "client_id": {auth.ClientID}})
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("revoking an unknown token: %s; RFC 7009 wants 200", response.Status)
	}
}

func TestGrantsThatWeDoNotHaveAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, grant := range []string{"password", "client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:token-exchange", "implicit", ""} {
		response, err := http.PostForm(s.one.URL+auth.TokenPath, url.Values{"grant_type": {grant}, "client_id": {auth.ClientID}, "username": {"ada"}, "password": {servertest.Password}})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "unsupported_grant_type") {
			t.Errorf("grant %q: %s %s", grant, response.Status, body)
		}
	}
	response, err := http.Post(s.one.URL+auth.TokenPath+"?grant_type=refresh_token&refresh_token=x", "application/x-www-form-urlencoded", nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("secrets in the URL: %s", response.Status)
	}
}

func TestSecretsAreInNoLogAndNoTable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	token, code, verifier := s.login(c)
	second, err := at(c, s.two).TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = c.Exchange(t.Context(), code, oauth2.VerifierOption(verifier)) // a failure is logged too
	s.browser.Post("/sign-in", "name", "ada", "password", "a wrong password")
	secrets := []string{token.AccessToken, token.RefreshToken, second.AccessToken, second.RefreshToken, code, verifier, servertest.Password, "a wrong password"}
	logs := s.one.Log() + s.two.Log()
	if !strings.Contains(logs, `"route":"POST /oauth/token"`) {
		t.Fatalf("the log does not show requests:\n%s", logs)
	}
	db := postgrestest.Open(t, s.db)
	var tables string
	for _, table := range []string{"users", "devices", "sessions", "token_families", "refresh_tokens", "access_tokens", "authorizations", "device_codes", "signing_keys", "audit_log", "rate_limits"} {
		var rows string
		if err := db.Pool().QueryRow(t.Context(), `select coalesce(string_agg(t::text, E'\n'), '') from auth.`+table+` t`).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		tables += rows
	}
	for _, secret := range secrets {
		if strings.Contains(logs, secret) {
			t.Errorf("the log has the secret %.8s…", secret)
		}
		if strings.Contains(tables, secret) {
			t.Errorf("the database has the secret %.8s…", secret)
		}
	}
}

var refreshes = flag.Int("refreshes", 100, "how often each of two devices refreshes its tokens")

func TestLostAnswersLogNobodyOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	var devices [2]*oauth2.Token
	for i := range devices {
		devices[i], _, _ = s.login(c)
	}
	var dropped atomic.Int64
	parallel(len(devices), func(i int) {
		// A network that loses every tenth answer: the client keeps the token it has and asks again.
		network := rand.New(rand.NewPCG(uint64(i), 1))
		token := devices[i].RefreshToken
		for n := range *refreshes {
			for lost := true; lost; {
				p := []*servertest.Process{s.one, s.two}[network.IntN(2)]
				next, err := at(c, p).TokenSource(context.Background(), &oauth2.Token{RefreshToken: token}).Token()
				if err != nil {
					t.Errorf("device %d is logged out after %d refreshes: %v", i, n, err)
					return
				}
				if lost = network.IntN(10) == 0; lost {
					dropped.Add(1)
				} else {
					token = next.RefreshToken
				}
			}
		}
	})
	if dropped.Load() == 0 {
		t.Error("no answer was lost, so nothing was tested")
	}
	figures.Note(t, figures.SignIn, "refresh tokens over a network that loses every tenth answer", fmt.Sprintf("%d devices, %d refreshes at two processes, %d more whose answers were lost", len(devices), len(devices)*(*refreshes), dropped.Load()), "0 logged out")
}
