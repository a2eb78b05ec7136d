package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGeneratedFiles keeps the document and the editors' constants from drifting
// away from what is declared here.
func TestGeneratedFiles(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	files, err := Files(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil || string(got) != want {
			t.Errorf("%s is out of date: run go generate ./lsp/command, and read what is written by hand around it (%v)", name, err)
		}
	}
	for _, name := range Names() {
		if !strings.Contains(files["docs/protocol.md"], "`"+name+"`") {
			t.Errorf("the document does not mention %s", name)
		}
	}
}

func TestTypeScriptKnowsEveryTypeThatItMentions(t *testing.T) {
	t.Parallel()
	text := typeScript()
	for _, want := range []string{
		`specPreview: "stresstester.spec.preview"`, `"stresstester.run": { params: RunParams; result: RunResult }`,
		"export interface Counterexample {", "  input: Text;\n", "export interface Failure {", "  time_limit?: number | string;\n",
		"  location: Location | null;\n", "run: \"stresstester/run\"",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q", want)
		}
	}
}
