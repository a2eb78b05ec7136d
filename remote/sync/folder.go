package sync

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/store"
	"stresstester/remote/api"
)

// Editors are the editors that have files open.
type Editors interface {
	// Offer gives what a file is to be to the editors that have it open, and reports
	// whether any has. They change their documents by themselves, and later. seen is
	// what the folder has, from which a document was made that took no offer yet.
	Offer(path string, seen, want []byte) (open bool)
	// Ancestor is the offer from which a document with the given text was made, if
	// the file is open, its text is that and an offer was taken since it was saved.
	Ancestor(path string, text []byte) (ancestor []byte, ok bool)
	// Recorded is told that the text, for which Ancestor knew one, was recorded: what
	// is made of it from then on is made of it, not of an offer.
	Recorded(path string, text []byte)
}

// ErrFolderGone is wrapped where a room's folder or its tested file is not there.
// Nothing is taken for deleted then.
var ErrFolderGone = errors.New("it was moved or deleted")

// Folder is a problem in a folder: Worktree.
type Folder struct {
	Dir, Problem string
	// Limit is the size of the largest file that is synced, in bytes; 0 means any.
	Limit int
	// Editors may be nil.
	Editors Editors
	// Skipped is told which files are left out and why; it may be nil.
	Skipped func(path, why string)
}

var _ Worktree = (*Folder)(nil)

const configName = room.ConfigName

// wireName is a file's name as the server shows it.
func wireName(slot api.Slot, name string) string {
	switch kind, own := slot.Kind(); kind {
	case api.ConfigKind:
		return configName
	case api.IncludeKind, api.TestKind:
		return own[strings.LastIndexByte(own, '/')+1:]
	case api.RoleKind:
	}
	return name
}

// path is where the content of a slot is, relative to the folder.
func (f *Folder) path(slot api.Slot, name string) (string, error) {
	if err := slot.Validate(); err != nil {
		return "", err
	}
	switch kind, own := slot.Kind(); kind {
	case api.ConfigKind:
		return configName, nil
	case api.IncludeKind:
		if hidden(own) {
			return "", fmt.Errorf("the helper %q is a hidden file, which a room may not write", own)
		}
		return filepath.FromSlash(own), nil
	case api.TestKind:
		return filepath.Join(store.Folder, f.Problem, own), nil
	case api.RoleKind:
	}
	if err := api.ValidateFileName(name); err != nil {
		return "", err
	}
	if hidden(name) || name == configName {
		return "", fmt.Errorf("a program cannot be called %q", name)
	}
	return name, nil
}

// hidden reports whether a part of the path begins with a dot: a room has no say in
// what such files tell other programs.
func hidden(path string) bool {
	return slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return strings.HasPrefix(part, ".") })
}

// Scan implements Worktree.
func (f *Folder) Scan(known map[api.Slot]Content) (map[api.Slot]Content, error) {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w (%w)", f.Dir, ErrFolderGone, err)
	}
	defer root.Close()
	found, err := f.discover(known)
	if err != nil {
		return nil, err
	}
	files := map[api.Slot]Content{}
	for slot, name := range found {
		c, ok, err := f.read(root, slot, name)
		if err != nil {
			f.skip(name, err.Error())
			continue
		}
		if ok {
			files[slot] = c
		}
	}
	for slot, c := range known {
		if _, ok := files[slot]; ok || c.Deleted {
			continue
		}
		if _, ok := found[slot]; ok {
			continue // it is there, and was skipped
		}
		now, ok, err := f.read(root, slot, c.Name)
		switch {
		case err != nil:
		case ok:
			files[slot] = now
		default:
			files[slot] = Absent()
		}
	}
	return files, nil
}

func (f *Folder) skip(path, why string) {
	if f.Skipped != nil {
		f.Skipped(path, why)
	}
}

// discover finds which file is in which slot, by the rules of core/room.
func (f *Folder) discover(known map[api.Slot]Content) (map[api.Slot]string, error) {
	tested := api.RoleSlot(problem.Tested)
	name := known[tested].Name
	if name == "" || !exists(filepath.Join(f.Dir, name)) {
		if name = f.findTested(); name == "" {
			if c, ok := known[tested]; ok && !c.Deleted {
				return nil, fmt.Errorf("%s: %w", filepath.Join(f.Dir, c.Name), ErrFolderGone)
			}
			return map[api.Slot]string{}, nil // a room without one
		}
	}
	found := map[api.Slot]string{tested: name}
	if exists(filepath.Join(f.Dir, configName)) {
		found[api.Config] = ""
	}
	r, err := room.Open(room.Disk{}, filepath.Join(f.Dir, name), nil)
	if err != nil {
		// A mistake in the configuration is synced like everything else; the roles are
		// those known until it is mended.
		for slot, c := range known {
			if kind, _ := slot.Kind(); kind == api.RoleKind && !c.Deleted && exists(filepath.Join(f.Dir, c.Name)) {
				found[slot] = c.Name
			}
		}
	} else {
		for role, path := range r.Roles {
			if filepath.Dir(path) == f.Dir {
				found[api.RoleSlot(role)] = filepath.Base(path)
			}
		}
	}
	f.discoverIncludes(found)
	return found, f.discoverTests(found)
}

// findTested is the source of the problem's name.
func (f *Folder) findTested() string {
	names, err := room.Disk{}.ReadDir(f.Dir)
	if err != nil {
		return ""
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.TrimSuffix(name, filepath.Ext(name)) == f.Problem && filepath.Ext(name) != ".spec" {
			if r, err := room.Open(room.Disk{}, filepath.Join(f.Dir, name), nil); err == nil && r.Name == f.Problem {
				return name
			}
		}
	}
	return ""
}

// discoverIncludes finds the local headers that the sources name, and those that
// they name. Some headers are everybody's and too large to sync, such as
// testlib.h; the limit keeps them out.
func (f *Folder) discoverIncludes(found map[api.Slot]string) {
	var queue []string
	for slot, name := range found {
		if kind, _ := slot.Kind(); kind == api.RoleKind {
			queue = append(queue, name)
		}
	}
	seen := map[string]bool{}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		text, err := os.ReadFile(filepath.Join(f.Dir, filepath.FromSlash(name)))
		if err != nil {
			continue
		}
		for _, include := range includes(text) {
			path := filepath.ToSlash(filepath.Join(filepath.Dir(filepath.FromSlash(name)), filepath.FromSlash(include)))
			slot := api.IncludeSlot(path)
			if seen[path] || slot.Validate() != nil || hidden(path) || !exists(filepath.Join(f.Dir, filepath.FromSlash(path))) {
				continue
			}
			seen[path] = true
			found[slot] = ""
			queue = append(queue, path)
		}
	}
}

// includes are the names in a C or C++ source's #include "…" lines.
func includes(text []byte) []string {
	var names []string
	for line := range bytes.Lines(text) {
		rest, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("#"))
		if !ok {
			continue
		}
		rest, ok = bytes.CutPrefix(bytes.TrimSpace(rest), []byte("include"))
		if !ok {
			continue
		}
		rest, ok = bytes.CutPrefix(bytes.TrimSpace(rest), []byte(`"`))
		if !ok {
			continue
		}
		if name, _, ok := bytes.Cut(rest, []byte(`"`)); ok {
			names = append(names, string(name))
		}
	}
	return names
}

func (f *Folder) discoverTests(found map[api.Slot]string) error {
	s := store.New(f.Dir, f.Problem)
	names, err := s.Names(room.Disk{})
	if err != nil {
		return err
	}
	for _, name := range names {
		for slot, path := range map[api.Slot]string{api.TestInput(name): s.InputPath(name), api.TestAnswer(name): s.AnswerPath(name)} {
			if slot.Validate() == nil && exists(path) {
				found[slot] = ""
			}
		}
	}
	return nil
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// read is a file's content; not ok where there is none.
func (f *Folder) read(root *os.Root, slot api.Slot, name string) (c Content, ok bool, err error) {
	path, err := f.path(slot, name)
	if err != nil {
		return c, false, err
	}
	info, err := root.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, false, nil
	}
	if err != nil {
		return c, false, err
	}
	if !info.Mode().IsRegular() {
		return c, false, errors.New("it is no regular file")
	}
	if f.Limit > 0 && info.Size() > int64(f.Limit) {
		return c, false, fmt.Errorf("it has %d bytes, more than the server takes (%d)", info.Size(), f.Limit)
	}
	text, err := root.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, false, nil
	}
	return Content{Name: localName(slot, name), Text: text}, err == nil, err
}

// Ancestor implements Worktree.
func (f *Folder) Ancestor(slot api.Slot, now Content) (Content, bool) {
	if f.Editors == nil || now.Deleted {
		return Content{}, false
	}
	path, err := f.path(slot, now.Name)
	if err != nil {
		return Content{}, false
	}
	text, ok := f.Editors.Ancestor(filepath.Join(f.Dir, path), now.Text)
	return Content{Name: now.Name, Text: text}, ok
}

// Recorded implements Worktree.
func (f *Folder) Recorded(slot api.Slot, now Content) {
	if f.Editors == nil || now.Deleted {
		return
	}
	if path, err := f.path(slot, now.Name); err == nil {
		f.Editors.Recorded(filepath.Join(f.Dir, path), now.Text)
	}
}

// Write implements Worktree. A file appears as a whole; one that is replaced by
// another name goes to the trash in .stresstester, as does one that is deleted.
func (f *Folder) Write(slot api.Slot, expect, want Content) (Outcome, error) {
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return 0, fmt.Errorf("%s: %w (%w)", f.Dir, ErrFolderGone, err)
	}
	defer root.Close()
	current, same, err := f.stillIs(root, slot, expect)
	if err != nil || !same {
		return Changed, err
	}
	if want.Deleted {
		return Written, errors.Join(f.trash(root, current), syncFolder(root, filepath.Dir(current)))
	}
	path, err := f.path(slot, want.Name)
	if err != nil {
		return 0, err
	}
	if f.Editors != nil && f.Editors.Offer(filepath.Join(f.Dir, path), expect.Text, want.Text) {
		return Busy, nil
	}
	if path != current {
		if _, err := root.Lstat(path); err == nil {
			return 0, fmt.Errorf("%s is in the way of a file of the room; rename it", filepath.Join(f.Dir, path))
		}
	}
	if err := f.replace(root, path, expect, want.Text); err != nil {
		if errors.Is(err, errSlippedIn) {
			return Changed, nil
		}
		return 0, fmt.Errorf("writing %s: %w", filepath.Join(f.Dir, path), err)
	}
	if current != "" && path != current {
		if err := f.trash(root, current); err != nil {
			return Written, err
		}
	}
	return Written, syncFolder(root, filepath.Dir(path))
}

// stillIs reports whether the folder has what is expected, and where.
func (f *Folder) stillIs(root *os.Root, slot api.Slot, expect Content) (path string, same bool, err error) {
	if expect.Deleted {
		return "", true, nil // whatever is in the way is noticed when it is written
	}
	path, err = f.path(slot, expect.Name)
	if err != nil {
		return "", false, err
	}
	now, ok, err := f.read(root, slot, expect.Name)
	if err != nil {
		return "", false, err
	}
	return path, ok && now.Equal(expect), nil
}

// errSlippedIn means that somebody saved the file while it was being replaced.
var errSlippedIn = errors.New("the file was saved meanwhile")

// replace writes a file and renames it into its place. The one that was there stays
// linked until it is certain that it was the expected one.
func (f *Folder) replace(root *os.Root, path string, expect Content, text []byte) error {
	if dir := filepath.Dir(path); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	mode := fs.FileMode(0o644)
	if info, err := root.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	id := api.NewID()
	fresh, before := filepath.Join(filepath.Dir(path), ".stresstester-"+id+".new"), filepath.Join(filepath.Dir(path), ".stresstester-"+id+".old")
	defer func() { _ = root.Remove(fresh); _ = root.Remove(before) }()
	if err := writeSynced(root, fresh, text, mode); err != nil {
		return err
	}
	if expect.Deleted {
		// Link fails where somebody made the file meanwhile; Rename would not.
		if err := root.Link(fresh, path); !errors.Is(err, errors.ErrUnsupported) {
			if errors.Is(err, fs.ErrExist) {
				return errSlippedIn
			}
			return err
		}
		return root.Rename(fresh, path)
	}
	linked := root.Link(path, before) == nil
	if err := root.Rename(fresh, path); err != nil {
		return err
	}
	if !linked {
		return nil
	}
	if was, err := root.ReadFile(before); err == nil && !bytes.Equal(was, expect.Text) {
		if err := root.Rename(before, path); err != nil {
			return err
		}
		return errSlippedIn
	}
	return nil
}

func writeSynced(root *os.Root, path string, text []byte, mode fs.FileMode) error {
	file, err := root.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
}

// syncFolder waits until the disk has what was renamed in a folder. The state, which says what the
// folder has, is on the disk soon after; without this, a power failure could leave the file that was there before, which
// would then look like an edit that takes back what came from elsewhere.
func syncFolder(root *os.Root, dir string) error {
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be synced there
	}
	d, err := root.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // a file system that does not know how
	}
	return errors.Join(err, d.Close())
}

// trash moves a file to where it can be found again.
func (f *Folder) trash(root *os.Root, path string) error {
	if path == "" {
		return nil
	}
	dir := filepath.Join(store.Folder, f.Problem, ".trash")
	if err := root.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if ignore, err := root.OpenFile(filepath.Join(dir, ".gitignore"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644); err == nil {
		_, err = ignore.WriteString("*\n")
		if err := errors.Join(err, ignore.Close()); err != nil {
			return err
		}
	}
	base := filepath.Base(path)
	stem, ext := strings.TrimSuffix(base, filepath.Ext(base)), filepath.Ext(base)
	to := filepath.Join(dir, base)
	for n := 2; ; n++ {
		if _, err := root.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			break
		}
		to = filepath.Join(dir, fmt.Sprintf("%s~%d%s", stem, n, ext))
	}
	err := root.Rename(path, to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
