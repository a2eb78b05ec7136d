package rooms_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"stresstester/remote/api"
	"stresstester/remote/auth/authtest"
)

// An event of a change feed.
type event struct {
	name, id, data string
}

type stream struct {
	t      *testing.T
	events chan event
	cancel context.CancelFunc
}

func (c *client) listen(t *testing.T, last string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+api.PathEvents, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	res, err := c.http.Do(r) //nolint:bodyclose // by the cleanup below
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the feed is answered with %s %s", res.Status, res.Header)
	}
	s := &stream{t: t, events: make(chan event, 100), cancel: cancel}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(s.events)
		var e event
		lines := bufio.NewScanner(res.Body)
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case lines.Text() == "" && e.name != "":
				s.events <- e
				e = event{}
			case name == "event":
				e.name = value
			case name == "id":
				e.id = value
			case name == "data":
				e.data = value
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		res.Body.Close()
	})
	return s
}

// next waits for an event of that name for which accept agrees, and drops the others.
func next[T any](s *stream, name string, accept func(T) bool) (data T, id string) {
	s.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case e, ok := <-s.events:
			if !ok {
				s.t.Fatalf("the feed ended before a %s", name)
			}
			var data T
			if e.name != name {
				continue
			}
			if err := json.Unmarshal([]byte(e.data), &data); err != nil {
				s.t.Fatalf("%s: %v", e.data, err)
			}
			if accept(data) {
				return data, e.id
			}
		case <-deadline:
			s.t.Fatalf("no %s came", name)
		}
	}
}

func anything[T any](T) bool { return true }

func TestAChangeIsHeardOnBothNodes(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	bob := nodes[1].client(t, authtest.NewUser(t, nodes[0].db, "bob"))
	eve := nodes[1].client(t, authtest.NewUser(t, nodes[0].db, "eve"))
	room := ada.room("r").ID
	here, there, stranger := ada.listen(t, ""), bob.listen(t, ""), eve.listen(t, "")
	for _, s := range []*stream{here, there, stranger} {
		if h, _ := next(s, api.EventHello, anything[api.Hello]); h.Resumed {
			t.Errorf("a new feed says that it goes on")
		}
	}
	is := func(rev api.Revision, gone bool) func(api.Poke) bool {
		return func(p api.Poke) bool { return p.Room == room && p.Rev >= rev && p.Gone == gone }
	}
	bob.join(ada, room, api.Editor)
	next(there, api.EventPoke, is(2, false)) // a room that is new to him
	ada.put(room, "tested", 0, "a.cpp", "x")
	_, id := next(here, api.EventPoke, is(3, false))
	next(there, api.EventPoke, is(3, false))
	bob.put(room, "tested", 3, "a.cpp", "y")
	next(here, api.EventPoke, is(4, false))

	// Whoever was away hears what changed meanwhile.
	here.cancel()
	ada.put(room, "tested", 4, "a.cpp", "z")
	back := ada.at(nodes[1]).listen(t, id)
	if h, _ := next(back, api.EventHello, anything[api.Hello]); !h.Resumed {
		t.Errorf("a feed with an id does not go on")
	}
	next(back, api.EventPoke, is(5, false))

	ada.must(204, "DELETE", fill(api.PathMember, room, bob.user.ID.String()), nil, nil, nil)
	next(there, api.EventPoke, is(0, true))
	select {
	case e := <-stranger.events:
		t.Errorf("a stranger hears %+v", e)
	default:
	}
	nodes[1].service.Drain()
	next(back, api.EventBye, anything[api.Bye])
}

func TestAChangeWhoseServerDiedBeforeItToldIsFoundBySweeping(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r").ID
	feed := ada.listen(t, "")
	next(feed, api.EventHello, anything[api.Hello])
	// As a server does that dies between commit and notice.
	conn, err := nodes[1].db.Pool().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), "begin"); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"select set_config('app.user_id', '" + ada.user.ID.String() + "', true)", "update app.rooms set rev = rev + 1 where id = '" + room + "'", "commit"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	next(feed, api.EventPoke, func(p api.Poke) bool { return p.Room == room && p.Rev == 2 })
}

func TestListeningGoesOnWhenItsConnectionIsCut(t *testing.T) {
	t.Parallel()
	config, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r").ID
	feed := ada.at(nodes[1]).listen(t, "")
	next(feed, api.EventHello, anything[api.Hello])
	var cut int
	if err := superuser(t, config).QueryRow(t.Context(), `select count(pg_terminate_backend(pid)) from pg_stat_activity
		where datname = current_database() and query ilike 'listen %'`).Scan(&cut); err != nil || cut == 0 {
		t.Fatalf("cut %d connections, %v", cut, err)
	}
	rev := api.Revision(0)
	for range 3 {
		rev = ada.put(room, "tested", rev, "a.cpp", "x"+rev.ETag()).Rev
	}
	next(feed, api.EventPoke, func(p api.Poke) bool { return p.Room == room && p.Rev == rev })
}

func TestPresenceIsSeenOnBothNodes(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	bob := nodes[1].client(t, authtest.NewUser(t, nodes[0].db, "bob"))
	room := ada.room("r").ID
	bob.join(ada, room, api.Viewer)
	feed := bob.listen(t, "")
	next(feed, api.EventHello, anything[api.Hello])
	path := fill(api.PathPresence, room)
	var list api.PresenceList
	ada.must(200, "PUT", path, nil, api.SetPresence{Device: "laptop", Open: true, Slot: "tested"}, &list)
	if len(list.Present) != 1 {
		t.Errorf("present: %+v", list)
	}
	p, _ := next(feed, api.EventPresence, anything[api.Presence])
	if p.Name != "ada" || p.Slot != "tested" || !p.Until.After(time.Now()) {
		t.Errorf("heard %+v", p)
	}
	bob.must(200, "GET", path, nil, nil, &list)
	if len(list.Present) != 1 || list.Present[0].Device != "laptop" {
		t.Errorf("present on the other node: %+v", list)
	}
	ada.must(200, "PUT", path, nil, api.SetPresence{Device: "laptop"}, &list)
	if p, _ := next(feed, api.EventPresence, anything[api.Presence]); p.Until.After(time.Now()) || len(list.Present) != 0 {
		t.Errorf("after closing: %+v, %+v", p, list)
	}
	ada.must(422, "PUT", path, nil, api.SetPresence{Device: "lap top", Open: true}, nil)
	ada.must(422, "PUT", path, nil, api.SetPresence{Device: "laptop", Open: true, Slot: "nonsense"}, nil)
}

func TestAProcessThatStartsLearnsWhoIsPresent(t *testing.T) {
	t.Parallel()
	config, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	bob := nodes[1].client(t, authtest.NewUser(t, nodes[0].db, "bob"))
	room := ada.room("r").ID
	bob.join(ada, room, api.Viewer)
	path := fill(api.PathPresence, room)
	ada.must(200, "PUT", path, nil, api.SetPresence{Device: "laptop", Open: true}, nil)
	bob.must(200, "PUT", path, nil, api.SetPresence{Device: "phone", Open: true}, nil)
	bob.must(200, "PUT", path, nil, api.SetPresence{Device: "phone"}, nil)
	bob.must(200, "PUT", path, nil, api.SetPresence{Device: "desktop", Open: true}, nil)
	eventually(t, "the first node has heard all of this", func() bool {
		var list api.PresenceList
		ada.must(200, "GET", path, nil, nil, &list)
		return len(list.Present) == 2 && list.Present[0].Device != "phone" && list.Present[1].Device != "phone"
	})
	third := startNode(t, config, limits())
	feed := third.client(t, ada.user).listen(t, "")
	here := map[string]bool{"laptop": true, "desktop": true}
	for len(here) > 0 { // long before anybody would say again that they are there
		p, _ := next(feed, api.EventPresence, anything[api.Presence])
		if p.Device == "phone" {
			t.Errorf("somebody who has gone is announced: %+v", p)
		}
		delete(here, p.Device)
	}
}

func TestAUserHasALimitedNumberOfFeeds(t *testing.T) {
	t.Parallel()
	config, nodes := twoNodes(t)
	_ = nodes
	l := limits()
	l.FeedsPerUser = 2
	n := startNode(t, config, l)
	ada := n.client(t, authtest.NewUser(t, n.db, "ada"))
	for range 2 {
		next(ada.listen(t, ""), api.EventHello, anything[api.Hello])
	}
	ada.must(429, "GET", api.PathEvents, nil, nil, nil)
}
