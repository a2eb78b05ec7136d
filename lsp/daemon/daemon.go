// Package daemon lets the editors of one user share one process: one warm
// sandbox, one list of runs, one listener for the browser.
//
// An editor starts a forwarder, which connects to the daemon's socket and then
// copies bytes; Connect starts the daemon where there is none, and replaces one
// that an older program runs. The socket lies in a folder that nobody else can
// enter, and both ends ask the kernel who the other is. The package knows nothing
// of what is talked about: Config.Serve does. Start reading at Listen and Connect.
package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"
)

// ErrRunning is returned by Listen when a daemon of that place answers already.
var ErrRunning = errors.New("a daemon is running already")

// errStopped is why the daemon's context ended when it was told to stop.
var errStopped = errors.New("the daemon was told to stop")

// Config is what a daemon is made of.
type Config struct {
	// Place is where it is found.
	Place Place
	// Build is the program that it runs.
	Build Build
	// Idle is how long it stays without an editor; zero means for ever.
	Idle time.Duration
	// Serve talks to one editor until it has left, and returns the status with
	// which the editor's forwarder is to exit. It closes in and out.
	Serve func(ctx context.Context, in io.ReadCloser, out io.WriteCloser) (exitStatus int)
	// Retired is called once when the daemon takes no more editors: what only one
	// process can have, such as a port, is to be given up for its successor. Nil
	// means that there is nothing of the kind.
	Retired func()
	// Info is told to those who ask how the daemon stands. Nil means nothing.
	Info func() map[string]string
	// Log must not be nil.
	Log *zap.Logger
}

// Daemon is a daemon that can be reached.
type Daemon struct {
	config   Config
	listener *net.UnixListener
	born     time.Time

	mu      sync.Mutex
	clients int
	retired bool
	// over is closed when a retired daemon has no editor left.
	over chan struct{}
	idle *time.Timer
	open sync.WaitGroup
}

// Listen makes the daemon reachable. ErrRunning is wrapped where one is already;
// what a daemon that was killed has left is cleared away.
func Listen(c Config) (*Daemon, error) {
	if err := c.Place.make(); err != nil {
		return nil, err
	}
	unlock, err := c.Place.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if conn, err := c.Place.dial(); err == nil {
		_ = conn.Close()
		return nil, fmt.Errorf("listening at %s: %w", c.Place.socket(), ErrRunning)
	}
	if err := os.Remove(c.Place.socket()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("removing a dead daemon's socket: %w", err)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: c.Place.socket(), Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	if err := os.Chmod(c.Place.socket(), 0o600); err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("making the socket private: %w", err)
	}
	return &Daemon{config: c, listener: listener, born: time.Now(), over: make(chan struct{})}, nil
}

// Run serves editors until the daemon was idle for long enough, was retired and
// its last editor has left, was told to stop, or ctx ends. It returns once every
// editor's Serve has. It is called once.
func (d *Daemon) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	d.rest()
	accepting := make(chan error, 1)
	go func() { accepting <- d.accept(ctx, cancel) }()
	var failed error
	select {
	case <-ctx.Done():
	case <-d.over:
	case failed = <-accepting:
		accepting <- failed
	}
	cancel(nil)
	d.retire()
	if err := <-accepting; failed == nil {
		failed = err
	}
	d.open.Wait()
	return failed
}

// accept takes connections until the listener is closed.
func (d *Daemon) accept(ctx context.Context, stop context.CancelCauseFunc) error {
	for {
		conn, err := d.listener.AcceptUnix()
		switch {
		case errors.Is(err, net.ErrClosed):
			<-d.wait(ctx)
			return nil
		case err != nil:
			return fmt.Errorf("accepting a connection: %w", err)
		}
		d.open.Go(func() {
			defer func() { _ = conn.Close() }()
			if err := d.talk(ctx, stop, conn); err != nil {
				d.config.Log.Info("a connection ended early", zap.Error(err))
			}
		})
	}
}

// wait is closed when a retired daemon has nothing left to do.
func (d *Daemon) wait(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-ctx.Done():
		case <-d.over:
		}
	}()
	return done
}

// talk shakes hands with whoever has connected and does what they want.
func (d *Daemon) talk(ctx context.Context, stop context.CancelCauseFunc, conn *net.UnixConn) error {
	if err := sameUser(conn); err != nil {
		return err
	}
	lines := newLines(conn)
	if err := lines.write(hello{Magic: magic, Build: d.config.Build, PID: os.Getpid()}); err != nil {
		return err
	}
	var r request
	if err := lines.read(&r); err != nil {
		return err
	}
	switch r.Do {
	case doServe:
		return d.serve(ctx, conn, lines)
	case doStatus:
		return lines.write(d.status())
	case doRetire:
		d.retire()
		return lines.write(reply{OK: true})
	case doStop:
		d.retire()
		err := lines.write(reply{OK: true})
		stop(errStopped)
		return err
	}
	return lines.write(reply{Error: fmt.Sprintf("%q is not known", r.Do)})
}

// serve lets an editor in, unless the daemon is about to end.
func (d *Daemon) serve(ctx context.Context, conn *net.UnixConn, lines *lines) error {
	if !d.enter() {
		return lines.write(reply{Error: "the daemon is ending"})
	}
	defer d.leave()
	if err := lines.write(reply{OK: true}); err != nil {
		return err
	}
	// The editor may be silent for as long as it likes.
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("lifting the deadline: %w", err)
	}
	status := d.config.Serve(ctx, &incoming{lines.reader, conn}, &outgoing{conn})
	_ = conn.SetDeadline(time.Now().Add(handshakeTime))
	trailer, err := json.Marshal(ended{Exit: status})
	if err != nil {
		return fmt.Errorf("encoding the end: %w", err)
	}
	// That the forwarder is gone already is nothing to report.
	_, _ = conn.Write(append([]byte{endMark}, trailer...))
	return nil
}

// enter counts an editor, unless no more are taken.
func (d *Daemon) enter() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.retired {
		return false
	}
	d.clients++
	if d.idle != nil {
		d.idle.Stop()
		d.idle = nil
	}
	return true
}

func (d *Daemon) leave() {
	d.mu.Lock()
	d.clients--
	last := d.clients == 0
	if last && d.retired {
		close(d.over)
	}
	d.mu.Unlock()
	if last {
		d.rest()
	}
}

// rest starts the clock that ends a daemon without editors.
func (d *Daemon) rest() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.config.Idle <= 0 || d.clients > 0 || d.retired || d.idle != nil {
		return
	}
	var clock *time.Timer
	clock = time.AfterFunc(d.config.Idle, func() {
		d.mu.Lock()
		due := d.idle == clock && d.clients == 0
		d.mu.Unlock()
		if due {
			d.config.Log.Info("nobody needs the daemon any more", zap.Duration("idle", d.config.Idle))
			d.retire()
		}
	})
	d.idle = clock
}

// retire takes no more editors; those that are served stay. The socket is free
// for a successor when it returns.
func (d *Daemon) retire() {
	d.mu.Lock()
	if d.retired {
		d.mu.Unlock()
		return
	}
	d.retired = true
	if d.idle != nil {
		d.idle.Stop()
	}
	none := d.clients == 0
	d.mu.Unlock()
	_ = d.listener.Close() // and removes the socket
	if d.config.Retired != nil {
		d.config.Retired()
	}
	if none {
		close(d.over)
	}
}

func (d *Daemon) status() Status {
	d.mu.Lock()
	s := Status{PID: os.Getpid(), Build: d.config.Build, Editors: d.clients, Since: d.born}
	d.mu.Unlock()
	if d.config.Info != nil {
		s.Info = d.config.Info()
	}
	return s
}

// incoming is what the editor sends. Closing it ends a read that waits.
type incoming struct {
	io.Reader
	conn *net.UnixConn
}

func (i *incoming) Close() error { return i.conn.CloseRead() }

// outgoing is what the editor is sent. Closing it keeps the connection for the
// last word.
type outgoing struct{ conn *net.UnixConn }

func (o *outgoing) Write(p []byte) (int, error) { return o.conn.Write(p) }
func (o *outgoing) Close() error                { return nil }
