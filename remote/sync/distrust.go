package sync

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"stresstester/remote/api"
)

// A server may be broken, hostile, or not be asked at all: a network that wants somebody
// to sign in answers in its name. What cannot be true is not taken in, whole; what is
// here stays, and is sent again later.

// ErrRubbish is wrapped where a server's answer cannot be true.
var ErrRubbish = errors.New("the server's answer cannot be true")

func rubbish(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrRubbish}, args...)...)
}

// maxRevision is more than a room will ever have, and less than what numbers in JSON
// lose digits at.
const maxRevision = api.Revision(1) << 50

// maxTitle is the length of the longest title, in bytes; maxPresent is how many of those
// who have a room open are remembered.
const (
	maxTitle   = 1000
	maxPresent = 100
)

// checked is what a server says of this room, if it says anything, and if that can be
// true.
func (r *Replica) checked(response api.SyncResponse, asked api.Revision) (change api.RoomChange, ok bool, err error) {
	if response.Changes == nil {
		return change, false, rubbish("it has no changes, not even none")
	}
	change, ok = response.Changes[r.room]
	if !ok {
		return change, false, nil
	}
	switch change.Status {
	case api.RoomOK:
		return change, true, r.check(change, asked)
	case api.RoomGone, api.RoomTrashed:
		return change, true, nil
	}
	return change, true, rubbish("the room's status is %.20q", string(change.Status))
}

// setBack reports whether the server does not know of the revision that it is asked
// about.
func setBack(change api.RoomChange, asked api.Revision) bool {
	return change.Room != nil && change.Room.Rev < asked
}

// setBack lets all files of the room meet the server for the first time.
func (r *Replica) setBack(tx *Tx) error {
	slots, err := tx.Slots(r.room)
	if err != nil {
		return err
	}
	for slot := range slots {
		if err := tx.Change(r.room, slot, (*Slot).setBack); err != nil {
			return err
		}
	}
	return nil
}

func (r *Replica) check(change api.RoomChange, asked api.Revision) error {
	limits := api.DefaultLimits()
	room := change.Room
	switch {
	case room == nil || room.ID != r.room:
		return rubbish("it is of another room")
	case room.Rev < 0 || room.Rev > maxRevision || change.Rev < 0 || change.Rev > room.Rev:
		return rubbish("the room is at revision %d, and what comes at %d", room.Rev, change.Rev)
	case change.Rev < asked && !setBack(change, asked):
		return rubbish("it is older than what was asked for")
	case room.Role != api.Owner && room.Role != api.Editor && room.Role != api.Viewer:
		return rubbish("the user's role is %.20q", string(room.Role))
	case len(room.Title) == 0 || len(room.Title) > maxTitle:
		return rubbish("the room's title has %d bytes", len(room.Title))
	case len(change.Conflicts) > 100*limits.OpenConflicts:
		return rubbish("it has %d conflicts", len(change.Conflicts))
	}
	seen, total := map[api.Slot]bool{}, 0
	for _, f := range change.Files {
		if err := checkFile(f, change.Rev, seen); err != nil {
			return err
		}
		if f.Content != nil {
			total += len(*f.Content)
		}
	}
	if total > limits.RoomBytes {
		return rubbish("the room's files have %d bytes", total)
	}
	for _, c := range change.Conflicts {
		if !api.ValidID(c.ID) {
			return rubbish("a conflict is called %.60q", c.ID)
		}
		if c.ResolvedRev == 0 && c.Side.Content != nil {
			c.Side.Slot = c.Slot
			if err := checkFile(c.Side, maxRevision, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// shown is a server's text as it may be shown: on one line.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text[:min(len(text), maxTitle)])
}

// present are those who have a room open, as many as are remembered.
func present(list []api.Presence) []api.Presence {
	list = slices.Clone(list[:min(len(list), maxPresent)])
	for i := range list {
		list[i].Name = shown(list[i].Name)
		if latest := time.Now().Add(2 * api.PresenceSeconds * time.Second); list[i].Until.After(latest) {
			list[i].Until = latest
		}
	}
	return list
}

// A server may announce changes all the time, and each costs processor time that belongs
// to the stress tests: a room is synced so often in a row, and so often a second.
const (
	syncsAtOnce    = 40
	syncsPerSecond = 4
)

// pace counts how often a room may still be synced.
type pace struct {
	left float64
	at   time.Time
}

// wait takes one into account and says how long the next one has to wait.
func (p *pace) wait(now time.Time) time.Duration {
	if p.at.IsZero() {
		p.left = syncsAtOnce
	} else {
		p.left = min(p.left+syncsPerSecond*now.Sub(p.at).Seconds(), syncsAtOnce)
	}
	p.at = now
	p.left--
	if p.left >= 0 {
		return 0
	}
	return time.Duration(-p.left * float64(time.Second) / syncsPerSecond)
}

// checkFile checks a file of the server's that is at most of revision newest. seen are
// the slots that were there before it; it may be nil.
func checkFile(f api.File, newest api.Revision, seen map[api.Slot]bool) error {
	switch {
	case f.Rev <= 0 || f.Rev > newest:
		return rubbish("%.60q is at revision %d", string(f.Slot), f.Rev)
	case seen[f.Slot]:
		return rubbish("%.60q is there twice", string(f.Slot))
	case f.Content != nil && len(*f.Content) > api.DefaultLimits().TestBytes:
		return rubbish("%.60q has %d bytes", string(f.Slot), len(*f.Content))
	case f.Content != nil && f.Hash != "" && f.Hash != hashOf(*f.Content):
		return rubbish("%.60q has another content than its hash says", string(f.Slot))
	}
	if seen != nil {
		seen[f.Slot] = true
	}
	if kind, _ := f.Slot.Kind(); kind == api.RoleKind && understood(f.Slot) && !f.Deleted && api.ValidateFileName(f.Name) != nil {
		return rubbish("%s is called %.60q", f.Slot, f.Name)
	}
	return nil
}

// checkAccepted checks what became of a write.
func checkAccepted(f api.File, slot api.Slot, m *Mutation) error {
	switch {
	case f.Slot != slot:
		return rubbish("what was written to %s is in %.60q", slot, string(f.Slot))
	case f.Rev <= 0 || f.Rev < m.Base || f.Rev > maxRevision:
		return rubbish("what was made of revision %d of %s is revision %d", m.Base, slot, f.Rev)
	case f.Deleted != m.Content.Deleted:
		return rubbish("%s was to be deleted: %t; it is: %t", slot, m.Content.Deleted, f.Deleted)
	case !f.Deleted && f.Hash != "" && f.Hash != hashOf(m.Content.Text):
		return rubbish("something else was stored of %s than what was sent", slot)
	}
	return nil
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
