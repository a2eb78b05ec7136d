package docker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"stresstester/core/sandbox"
)

// Check looks at everything that a run needs of the engine: that it answers, that
// it can bound a sandbox, that the image is there, that a sandbox starts, and that
// programs run in it and are held to their limits. What depends on something that fails is left out.
func (l *Launcher) Check(ctx context.Context) []sandbox.Finding {
	e, err := l.connected(ctx)
	if err != nil {
		return []sandbox.Finding{failed("engine", err)}
	}
	findings := []sandbox.Finding{e.describe(), e.limits(), l.size(e)}
	if name := l.options.Runtime; name != "" {
		if err := e.checkRuntime(name); err != nil {
			return append(findings, failed("runtime", err))
		}
		findings = append(findings, sandbox.Finding{Name: "runtime", OK: true, Detail: name + " is installed"})
	}
	status, err := l.ImageStatus(ctx)
	switch {
	case err != nil:
		return append(findings, failed("image", err))
	case !status.Present:
		return append(findings, failed("image", l.imageMissing(nil)))
	}
	findings = append(findings, sandbox.Finding{Name: "image", OK: true, Detail: status.String()})
	return append(findings, l.try(ctx)...)
}

// failed makes a finding of an error.
func failed(name string, err error) sandbox.Finding {
	var u *sandbox.UnavailableError
	if errors.As(err, &u) {
		f := sandbox.Finding{Name: name, Detail: u.What, Remedy: u.Remedy}
		if strings.Contains(u.Remedy, "stresstester doctor") {
			// Which is what is running.
			f.Remedy = "look into the engine's own log, for example with `journalctl -u docker`"
		}
		return f
	}
	return sandbox.Finding{Name: name, Detail: err.Error()}
}

// describe tells which engine answers.
func (e *engine) describe() sandbox.Finding {
	cgroups := e.info.CgroupVersion
	if cgroups == "" {
		cgroups = "1" // engines that know of one version only do not tell
	}
	rights := "run by root"
	if e.rootless() {
		rights = "rootless"
	}
	name := "Docker"
	if e.podman {
		name = "Podman"
	}
	where := e.endpoint.host
	if e.endpoint.from != "" {
		where += " from " + e.endpoint.from
	}
	return sandbox.Finding{Name: "engine", OK: true, Detail: fmt.Sprintf(
		"%s %s, API %s, cgroups v%s (%s), %s, runtimes %s, %s, %s",
		name, e.info.ServerVersion, e.ClientVersion(), cgroups, e.info.CgroupDriver, rights,
		strings.Join(slices.Sorted(maps.Keys(e.info.Runtimes)), " "), e.info.OperatingSystem, where)}
}

// limits tells whether the engine can bound what a sandbox uses.
func (e *engine) limits() sandbox.Finding {
	var missing []string
	for what, has := range map[string]bool{"memory": e.info.MemoryLimit, "processes": e.info.PidsLimit} {
		if !has {
			missing = append(missing, what)
		}
	}
	if len(missing) == 0 {
		return sandbox.Finding{Name: "limits", OK: true, Detail: "the engine can limit memory and processes"}
	}
	slices.Sort(missing)
	better := "the control groups for memory and pids would let it"
	if e.rootless() {
		better = "a rootless engine can with cgroups v2 whose controllers are delegated to the user: see https://docs.docker.com/engine/security/rootless/"
	}
	// Programs are run all the same, and each has limits of its own: see House.Notes of
	// the driver for what it does in the engine's place.
	return sandbox.Finding{Name: "limits", OK: true, Detail: "the engine cannot limit the " + strings.Join(missing, " and ") +
		" of the sandbox as a whole, only the driver those of each program; " + better}
}

// least is the memory below which compilers and a few programs at once do not fit.
const least = 1 << 30

// size tells how large the sandbox will be.
func (l *Launcher) size(e *engine) sandbox.Finding {
	r := l.options.resources(e.info)
	f := sandbox.Finding{Name: "resources", OK: r.memory >= least, Detail: fmt.Sprintf(
		"the sandbox gets %s of the engine's %s of memory and %g of its %d processors",
		size(r.memory), size(e.info.MemTotal), r.cpus, e.info.NCPU)}
	if !f.OK {
		f.Remedy = "give the engine at least 2 GiB of memory"
	}
	return f
}

// try starts a sandbox, runs programs in it, and ends it.
func (l *Launcher) try(ctx context.Context) []sandbox.Finding {
	began := time.Now()
	stream, err := l.Launch(ctx, func(string) {})
	if err != nil {
		return []sandbox.Finding{failed("sandbox", err)}
	}
	session, err := sandbox.Open(ctx, stream)
	if err != nil {
		return []sandbox.Finding{failed("sandbox", err)}
	}
	hello := session.Hello()
	findings := append(weaker(hello.Notes), sandbox.Finding{Name: "sandbox", OK: true, Detail: fmt.Sprintf(
		"starts in %d ms and works on %d tests at a time; driver %s", time.Since(began).Milliseconds(), hello.CPUs, oneLine(hello.Build))})
	findings = append(findings, tryPrograms(ctx, session, l.options.Runtime))
	if err := session.Close(); err != nil {
		findings = append(findings, failed("sandbox", err))
	}
	return findings
}
