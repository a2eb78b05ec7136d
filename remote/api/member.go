package api

import "time"

// Member is a user who has a room.
type Member struct {
	User   string    `json:"user" format:"uuid"`
	Name   string    `json:"name"`
	Role   Role      `json:"role" enum:"owner,editor,viewer"`
	Joined time.Time `json:"joined"`
}

// MemberList is the answer of GET /v1/rooms/{room}/members.
type MemberList struct {
	Members []Member `json:"members" nullable:"false"`
}

// SetRole is the request of PATCH /v1/rooms/{room}/members/{user}; for owners. The
// answer is Member. DELETE removes a member; everyone may remove themselves (leave).
// The last owner can do neither: 409 last_owner.
type SetRole struct {
	Role Role `json:"role" enum:"owner,editor,viewer"`
}

// NewInvite is the request of POST /v1/rooms/{room}/invites; for owners.
type NewInvite struct {
	Role Role `json:"role" enum:"editor,viewer"`
	// Hours until it expires; 0 means 168 (a week).
	Hours int `json:"hours,omitempty" minimum:"0" maximum:"720"`
	// MaxUses is how many users may join by it; 0 means 1.
	MaxUses int `json:"max_uses,omitempty" minimum:"0" maximum:"100"`
}

// Invite lets whoever has its token join a room.
type Invite struct {
	ID   string `json:"id" format:"uuid"`
	Room string `json:"room" format:"uuid"`
	Role Role   `json:"role" enum:"editor,viewer"`
	// Token is in the answer of POST only; the server keeps its hash.
	Token   string    `json:"token,omitempty"`
	Expires time.Time `json:"expires"`
	MaxUses int       `json:"max_uses"`
	Uses    int       `json:"uses"`
	Created time.Time `json:"created"`
}

// InviteList is the answer of GET /v1/rooms/{room}/invites: those that are valid.
type InviteList struct {
	Invites []Invite `json:"invites" nullable:"false"`
}

// InviteToken is the request of POST /v1/invites/preview and /v1/invites/accept. Tokens
// stand in bodies, not in paths, so that no log has them. An invite that is unknown,
// expired, used up or revoked is 404 in all cases. Accepting twice is harmless; the
// answer of accept is RoomDetail, and a member keeps a role that is higher.
type InviteToken struct {
	Token string `json:"token" minLength:"1" maxLength:"100"`
}

// InvitePreview is the answer of POST /v1/invites/preview.
type InvitePreview struct {
	Title   string    `json:"title"`
	Role    Role      `json:"role" enum:"editor,viewer"`
	From    string    `json:"from" doc:"The name of who made the invite."`
	Expires time.Time `json:"expires"`
	// Room is its ID if the user is a member already.
	Room string `json:"room,omitempty"`
}

// NewShareLink is the request of POST /v1/rooms/{room}/share-links; for owners.
type NewShareLink struct {
	// Hours until it expires; 0 means 720 (30 days).
	Hours int `json:"hours,omitempty" minimum:"0" maximum:"8760"`
}

// ShareLink lets whoever has its token read a room's files and counterexamples as
// they are at the time, without an account: GET /v1/shared with the token in the
// header Share-Token, answered with Shared.
type ShareLink struct {
	ID      string    `json:"id" format:"uuid"`
	Room    string    `json:"room" format:"uuid"`
	Token   string    `json:"token,omitempty" doc:"In the answer of POST only."`
	Expires time.Time `json:"expires"`
	Created time.Time `json:"created"`
}

// ShareLinkList is the answer of GET /v1/rooms/{room}/share-links: those that are valid.
type ShareLinkList struct {
	Links []ShareLink `json:"links" nullable:"false"`
}

// Shared is what a share link shows: no names of people, no IDs of members.
type Shared struct {
	Title           string           `json:"title"`
	Rev             Revision         `json:"rev"`
	Updated         time.Time        `json:"updated"`
	Files           []File           `json:"files" nullable:"false"`
	Counterexamples []Counterexample `json:"counterexamples" nullable:"false"`
}
