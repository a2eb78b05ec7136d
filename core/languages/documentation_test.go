package languages

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"stresstester/core/problem"
)

const documentation = "../../docs/languages.md"

// Marks of the generated table in the documentation.
const (
	tableBegins = "<!-- table -->\n"
	tableEnds   = "<!-- end of table -->\n"
)

func TestDocumentationListsEveryLanguage(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), tableBegins)
	table, after, ok2 := strings.Cut(rest, tableEnds)
	if !ok || !ok2 {
		t.Fatalf("%s has no table", documentation)
	}
	want := languageTable(t, versionsIn(table))
	if *update {
		text := before + tableBegins + want + tableEnds + after
		if err := os.WriteFile(documentation, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		table = want
	}
	if table != want {
		t.Errorf("the table in %s is out of date: go test ./core/languages -run Documentation -update", documentation)
	}
}

// versionsIn are the versions in a table by language. They are written by hand:
// only an image knows them. A test of the examples compares them with one.
func versionsIn(table string) map[string]string {
	versions := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| [^|]+\\| `(\\w+)` \\| ([^|]*) \\|").FindAllStringSubmatch(table, -1) {
		versions[m[1]] = strings.TrimSpace(m[2])
	}
	return versions
}

func languageTable(t *testing.T, versions map[string]string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| Language | ID | Version | Extensions | Image | Compiled or checked by | Run by | On top |\n|---|---|---|---|---|---|---|---|\n")
	code := func(args []string) string { return "`" + strings.Join(args, " ") + "`" }
	for _, l := range Default().All() {
		name := "X" + l.Extensions[0]
		p := problem.Program{Name: name, Source: []byte("class X {}")}
		r, err := l.Recipe(&p)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s | %s | %s | %d |\n", l.Name, l.ID, versions[l.ID], strings.Join(l.Extensions, " "), l.Image,
			strings.ReplaceAll(code(r.Compile), "/opt/stresstester/", ""), code(r.Run), r.MemoryOverhead>>20)
	}
	for _, l := range Default().All() {
		if len(l.Standards) > 0 {
			fmt.Fprintf(&b, "\nStandards of %s: %s; %s if nothing is said.", l.Name, strings.Join(l.Standards, ", "), l.Standard)
		}
	}
	b.WriteString("\n")
	return b.String()
}
