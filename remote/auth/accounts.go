package auth

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"stresstester/remote/postgres/authdb"
)

// Lifetimes of what lets a user in.
const (
	SessionLifetime     = 30 * 24 * time.Hour
	MaxPersonalLifetime = 366 * 24 * time.Hour
	MaxPersonalTokens   = 50
)

// Errors that a person can do something about.
var (
	// ErrCredentials is the one answer to a wrong password and to a user who does not exist.
	ErrCredentials = errors.New("the user name or the password is wrong")
	ErrUsername    = errors.New("that user name cannot be used: take 2 to 39 letters, digits, - or _, beginning with a letter or digit")
	ErrNameTaken   = errors.New("that user name is taken")
)

// An InputError means that something a person entered cannot be taken; the text says why.
type InputError struct{ Reason string }

func (e *InputError) Error() string { return e.Reason }

// A TooManyError means that a limit was reached.
type TooManyError struct {
	What  string        // what there was too much of
	Retry time.Duration // when to come back
}

func (e *TooManyError) Error() string {
	return fmt.Sprintf("too many %s; try again in %s", e.What, round(e.Retry))
}

func round(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d seconds", int(d.Seconds())+1)
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes())+1)
}

// Limits bound how often somebody may try, per minute, across all server processes. Zero means the default.
type Limits struct {
	SignInPerIP      float64 // attempts of one address; default 10
	SignInPerAccount float64 // attempts on one account from one address; default 5
	SignUpPerIP      float64 // new accounts from one address; default 5
	UserCodePerIP    float64 // codes entered on the device page, by address and by user; default 5
	TokenPerIP       float64 // requests to the token endpoint; default 300
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field *float64
		value float64
	}{
		{&l.SignInPerIP, 10}, {&l.SignInPerAccount, 5}, {&l.SignUpPerIP, 5}, {&l.UserCodePerIP, 5}, {&l.TokenPerIP, 300},
	} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	return l
}

// Times is l with every limit n times as high, for many people behind one address.
func (l Limits) Times(n int) Limits {
	l = l.withDefaults()
	for _, field := range []*float64{&l.SignInPerIP, &l.SignInPerAccount, &l.SignUpPerIP, &l.UserCodePerIP, &l.TokenPerIP} {
		*field *= float64(max(n, 1))
	}
	return l
}

// Origin is where a request comes from.
type Origin struct {
	IP        string
	UserAgent string
}

// Accounts is what people do with their accounts. It is safe for concurrent use.
type Accounts struct {
	store  *authdb.Store
	hasher *Hasher
	limits Limits
	auth   *Authenticator
	now    func() time.Time
}

// NewAccounts is the accounts of store; revocations are made known to authenticator at once.
func NewAccounts(store *authdb.Store, hasher *Hasher, authenticator *Authenticator, limits Limits) *Accounts {
	return &Accounts{store: store, hasher: hasher, limits: limits.withDefaults(), auth: authenticator, now: time.Now}
}

func (a *Accounts) limit(ctx context.Context, what, key string, perMinute float64) error {
	ok, wait, err := a.store.Take(ctx, key, perMinute, perMinute/60, a.now())
	if err != nil {
		return err
	}
	if !ok {
		return &TooManyError{What: what, Retry: wait}
	}
	return nil
}

var username = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{1,38}$`)

// SignUp makes a local account. Errors: [ErrUsername], [ErrNameTaken], [ErrPassword], [TooManyError].
func (a *Accounts) SignUp(ctx context.Context, name, password string, from Origin) (authdb.User, error) {
	if !username.MatchString(name) {
		return authdb.User{}, ErrUsername
	}
	if err := CheckPassword(password, name); err != nil {
		return authdb.User{}, err
	}
	if err := a.limit(ctx, "new accounts from your address", "signup:"+from.IP, a.limits.SignUpPerIP); err != nil {
		return authdb.User{}, err
	}
	hash, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return authdb.User{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return authdb.User{}, err
	}
	u := authdb.User{ID: id, Username: name, DisplayName: name, PasswordHash: hash, Created: a.now()}
	if err := a.store.CreateUser(ctx, u); err != nil {
		if errors.Is(err, authdb.ErrTaken) {
			return authdb.User{}, ErrNameTaken
		}
		return authdb.User{}, err
	}
	return u, a.Record(ctx, authdb.Event{User: id, Action: "account created", IP: from.IP})
}

// SignIn checks a password. Errors: [ErrCredentials], [TooManyError].
func (a *Accounts) SignIn(ctx context.Context, name, password string, from Origin) (authdb.User, error) {
	if err := a.limit(ctx, "attempts to sign in from your address", "signin:"+from.IP, a.limits.SignInPerIP); err != nil {
		return authdb.User{}, err
	}
	if err := a.limit(ctx, "attempts to sign in to this account", "signin:"+from.IP+":"+strings.ToLower(truncate(name, 64)), a.limits.SignInPerAccount); err != nil {
		return authdb.User{}, err
	}
	u, err := a.store.UserByName(ctx, name)
	if err != nil && !errors.Is(err, authdb.ErrNotFound) {
		return authdb.User{}, err
	}
	if len(password) > 4*MaxPassword {
		password = password[:4*MaxPassword] // never right, and hashed in the usual time
	}
	ok, err := a.hasher.Verify(ctx, password, u.PasswordHash)
	if err != nil {
		return authdb.User{}, err
	}
	if !ok || u.Disabled {
		// Recorded for users who do not exist, too: it takes the same time.
		if err := a.Record(ctx, authdb.Event{User: u.ID, Action: "sign-in refused", IP: from.IP}); err != nil {
			return authdb.User{}, err
		}
		return authdb.User{}, ErrCredentials
	}
	return u, nil
}

// StartSession signs a browser in and returns the value of its cookie.
func (a *Accounts) StartSession(ctx context.Context, user uuid.UUID, how string, from Origin) (cookie string, expires time.Time, err error) {
	device, err := uuid.NewV7()
	if err != nil {
		return "", time.Time{}, err
	}
	now := a.now()
	cookie, expires = newSecret(), now.Add(SessionLifetime)
	d := authdb.Device{ID: device, User: user, Kind: authdb.Browser, Name: browserName(from.UserAgent), IP: from.IP, UserAgent: truncate(from.UserAgent, 300)}
	if err := a.store.CreateSession(ctx, d, authdb.Hash(cookie), now, expires); err != nil {
		return "", time.Time{}, err
	}
	return cookie, expires, a.Record(ctx, authdb.Event{User: user, Device: device, Action: "signed in", IP: from.IP, Detail: map[string]string{"with": how}})
}

func truncate(s string, n int) string {
	s = strings.ToValidUTF8(s, "")
	for len(s) > n {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// browserName is what to call a browser on the page of devices.
func browserName(agent string) string {
	browser, system := "A browser", ""
	for _, b := range []struct{ mark, name string }{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	} {
		if strings.Contains(agent, b.mark) {
			browser = b.name
			break
		}
	}
	for _, s := range []struct{ mark, name string }{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, s.mark) {
			system = " on " + s.name
			break
		}
	}
	return browser + system
}

// ChangePassword sets a new password, after checking the old one if there is one, and
// signs all other devices out. current is the device that stays.
func (a *Accounts) ChangePassword(ctx context.Context, user, current uuid.UUID, old, password string, from Origin) error {
	u, err := a.store.UserByID(ctx, user)
	if err != nil {
		return err
	}
	if err := a.confirm(ctx, u, old, from); err != nil {
		return err
	}
	if err := CheckPassword(password, u.Username); err != nil {
		return err
	}
	hash, err := a.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := a.store.SetPassword(ctx, user, hash); err != nil {
		return err
	}
	if _, err := a.store.RevokeOthers(ctx, user, current, "the password was changed", a.now()); err != nil {
		return err
	}
	a.auth.Forget()
	return a.Record(ctx, authdb.Event{User: user, Device: current, Action: "password changed", IP: from.IP})
}

// confirm checks the password of somebody who is signed in already.
func (a *Accounts) confirm(ctx context.Context, u authdb.User, password string, from Origin) error {
	if u.PasswordHash == "" {
		return nil
	}
	if err := a.limit(ctx, "attempts", "confirm:"+u.ID.String(), a.limits.SignInPerAccount); err != nil {
		return err
	}
	ok, err := a.hasher.Verify(ctx, truncate(password, 4*MaxPassword), u.PasswordHash)
	if err != nil {
		return err
	}
	if !ok {
		return errors.Join(ErrCredentials, a.Record(ctx, authdb.Event{User: u.ID, Action: "password confirmation refused", IP: from.IP}))
	}
	return nil
}

// Delete removes an account and all that belongs to it, after checking its password if there is
// one. first, if not nil, removes what other parts keep for the user; its failure stops all.
func (a *Accounts) Delete(ctx context.Context, user uuid.UUID, password string, from Origin, first func() error) error {
	u, err := a.store.UserByID(ctx, user)
	if err != nil {
		return err
	}
	if err := a.confirm(ctx, u, password, from); err != nil {
		return err
	}
	if first != nil {
		if err := first(); err != nil {
			return err
		}
	}
	if err := a.store.DeleteUser(ctx, user); err != nil {
		return err
	}
	a.auth.Forget()
	return a.Record(ctx, authdb.Event{User: user, Action: "account deleted", IP: from.IP})
}

// RevokeDevice signs one of the user's devices out.
func (a *Accounts) RevokeDevice(ctx context.Context, user, device uuid.UUID, from Origin) error {
	if err := a.store.RevokeDevice(ctx, user, device, "signed out by the user", a.now()); err != nil {
		return err
	}
	a.auth.Forget()
	return a.Record(ctx, authdb.Event{User: user, Device: device, Action: "signed out", IP: from.IP})
}

// RevokeOthers signs out every device of the user but current, and returns how many.
func (a *Accounts) RevokeOthers(ctx context.Context, user, current uuid.UUID, from Origin) (int, error) {
	n, err := a.store.RevokeOthers(ctx, user, current, "signed out by the user", a.now())
	if err != nil {
		return n, err
	}
	a.auth.Forget()
	return n, a.Record(ctx, authdb.Event{User: user, Device: current, Action: "signed out all other devices", IP: from.IP})
}

// NewToken makes a personal access token. It is returned this once.
func (a *Accounts) NewToken(ctx context.Context, user uuid.UUID, name string, scopes []Scope, lifetime time.Duration, from Origin) (string, authdb.PersonalToken, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "" || utf8.RuneCountInString(name) > 60:
		return "", authdb.PersonalToken{}, &InputError{"give the token a name of at most 60 characters"}
	case len(scopes) == 0:
		return "", authdb.PersonalToken{}, &InputError{"choose what the token may do"}
	case lifetime <= 0 || lifetime > MaxPersonalLifetime:
		return "", authdb.PersonalToken{}, &InputError{"a token lasts between a day and a year"}
	}
	for _, s := range scopes {
		if _, known := ScopeText[s]; !known {
			return "", authdb.PersonalToken{}, &InputError{fmt.Sprintf("there is no scope %q", s)}
		}
	}
	existing, err := a.store.PersonalTokens(ctx, user)
	if err != nil {
		return "", authdb.PersonalToken{}, err
	}
	if len(existing) >= MaxPersonalTokens {
		return "", authdb.PersonalToken{}, &InputError{fmt.Sprintf("you have %d tokens, and more are not allowed; delete one first", len(existing))}
	}
	token, made, err := CreatePersonalToken(ctx, a.store, user, name, scopes, a.now().Add(lifetime))
	if err != nil {
		return "", made, err
	}
	return token, made, a.Record(ctx, authdb.Event{User: user, Device: made.Device, Action: "personal access token created", IP: from.IP, Detail: map[string]string{"name": name}})
}

// ScopeText says what each scope allows, for the pages.
var ScopeText = map[Scope]string{
	ScopeRoomsRead:  "See your rooms, their files and history",
	ScopeRoomsWrite: "See, change and share your rooms",
	ScopeAccount:    "See your profile and where you are signed in",
}

// Record adds an event to the audit log.
func (a *Accounts) Record(ctx context.Context, e authdb.Event) error { return a.store.Audit(ctx, e) }
