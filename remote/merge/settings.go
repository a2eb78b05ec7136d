package merge

import (
	"bytes"
	"strings"
)

// Settings merges texts of lines such as "key = value", as TOML has them: where
// both sides changed lines that touch, but of different keys, there is nothing to
// decide.
func Settings(base, mine, theirs []byte) Result {
	r := Texts(base, mine, theirs)
	for i, p := range r.parts {
		if p.conflict == nil {
			continue
		}
		if text, ok := byKey(p.conflict); ok {
			r.parts[i] = part{settled: text}
		}
	}
	return r
}

// Whole merges texts that make no sense in parts: one side's text is taken where
// the other changed nothing, and everything is a conflict otherwise.
func Whole(base, mine, theirs []byte) Result {
	switch {
	case bytes.Equal(mine, theirs), bytes.Equal(base, theirs):
		return settled(mine)
	case bytes.Equal(base, mine):
		return settled(theirs)
	}
	return Result{parts: []part{{conflict: &Conflict{Base: base, Mine: mine, Theirs: theirs}}}}
}

// byKey settles a conflict in which every line is a key's. Theirs' new keys come
// behind mine's.
func byKey(c *Conflict) ([]byte, bool) {
	base, _, ok1 := keys(c.Base)
	mine, order, ok2 := keys(c.Mine)
	theirs, orderThere, ok3 := keys(c.Theirs)
	if !ok1 || !ok2 || !ok3 {
		return nil, false
	}
	merged, conflicts := Values(base, mine, theirs, func(a, b string) bool { return a == b })
	if len(conflicts) > 0 {
		return nil, false
	}
	var out []byte
	for _, key := range append(order, orderThere...) {
		if line, ok := merged[key]; ok {
			out = append(out, line...)
			delete(merged, key)
		}
	}
	return out, true
}

// keys are the lines by their keys. It is not ok where a line is anything else or a
// key comes twice.
func keys(text []byte) (lines map[string]string, order []string, ok bool) {
	lines = map[string]string{}
	for line := range bytes.Lines(text) {
		key, value, isKey := strings.Cut(string(line), "=")
		key = strings.TrimSpace(key)
		value = strings.TrimSpace(value)
		// A value that goes on in the next line, a table or a comment is none of ours.
		open := strings.HasPrefix(value, "[") && !strings.HasSuffix(value, "]") || strings.HasPrefix(value, `"""`) || strings.HasPrefix(value, "'''")
		if !isKey || key == "" || value == "" || strings.ContainsAny(key, "[]#\"' ") || open || !strings.HasSuffix(string(line), "\n") {
			return nil, nil, false
		}
		if _, twice := lines[key]; twice {
			return nil, nil, false
		}
		lines[key] = string(line)
		order = append(order, key)
	}
	return lines, order, true
}
