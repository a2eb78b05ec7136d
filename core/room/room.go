// Package room finds out what belongs to a stress test: which file plays which
// role, the settings of stresstester.toml, the local includes and the saved
// tests. Its product is a problem.Job, a snapshot that later edits do not touch.
//
// It reads files through Files only, so that an editor can lay its unsaved
// buffers over the disk, and it must not know how programs are run. Start
// reading at Open.
package room

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"stresstester/core/languages"
	"stresstester/core/problem"
	"stresstester/core/store"
)

// Room is a tested file with everything found for it.
type Room struct {
	// Tested is the tested file's absolute path.
	Tested string
	// Dir is the problem's folder: the tested file's.
	Dir string
	// Name is the problem's name: the tested file's name without its extension.
	// Saved tests live in Dir/.stresstester/Name.
	Name string
	// Roles are the absolute paths of the files found, the tested one included.
	Roles map[problem.Role]string
	// ConfigPath is the absolute path of stresstester.toml, or empty.
	ConfigPath string
	// Options are the defaults with the settings of stresstester.toml applied.
	// A caller lays its own settings over them and gives the outcome to Job.
	Options problem.Options
	// Include are the absolute paths of the folders in which local includes are
	// looked for after the source's own.
	Include []string
	// Languages is the table in force, the user's overrides applied.
	Languages *languages.Table
	// Interactive says that the judge talks with the tested program, so that an
	// interactor is needed rather than a brute force.
	Interactive bool
	// Warnings are sentences for people about what was found, such as two files
	// for one role.
	Warnings []string
}

// Defaults are the options of a run where nothing was set.
func Defaults() problem.Options {
	return problem.Options{
		Compare:   problem.Comparison{Mode: problem.CompareTokens},
		Tests:     10000,
		Seed:      1,
		KeepGoing: 1,
	}
}

// Open finds what belongs to the tested file. A role of explicit wins over
// stresstester.toml, which wins over discovery; an empty path there means that
// the role is to stay empty. Relative paths of explicit are taken from the
// working directory.
//
// A mistake in stresstester.toml is a *ConfigError (several are joined), a file
// that cannot play its role a *SourceError.
func Open(files Files, tested string, explicit map[problem.Role]string) (*Room, error) {
	path, err := filepath.Abs(tested)
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", tested, err)
	}
	r := &Room{
		Tested:  path,
		Dir:     filepath.Dir(path),
		Name:    problemName(filepath.Base(path)),
		Roles:   map[problem.Role]string{problem.Tested: path},
		Options: Defaults(),
	}
	names, err := files.ReadDir(r.Dir)
	if err != nil {
		return nil, &SourceError{Role: problem.Tested, Path: path, Message: "reading the folder of " + ShowName(filepath.Base(path)) + ": " + plain(err)}
	}
	configured, err := r.readConfig(files, names)
	if err != nil {
		return nil, err
	}
	return r, r.assign(files, names, configured, explicit)
}

// assign fills Roles from the three sources, weakest first.
func (r *Room) assign(files Files, names []string, configured roleFiles, explicit map[problem.Role]string) error {
	tested := filepath.Base(r.Tested)
	if !slices.Contains(names, tested) {
		return &SourceError{Role: problem.Tested, Path: r.Tested, Message: r.absent(files, problem.Tested, r.Tested)}
	}
	if err := r.checkLanguage(problem.Tested, r.Tested); err != nil {
		return err
	}
	named := roleFiles{}
	for role, path := range explicit {
		if role == problem.Tested {
			continue
		}
		if path != "" {
			abs, err := filepath.Abs(path)
			if err != nil {
				return fmt.Errorf("finding %s: %w", path, err)
			}
			path = abs
		}
		named[role] = path
	}
	r.discover(names, configured, named)
	for _, layer := range []roleFiles{configured, named} {
		layer.replaceInputs(r.Roles)
		for role, path := range layer {
			r.Roles[role] = path
		}
	}
	for role, path := range r.Roles {
		if path == "" {
			delete(r.Roles, role)
		}
	}
	return r.checkRoles(files)
}

// roleFiles are absolute paths; an empty one turns discovery of the role off.
type roleFiles map[problem.Role]string

// replaceInputs drops the generator of a weaker source where a spec is named
// and the other way round: whoever names where inputs come from means it.
func (l roleFiles) replaceInputs(roles map[problem.Role]string) {
	gen, spec := l[problem.Generator] != "", l[problem.Spec] != ""
	if spec && !gen {
		delete(roles, problem.Generator)
	}
	if gen && !spec {
		delete(roles, problem.Spec)
	}
}

// discover fills the roles by their files' names, and warns of a choice unless a
// stronger source makes it moot.
func (r *Room) discover(names []string, stronger ...roleFiles) {
	for _, f := range discover(names, filepath.Base(r.Tested), r.Name, r.rank) {
		r.Roles[f.role] = filepath.Join(r.Dir, f.file)
		moot := slices.ContainsFunc(stronger, func(l roleFiles) bool { _, set := l[f.role]; return set })
		if len(f.others) > 0 && !moot {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s could be %s or %s: %s is used. Name the one you mean with --%s or in stresstester.toml.",
				f.role.Title(), ShowName(f.file), showAll(f.others, " or "), ShowName(f.file), flagOf(f.role)))
		}
	}
}

// rank is the language's place in the table.
func (r *Room) rank(file string) (int, bool) {
	l, ok := r.Languages.ForFile(file)
	if !ok {
		return 0, false
	}
	return slices.Index(r.Languages.All(), l), true
}

func (r *Room) checkRoles(files Files) error {
	for _, role := range problem.Roles() {
		path, ok := r.Roles[role]
		if !ok || role == problem.Tested {
			continue
		}
		names, err := files.ReadDir(filepath.Dir(path))
		if err != nil || !slices.Contains(names, filepath.Base(path)) {
			return &SourceError{Role: role, Path: path, Message: r.absent(files, role, path)}
		}
		if role == problem.Spec {
			continue
		}
		if err := r.checkLanguage(role, path); err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) checkLanguage(role problem.Role, path string) error {
	if _, ok := r.Languages.ForFile(filepath.Base(path)); ok {
		return nil
	}
	return &SourceError{Role: role, Path: path, Message: fmt.Sprintf(
		"%s %s is in no known language; the known ones are %s. A spec ends in .spec.",
		role.Title(), ShowName(r.display(path)), r.languageNames())}
}

func (r *Room) languageNames() string {
	var names []string
	for _, l := range r.Languages.All() {
		names = append(names, l.ID+" ("+strings.Join(l.Extensions, " ")+")")
	}
	return strings.Join(names, ", ")
}

// absent says that a file is not there, and which similar one is.
func (r *Room) absent(files Files, role problem.Role, path string) string {
	text := fmt.Sprintf("%s %s does not exist or is not a regular file.", role.Title(), ShowName(r.display(path)))
	names, err := files.ReadDir(filepath.Dir(path))
	if err != nil {
		return text
	}
	if near, ok := nearest(filepath.Base(path), names); ok {
		text += " Did you mean " + ShowName(near) + "?"
	}
	return text
}

// display is the path as people know it: the name alone within the folder.
func (r *Room) display(path string) string {
	if rel, err := filepath.Rel(r.Dir, path); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return path
}

// Store is where the room's saved tests are.
func (r *Room) Store() *store.Store { return store.New(r.Dir, r.Name) }

// Missing lists the roles without which the room cannot be run: the generator
// when neither it nor a spec is there, the brute force when nothing judges.
func (r *Room) Missing() []problem.Role {
	var missing []problem.Role
	if !r.has(problem.Generator) && !r.has(problem.Spec) {
		missing = append(missing, problem.Generator)
	}
	return append(missing, r.MissingJudge()...)
}

// MissingJudge is Missing for a run over given inputs, which needs no generator.
func (r *Room) MissingJudge() []problem.Role {
	switch {
	case r.has(problem.Interactor):
		return nil
	case r.Interactive:
		return []problem.Role{problem.Interactor}
	case r.has(problem.Brute) || r.has(problem.Checker):
		return nil
	}
	return []problem.Role{problem.Brute}
}

func (r *Room) has(role problem.Role) bool { return r.Roles[role] != "" }

// HowToAdd says which file names the role is found under.
func (r *Room) HowToAdd(role problem.Role) string {
	var names []string
	for _, pattern := range Patterns(role) {
		names = append(names, strings.Replace(expand(pattern, r.Name), ".*", r.exampleExtension(), 1))
	}
	const most = 3
	return fmt.Sprintf("Add %s beside it, or name a file with --%s.", showAll(names[:min(most, len(names))], " or "), flagOf(role))
}

func (r *Room) exampleExtension() string { return filepath.Ext(r.Tested) }

// flagOf is the role's name on the command line and in stresstester.toml.
func flagOf(role problem.Role) string {
	if role == problem.Generator {
		return "gen"
	}
	return string(role)
}
