package room

import (
	"path/filepath"
	"slices"
	"strings"

	"stresstester/core/problem"
)

// Patterns lists the file names under which discovery looks for the role, first
// match first. "X" stands for the problem's name and ".*" for any extension of a
// known language. Tested has none.
//
// The names are those of other tools as well, so that their users rename nothing.
func Patterns(role problem.Role) []string {
	switch role {
	case problem.Brute:
		return []string{"X_brute.*", "X__Good.*", "brute.*", "slow.*", "naive.*", "correct.*", "good.*"}
	case problem.Generator:
		return []string{"X_gen.*", "X__Generator.*", "gen.*", "generator.*"}
	case problem.Spec:
		return []string{"X.spec", "input.spec"}
	case problem.Checker:
		return []string{"X_checker.*", "checker.*", "chk.*", "check.*"}
	case problem.Validator:
		return []string{"X_validator.*", "validator.*", "val.*"}
	case problem.Interactor:
		return []string{"X__Interactor.*", "X_interactor.*", "interactor.*"}
	case problem.Tested:
	}
	return nil
}

// expand puts the problem's name into a pattern.
func expand(pattern, name string) string {
	if rest, ok := strings.CutPrefix(pattern, "X"); ok {
		return name + rest
	}
	return pattern
}

// matches reports whether the file is called as the expanded pattern says.
// rank tells for ".*" whether the file's language is known.
func matches(pattern, file string, known func(string) bool) bool {
	stem, anyExtension := strings.CutSuffix(pattern, ".*")
	if !anyExtension {
		return file == pattern
	}
	ext := filepath.Ext(file)
	return ext != "" && strings.TrimSuffix(file, ext) == stem && known(file)
}

// found is one role's file as discovery chose it.
type found struct {
	role problem.Role
	file string
	// others match the same pattern in other languages.
	others []string
}

// discover chooses a file for every role but the tested one. When several
// languages match the same pattern, the one that comes first in the table of
// languages wins, then the first by name.
func discover(files []string, tested, name string, rank func(string) (int, bool)) []found {
	files = slices.Clone(files)
	slices.Sort(files)
	known := func(file string) bool { _, ok := rank(file); return ok }
	var out []found
	for _, role := range problem.Roles() {
		for _, pattern := range Patterns(role) {
			match := matching(files, expand(pattern, name), tested, known)
			if len(match) == 0 {
				continue
			}
			slices.SortStableFunc(match, func(a, b string) int {
				ra, _ := rank(a)
				rb, _ := rank(b)
				return ra - rb
			})
			out = append(out, found{role, match[0], match[1:]})
			break
		}
	}
	return out
}

func matching(files []string, pattern, tested string, known func(string) bool) []string {
	var out []string
	for _, file := range files {
		if file != tested && matches(pattern, file, known) {
			out = append(out, file)
		}
	}
	return out
}

// problemName is the tested file's name without its extension. A name that
// would not do for a folder (".", "..", a hidden one) keeps its extension.
func problemName(file string) string {
	name := strings.TrimSuffix(file, filepath.Ext(file))
	if strings.Trim(name, ".") == "" {
		return "_" + strings.TrimLeft(file, ".")
	}
	return name
}
