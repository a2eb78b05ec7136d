package server_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"stresstester/remote/api"
	"stresstester/remote/auth"
	"stresstester/remote/auth/authtest"
	"stresstester/remote/figures"
	"stresstester/remote/postgres/authdb"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
)

// openFeed opens a change feed; its lines end when it ends.
func openFeed(t *testing.T, server, token string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+api.PathEvents, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	if response.StatusCode != http.StatusOK {
		t.Fatalf("a feed is answered with %s", response.Status)
	}
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(response.Body); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	if line := <-lines; !strings.HasPrefix(line, "retry:") {
		t.Fatalf("a feed begins with %q", line)
	}
	return lines
}

// An open feed is no way around a revocation: it ends within five seconds, on every process.
func TestAFeedEndsWhenItsDeviceIsSignedOut(t *testing.T) {
	t.Parallel()
	config := postgrestest.Config(t)
	one := servertest.Start(t, config, roomy)
	two := servertest.Start(t, config, roomy, servertest.As(one))
	db := postgrestest.Open(t, config)
	store := authdb.New(db)
	var mu sync.Mutex
	var slowest time.Duration
	t.Cleanup(func() {
		figures.Note(t, figures.SignIn, "until an open change feed ends whose device was signed out", "a token revoked, a user disabled, a user deleted, by another process", "slowest %.1f s (allowed: 5 s)", slowest.Seconds())
	})
	for name, signOut := range map[string]func(ctx context.Context, u authtest.User) error{
		"a token is revoked": func(ctx context.Context, u authtest.User) error {
			return store.RevokeDevice(ctx, u.ID, u.Device, "a test", time.Now())
		},
		"a user is disabled": func(ctx context.Context, u authtest.User) error {
			return store.SetDisabled(ctx, u.ID, true, time.Now())
		},
		"a user is deleted": func(ctx context.Context, u authtest.User) error { return store.DeleteUser(ctx, u.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := authtest.NewUser(t, db, strings.ReplaceAll(name, " ", "-"))
			other, _ := authtest.NewToken(t, db, authtest.NewUser(t, db, strings.ReplaceAll(name, " ", "-")+"-other").ID, "t", "rooms:read")
			feeds := []<-chan string{openFeed(t, one.URL, u.Token), openFeed(t, two.URL, u.Token)}
			stays := openFeed(t, two.URL, other)
			if err := signOut(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			for _, feed := range feeds {
				said := ""
				for line := range feed {
					said += line + "\n"
				}
				if took := time.Since(began); took > 5*time.Second || !strings.Contains(said, "signed out") {
					t.Errorf("after %v the feed ended with %q", took, said)
				}
			}
			mu.Lock()
			slowest = max(slowest, time.Since(began))
			mu.Unlock()
			for {
				select {
				case line, ok := <-stays:
					if !ok {
						t.Error("somebody else's feed ended, too")
						return
					}
					_ = line
					continue
				default:
				}
				break
			}
		})
	}
}

// A revocation made at one process holds at the other within five seconds, however lately that one looked.
func TestHowSoonARevocationHolds(t *testing.T) {
	t.Parallel()
	config := postgrestest.Config(t)
	one := servertest.Start(t, config, roomy)
	two := servertest.Start(t, config, roomy, servertest.As(one))
	db := postgrestest.Open(t, config)
	store := authdb.New(db)
	u := authtest.NewUser(t, db, "ada")
	tokens := min(2+*refreshes/50, 20)
	var mu sync.Mutex
	var slowest time.Duration
	parallel(tokens, func(i int) {
		token, device := authtest.NewToken(t, db, u.ID, fmt.Sprint("token ", i), auth.ScopeRoomsRead)
		// Every process has just looked at some tokens when they are revoked, and at others a while ago.
		begin := time.Now()
		for time.Since(begin) < time.Duration(i)*200*time.Millisecond {
			if ask(t, "GET", two.URL+api.PathCapabilities, token, nil, nil).status != 200 {
				t.Error("the token does not work")
				return
			}
			time.Sleep(50 * time.Millisecond) // between two looks
		}
		if err := store.RevokeDevice(t.Context(), u.ID, device, "a test", time.Now()); err != nil {
			t.Error(err)
			return
		}
		revoked := time.Now()
		for _, p := range []*servertest.Process{one, two} {
			for ask(t, "GET", p.URL+api.PathRooms, token, nil, nil).status != 401 {
				if time.Since(revoked) > 5*time.Second {
					t.Errorf("five seconds later the token still works at %s", p.URL)
					return
				}
				time.Sleep(20 * time.Millisecond) // between two looks
			}
		}
		mu.Lock()
		defer mu.Unlock()
		slowest = max(slowest, time.Since(revoked))
	})
	figures.Note(t, figures.SignIn, "until a revoked token is refused by every process", fmt.Sprintf("%d tokens in use at one process, revoked at the other", tokens), "slowest %.1f s (allowed: 5 s)", slowest.Seconds())
}
