package sync

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A clock that was set back, or a program that copies times, gives a saved file an older time than others have.
func TestAFileSavedWithAnOldTimeIsSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string, at time.Time) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	write("sol.cpp", "int a;", now.Add(-time.Minute))
	write("gen.cpp", "int b;", now.Add(time.Hour))
	w := &worker{folder: &Folder{Dir: dir, Problem: "sol"}}
	before := w.glance()
	if w.glance() != before {
		t.Error("a folder in which nothing happens looks different")
	}
	write("sol.cpp", "int c;", now.Add(-time.Hour))
	if w.glance() == before {
		t.Error("a file that was saved with an older time is not seen")
	}
}

func TestWhatIsKeptAsideLastStaysThoughTheClockGoesBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := Binding{Room: theRoom, Problem: "sol"}
	to := filepath.Join(dir, "replaced", "sol-"+theRoom)
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	tomorrow := time.Now().UTC().Add(24 * time.Hour)
	for n := range keepFor {
		name := tomorrow.Add(time.Duration(n)*time.Second).Format(keptTime) + "-sol.cpp"
		if err := os.WriteFile(filepath.Join(to, name), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keep := KeepIn(dir, b)
	for n := range 3 {
		keep("tested", Content{Name: "sol.cpp", Text: fmt.Append(nil, n)})
	}
	entries, err := os.ReadDir(to)
	if err != nil || len(entries) != keepFor {
		t.Fatalf("%d contents are kept, %v", len(entries), err)
	}
	for n, e := range entries[keepFor-3:] {
		if text, err := os.ReadFile(filepath.Join(to, e.Name())); err != nil || string(text) != fmt.Sprint(n) {
			t.Errorf("%s has %q, %v; want %d", e.Name(), text, err, n)
		}
	}
}
