package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.uber.org/zap"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
	"stresstester/core/stress"
)

// runOptions are the flags that run and shrink share.
type runOptions struct {
	settings room.Settings
	engine   engineOptions
	format   format
}

// AddFlags adds the flags of the contract to the command.
func (o *runOptions) AddFlags(cmd *cobra.Command, getenv func(string) string) {
	cmd.Flags().SortFlags = false
	addSettings(cmd.Flags(), &o.settings)
	o.engine.AddFlags(cmd.Flags(), getenv)
	addFormat(cmd, &o.format)
	complete(cmd, "compare", "tokens", "lines", "exact", "float=1e-6", "caseless")
}

// engineOptions choose what sandboxes are made from.
type engineOptions struct {
	image, runtime string
}

// AddFlags adds the flags of commands that start sandboxes.
func (o *engineOptions) AddFlags(fs *pflag.FlagSet, getenv func(string) string) {
	addImage(fs, &o.image, getenv)
	fs.StringVar(&o.runtime, "runtime", getenv("STRESSTESTER_RUNTIME"), "the engine's runtime `NAME` for the sandbox, such as runsc (default $STRESSTESTER_RUNTIME, or the engine's own)")
	fs.Lookup("runtime").DefValue = ""
}

// addImage adds the flag that chooses another image than the program's own.
func addImage(fs *pflag.FlagSet, to *string, getenv func(string) string) {
	fs.StringVar(to, "image", getenv("STRESSTESTER_IMAGE"), "`NAME` of the sandbox image (default $STRESSTESTER_IMAGE, or the one that \"image build\" makes)")
	fs.Lookup("image").DefValue = ""
}

const sharedHelp = `Files that are not named are found beside the tested one: for sol.cpp the brute
force is sol_brute.*, brute.*, slow.* or naive.*, the generator sol_gen.* or
gen.*, the spec sol.spec, and so on, in any mix of languages. An empty name
(--checker "") leaves a role out. stresstester.toml holds settings for good.
Durations are 2s, 500ms or a number of seconds; sizes 256M, 1G or a number of
bytes.`

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:     "run [flags] TESTED",
		GroupID: "test",
		Short:   "Test a program against a simple one until they differ",
		Long: `Run TESTED and a brute force on generated inputs until they differ, reduce the
input, show the line that printed the wrong answer, and save the input.

` + sharedHelp + `

Saved tests (.stresstester/sol/*.in) are run first. The same seed gives the same
tests and the same first counterexample, whatever --jobs is.

` + exitStatusHelp,
		Example: `  stresstester run sol.cpp
  stresstester run --gen gen.py --brute slow.cpp --tests 0 --time 1m sol.cpp
  stresstester run --gen-args "10 [5..100]" --compare float=1e-6 sol.py
  stresstester run --seed 4711 --tests 1 sol.cpp
  stresstester run --format json sol.cpp | tail -n 1`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), a, cmd.Flags(), args[0], stress.Execute)
		},
	}
	o.AddFlags(cmd, a.getenv)
	return cmd
}

// execute is stress.Execute, or stress.Reduce with its input.
type execute func(context.Context, stress.Sandbox, *room.Room, room.Files, problem.Options, sandbox.Observer) (problem.Result, error)

func (o *runOptions) run(ctx context.Context, a *app, flags *pflag.FlagSet, tested string, execute execute) error {
	out := a.newRunOutput(o.format)
	r, options, err := o.open(tested)
	if err != nil {
		if result, ok := stress.SetupResult(err, options); ok {
			return out.end(result, outcome{}, nil)
		}
		return err
	}
	sandboxes, err := openSandboxes(o.engine, a.logger())
	if err != nil {
		return err
	}
	defer sandboxes.close()
	ctx, interrupted := untilInterrupted(ctx, out.stopping)
	defer interrupted.stop()
	stopWatching := out.watch(sandboxes.warm)
	result, err := execute(ctx, sandboxes.warm, r, room.Disk{}, options, out.observer(options))
	stopWatching()
	for _, role := range problem.Roles() {
		if way := result.Strategies[role]; way != "" {
			a.logger().Info("how "+role.Title()+" was run", zap.String("by", way))
		}
	}
	return out.end(result, outcome{
		room:        r,
		options:     options,
		replay:      replay{tested: tested, command: flags},
		interrupted: interrupted.stopped.Load(),
	}, err)
}

// open finds the room and the options. The options are right as far as they are
// known even when there is an error.
func (o *runOptions) open(tested string) (*room.Room, problem.Options, error) {
	defaults := room.Defaults()
	if _, err := o.settings.Apply(defaults); err != nil {
		return nil, defaults, settingName(err)
	}
	r, err := room.Open(room.Disk{}, tested, o.settings.Roles())
	if err != nil {
		return nil, defaults, err
	}
	options, err := o.settings.Apply(r.Options)
	return r, options, err
}

// sourceLine reads a line of one of the room's sources.
func sourceLine(r *room.Room) func(file string, line int) (string, bool) {
	return func(file string, line int) (string, bool) {
		for _, path := range r.Roles {
			if filepath.Base(path) == file {
				return lineOf(path, line)
			}
		}
		return "", false
	}
}
