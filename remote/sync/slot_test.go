package sync

import (
	"testing"

	"stresstester/core/problem"
	"stresstester/remote/api"
)

func text(s string) Content { return Content{Name: "sol.cpp", Text: []byte(s)} }

var testedSlot = api.RoleSlot(problem.Tested)

// known is a slot that the folder and the server have alike.
func known(rev api.Revision, s string) Slot {
	return Slot{Head: Version{Rev: rev, Content: text(s)}, Ours: text(s), Seen: text(s)}
}

func TestUnsentEditsBecomeOne(t *testing.T) {
	t.Parallel()
	s := known(3, "a\n")
	s.Edited(testedSlot, text("b\n"), s.Seen)
	s.Edited(testedSlot, text("c\n"), s.Seen)
	m, used := s.Send(7)
	if !used || m.N != 7 || m.Base != 3 || string(m.Content.Text) != "c\n" {
		t.Fatalf("got %+v", m)
	}
	if again, used := s.Send(8); used || again.N != 7 {
		t.Errorf("a write whose outcome is not known was sent under another number: %+v", again)
	}
	s.Accepted(testedSlot, 4)
	if s.Pending() {
		t.Errorf("got %+v", s)
	}
}

func TestAnEditDuringAWriteIsSentAfterIt(t *testing.T) {
	t.Parallel()
	s := known(1, "a\n")
	s.Edited(testedSlot, text("b\n"), s.Seen)
	s.Send(1)
	s.Edited(testedSlot, text("c\n"), s.Seen)
	s.Accepted(testedSlot, 2)
	m, _ := s.Send(2)
	if m == nil || m.Base != 2 || string(m.Content.Text) != "c\n" {
		t.Errorf("got %+v", m)
	}
}

func TestChangesInTwoPlacesAreMerged(t *testing.T) {
	t.Parallel()
	s := known(1, "a\nb\nc\n")
	s.Edited(testedSlot, text("A\nb\nc\n"), s.Seen)
	s.Received(testedSlot, Version{Rev: 2, Content: text("a\nb\nC\n")})
	if s.Conflict != nil || string(s.Wanted().Text) != "A\nb\nC\n" {
		t.Fatalf("got %+v", s)
	}
	if m, _ := s.Send(1); m == nil || m.Base != 2 {
		t.Errorf("got %+v", m)
	}
}

func TestChangesOfOnePlaceWaitForADecision(t *testing.T) {
	t.Parallel()
	s := known(1, "a\n")
	s.Edited(testedSlot, text("mine\n"), s.Seen)
	s.Received(testedSlot, Version{Rev: 2, Content: text("theirs\n")})
	if s.Conflict == nil || string(s.Wanted().Text) != "mine\n" {
		t.Fatalf("got %+v", s)
	}
	if m, _ := s.Send(1); m != nil {
		t.Errorf("theirs is about to be written over: %+v", m)
	}
	c, used := s.Store(2)
	if !used || string(c.Storing.Text) != "mine\n" {
		t.Fatalf("mine is not about to be stored: %+v", c)
	}
	s.StoredSide(c.ID, c.ID, 3)
	s.Resolve(text("both\n"))
	m, _ := s.Send(4)
	if m == nil || m.Base != 2 || m.Side != 3 || string(m.Content.Text) != "both\n" {
		t.Errorf("got %+v", m)
	}
}

func TestOfADeletionAndAnEditTheEditIsKept(t *testing.T) {
	t.Parallel()
	t.Run("deleted here", func(t *testing.T) {
		t.Parallel()
		s := known(1, "a\n")
		s.Edited(testedSlot, Absent(), s.Seen)
		s.Received(testedSlot, Version{Rev: 2, Content: text("edited\n")})
		if s.Conflict == nil || string(s.Wanted().Text) != "edited\n" {
			t.Errorf("got %+v", s)
		}
	})
	t.Run("deleted there", func(t *testing.T) {
		t.Parallel()
		s := known(1, "a\n")
		s.Edited(testedSlot, text("edited\n"), s.Seen)
		s.Received(testedSlot, Version{Rev: 2, Content: Absent()})
		if s.Conflict == nil || string(s.Wanted().Text) != "edited\n" {
			t.Fatalf("got %+v", s)
		}
		s.Resolve(text("edited\n"))
		if m, _ := s.Send(1); m == nil || m.Base != 2 || m.Content.Deleted {
			t.Errorf("got %+v", m)
		}
	})
	t.Run("deleted there, untouched here", func(t *testing.T) {
		t.Parallel()
		s := known(1, "a\n")
		s.Received(testedSlot, Version{Rev: 2, Content: Absent()})
		if s.Conflict != nil || !s.Wanted().Deleted || s.Pending() {
			t.Errorf("got %+v", s)
		}
	})
}

func TestSettingsAreMergedByKey(t *testing.T) {
	t.Parallel()
	config := func(s string) Content { return Content{Text: []byte(s)} }
	s := Slot{Head: Version{Rev: 1, Content: config("tests = 1\nseed = 1\n")}, Ours: config("tests = 1\nseed = 1\n"), Seen: config("tests = 1\nseed = 1\n")}
	s.Edited(api.Config, config("tests = 2\nseed = 1\n"), s.Seen)
	s.Received(api.Config, Version{Rev: 2, Content: config("tests = 1\nseed = 2\n")})
	if s.Conflict != nil || string(s.Wanted().Text) != "tests = 2\nseed = 2\n" {
		t.Errorf("got %+v", s)
	}
}

func TestAnInputIsNeverMixedOfTwo(t *testing.T) {
	t.Parallel()
	slot := api.TestInput("wa-1")
	c := func(s string) Content { return Content{Text: []byte(s)} }
	s := Slot{Head: Version{Rev: 1, Content: c("1\n2\n3\n")}, Ours: c("1\n2\n3\n"), Seen: c("1\n2\n3\n")}
	s.Edited(slot, c("9\n2\n3\n"), s.Seen)
	s.Received(slot, Version{Rev: 2, Content: c("1\n2\n9\n")})
	if s.Conflict == nil {
		t.Errorf("got %q", s.Wanted().Text)
	}
}

func TestAConflictNamesTheRevisionThatAnEditorsTextWasMadeFrom(t *testing.T) {
	t.Parallel()
	s := known(3, "a\n")
	s.Received(testedSlot, Version{Rev: 4, Content: text("b\n")})
	s.Seen = text("a\n") // the editor with unsaved changes did not take it
	s.Edited(testedSlot, text("c\n"), text("a\n"))
	if s.Conflict == nil || s.Conflict.BaseRev != 3 || s.Conflict.Theirs.Rev != 4 {
		t.Fatalf("got %+v", s.Conflict)
	}
	s = known(3, "a\n")
	s.Received(testedSlot, Version{Rev: 4, Content: text("b\n")})
	s.Edited(testedSlot, text("c\n"), text("never sent\n"))
	if s.Conflict == nil || s.Conflict.BaseRev != 4 {
		t.Errorf("made from what the server never had: got %+v", s.Conflict)
	}
	for rev := api.Revision(5); rev < 100; rev++ {
		s.Received(testedSlot, Version{Rev: rev, Content: text("d\n")})
	}
	if len(s.Past) > maxPast {
		t.Errorf("%d past versions are kept", len(s.Past))
	}
}
