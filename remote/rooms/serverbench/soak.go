package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"stresstester/remote/api"
)

// plan is how a soak goes.
type plan struct {
	length   time.Duration
	clients  int // each sends a request every pace, when it has an answer to the last
	pace     time.Duration
	feeds    int
	disturb  time.Duration // something is broken this often
	down     time.Duration // how long a killed server stays away
	progress func(format string, args ...any)
}

func longPlan(length time.Duration) plan {
	return plan{
		length: length, clients: 48, pace: 70 * time.Millisecond, feeds: 1000, disturb: 10 * time.Second, down: 2 * time.Second,
		progress: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) },
	}
}

// soak is a load of some length while things break.
type soak struct {
	*bench
	plan

	lines   []*toxiproxy.Proxy // slow and unsteady ways to the servers
	lineURL []string

	mu       sync.Mutex
	times    [4][]time.Duration // of requests to the first server that got their answer at the first try, by quarter
	outage   time.Duration      // the longest time from a first try to the answer
	wrong    []string           // answers that nobody may get
	begin    time.Time
	requests atomic.Int64
	retries  atomic.Int64
	acked    atomic.Int64

	kills, crashes, faults int
	samples                []sample
}

// sample is the first server at one moment.
type sample struct {
	memory, heap, goroutines, files, connections float64
}

func (s sample) String() string {
	return fmt.Sprintf("%.1f MiB, %.1f MiB of heap, %.0f goroutines, %.0f files, %.0f connections", s.memory/(1<<20), s.heap/(1<<20), s.goroutines, s.files, s.connections)
}

// sample asks the i-th server for its metrics.
func (b *bench) sample(ctx context.Context, i int) (s sample, err error) {
	text, err := get(ctx, "http://"+b.servers[i].metrics+"/metrics")
	if err != nil {
		return s, err
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue
		}
		switch name {
		case "process_resident_memory_bytes":
			s.memory = n
		case "go_memstats_heap_inuse_bytes":
			s.heap = n
		case "go_goroutines":
			s.goroutines = n
		case "process_open_fds":
			s.files = n
		case `stresstester_database_connections{state="acquired"}`, `stresstester_database_connections{state="idle"}`:
			s.connections += n
		}
	}
	if s.memory == 0 || s.goroutines == 0 || s.files == 0 {
		return s, errors.New("the metrics do not tell memory, goroutines and open files")
	}
	return s, lines.Err()
}

// soakTest runs a soak and describes it. An error says what was lost or grew.
func soakTest(ctx context.Context, binary string, p plan) (string, error) {
	b, err := start(ctx, binary)
	defer b.close()
	if err != nil {
		return "", err
	}
	if err := b.populate(ctx, 4*p.clients); err != nil {
		return "", err
	}
	s := &soak{bench: b, plan: p}
	if err := s.draw(); err != nil {
		return "", err
	}
	defer func() {
		for _, l := range s.lines {
			l.Stop() // may be called twice
		}
	}()
	// A first round makes everything that is made once.
	if _, err := b.load(p.clients, time.Second, readRoom); err != nil {
		return "", err
	}
	atRest, err := s.rest(ctx, sample{})
	if err != nil {
		return "", err
	}
	p.progress("at rest: %v", atRest)
	listeners, err := b.open(p.feeds, len(b.users))
	if err != nil {
		return "", err
	}
	s.begin = time.Now()
	workers, err := s.work(ctx)
	if err != nil {
		return "", err
	}
	lost, err := s.lost(ctx, workers)
	if err != nil {
		return "", err
	}
	deaf, err := s.deaf(ctx, listeners, workers)
	if err != nil {
		return "", err
	}
	for _, l := range listeners {
		l.close()
	}
	for _, l := range s.lines {
		l.Stop()
	}
	inTheEnd, err := s.rest(ctx, atRest)
	if err != nil {
		return "", err
	}
	p.progress("at rest: %v", inTheEnd)
	return s.report(listeners, lost, deaf, atRest, inTheEnd)
}

// draw puts a line before each server.
func (s *soak) draw() error {
	zerolog.SetGlobalLevel(zerolog.Disabled) // toxiproxy logs all that it does
	lines := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	for i, node := range s.nodes {
		l := toxiproxy.NewProxy(lines, strconv.Itoa(i), "127.0.0.1:0", node)
		if err := l.Start(); err != nil {
			return fmt.Errorf("drawing a line: %w", err)
		}
		s.lines, s.lineURL = append(s.lines, l), append(s.lineURL, l.Listen)
		if _, err := l.Toxics.AddToxicJson(strings.NewReader(`{"name":"slow","type":"latency","attributes":{"latency":25,"jitter":20}}`)); err != nil {
			return fmt.Errorf("making a line slow: %w", err)
		}
	}
	return nil
}

// Faults on a line, one at a time, beside its being slow.
var faults = []string{
	`{"name":"fault","type":"reset_peer","attributes":{"timeout":50}}`,
	`{"name":"fault","type":"timeout","attributes":{"timeout":300}}`,
	`{"name":"fault","type":"limit_data","attributes":{"bytes":900}}`,
	`{"name":"fault","type":"bandwidth","attributes":{"rate":30}}`,
	`{"name":"fault","type":"slicer","attributes":{"average_size":200,"size_variation":100,"delay":500}}`,
}

// work lets the clients work, breaks things, and takes samples, until the time is over.
func (s *soak) work(ctx context.Context) ([]*worker, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := make([]*worker, s.clients)
	errs := make([]error, s.clients+2)
	end := s.begin.Add(s.length)
	var all sync.WaitGroup
	for i := range workers {
		w := &worker{soak: s, id: i, ways: s.nodes}
		if i%3 == 2 {
			w.ways = s.lineURL // a third of them is far away
		}
		for u := i; u < len(s.users); u += s.clients {
			w.files = append(w.files, &file{user: s.users[u], acked: map[api.Revision]string{}})
		}
		workers[i] = w
		all.Go(func() {
			if errs[i] = w.work(ctx, end); errs[i] != nil {
				cancel()
			}
		})
	}
	all.Go(func() {
		if errs[s.clients] = s.breakThings(ctx, end); errs[s.clients] != nil {
			cancel()
		}
	})
	all.Go(func() {
		if errs[s.clients+1] = s.watch(ctx, end); errs[s.clients+1] != nil {
			cancel()
		}
	})
	all.Wait()
	return workers, errors.Join(errs...)
}

// pause waits, and reports whether there is time left.
func pause(ctx context.Context, d time.Duration, end time.Time) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return time.Now().Before(end)
	}
}

// breakThings breaks one thing after the other: it kills the second server, crashes Postgres, stops it in order, and
// disturbs the lines. It leaves everything whole.
func (s *soak) breakThings(ctx context.Context, end time.Time) error {
	for n := 0; pause(ctx, s.disturb, end.Add(-s.disturb/2)); n++ {
		switch n % 5 {
		case 0, 3:
			s.kills++
			s.servers[1].kill()
			pause(ctx, s.down, end)
			if err := s.startServer(context.WithoutCancel(ctx), 1); err != nil {
				return err
			}
		case 1, 4:
			s.crashes++
			stop := s.cluster.Kill
			if n%5 == 4 {
				stop = s.cluster.Stop
			}
			if err := errors.Join(stop(), s.cluster.Restart(context.WithoutCancel(ctx))); err != nil {
				return fmt.Errorf("restarting Postgres: %w", err)
			}
		default:
			for range 6 {
				s.faults++
				l := s.lines[rand.IntN(len(s.lines))]
				if _, err := l.Toxics.AddToxicJson(strings.NewReader(faults[rand.IntN(len(faults))])); err != nil {
					return fmt.Errorf("disturbing a line: %w", err)
				}
				pause(ctx, s.down/4, end)
				if err := l.Toxics.RemoveToxic(context.WithoutCancel(ctx), "fault"); err != nil {
					return fmt.Errorf("mending a line: %w", err)
				}
			}
		}
	}
	return nil
}

// watch takes a sample of the first server every now and then.
func (s *soak) watch(ctx context.Context, end time.Time) error {
	for n := 0; pause(ctx, s.length/60, end); n++ {
		now, err := s.sample(ctx, 0)
		if err != nil {
			if ctx.Err() != nil {
				return nil //nolint:nilerr // the soak ends
			}
			return err
		}
		s.samples = append(s.samples, now)
		if n%6 == 0 {
			s.progress("%4.0f s: %d requests, %d tries more, %v", time.Since(s.begin).Seconds(), s.requests.Load(), s.retries.Load(), now)
		}
	}
	return nil
}

// rest waits until the first server has no more to do than before, and returns what it needs then. It waits for longer than
// a server keeps an idle connection: toxiproxy forgets some when it disturbs a line.
func (s *soak) rest(ctx context.Context, before sample) (now sample, err error) {
	end := time.Now().Add(150 * time.Second)
	for n := 0; ; n++ {
		if now, err = s.sample(ctx, 0); err != nil {
			return now, err
		}
		settled := before != sample{} && now.goroutines <= before.goroutines && now.files-now.connections <= before.files-before.connections
		if settled || before == (sample{}) && n == 6 {
			return now, nil
		}
		if !pause(ctx, 250*time.Millisecond, end) {
			return now, ctx.Err()
		}
	}
}

// worker is one client, with files of its own in rooms of several users.
type worker struct {
	*soak

	id    int
	ways  []string
	files []*file
	conn  *conn
	way   int
	sent  int
}

type file struct {
	user  user
	rev   api.Revision
	text  string
	acked map[api.Revision]string
}

func (w *worker) work(ctx context.Context, end time.Time) error {
	defer w.hangUp()
	for n := 0; pause(ctx, w.pace/2+rand.N(w.pace), end); n++ {
		f := w.files[rand.IntN(len(w.files))]
		var err error
		switch rand.IntN(10) {
		case 0, 1:
			err = w.write(ctx, f)
		case 2, 3, 4, 5:
			err = w.read(ctx, f, request("GET", path(api.PathRoom, f.user.room)+"?content=true", f.user.token, "", nil), http.StatusOK)
		default:
			want := http.StatusNotModified
			if f.rev == 0 {
				want = http.StatusNotFound
			}
			err = w.read(ctx, f, request("GET", path(api.PathFile, f.user.room, "checker"), f.user.token, "If-None-Match: "+f.rev.ETag()+"\r\n", nil), want)
		}
		if err != nil {
			return fmt.Errorf("client %d: %w", w.id, err)
		}
	}
	return nil
}

func (w *worker) hangUp() {
	if w.conn != nil {
		w.conn.close()
		w.conn = nil
	}
}

// persist sends a request until it is answered by something else than that it should come again.
func (w *worker) persist(ctx context.Context, r []byte) (status int, body []byte, err error) {
	w.requests.Add(1)
	first := time.Now()
	for try := 0; ; try++ {
		if w.conn == nil {
			if w.conn, err = dial(w.ways[w.way]); err != nil {
				w.conn = nil
			}
		}
		if w.conn != nil {
			if status, body, err = w.conn.do(r); err != nil {
				w.hangUp()
				if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() && w.ways[w.way] == w.nodes[w.way] {
					w.complain("no answer at all: %v", err) // a server may not hang; a line may
				}
			}
		}
		if err == nil && status != http.StatusServiceUnavailable {
			w.took(first, try)
			return status, body, nil
		}
		w.retries.Add(1)
		w.hangUp()
		w.way = 1 - w.way
		select {
		case <-ctx.Done():
			return 0, nil, ctx.Err()
		case <-time.After(time.Duration(20+rand.IntN(80)) * time.Millisecond): // not in a tight loop
		}
	}
}

func (w *worker) took(first time.Time, try int) {
	took := time.Since(first)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outage = max(w.outage, took)
	if try == 0 && w.ways[w.way] == w.nodes[0] {
		quarter := min(int(4*first.Sub(w.begin)/w.length), 3)
		w.times[quarter] = append(w.times[quarter], took)
	}
}

func (w *worker) read(ctx context.Context, f *file, r []byte, want int) error {
	status, body, err := w.persist(ctx, r)
	if err == nil && status != want {
		w.complain("a read of %s is answered with %d, not %d: %.200s", f.user.room, status, want, body)
	}
	return err
}

func (s *soak) complain(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wrong) < 20 {
		s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
	}
}

func (w *worker) write(ctx context.Context, f *file) error {
	w.sent++
	text := fmt.Sprintf("client %d, write %d", w.id, w.sent) + strings.Repeat(" // filler", 100)
	put := api.PutFile{FileContent: api.FileContent{Name: "c.cpp", Content: []byte(text)}}
	key := fmt.Sprintf("If-Match: %s\r\nIdempotency-Key: soak-%d:%d\r\n", f.rev.ETag(), w.id, w.sent)
	status, body, err := w.persist(ctx, request("PUT", path(api.PathFile, f.user.room, "checker"), f.user.token, key, put))
	if err != nil {
		return err
	}
	var answer api.File
	if err := json.Unmarshal(body, &answer); err != nil || status != http.StatusOK {
		w.complain("a write to %s at %d is answered with %d: %.200s", f.user.room, f.rev, status, body)
		return nil //nolint:nilerr // it was told
	}
	f.rev, f.text = answer.Rev, text
	f.acked[answer.Rev] = text
	w.acked.Add(1)
	return nil
}

// lost counts acknowledged writes that are not in their room's history, and heads that are not what was
// acknowledged last.
func (s *soak) lost(ctx context.Context, workers []*worker) (lost int, err error) {
	for _, w := range workers {
		for _, f := range w.files {
			status, body, err := w.persist(ctx, request("GET", path(api.PathFile, f.user.room, "checker"), f.user.token, "", nil))
			if err != nil {
				return lost, err
			}
			var head api.File
			if f.rev != 0 && (status != http.StatusOK || json.Unmarshal(body, &head) != nil || head.Rev != f.rev || head.Content.String() != f.text) {
				s.complain("the head of %s is %d %.200s, and revision %d was acknowledged", f.user.room, status, body, f.rev)
				lost++
			}
			had, err := w.history(ctx, f)
			if err != nil {
				return lost, err
			}
			for rev, text := range f.acked {
				if had[rev] != len(text) {
					s.complain("revision %d of %s was acknowledged with %d bytes and has %d", rev, f.user.room, len(text), had[rev])
					lost++
				}
			}
		}
		w.hangUp()
	}
	return lost, nil
}

// history is the size of each revision.
func (w *worker) history(ctx context.Context, f *file) (map[api.Revision]int, error) {
	sizes := map[api.Revision]int{}
	cursor := ""
	for {
		status, body, err := w.persist(ctx, request("GET", path(api.PathFileRevisions, f.user.room, "checker")+"?cursor="+cursor, f.user.token, "", nil))
		if err != nil || status == http.StatusNotFound {
			return sizes, err
		}
		var page api.FileRevisions
		if err := json.Unmarshal(body, &page); err != nil || status != http.StatusOK {
			return nil, fmt.Errorf("the history is answered with %d: %.200s", status, body)
		}
		for _, r := range page.Revisions {
			sizes[r.Rev] = r.Size
		}
		if cursor = page.Next; cursor == "" {
			return sizes, nil
		}
	}
}

// deaf counts feeds that do not hear of a last write to each room.
func (s *soak) deaf(ctx context.Context, listeners []*listener, workers []*worker) (int, error) {
	written := make([][]wrote, len(s.users))
	for _, w := range workers {
		for i, f := range w.files {
			if err := w.write(ctx, f); err != nil {
				return 0, err
			}
			written[w.id+i*s.clients] = []wrote{{f.rev, time.Now()}}
		}
		w.hangUp()
	}
	deaf, _, err := s.settle(ctx, listeners, written)
	return deaf, err
}

// mean is the mean of a part of the samples.
func mean(samples []sample, of func(sample) float64) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += of(s)
	}
	return sum / float64(max(len(samples), 1))
}

// mayGrow is how much more of something the first server may need in the last quarter than in the second one.
const mayGrow = 1.05

func (s *soak) report(listeners []*listener, lost, deaf int, before, after sample) (string, error) {
	var problems []error
	for _, w := range s.wrong {
		problems = append(problems, errors.New(w))
	}
	if lost > 0 || deaf > 0 {
		problems = append(problems, fmt.Errorf("%d acknowledged writes lost, %d feeds deaf", lost, deaf))
	}
	// A few more or less come and go with the pool and the runtime.
	if after.goroutines > before.goroutines+10 || after.files-after.connections > before.files-before.connections+5 {
		problems = append(problems, fmt.Errorf("at rest there were %v, and are %v", before, after))
	}
	quarters := [4]sample{}
	for q := range quarters {
		part := s.samples[q*len(s.samples)/4 : (q+1)*len(s.samples)/4]
		quarters[q] = sample{
			mean(part, func(s sample) float64 { return s.memory }), mean(part, func(s sample) float64 { return s.heap }), mean(part, func(s sample) float64 { return s.goroutines }),
			mean(part, func(s sample) float64 { return s.files }), mean(part, func(s sample) float64 { return s.connections }),
		}
	}
	var p99 [4]time.Duration
	for q := range s.times {
		slices.Sort(s.times[q])
		p99[q] = result{times: s.times[q]}.at(0.99)
	}
	if s.length >= 5*time.Minute {
		if quarters[3].memory > mayGrow*quarters[1].memory {
			problems = append(problems, fmt.Errorf("the memory grew from %v to %v", quarters[1], quarters[3]))
		}
		if quarters[3].goroutines > mayGrow*quarters[1].goroutines || quarters[3].files > mayGrow*quarters[1].files {
			problems = append(problems, fmt.Errorf("goroutines or files grew from %v to %v", quarters[1], quarters[3]))
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "Written by `make soak-server`. %.0f minutes on %d processors: two processes of `stresstester-server serve`, Postgres with `fsync` on, %d clients that send a request every %v when they have the answer to the last\n(four tenths room reads, four tenths conditional reads, two tenths conditional writes), a third of them over lines with 5 to 45 ms of delay that are cut, starved and reset at times (toxiproxy), and %d change feeds.\n\n",
		s.length.Minutes(), runtime.NumCPU(), s.clients, s.pace, len(listeners))
	fmt.Fprintf(&out, "%d requests (%.0f a second), %d tries more because a line, a server or Postgres failed; the second server was killed (`kill -9`) %d times, Postgres was stopped %d times, every other time by `kill -9`, and lines were disturbed %d times.\n%d acknowledged writes: %d lost. %d feeds did not hear of the last write. Answers that nobody may get (anything but the one wanted, or 503): %d. The longest that a client had to try until it was answered: %.1f s.\n\n",
		s.requests.Load(), float64(s.requests.Load())/s.length.Seconds(), s.retries.Load(), s.kills, s.crashes, s.faults, s.acked.Load(), lost, deaf, len(s.wrong), s.outage.Seconds())
	fmt.Fprintf(&out, "The first server, which lived through all of it; means of each quarter, and 99 %% of the requests that were answered at the first try:\n\n| | at rest before | 1st quarter | 2nd | 3rd | 4th | at rest after |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	row := func(name, format string, of func(sample) float64) {
		fmt.Fprintf(&out, "| %s |", name)
		for _, s := range append(append([]sample{before}, quarters[:]...), after) {
			fmt.Fprintf(&out, " "+format+" |", of(s))
		}
		out.WriteString("\n")
	}
	row("resident memory, MiB", "%.1f", func(s sample) float64 { return s.memory / (1 << 20) })
	row("heap in use, MiB", "%.1f", func(s sample) float64 { return s.heap / (1 << 20) })
	row("goroutines", "%.0f", func(s sample) float64 { return s.goroutines })
	row("open files", "%.0f", func(s sample) float64 { return s.files })
	row("connections to Postgres", "%.0f", func(s sample) float64 { return s.connections })
	fmt.Fprintf(&out, "| 99 %% of the answers, ms | | %.1f | %.1f | %.1f | %.1f | |\n", ms(p99[0]), ms(p99[1]), ms(p99[2]), ms(p99[3]))
	return out.String(), errors.Join(problems...)
}
