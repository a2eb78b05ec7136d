package rooms

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

// feed tells clients that rooms of theirs have changed. A change that this process made is
// told to its own clients at once, and to the other processes by a notice through Postgres:
// at most one every [gatherTime], for everything that gathered, since every notice makes all
// of Postgres' commits wait for each other. What is told is only that there is something to
// ask for, so that a lost notice costs time and no data; the sweep makes up for it.
type feed struct {
	store   *roomsdb.Store
	log     *zap.Logger
	origin  string // this process
	max     int
	perUser int
	sweepAt time.Duration
	// signedOut is [Options.SignedOut].
	signedOut func(ctx context.Context, devices []uuid.UUID) ([]uuid.UUID, error)

	turns [64]chan struct{} // of users; whoever puts something in has it

	mu       sync.Mutex
	rooms    map[string]*watched
	users    map[uuid.UUID]map[*subscription]struct{}
	count    int
	presence map[string]map[presenceKey]shown
	out      outgoing
	drained  bool

	loads  int // how many loads are reading
	recent recent

	stale map[uuid.UUID]struct{} // users whose rooms are to be read again

	wake   chan struct{} // something is in out
	reread chan struct{} // something is in stale
	bye    chan struct{} // closed by drain
}

// watched is a room that a client of this process has.
type watched struct {
	rev  api.Revision // the last that was told
	subs map[*subscription]struct{}
}

// recent is what was told while somebody's rooms were being read: a change that is committed after they
// were read, and told before they are watched, would be missed without it. It is kept in two
// halves, of which the older one is forgotten every recentTime, which no read takes.
type recent struct {
	young, old map[string]api.Revision
	since      time.Time
}

const recentTime = time.Minute

func (r *recent) add(room string, rev api.Revision, now time.Time) {
	if r.young == nil || now.Sub(r.since) > recentTime {
		r.young, r.old, r.since = map[string]api.Revision{}, r.young, now
	}
	r.young[room] = max(r.young[room], rev)
}

func (r *recent) rev(room string) api.Revision { return max(r.young[room], r.old[room]) }

type presenceKey struct {
	user   string
	device string
}

// shown is somebody who has a room open.
type shown struct {
	api.Presence
	here bool // it was this process that was told of it
}

// outgoing is what the other processes are to be told.
type outgoing struct {
	ask      bool // who is present, because this process has missed it
	revs     map[string]api.Revision
	users    map[uuid.UUID]struct{}
	presence []api.Presence
}

// notice is what the processes tell each other.
type notice struct {
	Origin   string                  `json:"o"`
	Revs     map[string]api.Revision `json:"r,omitempty"`
	Users    []uuid.UUID             `json:"u,omitempty"`
	Presence *api.Presence           `json:"p,omitempty"`
	Ask      bool                    `json:"a,omitempty"` // who is present
}

const (
	gatherTime  = 25 * time.Millisecond
	noticeRooms = 120 // of about 60 bytes each, to stay below roomsdb.MaxNotice
	noticeUsers = 150
)

func newFeed(store *roomsdb.Store, log *zap.Logger, maxFeeds, perUser int, sweep time.Duration) *feed {
	f := &feed{
		store: store, log: log, origin: rand.Text(), max: maxFeeds, perUser: perUser, sweepAt: sweep,
		rooms: map[string]*watched{}, users: map[uuid.UUID]map[*subscription]struct{}{},
		presence: map[string]map[presenceKey]shown{},
		stale:    map[uuid.UUID]struct{}{},
		wake:     make(chan struct{}, 1), reread: make(chan struct{}, 1), bye: make(chan struct{}),
	}
	for i := range f.turns {
		f.turns[i] = make(chan struct{}, 1)
	}
	return f
}

// run listens, sends and sweeps until ctx ends.
func (f *feed) run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { f.listen(ctx) })
	wg.Go(func() { f.send(ctx) })
	wg.Go(func() { f.sweep(ctx) })
	wg.Go(func() { f.refresh(ctx) })
	if f.signedOut != nil {
		wg.Go(func() { f.expel(ctx) })
	}
	wg.Wait()
}

// A subscription is one client that listens.
type subscription struct {
	user, device uuid.UUID
	wake         chan struct{}
	out          chan struct{} // closed when the device is signed out

	// Guarded by the feed's lock.
	ended    bool
	rooms    map[string]struct{}
	pokes    map[string]api.Poke
	presence []api.Presence
}

// maxPresence bounds who is shown in a room, and what waits for a client that does not read.
const maxPresence = 64

// signal wakes who waits for c, or who comes to wait next.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (s *subscription) poke(p api.Poke) {
	if last, ok := s.pokes[p.Room]; ok && !p.Gone && last.Rev >= p.Rev {
		return
	}
	s.pokes[p.Room] = p
	signal(s.wake)
}

// subscribe begins to listen, before the caller reads where the rooms stand, so that nothing is missed in
// between. It is refused with the number of feeds that is allowed.
func (f *feed) subscribe(user, device uuid.UUID) (sub *subscription, refused error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.drained || f.count >= f.max:
		return nil, noMoreFeeds()
	case len(f.users[user]) >= f.perUser:
		return nil, tooManyFeeds(f.perUser)
	}
	sub = &subscription{user: user, device: device, wake: make(chan struct{}, 1), out: make(chan struct{}), rooms: map[string]struct{}{}, pokes: map[string]api.Poke{}}
	if f.users[user] == nil {
		f.users[user] = map[*subscription]struct{}{}
	}
	f.users[user][sub] = struct{}{}
	f.count++
	return sub, nil
}

// open is how many feeds of the user are open on this process.
func (f *feed) open(user uuid.UUID) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.users[user])
}

func (f *feed) unsubscribe(sub *subscription) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for room := range sub.rooms {
		f.unwatch(sub, room)
	}
	delete(f.users[sub.user], sub)
	if len(f.users[sub.user]) == 0 {
		delete(f.users, sub.user)
	}
	f.count--
}

func (f *feed) unwatch(sub *subscription, room string) {
	delete(sub.rooms, room)
	if w := f.rooms[room]; w != nil {
		delete(w.subs, sub)
		if len(w.subs) == 0 {
			delete(f.rooms, room)
		}
	}
}

// load reads which rooms the user has, and gives them to all of the user's subscriptions. Rooms that
// are new to one are poked, and so are those it lost. since is, for a subscription that
// goes on where another ended, when that was.
func (f *feed) load(ctx context.Context, user uuid.UUID, resuming *subscription, since time.Time) error {
	// One at a time per user, or an older answer could replace a newer one.
	turn := f.turns[user[len(user)-1]%byte(len(f.turns))]
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	f.mu.Lock()
	f.loads++
	f.mu.Unlock()
	heads, err := f.store.Heads(ctx, roomsdb.Actor{User: user})
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.loaded(user, heads, resuming, since)
	}
	if f.loads--; f.loads == 0 {
		f.recent = recent{}
	}
	return err
}

// loaded gives the user's subscriptions the rooms that were read.
func (f *feed) loaded(user uuid.UUID, heads []roomsdb.Head, resuming *subscription, since time.Time) {
	for sub := range f.users[user] {
		first := sub == resuming
		now := make(map[string]struct{}, len(heads))
		for _, h := range heads {
			now[h.Room] = struct{}{}
			_, had := sub.rooms[h.Room]
			missed := f.recent.rev(h.Room) > h.Rev && !had
			rev := max(h.Rev, f.recent.rev(h.Room))
			f.watch(sub, h.Room, rev)
			if first && h.Updated.After(since) || !first && !had || missed {
				sub.poke(api.Poke{Room: h.Room, Rev: rev})
			}
		}
		if first {
			// Who came before it is not announced again soon.
			for room := range sub.rooms {
				for _, p := range f.presentIn(room) {
					sub.meet(p)
				}
			}
		}
		for room := range sub.rooms {
			if _, ok := now[room]; !ok {
				f.unwatch(sub, room)
				sub.poke(api.Poke{Room: room, Gone: true})
			}
		}
	}
}

// meet tells the subscription that somebody is there, or is no more.
func (s *subscription) meet(p api.Presence) {
	if len(s.presence) < maxPresence {
		s.presence = append(s.presence, p)
		signal(s.wake)
	}
}

func (f *feed) watch(sub *subscription, room string, rev api.Revision) {
	w := f.rooms[room]
	if w == nil {
		w = &watched{rev: rev, subs: map[*subscription]struct{}{}}
		f.rooms[room] = w
	}
	sub.rooms[room] = struct{}{}
	w.subs[sub] = struct{}{}
}

// take is what a subscription has to tell its client.
func (f *feed) take(sub *subscription) (pokes []api.Poke, presence []api.Presence) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range sub.pokes {
		pokes = append(pokes, p)
	}
	clear(sub.pokes)
	presence, sub.presence = sub.presence, nil
	return pokes, presence
}

// changed is called after a change of a room was committed here.
func (f *feed) changed(room string, rev api.Revision) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tell(room, rev)
	if f.out.revs == nil {
		f.out.revs = map[string]api.Revision{}
	}
	f.out.revs[room] = max(f.out.revs[room], rev)
	signal(f.wake)
}

// membersChanged is called after a user got or lost a room.
func (f *feed) membersChanged(user uuid.UUID) {
	f.mu.Lock()
	listening := len(f.users[user]) > 0
	if f.out.users == nil {
		f.out.users = map[uuid.UUID]struct{}{}
	}
	f.out.users[user] = struct{}{}
	signal(f.wake)
	f.mu.Unlock()
	if listening {
		f.reload([]uuid.UUID{user})
	}
}

// tell pokes the room's subscribers here.
func (f *feed) tell(room string, rev api.Revision) {
	if f.loads > 0 {
		f.recent.add(room, rev, time.Now())
	}
	w := f.rooms[room]
	if w == nil {
		return
	}
	w.rev = max(w.rev, rev)
	for sub := range w.subs {
		sub.poke(api.Poke{Room: room, Rev: rev})
	}
}

// send tells the other processes what gathers.
func (f *feed) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(gatherTime):
		}
		f.mu.Lock()
		out := f.out
		f.out = outgoing{}
		f.mu.Unlock()
		notices := f.notices(out)
		if len(notices) == 0 {
			continue
		}
		send, cancel := context.WithTimeout(ctx, 5*time.Second)
		if err := f.store.Notify(send, notices); err != nil && ctx.Err() == nil {
			// The others' sweeps will find it.
			f.log.Warn("the other servers were not told of changes: " + err.Error())
		}
		cancel()
	}
}

func (f *feed) notices(out outgoing) (texts []string) {
	add := func(n notice) {
		n.Origin = f.origin
		text, err := json.Marshal(n)
		if err != nil || len(text) > roomsdb.MaxNotice {
			f.log.Error("a notice is too long to be sent")
			return
		}
		texts = append(texts, string(text))
	}
	if out.ask {
		add(notice{Ask: true})
	}
	var n notice
	for room, rev := range out.revs {
		if n.Revs == nil {
			n.Revs = map[string]api.Revision{}
		}
		if n.Revs[room] = rev; len(n.Revs) == noticeRooms {
			add(n)
			n = notice{}
		}
	}
	if n.Revs != nil {
		add(n)
		n = notice{}
	}
	for user := range out.users {
		if n.Users = append(n.Users, user); len(n.Users) == noticeUsers {
			add(n)
			n = notice{}
		}
	}
	if n.Users != nil {
		add(n)
	}
	for _, p := range out.presence {
		add(notice{Presence: &p})
	}
	return texts
}

// listen hears the other processes.
func (f *feed) listen(ctx context.Context) {
	const shortest, longest = 50 * time.Millisecond, 2 * time.Second
	pause := shortest
	for ctx.Err() == nil {
		err := f.store.Listen(ctx, func() {
			pause = shortest
			f.catchUp(ctx)
		}, f.hear)
		if ctx.Err() != nil {
			return
		}
		f.log.Warn("not hearing the other servers for a moment: " + err.Error())
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, longest)
	}
}

func (f *feed) hear(text string) {
	var n notice
	if err := json.Unmarshal([]byte(text), &n); err != nil {
		f.log.Error("a notice that cannot be read: " + err.Error())
		return
	}
	if n.Origin == f.origin {
		return
	}
	f.mu.Lock()
	for room, rev := range n.Revs {
		f.tell(room, rev)
	}
	if n.Presence != nil {
		f.showPresence(shown{Presence: *n.Presence})
	}
	if n.Ask {
		f.repeatPresence(time.Now())
	}
	var listening []uuid.UUID
	for _, user := range n.Users {
		if len(f.users[user]) > 0 {
			listening = append(listening, user)
		}
	}
	f.mu.Unlock()
	f.reload(listening)
}

// reload has the users' rooms read again.
func (f *feed) reload(users []uuid.UUID) {
	if len(users) == 0 {
		return
	}
	f.mu.Lock()
	for _, user := range users {
		f.stale[user] = struct{}{}
	}
	f.mu.Unlock()
	signal(f.reread)
}

// refresh reads again what is stale.
func (f *feed) refresh(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.reread:
		}
		f.mu.Lock()
		users := f.stale
		f.stale = map[uuid.UUID]struct{}{}
		f.mu.Unlock()
		for user := range users {
			if err := f.load(ctx, user, nil, time.Time{}); err != nil && ctx.Err() == nil {
				f.log.Warn("reading a user's rooms again: " + err.Error())
			}
		}
	}
}

// catchUp makes up for notices that were missed while nobody listened.
func (f *feed) catchUp(ctx context.Context) {
	f.mu.Lock()
	users := make([]uuid.UUID, 0, len(f.users))
	for user := range f.users {
		users = append(users, user)
	}
	f.out.ask = true
	signal(f.wake)
	f.mu.Unlock()
	f.reload(users)
	f.compare(ctx)
}

// sweep finds changes that nobody told of, because their process died before it could, and forgets
// presences that ended.
func (f *feed) sweep(ctx context.Context) {
	tick := time.NewTicker(f.sweepAt)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		f.compare(ctx)
		f.forgetPresence(time.Now())
	}
}

// expelEvery leaves time for the database within the five seconds after which a revocation holds everywhere.
const expelEvery = 2 * time.Second

// expel ends the feeds of devices that were signed out, here or by another process.
func (f *feed) expel(ctx context.Context) {
	tick := time.NewTicker(expelEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		f.mu.Lock()
		var devices []uuid.UUID
		for _, subs := range f.users {
			for sub := range subs {
				devices = append(devices, sub.device)
			}
		}
		f.mu.Unlock()
		if len(devices) == 0 {
			continue
		}
		gone, err := f.signedOut(ctx, devices)
		if err != nil && ctx.Err() == nil {
			f.log.Warn("looking for feeds of devices that were signed out: " + err.Error())
		}
		f.end(gone)
	}
}

// end ends the feeds of the devices.
func (f *feed) end(devices []uuid.UUID) {
	gone := make(map[uuid.UUID]bool, len(devices))
	for _, d := range devices {
		gone[d] = true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, subs := range f.users {
		for sub := range subs {
			if !sub.ended && gone[sub.device] {
				sub.ended = true
				close(sub.out)
			}
		}
	}
}

const compareRooms = 2000

func (f *feed) compare(ctx context.Context) {
	f.mu.Lock()
	var parts []map[string]api.Revision
	for room, w := range f.rooms {
		if len(parts) == 0 || len(parts[len(parts)-1]) == compareRooms {
			parts = append(parts, map[string]api.Revision{})
		}
		parts[len(parts)-1][room] = w.rev
	}
	f.mu.Unlock()
	for _, known := range parts {
		changed, err := f.store.Changes(ctx, known)
		if err != nil {
			if ctx.Err() == nil {
				f.log.Warn("looking for changes that nobody told of: " + err.Error())
			}
			return
		}
		var users []uuid.UUID
		f.mu.Lock()
		for room, rev := range changed {
			if w := f.rooms[room]; w != nil && rev > w.rev {
				// It may have been the membership that changed.
				for sub := range w.subs {
					users = append(users, sub.user)
				}
				f.tell(room, rev)
			}
		}
		f.mu.Unlock()
		f.reload(users)
	}
}

// drain ends all subscriptions and takes no new ones.
func (f *feed) drain() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.drained {
		f.drained = true
		close(f.bye)
	}
}

// setPresence shows a presence to the members here and to the other processes.
func (f *feed) setPresence(p api.Presence) []api.Presence {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.showPresence(shown{p, true})
	f.out.presence = append(f.out.presence, p)
	signal(f.wake)
	return f.presentIn(p.Room)
}

// repeatPresence tells the other processes of everybody whom this one was told of.
func (f *feed) repeatPresence(now time.Time) {
	for _, present := range f.presence {
		for _, p := range present {
			if p.here && p.Until.After(now) {
				f.out.presence = append(f.out.presence, p.Presence)
			}
		}
	}
	signal(f.wake)
}

func (f *feed) showPresence(p shown) {
	key := presenceKey{p.User, p.Device}
	_, had := f.presence[p.Room][key]
	if p.Until.After(time.Now()) {
		if !had && len(f.presence[p.Room]) >= maxPresence {
			return
		}
		if f.presence[p.Room] == nil {
			f.presence[p.Room] = map[presenceKey]shown{}
		}
		f.presence[p.Room][key] = p
	} else {
		delete(f.presence[p.Room], key)
	}
	w := f.rooms[p.Room]
	if w == nil {
		return
	}
	for sub := range w.subs {
		sub.meet(p.Presence)
	}
}

func (f *feed) present(room string) []api.Presence {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.presentIn(room)
}

func (f *feed) presentIn(room string) []api.Presence {
	present := []api.Presence{}
	now := time.Now()
	for _, p := range f.presence[room] {
		if p.Until.After(now) {
			present = append(present, p.Presence)
		}
	}
	return present
}

func (f *feed) forgetPresence(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for room, present := range f.presence {
		for key, p := range present {
			if !p.Until.After(now) {
				delete(present, key)
			}
		}
		if len(present) == 0 {
			delete(f.presence, room)
		}
	}
}
