package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"stresstester/core/problem"
)

// parsed is the run command with the flags as they were given.
func parsed(t *testing.T, args ...string) *cobra.Command {
	t.Helper()
	a := &app{streams: streams{getenv: func(string) string { return "" }}}
	cmd := a.shrinkCommand() // has all flags of run, and one more
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestReplayCommands(t *testing.T) {
	t.Parallel()
	saved := &problem.Counterexample{SavedAs: ".stresstester/sol/wa-1.in"}
	for _, c := range []struct {
		name    string
		tested  string
		flags   []string
		failure problem.Failure
		want    []string
	}{
		{"a generated test", "sol.cpp", nil, problem.Failure{TestSeed: 137, Counterexample: &problem.Counterexample{}},
			[]string{"stresstester run --tests 1 --seed 137 sol.cpp"}},
		{"a generated test that was saved", "a/sol.cpp", nil, problem.Failure{TestSeed: 137, Counterexample: saved},
			[]string{"stresstester run --tests 1 --seed 137 a/sol.cpp", "stresstester shrink --no-shrink --input a/.stresstester/sol/wa-1.in a/sol.cpp"}},
		{"a saved test", "sol.cpp", nil, problem.Failure{TestName: "wa-1", Counterexample: saved},
			[]string{"stresstester shrink --no-shrink --input .stresstester/sol/wa-1.in sol.cpp"}},
		{"flags that matter", "sol.cpp", []string{"--gen-args", "10 [5..9]", "--no-explain", "--fresh-exec=false", "--time-limit=1", "--brute", ""},
			problem.Failure{TestSeed: 1},
			[]string{"stresstester run --tests 1 --seed 1 --brute '' --gen-args '10 [5..9]' --time-limit 1 --no-explain --fresh-exec=false sol.cpp"}},
		{"flags that do not", "sol.cpp", []string{"--tests", "5", "--seed", "3", "--time", "5s", "--jobs", "2", "--keep-going", "9", "--format", "json"},
			problem.Failure{TestSeed: 4}, []string{"stresstester run --tests 1 --seed 4 sol.cpp"}},
		{"a given input", "sol.cpp", []string{"--input", "my input"}, problem.Failure{TestName: "my input"},
			[]string{"stresstester shrink --no-shrink --input 'my input' sol.cpp"}},
		{"a name like a flag", "-sol.cpp", nil, problem.Failure{TestName: "wa-1", Counterexample: saved},
			[]string{"stresstester shrink --no-shrink --input .stresstester/sol/wa-1.in ./-sol.cpp"}},
		{"nothing to replay", "sol.cpp", nil, problem.Failure{TestName: "standard input"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := replay{tested: c.tested, command: parsed(t, c.flags...).Flags()}
			if got := r.commands(c.failure); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestShellsReadQuotedWordsAsTheyWere(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	for _, word := range []string{"", "sol.cpp", "my sol.cpp", "it's", `"q"`, "a\nb", "$HOME `id` \\ !x", "~", "*", "caf\xe9", "日本", "-dash", "a=b", "#x", "tab\t'"} {
		out, err := exec.CommandContext(t.Context(), bash, "-c", "printf %s "+shellQuoted(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q is quoted as %s and read as %q, %v", word, shellQuoted(word), out, err)
		}
	}
}

func FuzzQuotedWordsStayOneWord(f *testing.F) {
	f.Add("it's\n")
	f.Add("\\'\\\x00\xff")
	f.Fuzz(func(t *testing.T, word string) {
		quoted := shellQuoted(word)
		if quoted == "" || strings.ContainsAny(quoted, "\n\x00\x1b") {
			t.Errorf("%q is quoted as %q", word, quoted)
		}
	})
}
