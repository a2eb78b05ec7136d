package command

import (
	"reflect"

	"stresstester/remote/api"
	"stresstester/remote/share"
	"stresstester/remote/sync"
)

// LoginParams name a server.
type LoginParams struct {
	URI    string `json:"uri,omitempty" doc:"has no effect"`
	Server string `json:"server,omitempty" doc:"the server's address; default: the one used last"`
	Device bool   `json:"device,omitempty" doc:"ask for a code to be typed in on any device; it is so by itself over SSH and where there is no screen"`
}

// LoginResult is who has signed in.
type LoginResult struct{ AccountInfo }

// AccountInfo is somebody's account on a server.
type AccountInfo struct {
	Server string `json:"server" doc:"the server's address"`
	User   string `json:"user" doc:"the user's ID there"`
	Name   string `json:"name" doc:"the user's name there"`
}

// LogoutParams name a server.
type LogoutParams struct {
	URI    string `json:"uri,omitempty" doc:"has no effect"`
	Server string `json:"server,omitempty" doc:"the server's address; default: the one used last"`
}

// LogoutResult is who has signed out.
type LogoutResult struct {
	AccountInfo
	Told bool `json:"told" doc:"whether the server was told; otherwise the sign-in ends there by itself, later"`
}

// RoomInfo is a shared room.
type RoomInfo struct {
	Room      string         `json:"room" doc:"the room's ID"`
	Title     string         `json:"title" doc:"its title"`
	Server    string         `json:"server" doc:"its server's address"`
	Address   string         `json:"address" doc:"its page"`
	Role      api.Role       `json:"role" doc:"what this user may do: owner, editor or viewer"`
	Dir       string         `json:"dir" doc:"its folder on this machine, as a document; empty where it has none"`
	Tested    string         `json:"tested" doc:"its tested document on this machine, or empty"`
	Standing  sync.Standing  `json:"standing" doc:"conflict, gone, offline, pending or synced; empty where it has no folder here"`
	Message   string         `json:"message" doc:"one sentence for people"`
	Pending   int            `json:"pending" doc:"how many files the server does not have as they are here"`
	Conflicts []ConflictInfo `json:"conflicts" doc:"what waits for a decision here"`
	Present   []string       `json:"present" doc:"who else has the room open"`
	Live      bool           `json:"live" doc:"whether changes are announced at once"`
}

// ConflictInfo is a conflict that waits for a decision.
type ConflictInfo struct {
	Slot   api.Slot `json:"slot" doc:"the file's place in the room"`
	URI    string   `json:"uri" doc:"the document"`
	Places int      `json:"places" doc:"how many places are to be decided; 0 where one side deleted the file"`
}

// RoomsListParams name a server.
type RoomsListParams struct {
	URI    string `json:"uri,omitempty" doc:"has no effect"`
	Server string `json:"server,omitempty" doc:"the server's address; default: the one used last"`
}

// RoomsListResult are the user's rooms.
type RoomsListResult struct {
	Rooms []RoomInfo `json:"rooms" doc:"the rooms"`
	Error string     `json:"error,omitempty" doc:"why the server's rooms are not among them"`
}

// RoomsStatusParams name a room.
type RoomsStatusParams struct {
	URI  string `json:"uri,omitempty" doc:"only the room of this document"`
	Room string `json:"room,omitempty" doc:"only this room: its ID, title or folder"`
}

// RoomsStatusResult tells how rooms stand.
type RoomsStatusResult struct {
	Rooms []RoomInfo `json:"rooms" doc:"the rooms with a folder on this machine"`
	Error string     `json:"error,omitempty" doc:"why something is left to be synced"`
}

// RoomsShareParams name a problem.
type RoomsShareParams struct {
	URI    string   `json:"uri" doc:"the tested document, or one of its helpers"`
	Title  string   `json:"title,omitempty" doc:"the room's title; default: the problem's name, or its folder's"`
	Server string   `json:"server,omitempty" doc:"the server's address; default: the one used last"`
	Role   api.Role `json:"role,omitempty" doc:"what who joins by the link may do: editor (the default) or viewer"`
	Uses   int      `json:"uses,omitempty" doc:"how many may join by the link; default 10"`
	NoLink bool     `json:"noLink,omitempty" doc:"make no link"`
}

// RoomsShareResult is a room and the way into it.
type RoomsShareResult struct {
	Room RoomInfo `json:"room" doc:"the room"`
	Link string   `json:"link,omitempty" doc:"by which others can join"`
}

// RoomsJoinParams name a room on a server.
type RoomsJoinParams struct {
	Link   string `json:"link" doc:"an invitation's link, a room's address or its ID"`
	Folder string `json:"folder,omitempty" doc:"the path of the room's folder on this machine; default: a new one in the workspace"`
	URI    string `json:"uri,omitempty" doc:"has no effect"`
}

// RoomsJoinResult is the room that was joined.
type RoomsJoinResult struct {
	Room RoomInfo `json:"room" doc:"the room"`
}

// RoomsSyncParams name a room.
type RoomsSyncParams = RoomsStatusParams

// RoomsLeaveParams name a room.
type RoomsLeaveParams struct {
	URI   string `json:"uri,omitempty" doc:"a document of the room"`
	Room  string `json:"room,omitempty" doc:"its ID, title or folder"`
	Local bool   `json:"local,omitempty" doc:"only take the folder out, and stay a member"`
}

// RoomsLeaveResult is the room that was left.
type RoomsLeaveResult struct {
	Room  string `json:"room" doc:"the room's ID"`
	Title string `json:"title" doc:"its title"`
}

// RoomsResolveParams name a conflict and a decision.
type RoomsResolveParams struct {
	URI  string       `json:"uri" doc:"the document with the conflict, or the one that rooms.openConflict made"`
	Keep share.Choice `json:"keep" doc:"mine, theirs, both, or merged: the text that the document has now"`
}

// RoomsResolveResult is the room, after the decision.
type RoomsResolveResult struct {
	Room RoomInfo `json:"room" doc:"the room"`
}

// RoomsOpenConflictParams name a conflict.
type RoomsOpenConflictParams struct {
	URI string `json:"uri" doc:"the document with the conflict"`
}

// RoomsOpenConflictResult is a document to merge in.
type RoomsOpenConflictResult struct {
	URI   string `json:"uri" doc:"the document with markers"`
	Shown bool   `json:"shown" doc:"whether the client showed it"`
}

// RoomsNotification is stresstester/rooms.
type RoomsNotification struct {
	Rooms    []RoomInfo    `json:"rooms" doc:"the rooms with a folder on this machine"`
	Accounts []AccountInfo `json:"accounts" doc:"where somebody is signed in"`
}

// SaveNotification is stresstester/save.
type SaveNotification struct {
	URI     string `json:"uri" doc:"the document"`
	Version int32  `json:"version" doc:"its version after the change"`
}

// roomTypes are objects that occur in several places of the documentation.
func roomTypes() []reflect.Type {
	return []reflect.Type{reflect.TypeFor[RoomInfo](), reflect.TypeFor[ConflictInfo](), reflect.TypeFor[AccountInfo]()}
}
