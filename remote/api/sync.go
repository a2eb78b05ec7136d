package api

import "time"

// SyncRequest is the request of POST /v1/sync: which rooms the client has, and up to
// which revision. It changes nothing.
type SyncRequest struct {
	// Rooms are at most Limits.SyncRooms. Revision 0 asks for everything.
	Rooms map[string]Revision `json:"rooms" nullable:"false"`
	// All asks for the user's other rooms, too, as Others.
	All bool `json:"all,omitempty"`
}

// SyncResponse has a change for each room that has one. Rooms in which nothing
// changed are left out.
type SyncResponse struct {
	Changes map[string]RoomChange `json:"changes" nullable:"false"`
	// Others are the user's rooms that the request did not name, without files; the
	// client asks for those it wants with revision 0.
	Others []Room `json:"others,omitempty"`
	// More says that the answer was cut: ask again with the revisions of Changes.
	More bool      `json:"more,omitempty"`
	Time time.Time `json:"time" doc:"The server's clock."`
}

// SyncStatus is whether the user still has a room.
type SyncStatus string

// What became of a room.
const (
	RoomOK SyncStatus = "ok"
	// RoomTrashed: it was deleted and an owner can restore it. Keep the local copy.
	RoomTrashed SyncStatus = "deleted"
	// RoomGone: it does not exist or the user is no member (any more).
	RoomGone SyncStatus = "gone"
)

// RoomChange is everything that changed in a room after the revision asked for,
// each thing once and in its newest state, ordered by revision.
type RoomChange struct {
	Status SyncStatus `json:"status" enum:"ok,deleted,gone"`
	// Rev is up to which revision this is complete: what to ask with next time. It
	// is less than Room.Rev when the answer was cut.
	Rev Revision `json:"rev"`
	// Room is the room as it is now; nil unless Status is RoomOK.
	Room *Room `json:"room,omitempty"`
	// Files are heads, tombstones included, with their contents.
	Files []File `json:"files,omitempty"`
	// Conflicts are those stored or resolved, with the side's content while open.
	Conflicts []Conflict `json:"conflicts,omitempty"`
	// Runs and Counterexamples are those added or deleted.
	Runs            []Run            `json:"runs,omitempty"`
	Counterexamples []Counterexample `json:"counterexamples,omitempty"`
}

// Events on GET /v1/events, a stream of Server-Sent Events.
//
// The first event is "hello" with a Hello. Then "poke" with a Poke whenever a room
// of the user's has changed, "presence" with a Presence, and a comment line at least
// every HeartbeatSeconds. Every poke's id is to be sent as Last-Event-ID when
// connecting again: the server then pokes every room that has changed since.
// Without it, the client starts with a POST /v1/sync.
const (
	EventHello    = "hello"
	EventPoke     = "poke"
	EventPresence = "presence"
	// EventBye comes before the server closes the stream, at least every quarter of an
	// hour: connect again after Bye.RetryMS.
	EventBye = "bye"

	HeartbeatSeconds = 20
)

// Hello is the data of the first event.
type Hello struct {
	// Resumed says that Last-Event-ID was understood, so that no sync is needed
	// beyond the pokes that follow.
	Resumed bool `json:"resumed"`
}

// Poke says that a room has changed. Rev is its revision at some time since; a
// client that has it already need not ask.
type Poke struct {
	Room string   `json:"room" format:"uuid"`
	Rev  Revision `json:"rev"`
	// Gone says that the user has lost the room, or that it was deleted.
	Gone bool `json:"gone,omitempty"`
}

// Bye is the data of the last event.
type Bye struct {
	Reason  string `json:"reason"`
	RetryMS int    `json:"retry_ms"`
}
