package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stresstester/core/room"
)

// settingFlag is a flag that knows whether it was given: it fills a field of
// room.Settings, which is nil until then.
type settingFlag[T any] struct {
	to    **T
	parse func(string) (T, error)
	kind  string // what the help calls the value
	text  string // as it was given; before, what the help calls the default
}

func (f *settingFlag[T]) String() string { return f.text }
func (f *settingFlag[T]) Type() string   { return f.kind }

func (f *settingFlag[T]) Set(text string) error {
	value, err := f.parse(text)
	if err != nil {
		return err
	}
	*f.to, f.text = &value, text
	return nil
}

func addSetting[T any](fs *pflag.FlagSet, to **T, name, kind, def, usage string, parse func(string) (T, error)) {
	fs.Var(&settingFlag[T]{to, parse, kind, def}, name, usage)
}

// addSwitch adds a flag that needs no value.
func addSwitch(fs *pflag.FlagSet, to **bool, name, usage string) {
	addSetting(fs, to, name, "bool", "", usage, strconv.ParseBool)
	fs.Lookup(name).NoOptDefVal = "true"
}

func text(s string) (string, error) { return s, nil }

func wholeNumber(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", s)
	}
	return n, nil
}

func seedNumber(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number from 0 to 18446744073709551615", s)
	}
	return n, nil
}

// addSettings adds the flags of the contract that are settings of a run.
func addSettings(fs *pflag.FlagSet, s *room.Settings) {
	for _, role := range []struct {
		to          **string
		name, usage string
	}{
		{&s.Brute, "brute", "brute force: slow, simple and correct"},
		{&s.Gen, "gen", "generator: prints a test for the seed it gets"},
		{&s.Spec, "spec", "description of the input, instead of a generator"},
		{&s.Checker, "checker", "checker: judges an output where several are right"},
		{&s.Validator, "validator", "validator: refuses wrong inputs"},
		{&s.Interactor, "interactor", "interactor: talks with the tested program"},
	} {
		addSetting(fs, role.to, role.name, "FILE", "", role.usage, text)
	}
	addSetting(fs, &s.GenArgs, "gen-args", "ARGS", "", `arguments before the seed; "[a..b]" is drawn per test`, text)
	addSetting(fs, &s.Compare, "compare", "MODE", "tokens", "tokens, lines, exact, float=1e-6 or caseless", text)
	addSetting(fs, &s.Tests, "tests", "N", "10000", "generated tests; 0: no limit", wholeNumber)
	addSetting(fs, &s.Time, "time", "DURATION", "", "stop after that long (default never)", room.ParseDuration)
	addSetting(fs, &s.Seed, "seed", "N", "1", "first seed", seedNumber)
	addSetting(fs, &s.Jobs, "jobs", "N", "", "tests run at a time (default one per processor)", wholeNumber)
	addSetting(fs, &s.TimeLimit, "time-limit", "DURATION", "2s", "processor time of one run of the tested program", room.ParseDuration)
	addSetting(fs, &s.MemoryLimit, "memory-limit", "SIZE", "256M", "its memory", room.ParseSize)
	addSetting(fs, &s.OutputLimit, "output-limit", "SIZE", "64M", "its output", room.ParseSize)
	addSetting(fs, &s.KeepGoing, "keep-going", "K", "1", "collect up to K distinct failures", wholeNumber)
	addSwitch(fs, &s.NoShrink, "no-shrink", "leave a failing input as it is")
	addSwitch(fs, &s.NoExplain, "no-explain", "do not look for the line that printed the wrong answer")
	addSwitch(fs, &s.NoSave, "no-save", "do not save the counterexample")
	addSwitch(fs, &s.FreshExec, "fresh-exec", "start a new process for every run (no fork server)")
}

// format is how a command tells what it has to say.
type format string

const (
	formatText format = "text"
	formatJSON format = "json"
)

func (f *format) String() string { return string(*f) }
func (f *format) Type() string   { return "text|json" }

func (f *format) Set(text string) error {
	switch v := format(text); v {
	case formatText, formatJSON:
		*f = v
		return nil
	}
	return errors.New("use text or json")
}

func addFormat(cmd *cobra.Command, f *format) {
	*f = formatText
	cmd.Flags().Var(f, "format", "how to report; json is one object a line")
	complete(cmd, "format", "text", "json")
}

// complete offers fixed values for a flag.
func complete(cmd *cobra.Command, flag string, values ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// settingName turns a setting's key into the flag's name for messages.
func settingName(err error) error {
	var setting *room.SettingError
	if errors.As(err, &setting) {
		return fmt.Errorf("--%s: %s", strings.ReplaceAll(setting.Key, "_", "-"), setting.Message)
	}
	return err
}

// oneFile is for commands that take exactly one source.
func oneFile(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return usage(cmd, errors.New("which program is to be tested? Name its source"))
	case len(args) > 1:
		return unexpected(cmd, args[1])
	case args[0] == "":
		return usage(cmd, errors.New("the tested program's name is empty"))
	}
	return nil
}

func unexpected(cmd *cobra.Command, arg string) error {
	if cmd.HasSubCommands() {
		text := fmt.Sprintf("%q is not a command", arg)
		cmd.SuggestionsMinimumDistance = 2
		if near := cmd.SuggestionsFor(arg); len(near) > 0 {
			text += "; did you mean " + strings.Join(near, " or ") + "?"
		}
		return usage(cmd, errors.New(text))
	}
	return usage(cmd, fmt.Errorf("the argument %s is one too many", room.ShowName(arg)))
}
