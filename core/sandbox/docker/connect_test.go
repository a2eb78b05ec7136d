package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// engineSocket serves an engine's API at a socket, as far as a test needs: an
// engine of another version or with a full disk is not to be had for a test.
func engineSocket(t *testing.T, version string, handle http.HandlerFunc) endpoint {
	t.Helper()
	// Not t.TempDir: a socket's path must be short.
	dir, err := os.MkdirTemp("", "st")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	socket, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_ping" {
			w.Header().Set("Api-Version", version)
			w.Header().Set("Ostype", "linux")
			return
		}
		handle(w, r)
	})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(socket)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return endpoint{host: "unix://" + path}
}

// refuse answers as an engine does that cannot do what it is asked.
func refuse(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"message":%q}`, text)
	}
}

// answer answers with that JSON.
func answer(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, text)
	}
}

func TestARootlessPodmanIsTakenForWhatItIs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rootless, cgroups    string
		isRootless, canLimit bool
	}{
		"root's":                      {"false", "1", false, true},
		"a user's, cgroups version 1": {"true", "1", true, false},
		"a user's, cgroups version 2": {"true", "2", true, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			info := answer(`{"ServerVersion":"4.3.1","OSType":"linux","MemoryLimit":true,"PidsLimit":true,"CgroupVersion":"` + tt.cgroups +
				`","Rootless":` + tt.rootless + `}`)
			version := answer(`{"Components":[{"Name":"Podman Engine","Version":"4.3.1"}]}`)
			e, err := connect(t.Context(), []endpoint{engineSocket(t, "1.41", func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/version") {
					version(w, r)
				} else {
					info(w, r)
				}
			})})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			if !e.podman || e.rootless() != tt.isRootless || e.info.MemoryLimit != tt.canLimit || e.info.PidsLimit != tt.canLimit {
				t.Errorf("Podman: %v, rootless: %v, limits memory: %v, processes: %v", e.podman, e.rootless(), e.info.MemoryLimit, e.info.PidsLimit)
			}
		})
	}
}

func TestConnectTakesTheFirstEngineThatAnswers(t *testing.T) {
	t.Parallel()
	info := answer(`{"ServerVersion":"20.10.24","Architecture":"aarch64","OSType":"linux","SecurityOptions":["name=seccomp,profile=default","name=rootless"]}`)
	here := engineSocket(t, "1.41", info)
	e, err := connect(t.Context(), []endpoint{{host: "unix:///nowhere/docker.sock"}, here})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if e.ClientVersion() != "1.41" || e.arch() != "arm64" || !e.rootless() || e.endpoint != here {
		t.Errorf("engine %s %s %v %+v", e.ClientVersion(), e.arch(), e.rootless(), e.endpoint)
	}
}

func TestConnectSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dead := func(t *testing.T) endpoint {
		dir, err := os.MkdirTemp("", "st")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "s")})
		if err != nil {
			t.Fatal(err)
		}
		socket.SetUnlinkOnClose(false)
		_ = socket.Close()
		return endpoint{host: "unix://" + filepath.Join(dir, "s")}
	}
	for name, c := range map[string]struct {
		endpoints func(t *testing.T) []endpoint
		want      string
	}{
		"when nobody listens at an old socket": {
			func(t *testing.T) []endpoint { return []endpoint{{host: "unix:///nowhere/docker.sock"}, dead(t)} },
			"Docker is not running: ",
		},
		"when an address that was named does not exist": {
			func(*testing.T) []endpoint {
				return []endpoint{{host: "unix:///nowhere/docker.sock", from: "DOCKER_HOST"}}
			},
			"no engine listens at unix:///nowhere/docker.sock (from DOCKER_HOST): ",
		},
		"when the context cannot be read": {
			func(*testing.T) []endpoint { return []endpoint{{from: `context "x"`, err: errors.New("no such file")}} },
			`(from context "x") (no such file)`,
		},
		"when the engine is too old": {
			func(t *testing.T) []endpoint { return []endpoint{engineSocket(t, "1.30", answer(`{}`))} },
			"version 1.30 of the Docker API, which is too old: update Docker",
		},
		"when the engine is too new": {
			func(t *testing.T) []endpoint {
				return []endpoint{engineSocket(t, "9.99", refuse(400, "client version 1.51 is too old. Minimum supported API version is 2.0"))}
			},
			"update Stress Tester",
		},
		"when the engine runs Windows containers": {
			func(t *testing.T) []endpoint {
				return []endpoint{engineSocket(t, "1.41", answer(`{"OSType":"windows"}`))}
			},
			"Linux containers",
		},
		"when something else listens": {
			func(t *testing.T) []endpoint { return []endpoint{engineSocket(t, "1.41", refuse(500, "out of order"))} },
			"out of order",
		},
		"when the address is one of SSH": {
			func(*testing.T) []endpoint { return []endpoint{{host: "ssh://me@there", from: "DOCKER_HOST"}} },
			"ssh -L",
		},
		"about the engine that came nearest": {
			func(t *testing.T) []endpoint {
				return []endpoint{{host: "unix:///nowhere/a.sock"}, engineSocket(t, "1.30", answer(`{}`)), dead(t)}
			},
			"too old",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := connect(t.Context(), c.endpoints(t))
			if err == nil {
				_ = e.Close()
				t.Fatal("it connected")
			}
			wantUnavailable(t, err, c.want)
		})
	}
}

func TestConnectSaysHowToGetPermission(t *testing.T) {
	t.Parallel()
	// Root may connect to any socket, so the refusal is made up.
	f := failure{how: denied, endpoint: endpoint{host: "unix:///var/run/docker.sock"}, err: os.NewSyscallError("connect", syscall.EACCES)}
	wantUnavailable(t, f.forPeople(), "usermod -aG docker $USER")
	if os.Geteuid() == 0 {
		return
	}
	dir := t.TempDir()
	if _, err := net.Listen("unix", filepath.Join(dir, "s")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "s"), 0); err != nil {
		t.Fatal(err)
	}
	_, err := connect(t.Context(), []endpoint{{host: "unix://" + filepath.Join(dir, "s")}})
	wantUnavailable(t, err, "usermod -aG docker $USER")
}

func TestConnectThatIsCancelledIsNotTheEnginesFault(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	ep := engineSocket(t, "1.41", func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := connect(ctx, []endpoint{ep})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Error response from daemon: mkdir /var/lib/docker/overlay2/x: no space left on device": "disk is full: free some space",
		"Minimum memory limit allowed is 6MB":                                                   "not enough memory",
		"authorization denied by plugin policy":                                                 "does not permit it",
		"something\n  odd":                                                                      "starting: something odd: run `stresstester doctor`",
	} {
		err := explain("starting", errors.New(text))
		wantUnavailable(t, err, want)
	}
}

func TestALostConnectionIsMadeAgain(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("sockets in the file system are not what engines use there")
	}
	first := engineSocket(t, "1.41", answer(`{"ServerVersion":"first"}`))
	l, err := New(Options{Host: first.host, Driver: func(string) ([]byte, error) { return nil, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	e, err := l.connected(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(strings.TrimPrefix(first.host, "unix://")); err != nil {
		t.Fatal(err)
	}
	e.HTTPClient().CloseIdleConnections()
	_ = e.Close() // as if the engine had gone away with its connections
	_, err = l.ImageStatus(t.Context())
	wantUnavailable(t, err, "stopped answering")
	if l.engine != nil {
		t.Error("the connection was kept")
	}
}
