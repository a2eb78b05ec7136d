package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"stresstester/remote/api"
)

// Feed listens to what changes. Its events say where to look and nothing else, so
// that a lost one costs time only.
type Feed struct {
	Client *Client
	// Connected is called when the feed stands; what came before may have been missed
	// unless resumed.
	Connected func(resumed bool)
	// Poke is called for each room that changed.
	Poke func(api.Poke)
	// Presence is called when somebody comes, goes or moves; may be nil.
	Presence func(api.Presence)
	// last is the last event's id.
	last string
}

// silence is how long a server may say nothing before the connection counts as dead.
const silence = 3 * api.HeartbeatSeconds * time.Second

// maxEvent is the size of the largest line of an event, maxEventID that of its id.
const (
	maxEvent   = 64 << 10
	maxEventID = 64
)

// A server may not talk all the time: what it says costs processor time that belongs to
// the stress tests. These are bytes, at once and per second.
const (
	talkAtOnce    = 1 << 20
	talkPerSecond = 64 << 10
)

// talk counts what a server may still say.
type talk struct {
	left float64
	at   time.Time
}

// said takes n bytes into account and reports whether there may be more.
func (t *talk) said(n int, now time.Time) bool {
	if t.at.IsZero() {
		t.left = talkAtOnce
	} else {
		t.left = min(t.left+talkPerSecond*now.Sub(t.at).Seconds(), talkAtOnce)
	}
	t.at = now
	t.left -= float64(n)
	return t.left > 0
}

// errBye is a server that closes in good order.
type errBye struct{ retry time.Duration }

func (errBye) Error() string { return "the server closed the feed" }

// Listen connects once and listens until the connection ends. retry is how long the
// server wants to be left alone; it is 0 where it did not say.
func (f *Feed) Listen(ctx context.Context) (retry time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, err := f.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	// A connection that is dead without saying so is given up.
	watch := time.AfterFunc(silence, cancel)
	defer watch.Stop()
	err = f.read(body, func() { watch.Reset(silence) })
	var bye errBye
	if errors.As(err, &bye) {
		return bye.retry, nil
	}
	return 0, err
}

func (f *Feed) connect(ctx context.Context) (io.ReadCloser, error) {
	refused := ""
	for {
		token, err := f.Client.token(ctx, refused)
		if err != nil {
			return nil, err
		}
		header := http.Header{"Cache-Control": {"no-store"}}
		if f.last != "" {
			header.Set("Last-Event-ID", f.last)
		}
		request, err := f.Client.request(ctx, request{method: http.MethodGet, path: api.PathEvents, header: header}, nil, token)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Accept", "text/event-stream")
		response, err := f.Client.http().Do(request)
		if err != nil {
			return nil, unreachable(f.Client.Base, err)
		}
		if response.StatusCode == http.StatusUnauthorized && refused == "" && f.Client.Token != nil {
			response.Body.Close()
			refused = token
			continue
		}
		if response.StatusCode != http.StatusOK {
			defer response.Body.Close()
			return nil, problemOf(f.Client.Base, response)
		}
		if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind != "text/event-stream" {
			response.Body.Close()
			return nil, fmt.Errorf("%s has no change feed; is it a Stress Tester server?", f.Client.Base)
		}
		return response.Body, nil
	}
}

// read reads events until the stream ends.
func (f *Feed) read(body io.Reader, alive func()) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 4096), maxEvent)
	var kind, id string
	var data []byte
	var budget talk
	for lines.Scan() {
		alive()
		if !budget.said(len(lines.Bytes())+1, time.Now()) {
			return fmt.Errorf("%s announces more than anybody could want to know", f.Client.Base)
		}
		line := bytes.TrimSuffix(lines.Bytes(), []byte("\r"))
		if len(line) == 0 {
			if err := f.event(kind, id, data); err != nil {
				return err
			}
			kind, data = "", nil
			continue
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "event":
			kind = string(value)
		case "id":
			if len(value) <= maxEventID {
				id = string(value)
			}
		case "data":
			if len(data)+len(value) <= maxEvent {
				data = append(append(data, value...), '\n')
			}
		}
	}
	if err := lines.Err(); err != nil {
		return unreachable(f.Client.Base, err)
	}
	return unreachable(f.Client.Base, io.ErrUnexpectedEOF)
}

// event acts on one event; what is not understood is passed over.
func (f *Feed) event(kind, id string, data []byte) error {
	if id != "" {
		f.last = id
	}
	switch kind {
	case api.EventHello:
		var h api.Hello
		if json.Unmarshal(data, &h) == nil {
			f.Connected(h.Resumed)
		}
	case api.EventPoke:
		var p api.Poke
		if json.Unmarshal(data, &p) == nil {
			f.Poke(p)
		}
	case api.EventPresence:
		var p api.Presence
		if json.Unmarshal(data, &p) == nil && f.Presence != nil {
			f.Presence(p)
		}
	case api.EventBye:
		var b api.Bye
		if json.Unmarshal(data, &b) != nil {
			b.RetryMS = 0
		}
		return errBye{time.Duration(min(max(b.RetryMS, 0), 60_000)) * time.Millisecond}
	}
	return nil
}
