package docker

import (
	"context"
	"fmt"
	"strings"
	"time"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
)

// trial is a program that is run to see whether this engine, runtime and image run
// programs at all, and hold them to their limits. It is the shell's, so that it need
// not be compiled.
type trial struct {
	does   string // for people, after "a program that"
	script string
	want   problem.Verdict
	cpu    time.Duration // its limit
}

var trials = []trial{
	{"prints what it reads", "read x; echo $x\n", problem.OK, 5 * time.Second},
	{"never ends", "while :; do :; done\n", problem.TLE, 200 * time.Millisecond},
	// Memory takes time, under gVisor a hundred times what it usually takes.
	{"takes all the memory it gets", "x=xxxxxxxx; while :; do x=$x$x; done\n", problem.MLE, 5 * time.Second},
}

const (
	// trialTime bounds one trial. It takes a tenth of a second, on a busy machine ten
	// seconds.
	trialTime = 90 * time.Second
	// trialMemory is the limit of the programs that are tried: above what a shell needs.
	trialMemory = 32 << 20
)

// job is the trial's program against one that prints what it reads.
func (t trial) job() problem.Job {
	program := func(role problem.Role, script string) problem.Program {
		name := string(role) + ".sh"
		return problem.Program{Role: role, Name: name, Path: name, Source: []byte(script), Recipe: problem.Recipe{
			Language: "sh", SourceName: name, Run: []string{"/bin/sh", "{dir}/" + name}}}
	}
	limits := problem.Limits{Time: t.cpu, Memory: trialMemory}
	return problem.Job{
		Programs: []problem.Program{program(problem.Tested, t.script), program(problem.Brute, trials[0].script),
			program(problem.Generator, "echo $1\n")},
		Options: problem.Options{Tests: 1, Seed: 1, Jobs: 1, NoShrink: true, NoExplain: true, NoSave: true, FreshExec: true,
			Limits: map[problem.Role]problem.Limits{problem.Tested: limits}},
	}
}

// judge says what is wrong with the trial's result; empty if nothing is.
func (t trial) judge(r *problem.Result) string {
	if r.Verdict == t.want && r.State != problem.Stopped {
		return ""
	}
	text := fmt.Sprintf("a program that %s ended in %s instead of %s", t.does, r.Verdict, t.want)
	if r.State == problem.Stopped {
		text = fmt.Sprintf("a program that %s was not ended within %v", t.does, trialTime)
	}
	why := r.Message
	for _, c := range r.Compilations {
		if !c.OK && c.Message != "" {
			why = c.Message
		}
	}
	if why != "" {
		text += ": " + why
	}
	return text
}

// tryPrograms runs the trials in a sandbox. That it has started says little: a runtime
// may refuse what it takes to start a program.
func tryPrograms(ctx context.Context, session *sandbox.Session, runtime string) sandbox.Finding {
	bad := sandbox.Finding{Name: "programs", Remedy: "build the image anew (`stresstester image build`), or use another engine: docs/security.md tells which were tried"}
	if runtime != "" {
		bad.Remedy = "use another release of " + runtime + ", or leave out --runtime: docs/security.md tells which were tried"
	}
	began := time.Now()
	for _, t := range trials {
		within, cancel := context.WithTimeout(ctx, trialTime)
		result, err := session.Run(within, t.job(), sandbox.Observer{})
		cancel()
		if err != nil {
			bad.Detail = fmt.Sprintf("a program that %s: %v", t.does, err)
			return bad
		}
		if bad.Detail = t.judge(&result); bad.Detail != "" {
			return bad
		}
	}
	return sandbox.Finding{Name: "programs", OK: true, Detail: fmt.Sprintf(
		"are run, and ended at their limits of time and memory (%d of them in %d ms)", len(trials), time.Since(began).Milliseconds())}
}

// weaker are findings about limits that this engine or kernel does not enforce as
// usual, in the driver's words.
func weaker(notes []string) []sandbox.Finding {
	const most = 8
	var findings []sandbox.Finding
	for _, note := range notes[:min(len(notes), most)] {
		findings = append(findings, sandbox.Finding{Name: "limits", OK: true, Detail: oneLine(strings.ToValidUTF8(note, "\uFFFD"))})
	}
	return findings
}
