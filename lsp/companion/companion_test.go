package companion

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"
	"go.uber.org/zap"
)

func TestMain(m *testing.M) {
	// net/http lets go of a connection whose request it did not read to the end half a
	// second later, so that the client gets to read the answer.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).closeWriteAndWait"))
}

// watermelon is what version 2.65 of the extension sends.
const watermelon = `{"name":"A. Watermelon","group":"Codeforces - Codeforces Beta Round 4 (Div. 2 Only)","url":"https://codeforces.com/problemset/problem/4/A",
"interactive":false,"memoryLimit":64,"timeLimit":1000,"tests":[{"input":"8\n","output":"YES\n"}],"testType":"single",
"input":{"type":"stdin"},"output":{"type":"stdout"},"languages":{"java":{"mainClass":"Main","taskClass":"AWatermelon"}},
"batch":{"id":"123e67c8-03c6-44a4-a3f9-5918533f9fb2","size":1}}`

func TestParse(t *testing.T) {
	t.Parallel()
	p, err := Parse([]byte(watermelon))
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "A. Watermelon" || p.TimeMS != 1000 || p.MemoryMB != 64 || len(p.Tests) != 1 || p.Tests[0].Output != "YES\n" || p.Batch.Size != 1 || p.InputFile != "" {
		t.Errorf("got %+v", p)
	}
	for text, want := range map[string]func(Problem) bool{
		`{"name":"x"}`: func(p Problem) bool { return p.TimeMS == 0 && p.Batch.Size == 1 },
		`{"name":""}`:  func(p Problem) bool { return p.Name == "problem" },
		`{"name":"a\nb\u0000c","url":"u\r\n#include"}`:                                                  func(p Problem) bool { return p.Name == "a b c" && p.URL == "u #include" },
		`{"name":"x","timeLimit":-5,"memoryLimit":1e300}`:                                               func(p Problem) bool { return p.TimeMS == 0 && p.MemoryMB == 0 },
		`{"name":"x","timeLimit":1500.5,"batch":{"size":-3}}`:                                           func(p Problem) bool { return p.TimeMS == 1500 && p.Batch.Size == 1 },
		`{"name":"x","input":{"type":"file","fileName":"a.in"},"output":{"type":"file","fileName":""}}`: func(p Problem) bool { return p.InputFile == "a.in" && p.OutputFile == "" },
	} {
		if p, err := Parse([]byte(text)); err != nil || !want(p) {
			t.Errorf("%s: got %+v, %v", text, p, err)
		}
	}
	for _, text := range []string{``, `[]`, `{}`, `{"name":5}`, `{"name":"x","tests":{}}`, `{"name":"x","tests":[` + strings.Repeat(`{},`, mostTests) + `{}]}`} {
		if p, err := Parse([]byte(text)); err == nil {
			t.Errorf("%.40s: got %+v", text, p)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(watermelon))
	f.Add([]byte(`{"name":"\ud800","timeLimit":1e999,"batch":{"id":"a","size":2}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if err != nil {
			return
		}
		for _, text := range []string{p.Name, p.Group, p.URL, p.InputFile, p.OutputFile} {
			if strings.ContainsAny(text, "\n\r\x00\u2028\u2029") || len(text) > longestName || !utf8.ValidString(text) {
				t.Errorf("%q is no line", text)
			}
		}
		if p.Name == "" || p.TimeMS < 0 || p.MemoryMB < 0 || p.Batch.Size < 1 || len(p.Tests) > mostTests {
			t.Errorf("got %+v", p)
		}
	})
}

// freePort is a port that nobody has at the moment.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// listening is a listener on a port of its own, and what it was sent.
type listening struct {
	*Listener
	mu  sync.Mutex
	got []Problem
}

func listen(t *testing.T, ports ...int) *listening {
	t.Helper()
	l := &listening{}
	l.Listener = Listen(t.Context(), ports, func(p Problem) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.got = append(l.got, p)
	}, zap.NewNop())
	t.Cleanup(l.Close)
	return l
}

func (l *listening) problems() []Problem {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.got
}

// send sends a request; headers may replace those of the extension.
func send(t *testing.T, method, url, body string, headers map[string]string) (status int, answer string, header http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport, Timeout: 20 * time.Second}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text), response.Header
}

func TestOnlyTheExtensionIsTaken(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	l := listen(t, port)
	url := fmt.Sprintf("http://localhost:%d/", port)
	for name, c := range map[string]struct {
		method, body string
		headers      map[string]string
		want         int
	}{
		"Chrome's extension":            {"POST", watermelon, map[string]string{"Origin": "chrome-extension://cjnmckjndlpiamhfimnnjmnckgghkjbl"}, 200},
		"Firefox's extension":           {"POST", watermelon, map[string]string{"Origin": "moz-extension://5e8cd7f0"}, 200},
		"a tool of the user's own":      {"POST", watermelon, nil, 200},
		"with a character set":          {"POST", watermelon, map[string]string{"Content-Type": "application/json; charset=utf-8"}, 200},
		"a page":                        {"POST", watermelon, map[string]string{"Origin": "https://evil.example"}, 403},
		"a page in a sandboxed frame":   {"POST", watermelon, map[string]string{"Origin": "null"}, 403},
		"a local page of another port":  {"POST", watermelon, map[string]string{"Origin": "http://localhost:8080"}, 403},
		"a page by a name of its own":   {"POST", watermelon, map[string]string{"Host": "rebound.evil.example:27121"}, 403},
		"a form, which needs no asking": {"POST", watermelon, map[string]string{"Content-Type": "text/plain"}, 415},
		"a page that navigates here":    {"POST", watermelon, map[string]string{"Sec-Fetch-Mode": "navigate"}, 403},
		"somebody who looks":            {"GET", "", nil, 405},
		"a page that asks first":        {"OPTIONS", "", map[string]string{"Origin": "https://evil.example"}, 403},
		"the extension that asks first": {"OPTIONS", "", map[string]string{"Origin": "chrome-extension://x"}, 204},
		"no problem":                    {"POST", `{"hello":1}`, nil, 400},
		"more than a problem":           {"POST", `{"name":"` + strings.Repeat("x", largestBody) + `"}`, nil, 413},
	} {
		before := len(l.problems())
		status, answer, header := send(t, c.method, url, c.body, c.headers)
		if status != c.want {
			t.Errorf("%s: status %d, want %d: %s", name, status, c.want, answer)
		}
		if taken := len(l.problems()) > before; taken != (c.want == 200) {
			t.Errorf("%s: taken: %v", name, taken)
		}
		if allowed := header.Get("Access-Control-Allow-Origin"); allowed != "" && strings.HasPrefix(allowed, "http") {
			t.Errorf("%s: the page %s may read the answer", name, allowed)
		}
	}
}

func TestBothLoopbackAddressesAreListenedOn(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	l := listen(t, port)
	hosts := []string{"127.0.0.1"}
	if six, err := net.Listen("tcp", "[::1]:0"); err == nil {
		_ = six.Close()
		hosts = append(hosts, "[::1]")
	}
	for _, host := range hosts {
		if status, answer, _ := send(t, "POST", fmt.Sprintf("http://%s:%d/", host, port), watermelon, nil); status != 200 {
			t.Errorf("%s: %d %s", host, status, answer)
		}
	}
	if len(l.problems()) != len(hosts) {
		t.Errorf("got %d problems by %v", len(l.problems()), hosts)
	}
}

func TestAPortThatIsTakenIsPassedOverOrSaid(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	port, free := taken.Addr().(*net.TCPAddr).Port, freePort(t)
	if l := listen(t, port, free); l.Port() != free || !strings.Contains(l.Status(), fmt.Sprintf("listening for Competitive Companion on port %d", free)) {
		t.Errorf("port %d: %s", l.Port(), l.Status())
	}
	if l := listen(t, port); l.Port() != 0 || !strings.Contains(l.Status(), "taken by other programs") || !strings.Contains(l.Status(), "STRESSTESTER_COMPANION") {
		t.Errorf("port %d: %s", l.Port(), l.Status())
	}
	if l := listen(t); !strings.Contains(l.Status(), "turned off") {
		t.Error(l.Status())
	}
}

func TestAClosedListenerFreesItsPortForTheNext(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	first := listen(t, port)
	first.Close()
	if second := listen(t, port); second.Port() != port {
		t.Error(second.Status())
	}
}

func TestAContestsProblemsAreCounted(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	l := listen(t, port)
	for _, id := range []string{"a", "b", "a", "a"} {
		body := fmt.Sprintf(`{"name":"x","batch":{"id":%q,"size":3}}`, id)
		if status, answer, _ := send(t, "POST", fmt.Sprintf("http://127.0.0.1:%d/", port), body, nil); status != 200 {
			t.Fatal(status, answer)
		}
	}
	var got bytes.Buffer
	for _, p := range l.problems() {
		fmt.Fprintf(&got, "%s%d ", p.Batch.ID, p.Batch.Index)
	}
	if got.String() != "a0 b0 a1 a2 " {
		t.Errorf("got %s", got.String())
	}
}

func TestParsePorts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": fmt.Sprint(DefaultPorts()), "off": "[]", "27121": "[27121]", "1, 65535": "[1 65535]"} {
		if got, err := ParsePorts(text); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"0", "65536", "x", "1,,2", "-1"} {
		if got, err := ParsePorts(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// window is an editor that remembers.
type window struct {
	used  time.Time
	taken []string
}

func (w *window) Attention() time.Time { return w.used }
func (w *window) Take(p Problem)       { w.taken = append(w.taken, p.Name) }

func TestProblemsGoToTheWindowUsedLast(t *testing.T) {
	t.Parallel()
	var r Router
	r.Deliver(Problem{Name: "early"})
	a, b := &window{used: time.Unix(2, 0)}, &window{used: time.Unix(1, 0)}
	leave := r.Join(a)
	r.Join(b)
	r.Deliver(Problem{Name: "one"})
	b.used = time.Unix(3, 0)
	r.Deliver(Problem{Name: "two"})
	contest := Batch{ID: "c", Size: 2}
	r.Deliver(Problem{Name: "C1", Batch: contest})
	a.used = time.Unix(4, 0)
	r.Deliver(Problem{Name: "C2", Batch: contest})
	leave()
	r.Deliver(Problem{Name: "late"})
	if got := fmt.Sprint(a.taken, b.taken); got != "[early one] [two C1 C2 late]" {
		t.Error(got)
	}
}
