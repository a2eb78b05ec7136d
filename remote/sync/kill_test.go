package sync

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"stresstester/core/problem"
	"stresstester/remote/api"
	"stresstester/remote/figures"
)

var kills = flag.Int("kills", 10, "how often a client is killed while it records and sends")

// clientVariable makes the test's binary a client that edits, records and sends
// until it is killed: STATE FOLDER.
const clientVariable = "STRESSTESTER_TEST_CLIENT"

func TestMain(m *testing.M) {
	if job := os.Getenv(clientVariable); job != "" {
		os.Exit(killedClient(strings.Split(job, "\x1f")))
	}
	os.Exit(m.Run())
}

// killedClient says each edit once it was recorded. Its way to the server is a
// book of its own, whose answers are lost half of the time: what counts here is what
// is on the disk when it dies.
func killedClient(job []string) int {
	state, err := stateFor(job[0])
	if err != nil {
		fmt.Println(err)
		return 1
	}
	lost := 0
	l := &line{book: newBook(), draw: func(string) bool { lost++; return lost%2 == 0 }}
	folder := &Folder{Dir: job[1], Problem: "sol"}
	r, err := NewReplica(state, l, theRoom, folder)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	first, err := strconv.Atoi(job[2])
	if err != nil {
		return 1
	}
	for n := first; ; n++ {
		path := filepath.Join(job[1], "sol.cpp")
		if err := os.WriteFile(path, fmt.Appendf(nil, "int main() { return %d; }\n", n), 0o600); err != nil {
			fmt.Println(err)
			return 1
		}
		if err := r.Record(); err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Printf("recorded %d\n", n)
		_ = r.exchange(context.Background())
	}
}

func stateFor(dir string) (*State, error) {
	state := OpenState(dir)
	return state, state.Update(func(tx *Tx) error {
		if _, err := tx.Room(theRoom); err == nil {
			return nil
		}
		return tx.PutRoom(Binding{Room: theRoom, Title: "t", Role: api.Owner})
	})
}

// TestAKilledProcessLosesNothing kills a client with SIGKILL at any moment of
// recording and sending, again and again on the same state, and looks whether what
// it said to have recorded is there.
func TestAKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	dir, folder := t.TempDir(), t.TempDir()
	last := 0
	for round := range *kills {
		cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this binary
		cmd.Env = append(os.Environ(), clientVariable+"="+strings.Join([]string{dir, folder, strconv.Itoa(last + 1)}, "\x1f"))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		said := 0
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			n, ok := strings.CutPrefix(lines.Text(), "recorded ")
			if !ok {
				t.Fatalf("round %d: %s", round, lines.Text())
			}
			if last, err = strconv.Atoi(n); err != nil {
				t.Fatal(err)
			}
			if said++; said == 1+round%7 {
				// Somewhere between this word and the next ones.
				time.AfterFunc(time.Duration(round%13)*300*time.Microsecond, func() { _ = cmd.Process.Kill() })
			}
		}
		_ = cmd.Wait()
		checkRecorded(t, dir, last)
	}
	figures.Note(t, figures.Kills, "a client killed with SIGKILL while it records and sends", fmt.Sprintf("%d times on one outbox, %d recorded edits", *kills, last), "0 lost")
}

// checkRecorded looks for the last edit that was said to be recorded; a later one may
// be there already.
func checkRecorded(t *testing.T, dir string, last int) {
	t.Helper()
	err := OpenState(dir).View(func(tx *Tx) error {
		slots, err := tx.Slots(theRoom)
		if err != nil {
			return err
		}
		s := slots[api.RoleSlot(problem.Tested)]
		var have int
		for _, c := range []Content{s.Ours, s.Wanted(), s.Seen} {
			var n int
			if _, err := fmt.Sscanf(string(c.Text), "int main() { return %d; }", &n); err == nil {
				have = max(have, n)
			}
		}
		if have < last {
			return fmt.Errorf("%d was recorded, and %d is there", last, have)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
