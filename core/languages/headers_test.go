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
		want.WriteString(std)
		for _, arg := range r.Compile {
			// Macros that the header does not mention and warnings do not matter.
			for _, kind := range []string{"-O", "-g", "-f", "-m"} {
				if strings.HasPrefix(arg, kind) {
					want.WriteString(" " + arg)
				}
			}
		}
		want.WriteString("\n")
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
