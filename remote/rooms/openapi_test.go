package rooms_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"stresstester/remote/api"
	"stresstester/remote/rooms"
)

var update = flag.Bool("update", false, "write docs/openapi.json and the routes of docs/api.md anew")

const howToUpdate = "write it with: go test ./remote/rooms -run TheCommitted -update"

func golden(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the server does; %s", path, howToUpdate)
	}
}

func TestTheCommittedDocumentIsTheAPIs(t *testing.T) {
	t.Parallel()
	golden(t, "../../docs/openapi.json", string(rooms.OpenAPI()))
}

func TestTheCommittedListOfRoutesIsTheAPIs(t *testing.T) {
	t.Parallel()
	var d struct {
		Paths map[string]map[string]struct {
			Summary string `json:"summary"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(rooms.OpenAPI(), &d); err != nil {
		t.Fatal(err)
	}
	var routes []string
	for path, methods := range d.Paths {
		for method, o := range methods {
			routes = append(routes, fmt.Sprintf("| `%s` | %s | %s |", path, strings.ToUpper(method), o.Summary))
		}
	}
	routes = append(routes, fmt.Sprintf("| `%s` | GET | The OpenAPI document |", api.PathOpenAPI))
	slices.Sort(routes)
	const begin, end = "<!-- routes: begin -->", "<!-- routes: end -->"
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("docs/api.md has no place for the routes")
	}
	golden(t, "../../docs/api.md", before+begin+"\n| path | method | |\n| --- | --- | --- |\n"+strings.Join(routes, "\n")+"\n"+end+after)
}
