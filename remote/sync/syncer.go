package sync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	gosync "sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"stresstester/core/problem"
	"stresstester/core/store"
	"stresstester/remote/api"
)

// How often things are looked at without a reason.
const (
	// pullEvery is how often a room is asked about although nothing was announced.
	pullEvery = 60 * time.Second
	// lookEvery is how often folders are looked at for files that were saved by other
	// programs than the editors.
	lookEvery = time.Second
	// maxWait is the longest pause after failures.
	maxWait = time.Minute
)

// Feed tells what changes on a server; see client.Feed.
type Feed interface {
	Listen(ctx context.Context) (retry time.Duration, err error)
}

// Link is the way to one server.
type Link interface {
	Server
	SetPresence(ctx context.Context, room string, p api.SetPresence) (api.PresenceList, error)
	// Feed is the server's feed; the functions are called from Listen.
	Feed(connected func(resumed bool), poke func(api.Poke), presence func(api.Presence)) Feed
}

// OpenFiles is what an Editors may also be, so that others see who has a room open.
type OpenFiles interface {
	// Open is a file below the folder that is open in an editor.
	Open(dir string) (path string, ok bool)
}

// Syncer keeps all bound rooms in step, behind everybody's back: nothing waits for
// it. One process of a machine does the work; another that is started takes over
// when that ends.
type Syncer struct {
	State *State
	// Connect makes the way to a server. It does not talk to it yet.
	Connect func(server string) (Link, error)
	// Editors may be nil.
	Editors Editors
	// Renew is how often others are told that a room is still open here, or 0 for every
	// api.PresenceRenewSeconds.
	Renew time.Duration
	// Changed is told that a room's status may have changed. It may be nil and must
	// not block.
	Changed func(room string)
	// Log must not be nil.
	Log *zap.Logger

	mu      gosync.Mutex
	workers map[string]*worker
	feeds   map[string]*feed
	leading bool
}

// feed is the feed of one server.
type feed struct {
	cancel    context.CancelFunc
	connected bool
}

// worker keeps one room in step.
type worker struct {
	cancel  context.CancelFunc
	poke    chan struct{}
	saved   chan struct{}
	replica *Replica
	folder  *Folder
	greeted time.Time   // when others were last told that the room is open here; zero when it is not
	again   atomic.Bool // they are to be told again, by a server that may know nothing of it

	mu      gosync.Mutex
	present []api.Presence
	skipped map[string]string
}

// Run works until ctx ends.
func (s *Syncer) Run(ctx context.Context) {
	unlock, ok := s.lead(ctx)
	if !ok {
		return
	}
	defer unlock()
	s.mu.Lock()
	s.leading, s.workers, s.feeds = true, map[string]*worker{}, map[string]*feed{}
	s.mu.Unlock()
	var all gosync.WaitGroup
	defer all.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var poked time.Time
	for {
		if err := s.staff(ctx, &all); err != nil {
			s.Log.Warn("looking for rooms to sync", zap.Error(err))
		}
		if at := s.pokedAt(); !at.Equal(poked) { // whichever way the clock went
			if !poked.IsZero() {
				s.pokeAll()
			}
			poked = at
		}
		select {
		case <-ctx.Done():
			s.mu.Lock()
			for _, w := range s.workers {
				w.cancel()
			}
			for _, f := range s.feeds {
				f.cancel()
			}
			s.mu.Unlock()
			return
		case <-tick.C:
		}
	}
}

// lead waits until no other process does the work.
func (s *Syncer) lead(ctx context.Context) (unlock func(), ok bool) {
	for {
		if s.State.exists() { // until something is shared here, there is nothing to do
			unlock, err := tryLock(filepath.Join(s.State.Dir(), "syncing.lock"))
			if err == nil {
				return unlock, true
			}
			if !errors.Is(err, errLocked) {
				s.Log.Warn("becoming the one that syncs", zap.Error(err))
			}
		}
		select {
		case <-ctx.Done():
			return nil, false
		case <-time.After(lookEvery):
		}
	}
}

// pokePath is a file whose time says when some process wanted all rooms synced.
func (s *Syncer) pokePath() string { return filepath.Join(s.State.Dir(), "poke") }

func (s *Syncer) pokedAt() time.Time {
	info, err := os.Stat(s.pokePath())
	if err != nil {
		return time.Unix(0, 1)
	}
	return info.ModTime()
}

// Poke asks for all rooms to be synced now, by whichever process does that.
func (s *Syncer) Poke() {
	s.pokeAll()
	s.mu.Lock()
	leading := s.leading
	s.mu.Unlock()
	if !leading {
		if err := os.WriteFile(s.pokePath(), nil, 0o600); err == nil {
			now := time.Now()
			_ = os.Chtimes(s.pokePath(), now, now)
		}
	}
}

func (s *Syncer) pokeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.workers {
		w.wake()
	}
}

// PokeRoom asks for one room to be synced now.
func (s *Syncer) PokeRoom(room string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, ok := s.workers[room]; ok {
		w.wake()
	}
}

// Saved is told that a file was saved, opened or closed.
func (s *Syncer) Saved(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.workers {
		if strings.HasPrefix(path, w.folder.Dir+string(filepath.Separator)) {
			signal(w.saved)
		}
	}
}

func (w *worker) wake() { signal(w.poke) }

func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default: // it was signalled already
	}
}

// staff gives every bound room a worker, and every server a feed.
func (s *Syncer) staff(ctx context.Context, all *gosync.WaitGroup) error {
	if !s.State.exists() {
		return nil // nothing was ever shared here
	}
	var rooms []Binding
	err := s.State.View(func(tx *Tx) (err error) {
		rooms, err = tx.Rooms()
		return err
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	bound, servers := map[string]bool{}, map[string]bool{}
	for _, b := range rooms {
		bound[b.Room], servers[b.Server] = true, true
		if s.workers[b.Room] == nil {
			if err := s.hire(ctx, all, b); err != nil {
				s.Log.Warn("syncing a room", zap.String("room", b.Room), zap.Error(err))
			}
		}
		if s.feeds[b.Server] == nil {
			s.listen(ctx, all, b.Server)
		}
	}
	for room, w := range s.workers {
		if !bound[room] {
			w.cancel()
			delete(s.workers, room)
		}
	}
	for server, f := range s.feeds {
		if !servers[server] {
			f.cancel()
			delete(s.feeds, server)
		}
	}
	return nil
}

func (s *Syncer) hire(ctx context.Context, all *gosync.WaitGroup, b Binding) error {
	link, err := s.Connect(b.Server)
	if err != nil {
		return err
	}
	w := &worker{poke: make(chan struct{}, 1), saved: make(chan struct{}, 1), skipped: map[string]string{}}
	w.folder = FolderOf(b, s.Editors)
	w.folder.Skipped = func(path, why string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.skipped[path] = why
	}
	if w.replica, err = NewReplica(s.State, link, b.Room, w.folder); err != nil {
		return err
	}
	w.replica.Keep = KeepIn(s.State.Dir(), b)
	ctx, w.cancel = context.WithCancel(ctx)
	s.workers[b.Room] = w
	all.Go(func() { s.work(ctx, w, b.Room, link) })
	all.Go(func() { s.record(ctx, w, b.Room) })
	return nil
}

// FolderOf is a binding's folder.
func FolderOf(b Binding, editors Editors) *Folder {
	return &Folder{Dir: b.Dir, Problem: b.Problem, Limit: api.DefaultLimits().TestBytes, Editors: editors}
}

// work keeps a room in step until ctx ends.
func (s *Syncer) work(ctx context.Context, w *worker, room string, link Link) {
	pause := pauses{}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var last glance
	var due time.Time
	var often pace
	for {
		reason := time.Now().After(due)
		select {
		case <-ctx.Done():
			return
		case <-w.poke:
			reason = true
		case <-look.C:
			now := w.glance()
			reason = reason || now != last
			last = now
		}
		s.greet(ctx, w, room, link)
		if !reason {
			continue
		}
		if wait := often.wait(time.Now()); wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
		}
		err := w.replica.Sync(ctx)
		last = w.glance()
		due = time.Now().Add(pullEvery)
		if err != nil && ctx.Err() == nil {
			due = time.Now().Add(pause.next())
			s.failed(room, err)
		} else {
			pause = pauses{}
		}
		if s.Changed != nil {
			s.Changed(room)
		}
	}
}

// record takes in what is saved, however long the server takes for what it was
// asked before.
func (s *Syncer) record(ctx context.Context, w *worker, room string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.saved:
		}
		if err := w.replica.Record(); err != nil {
			s.Log.Info("recording what was saved", zap.String("room", room), zap.Error(err))
		}
		w.wake()
		if s.Changed != nil {
			s.Changed(room)
		}
	}
}

// failed remembers why the last try ended, to be shown.
func (s *Syncer) failed(room string, why error) {
	s.Log.Info("a room is not in step", zap.String("room", room), zap.Error(why))
	err := s.State.Update(func(tx *Tx) error {
		b, err := tx.Room(room)
		if err != nil {
			return err
		}
		b.Error = why.Error()
		var p *api.Problem
		if errors.As(why, &p) && (p.Code == api.CodeNotFound || p.Code == api.CodeRoomDeleted) {
			b.Status = api.RoomGone
		}
		return tx.PutRoom(b)
	})
	if err != nil && !errors.Is(err, ErrNotBound) {
		s.Log.Warn("remembering why", zap.Error(err))
	}
}

// greet tells others that the room is open here, from time to time, and when it is not any more.
func (s *Syncer) greet(ctx context.Context, w *worker, room string, link Link) {
	files, ok := s.Editors.(OpenFiles)
	if !ok {
		return
	}
	path, open := files.Open(w.folder.Dir)
	again, told := w.again.Swap(false), !w.greeted.IsZero()
	switch {
	case !open && !told:
		return
	case open && told && !again && time.Since(w.greeted) < cmp.Or(s.Renew, api.PresenceRenewSeconds*time.Second):
		return
	}
	// A server that does not take it is told again with the next one; if it is not, its time runs out there.
	w.greeted = time.Time{}
	hello := api.SetPresence{Device: w.replica.device, Open: open}
	if open {
		w.greeted = time.Now()
		hello.Slot = w.slotOf(path)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	list, err := link.SetPresence(ctx, room, hello)
	if err != nil {
		return
	}
	w.mu.Lock()
	w.present = present(list.Present)
	w.mu.Unlock()
	if s.Changed != nil {
		s.Changed(room)
	}
}

// slotOf is the slot of a file, or nothing.
func (w *worker) slotOf(path string) api.Slot {
	slots, err := w.replica.slots()
	if err != nil {
		return ""
	}
	for slot, known := range slots {
		if name, err := w.folder.path(slot, known.Seen.Name); err == nil && filepath.Join(w.folder.Dir, name) == path {
			return slot
		}
	}
	return ""
}

// glance is a cheap look at a folder: it differs when a file was saved, also with an older time
// than others have, as a clock that was set back or a program that copies times gives it.
type glance uint64

func (w *worker) glance() glance {
	sum := fnv.New64a()
	for _, dir := range []string{w.folder.Dir, filepath.Join(w.folder.Dir, store.Folder, w.folder.Problem)} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
				fmt.Fprintf(sum, "%s\x00%d %d\n", e.Name(), info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return glance(sum.Sum64())
}

// listen keeps a server's feed open until ctx ends.
func (s *Syncer) listen(ctx context.Context, all *gosync.WaitGroup, server string) {
	ctx, cancel := context.WithCancel(ctx)
	f := &feed{cancel: cancel}
	s.feeds[server] = f
	all.Go(func() {
		pause := pauses{}
		for ctx.Err() == nil {
			retry, err := s.hear(ctx, server, f, &pause)
			s.mu.Lock()
			f.connected = false
			s.mu.Unlock()
			if err != nil && ctx.Err() == nil {
				s.Log.Debug("the feed ended", zap.String("server", server), zap.Error(err))
			}
			select {
			case <-ctx.Done():
			case <-time.After(max(retry, pause.next())):
			}
		}
	})
}

func (s *Syncer) hear(ctx context.Context, server string, f *feed, pause *pauses) (time.Duration, error) {
	link, err := s.Connect(server)
	if err != nil {
		return 0, err
	}
	return link.Feed(func(bool) {
		*pause = pauses{}
		s.mu.Lock()
		f.connected = true
		for _, w := range s.workers {
			w.again.Store(true)
		}
		s.mu.Unlock()
		s.pokeAll()
	}, func(p api.Poke) { s.PokeRoom(p.Room) }, s.presence).Listen(ctx)
}

// presence is told that somebody came, moved or went.
func (s *Syncer) presence(p api.Presence) {
	s.mu.Lock()
	w := s.workers[p.Room]
	s.mu.Unlock()
	if w == nil {
		return
	}
	w.mu.Lock()
	w.present = slices.DeleteFunc(w.present, func(o api.Presence) bool { return o.Device == p.Device && o.User == p.User })
	if p.Until.After(time.Now()) {
		w.present = present(append([]api.Presence{p}, w.present...))
	}
	w.mu.Unlock()
	if s.Changed != nil {
		s.Changed(p.Room)
	}
}

// pauses are pauses that grow.
type pauses struct{ last time.Duration }

func (p *pauses) next() time.Duration {
	p.last = min(max(2*p.last, time.Second), maxWait)
	return p.last/2 + rand.N(p.last)
}

// Standing is how a room's sync stands.
type Standing string

// The standings, the weightier ones first.
const (
	// Conflicted: something waits for a decision.
	Conflicted Standing = "conflict"
	// Lost: the room is gone, or this user is no member any more.
	Lost Standing = "gone"
	// Failing: the last try ended with an error; there will be another.
	Failing Standing = "offline"
	// Waiting: something is on its way.
	Waiting Standing = "pending"
	// InStep: the folder and the room are the same.
	InStep Standing = "synced"
)

// Status is all that is to be told of a room.
type Status struct {
	Binding
	Standing Standing
	// Pending are the slots that the server does not have as they are here.
	Pending []api.Slot
	// Refused are those that it does not take, and why.
	Refused map[api.Slot]string
	// Conflicts are the slots that wait for a decision.
	Conflicts []ConflictStatus
	// Skipped are files that are not synced, and why.
	Skipped map[string]string
	// Present are those who have the room open elsewhere.
	Present []api.Presence
	// Live says that changes are announced at once.
	Live bool
}

// ConflictStatus is a conflict as it is shown.
type ConflictStatus struct {
	Slot api.Slot
	Path string
	Conflict
}

// Status tells how a room stands, from what is on this machine.
func (s *Syncer) Status(room string) (Status, error) {
	st := Status{Refused: map[api.Slot]string{}, Skipped: map[string]string{}}
	var slots map[api.Slot]Slot
	err := s.State.View(func(tx *Tx) (err error) {
		if st.Binding, err = tx.Room(room); err != nil {
			return err
		}
		slots, err = tx.Slots(room)
		return err
	})
	if err != nil {
		return st, err
	}
	folder := FolderOf(st.Binding, nil)
	for slot, known := range slots {
		if known.Pending() {
			st.Pending = append(st.Pending, slot)
		}
		if known.Refused != "" {
			st.Refused[slot] = known.Refused
		}
		if c := known.Conflict; c != nil {
			path, err := folder.path(slot, known.Wanted().Name)
			if err != nil {
				return st, fmt.Errorf("a conflict of %s: %w", slot, err)
			}
			st.Conflicts = append(st.Conflicts, ConflictStatus{slot, filepath.Join(st.Dir, path), *c})
		}
	}
	slices.Sort(st.Pending)
	slices.SortFunc(st.Conflicts, func(a, b ConflictStatus) int { return strings.Compare(string(a.Slot), string(b.Slot)) })
	s.addLive(&st)
	st.Standing = standing(st)
	return st, nil
}

func (s *Syncer) addLive(st *Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.feeds[st.Server]; f != nil {
		st.Live = f.connected
	}
	w := s.workers[st.Room]
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for path, why := range w.skipped {
		st.Skipped[path] = why
	}
	for _, p := range w.present {
		if p.Device != w.replica.device && p.Until.After(time.Now()) {
			st.Present = append(st.Present, p)
		}
	}
}

func standing(st Status) Standing {
	switch {
	case len(st.Conflicts) > 0:
		return Conflicted
	case st.Binding.Status == api.RoomGone, st.Binding.Status == api.RoomTrashed:
		return Lost
	case st.Error != "":
		return Failing
	case len(st.Pending) > 0:
		return Waiting
	}
	return InStep
}

// keepFor is how many contents are kept aside for each room; keptTime begins their names.
const (
	keepFor  = 200
	keptTime = "20060102-150405.000000"
)

// KeepIn keeps contents that go out of reach in a folder of the state's: whatever a
// merge or a decision replaced can be found there.
func KeepIn(dir string, b Binding) func(api.Slot, Content) {
	return func(slot api.Slot, c Content) {
		to := filepath.Join(dir, "replaced", b.Problem+"-"+b.Room)
		if os.MkdirAll(to, 0o700) != nil {
			return
		}
		name := wireName(slot, c.Name)
		if kind, _ := slot.Kind(); kind == api.RoleKind && name == "" {
			name = string(problem.Tested)
		}
		entries, err := os.ReadDir(to)
		if err != nil {
			return
		}
		// The names sort by time. A clock that was set back must not make the newest look like the oldest.
		now := time.Now().UTC()
		if len(entries) > 0 {
			last := entries[len(entries)-1].Name()
			if at, err := time.Parse(keptTime, last[:min(len(keptTime), len(last))]); err == nil && !now.After(at) {
				now = at.Add(time.Microsecond)
			}
		}
		if os.WriteFile(filepath.Join(to, now.Format(keptTime)+"-"+filepath.Base(name)), c.Text, 0o600) != nil {
			return // what is there is worth more than what is not
		}
		for _, e := range entries[:max(len(entries)+1-keepFor, 0)] {
			_ = os.Remove(filepath.Join(to, e.Name()))
		}
	}
}
