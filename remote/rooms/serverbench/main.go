// Command serverbench measures the rooms of the shared server on this machine: reads, reads of what the
// client has, conditional writes, and change feeds. Two server processes, a Postgres that waits for its
// disk, and the load generator share the machine; every request is authenticated, and row security is on.
//
//	go run ./remote/rooms/serverbench -write docs/benchmarks.md
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/google/uuid"

	"stresstester/remote/api"
	"stresstester/remote/auth"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/authdb"
	"stresstester/remote/postgres/local"
	"stresstester/remote/rooms"
)

// serveEnv makes this program a server process on the database that its value describes.
const serveEnv = "STRESSTESTER_BENCH_SERVE"

const secret = "the secret of a benchmark, which protects nothing"

func main() {
	if text := os.Getenv(serveEnv); text != "" {
		fail(serve(text))
		return
	}
	seconds := flag.Duration("time", 8*time.Second, "how long each load lasts")
	feeds := flag.Int("feeds", 5000, "change feeds that are open at the same time")
	write := flag.String("write", "", "the document whose section is to be replaced")
	flag.Parse()
	report, err := measure(*seconds, *feeds)
	fail(err)
	fmt.Fprint(os.Stdout, report)
	if *write != "" {
		fail(replaceSection(*write, report))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func limits() *api.Limits {
	l := api.DefaultLimits()
	l.RequestsPerMin = 0 // the load is beyond what one user may ask
	return &l
}

// serve serves until it is killed, and prints its address.
func serve(text string) error {
	var config postgres.Config
	if err := json.Unmarshal([]byte(text), &config); err != nil {
		return err
	}
	config.MaxConns = 16
	db, err := postgres.Open(context.Background(), config)
	if err != nil {
		return err
	}
	sealer, err := auth.NewSealer([]byte(secret), auth.PurposeTokens)
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, listener.Addr())
	service := rooms.New(db, rooms.Options{Limits: limits()})
	handler := auth.NewAuthenticator(authdb.New(db), sealer).Middleware(service.Handler())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(listener)
}

// bench is a database, two server processes, and people with rooms.
type bench struct {
	cluster *local.Cluster
	db      *postgres.DB
	servers []*exec.Cmd
	nodes   []string // host:port
	users   []user
}

type user struct {
	id    uuid.UUID
	token string
	room  string
}

func start(ctx context.Context) (b *bench, err error) {
	b = &bench{}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.cluster, err = local.Start(ctx, local.Options{Durable: true, Parent: os.TempDir(), Settings: map[string]string{"shared_buffers": "'256MB'"}}); err != nil {
		return b, err
	}
	if err := b.cluster.Exec(ctx, "create database bench"); err != nil {
		return b, err
	}
	config := b.cluster.Config("bench")
	if _, err := postgres.Migrate(ctx, config); err != nil {
		return b, err
	}
	if b.db, err = postgres.Open(ctx, config); err != nil {
		return b, err
	}
	for range 2 {
		if err := b.startServer(ctx, config); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (b *bench) startServer(ctx context.Context, config postgres.Config) error {
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	b.servers = append(b.servers, cmd)
	var address string
	if _, err := fmt.Fscanln(out, &address); err != nil {
		return fmt.Errorf("starting a server process: %w", err)
	}
	b.nodes = append(b.nodes, address)
	return nil
}

func (b *bench) close() {
	for _, s := range b.servers {
		_ = s.Process.Kill()
		_ = s.Wait()
	}
	if b.db != nil {
		b.db.Close()
	}
	if b.cluster != nil {
		if err := b.cluster.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

// populate makes users, each with a room of three files that have 8 KiB together.
func (b *bench) populate(ctx context.Context, n int) error {
	store := authdb.New(b.db)
	c, err := dial(b.nodes[0])
	if err != nil {
		return err
	}
	defer c.close()
	for i := range n {
		u := user{id: uuid.Must(uuid.NewV7()), room: api.NewID()}
		name := fmt.Sprintf("user-%d", i)
		if err := store.CreateUser(ctx, authdb.User{ID: u.id, Username: name, DisplayName: name}); err != nil {
			return err
		}
		scopes := []auth.Scope{auth.ScopeRoomsRead, auth.ScopeRoomsWrite}
		if u.token, _, err = auth.CreatePersonalToken(ctx, store, u.id, "bench", scopes, time.Now().Add(time.Hour)); err != nil {
			return err
		}
		create := api.CreateRoom{ID: u.room, Title: "room of " + name}
		for slot, size := range map[api.Slot]int{"tested": 4096, "brute": 2048, "generator": 2048} {
			content := strings.Repeat("int x = 0; // a line\n", size/21)
			create.Files = append(create.Files, api.NewFile{Slot: slot, FileContent: api.FileContent{Name: "a.cpp", Content: []byte(content)}})
		}
		status, body, err := c.do(request("POST", api.PathRooms, u.token, "", create))
		if err != nil || status != http.StatusCreated {
			return errors.Join(err, fmt.Errorf("making a room: %d %s", status, body))
		}
		b.users = append(b.users, u)
	}
	return nil
}

func measure(each time.Duration, feeds int) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	b, err := start(ctx)
	defer b.close()
	if err != nil {
		return "", err
	}
	const users, clients = 500, 32
	if err := b.populate(ctx, users); err != nil {
		return "", err
	}
	var lines []string
	for _, l := range []struct {
		name   string
		target int
		run    func(conn *conn, u user) (func() error, error)
	}{
		{"room reads (8 KiB in three files)", 4000, readRoom},
		{"not modified (If-None-Match)", 7000, hasRoom},
		{"conditional writes (2 KiB, on disk)", 1000, writeFile},
	} {
		r, err := b.load(clients, each, l.run)
		if err != nil {
			return "", fmt.Errorf("%s: %w", l.name, err)
		}
		lines = append(lines, fmt.Sprintf("| %s | %d | %.1f ms | %.1f ms | %.1f ms | %d |", l.name, int(r.rate), ms(r.at(0.5)), ms(r.at(0.99)), ms(r.at(1)), l.target))
	}
	f, err := b.feeds(ctx, feeds, each)
	if err != nil {
		return "", fmt.Errorf("change feeds: %w", err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "Written by `make bench-server`. Two server processes, Postgres %s with `fsync` on, and the load generator (%d connections that\nsend the next request when the answer to the last is there) share %d processors. %d users with a room each; every request carries a bearer\ntoken, every query runs under row security, a write is answered when Postgres has it on disk. TLS is off.\n\n", "15", clients, runtime.NumCPU(), users)
	fmt.Fprintf(&out, "| load | a second | median | 99 %% | slowest | wanted |\n| --- | --- | --- | --- | --- | --- |\n%s\n\n", strings.Join(lines, "\n"))
	fmt.Fprint(&out, f)
	return out.String(), nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

const (
	sectionStart = "<!-- server: begin -->"
	sectionEnd   = "<!-- server: end -->"
)

// replaceSection writes the report between the section's marks, or at the document's end.
func replaceSection(path, report string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	section := sectionStart + "\n## The shared server\n\n" + report + sectionEnd
	before, rest, found := strings.Cut(string(text), sectionStart)
	_, after, _ := strings.Cut(rest, sectionEnd)
	if !found {
		before, after = strings.TrimRight(before, "\n")+"\n\n", "\n"
	}
	return os.WriteFile(path, []byte(before+section+after), 0o644) //nolint:gosec // a document for everybody
}
