// Command stresstester-server is the shared server: accounts, rooms that sync across
// machines, and their pages. docs/server.md tells how to run it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"stresstester/remote/server/command"
)

// version is set by the linker.
var version = "development"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := command.Run(ctx, version, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
