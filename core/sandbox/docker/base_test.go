package docker

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// hang writes the text and then says nothing more.
func hang(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/images/create") {
			answer(`{}`)(w, r)
			return
		}
		_, _ = io.WriteString(w, text)
		if text != "" {
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}
}

func TestPullGivesUp(t *testing.T) {
	t.Parallel()
	const short, long = 50 * time.Millisecond, time.Hour
	for name, c := range map[string]struct {
		handle   http.HandlerFunc
		patience patience
		want     string
	}{
		"on a registry that is silent": {hang(""), patience{short, long}, "does not answer"},
		"on a registry that stalls":    {hang(`{"status":"Pulling from library/debian"}`), patience{long, short}, "does not answer"},
		"on a registry that refuses":   {hangUp(`{"error":"toomanyrequests"}`), patience{long, long}, "toomanyrequests"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := connect(t.Context(), []endpoint{engineSocket(t, "1.41", c.handle)})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			err = e.pull(t.Context(), baseImage, c.patience, func(string) {})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// hangUp writes the text and ends.
func hangUp(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/images/create") {
			answer(`{}`)(w, r)
			return
		}
		_, _ = io.WriteString(w, text)
	}
}

func TestPullTellsItsStagesAndNotEveryByte(t *testing.T) {
	t.Parallel()
	e, err := connect(t.Context(), []endpoint{engineSocket(t, "1.41", hangUp(
		`{"status":"Pulling from library/debian","id":"trixie-slim"}
{"status":"Downloading","progressDetail":{"current":1,"total":9},"progress":"[=>  ]","id":"aa"}
{"status":"Pull complete","progressDetail":{},"id":"aa"}
`))})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var got []string
	if err := e.pull(t.Context(), baseImage, forRegistry, func(line string) { got = append(got, line) }); err != nil {
		t.Fatal(err)
	}
	want := []string{"trixie-slim Pulling from library/debian", "aa Pull complete"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestNoBaseSaysEveryWayOut(t *testing.T) {
	t.Parallel()
	err := noBase(errors.New("no such host"), errors.New("debootstrap needs root: use sudo"))
	for _, want := range []string{"no such host", "debootstrap needs root", "docker load", "mmdebstrap"} {
		wantUnavailable(t, err, want)
	}
}

func TestTheEndOfACommandsOutputIsAnErrorIfItFailed(t *testing.T) {
	t.Parallel()
	failed := errors.New("exit status 1")
	for name, want := range map[string]error{"well": nil, "badly": failed} {
		got, err := io.ReadAll(&untilExit{Reader: strings.NewReader("archive"), wait: func() error { return want }})
		if string(got) != "archive" || !errors.Is(err, want) {
			t.Errorf("a command that ended %s: %q, %v", name, got, err)
		}
	}
}

func TestLinesAreToldOneByOne(t *testing.T) {
	t.Parallel()
	var told []string
	l := &lines{tell: func(line string) { told = append(told, line) }}
	for _, b := range bytes.SplitAfter([]byte("I: one\n\nI: two\nI: three"), []byte("o")) {
		_, _ = l.Write(b)
	}
	if diff := cmp.Diff([]string{"I: one", "I: two"}, told); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if l.tail() != "\nI: one\nI: two" {
		t.Errorf("tail %q", l.tail())
	}
}
