// Package store keeps a problem's saved tests: plain files NAME.in and NAME.ans
// in .stresstester/X beside the source, fit for git and for any other tool.
//
// Nothing is ever overwritten: a new test takes a free name, and a deleted one
// is moved aside. It must not know what the tests are for. Start reading at
// Store.
package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"stresstester/core/problem"
)

// Folder is the folder beside the source that holds everything this package
// writes.
const Folder = ".stresstester"

const (
	inputSuffix  = ".in"
	answerSuffix = ".ans"
	trashFolder  = ".trash"
)

// Reader reads files. An editor's lays its unsaved buffers over the disk.
type Reader interface {
	ReadFile(name string) ([]byte, error)
	ReadDir(dir string) ([]string, error)
}

// Store is the saved tests of one problem. It holds no state but its place, so
// that several processes may work on the same one.
type Store struct {
	dir     string // the problem's folder
	problem string
}

// ErrNotFound is wrapped when a test of that name does not exist.
var ErrNotFound = errors.New("no such saved test")

// New is the store of the problem called name in the folder dir. It touches no
// file.
func New(dir, name string) *Store { return &Store{dir: dir, problem: name} }

// Dir is the folder of the tests; it need not exist.
func (s *Store) Dir() string { return filepath.Join(s.dir, Folder, s.problem) }

// InputPath is the absolute path of the test's input.
func (s *Store) InputPath(test string) string { return filepath.Join(s.Dir(), test+inputSuffix) }

// AnswerPath is the absolute path of the test's answer, which need not exist.
func (s *Store) AnswerPath(test string) string { return filepath.Join(s.Dir(), test+answerSuffix) }

// RelativePath is the input's path relative to the problem's folder, with
// slashes, as it is shown to people.
func (s *Store) RelativePath(test string) string {
	return Folder + "/" + s.problem + "/" + test + inputSuffix
}

// NameOf is the name of the test that the path is the input or answer of.
func (s *Store) NameOf(path string) (name string, ok bool) {
	if filepath.Dir(path) != s.Dir() {
		return "", false
	}
	base := filepath.Base(path)
	for _, suffix := range []string{inputSuffix, answerSuffix} {
		if name, ok := strings.CutSuffix(base, suffix); ok && validName(name) == nil {
			return name, true
		}
	}
	return "", false
}

// List reads every saved test: samples first, then the others, each in natural
// order (wa-2 before wa-10). A test that cannot be read is left out and named in
// a warning. No folder means no tests.
func (s *Store) List(files Reader) (tests []problem.Test, warnings []string, err error) {
	if _, err := os.Stat(s.Dir()); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	names, err := files.ReadDir(s.Dir())
	if err != nil {
		return nil, nil, fmt.Errorf("listing saved tests: %w", err)
	}
	present := map[string]bool{}
	for _, name := range names {
		present[name] = true
	}
	for _, test := range inputNames(names) {
		read, err := s.read(files, test, present[test+answerSuffix])
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("saved test %q is left out: %v", test, err))
			continue
		}
		tests = append(tests, read)
	}
	return tests, warnings, nil
}

// Names lists the saved tests' names in List's order without reading them.
func (s *Store) Names(files Reader) ([]string, error) {
	if _, err := os.Stat(s.Dir()); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	names, err := files.ReadDir(s.Dir())
	if err != nil {
		return nil, fmt.Errorf("listing saved tests: %w", err)
	}
	return inputNames(names), nil
}

func inputNames(files []string) []string {
	var tests []string
	for _, file := range files {
		if test, ok := strings.CutSuffix(file, inputSuffix); ok && validName(test) == nil {
			tests = append(tests, test)
		}
	}
	sortNames(tests)
	return tests
}

func (s *Store) read(files Reader, name string, hasAnswer bool) (problem.Test, error) {
	test := problem.Test{Name: name, HasAnswer: hasAnswer}
	var err error
	if test.Input, err = files.ReadFile(s.InputPath(name)); err != nil {
		return test, err
	}
	if hasAnswer {
		test.Answer, err = files.ReadFile(s.AnswerPath(name))
	}
	return test, err
}

// Save keeps an input, and its answer when hasAnswer is set, under the first
// free name KIND-1, KIND-2, …. When a test with the same input is there already,
// its name is returned and only a missing answer is added.
func (s *Store) Save(kind string, input, answer []byte, hasAnswer bool) (name string, err error) {
	if err := validName(kind); err != nil {
		return "", err
	}
	if err := os.MkdirAll(s.Dir(), 0o755); err != nil {
		return "", fmt.Errorf("saving a test: %w", err)
	}
	used, err := s.used()
	if err != nil {
		return "", fmt.Errorf("saving a test: %w", err)
	}
	if name, ok := s.sameInput(used, input); ok {
		return name, s.addAnswer(name, answer, hasAnswer && !used[name+answerSuffix])
	}
	for n := 1; ; n++ {
		name = kind + "-" + strconv.Itoa(n)
		if used[name+inputSuffix] || used[name+answerSuffix] {
			continue
		}
		err := s.create(name, input, answer, hasAnswer)
		if errors.Is(err, fs.ErrExist) {
			continue // another process took the name meanwhile
		}
		if err != nil {
			return "", fmt.Errorf("saving test %s: %w", name, err)
		}
		return name, nil
	}
}

// used lists the folder's file names. They are read from the disk whatever an
// editor shows: what counts is which names are free.
func (s *Store) used() (map[string]bool, error) {
	entries, err := os.ReadDir(s.Dir())
	if err != nil {
		return nil, err
	}
	used := make(map[string]bool, len(entries))
	for _, e := range entries {
		used[e.Name()] = true
	}
	return used, nil
}

func (s *Store) sameInput(used map[string]bool, input []byte) (name string, ok bool) {
	var names []string
	for file := range used {
		names = append(names, file)
	}
	for _, test := range inputNames(names) {
		info, err := os.Stat(s.InputPath(test))
		if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(input)) {
			continue
		}
		if have, err := os.ReadFile(s.InputPath(test)); err == nil && bytes.Equal(have, input) {
			return test, true
		}
	}
	return "", false
}

func (s *Store) addAnswer(name string, answer []byte, wanted bool) error {
	if !wanted {
		return nil
	}
	if err := createFile(s.AnswerPath(name), answer); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("saving the answer of test %s: %w", name, err)
	}
	return nil
}

// create writes the answer first: a test exists from the moment its input does,
// and is complete then.
func (s *Store) create(name string, input, answer []byte, hasAnswer bool) error {
	if hasAnswer {
		if err := createFile(s.AnswerPath(name), answer); err != nil {
			return err
		}
	}
	err := createFile(s.InputPath(name), input)
	if err != nil && hasAnswer {
		_ = os.Remove(s.AnswerPath(name))
	}
	return err
}

// Delete moves the test's files to .trash in the same folder, where Restore
// finds them, and returns the name they have there.
func (s *Store) Delete(name string) (trashed string, err error) {
	if err := validName(name); err != nil {
		return "", err
	}
	if _, err := os.Lstat(s.InputPath(name)); err != nil {
		return "", fmt.Errorf("deleting test %q: %w", name, ErrNotFound)
	}
	if err := s.makeTrash(); err != nil {
		return "", fmt.Errorf("deleting test %q: %w", name, err)
	}
	trash := s.trash()
	trashed = name
	for n := 2; trash.exists(trashed); n++ {
		trashed = name + "~" + strconv.Itoa(n)
	}
	if err := move(s, name, trash, trashed); err != nil {
		return "", fmt.Errorf("deleting test %q: %w", name, err)
	}
	return trashed, nil
}

// Restore brings a deleted test back under the name it had in the trash, or
// under a free one when that is taken, and returns the name.
func (s *Store) Restore(trashed string) (name string, err error) {
	if err := validName(trashed); err != nil {
		return "", err
	}
	trash := s.trash()
	if !trash.exists(trashed) {
		return "", fmt.Errorf("restoring test %q: %w", trashed, ErrNotFound)
	}
	original := trashSuffix.ReplaceAllString(trashed, "")
	name = original
	for n := 2; s.exists(name); n++ {
		name = original + "-" + strconv.Itoa(n)
	}
	if err := move(trash, trashed, s, name); err != nil {
		return "", fmt.Errorf("restoring test %q: %w", trashed, err)
	}
	return name, nil
}

// trashSuffix is what Delete adds to keep names in the trash apart.
var trashSuffix = regexp.MustCompile(`~\d+$`)

func (s *Store) exists(name string) bool {
	for _, path := range []string{s.InputPath(name), s.AnswerPath(name)} {
		if _, err := os.Lstat(path); err == nil {
			return true
		}
	}
	return false
}

// trash is the store whose folder is s's trash.
func (s *Store) trash() *Store {
	return &Store{dir: s.dir, problem: filepath.Join(s.problem, trashFolder)}
}

// makeTrash also keeps the trash out of git, which the tests themselves are
// meant for.
func (s *Store) makeTrash() error {
	dir := filepath.Join(s.Dir(), trashFolder)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	err := createFile(filepath.Join(dir, ".gitignore"), []byte("*\n"))
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// move takes the input first: a test without its input is gone, one without its
// answer would be another test.
func move(from *Store, name string, to *Store, as string) error {
	if err := os.Rename(from.InputPath(name), to.InputPath(as)); err != nil {
		return err
	}
	err := os.Rename(from.AnswerPath(name), to.AnswerPath(as))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// validName keeps names inside the folder and visible.
func validName(name string) error {
	switch {
	case name == "":
		return errors.New("a test's name is empty")
	case strings.HasPrefix(name, "."):
		return fmt.Errorf("test name %q begins with a dot", name)
	case strings.ContainsAny(name, "/\\\x00"):
		return fmt.Errorf("test name %q contains a slash", name)
	}
	return nil
}
