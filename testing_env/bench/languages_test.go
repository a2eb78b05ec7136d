package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"stresstester/core/languages"
	"stresstester/core/problem"
	"stresstester/core/room"
	"stresstester/testing_env/arena"
)

// Every language's three programs: a generator, and one that is both brute force and
// solution. Each way of running them is measured for languageRound at a time.
const languageRound = 5 * time.Second

// BenchmarkLanguages compares, for every language that the image has, the shell loop
// with what a user gets, on three programs of that language, compiled and started by
// the same commands.
func BenchmarkLanguages(b *testing.B) {
	name := image(b)
	sb := warm(b)
	full := arena.Target(b) == "full"
	for _, l := range languages.Default().All() {
		if l.Image == "full" && !full || !asked("languages", "language-"+l.ID) {
			continue
		}
		b.Run(l.ID, func(b *testing.B) {
			dir := b.TempDir()
			programs := languagePrograms(b, l, dir)
			tested := programs[0].Path
			o := room.Defaults()
			o.NoSave, o.Tests, o.Duration = true, 0, languageRound
			var shells, rates []float64
			var chosen problem.Result
			first := o
			first.Tests = 1
			execute(b, sb, tested, first) // compiles
			for range *rounds {
				shells = append(shells, runShell(b, name, languageShell(b, l, programs)))
				r := execute(b, sb, tested, o)
				if r.Verdict != problem.OK {
					b.Fatalf("the programs should agree: %s %s", r.Verdict, r.Message)
				}
				rates, chosen = append(rates, r.TestsPerSecond), r
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(shells), "shell-tests/s")
			b.ReportMetric(median(rates), "tests/s")
			b.ReportMetric(median(rates)/median(shells), "ratio")
			results.addLanguage(l.Name, median(shells), median(rates), chosen.Strategies)
			b.Logf("%v", chosen.Strategies)
		})
	}
}

// languagePrograms writes the language's programs into the folder: the tested one,
// the brute force and the generator.
func languagePrograms(tb testing.TB, l *languages.Language, dir string) []problem.Program {
	tb.Helper()
	var all []problem.Program
	for _, p := range []struct {
		role       problem.Role
		name, from string
	}{{problem.Tested, "sol", "sol"}, {problem.Brute, "brute", "sol"}, {problem.Generator, "gen", "gen"}} {
		var text []byte
		var err error
		for _, from := range languageSources(l, p.from) {
			if text, err = os.ReadFile(from); err == nil {
				break
			}
		}
		if err != nil {
			tb.Fatal(err)
		}
		path := filepath.Join(dir, p.name+l.Extensions[0])
		if err := os.WriteFile(path, text, 0o600); err != nil {
			tb.Fatal(err)
		}
		all = append(all, problem.Program{Role: p.role, Name: filepath.Base(path), Path: path, Source: text})
	}
	return all
}

// languageSources are where a language's program may be, those of the language that
// it is a variant of included.
func languageSources(l *languages.Language, name string) []string {
	extensions := l.Extensions
	for _, base := range languages.Default().All() {
		if base.ID == l.VariantOf {
			extensions = append(extensions[:len(extensions):len(extensions)], base.Extensions...)
		}
	}
	var paths []string
	for _, e := range extensions {
		paths = append(paths, filepath.Join("testdata", "languages", name+e), filepath.Join("programs", name+e),
			filepath.Join("testdata", "languages", strings.Title(name)+e)) //nolint:staticcheck // of one ASCII word
	}
	return paths
}

// languageShell is the shell loop on the programs, by the commands of the language's
// recipes.
func languageShell(tb testing.TB, l *languages.Language, programs []problem.Program) string {
	tb.Helper()
	var b strings.Builder
	b.WriteString("set -e\nexport LANG=C.UTF-8 HOME=/t\n")
	run := map[problem.Role]string{}
	for i := range programs {
		p := &programs[i]
		recipe, err := l.Recipe(p)
		if err != nil {
			tb.Fatal(err)
		}
		dir := "/t/" + string(p.Role) + "/out"
		fill := strings.NewReplacer("{dir}", dir, "{memory_mb}", "256", "{stack_mb}", "244")
		quote := func(words []string) string {
			var quoted []string
			for _, w := range words {
				quoted = append(quoted, "'"+strings.ReplaceAll(fill.Replace(w), "'", `'\''`)+"'")
			}
			return strings.Join(quoted, " ")
		}
		if i == 0 {
			for _, e := range recipe.Env {
				b.WriteString("export " + quote([]string{e}) + "\n")
			}
		}
		fmt.Fprintf(&b, "mkdir -p %s; cd %s/..\ncat >'%s' <<'END_OF_FILE'\n%s\nEND_OF_FILE\n%s >&2\n", dir, dir, recipe.SourceName, p.Source, quote(recipe.Compile))
		run[p.Role] = quote(recipe.Run)
	}
	b.WriteString("cd /t\n")
	return b.String() + loop(run[problem.Generator], run[problem.Brute], run[problem.Tested], "diff -w a b >/dev/null", languageRound)
}

// loop is the shell loop that everybody writes; it ends by telling its rate.
func loop(gen, brute, sol, compare string, d time.Duration) string {
	return fmt.Sprintf(`i=0
begin=$(date +%%s%%N)
end=$((begin + %d))
now=$begin
while [ $now -lt $end ]; do
	i=$((i+1))
	%s $i >in
	%s <in >a
	%s <in >b
	%s || { echo "differ at $i"; exit 1; }
	now=${EPOCHREALTIME/./}000
done
echo "RATE $i $(( $(date +%%s%%N) - begin ))"
`, d.Nanoseconds(), gen, brute, sol, compare)
}

// runShell runs a shell loop in a container of the image and returns its tests per
// second.
func runShell(b *testing.B, name, script string) float64 {
	b.Helper()
	fields := strings.Fields(inContainer(b, name, script, "RATE "))
	if len(fields) != 2 {
		b.Fatalf("the shell loop said %q", fields)
	}
	tests, _ := strconv.ParseFloat(fields[0], 64)
	nanoseconds, _ := strconv.ParseFloat(fields[1], 64)
	return tests / (nanoseconds / 1e9)
}

// inContainer runs a shell's script in a container of the image, with files in memory,
// and returns what it printed behind the mark.
func inContainer(b *testing.B, name, script, mark string) string {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "docker", "run", "--rm", "-i", "--network", "none", "--tmpfs", "/t:exec,size=512m",
		"--entrypoint", "/bin/bash", name)
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("the script failed: %v\n%s", err, out)
	}
	_, said, _ := strings.Cut(string(out), mark)
	return said
}
