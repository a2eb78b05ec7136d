package docker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/volume"
	"go.uber.org/zap"

	testingenv "stresstester/testing_env"
)

// The images that this program builds: the targets of testing_env/Dockerfile.
const (
	DefaultTarget = testingenv.TargetDefault // the common languages
	FullTarget    = testingenv.TargetFull    // all of them
)

// repository is the name of our images; their tags tell them apart.
const repository = "stresstester-sandbox"

// ImageStatus is what there is of an image.
type ImageStatus struct {
	Name    string `json:"name"`
	Present bool   `json:"present"`
	// The rest is set if it is present. Size is in bytes, and Base says where the
	// base image came from; it is empty for an image that is not ours.
	ID      string    `json:"id,omitempty"`
	Size    int64     `json:"size,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Base    string    `json:"base,omitempty"`
}

// String is one line for people.
func (s ImageStatus) String() string {
	if !s.Present {
		return s.Name + " is not built"
	}
	line := fmt.Sprintf("%s, %s, built %s", s.Name, size(s.Size), s.Created.Local().Format("2006-01-02 15:04"))
	if s.Base != "" {
		line += ", on " + s.Base
	}
	return line
}

// ImageStatus looks for the image that sandboxes are made of.
func (l *Launcher) ImageStatus(ctx context.Context) (ImageStatus, error) {
	e, err := l.connected(ctx)
	if err != nil {
		return ImageStatus{}, err
	}
	status := ImageStatus{Name: l.Image()}
	inspected, err := e.ImageInspect(ctx, status.Name)
	if cerrdefs.IsNotFound(err) {
		return status, nil
	}
	if err != nil {
		return status, l.explain(ctx, e, "looking for the image "+status.Name, err)
	}
	status.Present = true
	status.ID = inspected.ID
	status.Size = inspected.Size
	if created, err := time.Parse(time.RFC3339Nano, inspected.Created); err == nil {
		status.Created = created
	}
	if inspected.Config != nil {
		status.Base = inspected.Config.Labels[LabelBase]
	}
	return status, nil
}

// EnsureImage builds the image that sandboxes are made of unless it is there.
// Progress is told what happens, line by line; it may be nil.
func (l *Launcher) EnsureImage(ctx context.Context, progress func(string)) error {
	status, err := l.ImageStatus(ctx)
	if err != nil || status.Present {
		return err
	}
	if l.options.Image != "" {
		return l.imageMissing(errors.New("it was chosen by name, so it is not ours to build"))
	}
	return l.BuildImage(ctx, l.options.Target, progress)
}

// RemoveOldImages removes our images that this program would not use, and the
// compile caches that belong to none. It returns what was removed, in words. What
// is in use stays.
func (l *Launcher) RemoveOldImages(ctx context.Context) ([]string, error) {
	e, err := l.connected(ctx)
	if err != nil {
		return nil, err
	}
	list, err := e.ImageList(ctx, image.ListOptions{Filters: ours()})
	if err != nil {
		return nil, l.explain(ctx, e, "listing images", err)
	}
	keep := map[string]bool{l.imageName(DefaultTarget): true, l.imageName(FullTarget): true, l.Image(): true}
	var removed []string
	for _, old := range list {
		for _, name := range l.outdated(old, keep) {
			_, err := e.ImageRemove(ctx, name, image.RemoveOptions{PruneChildren: true})
			if err != nil {
				l.log.Info("an old image stays", zap.String("image", name), zap.Error(err))
				continue
			}
			removed = append(removed, fmt.Sprintf("image %s (%s)", name, size(old.Size)))
		}
	}
	caches, err := l.removeOldCaches(ctx, e)
	return append(removed, caches...), err
}

// outdated lists the names under which an image is to be removed; its id where it
// has lost its name to a newer build.
func (l *Launcher) outdated(i image.Summary, keep map[string]bool) []string {
	var names []string
	for _, name := range i.RepoTags {
		if keep[name] {
			return nil
		}
		if local := strings.TrimPrefix(name, "localhost/"); strings.HasPrefix(local, l.repository+":") {
			if keep[local] { // Podman's way to name what came from no registry
				return nil
			}
			names = append(names, name)
		}
	}
	if len(i.RepoTags) == 0 || len(i.RepoTags) == 1 && i.RepoTags[0] == "<none>:<none>" {
		return []string{i.ID}
	}
	return names
}

// removeOldCaches removes the cache volumes of images that are no more.
func (l *Launcher) removeOldCaches(ctx context.Context, e *engine) ([]string, error) {
	list, err := e.VolumeList(ctx, volume.ListOptions{Filters: ours()})
	if err != nil {
		return nil, l.explain(ctx, e, "listing volumes", err)
	}
	var removed []string
	for _, v := range list.Volumes {
		if _, err := e.ImageInspect(ctx, v.Labels[LabelImage]); !cerrdefs.IsNotFound(err) {
			continue
		}
		if err := e.VolumeRemove(ctx, v.Name, false); err != nil {
			l.log.Info("an old compile cache stays", zap.String("volume", v.Name), zap.Error(err))
			continue
		}
		removed = append(removed, "compile cache "+v.Name)
	}
	return removed, nil
}

// size is a number of bytes for people.
func size(bytes int64) string {
	const mib, gib = 1 << 20, 1 << 30
	if bytes >= gib {
		return fmt.Sprintf("%.1f GiB", float64(bytes)/gib)
	}
	return fmt.Sprintf("%d MiB", (bytes+mib/2)/mib)
}
