package rooms_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"stresstester/remote/api"
	"stresstester/remote/auth/authtest"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/rooms"
	"stresstester/remote/server/servertest"
)

func TestMain(m *testing.M) {
	status := servertest.Main(m)
	if status == 0 && !servertest.IsServer() {
		// When toxiproxy takes away a toxic that has cut a line (reset_peer, timeout), it forgets the link's first stub
		// (ToxicLink.RemoveToxic returns after Cleanup), which waits for ever if it was just handing data on.
		if err := goleak.Find(goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*ToxicStub).Run")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}

// limits without a bound on the rate, which tests do not wait for.
func limits() *api.Limits {
	l := api.DefaultLimits()
	l.RequestsPerMin = 0
	l.FeedsPerUser = 10_000
	return &l
}

// A node is one server process: its own pool, its own listener, its own feed.
type node struct {
	db      *postgres.DB
	service *rooms.Service
	server  *httptest.Server
	url     string
}

func startNode(t testing.TB, config postgres.Config, l *api.Limits) *node {
	t.Helper()
	db := postgrestest.Open(t, config)
	n := &node{db: db, service: rooms.New(db, rooms.Options{Limits: l, Sweep: time.Second})}
	n.server = httptest.NewServer(authtest.NewAuthenticator(t, db).Middleware(n.service.Handler()))
	n.url = n.server.URL
	t.Cleanup(func() {
		n.service.Drain()
		n.server.Close()
		n.service.Close()
	})
	return n
}

// two nodes on a database of their own.
func twoNodes(t testing.TB) (postgres.Config, [2]*node) {
	t.Helper()
	config := postgrestest.Config(t)
	return config, [2]*node{startNode(t, config, limits()), startNode(t, config, limits())}
}

// superuser is a connection for what the server may not do.
func superuser(t testing.TB, config postgres.Config) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", config.Host, config.User, config.Database))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// A client speaks to one node at a time, as one user.
type client struct {
	t     testing.TB
	url   string
	token string
	user  authtest.User
	http  *http.Client
}

func (n *node) client(t testing.TB, u authtest.User) *client {
	return &client{t: t, url: n.url, token: u.Token, user: u, http: n.server.Client()}
}

func (c *client) at(n *node) *client {
	other := *c
	other.url, other.http = n.url, n.server.Client()
	return &other
}

type header map[string]string

func ifMatch(rev api.Revision) header { return header{"If-Match": rev.ETag()} }

func (h header) key(device string, n int) header {
	c := header{api.HeaderIdempotencyKey: fmt.Sprintf("%s:%d", device, n)}
	for k, v := range h {
		c[k] = v
	}
	return c
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

// send makes a request; body is encoded as JSON unless it is nil.
func (c *client) send(ctx context.Context, method, path string, h header, body any) (reply, error) {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return reply{}, err
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, reader)
	if err != nil {
		return reply{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for k, v := range h {
		r.Header.Set(k, v)
	}
	res, err := c.http.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, text}, err
}

// must makes a request that is to be answered with the status, and reads the answer into out.
func (c *client) must(status int, method, path string, h header, body, out any) reply {
	c.t.Helper()
	r, err := c.send(c.t.Context(), method, path, h, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if r.status != status {
		c.t.Fatalf("%s %s was answered with %d, want %d: %s", method, path, r.status, status, r.body)
	}
	if status >= 400 {
		var p api.Problem
		if err := json.Unmarshal(r.body, &p); err != nil || p.Status != status || p.Code == "" || !strings.HasPrefix(r.header.Get("Content-Type"), "application/problem+json") {
			c.t.Fatalf("%s %s: not a problem: %s %s", method, path, r.header.Get("Content-Type"), r.body)
		}
	}
	if out != nil {
		if err := json.Unmarshal(r.body, out); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, r.body)
		}
	}
	return r
}

func fill(path string, values ...string) string {
	for _, v := range values {
		i, j := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:i] + v + path[j+1:]
	}
	return path
}

func (c *client) room(title string, files ...api.NewFile) api.RoomDetail {
	c.t.Helper()
	var r api.RoomDetail
	c.must(201, "POST", api.PathRooms, nil, api.CreateRoom{Title: title, Files: files}, &r)
	return r
}

func (c *client) put(room string, slot api.Slot, base api.Revision, name, content string) api.File {
	c.t.Helper()
	var f api.File
	c.must(200, "PUT", fill(api.PathFile, room, string(slot)), ifMatch(base), putFile(name, content), &f)
	return f
}

func putFile(name, content string) api.PutFile {
	return api.PutFile{FileContent: api.FileContent{Name: name, Content: []byte(content)}}
}

// join makes the user of c a member of the owner's room.
func (c *client) join(owner *client, room string, role api.Role) {
	c.t.Helper()
	if role == api.Owner {
		c.join(owner, room, api.Editor)
		owner.must(200, "PATCH", fill(api.PathMember, room, c.user.ID.String()), nil, api.SetRole{Role: api.Owner}, nil)
		return
	}
	var i api.Invite
	owner.must(201, "POST", fill(api.PathInvites, room), nil, api.NewInvite{Role: role}, &i)
	c.must(200, "POST", api.PathInviteAccept, nil, api.InviteToken{Token: i.Token}, nil)
}

// eventually waits until something holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("this never came: %s", what)
		}
	}
}
