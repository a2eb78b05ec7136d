// Package local runs a Postgres of its own from the binaries that are installed:
// for trying the server out (serve --dev) and for tests. The cluster lives in a
// temporary folder, listens on a Unix socket only, and ends with its starter, even
// if that is killed.
package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"stresstester/remote/postgres"
)

// Superuser is the cluster's superuser, who needs no password on its socket.
const Superuser = "postgres"

// prefix begins the name of every cluster's folder; the starter's process id follows.
const prefix = "stresstester-pg-"

// ErrNotInstalled means that no Postgres was found; the text says how to get one.
var ErrNotInstalled = errors.New("no Postgres server is installed (on Debian: apt-get install postgresql; elsewhere put initdb and postgres on the PATH)")

// Options of a cluster. The zero value is the fastest. It answers before a commit is
// written, so that the last moments are lost when the server is killed.
type Options struct {
	// Parent is the folder below which the cluster's folder is made. Default: /dev/shm, or the
	// system's folder for temporary files.
	Parent string
	// Durable waits for the disk, as a production server does: for tests that kill it.
	Durable bool
	// Settings are further lines of postgresql.conf, by name.
	Settings map[string]string
}

// A Cluster is a running Postgres server with its data.
type Cluster struct {
	dir   string
	bin   string
	creds *syscall.Credential
	cmd   *exec.Cmd
	exit  chan error
	log   *bytes.Buffer
}

// Binaries finds the folder that holds initdb and postgres, the newest first.
func Binaries() (string, error) {
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err := filepath.EvalSymlinks(path); err == nil {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), "initdb")); err == nil {
				return filepath.Dir(path), nil
			}
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrNotInstalled
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

// credentials is whom the server runs as: Postgres refuses to run as root.
func credentials() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("postgres does not run as root, and there is neither a user postgres nor nobody")
}

// Start makes a cluster and waits until it answers.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	bin, err := Binaries()
	if err != nil {
		return nil, err
	}
	creds, err := credentials()
	if err != nil {
		return nil, err
	}
	parent := options.Parent
	if parent == "" {
		parent = os.TempDir()
		if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() && !options.Durable {
			parent = "/dev/shm"
		}
	}
	removeAbandoned(parent)
	dir, err := os.MkdirTemp(parent, prefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for Postgres: %w", err)
	}
	c := &Cluster{dir: dir, bin: bin, creds: creds}
	if err := c.create(ctx, options); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	if err := c.Restart(ctx); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return c, nil
}

func (c *Cluster) create(ctx context.Context, options Options) error {
	if c.creds != nil {
		if err := os.Chown(c.dir, int(c.creds.Uid), int(c.creds.Gid)); err != nil {
			return fmt.Errorf("giving Postgres its folder: %w", err)
		}
	}
	initdb := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"), "-D", c.data(), "-U", Superuser,
		"-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions", "-N")
	initdb.Dir = c.dir
	initdb.Env = append(os.Environ(), "TZ=UTC")
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: c.creds}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	settings := map[string]string{
		"listen_addresses":           "''",
		"unix_socket_directories":    "'" + c.dir + "'",
		"max_connections":            "200",
		"shared_buffers":             "'64MB'",
		"timezone":                   "'UTC'",
		"log_timezone":               "'UTC'",
		"log_min_messages":           "fatal",
		"dynamic_shared_memory_type": "posix",
	}
	if !options.Durable {
		settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"] = "off", "off", "off"
		settings["wal_level"], settings["max_wal_senders"] = "minimal", "0"
	}
	for name, value := range options.Settings {
		settings[name] = value
	}
	var conf strings.Builder
	for name, value := range settings {
		fmt.Fprintf(&conf, "%s = %s\n", name, value)
	}
	f, err := os.OpenFile(filepath.Join(c.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("configuring Postgres: %w", err)
	}
	_, err = f.WriteString(conf.String())
	return errors.Join(err, f.Close())
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Restart starts the server on the cluster's data, after Stop or Kill, and waits until it answers.
func (c *Cluster) Restart(ctx context.Context) error {
	// Outlives ctx: it ends by Stop, by Kill, or with this process.
	cmd := exec.Command(filepath.Join(c.bin, "postgres"), "-D", c.data()) //nolint:noctx // see above
	cmd.Dir = c.dir
	c.log = new(bytes.Buffer)
	cmd.Stderr = c.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.creds, Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	started := make(chan error, 1)
	exit := make(chan error, 1)
	go func() {
		// The kernel's signal at the parent's death is sent when the thread that forked ends.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			exit <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("starting Postgres: %w", err)
	}
	c.cmd, c.exit = cmd, exit
	for {
		conn, err := c.try(ctx)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case err := <-exit:
			exit <- err // for wait
			return fmt.Errorf("postgres ended while starting: %w: %s", err, bytes.TrimSpace(c.log.Bytes()))
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("waiting for Postgres: %w", ctx.Err()), c.Kill())
		case <-time.After(15 * time.Millisecond):
		}
	}
}

func (c *Cluster) try(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return pgx.Connect(ctx, fmt.Sprintf("host=%s user=%s dbname=postgres sslmode=disable", c.dir, Superuser))
}

// Config tells how to reach one of the cluster's databases as its superuser.
func (c *Cluster) Config(database string) postgres.Config {
	return postgres.Config{User: Superuser, Host: c.dir, Database: database, SSLMode: "disable"}
}

// Exec runs one statement as superuser, for making and dropping databases.
func (c *Cluster) Exec(ctx context.Context, statement string) error {
	conn, err := c.try(ctx)
	if err != nil {
		return fmt.Errorf("connecting to Postgres: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// Kill ends all of the server's processes at once, as a crash does. The data stays.
func (c *Cluster) Kill() error {
	// The server's children have sessions of their own; the first process' death
	// ends them within moments, but a crash takes them at the same instant.
	children := childrenOf(c.cmd.Process.Pid)
	err := c.cmd.Process.Kill()
	for _, pid := range children {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	c.wait()
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Freeze stops all of the server's processes where they are, as a machine or a network that hangs
// does; Thaw lets them go on.
func (c *Cluster) Freeze() error { return c.signal(syscall.SIGSTOP) }

// Thaw ends a Freeze.
func (c *Cluster) Thaw() error { return c.signal(syscall.SIGCONT) }

func (c *Cluster) signal(s syscall.Signal) error {
	// The first process first: when it is stopped, it starts no others.
	err := c.cmd.Process.Signal(s)
	for _, pid := range childrenOf(c.cmd.Process.Pid) {
		if e := syscall.Kill(pid, s); e != nil && !errors.Is(e, syscall.ESRCH) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// Stop ends the server: open connections are cut. The data stays.
func (c *Cluster) Stop() error {
	err := c.cmd.Process.Signal(syscall.SIGINT)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	if err != nil {
		return err
	}
	timer := time.AfterFunc(10*time.Second, func() { _ = c.Kill() })
	defer timer.Stop()
	c.wait()
	return nil
}

func (c *Cluster) wait() {
	err := <-c.exit
	c.exit <- err
}

// Close stops the server and removes its folder.
func (c *Cluster) Close() error {
	return errors.Join(c.Stop(), os.RemoveAll(c.dir))
}

func childrenOf(pid int) []int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	var pids []int
	for _, field := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(field); err == nil {
			pids = append(pids, n)
		}
	}
	return pids
}

// removeAbandoned removes folders whose starter is gone without having removed them.
func removeAbandoned(parent string) {
	dirs, err := filepath.Glob(filepath.Join(parent, prefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), "-")
		pid, err := strconv.Atoi(owner)
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			os.RemoveAll(dir)
		}
	}
}
