package client

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"stresstester/remote/api"
)

// ClientID is this program's name at every server's sign-in.
const ClientID = "stresstester"

// loginTime is how long somebody may take in the browser.
const loginTime = 10 * time.Minute

// tokenTime is that of one request of the sign-in.
const tokenTime = 15 * time.Second

// OAuth is a server's sign-in.
type OAuth struct {
	Server string
	// HTTP sends the requests; nil means a client of its own.
	HTTP *http.Client
}

// endpoints are where a server's sign-in is, from its discovery document.
type endpoints struct {
	Issuer    string `json:"issuer"`
	Authorize string `json:"authorization_endpoint"`
	Token     string `json:"token_endpoint"`
	Device    string `json:"device_authorization_endpoint"`
	Revoke    string `json:"revocation_endpoint"`
}

func (o *OAuth) http() *http.Client {
	if o.HTTP != nil {
		return o.HTTP
	}
	return &http.Client{Transport: transport, Timeout: tokenTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// discover asks the server where its sign-in is. Tokens are sent nowhere else than
// to the server that was named.
func (o *OAuth) discover(ctx context.Context) (endpoints, error) {
	var e endpoints
	c := &Client{Base: o.Server, HTTP: o.http(), Timeout: tokenTime}
	if err := c.do(ctx, request{method: http.MethodGet, path: "/.well-known/openid-configuration", out: &e}); err != nil {
		return e, err
	}
	own, err := url.Parse(o.Server)
	if err != nil {
		return e, fmt.Errorf("reading the address %s: %w", o.Server, err)
	}
	for _, address := range []string{e.Authorize, e.Token, e.Device, e.Revoke} {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != own.Scheme || u.Host != own.Host {
			return e, fmt.Errorf("%s says that its sign-in is at %q, which is another place; sign in to that one by its own name if you trust it", o.Server, address)
		}
	}
	return e, nil
}

func (o *OAuth) config(e endpoints) *oauth2.Config {
	return &oauth2.Config{
		ClientID: ClientID,
		Endpoint: oauth2.Endpoint{AuthURL: e.Authorize, TokenURL: e.Token, DeviceAuthURL: e.Device, AuthStyle: oauth2.AuthStyleInParams},
		Scopes:   []string{"openid", "profile", "offline_access", "rooms:read", "rooms:write", "account"},
	}
}

func (o *OAuth) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, o.http())
}

func credentialsOf(t *oauth2.Token) (Credentials, error) {
	if t.AccessToken == "" || t.RefreshToken == "" {
		return Credentials{}, errors.New("the server's sign-in gave no token that can be renewed")
	}
	c := Credentials{Access: t.AccessToken, Refresh: t.RefreshToken, Expires: t.Expiry}
	if c.Expires.IsZero() {
		c.Expires = time.Now().Add(5 * time.Minute)
	}
	return c, nil
}

// Refresh changes a refresh token for new credentials.
func (o *OAuth) Refresh(ctx context.Context, refresh string) (Credentials, error) {
	// The address is known without asking, and asking would double what can fail.
	config := o.config(endpoints{Token: o.Server + "/oauth/token"})
	t, err := config.TokenSource(o.context(ctx), &oauth2.Token{RefreshToken: refresh}).Token()
	if err != nil {
		return Credentials{}, fmt.Errorf("renewing the sign-in: %w", err)
	}
	return credentialsOf(t)
}

// Revoke ends a refresh token and what came of it.
func (o *OAuth) Revoke(ctx context.Context, refresh string) error {
	form := url.Values{"token": {refresh}, "token_type_hint": {"refresh_token"}, "client_id": {ClientID}}
	ctx, cancel := context.WithTimeout(ctx, tokenTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, o.Server+"/revoke", strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("making a request: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := o.http().Do(request)
	if err != nil {
		return unreachable(o.Server, err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return problemOf(o.Server, response)
	}
	return nil
}

// Whoami asks whose token it is, a personal access token or one of a sign-in.
func (o *OAuth) Whoami(ctx context.Context, access string) (Account, error) {
	var me api.Me
	c := &Client{Base: o.Server, HTTP: o.http(), Token: FixedToken(access), Timeout: tokenTime}
	if err := c.do(ctx, request{method: http.MethodGet, path: api.PathMe, out: &me}); err != nil {
		return Account{}, err
	}
	if !api.ValidID(me.User) {
		return Account{}, fmt.Errorf("%s %w: it knows nobody by this token", o.Server, ErrNoAnswer)
	}
	return Account{Server: o.Server, User: me.User, Name: sentence(me.Name)}, nil
}

// Asking is how a person is asked to sign in.
type Asking struct {
	// Device asks for a code to be typed in on any device, rather than for a browser
	// on this machine.
	Device bool
	// Name is what the device is called on the page of devices.
	Name string
	// Show tells the person where to go; code is empty where none is to be typed in.
	Show func(address, code string)
	// Open opens a browser; nil means that the person does.
	Open func(address string)
}

// Login asks a person to sign in, and waits until they have.
func (o *OAuth) Login(ctx context.Context, a Asking) (Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, loginTime)
	defer cancel()
	e, err := o.discover(ctx)
	if err != nil {
		return Credentials{}, err
	}
	if a.Device {
		return o.byDevice(ctx, e, a)
	}
	return o.byBrowser(ctx, e, a)
}

func (o *OAuth) byDevice(ctx context.Context, e endpoints, a Asking) (Credentials, error) {
	config := o.config(e)
	device, err := config.DeviceAuth(o.context(ctx), oauth2.SetAuthURLParam("device_name", a.Name))
	if err != nil {
		return Credentials{}, signInError(o.Server, err)
	}
	if device.VerificationURIComplete != "" && a.Open != nil {
		a.Open(device.VerificationURIComplete)
	}
	a.Show(device.VerificationURI, device.UserCode)
	t, err := config.DeviceAccessToken(o.context(ctx), device)
	if err != nil {
		return Credentials{}, signInError(o.Server, err)
	}
	return credentialsOf(t)
}

func (o *OAuth) byBrowser(ctx context.Context, e endpoints, a Asking) (Credentials, error) {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return Credentials{}, fmt.Errorf("waiting for the browser: %w; stresstester login --device does without", err)
	}
	config := o.config(e)
	config.RedirectURL = fmt.Sprintf("http://%s/callback", listener.Addr())
	state, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	wait := newCallback(state)
	server := &http.Server{Handler: wait, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() {
		// The page that says how it went is still on its way.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
		_ = server.Close()
	}()
	address := config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("device_name", a.Name))
	if a.Open != nil {
		a.Open(address)
	}
	a.Show(address, "")
	select {
	case <-ctx.Done():
		return Credentials{}, fmt.Errorf("nobody signed in to %s: %w", o.Server, ctx.Err())
	case answer := <-wait.answers:
		if answer.err != nil {
			return Credentials{}, answer.err
		}
		t, err := config.Exchange(o.context(ctx), answer.code, oauth2.VerifierOption(verifier))
		if err != nil {
			return Credentials{}, signInError(o.Server, err)
		}
		return credentialsOf(t)
	}
}

// signInError says what became of a sign-in.
func signInError(server string, err error) error {
	var refusal *oauth2.RetrieveError
	switch {
	case !errors.As(err, &refusal):
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("nobody signed in to %s in time; try again", server)
		}
		return unreachable(server, err)
	case refusal.ErrorCode == "access_denied":
		return fmt.Errorf("the sign-in to %s was refused in the browser", server)
	case refusal.ErrorCode == "expired_token":
		return fmt.Errorf("the code for %s was not typed in in time; try again", server)
	case refusal.ErrorDescription != "":
		return fmt.Errorf("signing in to %s: %s", server, refusal.ErrorDescription)
	}
	return fmt.Errorf("signing in to %s: %w", server, err)
}

// callback is the page that the browser comes back to.
type callback struct {
	state   string
	answers chan answer
}

type answer struct {
	code string
	err  error
}

func newCallback(state string) *callback {
	return &callback{state: state, answers: make(chan answer, 1)}
}

func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if r.URL.Path != "/callback" || q.Get("state") != c.state {
		// Anybody on this machine can come here; only who knows the state counts.
		http.Error(w, "This is not the page you are looking for.", http.StatusNotFound)
		return
	}
	a := answer{code: q.Get("code")}
	text := "You are signed in. This page can be closed."
	if a.code == "" {
		reason := q.Get("error_description")
		if reason == "" {
			reason = q.Get("error")
		}
		a.err = fmt.Errorf("the sign-in was refused: %s", reason)
		text = "You are not signed in: " + reason + "."
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_, _ = fmt.Fprintf(w, `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Stress Tester</title>
<style>:root{color-scheme:light dark}body{font:1.2em system-ui;margin:20vh auto;max-width:30em;padding:1em;text-align:center}</style>
<h1>Stress Tester</h1><p>%s</p>`, html.EscapeString(text))
	select {
	case c.answers <- a:
	default: // there was one before
	}
}

// Headless reports whether a browser on this machine is of no use to the person at
// the keyboard, who is somewhere else or has no screen here.
func Headless(getenv func(string) string) bool {
	for _, name := range []string{"SSH_CONNECTION", "SSH_TTY", "CODESPACES", "REMOTE_CONTAINERS", "WSL_DISTRO_NAME"} {
		if getenv(name) != "" {
			return true
		}
	}
	screen := runtime.GOOS == "windows" || runtime.GOOS == "darwin" || getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != ""
	return !screen
}

// DeviceName is what this machine is called on the page of devices.
func DeviceName(program string) string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		return program
	}
	return program + " on " + host
}
