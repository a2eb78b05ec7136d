package hostile

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the table in docs/security.md")

// document holds the table, between two marks.
const (
	document  = "../../docs/security.md"
	tableFrom = "<!-- table of hostile programs: go test ./testing_env/hostile -run TestTable -update -->\n"
	tableTo   = "<!-- end of table -->\n"
)

// leastPrograms is how many programs the suite must have.
const leastPrograms = 60

func TestTableInTheSecurityDocumentIsThatOfTheSuite(t *testing.T) {
	t.Parallel()
	attacks, err := catalog()
	if err != nil {
		t.Fatal(err)
	}
	if len(attacks) < leastPrograms {
		t.Errorf("there are %d programs only", len(attacks))
	}
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := bytes.Cut(text, []byte(tableFrom))
	old, after, closed := bytes.Cut(rest, []byte(tableTo))
	if !ok || !closed {
		t.Fatalf("%s has no marks around its table", document)
	}
	want := table(attacks)
	if string(old) == want {
		return
	}
	if !*update {
		t.Fatalf("%s does not tell what the suite does; -update makes it so", document)
	}
	text = slices.Concat(before, []byte(tableFrom), []byte(want), []byte(tableTo), after)
	if err := os.WriteFile(document, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// table is all attacks as Markdown, a table for each group.
func table(attacks []attack) string {
	var out strings.Builder
	fmt.Fprintf(&out, "\n%d programs, each in the roles listed.\n", len(attacks))
	for _, group := range groups {
		fmt.Fprintf(&out, "\n### %s\n\n| program | tries | right verdict | because |\n| --- | --- | --- | --- |\n", group)
		for _, a := range attacks {
			if a.group == group {
				fmt.Fprintf(&out, "| `%s` | %s | %s | %s |\n", a.name, cell(a.tries), verdicts(a.expect), cell(a.why))
			}
		}
	}
	out.WriteString("\n")
	return out.String()
}

// verdicts groups the roles that share a verdict.
func verdicts(all []expectation) string {
	var order []string
	roles := map[string][]string{}
	for _, e := range all {
		v := e.String()
		if roles[v] == nil {
			order = append(order, v)
		}
		roles[v] = append(roles[v], string(e.part))
	}
	for i, v := range order {
		order[i] = v + " (" + strings.Join(roles[v], ", ") + ")"
	}
	return strings.Join(order, "; ")
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func TestHeadersAreChecked(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"a key that does not exist":   "//: group: Memory\n//: tries: x\n//: why: y\n//: expect: tested=OK\n//: tmie: 1s\n",
		"a verdict that is none":      "//: group: Memory\n//: tries: x\n//: why: y\n//: expect: tested=FINE\n",
		"a role that is none":         "//: group: Memory\n//: tries: x\n//: why: y\n//: expect: tester=OK\n",
		"a group that is none":        "//: group: Misc\n//: tries: x\n//: why: y\n//: expect: tested=OK\n",
		"no word about what is right": "//: group: Memory\n//: tries: x\n//: expect: tested=OK\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if a, err := parseHeader("x.c", []byte(source)); err == nil {
				t.Errorf("it was accepted: %+v", a)
			}
		})
	}
	a, err := parseHeader("x.c", []byte("//: group: Memory\n//: tries: a\n//:     b\n//: why: y\n//: expect: tested=RE|TLE brute=OK\n//: memory: 5M\nint main;\n"))
	if err != nil || a.tries != "a b" || a.limits.Memory != 5<<20 || len(a.expect) != 2 || !a.expect[0].allows("TLE") {
		t.Errorf("got %+v, %v", a, err)
	}
}
