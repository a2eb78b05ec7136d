// Package web serves the pages that people see in a browser: signing in, allowing a
// client, the account, and the rooms. Pages are made on the server from templates and
// work without JavaScript, which only makes some of them more comfortable. No token
// ever reaches a page, except a personal access token on the one page that makes it.
//
// Handlers read the acting user from the context, where the package auth put it. A
// handler that changes something is reached by POST only; the server refuses such
// requests from other sites (see the package server).
package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"stresstester/remote/api"
	"stresstester/remote/auth"
	"stresstester/remote/postgres/authdb"
	"stresstester/remote/rooms"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// Config is what the pages stand on.
type Config struct {
	Issuer        string // the server's URL, without a slash at the end
	Store         *authdb.Store
	Accounts      *auth.Accounts
	Provider      *auth.Provider
	Authenticator *auth.Authenticator
	Rooms         *rooms.Service
	Upstreams     []*auth.Upstream
	Sealer        auth.Sealer // for cookies of a sign-in that is under way
	// SignUpClosed keeps strangers from making accounts with a password.
	SignUpClosed bool
}

// Pages serves all pages.
type Pages struct {
	Config
	templates map[string]*template.Template
	static    map[string]staticFile
	secure    bool
	now       func() time.Time
}

type staticFile struct {
	data    []byte
	kind    string
	version string
}

// New prepares the pages.
func New(config Config) (*Pages, error) {
	p := &Pages{Config: config, secure: strings.HasPrefix(config.Issuer, "https://"), now: time.Now}
	if err := p.loadStatic(); err != nil {
		return nil, fmt.Errorf("loading the pages' files: %w", err)
	}
	if err := p.loadTemplates(); err != nil {
		return nil, fmt.Errorf("loading the pages: %w", err)
	}
	return p, nil
}

func (p *Pages) loadStatic() error {
	p.static = map[string]staticFile{}
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	return fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		h := fnv.New64a()
		h.Write(data)
		p.static[path.Base(name)] = staticFile{data, kinds[path.Ext(name)], fmt.Sprintf("%x", h.Sum64())}
		return nil
	})
}

func (p *Pages) loadTemplates() error {
	p.templates = map[string]*template.Template{}
	base, err := template.New("").Funcs(p.functions()).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return err
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return err
	}
	for _, name := range names {
		page := strings.TrimSuffix(path.Base(name), ".html")
		if page == "layout" || page == "parts" {
			continue
		}
		clone, err := base.Clone()
		if err != nil {
			return err
		}
		if p.templates[page], err = clone.ParseFS(templateFiles, name); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pages) functions() template.FuncMap {
	return template.FuncMap{
		"static": func(name string) string { return "/static/" + name + "?v=" + p.static[name].version },
		"ago":    func(t time.Time) string { return ago(p.now().Sub(t)) },
		"until":  func(t time.Time) string { return until(t.Sub(p.now())) },
		"date":   func(t time.Time) string { return t.UTC().Format("2 January 2006") },
		"utc":    func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"iso":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"scope":  scopeText,
		"plural": plural,
		"verdict": func(v string) string {
			switch v {
			case "OK":
				return "good"
			case "WA", "RE", "TLE", "MLE", "PE", "OLE":
				return "bad"
			}
			return "warn"
		},
		"rate": func(tests int64, seconds float64) string {
			if seconds <= 0 {
				return ""
			}
			return fmt.Sprintf("%.0f", float64(tests)/seconds)
		},
		"slot": slotName,
		"add":  func(a, b int) int { return a + b },
		"text": func(t interface{ String() string }) string { return t.String() },
	}
}

// slotName is what to call a file's place in a room.
func slotName(s api.Slot) string {
	switch kind, name := s.Kind(); kind {
	case api.ConfigKind:
		return "settings"
	case api.IncludeKind:
		return "helper"
	case api.TestKind:
		return "test"
	default:
		if name == "brute" {
			return "reference"
		}
		return name
	}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// size writes a number of bytes for people.
func size(n int64) string {
	if n < 1<<10 {
		return plural(int(n), "byte", "bytes")
	}
	units := []string{"KiB", "MiB", "GiB", "TiB"}
	value, unit := float64(n)/(1<<10), 0
	for value >= 1023.95 && unit < len(units)-1 {
		value, unit = value/(1<<10), unit+1
	}
	return strings.TrimSuffix(strconv.FormatFloat(value, 'f', 1, 64), ".0") + " " + units[unit]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func scopeText(s string) string {
	if text, ok := auth.ScopeText[auth.Scope(s)]; ok {
		return text
	}
	switch s {
	case "openid", "profile":
		return "Know your user name"
	case "offline_access":
		return "Stay logged in on that machine, until you sign it out"
	}
	return s
}

func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return plural(int(d.Minutes()), "minute", "minutes") + " ago"
	case d < 24*time.Hour:
		return plural(int(d.Hours()), "hour", "hours") + " ago"
	case d < 60*24*time.Hour:
		return plural(int(d.Hours()/24), "day", "days") + " ago"
	}
	return plural(int(d.Hours()/24/30), "month", "months") + " ago"
}

func until(d time.Duration) string {
	switch {
	case d <= 0:
		return "expired"
	case d < time.Hour:
		return "in " + plural(int(d.Minutes())+1, "minute", "minutes")
	case d < 48*time.Hour:
		return "in " + plural(int(d.Hours()), "hour", "hours")
	}
	return "in " + plural(int((d+time.Hour).Hours()/24), "day", "days")
}

// Register adds the pages to mux.
func (p *Pages) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET /static/{file}", p.serveStatic)
	mux.HandleFunc("GET /{$}", p.home)
	mux.HandleFunc("GET /error", p.errorPage)
	p.registerSignIn(mux)
	p.registerConsent(mux)
	p.registerAccount(mux)
	p.registerRooms(mux)
	p.registerAdmin(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.fail(w, r, http.StatusNotFound, "There is no such page", "The address may be mistyped, or what was here is gone.")
	})
}

func (p *Pages) serveStatic(w http.ResponseWriter, r *http.Request) {
	f, ok := p.static[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "public, max-age=3600")
	if r.URL.Query().Get("v") == f.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if _, err := w.Write(f.data); err != nil {
		return // the browser is gone
	}
}

// A view is what every template gets.
type view struct {
	Title  string
	Active string // which entry of the navigation is the current one
	User   *auth.Principal
	Narrow bool   // a form in the middle of the page
	Done   string // what the last form achieved
	Error  string // why the form was not accepted
	Data   any
}

// done has the messages that a redirect may ask for by name; a URL cannot put its own words on a page.
var done = map[string]string{
	"signed-out":     "You are signed out.",
	"device":         "The device was signed out. It may go on for up to five seconds.",
	"others":         "All other devices were signed out.",
	"password":       "The password was changed, and all other devices were signed out.",
	"profile":        "The profile was saved.",
	"token":          "The token was deleted. It no longer lets anybody in.",
	"linked":         "The account was linked. You can sign in with it from now on.",
	"unlinked":       "The account was unlinked.",
	"deleted":        "Your account and everything in it was deleted.",
	"room-deleted":   "The room was deleted. It can be restored from the list of rooms.",
	"room-restored":  "The room was restored.",
	"room-left":      "You left the room.",
	"restored":       "The earlier version is the current one again.",
	"resolved":       "The conflict is resolved.",
	"member":         "The members were changed.",
	"invite":         "The invitation was made. Its link is shown below.",
	"invite-revoked": "The invitation no longer works.",
	"share-revoked":  "The link no longer works.",
	"joined":         "You are a member of this room now.",
	"forked":         "This is your own copy.",
	"counterexample": "The counterexample was deleted.",
	"settings":       "The room was renamed.",
	"room-created":   "The room was created. Share a problem into it from your editor.",
	"share":          "The link was made. It is shown below.",
	"user-disabled":  "The account is disabled, and signed out everywhere.",
	"user-enabled":   "The account can sign in again.",
	"reset":          "The new password is set, and everything else was signed out. Sign in with it.",
}

// csp is the policy of every page; forms may lead to action besides this server.
func csp(action string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"form-action " + strings.TrimSpace("'self' "+action) + "; base-uri 'none'; frame-ancestors 'none'"
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, page string, v view) {
	if who, ok := auth.FromContext(r.Context()); ok {
		v.User = &who
	}
	if v.Done == "" {
		v.Done = done[r.URL.Query().Get("done")]
	}
	var b bytes.Buffer
	if err := p.templates[page].ExecuteTemplate(&b, "layout", v); err != nil {
		slog.ErrorContext(r.Context(), "a page cannot be made", "page", page, "error", err)
		http.Error(w, "This page cannot be shown. The error was recorded.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Content-Security-Policy") == "" {
		h.Set("Content-Security-Policy", csp(""))
	}
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if _, err := b.WriteTo(w); err != nil {
		return // the browser is gone
	}
}

type failure struct {
	Status       int
	Text, Detail string
}

func (p *Pages) fail(w http.ResponseWriter, r *http.Request, status int, text, detail string) {
	p.render(w, r, status, "error", view{Title: text, Narrow: true, Data: failure{status, text, detail}})
}

// failed answers an error that the person can do nothing about.
func (p *Pages) failed(w http.ResponseWriter, r *http.Request, err error) {
	var tooMany *auth.TooManyError
	switch {
	case errors.As(err, &tooMany):
		w.Header().Set("Retry-After", fmt.Sprint(int(tooMany.Retry.Seconds())+1))
		p.fail(w, r, http.StatusTooManyRequests, "Not so fast", sentence(tooMany.Error()))
	case errors.Is(err, authdb.ErrNotFound):
		p.fail(w, r, http.StatusNotFound, "That is not here", "It may have expired or been deleted, or it belongs to somebody else.")
	default:
		slog.ErrorContext(r.Context(), "a request failed", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "5")
		p.fail(w, r, http.StatusServiceUnavailable, "This did not work", "The server could not do that just now. Nothing was changed; try again in a few seconds.")
	}
}

// sentence makes a message of an error's text.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// reasons are the errors of authorization requests that cannot go back to the client.
var reasons = map[string]failure{
	"client":   {400, "That program is not known here", "The request to log in names a client that this server does not know. Update the program that sent you here."},
	"redirect": {400, "That answer would go astray", "The request to log in asks for the answer at an address that does not belong to the program. Nothing was sent there."},
}

func (p *Pages) errorPage(w http.ResponseWriter, r *http.Request) {
	f, ok := reasons[r.URL.Query().Get("reason")]
	if !ok {
		f = failure{http.StatusBadRequest, "That did not work", "Go back and try again."}
	}
	p.fail(w, r, f.Status, f.Text, f.Detail)
}

func (p *Pages) home(w http.ResponseWriter, r *http.Request) {
	if _, ok := auth.FromContext(r.Context()); ok {
		http.Redirect(w, r, p.start(), http.StatusSeeOther)
		return
	}
	p.render(w, r, http.StatusOK, "home", view{Title: "Stress Tester", Data: p.SignUpClosed})
}

// start is the first page after signing in.
func (p *Pages) start() string { return "/rooms" }

// local is a path on this server to return to, or the start page: never another site.
func (p *Pages) local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return p.start()
	}
	return to
}

// signedIn passes requests of signed-in browsers on and sends others to sign in first.
func (p *Pages) signedIn(next func(http.ResponseWriter, *http.Request, auth.Principal)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok := auth.FromContext(r.Context())
		if !ok {
			to := "/sign-in"
			if r.Method == http.MethodGet || r.Method == http.MethodHead {
				to += "?" + url.Values{"return": {r.URL.RequestURI()}}.Encode()
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		if who.Kind != authdb.Browser {
			p.fail(w, r, http.StatusForbidden, "Pages are for browsers", "A token cannot be used here; use the API.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		next(w, r, who)
	}
}
