package stress_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
	"stresstester/core/stress"
)

// answers is a sandbox that plays back what a real one said.
type answers struct {
	compiled []problem.Compilation
	found    []problem.Failure
	result   problem.Result
	err      error

	job problem.Job // what it was given
}

func (a *answers) Run(_ context.Context, job problem.Job, obs sandbox.Observer) (problem.Result, error) {
	a.job = job
	for _, c := range a.compiled {
		obs.Compiled(c)
	}
	for _, f := range a.found {
		obs.Found(f)
	}
	return a.result, a.err
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var sources = map[string]string{
	"sol.py": "print(1)\n", "gen.py": "print(1)\n", "slow.py": "print(1)\n",
}

func with(more map[string]string) map[string]string {
	all := map[string]string{}
	for _, files := range []map[string]string{sources, more} {
		for name, text := range files {
			all[name] = text
		}
	}
	return all
}

// recorder notes what an observer is told.
type recorder struct {
	compiled []problem.Compilation
	found    []problem.Failure
	warnings []string
}

func (r *recorder) observer() sandbox.Observer {
	return sandbox.Observer{
		Compiled: func(c problem.Compilation) { r.compiled = append(r.compiled, c) },
		Found:    func(f problem.Failure) { r.found = append(r.found, f) },
		Warning:  func(text string) { r.warnings = append(r.warnings, text) },
	}
}

func open(t *testing.T, dir string) *room.Room {
	t.Helper()
	r, err := room.Open(room.Disk{}, filepath.Join(dir, "sol.py"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func execute(t *testing.T, dir string, sb *answers, change func(*problem.Options)) (problem.Result, *recorder) {
	t.Helper()
	r := open(t, dir)
	options := r.Options
	if change != nil {
		change(&options)
	}
	rec := &recorder{}
	result, err := stress.Execute(t.Context(), sb, r, room.Disk{}, options, rec.observer())
	if err != nil {
		t.Fatal(err)
	}
	return result, rec
}

// failing is a result with one failure, as an engine makes it.
func failing(v problem.Verdict, c problem.Counterexample) problem.Result {
	f := problem.Failure{Verdict: v, TestNumber: 3, TestSeed: 3, Counterexample: &c, Message: "it differs"}
	return problem.Result{Verdict: v, TestNumber: 3, TestSeed: 3, Counterexample: &c, Failures: []problem.Failure{f}, Role: problem.Tested,
		Message: f.Message, State: problem.Done}
}

func TestACounterexampleIsSavedOnce(t *testing.T) {
	t.Parallel()
	dir := folder(t, sources)
	for range 2 {
		result, _ := execute(t, dir, &answers{result: failing(problem.WA, problem.Counterexample{Input: problem.Text("1\n"), Expected: problem.Text("2\n")})}, nil)
		if got := result.Counterexample.SavedAs; got != ".stresstester/sol/wa-1.in" {
			t.Errorf("saved as %q", got)
		}
		if result.Failures[0].Counterexample.SavedAs != result.Counterexample.SavedAs {
			t.Error("the failure does not tell where it is saved")
		}
	}
	tests, _, err := open(t, dir).Store().List(room.Disk{})
	want := []problem.Test{{Name: "wa-1", Input: []byte("1\n"), Answer: []byte("2\n"), HasAnswer: true}}
	if diff := cmp.Diff(want, tests); diff != "" || err != nil {
		t.Errorf("%v, saved tests (-want +got):\n%s", err, diff)
	}
}

func TestEveryDistinctFailureIsSaved(t *testing.T) {
	t.Parallel()
	dir := folder(t, sources)
	r := failing(problem.WA, problem.Counterexample{Input: problem.Text("1\n"), Expected: problem.Text("2\n")})
	r.Failures = append(r.Failures, problem.Failure{Verdict: problem.RE, TestNumber: 5, Counterexample: &problem.Counterexample{Input: problem.Text("5\n")}})
	result, _ := execute(t, dir, &answers{result: r}, nil)
	got := []string{result.Failures[0].Counterexample.SavedAs, result.Failures[1].Counterexample.SavedAs}
	if want := []string{".stresstester/sol/wa-1.in", ".stresstester/sol/re-1.in"}; !slices.Equal(got, want) {
		t.Errorf("saved as %q", got)
	}
}

func TestNothingIsSavedThatShouldNotBe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		result problem.Result
		change func(*problem.Options)
	}{
		{"when the user forbids it", failing(problem.WA, problem.Counterexample{Input: problem.Text("1\n")}), func(o *problem.Options) { o.NoSave = true }},
		{"of a broken set-up", failing(problem.BruteFailed, problem.Counterexample{Input: problem.Text("1\n")}), nil},
		{"when nothing was found", problem.Result{Verdict: problem.OK}, nil},
	} {
		dir := folder(t, sources)
		execute(t, dir, &answers{result: c.result}, c.change)
		if _, err := os.Stat(filepath.Join(dir, ".stresstester")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("something was saved %s", c.name)
		}
	}
}

func TestAnAnswerNobodyKnowsIsNotSaved(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"sol.py": "x", "gen.py": "x", "chk.py": "x"})
	execute(t, dir, &answers{result: failing(problem.WA, problem.Counterexample{Input: problem.Text("1\n")})}, nil)
	tests, _, err := open(t, dir).Store().List(room.Disk{})
	if err != nil || len(tests) != 1 || tests[0].HasAnswer {
		t.Errorf("saved tests %+v, %v", tests, err)
	}
}

func TestNotBeingAbleToSaveIsAWarning(t *testing.T) {
	t.Parallel()
	dir := folder(t, with(map[string]string{".stresstester/sol": "a file where the folder should be"}))
	result, _ := execute(t, dir, &answers{result: failing(problem.WA, problem.Counterexample{Input: problem.Text("1\n")})}, nil)
	if result.Verdict != problem.WA || result.Counterexample.SavedAs != "" {
		t.Errorf("got %+v", result)
	}
	if len(result.Warnings) != 2 || !strings.Contains(result.Warnings[0], "left out") || !strings.Contains(result.Warnings[1], "could not be saved") {
		t.Errorf("warnings %q", result.Warnings)
	}
}

func TestACrashIsLocatedByWhatThePythonInterpreterSays(t *testing.T) {
	t.Parallel()
	stderr := "Traceback (most recent call last):\n  File \"/p/sol.py\", line 7, in <module>\n    f(1)\nZeroDivisionError: division by zero\n"
	r := failing(problem.RE, problem.Counterexample{Input: problem.Text("1\n"), Stderr: problem.Text(stderr)})
	result, rec := execute(t, folder(t, sources), &answers{result: r, found: r.Failures}, nil)
	for _, l := range []*problem.Location{result.Location, result.Failures[0].Location, rec.found[0].Location} {
		if l == nil || l.File != "sol.py" || l.Line != 7 {
			t.Errorf("located at %+v", l)
		}
	}
}

func TestALocationOfTheEngineIsKept(t *testing.T) {
	t.Parallel()
	r := failing(problem.RE, problem.Counterexample{Stderr: problem.Text("  File \"sol.py\", line 7\n")})
	r.Location = &problem.Location{File: "sol.py", Line: 3, Column: 2}
	result, _ := execute(t, folder(t, sources), &answers{result: r}, nil)
	if result.Location.Line != 3 {
		t.Errorf("located at %+v", result.Location)
	}
}

func TestCompilerMessagesBecomeDiagnostics(t *testing.T) {
	t.Parallel()
	output := problem.Text("  File \"slow.py\", line 2\n    print(\n         ^\nSyntaxError: '(' was never closed\n")
	c := problem.Compilation{Role: problem.Brute, Output: output}
	dir := folder(t, sources)
	result, rec := execute(t, dir, &answers{compiled: []problem.Compilation{c},
		result: problem.Result{Verdict: problem.CE, Role: problem.Brute, Message: "the brute force (slow.py) does not compile", Compilations: []problem.Compilation{c}}}, nil)
	for _, got := range []problem.Compilation{rec.compiled[0], result.Compilations[0]} {
		if len(got.Diagnostics) == 0 || got.Diagnostics[0].Path != filepath.Join(dir, "slow.py") || got.Diagnostics[0].Line != 2 {
			t.Errorf("diagnostics %+v", got.Diagnostics)
		}
	}
	if !strings.Contains(result.Message, "slow.py") || !strings.Contains(result.Message, "line 2") || !strings.Contains(result.Message, "was never closed") {
		t.Errorf("message %q", result.Message)
	}
}

func TestSetupFailuresNameProgramTestAndRemedy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		verdict problem.Verdict
		role    problem.Role
		message string
		stderr  string
		want    string
	}{
		{problem.GeneratorFailed, problem.Generator, "the generator failed: runtime error: exit status 1 on test 3 (seed 3)", "Traceback…\nValueError: empty\nrange\n",
			"the generator gen.py failed: runtime error: exit status 1 on test 3 (seed 3). It said: Traceback… ValueError: empty range. " +
				"A generator gets its seed (3 here) as last argument, as a line on standard input and in STRESSTESTER_SEED, prints one test and exits with status 0."},
		{problem.GeneratorFailed, problem.Generator, "the generator failed: time limit exceeded (10s of processor time) on test 3 (seed 3)", "",
			"the generator gen.py failed: time limit exceeded (10s of processor time) on test 3 (seed 3). " +
				"If gen.py is right and only slow or large, give it more with time_limit under [limits.gen] in stresstester.toml."},
		{problem.BruteFailed, problem.Brute, "the brute force failed: killed by SIGSEGV on test 3 (seed 3)", "\x1b[31mred\xff\n",
			"the brute force slow.py failed: killed by SIGSEGV on test 3 (seed 3). It said: [31mred\ufffd. Correct slow.py: it must answer every valid input with exit status 0."},
		{problem.ValidatorRejected, problem.Validator, "the validator rejected the input: n is 0 on test 3 (seed 3)", "n is 0\n",
			"the validator val.py rejected the input: n is 0 on test 3 (seed 3). Correct the generator if the input is wrong, or val.py if the input is right."},
		{problem.CheckerFailed, problem.Checker, "the checker failed: runtime error: exit status 5 on test 3 (seed 3)", "",
			"the checker chk.py failed: runtime error: exit status 5 on test 3 (seed 3). Correct chk.py: exit status 0 or 42 accepts, 1 or 43 rejects, 2 means a badly formed output; anything else is taken as its own failure."},
	} {
		r := failing(c.verdict, problem.Counterexample{Stderr: problem.Text(c.stderr)})
		r.Message, r.Role, r.Failures[0].Message = c.message, c.role, c.message
		result, _ := execute(t, folder(t, with(map[string]string{"val.py": "x", "chk.py": "x"})), &answers{result: r}, nil)
		if diff := cmp.Diff(c.want, result.Message); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.verdict, diff)
		}
		if result.Failures[0].Message != result.Message {
			t.Errorf("%s: the failure says %q", c.verdict, result.Failures[0].Message)
		}
	}
}

func TestMissingRolesAreAResultWithTheRemedy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		files []string
		want  problem.Verdict
		role  problem.Role
		says  []string
	}{
		{[]string{"sol.py", "slow.py"}, problem.GeneratorFailed, problem.Generator, []string{"no generator and no spec", "sol_gen.py", "--gen", `"sol.spec"`}},
		{[]string{"sol.py", "gen.py"}, problem.BruteFailed, problem.Brute, []string{"no brute force", "sol_brute.py", "--brute"}},
		{[]string{"sol.py"}, problem.GeneratorFailed, problem.Generator, []string{"--gen", "--brute"}},
	} {
		files := map[string]string{}
		for _, name := range c.files {
			files[name] = "x\n"
		}
		sb := &answers{}
		result, _ := execute(t, folder(t, files), sb, nil)
		if result.Verdict != c.want || result.Role != c.role || result.Event != "result" || sb.job.Programs != nil {
			t.Errorf("with %q: %+v", c.files, result)
		}
		for _, text := range c.says {
			if !strings.Contains(result.Message, text) {
				t.Errorf("with %q: %q does not say %q", c.files, result.Message, text)
			}
		}
	}
}

func TestASourceThatCannotBeReadIsAResult(t *testing.T) {
	t.Parallel()
	result, _ := execute(t, folder(t, with(map[string]string{"gen.py": ""})), &answers{}, nil)
	if result.Verdict != problem.CE || result.Role != problem.Generator || result.Message != "the generator gen.py is empty." || result.State != problem.Failed {
		t.Errorf("got %+v", result)
	}
}

func TestSavedTestsDoWithoutAGenerator(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"sol.py": "x", "slow.py": "x", ".stresstester/sol/sample-1.in": "1\n"})
	sb := &answers{result: problem.Result{Verdict: problem.OK}}
	result, rec := execute(t, dir, sb, nil)
	if result.Verdict != problem.OK || len(sb.job.Saved) != 1 {
		t.Errorf("got %+v", result)
	}
	want := []string{"there is no generator and no spec: only the saved tests are run"}
	if !slices.Equal(result.Warnings, want) || !slices.Equal(rec.warnings, want) {
		t.Errorf("warnings %q and %q", result.Warnings, rec.warnings)
	}
}

func TestReduceTakesTheGeneratorAlongForTheFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spec  bool
		whole bool // nothing is made smaller
		want  bool
	}{
		{"to make an input smaller", false, false, true},
		{"not where a spec says the format", true, false, false},
		{"not where the input stays as it is", false, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := with(map[string]string{"gen.py": "print(1)\n"})
			if c.spec {
				files["sol.spec"] = "n: int 1..9\n"
			}
			r, sb := open(t, folder(t, files)), &answers{result: problem.Result{Verdict: problem.OK}}
			o := r.Options
			o.NoShrink = c.whole
			if _, err := stress.Reduce(t.Context(), sb, r, room.Disk{}, o, problem.Test{Name: "big", Input: []byte("1\n")}, sandbox.Observer{}); err != nil {
				t.Fatal(err)
			}
			if _, got := sb.job.Program(problem.Generator); got != c.want {
				t.Errorf("the generator came along: %v", got)
			}
		})
	}
}

func TestReduceRunsTheInputAloneAndNeedsNoGenerator(t *testing.T) {
	t.Parallel()
	dir := folder(t, with(map[string]string{"gen.py": "", ".stresstester/sol/sample-1.in": "1\n"}))
	if err := os.Remove(filepath.Join(dir, "gen.py")); err != nil {
		t.Fatal(err)
	}
	r, sb := open(t, dir), &answers{result: problem.Result{Verdict: problem.OK}}
	input := problem.Test{Name: "big", Input: []byte("1 2 3\n")}
	if _, err := stress.Reduce(t.Context(), sb, r, room.Disk{}, r.Options, input, sandbox.Observer{}); err != nil {
		t.Fatal(err)
	}
	if sb.job.Only == nil || string(sb.job.Only.Input) != "1 2 3\n" || sb.job.Saved != nil {
		t.Errorf("the job is %+v", sb.job)
	}
	if _, ok := sb.job.Program(problem.Generator); ok {
		t.Error("the generator came along")
	}
}

func TestWhatWasFoundSurvivesTheSandbox(t *testing.T) {
	t.Parallel()
	dir := folder(t, sources)
	f := failing(problem.WA, problem.Counterexample{Input: problem.Text("1 2\n"), Expected: problem.Text("3\n")}).Failures[0]
	smaller := f
	smaller.Counterexample = &problem.Counterexample{Input: problem.Text("1\n"), Expected: problem.Text("1\n")}
	died := fmt.Errorf("the container died: %w", sandbox.ErrUnavailable)
	r := open(t, dir)
	result, err := stress.Execute(t.Context(), &answers{found: []problem.Failure{f, smaller}, err: died}, r, room.Disk{}, r.Options, sandbox.Observer{})
	if !errors.Is(err, sandbox.ErrUnavailable) {
		t.Errorf("the error is %v", err)
	}
	if result.Verdict != problem.WA || string(result.Counterexample.Input) != "1\n" || result.Counterexample.SavedAs != ".stresstester/sol/wa-1.in" || len(result.Failures) != 1 {
		t.Errorf("got %+v", result)
	}
}

func TestStoppingBeforeAnythingIsNoError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := open(t, folder(t, sources))
	result, err := stress.Execute(ctx, &answers{err: fmt.Errorf("waiting for the sandbox: %w", ctx.Err())}, r, room.Disk{}, r.Options, sandbox.Observer{})
	if err != nil || result.State != problem.Stopped || result.Verdict != problem.OK {
		t.Errorf("got %+v, %v", result, err)
	}
}
