package languages

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Override is what a user changes about a language: [languages.ID] in
// stresstester.toml. A zero field changes nothing.
type Override struct {
	// Use runs the language's sources with another of its variants: use = "pypy"
	// for python.
	Use string `toml:"use"`
	// Std selects a standard.
	Std string `toml:"std"`
	// CompileFlags come after the language's own, and so win over them.
	CompileFlags []string `toml:"compile_flags"`
	// RunFlags are the interpreter's, not the program's arguments.
	RunFlags []string `toml:"run_flags"`
}

// OverrideError tells which setting of which language is wrong.
type OverrideError struct {
	Language string // the ID
	Key      string // "std"; empty when the language itself is unknown
	Message  string
}

func (e *OverrideError) Error() string {
	if e.Key == "" {
		return e.Message
	}
	return fmt.Sprintf("%s of language %s: %s", e.Key, e.Language, e.Message)
}

// With is the table with the user's settings, by language ID. Every error is an
// *OverrideError.
func (t *Table) With(overrides map[string]Override) (*Table, error) {
	ids := make([]string, 0, len(overrides))
	for id := range overrides {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	all := make([]*Language, len(t.all))
	for i, l := range t.all {
		clone := *l
		all[i] = &clone
	}
	result := newTable(all)
	for e, l := range t.byExtension {
		result.byExtension[e] = result.byID[l.ID]
	}
	for _, id := range ids {
		l, ok := result.byID[id]
		if !ok {
			return nil, &OverrideError{Language: id, Message: fmt.Sprintf("language %q is not known: use one of %s", id, strings.Join(t.ids(), ", "))}
		}
		if err := l.override(overrides[id]); err != nil {
			return nil, err
		}
	}
	// Only now are all languages as the user wants them.
	for _, id := range ids {
		if use := overrides[id].Use; use != "" {
			for _, e := range result.byID[id].Extensions {
				result.byExtension[e] = result.byID[use]
			}
		}
	}
	return result, nil
}

func (t *Table) ids() []string {
	var ids []string
	for _, l := range t.all {
		ids = append(ids, l.ID)
	}
	return ids
}

func (l *Language) override(o Override) error {
	wrong := func(key, format string, args ...any) error {
		return &OverrideError{Language: l.ID, Key: key, Message: fmt.Sprintf(format, args...)}
	}
	if variants := l.variants(); o.Use != "" && !slices.Contains(variants, o.Use) {
		if len(variants) == 1 {
			return wrong("use", "%s is run in one way only; remove the setting", l.Name)
		}
		return wrong("use", "%q is not known: use one of %s", o.Use, strings.Join(variants, ", "))
	}
	if o.Std != "" {
		std := o.Std
		if alias, ok := l.aliases[std]; ok {
			std = alias
		}
		if len(l.Standards) == 0 {
			return wrong("std", "%s has no selectable standards; remove the setting", l.Name)
		}
		if !slices.Contains(l.Standards, std) {
			return wrong("std", "%q is not known: use one of %s", o.Std, strings.Join(l.Standards, ", "))
		}
		l.Standard = std
	}
	if len(o.CompileFlags) > 0 && !slices.Contains(l.compile, flagsPlaceholder) {
		return wrong("compile_flags", "%s is not compiled with flags; remove the setting", l.Name)
	}
	if len(o.RunFlags) > 0 && !slices.Contains(l.run, flagsPlaceholder) {
		return wrong("run_flags", "%s programs are run without flags; for arguments of the generator use gen_args", l.Name)
	}
	if flag, ok := badFlag(o.CompileFlags); ok {
		return wrong("compile_flags", "%q is not a flag", flag)
	}
	if flag, ok := badFlag(o.RunFlags); ok {
		return wrong("run_flags", "%q is not a flag", flag)
	}
	l.CompileFlags = append(slices.Clone(l.CompileFlags), o.CompileFlags...)
	l.RunFlags = append(slices.Clone(l.RunFlags), o.RunFlags...)
	return nil
}

// variants are the IDs of the languages that run l's sources, l first.
func (l *Language) variants() []string {
	ids := []string{l.ID}
	for _, other := range l.table.all {
		if other.VariantOf == l.ID {
			ids = append(ids, other.ID)
		}
	}
	return ids
}

func badFlag(flags []string) (string, bool) {
	for _, f := range flags {
		if strings.TrimSpace(f) == "" || strings.ContainsAny(f, "\x00\n\r") {
			return f, true
		}
	}
	return "", false
}
