package main

import (
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
)

// launcher is how sandboxes are started; it does not connect yet.
func (a *app) launcher(o docker.Options) (*docker.Launcher, error) {
	o.Log = a.logger()
	return docker.New(o)
}

// sandbox is the one that a run uses. It starts with the first job, so that a
// wrong set-up is told without waiting for it.
func (a *app) sandbox(image string) (*sandbox.Warm, func(), error) {
	launcher, err := a.launcher(docker.Options{Image: image})
	if err != nil {
		return nil, nil, err
	}
	warm := sandbox.NewWarm(launcher, a.logger())
	return warm, func() {
		_ = warm.Close()
		_ = launcher.Close()
	}, nil
}
