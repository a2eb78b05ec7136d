package lsp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"stresstester/core/stress"
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
	play(t, "testdata", func(t *testing.T) stress.Sandbox { return lsptest.Real(t) })
}

// TestScenariosWithoutSandbox plays those in which nothing gets as far as a run.
func TestScenariosWithoutSandbox(t *testing.T) {
	play(t, "testdata/nosandbox", func(*testing.T) stress.Sandbox { return lsptest.Scripted(forever) })
}

func play(t *testing.T, dir string, sandbox func(*testing.T) stress.Sandbox) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scenarios in %s: %v", dir, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			lsptest.RunScenario(t, path, lsp.Deps{Sandbox: sandbox(t), Version: "test"})
		})
	}
}
