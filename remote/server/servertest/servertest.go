// Package servertest runs the shared server in tests: as real processes, each started
// from the test's own binary, on one database of the test.
//
//	func TestMain(m *testing.M) { os.Exit(servertest.Main(m)) }
//
//	func TestTwoProcesses(t *testing.T) {
//		db := postgrestest.Config(t)
//		one := servertest.Start(t, db)
//		two := servertest.Start(t, db, servertest.As(one))
//		user := authtest.NewUser(t, postgrestest.Open(t, db), "ada")
//		… requests to one.URL and two.URL with user.Token; one.Kill() …
//	}
package servertest

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"stresstester/remote/auth/authtest"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/command"
)

const marker = "STRESSTESTER_TEST_IS_SERVER"

// Main runs the package's tests, or, in a process that [Start] started, the server.
func Main(m *testing.M) int {
	if IsServer() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		return command.Run(ctx, "test", []string{"serve", "--env-file="}, os.Stdout, os.Stderr)
	}
	return postgrestest.Main(m)
}

// IsServer reports whether this process is a server that [Start] started, for a TestMain
// that looks at what the tests leave behind.
func IsServer() bool { return os.Getenv(marker) != "" }

// A Process is one running server.
type Process struct {
	URL string // where it answers; also its issuer, unless started with [Behind] or [As]
	// Issuer is the server's public URL.
	Issuer string

	t    testing.TB
	env  []string
	cmd  *exec.Cmd
	log  *log
	done chan error
}

// An Option changes how a server is started.
type Option func(*options)

type options struct {
	public  string
	address string
	env     []string
}

// As gives the process the public URL of another, as behind one load balancer.
func As(other *Process) Option { return func(o *options) { o.public = other.Issuer } }

// Behind gives the process a public URL, for example a proxy's.
func Behind(url string) Option { return func(o *options) { o.public = url } }

// At gives the process an address, which must be free.
func At(address string) Option { return func(o *options) { o.address = address } }

// Env adds settings, such as STRESSTESTER_REQUESTS_PER_MINUTE=-1.
func Env(settings ...string) Option { return func(o *options) { o.env = append(o.env, settings...) } }

// Start starts a server on a migrated database and waits until it answers. It ends with the test.
func Start(t testing.TB, db postgres.Config, opts ...Option) *Process {
	t.Helper()
	o := options{}
	for _, opt := range opts {
		opt(&o)
	}
	address := o.address
	if address == "" {
		address = FreeAddress(t)
	}
	p := &Process{URL: "http://" + address, t: t}
	p.Issuer = p.URL
	if o.public != "" {
		p.Issuer = o.public
	}
	p.env = append(os.Environ(), marker+"=1",
		"STRESSTESTER_LISTEN="+address, "STRESSTESTER_METRICS_LISTEN=off", "STRESSTESTER_PUBLIC_URL="+p.Issuer,
		"OAUTH_SECRET_KEY="+authtest.Secret, "POSTGRES_USR="+db.User, "POSTGRES_PSW="+db.Password, "POSTGRES_HOST="+db.Host,
		"POSTGRES_PORT="+strconv.Itoa(max(db.Port, 5432)), "POSTGRES_DB_NAME="+db.Database, "POSTGRES_SSLMODE="+db.SSLMode, "POSTGRES_MAX_CONNS=10")
	p.env = append(p.env, o.env...)
	p.Restart()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("log of the server at %s:\n%s", p.URL, p.log)
		}
	})
	return p
}

// FreeAddress is an address that nobody listens on. Somebody else could take it before the
// server does; then starting it fails and says so.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}

// Restart starts the server again, at the same address, after Kill or Stop.
func (p *Process) Restart() {
	p.t.Helper()
	// It ends by Kill or Stop, at the latest when the test is cleaned up: after its context.
	p.cmd = exec.CommandContext(context.WithoutCancel(p.t.Context()), os.Args[0])
	p.cmd.Env = p.env
	p.log = &log{}
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		p.t.Fatalf("starting a server: %v", err)
	}
	up := make(chan string, 1)
	p.done = make(chan error, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		up <- line
		_, _ = io.Copy(io.Discard, out)
		p.done <- p.cmd.Wait()
	}()
	select {
	case line := <-up:
		if strings.HasPrefix(line, "listening on ") {
			return
		}
		p.wait()
		p.t.Fatalf("the server did not start:\n%s", p.log)
	case <-time.After(30 * time.Second):
		p.Kill()
		p.t.Fatalf("the server did not start within 30 s:\n%s", p.log)
	}
}

// Kill ends the server at once, as a crash does.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	p.wait()
}

// Stop tells the server to end, waits, and returns its exit status.
func (p *Process) Stop() int {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.wait()
	return p.cmd.ProcessState.ExitCode()
}

// Log is what the server has logged so far.
func (p *Process) Log() string { return p.log.String() }

func (p *Process) wait() {
	err := <-p.done
	p.done <- err
}

// log keeps the end of what a server writes.
type log struct {
	mu   sync.Mutex
	text []byte
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	if len(l.text) > 1<<20 {
		l.text = l.text[len(l.text)-1<<19:]
	}
	return len(b), nil
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
