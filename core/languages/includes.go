package languages

import (
	"path"
	"regexp"
	"strings"
)

// includeRule finds the names of local files in a source.
type includeRule struct {
	pattern      *regexp.Regexp
	name, member int // groups; -1 where there is none
	list         bool
	separator    string
	files        []string // templates with {name}
}

// LocalIncludes lists the files that the source may include from its own folder:
// slash-separated names relative to it, each once, in order of appearance. Not
// all of them need to exist: "import math" may mean a file math.py or may not.
// Comments are not told apart from code, so a name may be listed in vain.
func (l *Language) LocalIncludes(source []byte) []string {
	var names []string
	seen := map[string]bool{}
	for _, rule := range l.forSource(source).includeRules {
		for _, m := range rule.pattern.FindAllSubmatch(source, maxMatches) {
			for _, name := range rule.names(m) {
				for _, file := range rule.files {
					file = path.Clean(strings.ReplaceAll(file, namePlaceholder, name))
					if file != "." && !seen[file] {
						seen[file] = true
						names = append(names, file)
					}
				}
			}
		}
	}
	return names
}

// maxMatches bounds what one source or one compiler can make of this package.
const maxMatches = 2000

// names are the modules or files that one match names.
func (r *includeRule) names(m [][]byte) []string {
	base := r.clean(string(m[r.name]))
	var names []string
	for _, name := range r.split(base) {
		if name != "" {
			names = append(names, name)
		}
	}
	if r.member < 0 {
		return names
	}
	for _, member := range strings.Split(string(m[r.member]), ",") {
		if member = r.clean(firstWord(member)); member != "" {
			names = append(names, path.Join(base, member))
		}
	}
	return names
}

func (r *includeRule) split(text string) []string {
	if !r.list {
		return []string{text}
	}
	names := strings.Split(text, ",")
	for i, n := range names {
		names[i] = firstWord(n)
	}
	return names
}

// clean turns a module's name into a path.
func (r *includeRule) clean(name string) string {
	if r.separator == "" {
		return name
	}
	name = strings.ReplaceAll(name, r.separator, "/")
	return strings.TrimLeft(name, "/")
}

// firstWord drops a new name: "heapq as h".
func firstWord(text string) string {
	fields := strings.Fields(strings.Trim(text, "() \t\r\n"))
	if len(fields) == 0 {
		return ""
	}
	return fields[0]
}
