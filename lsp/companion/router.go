package companion

import (
	"slices"
	"sync"
	"time"
)

// How many problems wait for an editor, and how long.
const (
	mostWaiting = 50
	waitingTime = 10 * time.Minute
)

// Editor is one that can take problems.
type Editor interface {
	// Attention is when its window was used last.
	Attention() time.Time
	// Take makes files of a problem and shows them. It does not wait.
	Take(Problem)
}

// Router hands problems to the editor that was used last, and keeps them for the
// next one where there is none. The zero value is ready.
type Router struct {
	mu      sync.Mutex
	editors []Editor
	waiting []waiting
	// batches remember who got a contest's first problem: the rest goes there,
	// too, whatever window is used meanwhile.
	batches map[string]Editor
}

type waiting struct {
	problem Problem
	since   time.Time
}

// Join adds an editor until leave is called.
func (r *Router) Join(e Editor) (leave func()) {
	r.mu.Lock()
	r.editors = append(r.editors, e)
	kept := r.waiting
	r.waiting = nil
	r.mu.Unlock()
	for _, w := range kept {
		if time.Since(w.since) < waitingTime {
			r.Deliver(w.problem)
		}
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.editors = slices.DeleteFunc(r.editors, func(other Editor) bool { return other == e })
		for id, owner := range r.batches {
			if owner == e {
				delete(r.batches, id)
			}
		}
	}
}

// Deliver hands a problem to its editor.
func (r *Router) Deliver(p Problem) {
	if e := r.choose(p); e != nil {
		e.Take(p)
	}
}

func (r *Router) choose(p Problem) Editor {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.batches[p.Batch.ID]; ok && p.Batch.Size > 1 {
		return e
	}
	if len(r.editors) == 0 {
		if len(r.waiting) < mostWaiting {
			r.waiting = append(r.waiting, waiting{p, time.Now()})
		}
		return nil
	}
	best := slices.MaxFunc(r.editors, func(a, b Editor) int { return a.Attention().Compare(b.Attention()) })
	if p.Batch.Size > 1 && p.Batch.ID != "" {
		if r.batches == nil || len(r.batches) > 100 {
			r.batches = map[string]Editor{}
		}
		r.batches[p.Batch.ID] = best
	}
	return best
}
