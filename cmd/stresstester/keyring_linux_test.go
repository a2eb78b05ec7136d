package main

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
)

// desktop is a user's session with a keyring: a bus, and gnome-keyring on it.
type desktop struct {
	t   *testing.T
	env []string
}

// busConfig is that of a bus that starts no services: asked for the keyring before the test's
// own is there, the usual one would start another, which is locked.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
	<type>session</type>
	<listen>unix:path=HOME/bus</listen>
	<auth>EXTERNAL</auth>
	<policy context="default">
		<allow send_destination="*" eavesdrop="true"/>
		<allow eavesdrop="true"/>
		<allow own="*"/>
	</policy>
</busconfig>
`

// newDesktop starts one whose keyring is unlocked, as it is after the user has signed in to
// their machine. It ends with the test.
func newDesktop(t *testing.T) *desktop {
	t.Helper()
	for _, program := range []string{"dbus-daemon", "dbus-send", "gnome-keyring-daemon", "secret-tool"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%v; testing_env/setup.sh keyring installs it", err)
		}
	}
	home, err := os.MkdirTemp("", "st") // the name of a test's own folder is too long for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	d := &desktop{t: t, env: append(os.Environ(),
		"HOME="+home, "XDG_RUNTIME_DIR="+home, "XDG_DATA_HOME="+filepath.Join(home, "data"), "XDG_CACHE_HOME="+filepath.Join(home, "cache"),
		"XDG_CONFIG_HOME="+filepath.Join(home, "config"), "XDG_STATE_HOME="+filepath.Join(home, "state"),
		// A screen, so that signing in goes by a browser on this machine, which is the test's.
		"DISPLAY=:no", "BROWSER=true", "SSH_CONNECTION=", "SSH_TTY=", "CODESPACES=", "REMOTE_CONTAINERS=", "WSL_DISTRO_NAME=")}
	config := filepath.Join(home, "bus.conf")
	if err := os.WriteFile(config, []byte(strings.ReplaceAll(busConfig, "HOME", home)), 0o600); err != nil {
		t.Fatal(err)
	}
	bus := d.command("dbus-daemon", "--config-file="+config, "--nofork", "--print-address=1")
	out, err := bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.run(bus)
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the bus did not start: %v", err)
	}
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS="+strings.TrimSpace(address))
	ring := d.command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	ring.Stdin = strings.NewReader("the user's password")
	ring.Stdout, ring.Stderr = io.Discard, io.Discard
	d.run(ring)
	d.until("there is a keyring", func() bool {
		out, err := d.command("dbus-send", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets/collection/login",
			"org.freedesktop.DBus.Properties.Get", "string:org.freedesktop.Secret.Collection", "string:Locked").CombinedOutput()
		return err == nil && bytes.Contains(out, []byte("boolean false"))
	})
	return d
}

// run starts a program that lives as long as the test.
func (d *desktop) run(cmd *exec.Cmd) {
	d.t.Helper()
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

func (d *desktop) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(d.t.Context(), name, args...) //nolint:gosec // the test's own
	cmd.Env = d.env
	return cmd
}

func (d *desktop) until(what string, met func() bool) {
	d.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !met(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			d.t.Fatalf("it never came to this: %s", what)
		}
	}
}

var shownAddress = regexp.MustCompile(`^ +(http\S+)$`)

// login signs in with the program, and returns all that it said.
func (d *desktop) login(server string, browser *servertest.Browser) string {
	d.t.Helper()
	cmd := d.command("stresstester", "login", server)
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		d.t.Fatal(err)
	}
	var all strings.Builder
	for lines := bufio.NewScanner(said); lines.Scan(); {
		all.WriteString(lines.Text() + "\n")
		if m := shownAddress.FindStringSubmatch(lines.Text()); m != nil {
			back, err := http.Get(browser.Allow(m[1]).String())
			if err != nil {
				d.t.Fatal(err)
			}
			back.Body.Close()
		}
	}
	if err := cmd.Wait(); err != nil {
		d.t.Fatalf("signing in: %v\n%s", err, &all)
	}
	return all.String()
}

// rooms lists the rooms in a process of its own.
func (d *desktop) rooms() (string, error) {
	out, err := d.command("stresstester", "room", "list").CombinedOutput()
	return string(out), err
}

// inRing is what another program finds in the keyring.
func (d *desktop) inRing(server string) string {
	out, err := d.command("secret-tool", "lookup", "service", "stresstester", "username", server).Output()
	if err != nil {
		return ""
	}
	return string(out)
}

func (d *desktop) file() string {
	for _, setting := range d.env {
		if dir, ok := strings.CutPrefix(setting, "XDG_CONFIG_HOME="); ok {
			return filepath.Join(dir, "stresstester", "credentials.json")
		}
	}
	return ""
}

// TestASignInIsKeptInTheKeyring signs in beside a real Secret Service: another process takes the
// sign-in from there, signing out takes it out; where the keyring is locked or there is none,
// a file is used, and that is said.
func TestASignInIsKeptInTheKeyring(t *testing.T) {
	t.Parallel()
	d := newDesktop(t)
	server := servertest.Start(t, postgrestest.Config(t), servertest.Env("STRESSTESTER_ATTEMPTS_FACTOR=100")).URL
	browser := servertest.NewBrowser(t, server)
	browser.SignUp("ada")

	said := d.login(server, browser)
	if strings.Contains(said, "is kept in") {
		t.Errorf("with a keyring it said: %s", said)
	}
	if secret := d.inRing(server); !strings.Contains(secret, "refresh_token") {
		t.Errorf("the keyring has %q", secret)
	}
	if text, err := os.ReadFile(d.file()); err == nil && bytes.Contains(text, []byte("_token")) {
		t.Errorf("the sign-in is in a file, too: %s", text)
	}
	if out, err := d.rooms(); err != nil || !strings.Contains(out, "no rooms") {
		t.Errorf("another process got %v: %s", err, out)
	}
	if out, err := d.command("stresstester", "logout", server).CombinedOutput(); err != nil {
		t.Errorf("signing out: %v: %s", err, out)
	}
	if secret := d.inRing(server); secret != "" {
		t.Errorf("after signing out the keyring has %q", secret)
	}
	if out, err := d.rooms(); err == nil || !strings.Contains(out, "stresstester login") {
		t.Errorf("after signing out another process got %v: %s", err, out)
	}

	// Nobody answers the keyring's question for its password.
	if out, err := d.command("dbus-send", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
		"org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login").CombinedOutput(); err != nil {
		t.Fatalf("locking the keyring: %v: %s", err, out)
	}
	d.keepsInAFile("a locked keyring", server, browser)

	// There is no bus at all.
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus")
	d.keepsInAFile("no keyring", server, browser)
}

// keepsInAFile signs in, lists rooms and signs out, where no keyring can be used.
func (d *desktop) keepsInAFile(where, server string, browser *servertest.Browser) {
	d.t.Helper()
	said := d.login(server, browser)
	if !strings.Contains(said, "your sign-in is kept in "+d.file()+", which only you can read") {
		d.t.Errorf("%s: it said %s", where, said)
	}
	info, err := os.Stat(d.file())
	if err != nil || info.Mode() != 0o600 {
		d.t.Errorf("%s: the file is %v, %v", where, info, err)
	}
	if dir, err := os.Stat(filepath.Dir(d.file())); err != nil || dir.Mode() != fs.ModeDir|0o700 {
		d.t.Errorf("%s: the folder is %v, %v", where, dir, err)
	}
	if out, err := d.rooms(); err != nil || !strings.Contains(out, "no rooms") {
		d.t.Errorf("%s: another process got %v: %s", where, err, out)
	}
	if out, err := d.command("stresstester", "logout", server).CombinedOutput(); err != nil {
		d.t.Errorf("%s: signing out: %v: %s", where, err, out)
	}
	if text, err := os.ReadFile(d.file()); err != nil || bytes.Contains(text, []byte("_token")) {
		d.t.Errorf("%s: after signing out the file has %s, %v", where, text, err)
	}
}
