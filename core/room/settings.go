package room

import (
	"errors"

	"stresstester/core/problem"
)

// Settings are the settings of a run as people write them: the keys of
// stresstester.toml, the options object of the language server and, with dashes
// for underscores, the flags of the command line. A nil field was not set.
//
// Durations are "2s", "500ms" or a number of seconds; sizes are "256M", "1G",
// "64MiB" or a number of bytes.
type Settings struct {
	Brute      *string `json:"brute,omitempty" toml:"brute"`
	Gen        *string `json:"gen,omitempty" toml:"gen"`
	Spec       *string `json:"spec,omitempty" toml:"spec"`
	Checker    *string `json:"checker,omitempty" toml:"checker"`
	Validator  *string `json:"validator,omitempty" toml:"validator"`
	Interactor *string `json:"interactor,omitempty" toml:"interactor"`

	GenArgs     *string   `json:"gen_args,omitempty" toml:"gen_args"`
	Compare     *string   `json:"compare,omitempty" toml:"compare"`
	Tests       *int      `json:"tests,omitempty" toml:"tests"`
	Time        *Duration `json:"time,omitempty" toml:"time"`
	Seed        *uint64   `json:"seed,omitempty" toml:"seed"`
	Jobs        *int      `json:"jobs,omitempty" toml:"jobs"`
	TimeLimit   *Duration `json:"time_limit,omitempty" toml:"time_limit"`
	MemoryLimit *Size     `json:"memory_limit,omitempty" toml:"memory_limit"`
	OutputLimit *Size     `json:"output_limit,omitempty" toml:"output_limit"`
	KeepGoing   *int      `json:"keep_going,omitempty" toml:"keep_going"`
	NoShrink    *bool     `json:"no_shrink,omitempty" toml:"no_shrink"`
	NoExplain   *bool     `json:"no_explain,omitempty" toml:"no_explain"`
	NoSave      *bool     `json:"no_save,omitempty" toml:"no_save"`
	FreshExec   *bool     `json:"fresh_exec,omitempty" toml:"fresh_exec"`
}

// Apply lays the settings over o. A value out of range is an error that names
// the key.
func (s Settings) Apply(o problem.Options) (problem.Options, error) {
	return o, errors.New("applying settings is being written")
}

// Roles are the files the settings name, as they were written: the explicit
// argument of Open.
func (s Settings) Roles() map[problem.Role]string { return nil }
