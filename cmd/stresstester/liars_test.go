//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/lsp/command"
	"stresstester/lsp/lsptest"
	"stresstester/remote/api"
	"stresstester/remote/auth/authtest"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
)

// liar is a server that cannot be relied on: what stands before a real one, and does
// something else with each request than handing it on.
type liar struct {
	name string
	lie  func(w http.ResponseWriter, r *http.Request, honest http.Handler)
	// closed says that nobody even listens.
	closed bool
}

// answers answers everything alike.
func answers(status int, contentType, body string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// rewrites hands requests on and changes the answers' bodies.
func rewrites(change func(r *http.Request, body string) string, headers ...string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
		if r.URL.Path == api.PathEvents {
			honest.ServeHTTP(w, r)
			return
		}
		r.Header.Del("Accept-Encoding")
		answer := httptest.NewRecorder()
		honest.ServeHTTP(answer, r)
		body := change(r, answer.Body.String())
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(answer.Code)
		_, _ = io.WriteString(w, body)
	}
}

func hangs(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body) // only then it is noticed that the client went
	<-r.Context().Done()
}

func drips(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", map[bool]string{true: "text/event-stream", false: "application/json"}[r.URL.Path == api.PathEvents])
	for tick := time.NewTicker(time.Second); r.Context().Err() == nil; {
		_, _ = io.WriteString(w, " ")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-tick.C:
		}
	}
}

// neverEnds sends a JSON string without end.
func neverEnds(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"changes":{"`)
	for words := bytes.Repeat([]byte("no end "), 32<<10); r.Context().Err() == nil; {
		if _, err := w.Write(words); err != nil {
			return
		}
	}
}

// bomb is a gibibyte of spaces, in a mebibyte.
var bomb = sync.OnceValue(func() []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	spaces := bytes.Repeat([]byte(" "), 1<<20)
	for range 1 << 10 {
		_, _ = w.Write(spaces)
	}
	_ = w.Close()
	return packed.Bytes()
})

func explodes(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	_, _ = w.Write(bomb())
}

// chatters announces changes, people and itself without a pause, in one room after the
// other, and answers honestly to everything else.
func chatters(w http.ResponseWriter, r *http.Request, honest http.Handler) {
	if r.URL.Path != api.PathEvents {
		honest.ServeHTTP(w, r)
		return
	}
	room := <-roomOf(r)
	w.Header().Set("Content-Type", "text/event-stream")
	for n := 0; r.Context().Err() == nil; n++ {
		who := fmt.Sprintf(`{"room":%q,"user":"u%d","name":"nobody %d","device":"d%d","until":"9999-01-01T00:00:00Z"}`, room, n, n, n)
		if _, err := fmt.Fprintf(w, "event: hello\ndata: {}\n\nevent: poke\ndata: {\"room\":%q,\"rev\":%d}\n\nevent: presence\ndata: %s\n\n", room, n, who); err != nil {
			return
		}
	}
}

// rooms are the rooms of the fronts, by host.
var rooms sync.Map

// roomOf is the room of the front that a request came to, as soon as there is one.
func roomOf(r *http.Request) <-chan string {
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for r.Context().Err() == nil {
			if room, ok := rooms.Load(r.Host); ok {
				found <- room.(string)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	return found
}

var (
	revisions = regexp.MustCompile(`"(rev|parent|meta_rev)":\d+`)
	contents  = regexp.MustCompile(`"content":"[^"]*"`)
)

func liars() []liar {
	return []liar{
		{name: "is_down", closed: true},
		{name: "hangs", lie: hangs},
		{name: "drips", lie: drips},
		{name: "is_a_page", lie: answers(http.StatusOK, "text/html", "<!doctype html><title>Please sign in to this network</title>")},
		{name: "is_a_page_that_says_json", lie: answers(http.StatusOK, "application/json", "<!doctype html>")},
		{name: "answers_other_json", lie: answers(http.StatusOK, "application/json", `{"hello":["world"],"rev":"many"}`)},
		{name: "answers_nothing_in_json", lie: answers(http.StatusOK, "application/json", `null`)},
		{name: "never_ends", lie: neverEnds},
		{name: "explodes", lie: explodes},
		{name: "fails", lie: answers(http.StatusInternalServerError, "text/plain", "oops")},
		{name: "sends_in_circles", lie: func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			http.Redirect(w, r, r.URL.String(), http.StatusTemporaryRedirect)
		}},
		{name: "knows_nobody", lie: answers(http.StatusUnauthorized, "application/problem+json", `{"code":"unauthenticated"}`)},
		{name: "has_lost_the_room", lie: answers(http.StatusNotFound, "application/problem+json", `{"code":"not_found"}`)},
		{name: "refuses_everything", lie: func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
			if r.Method == http.MethodGet || r.URL.Path == api.PathSync {
				honest.ServeHTTP(w, r)
				return
			}
			answers(http.StatusRequestEntityTooLarge, "application/problem+json", `{"code":"too_large","detail":"go away"}`)(w, r, honest)
		}},
		{name: "always_has_another_revision", lie: func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
			if r.Method == http.MethodGet || r.URL.Path == api.PathSync {
				honest.ServeHTTP(w, r)
				return
			}
			w.Header().Set("ETag", `"77777"`)
			answers(http.StatusPreconditionFailed, "application/problem+json", `{"code":"revision_mismatch"}`)(w, r, honest)
		}},
		{name: "counts_absurdly", lie: rewrites(func(_ *http.Request, body string) string {
			return revisions.ReplaceAllString(body, `"$1":4611686018427387904`)
		}, "ETag", `"4611686018427387904"`)},
		{name: "counts_far_ahead", lie: rewrites(func(_ *http.Request, body string) string {
			return revisions.ReplaceAllString(body, `"$1":99999999`)
		}, "ETag", `W/"-3"`)},
		{name: "hands_out_rubbish", lie: rewrites(func(r *http.Request, body string) string {
			if r.URL.Path == api.PathSync { // everything is said to be new
				body = strings.Replace(body, `"changes":{}`, `"changes":{"x":{}}`, 1)
			}
			return contents.ReplaceAllString(body, `"content":"rubbish"`)
		})},
		{name: "says_the_wrong_type", lie: rewrites(func(_ *http.Request, body string) string { return body }, "Content-Type", "image/png")},
		{name: "breaks_off", lie: rewrites(func(_ *http.Request, body string) string { return body[:len(body)/2] })},
		{name: "chatters", lie: chatters},
		{name: "takes_what_it_does_not_keep", lie: func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
			if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/files/") {
				honest.ServeHTTP(w, r)
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			base, err := api.ParseETag(r.Header.Get("If-Match"))
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			slot := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"slot":%q,"rev":%d}`, slot, base+1)
		}},
	}
}

// stand is a liar at work: an address, and what came there.
type stand struct {
	liar
	server *httptest.Server
	lying  atomic.Bool
	asked  atomic.Int64 // requests that came
	honest int64        // those before it began to lie
}

func newStand(t *testing.T, l liar, honest *url.URL) *stand {
	t.Helper()
	s := &stand{liar: l}
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(honest) },
	}
	s.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		if s.lying.Load() {
			s.lie(w, r, proxy)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.server.Start()
	t.Cleanup(func() { s.server.CloseClientConnections(); s.server.Close() })
	return s
}

// begin lets the stand lie.
func (s *stand) begin(t *testing.T) {
	t.Helper()
	s.honest = s.asked.Load()
	s.lying.Store(true)
	if s.closed {
		s.server.CloseClientConnections()
		s.server.Close()
	}
}

// mend lets it tell the truth from now on.
func (s *stand) mend(t *testing.T, honest *url.URL) {
	t.Helper()
	s.server.CloseClientConnections()
	s.lying.Store(false)
	if !s.closed {
		return
	}
	address := s.server.Listener.Addr().String()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	again := httptest.NewUnstartedServer(httputil.NewSingleHostReverseProxy(honest))
	_ = again.Listener.Close()
	again.Listener = listener
	again.Start()
	t.Cleanup(func() { again.CloseClientConnections(); again.Close() })
}

// sumProblem is a program that is wrong for large sums, once the edit is made that the
// editor makes.
var sumProblem = map[string]string{
	"sol.cpp":   "#include <iostream>\nint main() {\n    int n;\n    std::cin >> n;\n    std::cout << n << '\\n';\n}\n",
	"brute.cpp": "#include <iostream>\nint main() {\n    int n;\n    std::cin >> n;\n    std::cout << n << '\\n';\n}\n",
	"sol.spec":  "n: int 1..1000\n",
}

// edits are what the user types, one after the other; the last is what is saved.
var edits = []string{"n % 900", "n % 800", "n % 700"}

// found is what a run in the editor found, without what differs from time to time.
type found struct {
	Verdict                 problem.Verdict
	Tests                   int
	Input, Expected, Actual string
}

// work edits a folder's problem, runs it and saves it, and tells what the run found and how
// long the editor waited for answers while that went on.
func work(t *testing.T, e *lsptest.Editor, folder string) (found, []time.Duration) {
	t.Helper()
	file := folder + "/sol.cpp"
	e.Open(file)
	var waited []time.Duration
	for i, edit := range edits {
		for n := range 4 {
			e.Replace(file, `<< .* <<`, fmt.Sprintf("<< %s <<", strings.Repeat("(", n)+edit+strings.Repeat(")", n)))
			began := time.Now()
			e.MustExecute(command.Runs, "{}")
			waited = append(waited, time.Since(began))
		}
		if i < len(edits)-1 {
			e.Save(file)
		}
	}
	run := e.Run(file, `{"tests":5000,"seed":1}`)
	e.Await(lsptest.RunEnds(run, problem.WA))
	var stats command.StatsResult
	if err := json.Unmarshal(e.MustExecute(command.Stats, fmt.Sprintf(`{"run":%q}`, run)), &stats); err != nil {
		t.Fatal(err)
	}
	e.Save(file)
	r := stats.Result
	if r == nil || r.Counterexample == nil {
		t.Fatalf("the run has no result: %+v", stats)
	}
	return found{r.Verdict, r.Tests, string(r.Counterexample.Input), string(r.Counterexample.Expected), string(r.Counterexample.Actual)}, waited
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}

// TestStressTestingIsUntouchedByServersThatAreDownSlowOrLying has one daemon with a room at
// each of many bad servers, all of them at work at the same time, and another that knows of no
// server. What their editors see must be the same.
func TestStressTestingIsUntouchedByServersThatAreDownSlowOrLying(t *testing.T) {
	t.Parallel()
	if reason := noSandbox(); reason != "" {
		t.Skip(reason)
	}
	db := postgrestest.Config(t)
	server := servertest.Start(t, db, servertest.Env("STRESSTESTER_REQUESTS_PER_MINUTE=-1"))
	user := authtest.NewUser(t, postgrestest.Open(t, db), "ada")
	honest, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}

	// Without any server.
	alone := newSumDesk(t, []string{"alone"})
	quiet, _ := alone.Editor("alone")
	want, wantWaited := work(t, quiet, "alone")
	if want.Verdict != problem.WA || want.Input == "" {
		t.Fatalf("without a server the run found %+v", want)
	}

	var stands []*stand
	var folders []string
	for _, l := range liars() {
		stands = append(stands, newStand(t, l, honest))
		folders = append(folders, l.name)
	}
	d := newSumDesk(t, folders, "STRESSTESTER_TOKEN="+user.Token)
	shareAll(t, d, stands)
	for _, s := range stands {
		s.begin(t)
	}
	e, _ := d.Editor("an editor")
	var slowest time.Duration
	for _, s := range stands {
		got, waited := work(t, e, s.name)
		if got != want {
			t.Errorf("%s: the run found %+v, and %+v without a server", s.name, got, want)
		}
		if m := median(waited); m > 20*median(wantWaited)+time.Second {
			t.Errorf("%s: the editor waited for %s for an answer, and for %s without a server", s.name, m, median(wantWaited))
		}
		slowest = max(slowest, slices.Max(waited))
		// A command that asks the server is the user's own, and may fail; it holds up nobody.
		go func() { _, _ = e.Execute(command.RoomsSync, fmt.Sprintf(`{"uri":%q}`, e.URI(s.name+"/sol.cpp"))) }()
		e.MustExecute(command.RoomsStatus, "{}")
	}
	t.Logf("the slowest answer took %s beside bad servers; %s without any", slowest, slices.Max(wantWaited))
	for _, s := range stands {
		d.Until(s.name+" is asked while it lies", func() bool { return s.closed || s.asked.Load() > s.honest })
	}
	keepsTheUsersText(t, d, e, folders)
	checkMemory(t, d)

	// The end, with requests under way at servers that hang.
	began := time.Now()
	if err := e.Shutdown(); err != nil {
		t.Errorf("the editor's server ended with %v", err)
	}
	if out, err := d.Command("daemon", "stop").CombinedOutput(); err != nil {
		t.Errorf("stopping the daemon: %v: %s", err, out)
	}
	d.Until("the daemon is gone", func() bool { return d.Daemon() == nil })
	if took := time.Since(began); took > 15*time.Second { // a request has 20 s
		t.Errorf("the end took %s", took)
	}

	// When the servers are themselves again, they get all that was done meanwhile.
	for _, s := range stands {
		s.mend(t, honest)
	}
	for _, name := range folders {
		last := strings.Replace(d.read(t, name), "n % 700", "n % 600", 1)
		d.Files(map[string]string{name + "/sol.cpp": last})
	}
	out, err := d.Command("room", "sync", "--format", "json").CombinedOutput()
	if err != nil {
		t.Errorf("syncing afterwards: %v", err)
	}
	for line := range bytes.Lines(out) {
		var v roomView
		if json.Unmarshal(line, &v) != nil || v.Standing != "synced" {
			t.Errorf("afterwards: %s", line)
		}
	}
	for _, name := range folders {
		text := d.read(t, name)
		if !strings.Contains(text, "n % 600") {
			t.Errorf("%s: the last text is gone from the folder: %s", name, text)
		}
		if there := textAtServer(t, server.URL, user.Token, d.roomsOf[name]); there != text {
			t.Errorf("%s: the server has %q, the folder %q", name, there, text)
		}
	}
}

// sumDesk is a desk with the same problem in several folders.
type sumDesk struct {
	*lsptest.Desk
	roomsOf map[string]string
}

func newSumDesk(t *testing.T, folders []string, env ...string) *sumDesk {
	t.Helper()
	home := t.TempDir()
	env = append(env, "XDG_CONFIG_HOME="+filepath.Join(home, "config"), "XDG_STATE_HOME="+filepath.Join(home, "state"), "STRESSTESTER_KEYRING=off")
	d := &sumDesk{lsptest.NewDesk(t, t.TempDir(), env...), map[string]string{}}
	for _, folder := range folders {
		if err := os.Mkdir(filepath.Join(d.Dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range sumProblem {
			d.Files(map[string]string{folder + "/" + name: text})
		}
	}
	return d
}

func (d *sumDesk) read(t *testing.T, folder string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(d.Dir, folder, "sol.cpp"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shareAll shares each folder with its server, which is honest yet.
func shareAll(t *testing.T, d *sumDesk, stands []*stand) {
	t.Helper()
	for _, s := range stands {
		var stderr bytes.Buffer
		cmd := d.Command("room", "share", "--no-link", "--format", "json", "--server", s.server.URL, filepath.Join(s.name, "sol.cpp"))
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		var v roomView
		if err != nil || json.Unmarshal(out, &v) != nil || v.Standing != "synced" {
			t.Fatalf("sharing %s: %v: %s%s", s.name, err, out, stderr.Bytes())
		}
		d.roomsOf[s.name] = v.Room
		rooms.Store(s.server.Listener.Addr().String(), v.Room)
	}
}

// keepsTheUsersText checks that each file and document is what the user made it.
func keepsTheUsersText(t *testing.T, d *sumDesk, e *lsptest.Editor, folders []string) {
	t.Helper()
	want := strings.Replace(sumProblem["sol.cpp"], "<< n <<", "<< (((n % 700))) <<", 1)
	for _, name := range folders {
		if text := d.read(t, name); text != want {
			t.Errorf("%s: the folder has %q", name, text)
		}
		if text := e.Text(name + "/sol.cpp"); text != want {
			t.Errorf("%s: the document is %q", name, text)
		}
		entries, err := os.ReadDir(filepath.Join(d.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if _, ok := sumProblem[entry.Name()]; !ok && entry.Name() != ".stresstester" {
				t.Errorf("%s: there is a file %s now", name, entry.Name())
			}
		}
	}
}

// checkMemory checks the most memory that the daemon ever had.
func checkMemory(t *testing.T, d *sumDesk) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.Daemon().PID))
	if err != nil {
		t.Logf("no look at the daemon's memory: %v", err)
		return
	}
	m := regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no peak of memory in %s", status)
	}
	kib, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("at most the daemon had %d MiB", kib>>10)
	if kib > 512<<10 {
		t.Errorf("at most the daemon had %d MiB", kib>>10)
	}
}

// textAtServer is a room's tested file as the real server has it.
func textAtServer(t *testing.T, server, token, room string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+"/v1/rooms/"+room+"/files/tested", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var f api.File
	if err := json.NewDecoder(answer.Body).Decode(&f); err != nil || f.Content == nil {
		return fmt.Sprintf("! %d %v", answer.StatusCode, err)
	}
	return string(*f.Content)
}
