package docker

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest"

	"stresstester/core/problem"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/sandboxtest"
)

const (
	// imageEnv names the image that the integration tests run, and turns them on.
	// An image of ours runs the real driver; any other with a shell will do for the
	// test driver.
	imageEnv = "STRESSTESTER_IMAGE"
	// hostEnv, runtimeEnv choose an engine and its runtime for these tests.
	hostEnv    = "STRESSTESTER_TEST_HOST"
	runtimeEnv = "STRESSTESTER_TEST_RUNTIME"
	// childEnv makes this test binary the client that the suite kills; its value
	// is the label of its container. builtEnv is the driver it uses.
	childEnv = "STRESSTESTER_TEST_CHILD"
	builtEnv = "STRESSTESTER_TEST_DRIVER"
	// testLabel tells the containers of one test from all others.
	testLabel = "stresstester.test"
)

func TestMain(m *testing.M) {
	if label := os.Getenv(childEnv); label != "" {
		child(label)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		removeCache()
		if path, err := buildDriver(); err == nil && os.Getenv(imageEnv) != "" {
			_ = os.RemoveAll(filepath.Dir(path))
		}
		os.Exit(code)
	}))
}

// removeCache removes the cache of an image that is not ours, and so of no use
// to anybody after the tests.
func removeCache() {
	name := os.Getenv(imageEnv)
	if name == "" || strings.HasPrefix(name, repository+":") {
		return
	}
	l, err := New(integrationOptions("", ""))
	if err != nil {
		return // the tests have said so
	}
	status, err := l.ImageStatus(context.Background())
	if err != nil || !status.Present {
		return
	}
	if err := l.engine.VolumeRemove(context.Background(), cacheVolume(status.ID), false); err != nil && !cerrdefs.IsNotFound(err) {
		fmt.Fprintln(os.Stderr, "removing the cache:", err)
	}
}

// child launches a sandbox and waits to be killed.
func child(label string) {
	l, err := New(integrationOptions(label, os.Getenv(builtEnv)))
	if err != nil {
		panic(err)
	}
	stream, err := l.Launch(context.Background(), func(string) {})
	if err != nil {
		panic(err)
	}
	if _, err := sandbox.Open(context.Background(), stream); err != nil {
		panic(err)
	}
	fmt.Println("ready")
	select {}
}

// integrationOptions are the options of a launcher under test.
func integrationOptions(label, driver string) Options {
	return Options{
		Image:   os.Getenv(imageEnv),
		Host:    os.Getenv(hostEnv),
		Runtime: os.Getenv(runtimeEnv),
		Memory:  1 << 30,
		Labels:  map[string]string{testLabel: label},
		Driver:  func(string) ([]byte, error) { return os.ReadFile(driver) },
	}
}

// needEngine skips a test that was not asked for.
func needEngine(t testing.TB) {
	t.Helper()
	if os.Getenv(imageEnv) == "" {
		t.Skipf("%s is not set: it names the image to run in the engine, such as debian:trixie-slim", imageEnv)
	}
}

// buildDriver builds the driver once: the real one for an image of ours, which
// has what that needs, and otherwise the test driver.
var buildDriver = sync.OnceValues(func() (string, error) {
	source := "./testdriver"
	if strings.HasPrefix(os.Getenv(imageEnv), repository+":") {
		source = "stresstester/testing_env/driver"
	}
	dir, err := os.MkdirTemp("", "stresstester-driver-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "driver")
	build := exec.Command("go", "build", "-o", path, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", source, err, out)
	}
	return path, nil
})

// rig is a launcher under test with a label of its own.
type rig struct {
	*Launcher
	engine *engine
	label  string
	driver string
}

func newRig(t testing.TB) *rig {
	t.Helper()
	needEngine(t)
	driver, err := buildDriver()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{label: strings.ToLower(rand.Text()[:10]), driver: driver}
	o := integrationOptions(r.label, driver)
	if _, ok := t.(*testing.B); !ok {
		o.Log = zaptest.NewLogger(t)
	}
	if r.Launcher, err = New(o); err != nil {
		t.Fatal(err)
	}
	if r.engine, err = r.connected(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// containers lists the containers of this rig.
func (r *rig) containers(t testing.TB) []container.Summary {
	t.Helper()
	list, err := r.engine.ContainerList(context.Background(), container.ListOptions{
		All: true, Filters: filters.NewArgs(filters.Arg("label", testLabel+"="+r.label)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (r *rig) target() sandboxtest.Target {
	return sandboxtest.Target{
		Launcher: r.Launcher,
		Kill: func(t *testing.T) {
			for _, c := range r.containers(t) {
				if err := r.engine.ContainerKill(context.Background(), c.ID, "KILL"); err != nil {
					t.Errorf("killing: %v", err)
				}
			}
		},
		Left: func(t *testing.T) []string {
			var left []string
			for _, c := range r.containers(t) {
				left = append(left, c.ID[:12]+" "+c.State)
			}
			return left
		},
		Child: func(t *testing.T) *exec.Cmd {
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), childEnv+"="+r.label, builtEnv+"="+r.driver)
			c.Stderr = os.Stderr
			return c
		},
	}
}

func TestConformance(t *testing.T) {
	r := newRig(t)
	before := volumes(t, r)
	t.Cleanup(func() { wantNoNewVolumes(t, r, before) })
	sandboxtest.Run(t, func(t *testing.T) sandboxtest.Target { return newRig(t).target() })
}

// wantNoNewVolumes checks that images' caches are all that outlives containers.
// Other processes may use other images meanwhile.
func wantNoNewVolumes(t *testing.T, r *rig, before []string) {
	t.Helper()
	caches := strings.TrimSuffix(cacheVolume("sha256:0"), "0")
	for _, name := range volumes(t, r) {
		if !strings.HasPrefix(name, caches) && !slices.Contains(before, name) {
			t.Errorf("volume %s was left behind", name)
		}
	}
}

// volumes lists the names of the engine's volumes, those without our label too:
// an anonymous one would have none.
func volumes(t *testing.T, r *rig) []string {
	t.Helper()
	list, err := r.engine.VolumeList(context.Background(), volume.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range list.Volumes {
		names = append(names, v.Name)
	}
	return names
}

func TestContainersOfDeadOwnersAreReapedAndNoOthers(t *testing.T) {
	r := newRig(t)
	status, err := r.ImageStatus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	gone := exec.Command("true")
	if err := gone.Start(); err != nil {
		t.Fatal(err)
	}
	late := owner{host: self().host, pid: gone.Process.Pid, start: processStart(gone.Process.Pid)}
	if err := gone.Wait(); err != nil {
		t.Fatal(err)
	}
	reused := self()
	reused.start = "1"
	elsewhere := late
	elsewhere.host = "another boot"
	ids := make(map[string]string)
	for name, o := range map[string]owner{"dead": late, "pid used again": reused, "alive": self(), "elsewhere": elsewhere, "unknown": {}} {
		config, host := configure(r.options, r.engine.info, plan{
			image: status.ID, cache: cacheVolume(status.ID), driver: 1, owner: o,
			labels: r.options.Labels, res: r.options.resources(r.engine.info), podman: r.engine.podman,
		})
		created, err := r.engine.ContainerCreate(t.Context(), config, host, nil, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.engine.discard(context.Background(), created.ID) })
		ids[created.ID] = name
	}
	r.reap(t.Context(), r.engine)
	// Any process that launches reaps, so another one may be about to remove them.
	want := []string{"alive", "elsewhere", "unknown"}
	var left []string
	for deadline := time.Now().Add(time.Minute); ; {
		left = left[:0]
		for _, c := range r.containers(t) {
			left = append(left, ids[c.ID])
		}
		slices.Sort(left)
		if slices.Equal(left, want) {
			return
		}
		if time.Now().After(deadline) || len(left) < len(want) {
			t.Fatalf("left are %q, want %q", left, want)
		}
		runtime.Gosched()
	}
}

func TestLaunchSaysWhatIsWrong(t *testing.T) {
	needEngine(t)
	for name, c := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"with the image":   {func(o *Options) { o.Image = "stresstester-no-such-image:1" }, "is not there: pull or build it"},
		"with the runtime": {func(o *Options) { o.Runtime = "no-such-runtime" }, "the runtime no-such-runtime "},
		"with the driver": {func(o *Options) {
			o.Driver = func(string) ([]byte, error) { return nil, fmt.Errorf("built without its driver") }
		}, "built without its driver"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c.change(&r.options)
			stream, err := r.Launch(t.Context(), func(string) {})
			if err == nil {
				_ = stream.Close()
				t.Fatal("it was launched")
			}
			wantUnavailable(t, err, c.want)
			if left := r.containers(t); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestOpenReportsADriverThatCannotRun(t *testing.T) {
	r := newRig(t)
	r.options.Driver = func(string) ([]byte, error) {
		return []byte("#!/bin/sh\necho the stars are wrong >&2\nexit 3\n"), nil
	}
	stream, err := r.Launch(t.Context(), func(string) {})
	if err == nil {
		_, err = sandbox.Open(t.Context(), stream)
	}
	wantUnavailable(t, err, "its container ended with status 3; its last words: the stars are wrong")
}

func TestContainerIsAsConfined(t *testing.T) {
	r := newRig(t)
	stream, err := r.Launch(t.Context(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	got, err := r.engine.ContainerInspect(t.Context(), r.containers(t)[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if r.engine.podman {
		t.Skip("Podman tells of its containers in its own words; the suite's probes look from inside")
	}
	h := got.HostConfig
	for what, ok := range map[string]bool{
		"no network":                  h.NetworkMode == "none",
		"a root that is read-only":    h.ReadonlyRootfs,
		"removal by itself":           h.AutoRemove,
		"no shared memory":            h.IpcMode == "none",
		"no log":                      h.LogConfig.Type == "none",
		"no capabilities but five":    slices.Equal(h.CapDrop, []string{"ALL"}) && len(h.CapAdd) == 5,
		"no new rights":               slices.Contains(h.SecurityOpt, "no-new-privileges"),
		"a memory limit without swap": h.Memory == 1<<30 && h.MemorySwap == h.Memory,
		"a limit on processes":        h.PidsLimit != nil && *h.PidsLimit > 0,
		"no rights over the host":     !h.Privileged && len(h.Binds) == 0 && len(h.Devices) == 0,
		"one volume and nothing else": len(got.Mounts) == 1 && got.Mounts[0].Destination == cacheDir,
	} {
		if !ok {
			t.Errorf("the container does not have %s: %+v", what, h)
		}
	}
}

func TestCheckFindsAWorkingEngine(t *testing.T) {
	r := newRig(t)
	names := make(map[string]bool)
	for _, f := range r.Check(t.Context()) {
		t.Logf("%-10s %v %s %s", f.Name, f.OK, f.Detail, f.Remedy)
		names[f.Name] = true
		// The test driver holds programs to no limits.
		if !f.OK && (f.Name != "programs" || strings.HasPrefix(os.Getenv(imageEnv), repository+":")) {
			t.Errorf("%s: %s: %s", f.Name, f.Detail, f.Remedy)
		}
	}
	for _, want := range []string{"engine", "limits", "resources", "image", "sandbox", "programs"} {
		if !names[want] {
			t.Errorf("there is no finding about %s", want)
		}
	}
}

func TestCheckFindsWhatIsMissing(t *testing.T) {
	r := newRig(t)
	r.options.Image = "stresstester-no-such-image:1"
	bad := make(map[string]string)
	for _, f := range r.Check(t.Context()) {
		if !f.OK {
			bad[f.Name] = f.Remedy
		}
	}
	if len(bad) != 1 || bad["image"] == "" {
		t.Errorf("findings %q", bad)
	}
	r.options.Runtime = "no-such-runtime"
	findings := r.Check(t.Context())
	if last := findings[len(findings)-1]; last.Name != "runtime" || last.OK || last.Remedy == "" {
		t.Errorf("finding %+v", last)
	}
}

// BenchmarkLaunch measures a cold start: create, attach, start, hand over the
// driver, shake hands. The removal is not in it.
func BenchmarkLaunch(b *testing.B) {
	r := newRig(b)
	for b.Loop() {
		stream, err := r.Launch(b.Context(), func(string) {})
		if err != nil {
			b.Fatal(err)
		}
		s, err := sandbox.Open(b.Context(), stream)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkRun measures what a run costs besides its tests, on a warm sandbox.
func BenchmarkRun(b *testing.B) {
	r := newRig(b)
	w := sandbox.NewWarm(r.Launcher, nil)
	defer w.Close()
	for b.Loop() {
		result, err := w.Run(b.Context(), sandboxtest.Job("cat", 1), sandbox.Observer{})
		if err != nil || result.Verdict != problem.OK {
			b.Fatalf("%+v, %v", result, err)
		}
	}
}
