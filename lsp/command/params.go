package command

import (
	"reflect"

	"stresstester/core/problem"
	"stresstester/core/room"
)

// RunParams names what to run.
type RunParams struct {
	URI     string  `json:"uri" doc:"the document to test, a file, or one of its helpers"`
	Options Options `json:"options,omitzero" doc:"settings of this run; see Options"`
	Input   *string `json:"input,omitempty" doc:"run this one input instead of generated ones; no generator is needed"`
	Test    string  `json:"test,omitempty" doc:"run this saved test only"`
	Run     string  `json:"run,omitempty" doc:"run this run's counterexample again"`
	Failure int     `json:"failure,omitempty" doc:"which of that run's failures, from 0"`
}

// RunResult names the run that was started.
type RunResult struct {
	Run string `json:"run" doc:"the run's id"`
}

// StopParams names what to stop.
type StopParams struct {
	Run string `json:"run,omitempty" doc:"the run to stop"`
	URI string `json:"uri,omitempty" doc:"stop the runs of this document"`
}

// StopResult lists the runs that were told to stop.
type StopResult struct {
	Stopped []string `json:"stopped" doc:"ids of the runs that were told to stop; empty when none was running"`
}

// RunsParams says whose runs are asked for.
type RunsParams struct {
	URI string `json:"uri,omitempty" doc:"only the runs in which this document plays a part; empty means all"`
}

// RunsResult lists runs.
type RunsResult struct {
	Runs []RunInfo `json:"runs" doc:"the runs, the newest first"`
}

// RunInfo is a run's standing.
type RunInfo struct {
	Run            string          `json:"run" doc:"the run's id"`
	URI            string          `json:"uri" doc:"the tested document"`
	State          problem.State   `json:"state" doc:"compiling, running, confirming, shrinking, explaining, done, stopped or failed"`
	Verdict        problem.Verdict `json:"verdict" doc:"the verdict so far: empty while nothing is found, OK at a good end"`
	Tests          int             `json:"tests" doc:"tests run so far"`
	TestsPerSecond float64         `json:"tests_per_second" doc:"speed"`
	Total          int             `json:"total" doc:"tests to run; 0 where there is no limit"`
	Seconds        float64         `json:"seconds" doc:"running time"`
	Message        string          `json:"message,omitempty" doc:"one sentence for people"`
	Outdated       bool            `json:"outdated" doc:"whether a document it read has changed since"`
	Editor         string          `json:"editor,omitempty" doc:"the editor that started it, as it calls itself"`
	Trigger        string          `json:"trigger,omitempty" doc:"save where watching started it, rather than a command"`
}

// ShrinkParams names the input to make smaller.
type ShrinkParams struct {
	URI     string  `json:"uri" doc:"the tested document"`
	Options Options `json:"options,omitzero" doc:"settings of this run; see Options"`
	Input   *string `json:"input,omitempty" doc:"the failing input"`
	Test    string  `json:"test,omitempty" doc:"the saved test that holds it"`
	Run     string  `json:"run,omitempty" doc:"the run whose counterexample it is; default: the document's last one that has one"`
	Failure int     `json:"failure,omitempty" doc:"which of that run's failures, from 0"`
}

// StatsParams names a run.
type StatsParams struct {
	Run string `json:"run,omitempty" doc:"the run's id"`
	URI string `json:"uri,omitempty" doc:"take this document's last run"`
}

// StatsResult is all that is known of a run.
type StatsResult struct {
	RunInfo
	Progress problem.Progress `json:"progress" doc:"the last progress; the same shape as in stresstester/run"`
	Result   *problem.Result  `json:"result" doc:"the result, in the shape of the command line's last JSON line; null while it runs"`
	Error    string           `json:"error,omitempty" doc:"why there was no sandbox to run in, with the remedy"`
}

// RoomParams names a document of the problem.
type RoomParams struct {
	URI string `json:"uri" doc:"a document of the problem: the tested one or a helper"`
}

// RoomResult is what belongs to a problem.
type RoomResult struct {
	Name     string                  `json:"name" doc:"the problem's name"`
	Role     problem.Role            `json:"role" doc:"the role of the document asked about"`
	Tested   string                  `json:"tested" doc:"the tested document"`
	Dir      string                  `json:"dir" doc:"the problem's folder"`
	Roles    map[problem.Role]string `json:"roles" doc:"the document of each role that was found"`
	Missing  []problem.Role          `json:"missing" doc:"roles without which nothing can be run"`
	Config   string                  `json:"config" doc:"the stresstester.toml, or empty"`
	Tests    []SavedTest             `json:"tests" doc:"the saved tests, in the order in which they are run"`
	Watched  bool                    `json:"watched" doc:"whether saving one of its files starts a run"`
	Warnings []string                `json:"warnings" doc:"sentences for people"`
}

// SavedTest is one saved test.
type SavedTest struct {
	Name   string `json:"name" doc:"its name"`
	Input  string `json:"input" doc:"the input's document"`
	Answer string `json:"answer" doc:"the answer's document, or empty"`
}

// CreateFilesParams says which files to create.
type CreateFilesParams struct {
	URI   string         `json:"uri" doc:"the tested document"`
	Roles []problem.Role `json:"roles,omitempty" doc:"brute, generator, spec, checker, validator, interactor; default: what is missing to run"`
}

// CreateFilesResult lists files.
type CreateFilesResult struct {
	Created  []RoleFile `json:"created" doc:"what was created"`
	Existing []RoleFile `json:"existing" doc:"what was there already"`
}

// RoleFile is one role's document.
type RoleFile struct {
	Role problem.Role `json:"role" doc:"its role"`
	URI  string       `json:"uri" doc:"the document"`
}

// OpenCounterexampleParams names a counterexample.
type OpenCounterexampleParams struct {
	URI     string `json:"uri,omitempty" doc:"the tested document; its last run that has a counterexample is meant"`
	Run     string `json:"run,omitempty" doc:"the run"`
	Failure int    `json:"failure,omitempty" doc:"which of the run's failures, from 0"`
	Part    Part   `json:"part,omitempty" doc:"input (the default), expected, actual or stderr"`
}

// Part is one of a counterexample's documents.
type Part string

// The parts of a counterexample.
const (
	PartInput    Part = "input"
	PartExpected Part = "expected"
	PartActual   Part = "actual"
	PartStderr   Part = "stderr"
)

// Parts lists them.
func Parts() []Part { return []Part{PartInput, PartExpected, PartActual, PartStderr} }

// FailureParams name a counterexample.
type FailureParams struct {
	URI     string `json:"uri,omitempty" doc:"the tested document; its last run that has a counterexample is meant"`
	Run     string `json:"run,omitempty" doc:"the run"`
	Failure int    `json:"failure,omitempty" doc:"which of the run's failures, from 0"`
}

// OpenDifferenceResult are the documents of a difference.
type OpenDifferenceResult struct {
	Title    string `json:"title" doc:"what a window with it could be called"`
	Input    string `json:"input" doc:"the input's document"`
	Expected string `json:"expected" doc:"the expected output's document"`
	Actual   string `json:"actual" doc:"the actual output's document"`
	Document string `json:"document,omitempty" doc:"the document with both outputs beside each other, for clients that have no window for two"`
	Shown    bool   `json:"shown" doc:"whether the client showed it, or was sent stresstester/diff"`
}

// ExplainResult tells why a test fails, as far as it is known.
type ExplainResult struct {
	Text     string `json:"text" doc:"the explanation: the line that printed the first wrong token or crashed, how it was reached, the test with its outputs"`
	Document string `json:"document,omitempty" doc:"the document that holds it"`
	Shown    bool   `json:"shown" doc:"whether the client showed it"`
	Run      string `json:"run,omitempty" doc:"the run that looks for the line, when none had looked yet"`
}

// WatchParams say whether to run a document's stress test at every save.
type WatchParams struct {
	URI     string  `json:"uri" doc:"the tested document, or one of its helpers"`
	On      *bool   `json:"on,omitempty" doc:"whether to; default: the other way round than now"`
	Options Options `json:"options,omitzero" doc:"settings of those runs; see Options"`
}

// WatchResult tells what holds now.
type WatchResult struct {
	URI string `json:"uri" doc:"the tested document"`
	On  bool   `json:"on" doc:"whether saving one of its files starts a run"`
}

// OpenCounterexampleResult are the documents of a counterexample.
type OpenCounterexampleResult struct {
	URI      string `json:"uri" doc:"the document of the part asked for"`
	Input    string `json:"input" doc:"the input's document"`
	Expected string `json:"expected" doc:"the expected output's document, or empty"`
	Actual   string `json:"actual" doc:"the actual output's document"`
	Shown    bool   `json:"shown" doc:"whether the client showed it"`
}

// SaveTestParams says what to save.
type SaveTestParams struct {
	URI     string  `json:"uri" doc:"the tested document"`
	Run     string  `json:"run,omitempty" doc:"save this run's counterexample; default: the document's last one"`
	Failure int     `json:"failure,omitempty" doc:"which of the run's failures, from 0"`
	Input   *string `json:"input,omitempty" doc:"save this input instead"`
	Answer  *string `json:"answer,omitempty" doc:"its answer, where it is known"`
}

// SaveTestResult is the test that was saved, or was there already.
type SaveTestResult struct {
	SavedTest
}

// DeleteTestParams names a saved test.
type DeleteTestParams struct {
	URI  string `json:"uri" doc:"the tested document"`
	Test string `json:"test" doc:"the test's name"`
}

// DeleteTestResult tells where the test went.
type DeleteTestResult struct {
	Test    string `json:"test" doc:"the test's name"`
	Trashed string `json:"trashed" doc:"its name in .stresstester/X/.trash, from where it can be moved back"`
}

// SpecPreviewParams names a spec.
type SpecPreviewParams struct {
	URI   string `json:"uri" doc:"the spec's document, saved or not; any scheme"`
	Count int    `json:"count,omitempty" doc:"how many samples, at most 100; default 5"`
	Seed  uint64 `json:"seed,omitempty" doc:"the first sample's seed; default 1"`
	Show  bool   `json:"show,omitempty" doc:"show the samples in the editor, too"`
}

// SpecPreviewResult is what a spec makes.
type SpecPreviewResult struct {
	Samples  []Sample      `json:"samples" doc:"inputs, as a run makes them for the same seeds"`
	Mistakes []SpecMistake `json:"mistakes" doc:"what is wrong with the spec; there are no samples then"`
	Document string        `json:"document,omitempty" doc:"the document that holds the samples, when they were to be shown"`
}

// Sample is one input made by a spec.
type Sample struct {
	Seed  uint64       `json:"seed" doc:"its seed"`
	Input problem.Text `json:"input" doc:"the input"`
}

// SpecMistake is a mistake in a spec.
type SpecMistake struct {
	Line    int    `json:"line" doc:"its line, counted from 1"`
	Column  int    `json:"column" doc:"its column in bytes, counted from 1"`
	Message string `json:"message" doc:"what is wrong, and how to mend it"`
}

// DoctorParams may name a document, as those of every command may.
type DoctorParams struct {
	URI string `json:"uri,omitempty" doc:"has no effect"`
}

// DoctorResult is what the installation's own check returns; it is encoded as
// JSON.
type DoctorResult = any

// Options are a run's settings: the command line's flags in snake case. They win
// over stresstester.toml. Files are relative to the tested document's folder.
type Options struct{ room.Settings }

// optionDocs describes every option for docs/protocol.md.
func optionDocs() map[string]string {
	return map[string]string{
		"brute":        "the reference solution's file; an empty name means none",
		"gen":          "the generator's file",
		"spec":         "the spec's file",
		"checker":      "the checker's file",
		"validator":    "the validator's file",
		"interactor":   "the interactor's file",
		"gen_args":     "arguments put before the seed; `[a..b]` is drawn per test",
		"compare":      "`tokens` (default), `lines`, `exact`, `float=1e-6` or `caseless`",
		"tests":        "number of generated tests; 0 means no limit; default 10000",
		"time":         "stop after this long; default never",
		"seed":         "first seed; default 1",
		"jobs":         "tests run at a time; default one per core",
		"time_limit":   "processor time of one run of the tested program; default 2s",
		"memory_limit": "memory of one run of the tested program; default 256M",
		"output_limit": "output of one run of the tested program; default 64M",
		"keep_going":   "collect up to this many distinct failures; default 1",
		"no_shrink":    "do not make the counterexample smaller",
		"no_explain":   "do not look for the line at fault",
		"no_save":      "do not save the counterexample as a test",
		"fresh_exec":   "start a fresh process for every test",
	}
}

// Wishes are what a client can ask for: its initializationOptions, or its
// experimental capability of the name stresstester, which win.
type Wishes struct {
	Run    bool `json:"run" doc:"send stresstester/run"`
	Status bool `json:"status" doc:"send stresstester/status"`
	Diff   bool `json:"diff" doc:"send stresstester/diff rather than show a document with both outputs"`
	// CodeLens is when code lenses are shown.
	CodeLens string `json:"codeLens" doc:"auto (the default): in files that have a helper, a configuration, a saved test or a main or solve; always; off"`
	Prompts  *bool  `json:"prompts" doc:"ask the user what to do when a run finds a counterexample; default true"`
	Rooms    bool   `json:"rooms" doc:"send stresstester/rooms and stresstester/save, and change open documents by workspace/applyEdit whatever the client says of that"`
	// Companion is what becomes of problems from the browser.
	Companion CompanionWishes `json:"companion" doc:"how sources of problems from Competitive Companion are made; see CompanionWishes"`
}

// CompanionWishes say how the source of a problem from the browser is made.
type CompanionWishes struct {
	Template string `json:"template,omitempty" doc:"the path of a file whose {{name}}, {{url}}, {{group}}, {{date}}, {{time_limit}} and {{memory_limit}} are filled; default: template.* in the workspace's .stresstester or in the user's configuration folder"`
	Language string `json:"language,omitempty" doc:"the language of the built-in template, where there is no other: cpp (the default), c, python or java"`
}

// The notifications that are not the protocol's own.
const (
	NotifyRun    = "stresstester/run"
	NotifyStatus = "stresstester/status"
	NotifyDiff   = "stresstester/diff"
	NotifyFocus  = "stresstester/focus"
	NotifyRooms  = "stresstester/rooms"
	NotifySave   = "stresstester/save"
)

// Note is the declaration of a notification.
type Note struct {
	// Name is its method.
	Name string
	// Doc is a sentence or two.
	Doc string

	fromClient bool
	params     reflect.Type
}

// Direction says who sends it.
func (n Note) Direction() string {
	if n.fromClient {
		return "Client to server."
	}
	return "Server to client."
}

func notifications() []Note {
	return []Note{
		{Name: NotifyRun, params: reflect.TypeFor[RunNotification](),
			Doc: "What has happened in a run. Counters come about ten times a second; unsent ones are replaced by newer ones. Everything else is sent once, in order."},
		{Name: NotifyStatus, params: reflect.TypeFor[StatusNotification](),
			Doc: "How the sandbox stands, at the beginning and at every change."},
		{Name: NotifyDiff, params: reflect.TypeFor[DiffNotification](),
			Doc: "Two outputs to be shown beside each other, because the user asked for it."},
		{Name: NotifyRooms, params: reflect.TypeFor[RoomsNotification](),
			Doc: "How the shared rooms with a folder on this machine stand, at the beginning and at every change."},
		{Name: NotifySave, params: reflect.TypeFor[SaveNotification](),
			Doc: "A document that had no unsaved changes got some from its room. If it still has that version, it should be saved."},
		{Name: NotifyFocus, params: reflect.TypeFor[FocusNotification](), fromClient: true,
			Doc: "The window has got or lost the user's attention. What arrives from a browser goes to the window that had it last; without this notification, to the one that was used last."},
	}
}

// RunNotification is stresstester/run: what has happened in a run. Counters come
// about ten times a second.
type RunNotification struct {
	RunInfo
	Seed        uint64               `json:"seed" doc:"the newest test's seed"`
	Failures    int                  `json:"failures" doc:"failures found so far"`
	Compilation *problem.Compilation `json:"compilation,omitempty" doc:"a program that was just built, or was not"`
	Failure     *problem.Failure     `json:"failure,omitempty" doc:"a failure that was just confirmed, or made smaller"`
	Warning     string               `json:"warning,omitempty" doc:"a new sentence about the set-up"`
	Result      *problem.Result      `json:"result,omitempty" doc:"the result, at the end"`
	Error       string               `json:"error,omitempty" doc:"why there was no sandbox to run in, with the remedy, at the end"`
}

// StatusNotification is stresstester/status: how the sandbox stands.
type StatusNotification struct {
	Health    string `json:"health" doc:"ok, warning or error"`
	Phase     string `json:"phase" doc:"idle, starting, ready, busy, broken or closed"`
	Message   string `json:"message" doc:"one sentence for people, with the remedy where something is wrong"`
	Shared    bool   `json:"shared" doc:"whether this machine's daemon serves, rather than a process of this editor alone"`
	Companion string `json:"companion,omitempty" doc:"one sentence about the ports on which Competitive Companion is listened for"`
}

// DiffNotification is stresstester/diff: two outputs to be shown beside each
// other.
type DiffNotification struct {
	Title    string `json:"title" doc:"what the window could be called"`
	Run      string `json:"run" doc:"the run"`
	Failure  int    `json:"failure" doc:"which of the run's failures, from 0"`
	Input    string `json:"input" doc:"the input's document"`
	Expected string `json:"expected" doc:"the expected output's document"`
	Actual   string `json:"actual" doc:"the actual output's document"`
}

// FocusNotification is stresstester/focus.
type FocusNotification struct {
	Focused bool `json:"focused" doc:"whether the window has the user's attention"`
}
