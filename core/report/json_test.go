package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"stresstester/core/problem"
	"stresstester/core/report"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	j := report.NewJSON(&out)
	j.Status("starting the sandbox")
	j.Compiled(problem.Compilation{Role: problem.Tested, OK: true, Output: problem.Text("w"), Seconds: 0.5,
		Diagnostics: []problem.Diagnostic{{Path: "/p/sol.cpp", Line: 3, Column: 1, Severity: "warning", Message: "unused <T>"}}})
	j.Warning("careful & <slow>")
	j.Progress(problem.Progress{State: problem.Running, Tests: 5, Total: 10, Seconds: 0.25, TestsPerSecond: 20, Seed: 5})
	r := wrongAnswer(problem.CompareTokens, "1\n", "1\n", "\xff\n")
	j.Found(r.Failures[0])
	j.Result(r)
	j.Result(problem.Result{Verdict: problem.OK, Tests: 3, Seed: 1, State: problem.Done})
	j.Error(errors.New("docker is not running: start it"), 3)
	if err := j.Err(); err != nil {
		t.Fatal(err)
	}
	golden(t, "events.jsonl", out.String())
}

// contract is the last line of the command line's contract, with every field.
const contract = `{"event":"result","verdict":"WA","tests":137,"seconds":0.81,"tests_per_second":3120.5,"seed":1,"test_number":137,"flaky":false,
 "counterexample":{"input":"…","expected":"…","actual":"…","stderr":"…","exit_code":0,"signal":"","original_input":"…","oracle_runs":41,"saved_as":".stresstester/sol/wa-1.in"},
 "location":{"file":"sol.cpp","line":14,"column":9,"token_index":0,"expected_token":"5","actual_token":"4","stack":[{"function":"solve","line":14},{"function":"main","line":22}]},
 "failures":[],"message":"…"}`

func TestTheResultHasEveryFieldOfTheContract(t *testing.T) {
	t.Parallel()
	r := wrongAnswer(problem.CompareTokens, "1\n", "1\n", "2\n")
	r.Location = &problem.Location{File: "sol.cpp", Line: 1, Stack: []problem.Frame{{Function: "main", Line: 1}}}
	empty := problem.Result{Verdict: problem.OK}
	for _, result := range []problem.Result{r, empty} {
		var out bytes.Buffer
		report.NewJSON(&out).Result(result)
		var want, got map[string]any
		if err := errors.Join(json.Unmarshal([]byte(contract), &want), json.Unmarshal(out.Bytes(), &got)); err != nil {
			t.Fatal(err)
		}
		if strings.Count(out.String(), "\n") != 1 {
			t.Errorf("not one line: %q", out.String())
		}
		missing(t, "", want, got, result.Verdict == problem.OK)
	}
}

// missing reports the fields of want that got lacks; objects may be null.
func missing(t *testing.T, path string, want, got map[string]any, nullable bool) {
	t.Helper()
	for key, value := range want {
		have, ok := got[key]
		if !ok {
			t.Errorf("%s%s is missing", path, key)
			continue
		}
		sub, isObject := value.(map[string]any)
		if !isObject || have == nil && nullable {
			continue
		}
		haveObject, ok := have.(map[string]any)
		if !ok {
			t.Errorf("%s%s is no object: %v", path, key, have)
			continue
		}
		missing(t, path+key+".", sub, haveObject, nullable)
	}
}

func TestABrokenWriterIsKept(t *testing.T) {
	t.Parallel()
	j := report.NewJSON(brokenWriter{})
	j.Warning("x")
	if !errors.Is(j.Err(), errBroken) {
		t.Errorf("got %v", j.Err())
	}
}
