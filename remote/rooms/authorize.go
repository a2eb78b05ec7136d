package rooms

import (
	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

// action is something that is done to a room.
type action int

// The actions. What is not listed in authorize is refused.
const (
	readRoom action = iota + 1
	readByLink
	editRoom
	shareRoom // members, invites, links, the log of what was done
	leaveRoom
	deleteRoom
	restoreRoom
)

// writes tells which actions need a token that may write.
func (a action) writes() bool { return a != readRoom && a != readByLink }

// authorize is the one place that decides whether an actor may do something to a room.
// Who has nothing to do with a room is told that there is none. Row-level security in
// Postgres says the same once more.
func authorize(actor Actor, a action, access roomsdb.Access) error {
	if a == readByLink && access.Link && !access.Deleted {
		return nil
	}
	if access.Role == "" {
		return notFound("room")
	}
	switch {
	case a.writes() && !actor.mayWrite:
		return forbidden("this token may not change rooms; it lacks the scope rooms:write")
	case !actor.mayRead:
		return forbidden("this token may not read rooms; it lacks the scope rooms:read")
	case a == restoreRoom && access.Role == api.Owner:
		return nil
	case access.Deleted:
		return roomDeleted()
	}
	switch a {
	case readRoom, leaveRoom, readByLink:
		return nil
	case editRoom:
		if access.Role == api.Owner || access.Role == api.Editor {
			return nil
		}
		return forbidden("viewers of a room may not change it; an owner can make you an editor")
	case shareRoom, deleteRoom, restoreRoom:
		if access.Role == api.Owner {
			return nil
		}
		return forbidden("only owners of a room may do this")
	}
	return forbidden("this is not allowed")
}

// allow is authorize for a change, which asks within its transaction.
func (s *Service) allow(actor Actor, a action) roomsdb.Allow {
	return func(access roomsdb.Access) error { return s.authorize(actor, a, access) }
}
