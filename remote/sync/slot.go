package sync

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"slices"

	"stresstester/remote/api"
	"stresstester/remote/merge"
)

// Content is what a file is at one moment.
type Content struct {
	// Name is the file's name without folders; empty for a file that is named by
	// its slot.
	Name string `json:"name,omitempty"`
	Text []byte `json:"text,omitempty"`
	// Deleted says that there is no such file, or no more.
	Deleted bool `json:"deleted,omitempty"`
}

// Absent is the content of a file that is not there.
func Absent() Content { return Content{Deleted: true} }

// Equal reports whether two contents are the same file.
func (c Content) Equal(o Content) bool {
	if c.Deleted || o.Deleted {
		return c.Deleted == o.Deleted
	}
	return c.Name == o.Name && bytes.Equal(c.Text, o.Text)
}

// Version is a content that the server has, under its revision.
type Version struct {
	Rev     api.Revision `json:"rev"`
	Content Content      `json:"content"`
	// Own says that it was written from here.
	Own bool `json:"own,omitempty"`
}

// Mutation is a write that was, or is about to be, sent, and whose outcome is not
// known. It is repeated under the same number until it is.
type Mutation struct {
	N       int64        `json:"n"`
	Base    api.Revision `json:"base"`
	Content Content      `json:"content"`
	// Side is the revision of the conflict's side that this write settles; 0 for none.
	Side api.Revision `json:"side,omitempty"`
}

// Conflict is a divergence that waits for somebody's decision. The room keeps
// theirs, the folder mine.
type Conflict struct {
	// ID is the server's name for it, made here.
	ID string `json:"id"`
	// BaseRev is the revision that both sides come from.
	BaseRev api.Revision `json:"base_rev"`
	Base    Content      `json:"base"`
	Mine    Content      `json:"mine"`
	Theirs  Version      `json:"theirs"`
	// Stored is the side that the server is known to have; nil until it has one.
	Stored *Content `json:"stored,omitempty"`
	// Storing is the side that it is given by request N, whose outcome is not known.
	Storing *Content `json:"storing,omitempty"`
	// Side is the revision of that.
	Side api.Revision `json:"side,omitempty"`
	// N is the number of the request that stores it; 0 when none is under way.
	N int64 `json:"n,omitempty"`
	// Refused is why the server does not store it.
	Refused string `json:"refused,omitempty"`
}

// Past is a version of the server's by its revision and what tells its content from
// others.
type Past struct {
	Rev api.Revision `json:"rev"`
	Sum []byte       `json:"sum"`
	Own bool         `json:"own,omitempty"`
}

// maxPast is how many of them are kept.
const maxPast = 16

// sum tells a content from others.
func (c Content) sum() []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%t %q ", c.Deleted, c.Name)
	h.Write(c.Text)
	return h.Sum(nil)
}

// Slot is what a replica knows of one file. The zero Slot is made by NewSlot.
type Slot struct {
	// Head is the newest version of the server's that Ours takes into account.
	Head Version `json:"head"`
	// Past are the versions that Head was before, the newest last: what an editor has
	// may have been made from one of them.
	Past []Past `json:"past,omitempty"`
	// Ours is the file as this replica wants it to be everywhere. Where it differs
	// from Head, it is to be sent: it is the outbox.
	Ours Content `json:"ours"`
	// Seen is what was last seen in, or written to, the folder.
	Seen Content `json:"seen"`
	// Sent is a write whose outcome is not known.
	Sent *Mutation `json:"sent,omitempty"`
	// Later is a version that came while a write was under way.
	Later *Version `json:"later,omitempty"`
	// Conflict, when set, waits for a decision; Ours is then Head.
	Conflict *Conflict `json:"conflict,omitempty"`
	// Settling is a conflict that was decided and that the server does not know to
	// be so.
	Settling *Settling `json:"settling,omitempty"`
	// Refused is why the server does not take Ours; empty while it may.
	Refused string `json:"refused,omitempty"`
}

// Settling is a decision under way to the server.
type Settling struct {
	ID   string       `json:"id"`
	Side api.Revision `json:"side"`
	N    int64        `json:"n,omitempty"`
}

// NewSlot is a file that neither the folder nor the server has.
func NewSlot() Slot {
	return Slot{Head: Version{Content: Absent()}, Ours: Absent(), Seen: Absent()}
}

// Wanted is what the folder should have.
func (s *Slot) Wanted() Content {
	if s.Conflict == nil || s.Conflict.Mine.Deleted {
		// Of a deletion and an edit the edit is kept until somebody decides.
		return s.Ours
	}
	return s.Conflict.Mine
}

// Pending reports whether there is something that the server does not have.
func (s *Slot) Pending() bool {
	return s.Sent != nil || s.Settling != nil || !s.Ours.Equal(s.Head.Content) || s.Conflict != nil && !s.Conflict.stored()
}

// join merges two contents that come from base.
func join(slot api.Slot, base, mine, theirs Content) (Content, bool) {
	switch {
	case mine.Equal(theirs), base.Equal(theirs):
		return mine, true
	case base.Equal(mine):
		return theirs, true
	case mine.Deleted || theirs.Deleted:
		return mine, false
	}
	name, clean := mine.Name, true
	switch {
	case mine.Name == theirs.Name, base.Name == theirs.Name && !base.Deleted:
	case base.Name == mine.Name && !base.Deleted:
		name = theirs.Name
	default:
		clean = false
	}
	merged := mergeTexts(slot, base.Text, mine.Text, theirs.Text)
	return Content{Name: name, Text: merged.Text()}, clean && merged.Clean()
}

func mergeTexts(slot api.Slot, base, mine, theirs []byte) merge.Result {
	kind, name := slot.Kind()
	if kind == api.ConfigKind {
		return merge.Settings(base, mine, theirs)
	}
	if kind == api.TestKind && (filepath.Ext(name) == ".in" || filepath.Ext(name) == ".ans") {
		// Half of one input and half of another is no input.
		return merge.Whole(base, mine, theirs)
	}
	return merge.Texts(base, mine, theirs)
}

// Edited takes in what the folder has now. ancestor is what it was made from: what
// the folder had before, unless an editor knows better.
func (s *Slot) Edited(slot api.Slot, now, ancestor Content) {
	if !now.Equal(s.Seen) {
		s.Refused = ""
	}
	before := s.Seen
	s.Seen = now
	if c := s.Conflict; c != nil {
		switch {
		case now.Equal(before):
		case now.Equal(s.Ours):
			s.settle(s.Ours)
		case c.Mine.Deleted && ancestor.Equal(s.Ours):
			// Who goes on editing what was kept has decided to keep it.
			s.settle(now)
		default:
			c.Mine = now
		}
		return
	}
	switch {
	case now.Equal(s.Ours):
		return
	case ancestor.Equal(s.Ours):
		s.Ours = now
		return
	}
	merged, clean := join(slot, ancestor, now, s.Ours)
	if clean {
		s.Ours = merged
		return
	}
	s.diverge(ancestor, now)
}

// diverge begins a conflict between mine and what Ours is.
func (s *Slot) diverge(base, mine Content) {
	s.Conflict = &Conflict{ID: api.NewID(), BaseRev: s.revisionOf(base), Base: base, Mine: mine, Theirs: Version{Rev: s.Head.Rev, Content: s.Ours}}
}

// revisionOf is the revision of a content that the server has or had. It is Head's
// where that is not known: the content may never have been sent.
func (s *Slot) revisionOf(c Content) api.Revision {
	if c.Equal(s.Head.Content) {
		return s.Head.Rev
	}
	if past, ok := s.past(c); ok {
		return past.Rev
	}
	return s.Head.Rev
}

// past is the newest version that Head was before and that had this content.
func (s *Slot) past(c Content) (Past, bool) {
	sum := c.sum()
	for _, past := range slices.Backward(s.Past) {
		if bytes.Equal(past.Sum, sum) {
			return past, true
		}
	}
	return Past{}, false
}

// theirs reports whether the content came from the server, and was not made here: then
// whoever made it has it.
func (s *Slot) theirs(c Content) bool {
	past, ok := s.past(c)
	return ok && !past.Own
}

// setBack forgets what the server had: it says that it never came so far, because its
// database was set back to an older state, or because something else answered in its
// name. What is here is then to be reconciled with what it has as if they met for the
// first time, except that what it had before is known to be older than what is here.
func (s *Slot) setBack() {
	ours := s.Wanted()
	s.advance(Version{Content: Absent()})
	s.Ours, s.Sent, s.Later, s.Conflict, s.Settling, s.Refused = ours, nil, nil, nil, nil, ""
}

// advance takes a newer version for Head.
func (s *Slot) advance(v Version) {
	if s.Head.Rev != 0 {
		s.Past = append(s.Past, Past{s.Head.Rev, s.Head.Content.sum(), s.Head.Own})
		s.Past = slices.Clone(s.Past[max(len(s.Past)-maxPast, 0):])
	}
	s.Head = v
}

// Send is the write to be sent next, if there is one. n is given to a new one; used
// tells whether it was.
func (s *Slot) Send(n int64) (m *Mutation, used bool) {
	switch {
	case s.Sent != nil:
		return s.Sent, false
	case s.Ours.Equal(s.Head.Content) || s.Refused != "":
		return nil, false
	}
	s.Sent = &Mutation{N: n, Base: s.Head.Rev, Content: s.Ours}
	if s.Settling != nil && !s.Ours.Deleted {
		s.Sent.Side = s.Settling.Side // a deletion cannot say so
	}
	return s.Sent, true
}

// Accepted is told that the write under way became revision rev.
func (s *Slot) Accepted(slot api.Slot, rev api.Revision) {
	if s.Sent == nil {
		return
	}
	sent := s.Sent
	s.Sent = nil
	s.advance(Version{rev, sent.Content, true})
	if sent.Side != 0 && s.Settling != nil && s.Settling.Side == sent.Side {
		s.Settling = nil
	}
	s.takeLater(slot)
}

// Outdated is told that the write under way had no effect, because the server has
// another version.
func (s *Slot) Outdated(slot api.Slot, current Version) {
	s.Sent = nil
	if current.Rev < s.Head.Rev {
		s.setBack() // it does not know what it was told to have
	}
	s.Received(slot, current)
	s.takeLater(slot)
}

// Rejected is told that the write under way had no effect and never will.
func (s *Slot) Rejected(slot api.Slot, why string) {
	s.Sent = nil
	s.Refused = why
	s.takeLater(slot)
}

func (s *Slot) takeLater(slot api.Slot) {
	if later := s.Later; later != nil {
		s.Later = nil
		s.Received(slot, *later)
	}
}

// Received takes in a version of the server's.
func (s *Slot) Received(slot api.Slot, v Version) {
	switch {
	case s.Sent != nil:
		// It may be the write under way; its outcome tells.
		if s.Later == nil || s.Later.Rev < v.Rev {
			s.Later = &v
		}
		return
	case v.Rev == s.Head.Rev && !v.Content.Equal(s.Head.Content):
		s.setBack() // two contents under one revision
	case v.Rev <= s.Head.Rev:
		return
	}
	before := s.Head
	s.advance(v)
	s.Refused = ""
	if _, older := s.past(v.Content); before.Rev == 0 && older {
		return // it was set back: what is here was made of this, and is to be sent again
	}
	if c := s.Conflict; c != nil {
		if !s.Ours.Equal(before.Content) {
			// What was merged here and not sent yet comes along, or into the conflict.
			if merged, clean := join(slot, before.Content, s.Ours, v.Content); clean {
				s.Ours = merged
				c.Theirs = Version{Rev: v.Rev, Content: merged}
				return
			}
		}
		s.Ours, c.Theirs = v.Content, v
		if c.Mine.Equal(v.Content) {
			s.settle(v.Content)
		}
		return
	}
	if s.Ours.Equal(before.Content) {
		s.Ours = v.Content
		return
	}
	merged, clean := join(slot, before.Content, s.Ours, v.Content)
	if clean {
		s.Ours = merged
		return
	}
	s.Conflict = &Conflict{ID: api.NewID(), BaseRev: before.Rev, Base: before.Content, Mine: s.Ours, Theirs: v}
	s.Ours = v.Content
}

// Resolve decides the conflict: now is what the file is to be.
func (s *Slot) Resolve(now Content) {
	if s.Conflict != nil {
		s.settle(now)
	}
}

func (s *Slot) settle(now Content) {
	c := s.Conflict
	s.Conflict = nil
	s.Ours = now
	s.Refused = ""
	if c.Stored != nil || c.N != 0 {
		s.Settling = &Settling{ID: c.ID, Side: c.Side}
	}
}

// stored reports whether the server has, or refuses, mine's side.
func (c *Conflict) stored() bool {
	return c.Refused != "" || c.N == 0 && c.Stored != nil && c.Stored.Equal(c.Mine)
}

// Store is the conflict whose side the server is to be given, if there is one.
func (s *Slot) Store(n int64) (c *Conflict, used bool) {
	switch c := s.Conflict; {
	case c == nil, s.Sent != nil, s.Settling != nil, !s.Ours.Equal(s.Head.Content), c.stored():
		// The server knows one conflict of a file and a device at a time.
		return nil, false
	case c.N != 0:
		return c, false
	default:
		side := c.Mine
		c.Storing, c.N = &side, n
		return c, true
	}
}

// StoredSide is told that the server has the side of conflict id as revision side,
// and calls the conflict name.
func (s *Slot) StoredSide(id, name string, side api.Revision) {
	if c := s.Conflict; c != nil && c.ID == id && c.Storing != nil {
		c.Stored, c.Storing = c.Storing, nil
		c.ID, c.N, c.Side = name, 0, side
	}
	if s.Settling != nil && s.Settling.ID == id {
		s.Settling.ID, s.Settling.Side = name, side
	}
}

// SideThere is told, whoever asked, that the server has an open conflict of this
// device.
func (s *Slot) SideThere(id string, side Version) {
	c := s.Conflict
	switch {
	case c != nil && c.ID == id:
		c.Side = side.Rev
		if c.Storing != nil && c.Storing.Equal(side.Content) {
			c.Storing, c.N = nil, 0
		}
		c.Stored = &side.Content
	case s.Settling == nil:
		// It arrived there after it had been settled here.
		s.Settling = &Settling{ID: id, Side: side.Rev}
	case s.Settling.ID == id:
		s.Settling.Side = side.Rev
	}
}

// SettledThere is told that a conflict was decided elsewhere; the version that
// came of it was received already. What was edited here meanwhile is merged, or a
// conflict of its own.
func (s *Slot) SettledThere(slot api.Slot, id string) {
	if s.Settling != nil && s.Settling.ID == id {
		s.Settling = nil
	}
	c := s.Conflict
	if c == nil || c.ID != id || c.Stored == nil && c.Storing == nil {
		return
	}
	// Of two that the server may have had when it was decided, the one that it had
	// for certain: what the other adds was perhaps not seen by who decided.
	stored := c.Stored
	if stored == nil {
		stored = c.Storing
	}
	s.Conflict = nil
	merged, clean := join(slot, *stored, c.Mine, s.Ours)
	if clean {
		s.Ours = merged
		return
	}
	s.diverge(*stored, c.Mine)
}
