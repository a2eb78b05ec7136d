package room_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/problem"
	"stresstester/core/room"
)

// mistakes are the errors' lines without the file's name.
func mistakes(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var config *room.ConfigError
	if !errors.As(err, &config) {
		t.Fatalf("%v is no ConfigError", err)
	}
	var out []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		out = append(out, strings.TrimPrefix(line, config.Path+":"))
	}
	return out
}

func TestConfigurationMistakesAreShownWhereTheyAre(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		text string
		want []string
	}{
		{"nothing is right", "", nil},
		{"comments are right", "# tests = -1\n", nil},
		{"a byte order mark is right", "\ufefftests = 3\n", nil},
		{"a typing mistake", "tets = 5\n", []string{"1:1: unknown key tets: did you mean tests?"}},
		{"a dash for an underscore", "\n  gen-args = '1'\n", []string{"2:3: unknown key gen-args: did you mean gen_args?"}},
		{"another word", "timeout = 2\n", []string{"1:1: unknown key timeout: did you mean time_limit?"}},
		{"a role's other name", "generator = 'g.py'\n", []string{"1:1: unknown key generator: did you mean gen?"}},
		{"a syntax mistake", "tests = 5\ntests 6\n", []string{"2:7: expected '=' after key"}},
		{"a key twice", "tests = 5\ntests = 6\n", []string{"2:1: key tests is already defined"}},
		{"a wrong type", "tests = '5'\n", []string{"1:9: tests: expected a whole number, found a string"}},
		{"a fraction of a test", "tests = 5.5\n", []string{"1:9: tests: expected a whole number, found a number with a fraction"}},
		{"a negative number", "tests = -5\n", []string{"1:9: tests: -5 is not between 0 and 1000000000"}},
		{"a negative seed", "seed = -1\n", []string{"1:8: seed: -1 is negative"}},
		{"not a duration", "time_limit = 'soon'\n", []string{`1:14: time_limit: "soon" is not a duration: write 2s, 500ms, 1m30s, or a number of seconds`}},
		{"no time at all", "time_limit = 0\n", []string{"1:14: time_limit: 0s is not between 1ms and 1h0m0s"}},
		{"a forgotten unit", "memory_limit = 256\n", []string{"1:16: memory_limit: 256 is not between 1M and 1T: did you mean 256M?"}},
		{"a comparison that is not there", "compare = 'fuzzy'\n", []string{`1:11: compare: comparison "fuzzy" is not known: use tokens, lines, exact, float=1e-6 or caseless`}},
		{"a broken range", "gen_args = '[5..1]'\n", []string{"1:12: gen_args: generator arguments: the range [5..1] is empty: its first number is the larger one"}},
		{"a role without a program", "[limits.spec]\ntime_limit = 1\n", []string{"1:9: unknown key spec; the keys here are brute, checker, gen, interactor, tested, validator"}},
		{"a wrong limit of a role", "[limits.gen]\ntime_limit = '2 weeks'\n", []string{`2:14: time_limit: "2 weeks" is not a duration: write 2s, 500ms, 1m30s, or a number of seconds`}},
		{"an unknown limit", "[limits.brute]\ntime_limt = 1\n", []string{"2:1: unknown key time_limt: did you mean time_limit?"}},
		{"limits that are no table", "limits = 3\n", []string{"1:10: limits: expected a table, found a whole number"}},
		{"an unknown language", "[languages.cpq]\nstd = 'c++20'\n", []string{"1:12: unknown key cpq: did you mean cpp?"}},
		{"an unknown key of a language", "[languages.cpp]\nstandard = 'c++20'\n", []string{"2:1: unknown key standard: did you mean std?"}},
		{"flags that are no list", "[languages.cpp]\ncompile_flags = '-O3'\n", []string{"2:17: compile_flags: expected a list of strings, found a string"}},
		{"a mistake in another problem's table", "[problem.b]\ntests = 'x'\n", []string{"2:9: tests: expected a whole number, found a string"}},
		{"an inline table", "problem = { b = { tests = 1, compare = 3 } }\n", []string{"1:40: compare: expected a string, found a whole number"}},
		{"a list of the wrong things", "include = ['a', 3]\n", []string{"1:17: include: expected a list of strings, found a whole number in it"}},
		{"a list of tables", "[[problem]]\ntests = 1\n", []string{"1:3: problem: expected a table, found a list"}},
		{"several mistakes in their order", "tests = true\n[problem.sol]\nseeed = 1\n[limits.gen]\nx = 1\n", []string{
			"1:9: tests: expected a whole number, found true or false",
			"3:1: unknown key seeed: did you mean seed?",
			"5:1: unknown key x; the keys here are memory_limit, output_limit, time_limit",
		}},
		{"a date", "time = 1979-05-27\n", []string{`1:8: time: expected a duration such as "2s", found a date or time`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := mistakes(t, room.CheckConfig("/p/stresstester.toml", []byte(c.text)))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAProblemsTableLiesOverTheFolders(t *testing.T) {
	t.Parallel()
	files := named("sol.cpp", "other.cpp", "slow.cpp", "naive.cpp", "gen.cpp")
	files[room.ConfigName] = `
tests = 500
compare = "float=1e-9"
time_limit = 1
brute = "naive.cpp"

[limits.gen]
time_limit = "30s"
memory_limit = "2G"
[limits.tested]
output_limit = "1M"

[problem.sol]
tests = 0
seed = "18446744073709551615"
time_limit = "500ms"
memory_limit = "64MiB"
gen_args = "10 [5..100]"
brute = "slow.cpp"
keep_going = 3
no_shrink = true
[problem.sol.limits.gen]
time_limit = 60
`
	dir := folder(t, files)
	r := open(t, dir, "sol.cpp", nil)
	want := room.Defaults()
	want.Tests, want.Seed, want.KeepGoing, want.NoShrink, want.GenArgs = 0, 18446744073709551615, 3, true, "10 [5..100]"
	want.Compare = problem.Comparison{Mode: problem.CompareFloat, Epsilon: 1e-9}
	want.Limits = map[problem.Role]problem.Limits{
		problem.Tested:    {Time: 500 * time.Millisecond, Memory: 64 << 20, Output: 1 << 20},
		problem.Generator: {Time: time.Minute, Memory: 2 << 30},
	}
	if diff := cmp.Diff(want, r.Options); diff != "" {
		t.Errorf("options of sol (-want +got):\n%s", diff)
	}
	if got := roles(r)[problem.Brute]; got != "slow.cpp" {
		t.Errorf("the brute force of sol is %s", got)
	}
	other := open(t, dir, "other.cpp", nil)
	if other.Options.Tests != 500 || roles(other)[problem.Brute] != "naive.cpp" || other.Options.Limits[problem.Tested].Time != time.Second {
		t.Errorf("the folder's settings do not hold for another problem: %+v", other.Options)
	}
}

func TestFilesNamedInTheConfigurationMustExist(t *testing.T) {
	t.Parallel()
	files := named("sol.cpp", "slow.cpp")
	files[room.ConfigName] = "brute = 'slwo.cpp'\ninclude = ['lib']\n"
	dir := folder(t, files)
	_, err := room.Open(room.Disk{}, filepath.Join(dir, "sol.cpp"), nil)
	want := []string{
		"1:9: brute: the brute force slwo.cpp does not exist or is not a regular file. Did you mean slow.cpp?",
		"2:12: include: folder lib: no such file or directory",
	}
	if diff := cmp.Diff(want, mistakes(t, err)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

func TestSettingsAreAppliedWithoutTouchingWhatTheyAreAppliedTo(t *testing.T) {
	t.Parallel()
	limit, size := room.Duration(time.Second), room.Size(1<<30)
	before := room.Defaults()
	before.Limits = map[problem.Role]problem.Limits{problem.Tested: {Time: time.Minute}}
	after, err := room.Settings{TimeLimit: &limit, MemoryLimit: &size}.Apply(before)
	if err != nil {
		t.Fatal(err)
	}
	if got := after.Limits[problem.Tested]; got.Time != time.Second || got.Memory != 1<<30 {
		t.Errorf("the limits are %+v", got)
	}
	if got := before.Limits[problem.Tested]; got.Time != time.Minute || got.Memory != 0 {
		t.Errorf("the limits before became %+v", got)
	}
}

func TestTheDocumentedConfigurationIsRight(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(doc), "```toml\n")
	if !found {
		t.Fatal("docs/configuration.md shows no example")
	}
	for ; found; _, rest, found = strings.Cut(rest, "```toml\n") {
		example, _, _ := strings.Cut(rest, "```")
		if err := room.CheckConfig("example.toml", []byte(example)); err != nil {
			t.Errorf("%v in the example:\n%s", err, example)
		}
	}
}

func FuzzConfigurationIsReadOrRefusedWithAPlace(f *testing.F) {
	f.Add("tests = 5\n[problem.\"a b\"]\ninclude = ['x', \"y\"]\n")
	f.Add("[limits.gen]\ntime_limit = 2.5\n[languages.cpp]\nstd = 'c++20'\ncompile_flags = []\n")
	f.Add("a.b.c = {d = [1, {e = 2}]}\n[[x]]\n[[x]]\n")
	f.Add("\ufeff'' = 1\n\"\\u0000\" = 2\n")
	f.Fuzz(func(t *testing.T, text string) {
		err := room.CheckConfig("c.toml", []byte(text))
		var config *room.ConfigError
		if err != nil && (!errors.As(err, &config) || config.Message == "") {
			t.Errorf("%q: %v is no ConfigError", text, err)
		}
	})
}
