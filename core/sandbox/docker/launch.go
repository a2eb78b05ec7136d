package docker

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"go.uber.org/zap"

	"stresstester/core/sandbox"
)

// Launch starts a container and returns the stream to the driver in it. Closing
// the stream, or the end of this process however it comes, removes the container.
func (l *Launcher) Launch(ctx context.Context, status func(string)) (io.ReadWriteCloser, error) {
	began := time.Now()
	e, err := l.connected(ctx)
	if err != nil {
		return nil, err
	}
	if err := e.checkRuntime(l.options.Runtime); err != nil {
		return nil, err
	}
	image, err := l.resolve(ctx, e, status)
	if err != nil {
		return nil, err
	}
	driver, err := l.driver(e.arch())
	if err != nil {
		return nil, err
	}
	status("starting the sandbox's container")
	s, err := l.start(ctx, e, plan{
		image:  image,
		cache:  cacheVolume(image),
		driver: len(driver),
		owner:  self(),
		labels: l.options.Labels,
		res:    l.options.resources(e.info),
		podman: e.podman,
	})
	if err != nil {
		return nil, l.explain(ctx, e, "starting the sandbox's container", err)
	}
	if err := s.deliver(ctx, driver); err != nil {
		_ = s.Close() //nolint:contextcheck // ctx may be over; the removal is not part of the start
		return nil, l.explain(ctx, e, "handing the driver to the sandbox's container", err)
	}
	l.log.Debug("a container is running", zap.String("container", s.id), zap.Duration("took", time.Since(began)))
	// Not bound to the stream's life: a short run has the time to clean up, too.
	s.background.Go(func() { //nolint:contextcheck // not bound to the launch
		ctx, cancel := context.WithTimeout(context.WithoutCancel(s.life), removeTime)
		defer cancel()
		l.reap(ctx, e)
	})
	return s, nil
}

// resolve returns the id of the image, building it if that was asked for.
func (l *Launcher) resolve(ctx context.Context, e *engine, status func(string)) (string, error) {
	name := l.Image()
	inspected, err := e.ImageInspect(ctx, name)
	if cerrdefs.IsNotFound(err) && l.options.Build && l.options.Image == "" {
		status("building the sandbox's image, which takes a few minutes and is done once")
		if err := l.BuildImage(ctx, l.options.Target, status); err != nil {
			return "", err
		}
		inspected, err = e.ImageInspect(ctx, name)
	}
	switch {
	case err == nil:
		return inspected.ID, nil
	case cerrdefs.IsNotFound(err):
		return "", l.imageMissing(err)
	}
	return "", l.explain(ctx, e, "looking for the image "+name, err)
}

// checkRuntime reports a runtime that the engine does not have. An engine that
// would silently take another one must not run what was meant for stronger walls.
func (e *engine) checkRuntime(name string) error {
	if name == "" {
		return nil
	}
	if e.podman {
		return &sandbox.UnavailableError{
			What:   "the runtime " + name + " was asked for, and Podman does not let its clients choose one",
			Remedy: "set it as Podman's default in containers.conf and do not ask for it here, or use Docker",
		}
	}
	if _, ok := e.info.Runtimes[name]; !ok {
		return &sandbox.UnavailableError{
			What:   "the runtime " + name + " is not known to the engine",
			Remedy: "install it and name it in the engine's daemon.json, or do not ask for it",
		}
	}
	return nil
}

// imageMissing words the lack of the image.
func (l *Launcher) imageMissing(cause error) error {
	u := &sandbox.UnavailableError{What: "the sandbox's image " + l.Image() + " is not there", Cause: cause}
	switch {
	case l.options.Image != "":
		u.Remedy = "pull or build it, or leave out --image"
	case l.options.Target != DefaultTarget:
		u.Remedy = "run `stresstester image build --target " + l.options.Target + "`"
	default:
		u.Remedy = "run `stresstester image build`"
	}
	return u
}

// cacheVolume names the volume that holds an image's compile cache. Every image
// has its own, because what one compiler built may not run beside another's
// libraries.
func cacheVolume(image string) string {
	_, id, _ := strings.Cut(image, ":")
	return "stresstester-cache-" + id[:min(12, len(id))]
}

// detachKeys are the keys that would end the attachment. Podman looks for them
// even where there is no terminal, so they must not come by chance in a program
// or a frame, as the default of two keys would; and none cannot be asked for.
var detachKeys = strings.TrimSuffix(strings.Repeat("ctrl-],ctrl-^,", 8), ",")

// createTime is how long the engine may take to create a container.
const createTime = time.Minute

// create creates a container. The request itself is not cancelled: an engine whose
// client hangs up goes on creating, and nobody would know of the container. So the
// end of ctx counts afterwards, when what was created has a name to remove it by.
func (e *engine) create(ctx context.Context, config *container.Config, host *container.HostConfig, name string) (container.CreateResponse, error) {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), createTime)
	defer cancel()
	created, err := e.ContainerCreate(whole, config, host, nil, nil, name)
	if err == nil && ctx.Err() != nil {
		_ = e.discard(whole, created.ID)
		return created, context.Cause(ctx)
	}
	return created, err
}

// start creates a container, attaches to it and starts it, in this order, so that
// not a byte of what it says is lost.
func (l *Launcher) start(ctx context.Context, e *engine, p plan) (_ *stream, err error) {
	config, host := configure(l.options, e.info, p)
	name := fmt.Sprintf("stresstester-%d-%s", os.Getpid(), strings.ToLower(rand.Text()[:8]))
	created, err := e.create(ctx, config, host, name)
	if err != nil {
		return nil, err
	}
	for _, warning := range created.Warnings {
		l.log.Warn("the engine warns", zap.String("warning", warning))
	}
	defer func() {
		if err != nil {
			// Ctx may be the reason, so the removal does not depend on it.
			_ = e.discard(context.WithoutCancel(ctx), created.ID)
		}
	}()
	attached, err := e.ContainerAttach(ctx, created.ID, container.AttachOptions{
		Stream: true, Stdin: true, Stdout: true, Stderr: true,
		DetachKeys: detachKeys,
	})
	if err != nil {
		// The SDK drops what the engine says here. Podman prepares a container when
		// it is attached to, and says the same again when it is started.
		if reason := e.ContainerStart(ctx, created.ID, container.StartOptions{}); reason != nil {
			err = reason
		}
		return nil, err
	}
	s := newStream(e, created.ID, attached, l.log)
	s.await()
	if err := e.ContainerStart(ctx, created.ID, container.StartOptions{}); err != nil {
		_ = s.Close() //nolint:contextcheck // as above
		return nil, err
	}
	return s, nil
}
