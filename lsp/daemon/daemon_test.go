//go:build unix

package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"

	"stresstester/lsp/process"
)

// patience is how long these tests wait for what does not come.
const patience = 20 * time.Second

// childVariable makes the test's own program a daemon in the folder that it names:
// what Connect starts.
const childVariable = "STRESSTESTER_TEST_DAEMON"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		os.Exit(child(dir))
	}
	goleak.VerifyTestMain(m)
}

// child is a daemon that tells every editor its process id.
func child(dir string) int {
	ready := os.NewFile(3, "ready")
	d, err := Listen(Config{
		Place: Place{Dir: dir, Name: "test"}, Build: Build{Version: "child"}, Idle: 2 * time.Second, Log: zap.NewNop(),
		Serve: func(_ context.Context, in io.ReadCloser, out io.WriteCloser) int {
			fmt.Fprintln(out, os.Getpid())
			_, _ = io.Copy(io.Discard, in)
			return 0
		},
	})
	if err != nil && !errors.Is(err, ErrRunning) {
		fmt.Fprintln(ready, err)
		return 1
	}
	fmt.Fprintln(ready, "ready")
	_ = ready.Close()
	if err != nil {
		return 0
	}
	if err := d.Run(context.Background()); err != nil {
		return 1
	}
	return 0
}

// echo sends an editor what it sends, in capitals, and ends with the status that
// it sends as a number.
func echo(_ context.Context, in io.ReadCloser, out io.WriteCloser) int {
	data, _ := io.ReadAll(in)
	_, _ = out.Write(bytes.ToUpper(data))
	status, _ := strconv.Atoi(strings.TrimSpace(string(data)))
	return status
}

// run runs a daemon until the test ends, and returns what Run did.
func run(t *testing.T, c Config) (Place, *ending) {
	t.Helper()
	if c.Place.Dir == "" {
		c.Place = Place{Dir: filepath.Join(t.TempDir(), "d"), Name: "test"}
	}
	if c.Serve == nil {
		c.Serve = echo
	}
	c.Log = zap.NewNop()
	d, err := Listen(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	result := &ending{done: make(chan struct{})}
	go func() {
		defer close(result.done)
		result.err = d.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		await(t, "the daemon", result)
	})
	return c.Place, result
}

// ending is what came of something that goes on beside the test.
type ending struct {
	done chan struct{}
	err  error // after done
}

func connect(t *testing.T, p Place, b Build) *Client {
	t.Helper()
	client, outdated, err := Starter{Place: p, Build: b}.try()
	if err != nil || outdated {
		t.Fatalf("connecting: outdated %v, %v", outdated, err)
	}
	return client
}

func await(t *testing.T, what string, e *ending) {
	t.Helper()
	select {
	case <-e.done:
		if e.err != nil {
			t.Fatalf("%s: %v", what, e.err)
		}
	case <-time.After(patience):
		t.Fatalf("%s: it does not end", what)
	}
}

func TestAnEditorsBytesGoThroughAndItsStatusComesBack(t *testing.T) {
	t.Parallel()
	place, _ := run(t, Config{})
	long := strings.Repeat("content-length: ä\r\n", 100_000)
	for text, want := range map[string]int{"": 0, "1": 1, "42\n": 42, long: 0} {
		var out bytes.Buffer
		status, err := connect(t, place, Build{}).Forward(strings.NewReader(text), &out)
		if err != nil || status != want || out.String() != string(bytes.ToUpper([]byte(text))) {
			t.Errorf("%.20q came back as %.20q (%d bytes), status %d, %v", text, out.String(), out.Len(), status, err)
		}
	}
}

func TestManyEditorsAreServedAtOnce(t *testing.T) {
	t.Parallel()
	var inside sync.WaitGroup
	inside.Add(10)
	place, _ := run(t, Config{Serve: func(_ context.Context, in io.ReadCloser, _ io.WriteCloser) int {
		inside.Done()
		inside.Wait() // Every one is here before the first one leaves.
		_ = in.Close()
		return 7
	}})
	var group sync.WaitGroup
	for range 10 {
		client := connect(t, place, Build{})
		group.Go(func() {
			if status, err := client.Forward(strings.NewReader(""), io.Discard); status != 7 || err != nil {
				t.Errorf("status %d, %v", status, err)
			}
		})
	}
	group.Wait()
}

func TestASecondDaemonIsRefused(t *testing.T) {
	t.Parallel()
	place, _ := run(t, Config{})
	if _, err := Listen(Config{Place: place, Log: zap.NewNop()}); !errors.Is(err, ErrRunning) {
		t.Errorf("got %v", err)
	}
}

func TestWhatAKilledDaemonHasLeftIsClearedAway(t *testing.T) {
	t.Parallel()
	place := Place{Dir: filepath.Join(t.TempDir(), "d"), Name: "test"}
	if err := place.make(); err != nil {
		t.Fatal(err)
	}
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: place.socket(), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close()
	if _, err := Ask(place); !errors.Is(err, ErrNone) {
		t.Errorf("asking a dead daemon: %v", err)
	}
	run(t, Config{Place: place})
	if s, err := Ask(place); err != nil || s.PID != os.Getpid() {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestADaemonEndsWhenItWasIdleForLongEnough(t *testing.T) {
	t.Parallel()
	place, ended := run(t, Config{Idle: 50 * time.Millisecond})
	await(t, "without an editor", ended)
	if _, err := os.Stat(place.socket()); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestADaemonWithAnEditorIsNotIdle(t *testing.T) {
	t.Parallel()
	// Long enough for the editor to come before it, on a busy machine, too.
	const idle = 2 * time.Second
	place, ended := run(t, Config{Idle: idle})
	client := connect(t, place, Build{})
	in, editor := io.Pipe()
	left := &ending{done: make(chan struct{})}
	go func() {
		defer close(left.done)
		_, left.err = client.Forward(in, io.Discard)
	}()
	select {
	case <-ended.done:
		t.Fatal("it left its editor alone")
	case <-time.After(idle + idle/4): // That nothing happens can only be waited for.
	}
	_ = editor.Close()
	await(t, "the editor", left)
	await(t, "after the editor", ended)
}

func TestAnOlderDaemonGivesWayAndFinishesWithItsEditors(t *testing.T) {
	t.Parallel()
	old := Build{Version: "1", Time: time.Unix(1000, 0)}
	young := Build{Version: "2", Time: time.Unix(2000, 0)}
	gaveUp := make(chan struct{})
	place, ended := run(t, Config{Build: old, Retired: func() { close(gaveUp) }})
	first := connect(t, place, old)
	if _, outdated, err := (Starter{Place: place, Build: young}).try(); !outdated || err != nil {
		t.Fatalf("outdated %v, %v", outdated, err)
	}
	<-gaveUp
	run(t, Config{Place: place, Build: young})
	if s, err := Ask(place); err != nil || s.Build.Version != "2" {
		t.Errorf("the successor is %+v, %v", s, err)
	}
	var out bytes.Buffer
	if status, err := first.Forward(strings.NewReader("3"), &out); status != 3 || err != nil || out.String() != "3" {
		t.Errorf("the old daemon's editor got %q, %d, %v", out.String(), status, err)
	}
	await(t, "the old daemon", ended)
	// A program that was started before the upgrade takes the new daemon.
	if status, err := connect(t, place, old).Forward(strings.NewReader("4"), io.Discard); status != 4 || err != nil {
		t.Errorf("got %d, %v", status, err)
	}
}

func TestStopEndsEverything(t *testing.T) {
	t.Parallel()
	place, ended := run(t, Config{Serve: func(ctx context.Context, _ io.ReadCloser, _ io.WriteCloser) int {
		<-ctx.Done()
		return 5
	}})
	client := connect(t, place, Build{})
	if err := Stop(place); err != nil {
		t.Fatal(err)
	}
	if status, err := client.Forward(strings.NewReader(""), io.Discard); status != 5 || err != nil {
		t.Errorf("the editor got %d, %v", status, err)
	}
	await(t, "the daemon", ended)
	if err := Stop(place); !errors.Is(err, ErrNone) {
		t.Errorf("stopping none: %v", err)
	}
}

func TestStrangersDoNotHurt(t *testing.T) {
	t.Parallel()
	place, _ := run(t, Config{})
	for _, text := range []string{"", "\n", "GET / HTTP/1.1\r\n\r\n", `{"do":"what"}` + "\n", strings.Repeat("x", 2*longestLine), "{\n"} {
		conn, err := place.dial()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = conn.Write([]byte(text))
		_ = conn.CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
	}
	if status, err := connect(t, place, Build{}).Forward(strings.NewReader("9"), io.Discard); status != 9 || err != nil {
		t.Errorf("got %d, %v", status, err)
	}
}

func TestADaemonThatIsKilledIsToldFromOneThatEnds(t *testing.T) {
	t.Parallel()
	place := Place{Dir: filepath.Join(t.TempDir(), "d"), Name: "test"}
	if err := place.make(); err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: place.socket(), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		lines := newLines(conn)
		_ = lines.write(hello{Magic: magic})
		var r request
		_ = lines.read(&r)
		_ = lines.write(reply{OK: true})
		_, _ = conn.Write([]byte("Content-Le"))
		_ = conn.Close()
	}()
	var out bytes.Buffer
	if _, err := connect(t, place, Build{}).Forward(strings.NewReader(""), &out); !errors.Is(err, ErrLost) || out.String() != "Content-Le" {
		t.Errorf("got %q, %v", out.String(), err)
	}
}

func TestAFolderThatOthersCanEnterIsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "d")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(Config{Place: Place{Dir: dir, Name: "test"}, Log: zap.NewNop()}); err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Errorf("got %v", err)
	}
}

func TestOtherSettingsHaveAnotherPlace(t *testing.T) {
	t.Parallel()
	env := func(name string) string { return map[string]string{"XDG_RUNTIME_DIR": "/run/user/1"}[name] }
	a, err := FindPlace(env, "image", "host")
	if err != nil {
		t.Fatal(err)
	}
	b, err := FindPlace(env, "image", "other")
	if err != nil {
		t.Fatal(err)
	}
	again, err := FindPlace(env, "image", "host")
	if err != nil || a == b || a != again || a.Dir != "/run/user/1/stresstester" {
		t.Errorf("got %+v, %+v, %+v, %v", a, b, again, err)
	}
}

func TestFilesOfProcessesThatAreGoneAreRemoved(t *testing.T) {
	t.Parallel()
	place := Place{Dir: filepath.Join(t.TempDir(), "d"), Name: "test"}
	dead := filepath.Join(place.Dir, "scratch", "999999999") // beyond the largest process id
	if err := os.MkdirAll(dead, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(place.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	own, err := place.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Errorf("%s: %v", dead, err)
	}
	if info, err := os.Stat(own); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%s: %v", own, err)
	}
}

// TestEditorsThatStartAtOnceShareOneDaemon starts real processes.
//
//nolint:paralleltest // it sets the environment
func TestEditorsThatStartAtOnceShareOneDaemon(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	t.Setenv(childVariable, dir)
	build, err := ThisBuild("test")
	if err != nil {
		t.Fatal(err)
	}
	build.Time = time.Time{} // Older than any daemon, so that none is replaced.
	starter := Starter{Place: Place{Dir: dir, Name: "test"}, Build: build}
	var mu sync.Mutex
	pids := map[string]int{}
	var connected, group sync.WaitGroup
	const editors = 8
	connected.Add(editors)
	for range editors {
		group.Go(func() {
			client, err := Connect(t.Context(), starter)
			connected.Done()
			if err != nil {
				t.Error(err)
				return
			}
			connected.Wait() // Nobody leaves before all are there.
			var out bytes.Buffer
			if _, err := client.Forward(strings.NewReader(""), &out); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			pids[out.String()]++
		})
	}
	group.Wait()
	if len(pids) != 1 {
		t.Errorf("the editors were served by %v", pids)
	}
	// It ends by itself, and leaves nothing that a test would have to clean up.
	var pid int
	for text := range pids {
		pid, _ = strconv.Atoi(strings.TrimSpace(text))
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if _, err := Ask(starter.Place); errors.Is(err, ErrNone) && !process.Alive(pid) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the daemon does not end")
		}
	}
}

func FuzzHandshake(f *testing.F) {
	f.Add([]byte(`{"do":"status"}` + "\n"))
	f.Add([]byte("{\"do\":\"\x00\"}\n{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		client, server := net.Pipe()
		go func() {
			_, _ = client.Write(data)
			_ = client.Close()
		}()
		var r request
		for l := newLines(server); l.read(&r) == nil; {
		}
		_ = server.Close()
	})
}
