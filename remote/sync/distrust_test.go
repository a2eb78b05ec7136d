package sync

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/remote/api"
)

func TestWhatCannotBeTrueIsNotTakenIn(t *testing.T) {
	t.Parallel()
	good := func() api.SyncResponse {
		content := problem.Text("int main() {}\n")
		return api.SyncResponse{Changes: map[string]api.RoomChange{theRoom: {
			Status: api.RoomOK, Rev: 9, Room: &api.Room{ID: theRoom, Title: "t", Role: api.Editor, Rev: 9},
			Files: []api.File{
				{Slot: "tested", Name: "sol.cpp", Rev: 7, Content: &content, Hash: hashOf(content)},
				{Slot: "include:tree.h", Rev: 9, Deleted: true},
				{Slot: "of a later version", Name: "..", Rev: 9},
			},
		}}}
	}
	r := &Replica{room: theRoom}
	if _, ok, err := r.checked(good(), 5); !ok || err != nil {
		t.Fatalf("a good answer: %v", err)
	}
	tests := map[string]func(*api.RoomChange){
		"a status of its own":          func(c *api.RoomChange) { c.Status = "fine" },
		"no room":                      func(c *api.RoomChange) { c.Room = nil },
		"another room":                 func(c *api.RoomChange) { c.Room.ID = api.NewID() },
		"more than the room's newest":  func(c *api.RoomChange) { c.Rev = 10 },
		"older than what is here":      func(c *api.RoomChange) { c.Rev = 4 },
		"an absurd revision":           func(c *api.RoomChange) { c.Room.Rev = 1 << 60 },
		"a negative revision":          func(c *api.RoomChange) { c.Room.Rev, c.Rev = -1, -1 },
		"a role of its own":            func(c *api.RoomChange) { c.Room.Role = "king" },
		"a title without end":          func(c *api.RoomChange) { c.Room.Title = strings.Repeat("t", 1<<20) },
		"a file without a revision":    func(c *api.RoomChange) { c.Files[0].Rev = 0 },
		"a file newer than the answer": func(c *api.RoomChange) { c.Files[0].Rev = 10 },
		"a file twice":                 func(c *api.RoomChange) { c.Files = append(c.Files, c.Files[0]) },
		"a file that is too large": func(c *api.RoomChange) {
			big := problem.Text(make([]byte, 2<<20))
			c.Files[0].Content, c.Files[0].Hash = &big, ""
		},
		"a content that is not its": func(c *api.RoomChange) { c.Files[0].Hash = hashOf([]byte("other")) },
		"a file elsewhere":          func(c *api.RoomChange) { c.Files[0].Name = "../../.bashrc" },
		"a conflict without a name": func(c *api.RoomChange) { c.Conflicts = []api.Conflict{{Slot: "tested"}} },
		"more than a room holds": func(c *api.RoomChange) {
			half := problem.Text(make([]byte, 1<<20))
			for i := range 40 {
				c.Files = append(c.Files, api.File{Slot: api.IncludeSlot(fmt.Sprint(i)), Rev: 8, Content: &half})
			}
		},
	}
	for name, lie := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := good()
			change := answer.Changes[theRoom]
			lie(&change)
			answer.Changes[theRoom] = change
			if _, _, err := r.checked(answer, 5); !errors.Is(err, ErrRubbish) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, _, err := r.checked(api.SyncResponse{}, 5); !errors.Is(err, ErrRubbish) {
		t.Errorf("an answer without anything: %v", err)
	}
}

func TestAWriteIsTakenForDoneOnlyIfItCanBe(t *testing.T) {
	t.Parallel()
	m := &Mutation{Base: 4, Content: text("a\n")}
	good := api.File{Slot: "tested", Rev: 5, Hash: hashOf([]byte("a\n"))}
	if err := checkAccepted(good, "tested", m); err != nil {
		t.Fatal(err)
	}
	for name, lie := range map[string]func(*api.File){
		"nothing":            func(f *api.File) { *f = api.File{} },
		"another file":       func(f *api.File) { f.Slot = "brute" },
		"an older revision":  func(f *api.File) { f.Rev = 3 },
		"an absurd revision": func(f *api.File) { f.Rev = 1 << 62 },
		"a deletion":         func(f *api.File) { f.Deleted = true },
		"another content":    func(f *api.File) { f.Hash = hashOf([]byte("b\n")) },
	} {
		f := good
		lie(&f)
		if err := checkAccepted(f, "tested", m); !errors.Is(err, ErrRubbish) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAServerThatWasSetBackGetsWhatItLost(t *testing.T) {
	t.Parallel()
	s := known(3, "a\n")
	for n, line := range []string{"b\n", "c\n"} {
		s.Edited(testedSlot, text(line), s.Seen)
		s.Send(int64(n))
		s.Accepted(testedSlot, api.Revision(4+n))
	}
	s.setBack()
	s.Received(testedSlot, Version{Rev: 3, Content: text("a\n")})
	if m, _ := s.Send(9); s.Conflict != nil || m == nil || m.Base != 3 || string(m.Content.Text) != "c\n" {
		t.Errorf("got %+v, %+v", m, s)
	}
}

func TestAServerThatForgotWhatItAcknowledgedGetsItAgain(t *testing.T) {
	t.Parallel()
	s := known(3, "a\n")
	s.Edited(testedSlot, text("b\n"), s.Seen)
	s.Send(1)
	s.Accepted(testedSlot, 4)
	s.Edited(testedSlot, text("c\n"), s.Seen)
	s.Send(2)
	s.Outdated(testedSlot, Version{Rev: 3, Content: text("a\n")})
	if m, _ := s.Send(3); s.Conflict != nil || m == nil || m.Base != 3 || string(m.Content.Text) != "c\n" {
		t.Errorf("got %+v, %+v", m, s)
	}
}

func TestAServerThatWasSetBackAndWentOnElsewhereConflicts(t *testing.T) {
	t.Parallel()
	s := known(7, "mine\n")
	s.setBack()
	s.Received(testedSlot, Version{Rev: 4, Content: text("theirs\n")})
	if s.Conflict == nil || string(s.Wanted().Text) != "mine\n" || string(s.Conflict.Theirs.Content.Text) != "theirs\n" {
		t.Errorf("got %+v", s)
	}
}

func TestTwoContentsUnderOneRevisionConflict(t *testing.T) {
	t.Parallel()
	s := known(7, "mine\n")
	s.Received(testedSlot, Version{Rev: 7, Content: text("theirs\n")})
	if s.Conflict == nil || string(s.Wanted().Text) != "mine\n" {
		t.Errorf("got %+v", s)
	}
	s = known(7, "mine\n")
	s.Received(testedSlot, Version{Rev: 7, Content: text("mine\n")})
	if s.Conflict != nil || s.Pending() {
		t.Errorf("the same again: %+v", s)
	}
}

func TestWhatWasMadeHereIsTold(t *testing.T) {
	t.Parallel()
	s := known(3, "a\n")
	s.Edited(testedSlot, text("b\n"), s.Seen)
	s.Send(1)
	s.Accepted(testedSlot, 4)
	s.Received(testedSlot, Version{Rev: 5, Content: text("c\n")})
	s.Received(testedSlot, Version{Rev: 6, Content: text("d\n")})
	if s.theirs(text("b\n")) || !s.theirs(text("c\n")) || s.theirs(text("never\n")) {
		t.Errorf("got %+v", s.Past)
	}
}

func TestAnnouncementsCostOnlySoMuch(t *testing.T) {
	t.Parallel()
	var p pace
	now := time.Now()
	for i := range syncsAtOnce {
		if wait := p.wait(now); wait != 0 {
			t.Fatalf("number %d has to wait for %s", i, wait)
		}
	}
	if wait := p.wait(now); wait != time.Second/syncsPerSecond {
		t.Errorf("got %s", wait)
	}
	if wait := p.wait(now.Add(time.Hour)); wait != 0 {
		t.Errorf("after an hour: %s", wait)
	}
}
