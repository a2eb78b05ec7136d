package room

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// section reads one table of a document strictly: every key that nobody asked
// for, and every value of the wrong type, is a mistake.
type section struct {
	doc   *document
	path  string
	table map[string]any
	asked []string
	// mistakes is shared by all sections of a document.
	mistakes *[]mistake
	// hints name the right key for words that people try.
	hints map[string]string
}

type mistake struct {
	place
	message string
}

func (s *section) wrong(at place, format string, args ...any) {
	*s.mistakes = append(*s.mistakes, mistake{at, fmt.Sprintf(format, args...)})
}

// wrongValue is a mistake in the value of the key.
func (s *section) wrongValue(key, format string, args ...any) {
	s.wrong(s.doc.at(join(s.path, key)), key+": "+format, args...)
}

func (s *section) value(key string) (any, bool) {
	s.asked = append(s.asked, key)
	v, ok := s.table[key]
	return v, ok
}

// read gives the key's value to take, which returns false for a wrong type.
func read[T any](s *section, key, want string, take func(any) (T, error, bool)) *T {
	v, ok := s.value(key)
	if !ok {
		return nil
	}
	out, err, rightType := take(v)
	switch {
	case !rightType:
		s.wrongValue(key, "expected %s, found %s", want, typeName(v))
		return nil
	case err != nil:
		s.wrongValue(key, "%v", err)
		return nil
	}
	return &out
}

func typeName(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a fraction"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return "a date or time"
}

func (s *section) string(key string) *string {
	return read(s, key, "a string", func(v any) (string, error, bool) {
		text, ok := v.(string)
		return text, nil, ok
	})
}

func (s *section) bool(key string) *bool {
	return read(s, key, "true or false", func(v any) (bool, error, bool) {
		b, ok := v.(bool)
		return b, nil, ok
	})
}

func (s *section) int(key string) *int {
	return read(s, key, "a whole number", func(v any) (int, error, bool) {
		n, ok := v.(int64)
		if ok && int64(int(n)) != n {
			return 0, fmt.Errorf("%d is too large", n), true
		}
		return int(n), nil, ok
	})
}

// uint takes a string of digits too: TOML's numbers end at 2^63-1.
func (s *section) uint(key string) *uint64 {
	return read(s, key, "a whole number", func(v any) (uint64, error, bool) {
		switch v := v.(type) {
		case int64:
			if v < 0 {
				return 0, fmt.Errorf("%d is negative", v), true
			}
			return uint64(v), nil, true
		case string:
			n, err := strconv.ParseUint(v, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%q is not a whole number from 0 to 18446744073709551615", v), true
			}
			return n, nil, true
		}
		return 0, nil, false
	})
}

func (s *section) duration(key string) *Duration {
	return read(s, key, `a duration such as "2s"`, func(v any) (Duration, error, bool) {
		text, ok := unitText(v)
		if !ok {
			return 0, nil, false
		}
		d, err := ParseDuration(text)
		return d, err, true
	})
}

func (s *section) size(key string) *Size {
	return read(s, key, `a size such as "256M"`, func(v any) (Size, error, bool) {
		text, ok := unitText(v)
		if !ok {
			return 0, nil, false
		}
		n, err := ParseSize(text)
		return n, err, true
	})
}

// unitText is how a person would have written the value on the command line.
func unitText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}

func (s *section) strings(key string) []string {
	items := read(s, key, "a list of strings", func(v any) ([]any, error, bool) {
		items, ok := v.([]any)
		return items, nil, ok
	})
	if items == nil {
		return nil
	}
	out := make([]string, 0, len(*items))
	for i, item := range *items {
		text, ok := item.(string)
		if !ok {
			s.wrong(s.doc.at(join(join(s.path, key), strconv.Itoa(i))), "%s: expected a list of strings, found %s in it", key, typeName(item))
			continue
		}
		out = append(out, text)
	}
	return out
}

// sub is the table under the key; nil when there is none.
func (s *section) sub(key string) *section {
	v, ok := s.value(key)
	if !ok {
		return nil
	}
	table, ok := v.(map[string]any)
	if !ok {
		s.wrongValue(key, "expected a table, found %s", typeName(v))
		return nil
	}
	return &section{doc: s.doc, path: join(s.path, key), table: table, mistakes: s.mistakes, hints: s.hints}
}

// names lists the table's keys in order.
func (s *section) names() []string {
	var names []string
	for name := range s.table {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// end reports the keys that nobody asked for.
func (s *section) end() {
	for _, key := range s.names() {
		if slices.Contains(s.asked, key) {
			continue
		}
		s.wrong(s.doc.keys[join(s.path, key)], "%s", s.unknown(key))
	}
}

func (s *section) unknown(key string) string {
	text := "unknown key " + ShowName(key)
	snake := strings.ReplaceAll(key, "-", "_")
	if meant, ok := s.hints[snake]; ok && slices.Contains(s.asked, meant) {
		return text + ": did you mean " + meant + "?"
	}
	if near, ok := nearest(snake, s.asked); ok {
		return text + ": did you mean " + near + "?"
	}
	known := slices.Clone(s.asked)
	slices.Sort(known)
	return text + "; the keys here are " + strings.Join(slices.Compact(known), ", ")
}
