package room

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"stresstester/core/languages"
	"stresstester/core/problem"
)

// Limits of what comes along with one source.
const (
	maxIncludes     = 1000
	maxIncludeBytes = 64 << 20
)

// includer collects the local files that a source includes, and those that they
// include in turn. Cycles are fine: a file comes along once.
//
// A file is looked for as compilers do: beside the one that includes it, and then
// under its name in the source's folder and in the configured include folders,
// which are one folder in the sandbox. A name that leaves the source's folder
// ("../x.h") is refused: the source may be somebody else's, and must not choose
// which of this machine's files travel. Its remedy is a configured include folder.
type includer struct {
	files Files
	// roots are the source's folder and the configured ones.
	roots    []string
	language *languages.Language

	// taken are the names that files have in the sandbox.
	taken map[string]bool
	// absent are the places where nothing is.
	absent   map[string]bool
	includes []problem.File
	bytes    int
	warnings []string
}

// source is a file whose includes are to be found.
type source struct {
	path string // on the disk
	name string // in the sandbox, slash-separated
	text []byte
}

// collect fills includes and warnings with what the program's source needs.
func (in *includer) collect(program *problem.Program) {
	in.taken, in.absent = map[string]bool{program.Recipe.SourceName: true}, map[string]bool{}
	queue := []source{{program.Path, program.Name, program.Source}}
	for len(queue) > 0 {
		from := queue[0]
		queue = queue[1:]
		for _, name := range in.language.LocalIncludes(from.text) {
			to, ok := in.find(from, name)
			if !ok {
				continue
			}
			queue = append(queue, to)
			if len(in.includes) > maxIncludes || in.bytes > maxIncludeBytes {
				in.warn("%s includes more than %d files or %d MiB; the rest is left out.", ShowName(program.Name), maxIncludes, maxIncludeBytes>>20)
				return
			}
		}
	}
}

func (in *includer) warn(format string, args ...any) {
	in.warnings = append(in.warnings, fmt.Sprintf(format, args...))
}

// find takes the file that from includes as name; false when it is not there,
// cannot come along, or is there already.
func (in *includer) find(from source, name string) (source, bool) {
	if !utf8.ValidString(name) || strings.ContainsAny(name, "\x00\n") {
		in.warn("%s includes %s, a name that is not UTF-8 text; it is left out.", ShowName(from.name), ShowName(name))
		return source{}, false
	}
	if beside, ok := inside(path.Join(path.Dir(from.name), name)); ok && !path.IsAbs(name) {
		place := filepath.Join(filepath.Dir(from.path), filepath.FromSlash(name))
		if to, done := in.take(place, beside); done {
			return to, to.path != ""
		}
	}
	target, ok := inside(path.Clean(name))
	if !ok {
		in.refuse(from, name)
		return source{}, false
	}
	for _, root := range in.roots {
		if to, done := in.take(filepath.Join(root, filepath.FromSlash(name)), target); done {
			return to, to.path != ""
		}
	}
	return source{}, false
}

// inside reports whether a clean, slash-separated name is that of something in
// its folder.
func inside(name string) (string, bool) {
	return name, name != "." && filepath.IsLocal(filepath.FromSlash(name))
}

// take puts the file at place under its name in the sandbox. It is done, with no
// source, when that name is taken already, and not done when there is no file.
func (in *includer) take(place, target string) (to source, done bool) {
	if in.taken[target] {
		return source{}, true
	}
	if in.absent[place] {
		return source{}, false
	}
	text, ok := in.read(place)
	if !ok {
		in.absent[place] = true
		return source{}, false
	}
	in.taken[target] = true
	in.bytes += len(text)
	in.includes = append(in.includes, problem.File{Name: target, Data: text})
	return source{place, target, text}, true
}

// read is silent about a file that is not there: the compiler says so better,
// with the line.
func (in *includer) read(place string) ([]byte, bool) {
	text, err := in.files.ReadFile(place)
	switch {
	case err == nil && len(text) > MaxSource:
		err = &TooLargeError{int64(len(text)), MaxSource}
	case err == nil:
		return text, true
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrNotRegular):
		return nil, false
	}
	in.warn("the include %s is left out: %s", ShowName(place), plain(err))
	return nil, false
}

// refuse speaks up when the file is there: otherwise the compiler's word is
// enough.
func (in *includer) refuse(from source, name string) {
	place := filepath.FromSlash(name)
	if !filepath.IsAbs(place) {
		place = filepath.Join(filepath.Dir(from.path), place)
	}
	if _, err := in.files.ReadFile(place); err != nil {
		return
	}
	folder := filepath.Dir(place)
	if rel, err := filepath.Rel(in.roots[0], folder); err == nil && !filepath.IsAbs(filepath.FromSlash(name)) {
		folder = rel
	}
	in.warn("%s includes %s, which is outside its folder and stays behind. Write include = [%q] into %s and #include %q into the source.",
		ShowName(from.name), ShowName(name), filepath.ToSlash(folder), ConfigName, path.Base(name))
}

// textProblem says why a source is not a text, or nothing.
func textProblem(data []byte) string {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return "is UTF-16 text. Save it as UTF-8."
	}
	if at := bytes.IndexByte(data, 0); at >= 0 {
		return fmt.Sprintf("is not a text: there is a zero byte at offset %d. Is it a compiled program?", at)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return "is empty."
	}
	return ""
}
