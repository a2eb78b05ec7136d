package rooms_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"stresstester/remote/api"
	"stresstester/remote/auth/authtest"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/local"
	"stresstester/remote/postgres/postgrestest"
)

// consistent asks the database for rows that contradict each other.
func consistent(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	for what, query := range map[string]string{
		"heads that are not their revision": `select count(*) from app.room_files f where not exists (
			select from app.file_revisions v where v.room_id = f.room_id and v.rev = f.rev and v.slot = f.slot and v.name = f.name and not v.side
				and v.hash is not distinct from f.hash and v.size = f.size and v.deleted = f.deleted and v.parent = f.parent and v.created_at = f.created_at)`,
		"heads that are not the newest revision": `select count(*) from app.room_files f join app.file_revisions v
			on v.room_id = f.room_id and v.slot = f.slot and not v.side and v.rev > f.rev`,
		"rooms that count their bytes wrong":     `select count(*) from app.rooms r where r.bytes <> (select coalesce(sum(f.size), 0) from app.room_files f where f.room_id = r.id)`,
		"rooms that count their members wrong":   `select count(*) from app.rooms r where r.members <> (select count(*) from app.room_members m where m.room_id = r.id)`,
		"rooms that count their conflicts wrong": `select count(*) from app.rooms r where r.open_conflicts <> (select count(*) from app.conflicts c where c.room_id = r.id and c.resolved_rev = 0)`,
		"contents that do not have their hash":   `select count(*) from app.blobs where sha256(bytes) <> hash`,
		"revisions without their content":        `select count(*) from app.file_revisions v where v.hash is not null and not exists (select from app.blobs b where b.room_id = v.room_id and b.hash = v.hash)`,
		"revisions beyond their room's":          `select count(*) from app.file_revisions v join app.rooms r on r.id = v.room_id where v.rev > r.rev`,
	} {
		var n int
		if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d %s, %v", n, what, err)
		}
	}
}

func TestWhatIsOldIsForgottenAndNothingElse(t *testing.T) {
	t.Parallel()
	config, nodes := twoNodes(t)
	admin := superuser(t, config)
	l := limits()
	l.RevisionCount = 3
	n := startNode(t, config, l)
	ada := n.client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	room := ada.room("r").ID
	rev := api.Revision(0)
	for i := range 8 { // revisions 2 to 9
		rev = ada.put(room, "tested", rev, "a.cpp", fmt.Sprint("text ", i)).Rev
	}
	var c api.Conflict
	ada.must(201, "POST", fill(api.PathConflicts, room), header{}.key("laptop", 1),
		api.NewConflict{ID: api.NewID(), Slot: "tested", BaseRev: 3, HeadRev: 9, FileContent: api.FileContent{Name: "a.cpp", Content: []byte("side")}}, &c)
	deleted := ada.room("deleted").ID
	ada.must(204, "DELETE", fill(api.PathRoom, deleted), nil, nil, nil)
	kept := ada.room("deleted lately").ID
	ada.must(204, "DELETE", fill(api.PathRoom, kept), nil, nil, nil)

	if rows, err := n.service.Tidy(t.Context()); err != nil || rows != 0 {
		t.Errorf("%d rows were forgotten while nothing is old, %v", rows, err)
	}
	for _, sql := range []string{
		`update app.file_revisions set created_at = created_at - interval '91 days'`,
		`update app.room_files set created_at = created_at - interval '91 days'`,
		`update app.mutations set created_at = created_at - interval '31 days'`,
		`update app.rooms set updated_at = updated_at - interval '2 days'`,
		`update app.rooms set deleted_at = deleted_at - interval '91 days' where id = '` + deleted + `'`,
	} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if rows, err := n.service.Tidy(t.Context()); err != nil || rows == 0 {
		t.Errorf("%d rows were forgotten, %v", rows, err)
	}
	var list api.FileRevisions
	ada.must(200, "GET", fill(api.PathFileRevisions, room, "tested"), nil, nil, &list)
	var revs []api.Revision
	for _, f := range list.Revisions {
		revs = append(revs, f.Rev)
	}
	// The newest three of the file, and what an open conflict is about.
	if got, want := fmt.Sprint(revs), "[10 9 8 3]"; got != want {
		t.Errorf("revisions %s are left, want %s", got, want)
	}
	var d api.ConflictDetail
	ada.must(200, "GET", fill(api.PathConflict, room, c.ID), nil, nil, &d)
	if d.Base == nil || d.Base.Content.String() != "text 1" || d.Side.Content.String() != "side" {
		t.Errorf("of the conflict is left %+v", d)
	}
	ada.must(404, "GET", fill(api.PathRoom, deleted), nil, nil, nil)
	ada.must(200, "POST", fill(api.PathRoomRestore, kept), nil, nil, nil)
	consistent(t, admin)
}

func TestTheDatabasesOwnerNeedNotBeItsSuperuser(t *testing.T) {
	t.Parallel()
	config := postgrestest.Empty(t)
	admin := superuser(t, config)
	owner := "owner_of_" + config.Database
	for _, sql := range []string{
		`create role ` + owner + ` login createrole`,
		`alter database ` + config.Database + ` owner to ` + owner,
	} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { // its database is gone by then, or it could not be dropped
		_, _ = admin.Exec(t.Context(), `reassign owned by `+owner+` to `+config.User)
	})
	config.User = owner
	if _, err := postgres.Migrate(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	n := startNode(t, config, limits())
	ada := n.client(t, authtest.NewUser(t, n.db, "ada"))
	bob := n.client(t, authtest.NewUser(t, n.db, "bob"))
	room := ada.room("r", newFile("tested", "a.cpp", "x")).ID
	bob.must(404, "GET", fill(api.PathRoom, room), nil, nil, nil)
	bob.join(ada, room, api.Editor)
	bob.put(room, "tested", 2, "a.cpp", "y")
	var l api.ShareLink
	ada.must(201, "POST", fill(api.PathShareLinks, room), nil, api.NewShareLink{}, &l)
	nobody := &client{t: t, url: n.url, http: n.server.Client()}
	nobody.must(200, "GET", api.PathShared, header{api.HeaderShareToken: l.Token}, nil, nil)
	bob.must(204, "DELETE", fill(api.PathMember, room, bob.user.ID.String()), nil, nil, nil)
	if _, err := n.service.Tidy(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWithoutItsDatabaseAServerSaysSoAndRecovers(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("stops a Postgres of its own")
	}
	cluster, err := local.Start(t.Context(), local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	if err := cluster.Exec(t.Context(), "create database rooms"); err != nil {
		t.Fatal(err)
	}
	config := cluster.Config("rooms")
	if _, err := postgres.Migrate(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	n := startNode(t, config, limits())
	ada := n.client(t, authtest.NewUser(t, n.db, "ada"))
	room := ada.room("r").ID
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, r := range []reply{
		ada.must(503, "GET", fill(api.PathRoom, room), nil, nil, nil),
		ada.must(503, "PUT", fill(api.PathFile, room, "tested"), ifMatch(0), putFile("a.cpp", "x"), nil),
		ada.must(503, "POST", api.PathSync, nil, api.SyncRequest{Rooms: map[string]api.Revision{room: 0}}, nil),
	} {
		if r.header.Get("Retry-After") == "" {
			t.Errorf("no Retry-After in %s", r.header)
		}
	}
	if err := cluster.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	ada.settle()
	ada.put(room, "tested", 0, "a.cpp", "x")
}

func TestARoomOutlivesItsOwnersAccount(t *testing.T) {
	t.Parallel()
	config, nodes := twoNodes(t)
	admin := superuser(t, config)
	ada := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	bob := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "bob"))
	cy := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "cy"))
	room := ada.room("r", newFile("tested", "a.cpp", "x")).ID
	cy.join(ada, room, api.Viewer)
	bob.join(ada, room, api.Editor)
	if _, err := admin.Exec(t.Context(), `delete from auth.users where id = $1`, ada.user.ID); err != nil {
		t.Fatal(err)
	}
	var detail api.RoomDetail
	bob.must(200, "GET", fill(api.PathRoom, room), nil, nil, &detail)
	if detail.Role != api.Owner || detail.Members != 2 || detail.Files[0].Author != "" {
		t.Errorf("what is left is %+v", detail)
	}
	cy.must(204, "DELETE", fill(api.PathMember, room, cy.user.ID.String()), nil, nil, nil)
	consistent(t, admin)
}
