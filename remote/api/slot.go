package api

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"stresstester/core/problem"
)

// Slot is a file's place in a room. It is one of
//
//	tested brute generator spec checker validator interactor   the roles of core/problem
//	config                                                      the room's stresstester.toml
//	include:NAME       a helper file, such as include:testlib.h or include:lib/tree.h
//	test:NAME.in       the input of a saved test, as in .stresstester/X/
//	test:NAME.ans      its answer
//
// NAME is a clean relative path with slashes: no empty, "." or ".." part, no
// backslash, no control character, at most 200 bytes.
type Slot string

// Config is the slot of the room's stresstester.toml.
const Config Slot = "config"

const (
	includePrefix = "include:"
	testPrefix    = "test:"
	maxSlotName   = 200
)

// RoleSlot is the slot of the program or spec with that role.
func RoleSlot(r problem.Role) Slot { return Slot(r) }

// IncludeSlot is the slot of the helper file with that name.
func IncludeSlot(name string) Slot { return Slot(includePrefix + name) }

// TestInput is the slot of the input of the saved test with that name.
func TestInput(test string) Slot { return Slot(testPrefix + test + ".in") }

// TestAnswer is the slot of the answer of the saved test with that name.
func TestAnswer(test string) Slot { return Slot(testPrefix + test + ".ans") }

// Kind is what a slot is for.
type Kind int

// The kinds of slots.
const (
	RoleKind Kind = iota + 1
	ConfigKind
	IncludeKind
	TestKind
)

// Kind tells the kind of a valid slot, and for a role its role, for an include its
// name, for a test its file's name (NAME.in or NAME.ans).
func (s Slot) Kind() (kind Kind, name string) {
	if s == Config {
		return ConfigKind, ""
	}
	if name, ok := strings.CutPrefix(string(s), includePrefix); ok {
		return IncludeKind, name
	}
	if name, ok := strings.CutPrefix(string(s), testPrefix); ok {
		return TestKind, name
	}
	return RoleKind, string(s)
}

// Validate says what is wrong with the slot, in a sentence.
func (s Slot) Validate() error {
	kind, name := s.Kind()
	switch kind {
	case ConfigKind:
		return nil
	case RoleKind:
		if !slices.Contains(problem.Roles(), problem.Role(name)) {
			return fmt.Errorf("%q is not a slot: it is a role such as tested, or config, include:NAME, test:NAME.in or test:NAME.ans", string(s))
		}
		return nil
	case IncludeKind:
		return validPath(name)
	default:
		base, ok := strings.CutSuffix(name, ".in")
		if !ok {
			base, ok = strings.CutSuffix(name, ".ans")
		}
		if !ok || strings.Contains(base, "/") {
			return fmt.Errorf("%q is not a slot of a test: it is test:NAME.in or test:NAME.ans", string(s))
		}
		return validPath(base)
	}
}

// ValidateFileName says what is wrong with the name of a file, such as
// "sol.cpp": it is one part of a path.
func ValidateFileName(name string) error {
	if strings.Contains(name, "/") {
		return fmt.Errorf("the file name %q has a slash; a folder is no part of it", name)
	}
	return validPath(name)
}

func validPath(name string) error {
	if name == "" || len(name) > maxSlotName || !utf8.ValidString(name) {
		return fmt.Errorf("the name %q is empty, longer than %d bytes or not UTF-8", name, maxSlotName)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("the name %q has an empty part or one of dots; it must stay within the room's folder", name)
		}
	}
	if i := strings.IndexFunc(name, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }); i >= 0 {
		return fmt.Errorf("the name %q has a backslash or a control character", name)
	}
	return nil
}
