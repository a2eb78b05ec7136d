package docker

import (
	"context"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/client"
	"go.uber.org/zap"
)

// removeTime is how long the removal of one container may take.
const removeTime = 15 * time.Second

// ours selects what carries our label.
func ours() filters.Args {
	return filters.NewArgs(filters.Arg("label", LabelSandbox+"=1"))
}

// reap removes the containers of processes of this host that are no more. There
// are next to none, because a container ends with its client's connection: those
// that were created and never started, were paused, or whose engine died first.
// Containers of living processes, of other hosts, and those without a known owner
// are left alone.
func (l *Launcher) reap(ctx context.Context, e *engine) {
	list, err := e.ContainerList(ctx, container.ListOptions{All: true, Filters: ours()})
	if err != nil {
		l.log.Debug("listing containers left over", zap.Error(err))
		return
	}
	for _, c := range list {
		if !dead(c.Labels) {
			continue
		}
		l.log.Info("removing a container that was left over",
			zap.String("container", c.ID), zap.String("owner", c.Labels[LabelOwnerPid]), zap.String("state", c.State))
		if err := e.discard(ctx, c.ID); err != nil {
			l.log.Warn("removing a container that was left over", zap.String("container", c.ID), zap.Error(err))
		}
	}
}

// discard removes a container whatever it is doing. One that is gone, or going,
// is fine.
func (e *engine) discard(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, removeTime)
	defer cancel()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		err := e.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
		if err == nil || cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err) {
			return nil
		}
		if client.IsErrConnectionFailed(err) {
			return err // and with the engine's connection went the container's
		}
		// Podman fails to kill a container that is just ending by itself.
		select {
		case <-again.C:
		case <-ctx.Done():
			return err
		}
	}
}
