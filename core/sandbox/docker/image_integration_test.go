package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
)

// bootstrapEnv turns on the tests that make a base image from Debian's packages,
// which takes minutes and needs a mirror.
const bootstrapEnv = "STRESSTESTER_TEST_BOOTSTRAP"

// builder is a rig whose images have a name of their own and are built from the
// given Dockerfile.
func builder(t *testing.T, dockerfile string) *rig {
	t.Helper()
	r := newRig(t)
	r.options.Image = ""
	r.repository = "stresstester-test-" + r.label
	r.buildFrom(t, dockerfile)
	t.Cleanup(func() {
		list, err := r.engine.ImageList(context.Background(), image.ListOptions{
			Filters: filters.NewArgs(filters.Arg("reference", r.repository)),
		})
		if err != nil {
			t.Error(err)
		}
		for _, i := range list {
			if _, err := r.engine.ImageRemove(context.Background(), i.ID, image.RemoveOptions{Force: true, PruneChildren: true}); err != nil {
				t.Error(err)
			}
		}
	})
	return r
}

// buildFrom changes what the rig's images are built from, and so their names.
func (r *rig) buildFrom(t *testing.T, dockerfile string) {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: "Dockerfile", Mode: 0o644, Size: int64(len(dockerfile))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(dockerfile)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(archive.Bytes())
	r.context = func() ([]byte, string) { return archive.Bytes(), hex.EncodeToString(sum[:]) }
}

// dockerfile is a small image of ours with the given step.
func dockerfile(step string) string {
	return "ARG BASE\nFROM ${BASE} AS default\nRUN " + step + "\nFROM default AS full\nRUN echo the full one\n"
}

func TestEnsureBuildsAnImageOnceAndRemoveOldRemovesItLater(t *testing.T) {
	r := builder(t, dockerfile("echo built "+rand.Text()))
	status, err := r.ImageStatus(t.Context())
	if err != nil || status.Present {
		t.Fatalf("before: %+v, %v", status, err)
	}
	var lines []string
	note := func(line string) { lines = append(lines, line) }
	if err := r.EnsureImage(t.Context(), note); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(lines, "\n"); !strings.Contains(text, "\nbuilt ") || !strings.Contains(text, "base image") {
		t.Errorf("progress was:\n%s", text)
	}
	status, err = r.ImageStatus(t.Context())
	if err != nil || !status.Present || status.Base == "" || status.Size == 0 || status.Created.IsZero() {
		t.Errorf("after: %+v, %v", status, err)
	}
	t.Log(status)
	lines = nil
	if err := r.EnsureImage(t.Context(), note); err != nil || len(lines) > 0 {
		t.Errorf("the second time: %q, %v", lines, err)
	}
	// A sandbox of it gives it a cache volume.
	stream, err := r.Launch(t.Context(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Close(); err != nil {
		t.Fatal(err)
	}
	removed, err := r.RemoveOldImages(t.Context())
	if err != nil || slices.ContainsFunc(removed, func(s string) bool { return strings.Contains(s, r.repository) }) {
		t.Errorf("the current image was removed: %q, %v", removed, err)
	}
	old := status
	r.buildFrom(t, dockerfile("echo built "+rand.Text()))
	removed, err = r.RemoveOldImages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"image " + old.Name, "compile cache " + cacheVolume(old.ID)} {
		if !slices.ContainsFunc(removed, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("%s is not among the removed %q", want, removed)
		}
	}
	if _, err := r.engine.ImageInspect(t.Context(), old.ID); err == nil {
		t.Error("the old image is still there")
	}
}

func TestLaunchBuildsAMissingImageWhenAsked(t *testing.T) {
	r := builder(t, dockerfile("echo built "+rand.Text()))
	_, err := r.Launch(t.Context(), func(string) {})
	wantUnavailable(t, err, "run `stresstester image build`")
	r.options.Build = true
	stream, err := r.Launch(t.Context(), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Close(); err != nil {
		t.Error(err)
	}
	status, err := r.ImageStatus(t.Context())
	if err != nil || !status.Present {
		t.Fatalf("status %+v, %v", status, err)
	}
	if err := r.engine.VolumeRemove(t.Context(), cacheVolume(status.ID), true); err != nil {
		t.Error(err)
	}
}

func TestBuildTellsWhichStepFailed(t *testing.T) {
	r := builder(t, dockerfile("echo the disk is made of cheese && exit 7"))
	err := r.BuildImage(t.Context(), DefaultTarget, nil)
	wantUnavailable(t, err, "RUN echo the disk is made of cheese")
	wantUnavailable(t, err, "\nthe disk is made of cheese\n")
	wantUnavailable(t, err, "non-zero code: 7")
	t.Log(err)
}

func TestBuildBuildsTheTarget(t *testing.T) {
	r := builder(t, dockerfile("echo "+rand.Text()))
	full := false
	if err := r.BuildImage(t.Context(), FullTarget, func(line string) { full = full || line == "the full one" }); err != nil || !full {
		t.Errorf("the full image: %v, %v", full, err)
	}
	if err := r.BuildImage(t.Context(), "tiny", nil); err == nil {
		t.Error("an unknown target was built")
	}
}

func TestBuildThatIsCancelledStopsItsStep(t *testing.T) {
	mark := strings.ToLower(rand.Text())
	r := builder(t, dockerfile("echo started "+mark+"; exec sleep 1000"))
	ctx, cancel := context.WithCancel(t.Context())
	err := r.BuildImage(ctx, DefaultTarget, func(line string) {
		if line == "started "+mark {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	limit := time.After(time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		list, err := r.engine.ContainerList(t.Context(), container.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(list, func(c container.Summary) bool { return strings.Contains(c.Command, mark) }) {
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("the step goes on")
		}
	}
}

func TestEnsureCannotBuildWhatIsNotOurs(t *testing.T) {
	r := newRig(t)
	r.options.Image = "stresstester-no-such-image:1"
	wantUnavailable(t, r.EnsureImage(t.Context(), nil), "leave out --image")
}

func TestBaseImageIsMadeHereByEachOfTheTools(t *testing.T) {
	r := newRig(t)
	if os.Getenv(bootstrapEnv) == "" {
		t.Skipf("%s is not set: this downloads a Debian and takes minutes", bootstrapEnv)
	}
	t.Cleanup(func() { _, _ = r.engine.ImageRemove(context.Background(), ownBase, image.RemoveOptions{}) })
	for _, m := range makers() {
		t.Run(m.name, func(t *testing.T) {
			made, err := r.engine.bootstrap(t.Context(), []maker{m}, func(line string) { t.Log(line) })
			if err != nil {
				t.Fatal(err)
			}
			if want := ownBase + " (made with " + m.name + ")"; made.String() != want {
				t.Errorf("made %s, want %s", made, want)
			}
			inspected, err := r.engine.ImageInspect(t.Context(), ownBase)
			if err != nil || inspected.Size < 50<<20 || !r.engine.holds(t.Context(), ownBase) {
				t.Errorf("image %d bytes, %v", inspected.Size, err)
			}
		})
	}
}
