package rooms_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/remote/api"
	"stresstester/remote/auth"
	"stresstester/remote/auth/authtest"
)

func newFile(slot api.Slot, name, content string) api.NewFile {
	return api.NewFile{Slot: slot, FileContent: api.FileContent{Name: name, Content: []byte(content)}}
}

func TestARoomIsMadeReadAndListedOnEitherNode(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	made := ada.room("max subarray", newFile("tested", "sol.cpp", "int main() {}"), newFile(api.TestInput("sample-1"), "", "1\n2\n"), newFile(api.IncludeSlot("lib/tree.h"), "", "\xff\x00"))
	if made.Rev != 4 || made.Role != api.Owner || made.Members != 1 || len(made.Files) != 3 || made.Files[0].Content != nil {
		t.Errorf("made %+v", made)
	}
	var got api.RoomDetail
	r := ada.at(nodes[1]).must(200, "GET", fill(api.PathRoom, made.ID)+"?content=true", nil, nil, &got)
	if r.header.Get("ETag") != `"4"` || got.Files[0].Content.String() != "int main() {}" || got.Files[0].Rev != 2 || got.Files[0].AuthorName != "ada" {
		t.Errorf("read %s %s", r.header, r.body)
	}
	if string(*got.Files[1].Content) != "\xff\x00" || got.Files[2].Content != nil || got.Files[2].Size != 4 {
		t.Errorf("the helper and the test are %s", r.body)
	}
	ada.must(304, "GET", fill(api.PathRoom, made.ID), header{"If-None-Match": `"4"`}, nil, nil)
	ada.must(200, "GET", fill(api.PathRoom, made.ID), header{"If-None-Match": `"3"`}, nil, nil)
	var list api.RoomList
	ada.must(200, "GET", api.PathRooms+"?q=SUB", nil, nil, &list)
	if len(list.Rooms) != 1 || list.Rooms[0].ID != made.ID {
		t.Errorf("listed %+v", list)
	}
	ada.must(200, "GET", api.PathRooms+"?q=%25", nil, nil, &list)
	if len(list.Rooms) != 0 {
		t.Errorf("a percent sign matches %+v", list)
	}
}

func TestARoomIsMadeOnceHoweverOftenItIsAskedFor(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	eve := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "eve"))
	create := api.CreateRoom{ID: api.NewID(), Title: "a"}
	ada.must(201, "POST", api.PathRooms, nil, create, nil)
	ada.at(nodes[1]).must(200, "POST", api.PathRooms, nil, create, nil)
	eve.must(409, "POST", api.PathRooms, nil, create, nil)

	var first, second api.RoomDetail
	key := header{}.key("laptop", 1)
	ada.must(201, "POST", api.PathRooms, key, api.CreateRoom{Title: "b"}, &first)
	ada.at(nodes[1]).must(200, "POST", api.PathRooms, key, api.CreateRoom{Title: "b"}, &second)
	if first.ID != second.ID {
		t.Errorf("a retry made a second room")
	}
	eve.must(201, "POST", api.PathRooms, key, api.CreateRoom{Title: "b"}, &second)
	if first.ID == second.ID {
		t.Errorf("keys of different users meet")
	}
}

func TestWritesAreConditional(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r").ID
	path := fill(api.PathFile, room, "tested")

	ada.must(428, "PUT", path, nil, putFile("a.cpp", "x"), nil)
	ada.must(422, "PUT", path, header{"If-Match": "7"}, putFile("a.cpp", "x"), nil)
	var p api.Problem
	ada.must(412, "PUT", path, ifMatch(1), putFile("a.cpp", "x"), &p)
	if p.Current != nil || p.Base != nil {
		t.Errorf("there is no head, but the answer has %+v", p)
	}
	first := ada.put(room, "tested", 0, "a.cpp", "one")
	second := ada.at(nodes[1]).put(room, "tested", first.Rev, "a.cpp", "two")
	if first.Rev != 2 || second.Rev != 3 || second.Parent != 2 || second.Content != nil {
		t.Errorf("wrote %+v, %+v", first, second)
	}
	r := ada.must(412, "PUT", path, ifMatch(first.Rev), putFile("a.cpp", "three"), &p)
	if p.Code != api.CodeRevisionMismatch || p.Current.Rev != 3 || p.Current.Content.String() != "two" || p.Base.Rev != 2 || p.Base.Content.String() != "one" || r.header.Get("ETag") != `"3"` {
		t.Errorf("the answer to an old base is %s", r.body)
	}
	same := ada.put(room, "tested", second.Rev, "a.cpp", "two")
	if same.Rev != second.Rev {
		t.Errorf("writing what is there made revision %d", same.Rev)
	}
	renamed := ada.put(room, "tested", second.Rev, "b.cpp", "two")
	if renamed.Rev != 4 {
		t.Errorf("a new name is revision %d", renamed.Rev)
	}
	var f api.File
	ada.must(200, "GET", path, nil, nil, &f)
	if f.Name != "b.cpp" || f.Content.String() != "two" || f.Rev != 4 {
		t.Errorf("read %+v", f)
	}
	ada.must(304, "GET", path, header{"If-None-Match": `"3", W/"4"`}, nil, nil)
}

func TestARetryIsAnsweredAsTheFirstTime(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r").ID
	path := fill(api.PathFile, room, "tested")
	h := ifMatch(0).key("laptop", 1)
	first := ada.must(200, "PUT", path, h, putFile("a.cpp", "one"), nil)
	ada.put(room, "tested", 2, "a.cpp", "two")
	again := ada.at(nodes[1]).must(200, "PUT", path, h, putFile("a.cpp", "one"), nil)
	if !bytes.Equal(first.body, again.body) || again.header.Get(api.HeaderReplayed) != "true" || first.header.Get(api.HeaderReplayed) != "" {
		t.Errorf("first %s, then %s %s", first.body, again.body, again.header)
	}
	ada.must(422, "PUT", path, h, putFile("a.cpp", "other"), nil)
	ada.must(422, "DELETE", path, ifMatch(3).key("laptop", 1), nil, nil)
	ada.must(422, "PUT", path, ifMatch(0).key("lap top", 1), putFile("a.cpp", "other"), nil)

	// A refused write is not remembered.
	refused := ifMatch(2).key("laptop", 2)
	ada.must(412, "PUT", path, refused, putFile("a.cpp", "three"), nil)
	ada.must(200, "PUT", path, ifMatch(3).key("laptop", 2), putFile("a.cpp", "three"), nil)

	title := "new"
	var a, b api.RoomDetail
	ada.must(200, "PATCH", fill(api.PathRoom, room), ifMatch(4).key("laptop", 3), api.UpdateRoom{Title: &title}, &a)
	ada.must(200, "PATCH", fill(api.PathRoom, room), ifMatch(4).key("laptop", 3), api.UpdateRoom{Title: &title}, &b)
	if a.Rev != 5 || b.Rev != 5 {
		t.Errorf("a retried change made revisions %d and %d", a.Rev, b.Rev)
	}
}

func TestDeletedFilesStayDeleted(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r").ID
	path := fill(api.PathFile, room, "brute")
	ada.must(404, "DELETE", path, ifMatch(0), nil, nil)
	f := ada.put(room, "brute", 0, "b.py", "print(1)")
	ada.must(412, "DELETE", path, ifMatch(0), nil, nil)
	var tombstone api.File
	ada.must(200, "DELETE", path, ifMatch(f.Rev), nil, &tombstone)
	if !tombstone.Deleted || tombstone.Rev != 3 || tombstone.Hash != "" || tombstone.Parent != 2 {
		t.Errorf("the tombstone is %+v", tombstone)
	}
	ada.must(404, "GET", path, nil, nil, nil)
	var p api.Problem
	for _, base := range []api.Revision{0, 2} {
		ada.must(412, "PUT", path, ifMatch(base), putFile("b.py", "print(2)"), &p)
		if p.Current == nil || !p.Current.Deleted || p.Current.Rev != 3 {
			t.Errorf("an edit of a deleted file shows %+v", p.Current)
		}
	}
	ada.must(200, "DELETE", path, ifMatch(3), nil, nil)
	var detail api.RoomDetail
	ada.must(200, "GET", fill(api.PathRoom, room), nil, nil, &detail)
	if len(detail.Files) != 0 || detail.Rev != 3 {
		t.Errorf("the room has %+v", detail)
	}
	// Named by its revision, it is written again, and an old revision comes back by revert.
	var back api.File
	ada.must(200, "POST", fill(api.PathFileRevert, room, "brute"), ifMatch(3), api.RevertFile{Rev: 2}, &back)
	if back.Rev != 4 || back.Hash != f.Hash {
		t.Errorf("reverted to %+v", back)
	}
}

func TestHistoryHasEveryRevision(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r").ID
	rev := api.Revision(0)
	for _, text := range []string{"one", "two", "three"} {
		rev = ada.put(room, "tested", rev, "a.cpp", text).Rev
	}
	ada.put(room, "config", 0, "", "tests = 5")
	var list api.FileRevisions
	ada.must(200, "GET", fill(api.PathFileRevisions, room, "tested")+"?limit=2", nil, nil, &list)
	if len(list.Revisions) != 2 || list.Revisions[0].Rev != 4 || list.Next == "" {
		t.Fatalf("first page %+v", list)
	}
	ada.must(200, "GET", fill(api.PathFileRevisions, room, "tested")+"?limit=2&cursor="+url.QueryEscape(list.Next), nil, nil, &list)
	if len(list.Revisions) != 1 || list.Revisions[0].Rev != 2 {
		t.Errorf("second page %+v", list)
	}
	ada.must(200, "GET", fill(api.PathRoomHistory, room), nil, nil, &list)
	if len(list.Revisions) != 4 || list.Revisions[0].Slot != "config" {
		t.Errorf("the room's history is %+v", list)
	}
	var f api.File
	ada.must(200, "GET", fill(api.PathFileRevision, room, "tested", "3"), nil, nil, &f)
	if f.Content.String() != "two" {
		t.Errorf("revision 3 is %+v", f)
	}
	ada.must(404, "GET", fill(api.PathFileRevision, room, "tested", "5"), nil, nil, nil)
	ada.must(422, "GET", fill(api.PathFileRevisions, room, "tested")+"?cursor=nonsense", nil, nil, nil)
}

func TestTitleAndSettingsAreChangedUnlessTheyWereSince(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r").ID
	path := fill(api.PathRoom, room)
	ada.must(428, "PATCH", path, nil, api.UpdateRoom{}, nil)
	ada.put(room, "tested", 0, "a.cpp", "an edit in between does not matter")
	var got api.RoomDetail
	ada.must(200, "PATCH", path, ifMatch(1), api.UpdateRoom{Settings: &map[string]json.RawMessage{"tests": json.RawMessage("500")}}, &got)
	if got.Rev != 3 || got.MetaRev != 3 || string(got.Settings["tests"]) != "500" || got.Title != "r" {
		t.Errorf("changed to %+v", got)
	}
	title := "late"
	var p api.Problem
	ada.must(412, "PATCH", path, ifMatch(2), api.UpdateRoom{Title: &title}, &p)
	if p.Room == nil || p.Room.Rev != 3 {
		t.Errorf("the answer is %+v", p)
	}
	ada.must(412, "PATCH", path, ifMatch(9), api.UpdateRoom{Title: &title}, nil)
	ada.must(422, "PATCH", path, ifMatch(3), map[string]any{"title": "x", "role": "owner"}, nil)
	big := map[string]json.RawMessage{"x": json.RawMessage(`"` + strings.Repeat("y", 17<<10) + `"`)}
	ada.must(413, "PATCH", path, ifMatch(3), api.UpdateRoom{Settings: &big}, nil)
}

func TestADeletedRoomIsRestored(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	bob := nodes[1].client(t, authtest.NewUser(t, nodes[0].db, "bob"))
	room := ada.room("r", newFile("tested", "a.cpp", "x")).ID
	bob.join(ada, room, api.Editor)
	path := fill(api.PathRoom, room)
	bob.must(403, "DELETE", path, nil, nil, nil)
	ada.must(204, "DELETE", path, nil, nil, nil)
	ada.must(204, "DELETE", path, nil, nil, nil)
	ada.must(410, "GET", path, nil, nil, nil)
	bob.must(410, "PUT", fill(api.PathFile, room, "tested"), ifMatch(2), putFile("a.cpp", "y"), nil)
	var list api.RoomList
	ada.must(200, "GET", api.PathRooms, nil, nil, &list)
	if len(list.Rooms) != 0 {
		t.Errorf("the deleted room is listed: %+v", list)
	}
	ada.must(200, "GET", api.PathRooms+"?deleted=true", nil, nil, &list)
	if len(list.Rooms) != 1 || list.Rooms[0].Deleted == nil {
		t.Errorf("deleted rooms: %+v", list)
	}
	var sync api.SyncResponse
	bob.must(200, "POST", api.PathSync, nil, api.SyncRequest{Rooms: map[string]api.Revision{room: 2}}, &sync)
	if sync.Changes[room].Status != api.RoomTrashed {
		t.Errorf("a sync of a deleted room: %+v", sync)
	}
	bob.must(410, "POST", fill(api.PathRoomRestore, room), nil, nil, nil)
	ada.must(200, "POST", fill(api.PathRoomRestore, room), nil, nil, nil)
	bob.must(200, "GET", path, nil, nil, nil)
}

func TestAConflictIsKeptUntilItIsResolved(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r", newFile("tested", "a.cpp", "base")).ID
	ada.put(room, "tested", 2, "a.cpp", "theirs")
	n := api.NewConflict{ID: api.NewID(), Slot: "tested", BaseRev: 2, HeadRev: 3, FileContent: api.FileContent{Name: "a.cpp", Content: []byte("mine")}}
	var c, again api.Conflict
	ada.must(201, "POST", fill(api.PathConflicts, room), header{}.key("laptop", 1), n, &c)
	if c.ID != n.ID || c.Rev != 4 || c.Side.Rev != 4 || !c.Side.Side || c.Side.Content != nil || c.Device != "laptop" || c.ResolvedRev != 0 {
		t.Errorf("stored %+v", c)
	}
	ada.at(nodes[1]).must(200, "POST", fill(api.PathConflicts, room), header{}.key("laptop", 2),
		api.NewConflict{ID: api.NewID(), Slot: "tested", BaseRev: 2, HeadRev: 3, FileContent: api.FileContent{Name: "a.cpp", Content: []byte("mine, later")}}, &again)
	if again.ID != c.ID || again.Rev != 5 {
		t.Errorf("the same device has a second conflict: %+v", again)
	}
	var d api.ConflictDetail
	ada.must(200, "GET", fill(api.PathConflict, room, c.ID), nil, nil, &d)
	if d.Base.Content.String() != "base" || d.Head.Content.String() != "theirs" || d.Side.Content.String() != "mine, later" {
		t.Errorf("the three texts: %+v", d)
	}
	var sync api.SyncResponse
	ada.must(200, "POST", api.PathSync, nil, api.SyncRequest{Rooms: map[string]api.Revision{room: 3}}, &sync)
	if got := sync.Changes[room]; len(got.Conflicts) != 1 || got.Conflicts[0].Side.Content.String() != "mine, later" || len(got.Files) != 0 || got.Room.OpenConflicts != 1 {
		t.Errorf("synced %+v", got)
	}
	resolve := fill(api.PathConflictResolve, room, c.ID)
	ada.must(412, "POST", resolve, ifMatch(2), api.ResolveConflict{Keep: api.KeepSide}, nil)
	merged := problem.Text("both")
	var r api.Resolution
	ada.must(200, "POST", resolve, ifMatch(3).key("laptop", 3), api.ResolveConflict{Keep: api.KeepContent, Content: &merged}, &r)
	if r.Head.Rev != 6 || r.Head.MergeParent != 5 || r.Head.Parent != 3 || r.Conflict.ResolvedRev != 6 || r.Head.Name != "a.cpp" {
		t.Errorf("resolved to %+v", r)
	}
	ada.must(200, "POST", resolve, ifMatch(3).key("laptop", 3), api.ResolveConflict{Keep: api.KeepContent, Content: &merged}, &r)
	ada.must(409, "POST", resolve, ifMatch(6), api.ResolveConflict{Keep: api.KeepHead}, nil)
	var list api.ConflictList
	ada.must(200, "GET", fill(api.PathConflicts, room), nil, nil, &list)
	if len(list.Conflicts) != 0 {
		t.Errorf("still open: %+v", list)
	}
	// Both sides can still be read.
	for rev, want := range map[string]string{"4": "mine", "5": "mine, later", "3": "theirs"} {
		var f api.File
		ada.must(200, "GET", fill(api.PathFileRevision, room, "tested", rev), nil, nil, &f)
		if f.Content.String() != want {
			t.Errorf("revision %s is %q", rev, f.Content)
		}
	}
}

func TestAWriteThatTakesASideInResolvesItsConflict(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r", newFile("tested", "a.cpp", "head")).ID
	for i, keep := range []string{"write", "head", "side", "deleted"} {
		var c api.Conflict
		n := api.NewConflict{ID: api.NewID(), Slot: "tested", FileContent: api.FileContent{Name: "a.cpp", Content: []byte("side " + keep)}}
		if keep == "deleted" {
			n.Deleted, n.FileContent = true, api.FileContent{}
		}
		ada.must(201, "POST", fill(api.PathConflicts, room), header{}.key("laptop", i), n, &c)
		var head api.File
		ada.must(200, "GET", fill(api.PathFile, room, "tested"), nil, nil, &head)
		var r api.Resolution
		switch keep {
		case "write":
			put := putFile("a.cpp", "both")
			put.MergeParent = c.Side.Rev
			ada.must(200, "PUT", fill(api.PathFile, room, "tested"), ifMatch(head.Rev), put, nil)
		case "head":
			ada.must(200, "POST", fill(api.PathConflictResolve, room, c.ID), ifMatch(head.Rev), api.ResolveConflict{Keep: api.KeepHead}, &r)
			if r.Head.Rev != head.Rev {
				t.Errorf("the head became %+v", r.Head)
			}
		default:
			ada.must(200, "POST", fill(api.PathConflictResolve, room, c.ID), ifMatch(head.Rev), api.ResolveConflict{Keep: api.KeepSide}, &r)
			if r.Head.MergeParent != c.Side.Rev || r.Head.Deleted != (keep == "deleted") || keep == "side" && r.Head.Hash != c.Side.Hash {
				t.Errorf("the head became %+v", r.Head)
			}
		}
		var detail api.RoomDetail
		ada.must(200, "GET", fill(api.PathRoom, room), nil, nil, &detail)
		if detail.OpenConflicts != 0 {
			t.Errorf("%s leaves %d conflicts open", keep, detail.OpenConflicts)
		}
	}
}

func TestRunsAndCounterexamplesAreAddedOnce(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r").ID
	n := api.NewRun{ID: api.NewID(), Verdict: "WA", Tests: 137, Seconds: 0.8, Seed: 1<<64 - 1, Started: time.Now(), Report: json.RawMessage(`{"a":"\u0000"}`)}
	var run api.Run
	ada.must(201, "POST", fill(api.PathRuns, room), header{}.key("laptop", 1), n, &run)
	ada.at(nodes[1]).must(200, "POST", fill(api.PathRuns, room), header{}.key("laptop", 1), n, nil)
	if run.Seed != n.Seed || run.Rev != 2 || run.Device != "laptop" || run.Report != nil {
		t.Errorf("added %+v", run)
	}
	ada.must(200, "GET", fill(api.PathRun, room, n.ID), nil, nil, &run)
	if string(run.Report) != string(n.Report) {
		t.Errorf("the report is %s", run.Report)
	}
	e := api.NewCounterexample{ID: api.NewID(), Run: n.ID, Verdict: "WA", Seed: 9, Message: "wrong", Failure: json.RawMessage(`{"verdict":"WA"}`)}
	var got api.Counterexample
	ada.must(201, "POST", fill(api.PathCounterexamples, room), nil, e, &got)
	e.ID = api.NewID()
	ada.must(200, "POST", fill(api.PathCounterexamples, room), nil, e, &got)
	if got.ID == e.ID {
		t.Errorf("the same failure of the same run is there twice")
	}
	path := fill(api.PathCounterexample, room, got.ID)
	ada.must(200, "GET", path, nil, nil, &got)
	var detail api.RoomDetail
	ada.must(200, "GET", fill(api.PathRoom, room), nil, nil, &detail)
	if detail.LastRun == nil || detail.LastRun.ID != n.ID || detail.Rev != 3 {
		t.Errorf("the room is %+v", detail.Room)
	}
	ada.must(204, "DELETE", path, nil, nil, nil)
	ada.must(204, "DELETE", path, nil, nil, nil)
	ada.must(404, "GET", path, nil, nil, nil)
	var sync api.SyncResponse
	ada.must(200, "POST", api.PathSync, nil, api.SyncRequest{Rooms: map[string]api.Revision{room: 1}}, &sync)
	if c := sync.Changes[room]; len(c.Runs) != 1 || len(c.Counterexamples) != 1 || !c.Counterexamples[0].Deleted || c.Rev != 4 {
		t.Errorf("synced %+v", c)
	}
}

func TestSyncHasEverythingThatChangedInPartsThatFit(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r").ID
	other := ada.room("other").ID
	big := strings.Repeat("0123456789abcde\n", 1<<16) // 1 MiB
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		ada.put(room, api.TestInput(name), 0, "", name+big[1:])
	}
	have := map[string]api.Revision{room: 0}
	seen := map[api.Slot]string{}
	for parts := 1; ; parts++ {
		var sync api.SyncResponse
		ada.at(nodes[parts%2]).must(200, "POST", api.PathSync, nil, api.SyncRequest{Rooms: have, All: true}, &sync)
		if len(sync.Others) != 1 || sync.Others[0].ID != other {
			t.Fatalf("other rooms: %+v", sync.Others)
		}
		c, ok := sync.Changes[room]
		if !ok {
			if parts != 4 {
				t.Errorf("it took %d parts", parts-1)
			}
			break
		}
		for _, f := range c.Files {
			seen[f.Slot] = string(*f.Content)
		}
		if c.Rev <= have[room] || sync.More != (c.Rev < c.Room.Rev) {
			t.Fatalf("part %d goes from %d to %d of %d, more: %v", parts, have[room], c.Rev, c.Room.Rev, sync.More)
		}
		have[room] = c.Rev
	}
	if len(seen) != 7 || seen[api.TestInput("g")] != "g"+big[1:] {
		t.Errorf("saw %d files", len(seen))
	}
	var sync api.SyncResponse
	ada.must(200, "POST", api.PathSync, nil, api.SyncRequest{Rooms: map[string]api.Revision{api.NewID(): 3, room: 99}}, &sync)
	gone := 0
	for _, c := range sync.Changes {
		if c.Status == api.RoomGone {
			gone++
		}
	}
	if gone != 1 || len(sync.Changes[room].Files) == 0 {
		t.Errorf("an unknown room and one from the future: %d gone, %d files", gone, len(sync.Changes[room].Files))
	}
}

func TestMembersComeByInviteAndGo(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	bob := nodes[1].client(t, authtest.NewUser(t, nodes[0].db, "bob"))
	cy := nodes[1].client(t, authtest.NewUser(t, nodes[0].db, "cy"))
	room := ada.room("r").ID
	var i api.Invite
	ada.must(201, "POST", fill(api.PathInvites, room), nil, api.NewInvite{Role: api.Viewer}, &i)
	ada.must(422, "POST", fill(api.PathInvites, room), nil, api.NewInvite{Role: api.Owner}, nil)
	var p api.InvitePreview
	bob.must(200, "POST", api.PathInvitePreview, nil, api.InviteToken{Token: i.Token}, &p)
	if p.Title != "r" || p.From != "ada" || p.Role != api.Viewer || p.Room != "" {
		t.Errorf("the preview is %+v", p)
	}
	bob.must(200, "POST", api.PathInviteAccept, nil, api.InviteToken{Token: i.Token}, nil)
	bob.must(200, "POST", api.PathInviteAccept, nil, api.InviteToken{Token: i.Token}, nil)
	cy.must(404, "POST", api.PathInviteAccept, nil, api.InviteToken{Token: i.Token}, nil)
	bob.must(403, "PUT", fill(api.PathFile, room, "tested"), ifMatch(0), putFile("a.cpp", "x"), nil)
	// A better invite makes more of him; a lesser one changes nothing.
	bob.join(ada, room, api.Editor)
	bob.join(ada, room, api.Viewer)
	bob.put(room, "tested", 0, "a.cpp", "x")

	ada.must(409, "DELETE", fill(api.PathMember, room, ada.user.ID.String()), nil, nil, nil)
	ada.must(409, "PATCH", fill(api.PathMember, room, ada.user.ID.String()), nil, api.SetRole{Role: api.Viewer}, nil)
	bob.must(403, "PATCH", fill(api.PathMember, room, bob.user.ID.String()), nil, api.SetRole{Role: api.Owner}, nil)
	var members api.MemberList
	bob.must(200, "GET", fill(api.PathMembers, room), nil, nil, &members)
	if len(members.Members) != 2 || members.Members[1].Name != "bob" || members.Members[1].Role != api.Editor {
		t.Errorf("members: %+v", members)
	}
	bob.must(204, "DELETE", fill(api.PathMember, room, bob.user.ID.String()), nil, nil, nil)
	bob.must(404, "GET", fill(api.PathRoom, room), nil, nil, nil)
	var detail api.RoomDetail
	ada.must(200, "GET", fill(api.PathRoom, room), nil, nil, &detail)
	if detail.Members != 1 {
		t.Errorf("%d members", detail.Members)
	}
	var revoked api.Invite
	ada.must(201, "POST", fill(api.PathInvites, room), nil, api.NewInvite{Role: api.Editor, MaxUses: 5}, &revoked)
	ada.must(204, "DELETE", fill(api.PathInvite, room, revoked.ID), nil, nil, nil)
	cy.must(404, "POST", api.PathInvitePreview, nil, api.InviteToken{Token: revoked.Token}, nil)
	var audit api.AuditList
	ada.must(200, "GET", fill(api.PathRoomAudit, room), nil, nil, &audit)
	var actions []string
	for _, e := range audit.Entries {
		actions = append(actions, e.Action)
	}
	for _, want := range []string{"room.create", "invite.create", "member.join", "member.remove", "invite.revoke"} {
		if !slices.Contains(actions, want) {
			t.Errorf("the log has %v, but not %s", actions, want)
		}
	}
}

func TestAShareLinkShowsARoomWithoutItsPeople(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "zoe-the-owner"))
	bob := nodes[1].client(t, authtest.NewUser(t, nodes[0].db, "bob"))
	room := ada.room("shared", newFile("tested", "a.cpp", "x"), newFile(api.TestInput("s"), "", "1")).ID
	ada.must(201, "POST", fill(api.PathCounterexamples, room), nil, api.NewCounterexample{ID: api.NewID(), Verdict: "WA", Message: "m", Failure: json.RawMessage(`{}`)}, nil)
	var l api.ShareLink
	ada.must(201, "POST", fill(api.PathShareLinks, room), nil, api.NewShareLink{}, &l)
	nobody := &client{t: t, url: nodes[1].url, http: nodes[1].server.Client()}
	h := header{api.HeaderShareToken: l.Token}
	r := nobody.must(200, "GET", api.PathShared, h, nil, nil)
	for _, secret := range []string{ada.user.Name, ada.user.ID.String(), room} {
		if strings.Contains(string(r.body), secret) {
			t.Errorf("a share link tells %s: %s", secret, r.body)
		}
	}
	var shared api.Shared
	if err := json.Unmarshal(r.body, &shared); err != nil || len(shared.Files) != 2 || shared.Files[1].Content.String() != "1" || len(shared.Counterexamples) != 1 {
		t.Errorf("shared %s", r.body)
	}
	nobody.must(401, "POST", api.PathSharedFork, h, api.ForkRoom{}, nil)
	nobody.must(404, "GET", api.PathShared, header{api.HeaderShareToken: "x"}, nil, nil)
	nobody.must(422, "GET", api.PathShared, nil, nil, nil)
	var fork api.RoomDetail
	bob.must(201, "POST", api.PathSharedFork, h, api.ForkRoom{Title: "mine"}, &fork)
	if fork.Title != "mine" || len(fork.Files) != 2 || fork.ForkOf != "" || fork.Role != api.Owner {
		t.Errorf("forked %+v", fork)
	}
	ada.must(201, "POST", fill(api.PathRoomFork, room), nil, api.ForkRoom{}, &fork)
	if fork.ForkOf != room || fork.Title != "shared" {
		t.Errorf("forked %+v", fork)
	}
	ada.must(204, "DELETE", fill(api.PathShareLink, room, l.ID), nil, nil, nil)
	nobody.must(404, "GET", api.PathShared, h, nil, nil)
}

func TestInvitesAndLinksEndWhenTheirTimeIsOver(t *testing.T) {
	t.Parallel()
	config, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	bob := nodes[1].client(t, authtest.NewUser(t, nodes[0].db, "bob"))
	room := ada.room("shared", newFile("tested", "a.cpp", "x")).ID
	var invite api.Invite
	ada.must(201, "POST", fill(api.PathInvites, room), nil, api.NewInvite{Role: api.Editor, Hours: 2}, &invite)
	var link api.ShareLink
	ada.must(201, "POST", fill(api.PathShareLinks, room), nil, api.NewShareLink{Hours: 3}, &link)
	for what, left := range map[string]time.Duration{"invite": time.Until(invite.Expires) - 2*time.Hour, "link": time.Until(link.Expires) - 3*time.Hour} {
		if left > time.Minute || left < -10*time.Minute {
			t.Errorf("the %s ends %s after what was asked for", what, left)
		}
	}
	h := header{api.HeaderShareToken: link.Token}
	token := api.InviteToken{Token: invite.Token}
	bob.must(200, "GET", api.PathShared, h, nil, nil)
	bob.must(200, "POST", api.PathInvitePreview, nil, token, nil)

	// Their time passes.
	for _, table := range []string{"invites", "share_links"} {
		if _, err := superuser(t, config).Exec(t.Context(), `update app.`+table+` set expires_at = clock_timestamp() - interval '1 second'`); err != nil {
			t.Fatal(err)
		}
	}
	bob.must(404, "GET", api.PathShared, h, nil, nil)
	bob.must(404, "POST", api.PathSharedFork, h, api.ForkRoom{}, nil)
	bob.must(404, "POST", api.PathInvitePreview, nil, token, nil)
	bob.must(404, "POST", api.PathInviteAccept, nil, token, nil)
	bob.must(404, "GET", fill(api.PathRoom, room), nil, nil, nil)
	var invites api.InviteList
	ada.must(200, "GET", fill(api.PathInvites, room), nil, nil, &invites)
	var links api.ShareLinkList
	ada.must(200, "GET", fill(api.PathShareLinks, room), nil, nil, &links)
	if len(invites.Invites) != 0 || len(links.Links) != 0 {
		t.Errorf("listed are %+v, %+v", invites, links)
	}
}

func TestARoomIsExportedAsAFolder(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r", newFile("tested", "sol.cpp", "s"), newFile("brute", "sol.cpp", "b"), newFile(api.TestInput("wa-1"), "", "1"), newFile(api.IncludeSlot("lib/x.h"), "", "h"), newFile("config", "", "tests = 1")).ID
	r := ada.must(200, "GET", fill(api.PathRoomExport, room), nil, nil, nil)
	z, err := zip.NewReader(bytes.NewReader(r.body), int64(len(r.body)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(in)
		got[f.Name] = string(text)
	}
	for name, want := range map[string]string{"sol.cpp": "s", "by-slot/brute/sol.cpp": "b", ".stresstester/sol/wa-1.in": "1", "lib/x.h": "h", "stresstester.toml": "tests = 1"} {
		if got[name] != want {
			t.Errorf("%s is %q", name, got[name])
		}
	}
	if !strings.Contains(got["room.json"], room) {
		t.Errorf("room.json is %s", got["room.json"])
	}
}

func TestTokensOfLesserScopeDoLess(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	user := authtest.NewUser(t, nodes[0].db, "ada")
	ada := nodes[0].client(t, user)
	room := ada.room("r").ID
	reader, blind := *ada, *ada
	reader.token, _ = authtest.NewToken(t, nodes[0].db, user.ID, "reader", auth.ScopeRoomsRead)
	blind.token, _ = authtest.NewToken(t, nodes[0].db, user.ID, "blind", auth.ScopeAccount)
	reader.must(200, "GET", fill(api.PathRoom, room), nil, nil, nil)
	reader.must(200, "GET", api.PathRooms, nil, nil, nil)
	reader.must(403, "POST", api.PathRooms, nil, api.CreateRoom{Title: "x"}, nil)
	reader.must(403, "PUT", fill(api.PathFile, room, "tested"), ifMatch(0), putFile("a.cpp", "x"), nil)
	blind.must(403, "GET", fill(api.PathRoom, room), nil, nil, nil)
	blind.must(403, "GET", api.PathRooms, nil, nil, nil)
	blind.must(403, "POST", api.PathSync, nil, api.SyncRequest{Rooms: map[string]api.Revision{}}, nil)
	blind.must(403, "GET", api.PathEvents, nil, nil, nil)
}

func TestEverySizeHasALimit(t *testing.T) {
	t.Parallel()
	config, nodes := twoNodes(t)
	l := limits()
	l.RoomsPerUser, l.IncludesPerRoom, l.TestsPerRoom, l.RoomBytes, l.Invites, l.OpenConflicts, l.MembersPerRoom = 2, 2, 2, 1000, 1, 1, 2
	l.FileBytes, l.TestBytes, l.ReportBytes, l.RequestBytes = 500, 600, 100, 4000
	n := startNode(t, config, l)
	_ = nodes
	ada := n.client(t, authtest.NewUser(t, n.db, "ada"))
	room := ada.room("r").ID
	put := func(status int, slot api.Slot, size int) {
		t.Helper()
		ada.must(status, "PUT", fill(api.PathFile, room, string(slot)), ifMatch(0), putFile("x", strings.Repeat("x", size)), nil)
	}
	put(413, "tested", 501)
	put(200, "tested", 500)
	put(413, api.TestInput("a"), 601)
	put(413, api.TestInput("a"), 501) // the room's bytes
	put(200, api.TestInput("a"), 10)
	put(200, api.TestAnswer("a"), 10)
	put(409, api.TestInput("b"), 10)
	put(200, api.IncludeSlot("a"), 10)
	put(200, api.IncludeSlot("b"), 10)
	put(409, api.IncludeSlot("c"), 10)
	put(413, "brute", 4000)
	put(422, "nonsense", 1)
	put(422, api.Slot("include:..%2Fx"), 1)
	ada.must(422, "PUT", fill(api.PathFile, room, "brute"), ifMatch(0), map[string]any{"name": "x", "content": "x", "rev": 7}, nil)
	ada.must(413, "POST", fill(api.PathRuns, room), nil, api.NewRun{ID: api.NewID(), Verdict: "OK", Started: time.Now(), Report: json.RawMessage(`"` + strings.Repeat("x", 100) + `"`)}, nil)
	ada.room("second")
	ada.must(409, "POST", api.PathRooms, nil, api.CreateRoom{Title: "third"}, nil)
	ada.must(201, "POST", fill(api.PathInvites, room), nil, api.NewInvite{Role: api.Viewer, MaxUses: 10}, nil)
	ada.must(409, "POST", fill(api.PathInvites, room), nil, api.NewInvite{Role: api.Viewer}, nil)
	conflict := func(device string) api.NewConflict {
		return api.NewConflict{ID: api.NewID(), Slot: "tested", Deleted: true}
	}
	ada.must(201, "POST", fill(api.PathConflicts, room), header{}.key("a", 1), conflict("a"), nil)
	ada.must(409, "POST", fill(api.PathConflicts, room), header{}.key("b", 1), conflict("b"), nil)
}

func TestARateHasALimit(t *testing.T) {
	t.Parallel()
	config, _ := twoNodes(t)
	l := limits()
	l.RequestsPerMin = 5
	n := startNode(t, config, l)
	ada := n.client(t, authtest.NewUser(t, n.db, "ada"))
	for range 5 {
		ada.must(200, "GET", api.PathRooms, nil, nil, nil)
	}
	if r := ada.must(429, "GET", api.PathRooms, nil, nil, nil); r.header.Get("Retry-After") == "" {
		t.Errorf("headers %v", r.header)
	}
	n.client(t, authtest.NewUser(t, n.db, "bob")).must(200, "GET", api.PathRooms, nil, nil, nil)
}

func TestOtherSitesAndWrongPathsAreRefused(t *testing.T) {
	t.Parallel()
	_, nodes := twoNodes(t)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	ada.must(403, "POST", api.PathRooms, header{"Sec-Fetch-Site": "cross-site"}, api.CreateRoom{Title: "x"}, nil)
	ada.must(404, "GET", "/v1/nothing", nil, nil, nil)
	if r := ada.must(405, "DELETE", api.PathRooms, nil, nil, nil); r.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow: %s", r.header.Get("Allow"))
	}
	ada.must(415, "POST", api.PathRooms, header{"Content-Type": "text/plain"}, api.CreateRoom{Title: "x"}, nil)
	ada.must(404, "GET", fill(api.PathRoom, strings.ToUpper(api.NewID())), nil, nil, nil)
	var c api.Capabilities
	(&client{t: t, url: nodes[0].url, http: ada.http}).must(200, "GET", api.PathCapabilities, nil, nil, &c)
	if c.API != "v1" || c.Limits.FileBytes != 256<<10 || c.SweepSeconds != 1 {
		t.Errorf("capabilities %+v", c)
	}
}
