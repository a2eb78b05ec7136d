// Package languages knows the programming languages: how a source is built and
// run in the sandbox, which local files it brings along, and how to read what
// its compiler and its crashes say.
//
// A language is data, an entry in testing_env/languages.toml; this package knows
// what such an entry means. It must not run anything and must not know where the
// sandbox is. Start reading at Table, then at Language.Recipe.
package languages

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	testingenv "stresstester/testing_env"
)

// Table is a set of languages. It does not change; With makes another one.
type Table struct {
	all         []*Language
	byID        map[string]*Language
	byExtension map[string]*Language
}

// Language is one language with the user's settings applied. It does not change
// and is safe for concurrent use.
type Language struct {
	// ID names the language in configuration: "cpp".
	ID string
	// Name is the language's name for people: "C++".
	Name string
	// Image is the sandbox image's target that has the language: "default", or
	// "full", which has those of "default" as well.
	Image string
	// VariantOf is the ID of the language whose sources this one runs in another
	// way, such as "python" for PyPy. Empty for the others.
	VariantOf string
	// Extensions are the file name extensions, with the dot.
	Extensions []string
	// Standards are the selectable standards; Standard is the selected one. Both
	// are empty where a language has only one.
	Standards []string
	Standard  string
	// CompileFlags and RunFlags are the user's.
	CompileFlags, RunFlags []string

	table          *Table
	aliases        map[string]string // of standards
	shebangs       []string
	source         string
	version        versionProbe
	compile, run   []string
	record, warm   []string
	env            []string
	threads        bool
	memory         int64 // bytes
	compileTime    time.Duration
	outOfMemory    []string
	trace          probeText
	sanitize       probeText
	memcheck       probeText
	includeRules   []includeRule
	messageRules   []messageRule
	crashRules     []crashRule
	exceptionRules []exceptionRule
}

type versionProbe struct {
	command []string
	pattern *regexp.Regexp
}

// Default is the table that comes with the program.
func Default() *Table { return defaultTable() }

// The embedded table is parsed once; a test keeps it parsing.
var defaultTable = sync.OnceValue(func() *Table {
	t, err := Parse(testingenv.LanguagesTOML)
	if err != nil {
		return newTable(nil)
	}
	return t
})

func newTable(all []*Language) *Table {
	t := &Table{all: all, byID: map[string]*Language{}, byExtension: map[string]*Language{}}
	for _, l := range all {
		l.table = t
		t.byID[l.ID] = l
		for _, e := range l.Extensions {
			t.byExtension[e] = l
		}
	}
	return t
}

// All lists the languages in the table's order: the commonest first.
func (t *Table) All() []*Language { return append([]*Language(nil), t.all...) }

// ByID finds a language by its name in configuration.
func (t *Table) ByID(id string) (*Language, bool) {
	l, ok := t.byID[id]
	return l, ok
}

// ForFile finds a file's language by the extension of its name. Case matters only
// where the extension would be unknown otherwise.
func (t *Table) ForFile(name string) (*Language, bool) {
	ext := path.Ext(name)
	if l, ok := t.byExtension[ext]; ok {
		return l, true
	}
	l, ok := t.byExtension[strings.ToLower(ext)]
	return l, ok
}

// ForSource is ForFile, and heeds a first line such as "#!/usr/bin/env pypy3" by
// which a source chooses another variant of its language.
func (t *Table) ForSource(name string, source []byte) (*Language, bool) {
	l, ok := t.ForFile(name)
	if !ok {
		return nil, false
	}
	return l.forSource(source), true
}

// forSource is the variant of l that the source's first line asks for, or l.
func (l *Language) forSource(source []byte) *Language {
	line, isShebang := bytes.CutPrefix(source, []byte("#!"))
	if !isShebang {
		return l
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	for _, word := range strings.Fields(string(line)) {
		interpreter := strings.TrimRight(path.Base(word), "0123456789.")
		for _, variant := range l.table.all {
			if variant.family() != l.family() {
				continue
			}
			for _, s := range variant.shebangs {
				if s == interpreter {
					return variant
				}
			}
		}
	}
	return l
}

// family is the ID of the language that l is a variant of, or its own.
func (l *Language) family() string {
	if l.VariantOf != "" {
		return l.VariantOf
	}
	return l.ID
}

// VersionCommand prints the version of what builds or runs the language in the
// sandbox. Where the command is missing, so is the language.
func (l *Language) VersionCommand() []string {
	return append([]string(nil), l.version.command...)
}

// Version finds the version in what VersionCommand printed.
func (l *Language) Version(output []byte) (string, bool) {
	m := l.version.pattern.FindSubmatch(output)
	if m == nil {
		return "", false
	}
	return string(m[1]), true
}

func (l *Language) String() string {
	if l.Standard == "" {
		return l.Name
	}
	return fmt.Sprintf("%s (%s)", l.Name, l.Standard)
}
