package companion

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// DefaultPorts are those to which the extension sends without being told to, in
// the order in which they are tried. It sends to all of them, so that one is
// enough.
func DefaultPorts() []int { return []int{27121, 10045, 10043, 10042, 6174, 4244, 1327} }

// ParsePorts reads a list such as "27121,10045"; "off" is none, and nothing the
// default.
func ParsePorts(text string) ([]int, error) {
	switch text {
	case "":
		return DefaultPorts(), nil
	case "off":
		return nil, nil
	}
	var ports []int
	for word := range strings.SplitSeq(text, ",") {
		port, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || port < 1 || port > 65535 {
			return nil, fmt.Errorf("%q is no port; write \"off\" or ports such as 27121,10045", word)
		}
		ports = append(ports, port)
	}
	return ports, nil
}

const (
	// largestBody is far more than a problem with its samples needs.
	largestBody = 16 << 20
	// retryTime is how often a port that others have is tried again.
	retryTime = 30 * time.Second
	// batchTime is how long a contest's count is kept after its last problem.
	batchTime = 10 * time.Minute
)

// Listener answers the extension.
type Listener struct {
	ports   []int
	deliver func(Problem)
	log     *zap.Logger

	cancel context.CancelFunc
	group  sync.WaitGroup

	mu      sync.Mutex
	port    int // 0 while there is none
	server  *http.Server
	closed  bool
	why     string
	batches map[string]*arrived
}

type arrived struct {
	count int
	last  time.Time
}

// Listen begins to listen on the first of the ports that is free, now or later;
// no ports mean that there is nothing to listen for. deliver is called for every
// problem, one at a time, and must not wait for anything. Close must
// be called at its end.
func Listen(ctx context.Context, ports []int, deliver func(Problem), log *zap.Logger) *Listener {
	ctx, cancel := context.WithCancel(ctx)
	l := &Listener{ports: ports, deliver: deliver, log: log, cancel: cancel, batches: map[string]*arrived{}}
	if len(ports) == 0 {
		l.why = "turned off"
		return l
	}
	if !l.open(ctx) {
		l.group.Go(func() { l.retry(ctx) })
	}
	return l
}

// retry waits for a port to become free.
func (l *Listener) retry(ctx context.Context) {
	tick := time.NewTicker(retryTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if l.open(ctx) {
				return
			}
		}
	}
}

// open takes the first free port, and reports whether there is nothing more to
// try.
func (l *Listener) open(ctx context.Context) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return true
	}
	for _, port := range l.ports {
		listeners, err := bind(ctx, port)
		if err != nil {
			l.log.Info("a port for Competitive Companion is taken", zap.Int("port", port), zap.Error(err))
			continue
		}
		l.port = port
		l.server = &http.Server{
			Handler:           http.HandlerFunc(l.answer),
			ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 15 * time.Second, IdleTimeout: 5 * time.Second,
			MaxHeaderBytes: 16 << 10,
			ErrorLog:       zap.NewStdLog(l.log),
		}
		for _, listener := range listeners {
			l.group.Go(func() {
				if err := l.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
					l.log.Warn("listening for Competitive Companion ended", zap.Error(err))
				}
			})
		}
		return true
	}
	l.why = "all of its ports are taken by other programs (" + list(l.ports) + "); close them, or name another port in STRESSTESTER_COMPANION and in the extension"
	return false
}

func list(ports []int) string {
	var words []string
	for _, p := range ports {
		words = append(words, strconv.Itoa(p))
	}
	return strings.Join(words, ", ")
}

// bind takes a port of both loopback addresses: browsers differ in what they take
// localhost for. A machine without IPv6 has one of them.
func bind(ctx context.Context, port int) ([]net.Listener, error) {
	var config net.ListenConfig
	var listeners []net.Listener
	for _, host := range []string{"127.0.0.1", "::1"} {
		listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		switch {
		case err == nil:
			listeners = append(listeners, listener)
		case host == "::1" && !inUse(err):
		default:
			for _, open := range listeners {
				_ = open.Close()
			}
			return nil, err
		}
	}
	return listeners, nil
}

// Status is a sentence for people about the ports.
func (l *Listener) Status() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.port != 0 {
		return fmt.Sprintf("listening for Competitive Companion on port %d", l.port)
	}
	return "not listening for Competitive Companion: " + l.why
}

// Port is the port that it listens on, or 0.
func (l *Listener) Port() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.port
}

// Close gives the port up. It may be called more than once.
func (l *Listener) Close() {
	l.mu.Lock()
	l.closed = true
	server := l.server
	l.port, l.why = 0, "it is closed"
	l.mu.Unlock()
	l.cancel()
	if server != nil {
		_ = server.Close()
	}
	l.group.Wait()
}

// answer takes one request. The extension waits half a second and ignores what it
// is told; the texts are for those who look with other tools.
func (l *Listener) answer(w http.ResponseWriter, r *http.Request) {
	status, err := l.admit(r)
	if err == nil && r.Method == http.MethodOptions {
		allow(w, r)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if err == nil {
		status, err = l.take(w, r)
	}
	if err != nil {
		l.log.Info("refused a request on Competitive Companion's port", zap.Int("status", status), zap.Error(err), zap.String("origin", r.Header.Get("Origin")))
		http.Error(w, err.Error(), status)
		return
	}
	allow(w, r)
	w.WriteHeader(http.StatusOK)
}

// admit keeps web pages out. Every page in the browser can send to this port; what
// it cannot do is hide where it is from, or claim to be an extension.
func (l *Listener) admit(r *http.Request) (int, error) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	// Another name would be a page's that points its own name at this machine.
	if !slices.Contains([]string{"localhost", "127.0.0.1", "::1", "[::1]"}, host) {
		return http.StatusForbidden, fmt.Errorf("the host %q is not this machine", host)
	}
	if origin := r.Header.Get("Origin"); origin != "" && !fromExtension(origin) {
		return http.StatusForbidden, fmt.Errorf("%q is no browser extension", origin)
	}
	// The page itself navigating here has no origin, but says what it is.
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode == "navigate" {
		return http.StatusForbidden, errors.New("this is no page; it is for the browser extension Competitive Companion")
	}
	if r.Method != http.MethodPost && r.Method != http.MethodOptions {
		return http.StatusMethodNotAllowed, errors.New("problems are sent by POST")
	}
	return 0, nil
}

func fromExtension(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && slices.Contains([]string{"chrome-extension", "moz-extension", "safari-web-extension"}, u.Scheme)
}

// allow lets an extension without rights to this address read the answer.
func allow(w http.ResponseWriter, r *http.Request) {
	if origin := r.Header.Get("Origin"); origin != "" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
		w.Header().Set("Vary", "Origin")
	}
}

// take reads a problem and hands it on.
func (l *Listener) take(w http.ResponseWriter, r *http.Request) (int, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		// A page could send other types without asking first.
		return http.StatusUnsupportedMediaType, errors.New("problems are application/json")
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, fmt.Errorf("a problem has at most %d bytes", largestBody)
	case err != nil:
		return http.StatusBadRequest, fmt.Errorf("reading the request: %w", err)
	}
	p, err := Parse(data)
	if err != nil {
		return http.StatusBadRequest, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p.Batch.Index = l.count(p.Batch)
	l.deliver(p)
	return 0, nil
}

// count is the place of a problem in its batch.
func (l *Listener) count(b Batch) int {
	now := time.Now()
	for id, a := range l.batches {
		if now.Sub(a.last) > batchTime || len(l.batches) > 1000 {
			delete(l.batches, id)
		}
	}
	if b.Size <= 1 || b.ID == "" {
		return 0
	}
	a, ok := l.batches[b.ID]
	if !ok {
		a = &arrived{}
		l.batches[b.ID] = a
	}
	a.count++
	a.last = now
	return a.count - 1
}
