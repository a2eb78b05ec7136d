package api

import (
	"time"

	"stresstester/core/problem"
)

// FileContent is what a file is: its name and its bytes. Both are written
// together, so a renamed file is a changed one.
type FileContent struct {
	// Name is the file's name without folders, such as sol.cpp; the language
	// follows from it. For include and test slots it may be empty.
	Name string `json:"name" maxLength:"200"`
	// Content is a string if it is UTF-8 and {"base64":"…"} otherwise.
	Content problem.Text `json:"content"`
}

// File is a revision of a file, the head unless said otherwise.
type File struct {
	Slot Slot   `json:"slot"`
	Name string `json:"name"`
	// Rev is the room's revision that wrote it, and its ETag.
	Rev Revision `json:"rev"`
	// Deleted says that this is a tombstone; it has no content.
	Deleted bool `json:"deleted,omitempty"`
	// Hash is the lower-case hexadecimal SHA-256 of the content; empty for a tombstone.
	Hash string `json:"hash,omitempty"`
	// Size is the content's, in bytes.
	Size int `json:"size"`
	// Content is nil where an answer leaves contents out: GET …/files/{slot}
	// always has it.
	Content *problem.Text `json:"content,omitempty"`
	// Author is the user's ID, AuthorName their name now. Empty when the account is gone.
	Author     string    `json:"author,omitempty"`
	AuthorName string    `json:"author_name,omitempty"`
	Device     string    `json:"device,omitempty" doc:"From the Idempotency-Key of the write."`
	Created    time.Time `json:"created"`
	// Parent is the revision it was made from: what If-Match named; 0 for none.
	Parent Revision `json:"parent"`
	// MergeParent is the side of a conflict that this revision took in; 0 for none.
	MergeParent Revision `json:"merge_parent,omitempty"`
	// Side says that it is the side of a conflict and was never the head.
	Side bool `json:"side,omitempty"`
}

// PutFile is the request of PUT /v1/rooms/{room}/files/{slot}, with If-Match and
// Idempotency-Key. The answer is 200 with File (without content) and its ETag; if
// name and content are the head's, nothing changes and the head is the answer.
type PutFile struct {
	FileContent
	// MergeParent is the revision of a conflict's side that this write took in, if any.
	MergeParent Revision `json:"merge_parent,omitempty" minimum:"0"`
}

// DELETE /v1/rooms/{room}/files/{slot}, with If-Match and Idempotency-Key, is answered
// with the tombstone as a File. Deleting a tombstone that If-Match names changes nothing.

// RevertFile is the request of POST /v1/rooms/{room}/files/{slot}/revert, with If-Match
// and Idempotency-Key: the content of an old revision, a side of a conflict included,
// becomes the head's. This is also how a deleted file is restored.
type RevertFile struct {
	Rev Revision `json:"rev" minimum:"1"`
}

// FileRevisions is the answer of GET /v1/rooms/{room}/files/{slot}/revisions and
// GET /v1/rooms/{room}/revisions: newest first, without contents.
type FileRevisions struct {
	Revisions []File `json:"revisions" nullable:"false"`
	Page
}

// Conflict is a divergence that a merge could not settle. The head stays as it
// is; the other side is kept as a revision of the file that is not the head.
type Conflict struct {
	ID   string `json:"id" format:"uuid"`
	Room string `json:"room" format:"uuid"`
	Slot Slot   `json:"slot"`
	// Rev is the revision of the conflict's last change.
	Rev Revision `json:"rev"`
	// BaseRev is the revision that both sides come from; 0 if there is none.
	BaseRev Revision `json:"base_rev"`
	// HeadRev is the head when the conflict was stored.
	HeadRev Revision `json:"head_rev"`
	// Side is the other side. Its Rev is what PutFile.MergeParent names; its
	// Deleted says that the other side deleted the file. Lists leave its content out.
	Side    File      `json:"side"`
	User    string    `json:"user,omitempty"`
	Name    string    `json:"name,omitempty"`
	Device  string    `json:"device"`
	Created time.Time `json:"created"`
	// ResolvedRev is the revision that resolved it; 0 while it is open.
	ResolvedRev Revision `json:"resolved_rev"`
}

// ConflictDetail is the answer of GET /v1/rooms/{room}/conflicts/{conflict}: the three
// texts of the merge, with contents.
type ConflictDetail struct {
	Conflict
	Base *File `json:"base,omitempty"`
	Head *File `json:"head,omitempty"`
}

// NewConflict is the request of POST /v1/rooms/{room}/conflicts, with Idempotency-Key.
// The answer is 201 with Conflict. If this device has an open conflict for the slot,
// its side is replaced and the answer is 200 with that conflict, whose ID it keeps.
type NewConflict struct {
	ID      string   `json:"id" format:"uuid"`
	Slot    Slot     `json:"slot" maxLength:"300"`
	BaseRev Revision `json:"base_rev" minimum:"0"`
	// HeadRev is the head that the merge was tried with.
	HeadRev Revision `json:"head_rev" minimum:"0"`
	// Deleted says that the local side is a deletion; name and content are then empty.
	Deleted bool `json:"deleted,omitempty"`
	FileContent
}

// ConflictList is the answer of GET /v1/rooms/{room}/conflicts: open ones, or all with
// ?resolved=true.
type ConflictList struct {
	Conflicts []Conflict `json:"conflicts" nullable:"false"`
	Page
}

// Keep says what becomes of the two sides of a conflict.
type Keep string

// What to keep.
const (
	// KeepHead drops the side: the head stays.
	KeepHead Keep = "head"
	// KeepSide makes the side the head.
	KeepSide Keep = "side"
	// KeepContent makes the request's Name and Content the head.
	KeepContent Keep = "content"
)

// ResolveConflict is the request of POST …/conflicts/{conflict}/resolve, with If-Match
// (the head's revision, or 412) and Idempotency-Key. The answer is Resolution.
// Writing the file with PutFile.MergeParent resolves the conflict, too.
type ResolveConflict struct {
	Keep    Keep          `json:"keep" enum:"head,side,content"`
	Name    string        `json:"name,omitempty" maxLength:"200"`
	Content *problem.Text `json:"content,omitempty"`
}

// Resolution is the resolved conflict and the file's head, without content.
type Resolution struct {
	Conflict Conflict `json:"conflict"`
	Head     *File    `json:"head,omitempty"`
}
