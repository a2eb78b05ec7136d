package rooms

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/google/uuid"

	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

// Members lists who has a room.
func (s *Service) Members(ctx context.Context, actor Actor, room string) (api.MemberList, error) {
	if err := checkRoom(room); err != nil {
		return api.MemberList{}, err
	}
	members, access, err := s.store.Members(ctx, actor.db(), room)
	if err != nil {
		return api.MemberList{}, s.problemOf(err, "room")
	}
	return api.MemberList{Members: members}, s.authorize(actor, readRoom, access)
}

// SetRole changes a member's role.
func (s *Service) SetRole(ctx context.Context, actor Actor, room, user string, role api.Role) (m api.Member, err error) {
	id, err := memberID(room, user)
	if err != nil {
		return m, err
	}
	m, err = s.store.SetRole(ctx, actor.db(), room, id, s.allow(actor, shareRoom), role)
	if err != nil {
		return m, s.problemOf(err, "member")
	}
	s.announce(ctx, actor, room)
	return m, nil
}

// RemoveMember ends a membership: an owner removes anybody, everybody themselves.
func (s *Service) RemoveMember(ctx context.Context, actor Actor, room, user string) error {
	id, err := memberID(room, user)
	if err != nil {
		return err
	}
	a := shareRoom
	if id == actor.User {
		a = leaveRoom
	}
	if err := s.store.RemoveMember(ctx, actor.db(), room, id, s.allow(actor, a)); err != nil {
		return s.problemOf(err, "member")
	}
	s.feed.membersChanged(id)
	s.announce(ctx, actor, room)
	return nil
}

func memberID(room, user string) (uuid.UUID, error) {
	if err := errors.Join(checkRoom(room), checkID(user, "member")); err != nil {
		return uuid.Nil, notFound("member")
	}
	return uuid.Parse(user)
}

const (
	defaultInvite = 7 * 24 * time.Hour
	defaultLink   = 30 * 24 * time.Hour
)

// ticket is an invite or link that is valid for so many hours.
func (s *Service) ticket(hours int, otherwise time.Duration) (token string, t roomsdb.Ticket) {
	valid := otherwise
	if hours > 0 {
		valid = time.Duration(hours) * time.Hour
	}
	token = rand.Text() // 128 bits
	return token, roomsdb.Ticket{ID: api.NewID(), Hash: hashToken(token), Expires: time.Now().Add(valid), Most: s.limits.Invites}
}

// CreateInvite makes an invite. Its token is told this once.
func (s *Service) CreateInvite(ctx context.Context, actor Actor, room string, n api.NewInvite) (i api.Invite, err error) {
	if err := checkRoom(room); err != nil {
		return i, err
	}
	token, t := s.ticket(n.Hours, defaultInvite)
	t.Role, t.MaxUses = n.Role, max(n.MaxUses, 1)
	if i, err = s.store.CreateInvite(ctx, actor.db(), room, s.allow(actor, shareRoom), t); err != nil {
		return i, s.problemOf(err, "room")
	}
	i.Token = token
	return i, nil
}

// Invites lists a room's valid invites.
func (s *Service) Invites(ctx context.Context, actor Actor, room string) (api.InviteList, error) {
	if _, err := s.access(ctx, actor, room, shareRoom); err != nil {
		return api.InviteList{}, err
	}
	invites, access, err := s.store.Invites(ctx, actor.db(), room)
	if err != nil {
		return api.InviteList{}, s.problemOf(err, "room")
	}
	return api.InviteList{Invites: invites}, s.authorize(actor, shareRoom, access)
}

// RevokeInvite ends an invite.
func (s *Service) RevokeInvite(ctx context.Context, actor Actor, room, invite string) error {
	if err := errors.Join(checkRoom(room), checkID(invite, "invite")); err != nil {
		return notFound("invite")
	}
	return s.problemOf(s.store.RevokeInvite(ctx, actor.db(), room, invite, s.allow(actor, shareRoom)), "invite")
}

// PreviewInvite shows what an invite is for.
func (s *Service) PreviewInvite(ctx context.Context, actor Actor, token string) (api.InvitePreview, error) {
	p, err := s.store.PreviewInvite(ctx, actor.db(), hashToken(token))
	return p, s.problemOf(err, "invite")
}

// AcceptInvite makes the actor a member of the invite's room.
func (s *Service) AcceptInvite(ctx context.Context, actor Actor, token string) (detail api.RoomDetail, err error) {
	if !actor.mayWrite {
		return detail, forbidden("this token may not join rooms; it lacks the scope rooms:write")
	}
	room, joined, err := s.store.AcceptInvite(ctx, actor.db(), hashToken(token), s.limits.MembersPerRoom)
	if err != nil {
		return detail, s.problemOf(err, "invite")
	}
	if detail, err = s.Room(ctx, actor, room, false); err != nil {
		return detail, err
	}
	if joined {
		s.feed.membersChanged(actor.User)
		s.feed.changed(room, detail.Rev)
	}
	return detail, nil
}

// CreateShareLink makes a share link. Its token is told this once.
func (s *Service) CreateShareLink(ctx context.Context, actor Actor, room string, n api.NewShareLink) (l api.ShareLink, err error) {
	if err := checkRoom(room); err != nil {
		return l, err
	}
	token, t := s.ticket(n.Hours, defaultLink)
	if l, err = s.store.CreateShareLink(ctx, actor.db(), room, s.allow(actor, shareRoom), t); err != nil {
		return l, s.problemOf(err, "room")
	}
	l.Token = token
	return l, nil
}

// ShareLinks lists a room's valid share links.
func (s *Service) ShareLinks(ctx context.Context, actor Actor, room string) (api.ShareLinkList, error) {
	if _, err := s.access(ctx, actor, room, shareRoom); err != nil {
		return api.ShareLinkList{}, err
	}
	links, access, err := s.store.ShareLinks(ctx, actor.db(), room)
	if err != nil {
		return api.ShareLinkList{}, s.problemOf(err, "room")
	}
	return api.ShareLinkList{Links: links}, s.authorize(actor, shareRoom, access)
}

// RevokeShareLink ends a share link.
func (s *Service) RevokeShareLink(ctx context.Context, actor Actor, room, link string) error {
	if err := errors.Join(checkRoom(room), checkID(link, "share link")); err != nil {
		return notFound("share link")
	}
	return s.problemOf(s.store.RevokeShareLink(ctx, actor.db(), room, link, s.allow(actor, shareRoom)), "share link")
}

// Shared shows the room of a share link to whoever has its token.
func (s *Service) Shared(ctx context.Context, token string) (api.Shared, error) {
	room, files, err := s.linked(ctx, token)
	if err != nil {
		return api.Shared{}, err
	}
	actor := linkActor(token)
	examples, _, err := s.store.Counterexamples(ctx, actor.db(), room.ID, true, roomsdb.Cursor{}, s.limits.PageItems)
	if err != nil {
		return api.Shared{}, s.problemOf(err, "share link")
	}
	// Who works on a room is none of a link's business.
	for i := range files {
		f := &files[i]
		f.Author, f.AuthorName, f.Device = "", "", ""
	}
	for i := range examples {
		e := &examples[i]
		e.User, e.UserName, e.Device, e.Run = "", "", "", ""
	}
	return api.Shared{Title: room.Title, Rev: room.Rev, Updated: room.Updated, Files: files, Counterexamples: examples}, nil
}

func (s *Service) linked(ctx context.Context, token string) (api.Room, []api.File, error) {
	actor := linkActor(token)
	id, err := s.store.LinkedRoom(ctx, actor.db())
	if err != nil {
		return api.Room{}, nil, s.problemOf(err, "share link")
	}
	room, files, err := s.contents(ctx, actor, id, readByLink)
	if isProblem(err, api.CodeNotFound) {
		err = notFound("share link")
	}
	return room, files, err
}

// ForkShared makes a room of the actor's with the files of a share link's room.
func (s *Service) ForkShared(ctx context.Context, actor Actor, token string, f api.ForkRoom) (detail api.RoomDetail, made bool, err error) {
	room, files, err := s.linked(ctx, token)
	if err != nil {
		return detail, false, err
	}
	return s.fork(ctx, actor, room, files, f)
}
