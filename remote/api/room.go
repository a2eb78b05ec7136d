package api

import (
	"encoding/json"
	"time"
)

// Role is what a member may do in a room. Each may do what the ones below may.
type Role string

// The roles of members.
const (
	// Owner manages members, invites and links, deletes and restores the room.
	Owner Role = "owner"
	// Editor changes everything in the room.
	Editor Role = "editor"
	// Viewer reads everything, and forks and exports the room.
	Viewer Role = "viewer"
)

// Room is a stress test that several people or devices share: files, tests, runs,
// counterexamples. It is what core/room finds in a folder.
type Room struct {
	ID    string `json:"id" format:"uuid"`
	Title string `json:"title"`
	// Rev is the room's revision, and its ETag.
	Rev Revision `json:"rev"`
	// MetaRev is the revision of the last change of title or settings.
	MetaRev Revision `json:"meta_rev"`
	// Role is what the asking user may do.
	Role Role `json:"role" enum:"owner,editor,viewer"`
	// Settings are the keys of the options object of the language server, such as
	// {"tests":500}: what a run in this room uses unless it is told otherwise.
	Settings map[string]json.RawMessage `json:"settings"`
	Created  time.Time                  `json:"created"`
	Updated  time.Time                  `json:"updated"`
	// ForkOf is the room this one was forked from; empty if it was not, or if
	// that is not the asking user's to know.
	ForkOf string `json:"fork_of,omitempty"`
	// Deleted is set in GET /v1/rooms?deleted=true: when it was deleted.
	Deleted *time.Time `json:"deleted,omitempty"`
	// Members and OpenConflicts are counts.
	Members       int `json:"members"`
	OpenConflicts int `json:"open_conflicts"`
	// LastRun is the newest run; nil if there is none.
	LastRun *RunHead `json:"last_run,omitempty"`
}

// RoomDetail is the answer of GET /v1/rooms/{room}: the room with its files, tombstones
// left out. With ?content=true the files carry their contents, tests excepted.
// Answers 304 to If-None-Match.
type RoomDetail struct {
	Room
	Files []File `json:"files" nullable:"false"`
}

// RoomList is the answer of GET /v1/rooms, newest change first. Query: cursor,
// limit, q (part of the title), deleted=true for deleted rooms that can be restored.
type RoomList struct {
	Rooms []Room `json:"rooms" nullable:"false"`
	Page
}

// CreateRoom is the request of POST /v1/rooms. The answer is 201 with RoomDetail;
// 200 if a room with that ID exists and the user owns it.
type CreateRoom struct {
	// ID is the client's choice, by NewID; the server makes one if it is empty.
	ID       string                     `json:"id,omitempty" format:"uuid"`
	Title    string                     `json:"title" minLength:"1" maxLength:"200"`
	Settings map[string]json.RawMessage `json:"settings,omitempty"`
	// Files are put into the room at once; all or nothing. The room's
	// creation is revision 1; they get 2, 3, … in this order.
	Files []NewFile `json:"files,omitempty" maxItems:"480"`
}

// NewFile is a file of CreateRoom.
type NewFile struct {
	Slot Slot `json:"slot" maxLength:"300"`
	FileContent
}

// UpdateRoom is the request of PATCH /v1/rooms/{room}, with If-Match. What is absent
// stays. The answer is RoomDetail without files' contents.
type UpdateRoom struct {
	Title *string `json:"title,omitempty" minLength:"1" maxLength:"200"`
	// Settings replaces all settings. Clients that merge do it per key.
	Settings *map[string]json.RawMessage `json:"settings,omitempty"`
}

// ForkRoom is the request of POST /v1/rooms/{room}/fork and /v1/shared/fork: a new
// room of the user's with the same files, without history, members and runs. The
// answer is 201 with RoomDetail, 200 if that ID was made by the same request before.
type ForkRoom struct {
	ID    string `json:"id,omitempty" format:"uuid"`
	Title string `json:"title,omitempty" maxLength:"200" doc:"The original's title when absent."`
}

// Presence is somebody who has a room open. It is kept nowhere; clients renew
// theirs every PresenceRenewSeconds, and it ends after PresenceSeconds.
type Presence struct {
	Room   string `json:"room" format:"uuid"`
	User   string `json:"user" format:"uuid"`
	Name   string `json:"name"`
	Device string `json:"device"`
	// Slot is the file in front; empty if none.
	Slot Slot `json:"slot,omitempty"`
	// Until is when it ends; in the past when the room was closed.
	Until time.Time `json:"until"`
}

// How long a presence lasts, and how often to renew it.
const (
	PresenceSeconds      = 60
	PresenceRenewSeconds = 25
)

// SetPresence is the request of PUT /v1/rooms/{room}/presence; the answer is
// PresenceList. Any member may.
type SetPresence struct {
	// Device tells the user's devices apart, as in IdempotencyKey.
	Device string `json:"device" minLength:"1" maxLength:"64"`
	// Open is false when the room is closed.
	Open bool `json:"open"`
	Slot Slot `json:"slot,omitempty" maxLength:"300"`
}

// PresenceList is the answer of GET and PUT /v1/rooms/{room}/presence.
type PresenceList struct {
	Present []Presence `json:"present" nullable:"false"`
}

// AuditEntry is something that was done to a room by somebody.
type AuditEntry struct {
	ID     int64           `json:"id"`
	At     time.Time       `json:"at"`
	User   string          `json:"user,omitempty"`
	Name   string          `json:"name,omitempty"`
	Device string          `json:"device,omitempty"`
	Action string          `json:"action" doc:"Such as room.delete or member.role."`
	Detail json.RawMessage `json:"detail,omitempty"`
}

// AuditList is the answer of GET /v1/rooms/{room}/audit, newest first; for owners.
type AuditList struct {
	Entries []AuditEntry `json:"entries" nullable:"false"`
	Page
}
