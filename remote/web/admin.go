package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"stresstester/remote/auth"
	"stresstester/remote/postgres/authdb"
)

// registerAdmin adds the pages of those who look after the server, and the page on which
// somebody sets a new password by a link of theirs.
func (p *Pages) registerAdmin(mux *http.ServeMux) {
	for pattern, handler := range map[string]func(http.ResponseWriter, *http.Request, auth.Principal){
		"GET /admin":                         p.users,
		"POST /admin/users/{user}/disable":   p.disable,
		"POST /admin/users/{user}/enable":    p.disable,
		"POST /admin/users/{user}/new-reset": p.newReset,
		"GET /admin/events":                  p.events,
		"GET /admin/usage":                   p.totals,
	} {
		mux.HandleFunc(pattern, p.signedIn(func(w http.ResponseWriter, r *http.Request, who auth.Principal) {
			if !who.Administrator {
				// To others there is nothing here.
				p.failed(w, r, authdb.ErrNotFound)
				return
			}
			handler(w, r, who)
		}))
	}
	mux.HandleFunc("GET /new-password", func(w http.ResponseWriter, r *http.Request) {
		p.render(w, r, http.StatusOK, "new-password", view{Title: "Set a new password", Narrow: true, Data: resetPage{}})
	})
	mux.HandleFunc("POST /new-password", p.reset)
}

type usersPage struct {
	Search, Next string
	Users        []authdb.Listed
	// Link is the link for a new password that was just made, and For whom.
	Link, For string
}

func (p *Pages) users(w http.ResponseWriter, r *http.Request, _ auth.Principal) {
	p.showUsers(w, r, http.StatusOK, "", usersPage{Search: strings.TrimSpace(r.URL.Query().Get("search"))})
}

func (p *Pages) showUsers(w http.ResponseWriter, r *http.Request, status int, problem string, data usersPage) {
	var err error
	data.Users, err = p.Store.Users(r.Context(), data.Search, r.URL.Query().Get("after"), pageItems+1)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	if len(data.Users) > pageItems {
		data.Users = data.Users[:pageItems]
		data.Next = "?" + url.Values{"search": {data.Search}, "after": {data.Users[pageItems-1].Username}}.Encode()
	}
	p.render(w, r, status, "admin-users", view{Title: "Users", Active: "users", Error: problem, Data: data})
}

func (p *Pages) disable(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	user, err := uuid.Parse(r.PathValue("user"))
	if err != nil {
		p.failed(w, r, authdb.ErrNotFound)
		return
	}
	disable := strings.HasSuffix(r.URL.Path, "/disable")
	err = p.Accounts.SetDisabled(r.Context(), who, user, disable, auth.OriginOf(r.Context()))
	var input *auth.InputError
	switch {
	case errors.As(err, &input):
		p.showUsers(w, r, http.StatusUnprocessableEntity, sentence(input.Error()), usersPage{})
	case err != nil:
		p.failed(w, r, err)
	case disable:
		http.Redirect(w, r, "/admin?done=user-disabled", http.StatusSeeOther)
	default:
		http.Redirect(w, r, "/admin?done=user-enabled", http.StatusSeeOther)
	}
}

func (p *Pages) newReset(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	user, err := uuid.Parse(r.PathValue("user"))
	if err != nil {
		p.failed(w, r, authdb.ErrNotFound)
		return
	}
	secret, u, err := p.Accounts.NewReset(r.Context(), who.Username, user, auth.OriginOf(r.Context()))
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.showUsers(w, r, http.StatusOK, "", usersPage{Link: p.Issuer + "/new-password#" + secret, For: u.Username})
}

type eventsPage struct {
	User   string
	Next   string
	Events []authdb.Recorded
}

func (p *Pages) events(w http.ResponseWriter, r *http.Request, _ auth.Principal) {
	q := r.URL.Query()
	data := eventsPage{User: strings.TrimSpace(q.Get("user"))}
	before, err := strconv.ParseInt(q.Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	if data.Events, err = p.Store.AllEvents(r.Context(), data.User, before, pageItems+1); err != nil {
		p.failed(w, r, err)
		return
	}
	if len(data.Events) > pageItems {
		data.Events = data.Events[:pageItems]
		data.Next = "?" + url.Values{"user": {data.User}, "before": {strconv.FormatInt(data.Events[pageItems-1].ID, 10)}}.Encode()
	}
	p.render(w, r, http.StatusOK, "admin-events", view{Title: "Events", Active: "events", Data: data})
}

// resetPage is the page on which a new password is set: with no secret it asks for one.
type resetPage struct {
	Secret   string
	Username string
}

func (p *Pages) reset(w http.ResponseWriter, r *http.Request) {
	if err := form(w, r); err != nil {
		p.fail(w, r, http.StatusBadRequest, "That form is not readable", "Go back and try again.")
		return
	}
	data := resetPage{Secret: strings.TrimSpace(r.PostForm.Get("secret"))}
	// The whole link may have been pasted.
	if _, secret, ok := strings.Cut(data.Secret, "#"); ok {
		data.Secret = secret
	}
	from := auth.OriginOf(r.Context())
	password := r.PostForm.Get("password")
	var err error
	if password == "" {
		var u authdb.User
		if u, err = p.Accounts.ResetUser(r.Context(), data.Secret, from); err == nil {
			data.Username = u.Username
			p.render(w, r, http.StatusOK, "new-password", view{Title: "Set a new password", Narrow: true, Data: data})
			return
		}
	} else if err = p.Accounts.Reset(r.Context(), data.Secret, password, from); err == nil {
		http.Redirect(w, r, "/sign-in?done=reset", http.StatusSeeOther)
		return
	}
	switch {
	case errors.Is(err, auth.ErrReset):
		p.render(w, r, http.StatusUnprocessableEntity, "new-password", view{Title: "Set a new password", Narrow: true, Error: sentence(err.Error()), Data: resetPage{}})
	case errors.Is(err, auth.ErrPassword):
		data.Username = r.PostForm.Get("username")
		p.render(w, r, http.StatusUnprocessableEntity, "new-password", view{Title: "Set a new password", Narrow: true, Error: sentence(err.Error()), Data: data})
	default:
		p.failed(w, r, err)
	}
}
