package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/docker/docker/api/types/build"

	"stresstester/core/sandbox"
)

// lastLines is how many lines of a failed step an error shows.
const lastLines = 15

// BuildImage builds the image of that target, base image included, and tells
// progress, which may be nil, what happens line by line. No registry is needed:
// see base. The packages come from Debian's mirrors.
func (l *Launcher) BuildImage(ctx context.Context, target string, progress func(string)) error {
	if progress == nil {
		progress = func(string) {}
	}
	if target != DefaultTarget && target != FullTarget {
		return fmt.Errorf("image target %q is not known: use %q or %q", target, DefaultTarget, FullTarget)
	}
	e, err := l.connected(ctx)
	if err != nil {
		return err
	}
	from, err := l.base(ctx, e, progress)
	if err != nil {
		return err
	}
	progress("building " + l.imageName(target) + " on " + from.String())
	archive, _ := l.context()
	response, err := e.ImageBuild(ctx, bytes.NewReader(archive), build.ImageBuildOptions{
		Version:     build.BuilderV1, // BuildKit wants more than the plain API
		Tags:        []string{l.imageName(target)},
		Dockerfile:  "Dockerfile",
		Target:      target,
		BuildArgs:   buildArgs(from.name, os.Getenv),
		Labels:      map[string]string{LabelSandbox: "1", LabelBase: from.String()},
		Remove:      true,
		ForceRemove: true,
	})
	if err != nil {
		return l.explain(ctx, e, "building the sandbox's image", err)
	}
	defer response.Body.Close()
	steps := &steps{progress: progress}
	if err := follow(ctx, response.Body, steps.take); err != nil {
		return l.explain(ctx, e, "building the sandbox's image", steps.blame(err))
	}
	progress(l.imageName(target) + " is built")
	return nil
}

// buildArgs are the Dockerfile's arguments: the base image, and the proxies by
// which this machine reaches Debian's mirrors.
func buildArgs(base string, getenv func(string) string) map[string]*string {
	args := map[string]*string{"BASE": &base}
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy"} {
		for _, name := range []string{name, strings.ToUpper(name)} {
			if value := getenv(name); value != "" {
				args[name] = &value
			}
		}
	}
	return args
}

// message is one line of the engine's account of a build, a pull or an import.
type message struct {
	Stream   string          `json:"stream"`
	Status   string          `json:"status"`
	ID       string          `json:"id"`
	Progress json.RawMessage `json:"progressDetail"`
	Error    string          `json:"error"`
}

// errReported wraps what the engine reports as the failure of the work itself.
var errReported = errors.New("the engine reports")

// follow reads the engine's account to its end and returns the failure it tells
// of. Take gets every other message.
func follow(ctx context.Context, account io.Reader, take func(message)) error {
	decoder := json.NewDecoder(account)
	for {
		var m message
		switch err := decoder.Decode(&m); {
		case errors.Is(err, io.EOF):
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return fmt.Errorf("reading the engine's account: %w", err)
		}
		if m.Error != "" {
			return fmt.Errorf("%w: %s", errReported, strings.TrimSpace(m.Error))
		}
		take(m)
	}
}

// steps passes a build's output on and remembers where it stands.
type steps struct {
	progress func(string)
	line     strings.Builder // the start of a line that is not complete
	step     string
	last     []string
}

// take takes the next piece of output, which may end in the middle of a line.
func (s *steps) take(m message) {
	text := m.Stream
	if m.Status != "" {
		text = m.Status + "\n"
	}
	for {
		part, rest, complete := strings.Cut(text, "\n")
		s.line.WriteString(part)
		if !complete {
			return
		}
		s.complete(s.line.String())
		s.line.Reset()
		text = rest
	}
}

func (s *steps) complete(line string) {
	// Programs redraw their progress with carriage returns.
	line = strings.TrimRight(line, "\r \t")
	line = line[strings.LastIndexByte(line, '\r')+1:]
	if line == "" {
		return
	}
	if strings.HasPrefix(line, "Step ") || strings.HasPrefix(line, "STEP ") {
		s.step, s.last = line, nil
	} else {
		if len(s.last) == lastLines {
			s.last = append(s.last[:0], s.last[1:]...)
		}
		s.last = append(s.last, line)
	}
	s.progress(line)
}

// blame makes a build's failure tell which step failed and what it said.
func (s *steps) blame(err error) error {
	if !errors.Is(err, errReported) || s.step == "" {
		return err
	}
	text := strings.Join(s.last, "\n")
	u := &sandbox.UnavailableError{
		What:   fmt.Sprintf("building the sandbox's image failed at %q\n%s\n%s", s.step, text, strings.TrimPrefix(err.Error(), errReported.Error()+": ")),
		Remedy: "run `stresstester image build` again, which goes on at that step; if it fails every time, please report these lines",
		Cause:  err,
	}
	switch {
	case containsAny(text, "No space left on device"):
		u.Remedy = "free some of the engine's disk, for example with `docker system prune`, and build again"
	case containsAny(text, "Temporary failure resolving", "Could not resolve", "Could not connect", "Connection timed out", "Network is unreachable"):
		u.Remedy = "the build needs to reach Debian's mirrors: check the network, and set http_proxy if you are behind a proxy; then build again"
	}
	return u
}

func containsAny(s string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}
