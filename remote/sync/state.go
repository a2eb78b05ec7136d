package sync

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"stresstester/remote/api"
)

// lockTime is how long another process may hold the state.
const lockTime = 10 * time.Second

// State is what this machine knows of rooms, on the disk. A change is there for
// good when its Update returns. Several processes may use one; each holds it only
// for as long as a change takes.
type State struct {
	path string
	held *bbolt.DB // kept open, for tests that make many changes
	// tripwire is called before and after every change; tests die there.
	tripwire func(committed bool)
}

var (
	metaBucket  = []byte("meta")  // device, and the sequence of numbers
	roomsBucket = []byte("rooms") // Binding by room
	slotsBucket = []byte("slots") // by room, Slot by api.Slot
	addsBucket  = []byte("adds")  // by room, Addition by ID
	deviceKey   = []byte("device")
)

// OpenState is the state in the folder, which is made, privately, when it is needed.
func OpenState(dir string) *State { return &State{path: filepath.Join(dir, "rooms.db")} }

// Dir is the folder.
func (s *State) Dir() string { return filepath.Dir(s.path) }

func (s *State) exists() bool {
	_, err := os.Stat(s.path)
	return err == nil
}

func (s *State) open(readOnly bool) (*bbolt.DB, func(), error) {
	if s.held != nil {
		return s.held, func() {}, nil
	}
	if readOnly && !s.exists() {
		readOnly = false // a file that is not there yet is made by a writer
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("making the folder for rooms: %w", err)
	}
	db, err := bbolt.Open(s.path, 0o600, &bbolt.Options{Timeout: lockTime, ReadOnly: readOnly, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return nil, nil, fmt.Errorf("opening %s: %w", s.path, err)
	}
	return db, func() { _ = db.Close() }, nil
}

// Update makes a change, all of it or nothing.
func (s *State) Update(change func(*Tx) error) error {
	db, done, err := s.open(false)
	if err != nil {
		return err
	}
	defer done()
	if s.tripwire != nil {
		defer func() { s.tripwire(true) }()
	}
	return db.Update(func(tx *bbolt.Tx) error {
		if s.tripwire != nil {
			defer func() { s.tripwire(false) }()
		}
		for _, name := range [][]byte{metaBucket, roomsBucket, slotsBucket, addsBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return change(&Tx{tx})
	})
}

// View reads.
func (s *State) View(look func(*Tx) error) error {
	db, done, err := s.open(true)
	if err != nil {
		return err
	}
	defer done()
	return db.View(func(tx *bbolt.Tx) error { return look(&Tx{tx}) })
}

// Tx is one change of, or look at, the state.
type Tx struct{ tx *bbolt.Tx }

// Device is this machine's name among the user's, made at the first use.
func (t *Tx) Device() (string, error) {
	meta := t.tx.Bucket(metaBucket)
	if name := meta.Get(deviceKey); name != nil {
		return string(name), nil
	}
	host, _ := os.Hostname()
	id := strings.ReplaceAll(api.NewID(), "-", "")
	name := cleanDevice(host) + id[len(id)-10:]
	return name, meta.Put(deviceKey, []byte(name))
}

func cleanDevice(host string) string {
	host = strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-':
			return r
		}
		return -1
	}, host)
	if host == "" {
		return ""
	}
	return host[:min(len(host), 40)] + "-"
}

// Next is a number that was never given before.
func (t *Tx) Next() (int64, error) {
	n, err := t.tx.Bucket(metaBucket).NextSequence()
	return int64(n), err
}

// Binding ties a room to a folder.
type Binding struct {
	Room string `json:"room"`
	// Server is the server's address, User who uses it there.
	Server string `json:"server"`
	User   string `json:"user,omitempty"`
	Title  string `json:"title"`
	// Dir is the folder, Problem the problem's name in it: that of the tested file
	// without its extension.
	Dir     string `json:"dir"`
	Problem string `json:"problem"`
	// Rev is up to which revision everything was received.
	Rev  api.Revision `json:"rev"`
	Role api.Role     `json:"role"`
	// Status is what became of the room.
	Status api.SyncStatus `json:"status"`
	// Synced is when the server was last heard of.
	Synced time.Time `json:"synced,omitzero"`
	// Error is why the last try ended; empty when it did well.
	Error string `json:"error,omitempty"`
}

// Rooms are all bindings, sorted by room.
func (t *Tx) Rooms() ([]Binding, error) {
	var list []Binding
	bucket := t.tx.Bucket(roomsBucket)
	if bucket == nil {
		return nil, nil
	}
	return list, bucket.ForEach(func(_, value []byte) error {
		var b Binding
		if err := json.Unmarshal(value, &b); err != nil {
			return err
		}
		list = append(list, b)
		return nil
	})
}

// ErrNotBound is wrapped where a room is no folder's on this machine.
var ErrNotBound = errors.New("the room has no folder on this machine")

// Room is a room's binding.
func (t *Tx) Room(room string) (Binding, error) {
	var b Binding
	if bucket := t.tx.Bucket(roomsBucket); bucket != nil {
		if value := bucket.Get([]byte(room)); value != nil {
			return b, json.Unmarshal(value, &b)
		}
	}
	return b, fmt.Errorf("room %s: %w", room, ErrNotBound)
}

// PutRoom keeps a binding.
func (t *Tx) PutRoom(b Binding) error { return putJSON(t.tx.Bucket(roomsBucket), b.Room, b) }

// Forget drops everything about a room; the folder stays.
func (t *Tx) Forget(room string) error {
	if err := t.tx.Bucket(roomsBucket).Delete([]byte(room)); err != nil {
		return err
	}
	for _, name := range [][]byte{slotsBucket, addsBucket} {
		if err := t.tx.Bucket(name).DeleteBucket([]byte(room)); err != nil && !errors.Is(err, bbolt.ErrBucketNotFound) { //nolint:staticcheck // the name it has in all versions
			return err
		}
	}
	return nil
}

// Slots are all that is known of a room's files.
func (t *Tx) Slots(room string) (map[api.Slot]Slot, error) {
	slots := map[api.Slot]Slot{}
	bucket := t.tx.Bucket(slotsBucket)
	if bucket == nil {
		return slots, nil
	}
	bucket = bucket.Bucket([]byte(room))
	if bucket == nil {
		return slots, nil
	}
	return slots, bucket.ForEach(func(key, value []byte) error {
		var s Slot
		if err := json.Unmarshal(value, &s); err != nil {
			return fmt.Errorf("reading what is known of %s: %w", key, err)
		}
		slots[api.Slot(key)] = s
		return nil
	})
}

// Change changes what is known of one file.
func (t *Tx) Change(room string, slot api.Slot, change func(*Slot)) error {
	bucket, err := t.tx.Bucket(slotsBucket).CreateBucketIfNotExists([]byte(room))
	if err != nil {
		return err
	}
	s := NewSlot()
	if value := bucket.Get([]byte(slot)); value != nil {
		s = Slot{}
		if err := json.Unmarshal(value, &s); err != nil {
			return fmt.Errorf("reading what is known of %s: %w", slot, err)
		}
	}
	change(&s)
	return putJSON(bucket, string(slot), s)
}

// Addition is something that is only ever added to a room: a run or a
// counterexample.
type Addition struct {
	ID             string                 `json:"id"`
	Run            *api.NewRun            `json:"run,omitempty"`
	Counterexample *api.NewCounterexample `json:"counterexample,omitempty"`
	N              int64                  `json:"n"`
}

// Add puts an addition into the outbox.
func (t *Tx) Add(room string, a Addition) error {
	bucket, err := t.tx.Bucket(addsBucket).CreateBucketIfNotExists([]byte(room))
	if err != nil {
		return err
	}
	return putJSON(bucket, a.ID, a)
}

// Additions are those of a room that the server does not have yet, oldest first.
func (t *Tx) Additions(room string) ([]Addition, error) {
	var list []Addition
	bucket := t.tx.Bucket(addsBucket)
	if bucket == nil {
		return nil, nil
	}
	bucket = bucket.Bucket([]byte(room))
	if bucket == nil {
		return nil, nil
	}
	return list, bucket.ForEach(func(_, value []byte) error {
		var a Addition
		if err := json.Unmarshal(value, &a); err != nil {
			return err
		}
		list = append(list, a)
		return nil
	})
}

// Added takes an addition out of the outbox.
func (t *Tx) Added(room, id string) error {
	if bucket := t.tx.Bucket(addsBucket).Bucket([]byte(room)); bucket != nil {
		return bucket.Delete([]byte(id))
	}
	return nil
}

func putJSON(bucket *bbolt.Bucket, key string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding what is known of %s: %w", key, err)
	}
	return bucket.Put([]byte(key), data)
}
