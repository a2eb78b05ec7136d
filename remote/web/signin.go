package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"stresstester/remote/auth"
	"stresstester/remote/postgres/authdb"
)

// Cookies of a sign-in elsewhere that is under way; both are sealed.
const (
	flowCookie    = "stresstester_flow"
	arrivalCookie = "stresstester_arrival"
)

func (p *Pages) registerSignIn(mux *http.ServeMux) {
	mux.HandleFunc("GET /sign-in", p.signInForm)
	mux.HandleFunc("POST /sign-in", p.signIn)
	mux.HandleFunc("GET /sign-up", p.signUpForm)
	mux.HandleFunc("POST /sign-up", p.signUp)
	mux.HandleFunc("POST /sign-out", p.signOut)
	mux.HandleFunc("GET /sign-in/with/{upstream}", p.begin)
	mux.HandleFunc("GET /sign-in/with/{upstream}/callback", p.callback)
	mux.HandleFunc("GET /sign-up/finish", p.finishForm)
	mux.HandleFunc("POST /sign-up/finish", p.finish)
	mux.HandleFunc("POST /account/link/{upstream}", p.signedIn(p.link))
	mux.HandleFunc("POST /account/unlink", p.signedIn(p.unlink))
}

type credentials struct {
	Name      string
	Return    string
	Again     bool // somebody is signed in already and must show that it is them
	Upstreams []*auth.Upstream
	Closed    bool
}

func (p *Pages) credentials(r *http.Request) credentials {
	return credentials{
		Name: r.FormValue("name"), Return: p.local(r.FormValue("return")), Again: r.FormValue("again") != "",
		Upstreams: p.Upstreams, Closed: p.SignUpClosed,
	}
}

func (p *Pages) signInForm(w http.ResponseWriter, r *http.Request) {
	c := p.credentials(r)
	if _, ok := auth.FromContext(r.Context()); ok && !c.Again {
		http.Redirect(w, r, c.Return, http.StatusSeeOther)
		return
	}
	p.render(w, r, http.StatusOK, "sign-in", view{Title: "Sign in", Narrow: true, Data: c})
}

// form reads a small form.
func form(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	return r.ParseForm()
}

func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) {
	if err := form(w, r); err != nil {
		p.fail(w, r, http.StatusBadRequest, "That form is not readable", "Go back and try again.")
		return
	}
	from := auth.OriginOf(r.Context())
	u, err := p.Accounts.SignIn(r.Context(), r.PostForm.Get("name"), r.PostForm.Get("password"), from)
	if err == nil {
		p.enter(w, r, u, "password", p.local(r.PostForm.Get("return")))
		return
	}
	p.refused(w, r, err, "sign-in", "Sign in", p.credentials(r))
}

// refused shows a form again with what is wrong with it.
func (p *Pages) refused(w http.ResponseWriter, r *http.Request, err error, page, title string, data any) {
	status := http.StatusUnprocessableEntity
	var tooMany *auth.TooManyError
	switch {
	case errors.As(err, &tooMany):
		status = http.StatusTooManyRequests
	case errors.Is(err, auth.ErrCredentials), errors.Is(err, auth.ErrUsername), errors.Is(err, auth.ErrNameTaken), errors.Is(err, auth.ErrPassword):
	default:
		p.failed(w, r, err)
		return
	}
	p.render(w, r, status, page, view{Title: title, Narrow: true, Error: sentence(err.Error()), Data: data})
}

// enter signs the browser in. A session it had before ends.
func (p *Pages) enter(w http.ResponseWriter, r *http.Request, u authdb.User, how, to string) {
	if who, ok := auth.FromContext(r.Context()); ok && who.Kind == authdb.Browser {
		if err := p.Accounts.RevokeDevice(r.Context(), who.User, who.Device, auth.OriginOf(r.Context())); err != nil && !errors.Is(err, authdb.ErrNotFound) {
			p.failed(w, r, err)
			return
		}
	}
	value, expires, err := p.Accounts.StartSession(r.Context(), u.ID, how, auth.OriginOf(r.Context()))
	if err != nil {
		p.failed(w, r, err)
		return
	}
	http.SetCookie(w, p.cookie(p.sessionName(), value, expires))
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (p *Pages) sessionName() string {
	if p.secure {
		return auth.SecureSessionCookie
	}
	return auth.SessionCookie
}

func (p *Pages) cookie(name, value string, expires time.Time) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: p.secure, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	} else {
		c.Expires = expires
	}
	return c
}

func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) {
	if who, ok := auth.FromContext(r.Context()); ok && who.Kind == authdb.Browser {
		if err := p.Accounts.RevokeDevice(r.Context(), who.User, who.Device, auth.OriginOf(r.Context())); err != nil {
			p.failed(w, r, err)
			return
		}
	}
	http.SetCookie(w, p.cookie(p.sessionName(), "", time.Time{}))
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	http.Redirect(w, r, "/sign-in?done=signed-out", http.StatusSeeOther)
}

func (p *Pages) signUpForm(w http.ResponseWriter, r *http.Request) {
	p.render(w, r, http.StatusOK, "sign-up", view{Title: "Create an account", Narrow: true, Data: p.credentials(r)})
}

func (p *Pages) signUp(w http.ResponseWriter, r *http.Request) {
	if p.SignUpClosed {
		p.fail(w, r, http.StatusForbidden, "New accounts are made by the administrator", "This server does not let people sign up by themselves.")
		return
	}
	if err := form(w, r); err != nil {
		p.fail(w, r, http.StatusBadRequest, "That form is not readable", "Go back and try again.")
		return
	}
	u, err := p.Accounts.SignUp(r.Context(), r.PostForm.Get("name"), r.PostForm.Get("password"), auth.OriginOf(r.Context()))
	if err != nil {
		p.refused(w, r, err, "sign-up", "Create an account", p.credentials(r))
		return
	}
	p.enter(w, r, u, "password", p.local(r.PostForm.Get("return")))
}

// --- elsewhere

func (p *Pages) upstream(name string) *auth.Upstream {
	for _, u := range p.Upstreams {
		if u.Name() == name {
			return u
		}
	}
	return nil
}

func (p *Pages) begin(w http.ResponseWriter, r *http.Request) { p.leave(w, r, uuid.Nil) }

func (p *Pages) link(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	p.leave(w, r, who.User)
}

// leave sends the browser to another provider. A page does it, not a redirect: the policy
// on forms would have to name every provider's address.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request, link uuid.UUID) {
	u := p.upstream(r.PathValue("upstream"))
	if u == nil {
		p.failed(w, r, authdb.ErrNotFound)
		return
	}
	flow, to, err := u.Begin(r.Context(), p.local(r.FormValue("return")), link, p.now())
	if err != nil {
		p.fail(w, r, http.StatusBadGateway, "That sign-in is not available", sentence(u.Label()+" does not answer. Try again later, or sign in another way"))
		return
	}
	if err := p.seal(w, flowCookie, flow, flow.Expires); err != nil {
		p.failed(w, r, err)
		return
	}
	p.render(w, r, http.StatusOK, "leave", view{Title: "Going to " + u.Label(), Narrow: true, Data: struct{ Label, URL string }{u.Label(), to}})
}

func (p *Pages) seal(w http.ResponseWriter, name string, value any, expires time.Time) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	text, err := p.Sealer.Encrypt(name + "\x00" + string(data))
	if err != nil {
		return err
	}
	http.SetCookie(w, p.cookie(p.flowName(name), text, expires))
	return nil
}

func (p *Pages) flowName(name string) string {
	if p.secure {
		return "__Host-" + name
	}
	return name
}

// unseal reads a sealed cookie, and takes it away from the browser if once.
func (p *Pages) unseal(w http.ResponseWriter, r *http.Request, name string, value any, once bool) bool {
	c, err := r.Cookie(p.flowName(name))
	if err != nil {
		return false
	}
	if once {
		http.SetCookie(w, p.cookie(p.flowName(name), "", time.Time{}))
	}
	text, err := p.Sealer.Decrypt(c.Value)
	if err != nil || len(text) <= len(name) || text[:len(name)+1] != name+"\x00" {
		return false
	}
	return json.Unmarshal([]byte(text[len(name)+1:]), value) == nil
}

func (p *Pages) callback(w http.ResponseWriter, r *http.Request) {
	u := p.upstream(r.PathValue("upstream"))
	if u == nil {
		p.failed(w, r, authdb.ErrNotFound)
		return
	}
	var flow auth.Flow
	q := r.URL.Query()
	if !p.unseal(w, r, flowCookie, &flow, true) {
		p.fail(w, r, http.StatusBadRequest, "That sign-in was not begun here", "Begin again, in this browser, and allow cookies for this site.")
		return
	}
	if q.Get("error") != "" {
		p.fail(w, r, http.StatusBadRequest, "You were not signed in", sentence(u.Label()+" says that it was refused there"))
		return
	}
	arrival, err := u.Finish(r.Context(), flow, q.Get("state"), q.Get("code"), p.now())
	if errors.Is(err, auth.ErrUpstream) {
		p.fail(w, r, http.StatusBadRequest, "You were not signed in", sentence(err.Error()))
		return
	}
	if err != nil {
		p.failed(w, r, err)
		return
	}
	if flow.Link != uuid.Nil {
		p.finishLink(w, r, flow, arrival)
		return
	}
	user, err := p.Accounts.Arrive(r.Context(), arrival)
	switch {
	case err == nil:
		p.enter(w, r, user, u.Name(), arrival.Return)
	case errors.Is(err, authdb.ErrNotFound):
		if err := p.seal(w, arrivalCookie, arrival, arrival.Expires); err != nil {
			p.failed(w, r, err)
			return
		}
		http.Redirect(w, r, "/sign-up/finish", http.StatusSeeOther)
	case errors.Is(err, auth.ErrCredentials):
		p.fail(w, r, http.StatusForbidden, "This account is disabled", "Ask the server's administrator.")
	default:
		p.failed(w, r, err)
	}
}

// finishLink links only for the user who asked, and who must still be the one signed in.
func (p *Pages) finishLink(w http.ResponseWriter, r *http.Request, flow auth.Flow, arrival auth.Arrival) {
	who, ok := auth.FromContext(r.Context())
	if !ok || who.User != flow.Link {
		p.fail(w, r, http.StatusForbidden, "The account was not linked", "You are not signed in as the user who asked for it.")
		return
	}
	err := p.Accounts.Link(r.Context(), who.User, arrival, auth.OriginOf(r.Context()))
	if errors.Is(err, authdb.ErrTaken) {
		p.fail(w, r, http.StatusConflict, "The account was not linked", "It signs in as somebody here already. Unlink it there first.")
		return
	}
	if err != nil {
		p.failed(w, r, err)
		return
	}
	http.Redirect(w, r, "/account?done=linked", http.StatusSeeOther)
}

type arrivalForm struct {
	Label, Name string
}

func (p *Pages) arrival(w http.ResponseWriter, r *http.Request) (auth.Arrival, bool) {
	var a auth.Arrival
	if !p.unseal(w, r, arrivalCookie, &a, false) || !a.IsArrival || p.now().After(a.Expires) {
		p.fail(w, r, http.StatusBadRequest, "That took too long", "Sign in again.")
		return a, false
	}
	return a, true
}

func (p *Pages) finishForm(w http.ResponseWriter, r *http.Request) {
	if a, ok := p.arrival(w, r); ok {
		p.render(w, r, http.StatusOK, "finish", view{Title: "Choose a user name", Narrow: true, Data: arrivalForm{a.Identity.Label, a.Name}})
	}
}

func (p *Pages) finish(w http.ResponseWriter, r *http.Request) {
	if err := form(w, r); err != nil {
		p.fail(w, r, http.StatusBadRequest, "That form is not readable", "Go back and try again.")
		return
	}
	a, ok := p.arrival(w, r)
	if !ok {
		return
	}
	name := r.PostForm.Get("name")
	u, err := p.Accounts.SignUpArrived(r.Context(), a, name, auth.OriginOf(r.Context()))
	if err != nil {
		p.refused(w, r, err, "finish", "Choose a user name", arrivalForm{a.Identity.Label, name})
		return
	}
	http.SetCookie(w, p.cookie(p.flowName(arrivalCookie), "", time.Time{}))
	p.enter(w, r, u, a.Identity.Provider, a.Return)
}

func (p *Pages) unlink(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	err := p.Accounts.Unlink(r.Context(), who.User, r.FormValue("provider"), r.FormValue("subject"), auth.OriginOf(r.Context()))
	if errors.Is(err, authdb.ErrNotFound) {
		p.fail(w, r, http.StatusConflict, "The account stays linked", "You could not sign in any more without it. Set a password or link another account first.")
		return
	}
	if err != nil {
		p.failed(w, r, err)
		return
	}
	http.Redirect(w, r, "/account?"+url.Values{"done": {"unlinked"}}.Encode(), http.StatusSeeOther)
}
