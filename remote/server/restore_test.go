package server_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"stresstester/remote/api"
	"stresstester/remote/figures"
	"stresstester/remote/postgres/local"
	"stresstester/remote/server/servertest"
)

// A backup that was taken while people wrote is a moment of the database: what was acknowledged before it began is in
// it, nothing is half there, and a server on it goes on with the same logins.
func TestADatabaseIsRestoredFromItsBackup(t *testing.T) {
	t.Parallel()
	binaries, err := local.Binaries()
	if err != nil {
		t.Fatal(err)
	}
	cluster, p, ada := durable(t)
	config := cluster.Config("s")
	room := makeRoom(t, p.URL, ada)
	path := p.URL + strings.NewReplacer("{room}", room, "{slot}", "tested").Replace(api.PathFile)
	rev := api.Revision(2)
	write := func(server string, n int) {
		t.Helper()
		put := api.PutFile{FileContent: api.FileContent{Name: "a.cpp", Content: []byte(fmt.Sprint("write ", n))}}
		a := ask(t, "PUT", strings.Replace(path, p.URL, server, 1), ada.Token, map[string]string{"If-Match": rev.ETag()}, put)
		var f api.File
		if err := json.Unmarshal([]byte(a.body), &f); err != nil || a.status != 200 {
			t.Fatalf("write %d: %d %s", n, a.status, a.body)
		}
		rev = f.Rev
	}
	for n := range 50 {
		write(p.URL, n)
	}
	before := rev
	file := filepath.Join(t.TempDir(), "backup")
	dumped := make(chan error, 1)
	go func() {
		out, err := exec.CommandContext(t.Context(), filepath.Join(binaries, "pg_dump"), "-h", config.Host, "-U", config.User, "-Fc", "-f", file, config.Database).CombinedOutput() //nolint:gosec // the test's own
		if err != nil {
			err = fmt.Errorf("pg_dump: %w: %s", err, out)
		}
		dumped <- err
	}()
	meanwhile := 0
	for dumping := true; dumping; {
		select {
		case err := <-dumped:
			if err != nil {
				t.Fatal(err)
			}
			dumping = false
		default:
			write(p.URL, 50+meanwhile)
			meanwhile++
		}
	}
	p.Kill()
	if err := cluster.Exec(t.Context(), "create database restored"); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), filepath.Join(binaries, "pg_restore"), "-h", config.Host, "-U", config.User, "-d", "restored", "--exit-on-error", file).CombinedOutput(); err != nil { //nolint:gosec // the test's own
		t.Fatalf("pg_restore: %v: %s", err, out)
	}
	conn, err := pgx.Connect(t.Context(), "host="+config.Host+" user="+config.User+" dbname=restored sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var now, revisions, wrong int
	err = conn.QueryRow(t.Context(), `select r.rev, (select count(*) from app.file_revisions f where f.room_id = r.id),
		(select count(*) from app.blobs where hash <> sha256(bytes)) + (select count(*) from app.file_revisions f where f.hash is not null
			and not exists (select from app.blobs b where b.room_id = f.room_id and b.hash = f.hash))
		from app.rooms r where r.id = $1`, room).Scan(&now, &revisions, &wrong)
	if err != nil {
		t.Fatal(err)
	}
	if api.Revision(now) < before || revisions != now-1 || wrong != 0 {
		t.Errorf("revision %d of at least %d, %d revisions, %d contents missing or wrong", now, before, revisions, wrong)
	}
	restored := cluster.Config("restored")
	again := servertest.Start(t, restored, roomy, servertest.Behind(p.Issuer))
	rev = api.Revision(now)
	write(again.URL, 1_000_000) // the same login, and row security lets its owner in
	if a := ask(t, "GET", again.URL+strings.Replace(api.PathRoom, "{room}", room, 1), "stp_guessed", nil, nil); a.status != 401 {
		t.Errorf("a guessed token is answered with %d", a.status)
	}
	figures.Note(t, figures.Kills, "a backup by `pg_dump` while writes go on, restored into another database", fmt.Sprintf("%d writes before it began, %d meanwhile", 50, meanwhile),
		"all %d of before are there, revisions have no gaps, every content has its hash; a server on it goes on with the same logins", 50)
}
