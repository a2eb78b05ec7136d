package roomsdb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"stresstester/remote/api"
)

const (
	runColumns = `r.id::text, r.rev, r.room_rev, r.verdict, r.tests, r.seconds, r.seed, r.started_at, coalesce(u.id::text, ''),
		coalesce(nullif(u.display_name, ''), u.username, ''), r.device, r.created_at`
	runFrom = ` from app.runs r left join auth.users u on u.id = r.user_id where r.room_id = $1`

	exampleColumns = `e.id::text, coalesce(e.run_id::text, ''), e.rev, e.room_rev, e.verdict, e.seed, e.message, coalesce(u.id::text, ''),
		coalesce(nullif(u.display_name, ''), u.username, ''), e.device, e.created_at, e.deleted`
	exampleFrom = ` from app.counterexamples e left join auth.users u on u.id = e.user_id where e.room_id = $1`
)

func scanRun(row pgx.Row) (r api.Run, err error) {
	var seed int64
	var report []byte
	err = row.Scan(&r.ID, &r.Rev, &r.RoomRev, &r.Verdict, &r.Tests, &r.Seconds, &seed, &r.Started, &r.User, &r.UserName, &r.Device, &r.Created, &report)
	r.Seed, r.Report = uint64(seed), report
	return r, err
}

func scanExample(row pgx.Row) (e api.Counterexample, err error) {
	var seed int64
	var failure []byte
	err = row.Scan(&e.ID, &e.Run, &e.Rev, &e.RoomRev, &e.Verdict, &seed, &e.Message, &e.User, &e.UserName, &e.Device, &e.Created, &e.Deleted, &failure)
	e.Seed, e.Failure = uint64(seed), failure
	return e, err
}

// AddRun inserts a run, unless the room has one with its ID. The answer has no report.
func (s *Store) AddRun(ctx context.Context, a Actor, room string, allow Allow, n api.NewRun) (run api.Run, added bool, err error) {
	a.Key = nil // its ID makes it idempotent
	_, err = s.change(ctx, a, room, allow, nil, func(c *change) error {
		run, err = scanRun(c.tx.QueryRow(ctx, `select `+runColumns+`, null::bytea`+runFrom+` and r.id = $2`, room, n.ID))
		if err == nil || !isNone(err) {
			return wrap("looking for the run", err)
		}
		added = true
		head, err := json.Marshal(api.RunHead{ID: n.ID, Verdict: n.Verdict, Tests: n.Tests, Created: c.at.Truncate(time.Microsecond)})
		if err != nil {
			return err
		}
		if err := c.bump(`, last_run = $2`, head); err != nil {
			return err
		}
		if err := c.exec("storing a run", `
			insert into app.runs (room_id, id, rev, room_rev, verdict, tests, seconds, seed, started_at, report, user_id, device, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			room, n.ID, c.access.Rev, n.RoomRev, n.Verdict, n.Tests, n.Seconds, int64(n.Seed), n.Started, []byte(n.Report), a.User, a.Device, c.at); err != nil {
			return err
		}
		run, err = scanRun(c.tx.QueryRow(ctx, `select `+runColumns+`, null::bytea`+runFrom+` and r.id = $2`, room, n.ID))
		return wrap("reading the run", err)
	})
	return run, added, err
}

// Run reads a run with its report.
func (s *Store) Run(ctx context.Context, a Actor, room, id string) (run api.Run, acc Access, err error) {
	err = s.read(ctx, a, func(b *batch) {
		access(b, a, room, &acc)
		b.row(`select `+runColumns+`, r.report`+runFrom+` and r.id = $2`, []any{room, id}, func(row pgx.Row) (err error) {
			run, err = scanRun(row)
			return err
		})
	})
	return run, acc, wrap("reading a run", err)
}

// Runs lists runs, newest first, without reports.
func (s *Store) Runs(ctx context.Context, a Actor, room string, after Cursor, limit int) ([]api.Run, Access, error) {
	runs := []api.Run{}
	var acc Access
	err := s.read(ctx, a, func(b *batch) {
		access(b, a, room, &acc)
		b.rows(`select `+runColumns+`, null::bytea`+runFrom+` and ($2 = 0 or r.rev < $2) order by r.rev desc limit $3`,
			[]any{room, after.Rev, limit}, func(row pgx.Row) error {
				r, err := scanRun(row)
				runs = append(runs, r)
				return err
			})
	})
	return runs, acc, wrap("listing runs", err)
}

// AddCounterexample inserts a counterexample, unless the room has one with its ID, or of
// its run and seed.
func (s *Store) AddCounterexample(ctx context.Context, a Actor, room string, allow Allow, n api.NewCounterexample) (e api.Counterexample, added bool, err error) {
	a.Key = nil
	var run *string
	if n.Run != "" {
		run = &n.Run
	}
	_, err = s.change(ctx, a, room, allow, nil, func(c *change) error {
		e, err = scanExample(c.tx.QueryRow(ctx, `select `+exampleColumns+`, null::bytea`+exampleFrom+` and (e.id = $2 or e.run_id = $3 and e.seed = $4) order by e.id = $2 desc limit 1`,
			room, n.ID, run, int64(n.Seed)))
		if err == nil || !isNone(err) {
			return wrap("looking for the counterexample", err)
		}
		added = true
		if err := c.bump(``); err != nil {
			return err
		}
		if err := c.exec("storing a counterexample", `
			insert into app.counterexamples (room_id, id, run_id, rev, room_rev, verdict, seed, message, failure, user_id, device, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			room, n.ID, run, c.access.Rev, n.RoomRev, n.Verdict, int64(n.Seed), n.Message, []byte(n.Failure), a.User, a.Device, c.at); err != nil {
			return err
		}
		e, err = scanExample(c.tx.QueryRow(ctx, `select `+exampleColumns+`, null::bytea`+exampleFrom+` and e.id = $2`, room, n.ID))
		return wrap("reading the counterexample", err)
	})
	return e, added, err
}

// Counterexample reads a counterexample with its failure.
func (s *Store) Counterexample(ctx context.Context, a Actor, room, id string) (e api.Counterexample, acc Access, err error) {
	err = s.read(ctx, a, func(b *batch) {
		access(b, a, room, &acc)
		b.row(`select `+exampleColumns+`, e.failure`+exampleFrom+` and e.id = $2`, []any{room, id}, func(row pgx.Row) (err error) {
			e, err = scanExample(row)
			return err
		})
	})
	return e, acc, wrap("reading a counterexample", err)
}

// Counterexamples lists counterexamples that are not deleted, newest first; with their failures if full.
func (s *Store) Counterexamples(ctx context.Context, a Actor, room string, full bool, after Cursor, limit int) ([]api.Counterexample, Access, error) {
	examples := []api.Counterexample{}
	var acc Access
	failure := `null::bytea`
	if full {
		failure = `e.failure`
	}
	err := s.read(ctx, a, func(b *batch) {
		access(b, a, room, &acc)
		b.rows(`select `+exampleColumns+`, `+failure+exampleFrom+` and not e.deleted and ($2 = 0 or e.rev < $2) order by e.rev desc limit $3`,
			[]any{room, after.Rev, limit}, func(row pgx.Row) error {
				e, err := scanExample(row)
				examples = append(examples, e)
				return err
			})
	})
	return examples, acc, wrap("listing counterexamples", err)
}

// DeleteCounterexample forgets what a counterexample was, and keeps that it was there.
func (s *Store) DeleteCounterexample(ctx context.Context, a Actor, room, id string, allow Allow) error {
	_, err := s.change(ctx, a, room, allow, &struct{}{}, func(c *change) error {
		var deleted bool
		if err := c.tx.QueryRow(ctx, `select deleted from app.counterexamples where room_id = $1 and id = $2`, room, id).Scan(&deleted); err != nil {
			return wrap("looking for the counterexample", err)
		}
		if deleted {
			return nil
		}
		if err := c.bump(``); err != nil {
			return err
		}
		return c.exec("deleting a counterexample", `update app.counterexamples set deleted = true, failure = null, rev = $3 where room_id = $1 and id = $2`, room, id, c.access.Rev)
	})
	return err
}
