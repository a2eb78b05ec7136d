package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"stresstester/core/report"
	"stresstester/core/sandbox"
	"stresstester/core/sandbox/docker"
)

type doctorOptions struct {
	image  string
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
	addImage(cmd.Flags(), &o.image, a.getenv)
	addFormat(cmd, &o.format)
	return cmd
}

func (o *doctorOptions) run(ctx context.Context, a *app) error {
	launcher, err := a.launcher(docker.Options{Image: o.image})
	if err != nil {
		return err
	}
	defer launcher.Close()
	findings := append([]sandbox.Finding{{Name: "version", OK: true, Detail: versionLine()}}, launcher.Check(ctx)...)
	findings = append(findings, editors())
	healthy := true
	for _, f := range findings {
		healthy = healthy && f.OK
	}
	if o.format == formatJSON {
		err = findingsJSON(a, findings, healthy)
	} else {
		err = findingsText(a, findings)
	}
	if err != nil {
		return fmt.Errorf("writing the findings: %w", err)
	}
	if !healthy {
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

func findingsJSON(a *app, findings []sandbox.Finding, healthy bool) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	for _, f := range findings {
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
	}{"doctor", healthy})
}

func findingsText(a *app, findings []sandbox.Finding) error {
	lines := make([]report.Check, 0, len(findings))
	for _, f := range findings {
		lines = append(lines, report.Check{Name: f.Name, OK: f.OK, Detail: f.Detail, Remedy: f.Remedy})
	}
	return report.Checks(a.out, a.style(), lines)
}
