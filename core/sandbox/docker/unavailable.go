package docker

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"stresstester/core/sandbox"
)

// forPeople words the failure to find an engine.
func (f failure) forPeople() error {
	where := f.endpoint.host
	if f.endpoint.from != "" {
		where += " (from " + f.endpoint.from + ")"
	}
	switch f.how {
	case refusal:
		return f.err
	case denied:
		return &sandbox.UnavailableError{
			What:   "permission to use Docker at " + where + " is denied",
			Remedy: "run `sudo usermod -aG docker $USER`, then log out and in again (or run `newgrp docker` in this terminal)",
			Cause:  f.err,
		}
	case silent:
		var u *sandbox.UnavailableError
		if errors.As(f.err, &u) {
			return u
		}
		return &sandbox.UnavailableError{
			What:   fmt.Sprintf("no engine answers at %s (%v)", where, f.err),
			Remedy: "check that address; " + howToStart(),
			Cause:  f.err,
		}
	default:
		return f.nobody(where)
	}
}

// nobody words that nothing listens where an engine should.
func (f failure) nobody(where string) error {
	if f.endpoint.from != "" {
		return &sandbox.UnavailableError{
			What:   "no engine listens at " + where,
			Remedy: howToStart() + ", or unset what names that address",
			Cause:  f.err,
		}
	}
	if f.how == absent && !installed() {
		return &sandbox.UnavailableError{
			What:   "Docker is not installed",
			Remedy: "install Docker (https://docs.docker.com/engine/install/) or Podman, then run `stresstester doctor`",
			Cause:  f.err,
		}
	}
	return &sandbox.UnavailableError{What: "Docker is not running", Remedy: howToStart(), Cause: f.err}
}

// installed reports whether there is a container engine's command on the path.
func installed() bool {
	for _, name := range []string{"docker", "dockerd", "podman"} {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

// howToStart is how an engine is started on this system.
func howToStart() string {
	if runtime.GOOS != "linux" {
		return "start Docker Desktop"
	}
	return "start it with `sudo systemctl start docker` (Podman: `systemctl --user start podman.socket`)"
}

// explain words an engine's refusal to do what we asked, and forgets a connection
// that is lost.
func (l *Launcher) explain(ctx context.Context, e *engine, doing string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	}
	if errors.Is(err, sandbox.ErrUnavailable) {
		return err
	}
	if client.IsErrConnectionFailed(err) {
		l.forget(e)
		return &sandbox.UnavailableError{What: "Docker has stopped answering at " + e.endpoint.host, Remedy: howToStart(), Cause: err}
	}
	return explain(doing, err)
}

// explain recognises what commonly goes wrong in an engine.
func explain(doing string, err error) error {
	text := err.Error()
	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(strings.ToLower(text), part) {
				return true
			}
		}
		return false
	}
	u := &sandbox.UnavailableError{Cause: err}
	switch {
	case has("no space left on device", "disk quota exceeded"):
		u.What, u.Remedy = doing+": the engine's disk is full", "free some space, for example with `docker system prune`"
	case has("cannot allocate memory", "not enough memory", "minimum memory limit"):
		u.What, u.Remedy = doing+": there is not enough memory ("+oneLine(text)+")", "close other programs, or give the engine more memory"
	case cerrdefs.IsPermissionDenied(err), has("permission denied", "authorization denied"):
		u.What, u.Remedy = doing+": the engine does not permit it ("+oneLine(text)+")", "ask its administrator, or use an engine of your own"
	default:
		u.What, u.Remedy = doing+": "+oneLine(text), "run `stresstester doctor` to see what is wrong"
	}
	return u
}

// oneLine makes an engine's message fit into a sentence.
func oneLine(s string) string {
	s = strings.TrimPrefix(strings.Join(strings.Fields(s), " "), "Error response from daemon: ")
	const longest = 500
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}
