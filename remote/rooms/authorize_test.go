package rooms_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"stresstester/remote/api"
	"stresstester/remote/auth/authtest"
	"stresstester/remote/figures"
	"stresstester/remote/rooms"
)

// The document is what the server serves, so a new route is in the matrix without anybody thinking of it.
type document struct {
	Paths map[string]map[string]struct {
		OperationID string `json:"operationId"`
	} `json:"paths"`
}

// secret stands in everything of the room that only members may see.
const secret = "sesame-7719"

// A scene is a room with one of everything, and people with different relations to it.
type scene struct {
	nodes                                 [2]*node
	owner, editor, viewer, removed, other *client
	nobody                                *client
	room, otherRoom                       string
	ids                                   map[string]string
}

func newScene(t *testing.T) *scene {
	_, nodes := twoNodes(t)
	person := func(name string) *client { return nodes[0].client(t, authtest.NewUser(t, nodes[0].db, name)) }
	s := &scene{nodes: nodes, owner: person("owner"), editor: person("editor"), viewer: person("viewer"), removed: person("removed"), other: person("other")}
	s.nobody = &client{t: t, url: nodes[0].url, http: nodes[0].server.Client()}
	s.room = s.owner.room(secret, newFile("tested", "a.cpp", secret), newFile("brute", "b.cpp", secret)).ID
	s.otherRoom = s.other.room("another room").ID
	s.editor.join(s.owner, s.room, api.Editor)
	s.viewer.join(s.owner, s.room, api.Viewer)
	s.removed.join(s.owner, s.room, api.Editor)
	s.removed.must(200, "GET", fill(api.PathRoom, s.room), nil, nil, nil)
	s.owner.must(204, "DELETE", fill(api.PathMember, s.room, s.removed.user.ID.String()), nil, nil, nil)

	s.ids = map[string]string{"room": s.room, "slot": "tested", "rev": "2", "user": s.viewer.user.ID.String()}
	var c api.Conflict
	s.owner.must(201, "POST", fill(api.PathConflicts, s.room), nil, api.NewConflict{ID: api.NewID(), Slot: "tested", FileContent: api.FileContent{Name: "a.cpp", Content: []byte(secret)}}, &c)
	run := api.NewRun{ID: api.NewID(), Verdict: "OK", Started: time.Now(), Report: json.RawMessage(`"` + secret + `"`)}
	s.owner.must(201, "POST", fill(api.PathRuns, s.room), nil, run, nil)
	example := api.NewCounterexample{ID: api.NewID(), Verdict: "WA", Message: secret, Failure: json.RawMessage(`"` + secret + `"`)}
	s.owner.must(201, "POST", fill(api.PathCounterexamples, s.room), nil, example, nil)
	var i api.Invite
	s.owner.must(201, "POST", fill(api.PathInvites, s.room), nil, api.NewInvite{Role: api.Viewer}, &i)
	var l api.ShareLink
	s.owner.must(201, "POST", fill(api.PathShareLinks, s.room), nil, api.NewShareLink{}, &l)
	s.ids["conflict"], s.ids["run"], s.ids["counterexample"], s.ids["invite"], s.ids["link"] = c.ID, run.ID, example.ID, i.ID, l.ID
	return s
}

// bodies are requests that the server would take from somebody who may.
func (s *scene) body(operation string) any {
	switch operation {
	case "create-room":
		return api.CreateRoom{ID: s.room, Title: "taken"}
	case "update-room":
		return map[string]any{"title": "changed"}
	case "fork-room", "fork-shared":
		return api.ForkRoom{}
	case "put-file":
		return putFile("a.cpp", "changed")
	case "revert-file":
		return api.RevertFile{Rev: 2}
	case "create-conflict":
		return api.NewConflict{ID: api.NewID(), Slot: "tested", Deleted: true}
	case "resolve-conflict":
		return api.ResolveConflict{Keep: api.KeepSide}
	case "sync":
		return api.SyncRequest{Rooms: map[string]api.Revision{s.room: 0}, All: true}
	case "set-presence":
		return api.SetPresence{Device: "x", Open: true}
	case "set-role":
		return api.SetRole{Role: api.Editor}
	case "create-invite":
		return api.NewInvite{Role: api.Viewer}
	case "create-share-link":
		return api.NewShareLink{}
	case "preview-invite", "accept-invite":
		return api.InviteToken{Token: "guessed"}
	case "add-run":
		return api.NewRun{ID: api.NewID(), Verdict: "OK", Started: time.Now()}
	case "add-counterexample":
		return api.NewCounterexample{ID: api.NewID(), Verdict: "WA", Failure: json.RawMessage(`1`)}
	}
	return nil
}

// least is the role that an operation on a room needs; empty for operations that are about no room.
func least(operation, path string) api.Role {
	switch operation {
	case "delete-room", "restore-room", "audit-room", "set-role", "remove-member", "create-invite", "list-invites", "revoke-invite",
		"create-share-link", "list-share-links", "revoke-share-link":
		return api.Owner
	case "update-room", "put-file", "delete-file", "revert-file", "create-conflict", "resolve-conflict", "add-run", "add-counterexample", "delete-counterexample":
		return api.Editor
	}
	if strings.Contains(path, "{room}") {
		return api.Viewer
	}
	return ""
}

// forEveryRoute calls visit for each operation of the document.
func forEveryRoute(t *testing.T, visit func(method, path, operation string)) {
	t.Helper()
	var d document
	if err := json.Unmarshal(rooms.OpenAPI(), &d); err != nil {
		t.Fatal(err)
	}
	n := 0
	for path, methods := range d.Paths {
		for method, o := range methods {
			visit(strings.ToUpper(method), path, o.OperationID)
			n++
		}
	}
	if n < 40 {
		t.Fatalf("the document has %d operations only", n)
	}
}

// ask makes the request of an operation; room replaces the scene's.
func (s *scene) ask(t *testing.T, who *client, method, path, operation, room string) reply {
	t.Helper()
	for name, id := range s.ids {
		switch {
		case name == "room":
			id = room
		case name == "slot" && operation == "delete-file":
			id = "brute" // others still read the one that is not deleted
		}
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	if strings.Contains(path, "{") {
		t.Fatalf("%s has a parameter that the test does not know", path)
	}
	h := header{"If-Match": `"2"`}
	if operation == "delete-file" {
		h["If-Match"] = `"3"`
	}
	if strings.HasPrefix(path, api.PathShared) {
		h[api.HeaderShareToken] = "guessed"
	}
	if operation == "events" && who != s.nobody {
		return reply{status: 200} // it does not end; TestAChangeIsHeardOnBothNodes asks what strangers hear
	}
	r, err := who.send(t.Context(), method, path, h, s.body(operation))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// state is everything in the room, as its owner sees it.
func (s *scene) state(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, path := range []string{
		api.PathRoom + "?content=true", api.PathRoomHistory, api.PathConflicts + "?resolved=true", api.PathMembers, api.PathInvites,
		api.PathShareLinks, api.PathRuns, api.PathCounterexamples, api.PathRoomAudit, api.PathPresence,
	} {
		r := s.owner.must(200, "GET", fill(path, s.room), nil, nil, nil)
		fmt.Fprintf(&all, "%s %s\n", path, r.body)
	}
	return all.String()
}

// strangers are told that there is nothing, whatever they ask; nothing of the room is in any answer, and nothing changes.
func (s *scene) askStrangers(t *testing.T) (asked int) {
	t.Helper()
	before := s.state(t)
	forEveryRoute(t, func(method, path, operation string) {
		for name, who := range map[string]*client{"nobody": s.nobody, "a stranger": s.other, "a removed member": s.removed} {
			r := s.ask(t, who, method, path, operation, s.room)
			asked++
			if strings.Contains(string(r.body), secret) {
				t.Errorf("%s %s tells %s what is in the room: %s", method, path, name, r.body)
			}
			want := []int{http.StatusNotFound}
			switch {
			case operation == "capabilities" || operation == "get-shared":
				want = []int{200, 404}
			case who == s.nobody:
				want = []int{http.StatusUnauthorized}
			case operation == "create-room":
				want = []int{http.StatusConflict}
			case least(operation, path) == "":
				want = []int{200, 404}
			}
			if !slices.Contains(want, r.status) {
				t.Errorf("%s %s is answered to %s with %d: %s", method, path, name, r.status, r.body)
			}
		}
		// Things of this room, asked for in a room that is the stranger's own.
		if strings.Contains(path, "{room}") {
			r := s.ask(t, s.other, method, path, operation, s.otherRoom)
			asked++
			if strings.Contains(string(r.body), secret) {
				t.Errorf("%s %s gives things of another room: %s", method, path, r.body)
			}
			if operation == "delete-room" {
				s.other.must(200, "POST", fill(api.PathRoomRestore, s.otherRoom), nil, nil, nil)
			}
		}
	})
	if after := s.state(t); after != before {
		t.Errorf("strangers changed the room\nfrom %s\nto   %s", before, after)
	}
	return asked
}

func TestEveryRouteKnowsWhoMayUseIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	asked := s.askStrangers(t)
	rank := map[api.Role]int{"": 0, api.Viewer: 1, api.Editor: 2, api.Owner: 3}
	var last []string // operations that would end the scene for those that follow
	forEveryRoute(t, func(method, path, operation string) {
		needs := least(operation, path)
		for role, who := range map[api.Role]*client{api.Viewer: s.viewer, api.Editor: s.editor} {
			if rank[role] >= rank[needs] {
				if operation == "delete-counterexample" || operation == "resolve-conflict" || needs == "" {
					continue
				}
				r := s.ask(t, who, method, path, operation, s.room)
				asked++
				if r.status == 403 || r.status == 401 || r.status == 404 || r.status >= 500 {
					t.Errorf("%s %s is answered to the %s with %d: %s", method, path, role, r.status, r.body)
				}
				continue
			}
			target := s.ids["user"]
			if operation == "remove-member" {
				s.ids["user"] = s.owner.user.ID.String() // whoever removes themselves may
			}
			r := s.ask(t, who, method, path, operation, s.room)
			s.ids["user"] = target
			asked++
			if r.status != http.StatusForbidden {
				t.Errorf("%s %s is answered to the %s with %d, want 403: %s", method, path, role, r.status, r.body)
			}
		}
		if needs == api.Owner {
			last = append(last, method+" "+path+" "+operation)
		}
	})
	slices.Sort(last) // DELETE of the room, then POST that restores it
	for _, l := range last {
		f := strings.Fields(l)
		r := s.ask(t, s.owner, f[0], f[1], f[2], s.room)
		if f[2] == "delete-room" {
			s.owner.must(200, "POST", fill(api.PathRoomRestore, s.room), nil, nil, nil)
		}
		asked++
		if r.status >= 400 && !(f[2] == "set-role" && r.status == 404) {
			t.Errorf("%s is answered to the owner with %d: %s", l, r.status, r.body)
		}
	}
	figures.Note(t, figures.Access, "every route of the OpenAPI document, asked by nobody, a stranger, a removed member, a viewer, an editor and the owner, and with the IDs of another room",
		fmt.Sprintf("%d requests", asked), "0 leaks, 0 changes by those who may not, 0 refusals of those who may")
}

func TestRowSecurityAloneKeepsStrangersOut(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, n := range s.nodes {
		n.service.WithoutAuthorization()
	}
	asked := s.askStrangers(t)
	// Viewers read, but what they change is not changed.
	before := s.state(t)
	forEveryRoute(t, func(method, path, operation string) {
		if needs := least(operation, path); needs == api.Editor || needs == api.Owner && operation != "remove-member" {
			r := s.ask(t, s.viewer, method, path, operation, s.room)
			// Restoring a room that is not deleted does nothing.
			if method != "GET" && r.status < 400 && operation != "restore-room" {
				t.Errorf("%s %s is answered to a viewer with %d: %s", method, path, r.status, r.body)
			}
			if method == "GET" && strings.Contains(string(r.body), secret) {
				t.Errorf("%s %s tells a viewer: %s", method, path, r.body)
			}
		}
	})
	if after := s.state(t); after != before {
		t.Errorf("a viewer changed the room\nfrom %s\nto   %s", before, after)
	}
	figures.Note(t, figures.Access, "the same with authorization taken out of the code: row security alone", fmt.Sprintf("%d requests of strangers, every change by a viewer", asked), "0 leaks, 0 changes")
}

func TestNoTableShowsAStrangerARow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	tables := map[string]int{}
	rows, err := s.nodes[0].db.Pool().Query(t.Context(), `select relname, relrowsecurity and relforcerowsecurity from pg_class
		where relnamespace = 'app'::regnamespace and relkind in ('r', 'p')`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name string
		var secured bool
		if err := rows.Scan(&name, &secured); err != nil {
			t.Fatal(err)
		}
		if !secured {
			t.Errorf("the table %s has no forced row security", name)
		}
		tables[name] = 0
	}
	count := func(user string, table string) (n int, err error) {
		tx, err := s.nodes[0].db.Pool().Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback(t.Context()) }()
		if user != "" {
			if _, err := tx.Exec(t.Context(), `select set_config('app.user_id', $1, true)`, user); err != nil {
				t.Fatal(err)
			}
		}
		err = tx.QueryRow(t.Context(), `select count(*) from app.`+table).Scan(&n)
		return n, err
	}
	// The stranger has a room of their own, of which nothing but this is there.
	own := map[string]int{"rooms": 1, "room_members": 1, "audit": 1}
	for table := range tables {
		if n, err := count(s.other.user.ID.String(), table); err != nil || n != own[table] {
			t.Errorf("a stranger sees %d rows of %s, %v", n, table, err)
		}
		if n, err := count("", table); err == nil {
			t.Errorf("nobody sees %d rows of %s; want an error", n, table)
		}
		if table == "mutations" {
			continue
		}
		if n, err := count(s.owner.user.ID.String(), table); err != nil || n == 0 {
			t.Errorf("the owner sees %d rows of %s, %v: the test proves nothing", n, table, err)
		}
	}
	figures.Note(t, figures.Access, "every table of rooms, read with the server's role", fmt.Sprintf("%d tables, as a stranger and as nobody", len(tables)), "a stranger sees 0 rows of the room, nobody gets an error")
}
