package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/remote/api"
)

// against starts a server that answers as told.
func against(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	return &Client{Base: server.URL, Pause: time.Millisecond, Timeout: 5 * time.Second}
}

func sayProblem(w http.ResponseWriter, status int, p api.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(p)
}

func TestAWriteIsRepeatedUnderItsKeyUntilThereIsAnAnswer(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	c := against(t, func(w http.ResponseWriter, r *http.Request) {
		if key := r.Header.Get(api.HeaderIdempotencyKey); key != "laptop:7" || r.Header.Get("If-Match") != `"3"` {
			t.Errorf("got key %q, If-Match %q", key, r.Header.Get("If-Match"))
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || !strings.Contains(string(body), `"content":"int main() {}"`) {
			t.Errorf("got body %q, %v", body, err)
		}
		switch tries.Add(1) {
		case 1:
			panic(http.ErrAbortHandler) // the connection breaks
		case 2:
			sayProblem(w, http.StatusServiceUnavailable, api.Problem{Title: "later"})
		default:
			_, _ = io.WriteString(w, `{"slot":"tested","rev":4}`)
		}
	})
	f, err := c.Put(t.Context(), "room", "tested", 3, api.IdempotencyKey{Device: "laptop", N: 7}, api.PutFile{FileContent: api.FileContent{Name: "sol.cpp", Content: problem.Text("int main() {}")}})
	if err != nil || f.Rev != 4 || tries.Load() != 3 {
		t.Errorf("got %+v, %v after %d tries", f, err, tries.Load())
	}
}

func TestWhatTheServerRefusesIsNotRepeated(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	c := against(t, func(w http.ResponseWriter, _ *http.Request) {
		tries.Add(1)
		sayProblem(w, http.StatusPreconditionFailed, api.Problem{Status: 200, Code: api.CodeRevisionMismatch, Current: &api.File{Rev: 9}})
	})
	_, err := c.Put(t.Context(), "room", "tested", 3, api.IdempotencyKey{Device: "laptop", N: 7}, api.PutFile{})
	var p *api.Problem
	if !errors.As(err, &p) || p.Status != http.StatusPreconditionFailed || p.Current.Rev != 9 || tries.Load() != 1 {
		t.Errorf("got %v after %d tries", err, tries.Load())
	}
}

func TestAServerThatAsksForPatienceGetsIt(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	var first time.Time
	c := against(t, func(w http.ResponseWriter, _ *http.Request) {
		if tries.Add(1) == 1 {
			first = time.Now()
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		if waited := time.Since(first); waited < time.Second {
			t.Errorf("came back after %s", waited)
		}
		_, _ = io.WriteString(w, `{}`)
	})
	if _, err := c.Sync(t.Context(), api.SyncRequest{}); err != nil {
		t.Error(err)
	}
}

func TestStrangeServersAreHarmless(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		says    string
	}{
		"one that answers with a page": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, "is it a Stress Tester server?"},
		"one that refuses with a page": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<html>")
		}, "is it a Stress Tester server?"},
		"one that answers with a page that looks like an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "{}")
		}, "is it a Stress Tester server?"},
		"one that answers without end": {func(w http.ResponseWriter, r *http.Request) {
			for spaces := bytes.Repeat([]byte(" "), 1<<20); r.Context().Err() == nil; {
				_, _ = w.Write(spaces)
			}
		}, "more than 64 MiB"},
		"one that announces much": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99999999999")
			_, _ = io.WriteString(w, "{")
		}, "MiB"},
		"one that has no end of words": {func(w http.ResponseWriter, _ *http.Request) {
			sayProblem(w, http.StatusConflict, api.Problem{Code: api.CodeLimitReached, Detail: "no\x1b[2J" + strings.Repeat(" no", 1<<20)})
		}, "no [2J no"},
		"one that answers nothing": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "what you do meanwhile is kept"},
		"one that is slow":         {hang, "did not answer in time"},
		"one that sends people away": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example", http.StatusFound)
		}, "is it a Stress Tester server?"},
		"one that promises a long wait": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "99999999")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, "503"},
		"one that drips for ever":        {drip, "did not answer in time"},
		"one that does not know anybody": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "stresstester login"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := against(t, tt.handler)
			if c.Timeout = 300 * time.Millisecond; strings.HasSuffix(tt.says, "MiB") {
				c.Timeout = 30 * time.Second
			}
			_, err := c.Sync(t.Context(), api.SyncRequest{})
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then it is noticed that the client went
	<-r.Context().Done()
}

func drip(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	for r.Context().Err() == nil {
		_, _ = io.WriteString(w, " ")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(time.Millisecond):
		}
	}
}

// refusing takes each token once.
type refusing struct{ asked []string }

func (f *refusing) Token(_ context.Context, refused string) (string, error) {
	f.asked = append(f.asked, refused)
	return "token" + string(rune('0'+len(f.asked))), nil
}

func TestATokenThatHasEndedIsRenewedOnce(t *testing.T) {
	t.Parallel()
	c := against(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token2" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{}`)
	})
	tokens := &refusing{}
	c.Token = tokens
	if _, err := c.Sync(t.Context(), api.SyncRequest{}); err != nil {
		t.Error(err)
	}
	if got := strings.Join(tokens.asked, ","); got != ",token1" {
		t.Errorf("asked with %q", got)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"stress.example.org":           "https://stress.example.org",
		"https://Stress.Example.org/":  "https://stress.example.org",
		"localhost:8080":               "http://localhost:8080",
		"http://127.0.0.1:8080":        "http://127.0.0.1:8080",
		"http://stress.example.org":    "!",
		"https://user:psw@example.org": "!",
		"ftp://example.org":            "!",
		"":                             "!",
	} {
		got, err := Normalize(typed)
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q: got %q, %v, want %q", typed, got, err, want)
		}
	}
}

func TestTheFeedTellsWhereToLook(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	c := against(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		if connections.Add(1) == 1 {
			_, _ = io.WriteString(w, ": hello\n\nevent: hello\ndata: {\"resumed\":false}\n\nid: 17\nevent: poke\ndata: {\"room\":\"r\",\ndata: \"rev\":5}\n\nevent: news\ndata: {}\n\nevent: bye\ndata: {\"retry_ms\":1500}\n\n")
			return
		}
		if id := r.Header.Get("Last-Event-ID"); id != "17" {
			t.Errorf("got Last-Event-ID %q", id)
		}
		_, _ = io.WriteString(w, "event: hello\r\ndata: {\"resumed\":true}\r\n\r\n")
	})
	var said []string
	f := &Feed{
		Client:    c,
		Connected: func(resumed bool) { said = append(said, map[bool]string{true: "resumed", false: "new"}[resumed]) },
		Poke:      func(p api.Poke) { said = append(said, p.Room) },
	}
	retry, err := f.Listen(t.Context())
	if err != nil || retry != 1500*time.Millisecond {
		t.Errorf("got %s, %v", retry, err)
	}
	if _, err := f.Listen(t.Context()); !errors.Is(err, ErrUnreachable) {
		t.Errorf("a feed that breaks off: got %v", err)
	}
	if got := strings.Join(said, " "); got != "new r resumed" {
		t.Errorf("got %q", got)
	}
}

func TestAServerThatTalksAllTheTimeIsNotListenedTo(t *testing.T) {
	t.Parallel()
	c := against(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		poke := "id: " + strings.Repeat("9", 1000) + "\nevent: poke\ndata: {\"room\":\"r\",\"rev\":5}\n\n"
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, poke)
		}
	})
	f := &Feed{Client: c, Connected: func(bool) {}, Poke: func(api.Poke) {}}
	if _, err := f.Listen(t.Context()); err == nil || !strings.Contains(err.Error(), "more than anybody could want") {
		t.Errorf("got %v", err)
	}
	if f.last != "" {
		t.Errorf("an id of %d bytes was taken", len(f.last))
	}
}

// TestAServerThatHangsHoldsUpNobodyAtAnother has a refresh that never ends, and somebody
// signed in to another server; and one who waits for the first, and is told to end.
func TestAServerThatHangsHoldsUpNobodyAtAnother(t *testing.T) {
	t.Parallel()
	vault := &Vault{Dir: t.TempDir(), FileOnly: true}
	asked := make(chan struct{}, 8)
	hanging := against(t, func(w http.ResponseWriter, r *http.Request) { asked <- struct{}{}; hang(w, r) })
	other := against(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"new","refresh_token":"r2","token_type":"Bearer","expires_in":600}`)
	})
	signed := func(c *Client) *Signed {
		if err := vault.Save(c.Base, Credentials{Access: "old", Refresh: "r", Expires: time.Now()}); err != nil {
			t.Fatal(err)
		}
		return &Signed{Server: c.Base, Vault: vault, OAuth: &OAuth{Server: c.Base}}
	}
	first, second, third := signed(hanging), signed(hanging), signed(other)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { _, err := first.Token(ctx, ""); ended <- err }()
	<-asked
	go func() { _, err := second.Token(ctx, ""); ended <- err }()
	if token, err := third.Token(t.Context(), ""); err != nil || token != "new" {
		t.Errorf("got %q, %v", token, err)
	}
	cancel()
	for range 2 {
		if err := <-ended; err == nil {
			t.Error("a server that hangs gave a token")
		}
	}
}

func TestCredentialsWithoutAKeyringAreInAPrivateFile(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "config")
	v := &Vault{Dir: dir, FileOnly: true}
	if _, err := v.Load("https://a"); !IsSignedOut(err) {
		t.Errorf("got %v", err)
	}
	if err := v.Save("https://a", Credentials{Access: "a", Refresh: "r"}); err != nil {
		t.Fatal(err)
	}
	if err := v.Save("https://b", Credentials{Access: "b", Refresh: "r"}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "credentials.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if err := v.Delete("https://a"); err != nil {
		t.Fatal(err)
	}
	if c, err := v.Load("https://b"); err != nil || c.Access != "b" {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := v.Load("https://a"); !IsSignedOut(err) {
		t.Errorf("got %v", err)
	}
}

func TestWithoutAKeyringItIsSaidOnce(t *testing.T) {
	t.Parallel()
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		t.Skip("this session may have a keyring")
	}
	said := 0
	v := &Vault{Dir: t.TempDir(), Fallback: func(string, error) { said++ }}
	for range 3 {
		if err := v.Save("https://a", Credentials{Access: "a", Refresh: "r"}); err != nil {
			t.Fatal(err)
		}
	}
	if c, err := v.Load("https://a"); err != nil || c.Access != "a" {
		t.Errorf("got %+v, %v", c, err)
	}
	if said > 1 {
		t.Errorf("said %d times", said)
	}
}

func TestHeadless(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"a screen":       {map[string]string{"DISPLAY": ":0"}, false},
		"wayland":        {map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, false},
		"over SSH":       {map[string]string{"DISPLAY": ":0", "SSH_CONNECTION": "1.2.3.4"}, true},
		"in a codespace": {map[string]string{"DISPLAY": ":0", "CODESPACES": "true"}, true},
	} {
		if got := Headless(func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
