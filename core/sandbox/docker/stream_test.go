package docker

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
	"go.uber.org/zap"
)

// chunk is a piece of output as an engine sends it.
func chunk(kind stdcopy.StdType, text string) []byte {
	head := make([]byte, 8, 8+len(text))
	head[0] = byte(kind)
	binary.BigEndian.PutUint32(head[4:], uint32(len(text)))
	return append(head, text...)
}

// recorded is a stream that reads a recorded connection of a container that ended
// in the given way.
func recorded(in io.Reader, how ending) *stream {
	life, cancel := context.WithCancel(context.Background())
	s := &stream{in: in, log: &driverLog{log: zap.NewNop()}, life: life, cancel: cancel, exited: make(chan ending, 1)}
	s.exited <- how
	return s
}

func TestReadTakesTheFramesOutOfTheStream(t *testing.T) {
	t.Parallel()
	in := bytes.Join([][]byte{
		chunk(stdcopy.Stderr, "first line\nsecond "),
		chunk(stdcopy.Stdout, "abc"),
		chunk(stdcopy.Stdout, ""),
		chunk(stdcopy.Stderr, "line\n"),
		chunk(stdcopy.Stdout, "defgh"),
		chunk(stdcopy.Stderr, "third line"),
	}, nil)
	for name, reader := range map[string]io.Reader{
		"whole":        bytes.NewReader(in),
		"byte by byte": iotest.OneByteReader(bytes.NewReader(in)),
		"buffered":     bufio.NewReaderSize(bytes.NewReader(in), 16),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := recorded(reader, ending{text: "its container ended with status 3"})
			got, err := io.ReadAll(s)
			if string(got) != "abcdefgh" {
				t.Errorf("read %q", got)
			}
			want := "its container ended with status 3; its last words: first line / second line / third line"
			if err == nil || err.Error() != want {
				t.Errorf("it ended with %v, want %s", err, want)
			}
		})
	}
}

func TestReadRefusesWhatNoEngineSends(t *testing.T) {
	t.Parallel()
	s := recorded(strings.NewReader("HTTP/1.1 400 Bad Request\r\n\r\n"), ending{})
	s.exited = make(chan ending)
	close(s.exited)
	if _, err := io.ReadAll(s); err == nil || !strings.Contains(err.Error(), "unknown kind") {
		t.Errorf("it ended with %v", err)
	}
}

func TestDescribeExit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  container.WaitResponse
		want ending
	}{
		"by itself":   {container.WaitResponse{}, ending{text: "its container ended"}},
		"by a signal": {container.WaitResponse{StatusCode: 137}, ending{text: "its container was killed: it ran out of memory, or somebody removed it", killed: true}},
		"by a crash":  {container.WaitResponse{StatusCode: 2}, ending{text: "its container ended with status 2"}},
		"by the engine": {container.WaitResponse{Error: &container.WaitExitError{Message: "removal failed"}},
			ending{text: "its container ended: removal failed"}},
	} {
		if got := describeExit(c.end); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestTheLogIsBounded(t *testing.T) {
	t.Parallel()
	d := &driverLog{log: zap.NewNop()}
	_, _ = d.Write(bytes.Repeat([]byte("x"), 10*longestLine))
	_, _ = d.Write([]byte("\n\xff\n\n"))
	for range tailLines - 1 {
		_, _ = d.Write([]byte("y\n"))
	}
	if want := "\uFFFD" + strings.Repeat(" / y", tailLines-1); d.tail() != want {
		t.Errorf("tail %q, want %q", d.tail(), want)
	}
	if cap(d.line) > 2*longestLine {
		t.Errorf("a line may take %d bytes", cap(d.line))
	}
}

// FuzzStream feeds a stream anything as the engine's output: it reads to an end
// and never more than there is.
func FuzzStream(f *testing.F) {
	f.Add(chunk(stdcopy.Stdout, "abc"))
	f.Add(chunk(stdcopy.Stderr, "abc\n"))
	f.Add([]byte{1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 'x'})
	f.Add([]byte{9, 0, 0, 0, 0, 0, 0, 1, 'x'})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := io.ReadAll(recorded(bytes.NewReader(data), ending{text: "over"}))
		if err == nil || len(got) > len(data) {
			t.Errorf("%d of %d bytes, %v", len(got), len(data), err)
		}
	})
}
