package server_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/oauth2-proxy/mockoidc"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"golang.org/x/oauth2"

	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
)

// A person can sign in at another provider: at brings them from its page, opened at to,
// back to the URL of ours that the provider sends them to.
type elsewhere struct {
	name string
	env  []string
	opts []servertest.Option
	at   func(t *testing.T, to string) (back string)
}

// roam follows redirects between sites until one leads to a callback of ours.
func roam(t *testing.T, first *http.Request) string {
	t.Helper()
	back := ""
	c := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/callback") && strings.HasPrefix(r.URL.Path, "/sign-in/with/") {
			back = r.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}}
	response, err := c.Do(first)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if back == "" {
		t.Fatalf("the provider did not send the browser back: %s %s", response.Status, body)
	}
	return back
}

func get(t *testing.T, to string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// mock is oauth2-proxy's provider, which lets everybody in as the one who is queued.
func mock(t *testing.T) elsewhere {
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Shutdown() })
	return elsewhere{
		name: "oidc",
		env:  []string{"OIDC_ISSUER=" + m.Issuer(), "OIDC_CLIENT_ID=" + m.ClientID, "OIDC_CLIENT_SECRET=" + m.ClientSecret, "OIDC_LABEL=Mock"},
		at:   func(t *testing.T, to string) string { t.Helper(); return roam(t, get(t, to)) },
	}
}

// example is the server of zitadel's library, with a form to sign in.
func example(t *testing.T) elsewhere {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	issuer := "http://localhost:" + port + "/"
	before := slog.Default()
	// It must know our address before we start.
	address := servertest.FreeAddress(t)
	storage.RegisterClients(storage.WebClient("ours", "hush", "http://"+address+"/sign-in/with/oidc/callback"))
	users := storage.NewStorage(storage.NewUserStore(issuer))
	handler := exampleop.SetupServer(issuer, users, slog.New(slog.DiscardHandler), false)
	slog.SetDefault(before)
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: handler}}
	s.Start()
	t.Cleanup(s.Close)
	return elsewhere{
		name: "oidc",
		env:  []string{"OIDC_ISSUER=" + issuer, "OIDC_CLIENT_ID=ours", "OIDC_CLIENT_SECRET=hush", "OIDC_LABEL=Example"},
		opts: []servertest.Option{servertest.At(address)},
		at: func(t *testing.T, to string) string {
			t.Helper()
			response, err := http.Get(to)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			id := response.Request.URL.Query().Get("authRequestID")
			form := url.Values{"id": {id}, "username": {"test-user@localhost"}, "password": {"verysecure"}}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost:"+port+"/login/username", strings.NewReader(form.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return roam(t, r)
		},
	}
}

// github answers as GitHub does: OAuth without ID tokens, and a user with a number.
func github(t *testing.T) elsewhere {
	challenges := map[string]string{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login/oauth/authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("client_id") != "our-id" {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
		code := fmt.Sprintf("code-%d", len(challenges))
		challenges[code] = q.Get("code_challenge")
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /login/oauth/access_token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		challenge, ok := challenges[r.FormValue("code")]
		delete(challenges, r.FormValue("code"))
		if !ok || r.FormValue("client_secret") != "hush" || oauth2.S256ChallengeFromVerifier(r.FormValue("code_verifier")) != challenge {
			fmt.Fprint(w, `{"error":"bad_verification_code"}`) // with status 200, as GitHub does
			return
		}
		fmt.Fprint(w, `{"access_token":"gho_secret","token_type":"bearer","scope":""}`)
	})
	mux.HandleFunc("GET /user", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer gho_secret" {
			http.Error(w, `{"message":"Bad credentials"}`, http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"id": 583231, "login": "octocat", "name": "The Octocat", "email": "ada@example.org"})
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return elsewhere{
		name: "github",
		env:  []string{"GITHUB_CLIENT_ID=our-id", "GITHUB_CLIENT_SECRET=hush", "GITHUB_URL=" + s.URL, "GITHUB_API_URL=" + s.URL},
		at:   func(t *testing.T, to string) string { t.Helper(); return roam(t, get(t, to)) },
	}
}

var refresh = regexp.MustCompile(`<meta http-equiv="refresh" content="0; url=([^"]*)">`)

// leaving is where a page sends the browser.
func leaving(t *testing.T, p servertest.Page) string {
	t.Helper()
	m := refresh.FindStringSubmatch(p.Body)
	if m == nil {
		t.Fatalf("the page does not send the browser to the provider: %d %s", p.Status, p.Message())
	}
	return html.UnescapeString(m[1])
}

func TestPeopleSignInElsewhere(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) elsewhere{"oauth2-proxy's mock provider": mock, "zitadel's example provider": example, "GitHub": github} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t)
			db := postgrestest.Config(t)
			p := servertest.Start(t, db, append(e.opts, roomy, servertest.Env(e.env...))...)
			b := servertest.NewBrowser(t, p.URL)

			// The first time, they choose a name.
			back := e.at(t, leaving(t, b.Get("/sign-in/with/"+e.name+"?return=/account/tokens")))
			page := b.Get(back)
			if page.URL.Path != "/sign-up/finish" {
				t.Fatalf("arriving for the first time: %d at %v: %s", page.Status, page.URL, page.Message())
			}
			if page.Field("name") == "" && e.name == "github" {
				t.Error("no user name is suggested")
			}
			if page = b.Post("/sign-up/finish", "name", "newcomer"); page.URL.Path != "/account/tokens" {
				t.Fatalf("after choosing a name: %d at %v: %s", page.Status, page.URL, page.Message())
			}

			// The answer cannot be used again, neither here nor in another browser.
			if page := b.Get(back); page.Status != http.StatusBadRequest {
				t.Errorf("the same answer again: %d", page.Status)
			}
			thief := servertest.NewBrowser(t, p.URL)
			if page := thief.Get(back); page.Status != http.StatusBadRequest {
				t.Errorf("the answer in another browser: %d", page.Status)
			}

			// The next time, from another browser, they are let in at once.
			again := servertest.NewBrowser(t, p.URL)
			page = again.Get(e.at(t, leaving(t, again.Get("/sign-in/with/"+e.name))))
			if !strings.Contains(page.Body, "newcomer") || page.URL.Path != "/rooms" {
				t.Errorf("the second time: %d at %v", page.Status, page.URL)
			}
			page = again.Get("/account")
			// They cannot unlink their only way in.
			subject := page.Field("subject")
			if page := again.Post("/account/unlink", "provider", e.name, "subject", subject); page.Status != http.StatusConflict {
				t.Errorf("unlinking the only way in: %d", page.Status)
			}
			// With a password they can.
			if page := again.Post("/account/password", "new", servertest.Password); page.URL.Query().Get("done") != "password" {
				t.Fatalf("setting a password: %d %s", page.Status, page.Message())
			}
			if page := again.Post("/account/unlink", "provider", e.name, "subject", subject); page.URL.Query().Get("done") != "unlinked" {
				t.Errorf("unlinking: %d %s", page.Status, page.Message())
			}

			// Somebody else, signed in with a password, links the account; only they can.
			ada := servertest.NewBrowser(t, p.URL)
			ada.SignUp("ada")
			back = e.at(t, leaving(t, ada.Post("/account/link/"+e.name)))
			ada.Post("/sign-out")
			ada.SignUp("eve")
			if page := ada.Get(back); page.Status != http.StatusForbidden {
				t.Errorf("a link begun by ada and finished by eve: %d", page.Status)
			}
			ada.Post("/sign-out")
			ada.SignIn("ada")
			if page := ada.Get(e.at(t, leaving(t, ada.Post("/account/link/"+e.name)))); page.URL.Query().Get("done") != "linked" {
				t.Errorf("linking: %d at %v: %s", page.Status, page.URL, page.Message())
			}
			// What is linked to one cannot be linked to another.
			eve := servertest.NewBrowser(t, p.URL)
			eve.SignIn("eve")
			if page := eve.Get(e.at(t, leaving(t, eve.Post("/account/link/"+e.name)))); page.Status != http.StatusConflict {
				t.Errorf("linking what is linked to somebody else: %d", page.Status)
			}
		})
	}
}

func TestAnEqualAddressLinksNothing(t *testing.T) {
	t.Parallel()
	e := github(t) // whose user claims ada@example.org
	p := servertest.Start(t, postgrestest.Config(t), roomy, servertest.Env(e.env...))
	ada := servertest.NewBrowser(t, p.URL)
	ada.SignUp("ada")
	ada.Post("/account", "display_name", "Ada", "email", "ada@example.org")
	b := servertest.NewBrowser(t, p.URL)
	if page := b.Get(e.at(t, leaving(t, b.Get("/sign-in/with/github")))); page.URL.Path != "/sign-up/finish" {
		t.Errorf("somebody with ada's address elsewhere arrives at %v", page.URL)
	}
}

func TestAProviderThatIsDownIsSaidSo(t *testing.T) {
	t.Parallel()
	p := servertest.Start(t, postgrestest.Config(t), roomy, servertest.Env("OIDC_ISSUER=http://127.0.0.1:1", "OIDC_CLIENT_ID=a", "OIDC_CLIENT_SECRET=b", "OIDC_LABEL=Nobody"))
	b := servertest.NewBrowser(t, p.URL)
	if page := b.Get("/sign-in/with/oidc"); page.Status != http.StatusBadGateway || !strings.Contains(page.Body, "Nobody does not answer") {
		t.Errorf("%d %s", page.Status, page.Message())
	}
	b.SignUp("ada") // the server does everything else
}
