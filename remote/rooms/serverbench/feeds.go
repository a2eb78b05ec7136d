package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"stresstester/remote/api"
)

// A listener is one change feed of a user, who has one room. When its server dies it goes on at the other one.
type listener struct {
	bench *bench
	user  int

	mu    sync.Mutex
	conn  *conn
	node  int
	ended bool
	heard map[api.Revision]time.Time
	last  api.Revision
	id    string    // of the last event
	up    time.Time // since when it is connected; zero when it is not
}

const (
	feedsPerUser = 10
	// retryWithin is how soon, at the latest, a listener whose feed broke tries again.
	retryWithin = time.Second
	// settleTime is how long a poke may take before it counts as lost.
	settleTime = 30 * time.Second
)

// feeds opens change feeds on both processes and writes a hundred times a second to their rooms, first
// with both alive, then while one of them is killed.
func (b *bench) feeds(ctx context.Context, n int, length time.Duration) (string, error) {
	users := min(len(b.users), max(n/feedsPerUser, 1))
	before := b.memory()
	opening := time.Now()
	listeners, err := b.open(n, users)
	defer func() {
		for _, l := range listeners {
			l.close()
		}
	}()
	if err != nil {
		return "", err
	}
	opened := time.Since(opening)
	memory := b.memory() - before
	written, err := b.poke(ctx, users, length, nil)
	if err != nil {
		return "", err
	}
	lost, _, err := b.settle(ctx, listeners, written)
	if err != nil {
		return "", err
	}
	var r result
	for _, l := range listeners {
		l.mu.Lock()
		for _, w := range written[l.user] {
			if at, ok := l.heard[w.rev]; ok {
				r.times = append(r.times, at.Sub(w.at))
			}
		}
		l.mu.Unlock()
	}
	slices.Sort(r.times)
	var out strings.Builder
	fmt.Fprintf(&out, "Change feeds: %d open on two processes (opened in %.1f s; %.0f KiB of the servers' memory each), %d conditional writes in %.0f s to the rooms of\n%d users with %d feeds each. From sending the write to hearing the poke, which half of the listeners get through the other process: median %.1f ms, 99 %% %.1f ms, slowest %.1f ms\n(wanted: a second). %d pokes heard, %d lost.\n",
		n, opened.Seconds(), float64(memory)/float64(n)/1024, count(written), length.Seconds(), users, n/users, ms(r.at(0.5)), ms(r.at(0.99)), ms(r.at(1)), len(r.times), lost)
	storm, err := b.storm(ctx, listeners, users, length)
	return out.String() + storm, err
}

func count(written [][]wrote) (n int) {
	for _, w := range written {
		n += len(w)
	}
	return n
}

// storm kills the second server while the writes go on: all of its listeners come to the first one at once.
func (b *bench) storm(ctx context.Context, listeners []*listener, users int, length time.Duration) (string, error) {
	homeless := 0
	for _, l := range listeners {
		l.mu.Lock()
		if l.node == 1 {
			homeless++
		}
		l.mu.Unlock()
	}
	var died time.Time
	written, err := b.poke(ctx, users, length, func() {
		b.servers[1].kill()
		died = time.Now()
	})
	if err != nil {
		return "", err
	}
	lost, last, err := b.settle(ctx, listeners, written)
	if err != nil {
		return "", err
	}
	var back time.Time
	for _, l := range listeners {
		l.mu.Lock()
		if l.up.After(back) {
			back = l.up
		}
		l.mu.Unlock()
	}
	known := time.Duration(0)
	if end := written[lastWriter(written)]; len(end) > 0 {
		known = last.Sub(end[len(end)-1].at)
	}
	if err := b.startServer(ctx, 1); err != nil {
		return "", err
	}
	return fmt.Sprintf("One process killed (`kill -9`) during %d more such writes: its %d listeners, who tried again within %v, were all on the other one %.1f s after its death, and %.0f ms after the last write\neverybody had heard of the newest revision of their room; %d lost.\n",
		count(written), homeless, retryWithin, back.Sub(died).Seconds(), ms(known), lost), nil
}

// lastWriter is the user whose room was written last.
func lastWriter(written [][]wrote) (user int) {
	var at time.Time
	for u, w := range written {
		if len(w) > 0 && w[len(w)-1].at.After(at) {
			user, at = u, w[len(w)-1].at
		}
	}
	return user
}

// settle waits until all listeners have heard of the newest revision of their room, and returns how many
// did not in time, and when the last one did. A listener who missed a poke and got a later one of
// the same room has lost nothing: a poke only says what there is to ask for.
func (b *bench) settle(ctx context.Context, listeners []*listener, written [][]wrote) (lost int, last time.Time, err error) {
	end := time.Now().Add(settleTime)
	for _, l := range listeners {
		w := written[l.user]
		if len(w) == 0 {
			continue
		}
		newest := w[len(w)-1].rev
		for {
			l.mu.Lock()
			known, at := l.last >= newest, l.heard[newest]
			l.mu.Unlock()
			if known && at.After(last) {
				last = at
			}
			if known {
				break
			}
			if time.Now().After(end) {
				lost++
				break
			}
			select {
			case <-ctx.Done():
				return lost, last, ctx.Err()
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
	return lost, last, nil
}

func (b *bench) open(n, users int) ([]*listener, error) {
	listeners := make([]*listener, n)
	for i := range listeners {
		// The feeds of a user are spread over both processes.
		listeners[i] = &listener{bench: b, user: i % users, node: (i / users) % 2, heard: map[api.Revision]time.Time{}}
	}
	var wg sync.WaitGroup
	errs := make([]error, 16)
	for part := range errs {
		wg.Go(func() {
			for i := part; i < n && errs[part] == nil; i += len(errs) {
				var lines *bufio.Reader
				if lines, errs[part] = listeners[i].connect(); errs[part] == nil {
					go listeners[i].listen(lines) // until it is closed
				}
			}
		})
	}
	wg.Wait()
	return listeners, errors.Join(errs...)
}

// connect opens the feed and waits for its first event.
func (l *listener) connect() (*bufio.Reader, error) {
	l.mu.Lock()
	node, id := l.node, l.id
	l.mu.Unlock()
	c, err := dial(l.bench.nodes[node])
	if err != nil {
		return nil, err
	}
	header := ""
	if id != "" {
		header = "Last-Event-ID: " + id + "\r\n"
	}
	if _, err = c.net.Write(request("GET", api.PathEvents, l.bench.users[l.user].token, header, nil)); err != nil {
		c.close()
		return nil, err
	}
	c.in = bufio.NewReaderSize(c.net, 512)
	res, err := http.ReadResponse(c.in, nil) //nolint:bodyclose // it ends with its connection
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("a feed is answered with %s", res.Status)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		c.close()
		return nil, errors.New("ended")
	}
	l.conn, l.up = c, time.Now()
	return bufio.NewReaderSize(res.Body, 512), nil
}

func (l *listener) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	if l.conn != nil {
		l.conn.close()
	}
}

// listen reads, and goes on at the other server when the feed breaks.
func (l *listener) listen(lines *bufio.Reader) {
	for {
		l.read(lines)
		for {
			l.mu.Lock()
			l.up, l.node = time.Time{}, 1-l.node
			ended := l.ended
			l.mu.Unlock()
			if ended {
				return
			}
			time.Sleep(rand.N(retryWithin)) // not all at once
			var err error
			if lines, err = l.connect(); err == nil {
				break
			}
		}
	}
}

func (l *listener) read(lines *bufio.Reader) {
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return
		}
		if id, ok := bytes.CutPrefix(line, []byte("id: ")); ok {
			l.mu.Lock()
			l.id = string(bytes.TrimSpace(id))
			l.mu.Unlock()
		}
		data, ok := bytes.CutPrefix(line, []byte("data: "))
		if !ok {
			continue
		}
		at := time.Now()
		var p api.Poke
		if json.Unmarshal(data, &p) != nil || p.Room == "" {
			continue
		}
		l.mu.Lock()
		if _, ok := l.heard[p.Rev]; !ok {
			l.heard[p.Rev] = at
		}
		l.last = max(l.last, p.Rev)
		l.mu.Unlock()
	}
}

// wrote is a write and when it was sent.
type wrote struct {
	rev api.Revision
	at  time.Time
}

// poke writes a hundred times a second, to one room after the other, and calls disturb, if there is one, after
// a quarter of the time; the second server is gone after that.
func (b *bench) poke(ctx context.Context, users int, length time.Duration, disturb func()) ([][]wrote, error) {
	written := make([][]wrote, users)
	conns := make([]*conn, len(b.nodes))
	defer func() {
		for _, c := range conns {
			if c != nil {
				c.close()
			}
		}
	}()
	for i, node := range b.nodes {
		var err error
		if conns[i], err = dial(node); err != nil {
			return nil, err
		}
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	begin := time.Now()
	for n := 0; time.Since(begin) < length; n++ {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
		if disturb != nil && time.Since(begin) > length/4 {
			disturb()
			disturb, conns[1] = nil, nil
		}
		i := n % users
		at := time.Now()
		f, err := b.write(conns, n, i)
		if err != nil {
			return nil, err
		}
		written[i] = append(written[i], wrote{f.Rev, at})
	}
	return written, nil
}

// write changes the room of a user once more.
func (b *bench) write(conns []*conn, n, user int) (f api.File, err error) {
	u := &b.users[user]
	b.sent++ // the same content once more would change nothing
	put := api.PutFile{FileContent: api.FileContent{Name: "i.cpp", Content: []byte(strconv.Itoa(b.sent))}}
	r := request("PUT", path(api.PathFile, u.room, "interactor"), u.token, "If-Match: "+u.interactor.ETag()+"\r\nIdempotency-Key: feeds:"+strconv.Itoa(b.sent)+"\r\n", put)
	c := conns[n%len(conns)]
	if c == nil {
		c = conns[0]
	}
	f, err = c.file(r)
	u.interactor = f.Rev
	return f, err
}
