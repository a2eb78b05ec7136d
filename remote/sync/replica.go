package sync

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	gosync "sync"
	"time"

	"stresstester/core/problem"
	"stresstester/remote/api"
)

// Server is the shared server as a replica needs it. Its errors are *api.Problem
// where the server said no; every other error means that the outcome is not known.
type Server interface {
	Put(ctx context.Context, room string, slot api.Slot, base api.Revision, key api.IdempotencyKey, f api.PutFile) (api.File, error)
	Delete(ctx context.Context, room string, slot api.Slot, base api.Revision, key api.IdempotencyKey) (api.File, error)
	File(ctx context.Context, room string, slot api.Slot) (api.File, error)
	StoreConflict(ctx context.Context, room string, key api.IdempotencyKey, c api.NewConflict) (api.Conflict, error)
	ResolveConflict(ctx context.Context, room, conflict string, base api.Revision, key api.IdempotencyKey, r api.ResolveConflict) error
	AddRun(ctx context.Context, room string, key api.IdempotencyKey, run api.NewRun) error
	AddCounterexample(ctx context.Context, room string, key api.IdempotencyKey, c api.NewCounterexample) error
	Sync(ctx context.Context, r api.SyncRequest) (api.SyncResponse, error)
}

// Outcome is what became of a write to the folder.
type Outcome int

// The outcomes.
const (
	// Written: the folder has the content.
	Written Outcome = iota
	// Changed: the folder had something else than expected, and still has.
	Changed
	// Busy: the file is open in an editor, which was offered the content.
	Busy
)

// Worktree is a room's folder.
type Worktree interface {
	// Scan is what the folder has: every file that belongs to the room, and
	// whichever of the known ones are gone, as absent. A file about which nothing
	// can be said for certain is left out.
	Scan(known map[api.Slot]Content) (map[api.Slot]Content, error)
	// Write replaces what is expected by what is wanted.
	Write(slot api.Slot, expect, want Content) (Outcome, error)
	// Ancestor is what the text was made from, if an editor that has it open knows.
	Ancestor(slot api.Slot, now Content) (Content, bool)
	// Recorded is told that a content, for which Ancestor knew one, was recorded.
	Recorded(slot api.Slot, now Content)
}

// Replica keeps one room and one folder the same.
type Replica struct {
	state  *State
	server Server
	room   string
	tree   Worktree
	device string
	// Keep is given contents that are about to be out of reach on this machine; it
	// may be nil.
	Keep func(slot api.Slot, c Content)
	// busy is held for as long as the server takes, folder never: only while the
	// folder is looked at or written, and what came of it is put down.
	busy, folder gosync.Mutex
}

// NewReplica is the replica of a bound room. server may be nil as long as only the
// folder is looked at.
func NewReplica(state *State, server Server, room string, tree Worktree) (*Replica, error) {
	r := &Replica{state: state, server: server, room: room, tree: tree}
	return r, state.Update(func(tx *Tx) (err error) {
		r.device, err = tx.Device()
		return err
	})
}

func (r *Replica) key(n int64) api.IdempotencyKey { return api.IdempotencyKey{Device: r.device, N: n} }

func (r *Replica) slots() (slots map[api.Slot]Slot, err error) {
	err = r.state.View(func(tx *Tx) error {
		slots, err = tx.Slots(r.room)
		return err
	})
	return slots, err
}

// Record takes in what the folder has. When it returns, every edit that it found is
// on the disk and will not be lost. It does not wait for the server.
func (r *Replica) Record() error {
	unlock, err := r.lockFolder()
	if err != nil {
		return err
	}
	defer unlock()
	return r.record()
}

// lockFolder keeps others, of this and of other processes, from the folder: between
// writing a file and putting that down, what somebody saves would seem to be made of
// the file before.
func (r *Replica) lockFolder() (unlock func(), err error) {
	r.folder.Lock()
	release, err := lock(filepath.Join(r.state.Dir(), r.room+".lock"))
	if err != nil {
		r.folder.Unlock()
		return nil, fmt.Errorf("locking the folder: %w", err)
	}
	return func() { release(); r.folder.Unlock() }, nil
}

func (r *Replica) record() error {
	slots, err := r.slots()
	if err != nil {
		return err
	}
	known := map[api.Slot]Content{}
	for slot, s := range slots {
		known[slot] = s.Seen
	}
	now, err := r.tree.Scan(known)
	if err != nil {
		return err
	}
	type edit struct {
		now, ancestor Content
		offered       bool
	}
	edits := map[api.Slot]edit{}
	for slot, content := range now {
		seen, ok := known[slot]
		if !ok {
			seen = Absent()
		}
		if content.Equal(seen) {
			continue
		}
		ancestor, offered := r.tree.Ancestor(slot, content)
		if !offered {
			ancestor = seen
		}
		edits[slot] = edit{content, ancestor, offered}
	}
	if len(edits) == 0 {
		return nil
	}
	err = r.state.Update(func(tx *Tx) error {
		for slot, e := range edits {
			if err := tx.Change(r.room, slot, func(s *Slot) { s.Edited(slot, e.now, e.ancestor) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for slot, e := range edits {
		if e.offered {
			r.tree.Recorded(slot, e.now)
		}
	}
	return nil
}

// Apply brings to the folder what came from elsewhere. What was edited meanwhile is
// recorded first.
func (r *Replica) Apply() error {
	unlock, err := r.lockFolder()
	if err != nil {
		return err
	}
	defer unlock()
	slots, err := r.slots()
	if err != nil {
		return err
	}
	var failed error
	for _, slot := range slices.Sorted(maps.Keys(slots)) {
		s := slots[slot]
		want := s.Wanted()
		if want.Equal(s.Seen) {
			continue
		}
		outcome, err := r.tree.Write(slot, s.Seen, want)
		switch {
		case err != nil:
			failed = errors.Join(failed, err)
		case outcome == Written:
			if !s.Seen.Deleted && !s.Seen.Equal(s.Head.Content) && !s.theirs(s.Seen) {
				r.keep(slot, s.Seen)
			}
			err := r.change(slot, func(now *Slot) {
				if now.Seen.Equal(s.Seen) {
					now.Seen = want
				}
			})
			failed = errors.Join(failed, err)
		case outcome == Changed:
			failed = errors.Join(failed, r.record())
		}
	}
	return failed
}

func (r *Replica) keep(slot api.Slot, c Content) {
	if r.Keep != nil && !c.Deleted && len(c.Text) > 0 {
		r.Keep(slot, c)
	}
}

func (r *Replica) change(slot api.Slot, change func(*Slot)) error {
	return r.state.Update(func(tx *Tx) error { return tx.Change(r.room, slot, change) })
}

// received makes a change that what came from elsewhere calls for, and keeps aside
// what it takes out of reach.
func (r *Replica) received(tx *Tx, slot api.Slot, change func(*Slot)) error {
	return tx.Change(r.room, slot, func(s *Slot) {
		before := *s
		change(s)
		for _, c := range dropped(before, *s) {
			r.keep(slot, c)
		}
	})
}

// dropped are contents of this machine's that are in none of its places any more.
func dropped(before, after Slot) []Content {
	mine := []Content{before.Ours}
	if before.Conflict != nil {
		mine = append(mine, before.Conflict.Mine)
	}
	return slices.DeleteFunc(mine, func(c Content) bool {
		return c.Equal(before.Head.Content) || c.Equal(after.Head.Content) || c.Equal(after.Ours) || c.Equal(after.Seen) ||
			after.Sent != nil && c.Equal(after.Sent.Content) || after.Conflict != nil && c.Equal(after.Conflict.Mine)
	})
}

// Resolve decides a file's conflict. now is what the file is to be.
func (r *Replica) Resolve(slot api.Slot, now Content) error {
	found := false
	err := r.state.Update(func(tx *Tx) error {
		return r.received(tx, slot, func(s *Slot) {
			found = s.Conflict != nil
			s.Resolve(now)
		})
	})
	if err == nil && !found {
		return fmt.Errorf("%s has no conflict that waits for a decision", slot)
	}
	return err
}

// Retry lets what the server refused be sent again.
func (r *Replica) Retry() error {
	return r.state.Update(func(tx *Tx) error {
		slots, err := tx.Slots(r.room)
		if err != nil {
			return err
		}
		for slot, s := range slots {
			if s.Refused == "" {
				continue
			}
			if err := tx.Change(r.room, slot, func(s *Slot) { s.Refused = "" }); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sync does everything that can be done now: it records, sends, receives, merges
// and writes. An error means that something is left to do; nothing is lost by it.
func (r *Replica) Sync(ctx context.Context) error {
	r.busy.Lock()
	defer r.busy.Unlock()
	if err := r.Record(); err != nil {
		return err
	}
	err := r.exchange(ctx)
	return errors.Join(err, r.Apply())
}

// exchange sends and receives until neither has anything left.
func (r *Replica) exchange(ctx context.Context) error {
	if err := r.Pull(ctx); err != nil {
		return err
	}
	const rounds = 6 // others may write all the time
	for range rounds {
		sent, err := r.flush(ctx)
		if err != nil || !sent {
			return err
		}
		if err := r.Pull(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Pull receives what changed in the room.
func (r *Replica) Pull(ctx context.Context) error {
	const pages = 100 // each of some megabytes
	for range pages {
		var b Binding
		err := r.state.View(func(tx *Tx) (err error) {
			b, err = tx.Room(r.room)
			return err
		})
		if err != nil {
			return err
		}
		response, err := r.server.Sync(ctx, api.SyncRequest{Rooms: map[string]api.Revision{r.room: b.Rev}})
		if err != nil {
			return fmt.Errorf("asking for changes of %q: %w", b.Title, err)
		}
		change, ok, err := r.checked(response, b.Rev)
		if err != nil {
			return err
		}
		if err := r.take(change, ok, b.Rev); err != nil {
			return err
		}
		if !ok || !response.More || change.Rev == b.Rev {
			return nil
		}
	}
	return fmt.Errorf("the changes of room %s do not end", r.room)
}

// take takes in a change of the room, or that there is none.
func (r *Replica) take(change api.RoomChange, changed bool, asked api.Revision) error {
	return r.state.Update(func(tx *Tx) error {
		b, err := tx.Room(r.room)
		if err != nil {
			return err
		}
		b.Synced, b.Error = time.Now(), ""
		if !changed {
			b.Status = api.RoomOK // what is gone or deleted is said to be so
			return tx.PutRoom(b)
		}
		if b.Rev != asked {
			return nil // another process was faster
		}
		b.Status = change.Status
		if change.Status != api.RoomOK {
			return tx.PutRoom(b)
		}
		if change.Room != nil {
			b.Title, b.Role = shown(change.Room.Title), change.Room.Role
		}
		if setBack(change, asked) {
			b.Rev = 0
			if err := r.setBack(tx); err != nil {
				return err
			}
		}
		for _, f := range change.Files {
			if err := r.takeFile(tx, f); err != nil {
				return err
			}
		}
		for _, c := range change.Conflicts {
			if err := r.takeConflict(tx, c); err != nil {
				return err
			}
		}
		b.Rev = max(b.Rev, change.Rev)
		return tx.PutRoom(b)
	})
}

// understood is false for a slot of a later version of the protocol.
func understood(slot api.Slot) bool { return slot.Validate() == nil }

func (r *Replica) takeFile(tx *Tx, f api.File) error {
	if !understood(f.Slot) {
		return nil
	}
	v, ok := versionOf(f)
	if !ok {
		return rubbish("it left out the content of %s", f.Slot)
	}
	return r.received(tx, f.Slot, func(s *Slot) { s.Received(f.Slot, v) })
}

func (r *Replica) takeConflict(tx *Tx, c api.Conflict) error {
	if !understood(c.Slot) || c.Device != r.device {
		return nil
	}
	side, ok := versionOf(c.Side)
	if !ok && c.ResolvedRev == 0 {
		return fmt.Errorf("the server left out the content of a conflict of %s", c.Slot)
	}
	return r.received(tx, c.Slot, func(s *Slot) {
		if c.ResolvedRev != 0 {
			s.SettledThere(c.Slot, c.ID)
			return
		}
		s.SideThere(c.ID, side)
	})
}

// versionOf is a file as the server tells it; not ok without its content.
func versionOf(f api.File) (Version, bool) {
	if f.Deleted {
		return Version{Rev: f.Rev, Content: Absent()}, true
	}
	if f.Content == nil {
		return Version{}, false
	}
	return Version{Rev: f.Rev, Content: Content{Name: localName(f.Slot, f.Name), Text: []byte(*f.Content)}}, true
}

// localName is the name of a role's file; all others are named by their slots.
func localName(slot api.Slot, name string) string {
	if kind, _ := slot.Kind(); kind == api.RoleKind {
		return name
	}
	return ""
}

// flush sends what there is to send, and reports whether there was anything.
func (r *Replica) flush(ctx context.Context) (sent bool, err error) {
	var b Binding
	var slots map[api.Slot]Slot
	var additions []Addition
	err = r.state.View(func(tx *Tx) (err error) {
		if b, err = tx.Room(r.room); err != nil {
			return err
		}
		if slots, err = tx.Slots(r.room); err != nil {
			return err
		}
		additions, err = tx.Additions(r.room)
		return err
	})
	if err != nil || b.Role == api.Viewer || b.Status == api.RoomGone || b.Status == api.RoomTrashed {
		return false, err
	}
	for _, slot := range slices.Sorted(maps.Keys(slots)) {
		s := slots[slot]
		if !s.Pending() {
			continue
		}
		did, err := r.flushSlot(ctx, slot)
		sent = sent || did
		if err != nil {
			return sent, err
		}
	}
	for _, a := range additions {
		if err := r.add(ctx, a); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func (r *Replica) flushSlot(ctx context.Context, slot api.Slot) (sent bool, err error) {
	const tries = 8
	for range tries {
		m, err := r.next(slot)
		if err != nil {
			return sent, err
		}
		if m == nil {
			break
		}
		sent = true
		if err := r.send(ctx, slot, m); err != nil {
			return sent, err
		}
	}
	if err := r.settle(ctx, slot); err != nil {
		return sent, err
	}
	return sent, r.storeConflict(ctx, slot)
}

// next is the write to send, which is on the disk before it is sent.
func (r *Replica) next(slot api.Slot) (m *Mutation, err error) {
	err = r.state.Update(func(tx *Tx) error {
		n, err := tx.Next()
		if err != nil {
			return err
		}
		return tx.Change(r.room, slot, func(s *Slot) { m, _ = s.Send(n) })
	})
	return m, err
}

func (r *Replica) send(ctx context.Context, slot api.Slot, m *Mutation) error {
	var file api.File
	var err error
	if m.Content.Deleted {
		file, err = r.server.Delete(ctx, r.room, slot, m.Base, r.key(m.N))
	} else {
		file, err = r.server.Put(ctx, r.room, slot, m.Base, r.key(m.N), api.PutFile{
			FileContent: wire(slot, m.Content), MergeParent: m.Side,
		})
	}
	if err == nil {
		if err := checkAccepted(file, slot, m); err != nil {
			return err // it is sent again, under the same number
		}
		return r.change(slot, func(s *Slot) { s.Accepted(slot, file.Rev) })
	}
	p, current, err := r.answer(ctx, slot, err)
	if err != nil {
		return err
	}
	return r.state.Update(func(tx *Tx) error {
		return r.received(tx, slot, func(s *Slot) {
			switch {
			case s.Sent == nil || s.Sent.N != m.N:
				// Another process got an answer, too, and has gone on.
			case p.Status == http.StatusPreconditionFailed:
				s.Outdated(slot, current)
			default:
				s.Rejected(slot, p.Error())
			}
		})
	})
}

// answer sorts out what the server said: a problem that is about this write, or an
// error that ends the exchange.
func (r *Replica) answer(ctx context.Context, slot api.Slot, err error) (*api.Problem, Version, error) {
	var p *api.Problem
	if !errors.As(err, &p) || p.Temporary() || p.Code == "" {
		// Without a code it may have been said by something on the way to the server.
		return nil, Version{}, err
	}
	switch p.Status {
	case http.StatusPreconditionFailed:
		v, err := r.current(ctx, slot, p.Current)
		return p, v, err
	case http.StatusUnauthorized, http.StatusGone:
		return nil, Version{}, err
	case http.StatusForbidden, http.StatusNotFound:
		return nil, Version{}, err // about the room, not the file: the next pull tells
	}
	return p, Version{}, nil
}

// current is the head that the server told of, or else is asked for.
func (r *Replica) current(ctx context.Context, slot api.Slot, told *api.File) (Version, error) {
	if told == nil {
		return Version{Content: Absent()}, nil
	}
	if told.Content == nil && !told.Deleted {
		f, err := r.server.File(ctx, r.room, slot)
		if err != nil {
			return Version{}, err
		}
		told = &f
	}
	told.Slot = slot
	if err := checkFile(*told, maxRevision, nil); err != nil {
		return Version{}, err
	}
	v, ok := versionOf(*told)
	if !ok {
		return v, rubbish("it left out the content of %s", slot)
	}
	return v, nil
}

// wire is a content as the server takes it.
func wire(slot api.Slot, c Content) api.FileContent {
	return api.FileContent{Name: wireName(slot, c.Name), Content: problem.Text(c.Text)}
}

func (r *Replica) storeConflict(ctx context.Context, slot api.Slot) error {
	var c *Conflict
	err := r.state.Update(func(tx *Tx) error {
		n, err := tx.Next()
		if err != nil {
			return err
		}
		return tx.Change(r.room, slot, func(s *Slot) { c, _ = s.Store(n) })
	})
	if err != nil || c == nil {
		return err
	}
	request := api.NewConflict{ID: c.ID, Slot: slot, BaseRev: c.BaseRev, HeadRev: c.Theirs.Rev, Deleted: c.Storing.Deleted}
	if !c.Storing.Deleted {
		request.FileContent = wire(slot, *c.Storing)
	}
	answer, err := r.server.StoreConflict(ctx, r.room, r.key(c.N), request)
	if err == nil {
		if !api.ValidID(answer.ID) || answer.Side.Rev <= 0 || answer.Side.Rev > maxRevision {
			return rubbish("it stored a conflict of %s as %q, revision %d", slot, answer.ID, answer.Side.Rev)
		}
		return r.change(slot, func(s *Slot) { s.StoredSide(c.ID, answer.ID, answer.Side.Rev) })
	}
	p, _, err := r.answer(ctx, slot, err)
	if err != nil {
		return err
	}
	return r.change(slot, func(s *Slot) {
		if s.Conflict != nil && s.Conflict.ID == c.ID {
			s.Conflict.N, s.Conflict.Storing, s.Conflict.Refused = 0, nil, p.Error()
		}
	})
}

// settle tells the server that a conflict was decided, where no write does.
func (r *Replica) settle(ctx context.Context, slot api.Slot) error {
	var d *Settling
	var head Version
	err := r.state.Update(func(tx *Tx) error {
		n, err := tx.Next()
		if err != nil {
			return err
		}
		return tx.Change(r.room, slot, func(s *Slot) {
			if s.Settling == nil || s.Sent != nil || !s.Ours.Equal(s.Head.Content) {
				return
			}
			if s.Settling.Side == 0 {
				// Whether the server has it is not known; if so it comes with the changes.
				s.Settling = nil
				return
			}
			if s.Settling.N == 0 {
				s.Settling.N = n
			}
			d, head = s.Settling, s.Head
		})
	})
	if err != nil || d == nil {
		return err
	}
	err = r.server.ResolveConflict(ctx, r.room, d.ID, head.Rev, r.key(d.N), api.ResolveConflict{Keep: api.KeepHead})
	if err != nil {
		p, _, err := r.answer(ctx, slot, err)
		if p == nil && err != nil {
			var gone *api.Problem
			if !errors.As(err, &gone) || gone.Status != http.StatusNotFound {
				return err
			}
		} else if p.Status == http.StatusPreconditionFailed {
			return r.change(slot, func(s *Slot) {
				if s.Settling != nil {
					s.Settling.N = 0 // with the next head
				}
			})
		}
	}
	return r.change(slot, func(s *Slot) {
		if s.Settling != nil && s.Settling.ID == d.ID {
			s.Settling = nil
		}
	})
}

// add gives the server a run or a counterexample.
func (r *Replica) add(ctx context.Context, a Addition) error {
	var err error
	if a.Run != nil {
		err = r.server.AddRun(ctx, r.room, r.key(a.N), *a.Run)
	} else if a.Counterexample != nil {
		err = r.server.AddCounterexample(ctx, r.room, r.key(a.N), *a.Counterexample)
	}
	if err != nil {
		if _, _, err := r.answer(ctx, "", err); err != nil {
			return err
		}
		// Refused for good, such as one that is too large: it stays on this machine.
	}
	return r.state.Update(func(tx *Tx) error { return tx.Added(r.room, a.ID) })
}
