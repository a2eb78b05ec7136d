package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"stresstester/core/report"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
)

type doctorOptions struct {
	engine engineOptions
	format format
}

func (a *app) doctorCommand() *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:     "doctor [flags]",
		GroupID: "setup",
		Short:   "Check the sandbox and say what to do",
		Long: `Check everything that a run needs: the container engine, the sandbox's image and
a sandbox itself, and look for editors. What does not work comes with a remedy.

With --format json each line is an object with the event "finding", a name, ok,
detail and remedy; the last one has the event "doctor" and ok.

EXIT STATUS
  0  everything that a run needs works
  2  wrong use
  3  something that a run needs does not work`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), a) },
	}
	o.engine.AddFlags(cmd.Flags(), a.getenv)
	addFormat(cmd, &o.format)
	return cmd
}

func (o *doctorOptions) run(ctx context.Context, a *app) error {
	launcher, closeLauncher, err := a.launcher(docker.Options{Image: o.engine.image, Runtime: o.engine.runtime})
	if err != nil {
		return err
	}
	defer closeLauncher()
	r := diagnose(ctx, launcher)
	if o.format == formatJSON {
		err = r.json(a.out)
	} else {
		err = r.text(a)
	}
	if err != nil {
		return fmt.Errorf("writing the findings: %w", err)
	}
	if !r.OK {
		return exit(exitUnavailable)
	}
	return nil
}

// editors tells which editors with an extension of ours are there. None is fine:
// the command line needs no editor.
func editors() sandbox.Finding {
	var found []string
	for _, name := range []string{"code", "codium", "nvim"} {
		if path, err := exec.LookPath(name); err == nil {
			found = append(found, path)
		}
	}
	detail := "neither VS Code nor Neovim is in PATH; the command line needs none"
	if len(found) > 0 {
		detail = "found " + strings.Join(found, ", ")
	}
	return sandbox.Finding{Name: "editors", OK: true, Detail: detail}
}

// diagnosis is what a doctor found, in the shape that editors get.
type diagnosis struct {
	OK       bool              `json:"ok"`
	Findings []sandbox.Finding `json:"findings"`
}

func diagnose(ctx context.Context, launcher *docker.Launcher) diagnosis {
	d := diagnosis{OK: true, Findings: []sandbox.Finding{{Name: "version", OK: true, Detail: versionLine()}}}
	d.Findings = append(d.Findings, launcher.Check(ctx)...)
	d.Findings = append(d.Findings, editors())
	for _, f := range d.Findings {
		d.OK = d.OK && f.OK
	}
	return d
}

func (d diagnosis) json(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range d.Findings {
		line := struct {
			Event string `json:"event"`
			sandbox.Finding
		}{"finding", f}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return enc.Encode(struct {
		Event string `json:"event"`
		OK    bool   `json:"ok"`
	}{"doctor", d.OK})
}

func (d diagnosis) text(a *app) error {
	lines := make([]report.Check, 0, len(d.Findings))
	for _, f := range d.Findings {
		lines = append(lines, report.Check{Name: f.Name, OK: f.OK, Detail: f.Detail, Remedy: f.Remedy})
	}
	return report.Checks(a.out, a.style(), lines)
}
