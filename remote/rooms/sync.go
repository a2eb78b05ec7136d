package rooms

import (
	"context"
	"time"

	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

// syncBudget is how many bytes of contents one answer has, unless a single revision has more.
const syncBudget = 4 << 20

// Sync tells what changed in the rooms that the client has. Deciding is one query; each room
// that changed is then read in a snapshot of its own.
func (s *Service) Sync(ctx context.Context, actor Actor, r api.SyncRequest) (api.SyncResponse, error) {
	answer := api.SyncResponse{Changes: map[string]api.RoomChange{}, Time: time.Now().UTC()}
	if !actor.mayRead {
		return answer, forbidden("this token may not read rooms; it lacks the scope rooms:read")
	}
	if len(r.Rooms) > s.limits.SyncRooms {
		return answer, limited(tooLarge("these are more rooms than this server takes at once; send them in parts"), "sync_rooms", s.limits.SyncRooms)
	}
	heads, err := s.store.Heads(ctx, actor.db())
	if err != nil {
		return answer, s.problemOf(err, "room")
	}
	mine := make(map[string]roomsdb.Head, len(heads))
	for _, h := range heads {
		mine[h.Room] = h
	}
	budget := syncBudget
	for room, since := range r.Rooms {
		head, ok := mine[room]
		switch {
		case !ok:
			answer.Changes[room] = api.RoomChange{Status: api.RoomGone}
		case head.Deleted:
			answer.Changes[room] = api.RoomChange{Status: api.RoomTrashed, Rev: head.Rev}
		case since == head.Rev:
		case budget <= 0:
			answer.More = true
		default:
			sent, err := s.syncRoom(ctx, actor, room, since, head.Rev, budget, &answer)
			if err != nil {
				return answer, err
			}
			budget -= sent
		}
	}
	if r.All {
		return s.others(ctx, actor, r.Rooms, mine, answer)
	}
	return answer, nil
}

func (s *Service) syncRoom(ctx context.Context, actor Actor, room string, since, head api.Revision, budget int, answer *api.SyncResponse) (sent int, err error) {
	if since > head || since < 0 {
		// The database was set back to an older state, or the client is wrong: begin anew.
		since = 0
	}
	change, access, sent, err := s.store.ChangesSince(ctx, actor.db(), room, since, budget)
	if err == nil {
		err = s.authorize(actor, readRoom, access)
	}
	switch err = s.problemOf(err, "room"); {
	case isProblem(err, api.CodeNotFound):
		change = api.RoomChange{Status: api.RoomGone}
	case isProblem(err, api.CodeRoomDeleted):
		change = api.RoomChange{Status: api.RoomTrashed, Rev: access.Rev}
	case err != nil:
		return 0, err
	default:
		change.Status = api.RoomOK
		answer.More = answer.More || change.Rev < change.Room.Rev
	}
	answer.Changes[room] = change
	return sent, nil
}

// others adds the rooms that the client did not name.
func (s *Service) others(ctx context.Context, actor Actor, named map[string]api.Revision, mine map[string]roomsdb.Head, answer api.SyncResponse) (api.SyncResponse, error) {
	unnamed := false
	for room, head := range mine {
		if _, ok := named[room]; !ok && !head.Deleted {
			unnamed = true
		}
	}
	if !unnamed {
		return answer, nil
	}
	rooms, err := s.store.Rooms(ctx, actor.db(), false, "", roomsdb.Cursor{}, 10*s.limits.RoomsPerUser)
	if err != nil {
		return answer, s.problemOf(err, "room")
	}
	for _, room := range rooms {
		if _, ok := named[room.ID]; !ok {
			answer.Others = append(answer.Others, room)
		}
	}
	return answer, nil
}
