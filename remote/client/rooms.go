package client

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"stresstester/remote/api"
)

// path fills the path's names in braces.
func path(pattern string, names ...string) string {
	for _, name := range names {
		from := strings.IndexByte(pattern, '{')
		to := strings.IndexByte(pattern, '}')
		pattern = pattern[:from] + url.PathEscape(name) + pattern[to+1:]
	}
	return pattern
}

func conditional(base api.Revision, key api.IdempotencyKey) http.Header {
	h := keyed(key)
	h.Set("If-Match", base.ETag())
	return h
}

func keyed(key api.IdempotencyKey) http.Header {
	h := http.Header{}
	h.Set(api.HeaderIdempotencyKey, key.String())
	return h
}

// Capabilities are what the server can.
func (c *Client) Capabilities(ctx context.Context) (out api.Capabilities, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: api.PathCapabilities, out: &out})
}

// Rooms are all rooms of the user, the newest change first.
func (c *Client) Rooms(ctx context.Context) ([]api.Room, error) {
	var rooms []api.Room
	query := url.Values{}
	const pages = 50
	for range pages {
		var page api.RoomList
		if err := c.do(ctx, request{method: http.MethodGet, path: api.PathRooms, query: query, out: &page}); err != nil {
			return nil, err
		}
		rooms = append(rooms, page.Rooms...)
		if page.Next == "" {
			break
		}
		query.Set("cursor", page.Next)
	}
	return rooms, nil
}

// CreateRoom makes a room; doing so twice with one ID makes one.
func (c *Client) CreateRoom(ctx context.Context, key api.IdempotencyKey, r api.CreateRoom) (out api.RoomDetail, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: api.PathRooms, header: keyed(key), body: r, out: &out})
}

// Room is a room with its files' names.
func (c *Client) Room(ctx context.Context, room string) (out api.RoomDetail, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: path(api.PathRoom, room), out: &out})
}

// File is a file's head.
func (c *Client) File(ctx context.Context, room string, slot api.Slot) (out api.File, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: path(api.PathFile, room, string(slot)), out: &out})
}

// Put writes a file.
func (c *Client) Put(ctx context.Context, room string, slot api.Slot, base api.Revision, key api.IdempotencyKey, f api.PutFile) (out api.File, err error) {
	return out, c.do(ctx, request{method: http.MethodPut, path: path(api.PathFile, room, string(slot)), header: conditional(base, key), body: f, out: &out})
}

// Delete deletes a file.
func (c *Client) Delete(ctx context.Context, room string, slot api.Slot, base api.Revision, key api.IdempotencyKey) (out api.File, err error) {
	return out, c.do(ctx, request{method: http.MethodDelete, path: path(api.PathFile, room, string(slot)), header: conditional(base, key), out: &out})
}

// StoreConflict stores the local side of a conflict.
func (c *Client) StoreConflict(ctx context.Context, room string, key api.IdempotencyKey, n api.NewConflict) (out api.Conflict, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: path(api.PathConflicts, room), header: keyed(key), body: n, out: &out})
}

// ResolveConflict settles a conflict.
func (c *Client) ResolveConflict(ctx context.Context, room, conflict string, base api.Revision, key api.IdempotencyKey, r api.ResolveConflict) error {
	return c.do(ctx, request{method: http.MethodPost, path: path(api.PathConflictResolve, room, conflict), header: conditional(base, key), body: r})
}

// AddRun records a run.
func (c *Client) AddRun(ctx context.Context, room string, key api.IdempotencyKey, run api.NewRun) error {
	return c.do(ctx, request{method: http.MethodPost, path: path(api.PathRuns, room), header: keyed(key), body: run})
}

// AddCounterexample stores a counterexample.
func (c *Client) AddCounterexample(ctx context.Context, room string, key api.IdempotencyKey, n api.NewCounterexample) error {
	return c.do(ctx, request{method: http.MethodPost, path: path(api.PathCounterexamples, room), header: keyed(key), body: n})
}

// Sync asks what changed.
func (c *Client) Sync(ctx context.Context, r api.SyncRequest) (out api.SyncResponse, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: api.PathSync, body: r, out: &out})
}

// Invite makes an invite to a room.
func (c *Client) Invite(ctx context.Context, room string, key api.IdempotencyKey, n api.NewInvite) (out api.Invite, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: path(api.PathInvites, room), header: keyed(key), body: n, out: &out})
}

// AcceptInvite joins the room that an invite's token is for.
func (c *Client) AcceptInvite(ctx context.Context, key api.IdempotencyKey, token string) (out api.RoomDetail, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: api.PathInviteAccept, header: keyed(key), body: api.InviteToken{Token: token}, out: &out})
}

// Members are a room's.
func (c *Client) Members(ctx context.Context, room string) (out api.MemberList, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: path(api.PathMembers, room), out: &out})
}

// Leave takes a user out of a room.
func (c *Client) Leave(ctx context.Context, room, user string) error {
	return c.do(ctx, request{method: http.MethodDelete, path: path(api.PathMember, room, user)})
}

// SetPresence tells who has a room open, and is told who else has.
func (c *Client) SetPresence(ctx context.Context, room string, p api.SetPresence) (out api.PresenceList, err error) {
	return out, c.do(ctx, request{method: http.MethodPut, path: path(api.PathPresence, room), body: p, out: &out, once: true})
}
