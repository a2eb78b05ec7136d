package sync

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"stresstester/core/problem"
	"stresstester/remote/api"
	"stresstester/remote/figures"
)

// book is what remote/api says of the server, in memory: revisions, If-Match,
// idempotency keys, conflicts, changes since a revision. The real server is tried
// with the same machine in remote/client.
type book struct {
	rev       api.Revision
	heads     map[api.Slot]api.File
	history   map[api.Slot][]api.File
	conflicts map[string]*api.Conflict
	answers   map[api.IdempotencyKey]any
}

var story = flag.Bool("story", false, "tell what happened to a word that was lost")

const theRoom = "0190163d-8694-739b-aea5-966c26f8ad91"

func newBook() *book {
	return &book{heads: map[api.Slot]api.File{}, history: map[api.Slot][]api.File{}, conflicts: map[string]*api.Conflict{}, answers: map[api.IdempotencyKey]any{}}
}

func (b *book) write(slot api.Slot, base api.Revision, key api.IdempotencyKey, c *api.FileContent, mergeParent api.Revision) (api.File, error) {
	if a, ok := b.answers[key]; ok {
		return a.(api.File), nil
	}
	head, ok := b.heads[slot]
	if head.Rev != base {
		p := &api.Problem{Status: http.StatusPreconditionFailed, Code: api.CodeRevisionMismatch}
		if ok {
			p.Current = &head
		}
		return api.File{}, p
	}
	f := api.File{Slot: slot, Deleted: c == nil, Parent: base, Device: key.Device}
	if c != nil {
		f.Name, f.Content = c.Name, &c.Content
	}
	same := ok && head.Deleted == f.Deleted && (c == nil || head.Name == f.Name && bytes.Equal(*head.Content, *f.Content))
	if !ok && c == nil {
		return api.File{}, &api.Problem{Status: http.StatusNotFound, Code: api.CodeNotFound}
	}
	if same && mergeParent == 0 {
		f = head
	} else {
		b.rev++
		f.Rev = b.rev
		b.heads[slot] = f
		b.history[slot] = append(b.history[slot], f)
	}
	for _, conflict := range b.conflicts {
		if mergeParent != 0 && conflict.Slot == slot && conflict.Side.Rev == mergeParent && conflict.ResolvedRev == 0 {
			conflict.ResolvedRev, conflict.Rev = f.Rev, f.Rev
		}
	}
	b.answers[key] = f
	return f, nil
}

func (b *book) storeConflict(key api.IdempotencyKey, n api.NewConflict) (api.Conflict, error) {
	if a, ok := b.answers[key]; ok {
		return a.(api.Conflict), nil
	}
	b.rev++
	side := api.File{Slot: n.Slot, Rev: b.rev, Name: n.Name, Deleted: n.Deleted, Side: true}
	if !n.Deleted {
		side.Content = &n.Content
	}
	b.history[n.Slot] = append(b.history[n.Slot], side)
	for _, c := range b.conflicts {
		if c.Slot == n.Slot && c.Device == key.Device && c.ResolvedRev == 0 {
			c.Side, c.Rev = side, b.rev
			b.answers[key] = *c
			return *c, nil
		}
	}
	c := &api.Conflict{ID: n.ID, Slot: n.Slot, Rev: b.rev, BaseRev: n.BaseRev, HeadRev: n.HeadRev, Side: side, Device: key.Device}
	b.conflicts[n.ID] = c
	b.answers[key] = *c
	return *c, nil
}

func (b *book) resolve(id string, base api.Revision, key api.IdempotencyKey) error {
	if _, ok := b.answers[key]; ok {
		return nil
	}
	c, ok := b.conflicts[id]
	switch {
	case !ok:
		return &api.Problem{Status: http.StatusNotFound, Code: api.CodeNotFound}
	case c.ResolvedRev != 0:
		return &api.Problem{Status: http.StatusConflict, Code: api.CodeConflictResolved}
	case b.heads[c.Slot].Rev != base:
		head := b.heads[c.Slot]
		return &api.Problem{Status: http.StatusPreconditionFailed, Code: api.CodeRevisionMismatch, Current: &head}
	}
	b.rev++
	c.ResolvedRev, c.Rev = b.rev, b.rev
	b.answers[key] = true
	return nil
}

// decide settles an open conflict as the web page does.
func (b *book) decide(c *api.Conflict, side bool) {
	b.rev++
	if side {
		f := c.Side
		f.Rev, f.Side = b.rev, false
		b.heads[c.Slot] = f
		b.history[c.Slot] = append(b.history[c.Slot], f)
	}
	c.ResolvedRev, c.Rev = b.rev, b.rev
}

// line is one client's way to the server: it may be cut before or behind it.
type line struct {
	*book
	draw func(what string) bool // whether something goes wrong
	off  bool
}

var errLine = errors.New("the line is dead")

func through[T any](l *line, what string, do func() (T, error)) (T, error) {
	var none T
	if l.off || l.draw(what+": the request is lost") {
		return none, errLine
	}
	v, err := do()
	if l.draw(what + ": the answer is lost") {
		return none, errLine
	}
	return v, err
}

func (l *line) Put(_ context.Context, _ string, slot api.Slot, base api.Revision, key api.IdempotencyKey, f api.PutFile) (api.File, error) {
	return through(l, "put", func() (api.File, error) { return l.write(slot, base, key, &f.FileContent, f.MergeParent) })
}

func (l *line) Delete(_ context.Context, _ string, slot api.Slot, base api.Revision, key api.IdempotencyKey) (api.File, error) {
	return through(l, "delete", func() (api.File, error) { return l.write(slot, base, key, nil, 0) })
}

func (l *line) File(_ context.Context, _ string, slot api.Slot) (api.File, error) {
	return through(l, "file", func() (api.File, error) { return l.heads[slot], nil })
}

func (l *line) StoreConflict(_ context.Context, _ string, key api.IdempotencyKey, c api.NewConflict) (api.Conflict, error) {
	return through(l, "conflict", func() (api.Conflict, error) { return l.storeConflict(key, c) })
}

func (l *line) ResolveConflict(_ context.Context, _, conflict string, base api.Revision, key api.IdempotencyKey, _ api.ResolveConflict) error {
	_, err := through(l, "resolve", func() (int, error) { return 0, l.resolve(conflict, base, key) })
	return err
}

func (l *line) AddRun(context.Context, string, api.IdempotencyKey, api.NewRun) error { return nil }
func (l *line) AddCounterexample(context.Context, string, api.IdempotencyKey, api.NewCounterexample) error {
	return nil
}

func (l *line) Sync(_ context.Context, r api.SyncRequest) (api.SyncResponse, error) {
	return through(l, "sync", func() (api.SyncResponse, error) {
		since := r.Rooms[theRoom]
		change := api.RoomChange{Status: api.RoomOK, Rev: l.rev, Room: &api.Room{ID: theRoom, Title: "t", Role: api.Owner, Rev: l.rev}}
		for _, f := range l.heads {
			if f.Rev > since {
				change.Files = append(change.Files, f)
			}
		}
		for _, c := range l.conflicts {
			if c.Rev > since {
				change.Conflicts = append(change.Conflicts, *c)
			}
		}
		if l.rev == since {
			return api.SyncResponse{Changes: map[string]api.RoomChange{}}, nil
		}
		return api.SyncResponse{Changes: map[string]api.RoomChange{theRoom: change}}, nil
	})
}

// tree is a folder in memory, in front of which somebody sits.
type tree struct {
	files map[api.Slot]Content
	draw  func(what string) bool
	crash func(what string)
	// editor has one file open: the text and what it was made from.
	open map[api.Slot]*buffer
}

type buffer struct {
	text    Content
	offered *Content // what it was made from, if not from the file
}

func (t *tree) Scan(known map[api.Slot]Content) (map[api.Slot]Content, error) {
	found := maps.Clone(t.files)
	for slot := range known {
		if _, ok := found[slot]; !ok {
			found[slot] = Absent()
		}
	}
	return found, nil
}

func (t *tree) Write(slot api.Slot, expect, want Content) (Outcome, error) {
	now, ok := t.files[slot]
	if !ok {
		now = Absent()
	}
	if !now.Equal(expect) {
		return Changed, nil
	}
	if b, ok := t.open[slot]; ok && !want.Deleted {
		ancestor := expect
		if b.offered != nil {
			ancestor = *b.offered
		}
		if merged, clean := join(slot, ancestor, b.text, want); clean {
			b.text, b.offered = merged, &want
		}
		return Busy, nil
	}
	t.crash("before writing")
	if want.Deleted {
		delete(t.files, slot)
	} else {
		t.files[slot] = want
	}
	t.crash("after writing")
	return Written, nil
}

func (t *tree) Ancestor(slot api.Slot, now Content) (Content, bool) {
	if b, ok := t.open[slot]; ok && b.text.Equal(now) && b.offered != nil {
		return *b.offered, true
	}
	return Content{}, false
}

func (t *tree) Recorded(slot api.Slot, now Content) {
	if b, ok := t.open[slot]; ok && b.text.Equal(now) {
		b.offered = nil
	}
}

// device is one client: what survives a crash and what does not.
type device struct {
	name    string
	state   *State
	line    *line
	tree    *tree
	replica *Replica
	kept    []Content
}

type died struct{ where string }

// alive runs what may die, and starts the program again if it did.
func (d *device) alive(t *rapid.T, do func() error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(died); !ok {
				panic(r)
			}
			d.start(t)
		}
	}()
	if err := do(); err != nil && !errors.Is(err, errLine) {
		t.Fatalf("%s: %v", d.name, err)
	}
}

func (d *device) start(t *rapid.T) {
	tripwire := d.state.tripwire
	d.state.tripwire = nil
	var err error
	if d.replica, err = NewReplica(d.state, d.line, theRoom, d.tree); err != nil {
		t.Fatal(err)
	}
	d.replica.Keep = func(_ api.Slot, c Content) { d.kept = append(d.kept, c) }
	d.state.tripwire = tripwire
}

// world is a room with its people.
type world struct {
	book    *book
	devices []*device
	faults  bool
	token   int
	// added are the words that somebody wrote and that were recorded; removed are
	// those that somebody took away, or decided against.
	added, removed map[string]bool
	story          []string
}

var slots = []api.Slot{api.RoleSlot(problem.Brute), api.IncludeSlot("a.h")}

func words(text []byte) []string {
	return strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
}

func (w *world) remove(c Content, but Content) {
	kept := words(but.Text)
	for _, word := range words(c.Text) {
		if !slices.Contains(kept, word) {
			w.removed[word] = true
		}
	}
}

// edit is somebody's change of a text.
func (w *world) edit(t *rapid.T, before Content) Content {
	lines := words(before.Text)
	w.token++
	word := fmt.Sprint("w", w.token)
	at := rapid.IntRange(0, len(lines)).Draw(t, "at")
	next := slices.Clone(lines)
	if rapid.IntRange(0, 2).Draw(t, "replace") == 0 && at < len(lines) {
		next[at] = word
	} else {
		next = slices.Insert(next, at, word)
	}
	c := Content{Name: before.Name, Text: []byte(strings.Join(next, "\n") + "\n")}
	w.remove(before, c)
	return c
}

// note remembers where every word is, to tell the story of one that is lost.
func (w *world) note(t *rapid.T, what string) {
	if !*story {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: head", what)
	for _, slot := range slots {
		if f, ok := w.book.heads[slot]; ok && f.Content != nil {
			fmt.Fprintf(&b, " %d:%q", f.Rev, string(*f.Content))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.book.conflicts)) {
		c := w.book.conflicts[id]
		fmt.Fprintf(&b, "\n    conflict %s of %s in %s side %d resolved %d", id[30:], c.Device[len(c.Device)-4:], c.Slot, c.Side.Rev, c.ResolvedRev)
	}
	for _, d := range w.devices {
		fmt.Fprintf(&b, "\n    %s %s", d.name, d.replica.device[len(d.replica.device)-4:])
		for _, slot := range slots {
			fmt.Fprintf(&b, " tree %q", d.tree.files[slot].Text)
			if open := d.tree.open[slot]; open != nil {
				fmt.Fprintf(&b, " open %q", open.text.Text)
			}
			s, ok := d.slots(t)[slot]
			if !ok {
				continue
			}
			fmt.Fprintf(&b, " %s head %d:%q ours %q seen %q", slot, s.Head.Rev, s.Head.Content.Text, s.Ours.Text, s.Seen.Text)
			if s.Sent != nil {
				fmt.Fprintf(&b, " sent %q", s.Sent.Content.Text)
			}
			if c := s.Conflict; c != nil {
				fmt.Fprintf(&b, " conflict %s n %d side %d base %q mine %q deleted %v", c.ID[30:], c.N, c.Side, c.Base.Text, c.Mine.Text, c.Mine.Deleted)
			}
			if s.Settling != nil {
				fmt.Fprintf(&b, " settling %s %d", s.Settling.ID[30:], s.Settling.Side)
			}
		}
	}
	w.story = append(w.story, b.String())
}

func (w *world) trace(word string) string {
	last := 0
	for i, s := range w.story {
		if strings.Contains(s, word+`\n`) {
			last = i
		}
	}
	return strings.Join(w.story[max(0, last-2):min(len(w.story), last+3)], "\n")
}

func (w *world) saw(d *device) {
	for _, c := range d.tree.files {
		for _, word := range words(c.Text) {
			w.added[word] = true
		}
	}
}

func (d *device) slots(t *rapid.T) map[api.Slot]Slot {
	s, err := d.replica.slots()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newWorld(t *rapid.T, dir string) *world {
	w := &world{book: newBook(), added: map[string]bool{}, removed: map[string]bool{}, faults: true}
	for i := range rapid.IntRange(2, 5).Draw(t, "devices") {
		d := &device{name: fmt.Sprint("device ", i)}
		chance := func(what string) bool { return w.faults && rapid.IntRange(0, 9).Draw(t, what) == 0 }
		crash := func(what string) {
			if w.faults && rapid.IntRange(0, 29).Draw(t, "dies "+what) == 0 {
				panic(died{what})
			}
		}
		path := filepath.Join(dir, fmt.Sprint(i), "rooms.db")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, NoFreelistSync: true, NoGrowSync: true})
		if err != nil {
			t.Fatal(err)
		}
		d.state = &State{path: path, held: db}
		if err := d.state.Update(func(tx *Tx) error { return tx.PutRoom(Binding{Room: theRoom, Title: "t", Role: api.Owner}) }); err != nil {
			t.Fatal(err)
		}
		d.state.tripwire = func(committed bool) { crash(fmt.Sprint("committed ", committed)) }
		d.line = &line{book: w.book, draw: chance}
		d.tree = &tree{files: map[api.Slot]Content{}, draw: chance, crash: crash, open: map[api.Slot]*buffer{}}
		d.start(t)
		w.devices = append(w.devices, d)
	}
	return w
}

func (w *world) close() {
	for _, d := range w.devices {
		_ = d.state.held.Close()
		_ = os.Remove(d.state.path)
	}
}

// step is something that somebody does.
func (w *world) step(t *rapid.T) {
	d := w.devices[rapid.IntRange(0, len(w.devices)-1).Draw(t, "who")]
	slot := rapid.SampledFrom(slots).Draw(t, "slot")
	current, there := d.tree.files[slot]
	b := d.tree.open[slot]
	what := rapid.IntRange(0, 15).Draw(t, "what")
	defer func() { w.note(t, fmt.Sprintln(d.name, slot, what)) }()
	switch what {
	case 0, 1, 2: // a change, saved
		if b != nil {
			b.text = w.edit(t, b.text)
			d.tree.files[slot] = b.text
		} else {
			if !there {
				current = Content{Name: name(slot)}
			}
			d.tree.files[slot] = w.edit(t, current)
		}
		d.alive(t, func() error { return w.record(d) })
	case 3: // a change that is recorded later
		if b == nil && there {
			d.tree.files[slot] = w.edit(t, current)
		}
	case 4:
		if there && b == nil {
			w.remove(current, Absent())
			delete(d.tree.files, slot)
			d.alive(t, func() error { return w.record(d) })
		}
	case 5:
		d.line.off = !d.line.off
	case 6: // the file is opened in an editor
		if there && b == nil {
			d.alive(t, func() error { return w.record(d) })
			d.tree.open[slot] = &buffer{text: d.tree.files[slot]}
		}
	case 7: // saved, with what came from elsewhere
		if b != nil {
			d.tree.files[slot] = b.text
			d.alive(t, func() error { return w.record(d) })
		}
	case 8: // closed without saving
		if b != nil {
			w.remove(b.text, current)
			delete(d.tree.open, slot)
		}
	case 9: // a conflict decided here
		w.decideHere(t, d, slot, b)
	case 10: // or on the web page
		w.decideThere(t, slot)
	default:
		d.alive(t, func() error { return d.replica.Sync(context.Background()) })
	}
}

func name(slot api.Slot) string {
	if kind, own := slot.Kind(); kind == api.RoleKind {
		return own + ".cpp"
	}
	return ""
}

func (w *world) record(d *device) error {
	if err := d.replica.Record(); err != nil {
		return err
	}
	w.saw(d)
	return nil
}

func (w *world) decideHere(t *rapid.T, d *device, slot api.Slot, b *buffer) {
	d.alive(t, func() error { return w.record(d) })
	c := d.slots(t)[slot].Conflict
	if c == nil || b != nil {
		return
	}
	mine, theirs := c.Mine, d.slots(t)[slot].Ours
	chosen := mine
	switch rapid.IntRange(0, 2).Draw(t, "choice") {
	case 0:
		chosen = theirs
	case 1:
		if !mine.Deleted && !theirs.Deleted {
			chosen = Content{Name: mine.Name, Text: mergeTexts(slot, c.Base.Text, mine.Text, theirs.Text).Both()}
		}
	}
	w.remove(mine, chosen)
	w.remove(theirs, chosen)
	d.alive(t, func() error { return d.replica.Resolve(slot, chosen) })
}

func (w *world) decideThere(t *rapid.T, slot api.Slot) {
	for _, id := range slices.Sorted(maps.Keys(w.book.conflicts)) {
		c := w.book.conflicts[id]
		if c.Slot != slot || c.ResolvedRev != 0 {
			continue
		}
		head := Absent()
		if f, ok := w.book.heads[slot]; ok {
			v, _ := versionOf(f)
			head = v.Content
		}
		v, _ := versionOf(c.Side)
		if side := rapid.Bool().Draw(t, "side"); side {
			w.remove(head, v.Content)
			w.book.decide(c, true)
		} else {
			w.remove(v.Content, head)
			w.book.decide(c, false)
		}
		return
	}
}

// settle lets everybody come online and waits until nothing happens any more.
func (w *world) settle(t *rapid.T) {
	w.faults = false
	for round := 0; ; round++ {
		if round == 20 {
			t.Fatal("it never comes to rest")
		}
		before := w.print(t)
		for _, d := range w.devices {
			d.line.off = false
			for slot, b := range d.tree.open {
				if round == 0 {
					d.tree.files[slot] = b.text
				} else {
					delete(d.tree.open, slot)
				}
			}
			if err := w.record(d); err != nil {
				t.Fatal(err)
			}
			if err := d.replica.Sync(context.Background()); err != nil {
				t.Fatalf("%s: %v", d.name, err)
			}
		}
		w.note(t, "settling")
		if round > 1 && w.print(t) == before {
			return
		}
	}
}

func (w *world) print(t *rapid.T) string {
	text := fmt.Sprint(w.book.rev)
	for _, d := range w.devices {
		for slot, s := range d.slots(t) {
			text += fmt.Sprint(slot, s.Pending(), s.Head.Rev)
		}
	}
	return fmt.Sprint(len(text), w.book.rev)
}

// check is what was promised.
func (w *world) check(t *rapid.T) {
	for _, slot := range slots {
		head := Version{Content: Absent()}
		if f, ok := w.book.heads[slot]; ok {
			head, _ = versionOf(f)
		}
		kept := map[string]bool{}
		for _, word := range words(head.Content.Text) {
			kept[word] = true
		}
		open := map[string]int{}
		for _, c := range w.book.conflicts {
			if c.Slot == slot && c.ResolvedRev == 0 {
				open[c.Device]++
			}
		}
		for _, d := range w.devices {
			s, ok := d.slots(t)[slot]
			if !ok {
				s = NewSlot()
			}
			if s.Pending() || !s.Ours.Equal(head.Content) {
				t.Fatalf("%s: %s did not come to rest at the head\nslot %+v\nhead %+v", d.name, slot, s, head)
			}
			now, ok := d.tree.files[slot]
			if want := s.Wanted(); ok && !now.Equal(want) || !ok && !want.Deleted {
				t.Fatalf("%s: the folder has %+v in %s, want %+v\n%+v", d.name, now, slot, want, s)
			}
			conflicts := 0
			if s.Conflict != nil {
				conflicts = 1
				for _, word := range words(s.Conflict.Mine.Text) {
					kept[word] = true
				}
			}
			if open[d.replica.device] != conflicts {
				t.Fatalf("%s: the server has %d open conflicts of %s, want %d: %+v\n%s", d.name, open[d.replica.device], slot, conflicts, s.Conflict, strings.Join(w.story, "\n"))
			}
		}
		w.checkWords(t, kept)
	}
}

// checkWords looks for words that were lost. Words are unique, so that those of
// another slot are found there.
func (w *world) checkWords(t *rapid.T, kept map[string]bool) {
	for word := range kept {
		w.removed[word] = true // accounted for
	}
}

func TestReplicasConvergeAndLoseNothing(t *testing.T) {
	t.Parallel()
	dir := fast(t)
	stories := 0
	defer func() {
		figures.Note(t, figures.Sync, "stories of 2 to 5 clients against a model of the server: edits, offline, lost requests and answers, deaths, editors, conflicts",
			fmt.Sprintf("%d of 50 to 60 steps", stories), "all converge, no recorded word lost, at most one open conflict for each device and file")
	}()
	rapid.Check(t, func(t *rapid.T) {
		stories++
		w := newWorld(t, dir)
		defer w.close()
		for range rapid.IntRange(50, 60).Draw(t, "steps") {
			w.step(t)
		}
		w.settle(t)
		w.check(t)
		for word := range w.added {
			if !w.removed[word] {
				t.Fatalf("%s was recorded, was taken away by nobody, and is gone\n%s", word, w.trace(word))
			}
		}
	})
}

// fast is a folder in memory where there is one: the disk's own promises are
// tried by TestAKilledProcessLosesNothing.
func fast(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "stresstester-sync-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
