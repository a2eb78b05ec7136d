package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"stresstester/remote/api"
	"stresstester/remote/auth"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/authdb"
	"stresstester/remote/postgres/local"
)

const secret = "the secret of a benchmark, which protects nothing"

// login is whom the servers connect as: a member of the role that serves and nothing
// else, as docs/server.md recommends.
const login = "bench_app"

// bench is a database, two server processes, and people with rooms.
type bench struct {
	cluster *local.Cluster
	db      *postgres.DB // ours, to make users
	config  postgres.Config
	binary  string
	logs    string // the servers' logs are here
	servers [2]*server
	nodes   []string // host:port
	users   []user
	sent    int // writes to rooms that are listened to
}

type user struct {
	id    uuid.UUID
	name  string
	token string
	room  string

	interactor api.Revision // of that file, in what the change feeds are measured with
}

// start migrates a new database and starts two servers on it, by the binary.
func start(ctx context.Context, binary string) (b *bench, err error) {
	b = &bench{}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.binary, err = filepath.Abs(binary); err != nil {
		return b, err
	}
	if b.logs, err = os.MkdirTemp("", "stresstester-bench-"); err != nil {
		return b, err
	}
	if b.cluster, err = local.Start(ctx, local.Options{Durable: true, Parent: os.TempDir(), Settings: map[string]string{"shared_buffers": "'256MB'"}}); err != nil {
		return b, err
	}
	if err := b.cluster.Exec(ctx, "create database bench"); err != nil {
		return b, err
	}
	b.config = b.cluster.Config("bench")
	migrate := exec.CommandContext(ctx, b.binary, "migrate", "--env-file=")
	migrate.Env = b.env(b.config.User, "127.0.0.1:1", "off", "http://127.0.0.1:1")
	if out, err := migrate.CombinedOutput(); err != nil {
		return b, fmt.Errorf("%s migrate: %w: %s", b.binary, err, out)
	}
	if err := b.cluster.Exec(ctx, "create role "+login+" login in role "+postgres.Role); err != nil {
		return b, err
	}
	if b.db, err = postgres.Open(ctx, b.config); err != nil {
		return b, err
	}
	for i := range b.servers {
		address, err1 := free(ctx)
		metrics, err2 := free(ctx)
		if err := errors.Join(err1, err2); err != nil {
			return b, err
		}
		b.nodes = append(b.nodes, address)
		b.servers[i] = &server{address: address, metrics: metrics}
		if err := b.startServer(ctx, i); err != nil {
			return b, err
		}
	}
	return b, nil
}

// free is an address that nobody listens on at this moment.
func free(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// env is the configuration of a server. Both have the first one's address as their public one, as
// behind one load balancer. Limits on rates are off: the load is beyond what one user may ask.
func (b *bench) env(user, address, metrics, public string) []string {
	return append(os.Environ(),
		"STRESSTESTER_LISTEN="+address, "STRESSTESTER_METRICS_LISTEN="+metrics, "STRESSTESTER_PUBLIC_URL="+public, "OAUTH_SECRET_KEY="+secret,
		"POSTGRES_USR="+user, "POSTGRES_PSW=", "POSTGRES_HOST="+b.config.Host, "POSTGRES_PORT=5432", "POSTGRES_DB_NAME="+b.config.Database, "POSTGRES_SSLMODE=disable",
		"STRESSTESTER_REQUESTS_PER_MINUTE=-1", "STRESSTESTER_ATTEMPTS_FACTOR=100000")
}

// A server is one process of the binary.
type server struct {
	address, metrics string
	cmd              *exec.Cmd
	log              *os.File
}

// startServer starts the i-th server, again if it ran before, and waits until it listens.
func (b *bench) startServer(ctx context.Context, i int) error {
	s := b.servers[i]
	cmd := exec.CommandContext(ctx, b.binary, "serve", "--env-file=")
	cmd.Env = b.env(login, s.address, s.metrics, "http://"+b.nodes[0])
	var err error
	if s.log, err = os.OpenFile(filepath.Join(b.logs, strconv.Itoa(i)+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return err
	}
	cmd.Stderr = s.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s (make build makes it): %w", b.binary, err)
	}
	s.cmd = cmd
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "listening on ") {
		return fmt.Errorf("%s serve said %q: %w\n%s", b.binary, line, err, b.tail(i))
	}
	return nil
}

// tail is the end of a server's log.
func (b *bench) tail(i int) string {
	text, err := os.ReadFile(b.servers[i].log.Name())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4096):])
}

// kill ends a server as a crash does.
func (s *server) kill() {
	if s == nil || s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = s.log.Close()
	s.cmd = nil
}

// profile asks a server for its profile of the processor over so many seconds.
func (s *server) profile(ctx context.Context, seconds int, path string) error {
	body, err := get(ctx, "http://"+s.metrics+"/debug/pprof/profile?seconds="+strconv.Itoa(seconds))
	if err != nil {
		return err
	}
	return os.WriteFile(path, body, 0o600)
}

func (b *bench) close() {
	for _, s := range b.servers {
		s.kill()
	}
	if b.db != nil {
		b.db.Close()
	}
	if b.cluster != nil {
		if err := b.cluster.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	if b.logs != "" {
		_ = os.RemoveAll(b.logs)
	}
}

// version is that of Postgres.
func (b *bench) version(ctx context.Context) (text string, err error) {
	err = b.db.Pool().QueryRow(ctx, "show server_version").Scan(&text)
	text, _, _ = strings.Cut(text, " ")
	return text, err
}

// populate makes users, each with a room of three files that have 8 KiB together.
func (b *bench) populate(ctx context.Context, n int) error {
	store := authdb.New(b.db)
	c, err := dial(b.nodes[0])
	if err != nil {
		return err
	}
	defer c.close()
	hash, err := auth.NewHasher(0).Hash(ctx, password) // everybody has the same
	if err != nil {
		return err
	}
	for i := range n {
		u := user{id: uuid.Must(uuid.NewV7()), room: api.NewID()}
		u.name = fmt.Sprintf("user-%d", i)
		if err := store.CreateUser(ctx, authdb.User{ID: u.id, Username: u.name, DisplayName: u.name, PasswordHash: hash}); err != nil {
			return err
		}
		scopes := []auth.Scope{auth.ScopeRoomsRead, auth.ScopeRoomsWrite}
		if u.token, _, err = auth.CreatePersonalToken(ctx, store, u.id, "bench", scopes, time.Now().Add(time.Hour)); err != nil {
			return err
		}
		create := api.CreateRoom{ID: u.room, Title: "room of " + u.name}
		for slot, size := range map[api.Slot]int{"tested": 4096, "brute": 2048, "generator": 2048} {
			content := strings.Repeat("int x = 0; // a line\n", size/21)
			create.Files = append(create.Files, api.NewFile{Slot: slot, FileContent: api.FileContent{Name: "a.cpp", Content: []byte(content)}})
		}
		status, body, err := c.do(request("POST", api.PathRooms, u.token, "", create))
		if err != nil || status != 201 {
			return errors.Join(err, fmt.Errorf("making a room: %d %s", status, body))
		}
		b.users = append(b.users, u)
	}
	return nil
}

// memory is the resident memory of both servers in bytes; 0 where /proc does not tell.
func (b *bench) memory() (total int64) {
	for _, s := range b.servers {
		if s.cmd == nil {
			continue
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.cmd.Process.Pid))
		if err != nil {
			return 0
		}
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			pages, err := strconv.ParseInt(fields[1], 10, 64)
			if err == nil {
				total += pages * int64(os.Getpagesize())
			}
		}
	}
	return total
}
