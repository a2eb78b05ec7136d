package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"

	"stresstester/core/report"
)

func systemStreams() streams {
	return streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv,
		outTerminal: isTerminal(os.Stdout), errTerminal: isTerminal(os.Stderr),
		width: terminalWidth,
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// terminalWidth asks whichever stream leads to a terminal; 0 means unknown.
func terminalWidth() int {
	for _, f := range []*os.File{os.Stdout, os.Stderr} {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// style is how text on standard output may look.
func (s streams) style() report.Style { return s.styleOf(s.outTerminal) }

// errStyle is how text on standard error may look.
func (s streams) errStyle() report.Style { return s.styleOf(s.errTerminal) }

func (s streams) styleOf(terminal bool) report.Style {
	style := report.Style{Color: report.ColorWanted(terminal, s.getenv)}
	if terminal {
		style.Width = s.width()
	}
	return style
}

// liveTerminal tells whether a line on standard error can be drawn again.
func (s streams) liveTerminal() bool { return s.errTerminal && s.getenv("TERM") != "dumb" }

// logger logs to standard error if the user asked for it.
func (a *app) logger() *zap.Logger {
	if !a.verbose {
		return zap.NewNop()
	}
	return a.logFrom(zapcore.DebugLevel)
}

// serverLogger logs what went wrong in any case: editors show it to those who
// look for it.
func (a *app) serverLogger() *zap.Logger {
	if a.verbose {
		return a.logFrom(zapcore.DebugLevel)
	}
	return a.logFrom(zapcore.WarnLevel)
}

func (a *app) logFrom(level zapcore.Level) *zap.Logger {
	encoder := zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig())
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(a.err)), level))
}

// notify delivers the signals by which people and systems ask a program to end.
func notify() chan os.Signal {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	return signals
}

// noArgs is for commands that take no arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unexpected(cmd, args[0])
}
