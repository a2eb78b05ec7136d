package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"stresstester/core/sandbox"
	"stresstester/lsp"
	"stresstester/lsp/companion"
	"stresstester/lsp/daemon"
)

// idleSandbox is how long an editor's sandbox stays without a run.
const idleSandbox = 30 * time.Minute

type lspOptions struct {
	engine     engineOptions
	standalone bool
}

func (a *app) lspCommand() *cobra.Command {
	var o lspOptions
	cmd := &cobra.Command{
		Use:     "lsp [flags]",
		GroupID: "setup",
		Short:   "Serve an editor over standard input and output",
		Long: `Speak the Language Server Protocol over standard input and output. Editors
start this command. All editors of a user share one sandbox: the command
forwards to a daemon, which it starts when there is none (see "stresstester
daemon --help"). Where none can be started it serves the editor itself, and
says so.

Problems that the browser extension Competitive Companion sends become files
in the editor that was used last. STRESSTESTER_COMPANION names the ports to
listen on, the first free one of which is taken ("27121,10045"), or is "off".

The log goes to standard error, more of it with --verbose; the daemon has a
log of its own, which "stresstester daemon status" names.

EXIT STATUS
  0  the editor said shutdown and exit
  1  it did not
  2  wrong use, or what came in was not the protocol
  3  the daemon ended before the editor did`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), a) },
	}
	o.engine.AddFlags(cmd.Flags(), a.getenv)
	cmd.Flags().BoolVar(&o.standalone, "standalone", false, "serve this editor in this process, without a daemon")
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
	notice := ""
	if !o.standalone && daemon.Supported {
		client, err := connectDaemon(ctx, a, o.engine)
		if err == nil {
			return forward(client, in, out)
		}
		notice = fmt.Sprintf("Stress Tester serves this editor in a process of its own, because its daemon cannot be used: %v", err)
		log.Warn("no daemon", zap.Error(err))
	}
	return o.serve(ctx, a, log, in, out, notice)
}

// forward lets the daemon serve the editor.
func forward(client *daemon.Client, in io.Reader, out io.Writer) error {
	status, err := client.Forward(in, out)
	if errors.Is(err, daemon.ErrLost) {
		return &exitError{exitUnavailable, err}
	}
	if err != nil {
		return err
	}
	return exit(status)
}

// serve serves the editor in this process.
func (o *lspOptions) serve(ctx context.Context, a *app, log *zap.Logger, in io.ReadCloser, out io.WriteCloser, notice string) error {
	sandboxes, err := openSandboxes(o.engine, log, sandbox.IdleTimeout(idleSandbox))
	if err != nil {
		return err
	}
	defer sandboxes.close()
	scratch, err := scratchFolder(a, o.engine)
	if err != nil {
		log.Info("temporary files go to the system's folder", zap.Error(err))
	} else {
		defer func() { _ = os.RemoveAll(scratch) }()
	}
	ctx, interrupted := untilInterrupted(ctx, func() {})
	defer interrupted.stop()
	deps := serverDeps(sandboxes, log)
	browser, err := listenForProblems(ctx, a, &deps)
	if err != nil {
		return err
	}
	defer browser.Close()
	deps.Notice, deps.Scratch = notice, scratch
	defer syncRooms(ctx, a, &deps)()
	err = lsp.Serve(ctx, in, out, deps)
	if interrupted.stopped.Load() {
		return exit(exitInterrupted)
	}
	return exitOfServer(err)
}

// serverDeps are what every editor's server needs.
func serverDeps(sandboxes *sandboxes, log *zap.Logger) lsp.Deps {
	return lsp.Deps{
		Sandbox: sandboxes.warm,
		Doctor:  func(ctx context.Context) (any, error) { return diagnose(ctx, sandboxes.launcher), nil },
		Version: buildVersion(),
		Log:     log,
	}
}

// syncRooms keeps shared rooms in step, behind the editors' backs, until it is
// stopped. Where that cannot be, stress testing goes on without.
func syncRooms(ctx context.Context, a *app, deps *lsp.Deps) (stop func()) {
	service, err := a.rooms()
	if err != nil {
		deps.Log.Warn("there are no shared rooms", zap.Error(err))
		return func() {}
	}
	service.Syncer.Log = deps.Log.Named("rooms")
	deps.Rooms = lsp.NewRooms(service)
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		service.Syncer.Run(ctx)
	}()
	return func() { cancel(); <-done }
}

// companionVariable says on which ports Competitive Companion is listened for.
const companionVariable = "STRESSTESTER_COMPANION"

// listenForProblems lets problems from the browser find the editors of deps.
func listenForProblems(ctx context.Context, a *app, deps *lsp.Deps) (*companion.Listener, error) {
	ports, err := companion.ParsePorts(a.getenv(companionVariable))
	if err != nil {
		return nil, &exitError{exitSetup, fmt.Errorf("%s: %w", companionVariable, err)}
	}
	deps.Companion = &lsp.Problems{}
	browser := companion.Listen(ctx, ports, deps.Companion.Deliver, deps.Log.Named("companion"))
	deps.CompanionStatus = browser.Status
	return browser, nil
}

// exitOfServer turns the end of a server into that of the program.
func exitOfServer(err error) error {
	if errors.Is(err, lsp.ErrNoShutdown) {
		return exit(exitDivergence) // 1, as the protocol wants it
	}
	return err
}
