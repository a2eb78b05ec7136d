package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write the golden files")

// inMemory runs the program without a terminal or an environment.
func inMemory(args ...string) (stdout, stderr string, status int) {
	var out, err bytes.Buffer
	status = run(args, streams{
		in: strings.NewReader(""), out: &out, err: &err,
		getenv: func(string) string { return "" },
		width:  func() int { return 0 },
	})
	return out.String(), err.String(), status
}

func TestHelp(t *testing.T) {
	t.Parallel()
	a := &app{streams: streams{getenv: func(string) string { return "" }}}
	var names []string
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		names = append(names, cmd.CommandPath())
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(a.root())
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, stderr, status := inMemory(strings.Fields(name + " --help")[1:]...)
			if status != 0 || stderr != "" {
				t.Errorf("status %d, standard error %q", status, stderr)
			}
			path := filepath.Join("testdata", "help", strings.ReplaceAll(name, " ", "_")+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		})
	}
}

func TestEveryCommandHasHelpThatSaysEnough(t *testing.T) {
	t.Parallel()
	a := &app{streams: streams{getenv: func(string) string { return "" }}}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: the short help is %q", cmd.CommandPath(), cmd.Short)
		}
		for line := range strings.SplitSeq(cmd.Long+"\n"+cmd.Example, "\n") {
			if utf8.RuneCountInString(line) > 80 {
				t.Errorf("%s: a line of the help is longer than a terminal's: %q", cmd.CommandPath(), line)
			}
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(a.root())
}
