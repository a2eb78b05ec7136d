package languages

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"stresstester/core/problem"
)

// Placeholders of commands. {dir}, {memory_mb} and {stack_mb} are not here: the
// sandbox fills them in.
const (
	flagsPlaceholder  = "{flags}" // a whole argument, replaced by any number of them
	sourcePlaceholder = "{source}"
	stdPlaceholder    = "{std}"
	namePlaceholder   = "{name}"
	classPlaceholder  = "{class}"      // the class that gives a Java source its name
	mainPlaceholder   = "{main_class}" // the class whose main is run
)

// Recipe says how the sandbox builds and runs the program. A first line of the
// source that asks for another variant of the language is heeded.
func (l *Language) Recipe(p *problem.Program) (problem.Recipe, error) {
	l = l.forSource(p.Source)
	name, fill := l.names(p)
	return problem.Recipe{
		Language:       l.ID,
		SourceName:     name,
		Compile:        expand(l.compile, fill, l.CompileFlags),
		Run:            expand(l.run, fill, l.RunFlags),
		Env:            append([]string(nil), l.env...),
		Threads:        l.threads,
		MemoryOverhead: l.memory,
		OutOfMemory:    append([]string(nil), l.outOfMemory...),
		CompileTime:    l.compileTime,
		Trace:          l.probe(l.trace, fill),
		Sanitize:       l.probe(l.sanitize, fill),
		Memcheck:       l.probe(l.memcheck, fill),
		Record:         expand(l.record, fill, l.RunFlags),
		Warm:           expand(l.warm, fill, l.RunFlags),
	}, nil
}

// probe is how the program is run to tell more. Where it has no command of its own to
// compile, its flags come last, and so win over all others.
func (l *Language) probe(text probeText, fill *strings.Replacer) problem.Probe {
	p := problem.Probe{Run: expand(text.Run, fill, l.RunFlags), Env: append([]string(nil), text.Env...), Buffered: text.Buffered, Coarse: text.Coarse, Exact: text.Exact}
	if len(text.Compile) > 0 {
		p.Compile = expand(text.Compile, fill, l.CompileFlags)
	} else if len(text.Flags) > 0 {
		kept := slices.DeleteFunc(slices.Clone(l.compile), func(arg string) bool { return slices.Contains(text.Without, arg) })
		p.Compile = append(expand(kept, fill, l.CompileFlags), text.Flags...)
	}
	return p
}

// names is the source's name in the sandbox, and what fills the placeholders.
func (l *Language) names(p *problem.Program) (string, *strings.Replacer) {
	own := l.ownName(p.Name)
	class, main := "", ""
	if strings.Contains(l.source, classPlaceholder) {
		class, main = javaClasses(p.Source)
	}
	name := strings.NewReplacer(namePlaceholder, own, classPlaceholder, class).Replace(l.source)
	argument := name
	if strings.HasPrefix(name, "-") || strings.HasPrefix(name, "@") {
		// Compilers take such a name for an option or a file of options.
		argument = "./" + name
	}
	return name, strings.NewReplacer(sourcePlaceholder, argument, stdPlaceholder, l.Standard,
		classPlaceholder, class, mainPlaceholder, main)
}

// ownName is the file's own name where the sandbox and compilers can use it, and
// "main" with the language's extension where not. Compilers go by the extension,
// which an unsaved document may lack.
func (l *Language) ownName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	usable := utf8.ValidString(name) && len(name) < 200 && !strings.ContainsFunc(name, awkward)
	if usable {
		for _, e := range l.sourceExtensions() {
			if strings.HasSuffix(name, e) && len(name) > len(e) {
				return name
			}
		}
	}
	stem := strings.TrimSuffix(name, path.Ext(name))
	if !usable || stem == "" || stem == "." || stem == ".." || stem == "/" {
		stem = "main"
	}
	return stem + l.sourceExtensions()[0]
}

// awkward characters have a meaning for the sandbox or for tools.
func awkward(r rune) bool {
	return strings.ContainsRune("/\\{}\"'$`:;*?<>|", r) || unicode.IsControl(r)
}

// sourceExtensions are the extensions that a source may have in the sandbox. A
// variant runs the sources of its language as well.
func (l *Language) sourceExtensions() []string {
	if base, ok := l.table.byID[l.VariantOf]; ok {
		return append(append([]string(nil), base.Extensions...), l.Extensions...)
	}
	return l.Extensions
}

func expand(command []string, fill *strings.Replacer, flags []string) []string {
	var args []string
	for _, arg := range command {
		if arg == flagsPlaceholder {
			args = append(args, flags...)
			continue
		}
		args = append(args, fill.Replace(arg))
	}
	return args
}
