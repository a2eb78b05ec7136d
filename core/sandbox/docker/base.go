package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/docker/docker/api/types/image"

	"stresstester/core/sandbox"
)

const (
	// baseImage is what our image is built on.
	baseImage = "debian:trixie-slim"
	// ownBase is its stand-in made here, where no registry answers. It has a name
	// of its own so that it never passes for Debian's.
	ownBase = "stresstester-base:trixie"
	// suite and mirror are what the stand-in is made from.
	suite  = "trixie"
	mirror = "http://deb.debian.org/debian"
)

// patience is how long a registry may take to say its first word, and how long it
// may then pause.
type patience struct{ first, pause time.Duration }

// forRegistry is long enough for a slow line, and short enough for somebody who
// waits because there is none.
var forRegistry = patience{first: 20 * time.Second, pause: time.Minute}

// base is the image that ours is built on, and where it came from.
type base struct {
	name string
	how  string
}

func (b base) String() string { return b.name + " (" + b.how + ")" }

// base finds or gets the base image: one that is already there, else from a
// registry, else made with Debian's own tools. Progress is told which.
func (l *Launcher) base(ctx context.Context, e *engine, progress func(string)) (base, error) {
	for _, found := range []base{{baseImage, "already in the engine"}, {ownBase, "made on this machine"}} {
		if e.holds(ctx, found.name) {
			progress("the base image " + found.String() + " is used")
			return found, nil
		}
	}
	progress("pulling the base image " + baseImage)
	pullErr := e.pull(ctx, baseImage, forRegistry, progress)
	if pullErr == nil {
		return base{baseImage, "pulled"}, nil
	}
	if ctx.Err() != nil {
		return base{}, fmt.Errorf("pulling the base image: %w", context.Cause(ctx))
	}
	progress("no registry gives it (" + oneLine(pullErr.Error()) + ")")
	made, err := e.bootstrap(ctx, makers(), progress)
	if err != nil {
		if ctx.Err() != nil {
			return base{}, fmt.Errorf("making the base image: %w", context.Cause(ctx))
		}
		return base{}, noBase(pullErr, err)
	}
	return made, nil
}

// noBase words the failure of every way to a base image.
func noBase(pullErr, madeErr error) error {
	return &sandbox.UnavailableError{
		What: fmt.Sprintf("there is no base image: %s could not be pulled (%s), and could not be made here (%s)",
			baseImage, oneLine(pullErr.Error()), oneLine(madeErr.Error())),
		Remedy: "make a registry reachable, or copy the image from another machine with `docker save " + baseImage + "` and `docker load`, " +
			"or install mmdebstrap or debootstrap (`sudo apt install mmdebstrap`) and run `sudo stresstester image build`",
		Cause: errors.Join(pullErr, madeErr),
	}
}

// holds reports whether the engine has the image for its own architecture.
func (e *engine) holds(ctx context.Context, name string) bool {
	inspected, err := e.ImageInspect(ctx, name)
	return err == nil && (inspected.Architecture == "" || inspected.Architecture == e.arch())
}

// pull gets an image from its registry. It gives up soon when none answers, but
// lets a slow one take its time.
func (e *engine) pull(ctx context.Context, name string, p patience, progress func(string)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	clock := time.AfterFunc(p.first, func() { cancel(errors.New("the registry does not answer")) })
	defer clock.Stop()
	account, err := e.ImagePull(ctx, name, image.PullOptions{Platform: "linux/" + e.arch()})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	defer account.Close()
	return follow(ctx, account, func(m message) {
		clock.Reset(p.pause)
		if m.Status != "" && len(m.Progress) <= len("{}") {
			progress(strings.TrimSpace(m.ID + " " + m.Status))
		}
	})
}

// maker is a program that makes a minimal Debian.
type maker struct {
	name string
	// root says that it needs to be run by root.
	root bool
	// tar returns the file system as a tar archive, from a command that is
	// started and ended by it.
	tar func(ctx context.Context, path, arch string, use func(io.Reader) error, progress func(string)) error
}

// makers lists the programs that can make the base, best first.
func makers() []maker {
	return []maker{
		{name: "mmdebstrap", tar: mmdebstrap},
		{name: "debootstrap", root: true, tar: debootstrap},
	}
}

// bootstrap makes the base image from Debian's packages.
func (e *engine) bootstrap(ctx context.Context, tools []maker, progress func(string)) (base, error) {
	if runtime.GOOS != "linux" {
		return base{}, errors.New("that needs Linux")
	}
	if runtime.GOARCH != e.arch() {
		return base{}, fmt.Errorf("that needs a machine of the engine's architecture %s", e.arch())
	}
	var failures []error
	for _, m := range tools {
		path, err := exec.LookPath(m.name)
		if err != nil {
			// It lives in /usr/sbin, which is not on everybody's path.
			if path, err = exec.LookPath(filepath.Join("/usr/sbin", m.name)); err != nil {
				failures = append(failures, fmt.Errorf("%s is not installed", m.name))
				continue
			}
		}
		if m.root && os.Geteuid() != 0 {
			failures = append(failures, fmt.Errorf("%s needs root: use sudo", m.name))
			continue
		}
		progress("making the base image with " + m.name)
		err = m.tar(ctx, path, e.arch(), func(tar io.Reader) error { return e.load(ctx, tar) }, progress)
		if err == nil {
			return base{ownBase, "made with " + m.name}, nil
		}
		if ctx.Err() != nil {
			return base{}, err
		}
		progress(err.Error())
		failures = append(failures, err)
	}
	return base{}, errors.Join(failures...)
}

// load imports a file system as the base image.
func (e *engine) load(ctx context.Context, tar io.Reader) error {
	account, err := e.ImageImport(ctx, image.ImportSource{Source: tar, SourceName: "-"}, ownBase, image.ImportOptions{
		Message: "minimal Debian " + suite + ", made for Stress Tester",
		// Podman and old engines take the platform from here or guess right.
		Platform: "linux/" + e.arch(),
	})
	if err != nil {
		return err
	}
	defer account.Close()
	return follow(ctx, account, func(message) {})
}

// mmdebstrap writes the archive to its output. It needs root or user namespaces,
// and finds out by itself which it has.
func mmdebstrap(ctx context.Context, path, arch string, use func(io.Reader) error, progress func(string)) error {
	command := exec.CommandContext(ctx, path, "--variant=minbase", "--architectures="+arch, "--format=tar", suite, "-", mirror)
	said := &lines{tell: progress}
	command.Stderr = said
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	// The engine must not take half an archive for a whole one: it gets the end
	// only when the command has ended well.
	usedErr := use(&untilExit{Reader: out, wait: command.Wait})
	if command.ProcessState == nil {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
	if usedErr != nil {
		return fmt.Errorf("mmdebstrap: %w%s", usedErr, said.tail())
	}
	return nil
}

// untilExit is a command's output whose end is an error if the command failed.
type untilExit struct {
	io.Reader
	wait func() error
}

func (u *untilExit) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if err == io.EOF {
		if failed := u.wait(); failed != nil {
			return n, failed
		}
	}
	return n, err
}

// debootstrap fills a folder, which is then packed by tar.
func debootstrap(ctx context.Context, path, arch string, use func(io.Reader) error, progress func(string)) (err error) {
	dir, err := os.MkdirTemp("", "stresstester-base-")
	if err != nil {
		return err
	}
	defer func() {
		if removed := os.RemoveAll(dir); err == nil {
			err = removed
		}
	}()
	root := filepath.Join(dir, "root")
	said := &lines{tell: progress}
	command := exec.CommandContext(ctx, path, "--variant=minbase", "--arch="+arch, suite, root, mirror)
	command.Stdout, command.Stderr = said, said
	if err := command.Run(); err != nil {
		return fmt.Errorf("debootstrap: %w%s", err, said.tail())
	}
	pack := exec.CommandContext(ctx, "tar", "--numeric-owner", "--exclude=./var/cache/apt/archives/*.deb", "-C", root, "-c", ".")
	pack.Stderr = said
	out, err := pack.StdoutPipe()
	if err != nil {
		return err
	}
	if err := pack.Start(); err != nil {
		return err
	}
	usedErr := use(&untilExit{Reader: out, wait: pack.Wait})
	if pack.ProcessState == nil {
		_ = pack.Process.Kill()
		_ = pack.Wait()
	}
	if usedErr != nil {
		return fmt.Errorf("packing the base image: %w%s", usedErr, said.tail())
	}
	return nil
}

// lines tells the lines written to it one by one and keeps the last.
type lines struct {
	tell func(string)
	part []byte
	last []string
}

func (l *lines) Write(p []byte) (int, error) {
	l.part = append(l.part, p...)
	for {
		end := bytes.IndexByte(l.part, '\n')
		if end < 0 {
			return len(p), nil
		}
		line := strings.TrimSpace(string(l.part[:end]))
		l.part = l.part[end+1:]
		if line == "" {
			continue
		}
		if len(l.last) == lastLines {
			l.last = append(l.last[:0], l.last[1:]...)
		}
		l.last = append(l.last, line)
		l.tell(line)
	}
}

// tail is the last lines as the end of an error.
func (l *lines) tail() string {
	if len(l.last) == 0 {
		return ""
	}
	return "\n" + strings.Join(l.last, "\n")
}
