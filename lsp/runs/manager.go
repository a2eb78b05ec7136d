// Package runs keeps a session's stress tests: it starts them on the texts as
// they were when they were asked for, lets many go on side by side, stops them,
// and remembers what came of them.
//
// A run belongs to the connection, not to the request that started it: it goes on
// after the request was answered, and ends with the connection. The package knows
// nothing of messages and editors; whoever shows runs listens to events. Start
// reading at Manager.
package runs

import (
	"context"
	"errors"
	"slices"
	"sync"

	"go.uber.org/zap"

	"stresstester/core/stress"
)

// kept is how many finished runs are remembered; older ones are forgotten first.
const kept = 100

// ErrNotFound is wrapped when there is no run of that id or document.
var ErrNotFound = errors.New("no such run")

// Manager is a session's runs. Its methods may be used concurrently; the order of
// runs is the order of the calls of New.
type Manager struct {
	registry *Registry
	sandbox  stress.Sandbox
	log      *zap.Logger
	listen   func(*Run, Event)

	// ctx is the session's life and the parent of every run.
	ctx    context.Context //nolint:containedctx // see above
	cancel context.CancelFunc

	mu     sync.Mutex
	all    []*Run // oldest first
	editor string
	closed bool
	active sync.WaitGroup
}

// Registry is what the sessions of one process have in common: the numbers of
// their runs, and the list of all of them. The zero value is ready.
type Registry struct {
	mu       sync.Mutex
	number   int
	managers []*Manager
}

func (g *Registry) next() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.number++
	return g.number
}

// All lists the runs of all sessions, the newest first.
func (g *Registry) All() []*Run {
	g.mu.Lock()
	managers := slices.Clone(g.managers)
	g.mu.Unlock()
	var all []*Run
	for _, m := range managers {
		all = append(all, m.All()...)
	}
	slices.SortFunc(all, func(a, b *Run) int { return b.number - a.number })
	return all
}

// Active counts the runs that have not ended.
func (g *Registry) Active() int {
	n := 0
	for _, r := range g.All() {
		if !r.ended() {
			n++
		}
	}
	return n
}

func (g *Registry) add(m *Manager) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.managers = append(g.managers, m)
}

func (g *Registry) remove(m *Manager) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.managers = slices.DeleteFunc(g.managers, func(other *Manager) bool { return other == m })
}

// NewManager runs tests in the sandbox until ctx ends or Close is called. listen
// is told every event of every run: one at a time for one run, concurrently for
// several. A nil registry is one of its own.
func NewManager(ctx context.Context, registry *Registry, sandbox stress.Sandbox, log *zap.Logger, listen func(*Run, Event)) *Manager {
	if registry == nil {
		registry = &Registry{}
	}
	m := &Manager{registry: registry, sandbox: sandbox, log: log, listen: listen}
	m.ctx, m.cancel = context.WithCancel(ctx)
	registry.add(m)
	return m
}

// SetEditor tells whose session it is, for lists.
func (m *Manager) SetEditor(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.editor = name
}

// Everywhere lists the runs of all sessions, the newest first.
func (m *Manager) Everywhere() []*Run { return m.registry.All() }

// New makes a run that does nothing until Start or Discard is called, one of
// which must be. Its place among the runs is that of the call, however long it
// then takes to find out what it works on. asked is the document as the client
// named it.
func (m *Manager) New(asked string) *Run {
	number := m.registry.next()
	m.mu.Lock()
	defer m.mu.Unlock()
	r := newRun(m, number, asked)
	m.all = append(m.all, r)
	m.forget()
	return r
}

// replace lets r take the place of the older runs of its document, which are
// stopped, unless a newer one has taken r's.
func (m *Manager) replace(r *Run) {
	for _, other := range m.All() {
		switch {
		case other == r || other.URI() != r.URI():
		case other.number < r.number:
			other.Stop()
		default:
			r.Stop()
		}
	}
}

// forget drops the oldest finished runs beyond those kept.
func (m *Manager) forget() {
	for i := 0; len(m.all) > kept && i < len(m.all); {
		if m.all[i].ended() {
			m.all = slices.Delete(m.all, i, i+1)
		} else {
			i++
		}
	}
}

func (m *Manager) remove(r *Run) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = slices.DeleteFunc(m.all, func(other *Run) bool { return other == r })
}

// Get is the run of that id, in whichever session.
func (m *Manager) Get(id string) (*Run, bool) {
	for _, r := range m.Everywhere() {
		if r.ID() == id {
			return r, true
		}
	}
	return nil, false
}

// Last is the document's newest run that the filter accepts; nil accepts all.
func (m *Manager) Last(uri string, accept func(*Run) bool) (*Run, bool) {
	return m.last(func(r *Run) bool { return r.URI() == uri && (accept == nil || accept(r)) })
}

func (m *Manager) last(accept func(*Run) bool) (*Run, bool) {
	for _, r := range m.All() {
		if accept(r) {
			return r, true
		}
	}
	return nil, false
}

// All lists the runs, the newest first.
func (m *Manager) All() []*Run {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.Clone(m.all)
	slices.Reverse(all)
	return all
}

// Stop tells this session's runs that the filter accepts to stop, and returns
// those that were under way. It does not wait for them.
func (m *Manager) Stop(accept func(*Run) bool) []*Run { return stop(m.All(), accept) }

// StopEverywhere is Stop for all sessions' runs.
func (m *Manager) StopEverywhere(accept func(*Run) bool) []*Run { return stop(m.Everywhere(), accept) }

func stop(all []*Run, accept func(*Run) bool) []*Run {
	var stopped []*Run
	for _, r := range all {
		if accept(r) && !r.ended() {
			r.Stop()
			stopped = append(stopped, r)
		}
	}
	return stopped
}

// Close stops all runs and waits for them. Nothing is started afterwards. It may
// be called more than once.
func (m *Manager) Close() {
	m.cancel()
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.active.Wait()
	m.registry.remove(m)
}

// begin accounts for a goroutine that Close waits for, unless it is too late.
func (m *Manager) begin() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	m.active.Add(1)
	return true
}
