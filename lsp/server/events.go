package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/lsp/command"
	"stresstester/lsp/runs"
)

// runChanged is told everything that happens in a run and passes it on: to the
// diagnostics, to the progress bar, and to clients that asked for more.
func (s *Server) runChanged(run *runs.Run, event runs.Event) {
	switch event {
	case runs.Started:
		s.prompts.withdraw(run.URI())
		s.board.begin(run)
		s.client.refreshLenses()
	case runs.Compiled, runs.Found:
		s.board.show(run, s.report(run))
	case runs.Warned:
		warnings := run.Status().Warnings
		s.client.logMessage(protocol.MessageTypeWarning, shortName(run.URI())+": "+warnings[len(warnings)-1])
	case runs.Ended:
		s.runEnded(run)
	case runs.Progressed:
		s.lenses.progressed(s.client)
	}
	s.progress.update(run, event == runs.Ended)
	s.notifyRun(run, event)
}

func (s *Server) runEnded(run *runs.Run) {
	s.board.show(run, s.report(run))
	s.board.forget(run)
	s.cases.forget(func(r *runs.Run) bool { _, ok := s.runs.Get(r.ID()); return ok })
	s.client.refreshLenses()
	status := run.Status()
	if status.Err != nil {
		s.log.Warn("a run failed", zap.String("run", run.ID()), zap.Error(status.Err))
		s.client.message(protocol.MessageTypeError, "Stress Tester: "+status.Err.Error())
		return
	}
	result := status.Result
	s.recordRun(run, result)
	switch {
	case result == nil:
	case result.Verdict.Divergence():
		s.prompt(run, result)
	case result.Verdict == problem.OK && result.State == problem.Done && !s.client.Run && run.Trigger() == "":
		// Nothing else tells the user of such a client that all went well.
		s.client.message(protocol.MessageTypeInfo, fmt.Sprintf("%s: %s", shortName(run.URI()), result.Message))
	}
}

// lensClock keeps code lenses that show a run's counters from being asked for more
// than once a second.
type lensClock struct {
	mu   sync.Mutex
	last time.Time
}

func (l *lensClock) progressed(c *client) {
	l.mu.Lock()
	due := time.Since(l.last) >= time.Second
	if due {
		l.last = time.Now()
	}
	l.mu.Unlock()
	if due {
		c.refreshLenses()
	}
}

// runInfo is a run's standing as clients see it.
func (s *Server) runInfo(run *runs.Run) command.RunInfo {
	status := run.Status()
	info := command.RunInfo{
		Run:            run.ID(),
		URI:            run.URI(),
		State:          status.State(),
		Verdict:        status.Verdict(),
		Tests:          status.Progress.Tests,
		TestsPerSecond: status.Progress.TestsPerSecond,
		Total:          status.Progress.Total,
		Seconds:        status.Progress.Seconds,
		Message:        status.Progress.Message,
		Outdated:       s.board.outdated(run),
		Editor:         run.Editor(),
		Trigger:        run.Trigger(),
	}
	switch result := status.Result; {
	case status.Err != nil:
		info.Message = status.Err.Error()
	case result != nil:
		info.Tests, info.TestsPerSecond, info.Seconds, info.Message = result.Tests, result.TestsPerSecond, result.Seconds, result.Message
	case info.Message == "" && info.State == problem.Compiling:
		info.Message = s.sandboxText()
	}
	return info
}

func (s *Server) stats(run *runs.Run) command.StatsResult {
	status := run.Status()
	result := command.StatsResult{RunInfo: s.runInfo(run), Progress: status.Progress, Result: leanResult(status.Result)}
	if status.Err != nil {
		result.Error = status.Err.Error()
	}
	return result
}

// longestText is how much of one text goes to a client, in bytes. An editor that
// is sent a program's endless output freezes.
const longestText = 256 << 10

// leanResult is a copy without the rest of overlong texts; nil stays nil.
func leanResult(result *problem.Result) *problem.Result {
	if result == nil {
		return nil
	}
	r := *result
	r.Counterexample = leanCounterexample(r.Counterexample)
	r.Failures = make([]problem.Failure, len(result.Failures))
	for i, f := range result.Failures {
		r.Failures[i] = lean(f)
	}
	return &r
}

func lean(f problem.Failure) problem.Failure {
	f.Counterexample = leanCounterexample(f.Counterexample)
	return f
}

func leanCounterexample(c *problem.Counterexample) *problem.Counterexample {
	if c == nil {
		return nil
	}
	l := *c
	for _, text := range []*problem.Text{&l.Input, &l.Expected, &l.Actual, &l.Stderr, &l.OriginalInput, &l.Transcript} {
		if len(*text) > longestText {
			*text = append(problem.Text{}, (*text)[:longestText]...)
			*text = problem.Text(strings.ToValidUTF8(text.String(), "\ufffd"))
		}
	}
	return &l
}

// notifyRun sends stresstester/run. Mere counters replace older ones that are not
// sent yet; what matters is never left out.
func (s *Server) notifyRun(run *runs.Run, event runs.Event) {
	if !s.client.Run {
		return
	}
	status := run.Status()
	n := command.RunNotification{RunInfo: s.runInfo(run), Seed: status.Progress.Seed, Failures: status.Progress.Failures}
	key := ""
	switch event {
	case runs.Progressed:
		key = "run " + run.ID()
	case runs.Compiled:
		last := status.Compilations[len(status.Compilations)-1]
		n.Compilation = &last
	case runs.Found:
		n.Failure = ptr(lean(*status.Failure))
	case runs.Warned:
		n.Warning = status.Warnings[len(status.Warnings)-1]
	case runs.Ended:
		stats := s.stats(run)
		n.Result, n.Error = stats.Result, stats.Error
	case runs.Started:
	}
	s.client.tellJSON(key, command.NotifyRun, n)
}

// watched is what a sandbox may be able to do: tell how it stands.
type watched interface {
	Watch() (sandbox.State, <-chan struct{})
}

// sandboxText says what a run waits for while the sandbox is not ready.
func (s *Server) sandboxText() string {
	w, ok := s.deps.Sandbox.(watched)
	if !ok {
		return ""
	}
	if state, _ := w.Watch(); state.Phase == sandbox.Starting {
		return state.Text
	}
	return ""
}

// watchSandbox passes the sandbox's standing on for as long as the connection
// lives: to the progress of runs that wait for it and as stresstester/status.
func (s *Server) watchSandbox() {
	w, ok := s.deps.Sandbox.(watched)
	if !ok {
		return
	}
	s.conn.Go("watching the sandbox", func(ctx context.Context) {
		for {
			state, changed := w.Watch()
			s.sandboxChanged(state)
			select {
			case <-ctx.Done():
				return
			case <-changed:
			}
		}
	})
}

func (s *Server) sandboxChanged(state sandbox.State) {
	if s.client.Status {
		s.client.tellJSON("status", command.NotifyStatus, s.statusOf(state))
	}
	for _, run := range s.runs.All() {
		if !run.Status().State().Final() {
			s.progress.update(run, false)
		}
	}
}

func (s *Server) statusOf(state sandbox.State) command.StatusNotification {
	n := command.StatusNotification{Health: "ok", Phase: string(state.Phase), Message: state.Text, Shared: s.deps.Shared}
	if s.deps.CompanionStatus != nil {
		n.Companion = s.deps.CompanionStatus()
	}
	switch state.Phase {
	case sandbox.Broken:
		n.Health = "error"
	case sandbox.Closed:
		n.Health = "warning"
	case sandbox.Idle, sandbox.Starting, sandbox.Ready, sandbox.Busy:
	}
	return n
}

// prompts are the questions to the user that are not answered yet: at most one
// for each tested document.
type prompts struct {
	mu   sync.Mutex
	open map[string]*question
}

// question is one that the user has not answered yet.
type question struct {
	cancel context.CancelFunc
}

// begin makes room for a question, unless one is open. The returned function ends
// it, and no other about the same document.
func (p *prompts) begin(ctx context.Context, uri string) (_ context.Context, end func(), ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.open) > 0 {
		return nil, nil, false // One at a time is enough, whichever document it is about.
	}
	ctx, cancel := context.WithCancel(ctx)
	own := &question{cancel}
	p.open = map[string]*question{uri: own}
	return ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		cancel()
		if p.open[uri] == own {
			delete(p.open, uri)
		}
	}, true
}

// withdraw takes back the question about a document, which a new run makes moot.
func (p *prompts) withdraw(uri string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if q, ok := p.open[uri]; ok {
		q.cancel()
		delete(p.open, uri)
	}
}

// The answers that the user can give.
const (
	answerOpen  = "Open counterexample"
	answerDiff  = "Open difference"
	answerRerun = "Run again"
)

// prompt asks the user what to do about a counterexample, when a run of generated
// tests found it.
func (s *Server) prompt(run *runs.Run, result *problem.Result) {
	if !s.client.asks() || run.Request().Input != nil || run.Trigger() != "" {
		return
	}
	s.conn.Go("asking the user", func(ctx context.Context) {
		ctx, end, ok := s.prompts.begin(ctx, run.URI())
		if !ok {
			return
		}
		defer end()
		text := fmt.Sprintf("%s: %s", shortName(run.URI()), result.Message)
		var err error
		switch s.client.choose(ctx, protocol.MessageTypeWarning, text, answerOpen, answerDiff, answerRerun) {
		case answerOpen:
			_, err = s.openCounterexample(ctx, run, 0, partInput)
		case answerDiff:
			_, err = s.openDifference(ctx, run, 0)
		case answerRerun:
			_, err = s.again(run, nil)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			s.client.message(protocol.MessageTypeError, "Stress Tester: "+err.Error())
		}
	})
}
