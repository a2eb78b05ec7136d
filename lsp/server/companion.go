package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"stresstester/core/languages"
	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/store"
	"stresstester/lsp/command"
	"stresstester/lsp/companion"
	"stresstester/lsp/document"
	"stresstester/lsp/scaffold"
)

// longestSlug is the length of a file's name that is made of a problem's, in
// characters.
const longestSlug = 60

// taker is the editor as the browser's problems find it: companion.Editor.
type taker struct{ s *Server }

// Attention implements companion.Editor.
func (t taker) Attention() time.Time { return time.Unix(0, t.s.attention.last.Load()) }

// Take implements companion.Editor.
func (t taker) Take(p companion.Problem) {
	t.s.conn.Go("taking a problem from the browser", func(ctx context.Context) {
		t.s.taking.Lock() // One at a time: a contest's problems share a configuration.
		defer t.s.taking.Unlock()
		if err := t.s.takeProblem(ctx, p); err != nil {
			t.s.log.Warn("taking a problem", zap.String("problem", p.Name), zap.Error(err))
			t.s.client.message(protocol.MessageTypeError, fmt.Sprintf("Stress Tester could not take %q from the browser: %v", p.Name, err))
		}
	})
}

// joinCompanion lets the browser's problems find this editor, until it leaves.
func (s *Server) joinCompanion() {
	if s.deps.Companion == nil {
		return
	}
	s.attention.note()
	leave := s.deps.Companion.Join(taker{s})
	s.conn.Go("waiting for problems", func(ctx context.Context) {
		<-ctx.Done()
		leave()
	})
}

// taken is what became of a problem.
type taken struct {
	path  string // of the source
	isNew bool
	tests int
}

// takeProblem makes a problem's files, opens its source and says so. Of a contest
// the first source is opened, and its end is told.
func (s *Server) takeProblem(ctx context.Context, p companion.Problem) error {
	root, err := s.workspaceFolder()
	if err != nil {
		return err
	}
	dir := root
	if p.Batch.Size > 1 {
		dir = filepath.Join(root, slug(contestOf(p.Group)))
	}
	t, err := s.makeProblem(root, dir, p)
	if err != nil {
		return err
	}
	s.client.refreshLenses()
	if p.Batch.Index == 0 {
		if uri := s.uriOf(t.path); !s.client.show(ctx, uri) {
			s.client.message(protocol.MessageTypeInfo, p.Name+" is in "+t.path)
		}
	}
	if p.Batch.Size <= 1 || p.Batch.Index == p.Batch.Size-1 {
		s.client.message(protocol.MessageTypeInfo, takenText(p, t, dir))
	}
	if p.InputFile != "" || p.OutputFile != "" {
		s.client.message(protocol.MessageTypeWarning, fmt.Sprintf("%s wants files (%s); stress tests use standard input and output, so open the files only before submitting",
			p.Name, strings.Join(slices.DeleteFunc([]string{p.InputFile, p.OutputFile}, func(f string) bool { return f == "" }), ", ")))
	}
	return nil
}

func takenText(p companion.Problem, t taken, dir string) string {
	if p.Batch.Size > 1 {
		return fmt.Sprintf("%s: %d problems are in %s", p.Group, p.Batch.Size, dir)
	}
	parts := []string{fmt.Sprintf("%d samples", t.tests)}
	if t.tests == 1 {
		parts[0] = "1 sample"
	}
	if p.TimeMS > 0 {
		parts = append(parts, (time.Duration(p.TimeMS) * time.Millisecond).String())
	}
	if p.MemoryMB > 0 {
		parts = append(parts, fmt.Sprintf("%d MiB", p.MemoryMB))
	}
	if p.Interactive {
		parts = append(parts, "interactive")
	}
	text := fmt.Sprintf("%s: %s", p.Name, strings.Join(parts, ", "))
	if !t.isNew {
		text += "; the source was there already and is as it was"
	}
	return text
}

// makeProblem makes the source from the template, the samples and the settings.
// What is there already stays.
func (s *Server) makeProblem(root, dir string, p companion.Problem) (taken, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return taken{}, fmt.Errorf("making the contest's folder: %w", err)
	}
	name := slug(p.Name)
	t := taken{tests: len(p.Tests)}
	var err error
	if t.path, t.isNew, err = s.makeSource(root, dir, name, p); err != nil {
		return t, err
	}
	tests := store.New(dir, name)
	for _, test := range p.Tests {
		if _, err := tests.Save("sample", []byte(test.Input), []byte(test.Output), true); err != nil {
			return t, err
		}
	}
	return t, addSettings(filepath.Join(dir, room.ConfigName), name, p)
}

// makeSource makes the source, unless there is one of that name in any language.
func (s *Server) makeSource(root, dir, name string, p companion.Problem) (path string, isNew bool, err error) {
	names, err := s.disk.ReadDir(dir)
	if err != nil {
		return "", false, fmt.Errorf("looking at the folder: %w", err)
	}
	slices.Sort(names)
	for _, other := range names {
		if _, known := languages.Default().ForFile(other); known && stem(other) == name {
			return filepath.Join(dir, other), false, nil
		}
	}
	template, extension, err := s.template(root)
	if err != nil {
		return "", false, err
	}
	text := scaffold.Fill(template, scaffold.Blanks{
		"name": p.Name, "url": p.URL, "group": p.Group, "date": time.Now().Format(time.DateOnly),
		"time_limit": (time.Duration(p.TimeMS) * time.Millisecond).String(), "memory_limit": fmt.Sprintf("%dM", p.MemoryMB),
	})
	path = filepath.Join(dir, name+extension)
	if err := createFile(path, text); err != nil {
		return "", false, fmt.Errorf("creating %s: %w", path, err)
	}
	return path, true, nil
}

// template is the user's: the one that the client names, the workspace's, the
// user's own, or else one of ours in the language that the client wishes.
func (s *Server) template(root string) (text []byte, extension string, err error) {
	wishes := s.client.Companion
	if wishes.Template != "" {
		data, err := os.ReadFile(wishes.Template)
		if err != nil {
			return nil, "", fmt.Errorf("reading the template: %w", err)
		}
		return data, filepath.Ext(wishes.Template), nil
	}
	folders := []string{filepath.Join(root, store.Folder)}
	if config, err := os.UserConfigDir(); err == nil {
		folders = append(folders, filepath.Join(config, "stresstester"))
	}
	for _, folder := range folders {
		found, err := filepath.Glob(filepath.Join(folder, "template.*"))
		if err != nil {
			continue
		}
		slices.Sort(found)
		for _, path := range found {
			if _, known := languages.Default().ForFile(filepath.Base(path)); !known {
				continue
			}
			if data, err := os.ReadFile(path); err == nil {
				return data, filepath.Ext(path), nil
			}
		}
	}
	return scaffold.Source(cmp.Or(wishes.Language, "cpp"))
}

// addSettings writes a problem's limits into the folder's configuration.
func addSettings(path, name string, p companion.Problem) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	text, added := room.AddProblem(old, name, strings.TrimSpace(p.Name+" "+p.URL), room.Stated{
		Time: time.Duration(p.TimeMS) * time.Millisecond, Memory: int64(p.MemoryMB) << 20, Interactive: p.Interactive,
	})
	if !added {
		return nil
	}
	// Appended rather than replaced: whatever else the file is, such as a link, it
	// stays.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	_, err = f.Write(text[len(old):])
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	return nil
}

// workspaceFolder is the folder that gets what comes from outside: the
// workspace's that holds the document edited last, else its first one, else that
// document's own.
func (s *Server) workspaceFolder() (string, error) {
	last := document.PathOf(s.attention.documentURI())
	folders := s.folders.all()
	for _, folder := range folders {
		if last != "" && strings.HasPrefix(last, folder+string(filepath.Separator)) {
			return folder, nil
		}
	}
	switch {
	case len(folders) > 0:
		return folders[0], nil
	case last != "":
		return filepath.Dir(last), nil
	}
	return "", errors.New("the editor has no folder open; open one for your solutions")
}

// folders are the paths of the workspace's folders.
type folders struct {
	mu   sync.Mutex
	list []string
}

func (f *folders) all() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.list)
}

// change takes folders away and adds others.
func (f *folders) change(removed, added []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = slices.DeleteFunc(f.list, func(path string) bool { return slices.Contains(removed, path) })
	f.list = append(f.list, added...)
}

func pathsOfFolders(list []protocol.WorkspaceFolder) []string {
	var paths []string
	for _, f := range list {
		if path := document.PathOf(f.URI.String()); path != "" {
			paths = append(paths, path)
		}
	}
	return paths
}

// workspaceFolders are what the client calls its folders.
func workspaceFolders(p *protocol.InitializeParams) []string {
	list, _ := p.WorkspaceFolders.Get()
	paths := pathsOfFolders(list)
	root := p.RootURI //nolint:staticcheck // clients without workspace folders say it like this
	if len(paths) == 0 && root != nil {
		if path := document.PathOf(root.String()); path != "" {
			paths = append(paths, path)
		}
	}
	return paths
}

func (s *Server) didChangeFolders(_ context.Context, p *protocol.DidChangeWorkspaceFoldersParams) error {
	s.folders.change(pathsOfFolders(p.Event.Removed), pathsOfFolders(p.Event.Added))
	return nil
}

// contestOf is the contest's part of "Judge - Contest".
func contestOf(group string) string {
	if _, contest, ok := strings.Cut(group, " - "); ok && strings.TrimSpace(contest) != "" {
		return contest
	}
	return group
}

// slug makes a file's name of a title: letters and digits of any script, with
// underscores for everything else. It is never a helper's name.
func slug(title string) string {
	var b strings.Builder
	gap, length := false, 0
	for _, r := range strings.ToLower(title) {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			gap = b.Len() > 0
		case length < longestSlug:
			if gap {
				b.WriteByte('_')
				length++
			}
			b.WriteRune(r)
			gap = false
			length++
		}
	}
	name := cmp.Or(b.String(), "problem")
	for _, role := range problem.Roles() {
		for _, pattern := range room.Patterns(role) {
			own, open := strings.CutSuffix(strings.TrimPrefix(pattern, "X"), ".*")
			if open && (name == own || strings.HasPrefix(pattern, "X") && strings.HasSuffix(name, strings.ToLower(own))) {
				return "problem_" + name + "_"
			}
		}
	}
	return name
}

var _ companion.Editor = taker{}

// focus is told that the window got or lost the user's attention.
func (s *Server) focus(_ context.Context, p *command.FocusNotification) error {
	if p.Focused {
		s.attention.note()
	}
	return nil
}
