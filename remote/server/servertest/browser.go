package servertest

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Password is the password of users that a [Browser] signs up.
const Password = "correct horse battery"

// A Browser is what a person does on the pages: it keeps cookies, fills in forms and follows
// links, but never goes to another site.
type Browser struct {
	t      testing.TB
	client *http.Client
	server string // the server's public URL
}

// NewBrowser is a fresh browser that visits the server at url.
func NewBrowser(t testing.TB, url string) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &Browser{t: t, server: url}
	b.client = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), url) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	t.Cleanup(b.client.CloseIdleConnections)
	return b
}

// A Page is an answer as the browser shows it.
type Page struct {
	Status   int
	URL      *url.URL // where the browser ended up
	Location string   // where it was sent beyond the server, if so
	Body     string
	Header   http.Header
}

func (b *Browser) page(response *http.Response, err error) Page {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return Page{response.StatusCode, response.Request.URL, response.Header.Get("Location"), string(body), response.Header}
}

func (b *Browser) absolute(to string) string {
	if strings.HasPrefix(to, "/") {
		return b.server + to
	}
	return to
}

// Get opens a page: a path of the server or a URL.
func (b *Browser) Get(to string) Page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.absolute(to), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.page(b.client.Do(r))
}

// Post sends a form as the page itself would, given as name, value, name, value, ….
func (b *Browser) Post(to string, fields ...string) Page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.absolute(to), strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.server)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.page(b.client.Do(r))
}

// SignUp makes an account with [Password] and is signed in to it afterwards.
func (b *Browser) SignUp(name string) {
	b.t.Helper()
	if p := b.Post("/sign-up", "name", name, "password", Password); p.Status != http.StatusOK || strings.HasPrefix(p.URL.Path, "/sign-") {
		b.t.Fatalf("signing %s up: %d at %v: %s", name, p.Status, p.URL, p.Message())
	}
}

// SignIn signs in with [Password].
func (b *Browser) SignIn(name string) {
	b.t.Helper()
	if p := b.Post("/sign-in", "name", name, "password", Password); p.Status != http.StatusOK || strings.HasPrefix(p.URL.Path, "/sign-") {
		b.t.Fatalf("signing %s in: %d at %v: %s", name, p.Status, p.URL, p.Message())
	}
}

var (
	note    = regexp.MustCompile(`(?s)<p class="note[^>]*>(.*?)</p>`)
	heading = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)
)

// Message is what the page tells: its notice, or its heading.
func (p Page) Message() string {
	for _, pattern := range []*regexp.Regexp{note, heading} {
		if m := pattern.FindStringSubmatch(p.Body); m != nil {
			return html.UnescapeString(m[1])
		}
	}
	return ""
}

// Field is the value of a page's input by its name.
func (p Page) Field(name string) string {
	m := regexp.MustCompile(`<input[^>]*name="` + regexp.QuoteMeta(name) + `"[^>]*value="([^"]*)"`).FindStringSubmatch(p.Body)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

// Allow opens a client's authorization URL, allows it as the signed-in user, and returns
// where the browser was sent: the client's redirect address with the code.
func (b *Browser) Allow(authorizationURL string) *url.URL {
	b.t.Helper()
	return b.decide(authorizationURL, "allow")
}

// Refuse is Allow with the other answer.
func (b *Browser) Refuse(authorizationURL string) *url.URL {
	b.t.Helper()
	return b.decide(authorizationURL, "refuse")
}

func (b *Browser) decide(authorizationURL, decision string) *url.URL {
	b.t.Helper()
	page := b.Get(authorizationURL)
	request := page.Field("request")
	if request == "" {
		b.t.Fatalf("the authorization page does not ask for consent: %d at %v: %s", page.Status, page.URL, page.Message())
	}
	page = b.Post("/consent", "request", request, "decision", decision, "device_name", page.Field("device_name"))
	to, err := url.Parse(page.Location)
	if err != nil || page.Location == "" {
		b.t.Fatalf("after consent the browser was not sent back to the client: %d at %v: %s", page.Status, page.URL, page.Message())
	}
	return to
}

// AllowDevice enters a device's code and allows it.
func (b *Browser) AllowDevice(userCode string) {
	b.t.Helper()
	page := b.Get("/device?user_code=" + url.QueryEscape(userCode))
	if page.Status != http.StatusOK {
		b.t.Fatalf("the code %s was not found: %s", userCode, page.Message())
	}
	page = b.Post("/device", "user_code", userCode, "decision", "allow", "device_name", page.Field("device_name"))
	if page.Status != http.StatusOK {
		b.t.Fatalf("the device was not allowed: %s", page.Message())
	}
}
