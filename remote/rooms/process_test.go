package rooms_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"stresstester/remote/auth"
	"stresstester/remote/auth/authtest"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/authdb"
	"stresstester/remote/rooms"
)

// serving is what a server process is told.
type serving struct {
	Config  postgres.Config
	Address string
}

// servePlain serves until it is killed, and prints its address.
func servePlain(config postgres.Config, address string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	config.MaxConns = 12
	db, err := postgres.Open(ctx, config)
	if err != nil {
		return err
	}
	sealer, err := auth.NewSealer([]byte(authtest.Secret), auth.PurposeTokens)
	if err != nil {
		return err
	}
	service := rooms.New(db, rooms.Options{Limits: limits()})
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "http://"+listener.Addr().String())
	server := &http.Server{Handler: auth.NewAuthenticator(authdb.New(db), sealer).Middleware(service.Handler()), ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(listener)
}

// startProcess starts a server at an address, or at any if that is empty, and waits until it listens.
func startProcess(t testing.TB, config postgres.Config, address string) *process {
	t.Helper()
	if address == "" {
		address = "127.0.0.1:0"
	}
	text, err := json.Marshal(serving{config, address})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("a server process did not start: %v", err)
	}
	p.url = strings.TrimSpace(line)
	return p
}

// kill ends it as a crash does. It may be called twice.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}
