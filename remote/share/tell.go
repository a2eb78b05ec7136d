package share

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stresstester/core/problem"
	"stresstester/remote/api"
	"stresstester/remote/sync"
)

// Sentence tells how a room stands, and what to do about it.
func Sentence(st *sync.Status) string {
	switch st.Standing {
	case sync.Conflicted:
		var names []string
		for _, c := range st.Conflicts {
			names = append(names, filepath.Base(c.Path))
		}
		return fmt.Sprintf("%s changed here and in the room: decide which text is to stay", strings.Join(names, ", "))
	case sync.Lost:
		if st.Binding.Status == api.RoomTrashed {
			return "the room was deleted; its files here stay, and an owner can restore it"
		}
		return "the room is gone, or you are no member any more; its files here stay"
	case sync.Failing:
		return st.Error
	case sync.Waiting:
		return count(len(st.Pending), "change") + " on the way"
	case sync.InStep:
	}
	var parts []string
	switch {
	case st.Role == api.Viewer:
		parts = append(parts, "in step; you may look at this room, and what you change stays here")
	case st.Live:
		parts = append(parts, "in step")
	default:
		parts = append(parts, "in step, as of "+st.Synced.Local().Format(time.TimeOnly))
	}
	for _, slot := range sortedSlots(st.Refused) {
		parts = append(parts, fmt.Sprintf("%s is not taken: %s", slot, st.Refused[slot]))
	}
	for _, path := range slices.Sorted(maps.Keys(st.Skipped)) {
		parts = append(parts, fmt.Sprintf("%s is left out: %s", filepath.Base(path), st.Skipped[path]))
	}
	return strings.Join(parts, "; ")
}

func sortedSlots(m map[api.Slot]string) []api.Slot {
	var slots []api.Slot
	for slot := range m {
		slots = append(slots, slot)
	}
	slices.Sort(slots)
	return slots
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// TestedName is the name of a room's tested file on this machine, or empty.
func TestedName(state *sync.State, room string) string {
	name := ""
	_ = state.View(func(tx *sync.Tx) error {
		slots, err := tx.Slots(room)
		if s, ok := slots[api.RoleSlot(problem.Tested)]; ok && !s.Wanted().Deleted {
			name = s.Wanted().Name
		}
		return err
	})
	return name
}

// maxReport is the size of the largest report that is sent along.
const maxReport = 512 << 10

// RecordRun puts a run of a shared problem, and what it found, into the room, as
// soon as the server can be reached. Of a problem that is not shared nothing is
// kept.
func (s *Service) RecordRun(tested string, result *problem.Result) error {
	st, err := s.exact(tested)
	if err != nil || st == nil || st.Role == api.Viewer {
		return err
	}
	report, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("encoding a run: %w", err)
	}
	if len(report) > maxReport {
		report = nil
	}
	run := api.NewRun{
		ID: api.NewID(), RoomRev: st.Rev, Verdict: string(result.Verdict), Tests: int64(result.Tests), Seconds: result.Seconds,
		Seed: result.Seed, Started: time.Now().Add(-time.Duration(result.Seconds * float64(time.Second))).UTC(), Report: report,
	}
	err = s.State.Update(func(tx *sync.Tx) error {
		n, err := tx.Next()
		if err != nil {
			return err
		}
		if err := tx.Add(st.Room, sync.Addition{ID: run.ID, Run: &run, N: n}); err != nil {
			return err
		}
		for _, f := range result.Failures {
			if err := addCounterexample(tx, st, run.ID, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.Syncer.PokeRoom(st.Room)
	}
	return err
}

func addCounterexample(tx *sync.Tx, st *sync.Status, run string, f problem.Failure) error {
	if f.Counterexample == nil || !f.Verdict.Divergence() {
		return nil
	}
	data, err := json.Marshal(f)
	if err != nil || len(data) > maxReport {
		return err
	}
	n, err := tx.Next()
	if err != nil {
		return err
	}
	message := f.Message
	if len(message) > 2000 {
		message = strings.ToValidUTF8(message[:2000], "")
	}
	c := api.NewCounterexample{
		ID: api.NewID(), Run: run, RoomRev: st.Rev, Verdict: string(f.Verdict), Seed: f.TestSeed, Message: message, Failure: data,
	}
	return tx.Add(st.Room, sync.Addition{ID: c.ID, Counterexample: &c, N: n})
}

// exact is the room of a tested file, or nil.
func (s *Service) exact(tested string) (*sync.Status, error) {
	all, err := s.Status()
	if err != nil {
		return nil, err
	}
	base := filepath.Base(tested)
	for i := range all {
		if all[i].Dir == filepath.Dir(tested) && all[i].Problem == strings.TrimSuffix(base, filepath.Ext(base)) {
			return &all[i], nil
		}
	}
	return nil, nil
}
