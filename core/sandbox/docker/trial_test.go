package docker

import (
	"strings"
	"testing"

	"github.com/docker/docker/api/types/system"

	"stresstester/core/problem"
)

func TestTrialsAreJudged(t *testing.T) {
	t.Parallel()
	endless := trials[1]
	for name, test := range map[string]struct {
		result problem.Result
		want   string // part of what is said; empty for nothing
	}{
		"as it should end": {problem.Result{Verdict: problem.TLE, State: problem.Done}, ""},
		"another verdict":  {problem.Result{Verdict: problem.MLE, State: problem.Done, Message: "why"}, "ended in MLE instead of TLE: why"},
		"a program that does not start": {problem.Result{Verdict: problem.CE, State: problem.Done, Message: "CE",
			Compilations: []problem.Compilation{{OK: true}, {Message: "operation not permitted"}}}, "operation not permitted"},
		"not at all": {problem.Result{Verdict: problem.OK, State: problem.Stopped}, "was not ended within"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := endless.judge(&test.result)
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestLimitsThatAnEngineLacksAreTold(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		info system.Info
		want string
	}{
		"none":                         {system.Info{MemoryLimit: true, PidsLimit: true}, "can limit memory and processes"},
		"one":                          {system.Info{MemoryLimit: true}, "cannot limit the processes of the sandbox as a whole"},
		"those of rootless engines":    {system.Info{SecurityOptions: []string{"name=rootless"}}, "cgroups v2"},
		"those of an engine with root": {system.Info{}, "cannot limit the memory and processes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := engine{info: test.info}
			f := e.limits()
			if !f.OK || f.Remedy != "" || !strings.Contains(f.Detail, test.want) {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestNotesOfADriverBecomeFindings(t *testing.T) {
	t.Parallel()
	notes := []string{"one\nline", strings.Repeat("x", 10_000)}
	for range 100 {
		notes = append(notes, "more")
	}
	findings := weaker(notes)
	if len(findings) > 10 || findings[0].Detail != "one line" || !findings[0].OK || len(findings[1].Detail) > 1000 {
		t.Errorf("got %d findings, first %+v", len(findings), findings[0])
	}
	if weaker(nil) != nil {
		t.Error("there are findings without notes")
	}
}
