package docker

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// home makes a home directory with the given files.
func home(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// contextFile is where the docker command keeps a file of that context.
func contextFile(kind, name, file string) string {
	sum := sha256.Sum256([]byte(name))
	return filepath.Join(".docker", "contexts", kind, hex.EncodeToString(sum[:]), file)
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	workContext := `{"Name":"work","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://build.example:2376","SkipTLSVerify":false}}}`
	for name, c := range map[string]struct {
		env   map[string]string
		files map[string]string
		goos  string
		want  []string // host, "from" in parentheses and "+tls"
	}{
		"are those of the environment before all": {
			env:   map[string]string{"DOCKER_HOST": "tcp://10.0.0.1:2375", "DOCKER_CONTEXT": "work"},
			files: map[string]string{".docker/config.json": `{"currentContext":"work"}`},
			want:  []string{"tcp://10.0.0.1:2375 (DOCKER_HOST)"},
		},
		"use the certificates of the docker command when asked to verify": {
			env:  map[string]string{"DOCKER_HOST": "tcp://10.0.0.1:2376", "DOCKER_TLS_VERIFY": "1"},
			want: []string{"tcp://10.0.0.1:2376 (DOCKER_HOST) +tls HOME/.docker"},
		},
		"leave named certificates to the SDK": {
			env:  map[string]string{"DOCKER_HOST": "tcp://10.0.0.1:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"},
			want: []string{"tcp://10.0.0.1:2376 (DOCKER_HOST) +env"},
		},
		"are the current context's": {
			files: map[string]string{
				".docker/config.json":                       `{"currentContext":"work"}`,
				contextFile("meta", "work", "meta.json"):    workContext,
				contextFile("tls", "work", "docker/ca.pem"): "x",
			},
			want: []string{`tcp://build.example:2376 (context "work" of HOME/.docker/config.json) +tls HOME/` + filepath.Dir(contextFile("tls", "work", "docker/ca.pem"))},
		},
		"are those of the context that the environment names": {
			env: map[string]string{"DOCKER_CONTEXT": "work"},
			files: map[string]string{
				".docker/config.json":                    `{"currentContext":"other"}`,
				contextFile("meta", "work", "meta.json"): workContext,
			},
			want: []string{`tcp://build.example:2376 (context "work" of DOCKER_CONTEXT)`},
		},
		"are none when the context is not there": {
			files: map[string]string{".docker/config.json": `{"currentContext":"gone"}`},
			want:  []string{`error (context "gone" of HOME/.docker/config.json)`},
		},
		"are the well-known ones for the default context": {
			env:   map[string]string{"XDG_RUNTIME_DIR": "/run/user/1000"},
			files: map[string]string{".docker/config.json": `{"currentContext":"default"}`},
			want: []string{
				"unix:///var/run/docker.sock", "unix:///run/user/1000/docker.sock",
				"unix://HOME/.docker/run/docker.sock", "unix://HOME/.docker/desktop/docker.sock",
				"unix:///run/user/1000/podman/podman.sock", "unix:///run/podman/podman.sock",
			},
		},
		"are the well-known ones when the configuration is broken": {
			files: map[string]string{".docker/config.json": `{`},
			want: []string{
				"unix:///var/run/docker.sock", "unix://HOME/.docker/run/docker.sock",
				"unix://HOME/.docker/desktop/docker.sock", "unix:///run/podman/podman.sock",
			},
		},
		"are pipes on Windows": {
			goos: "windows",
			want: []string{"npipe:////./pipe/docker_engine", "npipe:////./pipe/podman-machine-default"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := home(t, c.files)
			e := environment{getenv: func(name string) string { return c.env[name] }, home: dir, goos: c.goos}
			var got []string
			for _, ep := range e.endpoints() {
				text := ep.host
				if ep.err != nil {
					text = "error"
				}
				if ep.from != "" {
					text += " (" + ep.from + ")"
				}
				if ep.certs != "" {
					text += " +tls " + ep.certs
				}
				if ep.tlsFromEnv {
					text += " +env"
				}
				got = append(got, strings.ReplaceAll(text, dir, "HOME"))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("endpoints (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEndpointsAreTheOptionsBeforeTheEnvironments(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix:///elsewhere.sock")
	l, err := New(Options{Host: "unix:///here.sock"})
	if err != nil {
		t.Fatal(err)
	}
	if got := l.endpoints(); len(got) != 1 || got[0].host != "unix:///here.sock" {
		t.Errorf("endpoints %+v", got)
	}
}
