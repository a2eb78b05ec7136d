package rooms_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/anishathalye/porcupine"
	"github.com/rs/zerolog"

	"stresstester/remote/api"
	"stresstester/remote/auth/authtest"
	"stresstester/remote/figures"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/local"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
)

// What a client did to one file. A write that got no answer is sent again with the same key until it
// gets one, possibly from another server: that is what clients do, and it must be as if it had
// been sent once.
type request struct {
	slot    api.Slot
	kind    string // read, has, write
	base    api.Revision
	content string // "" deletes
}

type response struct {
	rev     api.Revision
	content string // "" for a tombstone, or nothing
	refused bool
}

// state is a file's register: a revision and a content that belong together.
type state struct {
	rev     api.Revision
	content string
}

// register is the sequential specification of a file: compare the revision and set.
var register = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		files := map[api.Slot][]porcupine.Operation{}
		for _, o := range history {
			slot := o.Input.(request).slot
			files[slot] = append(files[slot], o)
		}
		var parts [][]porcupine.Operation
		for _, f := range files {
			parts = append(parts, f)
		}
		return parts
	},
	Init: func() any { return state{} },
	Step: func(s, input, output any) (bool, any) {
		now, in, out := s.(state), input.(request), output.(response)
		switch {
		case in.kind == "read":
			return out.rev == now.rev && out.content == now.content, now
		case in.kind == "has": // a conditional read: is this still the revision?
			return (now.rev == in.base) == !out.refused, now
		case out.refused:
			return now.rev != in.base, now
		default:
			return now.rev == in.base && (out.rev > now.rev), state{out.rev, in.content}
		}
	},
}

// history is what several clients did to a few files of one room.
type history struct {
	room  string
	start time.Time

	mu    sync.Mutex
	ops   []porcupine.Operation
	acked map[api.Revision]request // writes that were acknowledged, by revision
	lost  []string
}

func (h *history) note(client int, in request, call time.Time, out response) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Call: call.Sub(h.start).Nanoseconds(), Output: out, Return: time.Since(h.start).Nanoseconds()})
	if in.kind == "write" && !out.refused {
		if other, ok := h.acked[out.rev]; ok {
			h.lost = append(h.lost, fmt.Sprintf("revision %d was given to %+v and to %+v", out.rev, other, in))
		}
		h.acked[out.rev] = in
	}
}

// worker is one client of a history. urls are the servers, which it asks in turn.
type worker struct {
	id      int
	client  *client
	urls    []string
	history *history
	known   map[api.Slot]api.Revision
	sent    int
	tries   *atomic.Int64
}

var slots = []api.Slot{"tested", "brute", "generator"}

func (w *worker) work(ctx context.Context, operations int) error {
	for range operations {
		slot := slots[rand.IntN(len(slots))]
		var err error
		switch n := rand.IntN(10); {
		case n < 3:
			err = w.read(ctx, slot)
		case n < 4 && w.known[slot] != 0:
			err = w.has(ctx, slot)
		default:
			content := ""
			if n < 9 || w.known[slot] == 0 {
				content = fmt.Sprintf("client %d, write %d", w.id, w.sent)
			}
			err = w.write(ctx, slot, content)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// persist sends a request until it is answered.
func (w *worker) persist(ctx context.Context, method, path string, h header, body any) (reply, error) {
	for {
		w.client.url = w.urls[rand.IntN(len(w.urls))]
		w.tries.Add(1)
		attempt, cancel := context.WithTimeout(ctx, 2*time.Second)
		r, err := w.client.send(attempt, method, path, h, body)
		cancel()
		if err == nil && r.status == http.StatusInternalServerError {
			return r, fmt.Errorf("%s %s is answered with %s", method, path, r.body)
		}
		if err == nil && r.status < 500 {
			return r, nil
		}
		if ctx.Err() != nil {
			return reply{}, ctx.Err()
		}
		// Not a wait for something: a server that is being started is not asked in a tight loop.
		select {
		case <-ctx.Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (w *worker) path(slot api.Slot) string { return fill(api.PathFile, w.history.room, string(slot)) }

func (w *worker) read(ctx context.Context, slot api.Slot) error {
	call := time.Now()
	r, err := w.persist(ctx, "GET", w.path(slot), nil, nil)
	if err != nil {
		return err
	}
	var out response
	switch r.status {
	case 200:
		var f api.File
		if err := json.Unmarshal(r.body, &f); err != nil {
			return err
		}
		out = response{rev: f.Rev, content: f.Content.String()}
	case 404:
		if out, err = current(r); err != nil {
			return err
		}
	default:
		return fmt.Errorf("a read is answered with %d %s", r.status, r.body)
	}
	w.known[slot] = out.rev
	w.history.note(w.id, request{slot: slot, kind: "read"}, call, out)
	return nil
}

// current is the head that a problem shows.
func current(r reply) (response, error) {
	var p api.Problem
	if err := json.Unmarshal(r.body, &p); err != nil {
		return response{}, err
	}
	if p.Current == nil {
		return response{}, nil
	}
	out := response{rev: p.Current.Rev}
	if !p.Current.Deleted {
		out.content = p.Current.Content.String()
	}
	return out, nil
}

func (w *worker) has(ctx context.Context, slot api.Slot) error {
	call := time.Now()
	base := w.known[slot]
	r, err := w.persist(ctx, "GET", w.path(slot), header{"If-None-Match": base.ETag()}, nil)
	if err != nil {
		return err
	}
	// A tombstone has a revision, too, and 304 says that it is unchanged; else it is 404.
	if r.status == 304 || r.status == 200 || r.status == 404 {
		w.history.note(w.id, request{slot: slot, kind: "has", base: base}, call, response{refused: r.status != 304})
		return nil
	}
	return fmt.Errorf("a conditional read is answered with %d %s", r.status, r.body)
}

func (w *worker) write(ctx context.Context, slot api.Slot, content string) error {
	call := time.Now()
	base := w.known[slot]
	in := request{slot: slot, kind: "write", base: base, content: content}
	w.sent++
	method, h, body := "PUT", ifMatch(base).key(w.history.room[24:]+"-"+strconv.Itoa(w.id), w.sent), any(putFile("a.cpp", content))
	if content == "" {
		method, body = "DELETE", nil
	}
	r, err := w.persist(ctx, method, w.path(slot), h, body)
	if err != nil {
		return err
	}
	switch r.status {
	case 200:
		var f api.File
		if err := json.Unmarshal(r.body, &f); err != nil {
			return err
		}
		w.known[slot] = f.Rev
		if f.Rev == base {
			return nil // a tombstone was deleted once more, which does nothing
		}
		w.history.note(w.id, in, call, response{rev: f.Rev})
	case 412:
		out, err := current(r)
		if err != nil {
			return err
		}
		w.known[slot] = out.rev
		w.history.note(w.id, in, call, response{refused: true})
		w.history.note(w.id, request{slot: slot, kind: "read"}, call, out)
	default:
		return fmt.Errorf("a write is answered with %d %s", r.status, r.body)
	}
	return nil
}

// record lets clients work on a new room and returns what they did.
func record(t *testing.T, urls []string, clients, operations int, owner *client) *history {
	t.Helper()
	return recordAfter(t, make(chan struct{}), urls, clients, operations, owner)
}

// recordAfter closes made once the room is there.
func recordAfter(t *testing.T, made chan struct{}, urls []string, clients, operations int, owner *client) *history {
	t.Helper()
	h := &history{room: owner.room("history").ID, start: time.Now(), acked: map[api.Revision]request{}}
	close(made)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	var tries atomic.Int64
	for id := range clients {
		// A transport of its own, so that no connection is shared.
		c := *owner
		c.http = &http.Client{Transport: &http.Transport{}}
		wg.Go(func() {
			defer c.http.CloseIdleConnections()
			w := &worker{id: id, client: &c, urls: urls, history: h, known: map[api.Slot]api.Revision{}, tries: &tries}
			if err := w.work(ctx, operations/clients); err != nil {
				t.Errorf("client %d: %v", id, err)
			}
		})
	}
	wg.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	return h
}

// check asks porcupine, and then the database whether everything that was acknowledged is there.
func (h *history) check(t *testing.T, owner *client) {
	t.Helper()
	result, _ := porcupine.CheckOperationsVerbose(register, h.ops, time.Minute)
	if result != porcupine.Ok {
		t.Errorf("the history of %d operations is %s", len(h.ops), result)
	}
	for _, l := range h.lost {
		t.Error(l)
	}
	revisions := h.revisions(t, owner)
	for rev, in := range h.acked {
		f, ok := revisions[rev]
		if !ok || f.Slot != in.slot || f.Parent != in.base || f.Deleted != (in.content == "") || in.content != "" && f.Size != len(in.content) {
			t.Errorf("LOST: %+v was acknowledged as revision %d, which is %+v", in, rev, f)
		}
	}
	// Without gaps: the room was made at revision 1, and every number since is there.
	var detail api.RoomDetail
	owner.must(200, "GET", fill(api.PathRoom, h.room), nil, nil, &detail)
	if len(revisions) != int(detail.Rev)-1 {
		t.Errorf("the room is at revision %d, but has %d revisions", detail.Rev, len(revisions))
	}
	// Every revision is an ancestor of its file's head.
	for _, slot := range slots {
		heads := 0
		children := map[api.Revision]int{}
		for _, f := range revisions {
			if f.Slot == slot {
				children[f.Parent]++
			}
		}
		for rev, f := range revisions {
			if f.Slot == slot && children[rev] == 0 {
				heads++
			}
		}
		for rev, n := range children {
			if n > 1 {
				t.Errorf("%d revisions of %s come from revision %d", n, slot, rev)
			}
		}
		if heads > 1 {
			t.Errorf("%s has %d heads", slot, heads)
		}
	}
}

func (h *history) revisions(t *testing.T, owner *client) map[api.Revision]api.File {
	t.Helper()
	all := map[api.Revision]api.File{}
	cursor := ""
	for {
		var page api.FileRevisions
		owner.must(200, "GET", fill(api.PathRoomHistory, h.room)+"?cursor="+cursor, nil, nil, &page)
		for _, f := range page.Revisions {
			all[f.Rev] = f
		}
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

func TestTwentyWritersMakeRevisionsWithoutGaps(t *testing.T) {
	t.Parallel()
	config, nodes := twoNodes(t)
	owner := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	h := record(t, []string{nodes[0].url, nodes[1].url}, 20, 1200, owner)
	h.check(t, owner)
	consistent(t, superuser(t, config))
	t.Logf("%d operations, %d writes", len(h.ops), len(h.acked))
}

func TestAWriteThatDoesNotLookAtTheRevisionIsCaught(t *testing.T) {
	t.Parallel()
	config, nodes := twoNodes(t)
	admin := superuser(t, config)
	var source string
	if err := admin.QueryRow(t.Context(), `select pg_get_functiondef('app.put_file'::regproc)`).Scan(&source); err != nil {
		t.Fatal(err)
	}
	const check = "if rev <> p_base then"
	if strings.Count(source, check) != 1 {
		t.Fatalf("put_file has no line %q", check)
	}
	mutant := strings.Replace(source, check, "if false then", 1)
	mutant = strings.Replace(mutant, "if p_base = 0 then\n      insert into app.room_files", "if p_base = 0 and not exists (select from app.room_files f where f.room_id = p_room and f.slot = p_slot) then\n      insert into app.room_files", 1)
	if _, err := admin.Exec(t.Context(), mutant); err != nil {
		t.Fatal(err)
	}
	owner := nodes[0].client(t, authtest.NewUser(t, nodes[0].db, "ada"))
	h := record(t, []string{nodes[0].url, nodes[1].url}, 8, 400, owner)
	if result, _ := porcupine.CheckOperationsVerbose(register, h.ops, time.Minute); result != porcupine.Illegal {
		t.Errorf("a history of writes that do not look at the revision is %s", result)
		return
	}
	figures.Note(t, figures.Kills, "a planted bug: `put_file` does not compare the revision", fmt.Sprintf("a history of %d operations by 8 clients", len(h.ops)), "caught: it is not linearizable")
}

// Faults on the way to one server: toxics of toxiproxy, one at a time.
var toxics = []string{
	`{"name":"fault","type":"latency","attributes":{"latency":30,"jitter":30}}`,
	`{"name":"fault","type":"latency","stream":"upstream","attributes":{"latency":20,"jitter":20}}`,
	`{"name":"fault","type":"reset_peer","attributes":{"timeout":5}}`,
	`{"name":"fault","type":"reset_peer","stream":"upstream","attributes":{"timeout":5}}`,
	`{"name":"fault","type":"timeout","attributes":{"timeout":100}}`,                     // answers are lost
	`{"name":"fault","type":"timeout","stream":"upstream","attributes":{"timeout":100}}`, // requests are lost
	`{"name":"fault","type":"limit_data","attributes":{"bytes":700}}`,                    // cut in the middle
	`{"name":"fault","type":"slicer","attributes":{"average_size":64,"size_variation":32,"delay":200}}`,
}

// chaos is two real server processes (the command line's serve) behind faulty lines, on a Postgres that waits for its disk.
type chaos struct {
	t         *testing.T
	cluster   *local.Cluster
	config    postgres.Config
	processes [2]*servertest.Process
	proxies   [2]*toxiproxy.Proxy

	kills, postgresKills, faults atomic.Int64
}

func newChaos(t *testing.T) *chaos {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cluster, err := local.Start(ctx, local.Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := cluster.Exec(ctx, "create database rooms"); err != nil {
		t.Fatal(err)
	}
	c := &chaos{t: t, cluster: cluster, config: cluster.Config("rooms")}
	if _, err := postgres.Migrate(ctx, c.config); err != nil {
		t.Fatal(err)
	}
	lines := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	for i := range c.processes {
		options := []servertest.Option{servertest.Env("STRESSTESTER_REQUESTS_PER_MINUTE=-1")}
		if i > 0 {
			options = append(options, servertest.As(c.processes[0]))
		}
		c.processes[i] = servertest.Start(t, c.config, options...)
		c.proxies[i] = toxiproxy.NewProxy(lines, strconv.Itoa(i), "127.0.0.1:0", strings.TrimPrefix(c.processes[i].URL, "http://"))
		c.proxies[i].Enabled = false
		if err := c.proxies[i].Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.proxies[i].Stop)
	}
	return c
}

func (c *chaos) urls() []string {
	return []string{"http://" + c.proxies[0].Listen, "http://" + c.proxies[1].Listen}
}

// torment breaks something every now and then: lines all the time, servers kills times, Postgres crashes
// times. It leaves everything whole.
func (c *chaos) torment(ctx context.Context, kills, crashes int) error {
	for step := 0; ctx.Err() == nil || kills > 0 || crashes > 0; step++ {
		i := rand.IntN(2)
		switch {
		case crashes > 0 && step%4 == 1:
			crashes--
			c.postgresKills.Add(1)
			if err := c.cluster.Kill(); err != nil {
				return err
			}
			again, cancel := context.WithTimeout(context.Background(), time.Minute)
			err := c.cluster.Restart(again)
			cancel()
			if err != nil {
				return err
			}
		case kills > 0 && step%2 == 0:
			kills--
			c.kills.Add(1)
			c.processes[i].Kill()
			c.processes[i].Restart()
		default:
			c.faults.Add(1)
			if _, err := c.proxies[i].Toxics.AddToxicJson(strings.NewReader(toxics[rand.IntN(len(toxics))])); err != nil {
				return err
			}
			pause(ctx, time.Duration(50+rand.IntN(200))*time.Millisecond)
			if err := c.proxies[i].Toxics.RemoveToxic(context.Background(), "fault"); err != nil {
				return err
			}
		}
		pause(ctx, time.Duration(rand.IntN(150))*time.Millisecond)
	}
	return nil
}

// pause is how long a fault lasts; it is no wait for anything.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// The long form is for `make test-sync`.
const longSyncEnv = "STRESSTESTER_SYNC_HISTORIES"

func TestFilesAreLinearizableAndNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	histories, clients, operations, kills, crashes := 1, 8, 500, 2, 1
	if text := os.Getenv(longSyncEnv); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		histories, clients, operations, kills = n, 12, 2160, 4
	} else if testing.Short() {
		t.Skip("starts servers and kills them")
	}
	c := newChaos(t)
	db := postgrestest.Open(t, c.config)
	user := authtest.NewUser(t, db, "ada")
	var ops, acked int
	for n := range histories {
		owner := &client{t: t, url: c.processes[0].URL, token: user.Token, user: user, http: &http.Client{Transport: &http.Transport{}}}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		room := make(chan struct{})
		go func() {
			defer close(ended) // also if a server cannot be started again, which ends this goroutine
			<-room
			ended <- c.torment(ctx, kills, crashes)
		}()
		h := recordAfter(t, room, c.urls(), clients, operations, owner)
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		owner.url = c.processes[1].URL
		owner.settle()
		h.check(t, owner)
		owner.http.CloseIdleConnections()
		ops, acked = ops+len(h.ops), acked+len(h.acked)
		if t.Failed() {
			t.Fatalf("history %d", n)
		}
	}
	consistent(t, superuser(t, c.config))
	figures.Note(t, figures.Kills, "servers killed with SIGKILL, Postgres crashed, lines that delay, reset, swallow and cut (toxiproxy)",
		fmt.Sprintf("%d histories by %d clients on three files of a room, two processes of the server, `fsync` on: %d servers killed, %d crashes of Postgres, %d faults on the line", histories, clients, c.kills.Load(), c.postgresKills.Load(), c.faults.Load()),
		"%d operations, %d acknowledged writes, 0 lost; every history is linearizable (porcupine), every acknowledged revision is there, once, with its parent, and revisions have no gaps", ops, acked)
}

// settle asks until the database is there again after its crash.
func (c *client) settle() {
	for c.t.Context().Err() == nil {
		if r, err := c.send(c.t.Context(), "GET", api.PathRooms, nil, nil); err == nil && r.status == 200 {
			return
		}
	}
}
