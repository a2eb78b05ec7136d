package roomsdb

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"stresstester/remote/postgres"
)

// errConnection marks a failure that the next connection may not have.
var errConnection = errors.New("the connection to the database failed")

func isNetwork(err error) bool {
	var n net.Error
	return errors.As(err, &n) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// batch is the queries of one read. They are asked as the same actor, each on a
// snapshot of its own, unless the store's snapshot is used.
type batch struct {
	queries []query
}

type query struct {
	sql  string
	args []any
	scan func(pgx.Rows) error
}

// row queues a query of at most one row. scan gets pgx.ErrNoRows from Scan if there is none.
func (b *batch) row(sql string, args []any, scan func(pgx.Row) error) {
	b.queries = append(b.queries, query{sql, args, func(rows pgx.Rows) error {
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return err
			}
			return pgx.ErrNoRows
		}
		if err := scan(rows); err != nil {
			return err
		}
		for rows.Next() {
			continue // the rest is skipped
		}
		return rows.Err()
	}})
}

// rows queues a query; scan is called for each row.
func (b *batch) rows(sql string, args []any, scan func(pgx.Row) error) {
	b.queries = append(b.queries, query{sql, args, func(rows pgx.Rows) error {
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
}

// reader makes reads of many clients at once: while Postgres answers some, others
// gather, and all that gathered are sent together, in one go over one connection. A
// busy server so spends its time on queries rather than on round trips, and every
// read still begins after its request came: nothing is answered from an older one.
//
// Each read names its actor before its queries. All run in one implicit transaction,
// so the name does not outlive them; in the isolation level read committed, each query
// sees what was committed when it began.
type reader struct {
	db    *postgres.DB
	queue chan *pending
	quit  chan struct{}
	wg    sync.WaitGroup
}

type pending struct {
	actor Actor
	batch batch
	build func(*batch)
	err   error
	done  chan struct{}
}

const (
	readers   = 3               // connections that read at the same time
	readBatch = 32              // reads sent together
	readTime  = 6 * time.Second // more than Postgres gives a query
)

func newReader(db *postgres.DB) *reader {
	r := &reader{db: db, queue: make(chan *pending), quit: make(chan struct{})}
	for range readers {
		r.wg.Go(r.work)
	}
	return r
}

func (r *reader) close() {
	close(r.quit)
	r.wg.Wait()
}

// read asks what build queues. It returns the first error of a query, pgx.ErrNoRows
// included. build is called again, and must begin anew, if the reads have to be repeated.
// ctx ends the wait for a turn, but not a read that is under way: its results have
// somewhere to go.
func (r *reader) read(ctx context.Context, a Actor, build func(*batch)) error {
	p := &pending{actor: a, build: build, done: make(chan struct{})}
	build(&p.batch)
	select {
	case r.queue <- p:
	case <-ctx.Done():
		return ctx.Err()
	case <-r.quit:
		return errConnection
	}
	<-p.done
	return p.err
}

func (r *reader) work() {
	var reads []*pending
	for {
		select {
		case first := <-r.queue:
			reads = r.gather(append(reads[:0], first))
			r.serve(reads)
		case <-r.quit:
			return
		}
	}
}

// gather adds the reads that wait for a turn.
func (r *reader) gather(reads []*pending) []*pending {
	for len(reads) < readBatch {
		select {
		case p := <-r.queue:
			reads = append(reads, p)
		default:
			return reads
		}
	}
	return reads
}

func (r *reader) serve(reads []*pending) {
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	err := r.ask(ctx, reads)
	var refused *pgconn.PgError
	switch {
	case err == nil || ctx.Err() != nil:
	case !errors.As(err, &refused) || refused.Code == adminShutdown:
		// The connection was dead, as all of them are once after the database was started again.
		again(reads)
		err = r.ask(ctx, reads)
	case len(reads) > 1:
		// One that fails takes the others with it.
		for _, p := range reads {
			again([]*pending{p})
			if err := r.ask(ctx, []*pending{p}); err != nil {
				p.err = err
			}
		}
		err = nil
	}
	for _, p := range reads {
		if err != nil {
			p.err = err
		}
		close(p.done)
	}
}

const adminShutdown = "57P01"

// again makes reads as they were before they were asked.
func again(reads []*pending) {
	for _, p := range reads {
		p.batch.queries, p.err = p.batch.queries[:0], nil
		p.build(&p.batch)
	}
}

// ask returns an error if the transaction failed. That a row is missing is a read's own error.
func (r *reader) ask(ctx context.Context, reads []*pending) error {
	var b pgx.Batch
	for _, p := range reads {
		b.Queue(setActor, p.actor.settings()...)
		for _, q := range p.batch.queries {
			b.Queue(q.sql, q.args...)
		}
	}
	results := r.db.Pool().SendBatch(ctx, &b)
	err := receive(results, reads)
	return errors.Join(err, results.Close())
}

func receive(results pgx.BatchResults, reads []*pending) error {
	for _, p := range reads {
		if _, err := results.Exec(); err != nil {
			return err
		}
		for _, q := range p.batch.queries {
			rows, err := results.Query()
			if err != nil {
				return err
			}
			err = q.scan(rows)
			rows.Close()
			if rows.Err() != nil {
				return rows.Err()
			}
			if err != nil && p.err == nil {
				p.err = err
			}
		}
	}
	return nil
}

// read asks on a connection of its own: for what is rare or large, so that it keeps
// nobody else waiting.
func (s *Store) read(ctx context.Context, a Actor, build func(*batch)) error {
	return s.snapshot(ctx, a, pgx.TxOptions{AccessMode: pgx.ReadOnly}, build)
}

// snapshot is read in a transaction with the given options.
func (s *Store) snapshot(ctx context.Context, a Actor, options pgx.TxOptions, build func(*batch)) error {
	var b batch
	build(&b)
	return s.tx(ctx, a, options, func(tx pgx.Tx) error {
		for _, q := range b.queries {
			rows, err := tx.Query(ctx, q.sql, q.args...)
			if err != nil {
				return err
			}
			err = q.scan(rows)
			rows.Close()
			if err == nil {
				err = rows.Err()
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
