package postgres_test

import (
	"context"
	"errors"
	"fmt"
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
		`insert into auth.administrators (user_id) select id from auth.users`,
		`delete from auth.administrators`,
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

// contents is what is in every table, as a digest by its name.
func contents(t *testing.T, config postgres.Config) map[string]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", config.Host, config.User, config.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `select schemaname || '.' || tablename from pg_tables where schemaname in ('auth', 'app')`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, table := range tables {
		var digest string
		if err := conn.QueryRow(t.Context(), `select count(*) || ' rows ' || coalesce(md5(string_agg(t::text, ',' order by t::text)), '') from `+table+` t`).Scan(&digest); err != nil {
			t.Fatal(err)
		}
		all[table] = digest
	}
	return all
}

// The schema before the last migration, with data of every kind that people make.
func TestTheLastMigrationKeepsWhatThereIs(t *testing.T) {
	t.Parallel()
	config := postgrestest.Empty(t)
	const before = 100 // the version that had accounts and rooms, and no administrators
	if err := postgres.MigrateTo(t.Context(), config, before); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), fmt.Sprintf("host=%s user=%s dbname=%s sslmode=disable", config.Host, config.User, config.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	const ada, room, device = "'018f0000-0000-7000-8000-000000000001'", "'018f0000-0000-7000-8000-000000000002'", "'018f0000-0000-7000-8000-000000000003'"
	if _, err := conn.Exec(t.Context(), `
		insert into auth.users (id, username, display_name, password_hash) values (`+ada+`, 'ada', 'Ada', '$argon2id$');
		insert into auth.devices (id, user_id, kind, name) values (`+device+`, `+ada+`, 'browser', 'Firefox');
		insert into auth.sessions (hash, user_id, device_id, expires_at) values ('h', `+ada+`, `+device+`, now() + interval '1 day');
		insert into auth.audit_log (user_id, action) values (`+ada+`, 'signed in');
		insert into app.rooms (id, title, settings, rev, created_by) values (`+room+`, 'Maximum subarray', '{}', 2, `+ada+`);
		insert into app.room_members (user_id, room_id, role) values (`+ada+`, `+room+`, 'owner');
		insert into app.blobs (room_id, hash, bytes) values (`+room+`, 'x', 'int main() {}');
		insert into app.file_revisions (room_id, rev, slot, name, deleted, hash, size, author, device, created_at, parent, merge_parent)
			values (`+room+`, 2, 'tested', 'sol.cpp', false, 'x', 13, `+ada+`, 'laptop', now(), 0, 0);
		insert into app.room_files (room_id, slot, name, rev, deleted, hash, size, author, device, created_at, parent, merge_parent)
			values (`+room+`, 'tested', 'sol.cpp', 2, false, 'x', 13, `+ada+`, 'laptop', now(), 0, 0)`); err != nil {
		t.Fatal(err)
	}
	was := contents(t, config)
	same := func(when string) {
		t.Helper()
		is := contents(t, config)
		for table, digest := range was {
			if is[table] != digest {
				t.Errorf("%s: %s has %s, and had %s", when, table, is[table], digest)
			}
		}
	}
	done, err := postgres.Migrate(t.Context(), config)
	if err != nil || len(done) == 0 {
		t.Fatalf("%d migrations, %v", len(done), err)
	}
	same("migrated")
	if err := postgres.SetAdministrator(t.Context(), config, "ada", true); err != nil {
		t.Error(err)
	}
	if err := postgres.MigrateTo(t.Context(), config, before); err != nil {
		t.Fatal(err)
	}
	same("and back")
	if _, err := postgres.Migrate(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	same("and forward again")
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
