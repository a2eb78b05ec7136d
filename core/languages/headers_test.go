package languages

import (
	"flag"
	"os"
	"strings"
	"testing"

	"stresstester/core/problem"
)

var update = flag.Bool("update", false, "write what tests compare with")

// The precompiled headers fit only compilations with the same flags. They are
// kept apart from languages.toml so that another change there compiles none anew.
func TestHeadersArePrecompiledForTheFlagsOfCPlusPlus(t *testing.T) {
	t.Parallel()
	const file = "../../testing_env/image/headers.txt"
	var want strings.Builder
	for _, std := range language(t, "cpp").Standards {
		table, err := Default().With(map[string]Override{"cpp": {Std: std}})
		if err != nil {
			t.Fatal(err)
		}
		l, _ := table.ByID("cpp")
		r, err := l.Recipe(&problem.Program{Name: "a.cpp"})
		if err != nil {
			t.Fatal(err)
		}
		want.WriteString(headerFlags(std, r.Compile))
		if std == language(t, "cpp").Standard {
			// The first explanation of a failure waits for this build.
			want.WriteString(headerFlags(std, r.Sanitize.Compile))
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want.String() {
		t.Errorf("%s is\n%swant, by -update,\n%s", file, got, want.String())
	}
}

// headerFlags are the flags that matter to a precompiled header. Other macros than the
// library's, which the header does not mention, and warnings do not.
func headerFlags(std string, compile []string) string {
	line := std
	for _, arg := range compile {
		for _, kind := range []string{"-O", "-g", "-f", "-m", "-D_"} {
			if strings.HasPrefix(arg, kind) {
				line += " " + arg
			}
		}
	}
	return line + "\n"
}
