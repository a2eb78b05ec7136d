package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"stresstester/core/problem"
)

func TestFramesArriveAsTheyWereSent(t *testing.T) {
	t.Parallel()
	job := problem.Job{
		Programs: []problem.Program{{Role: problem.Tested, Name: "a\nb.cpp", Source: []byte{0, 255, 'x'}}},
		Options:  problem.Options{Seed: 1<<64 - 1, Tests: 5},
		Saved:    []problem.Test{{Name: "wa-1", Input: []byte("1\n")}},
	}
	failure := problem.Failure{Verdict: problem.WA, Counterexample: &problem.Counterexample{
		Input: problem.Text("\xff\x00 not UTF-8"), Expected: problem.Text("π\u2028"), Actual: problem.Text{}, Stderr: problem.Text{},
		OriginalInput: problem.Text("x"),
	}}
	var stream bytes.Buffer
	w := NewWriter(&stream)
	if err := errors.Join(w.Send(KindRun, Run{ID: 7, Job: job}), w.Send(KindFound, Found{ID: 7, Failure: failure})); err != nil {
		t.Fatal(err)
	}
	// Whatever pieces the bytes come in.
	r := NewReader(iotest.OneByteReader(&stream))
	var run Run
	decode(t, r, KindRun, &run)
	if diff := cmp.Diff(Run{ID: 7, Job: job}, run); diff != "" {
		t.Error(diff)
	}
	var found Found
	decode(t, r, KindFound, &found)
	if diff := cmp.Diff(Found{ID: 7, Failure: failure}, found); diff != "" {
		t.Error(diff)
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("at the end: %v", err)
	}
}

func decode(t *testing.T, r *Reader, kind Kind, v any) {
	t.Helper()
	f, err := r.Next()
	if err != nil || f.Kind != kind {
		t.Fatalf("got frame %q, %v", string(f.Kind), err)
	}
	if err := f.Decode(v); err != nil {
		t.Fatal(err)
	}
}

func TestMalformedFrames(t *testing.T) {
	t.Parallel()
	frame := func(length uint32, rest string) string {
		return string(binary.BigEndian.AppendUint32(nil, length)) + rest
	}
	for name, tt := range map[string]struct {
		bytes string
		want  error
	}{
		"a length of nothing":        {frame(0, "h"), ErrMalformed},
		"a length beyond the limit":  {frame(MaxFrame+1, "h"), ErrMalformed},
		"an end within the length":   {"\x00\x00", io.ErrUnexpectedEOF},
		"an end before the kind":     {frame(3, ""), io.ErrUnexpectedEOF},
		"an end within the payload":  {frame(100, "h{"), io.ErrUnexpectedEOF},
		"a huge length, then an end": {frame(MaxFrame, "h{"), io.ErrUnexpectedEOF},
	} {
		if _, err := NewReader(strings.NewReader(tt.bytes)).Next(); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	f := Frame{Kind: KindStop, Payload: []byte(`{"id":"x"}`)}
	if err := f.Decode(new(ID)); !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), `"s"`) {
		t.Errorf("a payload of another type: %v", err)
	}
}

func TestConcurrentSendersDoNotMixTheirFrames(t *testing.T) {
	t.Parallel()
	in, out := io.Pipe()
	w := NewWriter(out)
	const senders, frames = 8, 200
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for range frames {
				if err := w.Send(KindWarning, Warning{ID: uint64(s), Text: strings.Repeat("w", s*100)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() {
		wg.Wait()
		out.Close()
	}()
	r := NewReader(in)
	count := 0
	for {
		f, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		var warning Warning
		if err != nil || f.Decode(&warning) != nil || len(warning.Text) != int(warning.ID)*100 {
			t.Fatalf("frame %d: %v, %q", count, err, f.Payload)
		}
		count++
	}
	if count != senders*frames {
		t.Errorf("%d frames arrived of %d", count, senders*frames)
	}
}

// FuzzReader feeds arbitrary bytes: no panic, no more memory than arrives, and what
// is read as frames is the same again when it is written.
func FuzzReader(f *testing.F) {
	var seed bytes.Buffer
	w := NewWriter(&seed)
	_ = w.Send(KindHello, Hello{Version: Version, CPUs: 2})
	_ = w.Send(KindFinished, Finished{ID: 1, Error: "x"})
	f.Add(seed.Bytes())
	f.Add([]byte("\x00\x00\x00\x03h{}"))
	f.Add([]byte("\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewReader(bytes.NewReader(data))
		var again []byte
		for {
			frame, err := r.Next()
			if err != nil {
				break
			}
			again = binary.BigEndian.AppendUint32(again, uint32(len(frame.Payload)+1))
			again = append(append(again, byte(frame.Kind)), frame.Payload...)
			for _, v := range []any{new(Hello), new(Run), new(ID), new(Progress), new(Compiled), new(Found), new(Warning), new(Finished)} {
				_ = frame.Decode(v)
			}
		}
		if !bytes.HasPrefix(data, again) {
			t.Errorf("%q was read as %q", data, again)
		}
	})
}

func BenchmarkSendAndReceive(b *testing.B) {
	var stream bytes.Buffer
	w, r := NewWriter(&stream), NewReader(&stream)
	for b.Loop() {
		if err := w.Send(KindProgress, Progress{ID: 1, Progress: problem.Progress{State: problem.Running, Tests: 12345, TestsPerSecond: 9876.5}}); err != nil {
			b.Fatal(err)
		}
		f, err := r.Next()
		if err != nil {
			b.Fatal(err)
		}
		var p Progress
		if err := f.Decode(&p); err != nil {
			b.Fatal(err)
		}
	}
}
