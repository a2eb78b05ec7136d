// Package rooms is what the shared server does with rooms: it decides who may do
// what (authorize.go), checks what clients send against the limits, tells everybody
// who has a room open that it changed (feed.go), and speaks the API of remote/api
// over HTTP (http.go and the files named routes).
//
// It knows no SQL: remote/postgres/roomsdb stores and finds. Web pages call the
// methods of [Service] just as the routes do, so that both obey the same rules.
// Start reading at Service and authorize.
package rooms

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"stresstester/remote/api"
	"stresstester/remote/auth"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/roomsdb"
)

// Options of a service.
type Options struct {
	// Limits are the bounds of what clients send. Default: api.DefaultLimits().
	Limits *api.Limits
	// Server is the build that capabilities name.
	Server string
	// Log gets errors that no client caused. Default: none.
	Log *zap.Logger
	// MaxFeeds bounds the open change feeds of this process. Default: 20,000.
	MaxFeeds int
	// SignedOut tells which of the devices let nobody in any more; their change feeds are ended within
	// seconds. It may be nil, where there is no sign-in to be revoked.
	SignedOut func(ctx context.Context, devices []uuid.UUID) ([]uuid.UUID, error)
	// Sweep is how often announcements that were lost are made up for. Default: 10 s.
	Sweep time.Duration
}

// Service is what one server process does with rooms. It is safe for concurrent use.
type Service struct {
	store  *roomsdb.Store
	limits api.Limits
	server string
	log    *zap.Logger
	feed   *feed
	rates  *rates
	stored stored
	sweep  time.Duration
	// personalTokens is how many a user may have; shown only.
	personalTokens int

	authorize func(Actor, action, roomsdb.Access) error
	close     context.CancelFunc
	done      chan struct{}
}

// New starts a service on db. Close it before db.
func New(db *postgres.DB, o Options) *Service {
	limits := api.DefaultLimits()
	if o.Limits != nil {
		limits = *o.Limits
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.MaxFeeds == 0 {
		o.MaxFeeds = 20_000
	}
	if o.Sweep == 0 {
		o.Sweep = 10 * time.Second
	}
	store := roomsdb.New(db)
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{
		store: store, limits: limits, server: o.Server, log: o.Log, sweep: o.Sweep,
		feed: newFeed(store, o.Log, o.MaxFeeds, limits.FeedsPerUser, o.Sweep), rates: newRates(limits.RequestsPerMin),
		authorize: authorize, close: cancel, done: make(chan struct{}), personalTokens: auth.MaxPersonalTokens,
	}
	s.feed.signedOut = o.SignedOut
	go func() {
		defer close(s.done)
		s.feed.run(ctx)
	}()
	return s
}

// Drain ends the open change feeds, telling their clients to connect again, which will
// be to another process. Requests are still answered. It may be called twice.
func (s *Service) Drain() { s.feed.drain() }

// Close drains, and waits until nothing runs any more.
func (s *Service) Close() {
	s.Drain()
	s.close()
	<-s.done
	s.store.Close()
}

// Tidy forgets what is kept for a limited time only. Call it every hour or so, from any
// number of processes.
func (s *Service) Tidy(ctx context.Context) (rows int64, err error) {
	return s.store.Tidy(ctx, s.limits)
}

// Actor is who acts, through which device, with which request.
type Actor struct {
	User uuid.UUID
	Name string
	// Device is the name of the device in the history, Login what was signed in on it.
	Device string
	Login  uuid.UUID
	// Key is the request's Idempotency-Key, or nil; Request a hash of the request, which
	// must be the same when the key is.
	Key     *api.IdempotencyKey
	Request []byte

	mayRead, mayWrite bool
	link              []byte
}

// ActorOf is the actor of a request without an idempotency key.
func ActorOf(p auth.Principal) Actor {
	return Actor{User: p.User, Name: p.Username, Device: deviceName(p.DeviceName), Login: p.Device, mayRead: p.Has(auth.ScopeRoomsRead), mayWrite: p.Has(auth.ScopeRoomsWrite)}
}

// linkActor is a holder of a share link, who may be nobody.
func linkActor(token string) Actor { return Actor{link: hashToken(token)} }

func (a Actor) db() roomsdb.Actor {
	return roomsdb.Actor{User: a.User, Device: a.Device, Key: a.Key, Request: a.Request, Link: a.link}
}

// keyed is a without its key unless it has one. Its device is then the key's.
func (a Actor) keyed(key *api.IdempotencyKey, request []byte) Actor {
	if key != nil {
		a.Key, a.Request, a.Device = key, request, key.Device
	}
	return a
}

// deviceName keeps of a name what api.IdempotencyKey allows for a device.
func deviceName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '-'
	}, name)
	return name[:min(len(name), 64)]
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Capabilities tell what this server can do and takes.
func (s *Service) Capabilities() api.Capabilities {
	return api.Capabilities{
		API: api.Version, Server: s.server, Limits: s.limits, SweepSeconds: int(s.sweep / time.Second),
		Features: []string{api.FeatureRooms, api.FeatureSync, api.FeatureEvents, api.FeaturePresence, api.FeatureSharing},
	}
}

// checkRoom refuses IDs that cannot be a room's, as if there were none.
func checkRoom(id string) error { return checkID(id, "room") }

func checkID(id, what string) error {
	if !api.ValidID(id) {
		return notFound(what)
	}
	return nil
}

func checkNewID(id string) error {
	if !api.ValidID(id) {
		return invalid("body.id", "the id is not a UUID in lower case with dashes")
	}
	return nil
}

// settingsJSON checks settings and writes them as they are stored.
func (s *Service) settingsJSON(settings map[string]json.RawMessage) ([]byte, error) {
	if settings == nil {
		return []byte("{}"), nil
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, invalid("body.settings", "the settings are not a JSON object")
	}
	if len(text) > s.limits.SettingsBytes {
		return nil, limited(tooLarge("the settings are larger than this server allows"), "settings_bytes", s.limits.SettingsBytes)
	}
	return text, nil
}

func checkTitle(title string) error {
	if strings.TrimSpace(title) == "" || strings.ContainsFunc(title, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return invalid("body.title", "the title is empty or has a control character")
	}
	return nil
}

// known reports whether err is an answer to the client rather than a failure.
func isProblem(err error, code api.Code) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Code == code
}
