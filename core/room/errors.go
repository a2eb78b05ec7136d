package room

import (
	"fmt"

	"stresstester/core/problem"
)

// ConfigError is a mistake in stresstester.toml.
type ConfigError struct {
	Path string
	// Line and Column count from 1, Column in bytes; 0 means unknown.
	Line, Column int
	// Message says what is wrong and what to write instead.
	Message string
}

func (e *ConfigError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Path, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line, e.Column, e.Message)
}

// SourceError is a source that cannot be tested: absent, empty, too large, not a
// text, or in no known language.
type SourceError struct {
	Role    problem.Role
	Path    string
	Message string
}

func (e *SourceError) Error() string { return e.Message }
