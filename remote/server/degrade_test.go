package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"stresstester/remote/api"
	"stresstester/remote/auth/authtest"
	"stresstester/remote/figures"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/local"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
)

// asked is an answer and how long it took.
type asked struct {
	status int
	header http.Header
	body   string
	took   time.Duration
}

// ask sends a request of the API. It is answered within half a minute, or the test fails.
func ask(t *testing.T, method, url, token string, header map[string]string, body any) asked {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, reader)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	began := time.Now()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Errorf("%s %s: %v", method, url, err)
		return asked{took: time.Since(began)}
	}
	defer response.Body.Close()
	a := asked{status: response.StatusCode, header: response.Header}
	if response.Header.Get("Content-Type") != "text/event-stream" {
		text, _ := io.ReadAll(response.Body)
		a.body = string(text)
	}
	a.took = time.Since(began)
	return a
}

// bound is for what is answered at once, on a machine that is busy with everything else that is tested: it tells
// an answer from a request that hangs.
const bound = 10 * time.Second

// comeAgain checks that the answer is a problem document with 503 and Retry-After, within some time.
func (a asked) comeAgain(t *testing.T, what string, within time.Duration) {
	t.Helper()
	var p api.Problem
	if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || json.Unmarshal([]byte(a.body), &p) != nil || p.Code != api.CodeUnavailable {
		t.Errorf("%s is answered with %d %v %s", what, a.status, a.header, a.body)
	}
	if a.took > within {
		t.Errorf("%s took %v, more than %v", what, a.took, within)
	}
}

// durable is a Postgres of the test's own, with a migrated database, and a server on it.
func durable(t *testing.T, options ...servertest.Option) (*local.Cluster, *servertest.Process, authtest.User) {
	t.Helper()
	cluster, err := local.Start(t.Context(), local.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	if err := cluster.Exec(t.Context(), "create database s"); err != nil {
		t.Fatal(err)
	}
	config := cluster.Config("s")
	if _, err := postgres.Migrate(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	p := servertest.Start(t, config, append(options, roomy)...)
	db, err := postgres.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return cluster, p, authtest.NewUser(t, db, "ada")
}

// makeRoom makes a room of the user's and returns its ID.
func makeRoom(t *testing.T, server string, u authtest.User) string {
	t.Helper()
	id := api.NewID()
	a := ask(t, "POST", server+api.PathRooms, u.Token, nil, api.CreateRoom{ID: id, Title: "room", Files: []api.NewFile{{Slot: "tested", FileContent: api.FileContent{Name: "a.cpp", Content: []byte("x")}}}})
	if a.status != 201 {
		t.Fatalf("making a room: %d %s", a.status, a.body)
	}
	return id
}

// requests are one of each kind that clients make.
func requests(server, room string) []func(t *testing.T, token string) (string, asked) {
	in := func(path string) string {
		return server + strings.NewReplacer("{room}", room, "{slot}", "tested").Replace(path)
	}
	put := api.PutFile{FileContent: api.FileContent{Name: "a.cpp", Content: []byte("y")}}
	kind := func(name, method, path string, header map[string]string, body any) func(*testing.T, string) (string, asked) {
		return func(t *testing.T, token string) (string, asked) {
			return name, ask(t, method, in(path), token, header, body)
		}
	}
	return []func(t *testing.T, token string) (string, asked){
		kind("a read", "GET", api.PathRoom, nil, nil),
		kind("a list", "GET", api.PathRooms, nil, nil),
		kind("a conditional read", "GET", api.PathFile, map[string]string{"If-None-Match": `"2"`}, nil),
		kind("a write", "PUT", api.PathFile, map[string]string{"If-Match": `"2"`}, put),
		kind("a sync", "POST", api.PathSync, nil, api.SyncRequest{Rooms: map[string]api.Revision{room: 0}}),
		kind("a change feed", "GET", api.PathEvents, nil, nil),
	}
}

func TestWithoutItsDatabaseAServerSaysSoAtOnce(t *testing.T) {
	t.Parallel()
	cluster, p, ada := durable(t)
	room := makeRoom(t, p.URL, ada)
	if err := cluster.Kill(); err != nil {
		t.Fatal(err)
	}
	for _, r := range requests(p.URL, room) {
		what, a := r(t, ada.Token)
		a.comeAgain(t, what+" without the database", bound)
	}
	if err := cluster.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	eventually(t, "writing again", func() bool {
		_, a := requests(p.URL, room)[3](t, ada.Token)
		return a.status == 200
	})
	figures.Note(t, figures.Kills, "a server whose Postgres is gone, and comes back", "one request of each kind", "each answered at once with 503 and `Retry-After`; writing again %.1f s after Postgres' return", time.Since(began).Seconds())
}

func TestADatabaseThatHangsKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	cluster, p, ada := durable(t, servertest.Env("STRESSTESTER_ANSWER_SECONDS=2"))
	room := makeRoom(t, p.URL, ada)
	if err := cluster.Freeze(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Thaw() })
	type answer struct {
		what string
		asked
	}
	kinds := requests(p.URL, room)
	const each = 4
	answers := make(chan answer, each*len(kinds))
	for range each {
		for _, r := range kinds {
			go func() {
				what, a := r(t, ada.Token)
				answers <- answer{what, a}
			}()
		}
	}
	for range cap(answers) {
		a := <-answers
		// A read that is under way is waited for, six seconds at most, after its time in line.
		a.comeAgain(t, a.what+" while the database hangs", 2*bound)
	}
	if code, _ := status(t, p.URL+"/healthz"); code != 200 {
		t.Errorf("while its database hangs the process counts as dead: %d", code)
	}
	if code, _ := status(t, p.URL+"/readyz"); code != 503 {
		t.Errorf("while its database hangs the server counts as ready: %d", code)
	}
	if err := cluster.Thaw(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	eventually(t, "writing again", func() bool {
		_, a := kinds[3](t, ada.Token)
		return a.status == 200 || a.status == 412 // one of the writes before may have been done
	})
	t.Logf("%v after the database's return the server writes again", time.Since(began).Round(time.Millisecond))
}

func TestAServerThatIsFullSaysSoAtOnce(t *testing.T) {
	t.Parallel()
	config := postgrestest.Config(t)
	p := servertest.Start(t, config, roomy, servertest.Env("STRESSTESTER_MAX_REQUESTS=3"))
	ada := authtest.NewUser(t, postgrestest.Open(t, config), "ada")
	room := makeRoom(t, p.URL, ada)
	conn, err := pgx.Connect(t.Context(), "host="+config.Host+" user="+config.User+" dbname="+config.Database+" sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `select from app.rooms where id = $1 for update`, room); err != nil {
		t.Fatal(err)
	}
	// A write that finds the server full, or has waited for the room long enough, comes again until all is seen:
	// whichever of these requests and those below arrives first, three are soon waiting.
	write := requests(p.URL, room)[3]
	var writers sync.WaitGroup
	seen := make(chan struct{})
	for range 3 {
		writers.Go(func() {
			for {
				_, a := write(t, ada.Token)
				a.comeAgain(t, "a write to a room that is locked", 2*bound)
				select {
				case <-seen:
					return
				default:
				}
			}
		})
	}
	stop := sync.OnceFunc(func() {
		close(seen)
		writers.Wait()
	})
	t.Cleanup(stop)
	eventually(t, "three requests wait for the room", func() bool {
		a := ask(t, "GET", p.URL+api.PathCapabilities, ada.Token, nil, nil)
		if a.status == 503 {
			a.comeAgain(t, "one request too many", bound)
			if !strings.Contains(a.body, "as many requests as it can") {
				t.Errorf("it says %s", a.body)
			}
		}
		return a.status == 503
	})
	if code, _ := status(t, p.URL+"/healthz"); code != 200 {
		t.Errorf("a full server counts as dead: %d", code)
	}
	stop()
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, a := write(t, ada.Token); a.status != 200 {
		t.Errorf("when there is room again: %d %s", a.status, a.body)
	}
}

func TestOneFeedTooManyIsSentElsewhere(t *testing.T) {
	t.Parallel()
	config := postgrestest.Config(t)
	p := servertest.Start(t, config, roomy, servertest.Env("STRESSTESTER_MAX_FEEDS=2"))
	db := postgrestest.Open(t, config)
	users := []authtest.User{authtest.NewUser(t, db, "ada"), authtest.NewUser(t, db, "bob"), authtest.NewUser(t, db, "eve")}
	var leave context.CancelFunc
	for _, u := range users[:2] {
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		leave = cancel
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+api.PathEvents, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+u.Token)
		response, err := http.DefaultClient.Do(r)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("a feed: %v, %+v", err, response)
		}
		t.Cleanup(func() { _ = response.Body.Close() })
	}
	a := ask(t, "GET", p.URL+api.PathEvents, users[2].Token, nil, nil)
	a.comeAgain(t, "a feed too many", bound)
	if !strings.Contains(a.body, "change feeds") {
		t.Errorf("it says %s", a.body)
	}
	if a := ask(t, "GET", p.URL+api.PathRooms, users[2].Token, nil, nil); a.status != 200 {
		t.Errorf("everything else is answered with %d %s", a.status, a.body)
	}
	leave()
	eventually(t, "a feed when another has ended", func() bool {
		return ask(t, "GET", p.URL+api.PathEvents, users[2].Token, nil, nil).status == 200
	})
}
