package lsp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/lsp"
	"stresstester/lsp/command"
	"stresstester/lsp/lsptest"
)

// The server's behaviour around runs is tested with a sandbox whose runs do what
// the test wants; what real runs find is told in testdata.

// folder is a problem on the disk with all it needs.
func folder(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range append(files, "sol.py", "brute.py", "gen.py") {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("print(input())\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func deps(run lsptest.Scripted) lsp.Deps { return lsp.Deps{Sandbox: run, Version: "test"} }

// forever is a run that ends when it is stopped.
func forever(ctx context.Context, _ problem.Job, obs sandbox.Observer) (problem.Result, error) {
	obs.Progress(problem.Progress{State: problem.Running, Tests: 1})
	<-ctx.Done()
	return problem.Result{Verdict: problem.OK, State: problem.Stopped, Message: "stopped"}, nil
}

// wrong is a run that finds a wrong answer at once.
func wrong(_ context.Context, job problem.Job, _ sandbox.Observer) (problem.Result, error) {
	f := problem.Failure{
		Verdict: problem.WA, TestNumber: 3, Message: "wrong answer on test 3",
		Counterexample: &problem.Counterexample{Input: problem.Text("1\n"), Expected: problem.Text("2\n"), Actual: problem.Text("3\n")},
		Location:       &problem.Location{File: "sol.py", Line: 1},
	}
	return problem.Result{
		Verdict: problem.WA, State: problem.Done, Role: problem.Tested, Message: f.Message, Tests: 3,
		Failures: []problem.Failure{f}, Counterexample: f.Counterexample, Location: f.Location,
	}, nil
}

func TestInitializeTellsWhatWorks(t *testing.T) {
	t.Parallel()
	e := lsptest.Connect(t, folder(t), deps(forever), lsptest.Options{Capabilities: `{"general":{"positionEncodings":["utf-8","utf-16"]}}`})
	c := e.Initialize()
	if c.PositionEncoding != protocol.PositionEncodingKindUTF8 {
		t.Errorf("positions are in %s", c.PositionEncoding)
	}
	got := strings.Join(c.ExecuteCommandProvider.Commands, " ")
	for _, name := range command.Names() {
		if !strings.Contains(got, name) {
			t.Errorf("%s is not advertised in %s", name, got)
		}
	}
	for _, later := range []string{"remote"} {
		if strings.Contains(got, later) {
			t.Errorf("%s is advertised but does not work", later)
		}
	}
}

func TestRequestsOutsideTheConversationAreRefused(t *testing.T) {
	t.Parallel()
	e := lsptest.Connect(t, folder(t), deps(forever), lsptest.Options{})
	if _, err := e.Execute(command.Runs, "{}"); err == nil || !strings.Contains(err.Error(), "not initialized") {
		t.Errorf("before initialize: %v", err)
	}
	e.Initialize()
	if _, err := e.Execute(command.Runs, "{}"); err != nil {
		t.Errorf("after initialize: %v", err)
	}
	if err := e.Shutdown(); err != nil {
		t.Errorf("Serve returned %v", err)
	}
}

func TestTheServerLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		leave func(*lsptest.Editor) error
		want  error
	}{
		"when the editor says goodbye":      {(*lsptest.Editor).Shutdown, nil},
		"when the editor hangs up":          {(*lsptest.Editor).HangUp, nil},
		"when the editor leaves in a hurry": {(*lsptest.Editor).Exit, lsp.ErrNoShutdown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := make(chan struct{})
			e := lsptest.Start(t, folder(t), deps(func(ctx context.Context, job problem.Job, obs sandbox.Observer) (problem.Result, error) {
				defer close(ended)
				return forever(ctx, job, obs)
			}), lsptest.Options{})
			e.Await(lsptest.RunReaches(e.Run("sol.py", ""), problem.Running))
			if err := tt.leave(e); !errors.Is(err, tt.want) {
				t.Errorf("Serve returned %v, want %v", err, tt.want)
			}
			select {
			case <-ended:
			default:
				t.Error("Serve has returned while a run goes on")
			}
		})
	}
}

func TestTheServerEndsWithTheEditorsProcess(t *testing.T) {
	t.Parallel()
	editor := exec.Command("sleep", "600")
	if err := editor.Start(); err != nil {
		t.Skipf("no process to stand for the editor: %v", err)
	}
	e := lsptest.Start(t, folder(t), deps(forever), lsptest.Options{ProcessID: editor.Process.Pid})
	e.Await(lsptest.RunReaches(e.Run("sol.py", ""), problem.Running))
	_ = editor.Process.Kill()
	_ = editor.Wait()
	if err := e.Ended(); err != nil {
		t.Errorf("Serve returned %v", err)
	}
}

func TestARunWorksOnTheTextOfItsMoment(t *testing.T) {
	t.Parallel()
	sources := make(chan string, 1)
	e := lsptest.Start(t, folder(t), deps(func(_ context.Context, job problem.Job, _ sandbox.Observer) (problem.Result, error) {
		p, _ := job.Program(problem.Tested)
		sources <- string(p.Source)
		return problem.Result{Verdict: problem.OK, State: problem.Done}, nil
	}), lsptest.Options{})
	e.OpenText("sol.py", "version 0")
	for i := range 200 {
		// The command lies between two edits, none of which is waited for.
		e.Replace("sol.py", `\d+`, fmt.Sprint(2*i+1))
		e.Frame(fmt.Sprintf(`{"jsonrpc":"2.0","id":"run%d","method":"workspace/executeCommand","params":{"command":%q,"arguments":[{"uri":%q}]}}`, i, command.Run, e.URI("sol.py")))
		e.Replace("sol.py", `\d+`, fmt.Sprint(2*i+2))
		// A run that was replaced before it began is never executed.
		if got, want := <-sources, fmt.Sprintf("version %d", 2*i+1); got != want {
			t.Fatalf("the run saw %q, want %q", got, want)
		}
	}
}

func TestASecondRunOfADocumentStopsTheFirst(t *testing.T) {
	t.Parallel()
	e := lsptest.Start(t, folder(t, "other.py"), deps(forever), lsptest.Options{})
	other, first := e.Run("other.py", ""), e.Run("sol.py", "")
	e.Await(lsptest.RunReaches(first, problem.Running), lsptest.RunReaches(other, problem.Running))
	second := e.Run("brute.py", "") // a helper means the program that it helps to test
	e.Await(lsptest.RunReaches(first, problem.Stopped), lsptest.RunReaches(second, problem.Running))
	var runs command.RunsResult
	if err := json.Unmarshal(e.MustExecute(command.Runs, "{}"), &runs); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range runs.Runs {
		got = append(got, fmt.Sprintf("%s %s %s", r.Run, filepath.Base(r.URI), r.State))
	}
	want := "3 sol.py running, 2 sol.py stopped, 1 other.py running"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got %s, want %s", s, want)
	}
}

func TestAnEditDuringARunMarksItsResult(t *testing.T) {
	t.Parallel()
	edited := make(chan struct{})
	e := lsptest.Start(t, folder(t), deps(func(ctx context.Context, job problem.Job, obs sandbox.Observer) (problem.Result, error) {
		obs.Progress(problem.Progress{State: problem.Running, Tests: 1})
		<-edited
		return wrong(ctx, job, obs)
	}), lsptest.Options{})
	e.Open("sol.py")
	e.Open("brute.py")
	run := e.Run("sol.py", "")
	e.Await(lsptest.RunReaches(run, problem.Running))
	e.Replace("sol.py", "^", "# a line above\n")
	e.MustExecute(command.Runs, "{}") // The edit has arrived.
	close(edited)
	uri := e.URI("sol.py")
	e.Await(lsptest.Diagnoses(uri, 2, "WA", `^\[outdated: sol.py changed since this run\] wrong answer on test 3`))

	// It follows its line, and the mark goes when the text is as it was.
	e.Replace("sol.py", "^", "# another\n")
	e.Await(lsptest.Diagnoses(uri, 3, "WA", `^\[outdated`))
	e.Replace("sol.py", "# another\n# a line above\n", "")
	e.Await(lsptest.Diagnoses(uri, 1, "WA", `^wrong answer`))
	e.Replace("brute.py", "print", "exit")
	e.Await(lsptest.Diagnoses(uri, 1, "WA", `^\[outdated: brute.py changed`))
	if v := e.State().Versions[uri]; v != 4 {
		t.Errorf("the diagnostics are for version %d, want 4", v)
	}
}

func TestTheLineAtFaultIsMarkedWhereverItIs(t *testing.T) {
	t.Parallel()
	e := lsptest.Start(t, folder(t), deps(func(ctx context.Context, job problem.Job, obs sandbox.Observer) (problem.Result, error) {
		result, err := wrong(ctx, job, obs)
		result.Failures[0].Location = &problem.Location{
			File: "lib.py", Line: 2, Note: "index out of range",
			Stack: []problem.Frame{{Function: "f", Line: 2}, {Function: "g", Line: 4}, {Function: "main"}},
		}
		return result, err
	}), lsptest.Options{InitializationOptions: `{"prompts":false}`})
	e.OpenText("lib.py", "def f():\n    return 1\ndef g():\n    f()\n")
	e.OpenText("sol.py", "import lib\nprint(lib.f())\n")
	e.Run("sol.py", `{"no_save":true}`)
	uri := e.URI("lib.py")
	at := lsptest.Diagnoses(uri, 2, "WA", "^wrong answer on test 3\nnote: index out of range\ninput: 1")
	e.Await(at, lsptest.Expectation{What: "its caller", Check: callerOnLine(uri, 4)})
	e.Replace("lib.py", `\z`, "# below\n")
	e.Replace("lib.py", `^def g`, "\n\ndef g") // between the two
	e.Await(lsptest.Expectation{What: "its caller moved", Check: callerOnLine(uri, 6)})
}

func callerOnLine(uri string, line uint32) func(lsptest.State) lsptest.Outcome {
	return func(s lsptest.State) lsptest.Outcome {
		for _, d := range s.Diagnostics[uri] {
			for _, r := range d.RelatedInformation {
				if r.Message == "called from g" && r.Location.Range.Start.Line+1 == line {
					return lsptest.Met
				}
			}
		}
		return lsptest.Unmet
	}
}

func TestNoSandboxIsToldWithItsRemedy(t *testing.T) {
	t.Parallel()
	e := lsptest.Start(t, folder(t), deps(func(context.Context, problem.Job, sandbox.Observer) (problem.Result, error) {
		return problem.Result{}, &sandbox.UnavailableError{What: "docker is not running", Remedy: "start it"}
	}), lsptest.Options{})
	run := e.Run("sol.py", "")
	e.Await(lsptest.RunReaches(run, problem.Failed), lsptest.Tells("docker is not running: start it"))
	if got := string(e.MustExecute(command.Stats, `{"run":"`+run+`"}`)); !strings.Contains(got, `"error":"docker is not running: start it"`) {
		t.Errorf("stats says %s", got)
	}
}

func TestAPanicInARunIsThatRunsFailure(t *testing.T) {
	t.Parallel()
	e := lsptest.Start(t, folder(t), deps(func(context.Context, problem.Job, sandbox.Observer) (problem.Result, error) { panic("boom") }), lsptest.Options{})
	e.Await(lsptest.RunReaches(e.Run("sol.py", ""), problem.Failed), lsptest.Tells("internal error: boom"))
}

func TestProgress(t *testing.T) {
	t.Parallel()
	flood := func(_ context.Context, _ problem.Job, obs sandbox.Observer) (problem.Result, error) {
		for i := range 5000 {
			obs.Progress(problem.Progress{State: problem.Running, Tests: i, Total: 10000, TestsPerSecond: 3120})
		}
		return problem.Result{Verdict: problem.OK, State: problem.Done, Tests: 10000, Message: "no difference found in 10000 tests"}, nil
	}
	t.Run("is reported seldom and ends with the result", func(t *testing.T) {
		t.Parallel()
		e := lsptest.Start(t, folder(t), deps(flood), lsptest.Options{})
		began := time.Now()
		token := "stresstester/run/" + e.Run("sol.py", "")
		state := e.Await(lsptest.ProgressEnds(token))
		values := state.Progress[token]
		first, last := values[0], values[len(values)-1]
		if first.Kind != "begin" || first.Title != "Stress test of sol.py" || !first.Cancellable {
			t.Errorf("it begins with %+v", first)
		}
		if last.Message != "no difference found in 10000 tests" {
			t.Errorf("it ends with %+v", last)
		}
		// Ten a second, the beginning, the end, and one for each state.
		if most := int(time.Since(began)/(100*time.Millisecond)) + 4; len(values) > most {
			t.Errorf("%d messages, want at most %d", len(values), most)
		}
	})
	t.Run("uses the client's token", func(t *testing.T) {
		t.Parallel()
		e := lsptest.Start(t, folder(t), deps(flood), lsptest.Options{Capabilities: lsptest.Plain})
		e.Call(protocol.MethodWorkspaceExecuteCommand,
			fmt.Sprintf(`{"command":%q,"workDoneToken":77,"arguments":[{"uri":%q}]}`, command.Run, e.URI("sol.py")), nil)
		if state := e.Await(lsptest.ProgressEnds("77")); len(state.Created) > 0 {
			t.Errorf("the server made tokens %v for a client that has none", state.Created)
		}
	})
	t.Run("is not sent to a client without it", func(t *testing.T) {
		t.Parallel()
		e := lsptest.Start(t, folder(t), deps(wrong), lsptest.Options{Capabilities: lsptest.Plain})
		e.Run("sol.py", "")
		state := e.Await(lsptest.Diagnoses(e.URI("sol.py"), 1, "WA", "wrong answer"))
		if len(state.Progress)+len(state.Created)+len(state.Runs)+len(state.Status)+len(state.Questions)+state.Refreshes > 0 {
			t.Errorf("a plain client was sent %+v", state)
		}
		if d := state.Diagnostics[e.URI("sol.py")][0]; len(d.RelatedInformation) > 0 {
			t.Errorf("it was sent related information: %+v", d)
		}
	})
}

func TestTheUserIsAskedOnceAndNotInTheWay(t *testing.T) {
	t.Parallel()
	t.Run("the answer is carried out", func(t *testing.T) {
		t.Parallel()
		e := lsptest.Start(t, folder(t), deps(wrong), lsptest.Options{
			Choose: func(_ string, titles []string) string { return titles[0] },
		})
		e.Run("sol.py", `{"no_save":true}`)
		e.Await(lsptest.Asks("sol.py: wrong answer on test 3"), lsptest.Shows("input.txt$"))
	})
	t.Run("a new run withdraws the question", func(t *testing.T) {
		t.Parallel()
		e := lsptest.Start(t, folder(t), deps(wrong), lsptest.Options{})
		e.Run("sol.py", `{"no_save":true}`)
		e.Await(lsptest.Asks("wrong answer"))
		e.Run("sol.py", `{"no_save":true}`)
		e.Await(lsptest.Expectation{What: "the question is withdrawn", Check: func(s lsptest.State) lsptest.Outcome {
			if s.Withdrawn == 1 {
				return lsptest.Met
			}
			return lsptest.Unmet
		}})
	})
	t.Run("a client may wish not to be asked", func(t *testing.T) {
		t.Parallel()
		e := lsptest.Start(t, folder(t), deps(wrong), lsptest.Options{InitializationOptions: `{"prompts":false}`})
		run := e.Run("sol.py", `{"no_save":true}`)
		e.Await(lsptest.RunEnds(run, problem.WA))
		if err := e.Shutdown(); err != nil {
			t.Fatal(err)
		}
		if asked := e.State().Questions; len(asked) > 0 {
			t.Errorf("it was asked %v", asked)
		}
	})
}

// started is a sandbox that can be started and watched, as the real one.
type started struct {
	lsptest.Scripted
	starts  chan struct{}
	changed chan struct{}
}

func (s started) Start() { s.starts <- struct{}{} }

func (s started) Watch() (sandbox.State, <-chan struct{}) {
	return sandbox.State{Phase: sandbox.Broken, Text: "no image: run stresstester image build"}, s.changed
}

func TestInitializeStartsTheSandboxAndShowsItsState(t *testing.T) {
	t.Parallel()
	sb := started{forever, make(chan struct{}, 1), make(chan struct{})}
	e := lsptest.Start(t, folder(t), lsp.Deps{Sandbox: sb}, lsptest.Options{})
	<-sb.starts
	state := e.Await(lsptest.Expectation{What: "a status", Check: func(s lsptest.State) lsptest.Outcome {
		if len(s.Status) > 0 {
			return lsptest.Met
		}
		return lsptest.Unmet
	}})
	want := command.StatusNotification{Health: "error", Phase: "broken", Message: "no image: run stresstester image build"}
	if state.Status[0] != want {
		t.Errorf("got %+v, want %+v", state.Status[0], want)
	}
}

func TestTemporaryCounterexamplesGoWithTheConnection(t *testing.T) {
	t.Parallel()
	e := lsptest.Start(t, folder(t), deps(wrong), lsptest.Options{InitializationOptions: `{"prompts":false}`})
	run := e.Run("sol.py", `{"no_save":true}`)
	e.Await(lsptest.RunEnds(run, problem.WA))
	var opened command.OpenCounterexampleResult
	if err := json.Unmarshal(e.MustExecute(command.OpenCounterexample, `{"run":"`+run+`","part":"actual"}`), &opened); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(opened.URI, "file://")
	if text, err := os.ReadFile(path); err != nil || string(text) != "3\n" {
		t.Errorf("%s is %q, %v", path, text, err)
	}
	if err := e.Shutdown(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Errorf("%s is still there", path)
	}
}

func TestDoctorReturnsWhatTheInstallationSays(t *testing.T) {
	t.Parallel()
	d := deps(forever)
	d.Doctor = func(context.Context) (any, error) {
		return []sandbox.Finding{{Name: "engine", OK: true, Detail: "Docker 28"}}, nil
	}
	e := lsptest.Start(t, folder(t), d, lsptest.Options{})
	if got := string(e.MustExecute(command.Doctor, "{}")); got != `[{"name":"engine","ok":true,"detail":"Docker 28"}]` {
		t.Errorf("got %s", got)
	}
}

func TestCodeLensesKeepOutOfOtherFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"lib.py": "x = 1\n", "prog.py": "import sys\n\ndef main():\n    pass\n", "notes.txt": "main(\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		wish, file string
		lenses     bool
	}{
		{"auto", "lib.py", false}, {"auto", "prog.py", true}, {"auto", "notes.txt", false},
		{"always", "lib.py", true}, {"off", "prog.py", false},
	} {
		t.Run(tt.wish+" in "+tt.file, func(t *testing.T) {
			t.Parallel()
			e := lsptest.Start(t, dir, deps(forever), lsptest.Options{InitializationOptions: `{"codeLens":"` + tt.wish + `"}`})
			e.Open(tt.file)
			var lenses []protocol.CodeLens
			e.Call(protocol.MethodTextDocumentCodeLens, fmt.Sprintf(`{"textDocument":{"uri":%q}}`, e.URI(tt.file)), &lenses)
			if (len(lenses) > 0) != tt.lenses {
				t.Errorf("got %d lenses", len(lenses))
			}
		})
	}
}
