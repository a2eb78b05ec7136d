// Package wire is the protocol between the host and the driver in the sandbox's
// container: frames over the container's standard input and output.
//
// A frame is a four-byte big-endian length of what follows, one byte of kind and
// a JSON payload. Both sides send Hello first; a run is started with Run and
// answered by any number of Progress, Compiled, Found and Warning frames and
// exactly one Finished frame with the same id. Runs may overlap.
//
// The driver is trusted no more than needed: a frame that does not parse ends
// the session with an error and nothing else.
package wire

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"stresstester/core/problem"
)

// Version is the protocol's version. Both sides refuse any other.
const Version = 1

// MaxFrame is the largest payload accepted, in bytes.
const MaxFrame = 256 << 20

// Kind tells what a frame's payload is.
type Kind byte

// The kinds of frames. Hello goes both ways, Run, Stop and Ping to the driver,
// the others to the host.
const (
	KindHello    Kind = 'h'
	KindRun      Kind = 'r'
	KindStop     Kind = 's'
	KindPing     Kind = 'p'
	KindPong     Kind = 'o'
	KindProgress Kind = 'g'
	KindCompiled Kind = 'c'
	KindFound    Kind = 'f' // a failure, the best known so far; may be sent again with a smaller input
	KindWarning  Kind = 'w'
	KindFinished Kind = 'e'
)

// Hello opens a session.
type Hello struct {
	Version int `json:"version"`
	// Build is the driver's own build id; informational.
	Build string `json:"build,omitempty"`
	// CPUs and Memory, in bytes, are what the driver may use.
	CPUs   int   `json:"cpus,omitempty"`
	Memory int64 `json:"memory,omitempty"`
	// Notes are for people: which limits this kernel or engine does not enforce as
	// usual, and what the driver does instead.
	Notes []string `json:"notes,omitempty"`
}

// Run starts a run.
type Run struct {
	ID  uint64      `json:"id"`
	Job problem.Job `json:"job"`
}

// ID names a run (Stop) or a ping (Ping, Pong).
type ID struct {
	ID uint64 `json:"id"`
}

// Progress is a run's standing.
type Progress struct {
	ID uint64 `json:"id"`
	problem.Progress
}

// Compiled tells that one program of a run was built, or was not.
type Compiled struct {
	ID uint64 `json:"id"`
	problem.Compilation
}

// Found tells of a failure as soon as it is confirmed, and again when it was
// made smaller.
type Found struct {
	ID      uint64          `json:"id"`
	Failure problem.Failure `json:"failure"`
}

// Warning is one sentence for people about the set-up.
type Warning struct {
	ID   uint64 `json:"id"`
	Text string `json:"text"`
}

// Finished ends a run. Error is set when the sandbox itself failed.
type Finished struct {
	ID     uint64         `json:"id"`
	Result problem.Result `json:"result"`
	Error  string         `json:"error,omitempty"`
}

// ErrMalformed is wrapped by every error about a frame that breaks the format.
var ErrMalformed = errors.New("malformed frame")

// Frame is one frame as it was read.
type Frame struct {
	Kind    Kind
	Payload []byte
}

// Decode reads the payload into v.
func (f Frame) Decode(v any) error {
	if err := json.Unmarshal(f.Payload, v); err != nil {
		return fmt.Errorf("%w: kind %q: %w", ErrMalformed, string(f.Kind), err)
	}
	return nil
}

// Reader reads frames. It is not safe for concurrent use.
type Reader struct{ r *bufio.Reader }

// NewReader reads frames from r.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReaderSize(r, 64<<10)} }

// Next reads one frame. It returns io.EOF at a clean end and
// io.ErrUnexpectedEOF in the middle of a frame.
func (r *Reader) Next() (Frame, error) {
	var head [5]byte
	if _, err := io.ReadFull(r.r, head[:1]); err != nil {
		return Frame{}, err
	}
	if _, err := io.ReadFull(r.r, head[1:]); err != nil {
		return Frame{}, unexpected(err)
	}
	size := binary.BigEndian.Uint32(head[:4])
	if size == 0 || size > MaxFrame {
		return Frame{}, fmt.Errorf("%w: length %d", ErrMalformed, size)
	}
	payload, err := readAll(r.r, int(size)-1)
	if err != nil {
		return Frame{}, unexpected(err)
	}
	return Frame{Kind: Kind(head[4]), Payload: payload}, nil
}

// readAll reads n bytes without trusting n: memory grows with what arrives.
func readAll(r io.Reader, n int) ([]byte, error) {
	const step = 1 << 20
	buf := make([]byte, 0, min(n, step))
	for len(buf) < n {
		want := min(n-len(buf), step)
		have := len(buf)
		if cap(buf)-have < want {
			grown := make([]byte, have, min(n, 2*cap(buf)+want))
			copy(grown, buf)
			buf = grown
		}
		buf = buf[:have+want]
		if _, err := io.ReadFull(r, buf[have:]); err != nil {
			return nil, err
		}
	}
	return buf, nil
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Writer writes frames and is safe for concurrent use.
type Writer struct {
	mu sync.Mutex
	w  io.Writer
}

// NewWriter writes frames to w, each with one call of Write.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Send writes one frame.
func (w *Writer) Send(kind Kind, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding frame %q: %w", string(kind), err)
	}
	if len(payload)+1 > MaxFrame {
		return fmt.Errorf("encoding frame %q: %d bytes are more than the limit of %d", string(kind), len(payload), MaxFrame)
	}
	buf := make([]byte, 5, 5+len(payload))
	binary.BigEndian.PutUint32(buf, uint32(len(payload)+1))
	buf[4] = byte(kind)
	buf = append(buf, payload...)
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.w.Write(buf); err != nil {
		return fmt.Errorf("sending frame %q: %w", string(kind), err)
	}
	return nil
}
