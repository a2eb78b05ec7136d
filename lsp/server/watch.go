package server

import (
	"context"
	"slices"
	"sync"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"stresstester/core/room"
	"stresstester/lsp/command"
	"stresstester/lsp/document"
)

// triggerSave is the trigger of a run that a save started.
const triggerSave = "save"

// watches are the problems whose stress test runs at every save, with the options
// that they run with, by the tested document.
type watches struct {
	mu sync.Mutex
	on map[string]command.Options
}

func (w *watches) set(tested string, on bool, options command.Options) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.on == nil {
		w.on = map[string]command.Options{}
	}
	if on {
		w.on[tested] = options
	} else {
		delete(w.on, tested)
	}
}

func (w *watches) get(tested string) (command.Options, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	options, on := w.on[tested]
	return options, on
}

func (w *watches) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for tested := range w.on {
		all = append(all, tested)
	}
	slices.Sort(all)
	return all
}

// Watch implements command.Handlers.
func (c *commands) Watch(_ context.Context, p command.WatchParams) (command.WatchResult, error) {
	at, err := c.s.locate(c.files(), document.Canonical(p.URI))
	if err != nil {
		return command.WatchResult{}, err
	}
	tested := c.s.uriOf(at.room.Tested)
	_, on := c.s.watches.get(tested)
	on = !on
	if p.On != nil {
		on = *p.On
	}
	c.s.watches.set(tested, on, p.Options)
	c.s.client.refreshLenses()
	return command.WatchResult{URI: tested, On: on}, nil
}

// saved starts the runs that wait for the document to be saved. The texts are
// those of this moment; finding out what belongs to them is not waited for.
func (s *Server) saved(uri string) {
	path := document.PathOf(uri)
	for _, tested := range s.watches.all() {
		options, on := s.watches.get(tested)
		if !on || path == "" {
			continue
		}
		c := &commands{s: s, view: s.docs.View(), release: func() {}}
		s.conn.Go("running after a save", func(ctx context.Context) {
			if !s.concernsWatched(c.files(), tested, path) {
				return
			}
			if _, err := c.start(ctx, launch{uri: tested, options: options, trigger: triggerSave}); err != nil {
				s.log.Warn("a run at a save did not start", zap.Error(err))
				s.client.message(protocol.MessageTypeWarning, "Stress Tester did not run at the save of "+shortName(uri)+": "+err.Error())
			}
		})
	}
}

// concernsWatched reports whether a run of the tested document would read the
// file: it plays a role, is the configuration, or was included by the last run.
func (s *Server) concernsWatched(files room.Files, tested, path string) bool {
	r, err := room.Open(files, document.PathOf(tested), nil)
	if err != nil {
		return true // Starting the run says what is wrong.
	}
	if _, plays := roleIn(r, path); plays || path == r.ConfigPath {
		return true
	}
	last, ran := s.runs.Last(tested, nil)
	if !ran || last.Request().Files == nil {
		return false
	}
	_, read := last.Request().Files.Read()[path]
	return read
}
