package server_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"stresstester/remote/api"
	"stresstester/remote/auth/authtest"
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
			t.Logf("both feeds ended within %v", time.Since(began).Round(time.Millisecond))
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
