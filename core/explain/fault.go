package explain

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"stresstester/core/problem"
)

// Fault is one wrong use of memory or numbers that a checking run told of.
type Fault struct {
	// What says it in half a sentence.
	What string
	// Stack is where it happened, the innermost call first. Made is where the memory
	// in question came from, and Freed where it was given back; both may be empty.
	Stack, Made, Freed []Call
	// Fatal tells that the run ended there.
	Fatal bool
	// aside is a message of the C++ library's, which another report is about.
	aside bool
}

// faultBytes and mostFaults bound what is read of a program's standard error, which
// it can fill with anything.
const (
	faultBytes = 256 << 10
	mostFaults = 16
)

// ReadFaults reads what a run with sanitizers or under memcheck said, in its order.
func ReadFaults(stderr []byte) []Fault {
	r := faultReader{lines: strings.Split(strings.ToValidUTF8(string(stderr[:min(len(stderr), faultBytes)]), "\ufffd"), "\n")}
	for r.at < len(r.lines) && len(r.faults) < mostFaults {
		line := r.lines[r.at]
		r.at++
		switch {
		case undefined.MatchString(line):
			r.undefined(undefined.FindStringSubmatch(line))
		case strings.Contains(line, "ERROR: AddressSanitizer: "):
			r.address(line)
		case memcheckLine.MatchString(line):
			r.memcheck(memcheckLine.FindStringSubmatch(line))
		case strings.HasPrefix(line, "Error: "):
			r.library(line)
		}
	}
	return r.joined()
}

type faultReader struct {
	lines  []string
	at     int
	faults []Fault
}

var (
	undefined    = regexp.MustCompile(`^([^:\s]+):(\d+):(\d+): runtime error: (.*)$`)
	frame        = regexp.MustCompile(`^\s+#\d+ 0x[0-9a-f]+ in (.+?) ([^ ]+?):(\d+)(?::(\d+))?$`)
	anyFrame     = regexp.MustCompile(`^\s+#\d+ 0x`)
	block        = regexp.MustCompile(`is located (\d+) bytes (before|after|inside of) (\d+)-byte region`)
	variable     = regexp.MustCompile(`^\s+\[\d+, \d+\) '([^']+)' (?:\(line (\d+)\) )?<== Memory access at offset \d+ (.*)$`)
	global       = regexp.MustCompile(`is located (\d+) bytes (before|after|inside of) global variable '([^']+)'.* of size (\d+)`)
	access       = regexp.MustCompile(`^(READ|WRITE) of size (\d+)`)
	memcheckLine = regexp.MustCompile(`^==\d+== ([A-Z].*)$`)
	memcheckCall = regexp.MustCompile(`^==\d+==\s+(?:at|by) 0x[0-9A-F]+: (.+) \((?:in )?([^()]*?)(?::(\d+))?\)$`)
	memcheckNote = regexp.MustCompile(`^==\d+==  ([A-Z].*)$`)
	memcheckNear = regexp.MustCompile(`Address 0x[0-9a-f]+ is ([\d,]+) bytes (before|after|inside) a block of size ([\d,]+) (alloc'd|free'd)`)
)

// stack reads the calls that follow.
func (r *faultReader) stack() []Call {
	var calls []Call
	for ; r.at < len(r.lines) && anyFrame.MatchString(r.lines[r.at]); r.at++ {
		if m := frame.FindStringSubmatch(r.lines[r.at]); m != nil {
			c := Call{File: m[2], Function: bare(m[1])}
			c.Line, _ = strconv.Atoi(m[3])
			c.Column, _ = strconv.Atoi(m[4])
			calls = append(calls, c)
		}
	}
	return calls
}

// bare is a function's name without its parameters.
func bare(name string) string {
	if at := strings.LastIndexByte(name, '('); at > 0 && !strings.HasSuffix(name, "operator()") {
		name = name[:at]
	}
	return name
}

// undefined reads a report of the sanitizer of undefined behaviour.
func (r *faultReader) undefined(m []string) {
	c := Call{File: m[1]}
	c.Line, _ = strconv.Atoi(m[2])
	c.Column, _ = strconv.Atoi(m[3])
	f := Fault{What: m[4], Stack: r.stack()}
	if len(f.Stack) > 0 && f.Stack[0].Line == c.Line && path.Base(f.Stack[0].File) == path.Base(c.File) {
		f.Stack[0].Column = c.Column
	} else {
		f.Stack = append([]Call{c}, f.Stack...)
	}
	r.faults = append(r.faults, f)
}

// library reads a message of the C++ library's debug mode.
func (r *faultReader) library(line string) {
	text := []string{strings.TrimPrefix(line, "Error: ")}
	for ; r.at < len(r.lines) && r.lines[r.at] != "" && !strings.Contains(r.lines[r.at], ":"); r.at++ {
		text = append(text, strings.TrimSpace(r.lines[r.at]))
	}
	what := strings.TrimRight(strings.Join(strings.Fields(strings.Join(text, " ")), " "), ". ")
	r.faults = append(r.faults, Fault{What: strings.TrimPrefix(what, "attempt to "), aside: true})
}

// addressKinds are AddressSanitizer's names of what went wrong, in words.
var addressKinds = []struct{ name, words string }{
	{"heap-buffer-overflow", "out of bounds"},
	{"stack-buffer-overflow", "out of bounds"},
	{"stack-buffer-underflow", "out of bounds"},
	{"dynamic-stack-buffer-overflow", "out of bounds"},
	{"global-buffer-overflow", "out of bounds"},
	{"container-overflow", "out of bounds of a container"},
	{"heap-use-after-free", "use after free"},
	{"stack-use-after-return", "use of a local variable after its function has returned"},
	{"stack-use-after-scope", "use of a local variable after its block has ended"},
	{"stack-overflow", "the stack is full; does the recursion end?"},
	{"attempting double-free", "memory is given back twice"},
	{"attempting free on address which was not malloc", "memory is given back that was never allocated"},
	{"alloc-dealloc-mismatch", "memory is given back by another function than it was allocated for (new[] and delete, malloc and delete, …)"},
	{"negative-size-param", "a negative size"},
	{"memcpy-param-overlap", "memcpy of memory that overlaps"},
	{"strcpy-param-overlap", "strcpy of memory that overlaps"},
	{"FPE", "division by zero, or a quotient that does not fit"},
	{"SEGV", "access to memory that the program does not have"},
	{"BUS", "access to memory that the program does not have"},
	{"requested allocation size", "an allocation of more memory than there can be; is its size negative?"},
	{"ABRT", ""},
}

// address reads a report of AddressSanitizer, which ends the run.
func (r *faultReader) address(line string) {
	_, text, _ := strings.Cut(line, "ERROR: AddressSanitizer: ")
	f := Fault{Fatal: true, What: text}
	kind := ""
	for _, k := range addressKinds {
		if strings.HasPrefix(text, k.name) {
			kind, f.What = k.name, k.words
			break
		}
	}
	announced := "" // what the next stack is about
	for r.at < len(r.lines) && !strings.HasPrefix(r.lines[r.at], "SUMMARY: ") {
		line := r.lines[r.at]
		if anyFrame.MatchString(line) {
			f.put(announced, r.stack())
			continue
		}
		r.at++
		announced = line
		if strings.Contains(line, "address points to the zero page") && (kind == "SEGV" || kind == "BUS") {
			f.What = "null pointer: access to memory at address 0 or close to it"
		}
		f.detail(line)
	}
	r.faults = append(r.faults, f)
}

// put keeps one of a report's stacks.
func (f *Fault) put(announced string, stack []Call) {
	switch {
	case f.Stack == nil:
		f.Stack = stack
	case strings.HasPrefix(announced, "freed by"):
		f.Freed = stack
	case f.Made == nil && strings.Contains(announced, "allocated by"):
		f.Made = stack
	}
}

// detail adds what a line of a report tells about the memory.
func (f *Fault) detail(line string) {
	if m := access.FindStringSubmatch(line); m != nil {
		f.What += ": " + strings.ToLower(m[1]) + "s " + m[2] + " bytes"
	} else if m := block.FindStringSubmatch(line); m != nil {
		f.What += ", " + distance(m[1], m[2]) + " a block of " + m[3] + " bytes"
	} else if m := global.FindStringSubmatch(line); m != nil {
		f.What += ", " + distance(m[1], m[2]) + " the global variable " + m[3] + " of " + m[4] + " bytes"
	} else if m := variable.FindStringSubmatch(line); m != nil {
		f.What += ", " + overflows(m[3]) + " the local variable " + m[1]
		if n, _ := strconv.Atoi(m[2]); n > 0 && len(f.Stack) > 0 {
			f.Made = []Call{{File: f.Stack[0].File, Line: n}}
		}
	}
}

func distance(bytes, where string) string {
	switch {
	case where == "inside of" || where == "inside":
		return bytes + " bytes into"
	case bytes == "0" && where == "after":
		return "just behind"
	}
	return bytes + " bytes " + where
}

func overflows(text string) string {
	switch {
	case strings.HasPrefix(text, "overflows"):
		return "behind the end of"
	case strings.HasPrefix(text, "underflows"):
		return "before the begin of"
	case strings.HasPrefix(text, "partially"):
		return "partly outside of"
	}
	return "in"
}

// memcheckKinds are the beginnings of memcheck's reports, in words.
var memcheckKinds = []struct{ begins, words string }{
	{"Conditional jump or move depends on uninitialised value", "a condition depends on a value that was never set"},
	{"Use of uninitialised value", "use of a value that was never set"},
	{"Syscall param write(buf) points to uninitialised", "a value that was never set is printed"},
	{"Syscall param writev", "a value that was never set is printed"},
	{"Invalid read of size", "reads memory that is not the program's"},
	{"Invalid write of size", "writes to memory that is not the program's"},
	{"Invalid free()", "memory is given back twice, or was never allocated"},
	{"Mismatched free()", "memory is given back by another function than it was allocated for"},
	{"Source and destination overlap", "a copy of memory that overlaps"},
}

// memcheck reads a report of valgrind's memcheck.
func (r *faultReader) memcheck(m []string) {
	f := Fault{}
	for _, k := range memcheckKinds {
		if strings.HasPrefix(m[1], k.begins) {
			f.What = k.words
		}
	}
	if f.What == "" {
		return
	}
	f.Stack = r.memcheckStack()
	for r.at < len(r.lines) {
		note := memcheckNote.FindStringSubmatch(r.lines[r.at])
		if note == nil {
			break
		}
		r.at++
		stack := r.memcheckStack()
		near := memcheckNear.FindStringSubmatch(note[1])
		switch {
		case strings.HasPrefix(note[1], "Uninitialised value was created"):
			f.Made = stack
		case near != nil:
			f.What += ", " + distance(near[1], near[2]) + " a block of " + near[3] + " bytes"
			if near[4] == "free'd" {
				f.What, f.Freed = "use after free", stack
			} else {
				f.Made = stack
			}
		case strings.HasPrefix(note[1], "Block was alloc'd"):
			f.Made = stack
		}
	}
	r.faults = append(r.faults, f)
}

func (r *faultReader) memcheckStack() []Call {
	var calls []Call
	for ; r.at < len(r.lines); r.at++ {
		m := memcheckCall.FindStringSubmatch(r.lines[r.at])
		if m == nil {
			break
		}
		c := Call{File: m[2], Function: bare(m[1])}
		c.Line, _ = strconv.Atoi(m[3])
		calls = append(calls, c)
	}
	return calls
}

// joined are the faults, each of the library's messages joined with the report of
// the end that followed it. An end without a reason is left out: it is no fault.
func (r *faultReader) joined() []Fault {
	var out []Fault
	aside := ""
	for _, f := range r.faults {
		switch {
		case f.aside:
			aside = f.What
			continue
		case f.Fatal && f.What == "" && aside == "":
			continue
		case f.Fatal && f.What == "":
			f.What = aside
		}
		f.What = shorten(f.What)
		out = append(out, f)
	}
	return out
}

// Faulty is the location of a fault in the program's own sources, nil where it has
// none there.
func (s Sources) Faulty(f *Fault) *problem.Location {
	l := s.locate(f.Stack)
	if l == nil {
		return nil
	}
	l.TokenIndex = -1
	l.Note = f.What
	related := func(stack []Call, message string) {
		if made := s.locate(stack); made != nil && (made.Line != l.Line || made.File != l.File) {
			l.Related = append(l.Related, problem.Place{File: made.File, Line: made.Line, Column: made.Column, Message: message})
		}
	}
	message := "the memory is from here"
	if strings.Contains(f.What, "never set") {
		message = "the value is from here"
	}
	related(f.Freed, "the memory was given back here")
	related(f.Made, message)
	return l
}
