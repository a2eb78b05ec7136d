package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/core/sandbox"
	"stresstester/core/stress"
)

type shrinkOptions struct {
	runOptions
	input string
}

func (a *app) shrinkCommand() *cobra.Command {
	var o shrinkOptions
	cmd := &cobra.Command{
		Use:     "shrink [flags] --input FILE TESTED",
		GroupID: "test",
		Short:   "Reduce an input on which a program fails",
		Long: `Run TESTED on the input in FILE and, when it fails, reduce the input to a small
one on which it fails in the same way. With --no-shrink the input is only run.
No generator is needed. The reduced input is saved as a test.

` + sharedHelp + `

` + exitStatusHelp,
		Example: `  stresstester shrink --input big.txt sol.cpp
  stresstester shrink --input .stresstester/sol/wa-1.in --no-shrink sol.cpp
  ./gen 4711 | stresstester shrink --input - sol.cpp`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.input == "" {
				return usage(cmd, errors.New("which input? Name its file with --input, or - for standard input"))
			}
			return o.run(cmd.Context(), a, cmd, args[0])
		},
	}
	cmd.Flags().StringVar(&o.input, "input", "", "the failing input's `FILE`; -: standard input")
	o.AddFlags(cmd, a.getenv)
	return cmd
}

func (o *shrinkOptions) run(ctx context.Context, a *app, cmd *cobra.Command, tested string) error {
	a.newRunOutput(o.format)
	text, err := readInput(o.input, a.in)
	if err != nil {
		return err
	}
	input := problem.Test{Name: inputName(o.input), Input: text}
	return o.runOptions.run(ctx, a, cmd.Flags(), tested,
		func(ctx context.Context, sb stress.Sandbox, r *room.Room, files room.Files, options problem.Options, obs sandbox.Observer) (problem.Result, error) {
			return stress.Reduce(ctx, sb, r, files, options, input, obs)
		})
}

// inputName is the name of the test that an input is.
func inputName(file string) string {
	if file == "-" {
		return "standard input"
	}
	return strings.TrimSuffix(filepath.Base(file), ".in")
}
