package docker

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
	"go.uber.org/zap"

	"stresstester/core/sandbox"
)

const (
	// deliverTime is how long the driver's program may take to get through.
	deliverTime = 60 * time.Second
	// exitTime is how long the engine may take to say how a container ended whose
	// output has ended.
	exitTime = 2 * time.Second
)

// stream is the connection to a container's standard streams. Reading takes the
// driver's frames out of what the engine multiplexes, and passes the driver's log
// on along the way: one connection carries both, so one reader serves both, and
// neither can block the other.
type stream struct {
	engine *engine
	id     string
	conn   net.Conn
	in     io.Reader // the connection, buffered
	log    *driverLog

	// The part of the engine's current chunk that has not been read.
	kind stdcopy.StdType
	left uint32

	// life ends with Close, and the waiting in the background with it.
	life       context.Context //nolint:containedctx // the stream's life is what it is
	cancel     context.CancelFunc
	background sync.WaitGroup
	exited     chan ending // gets the way the container ended, or is closed

	once sync.Once
	err  error
}

func newStream(e *engine, id string, attached types.HijackedResponse, log *zap.Logger) *stream {
	life, cancel := context.WithCancel(context.Background())
	return &stream{
		engine: e,
		id:     id,
		conn:   attached.Conn,
		in:     attached.Reader,
		log:    &driverLog{log: log.With(zap.String("container", id[:min(12, len(id))]))},
		life:   life,
		cancel: cancel,
		exited: make(chan ending, 1),
	}
}

// await begins to wait for the container's end, before it is started so that the
// end is not missed.
func (s *stream) await() {
	// The request itself is made here and now: the wait is registered on return.
	ended, failed := s.engine.ContainerWait(s.life, s.id, container.WaitConditionNextExit)
	s.background.Go(func() {
		defer close(s.exited)
		select {
		case end := <-ended:
			s.exited <- describeExit(end)
		case err := <-failed:
			if s.life.Err() == nil {
				s.log.log.Debug("waiting for the container's end", zap.Error(err))
			}
		}
	})
}

// ending is how a container ended.
type ending struct {
	text string
	// killed says that the driver had no part in it, so that its last words do
	// not explain it.
	killed bool
}

// describeExit words a container's exit status.
func describeExit(end container.WaitResponse) ending {
	const killed = 128 + 9
	switch {
	case end.Error != nil && end.Error.Message != "":
		return ending{text: "its container ended: " + end.Error.Message}
	case end.StatusCode == killed:
		return ending{text: "its container was killed: it ran out of memory, or somebody removed it", killed: true}
	case end.StatusCode == 0:
		return ending{text: "its container ended"}
	}
	return ending{text: fmt.Sprintf("its container ended with status %d", end.StatusCode)}
}

// deliver writes the driver's program, which the container's shell waits for.
func (s *stream) deliver(ctx context.Context, driver []byte) error {
	ctx, cancel := context.WithTimeout(ctx, deliverTime)
	defer cancel()
	// A write that is stuck ends with its deadline.
	defer context.AfterFunc(ctx, func() { _ = s.conn.SetWriteDeadline(time.Unix(1, 0)) })()
	if _, err := s.conn.Write(driver); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return s.lastWords(err)
	}
	return nil
}

// lastWords reads what the container still has to say and makes it the error.
func (s *stream) lastWords(cause error) error {
	_ = s.conn.SetReadDeadline(time.Now().Add(exitTime))
	_, err := io.Copy(io.Discard, s)
	if err == nil {
		err = cause
	}
	return &sandbox.UnavailableError{
		What:   "the sandbox's container did not take the driver (" + oneLine(err.Error()) + ")",
		Remedy: "run `stresstester doctor`; an image that was chosen with --image needs /bin/sh, head and chmod",
		Cause:  cause,
	}
}

// Read reads what the driver writes. At the end the error says how the container
// ended.
func (s *stream) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		for s.left == 0 {
			if err := s.nextChunk(); err != nil {
				return 0, s.end(err)
			}
		}
		if s.kind == stdcopy.Stdout {
			n, err := s.in.Read(p[:min(uint64(len(p)), uint64(s.left))])
			s.left -= uint32(n)
			if n > 0 || err == nil {
				return n, nil
			}
			return 0, s.end(err)
		}
		n, err := io.CopyN(s.log, s.in, int64(s.left))
		s.left -= uint32(n)
		if err != nil {
			return 0, s.end(err)
		}
	}
}

// nextChunk reads the head of the engine's next chunk: which of the container's
// streams it belongs to, and its length.
func (s *stream) nextChunk() error {
	var head [8]byte
	if _, err := io.ReadFull(s.in, head[:]); err != nil {
		return err
	}
	s.kind = stdcopy.StdType(head[0])
	if s.kind > stdcopy.Systemerr {
		return fmt.Errorf("the engine sent a chunk of unknown kind %d", head[0])
	}
	s.left = binary.BigEndian.Uint32(head[4:])
	return nil
}

// end words the end of the connection. Where the container ended, that is the
// reason, and its last words on stderr are part of it.
func (s *stream) end(err error) error {
	if s.life.Err() != nil {
		return net.ErrClosed
	}
	var how ending
	patience := time.NewTimer(exitTime)
	defer patience.Stop()
	select {
	case how = <-s.exited:
	case <-patience.C:
	case <-s.life.Done():
		return net.ErrClosed
	}
	if how.text == "" {
		how.text = "the connection to its container ended"
		if !errors.Is(err, io.EOF) {
			how.text += ": " + err.Error()
		}
	}
	if tail := s.log.tail(); tail != "" && !how.killed {
		how.text += "; its last words: " + tail
	}
	return errors.New(how.text)
}

// Write writes to the driver.
func (s *stream) Write(p []byte) (int, error) { return s.conn.Write(p) }

// Close ends the container and waits for its removal. The driver is not asked:
// it keeps nothing that is worth saving, and may be what is stuck.
func (s *stream) Close() error {
	s.once.Do(func() {
		s.cancel()
		_ = s.conn.Close()
		if err := s.engine.discard(context.Background(), s.id); err != nil {
			s.err = fmt.Errorf("removing the sandbox's container: %w", err)
		}
		s.background.Wait()
	})
	return s.err
}
