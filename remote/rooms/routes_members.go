package rooms

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"stresstester/remote/api"
)

func (s *Service) registerMembers(a huma.API) {
	huma.Register(a, s.operation("list-members", http.MethodGet, api.PathMembers, "Who has the room", 403, 410),
		func(ctx context.Context, in *RoomPath) (*answer[api.MemberList], error) {
			return ok(s.Members(ctx, actor(ctx), in.Room))
		})
	huma.Register(a, s.operation("set-role", http.MethodPatch, api.PathMember, "Change a member's role", 403, 409, 410),
		func(ctx context.Context, in *struct {
			MemberPath
			Body api.SetRole
		}) (*answer[api.Member], error) {
			return ok(s.SetRole(ctx, actor(ctx), in.Room, in.User, in.Body.Role))
		})
	huma.Register(a, s.operation("remove-member", http.MethodDelete, api.PathMember, "Remove a member, or leave", 403, 409, 410),
		func(ctx context.Context, in *MemberPath) (*nothing, error) {
			return none(s.RemoveMember(ctx, actor(ctx), in.Room, in.User))
		})
	s.registerInvites(a)
	s.registerLinks(a)
}

func (s *Service) registerInvites(a huma.API) {
	type invite struct{ Body api.InviteToken }
	huma.Register(a, s.operation("list-invites", http.MethodGet, api.PathInvites, "Valid invites; for owners", 403, 410),
		func(ctx context.Context, in *RoomPath) (*answer[api.InviteList], error) {
			return ok(s.Invites(ctx, actor(ctx), in.Room))
		})
	huma.Register(a, s.operation("create-invite", http.MethodPost, api.PathInvites, "Make an invite; for owners", 403, 409, 410),
		func(ctx context.Context, in *struct {
			RoomPath
			Body api.NewInvite
		}) (*answer[api.Invite], error) {
			i, err := s.CreateInvite(ctx, actor(ctx), in.Room, in.Body)
			if err != nil {
				return nil, err
			}
			return (&answer[api.Invite]{Body: &i}).made(true), nil
		})
	huma.Register(a, s.operation("revoke-invite", http.MethodDelete, api.PathInvite, "End an invite; for owners", 403, 410),
		func(ctx context.Context, in *struct {
			RoomPath
			Invite string `path:"invite" format:"uuid"`
		}) (*nothing, error) {
			return none(s.RevokeInvite(ctx, actor(ctx), in.Room, in.Invite))
		})
	huma.Register(a, s.operation("preview-invite", http.MethodPost, api.PathInvitePreview, "What an invite is for"),
		func(ctx context.Context, in *invite) (*answer[api.InvitePreview], error) {
			return ok(s.PreviewInvite(ctx, actor(ctx), in.Body.Token))
		})
	huma.Register(a, s.operation("accept-invite", http.MethodPost, api.PathInviteAccept, "Join a room", 403, 409),
		func(ctx context.Context, in *invite) (*answer[api.RoomDetail], error) {
			return ok(s.AcceptInvite(ctx, actor(ctx), in.Body.Token))
		})
}

func (s *Service) registerLinks(a huma.API) {
	huma.Register(a, s.operation("list-share-links", http.MethodGet, api.PathShareLinks, "Valid share links; for owners", 403, 410),
		func(ctx context.Context, in *RoomPath) (*answer[api.ShareLinkList], error) {
			return ok(s.ShareLinks(ctx, actor(ctx), in.Room))
		})
	huma.Register(a, s.operation("create-share-link", http.MethodPost, api.PathShareLinks, "Make a share link; for owners", 403, 409, 410),
		func(ctx context.Context, in *struct {
			RoomPath
			Body api.NewShareLink
		}) (*answer[api.ShareLink], error) {
			l, err := s.CreateShareLink(ctx, actor(ctx), in.Room, in.Body)
			if err != nil {
				return nil, err
			}
			return (&answer[api.ShareLink]{Body: &l}).made(true), nil
		})
	huma.Register(a, s.operation("revoke-share-link", http.MethodDelete, api.PathShareLink, "End a share link; for owners", 403, 410),
		func(ctx context.Context, in *struct {
			RoomPath
			Link string `path:"link" format:"uuid"`
		}) (*nothing, error) {
			return none(s.RevokeShareLink(ctx, actor(ctx), in.Room, in.Link))
		})
	huma.Register(a, open(s.operation("get-shared", http.MethodGet, api.PathShared, "What a share link shows; needs no account")),
		func(ctx context.Context, in *ShareHeader) (*answer[api.Shared], error) {
			return ok(s.Shared(ctx, in.Token))
		})
	huma.Register(a, s.operation("fork-shared", http.MethodPost, api.PathSharedFork, "Make a room of one's own with a share link's files", 403, 409),
		func(ctx context.Context, in *struct {
			ShareHeader
			KeyHeader
			Body api.ForkRoom
		}) (*answer[api.RoomDetail], error) {
			who, err := in.actor(ctx, "fork-shared", in.Token, in.Body)
			if err != nil {
				return nil, err
			}
			detail, made, err := s.ForkShared(ctx, who, in.Token, in.Body)
			if err != nil {
				return nil, err
			}
			return (&answer[api.RoomDetail]{Status: http.StatusOK, Body: &detail}).made(made).tagged(detail.Rev), nil
		})
}
