package docker

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/docker/docker/client"
)

// endpoint is a place where an engine may listen.
type endpoint struct {
	host string
	// from says who named it, for messages: "DOCKER_HOST", "context \"work\"".
	// It is empty for a well-known place.
	from string
	// certs is the folder with ca.pem, cert.pem and key.pem; empty without TLS.
	certs string
	// tlsFromEnv leaves TLS to the SDK's reading of the environment.
	tlsFromEnv bool
	// err is why what was named cannot be used.
	err error
}

// environment is what the search for the engine depends on.
type environment struct {
	getenv func(string) string
	home   string
	goos   string
}

func thisEnvironment() environment {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // then nothing is looked for there
	}
	return environment{getenv: os.Getenv, home: home, goos: runtime.GOOS}
}

// endpoints lists where to look, best first. What somebody named is the only
// entry: another engine than the one asked for would be a surprise.
func (l *Launcher) endpoints() []endpoint {
	if l.options.Host != "" {
		return []endpoint{{host: l.options.Host, from: "the option"}}
	}
	return thisEnvironment().endpoints()
}

func (e environment) endpoints() []endpoint {
	if host := e.getenv(client.EnvOverrideHost); host != "" {
		named := endpoint{host: host, from: client.EnvOverrideHost}
		if e.getenv(client.EnvOverrideCertPath) != "" {
			named.tlsFromEnv = true
		} else if e.getenv(client.EnvTLSVerify) != "" {
			named.certs = e.config() // where the docker command looks then
		}
		return []endpoint{named}
	}
	if name, from := e.context(); name != "" && name != "default" {
		return []endpoint{e.fromContext(name, from)}
	}
	return e.wellKnown()
}

// config is the docker command's folder.
func (e environment) config() string {
	if dir := e.getenv("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	if e.home == "" {
		return ""
	}
	return filepath.Join(e.home, ".docker")
}

// context is the current context of the docker command, and who says so.
func (e environment) context() (name, from string) {
	if name := e.getenv("DOCKER_CONTEXT"); name != "" {
		return name, "DOCKER_CONTEXT"
	}
	path := filepath.Join(e.config(), "config.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return "", ""
	}
	var config struct {
		CurrentContext string `json:"currentContext"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return "", "" // the docker command complains about it loudly enough
	}
	return config.CurrentContext, path
}

// fromContext reads a context of the docker command. Its files lie in folders
// named after the hash of the context's name.
func (e environment) fromContext(name, from string) endpoint {
	named := endpoint{from: fmt.Sprintf("context %q of %s", name, from)}
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	data, err := os.ReadFile(filepath.Join(e.config(), "contexts", "meta", id, "meta.json"))
	if err != nil {
		named.err = fmt.Errorf("reading the context: %w", err)
		return named
	}
	var meta struct {
		Endpoints struct {
			Docker struct {
				Host string
			} `json:"docker"`
		}
	}
	if err := json.Unmarshal(data, &meta); err != nil {
		named.err = fmt.Errorf("reading the context: %w", err)
		return named
	}
	named.host = meta.Endpoints.Docker.Host
	certs := filepath.Join(e.config(), "contexts", "tls", id, "docker")
	if _, err := os.Stat(filepath.Join(certs, "ca.pem")); err == nil {
		named.certs = certs
	}
	return named
}

// wellKnown lists where engines listen when nobody says otherwise: Docker's
// system socket, rootless Docker, Docker Desktop, then Podman.
func (e environment) wellKnown() []endpoint {
	if e.goos == "windows" {
		return []endpoint{{host: "npipe:////./pipe/docker_engine"}, {host: "npipe:////./pipe/podman-machine-default"}}
	}
	paths := []string{"/var/run/docker.sock"}
	run := e.getenv("XDG_RUNTIME_DIR")
	if run != "" {
		paths = append(paths, filepath.Join(run, "docker.sock"))
	}
	if e.home != "" {
		paths = append(paths,
			filepath.Join(e.home, ".docker", "run", "docker.sock"),
			filepath.Join(e.home, ".docker", "desktop", "docker.sock"))
	}
	if run != "" {
		paths = append(paths, filepath.Join(run, "podman", "podman.sock"))
	}
	paths = append(paths, "/run/podman/podman.sock")
	endpoints := make([]endpoint, len(paths))
	for i, path := range paths {
		endpoints[i].host = "unix://" + path
	}
	return endpoints
}
