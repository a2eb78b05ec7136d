package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"stresstester/core/sandbox"
	"stresstester/lsp"
)

// idleSandbox is how long an editor's sandbox stays without a run.
const idleSandbox = 30 * time.Minute

type lspOptions struct {
	engine engineOptions
}

func (a *app) lspCommand() *cobra.Command {
	var o lspOptions
	cmd := &cobra.Command{
		Use:     "lsp [flags]",
		GroupID: "setup",
		Short:   "Serve an editor over standard input and output",
		Long: `Speak the Language Server Protocol over standard input and output. Editors start
this command. The log goes to standard error, more of it with --verbose.

EXIT STATUS
  0  the editor said shutdown and exit
  1  it did not
  2  wrong use, or what came in was not the protocol`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), a) },
	}
	o.engine.AddFlags(cmd.Flags(), a.getenv)
	// Editors' client libraries add these; there is no other way to talk to us.
	cmd.Flags().Bool("stdio", true, "")
	cmd.Flags().Int("clientProcessId", 0, "")
	for _, name := range []string{"stdio", "clientProcessId"} {
		_ = cmd.Flags().MarkHidden(name)
	}
	return cmd
}

func (o *lspOptions) run(ctx context.Context, a *app) error {
	in, inCloses := a.in.(io.ReadCloser)
	out, outCloses := a.out.(io.WriteCloser)
	if !inCloses || !outCloses {
		return errors.New("the language server needs streams that can be closed")
	}
	log := a.serverLogger()
	sandboxes, err := openSandboxes(o.engine, log, sandbox.IdleTimeout(idleSandbox))
	if err != nil {
		return err
	}
	defer sandboxes.close()
	ctx, interrupted := untilInterrupted(ctx, func() {})
	defer interrupted.stop()
	err = lsp.Serve(ctx, in, out, lsp.Deps{
		Sandbox: sandboxes.warm,
		Doctor:  func(ctx context.Context) (any, error) { return diagnose(ctx, sandboxes.launcher), nil },
		Version: buildVersion(),
		Log:     log,
	})
	switch {
	case interrupted.stopped.Load():
		return exit(exitInterrupted)
	case errors.Is(err, lsp.ErrNoShutdown):
		return exit(exitDivergence) // 1, as the protocol wants it
	}
	return err
}
