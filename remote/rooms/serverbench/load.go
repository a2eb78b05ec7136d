package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"stresstester/remote/api"
)

// conn is one connection over which requests are sent as bytes that were made before: a generator that
// shares the machine with what it measures should cost little.
type conn struct {
	net net.Conn
	in  *bufio.Reader
}

func dial(node string) (*conn, error) {
	c, err := net.DialTimeout("tcp", node, 5*time.Second) //nolint:noctx // it has a timeout
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReaderSize(c, 4096)}, nil
}

func (c *conn) close() { _ = c.net.Close() }

// request is the bytes of a request; header is further lines, body is sent as JSON unless it is nil.
func request(method, path, token, header string, body any) []byte {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			panic(err) // a constant of this program
		}
		header += "Content-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(text)) + "\r\n"
	}
	return append([]byte(method+" "+path+" HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer "+token+"\r\n"+header+"\r\n"), text...)
}

func (c *conn) do(request []byte) (status int, body []byte, err error) {
	if err := c.net.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return 0, nil, err
	}
	if _, err := c.net.Write(request); err != nil {
		return 0, nil, err
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, nil, err
	}
	body, err = io.ReadAll(res.Body)
	return res.StatusCode, body, errors.Join(err, res.Body.Close())
}

func path(pattern string, values ...string) string {
	for _, v := range values {
		i, j := strings.Index(pattern, "{"), strings.Index(pattern, "}")
		pattern = pattern[:i] + v + pattern[j+1:]
	}
	return pattern
}

// result is how long the requests of a load took.
type result struct {
	rate  float64
	times []time.Duration // sorted
}

func (r result) at(part float64) time.Duration {
	if len(r.times) == 0 {
		return 0
	}
	return r.times[min(len(r.times)-1, int(part*float64(len(r.times))))]
}

// prepare makes what a client sends, over and over, as one user.
type prepare func(u user) (send func(*conn) error)

// load lets so many connections send requests one after the other. The first second does not count.
func (b *bench) load(clients int, length time.Duration, p prepare) (result, error) {
	var mu sync.Mutex
	var r result
	var failure error
	var wg sync.WaitGroup
	begin := time.Now().Add(time.Second)
	end := begin.Add(length)
	for i := range clients {
		wg.Go(func() {
			times, err := b.client(i, clients, begin, end, p)
			mu.Lock()
			defer mu.Unlock()
			r.times = append(r.times, times...)
			failure = errors.Join(failure, err)
		})
	}
	wg.Wait()
	slices.Sort(r.times)
	r.rate = float64(len(r.times)) / length.Seconds()
	return r, failure
}

// client acts for every clients-th user in turn.
func (b *bench) client(i, clients int, begin, end time.Time, p prepare) (times []time.Duration, err error) {
	c, err := dial(b.nodes[i%len(b.nodes)])
	if err != nil {
		return nil, err
	}
	defer c.close()
	var sends []func(*conn) error
	for u := i; u < len(b.users); u += clients {
		sends = append(sends, p(b.users[u]))
	}
	for n := 0; ; n++ {
		at := time.Now()
		if at.After(end) {
			return times, nil
		}
		if err := sends[n%len(sends)](c); err != nil {
			return times, err
		}
		if at.After(begin) {
			times = append(times, time.Since(at))
		}
	}
}

func readRoom(u user) func(*conn) error {
	r := request("GET", path(api.PathRoom, u.room)+"?content=true", u.token, "", nil)
	return func(c *conn) error {
		status, body, err := c.do(r)
		if err == nil && (status != http.StatusOK || len(body) < 8000) {
			err = fmt.Errorf("answered with %d and %d bytes: %.200s", status, len(body), body)
		}
		return err
	}
}

func hasRoom(u user) func(*conn) error {
	r := request("GET", path(api.PathRoom, u.room), u.token, "If-None-Match: \"4\"\r\n", nil)
	return func(c *conn) error {
		status, body, err := c.do(r)
		if err == nil && status != http.StatusNotModified {
			err = fmt.Errorf("answered with %d: %.200s", status, body)
		}
		return err
	}
}

func writeFile(u user) func(*conn) error {
	rev, n := api.Revision(0), 0
	filler := strings.Repeat("int x = 0; // a line\n", 97)
	return func(c *conn) error {
		n++
		put := api.PutFile{FileContent: api.FileContent{Name: "a.cpp", Content: []byte(strconv.Itoa(n) + filler)}}
		r := request("PUT", path(api.PathFile, u.room, "checker"), u.token, "If-Match: "+rev.ETag()+"\r\nIdempotency-Key: bench:"+strconv.Itoa(n)+"\r\n", put)
		f, err := c.file(r)
		rev = f.Rev
		return err
	}
}

// file sends a request that is answered with a file.
func (c *conn) file(r []byte) (f api.File, err error) {
	status, body, err := c.do(r)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(body, &f); err != nil || status != http.StatusOK {
		return f, fmt.Errorf("answered with %d: %.200s", status, body)
	}
	return f, nil
}

// get is the answer to a plain request.
func get(ctx context.Context, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s is answered with %s", url, res.Status)
	}
	return body, err
}
