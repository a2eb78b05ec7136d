package lsptest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
)

// imageVariable names the sandbox image for tests that need one.
const imageVariable = "STRESSTESTER_IMAGE"

// shared is the one real sandbox of a test process, warm from its first use.
var shared *sandbox.Warm

// Main runs a package's tests and then closes the real sandbox, if one was used.
// TestMain calls it.
func Main(m *testing.M) int {
	image := os.Getenv(imageVariable)
	if image == "" {
		return m.Run()
	}
	launcher, err := docker.New(docker.Options{Image: image})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	shared = sandbox.NewWarm(launcher, nil)
	defer func() {
		_ = shared.Close()
		_ = launcher.Close()
	}()
	return m.Run()
}

// Real is the test process's real sandbox; the test is skipped where there is no
// image.
func Real(t testing.TB) *sandbox.Warm {
	t.Helper()
	if shared == nil {
		t.Skipf("%s is not set: make test sets it to the sandbox's image", imageVariable)
	}
	return shared
}

// Scripted is a sandbox whose runs do what a test wants, for the server's
// behaviour around runs: order, cancellation, what is shown when. What runs find
// is tested with a real one.
type Scripted func(ctx context.Context, job problem.Job, obs sandbox.Observer) (problem.Result, error)

// Run implements stress.Sandbox.
func (s Scripted) Run(ctx context.Context, job problem.Job, obs sandbox.Observer) (problem.Result, error) {
	return s(ctx, job, obs)
}
