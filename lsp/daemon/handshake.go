package daemon

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// The conversation before the editor's own: the daemon says hello, the client one
// request, the daemon one reply; each is a line of JSON. After a reply to "serve"
// the stream is the editor's, and ends in a zero byte, which no message of an
// editor's contains, and the exit status.
const (
	magic         = "stresstester daemon 1"
	longestLine   = 64 << 10
	handshakeTime = 5 * time.Second
	endMark       = 0
)

// What a client can want.
const (
	doServe  = "serve"
	doStatus = "status"
	doRetire = "retire"
	doStop   = "stop"
)

type hello struct {
	Magic string `json:"magic"`
	Build Build  `json:"build"`
	PID   int    `json:"pid"`
}

type request struct {
	Do string `json:"do"`
}

type reply struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

type ended struct {
	Exit int `json:"exit"`
}

// Status is how a daemon stands.
type Status struct {
	PID     int       `json:"pid"`
	Build   Build     `json:"build"`
	Editors int       `json:"editors"`
	Since   time.Time `json:"since"`
	// Info is what the daemon's owner has to say, by topic.
	Info map[string]string `json:"info,omitempty"`
}

// lines are a connection's lines of JSON. All of the handshake has handshakeTime.
type lines struct {
	conn   net.Conn
	reader *bufio.Reader
}

func newLines(conn net.Conn) *lines {
	_ = conn.SetDeadline(time.Now().Add(handshakeTime))
	return &lines{conn, bufio.NewReader(conn)}
}

func (l *lines) write(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding the handshake: %w", err)
	}
	if _, err := l.conn.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("shaking hands: %w", err)
	}
	return nil
}

func (l *lines) read(v any) error {
	var line []byte
	for {
		part, err := l.reader.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			if err := json.Unmarshal(line, v); err != nil {
				return fmt.Errorf("shaking hands: %w", err)
			}
			return nil
		case len(line) > longestLine:
			return errors.New("shaking hands: the line is too long")
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return fmt.Errorf("shaking hands: %w", io.ErrUnexpectedEOF)
		default:
			return fmt.Errorf("shaking hands: %w", err)
		}
	}
}
