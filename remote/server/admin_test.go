package server_test

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"stresstester/remote/auth/authtest"
	"stresstester/remote/server/command"
	"stresstester/remote/server/servertest"
)

// admin runs stresstester-server admin on the site's database.
func (s *site) admin(args ...string) (status int, out string) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "env")
	settings := fmt.Sprintf("OAUTH_SECRET_KEY=%s\nPOSTGRES_USR=%s\nPOSTGRES_PSW=%s\nPOSTGRES_HOST=%s\nPOSTGRES_DB_NAME=%s\nPOSTGRES_SSLMODE=disable\nSTRESSTESTER_PUBLIC_URL=%s\n",
		authtest.Secret, s.db.User, s.db.Password, s.db.Host, s.db.Database, s.one.Issuer)
	if s.db.Port != 0 {
		settings += fmt.Sprintf("POSTGRES_PORT=%d\n", s.db.Port)
	}
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		s.t.Fatal(err)
	}
	var both bytes.Buffer
	status = command.Run(s.t.Context(), "test", append([]string{"admin", "--env-file", file}, args...), &both, &both)
	return status, both.String()
}

func (s *site) grant(user string) {
	s.t.Helper()
	if status, out := s.admin("grant", user); status != 0 {
		s.t.Fatalf("status %d: %s", status, out)
	}
}

var (
	resetLink = regexp.MustCompile(`http://[^\s<]+/new-password#[\w-]{43}`)
	userID    = regexp.MustCompile(`/admin/users/([0-9a-f-]{36})/(?:disable|enable)`)
)

func TestOnlyTheCommandLineMakesAdministrators(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/admin", "/admin/events"} {
		if page := s.browser.Get(path); page.Status != 404 {
			t.Errorf("%s shows somebody who is no administrator %d", path, page.Status)
		}
	}
	if status, out := s.admin("grant", "nobody"); status != 1 || !strings.Contains(out, "there is no such user: nobody") {
		t.Errorf("granting nobody: status %d: %s", status, out)
	}
	s.grant("ADA")
	eventually(t, "the pages of an administrator", func() bool { return s.browser.Get("/admin").Status == 200 })
	if status, out := s.admin("list"); status != 0 || out != "ada\n" {
		t.Errorf("the list: status %d: %s", status, out)
	}
	if page := s.browser.Get("/rooms"); !strings.Contains(page.Body, `href="/admin"`) {
		t.Error("the navigation does not lead there")
	}
	if status, out := s.admin("revoke", "ada"); status != 0 {
		t.Errorf("revoking: status %d: %s", status, out)
	}
	eventually(t, "no pages any more", func() bool { return s.browser.Get("/admin").Status == 404 })
}

func TestAnAdministratorKeepsSomebodyOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.grant("ada")
	bob := servertest.NewBrowser(t, s.two.URL)
	bob.SignUp("bob")
	eventually(t, "the pages of an administrator", func() bool { return s.browser.Get("/admin").Status == 200 })
	page := s.browser.Get("/admin?search=BO")
	found := userID.FindAllStringSubmatch(page.Body, -1)
	if len(found) != 1 || !strings.Contains(page.Body, "bob") {
		t.Fatalf("looking for bob finds %v", found)
	}
	id := found[0][1]
	if page := bob.Post("/admin/users/" + id + "/disable"); page.Status != 404 {
		t.Errorf("bob does what administrators do: %d", page.Status)
	}
	if page := s.browser.Post("/admin/users/" + id + "/disable"); page.URL.Query().Get("done") != "user-disabled" {
		t.Fatalf("disabling: %d %q", page.Status, page.Message())
	}
	eventually(t, "bob is signed out at the other process", func() bool { return bob.Get("/rooms").URL.Path == "/sign-in" })
	if page := bob.Post("/sign-in", "name", "bob", "password", servertest.Password); page.Status != 422 {
		t.Errorf("bob signs in: %d", page.Status)
	}
	if page := s.browser.Get("/admin/events?user=bob"); !strings.Contains(page.Body, "account disabled") || !strings.Contains(page.Body, "by: ada") {
		t.Errorf("the events do not say who did it")
	}
	if page := s.browser.Post("/admin/users/" + id + "/enable"); page.URL.Query().Get("done") != "user-enabled" {
		t.Fatalf("enabling: %d %q", page.Status, page.Message())
	}
	bob.SignIn("bob")

	mine := userID.FindAllStringSubmatch(bob.Get("/rooms").Body, -1)
	if len(mine) != 0 {
		t.Errorf("bob is shown %v", mine)
	}
}

func TestAForgottenPasswordIsSetByALink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.grant("ada")
	bob := servertest.NewBrowser(t, s.two.URL)
	bob.SignUp("bob")
	eventually(t, "the pages of an administrator", func() bool { return s.browser.Get("/admin").Status == 200 })
	id := userID.FindStringSubmatch(s.browser.Get("/admin?search=bob").Body)[1]

	status, out := s.admin("new-password", "bob")
	first := resetLink.FindString(out)
	if status != 0 || first == "" {
		t.Fatalf("a link by the command line: status %d: %s", status, out)
	}
	second := resetLink.FindString(s.browser.Post("/admin/users/" + id + "/new-reset").Body)
	if second == "" {
		t.Fatal("no link by the page")
	}
	secret := func(link string) string {
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		return u.Fragment
	}
	stranger := servertest.NewBrowser(t, s.one.URL)
	for what, link := range map[string]string{"an older link": secret(first), "an invented one": "x"} {
		if page := stranger.Post("/new-password", "secret", link); page.Status != 422 || !strings.Contains(page.Message(), "does not work any more") {
			t.Errorf("%s: %d %q", what, page.Status, page.Message())
		}
	}
	if page := stranger.Post("/new-password", "secret", second); page.Status != 200 || page.Field("username") != "bob" {
		t.Fatalf("opening the link: %d %q", page.Status, page.Message())
	}
	if page := stranger.Post("/new-password", "secret", secret(second), "username", "bob", "password", "short"); page.Status != 422 || !strings.Contains(page.Message(), "at least 8") || page.Field("secret") == "" {
		t.Errorf("a short password: %d %q", page.Status, page.Message())
	}
	if page := stranger.Post("/new-password", "secret", secret(second), "password", "horse battery correct"); page.URL.Path != "/sign-in" || page.Status != 200 {
		t.Fatalf("setting it: %d at %v: %q", page.Status, page.URL, page.Message())
	}
	if page := stranger.Post("/new-password", "secret", secret(second), "password", "another good one"); page.Status != 422 {
		t.Errorf("the link works twice: %d", page.Status)
	}
	eventually(t, "bob's other browser is signed out", func() bool { return bob.Get("/rooms").URL.Path == "/sign-in" })
	if page := bob.Post("/sign-in", "name", "bob", "password", servertest.Password); page.Status != 422 {
		t.Errorf("the old password: %d", page.Status)
	}
	if page := bob.Post("/sign-in", "name", "bob", "password", "horse battery correct"); page.URL.Path != "/rooms" {
		t.Errorf("the new password: %d %q", page.Status, page.Message())
	}
	for _, p := range []*servertest.Process{s.one, s.two} {
		if strings.Contains(p.Log(), secret(second)) {
			t.Error("the secret is in a log")
		}
	}
}

// shownText is a page's text without its markup.
func shownText(p servertest.Page) string {
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(p.Body, " ")), " ")
}

func TestWhatIsUsedIsShownToItsUserAndTotalsToAdministrators(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if page := s.browser.Post("/rooms", "title", "Two pointers"); page.Status != 200 {
		t.Fatalf("making a room: %d %q", page.Status, page.Message())
	}
	page := s.browser.Get("/account/usage")
	text := shownText(page)
	for _, want := range []string{"Rooms 1 of 200 0 %", "Storage 0 bytes of 2 GiB", "Devices and sessions 1", "Personal access tokens 0 of 50", "A source file 256 KiB", "All files of a room 32 MiB"} {
		if page.Status != 200 || !strings.Contains(text, want) {
			t.Errorf("the page does not say %q (%d): %s", want, page.Status, text)
		}
	}
	if page := s.browser.Get("/admin/usage"); page.Status != 404 {
		t.Errorf("totals are shown to somebody who is no administrator: %d", page.Status)
	}
	if page := servertest.NewBrowser(t, s.one.URL).Get("/account/usage"); page.URL.Path != "/sign-in" {
		t.Errorf("usage is shown to somebody who is not signed in: %v", page.URL)
	}
	s.grant("ada")
	bob := servertest.NewBrowser(t, s.two.URL)
	bob.SignUp("bob")
	eventually(t, "the totals", func() bool { return s.browser.Get("/admin/usage").Status == 200 })
	text = shownText(s.browser.Get("/admin/usage"))
	for _, want := range []string{"Users 2 2 of them seen within 30 days", "Rooms 1 and 0 deleted", "ada 1 0 bytes", "Storage of a user 2 GiB", "Database"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
	}
	if strings.Contains(text, "bob 0") {
		t.Error("who has no rooms is listed")
	}
}
