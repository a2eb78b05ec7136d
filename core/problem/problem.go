// Package problem holds the values every other package speaks of: roles,
// programs, limits, verdicts, tests and results.
//
// It must not know how programs are run, found or shown, and it imports the
// standard library only. Start reading at Job (what is to be tested) and Result
// (what came of it).
package problem

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Role is the part a program plays in a stress test.
type Role string

// The roles of a stress test. Tested and one of Generator or Spec are always
// needed; Brute is needed unless a Checker or Interactor judges alone.
const (
	Tested     Role = "tested"
	Brute      Role = "brute"
	Generator  Role = "generator"
	Spec       Role = "spec"
	Checker    Role = "checker"
	Validator  Role = "validator"
	Interactor Role = "interactor"
)

// Roles lists every role in the order in which they are shown to people.
func Roles() []Role {
	return []Role{Tested, Brute, Generator, Spec, Checker, Validator, Interactor}
}

// Title is the role's name in a sentence: "the brute force", "the generator".
func (r Role) Title() string {
	switch r {
	case Tested:
		return "the tested program"
	case Brute:
		return "the brute force"
	case Generator, Spec, Checker, Validator, Interactor:
		return "the " + string(r)
	}
	return string(r)
}

// Verdict is the outcome of one test or of a whole run.
type Verdict string

// Verdicts of the tested program.
const (
	OK  Verdict = "OK"  // no difference found
	WA  Verdict = "WA"  // wrong answer
	PE  Verdict = "PE"  // presentation error (a checker's word)
	RE  Verdict = "RE"  // runtime error: a signal or a non-zero exit
	TLE Verdict = "TLE" // time limit exceeded
	MLE Verdict = "MLE" // memory limit exceeded
	OLE Verdict = "OLE" // output limit exceeded
	CE  Verdict = "CE"  // compilation error, of any program
)

// Verdicts of the set-up: something other than the tested program is wrong.
const (
	BruteFailed       Verdict = "BRUTE_FAILED"
	GeneratorFailed   Verdict = "GENERATOR_FAILED"
	ValidatorRejected Verdict = "VALIDATOR_REJECTED"
	CheckerFailed     Verdict = "CHECKER_FAILED" // checker or interactor
)

// Divergence reports whether the verdict blames the tested program at run time.
func (v Verdict) Divergence() bool {
	switch v {
	case WA, PE, RE, TLE, MLE, OLE:
		return true
	default:
		return false
	}
}

// SetupFailure reports whether the verdict says that the run could not judge the
// tested program at all.
func (v Verdict) SetupFailure() bool {
	switch v {
	case CE, BruteFailed, GeneratorFailed, ValidatorRejected, CheckerFailed:
		return true
	default:
		return false
	}
}

// File is a file that comes along with a source into the sandbox.
type File struct {
	// Name is slash-separated and relative to the source's folder. It never
	// leaves that folder in the sandbox, whatever it was on the user's disk.
	Name string `json:"name"`
	Data []byte `json:"data"`
}

// Program is one role's source, as it was when the run began.
type Program struct {
	Role Role `json:"role"`
	// Name is the file's base name, for messages.
	Name string `json:"name"`
	// Path is the file's path or the document's URI: the identity under which
	// diagnostics are reported. The sandbox never opens it.
	Path string `json:"path"`
	// Source is the text, unsaved edits included.
	Source []byte `json:"source"`
	// Includes are the local files the source includes.
	Includes []File `json:"includes,omitempty"`
	Recipe   Recipe `json:"recipe"`
}

// Recipe says how to build and run one program. It is a language's entry in
// languages.toml with the user's overrides applied; the sandbox follows it
// without knowing the language.
//
// Compile runs in a fresh folder that holds SourceName and the includes and an
// empty folder "out"; what is in "out" afterwards is the program. With no
// Compile the sources themselves are the program. In Run, and in Env, "{dir}"
// stands for the program's folder and "{memory_mb}" for the memory limit in MiB.
type Recipe struct {
	Language   string   `json:"language"`
	SourceName string   `json:"source_name"`
	Compile    []string `json:"compile,omitempty"`
	Run        []string `json:"run"`
	Env        []string `json:"env,omitempty"`
	// Threads says that the runtime itself starts threads (JVM, Go), so that a
	// run is not pinned to one processor.
	Threads bool `json:"threads,omitempty"`
	// MemoryOverhead, in bytes, is what the runtime needs for itself; it is
	// added to the limit when the resident set is judged.
	MemoryOverhead int64 `json:"memory_overhead,omitempty"`
	// OutOfMemory lists texts on stderr by which the runtime says that an
	// allocation failed. A failed run that printed one is MLE rather than RE.
	OutOfMemory []string `json:"out_of_memory,omitempty"`
	// CompileTime limits one compilation; zero means one minute.
	CompileTime time.Duration `json:"compile_time,omitempty"`
	// Trace says how the program is run to find the line that printed a byte, and
	// where it spends its time. Sanitize and Memcheck are ways to run it that find
	// wrong uses of memory and numbers, by checks that are compiled in and by a
	// simulated processor.
	Trace    Probe `json:"trace,omitzero"`
	Sanitize Probe `json:"sanitize,omitzero"`
	Memcheck Probe `json:"memcheck,omitzero"`
	// Record stands in for Run where a generator's random choices are to be
	// recorded and replayed; see testing_env/trace/record.py. Empty where the
	// language cannot.
	Record []string `json:"record,omitempty"`
	// Warm is the command of a process that makes one run of the program after the
	// other; see testing_env/warm. Empty where the language has none.
	Warm []string `json:"warm,omitempty"`
}

// Probe is another way to build and run a program, in which it tells more; see
// testing_env/trace. With all fields empty there is none.
type Probe struct {
	// Compile and Run stand in for the recipe's own; empty means those.
	Compile []string `json:"compile,omitempty"`
	Run     []string `json:"run,omitempty"`
	// Env is added to the recipe's.
	Env []string `json:"env,omitempty"`
	// Buffered says that output may reach the operating system later than the call
	// that printed it, so that a line found by it need not be the one.
	Buffered bool `json:"buffered,omitempty"`
	// Coarse says that a loop's time may be told of the loop's first line.
	Coarse bool `json:"coarse,omitempty"`
	// Exact says that what such a run tells on standard error of its end is more exact
	// than what the program itself tells.
	Exact bool `json:"exact,omitempty"`
}

// Possible reports whether there is a way.
func (p *Probe) Possible() bool { return len(p.Run) > 0 || len(p.Env) > 0 || len(p.Compile) > 0 }

// Limits bound one run of one program. A zero field means "the default".
type Limits struct {
	Time   time.Duration `json:"time,omitempty"`   // processor time
	Memory int64         `json:"memory,omitempty"` // resident set, bytes
	Output int64         `json:"output,omitempty"` // standard output, bytes
}

// DefaultLimits are the limits of the given role where nothing was configured.
func DefaultLimits(role Role) Limits {
	if role == Tested {
		return Limits{Time: 2 * time.Second, Memory: 256 << 20, Output: 64 << 20}
	}
	return Limits{Time: 10 * time.Second, Memory: 1 << 30, Output: 64 << 20}
}

// Or fills l's zero fields from def.
func (l Limits) Or(def Limits) Limits {
	if l.Time == 0 {
		l.Time = def.Time
	}
	if l.Memory == 0 {
		l.Memory = def.Memory
	}
	if l.Output == 0 {
		l.Output = def.Output
	}
	return l
}

// CompareMode names a way to compare two outputs.
type CompareMode string

// The comparison modes of the command line's --compare.
const (
	CompareTokens   CompareMode = "tokens"   // white space does not matter
	CompareLines    CompareMode = "lines"    // trailing white space and trailing empty lines do not matter
	CompareExact    CompareMode = "exact"    // every byte matters
	CompareFloat    CompareMode = "float"    // tokens; numbers within an absolute or relative error
	CompareCaseless CompareMode = "caseless" // tokens, letters' case does not matter
)

// Comparison is a mode with its parameter.
type Comparison struct {
	Mode CompareMode `json:"mode"`
	// Epsilon is the largest absolute or relative error, for CompareFloat.
	Epsilon float64 `json:"epsilon,omitempty"`
}

// ParseComparison reads the command line's form: "tokens", "float=1e-6", ….
func ParseComparison(s string) (Comparison, error) {
	name, arg, hasArg := strings.Cut(s, "=")
	switch mode := CompareMode(name); mode {
	case CompareTokens, CompareLines, CompareExact, CompareCaseless:
		if hasArg {
			return Comparison{}, fmt.Errorf("comparison %q takes no value", name)
		}
		return Comparison{Mode: mode}, nil
	case CompareFloat:
		if !hasArg {
			return Comparison{Mode: mode, Epsilon: 1e-6}, nil
		}
		eps, err := strconv.ParseFloat(arg, 64)
		if err != nil || !(eps > 0 && eps < 1) {
			return Comparison{}, fmt.Errorf("comparison %q: %q is not an error between 0 and 1, such as 1e-6", name, arg)
		}
		return Comparison{Mode: mode, Epsilon: eps}, nil
	}
	return Comparison{}, fmt.Errorf("comparison %q is not known: use tokens, lines, exact, float=1e-6 or caseless", s)
}

// String is the command line's form.
func (c Comparison) String() string {
	if c.Mode == CompareFloat {
		return fmt.Sprintf("float=%g", c.Epsilon)
	}
	if c.Mode == "" {
		return string(CompareTokens)
	}
	return string(c.Mode)
}

// Test is one saved input, with its answer where that is known.
type Test struct {
	Name      string `json:"name"`
	Input     []byte `json:"input"`
	Answer    []byte `json:"answer,omitempty"`
	HasAnswer bool   `json:"has_answer,omitempty"`
}

// Options are a run's settings. The zero value of a field means its default.
type Options struct {
	// GenArgs are arguments put before the seed; "[a..b]" in them is drawn per
	// test, small values first.
	GenArgs string     `json:"gen_args,omitempty"`
	Compare Comparison `json:"compare"`
	// Tests is the number of generated tests; 0 means no limit.
	Tests int `json:"tests"`
	// Duration stops the run after that long; 0 means never.
	Duration time.Duration `json:"duration,omitempty"`
	// Seed is the first test's seed; the following tests count up from it.
	Seed uint64 `json:"seed"`
	// Jobs is the number of tests run at a time; 0 means one per processor.
	Jobs   int             `json:"jobs,omitempty"`
	Limits map[Role]Limits `json:"limits,omitempty"`
	// KeepGoing is the number of distinct failures to collect; 0 means 1.
	KeepGoing int  `json:"keep_going,omitempty"`
	NoShrink  bool `json:"no_shrink,omitempty"`
	// ShrinkTime is how long an input is made smaller at most; 0 means ten seconds. For
	// tests, whose results must not depend on the machine's speed.
	ShrinkTime time.Duration `json:"shrink_time,omitempty"`
	NoExplain  bool          `json:"no_explain,omitempty"`
	NoSave     bool          `json:"no_save,omitempty"`
	FreshExec  bool          `json:"fresh_exec,omitempty"`
	// Strategy caps how fast programs may be run: "exec", "fork" or "snapshot".
	// Empty means the fastest that suits each program. For tests and benchmarks.
	Strategy string `json:"strategy,omitempty"`
}

// LimitsOf are the limits in force for the role.
func (o Options) LimitsOf(role Role) Limits {
	return o.Limits[role].Or(DefaultLimits(role))
}

// Job is everything a run needs, frozen when the run begins.
type Job struct {
	Programs []Program `json:"programs"`
	Options  Options   `json:"options"`
	// Saved tests are run first, in this order.
	Saved []Test `json:"saved,omitempty"`
	// Only, when set, makes the job reduce or replay this one input: nothing is
	// generated.
	Only *Test `json:"only,omitempty"`
	// Samples are other inputs of the problem. They are not run: they tell what
	// the format is when an input is made smaller.
	Samples []Text `json:"samples,omitempty"`
}

// Program is the job's program of that role.
func (j *Job) Program(role Role) (*Program, bool) {
	for i := range j.Programs {
		if j.Programs[i].Role == role {
			return &j.Programs[i], true
		}
	}
	return nil, false
}
