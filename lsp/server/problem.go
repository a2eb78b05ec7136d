package server

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"stresstester/core/languages"
	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/store"
	"stresstester/lsp/document"
	"stresstester/lsp/runs"
)

// maxCandidates bounds the search for the problem that a helper belongs to.
const maxCandidates = 64

// errNotAFile is the error about a document that has no folder to look around in.
var errNotAFile = errors.New("save the document first: a stress test looks for the brute force and the generator in its folder")

// place is where a document stands: in which problem, in which role.
type place struct {
	room *room.Room
	role problem.Role
}

// locate finds the problem that a document belongs to. A helper, such as a brute
// force, belongs to the program that it helps to test.
func (s *Server) locate(files room.Files, uri string) (place, error) {
	path := document.PathOf(uri)
	if path == "" {
		return place{}, fmt.Errorf("%s is not a file on the disk: %w", shortName(uri), errNotAFile)
	}
	if p, ok := s.locateByRun(files, path); ok {
		return p, nil
	}
	if p, ok := locateHelper(files, path); ok {
		return p, nil
	}
	r, err := room.Open(files, path, nil)
	if err != nil {
		return place{}, err
	}
	return place{r, problem.Tested}, nil
}

// locateByRun finds a helper by the runs that used it, which also finds those
// that were named by an option.
func (s *Server) locateByRun(files room.Files, path string) (place, bool) {
	for _, run := range s.runs.All() {
		ran := run.Request().Room
		if ran == nil {
			continue
		}
		role, ok := roleIn(ran, path)
		if !ok || role == problem.Tested {
			continue
		}
		if r, err := room.Open(files, ran.Tested, map[problem.Role]string{role: path}); err == nil {
			return place{r, role}, true
		}
	}
	return place{}, false
}

func roleIn(r *room.Room, path string) (problem.Role, bool) {
	for role, file := range r.Roles {
		if file == path {
			return role, true
		}
	}
	return "", false
}

// locateHelper finds the tested file beside a helper: first the one that the
// helper is named after, then any that has the helper among its files.
func locateHelper(files room.Files, path string) (place, bool) {
	dir, base := filepath.Split(path)
	names, err := files.ReadDir(filepath.Clean(dir))
	if err != nil {
		return place{}, false
	}
	named, helper := helperOf(base)
	if !helper && !slices.Contains(names, room.ConfigName) {
		return place{}, false
	}
	slices.SortFunc(names, func(a, b string) int {
		if first, second := stem(a) == named, stem(b) == named; first != second {
			if first {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	tried := 0
	for _, name := range names {
		if _, other := helperOf(name); other && stem(name) != named || name == base {
			continue
		}
		if _, known := languages.Default().ForFile(name); !known {
			continue
		}
		if tried++; tried > maxCandidates {
			break
		}
		r, err := room.Open(files, filepath.Join(dir, name), nil)
		if err != nil {
			continue
		}
		if role, ok := roleIn(r, path); ok && role != problem.Tested {
			return place{r, role}, true
		}
	}
	return place{}, false
}

// helperOf reports whether a file is called like a helper, and after which
// problem, which is empty for names such as "brute.py".
func helperOf(base string) (name string, ok bool) {
	for _, role := range problem.Roles() {
		for _, pattern := range room.Patterns(role) {
			own, named := strings.CutPrefix(pattern, "X")
			own, open := strings.CutSuffix(own, ".*")
			text := base
			if open {
				text = stem(base)
			}
			if named && strings.HasSuffix(text, own) && len(text) > len(own) {
				return strings.TrimSuffix(text, own), true
			}
			if !named && text == own {
				return "", true
			}
		}
	}
	return "", false
}

func stem(base string) string { return strings.TrimSuffix(base, filepath.Ext(base)) }

// shortName is a document's name as people know it.
func shortName(uri string) string {
	if path := document.PathOf(uri); path != "" {
		return filepath.Base(path)
	}
	return uri
}

// uriOf is the document of a file, by the name that the client uses when it is
// open.
func (s *Server) uriOf(path string) string {
	if path == "" {
		return ""
	}
	if snapshot, ok := s.docs.View().File(path); ok {
		return snapshot.URI()
	}
	return document.URIOf(path)
}

// text is a document as it is now: in the editor, or else on the disk.
func (s *Server) text(uri string) (*document.Snapshot, bool) {
	if snapshot, ok := s.docs.View().Get(uri); ok {
		return snapshot, true
	}
	path := document.PathOf(uri)
	if path == "" {
		return nil, false
	}
	data, err := s.disk.ReadFile(path)
	if err != nil {
		return nil, false
	}
	return document.Detached(uri, data, s.encoding()), true
}

func (s *Server) encoding() document.Encoding {
	if s.client.utf8Positions {
		return document.UTF8
	}
	return document.UTF16
}

// lastRun is the newest run of the problem that the document belongs to, among
// those that the filter accepts.
func (s *Server) lastRun(uri string, accept func(*runs.Run) bool) (*runs.Run, bool) {
	if run, ok := s.runs.Last(uri, accept); ok {
		return run, true
	}
	path := document.PathOf(uri)
	for _, run := range s.runs.All() {
		if r := run.Request().Room; r != nil && path != "" && (accept == nil || accept(run)) {
			if _, ok := roleIn(r, path); ok {
				return run, true
			}
		}
	}
	return nil, false
}

// roomOfTest is the problem that a saved test's file belongs to, and the test's
// name: X's tests are in .stresstester/X beside it.
func (s *Server) roomOfTest(path string) (*room.Room, string, bool) {
	folder := filepath.Dir(path)
	if path == "" || filepath.Base(filepath.Dir(folder)) != store.Folder {
		return nil, "", false
	}
	dir := filepath.Dir(filepath.Dir(folder))
	files := document.NewOverlay(s.docs.View(), s.disk)
	names, err := files.ReadDir(dir)
	if err != nil {
		return nil, "", false
	}
	for _, name := range names {
		if stem(name) != filepath.Base(folder) {
			continue
		}
		if _, known := languages.Default().ForFile(name); !known {
			continue
		}
		if r, err := room.Open(files, filepath.Join(dir, name), nil); err == nil {
			if test, ok := r.Store().NameOf(path); ok {
				return r, test, true
			}
		}
	}
	return nil, "", false
}

// savedAs is the name among the saved tests of a counterexample's file.
func savedAs(r *room.Room, path string) (name string, ok bool) {
	if path == "" {
		return "", false
	}
	return store.New(r.Dir, r.Name).NameOf(filepath.Join(r.Dir, filepath.FromSlash(path)))
}
