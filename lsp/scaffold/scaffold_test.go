package scaffold

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stresstester/core/languages"
	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/spec"
)

func opened(t *testing.T, dir, name string) *room.Room {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := room.Open(room.Disk{}, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFilesAreFoundUnderTheNamesTheyGet(t *testing.T) {
	t.Parallel()
	for _, language := range languages.Default().All() {
		if len(language.Extensions) == 0 {
			continue
		}
		t.Run(language.ID, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := opened(t, dir, "sol"+language.Extensions[0])
			for _, role := range Roles() {
				file, err := For(r, role)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file.Path, file.Text, 0o644); err != nil {
					t.Fatal(err)
				}
				again, err := room.Open(room.Disk{}, r.Tested, nil)
				if err != nil {
					t.Fatal(err)
				}
				if again.Roles[role] != file.Path {
					t.Errorf("%s was written to %s but is found as %q", role, file.Path, again.Roles[role])
				}
			}
		})
	}
}

func TestTemplatesAreInTheTestedProgramsLanguage(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		tested string
		role   problem.Role
		name   string
	}{
		"C++":                          {"sol.cpp", problem.Brute, "sol_brute.cpp"},
		"C++ by another extension":     {"sol.cc", problem.Brute, "sol_brute.cc"},
		"Java":                         {"Sol.java", problem.Generator, "Sol_gen.java"},
		"a language without templates": {"sol.sh", problem.Checker, "sol_checker.py"},
		"a spec":                       {"sol.cpp", problem.Spec, "sol.spec"},
		"an interactor":                {"sol.py", problem.Interactor, "sol__Interactor.py"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := For(opened(t, t.TempDir(), tt.tested), tt.role)
			if err != nil {
				t.Fatal(err)
			}
			if got := filepath.Base(file.Path); got != tt.name {
				t.Errorf("got %s, want %s", got, tt.name)
			}
		})
	}
}

func TestTheSpecTemplateIsASpec(t *testing.T) {
	t.Parallel()
	file, err := For(opened(t, t.TempDir(), "sol.cpp"), problem.Spec)
	if err != nil {
		t.Fatal(err)
	}
	s, errs := spec.Parse("sol.spec", file.Text)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	input, err := s.Generate(nil, 1, spec.Unlimited)
	if err != nil || len(strings.Fields(string(input))) < 2 {
		t.Errorf("it generates %q, %v", input, err)
	}
}

func TestTheTestedProgramHasNoTemplate(t *testing.T) {
	t.Parallel()
	if _, err := For(opened(t, t.TempDir(), "sol.cpp"), problem.Tested); err == nil {
		t.Error("no error")
	}
}
