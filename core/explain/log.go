package explain

import (
	"bytes"
	"strconv"
	"strings"
)

// Bounds of a log, which a hostile program may have written itself.
const (
	logLines  = 64
	logFrames = 100
)

// Symbols turns addresses in the executable into calls, the innermost first: where
// the compiler put a function into its caller, one address is several calls.
type Symbols interface {
	Calls(address uint64) []Call
}

// ParseLog reads what testing_env/trace wrote. Source is the name of the program's
// source, in which calls without a file are; symbols may be nil where the log has
// no addresses. What it does not understand it leaves out.
//
// A line is "w START END FRAME…", "s SIGNAL FRAME…" or "e STATUS FRAME…"; a frame is
// "@HEX", an address in the executable, or "LINE:FUNCTION", a line of the source.
func ParseLog(log []byte, source string, symbols Symbols) *Trace {
	t := &Trace{}
	for i, line := range bytes.Split(log, []byte("\n")) {
		words := strings.Fields(string(line))
		if i == logLines || len(words) < 2 {
			break
		}
		first, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil || first < 0 {
			continue
		}
		switch words[0] {
		case "w":
			if len(words) < 3 {
				continue
			}
			end, err := strconv.ParseInt(words[2], 10, 64)
			if err == nil && end > first {
				t.Writes = append(t.Writes, Write{Start: first, End: end, Stack: readStack(words[3:], source, symbols)})
			}
		case "s":
			t.Crash = &Crash{Signal: int(first), Stack: readStack(words[2:], source, symbols)}
		case "e":
			t.Crash = &Crash{Status: int(first), Stack: readStack(words[2:], source, symbols)}
		}
	}
	return t
}

func readStack(frames []string, source string, symbols Symbols) []Call {
	var stack []Call
	for _, f := range frames[:min(len(frames), logFrames)] {
		if hex, native := strings.CutPrefix(f, "@"); native {
			if address, err := strconv.ParseUint(hex, 16, 64); err == nil && symbols != nil {
				stack = append(stack, symbols.Calls(address)...)
			}
			continue
		}
		number, function, _ := strings.Cut(f, ":")
		if line, err := strconv.Atoi(number); err == nil && line > 0 {
			stack = append(stack, Call{File: source, Function: function, Line: line})
		}
	}
	return stack
}
