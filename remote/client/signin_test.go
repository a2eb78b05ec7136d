package client_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stresstester/remote/client"
	"stresstester/remote/figures"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
)

// refreshes is how often each of two processes renews the sign-in that they share.
var refreshes = flag.Int("refreshes", 25, "how often each of two processes renews a sign-in")

// refresherVariable makes the test's binary a process that renews: DIR SERVER N.
const refresherVariable = "STRESSTESTER_TEST_REFRESHER"

func TestMain(m *testing.M) {
	if job := os.Getenv(refresherVariable); job != "" {
		os.Exit(refresher(strings.Split(job, "\x1f")))
	}
	os.Exit(servertest.Main(m))
}

// site is a real server and somebody who has an account there.
func site(t *testing.T) (*servertest.Process, *servertest.Browser) {
	t.Helper()
	process := servertest.Start(t, postgrestest.Config(t), servertest.Env("STRESSTESTER_REQUESTS_PER_MINUTE=-1", "STRESSTESTER_ATTEMPTS_FACTOR=1000"))
	browser := servertest.NewBrowser(t, process.URL)
	browser.SignUp("ada")
	return process, browser
}

func TestSignInByTheBrowserOnThisMachine(t *testing.T) {
	t.Parallel()
	process, browser := site(t)
	oauth := &client.OAuth{Server: process.URL}
	opened := make(chan string, 1)
	type outcome struct {
		c   client.Credentials
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		c, err := oauth.Login(t.Context(), client.Asking{Name: "A test", Show: func(address, _ string) { opened <- address }})
		done <- outcome{c, err}
	}()
	var got outcome
	select {
	case got = <-done:
		t.Fatalf("it ended before anybody signed in: %v", got.err)
	case address := <-opened:
		back := browser.Allow(address)
		response, err := http.Get(back.String())
		if err != nil {
			t.Fatal(err)
		}
		page, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if !strings.Contains(string(page), "You are signed in") {
			t.Errorf("the browser shows %s", page)
		}
	}
	if got = <-done; got.err != nil {
		t.Fatal(got.err)
	}
	account, err := oauth.Whoami(t.Context(), got.c.Access)
	if err != nil || account.Name != "ada" || account.User == "" {
		t.Errorf("got %+v, %v", account, err)
	}
	next, err := oauth.Refresh(t.Context(), got.c.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	if err := oauth.Revoke(t.Context(), next.Refresh); err != nil {
		t.Fatal(err)
	}
	if _, err := oauth.Refresh(t.Context(), next.Refresh); err == nil {
		t.Error("a sign-in that was ended can be renewed")
	}
}

func TestSignInRefusedInTheBrowser(t *testing.T) {
	t.Parallel()
	process, browser := site(t)
	_, err := (&client.OAuth{Server: process.URL}).Login(t.Context(), client.Asking{Show: func(address, _ string) {
		go func() {
			back := browser.Refuse(address)
			if response, err := http.Get(back.String()); err == nil {
				response.Body.Close()
			}
		}()
	}})
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

func TestSignInByACode(t *testing.T) {
	t.Parallel()
	process, browser := site(t)
	oauth := &client.OAuth{Server: process.URL}
	c, err := oauth.Login(t.Context(), client.Asking{Device: true, Name: "A test", Show: func(address, code string) {
		if !strings.HasPrefix(address, process.URL) || code == "" {
			t.Errorf("shown %q, %q", address, code)
		}
		browser.AllowDevice(code)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if account, err := oauth.Whoami(t.Context(), c.Access); err != nil || account.Name != "ada" {
		t.Errorf("got %+v, %v", account, err)
	}
}

// TestTwoProcessesStaySignedIn lets two processes renew one sign-in again and again
// while a tenth of the answers get lost.
func TestTwoProcessesStaySignedIn(t *testing.T) {
	t.Parallel()
	process, browser := site(t)
	oauth := &client.OAuth{Server: process.URL}
	c, err := oauth.Login(t.Context(), client.Asking{Device: true, Name: "A test", Show: func(_, code string) { browser.AllowDevice(code) }})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := (&client.Vault{Dir: dir, FileOnly: true}).Save(process.URL, c); err != nil {
		t.Fatal(err)
	}
	var renewed, lost atomic.Int64
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this binary
			cmd.Env = append(os.Environ(), refresherVariable+"="+strings.Join([]string{dir, process.URL, strconv.Itoa(*refreshes)}, "\x1f"))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
			var n, gone, given int64
			if _, err := fmt.Sscanf(string(out), "renewed %d times, %d answers lost, %d tries given up", &n, &gone, &given); err != nil {
				t.Errorf("%v: %s", err, out)
			}
			renewed.Add(n)
			lost.Add(gone)
		})
	}
	wg.Wait()
	figures.Note(t, figures.SignIn, "one sign-in renewed by two daemons, a tenth of the answers dropped", fmt.Sprintf("2 processes, %d renewals, %d answers lost", renewed.Load(), lost.Load()), "0 signed out")
}

// forgetful loses a tenth of the answers.
type forgetful struct{ renewed, lost atomic.Int64 }

func (f *forgetful) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if rand.IntN(10) == 0 {
		response.Body.Close()
		f.lost.Add(1)
		return nil, errors.New("the answer was lost")
	}
	if response.StatusCode == http.StatusOK {
		f.renewed.Add(1)
	}
	return response, nil
}

func refresher(job []string) int {
	n, err := strconv.ParseInt(job[2], 10, 64)
	if err != nil {
		return 2
	}
	line := &forgetful{}
	tokens := &client.Signed{
		Server: job[1], Vault: &client.Vault{Dir: job[0], FileOnly: true},
		OAuth: &client.OAuth{Server: job[1], HTTP: &http.Client{Transport: line, Timeout: 10 * time.Second}},
	}
	last, failed := "", 0
	for line.renewed.Load() < n {
		token, err := tokens.Token(context.Background(), last)
		switch {
		case client.IsSignedOut(err):
			fmt.Printf("signed out after %d: %v\n", line.renewed.Load(), err)
			return 1
		case err != nil:
			failed++ // not reached; the next try is another one
		case token == last:
			fmt.Println("a token that was refused was given again")
			return 1
		default:
			last = token
		}
	}
	fmt.Printf("renewed %d times, %d answers lost, %d tries given up\n", line.renewed.Load(), line.lost.Load(), failed)
	return 0
}
