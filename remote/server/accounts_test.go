package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
)

func TestPeopleSignUpInAndOut(t *testing.T) {
	t.Parallel()
	p := servertest.Start(t, postgrestest.Config(t), roomy)
	b := servertest.NewBrowser(t, p.URL)
	if page := b.Get("/account/tokens"); page.URL.Path != "/sign-in" || page.URL.Query().Get("return") != "/account/tokens" {
		t.Errorf("a page of the account, signed out: %v", page.URL)
	}
	for _, test := range []struct{ name, user, password, want string }{
		{"a short password", "ada", "short", "at least 8"},
		{"a password that everybody tries", "ada", "Password123", "first that anybody"},
		{"a password with the user name", "lovelace", "my-Lovelace-1", "contains the user name"},
		{"a long password", "ada", strings.Repeat("x", 129), "at most 128"},
		{"a name with a space", "a da", servertest.Password, "user name cannot be used"},
		{"a name with markup", "<b>", servertest.Password, "user name cannot be used"},
		{"no name", "", servertest.Password, "user name cannot be used"},
	} {
		if page := b.Post("/sign-up", "name", test.user, "password", test.password); page.Status != 422 || !strings.Contains(page.Message(), test.want) {
			t.Errorf("%s: %d %q", test.name, page.Status, page.Message())
		}
	}
	b.SignUp("ada")
	other := servertest.NewBrowser(t, p.URL)
	if page := other.Post("/sign-up", "name", "ADA", "password", servertest.Password); page.Status != 422 || !strings.Contains(page.Message(), "taken") {
		t.Errorf("the name in other letters: %d %q", page.Status, page.Message())
	}
	for _, user := range []string{"ada", "nobody"} {
		if page := other.Post("/sign-in", "name", user, "password", "wrong password"); page.Status != 422 || page.Message() != "The user name or the password is wrong." {
			t.Errorf("a wrong password for %s: %d %q", user, page.Status, page.Message())
		}
	}
	if page := other.Post("/sign-in", "name", "Ada", "password", servertest.Password, "return", "/account/devices"); page.URL.Path != "/account/devices" || strings.Count(page.Body, "this browser") != 1 {
		t.Errorf("after signing in: %d at %v", page.Status, page.URL)
	}
	if page := other.Post("/sign-out"); page.URL.Path != "/sign-in" || !strings.Contains(page.Message(), "signed out") {
		t.Errorf("after signing out: %v %q", page.URL, page.Message())
	}
	if page := other.Get("/account"); page.URL.Path != "/sign-in" {
		t.Errorf("after signing out, the account is at %v", page.URL)
	}
}

func TestTheWayBackStaysOnThisSite(t *testing.T) {
	t.Parallel()
	p := servertest.Start(t, postgrestest.Config(t), roomy)
	b := servertest.NewBrowser(t, p.URL)
	b.SignUp("ada")
	for _, to := range []string{"https://evil.example/", "//evil.example/", `/\evil.example/`, "javascript:alert(1)", "/\t/evil.example", "http:evil.example"} {
		b.Post("/sign-out")
		if page := b.Post("/sign-in", "name", "ada", "password", servertest.Password, "return", to); page.Location != "" || page.URL.Path != "/rooms" {
			t.Errorf("return to %q led to %v %s", to, page.URL, page.Location)
		}
	}
}

func TestGuessingPasswordsIsLimitedAcrossProcesses(t *testing.T) {
	t.Parallel()
	db := postgrestest.Config(t)
	one := servertest.Start(t, db)
	two := servertest.Start(t, db, servertest.As(one))
	servertest.NewBrowser(t, one.URL).SignUp("ada")
	var statuses []int
	for i := range 8 {
		b := servertest.NewBrowser(t, []*servertest.Process{one, two}[i%2].URL)
		statuses = append(statuses, b.Post("/sign-in", "name", "ada", "password", "wrong password").Status)
	}
	if want := []int{422, 422, 422, 422, 422, 429, 429, 429}; !slices.Equal(statuses, want) {
		t.Errorf("eight guesses at two processes: %v, want %v", statuses, want)
	}
	// Whoever is at another address can still sign in: nobody is locked out by a stranger. (The
	// address is taken from a proxy's header only if the proxy is trusted, and here none is.)
	r, err := http.NewRequest(http.MethodPost, one.URL+"/sign-in", strings.NewReader(url.Values{"name": {"ada"}, "password": {servertest.Password}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-For", "203.0.113.7")
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusTooManyRequests {
		t.Errorf("an invented X-Forwarded-For: %s, want it to be ignored", response.Status)
	}
	three := servertest.Start(t, db, servertest.As(one), servertest.Env("STRESSTESTER_TRUSTED_PROXIES=127.0.0.0/8"))
	r.URL.Host = strings.TrimPrefix(three.URL, "http://")
	r.Body, _ = r.GetBody()
	if response, err = http.DefaultTransport.RoundTrip(r); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Errorf("signing in from another address behind a trusted proxy: %s", response.Status)
	}
}

// Not in parallel: it measures.
func TestAnUnknownUserIsAnsweredAsSlowlyAsAKnownOne(t *testing.T) {
	p := servertest.Start(t, postgrestest.Config(t), roomy)
	b := servertest.NewBrowser(t, p.URL)
	b.SignUp("ada")
	b.Post("/sign-out")
	// What else the machine does only adds to a time, so that the least of many tries is
	// what the server takes. Those of the two take turns.
	least := map[string]time.Duration{}
	for try := 0; ; try++ {
		for _, user := range []string{"ada", "nobody"} {
			start := time.Now()
			b.Post("/sign-in", "name", user, "password", "wrong password")
			if took := time.Since(start); try == 0 || took < least[user] {
				least[user] = took
			}
		}
		ratio := float64(least["nobody"]) / float64(least["ada"])
		if try >= 5 && 0.7 < ratio && ratio < 1/0.7 {
			return
		}
		if try == 100 {
			t.Fatalf("a known user takes %v, an unknown one %v", least["ada"], least["nobody"])
		}
	}
}

func TestChangingThePasswordSignsOthersOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token, _, _ := s.login(s.client())
	second := servertest.NewBrowser(t, s.two.URL)
	second.SignIn("ada")
	if page := s.browser.Post("/account/password", "old", "wrong password", "new", "another good one"); page.Status != 422 || !strings.Contains(page.Message(), "current password is wrong") {
		t.Errorf("with a wrong old password: %d %q", page.Status, page.Message())
	}
	if page := s.browser.Post("/account/password", "old", servertest.Password, "new", "another good one"); page.URL.Query().Get("done") != "password" {
		t.Fatalf("changing: %d %q", page.Status, page.Message())
	}
	stopsWithin(t, s.two, token.AccessToken)
	deadline := time.Now().Add(5 * time.Second)
	for second.Get("/account").URL.Path != "/sign-in" {
		if time.Now().After(deadline) {
			t.Fatal("five seconds later the other browser is still signed in")
		}
		time.Sleep(50 * time.Millisecond)
	}
	if page := s.browser.Get("/account"); page.URL.Path != "/account" {
		t.Error("the browser that changed the password was signed out")
	}
}

func TestADeviceIsSignedOutByItsUserOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token, _, _ := s.login(s.client())
	var device string
	if err := postgrestest.Open(t, s.db).Pool().QueryRow(t.Context(), `select id::text from auth.devices where kind = 'client'`).Scan(&device); err != nil {
		t.Fatal(err)
	}
	eve := servertest.NewBrowser(t, s.one.URL)
	eve.SignUp("eve")
	if page := eve.Post("/account/devices/revoke", "device", device); page.Status != http.StatusNotFound {
		t.Errorf("signing out somebody else's device: %d", page.Status)
	}
	if !works(t, s.one, token.AccessToken) || !works(t, s.two, token.AccessToken) {
		t.Error("somebody else signed the device out")
	}
	if page := s.browser.Post("/account/devices/revoke", "device", device); page.URL.Query().Get("done") != "device" {
		t.Errorf("signing out one's own: %d %q", page.Status, page.Message())
	}
	if works(t, s.one, token.AccessToken) {
		t.Error("the token still works where its device was signed out")
	}
	stopsWithin(t, s.two, token.AccessToken)
}

func TestPersonalAccessTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, fields := range [][]string{
		{"name", "", "scope", "rooms:read", "days", "30"},
		{"name", "ci", "days", "30"},
		{"name", "ci", "scope", "everything", "days", "30"},
		{"name", "ci", "scope", "rooms:read", "days", "4000"},
		{"name", "ci", "scope", "rooms:read", "days", "-1"},
	} {
		if page := s.browser.Post("/account/tokens", fields...); page.Status != 422 {
			t.Errorf("%v: %d", fields, page.Status)
		}
	}
	page := s.browser.Post("/account/tokens", "name", "ci", "scope", "rooms:read", "days", "30")
	_, rest, _ := strings.Cut(page.Body, `<code id="token">`)
	token, _, _ := strings.Cut(rest, "<")
	if !strings.HasPrefix(token, "stp_") || !works(t, s.two, token) {
		t.Fatalf("the token is %q", token)
	}
	if page := s.browser.Get("/account/tokens"); strings.Contains(page.Body, token) || !strings.Contains(page.Body, "ci") {
		t.Error("the token is shown again, or not listed")
	}
	// A token is for the API, not for pages.
	r, err := http.NewRequest(http.MethodGet, s.one.URL+"/account", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("a page with a token: %s", response.Status)
	}
	if _, err := postgrestest.Open(t, s.db).Pool().Exec(t.Context(), `update auth.personal_tokens set expires_at = now() + interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	stopsWithin(t, s.one, token)
	stopsWithin(t, s.two, token)
}

func TestRequestsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	p := servertest.Start(t, postgrestest.Config(t), roomy)
	for _, header := range []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"https://evil.example"}}, {"Origin": {"null"}},
	} {
		for _, path := range []string{"/sign-in", "/sign-up", "/sign-out", "/account", "/account/delete", "/account/tokens", "/consent", "/device"} {
			r, err := http.NewRequest(http.MethodPost, p.URL+path, strings.NewReader("a=b"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = header.Clone()
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			response, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != http.StatusForbidden {
				t.Errorf("POST %s with %v: %s", path, header, response.Status)
			}
		}
	}
}

func TestEveryPageHasStrictHeaders(t *testing.T) {
	t.Parallel()
	p := servertest.Start(t, postgrestest.Config(t), roomy)
	b := servertest.NewBrowser(t, p.URL)
	check := func(path string) {
		page := b.Get(path)
		policy := page.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
			if got := page.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		for _, inline := range []string{"<style", "style=", "onclick=", "<script>"} {
			if strings.Contains(page.Body, inline) {
				t.Errorf("%s has %s in it", path, inline)
			}
		}
	}
	for _, path := range []string{"/", "/sign-in", "/sign-up", "/nowhere", "/error"} {
		check(path)
	}
	b.SignUp("ada")
	for _, path := range []string{"/account", "/account/devices", "/account/tokens", "/account/activity", "/device", "/consent?request=x"} {
		check(path)
	}
}

func TestTheSessionCookieIsOutOfReachOfScripts(t *testing.T) {
	t.Parallel()
	db := postgrestest.Config(t)
	for _, test := range []struct {
		public string
		want   []string
	}{
		{"", []string{"stresstester_session=", "HttpOnly", "SameSite=Lax", "Path=/"}},
		{"https://stress.example", []string{"__Host-stresstester_session=", "HttpOnly", "SameSite=Lax", "Path=/", "Secure"}},
	} {
		var options []servertest.Option
		if test.public != "" {
			options = append(options, servertest.Behind(test.public))
		}
		p := servertest.Start(t, db, append(options, roomy)...)
		r, err := http.NewRequest(http.MethodPost, p.URL+"/sign-up", strings.NewReader(url.Values{"name": {"u" + time.Now().Format("150405.000000")[7:]}, "password": {servertest.Password}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		cookie := response.Header.Get("Set-Cookie")
		for _, want := range test.want {
			if !strings.Contains(cookie, want) {
				t.Errorf("%q: the cookie %q lacks %s", test.public, cookie, want)
			}
		}
		// The cookie lets in under its own name, and under no other.
		own, value, _ := strings.Cut(cookie, "=")
		value, _, _ = strings.Cut(value, ";")
		for _, name := range []string{"stresstester_session", "__Host-stresstester_session"} {
			r, err := http.NewRequest(http.MethodGet, p.URL+"/account", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.AddCookie(&http.Cookie{Name: name, Value: value})
			page, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			page.Body.Close()
			if in := page.StatusCode == http.StatusOK; in != (name == own) {
				t.Errorf("%q: with the cookie as %s: %s", test.public, name, page.Status)
			}
		}
		if secure := strings.HasPrefix(test.public, "https"); secure != (response.Header.Get("Strict-Transport-Security") != "") {
			t.Errorf("%q: Strict-Transport-Security is %q", test.public, response.Header.Get("Strict-Transport-Security"))
		}
	}
}

func TestAnAccountIsExportedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token, _, _ := s.login(s.client())
	export := s.browser.Get("/account/export")
	var data map[string]any
	if err := json.Unmarshal([]byte(export.Body), &data); err != nil {
		t.Fatal(err)
	}
	if len(data["devices"].([]any)) != 2 || len(data["activity"].([]any)) == 0 || strings.Contains(export.Body, "argon2") {
		t.Errorf("the export is %s", export.Body)
	}
	mine := roomOf(s.browser.Post("/rooms", "title", "Mine alone"))
	ours := roomOf(s.browser.Post("/rooms", "title", "With eve"))
	eve := servertest.NewBrowser(t, s.two.URL)
	eve.SignUp("eve")
	link := s.browser.Post("/rooms/"+ours+"/invites", "role", "editor").Body
	_, link, _ = strings.Cut(link, "/invite#")
	link, _, _ = strings.Cut(link, "<")
	if page := eve.Post("/invite", "token", link, "accept", "1"); page.URL.Path != "/rooms/"+ours {
		t.Fatalf("joining: %d at %v: %s", page.Status, page.URL, page.Message())
	}
	var user string
	db := postgrestest.Open(t, s.db)
	if err := db.Pool().QueryRow(t.Context(), `select id::text from auth.users where username = 'eve'`).Scan(&user); err != nil {
		t.Fatal(err)
	}
	if page := s.browser.Post("/rooms/"+ours+"/members", "user", user, "role", "owner"); page.URL.Query().Get("done") != "member" {
		t.Fatalf("making eve an owner: %d %s", page.Status, page.Message())
	}
	for _, fields := range [][]string{{"confirm", "adda", "password", servertest.Password}, {"confirm", "ada", "password", "wrong password"}} {
		if page := s.browser.Post("/account/delete", fields...); page.Status != 422 {
			t.Errorf("deleting with %v: %d", fields, page.Status)
		}
	}
	if page := s.browser.Post("/account/delete", "confirm", "ada", "password", servertest.Password); page.URL.Path != "/sign-in" {
		t.Fatalf("deleting: %d %q", page.Status, page.Message())
	}
	stopsWithin(t, s.one, token.AccessToken)
	stopsWithin(t, s.two, token.AccessToken)
	if page := eve.Get("/rooms/" + ours); page.Status != 200 {
		t.Errorf("the room with another owner: %d", page.Status)
	}
	if page := eve.Get("/rooms/" + mine); page.Status != http.StatusNotFound {
		t.Errorf("the room without another owner: %d", page.Status)
	}
	var left int
	if err := db.Pool().QueryRow(t.Context(), `
		select (select count(*) from auth.users where username <> 'eve') + (select count(*) from auth.devices d join auth.users u on u.id = d.user_id where u.username <> 'eve')
			+ (select count(*) from auth.token_families) + (select count(*) from auth.access_tokens) + (select count(*) from auth.refresh_tokens)`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
}

func TestAClientMayAskForAFreshSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.client()
	db := postgrestest.Open(t, s.db)
	for _, extra := range []string{"&prompt=login", "&max_age=60"} {
		if _, err := db.Pool().Exec(t.Context(), `update auth.sessions set authenticated_at = now() - interval '1 hour'`); err != nil {
			t.Fatal(err)
		}
		s.one.Kill() // a process remembers who acts for some seconds
		s.one.Restart()
		page := s.browser.Get(c.AuthCodeURL("s") + "&code_challenge=" + strings.Repeat("a", 43) + "&code_challenge_method=S256" + extra)
		if page.URL.Path != "/sign-in" {
			t.Errorf("%s: signed in an hour ago, the user is not asked to sign in again but sees %v", extra, page.URL)
			continue
		}
		page = s.browser.Post("/sign-in", "name", "ada", "password", servertest.Password, "return", page.URL.Query().Get("return"), "again", "1")
		if page.Field("request") == "" {
			t.Errorf("%s: after signing in again: %d at %v", extra, page.Status, page.URL)
		}
	}
}

// roomOf is the room whose page a browser ended up on.
func roomOf(p servertest.Page) string { return strings.TrimPrefix(p.URL.Path, "/rooms/") }
