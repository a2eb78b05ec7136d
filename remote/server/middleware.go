package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"golang.org/x/time/rate"

	"stresstester/remote/api"
	"stresstester/remote/auth"
	"stresstester/remote/postgres"
)

// outer wraps the routes in what every request passes, from the outside in: the log and
// the metrics, recovery, where the request comes from, headers, whether there is room for it, the
// size limit, how long it may take, requests of other sites, who acts, and the rate limit.
func (s *Server) outer(mux *http.ServeMux) http.Handler {
	cross := http.NewCrossOriginProtection()
	if err := cross.AddTrustedOrigin(s.config.PublicURL); err != nil {
		s.log.Warn("the public URL is no origin", zap.Error(err))
	}
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusForbidden, "This request came from another site and was refused.")
	}))
	var h http.Handler = mux
	h = s.limit(h)
	h = s.Authenticator.Middleware(h)
	h = cross.Handler(h)
	h = s.patience(h)
	h = s.bodies(h)
	h = s.room(h)
	h = s.headers(h)
	h = s.origin(h)
	h = s.recover(h)
	return s.observe(h, mux)
}

// recorder remembers an answer's status and size for the log.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Flush is for writers that ask for http.Flusher directly.
func (r *recorder) Flush() { _ = http.NewResponseController(r.ResponseWriter).Flush() }

// Hijack is for writers that ask for http.Hijacker directly.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// observe logs and counts. Paths are logged, queries and headers never: they may hold secrets.
func (s *Server) observe(next http.Handler, mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w}
		id := requestID()
		rec.Header().Set("X-Request-Id", id)
		_, route := mux.Handler(r)
		s.metrics.inFlight.Inc()
		defer func() {
			s.metrics.inFlight.Dec()
			took := time.Since(start)
			if rec.status == 0 {
				rec.status = http.StatusOK
			}
			s.metrics.requests.WithLabelValues(route, r.Method, strconv.Itoa(rec.status)).Observe(took.Seconds())
			if route == "GET /healthz" || route == "GET /readyz" {
				return
			}
			fields := []zap.Field{
				zap.String("request", id), zap.String("method", r.Method), zap.String("route", route), zap.Int("status", rec.status),
				zap.Int64("bytes", rec.bytes), zap.Duration("took", took), zap.String("ip", s.clientIP(r)),
			}
			if rec.status >= 500 {
				s.log.Error("request", fields...)
			} else {
				s.log.Info("request", fields...)
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

func requestID() string {
	id := uuid.New()
	return id.String()[:13]
}

// recover turns a panic into an answer and a line of the log.
func (s *Server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler { //nolint:errorlint // compared by identity, as net/http does
				panic(v)
			}
			s.metrics.panics.Inc()
			s.log.Error("a handler panicked", zap.String("method", r.Method), zap.String("path", r.URL.Path), zap.Any("panic", v), zap.ByteString("stack", debug.Stack()))
			answer(w, http.StatusInternalServerError, "The server made a mistake. It was recorded.")
		}()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) origin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := auth.WithOrigin(r.Context(), auth.Origin{IP: s.clientIP(r), UserAgent: r.UserAgent()})
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// clientIP is the address of who asks. X-Forwarded-For counts as far as trusted proxies have written it.
func (s *Server) clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(host); i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
	}
	return host
}

func (s *Server) trusted(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, prefix := range s.config.TrustedProxies {
		if prefix.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

func (s *Server) headers(next http.Handler) http.Handler {
	secure := strings.HasPrefix(s.config.PublicURL, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) bodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(w, r.Body, s.config.MaxBody)
			// A body that trickles in must not hold a connection for ever. Servers without a
			// connection (tests) cannot set deadlines and need none.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Minute))
		}
		next.ServeHTTP(w, r)
	})
}

// room takes no more requests than this process can answer in time: what is over that is told at once to
// come again, instead of waiting in line until nobody waits for the answer any more. Change
// feeds, which stay, have a bound of their own; whether the process lives can always be asked.
func (s *Server) room(next http.Handler) http.Handler {
	places := make(chan struct{}, s.config.MaxRequests)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == api.PathEvents || r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			next.ServeHTTP(w, r)
		default:
			s.metrics.crowded.Inc()
			w.Header().Set("Retry-After", "2")
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, `{"title":"Service Unavailable","status":503,"code":"unavailable","detail":"this server answers as many requests as it can at the moment; try again in a few seconds"}`)
		}
	})
}

// patience ends the wait for the database after a time, counted from when the request was read: if the database hangs,
// or is asked for more than it can, clients are told so. Change feeds see to that by themselves.
func (s *Server) patience(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == api.PathEvents {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		over := time.AfterFunc(s.config.AnswerTimeout, cancel)
		defer over.Stop()
		r = r.WithContext(ctx)
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = slowBody{r.Body, func() { over.Reset(s.config.AnswerTimeout) }}
		}
		next.ServeHTTP(w, r)
	})
}

// slowBody tells of every part that was read.
type slowBody struct {
	io.ReadCloser

	read func()
}

func (b slowBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read()
	return n, err
}

// limit bounds the requests of one user, or of one address that shows nothing. It is a
// guard of this process against overload; limits on guessing are in the database.
func (s *Server) limit(next http.Handler) http.Handler {
	if s.config.RequestsPerMinute < 0 {
		return next
	}
	limiters := &limiters{perMinute: s.config.RequestsPerMinute, by: map[string]*rate.Limiter{}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := "ip " + s.clientIP(r)
		if who, ok := auth.FromContext(r.Context()); ok {
			key = who.User.String()
		}
		// The API counts by itself, with its own answer.
		counted := !strings.HasPrefix(r.URL.Path, "/static/") && !strings.HasPrefix(r.URL.Path, "/v1/")
		if counted && !limiters.allow(key) {
			s.metrics.limited.Inc()
			w.Header().Set("Retry-After", "5")
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprintln(w, `{"title":"Too Many Requests","status":429,"detail":"more than the server allows; wait some seconds"}`)
			return
		}
		next.ServeHTTP(w, r)
	})
}

type limiters struct {
	perMinute int
	mu        sync.Mutex
	by        map[string]*rate.Limiter
}

func (l *limiters) allow(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter := l.by[key]
	if limiter == nil {
		if len(l.by) > 50_000 {
			clear(l.by) // forgets, in favour of whoever asks, rather than grow
		}
		limiter = rate.NewLimiter(rate.Limit(float64(l.perMinute)/60), max(l.perMinute/4, 10))
		l.by[key] = limiter
	}
	return limiter.Allow()
}

type metrics struct {
	requests *prometheus.HistogramVec
	inFlight prometheus.Gauge
	limited  prometheus.Counter
	crowded  prometheus.Counter
	panics   prometheus.Counter
}

func newMetrics(registry *prometheus.Registry, db *postgres.DB) *metrics {
	m := &metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "stresstester_http_request_duration_seconds", Help: "Time to answer, by route, method and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"route", "method", "status"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "stresstester_http_requests_in_flight", Help: "Requests being answered, change feeds included."}),
		limited:  prometheus.NewCounter(prometheus.CounterOpts{Name: "stresstester_http_requests_limited_total", Help: "Requests refused by the rate limit."}),
		crowded:  prometheus.NewCounter(prometheus.CounterOpts{Name: "stresstester_http_requests_crowded_total", Help: "Requests refused because too many were being answered."}),
		panics:   prometheus.NewCounter(prometheus.CounterOpts{Name: "stresstester_http_panics_total", Help: "Handlers that panicked."}),
	}
	registry.MustRegister(m.requests, m.inFlight, m.limited, m.crowded, m.panics)
	for name, value := range map[string]func(postgres.PoolStats) float64{
		"acquired":  func(s postgres.PoolStats) float64 { return float64(s.Acquired) },
		"idle":      func(s postgres.PoolStats) float64 { return float64(s.Idle) },
		"max":       func(s postgres.PoolStats) float64 { return float64(s.Max) },
		"exhausted": func(s postgres.PoolStats) float64 { return float64(s.Waited) },
	} {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "stresstester_database_connections", Help: "Connections of the pool; exhausted counts waits for one.",
			ConstLabels: prometheus.Labels{"state": name},
		}, func() float64 { return value(db.Stats()) }))
	}
	return m
}
