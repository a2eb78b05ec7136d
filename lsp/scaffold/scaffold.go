// Package scaffold holds the templates of the files that a stress test needs
// beside the tested program: a brute force, a generator and so on.
//
// Every template works as it is, for the problem "read n and n numbers, print
// their sum", so that a first run shows what happens. It knows nothing of editors.
package scaffold

import (
	"embed"
	"fmt"
	"path/filepath"
	"strings"

	"stresstester/core/languages"
	"stresstester/core/problem"
	"stresstester/core/room"
)

//go:embed templates
var templates embed.FS

// fallback is the language of helpers where the tested program's has no template.
const fallback = "python"

// File is a file to be created.
type File struct {
	Role problem.Role
	// Path is absolute, in the problem's folder.
	Path string
	Text []byte
}

// Roles are those that have templates.
func Roles() []problem.Role {
	return []problem.Role{problem.Brute, problem.Generator, problem.Spec, problem.Checker, problem.Validator, problem.Interactor}
}

// For is the role's template for the room, in the tested program's language where
// there is one, under the name by which it is found later.
func For(r *room.Room, role problem.Role) (File, error) {
	patterns := room.Patterns(role)
	if len(patterns) == 0 {
		return File{}, fmt.Errorf("there is no template for %s", role.Title())
	}
	text, extension, err := template(r, role)
	if err != nil {
		return File{}, err
	}
	name := r.Name + strings.TrimPrefix(patterns[0], "X")
	if stem, open := strings.CutSuffix(name, ".*"); open {
		name = stem + extension
	}
	return File{Role: role, Path: filepath.Join(r.Dir, name), Text: text}, nil
}

// template finds the text and the file name's extension.
func template(r *room.Room, role problem.Role) (text []byte, extension string, err error) {
	if role == problem.Spec {
		text, err = templates.ReadFile("templates/spec.spec")
		return text, ".spec", err
	}
	tested := filepath.Base(r.Tested)
	if language, ok := r.Languages.ForFile(tested); ok {
		if text, _, ok := read(language, role); ok {
			return text, filepath.Ext(tested), nil
		}
	}
	language, ok := r.Languages.ByID(fallback)
	if !ok {
		return nil, "", fmt.Errorf("there is no template for %s", role.Title())
	}
	text, extension, ok = read(language, role)
	if !ok {
		return nil, "", fmt.Errorf("there is no template for %s", role.Title())
	}
	return text, extension, nil
}

// read finds a language's own template, or that of the language it is a variant
// of.
func read(l *languages.Language, role problem.Role) (text []byte, extension string, ok bool) {
	for _, id := range []string{l.ID, l.VariantOf} {
		folder := "templates/" + id
		entries, err := templates.ReadDir(folder)
		if id == "" || err != nil {
			continue
		}
		for _, e := range entries {
			if name, extension, _ := strings.Cut(e.Name(), "."); name == string(role) {
				text, err := templates.ReadFile(folder + "/" + e.Name())
				return text, "." + extension, err == nil
			}
		}
	}
	return nil, "", false
}
