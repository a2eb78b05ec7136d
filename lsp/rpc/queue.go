package rpc

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// maxUnsent is how many bytes may wait for an editor that does not read. Beyond
// it the editor is taken to be stuck and the connection ends.
const maxUnsent = 256 << 20

var errQueueClosed = errors.New("the connection is closed")

// queue holds the frames on their way out. Putting one in never waits for the
// editor, so that the server and an editor which writes before it reads cannot
// block each other for ever.
type queue struct {
	w      io.WriteCloser
	mu     sync.Mutex
	frames []*frame
	byKey  map[string]*frame
	unsent int // bytes in frames
	err    error
	closed bool
	wake   chan struct{}
	done   chan struct{}
	onFail func(error)
}

type frame struct {
	key  string
	data []byte
}

// newQueue starts the goroutine that writes to w. It ends, and closes w, after
// finish was called and everything was written, or after a write failed; onFail
// is called in the latter case.
func newQueue(w io.WriteCloser, onFail func(error)) *queue {
	q := &queue{
		w:      w,
		byKey:  make(map[string]*frame),
		wake:   make(chan struct{}, 1),
		done:   make(chan struct{}),
		onFail: onFail,
	}
	go q.write()
	return q
}

// put enqueues a frame. With a key, it takes the place of an unsent frame of the
// same key.
func (q *queue) put(key string, data []byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.err != nil:
		return q.err
	case q.closed:
		return errQueueClosed
	}
	if old, ok := q.byKey[key]; ok && key != "" {
		q.unsent += len(data) - len(old.data)
		old.data = data
	} else {
		f := &frame{key: key, data: data}
		q.frames = append(q.frames, f)
		if key != "" {
			q.byKey[key] = f
		}
		q.unsent += len(data)
	}
	if q.unsent > maxUnsent {
		q.failLocked(fmt.Errorf("the editor does not read: %d bytes wait for it", q.unsent))
		return q.err
	}
	q.wakeLocked()
	return nil
}

// finish lets the writer end once everything was written. It may be called more
// than once and does not wait.
func (q *queue) finish() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wakeLocked()
}

func (q *queue) wakeLocked() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue) failLocked(err error) {
	q.err, q.frames, q.byKey, q.unsent = err, nil, nil, 0
	q.wakeLocked()
	if q.onFail != nil {
		go q.onFail(err) // It may want to put something into the queue.
	}
}

// next takes the oldest frame, waiting for one. It returns nil at the end.
func (q *queue) next() []byte {
	for {
		q.mu.Lock()
		if len(q.frames) > 0 {
			f := q.frames[0]
			q.frames[0] = nil
			q.frames = q.frames[1:]
			if len(q.frames) == 0 {
				q.frames = nil // Lets the backing array go.
			}
			if f.key != "" {
				delete(q.byKey, f.key)
			}
			q.unsent -= len(f.data)
			q.mu.Unlock()
			return f.data
		}
		end := q.closed || q.err != nil
		q.mu.Unlock()
		if end {
			return nil
		}
		<-q.wake
	}
}

// flush finishes and waits until everything is written, at most for the given
// time. What is unsent then is lost.
func (q *queue) flush(patience time.Duration) {
	q.finish()
	select {
	case <-q.done:
	case <-time.After(patience):
		_ = q.w.Close() // Ends a write that nobody reads.
	}
}

func (q *queue) write() {
	defer close(q.done)
	defer func() { _ = q.w.Close() }()
	for data := q.next(); data != nil; data = q.next() {
		if _, err := q.w.Write(data); err != nil {
			q.mu.Lock()
			if q.err == nil {
				q.failLocked(fmt.Errorf("writing to the editor: %w", err))
			}
			q.mu.Unlock()
			return
		}
	}
}
