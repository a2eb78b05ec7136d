package room

import (
	"fmt"
	"maps"
	"time"

	"stresstester/core/engine"
	"stresstester/core/problem"
)

// Settings are the settings of a run as people write them: the keys of
// stresstester.toml, the options object of the language server and, with dashes
// for underscores, the flags of the command line. A nil field was not set.
//
// Durations are "2s", "500ms" or a number of seconds; sizes are "256M", "1G",
// "64MiB" or a number of bytes.
type Settings struct {
	// The files of the roles. An empty name means that the role stays empty
	// whatever discovery finds.
	Brute      *string `json:"brute,omitempty"`
	Gen        *string `json:"gen,omitempty"`
	Spec       *string `json:"spec,omitempty"`
	Checker    *string `json:"checker,omitempty"`
	Validator  *string `json:"validator,omitempty"`
	Interactor *string `json:"interactor,omitempty"`

	GenArgs *string `json:"gen_args,omitempty"`
	Compare *string `json:"compare,omitempty"`
	// Tests is the number of generated tests; 0 means no limit.
	Tests *int `json:"tests,omitempty"`
	// Time stops the run after that long; 0 means never.
	Time *Duration `json:"time,omitempty"`
	Seed *uint64   `json:"seed,omitempty"`
	// Jobs is the number of tests run at a time; 0 means one per processor.
	Jobs *int `json:"jobs,omitempty"`
	// The limits are those of one run of the tested program.
	TimeLimit   *Duration `json:"time_limit,omitempty"`
	MemoryLimit *Size     `json:"memory_limit,omitempty"`
	OutputLimit *Size     `json:"output_limit,omitempty"`
	KeepGoing   *int      `json:"keep_going,omitempty"`
	NoShrink    *bool     `json:"no_shrink,omitempty"`
	NoExplain   *bool     `json:"no_explain,omitempty"`
	NoSave      *bool     `json:"no_save,omitempty"`
	FreshExec   *bool     `json:"fresh_exec,omitempty"`
}

// SettingError is a setting out of range.
type SettingError struct {
	// Key is the setting's name in snake case.
	Key string
	// Message says what is wrong with it and what to write instead.
	Message string
}

func (e *SettingError) Error() string { return e.Key + ": " + e.Message }

// Bounds of the settings. They catch slips such as a memory limit of 256 bytes,
// not wishes.
const (
	minMemory, maxMemory = 1 << 20, 1 << 40
	minTime, maxTime     = time.Millisecond, time.Hour
	maxOutput            = 1 << 30
	maxTests             = 1_000_000_000
	maxJobs              = 1024
	maxKeepGoing         = 1000
)

// Apply lays the settings over o and returns the outcome; o stays as it is. A
// value out of range is a *SettingError.
func (s Settings) Apply(o problem.Options) (problem.Options, error) {
	for _, apply := range []func(*problem.Options) error{s.applyTexts, s.applyCounts} {
		if err := apply(&o); err != nil {
			return o, err
		}
	}
	set(&o.Duration, (*time.Duration)(s.Time))
	set(&o.Seed, s.Seed)
	set(&o.NoShrink, s.NoShrink)
	set(&o.NoExplain, s.NoExplain)
	set(&o.NoSave, s.NoSave)
	set(&o.FreshExec, s.FreshExec)
	return s.limits().apply(problem.Tested, o)
}

func (s Settings) applyTexts(o *problem.Options) error {
	if s.Compare != nil {
		c, err := problem.ParseComparison(*s.Compare)
		if err != nil {
			return &SettingError{"compare", err.Error()}
		}
		o.Compare = c
	}
	if s.GenArgs != nil {
		if _, err := engine.ParseGenArgs(*s.GenArgs); err != nil {
			return &SettingError{"gen_args", err.Error()}
		}
		o.GenArgs = *s.GenArgs
	}
	return nil
}

func (s Settings) applyCounts(o *problem.Options) error {
	for _, n := range []struct {
		key         string
		value, to   *int
		least, most int
	}{
		{"tests", s.Tests, &o.Tests, 0, maxTests},
		{"jobs", s.Jobs, &o.Jobs, 0, maxJobs},
		{"keep_going", s.KeepGoing, &o.KeepGoing, 1, maxKeepGoing},
	} {
		if n.value == nil {
			continue
		}
		if *n.value < n.least || *n.value > n.most {
			return &SettingError{n.key, fmt.Sprintf("%d is not between %d and %d", *n.value, n.least, n.most)}
		}
		*n.to = *n.value
	}
	return nil
}

func set[T any](to *T, value *T) {
	if value != nil {
		*to = *value
	}
}

func (s Settings) limits() limitSettings {
	return limitSettings{s.TimeLimit, s.MemoryLimit, s.OutputLimit}
}

// limitSettings are one role's limits.
type limitSettings struct {
	Time   *Duration
	Memory *Size
	Output *Size
}

func (l limitSettings) apply(role problem.Role, o problem.Options) (problem.Options, error) {
	if l == (limitSettings{}) {
		return o, nil
	}
	limits := o.Limits[role]
	if l.Time != nil {
		if d := time.Duration(*l.Time); d < minTime || d > maxTime {
			return o, &SettingError{"time_limit", fmt.Sprintf("%s is not between %s and %s", d, minTime, maxTime)}
		}
		limits.Time = time.Duration(*l.Time)
	}
	if l.Memory != nil {
		if n := *l.Memory; n < minMemory || n > maxMemory {
			return o, &SettingError{"memory_limit", fmt.Sprintf("%s is not between %s and %s%s", n, Size(minMemory), Size(maxMemory), forgottenUnit(n))}
		}
		limits.Memory = int64(*l.Memory)
	}
	if l.Output != nil {
		if n := *l.Output; n < 1 || n > maxOutput {
			return o, &SettingError{"output_limit", fmt.Sprintf("%s is not between 1 and %s", n, Size(maxOutput))}
		}
		limits.Output = int64(*l.Output)
	}
	o.Limits = maps.Clone(o.Limits)
	if o.Limits == nil {
		o.Limits = map[problem.Role]problem.Limits{}
	}
	o.Limits[role] = limits
	return o, nil
}

// forgottenUnit is the hint for "--memory-limit 256".
func forgottenUnit(n Size) string {
	if n > 0 && n < minMemory {
		return fmt.Sprintf(": did you mean %dM?", int64(n))
	}
	return ""
}

// Roles are the files the settings name, as they were written: the explicit
// argument of Open.
func (s Settings) Roles() map[problem.Role]string {
	roles := map[problem.Role]string{}
	for role, name := range map[problem.Role]*string{
		problem.Brute:      s.Brute,
		problem.Generator:  s.Gen,
		problem.Spec:       s.Spec,
		problem.Checker:    s.Checker,
		problem.Validator:  s.Validator,
		problem.Interactor: s.Interactor,
	} {
		if name != nil {
			roles[role] = *name
		}
	}
	return roles
}
