// Package postgrestest gives tests real databases. One throw-away Postgres serves a
// test binary; every test gets a database of its own, copied from one that was
// migrated once, which takes some twenty milliseconds.
//
//	func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }
//
//	func TestSomething(t *testing.T) {
//		db := postgrestest.New(t)
//		user := authtest.NewUser(t, db, "ada") // remote/auth/authtest: users and tokens
//	}
//
// Tests that kill or stop Postgres start a cluster of their own with [local.Start].
package postgrestest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"stresstester/remote/postgres"
	"stresstester/remote/postgres/local"
)

const template = "migrated"

// The binary's one cluster. It is started by the first test that asks.
var shared struct {
	once    sync.Once
	cluster *local.Cluster
	err     error
	count   atomic.Int64
	// Copying a template fails while another copy is being made of it.
	copying sync.Mutex
}

// Main runs a package's tests and removes the Postgres they used. It returns the exit status.
func Main(m *testing.M) int {
	status := m.Run()
	if err := Close(); err != nil {
		fmt.Fprintln(os.Stderr, "postgrestest: ending Postgres:", err)
		return max(status, 1)
	}
	return status
}

// Close ends the shared Postgres, for a TestMain that has more to do than [Main].
func Close() error {
	if shared.cluster == nil {
		return nil
	}
	return shared.cluster.Close()
}

func start() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	shared.cluster, shared.err = local.Start(ctx, local.Options{Settings: map[string]string{"max_connections": "300"}})
	if shared.err != nil {
		return
	}
	if shared.err = shared.cluster.Exec(ctx, "create database "+template); shared.err == nil {
		_, shared.err = postgres.Migrate(ctx, shared.cluster.Config(template))
	}
}

// Config makes a migrated database for t alone and tells how to reach it.
func Config(t testing.TB) postgres.Config {
	t.Helper()
	return create(t, " template "+template)
}

// Empty makes a database without any table.
func Empty(t testing.TB) postgres.Config {
	t.Helper()
	return create(t, "")
}

func create(t testing.TB, source string) postgres.Config {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the server's tests need Postgres on a Unix socket")
	}
	shared.once.Do(start)
	if shared.err != nil {
		t.Fatalf("starting a Postgres for the tests: %v", shared.err)
	}
	name := fmt.Sprintf("test_%d", shared.count.Add(1))
	shared.copying.Lock()
	err := shared.cluster.Exec(context.Background(), "create database "+name+source)
	shared.copying.Unlock()
	if err != nil {
		t.Fatalf("making the test's database: %v", err)
	}
	t.Cleanup(func() {
		if err := shared.cluster.Exec(context.Background(), "drop database "+name+" with (force)"); err != nil {
			t.Errorf("dropping the test's database: %v", err)
		}
	})
	return shared.cluster.Config(name)
}

// New opens a migrated database for t alone, in the role the server runs as.
func New(t testing.TB) *postgres.DB {
	t.Helper()
	return Open(t, Config(t))
}

// Open opens a database as one more server process would, and closes it with the test.
func Open(t testing.TB, config postgres.Config) *postgres.DB {
	t.Helper()
	config.MaxConns = 8
	db, err := postgres.Open(t.Context(), config)
	if err != nil {
		t.Fatalf("opening the test's database: %v", err)
	}
	t.Cleanup(db.Close)
	return db
}
