package forkserver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"stresstester/testing_env/driver/procfs"
)

// EnvWarm is the environment variable by which a warm process finds its two pipes,
// "REQUESTS:ANSWERS"; testing_env/warm/README.md has the protocol.
const EnvWarm = "STRESSTESTER_WARM"

// WarmServer is a process of a runtime that can neither be stopped nor copied, and
// makes one run after the other by itself. It is used by one goroutine at a time.
//
// What it says is believed of good runs only, and of what it is not suited for. Time,
// memory and output are looked at from outside.
type WarmServer struct {
	cfg      Config
	dead     string // why it was given up for good
	launches uint64

	process  Process
	pid      int
	requests *os.File
	answers  *os.File
	memory   *os.File // statm of the process
	message  []byte
	line     [512]byte
	unread   []byte // the rest of line
	child    int    // the process of the run where it is not the warm process itself
	seen     look
	parallel int64
}

// Answers of a warm process.
const (
	answerReady      = "ready"
	answerDone       = "done"   // the run ended well
	answerRenew      = "renew"  // so did this one, but the next needs another process
	answerFailed     = "failed" // it did not
	answerUnsuitable = "unsuitable "
	answerChild      = "child " // the run is made by this child of the process
)

// NewWarm launches a warm process. Config.Files are its descriptors 0, 1, 2, … for
// good; Mode, Stop, Shim and Retain mean nothing here. An *Unusable means that the
// program is not suited.
func NewWarm(cfg Config) (*WarmServer, error) {
	if len(cfg.Argv) == 0 || cfg.Launch == nil {
		return nil, errors.New("warm process: no program or launcher given")
	}
	if cfg.StartTime == 0 {
		cfg.StartTime = warmStartTime
	}
	w := &WarmServer{cfg: cfg, parallel: 1}
	if err := w.launch(); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// warmStartTime is generous: a runtime's start is what is dear about it.
const warmStartTime = 20 * time.Second

// Mode is Warm.
func (w *WarmServer) Mode() Mode { return Warm }

// Note is empty: there is no slower mode to go over to.
func (w *WarmServer) Note() string { return "" }

// Stats are the counters so far.
func (w *WarmServer) Stats() Stats { return Stats{Mode: Warm, Launches: w.launches} }

// Close ends the process. It may be called more than once.
func (w *WarmServer) Close() {
	w.drop()
	if w.dead == "" {
		w.dead = "it is closed"
	}
}

// drop ends the process; the next run starts another one.
func (w *WarmServer) drop() {
	for _, f := range []**os.File{&w.requests, &w.answers, &w.memory} {
		if *f != nil {
			(*f).Close()
			*f = nil
		}
	}
	if w.process != nil {
		w.process.Kill()
		w.process = nil
	}
}

// unsuitable gives the process up for good.
func (w *WarmServer) unsuitable(reason string) *Unusable {
	w.drop()
	w.dead = reason
	return &Unusable{Reason: reason, Permanent: true}
}

// lost drops the process after a run that has no result.
func (w *WarmServer) lost(reason string) *Unusable {
	w.drop()
	return &Unusable{Reason: reason, Permanent: true, Died: true}
}

func (w *WarmServer) launch() error {
	w.launches++
	theirRequests, requests, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("warm process: %w", err)
	}
	defer theirRequests.Close()
	answers, theirAnswers, err := os.Pipe()
	if err != nil {
		requests.Close()
		return fmt.Errorf("warm process: %w", err)
	}
	defer theirAnswers.Close()
	w.requests, w.answers, w.unread = requests, answers, nil
	var files []*os.File
	for _, f := range w.cfg.Files {
		files = append(files, f.File)
	}
	env := append([]string{}, w.cfg.Env...)
	env = append(env, EnvWarm+"="+strconv.Itoa(len(files))+":"+strconv.Itoa(len(files)+1))
	w.process, err = w.cfg.Launch(w.cfg.Argv, env, append(files, theirRequests, theirAnswers))
	if err != nil {
		return err
	}
	// Held here, they would hide the process's death.
	theirRequests.Close()
	theirAnswers.Close()
	w.pid = w.process.Pid()
	w.memory, err = os.Open("/proc/" + strconv.Itoa(w.pid) + "/statm")
	if err != nil {
		return w.unsuitable("it ended before it was ready")
	}
	return w.ready()
}

// ready waits until the process says that it is, or why it never will be.
func (w *WarmServer) ready() error {
	deadline := time.Now().Add(w.cfg.StartTime)
	for time.Now().Before(deadline) {
		got, err := w.wait(interval)
		if err != nil {
			return w.unsuitable("it ended before it was ready")
		}
		if !got {
			continue
		}
		answer := w.read()
		reason, unsuitable := strings.CutPrefix(answer, answerUnsuitable)
		switch {
		case answer == answerReady:
			return nil
		case unsuitable:
			return w.unsuitable(reason)
		}
		return w.unsuitable("it ended before it was ready")
	}
	return w.unsuitable("it does not become ready")
}

// wait waits for an answer; an error means that there will be none.
func (w *WarmServer) wait(d time.Duration) (bool, error) {
	fds := [1]unix.PollFd{{Fd: int32(w.answers.Fd()), Events: unix.POLLIN}}
	timeout := unix.NsecToTimespec(int64(d))
	n, err := unix.Ppoll(fds[:], &timeout, nil)
	switch {
	case err == unix.EINTR:
		return false, nil
	case err != nil:
		return false, err
	case n > 0 && fds[0].Revents&unix.POLLIN == 0:
		return false, syscall.EPIPE
	}
	return n > 0, nil
}

// read reads the next answer, of which something is there. Answers are short and
// written at once: what is not a line is no answer.
func (w *WarmServer) read() string {
	if len(w.unread) == 0 {
		n, err := unix.Read(int(w.answers.Fd()), w.line[:])
		if err != nil || n <= 0 {
			return ""
		}
		w.unread = w.line[:n]
	}
	line, rest, found := bytes.Cut(w.unread, []byte{'\n'})
	w.unread = rest
	if !found {
		w.unread = nil
		return ""
	}
	switch string(line) { // no garbage for those that are usual
	case answerDone:
		return answerDone
	case answerRenew:
		return answerRenew
	}
	return string(line)
}

// Run makes one run. Files and Limits of the request mean nothing: they are
// those of the launch. Args are those behind the command's own.
func (w *WarmServer) Run(r *Request) (Outcome, error) {
	if w.dead != "" {
		return Outcome{}, &Unusable{Reason: w.dead, Permanent: true}
	}
	if w.process == nil {
		if err := w.launch(); err != nil {
			return Outcome{}, err
		}
	}
	if err := w.encode(r); err != nil {
		return Outcome{}, err
	}
	w.rewind()
	began := time.Now()
	spent, _ := procfs.Time(w.pid)
	if _, err := unix.Write(int(w.requests.Fd()), w.message); err != nil {
		return Outcome{}, w.lost(serverDied)
	}
	broke, answer, err := w.watch(r, began, spent)
	if err != nil {
		return Outcome{}, w.lost(serverDied)
	}
	out := Outcome{Wall: time.Since(began), Broke: broke, User: w.seen.cpu, MaxRSS: w.seen.resident}
	switch broke {
	case BrokeNothing:
	case Stopped:
		out.Status = syscall.WaitStatus(syscall.SIGKILL)
		w.drop()
		return out, nil
	default:
		// It may be an earlier run that this one waited for.
		return Outcome{}, w.lost("too many of its runs break limits, which a fresh process must judge")
	}
	if w.child == 0 {
		now, _ := procfs.Time(w.pid)
		out.User = max(now-spent, 0)
		out.MaxRSS = max(out.MaxRSS, w.resident())
	}
	return w.judge(r, answer, out)
}

func (w *WarmServer) judge(r *Request, answer string, out Outcome) (Outcome, error) {
	reason, unsuitable := strings.CutPrefix(answer, answerUnsuitable)
	switch {
	case unsuitable:
		return Outcome{}, w.unsuitable(reason)
	case answer == answerFailed:
		return Outcome{}, w.lost("too many of its runs end badly, and need a fresh process")
	case answer != answerDone && answer != answerRenew:
		return Outcome{}, w.lost(serverDied)
	case r.Watch.Memory > 0 && out.MaxRSS > r.Watch.Memory:
		return Outcome{}, w.lost("it comes close to the memory limit, which a fresh process must judge")
	case answer == answerRenew:
		w.drop()
	}
	return out, nil
}

// rewind readies the streams, whose descriptions the process shares, for those that
// cannot do it themselves.
func (w *WarmServer) rewind() {
	for _, f := range w.cfg.Files {
		fd := int(f.Fd())
		// What is not a buffer has nothing to be undone.
		if _, err := unix.Seek(fd, 0, unix.SEEK_SET); err == nil && f.Truncate {
			_ = unix.Ftruncate(fd, 0)
		}
	}
}

// encode makes the message of a request: how many arguments there are, the length of
// what follows, the arguments behind the command's own, and the environment, each
// ended by a zero byte. Numbers have four bytes, the lowest first.
func (w *WarmServer) encode(r *Request) error {
	m := w.message[:0]
	m = append(m, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, list := range [...][]string{r.Args, r.Env} {
		for _, text := range list {
			if strings.IndexByte(text, 0) >= 0 {
				return errors.New("warm process: an argument contains a zero byte")
			}
			m = append(append(m, text...), 0)
		}
	}
	w.message = m
	const most = 32 << 10 // a pipe takes twice as much at once
	if len(m) > most {
		return &Unusable{Reason: "the arguments are too long", Permanent: true}
	}
	binary.LittleEndian.PutUint32(m, uint32(len(r.Args)))
	binary.LittleEndian.PutUint32(m[4:], uint32(len(m)-8))
	return nil
}

// watch waits for the answer, and tells when the run breaks a limit.
func (w *WarmServer) watch(r *Request, began time.Time, spent time.Duration) (Broke, string, error) {
	w.child = 0
	l := link{seen: look{reader: w.seen.reader}, parallel: w.parallel}
	defer func() { w.seen = l.seen }()
	last := began
	for {
		got := len(w.unread) > 0
		if !got {
			var err error
			if got, err = w.wait(l.patience(r, BrokeNothing)); err != nil {
				return BrokeNothing, "", err
			}
		}
		if got {
			answer := w.read()
			if number, ok := strings.CutPrefix(answer, answerChild); ok && w.adopt(number) {
				continue
			}
			return BrokeNothing, answer, nil
		}
		now := time.Now()
		if w.child == 0 {
			l.seen.update(w.pid, spent, now.Sub(last))
		} else {
			l.seen.update(w.child, 0, now.Sub(last))
		}
		last = now
		if broke := l.exceeded(r, now.Sub(began)); broke != BrokeNothing {
			return broke, "", nil
		}
	}
}

// adopt watches a child of the process in its place. It reports false for any other
// process. A child that has ended already can do no harm.
func (w *WarmServer) adopt(number string) bool {
	pid, err := strconv.Atoi(number)
	if err != nil || pid <= 1 || pid == w.pid {
		return false
	}
	if parent := parentOf(pid); parent >= 0 && parent != w.pid {
		return false
	}
	w.child = pid
	return true
}

// resident is the process's resident set, in bytes; 0 when it cannot be told.
func (w *WarmServer) resident() int64 {
	var text [128]byte
	n, err := w.memory.ReadAt(text[:], 0)
	if n == 0 && err != nil {
		return 0
	}
	fields := bytes.Fields(text[:n])
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}
