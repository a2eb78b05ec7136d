package room

import (
	"errors"

	"stresstester/core/languages"
)

// readLanguages reads [languages.ID] tables.
func (c *config) readLanguages(s *section) {
	if s == nil {
		return
	}
	for _, l := range languages.Default().All() {
		table := s.sub(l.ID)
		if table == nil {
			continue
		}
		o := c.languages[l.ID]
		readOverride(table, &o)
		table.end()
		c.languages[l.ID] = o
		_, err := languages.Default().With(map[string]languages.Override{l.ID: o})
		var wrong *languages.OverrideError
		if errors.As(err, &wrong) {
			table.wrongValue(wrong.Key, "%s", wrong.Message)
		}
	}
	s.end()
}

func readOverride(s *section, o *languages.Override) {
	set(&o.Use, s.string("use"))
	set(&o.Std, s.string("std"))
	if flags := s.strings("compile_flags"); flags != nil {
		o.CompileFlags = flags
	}
	if flags := s.strings("run_flags"); flags != nil {
		o.RunFlags = flags
	}
}
