package docker

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/system"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// capable is an engine that can limit everything.
var capable = system.Info{
	NCPU: 8, MemTotal: 16 << 30,
	MemoryLimit: true, SwapLimit: true, PidsLimit: true, CPUCfsQuota: true, CPUSet: true,
}

// The golden file is the whole of what a container may do: a change of it is a
// change of the sandbox's walls.
func TestConfigureIsAsItWasReviewed(t *testing.T) {
	t.Parallel()
	o := Options{}
	config, host := configure(o, capable, plan{
		image: "sha256:0123456789abcdef", cache: cacheVolume("sha256:0123456789abcdef"), driver: 5_000_000,
		owner:  owner{host: "boot pid:[1]", pid: 42, start: "77"},
		labels: map[string]string{"extra": "yes"},
		res:    o.resources(capable),
	})
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(struct {
		Config *container.Config
		Host   *container.HostConfig
	}{config, host}); err != nil {
		t.Fatal(err)
	}
	got := text.Bytes()
	path := filepath.Join("testdata", "container.golden.json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("container (-want +got), -update accepts it:\n%s", diff)
	}
}

func TestResources(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options Options
		want    resources
	}{
		"leave a quarter of the memory":      {Options{}, resources{12 << 30, 8, 4608}},
		"are what was asked for":             {Options{Memory: 2 << 30, CPUs: 1.5, Pids: 100}, resources{2 << 30, 1.5, 100}},
		"are never more than the engine has": {Options{Memory: 99 << 30, CPUs: 99}, resources{12 << 30, 8, 4608}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.options.resources(capable); got != c.want {
				t.Errorf("resources %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	r := resources{memory: 1 << 30, cpus: 2.5, pids: 100}
	full := r.limits(capable)
	if full.Memory != r.memory || full.MemorySwap != r.memory || *full.PidsLimit != 100 ||
		full.NanoCPUs != 2_500_000_000 || full.CpusetCpus != "5-7" {
		t.Errorf("limits %+v", full)
	}
	none := r.limits(system.Info{NCPU: 8, MemTotal: 16 << 30})
	if none.Memory != 0 || none.MemorySwap != 0 || none.PidsLimit != nil || none.NanoCPUs != 0 || none.CpusetCpus != "" {
		t.Errorf("an engine that can limit nothing is asked for %+v", none)
	}
	r.cpus = 8
	if all := r.limits(capable); all.NanoCPUs != 0 || all.CpusetCpus != "" {
		t.Errorf("all processors are limited to %+v", all)
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"an unknown target":    {Target: "tiny"},
		"a malformed image":    {Image: "UPPER CASE"},
		"negative memory":      {Memory: -1},
		"a malformed address":  {Host: "somewhere"},
		"negative processors":  {CPUs: -1},
		"a negative pid limit": {Pids: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := New(o); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}
