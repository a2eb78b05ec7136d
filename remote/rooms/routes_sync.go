package rooms

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"stresstester/remote/api"
)

func (s *Service) registerSync(a huma.API) {
	huma.Register(a, s.operation("sync", http.MethodPost, api.PathSync, "What changed since the revisions that the client has", 403, 413),
		func(ctx context.Context, in *struct{ Body api.SyncRequest }) (*answer[api.SyncResponse], error) {
			return ok(s.Sync(ctx, actor(ctx), in.Body))
		})
	events := s.operation("events", http.MethodGet, api.PathEvents, "Server-Sent Events: which rooms changed, and who has them open", 403)
	events.Responses = map[string]*huma.Response{"200": {Description: "A stream of events: hello, poke, presence, bye", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}}}}
	huma.Register(a, events, s.events)
	huma.Register(a, s.operation("list-presence", http.MethodGet, api.PathPresence, "Who has the room open", 403, 410),
		func(ctx context.Context, in *RoomPath) (*answer[api.PresenceList], error) {
			return ok(s.Presence(ctx, actor(ctx), in.Room))
		})
	huma.Register(a, s.operation("set-presence", http.MethodPut, api.PathPresence, "Say that this device has the room open, or no longer", 403, 410),
		func(ctx context.Context, in *struct {
			RoomPath
			Body api.SetPresence
		}) (*answer[api.PresenceList], error) {
			return ok(s.SetPresence(ctx, actor(ctx), in.Room, in.Body))
		})
}

// Presence tells who has a room open.
func (s *Service) Presence(ctx context.Context, actor Actor, room string) (api.PresenceList, error) {
	if _, err := s.access(ctx, actor, room, readRoom); err != nil {
		return api.PresenceList{}, err
	}
	return api.PresenceList{Present: s.feed.present(room)}, nil
}

// SetPresence says that a device of the actor's has a room open, or no longer.
func (s *Service) SetPresence(ctx context.Context, actor Actor, room string, p api.SetPresence) (api.PresenceList, error) {
	if _, err := s.access(ctx, actor, room, readRoom); err != nil {
		return api.PresenceList{}, err
	}
	if p.Device != deviceName(p.Device) {
		return api.PresenceList{}, invalid("body.device", "the device has a character other than A-Z a-z 0-9 . _ -")
	}
	if p.Slot != "" {
		if err := p.Slot.Validate(); err != nil {
			return api.PresenceList{}, invalid("body.slot", err.Error())
		}
	}
	until := time.Now().UTC()
	if p.Open {
		until = until.Add(api.PresenceSeconds * time.Second)
	}
	return api.PresenceList{Present: s.feed.setPresence(api.Presence{
		Room: room, User: actor.User.String(), Name: actor.Name, Device: p.Device, Slot: p.Slot, Until: until,
	})}, nil
}

// resumeMargin is how much earlier than Last-Event-ID says rooms are looked at: transactions take
// time, and the clocks of servers and database differ.
const resumeMargin = time.Minute

// Bounds of the stream. A client that does not read is let go, and comes again.
const (
	loadTime    = 5 * time.Second // for the database to tell where the rooms stand
	writeTime   = 15 * time.Second
	feedLife    = 8 * time.Minute // and up to half as long again, so that not all come back at once
	byeRetryMS  = 500
	eventsRetry = 2000 // milliseconds, for browsers
)

func (s *Service) events(ctx context.Context, in *struct {
	Last string `header:"Last-Event-ID" maxLength:"40" doc:"The id of the last event that the client got."`
},
) (*huma.StreamResponse, error) {
	who := actor(ctx)
	if !who.mayRead {
		return nil, forbidden("this token may not read rooms; it lacks the scope rooms:read")
	}
	sub, err := s.feed.subscribe(who.User, who.Login)
	if err != nil {
		return nil, err
	}
	since := time.Now().Add(24 * time.Hour) // pokes nothing
	ms, err := strconv.ParseInt(in.Last, 10, 64)
	resumed := err == nil && ms > 0
	if resumed {
		since = time.UnixMilli(ms).Add(-resumeMargin)
	}
	load, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	if err := s.feed.load(load, who.User, sub, since); err != nil {
		s.feed.unsubscribe(sub)
		return nil, s.problemOf(err, "room")
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) { //nolint:contextcheck // huma's context has the request's
		defer s.feed.unsubscribe(sub)
		_, w := humago.Unwrap(ctx)
		s.stream(ctx.Context(), w, sub, resumed)
	}}, nil
}

// stream writes events until the client is gone or this process ends.
func (s *Service) stream(ctx context.Context, w http.ResponseWriter, sub *subscription, resumed bool) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	out := eventWriter{w: w, control: http.NewResponseController(w)}
	_ = out.control.SetReadDeadline(time.Time{})
	fmt.Fprintf(w, "retry: %d\n", eventsRetry)
	if out.event(api.EventHello, api.Hello{Resumed: resumed}, true) != nil || out.flush() != nil {
		return
	}
	beat := time.NewTicker(api.HeartbeatSeconds * time.Second)
	defer beat.Stop()
	// Who acts is found out once per request; a device that is signed out meanwhile is noticed by the feed.
	over := time.NewTimer(feedLife + rand.N(feedLife/2))
	defer over.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-s.feed.bye:
			out.bye("this server is going away")
			return
		case <-sub.out:
			out.bye("this device was signed out")
			return
		case <-over.C:
			out.bye("a feed has to sign in again from time to time")
			return
		case <-beat.C:
			err = out.comment()
		case <-sub.wake:
			err = out.news(s.feed.take(sub))
		}
		if err != nil || out.flush() != nil {
			return
		}
	}
}

// eventWriter writes Server-Sent Events.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// event writes one event; identified ones carry the time, for Last-Event-ID.
func (e eventWriter) event(name string, data any, identified bool) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	id := ""
	if identified {
		id = "id: " + strconv.FormatInt(time.Now().UnixMilli(), 10) + "\n"
	}
	_ = e.control.SetWriteDeadline(time.Now().Add(writeTime))
	_, err = fmt.Fprintf(e.w, "event: %s\n%sdata: %s\n\n", name, id, text)
	return err
}

func (e eventWriter) news(pokes []api.Poke, presence []api.Presence) error {
	for _, p := range pokes {
		if err := e.event(api.EventPoke, p, true); err != nil {
			return err
		}
	}
	for _, p := range presence {
		if err := e.event(api.EventPresence, p, false); err != nil {
			return err
		}
	}
	return nil
}

// bye is the last event.
func (e eventWriter) bye(reason string) {
	if e.event(api.EventBye, api.Bye{Reason: reason, RetryMS: byeRetryMS}, false) == nil {
		_ = e.flush()
	}
}

func (e eventWriter) comment() error {
	_ = e.control.SetWriteDeadline(time.Now().Add(writeTime))
	_, err := fmt.Fprint(e.w, ": still here\n\n")
	return err
}

func (e eventWriter) flush() error { return e.control.Flush() }
