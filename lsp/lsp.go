// Package lsp is the language server over core: what an editor talks to.
//
// The daemon that lets all editors share one process is lsp/daemon. The layers of
// what it serves, from the wire up: rpc carries messages, document keeps the open
// texts, command declares what a client can execute, runs keeps the stress tests
// of a session, scaffold has templates, and server answers the editor. lsptest is
// an editor for tests. Start reading at Serve, then at lsp/server.
package lsp

import (
	"context"
	"io"

	"stresstester/lsp/companion"
	"stresstester/lsp/runs"
	"stresstester/lsp/server"
	"stresstester/remote/share"
)

// Deps are what the server needs from its surroundings.
type Deps = server.Deps

// Runs is what the editors of one process have in common: the numbers and the list
// of their runs. The zero value is ready.
type Runs = runs.Registry

// Problems hands problems from the browser to the editors of one process. The zero
// value is ready.
type Problems = companion.Router

// Rooms are the user's shared rooms and the editors that have their files open.
type Rooms = server.Rooms

// NewRooms lets the service's rooms find the editors of one process.
func NewRooms(service *share.Service) *Rooms { return server.NewRooms(service) }

// ErrNoShutdown is returned when the editor said exit without shutdown, for which
// the protocol wants exit status 1.
var ErrNoShutdown = server.ErrNoShutdown

// Serve talks to the editor at the other end of in and out until it leaves, ctx
// ends or the editor's process dies, and closes both. Nothing that it started is
// left when it returns. A clean end is nil.
func Serve(ctx context.Context, in io.ReadCloser, out io.WriteCloser, deps Deps) error {
	return server.Serve(ctx, in, out, deps)
}
