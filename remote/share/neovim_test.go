package share_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
)

// neovim is a real Neovim with the plugin, on a machine of its own: its daemon is
// the real program, started by the plugin.
type neovim struct {
	t      *testing.T
	bin    string
	socket string
	env    []string
}

// program is where a program is that this test needs; it is skipped without.
func program(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skipf("%s names no program; make e2e does", variable)
	}
	return path
}

func startNeovim(t *testing.T, m *machine, file string) *neovim {
	t.Helper()
	stresstester := program(t, "STRESSTESTER_BIN")
	n := &neovim{t: t, bin: program(t, "NVIM_BIN"), socket: filepath.Join(m.dir, "nvim.sock")}
	plugin, err := filepath.Abs("../../editors/neovim")
	if err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(m.dir, "run")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	n.env = append(os.Environ(),
		"HOME="+m.dir, "XDG_CONFIG_HOME="+filepath.Join(m.dir, "config"), "XDG_STATE_HOME="+filepath.Join(m.dir, "state"),
		"XDG_RUNTIME_DIR="+run, "XDG_DATA_HOME="+filepath.Join(m.dir, "data"), "XDG_CACHE_HOME="+filepath.Join(m.dir, "cache"),
		"STRESSTESTER_KEYRING=off", "STRESSTESTER_COMPANION=off", "DOCKER_HOST=unix://"+filepath.Join(m.dir, "nothing.sock"),
		"PATH="+filepath.Dir(stresstester)+string(filepath.ListSeparator)+os.Getenv("PATH"),
	)
	cmd := exec.CommandContext(t.Context(), n.bin, "--clean", "--headless", "-n", "--listen", n.socket, //nolint:gosec // the test's own
		"--cmd", "set runtimepath^="+plugin, "--cmd", "runtime plugin/stresstester.lua", m.path(file))
	cmd.Env = n.env
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.lua("vim.cmd('qall!')")
		_ = cmd.Wait()
		stop := exec.Command(stresstester, "daemon", "stop")
		stop.Env = n.env
		_ = stop.Run()
	})
	eventually(t, "Neovim answers", func() bool { _, err := os.Stat(n.socket); return err == nil && n.lua("return 1") == "1" })
	n.lua("require('stresstester.client').start(0)")
	eventually(t, "its daemon syncs", func() bool {
		return strings.HasSuffix(n.lua("local r = require('stresstester.rooms').of(0); return r and r.standing .. tostring(r.live) or ''"), "true")
	})
	return n
}

// lua runs a chunk in Neovim and returns what it returns, as text.
func (n *neovim) lua(chunk string) string {
	expression := `luaeval("(function() ` + strings.ReplaceAll(chunk, `"`, `\"`) + ` end)()")`
	cmd := exec.CommandContext(n.t.Context(), n.bin, "--headless", "--clean", "--server", n.socket, "--remote-expr", expression) //nolint:gosec // the test's own
	cmd.Env = n.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "!" + string(out)
	}
	return strings.TrimSpace(string(out))
}

// text is the buffer's.
func (n *neovim) text() string {
	return n.lua("return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '|')")
}

// substitute changes the buffer, and saves it if it is to be.
func (n *neovim) substitute(from, to string, save bool) {
	n.t.Helper()
	chunk := "vim.cmd('%s/" + from + "/" + to + "/')"
	if save {
		chunk += " vim.cmd('silent write')"
	}
	if out := n.lua(chunk); strings.HasPrefix(out, "!") {
		n.t.Fatal(out)
	}
}

// front is what stands before two server processes: it takes the first that answers.
func front(t *testing.T) (address string, to func(...*servertest.Process)) {
	t.Helper()
	var processes atomic.Pointer[[]*servertest.Process]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, p := range *processes.Load() {
			response, err := http.Get(p.URL + "/healthz")
			if err != nil {
				continue
			}
			response.Body.Close()
			u, err := url.Parse(p.URL)
			if err != nil {
				continue
			}
			proxy := &httputil.ReverseProxy{FlushInterval: -1, Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(u); p.Out.Host = p.In.Host }}
			proxy.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL, func(list ...*servertest.Process) { processes.Store(&list) }
}

// TestTheTour is two users in two real Neovims whose daemons are the real program,
// before two server processes one of which is killed in between: they see each
// other's changes, get into a conflict, and decide it.
func TestTheTour(t *testing.T) {
	program(t, "NVIM_BIN")
	address, to := front(t)
	config := postgrestest.Config(t)
	one := servertest.Start(t, config, roomy, servertest.Behind(address))
	two := servertest.Start(t, config, roomy, servertest.Behind(address))
	to(one, two)
	ada, bob := shared(t, &servertest.Process{URL: address})
	ada.stop()
	bob.stop()
	left, right := startNeovim(t, ada, "p/sol.cpp"), startNeovim(t, bob, "p/sol.cpp")

	began := time.Now()
	left.substitute("int a = 1", "int a = 2", true)
	eventually(t, "the change in the other Neovim", func() bool { return strings.Contains(right.text(), "int a = 2") })
	t.Logf("from one Neovim to the other: %s at most", time.Since(began))
	eventually(t, "it is saved there", func() bool { return strings.Contains(bob.read("p/sol.cpp"), "int a = 2") })

	right.substitute("int z = 1", "int z = 26", false) // typed, not saved
	one.Kill()
	left.substitute("int a = 2", "int a = 3", true)
	eventually(t, "both in the other Neovim, through the second server", func() bool {
		text := right.text()
		return strings.Contains(text, "int a = 3") && strings.Contains(text, "int z = 26")
	})
	right.lua("vim.cmd('silent write')")
	eventually(t, "both in the first", func() bool { return strings.Contains(left.text(), "int z = 26") })

	// The same line, in two ways: the second one is typed before the first one comes.
	right.substitute("int a = 3", "int a = 50", false)
	left.substitute("int a = 3", "int a = 40", true)
	eventually(t, "the first one in the room", func() bool { return ada.status().Rev > 0 && len(ada.status().Pending) == 0 })
	eventually(t, "the other Neovim knows", func() bool { return bob.status().Rev >= ada.status().Rev })
	right.lua("vim.cmd('silent write')")
	eventually(t, "a conflict in the other Neovim", func() bool {
		return right.lua("return #vim.diagnostic.get(0)") == "1" && strings.Contains(right.lua("return vim.diagnostic.get(0)[1].message"), "int a = 40")
	})
	if short := right.lua("return require('stresstester').room()"); !strings.Contains(short, "to decide") {
		t.Errorf("the status line says %q", short)
	}
	right.lua("vim.cmd('StressTester decide both')")
	want := "    int a = 50;|    int a = 40;"
	eventually(t, "the decision in both", func() bool { return strings.Contains(right.text(), want) && strings.Contains(left.text(), want) })
	eventually(t, "no diagnostic is left", func() bool { return right.lua("return #vim.diagnostic.get(0)") == "0" })
}
