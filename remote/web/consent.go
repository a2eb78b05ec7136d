package web

import (
	"errors"
	"net/http"
	"net/url"

	"stresstester/remote/auth"
	"stresstester/remote/postgres/authdb"
)

func (p *Pages) registerConsent(mux *http.ServeMux) {
	mux.HandleFunc("GET "+auth.ConsentPage, p.signedIn(p.consentForm))
	mux.HandleFunc("POST "+auth.ConsentPage, p.signedIn(p.consent))
	mux.HandleFunc("GET "+auth.DevicePage, p.signedIn(p.deviceForm))
	mux.HandleFunc("POST "+auth.DevicePage, p.signedIn(p.deviceDecision))
}

type consent struct {
	ID, DeviceName, Address string
	Scopes                  []string
}

// texts are the scopes in words, each once.
func texts(scopes []string) []string {
	var list []string
	seen := map[string]bool{}
	for _, s := range scopes {
		if text := scopeText(s); !seen[text] {
			seen[text] = true
			list = append(list, text)
		}
	}
	return list
}

func (p *Pages) consentForm(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	a, err := p.Provider.Authorization(r.Context(), r.URL.Query().Get("request"))
	if err != nil {
		p.expired(w, r, err)
		return
	}
	if auth.NeedsSignIn(a, who, p.now()) {
		http.Redirect(w, r, "/sign-in?"+url.Values{"again": {"1"}, "return": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		return
	}
	to, err := url.Parse(a.RedirectURI)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	// The answer to the form redirects to the client's listener on this machine.
	w.Header().Set("Content-Security-Policy", csp(to.Scheme+"://"+to.Host))
	p.render(w, r, http.StatusOK, "consent", view{Title: "Allow Stress Tester?", Narrow: true, Data: consent{a.ID, a.DeviceName, to.Host, texts(a.Scopes)}})
}

func (p *Pages) expired(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, authdb.ErrNotFound) {
		p.fail(w, r, http.StatusNotFound, "That request is over", "It was answered already or took longer than fifteen minutes. Start the login again from your editor or terminal.")
		return
	}
	p.failed(w, r, err)
}

func (p *Pages) consent(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	id := r.FormValue("request")
	a, err := p.Provider.Authorization(r.Context(), id)
	switch {
	case err != nil:
	case auth.NeedsSignIn(a, who, p.now()):
		err = authdb.ErrNotFound
	case r.PostFormValue("decision") == "allow":
		err = p.Provider.Allow(w, r, id, who, r.PostFormValue("device_name"))
	default:
		err = p.Provider.Refuse(w, r, id)
	}
	if err != nil {
		p.expired(w, r, err)
	}
}

type deviceLogin struct {
	Code       string
	Found      bool
	DeviceName string
	IP         string
	Scopes     []string
	Decided    string // allow, refuse: the last step
}

// deviceForm asks for the code, or shows what it stands for. A code in the address saves
// typing, never the decision.
func (p *Pages) deviceForm(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	code := r.URL.Query().Get("user_code")
	if code == "" {
		p.render(w, r, http.StatusOK, "device", view{Title: "Log in a device", Narrow: true, Data: deviceLogin{}})
		return
	}
	d, err := p.Provider.DeviceLogin(r.Context(), code, who.User, auth.OriginOf(r.Context()))
	var tooMany *auth.TooManyError
	v := view{Title: "Log in a device", Narrow: true, Data: deviceLogin{Code: code}}
	switch {
	case errors.Is(err, authdb.ErrNotFound):
		v.Error = "No device waits with that code. Codes last ten minutes; look at the device again."
		p.render(w, r, http.StatusNotFound, "device", v)
	case errors.As(err, &tooMany):
		v.Error = sentence(err.Error())
		p.render(w, r, http.StatusTooManyRequests, "device", v)
	case err != nil:
		p.failed(w, r, err)
	default:
		v.Data = deviceLogin{Code: d.UserCode, Found: true, DeviceName: d.DeviceName, IP: d.RequestedIP, Scopes: texts(d.Scopes)}
		p.render(w, r, http.StatusOK, "device", v)
	}
}

func (p *Pages) deviceDecision(w http.ResponseWriter, r *http.Request, who auth.Principal) {
	decision := r.PostFormValue("decision")
	if decision != "allow" {
		decision = "refuse"
	}
	err := p.Provider.DecideDevice(r.Context(), r.PostFormValue("user_code"), decision == "allow", who, r.PostFormValue("device_name"))
	if err != nil {
		p.expired(w, r, err)
		return
	}
	p.render(w, r, http.StatusOK, "device", view{Title: "Log in a device", Narrow: true, Data: deviceLogin{Decided: decision}})
}
