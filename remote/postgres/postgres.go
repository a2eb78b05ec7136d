// Package postgres is the server's way to Postgres: the connection pool, the
// migrations and the role that the server runs as. It and the packages below it are
// the only ones that import pgx; queries live in one package per part of the schema
// (authdb for the schema auth).
//
// The server connects as the database's owner only to migrate. At run time every
// connection takes the role [Role], which owns nothing: row-level security therefore
// holds for it without exception, and it cannot change the schema. Policies read the
// acting user from the setting app.user_id, which [DB.AsUser] sets for one
// transaction; without it they see no row.
//
// Start reading at [Open] and [Migrate]; tests start at the package postgrestest.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Role is the role of every connection at run time. The first migration creates it
// and makes the migrating user a member.
const Role = "stresstester_web"

// Config says where the database is. User, Host and Database are required.
type Config struct {
	User     string
	Password string // may be empty, for a socket that trusts its user
	Host     string // a host name, or the absolute path of a socket's folder
	Port     int    // default 5432
	Database string
	// SSLMode is libpq's sslmode. Default: "prefer".
	SSLMode string
	// MaxConns bounds the pool. Default: 4 per processor, as pgx counts them, at least 10.
	MaxConns int
	// StatementTimeout ends a query that takes longer. Default: 5 s.
	StatementTimeout time.Duration
}

func (c Config) connString() string {
	port := c.Port
	if port == 0 {
		port = 5432
	}
	mode := c.SSLMode
	if mode == "" {
		mode = "prefer"
	}
	query := url.Values{"sslmode": {mode}, "connect_timeout": {"5"}, "application_name": {"stresstester-server"}}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(c.User, c.Password), Path: "/" + c.Database}
	if len(c.Host) > 0 && c.Host[0] == '/' {
		query.Set("host", c.Host)
		query.Set("port", strconv.Itoa(port))
	} else {
		u.Host = net.JoinHostPort(c.Host, strconv.Itoa(port))
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// String names the database without the password, for logs.
func (c Config) String() string {
	return fmt.Sprintf("%s@%s/%s", c.User, c.Host, c.Database)
}

// A DB is a pool of connections in the run-time role. It is safe for concurrent use.
type DB struct {
	pool   *pgxpool.Pool
	config Config
}

// Open connects, and fails if the database does not answer or was never migrated.
func Open(ctx context.Context, config Config) (*DB, error) {
	pc, err := pgxpool.ParseConfig(config.connString())
	if err != nil {
		return nil, fmt.Errorf("reading the database's settings: %w", hide(err, config))
	}
	timeout := config.StatementTimeout
	if timeout == 0 {
		timeout = 5 * time.Second
	}
	pc.MaxConns = max(pc.MaxConns, 10)
	if config.MaxConns > 0 {
		pc.MaxConns = int32(min(config.MaxConns, 10_000))
	}
	pc.MaxConnIdleTime = 5 * time.Minute
	pc.HealthCheckPeriod = 15 * time.Second
	params := pc.ConnConfig.RuntimeParams
	params["role"] = Role
	params["timezone"] = "UTC"
	params["statement_timeout"] = strconv.FormatInt(timeout.Milliseconds(), 10)
	params["idle_in_transaction_session_timeout"] = "10000"
	// Whoever waits for a row keeps a connection from everybody else.
	params["lock_timeout"] = strconv.FormatInt(max(timeout/2, time.Millisecond).Milliseconds(), 10)
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("opening the database %v: %w", config, hide(err, config))
	}
	db := &DB{pool: pool, config: config}
	if err := db.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return db, nil
}

// Ping reports whether the database answers and is one of ours.
func (db *DB) Ping(ctx context.Context) error {
	var migrated bool
	err := db.pool.QueryRow(ctx, `select has_schema_privilege('auth', 'usage')`).Scan(&migrated)
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg) && (pg.Code == "3F000" || pg.Code == "22023" || pg.Code == "42501"):
		return fmt.Errorf("the database %v was not migrated; run stresstester-server migrate: %w", db.config, err)
	case err != nil:
		if ctx.Err() == nil && (pg == nil || strings.HasPrefix(pg.Code, "57P")) {
			// The server is gone, and with it what every other connection of the pool led to. When it
			// is back, nobody's request shall find that out one by one.
			db.pool.Reset()
		}
		return fmt.Errorf("asking the database %v: %w", db.config, hide(err, db.config))
	}
	return nil
}

// hide drops an error whose text would repeat the connection string.
func hide(err error, config Config) error {
	var parse *pgconn.ParseConfigError
	if config.Password != "" && errors.As(err, &parse) {
		return errors.New("the settings cannot be understood")
	}
	return err
}

// Pool gives the pool to packages of queries.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Config tells where the database is, for connections of another kind (LISTEN).
func (db *DB) Config() Config { return db.config }

// Connect opens one more connection outside the pool, in the run-time role, without
// a statement timeout: for LISTEN. The caller closes it.
func (db *DB) Connect(ctx context.Context) (*pgx.Conn, error) {
	cc, err := pgx.ParseConfig(db.config.connString())
	if err != nil {
		return nil, fmt.Errorf("reading the database's settings: %w", hide(err, db.config))
	}
	cc.RuntimeParams["role"] = Role
	cc.RuntimeParams["timezone"] = "UTC"
	conn, err := pgx.ConnectConfig(ctx, cc)
	if err != nil {
		return nil, fmt.Errorf("connecting to the database %v: %w", db.config, err)
	}
	return conn, nil
}

// Close waits for connections in use and closes all.
func (db *DB) Close() { db.pool.Close() }

// Tx runs fn in a transaction, which is rolled back if fn fails.
func (db *DB) Tx(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, db.pool, fn)
}

// AsUser runs fn in a transaction in which policies see the rows of user. The setting
// ends with the transaction, so that no connection carries it to somebody else.
func (db *DB) AsUser(ctx context.Context, user uuid.UUID, fn func(tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select set_config('app.user_id', $1, true)`, user.String()); err != nil {
			return fmt.Errorf("setting the acting user: %w", err)
		}
		return fn(tx)
	})
}

// PoolStats describes the pool at this moment.
type PoolStats struct {
	Acquired, Idle, Max int32
	Waited              int64 // how often a connection was waited for, since the start
}

// Stats describes the pool, for metrics.
func (db *DB) Stats() PoolStats {
	s := db.pool.Stat()
	return PoolStats{Acquired: s.AcquiredConns(), Idle: s.IdleConns(), Max: s.MaxConns(), Waited: s.EmptyAcquireCount()}
}
