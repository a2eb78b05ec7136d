// Package api is the contract between the shared server and its clients: the
// requests and answers of the rooms API, their limits, and what the server
// promises. Both sides import it; it knows neither HTTP libraries nor databases.
//
// Start reading at Room, File and SyncRequest. docs/api.md tells the same for
// people, and the server serves an OpenAPI document at /v1/openapi.json.
//
// # Revisions
//
// A room has one number, its revision. Every change of anything in the room
// raises it by one, in the order in which the changes are committed and without
// gaps. Everything in the room carries the revision of its own last change as
// its rev; for a file that is also its ETag (see Revision and ETag).
//
// # Promises
//
//   - G1: an acknowledged write survives the sudden death of the client, the
//     server and the database. The answer is sent after the commit is on disk.
//   - G2: no acknowledged revision becomes unreachable: each is in the history of
//     its file, as an ancestor of the head or as the side of a conflict. (History
//     beyond Limits.RevisionDays and Limits.RevisionCount is pruned; heads and
//     open conflicts never are.)
//   - G3: the operations on one file are linearizable: a write happens if and only
//     if its If-Match names the file's revision, and every read that starts after
//     a write was answered sees it, whichever server process is asked.
//   - G4: replicas that are connected and edit nothing become equal: whatever
//     changed after a revision is in the answer of POST /v1/sync for it.
//   - G5: a retry is harmless. A write that carries the same Idempotency-Key and the
//     same request is done once and answered the same way, for
//     Limits.IdempotencyDays; things with an ID of the client's are inserted once.
//   - G6: one divergence makes one conflict: a device has at most one open conflict
//     per file, and storing its side again replaces the side, not the conflict.
//   - G7: deletes do not resurrect: a deleted file keeps a tombstone with a revision,
//     and is written again only by someone who names that revision.
//   - G8: a change is announced on GET /v1/events of every member who is connected,
//     usually within 50 ms and at most after the server's sweep (SweepSeconds in
//     Capabilities). Announcements may be lost, doubled or late; they carry no data,
//     and missing one costs time, never data.
//
// # Conditional writes
//
// Writes to a file need If-Match with the revision they are based on: "17" for
// the head at revision 17, "0" for a file that has never existed. Without it the
// answer is 428; if it is not the head's revision the answer is 412 with a
// Problem whose Current is the head and whose Base is the revision that was
// named, so that the client can merge at once. A tombstone's revision is named
// in the same way to write a deleted file again, or its deletion is a 412.
//
// Changes of a room's title and settings (PATCH /v1/rooms/{room}) take the ETag of
// GET /v1/rooms/{room} and succeed if title and settings have not changed since
// that revision: an edit of a file in between does not matter.
//
// # Idempotency
//
// Writes carry an Idempotency-Key "device:n": the client's own name for the device
// (1 to 64 characters of A-Z a-z 0-9 . _ -) and a number that it never uses for
// another request. The same key and request is answered from memory; the same key with
// another request is 422 with code idempotency_key_reused. Only successes are remembered,
// since a refused write had no effect and may be tried again.
package api

// Version is the version of the API; paths begin with it.
const Version = "v1"

// The paths of the API, to be filled with url.PathEscape. {slot} is a Slot.
const (
	PathCapabilities    = "/v1/capabilities"                                  // GET
	PathMe              = "/v1/me"                                            // GET
	PathUsage           = "/v1/me/usage"                                      // GET
	PathOpenAPI         = "/v1/openapi.json"                                  // GET
	PathRooms           = "/v1/rooms"                                         // GET, POST
	PathRoom            = "/v1/rooms/{room}"                                  // GET, PATCH, DELETE
	PathRoomRestore     = "/v1/rooms/{room}/restore"                          // POST
	PathRoomFork        = "/v1/rooms/{room}/fork"                             // POST
	PathRoomExport      = "/v1/rooms/{room}/export"                           // GET
	PathRoomAudit       = "/v1/rooms/{room}/audit"                            // GET
	PathRoomHistory     = "/v1/rooms/{room}/revisions"                        // GET
	PathPresence        = "/v1/rooms/{room}/presence"                         // GET, PUT
	PathFile            = "/v1/rooms/{room}/files/{slot}"                     // GET, PUT, DELETE
	PathFileRevert      = "/v1/rooms/{room}/files/{slot}/revert"              // POST
	PathFileRevisions   = "/v1/rooms/{room}/files/{slot}/revisions"           // GET
	PathFileRevision    = "/v1/rooms/{room}/files/{slot}/revisions/{rev}"     // GET
	PathConflicts       = "/v1/rooms/{room}/conflicts"                        // GET, POST
	PathConflict        = "/v1/rooms/{room}/conflicts/{conflict}"             // GET
	PathConflictResolve = "/v1/rooms/{room}/conflicts/{conflict}/resolve"     // POST
	PathSync            = "/v1/sync"                                          // POST
	PathEvents          = "/v1/events"                                        // GET, Server-Sent Events
	PathMembers         = "/v1/rooms/{room}/members"                          // GET
	PathMember          = "/v1/rooms/{room}/members/{user}"                   // PATCH, DELETE
	PathInvites         = "/v1/rooms/{room}/invites"                          // GET, POST
	PathInvite          = "/v1/rooms/{room}/invites/{invite}"                 // DELETE
	PathInvitePreview   = "/v1/invites/preview"                               // POST
	PathInviteAccept    = "/v1/invites/accept"                                // POST
	PathShareLinks      = "/v1/rooms/{room}/share-links"                      // GET, POST
	PathShareLink       = "/v1/rooms/{room}/share-links/{link}"               // DELETE
	PathShared          = "/v1/shared"                                        // GET, header Share-Token
	PathSharedFork      = "/v1/shared/fork"                                   // POST, header Share-Token
	PathRuns            = "/v1/rooms/{room}/runs"                             // GET, POST
	PathRun             = "/v1/rooms/{room}/runs/{run}"                       // GET
	PathCounterexamples = "/v1/rooms/{room}/counterexamples"                  // GET, POST
	PathCounterexample  = "/v1/rooms/{room}/counterexamples/{counterexample}" // GET, DELETE
)

// Headers beyond the standard ones.
const (
	HeaderIdempotencyKey = "Idempotency-Key"
	// HeaderReplayed is "true" on an answer that was given before.
	HeaderReplayed   = "Idempotency-Replayed"
	HeaderShareToken = "Share-Token"
)

// Page is what every list has besides its items: Next goes into the query
// parameter "cursor" of the next request, and is empty on the last page. Cursors
// are opaque.
type Page struct {
	Next string `json:"next,omitempty" doc:"Cursor of the next page; absent on the last one."`
}

// Capabilities tell a client what this server can do and takes. Unknown features
// are to be ignored.
type Capabilities struct {
	API string `json:"api" doc:"Version of the API, such as v1."`
	// Server is the server's build, for people.
	Server   string   `json:"server"`
	Features []string `json:"features" nullable:"false" doc:"Names of what this server can do."`
	Limits   Limits   `json:"limits"`
	// SweepSeconds is the longest time after which a lost announcement is made up for.
	SweepSeconds int `json:"sweep_seconds"`
}

// The features a server may have.
const (
	FeatureRooms    = "rooms"
	FeatureSync     = "sync"
	FeatureEvents   = "events"
	FeaturePresence = "presence"
	FeatureSharing  = "sharing"
)

// Limits are the bounds of everything a client sends. Sizes are in bytes.
type Limits struct {
	RoomsPerUser    int   `json:"rooms_per_user" doc:"Rooms a user may have created that are not deleted."`
	MembersPerRoom  int   `json:"members_per_room"`
	IncludesPerRoom int   `json:"includes_per_room" doc:"Helper files, such as headers."`
	TestsPerRoom    int   `json:"tests_per_room" doc:"Files of saved tests: an input and an answer are two."`
	FileBytes       int   `json:"file_bytes" doc:"Content of one file, in bytes."`
	TestBytes       int   `json:"test_bytes" doc:"Content of one test's input or answer, in bytes."`
	RoomBytes       int   `json:"room_bytes" doc:"Contents of all files of a room, in bytes."`
	UserBytes       int64 `json:"user_bytes" doc:"Everything kept in the rooms that a user made: contents with their history, reports; in bytes, 0 for no bound. Counted now and then, not to the byte."`
	SettingsBytes   int   `json:"settings_bytes"`
	ReportBytes     int   `json:"report_bytes" doc:"The report of a run or of a counterexample, in bytes."`
	RequestBytes    int   `json:"request_bytes" doc:"Body of any request, in bytes."`
	SyncRooms       int   `json:"sync_rooms" doc:"Rooms in one POST /v1/sync."`
	PageItems       int   `json:"page_items" doc:"Items of one page of a list."`
	OpenConflicts   int   `json:"open_conflicts" doc:"Open conflicts of a room."`
	Invites         int   `json:"invites" doc:"Invites, and share links, of a room that are valid."`
	FeedsPerUser    int   `json:"feeds_per_user" doc:"Open change feeds of a user on one server process."`
	RequestsPerMin  int   `json:"requests_per_minute" doc:"Requests of a user per minute and server process."`
	RevisionDays    int   `json:"revision_days" doc:"Every revision is kept for that long."`
	RevisionCount   int   `json:"revision_count" doc:"That many revisions of a file are kept, however old."`
	TombstoneDays   int   `json:"tombstone_days" doc:"A deleted room or file can be restored for that long."`
	IdempotencyDays int   `json:"idempotency_days" doc:"An Idempotency-Key is remembered for that long."`
}

// DefaultLimits are the limits of a server that was not told others.
func DefaultLimits() Limits {
	return Limits{
		RoomsPerUser:    200,
		MembersPerRoom:  100,
		IncludesPerRoom: 64,
		TestsPerRoom:    400,
		FileBytes:       256 << 10,
		TestBytes:       1 << 20,
		RoomBytes:       32 << 20,
		UserBytes:       2 << 30,
		SettingsBytes:   16 << 10,
		ReportBytes:     1 << 20,
		RequestBytes:    8 << 20,
		SyncRooms:       200,
		PageItems:       100,
		OpenConflicts:   50,
		Invites:         50,
		FeedsPerUser:    10,
		RequestsPerMin:  600,
		RevisionDays:    90,
		RevisionCount:   200,
		TombstoneDays:   90,
		IdempotencyDays: 30,
	}
}
