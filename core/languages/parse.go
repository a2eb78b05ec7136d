package languages

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// tableFormat is the format number that Parse understands.
const tableFormat = 1

// Images of the sandbox that a language may be in.
const (
	ImageDefault = "default"
	ImageFull    = "full"
)

// Error is one mistake in a table of languages. Line and Column count from 1,
// Column in bytes; both are 0 where the mistake is in no one place.
type Error struct {
	Line, Column int
	Message      string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Errors are all the mistakes that were found, in the text's order.
type Errors []*Error

func (e Errors) Error() string {
	var lines []string
	for _, mistake := range e {
		lines = append(lines, mistake.Error())
	}
	return strings.Join(lines, "\n")
}

// The text of a table. A nil or empty field is not given. See the head of
// languages.toml for the meanings.
type (
	tableText struct {
		Format    int                     `toml:"format"`
		Languages map[string]languageText `toml:"languages"`
	}
	languageText struct {
		Name           string        `toml:"name"`
		Image          string        `toml:"image"`
		VariantOf      string        `toml:"variant_of"`
		Inherits       string        `toml:"inherits"`
		Extensions     []string      `toml:"extensions"`
		Shebangs       []string      `toml:"shebangs"`
		Source         string        `toml:"source"`
		Version        *versionText  `toml:"version"`
		Std            *stdText      `toml:"std"`
		Compile        []string      `toml:"compile"`
		CompileSeconds *int          `toml:"compile_seconds"`
		Run            []string      `toml:"run"`
		Env            []string      `toml:"env"`
		Threads        *bool         `toml:"threads"`
		MemoryMB       *int64        `toml:"memory_mb"`
		OutOfMemory    []string      `toml:"out_of_memory"`
		Includes       []includeText `toml:"includes"`
		Diagnostics    []messageText `toml:"diagnostics"`
		Crash          []crashText   `toml:"crash"`
		Exception      []crashText   `toml:"exception"`
		Trace          *probeText    `toml:"trace"`
		Sanitize       *probeText    `toml:"sanitize"`
		Memcheck       *probeText    `toml:"memcheck"`
		Record         []string      `toml:"record"`
		Warm           []string      `toml:"warm"`
	}
	probeText struct {
		Compile  []string `toml:"compile"`
		Flags    []string `toml:"flags"`
		Without  []string `toml:"without"`
		Run      []string `toml:"run"`
		Env      []string `toml:"env"`
		Buffered bool     `toml:"buffered"`
		Coarse   bool     `toml:"coarse"`
		Exact    bool     `toml:"exact"`
	}
	versionText struct {
		Command []string `toml:"command"`
		Pattern string   `toml:"pattern"`
	}
	stdText struct {
		Default string            `toml:"default"`
		Values  []string          `toml:"values"`
		Aliases map[string]string `toml:"aliases"`
	}
	includeText struct {
		Pattern   string   `toml:"pattern"`
		List      bool     `toml:"list"`
		Separator string   `toml:"separator"`
		Files     []string `toml:"files"`
	}
	messageText struct {
		Pattern     string `toml:"pattern"`
		Severity    string `toml:"severity"`
		FirstColumn *int   `toml:"first_column"`
	}
	crashText struct {
		Pattern string `toml:"pattern"`
		Last    bool   `toml:"last"`
	}
)

// Parse reads a table of languages. Unknown keys are mistakes. Its errors are
// Errors.
func Parse(data []byte) (*Table, error) {
	text := tableText{}
	decoder := toml.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&text); err != nil {
		return nil, decodeErrors(err)
	}
	p := parser{text: text.Languages, places: findPlaces(data), byID: map[string]*Language{}}
	if text.Format != tableFormat {
		p.wrong("format", "format must be %d", tableFormat)
	}
	table := p.table()
	if len(p.mistakes) > 0 {
		sort.SliceStable(p.mistakes, func(i, j int) bool {
			a, b := p.mistakes[i], p.mistakes[j]
			return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
		})
		return nil, p.mistakes
	}
	return table, nil
}

// decodeErrors gives the mistakes of the TOML library our form.
func decodeErrors(err error) error {
	var mistakes Errors
	add := func(e *toml.DecodeError, message string) {
		line, column := e.Position()
		mistakes = append(mistakes, &Error{line, column, message})
	}
	var strict *toml.StrictMissingError
	var decode *toml.DecodeError
	switch {
	case errors.As(err, &strict):
		for i := range strict.Errors {
			e := &strict.Errors[i]
			add(e, fmt.Sprintf("unknown key %s", strings.Join(e.Key(), ".")))
		}
	case errors.As(err, &decode):
		add(decode, strings.TrimPrefix(decode.Error(), "toml: "))
	default:
		mistakes = Errors{{Message: err.Error()}}
	}
	return mistakes
}

// parser turns the text into languages and collects mistakes.
type parser struct {
	text     map[string]languageText
	places   places
	byID     map[string]*Language
	mistakes Errors
}

// wrong records a mistake at the place of the key.
func (p *parser) wrong(key, format string, args ...any) {
	at := p.places.of(key)
	p.mistakes = append(p.mistakes, &Error{at.line, at.column, fmt.Sprintf(format, args...)})
}

func (p *parser) table() *Table {
	if len(p.text) == 0 {
		p.wrong("languages", "there is no language")
		return nil
	}
	ids := make([]string, 0, len(p.text))
	for id := range p.text {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool {
		a, b := p.places.of("languages."+ids[i]), p.places.of("languages."+ids[j])
		if a != b {
			return a.line < b.line || a.line == b.line && a.column < b.column
		}
		return ids[i] < ids[j]
	})
	var all []*Language
	extensions := map[string]string{}
	for _, id := range ids {
		l := p.language(id)
		all = append(all, l)
		for i, e := range l.Extensions {
			if other, taken := extensions[e]; taken {
				p.wrong(fmt.Sprintf("languages.%s.extensions.%d", id, i), "extension %s belongs to %s already", e, other)
			}
			extensions[e] = id
		}
	}
	return newTable(all)
}

var (
	validID        = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	validExtension = regexp.MustCompile(`^\.[A-Za-z0-9+]+$`)
)

// language builds one language and checks it.
func (p *parser) language(id string) *Language {
	key := "languages." + id
	own := p.text[id]
	if !validID.MatchString(id) {
		p.wrong(key, "language %q: use small letters and digits", id)
	}
	text, from := p.inherit(key, own)
	l := &Language{
		ID: id, Name: own.Name, Image: own.Image, VariantOf: own.VariantOf, Extensions: own.Extensions,
		shebangs: own.Shebangs, source: text.Source, compile: text.Compile, run: text.Run, env: text.Env,
		outOfMemory: text.OutOfMemory, record: text.Record, warm: text.Warm,
	}
	l.trace, l.sanitize, l.memcheck = text.Trace.orNone(), text.Sanitize.orNone(), text.Memcheck.orNone()
	if l.source == "" {
		l.source = namePlaceholder
	}
	p.identity(key, l)
	p.build(key, text, l)
	p.standards(key, text.Std, l)
	p.version(key, text.Version, l)
	p.commands(key, l)
	p.rules(key, from, text, l)
	return l
}

// inherit fills what the language does not say itself from the one that it
// inherits from or is a variant of. Rules that are inherited are checked where
// they stand: from gives, for a list of rules, the key of its language.
func (p *parser) inherit(key string, own languageText) (text languageText, from func(given bool) string) {
	parent := own.VariantOf
	if own.Inherits != "" {
		if parent != "" {
			p.wrong(key+".inherits", "a language is a variant or inherits, not both")
		}
		parent = own.Inherits
	}
	from = func(bool) string { return key }
	if parent == "" {
		return own, from
	}
	which := "variant_of"
	if own.VariantOf == "" {
		which = "inherits"
	}
	base, ok := p.text[parent]
	switch {
	case !ok:
		p.wrong(key+"."+which, "language %q is not known", parent)
		return own, from
	case base.VariantOf != "" || base.Inherits != "":
		p.wrong(key+"."+which, "language %q depends on another one itself", parent)
		return own, from
	}
	from = func(given bool) string {
		if given {
			return key
		}
		return "languages." + parent
	}
	return own.or(base), from
}

// or fills t's missing fields from base. Name, image, extensions and shebangs are
// a language's own.
func (t languageText) or(base languageText) languageText {
	t.Source = first(t.Source, base.Source)
	t.Version = first(t.Version, base.Version)
	t.Trace = first(t.Trace, base.Trace)
	t.Sanitize = first(t.Sanitize, base.Sanitize)
	t.Memcheck = first(t.Memcheck, base.Memcheck)
	t.Std = first(t.Std, base.Std)
	t.CompileSeconds = first(t.CompileSeconds, base.CompileSeconds)
	t.Threads = first(t.Threads, base.Threads)
	t.MemoryMB = first(t.MemoryMB, base.MemoryMB)
	t.Compile = firstList(t.Compile, base.Compile)
	t.Run = firstList(t.Run, base.Run)
	t.Record = firstList(t.Record, base.Record)
	t.Warm = firstList(t.Warm, base.Warm)
	t.Env = firstList(t.Env, base.Env)
	t.OutOfMemory = firstList(t.OutOfMemory, base.OutOfMemory)
	t.Includes = firstList(t.Includes, base.Includes)
	t.Diagnostics = firstList(t.Diagnostics, base.Diagnostics)
	t.Crash = firstList(t.Crash, base.Crash)
	t.Exception = firstList(t.Exception, base.Exception)
	return t
}

func first[T comparable](a, b T) T {
	var zero T
	if a != zero {
		return a
	}
	return b
}

func (t *probeText) orNone() probeText {
	if t == nil {
		return probeText{}
	}
	return *t
}

// firstList tells an empty list, which is given, from none.
func firstList[T any](a, b []T) []T {
	if a != nil {
		return a
	}
	return b
}

func (p *parser) identity(key string, l *Language) {
	if l.Name == "" {
		p.wrong(key, "name is missing")
	}
	if l.Image != ImageDefault && l.Image != ImageFull {
		p.wrong(p.places.nearest(key+".image"), "image must be %q or %q", ImageDefault, ImageFull)
	}
	if len(l.Extensions) == 0 {
		p.wrong(key, "extensions are missing")
	}
	for i, e := range l.Extensions {
		if !validExtension.MatchString(e) {
			p.wrong(fmt.Sprintf("%s.extensions.%d", key, i), "extension %q: use a dot, then letters and digits", e)
		}
	}
	if len(l.shebangs) > 0 && l.VariantOf == "" {
		p.wrong(key+".shebangs", "only variants are chosen by a shebang line")
	}
	if !strings.Contains(l.source, namePlaceholder) && !strings.HasSuffix(l.source, firstOf(l.Extensions)) {
		p.wrong(key+".source", "source must contain {name} or end in %s", firstOf(l.Extensions))
	}
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (p *parser) build(key string, text languageText, l *Language) {
	if text.Threads != nil {
		l.threads = *text.Threads
	}
	if text.MemoryMB != nil {
		if *text.MemoryMB < 0 || *text.MemoryMB > 1<<20 {
			p.wrong(key+".memory_mb", "memory_mb must be between 0 and %d", 1<<20)
			return
		}
		l.memory = *text.MemoryMB << 20
	}
	if text.CompileSeconds != nil {
		if *text.CompileSeconds < 1 || *text.CompileSeconds > 3600 {
			p.wrong(key+".compile_seconds", "compile_seconds must be between 1 and 3600")
			return
		}
		l.compileTime = time.Duration(*text.CompileSeconds) * time.Second
	}
	for i, e := range l.env {
		if name, _, ok := strings.Cut(e, "="); !ok || name == "" {
			p.wrong(fmt.Sprintf("%s.env.%d", key, i), "env %q: use NAME=value", e)
		}
	}
	for i, text := range l.outOfMemory {
		if text == "" {
			p.wrong(fmt.Sprintf("%s.out_of_memory.%d", key, i), "an empty text is in every output")
		}
	}
}

func (p *parser) standards(key string, text *stdText, l *Language) {
	if text == nil {
		return
	}
	key += ".std"
	l.Standard, l.Standards, l.aliases = text.Default, text.Values, text.Aliases
	if !slices.Contains(text.Values, text.Default) {
		p.wrong(p.places.nearest(key+".default"), "default must be one of values")
	}
	for alias, std := range text.Aliases {
		if !slices.Contains(text.Values, std) {
			p.wrong(p.places.nearest(key+".aliases."+alias), "alias %q means %q, which is not one of values", alias, std)
		}
	}
	if !slices.ContainsFunc(l.compile, func(arg string) bool { return strings.Contains(arg, stdPlaceholder) }) {
		p.wrong(key, "compile does not use {std}")
	}
}

func (p *parser) version(key string, text *versionText, l *Language) {
	if text == nil || len(text.Command) == 0 {
		p.wrong(p.places.nearest(key+".version"), "version.command is missing")
		return
	}
	l.version.command = text.Command
	l.version.pattern = p.pattern(key+".version.pattern", text.Pattern)
	if l.version.pattern != nil && l.version.pattern.NumSubexp() != 1 {
		p.wrong(p.places.nearest(key+".version.pattern"), "pattern needs exactly one group, the version")
	}
}

var placeholder = regexp.MustCompile(`\{[a-z_]*\}`)

// commands checks that compile and run use only placeholders that are filled.
func (p *parser) commands(key string, l *Language) {
	if len(l.run) == 0 {
		p.wrong(key, "run is missing")
	}
	forCompile := []string{sourcePlaceholder, stdPlaceholder, flagsPlaceholder, classPlaceholder}
	forRun := []string{sourcePlaceholder, flagsPlaceholder, mainPlaceholder, "{dir}", "{memory_mb}", "{stack_mb}"}
	check := func(key string, args, known []string) {
		for i, arg := range args {
			at := fmt.Sprintf("%s.%d", key, i)
			if arg == "" {
				p.wrong(at, "an empty argument")
			}
			for _, name := range placeholder.FindAllString(arg, -1) {
				if !slices.Contains(known, name) {
					p.wrong(at, "%s is not known here: use %s", name, strings.Join(known, ", "))
				}
				if name == flagsPlaceholder && arg != name {
					p.wrong(at, "%s must be an argument of its own", flagsPlaceholder)
				}
			}
		}
	}
	check(key+".compile", l.compile, forCompile)
	check(key+".run", l.run, forRun)
	check(key+".record", l.record, forRun)
	check(key+".warm", l.warm, forRun)
	probe := func(key string, text probeText) {
		check(key+".compile", text.Compile, forCompile)
		check(key+".flags", text.Flags, nil)
		check(key+".run", text.Run, forRun)
		check(key+".env", text.Env, nil)
	}
	probe(key+".trace", l.trace)
	probe(key+".sanitize", l.sanitize)
	probe(key+".memcheck", l.memcheck)
	check(key+".env", l.env, []string{"{dir}", "{memory_mb}", "{stack_mb}"})
	check(key+".source", []string{l.source}, []string{namePlaceholder, classPlaceholder})
}
