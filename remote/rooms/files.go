package rooms

import (
	"context"
	"errors"
	"fmt"

	"stresstester/core/problem"
	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

// File reads the head of a file with its content; a tombstone is not found.
func (s *Service) File(ctx context.Context, actor Actor, room string, slot api.Slot) (api.File, error) {
	if err := errors.Join(checkRoom(room), checkSlot(slot)); err != nil {
		return api.File{}, s.problemOf(err, "file")
	}
	file, access, err := s.store.File(ctx, actor.db(), room, slot)
	if err != nil {
		return api.File{}, s.problemOf(err, "room")
	}
	if err := s.authorize(actor, readRoom, access); err != nil {
		return api.File{}, err
	}
	if file == nil || file.Deleted {
		p := notFound("file")
		p.Current = file
		return api.File{}, p
	}
	return *file, nil
}

// FileRev reads the revision of a file's head only; 0 if there is none.
func (s *Service) FileRev(ctx context.Context, actor Actor, room string, slot api.Slot) (api.Revision, error) {
	if err := checkRoom(room); err != nil {
		return 0, err
	}
	rev, access, err := s.store.FileRev(ctx, actor.db(), room, slot)
	if err != nil {
		return 0, s.problemOf(err, "room")
	}
	return rev, s.authorize(actor, readRoom, access)
}

func checkSlot(slot api.Slot) error {
	if err := slot.Validate(); err != nil {
		return invalid("path.slot", err.Error())
	}
	return nil
}

// checkContent checks what is to be written to a slot.
func (s *Service) checkContent(slot api.Slot, c api.FileContent, location string) error {
	if err := slot.Validate(); err != nil {
		return invalid(location+".slot", err.Error())
	}
	kind, _ := slot.Kind()
	if c.Name != "" || kind == api.RoleKind {
		if err := api.ValidateFileName(c.Name); err != nil {
			return invalid(location+".name", err.Error())
		}
	}
	most := s.limits.FileBytes
	if kind == api.TestKind {
		most = s.limits.TestBytes
	}
	if len(c.Content) > most {
		name := "file_bytes"
		if kind == api.TestKind {
			name = "test_bytes"
		}
		return limited(tooLarge(fmt.Sprintf("the content has %d bytes; this server takes at most %d for %s", len(c.Content), most, slot)), name, most)
	}
	return nil
}

func (s *Service) maxSlots(slot api.Slot) int {
	switch kind, _ := slot.Kind(); kind {
	case api.IncludeKind:
		return s.limits.IncludesPerRoom
	case api.TestKind:
		return s.limits.TestsPerRoom
	case api.RoleKind, api.ConfigKind:
	}
	return 1
}

// PutFile writes a file whose head is at base. The answer has no content.
func (s *Service) PutFile(ctx context.Context, actor Actor, room string, slot api.Slot, base api.Revision, p api.PutFile) (file api.File, replayed bool, err error) {
	if err := s.checkContent(slot, p.FileContent, "body"); err != nil {
		return file, false, err
	}
	content := []byte(p.Content)
	if content == nil {
		content = []byte{}
	}
	return s.put(ctx, actor, room, roomsdb.Put{Slot: slot, Base: base, Name: p.Name, Hash: roomsdb.HashOf(content), Content: content, MergeParent: p.MergeParent})
}

// DeleteFile makes a tombstone of a file whose head is at base.
func (s *Service) DeleteFile(ctx context.Context, actor Actor, room string, slot api.Slot, base api.Revision) (file api.File, replayed bool, err error) {
	if err := checkSlot(slot); err != nil {
		return file, false, err
	}
	if base == 0 {
		return file, false, s.mismatchUnlessAbsent(ctx, actor, room, slot)
	}
	return s.put(ctx, actor, room, roomsdb.Put{Slot: slot, Base: base})
}

// mismatchUnlessAbsent answers the deletion of a file that the client says never existed.
func (s *Service) mismatchUnlessAbsent(ctx context.Context, actor Actor, room string, slot api.Slot) error {
	if _, err := s.access(ctx, actor, room, editRoom); err != nil {
		return err
	}
	rev, err := s.FileRev(ctx, actor, room, slot)
	if err != nil {
		return err
	}
	if rev == 0 {
		return notFound("file")
	}
	return s.fileMismatch(ctx, actor, room, slot, 0)
}

func (s *Service) put(ctx context.Context, actor Actor, room string, p roomsdb.Put) (file api.File, replayed bool, err error) {
	if err := checkRoom(room); err != nil {
		return file, false, err
	}
	p.MaxSlots, p.MaxBytes = s.maxSlots(p.Slot), int64(s.limits.RoomBytes)
	full, err := s.full(ctx, actor, room, len(p.Content))
	if err != nil {
		return file, false, err
	}
	if full != nil {
		p.MaxBytes = 0 // what was written before is answered again, and a smaller text fits
	}
	rev, changed, replayed, err := s.store.PutFile(ctx, actor.db(), room, s.allow(actor, editRoom), p)
	if errors.Is(err, roomsdb.ErrMismatch) {
		return file, false, s.fileMismatch(ctx, actor, room, p.Slot, p.Base)
	}
	if full != nil && errors.Is(err, roomsdb.ErrRoomFull) {
		err = full
	}
	if err != nil {
		return file, false, s.problemOf(err, "room")
	}
	if changed {
		s.feed.changed(room, rev)
	}
	// Revisions do not change, so this is the answer that was due also when others have written since.
	written, _, err := s.store.Revision(ctx, actor.db(), room, p.Slot, rev)
	if err != nil {
		return file, false, s.problemOf(err, "file")
	}
	if written == nil {
		return file, false, s.problemOf(fmt.Errorf("revision %d of room %s cannot be read", rev, room), "file")
	}
	written.Content = nil
	return *written, replayed, nil
}

// fileMismatch is the answer 412: it has what a client needs to merge.
func (s *Service) fileMismatch(ctx context.Context, actor Actor, room string, slot api.Slot, base api.Revision) error {
	head, access, err := s.store.File(ctx, actor.db(), room, slot)
	if err != nil {
		return s.problemOf(err, "room")
	}
	if err := s.authorize(actor, readRoom, access); err != nil {
		return err
	}
	p := knownProblem(roomsdb.ErrMismatch, "")
	p.Current = head
	if base != 0 {
		if p.Base, _, err = s.store.Revision(ctx, actor.db(), room, slot, base); err != nil {
			return s.problemOf(err, "room")
		}
	}
	return p
}

// RevertFile makes the content of an old revision the head's.
func (s *Service) RevertFile(ctx context.Context, actor Actor, room string, slot api.Slot, base, rev api.Revision) (file api.File, replayed bool, err error) {
	old, err := s.FileRevision(ctx, actor, room, slot, rev)
	if err != nil {
		return file, false, err
	}
	put := roomsdb.Put{Slot: slot, Base: base, Name: old.Name}
	if !old.Deleted {
		put.Content = *old.Content
		put.Hash = roomsdb.HashOf(put.Content)
	}
	return s.put(ctx, actor, room, put)
}

// FileRevision reads a revision of a file with its content.
func (s *Service) FileRevision(ctx context.Context, actor Actor, room string, slot api.Slot, rev api.Revision) (api.File, error) {
	if err := errors.Join(checkRoom(room), checkSlot(slot)); err != nil {
		return api.File{}, s.problemOf(err, "file")
	}
	file, access, err := s.store.Revision(ctx, actor.db(), room, slot, rev)
	if err != nil {
		return api.File{}, s.problemOf(err, "room")
	}
	if err := s.authorize(actor, readRoom, access); err != nil {
		return api.File{}, err
	}
	if file == nil {
		return api.File{}, notFound("revision of this file")
	}
	return *file, nil
}

// FileRevisions lists the revisions of a file, or of all files of the room if slot is empty.
func (s *Service) FileRevisions(ctx context.Context, actor Actor, room string, slot api.Slot, cursor string, limit int) (api.FileRevisions, error) {
	if err := checkRoom(room); err != nil {
		return api.FileRevisions{}, err
	}
	if slot != "" {
		if err := checkSlot(slot); err != nil {
			return api.FileRevisions{}, err
		}
	}
	return list(s, cursor, limit, func(after roomsdb.Cursor, n int) ([]api.File, roomsdb.Access, error) {
		return s.store.Revisions(ctx, actor.db(), room, slot, after, n)
	}, s.allow(actor, readRoom), func(f api.File) roomsdb.Cursor { return roomsdb.Cursor{Rev: int64(f.Rev)} },
		func(files []api.File, page api.Page) api.FileRevisions {
			return api.FileRevisions{Revisions: files, Page: page}
		})
}

// StoreConflict keeps a side of a conflict. stored is false if it replaced that of an open conflict.
func (s *Service) StoreConflict(ctx context.Context, actor Actor, room string, n api.NewConflict) (c api.Conflict, stored, replayed bool, err error) {
	if err := checkRoom(room); err != nil {
		return c, false, false, err
	}
	if err := checkNewID(n.ID); err != nil {
		return c, false, false, err
	}
	side := roomsdb.NewConflict{ID: n.ID, Slot: n.Slot, Base: n.BaseRev, Head: n.HeadRev, MaxOpen: s.limits.OpenConflicts, MaxBytes: 2 * int64(s.limits.RoomBytes)}
	if n.Deleted {
		if err := checkSlot(n.Slot); err != nil {
			return c, false, false, err
		}
	} else {
		if err := s.checkContent(n.Slot, n.FileContent, "body"); err != nil {
			return c, false, false, err
		}
		side.Name, side.Content = n.Name, append([]byte{}, n.Content...)
		side.Hash = roomsdb.HashOf(side.Content)
	}
	full, err := s.full(ctx, actor, room, len(side.Content))
	if err != nil {
		return c, false, false, err
	}
	if full != nil {
		side.MaxBytes = 0
	}
	c, stored, replayed, err = s.store.StoreConflict(ctx, actor.db(), room, s.allow(actor, editRoom), side)
	if full != nil && errors.Is(err, roomsdb.ErrRoomFull) {
		err = full
	}
	if err != nil {
		return c, false, false, s.problemOf(err, "room")
	}
	s.feed.changed(room, c.Rev)
	return c, stored, replayed, nil
}

// Conflict reads a conflict with the three texts of its merge.
func (s *Service) Conflict(ctx context.Context, actor Actor, room, id string) (api.ConflictDetail, error) {
	if err := errors.Join(checkRoom(room), checkID(id, "conflict")); err != nil {
		return api.ConflictDetail{}, s.problemOf(err, "conflict")
	}
	if _, err := s.access(ctx, actor, room, readRoom); err != nil {
		return api.ConflictDetail{}, err
	}
	d, access, err := s.store.Conflict(ctx, actor.db(), room, id)
	if err != nil {
		return api.ConflictDetail{}, s.problemOf(err, "conflict")
	}
	return d, s.authorize(actor, readRoom, access)
}

// Conflicts lists a room's open conflicts, or all.
func (s *Service) Conflicts(ctx context.Context, actor Actor, room string, resolved bool, cursor string, limit int) (api.ConflictList, error) {
	if err := checkRoom(room); err != nil {
		return api.ConflictList{}, err
	}
	return list(s, cursor, limit, func(after roomsdb.Cursor, n int) ([]api.Conflict, roomsdb.Access, error) {
		return s.store.Conflicts(ctx, actor.db(), room, resolved, after, n)
	}, s.allow(actor, readRoom), func(c api.Conflict) roomsdb.Cursor { return roomsdb.Cursor{Rev: int64(c.Rev)} },
		func(conflicts []api.Conflict, page api.Page) api.ConflictList {
			return api.ConflictList{Conflicts: conflicts, Page: page}
		})
}

// ResolveConflict ends a conflict of a file whose head is at base.
func (s *Service) ResolveConflict(ctx context.Context, actor Actor, room, id string, base api.Revision, r api.ResolveConflict) (res api.Resolution, replayed bool, err error) {
	if err := errors.Join(checkRoom(room), checkID(id, "conflict")); err != nil {
		return res, false, s.problemOf(err, "conflict")
	}
	resolve := roomsdb.Resolve{Base: base, Keep: r.Keep, MaxSlots: s.maxSlots, MaxBytes: int64(s.limits.RoomBytes)}
	if r.Keep == api.KeepContent {
		if err := s.resolutionContent(ctx, actor, room, id, r, &resolve); err != nil {
			return res, false, err
		}
	}
	res, replayed, err = s.store.ResolveConflict(ctx, actor.db(), room, id, s.allow(actor, editRoom), resolve)
	if errors.Is(err, roomsdb.ErrMismatch) {
		d, again := s.Conflict(ctx, actor, room, id)
		if again != nil {
			return res, false, again
		}
		return res, false, s.fileMismatch(ctx, actor, room, d.Slot, base)
	}
	if err != nil {
		return res, false, s.problemOf(err, "conflict")
	}
	s.feed.changed(room, res.Conflict.Rev)
	return res, replayed, nil
}

func (s *Service) resolutionContent(ctx context.Context, actor Actor, room, id string, r api.ResolveConflict, resolve *roomsdb.Resolve) error {
	if r.Content == nil {
		return invalid("body.content", `keeping "content" needs a content`)
	}
	d, err := s.Conflict(ctx, actor, room, id)
	if err != nil {
		return err
	}
	content := api.FileContent{Name: r.Name, Content: append(problem.Text{}, *r.Content...)}
	if content.Name == "" {
		content.Name = d.Side.Name
		if d.Head != nil && d.Head.Name != "" {
			content.Name = d.Head.Name
		}
	}
	if err := s.checkContent(d.Slot, content, "body"); err != nil {
		return err
	}
	resolve.Name, resolve.Content, resolve.Hash = content.Name, content.Content, roomsdb.HashOf(content.Content)
	return nil
}
