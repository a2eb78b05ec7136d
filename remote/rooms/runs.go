package rooms

import (
	"context"
	"encoding/json"
	"errors"

	"stresstester/remote/api"
	"stresstester/remote/postgres/roomsdb"
)

// AddRun records a run. added is false if it was recorded before.
func (s *Service) AddRun(ctx context.Context, actor Actor, room string, n api.NewRun) (run api.Run, added bool, err error) {
	if err := checkRoom(room); err != nil {
		return run, false, err
	}
	if err := errors.Join(checkNewID(n.ID), s.checkReport(n.Report, "body.report")); err != nil {
		return run, false, s.problemOf(err, "run")
	}
	if full, err := s.full(ctx, actor, room, len(n.Report)); err != nil {
		return run, false, err
	} else if full != nil {
		// One that is here already is no more.
		if run, err = s.Run(ctx, actor, room, n.ID); err != nil {
			return run, false, s.instead(ctx, actor, room, err, full)
		}
		run.Report = nil
		return run, false, nil
	}
	if run, added, err = s.store.AddRun(ctx, actor.db(), room, s.allow(actor, editRoom), n); err != nil {
		return run, false, s.problemOf(err, "room")
	}
	if added {
		s.feed.changed(room, run.Rev)
	}
	return run, added, nil
}

func (s *Service) checkReport(report json.RawMessage, location string) error {
	switch {
	case len(report) > s.limits.ReportBytes:
		return limited(tooLarge("the report is larger than this server allows; cut its texts"), "report_bytes", s.limits.ReportBytes)
	case len(report) > 0 && !json.Valid(report):
		return invalid(location, "this is not JSON")
	}
	return nil
}

// instead is the answer to somebody who wants to add what is not there, where nothing
// more fits; who may not change the room is told that.
func (s *Service) instead(ctx context.Context, actor Actor, room string, err error, full *roomsdb.LimitError) error {
	if !isProblem(err, api.CodeNotFound) {
		return err
	}
	if _, err := s.access(ctx, actor, room, editRoom); err != nil {
		return err
	}
	return s.problemOf(full, "room")
}

// Run reads a run with its report.
func (s *Service) Run(ctx context.Context, actor Actor, room, id string) (api.Run, error) {
	if err := errors.Join(checkRoom(room), checkID(id, "run")); err != nil {
		return api.Run{}, s.problemOf(err, "run")
	}
	if _, err := s.access(ctx, actor, room, readRoom); err != nil {
		return api.Run{}, err
	}
	run, access, err := s.store.Run(ctx, actor.db(), room, id)
	if err != nil {
		return api.Run{}, s.problemOf(err, "run")
	}
	return run, s.authorize(actor, readRoom, access)
}

// Runs lists a room's runs, newest first.
func (s *Service) Runs(ctx context.Context, actor Actor, room, cursor string, limit int) (api.RunList, error) {
	if err := checkRoom(room); err != nil {
		return api.RunList{}, err
	}
	return list(s, cursor, limit, func(after roomsdb.Cursor, n int) ([]api.Run, roomsdb.Access, error) {
		return s.store.Runs(ctx, actor.db(), room, after, n)
	}, s.allow(actor, readRoom), func(r api.Run) roomsdb.Cursor { return roomsdb.Cursor{Rev: int64(r.Rev)} },
		func(runs []api.Run, page api.Page) api.RunList { return api.RunList{Runs: runs, Page: page} })
}

// AddCounterexample stores a counterexample. added is false if it was stored before.
func (s *Service) AddCounterexample(ctx context.Context, actor Actor, room string, n api.NewCounterexample) (e api.Counterexample, added bool, err error) {
	if err := checkRoom(room); err != nil {
		return e, false, err
	}
	if err := errors.Join(checkNewID(n.ID), s.checkReport(n.Failure, "body.failure")); err != nil {
		return e, false, s.problemOf(err, "counterexample")
	}
	if n.Run != "" && !api.ValidID(n.Run) {
		return e, false, invalid("body.run", "the id is not a UUID in lower case with dashes")
	}
	if full, err := s.full(ctx, actor, room, len(n.Failure)); err != nil {
		return e, false, err
	} else if full != nil {
		if e, err = s.Counterexample(ctx, actor, room, n.ID); err != nil {
			return e, false, s.instead(ctx, actor, room, err, full)
		}
		e.Failure = nil
		return e, false, nil
	}
	if e, added, err = s.store.AddCounterexample(ctx, actor.db(), room, s.allow(actor, editRoom), n); err != nil {
		return e, false, s.problemOf(err, "room")
	}
	if added {
		s.feed.changed(room, e.Rev)
	}
	return e, added, nil
}

// Counterexample reads a counterexample with its failure.
func (s *Service) Counterexample(ctx context.Context, actor Actor, room, id string) (api.Counterexample, error) {
	if err := errors.Join(checkRoom(room), checkID(id, "counterexample")); err != nil {
		return api.Counterexample{}, s.problemOf(err, "counterexample")
	}
	if _, err := s.access(ctx, actor, room, readRoom); err != nil {
		return api.Counterexample{}, err
	}
	e, access, err := s.store.Counterexample(ctx, actor.db(), room, id)
	if err != nil {
		return api.Counterexample{}, s.problemOf(err, "counterexample")
	}
	if err := s.authorize(actor, readRoom, access); err != nil {
		return api.Counterexample{}, err
	}
	if e.Deleted {
		return api.Counterexample{}, notFound("counterexample")
	}
	return e, nil
}

// Counterexamples lists a room's counterexamples, newest first.
func (s *Service) Counterexamples(ctx context.Context, actor Actor, room, cursor string, limit int) (api.CounterexampleList, error) {
	if err := checkRoom(room); err != nil {
		return api.CounterexampleList{}, err
	}
	return list(s, cursor, limit, func(after roomsdb.Cursor, n int) ([]api.Counterexample, roomsdb.Access, error) {
		return s.store.Counterexamples(ctx, actor.db(), room, false, after, n)
	}, s.allow(actor, readRoom), func(e api.Counterexample) roomsdb.Cursor { return roomsdb.Cursor{Rev: int64(e.Rev)} },
		func(examples []api.Counterexample, page api.Page) api.CounterexampleList {
			return api.CounterexampleList{Counterexamples: examples, Page: page}
		})
}

// DeleteCounterexample forgets a counterexample. Doing it twice is doing it once.
func (s *Service) DeleteCounterexample(ctx context.Context, actor Actor, room, id string) error {
	if err := errors.Join(checkRoom(room), checkID(id, "counterexample")); err != nil {
		return notFound("counterexample")
	}
	if err := s.store.DeleteCounterexample(ctx, actor.db(), room, id, s.allow(actor, editRoom)); err != nil {
		return s.problemOf(err, "counterexample")
	}
	s.announce(ctx, actor, room)
	return nil
}
