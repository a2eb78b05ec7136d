package rpc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxFrame is the largest message accepted, in bytes. An editor's largest
// message is a didOpen of one file.
const maxFrame = 256 << 20

// keptBuffer is the largest read buffer kept from one message to the next.
const keptBuffer = 4 << 20

// maxHeader bounds a message's header block, which is normally some twenty bytes.
const maxHeader = 8 << 10

var errHeader = errors.New("malformed header")

// frameReader reads the bodies of Content-Length frames. It is used by one
// goroutine at a time.
type frameReader struct {
	r   *bufio.Reader
	buf []byte
}

func newFrameReader(r io.Reader) *frameReader {
	return &frameReader{r: bufio.NewReaderSize(r, 64<<10)}
}

// next returns the next body, which is valid until the following call. It returns
// io.EOF at a clean end and io.ErrUnexpectedEOF in the middle of a frame.
func (f *frameReader) next() ([]byte, error) {
	length, err := f.header()
	if err != nil {
		return nil, err
	}
	return f.body(length)
}

// header reads a header block and returns the length that it declares.
func (f *frameReader) header() (length int, err error) {
	length = -1
	for read := 0; ; {
		line, err := f.r.ReadSlice('\n')
		read += len(line)
		switch {
		case errors.Is(err, io.EOF) && read > 0:
			return 0, io.ErrUnexpectedEOF
		case errors.Is(err, bufio.ErrBufferFull) || read > maxHeader:
			return 0, fmt.Errorf("%w: longer than %d bytes", errHeader, maxHeader)
		case err != nil:
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			if length < 0 {
				return 0, fmt.Errorf("%w: no Content-Length", errHeader)
			}
			return length, nil
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return 0, fmt.Errorf("%w: %q has no colon", errHeader, excerpt(line))
		}
		if !bytes.EqualFold(bytes.TrimSpace(name), []byte("content-length")) {
			continue // Content-Type and whatever else: nothing depends on it.
		}
		length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
		if err != nil || length < 0 || length > maxFrame {
			return 0, fmt.Errorf("%w: Content-Length %q", errHeader, excerpt(value))
		}
	}
}

// body reads length bytes. Memory grows with what arrives, so that a wrong
// length costs nothing.
func (f *frameReader) body(length int) ([]byte, error) {
	const step = 1 << 20
	if cap(f.buf) > keptBuffer {
		f.buf = nil
	}
	f.buf = f.buf[:0]
	for len(f.buf) < length {
		have, want := len(f.buf), min(length-len(f.buf), step)
		if cap(f.buf)-have < want {
			grown := make([]byte, have, min(length, 2*cap(f.buf)+want))
			copy(grown, f.buf)
			f.buf = grown
		}
		f.buf = f.buf[:have+want]
		if _, err := io.ReadFull(f.r, f.buf[have:]); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return f.buf, nil
}

// appendFrame appends the header of a message to dst, and the message itself.
func appendFrame(dst, body []byte) []byte {
	dst = append(dst, "Content-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(body)), 10)
	dst = append(dst, "\r\n\r\n"...)
	return append(dst, body...)
}

// excerpt cuts untrusted bytes to a length that fits a log line.
func excerpt(b []byte) []byte { return b[:min(len(b), 80)] }
