package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/docker/docker/api"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"

	"stresstester/core/sandbox"
)

const (
	// connectTime is how long one engine may take to answer. A busy machine's
	// engine can be slow; one that is not there fails at once.
	connectTime = 15 * time.Second
	// oldestAPI is Docker 19.03's and has everything that configure asks for.
	oldestAPI = "1.40"
)

// connect returns the first engine that answers. When none does, the error is
// about the one that came nearest to it.
func connect(ctx context.Context, endpoints []endpoint) (*engine, error) {
	var nearest failure
	for _, ep := range endpoints {
		e, f := dial(ctx, ep)
		if f.err == nil {
			return e, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("connecting to the engine: %w", context.Cause(ctx))
		}
		if nearest.err == nil || f.how > nearest.how {
			nearest = f
		}
	}
	return nil, nearest.forPeople()
}

// failure is why an endpoint has no engine for us.
type failure struct {
	how      distance
	endpoint endpoint
	err      error
}

// distance orders failures by how near they came to an engine.
type distance int

const (
	absent  distance = iota // nothing listens there and never has
	refused                 // there is a socket, and nobody behind it
	silent                  // somebody is there and does not answer as an engine
	denied                  // the engine is there and we may not speak to it
	refusal                 // the engine answered and cannot be used; err is for people
)

// dial connects to one engine and asks it for its properties.
func dial(ctx context.Context, ep endpoint) (*engine, failure) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	fail := func(how distance, err error) (*engine, failure) {
		return nil, failure{how: how, endpoint: ep, err: err}
	}
	if ep.err != nil {
		return fail(silent, ep.err)
	}
	if how, err := knock(ctx, ep); err != nil {
		return fail(how, err)
	}
	c, err := ep.client()
	if err != nil {
		return fail(silent, err)
	}
	e := &engine{Client: c, endpoint: ep}
	if err := e.introduce(ctx); err != nil {
		_ = c.Close()
		if errors.Is(err, sandbox.ErrUnavailable) {
			return fail(refusal, err)
		}
		return fail(silent, err)
	}
	return e, failure{}
}

// knock connects to a socket in the file system and hangs up again: the SDK's own
// error does not tell a missing socket from a forbidden one.
func knock(ctx context.Context, ep endpoint) (distance, error) {
	path, local := strings.CutPrefix(ep.host, "unix://")
	if !local {
		return 0, nil
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		return 0, conn.Close()
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return denied, err
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return absent, err
	case errors.Is(err, syscall.ECONNREFUSED):
		return refused, err
	}
	return silent, err
}

// client makes the SDK's client for the endpoint.
func (ep endpoint) client() (*client.Client, error) {
	if scheme, _, ok := strings.Cut(ep.host, "://"); !ok || scheme == "ssh" {
		return nil, &sandbox.UnavailableError{
			What:   fmt.Sprintf("the engine's address %q (from %s) cannot be used", ep.host, ep.from),
			Remedy: "use a unix:// or tcp:// address; to reach an engine over SSH, forward its socket with `ssh -L /tmp/docker.sock:/var/run/docker.sock HOST` and set DOCKER_HOST=unix:///tmp/docker.sock",
		}
	}
	options := []client.Opt{
		client.WithHost(ep.host),
		client.WithVersionFromEnv(),
		client.WithAPIVersionNegotiation(),
	}
	if ep.tlsFromEnv {
		options = append(options, client.WithTLSClientConfigFromEnv())
	}
	if ep.certs != "" {
		options = append(options, client.WithTLSClientConfig(
			filepath.Join(ep.certs, "ca.pem"), filepath.Join(ep.certs, "cert.pem"), filepath.Join(ep.certs, "key.pem")))
	}
	return client.NewClientWithOpts(options...)
}

// introduce agrees on a version of the API and asks the engine what it is.
func (e *engine) introduce(ctx context.Context) error {
	ping, err := e.Ping(ctx)
	if err != nil {
		return err
	}
	if ping.APIVersion != "" && versions.LessThan(ping.APIVersion, oldestAPI) {
		return &sandbox.UnavailableError{
			What:   fmt.Sprintf("the engine speaks version %s of the Docker API, which is too old", ping.APIVersion),
			Remedy: "update Docker to 19.03 or newer (API " + oldestAPI + ")",
		}
	}
	e.NegotiateAPIVersionPing(ping)
	e.info, err = e.Info(ctx)
	if err != nil {
		if strings.Contains(err.Error(), "is too old") {
			return &sandbox.UnavailableError{
				What:   fmt.Sprintf("the engine no longer speaks version %s of the Docker API", api.DefaultVersion),
				Remedy: "update Stress Tester",
				Cause:  err,
			}
		}
		return err
	}
	if e.info.OSType != "" && e.info.OSType != "linux" {
		return &sandbox.UnavailableError{
			What:   fmt.Sprintf("the engine runs %s containers", e.info.OSType),
			Remedy: "switch Docker Desktop to Linux containers",
		}
	}
	version, err := e.ServerVersion(ctx)
	if err != nil {
		return err
	}
	e.podman = slices.ContainsFunc(version.Components, func(c types.ComponentVersion) bool {
		return strings.Contains(c.Name, "Podman")
	})
	if e.podman {
		return e.correctPodman(ctx)
	}
	return nil
}

// correctPodman adds to the engine's properties what Podman tells in a field of its own
// that the SDK does not know: that it is rootless. It then offers limits all the same,
// which without cgroups v2 it silently does not set.
func (e *engine) correctPodman(ctx context.Context) error {
	if !strings.HasPrefix(e.endpoint.host, "unix://") {
		return nil // elsewhere the address and its certificates are the SDK's affair
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+client.DummyHost+"/v"+e.ClientVersion()+"/info", nil)
	if err != nil {
		return err
	}
	response, err := e.HTTPClient().Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var own struct{ Rootless bool }
	if err := json.NewDecoder(response.Body).Decode(&own); err != nil {
		return fmt.Errorf("reading what Podman says of itself: %w", err)
	}
	if !own.Rootless {
		return nil
	}
	e.info.SecurityOptions = append(e.info.SecurityOptions, "name=rootless")
	if e.info.CgroupVersion == "1" {
		e.info.MemoryLimit, e.info.PidsLimit, e.info.CPUSet, e.info.CPUCfsQuota = false, false, false, false
	}
	return nil
}

// arch is the engine's processor architecture as Go names it.
func (e *engine) arch() string {
	switch a := e.info.Architecture; a {
	case "x86_64":
		return "amd64"
	case "aarch64":
		return "arm64"
	default:
		return a
	}
}

// rootless reports whether the engine runs without root's rights.
func (e *engine) rootless() bool { return rootless(e.info) }

func rootless(info system.Info) bool {
	for _, option := range info.SecurityOptions {
		if strings.Contains(option, "rootless") {
			return true
		}
	}
	return false
}
