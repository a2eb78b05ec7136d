package problem

import "fmt"

// State is where a run stands.
type State string

// The states of a run, in the order in which it passes them.
const (
	Compiling  State = "compiling"
	Running    State = "running"
	Confirming State = "confirming"
	Shrinking  State = "shrinking"
	Explaining State = "explaining"
	Done       State = "done"
	Stopped    State = "stopped" // by the user or by the time given
	Failed     State = "failed"  // the set-up or the sandbox is at fault
)

// Final reports whether nothing more follows.
func (s State) Final() bool { return s == Done || s == Stopped || s == Failed }

// Counterexample is an input on which the tested program fails, with what came
// of it. Texts are cut to a readable size only where they are shown, never here.
type Counterexample struct {
	Input    Text `json:"input"`
	Expected Text `json:"expected"`
	Actual   Text `json:"actual"`
	Stderr   Text `json:"stderr"`
	// ExitCode and Signal tell how the tested program ended; Signal is a name
	// such as "SIGSEGV", or empty.
	ExitCode int    `json:"exit_code"`
	Signal   string `json:"signal"`
	// OriginalInput is the input before shrinking.
	OriginalInput Text `json:"original_input"`
	// OracleRuns counts the candidates that were run to shrink it.
	OracleRuns int `json:"oracle_runs"`
	// SavedAs is the test's path relative to the problem's folder, or empty.
	SavedAs string `json:"saved_as"`
	// Comment is what the checker or interactor said.
	Comment string `json:"comment,omitempty"`
	// Difference is the first difference between Expected and Actual, for
	// verdict WA without a checker.
	Difference *Difference `json:"difference,omitempty"`
	// Transcript is the conversation of an interactive run: lines "> …" went
	// from the interactor to the tested program, lines "< …" the other way.
	Transcript Text `json:"transcript,omitempty"`
	// Minimality says truthfully what shrinking proved, in one sentence.
	Minimality string `json:"minimality,omitempty"`
	// Case is the test case that failed, of an input that has several; nil where
	// the input has none or it is not known which.
	Case *Case `json:"case,omitempty"`
	// TimeMS and MemoryKB are the tested program's processor time in
	// milliseconds and peak resident set in KiB.
	TimeMS   float64 `json:"time_ms"`
	MemoryKB int64   `json:"memory_kb"`
}

// Case is one of the test cases of an input.
type Case struct {
	// Number counts from 1, Of is how many there are.
	Number int `json:"number"`
	Of     int `json:"of"`
	// Line is the number of its first line in the input, Lines how many it has.
	Line  int `json:"line"`
	Lines int `json:"lines"`
	// Alone tells that the tested program fails on this case as well where it is the
	// only one. Where it does not, something is left over from the cases before.
	Alone bool `json:"fails_alone"`
}

// String is the case in a sentence.
func (c *Case) String() string {
	where := fmt.Sprintf("line %d", c.Line)
	if c.Lines > 1 {
		where = fmt.Sprintf("lines %d to %d", c.Line, c.Line+c.Lines-1)
	}
	text := fmt.Sprintf("Test case %d of %d fails (%s of the input)", c.Number, c.Of, where)
	if !c.Alone {
		text += "; alone it passes: something is left over from the cases before"
	}
	return text
}

// Position is a place in a text: Line and Column count from 1, Column in bytes.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Difference is the first place where two outputs differ.
type Difference struct {
	// TokenIndex counts tokens from 0; -1 where the mode does not know tokens.
	TokenIndex int `json:"token_index"`
	// Expected and Actual are the places in the two outputs. Where one output
	// ended too early, its position is its end.
	Expected Position `json:"expected"`
	Actual   Position `json:"actual"`
	// ExpectedToken and ActualToken are empty where that output has ended.
	ExpectedToken string `json:"expected_token"`
	ActualToken   string `json:"actual_token"`
	// Message is one sentence for people.
	Message string `json:"message"`
}

// Frame is one call of a stack.
type Frame struct {
	Function string `json:"function"`
	Line     int    `json:"line"`
}

// Location is the source line that printed the first wrong token, or where the
// program crashed.
type Location struct {
	File          string  `json:"file"`
	Line          int     `json:"line"`
	Column        int     `json:"column"`
	TokenIndex    int     `json:"token_index"`
	ExpectedToken string  `json:"expected_token"`
	ActualToken   string  `json:"actual_token"`
	Stack         []Frame `json:"stack"`
	// Note says why the location is not exact, or what kind of bug it is.
	Note string `json:"note,omitempty"`
	// Related are other lines that have to do with the failure, such as one where a
	// number overflowed before the wrong one was printed.
	Related []Place `json:"related,omitempty"`
}

// Place is a line of the tested program with what is to be said about it.
type Place struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

// Failure is one failing test.
type Failure struct {
	Verdict    Verdict `json:"verdict"`
	TestNumber int     `json:"test_number"`
	// TestSeed is the failing test's own seed; 0 for a saved test.
	TestSeed uint64 `json:"test_seed"`
	// TestName is the saved test's name; empty for a generated test.
	TestName       string          `json:"test_name,omitempty"`
	Flaky          bool            `json:"flaky"`
	Counterexample *Counterexample `json:"counterexample"`
	Location       *Location       `json:"location"`
	Message        string          `json:"message"`
}

// Diagnostic is a compiler's message about a source.
type Diagnostic struct {
	// Path is the program's Path, or an include's.
	Path string `json:"path"`
	// Line and Column count from 1; 0 means unknown.
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"` // error, warning or note
	Message  string `json:"message"`
}

// Compilation is what came of building one program.
type Compilation struct {
	Role   Role `json:"role"`
	OK     bool `json:"ok"`
	Cached bool `json:"cached"`
	// Output is what the compiler printed, cut to 64 KiB.
	Output Text `json:"output"`
	// Seconds is the wall time it took.
	Seconds     float64      `json:"seconds"`
	Diagnostics []Diagnostic `json:"diagnostics,omitempty"`
	// Message is set where it failed for another reason than the source.
	Message string `json:"message,omitempty"`
}

// Result is the end of a run: the last JSON line of the command line and what
// the language server reports.
type Result struct {
	Event          string  `json:"event"` // always "result"
	Verdict        Verdict `json:"verdict"`
	Tests          int     `json:"tests"`
	Seconds        float64 `json:"seconds"`
	TestsPerSecond float64 `json:"tests_per_second"`
	// Seed is the run's first seed.
	Seed uint64 `json:"seed"`
	// TestNumber is the failing test's number, counted from 1 with the saved
	// tests first; 0 when nothing failed.
	TestNumber     int             `json:"test_number"`
	TestSeed       uint64          `json:"test_seed"`
	TestName       string          `json:"test_name,omitempty"`
	Flaky          bool            `json:"flaky"`
	Counterexample *Counterexample `json:"counterexample"`
	Location       *Location       `json:"location"`
	Failures       []Failure       `json:"failures"`
	// Role is the program at fault; empty when nothing failed.
	Role Role `json:"role,omitempty"`
	// Message is one sentence for people, with the remedy where there is one.
	Message  string   `json:"message"`
	Warnings []string `json:"warnings"`
	// Compilations are kept so that compile errors can be shown on their lines.
	Compilations []Compilation `json:"compilations,omitempty"`
	State        State         `json:"state"`
	// Strategies tells per role how its program is run, and why.
	Strategies map[Role]string `json:"strategies,omitempty"`
}

// Progress is a run's standing, sent about ten times a second.
type Progress struct {
	State          State   `json:"state"`
	Tests          int     `json:"tests"`
	Total          int     `json:"total"` // 0 where there is no limit
	Seconds        float64 `json:"seconds"`
	TestsPerSecond float64 `json:"tests_per_second"`
	Seed           uint64  `json:"seed"` // the newest test's seed
	Failures       int     `json:"failures"`
	// Message is set where the state alone does not tell what is going on.
	Message string `json:"message,omitempty"`
}
