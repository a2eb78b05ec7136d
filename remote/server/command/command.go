// Package command is the command line of stresstester-server. It is a package of its own so
// that tests can start real server processes from their own binary.
package command

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"stresstester/remote/postgres"
	"stresstester/remote/postgres/local"
	"stresstester/remote/server"
)

// Run runs the command line until it is done or ctx ends, and returns the exit status: 0 done,
// 1 failed, 2 the configuration or the arguments are wrong.
func Run(ctx context.Context, version string, args []string, stdout, stderr io.Writer) int {
	c := &command{version: version, stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use: "stresstester-server", Short: "The shared server of Stress Tester", Version: version,
		SilenceUsage: true, SilenceErrors: true,
		Long: `Accounts, rooms that sync across machines, and their pages.

Settings come from the environment and from the file .env in the working folder; the
environment wins. Each NAME may be given as NAME_FILE, the path of a file that holds it.

  POSTGRES_USR POSTGRES_PSW POSTGRES_HOST POSTGRES_PORT POSTGRES_DB_NAME  the database
  OAUTH_SECRET_KEY                what keys are derived from; openssl rand -base64 32
  STRESSTESTER_PUBLIC_URL         how people reach the server, https://…
  STRESSTESTER_LISTEN             default 127.0.0.1:8080
  STRESSTESTER_METRICS_LISTEN     default 127.0.0.1:9090; off for none
  STRESSTESTER_TRUSTED_PROXIES    networks whose X-Forwarded-For is believed
  STRESSTESTER_SIGN_UP_CLOSED     true: nobody makes accounts with a password by themselves
  GITHUB_CLIENT_ID GITHUB_CLIENT_SECRET                     sign-in with GitHub
  OIDC_ISSUER OIDC_CLIENT_ID OIDC_CLIENT_SECRET OIDC_LABEL  sign-in with OpenID Connect

docs/server.md explains them all.`,
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.PersistentFlags().StringVar(&c.env, "env-file", ".env", "file of further settings; empty for none")
	serve := &cobra.Command{Use: "serve", Short: "Answer requests until told to end", Args: cobra.NoArgs,
		Long: "Answers requests until it gets SIGTERM or SIGINT, then lets those under way finish.\nThe database must be migrated (stresstester-server migrate).",
		RunE: func(*cobra.Command, []string) error { return c.serve(ctx) }}
	serve.Flags().BoolVar(&c.dev, "dev", false, "try it out: start a throw-away Postgres from the installed binaries, migrate it, and make up a secret")
	migrate := &cobra.Command{Use: "migrate", Short: "Bring the database's schema to this version", Args: cobra.NoArgs,
		Long: "Brings the database's schema to this version. The database's user must own the database and,\nthe first time, be allowed to create a role (or the role " + postgres.Role + " must exist).",
		RunE: func(*cobra.Command, []string) error { return c.migrate(ctx) }}
	root.AddCommand(serve, migrate, c.adminCommand(ctx))
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "stresstester-server:", err)
	if errors.Is(err, server.ErrConfig) || strings.HasPrefix(err.Error(), "unknown ") {
		return 2
	}
	return 1
}

type command struct {
	version, env   string
	dev            bool
	stdout, stderr io.Writer
}

func (c *command) config() (server.Config, error) {
	get, err := server.Environment(c.env)
	if err != nil {
		return server.Config{}, err
	}
	return server.Load(get)
}

// logger writes JSON lines, for collectors.
func (c *command) logger() *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.Lock(zapcore.AddSync(c.stderr)), zap.InfoLevel))
}

func (c *command) migrate(ctx context.Context) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	done, err := postgres.Migrate(ctx, config.Database)
	for _, m := range done {
		fmt.Fprintf(c.stdout, "applied %s in %v\n", m.Name, m.Duration.Round(1e6))
	}
	if err == nil && len(done) == 0 {
		fmt.Fprintln(c.stdout, "nothing to do: the schema is up to date")
	}
	return err
}

func (c *command) serve(ctx context.Context) (err error) {
	config, err := c.config()
	if err != nil {
		return err
	}
	if c.dev {
		cluster, err := c.tryOut(ctx, &config)
		if err != nil {
			return err
		}
		defer func() {
			fmt.Fprintln(c.stderr, "removing the throw-away Postgres and everything in it")
			if e := cluster.Close(); e != nil {
				fmt.Fprintln(c.stderr, "stresstester-server:", e)
			}
		}()
	}
	config.Version = c.version
	log := c.logger()
	s, err := server.New(ctx, config, log)
	if err != nil {
		return err
	}
	defer s.Close()
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", config.Listen)
	if err != nil {
		return fmt.Errorf("listening (STRESSTESTER_LISTEN): %w", err)
	}
	var metrics net.Listener
	if config.MetricsListen != "off" {
		if metrics, err = lc.Listen(ctx, "tcp", config.MetricsListen); err != nil {
			return errors.Join(fmt.Errorf("listening for metrics (STRESSTESTER_METRICS_LISTEN): %w", err), listener.Close())
		}
	}
	// For people and for scripts that wait for it.
	fmt.Fprintf(c.stdout, "listening on %s\n", listener.Addr())
	return s.Serve(ctx, listener, metrics)
}

// tryOut starts a Postgres that ends with this process and completes config to use it.
func (c *command) tryOut(ctx context.Context, config *server.Config) (*local.Cluster, error) {
	cluster, err := local.Start(ctx, local.Options{})
	if err != nil {
		return nil, fmt.Errorf("starting a throw-away Postgres: %w", err)
	}
	const name = "stresstester"
	err = cluster.Exec(ctx, "create database "+name)
	if err == nil {
		config.Database = cluster.Config(name)
		_, err = postgres.Migrate(ctx, config.Database)
	}
	if err != nil {
		return nil, errors.Join(err, cluster.Close())
	}
	fmt.Fprintf(c.stderr, "trying it out: a throw-away Postgres runs in %s; it and all data end with this process\n", config.Database.Host)
	if len(config.Secret) == 0 {
		secret := make([]byte, 32)
		rand.Read(secret)
		config.Secret = []byte(base64.StdEncoding.EncodeToString(secret))
		fmt.Fprintln(c.stderr, "trying it out: OAUTH_SECRET_KEY is made up for this process")
	}
	if config.PublicURL == "" {
		fmt.Fprintf(c.stderr, "trying it out: open http://%s\n", config.Listen)
	}
	return cluster, nil
}
