// Package docker runs the sandbox in a container: it is the launcher that
// core/sandbox uses, the builder of the sandbox's image, and the health check of
// both. Podman works as well, through its Docker API.
//
// It is the only package that knows the Docker SDK. It must not know the protocol
// spoken with the driver beyond the bytes it carries, nor what a job is.
//
// Start reading at Launcher.Launch (the life of a container), then configure (what
// a container may do), then connect (how the engine is found).
package docker

import (
	"context"
	"fmt"
	"sync"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/system"
	"github.com/docker/docker/client"
	"go.uber.org/zap"

	"stresstester/core/sandbox"
	testingenv "stresstester/testing_env"
)

// Options are a launcher's settings. The zero value of a field means its default.
type Options struct {
	// Host is the engine's address, such as "unix:///run/docker.sock". By default
	// it is found as the docker command finds it (DOCKER_HOST, the current
	// context), and otherwise at the places where engines listen.
	Host string
	// Image is the image to run. By default it is the one that this program
	// builds, under a name that changes with what it is built from.
	Image string
	// Target is which image this program builds when Image is empty: "default",
	// which is the default, or "full".
	Target string
	// Runtime is the engine's runtime for the container, such as "runsc" for
	// gVisor. By default it is the engine's own default.
	Runtime string
	// Memory is the most memory of the whole sandbox, in bytes. By default, and
	// at most, it is three quarters of the engine's.
	Memory int64
	// CPUs is the number of processors of the whole sandbox. By default, and at
	// most, it is all of the engine's.
	CPUs float64
	// Pids is the most processes and threads in the sandbox. The default grows
	// with the number of processors.
	Pids int64
	// Labels are put on the container besides those by which it is recognised.
	Labels map[string]string
	// Build makes Launch build the image if it is missing, which takes minutes.
	// By default Launch fails and says how to build it.
	Build bool
	// Driver returns the driver's program for an architecture as Go names it. By
	// default it is the one embedded in this program.
	Driver func(arch string) ([]byte, error)
	// Log takes the driver's own log and what happens to containers. By default
	// nothing is logged.
	Log *zap.Logger
}

// Launcher starts sandboxes in containers, and looks after the image they are
// made of. It connects to the engine when it is first used and again after a
// failure, so it may be made while the engine is not running. It is safe for
// concurrent use.
type Launcher struct {
	options Options
	log     *zap.Logger

	// What our images are called and built from.
	repository string
	context    func() (archive []byte, hash string)

	mu     sync.Mutex
	engine *engine

	drivers sync.Map // architecture -> []byte: unpacking one takes a while
}

// engine is a connection to a daemon that has answered, with what it said of
// itself.
type engine struct {
	*client.Client
	endpoint endpoint
	info     system.Info
	podman   bool // it is Podman behind Docker's API, which differs in places
}

// New checks the options. It does not connect to the engine.
func New(o Options) (*Launcher, error) {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Driver == nil {
		o.Driver = testingenv.Driver
	}
	if o.Target == "" {
		o.Target = DefaultTarget
	}
	if o.Target != DefaultTarget && o.Target != FullTarget {
		return nil, fmt.Errorf("image target %q is not known: use %q or %q", o.Target, DefaultTarget, FullTarget)
	}
	if o.Image != "" {
		if _, err := reference.ParseNormalizedNamed(o.Image); err != nil {
			return nil, fmt.Errorf("image %q: %w", o.Image, err)
		}
	}
	if o.Memory < 0 || o.CPUs < 0 || o.Pids < 0 {
		return nil, fmt.Errorf("the sandbox's memory, processors and processes must not be negative")
	}
	if o.Host != "" {
		if _, err := client.ParseHostURL(o.Host); err != nil {
			return nil, fmt.Errorf("engine %q is not an address such as unix:///var/run/docker.sock: %w", o.Host, err)
		}
	}
	return &Launcher{options: o, log: o.Log, repository: repository, context: testingenv.BuildContext}, nil
}

// Close gives back the connections to the engine. Sandboxes that were launched
// live on; it may be called any number of times, and Launch connects again.
func (l *Launcher) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.engine == nil {
		return nil
	}
	err := l.engine.Close()
	l.engine = nil
	return err
}

// Image is the name of the image that sandboxes are made of.
func (l *Launcher) Image() string {
	if l.options.Image != "" {
		return l.options.Image
	}
	return l.imageName(l.options.Target)
}

// imageName names the image of that target. It changes with everything that the
// image is built from, so that an outdated image is never used by mistake.
func (l *Launcher) imageName(target string) string {
	_, hash := l.context()
	return l.repository + ":" + target + "-" + hash[:min(12, len(hash))]
}

// connected returns the engine, connecting to it where that is needed.
func (l *Launcher) connected(ctx context.Context) (*engine, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.engine != nil {
		return l.engine, nil
	}
	e, err := connect(ctx, l.endpoints())
	if err != nil {
		return nil, err
	}
	l.log.Info("connected to the engine", zap.String("host", e.endpoint.host), zap.String("from", e.endpoint.from),
		zap.String("version", e.info.ServerVersion), zap.String("api", e.ClientVersion()))
	l.engine = e
	return e, nil
}

// driver returns the driver's program for that architecture.
func (l *Launcher) driver(arch string) ([]byte, error) {
	if program, ok := l.drivers.Load(arch); ok {
		return program.([]byte), nil
	}
	program, err := l.options.Driver(arch)
	if err != nil {
		return nil, &sandbox.UnavailableError{
			What:   fmt.Sprintf("there is no driver for the engine's architecture %s (%v)", arch, err),
			Remedy: "install a released Stress Tester, or run `make build`",
			Cause:  err,
		}
	}
	l.drivers.Store(arch, program)
	return program, nil
}

// forget drops a connection that has failed, so that the next use looks for the
// engine anew: it may have moved, or been replaced by another.
func (l *Launcher) forget(e *engine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.engine == e {
		l.engine = nil
		_ = e.Close()
	}
}
