package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/problem"
	"stresstester/core/store"
)

// disk reads like room.Disk, which this package must not import.
type disk struct{}

func (disk) ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }

func (disk) ReadDir(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func names(t *testing.T, s *store.Store) []string {
	t.Helper()
	tests, warnings, err := s.List(disk{})
	if err != nil || len(warnings) > 0 {
		t.Fatalf("List: %v, warnings %q", err, warnings)
	}
	var names []string
	for _, test := range tests {
		names = append(names, test.Name)
	}
	return names
}

func TestListReadsSamplesFirstAndThenInNaturalOrder(t *testing.T) {
	t.Parallel()
	s := store.New(t.TempDir(), "sol")
	for _, name := range []string{"wa-10", "wa-2", "re-1", "sample-10", "sample-2", "Sample", "wa-02", "a b\n'c'"} {
		write(t, s.InputPath(name), name)
	}
	want := []string{"Sample", "sample-2", "sample-10", "a b\n'c'", "re-1", "wa-02", "wa-2", "wa-10"}
	if diff := cmp.Diff(want, names(t, s)); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestListPairsInputsWithAnswers(t *testing.T) {
	t.Parallel()
	s := store.New(t.TempDir(), "sol")
	write(t, s.InputPath("with"), "1\n")
	write(t, s.AnswerPath("with"), "")
	write(t, s.InputPath("without"), "2\n")
	write(t, s.AnswerPath("orphan"), "3\n")
	write(t, filepath.Join(s.Dir(), ".new-123.in"), "half a file of a crash")
	got, _, err := s.List(disk{})
	if err != nil {
		t.Fatal(err)
	}
	want := []problem.Test{
		{Name: "with", Input: []byte("1\n"), Answer: []byte{}, HasAnswer: true},
		{Name: "without", Input: []byte("2\n")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}
}

func TestListOfAProblemWithoutTestsIsEmpty(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if got := names(t, store.New(dir, "sol")); got != nil {
		t.Errorf("got %q", got)
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("listing left %v in the user's folder", entries)
	}
}

func TestListLeavesOutWhatItCannotReadAndSaysSo(t *testing.T) {
	t.Parallel()
	s := store.New(t.TempDir(), "sol")
	write(t, s.InputPath("good"), "1\n")
	write(t, s.InputPath("bad"), "2\n")
	tests, warnings, err := s.List(failing{disk{}, s.InputPath("bad")})
	if err != nil || len(tests) != 1 || len(warnings) != 1 || !strings.Contains(warnings[0], `"bad"`) {
		t.Errorf("got %v, warnings %q, %v", tests, warnings, err)
	}
}

type failing struct {
	disk
	path string
}

func (f failing) ReadFile(name string) ([]byte, error) {
	if name == f.path {
		return nil, errors.New("disk on fire")
	}
	return f.disk.ReadFile(name)
}

func TestSaveTakesFreeNamesAndNeverOverwrites(t *testing.T) {
	t.Parallel()
	s := store.New(t.TempDir(), "sol")
	write(t, s.InputPath("wa-2"), "mine")
	write(t, s.AnswerPath("wa-3"), "an answer whose input was deleted")
	var got []string
	for _, input := range []string{"a", "b", "c"} {
		name, err := s.Save("wa", []byte(input), []byte("answer of "+input), true)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, name)
	}
	if want := []string{"wa-1", "wa-4", "wa-5"}; !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
	if in, ans := read(t, s.InputPath("wa-4")), read(t, s.AnswerPath("wa-4")); in != "b" || ans != "answer of b" {
		t.Errorf("wa-4 holds %q and %q", in, ans)
	}
	if read(t, s.InputPath("wa-2")) != "mine" {
		t.Error("wa-2 was overwritten")
	}
}

func TestSaveOfAKnownInputReturnsItsName(t *testing.T) {
	t.Parallel()
	s := store.New(t.TempDir(), "sol")
	write(t, s.InputPath("sample-1"), "3 4\n")
	name, err := s.Save("wa", []byte("3 4\n"), []byte("7\n"), true)
	if err != nil || name != "sample-1" {
		t.Fatalf("got %q, %v", name, err)
	}
	if read(t, s.AnswerPath("sample-1")) != "7\n" {
		t.Error("the missing answer was not added")
	}
	if _, err := s.Save("wa", []byte("3 4\n"), []byte("8\n"), true); err != nil {
		t.Fatal(err)
	}
	if read(t, s.AnswerPath("sample-1")) != "7\n" {
		t.Error("the answer was overwritten")
	}
}

func TestSaveLeavesNothingElseBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := store.New(dir, "sol")
	if _, err := s.Save("re", []byte("1\n"), nil, false); err != nil {
		t.Fatal(err)
	}
	var got []string
	_ = filepath.WalkDir(dir, func(path string, _ os.DirEntry, _ error) error {
		rel, _ := filepath.Rel(dir, path)
		got = append(got, rel)
		return nil
	})
	want := []string{".", ".stresstester", ".stresstester/sol", ".stresstester/sol/re-1.in"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestSaveFromManyAtOnceLosesNothing(t *testing.T) {
	t.Parallel()
	s := store.New(t.TempDir(), "sol")
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			input := strings.Repeat("x", i)
			if _, err := s.Save("wa", []byte(input), []byte(input), true); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	tests, _, err := s.List(disk{})
	if err != nil || len(tests) != 20 {
		t.Fatalf("%d tests, %v", len(tests), err)
	}
	for _, test := range tests {
		if string(test.Input) != string(test.Answer) {
			t.Errorf("%s: input %q has the answer of %q", test.Name, test.Input, test.Answer)
		}
	}
}

func TestDeletedTestsCanBeRestored(t *testing.T) {
	t.Parallel()
	s := store.New(t.TempDir(), "sol")
	for _, text := range []string{"first", "second"} {
		write(t, s.InputPath("wa-1"), text)
		write(t, s.AnswerPath("wa-1"), text+" answer")
		if _, err := s.Delete("wa-1"); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, s); got != nil {
		t.Errorf("deleted tests are still listed: %q", got)
	}
	for trashed, want := range map[string]string{"wa-1": "first", "wa-1~2": "second"} {
		name, err := s.Restore(trashed)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, s.InputPath(name)); got != want {
			t.Errorf("%s was restored as %q, want %q", trashed, got, want)
		}
		if got := read(t, s.AnswerPath(name)); got != want+" answer" {
			t.Errorf("the answer of %s was restored as %q", trashed, got)
		}
	}
	if got, want := names(t, s), []string{"wa-1", "wa-1-2"}; !slices.Equal(got, want) {
		t.Errorf("restored as %q, want %q", got, want)
	}
}

func TestTheTrashKeepsOutOfGit(t *testing.T) {
	t.Parallel()
	s := store.New(t.TempDir(), "sol")
	write(t, s.InputPath("wa-1"), "1")
	if _, err := s.Delete("wa-1"); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(s.Dir(), ".trash", ".gitignore")); got != "*\n" {
		t.Errorf(".gitignore holds %q", got)
	}
}

func TestNamesNeverLeaveTheFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := store.New(dir, "sol")
	write(t, filepath.Join(dir, "secret.in"), "1")
	for _, name := range []string{"", "..", "../../secret", `..\..\secret`, ".trash", "a/b", "a\x00b"} {
		if _, err := s.Delete(name); err == nil {
			t.Errorf("Delete(%q) worked", name)
		}
		if _, err := s.Restore(name); err == nil {
			t.Errorf("Restore(%q) worked", name)
		}
		if _, err := s.Save(name, []byte("1"), nil, false); err == nil {
			t.Errorf("Save(%q) worked", name)
		}
	}
	if _, err := s.Delete("absent"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("deleting an absent test: %v", err)
	}
}

func TestNameOfKnowsInputsAndAnswersOfItsOwnFolderOnly(t *testing.T) {
	t.Parallel()
	s := store.New("/p", "sol")
	for path, want := range map[string]string{
		"/p/.stresstester/sol/wa-1.in":        "wa-1",
		"/p/.stresstester/sol/wa-1.ans":       "wa-1",
		"/p/.stresstester/sol/wa-1.txt":       "",
		"/p/.stresstester/sol/.trash/wa-1.in": "",
		"/p/.stresstester/other/wa-1.in":      "",
		"/p/wa-1.in":                          "",
	} {
		if got, ok := s.NameOf(path); got != want || ok != (want != "") {
			t.Errorf("NameOf(%s) = %q, %v", path, got, ok)
		}
	}
}
