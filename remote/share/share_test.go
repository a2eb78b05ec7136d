package share_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/lsp"
	"stresstester/remote/api"
	"stresstester/remote/client"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
	"stresstester/remote/share"
	"stresstester/remote/sync"
)

func TestMain(m *testing.M) { os.Exit(servertest.Main(m)) }

var roomy = servertest.Env("STRESSTESTER_REQUESTS_PER_MINUTE=-1", "STRESSTESTER_ATTEMPTS_FACTOR=1000")

// machine is somebody's machine: folders of its own, and a service that runs.
type machine struct {
	t       *testing.T
	dir     string
	agent   string            // what its daemon calls itself
	extra   map[string]string // environment
	service *share.Service
	rooms   *lsp.Rooms
	stop    func()
}

// newMachineAt makes a machine on which somebody signs in.
func newMachineAt(t *testing.T, server string, browser *servertest.Browser, agent string) *machine {
	t.Helper()
	m := &machine{t: t, dir: t.TempDir(), agent: agent}
	m.start()
	opened, done := make(chan string, 1), make(chan error, 1)
	go func() {
		_, err := m.service.Login(t.Context(), server, client.Asking{Name: t.Name(), Show: func(address, _ string) { opened <- address }})
		done <- err
	}()
	select {
	case address := <-opened:
		back, err := http.Get(browser.Allow(address).String())
		if err != nil {
			t.Fatal(err)
		}
		back.Body.Close()
	case err := <-done:
		t.Fatalf("signing in ended before anybody was asked: %v", err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *machine) start() {
	m.t.Helper()
	env := map[string]string{
		"XDG_CONFIG_HOME": filepath.Join(m.dir, "config"), "XDG_STATE_HOME": filepath.Join(m.dir, "state"), "STRESSTESTER_KEYRING": "off",
	}
	maps.Copy(env, m.extra)
	var err error
	if m.service, err = share.New(share.Config{Getenv: func(name string) string { return env[name] }, Agent: m.agent}); err != nil {
		m.t.Fatal(err)
	}
	// Whoever comes or goes is seen without anybody's saying so again.
	m.service.Syncer.Renew = time.Hour
	// As in a daemon: what syncs knows from the beginning where to look for editors.
	m.rooms = lsp.NewRooms(m.service)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.service.Syncer.Run(ctx)
	}()
	m.stop = func() { cancel(); <-done }
	m.t.Cleanup(m.stop)
}

func (m *machine) path(name string) string { return filepath.Join(m.dir, filepath.FromSlash(name)) }

func (m *machine) write(name, text string) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(m.path(name)), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(m.path(name), []byte(text), 0o644); err != nil {
		m.t.Fatal(err)
	}
	m.service.Syncer.Saved(m.path(name))
}

func (m *machine) read(name string) string {
	text, err := os.ReadFile(m.path(name))
	if err != nil {
		return "!" + err.Error()
	}
	return string(text)
}

// status is the only room's.
func (m *machine) status() sync.Status {
	m.t.Helper()
	all, err := m.service.Status()
	if err != nil {
		m.t.Fatal(err)
	}
	if len(all) != 1 {
		return sync.Status{}
	}
	return all[0]
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for deadline := began.Add(30 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("this never came: %s", what)
		}
	}
	return time.Since(began)
}

const solution = "#include \"tree.h\"\nint main() {\n    int a = 1;\n\n\n\n    int z = 1;\n}\n"

// shared is two machines of two users that share a problem.
func shared(t *testing.T, server *servertest.Process) (ada, bob *machine) {
	t.Helper()
	return sharedAt(t, server.URL)
}

// sharedAt is shared at an address. The second machine calls itself so.
func sharedAt(t *testing.T, server string) (ada, bob *machine) {
	t.Helper()
	browser := servertest.NewBrowser(t, server)
	browser.SignUp("ada")
	other := servertest.NewBrowser(t, server)
	other.SignUp("bob")
	ada, bob = newMachineAt(t, server, browser, "first"), newMachineAt(t, server, other, "second")
	ada.write("p/sol.cpp", solution)
	ada.write("p/tree.h", "#pragma once\n")
	ada.write("p/sol_brute.py", "print(1)\n")
	ada.write("p/input.spec", "n: int 1..5\n")
	ada.write("p/stresstester.toml", "tests = 100\nseed = 1\n")
	ada.write("p/.stresstester/sol/wa-1.in", "5\n")
	st, err := ada.service.Share(t.Context(), ada.path("p/sol.cpp"), "", "")
	if err != nil {
		t.Fatal(err)
	}
	// Every second solution is called sol: the folder says more.
	if st.Standing != sync.InStep || st.Title != "p" {
		t.Fatalf("got %q, %s: %s", st.Title, st.Standing, share.Sentence(&st))
	}
	link, _, err := ada.service.Invite(t.Context(), st, api.NewInvite{Role: api.Editor, MaxUses: 5})
	if err != nil {
		t.Fatal(err)
	}
	joined, err := bob.service.Join(t.Context(), link, bob.dir, bob.path("p"))
	if err != nil {
		t.Fatal(err)
	}
	if joined.Standing != sync.InStep || joined.Problem != "sol" {
		t.Fatalf("got %s of %s: %s", joined.Standing, joined.Problem, share.Sentence(&joined))
	}
	return ada, bob
}

func process(t *testing.T) (*servertest.Process, postgres.Config) {
	t.Helper()
	config := postgrestest.Config(t)
	return servertest.Start(t, config, roomy), config
}

func TestARoomBringsEverythingThatBelongsToAProblem(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	for _, name := range []string{"p/sol.cpp", "p/tree.h", "p/sol_brute.py", "p/input.spec", "p/stresstester.toml", "p/.stresstester/sol/wa-1.in"} {
		if got, want := bob.read(name), ada.read(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestChangesGoBothWaysWithinASecond(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	eventually(t, "both listen", func() bool { return ada.status().Live && bob.status().Live })
	var slowest time.Duration
	for i := range 10 {
		from, to := ada, bob
		if i%2 == 1 {
			from, to = bob, ada
		}
		text := strings.Replace(solution, "int a = 1", fmt.Sprint("int a = ", i+2), 1)
		from.write("p/sol.cpp", text)
		slowest = max(slowest, eventually(t, "the change", func() bool { return to.read("p/sol.cpp") == text }))
	}
	t.Logf("the slowest of ten changes took %s", slowest)
	if slowest > 5*time.Second { // a second, on a machine that does nothing else
		t.Errorf("the slowest of ten changes took %s", slowest)
	}
	ada.write("p/.stresstester/sol/wa-2.in", "7\n")
	eventually(t, "a new test", func() bool { return bob.read("p/.stresstester/sol/wa-2.in") == "7\n" })
	if err := os.Remove(bob.path("p/.stresstester/sol/wa-1.in")); err != nil {
		t.Fatal(err)
	}
	bob.service.Syncer.Saved(bob.path("p/sol.cpp"))
	eventually(t, "a deleted test", func() bool { return strings.HasPrefix(ada.read("p/.stresstester/sol/wa-1.in"), "!") })
	if got := ada.read("p/.stresstester/sol/.trash/wa-1.in"); got != "5\n" {
		t.Errorf("the deleted test is not in the trash: %q", got)
	}
}

func TestALaptopThatWasOfflineMergesOnReturn(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	bob.stop() // the laptop is shut
	bob.write("p/sol.cpp", strings.Replace(solution, "int z = 1", "int z = 26", 1))
	bob.write("p/stresstester.toml", "tests = 500\nseed = 1\n")
	ada.write("p/sol.cpp", strings.Replace(solution, "int a = 1", "int a = 2", 1))
	ada.write("p/stresstester.toml", "tests = 100\nseed = 9\n")
	eventually(t, "ada's changes are sent", func() bool { return ada.status().Standing == sync.InStep && ada.status().Rev > bob.status().Rev })
	bob.start()
	want := strings.NewReplacer("int a = 1", "int a = 2", "int z = 1", "int z = 26").Replace(solution)
	for _, m := range []*machine{ada, bob} {
		eventually(t, "both changes", func() bool { return m.read("p/sol.cpp") == want })
		eventually(t, "both settings", func() bool { return m.read("p/stresstester.toml") == "tests = 500\nseed = 9\n" })
	}
}

func TestAConflictIsDecidedOnceForAll(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	bob.stop()
	mine := strings.Replace(solution, "int a = 1", "int a = 3", 1)
	theirs := strings.Replace(solution, "int a = 1", "int a = 2", 1)
	bob.write("p/sol.cpp", mine)
	ada.write("p/sol.cpp", theirs)
	eventually(t, "ada's change is sent", func() bool { return ada.status().Standing == sync.InStep && ada.status().Rev > bob.status().Rev })
	bob.start()
	eventually(t, "a conflict", func() bool { return bob.status().Standing == sync.Conflicted && len(bob.status().Pending) == 0 })
	if bob.read("p/sol.cpp") != mine || ada.read("p/sol.cpp") != theirs {
		t.Fatal("a text was written over")
	}
	st := bob.status()
	if text := string(share.Marked(st.Conflicts[0])); !strings.Contains(text, "int a = 3") || !strings.Contains(text, "int a = 2") {
		t.Errorf("got %s", text)
	}
	if err := bob.service.Resolve(t.Context(), st, st.Conflicts[0].Slot, share.Both, nil); err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(solution, "    int a = 1;\n", "    int a = 3;\n    int a = 2;\n", 1)
	eventually(t, "the decision here", func() bool { return bob.read("p/sol.cpp") == want && bob.status().Standing == sync.InStep })
	eventually(t, "the decision there", func() bool { return ada.read("p/sol.cpp") == want })
	rooms, remote, err := ada.service.List(t.Context(), "")
	if err != nil || remote != nil || len(rooms) != 1 || rooms[0].Remote.OpenConflicts != 0 {
		t.Errorf("got %+v, %v, %v", rooms, remote, err)
	}
}

func TestAServerThatDiesLosesNothing(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	server.Kill()
	for i := range 5 {
		ada.write("p/sol.cpp", strings.Replace(solution, "int a = 1", fmt.Sprint("int a = ", i+2), 1))
	}
	eventually(t, "it is noticed", func() bool { return ada.status().Standing == sync.Failing })
	server.Restart()
	ada.service.Syncer.Poke()
	eventually(t, "the last change", func() bool { return strings.Contains(bob.read("p/sol.cpp"), "int a = 6") })
}

func TestRunsAreRecordedInTheRoom(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	failure := problem.Failure{Verdict: problem.WA, TestSeed: 7, Message: "wrong", Counterexample: &problem.Counterexample{Input: problem.Text("5\n")}}
	err := ada.service.RecordRun(ada.path("p/sol.cpp"), &problem.Result{Verdict: problem.WA, Tests: 137, Seconds: 0.8, Seed: 1, Failures: []problem.Failure{failure}})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the run at the others'", func() bool {
		rooms, remote, err := bob.service.List(t.Context(), "")
		return err == nil && remote == nil && rooms[0].Remote.LastRun != nil && rooms[0].Remote.LastRun.Tests == 137
	})
	if err := ada.service.RecordRun(ada.path("elsewhere/sol.cpp"), &problem.Result{}); err != nil {
		t.Errorf("a run of a problem that is not shared: %v", err)
	}
}

func TestLeavingKeepsTheFiles(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	if err := ada.service.Leave(t.Context(), ada.status(), true); err == nil || !strings.Contains(err.Error(), "last owner") {
		t.Errorf("the last owner left: %v", err)
	}
	if err := bob.service.Leave(t.Context(), bob.status(), true); err != nil {
		t.Fatal(err)
	}
	if bob.read("p/sol.cpp") != solution {
		t.Error("the files are gone")
	}
	if rooms, remote, err := bob.service.List(t.Context(), ""); err != nil || remote != nil || len(rooms) != 0 {
		t.Errorf("got %+v, %v, %v", rooms, remote, err)
	}
}
