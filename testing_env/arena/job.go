package arena

import (
	"fmt"
	"io/fs"
	"path"
	"testing"

	"stresstester/core/languages"
	"stresstester/core/problem"
)

// Source is where a program's source and the files it includes come from.
type Source struct {
	FS   fs.FS
	Name string
	// Env is added to the program's environment.
	Env []string
	// Recipe, if not nil, takes the place of the language's.
	Recipe *problem.Recipe
}

// Program makes a role's program of a source, as core/room would.
func Program(t testing.TB, role problem.Role, s Source) problem.Program {
	t.Helper()
	data, err := fs.ReadFile(s.FS, s.Name)
	if err != nil {
		t.Fatal(err)
	}
	p := problem.Program{Role: role, Name: path.Base(s.Name), Path: s.Name, Source: data}
	if s.Recipe != nil {
		p.Recipe = *s.Recipe
	} else if err := recipe(&p, s); err != nil {
		t.Fatal(err)
	}
	p.Recipe.Env = append(append([]string(nil), p.Recipe.Env...), s.Env...)
	return p
}

func recipe(p *problem.Program, s Source) error {
	language, ok := languages.Default().ForSource(p.Name, p.Source)
	if !ok {
		return fmt.Errorf("%s is in no known language", p.Name)
	}
	for _, name := range language.LocalIncludes(p.Source) {
		if data, err := fs.ReadFile(s.FS, path.Join(path.Dir(s.Name), name)); err == nil {
			p.Includes = append(p.Includes, problem.File{Name: name, Data: data})
		}
	}
	var err error
	p.Recipe, err = language.Recipe(p)
	return err
}
