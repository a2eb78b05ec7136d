package postgres_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"stresstester/remote/postgres"
	"stresstester/remote/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

func TestTheServersRoleOwnsNothing(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	var role string
	var super, bypass bool
	if err := db.Pool().QueryRow(t.Context(), `
		select current_user, rolsuper, rolbypassrls from pg_roles where rolname = current_user`).Scan(&role, &super, &bypass); err != nil {
		t.Fatal(err)
	}
	if role != postgres.Role || super || bypass {
		t.Errorf("the server runs as %s (superuser %v, exempt from row security %v)", role, super, bypass)
	}
	for _, statement := range []string{
		`create table app.mine (id int)`,
		`drop table auth.users`,
		`update auth.audit_log set action = 'nothing happened'`,
		`delete from auth.audit_log`,
	} {
		_, err := db.Pool().Exec(t.Context(), statement)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "42501" {
			t.Errorf("%s: %v; want: permission denied", statement, err)
		}
	}
}

func TestTheActingUserEndsWithTheTransaction(t *testing.T) {
	t.Parallel()
	config := postgrestest.Config(t)
	config.MaxConns = 1 // so that the same connection is seen again
	db, err := postgres.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	user := uuid.New()
	read := func(tx pgx.Tx) (is string, err error) {
		err = tx.QueryRow(t.Context(), `select coalesce(current_setting('app.user_id', true), '')`).Scan(&is)
		return is, err
	}
	if err := db.AsUser(t.Context(), user, func(tx pgx.Tx) error {
		is, err := read(tx)
		if is != user.String() {
			t.Errorf("acting user %q, want %v", is, user)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Tx(t.Context(), func(tx pgx.Tx) error {
		is, err := read(tx)
		if is != "" {
			t.Errorf("the next transaction acts as %q", is)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestMigrationsGoUpDownAndUpAgain(t *testing.T) {
	t.Parallel()
	config := postgrestest.Empty(t)
	ctx := t.Context()
	_, err := postgres.Open(ctx, config)
	if err == nil || !strings.Contains(err.Error(), "stresstester-server migrate") {
		t.Errorf("opening an empty database: %v; want to be told to migrate", err)
	}
	if _, err := postgres.Migrate(ctx, config); err != nil {
		t.Fatal(err)
	}
	if err := postgres.MigrateTo(ctx, config, 0); err != nil {
		t.Fatal(err)
	}
	if n, err := postgres.Pending(ctx, config); err != nil || n == 0 {
		t.Errorf("%d migrations pending after going down, %v", n, err)
	}
	if _, err := postgres.Migrate(ctx, config); err != nil {
		t.Fatal(err)
	}
	if n, err := postgres.Pending(ctx, config); err != nil || n != 0 {
		t.Errorf("%d migrations pending after going up, %v", n, err)
	}
	postgrestest.Open(t, config)
}

func TestManyProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	config := postgrestest.Empty(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := postgres.Migrate(context.Background(), config); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestAPasswordIsInNoError(t *testing.T) {
	t.Parallel()
	for _, config := range []postgres.Config{
		{User: "u", Password: "swordfish", Host: "127.0.0.1", Port: 1, Database: "d"},
		{User: "u", Password: "swordfish", Host: "127.0.0.1", Port: 1, Database: "d", SSLMode: "nonsense"},
	} {
		_, err := postgres.Open(t.Context(), config)
		if err == nil || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("error %v", err)
		}
	}
}
