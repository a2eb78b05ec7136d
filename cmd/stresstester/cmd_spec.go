package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"github.com/spf13/cobra"

	"stresstester/core/room"
	"stresstester/core/spec"
)

func (a *app) specCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "spec",
		GroupID: "test",
		Short:   "Work with a description of the input",
		Long: `A spec is a short text that describes what inputs look like. Beside sol.cpp it
is called sol.spec and stands in for a generator; it also judges inputs and
makes them smaller. docs/spec.md is the reference.`,
		Example: `  stresstester spec check sol.spec sample.in
  stresstester spec generate --seed 4711 sol.spec
  stresstester spec enumerate --tests 20 sol.spec
  stresstester spec infer sample-1.in sample-2.in >sol.spec`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.specCheckCommand(), a.specGenerateCommand(), a.specEnumerateCommand(), a.specInferCommand())
	return cmd
}

// oneSpec is for commands that take exactly one spec.
func oneSpec(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return usage(cmd, errors.New("which spec? Name its file"))
	case 1:
		return nil
	}
	return unexpected(cmd, args[1])
}

// readSpec reads a spec that must have no mistakes.
func readSpec(path string) (*spec.Spec, error) {
	s, mistakes, err := parseSpec(path)
	if err != nil {
		return nil, err
	}
	if len(mistakes) > 0 {
		return nil, fmt.Errorf("the spec has mistakes:\n%s", mistakes.Error())
	}
	return s, nil
}

func parseSpec(path string) (*spec.Spec, spec.Errors, error) {
	text, err := room.Disk{}.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the spec: %w", err)
	}
	s, mistakes := spec.Parse(filepath.Base(path), text)
	return s, mistakes, nil
}

type specCheckOptions struct {
	format format
}

func (a *app) specCheckCommand() *cobra.Command {
	var o specCheckOptions
	cmd := &cobra.Command{
		Use:   "check [flags] SPEC [INPUT…]",
		Short: "Check a spec, and inputs against it",
		Long: `Check the text of SPEC and, when that is right, each INPUT (-: standard input).
What is wrong is told as FILE:LINE:COLUMN: MESSAGE. With --format json each line
is an object with the event "mistake", file, line, column and message; the last
one has the event "check" and ok.

EXIT STATUS
  0  everything is right
  1  an input does not follow the spec
  2  the spec has mistakes, or wrong use`,
		Example: `  stresstester spec check sol.spec
  stresstester spec check sol.spec .stresstester/sol/*.in`,
		Args: func(cmd *cobra.Command, args []string) error { return oneSpec(cmd, args[:min(1, len(args))]) },
		RunE: func(_ *cobra.Command, args []string) error { return o.run(a, args[0], args[1:]) },
	}
	addFormat(cmd, &o.format)
	return cmd
}

// specMistake is a mistake in a spec, or a breach of it in an input.
type specMistake struct {
	Event   string `json:"event"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

func (o *specCheckOptions) run(a *app, path string, inputs []string) error {
	s, errs, err := parseSpec(path)
	if err != nil {
		return err
	}
	var mistakes []specMistake
	for _, e := range errs {
		mistakes = append(mistakes, specMistake{"mistake", path, e.Span.Start.Line, e.Span.Start.Column, e.Message})
	}
	status := exitOK
	if len(mistakes) > 0 {
		status, inputs = exitSetup, nil
	}
	for _, input := range inputs {
		text, err := readInput(input, a.in)
		if err != nil {
			return err
		}
		if v := s.Validate(text); v != nil {
			status = exitDivergence
			mistakes = append(mistakes, specMistake{"mistake", input, v.Line, v.Column, v.Message})
		}
	}
	if err := o.tell(a.out, mistakes); err != nil {
		return fmt.Errorf("writing the mistakes: %w", err)
	}
	return exit(status)
}

func (o *specCheckOptions) tell(w io.Writer, mistakes []specMistake) error {
	if o.format == formatJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, m := range mistakes {
			if err := enc.Encode(m); err != nil {
				return err
			}
		}
		return enc.Encode(struct {
			Event string `json:"event"`
			OK    bool   `json:"ok"`
		}{"check", len(mistakes) == 0})
	}
	for _, m := range mistakes {
		if _, err := fmt.Fprintf(w, "%s:%d:%d: %s\n", m.File, m.Line, m.Column, m.Message); err != nil {
			return err
		}
	}
	return nil
}

type specGenerateOptions struct {
	seed  uint64
	tests int
	size  int
}

func (a *app) specGenerateCommand() *cobra.Command {
	var o specGenerateOptions
	cmd := &cobra.Command{
		Use:   "generate [flags] SPEC",
		Short: "Print tests that a spec makes",
		Long: `Print the test that SPEC makes for a seed, the same one that a run makes for it.
Several tests are each headed by a line "-- SEED --".

EXIT STATUS
  0  the tests are printed
  2  the spec has mistakes, no input follows it, or wrong use`,
		Args: oneSpec,
		RunE: func(_ *cobra.Command, args []string) error {
			if o.tests < 1 {
				return errors.New("--tests: at least 1 is needed")
			}
			return o.run(a.out, args[0])
		},
	}
	cmd.Flags().Uint64Var(&o.seed, "seed", 1, "first `seed`")
	cmd.Flags().IntVar(&o.tests, "tests", 1, "print `N` tests")
	cmd.Flags().IntVar(&o.size, "size", 0, "largest `count` of elements; -1: what the spec allows (default as in a run)")
	return cmd
}

func (o *specGenerateOptions) run(w io.Writer, path string) error {
	s, err := readSpec(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	var text []byte
	for i := range o.tests {
		seed := o.seed + uint64(i)
		if text, err = s.Generate(text[:0], seed, o.sizeFor(seed)); err != nil {
			return errors.Join(fmt.Errorf("seed %d: %w", seed, err), out.Flush())
		}
		if o.tests > 1 {
			_, _ = fmt.Fprintf(out, "-- %d --\n", seed)
		}
		_, _ = out.Write(text)
	}
	return out.Flush() // keeps the first error
}

// sizeFor is the size of a run's test with that seed, unless one was given.
func (o *specGenerateOptions) sizeFor(seed uint64) spec.Size {
	switch {
	case o.size < 0:
		return spec.Unlimited
	case o.size > 0:
		return spec.Size(min(o.size, math.MaxInt32))
	}
	return spec.SizeFor(seed)
}

type specEnumerateOptions struct {
	tests int
	size  int
}

func (a *app) specEnumerateCommand() *cobra.Command {
	var o specEnumerateOptions
	cmd := &cobra.Command{
		Use:   "enumerate [flags] SPEC",
		Short: "Print the smallest inputs of a spec, in order",
		Long: `Print inputs that follow SPEC, the smallest first and none left out. Each is
headed by a line "-- NUMBER --".

EXIT STATUS
  0  the inputs are printed
  2  the spec has mistakes, or wrong use`,
		Args: oneSpec,
		RunE: func(_ *cobra.Command, args []string) error {
			if o.tests < 0 || o.size < 0 {
				return errors.New("--tests and --size must not be negative")
			}
			return o.run(a.out, args[0])
		},
	}
	cmd.Flags().IntVar(&o.tests, "tests", 100, "print at most `N` inputs; 0: no limit")
	cmd.Flags().IntVar(&o.size, "size", math.MaxInt32, "stop where the `total` of counts and values is larger")
	cmd.Flags().Lookup("size").DefValue = ""
	return cmd
}

func (o *specEnumerateOptions) run(w io.Writer, path string) error {
	s, err := readSpec(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	n := 0
	s.Enumerate(o.size, func(input []byte) bool {
		n++
		_, _ = fmt.Fprintf(out, "-- %d --\n", n)
		_, err = out.Write(input)
		return err == nil && (o.tests == 0 || n < o.tests)
	})
	return out.Flush() // keeps the first error
}

func (a *app) specInferCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "infer INPUT…",
		Short: "Guess a spec from sample inputs",
		Long: `Print a spec that every INPUT (-: standard input) follows, for you to correct:
samples do not tell how large things may be.

EXIT STATUS
  0  a spec is printed
  2  no format fits all inputs, or wrong use`,
		Example: `  stresstester spec infer .stresstester/sol/sample*.in >sol.spec`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(cmd, errors.New("which inputs? Name their files, or - for standard input"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return inferSpec(a, args) },
	}
}

func inferSpec(a *app, inputs []string) error {
	var samples [][]byte
	for _, input := range inputs {
		sample, err := readInput(input, a.in)
		if err != nil {
			return err
		}
		samples = append(samples, sample)
	}
	text, err := spec.Infer(samples)
	if err != nil {
		return fmt.Errorf("guessing a spec: %w", err)
	}
	if _, err := io.WriteString(a.out, text); err != nil {
		return fmt.Errorf("writing the spec: %w", err)
	}
	return nil
}
