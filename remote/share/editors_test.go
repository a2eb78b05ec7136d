package share_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/lsp"
	"stresstester/lsp/command"
	"stresstester/lsp/lsptest"
	"stresstester/remote/api"
	"stresstester/remote/figures"
	"stresstester/remote/sync"
)

// edit opens an editor on a machine, as its daemon does.
func (m *machine) edit(t *testing.T) *lsptest.Editor {
	t.Helper()
	deps := lsp.Deps{
		Sandbox: lsptest.Scripted(func(context.Context, problem.Job, sandbox.Observer) (problem.Result, error) {
			return problem.Result{}, errors.New("no sandbox is needed here")
		}),
		Rooms: m.rooms,
	}
	return lsptest.Start(t, m.dir, deps, lsptest.Options{
		Name: "an editor of " + m.dir, Capabilities: strings.Replace(lsptest.Full, `"status": true`, `"status": true, "rooms": true`, 1),
	})
}

// TestTwoEditorsSeeEachOthersChanges has a file open on both machines: what is saved
// at one comes into the document of the other, and is merged with what is typed
// there.
func TestTwoEditorsSeeEachOthersChanges(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	one, two := ada.edit(t), bob.edit(t)
	one.Open("p/sol.cpp")
	two.Open("p/sol.cpp")
	eventually(t, "both listen", func() bool { return ada.status().Live && bob.status().Live })

	began := time.Now()
	one.Replace("p/sol.cpp", `int a = \d+`, "int a = 2")
	one.Save("p/sol.cpp")
	eventually(t, "the change in the other's document", func() bool { return strings.Contains(two.Text("p/sol.cpp"), "int a = 2") })
	t.Logf("from saving to the other's document: %s", time.Since(began))
	eventually(t, "it is saved there", func() bool { return strings.Contains(bob.read("p/sol.cpp"), "int a = 2") })

	// Typed and not saved: it stays, and what comes is merged with it.
	two.Replace("p/sol.cpp", `int z = \d+`, "int z = 26")
	one.Replace("p/sol.cpp", `int a = \d+`, "int a = 3")
	one.Save("p/sol.cpp")
	eventually(t, "both in the document", func() bool {
		text := two.Text("p/sol.cpp")
		return strings.Contains(text, "int a = 3") && strings.Contains(text, "int z = 26")
	})
	if strings.Contains(bob.read("p/sol.cpp"), "int z = 26") {
		t.Error("what was not saved was saved")
	}
	two.Save("p/sol.cpp")
	eventually(t, "both at the first", func() bool {
		text := one.Text("p/sol.cpp")
		return strings.Contains(text, "int a = 3") && strings.Contains(text, "int z = 26")
	})
	eventually(t, "all four are the same, and in step", func() bool {
		text := one.Text("p/sol.cpp")
		return two.Text("p/sol.cpp") == text && ada.read("p/sol.cpp") == text && bob.read("p/sol.cpp") == text &&
			len(ada.status().Pending)+len(bob.status().Pending) == 0
	})
}

// TestAConflictIsShownAndDecidedInTheEditor goes from the diagnostic by its quick fix
// to the text that both then have.
func TestAConflictIsShownAndDecidedInTheEditor(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	bob.stop()
	bob.write("p/sol.cpp", strings.Replace(solution, "int a = 1", "int a = 3", 1))
	ada.write("p/sol.cpp", strings.Replace(solution, "int a = 1", "int a = 2", 1))
	eventually(t, "ada's change is sent", func() bool { return ada.status().Pending == nil && ada.status().Rev > bob.status().Rev })
	bob.start()
	editor := bob.edit(t)
	editor.Open("p/sol.cpp")
	editor.Await(lsptest.Diagnoses(editor.URI("p/sol.cpp"), 3, "CONFLICT", "int a = 2"))

	var opened command.RoomsOpenConflictResult
	if err := json.Unmarshal(editor.MustExecute(command.RoomsOpenConflict, `{"uri":"`+editor.URI("p/sol.cpp")+`"}`), &opened); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(opened.URI, "file://")
	marked, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(marked), "<<<<<<<") || !strings.Contains(string(marked), "int a = 2") {
		t.Fatalf("got %s, %v", marked, err)
	}
	if _, err := editor.Execute(command.RoomsResolve, `{"uri":"`+opened.URI+`","keep":"merged"}`); err == nil || !strings.Contains(err.Error(), "markers") {
		t.Errorf("a text with markers was taken: %v", err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(solution, "int a = 1", "int a = 4", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	editor.MustExecute(command.RoomsResolve, `{"uri":"`+opened.URI+`","keep":"merged"}`)
	editor.Await(lsptest.NoDiagnostics(editor.URI("p/sol.cpp")))
	eventually(t, "the decision in the document", func() bool { return strings.Contains(editor.Text("p/sol.cpp"), "int a = 4") })
	eventually(t, "the decision at the other", func() bool { return strings.Contains(ada.read("p/sol.cpp"), "int a = 4") })
}

// TestTheEditorDoesAllOfIt signs out, shares, joins and leaves by commands.
func TestTheEditorDoesAllOfIt(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	one, two := ada.edit(t), bob.edit(t)
	ada.write("q/other.cpp", "int main() {}\n")
	one.Open("q/other.cpp")
	var made command.RoomsShareResult
	if err := json.Unmarshal(one.MustExecute(command.RoomsShare, `{"uri":"`+one.URI("q/other.cpp")+`","title":"Another one"}`), &made); err != nil {
		t.Fatal(err)
	}
	if made.Room.Title != "Another one" || made.Link == "" {
		t.Errorf("got %+v", made)
	}
	var joined command.RoomsJoinResult
	if err := json.Unmarshal(two.MustExecute(command.RoomsJoin, `{"link":"`+made.Link+`","folder":"`+bob.path("q")+`"}`), &joined); err != nil {
		t.Fatal(err)
	}
	if joined.Room.Tested != two.URI("q/other.cpp") || bob.read("q/other.cpp") != "int main() {}\n" {
		t.Errorf("got %+v", joined)
	}
	var listed command.RoomsListResult
	if err := json.Unmarshal(two.MustExecute(command.RoomsList, `{}`), &listed); err != nil || len(listed.Rooms) != 2 || listed.Error != "" {
		t.Errorf("got %+v, %v", listed, err)
	}
	two.MustExecute(command.RoomsSync, `{}`)
	two.MustExecute(command.RoomsLeave, `{"uri":"`+two.URI("q/other.cpp")+`"}`)
	var left command.RoomsStatusResult
	if err := json.Unmarshal(two.MustExecute(command.RoomsStatus, `{}`), &left); err != nil || len(left.Rooms) != 1 {
		t.Errorf("got %+v, %v", left, err)
	}
	two.MustExecute(command.Logout, `{}`)
	if _, err := two.Execute(command.RoomsShare, `{"uri":"`+two.URI("p/sol.cpp")+`"}`); err == nil || !strings.Contains(err.Error(), "stresstester login") {
		t.Errorf("somebody who is signed out shared: %v", err)
	}
}

// TestWhoHasARoomOpenIsSeenByTheOthers has two editors come, the server forget them, and one go.
func TestWhoHasARoomOpenIsSeenByTheOthers(t *testing.T) {
	t.Parallel()
	server, _ := process(t)
	ada, bob := shared(t, server)
	one, two := ada.edit(t), bob.edit(t)
	present := func(e *lsptest.Editor) string {
		var status command.RoomsStatusResult
		if err := json.Unmarshal(e.MustExecute(command.RoomsStatus, `{}`), &status); err != nil || len(status.Rooms) != 1 {
			t.Fatalf("got %+v, %v", status, err)
		}
		return strings.Join(status.Rooms[0].Present, " ")
	}
	one.Open("p/sol.cpp")
	eventually(t, "bob sees ada", func() bool { return present(two) == "ada" })
	if who := present(one); who != "" {
		t.Errorf("ada sees %q, who has nothing open", who)
	}
	two.Open("p/sol.cpp")
	eventually(t, "ada sees bob", func() bool { return present(one) == "bob" })

	server.Kill()
	server.Restart()
	link, err := bob.service.Syncer.Connect(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server that started anew knows both", func() bool {
		list, err := link.SetPresence(t.Context(), bob.status().Room, api.SetPresence{Device: "another"})
		return err == nil && len(list.Present) == 2
	})

	one.Close("p/sol.cpp")
	eventually(t, "bob sees nobody any more", func() bool { return present(two) == "" })
}

// TestAServerThatHangsHoldsNobodyUp has a server that takes every request and answers
// none: the editor is answered as ever, and what is saved is recorded at once.
func TestAServerThatHangsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(func() { hanging.CloseClientConnections(); hanging.Close() })
	m := &machine{t: t, dir: t.TempDir(), extra: map[string]string{"STRESSTESTER_TOKEN": "any"}}
	m.start()
	m.write("p/sol.cpp", solution)
	room := sync.Binding{Room: api.NewID(), Server: hanging.URL, Title: "t", Dir: m.path("p"), Problem: "sol", Role: api.Owner, Status: api.RoomOK}
	if err := m.service.State.Update(func(tx *sync.Tx) error { return tx.PutRoom(room) }); err != nil {
		t.Fatal(err)
	}
	editor := m.edit(t)
	editor.Open("p/sol.cpp")
	eventually(t, "the file is recorded", func() bool { return len(m.status().Pending) > 0 })
	var slowest time.Duration
	for i := range 50 {
		editor.Replace("p/sol.cpp", `int a = \d+`, fmt.Sprint("int a = ", i+2))
		editor.Save("p/sol.cpp")
		began := time.Now()
		editor.MustExecute(command.Runs, `{}`)
		editor.MustExecute(command.RoomsStatus, `{}`)
		slowest = max(slowest, time.Since(began))
	}
	figures.Note(t, figures.Sync, "the editor's commands while the server hangs", "50 saves, 100 commands", "slowest answer %.0f ms", float64(slowest)/float64(time.Millisecond))
	if slowest > 2*time.Second {
		t.Errorf("the slowest of fifty answers took %s", slowest)
	}
	eventually(t, "the last text is recorded", func() bool {
		found := ""
		err := m.service.State.View(func(tx *sync.Tx) error {
			slots, err := tx.Slots(room.Room)
			tested := slots["tested"]
			found = string(tested.Wanted().Text)
			return err
		})
		return err == nil && strings.Contains(found, "int a = 51")
	})
}
