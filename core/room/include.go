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
// A file is looked for beside the one that includes it and then in the
// configured include folders. In the sandbox it lies where the including file
// looks for it first. A name that leaves the source's folder ("../x.h") is
// refused: the source may be somebody else's, and must not choose which of this
// machine's files travel. Its remedy is a configured include folder.
type includer struct {
	files    Files
	folders  []string
	language *languages.Language

	// taken are the names that files have in the sandbox.
	taken    map[string]bool
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
	in.taken = map[string]bool{program.Recipe.SourceName: true}
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
	target := path.Join(path.Dir(from.name), name)
	if path.IsAbs(name) || filepath.IsAbs(name) || target == ".." || strings.HasPrefix(target, "../") {
		in.refuse(from, name)
		return source{}, false
	}
	if in.taken[target] {
		return source{}, false
	}
	places := []string{filepath.Join(filepath.Dir(from.path), filepath.FromSlash(name))}
	for _, folder := range in.folders {
		places = append(places, filepath.Join(folder, filepath.FromSlash(name)))
	}
	for _, place := range places {
		if text, ok := in.read(place); ok {
			in.taken[target] = true
			in.bytes += len(text)
			in.includes = append(in.includes, problem.File{Name: target, Data: text})
			return source{place, target, text}, true
		}
	}
	return source{}, false
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
	folder := filepath.ToSlash(filepath.Dir(filepath.FromSlash(name)))
	in.warn("%s includes %s, which is outside its folder and stays behind. Write include = [%q] into %s and #include %q into the source.",
		ShowName(from.name), ShowName(name), folder, ConfigName, path.Base(name))
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
