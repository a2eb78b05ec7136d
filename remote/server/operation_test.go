package server_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"stresstester/remote/auth/authtest"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/local"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/command"
	"stresstester/remote/server/servertest"
)

func status(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body)
}

// eventually waits until fn is true, for at most ten seconds.
func eventually(t *testing.T, what string, fn func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !fn() {
		if time.Now().After(deadline) {
			t.Fatalf("ten seconds later still not: %s", what)
		}
		time.Sleep(20 * time.Millisecond) // between two looks
	}
}

func TestAServerOutlivesItsDatabasesDeath(t *testing.T) {
	t.Parallel()
	cluster, err := local.Start(t.Context(), local.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	if err := cluster.Exec(t.Context(), "create database s"); err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Migrate(t.Context(), cluster.Config("s")); err != nil {
		t.Fatal(err)
	}
	p := servertest.Start(t, cluster.Config("s"), roomy)
	if code, body := status(t, p.URL+"/readyz"); code != 200 {
		t.Fatalf("at first: %d %s", code, body)
	}
	if err := cluster.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "not ready without its database", func() bool { code, _ := status(t, p.URL+"/readyz"); return code == 503 })
	if code, _ := status(t, p.URL+"/healthz"); code != 200 {
		t.Errorf("without its database the process counts as dead: %d", code)
	}
	b := servertest.NewBrowser(t, p.URL)
	if page := b.Post("/sign-in", "name", "ada", "password", servertest.Password); page.Status != 503 || page.Header.Get("Retry-After") == "" {
		t.Errorf("signing in without the database: %d %s", page.Status, page.Message())
	}
	if err := cluster.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "ready again", func() bool { code, _ := status(t, p.URL+"/readyz"); return code == 200 })
	b.SignUp("ada")
}

func TestAServerThatIsToldToEndFinishesWhatItBegan(t *testing.T) {
	t.Parallel()
	p := servertest.Start(t, postgrestest.Config(t), roomy)
	// A request whose body is still to come when the server is told to end.
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := "name=late&password=" + strings.ReplaceAll(servertest.Password, " ", "+")
	fmt.Fprintf(conn, "POST /sign-up HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		strings.TrimPrefix(p.URL, "http://"), len(body))
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err) // the handler asks for the body, so the request is under way
	}
	ended := make(chan int, 1)
	go func() { ended <- p.Stop() }()
	eventually(t, "it shuts down", func() bool { return strings.Contains(p.Log(), "shutting down") })
	fmt.Fprint(conn, body)
	if _, err := answers.ReadString('\n'); err != nil { // the empty line after 100 Continue
		t.Fatal(err)
	}
	if line, err := answers.ReadString('\n'); !strings.Contains(line, "303") {
		t.Errorf("the request under way: %q, %v", line, err)
	}
	if code := <-ended; code != 0 {
		t.Errorf("exit status %d:\n%s", code, p.Log())
	}
}

func TestTryingItOutNeedsNothing(t *testing.T) {
	t.Parallel()
	address, metrics := servertest.FreeAddress(t), servertest.FreeAddress(t)
	env := t.TempDir() + "/.env"
	writeFile(t, env, "STRESSTESTER_LISTEN="+address+"\nSTRESSTESTER_METRICS_LISTEN="+metrics+"\n")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out, said safeBuffer
	done := make(chan int, 1)
	go func() { done <- command.Run(ctx, "test", []string{"serve", "--dev", "--env-file", env}, &out, &said) }()
	eventually(t, "it listens", func() bool { return strings.Contains(out.String(), "listening on "+address) })
	servertest.NewBrowser(t, "http://"+address).SignUp("ada")
	if !strings.Contains(said.String(), "throw-away Postgres runs in") || !strings.Contains(said.String(), "open http://"+address) {
		t.Errorf("it said:\n%s", said.String())
	}
	code, text := status(t, "http://"+metrics+"/metrics")
	if code != 200 || !regexp.MustCompile(`stresstester_http_request_duration_seconds_count\{method="POST",route="POST /sign-up",status="303"\} 1`).MatchString(text) {
		t.Errorf("metrics: %d\n%s", code, text)
	}
	if code, _ := status(t, "http://"+address+"/metrics"); code != 404 {
		t.Errorf("metrics are on the public listener, too: %d", code)
	}
	stop()
	if code := <-done; code != 0 {
		t.Errorf("exit status %d:\n%s", code, said.String())
	}
}

func TestTheCommandLineTellsMistakesApart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want int
	}{
		{"help", []string{"--help"}, 0},
		{"a command that is none", []string{"work"}, 2},
		{"a flag that is none", []string{"serve", "--fast"}, 2},
		{"no configuration", []string{"serve", "--env-file="}, 2},
		{"a database that is not there", []string{"migrate", "--env-file", nowhere(t)}, 1},
	} {
		var out bytes.Buffer
		if got := command.Run(t.Context(), "test", test.args, &out, &out); got != test.want {
			t.Errorf("%s: exit status %d, want %d: %s", test.name, got, test.want, out.String())
		}
	}
}

func nowhere(t *testing.T) string {
	env := t.TempDir() + "/.env"
	writeFile(t, env, "POSTGRES_USR=u\nPOSTGRES_PSW=p\nPOSTGRES_HOST=127.0.0.1\nPOSTGRES_PORT=1\nPOSTGRES_DB_NAME=d\nOAUTH_SECRET_KEY="+authtest.Secret+"\n")
	return env
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// safeBuffer is a buffer that one goroutine fills while another reads.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
