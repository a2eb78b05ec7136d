package explain

import (
	"debug/dwarf"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
)

// Bounds of an executable's debugging information: a hostile compilation could make
// any amount of it.
const (
	executableBytes = 128 << 20
	sectionBytes    = 48 << 20
)

// Executable is the debugging information of a native program.
type Executable struct {
	data *dwarf.Data
	file *elf.File
}

// OpenExecutable reads an executable's debugging information. Close it afterwards.
func OpenExecutable(name string) (*Executable, error) {
	st, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("reading debugging information: %w", err)
	}
	if st.Size() > executableBytes {
		return nil, fmt.Errorf("reading debugging information: the executable is larger than %d MiB", executableBytes>>20)
	}
	f, err := elf.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading debugging information: %w", err)
	}
	for _, s := range f.Sections {
		if strings.Contains(s.Name, "debug_") && (s.Size > sectionBytes || s.FileSize > sectionBytes) {
			f.Close()
			return nil, fmt.Errorf("reading debugging information: section %s is larger than %d MiB", s.Name, sectionBytes>>20)
		}
	}
	data, err := f.DWARF()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("reading debugging information: %w", err)
	}
	return &Executable{data: data, file: f}, nil
}

// Close closes the file.
func (x *Executable) Close() { x.file.Close() }

// Calls implements Symbols.
func (x *Executable) Calls(address uint64) []Call {
	r := x.data.Reader()
	unit, err := r.SeekPC(address)
	if err != nil {
		return nil
	}
	lines, err := x.data.LineReader(unit)
	if err != nil || lines == nil {
		return nil
	}
	entry, ok := findLine(lines, address)
	if !ok {
		return nil
	}
	folder, _ := unit.Val(dwarf.AttrCompDir).(string)
	u := unitCalls{x: x, folder: folder, files: lines.Files()}
	place := Call{File: u.name(entry.File.Name), Line: entry.Line, Column: entry.Column}
	return u.unwind(u.enclosing(r, address), place)
}

// findLine finds the address in a table of lines. The table is a list of sequences
// in any order, each of ascending addresses, which dwarf.LineReader.SeekPC does not
// expect.
func findLine(lines *dwarf.LineReader, address uint64) (dwarf.LineEntry, bool) {
	var last, next dwarf.LineEntry
	within := false
	for lines.Next(&next) == nil {
		if within && last.Address <= address && address < next.Address && last.File != nil {
			return last, true
		}
		within = !next.EndSequence
		last = next
	}
	return dwarf.LineEntry{}, false
}

// unitCalls resolves calls within one compilation unit.
type unitCalls struct {
	x      *Executable
	folder string
	files  []*dwarf.LineFile
}

// name is a file's name relative to the folder of the compilation, where it is in it.
func (u *unitCalls) name(file string) string {
	file = path.Clean(file)
	if u.folder != "" {
		if rest, inside := strings.CutPrefix(file, path.Clean(u.folder)+"/"); inside {
			return rest
		}
	}
	return file
}

// enclosing lists the function and the functions inlined in it that hold the
// address, the outermost first. The reader stands behind the unit's own entry.
func (u *unitCalls) enclosing(r *dwarf.Reader, address uint64) []*dwarf.Entry {
	var found []*dwarf.Entry
	for depth := 0; ; {
		e, err := r.Next()
		if err != nil || e == nil || e.Tag == dwarf.TagCompileUnit {
			return found
		}
		if e.Tag == 0 {
			if depth--; depth < 0 {
				return found
			}
			continue
		}
		switch e.Tag {
		case dwarf.TagSubprogram, dwarf.TagInlinedSubroutine:
			if u.holds(e, address) {
				found = append(found, e)
			} else if e.Tag == dwarf.TagInlinedSubroutine || len(found) > 0 {
				r.SkipChildren()
				continue
			}
		}
		if e.Children {
			depth++
		}
	}
}

func (u *unitCalls) holds(e *dwarf.Entry, address uint64) bool {
	ranges, err := u.x.data.Ranges(e)
	if err != nil {
		return false
	}
	for _, r := range ranges {
		if r[0] <= address && address < r[1] {
			return true
		}
	}
	return false
}

// unwind turns entries around a place into calls: the place is in the innermost
// function, whose entry tells the place that called it, and so on.
func (u *unitCalls) unwind(entries []*dwarf.Entry, place Call) []Call {
	if len(entries) == 0 {
		return []Call{place}
	}
	var calls []Call
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		place.Function = u.x.function(e, 0)
		calls = append(calls, place)
		if e.Tag != dwarf.TagInlinedSubroutine {
			break
		}
		place = u.caller(e)
	}
	return calls
}

func (u *unitCalls) caller(e *dwarf.Entry) Call {
	var c Call
	if n, ok := e.Val(dwarf.AttrCallFile).(int64); ok && n >= 0 && n < int64(len(u.files)) && u.files[n] != nil {
		c.File = u.name(u.files[n].Name)
	}
	if n, ok := e.Val(dwarf.AttrCallLine).(int64); ok {
		c.Line = int(n)
	}
	if n, ok := e.Val(dwarf.AttrCallColumn).(int64); ok {
		c.Column = int(n)
	}
	return c
}

// function is the name of the function, which may stand at its declaration.
func (x *Executable) function(e *dwarf.Entry, depth int) string {
	if name, ok := e.Val(dwarf.AttrName).(string); ok {
		return name
	}
	for _, attr := range []dwarf.Attr{dwarf.AttrAbstractOrigin, dwarf.AttrSpecification} {
		at, ok := e.Val(attr).(dwarf.Offset)
		if !ok || depth > 4 {
			continue
		}
		r := x.data.Reader()
		r.Seek(at)
		if origin, err := r.Next(); err == nil && origin != nil {
			return x.function(origin, depth+1)
		}
	}
	return ""
}

// errMalformed is what a panic of the parsers means: they were made for the output
// of honest compilers.
var errMalformed = errors.New("the debugging information is malformed")

// ReadNative reads a native program's log with the debugging information of its
// executable.
func ReadNative(log []byte, source, executable string) (t *Trace, err error) {
	defer func() {
		if recover() != nil {
			t, err = nil, errMalformed
		}
	}()
	x, err := OpenExecutable(executable)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	return ParseLog(log, source, x), nil
}
