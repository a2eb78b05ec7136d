package server

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"stresstester/remote/auth"
	"stresstester/remote/postgres"
)

// Config is everything an operator decides. [Load] reads it from the environment.
type Config struct {
	// Listen is the address of the server. Default: 127.0.0.1:8080.
	Listen string
	// MetricsListen is the address of the metrics, which are for operators only. Default:
	// 127.0.0.1:9090. "off": none.
	MetricsListen string
	// PublicURL is how browsers and clients reach the server, and the issuer of its tokens: https,
	// or http on a loopback address. Default: http:// and Listen, if that is loopback.
	PublicURL string
	Database  postgres.Config
	// Secret is what all keys are derived from: 32 bytes or more. Changing it logs everybody out.
	Secret    []byte
	Upstreams []auth.UpstreamConfig
	// SignUpClosed lets nobody make an account with a password by themselves.
	SignUpClosed bool
	// TrustedProxies are the load balancers whose X-Forwarded-For is believed. Default: none.
	TrustedProxies []netip.Prefix
	// ShutdownTimeout is how long requests may go on after the server was told to end. Default: 20 s.
	ShutdownTimeout time.Duration
	// Limits of attempts, per minute. Zero fields have defaults.
	Limits auth.Limits
	// RequestsPerMinute bounds one user's (or, signed out, one address') requests to one server
	// process. Default: 600. Negative: no bound.
	RequestsPerMinute int
	// UserMiB is how much is kept of the rooms that one user made, in MiB; -1 for any amount,
	// 0 for the default.
	UserMiB int
	// MaxRequests bounds the requests that one process answers at the same time; more are told to come
	// again. Default: 1000.
	MaxRequests int
	// MaxFeeds bounds the change feeds that one process keeps open. Default: 20,000.
	MaxFeeds int
	// AnswerTimeout is how long an answer may take, from when the request was read. Default: 10 s.
	AnswerTimeout time.Duration
	// MaxBody bounds a request's body, in bytes. Default: 8 MiB. Single routes have lower bounds.
	MaxBody int64
	// Version is the build that the API's capabilities name.
	Version string
}

// ErrConfig means that a setting is missing or wrong. The text names it and says what to do.
var ErrConfig = errors.New("the configuration is not usable")

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
}

// Environment gives the settings by name: those of the process, then those of a file
// of lines NAME=value if there is one. An empty name of the file means none.
func Environment(file string) (func(name string) string, error) {
	values := map[string]string{}
	if file != "" {
		f, err := os.Open(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("reading the settings: %w", err)
		default:
			defer f.Close()
			if err := readEnv(f, values); err != nil {
				return nil, fmt.Errorf("reading the settings in %s: %w", file, err)
			}
		}
	}
	return func(name string) string {
		if value, ok := os.LookupEnv(name); ok {
			return value
		}
		return values[name]
	}, nil
}

func readEnv(f fs.File, values map[string]string) error {
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "export "))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			return wrong("line %d is not NAME=value", n)
		}
		value = strings.TrimSpace(value)
		if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}
		values[strings.TrimSpace(name)] = value
	}
	return lines.Err()
}

// Load reads a configuration. Every setting NAME may be given as NAME_FILE instead, the
// path of a file that holds it, which keeps secrets out of the environment.
func Load(get func(string) string) (Config, error) {
	s := settings{get: get}
	c := Config{
		Listen:        s.or("STRESSTESTER_LISTEN", "127.0.0.1:8080"),
		MetricsListen: s.or("STRESSTESTER_METRICS_LISTEN", "127.0.0.1:9090"),
		PublicURL:     strings.TrimSuffix(s.value("STRESSTESTER_PUBLIC_URL"), "/"),
		SignUpClosed:  s.flag("STRESSTESTER_SIGN_UP_CLOSED"),
		Secret:        []byte(s.value("OAUTH_SECRET_KEY")),
		Database: postgres.Config{
			User: s.or("POSTGRES_USR", ""), Password: s.value("POSTGRES_PSW"), Host: s.or("POSTGRES_HOST", "127.0.0.1"),
			Port: s.number("POSTGRES_PORT", 5432), Database: s.or("POSTGRES_DB_NAME", ""), SSLMode: s.value("POSTGRES_SSLMODE"),
			MaxConns: s.number("POSTGRES_MAX_CONNS", 0),
		},
		RequestsPerMinute: s.number("STRESSTESTER_REQUESTS_PER_MINUTE", 0),
		UserMiB:           s.number("STRESSTESTER_USER_MIB", 0),
		MaxRequests:       s.number("STRESSTESTER_MAX_REQUESTS", 0),
		MaxFeeds:          s.number("STRESSTESTER_MAX_FEEDS", 0),
		AnswerTimeout:     time.Duration(s.number("STRESSTESTER_ANSWER_SECONDS", 0)) * time.Second,
	}
	c.Limits = auth.Limits{}.Times(s.number("STRESSTESTER_ATTEMPTS_FACTOR", 1))
	for _, text := range strings.FieldsFunc(s.value("STRESSTESTER_TRUSTED_PROXIES"), func(r rune) bool { return r == ',' || r == ' ' }) {
		prefix, err := netip.ParsePrefix(text)
		if addr, err2 := netip.ParseAddr(text); err != nil && err2 == nil {
			prefix, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			s.fail(wrong("STRESSTESTER_TRUSTED_PROXIES: %q is no address and no network such as 10.0.0.0/8", text))
		}
		c.TrustedProxies = append(c.TrustedProxies, prefix)
	}
	if id := s.value("GITHUB_CLIENT_ID"); id != "" {
		c.Upstreams = append(c.Upstreams, auth.UpstreamConfig{
			Name: "github", Label: "GitHub", ClientID: id, ClientSecret: s.value("GITHUB_CLIENT_SECRET"),
			GitHubURL: strings.TrimSuffix(s.value("GITHUB_URL"), "/"), GitHubAPIURL: strings.TrimSuffix(s.value("GITHUB_API_URL"), "/"),
		})
	}
	if issuer := s.value("OIDC_ISSUER"); issuer != "" {
		c.Upstreams = append(c.Upstreams, auth.UpstreamConfig{
			Name: "oidc", Label: s.or("OIDC_LABEL", "your organisation"), Issuer: issuer,
			ClientID: s.value("OIDC_CLIENT_ID"), ClientSecret: s.value("OIDC_CLIENT_SECRET"), Scopes: strings.Fields(s.value("OIDC_SCOPES")),
		})
	}
	return c, s.err
}

type settings struct {
	get func(string) string
	err error
}

func (s *settings) fail(err error) { s.err = errors.Join(s.err, err) }

func (s *settings) value(name string) string {
	if value := s.get(name); value != "" {
		return value
	}
	file := s.get(name + "_FILE")
	if file == "" {
		return ""
	}
	data, err := os.ReadFile(file)
	if err != nil {
		s.fail(wrong("%s_FILE: %v", name, err))
	}
	return strings.TrimRight(string(data), "\r\n")
}

func (s *settings) or(name, value string) string {
	if v := s.value(name); v != "" {
		return v
	}
	return value
}

func (s *settings) number(name string, value int) int {
	text := s.value(name)
	if text == "" {
		return value
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		s.fail(wrong("%s is %q, not a number", name, text))
	}
	return n
}

func (s *settings) flag(name string) bool {
	text := s.value(name)
	if text == "" {
		return false
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		s.fail(wrong("%s is %q; it must be true or false", name, text))
	}
	return b
}

// complete fills in what follows from the rest and refuses what is not safe to run with.
func (c *Config) complete() error {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:8080"
	}
	if c.ShutdownTimeout == 0 {
		c.ShutdownTimeout = 20 * time.Second
	}
	if c.RequestsPerMinute == 0 {
		c.RequestsPerMinute = 600
	}
	if c.MaxRequests < 0 || c.MaxFeeds < 0 || c.AnswerTimeout < 0 {
		return wrong("STRESSTESTER_MAX_REQUESTS, STRESSTESTER_MAX_FEEDS and STRESSTESTER_ANSWER_SECONDS must be greater than 0, or left out")
	}
	if c.MaxRequests == 0 {
		c.MaxRequests = 1000
	}
	if c.AnswerTimeout == 0 {
		c.AnswerTimeout = 10 * time.Second
	}
	if c.MaxBody == 0 {
		c.MaxBody = 8 << 20
	}
	if c.PublicURL == "" && loopback(c.Listen) {
		c.PublicURL = "http://" + c.Listen
	}
	if c.PublicURL == "" {
		return wrong("STRESSTESTER_PUBLIC_URL is missing: set it to the address people use, such as https://stress.example.org")
	}
	u, err := url.Parse(c.PublicURL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return wrong("STRESSTESTER_PUBLIC_URL is %q, not a URL such as https://stress.example.org", c.PublicURL)
	case u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return wrong("STRESSTESTER_PUBLIC_URL is %q; it must have nothing after the host and port", c.PublicURL)
	case u.Scheme == "http" && !loopback(u.Host):
		return wrong("STRESSTESTER_PUBLIC_URL is %q; passwords and tokens need https, except on a loopback address", c.PublicURL)
	}
	if err := checkSecret(c.Secret); err != nil {
		return err
	}
	if c.Database.User == "" || c.Database.Database == "" {
		return wrong("POSTGRES_USR and POSTGRES_DB_NAME are needed, and usually POSTGRES_PSW and POSTGRES_HOST; or try the server out with: stresstester-server serve --dev")
	}
	if host := c.Database.Host; !strings.HasPrefix(host, "/") && defaultPasswords[strings.ToLower(c.Database.Password)] {
		return wrong("POSTGRES_PSW is a default password that everybody tries first; give the database another")
	}
	for _, up := range c.Upstreams {
		if up.ClientID == "" || up.ClientSecret == "" {
			return wrong("signing in with %s needs a client ID and a client secret", up.Label)
		}
	}
	return nil
}

var defaultPasswords = map[string]bool{
	"": true, "postgres": true, "password": true, "admin": true, "root": true, "secret": true, "changeme": true, "test": true,
	"example": true, "12345": true, "123456": true, "12345678": true, "yoursecurepassword": true, "your_password": true,
}

// checkSecret refuses secrets that somebody could guess.
func checkSecret(secret []byte) error {
	const how = "make one with: openssl rand -base64 32"
	lower := strings.ToLower(string(secret))
	distinct := map[byte]bool{}
	for _, b := range secret {
		distinct[b] = true
	}
	switch {
	case len(secret) == 0:
		return wrong("OAUTH_SECRET_KEY is missing; %s", how)
	case len(secret) < 32:
		return wrong("OAUTH_SECRET_KEY has %d bytes and needs at least 32; %s", len(secret), how)
	case len(distinct) < 10:
		return wrong("OAUTH_SECRET_KEY repeats itself; %s", how)
	case strings.Contains(lower, "changeme") || strings.Contains(lower, "change-me") || strings.Contains(lower, "change_me") ||
		strings.Contains(lower, "your-secret") || strings.Contains(lower, "your_secret") ||
		// A key of a widely copied tutorial.
		lower == "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7":
		return wrong("OAUTH_SECRET_KEY is a published example; %s", how)
	}
	return nil
}

// loopback reports whether host:port, or host, is this machine only.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}
