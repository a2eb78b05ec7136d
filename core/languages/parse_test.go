package languages

import (
	"errors"
	"strings"
	"testing"

	testingenv "stresstester/testing_env"
)

const smallest = `format = 1

[languages.x]
name = "X"
image = "default"
extensions = [".x"]
version = { command = ["x"], pattern = '(\d+)' }
run = ["{dir}/main"]
`

func TestTheEmbeddedTableParses(t *testing.T) {
	t.Parallel()
	table, err := Parse(testingenv.LanguagesTOML)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.All()) != len(Default().All()) || len(table.All()) < 20 {
		t.Errorf("there are %d languages", len(Default().All()))
	}
	if first := table.All()[0].ID; first != "cpp" {
		t.Errorf("the first language is %s: the order is not that of the text", first)
	}
}

func TestParseTakesTheSmallestTable(t *testing.T) {
	t.Parallel()
	table, err := Parse([]byte(smallest))
	if err != nil {
		t.Fatal(err)
	}
	if l, ok := table.ForFile("a.x"); !ok || l.Name != "X" {
		t.Errorf("got %v", l)
	}
}

func TestParseInherits(t *testing.T) {
	t.Parallel()
	table, err := Parse([]byte(smallest + `env = ["A=1"]
memory_mb = 3
[languages.y]
name = "Y"
image = "full"
variant_of = "x"
extensions = [".y"]
shebangs = ["y"]
memory_mb = 4
`))
	if err != nil {
		t.Fatal(err)
	}
	y, _ := table.ByID("y")
	if len(y.env) != 1 || y.memory != 4<<20 || y.Name != "Y" || y.run[0] != "{dir}/main" {
		t.Errorf("got %+v", y)
	}
}

func TestParseTellsEveryMistakeAndItsPlace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string
	}{
		{"no TOML", "format = ", []string{"line 1, column"}},
		{"an unknown key", smallest + "nam = 1\n", []string{"line 9, column 1: unknown key languages.x.nam"}},
		{"an unknown key deep inside", smallest + "crash = [{ pattern = '(?P<file>a)(?P<line>1)', lst = true }]\n", []string{"line 9, column", "unknown key"}},
		{"another format", strings.Replace(smallest, "format = 1", "format = 2", 1), []string{"line 1, column 1: format must be 1"}},
		{"no format", strings.Replace(smallest, "format = 1", "", 1), []string{"format must be 1"}},
		{"no languages", "format = 1\n", []string{"there is no language"}},
		{"a number for a text", strings.Replace(smallest, `"X"`, "1", 1), []string{"line 4, column 8: "}},
		{"a bad name of a language", strings.Replace(smallest, "languages.x", "languages.X-1", 1), []string{`line 3, column 12: language "X-1": use small letters and digits`}},
		{"what is missing", "format = 1\n[languages.x]\n", []string{"name is missing", "image must be", "extensions are missing", "version.command is missing", "run is missing"}},
		{"an extension without a dot", strings.Replace(smallest, `".x"`, `".x", "y"`, 1), []string{`line 6, column 21: extension "y"`}},
		{"an extension of two languages", smallest + strings.Replace(strings.Replace(smallest, "format = 1", "", 1), "languages.x", "languages.y", 1),
			[]string{"line 14, column 15: extension .x belongs to x already"}},
		{"a placeholder that nobody fills", strings.Replace(smallest, "{dir}/main", "{folder}/main", 1), []string{"line 8, column 8: {folder} is not known here"}},
		{"flags glued to something", strings.Replace(smallest, "{dir}/main", "-x{flags}", 1), []string{"{flags} must be an argument of its own"}},
		{"a regular expression that is none", strings.Replace(smallest, `(\d+)`, `(\d+`, 1), []string{"line 7, column 30: pattern: missing closing )"}},
		{"a version without a group", strings.Replace(smallest, `(\d+)`, `\d+`, 1), []string{"exactly one group"}},
		{"compile without diagnostics", smallest + "compile = [\"x\"]\n", []string{"diagnostics are missing"}},
		{"a rule without the group it needs", smallest + "crash = [{ pattern = '(?P<line>1)' }]\n", []string{`line 9, column 12: pattern has no group "file"`}},
		{"a rule with a group that means nothing", smallest + "crash = [{ pattern = '(?P<file>a)(?P<line>1)(b)' }]\n", []string{`pattern has a group "" that means nothing`}},
		{"a severity that is none", smallest + "diagnostics = [{ pattern = '(?P<message>a)', severity = 'bad' }]\n", []string{"severity must be one of"}},
		{"two severities", smallest + "diagnostics = [{ pattern = '(?P<message>a)(?P<severity>b)', severity = 'error' }]\n", []string{"severity is given"}},
		{"a first column of 2", smallest + "diagnostics = [{ pattern = '(?P<message>a)', severity = 'error', first_column = 2 }]\n", []string{"first_column must be 0 or 1"}},
		{"an include without files", smallest + "includes = [{ pattern = '(?P<name>a)' }]\n", []string{"files are missing"}},
		{"an include with a fixed file", smallest + "includes = [{ pattern = '(?P<name>a)', files = ['x'] }]\n", []string{"does not contain {name}"}},
		{"a default standard that is not selectable", smallest + "compile = ['x', '{std}']\ndiagnostics = [{ pattern = '(?P<message>a)', severity = 'error' }]\n[languages.x.std]\ndefault = '1'\nvalues = ['2']\naliases = { a = '3' }\n",
			[]string{"line 12, column 1: default must be one of values", `alias "a" means "3"`}},
		{"standards that compile does not use", smallest + "[languages.x.std]\ndefault = '1'\nvalues = ['1']\n", []string{"compile does not use {std}"}},
		{"a variant of nothing", smallest + "variant_of = 'z'\n", []string{`line 9, column 1: language "z" is not known`}},
		{"a variant of itself", smallest + "variant_of = 'x'\n", []string{"depends on another one itself"}},
		{"a variant that also inherits", smallest + "variant_of = 'z'\ninherits = 'z'\n", []string{"not both"}},
		{"a shebang without variants", smallest + "shebangs = ['x']\n", []string{"only variants"}},
		{"a variable without a value", smallest + "env = ['A']\n", []string{`line 9, column 8: env "A": use NAME=value`}},
		{"a text that is in every output", smallest + "out_of_memory = ['']\n", []string{"an empty text"}},
		{"memory below nothing", smallest + "memory_mb = -1\n", []string{"memory_mb must be"}},
		{"no time to compile", smallest + "compile_seconds = 0\n", []string{"compile_seconds must be"}},
		{"a source with a fixed name of another language", smallest + "source = 'main.y'\n", []string{"source must contain {name} or end in .x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(tt.text))
			var mistakes Errors
			if !errors.As(err, &mistakes) {
				t.Fatalf("error %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
			for _, m := range mistakes {
				if m.Line < 0 || m.Line == 0 && m.Column != 0 {
					t.Errorf("place %d:%d", m.Line, m.Column)
				}
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(smallest)
	f.Add(smallest + "compile = ['{std}']\ndiagnostics = [{ pattern = '(?P<message>a)', severity = 'error', first_column = 0 }]\n" +
		"crash = [{ pattern = '(?P<file>a)(?P<line>b)', last = true }]\nstd = { default = 'a', values = ['a'], aliases = { b = 'a' } }\n" +
		"[languages.y]\nvariant_of = 'x'\nshebangs = ['y']\nthreads = true\nmemory_mb = 1\ncompile_seconds = 2\n")
	f.Add(smallest + "includes = [{ pattern = '(?P<name>a)', files = ['{name}'] }, []]\n[[languages.y]]\n")
	f.Add("languages.a.b.c = 1\nlanguages = {}\n\"\".x=[[1]]")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := Parse([]byte(text))
		if err == nil {
			for _, l := range table.All() {
				if l.Name == "" || len(l.Extensions) == 0 {
					t.Errorf("language %+v", l)
				}
			}
			return
		}
		var mistakes Errors
		if !errors.As(err, &mistakes) || len(mistakes) == 0 || err.Error() == "" {
			t.Errorf("error %v", err)
		}
	})
}
