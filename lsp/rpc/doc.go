// Package rpc carries JSON-RPC between an editor and the language server.
//
// The messages are encoded and decoded by go.lsp.dev's libraries. Reading,
// ordering and answering them is done here, because the library's own connection
// drops the answers to whatever runs when input ends, gives up at the first
// message that is not JSON, and hands out contexts that it reuses while they may
// still be looked at. What this package promises instead:
//
//   - Notifications are handled one after another, in the order in which they
//     arrived. Buffers therefore never see two edits the wrong way round.
//   - Calls are handled concurrently; an ordered call keeps its place among the
//     notifications until it says that it has seen enough (see OrderedCall).
//   - $/cancelRequest works for numeric and textual ids and is answered by -32800.
//   - A malformed frame body, malformed parameters, an unknown method and a
//     panicking handler cost that one message, never the connection.
//   - Sending never blocks the reading side: messages wait in a queue in which a
//     newer message replaces an unsent older one of the same key.
//   - When the editor goes away the connection's context is cancelled, and Run
//     returns once everything that hung off it has ended.
//
// It knows nothing of documents, commands or runs. Start reading at Conn and Mux.
package rpc
