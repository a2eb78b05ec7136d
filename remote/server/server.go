// Package server assembles the shared server: database, authorization server, pages
// and API behind one handler, with what every request passes through. A server process
// keeps nothing that another could not take over; any number may run side by side.
//
// Start reading at [New]; the order of the outer handlers is in middleware.go.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"

	"stresstester/remote/api"
	"stresstester/remote/auth"
	"stresstester/remote/postgres"
	"stresstester/remote/postgres/authdb"
	"stresstester/remote/rooms"
	"stresstester/remote/web"
)

// A Server is one process of the shared server.
type Server struct {
	config   Config
	log      *zap.Logger
	db       *postgres.DB
	store    *authdb.Store
	handler  http.Handler
	registry *prometheus.Registry
	metrics  *metrics

	Authenticator *auth.Authenticator
	Accounts      *auth.Accounts

	stop    context.CancelFunc // ends what runs in the background
	working sync.WaitGroup
	rooms   *rooms.Service
}

// New opens the database, which must be migrated, and makes a server that is ready to
// [Server.Serve]. The standard library's default logger is redirected to log. Close it after use.
func New(ctx context.Context, config Config, log *zap.Logger) (*Server, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	slog.SetDefault(slog.New(zapslog.NewHandler(log.Core())))
	db, err := postgres.Open(ctx, config.Database)
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, log: log, db: db, store: authdb.New(db), registry: prometheus.NewRegistry()}
	s.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.metrics = newMetrics(s.registry, db)
	if err := s.assemble(); err != nil { //nolint:contextcheck // what it starts lives as long as the server
		s.rooms.Close()
		db.Close()
		return nil, err
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.working.Go(func() { s.sweep(background) })
	s.working.Go(func() { s.Authenticator.RecordUse(background) })
	return s, nil
}

func (s *Server) assemble() error {
	limits := api.DefaultLimits()
	limits.RequestsPerMin = max(s.config.RequestsPerMinute, 0) // 0: no bound
	if s.config.UserMiB != 0 {
		limits.UserBytes = int64(max(s.config.UserMiB, 0)) << 20 // 0: no bound
	}
	s.rooms = rooms.New(s.db, rooms.Options{Limits: &limits, Server: s.config.Version, Log: s.log, MaxFeeds: s.config.MaxFeeds, SignedOut: s.store.SignedOut})
	tokens, err1 := auth.NewSealer(s.config.Secret, auth.PurposeTokens)
	keys, err2 := auth.NewSealer(s.config.Secret, auth.PurposeKeys)
	flows, err3 := auth.NewSealer(s.config.Secret, auth.PurposeFlows)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	s.Authenticator = auth.NewAuthenticator(s.store, tokens)
	if strings.HasPrefix(s.config.PublicURL, "https://") {
		s.Authenticator.OnlySecureCookies()
	}
	s.Accounts = auth.NewAccounts(s.store, auth.NewHasher(0), s.Authenticator, s.config.Limits)
	provider, err := auth.NewProvider(s.config.PublicURL, s.store, tokens, keys, s.Authenticator, s.Accounts)
	if err != nil {
		return fmt.Errorf("starting the authorization server: %w", err)
	}
	var upstreams []*auth.Upstream
	for _, u := range s.config.Upstreams {
		upstreams = append(upstreams, auth.NewUpstream(s.config.PublicURL, u))
	}
	pages, err := web.New(web.Config{
		Issuer: s.config.PublicURL, Store: s.store, Accounts: s.Accounts, Provider: provider, Authenticator: s.Authenticator, Rooms: s.rooms,
		Upstreams: upstreams, Sealer: flows, SignUpClosed: s.config.SignUpClosed,
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("/v1/", s.rooms.Handler())
	provider.Register(mux)
	pages.Register(mux)
	s.handler = s.outer(mux)
	return nil
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}

// readyz tells a load balancer whether to send requests here.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.db.Ping(ctx); err != nil {
		s.log.Warn("not ready", zap.Error(err))
		answer(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	answer(w, http.StatusOK, "ready")
}

// Handler serves everything but the metrics.
func (s *Server) Handler() http.Handler { return s.handler }

// Metrics serves the metrics and Go's profiles, on a listener that only operators reach.
func (s *Server) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	return mux
}

// Serve answers requests on the listeners until ctx ends, then lets those under way finish.
// metrics may be nil.
func (s *Server) Serve(ctx context.Context, listener, metrics net.Listener) error {
	requests, drop := context.WithCancel(context.WithoutCancel(ctx))
	defer drop()
	main := &http.Server{
		Handler: s.handler, ErrorLog: zap.NewStdLog(s.log), BaseContext: func(net.Listener) context.Context { return requests },
		// No WriteTimeout: change feeds stay open. Reading a body is bounded by limits and ReadTimeout per route.
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
	servers := []*http.Server{main}
	failed := make(chan error, 2)
	go func() { failed <- main.Serve(listener) }()
	if metrics != nil {
		m := &http.Server{Handler: s.Metrics(), ErrorLog: zap.NewStdLog(s.log), ReadHeaderTimeout: 5 * time.Second}
		servers = append(servers, m)
		go func() { failed <- m.Serve(metrics) }()
	}
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		s.log.Info("shutting down", zap.Duration("at most", s.config.ShutdownTimeout))
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.ShutdownTimeout)
	defer cancel()
	s.rooms.Drain() // Shutdown would wait for the change feeds
	for _, server := range servers {
		if e := server.Shutdown(end); e != nil {
			drop()
			err = errors.Join(err, fmt.Errorf("shutting down: %w", errors.Join(e, server.Close())))
		}
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Close ends the background work and the database's connections.
func (s *Server) Close() {
	s.stop()
	s.rooms.Close()
	s.working.Wait()
	s.db.Close()
}

// sweep deletes what has expired, every ten minutes.
func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		if n, err := s.store.Sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Warn("sweeping failed; the next round makes up for it", zap.Error(err))
		} else if n > 0 {
			s.log.Debug("swept", zap.Int64("rows", n))
		}
		if _, err := s.rooms.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("tidying the rooms failed; the next round makes up for it", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
