package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"stresstester/remote/auth"
	"stresstester/remote/postgres/authdb"
)

func (p *Pages) registerAccount(mux *http.ServeMux) {
	mux.HandleFunc("GET /account", p.signedIn(p.profileForm))
	mux.HandleFunc("POST /account", p.signedIn(p.saveProfile))
	mux.HandleFunc("POST /account/password", p.signedIn(p.changePassword))
	mux.HandleFunc("GET /account/export", p.signedIn(p.export))
	mux.HandleFunc("POST /account/delete", p.signedIn(p.deleteAccount))
	mux.HandleFunc("GET /account/devices", p.signedIn(p.devices))
	mux.HandleFunc("POST /account/devices/revoke", p.signedIn(p.revokeDevice))
	mux.HandleFunc("GET /account/tokens", p.signedIn(p.tokens))
	mux.HandleFunc("POST /account/tokens", p.signedIn(p.newToken))
	mux.HandleFunc("GET /account/activity", p.signedIn(p.activity))
	mux.HandleFunc("GET /account/usage", p.signedIn(p.usage))
}

type profile struct {
	authdb.User
	Identities []authdb.Identity
	Linkable   []*auth.Upstream
}

func (p *Pages) profile(r *http.Request, who auth.Principal) (profile, error) {
	u, err := p.Store.UserByID(r.Context(), who.User)
	if err != nil {
		return profile{}, err
	}
	ids, err := p.Store.Identities(r.Context(), who.User)
	return profile{u, ids, p.Upstreams}, err
}

func (p *Pages) showProfile(w http.ResponseWriter, r *http.Request, who auth.Principal, status int, problem string) {
	data, err := p.profile(r, who)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.render(w, r, status, "profile", view{Title: "Profile", Active: "profile", Error: problem, Data: data})
}

func (p *Pages) profileForm(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	p.showProfile(w, r, who, http.StatusOK, "")
}

func (p *Pages) saveProfile(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	name, email := strings.TrimSpace(r.PostFormValue("display_name")), strings.TrimSpace(r.PostFormValue("email"))
	if name == "" || utf8.RuneCountInString(name) > 80 || !utf8.ValidString(name) {
		p.showProfile(w, r, who, http.StatusUnprocessableEntity, "The name needs 1 to 80 characters.")
		return
	}
	if email != "" {
		if a, err := mail.ParseAddress(email); err != nil || a.Address != email || len(email) > 254 {
			p.showProfile(w, r, who, http.StatusUnprocessableEntity, "That is not an e-mail address.")
			return
		}
	}
	if err := p.Store.SetProfile(r.Context(), who.User, name, email); err != nil {
		p.failed(w, r, err)
		return
	}
	http.Redirect(w, r, "/account?done=profile", http.StatusSeeOther)
}

func (p *Pages) changePassword(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	err := p.Accounts.ChangePassword(r.Context(), who.User, who.Device, r.PostFormValue("old"), r.PostFormValue("new"), auth.OriginOf(r.Context()))
	p.answerProfile(w, r, who, err, "/account?done=password")
}

// answerProfile answers a form of the profile page.
func (p *Pages) answerProfile(w http.ResponseWriter, r *http.Request, who auth.Principal, err error, to string) {
	var tooMany *auth.TooManyError
	switch {
	case err == nil:
		http.Redirect(w, r, to, http.StatusSeeOther)
	case errors.Is(err, auth.ErrCredentials):
		p.showProfile(w, r, who, http.StatusUnprocessableEntity, "The current password is wrong.")
	case errors.Is(err, auth.ErrPassword):
		p.showProfile(w, r, who, http.StatusUnprocessableEntity, sentence(err.Error()))
	case errors.As(err, &tooMany):
		p.showProfile(w, r, who, http.StatusTooManyRequests, sentence(err.Error()))
	default:
		p.failed(w, r, err)
	}
}

func (p *Pages) deleteAccount(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	if r.PostFormValue("confirm") != who.Username {
		p.showProfile(w, r, who, http.StatusUnprocessableEntity, "Type your user name to delete the account.")
		return
	}
	err := p.Accounts.Delete(r.Context(), who.User, r.PostFormValue("password"), auth.OriginOf(r.Context()), func() error {
		return p.deleteOwnRooms(r, who)
	})
	if err == nil {
		http.SetCookie(w, p.cookie(p.sessionName(), "", time.Time{}))
	}
	p.answerProfile(w, r, who, err, "/sign-in?done=deleted")
}

// export is everything that is stored of the user, but for secrets.
func (p *Pages) export(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	data, err := p.profile(r, who)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	devices, err1 := p.Store.Devices(r.Context(), who.User, p.now())
	tokens, err2 := p.Store.PersonalTokens(r.Context(), who.User)
	events, err3 := p.Store.Events(r.Context(), who.User, 10_000)
	if err := errors.Join(err1, err2, err3); err != nil {
		p.failed(w, r, err)
		return
	}
	data.PasswordHash = ""
	all := map[string]any{
		"account": data.User, "linked_accounts": data.Identities, "devices": devices, "personal_access_tokens": tokens, "activity": events,
	}
	if all["rooms"], err = p.exportRooms(r, who); err != nil {
		p.failed(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="stresstester-account.json"`)
	w.Header().Set("Cache-Control", "no-store")
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(all); err != nil {
		return // the browser is gone
	}
}

func (p *Pages) devices(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	list, err := p.Store.Devices(r.Context(), who.User, p.now())
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.render(w, r, http.StatusOK, "devices", view{Title: "Devices and sessions", Active: "devices", Data: struct {
		List    []authdb.UserDevice
		Current uuid.UUID
	}{list, who.Device}})
}

func (p *Pages) revokeDevice(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	from := auth.OriginOf(r.Context())
	if r.PostFormValue("others") != "" {
		if _, err := p.Accounts.RevokeOthers(r.Context(), who.User, who.Device, from); err != nil {
			p.failed(w, r, err)
			return
		}
		http.Redirect(w, r, "/account/devices?done=others", http.StatusSeeOther)
		return
	}
	id, err := uuid.Parse(r.PostFormValue("device"))
	if err != nil {
		p.failed(w, r, authdb.ErrNotFound)
		return
	}
	if err := p.Accounts.RevokeDevice(r.Context(), who.User, id, from); err != nil {
		p.failed(w, r, err)
		return
	}
	if r.PostFormValue("token") != "" {
		http.Redirect(w, r, "/account/tokens?done=token", http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, "/account/devices?done=device", http.StatusSeeOther)
}

type tokenPage struct {
	List   []authdb.PersonalToken
	New    string // shown once
	Scopes []scopeChoice
	Now    time.Time
}

type scopeChoice struct{ Scope, Text string }

func (p *Pages) showTokens(w http.ResponseWriter, r *http.Request, who auth.Principal, status int, problem, made string) {
	list, err := p.Store.PersonalTokens(r.Context(), who.User)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	data := tokenPage{List: list, New: made, Now: p.now()}
	for _, s := range []auth.Scope{auth.ScopeRoomsRead, auth.ScopeRoomsWrite, auth.ScopeAccount} {
		data.Scopes = append(data.Scopes, scopeChoice{string(s), auth.ScopeText[s]})
	}
	p.render(w, r, status, "tokens", view{Title: "Personal access tokens", Active: "tokens", Error: problem, Data: data})
}

func (p *Pages) tokens(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	p.showTokens(w, r, who, http.StatusOK, "", "")
}

func (p *Pages) newToken(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	days, err := strconv.Atoi(r.PostFormValue("days"))
	if err != nil {
		days = 0
	}
	var scopes []auth.Scope
	for _, s := range r.PostForm["scope"] {
		scopes = append(scopes, auth.Scope(s))
	}
	token, _, err := p.Accounts.NewToken(r.Context(), who.User, r.PostFormValue("name"), scopes, time.Duration(days)*24*time.Hour, auth.OriginOf(r.Context()))
	var unusable *auth.InputError
	switch {
	case errors.As(err, &unusable):
		p.showTokens(w, r, who, http.StatusUnprocessableEntity, sentence(err.Error()), "")
	case err != nil:
		p.failed(w, r, err)
	default:
		p.showTokens(w, r, who, http.StatusOK, "", token)
	}
}

func (p *Pages) activity(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	events, err := p.Store.Events(r.Context(), who.User, 100)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.render(w, r, http.StatusOK, "activity", view{Title: "Activity", Active: "activity", Data: events})
}
