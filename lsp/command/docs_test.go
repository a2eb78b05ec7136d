package command

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the generated parts of docs/protocol.md")

// TestProtocolDocument keeps docs/protocol.md from drifting away from what is
// declared here.
//
//nolint:paralleltest // it may write a file of the repository
func TestProtocolDocument(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "protocol.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for name, section := range Sections() {
		begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
		before, rest, found := strings.Cut(text, begin)
		old, after, ended := strings.Cut(rest, end)
		if !found || !ended {
			t.Fatalf("%s has no lines %q and %q", path, begin, end)
		}
		if old != section && !*update {
			t.Errorf("the part %q of %s is out of date: run go test ./lsp/command -update, and read the text around it", name, path)
		}
		text = before + begin + section + end + after
	}
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range Names() {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("%s does not mention %s", path, name)
		}
	}
}
