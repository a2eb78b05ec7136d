package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// A new one has a higher number than all that were ever released, whatever it is about:
// a database that has a later one would never get it. It leaves the binary before it
// working, for servers are replaced one after the other.
//
//go:embed migrations/*.sql
var migrations embed.FS

// A Migration is one file that was applied.
type Migration struct {
	Name     string
	Duration time.Duration
}

// Migrate brings the schema to this binary's version, as the database's owner. Any
// number of processes may try at once; one does it while the others wait.
func Migrate(ctx context.Context, config Config) ([]Migration, error) {
	var done []Migration
	err := withMigrator(config, func(p *goose.Provider) error {
		results, err := p.Up(ctx)
		for _, r := range results {
			done = append(done, Migration{Name: r.Source.Path, Duration: r.Duration})
		}
		return err
	})
	if err != nil {
		return done, fmt.Errorf("migrating the database %v: %w", config, err)
	}
	return done, nil
}

// MigrateTo goes up or down to a version; 0 leaves an empty database.
func MigrateTo(ctx context.Context, config Config, version int64) error {
	err := withMigrator(config, func(p *goose.Provider) error {
		now, err := p.GetDBVersion(ctx)
		if err != nil {
			return err
		}
		if version > now {
			_, err = p.UpTo(ctx, version)
		} else {
			_, err = p.DownTo(ctx, version)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("migrating the database %v to version %d: %w", config, version, err)
	}
	return nil
}

// Pending tells how many migrations the database lacks.
func Pending(ctx context.Context, config Config) (int, error) {
	n := 0
	err := withMigrator(config, func(p *goose.Provider) error {
		status, err := p.Status(ctx)
		for _, s := range status {
			if s.State == goose.StatePending {
				n++
			}
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("reading the version of the database %v: %w", config, err)
	}
	return n, nil
}

func withMigrator(config Config, fn func(*goose.Provider) error) (err error) {
	cc, err := pgx.ParseConfig(config.connString())
	if err != nil {
		return hide(err, config)
	}
	// A migration that waits for a lock blocks everybody behind it.
	cc.RuntimeParams["lock_timeout"] = "3000"
	db := stdlib.OpenDB(*cc)
	defer func() { err = errors.Join(err, db.Close()) }()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	return fn(p)
}
