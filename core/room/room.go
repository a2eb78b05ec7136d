// Package room finds out what belongs to a stress test: which file plays which
// role, the settings of stresstester.toml, the local includes and the saved
// tests. Its product is a problem.Job, a snapshot that later edits do not touch.
//
// It reads files through Files only, so that an editor can lay its unsaved
// buffers over the disk, and it must not know how programs are run. Start
// reading at Open.
package room

import (
	"errors"

	"stresstester/core/problem"
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
	// Warnings are sentences for people about what was found, such as two files
	// for one role.
	Warnings []string
}

// Open finds what belongs to the tested file. A role of explicit wins over
// stresstester.toml, which wins over discovery; an empty path there means that
// the role is to stay empty. Relative paths of explicit are taken from the
// working directory.
func Open(files Files, tested string, explicit map[problem.Role]string) (*Room, error) {
	return nil, errors.New("opening a room is being written")
}

// Missing lists the roles without which the room cannot be run: the generator
// when neither it nor a spec is there, the brute force when nothing judges.
func (r *Room) Missing() []problem.Role { return nil }

// Job takes the snapshot that a run works on: sources, includes, recipes and
// saved tests. An error about one of the sources is a *SourceError.
func (r *Room) Job(files Files, o problem.Options) (problem.Job, error) {
	return problem.Job{}, errors.New("opening a job is being written")
}

// Patterns lists the file names under which discovery looks for the role, first
// match first. "X" stands for the problem's name and ".*" for any extension of a
// known language. Tested has none.
func Patterns(role problem.Role) []string { return nil }
