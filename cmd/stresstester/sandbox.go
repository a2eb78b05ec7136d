package main

import (
	"go.uber.org/zap"

	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
)

// launcher is how sandboxes are started; it does not connect yet.
func (a *app) launcher(o docker.Options) (launcher *docker.Launcher, closeLauncher func(), err error) {
	o.Log = a.logger()
	launcher, err = docker.New(o)
	if err != nil {
		return nil, nil, err
	}
	return launcher, func() { _ = launcher.Close() }, nil
}

// sandboxes keeps a sandbox for runs. It starts with the first job, so that a
// wrong set-up is told without waiting for it.
type sandboxes struct {
	launcher *docker.Launcher
	warm     *sandbox.Warm
}

func openSandboxes(o engineOptions, log *zap.Logger, options ...sandbox.Option) (*sandboxes, error) {
	launcher, err := docker.New(docker.Options{Image: o.image, Runtime: o.runtime, Log: log.Named("docker")})
	if err != nil {
		return nil, err
	}
	return &sandboxes{launcher, sandbox.NewWarm(launcher, log.Named("sandbox"), options...)}, nil
}

func (s *sandboxes) close() {
	_ = s.warm.Close()
	_ = s.launcher.Close()
}
