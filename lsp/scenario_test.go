package lsp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"stresstester/lsp"
	"stresstester/lsp/lsptest"
)

func TestMain(m *testing.M) {
	code := lsptest.Main(m)
	if code == 0 {
		if err := goleak.Find(); err != nil {
			_, _ = os.Stderr.WriteString("goroutines are left:\n" + err.Error() + "\n")
			code = 1
		}
	}
	os.Exit(code)
}

// TestScenarios plays every story in testdata with one real sandbox.
func TestScenarios(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			lsptest.RunScenario(t, path, lsp.Deps{Sandbox: lsptest.Real(t), Version: "test"})
		})
	}
}
