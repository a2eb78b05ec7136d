package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"stresstester/core/sandbox/docker"
)

func (a *app) imageCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "image",
		GroupID: "setup",
		Short:   "Build the sandbox's image, or look at it",
		Long: `The sandbox is made of an image with the compilers and interpreters. It is built
on this machine and needs no registry; its name changes with what it is built
from, so that a new version of this program never uses an old image.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.imageBuildCommand(), a.imageStatusCommand())
	return cmd
}

// addTarget adds the flag that chooses between the images.
func addTarget(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "target", docker.DefaultTarget, "`which` image: default, with the common languages, or full, with all")
	complete(cmd, "target", docker.DefaultTarget, docker.FullTarget)
}

type imageBuildOptions struct {
	target string
	quiet  bool
}

func (a *app) imageBuildCommand() *cobra.Command {
	var o imageBuildOptions
	cmd := &cobra.Command{
		Use:   "build [flags]",
		Short: "Build the image",
		Long: `Build the sandbox's image, which takes minutes once. The base is Debian: pulled
from a registry, or made with debootstrap or mmdebstrap where there is none.

EXIT STATUS
  0    the image is built
  2    wrong use
  3    the engine is not available, or the image could not be built
  130  interrupted`,
		Example: `  stresstester image build
  stresstester image build --target full`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), a) },
	}
	addTarget(cmd, &o.target)
	cmd.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "do not tell what happens")
	return cmd
}

func (o *imageBuildOptions) run(ctx context.Context, a *app) error {
	launcher, closeLauncher, err := a.launcher(docker.Options{Target: o.target})
	if err != nil {
		return err
	}
	defer closeLauncher()
	ctx, interrupted := untilInterrupted(ctx, func() { fmt.Fprintln(a.err, "stopping") })
	defer interrupted.stop()
	progress := func(line string) { fmt.Fprintln(a.err, line) }
	if o.quiet {
		progress = nil
	}
	if err := launcher.BuildImage(ctx, o.target, progress); err != nil {
		if interrupted.stopped.Load() {
			return exit(exitInterrupted)
		}
		return err
	}
	_, err = fmt.Fprintln(a.out, launcher.Image())
	return err
}

type imageStatusOptions struct {
	target string
	image  string
	name   bool
	format format
}

func (a *app) imageStatusCommand() *cobra.Command {
	var o imageStatusOptions
	cmd := &cobra.Command{
		Use:   "status [flags]",
		Short: "Tell whether the image is there",
		Long: `Tell whether the sandbox's image is built, its size, and what its base is.

EXIT STATUS
  0  the image is there
  2  wrong use
  3  it is not, or the engine is not available`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), a) },
	}
	addTarget(cmd, &o.target)
	addImage(cmd.Flags(), &o.image, a.getenv)
	cmd.Flags().BoolVar(&o.name, "name", false, "only print the image's name, whether it is there or not")
	addFormat(cmd, &o.format)
	return cmd
}

func (o *imageStatusOptions) run(ctx context.Context, a *app) error {
	launcher, closeLauncher, err := a.launcher(docker.Options{Target: o.target, Image: o.image})
	if err != nil {
		return err
	}
	defer closeLauncher()
	if o.name {
		_, err := fmt.Fprintln(a.out, launcher.Image())
		return err
	}
	status, err := launcher.ImageStatus(ctx)
	if err != nil {
		return err
	}
	if err := o.tell(a, status); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	if !status.Present {
		return exit(exitUnavailable)
	}
	return nil
}

func (o *imageStatusOptions) tell(a *app, status docker.ImageStatus) error {
	if o.format == formatJSON {
		return json.NewEncoder(a.out).Encode(status)
	}
	text := status.String()
	if !status.Present {
		text += ": build it with \"stresstester image build\""
	}
	_, err := fmt.Fprintln(a.out, text)
	return err
}
