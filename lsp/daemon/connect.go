package daemon

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// startTime is how long a daemon may take from its start until it listens.
const startTime = 15 * time.Second

// attempts is how often a daemon that ends while one connects to it, or that has
// to be replaced, is tried again.
const attempts = 5

// ErrNone is returned by those that want a daemon which runs and find none.
var ErrNone = errors.New("no daemon is running")

// ErrLost is returned by Forward when the daemon ended without a last word.
var ErrLost = errors.New("the daemon is gone; its editors have to start the language server again")

// Starter says how to start a daemon.
type Starter struct {
	Place Place
	// Build is the program that asks.
	Build Build
	// Args are the arguments with which this program becomes a daemon. It says
	// "ready" in a line on file descriptor 3 when it listens, or why it does not.
	Args []string
}

// Client is a connection to a daemon, which serves an editor at its other end.
type Client struct {
	conn   *net.UnixConn
	reader *bufio.Reader
}

// Connect connects to the daemon; it is started where there is none, and replaced
// where an older program runs it. Any number of processes may do so at once.
func Connect(ctx context.Context, s Starter) (*Client, error) {
	if err := s.Place.make(); err != nil {
		return nil, err
	}
	var last error
	for range attempts {
		client, outdated, err := s.try()
		switch {
		case err == nil && !outdated:
			return client, nil
		case outdated:
			last = errors.New("the older daemon does not give way")
		default:
			last = err
		}
		if err := s.start(ctx); err != nil {
			return nil, err
		}
	}
	return nil, last
}

// try connects to the daemon that is there. One that an older program runs is
// told to finish with its editors and to take no more.
func (s Starter) try() (_ *Client, outdated bool, _ error) {
	conn, lines, h, err := s.Place.greet()
	if err != nil {
		return nil, false, err
	}
	want := doServe
	if outdated = s.Build.replaces(h.Build); outdated {
		want = doRetire
	}
	var answer reply
	if err = lines.ask(want, &answer); err == nil && !answer.OK {
		err = errors.New(answer.Error)
	}
	if err != nil || outdated {
		_ = conn.Close()
		return nil, outdated, err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		_ = conn.Close()
		return nil, false, fmt.Errorf("lifting the deadline: %w", err)
	}
	return &Client{conn, lines.reader}, false, nil
}

// greet connects and hears what the daemon is.
func (p Place) greet() (*net.UnixConn, *lines, hello, error) {
	conn, err := p.dial()
	if err != nil {
		return nil, nil, hello{}, fmt.Errorf("%w: %w", ErrNone, err)
	}
	lines := newLines(conn)
	var h hello
	err = lines.read(&h)
	if err == nil && h.Magic != magic {
		err = fmt.Errorf("%s is not a daemon of ours", p.socket())
	}
	if err != nil {
		_ = conn.Close()
		return nil, nil, hello{}, err
	}
	return conn, lines, h, nil
}

func (l *lines) ask(do string, answer any) error {
	if err := l.write(request{Do: do}); err != nil {
		return err
	}
	return l.read(answer)
}

// Ask is how the daemon stands; ErrNone is wrapped where there is none.
func Ask(p Place) (Status, error) {
	conn, lines, _, err := p.greet()
	if err != nil {
		return Status{}, err
	}
	defer func() { _ = conn.Close() }()
	var s Status
	return s, lines.ask(doStatus, &s)
}

// Stop ends the daemon, its runs and its editors' connections, and waits until it
// can no longer be reached; ErrNone is wrapped where there is none.
func Stop(p Place) error {
	conn, lines, _, err := p.greet()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	var answer reply
	if err := lines.ask(doStop, &answer); err != nil {
		return err
	}
	if !answer.OK {
		return errors.New(answer.Error)
	}
	return nil
}

// start starts a daemon in the background and waits until it listens. Another
// one may have been faster, which is as good.
func (s Starter) start(ctx context.Context) error {
	ready, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("starting the daemon: %w", err)
	}
	defer func() { _ = ready.Close() }()
	log, err := openLog(s.Place.LogPath())
	if err != nil {
		_ = write.Close()
		return fmt.Errorf("starting the daemon: %w", err)
	}
	defer func() { _ = log.Close() }()
	cmd := &exec.Cmd{ // It outlives this process, and so every context of it.
		Path: s.Build.Path, Args: append([]string{os.Args[0]}, s.Args...), Dir: s.Place.Dir,
		Stdout: log, Stderr: log, ExtraFiles: []*os.File{write},
	}
	detach(cmd)
	err = cmd.Start()
	_ = write.Close()
	if err != nil {
		return fmt.Errorf("starting the daemon: %w", err)
	}
	go func() { _ = cmd.Wait() }() // Whether it lives is known from the socket.
	_ = ready.SetReadDeadline(deadlineOf(ctx, startTime))
	text, err := io.ReadAll(io.LimitReader(ready, longestLine))
	switch said := strings.TrimSpace(string(text)); {
	case said == "ready":
		return nil
	case said != "":
		return fmt.Errorf("starting the daemon: %s", said)
	case err != nil:
		return fmt.Errorf("the daemon does not say that it is ready: %w; %s has its log", err, s.Place.LogPath())
	default:
		return fmt.Errorf("the daemon ended at its start; %s has its log", s.Place.LogPath())
	}
}

func deadlineOf(ctx context.Context, most time.Duration) time.Time {
	deadline := time.Now().Add(most)
	if earlier, ok := ctx.Deadline(); ok && earlier.Before(deadline) {
		return earlier
	}
	return deadline
}

// largestLog is the size beyond which a log is begun anew.
const largestLog = 1 << 20

func openLog(path string) (*os.File, error) {
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > largestLog {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(path, flags, 0o600)
}

// Forward copies between the editor and the daemon until the daemon has said its
// last word, which is the status to exit with. It does not wait for in to end.
func (c *Client) Forward(in io.Reader, out io.Writer) (exitStatus int, err error) {
	defer func() { _ = c.conn.Close() }()
	go func() {
		_, _ = io.Copy(c.conn, in)
		_ = c.conn.CloseWrite()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := c.reader.Read(buffer)
		data := buffer[:n]
		mark := bytes.IndexByte(data, endMark)
		if mark >= 0 {
			data = data[:mark]
		}
		if _, err := out.Write(data); err != nil {
			return 0, fmt.Errorf("writing to the editor: %w", err)
		}
		switch {
		case mark >= 0:
			return c.last(buffer[mark+1 : n])
		case err != nil:
			return 0, ErrLost
		}
	}
}

// last reads the daemon's last word, of which some is there.
func (c *Client) last(begun []byte) (int, error) {
	rest, err := io.ReadAll(io.LimitReader(c.reader, longestLine))
	if err != nil {
		return 0, ErrLost
	}
	var e ended
	if err := json.Unmarshal(append(bytes.Clone(begun), rest...), &e); err != nil {
		return 0, ErrLost
	}
	return e.Exit, nil
}
