package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"stresstester/core/problem"
	"stresstester/lsp/runs"
)

// The parts of a counterexample.
const (
	partInput    = "input"
	partExpected = "expected"
	partActual   = "actual"
	partStderr   = "stderr"
)

// cases makes counterexamples real documents, which every editor can show. Saved
// ones are the problem's own files; the rest lies in a private temporary folder
// that goes with the connection.
type cases struct {
	scratch string // where the folder is made; empty means the system's place

	mu    sync.Mutex
	root  string // empty until the first file
	gone  bool
	files map[string]caseFile // what each file handed out is about, by its path
}

// caseFile says what a file is about.
type caseFile struct {
	run     *runs.Run
	failure int
	// part is empty for a text about the failure.
	part string
}

func newCases(scratch string) *cases { return &cases{scratch: scratch, files: map[string]caseFile{}} }

// about is what a file is about, if it was handed out.
func (c *cases) about(path string) (caseFile, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, ok := c.files[path]
	return f, ok
}

// forget drops what is known of the files of runs that are forgotten themselves,
// and the files.
func (c *cases) forget(remembered func(*runs.Run) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for path, f := range c.files {
		if remembered(f.run) {
			continue
		}
		delete(c.files, path)
		if c.root != "" && strings.HasPrefix(path, c.root) {
			_ = os.RemoveAll(filepath.Dir(filepath.Dir(path)))
		}
	}
}

// write is the path of a text about a failure. It is written anew each time.
func (c *cases) write(run *runs.Run, failure int, name, text string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	dir, err := c.dir(run, failure)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("writing %s: %w", name, err)
	}
	c.files[path] = caseFile{run: run, failure: failure}
	return path, nil
}

// note is the path of a text that has nothing to do with a run. Each has a folder of
// its own.
func (c *cases) note(name string, text []byte) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.makeRoot(); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(c.root, "note-")
	if err != nil {
		return "", fmt.Errorf("making room for %s: %w", name, err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", fmt.Errorf("writing %s: %w", name, err)
	}
	return path, nil
}

// dir is the folder of a failure's files, which exists from then on.
func (c *cases) dir(run *runs.Run, failure int) (string, error) {
	if err := c.makeRoot(); err != nil {
		return "", err
	}
	dir := filepath.Join(c.root, "run-"+run.ID(), strconv.Itoa(failure+1))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making room for the counterexample: %w", err)
	}
	return dir, nil
}

// file is the path of a part of a run's failure, which is written when it is not
// there yet.
func (c *cases) file(run *runs.Run, failure int, part string) (string, error) {
	if part == "" {
		part = partInput
	}
	text, saved, err := caseText(run, failure, part)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if saved != "" {
		if _, err := os.Stat(saved); err == nil {
			c.files[saved] = caseFile{run, failure, part}
			return saved, nil
		}
	}
	dir, err := c.dir(run, failure)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, part+".txt")
	c.files[path] = caseFile{run, failure, part}
	if _, err := os.Stat(path); err == nil && run.Status().Result != nil {
		return path, nil
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", fmt.Errorf("writing the counterexample: %w", err)
	}
	return path, nil
}

// samples is the path of a document with samples of the named problem's spec. It
// is written anew each time.
func (c *cases) samples(name, text string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.makeRoot(); err != nil {
		return "", err
	}
	dir := filepath.Join(c.root, "samples")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making room for samples: %w", err)
	}
	path := filepath.Join(dir, filepath.Base(name)+".txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("writing samples: %w", err)
	}
	return path, nil
}

// caseText is a part's text, and its file when it may have been saved.
func caseText(run *runs.Run, failure int, part string) (text problem.Text, saved string, err error) {
	f, err := failureOf(run, failure)
	if err != nil {
		return nil, "", err
	}
	room, c := run.Request().Room, f.Counterexample
	name, isSaved := savedAs(room, c.SavedAs)
	switch part {
	case partInput:
		if isSaved {
			saved = room.Store().InputPath(name)
		}
		return c.Input, saved, nil
	case partExpected:
		if isSaved {
			saved = room.Store().AnswerPath(name)
		}
		return c.Expected, saved, nil
	case partActual:
		return c.Actual, "", nil
	case partStderr:
		return c.Stderr, "", nil
	}
	return nil, "", fmt.Errorf("%q is not a part of a counterexample: use input, expected, actual or stderr", part)
}

// failureOf is a run's failure that has a counterexample.
func failureOf(run *runs.Run, failure int) (problem.Failure, error) {
	all := run.Status().Failures()
	if failure < 0 || failure >= len(all) || all[failure].Counterexample == nil {
		return problem.Failure{}, fmt.Errorf("run %s has no counterexample number %d", run.ID(), failure)
	}
	return all[failure], nil
}

func (c *cases) makeRoot() error {
	if c.gone {
		return errors.New("the connection has ended")
	}
	if c.root != "" {
		return nil
	}
	root, err := os.MkdirTemp(c.scratch, "stresstester-")
	if err != nil {
		return fmt.Errorf("making a temporary folder: %w", err)
	}
	c.root = root
	return nil
}

// close removes what was written.
func (c *cases) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	if c.root != "" {
		_ = os.RemoveAll(c.root)
	}
}
