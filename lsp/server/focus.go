package server

import (
	"context"
	"sync/atomic"
	"time"

	"stresstester/lsp/command"
)

// attention is when an editor's window was used last, as far as the protocol lets
// a server know: clients that tell of their focus are believed, others give
// themselves away by what they send.
type attention struct{ last atomic.Int64 }

func (a *attention) note() { a.last.Store(time.Now().UnixNano()) }

// focus is told that the window got or lost the user's attention.
func (s *Server) focus(_ context.Context, p *command.FocusNotification) error {
	if p.Focused {
		s.attention.note()
	}
	return nil
}
