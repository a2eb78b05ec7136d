package rooms

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"

	"stresstester/core/problem"
	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

// Room reads a room with its files; with their contents (but those of tests) if content is set.
func (s *Service) Room(ctx context.Context, actor Actor, room string, content bool) (api.RoomDetail, error) {
	if err := checkRoom(room); err != nil {
		return api.RoomDetail{}, err
	}
	detail, access, err := s.store.Room(ctx, actor.db(), room, content)
	if err != nil {
		return api.RoomDetail{}, s.problemOf(err, "room")
	}
	if err := s.authorize(actor, readRoom, access); err != nil {
		return api.RoomDetail{}, err
	}
	sortFiles(detail.Files)
	return detail, nil
}

// RoomRev reads a room's revision only.
func (s *Service) RoomRev(ctx context.Context, actor Actor, room string) (api.Revision, error) {
	access, err := s.access(ctx, actor, room, readRoom)
	return access.Rev, err
}

// access finds out what the actor has to do with the room, and refuses what they may not do.
func (s *Service) access(ctx context.Context, actor Actor, room string, a action) (roomsdb.Access, error) {
	if err := checkRoom(room); err != nil {
		return roomsdb.Access{}, err
	}
	access, err := s.store.Access(ctx, actor.db(), room)
	if err != nil {
		return access, s.problemOf(err, "room")
	}
	return access, s.authorize(actor, a, access)
}

// sortFiles puts roles first, then the settings, helpers and tests.
func sortFiles(files []api.File) {
	place := func(slot api.Slot) int {
		kind, name := slot.Kind()
		if kind == api.RoleKind {
			return slices.Index(problem.Roles(), problem.Role(name)) - len(problem.Roles())
		}
		return int(kind)
	}
	slices.SortFunc(files, func(a, b api.File) int {
		if pa, pb := place(a.Slot), place(b.Slot); pa != pb {
			return pa - pb
		}
		if a.Slot < b.Slot {
			return -1
		}
		return 1
	})
}

// Rooms lists the actor's rooms, newest change first.
func (s *Service) Rooms(ctx context.Context, actor Actor, deleted bool, titlePart, cursor string, limit int) (api.RoomList, error) {
	if !actor.mayRead {
		return api.RoomList{}, forbidden("this token may not read rooms; it lacks the scope rooms:read")
	}
	return list(s, cursor, limit, func(after roomsdb.Cursor, n int) ([]api.Room, roomsdb.Access, error) {
		rooms, err := s.store.Rooms(ctx, actor.db(), deleted, titlePart, after, n)
		return rooms, roomsdb.Access{}, err
	}, nil, func(r api.Room) roomsdb.Cursor { return roomsdb.Cursor{Time: r.Updated, ID: r.ID} },
		func(rooms []api.Room, page api.Page) api.RoomList { return api.RoomList{Rooms: rooms, Page: page} })
}

// CreateRoom makes a room of the actor's. made is false if it was made before.
func (s *Service) CreateRoom(ctx context.Context, actor Actor, c api.CreateRoom) (detail api.RoomDetail, made bool, err error) {
	if err := checkTitle(c.Title); err != nil {
		return detail, false, err
	}
	settings, err := s.settingsJSON(c.Settings)
	if err != nil {
		return detail, false, err
	}
	files := make([]roomsdb.NewFile, len(c.Files))
	for i, f := range c.Files {
		if err := s.checkContent(f.Slot, f.FileContent, fmt.Sprintf("body.files[%d]", i)); err != nil {
			return detail, false, err
		}
		files[i] = roomsdb.NewFile{Slot: f.Slot, Name: f.Name, Hash: roomsdb.HashOf(f.Content), Content: f.Content}
	}
	if err := s.checkCounts(files); err != nil {
		return detail, false, err
	}
	return s.create(ctx, actor, roomsdb.NewRoom{ID: c.ID, Title: c.Title, Settings: settings, Files: files})
}

func (s *Service) checkCounts(files []roomsdb.NewFile) error {
	counts := map[string]int{}
	for _, f := range files {
		kind, _ := f.Slot.Kind()
		counted := string(f.Slot)
		if kind == api.IncludeKind || kind == api.TestKind {
			counted = fmt.Sprint(kind)
		}
		counts[counted]++
		if counts[counted] > s.maxSlots(f.Slot) {
			limit := "includes_per_room"
			if kind == api.TestKind {
				limit = "tests_per_room"
			}
			return s.problemOf(roomsdb.TooMany(limit, s.maxSlots(f.Slot)), "")
		}
	}
	return nil
}

func (s *Service) create(ctx context.Context, actor Actor, n roomsdb.NewRoom) (detail api.RoomDetail, made bool, err error) {
	if !actor.mayWrite {
		return detail, false, forbidden("this token may not change rooms; it lacks the scope rooms:write")
	}
	switch {
	case n.ID != "":
		if err := checkNewID(n.ID); err != nil {
			return detail, false, err
		}
	case actor.Key != nil:
		// A retry must find the room that the first request made.
		n.ID = idOf(actor)
	default:
		n.ID = api.NewID()
	}
	n.MaxRooms, n.MaxBytes = s.limits.RoomsPerUser, int64(s.limits.RoomBytes)
	bytes := 0
	for _, f := range n.Files {
		bytes += len(f.Content)
	}
	full, err := s.full(ctx, actor, "", bytes)
	if err != nil {
		return detail, false, err
	}
	if full != nil {
		n.MaxBytes = 0
	}
	made, err = s.store.CreateRoom(ctx, actor.db(), n)
	if full != nil && errors.Is(err, roomsdb.ErrRoomFull) {
		err = full
	}
	if err != nil {
		return detail, false, s.problemOf(err, "room")
	}
	if made {
		s.feed.membersChanged(actor.User)
	}
	detail, err = s.Room(ctx, actor, n.ID, false)
	return detail, made, err
}

// idOf is a UUID (of version 8, made by hashing) that follows from the actor's key.
func idOf(actor Actor) string {
	sum := sha256.Sum256([]byte("room " + actor.User.String() + " " + actor.Key.String()))
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	hex := fmt.Sprintf("%x", sum[:16])
	return hex[:8] + "-" + hex[8:12] + "-" + hex[12:16] + "-" + hex[16:20] + "-" + hex[20:]
}

// UpdateRoom changes title and settings unless they were changed after base.
func (s *Service) UpdateRoom(ctx context.Context, actor Actor, room string, base api.Revision, u api.UpdateRoom) (detail api.RoomDetail, replayed bool, err error) {
	if err := checkRoom(room); err != nil {
		return detail, false, err
	}
	update := roomsdb.Update{Title: u.Title}
	if u.Title != nil {
		if err := checkTitle(*u.Title); err != nil {
			return detail, false, err
		}
	}
	if u.Settings != nil {
		if update.Settings, err = s.settingsJSON(*u.Settings); err != nil {
			return detail, false, err
		}
	}
	rev, replayed, err := s.store.UpdateRoom(ctx, actor.db(), room, s.allow(actor, editRoom), base, update)
	if errors.Is(err, roomsdb.ErrMismatch) {
		return detail, false, s.roomMismatch(ctx, actor, room)
	}
	if err != nil {
		return detail, false, s.problemOf(err, "room")
	}
	s.feed.changed(room, rev)
	detail, err = s.Room(ctx, actor, room, false)
	return detail, replayed, err
}

func (s *Service) roomMismatch(ctx context.Context, actor Actor, room string) error {
	detail, err := s.Room(ctx, actor, room, false)
	if err != nil {
		return err
	}
	p := knownProblem(roomsdb.ErrMismatch, "")
	p.Room = &detail.Room
	return p
}

// DeleteRoom makes a tombstone of a room; RestoreRoom undoes it.
func (s *Service) DeleteRoom(ctx context.Context, actor Actor, room string) error {
	if err := checkRoom(room); err != nil {
		return err
	}
	err := s.store.DeleteRoom(ctx, actor.db(), room, s.allow(actor, deleteRoom))
	if isProblem(err, api.CodeRoomDeleted) {
		// A retry, by someone who may.
		if access, again := s.store.Access(ctx, actor.db(), room); again == nil && access.Role == api.Owner {
			return nil
		}
	}
	if err != nil {
		return s.problemOf(err, "room")
	}
	s.announce(ctx, actor, room)
	return nil
}

// RestoreRoom undoes DeleteRoom.
func (s *Service) RestoreRoom(ctx context.Context, actor Actor, room string) (detail api.RoomDetail, err error) {
	if err := checkRoom(room); err != nil {
		return detail, err
	}
	if err := s.store.RestoreRoom(ctx, actor.db(), room, s.allow(actor, restoreRoom)); err != nil {
		return detail, s.problemOf(err, "room")
	}
	s.announce(ctx, actor, room)
	return s.Room(ctx, actor, room, false)
}

// announce tells that a room changed whose new revision is not at hand.
func (s *Service) announce(ctx context.Context, actor Actor, room string) {
	if access, err := s.store.Access(ctx, actor.db(), room); err == nil {
		s.feed.changed(room, access.Rev)
	}
}

// ForkRoom makes a room of the actor's with the same files.
func (s *Service) ForkRoom(ctx context.Context, actor Actor, room string, f api.ForkRoom) (detail api.RoomDetail, made bool, err error) {
	source, files, err := s.contents(ctx, actor, room, readRoom)
	if err != nil {
		return detail, false, err
	}
	return s.fork(ctx, actor, source, files, f)
}

func (s *Service) fork(ctx context.Context, actor Actor, source api.Room, files []api.File, f api.ForkRoom) (detail api.RoomDetail, made bool, err error) {
	if f.Title == "" {
		f.Title = source.Title
	}
	if err := checkTitle(f.Title); err != nil {
		return detail, false, err
	}
	settings, err := s.settingsJSON(source.Settings)
	if err != nil {
		return detail, false, err
	}
	n := roomsdb.NewRoom{ID: f.ID, Title: f.Title, Settings: settings, ForkOf: source.ID}
	for _, file := range files {
		content := []byte(*file.Content)
		n.Files = append(n.Files, roomsdb.NewFile{Slot: file.Slot, Name: file.Name, Hash: roomsdb.HashOf(content), Content: content})
	}
	return s.create(ctx, actor, n)
}

// contents reads a room with the contents of all its files.
func (s *Service) contents(ctx context.Context, actor Actor, room string, a action) (api.Room, []api.File, error) {
	if err := checkRoom(room); err != nil {
		return api.Room{}, nil, err
	}
	detail, access, err := s.store.AllContents(ctx, actor.db(), room)
	if err != nil {
		return api.Room{}, nil, s.problemOf(err, "room")
	}
	if err := s.authorize(actor, a, access); err != nil {
		return api.Room{}, nil, err
	}
	sortFiles(detail.Files)
	return detail.Room, detail.Files, nil
}

// Export is a room as a folder for the stress tester, as it is written to a zip file.
type Export struct {
	room     api.Room
	files    []api.File
	examples []api.Counterexample
}

// Export reads what ExportTo writes.
func (s *Service) Export(ctx context.Context, actor Actor, room string) (Export, error) {
	detail, files, err := s.contents(ctx, actor, room, readRoom)
	if err != nil {
		return Export{}, err
	}
	examples, access, err := s.store.Counterexamples(ctx, actor.db(), room, true, roomsdb.Cursor{}, s.limits.PageItems)
	if err != nil {
		return Export{}, s.problemOf(err, "room")
	}
	if err := s.authorize(actor, readRoom, access); err != nil {
		return Export{}, err
	}
	return Export{detail, files, examples}, nil
}

// Name is a name for the zip file.
func (e Export) Name() string { return "room-" + e.room.ID + ".zip" }

// WriteTo writes the zip file: the programs by their names, the tests in the folder where the stress
// tester looks for them, and room.json with the newest counterexamples.
func (e Export) WriteTo(w io.Writer) (int64, error) {
	z := zip.NewWriter(w)
	problemName := "problem"
	for _, f := range e.files {
		if f.Slot == api.RoleSlot(problem.Tested) && f.Name != "" {
			problemName = f.Name[:len(f.Name)-len(path.Ext(f.Name))]
		}
	}
	taken := map[string]bool{"room.json": true}
	for _, f := range e.files {
		kind, name := f.Slot.Kind()
		switch kind {
		case api.TestKind:
			name = ".stresstester/" + problemName + "/" + name
		case api.ConfigKind:
			name = "stresstester.toml"
		case api.RoleKind:
			name = f.Name
		case api.IncludeKind:
		}
		if name == "" || taken[name] {
			name = path.Join("by-slot", string(f.Slot), name)
		}
		taken[name] = true
		if err := addFile(z, name, *f.Content); err != nil {
			return 0, err
		}
	}
	text, err := json.MarshalIndent(struct {
		Room            api.Room             `json:"room"`
		Counterexamples []api.Counterexample `json:"counterexamples"`
	}{e.room, e.examples}, "", "  ")
	if err != nil {
		return 0, err
	}
	if err := addFile(z, "room.json", text); err != nil {
		return 0, err
	}
	return 0, z.Close()
}

func addFile(z *zip.Writer, name string, content []byte) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// Audit lists what was done to a room, newest first.
func (s *Service) Audit(ctx context.Context, actor Actor, room, cursor string, limit int) (api.AuditList, error) {
	if err := checkRoom(room); err != nil {
		return api.AuditList{}, err
	}
	return list(s, cursor, limit, func(after roomsdb.Cursor, n int) ([]api.AuditEntry, roomsdb.Access, error) {
		return s.store.Audit(ctx, actor.db(), room, after, n)
	}, s.allow(actor, shareRoom), func(e api.AuditEntry) roomsdb.Cursor { return roomsdb.Cursor{Rev: e.ID} },
		func(entries []api.AuditEntry, page api.Page) api.AuditList {
			return api.AuditList{Entries: entries, Page: page}
		})
}
