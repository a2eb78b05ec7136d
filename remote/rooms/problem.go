package rooms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

func newProblem(status int, code api.Code, detail string) *api.Problem {
	return &api.Problem{Type: "urn:stresstester:problem:" + string(code), Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

func notFound(what string) *api.Problem {
	return newProblem(http.StatusNotFound, api.CodeNotFound, "there is no such "+what+", or it is not yours to see")
}

func forbidden(detail string) *api.Problem {
	return newProblem(http.StatusForbidden, api.CodeForbidden, detail)
}

func roomDeleted() *api.Problem {
	return newProblem(http.StatusGone, api.CodeRoomDeleted, "the room was deleted; an owner can restore it for a while")
}

func invalid(location, message string) *api.Problem {
	p := newProblem(http.StatusUnprocessableEntity, api.CodeInvalid, message)
	p.Errors = []api.FieldError{{Location: location, Message: message}}
	return p
}

func revisionRequired() *api.Problem {
	return newProblem(http.StatusPreconditionRequired, api.CodeRevisionRequired,
		`this needs the header If-Match with the revision that the change is based on, such as "17"; "0" for a file that never existed`)
}

// limited names the limit that a problem is about.
func limited(p *api.Problem, limit string, allowed int) *api.Problem {
	p.Limit, p.Allowed = limit, int64(allowed)
	return p
}

func tooLarge(detail string) *api.Problem {
	return newProblem(http.StatusRequestEntityTooLarge, api.CodeTooLarge, detail)
}

func unavailable() *api.Problem {
	p := newProblem(http.StatusServiceUnavailable, api.CodeUnavailable, "the database does not answer; try again in a few seconds")
	p.RetryAfter = 2
	return p
}

func noMoreFeeds() *api.Problem {
	p := newProblem(http.StatusServiceUnavailable, api.CodeUnavailable, "this server has as many change feeds open as it can, or is going away; try again, perhaps at another one")
	p.RetryAfter = 5
	return p
}

// problemOf turns an error of the store into an answer; what is the thing that may be missing.
// Errors of ours pass. Anything else is our fault: the client learns no more, the log does.
func (s *Service) problemOf(err error, what string) error {
	var p *api.Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &p):
		return p
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return unavailable()
	}
	if p := knownProblem(err, what); p != nil {
		var limit *roomsdb.LimitError
		if errors.As(err, &limit) {
			p.Limit, p.Allowed = limit.Limit, limit.Allowed
			p.Detail += fmt.Sprintf(" (%s: %d)", limit.Limit, limit.Allowed)
		}
		return p
	}
	if roomsdb.Unavailable(err) {
		s.log.Warn("the database did not answer: " + err.Error())
		return unavailable()
	}
	s.log.Error("an error that no client caused: " + err.Error())
	return newProblem(http.StatusInternalServerError, api.CodeInternal, "something is wrong with the server; its log says more")
}

func knownProblem(err error, what string) *api.Problem {
	switch {
	case errors.Is(err, roomsdb.ErrNotFound):
		return notFound(what)
	case errors.Is(err, roomsdb.ErrMismatch):
		return newProblem(http.StatusPreconditionFailed, api.CodeRevisionMismatch, "it was changed since the revision in If-Match; merge and try again")
	case errors.Is(err, roomsdb.ErrKeyReused):
		return newProblem(http.StatusUnprocessableEntity, api.CodeKeyReused, "this Idempotency-Key was used for another request; take a new number for each")
	case errors.Is(err, roomsdb.ErrTaken):
		return newProblem(http.StatusConflict, api.CodeExists, "this ID or slot is taken by something else")
	case errors.Is(err, roomsdb.ErrTooMany):
		return newProblem(http.StatusConflict, api.CodeLimitReached, "there are as many as this server allows; GET /v1/capabilities has the limits")
	case errors.Is(err, roomsdb.ErrRoomFull) && limitOf(err) == "user_bytes":
		return newProblem(http.StatusConflict, api.CodeLimitReached, "as much is kept of the rooms of whoever made this one as this server allows; delete rooms that are not needed, or ask whoever looks after the server")
	case errors.Is(err, roomsdb.ErrRoomFull):
		return tooLarge("the files of this room would be more bytes than this server allows; GET /v1/capabilities has the limits")
	case errors.Is(err, roomsdb.ErrLastOwner):
		return newProblem(http.StatusConflict, api.CodeLastOwner, "the room would have no owner; make somebody else an owner first, or delete the room")
	case errors.Is(err, roomsdb.ErrResolved):
		return newProblem(http.StatusConflict, api.CodeConflictResolved, "the conflict was resolved already")
	}
	return nil
}

func limitOf(err error) string {
	var limit *roomsdb.LimitError
	if errors.As(err, &limit) {
		return limit.Limit
	}
	return ""
}

func unauthenticated() *api.Problem {
	return newProblem(http.StatusUnauthorized, api.CodeUnauthenticated, "sign in first: this needs the header Authorization: Bearer TOKEN")
}

func tooManyRequests(wait time.Duration, allowed int) *api.Problem {
	p := newProblem(http.StatusTooManyRequests, api.CodeTooManyRequests, "these are more requests than this server takes; wait a little")
	p.RetryAfter = int(wait/time.Second) + 1
	return limited(p, "requests_per_minute", allowed)
}

func tooManyFeeds(allowed int) *api.Problem {
	p := newProblem(http.StatusTooManyRequests, api.CodeTooManyRequests, "this user has as many change feeds open as this server allows; close one")
	p.RetryAfter = 30
	return limited(p, "feeds_per_user", allowed)
}
