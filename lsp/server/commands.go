package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/lsp/command"
	"stresstester/lsp/document"
	"stresstester/lsp/rpc"
	"stresstester/lsp/runs"
)

type executeCommandParams struct {
	Command       string                 `json:"command"`
	Arguments     []protocol.LSPAny      `json:"arguments"`
	WorkDoneToken protocol.ProgressToken `json:"workDoneToken"`
}

// executeCommand takes the texts as they are at this point of the conversation
// and lets later messages pass as soon as the command's place among them no
// longer matters.
func (s *Server) executeCommand(ctx context.Context, p *executeCommandParams, release func()) (rpc.Raw, error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	s.attention.note()
	c := &commands{s: s, view: s.docs.View(), token: p.WorkDoneToken, release: release}
	switch p.Command {
	case command.Run, command.Shrink, command.Stop:
		// They release when they know which run they are, or stop.
	default:
		release()
	}
	arguments := make([][]byte, len(p.Arguments))
	for i, a := range p.Arguments {
		arguments[i] = a
	}
	result, err := command.Dispatch(ctx, c, p.Command, arguments)
	switch {
	case errors.Is(err, command.ErrParams):
		return nil, fmt.Errorf("%w: %w", jsonrpc2.ErrInvalidParams, err)
	case errors.Is(err, command.ErrUnknown):
		return nil, fmt.Errorf("%w: %w", jsonrpc2.ErrMethodNotFound, err)
	}
	return rpc.Raw(result), err
}

// commands carries out one command: command.Handlers.
type commands struct {
	s       *Server
	view    *document.View
	token   protocol.ProgressToken
	release func()
}

var _ command.Handlers = (*commands)(nil)

// files is the disk with the texts of the moment the command was given.
func (c *commands) files() *document.Overlay { return document.NewOverlay(c.view, c.s.disk) }

// launch is what to run.
type launch struct {
	uri     string
	options command.Options
	// input, when set, is found out once the problem is known.
	input func(*room.Room) (*problem.Test, error)
	// change adjusts the options that nothing was said about.
	change func(*problem.Options)
	// trigger says what started it, where that was no command.
	trigger string
}

// start begins a run. Its place among edits and other runs is that of the
// command.
func (c *commands) start(ctx context.Context, l launch) (command.RunResult, error) {
	uri := document.Canonical(l.uri)
	run, files := c.s.newRun(uri)
	c.release()
	tested, request, err := c.request(uri, l, files)
	if err != nil {
		c.s.discard(run)
		return command.RunResult{}, err
	}
	rpc.AfterAnswer(ctx, func() {
		c.s.progress.begin(run, c.token)
		run.Start(tested, request)
	})
	return command.RunResult{Run: run.ID()}, nil
}

// request works out what to run.
func (c *commands) request(uri string, l launch, files *document.Overlay) (tested string, request runs.Request, err error) {
	if l.uri == "" {
		return "", request, fmt.Errorf(`%w: "uri" is missing: the document to test`, command.ErrParams)
	}
	at, err := c.s.locate(files, uri)
	if err != nil {
		return "", request, err
	}
	r := at.room
	if explicit := l.options.Roles(); len(explicit) > 0 {
		for role, name := range explicit {
			if name != "" && !filepath.IsAbs(name) {
				explicit[role] = filepath.Join(r.Dir, filepath.FromSlash(name))
			}
		}
		if r, err = room.Open(files, r.Tested, explicit); err != nil {
			return "", request, err
		}
	}
	options := r.Options
	if l.change != nil {
		l.change(&options)
	}
	if options, err = l.options.Apply(options); err != nil {
		return "", request, fmt.Errorf("%w: option %w", command.ErrParams, err)
	}
	request = runs.Request{Room: r, Files: files, Options: options, Trigger: l.trigger}
	if l.input != nil {
		if request.Input, err = l.input(r); err != nil {
			return "", request, err
		}
	}
	return c.s.uriOf(r.Tested), request, nil
}

// Run implements command.Handlers.
func (c *commands) Run(ctx context.Context, p command.RunParams) (command.RunResult, error) {
	l := launch{uri: p.URI, options: p.Options}
	if p.Input != nil || p.Test != "" || p.Run != "" {
		l.input = c.input(p.URI, p.Input, p.Test, p.Run, p.Failure)
		l.change = func(o *problem.Options) { o.NoShrink = true }
	}
	return c.start(ctx, l)
}

// Shrink implements command.Handlers.
func (c *commands) Shrink(ctx context.Context, p command.ShrinkParams) (command.RunResult, error) {
	return c.start(ctx, launch{
		uri: p.URI, options: p.Options,
		input:  c.input(p.URI, p.Input, p.Test, p.Run, p.Failure),
		change: func(o *problem.Options) { o.NoShrink = false },
	})
}

// input finds the one input to run: given itself, a saved test's, or a
// counterexample's.
func (c *commands) input(uri string, text *string, test, run string, failure int) func(*room.Room) (*problem.Test, error) {
	return func(r *room.Room) (*problem.Test, error) {
		switch {
		case text != nil:
			return &problem.Test{Name: "input", Input: []byte(*text)}, nil
		case test != "":
			return savedTest(r, c.files(), test)
		}
		from, err := c.failed(uri, run)
		if err != nil {
			return nil, err
		}
		f, err := failureOf(from, failure)
		if err != nil {
			return nil, err
		}
		name, saved := savedAs(r, f.Counterexample.SavedAs)
		if !saved {
			name = "counterexample of run " + from.ID()
		}
		return &problem.Test{Name: name, Input: f.Counterexample.Input}, nil
	}
}

func savedTest(r *room.Room, files room.Files, name string) (*problem.Test, error) {
	tests, _, err := r.Store().List(files)
	if err != nil {
		return nil, err
	}
	for _, t := range tests {
		if t.Name == name {
			return &t, nil
		}
	}
	return nil, fmt.Errorf("there is no saved test %q in %s", name, r.Store().Dir())
}

// failed is the run of that id, or else the document's last one that has a
// counterexample.
func (c *commands) failed(uri, id string) (*runs.Run, error) {
	if id != "" {
		return c.run(id)
	}
	run, ok := c.s.lastRun(document.Canonical(uri), func(r *runs.Run) bool {
		return slices.ContainsFunc(r.Status().Failures(), func(f problem.Failure) bool { return f.Counterexample != nil })
	})
	if !ok {
		return nil, fmt.Errorf("there is no counterexample for %s yet: run a stress test first", shortName(uri))
	}
	return run, nil
}

func (c *commands) run(id string) (*runs.Run, error) {
	run, ok := c.s.runs.Get(id)
	if !ok {
		return nil, fmt.Errorf("run %q: %w", id, runs.ErrNotFound)
	}
	return run, nil
}

// newRun makes a run and takes the texts that it is to work on, in one moment:
// from then on its marks follow what is edited.
func (s *Server) newRun(asked string) (*runs.Run, *document.Overlay) {
	s.texts.Lock()
	defer s.texts.Unlock()
	run := s.runs.New(asked)
	s.board.expect(run)
	return run, document.NewOverlay(s.docs.View(), s.disk)
}

// discard forgets a run that cannot be started.
func (s *Server) discard(run *runs.Run) {
	run.Discard()
	s.board.forget(run)
}

// again repeats a run, on the texts as they are now. change may be nil.
func (s *Server) again(run *runs.Run, change func(*runs.Request)) (id string, err error) {
	request := run.Request()
	next, files := s.newRun(run.URI())
	r, err := room.Open(files, request.Room.Tested, maps.Clone(request.Room.Roles))
	if err != nil {
		s.discard(next)
		return "", err
	}
	s.progress.begin(next, nil)
	repeated := runs.Request{Room: r, Files: files, Options: request.Options, Input: request.Input}
	if change != nil {
		change(&repeated)
	}
	next.Start(run.URI(), repeated)
	return next.ID(), nil
}

// Stop implements command.Handlers.
func (c *commands) Stop(_ context.Context, p command.StopParams) (command.StopResult, error) {
	uri := document.Canonical(p.URI)
	var stopped []*runs.Run
	if p.Run == "" {
		stopped = c.s.runs.Stop(func(r *runs.Run) bool { return concerns(r, uri) })
	} else {
		if _, err := c.run(p.Run); err != nil {
			return command.StopResult{}, err
		}
		stopped = c.s.runs.StopEverywhere(func(r *runs.Run) bool { return r.ID() == p.Run })
	}
	result := command.StopResult{Stopped: []string{}}
	for _, r := range stopped {
		result.Stopped = append(result.Stopped, r.ID())
	}
	return result, nil
}

// concerns reports whether the document plays a part in the run; every run
// concerns the empty URI.
func concerns(r *runs.Run, uri string) bool {
	if uri == "" || r.URI() == uri {
		return true
	}
	path, ran := document.PathOf(uri), r.Request().Room
	if ran == nil || path == "" {
		return false
	}
	_, plays := roleIn(ran, path)
	return plays
}

// Runs implements command.Handlers.
func (c *commands) Runs(_ context.Context, p command.RunsParams) (command.RunsResult, error) {
	uri := ""
	if p.URI != "" {
		uri = document.Canonical(p.URI)
	}
	result := command.RunsResult{Runs: []command.RunInfo{}}
	for _, r := range c.s.runs.Everywhere() {
		if concerns(r, uri) {
			result.Runs = append(result.Runs, c.s.runInfo(r))
		}
	}
	return result, nil
}

// Stats implements command.Handlers.
func (c *commands) Stats(_ context.Context, p command.StatsParams) (command.StatsResult, error) {
	if p.Run != "" {
		run, err := c.run(p.Run)
		if err != nil {
			return command.StatsResult{}, err
		}
		return c.s.stats(run), nil
	}
	run, ok := c.s.lastRun(document.Canonical(p.URI), nil)
	if !ok {
		return command.StatsResult{}, fmt.Errorf("%s was not run yet: %w", shortName(p.URI), runs.ErrNotFound)
	}
	return c.s.stats(run), nil
}

// Room implements command.Handlers.
func (c *commands) Room(_ context.Context, p command.RoomParams) (command.RoomResult, error) {
	files := c.files()
	at, err := c.s.locate(files, document.Canonical(p.URI))
	if err != nil {
		return command.RoomResult{}, err
	}
	r := at.room
	result := command.RoomResult{
		Name: r.Name, Role: at.role, Tested: c.s.uriOf(r.Tested), Dir: c.s.uriOf(r.Dir),
		Roles:   map[problem.Role]string{},
		Missing: append([]problem.Role{}, r.Missing()...),
		Config:  c.s.uriOf(r.ConfigPath), Tests: []command.SavedTest{},
		Warnings: append([]string{}, r.Warnings...),
	}
	_, result.Watched = c.s.watches.get(result.Tested)
	for role, path := range r.Roles {
		result.Roles[role] = c.s.uriOf(path)
	}
	names, err := r.Store().Names(files)
	if err != nil {
		return command.RoomResult{}, err
	}
	for _, name := range names {
		result.Tests = append(result.Tests, c.saved(r, name))
	}
	return result, nil
}

// saved describes a saved test.
func (c *commands) saved(r *room.Room, name string) command.SavedTest {
	t := command.SavedTest{Name: name, Input: c.s.uriOf(r.Store().InputPath(name))}
	if _, err := c.s.disk.ReadFile(r.Store().AnswerPath(name)); err == nil {
		t.Answer = c.s.uriOf(r.Store().AnswerPath(name))
	}
	return t
}

// OpenCounterexample implements command.Handlers.
func (c *commands) OpenCounterexample(ctx context.Context, p command.OpenCounterexampleParams) (command.OpenCounterexampleResult, error) {
	run, err := c.failed(p.URI, p.Run)
	if err != nil {
		return command.OpenCounterexampleResult{}, err
	}
	return c.s.openCounterexample(ctx, run, p.Failure, string(p.Part))
}

// openCounterexample shows a part of a counterexample, or tells where it is.
func (s *Server) openCounterexample(ctx context.Context, run *runs.Run, failure int, part string) (command.OpenCounterexampleResult, error) {
	var result command.OpenCounterexampleResult
	path, err := s.cases.file(run, failure, part)
	if err != nil {
		return result, err
	}
	result.URI = s.uriOf(path)
	documents, err := s.documentsOf(run, failure)
	if err != nil {
		return result, err
	}
	result.Input, result.Expected, result.Actual = documents[partInput], documents[partExpected], documents[partActual]
	result.Shown = s.client.show(ctx, result.URI)
	if !result.Shown {
		s.client.message(protocol.MessageTypeInfo, "The counterexample is in "+path)
	}
	return result, nil
}

// SaveTest implements command.Handlers.
func (c *commands) SaveTest(_ context.Context, p command.SaveTestParams) (command.SaveTestResult, error) {
	at, err := c.s.locate(c.files(), document.Canonical(p.URI))
	if err != nil {
		return command.SaveTestResult{}, err
	}
	t, err := c.testOf(p)
	if err != nil {
		return command.SaveTestResult{}, err
	}
	name, err := at.room.Store().Save(t.Name, t.Input, t.Answer, t.HasAnswer)
	if err != nil {
		return command.SaveTestResult{}, err
	}
	c.s.client.refreshLenses()
	return command.SaveTestResult{SavedTest: c.saved(at.room, name)}, nil
}

// testOf is the test to save; its name says what kind of test it is.
func (c *commands) testOf(p command.SaveTestParams) (problem.Test, error) {
	if p.Input != nil {
		t := problem.Test{Name: "test", Input: []byte(*p.Input)}
		if p.Answer != nil {
			t.Answer, t.HasAnswer = []byte(*p.Answer), true
		}
		return t, nil
	}
	run, err := c.failed(p.URI, p.Run)
	if err != nil {
		return problem.Test{}, err
	}
	f, err := failureOf(run, p.Failure)
	if err != nil {
		return problem.Test{}, err
	}
	t := problem.Test{Name: testKind(f.Verdict), Input: f.Counterexample.Input}
	t.Answer, t.HasAnswer = answerOf(run, f)
	return t, nil
}

// DeleteTest implements command.Handlers.
func (c *commands) DeleteTest(_ context.Context, p command.DeleteTestParams) (command.DeleteTestResult, error) {
	at, err := c.s.locate(c.files(), document.Canonical(p.URI))
	if err != nil {
		return command.DeleteTestResult{}, err
	}
	trashed, err := at.room.Store().Delete(p.Test)
	if err != nil {
		return command.DeleteTestResult{}, err
	}
	c.s.client.refreshLenses()
	return command.DeleteTestResult{Test: p.Test, Trashed: trashed}, nil
}

// Doctor implements command.Handlers.
func (c *commands) Doctor(ctx context.Context, _ command.DoctorParams) (command.DoctorResult, error) {
	if c.s.deps.Doctor == nil {
		return nil, errors.New("this server has nothing to check; run stresstester doctor in a terminal")
	}
	return c.s.deps.Doctor(ctx)
}
