package rooms_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"stresstester/remote/api"
	"stresstester/remote/auth/authtest"
)

// wantLimit makes a request that a limit refuses, and checks that the answer names it.
func (c *client) wantLimit(limit string, allowed int64, method, path string, h header, body any) {
	c.t.Helper()
	r, err := c.send(c.t.Context(), method, path, h, body)
	if err != nil {
		c.t.Fatal(err)
	}
	var p api.Problem
	if err := json.Unmarshal(r.body, &p); err != nil || p.Limit != limit || p.Allowed != allowed || r.status < 400 || p.Code == "" {
		c.t.Errorf("%s %s is answered with %d: %s; want the limit %s of %d", method, path, r.status, r.body, limit, allowed)
	}
}

func TestWhoeverReachesALimitIsToldWhich(t *testing.T) {
	t.Parallel()
	config, _ := twoNodes(t)
	l := limits()
	l.RoomsPerUser, l.IncludesPerRoom, l.TestsPerRoom, l.RoomBytes, l.Invites, l.OpenConflicts, l.MembersPerRoom = 2, 1, 1, 100, 1, 1, 2
	l.FileBytes, l.TestBytes, l.ReportBytes, l.SettingsBytes, l.SyncRooms = 60, 70, 50, 20, 1
	n := startNode(t, config, l)
	person := func(name string) *client { return n.client(t, authtest.NewUser(t, n.db, name)) }
	ada := person("ada")
	room := ada.room("r").ID
	put := func(slot api.Slot, size int) (string, string, header, any) {
		return "PUT", fill(api.PathFile, room, string(slot)), ifMatch(0), putFile("x", strings.Repeat("x", size))
	}
	do := func(method, path string, h header, body any) { t.Helper(); ada.must(200, method, path, h, body, nil) }
	limit := func(limit string, allowed int64) func(method, path string, h header, body any) {
		return func(method, path string, h header, body any) {
			t.Helper()
			ada.wantLimit(limit, allowed, method, path, h, body)
		}
	}
	limit("file_bytes", 60)(put("tested", 61))
	limit("test_bytes", 70)(put(api.TestInput("a"), 71))
	do(put("tested", 60))
	limit("room_bytes", 100)(put("brute", 50))
	do(put(api.TestInput("a"), 1))
	limit("tests_per_room", 1)(put(api.TestInput("b"), 1))
	do(put(api.IncludeSlot("a"), 1))
	limit("includes_per_room", 1)(put(api.IncludeSlot("b"), 1))
	ada.wantLimit("includes_per_room", 1, "POST", api.PathRooms, nil, api.CreateRoom{Title: "x", Files: []api.NewFile{newFile(api.IncludeSlot("a"), "a", ""), newFile(api.IncludeSlot("b"), "b", "")}})
	ada.wantLimit("settings_bytes", 20, "POST", api.PathRooms, nil, api.CreateRoom{Title: "x", Settings: map[string]json.RawMessage{"tests": json.RawMessage(strings.Repeat("1", 20))}})
	ada.wantLimit("report_bytes", 50, "POST", fill(api.PathRuns, room), nil, newRun(60))
	ada.wantLimit("sync_rooms", 1, "POST", api.PathSync, nil, api.SyncRequest{Rooms: map[string]api.Revision{room: 0, api.NewID(): 0}})
	ada.room("second")
	ada.wantLimit("rooms_per_user", 2, "POST", api.PathRooms, nil, api.CreateRoom{Title: "third"})
	person("bob").join(ada, room, api.Editor)
	var invite api.Invite
	ada.must(201, "POST", fill(api.PathInvites, room), nil, api.NewInvite{Role: api.Viewer, MaxUses: 5}, &invite)
	ada.wantLimit("invites", 1, "POST", fill(api.PathInvites, room), nil, api.NewInvite{Role: api.Viewer})
	person("eve").wantLimit("members_per_room", 2, "POST", api.PathInviteAccept, nil, api.InviteToken{Token: invite.Token})
	conflict := api.NewConflict{Slot: "tested", Deleted: true}
	conflict.ID = api.NewID()
	ada.must(201, "POST", fill(api.PathConflicts, room), header{}.key("a", 1), conflict, nil)
	conflict.ID = api.NewID()
	ada.wantLimit("open_conflicts", 1, "POST", fill(api.PathConflicts, room), header{}.key("b", 1), conflict)

	l = limits()
	l.RequestsPerMin = 1
	n = startNode(t, config, l)
	ada.at(n).must(200, "GET", api.PathRooms, nil, nil, nil)
	ada.at(n).wantLimit("requests_per_minute", 1, "GET", api.PathRooms, nil, nil)
}

func newRun(bytes int) api.NewRun {
	return api.NewRun{ID: api.NewID(), Verdict: "OK", Started: time.Now(), Report: json.RawMessage(`"` + strings.Repeat("x", bytes-2) + `"`)}
}

// TestAUserMayKeepOnlySoMuch fills what a user may keep at one node, and asks the other: whoever
// writes into the room, its maker pays; what was written before is answered again, and what
// makes place is allowed.
func TestAUserMayKeepOnlySoMuch(t *testing.T) {
	t.Parallel()
	config, _ := twoNodes(t)
	l := limits()
	l.UserBytes = 1000
	one, two := startNode(t, config, l), startNode(t, config, l)
	ada := one.client(t, authtest.NewUser(t, one.db, "ada"))
	bob := two.client(t, authtest.NewUser(t, two.db, "bob"))
	room := ada.room("r", newFile("tested", "a.cpp", strings.Repeat("a", 300))).ID
	bob.join(ada, room, api.Editor)
	run := newRun(200)
	ada.must(201, "POST", fill(api.PathRuns, room), nil, run, nil)
	brute := fill(api.PathFile, room, "brute")
	var file api.File
	ada.must(200, "PUT", brute, ifMatch(0).key("laptop", 1), putFile("b.cpp", strings.Repeat("b", 450)), &file)

	for _, c := range []*client{ada, bob} {
		c.wantLimit("user_bytes", 1000, "PUT", fill(api.PathFile, room, "checker"), ifMatch(0), putFile("c.cpp", strings.Repeat("c", 100)))
		c.wantLimit("user_bytes", 1000, "POST", fill(api.PathRuns, room), nil, newRun(100))
		c.wantLimit("user_bytes", 1000, "POST", fill(api.PathCounterexamples, room), nil, api.NewCounterexample{ID: api.NewID(), Verdict: "WA", Failure: newRun(100).Report})
		c.wantLimit("user_bytes", 1000, "POST", fill(api.PathConflicts, room), header{}.key(c.user.Name, 9), api.NewConflict{ID: api.NewID(), Slot: "tested", FileContent: api.FileContent{Name: "a.cpp", Content: []byte(strings.Repeat("d", 100))}})
	}
	ada.wantLimit("user_bytes", 1000, "POST", api.PathRooms, nil, api.CreateRoom{Title: "x", Files: []api.NewFile{newFile("tested", "a.cpp", strings.Repeat("e", 100))}})
	// A room of bob's own is no matter of ada's.
	bob.room("b", newFile("tested", "a.cpp", strings.Repeat("e", 900)))
	// Retries are harmless, and what is smaller than before is taken.
	ada.must(200, "PUT", brute, ifMatch(0).key("laptop", 1), putFile("b.cpp", strings.Repeat("b", 450)), nil)
	ada.must(200, "POST", fill(api.PathRuns, room), nil, run, nil)
	ada.must(200, "PUT", brute, ifMatch(file.Rev), putFile("b.cpp", strings.Repeat("f", 400)), &file)
	ada.must(200, "DELETE", brute, ifMatch(file.Rev), nil, nil)

	// A room by itself takes nothing, and whoever is no member learns nothing.
	ada.room("empty")
	eve := one.client(t, authtest.NewUser(t, one.db, "eve"))
	eve.must(404, "PUT", fill(api.PathFile, room, "checker"), ifMatch(0), putFile("c.cpp", strings.Repeat("c", 100)), nil)
	eve.must(404, "POST", fill(api.PathRuns, room), nil, newRun(100), nil)
}

func TestWhatIsUsedIsCounted(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	bob := nodes[1].client(t, authtest.NewUser(t, nodes[1].db, "bob"))
	room := ada.room("r", newFile("tested", "a.cpp", strings.Repeat("a", 300)), newFile("brute", "b.cpp", strings.Repeat("b", 200))).ID
	bob.join(ada, room, api.Editor)
	// An older version counts as stored, and not as what is there now.
	bob.must(200, "PUT", fill(api.PathFile, room, "brute"), ifMatch(3), putFile("b.cpp", strings.Repeat("c", 100)), nil)
	ada.must(201, "POST", fill(api.PathRuns, room), nil, newRun(50), nil)
	ada.must(201, "POST", fill(api.PathCounterexamples, room), nil, api.NewCounterexample{ID: api.NewID(), Verdict: "WA", Failure: newRun(40).Report}, nil)
	gone := ada.room("gone").ID
	ada.must(204, "DELETE", fill(api.PathRoom, gone), nil, nil, nil)

	want := map[*client]map[string]int64{
		ada: {"rooms_per_user": 1, "user_bytes": 300 + 200 + 100 + 50 + 40, "current_bytes": 400, "deleted_rooms": 1, "other_rooms": 0, "runs": 1, "counterexamples": 1, "devices": 0, "personal_tokens": 1, "feeds_per_user": 0},
		bob: {"rooms_per_user": 0, "user_bytes": 0, "current_bytes": 0, "deleted_rooms": 0, "other_rooms": 1, "runs": 0, "counterexamples": 0, "devices": 0, "personal_tokens": 1, "feeds_per_user": 0},
	}
	for c, items := range want {
		var u api.Usage
		c.must(200, "GET", api.PathUsage, nil, nil, &u)
		if len(u.Items) != len(items) {
			t.Errorf("%s: got %+v", c.user.Name, u.Items)
		}
		for _, item := range u.Items {
			if used, ok := items[item.Name]; !ok || item.Used != used {
				t.Errorf("%s: %s is %d, want %d", c.user.Name, item.Name, item.Used, used)
			}
		}
		var me api.Me
		c.must(200, "GET", api.PathMe, nil, nil, &me)
		if me.Name != c.user.Name || me.User != c.user.ID.String() {
			t.Errorf("got %+v", me)
		}
	}
	totals, heavy, err := nodes[0].service.Totals(t.Context(), 10)
	if err != nil || totals.Users != 2 || totals.Rooms != 1 || totals.DeletedRooms != 1 || totals.Current != 400 || totals.Runs != 1 || totals.Database == 0 {
		t.Errorf("got %+v, %v", totals, err)
	}
	if len(heavy) != 1 || heavy[0].Name != "ada" || heavy[0].Bytes != 400 || heavy[0].Rooms != 1 {
		t.Errorf("got %+v", heavy)
	}
}
