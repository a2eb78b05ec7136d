package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"stresstester/core/engine"
	"stresstester/testing_env/driver/process"
)

// transcriptLimit bounds a recorded conversation, in bytes.
const transcriptLimit = 64 << 10

// Converse implements engine.Slot. The two programs are connected by pipes
// without anybody between them, unless the conversation is to be recorded.
func (s *slot) Converse(ctx context.Context, tested, interactor *engine.Call, record bool, out *engine.Dialogue) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.ctx = ctx
	s.others.giveWay()
	wires, err := connect(record)
	if err != nil {
		return err
	}
	defer wires.close()
	a, err := s.side(tested, wires.testedIn, wires.testedOut)
	if err != nil {
		return err
	}
	b, err := s.side(interactor, wires.interactorIn, wires.interactorOut)
	if err != nil {
		a.abandon()
		return err
	}
	release := func() { a.release(); b.release() }
	defer release()
	if err := errors.Join(a.hold(), b.hold()); err != nil {
		a.abandon()
		b.abandon()
		return err
	}
	a.seat.request.Watch.Idling, b.seat.request.Watch.Idling = release, release
	// The descriptors are the sides' now, and are closed once they are handed over.
	wires.handedOver()
	wires.start()
	var wg sync.WaitGroup
	var errA, errB error
	wg.Go(func() { errA = a.run(s) })
	wg.Go(func() { errB = b.run(s) })
	wg.Wait()
	wires.wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := errors.Join(errA, errB); err != nil {
		return err
	}
	return s.dialogue(a, b, wires, out)
}

func (s *slot) dialogue(a, b *side, w *wires, out *engine.Dialogue) error {
	out.TestedFirst = a.exit.EndedAt < b.exit.EndedAt
	out.Transcript = w.transcript()
	if err := s.outcome(a.seat, a.program, a.call, &a.exit, &out.Tested); err != nil {
		return err
	}
	return s.outcome(b.seat, b.program, b.call, &b.exit, &out.Interactor)
}

// side is one of the two programs of a conversation.
type side struct {
	seat    *seat
	program *program
	call    *engine.Call
	exit    process.Exit

	mu sync.Mutex
	// held are the side's ends of the pipes, kept open until its end was seen: what
	// the other side does at the news must not look as if it had come first. A side
	// that closes its ends while it lives is rare; the other hears of it when the
	// conversation has stalled.
	held []int
}

// hold keeps the side's ends of the pipes open.
func (d *side) hold() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, fd := range d.seat.request.FDs[:2] {
		kept, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("connecting the interactor: %w", err)
		}
		d.held = append(d.held, kept)
	}
	return nil
}

// abandon closes what the side would have handed over, but for the pipes.
func (d *side) abandon() { closeAll(d.seat.request.FDs[2:]) }

// release lets the other side see that this one has closed its ends.
func (d *side) release() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, fd := range d.held {
		unix.Close(fd)
	}
	d.held = nil
}

func (s *slot) side(call *engine.Call, in, out int) (*side, error) {
	t, p := s.seats[call.Role], s.bound[call.Role]
	if t == nil || p == nil {
		return nil, fmt.Errorf("there is no program for %s", call.Role)
	}
	if err := t.stderr.clear(); err != nil {
		return nil, err
	}
	stderr, err := t.stderr.open(unix.O_WRONLY | unix.O_APPEND)
	if err != nil {
		return nil, err
	}
	fds := []int{in, out, stderr}
	for _, st := range call.Files {
		fd, err := s.openStream(st, fileMode(call.Role, st))
		if err != nil {
			closeAll(fds[2:])
			return nil, err
		}
		fds = append(fds, fd)
	}
	t.prepare(p, call, fds)
	t.request.Handover = true
	return &side{seat: t, program: p, call: call}, nil
}

func (d *side) run(s *slot) error {
	err := d.seat.spawner.Run(&d.seat.request, s.stopped, &d.exit)
	d.release()
	var refused *process.StartError
	switch {
	case errors.As(err, &refused) && refused.Refused():
		return d.seat.refuse(refused, &d.exit)
	case refused != nil && refused.Passing():
		d.exit = cutShort()
		return nil
	case errors.Is(err, process.ErrGone):
		d.exit = cutShort()
		return d.seat.relaunch(s)
	}
	return err
}

// cutShort is the end of a side that could not speak for lack of room. Its pipes are
// closed, so the conversation is over; one that is held alone must tell more.
func cutShort() process.Exit {
	return process.Exit{Broke: process.BrokeShort, EndedAt: process.Monotonic()}
}

// wires are the pipes between the two programs.
type wires struct {
	testedIn, testedOut, interactorIn, interactorOut int

	relays []*relay
	log    *conversation
	ends   []int
	wg     sync.WaitGroup
}

func connect(record bool) (*wires, error) {
	w := &wires{}
	var err error
	pipe := func() (r, wr int) {
		var p [2]int
		if err == nil {
			if err = unix.Pipe2(p[:], unix.O_CLOEXEC); err == nil {
				w.ends = append(w.ends, p[0], p[1])
			}
		}
		return p[0], p[1]
	}
	if !record {
		w.testedIn, w.interactorOut = pipe()
		w.interactorIn, w.testedOut = pipe()
	} else {
		w.log = &conversation{}
		var r1, w1, r2, w2 int
		r1, w.interactorOut = pipe()
		w.testedIn, w1 = pipe()
		r2, w.testedOut = pipe()
		w.interactorIn, w2 = pipe()
		w.relays = []*relay{{from: r1, to: w1, mark: '>', log: w.log}, {from: r2, to: w2, mark: '<', log: w.log}}
	}
	if err != nil {
		w.close()
		return nil, fmt.Errorf("connecting the interactor: %w", err)
	}
	return w, nil
}

// close closes what nobody has taken over.
func (w *wires) close() {
	for _, fd := range w.ends {
		unix.Close(fd)
	}
	w.ends = nil
}

func (w *wires) handedOver() { w.ends = nil }

func (w *wires) start() {
	for _, r := range w.relays {
		w.wg.Go(r.run)
	}
}

func (w *wires) wait() { w.wg.Wait() }

func (w *wires) transcript() []byte {
	if w.log == nil {
		return nil
	}
	return w.log.bytes()
}

// relay copies one direction of the conversation and records it.
type relay struct {
	from, to int
	mark     byte
	log      *conversation
}

func (r *relay) run() {
	from, to := os.NewFile(uintptr(r.from), "relay"), os.NewFile(uintptr(r.to), "relay")
	defer from.Close()
	defer to.Close()
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			r.log.add(r.mark, buf[:n])
			if _, werr := to.Write(buf[:n]); werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// conversation is a transcript: each line begins with who said it.
type conversation struct {
	mu   sync.Mutex
	text bytes.Buffer
	last byte // who spoke last; 0 at the beginning of a line
	cut  bool
}

func (c *conversation) add(mark byte, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(data) > 0 && !c.cut {
		if c.last != mark {
			if c.last != 0 {
				c.text.WriteByte('\n')
			}
			c.text.WriteByte(mark)
			c.text.WriteByte(' ')
			c.last = mark
		}
		line := data
		if end := bytes.IndexByte(data, '\n'); end >= 0 {
			line = data[:end+1]
			c.last = 0
		}
		c.text.Write(line)
		data = data[len(line):]
		if c.text.Len() > transcriptLimit {
			c.text.WriteString("\n… (the conversation goes on)\n")
			c.cut = true
		}
	}
}

func (c *conversation) bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.text.Bytes())
}
