package docker

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/image"
	"github.com/google/go-cmp/cmp"
)

// account is what an engine of version 20.10 tells of a build that fails.
const account = `{"stream":"Step 1/3 : ARG BASE=debian:trixie-slim\n"}
{"stream":"Step 2/3 : FROM ${BASE}\n"}
{"stream":" ---\u003e c80a477243ec\n"}
{"stream":"Step 3/3 : RUN apt-get update\n"}
{"stream":" ---\u003e Running in 0b1f4b1c4e2a\n"}
{"stream":"Get:1 http://deb.debian.org trixie\r10%\rW: Temporary failure "}
{"stream":"resolving 'deb.debian.org'\n"}
{"stream":"\n"}
{"errorDetail":{"code":100,"message":"returned a non-zero code: 100"},"error":"The command '/bin/sh -c apt-get update' returned a non-zero code: 100"}
`

func TestAFailedBuildTellsItsStepAndLastLines(t *testing.T) {
	t.Parallel()
	var told []string
	s := &steps{progress: func(line string) { told = append(told, line) }}
	err := follow(t.Context(), strings.NewReader(account), s.take)
	want := []string{
		"Step 1/3 : ARG BASE=debian:trixie-slim", "Step 2/3 : FROM ${BASE}", " ---> c80a477243ec",
		"Step 3/3 : RUN apt-get update", " ---> Running in 0b1f4b1c4e2a",
		"W: Temporary failure resolving 'deb.debian.org'",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	err = s.blame(err)
	wantUnavailable(t, err, "Step 3/3 : RUN apt-get update")
	wantUnavailable(t, err, "W: Temporary failure resolving")
	wantUnavailable(t, err, "non-zero code: 100")
	wantUnavailable(t, err, "http_proxy")
	if strings.Contains(err.Error(), "c80a477243ec") {
		t.Errorf("the error tells of an earlier step: %v", err)
	}
}

func TestAFailedStepIsCutToItsLastLines(t *testing.T) {
	t.Parallel()
	s := &steps{progress: func(string) {}}
	s.take(message{Stream: "Step 1/1 : RUN x\n" + strings.Repeat("early\n", 100) + strings.Repeat("late\n", lastLines)})
	err := s.blame(follow(t.Context(), strings.NewReader(`{"error":"No space left on device"}`), s.take))
	if strings.Contains(err.Error(), "early") || strings.Count(err.Error(), "late") != lastLines {
		t.Errorf("error %v", err)
	}
}

func TestFollowEnds(t *testing.T) {
	t.Parallel()
	if err := follow(t.Context(), strings.NewReader(`{"status":"done"}`), func(message) {}); err != nil {
		t.Errorf("a good account: %v", err)
	}
	if err := follow(t.Context(), strings.NewReader(`{"status":`), func(message) {}); err == nil {
		t.Error("an account that breaks off was taken for good")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := follow(ctx, strings.NewReader(`{"status":`), func(message) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled account: %v", err)
	}
}

func TestBuildArgsCarryTheProxies(t *testing.T) {
	t.Parallel()
	got := make(map[string]string)
	for name, value := range buildArgs("base:1", func(name string) string {
		return map[string]string{"http_proxy": "http://proxy", "NO_PROXY": "local"}[name]
	}) {
		got[name] = *value
	}
	want := map[string]string{"BASE": "base:1", "http_proxy": "http://proxy", "NO_PROXY": "local"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
}

func TestOutdated(t *testing.T) {
	t.Parallel()
	l := &Launcher{repository: repository}
	keep := map[string]bool{"stresstester-sandbox:default-new": true}
	for name, c := range map[string]struct {
		tags []string
		want []string
	}{
		"the current image stays":           {[]string{"stresstester-sandbox:default-new"}, nil},
		"Podman's current image stays":      {[]string{"localhost/stresstester-sandbox:default-new"}, nil},
		"one that is also current stays":    {[]string{"stresstester-sandbox:default-old", "stresstester-sandbox:default-new"}, nil},
		"an old image goes":                 {[]string{"stresstester-sandbox:default-old"}, []string{"stresstester-sandbox:default-old"}},
		"Podman's old image goes":           {[]string{"localhost/stresstester-sandbox:full-old"}, []string{"localhost/stresstester-sandbox:full-old"}},
		"one without a name goes":           {nil, []string{"sha256:1"}},
		"one that lost its name goes":       {[]string{"<none>:<none>"}, []string{"sha256:1"}},
		"what the user named himself stays": {[]string{"mine:1"}, nil},
	} {
		if got := l.outdated(image.Summary{ID: "sha256:1", RepoTags: c.tags}, keep); !cmp.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestImageStatusForPeople(t *testing.T) {
	t.Parallel()
	if got := (ImageStatus{Name: "x:1"}).String(); got != "x:1 is not built" {
		t.Error(got)
	}
	got := ImageStatus{Name: "x:1", Present: true, Size: 3 << 29, Base: "debian:trixie-slim (pulled)"}.String()
	if !strings.HasPrefix(got, "x:1, 1.5 GiB, built ") || !strings.HasSuffix(got, ", on debian:trixie-slim (pulled)") {
		t.Error(got)
	}
}
