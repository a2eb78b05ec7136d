package room

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Stated is what a problem's statement says about its limits.
type Stated struct {
	// Time and Memory are the tested program's limits; 0 means that nothing is
	// said. They are kept within what a configuration takes.
	Time   time.Duration
	Memory int64 // in bytes
	// Interactive says that the judge talks with the program.
	Interactive bool
}

// AddProblem adds the named problem's table to the text of a stresstester.toml,
// which may be empty, and leaves everything else as it is. A table that is there
// already stays: it is the user's. comment is one line, or empty.
func AddProblem(config []byte, name, comment string, s Stated) (_ []byte, added bool) {
	key := tomlKey(name)
	var lines []string
	if s.Time > 0 {
		d := min(max(s.Time, minTime), maxTime)
		lines = append(lines, "time_limit = "+strconv.Quote(d.String()))
	}
	if s.Memory > 0 {
		lines = append(lines, fmt.Sprintf(`memory_limit = "%dM"`, min(max(s.Memory, minMemory), maxMemory)>>20))
	}
	if s.Interactive {
		lines = append(lines, "interactive = true")
	}
	if len(lines) == 0 || hasProblem(config, name) {
		return config, false
	}
	var b bytes.Buffer
	b.Write(config)
	if len(config) > 0 {
		b.WriteString(strings.Repeat("\n", max(0, 2-trailingNewlines(config))))
	}
	if comment != "" {
		fmt.Fprintf(&b, "# %s\n", strings.Join(strings.FieldsFunc(comment, func(r rune) bool { return r < ' ' || r == 0x7f }), " "))
	}
	fmt.Fprintf(&b, "[problem.%s]\n%s\n", key, strings.Join(lines, "\n"))
	return b.Bytes(), true
}

func trailingNewlines(text []byte) int {
	return len(text) - len(bytes.TrimRight(text, "\n"))
}

var bareKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// tomlKey writes a key as TOML wants it.
func tomlKey(name string) string {
	if bareKey.MatchString(name) {
		return name
	}
	return strconv.Quote(name)
}

// hasProblem reports whether the text has the problem's table. A text that is no
// TOML has whatever its lines say.
func hasProblem(config []byte, name string) bool {
	if doc, err := parseDocument(config); err == nil {
		problems, _ := doc.root["problem"].(map[string]any)
		_, ok := problems[name]
		return ok
	}
	for line := range strings.Lines(string(config)) {
		if strings.HasPrefix(strings.TrimSpace(line), "[problem."+tomlKey(name)+"]") {
			return true
		}
	}
	return false
}
