package sync

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stresstester/core/problem"
	"stresstester/remote/api"
)

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAFolderIsWhatBelongsToTheProblem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"sol.cpp": "#include \"lib/tree.h\"\n#include <map>\n", "sol_brute.py": "", "gen.cpp": "", "notes.txt": "",
		"lib/tree.h": "#include \"leaf.h\"\n", "lib/leaf.h": "", "other.h": "", "stresstester.toml": "tests = 1\n",
		".stresstester/sol/wa-1.in": "1\n", ".stresstester/sol/wa-1.ans": "2\n", ".stresstester/sol/.trash/wa-0.in": "",
	} {
		put(t, dir, name, text)
	}
	f := &Folder{Dir: dir, Problem: "sol"}
	got, err := f.Scan(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []api.Slot{"tested", "brute", "generator", "config", "include:lib/tree.h", "include:lib/leaf.h", "test:wa-1.in", "test:wa-1.ans"}
	for _, slot := range want {
		if _, ok := got[slot]; !ok {
			t.Errorf("%s is missing", slot)
		}
		delete(got, slot)
	}
	for slot := range got {
		t.Errorf("%s is none of the problem's", slot)
	}
}

func TestAFolderThatIsGoneIsNoDeletion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	known := map[api.Slot]Content{api.RoleSlot(problem.Tested): {Name: "sol.cpp", Text: []byte("x")}, api.Config: {Text: []byte("y")}}
	if _, err := (&Folder{Dir: dir, Problem: "sol"}).Scan(known); !errors.Is(err, ErrFolderGone) {
		t.Errorf("the tested file is gone: got %v", err)
	}
	if _, err := (&Folder{Dir: filepath.Join(dir, "gone"), Problem: "sol"}).Scan(known); !errors.Is(err, ErrFolderGone) {
		t.Errorf("the folder is gone: got %v", err)
	}
	put(t, dir, "sol.cpp", "x")
	got, err := (&Folder{Dir: dir, Problem: "sol"}).Scan(known)
	if err != nil || !got[api.Config].Deleted {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWritingExpectsWhatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := &Folder{Dir: dir, Problem: "sol"}
	slot := api.RoleSlot(problem.Tested)
	v1, v2 := text("1\n"), text("2\n")
	if outcome, err := f.Write(slot, Absent(), v1); err != nil || outcome != Written {
		t.Fatalf("got %v, %v", outcome, err)
	}
	if outcome, err := f.Write(slot, v2, v1); err != nil || outcome != Changed {
		t.Errorf("got %v, %v", outcome, err)
	}
	if outcome, err := f.Write(slot, v1, v2); err != nil || outcome != Written {
		t.Errorf("got %v, %v", outcome, err)
	}
	if outcome, err := f.Write(slot, Absent(), v1); err == nil {
		t.Errorf("a file in the way was written over: %v", outcome)
	}
	if outcome, err := f.Write(slot, v2, Absent()); err != nil || outcome != Written {
		t.Errorf("got %v, %v", outcome, err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, ".stresstester/sol/.trash/sol.cpp")); err != nil || string(got) != "2\n" {
		t.Errorf("what was deleted is not in the trash: %q, %v", got, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("something was left: %v, %v", entries, err)
	}
}

func TestARoomStaysInItsFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside")
	inside := filepath.Join(dir, "inside")
	for _, d := range []string{outside, inside} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(inside, "link")); err != nil {
		t.Skip("no symbolic links here")
	}
	f := &Folder{Dir: inside, Problem: "sol"}
	for slot, name := range map[api.Slot]string{
		"tested": "../x.cpp", "brute": ".bashrc", "checker": "a/b.cpp", "generator": "stresstester.toml", "validator": "",
		"include:../x.h": "", "include:link/x.h": "", "include:.git/config": "", "include:a/../../x.h": "", "test:../x.in": "", "include:/etc/x": "",
	} {
		if outcome, err := f.Write(slot, Absent(), Content{Name: name, Text: []byte("x")}); err == nil {
			t.Errorf("%s %q was written: %v", slot, name, outcome)
		}
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 0 {
		t.Errorf("got %v, %v", entries, err)
	}
	for _, name := range []string{"x.cpp", "x.h", "x.in"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s was written outside", name)
		}
	}
}

func TestLargeFilesAreLeftOutAndNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "sol.cpp", strings.Repeat("x", 1000))
	said := ""
	f := &Folder{Dir: dir, Problem: "sol", Limit: 999, Skipped: func(_, why string) { said = why }}
	got, err := f.Scan(map[api.Slot]Content{api.RoleSlot(problem.Tested): text("small")})
	if err != nil || len(got) != 0 || !strings.Contains(said, "1000 bytes") {
		t.Errorf("got %+v, %v, %q", got, err, said)
	}
}
