package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"stresstester/remote/api"
)

// listener is one change feed of a user, who has one room.
type listener struct {
	conn *conn
	user int

	mu    sync.Mutex
	heard map[api.Revision]time.Time
	last  api.Revision
}

const feedsPerUser = 10

// feeds opens change feeds on both processes and writes a hundred times a second to their rooms.
func (b *bench) feeds(ctx context.Context, n int, length time.Duration) (string, error) {
	listeners := make([]*listener, n)
	users := min(len(b.users), n/feedsPerUser)
	before := b.memory()
	opening := time.Now()
	defer func() {
		for _, l := range listeners {
			if l != nil {
				l.conn.close()
			}
		}
	}()
	if err := b.open(listeners, users); err != nil {
		return "", err
	}
	opened := time.Since(opening)
	after := b.memory()
	written, err := b.poke(ctx, users, length)
	if err != nil {
		return "", err
	}
	// The last pokes are on their way; whoever has not heard them after two seconds has lost them.
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(2 * time.Second):
	}
	var times []time.Duration
	lost := 0
	for _, l := range listeners {
		l.mu.Lock()
		for _, w := range written[l.user] {
			if at, ok := l.heard[w.rev]; ok {
				times = append(times, at.Sub(w.at))
			} else if l.last < w.rev {
				lost++
			}
		}
		l.mu.Unlock()
	}
	slices.Sort(times)
	r := result{times: times}
	count := 0
	for _, w := range written {
		count += len(w)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "Change feeds: %d open on two processes (opened in %.1f s; %.0f KiB of the servers' memory each), %d conditional writes in %.0f s to the rooms of\n%d users with %d feeds each. From sending the write to hearing the poke, which half of the listeners get through the other process: median %.1f ms, 99 %% %.1f ms, slowest %.1f ms\n(wanted: a second). %d pokes heard, %d lost.\n",
		n, opened.Seconds(), float64(after-before)/float64(n)/1024, count, length.Seconds(), users, feedsPerUser, ms(r.at(0.5)), ms(r.at(0.99)), ms(r.at(1)), len(times), lost)
	return out.String(), nil
}

func (b *bench) open(listeners []*listener, users int) error {
	var wg sync.WaitGroup
	errs := make([]error, 16)
	for part := range errs {
		wg.Go(func() {
			for i := part; i < len(listeners) && errs[part] == nil; i += len(errs) {
				// The feeds of a user are spread over both processes.
				listeners[i], errs[part] = b.listen(b.nodes[(i/users)%2], i%users)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (b *bench) listen(node string, user int) (*listener, error) {
	c, err := dial(node)
	if err != nil {
		return nil, err
	}
	l := &listener{conn: c, user: user, heard: map[api.Revision]time.Time{}}
	if _, err := c.net.Write(request("GET", api.PathEvents, b.users[user].token, "", nil)); err != nil {
		return l, err
	}
	c.in = bufio.NewReaderSize(c.net, 512)
	res, err := http.ReadResponse(c.in, nil) //nolint:bodyclose // it ends with its connection
	if err != nil {
		return l, err
	}
	if res.StatusCode != http.StatusOK {
		return l, fmt.Errorf("a feed is answered with %s", res.Status)
	}
	lines := bufio.NewReaderSize(res.Body, 512)
	for { // hello
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return l, err
		}
		if bytes.HasPrefix(line, []byte("data: ")) {
			break
		}
	}
	go l.read(lines) // until its connection is closed
	return l, nil
}

func (l *listener) read(lines *bufio.Reader) {
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return
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

// poke writes a hundred times a second, to one room after the other.
func (b *bench) poke(ctx context.Context, users int, length time.Duration) ([][]wrote, error) {
	written := make([][]wrote, users)
	conns := []*conn{}
	for _, node := range b.nodes {
		c, err := dial(node)
		if err != nil {
			return nil, err
		}
		defer c.close()
		conns = append(conns, c)
	}
	revs := make([]api.Revision, users)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.Now().Add(length)
	for n := 0; time.Now().Before(end); n++ {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
		i := n % users
		u := b.users[i]
		at := time.Now()
		put := api.PutFile{FileContent: api.FileContent{Name: "i.cpp", Content: []byte(strconv.Itoa(n))}}
		status, body, err := conns[n%len(conns)].do(request("PUT", path(api.PathFile, u.room, "interactor"), u.token, "If-Match: "+revs[i].ETag()+"\r\n", put))
		if err != nil {
			return nil, err
		}
		var f api.File
		if err := json.Unmarshal(body, &f); err != nil || status != http.StatusOK {
			return nil, fmt.Errorf("a write is answered with %d: %.200s", status, body)
		}
		revs[i] = f.Rev
		written[i] = append(written[i], wrote{f.Rev, at})
	}
	return written, nil
}

// memory is the resident memory of both servers in bytes; 0 where /proc does not tell.
func (b *bench) memory() (total int64) {
	for _, s := range b.servers {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", s.Process.Pid))
		if err != nil {
			return 0
		}
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			pages, err := strconv.ParseInt(fields[1], 10, 64)
			if err == nil {
				total += pages * int64(os.Getpagesize())
			}
		}
	}
	return total
}
