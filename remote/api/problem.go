package api

import (
	"net/http"
	"strconv"
)

// Problem is every answer that is not a success: problem details of RFC 9457,
// media type application/problem+json. Code is what programs branch on, Title
// and Detail are for people.
type Problem struct {
	Type   string `json:"type,omitempty" doc:"A URI that names the code."`
	Title  string `json:"title" doc:"The kind of problem, in a few words."`
	Status int    `json:"status"`
	Code   Code   `json:"code" doc:"What programs branch on."`
	Detail string `json:"detail,omitempty" doc:"What happened and what to do, in a sentence."`
	// Errors name the fields that are wrong.
	Errors []FieldError `json:"errors,omitempty"`
	// Current is the file's head, on 412 of a write to a file. Its Deleted is
	// set when it is a tombstone; it is nil when the file never existed.
	Current *File `json:"current,omitempty"`
	// Base is the revision that If-Match named; nil when it is not a revision
	// of that file or was pruned.
	Base *File `json:"base,omitempty"`
	// Room is the room as it is now, on 412 of PATCH /v1/rooms/{room}.
	Room *Room `json:"room,omitempty"`
	// Limit is the name in Limits of the limit that was reached, Allowed what it allows.
	Limit   string `json:"limit,omitempty" doc:"The limit that was reached, by its name in the capabilities' limits."`
	Allowed int64  `json:"allowed,omitempty" doc:"What the limit allows."`
	// RetryAfter is the number of seconds after which to try again, as in the
	// header Retry-After; 0 where that makes no sense.
	RetryAfter int `json:"retry_after,omitempty"`
}

// FieldError is one thing that is wrong with a request.
type FieldError struct {
	Location string `json:"location" doc:"Where, such as body.title."`
	Message  string `json:"message"`
}

// Code names a problem.
type Code string

// The codes, with their statuses.
const (
	CodeInvalid            Code = "invalid"                // 400, 422: the request is malformed
	CodeUnauthenticated    Code = "unauthenticated"        // 401
	CodeForbidden          Code = "forbidden"              // 403: a member, but of a lesser role
	CodeNotFound           Code = "not_found"              // 404: not there, or not for this user
	CodeRoomDeleted        Code = "room_deleted"           // 410: an owner can restore it
	CodeExists             Code = "exists"                 // 409: the ID is taken by something else
	CodeLastOwner          Code = "last_owner"             // 409: a room keeps an owner
	CodeConflictResolved   Code = "conflict_resolved"      // 409
	CodeRevisionMismatch   Code = "revision_mismatch"      // 412
	CodeRevisionRequired   Code = "revision_required"      // 428
	CodeTooLarge           Code = "too_large"              // 413
	CodeLimitReached       Code = "limit_reached"          // 409: there are as many as Limits allow
	CodeKeyReused          Code = "idempotency_key_reused" // 422
	CodeTooManyRequests    Code = "too_many_requests"      // 429
	CodeUnavailable        Code = "unavailable"            // 503: the database cannot be reached; try again
	CodeInternal           Code = "internal"               // 500
	CodeMethodNotAllowed   Code = "method_not_allowed"     // 405
	CodeUnsupportedContent Code = "unsupported_content"    // 406, 415
)

// Error implements error.
func (p *Problem) Error() string {
	if p.Detail != "" {
		return p.Detail
	}
	if p.Title != "" {
		return p.Title
	}
	return http.StatusText(p.Status)
}

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of the answer, given that of a success.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders are the headers that go with the answer.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{"Cache-Control": {"no-store"}}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if p.Current != nil {
		h.Set("ETag", p.Current.Rev.ETag())
	}
	return h
}

// Temporary reports whether the same request may succeed later.
func (p *Problem) Temporary() bool {
	return p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable || p.Status >= 500
}
