package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"stresstester/core/problem"
	"stresstester/remote/api"
	"stresstester/remote/auth"
	"stresstester/remote/rooms"
)

// pageItems is how many rows a list shows at a time.
const pageItems = 50

func (p *Pages) registerRooms(mux *http.ServeMux) {
	for pattern, handler := range map[string]func(http.ResponseWriter, *http.Request, *asking){
		"GET /rooms":                                     p.listRooms,
		"POST /rooms":                                    p.createRoom,
		"GET /rooms/{room}":                              p.roomFiles,
		"GET /rooms/{room}/counterexamples":              p.roomCounterexamples,
		"GET /rooms/{room}/counterexamples/{id}":         p.roomCounterexample,
		"POST /rooms/{room}/counterexamples/{id}/delete": p.deleteCounterexample,
		"GET /rooms/{room}/runs":                         p.roomRuns,
		"GET /rooms/{room}/history":                      p.roomHistory,
		"GET /rooms/{room}/change":                       p.roomChange,
		"POST /rooms/{room}/revert":                      p.revert,
		"GET /rooms/{room}/conflicts":                    p.roomConflicts,
		"GET /rooms/{room}/conflicts/{id}":               p.roomConflict,
		"POST /rooms/{room}/conflicts/{id}":              p.resolveConflict,
		"GET /rooms/{room}/members":                      p.roomMembers,
		"POST /rooms/{room}/members":                     p.changeMember,
		"POST /rooms/{room}/invites":                     p.newInvite,
		"POST /rooms/{room}/invites/revoke":              p.revokeInvite,
		"POST /rooms/{room}/share-links":                 p.newShareLink,
		"POST /rooms/{room}/share-links/revoke":          p.revokeShareLink,
		"POST /rooms/{room}/rename":                      p.renameRoom,
		"POST /rooms/{room}/delete":                      p.deleteRoom,
		"POST /rooms/{room}/restore":                     p.restoreRoom,
		"POST /rooms/{room}/fork":                        p.forkRoom,
		"POST /rooms/{room}/leave":                       p.leaveRoom,
		"POST /invite":                                   p.invite,
	} {
		mux.HandleFunc(pattern, p.signedIn(func(w http.ResponseWriter, r *http.Request, who auth.Principal) {
			handler(w, r, &asking{Principal: who, actor: rooms.ActorOf(who), room: r.PathValue("room")})
		}))
	}
	mux.HandleFunc("GET /invite", p.signedIn(func(w http.ResponseWriter, r *http.Request, _ auth.Principal) {
		p.render(w, r, http.StatusOK, "invite", view{Title: "Join a room", Narrow: true, Data: invitePage{}})
	}))
	mux.HandleFunc("GET /shared", func(w http.ResponseWriter, r *http.Request) {
		p.render(w, r, http.StatusOK, "shared", view{Title: "A shared room", Data: sharedPage{}})
	})
	mux.HandleFunc("POST /shared", p.shared)
}

// asking is a signed-in person who asks for something of a room.
type asking struct {
	auth.Principal
	actor rooms.Actor
	room  string
}

// roomView is what every page of a room has.
type roomView struct {
	api.RoomDetail
	Tab  string
	Page any
}

// CanEdit reports whether the asking user may change files.
func (v roomView) CanEdit() bool { return v.Role == api.Owner || v.Role == api.Editor }

// CanManage reports whether the asking user may manage members and the room itself.
func (v roomView) CanManage() bool { return v.Role == api.Owner }

// wrong answers an error of the rooms' service.
func (p *Pages) wrong(w http.ResponseWriter, r *http.Request, err error) {
	var problem *api.Problem
	if !errors.As(err, &problem) || problem.Status >= 500 {
		p.failed(w, r, err)
		return
	}
	title := map[api.Code]string{
		api.CodeNotFound: "That is not here", api.CodeForbidden: "You may not do that", api.CodeRoomDeleted: "This room was deleted",
		api.CodeRevisionMismatch: "Somebody was faster", api.CodeLastOwner: "A room keeps an owner", api.CodeLimitReached: "There are too many",
		api.CodeTooManyRequests: "Not so fast", api.CodeConflictResolved: "The conflict is resolved already",
	}[problem.Code]
	if title == "" {
		title = "That did not work"
	}
	detail := problem.Error()
	if problem.Code == api.CodeRevisionMismatch {
		detail = "It was changed in the meantime. Nothing was overwritten; go back, look at the new version, and decide again."
	}
	p.fail(w, r, problem.Status, title, sentence(detail))
}

func (p *Pages) showRoom(w http.ResponseWriter, r *http.Request, a *asking, tab, page string, data any) {
	detail, err := p.Rooms.Room(r.Context(), a.actor, a.room, false)
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	p.render(w, r, http.StatusOK, page, view{Title: detail.Title, Active: "rooms", Data: roomView{detail, tab, data}})
}

func roomPath(room string, rest ...string) string {
	return "/rooms/" + url.PathEscape(room) + strings.Join(rest, "")
}

// then answers a form: an error, or a redirect.
func (p *Pages) then(w http.ResponseWriter, r *http.Request, err error, to string) {
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

type roomList struct {
	api.RoomList
	Query   string
	Deleted bool
}

func (p *Pages) listRooms(w http.ResponseWriter, r *http.Request, a *asking) {
	q := r.URL.Query()
	data := roomList{Query: q.Get("q"), Deleted: q.Get("deleted") != ""}
	var err error
	if data.RoomList, err = p.Rooms.Rooms(r.Context(), a.actor, data.Deleted, data.Query, q.Get("cursor"), pageItems); err != nil {
		p.wrong(w, r, err)
		return
	}
	p.render(w, r, http.StatusOK, "rooms", view{Title: "Rooms", Active: "rooms", Data: data})
}

func (p *Pages) createRoom(w http.ResponseWriter, r *http.Request, a *asking) {
	detail, _, err := p.Rooms.CreateRoom(r.Context(), a.actor, api.CreateRoom{ID: api.NewID(), Title: strings.TrimSpace(r.PostFormValue("title"))})
	p.then(w, r, err, roomPath(detail.ID, "?done=room-created"))
}

type fileView struct {
	api.File
	Lines  []template.HTML
	Binary bool
}

// show prepares a file's text for reading.
func show(f api.File) *fileView {
	v := &fileView{File: f}
	if f.Content == nil {
		return v
	}
	text := f.Content.String()
	if strings.ContainsRune(text, 0) {
		v.Binary = true
		return v
	}
	switch path.Ext(f.Name) {
	case ".in", ".ans", ".txt", "":
		for _, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
			v.Lines = append(v.Lines, template.HTML(template.HTMLEscapeString(l))) //nolint:gosec // escaped
		}
	case ".py", ".rb", ".pl", ".sh", ".toml", ".spec":
		v.Lines = highlight(text, true)
	default:
		v.Lines = highlight(text, false)
	}
	return v
}

func (p *Pages) roomFiles(w http.ResponseWriter, r *http.Request, a *asking) {
	detail, err := p.Rooms.Room(r.Context(), a.actor, a.room, false)
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	slot := api.Slot(r.URL.Query().Get("slot"))
	if slot == "" && len(detail.Files) > 0 {
		slot = detail.Files[0].Slot
	}
	var shown *fileView
	if slot != "" {
		f, err := p.Rooms.File(r.Context(), a.actor, a.room, slot)
		if err != nil {
			p.wrong(w, r, err)
			return
		}
		shown = show(f)
	}
	p.render(w, r, http.StatusOK, "room", view{Title: detail.Title, Active: "rooms", Data: roomView{detail, "files", shown}})
}

type counterexampleView struct {
	api.Counterexample
	Failure problem.Failure
	Test    *problem.Counterexample
	Rows    []Row
	Replay  string
}

func (p *Pages) roomCounterexamples(w http.ResponseWriter, r *http.Request, a *asking) {
	list, err := p.Rooms.Counterexamples(r.Context(), a.actor, a.room, r.URL.Query().Get("cursor"), pageItems)
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	p.showRoom(w, r, a, "counterexamples", "counterexamples", list)
}

// counterexample prepares a stored failure for reading. What another version of the client has
// stored differently is shown as far as it is understood.
func counterexample(c api.Counterexample) counterexampleView {
	v := counterexampleView{Counterexample: c}
	if err := json.Unmarshal(c.NewCounterexample.Failure, &v.Failure); err == nil && v.Failure.Counterexample != nil {
		v.Test = v.Failure.Counterexample
		v.Rows = sideBySide(v.Test.Expected, v.Test.Actual, false)
	}
	if c.Seed != 0 {
		file := "sol.cpp"
		if v.Failure.Location != nil && v.Failure.Location.File != "" {
			file = v.Failure.Location.File
		}
		v.Replay = "stresstester run --seed " + strconv.FormatUint(c.Seed, 10) + " --tests 1 " + file
	}
	return v
}

func (p *Pages) roomCounterexample(w http.ResponseWriter, r *http.Request, a *asking) {
	c, err := p.Rooms.Counterexample(r.Context(), a.actor, a.room, r.PathValue("id"))
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	p.showRoom(w, r, a, "counterexamples", "counterexample", counterexample(c))
}

func (p *Pages) deleteCounterexample(w http.ResponseWriter, r *http.Request, a *asking) {
	err := p.Rooms.DeleteCounterexample(r.Context(), a.actor, a.room, r.PathValue("id"))
	p.then(w, r, err, roomPath(a.room, "/counterexamples?done=counterexample"))
}

func (p *Pages) roomRuns(w http.ResponseWriter, r *http.Request, a *asking) {
	list, err := p.Rooms.Runs(r.Context(), a.actor, a.room, r.URL.Query().Get("cursor"), pageItems)
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	p.showRoom(w, r, a, "runs", "runs", list)
}

func (p *Pages) roomHistory(w http.ResponseWriter, r *http.Request, a *asking) {
	list, err := p.Rooms.FileRevisions(r.Context(), a.actor, a.room, api.Slot(r.URL.Query().Get("slot")), r.URL.Query().Get("cursor"), pageItems)
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	p.showRoom(w, r, a, "history", "history", list)
}

type changePage struct {
	File    api.File
	Head    api.Revision // what a restore would replace
	Parent  api.Revision
	Rows    []Row
	Current bool
}

// roomChange shows what one revision changed.
func (p *Pages) roomChange(w http.ResponseWriter, r *http.Request, a *asking) {
	slot := api.Slot(r.URL.Query().Get("slot"))
	rev, err := strconv.ParseInt(r.URL.Query().Get("rev"), 10, 64)
	if err != nil {
		p.wrong(w, r, &api.Problem{Status: http.StatusNotFound, Code: api.CodeNotFound, Detail: "there is no such revision"})
		return
	}
	f, err := p.Rooms.FileRevision(r.Context(), a.actor, a.room, slot, api.Revision(rev))
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	data := changePage{File: f, Parent: f.Parent}
	var before []byte
	if f.Parent > 0 {
		// A parent that was pruned leaves the whole text as new.
		if b, err := p.Rooms.FileRevision(r.Context(), a.actor, a.room, slot, f.Parent); err == nil && b.Content != nil {
			before = *b.Content
		}
	}
	var after []byte
	if f.Content != nil {
		after = *f.Content
	}
	data.Rows = sideBySide(before, after, true)
	head, err := p.Rooms.File(r.Context(), a.actor, a.room, slot)
	var gone *api.Problem
	switch {
	case err == nil:
		data.Head, data.Current = head.Rev, head.Rev == f.Rev
	case errors.As(err, &gone) && gone.Current != nil:
		data.Head = gone.Current.Rev
	case errors.As(err, &gone) && gone.Code == api.CodeNotFound:
		// Deleted: the tombstone's revision is in the history.
		if list, err := p.Rooms.FileRevisions(r.Context(), a.actor, a.room, slot, "", 1); err == nil && len(list.Revisions) > 0 {
			data.Head = list.Revisions[0].Rev
		}
	default:
		p.wrong(w, r, err)
		return
	}
	p.showRoom(w, r, a, "history", "change", data)
}

func revision(r *http.Request, field string) api.Revision {
	n, err := strconv.ParseInt(r.PostFormValue(field), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return api.Revision(n)
}

func (p *Pages) revert(w http.ResponseWriter, r *http.Request, a *asking) {
	slot := r.PostFormValue("slot")
	_, _, err := p.Rooms.RevertFile(r.Context(), a.actor, a.room, api.Slot(slot), revision(r, "head"), revision(r, "rev"))
	p.then(w, r, err, roomPath(a.room, "?", url.Values{"slot": {slot}, "done": {"restored"}}.Encode()))
}

func (p *Pages) roomConflicts(w http.ResponseWriter, r *http.Request, a *asking) {
	list, err := p.Rooms.Conflicts(r.Context(), a.actor, a.room, false, r.URL.Query().Get("cursor"), pageItems)
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	p.showRoom(w, r, a, "conflicts", "conflicts", list)
}

type conflictPage struct {
	api.ConflictDetail
	Rows     []Row
	Merged   string
	HeadName string
	Head     api.Revision
	Gone     bool // the current version is a deletion
}

func (p *Pages) roomConflict(w http.ResponseWriter, r *http.Request, a *asking) {
	c, err := p.Rooms.Conflict(r.Context(), a.actor, a.room, r.PathValue("id"))
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	text := func(f *api.File) []byte {
		if f == nil || f.Content == nil {
			return nil
		}
		return *f.Content
	}
	data := conflictPage{ConflictDetail: c, HeadName: c.Side.Name}
	if c.Head != nil {
		data.Head, data.Gone = c.Head.Rev, c.Head.Deleted
		if !data.Gone {
			data.HeadName = c.Head.Name
		}
	}
	head, side := text(c.Head), text(&c.Side)
	data.Rows = sideBySide(head, side, true)
	data.Merged = string(both(text(c.Base), head, side))
	p.showRoom(w, r, a, "conflicts", "conflict", data)
}

func (p *Pages) resolveConflict(w http.ResponseWriter, r *http.Request, a *asking) {
	q := api.ResolveConflict{Keep: api.Keep(r.PostFormValue("keep"))}
	if q.Keep == api.KeepContent {
		// Forms send line ends as CR LF.
		text := problem.Text(strings.ReplaceAll(r.PostFormValue("content"), "\r\n", "\n"))
		q.Name, q.Content = r.PostFormValue("name"), &text
	}
	_, _, err := p.Rooms.ResolveConflict(r.Context(), a.actor, a.room, r.PathValue("id"), revision(r, "head"), q)
	p.then(w, r, err, roomPath(a.room, "?", url.Values{"slot": {r.PostFormValue("slot")}, "done": {"resolved"}}.Encode()))
}

type membersPage struct {
	Members []api.Member
	Invites []api.Invite
	Links   []api.ShareLink
	Me      string
	NewLink string // shown once
	Kind    string
}

func (p *Pages) showMembers(w http.ResponseWriter, r *http.Request, a *asking, newLink, kind string) {
	list, err := p.Rooms.Members(r.Context(), a.actor, a.room)
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	data := membersPage{Members: list.Members, Me: a.User.String(), NewLink: newLink, Kind: kind}
	// Only owners see these; others get none.
	if invites, err := p.Rooms.Invites(r.Context(), a.actor, a.room); err == nil {
		data.Invites = invites.Invites
	}
	if links, err := p.Rooms.ShareLinks(r.Context(), a.actor, a.room); err == nil {
		data.Links = links.Links
	}
	p.showRoom(w, r, a, "members", "members", data)
}

func (p *Pages) roomMembers(w http.ResponseWriter, r *http.Request, a *asking) {
	p.showMembers(w, r, a, "", "")
}

func (p *Pages) changeMember(w http.ResponseWriter, r *http.Request, a *asking) {
	var err error
	user := r.PostFormValue("user")
	if r.PostFormValue("remove") != "" {
		err = p.Rooms.RemoveMember(r.Context(), a.actor, a.room, user)
	} else {
		_, err = p.Rooms.SetRole(r.Context(), a.actor, a.room, user, api.Role(r.PostFormValue("role")))
	}
	p.then(w, r, err, roomPath(a.room, "/members?done=member"))
}

func (p *Pages) newInvite(w http.ResponseWriter, r *http.Request, a *asking) {
	uses, err := strconv.Atoi(r.PostFormValue("uses"))
	if err != nil {
		uses = 1
	}
	i, err := p.Rooms.CreateInvite(r.Context(), a.actor, a.room, api.NewInvite{Role: api.Role(r.PostFormValue("role")), MaxUses: uses})
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	p.showMembers(w, r, a, p.Issuer+"/invite#"+i.Token, "invite")
}

func (p *Pages) revokeInvite(w http.ResponseWriter, r *http.Request, a *asking) {
	err := p.Rooms.RevokeInvite(r.Context(), a.actor, a.room, r.PostFormValue("id"))
	p.then(w, r, err, roomPath(a.room, "/members?done=invite-revoked"))
}

func (p *Pages) newShareLink(w http.ResponseWriter, r *http.Request, a *asking) {
	l, err := p.Rooms.CreateShareLink(r.Context(), a.actor, a.room, api.NewShareLink{})
	if err != nil {
		p.wrong(w, r, err)
		return
	}
	p.showMembers(w, r, a, p.Issuer+"/shared#"+l.Token, "share")
}

func (p *Pages) revokeShareLink(w http.ResponseWriter, r *http.Request, a *asking) {
	err := p.Rooms.RevokeShareLink(r.Context(), a.actor, a.room, r.PostFormValue("id"))
	p.then(w, r, err, roomPath(a.room, "/members?done=share-revoked"))
}

func (p *Pages) renameRoom(w http.ResponseWriter, r *http.Request, a *asking) {
	title := strings.TrimSpace(r.PostFormValue("title"))
	_, _, err := p.Rooms.UpdateRoom(r.Context(), a.actor, a.room, revision(r, "rev"), api.UpdateRoom{Title: &title})
	p.then(w, r, err, roomPath(a.room, "/members?done=settings"))
}

func (p *Pages) deleteRoom(w http.ResponseWriter, r *http.Request, a *asking) {
	p.then(w, r, p.Rooms.DeleteRoom(r.Context(), a.actor, a.room), "/rooms?done=room-deleted")
}

func (p *Pages) restoreRoom(w http.ResponseWriter, r *http.Request, a *asking) {
	_, err := p.Rooms.RestoreRoom(r.Context(), a.actor, a.room)
	p.then(w, r, err, roomPath(a.room, "?done=room-restored"))
}

func (p *Pages) forkRoom(w http.ResponseWriter, r *http.Request, a *asking) {
	detail, _, err := p.Rooms.ForkRoom(r.Context(), a.actor, a.room, api.ForkRoom{ID: api.NewID()})
	p.then(w, r, err, roomPath(detail.ID, "?done=forked"))
}

func (p *Pages) leaveRoom(w http.ResponseWriter, r *http.Request, a *asking) {
	p.then(w, r, p.Rooms.RemoveMember(r.Context(), a.actor, a.room, a.User.String()), "/rooms?done=room-left")
}

type invitePage struct {
	Token   string
	Preview *api.InvitePreview
}

// invite shows what an invitation is for, and accepts it. Its token stands behind the # of the
// link, which no browser sends; the page's script, or the person, puts it into the form.
func (p *Pages) invite(w http.ResponseWriter, r *http.Request, a *asking) {
	token := strings.TrimSpace(r.PostFormValue("token"))
	if _, after, ok := strings.Cut(token, "#"); ok {
		token = after
	}
	if r.PostFormValue("accept") != "" {
		detail, err := p.Rooms.AcceptInvite(r.Context(), a.actor, token)
		p.then(w, r, err, roomPath(detail.ID, "?done=joined"))
		return
	}
	preview, err := p.Rooms.PreviewInvite(r.Context(), a.actor, token)
	var wrong *api.Problem
	if errors.As(err, &wrong) && wrong.Status < 500 {
		p.render(w, r, http.StatusNotFound, "invite", view{Title: "Join a room", Narrow: true, Data: invitePage{},
			Error: "That invitation is not valid: it may be expired, used up or taken back. Ask for another."})
		return
	}
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.render(w, r, http.StatusOK, "invite", view{Title: "Join a room", Narrow: true, Data: invitePage{token, &preview}})
}

type sharedPage struct {
	Shared          *api.Shared
	Files           []*fileView
	Counterexamples []counterexampleView
}

// shared shows a room to whoever has a share link, signed in or not.
func (p *Pages) shared(w http.ResponseWriter, r *http.Request) {
	if err := form(w, r); err != nil {
		p.fail(w, r, http.StatusBadRequest, "That form is not readable", "Go back and try again.")
		return
	}
	token := strings.TrimSpace(r.PostForm.Get("token"))
	if _, after, ok := strings.Cut(token, "#"); ok {
		token = after
	}
	room, err := p.Rooms.Shared(r.Context(), token)
	var wrong *api.Problem
	if errors.As(err, &wrong) && wrong.Status < 500 {
		p.render(w, r, http.StatusNotFound, "shared", view{Title: "A shared room", Data: sharedPage{},
			Error: "That link is not valid: it may be expired or taken back. Ask for another."})
		return
	}
	if err != nil {
		p.failed(w, r, err)
		return
	}
	data := sharedPage{Shared: &room}
	for _, f := range room.Files {
		data.Files = append(data.Files, show(f))
	}
	for _, c := range room.Counterexamples {
		data.Counterexamples = append(data.Counterexamples, counterexample(c))
	}
	p.render(w, r, http.StatusOK, "shared", view{Title: room.Title, Data: data})
}

// deleteOwnRooms deletes the rooms that have no other owner than who.
func (p *Pages) deleteOwnRooms(r *http.Request, who auth.Principal) error {
	actor := rooms.ActorOf(who)
	for cursor := ""; ; {
		list, err := p.Rooms.Rooms(r.Context(), actor, false, "", cursor, pageItems)
		if err != nil {
			return fmt.Errorf("listing rooms: %w", err)
		}
		for _, room := range list.Rooms {
			if room.Role != api.Owner {
				continue
			}
			members, err := p.Rooms.Members(r.Context(), actor, room.ID)
			if err != nil {
				return fmt.Errorf("listing members: %w", err)
			}
			if !slices.ContainsFunc(members.Members, func(m api.Member) bool { return m.Role == api.Owner && m.User != who.User.String() }) {
				if err := p.Rooms.DeleteRoom(r.Context(), actor, room.ID); err != nil {
					return fmt.Errorf("deleting a room: %w", err)
				}
			}
		}
		if cursor = list.Next; cursor == "" {
			return nil
		}
	}
}

// exportRooms is what the export of an account tells of its rooms.
func (p *Pages) exportRooms(r *http.Request, who auth.Principal) (any, error) {
	type room struct {
		api.Room
		Export string `json:"export"`
	}
	var all []room
	for cursor := ""; ; {
		list, err := p.Rooms.Rooms(r.Context(), rooms.ActorOf(who), false, "", cursor, pageItems)
		if err != nil {
			return nil, fmt.Errorf("listing rooms: %w", err)
		}
		for _, it := range list.Rooms {
			all = append(all, room{it, p.Issuer + "/v1/rooms/" + it.ID + "/export"})
		}
		if cursor = list.Next; cursor == "" {
			return all, nil
		}
	}
}
