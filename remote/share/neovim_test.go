package share_test

import (
	"bufio"
	"io"
	"log"
	"net"
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

	"stresstester/remote/api"
	"stresstester/remote/postgres/postgrestest"
	"stresstester/remote/server/servertest"
	"stresstester/remote/sync"
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

// screen is what a user would see.
func (n *neovim) screen() string {
	n.t.Helper()
	return n.lua("vim.cmd('redraw') local lines = {} for row = 1, vim.o.lines do local line = {} " +
		"for column = 1, vim.o.columns do line[column] = vim.fn.screenstring(row, column) end " +
		"lines[row] = (table.concat(line):gsub('%s+$', '')) end return table.concat(lines, string.char(10))")
}

// front is what stands before two server processes, on a host of this machine: it
// takes the first that answers.
func front(t *testing.T, host string) (address string, to func(...*servertest.Process)) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	var processes atomic.Pointer[[]*servertest.Process]
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
			proxy := &httputil.ReverseProxy{FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(u); p.Out.Host = p.In.Host }}
			proxy.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	_ = server.Listener.Close()
	server.Listener = listener
	// That a process which is killed answers no more is what this is about.
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL, func(list ...*servertest.Process) { processes.Store(&list) }
}

// inStep waits until both machines have what the room has, and tells its revision.
func inStep(t *testing.T, a, b *machine) (rev api.Revision) {
	t.Helper()
	eventually(t, "both have what the room has", func() bool {
		one, other := a.status(), b.status()
		rev = one.Rev
		return one.Standing == sync.InStep && other.Standing == sync.InStep && one.Rev == other.Rev && a.read("p/sol.cpp") == b.read("p/sol.cpp")
	})
	return rev
}

// TestTheTour is two users in two real Neovims whose daemons are the real program,
// before two server processes one of which is killed in between: they see each
// other's changes, get into a conflict, and decide it.
func TestTheTour(t *testing.T) {
	program(t, "NVIM_BIN")
	command, host := os.Getenv("STRESSTESTER_TOUR_DEVICE"), "127.0.0.1"
	if command != "" {
		host = "127.0.0.2" // addresses at 127.0.0.1 are opened by way of VS Code's own server
	}
	address, to := front(t, host)
	config := postgrestest.Config(t)
	one := servertest.Start(t, config, roomy, servertest.Behind(address))
	two := servertest.Start(t, config, roomy, servertest.Behind(address))
	to(one, two)
	ada, bob := shared(t, &servertest.Process{URL: address})
	ada.stop()
	bob.stop()
	left, right := startNeovim(t, ada, "p/sol.cpp"), startNeovim(t, bob, "p/sol.cpp")

	for n, who := range map[*neovim]string{left: "with bob", right: "with ada"} {
		eventually(t, who, func() bool { return strings.Contains(n.lua("return require('stresstester').room()"), who) })
	}
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
	before := inStep(t, ada, bob)
	right.substitute("int a = 3", "int a = 50", false)
	left.substitute("int a = 3", "int a = 40", true)
	eventually(t, "the first one at both", func() bool { return ada.status().Rev > before && bob.status().Rev > before })
	right.lua("vim.cmd('silent write')")
	eventually(t, "a conflict in the other Neovim", func() bool {
		return right.lua("return #vim.diagnostic.get(0)") == "1" && strings.Contains(right.lua("return vim.diagnostic.get(0)[1].message"), "int a = 40")
	})
	if short := right.lua("return require('stresstester').room()"); !strings.Contains(short, "to decide") {
		t.Errorf("the status line says %q", short)
	}
	if os.Getenv("SCREENSHOTS") != "" {
		t.Logf("Bob's Neovim:\n%s", right.screen())
	}
	right.lua("vim.cmd('StressTester decide both')")
	want := "    int a = 50;|    int a = 40;"
	eventually(t, "the decision in both", func() bool { return strings.Contains(right.text(), want) && strings.Contains(left.text(), want) })
	eventually(t, "no diagnostic is left", func() bool { return right.lua("return #vim.diagnostic.get(0)") == "0" })

	if command == "" {
		return
	}
	one.Restart()
	link, _, err := ada.service.Invite(t.Context(), ada.status(), api.NewInvite{Role: api.Editor, MaxUses: 1})
	if err != nil {
		t.Fatal(err)
	}
	third := startThird(t, command, address, link)
	third.until("VS Code joins by the link and has what the Neovims have")
	third.until("VS Code saves a change")
	for _, n := range []*neovim{left, right} {
		eventually(t, "VS Code's change in both Neovims", func() bool { return strings.Contains(n.text(), "int m = 7;") })
	}
	two.Kill()
	left.substitute("int z = 26", "int z = 28", true)
	third.until("VS Code gets what a Neovim saved, through the server that is left")
	eventually(t, "the other Neovim has it", func() bool { return strings.Contains(right.text(), "int z = 28") })

	third.until("VS Code changes a line and does not save it")
	right.substitute("int m = 7;", "int m = 77;", true)
	third.until("VS Code has the conflict: a diagnostic, the room's item, the tree")
	third.until("Ada looks at the conflict on its page, and decides it there")
	third.until("VS Code has the decision")
	for _, n := range []*neovim{left, right} {
		eventually(t, "the decision in both Neovims", func() bool { return strings.Contains(n.text(), "int m = 777;") })
	}
	third.end()
	if left.text() != right.text() || ada.read("p/sol.cpp") != bob.read("p/sol.cpp") {
		t.Errorf("the ends differ:\n%s\n%s", left.text(), right.text())
	}
}

// third is a third device, which a program plays: it prints "ok" and the title of
// every step that it has done.
type third struct {
	t     *testing.T
	lines chan string
	ended chan error
}

func startThird(t *testing.T, command, server, link string) *third {
	t.Helper()
	d := &third{t: t, lines: make(chan string), ended: make(chan error, 1)}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command) //nolint:gosec // the test's own
	cmd.Env = append(os.Environ(), "STRESSTESTER_TOUR_SERVER="+server, "STRESSTESTER_TOUR_LINK="+link,
		"STRESSTESTER_TOUR_NAME=ada", "STRESSTESTER_TOUR_PASSWORD="+servertest.Password)
	// It ends what it has started when it is told to.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(d.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			t.Log(lines.Text())
			d.lines <- lines.Text()
		}
		d.ended <- cmd.Wait()
	}()
	t.Cleanup(func() {
		for range d.lines { // until it has ended
		}
	})
	return d
}

// until waits for a step to be done.
func (d *third) until(step string) {
	d.t.Helper()
	for line := range d.lines {
		if strings.HasPrefix(line, "FAIL") {
			d.t.Fatalf("the third device: %s", line)
		}
		if strings.HasPrefix(line, "ok    "+step+" (") {
			return
		}
	}
	d.t.Fatalf("the third device ended before this: %s", step)
}

// end waits for its end, which is to be a good one.
func (d *third) end() {
	d.t.Helper()
	for line := range d.lines {
		if strings.HasPrefix(line, "FAIL") {
			d.t.Errorf("the third device: %s", line)
		}
	}
	if err := <-d.ended; err != nil {
		d.t.Errorf("the third device ended with %v", err)
	}
}
