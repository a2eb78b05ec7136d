package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"stresstester/core/problem"
	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/lsp/runs"
	"stresstester/remote/api"
	signin "stresstester/remote/client"
	"stresstester/remote/merge"
	"stresstester/remote/share"
	remotesync "stresstester/remote/sync"
)

// codeConflict is the code of diagnostics of conflicts.
const codeConflict = "CONFLICT"

// errNoRooms is returned where the process keeps no shared rooms.
var errNoRooms = errors.New("this server knows no shared rooms; stresstester room works in a terminal")

// roomsShown is what of rooms is shown in one editor.
type roomsShown struct {
	mu sync.Mutex
	// conflicts are the documents that have a mark, merging the ones that were opened
	// to merge in, by the path of what is merged.
	conflicts map[string]bool
	merging   map[string]string
	// pending says that a look is on its way, last when there was one.
	pending bool
	last    time.Time
}

// showPause is the time from one look at how rooms stand to the next, whatever a server
// announces.
const showPause = 50 * time.Millisecond

// joinRooms lets rooms find this editor, until it leaves.
func (s *Server) joinRooms() {
	if s.deps.Rooms == nil {
		return
	}
	leave := s.deps.Rooms.join(s)
	s.conn.Go("showing rooms", func(ctx context.Context) {
		<-ctx.Done()
		leave()
	})
	s.roomsChanged()
}

// roomSaved is told that a document was saved, opened or closed.
func (s *Server) roomSaved(path string) {
	if s.deps.Rooms != nil && path != "" {
		s.deps.Rooms.Syncer.Saved(path)
	}
}

// roomsChanged shows how rooms stand, soon.
func (s *Server) roomsChanged() {
	s.shown.mu.Lock()
	defer s.shown.mu.Unlock()
	if s.shown.pending {
		return
	}
	s.shown.pending = true
	wait := time.Until(s.shown.last.Add(showPause))
	s.conn.Go("looking how rooms stand", func(ctx context.Context) {
		if wait > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
		}
		s.shown.mu.Lock()
		s.shown.pending, s.shown.last = false, time.Now()
		s.shown.mu.Unlock()
		s.showRooms()
	})
}

func (s *Server) showRooms() {
	all, err := s.deps.Rooms.Status()
	if err != nil {
		s.log.Warn("looking how rooms stand", zap.Error(err))
		return
	}
	s.markConflicts(all)
	if !s.client.Rooms {
		return
	}
	note := command.RoomsNotification{Rooms: []command.RoomInfo{}, Accounts: []command.AccountInfo{}}
	for i := range all {
		note.Rooms = append(note.Rooms, s.roomInfo(&all[i]))
	}
	accounts, err := s.deps.Rooms.Servers.All()
	if err != nil {
		s.log.Warn("looking who is signed in", zap.Error(err))
	}
	for _, a := range accounts {
		note.Accounts = append(note.Accounts, accountInfo(a))
	}
	s.client.tellJSON("rooms", command.NotifyRooms, note)
}

// markConflicts puts up a mark at each place that waits for a decision.
func (s *Server) markConflicts(all []remotesync.Status) {
	now := map[string][]mark{}
	for _, st := range all {
		for _, c := range st.Conflicts {
			doc := s.uriOf(c.Path)
			now[doc] = append(now[doc], s.conflictMarks(doc, st, c)...)
		}
	}
	s.shown.mu.Lock()
	before := s.shown.conflicts
	s.shown.conflicts = map[string]bool{}
	for doc := range now {
		s.shown.conflicts[doc] = true
	}
	s.shown.mu.Unlock()
	for doc := range before {
		if now[doc] == nil {
			s.board.divided(doc, nil)
		}
	}
	for doc, marks := range now {
		s.board.divided(doc, marks)
	}
}

func (s *Server) conflictMarks(doc string, st remotesync.Status, c remotesync.ConflictStatus) []mark {
	remedies := conflictRemedies(doc, c)
	one := func(line int, text string) mark {
		return mark{
			uri: doc, at: document.Position{Line: line}, severity: protocol.DiagnosticSeverityWarning, code: codeConflict,
			text: text, failure: -1, remedies: remedies,
		}
	}
	switch {
	case c.Mine.Deleted:
		return []mark{one(0, fmt.Sprintf("You deleted this file, and somebody changed it in the room %q. It is kept until you decide.", st.Title))}
	case c.Theirs.Content.Deleted:
		return []mark{one(0, fmt.Sprintf("Somebody deleted this file in the room %q, and you changed it. It is kept until you decide.", st.Title))}
	}
	var marks []mark
	for _, place := range merge.Texts(c.Base.Text, c.Mine.Text, c.Theirs.Content.Text).Conflicts() {
		marks = append(marks, one(place.MineLine, fmt.Sprintf("Changed here and in the room %q. Theirs:\n%s", st.Title, excerpt(place.Theirs))))
	}
	if len(marks) == 0 { // such as two names
		marks = append(marks, one(0, fmt.Sprintf("Changed here and in the room %q, in two ways that cannot be joined.", st.Title)))
	}
	return marks
}

// excerpt is a text's first lines.
func excerpt(text []byte) string {
	const most = 12
	lines := strings.SplitAfter(string(text), "\n")
	if len(lines) > most {
		lines = append(lines[:most], "…")
	}
	if shown := strings.TrimRight(strings.Join(lines, ""), "\n"); shown != "" {
		return shown
	}
	return "(nothing)"
}

func conflictRemedies(doc string, c remotesync.ConflictStatus) []protocol.Command {
	keep := func(title string, choice share.Choice) protocol.Command {
		return lensCommand(title, command.RoomsResolve, command.RoomsResolveParams{URI: doc, Keep: choice})
	}
	switch {
	case c.Mine.Deleted:
		return []protocol.Command{keep("Delete the file", share.Mine), keep("Keep the file", share.Theirs)}
	case c.Theirs.Content.Deleted:
		return []protocol.Command{keep("Keep the file", share.Mine), keep("Delete the file", share.Theirs)}
	}
	return []protocol.Command{
		keep("Keep mine", share.Mine), keep("Keep theirs", share.Theirs), keep("Keep both", share.Both),
		lensCommand("Open merge", command.RoomsOpenConflict, command.RoomsOpenConflictParams{URI: doc}),
		keep("This text is merged", share.Merged),
	}
}

func accountInfo(a signin.Account) command.AccountInfo {
	return command.AccountInfo{Server: a.Server, User: a.User, Name: a.Name}
}

func (s *Server) roomInfo(st *remotesync.Status) command.RoomInfo {
	info := command.RoomInfo{
		Room: st.Room, Title: st.Title, Server: st.Server, Address: st.Server + "/rooms/" + st.Room, Role: st.Role,
		Dir: s.uriOf(st.Dir), Standing: st.Standing, Message: share.Sentence(st), Pending: len(st.Pending),
		Conflicts: []command.ConflictInfo{}, Present: []string{}, Live: st.Live,
	}
	if name := share.TestedName(s.deps.Rooms.State, st.Room); name != "" {
		info.Tested = s.uriOf(filepath.Join(st.Dir, name))
	}
	for _, c := range st.Conflicts {
		places := 0
		if !c.Mine.Deleted && !c.Theirs.Content.Deleted {
			places = len(merge.Texts(c.Base.Text, c.Mine.Text, c.Theirs.Content.Text).Conflicts())
		}
		info.Conflicts = append(info.Conflicts, command.ConflictInfo{Slot: c.Slot, URI: s.uriOf(c.Path), Places: places})
	}
	for _, p := range st.Present {
		info.Present = append(info.Present, p.Name)
	}
	slices.Sort(info.Present) // in the order that they were told in, names would change places
	info.Present = slices.Compact(info.Present)
	return info
}

// status is how a room stands after something was done to it.
func (c *commands) status(room string) (command.RoomInfo, error) {
	st, err := c.s.deps.Rooms.Syncer.Status(room)
	if err != nil {
		return command.RoomInfo{}, err
	}
	c.s.roomsChanged()
	return c.s.roomInfo(&st), nil
}

// Login implements command.Handlers.
func (c *commands) Login(ctx context.Context, p command.LoginParams) (command.LoginResult, error) {
	if c.s.deps.Rooms == nil {
		return command.LoginResult{}, errNoRooms
	}
	account, err := c.s.deps.Rooms.Login(ctx, p.Server, signin.Asking{
		Device: p.Device || signin.Headless(os.Getenv),
		Name:   signin.DeviceName(cmp.Or(c.s.editor, "An editor")),
		Show: func(address, code string) {
			text := "To sign in, open " + address
			if code != "" { // first, for long messages are cut off
				text = "To sign in, type in the code " + code + " at " + address + ", on any device"
			}
			c.s.client.message(protocol.MessageTypeInfo, text)
		},
		// A client may ask the user first whether it may, and the code is to be seen
		// meanwhile.
		Open: func(address string) {
			c.s.conn.Go("opening the sign-in's page", func(ctx context.Context) { c.s.client.showOutside(ctx, address) })
		},
	})
	if err != nil {
		return command.LoginResult{}, err
	}
	c.s.deps.Rooms.each((*Server).roomsChanged)
	return command.LoginResult{AccountInfo: accountInfo(account)}, nil
}

// showOutside opens an address in the browser, where the client can.
func (c *client) showOutside(ctx context.Context, address string) {
	u, err := uri.Parse(address)
	if err != nil || !c.showDocument {
		return
	}
	var result protocol.ShowDocumentResult
	if err := c.ask(ctx, protocol.MethodWindowShowDocument, &protocol.ShowDocumentParams{URI: u, External: ptr(true)}, &result); err != nil {
		c.log.Info("the client does not open a browser", zap.Error(err))
	}
}

// Logout implements command.Handlers.
func (c *commands) Logout(ctx context.Context, p command.LogoutParams) (command.LogoutResult, error) {
	if c.s.deps.Rooms == nil {
		return command.LogoutResult{}, errNoRooms
	}
	account, told, err := c.s.deps.Rooms.Logout(ctx, p.Server)
	if err != nil {
		return command.LogoutResult{}, err
	}
	c.s.deps.Rooms.each((*Server).roomsChanged)
	return command.LogoutResult{AccountInfo: accountInfo(account), Told: told}, nil
}

// RoomsList implements command.Handlers.
func (c *commands) RoomsList(ctx context.Context, p command.RoomsListParams) (command.RoomsListResult, error) {
	result := command.RoomsListResult{Rooms: []command.RoomInfo{}}
	if c.s.deps.Rooms == nil {
		return result, errNoRooms
	}
	rooms, remote, err := c.s.deps.Rooms.List(ctx, p.Server)
	if err != nil {
		return result, err
	}
	if remote != nil {
		result.Error = remote.Error()
	}
	for _, r := range rooms {
		info := command.RoomInfo{
			Room: r.ID, Title: r.Title, Server: r.Server, Address: r.Server + "/rooms/" + r.ID, Role: r.Role,
			Message: "no folder on this machine", Conflicts: []command.ConflictInfo{}, Present: []string{},
		}
		if r.Local != nil {
			info = c.s.roomInfo(r.Local)
		}
		result.Rooms = append(result.Rooms, info)
	}
	return result, nil
}

// which is the room that a command names.
func (c *commands) which(room, doc string) (remotesync.Status, error) {
	if c.s.deps.Rooms == nil {
		return remotesync.Status{}, errNoRooms
	}
	if room != "" {
		return c.s.deps.Rooms.Find(room)
	}
	if doc == "" {
		return remotesync.Status{}, fmt.Errorf(`%w: "uri" or "room" is missing: which room?`, command.ErrParams)
	}
	return c.s.deps.Rooms.Of(document.PathOf(document.Canonical(doc)))
}

// RoomsStatus implements command.Handlers.
func (c *commands) RoomsStatus(_ context.Context, p command.RoomsStatusParams) (command.RoomsStatusResult, error) {
	result := command.RoomsStatusResult{Rooms: []command.RoomInfo{}}
	if c.s.deps.Rooms == nil {
		return result, errNoRooms
	}
	if p.Room != "" || p.URI != "" {
		st, err := c.which(p.Room, p.URI)
		if err != nil {
			return result, err
		}
		result.Rooms = append(result.Rooms, c.s.roomInfo(&st))
		return result, nil
	}
	all, err := c.s.deps.Rooms.Status()
	for i := range all {
		result.Rooms = append(result.Rooms, c.s.roomInfo(&all[i]))
	}
	return result, err
}

// RoomsShare implements command.Handlers.
func (c *commands) RoomsShare(ctx context.Context, p command.RoomsShareParams) (command.RoomsShareResult, error) {
	var result command.RoomsShareResult
	if c.s.deps.Rooms == nil {
		return result, errNoRooms
	}
	at, err := c.s.locate(c.files(), document.Canonical(p.URI))
	if err != nil {
		return result, err
	}
	st, err := c.s.deps.Rooms.Share(ctx, at.room.Tested, p.Title, p.Server)
	if err != nil {
		return result, err
	}
	if !p.NoLink {
		role := p.Role
		if role == "" {
			role = api.Editor
		}
		if result.Link, _, err = c.s.deps.Rooms.Invite(ctx, st, api.NewInvite{Role: role, MaxUses: cmp.Or(p.Uses, 10)}); err != nil {
			return result, err
		}
	}
	result.Room, err = c.status(st.Room)
	return result, err
}

// RoomsJoin implements command.Handlers.
func (c *commands) RoomsJoin(ctx context.Context, p command.RoomsJoinParams) (command.RoomsJoinResult, error) {
	var result command.RoomsJoinResult
	if c.s.deps.Rooms == nil {
		return result, errNoRooms
	}
	parent := ""
	if p.Folder == "" {
		var err error
		if parent, err = c.s.workspaceFolder(); err != nil {
			return result, err
		}
	}
	st, err := c.s.deps.Rooms.Join(ctx, p.Link, parent, p.Folder)
	if err != nil {
		return result, err
	}
	if result.Room, err = c.status(st.Room); err == nil && result.Room.Tested != "" {
		c.s.client.show(ctx, result.Room.Tested)
	}
	return result, err
}

// RoomsSync implements command.Handlers.
func (c *commands) RoomsSync(ctx context.Context, p command.RoomsSyncParams) (command.RoomsStatusResult, error) {
	result := command.RoomsStatusResult{Rooms: []command.RoomInfo{}}
	only := p.Room
	if only == "" && p.URI != "" {
		st, err := c.which("", p.URI)
		if err != nil {
			return result, err
		}
		only = st.Room
	}
	if c.s.deps.Rooms == nil {
		return result, errNoRooms
	}
	all, err := c.s.deps.Rooms.Sync(ctx, only)
	if err != nil {
		if all == nil {
			return result, err
		}
		result.Error = err.Error()
	}
	for i := range all {
		result.Rooms = append(result.Rooms, c.s.roomInfo(&all[i]))
	}
	c.s.roomsChanged()
	return result, nil
}

// RoomsLeave implements command.Handlers.
func (c *commands) RoomsLeave(ctx context.Context, p command.RoomsLeaveParams) (command.RoomsLeaveResult, error) {
	st, err := c.which(p.Room, p.URI)
	if err != nil {
		return command.RoomsLeaveResult{}, err
	}
	if err := c.s.deps.Rooms.Leave(ctx, st, !p.Local); err != nil {
		return command.RoomsLeaveResult{}, err
	}
	c.s.deps.Rooms.each((*Server).roomsChanged)
	return command.RoomsLeaveResult{Room: st.Room, Title: st.Title}, nil
}

// conflictOf is the conflict of a document, or of what a document was opened to
// merge.
func (c *commands) conflictOf(doc string) (remotesync.Status, remotesync.ConflictStatus, error) {
	path := document.PathOf(document.Canonical(doc))
	c.s.shown.mu.Lock()
	if merged, ok := c.s.shown.merging[path]; ok {
		path = merged
	}
	c.s.shown.mu.Unlock()
	st, err := c.which("", c.s.uriOf(path))
	if err != nil {
		return st, remotesync.ConflictStatus{}, err
	}
	// Of several problems in a folder the one is meant whose file it is.
	all, err := c.s.deps.Rooms.Status()
	if err != nil {
		return st, remotesync.ConflictStatus{}, err
	}
	for _, st := range all {
		for _, conflict := range st.Conflicts {
			if conflict.Path == path {
				return st, conflict, nil
			}
		}
	}
	return st, remotesync.ConflictStatus{}, fmt.Errorf("%s has no conflict that waits for a decision", filepath.Base(path))
}

// RoomsResolve implements command.Handlers.
func (c *commands) RoomsResolve(ctx context.Context, p command.RoomsResolveParams) (command.RoomsResolveResult, error) {
	var result command.RoomsResolveResult
	st, conflict, err := c.conflictOf(p.URI)
	if err != nil {
		return result, err
	}
	var text []byte
	if p.Keep == share.Merged {
		if text, err = c.files().ReadFile(document.PathOf(document.Canonical(p.URI))); err != nil {
			return result, fmt.Errorf("reading the merged text: %w", err)
		}
	}
	if err := c.s.deps.Rooms.Resolve(ctx, st, conflict.Slot, p.Keep, text); err != nil {
		return result, err
	}
	result.Room, err = c.status(st.Room)
	return result, err
}

// RoomsOpenConflict implements command.Handlers.
func (c *commands) RoomsOpenConflict(ctx context.Context, p command.RoomsOpenConflictParams) (command.RoomsOpenConflictResult, error) {
	var result command.RoomsOpenConflictResult
	_, conflict, err := c.conflictOf(p.URI)
	if err != nil {
		return result, err
	}
	if conflict.Mine.Deleted || conflict.Theirs.Content.Deleted {
		return result, errors.New("one side deleted the file; keep it or delete it, there is nothing to merge")
	}
	path, err := c.s.cases.note("merge-"+filepath.Base(conflict.Path), share.Marked(conflict))
	if err != nil {
		return result, err
	}
	c.s.shown.mu.Lock()
	if c.s.shown.merging == nil {
		c.s.shown.merging = map[string]string{}
	}
	c.s.shown.merging[path] = conflict.Path
	c.s.shown.mu.Unlock()
	result.URI = c.s.uriOf(path)
	if result.Shown = c.s.client.show(ctx, result.URI); !result.Shown {
		c.s.client.message(protocol.MessageTypeInfo, "Both texts are in "+path)
	}
	return result, nil
}

// mergeOffers are what can be done with a document that was opened to merge in.
func (s *Server) mergeOffers(path string) []protocol.Command {
	s.shown.mu.Lock()
	defer s.shown.mu.Unlock()
	if _, ok := s.shown.merging[path]; !ok {
		return nil
	}
	doc := s.uriOf(path)
	return []protocol.Command{
		lensCommand("✓ Take this text", command.RoomsResolve, command.RoomsResolveParams{URI: doc, Keep: share.Merged}),
		lensCommand("Keep mine", command.RoomsResolve, command.RoomsResolveParams{URI: doc, Keep: share.Mine}),
		lensCommand("Keep theirs", command.RoomsResolve, command.RoomsResolveParams{URI: doc, Keep: share.Theirs}),
		lensCommand("Keep both", command.RoomsResolve, command.RoomsResolveParams{URI: doc, Keep: share.Both}),
	}
}

// recordRun tells a room of a run of its problem that has ended.
func (s *Server) recordRun(run *runs.Run, result *problem.Result) {
	tested := document.PathOf(run.URI())
	if s.deps.Rooms == nil || result == nil || tested == "" {
		return
	}
	s.conn.Go("recording a run in its room", func(context.Context) {
		if err := s.deps.Rooms.RecordRun(tested, result); err != nil {
			s.log.Warn("recording a run", zap.Error(err))
		}
	})
}
