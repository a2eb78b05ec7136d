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
// A line is "w START END FRAME…", "s SIGNAL FRAME…", "e STATUS FRAME…" or "t BYTES
// FRAME…", which is a sample; a frame is "@HEX", an address in the executable, or
// "LINE:FUNCTION", a line of the source. Where Python's faulthandler wrote the
// samples, they have its form.
func ParseLog(log []byte, source string, symbols Symbols) *Trace {
	if bytes.HasPrefix(log, []byte("Timeout (")) {
		return &Trace{Samples: readDumps(log, source)}
	}
	t := &Trace{}
	symbols = remembered(symbols)
	for _, line := range bytes.Split(log, []byte("\n")) {
		words := strings.Fields(string(line))
		if len(words) < 2 {
			break
		}
		first, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil || first < 0 {
			continue
		}
		switch words[0] {
		case "w":
			if len(words) < 3 || len(t.Writes) == logLines {
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
		case "t":
			if len(t.Samples) == sampleLines {
				continue
			}
			frames := words[2:]
			t.Samples = append(t.Samples, Sample{Grown: first, Stack: readStack(frames[:min(len(frames), sampleFrames)], source, symbols)})
		}
	}
	return t
}

// remembering keeps what it was told: samples come again and again to the same
// addresses.
type remembering struct {
	Symbols
	known map[uint64][]Call
}

func remembered(symbols Symbols) Symbols {
	if symbols == nil {
		return nil
	}
	return &remembering{symbols, map[uint64][]Call{}}
}

// Calls implements Symbols.
func (r *remembering) Calls(address uint64) []Call {
	calls, ok := r.known[address]
	if !ok {
		calls = r.Symbols.Calls(address)
		r.known[address] = calls
	}
	return calls
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
