package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"stresstester/core/sandbox"
	"stresstester/lsp"
	"stresstester/lsp/companion"
	"stresstester/lsp/daemon"
)

// idleDaemon is how long a daemon stays without an editor, by default.
const idleDaemon = 5 * time.Minute

// idleVariable is the environment's word on that, for daemons that editors start.
const idleVariable = "STRESSTESTER_DAEMON_IDLE"

type daemonOptions struct {
	engine engineOptions
	idle   time.Duration
	ready  int
	format format
}

func (a *app) daemonCommand() *cobra.Command {
	var o daemonOptions
	cmd := &cobra.Command{
		Use:     "daemon [flags]",
		GroupID: "setup",
		Short:   "Serve all editors of this user",
		Long: `Serve all editors of this user from one process, with one warm sandbox and one
list of runs. "stresstester lsp", which editors start, connects to it and
starts it when there is none, so that this command is for looking at what
happens: it stays in the foreground.

The socket lies in XDG_RUNTIME_DIR/stresstester, or else in the user's cache
folder, which nobody else can enter. Editors with another --image or another
DOCKER_HOST have a daemon of their own. A daemon gives way to one of a newer
program once its editors have left, and ends some time after the last one, by
default 5 minutes or what STRESSTESTER_DAEMON_IDLE says.

EXIT STATUS
  0  it ended because nobody needed it any more, or was told to
  2  wrong use, or one is running already`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), a) },
	}
	o.engine.AddFlags(cmd.PersistentFlags(), a.getenv)
	cmd.Flags().DurationVar(&o.idle, "idle", idleFrom(a.getenv), "end this long after the last editor; 0 means never")
	cmd.Flags().IntVar(&o.ready, "ready", 0, "")
	_ = cmd.Flags().MarkHidden("ready")
	cmd.AddCommand(a.daemonStatusCommand(&o), a.daemonStopCommand(&o))
	return cmd
}

// idleFrom takes a wrong value for none: the flag says what is right.
func idleFrom(getenv func(string) string) time.Duration {
	if d, err := time.ParseDuration(getenv(idleVariable)); err == nil && d >= 0 {
		return d
	}
	return idleDaemon
}

func (a *app) daemonStatusCommand(o *daemonOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status [flags]",
		Short: "Tell how the daemon stands",
		Long: `Tell how the daemon stands: its version, its editors and runs, its sandbox.

EXIT STATUS
  0  it runs
  2  wrong use
  3  there is none`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return o.status(a) },
	}
	addFormat(cmd, &o.format)
	return cmd
}

func (a *app) daemonStopCommand(o *daemonOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "stop [flags]",
		Short: "End the daemon",
		Long: `End the daemon, its runs and its sandbox. Editors that are connected start a
new one when they start their language server again. That there is none is
fine.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return o.stop(a) },
	}
}

// daemonPlace is where the daemon of these settings is.
func daemonPlace(a *app, engine engineOptions) (daemon.Place, error) {
	settings := []string{engine.image, engine.runtime}
	for _, name := range []string{"HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"} {
		settings = append(settings, a.getenv(name))
	}
	return daemon.FindPlace(a.getenv, settings...)
}

func scratchFolder(a *app, engine engineOptions) (string, error) {
	place, err := daemonPlace(a, engine)
	if err != nil {
		return "", err
	}
	return place.Scratch()
}

// connectDaemon connects to the daemon, which is started when there is none.
func connectDaemon(ctx context.Context, a *app, engine engineOptions) (*daemon.Client, error) {
	place, err := daemonPlace(a, engine)
	if err != nil {
		return nil, err
	}
	build, err := daemon.ThisBuild(buildVersion())
	if err != nil {
		return nil, err
	}
	args := []string{"daemon", "--ready", "3"}
	if engine.image != "" {
		args = append(args, "--image", engine.image)
	}
	if engine.runtime != "" {
		args = append(args, "--runtime", engine.runtime)
	}
	if a.verbose {
		args = append(args, "--verbose")
	}
	return daemon.Connect(ctx, daemon.Starter{Place: place, Build: build, Args: args})
}

func (o *daemonOptions) run(ctx context.Context, a *app) error {
	if !daemon.Supported {
		return errors.New("there is no daemon on this system; stresstester lsp serves each editor by itself")
	}
	d, err := o.listen(ctx, a)
	if err != nil {
		o.tell(err)
		return err
	}
	defer d.close()
	o.tell(nil)
	if o.ready == 0 {
		fmt.Fprintln(a.err, "stresstester: serving editors; interrupt to end")
	}
	ctx, interrupted := untilInterrupted(ctx, func() {})
	defer interrupted.stop()
	return d.Run(ctx)
}

// tell says to the one who started this process whether it listens. One that is
// running already is as good.
func (o *daemonOptions) tell(err error) {
	if o.ready == 0 {
		return
	}
	f := os.NewFile(uintptr(o.ready), "ready")
	if f == nil {
		return
	}
	text := "ready"
	if err != nil && !errors.Is(err, daemon.ErrRunning) {
		text = err.Error()
	}
	_, _ = fmt.Fprintln(f, text)
	_ = f.Close()
}

// serving is a daemon with what its editors share.
type serving struct {
	*daemon.Daemon
	sandboxes *sandboxes
	scratch   string
	browser   *companion.Listener // nil until it listens
	stopSync  func()              // nil until rooms are synced
}

func (s *serving) close() {
	if s.stopSync != nil {
		s.stopSync()
	}
	if s.browser != nil {
		s.browser.Close()
	}
	s.sandboxes.close()
	_ = os.RemoveAll(s.scratch)
}

func (o *daemonOptions) listen(ctx context.Context, a *app) (*serving, error) {
	place, err := daemonPlace(a, o.engine)
	if err != nil {
		return nil, err
	}
	build, err := daemon.ThisBuild(buildVersion())
	if err != nil {
		return nil, err
	}
	log := a.serverLogger()
	sandboxes, err := openSandboxes(o.engine, log, sandbox.IdleTimeout(idleSandbox))
	if err != nil {
		return nil, err
	}
	s := &serving{sandboxes: sandboxes}
	if s.scratch, err = place.Scratch(); err != nil {
		s.close()
		return nil, err
	}
	deps := serverDeps(sandboxes, log)
	s.stopSync = syncRooms(ctx, a, &deps)
	deps.Runs, deps.Shared, deps.Scratch = &lsp.Runs{}, true, s.scratch
	s.Daemon, err = daemon.Listen(daemon.Config{
		Place: place, Build: build, Idle: o.idle, Log: log,
		Serve: func(ctx context.Context, in io.ReadCloser, out io.WriteCloser) int {
			err := exitOfServer(lsp.Serve(ctx, in, out, deps))
			if err == nil {
				return exitOK
			}
			log.Info("an editor's connection ended", zap.Error(err))
			return statusOf(err)
		},
		Retired: func() { s.browser.Close() },
		Info: func() map[string]string {
			return map[string]string{
				"sandbox": sandboxes.warm.State().Text,
				"runs":    fmt.Sprintf("%d under way", deps.Runs.Active()),
				"log":     place.LogPath(),
				"browser": s.browser.Status(),
			}
		},
	})
	if err != nil {
		s.close()
		return nil, err
	}
	// Not before it is certain that this is the daemon: the port is the daemon's.
	if s.browser, err = listenForProblems(ctx, a, &deps); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (o *daemonOptions) status(a *app) error {
	place, err := daemonPlace(a, o.engine)
	if err != nil {
		return err
	}
	status, err := daemon.Ask(place)
	if errors.Is(err, daemon.ErrNone) {
		return &exitError{exitUnavailable, errors.New("no daemon is running; an editor starts one, and so does stresstester daemon")}
	}
	if err != nil {
		return err
	}
	if o.format == formatJSON {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		return enc.Encode(status)
	}
	fmt.Fprintf(a.out, "running   process %d, version %s, since %s\n", status.PID, status.Build.Version, status.Since.Local().Format(time.DateTime))
	fmt.Fprintf(a.out, "editors   %d connected\n", status.Editors)
	for _, topic := range slices.Sorted(maps.Keys(status.Info)) {
		fmt.Fprintf(a.out, "%-9s %s\n", topic, status.Info[topic])
	}
	return nil
}

func (o *daemonOptions) stop(a *app) error {
	place, err := daemonPlace(a, o.engine)
	if err != nil {
		return err
	}
	err = daemon.Stop(place)
	if errors.Is(err, daemon.ErrNone) {
		_, err = fmt.Fprintln(a.out, "no daemon was running")
		return err
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.out, "the daemon ends")
	return err
}
