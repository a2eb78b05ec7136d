// Command stresstester finds inputs on which a program gives a wrong answer, and
// is the language server that does so in editors.
//
// A command lives in cmd_NAME.go: its options, its flags and its run. Everything
// it does is in the packages of core; here are only arguments, streams, signals
// and exit statuses. Start reading at main and at cmd_run.go.
package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run(os.Args[1:], systemStreams())) }

// run is the whole program but for its exit.
func run(args []string, s streams) (exitStatus int) {
	a := &app{streams: s}
	root := a.root()
	root.SetArgs(args)
	if args == nil {
		root.SetArgs([]string{}) // nil would mean the process's own
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	err := root.ExecuteContext(context.Background())
	if err == nil {
		return exitOK
	}
	status := statusOf(err)
	var silent *exitError
	if !errors.As(err, &silent) || silent.cause != nil {
		a.complain(err, status)
	}
	return status
}

// streams are what a command talks to. Tests have their own.
type streams struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	// outTerminal and errTerminal tell whether the streams lead to a terminal,
	// width how many columns that has.
	outTerminal, errTerminal bool
	width                    func() int
}

// app is what all commands share.
type app struct {
	streams
	verbose bool
	// events takes errors instead of standard error, once a command has been
	// asked for JSON.
	events errorEvents
}

type errorEvents interface {
	Error(err error, exitStatus int)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "stresstester",
		Short: "Find the input on which your program fails",
		Long: `Stress Tester compares a program with a simple, slow, correct one on generated
inputs, thousands a second, in a sandbox. When they differ, it reduces the input
to its core and shows the line that printed the wrong answer.

  stresstester image build   once: build the sandbox's image
  stresstester run sol.cpp   find sol_brute.* and sol_gen.* beside it, and run`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Args:              noArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "log what the sandbox does to standard error")
	root.SetFlagErrorFunc(usage)
	root.AddGroup(&cobra.Group{ID: "test", Title: "Testing:"}, &cobra.Group{ID: "share", Title: "Sharing:"}, &cobra.Group{ID: "setup", Title: "Set-up:"})
	root.AddCommand(a.runCommand(), a.shrinkCommand(), a.specCommand(), a.roomCommand(), a.loginCommand(), a.logoutCommand(), a.doctorCommand(), a.imageCommand(), a.lspCommand(), a.daemonCommand(), a.versionCommand())
	root.SetHelpCommandGroupID("setup")
	root.SetCompletionCommandGroupID("setup")
	return root
}
