// Package arena is a warm sandbox for tests that let programs misbehave: it builds
// jobs from sources, runs them in a real container, and looks at that container
// from inside, as root, for what programs left behind.
//
// It is used by tests only. Start reading at Open.
package arena

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
)

// ImageEnv names the sandbox image that tests use; without it they are skipped.
const ImageEnv = "STRESSTESTER_IMAGE"

// DriverEnv names a driver's program to use instead of the embedded one, for work on
// the driver.
const DriverEnv = "STRESSTESTER_DRIVER"

// RuntimeEnv names the engine's runtime for the containers of tests, such as runsc; by
// default it is the engine's own.
const RuntimeEnv = "STRESSTESTER_TEST_RUNTIME"

// label tells the containers of one arena from all others.
const label = "stresstester.test"

// Arena is one warm sandbox.
type Arena struct {
	warm     *sandbox.Warm
	launcher *counting
	client   *docker.Launcher
	label    string
}

// counting counts how many sandboxes were needed: one that dies is replaced.
type counting struct {
	sandbox.Launcher
	launches atomic.Int32
}

func (c *counting) Launch(ctx context.Context, status func(string)) (io.ReadWriteCloser, error) {
	c.launches.Add(1)
	return c.Launcher.Launch(ctx, status)
}

// Open prepares a sandbox that lives until the test's end, with what of the
// machine o allows it. Nothing is started before the first run.
func Open(t testing.TB, o docker.Options) *Arena {
	t.Helper()
	o.Image = os.Getenv(ImageEnv)
	if o.Image == "" {
		t.Skipf("%s names no image: run make test", ImageEnv)
	}
	if o.Runtime == "" {
		o.Runtime = os.Getenv(RuntimeEnv)
	}
	if driver := os.Getenv(DriverEnv); driver != "" {
		o.Driver = func(string) ([]byte, error) { return os.ReadFile(driver) }
	}
	log := zap.NewNop()
	if testing.Verbose() {
		log = zaptest.NewLogger(t, zaptest.Level(zap.InfoLevel))
	}
	a := &Arena{label: rand.Text()}
	o.Log = log
	o.Labels = map[string]string{label: a.label}
	l, err := docker.New(o)
	if err != nil {
		t.Fatal(err)
	}
	a.launcher = &counting{Launcher: l}
	a.warm = sandbox.NewWarm(a.launcher, log)
	a.client = l
	t.Cleanup(a.Close)
	return a
}

// Target is the target of the Dockerfile that the image was built of: "full" for the
// image that has all languages.
func Target(t testing.TB) string {
	t.Helper()
	name := os.Getenv(ImageEnv)
	if name == "" {
		t.Skipf("%s names no image: run make test", ImageEnv)
	}
	out, err := exec.CommandContext(t.Context(), "docker", "image", "inspect", "--format", `{{index .Config.Labels "stresstester.target"}}`, name).Output()
	if err != nil {
		t.Fatalf("asking the engine for the image: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// Close ends the sandbox before the test's end.
func (a *Arena) Close() {
	_ = a.warm.Close()
	_ = a.client.Close()
}

// Launches is how many containers have been started; more than one means that one
// has died.
func (a *Arena) Launches() int { return int(a.launcher.launches.Load()) }

// Run runs a job. A sandbox that does not finish in time ends the test.
func (a *Arena) Run(t testing.TB, job problem.Job) problem.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	result, err := a.warm.Run(ctx, job, sandbox.Observer{})
	if err != nil {
		t.Fatalf("the sandbox failed: %v", err)
	}
	if ctx.Err() != nil {
		t.Fatalf("the run did not end: %+v", result)
	}
	return result
}

// Warm is the sandbox itself, for tests that run rooms rather than jobs of their own.
func (a *Arena) Warm() *sandbox.Warm { return a.warm }

// Try is Run for goroutines of a test: it returns the sandbox's error.
func (a *Arena) Try(ctx context.Context, job problem.Job) (problem.Result, error) {
	return a.warm.Run(ctx, job, sandbox.Observer{})
}

// Container is the id of the container that runs now.
func (a *Arena) Container(t testing.TB) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "docker", "ps", "--quiet", "--no-trunc", "--filter", "label="+label+"="+a.label).Output()
	if err != nil {
		t.Fatalf("listing containers: %v", err)
	}
	ids := strings.Fields(string(out))
	if len(ids) != 1 {
		t.Fatalf("there are %d containers instead of one", len(ids))
	}
	return ids[0]
}
