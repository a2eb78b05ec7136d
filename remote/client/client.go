// Package client talks to the shared server: the rooms API over HTTP, the change
// feed, and the sign-in of a person at a keyboard.
//
// The server may be down, slow, old or lying: every request has a time limit,
// every answer a size limit, and what comes back is checked before it is used.
// What can be asked again is asked again, with growing pauses. Start reading at
// Client; login.go has the sign-in, tokens.go and store.go the tokens.
package client

import (
	"bytes"
	"context"
	"encoding/json"
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
	"time"
	"unicode"

	"stresstester/remote/api"
)

// What a request may cost.
const (
	// DefaultTimeout is the time that one try of a request gets.
	DefaultTimeout = 20 * time.Second
	// maxAnswer is the size of the largest answer that is read: a room's content as
	// JSON, with room for escapes.
	maxAnswer = 64 << 20
	// maxProblem is that of an answer that says no.
	maxProblem = 8 << 20
	// largeAnswer is the size from which answers are read one at a time.
	largeAnswer = 1 << 20
	// maxSentence is the length in bytes of the longest sentence of a server's that is shown.
	maxSentence = 600
)

// large is held by whoever reads a large answer, so that several servers, or rooms, do
// not fill the memory together.
var large = make(chan struct{}, 1)

// Client talks to one server.
type Client struct {
	// Base is the server's address, such as https://stress.example.org.
	Base string
	// HTTP sends the requests; nil means a client of its own.
	HTTP *http.Client
	// Token gives the bearer token of each request, and is asked for another one when
	// the server did not take it. Nil means that nobody is signed in.
	Token TokenSource
	// Agent is told to the server, such as stresstester/1.2.
	Agent string
	// Timeout is that of one try; 0 means DefaultTimeout.
	Timeout time.Duration
	// Tries is how often a request is tried in all; 0 means 3, 1 not to try again.
	Tries int
	// Pause is the first pause between tries; 0 means a quarter of a second.
	Pause time.Duration
}

// TokenSource gives tokens.
type TokenSource interface {
	// Token is a token that is good now. refused is one that the server did not take,
	// or empty.
	Token(ctx context.Context, refused string) (string, error)
}

// Normalize makes an address of what people type.
func Normalize(server string) (string, error) {
	text := strings.TrimRight(strings.TrimSpace(server), "/")
	if text == "" {
		return "", errors.New("no server is named; say which, such as https://stress.example.org")
	}
	if !strings.Contains(text, "://") {
		host, _, _ := strings.Cut(text, ":")
		if host == "localhost" || host == "127.0.0.1" || host == "[" {
			text = "http://" + text
		} else {
			text = "https://" + text
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return "", fmt.Errorf("%q is not a server's address; it looks like https://stress.example.org", server)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return "", fmt.Errorf("%s is not encrypted, and anybody on the way could read your token; use https", server)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + strings.TrimRight(u.Path, "/"), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// request is one call of the API.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         any
	// out takes the answer; nil where there is none.
	out any
	// once says that the request must not be sent again by itself.
	once bool
}

// transport is shared so that connections are.
var transport = func() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxResponseHeaderBytes = 1 << 20
	t.ResponseHeaderTimeout = DefaultTimeout
	t.MaxIdleConnsPerHost = 8
	return t
}()

func (c *Client) http() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	// A token does not follow to wherever a server points.
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// do sends a request until there is an answer, or no sense in trying.
func (c *Client) do(ctx context.Context, r request) error {
	var body []byte
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return fmt.Errorf("encoding a request: %w", err)
		}
	}
	tries := c.Tries
	if tries == 0 {
		tries = 3
	}
	pauses := backoff{first: c.Pause}
	refused := ""
	for try := 1; ; try++ {
		token, err := c.token(ctx, refused)
		if err != nil {
			return err
		}
		err = c.try(ctx, r, body, token)
		var p *api.Problem
		isProblem := errors.As(err, &p)
		switch {
		case err == nil:
			return nil
		case isProblem && p.Status == http.StatusUnauthorized && refused == "" && c.Token != nil:
			refused = token // once: the token may have ended meanwhile
			continue
		case isProblem && !p.Temporary(), !isProblem && !errors.Is(err, ErrUnreachable):
			return err // asked again it would say the same
		case ctx.Err() != nil, r.once, try >= tries:
			return err
		}
		after := time.Duration(0)
		if isProblem {
			after = time.Duration(p.RetryAfter) * time.Second
		}
		if !pauses.wait(ctx, after) {
			return err
		}
	}
}

func (c *Client) token(ctx context.Context, refused string) (string, error) {
	if c.Token == nil {
		return "", nil
	}
	return c.Token.Token(ctx, refused)
}

// try sends a request once.
func (c *Client) try(ctx context.Context, r request, body []byte, token string) error {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := c.request(ctx, r, body, token)
	if err != nil {
		return err
	}
	response, err := c.http().Do(request)
	if err != nil {
		return unreachable(c.Base, err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return problemOf(c.Base, response)
	}
	if r.out == nil {
		return nil
	}
	if !isJSON(response.Header) {
		return fmt.Errorf("%s %w: it is no JSON; is it a Stress Tester server?", c.Base, ErrNoAnswer)
	}
	return c.decode(ctx, response, r.out)
}

// decode reads an answer of any size that is allowed.
func (c *Client) decode(ctx context.Context, response *http.Response, out any) error {
	if response.ContentLength > maxAnswer {
		return fmt.Errorf("%s %w: it has %d MiB", c.Base, ErrNoAnswer, response.ContentLength>>20)
	}
	data, err := readAll(response.Body, largeAnswer)
	if errors.Is(err, errTooLong) {
		select {
		case large <- struct{}{}:
			defer func() { <-large }()
		case <-ctx.Done():
			return unreachable(c.Base, ctx.Err())
		}
		data, err = readLarge(data, response.Body)
	}
	switch {
	case errors.Is(err, errTooLong):
		return fmt.Errorf("%s %w: it has more than %d MiB", c.Base, ErrNoAnswer, maxAnswer>>20)
	case err != nil:
		return unreachable(c.Base, err)
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%s %w (%w); is it a Stress Tester server?", c.Base, ErrNoAnswer, err)
	}
	return nil
}

// ErrNoAnswer is wrapped where what came cannot be the answer of a server of this kind,
// but, for example, that of a network that wants somebody to sign in first.
var ErrNoAnswer = errors.New("answered something that is no answer")

func isJSON(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return strings.HasSuffix(kind, "json")
}

func (c *Client) request(ctx context.Context, r request, body []byte, token string) (*http.Request, error) {
	address := c.Base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, r.method, address, reader)
	if err != nil {
		return nil, fmt.Errorf("making a request: %w", err)
	}
	for name, values := range r.header {
		request.Header[name] = values
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json")
	if c.Agent != "" {
		request.Header.Set("User-Agent", c.Agent)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return request, nil
}

var errTooLong = errors.New("the answer is too long")

// readAll is io.ReadAll with a limit that is an error.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		return data, errTooLong
	}
	return data, err
}

// readLarge reads the rest of a large answer in parts, which are put together once it is
// known to end: growing one slice would take several times its size.
func readLarge(begin []byte, r io.Reader) ([]byte, error) {
	parts, size := [][]byte{begin}, len(begin)
	for size <= maxAnswer {
		// Unlike io.ReadFull this tells an answer that ends from one that breaks off.
		part, err := io.ReadAll(io.LimitReader(r, largeAnswer))
		if err != nil {
			return nil, err
		}
		if parts, size = append(parts, part), size+len(part); len(part) < largeAnswer {
			return slices.Concat(parts...), nil
		}
	}
	return nil, errTooLong
}

// ErrUnreachable is wrapped where no answer came: whether the request had an effect
// is not known.
var ErrUnreachable = errors.New("the server cannot be reached")

func unreachable(base string, err error) error {
	reason := err.Error()
	var opError *net.OpError
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		reason = "it did not answer in time"
	case errors.As(err, &dns):
		reason = "there is no " + dns.Name
	case errors.As(err, &opError):
		reason = opError.Err.Error()
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		reason = "the connection broke"
	}
	return &unreachableError{base, reason, err}
}

type unreachableError struct {
	base, reason string
	cause        error
}

func (e *unreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached: %s; what you do meanwhile is kept and sent later", e.base, e.reason)
}

func (e *unreachableError) Unwrap() []error { return []error{ErrUnreachable, e.cause} }

// problemOf is what the server said when it said no. Without a code it is not known
// whether it was the server that said it, or something on the way to it.
func problemOf(base string, response *http.Response) error {
	data, err := readAll(response.Body, maxProblem)
	p := &api.Problem{}
	if err != nil || !isJSON(response.Header) || json.Unmarshal(data, p) != nil {
		p = &api.Problem{}
	}
	p.Title, p.Detail = sentence(p.Title), sentence(p.Detail)
	p.Status = response.StatusCode // whatever the body says
	if p.Detail == "" && p.Title == "" {
		p.Detail = fmt.Sprintf("%s answered %s; is it a Stress Tester server?", base, response.Status)
	}
	if p.Status == http.StatusUnauthorized {
		p.Detail = fmt.Sprintf("you are not signed in to %s any more: stresstester login %s", base, base)
	}
	if p.RetryAfter == 0 {
		p.RetryAfter = retryAfter(response.Header.Get("Retry-After"), time.Now())
	}
	return p
}

// sentence is a server's sentence as it may be shown: on one line, and not without end.
func sentence(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text[:min(len(text), maxSentence)])
	return strings.ToValidUTF8(text, "")
}

// retryAfter is a header's number of seconds, or its date.
func retryAfter(header string, now time.Time) int {
	if n, err := strconv.Atoi(header); err == nil && n >= 0 {
		return n
	}
	if at, err := http.ParseTime(header); err == nil && at.After(now) {
		return int(at.Sub(now)/time.Second) + 1
	}
	return 0
}
