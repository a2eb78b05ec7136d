package rooms

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

// A change may be committed after a user's rooms were read from the database and told before
// they are watched. Whoever subscribed in that moment has to hear of it all the same.
func TestAChangeBetweenReadingAndWatchingIsHeard(t *testing.T) {
	t.Parallel()
	long := time.Now().Add(24 * time.Hour)
	for name, others := range map[string]bool{"the only listener": false, "another one listens already": true} {
		for how, resumed := range map[string]bool{"that begins": false, "that goes on where another ended": true} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				f := newFeed(nil, zap.NewNop(), 100, 10, time.Second)
				user, room := uuid.New(), api.NewID()
				before := []roomsdb.Head{{Room: room, Rev: 6, Updated: time.Now().Add(-time.Hour)}}
				if others {
					if sub, err := f.subscribe(user, uuid.New()); err == nil {
						f.loaded(user, before, sub, long)
					}
				}
				sub, err := f.subscribe(user, uuid.New())
				if err != nil {
					t.Fatal(err)
				}
				f.loads++          // the rooms are being read, and the room is at 6,
				f.changed(room, 7) // when somebody changes it
				since := map[bool]time.Time{true: time.Now().Add(-time.Minute), false: long}[resumed]
				f.loaded(user, before, sub, since)
				pokes, _ := f.take(sub)
				if len(pokes) != 1 || pokes[0] != (api.Poke{Room: room, Rev: 7}) {
					t.Errorf("the subscription is told %+v, not of revision 7", pokes)
				}
				if f.rooms[room].rev != 7 {
					t.Errorf("the room counts as told up to revision %d", f.rooms[room].rev)
				}
			})
		}
	}
}

func TestWhatWasToldRecentlyIsForgotten(t *testing.T) {
	t.Parallel()
	var r recent
	begin := time.Now()
	r.add("a", 3, begin)
	r.add("a", 2, begin)
	r.add("b", 4, begin.Add(recentTime+1))
	if r.rev("a") != 3 || r.rev("b") != 4 || r.rev("c") != 0 {
		t.Errorf("a %d, b %d, c %d", r.rev("a"), r.rev("b"), r.rev("c"))
	}
	r.add("c", 5, begin.Add(2*recentTime+2))
	if r.rev("a") != 0 || r.rev("b") != 4 || r.rev("c") != 5 {
		t.Errorf("a %d, b %d, c %d", r.rev("a"), r.rev("b"), r.rev("c"))
	}
}
